"""Recorded facts that speak of risk: what a verdict has to name if its rules did not read it.

A rule that says nothing of a danger has not judged it to be none. Which facts speak of risk is
here and nowhere else; how grave one is stays with the clinician.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Protocol, runtime_checkable

from attrs import frozen

from iopkit.confidential import hidden
from iopkit.eligibility.kinds import Scalar, refuse_other_values
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.predicates import AnyFact, Predicate, Values, evaluate, facts_in
from iopkit.eligibility.readings import newest
from iopkit.errors import refuse_moments
from iopkit.needs import Need
from iopkit.patients.instrument_library import INSTRUMENTS
from iopkit.patients.patients import Patient
from iopkit.truth import Truth


@runtime_checkable
class _DatedReader(Protocol):
    """What reads a fact from the newest of several dated records."""

    def dated(self, patient: Patient, /) -> Iterable[tuple[date, Scalar | None]]: ...


@frozen(repr=False)
class RecordedRisk:
    """A fact of risk as it is recorded, and the day it was found; ``None``: not dated.

    Raises:
        InvalidError: the value is not of the fact's kind, or the day is a moment.
    """

    fact: AnyFact
    value: Scalar
    on: date | None = None

    def __attrs_post_init__(self) -> None:
        refuse_moments("recorded risk", on=self.on)
        refuse_other_values(self.fact.kind, self.value, "value")

    @property
    def words(self) -> str:
        """What is recorded and when, in prose."""
        seen = self.fact.seen_as(self.value)
        return f"{seen} ({self.on})" if self.on else seen

    @property
    def holds_back(self) -> bool:
        """Whether no level of care is the answer while nothing has judged it."""
        return self.fact.name in _HOLDING

    __repr__ = hidden


@frozen
class _Sign:
    """When a fact speaks of risk; ``alike``: names of other facts that ask the same."""

    when: Predicate
    alike: frozenset[str] = frozenset()
    holds_back: bool = True

    @property
    def fact(self) -> AnyFact:
        """The fact that it is about."""
        return next(facts_in(self.when))

    def speaks_in(self, value: Scalar) -> bool:
        """Whether a value does; a caller's own fact may have the name and another kind."""
        fact = self.fact
        return fact.kind.accepts(value) and evaluate(self.when, {fact.name: value}) is Truth.YES


def recorded_risks(
    patient: Patient, *, on: date, judged: Iterable[AnyFact] = ()
) -> tuple[RecordedRisk, ...]:
    """What is recorded of a patient by a day that speaks of risk, in the order of the catalogue.

    Risk ratings of 3 and 4, danger, thoughts of suicide, withdrawal, what is unstable or cannot
    be managed, a home that is unsafe or unsupportive, needs of care that an outpatient program
    lacks, screens in the upper half of their bands; and, as what is told and holds no placement
    back, a severe use disorder and another mental disorder.

    Of two findings of one day that disagree, the one that speaks of risk counts.

    Args:
        judged: facts that rules have read, which are left out.

    Example:
        >>> from uuid import UUID
        >>> from iopkit.patients.assessments import Assessment
        >>> from iopkit.patients.patients import Patient
        >>> found = Assessment(date(2026, 1, 3), suicidal_ideation=True)
        >>> somebody = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"), assessments=(found,))
        >>> [risk.words for risk in recorded_risks(somebody, on=date(2026, 1, 5))]
        ['suicidal ideation: true (2026-01-03)']
    """
    found = (_recorded(sign, patient, on) for sign in _unread(judged))
    return tuple(risk for risk in found if risk is not None)


def risks_among(values: Values, *, judged: Iterable[AnyFact] = ()) -> tuple[RecordedRisk, ...]:
    """The same of facts that were read before, of which the days are not known."""
    return tuple(
        RecordedRisk(sign.fact, value)
        for sign in _unread(judged)
        if (value := values.get(sign.fact.name)) is not None and sign.speaks_in(value)
    )


