"""Remedies: revisions of a plan's sessions that help with what they are short of.

Listed is what helps by itself: nothing that only would make room for something else.

It stays in one piece: what is resized, added and moved is found by the same few questions.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import time, timedelta
from functools import cached_property
from itertools import combinations, islice
from operator import add

from attrs import astuple, define, field

from iopkit.checks.checks import Finding
from iopkit.checks.shortfalls import (
    DaysShort,
    SessionDemand,
    Shortfall,
    counted_minutes,
    in_week,
    shortfalls_of,
)
from iopkit.confidential import hidden
from iopkit.fields import frozen
from iopkit.plans.revisions import (
    AddSessions,
    DropSessions,
    HoldOftener,
    LengthenSessions,
    MoveSession,
    SessionRevision,
    ShortenSessions,
)
from iopkit.programs.plan_days import day_of_plan, days_of_week
from iopkit.programs.programs import Phase, Program, Service, fixed_times
from iopkit.programs.timings import PerWeek, Slot, Weekly, slot_spans, slots_of
from iopkit.requirements.demands import Frequency
from iopkit.schedules.sessions import Schedule, Session, Unplaced
from iopkit.sites.hours import open_windows, service_hours
from iopkit.sites.sites import Site
from iopkit.windows import (
    DAY,
    WEEK,
    Span,
    Weekday,
    WeeklyWindows,
    clock_time,
    minute_of_day,
    starts_in,
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
        return ChangeSize(*map(add, astuple(self), astuple(other)))


@frozen(repr=False)
class Remedy:
    """A revision, and the shortfalls that it helps with and those that it ends.

    What it ends goes by what can be seen of sessions alone: dated anew, they may collide.
    """

    revision: SessionRevision
    size: ChangeSize
    helps: frozenset[Shortfall]
    ends: frozenset[Shortfall]

    __repr__ = hidden


@define(eq=False)
class Effort:
    """How many steps a search may take, and how many it has taken, the same on every machine.

    A stretch of time that is looked at for an opening is one step. A session that is dated and
    judged is thirty, as it takes so much longer.
    """

    most: int
    spent: int = 0

    @property
    def is_spent(self) -> bool:
        """Whether no more is to be looked at."""
        return self.spent >= self.most


SESSION_STEPS = 30
"""How many steps it is to date a session and judge it."""


@frozen(repr=False)
class Situation:
    """A schedule, its site, and what it is short of; of weeks that are alike, in the first.

    ``booked`` are the sessions of each service by day, ``prescribed`` those by week, booked
    or not. ``by_day``: it matters on which days sessions are. Remedies end early when the
    ``effort`` is spent.
    """

    schedule: Schedule
    site: Site
    shortfalls: tuple[Shortfall, ...]
    # Both are of the schedule, and have no hash.
    booked: Mapping[str, DaysShort] = field(eq=False)
    prescribed: Counter[tuple[str, int]] = field(eq=False)
    by_day: bool
    effort: Effort = field(eq=False)

    @classmethod
    def of(
        cls,
        schedule: Schedule,
        site: Site,
        unmet: Iterable[Finding],
        *,
        by_day: bool,
        effort: Effort,
    ) -> "Situation":
        """What unmet findings of a schedule are, seen from its sessions."""
        program = schedule.plan.program
        booked: dict[str, DaysShort] = {
            service.name: Counter() for service in program.every_service
        }
        for session in schedule.sessions:
            day = day_of_plan(session.start.date(), start=schedule.plan.start)
            booked[session.service][day] += 1
        shortfalls: dict[object, Shortfall] = {}
        for each in shortfalls_of(schedule, unmet):
            alike = _look(program, each, booked)
            shortfalls.setdefault((each.demand, each.amount, each.over, alike), each)
        every: tuple[Session | Unplaced, ...] = (*schedule.sessions, *schedule.unplaced)
        return cls(
            schedule,
            site,
            shortfalls=tuple(shortfalls.values()),
            booked=booked,
            prescribed=Counter((each.service, each.week) for each in every),
            by_day=by_day,
            effort=effort,
        )

    def days(self, weekday: Weekday, weeks: Iterable[int]) -> DaysShort:
        """A weekday in some weeks, as days of the plan."""
        first = (weekday - self.schedule.plan.start.weekday()) % 7
        return Counter(days_of_week(week)[first] for week in weeks)

    __repr__ = hidden


def _look(
    program: Program, shortfall: Shortfall, booked: Mapping[str, DaysShort]
) -> tuple[str, frozenset[tuple[str, int, int]]] | None:
    """What tells a shortfall's week from others: its phase, and what counts on its days."""
    week = shortfall.week
    if week is None:
        return None
    services = (s.name for s in program.every_service if counted_minutes(s, shortfall.demand))
    phases = [phase.name for phase in program.phases for _ in range(phase.laid_weeks)]
    return phases[min(week, len(phases)) - 1], frozenset(
        (name, day % 7, count)
        for name in services
        for day, count in in_week(booked[name], week).items()
    )


