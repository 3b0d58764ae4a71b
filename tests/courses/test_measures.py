"""Measures of courses: what is counted, what is figured, and what is not known."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from uuid import UUID

import pytest
from attrs import asdict
from hypothesis import given
from hypothesis import strategies as st

from iopkit.courses import Course, Entry, ScheduleSince, collect, record
from iopkit.courses.events import (
    Admitted,
    Assessed,
    CameUnplanned,
    ContactMade,
    CourseEvent,
    Died,
    Discharged,
    DischargeReason,
    InstrumentAnswered,
    PhaseChange,
    PhaseEntered,
    Readmitted,
    ReferralClosed,
    ReferralEnd,
    Referred,
    SessionAttended,
    SessionMissed,
    SteppedDown,
)
from iopkit.courses.happenings import Happening
from iopkit.courses.measures import (
    Coded,
    DaysUntil,
    FollowUp,
    FollowUpStep,
    LeavingCode,
    LeftFor,
    Measure,
    MeasuredCase,
    MeasuredDays,
    MeasureExclusion,
    MeasureReason,
    MeasureRule,
    RetainedFor,
    ScaleChange,
    StayLength,
    StayLengthBin,
    measure,
    measure_rows,
    measure_sums,
    not_counted,
    open_roll_rows,
)
from iopkit.eligibility.possible import Possible
from iopkit.errors import InvalidError, NotInForceError, UnknownNameError
from iopkit.levels import LevelOfCare
from iopkit.library import MEASURES, find_measure, scale_change_measure
from iopkit.modalities import Modality
from iopkit.patients import Patient
from iopkit.patients.screenings import Score, Screening
from iopkit.plans import Plan
from iopkit.programs import Phase, Program, Service, Slot, Weekly
from iopkit.schedules import schedule
from iopkit.sites import Site
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.strategies import courses as any_course
from iopkit.truth import Truth
from iopkit.windows import Weekday, WeeklyWindows

Told = Callable[..., Entry]
YEAR = MeasuredDays.of_year(2026)
END = date(2027, 4, 1)
MONDAY = date(2026, 2, 23)
HOME, HOUSE = LevelOfCare("2.1"), LevelOfCare("3.5")
WHY = MeasureReason
LEFT = Discharged(DischargeReason.COMPLETED)
ADMITTED, DISCHARGED = Happening("admitted"), Happening("discharged")
SOURCE = Source("a test", Grade.SECONDARY)

SITE = Site("north", "America/New_York", WeeklyWindows.always())
GROUP = Service(
    "group",
    "Group",
    Modality.GROUP_THERAPY,
    Weekly((Slot(Weekday.MONDAY, time(18)),)),
    timedelta(minutes=90),
)
PROGRAM = Program(
    "small", "Small", (Phase("first", "First", 2, (GROUP,)), Phase("second", "Second", 3, (GROUP,)))
)
PLAN = Plan(UUID(int=7, version=4), UUID(int=1, version=4), SITE.name, PROGRAM, MONDAY, 1)
EMPTY = Course(UUID(int=2, version=4), PLAN.patient, (ScheduleSince(MONDAY, schedule(PLAN, SITE)),))
DUE = EMPTY.timeline.by_start  # on five Mondays


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def plain(told: Told, *events: tuple[CourseEvent, int]) -> Course:
    """A course without a schedule, of events and the days after the first Monday."""
    found = collect(
        [told(event, day(days)) for event, days in events],
        key=UUID(int=3, version=4),
        patient=UUID(int=1, version=4),
    )
    assert found.apart == ()
    return found


def with_marks(told: Told, *marks: Callable[[UUID], CourseEvent] | None, left: int = 0) -> Course:
    """A course with an admission and marks of the first sessions."""
    events = [told(Admitted(), MONDAY)]
    events += [
        told(mark(due.uid), due.day)
        for due, mark in zip(DUE, marks, strict=False)
        if mark is not None
    ]
    return record(EMPTY, *events, *([told(LEFT, day(left))] if left else []))


CAME, AWAY = SessionAttended, SessionMissed
NO_SHOW, EXCUSED = partial(SessionMissed, excused=False), partial(SessionMissed, excused=True)


def own(figure_of: MeasureRule, *, since: date = date(2020, 1, 1), note: str = "") -> Measure:
    return Measure("own", "Own", Versions((Dated(since, figure_of, SOURCE),)), note=note)


def cases(course: Course, asked: str | Measure, on: date = END) -> tuple[MeasuredCase, ...]:
    found = find_measure(asked) if isinstance(asked, str) else asked
    return measure([course], found, period=YEAR, on=on).cases


def case(course: Course, asked: str | Measure, on: date = END) -> MeasuredCase:
    (found,) = cases(course, asked, on)
    return found


def span(value: object) -> tuple[float | None, float | None]:
    assert isinstance(value, Possible)
    return value.low, value.high


# Lengths of stay.


@pytest.mark.parametrize(
    ("contact", "end", "by_2004", "at_home"),
    [(0, 0, 1, 1), (0, 9, 1, 1), (1, 1, 1, 2), (1, 9, 1, 2), (2, 2, 2, 3), (40, 41, 40, 41)],
)
def test_a_stay_lasts_to_the_last_contact(
    contact: int, end: int, by_2004: int, at_home: int, told: Told
) -> None:
    for level, by_2005 in ((HOME, at_home), (HOUSE, by_2004)):
        course = plain(told, (Admitted(level), 0), (ContactMade(), contact), (LEFT, end))
        length = find_measure("teds-d-length-of-stay")
        old = measure([course], length, period=YEAR, on=END, version_on=date(2004, 12, 31))
        assert (old.cases[0].value, case(course, length).value) == (by_2004, by_2005)


def test_contacts_after_the_discharge_are_of_no_stay(told: Told) -> None:
    course = plain(told, (Admitted(HOUSE), 0), (ContactMade(), 10), (LEFT, 20), (ContactMade(), 30))
    assert case(course, "teds-d-length-of-stay").value == 10


def test_a_last_contact_that_the_discharge_tells_counts_if_it_is_the_later(told: Told) -> None:
    left = Discharged(DischargeReason.OTHER, last_contact=day(15))
    course = plain(told, (Admitted(HOUSE), 0), (ContactMade(), 10), (left, 20))
    assert case(course, "teds-d-length-of-stay").value == 15


def test_without_a_level_it_is_not_known_whether_both_days_count(told: Told) -> None:
    course = plain(told, (Admitted(), 0), (ContactMade(), 30), (LEFT, 30))
    found = case(course, "teds-d-length-of-stay")
    assert (span(found.value), found.why) == ((30, 31), WHY.NOT_RECORDED)
    code = case(course, "teds-d-length-of-stay-code").value
    assert isinstance(code, Possible)
    assert code.options == {"30", "31"}
    long = plain(told, (Admitted(), 0), (ContactMade(), 40), (LEFT, 40))
    assert case(long, "teds-d-length-of-stay-code").value == "31"


def test_the_level_is_the_newest_of_the_stay(told: Told) -> None:
    course = plain(
        told, (Admitted(HOUSE), 0), (SteppedDown(HOME), 5), (ContactMade(), 9), (LEFT, 9)
    )
    assert case(course, "teds-d-length-of-stay").value == 10


@pytest.mark.parametrize(
    ("days", "code"),
    [
        *((1, "1"), (30, "30"), (31, "31"), (45, "31"), (46, "32"), (60, "32"), (61, "33")),
        *((90, "33"), (91, "34"), (120, "34"), (121, "35"), (180, "35"), (181, "36")),
        *((365, "36"), (366, "37"), (400, "37")),
    ],
)
def test_lengths_are_in_the_bins_of_the_codebook(days: int, code: str, told: Told) -> None:
    course = plain(told, (Admitted(HOUSE), 0), (ContactMade(), days), (LEFT, days))
    later = MeasuredDays(date(2026, 1, 1), date(2036, 1, 1))
    code_of = find_measure("teds-d-length-of-stay-code")
    assert measure([course], code_of, period=later).cases[0].value == code


def test_a_stay_that_goes_on_has_no_length_yet(told: Told) -> None:
    length = own(MeasureRule((ADMITTED,), StayLength()))
    found = case(plain(told, (Admitted(HOUSE), 0), (ContactMade(), 10)), length)
    assert (found.value, found.at_least, found.why) == (None, 10, WHY.STILL_OPEN)


# How stays end.


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (DischargeReason.COMPLETED, "1"),
        (DischargeReason.DROPPED_OUT, "2"),
        (DischargeReason.TERMINATED, "3"),
        (DischargeReason.TRANSFERRED, "4"),
        (DischargeReason.INCARCERATED, "5"),
        (DischargeReason.OTHER, "7"),
    ],
)
def test_reasons_have_their_codes(reason: DischargeReason, code: str, told: Told) -> None:
    course = plain(told, (Admitted(), 0), (Discharged(reason), 9))
    assert case(course, "teds-d-reason").value == code
    well = reason in (DischargeReason.COMPLETED, DischargeReason.TRANSFERRED)
    assert case(course, "teds-d-completion-or-transfer").value is Truth.of(well)


def test_a_death_has_a_code_of_its_own_and_no_reason_is_not_another(told: Told) -> None:
    dead = plain(told, (Admitted(), 0), (Died(), 9))
    assert case(dead, "teds-d-reason").value == "6"
    assert case(dead, "teds-d-completion-or-transfer").value is Truth.NO
    found = case(plain(told, (Admitted(), 0), (Discharged(), 9)), "teds-d-reason")
    assert (found.value, found.why) == (None, WHY.NOT_RECORDED)
    going_on = own(MeasureRule((ADMITTED,), LeftFor((DischargeReason.COMPLETED,))))
    found = case(plain(told, (Admitted(), 0)), going_on)
    assert (found.value, found.why) == (None, WHY.STILL_OPEN)


def test_a_death_outside_of_a_stay_is_none_that_ended(told: Told) -> None:
    found = case(plain(told, (Referred(), 0), (Died(), 9)), "teds-d-reason")
    assert (found.counted, found.why) == (Truth.NO, WHY.NO_STAY)


# Retention.


@pytest.mark.parametrize(
    ("contact", "left", "value", "why"),
    [
        (30, 40, Truth.YES, WHY.COUNTED),
        (29, 40, Truth.NO, WHY.COUNTED),
        (30, None, Truth.YES, WHY.COUNTED),
        (29, None, Truth.UNKNOWN, WHY.STILL_OPEN),
    ],
)
def test_who_was_seen_on_day_30_or_later_was_retained(
    contact: int, left: int | None, value: Truth, why: MeasureReason, told: Told
) -> None:
    ends = [] if left is None else [(LEFT, left)]
    course = plain(told, (Admitted(), 0), (ContactMade(), contact), *ends)
    found = case(course, "retention-30-days")
    assert (found.value, found.why) == (value, why)


def test_an_open_roll_may_be_the_contact_that_retains(told: Told) -> None:
    retained = own(MeasureRule((ADMITTED,), RetainedFor(28)))
    unknown = case(with_marks(told, CAME, CAME, AWAY, AWAY, None, left=30), retained)
    assert (unknown.value, unknown.why) == (Truth.UNKNOWN, WHY.ROLL_OPEN)
    assert case(with_marks(told, CAME, CAME, AWAY, AWAY, AWAY, left=30), retained).value is Truth.NO
    assert (
        case(with_marks(told, CAME, None, None, None, CAME, left=30), retained).value is Truth.YES
    )
    length = own(MeasureRule((DISCHARGED,), StayLength()))
    found = case(with_marks(told, CAME, CAME, AWAY, AWAY, None, left=30), length)
    assert (span(found.value), found.why) == ((7, 28), WHY.ROLL_OPEN)


# Sessions of a stay.


def test_no_shows_are_a_range_while_something_is_not_known(told: Told) -> None:
    known = case(with_marks(told, CAME, NO_SHOW, EXCUSED, CAME, CAME, left=30), "no-show-share")
    assert (known.value, known.weight, known.why) == (0.2, 5, WHY.COUNTED)
    excuse = case(with_marks(told, CAME, AWAY, CAME, CAME, NO_SHOW, left=30), "no-show-share")
    assert (span(excuse.value), excuse.why) == ((0.2, 0.4), WHY.NOT_RECORDED)
    roll = case(with_marks(told, CAME, NO_SHOW, CAME, CAME, left=30), "no-show-share")
    assert (span(roll.value), roll.why) == ((0.2, 0.4), WHY.ROLL_OPEN)


def test_shares_of_no_session_are_of_nothing(told: Told) -> None:
    course = plain(told, (Admitted(), 0), (LEFT, 9))
    for name in ("no-show-share", "delivered-share"):
        assert (case(course, name).value, case(course, name).why) == (None, WHY.NOTHING_DUE)


def test_time_delivered_is_of_that_which_was_due(told: Told) -> None:
    extra = CameUnplanned(
        "group",
        Modality.GROUP_THERAPY,
        datetime.combine(day(3), time(12), UTC),
        timedelta(minutes=45),
    )
    course = with_marks(told, CAME, AWAY, EXCUSED, CAME, CAME, left=30)
    found = case(record(course, told(extra, day(3))), "delivered-share")
    assert (found.value, found.weight, found.why) == (0.7, 450, WHY.COUNTED)
    roll = case(with_marks(told, CAME, AWAY, EXCUSED, CAME, left=30), "delivered-share")
    assert (span(roll.value), roll.why) == ((0.4, 0.6), WHY.ROLL_OPEN)


# Times between.


def test_days_from_a_referral_run_until_it_is_closed(told: Told) -> None:
    seen = plain(told, (Referred(), 0), (Assessed(), 0), (Admitted(), 9))
    assert case(seen, "days-from-referral-to-assessment").value == 0
    assert case(seen, "days-from-referral-to-admission").value == 9
    assert case(seen, "days-from-assessment-to-admission").value == 9
    gave_up = ReferralClosed(ReferralEnd.GAVE_UP)
    closed = case(
        plain(told, (Referred(), 0), (gave_up, 4), (Assessed(), 6)),
        "days-from-referral-to-assessment",
    )
    assert (closed.value, closed.at_least, closed.why) == (None, None, WHY.NO_MORE)
    waits = case(plain(told, (Referred(), 0)), "days-from-referral-to-admission", on=day(12))
    assert (waits.value, waits.at_least, waits.why) == (None, 12, WHY.STILL_OPEN)
    dead = own(MeasureRule((Happening("referred"),), DaysUntil((ADMITTED,))))
    assert case(plain(told, (Referred(), 0), (Died(), 4)), dead).why is WHY.NO_MORE


def test_only_the_first_is_started_from_if_a_measure_says_so(told: Told) -> None:
    course = plain(told, (Assessed(), 0), (Assessed(), 2), (Admitted(), 9))
    assert case(course, "days-from-assessment-to-admission").value == 9


def test_an_open_roll_may_be_what_was_waited_for(told: Told) -> None:
    came = (Happening("session_attended"),)
    waited = own(MeasureRule((ADMITTED,), DaysUntil(came)))
    first = case(with_marks(told, None, AWAY, CAME), waited)
    assert (span(first.value), first.at_least, first.why) == ((0, 14), 0, WHY.ROLL_OPEN)
    none = case(with_marks(told, AWAY, None, AWAY, AWAY, AWAY), waited)
    assert (none.value, none.at_least, none.why) == (None, 7, WHY.ROLL_OPEN)
    known = case(with_marks(told, AWAY, CAME, None), waited)
    assert (known.value, known.why) == (7, WHY.COUNTED)


@pytest.mark.parametrize(
    ("first", "within_7", "within_30"),
    [(0, "no", "no"), (1, "yes", "yes"), (7, "yes", "yes"), (8, "no", "yes"), (31, "no", "no")],
)
def test_the_first_session_after_residential_care_is_on_another_day(
    first: int, within_7: str, within_30: str, told: Told
) -> None:
    came = CameUnplanned(
        "group",
        Modality.GROUP_THERAPY,
        datetime.combine(day(first), time(12), UTC),
        timedelta(minutes=45),
    )
    course = plain(told, (Admitted(HOME, MONDAY), 0), (came, first))
    assert case(course, "first-session-within-7-days").value is Truth(within_7)
    assert case(course, "first-session-within-30-days").value is Truth(within_30)
    assert case(course, "days-to-first-session").value == first


def test_without_the_day_on_which_care_was_left_it_is_not_known_whether_it_counts(
    told: Told,
) -> None:
    found = case(plain(told, (Admitted(), 0)), "days-to-first-session")
    assert (found.counted, found.why) == (Truth.UNKNOWN, WHY.DAY_NOT_KNOWN)


@pytest.mark.parametrize(
    ("back", "on", "value"),
    [
        (30, 100, Truth.YES),
        (31, 100, Truth.NO),
        (None, 39, Truth.UNKNOWN),
        (None, 40, Truth.NO),
    ],
)
def test_a_return_is_within_30_days(back: int | None, on: int, value: Truth, told: Told) -> None:
    again = [] if back is None else [(Readmitted(), 10 + back)]
    course = plain(told, (Admitted(), 0), (LEFT, 10), *again)
    assert case(course, "return-within-30-days", on=day(on)).value is value


def test_the_dead_do_not_return_and_nobody_waits_for_it(told: Told) -> None:
    course = plain(told, (Admitted(), 0), (LEFT, 10), (Died(), 12))
    assert case(course, "return-within-30-days", on=day(13)).value is Truth.NO


# Follow-ups in steps.

CAME_TWICE = FollowUpStep((Happening("session_attended"),), 0, 7, times=2)
THEN_MISSED = FollowUpStep((Happening("session_missed"),), 1, 7)


def followed(
    told: Told, *marks: Callable[[UUID], CourseEvent] | None, on: date = END
) -> MeasuredCase:
    asked = own(MeasureRule((ADMITTED,), FollowUp((CAME_TWICE, THEN_MISSED))))
    return case(with_marks(told, *marks), asked, on)


@pytest.mark.parametrize(
    ("marks", "steps", "value"),
    [
        ((CAME, CAME, AWAY), (Truth.YES, Truth.YES), Truth.YES),
        ((CAME, CAME, CAME), (Truth.YES, Truth.NO), Truth.NO),
        ((CAME, AWAY, AWAY), (Truth.NO, Truth.NO), Truth.NO),
        ((CAME, None, AWAY), (Truth.UNKNOWN, Truth.YES), Truth.UNKNOWN),
        ((CAME, None, CAME), (Truth.UNKNOWN, Truth.NO), Truth.NO),
        ((CAME, CAME, None), (Truth.YES, Truth.UNKNOWN), Truth.UNKNOWN),
        ((None, None, None), (Truth.UNKNOWN, Truth.UNKNOWN), Truth.UNKNOWN),
    ],
)
def test_each_step_counts_from_the_one_before(
    marks: tuple[Callable[[UUID], CourseEvent] | None, ...],
    steps: tuple[Truth, ...],
    value: Truth,
    told: Told,
) -> None:
    found = followed(told, *marks)
    assert (found.steps, found.value) == (steps, value)
    assert (found.why is WHY.ROLL_OPEN) == (value is Truth.UNKNOWN)


def test_a_step_that_may_still_come_moves_the_next(told: Told) -> None:
    found = followed(told, CAME, on=day(3))
    assert (found.steps, found.why) == ((Truth.UNKNOWN, Truth.UNKNOWN), WHY.STILL_OPEN)


def test_an_earlier_open_roll_leaves_the_day_of_the_next_step_open(told: Told) -> None:
    asked = own(
        MeasureRule(
            (ADMITTED,),
            FollowUp(
                (
                    FollowUpStep((Happening("session_attended"),), 0, 20),
                    FollowUpStep((Happening("session_missed"),), 1, 7),
                )
            ),
        )
    )
    found = case(with_marks(told, None, AWAY, CAME, CAME, CAME), asked)
    assert (found.steps, found.value) == ((Truth.YES, Truth.UNKNOWN), Truth.UNKNOWN)
    assert found.why is WHY.ROLL_OPEN


def test_of_what_is_enough_alone_one_is_enough(told: Told) -> None:
    alone = (Happening("session_attended"),)
    asked = own(
        MeasureRule(
            (ADMITTED,),
            FollowUp((FollowUpStep((Happening("assessed"),), 0, 7, times=2, alone=alone),)),
        )
    )
    assert case(with_marks(told, CAME, AWAY), asked).value is Truth.YES
    assert case(with_marks(told, AWAY, AWAY), asked).value is Truth.NO
    assert case(with_marks(told, AWAY, None), asked).value is Truth.UNKNOWN
    once = record(with_marks(told, AWAY, AWAY), told(Assessed(), day(2)))
    assert case(once, asked).value is Truth.NO
    assert case(record(once, told(Assessed(), day(2))), asked).value is Truth.YES


# Who is counted.


def excluding(first: int | None, last: int | None, *kinds: str) -> Measure:
    out = MeasureExclusion("seen", tuple(map(Happening, kinds)), first, last)
    return own(MeasureRule((ADMITTED,), RetainedFor(1), exclusions=(out,)))


@pytest.mark.parametrize(("before", "out"), [(61, False), (60, True), (1, True), (0, False)])
def test_an_exclusion_has_its_days(before: int, out: bool, told: Told) -> None:
    course = plain(told, (Assessed(), -before), (Admitted(), 0))
    found = case(course, excluding(-60, -1, "assessed"))
    assert (found.counted is Truth.NO, found.excluded_by == "seen") == (out, out)


def test_an_exclusion_without_days_is_of_all_that_are_measured(told: Told) -> None:
    seen = excluding(None, None, "assessed")
    last_year = plain(told, (Assessed(), -60), (Admitted(), 0))
    assert case(last_year, seen).counted is Truth.YES
    assert case(plain(told, (Admitted(), 0), (Assessed(), 300)), seen).counted is Truth.NO
    early = case(plain(told, (Admitted(), 0)), seen, on=day(30))
    assert (early.counted, early.why) == (Truth.UNKNOWN, WHY.STILL_OPEN)


def test_an_open_roll_may_exclude(told: Told) -> None:
    found = case(with_marks(told, CAME, None), excluding(0, 9, "session_missed"))
    assert (found.counted, found.why) == (Truth.UNKNOWN, WHY.ROLL_OPEN)


@pytest.mark.parametrize(
    ("born", "counted", "why"),
    [
        (date(2013, 1, 1), Truth.YES, WHY.COUNTED),
        (date(2013, 1, 2), Truth.NO, WHY.TOO_YOUNG),
        (date(2012, 2, 29), Truth.YES, WHY.COUNTED),
        (None, Truth.UNKNOWN, WHY.AGE_NOT_KNOWN),
    ],
)
def test_an_age_is_that_on_the_first_day_measured(
    born: date | None, counted: Truth, why: MeasureReason, told: Told
) -> None:
    course = plain(told, (Admitted(), 0))
    aged = own(MeasureRule((ADMITTED,), RetainedFor(1), least_age=13))
    patient = Patient(course.patient, birth_date=born)
    (found,) = measure([course], aged, period=YEAR, on=END, patients=[patient]).cases
    assert (found.counted, found.why if counted is not Truth.YES else why) == (counted, why)
    (nobody,) = measure([course], aged, period=YEAR, on=END).cases
    assert nobody.why is WHY.AGE_NOT_KNOWN


def test_a_start_has_to_be_in_the_days_measured_and_before_their_end(told: Told) -> None:
    asked = own(MeasureRule((ADMITTED,), RetainedFor(1), before_end=10))
    edge = (date(2026, 12, 21) - MONDAY).days
    assert case(plain(told, (Admitted(), edge)), asked).counted is Truth.YES
    late = case(plain(told, (Admitted(), edge + 1)), asked)
    assert (late.counted, late.why, late.since) == (Truth.NO, WHY.NEVER_STARTED, None)


# Phases and scales.


def test_days_in_phases_are_by_the_record_and_else_by_the_weeks_of_the_plan(told: Told) -> None:
    by_weeks = with_marks(told, left=20)
    found = [(c.group, c.value) for c in cases(by_weeks, "days-in-each-phase")]
    assert found == [("first", 14), ("second", 6)]
    again = PhaseEntered("first", PhaseChange.REPEATED)
    entered = record(with_marks(told), told(PhaseEntered("second"), day(5)), told(again, day(9)))
    open_ = cases(entered, "days-in-each-phase", on=day(12))
    assert [(c.group, c.value, c.at_least) for c in open_] == [
        ("first", 5, None),
        ("second", 4, None),
        ("first", None, 3),
    ]
    assert open_[-1].why is WHY.STILL_OPEN


def test_days_before_any_plan_are_in_no_phase(told: Told) -> None:
    none = case(plain(told, (Admitted(), 0), (LEFT, 9)), "days-in-each-phase")
    assert (none.group, none.why) == (None, WHY.NOT_RECORDED)
    early = record(EMPTY, told(Admitted(), day(-3)), told(LEFT, day(4)))
    assert [(c.group, c.value) for c in cases(early, "days-in-each-phase")] == [("first", 4)]


def answered(score: int | None, on: int) -> tuple[CourseEvent, int]:
    scores = () if score is None else (Score("total", score),)
    return InstrumentAnswered(Screening("phq_9", day(on), scores=scores)), on


def test_a_change_is_from_the_first_score_to_the_last_on_a_later_day(told: Told) -> None:
    change = scale_change_measure("phq_9")
    full = plain(
        told, (Admitted(), 0), answered(20, 1), answered(9, 20), answered(5, 40), (LEFT, 50)
    )
    found = case(full, change)
    assert (found.value, found.scores, found.why) == (-15, (20, 5), WHY.COUNTED)
    once = case(plain(told, (Admitted(), 0), answered(20, 1), (LEFT, 50)), change)
    assert (once.value, once.scores, once.why) == (None, (20, None), WHY.NOT_RECORDED)
    none = case(plain(told, (Admitted(), 0)), change)
    assert (none.value, none.scores, none.why) == (None, None, WHY.STILL_OPEN)
    open_ = case(plain(told, (Admitted(), 0), answered(20, 1), answered(None, 9)), change)
    assert (span(open_.value), open_.why) == ((-20, 7), WHY.NOT_RECORDED)


# Sums and rows.


def test_what_is_not_known_is_kept_apart_in_a_sum(told: Told) -> None:
    def of(number: int, *events: tuple[CourseEvent, int]) -> Course:
        found = plain(told, *events)
        return collect(found.entries, key=UUID(int=number, version=4), patient=found.patient)

    group = [
        of(11, (Admitted(), 0), (ContactMade(), 40), (LEFT, 50)),
        of(12, (Admitted(), 0), (LEFT, 50)),
        of(13, (Admitted(), 0)),
        of(14),
    ]
    found = measure(group, find_measure("retention-30-days"), period=YEAR, on=END)
    (total,) = measure_sums(found)
    assert (total.counted, total.known, total.open, total.yes, total.no) == (3, 2, 1, 1, 1)
    assert isinstance(total.share, Possible)
    assert (total.share.low, total.share.high) == (1 / 3, 2 / 3)
    assert not_counted(found) == ((WHY.NEVER_STARTED.value, 1),)
    assert [row.answer for row in measure_rows(found)] == ["yes", "no", "unknown", None]
    left = measure(group, find_measure("teds-d-reason"), period=YEAR, on=END)
    assert measure_sums(left)[0].codes == (("1", 2),)


def test_shares_are_pooled_by_what_they_are_of(told: Told) -> None:
    half = with_marks(told, CAME, NO_SHOW, left=7)
    full = with_marks(told, CAME, CAME, CAME, CAME, CAME, left=30)
    full = collect(
        full.entries, key=UUID(int=9, version=4), patient=full.patient, schedules=full.schedules
    )
    empty = plain(told, (Admitted(), 0), (LEFT, 9))
    found = measure([half, full, empty], find_measure("no-show-share"), period=YEAR, on=END)
    (total,) = measure_sums(found)
    assert (total.pooled, total.median, total.not_known) == (1 / 7, 0.25, 1)
    unknown = with_marks(told, CAME, None, left=7)
    (total,) = measure_sums(measure([unknown], find_measure("no-show-share"), period=YEAR, on=END))
    assert span(total.pooled) == (0, 0.5)
    (row,) = measure_rows(measure([unknown], find_measure("no-show-share"), period=YEAR, on=END))
    assert (row.low, row.high, row.answer, row.weight) == (0, 0.5, None, 2)


def test_sums_are_by_group_and_rows_have_the_note(told: Told) -> None:
    found = measure([with_marks(told, left=20)], find_measure("days-in-each-phase"), period=YEAR)
    assert [(s.group, s.median) for s in measure_sums(found)] == [("first", 14), ("second", 6)]
    noted = own(MeasureRule((ADMITTED,), RetainedFor(1)), note="look out")
    (row,) = measure_rows(measure([plain(told, (Admitted(), 0))], noted, period=YEAR))
    assert asdict(row)["note"] == "look out"


def test_nothing_comes_to_an_empty_sum() -> None:
    (total,) = measure_sums(measure([], find_measure("retention-30-days"), period=YEAR))
    assert (total.counted, total.share, total.median, total.pooled) == (0, None, None, None)


def test_what_does_not_come_and_codes_in_part_are_kept_apart(told: Told) -> None:
    gave_up = ReferralClosed(ReferralEnd.GAVE_UP)
    course = plain(told, (Referred(), 0), (gave_up, 4))
    (total,) = measure_sums(
        measure([course], find_measure("days-from-referral-to-admission"), period=YEAR, on=END)
    )
    assert (total.no_more, total.known) == (1, 0)
    course = plain(told, (Admitted(), 0), (ContactMade(), 9), (LEFT, 9))
    result = measure([course], find_measure("teds-d-length-of-stay-code"), period=YEAR, on=END)
    assert measure_sums(result)[0].part == 1
    assert measure_rows(result)[0].answer == "9 or 10"


def test_open_rolls_have_a_row_each(told: Told) -> None:
    course = with_marks(told, CAME, None, AWAY)
    rows = open_roll_rows([course], on=day(21))
    assert [(row.course, row.on) for row in rows] == [
        (str(course.key), day(7)),
        (str(course.key), day(21)),
    ]


# What holds of every course.


@given(any_course(), st.integers(0, 60))
def test_more_knowledge_never_turns_a_yes_or_no_into_the_other(course: Course, days: int) -> None:
    start = course.schedules[0].since
    period = MeasuredDays(start - timedelta(days=60), start + timedelta(days=200))
    for name in ("retention-30-days", "return-within-30-days", "first-session-within-7-days"):
        early, late = (
            {
                (c.since, c.counted): c.value
                for c in measure([course], find_measure(name), period=period, on=on).cases
            }
            for on in (start + timedelta(days=days), start + timedelta(days=days + 10))
        )
        known = {key: value for key, value in early.items() if value in (Truth.YES, Truth.NO)}
        assert {key: late[key] for key in known} == known


# What is refused.


def test_versions_are_those_of_their_days(told: Told) -> None:
    course = plain(told, (Admitted(HOUSE), 0), (LEFT, 9))
    length = find_measure("teds-d-length-of-stay")
    early = MeasuredDays.of_year(2003)
    with pytest.raises(NotInForceError, match="teds-d-length-of-stay"):
        measure([course], length, period=early)
    assert measure([course], length, period=early, assume_in_force=True).version.since.year == 2004


def test_wrong_arguments_are_refused(told: Told) -> None:
    course, retention = plain(told), find_measure("retention-30-days")
    with pytest.raises(InvalidError, match="each once"):
        measure([course, course], retention, period=YEAR)
    with pytest.raises(InvalidError, match="from the first of the period"):
        measure([course], retention, period=YEAR, on=date(2025, 12, 31))
    with pytest.raises(InvalidError, match="a day after start"):
        MeasuredDays(MONDAY, MONDAY)
    with pytest.raises(UnknownNameError, match="retention-30-days"):
        find_measure("retention-30-day")


STEP = FollowUpStep((ADMITTED,), 0, 1)


@pytest.mark.parametrize(
    ("build", "path"),
    [
        (lambda: Coded(()), "codes"),
        (lambda: MeasureExclusion(" ", (ADMITTED,)), "name"),
        (lambda: MeasureExclusion("x", ()), "counts"),
        (lambda: MeasureExclusion("x", (ADMITTED,), 1), "last"),
        (lambda: MeasureExclusion("x", (ADMITTED,), 2, 1), "last"),
        (lambda: FollowUpStep((ADMITTED,), -1, 1), "last"),
        (lambda: FollowUpStep((ADMITTED,), 0, 1, times=0), "times"),
        (lambda: FollowUp(()), "steps"),
        (lambda: DaysUntil(()), "counts"),
        (lambda: StayLength(bins=(StayLengthBin("1", 1),)), "bins"),
        (
            lambda: StayLength(
                bins=(StayLengthBin("1", 2), StayLengthBin("2", 2), StayLengthBin("3", None))
            ),
            "bins",
        ),
        (lambda: LeavingCode(((DischargeReason.COMPLETED, "1"),), "6"), "codes"),
        (lambda: LeftFor(()), "reasons"),
        (lambda: RetainedFor(0), "days"),
        (lambda: ScaleChange("phq", "total"), "instrument"),
        (lambda: ScaleChange("phq_9", "totals"), "scale"),
        (lambda: MeasureRule((), FollowUp((STEP,))), "starts"),
        (lambda: MeasureRule((ADMITTED,), FollowUp((STEP,)), before_end=-1), "before_end"),
        (lambda: MeasureRule((ADMITTED,), FollowUp((STEP,)), least_age=-1), "least_age"),
        (
            lambda: MeasureRule(
                (ADMITTED,),
                FollowUp((STEP,)),
                exclusions=(
                    MeasureExclusion("x", (ADMITTED,)),
                    MeasureExclusion("x", (DISCHARGED,)),
                ),
            ),
            "exclusions",
        ),
        (lambda: Measure("", "t", find_measure("teds-d-reason").versions), "name"),
        (lambda: Measure("n", "", find_measure("teds-d-reason").versions), "title"),
    ],
)
def test_what_is_no_measure_is_refused(build: Callable[[], object], path: str) -> None:
    with pytest.raises(InvalidError) as error:
        build()
    assert path in {fault.path[0] for fault in error.value.faults}


def test_codes_are_said_in_words() -> None:
    assert Coded(("a", "b"), ("c",)).words == "coded with one of 2 codes beside others"
    assert Coded(("a",)).words == "coded with one of 1 codes"


def test_every_shipped_measure_has_a_name_of_its_own_and_a_source() -> None:
    names = [each.name for each in MEASURES]
    assert names == sorted(set(names))
    assert all(version.source for each in MEASURES for version in each.versions.dated)
