"""Events of sessions: who came to which, who did not, and what was called off."""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from iopkit.confidential import hidden
from iopkit.errors import Fault, refuse, unless
from iopkit.fields import frozen
from iopkit.modalities import Modality
from iopkit.schedules.attendance import AS_BOOKED, Attendance
from iopkit.telehealth import HowGiven
from iopkit.windows import is_session_length, is_whole_minutes


@frozen(repr=False)
class SessionAttended:
    """The patient came to a session; ``session`` is its ``Schedule.uid``.

    The session's instant stands in the schedule. One who came ``late`` or ``left_early`` attended
    some of it: the ``attendance`` then says how much.

    Raises:
        InvalidError: no time was attended, or who came late or left early attended all of it.
    """

    session: UUID
    attendance: Attendance = AS_BOOKED
    late: bool | None = None
    left_early: bool | None = None

    def __attrs_post_init__(self) -> None:
        time = self.attendance.time
        ok = time is not None if self.late or self.left_early else time != timedelta(0)
        refuse("attended session", unless(ok, "attendance", "the time attended", "none"))
        refuse("attended session", _time_faults("attendance", time))

    __repr__ = hidden


class MissedBecause(StrEnum):
    """Why a patient missed a session."""

    ILLNESS = "illness"
    WORK_OR_SCHOOL = "work_or_school"
    FAMILY = "family"
    TRANSPORT = "transport"
    LEGAL = "legal"
    OTHER_CARE = "other_care"
    WEATHER = "weather"
    OTHER = "other"


@frozen(repr=False)
class SessionMissed:
    """The patient did not come to a session; what is ``None`` was not recorded."""

    session: UUID
    excused: bool | None = None
    why: MissedBecause | None = None
    told_beforehand: bool | None = None

    __repr__ = hidden


class CancelledBy(StrEnum):
    """Who called a session off."""

    PROGRAM = "program"
    PATIENT = "patient"
    PAYER = "payer"
    OTHER = "other"


@frozen(repr=False)
class SessionCancelled:
    """A session was called off; ``None``: not recorded by whom."""

    session: UUID
    by: CancelledBy | None = None
    why: str = ""

    __repr__ = hidden


@frozen(repr=False)
class MadeUp:
    """A missed or cancelled session was made up for at a time that no schedule has.

    ``session`` is the one that is made up for, ``start`` aware: its day and hours are those that
    the clock of the site shows then. One that a schedule has is attended as any other session.

    Raises:
        InvalidError: the start has no time zone, or is a time that its clocks leave out, or no time
            was attended.
    """

    session: UUID
    start: datetime
    attendance: Attendance = AS_BOOKED

    def __attrs_post_init__(self) -> None:
        time = self.attendance.time
        refuse(
            "make-up",
            _zone_faults(self.start),
            unless(time != timedelta(0), "attendance", "the time attended", "none"),
            _time_faults("attendance", time),
        )

    __repr__ = hidden


@frozen(repr=False)
class CameUnplanned:
    """The patient came to a session that is in no schedule of theirs.

    ``start`` is aware, and counts on the clock of the site; ``time`` is the service attended,
    without breaks.

    Raises:
        InvalidError: the start has no time zone, or is a time that its clocks leave out, or the
            time is not in whole minutes from 1 minute to 24 hours.
    """

    service: str
    modality: Modality
    start: datetime
    time: timedelta
    given: HowGiven | None = None
    led_by: str | None = None

    def __attrs_post_init__(self) -> None:
        ok = is_session_length(self.time)
        refuse(
            "session not planned",
            _zone_faults(self.start),
            unless(ok, "time", "whole minutes, from 1 to 1440", "another length"),
        )

    __repr__ = hidden


def _zone_faults(start: datetime) -> tuple[Fault, ...]:
    if start.tzinfo is None:
        return (Fault(("start",), "an aware time", "one without a zone"),)
    if not date.min.year < start.year < date.max.year:
        return (Fault(("start",), "a time in the years 2 to 9998", "another"),)
    there = start.astimezone(UTC).astimezone(start.tzinfo).replace(tzinfo=None)
    ok = there == start.replace(tzinfo=None)
    return unless(ok, "start", "a time that clocks show", "one that they leave out")


def _time_faults(name: str, time: timedelta | None) -> tuple[Fault, ...]:
    ok = time is None or (time >= timedelta(0) and is_whole_minutes(time))
    return unless(ok, name, "whole minutes, at least 0", "another time")


SessionMark: TypeAlias = SessionAttended | SessionMissed | SessionCancelled
"""What a roll says of one patient and a session of the schedule."""
