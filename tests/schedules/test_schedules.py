"""Schedules: nothing is lost, nothing overlaps, and what moves has its reason."""

import os
import pickle
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import strategies
from iopkit.calendars import to_ical
from iopkit.documents import to_json
from iopkit.errors import InvalidError
from iopkit.modalities import Modality
from iopkit.plans import Plan
from iopkit.programs import (
    Curriculum,
    Dose,
    EveryWeeks,
    InAll,
    Once,
    PerWeek,
    Phase,
    Program,
    RandomDays,
    Service,
    Slot,
    TimePerWeek,
    Times,
    Timing,
    Weekly,
    slots_of,
)
from iopkit.programs.programs import clashing_services
from iopkit.reports import calendar_text, plan_html
from iopkit.schedules import (
    Move,
    Reason,
    Schedule,
    Session,
    Surroundings,
    Unplaced,
    booked_doses,
    reschedule,
    schedule,
)
from iopkit.sites import ClosedRule, Closure, Site
from iopkit.strategies.times import opening_hours
from iopkit.windows import DAY, WEEK, Weekday, WeeklyWindows, minute_of_day, whole_minutes

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
OTHER_KEY = UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11")
MONDAY = date(2026, 1, 5)
ONE_DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
SITE = Site(
    "Elm",
    "America/Chicago",
    WeeklyWindows.of(*(f"{day.title} 09:00-17:00" for day in tuple(Weekday)[:5])),
)
ALWAYS = evolve(SITE, hours=WeeklyWindows.always())


def at(*slots: str) -> tuple[Slot, ...]:
    return tuple(map(Slot.parse, slots))


def service(name: str, timing: Timing, minutes: int | None = 60) -> Service:
    length = None if minutes is None else timedelta(minutes=minutes)
    return Service(name, name, Modality.GROUP_THERAPY, timing, length)


def weekly(name: str, minutes: int | None, *slots: str) -> Service:
    return service(name, Weekly(at(*slots)), minutes)


def plan(*services: Service, weeks: int = 1, free: WeeklyWindows | None = None) -> Plan:
    program = Program("any", "Any", (Phase("only", "Only", weeks, services),))
    return Plan(KEY, KEY, "Elm", program, MONDAY, 1, free)


def with_a_long_day(made: Plan) -> Plan:
    """With a week more that has one, so that days of the first may be as long."""
    longer = Phase("more", "More", 1, (weekly("full", 480, "tuesday 09:00"),))
    return evolve(made, program=evolve(made.program, phases=(*made.program.phases, longer)))


def closed(*days: int, why: str = "closed") -> tuple[Closure, ...]:
    """Closures of single days, counted from the plan's first."""
    return tuple(Closure(MONDAY + n * ONE_DAY, MONDAY + (n + 1) * ONE_DAY, why) for n in days)


def starts(made: Schedule, name: str) -> list[str]:
    """When the sessions of a service are, as text."""
    return [f"{s.start:%a %H:%M}" for s in made.sessions if s.service == name]


# Any program, start, site and closures

# Where and when clocks change, and zones in which they do not.
_CHANGES = {
    "America/Chicago": [date(2026, 3, 8), date(2026, 11, 1)],
    "Europe/London": [date(2026, 3, 29), date(2026, 10, 25)],
    "Australia/Lord_Howe": [date(2026, 4, 5), date(2026, 10, 4)],
    "Africa/Casablanca": [date(2026, 2, 15), date(2026, 3, 22)],
    "Pacific/Apia": [date(2011, 12, 30)],
    "Asia/Kathmandu": [date(1986, 1, 1), date(2026, 1, 1)],
    "America/Phoenix": [date(2026, 3, 8)],
}


@st.composite
def _timed_programs(draw: st.DrawFn) -> Program:
    """Programs with times of every kind filled in, by night more often than is usual."""
    clock = st.builds(
        time, st.sampled_from([0, 1, 2, 3, 9, 10, 14, 22, 23]), st.sampled_from([0, 30])
    )
    slots = st.builds(Slot, st.sampled_from(Weekday), clock)
    phases: list[Phase] = []
    for number in range(draw(st.integers(1, 2))):
        own: list[Service] = []
        for name in "abcd"[: draw(st.integers(1, 4))]:
            some = tuple(draw(st.lists(slots, min_size=1, max_size=3, unique=True)))
            timings: list[Timing] = [
                Weekly(some),
                PerWeek(len(some) + 1, some),
                InAll(2, some),
                RandomDays(len(some)),
            ]
            timing = draw(st.sampled_from(timings))
            drawn = service(name, timing, draw(st.sampled_from([1, 30, 50, 90, 240, 1440])))
            if clashing_services([drawn]):
                drawn = evolve(drawn, timing=RandomDays(1))
            if not clashing_services([*own, drawn]):
                own.append(drawn)
        phases.append(Phase(f"p{number}", "P", draw(st.integers(1, 2)), tuple(own)))
    return Program("timed", "Timed", tuple(phases))


