"""How facts are read from a patient as of a day: what is possible, ``None`` for anything.

Readers that need more than the patient and the day are frozen classes and not closures, so
that facts can be pickled and compared.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from typing import Any, TypeVar

from attrs import evolve
from dateutil.relativedelta import relativedelta

from iopkit.eligibility.kinds import Kind, as_recorded, refuse_other_values
from iopkit.eligibility.possible import Possible, Value
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.needs import Need
from iopkit.patients.consents import Purpose
from iopkit.patients.diagnoses import (
    Diagnosis,
    MentalDisorder,
    Severity,
    Substance,
    SubstanceUseDisorder,
)
from iopkit.patients.icd10 import STAGES, severities_of, stages_of, substances_of
from iopkit.patients.partial_dates import earliest_day, latest_day
from iopkit.patients.patients import ObligationKind, Patient, Support, refuse_before_birth
from iopkit.patients.screenings import Screening
from iopkit.payers import Payer
from iopkit.truth import Truth, any_of

T = TypeVar("T")

OLDEST = 130
"""The most completed years that a patient can have lived."""

PLACEHOLDERS = frozenset({date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1)})
"""Days that stand in records where no day was recorded: from them spreadsheets and databases
count. That they are read as not known is our choice."""

REMISSION = (*STAGES, "no_disorder")
"""How far a use disorder is in remission; ``no_disorder``: there is none to be in it."""


def age(patient: Patient, on: date) -> Value:
    """Completed years since birth; as many as are possible, if the birth is known in part.

    Raises:
        InvalidError: the day is before the birth, or more than ``OLDEST`` years after it.
            Records of such a birth may be held, but no age is read from them.
    """
    refuse_before_birth(patient, on, what="age", path="on")
    born = patient.birth_date
    if born is None:
        return None
    first, last = earliest_day(born), latest_day(born)
    if first in PLACEHOLDERS:
        return Possible(why="the recorded day of birth is one that stands where none is known")
    most, least = (relativedelta(on, min(day, on)).years for day in (first, last))
    expected = f"a birth within {OLDEST} years of the day"
    refuse("age", unless(least <= OLDEST, "birth_date", expected, "an earlier one"))
    if least == most:
        return least
    return Possible(least, min(most, OLDEST), why="the birth is known in part")


def free_hours(patient: Patient, _: date) -> Value:
    """Hours a week when the patient could come; fewer, as far as obligations' times are open."""
    if patient.free is None:
        return None
    hours = patient.free.total / timedelta(hours=1)
    obligations = patient.obligations
    if obligations is None or any(one.windows is None for one in obligations):
        return Possible(0, hours, why="an obligation's times are not known")
    return hours


@frozen
class Obliged:
    """Reads whether the patient has an obligation of one of some kinds."""

    kinds: tuple[ObligationKind, ...]

    def __call__(self, patient: Patient, _: date) -> bool | None:
        """Whether there is one, whatever the day."""
        if patient.obligations is None:
            return None
        return any(one.kind in self.kinds for one in patient.obligations)


def support_joins(patient: Patient, _: date) -> bool | None:
    """Whether a support person joins family sessions; unknown if one might."""
    if patient.supports is None:
        return None
    return known_truth(any_of(Truth.of(one.joins_family_sessions) for one in patient.supports))


def joins_with_consent(patient: Patient, on: date) -> bool | None:
    """Whether a valid consent names a support person who joins family sessions."""
    people = (Support(),) if patient.supports is None else patient.supports
    return known_truth(any_of(may_join(one, patient, on) for one in people))


def may_join(support: Support, patient: Patient, on: date) -> Truth:
    """Whether a support person joins family sessions, and a consent valid on a day names them."""
    if patient.consents is None:
        named = Truth.UNKNOWN
    elif support.recipient is None:
        # Whom they are for is not known, but if none is valid, none is for this person.
        family = Consented(Purpose.FAMILY_INVOLVEMENT)
        named = Truth.of(family(patient, on)) & Truth.UNKNOWN
    else:
        named = any_of(
            consent.valid(on=on, recipient=support.recipient, purpose=Purpose.FAMILY_INVOLVEMENT)
            for consent in patient.consents
        )
    return Truth.of(support.joins_family_sessions) & named


# Diagnoses.


def has_diagnosis(patient: Patient, on: date) -> bool | None:
    """Whether any diagnosis is on record by a day."""
    if patient.diagnoses is None:
        return None
    return any(_is_known(found, on) for found in patient.diagnoses)


