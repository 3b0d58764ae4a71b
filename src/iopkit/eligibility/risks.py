"""Recorded facts that speak of risk: what a verdict has to name if its rules did not judge it.

A rule that says nothing of a danger has not judged it to be none. Which facts speak of risk is
here and nowhere else; how grave one is stays with the clinician.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from iopkit.confidential import hidden
from iopkit.eligibility.kinds import Scalar, Worse
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.possible import Possible, Value
from iopkit.eligibility.predicates import AnyFact, Fact, Predicate, Values, compiled, with_unit
from iopkit.eligibility.readings import Newest, newest
from iopkit.errors import refuse, unless, unless_a, unless_day
from iopkit.fields import frozen
from iopkit.needs import Need
from iopkit.patients.assessments import RATED_IN_FOURTH
from iopkit.patients.instrument_library import INSTRUMENTS
from iopkit.patients.instruments import BandSet, Scale
from iopkit.patients.patients import Patient
from iopkit.patients.screenings import Screening
from iopkit.truth import Truth


class Bound(StrEnum):
    """How a value is meant of which not all is known, such as a score with answers open."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"


@frozen(repr=False)
class RecordedRisk:
    """A shipped fact that speaks of risk, as it is recorded, and the day it was found.

    ``on`` is ``None`` where the record has no day. With a ``bound``, the value is at least or
    at most the one given.

    Raises:
        InvalidError: the value of the fact does not speak of risk, or the day is a moment.
    """

    # Any: facts of several kinds. The patient in the type has documents read it by its name
    # among the shipped facts, whatever facts their rules ask about.
    fact: Fact[Patient, Any]
    value: Scalar
    on: date | None = None
    bound: Bound | None = None

    def __attrs_post_init__(self) -> None:
        sign = _SIGNS.get(self.fact.name)
        speaks = sign is not None and self.fact == sign.fact and sign.speaks_in(self.value)
        refuse("recorded risk", unless(speaks, "value", "one that speaks of risk", "another"))

    @property
    def words(self) -> str:
        """What is recorded and when, in prose."""
        bound = f"{self.bound.replace('_', ' ')} " if self.bound else ""
        day = f" ({self.on})" if self.on else ""
        return f"{self.fact.title}: {bound}{with_unit(self.fact.kind, self.value)}{day}"

    @property
    def alike(self) -> frozenset[AnyFact]:
        """The facts that ask the same, its own among them: a scale's score and its bands."""
        return _SIGNS[self.fact.name].alike

    @property
    def holds_back(self) -> bool:
        """Whether no level of care is the answer while nothing has judged it."""
        return _SIGNS[self.fact.name].holds_back_for(self.value)

    __repr__ = hidden


@frozen
class _Sign:
    """When a fact speaks of risk, and when that holds a placement back."""

    fact: AnyFact
    when: Predicate
    holds: Predicate | None
    alike: frozenset[AnyFact]

    def speaks_in(self, value: Scalar) -> bool:
        return self.fact.kind.accepts(value) and self._is_so(self.when, value)

    def holds_back_for(self, value: Scalar) -> bool:
        return self.holds is not None and self._is_so(self.holds, value)

    def _is_so(self, predicate: Predicate, value: Scalar) -> bool:
        return compiled(predicate)({self.fact.name: value}) is Truth.YES


