"""Conditions are looked at on few days, and come out as on every one."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.courses import Course, Entry, ScheduleSince, collect, progress, state_on
from iopkit.courses.conditions_by_day import truths_by_day
from iopkit.courses.events import (
    Admitted,
    CameUnplanned,
    ContactMade,
    CourseEvent,
    Discharged,
    InControlledEnvironment,
    NoUseReported,
    PhaseEntered,
    Readmitted,
    UseReported,
)
from iopkit.eligibility.predicates import Predicate
from iopkit.modalities import Modality
from iopkit.plans import Plan
from iopkit.plans.goals import ConditionTarget, Goal, Problem
from iopkit.programs import COURSE_FACTS, Phase, Program, Service, Slot, Weekly
from iopkit.schedules import schedule
from iopkit.sites import Site
from iopkit.strategies import courses
from iopkit.truth import Truth
from iopkit.windows import Weekday, WeeklyWindows

Told = Callable[..., Entry]
F = COURSE_FACTS
MONDAY = date(2026, 1, 5)
SITE = Site("north", "America/New_York", WeeklyWindows.always())
NIGHT = Service(
    "night",
    "Night",
    Modality.GROUP_THERAPY,
    Weekly((Slot(Weekday.SUNDAY, time(23)),)),
    timedelta(minutes=120),
)
PLAN = Plan(
    UUID(int=3, version=4),
    UUID(int=1, version=4),
    "north",
    Program("program", "Program", (Phase("first", "First", 3), Phase("next", "Next", 3)), (NIGHT,)),
    MONDAY,
    1,
)
GOAL = Goal("stay", "Stay", target=ConditionTarget(F["days_in_program"] >= 11))
CONDITIONS: dict[str, Predicate] = {
    "days": F["days_in_program"] >= 9,
    "weeks": (F["weeks_in_program"] > 1) & (F["weeks_in_phase"] <= 2),
    "a long phase": F["days_in_phase"] >= 11,
    "one day": F["days_in_phase"].equals(13),
    "days between": F["days_since_contact"].between(3, 5),
    "some days": F["days_in_program"].is_in(2, 17, 18),
    "without use": (F["days_without_use"] < 4) | ~F["days_without_use"].is_known,
    "silence": F["days_since_contact"] >= 10,
    "hours": (F["hours_this_week"] >= 1) | (F["hours_last_week"] >= 2),
    "a jail": F["in_controlled_environment"].equals(True),
    "absences": F["unexcused_absences"] >= 1,
    "status": F["status"].equals("admitted"),
    "goals": F["goals_met"] >= 1,
}


def every_day(course: Course, condition: Predicate, first: date, on: date) -> dict[date, Truth]:
    """Whether a condition holds on each day, by the state of each."""
    found = {}
    for number in range((on - first).days + 1):
        state = state_on(course, on=first + timedelta(days=number))
        stays = state.status in ("admitted", "on_hold")
        found[state.on] = progress(state).meets(condition) if stays else Truth.NO
    return found


def filled(course: Course, condition: Predicate, on: date) -> tuple[dict[date, Truth], int]:
    """The same by the days that are looked at, and how many these are."""
    looked_at = [(day, truth) for day, truth, _ in truths_by_day(course, condition, on=on)]
    assert looked_at[-1][0] == on
    found, last = {}, Truth.NO
    for number in range((on - looked_at[0][0]).days + 1):
        day = looked_at[0][0] + timedelta(days=number)
        last = dict(looked_at).get(day, last)
        found[day] = last
    return found, len(looked_at)


@given(courses(), st.sampled_from([*CONDITIONS.values()]), st.integers(-5, 60))
def test_a_condition_comes_out_as_on_every_day(
    course: Course, condition: Predicate, number: int
) -> None:
    on = course.schedules[0].since + timedelta(days=number)
    found, _ = filled(course, condition, on)
    assert found == every_day(course, condition, min(found), on)


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


# Half of it on the next day.
NIGHT_VISIT = datetime.combine(day(24), time(23, 15), SITE.tz)
EVENTS: list[tuple[CourseEvent, int]] = [
    (Admitted(), 0),
    (UseReported(), 1),
    (NoUseReported(day(4)), 8),
    (InControlledEnvironment(day(12)), 10),
    (InControlledEnvironment(), 15),
    (PhaseEntered("next"), 18),
    (CameUnplanned("night", Modality.GROUP_THERAPY, NIGHT_VISIT, timedelta(minutes=90)), 24),
    (Discharged(), 33),
    (Readmitted(), 38),
    (ContactMade(), 64),
]


@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=CONDITIONS)
@pytest.mark.parametrize("on", [0, 110])
def test_long_quiet_times_are_passed_over(told: Told, condition: Predicate, on: int) -> None:
    plan = evolve(
        PLAN,
        key=UUID(int=4, version=4),
        start=day(52),
        problems=(Problem("stay", "To stay"),),
        goals=(GOAL,),
    )
    course = collect(
        [told(event, day(number)) for event, number in EVENTS],
        key=UUID(int=2, version=4),
        patient=PLAN.patient,
        schedules=(
            ScheduleSince(day(-3), schedule(PLAN, SITE)),
            ScheduleSince(day(50), schedule(plan, SITE)),
        ),
    )
    assert course.apart == ()
    found, looks = filled(course, condition, day(on))
    assert found == every_day(course, condition, day(0), day(on))
    if on > 100 and condition is not CONDITIONS["goals"]:
        assert looks < 90


def test_of_a_course_without_entries_the_day_alone_is_looked_at() -> None:
    course = Course(UUID(int=2, version=4), PLAN.patient)
    condition = CONDITIONS["hours"]
    looked_at = [(at, truth) for at, truth, _ in truths_by_day(course, condition, on=date.max)]
    assert looked_at == [(date.max, Truth.NO)]
