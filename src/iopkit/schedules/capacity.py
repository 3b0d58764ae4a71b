"""Use of capacity: who is in treatment each day, how full rooms and days are, seats left.

All of it counts what schedules say is to come, not who came. Where few patients are counted,
a count can be traced to one of them, so the results show themselves as little as a patient
does.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate, groupby
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from iopkit.confidential import hidden
from iopkit.errors import each_a, refuse, refuse_moments, unless
from iopkit.fields import frozen
from iopkit.groups.groups import Group
from iopkit.schedules.meetings import Meeting
from iopkit.schedules.sessions import Schedule, Session
from iopkit.sites.hours import ClosedSpan, closed_spans, open_windows, site_on
from iopkit.sites.sites import Site
from iopkit.sites.staff import Clinician, Room
from iopkit.windows import (
    DAY,
    ONE_DAY,
    ONE_MINUTE,
    Span,
    Weekday,
    cut_spans,
    merge_spans,
    minute_of_day,
    whole_minutes,
)

if TYPE_CHECKING:
    from uuid import UUID


@frozen(repr=False)
class CensusDay:
    """Patients in treatment on a day, those of them on hold, and those expected to come.

    A patient is in treatment from the first day of a plan up to the last day of its
    schedule, and on hold on the days of a leave. Those expected have a session that begins
    on the day, by the clock of its site.
    """

    day: date
    patients: int
    on_hold: int = 0
    expected: int = 0

    def __attrs_post_init__(self) -> None:
        ok = 0 <= self.on_hold <= self.patients
        refuse(
            "census",
            unless(ok, "on_hold", "from none to all patients in treatment", "another number"),
            unless(self.expected >= 0, "expected", "at least 0", "less"),
        )

    __repr__ = hidden


@frozen(repr=False)
class CensusWeek:
    """The census of so many ``days`` of a week, from ``start`` up to the day before ``end``.

    Each of ``patients``, ``on_hold`` and ``expected`` is the sum over the days, and
    ``least`` and ``most`` are patients on a day.
    """

    start: date
    end: date
    days: int
    patients: int
    on_hold: int
    expected: int
    least: int
    most: int

    @property
    def mean(self) -> float:
        """Patients in treatment on a day, on average."""
        return self.patients / self.days

    __repr__ = hidden


@frozen(repr=False)
class Load:
    """How long a room or clinician is booked from ``start`` up to the day before ``end``.

    ``booked`` is time with at least one session; what of it is outside the hours is
    ``outside``. ``available`` is ``None`` for a name that the site does not list.
    """

    name: str
    start: date
    end: date
    booked: timedelta
    available: timedelta | None
    outside: timedelta = timedelta(0)

    @property
    def share(self) -> float | None:
        """What part of the hours is booked; ``None`` where there are none, or none known."""
        within = self.booked - self.outside
        return within / self.available if self.available else None

    __repr__ = hidden


def census(
    schedules: Iterable[Schedule], *, start: date | None = None, end: date | None = None
) -> tuple[CensusDay, ...]:
    """Patients in treatment, on hold and expected, day by day.

    A patient with several plans is counted once, and is on hold when all of them are. This
    is the number that rules on patients per counselor are about; compare it with theirs.

    Args:
        start: the first day; that of the first plan, if not given.
        end: the day after the last; that of the last schedule, if not given.

    Returns:
        A figure a day, in order; none if there is no schedule and no day is given.

    Example:
        >>> from datetime import date
        >>> days = census([], start=date(2026, 1, 5), end=date(2026, 1, 7))
        >>> [(str(each.day), each.patients) for each in days]
        [('2026-01-05', 0), ('2026-01-06', 0)]
    """
    refuse_moments("census", start=start, end=end)
    listed = each_a("census", schedules, "schedules", Schedule)
    treated: defaultdict[UUID, list[Span]] = defaultdict(list)
    active: defaultdict[UUID, list[Span]] = defaultdict(list)
    comes: defaultdict[UUID, set[int]] = defaultdict(set)
    for each in listed:
        patient, span = each.plan.patient, _days(each.plan.start, each.end)
        leaves = [_days(leave.start, leave.end) for leave in each.plan.leaves]
        treated[patient].append(span)
        active[patient] += cut_spans([span], leaves)
        zone = ZoneInfo(each.zone)
        comes[patient] |= {s.start.astimezone(zone).toordinal() for s in each.sessions}
    expected = Counter(day for days in comes.values() for day in days)
    first, last = _range(listed, start, end)
    return tuple(
        CensusDay(
            date.fromordinal(day), patients, on_hold=patients - present, expected=expected[day]
        )
        for day, patients, present in zip(
            range(first, last),
            _counts(treated.values(), first, last),
            _counts(active.values(), first, last),
            strict=True,
        )
    )


def weekly_census(
    days: Iterable[CensusDay], *, first: Weekday = Weekday.MONDAY
) -> tuple[CensusWeek, ...]:
    """A census week by week; ``first`` is the day that weeks begin with.

    The first and the last week have only the days that are given.
    """
    listed = sorted(days, key=lambda each: each.day)
    return tuple(
        CensusWeek(
            start=week[0].day,
            end=week[-1].day + ONE_DAY,
            days=len(week),
            patients=sum(each.patients for each in week),
            on_hold=sum(each.on_hold for each in week),
            expected=sum(each.expected for each in week),
            least=min(each.patients for each in week),
            most=max(each.patients for each in week),
        )
        for _, run in groupby(listed, key=lambda each: _week(each.day.toordinal(), first))
        for week in [list(run)]
    )


def loads(
    schedules: Iterable[Schedule],
    site: Site,
    *,
    of: Literal["rooms", "clinicians"] = "rooms",
    start: date | None = None,
    end: date | None = None,
) -> tuple[Load, ...]:
    """How long each room or clinician is booked on each day, and how long it could be.

    Each is available in its own hours while the site is open: within its opening hours, and
    not on holidays, in closures of all services or while it is away. Sessions at once are one.
    Days and times are those of the site's clocks, on days on which these change, too. Sessions
    without a room or clinician are in none.

    Args:
        start: the first day; that of the first plan, if not given.
        end: the day after the last; that of the last schedule, if not given.

    Returns:
        Those that the site lists in its order, then others in the order of names; of each,
        a figure a day, in order.

    Raises:
        InvalidError: a schedule is another site's.
        MissingExtraError: the site has a holiday calendar and ``holidays`` is missing.
    """
    refuse_moments("loads", start=start, end=end)
    listed = each_a("loads", schedules, "schedules", Schedule)
    own = [each.name for each in _places(site, of)]
    held: _Held = defaultdict(lambda: defaultdict(list))
    for _, session in _sessions(listed, site):
        name = session.room if of == "rooms" else session.clinician
        if name is not None:
            begins = session.start.astimezone(site.tz)
            low = minute_of_day(begins.time())
            span = low, low + whole_minutes(session.duration)
            for day, part in _by_day(begins.toordinal(), span):
                held[name][day].append(part)
    days = [date.fromordinal(day) for day in range(*_range(listed, start, end))]
    closed: Mapping[date, tuple[ClosedSpan, ...]] = {}
    if days:
        closed = closed_spans(site, days[0], days[-1] + ONE_DAY)

    def free(name: str, day: date) -> list[Span] | None:
        then = site_on(site, day)
        hours = {each.name: each.hours for each in _places(then, of)}
        if name not in hours:
            return None
        shut = ((low, high) for low, high, _ in closed.get(day, ()))
        return cut_spans(open_windows(then.hours, hours[name]).on(Weekday.of(day)), shut)

    return tuple(
        _load(name, day, merge_spans(held[name][day.toordinal()]), free(name, day))
        for name in [*own, *sorted(held.keys() - set(own))]
        for day in days
    )


def _places(site: Site, of: Literal["rooms", "clinicians"]) -> Sequence[Room | Clinician]:
    return site.rooms if of == "rooms" else site.clinicians


_Held = defaultdict[str, defaultdict[int, list[Span]]]


def _load(name: str, day: date, booked: list[Span], free: list[Span] | None) -> Load:
    return Load(
        name=name,
        start=day,
        end=day + ONE_DAY,
        booked=_total(booked) * ONE_MINUTE,
        available=None if free is None else _total(free) * ONE_MINUTE,
        outside=timedelta(0) if free is None else _total(cut_spans(booked, free)) * ONE_MINUTE,
    )


def weekly_loads(days: Iterable[Load], *, first: Weekday = Weekday.MONDAY) -> tuple[Load, ...]:
    """Loads by day as loads by week; ``first`` is the day that weeks begin with.

    The first and the last week have only the days that are given.
    """
    by_name: defaultdict[str, list[Load]] = defaultdict(list)
    for each in days:
        by_name[each.name].append(each)
    return tuple(
        Load(
            name=name,
            start=week[0].start,
            end=week[-1].end,
            booked=_sum(each.booked for each in week),
            available=_known_sum([each.available for each in week]),
            outside=_sum(each.outside for each in week),
        )
        for name, several in by_name.items()
        for _, run in groupby(several, key=lambda each: _week(each.start.toordinal(), first))
        for week in [list(run)]
    )


def _sum(times: Iterable[timedelta]) -> timedelta:
    return sum(times, timedelta(0))


def _known_sum(times: Sequence[timedelta | None]) -> timedelta | None:
    known = [each for each in times if each is not None]
    return _sum(known) if len(known) == len(times) else None


def meetings(
    schedules: Iterable[Schedule],
    site: Site,
    *,
    groups: Iterable[Group] = (),
    start: date | None = None,
    end: date | None = None,
) -> tuple[Meeting, ...]:
    """Each meeting of each group, with its patients and seats.

    Sessions of a group modality are of one meeting if their service's name, start, room and
    clinician are the same. Programs that share a name but no group are asked about one by
    one. A meeting is as long as its longest session, and its limit is the lowest known: of its
    room, its service and the groups that its sessions name.

    Args:
        groups: the site's, for the seats that each has.
        start: the first day; all, if not given.
        end: the day after the last; all, if not given.

    Returns:
        In the order of starts, then of names.

    Raises:
        InvalidError: a schedule is another site's.
    """
    refuse_moments("meetings", start=start, end=end)
    named = each_a("meetings", groups, "groups", Group)
    seats: dict[_Seated, int] = {(None, room.name): room.seats for room in site.rooms}
    seats |= {(group.service, group.name): group.capacity for group in named}
    held: defaultdict[_Place, list[tuple[Session, Schedule]]] = defaultdict(list)
    for each, session in _sessions(schedules, site):
        begins = session.start.astimezone(site.tz)
        day = begins.date()
        in_range = (start is None or start <= day) and (end is None or day < end)
        if session.modality.is_group and in_range:
            # Not None: a place without a name comes before those with one.
            place = begins, session.service, session.room or "", session.clinician or ""
            held[place].append((session, each))
    return tuple(_meeting(place, held[place], seats) for place in sorted(held))


_Place = tuple[datetime, str, str, str]


_Seated = tuple[str | None, str | None]
"""A group by its service's name and its own; a room by its name alone."""