def recorded_risks(patient: Patient, *, on: date) -> tuple[RecordedRisk, ...]:
    """What is recorded of a patient by a day that speaks of risk.

    Told, and holding a placement back while no rule has judged it: risk ratings of 3 and 4,
    danger, thoughts of suicide, withdrawal, what is unstable or cannot be managed, a home that
    is not supportive throughout, a dimension of the fourth edition that asks for more than
    intensive outpatient treatment, needs of care that an outpatient program lacks, and scores in
    the upper half of the bands of their scale. Told alone: a severe use disorder, another mental
    disorder, and scores in the upper of two bands, which only say that one should look further.

    The newest record that says something counts; of several of one day, the one that is worst.
    A score of which answers are open counts by what it is at least.

    Raises:
        InvalidError: what is given is no patient, or no day.

    Example:
        >>> from uuid import UUID
        >>> from iopkit.patients import Assessment, Patient
        >>> found = Assessment(date(2026, 1, 3), suicidal_ideation=True)
        >>> somebody = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"), assessments=(found,))
        >>> [risk.words for risk in recorded_risks(somebody, on=date(2026, 1, 5))]
        ['suicidal ideation: true (2026-01-03)']
    """
    refuse("recorded risks", unless_a(patient, "patient", Patient), unless_day(on, "on"))
    return tuple(_in_record(patient, on))


def risks_among(values: Values) -> tuple[RecordedRisk, ...]:
    """The same of facts that were read before, of which the days are not known."""
    found: dict[frozenset[AnyFact], RecordedRisk] = {}
    for name, sign in _SIGNS.items():
        # A caller's own fact may have the name and values of another kind.
        if (risk := _least(sign, values.get(name))) is not None:
            found.setdefault(sign.alike, risk)
    return tuple(found.values())


def _least(sign: "_Sign", value: Value) -> RecordedRisk | None:
    """The risk that a fact speaks of in each of the values that are possible of it, if so."""
    if not isinstance(value, Possible):
        speaks = value is not None and sign.speaks_in(value)
        return RecordedRisk(sign.fact, value) if value is not None and speaks else None
    ends = [end for end in (value.low, value.high) if end is not None]
    each: list[Scalar] = [*ends, *value.options]
    if not each or not all(map(sign.speaks_in, each)):
        return None
    least = min(each, key=sign.fact.badness)
    return RecordedRisk(sign.fact, least, bound=_bound(sign.fact))


def _in_record(patient: Patient, on: date) -> Iterator[RecordedRisk]:
    for sign in _FOUND:
        read: object = sign.fact.read
        if not isinstance(read, Newest):
            if (risk := _least(sign, sign.fact.read(patient, on))) is not None:
                yield risk
            continue
        dated: tuple[tuple[date, Scalar | None], ...] = newest(read.records(patient), on)
        if not dated:
            continue  # most records say nothing of most facts
        speaking = [(d, v) for d, v in dated if v is not None and sign.speaks_in(v)]
        if speaking:
            day, worst = max(speaking, key=lambda each: sign.fact.badness(each[1]))
            yield RecordedRisk(sign.fact, worst, day)
    if not patient.screenings:
        return
    for (instrument, scale), sign in _SCORES.items():
        taken = [s for s in patient.screenings if s.instrument == instrument]
        told = [(s.on, _score(s, scale, sign)) for s in taken if _bears_on(s, scale)]
        scored = [
            RecordedRisk(sign.fact, value, day, bound)
            for day, (value, bound) in newest(told, on)
            if sign.speaks_in(value)
        ]
        yield from sorted(scored, key=lambda risk: -sign.fact.badness(risk.value))[:1]


def _bears_on(screening: Screening, scale: str) -> bool:
    """Whether a screening says anything of a scale; if not, an older one still counts."""
    whole = INSTRUMENTS[screening.instrument].scale(scale)
    return screening.as_answered(scale) != (whole.low, whole.high)


def _score(screening: Screening, scale: str, sign: _Sign) -> tuple[int, Bound | None]:
    """The score that is sure, as far as it speaks of risk; what was answered, is not left out."""
    low, high = screening.as_answered(scale)
    if low == high:
        return low, None
    return min(low, high, key=sign.fact.badness), _bound(sign.fact)


def _bound(fact: AnyFact) -> Bound:
    """How a value is meant that is the least bad of those that are possible."""
    return Bound.AT_MOST if fact.worse is Worse.LOWER else Bound.AT_LEAST


