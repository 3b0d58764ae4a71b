"""Taking stock: a fold over what is on record of the days by one, as a state."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import partial
from uuid import UUID

from attrs import evolve

from iopkit.courses.abstinence import ControlledSpan, days_reported, negative_tests
from iopkit.courses.attending import SessionCancelled, SessionMissed
from iopkit.courses.authorizations import Authorization, AuthorizationStatus, last_answers
from iopkit.courses.courses import Course, as_known
from iopkit.courses.delivered_minutes import MinutesOfWeek
from iopkit.courses.folding import Fold
from iopkit.courses.goal_figures import figures_of_goal
from iopkit.courses.progressing import plus_open, progress
from iopkit.courses.states import State
from iopkit.courses.statuses import IN_TREATMENT, Status, StatusSpan
from iopkit.courses.stays import HoldBegun, HoldEnded
from iopkit.courses.timelines import BookedSession, Timeline
from iopkit.errors import refuse, refuse_flags, refuse_moments, unless_a
from iopkit.levels import LevelOfCare
from iopkit.patients.patients import Patient
from iopkit.plans.goals import Counted, Goal
from iopkit.plans.plans import Plan


def state_on(
    course: Course,
    *,
    on: date,
    known: datetime | None = None,
    missed_test_is_positive: bool = False,
) -> State:
    """Where a patient stands in a course at the end of a day.

    Args:
        course: the patient's.
        on: the day; what is on record of later ones does not count.
        known: an aware instant; what was recorded later does not count.
        missed_test_is_positive: whether a drug test that was missed ends the row of negative
            ones, as some programs say. Else it is passed over.

    Raises:
        InvalidError: ``on`` is no day, ``known`` has no zone, or something else is no course.

    Example:
        >>> from uuid import UUID
        >>> key = UUID("6f3f3a52-5a34-4c8c-9d27-6f6b1b0d9a10")
        >>> state = state_on(Course(key, patient=key), on=date(2026, 1, 5))
        >>> state.status, state.counts.due
        (None, 0)
    """
    refuse("state", unless_a(course, "course", Course))
    refuse_moments("state", on=on)
    refuse_flags("state", missed_test_is_positive=missed_test_is_positive)
    if known is not None:
        course = as_known(course, known=known)
    return stock_of(
        course,
        course.folded.on(on),
        on=on,
        known=known,
        missed_test_is_positive=missed_test_is_positive,
    )


def stock_of(
    course: Course,
    fold: Fold,
    *,
    on: date,
    known: datetime | None = None,
    missed_test_is_positive: bool = False,
) -> State:
    """The state of a course on a day, of the fold through that day; see ``state_on``."""
    timeline = course.timeline
    standing = fold.status in IN_TREATMENT
    force = timeline.in_force_on(on) if standing else None
    plan = force.schedule.plan if force else None
    phase, since = _phase(fold, timeline, on) if standing else (None, None)
    tests = negative_tests(fold.tests, missed_is_positive=missed_test_is_positive)
    left = _left(course, on, fold.status)
    state = State(
        course=course.key,
        patient=course.patient,
        on=on,
        known=known,
        missed_test_is_positive=missed_test_is_positive,
        status=fold.status,
        spans=tuple(_spans(fold)),
        level=_level(fold, plan, phase) if standing else None,
        plan=plan,
        phase=phase,
        phase_since=since,
        outcomes=tuple(fold.outcomes),
        beside=fold.beside,
        minutes=tuple(fold.minutes),
        weeks=tuple(MinutesOfWeek(*week, some) for week, some in fold.weeks.items()),
        contact=fold.contact,
        days_without_use_reported=days_reported(fold.reported_clean, used=fold.used, on=on),
        days_without_use_tested=tests.days,
        negative_tests_in_a_row=tests.count,
        negative_tests=tests.in_all,
        other_test_on=tests.other_on,
        controlled=tuple(ControlledSpan(*span) for span in fold.controlled),
        screenings=tuple(fold.screenings),
        clinician_agrees=_agrees(fold, since),
        authorizations=tuple(_covering(fold.authorizations, on)),
        left=left,
        undated=len(force.schedule.unplaced) if force else 0,
        at_risk=fold.at_risk[1] if fold.at_risk and standing else None,
    )
    return state if plan is None or plan.goals is None else _with_goals(state, plan.goals)


def _with_goals(state: State, goals: Iterable[Goal]) -> State:
    """The state, and how far the goals of its plan are reached."""
    counts = state.counts
    attended = plus_open(counts.attended + state.beside, counts.not_recorded)
    known = progress(state)
    figures = partial(
        figures_of_goal,
        patient=Patient(state.patient, screenings=state.screenings),
        on=state.on,
        progress=known,
        counts={
            Counted.DAYS_WITHOUT_USE: known.days_without_use,
            Counted.NEGATIVE_TESTS: state.negative_tests,
            Counted.SESSIONS_ATTENDED: attended,
        },
    )
    return evolve(state, goals=tuple(map(figures, goals)))


def _spans(fold: Fold) -> Iterator[StatusSpan]:
    yield from fold.spans
    if fold.status is not None and fold.since is not None:
        yield StatusSpan(fold.status, fold.since)


def _phase(fold: Fold, timeline: Timeline, on: date) -> tuple[str | None, date | None]:
    """The name of the phase, and since when; ``None``: no plan is in force."""
    force = timeline.in_force_on(on)
    if force is None:
        return None, None
    if fold.phase and fold.phase[1] >= force.since:
        return fold.phase
    by_weeks = force.schedule.plan.phase_on(on)
    first = next(f for f, _, phase in force.schedule.plan.phase_spans() if phase == by_weeks)
    # One who comes back goes on with it, but was not in it while away.
    return by_weeks.name, max(first, fold.back or first)


def _level(fold: Fold, plan: Plan | None, phase: str | None) -> LevelOfCare | None:
    if fold.level is not None or plan is None:
        return fold.level
    of = next(each for each in plan.program.phases if each.name == phase)
    return plan.program.level_in(of)


def _agrees(fold: Fold, since: date | None) -> bool | None:
    """What the newest review said of the next step; ``None``: none since the phase began."""
    if fold.ready is None or since is None or fold.ready[0] < since:
        return None
    return fold.ready[1]


def _left(course: Course, on: date, status: Status | None) -> tuple[BookedSession, ...]:
    """The sessions after a day that nobody has called off, and that fall into no hold known to end.

    One of which the patient has said that they will not come is called off too.
    """
    if status in (Status.DISCHARGED, Status.DIED):
        return ()
    sessions, counting = course.timeline.by_start, course.history.counting
    coming = sessions[bisect_right(sessions, on, key=lambda booked: booked.day) :]
    later = counting[bisect_right(counting, on, key=lambda entry: entry.on) :]
    off, held = set[UUID](), list[tuple[date, date]]()
    begun = on
    for entry in later:
        match entry.event:
            case SessionCancelled() | SessionMissed(told_beforehand=True):
                off.add(entry.event.session)
            case HoldBegun():
                begun = entry.on
            case HoldEnded():
                held.append((begun, entry.on))
            case _:
                pass
    if not off and not held:
        return coming
    return tuple(
        booked
        for booked in coming
        if booked.uid not in off and not any(start <= booked.day < end for start, end in held)
    )


def _covering(authorizations: Iterable[Authorization], on: date) -> Iterator[Authorization]:
    """What payers have approved for a day: of each number, as it was told last."""
    for each in last_answers(authorizations):
        if each.status is AuthorizationStatus.APPROVED and each.covers(on):
            yield each
