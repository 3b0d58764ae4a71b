"""A course for people to read: every entry, what it says, and what does not fit."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from attrs import evolve

from iopkit import InvalidError
from iopkit.courses import Course, Entry, collect
from iopkit.courses.events import (
    EVENT_KINDS,
    Admitted,
    CameUnplanned,
    ContactMade,
    CourseEvent,
    HoldEnded,
    InstrumentAnswered,
    SessionAttended,
)
from iopkit.modalities import Modality
from iopkit.patients import Instrument, Item, Scale, Screening
from iopkit.reports import course_text
from iopkit.sources import Grade, Source

DAY = date(2026, 3, 2)
NIGHT = datetime(2026, 5, 1, 22, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEY = UUID("1c9e2f60-7c0b-4d0e-8a53-5d7b0c7f2e11")
PATIENT = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
ITEMS = (Item("1", (0, 1), (0, 1)), Item("2", (0, 1), (0, 1)))
OAK = Instrument(
    "oak",
    "Oak screen",
    ITEMS,
    (Scale("total", ITEMS),),
    Source("Our own form", Grade.SECONDARY),
)


def text_of(*events: CourseEvent | None) -> str:
    """The text of a course with some events; ``None`` withdraws what is before it."""
    keys = [UUID(int=n, version=4) for n in range(len(events))]
    entries = [
        Entry(
            keys[n],
            DAY,
            NIGHT + n * timedelta(minutes=1),
            "desk",
            event,
            keys[n - 1] if event is None else None,
        )
        for n, event in enumerate(events)
    ]
    return " ".join(course_text(collect(entries, key=KEY, patient=PATIENT)).split())


def test_a_course_shows_whose_it_is_its_schedules_and_every_kind_of_event(
    values: Mapping[str, object],
) -> None:
    course = values["course"]
    assert isinstance(course, Course)
    text = course_text(course)
    assert text.startswith(f"Course {course.key}\nPatient {course.patient}\n\nSchedules in force:")
    for kind in EVENT_KINDS:
        assert f"  {kind.replace('_', ' ')}" in text
    assert "admitted (level: 2.1 Intensive Outpatient, left care: 2026-03-02)" in text
    assert "use reported (substances: alcohol, opioids)" in text
    (apart,) = course.apart
    told = " ".join(text.split()).partition("Set apart, as they do not fit: ")[2]
    assert told.startswith("- 2026-04-15 session cancelled")
    assert told.endswith("; ".join(why.words for why in apart.reasons))


def test_what_equals_its_default_goes_unsaid() -> None:
    assert "admitted; recorded 2026-05-01 22:00 UTC by desk" in text_of(Admitted())


def test_a_year_has_four_digits() -> None:
    long_ago = datetime(12, 3, 4, 5, 6, tzinfo=UTC)
    visit = CameUnplanned("walk", Modality.PEER_SUPPORT, long_ago, HOUR)
    admitted = Entry(PATIENT, long_ago.date(), long_ago, "desk", Admitted())
    came = Entry(KEY, long_ago.date(), long_ago, "desk", visit)
    course = collect([admitted, came], key=KEY, patient=PATIENT)
    text = " ".join(course_text(course).split())
    assert "admitted; recorded 0012-03-04 05:06 UTC" in text
    assert "start: 0012-03-04 05:06 UTC" in text


def test_what_is_withdrawn_stays_and_says_so() -> None:
    text = text_of(Admitted(), ContactMade(), None)
    assert "contact made; recorded 2026-05-01 22:01 UTC by desk; withdrawn 2026-05-01 22:02" in text
    assert (
        "withdrawal; recorded 2026-05-01 22:02 UTC by desk; replaces what was recorded 2026-05-01 "
        "22:01 UTC" in text
    )


def test_what_is_replaced_says_by_when_it_was_even_if_a_correction_does_not_fit() -> None:
    first = Entry(KEY, DAY, NIGHT, "desk", Admitted())
    moved = evolve(first, key=PATIENT, recorded=NIGHT + 2 * HOUR, on=date(2026, 3, 1), replaces=KEY)
    wrong = evolve(first, key=UUID(int=5, version=4), recorded=NIGHT + HOUR, event=HoldEnded())
    wrong = evolve(wrong, replaces=KEY)
    later = evolve(moved, key=UUID(int=6, version=4), recorded=NIGHT + 3 * HOUR, replaces=wrong.key)
    course = collect([first, moved, wrong, later], key=KEY, patient=PATIENT)
    text = " ".join(course_text(course).split())
    assert "recorded 2026-05-01 22:00 UTC by desk; replaced 2026-05-02 01:00 UTC" in text
    assert (
        "recorded 2026-05-02 00:00 UTC by desk; replaces what was recorded 2026-05-01 22:00 UTC; "
        "replaced 2026-05-02 01:00 UTC" in text
    )
    assert "replaces what was recorded 2026-05-01 23:00 UTC" in text


def test_later_days_are_left_out_if_a_day_is_asked_for() -> None:
    entries = [
        Entry(KEY, DAY, NIGHT, "desk", Admitted()),
        Entry(PATIENT, date(2026, 3, 3), NIGHT, "desk", ContactMade()),
        Entry(UUID(int=5, version=4), date(2026, 3, 4), NIGHT, "desk", HoldEnded()),
    ]
    course = collect(entries, key=KEY, patient=PATIENT)
    assert "contact made" in course_text(course, on=date(2026, 3, 3))
    for on, apart in ((date(2026, 3, 2), False), (date(2026, 3, 4), True)):
        assert ("Set apart" in course_text(course, on=on)) is apart
    assert "contact made" not in course_text(course, on=DAY)


def test_a_session_that_no_schedule_has_is_told_by_its_key() -> None:
    assert f"session attended (session: {KEY})" in text_of(Admitted(), SessionAttended(KEY))


def test_answers_of_an_own_instrument_are_told_with_its_title() -> None:
    screening = Screening("oak", DAY, (1, None), own=OAK)
    text = text_of(Admitted(), InstrumentAnswered(screening))
    assert "instrument: oak; on: 2026-03-02; answers: 1, not known; own: Oak screen" in text


def test_what_is_no_course_is_refused() -> None:
    with pytest.raises(InvalidError):
        course_text("course")  # type: ignore[arg-type]
