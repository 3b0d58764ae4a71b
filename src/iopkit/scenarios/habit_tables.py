"""Habit tables: what people do of their habits, as thresholds that draws are compared with."""

import numpy as np

from iopkit.courses.stays import DischargeReason
from iopkit.scenarios.courses import StayTables, UseTables
from iopkit.scenarios.curves import Constant, Curve
from iopkit.scenarios.draws import WHOLE, Words
from iopkit.scenarios.habits import Habits
from iopkit.scenarios.hazards import day_thresholds, leaving_thresholds, week_thresholds
from iopkit.scenarios.leaving import HazardOf
from iopkit.scenarios.scenarios import Scenario
from iopkit.scenarios.session_draws import Told


def stay_tables(scenario: Scenario, truths: tuple[Told, ...], weeks: int) -> StayTables:
    """How likely people leave, finish and use in a stay of so many weeks, by stratum."""
    habits = scenario.habits
    # Somebody in care already may be so from any day of the week on, others from its first.
    from_days = range(7 if scenario.arrivals.caseload else 1)
    use = _use_tables(habits, truths, weeks)
    states = (False, True) if use is not None else (False,)
    leaving = np.array(
        [
            [
                [
                    leaving_thresholds(
                        habits.causes(dict(each), using=using) or _NOBODY_LEAVES,
                        weeks,
                        from_day=from_day,
                    )
                    for using in states
                ]
                for each in truths
            ]
            for from_day in from_days
        ],
        np.uint64,
    )
    finishing = WHOLE if habits.finishes is None else habits.finishes.threshold
    reasons = max(1, len(habits.reasons))
    return StayTables(leaving, reasons, np.full(len(truths), finishing, np.uint64), use)


_NOBODY_LEAVES = (Constant(0),)


def _use_tables(habits: Habits, truths: tuple[Told, ...], weeks: int) -> UseTables | None:
    """How likely patients use; ``None`` where habits say nothing of it."""
    said = (habits.uses_at_admission, habits.returns_to_use, habits.stops_using)
    if all(each is None for each in said):
        return None

    def by_week(event: HazardOf, curve: Curve | None) -> Words:
        nobody = np.zeros(weeks, np.uint64)
        return np.stack(
            [
                nobody
                if curve is None
                else week_thresholds(curve, weeks, ratio=habits.ratio(event, dict(each)))
                for each in truths
            ]
        )

    first = 0 if habits.uses_at_admission is None else habits.uses_at_admission.threshold
    return UseTables(
        np.full(len(truths), first, np.uint64),
        by_week(HazardOf.RETURNING_TO_USE, habits.returns_to_use),
        by_week(HazardOf.STOPPING_USE, habits.stops_using),
    )


def days_to_coming_back(
    habits: Habits, reason: DischargeReason, truths: tuple[Told, ...], days: int
) -> Words | None:
    """After how many days people ask again who were discharged for a reason, by stratum."""
    curve = habits.comes_back(reason)
    if curve is None:
        return None
    return np.stack(
        [
            day_thresholds(curve, days + 1, ratio=habits.ratio(HazardOf.COMING_BACK, dict(each)))
            for each in truths
        ]
    )