@frozen
class DisorderOf:
    """Reads whether a use disorder of one of some substances is on record by the day."""

    substances: frozenset[Substance]

    def __call__(self, patient: Patient, on: date) -> Value:
        """Whether there is one by a day."""
        disorders = _use_disorders(patient, on)
        if disorders is None:
            return None
        told = [substances_of(disorder) for disorder in disorders]
        answers = ({int(one in self.substances) for one in said.possible} for said in told)
        found = _joined(max, {0}, answers)
        return some_of(map(bool, found), contradicted=any(said.contradicted for said in told))


def has_other_mental_disorder(patient: Patient, on: date) -> bool | None:
    """Whether a mental disorder other than of substance use is on record by a day."""
    if patient.diagnoses is None:
        return None
    others = (found for found in patient.diagnoses if isinstance(found, MentalDisorder))
    return any(_is_known(found, on) for found in others)


def severity(patient: Patient, on: date) -> Value:
    """The worst severity among use disorders; tobacco is left out, as in 42 CFR 2.11 [T1]."""
    disorders = _use_disorders(patient, on)
    if disorders is None:
        return None
    told = [severities_of(disorder) for disorder in disorders]
    each = (
        _if_counted({int(one) for one in said.possible}, 0, disorder)
        for disorder, said in zip(disorders, told, strict=True)
    )
    worst = (Severity(one).name.lower() if one else "none" for one in _joined(max, {0}, each))
    return some_of(worst, contradicted=any(said.contradicted for said in told))


def remission(patient: Patient, on: date) -> Value:
    """The least remission among use disorders, tobacco left out."""
    disorders = _use_disorders(patient, on)
    if disorders is None:
        return None
    none = REMISSION.index("no_disorder")
    told = [stages_of(disorder, on) for disorder in disorders]
    each = (
        _if_counted({REMISSION.index(one) for one in said.possible}, none, disorder)
        for disorder, said in zip(disorders, told, strict=True)
    )
    least = (REMISSION[one] for one in _joined(min, {none}, each))
    return some_of(least, contradicted=any(said.contradicted for said in told))


def _if_counted(possible: set[int], otherwise: int, disorder: SubstanceUseDisorder) -> set[int]:
    """What a disorder may count as; ``otherwise`` where it is, or may be, one of tobacco."""
    substances = substances_of(disorder).possible
    if Substance.TOBACCO not in substances:
        return possible
    return {otherwise} if len(substances) == 1 else possible | {otherwise}


def _joined(join: Callable[[int, int], int], start: set[int], each: Iterable[set[int]]) -> set[int]:
    """What the greatest or least of several numbers may be, each of which may be one of some."""
    found = start
    for some in each:
        found = {join(one, other) for one in found for other in some}
    return found


def some_of(options: Iterable[str | bool], *, contradicted: bool = False) -> Value:
    """What is possible; why it is not one, if a code and the rest of the record disagree."""
    found = Possible(options=frozenset(options))
    if contradicted and found.value is None:
        return evolve(found, why=_AGAINST_CODE)
    return found.plain


_AGAINST_CODE = "a diagnosis code goes against the record"


def _use_disorders(patient: Patient, on: date) -> tuple[SubstanceUseDisorder, ...] | None:
    """Use disorders known by a day, of tobacco too."""
    if patient.diagnoses is None:
        return None
    disorders = (one for one in patient.diagnoses if isinstance(one, SubstanceUseDisorder))
    return tuple(disorder for disorder in disorders if _is_known(disorder, on))


def _is_known(found: Diagnosis, on: date) -> bool:
    return found.diagnosed is None or found.diagnosed <= on


# What is dated: the newest record up to the day counts.


def newest(dated: Iterable[tuple[date, T]], on: date) -> tuple[tuple[date, T], ...]:
    """The newest records up to a day, which may be several of that day."""
    last: date | None = None
    found: list[tuple[date, T]] = []
    for record in dated:
        day = record[0]
        if day > on or (last is not None and day < last):
            continue
        if day != last:
            last, found = day, []
        found.append(record)
    return tuple(found)


@frozen
class Newest:
    """Reads what the newest of some records, up to the day, leave possible."""

    # Any: what the fact has.
    records: Callable[[Patient], Iterable[tuple[date, Any]]]
    """What each record of a patient says of the fact, with its day."""

    def __call__(self, patient: Patient, on: date) -> Possible | None:
        """What is possible as of a day; ``None`` if there is no record."""
        last = newest(self.records(patient), on)
        if not last:
            return None
        day = last[0][0]
        values = {value for _, value in last}
        if len(values) == 1:
            (value,) = values
            return _found(value, day)
        return Possible.any_of(values, found=day, why="findings of one day differ")


def _found(value: Value, day: date) -> Possible:
    if isinstance(value, Possible):
        return evolve(value, found=day)
    return Possible(found=day) if value is None else Possible.exactly(value, found=day)


