"""What others have in a calendar is read as they meant it, and junk is refused in time."""

import sys
import warnings
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit import InvalidError, MissingExtraError
from iopkit.calendars import appointments, appointments_from_ical
from iopkit.errors import Fault
from iopkit.schedules import Appointment

pytestmark = pytest.mark.measured

HOUR, ONE_DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
CHICAGO = "America/Chicago"


def calendar(*lines: str) -> bytes:
    whole = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Zebra//EN", *lines, "END:VCALENDAR")
    return "".join(f"{line}\r\n" for line in whole).encode()


def event(*lines: str, uid: str = "zebra@example.org") -> tuple[str, ...]:
    return (
        "BEGIN:VEVENT",
        f"UID:{uid}",
        "DTSTAMP:20260101T000000Z",
        "SUMMARY:Zebra",
        *lines,
        "END:VEVENT",
    )


def read(
    data: bytes,
    first: date = date(2026, 1, 1),
    last: date = date(2027, 1, 1),
    *,
    zone: str = CHICAGO,
) -> tuple[Appointment, ...]:
    return appointments_from_ical(data, start=first, end=last, zone=zone)


def shown(found: Iterable[Appointment], zone: str = CHICAGO) -> list[str]:
    tz = ZoneInfo(zone)
    return [f"{a.start.astimezone(tz):%m-%d %H:%M}-{a.end.astimezone(tz):%H:%M}" for a in found]


def of(*lines: str, zone: str = CHICAGO) -> list[str]:
    return shown(read(calendar(*event(*lines)), zone=zone), zone)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["DTSTART:20260105T160000Z", "DTEND:20260105T170000Z"], ["01-05 10:00-11:00"]),
        (["DTSTART:20260105T100000", "DTEND:20260105T110000"], ["01-05 10:00-11:00"]),
        (["DTSTART;TZID=Asia/Kathmandu:20260105T214500", "DURATION:PT1H"], ["01-05 10:00-11:00"]),
        (
            ["DTSTART;TZID=Central Standard Time:20260105T100000", "DURATION:PT1H"],
            ["01-05 10:00-11:00"],
        ),
        (["DTSTART;VALUE=DATE:20260105"], ["01-05 00:00-00:00"]),
        (["DTSTART;VALUE=DATE:20260105", "DTEND;VALUE=DATE:20260107"], ["01-05 00:00-00:00"]),
        (["DTSTART:20260105T100000", "DTEND;VALUE=DATE:20260106"], ["01-05 10:00-00:00"]),
        (["DTSTART:20260105T100000"], []),
        (["DTSTART:20260105T100000", "DURATION:PT1H", "STATUS:CANCELLED"], []),
        (
            [
                "DTSTART:20260105T100000",
                "DURATION:PT1H",
                "RRULE:FREQ=WEEKLY;COUNT=3",
                "EXDATE:20260112T100000",
            ],
            ["01-05 10:00-11:00", "01-19 10:00-11:00"],
        ),
        (
            ["DTSTART:20260105T100000", "DURATION:PT1H", "RDATE:20260107T120000,20260108T120000"],
            ["01-05 10:00-11:00", "01-07 12:00-13:00", "01-08 12:00-13:00"],
        ),
        (
            [
                "DTSTART:20260130T100000",
                "DURATION:PT1H",
                "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2",
            ],
            ["01-30 10:00-11:00", "02-27 10:00-11:00"],
        ),
        (
            ["DTSTART:20260105T100000", "DURATION:PT1H", "RRULE:FREQ=YEARLY;UNTIL=20260201T000000"],
            ["01-05 10:00-11:00"],
        ),
        # The week in which the clock goes forward, and the one in which it goes back.
        (
            [
                "DTSTART;TZID=America/Chicago:20260307T100000",
                "DURATION:PT1H",
                "RRULE:FREQ=DAILY;COUNT=2",
            ],
            ["03-07 10:00-11:00", "03-08 10:00-11:00"],
        ),
        (
            [
                "DTSTART;TZID=America/Chicago:20260301T023000",
                "DURATION:PT1H",
                "RRULE:FREQ=WEEKLY;COUNT=2",
            ],
            ["03-01 02:30-03:30", "03-08 03:30-04:30"],
        ),
        (
            [
                "DTSTART;TZID=America/Chicago:20260301T023000",
                "DTEND;TZID=America/Chicago:20260301T031500",
                "RRULE:FREQ=WEEKLY;COUNT=2",
            ],
            ["03-01 02:30-03:15", "03-08 03:30-04:15"],
        ),
        (["DTSTART;TZID=America/Chicago:20261101T013000", "DURATION:PT15M"], ["11-01 01:30-01:45"]),
    ],
    ids=[
        "in UTC",
        "floating",
        "in another zone",
        "in a zone of Windows",
        "all day",
        "two days",
        "to a date",
        "no time",
        "cancelled",
        "with an exception",
        "with more dates",
        "on the last weekday",
        "until a day",
        "over a clock change",
        "at a time that does not exist",
        "of which only the start does not exist",
        "at a time that comes twice",
    ],
)
def test_an_event_is_read_as_rfc_5545_has_it(lines: list[str], expected: list[str]) -> None:
    assert of(*lines) == expected


def test_a_time_that_comes_twice_is_the_first() -> None:
    (found,) = read(
        calendar(*event("DTSTART;TZID=America/Chicago:20261101T013000", "DURATION:PT15M"))
    )
    assert found.start == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_two_days_last_from_midnight_to_midnight() -> None:
    (found,) = read(calendar(*event("DTSTART;VALUE=DATE:20260307", "DTEND;VALUE=DATE:20260309")))
    assert found.end - found.start == timedelta(hours=47)


def test_a_day_that_was_skipped_takes_no_time() -> None:
    data = calendar(*event("DTSTART;VALUE=DATE:20111229", "RRULE:FREQ=DAILY;COUNT=3"))
    found = read(data, date(2011, 12, 1), date(2012, 1, 31), zone="Pacific/Apia")
    assert shown(found, "Pacific/Apia") == ["12-29 00:00-00:00", "12-31 00:00-00:00"]


