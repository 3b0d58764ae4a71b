"""What an entry, a schedule in force and a course have to be to be built."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve

from iopkit.courses import (
    Authorization,
    Course,
    Entry,
    Misfit,
    ScheduleSince,
    SetApart,
    as_known,
    collect,
    merge,
    record,
    with_schedule,
)
from iopkit.courses.events import (
    EVENT_KINDS,
    Admitted,
    Assessed,
    CameUnplanned,
    Certified,
    CourseEvent,
    Discharged,
    DrugTested,
    InControlledEnvironment,
    InstrumentAnswered,
    MadeUp,
    NoUseReported,
    Readmitted,
    SessionAttended,
    SubstanceFound,
)
from iopkit.courses.ordering import RANKS
from iopkit.courses.timelines import Timeline
from iopkit.errors import InvalidError
from iopkit.modalities import Modality
from iopkit.patients import Screening, Substance
from iopkit.plans import Plan
from iopkit.programs import Phase, Program, Service, Slot, Weekly
from iopkit.schedules import Attendance, reschedule, schedule
from iopkit.schedules.obstructions import Surroundings
from iopkit.sites import Site
from iopkit.truth import Truth
from iopkit.windows import WeeklyWindows

DAY = date(2026, 1, 7)
NIGHT = datetime(2026, 3, 1, 22, tzinfo=UTC)
KEY, OTHER = UUID(int=1, version=4), UUID(int=2, version=4)
ENTRY = Entry(KEY, DAY, NIGHT, "desk", Admitted())
NOON = datetime(2026, 1, 7, 12, tzinfo=UTC)
SITE = Site("north", "America/New_York", WeeklyWindows.always())
GROUP = Service(
    "group",
    "Group",
    Modality.GROUP_THERAPY,
    Weekly((Slot.parse("wednesday 18:00"),)),
    timedelta(minutes=90),
)
PROGRAM = Program("program", "Program", (Phase("first", "First", 4),), (GROUP,))
PLAN = Plan(UUID(int=3, version=4), OTHER, "north", PROGRAM, date(2026, 1, 5), 1)
SCHEDULE = schedule(PLAN, SITE)
IN_FORCE = ScheduleSince(PLAN.start, SCHEDULE)
COURSE = Course(KEY, OTHER, (IN_FORCE,))


def faults(work: Callable[[], object]) -> list[str]:
    with pytest.raises(InvalidError) as caught:
        work()
    return [".".join(map(str, fault.path)) for fault in caught.value.faults]


WRONG: dict[str, tuple[Callable[[], object], list[str]]] = {
    "no zone": (
        lambda: evolve(ENTRY, recorded=NIGHT.replace(tzinfo=None)),
        ["recorded"],
    ),
    "recorded by nobody": (lambda: evolve(ENTRY, recorder=" "), ["recorder"]),
    "nothing to tell": (lambda: evolve(ENTRY, event=None), ["event"]),
    "itself": (lambda: evolve(ENTRY, replaces=KEY), ["replaces"]),
    "a session without a zone": (
        lambda: MadeUp(KEY, NOON.replace(tzinfo=None)),
        ["start"],
    ),
    "before all calendars": (
        lambda: MadeUp(KEY, datetime(1, 1, 1, 0, 30, tzinfo=ZoneInfo("Asia/Tokyo"))),
        ["start"],
    ),
    "after all calendars": (
        lambda: CameUnplanned(
            "group",
            Modality.GROUP_THERAPY,
            datetime(9999, 12, 31, 23, 30, tzinfo=UTC),
            timedelta(hours=1),
        ),
        ["start"],
    ),
    "nothing made up": (
        lambda: MadeUp(KEY, NOON, Attendance(timedelta(0))),
        ["attendance"],
    ),
    "seconds": (
        lambda: SessionAttended(KEY, Attendance(timedelta(seconds=90))),
        ["attendance"],
    ),
    "less than nothing": (
        lambda: MadeUp(KEY, NOON, Attendance(-timedelta(minutes=1))),
        ["attendance"],
    ),
    "nothing attended": (
        lambda: SessionAttended(KEY, Attendance(timedelta(0))),
        ["attendance"],
    ),
    "late, and all of it": (lambda: SessionAttended(KEY, late=True), ["attendance"]),
    "unplanned, of no length": (
        lambda: CameUnplanned("group", Modality.GROUP_THERAPY, NOON, timedelta(0)),
        ["time"],
    ),
    "a substance twice": (
        lambda: DrugTested((SubstanceFound(Substance.ALCOHOL),) * 2),
        ["results"],
    ),
    "no payer and no code": (
        lambda: Authorization(" ", (), DAY, DAY, amount=0, per_week=100_001),
        ["payer", "codes", "end", "amount", "per_week"],
    ),
    "a code twice": (
        lambda: Authorization("plan-a", ("H0015", "H0015"), DAY, date(2026, 2, 1)),
        ["codes"],
    ),
    "no reason": (lambda: SetApart(ENTRY, ()), ["reasons"]),
    "known without a zone": (
        lambda: as_known(COURSE, known=NIGHT.replace(tzinfo=None)),
        ["known"],
    ),
    "schedules out of order": (
        lambda: Timeline((evolve(IN_FORCE, since=DAY), IN_FORCE)),
        ["schedules"],
    ),
    "a session again": (
        lambda: Timeline((IN_FORCE, ScheduleSince(date(2026, 1, 8), later_by(weeks=3)))),
        ["schedules.1"],
    ),
    "schedules of two patients": (
        lambda: Timeline(
            (IN_FORCE, ScheduleSince(DAY, evolve(SCHEDULE, plan=evolve(PLAN, patient=KEY))))
        ),
        ["schedules"],
    ),
    "another patient's schedule": (
        lambda: Course(KEY, KEY, (IN_FORCE,)),
        ["schedules"],
    ),
    "entries out of order": (
        lambda: Course(
            KEY, OTHER, entries=(evolve(ENTRY, key=OTHER, event=Assessed()), ENTRY)[::-1]
        ),
        ["entries"],
    ),
    "entries that do not fit": (
        lambda: Course(KEY, OTHER, entries=(ENTRY, evolve(ENTRY, key=OTHER))),
        ["entries.1"],
    ),
    "apart, and it fits": (
        lambda: Course(KEY, OTHER, apart=(SetApart(ENTRY, (Misfit.NOT_YET,)),)),
        ["entries", "apart"],
    ),
    "no entry": (lambda: record(COURSE, "admitted"), ["entries.0"]),  # type: ignore[arg-type]
    "no course": (lambda: record("course", ENTRY), ["course"]),  # type: ignore[arg-type]
    "another course": (
        lambda: merge(COURSE, evolve(COURSE, key=OTHER)),
        ["other"],
    ),
    "another patient": (
        lambda: merge(evolve(COURSE, schedules=()), Course(KEY, KEY)),
        ["other"],
    ),
    "two schedules from one day": (
        lambda: merge(
            COURSE, evolve(COURSE, schedules=(ScheduleSince(PLAN.start, later_by(weeks=9)),))
        ),
        ["schedules"],
    ),
    "one key for two": (
        lambda: merge(record(COURSE, ENTRY), record(COURSE, evolve(ENTRY, recorder="night shift"))),
        ["entries"],
    ),
}


def later_by(*, weeks: int) -> Any:
    """The schedule with its first session so much later."""
    first, *others = SCHEDULE.sessions
    moved = evolve(first, start=first.start + timedelta(weeks=weeks, hours=3))
    return evolve(SCHEDULE, sessions=(moved, *others), revision=1)


@pytest.mark.parametrize(("work", "where"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_is_refused_where_it_is(
    work: Callable[[], object], where: list[str]
) -> None:
    assert faults(work) == where


EARLIER, LATER = DAY - timedelta(days=1), DAY + timedelta(days=1)
DAYS: list[tuple[CourseEvent, bool]] = [
    (InstrumentAnswered(Screening("phq_9", DAY)), True),
    (InstrumentAnswered(Screening("phq_9", LATER)), False),
    (MadeUp(KEY, NOON), True),
    (MadeUp(KEY, NOON + timedelta(days=1)), True),
    (MadeUp(KEY, NOON + timedelta(days=2)), False),
    (CameUnplanned("group", Modality.GROUP_THERAPY, NOON, timedelta(hours=1)), True),
    (
        CameUnplanned(
            "group", Modality.GROUP_THERAPY, NOON - timedelta(days=2), timedelta(hours=1)
        ),
        False,
    ),
    (NoUseReported(DAY), True),
    (NoUseReported(LATER), False),
    (InControlledEnvironment(LATER), True),
    (InControlledEnvironment(DAY), False),
    (InControlledEnvironment(), True),
    (Certified(end=LATER), True),
    (Certified(end=DAY), False),
    (Admitted(left_care=DAY), True),
    (Admitted(left_care=LATER), False),
    (Readmitted(left_care=EARLIER), True),
    (Readmitted(left_care=LATER), False),
    (Discharged(last_contact=DAY), True),
    (Discharged(last_contact=LATER), False),
]


@pytest.mark.parametrize(("event", "fits"), DAYS)
def test_an_entrys_day_fits_the_days_in_its_event(event: CourseEvent, fits: bool) -> None:
    build = partial(evolve, ENTRY, event=event)
    if fits:
        assert build().event == event
    else:
        assert faults(build) in (["on"], ["event"])


def test_every_event_has_a_name_and_a_place_in_the_day() -> None:
    assert {*EVENT_KINDS.values(), type(None)} == {*RANKS}
    assert EVENT_KINDS["session_attended"] is SessionAttended


@pytest.mark.parametrize(
    ("results", "truth"),
    [
        ((), Truth.UNKNOWN),
        ((False,), Truth.NO),
        ((False, None), Truth.UNKNOWN),
        ((None, True), Truth.YES),
    ],
)
def test_a_test_found_something_as_far_as_its_results_are_known(
    results: tuple[bool | None, ...], truth: Truth
) -> None:
    found = tuple(map(SubstanceFound, Substance, results))
    assert DrugTested(found).found is truth


def test_a_schedule_in_force_from_a_day_on_takes_the_place_of_the_old_one() -> None:
    as_of = SCHEDULE.sessions[1].start
    changed = reschedule(SCHEDULE, PLAN, Surroundings(SITE, as_of))
    came = evolve(ENTRY, key=OTHER, event=SessionAttended(SCHEDULE.uid(SCHEDULE.sessions[0])))
    course = record(
        COURSE, evolve(ENTRY, on=PLAN.start), evolve(came, on=SCHEDULE.sessions[0].start.date())
    )
    after = with_schedule(course, changed, since=as_of.date())
    assert [each.since for each in after.schedules] == [PLAN.start, as_of.date()]
    assert after.apart == ()
    assert {*after.timeline.sessions} == {*course.timeline.sessions}
    assert after.timeline.schedule_on(as_of.date()) is changed
    assert after.timeline.plan_on(date(2025, 12, 31)) is None
    early = with_schedule(course, later_by(weeks=3), since=PLAN.start)
    assert [each.reasons for each in early.apart] == [(Misfit.OTHER_DAY,)]
    assert early.schedules == (ScheduleSince(PLAN.start, later_by(weeks=3)),)


def test_what_was_set_apart_is_taken_once_it_fits() -> None:
    came = evolve(ENTRY, key=OTHER, on=SCHEDULE.sessions[0].start.date())
    came = evolve(came, event=SessionAttended(SCHEDULE.uid(SCHEDULE.sessions[0])))
    course = collect([came], key=KEY, patient=OTHER, schedules=(IN_FORCE,))
    assert [each.entry for each in course.apart] == [came]
    assert record(course).apart == course.apart
    assert faults(lambda: record(course, came)) == ["entries.0"]
    whole = record(course, evolve(ENTRY, on=PLAN.start))
    assert (whole.apart, len(whole.entries)) == ((), 2)


def test_what_would_set_apart_what_is_on_record_is_refused_by_its_place() -> None:
    session = SCHEDULE.sessions[0]
    on = session.start.date()
    course = record(
        COURSE,
        evolve(ENTRY, on=PLAN.start),
        evolve(ENTRY, key=OTHER, on=on, event=SessionAttended(SCHEDULE.uid(session))),
    )
    gone = Entry(UUID(int=9, version=4), PLAN.start, NIGHT + timedelta(1), "desk", replaces=KEY)
    assert faults(lambda: record(course, gone)) == ["on_record.1"]
