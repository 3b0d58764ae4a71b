"""Meetings: a group meets as one, whatever its members' plans, closures and leaves are."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import pairwise
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.errors import InvalidError
from iopkit.groups import Group, join
from iopkit.modalities import Modality
from iopkit.patients import Patient
from iopkit.plans import GroupMembership, Leave, Plan, draft
from iopkit.plans.upcoming import ChangingKind, Consequence, ConsequenceKind, UpcomingChange
from iopkit.programs import PerWeek, Phase, Program, Service, Slot
from iopkit.reports import conflicts_text
from iopkit.schedules import (
    Appointment,
    Booking,
    ConflictKind,
    Meeting,
    Move,
    Reason,
    Schedule,
    Surroundings,
    follow_meetings,
    make_up_openings,
    meetings,
    meetings_of,
    openings,
    plan_meetings,
    reschedule,
    schedule,
    site_conflicts,
    take,
)
from iopkit.schedules.following import _is_free_again
from iopkit.schedules.sessions import number_of
from iopkit.sites import Absence, Clinician, ClosedFor, ClosedRule, Closure, Room, Site
from iopkit.windows import DayPart, Weekday, WeeklyWindows

MONDAY, DAY, WEEK = date(2026, 4, 6), timedelta(days=1), timedelta(weeks=1)
HOURS = WeeklyWindows.of(*(f"{day.title} 08:00-21:00" for day in list(Weekday)[:6]))
SITE = Site(
    "Elm",
    "America/New_York",
    HOURS,
    rooms=(Room("Oak", 9), Room("Nook", 2)),
    clinicians=(Clinician("Ash"), Clinician("Birch")),
)
LENGTH = timedelta(hours=2)
SLOTS = tuple(map(Slot.parse, ("tuesday 18:00", "thursday 18:00")))
EVENING = Group("evening", "group", SLOTS, LENGTH, 8, room="Oak", clinician="Ash")
GROUP = Service("group", "Group", Modality.GROUP_THERAPY, PerWeek(2), LENGTH)
TALK = Service("talk", "Talk", Modality.INDIVIDUAL_COUNSELING, PerWeek(1), timedelta(hours=1))
PROGRAM = Program("program", "Program", (Phase("all", "All", 4),), (GROUP, TALK))


def closed(*days: date, why: str = "holiday", rule: ClosedRule = ClosedRule.MOVE_IN_WEEK) -> Site:
    closures = tuple(Closure(day, day + DAY, why) for day in days)
    return evolve(SITE, closures=closures, closed_rule=rule)


def member(
    number: int,
    site: Site,
    *,
    start: date = MONDAY,
    free: WeeklyWindows | None = None,
    leaves: Iterable[Leave] = (),
) -> tuple[Plan, Site]:
    joined, there = join(PROGRAM, site, [EVENING])
    patient = Patient(UUID(int=number, version=4), availability=free)
    plan = draft(joined, patient, there, start=start, seed=number, groups=[EVENING])
    return evolve(plan, leaves=tuple(leaves)), there


def dated(number: int, site: Site, met: Iterable[Meeting], start: date = MONDAY) -> Schedule:
    plan, there = member(number, site, start=start)
    return schedule(plan, there, meetings=met)


def at(day: date, clock: str = "18:00") -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), SITE.tz)


def wall(day: date, clock: str = "18:00") -> datetime:
    return at(day, clock).replace(tzinfo=None)


def group_starts(made: Schedule) -> list[datetime]:
    return [each.start for each in made.sessions if each.service == "group"]


# When a group meets.

TUESDAY, THURSDAY = MONDAY + DAY, MONDAY + 3 * DAY
of_evening = partial(meetings_of, EVENING)


def test_a_group_meets_at_its_times_from_the_first_day_up_to_the_last() -> None:
    met = of_evening(SITE, start=TUESDAY, end=TUESDAY + WEEK)
    assert [each.start for each in met] == [at(TUESDAY), at(THURSDAY)]
    assert {(m.group, m.service, m.room, m.clinician, m.seats) for m in met} == {
        ("evening", "group", "Oak", "Ash", 8)
    }
    assert of_evening(SITE, start=TUESDAY, end=TUESDAY) == ()


@pytest.mark.parametrize(
    ("rule", "start"),
    [
        (ClosedRule.MOVE_IN_WEEK, at(TUESDAY + DAY)),
        (ClosedRule.NEXT_OPEN_DAY, at(TUESDAY + DAY)),
        (ClosedRule.SKIP, None),
        (ClosedRule.EXTEND, None),
    ],
)
def test_a_closed_day_moves_a_meeting_as_the_site_has_it(
    rule: ClosedRule, start: datetime | None
) -> None:
    (met,) = of_evening(closed(TUESDAY, rule=rule), start=TUESDAY, end=THURSDAY)
    assert met.moved == Move(wall(TUESDAY), Reason.CLOSED, "holiday")
    assert met.called_off is (start is None)
    assert met.start == start or met.called_off
    assert met.due == wall(TUESDAY)
    assert met.end == met.start + LENGTH


def test_a_meeting_without_a_place_in_its_week_is_called_off() -> None:
    days = [MONDAY + n * DAY for n in range(7)]
    met = of_evening(closed(*days), start=MONDAY, end=MONDAY + WEEK)
    assert [each.called_off for each in met] == [True, True]


def test_a_meeting_is_where_its_room_and_clinician_are() -> None:
    mornings = Clinician("Ash", WeeklyWindows.of("tuesday 08:00-21:00", "friday 08:00-12:00"))
    site = evolve(SITE, clinicians=(mornings,))
    (_, met) = of_evening(site, start=MONDAY, end=MONDAY + WEEK)
    assert (met.start, met.moved and met.moved.why) == (
        at(THURSDAY + DAY, "10:00"),
        Reason.UNSTAFFED,
    )


def test_a_meeting_has_the_substitute_of_its_day() -> None:
    ill = Absence(TUESDAY, TUESDAY + DAY, "ill", substitute="Birch")
    site = evolve(SITE, clinicians=(Clinician("Ash", absences=(ill,)), Clinician("Birch")))
    ask = partial(of_evening, site, start=MONDAY, end=MONDAY + WEEK)
    by_hand = ask(moves=[f"{THURSDAY} to {TUESDAY} 09:00"])
    assert [each.clinician for each in ask()] == ["Birch", "Ash"]
    assert [each.clinician for each in by_hand] == ["Birch", "Birch"]
    assert {each.room for each in by_hand} == {"Oak"}
    assert dated(1, site, by_hand).sessions[1].clinician == "Birch"


def test_a_service_has_a_rule_of_its_own_for_closed_days() -> None:
    site = evolve(
        closed(TUESDAY),
        closed_rules=(ClosedFor(ClosedRule.SKIP, service="group"),),
    )
    (met,) = of_evening(site, start=TUESDAY, end=THURSDAY)
    assert met.called_off


def test_a_group_does_not_meet_before_its_first_day() -> None:
    late = evolve(EVENING, begins=THURSDAY)
    site = closed(THURSDAY)
    met = meetings_of(late, site, start=MONDAY, end=MONDAY + WEEK)
    assert [each.start for each in met] == [at(THURSDAY + DAY)]


def test_a_meeting_is_moved_by_hand_in_one_call() -> None:
    site = closed(TUESDAY)
    moves = ["2026-04-07 to 2026-04-10 17:30", "2026-04-09 18:00 to 2026-04-07 09:00"]
    first, second = of_evening(SITE, start=MONDAY, end=MONDAY + WEEK, moves=[moves[0], moves[1]])
    assert (first.start, second.start) == (at(THURSDAY + DAY, "17:30"), at(TUESDAY, "09:00"))
    assert first.moved == Move(wall(TUESDAY), Reason.GROUP_MOVED)
    (told, _) = of_evening(site, start=MONDAY, end=MONDAY + WEEK, moves=moves[:1])
    assert told.moved == Move(wall(TUESDAY), Reason.CLOSED, "holiday")


def test_what_is_moved_by_hand_is_held_where_a_rule_would_call_it_off() -> None:
    site = closed(TUESDAY, rule=ClosedRule.EXTEND)
    moves = ["2026-04-07 to 2026-04-10 17:30"]
    met = of_evening(site, start=MONDAY, end=MONDAY + WEEK, moves=moves)
    assert not any(each.called_off for each in met)


@pytest.mark.parametrize(
    ("moves", "told"),
    [
        (["2026-04-07"], "a move such as"),
        (["2026-04-31 to 2026-05-01 18:00"], "a move such as"),
        (["2026-04-07 25:00 to 2026-04-08 18:00"], "a move such as"),
        (["2026-04-08 to 2026-04-10 18:00"], "a meeting of evening"),
        (["2026-04-07 17:00 to 2026-04-10 18:00"], "a meeting of evening"),
        (["2029-04-10 to 2029-04-11 18:00"], "a meeting of evening"),
        (["2026-04-07 to 2029-04-11 18:00"], "a day within a year"),
        (["2026-04-07 to 2026-04-08 18:00", "2026-04-07 to 2026-04-10 18:00"], "once"),
        (["2026-04-07 to 2026-04-10 20:00"], "with room and clinician"),  # ends after hours
        (["2026-04-07 to 2026-04-09 17:00"], "and no other"),  # its own second meeting
        (["2026-04-07 to 2026-04-10 18:00", "2026-04-09 to 2026-04-10 17:00"], "and no other"),
    ],
)
def test_a_move_that_cannot_be_is_refused(moves: list[str], told: str) -> None:
    with pytest.raises(InvalidError, match=told):
        of_evening(SITE, start=MONDAY, end=MONDAY + WEEK, moves=moves)


def test_the_moves_that_a_group_has_are_those_that_are_given() -> None:
    def asked(own: tuple[str, ...], given: tuple[str, ...] = ()) -> tuple[Meeting, ...]:
        group = evolve(EVENING, moves=own)
        return meetings_of(group, SITE, start=MONDAY, end=MONDAY + 2 * WEEK, moves=given)

    moves = ("2026-04-07 to 2026-04-10 18:00", "2026-04-16 to 2026-04-17 09:00")
    given = asked((), moves)
    assert given[0].moved
    assert asked(moves) == given
    assert asked(moves[:1], moves[1:]) == given
    with pytest.raises(InvalidError, match="each meeting once"):
        asked(moves, moves[:1])
    # Of other years: left aside.
    assert asked(("2023-04-04 to 2023-04-05 18:00", "2030-04-02 to 2030-04-03 18:00")) == asked(())


def test_a_move_before_the_group_begins_or_of_one_of_two_a_day_is_refused() -> None:
    late = evolve(EVENING, begins=THURSDAY)
    with pytest.raises(InvalidError, match="a meeting of evening"):
        meetings_of(
            late, SITE, start=MONDAY, end=THURSDAY, moves=["2026-04-07 to 2026-04-10 18:00"]
        )
    twice = evolve(EVENING, slots=(SLOTS[0], Slot.parse("tuesday 09:00")))
    with pytest.raises(InvalidError, match="two on the day"):
        meetings_of(
            twice, SITE, start=MONDAY, end=THURSDAY, moves=["2026-04-07 to 2026-04-10 18:00"]
        )


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        (TUESDAY, MONDAY, "or a day after it"),
        (MONDAY, MONDAY + 300 * WEEK, "5 years"),
        (date(1960, 1, 1), date(1960, 1, 2), "1970"),
    ],
)
def test_days_that_cannot_be_are_refused(start: date, end: date, told: str) -> None:
    with pytest.raises(InvalidError, match=told):
        of_evening(SITE, start=start, end=end)


def test_a_meeting_says_what_is_wrong_with_it() -> None:
    with pytest.raises(InvalidError, match="without a zone"):
        Meeting("group", "Group", wall(TUESDAY), LENGTH)
    with pytest.raises(InvalidError, match="called off"):
        Meeting("group", "Group", at(TUESDAY), LENGTH, called_off=True)


sites = st.builds(
    lambda days, rule: closed(*(MONDAY + n * DAY for n in days), rule=rule),
    st.sets(st.integers(0, 48), max_size=9),
    st.sampled_from(ClosedRule),
)


@given(sites, st.integers(0, 30), st.integers(0, 12))
def test_a_group_has_the_same_meetings_whatever_days_are_asked_for(
    site: Site, first: int, length: int
) -> None:
    start = MONDAY + first * DAY
    end = start + length * DAY
    some = of_evening(site, start=start, end=end)
    every = of_evening(site, start=MONDAY - WEEK, end=MONDAY + 8 * WEEK)
    assert some == tuple(each for each in every if start <= each.due.date() < end)


def test_closed_weeks_up_to_the_first_day_push_the_same_meetings_on() -> None:
    days = [MONDAY + n * DAY for n in range(28) if n % 7 < 4]
    site = closed(*days, rule=ClosedRule.NEXT_OPEN_DAY)
    after = MONDAY + 3 * WEEK
    some = of_evening(site, start=after, end=after + 2 * WEEK)
    every = of_evening(site, start=MONDAY - WEEK, end=after + 2 * WEEK)
    assert some == every[-4:]
    assert [each.start for each in some] == [
        at(after + 4 * DAY),
        at(after + 5 * DAY),
        at(TUESDAY + 4 * WEEK),
        at(THURSDAY + 4 * WEEK),
    ]


@given(sites)
def test_each_meeting_is_due_once_and_held_where_it_can_be(site: Site) -> None:
    met = of_evening(site, start=MONDAY, end=MONDAY + 7 * WEEK)
    days = [MONDAY + n * DAY for n in range(49)]
    assert [m.due for m in met] == [wall(day) for day in days if day.weekday() in (1, 3)]
    shut = {closure.start for closure in site.closures}
    held = sorted((m.start, m.end) for m in met if not m.called_off)
    assert all(end <= start for (_, end), (start, _) in pairwise(held))
    for each in met:
        assert (each.moved is not None) is (each.due.date() in shut)
        if not each.called_off:
            assert each.start.date() not in shut
            minute = each.start.hour * 60 + each.start.minute
            assert site.hours.hold(each.start.weekday() * 1440 + minute, 120)
            in_week = (each.start.date() - MONDAY).days // 7 - (each.due.date() - MONDAY).days // 7
            assert 0 <= in_week <= (site.closed_rule is ClosedRule.NEXT_OPEN_DAY)
            if site.closed_rule is ClosedRule.MOVE_IN_WEEK and len(shut) < 3:
                assert DayPart.of(minute) is DayPart.of(18 * 60)


# Members of a group.


@st.composite
def members(draw: st.DrawFn, site: Site) -> list[tuple[Plan, Site]]:
    """Plans of a group, from any day on, for patients with other hours and leaves."""
    made = []
    for number in range(draw(st.integers(2, 4))):
        windows = st.sets(st.sampled_from(HOURS.windows), min_size=1)
        free = draw(st.none() | st.builds(lambda some: WeeklyWindows.of(*some), windows))
        first, away = draw(st.integers(0, 10)), draw(st.integers(0, 20))
        leave = Leave(
            MONDAY + (first + away) * DAY,
            MONDAY + (first + away + draw(st.integers(1, 9))) * DAY,
            extends=draw(st.booleans()),
        )
        leaves = draw(st.sampled_from([(), (leave,)]))
        made.append(member(number, site, start=MONDAY + first * DAY, free=free, leaves=leaves))
    return made


def staffed(site: Site, first: int, days: int, substitute: str | None) -> Site:
    start = MONDAY + first * DAY
    away = Absence(start, start + days * DAY, "away", substitute)
    ash, *others = site.clinicians
    return evolve(site, clinicians=(evolve(ash, absences=(away,)), *others))


staffed_sites = sites | st.builds(
    staffed,
    sites,
    st.integers(0, 30),
    st.integers(1, 9),
    st.sampled_from([None, "Birch"]),
)


@given(st.data(), staffed_sites)
def test_members_of_a_group_have_one_meeting_on_every_date(data: st.DataObject, site: Site) -> None:
    met = of_evening(site, start=MONDAY - WEEK, end=MONDAY + 20 * WEEK)
    plans = data.draw(members(site))
    made = [schedule(plan, there, meetings=met) for plan, there in plans]
    assert not [c for c in site_conflicts(made, SITE) if c.kind is ConflictKind.GROUP]
    held = {each.start: each for each in met if not each.called_off}
    for each in made:
        plan = each.plan
        numbers = [*map(number_of, each.sessions), *map(number_of, each.unplaced)]
        assert sorted(numbers) == sorted((e.service.name, e.number) for e in plan.prescribed())
        for session in each.sessions:
            if session.service == "group":
                there = held[session.start]
                assert (session.group, session.room, session.clinician, session.end) == (
                    "evening",
                    there.room,
                    there.clinician,
                    there.end,
                )
            else:
                assert session.group is None
        # Whoever is in treatment on the day of a meeting that was due in the plan is there.
        for meeting in held.values():
            day = meeting.due.date()
            days = (meeting.start.date(), (meeting.end - timedelta(minutes=1)).date())
            due = plan.start <= day < plan.start + 4 * WEEK and meeting.start.date() >= plan.start
            if due and not any(map(plan.leave_on, days)):
                assert meeting.start in group_starts(each)


@given(st.data(), sites, st.integers(0, 30))
def test_members_stay_together_when_closures_come_in_mid_course(
    data: st.DataObject, site: Site, now: int
) -> None:
    ask = partial(of_evening, start=MONDAY - WEEK, end=MONDAY + 20 * WEEK)
    before, after = ask(SITE), ask(site)
    as_of = at(MONDAY + now * DAY, "12:00")
    made = []
    for plan, there in data.draw(members(SITE)):
        closures, rule = site.closures, site.closed_rule
        here = evolve(there, closures=closures, closed_rule=rule)
        old = schedule(plan, there, meetings=before)
        around = Surroundings(here, as_of, meetings=after)
        new = reschedule(old, plan, around)
        past = [s for s in old.sessions if s.start <= as_of]
        assert [s for s in new.sessions if s.start <= as_of] == past
        held = {each.start for each in after if not each.called_off}
        assert held.issuperset(start for start in group_starts(new) if start > as_of)
        made.append(new)
        again = reschedule(new, plan, around)
        assert again.sessions == new.sessions
    # What was held before the closure was known is as it was.
    apart = [c for c in site_conflicts(made, SITE) if c.kind is ConflictKind.GROUP]
    assert all(c.start <= as_of for c in apart)


def apart(*made: Schedule) -> list[tuple[date, list[UUID], list[UUID]]]:
    """Where the group comes apart: the day, who is there, and who has no date for it."""
    return [
        (
            c.start.date(),
            [each.patient for each in c.between if isinstance(each, Booking)],
            [each.patient for each in c.undated],
        )
        for c in site_conflicts(made, SITE)
        if c.kind is ConflictKind.GROUP
    ]


def test_a_member_without_a_date_for_a_meeting_that_others_have_is_found() -> None:
    ask = partial(of_evening, start=MONDAY, end=MONDAY + 8 * WEEK)
    together, alone = dated(1, SITE, ask(SITE)), dated(2, closed(TUESDAY), ask(closed(TUESDAY)))
    one, two = together.plan.patient, alone.plan.patient
    # The first Tuesday is elsewhere for one; where it is called off for one, it has no date.
    assert apart(together, alone) == [(TUESDAY, [one, two], [])]
    off = closed(TUESDAY, rule=ClosedRule.SKIP)
    alone = dated(2, off, ask(off))
    assert apart(together, alone) == apart(alone, together) == [(TUESDAY, [one], [two])]
    assert apart(alone) == apart(together) == []
    (conflict,) = (c for c in site_conflicts([together, alone], SITE) if c.undated)
    assert conflict.undated[0].session in alone.unplaced
    assert f"group 1, patient {two}, has no date: the site is closed" in conflicts_text([conflict])


def test_whoever_is_on_leave_or_begins_later_is_missed_at_no_meeting() -> None:
    moves = [f"{TUESDAY + WEEK} to {MONDAY + 5 * DAY} 09:00"]
    met = of_evening(SITE, start=MONDAY, end=MONDAY + 8 * WEEK, moves=moves)
    away, there = member(2, SITE, leaves=[Leave(MONDAY, MONDAY + WEEK)])
    made = [
        dated(1, SITE, met),
        schedule(away, there, meetings=met),
        dated(3, SITE, met, start=MONDAY + WEEK),
    ]
    assert [[u.why for u in each.unplaced if u.service == "group"] for each in made] == [
        [],
        [Reason.ON_LEAVE] * 3,
        [Reason.NO_MEETING],
    ]
    assert apart(*made) == []


def test_of_two_meetings_on_a_day_the_one_that_is_missing_is_told() -> None:
    twice = evolve(EVENING, slots=(Slot.parse("tuesday 09:00"), SLOTS[0]))
    joined, there = join(PROGRAM, SITE, [twice])

    def made(number: int, moves: list[str], site: Site) -> Schedule:
        patient = Patient(UUID(int=number, version=4))
        plan = draft(joined, patient, there, start=MONDAY, seed=number, groups=[twice])
        met = meetings_of(twice, site, start=MONDAY, end=MONDAY + 4 * WEEK, moves=moves)
        return schedule(plan, there, meetings=met)

    off = closed(TUESDAY, rule=ClosedRule.SKIP)
    evening = [f"{TUESDAY} 18:00 to {TUESDAY + DAY} 18:00"]
    both, second = made(1, [], SITE), made(2, evening, off)
    one, two = both.plan.patient, second.plan.patient
    assert apart(both, second) == [(TUESDAY, [one], [two]), (TUESDAY, [one, two], [])]


# The meetings of plans.


def test_plans_are_dated_by_all_meetings_of_their_groups() -> None:
    plan, there = member(1, SITE)
    late, _ = member(2, SITE, start=MONDAY + 2 * WEEK)
    met = plan_meetings([plan, late], [EVENING], there)
    assert met == of_evening(SITE, start=MONDAY, end=late.end + 52 * WEEK)
    assert {m.group for m in met} == {"evening"}
    assert all(not schedule(each, there, meetings=met).unplaced for each in (plan, late))
    assert plan_meetings([evolve(plan, groups=())], [EVENING], there) == ()
    assert plan_meetings([], [], there) == ()
    longer = evolve(late, start=MONDAY + 250 * WEEK)
    far = plan_meetings([plan, longer], [EVENING], there)
    assert far[-1].due.date() < MONDAY + 5 * 52 * WEEK


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        ([], "groups: expected evening, a group of group, found none"),
        ([evolve(EVENING, service="talk")], "groups: expected evening, a group of group"),
        ([EVENING, EVENING], "groups: expected each group once"),
        (["evening"], "expected a Group"),
    ],
)
def test_plans_need_each_of_their_groups(groups: list[Any], told: str) -> None:
    plan, there = member(1, SITE)
    with pytest.raises(InvalidError, match=told):
        plan_meetings([plan], groups, there)


def test_without_meetings_a_group_session_has_its_own_time_or_no_date() -> None:
    plan, there = member(1, closed(TUESDAY))
    made = schedule(plan, there)
    (missing,) = made.unplaced
    assert (missing.service, missing.why, missing.prescribed) == ("group", Reason.CLOSED, TUESDAY)
    assert len(group_starts(made)) == 7
    assert {each.group for each in made.sessions} == {"evening", None}
    two = evolve(plan, groups=(GroupMembership("group", ("evening", "other")),))
    assert {each.group for each in schedule(two, there).sessions} == {None}


def test_a_group_session_without_a_meeting_is_told() -> None:
    met = of_evening(SITE, start=MONDAY, end=MONDAY + 3 * WEEK)
    made = dated(1, SITE, met)
    assert [(each.why, each.prescribed) for each in made.unplaced] == [
        (Reason.NO_MEETING, TUESDAY + 3 * WEEK),
        (Reason.NO_MEETING, THURSDAY + 3 * WEEK),
    ]


def test_a_service_at_other_times_than_its_groups_is_dated_by_itself() -> None:
    plan, there = member(1, closed(TUESDAY))
    other = meetings_of(
        evolve(EVENING, slots=(Slot.parse("monday 18:00"),)), SITE, start=MONDAY, end=TUESDAY
    )
    made = schedule(plan, there, meetings=other)
    assert len(group_starts(made)) == 8
    assert {each.group for each in made.sessions} == {None}


def test_a_meeting_before_the_plan_begins_or_at_another_session_is_missed() -> None:
    early = of_evening(
        SITE, start=MONDAY, end=MONDAY + 4 * WEEK, moves=["2026-04-07 to 2026-04-04 10:00"]
    )
    assert [(u.why, u.prescribed) for u in dated(1, SITE, early).unplaced] == [
        (Reason.NO_MEETING, TUESDAY)
    ]
    clash = [*early]
    clash[0] = evolve(early[1], moved=Move(wall(TUESDAY), Reason.GROUP_MOVED))
    assert [(u.why, u.prescribed) for u in dated(1, SITE, clash).unplaced] == [
        (Reason.OVERLAP, THURSDAY)
    ]


def test_a_rule_that_extends_brings_each_member_to_a_later_meeting() -> None:
    site = closed(TUESDAY, TUESDAY + WEEK, rule=ClosedRule.EXTEND)
    met = of_evening(site, start=MONDAY, end=MONDAY + 9 * WEEK)
    first, second = dated(1, site, met), dated(2, site, met, start=MONDAY + WEEK)
    assert group_starts(first)[-2:] == [at(TUESDAY + 4 * WEEK), at(TUESDAY + 5 * WEEK)]
    assert group_starts(second)[-1] == at(TUESDAY + 5 * WEEK)
    assert not site_conflicts([first, second], site)
    assert all(each.group == "evening" for each in first.sessions if each.service == "group")


def test_a_leave_that_extends_brings_a_member_to_a_later_meeting() -> None:
    plan, there = member(1, SITE, leaves=[Leave(TUESDAY, TUESDAY + DAY, "away", extends=True)])
    made = schedule(plan, there, meetings=of_evening(SITE, start=MONDAY, end=MONDAY + 9 * WEEK))
    last = made.sessions[-1]
    assert (last.start, last.moved) == (
        at(TUESDAY + 4 * WEEK),
        Move(wall(TUESDAY), Reason.ON_LEAVE, "away"),
    )
    (told,) = schedule(
        plan, there, meetings=of_evening(SITE, start=MONDAY, end=MONDAY + 4 * WEEK)
    ).unplaced
    assert (told.why, told.detail) == (Reason.ON_LEAVE, "away")


def test_a_member_is_at_no_meeting_from_the_day_on_which_its_service_is_withheld() -> None:
    stops = Consequence(ConsequenceKind.SERVICE_STOPS, ("group",))
    ends = UpcomingChange(THURSDAY, ChangingKind.CONSENT, "consent", True, False, (stops,))
    plan, there = member(1, SITE)
    plan = evolve(plan, upcoming=(ends,))
    moves = [f"{TUESDAY} to {THURSDAY + DAY} 10:00", f"{THURSDAY} to {TUESDAY + DAY} 10:00"]
    met = of_evening(SITE, start=MONDAY, end=MONDAY + 4 * WEEK, moves=moves)
    made = schedule(plan, there, meetings=met)
    # The day on which the group meets counts, not the one on which it was due.
    assert group_starts(made) == [at(TUESDAY + DAY, "10:00")]
    assert {each.why for each in made.unplaced} == {Reason.WITHHELD}
    assert all(ends.words in each.detail for each in made.unplaced)


def test_other_sessions_are_placed_around_a_meeting_that_was_moved() -> None:
    plan, there = member(1, SITE)
    talk = next(each for each in schedule(plan, there).sessions if each.service == "talk")
    day = talk.start.date()
    move = f"{TUESDAY} to {day} {talk.start:%H:%M}"
    met = of_evening(SITE, start=MONDAY, end=MONDAY + 4 * WEEK, moves=[move])
    made = schedule(plan, there, meetings=met)
    assert talk.start in group_starts(made)
    (moved,) = [each for each in made.sessions if each.service == "talk" and each.moved]
    assert moved.moved is not None
    assert moved.moved.why is Reason.OVERLAP
    assert made.unplaced == ()


# Changes in mid-course.


def test_a_meeting_that_is_moved_again_takes_its_members_along() -> None:
    ask = partial(of_evening, closed(TUESDAY + WEEK), start=MONDAY, end=MONDAY + 4 * WEEK)
    moves = [f"{TUESDAY + WEEK} to {THURSDAY + WEEK + DAY} 17:00"]
    plan, there = member(1, closed(TUESDAY + WEEK))
    old = schedule(plan, there, meetings=ask())
    as_of = at(TUESDAY + WEEK, "20:00")
    new = reschedule(old, plan, Surroundings(there, as_of, meetings=ask(moves=moves)))
    changed = {*group_starts(old)} ^ {*group_starts(new)}
    assert changed == {at(TUESDAY + WEEK + DAY), at(THURSDAY + WEEK + DAY, "17:00")}
    assert new.unplaced == ()
    # Without meetings, they are as they were.
    assert reschedule(new, plan, Surroundings(there, as_of)) == new
    assert reschedule(new, plan, Surroundings(there, at(MONDAY))) == new


def test_a_meeting_that_would_have_been_by_now_is_over() -> None:
    plan, there = member(1, SITE)
    ask = partial(of_evening, SITE, start=MONDAY, end=MONDAY + 4 * WEEK)
    old = schedule(plan, there, meetings=ask())
    moved = ask(moves=[f"{THURSDAY} to {TUESDAY + DAY} 09:00"])
    new = reschedule(old, plan, Surroundings(there, at(TUESDAY + DAY, "12:00"), meetings=moved))
    assert [(u.why, u.prescribed) for u in new.unplaced] == [(Reason.PAST, THURSDAY)]


def test_a_member_whose_plan_is_extended_stays_at_the_later_meeting() -> None:
    leave = Leave(TUESDAY, TUESDAY + DAY, extends=True)
    plan, there = member(1, SITE, leaves=[leave])
    met = of_evening(SITE, start=MONDAY, end=MONDAY + 9 * WEEK)
    old = schedule(plan, there, meetings=met)
    around = Surroundings(there, at(TUESDAY + WEEK), meetings=met)
    assert reschedule(old, plan, around) == old


def test_a_member_is_not_moved_off_a_meeting_for_a_time_elsewhere() -> None:
    site = closed(TUESDAY + WEEK)
    plan, there = member(1, site)
    met = of_evening(site, start=MONDAY, end=MONDAY + 4 * WEEK)
    old = schedule(plan, there)
    elsewhere = Appointment(at(TUESDAY + WEEK + DAY), end=at(TUESDAY + WEEK + DAY, "19:00"))
    around = Surroundings(there, at(TUESDAY), busy=(elsewhere,), meetings=met)
    assert at(TUESDAY + WEEK + DAY) in group_starts(reschedule(old, plan, around))


@given(st.data(), st.integers(0, 40), st.sets(st.integers(0, 8), max_size=4))
def test_members_follow_what_was_moved_by_hand_as_if_dated_anew(
    data: st.DataObject, now: int, weeks: set[int]
) -> None:
    ask = partial(of_evening, SITE, start=MONDAY - WEEK, end=MONDAY + 12 * WEEK)
    hours = [f"{data.draw(st.integers(8, 15)):02}:00" for _ in weeks]
    moves = [
        f"{TUESDAY + n * WEEK} to {THURSDAY + n * WEEK - data.draw(st.integers(0, 3)) * DAY} {hour}"
        for n, hour in zip(weeks, hours, strict=True)
    ]
    before, after = data.draw(st.permutations([ask(), ask(moves=moves)]))
    plans = data.draw(members(SITE))
    made = [schedule(plan, there, meetings=before) for plan, there in plans]
    around = Surroundings(plans[0][1], at(MONDAY + now * DAY, "07:00"), meetings=after)
    for old, new in zip(made, follow_meetings(made, around), strict=True):
        dated_anew = reschedule(old, old.plan, around)
        assert group_starts(new) == group_starts(dated_anew)
        assert new.unplaced == dated_anew.unplaced
        # All else stays where it is, unless all is dated anew.
        alone = [[s for s in each.sessions if not s.group] for each in (new, old, dated_anew)]
        assert alone[0] in alone[1:]
        assert new.revision == old.revision + (new.sessions != old.sessions)


def test_a_member_who_was_to_be_away_comes_to_a_meeting_that_was_moved() -> None:
    ask = partial(of_evening, SITE, start=MONDAY, end=MONDAY + 4 * WEEK)
    plan, there = member(1, SITE, leaves=[Leave(MONDAY, MONDAY + 2 * DAY)])
    old = schedule(plan, there, meetings=ask())
    moved = ask(moves=[f"{TUESDAY} to {TUESDAY + 2 * DAY} 11:00"])
    (new,) = follow_meetings([old], Surroundings(there, at(MONDAY), meetings=moved))
    assert group_starts(new)[0] == at(TUESDAY + 2 * DAY, "11:00")
    assert [each.service for each in old.unplaced] != [each.service for each in new.unplaced]


def test_who_follows_a_meeting_is_dated_anew_where_more_changes() -> None:
    ask = partial(of_evening, start=MONDAY, end=MONDAY + 9 * WEEK)
    off = ask(closed(TUESDAY + WEEK, rule=ClosedRule.SKIP))
    met = ask(SITE)
    plan, there = member(1, SITE, leaves=[Leave(THURSDAY, THURSDAY + DAY, extends=True)])
    around = Surroundings(there, at(MONDAY), meetings=off)
    old = schedule(plan, there, meetings=met)
    (called_off,) = follow_meetings([old], around)
    assert [(u.why, u.prescribed) for u in called_off.unplaced] == [(Reason.CLOSED, TUESDAY + WEEK)]
    # It was only called off for the time being.
    (again,) = follow_meetings([called_off], evolve(around, meetings=met))
    assert again.sessions == old.sessions
    assert follow_meetings([old], evolve(around, meetings=met)) == (old,)
    # The later meeting, at which a member is for a leave, is another day now.
    moved = ask(SITE, moves=[f"{THURSDAY + 4 * WEEK} to {THURSDAY + 4 * WEEK + DAY} 09:00"])
    (later,) = follow_meetings([old], evolve(around, meetings=moved))
    assert group_starts(later)[-1] == at(THURSDAY + 5 * WEEK)
    # Somebody else has another room now.
    other = tuple(evolve(each, room="Nook") for each in met)
    (elsewhere,) = follow_meetings([old], evolve(around, meetings=other))
    assert {each.room for each in elsewhere.sessions if each.group} == {"Nook"}


# Openings and make-ups.


def one_absent(met: tuple[Meeting, ...], seats: int = 8) -> tuple[Schedule, Site, Surroundings]:
    """A member on the first Tuesday, with four others of the group there."""
    plan, there = member(1, SITE)
    met = tuple(evolve(each, seats=seats) for each in met)
    others = tuple(dated(number, SITE, met) for number in (2, 3, 4, 5))
    as_of = at(TUESDAY, "20:30")
    return (
        schedule(plan, there, meetings=met),
        there,
        Surroundings(there, as_of, others=others, meetings=met),
    )


SECOND = evolve(
    EVENING,
    name="second",
    slots=(Slot.parse("wednesday 17:00"), Slot.parse("saturday 09:00")),
    room="Nook",
    clinician="Birch",
    capacity=2,
)


def test_a_make_up_of_a_group_session_is_a_meeting_with_a_seat() -> None:
    ask = partial(meetings_of, site=SITE, start=MONDAY, end=MONDAY + 2 * WEEK)
    met = (*ask(EVENING), *ask(SECOND))
    made, _, around = one_absent(met)
    missed = made.sessions[0] if made.sessions[0].service == "group" else made.sessions[1]
    found = make_up_openings(made, missed, around, limit=9)
    fit = [each.session for each in found if each.fits]
    assert {(each.start, each.group, each.room) for each in fit} <= {
        (each.start, each.group, each.room) for each in met
    }
    assert (fit[0].start, fit[0].group, fit[0].clinician) == (
        at(TUESDAY + DAY, "17:00"),
        "second",
        "Birch",
    )
    # Where the patient is anyway, nothing can be made up for.
    assert at(THURSDAY) not in {each.start for each in fit}
    taken = take(made, found[0])
    assert taken.sessions[-1] == made.sessions[-1]
    assert not site_conflicts([taken, *around.others], SITE)


def test_a_meeting_that_is_full_is_told_and_not_offered() -> None:
    made, _, around = one_absent(of_evening(SITE, start=MONDAY, end=MONDAY + 2 * WEEK), seats=4)
    session = next(each for each in made.sessions if each.start == at(THURSDAY))
    found = openings(made, session, around, limit=9)
    assert not any(each.fits for each in found)
    full = [each.obstacles for each in found if each.session.start == at(TUESDAY + WEEK)]
    assert full == [(Reason.NO_SEAT, Reason.OVERLAP)]


def test_a_meeting_that_is_called_off_is_no_opening() -> None:
    site = closed(TUESDAY + WEEK, rule=ClosedRule.SKIP)
    met = of_evening(site, start=MONDAY, end=MONDAY + 2 * WEEK)
    plan, there = member(1, site)
    made = schedule(plan, there, meetings=met)
    session = next(each for each in made.sessions if each.start == at(THURSDAY))
    around = Surroundings(there, at(TUESDAY, "21:00"), meetings=met)
    starts = [each.session.start for each in openings(made, session, around, limit=9)]
    assert starts == [at(THURSDAY + WEEK)]


def test_without_groups_a_group_session_is_offered_where_others_meet_first() -> None:
    def plain(number: int, slots: tuple[str, ...]) -> tuple[Plan, Site]:
        group = evolve(EVENING, slots=tuple(map(Slot.parse, slots)))
        joined, there = join(PROGRAM, SITE, [group])
        patient = Patient(UUID(int=number, version=4))
        return draft(joined, patient, there, start=MONDAY, seed=number), there

    plan, there = plain(1, ("tuesday 18:00", "thursday 18:00"))
    made = schedule(plan, there)
    other = schedule(*plain(2, ("wednesday 19:00", "friday 16:00")))
    missed = next(each for each in made.sessions if each.start == at(TUESDAY))
    around = Surroundings(there, at(TUESDAY, "20:30"), others=(other,))
    found = [each for each in make_up_openings(made, missed, around, limit=12) if each.fits]
    theirs = {each.start for each in other.sessions if each.service == "group"}
    where = [each.session.start in theirs for each in found]
    assert found[0].session.start == at(TUESDAY + DAY, "19:00")
    assert found[1].session.start == at(THURSDAY + DAY, "16:00")
    assert where == sorted(where, reverse=True)


def test_a_make_up_stays_at_its_meeting_or_goes_to_another() -> None:
    ask = partial(meetings_of, site=SITE, start=MONDAY, end=MONDAY + 2 * WEEK)
    met = (*ask(EVENING), *ask(SECOND))
    made, _, around = one_absent(met)
    missed = next(each for each in made.sessions if each.start == at(TUESDAY))
    new = take(made, make_up_openings(made, missed, around)[0])
    assert reschedule(new, new.plan, around) == new
    less = tuple(each for each in met if each.start != at(TUESDAY + DAY, "17:00"))
    moved = reschedule(new, new.plan, evolve(around, meetings=less))
    (made_up,) = [each for each in moved.sessions if each.make_up]
    assert (made_up.start, made_up.group) == (at(MONDAY + 5 * DAY, "09:00"), "second")


# A group that comes apart.


def test_members_with_different_meetings_are_told() -> None:
    ask = partial(of_evening, SITE, start=MONDAY, end=MONDAY + 4 * WEEK)
    as_due, moved = ask(), ask(moves=[f"{TUESDAY} to {TUESDAY + DAY} 16:00"])
    made = [dated(1, SITE, as_due), dated(2, SITE, moved), dated(3, SITE, moved)]
    (found,) = site_conflicts(made, SITE)
    assert (found.kind, found.of, found.start, found.end) == (
        ConflictKind.GROUP,
        "evening",
        at(TUESDAY),
        at(TUESDAY + DAY, "18:00"),
    )
    assert [each.start for each in found.between] == [
        at(TUESDAY),
        *[at(TUESDAY + DAY, "16:00")] * 2,
    ]
    assert found.kind.words == "members of the group have different meetings"
    assert site_conflicts(made[1:], SITE) == ()


def test_capacity_counts_the_meetings_that_were_dated() -> None:
    site = closed(TUESDAY)
    met = of_evening(site, start=MONDAY, end=MONDAY + 4 * WEEK)
    made = [dated(number, site, met) for number in (1, 2, 3)]
    counted = meetings(made, site)
    assert [evolve(each, patients=None, title="evening", seats=8) for each in counted] == sorted(
        met, key=lambda each: each.start
    )
    assert {each.patients for each in counted} == {3}
    assert {each.free for each in counted} == {6}
    assert {each.free for each in met} == {None}


@pytest.mark.parametrize(
    ("of_room", "of_group", "seats"), [(9, 5, 5), (9, 12, 9), (20, 8, 8), (9, None, 9)]
)
def test_a_meeting_has_no_more_seats_than_its_room_and_its_group(
    of_room: int, of_group: int | None, seats: int
) -> None:
    site = evolve(SITE, rooms=(Room("Oak", of_room), *SITE.rooms[1:]))
    evening = evolve(EVENING, capacity=of_group or 8)
    met = of_evening(site, start=MONDAY, end=MONDAY + 4 * WEEK)
    made = [dated(number, site, met) for number in (1, 2, 3)]
    # One of another service under its name has nothing to say.
    other = evolve(evening, service="other", capacity=1)
    groups = [other] if of_group is None else [other, evening]
    counted = meetings(made, site, groups=groups)
    assert {(each.seats, each.free) for each in counted} == {(seats, seats - 3)}


@pytest.mark.parametrize(
    ("why", "due", "free"),
    [
        (None, "on", False),
        (Reason.CLOSED, "on", False),
        (Reason.ON_LEAVE, None, False),
        (Reason.ON_LEAVE, "off", False),
        (Reason.ON_LEAVE, "on", True),
    ],
)
def test_who_was_put_off_by_a_leave_comes_back_once_their_own_meeting_is_out_of_it(
    why: Reason | None, due: str | None, free: bool
) -> None:
    start = datetime(2026, 1, 12, 18, tzinfo=UTC)
    old: Any = SimpleNamespace(plan=SimpleNamespace(leave_on=lambda day: None))
    moved = None if why is None else Move(start.replace(tzinfo=None), why)
    session: Any = SimpleNamespace(moved=moved)
    meeting: Any = due and SimpleNamespace(start=start, called_off=due == "off")
    assert _is_free_again(old, session, meeting) is free
