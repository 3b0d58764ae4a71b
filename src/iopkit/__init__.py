"""iopkit models intensive outpatient addiction treatment.

Who is eligible, what the plan is, when the sessions are, and what a payer requires:
immutable values and pure functions. It advises; clinicians decide.

Importing iopkit loads next to nothing: a name loads its room when it is first asked for.
"""

from typing import TYPE_CHECKING

from iopkit.doors import lazy_dir, lazy_getattr

if TYPE_CHECKING:
    from iopkit.calendars.ical import to_ical
    from iopkit.checks.checks import Finding, check
    from iopkit.confidential import reveal
    from iopkit.documents.documents import (
        from_document,
        from_json,
        from_toml,
        to_document,
        to_json,
    )
    from iopkit.eligibility.patient_facts import FACTS
    from iopkit.eligibility.policies import Decision, Policy
    from iopkit.eligibility.predicates import Fact
    from iopkit.errors import (
        Fault,
        InvalidError,
        IopkitError,
        MissingExtraError,
        NotInForceError,
        UndeterminedError,
        UnknownNameError,
    )
    from iopkit.levels import LevelOfCare
    from iopkit.library.policies import find_policy
    from iopkit.library.programs import find_program
    from iopkit.library.requirements import find_requirements
    from iopkit.modalities import Modality
    from iopkit.patients.patients import Patient
    from iopkit.plans.drafting import draft
    from iopkit.plans.plans import Plan
    from iopkit.programs.programs import Program
    from iopkit.requirements.requirements import RequirementSet
    from iopkit.schedules.scheduling import schedule
    from iopkit.schedules.sessions import Schedule
    from iopkit.sites import Site
    from iopkit.sources import Source
    from iopkit.truth import Truth
    from iopkit.version import __version__
    from iopkit.windows import Weekday, WeeklyWindows, Window

# The same names as above, by the module that defines each; a test holds the two together.
_HOMES = {
    "FACTS": "iopkit.eligibility.patient_facts",
    "Decision": "iopkit.eligibility.policies",
    "Fact": "iopkit.eligibility.predicates",
    "Fault": "iopkit.errors",
    "Finding": "iopkit.checks.checks",
    "InvalidError": "iopkit.errors",
    "IopkitError": "iopkit.errors",
    "LevelOfCare": "iopkit.levels",
    "MissingExtraError": "iopkit.errors",
    "Modality": "iopkit.modalities",
    "NotInForceError": "iopkit.errors",
    "Patient": "iopkit.patients.patients",
    "Plan": "iopkit.plans.plans",
    "Policy": "iopkit.eligibility.policies",
    "Program": "iopkit.programs.programs",
    "RequirementSet": "iopkit.requirements.requirements",
    "Schedule": "iopkit.schedules.sessions",
    "Site": "iopkit.sites",
    "Source": "iopkit.sources",
    "Truth": "iopkit.truth",
    "UndeterminedError": "iopkit.errors",
    "UnknownNameError": "iopkit.errors",
    "Weekday": "iopkit.windows",
    "WeeklyWindows": "iopkit.windows",
    "Window": "iopkit.windows",
    "__version__": "iopkit.version",
    "check": "iopkit.checks.checks",
    "draft": "iopkit.plans.drafting",
    "find_policy": "iopkit.library.policies",
    "find_program": "iopkit.library.programs",
    "find_requirements": "iopkit.library.requirements",
    "from_document": "iopkit.documents.documents",
    "from_json": "iopkit.documents.documents",
    "from_toml": "iopkit.documents.documents",
    "reveal": "iopkit.confidential",
    "schedule": "iopkit.schedules.scheduling",
    "to_document": "iopkit.documents.documents",
    "to_ical": "iopkit.calendars.ical",
    "to_json": "iopkit.documents.documents",
}

__all__ = [
    "FACTS",
    "Decision",
    "Fact",
    "Fault",
    "Finding",
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
    "RequirementSet",
    "Schedule",
    "Site",
    "Source",
    "Truth",
    "UndeterminedError",
    "UnknownNameError",
    "Weekday",
    "WeeklyWindows",
    "Window",
    "__version__",
    "check",
    "draft",
    "find_policy",
    "find_program",
    "find_requirements",
    "from_document",
    "from_json",
    "from_toml",
    "reveal",
    "schedule",
    "to_document",
    "to_ical",
    "to_json",
]

if not TYPE_CHECKING:  # a type checker would take any name for one of the door
    __getattr__, __dir__ = lazy_getattr(__name__, _HOMES), lazy_dir(__name__, _HOMES)
