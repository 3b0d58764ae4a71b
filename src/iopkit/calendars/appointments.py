"""Appointments from an iCalendar file: what a patient has elsewhere (RFC 5545).

Times are read as RFC 5545 (3.3.5) has them: one that the clock skips counts by the offset
before the change, and one that comes twice is the first.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time
from types import MappingProxyType

from iopkit.calendars.contents import TIMED, Part, read_parts, unreadable
from iopkit.calendars.events import Event, Reader
from iopkit.calendars.load import CalendarLoad
from iopkit.calendars.properties import require_icalendar
from iopkit.calendars.series import Span, count, standing, starts_of
from iopkit.calendars.zones import clock_of, later
from iopkit.clocks import zone_faults
from iopkit.confidential import hidden
from iopkit.errors import Fault, InvalidError, attempted, refuse, unless, unless_a, unless_day
from iopkit.fields import frozen
from iopkit.schedules.conflicts import Appointment
from iopkit.windows import ONE_DAY

MOST_BYTES = 5_000_000
"""How large a file may be."""

_NO_ZONES: Mapping[str, str] = MappingProxyType({})


def appointments_from_ical(  # noqa: PLR0913  # what is asked of a file, by name
    data: bytes,
    *,
    start: date,
    end: date,
    zone: str,
    zones: Mapping[str, str] = _NO_ZONES,
    refused: Callable[[Fault], object] | None = None,
) -> tuple[Appointment, ...]:
    r"""A patient's appointments in an iCalendar file, from a day up to another.

    Recurrences are expanded, with their exceptions, up to and with an ``UNTIL`` in any form.
    What is cancelled is left out, and what is transparent does not block. Events that have no
    UID, or share one without being versions of each other, are all there. Busy times
    (``VFREEBUSY``) are appointments, and free ones are none.

    A time without a zone is in that of its calendar (``X-WR-TIMEZONE``), if it names one that
    is known, else in ``zone``; whole days last from midnight to midnight in ``zone``. What takes
    no time is left out. Titles, places and people are not kept, and cost nothing if they
    cannot be read, as little as alarms and to-dos.

    Args:
        start: the first day; appointments that began before it and go on are among them.
        end: the day after the last.
        zone: the IANA name of the patient's, for events and days that name none.
        zones: IANA names by the names that the file has for time zones, such as a vendor's.
            They count before what the file says of the same name.
        refused: takes each part of the file that cannot be read, with its line, in the order of
            lines, in place of raising; all others are then read.

    Returns:
        Appointments in the order of their starts, in UTC.

    Raises:
        MissingExtraError: ``icalendar`` is not installed.
        InvalidError: it is no calendar, one that is too large, or one without events and busy
            times; or, with nothing that takes it, an event recurs more often than daily or never,
            ends before it starts or cannot be read. Lines are named, and nothing of what they hold.

    Example:
        >>> lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "DTSTART:20260105T160000Z", "DURATION:PT1H"]
        >>> lines += ["END:VEVENT", "BEGIN:VEVENT", "DTSTART:soon", "END:VEVENT", "END:VCALENDAR"]
        >>> days = {"start": date(2026, 1, 1), "end": date(2026, 2, 1), "zone": "America/Chicago"}
        >>> left_out = []
        >>> file = "\r\n".join(lines).encode()
        >>> len(appointments_from_ical(file, **days, refused=left_out.append))
        1
        >>> print(*left_out)
        line 6: expected an event with times that can be read, found another
    """
    asked = _Asked(start, end, zone, zones)
    attempt = attempted(_appointments, data, asked, every=refused is not None)
    del data, asked, zones
    found, faults = attempt.result()
    if refused is None:
        refuse("calendar", faults)
    else:
        for fault in faults:
            refused(fault)
    return found


@frozen(repr=False)
class _Asked:
    """The days that are asked for, and where."""

    start: date
    end: date
    zone: str
    zones: Mapping[str, str]
    trusts_types = True  # They are told by the names of arguments.

    def refuse(self, data: bytes) -> None:
        """Raise ``InvalidError`` for arguments that are wrong."""
        refuse(
            "calendar",
            unless_a(data, "data", bytes),
            unless_a(self.zone, "zone", str),
            unless_a(self.zones, "zones", Mapping),
            unless_day(self.start, "start"),
            unless_day(self.end, "end"),
        )
        known = not any(zone_faults(name) for name in self.zones.values())
        most = f"at most {MOST_BYTES:,} bytes"
        refuse(
            "calendar",
            zone_faults(self.zone),
            unless(known, "zones", "IANA time zones such as 'America/Chicago'", "another"),
            unless(self.start < self.end, "end", "a day after the start", "an earlier one"),
            unless(len(data) <= MOST_BYTES, "data", most, f"{len(data):,}"),
        )

    @property
    def span(self) -> Span:
        """From the first midnight to the last, in UTC."""
        low, high = (datetime.combine(day, time(0)) for day in (self.start, self.end))
        midnight = clock_of(self.zone)
        return midnight(low), midnight(high)

    __repr__ = hidden


def _appointments(
    data: bytes, asked: _Asked, *, every: bool
) -> tuple[tuple[Appointment, ...], tuple[Fault, ...]]:
    """Appointments of a file, and what cannot be read of it; then none, unless for ``every``."""
    asked.refuse(data)
    require_icalendar()
    calendars, faults = read_parts(data)
    if not calendars:
        raise InvalidError("calendar", faults)
    if not faults and not any(any(each.within(*TIMED)) for each in calendars):
        none = unreadable(1, "a calendar with events or busy times", "none")
        raise InvalidError("calendar", [none])
    load, told, span = CalendarLoad(), list(faults), asked.span
    events, busy = _read(calendars, asked, load, told)
    series: list[tuple[Event, ...]] = []
    for together in _of_one_uid(events, told):
        with _telling(told):
            if stand := standing(together):
                count(stand, span, load)
                series.append(stand)
    # Nothing is gone through for a file that is refused.
    if every or not told:
        for stand in series:
            with _telling(told):
                busy += _taken(stand, span)
    found = (
        Appointment(low, high, blocks=blocks)
        for low, high, blocks in sorted(busy)
        if _touches((low, high), span)
    )
    return tuple(found), tuple(sorted(told, key=lambda fault: fault.line or 0))


_A_YEAR = 366 * ONE_DAY
_Taken = tuple[datetime, datetime, bool]
"""A span in UTC, and whether it is blocked."""


def _read(
    calendars: Iterable[Part], asked: _Asked, load: CalendarLoad, told: list[Fault]
) -> tuple[list[Event], list[_Taken]]:
    """The events of some calendars, and their busy times."""
    events: list[Event] = []
    busy: list[_Taken] = []
    span = asked.span
    horizon = later(span[1], _A_YEAR).replace(tzinfo=None)
    for calendar in calendars:
        with _telling(told):
            reader = Reader(calendar, asked.zone, asked.zones, horizon=horizon, load=load)
            for part in calendar.within(*TIMED):
                with _telling(told):
                    if part.name == "VEVENT":
                        events.append(reader.event(part))
                    else:
                        spans = [each for each in reader.busy(part) if _touches(each, span)]
                        load.add(part.line, occurrences=len(spans))
                        busy += [(*each, True) for each in spans]
    return events, busy


def _taken(events: Iterable[Event], asked: Span) -> list[_Taken]:
    """What the events of one UID take."""
    starts = starts_of(events, asked)
    spans = ((start.length.after(start.moment), start.event.blocks) for start in starts)
    return [(*span, blocks) for span, blocks in spans if span is not None]


def _touches(span: Span, asked: Span) -> bool:
    return span[0] < asked[1] and asked[0] < span[1]


@contextmanager
def _telling(told: list[Fault]) -> Generator[None]:
    """Tell what cannot be read, and go on."""
    try:
        yield
    except InvalidError as error:
        told += error.faults


def _of_one_uid(events: Iterable[Event], told: list[Fault]) -> Iterator[list[Event]]:
    """Events by their UIDs; those without one are each by itself.

    Which of several is the last has to be known.
    """
    groups: dict[str, list[Event]] = {}
    for event in events:
        groups.setdefault(event.uid or f"line {event.line}", []).append(event)
    for group in groups.values():
        known = [event for event in group if len(group) == 1 or event.sequence is not None]
        told += [
            unreadable(event.line, "a SEQUENCE that can be read")
            for event in group
            if event not in known
        ]
        if known:
            yield known
