"""Money: a case worked by hand to the cent, and no discount at no rate."""

from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.charges import PriceIndex
from iopkit.errors import InvalidError, UnknownNameError
from iopkit.scenarios.results import Results
from iopkit.sources import Grade, Source
from iopkit.studies import (
    Accounts,
    CostLine,
    Perspective,
    account,
    compare,
    discount_factor,
)

pytestmark = pytest.mark.measured
OURS = Source("Elm Street, own books", Grade.SECONDARY)
INDEX = PriceIndex(((2023, Decimal(300)), (2026, Decimal(330))), OURS)
PROVIDER = frozenset({Perspective.PROVIDER, Perspective.SOCIETY})
PATIENT = frozenset({Perspective.PATIENT, Perspective.SOCIETY})
HOUR = CostLine("group hour", "hours_attended", Decimal("41.50"), 2023, PROVIDER, OURS)
TRAVEL = CostLine("travel", "sessions_attended", Decimal("6.20"), 2026, PATIENT, OURS)
CHARGE = CostLine(
    "charge", "sessions_attended", Decimal(90), 2026, frozenset({Perspective.PAYER}), OURS
)


def accounts(**other: Any) -> Accounts:
    told: dict[str, Any] = {
        "perspective": Perspective.SOCIETY,
        "price_year": 2026,
        "weeks": 3,
        "cost_rate": Decimal(0),
        "effect_rate": Decimal(0),
        "index": INDEX,
    }
    return Accounts(**{**told, **other})


def weekly(
    hours: list[float | None], sessions: list[float | None], scenario: str = "base"
) -> pl.DataFrame:
    rows = [
        (scenario, 0, week, measure, value)
        for measure, values in (("hours_attended", hours), ("sessions_attended", sessions))
        for week, value in enumerate(values)
    ]
    names = ["scenario", "replication", "week", "measure", "value"]
    return pl.DataFrame(rows, names, orient="row")


def found(table: pl.DataFrame) -> dict[str, float | None]:
    return dict(table.select("measure", "value").iter_rows())


def test_costs_come_to_what_they_do_by_hand() -> None:
    # An hour is 41.50 x 330 / 300 = 45.65 of 2026; 18 of them, and 6 ways at 6.20.
    table = account(weekly([9, 6, 3, 9], [3, 2, 1, 3]), [HOUR, TRAVEL, CHARGE], accounts())
    assert found(table) == {
        "cost_usd": pytest.approx(858.90),
        "cost_usd: group hour": pytest.approx(821.70),
        "cost_usd: travel": pytest.approx(37.20),
    }
    payer = account(
        weekly([9, 6, 3], [3, 2, 1]),
        [HOUR, TRAVEL, CHARGE],
        accounts(perspective=Perspective.PAYER),
        effects=["hours_attended"],
    )
    assert found(payer) == {"cost_usd": 540, "cost_usd: charge": 540, "hours_attended": 18}


def test_prices_are_exact_where_decimals_are() -> None:
    assert accounts().prices_usd([HOUR, TRAVEL]) == {
        "group hour": Decimal("45.65"),
        "travel": Decimal("6.20"),
    }
    assert accounts(price_year=2023, index=None).prices_usd([HOUR]) == {
        "group hour": Decimal("41.50")
    }


@pytest.mark.parametrize("index", [None, PriceIndex(((2023, Decimal(1)),), OURS)])
def test_money_of_another_year_without_an_index_of_both_is_refused(
    index: PriceIndex | None,
) -> None:
    told = r"lines.group hour: expected money of 2026, found money of 2023 \(give a price index"
    with pytest.raises(InvalidError, match=told):
        accounts(index=index).prices_usd([HOUR, TRAVEL])
    # What does not count needs no year.
    assert accounts(index=index, perspective=Perspective.PATIENT).prices_usd([HOUR, TRAVEL])


@given(st.integers(0, 2000))
def test_no_rate_discounts_nothing(week: int) -> None:
    assert discount_factor(week, Decimal(0)) == 1


def test_a_discount_is_compound_by_years_of_365_and_a_quarter_days() -> None:
    assert discount_factor(0, Decimal("0.03")) == 1
    # 1,461 weeks are 28 years to the day.
    assert discount_factor(1461, Decimal("0.03")) == pytest.approx(Decimal("1.03") ** -28)
    later = [discount_factor(week, Decimal("0.05")) for week in range(5)]
    assert later == sorted(later, reverse=True)


