"""When: the dated sessions of plans, and what can be done with them."""

from iopkit.schedules.alternatives import Opening, make_up_openings, openings, take
from iopkit.schedules.attendance import Attendance, attendance_of
from iopkit.schedules.capacity import (
    CensusDay,
    CensusWeek,
    Load,
    Meeting,
    census,
    loads,
    meetings,
    weekly_census,
    weekly_loads,
)
from iopkit.schedules.conflicts import (
    Appointment,
    Booking,
    Conflict,
    ConflictKind,
    free_time,
    patient_conflicts,
    site_conflicts,
)
from iopkit.schedules.differences import ScheduleDifference, schedule_difference
from iopkit.schedules.obstructions import Surroundings
from iopkit.schedules.reassignments import (
    GroupLeftOver,
    GroupTakeover,
    Reassignment,
    Unable,
    reassign,
)
from iopkit.schedules.rescheduling import reschedule
from iopkit.schedules.rows import SessionRow, SessionState, session_rows
from iopkit.schedules.scheduling import schedule
from iopkit.schedules.sessions import Move, Reason, Schedule, Session, Unplaced, booked_doses
from iopkit.telehealth import HowGiven

__all__ = [
    "Appointment",
    "Attendance",
    "Booking",
    "CensusDay",
    "CensusWeek",
    "Conflict",
    "ConflictKind",
    "GroupLeftOver",
    "GroupTakeover",
    "HowGiven",
    "Load",
    "Meeting",
    "Move",
    "Opening",
    "Reason",
    "Reassignment",
    "Schedule",
    "ScheduleDifference",
    "Session",
    "SessionRow",
    "SessionState",
    "Surroundings",
    "Unable",
    "Unplaced",
    "attendance_of",
    "booked_doses",
    "census",
    "free_time",
    "loads",
    "make_up_openings",
    "meetings",
    "openings",
    "patient_conflicts",
    "reassign",
    "reschedule",
    "schedule",
    "schedule_difference",
    "session_rows",
    "site_conflicts",
    "take",
    "weekly_census",
    "weekly_loads",
]
