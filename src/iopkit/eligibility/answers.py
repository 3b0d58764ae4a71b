"""Answers: which values of a fact a predicate cannot tell apart.

A predicate that asks ``hours >= 9`` sees two answers among all numbers of hours. With
answers in place of values, what a predicate does can be worked out in full.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from math import isinf
from typing import NamedTuple

from iopkit.eligibility.kinds import NEVER, Choice, Number, Scalar, is_ordered
from iopkit.eligibility.possible import Possible, Value
from iopkit.eligibility.predicates import (
    AllOf,
    AnyFact,
    AnyOf,
    Atom,
    Between,
    Compare,
    Known,
    OneOf,
    Operator,
    Predicate,
    compiled,
    place_of,
)
from iopkit.errors import TooComplexError
from iopkit.fields import frozen
from iopkit.truth import Truth

MAX_STEPS = 250_000
"""How many steps the working out of one fact's answers, or of one count, may take."""


class Interval(NamedTuple):
    """Neighboring places in a kind's order, from ``low`` to ``high``; ``open``: without both."""

    low: float
    high: float
    open: bool = False


@frozen
class Answers:
    """The values of a fact, sorted by what some atoms say about them.

    Answers are numbered in the order of their least values. ``spans`` holds, in rising
    order, each span of values with the number of its answer.
    """

    fact: AnyFact
    atoms: tuple[Compare | Between | OneOf, ...]
    examples: tuple[Scalar, ...]
    """One value of each answer."""
    truths: tuple[tuple[bool, ...], ...]
    """For each answer, which of the atoms hold."""
    spans: tuple[tuple[Interval, int], ...]
    open: Possible | None = None
    """What is possible of the fact while it is not known; ``None``: anything."""

    @property
    def count(self) -> int:
        """How many answers there are; one more is that the fact is not known."""
        return len(self.examples)

    def place(self, value: Value) -> int:
        """The number of a value's answer; ``count`` if there are several possible values."""
        if value is None or isinstance(value, Possible):
            return self.count
        return self.truths.index(_truths(self.fact, self.atoms, value))

    def may_be(self, numbers: Iterable[int]) -> bool:
        """Whether one of some answers is possible while the fact is not known."""
        wanted = set(numbers)
        possible = self.open or Possible()
        return any(
            number in wanted and possible.holds(_value(self.fact, _middle(span)))
            for span, number in self.spans
        )

    def predicate(self, numbers: Iterable[int]) -> Predicate:
        """That the fact is known and has one of some answers, said as briefly as can be.

        Example:
            >>> from iopkit.eligibility import FACTS, describe
            >>> hours = FACTS["needed_hours_per_week"]
            >>> below_nine, nine_or_more = 0, 1
            >>> describe(answers_to(hours, [hours >= 9]).predicate([nine_or_more]))
            'needed hours per week is at least 9 hours'
        """
        wanted = set(numbers)
        runs: list[list[Interval]] = [[]]
        for span, number in self.spans:
            if number in wanted:
                runs[-1].append(span)
            elif runs[-1]:
                runs.append([])
        found = [run for run in runs if run]
        if not is_ordered(self.fact.kind):
            return self._one_of([place for run in found for place in _places(run)])
        if all(run[0].low == run[-1].high for run in found) and len(found) > 1:
            return self._one_of([run[0].low for run in found])
        parts = tuple(self._within(run[0], run[-1]) for run in found)
        return parts[0] if len(parts) == 1 else AnyOf(parts)

    def _one_of(self, places: list[float]) -> Predicate:
        values = tuple(_value(self.fact, place) for place in places)
        return self.fact.equals(values[0]) if len(values) == 1 else OneOf(self.fact, values)

    def _within(self, first: Interval, last: Interval) -> Predicate:
        """Between the start of one span and the end of another."""
        fact, lowest, highest = self.fact, self.spans[0][0].low, self.spans[-1][0].high
        if first.low == last.high:
            return fact.equals(_value(fact, first.low))
        bounds: list[Predicate] = []
        if first.low > lowest or (first.open and not isinf(lowest)):
            least = Operator.MORE_THAN if first.open else Operator.AT_LEAST
            bounds.append(Compare(fact, least, _value(fact, first.low)))
        was_once = isinstance(fact.kind, Number) and last.high == fact.kind.high < highest
        if was_once:
            bounds.append(Compare(fact, Operator.LESS_THAN, NEVER))
        elif last.high < highest or (last.open and not isinf(highest)):
            most = Operator.LESS_THAN if last.open else Operator.AT_MOST
            bounds.append(Compare(fact, most, _value(fact, last.high)))
        if not bounds:
            return fact.is_known
        if len(bounds) == 2 and not (first.open or last.open or was_once):
            return Between(fact, _value(fact, first.low), _value(fact, last.high))
        return bounds[0] if len(bounds) == 1 else AllOf(tuple(bounds))


