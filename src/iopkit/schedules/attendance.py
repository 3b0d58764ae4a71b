"""Attendance: what a patient attended of a schedule's sessions, and how they were given."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import TypeGuard
from uuid import UUID

from iopkit.confidential import hidden
from iopkit.errors import Fault, refuse
from iopkit.fields import frozen
from iopkit.schedules.sessions import Schedule, Session
from iopkit.telehealth import HowGiven
from iopkit.windows import is_whole_minutes


@frozen(repr=False)
class Attendance:
    """What a patient attended of a session, how it was given and who led it.

    ``time`` is the service attended, without breaks; no minutes: the session was missed. What is
    ``None`` was as the session is booked.
    """

    time: timedelta | None = None
    given: HowGiven | None = None
    led_by: str | None = None

    def time_of(self, session: Session) -> timedelta:
        """How much of a session was attended."""
        return session.service_time if self.time is None else self.time

    def given_of(self, session: Session) -> HowGiven:
        """How a session was given, or is to be."""
        return self.given or HowGiven(session.delivery)

    def led_by_of(self, session: Session) -> str | None:
        """Who led a session, or is to lead it; ``None``: nobody is named."""
        return self.led_by or session.clinician

    __repr__ = hidden


AS_BOOKED = Attendance()
"""All of a session, given and led as it is booked."""

Attended = Collection[UUID] | Mapping[UUID, timedelta | Attendance]
"""Sessions by their ``Schedule.uid``: those attended in full, or what was attended of each."""


def attendance_of(schedule: Schedule, attended: Attended) -> Mapping[UUID, Attendance]:
    """What was attended of each session; those without a minute were missed and are left out.

    Raises:
        InvalidError: with each session that is none of the schedule's, and each time that is
            no whole number of minutes from 0 to what is booked.
    """
    sessions = {schedule.uid(session): session for session in schedule.sessions}
    given = attended if _is_told(attended) else dict.fromkeys(attended, AS_BOOKED)
    faults: list[Fault] = []
    told: dict[UUID, Attendance] = {}
    for place, (uid, value) in enumerate(given.items()):
        session = sessions.get(uid)
        if found := attendance_faults(session, value):
            faults += [fault.under("attended", place) for fault in found]
        else:
            told[uid] = value if isinstance(value, Attendance) else Attendance(value)
    refuse("attendance", tuple(faults))
    return {uid: each for uid, each in told.items() if each.time_of(sessions[uid])}


def _is_told(attended: Attended) -> TypeGuard[Mapping[UUID, timedelta | Attendance]]:
    return isinstance(attended, Mapping)


def attendance_faults(session: Session | None, value: object) -> tuple[Fault, ...]:
    """What is wrong with what was attended of a session; ``None``: there is no such session."""
    if session is None:
        return (Fault((), "a session of the schedule, by its UID", "another"),)
    if not isinstance(value, timedelta | Attendance):
        return (Fault((), "a duration, or an Attendance", "something else"),)
    time = value.time_of(session) if isinstance(value, Attendance) else value
    if timedelta(0) <= time <= session.service_time and is_whole_minutes(time):
        return ()
    return (Fault((), "whole minutes, from 0 to those that are booked", "another duration"),)
