"""Use of capacity: what is counted day by day and minute by minute, counted at once."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.errors import InvalidError
from iopkit.modalities import Modality
from iopkit.patients import Patient
from iopkit.plans import Leave, Plan, draft
from iopkit.programs import Phase, Program, Service, Slot, Weekly
from iopkit.schedules import (
    CensusDay,
    CensusWeek,
    Load,
    Meeting,
    Schedule,
    Session,
    census,
    loads,
    meetings,
    schedule,
    weekly_census,
    weekly_loads,
)
from iopkit.sites import Clinician, Closure, HolidayCalendar, Room, Site
from iopkit.windows import Weekday, WeeklyWindows

pytestmark = pytest.mark.measured

MONDAY = date(2026, 3, 2)
ONE_DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
EVERY_DAY = WeeklyWindows.of(*(f"{day.title} 08:00-20:00" for day in Weekday))
SITE = Site(
    "Elm",
    "America/Chicago",
    EVERY_DAY,
    rooms=(
        Room("Oak", 10),
        Room("Ash", 4, WeeklyWindows.of("monday 06:00-12:00", "tuesday 18:00-24:00")),
    ),
    clinicians=(Clinician("Kim"), Clinician("Lee", WeeklyWindows.of("monday 10:00-16:00"))),
)
GROUP = Service(
    "group", "Group", Modality.GROUP_THERAPY, Weekly((Slot(Weekday.MONDAY),)), 60 * MINUTE
)
TALK = evolve(GROUP, name="talk", title="Talk", modality=Modality.INDIVIDUAL_COUNSELING)
PROGRAM = Program("program", "Program", (Phase("all", "All", 2),), (GROUP, TALK))


def plan_of(number: int, start: date = MONDAY, *leaves: Leave, weeks: int = 2) -> Plan:
    key = UUID(int=number, version=4)
    program = evolve(PROGRAM, phases=(Phase("all", "All", weeks),))
    return Plan(key, key, "Elm", program, start, 1, leaves=leaves)


def session(
    day: date,
    clock: time = time(9),
    minutes: int = 60,
    *,
    service: Service = GROUP,
    **place: str | None,
) -> Session:
    at = datetime.combine(day, clock, SITE.tz)
    made = Session(service.name, 1, "all", 1, service.modality, at, minutes * MINUTE)
    return evolve(made, room=place.get("room"), clinician=place.get("clinician"))


@st.composite
def schedules(draw: st.DrawFn) -> list[Schedule]:
    """Schedules of a few patients, with overlaps and nights, some on leave or twice here."""
    made = []
    for _ in range(draw(st.integers(0, 6))):
        start = MONDAY + draw(st.integers(0, 20)) * ONE_DAY
        weeks = draw(st.integers(1, 3))
        bounds = sorted(draw(st.sets(st.integers(-3, 25), max_size=4)))
        leaves = tuple(
            Leave(start + low * ONE_DAY, start + high * ONE_DAY)
            for low, high in zip(bounds[::2], bounds[1::2], strict=False)
        )
        plan = plan_of(draw(st.integers(1, 4)), start, *leaves, weeks=weeks)
        days = [draw(st.integers(0, 7 * weeks - 1)) for _ in range(draw(st.integers(0, 6)))]
        sessions = [
            evolve(
                session(
                    start + day * ONE_DAY,
                    time(draw(st.integers(0, 23)), draw(st.sampled_from([0, 7, 30]))),
                    draw(st.sampled_from([15, 60, 90, 600])),
                    service=draw(st.sampled_from([GROUP, TALK])),
                    room=draw(st.sampled_from([None, "Oak", "Ash", "Elsewhere"])),
                    clinician=draw(st.sampled_from([None, "Kim", "Lee"])),
                ),
                number=number,
                week=day // 7 + 1,
            )
            for number, day in enumerate(days, 1)
        ]
        made.append(Schedule(plan, SITE.zone, tuple(sorted(sessions, key=lambda s: s.start))))
    return made


@st.composite
def ranges(draw: st.DrawFn) -> tuple[date | None, date | None]:
    low, high = sorted(draw(st.lists(st.integers(-5, 45), min_size=2, max_size=2)))
    start, end = MONDAY + low * ONE_DAY, MONDAY + high * ONE_DAY
    return draw(st.sampled_from([(start, end), (start, None), (None, end), (None, None)]))


def in_range(given_schedules: list[Schedule], start: date | None, end: date | None) -> list[date]:
    first = start or min((each.plan.start for each in given_schedules), default=None)
    last = end or max((each.end for each in given_schedules), default=None)
    if first is None or last is None:
        return []
    return [first + n * ONE_DAY for n in range((last - first).days)]


def counted(given_schedules: list[Schedule], day: date) -> CensusDay:
    """A day's census, patient by patient."""
    patients = {each.plan.patient for each in given_schedules}
    inside: list[bool] = []
    expected = 0
    for patient in patients:
        own = [each for each in given_schedules if each.plan.patient == patient]
        here = [each for each in own if each.plan.start <= day < each.end]
        if here:
            inside.append(
                all(
                    any(leave.start <= day < leave.end for leave in each.plan.leaves)
                    for each in here
                )
            )
        expected += any(s.start.date() == day for each in own for s in each.sessions)
    return CensusDay(day, len(inside), sum(inside), expected)


