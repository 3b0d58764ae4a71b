"""Clock changes: wall-clock time that does not exist or comes twice."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.clocks import clock_changes
from iopkit.modalities import Modality
from iopkit.plans import Plan
from iopkit.programs import Phase, Program, Service, Slot, Weekly
from iopkit.schedules import Reason, Schedule, Session, schedule
from iopkit.sites import Site
from iopkit.windows import DAY, WeeklyWindows

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
MINUTE = timedelta(minutes=1)


def happens_once(wall: datetime, tz: ZoneInfo) -> bool:
    """Whether a wall-clock minute exists exactly once, by a round trip through UTC."""
    first = wall.replace(tzinfo=tz).astimezone(UTC)
    second = wall.replace(tzinfo=tz, fold=1).astimezone(UTC)
    return first == second and first.astimezone(tz).replace(tzinfo=None) == wall


def odd_spans(day: date, zone: str) -> list[tuple[date, int, int]]:
    """What ``clock_changes`` has to say about a day, minute by minute."""
    tz = ZoneInfo(zone)
    midnight = datetime.combine(day, time(0))
    spans: list[tuple[date, int, int]] = []
    for minute in range(DAY):
        if happens_once(midnight + minute * MINUTE, tz):
            continue
        if spans and spans[-1][2] == minute:
            spans[-1] = (day, spans[-1][1], minute + 1)
        else:
            spans.append((day, minute, minute + 1))
    return spans


@cache
def days_near_changes(zone: str, year: int) -> tuple[date, ...]:
    """Days around each change of the offset, found by walking through the year in UTC."""
    tz = ZoneInfo(zone)
    step = timedelta(hours=6)
    at = datetime(year, 1, 1, tzinfo=UTC) - timedelta(days=2)
    days: set[date] = set()
    while at < datetime(year + 1, 1, 3, tzinfo=UTC):
        if at.astimezone(tz).utcoffset() != (at + step).astimezone(tz).utcoffset():
            days |= {at.date() + timedelta(days=n) for n in range(-2, 4)}
        at += step
    return tuple(sorted(day for day in days if day.year == year))


@pytest.mark.parametrize(
    ("zone", "year", "changes"),
    [
        pytest.param(
            "America/Chicago",
            2026,
            [(date(2026, 3, 8), 120, 180), (date(2026, 11, 1), 60, 120)],
            id="chicago",
        ),
        pytest.param(
            "Europe/London",
            2026,
            [(date(2026, 3, 29), 60, 120), (date(2026, 10, 25), 60, 120)],
            id="london",
        ),
        pytest.param(
            "Australia/Lord_Howe",
            2026,
            [(date(2026, 4, 5), 90, 120), (date(2026, 10, 4), 120, 150)],
            id="lord-howe-half-an-hour",
        ),
        pytest.param(
            "Africa/Casablanca",
            2026,
            [(date(2026, 2, 15), 120, 180), (date(2026, 3, 22), 120, 180)],
            id="casablanca-in-ramadan",
        ),
        pytest.param("Asia/Kathmandu", 2026, [], id="kathmandu-none"),
        pytest.param("Asia/Kathmandu", 1986, [(date(1986, 1, 1), 0, 15)], id="kathmandu-1986"),
        pytest.param("America/Phoenix", 2026, [], id="phoenix-none"),
        pytest.param("UTC", 2026, [], id="utc"),
        pytest.param(
            "Pacific/Apia",
            2011,
            [
                (date(2011, 4, 2), 180, 240),
                (date(2011, 9, 24), 180, 240),
                (date(2011, 12, 30), 0, DAY),
            ],
            id="apia-skips-a-day",
        ),
        pytest.param(
            "America/Asuncion",
            2019,
            [(date(2019, 3, 23), 23 * 60, DAY), (date(2019, 10, 6), 0, 60)],
            id="asuncion-at-midnight",
        ),
        pytest.param(
            "America/St_Johns",
            2006,
            [
                (date(2006, 4, 2), 1, 61),
                (date(2006, 10, 28), 23 * 60 + 1, DAY),
                (date(2006, 10, 29), 0, 1),
            ],
            id="st-johns-a-minute-past-midnight",
        ),
    ],
)
def test_clock_changes_are_those_of_the_year(
    zone: str, year: int, changes: list[tuple[date, int, int]]
) -> None:
    assert list(clock_changes(zone, year)) == changes


@pytest.mark.parametrize(
    ("zone", "year"),
    [
        ("America/Chicago", 2026),
        ("Europe/London", 1971),
        ("Australia/Lord_Howe", 2024),
        ("Africa/Casablanca", 2018),
        ("Pacific/Apia", 2011),
        ("America/St_Johns", 1988),
        ("America/Caracas", 2016),
        ("Antarctica/Troll", 2023),
        ("America/Managua", 1996),
        ("America/Managua", 1997),
    ],
)
def test_every_change_of_a_year_is_found(zone: str, year: int) -> None:
    found = [span for day in days_near_changes(zone, year) for span in odd_spans(day, zone)]
    assert list(clock_changes(zone, year)) == found


_ZONES = (
    "Africa/Cairo",
    "Africa/El_Aaiun",
    "America/Havana",
    "America/Nuuk",
    "America/Santiago",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Pyongyang",
    "Asia/Tehran",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Europe/Dublin",
    "Europe/Moscow",
    "Europe/Volgograd",
    "Pacific/Chatham",
    "Pacific/Kwajalein",
)


@given(
    st.sampled_from(_ZONES), st.sampled_from([1974, 1991, 2007, 2016, 2022, 2026, 2037]), st.data()
)
def test_a_days_changes_agree_with_a_round_trip_through_utc(
    zone: str, year: int, data: st.DataObject
) -> None:
    near = days_near_changes(zone, year)
    some_day = st.dates(date(year, 1, 1), date(year, 12, 31))
    day = data.draw(st.sampled_from(near) | some_day if near else some_day)
    assert [span for span in clock_changes(zone, year) if span[0] == day] == odd_spans(day, zone)


# Schedules over a clock change


def weekly(zone: str, start: date, weeks: int, slot: str, minutes: int = 30) -> Schedule:
    """A program of one weekly session, at a site that never closes."""
    group = Service(
        "group",
        "Group",
        Modality.GROUP_THERAPY,
        Weekly((Slot.parse(slot),)),
        timedelta(minutes=minutes),
    )
    program = Program("any", "Any", (Phase("only", "Only", weeks, (group,)),))
    site = Site("Elm", zone, WeeklyWindows.always())
    return schedule(Plan(KEY, KEY, "Elm", program, start, 1), site)


@pytest.mark.parametrize(
    ("zone", "start", "offsets"),
    [
        pytest.param("America/Chicago", date(2026, 3, 2), [-6, -5], id="chicago-spring"),
        pytest.param("America/Chicago", date(2026, 10, 26), [-5, -6], id="chicago-fall"),
        pytest.param("Europe/London", date(2026, 3, 23), [0, 1], id="london-spring"),
        pytest.param("Europe/London", date(2026, 10, 19), [1, 0], id="london-fall"),
        pytest.param("Australia/Lord_Howe", date(2026, 3, 30), [11, 10.5], id="lord-howe-fall"),
        pytest.param("Australia/Lord_Howe", date(2026, 9, 28), [10.5, 11], id="lord-howe-spring"),
        pytest.param("Africa/Casablanca", date(2026, 2, 9), [1, 0], id="casablanca-into-ramadan"),
        pytest.param("Africa/Casablanca", date(2026, 3, 16), [0, 1], id="casablanca-out-of-it"),
        pytest.param("Asia/Kathmandu", date(2026, 3, 2), [5.75, 5.75], id="kathmandu"),
        pytest.param("America/Phoenix", date(2026, 3, 2), [-7, -7], id="phoenix"),
    ],
)
def test_wall_clock_time_is_kept_over_a_clock_change(
    zone: str, start: date, offsets: list[float]
) -> None:
    sessions = weekly(zone, start, 2, "wednesday 18:30").sessions
    assert [session.start.time() for session in sessions] == [time(18, 30)] * 2
    found = [session.start.utcoffset() for session in sessions]
    assert found == [timedelta(hours=hours) for hours in offsets]
    assert [session.moved for session in sessions] == [None, None]


@pytest.mark.parametrize(
    ("zone", "start", "slot", "to"),
    [
        pytest.param(
            "America/Chicago", date(2026, 3, 2), "sunday 02:30", "03:00", id="chicago-skipped"
        ),
        pytest.param(
            "America/Chicago", date(2026, 10, 26), "sunday 01:30", "02:00", id="chicago-repeated"
        ),
        pytest.param(
            "Europe/London", date(2026, 3, 23), "sunday 01:00", "00:30", id="london-skipped"
        ),
        pytest.param(
            "Europe/London", date(2026, 10, 19), "sunday 01:59", "02:00", id="london-repeated"
        ),
        pytest.param(
            "Australia/Lord_Howe",
            date(2026, 3, 30),
            "sunday 01:30",
            "02:00",
            id="lord-howe-repeated",
        ),
        pytest.param(
            "Australia/Lord_Howe",
            date(2026, 9, 28),
            "sunday 02:15",
            "02:30",
            id="lord-howe-skipped",
        ),
        pytest.param(
            "Africa/Casablanca", date(2026, 2, 9), "sunday 02:30", "03:00", id="casablanca-repeated"
        ),
        pytest.param(
            "Africa/Casablanca", date(2026, 3, 16), "sunday 02:30", "03:00", id="casablanca-skipped"
        ),
    ],
)
def test_a_session_in_an_hour_that_is_skipped_or_repeated_is_moved_and_reported(
    zone: str, start: date, slot: str, to: str
) -> None:
    day = start + timedelta(days=6)
    made = weekly(zone, start, 2, slot)
    first, second = made.sessions
    assert made.unplaced == ()
    assert first.moved is not None
    assert first.moved.why is Reason.CLOCK_CHANGE
    at = Slot.parse(slot).start
    assert at is not None
    assert first.moved.prescribed == datetime.combine(day, at)
    # Its own day is the nearest, and on it the time at which the clock runs on.
    assert first.start.replace(tzinfo=None) == datetime.combine(day, time.fromisoformat(to))
    assert (second.start.time(), second.moved) == (at, None)


def steady(session: Session) -> bool:
    """Whether the wall clock runs evenly from the start of a session to its end."""
    elapsed = session.end.astimezone(UTC) - session.start.astimezone(UTC)
    return elapsed == session.duration


@pytest.mark.parametrize(
    ("slot", "minutes", "moved"),
    [
        pytest.param("sunday 01:30", 30, False, id="ends-as-the-hour-is-skipped"),
        pytest.param("sunday 01:30", 31, True, id="runs-into-the-skipped-hour"),
        pytest.param("sunday 01:30", 120, True, id="runs-over-the-skipped-hour"),
        pytest.param("sunday 02:59", 30, True, id="begins-in-the-last-skipped-minute"),
        pytest.param("sunday 03:00", 30, False, id="begins-after-the-skipped-hour"),
        pytest.param("saturday 23:00", 180, False, id="overnight-up-to-it"),
        pytest.param("saturday 23:00", 181, True, id="overnight-into-it"),
    ],
)
def test_a_session_may_touch_a_skipped_hour_but_not_reach_into_it(
    slot: str, minutes: int, *, moved: bool
) -> None:
    (session,) = weekly("America/Chicago", date(2026, 3, 2), 1, slot, minutes).sessions
    assert bool(session.moved) is moved
    assert steady(session)


@pytest.mark.parametrize(
    ("slot", "minutes", "moved"),
    [
        pytest.param("sunday 00:30", 30, False, id="ends-as-the-hour-first-begins"),
        pytest.param("sunday 00:30", 31, True, id="runs-into-the-repeated-hour"),
        pytest.param("sunday 01:59", 30, True, id="begins-in-the-last-repeated-minute"),
        pytest.param("sunday 02:00", 30, False, id="begins-after-the-repeated-hour"),
    ],
)
def test_a_session_may_touch_a_repeated_hour_but_not_reach_into_it(
    slot: str, minutes: int, *, moved: bool
) -> None:
    (session,) = weekly("America/Chicago", date(2026, 10, 26), 1, slot, minutes).sessions
    assert bool(session.moved) is moved
    assert steady(session)


@pytest.mark.parametrize(
    ("slot", "makes"),
    [
        pytest.param("friday 10:00", lambda s: s.start.date() == date(2011, 12, 31), id="friday"),
        pytest.param("thursday 23:45", lambda s: s.start.date() == date(2011, 12, 29), id="eve"),
    ],
)
def test_a_day_that_a_zone_skips_has_no_sessions(
    slot: str, makes: Callable[[Session], bool]
) -> None:
    (session,) = weekly("Pacific/Apia", date(2011, 12, 26), 1, slot).sessions
    assert session.moved is not None
    assert session.moved.why is Reason.CLOCK_CHANGE
    assert makes(session)
    assert steady(session)


def test_a_change_on_the_day_after_the_plan_is_heeded_by_its_last_night() -> None:
    (session,) = weekly("America/Chicago", date(2026, 3, 1), 1, "saturday 23:00", 240).sessions
    assert session.moved is not None
    assert session.moved.why is Reason.CLOCK_CHANGE
