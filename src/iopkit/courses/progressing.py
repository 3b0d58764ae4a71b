"""Progress from the record: what conditions to go on and to be discharged ask of a course."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from attrs import evolve

from iopkit.courses.attending import SessionMissed
from iopkit.courses.delivered_minutes import week_of_day
from iopkit.courses.outcomes import OutcomeCounts, SessionRecord, count_outcomes
from iopkit.courses.states import State
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.possible import Possible, from_to, least_and_most
from iopkit.errors import refuse, unless_a
from iopkit.patients.instrument_library import INSTRUMENTS
from iopkit.patients.patients import Patient
from iopkit.plans.plans import Plan
from iopkit.programs.absences import MissedSession
from iopkit.programs.progress import (
    MOST_COUNTED,
    PossibleCount,
    Progress,
    ScoreChange,
    ServiceProgress,
)
from iopkit.truth import Truth
from iopkit.windows import ONE_DAY


def progress(state: State) -> Progress:
    """How far a patient has come by the day of a state, for conditions to ask.

    Weeks and sessions count from the first day of the plan in force, or from a readmission after
    it; ``attendance`` from that of the phase.
    While rolls are open, what they could change is ``Possible``, so that a condition is settled
    only if all that is possible agrees. Days without use are as reported, and no more than tests
    leave possible. Outside a stay nothing is known of phase, plan and sessions.

    Raises:
        InvalidError: it is no state.

    Example:
        >>> from uuid import UUID
        >>> from iopkit.courses.courses import Course
        >>> from iopkit.courses.taking_stock import state_on
        >>> key = UUID("6f3f3a52-5a34-4c8c-9d27-6f6b1b0d9a10")
        >>> state = state_on(Course(key, patient=key), on=date(2026, 1, 5))
        >>> progress(state).days_without_use is None
        True
    """
    refuse("progress", unless_a(state, "state", State))
    met, unmet = _goals(state)
    known = Progress(
        days_without_use=_days_without_use(state),
        negative_tests_in_a_row=state.negative_tests_in_a_row,
        goals_met=met,
        goals_open=unmet,
        clinician_agrees=state.clinician_agrees,
        phase=state.phase,
        status=state.status,
        level=state.level.number if state.level else None,
        days_since_contact=state.days_since_contact,
        in_controlled_environment=_TOLD.get(state.in_controlled_environment),
        at_risk=state.at_risk,
        score_changes=tuple(_score_changes(state)),
    )
    return known if state.plan is None else _of_plan(known, state, state.plan)


_TOLD: Mapping[Truth, bool] = MappingProxyType({Truth.YES: True, Truth.NO: False})


def plus_open(sure: int, maybe: int) -> PossibleCount:
    """A count to which some may come, such as sessions without a roll."""
    return from_to(sure, sure + maybe)


def _goals(state: State) -> tuple[PossibleCount, PossibleCount]:
    """How many goals are met, and how many are not."""
    if state.goals is None:
        return None, None
    reached = [each.figures.reached for each in state.goals]
    unknown = reached.count(Truth.UNKNOWN)
    met, unmet = reached.count(Truth.YES), reached.count(Truth.NO)
    return plus_open(met, unknown), plus_open(unmet, unknown)


def _days_without_use(state: State) -> PossibleCount:
    """As reported; fewer are possible where a test says, or may say, that there was use.

    It does not say when: use was on its day or before.
    """
    reported, tested = state.days_without_use_reported, state.other_test_on
    if reported is None or tested is None:
        return reported
    low, high = least_and_most(reported, most=MOST_COUNTED)
    return from_to(min(int(low), (state.on - tested).days), int(high))


def _of_plan(known: Progress, state: State, plan: Plan) -> Progress:
    """The same, and what has come of the plan in force and of its sessions."""
    since = max(plan.start, state.readmitted or plan.start)
    outcomes = state.outcomes_since(since)
    in_program = _days(state.on, since)
    in_phase = _days(state.on, state.phase_since)
    in_all = count_outcomes(outcomes)
    missed = [each for each in outcomes if isinstance(each.mark, SessionMissed)]
    unrecorded = [each for each in outcomes if each.roll_open]
    of_phase = () if state.phase_since is None else state.outcomes_since(state.phase_since)
    by_name: dict[str, list[SessionRecord]] = {s.name: [] for s in plan.program.every_service}
    for each in outcomes:
        by_name.setdefault(each.booked.session.service, []).append(each)
    return evolve(
        known,
        weeks_in_phase=None if in_phase is None else in_phase // 7,
        weeks_in_program=None if in_program is None else in_program // 7,
        days_in_phase=in_phase,
        days_in_program=in_program,
        attendance=count_outcomes(of_phase).attendance,
        unexcused_absences=_unexcused(in_all),
        by_service=tuple(_service(name, some) for name, some in by_name.items()),
        missed_sessions=tuple(_missed(missed, since)),
        perhaps_missed=tuple(_missed(unrecorded, since)),
        attended_in_a_row=state.attended_in_a_row,
        missed_in_a_row=state.missed_in_a_row,
        hours_this_week=_hours(state, plan, since, state.on),
        hours_last_week=_hours(state, plan, since, state.on - 7 * ONE_DAY),
    )


def _hours(state: State, plan: Plan, since: date, day: date) -> float | Possible | None:
    """Hours delivered in the week of the plan that a day is in; ``None``: in none of the stay."""
    week = week_of_day(day, first=plan.start)
    if week + 7 * ONE_DAY <= since:
        return None
    sure = sum(each.minutes for each in state.weeks if each.start == week) / 60
    maybe = sum(
        each.booked.session.service_time / timedelta(hours=1)
        for each in state.outcomes_since(week)
        if each.roll_open and each.booked.day < week + 7 * ONE_DAY
    )
    return from_to(sure, sure + maybe)


def _score_changes(state: State) -> Iterator[ScoreChange]:
    """From the first day on which an instrument was answered in the course to the last."""
    patient = Patient(state.patient, screenings=state.screenings)
    for instrument in INSTRUMENTS.values():
        days = [each.on for each in state.screenings if each.instrument == instrument.name]
        if len(set(days)) < 2:
            continue
        for scale in instrument.scales:
            score = f"{instrument.name}_{scale.name}_score"
            (first, last), (low, high) = (
                least_and_most(FACTS[score].read(patient, day), most=scale.high)
                for day in (min(days), max(days))
            )
            yield ScoreChange(score, from_to(int(low - last), int(high - first)))


def _days(on: date, since: date | None) -> int | None:
    return None if since is None or on < since else (on - since).days


def _unexcused(counts: OutcomeCounts) -> PossibleCount:
    """Absences without an excuse: of others it is not recorded, or may not have been one."""
    unsure = counts.missed - counts.unexcused + counts.not_recorded
    return plus_open(counts.unexcused, unsure)


def _service(name: str, outcomes: list[SessionRecord]) -> ServiceProgress:
    counts = count_outcomes(outcomes)
    return ServiceProgress(
        name,
        due=counts.due,
        attended=plus_open(counts.attended, counts.not_recorded),
        missed=plus_open(counts.missed + counts.excused, counts.not_recorded),
        unexcused=_unexcused(counts),
    )


def _missed(outcomes: Iterable[SessionRecord], since: date) -> Iterator[MissedSession]:
    """Sessions as such that were missed, each with what is known of an excuse."""
    for each in outcomes:
        excused = each.mark.excused if isinstance(each.mark, SessionMissed) else None
        day = (each.booked.day - since).days
        yield MissedSession(each.booked.session.service, day, excused)
