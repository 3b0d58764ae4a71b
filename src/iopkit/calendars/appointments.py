"""Appointments from an iCalendar file: what a patient has elsewhere (RFC 5545).

Times are read as RFC 5545 (3.3.5) has them: one that the clock skips counts by the offset
before the change, and one that comes twice is the first. The libraries that expand
recurrences give such times as they are written, so each is taken to UTC here.
"""

# icalendar leaves parameters without types, and recurring-ical-events all.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from math import prod
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from iopkit.clocks import zone_faults
from iopkit.errors import (
    Fault,
    InvalidError,
    MissingExtraError,
    attempted,
    refuse,
    unless,
    unless_a,
    unless_day,
)
from iopkit.schedules.conflicts import Appointment
from iopkit.windows import ONE_DAY

MOST_BYTES = 5_000_000
"""How large a file may be."""

MOST_OCCURRENCES = 10_000
"""How many appointments may lie in the days that are asked for."""

_MOST_STEPS = 1_000_000
"""How many days, about, may have to be gone through to find them."""

_STEPS_AN_EVENT = 50
"""As how many days, about, an event takes that does not recur."""

_DEEPEST = 10
"""How many parts may be within each other."""

_LINE = re.compile(r"[A-Za-z0-9-]+[;:].*")


def appointments_from_ical(
    data: bytes, *, start: date, end: date, zone: str
) -> tuple[Appointment, ...]:
    """A patient's appointments in an iCalendar file, from a day up to another.

    Recurrences are expanded, with their exceptions. Cancelled events are left out, and
    those that are transparent do not block. An event without a time zone is in that of the
    file (``X-WR-TIMEZONE``), if it names one that is known, else in ``zone``; one of whole
    days lasts from midnight to midnight in ``zone``. What takes no time is left out.
    Titles, places and people are not kept.

    Args:
        start: the first day; appointments that began before it and go on are among them.
        end: the day after the last.
        zone: the IANA name of the patient's, for events and days that name none.

    Returns:
        Appointments in the order of their starts, in UTC.

    Raises:
        MissingExtraError: ``icalendar`` or ``recurring-ical-events`` is not installed.
        InvalidError: it is no calendar, or one that is too large, recurs more often than
            daily or never, or has an event that cannot be read. The line is named, and
            nothing of what it holds.
    """
    attempt = attempted(_appointments, data, start, end, zone)
    del data
    return attempt.result()


def _appointments(data: bytes, start: date, end: date, zone: str) -> tuple[Appointment, ...]:
    refuse(
        "calendar",
        unless_a(data, "data", bytes),
        unless_a(zone, "zone", str),
        unless_day(start, "start"),
        unless_day(end, "end"),
    )
    refuse(
        "calendar",
        zone_faults(zone),
        unless(start < end, "end", "a day after the start", "an earlier one"),
        unless(len(data) <= MOST_BYTES, "data", f"at most {MOST_BYTES:,} bytes", f"{len(data):,}"),
    )
    try:
        from icalendar import Calendar
        from recurring_ical_events import of  # type: ignore[import-untyped]  # it has no types
    except ImportError as error:
        raise MissingExtraError("ical", "reading an iCalendar file") from error
    tz = ZoneInfo(zone)
    low, high = (datetime.combine(day, time(0), tz).astimezone(UTC) for day in (start, end))
    whole = tuple(_lines(data))
    lines = _event_lines(whole)
    load = _Load(start, end)
    found: list[Appointment] = []
    try:
        calendars: list[_Component] = list(
            Calendar.from_ical("\r\n".join(line for _, line in whole), multiple=True)
        )
    except _RAISED_BY_READING as error:
        raise _unreadable(None, "an iCalendar file", "one that cannot be read") from error
    for calendar in calendars:
        for line, series in _series(calendar, lines):
            try:
                load.add(line, series.walk("VEVENT"))
                # A day more on both sides, as other zones have other days.
                for event in of(series).between(start - ONE_DAY, end + ONE_DAY):
                    span = _instants(event, tz)
                    if span is not None and span[0] < high and low < span[1]:
                        found.append(Appointment(*span, blocks=_blocks(event)))
            except _RAISED_BY_READING as error:
                if isinstance(error, InvalidError):
                    raise
                raise _unreadable(line, "an event that can be read", "another") from error
    return tuple(sorted(found, key=lambda each: (each.start, each.end)))


