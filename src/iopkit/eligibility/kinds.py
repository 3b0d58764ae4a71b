"""Kinds of fact: which values a fact can have, and which of them are worse."""

from enum import StrEnum
from math import inf, isinf, nextafter

from iopkit.errors import Fault, InvalidError, refuse, unless
from iopkit.fields import frozen

Scalar = bool | int | float | str

NEVER = inf
"""What never happened, among numbers that count from when something did: it is above them all."""

_MOST = nextafter(inf, 0)


@frozen
class YesNo:
    """True or false."""

    def expectation(self) -> str:
        """The values of the kind, in words."""
        return "true or false"

    def accepts(self, value: object) -> bool:
        """Whether a value is of the kind."""
        return isinstance(value, bool)


@frozen
class Number:
    """A number from ``low`` to ``high``, both included where finite, in ``unit``.

    With ``never``, it counts from when something happened, and may be ``NEVER``: greater than
    every number.

    Raises:
        InvalidError: no number lies between, or whole numbers have an end that is none, or
            numbers with ``never`` have no greatest.
    """

    low: float
    high: float
    unit: str = ""
    whole: bool = False
    never: bool = False

    def __attrs_post_init__(self) -> None:
        low, high = self.low, self.high
        ends = (isinf(end) or float(end).is_integer() for end in (low, high))
        refuse(
            "number",
            unless(low <= high and low < inf and high > -inf, "high", f"at least {low}", high),
            unless(not self.whole or all(ends), "whole", "whole ends", "an end with a fraction"),
            unless(not self.never or high < inf, "high", "an end, below what never was", "none"),
        )

    def expectation(self) -> str:
        """The values of the kind, in words."""
        what = "a whole number" if self.whole else "a number"
        never = ", or never" if self.never else ""
        return f"{what} from {self.low:g} to {self.high:g}{never}"

    def accepts(self, value: object) -> bool:
        """Whether a value is of the kind."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        whole = isinstance(value, int) or not self.whole
        inside = whole and self.low <= value <= self.high and abs(value) <= _MOST
        return inside or (self.never and value == NEVER)


@frozen
class Choice:
    """One of ``options``; if ``ordered``, they rise from the first to the last."""

    options: tuple[str, ...]
    ordered: bool = False

    def __attrs_post_init__(self) -> None:
        count = len(self.options)
        refuse(
            "choice",
            unless(count == len(set(self.options)) > 0, "options", "distinct options", count),
        )

    def expectation(self) -> str:
        """The values of the kind, in words."""
        return f"one of {', '.join(self.options)}"

    def accepts(self, value: object) -> bool:
        """Whether a value is of the kind."""
        return isinstance(value, str) and value in self.options


Kind = YesNo | Number | Choice


def as_recorded(kind: Kind, value: Scalar) -> Scalar:
    """A value as records and documents have it: "never" is ``NEVER``, if the kind has that.

    Example:
        >>> as_recorded(Number(0, 9, never=True), "never") == NEVER
        True
    """
    return NEVER if value == "never" and isinstance(kind, Number) and kind.never else value


class Worse(StrEnum):
    """Which of a fact's values are worse than others."""

    HIGHER = "higher"
    """Larger numbers, options further on, and true."""
    LOWER = "lower"


def is_ordered(kind: Kind) -> bool:
    """Whether values of a kind can be compared by size."""
    return isinstance(kind, Number) or (isinstance(kind, Choice) and kind.ordered)


def can_be_worse(kind: Kind) -> bool:
    """Whether some values of a kind can be worse than others."""
    return isinstance(kind, YesNo) or is_ordered(kind)


def refuse_other_values(kind: Kind, value: object, *path: str) -> None:
    """Raise ``InvalidError`` if a value is not of a kind; the value is not shown."""
    if not kind.accepts(value):
        raise InvalidError("value", [Fault(path, kind.expectation(), "another value")])