_HOURS = st.one_of(
    st.just(ALWAYS.hours),
    st.just(SITE.hours),
    st.just(WeeklyWindows.of("monday 22:00-03:00", "sunday 20:00-04:00", "friday 09:00-17:00")),
    opening_hours(),
)


@st.composite
def plans_at_sites(draw: st.DrawFn) -> tuple[Plan, Site]:
    """A plan and the site it is for, with closures and clock changes in its weeks."""
    zone = draw(st.sampled_from(sorted(_CHANGES)))
    change = draw(st.sampled_from(_CHANGES[zone]))
    program = draw(st.one_of(_timed_programs(), _timed_programs(), strategies.programs()))
    start = change - draw(st.integers(0, 7 * program.weeks)) * ONE_DAY
    closures = tuple(
        Closure(first, first + draw(st.integers(1, 3)) * ONE_DAY, f"closure {number}")
        for number, first in enumerate(
            start + n * ONE_DAY
            for n in draw(st.lists(st.integers(-1, 7 * program.weeks), max_size=4))
        )
    )
    pause = draw(st.sampled_from([0, 10])) * MINUTE
    site = Site("Elm", zone, draw(_HOURS), None, closures, (), pause)
    free = draw(st.none() | st.just(WeeklyWindows.always()) | strategies.weekly_windows())
    key, seed = draw(strategies.keys()), draw(st.integers(0, 5))
    return Plan(key, KEY, site.name, program, start, seed, free), site


def runs(plan: Plan) -> list[tuple[Service, range]]:
    """Each service with the weeks, from 1, in which it is given."""
    found = [(each, range(1, plan.weeks + 1)) for each in plan.program.services]
    first = 1
    for phase in plan.program.phases:
        found += [(each, range(first, first + phase.laid_weeks)) for each in phase.services]
        first += phase.laid_weeks
    return found


def given_in(plan: Plan, session: Session | Unplaced) -> Service:
    """The service that a session is one of."""
    (found,) = (
        each for each, weeks in runs(plan) if each.name == session.service and session.week in weeks
    )
    return found


def touched(start: datetime, length: timedelta) -> list[date]:
    """The days that a stretch of wall-clock time lies on."""
    first, last = start.date(), (start + length - MINUTE).date()
    return [first + n * ONE_DAY for n in range((last - first).days + 1)]


def is_closed(site: Site, day: date) -> bool:
    return any(closure.start <= day < closure.end for closure in site.closures)


def lies_in(windows: WeeklyWindows, start: datetime, length: timedelta) -> bool:
    """Whether every minute of a stretch is in the windows."""
    minutes = bytearray(2 * WEEK)
    for low, high in windows.spans:
        for week in (0, WEEK):
            minutes[week + low : week + high] = b"\1" * (high - low)
    first = start.weekday() * DAY + minute_of_day(start.time())
    return all(minutes[first : first + whole_minutes(length)])


def steady(zone: str, start: datetime, length: timedelta) -> bool:
    """Whether no minute of a stretch (up to a day) is skipped or repeated."""
    ends = (start.replace(tzinfo=None), start.replace(tzinfo=None) + length - MINUTE)
    tz = ZoneInfo(zone)
    offsets = {w.replace(tzinfo=tz, fold=fold).utcoffset() for w in ends for fold in (0, 1)}
    return len(offsets) == 1


def overlap(start: datetime, length: timedelta, session: Session) -> bool:
    """Whether a session takes any of a stretch of wall-clock time."""
    taken_from = session.start.replace(tzinfo=None)
    return taken_from < start + length and start < taken_from + session.duration


def possible(site: Site, start: datetime, length: timedelta) -> bool:
    return (
        steady(site.zone, start, length)
        and lies_in(site.hours, start, length)
        and not any(is_closed(site, day) for day in touched(start, length))
    )


