"""Does it meet the requirements, and what is the smallest change that would?"""

from iopkit.checks.caseloads import CaseloadFinding, check_caseloads
from iopkit.checks.checks import Finding, Unit, check, verdict
from iopkit.checks.figures import Bounds
from iopkit.checks.fitting import Fit, Judgment, Standing, fits, judge
from iopkit.checks.proposals import Proposal, Proposals, Remaining, WhyRemaining, propose
from iopkit.checks.remedies import ChangeSize

__all__ = [
    "Bounds",
    "CaseloadFinding",
    "ChangeSize",
    "Finding",
    "Fit",
    "Judgment",
    "Proposal",
    "Proposals",
    "Remaining",
    "Standing",
    "Unit",
    "WhyRemaining",
    "check",
    "check_caseloads",
    "fits",
    "judge",
    "propose",
    "verdict",
]
