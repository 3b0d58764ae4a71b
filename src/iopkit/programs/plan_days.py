"""Days of a program or plan, which count from 0, its first, and the weeks that they are in."""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from iopkit.windows import DAY

LONGEST_PROGRAM = 520
"""How many weeks a program can have."""


def day_of_plan(day: date, *, start: date) -> int:
    """Which day of a plan a date is, below 0 if it is before its start.

    Example:
        >>> day_of_plan(date(2026, 1, 8), start=date(2026, 1, 5))
        3
    """
    return (day - start).days


def week_of_plan(day: date, *, start: date) -> int:
    """Which week of a plan a date is in, from 1; below that if it is before its start.

    Example:
        >>> week_of_plan(date(2026, 1, 12), start=date(2026, 1, 5))
        2
    """
    return day_of_plan(day, start=start) // 7 + 1


def days_of_week(week: int) -> range:
    """The days of a program week, which counts from 1."""
    return range((week - 1) * 7, week * 7)


def days_touched(first: int, end: int) -> range:
    """The days that minutes of a plan are on, from the first up to the end."""
    return range(first // DAY, (end - 1) // DAY + 1)


def gaps(days: Iterable[int]) -> list[tuple[int, int]]:
    """How long it is from each of some days, in order, to the next, and from which.

    Example:
        >>> gaps([0, 2, 7])
        [(2, 0), (5, 2)]
    """
    return [(after - day, day) for day, after in pairwise(days)]