def test_what_is_transparent_does_not_block() -> None:
    both = (
        *event("DTSTART;VALUE=DATE:20260105", "TRANSP:TRANSPARENT", uid="1"),
        *event("DTSTART;VALUE=DATE:20260106", "TRANSP:OPAQUE", uid="2"),
    )
    assert [a.blocks for a in read(calendar(*both))] == [False, True]


def test_a_changed_occurrence_takes_the_place_of_the_old_and_a_cancelled_one_goes() -> None:
    data = calendar(
        *event("DTSTART:20260105T160000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=4"),
        *event("RECURRENCE-ID:20260112T160000Z", "DTSTART:20260113T180000Z", "DURATION:PT2H"),
        *event("RECURRENCE-ID:20260119T160000Z", "DTSTART:20260119T160000Z", "STATUS:CANCELLED"),
    )
    assert shown(read(data)) == ["01-05 10:00-11:00", "01-13 12:00-14:00", "01-26 10:00-11:00"]


def test_a_zone_that_the_file_defines_is_taken() -> None:
    zone = (
        "BEGIN:VTIMEZONE",
        "TZID:Own",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        "TZOFFSETFROM:+0545",
        "TZOFFSETTO:+0545",
        "END:STANDARD",
        "END:VTIMEZONE",
    )
    data = calendar(*zone, *event("DTSTART;TZID=Own:20260105T214500", "DURATION:PT1H"))
    assert shown(read(data)) == ["01-05 10:00-11:00"]


def test_several_calendars_and_other_parts_may_be_in_one_file() -> None:
    todo = ("BEGIN:VTODO", "UID:todo", "DTSTART:20260105T100000", "END:VTODO")
    lines = ["DURATION:PT1H"]
    one = calendar(*todo, *event("DTSTART:20260105T100000", *lines))
    other = calendar(*event("DTSTART:20260106T100000", *lines))
    assert shown(read(b"\xef\xbb\xbf" + one + other)) == ["01-05 10:00-11:00", "01-06 10:00-11:00"]


def test_what_touches_the_days_asked_for_is_there_and_nothing_else() -> None:
    data = calendar(*event("DTSTART:20260104T230000", "DURATION:PT2H", "RRULE:FREQ=DAILY;COUNT=5"))
    found = read(data, date(2026, 1, 6), date(2026, 1, 7))
    assert shown(found) == ["01-05 23:00-01:00", "01-06 23:00-01:00"]


@given(
    st.sampled_from([CHICAGO, "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "UTC"]),
    st.integers(0, 480_000).map(lambda n: datetime.combine(date(2026, 1, 1), time(0)) + n * MINUTE),
    st.integers(1, 600),
    st.integers(1, 20),
    st.integers(1, 3),
)
def test_daily_appointments_are_at_their_wall_clock_time_every_day(
    zone: str, start: datetime, minutes: int, count: int, interval: int
) -> None:
    tz = ZoneInfo(zone)
    rule = f"RRULE:FREQ=DAILY;COUNT={count};INTERVAL={interval}"
    lines = (f"DTSTART;TZID={zone}:{start:%Y%m%dT%H%M%S}", f"DURATION:PT{minutes}M", rule)
    found = read(calendar(*event(*lines)), date(2025, 12, 1), date(2027, 3, 1))
    walls = [start + n * interval * ONE_DAY for n in range(count)]
    assert [a.start for a in found] == [wall.replace(tzinfo=tz).astimezone(UTC) for wall in walls]
    for each, wall in zip(found, walls, strict=True):
        end = (wall + minutes * MINUTE).replace(tzinfo=tz).astimezone(UTC)
        assert each.end == (end if end > each.start else each.start + minutes * MINUTE)


# What is refused


def refusal(data: bytes, **options: Any) -> tuple[int | None, str]:
    """The first line and what was expected there; nothing of the file is repeated."""
    with pytest.raises(InvalidError) as refused:
        read(data, **options)
    assert "zebra" not in str(refused.value).lower()
    return refused.value.faults[0].line, refused.value.faults[0].expected


RULES = "a recurrence by the day, week, month or year"
NEVER = "a recurrence that comes to pass"
TIMES = "an event with times that can be read"
SOONER = "events that are gone through sooner up to here"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=SECONDLY", RULES),
        ("FREQ=MINUTELY;INTERVAL=5", RULES),
        ("FREQ=HOURLY", RULES),
        ("FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=1,2,3,4,5,6,7,8,9", RULES),
        ("COUNT=2", RULES),
        ("FREQ=DAILY;INTERVAL=0", NEVER),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", NEVER),
        ("FREQ=DAILY;BYSETPOS=5", NEVER),
        ("FREQ=ZEBRA", TIMES),
        ("FREQ=DAILY;INTERVAL=99999999999", TIMES),
    ],
)
def test_a_recurrence_without_measure_is_refused_at_once(rule: str, expected: str) -> None:
    found = refusal(calendar(*event("DTSTART:20260105T100000", "DURATION:PT1H", f"RRULE:{rule}")))
    assert found == (4, expected)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["DTSTART:zebra"], TIMES),
        (["DURATION:PT1H"], TIMES),
        (["DTSTART:20260105T100000", "DTEND:zebra"], TIMES),
        (["DTSTART:20260105T100000", "DURATION:zebra"], TIMES),
        (
            ["DTSTART;TZID=Zebra/Zebra:20260105T100000", "DURATION:PT1H"],
            "a time zone that is known, or defined in the file",
        ),
    ],
)
def test_an_event_that_cannot_be_read_is_told_by_its_line(lines: list[str], expected: str) -> None:
    good = event("DTSTART:20260105T100000", "DURATION:PT1H", uid="good")
    assert refusal(calendar(*good, *event(*lines))) == (4 + len(good), expected)


