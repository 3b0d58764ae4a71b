"""Openings: every one fits, none is nearer, and what is in the way is told."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from iopkit import strategies
from iopkit.errors import InvalidError
from iopkit.modalities import Modality
from iopkit.plans import Leave, Plan, Trip, draft
from iopkit.programs import Phase, Program, Service, Slot, Weekly
from iopkit.schedules import (
    Appointment,
    Opening,
    Reason,
    Schedule,
    Session,
    Surroundings,
    make_up_openings,
    openings,
    schedule,
    take,
)
from iopkit.sites import Clinician, Closure, HolidayCalendar, Room, Site
from iopkit.windows import DAY, DayPart, Weekday, WeeklyWindows, minute_of_day

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
OTHER = UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11")
MONDAY = date(2026, 1, 5)
ONE_DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
SITE = Site(
    "Elm Street",
    "America/Chicago",
    WeeklyWindows.of(*(f"{day.title} 09:00-17:00" for day in tuple(Weekday)[:5])),
    rooms=(Room("green", 2), Room("red", 8, WeeklyWindows.of("monday 09:00-17:00"))),
    clinicians=(Clinician("Kim"), Clinician("Lee", WeeklyWindows.of("monday 12:00-17:00"))),
)


def moment(day: int, clock: str = "00:00", zone: Site = SITE) -> datetime:
    """A wall-clock time of a day of the plan, from 0."""
    return datetime.combine(MONDAY + day * ONE_DAY, time.fromisoformat(clock), zone.tz)


BEFORE = moment(-1)


def service(name: str, *slots: str, minutes: int = 60, most: int | None = None) -> Service:
    timing, length = Weekly(tuple(map(Slot.parse, slots))), timedelta(minutes=minutes)
    return Service(name, name, Modality.GROUP_THERAPY, timing, length, group_max=most)


def dated(*services: Service, site: Site = SITE, weeks: int = 2, **plan: Any) -> Schedule:
    program = Program("program", "Program", (Phase("all", "All", weeks),), services)
    made = Plan(KEY, KEY, site.name, program, MONDAY, 1)
    return schedule(evolve(made, **plan), site)


def shown(found: Iterable[Opening]) -> list[str]:
    return [f"{o.session.start:%a %d %H:%M}" for o in found if o.fits]


def why(found: Iterable[Opening]) -> dict[str, list[Reason]]:
    return {f"{o.session.start:%a %d}": [*o.obstacles] for o in found if not o.fits}


# Any schedule


@st.composite
def cases(draw: st.DrawFn) -> tuple[Schedule, Session, Surroundings]:
    """A session of a schedule, with much in the way of another place for it."""
    site = draw(strategies.sites())
    start = draw(
        st.sampled_from([date(2026, 3, 2), date(2026, 3, 30), date(2026, 10, 26), date(2026, 2, 9)])
    )
    near = st.integers(0, 20).map(lambda n: start + n * ONE_DAY)
    clocks = st.none() | strategies.clock_times()
    closures: list[Closure] = []
    for first in draw(st.lists(near, max_size=3)):
        low, high = draw(clocks), draw(clocks)
        if low is None or high is None or low < high:
            closures.append(Closure(first, first + ONE_DAY, "closed", low, high))
    rooms = Room("green", draw(st.integers(1, 3)), draw(st.none() | strategies.weekly_windows()))
    kim = Clinician("Kim", draw(st.none() | strategies.weekly_windows()))
    # What changes from day to day is in tests of its own: these count minute by minute.
    site = evolve(
        site,
        closures=tuple(closures),
        offers=(),
        rooms=(rooms,),
        clinicians=(kim,),
        later_hours=(),
        closed_rules=(),
    )
    program, patient = draw(strategies.programs()), draw(strategies.patients())
    made = schedule(draft(program, patient, site, start=start, seed=1), evolve(site, closures=()))
    assume(made.sessions)
    leaves = [Leave(day, day + 2 * ONE_DAY) for day in draw(st.lists(near, max_size=1))]
    stays = [
        Trip(
            day, day + 3 * ONE_DAY, "Asia/Kathmandu", draw(st.none() | strategies.weekly_windows())
        )
        for day in draw(st.lists(near, max_size=1))
    ]
    made = evolve(made, plan=evolve(made.plan, leaves=tuple(leaves), stays=tuple(stays)))
    where: dict[str, Any] = {
        "room": draw(st.none() | st.just("green")),
        "clinician": draw(st.none() | st.just("Kim")),
    }
    made = evolve(made, sessions=tuple(evolve(s, **where) for s in made.sessions))
    busy = [
        Appointment(
            at := datetime.combine(day, draw(strategies.clock_times()), UTC),
            at + HOUR,
            blocks=draw(st.booleans()),
        )
        for day in draw(st.lists(near, max_size=4))
    ]
    others = [
        evolve(
            made,
            plan=evolve(
                made.plan, patient=draw(st.just(OTHER) | st.just(made.plan.patient)), key=OTHER
            ),
            sessions=tuple(evolve(s, start=s.start + shift) for s in made.sessions),
        )
        for shift in draw(st.lists(st.integers(-2, 2).map(lambda n: n * 30 * MINUTE), max_size=2))
    ]
    session = draw(st.sampled_from(made.sessions[:6]))
    as_of = session.start - draw(st.integers(1, 5000)) * MINUTE
    return made, session, Surroundings(site, as_of, busy=tuple(busy), others=tuple(others))


def real(site: Site, wall: datetime) -> bool:
    """Whether a wall-clock minute exists, and once."""
    offsets = {wall.replace(tzinfo=site.tz, fold=fold).utcoffset() for fold in (0, 1)}
    return len(offsets) == 1


def inside(windows: WeeklyWindows | None, wall: datetime) -> bool:
    minute = wall.weekday() * DAY + minute_of_day(wall.time())
    return windows is None or any(low <= minute < high for low, high in windows.spans)


def covers(start: datetime, end: datetime, wall: datetime, site: Site) -> bool:
    """Whether a span takes any of a wall-clock minute."""
    low, high = (at.astimezone(site.tz).replace(tzinfo=None) for at in (start, end))
    return low < wall + MINUTE and wall < high


def clear(made: Schedule, session: Session, around: Surroundings, wall: datetime) -> bool:
    """Whether nothing takes a wall-clock minute, other sessions of the same meeting aside."""
    site, plan, day = around.site, made.plan, wall.date()
    if not inside(site.hours, wall):
        return False
    closed = any(
        c.start <= day < c.end
        and (c.from_time or time.min) <= wall.time() < (c.to_time or time.max)
        for c in site.closures
    )
    rooms = {room.name: room.hours for room in site.rooms}
    clinicians = {each.name: each.hours for each in site.clinicians}
    stay = next((stay for stay in plan.stays if stay.start <= day < stay.end), None)
    free = inside(plan.free, wall)
    if stay is not None:
        away = wall.replace(tzinfo=site.tz).astimezone(ZoneInfo(stay.zone)).replace(tzinfo=None)
        free = inside(stay.free, away)
    pause = site.break_between
    return (
        real(site, wall)
        and not closed
        and free
        and not any(leave.start <= day < leave.end for leave in plan.leaves)
        and not any(a.blocks and covers(a.start, a.end, wall, site) for a in around.busy)
        and (session.room is None or inside(rooms[session.room], wall))
        and any(
            inside(hours, wall)
            for name, hours in clinicians.items()
            if session.clinician in (None, name)
        )
        and not any(
            covers(s.start - pause, s.end + pause, wall, site)
            for s in made.sessions
            if (s.service, s.number) != (session.service, session.number)
        )
    )


def with_others(made: Schedule, session: Session, around: Surroundings) -> bool:
    """Whether rooms, clinicians and the patient can be shared with others then."""
    there = {made.plan.patient}
    group_max = made.service(session).group_max
    for other in around.others:
        for held in other.sessions:
            if held.start >= session.end or session.start >= held.end:
                continue
            if other.plan.patient == made.plan.patient:
                return False
            if (held.service, held.start, held.end, held.room, held.clinician) == (
                session.service,
                session.start,
                session.end,
                session.room,
                session.clinician,
            ) and held.modality.is_group:
                there.add(other.plan.patient)
            elif (session.room and held.room == session.room) or (
                session.clinician and held.clinician == session.clinician
            ):
                return False
    seats = {room.name: room.seats for room in around.site.rooms}.get(session.room or "")
    shared = len(there) > 1 and bool(session.room or session.clinician)
    return not shared or all(most is None or len(there) <= most for most in (seats, group_max))


def possible(made: Schedule, session: Session, around: Surroundings, start: datetime) -> bool:
    """By brute force: whether a session can start at a wall-clock time."""
    minutes = int(session.duration / MINUTE)
    placed = evolve(session, start=start.replace(tzinfo=around.site.tz))
    parts = made.service(session).day_parts
    is_own = start.time() == session.start.time()
    return (
        placed.start > around.as_of
        and (is_own or not parts or DayPart.of(minute_of_day(start.time())) in parts)
        and all(clear(made, session, around, start + n * MINUTE) for n in range(minutes))
        and with_others(made, placed, around)
    )


@pytest.mark.measured
@given(cases())
def test_every_opening_fits_by_brute_force_and_is_told_by_what_it_costs(
    case: tuple[Schedule, Session, Surroundings],
) -> None:
    made, session, around = case
    found = openings(made, session, around, limit=3)
    fit = [each for each in found if each.fits]
    assert len(fit) <= 3
    assert found[: len(fit)] == tuple(fit)
    for each in found:
        start = each.session.start.replace(tzinfo=None)
        assert each.was == session
        assert possible(made, session, around, start) is each.fits
        assert each.away == abs(each.session.start - session.start)
        assert each.same_time is (each.session.start.time() == session.start.time())
        assert each.same_week is (each.session.week == session.week)
        assert (start.date() - made.plan.start).days // 7 == each.session.week - 1
        assert each.session.moved
        assert each.session.moved.why is Reason.ASKED
    # Where others meet comes first, and there may be several meetings on a day.
    met = {place(held) for other in around.others for held in other.sessions}
    alone = [not (session.modality.is_group and place(each.session) in met) for each in fit]
    costs = [(by, not each.same_week, each.away) for by, each in zip(alone, fit, strict=True)]
    assert costs == sorted(costs)
    days = [each.session.start.date() for by, each in zip(alone, fit, strict=True) if by]
    assert len(set(days)) == len(days)


def place(session: Session) -> tuple[str, datetime, str | None, str | None]:
    """What sessions of one meeting share."""
    return session.service, session.start, session.room, session.clinician


@given(cases())
def test_no_place_in_the_week_is_nearer_to_the_time_of_day(
    case: tuple[Schedule, Session, Surroundings],
) -> None:
    made, session, around = case
    found = openings(made, session, around, limit=100)
    own = minute_of_day(session.start.time())
    fit = [each.session.start for each in found if each.fits]
    for n in (0, 2, 5):
        day = made.plan.start + ((session.week - 1) * 7 + n) * ONE_DAY
        midnight = datetime.combine(day, time(0))
        # Where others meet, a day may have several.
        away = [abs(minute_of_day(at.time()) - own) for at in fit if at.date() == day]
        reach = min(away, default=DAY)
        nearer = [m for m in range(DAY) if abs(m - own) < reach]
        length = int(session.duration / MINUTE)
        asked = range(nearer[0], nearer[-1] + length) if nearer else ()
        free = {m for m in asked if clear(made, session, around, midnight + m * MINUTE)}
        for minute in nearer:
            start = midnight + minute * MINUTE
            apart = abs(start - session.start.replace(tzinfo=None)) >= session.duration
            if apart and free.issuperset(range(minute, minute + length)):
                assert not possible(made, session, around, start)


@given(cases(), st.integers(0, 2))
def test_a_taken_opening_moves_that_session_alone_and_a_make_up_comes_beside_it(
    case: tuple[Schedule, Session, Surroundings], revision: int
) -> None:
    made, session, around = case
    made = evolve(made, revision=revision)
    for opening in openings(made, session, around):
        if not opening.fits:
            with pytest.raises(InvalidError):
                take(made, opening)
            continue
        new = take(made, opening)
        assert set(made.sessions) - set(new.sessions) == {session}
        assert set(new.sessions) - set(made.sessions) == {opening.session}
        assert new.uid(opening.session) == made.uid(session)
        assert new.revision == revision + 1
        starts = [s.start for s in new.sessions]
        assert starts == sorted(starts)
    around = evolve(around, as_of=session.end)
    first = make_up_openings(made, session, around, limit=1)
    for opening in first:
        if opening.fits:
            new = take(made, opening)
            assert set(made.sessions) < set(new.sessions)
            again = opening.session
            assert (again.service, again.number, again.make_up) == (
                session.service,
                session.number,
                1,
            )
            assert again.start > session.end
            assert new.uid(again) not in {made.uid(s) for s in made.sessions}
            for later in make_up_openings(new, session, around, limit=1):
                assert later.session.make_up == 2


# By hand

SKILLS = service("skills", "monday 10:00", "wednesday 10:00")


def test_the_week_comes_first_then_the_nearest_day() -> None:
    made = dated(SKILLS)
    found = openings(made, made.sessions[0], Surroundings(SITE, BEFORE), limit=6)
    # Monday at 10:00 is where it was; Wednesday at 10:00 has the other session.
    assert shown(found) == [
        "Mon 05 11:00",
        "Tue 06 10:00",
        "Wed 07 11:00",
        "Thu 08 10:00",
        "Fri 09 10:00",
        "Mon 12 11:00",
    ]
    assert [o.same_time for o in found[:3]] == [False, True, False]
    assert [o.same_week for o in found[:6]] == [True] * 5 + [False]
    assert found[1].away == ONE_DAY
    assert why(found) == {
        "Wed 07": [Reason.OVERLAP],
        "Sat 10": [Reason.OUTSIDE_HOURS],
        "Sun 11": [Reason.OUTSIDE_HOURS],
        "Mon 12": [Reason.OVERLAP],
    }


def tuesday(
    site: Site = SITE,
    *,
    room: str | None = None,
    clinician: str | None = None,
    busy: tuple[Appointment, ...] = (),
    others: tuple[Schedule, ...] = (),
    **plan: Any,
) -> list[Reason]:
    """What is in the way of the first session on Tuesday at 10:00."""
    made = dated(SKILLS, **plan)
    first = evolve(made.sessions[0], room=room, clinician=clinician)
    made = evolve(made, sessions=(first, *made.sessions[1:]))
    around = Surroundings(site, BEFORE, busy=busy, others=others)
    found = openings(made, first, around, limit=60)
    on = [o for o in found if o.session.start == moment(1, "10:00")]
    return [reason for opening in on for reason in opening.obstacles]


def closed(low: str | None = None, high: str | None = None) -> Site:
    clocks = (None if clock is None else time.fromisoformat(clock) for clock in (low, high))
    return evolve(
        SITE, closures=(Closure(MONDAY + ONE_DAY, MONDAY + 2 * ONE_DAY, "Flood", *clocks),)
    )


def elsewhere(
    *slots: str,
    room: str | None = None,
    clinician: str | None = None,
    patient: UUID = OTHER,
    name: str = "skills",
) -> Schedule:
    made = dated(service(name, *slots), key=OTHER, patient=patient)
    return evolve(
        made, sessions=tuple(evolve(s, room=room, clinician=clinician) for s in made.sessions)
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param({"site": closed()}, [Reason.CLOSED], id="closed all day"),
        pytest.param({"site": closed("10:59")}, [Reason.CLOSED], id="closed from 10:59"),
        pytest.param({"site": closed("11:00")}, [], id="closed from 11:00"),
        pytest.param({"site": closed(None, "10:01")}, [Reason.CLOSED], id="closed to 10:01"),
        pytest.param({"site": closed(None, "10:00")}, [], id="closed to 10:00"),
        pytest.param(
            {"leaves": (Leave(MONDAY + ONE_DAY, MONDAY + 2 * ONE_DAY),)},
            [Reason.ON_LEAVE],
            id="on leave",
        ),
        pytest.param(
            {"free": WeeklyWindows.of("tuesday 10:01-12:00")}, [Reason.NOT_FREE], id="not free"
        ),
        pytest.param({"free": WeeklyWindows.of("tuesday 10:00-11:00")}, [], id="just free"),
        pytest.param(
            {"busy": (Appointment(moment(1, "10:59"), moment(1, "12:00")),)},
            [Reason.NOT_FREE],
            id="an appointment",
        ),
        pytest.param(
            {"busy": (Appointment(moment(1, "11:00"), moment(1, "12:00")),)},
            [],
            id="an appointment after it",
        ),
        pytest.param(
            {"busy": (Appointment(moment(1), moment(2), blocks=False),)}, [], id="a birthday"
        ),
        pytest.param(
            {
                "stays": (Trip(MONDAY, MONDAY + 3 * ONE_DAY, "Asia/Kathmandu"),),
                "free": WeeklyWindows.of("monday 09:00-12:00"),
            },
            [],
            id="away, and not known when free",
        ),
        # 10:00 in Chicago is 21:45 in Kathmandu.
        pytest.param(
            {
                "stays": (
                    Trip(
                        MONDAY,
                        MONDAY + 3 * ONE_DAY,
                        "Asia/Kathmandu",
                        WeeklyWindows.of("tuesday 21:45-22:45"),
                    ),
                )
            },
            [],
            id="away, and free",
        ),
        pytest.param(
            {
                "stays": (
                    Trip(
                        MONDAY,
                        MONDAY + 3 * ONE_DAY,
                        "Asia/Kathmandu",
                        WeeklyWindows.of("tuesday 21:46-23:00"),
                    ),
                )
            },
            [Reason.NOT_FREE],
            id="away, and not free",
        ),
        pytest.param({"room": "red"}, [Reason.UNSTAFFED], id="the room is not open"),
        pytest.param({"clinician": "Lee"}, [Reason.UNSTAFFED], id="the clinician is not there"),
        pytest.param(
            {"room": "green", "others": (elsewhere("tuesday 10:30", room="green"),)},
            [Reason.ROOM_TAKEN],
            id="the room is taken",
        ),
        pytest.param(
            {"room": "green", "others": (elsewhere("tuesday 10:00", room="green"),)},
            [],
            id="a group with a seat left",
        ),
        pytest.param(
            {"room": "green", "others": (elsewhere("tuesday 10:00", room="green", name="talk"),)},
            [Reason.ROOM_TAKEN],
            id="another group in the room",
        ),
        pytest.param(
            {"clinician": "Kim", "others": (elsewhere("tuesday 10:30", clinician="Kim"),)},
            [Reason.CLINICIAN_TAKEN],
            id="the clinician is taken",
        ),
        pytest.param(
            {"clinician": "Kim", "others": (elsewhere("tuesday 10:00", clinician="Kim"),)},
            [],
            id="a group of the clinician's",
        ),
        pytest.param(
            {"others": (elsewhere("tuesday 10:30", patient=KEY),)},
            [Reason.OVERLAP],
            id="another plan of the patient's",
        ),
        pytest.param({"others": (elsewhere("tuesday 10:00"),)}, [], id="others elsewhere"),
    ],
)
def test_what_is_in_the_way_is_told(given: dict[str, Any], expected: list[Reason]) -> None:
    assert tuesday(**given) == expected


def test_a_full_group_cannot_be_joined() -> None:
    one = elsewhere("tuesday 10:00", room="green")
    two = evolve(one, plan=evolve(one.plan, patient=UUID("1b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")))
    assert tuesday(room="green", others=(one,)) == []
    assert tuesday(room="green", others=(one, two)) == [Reason.ROOM_TAKEN]


def test_a_holiday_is_in_the_way() -> None:
    site = evolve(SITE, holidays=HolidayCalendar("US"))
    made = dated(SKILLS, weeks=3)
    last = made.sessions[-1]
    assert last.start.date() == date(2026, 1, 21)
    found = openings(made, last, Surroundings(site, BEFORE))
    assert why(found)["Mon 19"] == [Reason.CLOSED, Reason.OVERLAP]


def test_a_clock_change_is_in_the_way() -> None:
    site = evolve(SITE, hours=WeeklyWindows.always())
    made = dated(service("night", "saturday 02:00"), site=site, start=date(2026, 3, 2), weeks=1)
    found = openings(made, made.sessions[0], Surroundings(site, BEFORE), limit=2)
    assert shown(found) == ["Sat 07 03:00", "Fri 06 02:00"]
    assert why(found) == {"Sun 08": [Reason.CLOCK_CHANGE]}


def test_what_is_over_and_too_soon_is_no_opening() -> None:
    made = dated(SKILLS)
    as_of = moment(0, "09:59")
    first = openings(made, made.sessions[0], Surroundings(SITE, as_of), limit=1)
    assert shown(first) == ["Mon 05 11:00"]
    later = openings(made, made.sessions[0], Surroundings(SITE, as_of, notice=2 * HOUR), limit=1)
    assert shown(later) == ["Mon 05 12:00"]
    assert "Mon 05" not in why(later)


def test_the_breaks_of_the_site_are_kept() -> None:
    site = evolve(SITE, break_between=10 * MINUTE)
    both = service("skills", "monday 09:00"), service("talk", "monday 11:00")
    made = dated(*both, site=site, weeks=1)
    found = openings(made, made.sessions[0], Surroundings(site, BEFORE), limit=1)
    assert shown(found) == ["Mon 05 12:10"]


def test_a_moved_session_keeps_the_time_that_the_plan_has() -> None:
    made = dated(SKILLS)
    around = Surroundings(SITE, BEFORE)
    once = openings(made, made.sessions[0], around)[1]
    again = openings(take(made, once), once.session, around)[0]
    assert again.session.moved
    assert again.session.moved.prescribed == datetime.combine(MONDAY, time(10))
    assert again.session.moved.why is Reason.ASKED


def test_nothing_fits_where_nothing_is_open() -> None:
    made = dated(SKILLS)
    shut = evolve(SITE, closures=(Closure(MONDAY, MONDAY + 90 * ONE_DAY, "Flood"),))
    found = openings(made, made.sessions[0], Surroundings(shut, BEFORE), limit=2)
    assert shown(found) == []
    assert len(found) == 2


# What is refused


def test_an_opening_that_was_taken_since_is_refused() -> None:
    made = dated(SKILLS)
    around = Surroundings(SITE, BEFORE)
    first, second = made.sessions[:2]
    one = openings(made, first, around)[1]
    other = next(o for o in openings(made, second, around) if o.session.start == one.session.start)
    with pytest.raises(InvalidError) as refused:
        take(take(made, one), other)
    assert [fault.path for fault in refused.value.faults] == [("session",)]
    with pytest.raises(InvalidError) as refused:
        take(take(made, one), one)
    assert ("was",) in [fault.path for fault in refused.value.faults]


def test_a_make_up_is_taken_once() -> None:
    made = dated(SKILLS)
    around = Surroundings(SITE, moment(0, "12:00"))
    one, other = make_up_openings(made, made.sessions[0], around)[:2]
    with pytest.raises(InvalidError):
        take(take(made, one), other)


@pytest.mark.parametrize(
    ("session", "around", "limit", "where"),
    [
        (0, Surroundings(SITE, moment(0, "10:00")), 1, "session"),
        (None, Surroundings(SITE, BEFORE), 1, "session"),
        (0, Surroundings(evolve(SITE, name="Oak Street"), BEFORE), 1, "site"),
        (0, Surroundings(SITE, BEFORE), 0, "limit"),
    ],
    ids=["begun", "not of the schedule", "another site", "no limit"],
)
def test_what_has_no_openings_is_refused(
    session: int | None, around: Surroundings, limit: int, where: str
) -> None:
    made = dated(SKILLS)
    wanted = evolve(made.sessions[0], number=9) if session is None else made.sessions[session]
    with pytest.raises(InvalidError) as refused:
        openings(made, wanted, around, limit=limit)
    assert [fault.path for fault in refused.value.faults] == [(where,)]


def test_surroundings_need_a_moment_and_no_negative_notice() -> None:
    with pytest.raises(InvalidError) as refused:
        Surroundings(SITE, datetime(2026, 1, 5), -HOUR)  # noqa: DTZ001  # the mistake itself
    assert [fault.path for fault in refused.value.faults] == [("as_of",), ("notice",)]
