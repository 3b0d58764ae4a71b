"""Schedules: a plan's sessions, dated, at a site."""

from calendar import isleap
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from hashlib import blake2b
from uuid import UUID
from zoneinfo import ZoneInfo

from attrs import frozen

from iopkit.availability import (
    DAY,
    WEEK,
    Span,
    Weekday,
    WeeklyWindows,
    clock_time,
    first_opening,
    whole_minutes,
)
from iopkit.confidential import hidden
from iopkit.errors import Fault, InvalidError, refuse, unless
from iopkit.modalities import Delivery, Modality
from iopkit.plans.plans import Plan
from iopkit.plans.programs import Service, services_by_place
from iopkit.plans.sites import Site, closed_days, open_windows
from iopkit.plans.timetables import Dose, Entry, timetable
from iopkit.plans.timings import RandomDays


class Reason(StrEnum):
    """Why a session is not where the plan has it."""

    CLOSED = "closed"
    OUTSIDE_HOURS = "outside_hours"
    CLOCK_CHANGE = "clock_change"
    OVERLAP = "overlap"
    DURATION_UNKNOWN = "duration_unknown"
    TIME_UNKNOWN = "time_unknown"
    NO_OPEN_TIME = "no_open_time"
    ON_HOLD = "on_hold"
    ON_LEAVE = "on_leave"
    ABSENT = "absent"
    PAST = "past"
    ASKED = "asked"
    NOT_FREE = "not_free"
    ROOM_TAKEN = "room_taken"
    CLINICIAN_TAKEN = "clinician_taken"

    @property
    def words(self) -> str:
        """The reason in prose."""
        return _WORDS[self]


_WORDS = {
    Reason.CLOSED: "the site is closed",
    Reason.OUTSIDE_HOURS: "outside opening hours",
    Reason.CLOCK_CHANGE: "the clock changes then",
    Reason.OVERLAP: "the session before it is not over then",
    Reason.DURATION_UNKNOWN: "its length is not known",
    Reason.TIME_UNKNOWN: "the plan has no time for it",
    Reason.NO_OPEN_TIME: "no time is open in the week",
    Reason.ON_LEAVE: "treatment is on hold then",
    Reason.ABSENT: "it makes up for one that was missed",
    Reason.PAST: "that time is over",
    Reason.ASKED: "somebody asked for another time",
    Reason.NOT_FREE: "the patient is not free then",
    Reason.ROOM_TAKEN: "the room is taken or not open then",
    Reason.CLINICIAN_TAKEN: "the clinician is taken or not there then",
    Reason.ON_HOLD: "it awaits an answer that the plan's notes ask for",
}


@frozen(repr=False)
class Move:
    """Where a session was prescribed, in wall-clock time, and why it is not there."""

    prescribed: datetime
    why: Reason
    detail: str = ""

    def __attrs_post_init__(self) -> None:
        ok = self.prescribed.tzinfo is None
        refuse("move", unless(ok, "prescribed", "a wall-clock time", "one with a zone"))

    __repr__ = hidden


@frozen(repr=False)
class Session:
    """One dated session of a service; the ``number``-th of it.

    ``start`` is aware, in the site's zone, and ``week`` the program week that it is in.
    ``moved`` is ``None`` for a session that is booked as prescribed. ``room`` and
    ``clinician`` are names of the site's; ``None``: not assigned. ``make_up`` is 0 for a
    session that the plan prescribes; n for the n-th that makes up for it.

    Raises:
        InvalidError: ``start`` has no time zone, or ``make_up`` is negative.
    """

    service: str
    number: int
    phase: str
    week: int
    modality: Modality
    start: datetime
    duration: timedelta
    moved: Move | None = None
    breaks: timedelta = timedelta(0)
    delivery: Delivery | None = None
    room: str | None = None
    clinician: str | None = None
    make_up: int = 0

    def __attrs_post_init__(self) -> None:
        # Not through refuse: there are many sessions, and nearly all are right.
        if self.start.tzinfo is None:
            raise InvalidError(
                "session", [Fault(("start",), "an aware time", "one without a zone")]
            )
        if self.make_up < 0:
            raise InvalidError("session", [Fault(("make_up",), "at least 0", "less")])

    @property
    def service_time(self) -> timedelta:
        """Time of service, without the breaks within."""
        return self.duration - self.breaks

    @property
    def end(self) -> datetime:
        """When it ends; no session runs through a clock change."""
        return self.start + self.duration

    __repr__ = hidden


@frozen(repr=False)
class Unplaced:
    """A prescribed session that could not be dated, and why.

    ``prescribed`` is the day that the plan has for it, or ``None`` where it has none.
    """

    service: str
    number: int
    phase: str
    week: int
    modality: Modality
    why: Reason
    duration: timedelta | None = None
    prescribed: date | None = None
    detail: str = ""

    __repr__ = hidden