def answers_to(
    fact: AnyFact,
    atoms: Iterable[Atom],
    possible: Possible | None = None,
    *,
    within: bool = False,
) -> Answers:
    """The answers that some atoms about a fact can tell apart.

    Args:
        possible: what is possible while the fact is not known; ``None``: anything.
        within: only the answers that are possible, as the fact will not become another.

    Raises:
        TooComplexError: there are too many atoms with too many values.
    """
    about = (atom for atom in atoms if atom.fact == fact)
    asked = tuple(dict.fromkeys(atom for atom in about if not isinstance(atom, Known)))
    numbers: dict[tuple[bool, ...], int] = {}
    examples: list[Scalar] = []
    spans: list[tuple[Interval, int]] = []
    cuts = sorted(
        {*(place for atom in asked for place in _mentioned(atom)), *_ends(fact, possible)}
    )
    # A span for each cut and one beside it.
    if 2 * len(cuts) * len(asked) > MAX_STEPS:
        raise TooComplexError(f"{fact.name!r} is asked about in too many ways")
    for span in _spans(fact, cuts):
        example = _value(fact, _middle(span))
        if within and possible is not None and not possible.holds(example):
            continue
        truths = _truths(fact, asked, example)
        if truths not in numbers:
            numbers[truths] = len(examples)
            examples.append(example)
        spans.append((span, numbers[truths]))
    return Answers(fact, asked, tuple(examples), tuple(numbers), tuple(spans), possible)


def _truths(fact: AnyFact, atoms: tuple[Atom, ...], value: Scalar) -> tuple[bool, ...]:
    return tuple(compiled(atom)({fact.name: value}) is Truth.YES for atom in atoms)


def _ends(fact: AnyFact, possible: Possible | None) -> Iterator[float]:
    """Where what is possible begins and ends, so that no span lies on both sides."""
    if possible is None:
        return
    if possible.low is not None and possible.high is not None:
        yield from (possible.low, possible.high)
    yield from (place_of(fact.kind, option) for option in possible.options)


def _mentioned(atom: Compare | Between | OneOf) -> Iterator[float]:
    """Places of the values that an atom names."""
    match atom:
        case Compare(fact, _, value):
            yield place_of(fact.kind, value)
        case Between(fact, low, high):
            yield from (place_of(fact.kind, low), place_of(fact.kind, high))
        case OneOf(fact, values):
            yield from (place_of(fact.kind, value) for value in values)


def _spans(fact: AnyFact, cuts: list[float]) -> Iterator[Interval]:
    """The places of a fact's kind in rising order, cut on both sides of some of them."""
    kind = fact.kind
    if isinstance(kind, Number):
        cuts = [cut for cut in cuts if cut != NEVER]
    if isinstance(kind, Number) and not kind.whole:
        ends = sorted({kind.low, *cuts, kind.high})
        for low, high in pairwise(ends):
            yield from () if isinf(low) else (Interval(low, low),)
            middle = _middle(Interval(low, high, open=True))
            yield from (Interval(low, high, open=True),) if low < middle < high else ()
        yield from () if isinf(ends[-1]) else (Interval(ends[-1], ends[-1]),)
        yield from (_AT_NEVER,) if kind.never else ()
        return
    if isinstance(kind, Number):
        # Whole numbers of any size, where the ends are finite.
        low = kind.low if isinf(kind.low) else int(kind.low)
        high = kind.high if isinf(kind.high) else int(kind.high)
    else:
        low, high = 0, len(kind.options) - 1 if isinstance(kind, Choice) else 1
    each = cuts if is_ordered(kind) else range(int(high) + 1)
    starts = sorted({low, *each, *(cut + 1 for cut in each if cut < high)})
    for start, after in pairwise([*starts, high + 1]):
        yield Interval(start, after - 1)
    if isinstance(kind, Number) and kind.never:
        yield _AT_NEVER


_AT_NEVER = Interval(NEVER, NEVER)


def _places(run: list[Interval]) -> Iterator[float]:
    for span in run:
        yield from range(int(span.low), int(span.high) + 1)


def _middle(span: Interval) -> float:
    """A place within a span."""
    low, high, is_open = span
    if span == _AT_NEVER:
        return NEVER
    if not is_open:
        # Nothing lies at an infinite end.
        return low if not isinf(low) else high if not isinf(high) else 0
    if isinf(low) and isinf(high):
        return 0.0
    if isinf(low):
        return high - max(1.0, abs(high) / 2)
    if isinf(high):
        return low + max(1.0, abs(low) / 2)
    return low / 2 + high / 2


def _value(fact: AnyFact, place: float) -> Scalar:
    """The value that stands at a place of a fact's kind."""
    kind = fact.kind
    if isinstance(kind, Choice):
        return kind.options[int(place)]
    return place if isinstance(kind, Number) else bool(place)
