"""Predicates as expressions over frames' columns, three-valued on every engine.

Where an engine's booleans are exactly Kleene's, a predicate is one nullable boolean of the
engine's own, with null as unknown; elsewhere, as in pandas, two that are never null.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from iopkit.eligibility.answers import Answers
from iopkit.eligibility.diagrams import (
    LEAVES,
    NO,
    YES,
    Diagram,
    Node,
    diagram_of,
    reached,
    relevance,
)
from iopkit.eligibility.predicates import (
    AllOf,
    AnyFact,
    AnyOf,
    AtLeast,
    Not,
    Predicate,
    facts_in,
)
from iopkit.errors import refuse, unless_day
from iopkit.fields import frozen
from iopkit.frames.columns import Asked, Columns, read_columns
from iopkit.frames.contents import Frame, enough_of, has_kleene, is_lazy, opened
from iopkit.truth import Truth

if TYPE_CHECKING:
    from narwhals import Expr
else:
    Expr = object  # annotations are read where values are built, and the extra may be missing

Stage = Mapping[str, "Expr"]


@frozen
class Rails:
    """Two expressions that are never null: "is true" and "is false"; neither is unknown."""

    yes: Expr
    no: Expr


@frozen
class Kleene:
    """One expression that is true, false, or null for unknown."""

    truth: Expr


Truths = Rails | Kleene


def rails(predicate: Predicate, frame: object, *, on: date | None = None) -> Rails:
    """A predicate as Narwhals expressions over a frame's columns; nothing is computed.

    Of a policy, ask for ``policy.predicate(on=day)``; ``decide_frame`` has its verdicts, and
    holds each row against itself.

    Args:
        on: the day that the facts are as of, for predicates about recent findings.

    Raises:
        InvalidError: a fact's column is missing or of another type, or findings within some
            days are asked about without a day.
        MissingExtraError: the extra ``tables`` is not installed.

    Example:
        >>> import narwhals, polars
        >>> from iopkit.eligibility import FACTS
        >>> frame = polars.DataFrame({"age": [17, 18, None]})
        >>> adult = rails(FACTS["age"] >= 18, frame)
        >>> narwhals.from_native(frame).select(adult.yes.alias("yes"), adult.no.alias("no")).rows()
        [(False, True), (True, False), (False, False)]
    """
    refuse("frame", () if on is None else unless_day(on, "on"))
    given = opened(frame)
    read = read_columns(facts_in(predicate), given, on=on)
    return on_rails(truths(predicate, read, kleene=has_kleene(given)))


def truths(predicate: Predicate, read: Columns, *, kleene: bool) -> Truths:
    """The truth of a predicate over columns; ``kleene``: as the engine's own three values."""
    match predicate:
        case Not(part):
            return _opposite(truths(part, read, kleene=kleene))
        case AllOf(parts):
            count = len(parts)
        case AnyOf(parts):
            count = 1
        case AtLeast(count, parts):
            pass
        case _:
            return _settled(read[predicate.fact.name].say(predicate), kleene=kleene)
    each = [truths(part, read, kleene=kleene) for part in parts]
    return joined(count, each, kleene=kleene)


def _settled(asked: Asked, *, kleene: bool) -> Truths:
    import narwhals as nw

    known, holds = asked
    if kleene:
        return Kleene(holds if known is None else nw.when(known).then(holds))
    yes = holds.fill_null(value=False)
    if known is None:
        return Rails(yes, ~yes)
    sure = known.fill_null(value=False)
    return Rails(sure & yes, sure & ~yes)


def _opposite(given: Truths) -> Truths:
    return Kleene(~given.truth) if isinstance(given, Kleene) else Rails(given.no, given.yes)


def joined(count: int, parts: Sequence[Truths], *, kleene: bool) -> Truths:
    """At least ``count`` of the parts; no as soon as too many are no."""
    import narwhals as nw

    each = [part.truth for part in parts if isinstance(part, Kleene)]
    if kleene and (count in (1, len(parts)) or not parts):
        return Kleene(enough_of(count, each))
    both = [on_rails(part) for part in parts]
    yes = enough_of(count, [part.yes for part in both])
    no = enough_of(len(parts) - count + 1, [part.no for part in both])
    return Kleene(nw.when(yes | no).then(yes)) if kleene else Rails(yes, no)


def all_joined(parts: Sequence[Truths], *, kleene: bool) -> Truths:
    """All parts; with none, yes."""
    return joined(len(parts), parts, kleene=kleene)


