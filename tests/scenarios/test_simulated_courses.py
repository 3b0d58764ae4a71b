from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from math import isnan

import polars as pl
import pytest
from attrs import evolve

from iopkit.courses import Course, Entry, SessionOutcome, State, Status, state_on
from iopkit.courses.events import (
    Admitted,
    Assessed,
    Discharged,
    DischargeReason,
    DrugTested,
    Readmitted,
    Referred,
    Screened,
    SessionAttended,
    SessionMissed,
)
from iopkit.courses.measures import MeasuredDays, measure
from iopkit.eligibility import FACTS, Criterion, Policy
from iopkit.library import find_measure, find_program
from iopkit.scenarios.arrivals import Arrivals, Cohort
from iopkit.scenarios.attending import Assessing
from iopkit.scenarios.capacity import Capacity, SeatPool
from iopkit.scenarios.entries import courses_of
from iopkit.scenarios.episodes import Episodes
from iopkit.scenarios.habits import Habits
from iopkit.scenarios.populations import Population
from iopkit.scenarios.preparing import Prepared, prepare
from iopkit.scenarios.running import run_replications
from iopkit.scenarios.scenarios import Scenario
from iopkit.scenarios.totals import TOTALS
from iopkit.sites import HolidayCalendar, Offer, Site
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.truth import Truth
from iopkit.windows import WeeklyWindows

pytestmark = pytest.mark.measured

_START, _WEEKS = date(2026, 1, 12), 30
_END = _START + timedelta(weeks=_WEEKS)
_SOURCE = Source("made up", Grade.SECONDARY)
_ADULT = (Criterion("adult", "Is an adult.", FACTS["age"] >= 18, _SOURCE),)
_SCENARIO = Scenario(
    "as it is",
    population=Population.of(
        pl.DataFrame({"key": [*"abcdefgh"], "age": [16, 20, None, 31, 40, 52, None, 66]})
    ),
    program=find_program("matrix-16-week"),
    site=Site(
        "Elm",
        "America/Chicago",
        WeeklyWindows.of(*(f"{day} 08:00-21:00" for day in ("monday", "wednesday", "friday"))),
        holidays=HolidayCalendar("US", "IL"),
        offers=(Offer("urine-test", duration=timedelta(minutes=15)),),
    ),
    arrivals=Arrivals(per_week=3, waiting=Cohort.drawn(2, longest=9)),
    habits=Habits(
        "mine",
        "My clinic",
        attends=0.7,
        excuses=0.4,
        leaving=0.06,
        uses_at_admission=0.5,
        returns_to_use=0.1,
        stops_using=0.2,
        test_finds_use=0.9,
        gives_up=0.1,
        comes=0.8,
        assessment=Assessing(3, 0.5),
        coming_back=0.05,
    ),
    start=_START,
    weeks=_WEEKS,
    policy=Policy("adults", "Adults", Versions((Dated(date(2020, 1, 1), _ADULT, _SOURCE),))),
    capacity=Capacity((SeatPool("a", "relapse-prevention", 9),)),
)


def _ran(scenario: Scenario, seed: int) -> tuple[Prepared, Episodes, list[Course]]:
    prepared = prepare(scenario)
    episodes = run_replications(prepared, seed=seed, replications=[0])
    return prepared, episodes, [*courses_of(prepared, episodes)]


def _total(name: str, episodes: Episodes) -> float | None:
    (value,) = TOTALS[name].of(episodes).tolist()
    return None if isnan(value) else value


def _figures(courses: list[Course], name: str, *, last: date = _END) -> list[float]:
    """The figures of a measure that are known, of what begins before a day."""
    result = measure(
        courses,
        find_measure(name),
        period=MeasuredDays(_START, last),
        on=_END - _DAY,
        # Of length of stay the version of 2004, which does not ask for the level of care.
        version_on=date(2004, 1, 1),
    )
    values = [case.value for case in result.cases if case.counted is Truth.YES]
    numbers = {Truth.YES: 1, Truth.NO: 0}
    return [
        float(numbers[value] if isinstance(value, Truth) else value)  # type: ignore[arg-type]
        for value in values
        if value is not None and value is not Truth.UNKNOWN
    ]


_DAY = timedelta(days=1)


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


@pytest.mark.parametrize("seed", [1, 2])
def test_totals_are_what_the_measures_of_real_courses_say(seed: int) -> None:
    _, episodes, courses = _ran(_SCENARIO, seed)
    assert all(course.apart == () for course in courses)
    assert len(courses) == int((episodes.follows < 0).sum())

    for days in (30, 60, 90):
        last = _END - timedelta(days=days)
        retained = _figures(courses, f"retention-{days}-days", last=last)
        assert _total(f"retained_{days}_days", episodes) == pytest.approx(_mean(retained))
    stays = _figures(courses, "teds-d-length-of-stay", last=_END)
    assert _total("length_of_stay", episodes) == pytest.approx(_mean(stays))
    reasons = [
        each.event.reason
        for course in courses
        for each in course.entries
        if isinstance(each.event, Discharged)
    ]
    for reason, name in (
        (DischargeReason.COMPLETED, "completed"),
        (DischargeReason.DROPPED_OUT, "dropped_out"),
    ):
        assert _total(name, episodes) == reasons.count(reason)
    assert reasons


