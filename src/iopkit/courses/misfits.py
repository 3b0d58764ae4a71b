"""Misfits: why an entry can be none of a course's record."""

from enum import StrEnum
from typing import Self

from iopkit.confidential import hidden
from iopkit.courses.entries import Entry
from iopkit.errors import Fault, refuse, unless
from iopkit.fields import frozen


class Misfit(StrEnum):
    """Why an entry does not fit the others of its course."""

    expected: str
    """What an entry has to be for this not to be told of it."""
    words: str
    """The reason in prose."""

    def __new__(cls, value: str, expected: str, words: str) -> Self:  # noqa: D102  # as Enum has it
        misfit = str.__new__(cls, value)
        misfit._value_, misfit.expected, misfit.words = value, expected, words
        return misfit

    KEY_TWICE = "key_twice", "a key of its own", "another entry has its key"
    NOTHING_TO_REPLACE = (
        "nothing_to_replace",
        "an entry of the course to replace",
        "what it replaces is not in the course",
    )
    RECORDED_BEFORE = (
        "recorded_before",
        "recorded later than what it replaces",
        "it was recorded no later than what it replaces",
    )
    CORRECTED_AT_ONCE = (
        "corrected_at_once",
        "one correction of an entry at an instant",
        "another correction was recorded at the same instant",
    )
    NOT_YET = "not_yet", "recorded once it took place", "it was recorded before it took place"
    NOT_REFERRED = "not_referred", "a referral that is open", "no referral was open"
    NOT_ADMITTED = "not_admitted", "a day of a stay", "the patient was not admitted yet"
    ALREADY_ADMITTED = (
        "already_admitted",
        "a day outside a stay",
        "the patient was admitted already",
    )
    AFTER_DISCHARGE = (
        "after_discharge",
        "a day by the discharge, or a readmission before it",
        "the patient was discharged",
    )
    NOT_DISCHARGED = "not_discharged", "a day after a discharge", "the patient was not discharged"
    AFTER_DEATH = "after_death", "a day by the death", "the patient had died"
    WRONG_WAY = "wrong_way", "a level on the side that it says", "the level is on the other side"
    ON_HOLD_ALREADY = "on_hold_already", "one hold at a time", "treatment was on hold already"
    NOT_ON_HOLD = "not_on_hold", "a hold that is open", "treatment was not on hold"
    UNKNOWN_PHASE = (
        "unknown_phase",
        "a phase of the plan that is in force",
        "the plan in force has no such phase",
    )
    TWO_LEVELS = "two_levels", "one level from a day on", "another level begins on the same day"
    TWO_PHASES = "two_phases", "one phase from a day on", "another phase begins on the same day"
    UNKNOWN_SESSION = (
        "unknown_session",
        "a session of a schedule in force",
        "no schedule in force has such a session",
    )
    OTHER_DAY = "other_day", "the day of its session", "its session is on another day"
    TOLD_TWICE = "told_twice", "each session once", "another entry tells of its session"
    TOO_LONG = (
        "too_long",
        "no more time than the session has",
        "more time was attended than the session has",
    )
    NOT_MISSED = (
        "not_missed",
        "a session that was missed or called off",
        "what it makes up for was not missed",
    )
    MADE_UP_TWICE = (
        "made_up_twice",
        "one make-up for a session",
        "its session was made up for already",
    )
    AT_ONCE = (
        "at_once",
        "one session at a time",
        "the patient was in another session at that time",
    )


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