@pytest.mark.parametrize(
    ("data", "line", "expected"),
    [
        (b"", 1, "a whole calendar"),
        (b"zebra", 1, "a line of a calendar"),
        (b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", 1, "a line of a calendar"),
        (b"END:VCALENDAR\r\n", 1, "a line of a calendar"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n", 3, "a line of a calendar"),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", 2, "a whole calendar"),
        (calendar(*event(*event())), 8, "a line of a calendar"),
        (calendar("BEGIN:VTODO", *event(), "END:VTODO"), 5, "a line of a calendar"),
        (calendar("END:VEVENT"), 4, "a line of a calendar"),
        (b"\xff\xfez\x00e\x00", 1, "a line of a calendar"),
        (b"BEGIN:VCARD\r\nFN:Zebra\r\nEND:VCARD\r\n", 3, "a whole calendar"),
    ],
)
def test_what_is_no_calendar_is_refused(data: bytes, line: int | None, expected: str) -> None:
    assert refusal(data) == (line, expected)


def test_a_calendar_of_another_kind_is_refused() -> None:
    data = calendar("CALSCALE:CHINESE", *event("DTSTART:20260105T100000", "DURATION:PT1H"))
    assert refusal(data) == (5, "an event that can be read")


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(InvalidError) as refused:
        read(b" " * (appointments.MOST_BYTES + 1))
    assert [fault.path for fault in refused.value.faults] == [("data",)]


@pytest.mark.parametrize(
    ("start", "rule", "expected"),
    [
        ("18000105T100000", "FREQ=DAILY", SOONER),
        ("18000105T100000", "FREQ=DAILY;UNTIL=20250101T000000Z", SOONER),
        ("18000105T100000", "FREQ=DAILY;COUNT=90000", SOONER),
        ("18000105T100000", "FREQ=DAILY;COUNT=90;BYMONTH=2;BYMONTHDAY=29", SOONER),
        (
            "20260101T100000",
            "FREQ=DAILY;BYHOUR=1,2,3,4,5,6;BYMINUTE=1,2,3",
            "at most 10,000 appointments up to here",
        ),
    ],
    ids=["for two centuries", "up to a day", "so often", "seldom", "many times a day"],
)
def test_more_than_can_be_gone_through_is_refused(start: str, rule: str, expected: str) -> None:
    events = [
        line
        for n in range(40)
        for line in event(f"DTSTART:{start}", "DURATION:PT1M", f"RRULE:{rule}", uid=str(n))
    ]
    assert refusal(calendar(*events))[1] == expected


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "FREQ=DAILY;UNTIL=20140901T000000Z",
        "FREQ=DAILY;UNTIL=20140901",
        "FREQ=DAILY;COUNT=60",
        "FREQ=DAILY;COUNT=60;BYDAY=MO,TU,WE,TH,FR",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=10;BYDAY=TU,TH",
    ],
)
def test_years_of_appointments_that_are_over_are_no_hindrance(rule: str) -> None:
    shared = ("DTSTART:20140105T100000", "DURATION:PT1H")
    old = (*shared, f"RRULE:{rule}") if rule else shared
    events = [line for n in range(300) for line in event(*old, uid=str(n))]
    now = event("DTSTART:20260105T100000", "DURATION:PT1H", uid="now")
    assert shown(read(calendar(*events, *now))) == ["01-05 10:00-11:00"]


def test_a_line_that_is_folded_within_a_character_is_whole() -> None:
    data = calendar(*event("DTSTART:20260105T100000", "DURATION:PT1H", "LOCATION:Caf\u00e9"))
    folded = data.replace(b"\xc3\xa9", b"\xc3\r\n \xa9")
    assert shown(read(folded)) == ["01-05 10:00-11:00"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("America/New_York", "01-05 09:00-10:00"),
        ("", "01-05 10:00-11:00"),
        ("Zebra/Zebra", "01-05 10:00-11:00"),
        ("Central Standard Time", "01-05 10:00-11:00"),
    ],
)
def test_the_zone_of_a_file_counts_if_it_is_known(name: str, expected: str) -> None:
    data = calendar(f"X-WR-TIMEZONE:{name}", *event("DTSTART:20260105T100000", "DURATION:PT1H"))
    assert shown(read(data)) == [expected]


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"first": date(2026, 1, 2), "last": date(2026, 1, 2)}, "end"),
    ],
)
def test_days_and_a_zone_are_needed(options: Any, where: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read(calendar(), **options)
    assert [fault.path for fault in refused.value.faults] == [(where,)]


def test_a_missing_package_is_named_with_the_command_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "icalendar", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'iopkit\[ical\]'"):
        read(calendar())


_PARTS = st.sampled_from(
    [
        "BEGIN:VEVENT",
        "END:VEVENT",
        "BEGIN:VTIMEZONE",
        "END:VTIMEZONE",
        "DTSTART:20260105T100000",
        "DTSTART:1",
        "DTEND:20260105T110000",
        "RRULE:FREQ=DAILY;COUNT=3",
        "RRULE:FREQ=WEEKLY;BYDAY=XX",
        "EXDATE:20260106T100000",
        "UID:1",
        "RDATE;VALUE=PERIOD:20260105T100000Z/PT1H",
        "TZID:Own",
        "DURATION:-PT1H",
        "RECURRENCE-ID:20260106T100000",
        "TRANSP:TRANSPARENT",
        " folded",
        "x",
        "CALSCALE:CHINESE",
        "RRULE:",
        "DTSTART;TZID=:20260105T100000",
    ]
)


@given(
    st.lists(_PARTS, max_size=12)
    | st.lists(_PARTS, max_size=8).map(
        lambda some: [
            "BEGIN:VEVENT",
            "UID:1",
            "DTSTART:20260105T100000",
            *[p for p in some if "BEGIN" not in p and "END:" not in p],
            "END:VEVENT",
        ]
    )
)
def test_whatever_is_in_a_file_it_is_read_or_refused(parts: list[str]) -> None:
    found: tuple[Appointment, ...] = ()
    faults: tuple[Fault | None, ...] = (None,)
    try:
        found = read(calendar(*parts))
    except InvalidError as error:
        faults = error.faults
    assert all(fault is None or fault.line for fault in faults)
    assert all(a.start < a.end for a in found)


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(InvalidError):
        read(data)


# What others write


def own_zone(name: str, offset: str, *more: str) -> tuple[str, ...]:
    return (
        *("BEGIN:VTIMEZONE", f"TZID:{name}", "BEGIN:STANDARD", "DTSTART:16010101T000000"),
        *(f"TZOFFSETFROM:{offset}", f"TZOFFSETTO:{offset}", *more, "END:STANDARD", "END:VTIMEZONE"),
    )


def in_zone(name: str, *lines: str) -> tuple[str, ...]:
    return event(f'DTSTART;TZID="{name}":20260609T090000', "DURATION:PT30M", *lines)


def left_out(data: bytes, **options: Any) -> tuple[list[str], list[Fault]]:
    told: list[Fault] = []
    found = appointments_from_ical(
        data,
        start=date(2026, 1, 1),
        end=date(2027, 1, 1),
        zone=CHICAGO,
        refused=told.append,
        **options,
    )
    return shown(found), told


ONE_NAME = {"-0400": "06-09 08:00-08:30", "+0900": "06-08 19:00-19:30"}


def test_a_zone_is_that_of_its_own_calendar_in_whatever_order_and_in_many_threads() -> None:
    files = [calendar(*own_zone("Office", at), *in_zone("Office")) for at in ONE_NAME] * 40
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda data: shown(read(data)), files))

    assert found == [[each] for each in ONE_NAME.values()] * 40
    assert shown(read(b"".join(files[:2]))) == sorted(ONE_NAME.values())
    assert refusal(calendar(*in_zone("Office")))[0] == 4


