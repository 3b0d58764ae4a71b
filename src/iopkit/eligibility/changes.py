"""What could still change an answer, and what would turn a "no" into a "yes"."""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from itertools import islice

from iopkit.confidential import hidden
from iopkit.eligibility.diagrams import (
    LEAVES,
    YES,
    Diagram,
    diagram_of,
    follow,
    reached,
    restrict,
)
from iopkit.eligibility.possible import Possible, Value
from iopkit.eligibility.predicates import AnyFact, Predicate, Values, describe, facts_in, seen_of
from iopkit.fields import frozen
from iopkit.truth import Truth

MAX_WAYS = 20
"""How many of the smallest sets of changes are told."""


class Role(StrEnum):
    """What one fact's value does in a predicate, the others being as they are."""

    DECISIVE = "decisive"
    """Another value of this fact alone would change the answer."""
    OPEN = "open"
    """Not known, and could still change the answer."""
    IDLE = "idle"
    """Makes no difference as things are."""


@frozen(repr=False)
class Evidence:
    """A fact's value, ``None`` if not known, and the part that it played."""

    fact: AnyFact
    value: Value
    role: Role
    found: date | None = None
    why: str = ""
    """What keeps more from being known, in words."""

    @property
    def words(self) -> str:
        """What was seen, when it was found and its role, in prose."""
        return seen_of(self.fact, self.value, self.found, self.why, self.role.value)

    __repr__ = hidden


_NOTHING_TOLD = Possible()


@frozen(repr=False)
class Change:
    """One fact and what would have to hold of it; ``known``: it is known to be otherwise now."""

    fact: AnyFact
    to: Predicate
    known: bool

    @property
    def words(self) -> str:
        """The change in prose."""
        return describe(self.to) if self.known else f"it turns out that {describe(self.to)}"

    __repr__ = hidden


def evidence(
    predicate: Predicate, values: Values, readings: Mapping[str, Possible] | None = None
) -> tuple[Evidence, ...]:
    """Each fact that a predicate asks about, in reading order, with the role of its value.

    Args:
        readings: by name, what tells a finding's day, and why not more is known of a fact.

    Raises:
        TooComplexError: the predicate's diagram is too large.

    Example:
        >>> from iopkit.eligibility import FACTS
        >>> age, hours = FACTS["age"], FACTS["needed_hours_per_week"]
        >>> [e.role.value for e in evidence((age >= 18) & (hours >= 9), {"age": 17})]
        ['decisive', 'idle']
    """
    diagram = diagram_of(predicate, values)
    now = follow(diagram, values)
    still_open = _left(predicate, values).facts
    told = readings or {}
    found: list[Evidence] = []
    for answers in diagram.questions:
        fact = answers.fact
        value = values.get(fact.name)
        others = (follow(diagram, {**values, fact.name: other}) for other in answers.examples)
        if fact in still_open:
            role = Role.OPEN
        elif value is None:
            role = Role.IDLE
        else:
            role = Role.DECISIVE if any(other is not now for other in others) else Role.IDLE
        reading = told.get(fact.name, _NOTHING_TOLD)
        found.append(Evidence(fact, value, role, reading.found, reading.why))
    return tuple(found)


def open_facts(predicate: Predicate, values: Values) -> tuple[AnyFact, ...]:
    """The facts not known to one value that could still change the answer, and only those.

    A fact is one of them if learning it makes a difference for some way in which the other
    unknown facts may turn out, or stay unknown. Facts of which a larger share of the
    answers settles the matter at once come first, others in reading order.

    Raises:
        TooComplexError: the predicate's diagram is too large.

    Example:
        >>> from iopkit.eligibility import FACTS
        >>> age, hours = FACTS["age"], FACTS["needed_hours_per_week"]
        >>> [fact.name for fact in open_facts((age >= 18) & (hours >= 9), {"age": 40})]
        ['needed_hours_per_week']
    """
    left = _left(predicate, values)
    now = follow(left, {})

    def staying(fact: AnyFact) -> float:
        (answers,) = (answers for answers in left.questions if answers.fact == fact)
        same = [follow(left, {fact.name: example}) is now for example in answers.examples]
        return sum(same) / len(same)

    return tuple(sorted(left.facts, key=staying))


