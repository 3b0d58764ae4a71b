"""Site calendars: where the sessions of one plan can be at a site."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from iopkit.clocks import clock_changes, window_spans
from iopkit.confidential import hidden
from iopkit.plans.own_days import withheld_at, withholding
from iopkit.plans.plans import Leave, Plan
from iopkit.plans.upcoming import services_told
from iopkit.programs.plan_days import day_of_plan, days_touched
from iopkit.programs.programs import Service
from iopkit.programs.timetables import PrescribedSession
from iopkit.schedules.diaries import Diaries
from iopkit.schedules.sessions import Move, Reason, Session
from iopkit.sites.closures import ClosedRule
from iopkit.sites.hours import (
    ClosedSpan,
    changes_of,
    closed_spans,
    open_windows,
    service_hours,
    site_on,
    staffed_hours,
)
from iopkit.sites.sites import Site
from iopkit.windows import (
    DAY,
    ONE_DAY,
    ONE_MINUTE,
    WEEK,
    DayPart,
    Span,
    Weekday,
    WeeklyWindows,
    cut_spans,
    starts_in,
    whole_minutes,
)


class Taken:
    """Minutes of a plan that are taken so far, by spans of a day at most."""

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self._spans = sorted(spans)

    def add(self, start: int, end: int) -> None:
        """Take the minutes from ``start`` up to ``end``."""
        insort(self._spans, (start, end))

    def near(self, start: int, end: int) -> list[Span]:
        """What is taken of the minutes from ``start`` up to ``end``."""
        low = bisect_left(self._spans, (start - DAY, start))
        high = bisect_left(self._spans, (end, end))
        return [span for span in self._spans[low:high] if span[1] > start]

    def overlaps(self, start: int, end: int) -> bool:
        """Whether some of the minutes from ``start`` up to ``end`` are taken."""
        return bool(self.near(start, end))


class SiteCalendar:
    """Where the sessions of a plan can be at a site, other sessions aside.

    Minutes count from the midnight that begins the plan's first day, and days from that
    day, both from 0. It keeps what it has worked out for a service: a plan has few services
    at few times of the week, and asks about each of them in every week. Nothing can be at or
    before the wall-clock time ``after``. A session for one patient that is looked for a place is
    at no time at which ``diaries`` have its room or clinician taken.

    Raises:
        MissingExtraError: the site has a holiday calendar and ``holidays`` is missing.
        InvalidError: its holiday calendar is not one that ``holidays`` knows.
    """

    def __init__(
        self,
        plan: Plan,
        site: Site,
        *,
        days: int,
        after: datetime | None = None,
        diaries: Diaries | None = None,
    ) -> None:
        self.plan = plan
        self.diaries = diaries
        self.site = site
        self._midnight = datetime.combine(plan.start, time(0))
        self.after = -1 if after is None else self.minute(after)
        self._first = plan.start.weekday() * DAY
        # One day more: the last night may run into it.
        end = plan.start + timedelta(days=days + 1)
        # A closure may be of some services alone, and of all others nothing more is asked.
        named = {name for closure in site.closures for name in closure.services or ()}
        self._closed_for: dict[str | None, dict[int, tuple[ClosedSpan, ...]]] = {
            name: {
                self._day(day): spans
                for day, spans in closed_spans(site, plan.start, end, service=name).items()
            }
            for name in (None, *named)
        }
        self._changes = [self._day(day) for day in changes_of(site)]
        # Wall-clock time that does not exist or comes twice.
        self._clock_changes = tuple(
            (number * DAY + low, number * DAY + high)
            for year in range(plan.start.year, end.year + 1)
            for day, low, high in clock_changes(site.zone, year)
            if -1 <= (number := self._day(day)) <= days
        )
        self._odd_days = self._days_with_obstacles(days)
        # A plan has many sessions, and few services that are not given on each of its days.
        self._told = services_told(plan.upcoming or ())
        self._missing: dict[tuple[int, int, Service], Reason | None] = {}
        self._assigned: dict[tuple[int, int, str], tuple[str | None, str | None]] = {}
        self._usual_hours: dict[tuple[int, Service], WeeklyWindows] = {}

    def _day(self, day: date) -> int:
        return day_of_plan(day, start=self.plan.start)

    def _days_with_obstacles(self, days: int) -> frozenset[int]:
        """Days on which something may be in the way; on all others nothing is."""
        away = {
            day
            for leave in self.plan.leaves
            for day in range(max(self._day(leave.start), 0), min(self._day(leave.end), days + 1))
        }
        closed = {day for each in self._closed_for.values() for day in each}
        touched = {*closed, *away, *(low // DAY for low, _ in self._clock_changes)}
        # A session may run on into the next day.
        return frozenset(touched | {day - 1 for day in touched})

    def weekday(self, day: int) -> Weekday:
        """The weekday of a day of the program."""
        return Weekday((self.plan.start.weekday() + day) % 7)

    def site_on(self, day: int) -> Site:
        """The site as it is on a day of the program."""
        return site_on(self.site, self.plan.start + day * ONE_DAY) if self._changes else self.site

    def _since(self, day: int) -> int:
        """How many changes of the site there were by a day: between two, all weeks are alike."""
        return bisect_right(self._changes, day) if self._changes else 0

    def missing(self, minute: int, service: Service) -> Reason | None:
        """What is missing at a minute of the program: opening hours, or a room and staff."""
        day = minute // DAY
        asked = self._since(day) if self._changes else 0, minute % WEEK, service
        try:
            why = self._missing[asked]
        except KeyError:
            why = self._missing[asked] = self._missing_at(day, minute, service)
        if why or not self._changes:
            return why
        # Where the site changes at midnight, what runs into the next day has to fit that too.
        over = minute % DAY + _minutes(service) - DAY
        if over <= 0 or self._since(day) == self._since(day + 1):
            return why
        room, clinician = self.assigned(service.name, minute)
        then = self.site_on(day + 1)
        staffed = staffed_hours(
            then, service.name, service.modality, room=room, clinician=clinician
        )
        return _missing_of(then, staffed, self.weekday(day + 1) * DAY, over)

    def _missing_at(self, day: int, minute: int, service: Service) -> Reason | None:
        length = _minutes(service)
        staffed = self._staffed(day, service)
        return _missing_of(self.site_on(day), staffed, self._of_week(minute), length)

    def _of_week(self, minute: int) -> int:
        """Which minute since a Monday 00:00 one of the program is."""
        return (self._first + minute) % WEEK

    def hours(self, day: int, service: Service) -> WeeklyWindows:
        """When a service can be in the week of a day: site, staff and patient are free."""
        if self.plan.stays:
            free = free_on(self.plan, self.plan.start + day * ONE_DAY, self.site.tz)
            return open_windows(self._staffed(day, service), free)
        asked = self._since(day), service
        if asked not in self._usual_hours:
            self._usual_hours[asked] = open_windows(self._staffed(day, service), self.plan.free)
        return self._usual_hours[asked]

    def _staffed(self, day: int, service: Service) -> WeeklyWindows:
        return service_hours(self.site_on(day), service.name, service.modality)

    def assigned(self, service: str, minute: int) -> tuple[str | None, str | None]:
        """The room and clinician that the site has for a service at a minute of the program."""
        if not self.site.offers:
            return None, None
        day = minute // DAY
        asked = self._since(day), day % 7, service
        if asked not in self._assigned:
            offer = self.site_on(day).offer(service, self.weekday(day))
            self._assigned[asked] = (offer.room, offer.clinician) if offer else (None, None)
        return self._assigned[asked]

    def leave_on(self, day: int) -> Leave | None:
        """The leave that a day is in."""
        plan = self.plan
        return plan.leave_on(plan.start + day * ONE_DAY) if plan.leaves else None

    def minute(self, wall: datetime) -> int:
        """The minute of the program that a wall-clock time is in."""
        return whole_minutes(wall - self._midnight)

    def span(self, session: Session) -> Span:
        """The minutes of the program that a session takes."""
        start = self.minute(session.start.replace(tzinfo=None))
        return start, start + whole_minutes(session.duration)

    def obstacle_to(self, planned: PrescribedSession) -> Reason | None:
        """Why a session cannot be as planned, other sessions aside."""
        service, minute = planned.service, planned.minute
        if service.name in self.plan.on_hold:
            return Reason.ON_HOLD
        if service.name in self._told and withholding(self.plan, planned):
            return Reason.WITHHELD
        if service.duration is None:
            return Reason.DURATION_UNKNOWN
        if minute is None:
            return Reason.TIME_UNKNOWN
        if minute // DAY in self._odd_days and (why := self.obstacle(minute, service)):
            return why
        return self.missing(minute, service) or (Reason.PAST if minute <= self.after else None)

    def obstacle(self, start: int, service: Service) -> Reason | None:
        """Why a service cannot take place then, whatever the opening hours."""
        end = start + _minutes(service)
        if self.plan.leaves and any(map(self.leave_on, days_touched(start, end))):
            return Reason.ON_LEAVE
        if self._closures(start, end, service):
            return Reason.CLOSED
        if any(low < end and start < high for low, high in self._clock_changes):
            return Reason.CLOCK_CHANGE
        return None

    def detail(self, start: int, service: Service) -> str:
        """The leave or closure that is in the way of a session, if there is one."""
        end = start + _minutes(service)
        leaves = [leave.why for day in days_touched(start, end) if (leave := self.leave_on(day))]
        return next(iter([*leaves, *self._closures(start, end, service)]), "")

    def _closed(self, service: Service) -> Mapping[int, tuple[ClosedSpan, ...]]:
        """When a service is closed, by the day."""
        return self._closed_for.get(service.name) or self._closed_for[None]

    def _closures(self, start: int, end: int, service: Service) -> list[str]:
        closed = self._closed(service)
        return [
            why
            for day in days_touched(start, end)
            for low, high, why in closed.get(day, ())
            if day * DAY + low < end and start < day * DAY + high
        ]

    def move(self, minute: int, service: Service, why: Reason) -> Move:
        """A move away from a minute."""
        return Move(self._midnight + minute * ONE_MINUTE, why, self.detail(minute, service))

    def rule(self, day: int, service: Service, why: Reason) -> ClosedRule:
        """What becomes of a service's session that cannot be on a day."""
        if why is Reason.CLOSED:
            return self.site.closed_rule_of(service.name, service.modality)
        if why is Reason.ON_LEAVE:
            # A session late on the day before may run into the leave.
            leave = self.leave_on(day) or self.leave_on(day + 1)
            lost = leave is None or not (leave.extends or leave.shifts)
            return ClosedRule.SKIP if lost else ClosedRule.EXTEND
        return ClosedRule.MOVE_IN_WEEK

    def stands(self, minute: int, service: Service, taken: Taken) -> bool:
        """Whether a session can be at its own time in some week."""
        length = _minutes(service)
        return (
            minute > self.after
            and not taken.overlaps(minute, minute + length)
            and not any(
                low < minute + length and minute < high
                for low, high in self._with_others(minute // DAY, service)
            )
            and self.obstacle(minute, service) is None
            and self.missing(minute, service) is None
            and not self._is_withheld(minute, service)
        )

    def beside_nobody(self) -> "SiteCalendar":
        """The same without regard to other patients."""
        alone = copy(self)
        alone.diaries = None
        return alone

    def _with_others(self, day: int, service: Service) -> Iterator[Span]:
        """When the room or clinician that a service for one patient has on a day is taken."""
        if self.diaries is None or service.modality.is_group:
            return
        room, clinician = self.assigned(service.name, day * DAY)
        ordinal = self.plan.start.toordinal() + day
        for low, high in self.diaries.taken(room, clinician, ordinal):
            yield day * DAY + low, day * DAY + high

    def _is_withheld(self, minute: int, service: Service) -> bool:
        """Whether a service is not given on a day of a session at a minute."""
        told = service.name in self._told
        return told and withheld_at(self.plan, service, minute) is not None

    def nearest(
        self, day: int, clock: int, service: Service, taken: Taken, part: DayPart | None
    ) -> int | None:
        """The start on a day that is nearest to a time of day, the later of two; ``None``: none.

        Args:
            part: the part of the day that it is to be in; ``None``: any.
        """
        if any(span[:2] == (0, DAY) for span in self._closed(service).get(day, ())):
            return None
        at, length = day * DAY + clock, _minutes(service)
        windows = self.hours(day, service)
        if windows.hold(self._of_week(at), length) and self.stands(at, service, taken):
            return at
        hours = part.hours if part else range(24)
        first, last = day * DAY + hours.start * 60, day * DAY + hours.stop * 60 - 1
        places = [
            min(max(at, low, first), high, last)
            for low, high in self.starts(day, service, taken)
            if low <= last and first <= high
        ]
        return min(places, key=lambda place: (abs(place - at), -place), default=None)

    def starts(
        self, day: int, service: Service, taken: Taken, *, leaves: bool = True
    ) -> list[Span]:
        """The first and the last start in each stretch of a day in which a session can be.

        Without ``leaves``, as if treatment were never on hold and no time were over.
        """
        if leaves and self.leave_on(day):
            return []
        first, length = day * DAY, _minutes(service)
        pause = whole_minutes(self.site.break_between)
        cuts = [
            *((first + low, first + high) for low, high, _ in self._closed(service).get(day, ())),
            *self._clock_changes,
            *self._with_others(day, service),
            *((s - pause, e + pause) for s, e in taken.near(first - pause, first + DAY + pause)),
        ]
        if service.name in self._told:
            # The last night may run into the next day.
            cuts += [
                (each * DAY, (each + 1) * DAY)
                for each in (day, day + 1)
                if self.plan.withheld(service.name, [self.plan.start + each * ONE_DAY])
            ]
        if leaves and self.after >= first:
            cuts.append((first, self.after + 1))
        windows = self.hours(day, service).on(self.weekday(day))
        free = cut_spans([(first + s, first + e) for s, e in windows], cuts)
        starts = [(low, high - length) for low, high in free if high - low >= length]
        return starts_in(starts, service.day_parts, midnight=first)

    __repr__ = hidden


def _minutes(service: Service) -> int:
    """How long a session of a service is; of one of unknown length, nothing is asked."""
    return whole_minutes(service.duration or timedelta(0))


def _missing_of(site: Site, staffed: WeeklyWindows, minute: int, length: int) -> Reason | None:
    """What is missing at a site for so many minutes from a minute of the week on."""
    if staffed.hold(minute, length):
        return None
    open_ = site.hours.hold(minute, length)
    return Reason.UNSTAFFED if open_ else Reason.OUTSIDE_HOURS


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
