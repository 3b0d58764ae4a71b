"""Why a predicate came out as it did: the whole tree, with every value that it saw."""

from collections.abc import Iterator, Mapping
from datetime import date

from iopkit.confidential import hidden
from iopkit.eligibility.changes import Evidence, evidence, open_facts
from iopkit.eligibility.possible import CONTRADICTED, Possible, Value, is_of_kind
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
    compiled,
    describe,
    parts_of,
    seen_of,
)
from iopkit.errors import Fault, InvalidError
from iopkit.fields import frozen
from iopkit.truth import Truth, all_of, any_of, at_least

# A tuple is asked in half the time of the union ``Atom``.
_ATOMS = (Compare, Between, OneOf, Known)


@frozen(repr=False)
class Explanation:
    """One node of a predicate, its truth, the value it saw, and its parts.

    ``found`` is the day of the finding, where it has one; ``why`` says what keeps more from
    being known.

    Raises:
        InvalidError: the node's fact has no such value, or the parts are not the node's.
    """

    predicate: Predicate
    truth: Truth
    value: Value = None
    parts: "tuple[Explanation, ...]" = ()
    found: date | None = None
    why: str = ""

    # One is made for each node, and holding its fields against their types took a third of all.
    trusts_types = True

    def __attrs_post_init__(self) -> None:
        predicate, value = self.predicate, self.value
        if isinstance(predicate, _ATOMS):
            whole = not self.parts
            kind = predicate.fact.kind
            if not (value is None or kind.accepts(value) or is_of_kind(kind, value)):
                faults = [Fault(("value",), kind.expectation(), "another value")]
                raise InvalidError("value", faults)
        else:
            whole = tuple([part.predicate for part in self.parts]) == parts_of(predicate)
        if not whole:
            faults = [Fault(("parts",), "one for each part of the predicate", "others")]
            raise InvalidError("explanation", faults)

    @property
    def values(self) -> Mapping[str, Value]:
        """The value of each fact that was asked about, by name."""
        return {fact.name: atom.value for fact, atom in self._atoms()}

    @property
    def readings(self) -> Mapping[str, Possible]:
        """What tells the day of each finding, and why not more is known, by fact name."""
        return {
            fact.name: Possible(found=atom.found, why=atom.why)
            for fact, atom in self._atoms()
            if atom.found or atom.why
        }

    def _atoms(self) -> "Iterator[tuple[AnyFact, Explanation]]":
        if isinstance(self.predicate, _ATOMS):
            yield self.predicate.fact, self
        for part in self.parts:
            yield from part._atoms()  # noqa: SLF001  # of the same class

    @property
    def reason(self) -> str:
        """What was asked and what was seen, with the days of findings."""
        atoms = self._atoms()
        seen = dict.fromkeys(
            seen_of(fact, atom.value, atom.found, atom.why) for fact, atom in atoms
        )
        return f"{describe(self.predicate)} ({'; '.join(seen)})"

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Each fact that was asked about, in reading order, with the role of its value.

        Raises:
            TooComplexError: the roles are too complex to work out; ``values`` has the values.
        """
        return evidence(self.predicate, self.values, self.readings)

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the facts not known to one value that could still change the truth.

        Contradicted facts are not among them: they are recorded, and to be put right. See
        ``open_facts``.

        Raises:
            TooComplexError: they are too complex to work out.
        """
        readings = self.readings
        return tuple(
            fact.name
            for fact in open_facts(self.predicate, self.values)
            if fact.name not in readings or readings[fact.name].why != CONTRADICTED
        )

    __repr__ = hidden


def explain(
    predicate: Predicate, values: Values, readings: Mapping[str, Possible] | None = None
) -> Explanation:
    """Evaluate a predicate and keep every node, near misses included.

    Its truth is that of ``evaluate``; nothing is cut short, so each part is judged even
    where another has settled the whole.

    Args:
        values: by facts' names; trusted to be of their kinds, as those of a sheet are.
        readings: by name, what tells a finding's day, and why not more is known of a fact.

    Example:
        >>> from iopkit.eligibility import FACTS
        >>> explain(FACTS["age"] >= 18, {"age": 17}).reason
        'age is at least 18 years (age: 17 years)'
    """
    if isinstance(predicate, _ATOMS):
        truth, name = compiled(predicate)(values), predicate.fact.name
        if readings and (read := readings.get(name)):
            return Explanation(predicate, truth, values.get(name), (), read.found, read.why)
        return Explanation(predicate, truth, values.get(name))
    parts = tuple([explain(part, values, readings) for part in parts_of(predicate)])
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
