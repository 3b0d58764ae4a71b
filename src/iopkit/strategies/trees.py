"""Predicates, and the values of facts."""

from functools import cache
from math import isinf

from hypothesis import strategies as st

from iopkit.eligibility.kinds import Choice, Kind, Scalar, YesNo, is_ordered
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.predicates import (
    AllOf,
    AnyFact,
    AnyOf,
    AtLeast,
    Between,
    Compare,
    Known,
    Not,
    OneOf,
    Operator,
    Predicate,
    place_of,
)


def values_of(kind: Kind) -> st.SearchStrategy[Scalar]:
    """Values that a kind of fact has."""
    match kind:
        case YesNo():
            return st.booleans()
        case Choice(options):
            return st.sampled_from(options)
        case _:
            if kind.whole:
                low, high = (None if isinf(end) else int(end) for end in (kind.low, kind.high))
                return st.integers(low, high)
            return st.floats(kind.low, kind.high)


def predicates(facts: tuple[AnyFact, ...] = tuple(FACTS.values())) -> st.SearchStrategy[Predicate]:
    """Predicate trees over some facts, with every kind of node."""
    # Drawn by place: Hypothesis warns of the long reprs that a strategy of many facts has.
    places = st.integers(0, len(facts) - 1)
    # Made once for each fact, as Hypothesis looks through a strategy before it draws from it.
    leaves = cache(_leaves)
    return st.recursive(places.flatmap(lambda n: leaves(facts[n])), _nodes, max_leaves=12)


def _leaves(fact: AnyFact) -> st.SearchStrategy[Predicate]:
    values = values_of(fact.kind)
    leaves: list[st.SearchStrategy[Predicate]] = [
        st.just(Known(fact)),
        st.lists(values, min_size=1, max_size=3).map(lambda some: OneOf(fact, tuple(some))),
    ]
    operators = st.just(Operator.EQUALS)
    if is_ordered(fact.kind):
        operators = st.sampled_from(Operator)
        ends = st.lists(values, min_size=2, max_size=2)
        in_order = ends.map(lambda two: sorted(two, key=lambda end: place_of(fact.kind, end)))
        leaves.append(in_order.map(lambda two: Between(fact, *two)))
    leaves.append(st.builds(Compare, st.just(fact), operators, values))
    return st.one_of(leaves)


def _nodes(parts: st.SearchStrategy[Predicate]) -> st.SearchStrategy[Predicate]:
    some = st.lists(parts, max_size=4).map(tuple)
    at_least_one = st.lists(parts, min_size=1, max_size=4).map(tuple)
    counted = at_least_one.flatmap(
        lambda drawn: st.builds(AtLeast, st.integers(1, len(drawn)), st.just(drawn))
    )

    def grouped(kind: type[AllOf | AnyOf]) -> st.SearchStrategy[Predicate]:
        # Documents hold a group without parts only if it says that it is meant.
        return some.map(lambda drawn: kind(drawn, label="" if drawn else "of nothing"))

    return st.one_of(grouped(AllOf), grouped(AnyOf), st.builds(Not, parts), counted)


def fact_values(
    facts: tuple[AnyFact, ...] = tuple(FACTS.values()),
) -> st.SearchStrategy[dict[str, Scalar | None]]:
    """Values of some facts by name, from none of them known to all."""
    values: dict[str, st.SearchStrategy[Scalar | None]] = {
        fact.name: values_of(fact.kind) for fact in facts
    }
    some = st.fixed_dictionaries({name: st.none() | of for name, of in values.items()})
    return some | st.fixed_dictionaries(values)
