"""Where sessions go on closed days, during leaves, and by who and what is there."""

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import InvalidError, Patient, draft, schedule
from iopkit.charges import itemize
from iopkit.checks import check
from iopkit.library import find_coding, find_requirements
from iopkit.modalities import Modality
from iopkit.plans import Leave, Plan, Trip
from iopkit.programs import PerWeek, Phase, Program, RandomDays, Service, Slot, Weekly
from iopkit.reports import calendar_text, plan_html, plan_text, week_text
from iopkit.schedules import Reason, Schedule, Session, booked_doses
from iopkit.sites import (
    Clinician,
    ClosedRule,
    Closure,
    Offer,
    Room,
    Site,
    closed_spans,
    service_hours,
)
from iopkit.windows import Weekday, WeeklyWindows

KEY = UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11")
START = date(2026, 5, 4)  # a Monday
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SITE = Site(
    "Elm Street",
    "America/Chicago",
    WeeklyWindows.of(*(f"{day.title} 08:00-20:00" for day in Weekday)),
)


def weekly(name: str, *slots: str, hours: float = 1) -> Service:
    timing = Weekly(tuple(map(Slot.parse, slots)))
    return Service(name, name.title(), Modality.GROUP_THERAPY, timing, hours * HOUR)


def urine(per_week: int = 1) -> Service:
    return Service(
        "test", "Test", Modality.DRUG_TESTING, RandomDays(per_week), timedelta(minutes=10)
    )


def plan_of(*services: Service, weeks: int = 2, leaves: tuple[Leave, ...] = ()) -> Plan:
    program = Program("any", "Any", (Phase("all", "All", weeks, services),))
    return Plan(KEY, KEY, SITE.name, program, START, 1, leaves=leaves)


def starts(made: Schedule) -> list[str]:
    """Each session's start, as week and clock time."""
    return [f"{s.week} {s.start:%a %H:%M}" for s in made.sessions]


def closure(*days: int, low: time | None = None, high: time | None = None) -> tuple[Closure, ...]:
    return tuple(
        Closure(START + day * DAY, START + (day + 1) * DAY, "repairs", low, high) for day in days
    )


# What becomes of a session on a closed day


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param(ClosedRule.MOVE_IN_WEEK, ["1 Sat 09:00", "2 Sun 09:00"], id="in its week"),
        pytest.param(ClosedRule.NEXT_OPEN_DAY, ["2 Mon 09:00", "2 Sun 09:00"], id="next day"),
        pytest.param(ClosedRule.SKIP, ["2 Sun 09:00"], id="not at all"),
        pytest.param(ClosedRule.EXTEND, ["2 Sun 09:00", "3 Sun 09:00"], id="after the plan"),
    ],
)
def test_a_session_on_a_closed_day_goes_where_the_rule_has_it(
    rule: ClosedRule, expected: list[str]
) -> None:
    plan = plan_of(weekly("group", "sunday 09:00"))
    made = schedule(plan, evolve(SITE, closures=closure(6), closed_rule=rule))
    assert starts(made) == expected
    assert [(u.number, u.why, u.detail) for u in made.unplaced] == (
        [(1, Reason.CLOSED, "repairs")] if rule is ClosedRule.SKIP else []
    )
    for session in made.sessions:
        if session.number == 1:
            assert session.moved
            assert session.moved.prescribed == datetime.combine(START + 6 * DAY, time(9))
            assert (session.moved.why, session.moved.detail) == (Reason.CLOSED, "repairs")


def test_the_next_open_day_may_come_after_the_plan_and_is_no_later_than_the_next_week() -> None:
    plan = plan_of(weekly("group", "sunday 09:00"), weeks=1)
    site = evolve(SITE, closed_rule=ClosedRule.NEXT_OPEN_DAY)
    made = schedule(plan, evolve(site, closures=closure(*range(6, 13))))
    assert starts(made) == ["2 Sun 09:00"]
    assert (made.weeks, made.end) == (2, plan.end + 7 * DAY)
    made = schedule(plan, evolve(site, closures=closure(*range(6, 14))))
    assert [u.why for u in made.unplaced] == [Reason.CLOSED]


