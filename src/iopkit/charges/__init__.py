"""What is charged for sessions, and what levels of care cost."""

from iopkit.charges.billing import NotBilledReason
from iopkit.charges.charges import Charge, Charges, Refusal, Total, Uncharged, Units, itemize
from iopkit.charges.code_rules import (
    CodeRule,
    CodingRule,
    CodingScheme,
    DayCode,
    DaysCounted,
    DayTiers,
    Exclusion,
    SessionCodes,
    Tier,
    TimeBand,
    TimedCode,
    WeekCode,
    codes_of,
)
from iopkit.charges.costs import CostComparison, CostFigure, Period, compare_costs
from iopkit.charges.rates import Rate, RateTable

__all__ = [
    "Charge",
    "Charges",
    "CodeRule",
    "CodingRule",
    "CodingScheme",
    "CostComparison",
    "CostFigure",
    "DayCode",
    "DayTiers",
    "DaysCounted",
    "Exclusion",
    "NotBilledReason",
    "Period",
    "Rate",
    "RateTable",
    "Refusal",
    "SessionCodes",
    "Tier",
    "TimeBand",
    "TimedCode",
    "Total",
    "Uncharged",
    "Units",
    "WeekCode",
    "codes_of",
    "compare_costs",
    "itemize",
]
