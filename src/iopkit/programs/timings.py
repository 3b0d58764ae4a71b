"""Timings: when a service takes place, in weeks that have no date yet."""

import re
from collections.abc import Iterable, Iterator
from datetime import time, timedelta
from math import gcd

from attrs import evolve, field

from iopkit.confidential import hidden
from iopkit.errors import Fault, InvalidError, refuse, unless
from iopkit.fields import frozen
from iopkit.programs.plan_days import LONGEST_PROGRAM
from iopkit.programs.ranges import Times, as_count, as_time, range_faults
from iopkit.windows import (
    DAY,
    ONE_MINUTE,
    ONE_WEEK,
    DayPart,
    Span,
    Weekday,
    is_plain,
    minute_of_day,
)

_SLOT_FORM = "a slot such as 'monday 18:00' or 'monday evening'"
MOST_A_WEEK = 21
"""How many sessions of a service a week can have: three a day."""


@frozen(repr=False, order=True)
class Slot:
    """A weekday, and the wall-clock start if it is known; the site says it otherwise.

    Where the source says a part of the day alone, that is the ``part``, and there is no start.

    Raises:
        InvalidError: the start has seconds or a zone, or there is a part beside it.

    Example:
        >>> for text in ("monday 18:00", "monday evening", "friday"):
        ...     print(Slot.parse(text))
        monday 18:00
        monday evening
        friday
    """

    day: Weekday
    start: time | None = field(default=None, order=lambda start: start or time.max)
    part: DayPart | None = field(default=None, order=[None, *DayPart].index)

    def __attrs_post_init__(self) -> None:
        ok = self.start is None or is_plain(self.start)
        refuse(
            "slot",
            unless(ok, "start", "a time in whole minutes, without a zone", "another"),
            unless(self.start is None or self.part is None, "part", "a start or a part", "both"),
        )

    @classmethod
    def parse(cls, text: str) -> "Slot":
        """Read ``monday``, ``monday evening`` or ``monday 18:00``.

        Raises:
            InvalidError: it is another text, which the error does not show.
        """
        day, space, clock = text.strip().partition(" ")
        part = DayPart(clock) if clock in {*DayPart} else None
        try:
            timed = time.fromisoformat(clock) if re.fullmatch(r"\d\d:\d\d", clock) else None
        except ValueError:
            timed = None
        if day.upper() not in Weekday.__members__ or bool(space) is ((timed or part) is None):
            raise InvalidError("slot", [Fault((), _SLOT_FORM, "another text")])
        return cls(Weekday.parse(day), timed, part)

    @property
    def when(self) -> str:
        """The time of its day, such as ``18:00`` or ``evening``; empty where it is not known."""
        return f"{self.start:%H:%M}" if self.start else self.part or ""

    def __str__(self) -> str:
        return f"{self.day.name.lower()} {self.when}".rstrip()

    __repr__ = hidden


@frozen(repr=False)
class Weekly:
    """In every week on the same days."""

    slots: tuple[Slot, ...]

    def __attrs_post_init__(self) -> None:
        refuse(
            "weekly timing",
            unless(bool(self.slots), "slots", "at least one day", "none"),
            *_distinct(self.slots),
        )

    @property
    def words(self) -> str:
        """The timing in prose."""
        return "weekly" if len(self.slots) == 1 else f"{len(self.slots)} times a week"

    __repr__ = hidden


