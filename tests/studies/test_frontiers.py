"""Frontiers equal a published table worked by hand, and a search through all worths."""

from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.errors import InvalidError, UnknownNameError
from iopkit.studies import Frontier, FrontierPlace, Strategy, frontier, strategies_of

pytestmark = pytest.mark.measured


def of(*rows: tuple[str, str, str]) -> Frontier:
    return frontier(Strategy(name, Decimal(cost), Decimal(effect)) for name, cost, effect in rows)


def test_a_published_table_comes_out_to_the_cent() -> None:
    # Screening for HIV by how often, in life months: Paltiel et al., Ann Intern Med 2006;145:797,
    # table 4. By hand: 1000 / 0.32, 1020 / 0.21 and 420 / 0.05.
    found = of(
        ("none", "26000", "277.25"),
        ("once", "27000", "277.57"),
        ("every 5 years", "28020", "277.78"),
        ("every 3 years", "28440", "277.83"),
        ("every year", "29440", "277.76"),
    )
    assert [row.ratio_usd for row in found.rows] == [
        None,
        Decimal("3125.00"),
        Decimal("4857.14"),
        Decimal("8400.00"),
        None,
    ]
    assert found.rows[-1].place is FrontierPlace.DOMINATED
    assert found.rows[-1].by == ("every 5 years",)
    assert found.rows[2].added_usd == 1020
    assert found.rows[2].added_effect == Decimal("0.21")
    assert "every 5 years: $28,020.00, effect 277.78; $1,020.00 more for 0.21 more" in str(found)
    assert "every year: $29,440.00, effect 277.76; dominated: every 5 years." in str(found)
    assert "none: $26,000.00, effect 277.25; the least" in str(found)
    assert repr(found) == "Frontier(5 strategies, 4 on it)"
    assert found.table.get_column("ratio_usd").to_list()[1] == 3125
    assert "<table" in found._repr_html_()


def test_a_mix_of_two_dominates_by_extension() -> None:
    # From a to c a unit costs 100; b asks 150 for its first and c only 50 for the next.
    found = of(("a", "0", "0"), ("b", "150", "1"), ("c", "200", "2"))
    assert [row.place for row in found.rows] == [
        FrontierPlace.ON,
        FrontierPlace.EXTENDEDLY_DOMINATED,
        FrontierPlace.ON,
    ]
    assert found.rows[1].by == ("a", "c")
    assert found.rows[2].ratio_usd == Decimal("100.00")


def test_what_lies_on_the_line_stays_and_what_is_the_same_is_told() -> None:
    found = of(("a", "0", "0"), ("b", "100", "1"), ("c", "200", "2"), ("d", "100", "1"))
    places = {row.strategy.name: row.place for row in found.rows}
    assert places == {
        "a": FrontierPlace.ON,
        "b": FrontierPlace.ON,
        "c": FrontierPlace.ON,
        "d": FrontierPlace.SAME,
    }


FIGURES = st.integers(0, 12).map(Decimal)


@given(st.lists(st.tuples(FIGURES, FIGURES), min_size=1, max_size=7))
def test_on_the_frontier_is_what_is_best_at_some_worth(
    figures: list[tuple[Decimal, Decimal]],
) -> None:
    given_ = [Strategy(str(n), cost, effect) for n, (cost, effect) in enumerate(figures)]
    found = {row.strategy.name: row for row in frontier(given_).rows}
    # The oracle: every worth at which two strategies change places, and one beyond.
    worths = {Fraction(0), Fraction(1000)} | {
        Fraction(one.cost_usd - other.cost_usd) / Fraction(one.effect - other.effect)
        for one in given_
        for other in given_
        if one.effect != other.effect
    }
    for one in given_:
        dominated = any(
            other.cost_usd <= one.cost_usd
            and other.effect >= one.effect
            and (other.cost_usd, other.effect) != (one.cost_usd, one.effect)
            for other in given_
        )
        same = any(
            (other.cost_usd, other.effect) == (one.cost_usd, one.effect)
            for other in given_[: given_.index(one)]
        )
        best = any(
            all(
                worth * Fraction(one.effect - other.effect) >= one.cost_usd - other.cost_usd
                for other in given_
            )
            for worth in worths
            if worth >= 0
        )
        place = found[one.name].place
        assert (place is FrontierPlace.ON) == (best and not dominated and not same)
        if place is FrontierPlace.EXTENDEDLY_DOMINATED:
            assert not dominated
            assert len(found[one.name].by) == 2


def test_scenarios_become_strategies_by_their_means() -> None:
    rows = [
        ("base", 0, "cost_usd", 100.0),
        ("base", 1, "cost_usd", 100.005),
        ("base", 0, "completed", 3.0),
        ("base", 1, "completed", 4.0),
    ]
    table = pl.DataFrame(rows, ["scenario", "replication", "measure", "value"], orient="row")
    found = strategies_of(table, cost="cost_usd", effect="completed")
    assert found == (Strategy("base", Decimal("100.00"), Decimal("3.5")),)
    with pytest.raises(UnknownNameError, match="measure"):
        strategies_of(table, cost="cost", effect="completed")
    empty = table.with_columns(value=pl.lit(None, pl.Float64))
    with pytest.raises(InvalidError, match="a figure of cost_usd"):
        strategies_of(empty, cost="cost_usd", effect="completed")


def test_what_is_no_strategy_is_refused() -> None:
    with pytest.raises(InvalidError, match="strategies: expected one or more"):
        frontier([])
    with pytest.raises(InvalidError, match="each name once"):
        of(("a", "1", "1"), ("a", "2", "2"))
    with pytest.raises(InvalidError, match="effect: expected a number"):
        Strategy("a", Decimal(1), Decimal("NaN"))
