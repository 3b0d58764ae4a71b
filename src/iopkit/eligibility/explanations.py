"""Why a predicate came out as it did: the whole tree, with every value that it saw."""

from collections.abc import Mapping

from iopkit.confidential import hidden
from iopkit.eligibility.kinds import Scalar, refuse_other_values
from iopkit.eligibility.predicates import (
    AllOf,
    AnyOf,
    AtLeast,
    Atom,
    Not,
    Predicate,
    Values,
    compiled,
    describe,
    facts_in,
    parts_of,
)
from iopkit.errors import Fault, InvalidError
from iopkit.fields import frozen
from iopkit.truth import Truth, all_of, any_of, at_least


@frozen(repr=False)
class Explanation:
    """One node of a predicate, its truth, the value it saw, and its parts.

    Raises:
        InvalidError: the node's fact has no such value, or the parts are not the node's.
    """

    predicate: Predicate
    truth: Truth
    value: Scalar | None = None
    parts: "tuple[Explanation, ...]" = ()

    def __attrs_post_init__(self) -> None:
        if isinstance(self.predicate, Atom):
            whole = not self.parts
            if self.value is not None:
                refuse_other_values(self.predicate.fact.kind, self.value, "value")
        else:
            whole = tuple(part.predicate for part in self.parts) == parts_of(self.predicate)
        if not whole:
            faults = [Fault(("parts",), "one for each part of the predicate", "others")]
            raise InvalidError("explanation", faults)

    @property
    def values(self) -> Mapping[str, Scalar | None]:
        """The value of each fact that was asked about, by name."""
        if isinstance(self.predicate, Atom):
            return {self.predicate.fact.name: self.value}
        return {name: value for part in self.parts for name, value in part.values.items()}

    @property
    def reason(self) -> str:
        """What was asked and what was seen."""
        facts = dict.fromkeys(facts_in(self.predicate))
        values = self.values
        seen = "; ".join(fact.seen_as(values[fact.name]) for fact in facts)
        return f"{describe(self.predicate)} ({seen})"

    __repr__ = hidden


def explain(predicate: Predicate, values: Values) -> Explanation:
    """Evaluate a predicate and keep every node, near misses included.

    Its truth is that of ``evaluate``; nothing is cut short, so each part is judged even
    where another has settled the whole.

    Example:
        >>> from iopkit.eligibility import FACTS
        >>> explain(FACTS["age"] >= 18, {"age": 17}).reason
        'age is at least 18 years (age: 17 years)'
    """
    if isinstance(predicate, Atom):
        truth = compiled(predicate)(values)
        return Explanation(predicate, truth, values.get(predicate.fact.name))
    parts = tuple([explain(part, values) for part in parts_of(predicate)])
    return Explanation(predicate, _joined(predicate, parts), parts=parts)


def _joined(predicate: AllOf | AnyOf | Not | AtLeast, parts: tuple[Explanation, ...]) -> Truth:
    truths = [part.truth for part in parts]
    match predicate:
        case AllOf():
            return all_of(truths)
        case AnyOf():
            return any_of(truths)
        case AtLeast(count):
            return at_least(count, truths)
        case Not():
            return ~truths[0]
