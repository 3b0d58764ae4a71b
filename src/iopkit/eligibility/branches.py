"""What is wrong inside one criterion, branch by branch, worked out for every patient at once."""

from collections.abc import Callable, Iterator
from enum import StrEnum

from attrs import evolve

from iopkit.eligibility.answers import answers_to
from iopkit.eligibility.kinds import Number, Scalar
from iopkit.eligibility.predicates import (
    AllOf,
    AnyFact,
    AnyOf,
    AtLeast,
    Atom,
    Between,
    Compare,
    Not,
    Operator,
    Predicate,
    atoms_in,
    describe,
    each_once,
)
from iopkit.eligibility.spaces import Formula, Formulas, Space
from iopkit.errors import Step
from iopkit.fields import frozen


class FlawKind(StrEnum):
    """What can be wrong with a branch."""

    NEVER_HOLDS = "never_holds"
    """It is unmet or undetermined for everybody."""
    ALWAYS_HOLDS = "always_holds"
    """It is met or undetermined for everybody."""
    REPEATED = "repeated"
    """It says the same as a branch before it, of the same group."""
    MAKES_NO_DIFFERENCE = "makes_no_difference"
    """Without it, whoever meets the criterion or does not, still does or does not."""
    HOLE = "hole"
    """It leaves out one number between those that it takes, as "below 18 or above 18" does."""


@frozen
class Flaw:
    """Something wrong with a branch of a criterion.

    ``path`` leads to the branch from the criterion's predicate, as documents have it, such as
    ``("parts", 1, "part")``; ``words`` are the branch's own. A hole has the name of the
    ``fact`` and the ``value`` that is left out.
    """

    criterion: str
    path: tuple[Step, ...]
    words: str
    kind: FlawKind
    fact: str | None = None
    value: Scalar | None = None

    @property
    def where(self) -> str:
        """The path in one text; empty for the whole predicate."""
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return "".join(steps).removeprefix(".")


def flaws_in(criterion: str, predicate: Predicate) -> tuple[Flaw, ...]:
    """What is wrong inside a criterion, in reading order.

    That all of it always or never holds is no matter of its branches. Of a branch that is told,
    what lies within is left out. Whether a branch makes a difference is asked of "all of" and
    "any of": one of "at least" changes what the count means.

    Raises:
        InvalidError: two facts have one name.
        TooComplexError: the solver finds no answer within its limit of effort.
        MissingExtraError: the extra ``analysis`` is not installed.

    Example:
        >>> from iopkit.eligibility import FACTS
        >>> age = FACTS["age"]
        >>> for flaw in flaws_in("adult", (age >= 18) | (age >= 21)):
        ...     print(flaw.where, flaw.kind.value, "|", flaw.words)
        parts[1] makes_no_difference | age is at least 21 years
    """
    search = _Search(criterion, predicate, Space.of([predicate]))
    return tuple(search.within(predicate, (), lambda whole: whole))


_CONSTANT = {FlawKind.NEVER_HOLDS, FlawKind.ALWAYS_HOLDS}


