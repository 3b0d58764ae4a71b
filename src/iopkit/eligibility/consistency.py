"""The record held against itself: recorded facts that cannot all be so.

While a contradiction stands, its facts count as not known: which of them is wrong only those
who recorded them can say.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from attrs import evolve

from iopkit.citations import AETNA, INDIANA
from iopkit.confidential import hidden
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.possible import CONTRADICTED, Possible, Value, as_possible
from iopkit.eligibility.predicates import (
    AllOf,
    AnyFact,
    Fact,
    Predicate,
    Values,
    compiled,
    facts_in,
    seen_of,
    with_terms,
)
from iopkit.eligibility.recency import asked_by
from iopkit.eligibility.sheets import FactSheet, read_facts
from iopkit.errors import refuse, unless, unless_a, unless_day
from iopkit.fields import frozen
from iopkit.levels import LevelOfCare
from iopkit.patients.instrument_library import INSTRUMENTS
from iopkit.patients.patients import Patient
from iopkit.sources import Source
from iopkit.truth import Truth


@frozen
class Contradiction:
    """A predicate over facts that cannot all be so, and why not.

    ``source`` says what the facts mean; ``None``: the same question was answered twice.

    Raises:
        InvalidError: ``predicate`` is none, or asks about fewer than two facts.
    """

    name: str
    meaning: str
    predicate: Predicate
    why: str
    source: Source | None = None

    def __attrs_post_init__(self) -> None:
        several = len(set(facts_in(self.predicate))) > 1
        fault = unless(several, "predicate", "one about two facts or more", "fewer")
        refuse(f"contradiction {self.name!r}", fault)


@frozen(repr=False)
class Contradicted:
    """A fact in a contradiction, as it is recorded, and the day it was found."""

    # Any: facts of several kinds. The patient in the type has documents read it by its name
    # among the shipped facts, whatever facts their rules ask about.
    fact: Fact[Patient, Any]
    value: Value
    found: date | None = None

    @property
    def words(self) -> str:
        """What is recorded and when, in prose."""
        return seen_of(self.fact, self.value, self.found, "")

    __repr__ = hidden


@frozen(repr=False)
class RecordedContradiction:
    """A contradiction that stands in a record, with the facts as they are recorded.

    Raises:
        InvalidError: there are fewer than two facts.
    """

    name: str
    meaning: str
    why: str
    facts: tuple[Contradicted, ...]
    source: Source | None = None

    def __attrs_post_init__(self) -> None:
        several = len(self.facts) > 1
        refuse("contradiction", unless(several, "facts", "two facts or more", "fewer"))

    @property
    def words(self) -> str:
        """What contradicts what, and why it does, in prose."""
        said = "; ".join(fact.words for fact in self.facts)
        because = f"{self.why} ({self.source})" if self.source else self.why
        return f"{self.meaning}: {said}. {because}"

    __repr__ = hidden


def contradictions(patient: Patient, *, on: date) -> tuple[RecordedContradiction, ...]:
    """What in a patient's record cannot all be so, as of a day.

    The newest findings up to the day are held against each other.

    Raises:
        InvalidError: what is given is no patient, or no day.

    Example:
        >>> from uuid import UUID
        >>> from iopkit.needs import Need
        >>> from iopkit.patients import Assessment, Patient
        >>> found = Assessment(
        ...     date(2026, 1, 3),
        ...     needs_24_hour_care=False,
        ...     needs=frozenset({Need.AROUND_THE_CLOCK_SUPPORT}),
        ... )
        >>> somebody = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"), assessments=(found,))
        >>> [each.name for each in contradictions(somebody, on=date(2026, 1, 5))]
        ['around_the_clock']
    """
    refuse("contradictions", unless_a(patient, "patient", Patient), unless_day(on, "on"))
    # Each of them takes an assessment.
    if not patient.assessments:
        return ()
    read = _Read(patient, on)
    return tuple(_standing(read, read.readings))


def contradictions_in(sheet: FactSheet) -> tuple[RecordedContradiction, ...]:
    """The same of facts that were read before; those that are not in the sheet are not known."""
    whole = sheet.with_recent(_FACTS.values())
    return tuple(_standing(whole.values(), whole.told()))


def read_consistent(facts: Iterable[AnyFact], patient: Patient, *, on: date) -> FactSheet:
    """Facts of a patient as of a day, those that contradict each other as not known.

    Raises:
        InvalidError: as ``read_facts``.
    """
    asked = with_terms(facts)
    sheet = read_facts(asked, patient, on=on)
    found = contradictions(patient, on=on)
    return without_contradicted(sheet, found).with_margins(asked)


def without_contradicted(sheet: FactSheet, found: Sequence[RecordedContradiction]) -> FactSheet:
    """A sheet whose contradicted facts are not known, whichever of their findings are asked for."""
    if not found:
        return sheet
    names = {each.fact.name for one in found for each in one.facts}
    return evolve(
        sheet,
        items=tuple(
            (name, Possible(found=as_possible(value).found, why=CONTRADICTED))
            if asked_by(name) in names
            else (name, value)
            for name, value in sheet.items
        ),
    )


def _standing(values: Values, readings: Mapping[str, Value]) -> Iterator[RecordedContradiction]:
    for one, parts, facts in _ASKED:
        # What is not known settles nothing for "all of", and here it does: the rest is not read.
        for part in parts:
            if part(values) is not Truth.YES:
                break
        else:
            seen = tuple(_seen(fact, values, readings) for fact in facts)
            yield RecordedContradiction(one.name, one.meaning, one.why, seen, one.source)


def _seen(fact: Fact[Patient, Any], values: Values, readings: Mapping[str, Value]) -> Contradicted:
    reading = as_possible(readings.get(fact.name))
    return Contradicted(FACTS[fact.asked], values.get(fact.name), reading.found)


def _parts(predicate: Predicate) -> tuple[Predicate, ...]:
    return predicate.parts if isinstance(predicate, AllOf) else (predicate,)


class _Read(dict[str, Value]):
    """Facts of a patient, read when they are first asked for, as most never are."""

    def __init__(self, patient: Patient, on: date) -> None:
        super().__init__()
        self._patient, self._on = patient, on
        self.readings: dict[str, Value] = {}

    # Any: as ``dict`` has it.
    def get(self, name: str, _: Any = None) -> Any:  # noqa: ANN401
        if name not in self:
            read = self.readings[name] = _FACTS[name].read(self._patient, self._on)
            self[name] = read.plain if isinstance(read, Possible) else read
        return self[name]


_C_SSRS = INSTRUMENTS["c_ssrs"]
_NOT_AROUND_THE_CLOCK = FACTS["needs_24_hour_care"].equals(False)

CONTRADICTIONS: tuple[Contradiction, ...] = (
    Contradiction(
        "around_the_clock",
        "needs support around the clock, and does not need care around the clock",
        _NOT_AROUND_THE_CLOCK & FACTS["needs_around_the_clock_support"].equals(True),
        "Care around the clock is what gives support around the clock.",
    ),
    Contradiction(
        "medical_monitoring",
        "needs medically monitored inpatient care, and does not need care around the clock",
        _NOT_AROUND_THE_CLOCK & FACTS["needs_medical_monitoring"].equals(True),
        "Inpatient care is care around the clock.",
        LevelOfCare("3.7").source,
    ),
    Contradiction(
        "medical_management",
        "needs medically managed inpatient care, and does not need care around the clock",
        _NOT_AROUND_THE_CLOCK & FACTS["needs_medical_management"].equals(True),
        "Inpatient care is care around the clock.",
        LevelOfCare("4").source,
    ),
    Contradiction(
        "danger",
        "is judged not to be dangerous to self or others, and a screen within 30 days shows "
        "intent or recent suicidal behavior",
        FACTS["dangerous"].equals(False)
        & FACTS["c_ssrs_risk_triage_band"].within(days=30).equals("high"),
        "Who screens so is to be judged anew; that 30 days are recent is our choice.",
        _C_SSRS.source,
    ),
    Contradiction(
        "withdrawal_management",
        "the risk of withdrawal cannot be managed, and withdrawal management is not needed",
        FACTS["withdrawal_manageable"].equals(False)
        & FACTS["needs_withdrawal_management"].equals(False),
        "Whose withdrawal is more than a program can hold needs to have it managed.",
        INDIANA.at("(c)(1)"),
    ),
    Contradiction(
        "acute_withdrawal",
        "is neither in acute withdrawal nor at risk of it, and the risk is rated as severe",
        FACTS["acute_withdrawal"].equals(False) & (FACTS["third_edition_dimension_1_risk"] >= 4),
        "Dimension 1 rates the risk of withdrawal, and 4 is the highest rating.",
        AETNA,
    ),
    Contradiction(
        "stability",
        "mental and physical health is stable, and conditions beside the use disorder are not",
        FACTS["health_stable"].equals(True) & FACTS["co_occurring_stable"].equals(False),
        "Medical and psychiatric conditions are mental and physical health.",
    ),
    Contradiction(
        "opioid_medication",
        "takes medication for opioid use disorder, and no opioid use disorder is on record",
        FACTS["opioid_medication"].is_in("methadone", "buprenorphine", "naltrexone")
        & FACTS["has_opioid_use_disorder"].equals(False),
        "The medication is recorded as one for opioid use disorder.",
    ),
)
"""What is held against each other in every record, in the order in which it is told."""

_ASKED = tuple(
    (
        one,
        tuple(map(compiled, _parts(one.predicate))),
        tuple(dict.fromkeys(facts_in(one.predicate))),
    )
    for one in CONTRADICTIONS
)
_FACTS = {fact.name: fact for _, _, facts in _ASKED for fact in facts}