def test_what_defines_a_zone_in_two_ways_or_not_at_all_defines_none() -> None:
    twice = own_zone("Office", "-0400"), own_zone("Office", "+0900")
    assert refusal(calendar(*twice[0], *twice[1], *in_zone("Office")))[0] == 24 - 4
    assert shown(read(calendar(*twice[0], *twice[0], *in_zone("Office")))) == ["06-09 08:00-08:30"]
    for part in (
        ("BEGIN:VTIMEZONE", "TZID:Office", "END:VTIMEZONE"),
        own_zone("Office", "soon"),
        own_zone("Office", "+2500"),
        own_zone("Office", "-0400", "TZOFFSETTO:-0500"),
        own_zone("Office", "-0400", "RRULE:FREQ=DAILY"),
        own_zone("Office", "-0400", "RDATE:soon"),
    ):
        data = calendar(*part, *in_zone("Office"))
        assert refusal(data) == (4 + len(part), "a time zone that is known, or defined in the file")
        # As little as one without a name it costs those who do not ask for it.
        assert read(calendar("BEGIN:VTIMEZONE", "END:VTIMEZONE", *part, *in_zone("Asia/Tokyo")))


def test_a_zone_that_recurs_without_measure_is_refused_at_its_line() -> None:
    for rule in ("FREQ=SECONDLY", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"):
        zone = own_zone("Office", "-0400", f"RRULE:{rule}")
        assert refusal(calendar(*zone, *in_zone("Office")))[0] == 10


@pytest.mark.no_cover  # goes to the limit
def test_zones_that_take_too_long_to_go_through_are_refused() -> None:
    parts = [
        line
        for n in range(300)
        for line in (*own_zone(f"{n}", "-0400", "RRULE:FREQ=YEARLY"), *in_zone(f"{n}"))
    ]
    assert refusal(calendar(*parts))[1] == SOONER


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        # The first Sundays of April and October, as long as that was the rule.
        ("RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU", "08:00"),
        ("RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU;UNTIL=20260405T080000Z", "08:00"),
        ("RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU;UNTIL=20260405", "08:00"),
        ("RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU;UNTIL=20260405T020000", "08:00"),
        ("RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU;UNTIL=20250406T070000Z", "09:00"),
        ("RDATE:20260405T020000", "08:00"),
        ("RDATE;VALUE=PERIOD:20260405T020000/PT1H", "08:00"),
    ],
)
def test_a_zone_changes_by_its_rules_and_dates(rest: str, expected: str) -> None:
    zone = (
        *("BEGIN:VTIMEZONE", "TZID:Office", "BEGIN:STANDARD", "DTSTART:19701004T020000"),
        *("RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=1SU", "TZOFFSETFROM:-0500", "TZOFFSETTO:-0600"),
        *("END:STANDARD", "BEGIN:DAYLIGHT", "DTSTART:19700405T020000", rest),
        *("TZOFFSETFROM:-06:00", "TZOFFSETTO:-050000", "END:DAYLIGHT", "END:VTIMEZONE"),
    )
    (found,) = read(calendar(*zone, *in_zone("Office")))
    assert f"{found.start.astimezone(ZoneInfo('Etc/GMT+6')):%H:%M}" == expected
    early = event("DTSTART;TZID=Office:19700105T090000", "DURATION:PT1H", uid="early")
    found = read(calendar(*zone, *early), date(1970, 1, 1), date(1970, 2, 1))[0]
    assert found.start == datetime(1970, 1, 5, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("europe/paris", "06-09 02:00-02:30"),
        ("w. europe standard time", "06-09 02:00-02:30"),
        ("/vendor.example/2026_1/Europe/Paris", "06-09 02:00-02:30"),
        ("tzone://Microsoft/Utc", "06-09 04:00-04:30"),
        ("(UTC-08:00) Pacific Time (US & Canada)", "06-09 11:00-11:30"),
        ("tzone://Microsoft/Custom", None),
        ("Mountain Standard Time 2", None),
        ("GMT+0200", None),
        ("/vendor.example/Utrecht", None),
        ("", None),
    ],
)
def test_a_vendors_name_is_read_if_it_can_mean_one_zone_or_the_caller_says_which(
    name: str, expected: str | None
) -> None:
    data = calendar(*in_zone(name))
    assert left_out(data)[0] == ([expected] if expected else [])
    if name:
        told = {name: "Pacific/Honolulu"}
        assert left_out(data, zones=told) == (["06-09 14:00-14:30"], [])
        assert left_out(calendar(*own_zone(name, "+0100"), *in_zone(name)), zones=told)[1] == []