# Census.


@given(schedules(), ranges())
def test_a_census_is_what_is_counted_day_by_day(
    made: list[Schedule], bounds: tuple[date | None, date | None]
) -> None:
    start, end = bounds
    found = census(made, start=start, end=end)
    assert found == tuple(counted(made, day) for day in in_range(made, start, end))


@given(schedules())
def test_days_in_treatment_add_up_to_the_lengths_of_stay(made: list[Schedule]) -> None:
    alone = [
        evolve(each, plan=evolve(each.plan, patient=UUID(int=n, version=4)))
        for n, each in enumerate(made)
    ]
    assert sum(day.patients for day in census(alone)) == sum(
        (each.end - each.plan.start).days for each in made
    )
    assert sum(day.expected for day in census(made)) == len(
        {(each.plan.patient, s.start.date()) for each in made for s in each.sessions}
    )


@given(schedules(), st.sampled_from(Weekday))
def test_weeks_of_a_census_add_up_to_its_days(made: list[Schedule], first: Weekday) -> None:
    days = census(made)
    weeks = weekly_census(reversed(days), first=first)
    for name in ("patients", "on_hold", "expected"):
        assert sum(getattr(week, name) for week in weeks) == sum(getattr(d, name) for d in days)
    assert sum(week.days for week in weeks) == len(days)
    for week in weeks:
        inside = [each.patients for each in days if week.start <= each.day < week.end]
        assert (week.least, week.most) == (min(inside), max(inside))
        assert week.mean == sum(inside) / len(inside)
    assert all(Weekday.of(week.start) is first for week in weeks[1:])
    assert all(Weekday.of(week.end) is first for week in weeks[:-1])


def test_a_stay_ends_before_the_day_after_its_last() -> None:
    leave = Leave(MONDAY + 3 * ONE_DAY, MONDAY + 5 * ONE_DAY)
    days = census(
        [Schedule(plan_of(1, MONDAY, leave, weeks=1), SITE.zone)], end=MONDAY + 8 * ONE_DAY
    )
    assert [each.patients for each in days] == [1] * 7 + [0]
    assert [each.on_hold for each in days] == [0, 0, 0, 1, 1, 0, 0, 0]


def test_sessions_after_the_plans_last_week_keep_a_patient_in_treatment() -> None:
    late = evolve(session(MONDAY + 9 * ONE_DAY), week=2)
    days = census([Schedule(plan_of(1, weeks=1), SITE.zone, (late,))])
    assert [each.patients for each in days] == [1] * 14
    assert days[9].expected == 1


def test_who_is_expected_is_told_by_the_sites_clock() -> None:
    night = session(MONDAY, time(23, 30))
    (first, second) = census(
        [Schedule(plan_of(1, weeks=1), SITE.zone, (night,))], end=MONDAY + 2 * ONE_DAY
    )
    assert (first.expected, second.expected) == (1, 0)


def test_without_schedules_there_are_only_the_days_that_are_asked_for() -> None:
    assert census([]) == ()
    assert census([], start=MONDAY) == ()
    assert census([], end=MONDAY) == ()
    assert census([], start=MONDAY, end=MONDAY + ONE_DAY) == (CensusDay(MONDAY, 0),)
    assert weekly_census([]) == ()
    assert loads([], SITE) == ()
    assert weekly_loads([]) == ()
    assert meetings([], SITE) == ()


def test_an_end_before_the_start_is_refused() -> None:
    assert census([], start=MONDAY, end=MONDAY) == ()
    with pytest.raises(InvalidError, match="or a day after it"):
        census([], start=MONDAY, end=MONDAY - ONE_DAY)


