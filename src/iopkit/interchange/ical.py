"""iCalendar: a schedule as a calendar file that other programs read (RFC 5545)."""

# icalendar leaves parameters without types.
# pyright: reportUnknownMemberType=false

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from iopkit.errors import MissingExtraError, refuse, unless
from iopkit.plans import Schedule

if TYPE_CHECKING:
    from icalendar import Timezone

_DAY = timedelta(days=1)

NEUTRAL_SUMMARY = "Appointment"
"""What a calendar shows of a session unless titles are asked for."""


def to_ical(schedule: Schedule, *, stamp: datetime, titles: bool = False) -> bytes:
    """Every dated session of a schedule as an event, in the site's time zone.

    UIDs are stable and opaque: the same session of a changed plan keeps its own. Events
    are private, and say nothing about the patient, the site or the treatment.

    Args:
        stamp: when the file is made (RFC 5545 asks for it); aware.
        titles: show services' titles in place of a neutral summary. That discloses the
            kind of treatment to whoever sees the calendar.

    Returns:
        An iCalendar file; the same arguments give the same bytes.

    Raises:
        MissingExtraError: ``icalendar`` is not installed.
        InvalidError: ``stamp`` has no time zone.
    """
    try:
        from icalendar import Calendar, Event
    except ImportError as error:
        raise MissingExtraError("ical", "iCalendar") from error
    refuse(
        "calendar", unless(stamp.tzinfo is not None, "stamp", "an aware time", "one without a zone")
    )
    named = {service.name: service.title for service in schedule.plan.program.every_service}
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Appointments//EN")
    calendar.add("calscale", "GREGORIAN")
    for session in schedule.sessions:
        event = Event()
        event.add("uid", str(schedule.uid(session)))
        event.add("dtstamp", stamp)
        event.add("dtstart", session.start)
        event.add("dtend", session.end)
        event.add("summary", named[session.service] if titles else NEUTRAL_SUMMARY)
        event.add("class", "PRIVATE")
        event.add("sequence", 0)
        calendar.add_component(event)
    if calendar.get_missing_tzids():
        calendar.subcomponents.insert(0, _time_zone(schedule))
    data: bytes = calendar.to_ical()
    return data


def _time_zone(schedule: Schedule) -> "Timezone":
    """The zone's changes of offset in the days of a plan.

    icalendar writes a change to summer time in the time after it, where RFC 5545 (3.6.5)
    asks for the time before, so that other programs would take it for an hour later.
    """
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

    tz = ZoneInfo(schedule.zone)
    component = Timezone()
    component.add("tzid", schedule.zone)
    at = datetime.combine(schedule.plan.start, time(0), UTC) - _DAY
    before = _offset(at, tz)
    onset = at
    while at.date() <= schedule.plan.end + _DAY:
        after = _offset(at, tz)
        if after != before:
            onset = _first_with(after, at - _DAY, at, tz)
        if after != before or onset == at:
            local = onset.astimezone(tz)
            part = TimezoneDaylight() if local.dst() else TimezoneStandard()
            part.add("dtstart", (onset + before).replace(tzinfo=None))
            part.add("tzoffsetfrom", before)
            part.add("tzoffsetto", after)
            part.add("tzname", local.tzname() or schedule.zone)
            component.add_component(part)
            before = after
        at += _DAY
    return component


def _offset(at: datetime, tz: ZoneInfo) -> timedelta:
    return at.astimezone(tz).utcoffset() or timedelta(0)


def _first_with(offset: timedelta, low: datetime, high: datetime, tz: ZoneInfo) -> datetime:
    """The first second, after ``low`` and up to ``high``, at which the zone has an offset."""
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if _offset(middle, tz) == offset:
            high = middle
        else:
            low = middle
    return high
