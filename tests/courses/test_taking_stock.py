"""Where a patient stands: every session has one outcome, and what is not recorded is not known."""

import pickle
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from iopkit.courses import (
    Authorization,
    AuthorizationStatus,
    Course,
    Entry,
    ScheduleSince,
    SessionOutcome,
    Status,
    collect,
    progress,
    record,
    state_on,
)
from iopkit.courses.events import (
    Admitted,
    AftercareContact,
    Assessed,
    Authorized,
    CameUnplanned,
    ContactMade,
    ContactTried,
    ContactWith,
    CourseEvent,
    Died,
    Discharged,
    DrugTested,
    DrugTestMissed,
    HoldBegun,
    HoldEnded,
    InControlledEnvironment,
    InstrumentAnswered,
    MadeUp,
    NoUseReported,
    PhaseEntered,
    Readmitted,
    ReferralClosed,
    ReferralEnd,
    Referred,
    ReviewHeld,
    SessionAttended,
    SessionCancelled,
    SessionMissed,
    SteppedDown,
    SubstanceFound,
    UseReported,
    Waitlisted,
)
from iopkit.eligibility.possible import Possible, least_and_most
from iopkit.errors import InvalidError
from iopkit.levels import LevelOfCare
from iopkit.modalities import Modality
from iopkit.patients import Substance
from iopkit.patients.screenings import Score, Screening
from iopkit.plans import Plan
from iopkit.plans.goals import (
    ConditionTarget,
    Counted,
    CountTarget,
    Goal,
    Objective,
    Problem,
    ScoreTarget,
    Target,
)
from iopkit.programs import (
    COURSE_FACTS,
    AbsenceLimit,
    MissedSession,
    Phase,
    Program,
    Service,
    Slot,
    Weekly,
)
from iopkit.programs.progress import MOST_COUNTED, PossibleCount, service_facts
from iopkit.schedules import schedule
from iopkit.schedules.attendance import Attendance
from iopkit.sites import Site
from iopkit.strategies import courses, entries
from iopkit.truth import Truth
from iopkit.windows import Weekday, WeeklyWindows

Told = Callable[..., Entry]
Event = tuple[CourseEvent, date]

MONDAY = date(2026, 2, 23)
SITE = Site("north", "America/New_York", WeeklyWindows.always())
LEVEL, LOWER = LevelOfCare("2.1"), LevelOfCare("1")


def service(name: str, modality: Modality, day: Weekday, at: time, minutes: int) -> Service:
    timing = Weekly((Slot(day, at),))
    return Service(name, name.title(), modality, timing, timedelta(minutes=minutes))


GROUP = service("group", Modality.GROUP_THERAPY, Weekday.MONDAY, time(18), 90)
# From Saturday into the Sunday on which the clock is put forward, in the second week.
NIGHT_TALK = service("talk", Modality.INDIVIDUAL_COUNSELING, Weekday.SATURDAY, time(23, 30), 90)
PROGRAM = Program(
    "small",
    "Small",
    (Phase("first", "First", 2, (GROUP,)), Phase("second", "Second", 2, (GROUP,))),
    (NIGHT_TALK,),
    level=LEVEL,
)
PLAN = Plan(UUID(int=7, version=4), UUID(int=1, version=4), SITE.name, PROGRAM, MONDAY, 1)


def empty(plan: Plan = PLAN) -> Course:
    in_force = ScheduleSince(plan.start, schedule(plan, SITE))
    return Course(UUID(int=2, version=4), plan.patient, (in_force,))


EMPTY = empty()
DUE = EMPTY.timeline.by_start
GROUPS = [due for due in DUE if due.session.service == "group"]


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def of(told: Told, *events: Event, course: Course = EMPTY) -> Course:
    return record(course, *(told(event, on) for event, on in events))


Mark = Callable[[UUID], CourseEvent] | None


def marked(told: Told, *marks: Mark) -> Course:
    """A course with an admission, and a mark for each of the first sessions."""
    events = [
        (mark(due.uid), due.day) for due, mark in zip(DUE, marks, strict=False) if mark is not None
    ]
    return of(told, (Admitted(), MONDAY), *events)


CAME, AWAY, OFF = SessionAttended, SessionMissed, SessionCancelled
EXCUSED = partial(SessionMissed, excused=True)

# What holds of every course.

DAYS = st.integers(-15, 45)


def on_some_day(course: Course, number: int) -> date:
    return course.schedules[0].since + timedelta(days=number)


@given(courses(), DAYS)
def test_each_session_due_has_one_outcome_and_no_other_has_one(course: Course, number: int) -> None:
    on = on_some_day(course, number)
    state = state_on(course, on=on)
    found = [each.booked.uid for each in state.outcomes]
    assert sorted(found) == sorted(due_by(course, on))
    counts = state.counts
    assert counts.due == len(found)
    assert Counter(each.outcome for each in state.outcomes) == Counter(
        {
            outcome: getattr(counts, outcome)
            for outcome in SessionOutcome
            if getattr(counts, outcome)
        }
    )


