"""What a program's conditions decide of simulated stays, held against the records of these."""

from datetime import date, time, timedelta
from itertools import accumulate
from math import isnan

import numpy as np
import polars as pl
import pytest
from attrs import evolve

from iopkit.courses import Course, Entry, progress, state_on
from iopkit.courses.courses import collect
from iopkit.courses.events import Discharged, DischargeReason, SessionMissed
from iopkit.eligibility.possible import Possible
from iopkit.eligibility.predicates import Predicate, describe
from iopkit.errors import InvalidError
from iopkit.levels import LevelOfCare
from iopkit.modalities import Modality
from iopkit.programs import InAll, Phase, Program, Service, Slot, Weekly
from iopkit.programs.absences import AbsenceLimit
from iopkit.programs.progress import COURSE_FACTS, Progress, service_facts
from iopkit.programs.ranges import Times
from iopkit.scenarios.arrivals import Arrivals, Cohort
from iopkit.scenarios.entries import courses_of
from iopkit.scenarios.episodes import Episodes
from iopkit.scenarios.findings import RunFindingKind
from iopkit.scenarios.habits import Habits
from iopkit.scenarios.populations import Population
from iopkit.scenarios.preparing import Prepared, prepare
from iopkit.scenarios.running import run_replications
from iopkit.scenarios.scenarios import Scenario
from iopkit.scenarios.simulation import simulate
from iopkit.scenarios.totals import TOTALS
from iopkit.sites import Site
from iopkit.truth import Truth
from iopkit.windows import Weekday, WeeklyWindows

pytestmark = pytest.mark.measured

_DAYS = (Weekday.MONDAY, Weekday.WEDNESDAY, Weekday.THURSDAY)
_FACTS = {**COURSE_FACTS, **service_facts(["group", "drug-test"])}
_GROUP = Service(
    "group",
    "Group",
    Modality.GROUP_THERAPY,
    Weekly(tuple(Slot(day, time(18)) for day in _DAYS)),
    timedelta(hours=3),
)
_TEST = Service(
    "drug-test",
    "Drug test",
    Modality.DRUG_TESTING,
    Weekly((Slot(Weekday.TUESDAY, time(9)),)),
    timedelta(minutes=15),
)
_ON = (_FACTS["attendance"] >= 0.7) & (_FACTS["weeks_in_phase"] >= 2)
_READY = (_FACTS["negative_tests_in_a_row"] >= 2) | (_FACTS["attended_in_a_row"] >= 4)
_DONE = (_FACTS["unexcused_absences"] <= 6) & (_FACTS["missed_drug_test"] <= 3)
_PROGRAM = Program(
    "conditional",
    "Conditional",
    (
        Phase("first", "First", Times(1, 4), advance=_ON),
        Phase("second", "Second", Times(2, 5), advance=_READY),
        Phase("third", "Third", 2),
    ),
    (_GROUP, _TEST),
    discharge=_DONE,
)
_LIMITS = (
    AbsenceLimit(3, services=("group",), weeks=1),
    AbsenceLimit(4, phase="second", excused=True),
    AbsenceLimit(9),
)
_KEYS = [f"p{number}" for number in range(30)]
_SCENARIO = Scenario(
    "conditions",
    population=Population.of(pl.DataFrame({"key": _KEYS})),
    program=_PROGRAM,
    site=Site("Elm", "America/Chicago", WeeklyWindows.always()),
    # All begin on the weekday of the scenario's first day.
    arrivals=Arrivals(days={key: number % 3 * 7 for number, key in enumerate(_KEYS)}),
    habits=Habits(
        "h",
        "H",
        attends=0.7,
        excuses=0.3,
        leaving=0.03,
        uses_at_admission=0.5,
        returns_to_use=0.1,
        stops_using=0.3,
        test_finds_use=0.9,
    ),
    start=date(2026, 1, 6),
    weeks=16,
)


def _ran(scenario: Scenario) -> tuple[Prepared, Episodes, list[Course]]:
    prepared = prepare(scenario)
    episodes = run_replications(prepared, seed=3, replications=[0])
    return prepared, episodes, [*courses_of(prepared, episodes)]


def _without_discharge(course: Course) -> Course:
    kept: list[Entry] = [e for e in course.entries if not isinstance(e.event, Discharged)]
    return collect(kept, key=course.key, patient=course.patient, schedules=course.schedules)


