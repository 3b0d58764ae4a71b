"""Site calendars: where the sessions of one plan can be at a site."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from iopkit.clocks import clock_changes, window_spans
from iopkit.confidential import hidden
from iopkit.plans.plans import Leave, Plan
from iopkit.programs.plan_days import day_of_plan
from iopkit.programs.programs import Service
from iopkit.programs.timetables import PrescribedSession
from iopkit.schedules.sessions import Move, Reason
from iopkit.sites.closures import ClosedRule
from iopkit.sites.hours import ClosedSpan, closed_spans, open_windows, service_hours
from iopkit.sites.sites import Site
from iopkit.windows import (
    DAY,
    ONE_DAY,
    WEEK,
    Span,
    Weekday,
    WeeklyWindows,
    clock_time,
    cut_spans,
    first_opening,
    whole_minutes,
)


class Taken:
    """Minutes of a plan that are taken by sessions so far."""

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self._by_day: defaultdict[int, list[Span]] = defaultdict(list)
        for span in spans:
            self.add(*span)

    def add(self, start: int, end: int) -> None:
        """Take the minutes from ``start`` up to ``end``."""
        for day in _days_of(start, end):
            self._by_day[day].append((start, end))

    def overlaps(self, start: int, end: int) -> bool:
        """Whether some of the minutes from ``start`` up to ``end`` are taken."""
        return any(
            low < end and start < high
            for day in _days_of(start, end)
            for low, high in self._by_day[day]
        )

    def near(self, day: int) -> list[Span]:
        """What is taken on a day and on those beside it, from where sessions may run over."""
        return [span for each in (day - 1, day, day + 1) for span in self._by_day[each]]


class SiteCalendar:
    """Where the sessions of a plan can be at a site, other sessions aside.

    Minutes count from the midnight that begins the plan's first day, and days from that
    day, both from 0. It keeps what it has worked out for a service: a plan has few services
    at few times of the week, and asks about each of them in every week.

    Raises:
        MissingExtraError: the site has a holiday calendar and ``holidays`` is missing.
        InvalidError: its holiday calendar is not one that ``holidays`` knows.
    """

    def __init__(self, plan: Plan, site: Site, *, days: int) -> None:
        self.plan = plan
        self.site = site
        # One day more: the last night may run into it.
        end = plan.start + timedelta(days=days + 1)
        self._closed: dict[int, tuple[ClosedSpan, ...]] = {
            self._day(day): spans for day, spans in closed_spans(site, plan.start, end).items()
        }
        # Wall-clock time that does not exist or comes twice.
        self._clock_changes = tuple(
            (number * DAY + low, number * DAY + high)
            for year in range(plan.start.year, end.year + 1)
            for day, low, high in clock_changes(site.zone, year)
            if -1 <= (number := self._day(day)) <= days
        )
        self._odd_days = self._days_with_obstacles(days)
        self._missing: dict[tuple[int, Service], Reason | None] = {}
        self._usual_hours: dict[Service, WeeklyWindows] = {}

    def _day(self, day: date) -> int:
        return day_of_plan(day, start=self.plan.start)

    def _days_with_obstacles(self, days: int) -> frozenset[int]:
        """Days on which something may be in the way; on all others nothing is."""
        away = {
            day
            for leave in self.plan.leaves
            for day in range(max(self._day(leave.start), 0), min(self._day(leave.end), days + 1))
        }
        touched = {*self._closed, *away, *(low // DAY for low, _ in self._clock_changes)}
        # A session may run on into the next day.
        return frozenset(touched | {day - 1 for day in touched})

    def weekday(self, day: int) -> Weekday:
        """The weekday of a day of the program."""
        return Weekday((self.plan.start.weekday() + day) % 7)

    def missing(self, minute: int, service: Service) -> Reason | None:
        """What is missing at a minute of the program: opening hours, or a room and staff."""
        asked = minute % WEEK, service
        try:
            return self._missing[asked]
        except KeyError:
            why = self._missing[asked] = self._missing_at(*asked)
            return why

    def _missing_at(self, minute: int, service: Service) -> Reason | None:
        day, clock = divmod(minute, DAY)
        wanted = self.weekday(day), clock_time(clock), service.duration or timedelta(0)
        if not self.site.hours.covers(*wanted):
            return Reason.OUTSIDE_HOURS
        return None if self._staffed(service).covers(*wanted) else Reason.UNSTAFFED

    def hours(self, day: int, service: Service) -> WeeklyWindows:
        """When a service can be in the week of a day: site, staff and patient are free."""
        if self.plan.stays:
            free = free_on(self.plan, self.plan.start + day * ONE_DAY, self.site.tz)
            return open_windows(self._staffed(service), free)
        if service not in self._usual_hours:
            self._usual_hours[service] = open_windows(self._staffed(service), self.plan.free)
        return self._usual_hours[service]

    def _staffed(self, service: Service) -> WeeklyWindows:
        return service_hours(self.site, service.name, service.modality)

    def leave_on(self, day: int) -> Leave | None:
        """The leave that a day is in."""
        return self.plan.leave_on(self.plan.start + day * ONE_DAY)

    def obstacle_to(self, entry: PrescribedSession) -> Reason | None:
        """Why a session cannot be as planned, other sessions aside."""
        service, minute = entry.service, entry.minute
        if service.name in self.plan.on_hold:
            return Reason.ON_HOLD
        if service.duration is None:
            return Reason.DURATION_UNKNOWN
        if minute is None:
            return Reason.TIME_UNKNOWN
        if minute // DAY in self._odd_days and (
            why := self.obstacle(minute, whole_minutes(service.duration))
        ):
            return why
        return self.missing(minute, service)

    def obstacle(self, start: int, length: int) -> Reason | None:
        """Why nothing can take place then, whatever the opening hours."""
        end = start + length
        if self.plan.leaves and any(self.leave_on(day) for day in _days_of(start, end)):
            return Reason.ON_LEAVE
        if self._closures(start, end):
            return Reason.CLOSED
        if any(low < end and start < high for low, high in self._clock_changes):
            return Reason.CLOCK_CHANGE
        return None

    def detail(self, start: int, length: int) -> str:
        """The leave or closure that is in the way of a session, if there is one."""
        days = _days_of(start, start + length)
        leaves = (leave.why for day in days if (leave := self.leave_on(day)))
        return next(leaves, next(iter(self._closures(start, start + length)), ""))

    def _closures(self, start: int, end: int) -> list[str]:
        return [
            why
            for day in _days_of(start, end)
            for low, high, why in self._closed.get(day, ())
            if day * DAY + low < end and start < day * DAY + high
        ]

    def move(self, minute: int, length: int, why: Reason) -> Move:
        """A move away from a minute."""
        prescribed = datetime.combine(self.plan.start, time(0)) + timedelta(minutes=minute)
        return Move(prescribed, why, self.detail(minute, length))

    def rule(self, day: int, why: Reason) -> ClosedRule:
        """What becomes of a session that cannot be on a day."""
        if why is Reason.CLOSED:
            return self.site.closed_rule
        if why is Reason.ON_LEAVE:
            # A session late on the day before may run into the leave.
            leave = self.leave_on(day) or self.leave_on(day + 1)
            return ClosedRule.EXTEND if leave and leave.extends else ClosedRule.SKIP
        return ClosedRule.MOVE_IN_WEEK

    def stands(self, minute: int, service: Service, taken: Taken) -> bool:
        """Whether a session can be at its own time in some week."""
        length = whole_minutes(service.duration or timedelta(0))
        return (
            not taken.overlaps(minute, minute + length)
            and self.obstacle(minute, length) is None
            and self.missing(minute, service) is None
        )

    def opening(self, day: int, clock: int, service: Service, taken: Taken) -> int | None:
        """A start on a day: at the given time of day if that is free, else the first that is.

        Looks at the one start, then at the stretches of the day up to the first with room.
        """
        at, length = day * DAY + clock, service.duration or timedelta(0)
        windows = self.hours(day, service)
        if windows.covers(self.weekday(day), clock_time(clock), length) and self.stands(
            at, service, taken
        ):
            return at
        return next(self.openings(day, service, taken), None)

    def openings(
        self, day: int, service: Service, taken: Taken, *, leaves: bool = True
    ) -> Iterator[int]:
        """The first start in each stretch of a day in which a session can be.

        Without ``leaves``, as if treatment were never on hold.
        """
        if leaves and self.leave_on(day):
            return
        first, length = day * DAY, whole_minutes(service.duration or timedelta(0))
        shut = [(first + low, first + high) for low, high, _ in self._closed.get(day, ())]
        windows = self.hours(day, service).on(self.weekday(day))
        free = cut_spans(
            [(first + s, first + e) for s, e in windows], [*shut, *self._clock_changes]
        )
        pause = whole_minutes(self.site.break_between)
        near = taken.near(day)
        for window in free:
            at = first_opening([window], near, length, pause)
            if at is not None:
                yield at

    __repr__ = hidden


def _days_of(start: int, end: int) -> range:
    return range(start // DAY, (end - 1) // DAY + 1)


def free_on(plan: Plan, day: date, tz: ZoneInfo) -> WeeklyWindows | None:
    """When the patient is free on a day, by a site's clock; ``None``: not known."""
    stay = plan.stay_on(day)
    if stay is None or stay.free is None:
        return None if stay else plan.free
    midnight = datetime.combine(day, time(0))
    bounds = (at.replace(tzinfo=tz) for at in (midnight, midnight + ONE_DAY))
    first = Weekday.of(day) * DAY
    found: list[Span] = []
    for span in window_spans(stay.free, *bounds, zone=stay.zone):
        low, high = (
            first + whole_minutes(at.astimezone(tz).replace(tzinfo=None) - midnight) for at in span
        )
        if low < high:  # not so if the clock goes back within
            found.append((low, high))
    return WeeklyWindows(tuple(found))