@given(plans_at_sites())
def test_every_prescribed_session_is_booked_moved_or_unplaced_exactly_once(
    case: tuple[Plan, Site],
) -> None:
    plan, site = case
    made = schedule(plan, site)
    found: list[Session | Unplaced] = [*made.sessions, *made.unplaced]
    totals: Counter[str] = Counter()
    by_week: Counter[tuple[str, int]] = Counter()
    for each, weeks in runs(plan):
        given = list(weeks)
        match each.timing:
            case InAll(count):
                given = [s.week for s in found if s.service == each.name and s.week in weeks]
                assert len(given) == count.least
            case Weekly(slots):
                given *= len(slots)
            case PerWeek(times) | RandomDays(times):
                given *= times.least or 0
            case EveryWeeks(Times(int(interval)), first):
                given = [
                    week for n, week in enumerate(weeks, 1) if n % interval == first % interval
                ]
            case Once(week):
                given = [weeks[week - 1]]
            case TimePerWeek():
                pass
        totals[each.name] += len(given)
        by_week += Counter((each.name, week) for week in given)
    assert Counter(session.service for session in found) == totals
    assert Counter((session.service, session.week) for session in found) == by_week
    for name, total in totals.items():
        numbers = sorted(session.number for session in found if session.service == name)
        assert numbers == list(range(1, total + 1))
    for session in found:
        origin = given_in(plan, session)
        assert session.modality is origin.modality
        assert session.duration == origin.duration