@frozen
class _Search:
    """One criterion, and the space of the patients that it can tell apart."""

    criterion: str
    predicate: Predicate
    space: Space

    def within(
        self,
        node: Predicate,
        path: tuple[Step, ...],
        rebuild: Callable[[Predicate], Predicate],
    ) -> list[Flaw]:
        """The flaws of a node's parts, and its holes; ``rebuild``: the criterion with another.

        It goes through each node once, and asks the solver a few questions on each part, and
        one on each two parts of a group that ask about the same facts.
        """
        inner: list[Flaw] = []
        match node:
            case Not(part):
                inner = self.within(
                    part, (*path, "part"), lambda other: rebuild(evolve(node, part=other))
                )
            case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
                again = self._repeated(parts)
                for place in range(len(parts)):
                    inner += self._of_part(node, place, path, rebuild, again)
            case _:
                pass
        told = {(flaw.fact, flaw.value) for flaw in inner}
        holes = self._holes(node) if isinstance(node, AnyOf) else ()
        own = [
            Flaw(self.criterion, path, describe(node), FlawKind.HOLE, fact.name, value)
            for fact, value in holes
            if (fact.name, value) not in told
        ]
        return [*own, *inner]

    def _of_part(
        self,
        group: AllOf | AnyOf | AtLeast,
        place: int,
        path: tuple[Step, ...],
        rebuild: Callable[[Predicate], Predicate],
        again: frozenset[int],
    ) -> list[Flaw]:
        """The flaws of one part of a group, of which some say again what others did."""
        part = group.parts[place]
        where = (*path, "parts", place)

        def flaw(kind: FlawKind) -> list[Flaw]:
            return [Flaw(self.criterion, where, describe(part), kind)]

        def put(other: Predicate) -> Predicate:
            return rebuild(
                evolve(group, parts=(*group.parts[:place], other, *group.parts[place + 1 :]))
            )

        if place in again:
            return flaw(FlawKind.REPEATED)
        inner = self.within(part, where, put)
        yes, no = self.space.rails(part)
        holds, fails = self.space.holds(yes), self.space.holds(no)
        if not (holds and fails):
            # The innermost branch that is so is the reason for those around it.
            constant = [one for one in inner if one.kind in _CONSTANT]
            return constant or flaw(FlawKind.ALWAYS_HOLDS if holds else FlawKind.NEVER_HOLDS)
        if not isinstance(group, AtLeast):
            rest = [p for n, p in enumerate(group.parts) if n != place and n not in again]
            if self._settles_as_much(rebuild(evolve(group, parts=tuple(rest)))):
                return flaw(FlawKind.MAKES_NO_DIFFERENCE)
        return inner

    def _repeated(self, parts: tuple[Predicate, ...]) -> frozenset[int]:
        """The places of the parts that say the same as one before them."""
        asked = [(set(each_once(a.fact for a in atoms_in(p))), self.space.rails(p)) for p in parts]
        again: set[int] = set()
        for place, (facts, rails) in enumerate(asked):
            before = [one for n, one in enumerate(asked[:place]) if n not in again]
            if any(
                facts == others and not self.space.holds(self.space.differ(rails, other))
                for others, other in before
            ):
                again.add(place)
        return frozenset(again)

    def _settles_as_much(self, other: Predicate) -> bool:
        """Whether another predicate says yes and no wherever the criterion does."""
        not_, space = self.space.z3.Not, self.space
        lost = [
            space.all((said, not_(still)))
            for said, still in zip(space.rails(self.predicate), space.rails(other), strict=True)
        ]
        return not space.holds(space.any(lost))

    def _holes(self, node: AnyOf) -> Iterator[tuple[AnyFact, Scalar]]:
        """Numbers that a node leaves out between two that it takes, so that the criterion does."""
        inside, whole = self.space.rails(node), self.space.rails(self.predicate)
        asked = tuple(atoms_in(node))
        for fact in each_once(atom.fact for atom in asked):
            about = [atom for atom in asked if atom.fact == fact]
            if not (isinstance(fact.kind, Number) and all(map(_is_bound, about))):
                continue
            answers = answers_to(fact, atoms_in(self.predicate))
            spans = answers.spans
            for (_, low), (span, here), (_, high) in zip(spans, spans[1:], spans[2:], strict=False):
                if span.low != span.high:
                    continue
                around = [answers.examples[number] for number in (low, here, high)]
                taken = _but_here([self._given(inside, fact, value) for value in around])
                met = [self._given(whole, fact, value) for value in around]
                unmet = [rails[::-1] for rails in met]
                either = [self.space.all(_but_here(rails)) for rails in (met, unmet)]
                if self.space.holds(*taken, self.space.any(either)):
                    # The example may be another number of which the same is said.
                    yield fact, int(span.low) if fact.kind.whole else span.low

    def _given(self, rails: Formulas, fact: AnyFact, value: Scalar) -> Formulas:
        """Formulas for patients of whom a fact has a value, whatever else is known of them."""
        z3 = self.space.z3
        place = answers_to(fact, atoms_in(self.predicate)).place
        fixed = [
            (is_state, z3.BoolVal(place(state) == place(value), self.space.solver.ctx))
            for state, is_state in self.space.states[fact]
        ]
        yes, no = rails
        return z3.substitute(yes, *fixed), z3.substitute(no, *fixed)


def _but_here(around: list[Formulas]) -> list[Formula]:
    """That what two formulas say below and above a number, they do not say of it."""
    (below, _), (_, here), (above, _) = around
    return [below, here, above]


def _is_bound(atom: Atom) -> bool:
    """Whether a question about a number is one of more or less."""
    compared = isinstance(atom, Compare) and atom.operator is not Operator.EQUALS
    return compared or isinstance(atom, Between)
