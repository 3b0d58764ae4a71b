"""iCalendar: a schedule as a calendar file that other programs read (RFC 5545)."""

# icalendar leaves parameters without types.
# pyright: reportUnknownMemberType=false

from datetime import datetime

from iopkit.errors import MissingExtraError, refuse, unless
from iopkit.plans import Schedule

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
    calendar.add_missing_timezones(first_date=schedule.plan.start, last_date=schedule.plan.end)
    data: bytes = calendar.to_ical()
    return data
