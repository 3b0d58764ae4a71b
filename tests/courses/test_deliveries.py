"""What was delivered: every session attended, wherever it comes from, and every open roll."""

import pickle
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.courses import (
    Authorization,
    AuthorizationStatus,
    Course,
    Entry,
    ScheduleSince,
    SessionOrigin,
    SessionOutcome,
    delivered_by,
    outside_certification,
    record,
    state_on,
)
from iopkit.courses.events import (
    Admitted,
    Authorized,
    CameUnplanned,
    Certified,
    CourseEvent,
    Discharged,
    HoldBegun,
    HoldEnded,
    MadeUp,
    Readmitted,
    ReviewHeld,
    SessionAttended,
    SessionCancelled,
    SessionMissed,
)
from iopkit.errors import InvalidError
from iopkit.modalities import Delivery, Modality
from iopkit.plans import Plan
from iopkit.programs import Phase, Program, Service, Slot, Weekly
from iopkit.schedules import schedule
from iopkit.schedules.attendance import Attendance
from iopkit.sites import Site
from iopkit.strategies import courses
from iopkit.telehealth import HowGiven
from iopkit.truth import Truth
from iopkit.windows import Weekday, WeeklyWindows

Told = Callable[..., Entry]
Event = tuple[CourseEvent, int]

MONDAY = date(2026, 2, 23)
SITE = Site("north", "America/New_York", WeeklyWindows.always())
A_DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
GROUP = Service(
    "group",
    "Group",
    Modality.GROUP_THERAPY,
    Weekly((Slot(Weekday.MONDAY, time(18)), Slot(Weekday.WEDNESDAY, time(18)))),
    timedelta(minutes=90),
)
PROGRAM = Program("small", "Small", (Phase("only", "Only", 3, (GROUP,)),))
PLAN = Plan(UUID(int=7, version=4), UUID(int=1, version=4), SITE.name, PROGRAM, MONDAY, 1)
LATER = Plan(UUID(int=8, version=4), PLAN.patient, SITE.name, PROGRAM, MONDAY + 37 * A_DAY, 1)
KEY = UUID(int=2, version=4)


def day(number: int) -> date:
    return MONDAY + number * A_DAY


def course_of(told: Told, *events: Event, plans: tuple[Plan, ...] = (PLAN,)) -> Course:
    in_force = tuple(ScheduleSince(plan.start, schedule(plan, SITE)) for plan in plans)
    return record(
        Course(KEY, PLAN.patient, in_force), *(told(event, day(on)) for event, on in events)
    )


IN_FORCE = ScheduleSince(PLAN.start, schedule(PLAN, SITE))
DUE = Course(KEY, PLAN.patient, (IN_FORCE,)).timeline.by_start
UIDS = [due.uid for due in DUE]


def at(number: int, hour: int) -> datetime:
    return datetime.combine(day(number), time(hour), UTC)


def test_everything_attended_is_there_and_rolls_apart(told: Told) -> None:
    held = Attendance(40 * MINUTE, HowGiven(Delivery.TELEHEALTH, video=True), "Grace")
    remote = HowGiven(Delivery.TELEHEALTH)
    course = course_of(
        told,
        (Admitted(), 0),
        (SessionAttended(UIDS[0], held), 0),
        (SessionMissed(UIDS[1]), 2),
        (MadeUp(UIDS[1], at(3, 15), Attendance(60 * MINUTE)), 3),
        (CameUnplanned("yoga", Modality.PEER_SUPPORT, at(4, 9), 30 * MINUTE), 4),
        (CameUnplanned("call", Modality.PEER_SUPPORT, at(5, 9), 20 * MINUTE, remote, "Ada"), 5),
        (SessionCancelled(UIDS[3]), 9),
        (SessionAttended(UIDS[4]), 14),
    )
    delivered = delivered_by(course, on=day(9))
    first, made_up, yoga, call, still_open = delivered.sessions
    assert delivered.attended == (first, made_up, yoga, call)
    assert delivered.rolls_open == (still_open,)
    assert [each.time for each in delivered.sessions] == [
        40 * MINUTE,
        60 * MINUTE,
        30 * MINUTE,
        20 * MINUTE,
        None,
    ]
    assert [each.origin for each in delivered.attended] == [
        SessionOrigin.SCHEDULED,
        SessionOrigin.MADE_UP,
        *[SessionOrigin.UNPLANNED] * 2,
    ]
    assert (first.uid, first.held) == (UIDS[0], held)
    assert (made_up.session.service, made_up.session.number) == ("group", 2)
    assert (made_up.session.make_up, made_up.day, made_up.session.week) == (1, day(3), 1)
    assert (yoga.session.phase, yoga.session.delivery, yoga.session.number) == ("only", None, 1)
    assert (call.session.delivery, call.session.clinician) == (Delivery.TELEHEALTH, "Ada")
    assert (still_open.uid, still_open.session.week) == (UIDS[2], 2)
    assert delivered.attendance == {UIDS[0]: held}
    assert (delivered.plan, delivered.weeks, delivered.undated) == (PLAN, 3, 0)
    assert pickle.loads(pickle.dumps(delivered)) == delivered


