"""Outcomes: what became of each session that was due."""

from collections.abc import Iterable
from enum import StrEnum

from attrs import field

from iopkit.confidential import hidden
from iopkit.courses.attending import (
    SessionAttended,
    SessionCancelled,
    SessionMark,
    SessionMissed,
)
from iopkit.courses.statuses import Status
from iopkit.courses.timelines import BookedSession
from iopkit.eligibility.possible import Possible, from_to
from iopkit.fields import frozen


class SessionOutcome(StrEnum):
    """What became of a session that was due."""

    ATTENDED = "attended"
    MISSED = "missed"
    """Without an excuse, or it is not recorded whether there was one."""
    EXCUSED = "excused"
    CANCELLED = "cancelled"
    ON_HOLD = "on_hold"
    """Treatment was on hold, and nothing else is on record."""
    NOT_RECORDED = "not_recorded"
    """Its roll is open: it was neither attended nor missed as far as anybody knows."""


def outcome_of(mark: SessionMark | None, *, status: Status | None) -> SessionOutcome | None:
    """What became of a session; ``None``: it was not due, as the patient was not in treatment.

    All counts of sessions ask this one function.

    Args:
        mark: what is on record of the session.
        status: where the patient stood when it began.

    Example:
        >>> outcome_of(None, status=Status.ADMITTED)
        <SessionOutcome.NOT_RECORDED: 'not_recorded'>
    """
    match mark:
        case SessionAttended():
            return SessionOutcome.ATTENDED
        case SessionMissed(excused=True):
            return SessionOutcome.EXCUSED
        case SessionMissed():
            return SessionOutcome.MISSED
        case SessionCancelled():
            return SessionOutcome.CANCELLED
        case None if status is Status.ON_HOLD:
            return SessionOutcome.ON_HOLD
        case None:
            return SessionOutcome.NOT_RECORDED if status is Status.ADMITTED else None


@frozen(repr=False)
class SessionRecord:
    """A session that was due, what became of it, and what is on record of it, if anything is."""

    trusts_types = True  # a state has hundreds of them

    booked: BookedSession
    outcome: SessionOutcome
    mark: SessionMark | None = None

    @property
    def roll_open(self) -> bool:
        """Whether nothing is on record of who came."""
        return self.outcome is SessionOutcome.NOT_RECORDED

    __repr__ = hidden


@frozen(repr=False)
class OutcomeCounts:
    """How many sessions were due, by what became of them: each has one outcome.

    ``unexcused`` are those of the ``missed`` of which it is recorded that there was no excuse.

    Example:
        >>> counts = OutcomeCounts(attended=8, missed=1, cancelled=2, not_recorded=1)
        >>> counts.due, counts.attendance.low, counts.attendance.high
        (12, 0.8, 0.9)
    """

    attended: int = 0
    missed: int = 0
    excused: int = 0
    cancelled: int = 0
    on_hold: int = 0
    not_recorded: int = 0
    unexcused: int = field(default=0, kw_only=True)

    @property
    def due(self) -> int:
        """All sessions that were due."""
        return self.open_to + self.cancelled + self.on_hold

    @property
    def open_to(self) -> int:
        """Those that the patient could come to: neither called off nor in a hold."""
        return self.attended + self.missed + self.excused + self.not_recorded

    @property
    def attendance(self) -> float | Possible | None:
        """The share that was attended, from 0 to 1, of those that the patient could come to.

        While rolls are open it is a range: from none of these attended to all. ``None``: there
        was no session.
        """
        if not self.open_to:
            return None
        return from_to(
            self.attended / self.open_to, (self.attended + self.not_recorded) / self.open_to
        )

    __repr__ = hidden


def count_outcomes(outcomes: Iterable[SessionRecord]) -> OutcomeCounts:
    """Count sessions by what became of them."""
    counts = dict.fromkeys(SessionOutcome, 0)
    unexcused = 0
    for each in outcomes:
        counts[each.outcome] += 1
        mark = each.mark
        unexcused += isinstance(mark, SessionMissed) and mark.excused is False
    return OutcomeCounts(*counts.values(), unexcused=unexcused)