def test_weeks_that_extend_a_plan_hold_one_session_of_a_time_each() -> None:
    plan = plan_of(weekly("group", "monday 09:00"), weeks=3)
    site = evolve(SITE, closures=closure(0, 7, 21), closed_rule=ClosedRule.EXTEND)
    made = schedule(plan, site)
    # The fourth week is closed on that day, too.
    assert starts(made) == ["3 Mon 09:00", "5 Mon 09:00", "6 Mon 09:00"]
    assert [s.number for s in made.sessions] == [3, 1, 2]
    assert made.weeks == 6


def test_a_plan_is_extended_by_no_more_than_a_year() -> None:
    long = Closure(START, START + 400 * DAY, "rebuilt")
    site = evolve(SITE, closures=(long,), closed_rule=ClosedRule.EXTEND)
    made = schedule(plan_of(weekly("group", "monday 09:00"), weeks=1), site)
    assert [u.why for u in made.unplaced] == [Reason.CLOSED]
    assert made.weeks == 1


def test_only_closures_follow_the_rule() -> None:
    plan = plan_of(weekly("group", "monday 06:00"), weeks=1)
    made = schedule(plan, evolve(SITE, closed_rule=ClosedRule.SKIP))
    assert starts(made) == ["1 Mon 08:00"]


def test_what_is_on_hold_is_not_told_with_a_closure() -> None:
    plan = evolve(plan_of(weekly("group", "monday 09:00"), weeks=1), on_hold=("group",))
    (missing,) = schedule(plan, evolve(SITE, closures=closure(0))).unplaced
    assert (missing.why, missing.detail) == (Reason.ON_HOLD, "")


# Closures for a part of a day


def test_an_end_of_midnight_closes_the_rest_of_the_day() -> None:
    (closed,) = closed_spans(
        evolve(SITE, closures=closure(0, low=time(13), high=time(0))), START, START + DAY
    ).values()
    assert closed == ((780, 1440, "repairs"),)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        pytest.param(time(10), time(12), "1 Mon 09:00", id="after it"),
        pytest.param(time(9, 59), time(12), "1 Mon 08:59", id="in its last minute"),
        pytest.param(None, time(9), "1 Mon 09:00", id="before it"),
        pytest.param(None, time(9, 1), "1 Mon 09:01", id="in its first minute"),
        pytest.param(time(8, 30), None, "1 Tue 09:00", id="for the rest of the day"),
        pytest.param(time(8, 30), time(19, 30), "1 Tue 09:00", id="nearly all day"),
    ],
)
def test_a_closure_with_times_closes_a_part_of_the_day(
    low: time | None, high: time | None, expected: str
) -> None:
    plan = plan_of(weekly("group", "monday 09:00"), weeks=1)
    made = schedule(plan, evolve(SITE, closures=closure(0, low=low, high=high)))
    assert starts(made) == [expected]


def test_no_pause_is_kept_from_a_closure() -> None:
    site = evolve(SITE, closures=closure(0, high=time(10)), break_between=timedelta(minutes=15))
    made = schedule(plan_of(weekly("group", "monday 09:00"), weeks=1), site)
    assert starts(made) == ["1 Mon 10:00"]


def test_closed_spans_are_by_day_and_in_order() -> None:
    site = evolve(
        SITE,
        closures=(
            *closure(0, low=time(15)),
            *closure(0, high=time(9, 30)),
            *closure(1, low=time(9), high=time(10)),
            *closure(1),
        ),
    )
    assert dict(closed_spans(site, START, START + 9 * DAY)) == {
        START: ((0, 570, "repairs"), (900, 1440, "repairs")),
        START + DAY: ((0, 1440, "repairs"),),
    }


# Leaves


def leave(first: int, last: int, *, extends: bool = False) -> Leave:
    return Leave(START + first * DAY, START + last * DAY, "in hospital", extends=extends)


def test_sessions_during_a_leave_are_skipped_with_the_reason() -> None:
    plan = plan_of(weekly("group", "monday 09:00", "friday 09:00"), leaves=(leave(4, 8),))
    made = schedule(plan, SITE)
    assert starts(made) == ["1 Mon 09:00", "2 Fri 09:00"]
    assert [(u.number, u.why, u.detail) for u in made.unplaced] == [
        (2, Reason.ON_LEAVE, "in hospital"),
        (3, Reason.ON_LEAVE, "in hospital"),
    ]