@pytest.mark.parametrize("rest", [":20260609T090000", ";VALUE=DATE-TIME:20260609T090000"])
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tzone://Microsoft/Utc", "06-09 04:00-04:30"),
        ("tzone://Microsoft/Custom", None),
        ("(UTC-08:00) Pacific Time (US & Canada)", "06-09 11:00-11:30"),
        ("Europe/Paris", "06-09 02:00-02:30"),
    ],
)
def test_a_zones_name_with_colons_is_read_without_quotes(
    name: str, expected: str | None, rest: str
) -> None:
    lines = event(
        f"DTSTART;TZID={name}{rest}",
        "DURATION:PT30M",
        "RRULE:FREQ=DAILY;COUNT=2",
        f"EXDATE;TZID={name}:20260610T090000,20260611T090000",
    )
    assert left_out(calendar(*lines))[0] == ([expected] if expected else [])
    told = {name: "Pacific/Honolulu"}
    assert left_out(calendar(*lines), zones=told) == (["06-09 14:00-14:30"], [])


def test_a_calendars_own_definition_counts_for_a_name_that_is_no_place() -> None:
    for name, expected in (("EST", "06-09 03:00-03:30"), ("Europe/Paris", "06-09 02:00-02:30")):
        assert shown(read(calendar(*own_zone(name, "+0100"), *in_zone(name)))) == [expected]


def test_zones_have_to_be_known() -> None:
    with pytest.raises(InvalidError) as refused:
        left_out(calendar(*in_zone("x")), zones={"x": "Zebra"})
    assert "Zebra" not in str(refused.value)
    assert [fault.path for fault in refused.value.faults] == [("zones",)]


DAYS = [f"DTSTART:202606{day:02}T101500" for day in (3, 9, 22)]


@pytest.mark.parametrize("uid", ["", "one@example.org"])
def test_events_of_one_uid_are_all_there_unless_one_takes_the_place_of_another(uid: str) -> None:
    weekly = event(DAYS[0], "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2", uid=uid)
    others = [event(day, "DURATION:PT1H", uid=uid) for day in DAYS[1:]]
    gone = event("DTSTART:20260630T101500", "STATUS:CANCELLED", uid=uid)
    parts = [weekly, *others, gone]
    for order in permutations(parts):
        found = read(calendar(*(line for part in order for line in part)))
        assert [f"{a.start:%d}" for a in found] == ["03", "04", "09", "22"]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (["SEQUENCE:0"], ["SEQUENCE:2", "DTSTART:20260701T080000"], ["07-01"]),
        (["SEQUENCE:1"], ["METHOD:CANCEL", "SEQUENCE:2"], []),
        (["SEQUENCE:1"], ["METHOD:CANCEL", "SEQUENCE:1"], []),
        (["SEQUENCE:1"], ["METHOD:CANCEL", "SEQUENCE:0"], ["06-09"]),
        (["SEQUENCE:1"], ["METHOD:CANCEL", "SEQUENCE:1", "NO:DTSTART"], []),
        (["SEQUENCE:1"], ["METHOD:CANCEL", "SEQUENCE:1", "DTSTART:soon"], []),
        ([], ["SEQUENCE:1", "STATUS:canceled"], []),
        ([], ["STATUS: Cancelled "], []),
        ([], [], ["06-09"]),
        (["SEQUENCE:1.0"], ["SEQUENCE:0.0", "DTSTART:20260701T080000"], ["06-09"]),
        # Of the same SEQUENCE none is known to be the last.
        ([], ["DTSTART:20260701T080000"], ["06-09", "07-01"]),
        ([], ["DTSTART:20260701T080000", "STATUS:CANCELLED"], ["06-09"]),
    ],
)
def test_what_one_calendar_of_a_file_says_another_can_change_or_cancel(
    first: list[str], second: list[str], expected: list[str]
) -> None:
    def whole(lines: list[str]) -> bytes:
        method = [line for line in lines if line.startswith("METHOD")]
        given = [line for line in lines if line not in method and line != "NO:DTSTART"]
        start = [] if any("DTSTART" in line for line in lines) else ["DTSTART:20260609T080000"]
        return calendar(*method, *event(*start, "DURATION:PT1H", *given))

    for both in permutations([whole(first), whole(second)]):
        assert [each[:5] for each in shown(read(b"".join(both)))] == expected


def test_one_of_several_events_of_a_uid_is_changed_by_one_with_its_start() -> None:
    parts = [event(day, "DURATION:PT1H") for day in DAYS]
    parts += [event(DAYS[1], "DURATION:PT3H", "SEQUENCE:1")]
    parts += [event(DAYS[2], "SEQUENCE:1", "STATUS:CANCELLED")]
    for order in permutations(parts):
        found = shown(read(calendar(*(line for part in order for line in part))))
        assert found == ["06-03 10:15-11:15", "06-09 10:15-13:15"]