def _findings() -> Iterator[_Sign]:
    severity, other = FACTS["use_disorder_severity"], FACTS["has_other_mental_disorder"]
    yield _sign(severity.at_least("severe"), severity, holds=False)
    yield _sign(other.equals(True), other, holds=False)
    for name in (
        "needs_24_hour_care",
        "needs_inpatient_otherwise",
        "needs_medical_monitoring",
        "needs_medical_management",
        "acute_withdrawal",
        "withdrawal_manageable",
        "medical_conditions_manageable",
        "health_stable",
        "co_occurring_stable",
        "suicidal_ideation",
        "dangerous",
        *(f"needs_{need.value}" for need in Need if FACTS[f"needs_{need.value}"].worse),
    ):
        yield _sign(FACTS[name].equals(FACTS[name].worse is Worse.HIGHER), FACTS[name])
    for dimension in range(1, 7):
        rating = FACTS[f"third_edition_dimension_{dimension}_risk"]
        yield _sign(rating >= 3, rating)
    home = FACTS["living_environment"]
    yield _sign(~home.at_least("supportive"), home)
    for dimension in range(1, RATED_IN_FOURTH + 1):
        asked = FACTS[f"fourth_edition_dimension_{dimension}_minimum_level"]
        yield _sign(asked.at_least("2.5"), asked)


def _sign(when: Predicate, fact: AnyFact, *, holds: bool = True) -> _Sign:
    return _Sign(fact, when, when if holds else None, frozenset((fact,)))


# The scale of which even the upper of two bands holds a placement back: any answer but "not at
# all" on thoughts of self-harm.
_SELF_HARM = ("phq_9", "self_harm")


def _scales() -> Iterator[tuple[tuple[str, str], _Sign, tuple[_Sign, ...]]]:
    """For each scale, its key, the sign of its score, and those of its bands."""
    for instrument in INSTRUMENTS.values():
        for scale in instrument.scales:
            key = (instrument.name, scale.name)
            lead = f"{instrument.name}_{scale.name}_"
            score = FACTS[f"{lead}score"]
            facts = {one.name: FACTS[f"{lead}{one.name}_band"] for one in scale.band_sets}
            alike = frozenset((score, *facts.values()))
            if score.worse is Worse.LOWER:
                yield key, *_protective(scale, score, facts, alike)
                continue
            holding = [one for one in scale.band_sets if len(one.bands) > 2 or key == _SELF_HARM]
            told = score >= min(map(_upper, scale.band_sets))
            holds = score >= min(map(_upper, holding)) if holding else None
            of_bands = tuple(
                _band_sign(facts[one.name], one, alike, holds=one in holding)
                for one in scale.band_sets
            )
            yield key, _Sign(score, told, holds, alike), of_bands


def _protective(
    scale: Scale, score: AnyFact, facts: Mapping[str, AnyFact], alike: frozenset[AnyFact]
) -> tuple[_Sign, tuple[_Sign, ...]]:
    (bands,) = scale.band_sets
    grave = bands.bands[0]
    fact = facts[bands.name]
    return (
        _Sign(score, score <= grave.high, None, alike),
        (_Sign(fact, fact.equals(grave.name), None, alike),),
    )


def _band_sign(fact: AnyFact, bands: BandSet, alike: frozenset[AnyFact], *, holds: bool) -> _Sign:
    when = fact.at_least(bands.band(_upper(bands)))
    return _Sign(fact, when, when if holds else None, alike)


def _upper(bands: BandSet) -> int:
    """The lowest score in the upper half of some bands."""
    return bands.bands[-(len(bands.bands) // 2)].low


_FOUND = tuple(_findings())
_SCALES = tuple(_scales())
_SCORES: Mapping[tuple[str, str], _Sign] = {key: score for key, score, _ in _SCALES}
_SIGNS: Mapping[str, _Sign] = {
    sign.fact.name: sign
    for sign in (*_FOUND, *(one for _, score, bands in _SCALES for one in (score, *bands)))
}
