"""Checks of what was delivered: whole weeks in treatment, and open rolls as ranges."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.checks import Bounds, Finding, MilestoneKept, check, milestones_kept
from iopkit.courses import Course, Delivered, Entry, ScheduleSince, delivered_by, record
from iopkit.courses.events import (
    Admitted,
    CameUnplanned,
    Certified,
    CourseEvent,
    Discharged,
    MadeUp,
    ReviewHeld,
    SessionAttended,
    SessionMissed,
)
from iopkit.errors import InvalidError
from iopkit.modalities import Modality
from iopkit.plans import Plan
from iopkit.programs import Phase, Program, Service, Slot, Weekly
from iopkit.requirements import (
    Counting,
    DailyHours,
    Demand,
    Frequency,
    LongestGap,
    Milestone,
    MilestoneKind,
    PlanLength,
    Requirement,
    RequirementSet,
    Reviews,
    WeeklyDays,
    WeeklyHours,
    WeeklyServices,
)
from iopkit.schedules import Attendance, schedule
from iopkit.sites import Site
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.truth import Truth
from iopkit.windows import Weekday, WeeklyWindows

MONDAY = date(2026, 3, 2)
A_DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SITE = Site("north", "America/New_York", WeeklyWindows.always())
OWN = Source("Our clinic's rules of 2026", Grade.SECONDARY)
GROUP = Service(
    "group",
    "Group",
    Modality.GROUP_THERAPY,
    Weekly((Slot(Weekday.MONDAY, time(18)), Slot(Weekday.THURSDAY, time(18)))),
    2 * HOUR,
)
TAPER = Phase("taper", "Taper", 2, (GROUP,), taper=True)
PROGRAM = Program("short", "Short", (Phase("first", "First", 3, (GROUP,)), TAPER))
KEY = UUID(int=1, version=4)
PLAN = Plan(UUID(int=7, version=4), KEY, SITE.name, PROGRAM, MONDAY, 1)
IN_FORCE = ScheduleSince(MONDAY, schedule(PLAN, SITE))
DUE = Course(KEY, KEY, (IN_FORCE,)).timeline.by_start
NIGHT = datetime(2026, 12, 1, 22, tzinfo=UTC)
OPEN = None
YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN


def day(number: int) -> date:
    return MONDAY + number * A_DAY


def delivered(
    came: Sequence[float | None],
    *more: tuple[CourseEvent, int],
    on: int = 34,
    plan: Plan = PLAN,
    admitted: int = 0,
) -> Delivered:
    """Hours attended of each session; 0 for one that was missed, ``None`` for an open roll."""
    events: list[tuple[CourseEvent, int]] = [(Admitted(), admitted), *more]
    for due, hours in zip(DUE, came, strict=False):
        mark = SessionMissed(due.uid) if hours == 0 else None
        if hours:
            mark_of = Attendance(hours * HOUR)
            events.append((SessionAttended(due.uid, mark_of), (due.day - MONDAY).days))
        elif mark:
            events.append((mark, (due.day - MONDAY).days))
    entries = [
        Entry(UUID(int=n, version=4), day(number), NIGHT + n * HOUR, "desk", event)
        for n, (event, number) in enumerate(events, 10)
    ]
    in_force = ScheduleSince(plan.start, evolve(IN_FORCE.schedule, plan=plan))
    return delivered_by(record(Course(KEY, KEY, (in_force,)), *entries), on=day(on))


def rules(*demands: Demand) -> RequirementSet:
    asked = tuple(
        Requirement(f"rule-{number}", "Some.", demand, OWN) for number, demand in enumerate(demands)
    )
    return RequirementSet("own", "Own", Versions((Dated(date(2020, 1, 1), asked, OWN),)))


def told(found: Sequence[Finding]) -> list[tuple[int | None, Bounds, Truth]]:
    return [(each.week, each.seen, each.truth) for each in found]


FULL = [2.0] * 10


def test_hours_of_each_week_are_those_attended_with_make_ups_and_visits() -> None:
    start = datetime(2026, 3, 14, 9, tzinfo=UTC)
    what = delivered(
        [2, 2, 2, 0, OPEN, 1.5],
        (MadeUp(DUE[3].uid, start, Attendance(HOUR)), 12),
        (CameUnplanned("walk", Modality.GROUP_THERAPY, start + A_DAY, HOUR), 13),
        on=20,
    )
    demand = WeeklyHours(4 * HOUR)
    assert told(check(what, rules(demand))) == [
        (1, Bounds(240, 240), YES),
        (2, Bounds(240, 240), YES),
        (3, Bounds(90, 210), NO),
    ]


@pytest.mark.parametrize(
    ("demand", "expected"),
    [
        (WeeklyHours(3 * HOUR), [(YES, 240, 240), (UNKNOWN, 120, 240), (UNKNOWN, 0, 240)]),
        (WeeklyDays(2), [(YES, 2, 2), (UNKNOWN, 1, 2), (UNKNOWN, 0, 2)]),
        (WeeklyServices(1), [(YES, 2, 2), (YES, 1, 2), (UNKNOWN, 0, 2)]),
        # A roll that is open may be of a day that is too short.
        (DailyHours(2 * HOUR), [(YES, 120, 120), (UNKNOWN, 0, 120), (UNKNOWN, 0, None)]),
        (LongestGap(6), [(UNKNOWN, 3, 13)]),
        (LongestGap(13), [(YES, 3, 13)]),
        (Frequency(frozenset({Modality.GROUP_THERAPY}), 3), [(NO, 3, 13)]),
    ],
)
def test_open_rolls_make_ranges(demand: Demand, expected: list[tuple[Any, ...]]) -> None:
    found = check(delivered([2, 2, 2, OPEN, OPEN, OPEN], on=20), rules(demand))
    assert [(each.truth, each.seen.least, each.seen.most) for each in found] == expected


def test_only_weeks_that_were_in_treatment_to_their_end_are_judged() -> None:
    demand = rules(WeeklyHours(4 * HOUR), PlanLength(5 * 7))
    for on, weeks in ((5, []), (6, [1]), (12, [1]), (13, [1, 2])):
        found = check(delivered(FULL, on=on), demand)
        assert [each.week for each in found if each.week] == weeks
        # The plan as a whole is judged as soon as a week is.
        assert [each.seen for each in found if not each.week] == [Bounds(35, 35)] * bool(weeks)
    gone = delivered(FULL[:5], (Discharged(), 16), on=30)
    assert [each.week for each in check(gone, demand) if each.week] == [1, 2]
    late = delivered([OPEN, OPEN, OPEN, 2, 2], admitted=8, on=20)
    assert [each.week for each in check(late, demand)] == [3]


def test_weeks_of_a_tapering_phase_may_be_below() -> None:
    demand = WeeklyHours(4 * HOUR, taper_weeks=1)
    found = check(delivered([*FULL[:6], 2, 0, 2, 0]), rules(demand))
    assert [(each.truth, each.tapering) for each in found[3:]] == [(YES, YES), (NO, NO)]


def test_months_count_once_they_are_over() -> None:
    demand = rules(Frequency(frozenset({Modality.GROUP_THERAPY})), Reviews(MilestoneKind.REVIEW))
    none = check(delivered([], (ReviewHeld(), 3), on=27), demand)
    assert told(none) == [(None, Bounds(0), UNKNOWN)]
    longer = check(delivered([], (ReviewHeld(), 3), on=34), demand)
    assert told(longer) == [(None, Bounds(0, 9), UNKNOWN), (None, Bounds(1, 1), YES)]


@pytest.mark.parametrize(
    ("events", "seen", "truth"),
    [
        ([(ReviewHeld(), 14)], Bounds(14, 14), YES),
        ([(ReviewHeld(), 15)], Bounds(15, 15), NO),
        ([], Bounds(28, 28), NO),
        ([(ReviewHeld(), 13)], Bounds(15, 15), NO),
        ([(Certified(), 14)], Bounds(28, 28), NO),
    ],
)
def test_reviews_are_those_held(
    events: list[tuple[CourseEvent, int]], seen: Bounds, truth: Truth
) -> None:
    # The plan has a review in time, which counts for nothing once it is over.
    milestones = (Milestone(MilestoneKind.REVIEW, day(14)),)
    plan = evolve(PLAN, milestones=milestones)
    what = delivered(FULL, *events, on=27, plan=plan)
    assert told(check(what, rules(Reviews(MilestoneKind.REVIEW, 14)))) == [(None, seen, truth)]


def test_recertifications_are_those_after_the_first_day() -> None:
    demand = rules(Reviews(MilestoneKind.RECERTIFICATION, 20))
    events = [(Certified(), 0), (Certified(), 18)]
    found = check(delivered(FULL, *events), demand)
    assert told(found) == [(None, Bounds(18, 18), YES)]


def test_breaks_and_telehealth_count_as_they_were() -> None:
    counting = Counting(frozenset({Modality.GROUP_THERAPY}), clock=True)
    found = check(delivered([2, 1], on=6), rules(WeeklyHours(4 * HOUR, counting=counting)))
    assert told(found) == [(1, Bounds(180, 180), NO)]


def test_what_was_delivered_takes_no_attendance_and_needs_a_plan() -> None:
    what = delivered(FULL)
    with pytest.raises(InvalidError, match="attended"):
        check(what, rules(WeeklyDays(1)), attended=[])
    without = delivered_by(Course(KEY, KEY), on=day(3))
    with pytest.raises(InvalidError, match="a course with a schedule"):
        check(without, rules(WeeklyDays(1)))


CERTIFICATION, RECERTIFICATION = MilestoneKind.CERTIFICATION, MilestoneKind.RECERTIFICATION


def kept(*events: tuple[CourseEvent, int], on: int = 34) -> list[tuple[int | None, Truth]]:
    milestones = (
        Milestone(CERTIFICATION, day(0)),
        Milestone(MilestoneKind.REVIEW, day(10)),
        Milestone(MilestoneKind.REVIEW, day(12), "other"),
        Milestone(RECERTIFICATION, day(18)),
        Milestone(MilestoneKind.REVIEW, day(20)),
    )
    plan = evolve(PLAN, milestones=milestones)
    found = milestones_kept(delivered([], *events, on=on, plan=plan))
    assert tuple(each.milestone for each in found) == milestones
    return [((each.held - MONDAY).days if each.held else None, each.in_time) for each in found]


def test_what_was_held_closes_one_milestone() -> None:
    assert kept(on=0) == [(None, UNKNOWN)] * 5
    assert kept() == [(None, NO)] * 5
    assert kept((Certified(), 0), (ReviewHeld(), 11), (Certified(), 18), (ReviewHeld(), 20)) == [
        (0, YES),
        (11, NO),
        (11, YES),
        (18, YES),
        (20, YES),
    ]
    # Two before the first are due: the second is not that of the next.
    assert kept((ReviewHeld(), 8), (ReviewHeld(), 10)) == [
        (None, NO),
        (8, YES),
        (8, YES),
        (None, NO),
        (None, NO),
    ]
    assert kept((Certified(), 5), on=18) == [
        (5, NO),
        (None, NO),
        (None, NO),
        (None, UNKNOWN),
        (None, UNKNOWN),
    ]


def test_a_course_without_a_plan_has_no_milestones() -> None:
    assert milestones_kept(delivered_by(Course(KEY, KEY), on=day(3))) == ()
    with pytest.raises(InvalidError):
        milestones_kept(PLAN)  # type: ignore[arg-type]
    assert MilestoneKept(Milestone(CERTIFICATION, day(0)), None, NO).held is None


@given(st.lists(st.sampled_from([0.0, 1.0, 2.0, OPEN, OPEN]), min_size=4, max_size=4))
def test_what_is_settled_with_open_rolls_is_so_whatever_they_say(
    came: list[float | None],
) -> None:
    demands = rules(
        WeeklyHours(2 * HOUR, 3 * HOUR), WeeklyDays(2), DailyHours(2 * HOUR), LongestGap(4)
    )
    before = check(delivered(came, on=13), demands)
    places = [place for place, hours in enumerate(came) if hours is None]
    for outcome in product([0.0, 1.0, 2.0], repeat=min(len(places), 2)):
        then = list(came)
        for place, hours in zip(places, outcome, strict=False):
            then[place] = hours
        after = check(delivered(then, on=13), demands)
        for one, other in zip(before, after, strict=True):
            assert one.truth in (UNKNOWN, other.truth)
