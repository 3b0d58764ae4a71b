"""Deliveries: what was attended in a course up to a day, and of what nobody knows it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from attrs import evolve

from iopkit.confidential import hidden
from iopkit.courses.attending import CameUnplanned, MadeUp, SessionAttended
from iopkit.courses.authorizations import Authorization, last_answers
from iopkit.courses.courses import Course, as_known
from iopkit.courses.entries import Entry
from iopkit.courses.findings import Authorized, Certified, ReviewHeld
from iopkit.courses.states import State
from iopkit.courses.stay_spans import stays_of
from iopkit.courses.stays import Discharged
from iopkit.courses.taking_stock import state_on
from iopkit.courses.timelines import BookedSession, ScheduleSince
from iopkit.errors import refuse, refuse_moments, unless_a
from iopkit.fields import frozen
from iopkit.plans.plans import Plan
from iopkit.programs.plan_days import week_of_plan
from iopkit.schedules.attendance import Attendance
from iopkit.schedules.sessions import Session
from iopkit.truth import Truth


class SessionOrigin(StrEnum):
    """Where a session of a course comes from."""

    SCHEDULED = "scheduled"
    MADE_UP = "made_up"
    """At a time that no schedule has, for one that was missed or cancelled."""
    UNPLANNED = "unplanned"


@frozen(repr=False)
class DeliveredSession:
    """A session that was attended, or whose roll is open.

    ``uid`` is the ``Schedule.uid`` of one that a schedule has; of others the key of their entry.
    ``session`` says what it is and when it was, its ``week`` counted as ``Delivered.week_of`` has
    it. ``held`` is what was attended, how it was given and who led it; ``None``: the roll is open.
    """

    trusts_types = True  # a course has hundreds of them

    uid: UUID
    session: Session
    held: Attendance | None
    origin: SessionOrigin = SessionOrigin.SCHEDULED

    @property
    def day(self) -> date:
        """The day on which it began, where it was given."""
        return self.session.start.date()

    @property
    def start(self) -> datetime:
        """When it began, in UTC."""
        return self.session.start.astimezone(UTC)

    @property
    def time(self) -> timedelta | None:
        """How much service was attended; ``None``: not known."""
        return None if self.held is None else self.held.time_of(self.session)

    __repr__ = hidden


@frozen(repr=False)
class Delivered:
    """What was delivered in a course up to a day, that day too: see ``delivered_by``.

    ``check`` and ``itemize`` take it in place of a schedule, and tell open rolls apart.
    """

    course: Course
    on: date

    @cached_property
    def state(self) -> State:
        """Where the patient stood at the end of the day."""
        return state_on(self.course, on=self.on)

    @cached_property
    def sessions(self) -> tuple[DeliveredSession, ...]:
        """All that was attended and every open roll, in the order of the starts.

        Sessions of the schedules, those made up for at other times, and those that were not
        planned. What was missed, called off or fell into a hold is not there.
        """
        found = (*self._scheduled(), *self._beside())
        return tuple(sorted(found, key=lambda each: (each.day, each.start, each.uid)))

    @property
    def attended(self) -> tuple[DeliveredSession, ...]:
        """Those of the ``sessions`` that were attended."""
        return tuple(each for each in self.sessions if each.held is not None)

    @property
    def rolls_open(self) -> tuple[DeliveredSession, ...]:
        """Those of the ``sessions`` of which it is not recorded whether they were attended."""
        return tuple(each for each in self.sessions if each.held is None)

    @property
    def attendance(self) -> Mapping[UUID, Attendance]:
        """What was attended of the schedule in force, as ``check`` and ``itemize`` take it.

        What no schedule has, and what only an older one has, is not there.
        """
        force = self._force
        own = {force.schedule.uid(each) for each in force.schedule.sessions} if force else ()
        return {each.uid: each.held for each in self.sessions if each.held and each.uid in own}

    @property
    def plan(self) -> Plan | None:
        """The plan of the schedule in force on the day; ``None``: there was none yet."""
        return self._force.schedule.plan if self._force else None

    @property
    def _force(self) -> ScheduleSince | None:
        return self.course.timeline.in_force_on(self.on)

    @cached_property
    def weeks_begin(self) -> date | None:
        """The first day of the first week: that of the first plan; ``None``: nothing has a day.

        It is whole weeks earlier where something was delivered before the plan's first day.
        """
        days = [booked.day for booked in self.booked[:1]] + [
            each.start.date() for _, each in self._visits
        ]
        plans = [each.schedule.plan.start for each in self.course.schedules[:1]]
        if not days or not plans:
            return min([*days, *plans], default=None)
        return plans[0] + timedelta(weeks=min(0, week_of_plan(min(days), start=plans[0]) - 1))

    def week_of(self, day: date) -> int:
        """Which week of the course a day is in, from 1: the plan's own, if there is one plan."""
        return week_of_plan(day, start=self.weeks_begin or day)

    def week_of_session(self, booked: BookedSession) -> int:
        """The week in which a schedule has a session, counted from the first one's."""
        return booked.session.week + self.week_of(booked.schedule.plan.start) - 1

    @property
    def booked(self) -> tuple[BookedSession, ...]:
        """All sessions that the schedules have while in force, whatever became of them."""
        return self.course.timeline.by_start

    @property
    def weeks(self) -> int:
        """How many weeks the schedules and all that was delivered are in."""
        of = [each.schedule for each in self.course.schedules]
        ends = [each.weeks + self.week_of(each.plan.start) - 1 for each in of]
        return max([*ends, *(each.session.week for each in self.sessions)], default=0)

    @property
    def undated(self) -> int:
        """How many sessions the schedule in force has no day for."""
        return len(self._force.schedule.unplaced) if self._force else 0

    @property
    def stays(self) -> tuple[tuple[date, date], ...]:
        """First and last days of each stay, up to the day."""
        return tuple((each.start, each.end or self.on) for each in stays_of(self._by_then))

    @cached_property
    def reviews(self) -> tuple[date, ...]:
        """The days on which the plan was reviewed."""
        return tuple(each.on for each in self._by_then if isinstance(each.event, ReviewHeld))

    @cached_property
    def certified(self) -> tuple[tuple[date, date | None], ...]:
        """Each certification's first day, and the day after its last; ``None``: not said."""
        return tuple(
            (each.on, each.event.end) for each in self._by_then if isinstance(each.event, Certified)
        )

    def certified_on(self, day: date) -> Truth:
        """Whether a day is in a certified span: those of an earlier stay ended with it.

        Where the newest certification before it does not say when it ends, it is not known.
        """
        # Who is discharged on a day comes back on a later one.
        since = max((left for left in self._discharged if left < day), default=date.min)
        begun = [end for start, end in self.certified if since < start <= day]
        if any(end is not None and day < end for end in begun):
            return Truth.YES
        return Truth.UNKNOWN if begun and begun[-1] is None else Truth.NO

    @cached_property
    def authorizations(self) -> tuple[Authorization, ...]:
        """What payers were asked and said by the day: of each number as it was told last."""
        return last_answers(
            each.event.authorization for each in self._by_then if isinstance(each.event, Authorized)
        )

    @cached_property
    def _by_then(self) -> tuple[Entry, ...]:
        return self.course.history.counting_by(self.on)

    @cached_property
    def _discharged(self) -> tuple[date, ...]:
        return tuple(each.on for each in self._by_then if isinstance(each.event, Discharged))

    @cached_property
    def _visits(self) -> tuple[tuple[UUID, MadeUp | CameUnplanned], ...]:
        """What no schedule has, by the key of its entry, on the clock of the site."""
        clock = self.course.timeline.on_site_clock
        return tuple(
            (each.key, evolve(each.event, start=clock(each.event.start)))
            for each in self._by_then
            if isinstance(each.event, MadeUp | CameUnplanned)
        )

    def _scheduled(self) -> Iterator[DeliveredSession]:
        for each in self.state.outcomes:
            booked, mark = each.booked, each.mark
            session = evolve(booked.session, week=self.week_of_session(booked))
            if isinstance(mark, SessionAttended):
                yield DeliveredSession(booked.uid, session, mark.attendance)
            elif each.roll_open:
                yield DeliveredSession(booked.uid, session, None)

    def _beside(self) -> Iterator[DeliveredSession]:
        """What no schedule has."""
        made_up = unplanned = 0
        for key, event in self._visits:
            if isinstance(event, MadeUp):
                made_up += 1
                of = self.course.timeline.sessions[event.session].session
                week = self.week_of(event.start.date())
                session = evolve(of, start=event.start, week=week, moved=None, make_up=made_up)
                yield DeliveredSession(key, session, event.attendance, SessionOrigin.MADE_UP)
            else:
                unplanned += 1
                held = Attendance(event.time, event.given, event.led_by)
                session = self._unplanned(event, unplanned)
                yield DeliveredSession(key, session, held, SessionOrigin.UNPLANNED)

    def _unplanned(self, event: CameUnplanned, number: int) -> Session:
        day = event.start.date()
        plan = self.course.timeline.plan_on(day)
        return Session(
            service=event.service,
            number=number,
            phase=plan.phase_on(day).name if plan else "",
            week=self.week_of(day),
            modality=event.modality,
            start=event.start,
            duration=event.time,
            delivery=event.given.delivery if event.given else None,
            clinician=event.led_by,
        )

    __repr__ = hidden


def delivered_by(course: Course, *, on: date, known: datetime | None = None) -> Delivered:
    """What was delivered in a course up to a day.

    Args:
        course: the patient's.
        on: the last day that counts.
        known: an aware instant; what was recorded later does not count.

    Raises:
        InvalidError: ``on`` is no day, ``known`` has no zone, or something else is no course.

    Example:
        >>> key = UUID("6f3f3a52-5a34-4c8c-9d27-6f6b1b0d9a10")
        >>> delivered_by(Course(key, patient=key), on=date(2026, 1, 5)).sessions
        ()
    """
    refuse("delivered", unless_a(course, "course", Course))
    refuse_moments("delivered", on=on)
    return Delivered(course if known is None else as_known(course, known=known), on)


def outside_certification(delivered: Delivered) -> tuple[tuple[DeliveredSession, Truth], ...]:
    """Each session attended on a day that is in no certified span, or of which it is not known.

    Beside it stands whether the day was certified: ``NO`` or ``UNKNOWN``.
    """
    judged = ((each, delivered.certified_on(each.day)) for each in delivered.attended)
    return tuple((each, truth) for each, truth in judged if truth is not Truth.YES)