@frozen(repr=False)
class Schedule:
    """Every session that a plan prescribes, each exactly once: dated or unplaced.

    Sessions that make up for others come beside them. ``sessions`` are in the order of
    their starts. ``revision`` counts the changes since the first schedule of the plan.
    """

    plan: Plan
    zone: str
    sessions: tuple[Session, ...] = ()
    unplaced: tuple[Unplaced, ...] = ()
    revision: int = 0

    def __attrs_post_init__(self) -> None:
        known = services_by_place(self.plan.program)
        refuse(
            "schedule",
            *(
                unless(
                    all((each.phase, each.service) in known for each in sessions),
                    name,
                    "services of the plan, each in a phase that has it",
                    "another",
                )
                for name, sessions in (("sessions", self.sessions), ("unplaced", self.unplaced))
            ),
            unless(self.revision >= 0, "revision", "at least 0", "less"),
        )

    @property
    def weeks(self) -> int:
        """Length in program weeks: the plan's, and those that sessions extend it by."""
        return max([self.plan.weeks, *(session.week for session in self.sessions)])

    @property
    def end(self) -> date:
        """The day after the last."""
        return self.plan.start + timedelta(weeks=self.weeks)

    def uid(self, session: Session) -> UUID:
        """A stable, opaque identifier: the same for the same session of a changed plan."""
        made_up = f"/{session.make_up}" if session.make_up else ""
        named = f"{session.service}/{session.number}{made_up}"
        digest = blake2b(named.encode(), key=self.plan.key.bytes, digest_size=16).digest()
        return UUID(bytes=digest, version=4)

    def service(self, session: "Session | Unplaced") -> Service:
        """The service that a session is of, as its phase has it."""
        return services_by_place(self.plan.program)[session.phase, session.service]

    __repr__ = hidden


def schedule(plan: Plan, site: Site) -> Schedule:
    """Date every session of a plan at a site.

    Wall-clock times hold across clock changes. A session on a closed day, outside
    opening hours, or at a wall-clock time that does not exist or comes twice on a clock
    change day is moved within its program week: to the nearest day with room (its own
    first, then later before earlier), at its own time if that is free there, within
    what is known of the patient's availability. Sessions on random days are drawn, by
    the plan's seed, from the days of their week with room. Pure: the same plan and site
    give the same schedule.

    Raises:
        MissingExtraError: the site has a holiday calendar and ``holidays`` is missing.
        InvalidError: the site is not the one that the plan was drafted for, or its
            holiday calendar is not one that ``holidays`` knows.
    """
    refuse(
        "schedule",
        unless(site.name == plan.site, "site", f"the plan's, {plan.site!r}", repr(site.name)),
    )
    ground = _Ground.of(plan, site)
    booked: list[_Booked] = []
    over = 0  # when the last one booked is; the last night of a phase may run into the next
    waiting: list[tuple[Entry, Reason]] = []
    for entry in timetable(plan.program, Weekday.of(plan.start)):
        duration, minute = entry.service.duration, entry.minute
        why = ground.obstacle_to(entry)
        if why is None and minute is not None and minute < over:
            why = Reason.OVERLAP
        if why is None and minute is not None and duration is not None:
            booked.append((entry, minute, duration, None))
            over = minute + whole_minutes(duration)
        else:
            waiting.append((entry, why or Reason.TIME_UNKNOWN))
    unplaced: list[Unplaced] = []
    if waiting:
        found, unplaced = _places(waiting, booked, ground)
        booked = sorted([*booked, *found], key=lambda session: session[1])
    midnight = datetime.combine(plan.start, time(0), site.tz)
    sessions = tuple(
        Session(
            entry.service.name,
            entry.number,
            entry.phase,
            entry.week,
            entry.service.modality,
            midnight + timedelta(minutes=minute),
            duration,
            move,
            entry.service.breaks,
            entry.service.delivery,
        )
        for entry, minute, duration, move in booked
    )
    return Schedule(plan, site.zone, sessions, tuple(unplaced))


# Minutes, here and below, count from the midnight that begins the plan's first day.
_Booked = tuple[Entry, int, timedelta, Move | None]
# What is taken, by the days of the program that it touches.
_Busy = defaultdict[int, list[Span]]