@frozen
class Findings:
    """A field of each assessment that says something on it."""

    name: str

    def __call__(self, patient: Patient) -> Iterator[tuple[date, Any]]:
        """What each assessment says, with its day."""
        for assessment in patient.assessments or ():
            if (value := getattr(assessment, self.name)) is not None:
                yield assessment.on, _as_fact(value)


def _as_fact(value: object) -> object:
    """A field's value as facts have it."""
    match value:
        case IntEnum():
            return value.name.lower()
        case StrEnum():
            return value.value
        case timedelta():
            return value / timedelta(hours=1)
        case _:
            return value


@frozen
class NeedFindings:
    """Whether each assessment that lists needs has one."""

    need: Need

    def __call__(self, patient: Patient) -> Iterator[tuple[date, bool]]:
        """Whether each assessment that lists needs has it, with its day."""
        for day, listed in _LISTED_NEEDS(patient):
            yield day, self.need in listed


_LISTED_NEEDS = Findings("needs")


@frozen
class RiskRatings:
    """The risk ratings of a dimension of the third edition."""

    dimension: int

    def __call__(self, patient: Patient) -> Iterator[tuple[date, int]]:
        """Each rating, with its day."""
        for assessment in patient.assessments or ():
            for rating in assessment.ratings:
                if rating.dimension == self.dimension and rating.risk is not None:
                    yield assessment.on, rating.risk


@frozen
class Scores:
    """A scale's score in each screening with an instrument.

    A screening that leaves the score open is not passed over: what it leaves possible is told.
    """

    instrument: str
    scale: str

    def __call__(self, patient: Patient) -> Iterator[tuple[date, Possible]]:
        """What each screening says of the score, with its day."""
        for screening in _taken(self.instrument, patient):
            yield screening.on, Possible(*screening.bounds(self.scale), why=_doubt(screening))


@frozen
class Bands:
    """The band of a scale's score, as ``Scores`` has the score."""

    instrument: str
    scale: str
    band_set: str

    def __call__(self, patient: Patient) -> Iterator[tuple[date, Possible]]:
        """The bands that each screening leaves possible, with its day."""
        for screening in _taken(self.instrument, patient):
            bands = screening.bands(self.scale, self.band_set)
            yield screening.on, Possible(options=frozenset(bands), why=_doubt(screening))


def _doubt(screening: Screening) -> str:
    """Why a screening leaves scores open."""
    if screening.is_contradicted:
        return "items were answered that the answers before them skip"
    return "answers are open" if screening.answers and None in screening.answers else ""


def _taken(instrument: str, patient: Patient) -> Iterator[Screening]:
    return (s for s in patient.screenings or () if s.instrument == instrument)


# Coverage and consent.


@frozen
class Covered:
    """Reads whether a payer covers the patient on the day."""

    payer: Payer

    def __call__(self, patient: Patient, on: date) -> bool | None:
        """Whether there is coverage on a day."""
        if patient.coverages is None:
            return None
        return known_truth(
            any_of(c.in_force(on) for c in patient.coverages if c.payer is self.payer)
        )


@frozen
class Consented:
    """Reads whether a consent to disclose for a purpose, to anybody, is valid on the day."""

    purpose: Purpose

    def __call__(self, patient: Patient, on: date) -> bool | None:
        """Whether there is consent on a day."""
        if patient.consents is None:
            return None
        return known_truth(
            any_of(
                consent.valid(on=on, recipient=recipient, purpose=self.purpose)
                for consent in patient.consents
                # If the recipients are not known, neither is whether any one is among them.
                for recipient in (("",) if consent.recipients is None else consent.recipients)
            )
        )


def known_truth(truth: Truth) -> bool | None:
    """``None`` for a truth that is not known."""
    return None if truth is Truth.UNKNOWN else truth is Truth.YES


# The fourth edition.


@frozen
class MinimumLevels:
    """The minimum levels of a dimension of the fourth edition."""

    dimension: int

    def __call__(self, patient: Patient) -> Iterator[tuple[date, str]]:
        """Each minimum level, with its day."""
        for assessment in patient.assessments or ():
            for least in assessment.minimum_levels:
                if least.dimension == self.dimension:
                    yield assessment.on, least.level.number


# Findings of facts that are not shipped.


@frozen
class Observations:
    """The patient's observations of an own fact."""

    fact: str
    kind: Kind

    def __call__(self, patient: Patient) -> Iterator[tuple[date, Any]]:
        """What each observation says, with its day.

        Raises:
            InvalidError: an observation has a value that the fact cannot have.
        """
        for seen in patient.observations or ():
            if seen.fact == self.fact:
                value = as_recorded(self.kind, seen.value)
                refuse_other_values(self.kind, value, "observations")
                yield seen.on, value