def remedies_for(situation: Situation) -> Iterator[Remedy]:
    """Revisions that help with any of what a schedule is short of."""
    for spot in _spots(situation, _helping):
        if any(spot.counted):
            yield from _revised(spot)


def whole_remedies_for(situation: Situation) -> Iterator[Remedy]:
    """Revisions that each end all that a schedule is short of."""
    for spot in _spots(situation, _ending_all):
        if all(spot.counted):
            yield from _revised(spot)


_Effect = tuple[Shortfall, bool, bool]
"""A shortfall, whether a revision helps with it, and whether it ends it."""
_Use = Callable[[SessionRevision, ChangeSize, Iterable[_Effect]], Remedy | None]
"""Makes a remedy of a revision with these effects; of one that is of no use, ``None``."""


def _helping(
    revision: SessionRevision, size: ChangeSize, effects: Iterable[_Effect]
) -> Remedy | None:
    """Of use is what helps with any shortfall."""
    listed = [*effects]
    helps = frozenset(shortfall for shortfall, helped, _ in listed if helped)
    ends = frozenset(shortfall for shortfall, _, ended in listed if ended)
    return Remedy(revision, size, helps=helps, ends=ends) if helps else None


def _ending_all(
    revision: SessionRevision, size: ChangeSize, effects: Iterable[_Effect]
) -> Remedy | None:
    """Of use is what ends every shortfall: the first that it does not decides."""
    listed: list[Shortfall] = []
    for shortfall, _, ended in effects:
        if not ended:
            return None
        listed.append(shortfall)
    every = frozenset(listed)
    return Remedy(revision, size, helps=every, ends=every)


def _revised(spot: "_Spot") -> Iterator[Remedy]:
    """Every revision of a service in some phases that is of use."""
    yield from _lengthened(spot)
    yield from _shortened(spot)
    yield from _moved(spot)
    if all(map(_is_weekly, spot.services)):
        yield from _added(spot)
        yield from _dropped(spot)
    else:
        yield from _oftener(spot)


