"""Shares of people, and figures with whoever says so."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TypeAlias

from iopkit.eligibility.predicates import Predicate
from iopkit.errors import Fault, InvalidError, refuse
from iopkit.fields import frozen
from iopkit.scenarios.decimals import exact, percent, share_faults
from iopkit.scenarios.draws import threshold
from iopkit.sources import Source
from iopkit.truth import Truth

Truths: TypeAlias = Mapping[Predicate, Truth]
"""How the predicates of habits turn out for some people; one that is not there is unknown."""


@frozen
class HabitFigure:
    """One figure of habits: where it is, what it says, and who says so.

    ``path`` is the field, and within it the part or the reason that the figure is of, such as
    ``attends.usual`` or ``leaving.dropped_out``; ``source`` ``None``: the user.
    """

    path: str
    words: str
    source: Source | None


@frozen
class Share:
    """Which share does something; ``source`` ``None``: it is the user's own figure.

    Raises:
        InvalidError: it is not from 0 to 1.
    """

    value: float
    source: Source | None = None

    def __attrs_post_init__(self) -> None:
        refuse("share", share_faults(self.value, "value"))

    @property
    def threshold(self) -> int:
        """What a draw is below with this probability."""
        return threshold(Fraction(exact(self.value)))

    @property
    def words(self) -> str:
        """The share in percent."""
        return percent(self.value)

    def figures(self, path: str) -> tuple[HabitFigure, ...]:
        """The share as the one figure at a path."""
        return (HabitFigure(path, self.words, self.source),)


def as_share(value: Share | float) -> Share:
    """A share, or a plain number as the user's own; raises ``InvalidError`` for what is neither."""
    if isinstance(value, Share):
        return value
    refuse_no_number(value, "a share from 0 to 1")
    return Share(value)


def as_said_share(value: Share | float | None) -> Share | None:
    """The same, where a share may be left unsaid."""
    return None if value is None else as_share(value)


def refuse_no_number(value: object, expected: str) -> None:
    """Raise ``InvalidError`` where a plain number is asked for, and it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InvalidError("habits", [Fault((), expected, f"a {type(value).__name__}")])


def holds(among: Predicate | None, truths: Truths | None) -> bool:
    """Whether something is said of some people: ``among`` ``None`` is of all."""
    return among is None or (truths or {}).get(among) is Truth.YES