def _next_morning(known: Progress) -> Progress:
    """What was known at the end of a week's last day, on the day after and before its sessions."""

    def later(days: object) -> int:
        assert isinstance(days, int)
        return days + 1

    since = known.days_since_contact
    return evolve(
        known,
        weeks_in_phase=later(known.days_in_phase) // 7,
        weeks_in_program=later(known.days_in_program) // 7,
        days_in_phase=later(known.days_in_phase),
        days_in_program=later(known.days_in_program),
        days_since_contact=Possible(since.low + 1, since.high + 1)
        if isinstance(since, Possible) and since.low is not None and since.high is not None
        else later(since),
        hours_last_week=known.hours_this_week,
        hours_this_week=0,
    )


_HABITS = {
    "all is told": _SCENARIO.habits,
    "nobody says of excuses": evolve(_SCENARIO.habits, excuses=None),
    "some rolls are missing": evolve(_SCENARIO.habits, unrecorded=0.1),
    "nobody says what tests find": evolve(_SCENARIO.habits, test_finds_use=None),
}


@pytest.mark.parametrize("habits", [*_HABITS.values()], ids=[*_HABITS])
def test_phases_end_when_the_record_meets_their_condition(habits: Habits) -> None:
    prepared, told, courses = _ran(evolve(_SCENARIO, habits=habits))
    assert prepared.timetable is not None
    seen = set()
    for row, course in enumerate(map(_without_discharge, courses)):
        start = _SCENARIO.start + timedelta(days=int(told.start[row]))
        stay, lengths = int(told.stay[row]), told.phase_weeks[row].tolist()
        finished = told.reason[row] >= 1
        for place, phase in enumerate(_PROGRAM.phases[:2]):
            begun = sum(lengths[:place])
            for week in range(phase.laid_weeks, lengths[place] + 1):
                end = (begun + week) * 7
                if stay <= end:
                    break
                last = start + timedelta(days=end - 1)
                known = _next_morning(progress(state_on(course, on=last)))
                assert phase.advance is not None
                met = known.meets(phase.advance) is Truth.YES
                at_most = week == phase.allowed_weeks[-1]
                assert met is (week == lengths[place] and not told.unmet[row, place])
                assert met or week < lengths[place] or at_most
                seen.add((place, met, at_most))
        if finished:
            last = start + timedelta(days=stay - 1)
            known = _next_morning(progress(state_on(course, on=last)))
            done = known.meets(_DONE)
            reason = told.reasons[int(told.reason[row])]
            assert (reason is DischargeReason.COMPLETED) is (done is not Truth.NO)
            seen.add((2, done is Truth.NO, False))
    assert len(seen) > 4


_ASKED = (
    _FACTS["due_group"] > 20,
    _FACTS["attended_group"].between(8, 14),
    _FACTS["missed_group"] <= 5,
    _FACTS["unexcused_drug_test"].equals(0),
    _FACTS["days_in_phase"].equals(14),
    _FACTS["weeks_in_program"] >= 8,
    _FACTS["days_in_program"] <= 60,
    _FACTS["attended_in_a_row"] >= 2,
    _FACTS["missed_in_a_row"] >= 1,
    _FACTS["hours_last_week"] > 6,
    _FACTS["hours_this_week"].equals(0),
    _FACTS["days_since_contact"] <= 5,
    _FACTS["negative_tests_in_a_row"] >= 3,
    _FACTS["status"].equals("admitted"),
    _FACTS["level"].equals("2.1"),
    _FACTS["in_controlled_environment"].equals(True),
    _FACTS["days_without_use"] >= 30,
)


@pytest.mark.parametrize("asked", _ASKED, ids=describe)
def test_who_completes_meets_the_condition_by_the_record(asked: Predicate) -> None:
    habits = evolve(_SCENARIO.habits, unrecorded=0.05, leaving=None)
    program = evolve(_PROGRAM, discharge=asked, level=LevelOfCare("2.1"))
    _, told, courses = _ran(evolve(_SCENARIO, habits=habits, program=program))
    for row, course in enumerate(map(_without_discharge, courses)):
        last = _SCENARIO.start + timedelta(days=int(told.start[row] + told.stay[row]) - 1)
        ready = _next_morning(progress(state_on(course, on=last))).meets(asked)
        completed = told.reasons[int(told.reason[row])] is DischargeReason.COMPLETED
        assert completed is (ready is not Truth.NO)
        assert told.unsure[row] == (ready is Truth.UNKNOWN)


