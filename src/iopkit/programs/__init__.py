"""What a clinic gives: programs, as undated templates."""

from iopkit.programs.disagreements import Discrepancy, discrepancies
from iopkit.programs.doses import Dose, weekly_doses
from iopkit.programs.programs import Curriculum, Phase, Program, Service, Track
from iopkit.programs.progress import COURSE_FACTS, Progress
from iopkit.programs.ranges import Times
from iopkit.programs.stated import Stated, StatedHours, StatedSessions
from iopkit.programs.timetables import PrescribedSession, timetable
from iopkit.programs.timings import (
    EveryWeeks,
    InAll,
    Once,
    PerWeek,
    RandomDays,
    Slot,
    TimePerWeek,
    Timing,
    Weekly,
    slots_of,
)

__all__ = [
    "COURSE_FACTS",
    "Curriculum",
    "Discrepancy",
    "Dose",
    "EveryWeeks",
    "InAll",
    "Once",
    "PerWeek",
    "Phase",
    "PrescribedSession",
    "Program",
    "Progress",
    "RandomDays",
    "Service",
    "Slot",
    "Stated",
    "StatedHours",
    "StatedSessions",
    "TimePerWeek",
    "Times",
    "Timing",
    "Track",
    "Weekly",
    "discrepancies",
    "slots_of",
    "timetable",
    "weekly_doses",
]
