"""Ranges: how often or how long, as far as a source says it."""

from datetime import timedelta
from math import inf
from typing import Generic, TypeVar

from iopkit.errors import Fault, refuse, unless
from iopkit.fields import frozen
from iopkit.windows import is_whole_minutes

N = TypeVar("N", int, timedelta)


@frozen
class Times(Generic[N]):
    """A number of times or weeks, or a time: from ``least`` to ``most``, both among them.

    The same at both ends is exact. ``None`` as ``most``: at least so many; as ``least``: no
    more than so many; as both: not stated.

    Raises:
        InvalidError: ``most`` is less than ``least``, or they are no numbers and no times.

    Example:
        >>> Times(1, 2).words, Times(2, None).words, Times(None, None).words
        ('1 to 2', 'at least 2', 'not stated')
    """

    least: N | None
    most: N | None

    def __attrs_post_init__(self) -> None:
        kinds = {type(end) for end in (self.least, self.most) if end is not None}
        ok = kinds in (set(), {int}, {timedelta})
        refuse("times", unless(ok, "least", "two whole numbers, or two times", "others"))
        in_order = self.least is None or self.most is None or self.least <= self.most
        refuse("times", unless(in_order, "most", "no less than the least", self.most))

    @property
    def is_exact(self) -> bool:
        """Whether it is one number or time."""
        return self.least is not None and self.least == self.most

    @property
    def words(self) -> str:
        """It in prose; a time is in hours."""
        low, high = map(_words, (self.least, self.most))
        if self.is_exact:
            return low
        if self.least is None:
            return f"up to {high}" if high else "not stated"
        return f"{low} to {high}" if high else f"at least {low}"

    def allows(self, value: int | timedelta) -> bool:
        """Whether a number or time lies in it."""
        return all(
            type(end) is type(value) and low <= _size(value) <= high
            for end, low, high in (
                (self.least, _size(self.least), inf),
                (self.most, -inf, _size(self.most)),
            )
            if end is not None
        )


def _size(end: int | timedelta | None) -> float:
    return end.total_seconds() if isinstance(end, timedelta) else end or 0


def _is_whole(end: int | timedelta) -> bool:
    return not isinstance(end, timedelta) or is_whole_minutes(end)


def _words(end: int | timedelta | None) -> str:
    if isinstance(end, timedelta):
        return f"{end / timedelta(hours=1):g}"
    return "" if end is None else str(end)


def as_count(given: int | Times[int] | None) -> Times[int]:
    """A number as it is said of a source: one alone is exact, and ``None`` is not stated.

    Raises:
        InvalidError: it is no number.
    """
    ok = _is_of(given, int)
    refuse("times", unless(ok, "least", "a whole number, or Times", "another"))
    return given if isinstance(given, Times) else Times(given, given)


def as_time(given: timedelta | Times[timedelta] | None) -> Times[timedelta]:
    """A time as it is said of a source; see ``as_count``."""
    ok = _is_of(given, timedelta)
    refuse("times", unless(ok, "least", "a length of time, or Times", "another"))
    return given if isinstance(given, Times) else Times(given, given)


def _is_of(given: int | timedelta | Times[int] | Times[timedelta] | None, kind: type) -> bool:
    ends = (given.least, given.most) if isinstance(given, Times) else (given,)
    return all(end is None or type(end) is kind for end in ends)


def range_faults(name: str, times: Times[N], low: N, high: N, expected: str) -> tuple[Fault, ...]:
    """A fault for each end of a field that lies outside bounds, by its key in documents.

    Times are in whole minutes.
    """
    ends = {f"{name}_min": times.least, f"{name}_max": times.most}
    if times.is_exact:
        ends = {name: times.least}
    within = Times(low, high)
    return tuple(
        fault
        for key, end in ends.items()
        for fault in unless(
            end is None or (within.allows(end) and _is_whole(end)),
            key,
            expected,
            end,
        )
    )