@pytest.mark.parametrize("habits", [*_HABITS.values()], ids=[*_HABITS])
def test_absences_end_a_stay_when_the_record_reaches_a_limit(habits: Habits) -> None:
    program = evolve(_PROGRAM, absence_limits=_LIMITS, discharge=None)
    _, told, courses = _ran(evolve(_SCENARIO, habits=habits, program=program))
    terminated = 0
    for row, course in enumerate(map(_without_discharge, courses)):
        start, stay = _SCENARIO.start + timedelta(days=int(told.start[row])), int(told.stay[row])
        last = start + timedelta(days=stay - 1)
        ended = told.reasons[int(told.reason[row])] is DischargeReason.TERMINATED
        for day in sorted({e.on for e in course.entries if isinstance(e.event, SessionMissed)}):
            known = progress(state_on(course, on=day))
            over = any(known.reaches(limit) is Truth.YES for limit in _LIMITS)
            assert over is (ended and day == last)
        terminated += ended
    assert 0 < terminated < len(courses)


def test_without_conditions_nothing_is_judged() -> None:
    prepared, told, _ = _ran(_without_conditions())
    assert prepared.timetable is None
    assert told.phase_weeks.shape == told.unmet.shape == (len(told), 0)
    assert prepared.stays.weeks == 1 + 2 + 2


def test_a_length_that_is_chosen_is_not_judged() -> None:
    chosen = evolve(_SCENARIO, phase_weeks={"first": 3})
    prepared, told, _ = _ran(chosen)
    assert prepared.timetable is not None
    assert prepared.timetable.asked == ("second",)
    assert set(told.phase_weeks[:, 0].tolist()) == {3}
    assert prepared.stays.weeks == 3 + 5 + 2


def test_absences_alone_leave_phases_as_they_are() -> None:
    bare = _without_conditions()
    program = evolve(bare.program, absence_limits=_LIMITS)
    _, told, courses = _ran(evolve(bare, program=program))
    assert told.phase_weeks.shape == (len(told), 0)
    over = [told.reasons[number] is DischargeReason.TERMINATED for number in told.reason.tolist()]
    assert 0 < sum(over) < len(courses)


def test_what_is_asked_of_no_session_is_not_known() -> None:
    rest = Phase("rest", "Rest", 1)
    phases = (Phase("all", "All", 1, services=(_GROUP,)), rest)
    alone = Program("alone", "Alone", phases)
    not_given = evolve(alone, not_given=("talk",))
    of_talks = service_facts(["talk"])["attended_talk"] >= 1
    for program in (
        evolve(alone, discharge=_FACTS["attendance"] >= 0.5),
        evolve(not_given, discharge=of_talks),
    ):
        _, told, _ = _ran(evolve(_SCENARIO, program=program))
        finished = told.reason == told.reasons.index(DischargeReason.COMPLETED)
        assert finished.any()
        assert (told.unsure == finished).all()


def test_planned_stays_end_with_their_own_phases() -> None:
    _, told, courses = _ran(_SCENARIO)
    ends = told.phase_weeks.sum(axis=1) * 7
    assert (told.stay <= ends).all()
    assert (told.stay[told.reason >= 1] == ends[told.reason >= 1]).all()
    assert len(np.unique(ends)) > 3
    for row, course in enumerate(courses):
        (since,) = course.schedules
        laid = [phase.laid_weeks for phase in since.schedule.plan.program.phases]
        assert laid == told.phase_weeks[row].tolist()
        entered = [e.on for e in course.entries if type(e.event).__name__ == "PhaseEntered"]
        begins = [weeks * 7 for weeks in accumulate(laid)][:-1]
        assert [(day - since.since).days for day in entered] == [
            day for day in begins if day < told.stay[row]
        ]


def test_a_phase_whose_condition_may_never_hold_needs_its_most_weeks() -> None:
    endless = evolve(_PROGRAM.phases[0], weeks=Times(1, None))
    program = evolve(_PROGRAM, phases=(endless, *_PROGRAM.phases[1:]))
    with pytest.raises(InvalidError, match="first: expected its most weeks"):
        prepare(evolve(_SCENARIO, program=program))
    given = evolve(_SCENARIO, program=program, phase_weeks={"first": 2})
    assert prepare(given).stays.weeks == 2 + 5 + 2


def test_a_phase_of_which_only_the_most_weeks_are_stated_has_one_at_least() -> None:
    some = evolve(_PROGRAM.phases[0], weeks=Times(None, 3))
    program = evolve(_PROGRAM, phases=(some, *_PROGRAM.phases[1:]))
    _, told, _ = _ran(evolve(_SCENARIO, program=program))
    assert {*told.phase_weeks[:, 0].tolist()} <= {1, 2, 3}


