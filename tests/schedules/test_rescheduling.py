"""Rescheduling: what was held stays, what is to come follows the new plan, nothing is lost."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import assume, example, given
from hypothesis import strategies as st

from iopkit import strategies
from iopkit.errors import InvalidError
from iopkit.modalities import Modality
from iopkit.plans import Plan, draft
from iopkit.programs import Phase, Program, RandomDays, Service, Slot, Weekly, timetable
from iopkit.programs.timetables import PrescribedSession
from iopkit.schedules import (
    Appointment,
    Reason,
    Schedule,
    Session,
    Surroundings,
    booked_doses,
    make_up_openings,
    openings,
    reschedule,
    schedule,
    schedule_difference,
    session_rows,
    take,
)
from iopkit.schedules.rescheduling import _span
from iopkit.sites import Clinician, Closure, Offer, Room, Site
from iopkit.windows import Weekday, WeeklyWindows

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
MONDAY = date(2026, 1, 5)
ONE_DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Schedule, Plan, Surroundings]:
    """A schedule, a changed plan that keeps its services, a changed site, and a moment."""
    site, other = draw(strategies.sites()), draw(strategies.sites())
    patient, start = draw(strategies.patients()), draw(strategies.days())
    plan = draft(draw(strategies.programs()), patient, site, start=start, seed=1)
    old = schedule(plan, site)
    as_of = datetime.combine(start, time(0), site.tz) + draw(st.integers(-1, 21 * 24)) * HOUR
    around = Surroundings(draw(st.sampled_from([site, other])), as_of)
    coming = [s for s in old.sessions if s.start > as_of]
    for session in coming[: draw(st.integers(0, 2))]:
        for opening in openings(old, session, Surroundings(site, as_of), limit=1):
            old = take(old, opening) if opening.fits else old
    for session in old.sessions[: draw(st.integers(0, 1))]:
        for opening in make_up_openings(old, session, Surroundings(site, as_of), limit=1):
            old = take(old, opening) if opening.fits else old
    names = sorted({service.name for service in plan.program.every_service})
    hold = draw(st.lists(st.sampled_from(names), max_size=1))
    # Not to after what was held: that is refused.
    began = any(session.start <= as_of for session in old.sessions)
    shift = draw(st.sampled_from([0, 0, -7] if began else [0, 1, -1, 7]))
    seed = draw(st.sampled_from([1, 2]))
    changed = evolve(plan, on_hold=tuple(hold), start=start + shift * ONE_DAY, seed=seed)
    # By another site's clock, what was held may have been on the day before the first.
    tz = around.site.tz
    held = [session.start.astimezone(tz) for session in old.sessions if session.start <= as_of]
    assume(all(start.date() >= changed.start for start in held))
    return old, changed, around


def in_utc(session: Session) -> Session:
    return evolve(session, start=session.start.astimezone(UTC))


# To draw a case takes longer than all that is asked of it: so much is asked of each.


@given(cases())
def test_sessions_that_were_held_never_change_and_all_stay_apart(
    case: tuple[Schedule, Plan, Surroundings],
) -> None:
    old, plan, around = case
    new = reschedule(old, plan, around)
    later = (old.plan.start - plan.start).days // 7
    held = [evolve(s, week=s.week + later) for s in old.sessions if s.start <= around.as_of]
    kept = [s for s in new.sessions if s.start <= around.as_of]
    # A time that a clock shows twice is equal to none of another zone.
    assert [in_utc(session) for session in kept] == [in_utc(session) for session in held]
    dated = [(s.service, s.number) for s in new.sessions if not s.make_up]
    found = Counter([*dated, *((u.service, u.number) for u in new.unplaced)])
    assert set(found.values()) <= {1}
    assert all(first.end <= second.start for first, second in pairwise(new.sessions))
    assert len({new.uid(session) for session in new.sessions}) == len(new.sessions)


@given(cases())
def test_a_revision_is_raised_by_one_if_and_only_if_something_changes(
    case: tuple[Schedule, Plan, Surroundings],
) -> None:
    old, plan, around = case
    new = reschedule(old, plan, around)
    changed = not schedule_difference(old, new).is_empty
    assert new.revision == old.revision + changed
    assert new.plan == plan
    # Once more, or the same plan at the same site, changes nothing.
    assert reschedule(new, plan, around) == new
    made = schedule(plan, around.site)
    assert reschedule(made, plan, around) == made


@given(cases())
def test_what_is_to_come_is_where_the_plan_has_it_unless_it_says_why(
    case: tuple[Schedule, Plan, Surroundings],
) -> None:
    old, plan, around = case
    midnight = datetime.combine(plan.start, time(0))
    due = {
        (planned.service.name, midnight + planned.minute * MINUTE)
        for planned in timetable(plan.program, Weekday.of(plan.start))
        if planned.minute is not None
    }
    for session in reschedule(old, plan, around).sessions:
        coming = session.start > around.as_of and not session.make_up
        drawn = any(
            isinstance(service.timing, RandomDays)
            for service in plan.program.every_service
            if service.name == session.service
        )
        if coming and not session.moved and not drawn:
            assert (session.service, session.start.replace(tzinfo=None)) in due


# By hand

SITE = Site(
    "Elm Street",
    "America/Chicago",
    WeeklyWindows.of(*(f"{day.title} 09:00-17:00" for day in tuple(Weekday)[:5])),
)


def service(name: str, *slots: str, minutes: int = 60) -> Service:
    timing, length = Weekly(tuple(map(Slot.parse, slots))), timedelta(minutes=minutes)
    return Service(name, name, Modality.GROUP_THERAPY, timing, length)


def planned(*services: Service, weeks: int = 2) -> Plan:
    program = Program("program", "Program", (Phase("all", "All", weeks),), services)
    return Plan(KEY, KEY, SITE.name, program, MONDAY, 1)


def moment(day: int, clock: str = "00:00") -> datetime:
    return datetime.combine(MONDAY + day * ONE_DAY, time.fromisoformat(clock), SITE.tz)


def shown(made: Schedule) -> list[str]:
    return [
        f"{s.service} {s.number}{'+' * s.make_up} {s.start:%a %d %H:%M}"
        f"{f' {s.moved.why}' if s.moved else ''}"
        for s in made.sessions
    ]


OLD = schedule(planned(service("group", "tuesday 10:00", "thursday 10:00")), SITE)


def test_a_new_day_holds_from_the_next_session_on() -> None:
    plan = planned(service("group", "tuesday 10:00", "friday 14:00"))
    new = reschedule(OLD, plan, Surroundings(SITE, moment(3, "09:00")))
    assert shown(new) == [
        "group 1 Tue 06 10:00",
        "group 2 Fri 09 14:00",
        "group 3 Tue 13 10:00",
        "group 4 Fri 16 14:00",
    ]
    late = reschedule(OLD, plan, Surroundings(SITE, moment(3, "10:00")))
    # The second one had begun: its number is not given twice, and the week has Friday's yet.
    assert shown(late) == [
        "group 1 Tue 06 10:00",
        "group 2 Thu 08 10:00",
        "group 3 Fri 09 14:00",
        "group 4 Tue 13 10:00",
        "group 5 Fri 16 14:00",
    ]
    assert late.revision == 1


def test_a_plan_that_is_cut_short_keeps_the_weeks_of_what_had_no_date() -> None:
    contact = evolve(service("contact", "monday 10:00"), duration=None)
    old = schedule(planned(contact, weeks=4), SITE)
    new = reschedule(old, planned(contact, weeks=2), Surroundings(SITE, moment(18)))
    assert [missing.week for missing in new.unplaced] == [1, 2, 3]
    assert (new.plan.weeks, new.weeks) == (2, 3)
    assert [dose.unmeasured for dose in booked_doses(new)] == [1, 1, 1]


def test_what_the_new_plan_has_in_the_past_is_not_prescribed() -> None:
    plan = planned(service("group", "monday 10:00", "tuesday 10:00"))
    new = reschedule(OLD, plan, Surroundings(SITE, moment(2)))
    assert shown(new) == ["group 1 Tue 06 10:00", "group 2 Mon 12 10:00", "group 3 Tue 13 10:00"]
    assert new.unplaced == ()


def test_a_new_service_begins_with_the_first_time_that_is_to_come() -> None:
    plan = planned(
        service("group", "tuesday 10:00", "thursday 10:00"), service("talk", "monday 10:00")
    )
    new = reschedule(OLD, plan, Surroundings(SITE, moment(2)))
    assert [text for text in shown(new) if "talk" in text] == ["talk 1 Mon 12 10:00"]
    assert new.unplaced == ()


def test_a_session_beside_one_that_is_being_held_moves() -> None:
    plan = planned(
        service("group", "tuesday 10:00", "thursday 10:00"), service("talk", "tuesday 11:00")
    )
    long = schedule(planned(service("group", "tuesday 10:00", "thursday 10:00", minutes=120)), SITE)
    new = reschedule(long, plan, Surroundings(SITE, moment(1, "10:30")))
    assert shown(new)[:2] == ["group 1 Tue 06 10:00", "talk 1 Wed 07 11:00 overlap"]


def test_a_session_is_not_moved_to_where_the_patient_is_busy() -> None:
    shut = evolve(SITE, closures=(Closure(MONDAY + ONE_DAY, MONDAY + 2 * ONE_DAY, "Flood"),))
    around = Surroundings(shut, moment(0))
    court, always = Appointment(moment(2), moment(3)), Appointment(moment(0), moment(7))
    birthday = evolve(always, blocks=False)
    for busy, expected in (
        ([], "group 1 Wed 07 10:00 closed"),
        ([birthday], "group 1 Wed 07 10:00 closed"),
        ([court], "group 1 Mon 05 10:00 closed"),
    ):
        assert expected in shown(reschedule(OLD, OLD.plan, evolve(around, busy=tuple(busy))))
    gone = reschedule(OLD, OLD.plan, evolve(around, busy=(always,)))
    assert [(u.number, u.why) for u in gone.unplaced] == [(1, Reason.CLOSED)]


def test_a_service_on_hold_keeps_what_was_held() -> None:
    plan = evolve(OLD.plan, on_hold=("group",))
    new = reschedule(OLD, plan, Surroundings(SITE, moment(4)))
    assert shown(new) == ["group 1 Tue 06 10:00", "group 2 Thu 08 10:00"]
    assert [(u.number, u.why) for u in new.unplaced] == [(3, Reason.ON_HOLD), (4, Reason.ON_HOLD)]


def test_a_session_that_was_moved_on_request_stays_while_it_fits() -> None:
    around = Surroundings(SITE, moment(0))
    asked = take(OLD, openings(OLD, OLD.sessions[0], around)[1])
    assert shown(asked)[0] == "group 1 Wed 07 10:00 asked"
    more = planned(
        service("group", "tuesday 10:00", "thursday 10:00"), service("talk", "friday 10:00")
    )
    assert shown(reschedule(asked, more, around))[0] == "group 1 Wed 07 10:00 asked"
    busy = planned(
        service("group", "tuesday 10:00", "thursday 10:00"), service("talk", "wednesday 10:00")
    )
    assert shown(reschedule(asked, busy, around))[0] == "group 1 Tue 06 10:00"
    other = planned(service("group", "monday 10:00", "thursday 10:00"))
    assert shown(reschedule(asked, other, around))[0] == "group 1 Mon 05 10:00"


def test_a_make_up_stays_moves_or_goes() -> None:
    around = Surroundings(SITE, moment(1, "12:00"))
    missed = take(OLD, make_up_openings(OLD, OLD.sessions[0], around)[1])
    assert shown(missed)[1] == "group 1+ Wed 07 10:00 absent"
    assert shown(reschedule(missed, OLD.plan, around))[1] == "group 1+ Wed 07 10:00 absent"
    busy = planned(
        service("group", "tuesday 10:00", "thursday 10:00"), service("talk", "wednesday 10:00")
    )
    assert "group 1+ Wed 07 11:00 absent" in shown(reschedule(missed, busy, around))
    shut = evolve(SITE, closures=(Closure(MONDAY, MONDAY + 60 * ONE_DAY, "Flood"),))
    new = reschedule(missed, OLD.plan, evolve(around, site=shut))
    assert shown(new) == ["group 1 Tue 06 10:00"]


def test_a_make_up_that_was_held_beforehand_takes_no_session_from_the_plan() -> None:
    around = Surroundings(SITE, moment(0))
    early = next(
        opening
        for opening in make_up_openings(OLD, OLD.sessions[1], around)
        if opening.fits and opening.session.start < OLD.sessions[1].start
    )
    made = take(OLD, early)
    assert reschedule(made, OLD.plan, evolve(around, as_of=early.session.end)) == made


def test_what_was_asked_stays_though_it_is_within_the_notice() -> None:
    around = Surroundings(SITE, moment(0))
    asked = take(OLD, openings(OLD, OLD.sessions[0], around)[1])
    made_up = take(asked, make_up_openings(asked, asked.sessions[1], around)[0])
    assert made_up.sessions != asked.sessions
    soon = Surroundings(SITE, moment(0), notice=14 * ONE_DAY)
    assert reschedule(made_up, OLD.plan, soon) == made_up


def test_who_has_to_move_takes_no_place_of_one_who_was_asked_elsewhere() -> None:
    around, full = Surroundings(SITE, moment(0)), service("full", "friday 09:00", minutes=240)
    old = schedule(planned(service("group", "tuesday 10:00", "thursday 10:00"), full), SITE)
    fit = next(o for o in openings(old, old.sessions[1], around) if o.session.start < moment(2))
    asked = take(old, fit)
    shut = Closure(MONDAY, MONDAY + 3 * ONE_DAY, "Flood")
    dentist = Appointment(moment(3, "09:00"), moment(3, "10:00"))
    flooded = Surroundings(evolve(SITE, closures=(shut,)), moment(0), busy=(dentist,))
    new = reschedule(asked, old.plan, flooded)
    assert shown(new)[:2] == ["group 2 Thu 08 10:00", "group 1 Thu 08 11:00 closed"]
    assert reschedule(new, old.plan, flooded) == new


def test_what_is_left_without_a_date_is_in_the_order_of_the_plan() -> None:
    around = Surroundings(SITE, moment(0))
    to_friday = next(
        opening
        for opening in openings(OLD, OLD.sessions[1], around)
        if opening.session.start > moment(4)
    )
    asked = take(OLD, to_friday)
    old = evolve(asked, sessions=tuple(s for s in asked.sessions if s.number != 1))
    always = Appointment(moment(0), moment(7))
    busy = Surroundings(SITE, moment(3, "12:00"), busy=(always,))
    new = reschedule(old, OLD.plan, busy)
    assert [(u.number, u.why) for u in new.unplaced] == [(2, Reason.PAST)]
    assert reschedule(new, OLD.plan, busy) == new


def test_a_make_up_takes_the_clinician_and_room_that_the_site_has_now() -> None:
    with_kim = evolve(
        SITE,
        rooms=(Room("green", 8),),
        clinicians=(Clinician("Kim"),),
        offers=(Offer("group", room="green", clinician="Kim"),),
    )
    old = schedule(OLD.plan, with_kim)
    around = Surroundings(with_kim, moment(1, "12:00"))
    made_up = take(old, make_up_openings(old, old.sessions[0], around)[0])
    for changed, expected in (
        (
            evolve(
                with_kim,
                rooms=(Room("red", 8),),
                clinicians=(Clinician("Lee"),),
                offers=(Offer("group", room="red", clinician="Lee"),),
            ),
            ("red", "Lee"),
        ),
        (
            evolve(with_kim, rooms=(Room("red", 8),), clinicians=(Clinician("Lee"),), offers=()),
            (None, None),
        ),
    ):
        later = evolve(around, site=changed)
        new = reschedule(made_up, OLD.plan, later)
        assert [(s.room, s.clinician) for s in new.sessions if s.make_up] == [expected]
        assert [s.start for s in new.sessions] == [s.start for s in made_up.sessions]
        proposed = make_up_openings(new, new.sessions[0], later)[0]
        assert (proposed.session.room, proposed.session.clinician) == expected


@given(st.integers(0, 50), st.integers(0, 6), st.integers(0, 13 * 24))
@example(4, 3, 60)
@example(5, 2, 12)
def test_no_day_is_drawn_twice_for_one_service(seed: int, shut: int, hour: int) -> None:
    test = Service("test", "Test", Modality.DRUG_TESTING, RandomDays(2), 15 * MINUTE)
    plan = evolve(planned(test), seed=seed)
    old = schedule(plan, SITE)
    closures = tuple(
        Closure(MONDAY + day * ONE_DAY, MONDAY + (day + 1) * ONE_DAY, "Flood")
        for day in (shut, shut + 7)
    )
    around = Surroundings(evolve(SITE, closures=closures), moment(0) + hour * HOUR)
    new = reschedule(old, plan, around)
    days = [session.start.date() for session in new.sessions]
    assert len(days) == len(set(days))
    assert len(days) + len(new.unplaced) == 4
    assert reschedule(new, plan, around) == new


def test_a_make_up_before_a_plan_that_begins_much_later_goes_after_its_first_day() -> None:
    around = Surroundings(SITE, moment(0))
    missed = take(OLD, make_up_openings(OLD, OLD.sessions[0], around)[1])
    for days in (7, 70):
        plan = evolve(OLD.plan, start=MONDAY + days * ONE_DAY)
        new = reschedule(missed, plan, around)
        made_up = next(session for session in new.sessions if session.make_up)
        assert made_up.start.date() >= plan.start
        assert made_up.week == (made_up.start.date() - plan.start).days // 7 + 1
        proposed = make_up_openings(new, new.sessions[0], around)
        assert proposed[0].session.start.date() >= plan.start


def test_a_site_in_another_zone_keeps_the_instants_of_what_was_held() -> None:
    new = reschedule(OLD, OLD.plan, Surroundings(evolve(SITE, zone="America/New_York"), moment(3)))
    assert new.sessions[0] == OLD.sessions[0]
    assert shown(new)[:2] == ["group 1 Tue 06 11:00", "group 2 Thu 08 10:00"]
    rows = session_rows(new)
    assert [(row.start, row.zone) for row in rows[:1]] == [
        (datetime(2026, 1, 6, 11), "America/New_York")  # noqa: DTZ001  # wall-clock
    ]


def test_a_make_up_of_a_service_that_is_gone_goes() -> None:
    around = Surroundings(SITE, moment(0))
    extra = take(OLD, make_up_openings(OLD, OLD.sessions[0], around)[1])
    new = reschedule(extra, planned(service("talk", "monday 10:00")), around)
    assert {session.service for session in new.sessions} == {"talk"}


def test_a_plan_that_begins_later_takes_nothing_before() -> None:
    plan = evolve(OLD.plan, start=MONDAY + 7 * ONE_DAY)
    around = Surroundings(SITE, moment(0))
    asked = take(OLD, openings(OLD, OLD.sessions[0], around)[1])
    assert shown(reschedule(asked, plan, around))[0] == "group 1 Tue 13 10:00"


def test_what_comes_yet_on_a_day_follows_what_is_over_of_it_by_number() -> None:
    plan = planned(service("group", "tuesday 10:00", "tuesday 15:00", "friday 10:00"), weeks=3)
    shut = evolve(SITE, closures=(Closure(MONDAY, MONDAY + 12 * ONE_DAY, "Flood"),))
    old = schedule(plan, shut)
    assert [missing.number for missing in old.unplaced] == [1, 2, 3, 4, 5, 6]
    later, around = evolve(plan, start=MONDAY + 7 * ONE_DAY), Surroundings(shut, moment(8, "12:00"))
    new = reschedule(old, later, around)
    # 10:00 of the 13th is over. 1 to 3 are free now, and would put 15:00 before it.
    assert [(u.number, u.why) for u in new.unplaced] == [(n, Reason.CLOSED) for n in (4, 5, 6)]
    assert shown(new)[0] == "group 7 Tue 20 10:00"
    assert reschedule(new, later, around) == new


# What is refused


def test_a_plan_that_begins_after_what_was_held_is_refused_and_told_of_leaves() -> None:
    plan = evolve(OLD.plan, start=MONDAY + 2 * ONE_DAY)
    with pytest.raises(InvalidError, match=r"'group' was held.*a leave that shifts") as refused:
        reschedule(OLD, plan, Surroundings(SITE, moment(2)))
    assert [fault.path for fault in refused.value.faults] == [("plan", "start")]
    assert len(reschedule(OLD, plan, Surroundings(SITE, moment(0))).sessions) == 4


def test_another_modality_under_the_name_of_what_was_held_is_refused() -> None:
    teaching = evolve(service("group", "friday 10:00"), modality=Modality.PSYCHOEDUCATION)
    with pytest.raises(InvalidError, match=r"'group'.*a name of its own") as refused:
        reschedule(OLD, planned(teaching), Surroundings(SITE, moment(2)))
    assert [fault.path for fault in refused.value.faults] == [("plan", "program")]
    assert reschedule(OLD, planned(teaching), Surroundings(SITE, moment(0))).sessions


def test_another_site_is_refused() -> None:
    with pytest.raises(InvalidError) as refused:
        reschedule(OLD, OLD.plan, Surroundings(evolve(SITE, name="Oak"), moment(2)))
    assert [fault.path for fault in refused.value.faults] == [("site",)]


def test_another_plan_is_refused() -> None:
    plan = evolve(OLD.plan, key=UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11"))
    with pytest.raises(InvalidError) as refused:
        reschedule(OLD, plan, Surroundings(SITE, moment(2)))
    assert [fault.path for fault in refused.value.faults] == [("plan",)]


def test_what_a_session_takes_is_known_with_its_time_and_its_length() -> None:
    timed = Service("a", "A", Modality.GROUP_THERAPY, Weekly((Slot.parse("monday 18:00"),)))
    planned = PrescribedSession(timed, "phase", 1, 1, 0, 1080)
    assert _span(planned) is None
    assert _span(evolve(planned, minute=None)) is None
    known = evolve(planned, service=evolve(timed, duration=timedelta(minutes=90)))
    assert _span(known) == (1080, 1170)
