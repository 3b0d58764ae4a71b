"""A week in words has every session of it, and what has no time."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import InvalidError, Modality, Plan, Program, Schedule, Site, schedule
from iopkit.plans import Leave
from iopkit.programs import Once, Phase, RandomDays, Service, Slot, Weekly
from iopkit.reports import week_text
from iopkit.reports.words import day_words, span_words
from iopkit.sites import Closure
from iopkit.strategies import programs, sites
from iopkit.windows import WeeklyWindows

KEY = UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11")
MONDAY = date(2026, 1, 5)


def dated(*services: Service, leaves: tuple[Leave, ...] = ()) -> Schedule:
    program = Program("program", "Program", (Phase("all", "All", 2),), services)
    site = Site(
        "Elm Street",
        "America/Chicago",
        WeeklyWindows.of("monday 09:00-21:00", "tuesday 09:00-21:00"),
        closures=(Closure(MONDAY, MONDAY + timedelta(days=1), "Training"),),
    )
    return schedule(Plan(KEY, KEY, site.name, program, MONDAY, 1, leaves=leaves), site)


def group(title: str, *slots: str, minutes: int | None = 60) -> Service:
    length = None if minutes is None else timedelta(minutes=minutes)
    timing = Weekly(tuple(map(Slot.parse, slots))) if slots else RandomDays(1)
    return Service(title.lower(), title, Modality.GROUP_THERAPY, timing, length)


def test_a_week_says_its_sessions_day_by_day_and_what_else_there_is() -> None:
    schedule = dated(
        group("Group", "monday 10:00", "tuesday 18:00"),
        group("Talk", "monday 12:00"),
        group("Test"),
        group("Visit", "monday 14:00", minutes=None),
        # So that a day may be as long as that.
        evolve(group("Long", minutes=240), timing=Once(2, (Slot.parse("monday 15:00"),))),
    )
    tuesday = ("Group, 10 to 11 am (moved)", "Talk, noon to 1 pm (moved)", "Group, 6 to 7 pm")
    assert week_text(schedule, week=1).splitlines() == [
        "Week 1: January 5 to 11, 2026.",
        f"Tuesday, January 6, 2026: {'; '.join(tuesday)}.",
        "On a random day: Test.",
        "No time yet: Visit.",
    ]
    assert "Monday, January 12, 2026: Group, 10 to 11 am; Talk" in week_text(schedule, week=2)


def test_days_that_were_drawn_are_told_only_when_asked_for() -> None:
    schedule = dated(group("Test"))
    assert week_text(schedule, week=1).splitlines()[1:] == [
        "No session has a time.",
        "On a random day: Test.",
    ]
    assert "random" not in week_text(schedule, week=1, random_days=True)
    assert "Test, 9 to 10 am" in week_text(schedule, week=1, random_days=True)


def test_what_a_leave_skips_is_left_out_and_not_waiting_for_a_time() -> None:
    away = Leave(MONDAY, MONDAY + timedelta(days=7))
    schedule = dated(
        group("Group", "tuesday 10:00"),
        group("Visit", "tuesday 12:00", minutes=None),
        leaves=(away,),
    )
    assert week_text(schedule, week=1).splitlines()[1:] == [
        "No session has a time.",
        "Left out: Group.",
        "No time yet: Visit.",
    ]


@given(programs(), sites(), st.data())
def test_every_session_and_every_unplaced_one_is_in_its_week(
    program: Program, site: Site, data: st.DataObject
) -> None:
    made = schedule(Plan(KEY, KEY, site.name, program, MONDAY, 1), site)
    week = data.draw(st.integers(1, program.weeks))
    text = week_text(made, week=week, random_days=True)
    for session in made.sessions:
        if session.week == week:
            told = f"{made.service(session).title}, {span_words(session.start, session.end)}"
            assert told in text
            assert day_words(session.start.date(), weekday=True) in text
    for unplaced in made.unplaced:
        if unplaced.week == week:
            assert made.service(unplaced).title in text.rpartition("No time yet: ")[2]


@pytest.mark.parametrize("week", [0, 3])
def test_a_week_that_the_plan_does_not_have_is_refused(week: int) -> None:
    with pytest.raises(InvalidError, match="from 1 to 2"):
        week_text(dated(group("Group", "monday 10:00")), week=week)


def test_a_week_after_the_plans_last_is_told_if_a_session_is_in_it() -> None:
    made = dated(group("Group", "tuesday 10:00"))
    (first, last) = made.sessions
    late = evolve(first, start=first.start + timedelta(weeks=2), week=3, make_up=1)
    text = week_text(evolve(made, sessions=(first, last, late)), week=3)
    assert "Tuesday, January 20, 2026: Group, 10 to 11 am (make-up)." in text
