"""Preferences: how doses are to be spread over the week, where there is a choice."""

from collections.abc import Collection
from datetime import time

from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.programs.plan_days import gaps
from iopkit.windows import DayPart, Weekday


@frozen
class Preferences:
    """What to prefer when sessions are placed that have a choice of days and times.

    At least so many ``days`` a week with a session, no gap of more than ``longest_gap`` days
    from one such day to the next, and parts of the day in order, the most wanted first; parts
    that are not listed come last, from the morning on. What cannot be kept keeps no session
    from being placed; too few days and too long gaps are in the plan's notes.

    Raises:
        InvalidError: a number is not from 1 to 7, or a part is listed twice.

    Example:
        >>> from iopkit.windows import Weekday
        >>> Preferences(days=3, longest_gap=3).gap([Weekday.MONDAY, Weekday.WEDNESDAY])
        5
    """

    days: int | None = None
    longest_gap: int | None = None
    times: tuple[DayPart, ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse(
            "preferences",
            *(
                unless(number is None or 1 <= number <= 7, name, "from 1 to 7", number)
                for name, number in (("days", self.days), ("longest_gap", self.longest_gap))
            ),
            unless(len(self.times) == len(set(self.times)), "times", "each once", "one twice"),
        )

    @property
    def parts(self) -> tuple[DayPart, ...]:
        """Every part of the day, the most wanted first."""
        return (*self.times, *(part for part in DayPart if part not in self.times))

    def rank(self, start: time) -> int:
        """How little a start is wanted: 0 for the first part listed; 0 for all if none is."""
        ranks = self.parts if self.times else ()
        return next((n for n, part in enumerate(ranks) if start.hour in part.hours), 0)

    def gap(self, days: Collection[Weekday]) -> int:
        """The most days from one of some days to the next, in a week that repeats."""
        return max(weekly_gaps(days), default=7)

    def missed(self, days: Collection[Weekday]) -> int:
        """How many days too few, and too long a gap, sessions on some days have."""
        few = max(0, (self.days or 0) - len(set(days)))
        return few + max(0, self.gap(days) - (self.longest_gap or 7))


def weekly_gaps(days: Collection[Weekday]) -> list[int]:
    """Days from each of some days to the next, in a week that repeats."""
    ordered = sorted(days)
    return [gap for gap, _ in gaps([*ordered, *(day + 7 for day in ordered[:1])])]
