"""Matrix Intensive Outpatient as its sites publish it: the counts come out exactly."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, time, timedelta
from functools import cache
from uuid import UUID

import pytest
from attrs import frozen

from iopkit.library import find_program
from iopkit.modalities import Modality
from iopkit.patients import Patient
from iopkit.plans import draft
from iopkit.programs import Dose, timetable, weekly_doses
from iopkit.schedules import Schedule, booked_doses, schedule
from iopkit.sites import Offer, Site
from iopkit.windows import Weekday, WeeklyWindows

MON, WED, FRI = Weekday.MONDAY, Weekday.WEDNESDAY, Weekday.FRIDAY


@frozen
class Row:
    """A line of the published table."""

    service: str
    minutes: int | None
    days: tuple[Weekday, ...]
    first_week: int
    last_week: int
    sessions: int


PUBLISHED = (
    Row("early-recovery-skills", 50, (MON, FRI), 1, 4, 8),
    Row("relapse-prevention", 90, (MON, FRI), 1, 16, 32),
    Row("family-education", 90, (WED,), 1, 12, 12),
    Row("social-support", 90, (WED,), 13, 16, 4),
    Row("individual-session", None, (), 1, 16, 3),
    Row("urine-test", None, (), 1, 16, 16),
)
GROUPS = tuple(row for row in PUBLISHED if row.days)
MINUTES_A_WEEK = [370] * 4 + [270] * 12
GROUP_KINDS = [modality for modality in Modality if modality.is_group]

MATRIX = find_program("matrix-16-week")
SITE = Site(
    "Elm Street",
    "America/Chicago",
    WeeklyWindows.of(*(f"{day.title} 09:00-21:00" for day in Weekday)),
    offers=(
        Offer("early-recovery-skills", start=time(17, 30)),
        Offer("relapse-prevention", start=time(18, 30)),
        Offer("family-education", start=time(18, 30)),
        Offer("social-support", start=time(18, 30)),
        Offer("individual-session", duration=timedelta(minutes=50)),
        Offer("urine-test", duration=timedelta(minutes=15)),
    ),
)
PATIENT = Patient(key=UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))
each_first_day = pytest.mark.parametrize("first", Weekday, ids=lambda day: day.title)
each_row = pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: row.service)


@cache
def dated(first: Weekday) -> Schedule:
    """The program from a day of the week of 2026-09-07, so over a clock change."""
    start = date(2026, 9, 7) + timedelta(days=first)
    plan = draft(MATRIX, PATIENT, SITE, start=start, seed=1)
    return schedule(plan, SITE)


def minutes(doses: Iterable[Dose]) -> list[float]:
    return [dose.known / timedelta(minutes=1) for dose in doses]


def test_the_table_adds_up_as_published() -> None:
    assert [row.sessions for row in GROUPS] == [8, 32, 12, 4]
    assert sum(row.sessions for row in GROUPS) == 56
    assert sum(row.sessions * (row.minutes or 0) for row in GROUPS) == 4720
    assert sum(MINUTES_A_WEEK) == 4720


@each_row
@each_first_day
def test_a_service_has_its_published_sessions_in_the_timetable(row: Row, first: Weekday) -> None:
    entries = [e for e in timetable(MATRIX, first) if e.service.name == row.service]
    assert len(entries) == row.sessions
    weeks = range(row.first_week, row.last_week + 1)
    length = None if row.minutes is None else timedelta(minutes=row.minutes)
    assert {entry.service.duration for entry in entries} == {length}
    assert all(entry.week in weeks for entry in entries)
    if row.days:
        days = Counter((e.week, Weekday((first + (e.day or 0)) % 7)) for e in entries)
        assert days == Counter((week, day) for week in weeks for day in row.days)


@each_row
@each_first_day
def test_a_service_has_its_published_sessions_in_a_schedule(row: Row, first: Weekday) -> None:
    made = dated(first)
    assert made.unplaced == ()
    sessions = [session for session in made.sessions if session.service == row.service]
    assert len(sessions) == row.sessions
    weeks = range(row.first_week, row.last_week + 1)
    assert all(session.week in weeks for session in sessions)
    if row.days:
        days = Counter((s.week, Weekday.of(s.start.date())) for s in sessions)
        assert days == Counter((week, day) for week in weeks for day in row.days)
        assert {s.duration for s in sessions} == {timedelta(minutes=row.minutes or 0)}


@each_first_day
def test_each_week_has_its_published_group_minutes(first: Weekday) -> None:
    assert minutes(weekly_doses(MATRIX, modalities=GROUP_KINDS)) == MINUTES_A_WEEK
    assert minutes(booked_doses(dated(first), modalities=GROUP_KINDS)) == MINUTES_A_WEEK


@each_first_day
def test_there_are_56_groups_and_4720_group_minutes(first: Weekday) -> None:
    entries = [e for e in timetable(MATRIX, first) if e.service.modality.is_group]
    assert len(entries) == 56
    whole = sum((e.service.duration or timedelta(0) for e in entries), timedelta(0))
    assert whole == timedelta(minutes=4720) == timedelta(hours=78, minutes=40)
    groups = [session for session in dated(first).sessions if session.modality.is_group]
    assert len(groups) == 56
    assert sum((session.duration for session in groups), timedelta(0)) == whole


@each_first_day
def test_there_is_one_urine_test_in_each_of_16_weeks(first: Weekday) -> None:
    tests = [s for s in dated(first).sessions if s.modality is Modality.DRUG_TESTING]
    assert [test.week for test in tests] == list(range(1, 17))


@each_first_day
def test_the_three_individual_sessions_are_spread_over_the_weeks(first: Weekday) -> None:
    alone = [s for s in dated(first).sessions if s.modality is Modality.INDIVIDUAL_COUNSELING]
    assert [(session.number, session.week) for session in alone] == [(1, 3), (2, 9), (3, 14)]


def test_matrix_groups_have_8_to_12_patients_where_the_size_is_published() -> None:
    sizes = {
        (service.group_min, service.group_max)
        for service in MATRIX.every_service
        if service.modality.is_group and service.name != "family-education"
    }
    assert sizes == {(8, 12)}


def test_the_program_says_where_it_comes_from_and_what_it_leaves_open() -> None:
    assert MATRIX.sources
    assert any("06-4152" in source.citation for source in MATRIX.sources)
    left_open = " ".join(MATRIX.left_open)
    assert "Clock times" in left_open