def _told(scenario: Scenario) -> list[str]:
    findings = simulate(scenario, replications=30, seed=3).findings
    kinds = (RunFindingKind.BY_TIMETABLE, RunFindingKind.CONDITION)
    return [each.words for each in findings if each.kind in kinds]


def test_findings_tell_what_conditions_cannot_know() -> None:
    first = evolve(_PROGRAM.phases[0], advance=_FACTS["goals_met"] >= 1)
    asks = _FACTS["clinician_agrees"].equals(True) & ~_FACTS["at_risk"].equals(True)
    program = evolve(
        _PROGRAM, phases=(first, *_PROGRAM.phases[1:]), discharge=asks, absence_limits=_LIMITS
    )
    habits = evolve(_SCENARIO.habits, excuses=None)
    by_timetable, goals, ready, excuses, phases, people = _told(
        evolve(_SCENARIO, program=program, habits=habits)
    )
    assert "begins on a Tuesday" in by_timetable
    assert goals == "first: scenarios know nothing of goals_met, so that it stays unknown"
    assert ready.startswith("discharge: scenarios know nothing of clinician_agrees and at_risk")
    assert excuses.startswith("the habits do not say which absences are excused")
    assert "phases a replication ended at their most weeks" in phases
    assert "people a replication completed while it was not known" in people

    _, nobody, *_ = _told(evolve(_SCENARIO, habits=Habits("h", "H")))
    assert nobody.startswith("the habits do not say who attends")


def test_a_phase_whose_sessions_depend_on_its_length_is_told() -> None:
    talks = Service(
        "talk", "Talk", Modality.INDIVIDUAL_COUNSELING, InAll(Times(3, 3)), timedelta(minutes=50)
    )
    first = evolve(_PROGRAM.phases[0], services=(talks,))
    program = evolve(_PROGRAM, phases=(first, *_PROGRAM.phases[1:]))
    _, told, *_ = _told(evolve(_SCENARIO, program=program))
    assert told == "first: its sessions depend on its weeks, so that its record may read otherwise"


def test_totals_count_what_was_judged() -> None:
    program = evolve(_PROGRAM, absence_limits=_LIMITS)
    _, told, _ = _ran(evolve(_SCENARIO, program=program))
    every = {name: total.of(told).tolist()[0] for name, total in TOTALS.items()}
    ends = np.cumsum(told.phase_weeks, axis=1) * 7
    unmet = told.unmet & (ends <= told.stay[:, np.newaxis])
    unmet &= ends + told.start[:, np.newaxis] <= told.days
    assert every["phases_unmet"] == unmet.sum() > 0
    reasons = [told.reasons[number] for number in told.reason.tolist()]
    over = told.start + told.stay <= told.days
    for name, reason in (
        ("terminated", DischargeReason.TERMINATED),
        ("completed", DischargeReason.COMPLETED),
    ):
        assert every[name] == sum(r is reason for r, o in zip(reasons, over, strict=True) if o) > 0
    assert every["completed_unsure"] == 0
    assert isnan(TOTALS["phases_unmet"].of(_ran(_without_conditions())[1])[0])


def _without_conditions() -> Scenario:
    phases = tuple(evolve(phase, advance=None) for phase in _PROGRAM.phases)
    return evolve(_SCENARIO, program=evolve(_PROGRAM, discharge=None, phases=phases))


@pytest.mark.parametrize("longest", [20, 50, 76])
def test_whoever_is_in_care_as_it_begins_has_not_finished_before(longest: int) -> None:
    first, second, third = _PROGRAM.phases
    soon = evolve(first, advance=_FACTS["weeks_in_phase"] >= 1)
    then = evolve(second, advance=_FACTS["weeks_in_phase"] >= 2)
    program = evolve(_PROGRAM, phases=(soon, then, third), discharge=None)
    arrivals = Arrivals(caseload=Cohort.drawn(40, longest=longest))
    _, episodes, _ = _ran(evolve(_SCENARIO, program=program, arrivals=arrivals))
    # The plan has 35 days if nobody is known to have been there for longer, and 77 at most.
    assert (episodes.start + episodes.stay > 0).all()
    finished = episodes.stay == episodes.phase_weeks.sum(axis=1) * 7
    assert finished.any()
    late = np.maximum(35, -(-(1 - episodes.start) // 7) * 7)
    assert (episodes.stay[finished] == late[finished]).all()
