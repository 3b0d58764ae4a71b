"""iopkit models intensive outpatient addiction treatment.

Who is eligible, what the plan is, when the sessions are, and what a payer requires:
immutable values and pure functions. It advises; clinicians decide.
"""

from iopkit.availability import Weekday, WeeklyWindows, Window
from iopkit.confidential import reveal
from iopkit.eligibility import FACTS, Decision, Fact, Policy, evaluate, explain, find_policy
from iopkit.errors import (
    Fault,
    InvalidError,
    IopkitError,
    MissingExtraError,
    NotInForceError,
    UndeterminedError,
    UnknownNameError,
)
from iopkit.interchange import find_program, from_json, from_toml, to_ical, to_json
from iopkit.levels import AgeGroup, Edition, LevelOfCare, hour_band
from iopkit.modalities import Modality
from iopkit.patients import Patient
from iopkit.plans import (
    HolidayCalendar,
    Plan,
    Program,
    Schedule,
    Site,
    check,
    draft,
    find_requirements,
    schedule,
)
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.truth import Truth

__all__ = [
    "FACTS",
    "AgeGroup",
    "Dated",
    "Decision",
    "Edition",
    "Fact",
    "Fault",
    "Grade",
    "HolidayCalendar",
    "InvalidError",
    "IopkitError",
    "LevelOfCare",
    "MissingExtraError",
    "Modality",
    "NotInForceError",
    "Patient",
    "Plan",
    "Policy",
    "Program",
    "Schedule",
    "Site",
    "Source",
    "Truth",
    "UndeterminedError",
    "UnknownNameError",
    "Versions",
    "Weekday",
    "WeeklyWindows",
    "Window",
    "check",
    "draft",
    "evaluate",
    "explain",
    "find_policy",
    "find_program",
    "find_requirements",
    "from_json",
    "from_toml",
    "hour_band",
    "reveal",
    "schedule",
    "to_ical",
    "to_json",
]
