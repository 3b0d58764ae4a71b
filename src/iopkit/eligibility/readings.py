"""How facts are read from a patient as of a day; ``None`` where nothing settles them.

Readers that need more than the patient and the day are frozen classes and not closures, so
that facts can be pickled and compared.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from typing import Any, Protocol, TypeVar, runtime_checkable

from dateutil.relativedelta import relativedelta

from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.levels import LevelOfCare
from iopkit.needs import Need
from iopkit.patients.consents import Purpose
from iopkit.patients.diagnoses import MentalDisorder, Severity, Substance, SubstanceUseDisorder
from iopkit.patients.patients import (
    Coverage,
    Outcome,
    Patient,
    Payer,
    Treatment,
    refuse_before_birth,
)
from iopkit.patients.screenings import Screening
from iopkit.truth import Truth, any_of

T = TypeVar("T")

OLDEST = 130
"""The most completed years that a patient can have lived."""

REMISSION = ("not_in_remission", "early", "sustained", "no_disorder")
"""How far a use disorder is in remission; ``no_disorder``: there is none to be in it."""


def age(patient: Patient, on: date) -> int | None:
    """Completed years since birth.

    Raises:
        InvalidError: the day is before the birth, or more than ``OLDEST`` years after it.
            Records of such a birth may be held, but no age is read from them.
    """
    refuse_before_birth(patient, on, what="age", path="on")
    if patient.birth_date is None:
        return None
    years = relativedelta(on, patient.birth_date).years
    expected = f"a birth within {OLDEST} years of the day"
    refuse("age", unless(years <= OLDEST, "birth_date", expected, "an earlier one"))
    return years


def free_hours(patient: Patient, _: date) -> float | None:
    """Hours a week when the patient could come; unknown unless each obligation's times are."""
    obligations = patient.obligations
    if obligations is None or any(one.windows is None for one in obligations):
        return None
    return None if patient.free is None else patient.free.total / timedelta(hours=1)


def support_joins(patient: Patient, _: date) -> bool | None:
    """Whether a support person joins family sessions; unknown if one might."""
    if patient.supports is None:
        return None
    return _any_true([support.joins_family_sessions for support in patient.supports])


def _any_true(answers: Iterable[bool | None]) -> bool | None:
    found = set(answers)
    return True if True in found else None if None in found else False


# Diagnoses.


def has_diagnosis(patient: Patient, on: date) -> bool | None:
    """Whether any diagnosis is on record by a day."""
    if patient.diagnoses is None:
        return None
    return any(d.diagnosed is None or d.diagnosed <= on for d in patient.diagnoses)


def has_use_disorder(patient: Patient, on: date) -> bool | None:
    """Whether a use disorder other than of tobacco is on record by a day."""
    return _is_among(set(Substance) - {Substance.TOBACCO}, patient, on)


def has_opioid_use_disorder(patient: Patient, on: date) -> bool | None:
    """Whether an opioid use disorder is on record by a day."""
    return _is_among({Substance.OPIOIDS}, patient, on)


def has_alcohol_use_disorder(patient: Patient, on: date) -> bool | None:
    """Whether an alcohol use disorder is on record by a day."""
    return _is_among({Substance.ALCOHOL}, patient, on)


def has_other_mental_disorder(patient: Patient, on: date) -> bool | None:
    """Whether a mental disorder other than of substance use is on record by a day."""
    if patient.diagnoses is None:
        return None
    others = [d for d in patient.diagnoses if isinstance(d, MentalDisorder)]
    return any(d.diagnosed is None or d.diagnosed <= on for d in others)


def severity(patient: Patient, on: date) -> str | None:
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


def remission(patient: Patient, on: date) -> str | None:
    """The least remission; unknown if that of an unknown disorder could be less."""
    disorders = _use_disorders(patient, on)
    if disorders is None:
        return None
    none = REMISSION.index("no_disorder")
    stages = [(d.substance is not None, _stage(d, on)) for d in disorders]
    # Of an unknown stage anything is possible; what could be tobacco might not count.
    least = min((stage or 0 for _, stage in stages), default=none)
    most = min((none - 1 if s is None else s for sure, s in stages if sure), default=none)
    return REMISSION[least] if least == most else None


