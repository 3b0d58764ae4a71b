"""Remedies: revisions of a plan's sessions that help with what its schedule lacks.

Listed is what helps by itself: nothing that only would make room for something else.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import time, timedelta
from functools import cached_property
from itertools import combinations, islice

from attrs import field, frozen

from iopkit.checks.checks import Finding
from iopkit.checks.shortfalls import (
    DaysShort,
    SessionDemand,
    Shortfall,
    counted_minutes,
    day_of,
    in_week,
    lacks_of,
)
from iopkit.confidential import hidden
from iopkit.plans.revisions import (
    AddSessions,
    DropSessions,
    HoldOftener,
    LengthenSessions,
    MoveSession,
    SessionRevision,
    ShortenSessions,
)
from iopkit.programs.programs import Service, fixed_times
from iopkit.programs.timings import PerWeek, Slot, Weekly, slots_of
from iopkit.requirements.demands import Frequency
from iopkit.schedules.sessions import Schedule, Session, Unplaced
from iopkit.sites import Site, open_windows, service_hours
from iopkit.windows import (
    DAY,
    WEEK,
    Span,
    Weekday,
    WeeklyWindows,
    clock_time,
    minute_of_day,
    whole_minutes,
)

_SHORTEST_MONTH, _MOST_WEEKS = 28, 52


@frozen(order=True)
class ChangeSize:
    """How much revisions change: the less, the smaller; the first difference decides.

    ``minutes`` of sessions, by the clock, are added or taken away over the whole plan.
    ``days_moved`` are those by which weekly sessions move, within the plan's week of seven
    days from its first. ``sessions`` are those of the whole plan that are added, taken away,
    moved or of another length, and ``minutes_shifted`` those by which weekly sessions begin
    earlier or later in their day.
    """

    minutes: int = 0
    days_moved: int = 0
    sessions: int = 0
    minutes_shifted: int = 0

    def __add__(self, other: "ChangeSize") -> "ChangeSize":
        return ChangeSize(
            self.minutes + other.minutes,
            self.days_moved + other.days_moved,
            self.sessions + other.sessions,
            self.minutes_shifted + other.minutes_shifted,
        )


@frozen(repr=False)
class Remedy:
    """A revision that helps with some lacks, and ends some of them as far as can be seen.

    Which ones is told by the bits of a number, the first lack being the lowest.
    """

    revision: SessionRevision
    extent: ChangeSize
    helps: int
    ends: int

    __repr__ = hidden


@frozen(repr=False)
class Situation:
    """A schedule, the site where it is, and what it lacks; of weeks that are alike the first.

    ``booked`` are the sessions of each service by day, ``prescribed`` those by week, booked
    or not. ``by_day``: it matters on which days sessions are.
    """

    schedule: Schedule
    site: Site
    lacks: tuple[Shortfall, ...]
    # Both are of the schedule, and have no hash.
    booked: Mapping[str, DaysShort] = field(eq=False)
    prescribed: Counter[tuple[str, int]] = field(eq=False)
    by_day: bool

    @classmethod
    def of(
        cls, schedule: Schedule, site: Site, unmet: Iterable[Finding], *, by_day: bool
    ) -> "Situation":
        """What unmet findings of a schedule are, seen from its sessions."""
        program = schedule.plan.program
        booked: dict[str, DaysShort] = {
            service.name: Counter() for service in program.every_service
        }
        for session in schedule.sessions:
            booked[session.service][day_of(schedule, session)] += 1
        phases = [phase.name for phase in program.phases for _ in range(phase.laid_weeks)]

        def look(lack: Shortfall) -> object:
            """What tells a week from those that are alike."""
            if lack.week is None:
                return None
            services = (s for s in program.every_service if counted_minutes(s, lack.demand))
            held = {s.name: in_week(booked[s.name], lack.week) for s in services}
            return phases[min(lack.week, len(phases)) - 1], frozenset(
                (name, day % 7, count) for name, days in held.items() for day, count in days.items()
            )

        lacks: dict[object, Shortfall] = {}
        for lack in lacks_of(schedule, unmet):
            lacks.setdefault((lack.demand, lack.amount, lack.over, look(lack)), lack)
        every: tuple[Session | Unplaced, ...] = (*schedule.sessions, *schedule.unplaced)
        return cls(
            schedule,
            site,
            tuple(lacks.values()),
            booked,
            Counter((each.service, each.week) for each in every),
            by_day,
        )

    def days(self, weekday: Weekday, weeks: Iterable[int]) -> DaysShort:
        """A weekday in some weeks, as days of the plan."""
        first = (weekday - self.schedule.plan.start.weekday()) % 7
        return Counter((week - 1) * 7 + first for week in weeks)

    __repr__ = hidden


def remedies_for(ground: Situation, *, whole: bool) -> Iterator[Remedy]:
    """Revisions that help with what a schedule lacks; ``whole``: that end all of it."""
    for spot in _spots(ground, whole):
        if all(spot.counted) or (any(spot.counted) and not whole):
            yield from _resized(spot, over=False)
            yield from _resized(spot, over=True)
            yield from _moved(spot)
            if all(isinstance(service.timing, Weekly | PerWeek) for service in spot.services):
                yield from _added(spot)
                yield from _dropped(spot)
            else:
                yield from _oftener(spot)


@frozen(repr=False)
class _Spot:
    """A service in some phases that have it, where one revision changes it.

    ``whole``: of use is only what ends all lacks. ``phases`` are named only if others have
    it, too. ``parts`` are the service and the weeks of each phase, or of all if it is spread
    over them. ``busy`` are the minutes of the week that other services take, and ``counted``
    those of a session that count towards each lack.
    """

    ground: Situation
    whole: bool
    name: str
    phases: tuple[str, ...]
    parts: tuple[tuple[Service, range], ...]
    busy: frozenset[Span]
    counted: tuple[int, ...]

    @property
    def services(self) -> tuple[Service, ...]:
        """The service as each phase has it."""
        return tuple(service for service, _ in self.parts)

    @cached_property
    def weeks(self) -> tuple[int, ...]:
        """Its weeks, from 1."""
        return tuple(week for _, weeks in self.parts for week in weeks)

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """Its weekly slots in any of the phases."""
        return tuple(sorted({slot for s in self.services for slot in slots_of(s.timing)}))

    @cached_property
    def held(self) -> DaysShort:
        """How many sessions are booked on each day."""
        every = self.ground.booked[self.name]
        return Counter({day: count for day, count in every.items() if day // 7 + 1 in self.weeks})

    def prescribed(self, weeks: Iterable[int]) -> int:
        """How many sessions some weeks have, booked or not."""
        return sum(self.ground.prescribed[self.name, week] for week in weeks)

    @property
    def common_slots(self) -> tuple[Slot, ...]:
        """Those that it has in each of the phases."""
        return tuple(
            slot for slot in self.slots if all(slot in slots_of(s.timing) for s in self.services)
        )

    @cached_property
    def windows(self) -> WeeklyWindows:
        """When the site can give it and the patient is free."""
        hours = service_hours(self.ground.site, self.name, self.services[0].modality)
        return open_windows(hours, self.ground.schedule.plan.free)

    @property
    def pause(self) -> int:
        """Minutes that the site keeps free between sessions."""
        return whole_minutes(self.ground.site.break_between)

    @cached_property
    def length(self) -> int:
        """The most minutes that a session takes."""
        return max(whole_minutes(s.longest or timedelta(0)) for s in self.services)

    @property
    def minutes_a_slot(self) -> int:
        """Minutes of sessions that a slot in every week comes to."""
        return sum(whole_minutes(s.duration or timedelta(0)) * len(w) for s, w in self.parts)

    __repr__ = hidden


def _spots(ground: Situation, whole: bool) -> Iterator[_Spot]:
    """Each service of known length and with weekly slots, in each run of phases."""
    plan = ground.schedule.plan
    program = plan.program
    weeks: dict[str, range] = {}
    for phase in program.phases:
        first = 1 + sum(map(len, weeks.values()))
        weeks[phase.name] = range(first, first + phase.laid_weeks)
    spread = {s.name: s for s in program.services if not isinstance(s.timing, Weekly | PerWeek)}
    for name in dict.fromkeys(service.name for service in program.every_service):
        held = [
            (phase, service)
            for phase in program.phases
            for service in program.services_in(phase)
            if service.name == name
        ]
        for low, high in combinations(range(len(held) + 1), 2):
            run, everywhere = held[low:high], high - low == len(held)
            parts = [(service, weeks[phase.name]) for phase, service in run]
            if name in spread:
                parts = [(spread[name], range(1, program.weeks + 1))]
            placed = all(s.duration and slots_of(s.timing) for _, s in run)
            if placed and name not in plan.on_hold and (everywhere or name not in spread):
                yield _Spot(
                    ground,
                    whole,
                    name,
                    () if everywhere else tuple(phase.name for phase, _ in run),
                    tuple(parts),
                    frozenset(
                        (start, end)
                        for phase, _ in run
                        for start, end, other in fixed_times(program.services_in(phase))
                        if other != name
                    ),
                    tuple(_counted(lack, parts) for lack in ground.lacks),
                )


def _counted(lack: Shortfall, parts: list[tuple[Service, range]]) -> int:
    """The fewest minutes of a session that count, if any are in the lack's week."""
    if lack.week is not None and not any(lack.week in weeks for _, weeks in parts):
        return 0
    return min(counted_minutes(service, lack.demand) for service, _ in parts)