def test_what_was_recorded_later_does_not_count(told: Told) -> None:
    course = course_of(told, (Admitted(), 0), (SessionAttended(UIDS[0]), 0))
    admitted, attended = course.entries
    known = delivered_by(course, on=day(1), known=admitted.recorded)
    assert (known.attended, len(known.rolls_open)) == ((), 1)
    assert len(delivered_by(course, on=day(1), known=attended.recorded).attended) == 1


def test_a_course_without_a_schedule_counts_its_weeks_from_the_first_visit(told: Told) -> None:
    nothing = delivered_by(Course(KEY, PLAN.patient), on=day(1))
    assert (nothing.sessions, nothing.plan, nothing.weeks, nothing.undated) == ((), None, 0, 0)
    assert (nothing.weeks_begin, nothing.attendance, nothing.stays) == (None, {}, ())
    visits = [
        (CameUnplanned("walk", Modality.PEER_SUPPORT, at(n, 9), 30 * MINUTE), n) for n in (3, 11)
    ]
    delivered = delivered_by(course_of(told, (Admitted(), 1), *visits, plans=()), on=day(20))
    assert delivered.weeks_begin == day(3)
    assert [each.session.week for each in delivered.sessions] == [1, 2]
    assert [each.session.phase for each in delivered.sessions] == ["", ""]


def test_what_comes_before_the_plan_moves_the_weeks_by_whole_ones(told: Told) -> None:
    early = CameUnplanned("walk", Modality.PEER_SUPPORT, at(-8, 9), 30 * MINUTE)
    course = course_of(told, (Admitted(), -9), (early, -8), (SessionAttended(UIDS[0]), 0))
    delivered = delivered_by(course, on=day(1))
    assert delivered.weeks_begin == day(-14)
    assert [each.session.week for each in delivered.sessions] == [1, 3]
    assert delivered.weeks == 5


def test_weeks_go_on_through_plans_and_attendance_is_that_of_one(told: Told) -> None:
    later = Course(KEY, PLAN.patient, (ScheduleSince(LATER.start, schedule(LATER, SITE)),))
    due = later.timeline.by_start[0]
    course = course_of(
        told,
        (Admitted(), 0),
        (SessionAttended(UIDS[0]), 0),
        (HoldBegun(), 3),
        (HoldEnded(), 5),
        (Discharged(), 10),
        (Readmitted(), 36),
        (SessionAttended(due.uid), (due.day - MONDAY).days),
        plans=(PLAN, LATER),
    )
    delivered = delivered_by(course, on=due.day)
    assert [each.session.week for each in delivered.attended] == [1, 6]
    assert delivered.attendance == {due.uid: Attendance()}
    assert delivered.stays == ((day(0), day(10)), (day(36), due.day))
    assert delivered.plan == LATER
    assert delivered.weeks == 8


def test_a_day_is_certified_from_one_to_the_end_it_says(told: Told) -> None:
    course = course_of(
        told,
        (Admitted(), 0),
        *(
            (SessionAttended(uid), (due.day - MONDAY).days)
            for uid, due in zip(UIDS, DUE, strict=True)
        ),
        (Certified("Dr. Ash", day(2)), 0),
        (Certified(), 7),
        (Certified("Dr. Ash", day(16)), 14),
    )
    delivered = delivered_by(course, on=day(20))
    assert [delivered.certified_on(day(n)) for n in (-1, 0, 1, 2, 6, 7, 13, 14, 15, 16)] == [
        *(Truth.NO, Truth.YES, Truth.YES, Truth.NO, Truth.NO),
        *(Truth.UNKNOWN, Truth.UNKNOWN, Truth.YES, Truth.YES, Truth.NO),
    ]
    assert [(each.day, truth) for each, truth in outside_certification(delivered)] == [
        (day(2), Truth.NO),
        (day(7), Truth.UNKNOWN),
        (day(9), Truth.UNKNOWN),
        (day(16), Truth.NO),
    ]