def test_where_nobody_asks_who_attends_being_in_care_counts() -> None:
    habits = evolve(_SCENARIO.habits, attends=None)
    _, episodes, courses = _ran(evolve(_SCENARIO, habits=habits), 1)
    assert _total("attended_share", episodes) is None
    stays = [
        (entry.event.last_contact - admitted).days
        for course in courses
        for admitted, entry in _discharges(course)
        if isinstance(entry.event, Discharged) and entry.event.last_contact is not None
    ]
    assert _total("length_of_stay", episodes) == pytest.approx(_mean([max(1, n) for n in stays]))


def _discharges(course: Course) -> Iterator[tuple[date, Entry]]:
    """The admission and the discharge of each stay that is over."""
    kinds = Admitted, Readmitted, Discharged
    stays = [each for each in course.entries if isinstance(each.event, kinds)]
    for one, other in pairwise(stays):
        if isinstance(other.event, Discharged):
            yield one.on, other


def test_days_to_admission_are_those_of_the_measure() -> None:
    arrivals = Arrivals(per_week=3)
    habits = evolve(_SCENARIO.habits, coming_back=())
    _, episodes, courses = _ran(evolve(_SCENARIO, arrivals=arrivals, habits=habits), 4)
    days = _figures(courses, "days-from-referral-to-admission")
    assert _total("days_to_admission", episodes) == pytest.approx(_mean(days))


def test_sessions_and_tests_are_those_that_the_totals_count() -> None:
    _, episodes, courses = _ran(_SCENARIO, 3)
    events = [each.event for course in courses for each in course.entries]
    missed = [each for each in events if isinstance(each, SessionMissed)]
    attended = sum(isinstance(each, SessionAttended) for each in events)
    tested = [each.found for each in events if isinstance(each, DrugTested)]
    assert _total("sessions_attended", episodes) == attended
    assert _total("sessions_due", episodes) == attended + len(missed)
    assert _total("sessions_excused", episodes) == sum(bool(each.excused) for each in missed)
    assert _total("drug_tests", episodes) == len(tested)
    assert _total("positive_share", episodes) == tested.count(Truth.YES) / len(tested)
    assert _total("referred", episodes) == sum(isinstance(each, Referred) for each in events)


def test_who_is_in_care_by_their_records_is_the_census() -> None:
    _, episodes, courses = _ran(_SCENARIO, 5)
    last = _END - _DAY
    states = [state_on(course, on=last) for course in courses]
    in_care = [state for state in states if state.status is Status.ADMITTED]
    waiting = [state for state in states if state.status is Status.WAITING]
    assert _total("in_care_at_end", episodes) == len(in_care)
    # Whoever was referred on the last day is not told as waiting yet.
    assert 0 < len(waiting) <= (_total("waiting_at_end", episodes) or 0)


def test_verdicts_and_assessments_are_told() -> None:
    _, episodes, courses = _ran(_SCENARIO, 6)
    screened = [
        each.event.verdict
        for course in courses
        for each in course.entries
        if isinstance(each.event, Screened)
    ]
    assessed = sum(
        isinstance(each.event, Assessed) for course in courses for each in course.entries
    )
    assert {*screened} == set(Truth)
    soon = int(((episodes.eligible < 0) & (episodes.referred + 3 < episodes.days)).sum())
    assert assessed == int(soon - ((episodes.eligible < 0) & (episodes.follows >= 0)).sum())


def test_sessions_without_a_roll_are_neither_attended_nor_missed() -> None:
    some = evolve(_SCENARIO, habits=evolve(_SCENARIO.habits, unrecorded=0.3))
    _, _, courses = _ran(some, 3)
    _, _, rolls = _ran(_SCENARIO, 3)
    counts = [
        sum(
            isinstance(each.event, SessionAttended | SessionMissed)
            for course in every
            for each in course.entries
        )
        for every in (courses, rolls)
    ]
    assert 0.6 < counts[0] / counts[1] < 0.8
    left = [state_on(course, on=_END - _DAY) for course in courses]
    assert sum(_open(state) for state in left) == counts[1] - counts[0]


def _open(state: State) -> int:
    outcomes = [each.outcome for each in state.outcomes]
    return outcomes.count(SessionOutcome.NOT_RECORDED)


def test_who_is_in_care_already_has_a_record_from_then_on() -> None:
    arrivals = Arrivals(caseload=Cohort.drawn(5, longest=20))
    _, episodes, courses = _ran(evolve(_SCENARIO, arrivals=arrivals, policy=None), 8)
    first = [course for course in courses if course.entries[0].on < _START]
    assert len(first) == int(episodes.before.sum()) == 5
    assert all(isinstance(course.entries[0].event, Admitted) for course in first)
    assert all(course.apart == () for course in courses)
