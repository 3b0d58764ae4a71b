"""Schedules: a plan's sessions, dated, at a site."""

from calendar import isleap
from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from uuid import UUID
from zoneinfo import ZoneInfo

from attrs import frozen

from iopkit.availability import (
    DAY,
    Span,
    Weekday,
    WeeklyWindows,
    clock_time,
    first_opening,
    minute_of_day,
    whole_minutes,
)
from iopkit.confidential import hidden
from iopkit.errors import refuse, unless
from iopkit.modalities import Modality
from iopkit.plans.plans import Plan
from iopkit.plans.programs import RandomDays
from iopkit.plans.sites import Site, closed_days, open_windows
from iopkit.plans.timetables import Dose, Entry, timetable


class Reason(StrEnum):
    """Why a session is not where the plan has it."""

    CLOSED = "closed"
    OUTSIDE_HOURS = "outside_hours"
    CLOCK_CHANGE = "clock_change"
    DURATION_UNKNOWN = "duration_unknown"
    TIME_UNKNOWN = "time_unknown"
    NO_OPEN_TIME = "no_open_time"

    @property
    def words(self) -> str:
        """The reason in prose."""
        return _WORDS[self]


_WORDS = {
    Reason.CLOSED: "the site is closed",
    Reason.OUTSIDE_HOURS: "outside opening hours",
    Reason.CLOCK_CHANGE: "the clock changes then",
    Reason.DURATION_UNKNOWN: "its length is not known",
    Reason.TIME_UNKNOWN: "the plan has no time for it",
    Reason.NO_OPEN_TIME: "no time is open in the week",
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

    ``start`` is aware, in the site's zone. ``moved`` is ``None`` for a session that is
    booked as prescribed.
    """

    service: str
    number: int
    phase: str
    week: int
    modality: Modality
    start: datetime
    duration: timedelta
    moved: Move | None = None

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
    duration: timedelta | None
    why: Reason
    prescribed: date | None = None
    detail: str = ""

    __repr__ = hidden


@frozen(repr=False)
class Schedule:
    """Every session that a plan prescribes, each exactly once: dated or unplaced.

    ``sessions`` are in the order of their starts.
    """

    plan: Plan
    zone: str
    sessions: tuple[Session, ...] = ()
    unplaced: tuple[Unplaced, ...] = ()

    def uid(self, session: Session) -> UUID:
        """A stable, opaque identifier: the same for the same session of a changed plan."""
        named = f"{session.service}/{session.number}".encode()
        digest = blake2b(named, key=self.plan.key.bytes, digest_size=16).digest()
        return UUID(bytes=digest, version=4)

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
        InvalidError: the site's holiday calendar is not one that ``holidays`` knows.
    """
    ground = _Ground.of(plan, site)
    fits_hours = lru_cache(maxsize=None)(site.hours.covers)
    booked: list[_Booked] = []
    displaced: list[tuple[Entry, int, Reason]] = []
    random: list[Entry] = []
    unplaced: list[Unplaced] = []
    for entry in timetable(plan.program, Weekday.of(plan.start)):
        service, day, start = entry.service, entry.day, entry.start
        if service.duration is None:
            unplaced.append(_unplaced(entry, ground, Reason.DURATION_UNKNOWN))
        elif isinstance(service.timing, RandomDays):
            random.append(entry)
        elif day is None or start is None:
            unplaced.append(_unplaced(entry, ground, Reason.TIME_UNKNOWN))
        else:
            minute = day * DAY + minute_of_day(start)
            why = ground.obstacle(minute, whole_minutes(service.duration))
            if why is None and not fits_hours(ground.weekday(day), start, service.duration):
                why = Reason.OUTSIDE_HOURS
            if why is None:
                booked.append((entry, minute, None))
            else:
                displaced.append((entry, minute, why))
    if displaced or random:
        busy = [_span(entry, minute) for entry, minute, _ in booked]
        for entry, minute, why in displaced:
            place = _nearest_opening(entry, minute, busy, ground)
            if place is None:
                unplaced.append(_unplaced(entry, ground, why))
            else:
                booked.append((entry, place, ground.move(minute, why)))
                busy.append(_span(entry, place))
        used: set[tuple[str, int]] = set()
        for entry in random:
            place = _random_opening(entry, used, busy, ground)
            if place is None:
                unplaced.append(_unplaced(entry, ground, Reason.NO_OPEN_TIME))
            else:
                booked.append((entry, place, None))
                busy.append(_span(entry, place))
                used.add((entry.service.name, place // DAY))
        booked.sort(key=lambda placed: placed[1])
    midnight = datetime.combine(plan.start, time(0), site.tz)
    sessions = tuple(_session(entry, midnight, minute, move) for entry, minute, move in booked)
    return Schedule(plan, site.zone, sessions, tuple(unplaced))


# Minutes, here and below, count from the midnight that begins the plan's first day.
_Booked = tuple[Entry, int, Move | None]


@frozen
class _Ground:
    """What a plan's sessions have to fit, other sessions aside."""

    plan: Plan
    windows: WeeklyWindows
    """When the site is open and the patient is free."""
    pause: int
    closed: Mapping[int, str]
    """Why the site is closed, by day of the program from 0."""
    changes: tuple[Span, ...]
    """Minutes of wall-clock time that do not exist or come twice."""

    @classmethod
    def of(cls, plan: Plan, site: Site) -> "_Ground":
        closed = closed_days(site, plan.start, plan.end)
        changes = [
            (minute + low, minute + high)
            for year in range(plan.start.year, plan.end.year + 1)
            for day, low, high in clock_changes(site.zone, year)
            if -1 <= (days := (day - plan.start).days) <= plan.weeks * 7
            for minute in (days * DAY,)
        ]
        return cls(
            plan,
            open_windows(site, plan.free),
            whole_minutes(site.break_between),
            {(day - plan.start).days: why for day, why in closed.items()},
            tuple(changes),
        )

    def weekday(self, day: int) -> Weekday:
        """The weekday of a day of the program."""
        return Weekday((self.plan.start.weekday() + day) % 7)

    def obstacle(self, start: int, length: int) -> Reason | None:
        """Why a session cannot be then, whatever the opening hours."""
        end = start + length
        if self.closed and any(day in self.closed for day in range(start // DAY, (end - 1) // DAY + 1)):
            return Reason.CLOSED
        if self.changes and any(low < end and start < high for low, high in self.changes):
            return Reason.CLOCK_CHANGE
        return None

    def move(self, minute: int, why: Reason) -> Move:
        """A move away from a minute."""
        prescribed = datetime.combine(self.plan.start, time(0)) + timedelta(minutes=minute)
        return Move(prescribed, why, self.closed.get(minute // DAY, ""))

    def opening(self, day: int, start: int | None, length: int, busy: list[Span]) -> int | None:
        """A start on a day: at the given time of day if that is free, else the first."""
        first = day * DAY
        if start is not None:
            wanted = first + start
            open_then = self.windows.covers(
                self.weekday(day), clock_time(start), timedelta(minutes=length)
            )
            clear = not any(low < wanted + length and wanted < high for low, high in busy)
            if open_then and clear and self.obstacle(wanted, length) is None:
                return wanted
        if day in self.closed:
            return None
        windows = [(first + low, first + high) for low, high in self.windows.on(self.weekday(day))]
        return first_opening(windows, [*busy, *self.changes], length, self.pause)


def _session(entry: Entry, midnight: datetime, minute: int, moved: Move | None) -> Session:
    service = entry.service
    return Session(
        service.name,
        entry.number,
        entry.phase,
        entry.week,
        service.modality,
        midnight + timedelta(minutes=minute),
        service.duration or timedelta(0),
        moved,
    )


def _unplaced(entry: Entry, ground: _Ground, why: Reason) -> Unplaced:
    service, day = entry.service, entry.day
    return Unplaced(
        service.name,
        entry.number,
        entry.phase,
        entry.week,
        service.modality,
        service.duration,
        why,
        None if day is None else ground.plan.start + timedelta(days=day),
        "" if day is None else ground.closed.get(day, ""),
    )


def _length(entry: Entry) -> int:
    return whole_minutes(entry.service.duration or timedelta(0))


def _span(entry: Entry, minute: int) -> Span:
    return minute, minute + _length(entry)


def _nearest_opening(entry: Entry, minute: int, busy: list[Span], ground: _Ground) -> int | None:
    """A place in the entry's week, on the nearest day to the minute, later days first."""
    own_day = minute // DAY
    for day in sorted(_days(entry), key=lambda day: (abs(day - own_day), -day)):
        place = ground.opening(day, minute % DAY, _length(entry), busy)
        if place is not None:
            return place
    return None


def _random_opening(
    entry: Entry, used: set[tuple[str, int]], busy: list[Span], ground: _Ground
) -> int | None:
    """A place on a day of the entry's week that the seed draws among those with room."""
    places = [
        place
        for day in _days(entry)
        if (entry.service.name, day) not in used
        and (place := ground.opening(day, None, _length(entry), busy)) is not None
    ]
    if not places:
        return None
    named = f"{ground.plan.seed}/{entry.service.name}/{entry.number}".encode()
    digest = blake2b(named, key=ground.plan.key.bytes, digest_size=8).digest()
    return places[int.from_bytes(digest, "big") % len(places)]


def _days(entry: Entry) -> range:
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

    Sessions that are unplaced because their length is not known count as unmeasured;
    other unplaced ones do not count.

    Returns:
        One dose a week, ``schedule.plan.weeks`` of them.
    """
    durations: list[list[timedelta | None]] = [[] for _ in range(schedule.plan.weeks)]
    for session in schedule.sessions:
        if session.modality in modalities:
            durations[session.week - 1].append(session.duration)
    for missing in schedule.unplaced:
        if missing.modality in modalities and missing.why is Reason.DURATION_UNKNOWN:
            durations[missing.week - 1].append(None)
    return tuple(map(Dose.of, durations))