def _bits(places: Iterable[int]) -> int:
    return sum(1 << place for place in places)


def _resized(spot: _Spot, *, over: bool) -> Iterator[Remedy]:
    """Sessions longer, or shorter if there is too much, by what ends a lack.

    If that is more than is possible, it is as much as is.
    """
    lacks = spot.ground.lacks
    wanted = {
        place: lack.each(in_week(spot.held, lack.week))
        for place, lack in enumerate(lacks)
        if lack.over is over and spot.counted[place]
    }
    helped = {place: minutes for place, (minutes, _) in wanted.items() if minutes}
    if not helped or (spot.whole and len(helped) < len(lacks)):
        return
    limit = _spare(spot) if over else _room(spot, max(helped.values()))
    sessions = spot.prescribed(spot.weeks)
    for minutes in sorted({min(each, limit) for each in helped.values()} - {0}):
        by = timedelta(minutes=minutes)
        starts = {} if over else _starts(spot, minutes) or {}
        shifted = sum(_shift(old, new) for old, new in starts.items())
        ends = [n for n, each in helped.items() if each <= minutes and wanted[n][1]]
        if not spot.whole or len(ends) == len(lacks):
            yield Remedy(
                ShortenSessions(spot.name, spot.phases, by)
                if over
                else LengthenSessions(spot.name, spot.phases, by, tuple(starts.items())),
                ChangeSize(minutes * sessions, sessions=sessions, minutes_shifted=shifted),
                _bits(helped),
                _bits(ends),
            )