def test_a_leave_that_extends_the_plan_is_made_up_for_after_its_last_week() -> None:
    plan = plan_of(
        weekly("group", "monday 09:00", "friday 09:00"), leaves=(leave(4, 8, extends=True),)
    )
    made = schedule(plan, SITE)
    assert starts(made) == ["1 Mon 09:00", "2 Fri 09:00", "3 Mon 09:00", "3 Fri 09:00"]
    assert [s.number for s in made.sessions] == [1, 4, 3, 2]
    assert (made.weeks, made.end) == (3, START + 21 * DAY)
    assert [dose.known / HOUR for dose in booked_doses(made)] == [1, 1, 2]


def test_nothing_is_moved_into_a_leave() -> None:
    plan = plan_of(weekly("group", "monday 09:00"), weeks=1, leaves=(leave(1, 6),))
    assert starts(schedule(plan, evolve(SITE, closures=closure(0)))) == ["1 Sun 09:00"]


def test_a_session_that_runs_into_a_leave_is_missed() -> None:
    night = evolve(SITE, hours=WeeklyWindows.always())
    plan = plan_of(weekly("group", "monday 23:30"), weeks=1, leaves=(leave(1, 2, extends=True),))
    made = schedule(plan, night)
    assert starts(made) == ["2 Mon 23:30"]


@given(st.integers(1, 7), st.integers(0, 20))
def test_random_days_in_weeks_on_leave_are_skipped_or_come_after(per_week: int, seed: int) -> None:
    for extends in (False, True):
        plan = evolve(
            plan_of(urine(per_week), weeks=4, leaves=(leave(7, 21, extends=extends),)), seed=seed
        )
        made = schedule(plan, SITE)
        weeks = [s.week for s in made.sessions]
        held = [1, 4, 5, 6] if extends else [1, 4]
        assert weeks == [week for week in held for _ in range(per_week)]
        days = [s.start.date() for s in made.sessions]
        assert len(set(days)) == len(days)
        assert [u.why for u in made.unplaced] == (
            [] if extends else 2 * per_week * [Reason.ON_LEAVE]
        )


def test_random_days_of_a_week_partly_on_leave_are_drawn_from_the_rest() -> None:
    plan = plan_of(urine(), weeks=1, leaves=(leave(0, 6),))
    (session,) = schedule(plan, SITE).sessions
    assert session.start.date() == START + 6 * DAY


WEEKDAYS = WeeklyWindows.of(*(f"{day.title} 08:00-20:00" for day in tuple(Weekday)[:5]))


@pytest.mark.parametrize(
    ("leaves", "week"),
    [
        pytest.param((leave(0, 5, extends=True),), 3, id="on all days that have room"),
        pytest.param((leave(0, 5, extends=True), leave(14, 28)), 5, id="away after the plan, too"),
        pytest.param((leave(0, 2), leave(2, 5, extends=True)), 3, id="for two reasons"),
        pytest.param((leave(0, 500, extends=True),), None, id="for longer than plans extend"),
        pytest.param((leave(0, 4),), 1, id="on a day that is left"),
        pytest.param((leave(0, 5),), None, id="skipped"),
    ],
)
def test_a_random_day_for_which_a_leave_leaves_no_room_is_made_up_for(
    leaves: tuple[Leave, ...], week: int | None
) -> None:
    made = schedule(plan_of(urine(), leaves=leaves), evolve(SITE, hours=WEEKDAYS))
    assert [s.week for s in made.sessions if s.number == 1] == ([] if week is None else [week])
    assert {u.why for u in made.unplaced} <= {Reason.ON_LEAVE}
    assert len(made.sessions) + len(made.unplaced) == 2


def test_more_random_days_than_the_plan_can_be_extended_by_are_listed() -> None:
    plan = plan_of(urine(), weeks=60, leaves=(leave(0, 60 * 7, extends=True),))
    made = schedule(plan, SITE)
    assert [s.week for s in made.sessions] == [*range(61, 113)]
    assert [u.why for u in made.unplaced] == 8 * [Reason.ON_LEAVE]


def test_random_days_that_no_week_has_room_for_are_not_blamed_on_a_leave() -> None:
    plan = plan_of(urine(7), weeks=1, leaves=(leave(5, 7, extends=True),))
    made = schedule(plan, evolve(SITE, hours=WEEKDAYS))
    assert [s.week for s in made.sessions] == 5 * [1]
    assert [u.why for u in made.unplaced] == 2 * [Reason.NO_OPEN_TIME]