WEEKLY = ("DTSTART;TZID=Europe/Paris:20260609T110000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=4")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["METHOD:CANCEL", "SEQUENCE:0"], []),
        (["SEQUENCE:0", "STATUS:CANCELLED"], ["06-18"]),
        (["SEQUENCE:1", "STATUS:CANCELLED"], []),
    ],
)
def test_a_series_that_is_called_off_takes_its_changes_along(
    lines: list[str], expected: list[str]
) -> None:
    change = event("RECURRENCE-ID:20260616T090000Z", "DTSTART:20260618T090000Z", "DURATION:PT1H")
    method = [line for line in lines if "METHOD" in line]
    off = event(WEEKLY[0], *(line for line in lines if line not in method))
    data = calendar(*event(*WEEKLY), *change) + calendar(*method, *off)
    assert [each[:5] for each in shown(read(data))] == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # The last counts, whatever its form, and all of the last.
        ([["RECURRENCE-ID;VALUE=DATE:20260616", "SEQUENCE:1", "DTSTART:20260617T060000"]], "17 06"),
        (
            [
                ["RECURRENCE-ID:20260616T090000Z", "DTSTART:20260617T060000"],
                ["RECURRENCE-ID:20260616T000000Z", "SEQUENCE:1", "DTSTART:20260618T070000"],
            ],
            "18 07",
        ),
        (
            [
                ["RECURRENCE-ID:20260616T090000Z", "DTSTART:20260617T060000"],
                ["RECURRENCE-ID:20260616T110000", "DTSTART:20260618T070000"],
            ],
            "17 06, 18 07",
        ),
        ([["RECURRENCE-ID:20260617T090000Z", "DTSTART:20260617T060000"]], "16 04, 17 06"),
    ],
)
def test_a_change_is_found_by_what_it_replaces(changes: list[list[str]], expected: str) -> None:
    parts = [event(*WEEKLY), *(event(*lines, "DURATION:PT1H") for lines in changes)]
    for order in permutations(parts):
        found = shown(read(calendar(*(line for part in order for line in part))))
        assert ", ".join(f"{e[3:5]} {e[6:8]}" for e in found if "06-10" < e < "06-20") == expected


def test_a_day_of_several_occurrences_does_not_tell_which_is_changed() -> None:
    twice = ("DTSTART:20260609T080000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2;BYHOUR=8,15")
    change = event("RECURRENCE-ID;VALUE=DATE:20260609", "DTSTART:20260611T080000", "DURATION:PT1H")
    assert [each[:8] for each in shown(read(calendar(*event(*twice), *change)))] == [
        "06-09 08",
        "06-09 15",
        "06-11 08",
    ]


def test_an_occurrence_alone_and_all_after_one_that_is_called_off() -> None:
    alone = event("RECURRENCE-ID:20260609T090000Z", "DTSTART:20260610T090000Z", "DURATION:PT1H")
    assert shown(read(calendar(*alone))) == ["06-10 04:00-05:00"]
    off = event("RECURRENCE-ID;RANGE=THISANDFUTURE:20260623T090000Z", "STATUS:CANCELLED")
    assert len(read(calendar(*event(*WEEKLY), *off))) == 2
    # Of two series of one UID only that is changed which has the occurrence.
    other = event("DTSTART:20260610T090000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=4")
    assert len(read(calendar(*event(*WEEKLY), *other, *off))) == 2 + 4


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["RRULE:FREQ=DAILY;UNTIL=20260611"], 3),
        (["RRULE:FREQ=DAILY;UNTIL=20260611T101500"], 3),
        (["RRULE:FREQ=DAILY;UNTIL=20260611T101459"], 2),
        (["RRULE:FREQ=DAILY;UNTIL=00010101T000000Z"], 22),
        (["RRULE:FREQ=DAILY;UNTIL=99991231T235959Z"], 22),
        (["RRULE:FREQ=DAILY;UNTIL=99991231"], 22),
        (["RRULE:FREQ=DAILY;COUNT=-1"], 22),
        # So programs write what was deleted from its first occurrence on.
        (["RRULE:FREQ=DAILY;UNTIL=20260608"], 0),
        (["RRULE:FREQ=DAILY;COUNT=4", "EXRULE:FREQ=DAILY;INTERVAL=2;COUNT=2"], 2),
        (["RRULE:FREQ=DAILY;COUNT=4", "EXDATE:20260610T000000,20260612T151500Z"], 2),
        (["RRULE:FREQ=DAILY;COUNT=4", "EXDATE:20260610T100000"], 4),
        (["RDATE;VALUE=DATE:20260611,20260613"], 3),
        (["RDATE;VALUE=PERIOD:20260611T080000Z/PT3H,20260613T080000Z/20260613T090000Z"], 3),
        (["RDATE:", "EXDATE:", "RRULE:"], 1),
        (["RDATE:20260611T101500,20260609T101500"], 2),
        (["RRULE:FREQ=DAILY;COUNT=2;RSCALE=gregorian;SKIP=OMIT;X-ZEBRA=1;"], 2),
        (["RRULE:FREQ=YEARLY;BYYEARDAY=160,161,162,163,164,165;COUNT=3"], 3),
    ],
)
def test_rules_and_dates_are_in_the_form_of_the_start(lines: list[str], expected: int) -> None:
    data = calendar(*event("DTSTART:20260609T101500", "DURATION:PT1H", *lines))
    assert len(read(data, last=date(2026, 7, 1))) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["DTEND;VALUE=DATE:20260609"], ["06-09 00:00-00:00"]),
        (["DURATION:P0D"], ["06-09 00:00-00:00"]),
        (["DURATION:PT3H"], ["06-09 00:00-03:00"]),
        (["RRULE:FREQ=WEEKLY;UNTIL=20260616T000000Z"], ["06-09 00:00-00:00", "06-16 00:00-00:00"]),
        (["RRULE:FREQ=DAILY;BYHOUR=9,17;COUNT=2"], ["06-09 00:00-00:00", "06-10 00:00-00:00"]),
        (["RDATE:20260611T150000Z"], ["06-09 00:00-00:00", "06-11 00:00-00:00"]),
        (["RRULE:FREQ=DAILY;COUNT=2", "EXDATE:20260610T000000Z"], ["06-09 00:00-00:00"]),
        (["RRULE:FREQ=DAILY;COUNT=2", "EXDATE:20260610T050000Z"], ["06-09 00:00-00:00"]),
    ],
)
def test_a_whole_day_is_a_day(lines: list[str], expected: list[str]) -> None:
    # Without VALUE=DATE, as some write it.
    data = calendar("X-WR-TIMEZONE:Asia/Tokyo", *event("DTSTART:20260609", *lines))
    assert shown(read(data)) == expected