def _shift(old: Slot, new: Slot) -> int:
    """Minutes of the day between two slots; 0 if the old one had no time."""
    if old.start is None or new.start is None:
        return 0
    return abs(minute_of_day(old.start) - minute_of_day(new.start))


def _spare(spot: _Spot) -> int:
    """By how much sessions can be shorter and still have a minute beside their breaks."""
    return min(whole_minutes(s.service_time or timedelta(0)) for s in spot.services) - 1


def _room(spot: _Spot, wanted: int) -> int:
    """By how many minutes sessions can be longer, at most as many as wanted."""
    low, high = 0, min(wanted, DAY - spot.length)
    while low < high:
        middle = (low + high + 1) // 2
        if _starts(spot, middle) is None:
            high = middle - 1
        else:
            low = middle
    return low


def _starts(spot: _Spot, by: int) -> dict[Slot, Slot] | None:
    """Where weekly slots must begin so that longer sessions fit, if not where they do.

    Each is as near as can be to where it is, on its day.

    Returns:
        ``None`` if they do not fit.
    """
    new: dict[Slot, Slot] = {}
    length = spot.length + by
    for slot in spot.slots:
        taken = [*spot.busy, *_spans((new.get(s, s) for s in spot.slots if s != slot), length)]
        if slot.start is None or _has_room(spot, slot.day, slot.start, length, taken):
            continue
        found = _opening(spot, taken, slot.day, length, near=slot.start)
        if found is None:
            return None
        new[slot] = found
    return new


