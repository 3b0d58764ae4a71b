"""iCalendar: schedules and what changes in them as files that calendars read (RFC 5545)."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from iopkit.clocks import offset_at, offset_changes
from iopkit.confidential import hidden
from iopkit.errors import Fault, refuse, refuse_flags, unless, unless_a
from iopkit.fields import frozen
from iopkit.modalities import Delivery
from iopkit.schedules.differences import ScheduleDifference
from iopkit.schedules.sessions import Schedule, Session, in_order
from iopkit.windows import ONE_DAY

NEUTRAL_SUMMARY = "Appointment"
"""What a calendar shows of a session unless titles are asked for."""


class Method(StrEnum):
    """What a calendar is asked to do with a file's events (RFC 5546)."""

    PUBLISH = "PUBLISH"
    """Take them over as they are."""
    CANCEL = "CANCEL"
    """Take them out."""


@frozen(repr=False)
class CalendarDetails:
    """What events show beside their times, as the caller gives it.

    Args:
        location: where sessions are, unless they are by telehealth.
        link: an address that telehealth sessions are joined at.
        alarms: how long before a session a calendar reminds of it.
        organizer: who publishes the file, such as ``mailto:desk@example.org``. RFC 5546 asks
            for one beside a method; most calendars do not.

    Raises:
        InvalidError: an address has no scheme or a space, or an alarm is not before the
            session.
    """

    location: str | None = None
    link: str | None = None
    alarms: tuple[timedelta, ...] = ()
    organizer: str | None = None

    def __attrs_post_init__(self) -> None:
        refuse(
            "calendar details",
            _address_faults("link", self.link),
            _address_faults("organizer", self.organizer),
            unless(
                all(alarm >= timedelta(0) for alarm in self.alarms),
                "alarms",
                "times before the session",
                "one after its start",
            ),
        )

    __repr__ = hidden


def _address_faults(name: str, address: str | None) -> tuple[Fault, ...]:
    ok = address is None or (
        address.isascii() and address.isprintable() and " " not in address and _has_scheme(address)
    )
    return unless(ok, name, "an address such as https://example.org", "another text")


def _has_scheme(address: str) -> bool:
    try:
        return bool(urlsplit(address).scheme)
    except ValueError:  # such as a bracket that is not closed
        return False


_NO_DETAILS = CalendarDetails()


@frozen(repr=False)
class CalendarItem:
    """One event of a file."""

    uid: UUID
    start: datetime
    end: datetime
    summary: str = NEUTRAL_SUMMARY
    sequence: int = 0
    cancelled: bool = False
    delivery: Delivery | None = None

    __repr__ = hidden


def to_ical(
    schedule: Schedule,
    *,
    stamp: datetime,
    titles: bool = False,
    details: CalendarDetails = _NO_DETAILS,
    method: Method | None = None,
) -> bytes:
    """Every dated session of a schedule as an event, in the site's time zone.

    UIDs are stable and opaque: the same session of a changed plan keeps its own. Events
    are private, and say nothing about the patient, the site or the treatment.

    Args:
        stamp: when the file is made (RFC 5545 asks for it); aware.
        titles: show services' titles, and what sessions are about, in place of a neutral summary.
            That discloses the kind of treatment to whoever sees the calendar.
        details: places, links and alarms to show.
        method: what the reader is asked to do; ``CANCEL`` takes every session out, with a
            ``SEQUENCE`` of one more than the schedule's revision (RFC 5546, 2.1.4). A CalDAV
            server takes only files without one.

    Returns:
        An iCalendar file; the same arguments give the same bytes.

    Raises:
        InvalidError: ``stamp`` has no time zone.
    """
    refuse("calendar", unless_a(schedule, "schedule", Schedule))
    refuse_flags("calendar", titles=titles)
    cancelled = method is Method.CANCEL
    events = session_events(
        schedule,
        schedule.sessions,
        titles=titles,
        cancelled=cancelled,
        sequence=schedule.revision + cancelled,
    )
    return write_calendar(events, zone=schedule.zone, stamp=stamp, details=details, method=method)


def update_ical(
    difference: ScheduleDifference,
    *,
    stamp: datetime,
    titles: bool = False,
    details: CalendarDetails = _NO_DETAILS,
    method: Method | None = None,
) -> bytes:
    """What changes in a calendar that has the old schedule, as a file.

    Sessions keep their UIDs, with the new revision as their SEQUENCE. Those that are added
    or changed are there as they are now, and those that are removed are cancelled.

    Args:
        method: what the reader is asked to do; ``CANCEL`` gives only what is removed, for
            programs that take cancellations in files of their own.

    Raises:
        InvalidError: ``stamp`` has no time zone.
    """
    refuse_flags("calendar", titles=titles)
    new = difference.new
    present = in_order((*difference.added, *(after for _, after in difference.changed)))
    events = [
        *session_events(new, () if method is Method.CANCEL else present, titles=titles),
        *session_events(new, difference.removed, titles=titles, cancelled=True),
    ]
    return write_calendar(events, zone=new.zone, stamp=stamp, details=details, method=method)


def session_events(
    schedule: Schedule,
    sessions: Iterable[Session],
    *,
    titles: bool,
    cancelled: bool = False,
    sequence: int | None = None,
) -> Iterator[CalendarItem]:
    """Sessions of a schedule, or of one before it, as events; of its revision, if of no other."""
    named = schedule.titles
    for session in sessions:
        # What a changed plan no longer has goes without a title.
        title = named.get(session.service, NEUTRAL_SUMMARY) if titles else NEUTRAL_SUMMARY
        topic = schedule.topic(session) if titles and not cancelled else None
        yield CalendarItem(
            schedule.uid(session),
            session.start,
            session.end,
            f"{title}: {topic}" if topic else title,
            schedule.revision if sequence is None else sequence,
            cancelled,
            session.delivery,
        )