@frozen(repr=False)
class PerWeek:
    """So many times a week; drafting finds the slots."""

    times: Times[int] = field(default=None, converter=as_count)
    slots: tuple[Slot, ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse(
            "dose",
            range_faults("times", self.times, 1, MOST_A_WEEK, f"from 1 to {MOST_A_WEEK} a week"),
            unless(
                len(self.slots) <= (self.times.least or 0),
                "slots",
                "no more than times",
                len(self.slots),
            ),
            *_distinct(self.slots),
        )

    @property
    def words(self) -> str:
        """The timing in prose."""
        return _rate_words(self.times, "a week")

    __repr__ = hidden


@frozen(repr=False)
class TimePerWeek:
    """So much service time a week, in sessions that the source does not count.

    Drafting divides it into sessions of the length that the site gives the service.
    """

    dose: Times[timedelta] = field(default=None, converter=as_time)

    def __attrs_post_init__(self) -> None:
        expected = "whole minutes, from 1 to a whole week"
        refuse("dose", range_faults("dose", self.dose, ONE_MINUTE, ONE_WEEK, expected))

    @property
    def words(self) -> str:
        """The timing in prose."""
        unit = "hour" if self.dose == as_time(timedelta(hours=1)) else "hours"
        return _rate_words(self.dose, f"{unit} a week in all")

    __repr__ = hidden


@frozen(repr=False)
class EveryWeeks:
    """Once in every so many weeks, from the ``first`` on; drafting finds the slot.

    Where the source gives a range of weeks, the longest is the least often.
    """

    interval: Times[int] = field(default=None, converter=as_count)
    first: int = 1
    slots: tuple[Slot, ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse(
            "dose",
            range_faults("interval", self.interval, 2, 52, "from 2 to 52 weeks"),
            unless(
                1 <= self.first <= (self.interval.least or 2),
                "first",
                "from 1 to interval, at its shortest",
                self.first,
            ),
            unless(len(self.slots) <= 1, "slots", "at most one", len(self.slots)),
        )

    @property
    def words(self) -> str:
        """The timing in prose."""
        if self.interval.most is None and self.interval.least is not None:
            return f"every {self.interval.least} weeks or less often"
        if self.interval.least is None and self.interval.most is not None:
            return f"every {self.interval.most} weeks or more often"
        return _rate_words(self.interval, "weeks", lead="every ")

    __repr__ = hidden


@frozen(repr=False)
class Once:
    """Once, in a week counted from 1; drafting finds the slot."""

    week: int = 1
    slots: tuple[Slot, ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse(
            "timing",
            unless(
                1 <= self.week <= LONGEST_PROGRAM, "week", f"from 1 to {LONGEST_PROGRAM}", self.week
            ),
            unless(len(self.slots) <= 1, "slots", "at most one", len(self.slots)),
        )

    @property
    def words(self) -> str:
        """The timing in prose."""
        return f"once, in week {self.week}"

    __repr__ = hidden


@frozen(repr=False)
class InAll:
    """So many times in all, spread evenly over the weeks; drafting finds the slots.

    A week that holds several takes the slots in their order.
    """

    count: Times[int] = field(default=None, converter=as_count)
    slots: tuple[Slot, ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse(
            "dose",
            range_faults("count", self.count, 1, 1000, "from 1 to 1000"),
            *_distinct(self.slots),
        )

    @property
    def words(self) -> str:
        """The timing in prose."""
        return _rate_words(self.count, "in all")

    __repr__ = hidden


def _distinct(slots: tuple[Slot, ...]) -> list[tuple[Fault, ...]]:
    return [unless(len(slots) == len(set(slots)), "slots", "each slot once", "one twice")]


@frozen(repr=False)
class RandomDays:
    """On so many days of every week, drawn by the plan's seed."""

    per_week: Times[int] = field(default=None, converter=as_count)

    def __attrs_post_init__(self) -> None:
        refuse("random days", range_faults("per_week", self.per_week, 1, 7, "from 1 to 7 a week"))

    @property
    def words(self) -> str:
        """The timing in prose."""
        return f"{_rate_words(self.per_week, 'a week')}, on a random day"

    __repr__ = hidden


Timing = Weekly | PerWeek | TimePerWeek | EveryWeeks | Once | InAll | RandomDays


def rate_of(timing: Timing) -> Times[int] | Times[timedelta] | None:
    """How often, or how much, as the source says it; ``None``: the timing is exact by its form."""
    match timing:
        case PerWeek(rate) | InAll(rate) | RandomDays(rate) | EveryWeeks(rate):
            return rate
        case TimePerWeek(dose):
            return dose
        case Weekly() | Once():
            return None


def rate_ends(timing: Timing) -> tuple[int | timedelta | None, int | timedelta | None]:
    """The rate at which it is given least, and that at which it is most; ``None``: not stated.

    Of weeks between two sessions, the longest is the least.

    Example:
        >>> rate_ends(PerWeek(Times(1, 2))), rate_ends(EveryWeeks(Times(2, 4)))
        ((1, 2), (4, 2))
    """
    rate = rate_of(timing)
    if rate is None:
        return None, None
    low, high = rate.least, rate.most
    return (high, low) if isinstance(timing, EveryWeeks) else (low, high)


def at_rate(timing: Timing, rate: int | timedelta) -> Timing:
    """A timing of an open rate at an exact one."""
    match timing, rate:
        case PerWeek(), int():
            return evolve(timing, times=rate)
        case InAll(), int():
            return evolve(timing, count=rate)
        case RandomDays(), int():
            return evolve(timing, per_week=rate)
        case EveryWeeks(), int():
            return evolve(timing, interval=rate)
        case TimePerWeek(), timedelta():
            return evolve(timing, dose=rate)
        case _:
            return timing


def is_uncounted(timing: Timing) -> bool:
    """Whether nobody knows how many sessions there are: there is only a time, or no rate."""
    return isinstance(timing, TimePerWeek) or is_unrated(timing)


def is_unrated(timing: Timing) -> bool:
    """Whether not even the least is stated of how often it is."""
    return rate_of(timing) is not None and rate_ends(timing)[0] is None


def _rate_words(rate: Times[int] | Times[timedelta], of: str, *, lead: str = "") -> str:
    stated = (rate.least, rate.most) != (None, None)
    return f"{lead}{rate.words} {of}" if stated else "as often as is not stated"


def slots_of(timing: Timing) -> tuple[Slot, ...]:
    """The weekly slots that a timing has so far."""
    match timing:
        case RandomDays() | TimePerWeek():
            return ()
        case _:
            return timing.slots


def slot_spans(slots: Iterable[Slot], length: int) -> Iterator[Span]:
    """Minutes of the week that sessions of so many minutes take, at those slots with a start."""
    for slot in slots:
        if slot.start is not None:
            first = slot.day * DAY + minute_of_day(slot.start)
            yield first, first + length


def most_in_a_week(timing: Timing, weeks: int) -> int:
    """How many sessions the fullest of so many weeks holds; at the least, where that is open."""
    match timing:
        case Weekly(slots):
            return len(slots)
        case PerWeek(rate) | RandomDays(rate):
            return rate.least or 0
        case InAll(count):
            return -(-(count.least or 0) // weeks)
        case EveryWeeks() if is_unrated(timing):
            return 0
        case TimePerWeek() | EveryWeeks() | Once():
            return 1


def occurrences(timing: Timing, weeks: int) -> Iterator[tuple[int, Slot | None]]:
    """Week, from 0, and slot of each occurrence within a run of weeks: the least that is stated.

    What is not counted, time that is not divided into sessions yet or a service of no stated
    rate, occurs once a week, as what is not known of that week.
    """
    match timing:
        case TimePerWeek():
            yield from ((week, None) for week in range(weeks))
        case PerWeek() | RandomDays() | InAll() | EveryWeeks() if is_uncounted(timing):
            yield from ((week, None) for week in range(weeks))
        case Weekly(slots):
            yield from ((week, slot) for week in range(weeks) for slot in slots)
        case PerWeek(times, slots):
            placed = (*slots, *[None] * ((times.least or 0) - len(slots)))
            yield from ((week, slot) for week in range(weeks) for slot in placed)
        case RandomDays(per_week):
            often = per_week.least or 0
            yield from ((week, None) for week in range(weeks) for _ in range(often))
        case EveryWeeks(interval, first, slots):
            step = interval.most or weeks  # known here
            yield from ((week, _only(slots)) for week in range(first - 1, weeks, step))
        case Once(week, slots):
            yield from ((at, _only(slots)) for at in (week - 1,) if at < weeks)
        case InAll(times, slots):
            count = times.least or 0
            # The middles of ``count`` equal stretches.
            middles = [(2 * i + 1) * weeks // (2 * count) for i in range(count)]
            for i, week in enumerate(middles):
                nth = i - middles.index(week)
                yield week, slots[nth] if nth < len(slots) else None


def never_meet(one: Timing, other: Timing) -> bool:
    """Whether two timings surely share no week, if their weeks count from the same first.

    Example:
        >>> never_meet(EveryWeeks(2), EveryWeeks(4, first=2)), never_meet(EveryWeeks(2), Once(3))
        (True, False)
    """
    match one, other:
        case Once(first), Once(second):
            return first != second
        case (Once(week), EveryWeeks(interval, first)) | (EveryWeeks(interval, first), Once(week)):
            step = _exact(interval)
            return week < first or (step is not None and (week - first) % step != 0)
        case EveryWeeks(one_interval, one_first), EveryWeeks(interval, first):
            steps = _exact(one_interval), _exact(interval)
            known = [step for step in steps if step is not None]
            return len(known) == len(steps) and (one_first - first) % gcd(*known) != 0
        case _:
            return False


def _exact(interval: Times[int]) -> int | None:
    """How many weeks an interval is; ``None``: it can be another."""
    return interval.least if interval.is_exact else None


def _only(slots: tuple[Slot, ...]) -> Slot | None:
    return slots[0] if slots else None