@frozen(repr=False)
class _Spot:
    """A service in some phases that have it, where one revision changes it.

    ``use`` tells which revisions are of use. ``phases`` are named only if others have the
    service, too. ``parts`` are the service and the weeks of each phase, or of all if it is
    spread over them. ``busy`` are the minutes of the week that other services take, and
    ``counted`` those of a session that count towards each shortfall.
    """

    situation: Situation
    use: _Use
    name: str
    phases: tuple[str, ...]
    parts: tuple[tuple[Service, range], ...]
    busy: frozenset[Span]
    counted: tuple[int, ...]

    trusts_types = True  # What it holds is made here, a hundred times for each plan.

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
    def booked(self) -> DaysShort:
        """How many sessions are booked on each day."""
        every = self.situation.booked[self.name]
        return Counter({day: count for day, count in every.items() if day // 7 + 1 in self.weeks})

    def prescribed(self, weeks: Iterable[int]) -> int:
        """How many sessions some weeks have, booked or not."""
        return sum(self.situation.prescribed[self.name, week] for week in weeks)

    @property
    def common_slots(self) -> tuple[Slot, ...]:
        """Those that it has in each of the phases."""
        return tuple(
            slot for slot in self.slots if all(slot in slots_of(s.timing) for s in self.services)
        )

    @cached_property
    def windows(self) -> WeeklyWindows:
        """When the site can give it and the patient is free."""
        hours = service_hours(self.situation.site, self.name, self.services[0].modality)
        return open_windows(hours, self.situation.schedule.plan.free)

    @cached_property
    def pause(self) -> int:
        """Minutes that the site keeps free between sessions."""
        return whole_minutes(self.situation.site.break_between)

    @cached_property
    def length(self) -> int:
        """The most minutes that a session takes."""
        return max(whole_minutes(s.longest or timedelta(0)) for s in self.services)

    @property
    def minutes_a_slot(self) -> int:
        """Minutes of sessions that a slot in every week comes to."""
        return sum(whole_minutes(s.duration or timedelta(0)) * len(w) for s, w in self.parts)

    __repr__ = hidden


def _spots(situation: Situation, use: _Use) -> Iterator[_Spot]:
    """Each service of known length and with weekly slots, in each run of phases.

    A service in n phases is in n (n + 1) / 2 runs, and programs have a handful of phases.
    One that is spread over all of them is there as a whole only.
    """
    plan = situation.schedule.plan
    program = plan.program
    for name, had in _phases_with(program).items():
        if situation.effort.is_spent:
            return
        spread = next((s for s in program.services if s.name == name and not _is_weekly(s)), None)
        for low, high in combinations(range(len(had) + 1), 2):
            run, everywhere = had[low:high], high - low == len(had)
            parts = tuple((service, weeks) for _, service, weeks in run)
            if spread is not None:
                parts = ((spread, range(1, program.weeks + 1)),)
            placed = all(s.duration and slots_of(s.timing) for _, s, _ in run)
            # A group meets as one: its times are not one patient's to change.
            own = name not in plan.on_hold and not plan.groups_of(name)
            if placed and own and (everywhere or spread is None):
                yield _Spot(
                    situation,
                    use,
                    name,
                    phases=() if everywhere else tuple(phase.name for phase, _, _ in run),
                    parts=parts,
                    busy=frozenset(
                        (start, end)
                        for phase, _, _ in run
                        for start, end, other in fixed_times(program.services_in(phase))
                        if other != name
                    ),
                    counted=tuple(_counted(each, parts) for each in situation.shortfalls),
                )


def _phases_with(program: Program) -> dict[str, list[tuple[Phase, Service, range]]]:
    """By the name of each service the phases that have it, as they do, and their weeks."""
    found: dict[str, list[tuple[Phase, Service, range]]] = {
        service.name: [] for service in program.every_service
    }
    first = 1
    for phase in program.phases:
        weeks = range(first, first + phase.laid_weeks)
        for service in program.services_in(phase):
            found[service.name].append((phase, service, weeks))
        first = weeks.stop
    return found


def _is_weekly(service: Service) -> bool:
    return isinstance(service.timing, Weekly | PerWeek)


def _counted(shortfall: Shortfall, parts: Iterable[tuple[Service, range]]) -> int:
    """The fewest minutes of a session that count, if any are in the shortfall's week."""
    week = shortfall.week
    if week is not None and not any(week in weeks for _, weeks in parts):
        return 0
    return min(counted_minutes(service, shortfall.demand) for service, _ in parts)


def _lengthened(spot: _Spot) -> Iterator[Remedy]:
    """Sessions longer by what ends a shortfall, or by as much as there is room for."""
    wanted = _resizing(spot, over=False)
    limit = _room(spot, max((minutes for minutes, _ in wanted.values()), default=0))
    for minutes in _steps(wanted, limit):
        starts = _starts(spot, minutes) or {}
        made = _resized(
            spot,
            LengthenSessions(
                spot.name, spot.phases, by=timedelta(minutes=minutes), starts=tuple(starts.items())
            ),
            minutes,
            wanted,
            shifted=sum(_shift(old, new) for old, new in starts.items()),
        )
        if made is not None:
            yield made


def _shortened(spot: _Spot) -> Iterator[Remedy]:
    """Sessions shorter by what ends an excess, or by as much as they can be."""
    wanted = _resizing(spot, over=True)
    for minutes in _steps(wanted, _spare(spot)):
        by = timedelta(minutes=minutes)
        made = _resized(spot, ShortenSessions(spot.name, spot.phases, by), minutes, wanted)
        if made is not None:
            yield made


_Resizing = Mapping[Shortfall, tuple[int, bool]]
"""By how many minutes sessions would have to be resized, and whether that ends a shortfall."""


def _resizing(spot: _Spot, *, over: bool) -> _Resizing:
    """What longer sessions, or shorter ones if ``over``, help with."""
    wanted = {
        each: each.each(in_week(spot.booked, each.week))
        for each, counted in zip(spot.situation.shortfalls, spot.counted, strict=True)
        if each.over is over and counted
    }
    return {each: (minutes, ends) for each, (minutes, ends) in wanted.items() if minutes}


def _steps(wanted: _Resizing, limit: int) -> list[int]:
    return sorted({min(minutes, limit) for minutes, _ in wanted.values()} - {0})


def _resized(
    spot: _Spot, revision: SessionRevision, by: int, wanted: _Resizing, *, shifted: int = 0
) -> Remedy | None:
    """A revision after which sessions are so many minutes longer or shorter, if of use."""
    sessions = spot.prescribed(spot.weeks)

    def effects() -> Iterator[_Effect]:
        for each in spot.situation.shortfalls:
            minutes, ends = wanted.get(each, (0, False))
            yield each, minutes > 0, ends and minutes <= by

    size = ChangeSize(by * sessions, sessions=sessions, minutes_shifted=shifted)
    return spot.use(revision, size, effects())


def _shift(old: Slot, new: Slot) -> int:
    """Minutes of the day between two slots; 0 if the old one had no time."""
    if old.start is None or new.start is None:
        return 0
    return abs(minute_of_day(old.start) - minute_of_day(new.start))


def _spare(spot: _Spot) -> int:
    """By how much sessions can be shorter and still have a minute beside their breaks."""
    return min(whole_minutes(s.service_time or timedelta(0)) for s in spot.services) - 1


def _room(spot: _Spot, wanted: int) -> int:
    """By how many minutes sessions can be longer, at most as many as wanted.

    Bisects: what has room for longer sessions has room for shorter ones. At most eleven
    lengths are tried, as a day has 1440 minutes.
    """
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
        taken = [*spot.busy, *slot_spans((new.get(s, s) for s in spot.slots if s != slot), length)]
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
    spot.situation.effort.spent += len(taken)
    free = not any(s + w < high and low < e + w for s, e in taken for w in (-WEEK, 0, WEEK))
    return free and spot.windows.covers(day, start, timedelta(minutes=length))


def _opening(
    spot: _Spot, taken: Iterable[Span], day: Weekday, length: int, *, near: time | None
) -> Slot | None:
    """The opening on a day that begins nearest to a time, the earlier of two.

    Goes once through what is taken, in order, and keeps the best start of each stretch that
    is free; three weeks in a row, as a night may run on into the next week.
    """
    offsets = [week - day * DAY for week in (-WEEK, 0, WEEK)]
    busy = sorted((low + n, high + n) for low, high in taken for n in offsets)
    spot.situation.effort.spent += len(busy)
    wanted, pause = minute_of_day(near) if near else 0, spot.pause
    starts: list[int] = []
    parts = spot.services[0].day_parts
    for first, last in spot.windows.on(day):
        at = first
        for low, high in [*busy, (last + pause, last)]:
            latest = min(low - pause, last) - length
            if at <= latest:
                starts += [
                    min(max(wanted, low), high) for low, high in starts_in([(at, latest)], parts)
                ]
            at = max(at, high + pause)
    if not starts:
        return None
    return Slot(day, clock_time(min(starts, key=lambda start: (abs(start - wanted), start))))


def _on_other_days(
    spot: _Spot, revision: SessionRevision, size: ChangeSize, *, gone: DaysShort, come: DaysShort
) -> Remedy | None:
    """A revision after which sessions are on other days; ``None`` if it is of no use."""

    def effects() -> Iterator[_Effect]:
        for each, minutes in zip(spot.situation.shortfalls, spot.counted, strict=True):
            left = each.left(gone=gone, come=come, minutes=minutes)
            yield each, left < each.amount, left <= 0

    return spot.use(revision, size, effects())


def _added(spot: _Spot) -> Iterator[Remedy]:
    """One session a week more, or several, each on another day."""
    near = next((slot.start for slot in spot.slots if slot.start), None)
    taken = [*spot.busy, *slot_spans(spot.slots, spot.length)]
    openings = (_opening(spot, taken, day, spot.length, near=near) for day in Weekday)
    own = {slot.day for slot in spot.slots}
    attended = {Weekday(start // DAY % 7) for start, _ in spot.busy}
    # Days without the service first, of these those with another, and the first of the week.
    found = sorted(
        (slot for slot in openings if slot),
        key=lambda slot: (slot.day in own, slot.day not in attended, slot.day),
    )

    def remedy(slots: tuple[Slot, ...], days: DaysShort, size: ChangeSize) -> Remedy | None:
        revision = AddSessions(spot.name, spot.phases, tuple(sorted(slots)))
        return _on_other_days(spot, revision, size, gone=Counter(), come=days)

    yield from _several(spot, found, len(found), remedy)


def _dropped(spot: _Spot) -> Iterator[Remedy]:
    """One session a week less, or several, but never the last."""
    fewest = min(len(slots_of(service.timing)) for service in spot.services)

    def remedy(slots: tuple[Slot, ...], days: DaysShort, size: ChangeSize) -> Remedy | None:
        revision = DropSessions(spot.name, spot.phases, slots)
        return _on_other_days(spot, revision, size, gone=days & spot.booked, come=Counter())

    yield from _several(spot, spot.common_slots, fewest - 1, remedy)


def _several(
    spot: _Spot,
    slots: Sequence[Slot],
    most: int,
    remedy: Callable[[tuple[Slot, ...], DaysShort, ChangeSize], Remedy | None],
) -> Iterator[Remedy]:
    """Remedies of one slot, of two and so on, until one ends all that it helps with.

    Tries every combination of so many slots: of seven days at most 127 in all, and of the 21
    slots that a service may lose far more, had not one of few nearly always ended it. Where
    it does not matter on which days sessions are, the first combination stands for all.
    """
    for count in range(1, most + 1):
        size = ChangeSize(count * spot.minutes_a_slot, sessions=count * len(spot.weeks))
        enough = False
        for some in islice(combinations(slots, count), None if spot.situation.by_day else 1):
            spot.situation.effort.spent += len(spot.weeks)
            if spot.situation.effort.is_spent:
                return
            days = Counter[int]()
            for slot in some:
                days.update(spot.situation.days(slot.day, spot.weeks))
            made = remedy(some, days, size)
            if made is not None:
                yield made
                enough |= made.helps == made.ends
        if enough:
            return


def _moved(spot: _Spot) -> Iterator[Remedy]:
    """A weekly session on another day, or, where it has no time yet, at one.

    Tries each slot on each day of the week, at the opening nearest to its time.
    """
    for slot in spot.common_slots:
        taken = [*spot.busy, *slot_spans((s for s in spot.slots if s != slot), spot.length)]
        weeks = [week for week in spot.weeks if spot.prescribed([week])]
        gone = Counter[int]()
        if slot.start is not None:
            gone = spot.situation.days(slot.day, weeks) & spot.booked
            weeks = [day // 7 + 1 for day in gone]
        for day in Weekday:
            to = _opening(spot, taken, day, spot.length, near=slot.start)
            if to is None or day is slot.day:
                continue
            (before,), (after,) = (spot.situation.days(day, [1]) for day in (slot.day, to.day))
            made = _on_other_days(
                spot,
                MoveSession(spot.name, spot.phases, slot=slot, to=to),
                ChangeSize(
                    days_moved=abs(after - before),
                    sessions=len(weeks),
                    minutes_shifted=_shift(slot, to),
                ),
                gone=gone,
                come=spot.situation.days(to.day, weeks),
            )
            if made is not None:
                yield made


def _oftener(spot: _Spot) -> Iterator[Remedy]:
    """A rare service in every week, or as often as is demanded; one try for each demand."""
    slot = next(iter(spot.common_slots), None)
    if slot is None or slot.start is None:
        return
    for every in sorted({_every_weeks(each.demand) for each in spot.situation.shortfalls}):
        added = [
            (whole_minutes(s.duration or timedelta(0)), len(w[::every]) - spot.prescribed(w))
            for s, w in spot.parts
        ]
        if all(count > 0 for _, count in added):
            made = _on_other_days(
                spot,
                HoldOftener(spot.name, spot.phases, every_weeks=every, slot=slot),
                ChangeSize(sum(m * n for m, n in added), sessions=sum(n for _, n in added)),
                gone=spot.booked,
                come=spot.situation.days(
                    slot.day, (w for _, ws in spot.parts for w in ws[::every])
                ),
            )
            if made is not None:
                yield made


def _every_weeks(demand: SessionDemand) -> int:
    """Every how many weeks a session meets a demand for frequency; other demands: every week."""
    if not isinstance(demand, Frequency):
        return 1
    return min(max((demand.every_days or _SHORTEST_MONTH) // 7, 1), _MOST_WEEKS)