def test_a_certification_ends_with_its_stay(told: Told) -> None:
    course = course_of(
        told,
        (Admitted(), 0),
        (Certified("Dr. Ash", day(60)), 0),
        (Certified(), 3),
        (Discharged(), 5),
        (Certified("Dr. Ash", day(17)), 11),
        (Readmitted(), 14),
        (Discharged(), 19),
        (Readmitted(), 20),
        (Certified(), 20),
    )
    delivered = delivered_by(course, on=day(30))
    assert [delivered.certified_on(day(n)) for n in (0, 5, 6, 11, 14, 16, 17, 19, 20, 30)] == [
        *(Truth.YES, Truth.YES, Truth.NO, Truth.YES, Truth.YES, Truth.YES),
        *(Truth.NO, Truth.NO, Truth.UNKNOWN, Truth.UNKNOWN),
    ]


def test_a_visit_told_by_utc_is_on_the_day_of_the_site(told: Told) -> None:
    night = at(9, 2)  # 21:00 of the day before
    course = course_of(
        told,
        (Admitted(), 0),
        (SessionMissed(UIDS[1]), 2),
        (MadeUp(UIDS[1], night), 8),
        (CameUnplanned("yoga", Modality.PEER_SUPPORT, at(7, 4), 30 * MINUTE), 6),
    )
    yoga, made_up = delivered_by(course, on=day(12)).attended
    assert (yoga.day, yoga.session.week) == (day(6), 1)
    assert (made_up.day, made_up.start, made_up.session.start.hour) == (day(8), night, 21)


def test_reviews_and_authorizations_are_those_by_the_day(told: Told) -> None:
    asked = Authorization(
        "plan-a", ("H0015",), day(0), day(9), status=AuthorizationStatus.ASKED, number="1"
    )
    granted = Authorization("plan-a", ("H0015",), day(0), day(9), number="1")
    course = course_of(
        told,
        (Admitted(), 0),
        (ReviewHeld(), 1),
        (ReviewHeld(), 5),
        (Authorized(asked), 0),
        (Authorized(granted), 3),
    )
    early, late = delivered_by(course, on=day(2)), delivered_by(course, on=day(5))
    assert (early.reviews, late.reviews) == ((day(1),), (day(1), day(5)))
    assert (early.authorizations, late.authorizations) == ((asked,), (granted,))


def test_only_a_course_has_deliveries() -> None:
    with pytest.raises(InvalidError):
        delivered_by(IN_FORCE, on=day(1))  # type: ignore[arg-type]
    with pytest.raises(InvalidError):
        delivered_by(Course(KEY, PLAN.patient), on=at(1, 9))


# What holds of every course


@given(courses(), st.integers(-15, 45))
def test_minutes_delivered_are_those_of_the_record(course: Course, number: int) -> None:
    on = course.schedules[0].since + timedelta(days=number)
    minutes = Counter[date]()
    for entry in course.history.counting:
        match event := entry.event:
            case SessionAttended() | MadeUp():
                session = course.timeline.sessions[event.session].session
                time_of = event.attendance.time
                length = session.duration - session.breaks if time_of is None else time_of
            case CameUnplanned():
                length = event.time
            case _:
                continue
        if entry.on <= on:
            minutes[entry.on] += length // MINUTE
    delivered = delivered_by(course, on=on)
    found = Counter[date]()
    for each in delivered.attended:
        assert each.time is not None
        found[each.day] += each.time // MINUTE
    assert found == minutes
    outcomes = state_on(course, on=on).outcomes
    still_open = [
        each.booked.uid for each in outcomes if each.outcome is SessionOutcome.NOT_RECORDED
    ]
    assert [each.uid for each in delivered.rolls_open] == still_open
    uids = [each.uid for each in delivered.sessions]
    assert len(uids) == len({*uids})
    assert all(1 <= each.session.week <= delivered.weeks for each in delivered.sessions)
