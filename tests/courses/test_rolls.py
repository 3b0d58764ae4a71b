"""A roll is entered once, and gives an entry for each member with a mark; a site as a table."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from uuid import UUID

import attrs
import pytest
from attrs import evolve

from iopkit.courses import (
    Absent,
    Course,
    Entered,
    Entry,
    Present,
    RollMark,
    ScheduleSince,
    SessionOutcome,
    Status,
    enter_roll,
    record,
    state_on,
    state_rows,
)
from iopkit.courses.authorizations import Authorization
from iopkit.courses.events import (
    Admitted,
    Authorized,
    MissedBecause,
    SessionAttended,
    SessionMissed,
)
from iopkit.errors import InvalidError
from iopkit.levels import LevelOfCare
from iopkit.modalities import Modality
from iopkit.plans import Plan
from iopkit.plans.plans import PrimaryCounselor
from iopkit.programs import Phase, Program, Service, Slot, Weekly
from iopkit.schedules import Meeting, schedule
from iopkit.schedules.meetings import as_meeting
from iopkit.schedules.sessions import Move, Reason
from iopkit.sites import Site
from iopkit.windows import Weekday, WeeklyWindows

MONDAY = date(2026, 3, 2)
SITE = Site("north", "America/New_York", WeeklyWindows.always())
GROUP = Service(
    "group",
    "Group",
    Modality.GROUP_THERAPY,
    Weekly((Slot(Weekday.MONDAY, time(18)),)),
    timedelta(minutes=90),
)
PROGRAM = Program("small", "Small", (Phase("all", "All", 2, (GROUP,)),), level=LevelOfCare("2.1"))
ANNA, BEN, CORA, DREW = (UUID(int=number, version=4) for number in range(1, 5))
TOLD = datetime(2026, 3, 3, 9, tzinfo=UTC)


def course_of(patient: UUID, *, program: Program = PROGRAM) -> Course:
    plan = Plan(
        UUID(int=patient.int + 10, version=4),
        patient,
        SITE.name,
        program,
        MONDAY,
        1,
        counselors=(PrimaryCounselor(MONDAY, "Ash"),),
    )
    empty = Course(
        UUID(int=patient.int + 20, version=4),
        patient,
        (ScheduleSince(MONDAY, schedule(plan, SITE)),),
    )
    key = UUID(int=patient.int + 30, version=4)
    return record(empty, Entry(key, MONDAY, TOLD, "desk", Admitted()))


COURSES = [course_of(each) for each in (ANNA, BEN, CORA)]
MEETING = evolve(as_meeting(COURSES[0].timeline.by_start[0].session), clinician="Birch")


def rolled(
    marks: Mapping[UUID, RollMark],
    *,
    meeting: Meeting = MEETING,
    courses: list[Course] = COURSES,
    recorded: datetime = TOLD,
    keys: int = 10,
) -> tuple[Entered, ...]:
    fresh = [UUID(int=number, version=4) for number in range(100, 100 + keys)]
    return enter_roll(
        meeting, marks, courses=courses, recorded=recorded, recorder="desk", keys=fresh
    )


def test_a_roll_gives_an_entry_for_each_mark_and_leaves_the_others_open() -> None:
    marks: dict[UUID, RollMark] = {
        BEN: Absent(excused=True, why=MissedBecause.ILLNESS),
        ANNA: Present(timedelta(minutes=60), late=True),
    }
    ben, anna = rolled(marks)
    assert [each.course.patient for each in (ben, anna)] == [BEN, ANNA]
    assert [each.entry.key.int for each in (ben, anna)] == [
        UUID(int=number, version=4).int for number in (100, 101)
    ]
    assert all(each.entry in each.course.entries for each in (ben, anna))
    assert isinstance(ben.entry.event, SessionMissed)
    assert (ben.entry.event.excused, ben.entry.event.why) == (True, MissedBecause.ILLNESS)
    assert isinstance(anna.entry.event, SessionAttended)
    assert anna.entry.event.late is True
    assert anna.entry.event.attendance.led_by == "Birch"
    states = [state_on(each, on=MONDAY) for each in (anna.course, ben.course, COURSES[2])]
    assert [state.outcomes[0].outcome for state in states] == [
        SessionOutcome.ATTENDED,
        SessionOutcome.EXCUSED,
        SessionOutcome.NOT_RECORDED,
    ]
    assert [sum(each.minutes for each in state.minutes) for state in states] == [60, 0, 0]


def test_a_roll_without_marks_enters_nothing() -> None:
    assert rolled({}) == ()


ONE = "a patient with one course that has the meeting"
TOO_LONG = "no more time than the session has, found more time was attended than the session has"
EARLY = "recorded once it took place, found it was recorded before it took place"
DAY_BEFORE = MEETING.start - timedelta(days=1)
OFF = evolve(MEETING, moved=Move(MEETING.due, Reason.ASKED), called_off=True)
WRONG: dict[UUID, RollMark] = {ANNA: "came"}  # type: ignore[dict-item]  # on purpose


@pytest.mark.parametrize(
    ("roll", "faults"),
    [
        pytest.param(
            partial(rolled, {DREW: Present(), ANNA: Present()}),
            [f"marks[0]: expected {ONE}, found none that has it"],
            id="a-stranger",
        ),
        pytest.param(
            partial(rolled, {ANNA: Present()}, courses=[COURSES[0], COURSES[0]]),
            [f"marks[0]: expected {ONE}, found several"],
            id="two-courses",
        ),
        pytest.param(
            partial(rolled, {ANNA: Present(), BEN: Present(timedelta(minutes=91))}),
            [f"marks[1]: expected {TOO_LONG}"],
            id="too-long",
        ),
        pytest.param(
            partial(rolled, {ANNA: Present(timedelta(0)), BEN: Present(late=True)}),
            [f"marks[{place}]: expected the time attended, found none" for place in (0, 1)],
            id="no-time",
        ),
        pytest.param(
            partial(rolled, {ANNA: Present(), BEN: Absent()}, recorded=DAY_BEFORE),
            [f"marks[0]: expected {EARLY}", f"marks[1]: expected {EARLY}"],
            id="beforehand",
        ),
        pytest.param(
            partial(rolled, {ANNA: Present()}, recorded=datetime.combine(MONDAY, time(0))),
            ["recorded: expected an aware time, found no zone"],
            id="no-zone",
        ),
        pytest.param(
            partial(rolled, {ANNA: Present(), BEN: Present()}, keys=1),
            ["keys: expected a key for each mark, found too few"],
            id="too-few-keys",
        ),
        pytest.param(
            partial(rolled, {}, meeting=OFF),
            ["meeting: expected one that took place, found one called off"],
            id="called-off",
        ),
        pytest.param(
            partial(rolled, WRONG),
            ["marks[0]: expected a Present or an Absent, found a text"],
            id="a-text",
        ),
    ],
)
def test_a_roll_is_refused_with_each_mark_that_is_wrong(
    roll: Callable[[], object], faults: list[str]
) -> None:
    with pytest.raises(InvalidError) as caught:
        roll()
    assert [str(fault) for fault in caught.value.faults] == faults


def test_a_member_has_the_meeting_of_its_service_start_and_group() -> None:
    other_service = evolve(MEETING, service="family")
    later = evolve(MEETING, start=MEETING.start + timedelta(hours=1))
    for meeting in (other_service, later):
        with pytest.raises(InvalidError, match="none that has it"):
            rolled({ANNA: Present()}, meeting=meeting)
    # The plan names no group: then it is any of its service at that time.
    assert rolled({ANNA: Present()}, meeting=evolve(MEETING, group="red"))


def test_a_site_is_a_table_with_a_row_for_each_patient() -> None:
    approved = Authorization("plan-a", ("H0015",), MONDAY, date(2026, 5, 4))
    key, on = UUID(int=99, version=4), date(2026, 3, 4)
    (anna,) = rolled({ANNA: Present()})
    ben = record(COURSES[1], Entry(key, MONDAY, TOLD, "desk", Authorized(approved)))
    nobody = Course(UUID(int=50, version=4), DREW)
    first, second, third = state_rows([anna.course, ben, nobody], on=on)
    assert (first.status, first.since, first.level) == (Status.ADMITTED, MONDAY, "2.1")
    assert (first.program, first.site, first.counselor) == ("small", "north", "Ash")
    assert (first.phase, first.phase_week, first.program_week) == ("all", 1, 1)
    assert (first.minutes_this_week, first.due, first.attended, first.rolls_open) == (90, 1, 1, 0)
    assert (first.attendance_low, first.attendance_high) == (1, 1)
    assert (first.days_since_contact_low, first.days_since_contact_high) == (2, 2)
    assert (first.sessions_left, first.last_day) == (1, date(2026, 3, 9))
    assert (second.rolls_open, second.attendance_low, second.attendance_high) == (1, 0, 1)
    assert (first.payer, second.payer) == (None, "plan-a")
    assert (third.status, third.since, third.attendance_low, third.days_since_contact_low) == (
        *(None, None, None, None),
    )
    assert repr(first) == "StateRow(...)"


def test_a_table_is_what_was_known() -> None:
    (anna,) = rolled({ANNA: Present()}, recorded=TOLD + timedelta(days=2))
    on = date(2026, 3, 4)
    (now,), (then,) = (state_rows([anna.course], on=on, known=known) for known in (None, TOLD))
    assert (now.rolls_open, then.rolls_open) == (0, 1)


def test_rows_make_a_data_frame() -> None:
    polars = pytest.importorskip("polars")
    rows = [attrs.asdict(row) for row in state_rows(COURSES, on=date(2026, 3, 4))]
    frame = polars.DataFrame(rows)
    assert frame.height == len(COURSES)
    assert frame["rolls_open"].sum() == len(COURSES)
