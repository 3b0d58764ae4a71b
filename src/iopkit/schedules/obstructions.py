"""Obstructions: what is in the way of a session at another time."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache, partial
from itertools import groupby

from attrs import evolve

from iopkit.clocks import clock_changes
from iopkit.confidential import hidden
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.plans.plans import Plan
from iopkit.programs.plan_days import week_of_plan
from iopkit.schedules.conflicts import Appointment, bookings, held_together, instants
from iopkit.schedules.meetings import Meeting, MeetingsByGroup, as_meeting, by_group, shared
from iopkit.schedules.sessions import Reason, Schedule, Session, identity
from iopkit.schedules.site_calendar import free_on
from iopkit.sites.hours import clinician_for, closed_spans, room_for, site_on, staffed_hours
from iopkit.sites.sites import Site
from iopkit.windows import (
    DAY,
    ONE_DAY,
    ONE_MINUTE,
    DayPart,
    Weekday,
    WeeklyWindows,
    minute_of_day,
    whole_minutes,
)

_HORIZON = 28
"""How many days before and after a session's own are looked at."""


@frozen(repr=False)
class Surroundings:
    """What a session of a schedule has to fit besides the schedule's other sessions.

    ``busy`` is the patient's time elsewhere, and ``others`` the schedules of other patients
    of the site, for its rooms and clinicians. ``meetings`` are those of its groups (see
    ``meetings_of``), which group sessions are placed at. ``as_of`` is now: what began by then is
    over, and nothing is placed before ``notice`` has passed since.

    Raises:
        InvalidError: ``as_of`` has no time zone, or the notice is negative.
    """

    site: Site
    as_of: datetime
    notice: timedelta = timedelta(0)
    busy: tuple[Appointment, ...] = ()
    others: tuple[Schedule, ...] = ()
    meetings: tuple[Meeting, ...] = ()

    @cached_property
    def by_group(self) -> MeetingsByGroup:
        """The meetings by their groups: looked up for each patient of a site, and made once."""
        return by_group(self.meetings)

    def __attrs_post_init__(self) -> None:
        ok = self.as_of.tzinfo is not None
        refuse(
            "surroundings",
            unless(ok, "as_of", "an aware time", "one without a zone"),
            unless(self.notice >= timedelta(0), "notice", "no negative time", self.notice),
        )

    __repr__ = hidden


def share_time(first: Session, second: Session | Appointment) -> bool:
    """Whether two spans share time."""
    (low, high), (start, end) = instants(first), instants(second)
    return low < end and start < high


def at_site(session: Session, site: Site) -> Session:
    """A session in a site's zone, with the room or clinician of its day's offer for who is gone.

    So it is for a session without one, and for those who only stood in for the offer's that day.
    """
    start = session.start.astimezone(site.tz)
    on = start.date()
    usual, then = (
        each.offer(session.service, Weekday.of(on)) for each in (site, site_on(site, on))
    )
    room, clinician = session.room, session.clinician
    if site.rooms and room not in {each.name for each in site.rooms}:
        room = usual.room if usual else None
    elif usual and then and room == then.room:
        room = usual.room
    if site.clinicians and clinician not in {each.name for each in site.clinicians}:
        clinician = usual.clinician if usual else None
    elif usual and then and clinician == then.clinician:
        clinician = usual.clinician
    return evolve(session, start=start, room=room, clinician=clinician)


def at_meeting(session: Session, meeting: Meeting, site: Site) -> Session:
    """A session as one of a meeting of its service: then, there and with whoever leads it."""
    return evolve(
        session,
        start=meeting.start.astimezone(site.tz),
        duration=meeting.duration,
        room=meeting.room,
        clinician=meeting.clinician,
        group=meeting.group,
    )


def days_around(schedule: Schedule, own: date) -> list[date]:
    """Days of a plan, and after it, that are near one, or near its first if one is before it."""
    own = max(own, schedule.plan.start)
    days = (own + n * ONE_DAY for n in range(-_HORIZON, _HORIZON + 1))
    return [day for day in days if day >= schedule.plan.start]


def week_days(schedule: Schedule, week: int) -> list[date]:
    """The days of a program week."""
    return [schedule.plan.start + timedelta(days=(week - 1) * 7 + n) for n in range(7)]


@frozen(repr=False)
class _Block:
    """A stretch of wall-clock time that something takes.

    ``joined``: a session of the same length that starts then would be one meeting with it.
    """

    why: Reason
    low: datetime
    high: datetime
    joined: bool = False

    __repr__ = hidden


