"""Misfits: why an entry can be none of a course's record."""

from enum import StrEnum

from iopkit.confidential import hidden
from iopkit.courses.entries import Entry
from iopkit.errors import Fault, refuse, unless
from iopkit.fields import frozen


class Misfit(StrEnum):
    """Why an entry does not fit the others of its course."""

    KEY_TWICE = "key_twice"
    NOTHING_TO_REPLACE = "nothing_to_replace"
    RECORDED_BEFORE = "recorded_before"
    CORRECTED_AT_ONCE = "corrected_at_once"
    NOT_YET = "not_yet"
    NOT_REFERRED = "not_referred"
    NOT_ADMITTED = "not_admitted"
    ALREADY_ADMITTED = "already_admitted"
    AFTER_DISCHARGE = "after_discharge"
    NOT_DISCHARGED = "not_discharged"
    AFTER_DEATH = "after_death"
    WRONG_WAY = "wrong_way"
    ON_HOLD_ALREADY = "on_hold_already"
    NOT_ON_HOLD = "not_on_hold"
    UNKNOWN_PHASE = "unknown_phase"
    TWO_LEVELS = "two_levels"
    TWO_PHASES = "two_phases"
    UNKNOWN_SESSION = "unknown_session"
    OTHER_DAY = "other_day"
    TOLD_TWICE = "told_twice"
    TOO_LONG = "too_long"
    NOT_MISSED = "not_missed"
    MADE_UP_TWICE = "made_up_twice"
    AT_ONCE = "at_once"

    @property
    def expected(self) -> str:
        """What an entry has to be for this not to be told of it."""
        return _EXPECTED[self][0]

    @property
    def words(self) -> str:
        """The reason in prose."""
        return _EXPECTED[self][1]


_EXPECTED = {
    Misfit.KEY_TWICE: ("a key of its own", "another entry has its key"),
    Misfit.NOTHING_TO_REPLACE: (
        "an entry of the course to replace",
        "what it replaces is not in the course",
    ),
    Misfit.RECORDED_BEFORE: (
        "recorded later than what it replaces",
        "it was recorded no later than what it replaces",
    ),
    Misfit.CORRECTED_AT_ONCE: (
        "one correction of an entry at an instant",
        "another correction was recorded at the same instant",
    ),
    Misfit.NOT_YET: ("recorded once it took place", "it was recorded before it took place"),
    Misfit.NOT_REFERRED: ("a referral that is open", "no referral was open"),
    Misfit.NOT_ADMITTED: ("a day of a stay", "the patient was not admitted yet"),
    Misfit.ALREADY_ADMITTED: ("a day outside a stay", "the patient was admitted already"),
    Misfit.AFTER_DISCHARGE: (
        "a day by the discharge, or a readmission before it",
        "the patient was discharged",
    ),
    Misfit.NOT_DISCHARGED: ("a day after a discharge", "the patient was not discharged"),
    Misfit.AFTER_DEATH: ("a day by the death", "the patient had died"),
    Misfit.WRONG_WAY: ("a level on the side that it says", "the level is on the other side"),
    Misfit.ON_HOLD_ALREADY: ("one hold at a time", "treatment was on hold already"),
    Misfit.NOT_ON_HOLD: ("a hold that is open", "treatment was not on hold"),
    Misfit.UNKNOWN_PHASE: (
        "a phase of the plan that is in force",
        "the plan in force has no such phase",
    ),
    Misfit.TWO_LEVELS: ("one level from a day on", "another level begins on the same day"),
    Misfit.TWO_PHASES: ("one phase from a day on", "another phase begins on the same day"),
    Misfit.UNKNOWN_SESSION: (
        "a session of a schedule in force",
        "no schedule in force has such a session",
    ),
    Misfit.OTHER_DAY: ("the day of its session", "its session is on another day"),
    Misfit.TOLD_TWICE: ("each session once", "another entry tells of its session"),
    Misfit.TOO_LONG: (
        "no more time than the session has",
        "more time was attended than the session has",
    ),
    Misfit.NOT_MISSED: (
        "a session that was missed or called off",
        "what it makes up for was not missed",
    ),
    Misfit.AT_ONCE: (
        "one session at a time",
        "the patient was in another session at that time",
    ),
    Misfit.MADE_UP_TWICE: ("one make-up for a session", "its session was made up for already"),
}


@frozen(repr=False)
class SetApart:
    """An entry that does not fit the others of a course, and each reason why.

    Raises:
        InvalidError: there is no reason.
    """

    entry: Entry
    reasons: tuple[Misfit, ...]

    def __attrs_post_init__(self) -> None:
        refuse("entry set apart", unless(bool(self.reasons), "reasons", "at least one", "none"))

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The reasons as faults, without the entry's place."""
        return tuple(Fault((), why.expected, why.words) for why in self.reasons)

    __repr__ = hidden
