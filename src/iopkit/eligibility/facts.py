"""The fact catalogue: what a policy may ask about a patient on a day."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import TypeVar

from attrs import frozen
from dateutil.relativedelta import relativedelta

from iopkit.confidential import hidden
from iopkit.eligibility.kinds import Choice, Number, Scalar, YesNo, check
from iopkit.eligibility.predicates import AnyFact, Fact
from iopkit.errors import Fault, InvalidError
from iopkit.patients import Assessment, Patient, Severity, Substance, SubstanceUseDisorder
from iopkit.sources import Grade, Source

S = TypeVar("S")
V = TypeVar("V")

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

    def values(self) -> Mapping[str, Scalar | None]:
        """The values by fact name."""
        return MappingProxyType(dict(self.items))

    __repr__ = hidden


def read_facts(facts: Iterable[Fact[S, Scalar]], subject: S, *, on: date) -> FactSheet:
    """Read facts from a subject as of a day.

    Raises:
        InvalidError: a reader gave a value that its fact's kind does not have, or the
            day is before the subject's birth.
    """
    items: list[tuple[str, Scalar | None]] = []
    for fact in facts:
        value = fact.read(subject, on)
        if value is not None:
            check(fact.kind, value, fact.name)
        items.append((fact.name, value))
    return FactSheet(on, tuple(items))


def _age(patient: Patient, on: date) -> int | None:
    if patient.birth_date is None:
        return None
    if on < patient.birth_date:
        raise InvalidError("facts", [Fault(("on",), "a day from the birth on", "an earlier day")])
    return relativedelta(on, patient.birth_date).years


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
    severities = [disorder.severity for disorder in disorders]
    known = [severity for severity in severities if severity is not None]
    if len(known) < len(severities) and Severity.SEVERE not in known:
        return None
    return max(known).name.lower() if known else "none"


def _has_diagnosis(patient: Patient, on: date) -> bool | None:
    if patient.diagnoses is None:
        return None
    return any(d.diagnosed is None or d.diagnosed <= on for d in patient.diagnoses)


def _judged(field: Callable[[Assessment], V | None]) -> Callable[[Patient, date], V | None]:
    """A reader of the newest assessment, up to the day, that says something on ``field``."""

    def read(patient: Patient, on: date) -> V | None:
        dated = [a for a in patient.assessments or () if a.on <= on and field(a) is not None]
        return field(max(dated, key=lambda a: a.on)) if dated else None

    return read


def _hours_needed(assessment: Assessment) -> float | None:
    needed = assessment.needed_per_week
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
        _judged(_hours_needed),
        CFR_410_44,
    ),
    Fact(
        "benefit_likely",
        YesNo(),
        "A clinician's judgment: likely to benefit from a coordinated program of services, "
        "and needs more than isolated sessions.",
        _judged(lambda a: a.benefit_likely),
        CFR_410_44,
    ),
    Fact(
        "needs_24_hour_care",
        YesNo(),
        "A clinician's judgment: needs care around the clock.",
        _judged(lambda a: a.needs_24_hour_care),
        CFR_410_44,
    ),
    Fact(
        "support_adequate",
        YesNo(),
        "A clinician's judgment: has an adequate support system outside the program.",
        _judged(lambda a: a.support_adequate),
        CFR_410_44,
    ),
    Fact(
        "dangerous",
        YesNo(),
        "A clinician's judgment: dangerous to self or others.",
        _judged(lambda a: a.dangerous),
        CFR_410_44,
    ),
    Fact(
        "able_to_participate",
        YesNo(),
        "A clinician's judgment: has the cognitive and emotional ability to take part in "
        "treatment and to tolerate the program's intensity.",
        _judged(lambda a: a.able_to_participate),
        CFR_410_44,
    ),
)
"""Every shipped fact by name."""