def test_checks_and_charges_see_weeks_that_extend_the_plan() -> None:
    plan = plan_of(
        weekly("group", *(f"{day} 09:00" for day in ("monday", "tuesday", "friday")), hours=3),
        leaves=(leave(0, 7, extends=True),),
    )
    made = schedule(plan, SITE)
    findings = check(made, find_requirements("us-medicare-iop"))
    hours = [f for f in findings if f.requirement.name == "nine-hours"]
    assert [f.seen.least for f in hours] == [0, 540, 540]
    charges = itemize(made, find_coding("us-h0015"))
    assert charges.weeks == 3


# Rooms and staff


def staffed(*offers: Offer, clinicians: tuple[Clinician, ...] = ()) -> Site:
    rooms = (Room("Blue", 8, WeeklyWindows.of("monday 08:00-12:00", "tuesday 08:00-20:00")),)
    return evolve(SITE, rooms=rooms, clinicians=clinicians, offers=offers)


ASH = Clinician("Ash", WeeklyWindows.of("monday 08:00-10:00", "wednesday 08:00-20:00"))
BIRCH = Clinician("Birch", gives=frozenset({Modality.INDIVIDUAL_COUNSELING}))


def test_a_session_is_in_the_room_and_with_the_clinician_of_its_days_offer() -> None:
    site = staffed(
        Offer("group", Weekday.MONDAY, room="Blue"),
        Offer("group", clinician="Birch"),
        clinicians=(ASH, BIRCH),
    )
    made = schedule(plan_of(weekly("group", "monday 09:00", "friday 09:00"), weeks=1), site)
    assert [(s.room, s.clinician) for s in made.sessions] == [("Blue", None), (None, "Birch")]
    assert all(s.moved is None for s in made.sessions)


def test_a_session_without_its_clinician_or_room_is_moved_to_when_they_are_there() -> None:
    site = staffed(Offer("group", room="Blue", clinician="Ash"), clinicians=(ASH,))
    made = schedule(plan_of(weekly("group", "monday 09:30"), weeks=1), site)
    (session,) = made.sessions
    assert starts(made) == ["1 Mon 09:00"]
    assert session.moved
    assert session.moved.why is Reason.UNSTAFFED
    assert (session.room, session.clinician) == ("Blue", "Ash")


def test_where_nobody_may_give_a_service_it_has_no_place() -> None:
    site = staffed(clinicians=(BIRCH,))
    made = schedule(plan_of(weekly("group", "monday 09:00"), weeks=1), site)
    assert [u.why for u in made.unplaced] == [Reason.UNSTAFFED]


def test_without_known_staff_nobody_is_missed() -> None:
    assert service_hours(SITE, "group", Modality.GROUP_THERAPY) == SITE.hours
    rooms_only = staffed(Offer("group", room="Blue"))
    hours = service_hours(rooms_only, "group", Modality.GROUP_THERAPY)
    assert hours == WeeklyWindows.of("monday 08:00-12:00", "tuesday 08:00-20:00")


def test_doses_are_drafted_into_the_hours_of_those_who_give_them() -> None:
    talk = Service("talk", "Talk", Modality.INDIVIDUAL_COUNSELING, PerWeek(2), HOUR)
    program = Program("any", "Any", (Phase("all", "All", 1, (talk,)),))
    counselor = evolve(ASH, gives=frozenset({Modality.INDIVIDUAL_COUNSELING}))
    site = evolve(SITE, clinicians=(counselor, Clinician("Oak", gives=frozenset())))
    plan = draft(program, Patient(KEY), site, start=START, seed=1)
    (service,) = plan.program.every_service
    assert service.timing == PerWeek(2, (Slot.parse("monday 08:00"), Slot.parse("wednesday 08:00")))


@pytest.mark.parametrize(
    ("rooms", "clinicians", "offer", "path"),
    [
        pytest.param((Room("A", 1), Room("A", 2)), (), Offer("x"), ("rooms",), id="a room twice"),
        pytest.param((), (ASH, ASH), Offer("x"), ("clinicians",), id="a clinician twice"),
        pytest.param((), (), Offer("x", room="A"), ("offers", 1, "room"), id="no such room"),
        pytest.param(
            (), (), Offer("x", clinician="Ash"), ("offers", 1, "clinician"), id="nobody of the name"
        ),
    ],
)
def test_a_site_with_names_that_do_not_fit_is_refused(
    rooms: tuple[Room, ...],
    clinicians: tuple[Clinician, ...],
    offer: Offer,
    path: tuple[str | int, ...],
) -> None:
    with pytest.raises(InvalidError) as refused:
        evolve(SITE, rooms=rooms, clinicians=clinicians, offers=(Offer("y"), offer))
    assert [each.path for each in refused.value.faults] == [path]