def _stage(disorder: SubstanceUseDisorder, on: date) -> int | None:
    """The place of a disorder's remission in their order."""
    since = disorder.symptom_free_since
    if since is None or on < since:
        return None
    free = relativedelta(on, since)
    return 2 if free.years else int(free.months >= 3)


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


def _is_among(substances: set[Substance], patient: Patient, on: date) -> bool | None:
    disorders = _use_disorders(patient, on)
    if disorders is None:
        return None
    found = {d.substance for d in disorders}
    if found & substances:
        return True
    return None if None in found else False


# What is dated: the newest record up to the day counts.


def newest(dated: Iterable[tuple[date, T]], on: date) -> tuple[tuple[date, T], ...]:
    """The newest records up to a day, which may be several of that day."""
    known = [record for record in dated if record[0] <= on]
    if not known:
        return ()
    last = max(day for day, _ in known)
    return tuple(record for record in known if record[0] == last)


def _newest(dated: Iterable[tuple[date, T]], on: date) -> T | None:
    """What the newest records up to a day say; ``None`` if none does, or they disagree."""
    return _only({value for _, value in newest(dated, on)})


def _only(found: AbstractSet[T | None]) -> T | None:
    return next(iter(found)) if len(found) == 1 else None


@runtime_checkable
class DatedReader(Protocol):
    """What reads a fact from the newest of several dated records."""

    # Any: what the fact has.
    def dated(self, patient: Patient, /) -> Iterable[tuple[date, Any]]:
        """What each record says, with its day."""
        ...


@frozen
class NewestFinding:
    """Reads a field of the newest assessment, up to the day, that says something on it."""

    name: str

    # Any: what the field has.
    def __call__(self, patient: Patient, on: date) -> Any:  # noqa: ANN401
        """The finding as of a day."""
        return _newest(self.dated(patient), on)

    def dated(self, patient: Patient) -> Iterator[tuple[date, Any]]:
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
class NeedRecorded:
    """Reads whether the newest assessment, up to the day, that lists needs has one."""

    need: Need

    def __call__(self, patient: Patient, on: date) -> bool | None:
        """Whether it is listed as of a day."""
        listed: frozenset[Need] | None = NewestFinding("needs")(patient, on)
        return None if listed is None else self.need in listed

    def dated(self, patient: Patient) -> Iterator[tuple[date, bool]]:
        """Whether each assessment that lists needs has it, with its day."""
        for day, listed in NewestFinding("needs").dated(patient):
            yield day, self.need in listed


@frozen
class NewestRisk:
    """Reads the newest risk rating, up to the day, of a dimension of the third edition."""

    dimension: int

    def __call__(self, patient: Patient, on: date) -> int | None:
        """The rating as of a day."""
        return _newest(self.dated(patient), on)

    def dated(self, patient: Patient) -> Iterator[tuple[date, int]]:
        """Each rating, with its day."""
        for assessment in patient.assessments or ():
            for rating in assessment.ratings:
                if rating.dimension == self.dimension and rating.risk is not None:
                    yield assessment.on, rating.risk


@frozen
class NewestScore:
    """Reads a scale's score from the newest screening, up to the day, with an instrument.

    A screening that leaves the score open is not passed over for an older one.
    """

    instrument: str
    scale: str

    def __call__(self, patient: Patient, on: date) -> int | None:
        """The score as of a day."""
        return _newest(self.dated(patient), on)

    def dated(self, patient: Patient) -> Iterator[tuple[date, int | None]]:
        """Each screening's score, with its day."""
        return ((s.on, s.score(self.scale)) for s in _taken(self.instrument, patient))


@frozen
class NewestBand:
    """Reads the band of a scale's score, as ``NewestScore`` reads the score."""

    instrument: str
    scale: str
    band_set: str

    def __call__(self, patient: Patient, on: date) -> str | None:
        """The band's name as of a day."""
        return _newest(self.dated(patient), on)

    def dated(self, patient: Patient) -> Iterator[tuple[date, str | None]]:
        """Each screening's band, with its day."""
        taken = _taken(self.instrument, patient)
        return ((s.on, s.band(self.scale, self.band_set)) for s in taken)


