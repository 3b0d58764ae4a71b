"""Does it meet the requirements, and what is the smallest change that would?"""

from iopkit.checks.checks import Finding, Unit, check, verdict
from iopkit.checks.figures import Bounds
from iopkit.checks.fitting import Fit, Judgment, Standing, fits, judge
from iopkit.checks.proposals import Beyond, Left, Proposal, Proposals, propose
from iopkit.checks.remedies import Extent

__all__ = [
    "Beyond",
    "Bounds",
    "Extent",
    "Finding",
    "Fit",
    "Judgment",
    "Left",
    "Proposal",
    "Proposals",
    "Standing",
    "Unit",
    "check",
    "fits",
    "judge",
    "propose",
    "verdict",
]
