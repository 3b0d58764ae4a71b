"""Decision diagrams: all that a predicate can say, for every answer and for "not known".

A predicate becomes questions in a fixed order, each with a branch for every answer and a
last one for "not known", down to a truth. Equal parts are held once and questions that
make no difference are left out, so a diagram asks exactly what matters.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial, reduce

from iopkit.eligibility.answers import MAX_STEPS, Answers, answers_to
from iopkit.eligibility.possible import Possible
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
    Predicate,
    Values,
    atoms_in,
    compiled,
    each_once,
    facts_in,
)
from iopkit.errors import TooComplexError
from iopkit.fields import frozen
from iopkit.truth import Truth, at_least

MAX_JOINS = 1_000_000
"""How many branches may be joined while it is made: about a second's work."""

# The first nodes of every diagram are its leaves, in an order in which "all of" is the least
# and "any of" the greatest, as in Kleene's logic.
LEAVES = (Truth.NO, Truth.UNKNOWN, Truth.YES)
NO, UNKNOWN, YES = range(3)


@frozen
class Node:
    """A question, by its number, and the node after each of its answers, "not known" last."""

    question: int
    branches: tuple[int, ...]


@frozen
class Diagram:
    """What a predicate says: ``nodes`` follow three leaves (no, unknown and yes).

    Nodes are numbered from 3, each after those it leads to; ``root`` is where to begin.
    """

    questions: tuple[Answers, ...]
    nodes: tuple[Node, ...]
    root: int

    def node(self, number: int) -> Node:
        """A node that is no leaf."""
        return self.nodes[number - len(LEAVES)]

    @property
    def facts(self) -> tuple[AnyFact, ...]:
        """The facts that make a difference, in reading order."""
        asked = {self.node(number).question for number in reached(self)}
        return tuple(self.questions[question].fact for question in sorted(asked))


def reached(diagram: Diagram) -> Iterator[int]:
    """Numbers of the nodes below and at the root, leaves left out, each after its branches."""
    seen = {diagram.root}
    for number in range(diagram.root, len(LEAVES) - 1, -1):
        if number in seen:
            seen.update(diagram.node(number).branches)
    yield from (number for number in sorted(seen) if number >= len(LEAVES))


def diagram_of(
    predicate: Predicate, values: Values | None = None, *, within: Container[AnyFact] = ()
) -> Diagram:
    """The diagram of a predicate.

    Args:
        values: those that say what is possible of a fact, so that "not known" means it.
        within: the facts that will not come to be other than what is possible.

    Raises:
        InvalidError: two facts have one name.
        TooComplexError: it would take more than ``MAX_JOINS`` steps, asks about one fact in too
            many ways, or counts too many parts.
    """
    several = {n: v for n, v in (values or {}).items() if isinstance(v, Possible)}
    if several.keys().isdisjoint(fact.name for fact in facts_in(predicate)):
        return _known_whole(predicate)
    return _built(predicate, several, within)


@lru_cache(maxsize=128)
def _known_whole(predicate: Predicate) -> Diagram:
    # Only these are kept: what is possible of a fact is a patient's.
    return _built(predicate, {}, ())


def _built(
    predicate: Predicate, several: Mapping[str, Possible], within: Container[AnyFact]
) -> Diagram:
    atoms = tuple(dict.fromkeys(atoms_in(predicate)))
    facts = each_once(facts_in(predicate))
    builder = _Builder(
        tuple(
            answers_to(fact, atoms, several.get(fact.name), within=fact in within) for fact in facts
        )
    )
    return builder.diagram(builder.build(predicate))


def follow(diagram: Diagram, values: Values) -> Truth:
    """The truth at the end of the way that facts' values take; several are not known."""
    number = diagram.root
    while number >= len(LEAVES):
        node = diagram.node(number)
        answers = diagram.questions[node.question]
        number = node.branches[answers.place(values.get(answers.fact.name))]
    return LEAVES[number]


def restrict(diagram: Diagram, values: Values) -> Diagram:
    """What is left to ask once the known facts are answered: a diagram over the others."""
    builder = _Builder(diagram.questions)
    places = [
        None if place == answers.count else place
        for answers in diagram.questions
        for place in (answers.place(values.get(answers.fact.name)),)
    ]
    return builder.diagram(builder.copy(diagram, places))


def relevance(diagram: Diagram, fact: AnyFact) -> Diagram:
    """Whether a fact that is not known could still change the truth, given the others.

    The diagram asks about the other facts and ends in yes or no. Each of them that is not
    known may yet turn out in any way, or stay unknown.
    """
    builder = _Builder(diagram.questions)
    at = [answers.fact for answers in diagram.questions].index(fact)
    ways: list[int] = []
    for place in range(diagram.questions[at].count + 1):
        places: list[int | None] = [None] * len(diagram.questions)
        places[at] = place
        ways.append(builder.copy(diagram, places))
    *learned, unknown = ways
    differ = [builder.join(_differ, way, unknown) for way in learned]
    return builder.diagram(builder.in_any_way(builder.diagram(builder.any_of(differ))))


def _differ(one: int, other: int) -> int:
    return NO if one == other else YES


