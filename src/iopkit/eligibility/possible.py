"""What is still possible of a fact: one value, several, or anything, and when it was found."""

from collections.abc import Iterable
from datetime import date
from typing import TypeAlias, TypeVar

from iopkit.confidential import hidden
from iopkit.eligibility.kinds import NEVER, Choice, Kind, Number, Scalar
from iopkit.errors import refuse, unless
from iopkit.fields import frozen


@frozen(repr=False)
class Possible:
    """The values that a fact may still have.

    Numbers lie from ``low`` to ``high``, both included; yes/no and choices are among
    ``options``; with neither, anything is possible. ``found`` is the day of the finding, if
    it has one. ``why`` says in words what keeps more from being known, and holds no value.

    Raises:
        InvalidError: there are both a range and options, only one end, or ``low`` is above
            ``high``; or the day is a moment.

    Example:
        >>> from iopkit.eligibility import FACTS, evaluate
        >>> score = FACTS["phq_9_total_score"]
        >>> evaluate(score >= 20, {score.name: Possible(24, 27)})
        <Truth.YES: 'yes'>
        >>> evaluate(score >= 25, {score.name: Possible(24, 27)})
        <Truth.UNKNOWN: 'unknown'>
    """

    low: float | None = None
    high: float | None = None
    options: frozenset[str | bool] = frozenset()
    found: date | None = None
    why: str = ""

    def __attrs_post_init__(self) -> None:
        low, high = self.low, self.high
        if low is high and (low is None or not self.options):
            return  # one number or some options, as most are: 2 of 3 parts of all the time
        ends = (low is None) is (high is None)
        one_kind = low is None or not self.options
        rising = low is None or high is None or low <= high
        refuse(
            "possible values",
            unless(ends, "high", "both ends or neither", "one"),
            unless(one_kind, "options", "a range or options", "both"),
            unless(rising, "high", "at least what low is", "less"),
        )

    @classmethod
    def exactly(cls, value: Scalar, *, found: date | None = None) -> "Possible":
        """One value."""
        if isinstance(value, bool | str):
            return cls(options=frozenset((value,)), found=found)
        return cls(value, value, found=found)

    @classmethod
    def any_of(
        cls, readings: Iterable["Value"], *, found: date | None = None, why: str = ""
    ) -> "Possible":
        """What several readings leave possible together; numbers between them are so too."""
        each = [as_possible(one) for one in readings]
        if any(one.is_anything for one in each):
            whys = [one.why for one in each if one.why] + ([why] if why else [])
            return cls(found=found, why="; ".join(dict.fromkeys(whys)))
        lows = [one.low for one in each if one.low is not None]
        highs = [one.high for one in each if one.high is not None]
        if lows:
            return cls(min(lows), max(highs), found=found, why=why)
        options = frozenset(option for one in each for option in one.options)
        return cls(options=options, found=found, why=why)

    @property
    def is_anything(self) -> bool:
        """Whether nothing is known."""
        return self.low is None and not self.options

    @property
    def value(self) -> Scalar | None:
        """The value, if there is only one."""
        if self.low is not None:
            return self.low if self.low == self.high else None
        return next(iter(self.options)) if len(self.options) == 1 else None

    @property
    def plain(self) -> "Value":
        """What is possible as plainly as it can be said, without its day and reason.

        The value itself if there is only one, and ``None`` for anything.
        """
        if self.low is None and not self.options:
            return None
        value = self.value
        return Possible(self.low, self.high, self.options) if value is None else value

    def holds(self, value: Scalar) -> bool:
        """Whether a value is possible."""
        if self.is_anything:
            return True
        if isinstance(value, bool | str):
            return value in self.options
        return self.low is not None and self.high is not None and self.low <= value <= self.high

    __repr__ = hidden


CONTRADICTED = "contradicted"
"""Why nothing is known of a fact that another one on record contradicts."""

# A scalar means exactly that value, and ``None`` anything.
Value: TypeAlias = Possible | Scalar | None


def as_possible(value: Value) -> Possible:
    """The same as possible values: of one for a plain value, of anything for ``None``."""
    if isinstance(value, Possible):
        return value
    return Possible() if value is None else Possible.exactly(value)


def least_and_most(value: Possible | float | None, *, most: float) -> tuple[float, float]:
    """The lowest and the highest number that is possible; without any finding from 0 to ``most``.

    Example:
        >>> least_and_most(3, most=9), least_and_most(None, most=9)
        ((3, 3), (0, 9))
    """
    if value is None or (isinstance(value, Possible) and value.low is None):
        return 0, most
    if not isinstance(value, Possible):
        return value, value
    return value.low or 0, value.high or 0


N = TypeVar("N", int, float)


def from_to(low: N, high: N) -> N | Possible:
    """What lies from one number to another: where they are the same, the number.

    Example:
        >>> from_to(3, 3), from_to(3, 4).high
        (3, 4)
    """
    return low if low == high else Possible(low, high)


def is_of_kind(kind: Kind, value: Value) -> bool:
    """Whether every value that is possible is one of a kind."""
    if not isinstance(value, Possible):
        return value is None or kind.accepts(value)
    if value.low is None or value.high is None:
        return all(map(kind.accepts, value.options))
    return kind.accepts(value.low) and kind.accepts(value.high)


def covers(kind: Kind, value: Possible) -> bool:
    """Whether all values of a kind are possible, so that nothing is known."""
    match kind:
        case Number():
            most = NEVER if kind.never else kind.high
            return value.is_anything or (value.low == kind.low and value.high == most)
        case Choice(options):
            return value.is_anything or value.options == frozenset(options)
        case _:
            return len(value.options) != 1


def whole_numbers_in(
    kind: Number, low: float, high: float, *, most: int
) -> frozenset[float] | None:
    """The whole numbers of a range, ``NEVER`` among them; ``None`` if there are more than so many.

    Of numbers with fractions, a range has one or more than can be listed.
    """
    if low == high:
        return frozenset((low,))
    last = min(high, kind.high)
    if not kind.whole or last - low >= most:
        return None
    never = [NEVER] if high == NEVER else []
    return frozenset((*range(int(low), int(last) + 1), *never))
