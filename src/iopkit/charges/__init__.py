"""What is charged for sessions, and what levels of care cost.

A name loads what it needs when it is first asked for: what is shipped has codes, and who asks
for a policy should load no schedules for them.
"""

from typing import TYPE_CHECKING

from iopkit.doors import lazy_dir, lazy_getattr

if TYPE_CHECKING:
    from iopkit.charges.billing import NotBilledReason as NotBilledReason
    from iopkit.charges.charges import Charge as Charge
    from iopkit.charges.charges import Charges as Charges
    from iopkit.charges.charges import Refusal as Refusal
    from iopkit.charges.charges import Total as Total
    from iopkit.charges.charges import Uncharged as Uncharged
    from iopkit.charges.charges import Units as Units
    from iopkit.charges.charges import itemize as itemize
    from iopkit.charges.code_rules import CodeRule as CodeRule
    from iopkit.charges.code_rules import CodingRule as CodingRule
    from iopkit.charges.code_rules import CodingScheme as CodingScheme
    from iopkit.charges.code_rules import DayCode as DayCode
    from iopkit.charges.code_rules import DaysCounted as DaysCounted
    from iopkit.charges.code_rules import DayTiers as DayTiers
    from iopkit.charges.code_rules import Exclusion as Exclusion
    from iopkit.charges.code_rules import SessionCodes as SessionCodes
    from iopkit.charges.code_rules import Tier as Tier
    from iopkit.charges.code_rules import TimeBand as TimeBand
    from iopkit.charges.code_rules import TimedCode as TimedCode
    from iopkit.charges.code_rules import WeekCode as WeekCode
    from iopkit.charges.code_rules import codes_of as codes_of
    from iopkit.charges.costs import CostComparison as CostComparison
    from iopkit.charges.costs import CostFigure as CostFigure
    from iopkit.charges.costs import Period as Period
    from iopkit.charges.costs import compare_costs as compare_costs
    from iopkit.charges.rates import Rate as Rate
    from iopkit.charges.rates import RateTable as RateTable

# The same names as above, by the module that defines each; a test holds the two together.
_HOMES = {
    "Charge": "iopkit.charges.charges",
    "Charges": "iopkit.charges.charges",
    "CodeRule": "iopkit.charges.code_rules",
    "CodingRule": "iopkit.charges.code_rules",
    "CodingScheme": "iopkit.charges.code_rules",
    "CostComparison": "iopkit.charges.costs",
    "CostFigure": "iopkit.charges.costs",
    "DayCode": "iopkit.charges.code_rules",
    "DayTiers": "iopkit.charges.code_rules",
    "DaysCounted": "iopkit.charges.code_rules",
    "Exclusion": "iopkit.charges.code_rules",
    "NotBilledReason": "iopkit.charges.billing",
    "Period": "iopkit.charges.costs",
    "Rate": "iopkit.charges.rates",
    "RateTable": "iopkit.charges.rates",
    "Refusal": "iopkit.charges.charges",
    "SessionCodes": "iopkit.charges.code_rules",
    "Tier": "iopkit.charges.code_rules",
    "TimeBand": "iopkit.charges.code_rules",
    "TimedCode": "iopkit.charges.code_rules",
    "Total": "iopkit.charges.charges",
    "Uncharged": "iopkit.charges.charges",
    "Units": "iopkit.charges.charges",
    "WeekCode": "iopkit.charges.code_rules",
    "codes_of": "iopkit.charges.code_rules",
    "compare_costs": "iopkit.charges.costs",
    "itemize": "iopkit.charges.charges",
}

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

if not TYPE_CHECKING:  # a type checker would take any name for one of the door
    __getattr__, __dir__ = lazy_getattr(__name__, _HOMES), lazy_dir(__name__, _HOMES)