# Stays in another time zone


KATHMANDU = Trip(START, START + 7 * DAY, "Asia/Kathmandu", WeeklyWindows.of("tuesday 06:00-07:00"))


def on_stay(stay: Trip, *services: Service) -> Plan:
    return evolve(plan_of(*services, weeks=1), stays=(stay,), free=WeeklyWindows())


def test_a_session_is_placed_when_the_patient_is_free_where_the_patient_is() -> None:
    # 06:00 in Kathmandu, 5:45 h ahead of UTC, is 19:15 the day before in Chicago.
    made = schedule(on_stay(KATHMANDU, urine()), SITE)
    assert starts(made) == ["1 Mon 19:15"]
    there = made.local_start(made.sessions[0])
    assert there.replace(tzinfo=None) == datetime.combine(START + DAY, time(6))
    assert "(Tue 2026-05-05 06:00 for the patient)" in calendar_text(made)


def test_fixed_times_keep_the_sites_time_during_a_stay() -> None:
    made = schedule(on_stay(KATHMANDU, weekly("group", "monday 09:00")), SITE)
    assert starts(made) == ["1 Mon 09:00"]
    assert made.sessions[0].start.tzinfo == ZoneInfo("America/Chicago")


def test_a_stay_without_known_availability_leaves_the_sites_hours() -> None:
    made = schedule(on_stay(evolve(KATHMANDU, free=None), urine()), SITE)
    assert len(made.sessions) == 1
    before = schedule(evolve(on_stay(KATHMANDU, urine()), stays=()), SITE)
    assert [u.why for u in before.unplaced] == [Reason.NO_OPEN_TIME]


def test_a_stay_counts_by_the_sites_days() -> None:
    tuesday = Trip(START + DAY, START + 2 * DAY, "Asia/Kathmandu")
    weekdays = weekly("group", "monday 19:00", "tuesday 19:00")
    plan = evolve(plan_of(weekdays, weeks=1), stays=(tuesday,))
    made = schedule(plan, SITE)
    first, second = made.sessions
    assert made.local_start(first) is first.start
    assert made.local_start(second).tzinfo == ZoneInfo("Asia/Kathmandu")


def test_nothing_is_placed_in_a_stays_window_in_which_the_sites_clock_goes_back() -> None:
    window = WeeklyWindows.of("sunday 06:30-07:15")  # from 01:30 to 01:15, in Chicago
    sunday = date(2026, 11, 1)
    plan = on_stay(Trip(sunday - 6 * DAY, sunday + DAY, "UTC", window), urine())
    site = evolve(SITE, hours=WeeklyWindows.always())
    made = schedule(evolve(plan, start=sunday - 6 * DAY), site)
    assert not made.sessions
    assert [u.why for u in made.unplaced] == [Reason.NO_OPEN_TIME]


_ZONES = st.sampled_from(
    ["Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca", "Etc/GMT+12"]
)


@given(_ZONES, _ZONES, st.integers(0, 700), st.integers(0, 6 * 24), st.integers(1, 24))
def test_what_is_placed_during_a_stay_lies_in_the_patients_own_hours(
    here: str, there: str, later: int, first: int, length: int
) -> None:
    free = WeeklyWindows(((first * 60, (first + length) * 60),))
    start = START + later * DAY
    stay = Trip(start - DAY, start + 9 * DAY, there, free)
    plan = evolve(on_stay(stay, urine()), start=start)
    site = evolve(SITE, zone=here, hours=WeeklyWindows.always())
    made = schedule(plan, site)
    for session in made.sessions:
        local = made.local_start(session)
        assert free.covers(Weekday.of(local.date()), local.time(), session.duration)
    # A week has each weekday's hours once, whatever the zone, unless a clock change cuts them.
    assert len(made.sessions) == 1


# What is refused