def write_calendar(  # noqa: PLR0913  # the file's events, and what is said of all of them
    events: Iterable[CalendarItem],
    *,
    zone: str,
    stamp: datetime,
    details: CalendarDetails,
    method: Method | None = None,
    head: tuple[str, ...] = (),
) -> bytes:
    """Events as a file, with the time zone that they are in.

    Args:
        head: more lines for the whole calendar.

    Raises:
        InvalidError: ``stamp`` has no time zone.
    """
    refuse(
        "calendar", unless(stamp.tzinfo is not None, "stamp", "an aware time", "one without a zone")
    )
    listed = list(events)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Appointments//EN", "CALSCALE:GREGORIAN"]
    lines += [f"METHOD:{method}"] if method else []
    lines += head
    if listed and zone != "UTC":
        lines += _time_zone(
            zone, min(event.start for event in listed), max(event.end for event in listed)
        )
    tz = ZoneInfo(zone)
    at = "Z" if zone == "UTC" else ""
    zoned = "" if zone == "UTC" else f";TZID={zone}"
    common = [f"DTSTAMP:{stamp.astimezone(UTC):{_UTC}}", "CLASS:PRIVATE"]
    common += [f"ORGANIZER:{details.organizer}"] if details.organizer else []
    shown = {delivery: _details(details, delivery) for delivery in (None, *Delivery)}
    for event in listed:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{event.uid}",
            f"DTSTART{zoned}:{event.start.astimezone(tz):{_LOCAL}}{at}",
            f"DTEND{zoned}:{event.end.astimezone(tz):{_LOCAL}}{at}",
            f"SUMMARY:{text(event.summary)}",
            f"SEQUENCE:{event.sequence}",
            *common,
            *(["STATUS:CANCELLED"] if event.cancelled else shown[event.delivery]),
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return b"".join(map(_folded, lines))


_LOCAL = "%Y%m%dT%H%M%S"
_UTC = f"{_LOCAL}Z"


def text(value: str) -> str:
    """A text as a property's value (RFC 5545, 3.3.11)."""
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        value = value.replace(plain, escaped)
    return "".join(character for character in value if character == "\t" or character.isprintable())


def _details(details: CalendarDetails, delivery: Delivery | None) -> list[str]:
    """What an event shows, by how the session is held."""
    lines: list[str] = []
    if details.link and delivery is Delivery.TELEHEALTH:
        lines += [f"URL:{details.link}", f"CONFERENCE;VALUE=URI:{details.link}"]
    elif details.location and delivery is not Delivery.TELEHEALTH:
        lines.append(f"LOCATION:{text(details.location)}")
    for alarm in details.alarms:
        lines += [
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{NEUTRAL_SUMMARY}",
            f"TRIGGER:-{duration(alarm)}",
            "END:VALARM",
        ]
    return lines


def duration(length: timedelta) -> str:
    """A length of time as a property's value (RFC 5545, 3.3.6)."""
    return f"PT{length // timedelta(seconds=1)}S"


def _folded(line: str) -> bytes:
    """A line in UTF-8 with its end, cut so that none has more than 75 octets."""
    data = line.encode()
    if len(data) <= 75:
        return data + b"\r\n"
    cuts: list[bytes] = []
    while data:
        end = 75 if not cuts else 74
        # Not within a character: its octets after the first are 10xxxxxx.
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        cuts.append(data[:end])
        data = data[end:]
    return b"\r\n ".join(cuts) + b"\r\n"


def _time_zone(zone: str, first: datetime, last: datetime) -> list[str]:
    """A zone's offset before the first of some events, and its changes up to the last.

    RFC 5545 (3.6.5): each change is told in the local time before it.
    """
    tz = ZoneInfo(zone)
    start, end = first.astimezone(UTC) - ONE_DAY, last.astimezone(UTC) + ONE_DAY
    at_first = offset_at(start, tz)
    parts = [(start, at_first, at_first), *offset_changes(zone, start, end)]
    kinds = ["DAYLIGHT" if at.astimezone(tz).dst() else "STANDARD" for at, _, _ in parts]
    if len(kinds) > 1 and "STANDARD" not in kinds:
        # Apia skipped a day in summer; vobject fails on several parts of which none is standard.
        kinds[0] = "STANDARD"
    lines = ["BEGIN:VTIMEZONE", f"TZID:{zone}"]
    for kind, (at, before, after) in zip(kinds, parts, strict=True):
        lines += [
            f"BEGIN:{kind}",
            f"DTSTART:{at + before:{_LOCAL}}",
            f"TZOFFSETFROM:{_offset_text(before)}",
            f"TZOFFSETTO:{_offset_text(after)}",
            f"TZNAME:{at.astimezone(tz).tzname() or zone}",
            f"END:{kind}",
        ]
    return [*lines, "END:VTIMEZONE"]


def _offset_text(offset: timedelta) -> str:
    """An offset as a property's value (RFC 5545, 3.3.14)."""
    sign = "-" if offset < timedelta(0) else "+"
    minutes, seconds = divmod(abs(offset) // timedelta(seconds=1), 60)
    return f"{sign}{minutes // 60:02}{minutes % 60:02}" + (f"{seconds:02}" if seconds else "")