def _meeting(
    place: _Place, held: Sequence[tuple[Session, Schedule]], seats: Mapping[_Seated, int]
) -> Meeting:
    start, name, room, clinician = place
    services = dict.fromkeys(each.service(session) for session, each in held)
    groups = {session.group for session, _ in held}
    limits = [
        seats.get((None, room)),
        *(service.group_max for service in services),
        *(seats.get((name, group)) for group in groups),
    ]
    moves = {session.moved for session, _ in held}
    return Meeting(
        service=name,
        title=next(iter(services)).title,
        start=start,
        duration=max(session.duration for session, _ in held),
        room=room or None,
        clinician=clinician or None,
        patients=len({each.plan.patient for _, each in held}),
        seats=min((limit for limit in limits if limit is not None), default=None),
        # Those who come from another meeting, or plans that name no group, do not count for both.
        group=groups.pop() if len(groups) == 1 else None,
        moved=moves.pop() if len(moves) == 1 else None,
    )


def _sessions(schedules: Iterable[Schedule], site: Site) -> Iterator[tuple[Schedule, Session]]:
    for each in schedules:
        ours = each.plan.site == site.name and each.zone == site.zone
        refuse("capacity", unless(ours, "schedules", "schedules of the site", "another's"))
        for session in each.sessions:
            yield each, session


