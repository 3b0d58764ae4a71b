"""Phases of a stay: by what is on record, and before that by the weeks of the plan."""

from collections.abc import Iterator
from datetime import date

from iopkit.courses.course_by_day import CourseByDay
from iopkit.courses.events import PhaseEntered
from iopkit.courses.stay_spans import StaySpan
from iopkit.windows import ONE_DAY

_Phase = tuple[str, date]
"""Its name, and the day since when."""


def phase_spans(course: CourseByDay, stay: StaySpan) -> Iterator[tuple[str, date, date | None]]:
    """The phases of a stay in order: the name, the first day, and the day on which it was left.

    ``None``: it goes on. Days on which no plan is in force and no phase was entered are in none.
    """
    end = stay.end or course.on
    entered = [
        (each.event.phase, each.on)
        for each in course.entries
        if isinstance(each.event, PhaseEntered) and stay.start <= each.on <= end
    ]
    days = (stay.start + n * ONE_DAY for n in range((end - stay.start).days + 1))
    at: _Phase | None = None
    since = stay.start
    for day in days:
        phase = _phase_on(course, entered, day)
        if phase == at:
            continue
        if at is not None:
            yield at[0], since, day
        at, since = phase, day
    if at is not None:
        yield at[0], since, stay.end


def _phase_on(course: CourseByDay, entered: list[_Phase], day: date) -> _Phase | None:
    """The phase of a day, and what tells it from the same one entered again."""
    newest = next((each for each in reversed(entered) if each[1] <= day), None)
    force = course.course.timeline.in_force_on(day)
    if force is None:
        return None
    if newest and newest[1] >= force.since:
        return newest
    # A new schedule that has the same phase goes on with it.
    return force.schedule.plan.phase_on(day).name, date.min