def test_a_calendars_zone_is_for_times_without_one() -> None:
    data = calendar(
        "X-WR-TIMEZONE:Asia/Tokyo",
        *event("DTSTART:20260609T010000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=2"),
        *event("DTSTART:20260610T010000", "DURATION:PT1H", uid="floating"),
    )
    assert shown(read(data)) == ["06-08 20:00-21:00", "06-09 11:00-12:00", "06-15 20:00-21:00"]


def test_what_lasts_beyond_the_calendar_is_there_as_long_as_can_be_told() -> None:
    (found,) = read(calendar(*event("DTSTART:20260609T101500", "DTEND:99991231T235959")))
    assert found.end.year == 9998
    (found,) = read(calendar(*event("DTSTART:00010101T000000", "DURATION:P800000D")))
    assert found.start.year == 2
    assert read(calendar(*event("DTSTART:20260609T101500", "DURATION:P999999999D")))
    weekly = ("DTSTART:20260609T101500", "DURATION:P3000000D", "RRULE:FREQ=WEEKLY;COUNT=2")
    assert [a.end.year for a in read(calendar(*event(*weekly)))] == [9998, 9998]
    onward = event(
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20260616T101500",
        "DTSTART:99981231T000000",
        "DURATION:PT1H",
    )
    assert len(read(calendar(*event(*weekly), *onward))) == 1
    days = date(9998, 12, 1), date(9999, 12, 31)
    daily = calendar(*event("DTSTART:99981201T100000", "DURATION:PT1H", "RRULE:FREQ=DAILY"))
    assert len(read(daily, *days)) == 30
    assert read(daily, date.min, date(1, 1, 2)) == ()


def test_times_without_a_zone_are_on_the_clock_of_the_start() -> None:
    start = "DTSTART;TZID=Europe/Paris:20260609T110000"
    lines = ["DTEND:20260609T120000", "RDATE:20260612T110000", "EXDATE:20260611T110000"]
    found = of(start, *lines, "RRULE:FREQ=DAILY;COUNT=3")
    assert found == ["06-09 04:00-05:00", "06-10 04:00-05:00", "06-12 04:00-05:00"]


def test_an_end_on_another_clock_is_an_instant() -> None:
    lines = (
        "DTSTART;TZID=America/New_York:20260609T220000",
        "DTEND;TZID=Europe/Paris:20260610T110000",
    )
    assert of(*lines) == ["06-09 21:00-04:00"]
    assert of(*lines, "RRULE:FREQ=DAILY;COUNT=2")[1:] == ["06-10 21:00-04:00"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["DTEND:20260609T081500"], "an end after the start"),
        (["DTEND;VALUE=DATE:20260608"], "an end after the start"),
        (["DURATION:-PT1H"], "an end after the start"),
        (["DTEND:20260609T121500", "DURATION:PT1H"], TIMES),
        (["DTEND:20260609T121500", "DTEND:20260609T131500"], TIMES),
        (["RRULE:FREQ=WEEKLY;UNTIL=20261231T", "000000Z"], TIMES),
        (["RRULE:W1 TU #3"], TIMES),
        (["RRULE:FREQ=DAILY;FREQ=WEEKLY"], TIMES),
        (["RRULE:RSCALE=CHINESE;FREQ=YEARLY"], TIMES),
        (["RRULE:FREQ=DAILY;COUNT=0"], NEVER),
        (["RRULE:FREQ=DAILY;BYHOUR=25"], TIMES),
        (["RDATE:20131210Z"], TIMES),
        (["RDATE;VALUE=TIME:101500"], TIMES),
        (["RDATE:20260701T100000/20260701T090000"], TIMES),
        (["RECURRENCE-ID;RANGE=THISANDPRIOR:20260609T101500"], TIMES),
        (["RECURRENCE-ID:20260609T101500", "RRULE:FREQ=DAILY;COUNT=2"], TIMES),
        (["UID:another"], TIMES),
        (["STATUS;:CANCELLED"], TIMES),
    ],
)
def test_what_matters_and_cannot_be_read_is_told_and_all_else_is_read(
    lines: list[str], expected: str
) -> None:
    good = event("DTSTART:20260611T100000", "DURATION:PT1H", uid="good")
    data = calendar(*good, *event("DTSTART:20260609T101500", *lines))
    assert refusal(data) == (4 + len(good), expected)
    found, told = left_out(data)
    assert found == ["06-11 10:00-11:00"]
    assert [(fault.line, fault.expected) for fault in told] == [(4 + len(good), expected)]


def test_of_two_versions_it_has_to_be_known_which_is_the_last() -> None:
    parts = [
        event(day, "DURATION:PT1H", f"SEQUENCE:{n}") for day, n in zip(DAYS, "1x", strict=False)
    ]
    found, told = left_out(calendar(*parts[0], *parts[1]))
    assert [each[:5] for each in found] == ["06-03"]
    assert [fault.expected for fault in told] == ["a SEQUENCE that can be read"]
    assert left_out(calendar(*parts[1])) == (["06-09 10:15-11:15"], [])
    alone = [evolved.replace("SEQUENCE:1", "SEQUENCE:y") for evolved in parts[0]]
    assert len(left_out(calendar(*alone, *parts[1]))[1]) == 2


@pytest.mark.no_cover  # as above
def test_one_calendar_with_a_zone_that_takes_too_long_costs_no_other() -> None:
    zone = own_zone("Old", "-0400", *["RRULE:FREQ=YEARLY"] * 200)
    bad = calendar("X-WR-TIMEZONE:Old", *zone, *event(DAYS[0], "DURATION:PT1H"))
    found, told = left_out(bad + calendar(*event(DAYS[1], "DURATION:PT1H")))
    assert (found, [fault.line for fault in told]) == (["06-09 10:15-11:15"], [4])


NOTHING_OF_IT = [
    ("BEGIN:VALARM", "TRIGGER:Zebra", "END:VALARM"),
    ("BEGIN:VALARM", "TRIGGER:-PT15M"),
    ("END:VALARM",),
    ("DESCRIPTION:one line", "and another", "", "X-ZEBRA", "X_ZEBRA:1", "GEO:Zebra"),
    ("ATTACH;FMTTYPE:zebra", "DTSTAMP:soon", "CREATED:", "LOCATION;X=:Zebra"),
]


