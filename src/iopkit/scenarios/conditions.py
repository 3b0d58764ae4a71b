"""Conditions in bulk: whether a predicate about courses holds, over arrays of many at once.

One more reader of the tree of predicates: for each course, whether it is yes and whether it is no;
where it is neither, it is not known.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from iopkit.eligibility.kinds import Scalar
from iopkit.eligibility.predicates import (
    AllOf,
    AnyOf,
    AtLeast,
    Atom,
    Between,
    Compare,
    Known,
    Not,
    OneOf,
    Operator,
    Predicate,
    compiled,
    place_of,
)
from iopkit.truth import Truth

Flags: TypeAlias = NDArray[np.bool_]
"""An array of yes and no."""
Floats: TypeAlias = NDArray[np.float64]


class Ranges(NamedTuple):
    """What is possible of a number for each of some courses: from the one to the other.

    The two are the same where it is known; where nothing is, they are infinite.
    """

    low: Floats
    high: Floats


Figure: TypeAlias = Ranges | Scalar | None
"""What is known of a fact: a number of each course, the same of all, or nothing."""


class Masks(NamedTuple):
    """Of which courses something holds, and of which it does not."""

    yes: Flags
    no: Flags


def masks_of(predicate: Predicate, known: Mapping[str, Figure], rows: int) -> Masks:
    """Of which of some courses a predicate holds, and of which it does not.

    Args:
        known: by facts' names; one that is not there is not known.
        rows: how many courses there are.

    Example:
        >>> from iopkit.programs.progress import COURSE_FACTS
        >>> weeks = Ranges(np.array([2.0, 4, 3]), np.array([2.0, 4, 5]))
        >>> masks = masks_of(COURSE_FACTS["weeks_in_phase"] >= 4, {"weeks_in_phase": weeks}, 3)
        >>> masks.yes.tolist(), masks.no.tolist()
        ([False, True, False], [True, False, False])
    """
    match predicate:
        case AllOf(parts):
            yes, no = _each(parts, known, rows)
            return Masks(np.all(yes, axis=0), np.any(no, axis=0))
        case AnyOf(parts):
            yes, no = _each(parts, known, rows)
            return Masks(np.any(yes, axis=0), np.all(no, axis=0))
        case AtLeast(count, parts):
            yes, no = _each(parts, known, rows)
            return Masks(yes.sum(axis=0) >= count, (~no).sum(axis=0) < count)
        case Not(part):
            yes, no = masks_of(part, known, rows)
            return Masks(no, yes)
        case _:
            return _asked(predicate, known.get(predicate.fact.name), rows)


def _each(parts: Sequence[Predicate], known: Mapping[str, Figure], rows: int) -> Masks:
    """The masks of some parts, a row for each part."""
    masks = [masks_of(part, known, rows) for part in parts]
    yes, no = (
        np.array(some, np.bool_).reshape(len(parts), rows)
        for some in ([each.yes for each in masks], [each.no for each in masks])
    )
    return Masks(yes, no)


def _asked(atom: Atom, figure: Figure, rows: int) -> Masks:
    if not isinstance(figure, Ranges):
        truth = compiled(atom)({atom.fact.name: figure})
        yes, no = (np.full(rows, truth is one) for one in (Truth.YES, Truth.NO))
        return Masks(yes, no)
    low, high = figure
    match atom:
        case Known():
            return Masks(low == high, low != high)
        case Between(_, first, last):
            least, most = _sizes(atom, (first, last))
            return Masks((low >= least) & (high <= most), (high < least) | (low > most))
        case OneOf(_, values):
            return _one_of(atom, values, figure)
        case Compare(_, Operator.EQUALS, value):
            return _one_of(atom, (value,), figure)
        case Compare(_, operator, value):
            (bound,) = _sizes(atom, (value,))
            surely, perhaps = (low, high) if operator in _UPWARDS else (high, low)
            holds = _HOLDS[operator]
            return Masks(holds(surely, bound), ~holds(perhaps, bound))


_HOLDS: Mapping[Operator, Callable[[Floats, float], Flags]] = {
    Operator.AT_LEAST: np.greater_equal,
    Operator.MORE_THAN: np.greater,
    Operator.AT_MOST: np.less_equal,
    Operator.LESS_THAN: np.less,
}
_UPWARDS = (Operator.AT_LEAST, Operator.MORE_THAN)


def _sizes(atom: Atom, values: Sequence[Scalar]) -> list[float]:
    return [place_of(atom.fact.kind, value) for value in values]


def _one_of(atom: Atom, values: Sequence[Scalar], figure: Ranges) -> Masks:
    """Whether all that is possible is among some values, or nothing is."""
    low, high = figure
    some = np.zeros(low.shape)
    for value in set(_sizes(atom, values)):
        some += (low <= value) & (value <= high)
    whole = getattr(atom.fact.kind, "whole", False)
    of = np.where(low == high, 1, high - low + 1 if whole else np.inf)
    return Masks(some >= of, some == 0)
