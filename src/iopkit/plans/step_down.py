"""Step-down: from care around the clock to the first session of a plan."""

from collections.abc import Iterator
from datetime import date, timedelta

from iopkit.eligibility.episodes import (
    came_from_24_hour_care,
    days_since_24_hour_care,
    in_24_hour_care,
)
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.sheets import read_facts
from iopkit.patients.assessments import EntryRoute
from iopkit.patients.patients import Patient
from iopkit.plans.notes import NoteSubject, PlanNote
from iopkit.plans.own_days import given
from iopkit.plans.plans import Plan
from iopkit.prose import counted


def left_care(patient: Patient, *, on: date) -> date | None:
    """The day on which a patient left the care around the clock that a plan follows.

    ``None``: the patient does not come from such care, or the day is not known.
    """
    if in_24_hour_care(patient, on) or not _steps_down(patient, on):
        return None
    days = days_since_24_hour_care(patient, on)
    return on - timedelta(days=days) if isinstance(days, int) else None


def step_down_notes(plan: Plan, patient: Patient) -> Iterator[PlanNote]:
    """How long after care around the clock the first session is planned, or what is not known.

    Closed days are for the schedule: it has the day on which the first session is held.
    """
    left, start = plan.left_care, plan.start
    if in_24_hour_care(patient, start):
        yield PlanNote(NoteSubject.STAY_NOT_OVER)
    elif left is None:
        if _steps_down(patient, start):
            yield PlanNote(NoteSubject.STAY_END_UNKNOWN)
    else:
        first = min(
            (
                start + timedelta(days=each.day)
                for each in given(plan)
                if each.day is not None and each.service.name not in plan.on_hold
            ),
            default=None,
        )
        planned = (
            f"the first session is planned for {first}, {counted((first - left).days, 'day')} later"
            if first
            else "no session has a day yet"
        )
        yield PlanNote(NoteSubject.STEP_DOWN, why=f"it ended on {left}; {planned}")


def _steps_down(patient: Patient, on: date) -> bool:
    """Whether a patient comes from care around the clock: as recorded, or by what came last."""
    route = read_facts([FACTS["entry"]], patient, on=on).values()["entry"]
    if isinstance(route, str):
        return route == EntryRoute.STEP_DOWN
    return came_from_24_hour_care(patient, on) is True
