"""What, and when? Programs, sites, plans, schedules and requirements."""

from iopkit.plans.drafting import draft
from iopkit.plans.plans import Matter, Note, Plan
from iopkit.plans.programs import (
    InAll,
    PerWeek,
    Phase,
    Program,
    RandomDays,
    Service,
    Slot,
    Timing,
    Weekly,
    slots_of,
)
from iopkit.plans.requirements import (
    REQUIREMENTS,
    Finding,
    Requirement,
    RequirementSet,
    WeeklyMinimum,
    check,
    find_requirements,
)
from iopkit.plans.schedules import (
    Move,
    Reason,
    Schedule,
    Session,
    Unplaced,
    booked_doses,
    clock_changes,
    schedule,
)
from iopkit.plans.sites import Closure, HolidayCalendar, Offer, Site, closed_days
from iopkit.plans.timetables import Dose, Entry, timetable, weekly_doses

__all__ = [
    "REQUIREMENTS",
    "Closure",
    "Dose",
    "Entry",
    "Finding",
    "HolidayCalendar",
    "InAll",
    "Matter",
    "Move",
    "Note",
    "Offer",
    "PerWeek",
    "Phase",
    "Plan",
    "Program",
    "RandomDays",
    "Reason",
    "Requirement",
    "RequirementSet",
    "Schedule",
    "Service",
    "Session",
    "Site",
    "Slot",
    "Timing",
    "Unplaced",
    "Weekly",
    "WeeklyMinimum",
    "booked_doses",
    "check",
    "clock_changes",
    "closed_days",
    "draft",
    "find_requirements",
    "schedule",
    "slots_of",
    "timetable",
    "weekly_doses",
]
