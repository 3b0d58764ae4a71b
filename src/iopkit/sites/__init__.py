"""Where services are given, when, and by whom."""

from iopkit.sites.closures import ClosedFor, ClosedRule, Closure, HolidayCalendar
from iopkit.sites.hours import (
    ClosedSpan,
    changes_of,
    clinician_for,
    closed_days,
    closed_spans,
    open_windows,
    room_for,
    service_hours,
    site_on,
    staffed_hours,
    working_day,
)
from iopkit.sites.referrals import Referral
from iopkit.sites.sites import Offer, Site
from iopkit.sites.staff import Absence, Clinician, Credential, NewHours, Room

__all__ = [
    "Absence",
    "Clinician",
    "ClosedFor",
    "ClosedRule",
    "ClosedSpan",
    "Closure",
    "Credential",
    "HolidayCalendar",
    "NewHours",
    "Offer",
    "Referral",
    "Room",
    "Site",
    "changes_of",
    "clinician_for",
    "closed_days",
    "closed_spans",
    "open_windows",
    "room_for",
    "service_hours",
    "site_on",
    "staffed_hours",
    "working_day",
]
