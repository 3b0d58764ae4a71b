"""What a clinic gives: programs, as undated templates."""

from iopkit.programs.absences import AbsenceLimit, MissedSession
from iopkit.programs.curricula import Curriculum
from iopkit.programs.disagreements import Discrepancy, OutOfReach, discrepancies, out_of_reach
from iopkit.programs.doses import Dose, weekly_doses
from iopkit.programs.programs import Phase, Program, Service, Track, course_facts
from iopkit.programs.progress import COURSE_FACTS, Progress, ScoreChange, ServiceProgress
from iopkit.programs.ranges import Times
from iopkit.programs.stated import Stated, StatedHours, StatedLength, StatedSessions
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
    "AbsenceLimit",
    "Curriculum",
    "Discrepancy",
    "Dose",
    "EveryWeeks",
    "InAll",
    "MissedSession",
    "Once",
    "OutOfReach",
    "PerWeek",
    "Phase",
    "PrescribedSession",
    "Program",
    "Progress",
    "RandomDays",
    "ScoreChange",
    "Service",
    "ServiceProgress",
    "Slot",
    "Stated",
    "StatedHours",
    "StatedLength",
    "StatedSessions",
    "TimePerWeek",
    "Times",
    "Timing",
    "Track",
    "Weekly",
    "course_facts",
    "discrepancies",
    "out_of_reach",
    "slots_of",
    "timetable",
    "weekly_doses",
]