class _Builder:
    """Makes nodes, each once. It lives for one call; what leaves it is a ``Diagram``."""

    def __init__(self, questions: tuple[Answers, ...]) -> None:
        self.questions = questions
        self.nodes: list[Node] = []
        self.numbers: dict[Node, int] = {}
        self.joined: dict[tuple[_Leaves, int, int], int] = {}
        self.joins = 0

    def diagram(self, root: int) -> Diagram:
        """The diagram that begins at a node, without what it does not reach."""
        whole = Diagram(self.questions, tuple(self.nodes), root)
        kept = list(reached(whole))
        numbers = {leaf: leaf for leaf in range(len(LEAVES))}
        numbers |= {number: place for place, number in enumerate(kept, len(LEAVES))}
        nodes = (
            Node(node.question, tuple(numbers[branch] for branch in node.branches))
            for node in map(whole.node, kept)
        )
        return Diagram(self.questions, tuple(nodes), numbers[root])

    def node(self, question: int, branches: tuple[int, ...]) -> int:
        """The number of a node; of its one branch where the answer makes no difference."""
        if len(set(branches)) == 1:
            return branches[0]
        node = Node(question, branches)
        if node not in self.numbers:
            self.numbers[node] = len(self.nodes) + len(LEAVES)
            self.nodes.append(node)
        return self.numbers[node]

    def build(self, predicate: Predicate) -> int:
        """The node of a predicate."""
        match predicate:
            case AllOf(parts):
                return self.joined_all(min, map(self.build, parts), YES)
            case AnyOf(parts):
                return self.any_of(map(self.build, parts))
            case Not(part):
                return self.join(_opposite, self.build(part), NO)
            case AtLeast(count, parts):
                return self.at_least(count, [self.build(part) for part in parts])
            case Compare(fact) | Between(fact) | OneOf(fact) | Known(fact):
                place = self.place(fact)
                answers, asked = self.questions[place], compiled(predicate)
                examples = (*answers.examples, answers.open)
                truths = [asked({fact.name: example}) for example in examples]
                return self.node(place, tuple(map(LEAVES.index, truths)))

    def any_of(self, parts: Iterable[int]) -> int:
        return self.joined_all(max, parts, NO)

    def joined_all(self, leaves: "_Leaves", parts: Iterable[int], start: int) -> int:
        # From the last on, where later questions are: each join then adds to the top alone.
        return reduce(partial(self.join, leaves), reversed(tuple(parts)), start)

    def at_least(self, count: int, parts: Sequence[int]) -> int:
        """Either the first holds and one less of the others, or as many of the others."""
        if count * len(parts) > MAX_STEPS:
            raise TooComplexError(f"at least {count} of {len(parts)} parts are too many to count")
        if (counted := self.counted(count, parts)) is not None:
            return counted
        held = [YES] + [NO] * count
        for part in reversed(parts):
            for wanted in range(count, 0, -1):
                with_it = self.join(min, part, held[wanted - 1])
                held[wanted] = self.join(max, with_it, held[wanted])
        return held[count]

    def counted(self, count: int, parts: Sequence[int]) -> int | None:
        """The same counted answer by answer, where all parts ask the same one question.

        To join 200 bounds on one number takes millions of steps; ``None``: that is to be done.
        """
        nodes = [part for part in parts if part >= len(LEAVES)]
        asked = {self.asked(node) for node in nodes}
        if len(asked) != 1 or any(max(self.branches(node)) >= len(LEAVES) for node in nodes):
            return None
        (question,) = asked
        width = self.questions[question].count + 1
        if width * len(parts) > MAX_STEPS:
            return None
        told = [self.branches(part) if part >= len(LEAVES) else (part,) * width for part in parts]
        truths = (
            at_least(count, map(LEAVES.__getitem__, each)) for each in zip(*told, strict=True)
        )
        return self.node(question, tuple(map(LEAVES.index, truths)))

    def place(self, fact: AnyFact) -> int:
        return [answers.fact for answers in self.questions].index(fact)

    def join(self, leaves: "_Leaves", one: int, other: int) -> int:
        """The node that says what ``leaves`` makes of the truths that two nodes say."""
        # It ends as branches lead to earlier nodes only. Each pair of nodes is joined once, so
        # it costs the product of both sizes at worst; MAX_JOINS ends those that grow too large.
        if max(one, other) < len(LEAVES):
            return leaves(one, other)
        key = (leaves, one, other)
        if key not in self.joined:
            first, second = self.asked(one), self.asked(other)
            question = min(first, second)
            width = self.questions[question].count + 1
            self.joins += width
            if self.joins > MAX_JOINS:
                raise TooComplexError(f"a predicate needs more than {MAX_JOINS} steps to work out")
            ones = self.branches(one) if first == question else (one,) * width
            others = self.branches(other) if second == question else (other,) * width
            branches = (self.join(leaves, *pair) for pair in zip(ones, others, strict=True))
            self.joined[key] = self.node(question, tuple(branches))
        return self.joined[key]

    def asked(self, number: int) -> int:
        """The question of a node; after all others for a leaf."""
        if number < len(LEAVES):
            return len(self.questions)
        return self.nodes[number - len(LEAVES)].question

    def branches(self, number: int) -> tuple[int, ...]:
        return self.nodes[number - len(LEAVES)].branches

    def copy(self, diagram: Diagram, places: Sequence[int | None]) -> int:
        """A diagram's root made anew, with questions answered where a place is given."""
        made = {leaf: leaf for leaf in range(len(LEAVES))}
        for number in reached(diagram):
            node = diagram.node(number)
            place = places[node.question]
            made[number] = (
                self.node(node.question, tuple(made[branch] for branch in node.branches))
                if place is None
                else made[node.branches[place]]
            )
        return made[diagram.root]

    def in_any_way(self, diagram: Diagram) -> int:
        """A diagram's root, with "not known" taken as any answer or none."""
        made = {leaf: leaf for leaf in range(len(LEAVES))}
        for number in reached(diagram):
            node = diagram.node(number)
            branches = tuple(made[branch] for branch in node.branches)
            made[number] = self.node(node.question, (*branches[:-1], self.any_of(branches)))
        return made[diagram.root]


_Leaves = Callable[[int, int], int]


def _opposite(leaf: int, _: int) -> int:
    return YES - leaf