@frozen(repr=False)
class _Ground:
    """What a plan's sessions have to fit, other sessions aside."""

    plan: Plan
    in_hours: Callable[[int, timedelta], bool]
    """Whether a minute of the program's week and what follows are in the site's hours."""
    windows: WeeklyWindows
    """When the site is open and the patient is free."""
    pause: int
    closed: Mapping[int, str]
    """Why the site is closed, by day of the program from 0."""
    changes: tuple[Span, ...]
    """Minutes of wall-clock time that do not exist or come twice."""
    odd_days: frozenset[int]
    """Days on which one of these may be in the way; on all others nothing is."""

    @classmethod
    def of(cls, plan: Plan, site: Site) -> "_Ground":
        closed = {
            (day - plan.start).days: why
            # One day more: the last night may run into it.
            for day, why in closed_days(site, plan.start, plan.end + timedelta(days=1)).items()
        }
        changes = tuple(
            (days * DAY + low, days * DAY + high)
            for year in range(plan.start.year, plan.end.year + 1)
            for day, low, high in clock_changes(site.zone, year)
            if -1 <= (days := (day - plan.start).days) <= plan.weeks * 7
        )
        touched = {*closed, *(low // DAY for low, _ in changes)}
        first = plan.start.weekday()

        @cache
        def in_hours(minute: int, duration: timedelta) -> bool:
            day, clock = divmod(minute, DAY)
            return site.hours.covers(Weekday((first + day) % 7), clock_time(clock), duration)

        return cls(
            plan,
            in_hours,
            open_windows(site, plan.free),
            whole_minutes(site.break_between),
            closed,
            changes,
            # A session may run on into the next day.
            frozenset(touched | {day - 1 for day in touched}),
        )

    def weekday(self, day: int) -> Weekday:
        """The weekday of a day of the program."""
        return Weekday((self.plan.start.weekday() + day) % 7)

    def obstacle_to(self, entry: Entry) -> Reason | None:
        """Why a session cannot be as planned, other sessions aside."""
        duration, minute = entry.service.duration, entry.minute
        if entry.service.name in self.plan.on_hold:
            return Reason.ON_HOLD
        if duration is None:
            return Reason.DURATION_UNKNOWN
        if minute is None:
            return Reason.TIME_UNKNOWN
        if minute // DAY in self.odd_days and (
            why := self.obstacle(minute, whole_minutes(duration))
        ):
            return why
        return None if self.in_hours(minute % WEEK, duration) else Reason.OUTSIDE_HOURS

    def obstacle(self, start: int, length: int) -> Reason | None:
        """Why nothing can take place then, whatever the opening hours."""
        end = start + length
        if any(day in self.closed for day in _days_of((start, end))):
            return Reason.CLOSED
        if any(low < end and start < high for low, high in self.changes):
            return Reason.CLOCK_CHANGE
        return None

    def move(self, minute: int, length: int, why: Reason) -> Move:
        """A move away from a minute."""
        prescribed = datetime.combine(self.plan.start, time(0)) + timedelta(minutes=minute)
        return Move(prescribed, why, self.closure(minute, length))

    def closure(self, minute: int, length: int) -> str:
        """The closure on the days that a session touches, if there is one."""
        touched = (
            self.closed[day] for day in _days_of((minute, minute + length)) if day in self.closed
        )
        return next(touched, "")

    def opening(self, day: int, start: int | None, length: int, busy: _Busy) -> int | None:
        """A start on a day: at the given time of day if that is free, else the first."""
        first = day * DAY
        # The days beside it, too: sessions there may run over, or want their pause.
        taken = busy[day - 1] + busy[day] + busy[day + 1]
        if start is not None:
            wanted = first + start
            open_then = self.windows.covers(
                self.weekday(day), clock_time(start), timedelta(minutes=length)
            )
            clear = not any(low < wanted + length and wanted < high for low, high in taken)
            if open_then and clear and self.obstacle(wanted, length) is None:
                return wanted
        if day in self.closed:
            return None
        windows = [(first + low, first + high) for low, high in self.windows.on(self.weekday(day))]
        return first_opening(windows, [*taken, *self.changes], length, self.pause)

    __repr__ = hidden


def _places(
    waiting: list[tuple[Entry, Reason]], booked: list[_Booked], ground: _Ground
) -> tuple[list[_Booked], list[Unplaced]]:
    """Places for sessions that have none: those that must move first, then random days."""
    busy: _Busy = defaultdict(list)
    for _, start, length, _ in booked:
        _take(busy, start, length)
    found: list[_Booked] = []
    unplaced: list[Unplaced] = []
    drawn: set[tuple[str, int]] = set()
    for entry, why in sorted(waiting, key=lambda waits: _is_random(waits[0])):
        duration, minute = entry.service.duration, entry.minute
        place, move, reason = None, None, why
        if why is Reason.ON_HOLD:
            pass
        elif duration is not None and _is_random(entry):
            place = _random_opening(entry, whole_minutes(duration), drawn, busy, ground)
            reason = Reason.NO_OPEN_TIME
        elif duration is not None and minute is not None:
            place = _nearest_opening(entry, minute, whole_minutes(duration), busy, ground)
            move = ground.move(minute, whole_minutes(duration), why)
        if place is None or duration is None:
            unplaced.append(_unplaced(entry, ground, reason))
        else:
            found.append((entry, place, duration, move))
            _take(busy, place, duration)
            drawn.add((entry.service.name, place // DAY))
    return found, unplaced


def _is_random(entry: Entry) -> bool:
    return isinstance(entry.service.timing, RandomDays)


def _unplaced(entry: Entry, ground: _Ground, why: Reason) -> Unplaced:
    service, day, minute = entry.service, entry.day, entry.minute
    return Unplaced(
        service.name,
        entry.number,
        entry.phase,
        entry.week,
        service.modality,
        why,
        service.duration,
        None if day is None else ground.plan.start + timedelta(days=day),
        ""
        if minute is None or service.duration is None
        else ground.closure(minute, whole_minutes(service.duration)),
    )


def _take(busy: _Busy, minute: int, duration: timedelta) -> None:
    span = minute, minute + whole_minutes(duration)
    for day in _days_of(span):
        busy[day].append(span)


def _days_of(span: Span) -> range:
    return range(span[0] // DAY, (span[1] - 1) // DAY + 1)


def _nearest_opening(
    entry: Entry, minute: int, length: int, busy: _Busy, ground: _Ground
) -> int | None:
    """A place in the entry's week on the nearest day to the minute, later days first."""
    own_day, own_time = divmod(minute, DAY)
    for day in sorted(_week(entry), key=lambda day: (abs(day - own_day), -day)):
        place = ground.opening(day, own_time, length, busy)
        if place is not None:
            return place
    return None


def _random_opening(
    entry: Entry, length: int, drawn: set[tuple[str, int]], busy: _Busy, ground: _Ground
) -> int | None:
    """A place on a day of the entry's week that the seed draws among those with room."""
    places = [
        place
        for day in _week(entry)
        if (entry.service.name, day) not in drawn
        and (place := ground.opening(day, None, length, busy)) is not None
    ]
    if not places:
        return None
    named = f"{ground.plan.seed}/{entry.service.name}/{entry.number}".encode()
    digest = blake2b(named, key=ground.plan.key.bytes, digest_size=8).digest()
    return places[int.from_bytes(digest, "big") % len(places)]


def _week(entry: Entry) -> range:
    return range((entry.week - 1) * 7, entry.week * 7)


@lru_cache(maxsize=1024)
def clock_changes(zone: str, year: int) -> tuple[tuple[date, int, int], ...]:
    """Wall-clock time of a year that does not exist or comes twice in a zone.

    Returns:
        Day, first minute and the minute after the last, in order.

    Example:
        >>> clock_changes("America/Chicago", 2026)
        ((datetime.date(2026, 3, 8), 120, 180), (datetime.date(2026, 11, 1), 60, 120))
    """
    tz = ZoneInfo(zone)
    first = date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range(366) if n < 365 or isleap(year)]
    near = {
        day + timedelta(days=n)
        for day in days
        for n in (-1, 0, 1)
        if _offset(day, 0, tz) != _offset(day, DAY, tz)
    }
    found: list[tuple[date, int, int]] = []
    for day in sorted(near.intersection(days)):
        odd = [m for m in range(DAY) if _offset(day, m, tz) != _offset(day, m, tz, fold=1)]
        spans = WeeklyWindows(tuple((m, m + 1) for m in odd)).spans
        found += [(day, low, high) for low, high in spans]
    return tuple(found)


def _offset(day: date, minute: int, tz: ZoneInfo, *, fold: int = 0) -> timedelta | None:
    at = datetime.combine(day, time(0), tz) + timedelta(minutes=minute)
    return at.replace(fold=fold).utcoffset()


def booked_doses(
    schedule: Schedule, *, modalities: Collection[Modality] = tuple(Modality)
) -> tuple[Dose, ...]:
    """Service time that is booked in each week, moved sessions included.

    Sessions that are unplaced because their length is not known count as unmeasured, and
    those on hold as extra time; other unplaced ones do not count.

    Returns:
        One dose a week, ``schedule.plan.weeks`` of them.
    """
    weeks: list[list[Dose]] = [[] for _ in range(schedule.plan.weeks)]
    for session in schedule.sessions:
        if session.modality in modalities:
            spread = Dose.of([schedule.service(session)]).extra
            weeks[session.week - 1].append(Dose(session.service_time, extra=spread))
    for missing in schedule.unplaced:
        if missing.modality in modalities:
            if missing.why is Reason.ON_HOLD and missing.duration is not None:
                on_hold = Dose.of([schedule.service(missing)])
                weeks[missing.week - 1].append(Dose(extra=on_hold.known + on_hold.extra))
            elif missing.why in (Reason.DURATION_UNKNOWN, Reason.ON_HOLD):
                weeks[missing.week - 1].append(Dose(unmeasured=1))
    return tuple(sum(doses, Dose()) for doses in weeks)
