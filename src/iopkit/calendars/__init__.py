"""iCalendar, in and out."""

from iopkit.calendars.appointments import appointments_from_ical
from iopkit.calendars.feeds import SiteFeed, patient_feed, site_feed
from iopkit.calendars.ical import CalendarDetails, Method, to_ical, update_ical

__all__ = [
    "CalendarDetails",
    "Method",
    "SiteFeed",
    "appointments_from_ical",
    "patient_feed",
    "site_feed",
    "to_ical",
    "update_ical",
]
