"""What others have in a calendar is read as they meant it, and junk is refused in time."""

import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit import InvalidError, MissingExtraError
from iopkit.calendars import appointments, appointments_from_ical
from iopkit.errors import Fault
from iopkit.schedules import Appointment

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