def _has_room(spot: _Spot, day: Weekday, start: time, length: int, taken: list[Span]) -> bool:
    """Whether a session can be longer where it is; what is right before it does not matter."""
    first = day * DAY + minute_of_day(start)
    low, high = first + spot.length, first + length + spot.pause
    free = not any(s + w < high and low < e + w for s, e in taken for w in (-WEEK, 0, WEEK))
    return free and spot.windows.covers(day, start, timedelta(minutes=length))


def _spans(slots: Iterable[Slot], length: int) -> Iterator[Span]:
    """Minutes of the week that sessions at some slots take."""
    for slot in slots:
        if slot.start is not None:
            first = slot.day * DAY + minute_of_day(slot.start)
            yield first, first + length


def _opening(
    spot: _Spot, taken: Iterable[Span], day: Weekday, length: int, *, near: time | None
) -> Slot | None:
    """The opening on a day that begins nearest to a time, the earlier of two."""
    offsets = [week - day * DAY for week in (-WEEK, 0, WEEK)]
    busy = sorted((low + n, high + n) for low, high in taken for n in offsets)
    wanted = minute_of_day(near) if near else 0
    starts: list[int] = []
    for first, last in spot.windows.on(day):
        at = first
        for low, high in [*busy, (last + spot.pause, last)]:
            latest = min(low - spot.pause, last) - length
            if at <= latest:
                starts.append(min(max(wanted, at), latest))
            at = max(at, high + spot.pause)
    if not starts:
        return None
    return Slot(day, clock_time(min(starts, key=lambda start: (abs(start - wanted), start))))


def _remedy(
    spot: _Spot, revision: SessionRevision, extent: ChangeSize, *, gone: DaysShort, come: DaysShort
) -> Remedy | None:
    """A revision after which sessions are on other days; ``None`` if it is of no use."""
    pairs = [*zip(spot.ground.lacks, spot.counted, strict=True)]
    left = (lack.left(gone=gone, come=come, minutes=minutes) for lack, minutes in pairs)
    if spot.whole:
        every = _bits(range(len(pairs)))
        return Remedy(revision, extent, every, every) if all(rest <= 0 for rest in left) else None
    rests = [*left]
    helps = _bits(n for n, (lack, _) in enumerate(pairs) if rests[n] < lack.amount)
    ends = _bits(n for n, rest in enumerate(rests) if rest <= 0)
    return Remedy(revision, extent, helps, ends) if helps else None