def _taken(instrument: str, patient: Patient) -> Iterator[Screening]:
    return (s for s in patient.screenings or () if s.instrument == instrument)


# Treatment.


def prior_treatments(patient: Patient, on: date) -> int | None:
    """How many episodes of treatment ended by a day."""
    past = _ended(patient, on)
    return None if past is None else len(past)


def last_outcome(patient: Patient, on: date) -> str | None:
    """How the latest episode of treatment ended by a day; ``none`` if there was none."""
    past = _ended(patient, on)
    if past is None:
        return None
    outcomes = {episode.outcome for episode in _latest(past)}
    outcome = _only(outcomes)
    return "none" if not outcomes else outcome and outcome.value


def just_completed_24_hour_care(patient: Patient, on: date) -> bool | None:
    """Whether the latest episode ended by a day was 24-hour care and was completed."""
    past = _ended(patient, on)
    if past is None:
        return None
    return _only({_completed_24_hour_care(episode) for episode in _latest(past)} or {False})


def days_since_24_hour_care(patient: Patient, on: date) -> int | None:
    """Days since the patient left 24-hour care; ``None`` also if there was none."""
    past = [(p.end, _is_24_hour_care(p)) for p in _ended(patient, on) or () if p.end]
    last = max((end for end, level in past if level is not False), default=None)
    return (on - last).days if last and (last, True) in past else None


def _ended(patient: Patient, on: date) -> tuple[Treatment, ...] | None:
    """Episodes that ended by a day; ``None`` if that is not known of each."""
    if patient.treatments is None:
        return None
    ended = {episode: _has_ended(episode, on) for episode in patient.treatments}
    if None in ended.values():
        return None
    return tuple(episode for episode in patient.treatments if ended[episode])


def _has_ended(episode: Treatment, on: date) -> bool | None:
    if episode.end is not None:
        return episode.end <= on
    started_by_then = episode.start is None or episode.start < on
    return None if episode.outcome is not None and started_by_then else False


def _latest(past: Iterable[Treatment]) -> tuple[Treatment, ...]:
    """The episodes that ended last; several, if on one day."""
    listed = tuple(past)
    last = max((episode.end for episode in listed if episode.end), default=None)
    return tuple(episode for episode in listed if episode.end == last)


def _is_24_hour_care(episode: Treatment) -> bool | None:
    level = episode.level
    return None if level is None else level >= LevelOfCare("3.1", level.edition)


def _completed_24_hour_care(episode: Treatment) -> bool | None:
    completed = None if episode.outcome is None else episode.outcome is Outcome.COMPLETED
    return _known(Truth.of(_is_24_hour_care(episode)) & Truth.of(completed))


# Coverage and consent.


@frozen
class Covered:
    """Reads whether a payer covers the patient on the day."""

    payer: Payer

    def __call__(self, patient: Patient, on: date) -> bool | None:
        """Whether there is coverage on a day."""
        if patient.coverages is None:
            return None
        return _known(any_of(_in_force(c, on) for c in patient.coverages if c.payer is self.payer))


def _in_force(coverage: Coverage, on: date) -> Truth:
    going_on = Truth.of(coverage.end is None or on < coverage.end)
    return going_on & Truth.of(None if coverage.start is None else coverage.start <= on)


@frozen
class Consented:
    """Reads whether a consent to disclose for a purpose, to anybody, is valid on the day."""

    purpose: Purpose

    def __call__(self, patient: Patient, on: date) -> bool | None:
        """Whether there is consent on a day."""
        if patient.consents is None:
            return None
        return _known(
            any_of(
                consent.valid(on=on, recipient=recipient, purpose=self.purpose)
                for consent in patient.consents
                # If the recipients are not known, neither is whether any one is among them.
                for recipient in (("",) if consent.recipients is None else consent.recipients)
            )
        )


def _known(truth: Truth) -> bool | None:
    return None if truth is Truth.UNKNOWN else truth is Truth.YES
