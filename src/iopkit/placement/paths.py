"""Paths of care: kinds of care that follow each other, and for whom sources describe them."""

from collections.abc import Iterable, Sequence
from datetime import date

from iopkit.confidential import hidden
from iopkit.eligibility.consistency import (
    RecordedContradiction,
    contradictions_in,
    read_consistent,
    without_contradicted,
)
from iopkit.eligibility.explanations import Explanation, explain
from iopkit.eligibility.predicates import Predicate, facts_in
from iopkit.eligibility.sheets import FactSheet
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.levels import LevelOfCare
from iopkit.patients.patients import Patient
from iopkit.sources import Source
from iopkit.truth import Truth


@frozen
class PathStep:
    """One step of a path: the care in words, and the levels that are such care.

    No level: the source names none, as for withdrawal management.
    """

    care: str
    levels: tuple[LevelOfCare, ...] = ()


@frozen
class CarePath:
    """Steps of care in their order, and for whom a source describes them.

    ``words`` say for whom, such as "for those who need care around the clock".

    Raises:
        InvalidError: ``predicate`` is none, or there are fewer than two steps.
    """

    name: str
    words: str
    predicate: Predicate
    steps: tuple[PathStep, ...]
    source: Source

    def __attrs_post_init__(self) -> None:
        refuse(
            f"path {self.name!r}",
            unless(len(self.steps) > 1, "steps", "at least two steps", f"{len(self.steps)}"),
        )


@frozen(repr=False)
class PathResult:
    """A path that holds for a patient, or may hold, and why."""

    path: CarePath
    explanation: Explanation

    @property
    def truth(self) -> Truth:
        """Whether the path holds; unknown: it may."""
        return self.explanation.truth

    @property
    def reason(self) -> str:
        """What was asked and what was seen."""
        return self.explanation.reason

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the facts that could still change whether it holds, contradicted ones aside."""
        return self.explanation.missing

    __repr__ = hidden


def paths_for(patient: Patient, paths: Iterable[CarePath], *, on: date) -> tuple[PathResult, ...]:
    """Those of some paths that hold for a patient on a day, or may hold, in their order.

    Raises:
        InvalidError: ``on`` is before the birth.

    Example:
        >>> from uuid import UUID
        >>> from iopkit.library import find_ladder
        >>> from iopkit.patients import Assessment
        >>> found = Assessment(date(2026, 1, 3), acute_withdrawal=True)
        >>> somebody = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"), assessments=(found,))
        >>> first, *_ = paths_for(
        ...     somebody, find_ladder("us-public-rules").paths, on=date(2026, 1, 5)
        ... )
        >>> first.truth.value, [step.care for step in first.path.steps]
        ('yes', ['withdrawal management', 'intensive outpatient treatment'])
    """
    return _holding(
        (path, read_consistent(dict.fromkeys(facts_in(path.predicate)), patient, on=on))
        for path in paths
    )


def paths_in(sheet: FactSheet, paths: Iterable[CarePath]) -> tuple[PathResult, ...]:
    """The same by facts that were read before; those that are not in the sheet are not known."""
    found = contradictions_in(sheet)
    return _holding((path, _consistent(sheet, found, path)) for path in paths)


def _consistent(
    sheet: FactSheet, found: Sequence[RecordedContradiction], path: CarePath
) -> FactSheet:
    asked = dict.fromkeys(facts_in(path.predicate))
    return without_contradicted(sheet.with_recent(asked), found).with_margins(asked)


def _holding(read: Iterable[tuple[CarePath, FactSheet]]) -> tuple[PathResult, ...]:
    judged = (
        PathResult(path, explain(path.predicate, sheet.values(), sheet.told()))
        for path, sheet in read
    )
    return tuple(result for result in judged if result.truth is not Truth.NO)
