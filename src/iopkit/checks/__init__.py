"""Does it meet the requirements, and what is the smallest change that would?"""

from iopkit.checks.caseloads import CaseloadFinding, check_caseloads
from iopkit.checks.checks import Finding, Unit, WeeksLeftOut, check, left_out, verdict
from iopkit.checks.fitting import Fit, Judgment, Standing, fits, judge
from iopkit.checks.milestones import MilestoneKept, milestones_kept
from iopkit.checks.proposals import Proposal, Proposals, Remaining, WhyRemaining, propose
from iopkit.checks.records import Bounds
from iopkit.checks.remedies import ChangeSize

__all__ = [
    "Bounds",
    "CaseloadFinding",
    "ChangeSize",
    "Finding",
    "Fit",
    "Judgment",
    "MilestoneKept",
    "Proposal",
    "Proposals",
    "Remaining",
    "Standing",
    "Unit",
    "WeeksLeftOut",
    "WhyRemaining",
    "check",
    "check_caseloads",
    "fits",
    "judge",
    "left_out",
    "milestones_kept",
    "propose",
    "verdict",
]
