"""What the types of charges say: checked by mypy, never run."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import assert_type
from uuid import UUID

from iopkit import LevelOfCare, Schedule
from iopkit.charges import Charges, Rate, RateTable, compare_costs, itemize
from iopkit.library import COSTS, find_coding, find_rates


def charged(schedule: Schedule, attended: list[UUID]) -> None:
    coding, rates = find_coding("us-h0015"), find_rates("us-md-medicaid")
    assert_type(itemize(schedule, coding), Charges)
    charges = itemize(schedule, coding, rates=rates, attended=attended)
    assert_type(charges.total.known_usd, Decimal)
    assert_type(charges.total.amount_usd, Decimal | None)
    assert_type(charges.lines[0].rate_usd, Decimal | None)
    assert_type(rates, RateTable)
    assert_type(rates.rate("H0015", on=date(2023, 1, 1)), Rate | None)

    itemize(schedule, coding, rates)  # type: ignore[call-arg]
    itemize(schedule, rates)  # type: ignore[arg-type]
    itemize(schedule, coding, attended=schedule.sessions)  # type: ignore[arg-type]
    charges.total.amount_usd + 1  # type: ignore[operator]
    charges.attended = True  # type: ignore[misc]


# Money is never a float.
Rate("H0015", date(2023, 1, 1), 139.31)  # type: ignore[arg-type]

ratios = compare_costs(COSTS)[0].ratios(to=LevelOfCare("1"))
assert_type(ratios, tuple[Fraction | None, ...])
