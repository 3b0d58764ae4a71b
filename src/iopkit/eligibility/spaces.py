"""A solver's view of all patients at once. Needs the extra ``analysis``."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from math import ceil, floor, isinf
from typing import Any

from iopkit.eligibility.answers import Answers, answers_to
from iopkit.eligibility.kinds import Number, Scalar
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
    each_once,
    evaluate,
    parts_of,
)
from iopkit.eligibility.sheets import FactSheet
from iopkit.errors import MissingExtraError, TooComplexError
from iopkit.fields import frozen
from iopkit.truth import Truth

EFFORT = 2_000_000
"""What the solver may spend on one example: a count of steps, the same on every machine."""

# Any: the solver has no types of its own.
Formula = Any
# When a predicate is yes, and when it is no; when it is neither, it is unknown.
Formulas = tuple[Formula, Formula]
# A value, or ``None`` for "not known", and the formula that a fact has it.
State = tuple[Scalar | None, Formula]


@frozen
class Space:
    """Every patient whom some predicates can tell apart, as variables of a solver.

    Predicates cannot tell apart the values of one answer, so one value stands for each. A
    space has a context of its own: nothing is shared between questions or threads.
    """

    z3: Any  # Any: the solver's module, which has no types
    solver: Any  # Any: as above
    states: Mapping[AnyFact, tuple[State, ...]]

    @classmethod
    def of(cls, predicates: Iterable[Predicate]) -> "Space":
        """The space of the facts that some predicates ask about.

        Raises:
            InvalidError: two facts have one name.
            MissingExtraError: the extra ``analysis`` is not installed.
        """
        z3 = _solver_module()
        atoms = tuple(atom for predicate in predicates for atom in atoms_in(predicate))
        facts = each_once(atom.fact for atom in atoms)
        context = z3.Context()
        solver = z3.SolverFor("QF_FD", ctx=context)
        solver.set(rlimit=EFFORT, random_seed=0)
        states: dict[AnyFact, tuple[State, ...]] = {}
        for fact in facts:
            values = (None, *_examples(answers_to(fact, atoms)))
            variables = [z3.Bool(f"{fact.name}={place}", context) for place in range(len(values))]
            solver.add(z3.PbEq([(variable, 1) for variable in variables], 1))
            states[fact] = tuple(zip(values, variables, strict=True))
        return cls(z3, solver, states)

    def rails(self, predicate: Predicate) -> Formulas:
        """A predicate's two formulas, equal to ``evaluate`` for every value known or not."""
        parts = [self.rails(part) for part in parts_of(predicate)]
        match predicate:
            case AllOf():
                return self.all_of(parts)
            case AnyOf():
                return self.all_of(part[::-1] for part in parts)[::-1]
            case Not():
                return parts[0][::-1]
            case AtLeast(count):
                yes, no = zip(*parts, strict=True)
                fewest = len(parts) - count + 1
                return self.z3.AtLeast(*yes, count), self.z3.AtLeast(*no, fewest)
            case Compare(fact) | Between(fact) | OneOf(fact) | Known(fact):
                said = [
                    (evaluate(predicate, {fact.name: v}), is_v) for v, is_v in self.states[fact]
                ]
                return (
                    self.any(is_v for truth, is_v in said if truth is Truth.YES),
                    self.any(is_v for truth, is_v in said if truth is Truth.NO),
                )

    @property
    def all_known(self) -> Formula:
        """That every fact is known."""
        return self.all(self.z3.Not(states[0][1]) for states in self.states.values())

    def all_of(self, parts: Iterable[Formulas]) -> Formulas:
        """The formulas of "all of", from those of its parts."""
        listed = list(parts)
        return self.all(yes for yes, _ in listed), self.any(no for _, no in listed)

    def differ(self, one: Formulas, other: Formulas) -> Formula:
        """That two truths are not the same."""
        return self.any(self.z3.Xor(*pair) for pair in zip(one, other, strict=True))

    def all(self, formulas: Iterable[Formula]) -> Formula:
        """That all hold; with none, yes."""
        return self.z3.And(list(formulas), self.solver.ctx)

    def any(self, formulas: Iterable[Formula]) -> Formula:
        """That one of them holds; with none, no."""
        return self.z3.Or(list(formulas), self.solver.ctx)

    def holds(self, *formulas: Formula) -> bool:
        """Whether there is a patient of whom all formulas hold."""
        return bool(self._models(*formulas))

    def found(self, *formulas: Formula) -> list[Values]:
        """The values of one patient of whom all formulas hold; empty if there is none."""
        return [
            {
                fact.name: next(value for value, is_value in states if model[is_value])
                for fact, states in self.states.items()
            }
            for model in self._models(*formulas)
        ]

    def _models(self, *formulas: Formula) -> list[Any]:  # Any: as the solver
        self.solver.push()
        self.solver.add(*formulas)
        said = self.solver.check()
        models = [self.solver.model()] if said == self.z3.sat else []
        self.solver.pop()
        if said == self.z3.unknown:
            raise TooComplexError(f"the solver found no answer within an effort of {EFFORT}")
        return models

    def sheet(self, values: Values, judged: Callable[[Values], object], on: date) -> FactSheet:
        """An example without the values that make no difference to what is judged."""
        kept, verdict = values, judged(values)
        for name in values:
            fewer = {**kept, name: None}
            if judged(fewer) == verdict:
                kept = fewer
        return FactSheet.of(self.states, kept, on=on)


def _solver_module() -> Any:  # noqa: ANN401  # the solver has no types of its own
    try:
        import z3  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs]  # as above
    except ImportError as error:
        raise MissingExtraError("analysis", "the analysis of a policy") from error
    return z3


def _examples(answers: Answers) -> tuple[Scalar, ...]:
    """A value of each answer, next to a bound if it can be: small differences read best."""
    kind = answers.fact.kind
    near: list[Scalar] = []
    if isinstance(kind, Number):
        ends = [end for span, _ in answers.spans for end in span[:2] if not isinf(end)]
        ends.sort(key=lambda end: end in (kind.low, kind.high))
        near = [n for end in ends for n in (end, ceil(end) - 1, floor(end) + 1) if kind.accepts(n)]
    found: dict[int, Scalar] = {}
    for value in (*near, *answers.examples):
        found.setdefault(answers.place(value), value)
    return tuple(found.values())
