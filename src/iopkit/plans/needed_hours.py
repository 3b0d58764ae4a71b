"""Needed hours: service time a week that a patient needs, held against what a plan has."""

from collections.abc import Iterator
from datetime import timedelta

from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.possible import as_possible
from iopkit.eligibility.sheets import read_facts
from iopkit.patients.patients import Patient
from iopkit.plans.notes import NoteSubject, PlanNote
from iopkit.plans.own_days import planned_doses
from iopkit.plans.plans import Plan
from iopkit.prose import duration_text, weeks_text

_Span = tuple[timedelta, timedelta | None]
"""The least and the most that it can be; ``None``: no most is known."""


def hours_notes(plan: Plan, patient: Patient) -> Iterator[PlanNote]:
    """Where the hours a week that a patient needs and those of a plan differ, with both.

    One note for the weeks with less, one for those with more, and one for those of which it
    cannot be told; none where nobody has recorded what is needed. Services that are on hold
    may come or not, and those that are not given on a day are not planned on it.
    """
    fact = FACTS["needed_hours_per_week"]
    needed = as_possible(read_facts([fact], patient, on=plan.start).values()[fact.name])
    if needed.low is None or needed.high is None:
        return
    asked = timedelta(hours=needed.low), timedelta(hours=needed.high)
    planned = [(dose.known, dose.most) for dose in planned_doses(plan)]
    judged = [_differ(asked, span) for span in planned]
    for matter in (
        NoteSubject.HOURS_BELOW_NEED,
        NoteSubject.HOURS_ABOVE_NEED,
        NoteSubject.HOURS_UNSURE,
    ):
        weeks = [number for number, found in enumerate(judged, 1) if found is matter]
        if weeks:
            low = min(planned[week - 1][0] for week in weeks)
            most = [high for week in weeks if (high := planned[week - 1][1]) is not None]
            high = max(most) if len(most) == len(weeks) else None
            planned_words = f"{_words((low, high))} planned in {weeks_text(weeks)}"
            yield PlanNote(matter, why=f"{_words(asked)} needed, {planned_words}")


def _differ(asked: tuple[timedelta, timedelta], planned: _Span) -> NoteSubject | None:
    """What there is to say of a week; ``None``: it has what is needed."""
    (least, most), (low, high) = asked, planned
    if high is not None and high < least:
        return NoteSubject.HOURS_BELOW_NEED
    if low > most:
        return NoteSubject.HOURS_ABOVE_NEED
    return None if low == high and least == most else NoteSubject.HOURS_UNSURE


def _words(span: _Span) -> str:
    low, high = span
    if high is None:
        return f"at least {duration_text(low)}"
    return duration_text(low) + (f" to {duration_text(high)}" if high > low else "")
