"""Courses in which plan, site, staff, leaves and group change at once: what must hold of all."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import pairwise
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.documents import from_json, to_json
from iopkit.groups import Group
from iopkit.modalities import Modality
from iopkit.plans import GroupMembership, Leave, Plan
from iopkit.programs import Phase, Program, RandomDays, Service, Slot, Weekly
from iopkit.schedules import (
    Meeting,
    Reason,
    Schedule,
    Session,
    Surroundings,
    follow_meetings,
    make_up_openings,
    meetings_of,
    openings,
    reschedule,
    schedule,
    take,
)
from iopkit.schedules.sessions import prescribed
from iopkit.sites import (
    Absence,
    Clinician,
    ClosedFor,
    ClosedRule,
    Closure,
    NewHours,
    Offer,
    Site,
)
from iopkit.sites.hours import closed_spans, site_on
from iopkit.truth import Truth
from iopkit.windows import Weekday, WeeklyWindows

KEY = UUID("3d0a8a5e-6f0b-4a1e-9a0c-52f7b1c2d3e4")
START = date(2026, 10, 14)  # a Wednesday; the clocks change within three weeks
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
GROUP, TALK, TEST = "group", "talk", "test"


def slots(*texts: str) -> tuple[Slot, ...]:
    return tuple(map(Slot.parse, texts))


def group(name: str, *texts: str, clinician: str | None = None) -> Group:
    return Group(name, GROUP, slots(*texts), 2 * HOUR, 8, clinician=clinician)


def service(name: str, *texts: str, length: timedelta = HOUR) -> Service:
    modality = Modality.GROUP_THERAPY if name == GROUP else Modality.INDIVIDUAL_COUNSELING
    return Service(name, name.title(), modality, Weekly(slots(*texts)), length)


def drug_tests(count: int) -> Service:
    return Service(TEST, "Test", Modality.DRUG_TESTING, RandomDays(count), 15 * MINUTE)


def plan_of(*phases: tuple[Service, ...], weeks: int = 3, groups: tuple[str, ...] = ()) -> Plan:
    made = (Phase(f"p{n}", f"P{n}", weeks, services) for n, services in enumerate(phases))
    program = Program("any", "Any", tuple(made))
    has = groups and any(each.name == GROUP for each in program.every_service)
    member = (GroupMembership(GROUP, groups),) if has else ()
    return Plan(KEY, KEY, "Elm", program, START, 7, groups=member)


site_of = partial(Site, "Elm", "America/Halifax", WeeklyWindows.always())
"""A site that is always open, with what is said of it besides."""


def moment(days: float, site: Site) -> datetime:
    return datetime.combine(START, time(0), site.tz) + days * DAY


# Whatever changes.

TIMES = [("monday 18:00", "thursday 18:00"), ("tuesday 10:00",), ("saturday 23:00", "friday 10:00")]
HOURS = WeeklyWindows.of(*(f"{day.title} 09:00-20:00" for day in Weekday))


@st.composite
def plans(draw: st.DrawFn, times: tuple[str, ...]) -> Plan:
    phases: list[tuple[Service, ...]] = []
    for _ in range(draw(st.integers(1, 2))):
        talk = draw(st.sampled_from([("sunday 06:00",), ("friday 16:00", "wednesday 13:00")]))
        some = (
            service(GROUP, *times, length=2 * HOUR),
            service(TALK, *talk),
            drug_tests(draw(st.integers(1, 3))),
        )
        phases.append(tuple(draw(st.lists(st.sampled_from(some), min_size=1, unique=True))))
    made = plan_of(*phases, weeks=draw(st.integers(1, 4)), groups=("evening",))
    first, days = draw(st.integers(-3, 30)), draw(st.integers(1, 9))
    kind = draw(st.sampled_from([{}, {"extends": True}, {"shifts": True}]))
    leave = Leave(START + first * DAY, START + (first + days) * DAY, "away", **kind)
    free = draw(st.sampled_from([None, HOURS]))
    return evolve(made, leaves=draw(st.sampled_from([(), (leave,)])), free=free)


@st.composite
def some_sites(draw: st.DrawFn) -> Site:
    rules = st.sampled_from(ClosedRule)

    def days(longest: int) -> tuple[date, date]:
        first = draw(st.integers(-3, 45))
        return START + first * DAY, START + (first + draw(st.integers(1, longest))) * DAY

    services = st.none() | st.frozensets(st.sampled_from([GROUP, TALK]), min_size=1)
    closures = (Closure(*days(9), "flood", services=draw(services)) for _ in range(2))
    away = Absence(*days(12), "away", draw(st.sampled_from([None, "Birch"])))
    later = NewHours(days(1)[0], HOURS)
    own = ClosedFor(draw(rules), service=draw(st.sampled_from([GROUP, TALK])))
    birch = Clinician("Birch", leads=draw(st.sampled_from([None, frozenset({TALK})])))
    offers = (Offer(GROUP, clinician="Ash"), Offer(TALK, Weekday.FRIDAY, clinician="Ash"))
    return site_of(
        closures=tuple(closures),
        closed_rule=draw(rules),
        closed_rules=draw(st.sampled_from([(), (own,)])),
        clinicians=(Clinician("Ash", absences=(away,)), birch),
        later_hours=draw(st.sampled_from([(), (later,)])),
        offers=offers,
    )


def meetings_at(site: Site, times: tuple[str, ...]) -> tuple[Meeting, ...]:
    evening = group("evening", *times, clinician="Ash")
    return meetings_of(evening, site, start=START - 14 * DAY, end=START + 500 * DAY)


def forbidden(session: Session, plan: Plan, site: Site) -> Iterator[str]:
    """What its own days have against a session, each looked at by itself."""
    begin = session.start.replace(tzinfo=None)
    end = begin + session.duration
    day = begin.date()
    while datetime.combine(day, time(0)) < end:
        midnight = datetime.combine(day, time(0))
        low, high = max(begin, midnight), min(end, midnight + DAY)
        minutes = day.weekday() * 1440 + (low - midnight) // MINUTE, (high - low) // MINUTE
        then = site_on(site, day)
        shut = closed_spans(site, day, day + DAY, service=session.service).get(day, ())
        if plan.leave_on(day):
            yield "leave"
        if any(midnight + s * MINUTE < high and low < midnight + e * MINUTE for s, e, _ in shut):
            yield "closed"
        if not then.hours.hold(*minutes):
            yield "hours"
        leaders = [each for each in then.clinicians if each.name == session.clinician]
        if any(each.hours is not None and not each.hours.hold(*minutes) for each in leaders):
            yield "away"
        if any(each.may_lead(session.service) is Truth.NO for each in leaders):
            yield "may not lead"
        day += DAY
    if session.start.utcoffset() != session.end.utcoffset() or day < plan.start:
        yield "clock"


def due_on(made: Schedule) -> Counter[tuple[str, date | None]]:
    """Sessions of services with times by the day on which they were due."""
    found = Counter((each.service, each.prescribed) for each in made.unplaced)
    found.update((each.service, prescribed(each).date()) for each in made.sessions)
    return +Counter({due: n for due, n in found.items() if due[0] != TEST})


def expected(old: Schedule, plan: Plan, now: datetime) -> Counter[tuple[str, date | None]]:
    """What was due on the days before, and what the plan prescribes from the moment on."""
    wall = now.replace(tzinfo=None)
    before = Counter({due: n for due, n in due_on(old).items() if due[1] and due[1] < wall.date()})
    midnight = datetime.combine(plan.start, time(0))
    to_come = [(e.service.name, midnight + (e.minute or 0) * MINUTE) for e in plan.prescribed()]
    # No session begins in the first half hour of a day.
    return before + Counter((name, at.date()) for name, at in to_come if at > wall and name != TEST)


@given(st.data(), some_sites(), st.sampled_from(TIMES))
def test_what_must_hold_holds_whatever_changes(
    data: st.DataObject, site: Site, times: tuple[str, ...]
) -> None:
    made = schedule(data.draw(plans(times)), site, meetings=(met := meetings_at(site, times)))
    days = 0
    for _ in range(2):
        days += data.draw(st.integers(1, 20))
        now = moment(days, site) + 30 * MINUTE
        plan = made.plan
        if data.draw(st.booleans()):
            times = data.draw(st.sampled_from(TIMES))
            plan = data.draw(plans(times))
        if data.draw(st.booleans()):
            site = data.draw(some_sites())
        early = any(s.start <= now < prescribed(s).replace(tzinfo=site.tz) for s in made.sessions)
        met = meetings_at(site, times)
        around = Surroundings(site, now, meetings=met)
        new = reschedule(made, plan, around)
        assert [s for s in new.sessions if s.start <= now] == [
            s for s in made.sessions if s.start <= now
        ]
        held = {(each.start, each.clinician) for each in met if not each.called_off}
        for session in new.sessions:
            if session.start > now:
                assert not [*forbidden(session, plan, site)]
                assert session.service != GROUP or (session.start, session.clinician) in held
        assert all(one.end <= other.start for one, other in pairwise(new.sessions))
        # What was held before it was due is instead of one of its week, so that no day tells.
        assert early or due_on(new) == expected(made, plan, now)
        assert reschedule(new, plan, around) == new
        assert from_json(Schedule, to_json(new)) == new
        made = new


# Each by itself.


def at(made: Schedule, name: str) -> list[str]:
    return [f"{each.start:%m-%d %H:%M}" for each in made.sessions if each.service == name]


def why_not(made: Schedule, name: str) -> list[tuple[date | None, Reason]]:
    return [(each.prescribed, each.why) for each in made.unplaced if each.service == name]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [(ClosedRule.NEXT_OPEN_DAY, "10-26 16:00"), (ClosedRule.EXTEND, "11-16 16:00")],
)
def test_the_rule_of_one_service_looks_as_far_as_that_of_the_site(
    rule: ClosedRule, expected: str
) -> None:
    closure = Closure(START + 19 * DAY, START + 29 * DAY, "flood")
    site = site_of(closures=(closure,), closed_rules=(ClosedFor(rule, service=TALK),))
    made = schedule(plan_of((service(TALK, "monday 16:00"),)), site)
    assert at(made, TALK)[-1] == expected


@pytest.mark.parametrize("substitute", [None, "Birch"])
def test_a_night_is_with_nobody_who_is_away_from_midnight_on(substitute: str | None) -> None:
    away = Absence(START + 4 * DAY, START + 6 * DAY, "away", substitute)
    staff = (Clinician("Ash", absences=(away,)), Clinician("Birch", leads=frozenset({TALK})))
    site = site_of(clinicians=staff, offers=(Offer(TALK, clinician="Ash"),))
    night = plan_of((service(TALK, "saturday 23:30"),))
    made = schedule(night, site)
    assert at(made, TALK) == ["10-17 23:00", "10-24 23:30", "10-31 23:30"]
    assert {each.clinician for each in made.sessions} == {"Ash"}
    longer = evolve(site, clinicians=(), offers=(), later_hours=(NewHours(away.start, HOURS),))
    assert at(schedule(night, longer), TALK)[0] == "10-17 23:00"


def test_what_a_plan_had_before_keeps_its_phase_however_often_it_is_dated() -> None:
    site, talk = site_of(), (service(TALK, "monday 16:00"),)
    was = schedule(plan_of(talk), site)
    around = Surroundings(site, moment(8, site))
    made = reschedule(was, plan_of((service("other", "friday 16:00"),), weeks=9), around)
    assert [(each.name, each.laid_weeks) for each in made.former] == [("p0", 3)]
    assert reschedule(made, made.plan, around) == made


EVENING = group("evening", "tuesday 18:00", clinician="Ash")
MEMBER = plan_of((service(GROUP, "tuesday 18:00", length=2 * HOUR),), groups=("evening", "late"))
STAFF = (Clinician("Ash"), Clinician("Birch"))
STAFFED = site_of(clinicians=STAFF, offers=(Offer(GROUP, clinician="Ash"),))


def met(site: Site, *groups: Group, moves: tuple[str, ...] = ()) -> tuple[Meeting, ...]:
    end = START + 100 * DAY
    return tuple(m for g in groups for m in meetings_of(g, site, start=START, end=end, moves=moves))


def test_a_meeting_that_is_only_known_from_before_is_where_the_site_is_open_and_staffed() -> None:
    plan = evolve(MEMBER, groups=(GroupMembership(GROUP, ("evening",)),))
    was = schedule(plan, STAFFED, meetings=met(STAFFED, EVENING))
    shut = Closure(START + 6 * DAY, START + 7 * DAY, "flood")
    away = Absence(START + 12 * DAY, START + 20 * DAY, "away", "Birch")
    staff = (Clinician("Ash", absences=(away,)), STAFF[1])
    site = evolve(STAFFED, closures=(shut,), clinicians=staff)
    made = reschedule(was, plan, Surroundings(site, moment(1, site)))
    assert why_not(made, GROUP) == [(shut.start, Reason.CLOSED)]
    assert [(each.group, each.clinician) for each in made.sessions] == [
        ("evening", "Birch"),
        ("evening", "Ash"),
    ]


def test_what_is_owed_of_a_group_is_no_meeting_of_one_when_the_group_has_other_times() -> None:
    leave = Leave(START + 5 * DAY, START + 8 * DAY, "away", extends=True)
    plan = evolve(MEMBER, leaves=(leave,))
    was = schedule(plan, STAFFED, meetings=met(STAFFED, EVENING))
    assert at(was, GROUP) == ["10-27 18:00", "11-03 18:00", "11-10 18:00"]
    later = evolve(EVENING, slots=slots("friday 10:00"))
    fridays = evolve(
        plan,
        program=plan_of((service(GROUP, "friday 10:00", length=2 * HOUR),)).program,
    )
    around = Surroundings(STAFFED, moment(8, STAFFED), meetings=met(STAFFED, later))
    made = reschedule(was, fridays, around)
    assert at(made, GROUP) == ["10-23 10:00", "10-30 10:00"]
    assert why_not(made, GROUP) == [(START + 6 * DAY, Reason.NO_MEETING)]


def test_who_is_at_a_later_meeting_is_with_whoever_leads_it() -> None:
    leave = Leave(START + 5 * DAY, START + 8 * DAY, "away", extends=True)
    plan = evolve(MEMBER, leaves=(leave,))
    was = schedule(plan, STAFFED, meetings=met(STAFFED, EVENING))
    birch = met(STAFFED, evolve(EVENING, clinician="Birch"))
    made = reschedule(was, plan, Surroundings(STAFFED, moment(8, STAFFED), meetings=birch))
    assert at(made, GROUP) == at(was, GROUP)
    assert {each.clinician for each in made.sessions} == {"Birch"}


def test_two_groups_of_a_service_at_one_time_stay_apart() -> None:
    leave = Leave(START + 5 * DAY, START + 8 * DAY, "away", extends=True)
    plan = evolve(MEMBER, leaves=(leave,), groups=(GroupMembership(GROUP, ("evening",)),))
    beside = evolve(EVENING, name="late", clinician="Birch")
    both = met(STAFFED, EVENING, beside)
    was = schedule(plan, STAFFED, meetings=both)
    around = Surroundings(STAFFED, moment(8, STAFFED), meetings=both)
    assert follow_meetings([was], around) == (was,)
    assert reschedule(was, plan, around) == was


def test_who_asked_for_another_groups_meeting_stays_there() -> None:
    plan = evolve(MEMBER, groups=(GroupMembership(GROUP, ("evening",)),))
    late = evolve(EVENING, name="late", slots=slots("friday 20:00"), clinician="Birch")
    both = met(STAFFED, EVENING, late)
    was = schedule(plan, STAFFED, meetings=both)
    around = Surroundings(STAFFED, moment(0, STAFFED), meetings=both)
    found = openings(was, was.sessions[0], around)
    other = next(each for each in found if each.session.group == "late")
    made = take(was, other)
    assert reschedule(made, plan, around) == made
    again = make_up_openings(made, made.sessions[0], around)
    repeated = take(made, next(each for each in again if each.fits))
    ash = met(STAFFED, EVENING, evolve(late, clinician="Ash"))
    moved = reschedule(repeated, plan, evolve(around, meetings=ash))
    assert {each.clinician for each in moved.sessions} == {"Ash"}


def test_a_member_whose_own_meeting_is_moved_out_of_a_leave_comes_to_it() -> None:
    leave = Leave(START + 5 * DAY, START + 8 * DAY, "away", extends=True)
    plan = evolve(MEMBER, leaves=(leave,))
    was = schedule(plan, STAFFED, meetings=met(STAFFED, EVENING))
    moved = met(STAFFED, EVENING, moves=("2026-10-20 to 2026-10-23 17:00",))
    around = Surroundings(STAFFED, moment(1, STAFFED), meetings=moved)
    (made,) = follow_meetings([was], around)
    assert made == reschedule(was, plan, around)
    assert at(made, GROUP) == ["10-23 17:00", "10-27 18:00", "11-03 18:00"]


def test_a_test_that_a_leave_puts_off_is_told_as_moved_and_not_lost_in_a_longer_plan() -> None:
    leave = Leave(START + 7 * DAY, START + 14 * DAY, "away", extends=True)
    site, plan = site_of(), evolve(plan_of((drug_tests(1),)), leaves=(leave,))
    was = schedule(plan, site)
    (late,) = (each for each in was.sessions if each.moved)
    assert late.week == 4
    assert late.moved is not None
    assert (late.moved.why, late.moved.detail) == (Reason.ON_LEAVE, "away")
    assert leave.start <= late.moved.prescribed.date() < leave.end
    longer = evolve(plan, program=plan_of((drug_tests(1),), weeks=8).program)
    around = Surroundings(site, moment(15, site))
    made = reschedule(was, longer, around)
    assert len(made.sessions) == 8
    assert reschedule(made, longer, around) == made


def test_what_has_no_date_is_over_or_not_by_its_day_whatever_its_number() -> None:
    # The third was held with the second, before the time that the new plan has on that day.
    site, day = site_of(closed_rule=ClosedRule.SKIP), START + 8 * DAY
    was = schedule(plan_of((service(TALK, "thursday 09:00"),)), site)
    found = openings(was, was.sessions[2], Surroundings(site, moment(0, site)), limit=20)
    early = next(each for each in found if each.session.start.date() == day)
    later = plan_of((service(TALK, "thursday 18:00"),))
    shut = evolve(site, closures=(Closure(day, day + DAY, "storm", from_time=time(17)),))
    around = Surroundings(shut, moment(8.5, site))
    made = reschedule(take(was, early), later, around)
    assert at(made, TALK) == ["10-15 09:00", "10-22 09:00", "10-22 10:00"]
    assert why_not(made, TALK) == [(day, Reason.CLOSED)]
    assert reschedule(made, later, around) == made


def test_what_is_over_of_a_week_without_times_is_counted_in_it() -> None:
    site, plan = site_of(), plan_of((drug_tests(3),))
    was = schedule(plan, site)
    first = was.sessions[0]
    found = openings(was, first, Surroundings(site, moment(0, site)), limit=20)
    next_week = next(each for each in found if each.session.week == 2)
    held = evolve(plan, on_hold=(TEST,))
    around = Surroundings(site, moment(6.5, site))
    made = reschedule(take(was, next_week), held, around)
    weeks = [*(each.week for each in made.sessions), *(each.week for each in made.unplaced)]
    assert weeks.count(1) == 3
    assert reschedule(made, held, around) == made


def test_all_that_asked_in_a_week_without_times_stay_under_their_numbers() -> None:
    site, plan = site_of(), plan_of((drug_tests(3),))
    around = Surroundings(site, moment(0, site))
    made = schedule(plan, site)
    for number in (5, 4):
        session = next(each for each in made.sessions if each.number == number)
        taken = {each.start.date() for each in made.sessions}
        found = openings(made, session, around, limit=50)
        apart = (each for each in found if each.session.start.date() not in taken)
        made = take(made, next(apart))
    assert reschedule(made, plan, around) == made


def test_who_asked_stays_where_another_was_due_that_cannot_be_there() -> None:
    shut = Closure(START, START + 60 * DAY, "repairs", services=frozenset({GROUP}))
    site = site_of(closures=(shut,), closed_rule=ClosedRule.SKIP)
    plan = plan_of((service(TALK, "friday 10:00"), service(GROUP, "monday 10:00")))
    around = Surroundings(site, moment(0, site))
    was = schedule(plan, site)
    found = openings(was, was.sessions[0], around, limit=9)
    monday = next(each for each in found if each.session.start.weekday() == Weekday.MONDAY)
    made = take(was, monday)
    assert reschedule(made, plan, around) == made


def test_a_session_moved_to_the_day_of_another_clinician_stays_with_them() -> None:
    offers = (Offer(TALK, clinician="Ash"), Offer(TALK, Weekday.FRIDAY, clinician="Birch"))
    shut = Closure(START + DAY, START + 2 * DAY, "flood")
    site = site_of(clinicians=STAFF, offers=offers, closures=(shut,))
    plan = plan_of((service(TALK, "thursday 16:00"),))
    was = schedule(plan, site)
    assert was.sessions[0].clinician == "Birch"
    assert reschedule(was, plan, Surroundings(site, moment(1.9, site))) == was