def _left(predicate: Predicate, values: Values) -> Diagram:
    """What is left to ask, where what is possible of a fact will not become another."""
    return restrict(diagram_of(predicate, values, within=tuple(facts_in(predicate))), values)


def smallest_changes(predicate: Predicate, values: Values) -> tuple[tuple[Change, ...], ...]:
    """The smallest sets of changes after which the answer would be yes.

    A known fact is changed only if it can change; an unknown one may turn out in any way.
    Empty if the answer is yes already, or no change of what can change makes it so; at most
    ``MAX_WAYS`` sets, each in reading order.

    Raises:
        TooComplexError: the predicate's diagram is too large.

    Example:
        >>> from iopkit.eligibility import FACTS
        >>> age, hours = FACTS["age"], FACTS["needed_hours_per_week"]
        >>> ((change,),) = smallest_changes((age >= 18) & (hours >= 9), {"age": 40, hours.name: 7})
        >>> change.words
        'needed hours per week is at least 9 hours'
    """
    # What cannot change is answered for good; unknown facts and the others are still open.
    unchanging = [fact for fact in facts_in(predicate) if not fact.changeable]
    whole = diagram_of(predicate, values, within=unchanging)
    fixed = {fact.name: values.get(fact.name) for fact in unchanging}
    diagram = restrict(whole, fixed)
    if follow(diagram, values) is Truth.YES:
        return ()
    now = [answers.place(values.get(answers.fact.name)) for answers in diagram.questions]
    # Of very many ways only the first are joined, so that it ends: some may say less then.
    ways = list(islice(_cheapest(diagram, diagram.root, now, _costs(diagram, now)), 50 * MAX_WAYS))
    return tuple(
        tuple(
            Change(
                answers.fact,
                answers.predicate(way[question]),
                now[question] != answers.count or not answers.may_be(way[question]),
            )
            for question, answers in enumerate(diagram.questions)
            if question in way
        )
        for way in _merged(ways)[:MAX_WAYS]
    )


# A way to a yes: questions, and the answers to each of them that would do.
_Way = dict[int, frozenset[int]]


def _costs(diagram: Diagram, now: list[int]) -> dict[int, float]:
    """For each node, the fewest answers that must differ from ``now`` to come to a yes."""
    costs = {leaf: 0 if leaf == YES else float("inf") for leaf in range(len(LEAVES))}
    for number in reached(diagram):
        costs[number] = min(step[0] for step in _steps(diagram, number, now, costs))
    return costs


def _steps(
    diagram: Diagram, number: int, now: list[int], costs: dict[int, float]
) -> Iterator[tuple[float, int, frozenset[int]]]:
    """Ways on from a node: the cost, the next node, and the answers that lead there.

    No answers: what is stays as it is. Nothing that is known becomes unknown.
    """
    node = diagram.node(number)
    stay = node.branches[now[node.question]]
    yield costs[stay], stay, frozenset()
    for branch in dict.fromkeys(node.branches[:-1]):
        answers = {place for place, to in enumerate(node.branches[:-1]) if to == branch}
        if branch != stay:
            yield costs[branch] + 1, branch, frozenset(answers)


def _cheapest(
    diagram: Diagram, number: int, now: list[int], costs: dict[int, float]
) -> Iterator[_Way]:
    # It ends as branches lead to earlier nodes only. There may be exponentially many ways, so
    # they are told one by one; as none runs into a dead end, the next costs a walk down at most.
    if number == YES:
        yield {}
    elif costs[number] < float("inf"):
        question = diagram.node(number).question
        for cost, branch, answers in _steps(diagram, number, now, costs):
            if cost == costs[number]:
                for rest in _cheapest(diagram, branch, now, costs):
                    yield {question: answers, **rest} if answers else rest


def _merged(ways: list[_Way]) -> list[_Way]:
    """Ways that differ in one question's answers made one."""
    # Each join takes away a way that was kept, and each way is kept once, so there are fewer
    # joins than ways: it ends, and costs the square of their (bounded) number at worst.
    merged: list[_Way] = []
    for way in ways:
        joined = way
        while twin := next((one for one in merged if _alike(one, joined)), None):
            merged.remove(twin)
            joined = {question: twin[question] | joined[question] for question in twin}
        merged.append(joined)
    return merged


def _alike(one: _Way, other: _Way) -> bool:
    return one.keys() == other.keys() and sum(one[q] != other[q] for q in one) <= 1
