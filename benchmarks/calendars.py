"""A calendar file of a 16-week schedule: 75 events, written."""

from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module

from drafts import DATED
from measure import Case, Contender, optional

from iopkit import to_ical

STAMP = datetime(2026, 1, 2, tzinfo=UTC)


def _read(data: bytes) -> list[tuple[str, datetime, datetime]]:
    """UID, start and end of each event."""
    events = import_module("icalendar").Calendar.from_ical(data).walk("VEVENT")
    return sorted((str(event["uid"]), event.start, event.end) for event in events)


def _contender(name: str, write: Callable[[], bytes], note: str = "") -> Contender:
    return Contender(name, write, lambda: _read(write()), note)


def _icalendar() -> Contender:
    package = import_module("icalendar")

    def write() -> bytes:
        calendar = package.Calendar()
        calendar.add("version", "2.0")
        calendar.add("prodid", "-//Appointments//EN")
        for session in DATED.sessions:
            event = package.Event()
            event.add("uid", str(DATED.uid(session)))
            event.add("dtstamp", STAMP)
            event.add("dtstart", session.start)
            event.add("dtend", session.end)
            event.add("summary", "Appointment")
            event.add("class", "PRIVATE")
            event.add("sequence", 0)
            calendar.add_component(event)
        data: bytes = calendar.to_ical()
        return data

    return _contender("icalendar", write, "without the time zone's definition")


def writing() -> Case:
    """The schedule of ``draft``, as a file for calendars."""
    ours = _contender("iopkit", lambda: to_ical(DATED, stamp=STAMP))
    size = f"{DATED.plan.weeks} weeks, {len(DATED.sessions)} events"
    return Case("calendar", size, ours, (optional("icalendar", _icalendar),))
