"""How facts about earlier treatment are read from a patient as of a day."""

from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum

from dateutil.relativedelta import relativedelta

from iopkit.eligibility.kinds import NEVER
from iopkit.eligibility.possible import Possible, Value
from iopkit.eligibility.readings import known_truth, some_of
from iopkit.fields import frozen
from iopkit.levels import LevelOfCare
from iopkit.patients.patients import Outcome, Patient, Treatment
from iopkit.truth import Truth, any_of


def prior_treatments(patient: Patient, on: date) -> Value:
    """How many episodes of treatment ended by a day."""
    if patient.treatments is None:
        return None
    ended = [_has_ended(episode, on) for episode in patient.treatments]
    return Possible(ended.count(True), len(ended) - ended.count(False)).plain


def last_outcome(patient: Patient, on: date) -> Value:
    """How the latest episode of treatment ended by a day; ``none`` if there was none."""
    if patient.treatments is None:
        return None
    latest = _latest(patient.treatments, on)
    return some_of(outcome for episode in latest for outcome in _outcomes(episode))


def just_completed_24_hour_care(patient: Patient, on: date) -> bool | None:
    """Whether the latest episode ended by a day was 24-hour care and was completed."""
    return _of_latest(patient, on, _completed_24_hour_care)


def came_from_24_hour_care(patient: Patient, on: date) -> bool | None:
    """Whether the latest episode ended by a day was 24-hour care, completed or not."""
    return _of_latest(patient, on, _is_24_hour_care)


def in_24_hour_care(patient: Patient, on: date) -> bool | None:
    """Whether an episode of 24-hour care goes on on a day, as recorded."""
    if patient.treatments is None:
        return None
    return known_truth(
        any_of(
            Truth.of(_is_24_hour_care(episode)) & ~Truth.of(_has_ended(episode, on))
            for episode in patient.treatments
            if episode.start is None or episode.start <= on
        )
    )


def days_since_24_hour_care(patient: Patient, on: date) -> Value:
    """Days since the patient last left 24-hour care; ``NEVER`` if there was none."""
    return _time_since(patient, on, _is_24_hour_care, lambda end: (on - end).days)


class LevelRelation(StrEnum):
    """How a level of care stands to another one of its edition."""

    BELOW = "below"
    AT = "at"
    ABOVE = "above"


@frozen
class MonthsSinceUnsuccessful:
    """Reads the completed months since treatment below, at or above a level was unsuccessful.

    That is, since the patient left, or was discharged before completion.
    """

    relation: LevelRelation
    number: str

    def __call__(self, patient: Patient, on: date) -> Value:
        """The completed calendar months as of a day; ``NEVER`` if there was none."""

        def months(end: date) -> int:
            apart = relativedelta(on, end)
            return 12 * apart.years + apart.months

        return _time_since(patient, on, self._was_one, months)

    def _was_one(self, episode: Treatment) -> bool | None:
        failed = None if episode.outcome is None else _UNSUCCESSFUL.get(episode.outcome)
        return known_truth(Truth.of(self._stands(episode.level)) & Truth.of(failed))

    def _stands(self, level: LevelOfCare | None) -> bool | None:
        if level is None:
            return None
        own = LevelOfCare(self.number, level.edition)
        if level == own:
            return self.relation is LevelRelation.AT
        return self.relation is (LevelRelation.BELOW if level < own else LevelRelation.ABOVE)


# A transfer may have been either; of "other" it is not known.
_UNSUCCESSFUL = {Outcome.COMPLETED: False, Outcome.LEFT: True, Outcome.DISCHARGED: True}


def _time_since(
    patient: Patient,
    on: date,
    counts: Callable[[Treatment], bool | None],
    time: Callable[[date], int],
) -> Value:
    """The time since the last episode that counts ended by a day, in the units of ``time``."""
    if patient.treatments is None:
        return None
    least: float = NEVER
    most: float = NEVER
    for episode in patient.treatments:
        ended = Truth.of(_has_ended(episode, on))
        truth = ended & Truth.of(counts(episode))
        if truth is Truth.NO:
            continue
        since = 0 if episode.end is None else time(episode.end)
        least = min(least, since)
        if truth is Truth.YES:
            most = min(most, since)
    return Possible(least, most).plain


def _has_ended(episode: Treatment, on: date) -> bool | None:
    if episode.end is not None:
        return episode.end <= on
    started_by_then = episode.start is None or episode.start < on
    return None if episode.outcome is not None and started_by_then else False


def _latest(treatments: Iterable[Treatment], on: date) -> tuple[Treatment | None, ...]:
    """The episodes that may be the latest which ended by a day; ``None``: there may be none.

    They are several where some ended on one day, or where it is not known when they ended.
    """
    ended = [(episode, _has_ended(episode, on)) for episode in treatments]
    past = [episode for episode, has_ended in ended if has_ended]
    last = max((episode.end for episode in past if episode.end), default=None)
    perhaps = (episode for episode, has_ended in ended if has_ended is None)
    latest: list[Treatment | None] = [episode for episode in past if episode.end == last]
    return (*(latest or [None]), *perhaps)


def _of_latest(
    patient: Patient, on: date, holds: Callable[[Treatment], bool | None]
) -> bool | None:
    """Whether something holds of the latest episode that ended by a day; no, if none has."""
    if patient.treatments is None:
        return None
    latest = _latest(patient.treatments, on)
    found = {episode is not None and holds(episode) for episode in latest}
    return found.pop() if len(found) == 1 else None


def _outcomes(episode: Treatment | None) -> tuple[str, ...]:
    """How an episode may have ended, in the words of the fact."""
    if episode is None:
        return ("none",)
    possible = Outcome if episode.outcome is None else (episode.outcome,)
    return tuple(outcome.value for outcome in possible)


def _is_24_hour_care(episode: Treatment) -> bool | None:
    level = episode.level
    return None if level is None else level >= LevelOfCare("3.1", level.edition)


def _completed_24_hour_care(episode: Treatment) -> bool | None:
    completed = None if episode.outcome is None else episode.outcome is Outcome.COMPLETED
    return known_truth(Truth.of(_is_24_hour_care(episode)) & Truth.of(completed))
