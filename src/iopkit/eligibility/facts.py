"""The fact catalogue: what a policy may ask about a patient on a day."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, TypeVar

from attrs import frozen
from dateutil.relativedelta import relativedelta

from iopkit.confidential import hidden
from iopkit.eligibility.kinds import Choice, Number, Scalar, YesNo
from iopkit.eligibility.predicates import AnyFact, Fact
from iopkit.errors import refuse, unless
from iopkit.patients import (
    Patient,
    Severity,
    Substance,
    SubstanceUseDisorder,
    refuse_before_birth,
)
from iopkit.sources import Grade, Source

S = TypeVar("S")

DSM_5 = Source(
    "DSM-5 substance use disorder criteria, as summarized by PsychCentral",
    Grade.SECONDARY,
    "https://psychcentral.com/disorders/revised-alcoholsubstance-use-disorder/2/",
)
CFR_410_44 = Source(
    "42 CFR 410.44",
    Grade.LEGAL_TEXT,
    "https://www.ecfr.gov/current/title-42/section-410.44",
    checked=date(2024, 1, 1),
)


@frozen(repr=False)
class FactSheet:
    """Facts read from one subject on one day; ``None`` is not known."""

    on: date
    items: tuple[tuple[str, Scalar | None], ...]

    @classmethod
    def of(
        cls, facts: Iterable[AnyFact], values: Mapping[str, Scalar | None], *, on: date
    ) -> "FactSheet":
        """Values of some facts by name; what is absent is not known.

        Raises:
            InvalidError: a value is not of its fact's kind, or no fact has its name.

        Example:
            >>> FactSheet.of([FACTS["age"]], {"age": 40}, on=date(2026, 1, 5)).values()["age"]
            40
        """
        kinds = {fact.name: fact.kind for fact in facts}
        refuse(
            "facts",
            *(unless(name in kinds, name, "the name of a fact", "another") for name in values),
            *(
                unless(kinds[name].accepts(value), name, kinds[name].expectation(), "another value")
                for name, value in values.items()
                if value is not None and name in kinds
            ),
        )
        return cls(on, tuple((name, values.get(name)) for name in kinds))

    def values(self) -> Mapping[str, Scalar | None]:
        """The values by fact name."""
        return MappingProxyType(dict(self.items))

    __repr__ = hidden


# Any: one sheet holds facts of several types.
def read_facts(facts: Iterable[Fact[S, Any]], subject: S, *, on: date) -> FactSheet:
    """Read facts from a subject as of a day.

    Raises:
        InvalidError: a reader gave a value that its fact's kind does not have, or the
            day is before the subject's birth.
    """
    asked = tuple(facts)
    return FactSheet.of(asked, {fact.name: fact.read(subject, on) for fact in asked}, on=on)


def _age(patient: Patient, on: date) -> int | None:
    refuse_before_birth(patient, on, what="age", path="on")
    return None if patient.birth_date is None else relativedelta(on, patient.birth_date).years


def _use_disorders(patient: Patient, on: date) -> tuple[SubstanceUseDisorder, ...] | None:
    """Use disorders known by a day; tobacco is left out, as in 42 CFR 2.11 [T1]."""
    if patient.diagnoses is None:
        return None
    return tuple(
        d
        for d in patient.diagnoses
        if isinstance(d, SubstanceUseDisorder)
        and d.substance is not Substance.TOBACCO
        and (d.diagnosed is None or d.diagnosed <= on)
    )


def _severity(patient: Patient, on: date) -> str | None:
    """The worst severity; unknown if one of an unknown severity could be worse."""
    disorders = _use_disorders(patient, on)
    if disorders is None:
        return None
    # A class that is not known could be tobacco, and then would not count.
    sure = [d.severity or 0 for d in disorders if d.substance is not None]
    possible = [d.severity or Severity.SEVERE for d in disorders]
    worst = max(sure, default=0)
    if max(possible, default=0) > worst:
        return None
    return Severity(worst).name.lower() if worst else "none"


def _has_diagnosis(patient: Patient, on: date) -> bool | None:
    if patient.diagnoses is None:
        return None
    return any(d.diagnosed is None or d.diagnosed <= on for d in patient.diagnoses)


@frozen
class _Newest:
    """Reads a field of the newest assessment, up to the day, that says something on it.

    A class and not a closure, so that facts can be pickled and compared.
    """

    name: str

    # Any: what the field has.
    def __call__(self, patient: Patient, on: date) -> Any:  # noqa: ANN401
        said = [
            (assessment.on, value)
            for assessment in patient.assessments or ()
            if assessment.on <= on and (value := getattr(assessment, self.name)) is not None
        ]
        newest = max((day for day, _ in said), default=None)
        found = {value for day, value in said if day == newest}
        # Two assessments of one day that disagree leave it not known.
        return found.pop() if len(found) == 1 else None


def _hours_needed(patient: Patient, on: date) -> float | None:
    needed: timedelta | None = _Newest("needed_per_week")(patient, on)
    return None if needed is None else needed / timedelta(hours=1)


def _declared(*facts: AnyFact) -> Mapping[str, AnyFact]:
    return MappingProxyType({fact.name: fact for fact in facts})


FACTS: Mapping[str, AnyFact] = _declared(
    Fact(
        "age",
        Number(0, 130, unit="years", whole=True),
        "Completed years since birth. Somebody born on February 29 turns a year older on "
        "February 28 of other years.",
        _age,
        changeable=False,
    ),
    Fact(
        "has_diagnosis",
        YesNo(),
        "A mental health or substance use disorder diagnosis is on record by the day.",
        _has_diagnosis,
        CFR_410_44,
    ),
    Fact(
        "use_disorder_severity",
        Choice(("none", "mild", "moderate", "severe"), ordered=True),
        "The worst DSM-5 severity among the patient's use disorders, tobacco aside.",
        _severity,
        DSM_5,
    ),
    Fact(
        "needed_hours_per_week",
        Number(0, 168, unit="hours"),
        "Hours a week of therapeutic services that the patient needs, as evidenced in the "
        "plan of care; recorded by a clinician.",
        _hours_needed,
        CFR_410_44,
    ),
    Fact(
        "benefit_likely",
        YesNo(),
        "A clinician's judgment: likely to benefit from a coordinated program of services, "
        "and needs more than isolated sessions.",
        _Newest("benefit_likely"),
        CFR_410_44,
    ),
    Fact(
        "needs_24_hour_care",
        YesNo(),
        "A clinician's judgment: needs care around the clock.",
        _Newest("needs_24_hour_care"),
        CFR_410_44,
    ),
    Fact(
        "support_adequate",
        YesNo(),
        "A clinician's judgment: has an adequate support system outside the program.",
        _Newest("support_adequate"),
        CFR_410_44,
    ),
    Fact(
        "dangerous",
        YesNo(),
        "A clinician's judgment: dangerous to self or others.",
        _Newest("dangerous"),
        CFR_410_44,
    ),
    Fact(
        "able_to_participate",
        YesNo(),
        "A clinician's judgment: has the cognitive and emotional ability to take part in "
        "treatment and to tolerate the program's intensity.",
        _Newest("able_to_participate"),
        CFR_410_44,
    ),
)
"""Every shipped fact by name."""
