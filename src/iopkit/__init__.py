"""iopkit models intensive outpatient addiction treatment.

Who is eligible, what the plan is, when the sessions are, and what a payer requires:
immutable values and pure functions. It advises; clinicians decide.
"""

from iopkit.checks.checks import check
from iopkit.confidential import reveal
from iopkit.eligibility.explanations import explain
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Decision, Policy
from iopkit.eligibility.predicates import Fact, evaluate
from iopkit.errors import (
    Fault,
    InvalidError,
    IopkitError,
    MissingExtraError,
    NotInForceError,
    UndeterminedError,
    UnknownNameError,
)
from iopkit.interchange.documents import from_json, from_toml, to_json
from iopkit.interchange.ical import to_ical
from iopkit.levels import AgeGroup, Edition, LevelOfCare, hour_band
from iopkit.library.policies import find_policy
from iopkit.library.programs import find_program
from iopkit.library.requirements import find_requirements
from iopkit.modalities import Modality
from iopkit.patients.patients import Patient
from iopkit.plans.drafting import draft
from iopkit.plans.plans import Plan
from iopkit.programs.programs import Program
from iopkit.schedules.scheduling import schedule
from iopkit.schedules.sessions import Schedule
from iopkit.sites import HolidayCalendar, Site
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.truth import Truth
from iopkit.windows import Weekday, WeeklyWindows, Window

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
