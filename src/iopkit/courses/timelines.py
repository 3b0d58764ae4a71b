"""Timelines: the sessions and phases of a course, by the schedules that were in force."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from attrs import evolve

from iopkit.confidential import hidden
from iopkit.errors import Fault, refuse, unless
from iopkit.fields import frozen
from iopkit.plans.plans import Plan
from iopkit.schedules.sessions import Schedule, Session


@frozen(repr=False)
class ScheduleSince:
    """A schedule that is in force from the day ``since`` on, up to the next one's."""

    since: date
    schedule: Schedule

    __repr__ = hidden


@frozen(repr=False)
class BookedSession:
    """A session of a course, with the schedule that has it and what it makes up for.

    ``uid`` is the session's; ``makes_up_for`` that of the session which it stands for, ``None``
    for one that the plan prescribes.
    """

    uid: UUID
    session: Session
    schedule: Schedule
    makes_up_for: UUID | None = None

    @cached_property
    def day(self) -> date:
        """The day on which it begins, where it is given."""
        return self.session.start.date()

    @cached_property
    def start(self) -> datetime:
        """When it begins, in UTC."""
        return self.session.start.astimezone(UTC)

    @property
    def title(self) -> str:
        """What its service is called."""
        return self.schedule.titles[self.session.service]

    __repr__ = hidden


@frozen(repr=False)
class Timeline:
    """The schedules of a course, in the order of the days from which they are in force.

    A session is the course's if it begins while its schedule is in force, so that each day has
    the sessions of one schedule.

    Raises:
        InvalidError: the days are not in order, two schedules are in force from one day, they are
            of different patients, or a session is in two of them while they are in force.
    """

    schedules: tuple[ScheduleSince, ...] = ()

    def __attrs_post_init__(self) -> None:
        patients = {each.schedule.plan.patient for each in self.schedules}
        ordered = all(one.since < other.since for one, other in pairwise(self.schedules))
        refuse(
            "schedules in force",
            unless(ordered, "schedules", "in order, one from each day", "others"),
            unless(len(patients) <= 1, "schedules", "those of one patient", "others"),
        )
        refuse("schedules in force", self._repeated())

    def _repeated(self) -> tuple[Fault, ...]:
        seen: set[UUID] = set()
        for place, each in enumerate(self._of_each):
            uids = {booked.uid for booked in each}
            if uids & seen:
                expected = "each session while one schedule is in force"
                fix = "let the newer schedule be in force from the day on which it was made"
                return (Fault(("schedules", place), expected, "one in two of them", fix),)
            seen |= uids
        return ()

    @cached_property
    def _days(self) -> tuple[date, ...]:
        return tuple(each.since for each in self.schedules)

    @cached_property
    def _of_each(self) -> tuple[tuple[BookedSession, ...], ...]:
        ends = (*self._days[1:], date.max)
        return tuple(
            tuple(
                _booked(each.schedule, session)
                for session in each.schedule.sessions
                if each.since <= session.start.date() < end
            )
            for each, end in zip(self.schedules, ends, strict=False)
        )

    @cached_property
    def sessions(self) -> Mapping[UUID, BookedSession]:
        """Every session of the course by its UID, in the order of the schedules."""
        return {booked.uid: booked for each in self._of_each for booked in each}

    @cached_property
    def by_start(self) -> tuple[BookedSession, ...]:
        """Every session of the course in the order of the starts."""
        return tuple(
            sorted(
                self.sessions.values(), key=lambda booked: (booked.day, booked.start, booked.uid)
            )
        )

    def in_force_on(self, day: date) -> ScheduleSince | None:
        """What is in force on a day, and since when; ``None``: there is nothing yet."""
        place = bisect_right(self._days, day) - 1
        return self.schedules[place] if place >= 0 else None

    def schedule_on(self, day: date) -> Schedule | None:
        """The schedule that is in force on a day; ``None``: there is none yet."""
        found = self.in_force_on(day)
        return found.schedule if found else None

    def plan_on(self, day: date) -> Plan | None:
        """The plan that is in force on a day; ``None``: there is none yet."""
        schedule = self.schedule_on(day)
        return schedule.plan if schedule else None

    def on_site_clock(self, start: datetime) -> datetime:
        """A start on the clock of the site whose schedule is in force, or else of the first one.

        As it is given, where there is no schedule.
        """
        if not self.schedules:
            return start
        place = max(bisect_right(self._days, start.date()) - 1, 0)
        return start.astimezone(ZoneInfo(self.schedules[place].schedule.zone))

    __repr__ = hidden


def _booked(schedule: Schedule, session: Session) -> BookedSession:
    original = schedule.uid(evolve(session, make_up=0)) if session.make_up else None
    return BookedSession(schedule.uid(session), session, schedule, original)
