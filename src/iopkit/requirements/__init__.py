"""What payers and states demand of a plan."""

from iopkit.requirements.demands import (
    COUNSELING,
    TREATMENT,
    Caseload,
    Counting,
    DailyHours,
    Demand,
    Frequency,
    GroupSize,
    LedBy,
    LongestGap,
    PlanLength,
    PlanPart,
    Reviews,
    WeeklyDays,
    WeeklyHours,
    WeeklyServices,
    WrittenPlan,
)
from iopkit.requirements.due import milestones
from iopkit.requirements.milestones import Milestone, MilestoneKind, Signer
from iopkit.requirements.requirements import Requirement, RequirementSet

__all__ = [
    "COUNSELING",
    "TREATMENT",
    "Caseload",
    "Counting",
    "DailyHours",
    "Demand",
    "Frequency",
    "GroupSize",
    "LedBy",
    "LongestGap",
    "Milestone",
    "MilestoneKind",
    "PlanLength",
    "PlanPart",
    "Requirement",
    "RequirementSet",
    "Reviews",
    "Signer",
    "WeeklyDays",
    "WeeklyHours",
    "WeeklyServices",
    "WrittenPlan",
    "milestones",
]
