"""Random days: drawn by the seed, spread over the days on which they can be."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.modalities import Modality
from iopkit.patients import Patient
from iopkit.plans import Plan, draft
from iopkit.programs import Phase, Program, RandomDays, Service, Slot, Weekly
from iopkit.schedules import Reason, Schedule, schedule
from iopkit.sites import Closure, Site
from iopkit.windows import Weekday, WeeklyWindows

MONDAY = date(2026, 1, 5)
PATIENT = Patient(
    key=UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"),
    obligations=(),
    availability=WeeklyWindows.always(),
)
SITE = Site(
    "Elm",
    "America/Chicago",
    WeeklyWindows.of(*(f"{day.title} 09:00-17:00" for day in tuple(Weekday)[:5])),
)


def program(weeks: int = 1, *others: Service, per_week: int = 1, minutes: int = 15) -> Program:
    test = Service(
        "test", "Test", Modality.DRUG_TESTING, RandomDays(per_week), timedelta(minutes=minutes)
    )
    return Program("any", "Any", (Phase("only", "Only", weeks, (test, *others)),))


def plan(drawn: Program, seed: int, patient: Patient = PATIENT) -> Plan:
    return draft(drawn, patient, SITE, start=MONDAY, seed=seed)


def days(made: Schedule) -> list[date]:
    return [session.start.date() for session in made.sessions if session.service == "test"]


@given(st.integers())
def test_the_seed_draws_the_same_days_again(seed: int) -> None:
    first, second = (schedule(plan(program(16), seed), SITE) for _ in range(2))
    assert days(first) == days(second)
    assert len(days(first)) == 16


def test_seeds_patients_and_weeks_differ() -> None:
    drawn = [tuple(days(schedule(plan(program(16), seed), SITE))) for seed in range(50)]
    assert len(set(drawn)) == 50
    other = evolve(PATIENT, key=UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11"))
    assert tuple(days(schedule(plan(program(16), 0, other), SITE))) not in drawn
    for pattern in drawn:
        assert len({day.weekday() for day in pattern}) > 1


def test_days_are_drawn_about_equally_often() -> None:
    counts = Counter(
        Weekday.of(day)
        for seed in range(60)
        for day in days(schedule(plan(program(20), seed), SITE))
    )
    assert set(counts) == set(tuple(Weekday)[:5])
    # 1,200 draws from 5 days: 240 on each, give or take four standard deviations of 14.
    assert all(240 - 56 <= count <= 240 + 56 for count in counts.values())


def test_days_of_following_weeks_are_drawn_apart() -> None:
    pairs = Counter(
        (first.weekday(), second.weekday())
        for seed in range(600)
        for first, second in [days(schedule(plan(program(2), seed), SITE))]
    )
    # 600 draws from 25 pairs: 24 on each; a bound of five standard deviations.
    assert len(pairs) == 25
    assert max(pairs.values()) <= 24 + 24


@given(st.integers(), st.lists(st.integers(0, 6), min_size=1, max_size=6, unique=True))
def test_random_days_are_open_days(seed: int, closed: list[int]) -> None:
    closures = tuple(
        Closure(MONDAY + timedelta(days=n), MONDAY + timedelta(days=n + 1), "c") for n in closed
    )
    made = schedule(plan(program(), seed), evolve(SITE, closures=closures))
    open_days = {MONDAY + timedelta(days=n) for n in set(range(5)) - set(closed)}
    if open_days:
        assert set(days(made)) <= open_days
        assert len(days(made)) == 1
    else:
        assert [missing.why for missing in made.unplaced] == [Reason.NO_OPEN_TIME]


@given(st.integers())
def test_random_days_are_days_on_which_the_patient_is_free(seed: int) -> None:
    free = WeeklyWindows.of("tuesday 10:00-11:00", "friday 16:50-22:00", "saturday 09:00-17:00")
    (day,) = days(schedule(plan(program(), seed, evolve(PATIENT, availability=free)), SITE))
    assert Weekday.of(day) is Weekday.TUESDAY  # 10 minutes are left on Friday


def test_a_closure_changes_only_the_weeks_it_falls_in() -> None:
    before = days(schedule(plan(program(8), 3), SITE))
    closure = Closure(MONDAY + timedelta(days=14), MONDAY + timedelta(days=18), "c")
    after = days(schedule(plan(program(8), 3), evolve(SITE, closures=(closure,))))
    assert after[2] == MONDAY + timedelta(days=18)
    assert after[:2] + after[3:] == before[:2] + before[3:]


@pytest.mark.parametrize("seed", range(5))
def test_several_tests_of_a_week_are_on_different_days(seed: int) -> None:
    made = schedule(plan(program(per_week=3), seed), SITE)
    assert len(set(days(made))) == 3
    made = schedule(plan(program(per_week=5), seed), SITE)
    assert days(made) == [MONDAY + timedelta(days=n) for n in range(5)]


def test_more_tests_than_open_days_leave_the_rest_unplaced() -> None:
    made = schedule(plan(program(per_week=7), 1), SITE)
    assert len(set(days(made))) == 5
    assert [(u.number, u.why) for u in made.unplaced] == [
        (6, Reason.NO_OPEN_TIME),
        (7, Reason.NO_OPEN_TIME),
    ]


@given(st.integers())
def test_a_random_session_takes_the_first_open_time_of_its_day(seed: int) -> None:
    group = Service(
        "group",
        "Group",
        Modality.GROUP_THERAPY,
        Weekly(tuple(Slot(day, time(9)) for day in tuple(Weekday)[:5])),
        timedelta(hours=1),
    )
    made = schedule(plan(program(1, group), seed), evolve(SITE, break_between=timedelta(minutes=5)))
    (test,) = (session for session in made.sessions if session.service == "test")
    assert test.start.time() == time(10, 5)


@given(st.integers())
def test_moved_sessions_come_before_random_ones(seed: int) -> None:
    group = Service(
        "group",
        "Group",
        Modality.GROUP_THERAPY,
        Weekly((Slot(Weekday.MONDAY, time(9)),)),
        timedelta(hours=7),
    )
    closures = tuple(
        Closure(MONDAY + timedelta(days=n), MONDAY + timedelta(days=n + 1), "c") for n in (0, 3, 4)
    )
    made = schedule(plan(program(1, group, minutes=61), seed), evolve(SITE, closures=closures))
    starts = {session.service: session.start.replace(tzinfo=None) for session in made.sessions}
    assert starts["group"] == datetime.combine(MONDAY + timedelta(days=1), time(9))
    assert starts["test"].date() == MONDAY + timedelta(days=2)
