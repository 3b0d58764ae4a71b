"""A course's record: what fits together, in whatever order it comes."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count, permutations
from uuid import UUID

import pytest

from iopkit.courses import Course, Entry, Misfit, ScheduleSince, as_known, collect, merge, record
from iopkit.courses.events import (
    Admitted,
    AftercareContact,
    CourseEvent,
    Discharged,
    HoldBegun,
    HoldEnded,
    SessionAttended,
    SessionMissed,
)
from iopkit.errors import InvalidError
from iopkit.library import find_program
from iopkit.patients import Patient
from iopkit.plans import draft
from iopkit.schedules import schedule
from iopkit.schedules.attendance import Attendance
from iopkit.sites import Site
from iopkit.windows import WeeklyWindows

PATIENT = Patient(key=UUID(int=1, version=4))
MONDAY = date(2026, 1, 5)
SITE = Site("north", "America/New_York", WeeklyWindows.always())
PLAN = draft(find_program("matrix-16-week"), PATIENT, SITE, start=MONDAY, seed=1)
SCHEDULE = schedule(PLAN, SITE)
FIRST = SCHEDULE.sessions[0]
SECOND = next(e for e in SCHEDULE.sessions if e.start.date() > FIRST.start.date())
EMPTY = Course(UUID(int=2, version=4), PATIENT.key, (ScheduleSince(MONDAY, SCHEDULE),))
NIGHT = datetime(2026, 5, 1, 22, tzinfo=UTC)

Enter = Callable[..., Entry]


@pytest.fixture
def enter() -> Enter:
    """Makes entries with a key each, recorded one minute after another."""
    numbers: Iterator[int] = count(100)

    def entry(
        event: CourseEvent | None, *, on: date = MONDAY, replaces: UUID | None = None
    ) -> Entry:
        number = next(numbers)
        recorded = NIGHT + number * timedelta(minutes=1)
        return Entry(UUID(int=number, version=4), on, recorded, "desk", event, replaces)

    return entry


def test_a_record_is_the_same_in_any_order(enter: Enter) -> None:
    entries = (
        enter(Admitted()),
        enter(SessionAttended(SCHEDULE.uid(FIRST)), on=FIRST.start.date()),
        enter(SessionMissed(SCHEDULE.uid(SECOND)), on=SECOND.start.date()),
        enter(Discharged(), on=SECOND.start.date()),
    )
    found = {record(EMPTY, *some) for some in permutations(entries)}
    assert len(found) == 1
    assert found.pop().entries == entries


def test_what_does_not_fit_is_refused_with_every_reason(enter: Enter) -> None:
    early = enter(SessionAttended(SCHEDULE.uid(FIRST)), on=SECOND.start.date())
    with pytest.raises(InvalidError) as caught:
        record(EMPTY, early, enter(HoldEnded()))
    assert [str(fault) for fault in caught.value.faults] == [
        "entries[0]: expected a day of a stay, found the patient was not admitted yet",
        "entries[0]: expected the day of its session, found its session is on another day",
        "entries[1]: expected a day of a stay, found the patient was not admitted yet",
    ]


def test_a_history_from_elsewhere_is_sorted_out(enter: Enter) -> None:
    entries = [enter(Admitted()), enter(Admitted()), enter(AftercareContact())]
    course = collect(entries, key=EMPTY.key, patient=EMPTY.patient)
    assert course.entries == (entries[0],)
    assert [each.reasons for each in course.apart] == [
        (Misfit.ALREADY_ADMITTED,),
        (Misfit.NOT_DISCHARGED,),
    ]


def test_a_correction_that_does_not_fit_leaves_what_was_there(enter: Enter) -> None:
    admitted, uid = enter(Admitted()), SCHEDULE.uid(FIRST)
    first = enter(SessionAttended(uid), on=FIRST.start.date())
    too_long = SessionAttended(uid, Attendance(FIRST.service_time + timedelta(minutes=1)))
    wrong = enter(too_long, on=FIRST.start.date(), replaces=first.key)
    course = collect(
        [wrong, first, admitted],
        key=EMPTY.key,
        patient=EMPTY.patient,
        schedules=EMPTY.schedules,
    )
    assert course.history.counting == (admitted, first)
    assert [each.reasons for each in course.apart] == [(Misfit.TOO_LONG,)]


def test_copies_kept_apart_become_one(enter: Enter) -> None:
    start = record(EMPTY, enter(Admitted()))
    here = record(start, enter(HoldBegun(), on=date(2026, 2, 2)))
    there = record(start, enter(HoldBegun(), on=date(2026, 2, 3)))
    both = merge(here, there)
    assert both == merge(there, here) == merge(both, here)
    assert [each.reasons for each in both.apart] == [(Misfit.ON_HOLD_ALREADY,)]


def test_what_was_known_then_is_what_was_recorded_by_then(enter: Enter) -> None:
    admitted = enter(Admitted())
    moved = enter(Admitted(), on=date(2026, 1, 6), replaces=admitted.key)
    course = record(EMPTY, admitted, moved)
    assert course.history.counting == (moved,)
    then = as_known(course, known=admitted.recorded)
    assert then == record(EMPTY, admitted)


def test_one_entry_more_gives_what_all_entries_give(enter: Enter) -> None:
    held = enter(SessionAttended(SCHEDULE.uid(FIRST)), on=FIRST.start.date())
    course = record(EMPTY, enter(Admitted()), held)
    # Of the last day, before and after what it has; of a later one; and a correction.
    for more in (
        enter(HoldBegun(), on=FIRST.start.date()),
        enter(HoldEnded(), on=SECOND.start.date()),
        enter(SessionMissed(SCHEDULE.uid(FIRST)), on=FIRST.start.date(), replaces=held.key),
        enter(Discharged(), on=SECOND.start.date()),
        enter(AftercareContact(), on=date(2026, 3, 2)),
    ):
        course = record(course, more)
        whole = collect(
            course.entries, key=EMPTY.key, patient=EMPTY.patient, schedules=EMPTY.schedules
        )
        assert course == whole
        assert course.history == whole.history
        assert record(course, more) == course


def test_what_is_recorded_on_the_last_day_has_to_fit_it(enter: Enter) -> None:
    course = record(EMPTY, enter(Admitted()), enter(HoldBegun(), on=date(2026, 2, 2)))
    with pytest.raises(InvalidError, match="treatment was on hold already"):
        record(course, enter(HoldBegun(), on=date(2026, 2, 2)))
