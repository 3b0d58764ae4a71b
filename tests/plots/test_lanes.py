"""Courses as swim lanes: what is drawn of whom."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from iopkit import InvalidError, Modality, Plan, Program, Site, WeeklyWindows, schedule
from iopkit.courses import Course, Entry, ScheduleSince, collect
from iopkit.courses.events import (
    Admitted,
    CourseEvent,
    Died,
    Discharged,
    HoldBegun,
    HoldEnded,
    Referred,
    SessionAttended,
    SessionMissed,
    Waitlisted,
)
from iopkit.plots import courses_picture
from iopkit.programs import Phase, Service, Slot, Weekly

Said = Callable[[bytes], list[str]]

MONDAY = date(2026, 1, 5)
PATIENT = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
KEY = UUID("1c9e2f60-7c0b-4d0e-8a53-5d7b0c7f2e11")
SITE = Site("Elm Street", "America/Chicago", WeeklyWindows.always())
GROUP = Service(
    "group",
    "Group",
    Modality.GROUP_THERAPY,
    Weekly((Slot.parse("monday 09:00"),)),
    timedelta(hours=3),
)
PROGRAM = Program("oak", "Oak", (Phase("all", "All", 40, (GROUP,)),))
DATED = schedule(Plan(KEY, PATIENT, SITE.name, PROGRAM, MONDAY, 1), SITE)
UIDS = [DATED.uid(each) for each in DATED.sessions]


def course(*told: tuple[int, CourseEvent]) -> Course:
    entries = [
        Entry(
            UUID(int=number, version=4),
            MONDAY + timedelta(days=later),
            datetime(2027, 1, 1, tzinfo=UTC),
            "desk",
            event,
        )
        for number, (later, event) in enumerate(told, 1)
    ]
    return collect(entries, key=KEY, patient=PATIENT, schedules=[ScheduleSince(MONDAY, DATED)])


STAYED = course(
    (-20, Referred()),
    (-9, Waitlisted()),
    (0, Admitted()),
    (0, SessionAttended(UIDS[0])),
    (7, SessionMissed(UIDS[1], excused=False)),
    (14, SessionMissed(UIDS[2], excused=True)),
    (28, HoldBegun()),
    (33, HoldEnded()),
    (40, Discharged()),
)
GONE = course((0, Admitted()), (3, Died()))


def test_all_that_became_of_patients_is_in_the_key(said: Said) -> None:
    text = said(courses_picture([STAYED, GONE], on=date(2026, 12, 1)))
    assert "Courses, up to December 1, 2026" in text
    for words in (
        *("referred", "waiting", "admitted", "on hold", "discharged", "died"),
        *("attended", "missed", "excused", "not recorded"),
    ):
        assert words in text
    assert {"1", "2", "weeks from the admission"} <= set(text)


def test_what_was_not_is_not_in_the_key(said: Said) -> None:
    text = said(courses_picture([GONE], on=date(2026, 12, 1)))
    for words in ("on hold", "missed", "discharged", "referred"):
        assert words not in text


def test_lanes_are_named_only_if_names_are_given(said: Said) -> None:
    drawn = courses_picture([GONE], on=date(2026, 12, 1), names={PATIENT: "amber"}, title="Oaks")
    text = said(drawn)
    assert "amber" in text
    assert "Oaks, up to December 1, 2026" in text
    plain = courses_picture([GONE], on=date(2026, 12, 1))
    assert str(PATIENT).encode() not in plain
    assert str(KEY).encode() not in plain


def test_weeks_of_long_courses_are_told_in_steps(said: Said) -> None:
    text = said(courses_picture([course((0, Admitted()))], on=date(2026, 10, 1)))
    assert {"0", "3", "36"} <= set(text)
    assert "2" not in text


def test_courses_that_have_not_begun_have_no_lane(said: Said) -> None:
    assert "No course has begun." in said(courses_picture([course()], on=MONDAY))


def test_what_is_no_course_is_refused() -> None:
    with pytest.raises(InvalidError):
        courses_picture(["course"], on=MONDAY)  # type: ignore[list-item]