# Any: the libraries' components have properties of every type.
_Component = Any
# What they raise for properties of other types, forms and sizes than they expect.
_RAISED_BY_READING = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)


def _unreadable(line: int | None, expected: str, found: str) -> InvalidError:
    return InvalidError("calendar", [Fault((), expected, found, line=line)])


def _lines(data: bytes) -> Iterator[tuple[int, str]]:
    """A file's lines, those that were folded as one, each with its number from 1.

    They are put together before they are read, as some programs fold within a character
    (RFC 5545, 3.1).
    """
    first, parts = 1, list[bytes]()
    lines = data.removeprefix(BOM_UTF8).replace(b"\r\n", b"\n").split(b"\n")
    for number, line in enumerate([*lines, b""], 1):
        if line[:1] in (b" ", b"\t"):
            parts.append(line[1:])
            continue
        if whole := b"".join(parts):
            try:
                yield first, whole.decode()
            except UnicodeDecodeError as error:
                raise _unreadable(first, "text in UTF-8", "other bytes") from error
        first, parts = number, [line]


def _event_lines(lines: Iterable[tuple[int, str]]) -> Iterator[int]:
    """The lines on which a calendar's events begin; refuses what is not built as one."""
    within: list[str] = []
    found: list[int] = []
    number = 1
    calendars = 0
    for number, line in lines:
        name, _, value = line.partition(":")
        match name.upper(), value.strip().upper():
            case "BEGIN", part:
                ok = bool(within) is not (part == "VCALENDAR")
                calendars += part == "VCALENDAR"
                if part == "VEVENT":
                    ok = ok and len(within) == 1
                    found.append(number)
                within.append(part)
            case "END", part:
                ok = bool(within) and within.pop() == part
            case _:
                ok = bool(within) and bool(_LINE.match(line))
        if not ok or len(within) > _DEEPEST:
            raise _unreadable(number, "a line of a calendar", "another")
    if within or not calendars:
        raise _unreadable(number, "a whole calendar", "a part" if calendars else "none")
    return iter(found)


def _series(calendar: _Component, lines: Iterator[int]) -> Iterator[tuple[int, _Component]]:
    """Events of one UID, which are one series, as a calendar of their own; and their line."""
    from icalendar import Calendar

    groups: dict[str, list[tuple[int, _Component]]] = {}
    for number, event in enumerate(calendar.walk("VEVENT")):
        # Events without a UID are no series.
        uid = str(event.get("uid", number))
        groups.setdefault(uid, []).append((next(lines), event))
    for events in groups.values():
        series: _Component = Calendar()
        for name, value in calendar.items():
            # One that is not known would be an error, and then tells nothing.
            if name != "X-WR-TIMEZONE" or not zone_faults(str(value)):
                series[name] = value
        series.subcomponents += [event for _, event in events]
        yield events[0][0], series


class _Load:
    """What it takes to expand a file's events: refused before it is too much."""

    def __init__(self, start: date, end: date) -> None:
        self._start, self._end = start, end
        self._steps = self._occurrences = 0.0

    def add(self, line: int, events: Iterable[_Component]) -> None:
        """Check the events of a series, and count what they will take."""
        for event in events:
            first = _checked(line, event)
            self._steps += _STEPS_AN_EVENT
            for rule in _listed(event.get("rrule")):
                a_day = _rate(line, rule, first)
                last = _last(rule, first, self._end)
                self._steps += max((last - first).days, 0) * a_day
                self._occurrences += max((last - max(first, self._start)).days, 0) * a_day
            given = [dt for name in ("rdate", "exdate") for dt in _moments(event.get(name))]
            self._occurrences += (self._start <= first < self._end) + len(given)
        if self._occurrences > MOST_OCCURRENCES:
            raise _unreadable(line, f"at most {MOST_OCCURRENCES:,} appointments up to here", "more")
        if self._steps > _MOST_STEPS:
            raise _unreadable(
                line, "events that are gone through sooner up to here", "more, or longer"
            )


def _last(rule: _Component, first: date, end: date) -> date:
    """The day after which a rule has nothing more, as far as it tells, or an earlier end."""
    until, count = _only(rule, "UNTIL", None), _only(rule, "COUNT", None)
    if until is not None:
        # A day more, as other zones have other days.
        day = until.date() if isinstance(until, datetime) else until
        end = min(end, day + ONE_DAY)
    # Of other rules it cannot be told how far apart their days are.
    every = {"DAILY": 7 if "BYDAY" in rule else 1, "WEEKLY": 7}.get(_only(rule, "FREQ"))
    if count is not None and every is not None and _PLAIN.issuperset(rule):
        days = int(count) * int(_only(rule, "INTERVAL", 1)) * every
        end = min(end, first + min(days, max((end - first).days, 0)) * ONE_DAY)
    return end


