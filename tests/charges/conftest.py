"""Courses of sessions that a test writes down, for what is billed of them."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from iopkit.courses import Authorization, Course, Entry, ScheduleSince, collect
from iopkit.courses.events import (
    Admitted,
    Authorized,
    CourseEvent,
    SessionAttended,
    SessionCancelled,
    SessionMissed,
)
from iopkit.modalities import Modality
from iopkit.plans import Plan
from iopkit.programs import PerWeek, Phase, Program, Service
from iopkit.schedules import Attendance, Schedule, Session

START = date(2026, 1, 5)
KEY = UUID("3f8f9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
CHICAGO = ZoneInfo("America/Chicago")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
RECORDED = datetime(2027, 1, 4, 22, tzinfo=UTC)

# A day of the plan from 0, a kind, minutes, and what became of it: minutes attended, or
# missed, off (cancelled) or open.
Row: TypeAlias = tuple[int, Modality, int, int | str]
CourseOf: TypeAlias = Callable[..., Course]


def _name(kind: Modality) -> str:
    return kind.value.replace("_", "-")


def _schedule(rows: Sequence[Row], weeks: int) -> Schedule:
    program = Program(
        "any",
        "Any",
        (Phase("only", "Only", weeks),),
        tuple(Service(_name(kind), kind.label, kind, PerWeek(1)) for kind in Modality),
    )
    sessions: list[Session] = []
    free = datetime.combine(START, datetime.min.time(), CHICAGO)
    for number, (day, kind, minutes, _) in enumerate(rows, 1):
        free = max(free, datetime.combine(START + day * DAY, datetime.min.time(), CHICAGO))
        length = minutes * MINUTE
        sessions.append(Session(_name(kind), number, "only", day // 7 + 1, kind, free, length))
        free += length
    return Schedule(Plan(KEY, KEY, "Elm", program, START, 1), CHICAGO.key, tuple(sessions))


def _mark(uid: UUID, what: int | str) -> CourseEvent | None:
    match what:
        case int():
            return SessionAttended(uid, Attendance(what * MINUTE)) if what else SessionMissed(uid)
        case "missed":
            return SessionMissed(uid)
        case "off":
            return SessionCancelled(uid)
        case _:
            return None


def make_course(
    rows: Sequence[Row],
    authorizations: Sequence[Authorization] = (),
    *,
    events: Sequence[tuple[int, CourseEvent]] = (),
    weeks: int = 4,
) -> Course:
    """A course of an admitted patient: its sessions in order, and other events by their day."""
    ordered = sorted(rows, key=lambda row: row[0])
    schedule = _schedule(ordered, weeks)
    told: list[tuple[date, CourseEvent]] = [(START, Admitted())]
    told += [(START, Authorized(each)) for each in authorizations]
    told += [(START + day * DAY, event) for day, event in events]
    for session, (_, _, _, what) in zip(schedule.sessions, ordered, strict=True):
        if (mark := _mark(schedule.uid(session), what)) is not None:
            told.append((session.start.date(), mark))
    entries = [
        Entry(UUID(int=number, version=4), on, RECORDED + number * MINUTE, "desk", event)
        for number, (on, event) in enumerate(told, 1)
    ]
    course = collect(entries, key=KEY, patient=KEY, schedules=(ScheduleSince(START, schedule),))
    assert not course.apart
    return course


@pytest.fixture(scope="session")
def course_of() -> CourseOf:
    """Makes courses of rows: day from 0, kind, minutes, and what became of the session."""
    return make_course