@frozen(repr=False)
class Board:
    """What is in the way of one session on some days, in the site's wall-clock time."""

    schedule: Schedule
    session: Session
    site: Site
    blocks: tuple[_Block, ...]

    @classmethod
    def of(
        cls, schedule: Schedule, session: Session, around: Surroundings, days: Sequence[date]
    ) -> "Board":
        """What is in the way of a session on days in order, and on the day after them."""
        end = days[-1] + 2 * ONE_DAY
        blocks = _blocks(schedule, session, around, days[0], end)
        return cls(schedule, session, around.site, tuple(blocks))

    @cached_property
    def _by_day(self) -> Mapping[date, Sequence[_Block]]:
        """Blocks by each of the days that they touch."""
        found: dict[date, list[_Block]] = defaultdict(list)
        for block in self.blocks:
            day = block.low.date()
            while _midnight(day) < block.high:
                found[day].append(block)
                day += ONE_DAY
        return found

    def placed(self, start: datetime) -> Session:
        """The session at another wall-clock time, with whoever stands in on that day."""
        session, day = self.session, start.date()
        return evolve(
            session,
            start=start.replace(tzinfo=session.start.tzinfo),
            week=week_of_plan(day, start=self.schedule.plan.start),
            room=room_for(self.site, session.room, day),
            clinician=clinician_for(self.site, session.clinician, session.service, day),
        )

    def obstacles(self, session: Session) -> tuple[Reason, ...]:
        """Why the session cannot be where it is placed; nothing, if it can."""
        start = session.start.replace(tzinfo=None)
        end, day = start + session.duration, start.date()
        return tuple(
            dict.fromkeys(
                block.why
                for block in (*self._on(day), *self._on(day + ONE_DAY))
                if block.low < end
                and start < block.high
                and not (block.joined and (block.low, block.high) == (start, end))
            )
        )

    def nearest(
        self, day: date, *, apart: bool = False, part: DayPart | None = None
    ) -> Session | None:
        """The session on a day, as near to its time of day as it fits; ``None``: nowhere.

        Args:
            apart: not while it takes place now, either: a move by a minute helps nobody.
            part: the part of the day that it is to be in; ``None``: any that its service is for.
        """
        # Tries the 1440 minutes of the day, the nearest first. What is taken is laid out once,
        # a byte a minute over two days, so that a minute costs one look; of the few that look
        # free, or are a meeting's own start, the first without an obstacle is it.
        midnight, length = _midnight(day), whole_minutes(self.session.duration)
        parts = self.schedule.service(self.session).day_parts
        own = self.session.start.replace(tzinfo=None)
        blocks = [*self._on(day), *self._on(day + ONE_DAY)]
        if apart and own.date() in (day, day + ONE_DAY):
            blocks.append(_Block(Reason.OVERLAP, own, own + self.session.duration))
        taken = bytearray(2 * DAY)
        for block in blocks:
            low = max((block.low - midnight) // ONE_MINUTE, 0)
            high = min(-((midnight - block.high) // ONE_MINUTE), 2 * DAY)
            taken[low:high] = b"\1" * (high - low)
        joined = {(block.low - midnight) // ONE_MINUTE for block in blocks if block.joined}
        for minute in _outwards(minute_of_day(own.time())):
            if part is not None and DayPart.of(minute) is not part:
                continue
            if not _is_in(parts, minute, self.session):
                continue
            if minute in joined or taken.find(1, minute, minute + length) < 0:
                place = self.placed(midnight + minute * ONE_MINUTE)
                if not self.obstacles(place):
                    return place
        return None

    def _on(self, day: date) -> Sequence[_Block]:
        return self._by_day.get(day, ())

    __repr__ = hidden


def _is_in(parts: Collection[DayPart], minute: int, session: Session) -> bool:
    """Whether a minute is in some parts of the day, or a session's own time; always without any."""
    own = minute == minute_of_day(session.start.time())
    return own or not parts or DayPart.of(minute) in parts


def meets_as_group(session: Session, around: Surroundings) -> bool:
    """Whether a session can only be where a group of its service meets."""
    given = any(each.service == session.service for each in around.meetings)
    return session.group is not None or (given and session.modality.is_group)


def at_meetings(
    schedule: Schedule, session: Session, around: Surroundings, days: Sequence[date]
) -> Iterator[tuple[Session, tuple[Reason, ...]]]:
    """A group session at each meeting of its service on some days, and what is in the way there.

    Meetings are those that are given, or, where none of the service is, those that other patients
    have. A meeting that is called off is none.
    """
    if not session.modality.is_group:
        return
    service = schedule.service(session)
    came: defaultdict[object, set[object]] = defaultdict(set)
    theirs: dict[object, Meeting] = {}
    for booking in bookings(around.others):
        held = booking.session
        if held.service == session.service:
            came[shared(held)].add(booking.patient)
            theirs.setdefault(shared(held), evolve(as_meeting(held), seats=service.group_max))
    given = [each for each in around.meetings if each.service == session.service]
    boards: dict[tuple[str | None, str | None, timedelta], Board] = {}
    first, last = days[0], days[-1]
    for meeting in given or theirs.values():
        start = meeting.start.astimezone(around.site.tz)
        # One that is no longer than the session's breaks is none of it.
        too_short = meeting.duration <= session.breaks
        if meeting.called_off or too_short or not first <= start.date() <= last:
            continue
        where = meeting.room, meeting.clinician, meeting.duration
        there = at_meeting(session, meeting, around.site)
        if where not in boards:
            boards[where] = Board.of(schedule, there, around, days)
        place = evolve(there, week=boards[where].placed(start.replace(tzinfo=None)).week)
        found = boards[where].obstacles(place)
        if not _is_in(service.day_parts, minute_of_day(start.time()), session):
            found = (*found, Reason.OUTSIDE_PART)
        if meeting.seats is not None and len(came[shared(place)]) >= meeting.seats:
            taken = (Reason.ROOM_TAKEN, Reason.CLINICIAN_TAKEN)
            found = (Reason.NO_SEAT, *(why for why in found if why not in taken))
        yield place, found


@lru_cache(maxsize=256)
def _outwards(own: int) -> tuple[int, ...]:
    """The minutes of a day, those nearest to one first and later ones before earlier."""
    return tuple(sorted(range(DAY), key=lambda minute: (abs(minute - own), -minute)))


def _blocks(
    schedule: Schedule, session: Session, around: Surroundings, first: date, end: date
) -> Iterator[_Block]:
    """What is in the way of a session from a day up to another."""
    site = around.site
    days = [first + n * ONE_DAY for n in range((end - first).days)]
    yield from _past(around, first)
    for day, spans in closed_spans(site, first, end, service=session.service).items():
        for low, high, _ in spans:
            yield _Block(Reason.CLOSED, _midnight(day, low), _midnight(day, high))
    for then, alike in groupby(days, partial(site_on, site)):
        those = [*alike]
        staffed = staffed_hours(
            then,
            session.service,
            session.modality,
            room=room_for(site, session.room, those[0]),
            clinician=clinician_for(site, session.clinician, session.service, those[0]),
        )
        yield from _outside(Reason.OUTSIDE_HOURS, then.hours, those)
        yield from _outside(Reason.UNSTAFFED, staffed | ~then.hours, those)
    for year in range(first.year, end.year + 1):
        for day, low, high in clock_changes(site.zone, year):
            yield _Block(Reason.CLOCK_CHANGE, _midnight(day, low), _midnight(day, high))
    yield from _patients_own(schedule.plan, around, days)
    for day in days:
        if schedule.plan.withheld(session.service, [day]):
            yield _Block(Reason.WITHHELD, _midnight(day), _midnight(day + ONE_DAY))
    for other in schedule.sessions:
        if identity(other) != identity(session):
            block, pause = _block(Reason.OVERLAP, other, site), site.break_between
            yield evolve(block, low=block.low - pause, high=block.high + pause)
    yield from _elsewhere(schedule, session, around)


def _midnight(day: date, minute: int = 0) -> datetime:
    """So many minutes after the midnight that begins a day."""
    return datetime.combine(day, time(0)) + minute * ONE_MINUTE


def _past(around: Surroundings, first: date) -> Iterator[_Block]:
    now = (around.as_of + around.notice).astimezone(around.site.tz).replace(tzinfo=None)
    if now >= _midnight(first):
        # A session that would begin now would have begun.
        yield _Block(
            Reason.PAST, _midnight(first), now.replace(second=0, microsecond=0) + ONE_MINUTE
        )


def _patients_own(plan: Plan, around: Surroundings, days: Sequence[date]) -> Iterator[_Block]:
    """When the patient is on leave or not free, here or in another time zone."""
    for leave in plan.leaves:
        yield _Block(Reason.ON_LEAVE, _midnight(leave.start), _midnight(leave.end))
    for day in days:
        yield from _outside(Reason.NOT_FREE, free_on(plan, day, around.site.tz), [day])
    for appointment in around.busy:
        if appointment.blocks:
            yield _block(Reason.NOT_FREE, appointment, around.site)


def _outside(why: Reason, windows: WeeklyWindows | None, days: Iterable[date]) -> Iterator[_Block]:
    """What is outside weekly windows on some days; nothing, if they are not known."""
    if windows is not None:
        closed = ~windows
        for day in days:
            for low, high in closed.on(Weekday.of(day)):
                yield _Block(why, _midnight(day, low), _midnight(day, high))


def _elsewhere(schedule: Schedule, session: Session, around: Surroundings) -> Iterator[_Block]:
    """When the session's patient, room and clinician are with others."""
    site = around.site
    seats = {room.name: room.seats for room in site.rooms}
    limits = (seats.get(session.room or ""), schedule.service(session).group_max)
    most = min((limit for limit in limits if limit is not None), default=None)
    for meeting in held_together(bookings(around.others)):
        held = meeting[0].session
        patients = {booking.patient for booking in meeting}
        if schedule.plan.patient in patients:
            yield _block(Reason.OVERLAP, held, site)
        same = (held.service, held.room, held.clinician)
        joined = (
            session.modality.is_group
            and same == (session.service, session.room, session.clinician)
            and (most is None or len(patients) < most)
        )
        if session.room is not None and held.room == session.room:
            yield evolve(_block(Reason.ROOM_TAKEN, held, site), joined=joined)
        if session.clinician is not None and held.clinician == session.clinician:
            yield evolve(_block(Reason.CLINICIAN_TAKEN, held, site), joined=joined)


def _block(why: Reason, span: Session | Appointment, site: Site) -> _Block:
    edges = (span.start, span.end)
    low, high = (edge.astimezone(site.tz).replace(tzinfo=None) for edge in edges)
    return _Block(why, low, high)