_PLAIN = {"FREQ", "INTERVAL", "COUNT", "BYDAY", "WKST"}


def _checked(line: int, event: _Component) -> date:
    """The first day of an event whose times can be read."""
    broken = {str(name).lower() for name, _ in event.errors}
    if "dtstart" not in event or not broken.isdisjoint((*_TIMES, "duration", "rrule")):
        raise _unreadable(line, "an event with times that can be read", "another")
    for name in _TIMES:
        for value in _listed(event.get(name)):
            # What is without a zone is in the caller's, unless it names one.
            moments = _moments(value)
            if "TZID" in value.params and any(_floats(moment) for moment in moments):
                raise _unreadable(
                    line, "a time zone that is known, or defined in the file", "another"
                )
    first = event["dtstart"].dt
    return first.date() if isinstance(first, datetime) else first


_TIMES = ("dtstart", "dtend", "recurrence-id", "rdate", "exdate")


def _floats(moment: _Component) -> bool:
    return isinstance(moment, datetime) and moment.tzinfo is None


def _listed(value: _Component) -> list[_Component]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _moments(value: _Component) -> list[_Component]:
    """The dates and times of a property, which may be there several times."""
    return [moment.dt for one in _listed(value) for moment in (getattr(one, "dts", None) or [one])]


def _rate(line: int, rule: _Component, first: date) -> float:
    """How many days of a rule, about, have to be gone through for each day of the calendar."""
    weekly = 7 / len(rule.get("BYDAY", [0]))
    every = {"DAILY": 1, "WEEKLY": weekly, "MONTHLY": 10, "YEARLY": 20}.get(_only(rule, "FREQ"))
    times = prod(len(rule.get(name, [0])) for name in ("BYHOUR", "BYMINUTE", "BYSECOND"))
    interval = int(_only(rule, "INTERVAL", 1))
    if every is None or times > 24:
        raise _unreadable(
            line, "a recurrence by the day, week, month or year", "a more frequent one"
        )
    if interval < 1 or not _comes(rule, first):
        raise _unreadable(line, "a recurrence that comes to pass", "one that never does")
    many = any(
        len(rule.get(name, ())) > 5 for name in ("BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO")
    )
    return times / interval / (1 if many else every)


def _only(rule: _Component, name: str, default: object = "") -> _Component:
    return (rule.get(name) or [default])[0]


def _comes(rule: _Component, first: date) -> bool:
    """Whether a rule has any occurrence.

    dateutil looks for one up to the year 9999. The calendar repeats every 400 years, so it
    is asked from as late as that allows.
    """
    parts = rule.to_ical().decode().split(";")
    text = ";".join(part for part in parts if not part.startswith(("UNTIL=", "COUNT=")))
    later = first.replace(year=first.year + (9629 - first.year) // 400 * 400)
    return next(iter(rrulestr(text, dtstart=datetime.combine(later, time(0)))), None) is not None


def _blocks(event: _Component) -> bool:
    return str(event.get("transp", "OPAQUE")).upper() != "TRANSPARENT"


def _instants(event: _Component, tz: ZoneInfo) -> tuple[datetime, datetime] | None:
    """Start and end of an occurrence in UTC; ``None`` if it takes no time or is cancelled."""
    start, end = event["dtstart"].dt, event.end
    if str(event.get("status", "")).upper() == "CANCELLED":
        return None
    low, high = _instant(start, tz), _instant(end, tz)
    if high <= low and isinstance(start, datetime):
        # Its start was skipped by the clock and its end was not: it keeps its length.
        high = low + (_wall(end) - _wall(start))
    return (low, high) if low < high else None


def _instant(at: date, tz: ZoneInfo) -> datetime:
    moment = at if isinstance(at, datetime) else datetime.combine(at, time(0))
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=tz)
    return zoned.replace(fold=0).astimezone(UTC)


def _wall(at: date) -> datetime:
    moment = at if isinstance(at, datetime) else datetime.combine(at, time(0))
    return moment.replace(tzinfo=None)
