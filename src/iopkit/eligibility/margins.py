"""By how much one number is more than another, so that two facts can be compared."""

from collections.abc import Callable
from datetime import date
from typing import Generic, TypeVar

from iopkit.eligibility.kinds import Number, Scalar
from iopkit.eligibility.possible import CONTRADICTED, Possible, Value, as_possible
from iopkit.fields import frozen

S = TypeVar("S")


def kind_of_margin(kind: Number, other: Number) -> Number:
    """By how much a number of a kind can be more than one of another; negative: less."""
    low, high = kind.low - other.high, kind.high - other.low
    return Number(low, high, kind.unit, whole=kind.whole and other.whole)


def margin(value: Value, other: Value) -> Possible:
    """What is possible of a number less another, found on the earlier of their days.

    Example:
        >>> both = margin(Possible(10, 12), 9)
        >>> both.low, both.high
        (1, 3)
    """
    one, two = as_possible(value), as_possible(other)
    days = [each.found for each in (one, two) if each.found]
    found = min(days, default=None)
    if one.low is None or one.high is None or two.low is None or two.high is None:
        whys = dict.fromkeys(each.why for each in (one, two) if each.why)
        why = CONTRADICTED if CONTRADICTED in whys else "; ".join(whys)
        return Possible(found=found, why=why)
    return Possible(one.low - two.high, one.high - two.low, found=found)


@frozen
class Margin(Generic[S]):
    """Reads a number less another."""

    read: Callable[[S, date], Scalar | Possible | None]
    other: Callable[[S, date], Scalar | Possible | None]

    def __call__(self, subject: S, on: date) -> Possible:
        """What is possible as of a day."""
        return margin(self.read(subject, on), self.other(subject, on))