def test_costs_and_effects_are_discounted_at_their_own_rates() -> None:
    rates = accounts(cost_rate=Decimal("0.03"), effect_rate=Decimal("0.015"), index=None)
    table = account(weekly([1, 1, 1], [1, 1, 1]), [TRAVEL], rates, effects=["hours_attended"])
    costs = sum(6.20 * 1.03 ** (-7 * week / 365.25) for week in range(3))
    effects = sum(1.015 ** (-7 * week / 365.25) for week in range(3))
    assert found(table)["cost_usd"] == pytest.approx(costs)
    assert found(table)["hours_attended"] == pytest.approx(effects)


def test_a_week_without_a_figure_leaves_a_cost_unknown() -> None:
    lines = [HOUR, TRAVEL]
    for table in (
        weekly([9, None, 3], [3, 2, 1]),
        weekly([9, 6, 3], [3, 2, 1]).filter(
            (pl.col("measure") != "hours_attended") | (pl.col("week") != 1)
        ),
    ):
        assert found(account(table, lines, accounts())) == {
            "cost_usd": None,
            "cost_usd: group hour": None,
            "cost_usd: travel": pytest.approx(37.20),
        }


def test_accounts_can_be_compared() -> None:
    both = pl.concat([weekly([9, 6, 3], [3, 2, 1]), weekly([6, 6, 6], [2, 2, 2], "other")])
    more = pl.concat([both, both.with_columns(replication=pl.lit(1, pl.Int64))])
    compared = compare(account(more, [TRAVEL], accounts()), "base", "cost_usd")
    assert compared.rows[0].difference is not None
    assert compared.rows[0].difference.value == pytest.approx(0)


def test_an_effect_of_the_whole_run_is_its_total() -> None:
    rows = [("base", 0, "completed", 7.0), ("base", 0, "census", 3.0)]
    totals = pl.DataFrame(rows, ["scenario", "replication", "measure", "value"], orient="row")
    run = Results((), 7, (0,), totals, weekly([9, 6, 3], [3, 2, 1]))
    effects = ["completed", "sessions_attended"]
    table = found(account(run, [TRAVEL], accounts(), effects=effects))
    assert (table["completed"], table["sessions_attended"]) == (7, 6)
    for other in ({"weeks": 2}, {"effect_rate": Decimal("0.03")}):
        with pytest.raises(InvalidError, match="completed: expected a measure that is told by"):
            account(run, [TRAVEL], accounts(**other), effects=effects)
    with pytest.raises(UnknownNameError, match="no measure is named 'complete'"):
        account(run, [TRAVEL], accounts(), effects=["complete"])


def test_what_cannot_be_accounted_for_is_refused() -> None:
    table = weekly([9, 6, 3], [3, 2, 1])
    with pytest.raises(InvalidError, match="base: expected 4 weeks, found 3"):
        account(table, [TRAVEL], accounts(weeks=4))
    with pytest.raises(InvalidError, match="effects: expected a list of str"):
        account(table, [TRAVEL], accounts(), effects="completed")
    with pytest.raises(InvalidError, match="one that counts in the perspective"):
        account(table, [CHARGE], accounts())
    with pytest.raises(InvalidError, match="each name once"):
        account(table, [TRAVEL, TRAVEL], accounts())
    with pytest.raises(UnknownNameError, match="measure"):
        account(table, [TRAVEL], accounts(), effects=["completed"])
    with pytest.raises(InvalidError) as raised:
        accounts(weeks=0, cost_rate=Decimal(-1), effect_rate=Decimal(-1))
    assert [fault.path for fault in raised.value.faults] == [
        ("weeks",),
        ("cost_rate",),
        ("effect_rate",),
    ]
    with pytest.raises(InvalidError, match="counts_for"):
        CostLine("a", "b", Decimal("Infinity"), 2026, frozenset(), OURS)
    with pytest.raises(InvalidError, match="each year once"):
        PriceIndex(((2026, Decimal(1)), (2026, Decimal(0))), OURS)
    with pytest.raises(InvalidError, match="rate: expected 0 or more"):
        discount_factor(-1, Decimal(-1))
