"""Shortfalls: what a schedule's sessions are short of, and how much of it others would leave."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import cache, partial

from attrs import field

from iopkit.checks.checks import Finding
from iopkit.confidential import hidden
from iopkit.fields import frozen
from iopkit.modalities import Delivery
from iopkit.programs.plan_days import day_of_plan, days_of_week, gaps
from iopkit.programs.programs import Service
from iopkit.requirements.demands import (
    Counting,
    DailyHours,
    Frequency,
    LongestGap,
    WeeklyDays,
    WeeklyHours,
    WeeklyServices,
)
from iopkit.schedules.sessions import Schedule
from iopkit.windows import whole_minutes

DayDemand = DailyHours | WeeklyDays | LongestGap | Frequency
"""What is demanded of days: it matters on which of them sessions are."""

SessionDemand = WeeklyHours | WeeklyServices | DayDemand
"""What is demanded of sessions; other demands are met by other means."""

DaysShort = Counter[int]
"""So many sessions or minutes on days of the plan, which count from 0."""


@frozen(repr=False, cache_hash=True)
class Shortfall:
    """A demand that is not met in a week, from 1, or in the plan as a whole.

    ``amount`` is by how much: minutes, days or sessions; ``over``: so much is too much.
    ``minutes`` are those that count on each day that has any, and ``length`` is that of the
    plan in days.
    """

    demand: SessionDemand
    week: int | None
    amount: int
    over: bool = False
    minutes: DaysShort = field(factory=Counter[int], eq=False)
    length: int = 0

    def left(self, *, gone: DaysShort, come: DaysShort, minutes: int) -> int:
        """What would be left if sessions went from some days and came on others.

        Args:
            minutes: those of a session that count; 0 if it does not.
        """
        if not minutes:
            return self.amount
        gone, come = in_week(gone, self.week), in_week(come, self.week)
        more = come.total() - gone.total()
        match self.demand:
            case WeeklyHours():
                return self.amount + (more if self.over else -more) * minutes
            case WeeklyServices():
                return self.amount - more
            case Frequency(every_days=None):
                return 0 if come else self.amount
            case _:
                then = self.minutes.copy()
                for days, sign in ((come, 1), (gone, -1)):
                    then.update({day: sign * count * minutes for day, count in days.items()})
                return _missing(self.demand, +then, self.length)

    def each(self, booked: DaysShort) -> tuple[int, bool]:
        """By how many minutes some sessions would have to be longer, or shorter if ``over``.

        Args:
            booked: how many of them there are on the days that it is about.

        Returns:
            The minutes, 0 if that is no help, and whether it ends the shortfall.
        """
        match self.demand:
            case WeeklyHours():
                return (-(-self.amount // booked.total()) if booked else 0), True
            case DailyHours(least):
                short = {
                    day: less
                    for day, minutes in self.minutes.items()
                    if (less := whole_minutes(least) - minutes) > 0
                }
                needed = [-(-less // booked[d]) if booked[d] else 0 for d, less in short.items()]
                return max(needed, default=0), bool(needed) and all(needed)
            case _:
                return 0, False

    __repr__ = hidden


def counted_minutes(service: Service, demand: SessionDemand) -> int:
    """Minutes of a session that count; 0 if none do, or nobody knows how long it is."""
    counting = Counting(demand.modalities) if isinstance(demand, Frequency) else demand.counting
    telehealth = service.delivery is Delivery.TELEHEALTH
    if service.duration is None or not counting.counts(service.modality, telehealth=telehealth):
        return 0
    breaks = timedelta(0) if counting.clock else service.breaks
    return whole_minutes(service.duration - breaks)


def shortfalls_of(schedule: Schedule, unmet: Iterable[Finding]) -> Iterator[Shortfall]:
    """What sessions are short of, by unmet findings about them; others are left aside."""
    length, minutes = schedule.plan.weeks * 7, cache(partial(_minutes, schedule))
    asked = ((f, d) for f in unmet if isinstance(d := f.requirement.demand, SessionDemand))
    for finding, demand in asked:
        seen, most = finding.seen, finding.required.most
        match demand:
            case WeeklyHours() if most is not None and finding.excess:
                amount = max(finding.excess, (seen.most or 0) - most)
                yield Shortfall(demand, finding.week, amount, over=True)
            case WeeklyHours() | WeeklyServices():
                yield Shortfall(demand, finding.week, finding.shortfall)
            case DailyHours() | WeeklyDays() | LongestGap() | Frequency():
                # A gap begins in a week, but is not of it.
                week = None if isinstance(demand, LongestGap | Frequency) else finding.week
                there = in_week(minutes(demand), week)
                amount = max(_missing(demand, there, length), 1)
                yield Shortfall(demand, week, amount, minutes=there, length=length)


def _minutes(schedule: Schedule, demand: SessionDemand) -> DaysShort:
    """Minutes that count on each day of the plan that has any."""
    found: DaysShort = Counter()
    for session in schedule.sessions:
        day = day_of_plan(session.start.date(), start=schedule.plan.start)
        found[day] += counted_minutes(schedule.service(session), demand)
    return +found


def in_week(days: DaysShort, week: int | None) -> DaysShort:
    """What is in a week, from 1; ``None``: all."""
    if week is None:
        return days
    return Counter({day: days[day] for day in days_of_week(week) if day in days})


def _missing(demand: DayDemand, minutes: DaysShort, length: int) -> int:
    """By how much minutes on some days miss a demand."""
    match demand:
        case DailyHours(least):
            lacking = [max(whole_minutes(least) - some, 0) for some in minutes.values()]
            return sum(lacking) if lacking else whole_minutes(least)
        case WeeklyDays(least):
            return max(least - len(minutes), 0)
        case LongestGap(most):
            return _too_long([-1, *sorted(minutes), length], most)
        case Frequency(every_days=every):
            return _too_long([-1, *sorted(minutes), length], (every or length) - 1)


def _too_long(days: list[int], most: int) -> int:
    """By how many days in all the gaps between some days, in order, are too long."""
    return sum(max(gap - 1 - most, 0) for gap, _ in gaps(days))