@pytest.mark.parametrize("numbers", [(1, 2, 0), (1, -1, 0), (1, 0, -1), (-1, 0, 0)])
def test_numbers_that_cannot_be_are_refused(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(InvalidError):
        CensusDay(MONDAY, *numbers)


# Loads.


def minutes_booked(made: list[Schedule], name: str, of: str, day: date) -> set[int]:
    """The minutes of a day on which somebody is in a room or with a clinician."""
    found: set[int] = set()
    for each in made:
        for s in each.sessions:
            if (s.room if of == "rooms" else s.clinician) == name:
                at = s.start.replace(tzinfo=None)
                for n in range(s.duration // MINUTE):
                    minute = at + n * MINUTE
                    if minute.date() == day:
                        found.add(minute.hour * 60 + minute.minute)
    return found


def minutes_open(site: Site, own: WeeklyWindows | None, day: date) -> set[int]:
    """The minutes of a day on which a site is open, within hours of one's own."""
    found: set[int] = set()
    for minute in range(24 * 60):
        clock = time(*divmod(minute, 60))
        weekday = Weekday.of(day)
        hours = [site.hours, *([own] if own is not None else [])]
        closed = any(
            c.start <= day < c.end
            and (c.from_time or time(0)) <= clock
            and (c.to_time is None or clock < c.to_time)
            for c in site.closures
        )
        if not closed and all(held.covers(weekday, clock, MINUTE) for held in hours):
            found.add(minute)
    return found


CLOSURES = (
    (),
    (Closure(MONDAY, MONDAY + 2 * ONE_DAY, "works"),),
    (
        Closure(MONDAY, MONDAY + 9 * ONE_DAY, "training", time(9, 30), time(11)),
        Closure(MONDAY + 7 * ONE_DAY, MONDAY + 8 * ONE_DAY, "works", to_time=time(10)),
        Closure(MONDAY + 8 * ONE_DAY, MONDAY + 9 * ONE_DAY, "party", time(18)),
    ),
)


@given(schedules(), st.sampled_from(CLOSURES), st.sampled_from(["rooms", "clinicians"]), st.data())
def test_a_load_is_what_is_counted_minute_by_minute(
    made: list[Schedule], closures: tuple[Closure, ...], of: str, data: st.DataObject
) -> None:
    site = evolve(SITE, closures=closures)
    found = loads(made, site, of="rooms" if of == "rooms" else "clinicians")
    listed = site.rooms if of == "rooms" else site.clinicians
    hours = {each.name: each.hours for each in listed}
    names = [*hours, "Elsewhere"] if any(each.name == "Elsewhere" for each in found) else [*hours]
    days = in_range(made, None, None)
    assert [(each.name, each.start) for each in found] == [(n, d) for n in names for d in days]
    for each in data.draw(st.lists(st.sampled_from(found), max_size=5) if found else st.just([])):
        booked = minutes_booked(made, each.name, of, each.start)
        assert each.end == each.start + ONE_DAY
        assert each.booked == len(booked) * MINUTE
        if each.name in hours:
            open_then = minutes_open(site, hours[each.name], each.start)
            assert each.available == len(open_then) * MINUTE
            assert each.outside == len(booked - open_then) * MINUTE
            within = len(booked & open_then)
            assert each.share == (within / len(open_then) if open_then else None)
        else:
            assert (each.available, each.outside, each.share) == (None, timedelta(0), None)


@given(schedules(), st.sampled_from(Weekday))
def test_weekly_loads_add_up_to_those_of_days(made: list[Schedule], first: Weekday) -> None:
    days = loads(made, SITE)
    weeks = weekly_loads(days, first=first)
    assert list(dict.fromkeys(w.name for w in weeks)) == list(dict.fromkeys(d.name for d in days))
    for week in weeks:
        inside = [
            each for each in days if each.name == week.name and week.start <= each.start < week.end
        ]
        assert len(inside) == (week.end - week.start).days
        assert week.booked == sum((each.booked for each in inside), timedelta(0))
        assert week.outside == sum((each.outside for each in inside), timedelta(0))
        known = [each.available for each in inside if each.available is not None]
        assert week.available == (sum(known, timedelta(0)) if week.name != "Elsewhere" else None)
    assert sum((w.booked for w in weeks), timedelta(0)) == sum(
        (d.booked for d in days), timedelta(0)
    )


def test_a_room_that_several_patients_are_in_at_once_is_booked_once() -> None:
    made = [Schedule(plan_of(n), SITE.zone, (session(MONDAY, room="Oak"),)) for n in range(1, 9)]
    (first, *_) = loads(made, SITE)
    assert first == Load("Oak", MONDAY, MONDAY + ONE_DAY, 60 * MINUTE, 720 * MINUTE)
    assert first.share == 60 / 720


def test_a_holiday_leaves_no_time() -> None:
    site = evolve(SITE, holidays=HolidayCalendar("US"))
    start = date(2026, 7, 2)
    found = loads([], site, start=start, end=start + 3 * ONE_DAY)
    assert [each.available for each in found if each.name == "Oak"] == [
        720 * MINUTE,
        timedelta(0),
        timedelta(0),
    ]
    assert [each.share for each in found if each.name == "Oak"] == [0, None, None]


@pytest.mark.parametrize(
    "other", [evolve(SITE, name="Oak Street"), evolve(SITE, zone="America/Denver")]
)
def test_schedules_of_another_site_are_refused(other: Site) -> None:
    made = [Schedule(plan_of(1), SITE.zone, (session(MONDAY),))]
    with pytest.raises(InvalidError, match="schedules of the site"):
        loads(made, other)
    with pytest.raises(InvalidError, match="schedules of the site"):
        meetings(made, other)


# Meetings.


@given(schedules(), ranges())
def test_meetings_are_the_groups_that_sessions_are_in(
    made: list[Schedule], bounds: tuple[date | None, date | None]
) -> None:
    start, end = bounds
    found = meetings(made, SITE, start=start, end=end)
    keys = [(m.start, m.service, m.room or "", m.clinician or "") for m in found]
    assert keys == sorted(set(keys))
    expected: dict[tuple[datetime, str | None, str | None], set[UUID]] = {}
    for each in made:
        for s in each.sessions:
            day = s.start.date()
            if s.service == "group" and (start or day) <= day and (end is None or day < end):
                expected.setdefault((s.start, s.room, s.clinician), set()).add(each.plan.patient)
    assert {(m.start, m.room, m.clinician): m.patients for m in found} == {
        key: len(patients) for key, patients in expected.items()
    }
    seats = {"Oak": 10, "Ash": 4}
    assert all(m.seats == seats.get(m.room or "") for m in found)


@pytest.mark.parametrize(
    ("room", "limit", "seats", "free"),
    [
        ("Oak", None, 10, 8),
        ("Oak", 6, 6, 4),
        ("Ash", 6, 4, 2),
        (None, 6, 6, 4),
        (None, 1, 1, -1),
        (None, None, None, None),
        ("Elsewhere", None, None, None),
    ],
)
def test_seats_are_the_smallest_limit_that_is_known(
    room: str | None, limit: int | None, seats: int | None, free: int | None
) -> None:
    program = evolve(PROGRAM, services=(evolve(GROUP, group_max=limit), TALK))
    held = session(MONDAY, room=room), session(MONDAY, service=TALK, room=room)
    made = [Schedule(evolve(plan_of(n), program=program), SITE.zone, held) for n in (1, 2)]
    (found,) = meetings(made, SITE)
    assert (found.patients, found.seats, found.free) == (2, seats, free)


def test_a_meeting_is_as_long_as_its_longest_session() -> None:
    made = [
        Schedule(plan_of(n), SITE.zone, (session(MONDAY, minutes=minutes),))
        for n, minutes in ((1, 60), (2, 90), (3, 45))
    ]
    at = datetime.combine(MONDAY, time(9), SITE.tz)
    (found,) = meetings(made, SITE)
    assert found == Meeting("group", "Group", at, 90 * MINUTE, None, None, 3)
    assert found.end == at + 90 * MINUTE


def test_what_is_made_from_a_real_plan_can_be_counted() -> None:
    service = evolve(GROUP, timing=Weekly((Slot(Weekday.MONDAY, time(9)),)), group_max=8)
    program = evolve(PROGRAM, services=(service,))
    plan = draft(program, Patient(UUID(int=7, version=4)), SITE, start=MONDAY, seed=1)
    made = [schedule(plan, SITE)]
    assert [each.expected for each in census(made)] == ([1] + [0] * 6) * 2
    assert [each.free for each in meetings(made, SITE)] == [7, 7]
    (week, _) = weekly_census(census(made))
    assert week == CensusWeek(MONDAY, MONDAY + 7 * ONE_DAY, 7, 7, 0, 1, 1, 1)
