"""Files of calendars are read as a day-by-day reckoning has them, however they are written."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from iopkit.calendars import appointments_from_ical
from iopkit.errors import Fault, InvalidError

pytestmark = pytest.mark.measured

ONE_DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
FIRST, LAST = date(2026, 2, 1), date(2026, 12, 1)
HOME = "Africa/Casablanca"
"""Where the patient is: whole days, and times of no zone."""

OWN = {
    "America/Chicago": ("-0600", "-0500", "3;BYDAY=2SU", "11;BYDAY=1SU", "020000"),
    "America/Los_Angeles": ("-0800", "-0700", "3;BYDAY=2SU", "11;BYDAY=1SU", "020000"),
    "Asia/Kathmandu": ("+0545", "+0545", "1;BYDAY=1SU", "7;BYDAY=1SU", "020000"),
}
"""Zones that a calendar can define under one and the same name."""

ZONES = [*OWN, "Australia/Lord_Howe", "Pacific/Apia", "UTC"]


@frozen
class Rule:
    """How a series recurs; all about it that its start does not say."""

    every: str
    interval: int = 1
    weekdays: frozenset[int] = frozenset()
    times: int = 1
    ends: str = "count"

    def days(self, first: date) -> Iterator[date]:
        """Its days: every day is looked at."""
        day, found = first, 0
        while found < self.times:
            if self.has(day, first):
                found += 1
                yield day
            day += ONE_DAY

    def has(self, day: date, first: date) -> bool:
        months = (day.year - first.year) * 12 + day.month - first.month
        weeks = (day - first + ONE_DAY * first.weekday()).days // 7
        by_month = months % self.interval == 0
        match self.every:
            case "day":
                return (day - first).days % self.interval == 0
            case "week":
                return weeks % self.interval == 0 and day.weekday() in self.weekdays
            case "date":
                return by_month and day.day == first.day
            case _:
                place = (day.day - 1) // 7 == (first.day - 1) // 7
                return by_month and day.weekday() == first.weekday() and place

    def text(self, first: date, until: str) -> str:
        names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
        what = {
            "day": "FREQ=DAILY",
            "week": f"FREQ=WEEKLY;BYDAY={','.join(names[d] for d in sorted(self.weekdays))}",
            "date": f"FREQ=MONTHLY;BYMONTHDAY={first.day}",
            "place": f"FREQ=MONTHLY;BYDAY={(first.day - 1) // 7 + 1}{names[first.weekday()]}",
        }[self.every]
        ends = f"COUNT={self.times}" if self.ends == "count" else f"UNTIL={until}"
        return f"RRULE:{what};INTERVAL={self.interval};{ends}"


@frozen
class Change:
    """What became of the occurrence of a number: moved, with all after it or not, or cancelled."""

    number: int
    kind: str
    form: str
    by: timedelta
    minutes: int


@frozen
class Series:
    """Something that somebody does, as they know it."""

    start: datetime
    minutes: int
    whole_day: bool
    zone: str | None
    rule: Rule
    blocks: bool
    out: tuple[tuple[int, str], ...] = ()
    extra: int | None = None
    changes: tuple[Change, ...] = ()
    cancelled: str = ""
    was: bool = False
    shares: bool = False
    own: bool = False

    def instant(self, wall: datetime, floating: str) -> datetime:
        return instant(wall, HOME if self.whole_day else self.zone or floating)

    def walls(self) -> list[datetime]:
        return [datetime.combine(d, self.start.time()) for d in self.rule.days(self.start.date())]

    def spans(self, floating: str) -> Iterator[tuple[datetime, datetime, bool]]:
        """When it is, each time looked up by itself."""
        if self.cancelled:
            return
        walls = self.walls()
        changes = {change.number: change for change in self.changes}
        onward = [c for c in self.changes if c.kind == "onward"]
        taken_out = {number for number, _ in self.out}
        times = [(wall, n) for n, wall in enumerate(walls) if n not in taken_out]
        if self.extra is not None:
            times.append((walls[-1] + self.extra * ONE_DAY, -1))
        for wall, number in times:
            change = changes.get(number)
            if change is None and onward and wall > walls[onward[0].number]:
                change = onward[0]
            if change is None:
                change = Change(number, "as it was", "", timedelta(0), self.minutes)
            if change.kind != "cancelled":
                low, length = wall + change.by, change.minutes * MINUTE
                span = self.instant(low, floating), self.instant(low + length, floating)
                if span[0] >= span[1] and not self.whole_day:
                    span = span[0], span[0] + length
                if span[0] < span[1]:
                    yield *span, self.blocks


def instant(wall: datetime, zone: str) -> datetime:
    """The first instant at which a clock shows a time; in a gap, by the offset before it."""
    tz = ZoneInfo(zone)
    around = [(wall + hours * HOUR).replace(tzinfo=UTC).astimezone(tz) for hours in (-30, 30)]
    for offset in sorted((at.utcoffset() or timedelta(0) for at in around), reverse=True):
        at = (wall - offset).replace(tzinfo=UTC)
        if at.astimezone(tz).replace(tzinfo=None) == wall:
            return at
    return (wall - (around[0].utcoffset() or timedelta(0))).replace(tzinfo=UTC)


# How it is written.


def definition(zone: str) -> list[str]:
    standard, daylight, spring, autumn, at = OWN[zone]
    lines = ["BEGIN:VTIMEZONE", "TZID:Home"]
    for kind, before, after, months in (
        ("DAYLIGHT", standard, daylight, spring),
        ("STANDARD", daylight, standard, autumn),
    ):
        lines += [
            f"BEGIN:{kind}",
            f"DTSTART:20070101T{at}",
            f"TZOFFSETFROM:{before}",
            f"TZOFFSETTO:{after}",
            f"RRULE:FREQ=YEARLY;BYMONTH={months}",
            f"END:{kind}",
        ]
    return [*lines, "END:VTIMEZONE"]


def stamped(series: Series, name: str, wall: datetime, floating: str, form: str = "") -> str:
    if series.whole_day or form == "day":
        return f"{name};VALUE=DATE:{wall:%Y%m%d}"
    if form == "utc" or series.zone == "UTC":
        return f"{name}:{series.instant(wall, floating):%Y%m%dT%H%M%SZ}"
    if form == "midnight":
        wall = datetime.combine(wall.date(), time(0))
    zone = "Home" if series.own else series.zone
    return f"{name}{f';TZID={zone}' if zone else ''}:{wall:%Y%m%dT%H%M%S}"


def event(series: Series, uid: str, sequence: int, *lines: str) -> list[str]:
    shown = [
        f"UID:{uid}",
        f"SEQUENCE:{sequence}",
        "SUMMARY:Zebra",
        "DESCRIPTION:one line",
        "another",
    ]
    shown += ["BEGIN:VALARM", "TRIGGER:soon", "END:VALARM"]
    transparent = [] if series.blocks else ["TRANSP:TRANSPARENT"]
    return ["BEGIN:VEVENT", *shown, *transparent, *lines, "END:VEVENT"]


def length_of(series: Series, minutes: int) -> str:
    return f"DURATION:P{minutes // 1440}D" if series.whole_day else f"DURATION:PT{minutes}M"


def events(series: Series, uid: str, floating: str) -> Iterator[list[str]]:
    walls = series.walls()
    last = stamped(series, "", walls[-1], floating, series.rule.ends).rpartition(":")[2]
    lines = [stamped(series, "DTSTART", series.start, floating), length_of(series, series.minutes)]
    whole = [*lines, series.rule.text(series.start.date(), last)]
    whole += [stamped(series, "EXDATE", walls[n], floating, form) for n, form in series.out]
    if series.extra is not None:
        whole.append(stamped(series, "RDATE", walls[-1] + series.extra * ONE_DAY, floating))
    yield event(series, uid, 3, *whole)
    for change in series.changes:
        at = stamped(series, "RECURRENCE-ID", walls[change.number], floating, change.form)
        if change.kind == "onward":
            at = at.replace("RECURRENCE-ID", "RECURRENCE-ID;RANGE=THISANDFUTURE")
        moved = stamped(series, "DTSTART", walls[change.number] + change.by, floating)
        gone = ["STATUS:CANCELED"] if change.kind == "cancelled" else []
        yield event(series, uid, 3, at, moved, length_of(series, change.minutes), *gone)
    if series.was:
        yield event(series, uid, 2, "DTSTART:20260310T120000Z", "DURATION:PT3H")
    if series.cancelled:
        yield event(series, uid, 4, lines[0], *filter(None, [series.cancelled]))


def file(calendars: Iterable[tuple[str, str, list[list[str]]]]) -> bytes:
    lines: list[str] = []
    for floating, own, parts in calendars:
        zone = [f"X-WR-TIMEZONE:{floating}"] if floating != HOME else []
        lines += ["BEGIN:VCALENDAR", *zone, *definition(own)]
        lines += [line for part in parts for line in part]
        lines += ["BEGIN:VTODO", "DUE:later", "END:VTODO", "END:VCALENDAR"]
    return "\r\n".join([*lines, ""]).encode()


rules = st.builds(
    Rule,
    every=st.sampled_from(["day", "week", "date", "place"]),
    interval=st.integers(1, 3),
    times=st.integers(1, 12),
    ends=st.sampled_from(["count", "", "day", "utc"]),
)


@st.composite
def some_series(draw: Any, own: str) -> Series:
    start = draw(
        st.integers(0, 300 * 96).map(lambda n: datetime(2025, 12, 1) + n * 15 * MINUTE)  # noqa: DTZ001  # of any zone
    )
    # Every month has these.
    start = start.replace(day=min(start.day, 28))
    rule = draw(rules)
    weekdays = draw(st.frozensets(st.integers(0, 6))) | {start.weekday()}
    whole_day = draw(st.booleans())
    defined = draw(st.booleans())
    series = Series(
        start=datetime.combine(start.date(), time(0)) if whole_day else start,
        minutes=draw(st.integers(1, 3)) * 1440 if whole_day else draw(st.integers(1, 600)),
        whole_day=whole_day,
        zone=own if defined else draw(st.none() | st.sampled_from(ZONES)),
        own=defined,
        rule=evolve(rule, weekdays=weekdays),
        blocks=draw(st.booleans()),
    )
    if draw(st.booleans()):
        return evolve(series, shares=True)
    numbers = draw(st.lists(st.integers(0, rule.times - 1), unique=True, max_size=4))
    forms = st.sampled_from(["", "day", "utc", "midnight"])
    kinds = draw(st.lists(st.sampled_from(["out", "moved", "cancelled"]), min_size=4, max_size=4))
    if draw(st.booleans()):
        kinds[0] = "onward"
    moved = st.integers(-40, 40).map(lambda n: n * ONE_DAY if whole_day else n * HOUR)
    return evolve(
        series,
        out=tuple(
            (n, draw(forms)) for n, kind in zip(numbers, kinds, strict=False) if kind == "out"
        ),
        extra=draw(st.none() | st.integers(1, 20)),
        changes=tuple(
            Change(
                n, kind, draw(forms), draw(moved), series.minutes + draw(st.integers(0, 1)) * 1440
            )
            for n, kind in zip(numbers, kinds, strict=False)
            if kind != "out"
        ),
        cancelled=draw(st.sampled_from(["", "", "", "STATUS:CANCELLED", "STATUS: canceled"])),
        was=draw(st.booleans()),
    )


@st.composite
def files(draw: Any) -> tuple[bytes, bytes, list[tuple[datetime, datetime, bool]]]:
    """A file, the same in another order, and what is in it."""
    calendars: list[tuple[str, str, list[list[str]]]] = []
    expected: list[tuple[datetime, datetime, bool]] = []
    for place in range(draw(st.integers(1, 3))):
        floating, own = (
            draw(st.sampled_from([HOME, "Asia/Tokyo"])),
            draw(st.sampled_from(list(OWN))),
        )
        parts: list[list[str]] = []
        shared = draw(st.sampled_from(["", "event@example.org"]))
        seen: set[Series] = set()
        for number, series in enumerate(draw(st.lists(some_series(own), max_size=4))):
            if series.shares and series in seen:
                continue
            seen.add(series)
            uid = f"{shared and f'{place}{shared}'}" if series.shares else f"{place}-{number}"
            parts += events(series, uid, floating)
            expected += series.spans(floating)
        calendars.append((floating, own, parts))
    other = [
        (f, o, draw(st.permutations(parts))) for f, o, parts in draw(st.permutations(calendars))
    ]
    return file(calendars), file(other), expected


@given(files())
def test_a_file_is_read_as_it_is_reckoned_day_by_day_in_any_order(
    written: tuple[bytes, bytes, list[tuple[datetime, datetime, bool]]],
) -> None:
    data, other, expected = written
    low, high = (instant(datetime.combine(day, time(0)), HOME) for day in (FIRST, LAST))
    if b"VEVENT" not in data:
        return
    found, again = (
        appointments_from_ical(each, start=FIRST, end=LAST, zone=HOME) for each in (data, other)
    )
    assert [(a.start, a.end, a.blocks) for a in found] == sorted(
        span for span in expected if span[0] < high and low < span[1]
    )
    assert found == again


UNREADABLE = (
    ["DTSTART:soon"],
    ["DTSTART;TZID=Nowhere:20260310T120000", "DURATION:PT1H"],
    ["DTSTART:20260310T120000Z", "DTEND:20260310T110000Z"],
    ["DTSTART;VALUE=DATE:20260310", "DURATION:-P1D"],
    ["DTSTART:20260310T120000Z", "DURATION:an hour"],
    ["DTSTART:20260310T120000Z", "DURATION:PT1H", "RRULE:FREQ=HOURLY"],
    ["DTSTART:20260310T120000Z", "DURATION:PT1H", "EXDATE:never"],
    ["DTSTART:20260310T120000Z", "DURATION:PT1H", "RDATE;VALUE=TIME:120000"],
)


@given(files(), st.sampled_from(UNREADABLE), st.integers(0, 99))
def test_what_cannot_be_read_is_told_by_its_line_and_costs_nothing_else(
    written: tuple[bytes, bytes, list[tuple[datetime, datetime, bool]]],
    unreadable: list[str],
    place: int,
) -> None:
    data, _, expected = written
    lines = data.decode().split("\r\n")
    gaps = [n for n, line in enumerate(lines) if line in ("BEGIN:VEVENT", "BEGIN:VTODO")]
    at = gaps[place % len(gaps)]
    lines[at:at] = ["BEGIN:VEVENT", "UID:unreadable", *unreadable, "END:VEVENT"]
    data = "\r\n".join(lines).encode()
    low, high = (instant(datetime.combine(day, time(0)), HOME) for day in (FIRST, LAST))
    told: list[Fault] = []

    found = appointments_from_ical(data, start=FIRST, end=LAST, zone=HOME, refused=told.append)

    assert [fault.line for fault in told] == [at + 1]
    assert [(a.start, a.end, a.blocks) for a in found] == sorted(
        span for span in expected if span[0] < high and low < span[1]
    )
    with pytest.raises(InvalidError, match=rf"line {at + 1}: ") as refused:
        appointments_from_ical(data, start=FIRST, end=LAST, zone=HOME)
    assert list(refused.value.faults) == told