def _added(spot: _Spot) -> Iterator[Remedy]:
    """One session a week more, or several, each on another day."""
    near = next((slot.start for slot in spot.slots if slot.start), None)
    taken = [*spot.busy, *_spans(spot.slots, spot.length)]
    openings = (_opening(spot, taken, day, spot.length, near=near) for day in Weekday)
    own = {slot.day for slot in spot.slots}
    attended = {Weekday(start // DAY % 7) for start, _ in spot.busy}
    # Days without the service first, of these those with another, and the first of the week.
    found = sorted(
        (slot for slot in openings if slot),
        key=lambda slot: (slot.day in own, slot.day not in attended, slot.day),
    )

    def remedy(slots: tuple[Slot, ...], days: DaysShort, extent: ChangeSize) -> Remedy | None:
        revision = AddSessions(spot.name, spot.phases, tuple(sorted(slots)))
        return _remedy(spot, revision, extent, gone=Counter(), come=days)

    yield from _several(spot, found, len(found), remedy)


def _dropped(spot: _Spot) -> Iterator[Remedy]:
    """One session a week less, or several, but never the last."""
    fewest = min(len(slots_of(service.timing)) for service in spot.services)

    def remedy(slots: tuple[Slot, ...], days: DaysShort, extent: ChangeSize) -> Remedy | None:
        revision = DropSessions(spot.name, spot.phases, slots)
        return _remedy(spot, revision, extent, gone=days & spot.held, come=Counter())

    yield from _several(spot, spot.common_slots, fewest - 1, remedy)


def _several(
    spot: _Spot,
    slots: Sequence[Slot],
    most: int,
    remedy: Callable[[tuple[Slot, ...], DaysShort, ChangeSize], Remedy | None],
) -> Iterator[Remedy]:
    """Remedies of one slot, of two and so on, until one ends all that it helps with."""
    for count in range(1, most + 1):
        extent = ChangeSize(count * spot.minutes_a_slot, sessions=count * len(spot.weeks))
        enough = False
        # Where days do not matter, the first ones do.
        for some in islice(combinations(slots, count), None if spot.ground.by_day else 1):
            days = Counter[int]()
            for slot in some:
                days.update(spot.ground.days(slot.day, spot.weeks))
            made = remedy(some, days, extent)
            if made is not None:
                yield made
                enough |= made.helps == made.ends
        if enough:
            return


def _moved(spot: _Spot) -> Iterator[Remedy]:
    """A weekly session on another day, or, where it has no time yet, at one."""
    for slot in spot.common_slots:
        taken = [*spot.busy, *_spans((s for s in spot.slots if s != slot), spot.length)]
        weeks = [week for week in spot.weeks if spot.prescribed([week])]
        gone = Counter[int]()
        if slot.start is not None:
            gone = spot.ground.days(slot.day, weeks) & spot.held
            weeks = [day // 7 + 1 for day in gone]
        for day in Weekday:
            to = _opening(spot, taken, day, spot.length, near=slot.start)
            if to is None or day is slot.day:
                continue
            (before,), (after,) = (spot.ground.days(day, [1]) for day in (slot.day, to.day))
            extent = ChangeSize(0, abs(after - before), len(weeks), _shift(slot, to))
            revision = MoveSession(spot.name, spot.phases, slot, to)
            made = _remedy(spot, revision, extent, gone=gone, come=spot.ground.days(to.day, weeks))
            if made is not None:
                yield made


def _oftener(spot: _Spot) -> Iterator[Remedy]:
    """A rare service in every week, or as often as is demanded."""
    slot = next(iter(spot.common_slots), None)
    if slot is None or slot.start is None:
        return
    for every in sorted({_every_weeks(lack.demand) for lack in spot.ground.lacks}):
        added = [
            (whole_minutes(s.duration or timedelta(0)), len(w[::every]) - spot.prescribed(w))
            for s, w in spot.parts
        ]
        if all(count > 0 for _, count in added):
            made = _remedy(
                spot,
                HoldOftener(spot.name, spot.phases, every, slot),
                ChangeSize(sum(m * n for m, n in added), sessions=sum(n for _, n in added)),
                gone=spot.held,
                come=spot.ground.days(slot.day, (w for _, ws in spot.parts for w in ws[::every])),
            )
            if made is not None:
                yield made


def _every_weeks(demand: SessionDemand) -> int:
    """Every how many weeks a session meets a demand for frequency; other demands: every week."""
    if not isinstance(demand, Frequency):
        return 1
    return min(max((demand.every_days or _SHORTEST_MONTH) // 7, 1), _MOST_WEEKS)
