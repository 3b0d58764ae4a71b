"""Figures of goals: how far the plan's targets are reached, first and last."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from iopkit.confidential import hidden
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.possible import Value, as_possible
from iopkit.fields import frozen
from iopkit.patients.patients import Patient
from iopkit.patients.screenings import Screening
from iopkit.plans.goals import Counted, CountTarget, Goal, ScoreTarget, Target, target_reached
from iopkit.programs.progress import PossibleCount, Progress
from iopkit.truth import Truth


@frozen(repr=False)
class DatedFigure:
    """A score or count, and the day that it is of; ``Possible``: what was answered leaves open."""

    on: date
    value: PossibleCount

    __repr__ = hidden


@frozen(repr=False)
class TargetFigures:
    """Whether a target is reached, and its figure ``then`` and ``now``.

    Scores have both: that of the first day on which the instrument was answered in the course,
    and of the last. Counts of a course have that of the day alone, as they begin with nothing. What
    has no figure, such as a condition, has ``None``, and what has no target is not known to be
    reached.
    """

    target: Target | None
    reached: Truth
    then: DatedFigure | None = None
    now: DatedFigure | None = None

    __repr__ = hidden


@frozen(repr=False)
class GoalFigures:
    """A goal of the plan in force, how far its own target is reached, and those of its steps.

    ``objectives`` are in the goal's order.
    """

    goal: Goal
    figures: TargetFigures
    objectives: tuple[TargetFigures, ...] = ()

    __repr__ = hidden


class GoalRecord:
    """What is on record of goals by a day: screenings, progress and counts."""

    def __init__(
        self,
        patient: UUID,
        on: date,
        *,
        screenings: Sequence[Screening],
        progress: Progress,
        counts: Mapping[Counted, PossibleCount],
    ) -> None:
        self._on, self._progress, self._counts = on, progress, counts
        self._patient = Patient(key=patient, screenings=tuple(screenings))

    def figures(self, goal: Goal) -> GoalFigures:
        """How far a goal is reached, and each of its objectives."""
        steps = tuple(self._of(each.target) for each in goal.objectives)
        return GoalFigures(goal, self._of(goal.target), steps)

    def _of(self, target: Target | None) -> TargetFigures:
        if target is None:
            return TargetFigures(None, Truth.UNKNOWN)
        reached = target_reached(
            target,
            on=self._on,
            patient=self._patient,
            progress=self._progress,
            counts=self._counts,
        )
        match target:
            case ScoreTarget():
                days = [e.on for e in self._answered if e.instrument == target.instrument]
                ends = [self._score(target, day) for day in (days[0], days[-1])] if days else []
                return TargetFigures(target, reached, *ends)
            case CountTarget() if (count := self._counts.get(target.counted)) is not None:
                return TargetFigures(target, reached, now=DatedFigure(self._on, count))
            case _:
                return TargetFigures(target, reached)

    @property
    def _answered(self) -> tuple[Screening, ...]:
        return self._patient.screenings or ()

    def _score(self, target: ScoreTarget, day: date) -> DatedFigure:
        """The score of a day on which the instrument was answered."""
        value: Value = FACTS[f"{target.instrument}_{target.scale}_score"].read(self._patient, day)
        found = as_possible(value)
        exact = found.low is not None and found.low == found.high
        return DatedFigure(day, int(found.low or 0) if exact else found)

    __repr__ = hidden
