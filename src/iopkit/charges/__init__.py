"""What is charged for sessions, what of it is authorized, and what levels of care cost.

A name loads what it needs when it is first asked for: what is shipped has codes, and who asks
for a policy should load no schedules for them.
"""

from typing import TYPE_CHECKING

from iopkit.doors import lazy_dir, lazy_getattr

if TYPE_CHECKING:
    from iopkit.charges.billing import NotBilledReason
    from iopkit.charges.charges import (
        Charge,
        Charges,
        Refusal,
        Total,
        Uncharged,
        Units,
        Withheld,
        itemize,
    )
    from iopkit.charges.code_rules import (
        CodeRule,
        CodingRule,
        CodingScheme,
        DayCode,
        DaysCounted,
        DayTiers,
        Exclusion,
        LineMark,
        Rounded,
        SessionCodes,
        Tier,
        TimeBand,
        TimedCode,
        WeekCode,
        codes_of,
    )
    from iopkit.charges.costs import CostComparison, CostFigure, Period, compare_costs
    from iopkit.charges.ledger_tables import LedgerRow, LedgerRowKind, ledger_rows
    from iopkit.charges.ledgers import CodeUse, Ledger, LedgerLine, Used, ledger
    from iopkit.charges.marks import Marks, Unmarked, marks_of
    from iopkit.charges.prices import PriceIndex
    from iopkit.charges.rates import Rate, RateTable
    from iopkit.charges.rows import ChargeRow, ChargeRowKind, charge_rows
    from iopkit.charges.side_by_side import DeliveredWeek, delivered_weeks

# The same names as above, by the module that defines each; a test holds the two together.
_HOMES = {
    "Charge": "iopkit.charges.charges",
    "ChargeRow": "iopkit.charges.rows",
    "ChargeRowKind": "iopkit.charges.rows",
    "Charges": "iopkit.charges.charges",
    "CodeRule": "iopkit.charges.code_rules",
    "CodeUse": "iopkit.charges.ledgers",
    "CodingRule": "iopkit.charges.code_rules",
    "CodingScheme": "iopkit.charges.code_rules",
    "CostComparison": "iopkit.charges.costs",
    "CostFigure": "iopkit.charges.costs",
    "DayCode": "iopkit.charges.code_rules",
    "DayTiers": "iopkit.charges.code_rules",
    "DaysCounted": "iopkit.charges.code_rules",
    "DeliveredWeek": "iopkit.charges.side_by_side",
    "Exclusion": "iopkit.charges.code_rules",
    "Ledger": "iopkit.charges.ledgers",
    "LedgerLine": "iopkit.charges.ledgers",
    "LedgerRow": "iopkit.charges.ledger_tables",
    "LedgerRowKind": "iopkit.charges.ledger_tables",
    "LineMark": "iopkit.charges.code_rules",
    "Marks": "iopkit.charges.marks",
    "NotBilledReason": "iopkit.charges.billing",
    "Period": "iopkit.charges.costs",
    "PriceIndex": "iopkit.charges.prices",
    "Rate": "iopkit.charges.rates",
    "RateTable": "iopkit.charges.rates",
    "Refusal": "iopkit.charges.charges",
    "Rounded": "iopkit.charges.code_rules",
    "SessionCodes": "iopkit.charges.code_rules",
    "Tier": "iopkit.charges.code_rules",
    "TimeBand": "iopkit.charges.code_rules",
    "TimedCode": "iopkit.charges.code_rules",
    "Total": "iopkit.charges.charges",
    "Uncharged": "iopkit.charges.charges",
    "Units": "iopkit.charges.charges",
    "Unmarked": "iopkit.charges.marks",
    "Used": "iopkit.charges.ledgers",
    "WeekCode": "iopkit.charges.code_rules",
    "Withheld": "iopkit.charges.charges",
    "charge_rows": "iopkit.charges.rows",
    "codes_of": "iopkit.charges.code_rules",
    "compare_costs": "iopkit.charges.costs",
    "delivered_weeks": "iopkit.charges.side_by_side",
    "itemize": "iopkit.charges.charges",
    "ledger": "iopkit.charges.ledgers",
    "ledger_rows": "iopkit.charges.ledger_tables",
    "marks_of": "iopkit.charges.marks",
}

__all__ = [
    "Charge",
    "ChargeRow",
    "ChargeRowKind",
    "Charges",
    "CodeRule",
    "CodeUse",
    "CodingRule",
    "CodingScheme",
    "CostComparison",
    "CostFigure",
    "DayCode",
    "DayTiers",
    "DaysCounted",
    "DeliveredWeek",
    "Exclusion",
    "Ledger",
    "LedgerLine",
    "LedgerRow",
    "LedgerRowKind",
    "LineMark",
    "Marks",
    "NotBilledReason",
    "Period",
    "PriceIndex",
    "Rate",
    "RateTable",
    "Refusal",
    "Rounded",
    "SessionCodes",
    "Tier",
    "TimeBand",
    "TimedCode",
    "Total",
    "Uncharged",
    "Units",
    "Unmarked",
    "Used",
    "WeekCode",
    "Withheld",
    "charge_rows",
    "codes_of",
    "compare_costs",
    "delivered_weeks",
    "itemize",
    "ledger",
    "ledger_rows",
    "marks_of",
]

if not TYPE_CHECKING:  # a type checker would take any name for one of the door
    __getattr__, __dir__ = lazy_getattr(__name__, _HOMES), lazy_dir(__name__, _HOMES)