@given(plans_at_sites())
def test_sessions_never_overlap_as_instants(case: tuple[Plan, Site]) -> None:
    sessions = schedule(*case).sessions
    spans = [(s.start.astimezone(UTC), s.end.astimezone(UTC)) for s in sessions]
    assert spans == sorted(spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


@given(plans_at_sites())
def test_sessions_lie_inside_site_hours_on_open_days_at_real_times(case: tuple[Plan, Site]) -> None:
    plan, site = case
    for session in schedule(plan, site).sessions:
        assert lies_in(site.hours, session.start, session.duration)
        assert not any(is_closed(site, d) for d in touched(session.start, session.duration))
        assert steady(site.zone, session.start, session.duration)
        elapsed = session.end.astimezone(UTC) - session.start.astimezone(UTC)
        assert elapsed == session.duration


@given(plans_at_sites())
def test_sessions_that_iopkit_places_lie_where_the_patient_is_free(
    case: tuple[Plan, Site],
) -> None:
    plan, site = case
    for session in schedule(plan, site).sessions:
        placed = session.moved or isinstance(given_in(plan, session).timing, RandomDays)
        if placed and plan.free is not None:
            assert lies_in(plan.free, session.start, session.duration)


@given(plans_at_sites())
def test_each_session_is_in_its_own_program_week_and_phase(case: tuple[Plan, Site]) -> None:
    plan, site = case
    phases = [phase.name for phase in plan.program.phases for _ in range(phase.laid_weeks)]
    made = schedule(plan, site)
    for session in made.sessions:
        assert (session.start.date() - plan.start).days // 7 == session.week - 1
        assert session.phase == phases[session.week - 1]
    for missing in made.unplaced:
        assert missing.phase == phases[missing.week - 1]
        if missing.prescribed is not None:
            assert (missing.prescribed - plan.start).days // 7 == missing.week - 1


@given(plans_at_sites())
def test_what_is_booked_is_at_its_wall_clock_time_in_the_sites_zone(
    case: tuple[Plan, Site],
) -> None:
    plan, site = case
    made = schedule(plan, site)
    assert made.zone == site.zone
    for session in made.sessions:
        assert isinstance(session.start.tzinfo, ZoneInfo)
        assert session.start.tzinfo.key == site.zone
        origin = given_in(plan, session).timing
        if isinstance(origin, RandomDays):
            assert session.moved is None
        else:
            wall = session.moved.prescribed if session.moved else session.start
            assert Slot(Weekday.of(wall.date()), wall.time()) in slots_of(origin)


@given(plans_at_sites())
def test_a_session_is_moved_only_from_where_it_cannot_be_and_says_why(
    case: tuple[Plan, Site],
) -> None:
    plan, site = case
    made = schedule(plan, site)
    for session in made.sessions:
        if session.moved is None:
            continue
        was, length = session.moved.prescribed, session.duration
        assert session.start.replace(tzinfo=None) != was
        match session.moved.why:
            case Reason.CLOSED:
                assert any(is_closed(site, day) for day in touched(was, length))
            case Reason.CLOCK_CHANGE:
                assert not steady(site.zone, was, length)
            case Reason.OUTSIDE_HOURS:
                assert not lies_in(site.hours, was, length)
            case _:
                others = (s for s in made.sessions if s is not session)
                assert any(overlap(was, length, other) for other in others)


@given(plans_at_sites())
def test_what_is_unplaced_says_why(case: tuple[Plan, Site]) -> None:
    plan, site = case
    made = schedule(plan, site)
    for missing in made.unplaced:
        origin = given_in(plan, missing)
        slots = slots_of(origin.timing)
        if missing.duration is None:
            assert missing.why is Reason.DURATION_UNKNOWN
        elif isinstance(origin.timing, RandomDays):
            assert missing.why is Reason.NO_OPEN_TIME
        elif missing.why is Reason.TIME_UNKNOWN:
            assert not slots or len(slots) < 21
            assert missing.prescribed is None or Slot(Weekday.of(missing.prescribed)) in slots
        else:
            assert missing.prescribed is not None
            # Of several slots on that day, nobody says which was meant: one of them it was.
            assert not all(
                possible(site, wall, missing.duration)
                and not any(overlap(wall, missing.duration, other) for other in made.sessions)
                for slot in slots
                if slot.start and slot.day is Weekday.of(missing.prescribed)
                for wall in [datetime.combine(missing.prescribed, slot.start)]
            )


@given(plans_at_sites())
def test_a_move_off_a_closed_day_names_the_closure(case: tuple[Plan, Site]) -> None:
    plan, site = case
    made = schedule(plan, site)
    for moved in (s.moved for s in made.sessions if s.moved):
        day = moved.prescribed.date()
        if is_closed(site, day):
            assert moved.detail == next(c.why for c in site.closures if c.start <= day < c.end)
    for missing in made.unplaced:
        if (
            missing.why is Reason.CLOSED
            and missing.prescribed
            and is_closed(site, missing.prescribed)
        ):
            assert missing.detail.startswith("closure ")


@given(plans_at_sites())
def test_the_same_plan_and_site_give_the_same_bytes(case: tuple[Plan, Site]) -> None:
    plan, site = case
    copy: tuple[Plan, Site] = pickle.loads(pickle.dumps(case))
    first, second = schedule(plan, site), schedule(*copy)
    assert first == second
    assert to_json(first) == to_json(second)


@given(plans_at_sites())
def test_weekly_doses_add_up_to_what_is_booked(case: tuple[Plan, Site]) -> None:
    plan, site = case
    made = schedule(plan, site)
    doses = booked_doses(made)
    assert len(doses) == plan.weeks
    for week, dose in enumerate(doses, start=1):
        booked = [s for s in made.sessions if s.week == week]
        known = sum((s.duration - s.breaks for s in booked), timedelta(0))
        spread = [given_in(plan, s).duration_max or s.duration for s in booked]
        extra = sum(spread, timedelta(0)) - sum((s.duration for s in booked), timedelta(0))
        unknown = [u for u in made.unplaced if u.week == week and u.duration is None]
        assert dose == Dose(known, len(unknown), extra)


# Closed days and hours at the edges


def test_a_session_may_run_up_to_a_closed_day_but_not_into_it() -> None:
    site = evolve(ALWAYS, closures=closed(1))
    assert starts(schedule(plan(weekly("x", 60, "monday 23:00")), site), "x") == ["Mon 23:00"]
    (session,) = schedule(plan(weekly("x", 61, "monday 23:00")), site).sessions
    assert session.moved is not None
    assert session.moved.why is Reason.CLOSED


def test_the_last_night_does_not_run_into_a_day_that_is_closed_after_the_plan() -> None:
    site = evolve(ALWAYS, closures=closed(7))
    (session,) = schedule(plan(weekly("x", 120, "sunday 23:00")), site).sessions
    assert session.moved is not None
    assert session.moved.why is Reason.CLOSED
    assert starts(schedule(plan(weekly("x", 120, "sunday 23:00")), site), "x") == ["Sun 22:00"]


def test_a_session_that_runs_into_a_closed_day_names_that_closure() -> None:
    site = evolve(ALWAYS, closures=closed(1, why="inventory"))
    (session,) = schedule(plan(weekly("x", 120, "monday 23:00")), site).sessions
    assert session.moved == Move(datetime(2026, 1, 5, 23), Reason.CLOSED, "inventory")  # noqa: DTZ001 - wall-clock time


@pytest.mark.parametrize(
    ("slot", "minutes", "inside"),
    [
        pytest.param("monday 09:00", 480, True, id="the-whole-day"),
        pytest.param("monday 09:00", 481, False, id="a-minute-too-long"),
        pytest.param("monday 08:59", 60, False, id="a-minute-too-early"),
        pytest.param("monday 16:00", 60, True, id="up-to-closing-time"),
        pytest.param("monday 16:01", 60, False, id="a-minute-too-late"),
        pytest.param("saturday 10:00", 60, False, id="on-a-day-without-hours"),
    ],
)
def test_a_session_lies_inside_opening_hours(slot: str, minutes: int, *, inside: bool) -> None:
    made = schedule(plan(weekly("x", minutes, slot)), SITE)
    found = [session.moved.why if session.moved else None for session in made.sessions]
    found += [missing.why for missing in made.unplaced]
    assert found == ([None] if inside else [Reason.OUTSIDE_HOURS])


@pytest.mark.parametrize("first", Weekday, ids=lambda day: day.title)
def test_a_night_at_the_end_of_a_phase_does_not_overlap_the_next_phase(first: Weekday) -> None:
    eve = Weekday((first - 1) % 7)
    phases = (
        Phase("a", "A", 1, (weekly("x", 120, f"{eve.title} 23:00"),)),
        Phase("b", "B", 1, (weekly("y", 60, f"{first.title} 00:30"),)),
    )
    program = Program("any", "Any", phases)
    made = schedule(
        evolve(plan(weekly("x", 1, "monday")), program=program, start=MONDAY + first * ONE_DAY),
        ALWAYS,
    )
    assert len(made.sessions) + len(made.unplaced) == 2
    assert all(a.end <= b.start for a, b in pairwise(made.sessions))
    moved = [session.moved for session in made.sessions if session.moved]
    assert [(move.why, move.detail) for move in moved] == [(Reason.OVERLAP, "")]


def test_a_plan_is_dated_at_the_site_it_was_made_for() -> None:
    with pytest.raises(InvalidError) as caught:
        schedule(plan(weekly("x", 60, "monday 10:00")), evolve(SITE, name="Oak"))
    assert [fault.path for fault in caught.value.faults] == [("site",)]


# Where a session is moved


def test_a_session_is_moved_to_the_next_day_at_its_time() -> None:
    made = schedule(plan(weekly("x", 60, "wednesday 10:00")), evolve(SITE, closures=closed(2)))
    assert starts(made, "x") == ["Thu 10:00"]
    assert made.sessions[0].moved == Move(datetime(2026, 1, 7, 10), Reason.CLOSED, "closed")  # noqa: DTZ001 - wall-clock time


@pytest.mark.parametrize(
    ("closures", "start"),
    [
        pytest.param([2], "Thu 10:00", id="the-day-after"),
        pytest.param([2, 3], "Tue 10:00", id="the-day-before"),
        pytest.param([1, 2, 3], "Fri 10:00", id="two-days-after"),
        pytest.param([1, 2, 3, 4], "Mon 10:00", id="two-days-before"),
    ],
)
def test_the_nearest_day_is_taken_later_before_earlier(closures: list[int], start: str) -> None:
    site = evolve(SITE, closures=closed(*closures))
    assert starts(schedule(plan(weekly("x", 60, "wednesday 10:00")), site), "x") == [start]


def test_a_session_stays_in_its_program_week() -> None:
    site = evolve(SITE, closures=closed(4))
    made = schedule(plan(weekly("x", 60, "friday 10:00"), weeks=2), site)
    assert starts(made, "x") == ["Thu 10:00", "Fri 10:00"]


def test_a_session_outside_hours_first_looks_for_room_on_its_own_day() -> None:
    made = schedule(plan(weekly("x", 60, "wednesday 08:00")), SITE)
    assert starts(made, "x") == ["Wed 09:00"]


def test_where_its_time_is_taken_a_session_takes_the_first_that_is_open() -> None:
    services = (weekly("x", 60, "monday 10:00"), weekly("y", 90, "tuesday 09:30"))
    longer = with_a_long_day(plan(*services))
    made = schedule(longer, evolve(SITE, closures=closed(0)))
    assert starts(made, "x") == ["Tue 11:00"]
    made = schedule(longer, evolve(SITE, closures=closed(0), break_between=10 * MINUTE))
    assert starts(made, "x") == ["Tue 11:10"]


def test_a_day_without_room_is_passed_over() -> None:
    services = (weekly("x", 60, "monday 10:00"), weekly("y", 450, "tuesday 09:00"))
    made = schedule(plan(*services), evolve(SITE, closures=closed(0)))
    assert starts(made, "x") == ["Wed 10:00"]


def test_moved_sessions_keep_clear_of_one_another() -> None:
    services = (weekly("x", 60, "monday 10:00", "tuesday 10:30"), weekly("y", 60, "monday 11:30"))
    made = schedule(with_a_long_day(plan(*services)), evolve(SITE, closures=closed(0, 1)))
    assert starts(made, "x") == ["Wed 09:00", "Wed 10:00"]
    assert starts(made, "y") == ["Wed 11:30"]


def test_a_session_is_moved_to_when_the_patient_is_free() -> None:
    free = WeeklyWindows.of("monday 10:00-11:00", "tuesday 09:00-10:59", "thursday 14:00-16:00")
    made = schedule(
        plan(weekly("x", 60, "monday 10:00"), free=free), evolve(SITE, closures=closed(0))
    )
    assert starts(made, "x") == ["Tue 09:59"]
    made = schedule(
        plan(weekly("x", 110, "monday 10:00"), free=free), evolve(SITE, closures=closed(0, 1))
    )
    assert starts(made, "x") == ["Thu 14:00"]


def test_a_fixed_time_outside_availability_is_kept() -> None:
    free = WeeklyWindows.of("friday 09:00-17:00")
    made = schedule(plan(weekly("x", 60, "monday 10:00"), free=free), SITE)
    assert starts(made, "x") == ["Mon 10:00"]
    assert made.sessions[0].moved is None


def test_a_week_without_room_leaves_a_session_unplaced_with_its_reason() -> None:
    site = evolve(SITE, closures=closed(*range(7), why="flood"))
    made = schedule(plan(weekly("x", 60, "monday 10:00")), site)
    assert made.sessions == ()
    assert made.unplaced == (
        Unplaced(
            "x",
            1,
            "only",
            1,
            Modality.GROUP_THERAPY,
            Reason.CLOSED,
            timedelta(hours=1),
            MONDAY,
            "flood",
        ),
    )


@pytest.mark.parametrize(
    ("each", "why", "prescribed"),
    [
        pytest.param(
            weekly("x", None, "monday 10:00"), Reason.DURATION_UNKNOWN, MONDAY, id="length"
        ),
        pytest.param(
            service("x", RandomDays(1), None), Reason.DURATION_UNKNOWN, None, id="length-random"
        ),
        pytest.param(weekly("x", 60, "monday"), Reason.TIME_UNKNOWN, MONDAY, id="time"),
        pytest.param(service("x", PerWeek(1), 60), Reason.TIME_UNKNOWN, None, id="day"),
        pytest.param(weekly("x", 481, "monday 09:00"), Reason.OUTSIDE_HOURS, MONDAY, id="too-long"),
        pytest.param(
            service("x", RandomDays(1), 481), Reason.NO_OPEN_TIME, None, id="too-long-random"
        ),
    ],
)
def test_what_cannot_be_dated_is_unplaced_with_its_reason(
    each: Service, why: Reason, prescribed: date | None
) -> None:
    (missing,) = schedule(plan(each), SITE).unplaced
    assert (missing.why, missing.prescribed, missing.detail) == (why, prescribed, "")


def test_a_break_is_kept_between_sessions_moved_to_both_sides_of_midnight() -> None:
    hours = WeeklyWindows.of("monday 23:00-24:00", "tuesday 00:00-02:00")
    site = evolve(SITE, hours=hours, break_between=10 * MINUTE)
    services = (weekly("x", 60, "monday 22:00"), weekly("y", 60, "tuesday 03:00"))
    made = schedule(plan(*services), site)
    assert starts(made, "x") == ["Mon 23:00"]
    assert starts(made, "y") == ["Tue 01:00"]
    for end, expected in (("01:10", ["Tue 00:10"]), ("01:09", [])):
        short = WeeklyWindows.of("monday 23:00-24:00", f"tuesday 00:00-{end}")
        assert starts(schedule(plan(*services), evolve(site, hours=short)), "y") == expected


@pytest.mark.parametrize(
    ("hours", "taken", "expected"),
    [
        pytest.param("09:00-22:00", [], "Tue 17:30", id="the same time"),
        pytest.param("09:00-22:00", ["tuesday 18:00"], "Tue 19:00", id="later that evening"),
        pytest.param("09:00-21:00", ["tuesday 18:00"], "Wed 17:30", id="another evening"),
        pytest.param("08:00-17:00", [], "Tue 14:00", id="no evening, so the latest"),
        pytest.param("18:00-22:00", [], "Tue 18:00", id="the first of the evening"),
    ],
)
def test_an_evening_stays_an_evening_if_it_can(hours: str, taken: list[str], expected: str) -> None:
    always = WeeklyWindows.of(*(f"{day} {hours}" for day in ("monday", "tuesday", "wednesday")))
    site = evolve(SITE, hours=always, closures=closed(0))
    services = [weekly("x", 180, "monday 17:30"), *(weekly("y", 60, slot) for slot in taken)]
    longer = with_a_long_day(plan(*services))
    assert starts(schedule(longer, site), "x") == [expected]
    next_day = evolve(site, closed_rule=ClosedRule.NEXT_OPEN_DAY)
    assert starts(schedule(longer, next_day), "x") == [expected]


# Keys, confidentiality and invariants


def test_every_reason_has_words_of_its_own() -> None:
    assert len({reason.words for reason in Reason}) == len(Reason)


def test_a_uid_is_the_same_for_the_same_session_of_a_changed_plan() -> None:
    before = plan(weekly("x", 60, "monday 10:00", "friday 10:00"), weeks=2)
    later = evolve(before, start=MONDAY + 3 * ONE_DAY, seed=9)
    schedules = [
        schedule(before, SITE),
        schedule(later, SITE),
        schedule(before, evolve(SITE, closures=closed(0, 4))),
        schedule(before, evolve(SITE, zone="Asia/Kathmandu")),
    ]
    uids = [{(s.service, s.number): made.uid(s) for s in made.sessions} for made in schedules]
    assert len(uids[0]) == 4
    assert all(found == uids[0] for found in uids)


def test_the_uids_of_calendars_already_sent_out_do_not_change() -> None:
    made = schedule(plan(weekly("x", 60, "monday 10:00")), SITE)
    assert made.uid(made.sessions[0]) == UUID("f94d2268-c95f-4883-8a18-9ba5216078a7")


@given(plans_at_sites())
def test_uids_are_distinct_across_sessions_and_plans(case: tuple[Plan, Site]) -> None:
    made = schedule(*case)
    other = evolve(made, plan=evolve(made.plan, key=UUID(int=made.plan.key.int ^ 1)))
    uids = {each.uid(session) for each in (made, other) for session in made.sessions}
    assert len(uids) == 2 * len(made.sessions)
    assert {uid.version for uid in uids} <= {4}


def test_what_a_schedule_holds_is_not_shown() -> None:
    made = schedule(
        plan(weekly("x", 60, "monday 10:00"), weekly("y", None, "monday")),
        evolve(SITE, closures=closed(0)),
    )
    shown = repr((made, made.sessions, made.unplaced, made.sessions[0].moved))
    assert "2026" not in shown
    assert "10" not in shown.replace(str(KEY), "")


def test_a_move_is_from_a_wall_clock_time() -> None:
    with pytest.raises(InvalidError) as caught:
        Move(datetime(2026, 1, 5, 10, tzinfo=UTC), Reason.CLOSED)
    assert [fault.path for fault in caught.value.faults] == [("prescribed",)]


def test_a_session_starts_at_an_aware_time() -> None:
    (session,) = schedule(plan(weekly("x", 60, "monday 10:00")), SITE).sessions
    with pytest.raises(InvalidError) as caught:
        evolve(session, start=session.start.replace(tzinfo=None))
    assert [fault.path for fault in caught.value.faults] == [("start",)]


_PICKLED = """
import pickle, sys
value = pickle.loads(sys.stdin.buffer.read())
hash(value)
sys.stdout.buffer.write(pickle.dumps((value, value in {value})))
"""


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_values_hash_alike_after_a_journey_through_another_process(hash_seed: str) -> None:
    before = plan(weekly("x", 60, "monday 10:00"))
    value = (before.program, before, schedule(before, SITE), SITE)
    hash(value)
    found = subprocess.run(
        [sys.executable, "-c", _PICKLED],
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        input=pickle.dumps(value),
        capture_output=True,
        check=True,
    )
    back, found_there = pickle.loads(found.stdout)
    assert found_there
    assert back == value
    assert hash(back) == hash(value)


def test_weekly_doses_are_those_of_the_modalities_asked_for() -> None:
    test = evolve(service("test", RandomDays(1), None), modality=Modality.DRUG_TESTING)
    made = schedule(plan(weekly("x", 90, "monday 10:00", "saturday 10:00"), test), SITE)
    assert booked_doses(made) == (Dose(timedelta(hours=3), 1),)
    assert booked_doses(made, modalities=[Modality.GROUP_THERAPY]) == (Dose(timedelta(hours=3)),)
    assert booked_doses(made, modalities=[Modality.DRUG_TESTING]) == (Dose(timedelta(0), 1),)
    assert booked_doses(made, modalities=()) == (Dose(),)


# How long a day can be.


@pytest.mark.parametrize(
    ("shut", "expected", "left"),
    [
        pytest.param((0,), ["Tue 18:00", "Wed 18:00", "Fri 18:00"], [], id="one closed day"),
        pytest.param((0, 1, 2), ["Thu 18:00", "Fri 18:00", "Sat 18:00"], [], id="a place for each"),
        pytest.param((0, 1, 2, 3), ["Fri 18:00", "Sat 18:00"], [2], id="none for the last"),
        pytest.param((0, 1, 2, 3, 4), ["Sat 18:00"], [2, 4], id="not nine hours of a Saturday"),
    ],
)
def test_what_is_moved_makes_no_day_longer_than_the_longest_of_the_program(
    shut: tuple[int, ...], expected: list[str], left: list[int]
) -> None:
    hours = WeeklyWindows.of(*(f"{day.title} 09:00-22:00" for day in list(Weekday)[:6]))
    site = evolve(SITE, hours=hours, closures=closed(*shut, why="Flood"))
    made = schedule(plan(weekly("x", 180, "monday 18:00", "wednesday 18:00", "friday 18:00")), site)
    assert starts(made, "x") == expected
    assert [(each.why, each.detail) for each in made.unplaced] == [
        (Reason.LONG_DAY, "Flood") for _ in left
    ]
    assert [(each.prescribed or MONDAY) - MONDAY for each in made.unplaced] == [
        day * ONE_DAY for day in left
    ]


def test_a_day_keeps_room_for_its_own_session_that_has_to_move_within_it() -> None:
    services = (weekly("x", 60, "monday 10:00"), weekly("y", 60, "tuesday 08:00"))
    made = schedule(plan(*services), evolve(SITE, closures=closed(0)))
    assert starts(made, "y") == ["Tue 09:00"]
    assert starts(made, "x") == ["Wed 10:00"]


def test_a_day_with_nothing_else_has_room_for_a_session_longer_than_the_plan_has_any_more() -> None:
    was = schedule(plan(weekly("x", 240, "monday 10:00")), evolve(SITE, closures=closed(0)))
    assert starts(was, "x") == ["Tue 10:00"]
    around = Surroundings(
        evolve(SITE, closures=closed(0, 1)), datetime.combine(MONDAY, time(12), SITE.tz)
    )
    made = reschedule(was, plan(weekly("x", 60, "monday 10:00")), around)
    assert starts(made, "x") == ["Wed 10:00"]


# What sessions are about.


@pytest.mark.parametrize(
    ("modality", "closed", "topics"),
    [
        (Modality.GROUP_THERAPY, True, ["One", "Two", None]),
        (Modality.GROUP_THERAPY, False, [None, None, None]),
        (Modality.GROUP_THERAPY, None, [None, None, None]),
        (Modality.INDIVIDUAL_COUNSELING, True, ["One", "Two", None]),
        (Modality.INDIVIDUAL_COUNSELING, False, ["One", "Two", "One"]),
    ],
)
def test_a_session_tells_its_topic_where_the_patient_is_known_to_begin_with_the_first(
    modality: Modality, closed: bool | None, topics: list[str | None]
) -> None:
    taught = evolve(
        weekly("x", 60, "monday 10:00"),
        modality=modality,
        curriculum=Curriculum(("One", "Two"), closed),
    )
    other = evolve(taught, curriculum=Curriculum(("Three",), closed=True))
    phases = (Phase("only", "Only", 3, (taught,)), Phase("next", "Next", 1, (other,)))
    plain = plan(weekly("y", 60, "tuesday 10:00"))
    program = Program("any", "Any", phases, plain.program.phases[0].services)
    made = schedule(evolve(plain, program=program), SITE)
    told = [made.topic(each) for each in made.sessions if each.service == "x"]
    assert told == [*topics, "Three"]
    assert {made.topic(each) for each in made.sessions if each.service == "y"} == {None}
    text = calendar_text(made)
    lines = [line.split("  ")[-1] for line in text.splitlines() if " x " in line]
    assert lines == [f"x {n}{f': {topic}' if topic else ''}" for n, topic in enumerate(told, 1)]
    stamp = datetime(2026, 1, 2, tzinfo=UTC)
    shown = [f"SUMMARY:x: {topic}" if topic else "SUMMARY:x" for topic in told]
    calendar = to_ical(made, stamp=stamp, titles=True).decode().split("\r\n")
    assert [line for line in calendar if line.startswith("SUMMARY:x")] == shown
    assert b"One" not in to_ical(made, stamp=stamp)
    page = plan_html(made.plan)
    assert "<td>x: One; Two</td>" in page
