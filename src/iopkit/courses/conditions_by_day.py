"""Conditions over a course by day, looked at only on those days on which they can change.

Between these nothing happens and no session is due. Only counts of days grow, by one a day, and a
condition changes at most where one reaches a number that it names.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from types import MappingProxyType

from iopkit.courses.courses import Course
from iopkit.courses.delivered_minutes import week_of_day
from iopkit.courses.findings import NoUseReported
from iopkit.courses.folding import Fold
from iopkit.courses.progressing import progress
from iopkit.courses.statuses import IN_TREATMENT
from iopkit.courses.stays import InControlledEnvironment
from iopkit.courses.taking_stock import stock_of
from iopkit.eligibility.possible import least_and_most
from iopkit.eligibility.predicates import (
    Atom,
    Between,
    Compare,
    Known,
    OneOf,
    Predicate,
    atoms_in,
    facts_in,
)
from iopkit.programs.progress import MOST_COUNTED, Progress
from iopkit.truth import Truth

_GROWING: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "days_since_contact": ("days_since_contact", 1),
        "days_without_use": ("days_without_use", 1),
        "days_in_phase": ("days_in_phase", 1),
        "days_in_program": ("days_in_program", 1),
        "weeks_in_phase": ("days_in_phase", 7),
        "weeks_in_program": ("days_in_program", 7),
    }
)
"""Facts that grow while nothing happens: the count of days behind each, and days to each one."""
_BY_WEEK = frozenset({"hours_this_week", "hours_last_week"})
"""Facts that change with the week of the plan as well."""
_ANY_DAY = frozenset({"goals_met", "goals_open"})
"""Facts that may change on any day: goals have conditions and days of their own."""


def truths_by_day(
    course: Course, condition: Predicate, *, on: date
) -> Iterator[tuple[date, Truth, Progress]]:
    """Whether a condition holds of a patient in treatment, on each day on which that can change.

    Args:
        course: the patient's.
        condition: one over facts about the course.
        on: the last day, which is always looked at.

    Returns:
        Days in order, from that of the first entry on, each with the progress by then. On days
        between them it is as on the one before.
    """
    fold, counts = Fold(course.timeline), frozenset(_counts_named(condition))

    def look(day: date) -> tuple[date, Truth, Progress]:
        fold.advance(course.history.counting, to=day, through=True)
        state = stock_of(course, fold, on=day)
        found = progress(state)
        holds = found.meets(condition) if state.status in IN_TREATMENT else Truth.NO
        return day, holds, found

    days = sorted(_days_of_change(course, condition, on))
    for place, day in enumerate(days):
        at = look(date.fromordinal(day))
        yield at
        quiet = range(day + 1, days[place + 1] if place + 1 < len(days) else day)
        for later in sorted(_reached(at[2], counts, quiet)):
            yield look(date.fromordinal(later))


def _counts_named(condition: Predicate) -> Iterator[tuple[str, int]]:
    """Counts of days, each with a number at which what is asked of it can change."""
    for atom in atoms_in(condition):
        if atom.fact.name in _GROWING:
            name, days = _GROWING[atom.fact.name]
            for number in _numbers(atom):
                # At most, more than and equal to a number change at the next one.
                yield from ((name, days * number), (name, days * (number + 1)))


def _numbers(atom: Atom) -> list[int]:
    match atom:
        case Compare():
            return [int(atom.value)]
        case Between():
            return [int(atom.low), int(atom.high)]
        case OneOf():
            return [int(value) for value in atom.values]
        case Known():
            return []


def _reached(found: Progress, counts: Collection[tuple[str, int]], quiet: range) -> Iterator[int]:
    """The days, of those after a day on which nothing happens, on which a count reaches a number.

    Of a count that is known in part either end may.
    """
    for name, number in counts:
        for end in least_and_most(getattr(found, name), most=MOST_COUNTED):
            day = quiet.start - 1 + number - int(end)
            if day in quiet:
                yield day


def _days_of_change(course: Course, condition: Predicate, on: date) -> set[int]:
    """The days by one on which more than counts of days can change, as ordinals."""
    timeline, names = course.timeline, {fact.name for fact in facts_in(condition)}
    entries = course.history.counting_by(on)
    last = on.toordinal()
    span = range(entries[0].on.toordinal() if entries else last, last + 1)
    if names & _ANY_DAY:
        return {*span}
    days = {last, *(each.on.toordinal() for each in entries)}
    days.update(each.day.toordinal() for each in timeline.by_start)
    for each in course.schedules:
        days.add(each.since.toordinal())
        days.update(first.toordinal() for first, _, _ in each.schedule.plan.phase_spans())
    for entry in entries:
        # What is told of a day is not known of the next one.
        if isinstance(entry.event, NoUseReported | InControlledEnvironment):
            days.add(entry.on.toordinal() + 1)
        if isinstance(entry.event, InControlledEnvironment) and entry.event.end:
            days.add(entry.event.end.toordinal())
    if names & _BY_WEEK:
        # A session may end on the next day, and its hours count in two weeks.
        days.update({day + 1 for day in days})
        found = days.intersection(span)
        days.update(week for each in found for week in _weeks_after(course, each))
    return days.intersection(span)


def _weeks_after(course: Course, day: int) -> Iterator[int]:
    """First days of the two weeks that come after a day."""
    at = date.fromordinal(day)
    plan = course.timeline.plan_on(at)
    if plan is not None:
        week = week_of_day(at, first=plan.start).toordinal()
        yield from (week + 7, week + 14)
