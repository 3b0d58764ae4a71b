"""When: the dated sessions of plans, and what can be done with them."""

from iopkit.schedules.alternatives import Opening, make_up_openings, openings, take
from iopkit.schedules.attendance import Attendance, attendance_of
from iopkit.schedules.capacity import (
    CensusDay,
    CensusWeek,
    Load,
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
    Undated,
    free_time,
    patient_conflicts,
    site_conflicts,
)
from iopkit.schedules.differences import ScheduleDifference, schedule_difference
from iopkit.schedules.following import follow_meetings
from iopkit.schedules.meeting_dates import meetings_of, plan_meetings
from iopkit.schedules.meetings import Meeting
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
    "Undated",
    "Unplaced",
    "attendance_of",
    "booked_doses",
    "census",
    "follow_meetings",
    "free_time",
    "loads",
    "make_up_openings",
    "meetings",
    "meetings_of",
    "openings",
    "patient_conflicts",
    "plan_meetings",
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
