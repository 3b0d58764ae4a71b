"""Capacity: how many a clinic can have in care at a time, and on which days it takes people."""

from functools import lru_cache
from itertools import accumulate

from iopkit.errors import Fault, refuse, unless
from iopkit.fields import frozen

UNLIMITED = 2**31 - 1
"""The seats of a pool that is never full."""

MOST_POOLS = 64
"""So many can be told apart by the bits of a word."""


@frozen
class SeatsByDay:
    """What a clinic has, as its waiting list sees it: pools of seats, and days to begin on.

    ``names`` and ``sizes`` are of the pools. ``takes`` has a byte a day for each pool, 1 where it
    takes people, and ``opens`` one where somebody can begin who needs a seat in none. ``needs``
    has, for each kind of course of treatment, the pools of each of its needs, the first choice
    first; a need that is never limited is not among them.

    Raises:
        InvalidError: there are more than 64 pools or a negative number of seats, not all days are
            said of a pool, or a need is of a pool that is not there.

    Example:
        >>> SeatsByDay(("evening",), (12,), (bytes([1, 1]),), bytes([1, 1]), (((0,),),)).days
        2
    """

    names: tuple[str, ...]
    sizes: tuple[int, ...]
    takes: tuple[bytes, ...]
    opens: bytes
    needs: tuple[tuple[tuple[int, ...], ...], ...]

    def __attrs_post_init__(self) -> None:
        pools = len(self.names)
        named = {pool for each in self.needs for need in each for pool in need}
        refuse(
            "seats by day",
            unless(pools <= MOST_POOLS, "names", f"at most {MOST_POOLS} pools", pools),
            unless(len(self.sizes) == pools, "sizes", "one of each pool", len(self.sizes)),
            unless(len(self.takes) == pools, "takes", "the days of each pool", len(self.takes)),
            unless(
                all(0 <= size <= UNLIMITED for size in self.sizes),
                "sizes",
                "at least 0 seats",
                "others",
            ),
            tuple(
                Fault(("takes", number), f"{self.days} days", str(len(days)))
                for number, days in enumerate(self.takes)
                if len(days) != self.days
            ),
            unless(named <= {*range(pools)}, "needs", "numbers of pools", "others"),
        )

    @property
    def days(self) -> int:
        """How many days there are."""
        return len(self.opens)


@lru_cache(maxsize=256)
def next_days(takes: bytes) -> tuple[int, ...]:
    """For each day, the first from it on that takes people; ``len(takes)`` where none does.

    Example:
        >>> next_days(bytes([0, 1, 0]))
        (1, 1, 3)
    """
    days = len(takes)
    found = (day if takes[day] else days for day in reversed(range(days)))
    return tuple(accumulate(found, min))[::-1]
