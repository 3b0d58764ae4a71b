"""Appointments from an iCalendar file: what a patient has elsewhere (RFC 5545).

Times are read as RFC 5545 (3.3.5) has them: one that the clock skips counts by the offset
before the change, and one that comes twice is the first. The libraries that expand
recurrences give such times as they are written, so each is taken to UTC here.
"""

# icalendar leaves parameters without types, and recurring-ical-events all.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from math import prod
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from iopkit.availability import zone_faults
from iopkit.errors import Fault, InvalidError, MissingExtraError, refuse, unless
from iopkit.plans import Appointment

if TYPE_CHECKING:
    from icalendar import Calendar, Component

MOST_BYTES = 5_000_000
"""How large a file may be."""

MOST_OCCURRENCES = 20_000
"""How many appointments may lie in the days that are asked for."""

_MOST_STEPS = 1_000_000
"""How many days, about, may have to be gone through to find them."""

_DAY = timedelta(days=1)
_LINE = re.compile(r"[A-Za-z0-9-]+[;:].*")


def appointments_from_ical(
    data: bytes, *, start: date, end: date, zone: str
) -> tuple[Appointment, ...]:
    """A patient's appointments in an iCalendar file, from a day up to another.

    Recurrences are expanded, with their exceptions. Cancelled events are left out, and
    those that are transparent do not block. An event without a time zone is in ``zone``,
    and one of whole days lasts from midnight to midnight there. What takes no time is left
    out. Titles, places and people are not kept.

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
    refuse(
        "calendar",
        zone_faults(zone),
        unless(start < end, "end", "a day after the start", "an earlier one"),
        unless(len(data) <= MOST_BYTES, "data", f"at most {MOST_BYTES:,} bytes", f"{len(data):,}"),
    )
    tz = ZoneInfo(zone)
    low, high = (datetime.combine(day, time(0), tz).astimezone(UTC) for day in (start, end))
    found: list[Appointment] = []
    for calendar in _calendars(data):
        for event in _expanded(calendar, start, end):
            span = _instants(event, tz)
            if span is not None and span[0] < high and low < span[1]:
                blocks = str(event.get("transp", "OPAQUE")).upper() != "TRANSPARENT"
                found.append(Appointment(*span, blocks=blocks))
    return tuple(sorted(found, key=lambda each: (each.start, each.end)))