def due_by(course: Course, on: date) -> Iterator[UUID]:
    """The sessions of days of a stay, each looked for in all that is on record."""
    for due in course.timeline.sessions.values():
        stays, way_in = [], None
        for entry in course.history.counting:
            if isinstance(entry.event, Admitted | Readmitted):
                way_in = entry.on
            if isinstance(entry.event, Discharged | Died) and way_in:
                stays.append((way_in, entry.on))
                way_in = None
        stays += [(way_in, date.max)] if way_in else []
        if due.day <= on and any(first <= due.day <= last for first, last in stays):
            yield due.uid


@given(courses(), DAYS)
def test_minutes_are_those_on_the_clock_minute_by_minute(course: Course, number: int) -> None:
    on = on_some_day(course, number)
    state, minutes = state_on(course, on=on), Counter[tuple[date, Modality]]()
    sessions, zone = course.timeline.sessions, ZoneInfo(course.schedules[0].schedule.zone)
    for event in (entry.event for entry in course.history.counting if entry.on <= on):
        match event:
            case SessionAttended():
                session = sessions[event.session].session
                given_in, start, time_of = session.modality, session.start, event.attendance
                length = time_of.time_of(session)
            case MadeUp():
                session = sessions[event.session].session
                given_in, start = session.modality, event.start.astimezone(zone)
                length = event.attendance.time_of(session)
            case CameUnplanned():
                given_in, length = event.modality, event.time
                start = event.start.astimezone(zone)
            case _:
                continue
        for n in range(length // timedelta(minutes=1)):
            at = start.astimezone(UTC) + timedelta(minutes=n)
            minutes[at.astimezone(start.tzinfo).date(), given_in] += 1
    by_then = {key: some for key, some in minutes.items() if key[0] <= on}
    assert {(each.day, each.modality): each.minutes for each in state.minutes} == by_then
    assert sum(each.minutes for each in state.weeks) == sum(by_then.values())
    assert [each.day for each in state.minutes] == sorted(each.day for each in state.minutes)


@given(courses(), DAYS, st.data())
def test_a_state_is_the_same_however_the_course_came_to_be(
    course: Course, number: int, data: st.DataObject
) -> None:
    on = on_some_day(course, number)
    step = data.draw(st.integers(1, 5))
    grown = evolve(course, entries=())
    # Asked on the way, so that each state goes on from where the one before could be left.
    for place in range(0, len(course.entries), step):
        grown = grown_by(grown, course.entries[place : place + step])
        state_on(grown, on=on)
    assert grown == course
    assert state_on(grown, on=on) == state_on(course, on=on)
    copied = pickle.loads(pickle.dumps(grown))
    assert state_on(copied, on=on) == state_on(course, on=on)


def grown_by(course: Course, more: tuple[Entry, ...]) -> Course:
    try:
        return record(course, *more)
    except InvalidError:
        given = [*course.entries, *(each.entry for each in course.apart), *more]
        return collect(given, key=course.key, patient=course.patient, schedules=course.schedules)


def remade(course: Course, given: list[Entry]) -> Course:
    made = collect(given, key=course.key, patient=course.patient, schedules=course.schedules)
    assume(not made.apart)
    return made


def once_recorded(course: Course) -> list[Entry]:
    """Entries that neither correct others nor are corrected."""
    replaced = {each.replaces for each in course.entries}
    return [e for e in course.entries if e.replaces is None and e.key not in replaced]


@given(courses(), DAYS, st.data())
def test_a_correction_equals_never_having_been_wrong(
    course: Course, number: int, data: st.DataObject
) -> None:
    assume(once_recorded(course))
    wrong = data.draw(st.sampled_from(once_recorded(course)))
    other = data.draw(entries(course.timeline))
    right = evolve(other, recorded=wrong.recorded + timedelta(days=60), replaces=wrong.key)
    rest = [each for each in course.entries if each != wrong]
    corrected = remade(course, [*rest, wrong, right])
    never_wrong = remade(course, [*rest, evolve(right, replaces=None)])
    on = on_some_day(course, number)
    assert state_on(corrected, on=on) == state_on(never_wrong, on=on)


@given(courses(), DAYS, st.data())
def test_a_withdrawal_equals_never_having_been_entered(
    course: Course, number: int, data: st.DataObject
) -> None:
    assume(once_recorded(course))
    wrong = data.draw(st.sampled_from(once_recorded(course)))
    later = wrong.recorded + timedelta(days=60)
    withdrawal = Entry(UUID(int=9, version=4), wrong.on, later, "desk", replaces=wrong.key)
    withdrawn = remade(course, [*course.entries, withdrawal])
    never = remade(course, [each for each in course.entries if each != wrong])
    on = on_some_day(course, number)
    assert state_on(withdrawn, on=on) == state_on(never, on=on)


@given(courses(), DAYS, st.integers(0, 10_000))
def test_what_was_recorded_later_was_not_known_then(
    course: Course, number: int, minutes: int
) -> None:
    known, on = datetime(2027, 1, 4, 22, tzinfo=UTC) + timedelta(minutes=minutes), number
    then = [each for each in course.entries if each.recorded <= known]
    at = on_some_day(course, on)
    again = collect(then, key=course.key, patient=course.patient, schedules=course.schedules)
    state = state_on(course, on=at, known=known)
    assert state.known == known
    assert evolve(state, known=None) == state_on(again, on=at)


CONDITIONS = [
    fact >= bound
    for bound in (1, 2, 4)
    for fact in (
        *service_facts(["group", "talk"]).values(),
        COURSE_FACTS["unexcused_absences"],
        COURSE_FACTS["negative_tests_in_a_row"],
        COURSE_FACTS["days_without_use"],
    )
] + [COURSE_FACTS["attendance"] >= share for share in (0.5, 0.8, 1.0)]
LIMITS = [AbsenceLimit(n, weeks=w) for n in (1, 2, 4) for w in (None, 2)]


@given(courses(), DAYS, st.data())
def test_more_knowledge_turns_no_answer_into_the_other(
    course: Course, number: int, data: st.DataObject
) -> None:
    on = on_some_day(course, number)
    outcomes = state_on(course, on=on).outcomes
    unrecorded = [e.booked for e in outcomes if e.outcome is SessionOutcome.NOT_RECORDED]
    assume(unrecorded)
    due = data.draw(st.sampled_from(unrecorded))
    kinds: list[Callable[[UUID], CourseEvent]] = [CAME, AWAY, OFF, EXCUSED]
    kind = data.draw(st.sampled_from(kinds))
    late = datetime(2027, 2, 1, tzinfo=UTC)
    entry = Entry(UUID(int=9, version=4), due.day, late, "desk", kind(due.uid))
    before, after = (
        progress(state_on(course, on=on)),
        progress(state_on(record(course, entry), on=on)),
    )
    for known in (
        *((before.meets(each), after.meets(each)) for each in CONDITIONS),
        *((before.reaches(each), after.reaches(each)) for each in LIMITS),
    ):
        assert known[0] in (Truth.UNKNOWN, known[1])


# Status, phase and level.


def test_status_is_told_in_dated_spans(told: Told) -> None:
    course = of(
        told,
        (Referred(), day(-10)),
        (Referred(), day(-9)),
        (Waitlisted(), day(-8)),
        (Admitted(), day(0)),
        (HoldBegun(), day(3)),
        (HoldEnded(), day(5)),
        (Discharged(), day(9)),
        (Readmitted(), day(12)),
        (Died(), day(12)),
    )
    spans = state_on(course, on=day(20)).spans
    assert [(each.status, each.start, each.end) for each in spans] == [
        (Status.REFERRED, day(-10), day(-8)),
        (Status.WAITING, day(-8), day(0)),
        (Status.ADMITTED, day(0), day(3)),
        (Status.ON_HOLD, day(3), day(5)),
        (Status.ADMITTED, day(5), day(9)),
        (Status.DISCHARGED, day(9), day(12)),
        (Status.ADMITTED, day(12), day(12)),
        (Status.DIED, day(12), None),
    ]


def test_a_referral_that_is_closed_leaves_no_status(told: Told) -> None:
    course = of(told, (Referred(), day(0)), (ReferralClosed(ReferralEnd.GAVE_UP), day(2)))
    state = state_on(course, on=day(3))
    assert state.status is None
    assert [(e.start, e.end) for e in state.spans] == [(day(0), day(2))]
    assert len(state.left) == len([due for due in DUE if due.day > day(3)])


def test_a_referral_after_a_discharge_that_is_closed_leaves_a_discharge(told: Told) -> None:
    events: list[Event] = [(Admitted(), day(0)), (Discharged(), day(1)), (Referred(), day(3))]
    course = of(told, *events, (ReferralClosed(ReferralEnd.GAVE_UP), day(5)))
    assert state_on(course, on=day(3)).status is Status.REFERRED
    assert state_on(course, on=day(5)).status is Status.DISCHARGED


@pytest.mark.parametrize(
    ("number", "phase", "week", "program_week"),
    [
        pytest.param(0, "first", 1, 1, id="first-day"),
        pytest.param(13, "first", 2, 2, id="last-day-of-the-first"),
        pytest.param(14, "second", 1, 3, id="by-its-weeks"),
        pytest.param(35, "second", 4, 6, id="after-the-plan"),
    ],
)
def test_the_phase_is_that_of_the_plans_own_weeks(
    told: Told, number: int, phase: str, week: int, program_week: int
) -> None:
    state = state_on(of(told, (Admitted(), MONDAY)), on=day(number))
    assert (state.phase, state.phase_week, state.program_week) == (phase, week, program_week)


def test_a_phase_that_was_entered_goes_before_the_weeks_and_ends_with_the_schedule(
    told: Told,
) -> None:
    events: list[Event] = [(Admitted(), day(0)), (PhaseEntered("second"), day(4))]
    course = of(told, *events)
    assert state_on(course, on=day(3)).phase == "first"
    early = state_on(course, on=day(4))
    assert (early.phase, early.phase_since, early.phase_week) == ("second", day(4), 1)
    assert state_on(course, on=day(40)).phase_since == day(4)
    newer = ScheduleSince(day(7), schedule(evolve(PLAN, key=UUID(int=8, version=4)), SITE))
    again = collect(
        course.entries,
        key=course.key,
        patient=course.patient,
        schedules=(*course.schedules, newer),
    )
    assert state_on(again, on=day(6)).phase == "second"
    assert state_on(again, on=day(7)).phase == "first"


def test_a_phase_ends_with_the_stay(told: Told) -> None:
    events: list[Event] = [
        (Admitted(), day(0)),
        (PhaseEntered("second"), day(4)),
        (Discharged(), day(5)),
    ]
    course = of(told, *events, (Readmitted(), day(8)))
    gone = state_on(course, on=day(5))
    assert (gone.phase, gone.plan, gone.level, gone.program_week) == (None, None, None, None)
    back = state_on(course, on=day(9))
    assert (back.phase, back.phase_since, progress(back).days_in_phase) == ("first", day(8), 1)
    assert state_on(course, on=day(14)).phase_since == day(14)


def test_rows_and_what_reviews_said_begin_anew_with_a_stay(told: Told) -> None:
    first: list[Event] = [
        (Admitted(), day(0)),
        (SessionMissed(DUE[0].uid), day(0)),
        (ReviewHeld(ready=True), day(1)),
    ]
    gone: list[Event] = [(Discharged(), day(2)), (Readmitted(), day(4))]
    course = of(told, *first, *gone, (SessionMissed(DUE[1].uid), DUE[1].day))
    found = [state_on(course, on=on) for on in (day(1), day(4), DUE[1].day)]
    assert [each.clinician_agrees for each in found] == [True, None, None]
    assert [each.missed_in_a_row for each in found] == [1, 0, 1]


def test_a_stay_counts_its_own_weeks_and_absences(told: Told) -> None:
    course = of(
        told,
        (Referred(), day(-1)),
        (Admitted(), day(0)),
        (SessionMissed(DUE[0].uid, excused=False), DUE[0].day),
        (HoldBegun(), day(2)),
        (HoldEnded(), day(3)),
        (Discharged(), day(3)),
        (Referred(), day(6)),
        (Readmitted(), day(8)),
        (HoldBegun(), day(10)),
        (HoldEnded(), day(11)),
        (SessionMissed(DUE[3].uid, excused=False), DUE[3].day),
    )
    states = [state_on(course, on=day(n)) for n in (2, 7, 8, 15)]
    assert [each.readmitted for each in states] == [None, None, day(8), day(8)]
    first, out, back, later = map(progress, states)
    assert (first.days_in_program, first.unexcused_absences) == (2, 1)
    assert (out.days_in_program, out.missed_sessions) == (None, None)
    assert (back.days_in_program, back.weeks_in_program, back.missed_sessions) == (0, 0, ())
    assert (back.hours_this_week, back.hours_last_week) == (0, None)
    assert (later.days_in_program, later.weeks_in_program) == (7, 1)
    assert later.missed_sessions == (
        MissedSession(DUE[3].session.service, (DUE[3].day - day(8)).days, excused=False),
    )
    assert later.reaches(AbsenceLimit(3)) is Truth.NO


def test_a_visit_counts_on_the_clock_of_the_site(told: Told) -> None:
    evening = datetime.combine(day(3), time(1, 30), UTC)  # 20:30 of the day before, over midnight
    visit = CameUnplanned("walk", Modality.PEER_SUPPORT, evening, timedelta(hours=5))
    course = of(told, (Admitted(), MONDAY), (visit, day(2)))
    found = state_on(course, on=day(5)).minutes
    assert [(each.day, each.minutes) for each in found] == [(day(2), 210), (day(3), 90)]


def test_before_the_plan_its_weeks_have_not_begun(told: Told) -> None:
    early = ScheduleSince(day(-5), EMPTY.schedules[0].schedule)
    course = of(told, (Admitted(), day(-3)), course=evolve(EMPTY, schedules=(early,)))
    state = state_on(course, on=day(-1))
    assert (state.phase, state.phase_week, state.program_week) == ("first", None, None)
    assert progress(state).weeks_in_program is None


def test_without_a_schedule_there_is_no_phase(told: Told) -> None:
    course = of(told, (Admitted(LEVEL), MONDAY), course=evolve(EMPTY, schedules=()))
    state = state_on(course, on=MONDAY)
    assert (state.plan, state.phase, state.level, state.undated) == (None, None, LEVEL, 0)
    assert progress(state).by_service == ()


def test_the_level_is_the_one_on_record_or_that_of_the_phase(told: Told) -> None:
    course = of(told, (Admitted(), day(0)), (SteppedDown(LOWER), day(9)))
    assert state_on(course, on=day(8)).level == LEVEL
    assert state_on(course, on=day(9)).level == LOWER


# Sessions.


@pytest.mark.parametrize(
    ("marks", "attended", "missed"),
    [
        pytest.param([], 0, 0, id="none"),
        pytest.param([CAME, CAME], 2, 0, id="attended"),
        pytest.param([CAME, AWAY, CAME], 1, 0, id="missed-before"),
        pytest.param([CAME, AWAY, AWAY], 0, 2, id="missed"),
        pytest.param([AWAY, EXCUSED, OFF, AWAY], 0, 2, id="passed-over"),
        pytest.param([CAME, EXCUSED, CAME], 2, 0, id="an-excuse-ends-nothing"),
        pytest.param([CAME, None, CAME], Possible(1, 3), 0, id="open-between"),
        pytest.param([AWAY, None], Possible(0, 1), Possible(0, 2), id="open-last"),
    ],
)
def test_rows_go_back_from_the_newest_session(
    told: Told, marks: list[Mark], attended: PossibleCount, missed: PossibleCount
) -> None:
    on = DUE[len(marks) - 1].day if marks else day(-1)
    state = state_on(marked(told, *marks), on=on)
    assert [state.attended_in_a_row, state.missed_in_a_row] == [attended, missed]


@pytest.mark.parametrize(
    ("marks", "attendance"),
    [
        pytest.param([], None, id="no-session"),
        pytest.param([OFF], None, id="none-took-place"),
        pytest.param([CAME, AWAY], 0.5, id="missed-one"),
        pytest.param([CAME, EXCUSED], 0.5, id="an-excuse-is-no-attendance"),
        pytest.param([CAME, OFF], 1.0, id="called-off"),
        pytest.param([CAME, None, AWAY, CAME], Possible(0.5, 0.75), id="an-open-roll"),
    ],
)
def test_the_share_attended_is_a_range_while_rolls_are_open(
    told: Told, marks: list[Mark], attendance: float | Possible | None
) -> None:
    on = DUE[len(marks) - 1].day if marks else day(-1)
    assert state_on(marked(told, *marks), on=on).counts.attendance == attendance


def test_sessions_of_a_hold_are_on_hold_but_for_those_with_a_mark(told: Told) -> None:
    second, third = GROUPS[1], GROUPS[2]
    course = of(
        told,
        (Admitted(), MONDAY),
        (HoldBegun(), second.day),
        (SessionAttended(third.uid), third.day),
        (HoldEnded(), GROUPS[3].day),
    )
    found = {e.booked.uid: e.outcome for e in state_on(course, on=GROUPS[3].day).outcomes}
    assert found[second.uid] is SessionOutcome.ON_HOLD
    assert found[third.uid] is SessionOutcome.ATTENDED
    assert found[GROUPS[3].uid] is SessionOutcome.NOT_RECORDED


def test_what_is_left_is_what_nobody_called_off(told: Told) -> None:
    last = DUE[-1]
    course = of(told, (Admitted(), MONDAY), (SessionCancelled(last.uid), last.day))
    state = state_on(course, on=DUE[-3].day)
    assert state.left == DUE[-2:-1]
    assert state.last_day == DUE[-2].day
    gone = state_on(of(told, (Admitted(), MONDAY), (Discharged(), day(3))), on=day(3))
    assert (gone.left, gone.last_day) == ((), None)


@pytest.mark.parametrize("begun", [day(-1), day(0), day(6)], ids=["before", "on-it", "after"])
def test_what_falls_into_a_hold_that_ends_is_not_left(told: Told, begun: date) -> None:
    beforehand = SessionMissed(DUE[-1].uid, told_beforehand=True)
    course = of(
        told,
        (Admitted(), day(-2)),
        (HoldBegun(), begun),
        (HoldEnded(), GROUPS[2].day),
        (beforehand, DUE[-1].day),
    )
    left = state_on(course, on=day(0)).left
    held = [due for due in DUE if max(begun, day(1)) <= due.day < GROUPS[2].day]
    assert [due for due in DUE[1:-1] if due not in held] == list(left)
    lasting = of(told, (Admitted(), day(-2)), (HoldBegun(), begun))
    assert state_on(lasting, on=day(0)).left == DUE[1:]


def test_a_night_session_is_on_two_days_and_in_two_weeks(told: Told) -> None:
    night = next(due for due in DUE if due.session.service == "talk")
    course = of(told, (Admitted(), MONDAY), (SessionAttended(night.uid), night.day))
    saturday, sunday = (state_on(course, on=night.day + timedelta(days=n)) for n in (0, 1))
    assert [(each.day, each.minutes) for each in saturday.minutes] == [(night.day, 30)]
    assert [each.minutes for each in sunday.minutes] == [30, 60]
    assert sunday.minutes_this_week == 90
    assert state_on(course, on=day(7)).minutes_this_week == 0


def test_make_ups_and_unplanned_sessions_are_delivered_beside_those_due(told: Told) -> None:
    zone = ZoneInfo(SITE.zone)
    start = datetime.combine(day(2), time(10), zone)
    part, hour = Attendance(timedelta(minutes=40)), timedelta(hours=1)
    course = of(
        told,
        (Admitted(), MONDAY),
        (SessionMissed(DUE[0].uid), MONDAY),
        (MadeUp(DUE[0].uid, start, part), day(2)),
        (CameUnplanned("yoga", Modality.GROUP_THERAPY, start + hour, hour / 3), day(2)),
    )
    state = state_on(course, on=day(3))
    assert (state.beside, state.counts.due, state.counts.missed) == (2, 1, 1)
    assert [each.minutes for each in state.minutes] == [60]


# Contact.


@pytest.mark.parametrize(
    ("event", "is_contact"),
    [
        pytest.param(ContactMade(), True, id="reached"),
        pytest.param(ContactMade(ContactWith.SUPPORT), False, id="somebody-else"),
        pytest.param(ContactTried(), False, id="tried"),
        pytest.param(Assessed(), True, id="assessed"),
        pytest.param(DrugTested(), True, id="tested"),
        pytest.param(DrugTestMissed(), False, id="not-tested"),
        pytest.param(ReviewHeld(), False, id="review"),
        pytest.param(UseReported(), False, id="a-report"),
    ],
)
def test_contact_is_what_takes_the_patient(
    told: Told, event: CourseEvent, *, is_contact: bool
) -> None:
    course = of(told, (Admitted(), MONDAY), (event, day(3)))
    assert state_on(course, on=day(4)).contact == (day(3) if is_contact else MONDAY)


def test_a_later_open_roll_may_have_been_a_contact(told: Told) -> None:
    course = of(told, (Admitted(), MONDAY), (SessionAttended(DUE[0].uid), MONDAY))
    second = DUE[1].day
    before = second - timedelta(days=1)
    assert state_on(course, on=before).days_since_contact == (before - MONDAY).days
    assert state_on(course, on=second + timedelta(days=1)).days_since_contact == Possible(
        1, (second - MONDAY).days + 1
    )
    assert state_on(EMPTY, on=second).days_since_contact is None


def test_aftercare_and_a_discharge_can_tell_of_a_last_contact(told: Told) -> None:
    events: list[Event] = [(Admitted(), MONDAY), (Discharged(last_contact=day(4)), day(9))]
    course = of(told, *events)
    assert state_on(course, on=day(9)).contact == day(4)
    for reached, contact in ((True, day(12)), (False, day(4)), (None, day(4))):
        later = of(told, (AftercareContact(reached=reached), day(12)), course=course)
        assert state_on(later, on=day(12)).contact == contact


# Use, reviews, authorizations.


def test_days_in_a_controlled_environment_are_shown(told: Told) -> None:
    course = of(
        told,
        (Admitted(), MONDAY),
        (InControlledEnvironment(day(4)), day(2)),
        (InControlledEnvironment(), day(8)),
    )
    assert [state_on(course, on=day(n)).in_controlled_environment for n in (1, 2, 3, 4, 8, 9)] == [
        *(Truth.NO, Truth.YES, Truth.YES, Truth.NO, Truth.YES, Truth.UNKNOWN)
    ]
    assert state_on(course, on=day(9)).controlled[0].start == day(2)


def test_a_missed_test_is_a_positive_one_only_if_the_caller_says_so(told: Told) -> None:
    clean = DrugTested((SubstanceFound(Substance.ALCOHOL, found=False),))
    course = of(told, (Admitted(), day(0)), (clean, day(1)), (DrugTestMissed(), day(2)))
    course = of(told, (clean, day(3)), course=course)
    lenient = state_on(course, on=day(3))
    strict = state_on(course, on=day(3), missed_test_is_positive=True)
    assert (lenient.negative_tests_in_a_row, lenient.missed_test_is_positive) == (2, False)
    assert (strict.negative_tests_in_a_row, strict.missed_test_is_positive) == (1, True)


def test_progress_takes_days_as_reported_and_no_more_than_tests_allow(told: Told) -> None:
    found = DrugTested((SubstanceFound(Substance.ALCOHOL, found=True),))
    course = of(told, (Admitted(), day(0)), (UseReported(), day(1)))
    course = of(told, (NoUseReported(day(2)), day(9)), course=course)
    assert progress(state_on(course, on=day(9))).days_without_use == 8
    tested = of(told, (found, day(6)), course=course)
    assert progress(state_on(tested, on=day(9))).days_without_use == Possible(3, 8)
    early = of(told, (found, day(1)), course=course)
    assert progress(state_on(early, on=day(9))).days_without_use == 8


@pytest.mark.parametrize(
    ("answers", "agrees"),
    [
        pytest.param([(1, True)], True, id="ready"),
        pytest.param([(1, True), (2, False)], False, id="the-newest"),
        pytest.param([(1, True), (2, None)], True, id="one-that-did-not-ask"),
        pytest.param([(2, True), (2, False)], None, id="two-that-differ"),
        pytest.param([(2, True), (2, True)], True, id="two-that-agree"),
        pytest.param([], None, id="none"),
    ],
)
def test_a_review_says_whether_the_clinician_agrees(
    told: Told, answers: list[tuple[int, bool | None]], *, agrees: bool | None
) -> None:
    reviews: list[Event] = [(ReviewHeld(ready=ready), day(n)) for n, ready in answers]
    course = of(told, (Admitted(), MONDAY), *reviews)
    assert progress(state_on(course, on=day(9))).clinician_agrees is agrees
    # What was said of the last step says nothing of the next.
    assert progress(state_on(course, on=day(14))).clinician_agrees is None


def test_what_is_authorized_is_what_was_told_last(told: Told) -> None:
    one = Authorization("plan-a", ("H0015",), day(0), day(9), number="1")
    ended = evolve(one, status=AuthorizationStatus.ENDED)
    other = Authorization("plan-b", ("H0015",), day(5), day(30))
    course = of(told, (Authorized(one), day(0)), (Authorized(other), day(1)))
    assert state_on(course, on=day(4)).authorizations == (one,)
    assert state_on(course, on=day(5)).authorizations == (one, other)
    over = of(told, (Authorized(ended), day(6)), course=course)
    assert state_on(over, on=day(6)).authorizations == (other,)


# Goals.


def with_goal(target: Target | None) -> Course:
    problem = Problem("mood", "Low mood")
    steps = (Objective("A step", target=target),)
    goal = Goal("mood", "Feel better", target=target, objectives=steps)
    return empty(evolve(PLAN, problems=(problem,), goals=(goal,)))


PHQ = ScoreTarget("phq_9", "total", most=9)


@pytest.mark.parametrize(
    ("target", "reached", "then", "now"),
    [
        pytest.param(PHQ, Truth.YES, 18, 9, id="a-score"),
        pytest.param(ScoreTarget("phq_9", "total", most=8), Truth.NO, 18, 9, id="not-so-low"),
        pytest.param(ScoreTarget("gad_7", "total", most=9), Truth.UNKNOWN, None, None, id="never"),
        pytest.param(None, Truth.UNKNOWN, None, None, id="without-a-target"),
        pytest.param(
            CountTarget(Counted.SESSIONS_ATTENDED, least=1), Truth.YES, None, 1, id="sessions"
        ),
        pytest.param(
            CountTarget(Counted.SESSIONS_ATTENDED, most=0), Truth.NO, None, 1, id="too-many"
        ),
        pytest.param(
            CountTarget(Counted.NEGATIVE_TESTS, least=1), Truth.UNKNOWN, None, None, id="tests"
        ),
        pytest.param(
            CountTarget(Counted.DAYS_WORKED, least=1), Truth.UNKNOWN, None, None, id="not-counted"
        ),
        pytest.param(
            CountTarget(Counted.DAYS_WITHOUT_USE, least=3),
            Truth.YES,
            None,
            Possible(5, MOST_COUNTED),
            id="days",
        ),
        pytest.param(
            ConditionTarget(COURSE_FACTS["weeks_in_program"] >= 1),
            Truth.NO,
            None,
            None,
            id="a-condition",
        ),
    ],
)
def test_goals_have_figures_then_and_now(
    told: Told, target: Target | None, reached: Truth, then: int | None, now: PossibleCount
) -> None:
    answers = [(0, 18), (2, 12), (5, 9)]
    screenings: list[Event] = [
        (InstrumentAnswered(Screening("phq_9", day(n), scores=(Score("total", score),))), day(n))
        for n, score in answers
    ]
    course = of(
        told,
        (Admitted(), MONDAY),
        (SessionAttended(DUE[0].uid), MONDAY),
        (SessionMissed(DUE[1].uid), DUE[1].day),
        (NoUseReported(day(1)), day(5)),
        *screenings,
        course=with_goal(target),
    )
    state = state_on(course, on=day(5))
    assert state.goals is not None
    (goal,) = state.goals
    figures = goal.figures
    assert goal.objectives == (figures,)
    assert figures.reached is reached
    assert [each and each.value for each in (figures.then, figures.now)] == [then, now]
    found = progress(state)
    yes, no = reached is Truth.YES, reached is Truth.NO
    perhaps = Possible(0, 1) if reached is Truth.UNKNOWN else None
    assert (found.goals_met, found.goals_open) == (perhaps or int(yes), perhaps or int(no))


def test_a_score_that_answers_leave_open_is_a_range(told: Told) -> None:
    answered = Screening("phq_9", day(2), answers=(3, 3, 3, *[None] * 6))
    course = of(
        told, (Admitted(), MONDAY), (InstrumentAnswered(answered), day(2)), course=with_goal(PHQ)
    )
    (goal,) = state_on(course, on=day(2)).goals or ()
    assert goal.figures.now is not None
    assert least_and_most(goal.figures.now.value, most=27) == answered.bounds("total")
    assert goal.figures.reached is Truth.UNKNOWN


def test_no_goals_agreed_is_not_none_met(told: Told) -> None:
    state = state_on(of(told, (Admitted(), MONDAY)), on=MONDAY)
    assert state.goals is None
    assert progress(state).goals_met is None


# Progress.


def test_progress_is_that_of_the_plan_and_the_phase(told: Told) -> None:
    course = marked(told, CAME, AWAY, EXCUSED, None, CAME)
    on = DUE[4].day
    found = progress(state_on(course, on=on))
    groups = [due.session.service for due in DUE[:5]].count("group")
    assert found.phase == "second"
    assert found.days_in_program == (on - MONDAY).days
    assert found.days_in_phase == (on - day(14)).days
    assert found.attendance == 1.0
    assert found.unexcused_absences == Possible(0, 2)
    assert found.missed_sessions == (
        MissedSession(DUE[1].session.service, (DUE[1].day - MONDAY).days),
        MissedSession(DUE[2].session.service, (DUE[2].day - MONDAY).days, excused=True),
    )
    assert [each.day for each in found.perhaps_missed] == [(DUE[3].day - MONDAY).days]
    of_group = next(each for each in found.by_service if each.service == "group")
    assert (of_group.due, of_group.attended, of_group.missed) == (groups, 2, 1)
    assert found.meets(COURSE_FACTS["attendance"] >= 0.8) is Truth.YES


def test_an_open_roll_leaves_a_condition_open(told: Told) -> None:
    before = progress(state_on(marked(told, CAME, None), on=DUE[1].day))
    assert before.meets(COURSE_FACTS["attendance"] >= 0.8) is Truth.UNKNOWN
    assert before.meets(COURSE_FACTS["attendance"] >= 0.5) is Truth.YES
    assert before.missing(COURSE_FACTS["attendance"] >= 0.8) == ("attendance",)
    assert before.reaches(AbsenceLimit(1)) is Truth.UNKNOWN
    assert before.reaches(AbsenceLimit(2)) is Truth.NO


def test_sessions_of_an_older_plan_are_not_of_this_one(told: Told) -> None:
    newer = evolve(PLAN, key=UUID(int=8, version=4), start=day(7))
    schedules = (*EMPTY.schedules, ScheduleSince(day(7), schedule(newer, SITE)))
    course = of(
        told,
        (Admitted(), MONDAY),
        (SessionMissed(DUE[0].uid, excused=False), MONDAY),
        course=evolve(EMPTY, schedules=schedules),
    )
    assert progress(state_on(course, on=day(6))).unexcused_absences == Possible(1, 2)
    assert progress(state_on(course, on=day(8))).missed_sessions == ()


def test_a_service_that_the_plan_has_no_more_is_still_counted(told: Told) -> None:
    without = evolve(PLAN, program=evolve(PROGRAM, services=()))
    schedules = (*EMPTY.schedules, ScheduleSince(day(7), schedule(without, SITE)))
    night = next(due for due in DUE if due.session.service == "talk")
    course = of(
        told,
        (Admitted(), MONDAY),
        (SessionAttended(night.uid), night.day),
        course=evolve(EMPTY, schedules=schedules),
    )
    found = progress(state_on(course, on=day(8)))
    assert [(e.service, e.attended) for e in found.by_service] == [
        ("group", Possible(0, 2)),
        ("talk", 1),
    ]


# Arguments.

NO_ZONE = datetime.combine(MONDAY, time(0))


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        pytest.param({"on": datetime(2026, 3, 2, tzinfo=UTC)}, "on", id="a-moment"),
        pytest.param({"on": MONDAY, "known": NO_ZONE}, "known", id="no-zone"),
        pytest.param(
            {"on": MONDAY, "missed_test_is_positive": "no"}, "missed_test_is_positive", id="a-text"
        ),
    ],
)
def test_what_is_asked_has_to_be_right(arguments: dict[str, object], path: str) -> None:
    with pytest.raises(InvalidError) as caught:
        state_on(EMPTY, **arguments)  # type: ignore[arg-type]  # wrong on purpose
    assert [fault.path[0] for fault in caught.value.faults] == [path]


def test_a_state_shows_nothing(told: Told) -> None:
    state = state_on(marked(told, CAME), on=MONDAY)
    for value in (state, state.counts, state.outcomes[0], state.spans[0], state.minutes[0]):
        assert repr(value) == f"{type(value).__name__}(...)"
