"""Step-down: how long after care around the clock a plan begins."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.levels import LevelOfCare
from iopkit.modalities import Modality
from iopkit.patients import Assessment, EntryRoute, Outcome, Patient, Treatment
from iopkit.plans import NoteSubject, Plan, draft
from iopkit.programs import PerWeek, Phase, Program, RandomDays, Service, Slot, Timing, Weekly
from iopkit.reports import calendar_text
from iopkit.schedules import schedule
from iopkit.sites import Closure, Site
from iopkit.windows import Weekday, WeeklyWindows

MONDAY = date(2026, 3, 2)
KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
NOBODY = Patient(KEY, obligations=(), availability=WeeklyWindows.always())
SITE = Site(
    "Oak Street", "America/Denver", WeeklyWindows.of(*(f"{d.title} 09:00-17:00" for d in Weekday))
)
RESIDENTIAL, OUTPATIENT = LevelOfCare("3.5"), LevelOfCare("1")
STAY = Treatment(RESIDENTIAL, date(2026, 2, 1), date(2026, 2, 26), Outcome.COMPLETED)


def planned(patient: Patient, timing: Timing, *, start: date = MONDAY, site: Site = SITE) -> Plan:
    group = Service("group", "Group", Modality.GROUP_THERAPY, timing, timedelta(hours=3))
    program = Program("any", "Any", (Phase("all", "All", 2, (group,)),))
    return draft(program, patient, site, start=start, seed=1)


def told(plan: Plan) -> list[str]:
    subjects = {
        NoteSubject.STEP_DOWN,
        NoteSubject.STAY_END_UNKNOWN,
        NoteSubject.STAY_NOT_OVER,
    }
    return [note.words for note in plan.notes if note.matter in subjects]


def test_the_days_from_the_end_of_a_stay_to_the_first_session_are_told() -> None:
    plan = planned(evolve(NOBODY, treatments=(STAY,)), Weekly((Slot(Weekday.WEDNESDAY),)))
    assert plan.left_care == date(2026, 2, 26)
    assert told(plan) == [
        (
            "comes from care around the clock: it ended on 2026-02-26; the first session is "
            "planned for 2026-03-04, 6 days later"
        )
    ]


def test_the_schedule_tells_the_days_to_the_session_that_is_held() -> None:
    closed = evolve(SITE, closures=(Closure(date(2026, 3, 4), date(2026, 3, 5), "flood"),))
    plan = planned(evolve(NOBODY, treatments=(STAY,)), Weekly((Slot(Weekday.WEDNESDAY),)))
    first = calendar_text(schedule(plan, closed)).splitlines()[0]
    assert first == "First session 2026-03-05, 7 days after care around the clock."
    other = planned(evolve(NOBODY, treatments=()), Weekly((Slot(Weekday.WEDNESDAY),)))
    assert "around the clock" not in calendar_text(schedule(other, SITE))


def test_a_plan_without_a_dated_session_says_so() -> None:
    plan = planned(evolve(NOBODY, treatments=(STAY,)), RandomDays(1))
    assert told(plan) == [
        "comes from care around the clock: it ended on 2026-02-26; no session has a day yet"
    ]
    away = evolve(SITE, closures=(Closure(MONDAY, date(2027, 1, 1), "flood"),))
    assert "First session" not in calendar_text(schedule(plan, away))


@given(start=st.dates(MONDAY, MONDAY + timedelta(days=6)), times=st.integers(1, 7))
def test_where_there_is_a_choice_the_first_session_is_on_the_first_open_day(
    start: date, times: int
) -> None:
    plan = planned(evolve(NOBODY, treatments=(STAY,)), PerWeek(times), start=start)
    first = min(session.start for session in schedule(plan, SITE).sessions)
    assert first.date() == start


def test_without_a_stay_a_choice_is_made_as_before() -> None:
    start = MONDAY + timedelta(days=2)
    plan = planned(evolve(NOBODY, treatments=()), PerWeek(1), start=start)
    assert min(s.start for s in schedule(plan, SITE).sessions).date() > start
    assert told(plan) == []


@pytest.mark.parametrize(
    ("treatments", "entry", "expected"),
    [
        pytest.param(None, None, [], id="nothing-known"),
        pytest.param((), EntryRoute.STEP_DOWN, ["on what day"], id="day-never-recorded"),
        pytest.param(None, EntryRoute.STEP_DOWN, ["on what day"], id="treatments-not-known"),
        pytest.param((STAY,), EntryRoute.STEP_UP, [], id="from-elsewhere"),
        pytest.param((STAY,), EntryRoute.STEP_DOWN, ["comes from"], id="as-recorded"),
        pytest.param(
            (STAY, Treatment(OUTPATIENT, date(2026, 2, 26), date(2026, 3, 1))),
            None,
            [],
            id="something-between",
        ),
        pytest.param(
            (Treatment(RESIDENTIAL, outcome=Outcome.LEFT),), None, [], id="day-and-route-not-known"
        ),
        pytest.param(
            (evolve(STAY, end=MONDAY + timedelta(days=1)),), None, ["care around"], id="not-over"
        ),
        pytest.param((evolve(STAY, end=MONDAY),), None, ["comes from"], id="over-on-that-day"),
        pytest.param(
            (Treatment(RESIDENTIAL, date(2026, 2, 1)),),
            EntryRoute.STEP_DOWN,
            ["care around"],
            id="without-an-end",
        ),
        pytest.param((Treatment(RESIDENTIAL, date(2026, 4, 1)),), None, [], id="planned-for-later"),
    ],
)
def test_what_is_told_follows_the_record(
    treatments: tuple[Treatment, ...] | None, entry: EntryRoute | None, expected: list[str]
) -> None:
    found = Assessment(date(2026, 3, 1), entry=entry)
    patient = evolve(NOBODY, treatments=treatments, assessments=(found,))
    words = told(planned(patient, Weekly((Slot(Weekday.MONDAY),))))
    assert [
        each for each, begin in zip(words, expected, strict=True) if each.startswith(begin)
    ] == words