def _unread(judged: Iterable[AnyFact]) -> tuple[_Sign, ...]:
    names = {fact.name for fact in judged}
    return tuple(sign for sign in _SIGNS if names.isdisjoint({sign.fact.name, *sign.alike}))


def _recorded(sign: _Sign, patient: Patient, on: date) -> RecordedRisk | None:
    read: object = sign.fact.read
    found: Iterable[tuple[date | None, Scalar | None]] = (
        newest(read.dated(patient), on)
        if isinstance(read, _DatedReader)
        else [(None, sign.fact.read(patient, on))]
    )
    for day, value in found:
        if value is not None and sign.speaks_in(value):
            return RecordedRisk(sign.fact, value, day)
    return None


# Needs that can take more than an outpatient program. What is given beside any level of care,
# such as an interpreter or trauma therapy, says nothing of the level.
_NEEDS = (
    Need.WITHDRAWAL_MANAGEMENT,
    Need.AROUND_THE_CLOCK_SUPPORT,
    Need.MEDICAL_CARE,
    Need.PSYCHIATRIC_CARE,
    Need.HOUSING,
)
# For each scale, the band sets and words from which on a score is in the upper half of the
# bands; of several sets, the one that begins lowest. ``instruments`` has the sources.
_UPPER_BANDS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("audit", "total"): ("zones", "zone_3"),
    ("audit_c", "total"): ("women", "positive"),
    ("dast_10", "total"): ("problems", "substantial"),
    ("ciwa_ar", "total"): ("review", "severe"),
    ("cows", "total"): ("severity", "moderately_severe"),
    ("phq_9", "total"): ("severity", "moderately_severe"),
    ("phq_9", "self_harm"): ("follow_up", "indicated"),
    ("gad_7", "total"): ("severity", "moderate"),
    ("c_ssrs", "risk"): ("triage", "moderate"),
    ("bam", "use"): ("cut_off", "significant"),
    ("bam", "risk"): ("cut_off", "significant"),
}


def _signs() -> Iterator[_Sign]:
    yield _Sign(FACTS["use_disorder_severity"].at_least("severe"), holds_back=False)
    yield _Sign(FACTS["has_other_mental_disorder"].equals(True), holds_back=False)
    for name in (
        "needs_24_hour_care",
        "needs_inpatient_otherwise",
        "needs_medical_monitoring",
        "needs_medical_management",
    ):
        yield _Sign(FACTS[name].equals(True))
    for dimension in range(1, 7):
        yield _Sign(FACTS[f"third_edition_dimension_{dimension}_risk"] >= 3)
    for name, answer in (
        ("acute_withdrawal", True),
        ("withdrawal_manageable", False),
        ("medical_conditions_manageable", False),
        ("health_stable", False),
        ("co_occurring_stable", False),
        ("suicidal_ideation", True),
        ("dangerous", True),
    ):
        yield _Sign(FACTS[name].equals(answer))
    home = FACTS["living_environment"]
    yield _Sign(home.equals("unsafe") | home.equals("unsupportive"))
    for need in _NEEDS:
        yield _Sign(FACTS[f"needs_{need.value}"].equals(True))
    for (instrument, scale), (band_set, lowest) in _UPPER_BANDS.items():
        lead = f"{instrument}_{scale}_"
        bands = FACTS[f"{lead}{band_set}_band"]
        sets = INSTRUMENTS[instrument].scale(scale).band_sets
        same = {f"{lead}score", *(f"{lead}{one.name}_band" for one in sets)}
        yield _Sign(bands.at_least(lowest), frozenset(same))
    # The only scale on which the low scores are the ones that matter.
    yield _Sign(
        FACTS["bam_protective_cut_off_band"].equals("significant"),
        frozenset(("bam_protective_score",)),
    )


_SIGNS = tuple(_signs())
_HOLDING = frozenset(sign.fact.name for sign in _SIGNS if sign.holds_back)