# Days, here and below, are ordinals, and minutes of the wall clock count from the same day.


def _range(schedules: Iterable[Schedule], start: date | None, end: date | None) -> Span:
    """The days asked for; none, if a bound is given by nobody."""
    spans = [_days(each.plan.start, each.end) for each in schedules]
    first = min((low for low, _ in spans), default=None) if start is None else start.toordinal()
    last = max((high for _, high in spans), default=None) if end is None else end.toordinal()
    if start is not None and end is not None:
        refuse("capacity", unless(start <= end, "end", f"{start} or a day after it", end))
    return (0, 0) if first is None or last is None else (first, max(first, last))


def _days(start: date, end: date) -> Span:
    return start.toordinal(), end.toordinal()


def _week(day: int, first: Weekday) -> int:
    """The number of a day's week; ordinal 1 is a Monday."""
    return (day - 1 - first) // 7


def _counts(several: Iterable[Iterable[Span]], first: int, last: int) -> Iterator[int]:
    """How many sets of spans hold each day, from the first up to the last."""
    change: Counter[int] = Counter()
    for spans in several:
        for low, high in merge_spans(spans):
            change[max(low, first)] += 1
            change[max(high, first)] -= 1
    return accumulate(change[day] for day in range(first, last))


def _total(spans: Iterable[Span]) -> int:
    return sum(high - low for low, high in spans)


def _by_day(day: int, span: Span) -> Iterator[tuple[int, Span]]:
    """The parts of a span of minutes from a day's midnight, by the days that they are on."""
    low, high = span
    for n in range((high - 1) // DAY + 1):
        yield day + n, (max(low - n * DAY, 0), min(high - n * DAY, DAY))
