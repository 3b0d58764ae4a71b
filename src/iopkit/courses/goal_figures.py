"""Figures of goals: how far the plan's targets are reached, first and last."""

from collections.abc import Mapping
from datetime import date

from iopkit.confidential import hidden
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.possible import as_possible
from iopkit.fields import frozen
from iopkit.patients.patients import Patient
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


def figures_of_goal(
    goal: Goal,
    patient: Patient,
    *,
    on: date,
    progress: Progress,
    counts: Mapping[Counted, PossibleCount],
) -> GoalFigures:
    """How far a goal is reached by a day, and each of its objectives.

    Args:
        patient: with the screenings of the course.
    """

    def of(target: Target | None) -> TargetFigures:
        if target is None:
            return TargetFigures(None, Truth.UNKNOWN)
        reached = target_reached(target, on=on, patient=patient, progress=progress, counts=counts)
        match target:
            case ScoreTarget():
                return TargetFigures(target, reached, *_first_and_last(target, patient))
            case CountTarget() if (count := counts.get(target.counted)) is not None:
                return TargetFigures(target, reached, now=DatedFigure(on, count))
            case _:
                return TargetFigures(target, reached)

    return GoalFigures(goal, of(goal.target), tuple(of(each.target) for each in goal.objectives))


def _first_and_last(target: ScoreTarget, patient: Patient) -> list[DatedFigure]:
    """The scores of the first and the last day on which an instrument was answered, if any."""
    days = [e.on for e in patient.screenings or () if e.instrument == target.instrument]
    return [_score(target, patient, day) for day in (days[0], days[-1])] if days else []


def _score(target: ScoreTarget, patient: Patient, day: date) -> DatedFigure:
    """The score of a day on which the instrument was answered."""
    found = as_possible(FACTS[f"{target.instrument}_{target.scale}_score"].read(patient, day))
    exact = found.low is not None and found.low == found.high
    return DatedFigure(day, int(found.low or 0) if exact else found)
