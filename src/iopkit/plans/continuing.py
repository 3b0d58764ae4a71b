"""Continuing care: the plan of what follows the program of another plan."""

from collections.abc import Mapping
from datetime import date, timedelta

from attrs import evolve

from iopkit.errors import Fault, InvalidError, refuse, unless, unless_a, unless_day
from iopkit.patients.patients import Patient
from iopkit.plans.drafting import draft
from iopkit.plans.notes import NoteSubject
from iopkit.plans.plans import Plan
from iopkit.plans.preferences import Preferences
from iopkit.sites.sites import Site


def continue_care(  # noqa: PLR0913  # what a plan is made from, by name
    plan: Plan,
    patient: Patient,
    site: Site,
    *,
    start: date | None = None,
    phase_weeks: Mapping[str, int] | None = None,
    times: Mapping[str, int | timedelta] | None = None,
    preferences: Preferences | None = None,
) -> Plan:
    """The plan of the continuing care that a plan's program goes on with.

    It is a plan of its own, drafted as any other, for whoever completes the first: no policy
    judges it, and the hours that were needed before are not held against it.

    Args:
        start: its first day; the day after the plan's last if not given. A schedule that a leave
            has extended ends later: take its ``end``.
        phase_weeks: as ``draft``.
        times: as ``draft``.
        preferences: as ``draft``.

    Raises:
        InvalidError: the program has no continuing care, the patient or site is another than
            the plan's, it would start before the plan's end, or as ``draft``.
    """
    refuse(
        "continuing care",
        unless_a(plan, "plan", Plan),
        unless_a(patient, "patient", Patient),
        unless_a(site, "site", Site),
        () if start is None else unless_day(start, "start"),
    )
    after = plan.program.continuing_care
    refuse(
        "continuing care",
        unless(patient.key == plan.patient, "patient", "the plan's", "another"),
        unless(site.name == plan.site, "site", "the plan's", "another"),
        unless(start is None or start >= plan.end, "start", "a day after the plan", "an earlier"),
    )
    if after is None:
        fault = Fault(("plan",), "one of a program with continuing care", "one without")
        raise InvalidError("continuing care", [fault])
    drafted = draft(
        after,
        patient,
        site,
        start=start or plan.end,
        seed=plan.seed,
        phase_weeks=phase_weeks,
        times=times,
        preferences=preferences,
        why_not_judged="continuing care, for whoever completes the plan before it",
    )
    notes = tuple(note for note in drafted.notes if note.matter not in _OF_ADMISSION)
    return evolve(drafted, notes=notes, left_care=None)


_OF_ADMISSION = {
    NoteSubject.HOURS_ABOVE_NEED,
    NoteSubject.HOURS_BELOW_NEED,
    NoteSubject.HOURS_UNSURE,
    NoteSubject.STEP_DOWN,
    NoteSubject.STAY_END_UNKNOWN,
    NoteSubject.STAY_NOT_OVER,
}
"""What is said of an assessment or stay before the plan that this one follows."""