def with_week(week: int) -> Schedule:
    made = schedule(plan_of(weekly("x", "monday 09:00")), SITE)
    return evolve(made, sessions=tuple(evolve(s, week=week) for s in made.sessions))


def with_missing_week(week: int) -> Schedule:
    made = schedule(plan_of(weekly("x", "monday 09:00", hours=20)), SITE)
    return evolve(made, unplaced=tuple(evolve(u, week=week) for u in made.unplaced))


@pytest.mark.parametrize(
    ("make", "path"),
    [
        pytest.param(lambda: Closure(START, START, "x"), "end", id="closure of no day"),
        pytest.param(
            lambda: Closure(START, START + DAY, "x", time(9), time(9)), "to_time", id="of no time"
        ),
        pytest.param(
            lambda: Closure(START, START + DAY, "x", time(9, 0, 1)), "from_time", id="with seconds"
        ),
        pytest.param(lambda: Room("A", 0), "seats", id="a room without seats"),
        pytest.param(
            lambda: Clinician("A", languages=frozenset({"Spanish"})), "languages", id="a language"
        ),
        pytest.param(lambda: Leave(START, START), "end", id="a leave of no day"),
        pytest.param(lambda: Trip(START, START, "UTC"), "end", id="a stay of no day"),
        pytest.param(lambda: Trip(START, START + DAY, "Mars/Base"), "zone", id="nowhere"),
        pytest.param(
            lambda: plan_of(weekly("x", "monday 09:00"), leaves=(leave(1, 3), leave(2, 4))),
            "leaves",
            id="leaves that overlap",
        ),
        pytest.param(
            lambda: Schedule(plan_of(weekly("x", "monday 09:00")), "UTC", revision=-1),
            "revision",
            id="a negative revision",
        ),
        pytest.param(lambda: with_week(0), "sessions", id="a week before the first"),
        pytest.param(lambda: with_week(2 + 105), "sessions", id="a week long after the last"),
        pytest.param(lambda: with_missing_week(0), "unplaced", id="none before the first"),
    ],
)
def test_what_cannot_be_is_refused_with_its_path(make: object, path: str) -> None:
    assert callable(make)
    with pytest.raises(InvalidError) as refused:
        make()
    assert {each.path[:1] for each in refused.value.faults} == {(path,)}


def test_a_session_that_makes_up_for_another_has_a_uid_of_its_own() -> None:
    made = schedule(plan_of(weekly("group", "monday 09:00"), weeks=1), SITE)
    (session,) = made.sessions
    again = evolve(session, make_up=1)
    assert made.uid(again) != made.uid(session)
    with pytest.raises(InvalidError, match="make_up"):
        evolve(session, make_up=-1)


# What people read


def test_texts_tell_of_leaves_stays_rooms_and_clinicians() -> None:
    plan = evolve(
        plan_of(weekly("group", "monday 09:00"), leaves=(leave(7, 14, extends=True),)),
        stays=(KATHMANDU,),
    )
    site = staffed(Offer("group", room="Blue", clinician="Ash"), clinicians=(ASH,))
    text = plan_text(plan)
    assert "2026-05-11 to 2026-05-17, in hospital; sessions then are made up for" in text
    assert "2026-05-04 to 2026-05-10: Asia/Kathmandu" in text
    made = schedule(plan, site)
    assert "Mon 2026-05-04  09:00-10:00  Group 1, Blue, Ash  (Mon 2026-05-04 19:45" in (
        calendar_text(made)
    )
    assert calendar_text(made).count("Week ") == 3
    assert week_text(made, week=3).startswith("Week 3: May 18 to 24, 2026.")
    page = plan_html(plan, made)
    assert "You are away: May 11 to 17, 2026. You make up for it after that." in page
    assert "It ends on Sunday, May 24, 2026. That is 3 weeks." in page
    skipped = evolve(plan, leaves=(leave(7, 8),))
    assert "You are away: May 11, 2026. You have no sessions then." in plan_html(skipped)
    assert "sessions then are left out" in plan_text(skipped)


def test_a_make_up_session_is_told_as_one() -> None:
    made = schedule(plan_of(weekly("group", "monday 09:00"), weeks=1), SITE)
    (session,) = made.sessions
    extra: Session = evolve(session, start=session.start + DAY, make_up=1)
    assert "Group 1  (makes up for it)" in calendar_text(evolve(made, sessions=(session, extra)))
