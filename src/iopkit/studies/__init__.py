"""Studies: comparing scenarios, how sure a result is, and how it is reported.

Needs the extra ``studies``.
"""

from importlib.util import find_spec

import iopkit.errors

if any(find_spec(name) is None for name in ("numpy", "polars", "scipy")):
    raise iopkit.errors.MissingExtraError("studies", "a study")

from iopkit.studies.acceptances import AcceptedInput, AcceptedSets, accepted_sets
from iopkit.studies.calibration import (
    Calibration,
    FittedInput,
    FreeInput,
    TargetFit,
    calibrate,
)
from iopkit.studies.comparisons import (
    Comparison,
    PairedDifference,
    ReplicationsNeeded,
    Summarized,
    Summary,
    compare,
    replications_needed,
    summary,
)
from iopkit.studies.convergences import Convergence, RunningMean, convergence
from iopkit.studies.distributions import (
    Beta,
    Distribution,
    Gamma,
    LogNormal,
    Triangular,
    TruncatedNormal,
    Uniform,
    input_sets,
    variations,
)
from iopkit.studies.economics import (
    Accounts,
    CostLine,
    Perspective,
    account,
    discount_factor,
)
from iopkit.studies.estimates import Estimate
from iopkit.studies.frontiers import (
    Frontier,
    FrontierPlace,
    FrontierRow,
    Strategy,
    frontier,
    strategies_of,
)
from iopkit.studies.net_benefits import (
    Acceptability,
    AcceptabilityCurves,
    Outcomes,
    ValueOfInformation,
    acceptability,
    partial_information,
    perfect_information,
)
from iopkit.studies.sensitivity import (
    InputShare,
    Tornado,
    TornadoBar,
    input_shares,
    one_way,
)
from iopkit.studies.sheet_answers import StudyParts
from iopkit.studies.sheets import ReportingSheet, SheetItem, reporting_sheet
from iopkit.studies.strata import StrataFigures, StratumFigure, StratumGap, by_stratum
from iopkit.studies.targets import Target
from iopkit.studies.warm_ups import WarmUp, warm_up

__all__ = [
    "Acceptability",
    "AcceptabilityCurves",
    "AcceptedInput",
    "AcceptedSets",
    "Accounts",
    "Beta",
    "Calibration",
    "Comparison",
    "Convergence",
    "CostLine",
    "Distribution",
    "Estimate",
    "FittedInput",
    "FreeInput",
    "Frontier",
    "FrontierPlace",
    "FrontierRow",
    "Gamma",
    "InputShare",
    "LogNormal",
    "Outcomes",
    "PairedDifference",
    "Perspective",
    "ReplicationsNeeded",
    "ReportingSheet",
    "RunningMean",
    "SheetItem",
    "StrataFigures",
    "Strategy",
    "StratumFigure",
    "StratumGap",
    "StudyParts",
    "Summarized",
    "Summary",
    "Target",
    "TargetFit",
    "Tornado",
    "TornadoBar",
    "Triangular",
    "TruncatedNormal",
    "Uniform",
    "ValueOfInformation",
    "WarmUp",
    "acceptability",
    "accepted_sets",
    "account",
    "by_stratum",
    "calibrate",
    "compare",
    "convergence",
    "discount_factor",
    "frontier",
    "input_sets",
    "input_shares",
    "one_way",
    "partial_information",
    "perfect_information",
    "replications_needed",
    "reporting_sheet",
    "strategies_of",
    "summary",
    "variations",
    "warm_up",
]