@pytest.mark.parametrize("lines", NOTHING_OF_IT)
def test_what_does_not_matter_costs_nothing(lines: tuple[str, ...]) -> None:
    good = ["DTSTART:20260611T100000", "DURATION:PT1H"]
    todo = ("BEGIN:VTODO", "DUE:Zebra", *lines, "END:VTODO", *own_zone("Zebra", "-05:00:0"))
    assert left_out(calendar(*todo, *event(*good, *lines))) == (["06-11 10:00-11:00"], [])


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(lambda data: data.replace(b"Zebra", b"Z\xe9bra"), id="another encoding"),
        pytest.param(lambda data: data.replace(b"\r\n", b"\r"), id="lines that end in CR"),
        pytest.param(lambda data: data.replace(b"\r\n", b"\n"), id="lines that end in LF"),
        pytest.param(lambda data: data + b"\x1a", id="Ctrl-Z"),
        pytest.param(lambda data: data.decode().encode("utf-16"), id="UTF-16"),
        pytest.param(lambda data: b"\xfe\xff" + data.decode().encode("utf-16-be"), id="big endian"),
        pytest.param(lambda data: b"Dear Zebra,\r\n" + data + b"\r\nYours\r\n", id="a letter"),
        pytest.param(lambda data: b"BEGIN:VCARD\r\nEND:VCARD\r\n" + data, id="a card before it"),
    ],
)
def test_a_file_is_read_in_whatever_way_it_was_saved(written: Callable[[bytes], bytes]) -> None:
    data = calendar(*event("DTSTART:20260611T100000", "DURATION:PT1H"))
    assert left_out(written(data)) == (["06-11 10:00-11:00"], [])


def test_a_file_that_is_cut_off_has_what_was_whole() -> None:
    data = calendar(*event(DAYS[0], "DURATION:PT1H"), *event(DAYS[1], "DURATION:PT1H", uid="b"))
    found, told = left_out(data[: data.index(b"UID:b")])
    assert (found, [fault.line for fault in told]) == (["06-03 10:15-11:15"], [11])
    # And what another file has that was put after it.
    found, told = left_out(data[: data.index(b"UID:b")] + data.replace(b"202606", b"202607"))
    assert [each[:5] for each in found] == ["06-03", "07-03", "07-09"]
    assert [fault.line for fault in told] == [12]
    found, told = left_out(data.replace(b"UID:b", b"END:VCALENDAR", 1))
    assert [each[:5] for each in found] == ["06-03"]


def test_a_calendar_within_another_is_told_once() -> None:
    inner = calendar(*event(DAYS[0], "DURATION:PT1H"))
    found, told = left_out(b"BEGIN:VCALENDAR\r\n" + inner + b"END:VCALENDAR\r\n")
    assert (found, [fault.line for fault in told]) == (["06-03 10:15-11:15"], [2])


def free_busy(*lines: str) -> tuple[str, ...]:
    return ("BEGIN:VFREEBUSY", "UID:zebra", *lines, "END:VFREEBUSY")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["FREEBUSY:20260609T150000Z/PT2H"], ["06-09 10:00-12:00"]),
        (
            ["FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260609T150000Z/20260609T160000Z"],
            ["06-09 10:00-11:00"],
        ),
        (["FREEBUSY;FBTYPE=busy-tentative:20260609T150000Z/PT30M"], ["06-09 10:00-10:30"]),
        (["FREEBUSY;FBTYPE=X-ZEBRA:20260609T150000Z/PT30M"], ["06-09 10:00-10:30"]),
        (["FREEBUSY;FBTYPE=FREE:20260609T150000Z/PT2H"], []),
        (["FREEBUSY:20260609T150000Z/PT2H, 20250609T150000Z/PT2H"], ["06-09 10:00-12:00"]),
        (["FREEBUSY:20260609T150000Z/PT0S"], []),
        ([], []),
    ],
)
def test_busy_times_are_appointments(lines: list[str], expected: list[str]) -> None:
    found = read(calendar(*free_busy(*lines)))
    assert shown(found) == expected
    assert all(each.blocks for each in found)


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        (free_busy("FREEBUSY:20260609T150000Z"), (4, "busy times that can be read")),
        (free_busy("FREEBUSY:20260609T150000Z/-PT1H"), (4, "busy times that can be read")),
        (
            free_busy('FREEBUSY;TZID="Zebra":20260609T150000/PT1H'),
            (4, "a time zone that is known, or defined in the file"),
        ),
        (("METHOD:REQUEST", *free_busy()), (5, "busy times")),
        (("BEGIN:VTODO", "END:VTODO"), (1, "a calendar with events or busy times")),
        (
            ("BEGIN:VJOURNAL", "END:VJOURNAL", *own_zone("Zebra", "+0100")),
            (1, "a calendar with events or busy times"),
        ),
        (("BEGIN:VAVAILABILITY", "END:VAVAILABILITY"), (4, "events or busy times")),
        (
            free_busy(*["FREEBUSY:20260609T150000Z/PT1H"] * 10_001),
            (4, "at most 10,000 appointments up to here"),
        ),
    ],
)
def test_a_file_that_does_not_tell_when_somebody_is_busy_is_refused(
    parts: tuple[str, ...], found: tuple[int, str]
) -> None:
    assert refusal(calendar(*parts)) == found


@pytest.mark.parametrize("line", ["X-WR-TIMEZONE:/zebra/America/Lima", "X-WR-TIMEZONE:Zebra"])
def test_nothing_of_a_file_is_printed(line: str, capfd: pytest.CaptureFixture[str]) -> None:
    zone = own_zone("/zebra.org/Europe/Paris", "soon")
    data = calendar(line, *zone, *in_zone("/zebra.org/Europe/Paris"), *in_zone("Zebra"))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert left_out(data)[1]
    assert "zebra" not in str([str(each.message) for each in caught]).lower()
    assert "zebra" not in "".join(capfd.readouterr()).lower()