def on_rails(given: Truths) -> Rails:
    """The same as two expressions that are never null."""
    if isinstance(given, Rails):
        return given
    return Rails(given.truth.fill_null(value=False), (~given.truth).fill_null(value=False))


def words(given: Truths, frame: Frame) -> "Expr":
    """The value of the ``Truth`` that expressions stand for."""
    import narwhals as nw

    yes, no, unknown = (word(truth, frame) for truth in Truth)
    if isinstance(given, Kleene):
        return nw.when(given.truth).then(yes).when(~given.truth).then(no).otherwise(unknown)
    return nw.when(given.no).then(no).when(given.yes).then(yes).otherwise(unknown)


class Held:
    """Truths as columns of a stage, so that what is built on them computes each once."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self.stage: dict[str, Expr] = {}

    def hold(self, given: Truths) -> Truths:
        """The same truth, read from the stage's columns."""
        if isinstance(given, Kleene):
            return Kleene(self._column(given.truth))
        return Rails(self._column(given.yes), self._column(given.no))

    def _column(self, value: "Expr") -> "Expr":
        import narwhals as nw

        name = f"{self._prefix}{len(self.stage)}"
        self.stage[name] = value
        return nw.col(name)


def word(truth: Truth, frame: Frame) -> "Expr":
    """One truth's value, as ``words`` has it."""
    import narwhals as nw

    # Writing text would take Polars three times as long as all that comes before it.
    dtype = nw.Enum([truth.value for truth in Truth]) if frame.implementation.is_polars() else None
    return nw.lit(truth.value, dtype)


def missing(
    predicate: Predicate, read: Columns, *, prefix: str, kleene: bool
) -> "tuple[Sequence[Stage], Mapping[AnyFact, Expr]]":
    """For each fact, whether it is not known and could still change a predicate's truth.

    The flags rest on columns that the stages make: one for each node of the facts'
    diagrams, those of one question together, as a node rests on later questions alone.
    """
    import narwhals as nw

    diagram = diagram_of(predicate)
    nodes: dict[Node, int] = {}
    roots = {fact: _shared(relevance(diagram, fact), nodes) for fact in diagram.facts}
    leaves = {NO: nw.lit(value=False), YES: nw.lit(True)}
    made = leaves | {number: nw.col(f"{prefix}{number}") for number in nodes.values()}
    stages = [
        {
            f"{prefix}{number}": _followed(answers, node, read, made, kleene=kleene)
            for node, number in nodes.items()
            if node.question == question
        }
        for question, answers in reversed(tuple(enumerate(diagram.questions)))
    ]
    flags = {
        fact: ~read[fact.name].known & made[roots.get(fact, NO)] for fact in facts_in(predicate)
    }
    return stages, flags


def _shared(diagram: Diagram, nodes: dict[Node, int]) -> int:
    """The number of a diagram's root among nodes that several diagrams share."""
    numbers = {leaf: leaf for leaf in range(len(LEAVES))}
    for number in reached(diagram):
        node = diagram.node(number)
        copied = Node(node.question, tuple(numbers[branch] for branch in node.branches))
        numbers[number] = nodes.setdefault(copied, len(LEAVES) + len(nodes))
    return numbers[diagram.root]


def _followed(
    answers: Answers, node: Node, read: Columns, made: "Mapping[int, Expr]", *, kleene: bool
) -> "Expr":
    """Whether a node leads to yes, given whether those after it do."""
    known = read[answers.fact.name].known
    ways: list[Expr] = []
    for branch in dict.fromkeys(node.branches):
        places = [place for place, to in enumerate(node.branches) if to == branch]
        some = [place for place in places if place < answers.count]
        asked = [truths(answers.predicate(some), read, kleene=kleene)] if some else []
        taken = [on_rails(each).yes for each in asked]
        taken += [~known] if answers.count in places else []
        ways.append(enough_of(1, taken) & made[branch])
    return enough_of(1, ways)


def added(frame: Frame, *stages: Stage) -> Frame:
    """A frame with more columns, each stage with those of the stages before it at hand."""
    # Polars works out what expressions share, but only in its lazy frames.
    lazy = frame.lazy() if frame.implementation.is_polars() and not is_lazy(frame) else frame
    result = lazy
    for stage in filter(None, stages):
        result = result.with_columns(value.alias(name) for name, value in stage.items())
    return result if lazy is frame else result.collect()


def free_prefix(frame: Frame) -> str:
    """What no column's name starts with, whatever its case: it is longer than each."""
    # pandas has names that are no text.
    return "_" * (1 + max((len(str(name)) for name in frame.collect_schema()), default=0))
