"""Net benefits: closed forms, and knowing one input is never worth more than knowing all."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from iopkit.errors import InvalidError, UnknownNameError
from iopkit.studies import (
    Outcomes,
    acceptability,
    partial_information,
    perfect_information,
)

pytestmark = pytest.mark.measured


def outcomes(costs: np.ndarray, effects: np.ndarray) -> Outcomes:
    names = tuple(f"s{n}" for n in range(costs.shape[1]))
    return Outcomes(names, tuple(range(len(costs))), costs, effects)


def one_input(values: np.ndarray, noise: np.ndarray) -> Outcomes:
    """Doing nothing, and something that gains ``values`` plus what nothing tells of."""
    effects = np.column_stack([np.zeros(len(values)), values + noise])
    return outcomes(np.zeros_like(effects), effects)


def test_the_value_of_knowing_a_normal_gain_is_its_unit_normal_loss() -> None:
    # E max(0, X) - max(0, E X) of a normal X with mean 1 and deviation 2, in closed form.
    shares = (np.arange(20_000) + 0.5) / 20_000
    gains = stats.norm(1, 2).ppf(shares)
    closed = 2 * stats.norm.pdf(0.5) + stats.norm.cdf(0.5) - 1
    found = perfect_information(one_input(gains, np.zeros(20_000)), worth_usd=10)
    assert found.value_usd == pytest.approx(10 * closed, rel=1e-3)
    assert found.best == "s1"
    losses = np.maximum(gains, 0) - gains
    assert found.se == pytest.approx(10 * stats.sem(losses))
    assert str(found).startswith("At $10 a unit, to know all inputs is worth at most $")


def test_the_value_of_one_input_is_that_of_its_own_part() -> None:
    # The gain is X + Y, of which X alone can be known: so it is the loss of X's distribution.
    chance = np.random.default_rng(6)
    count = 20_000
    known, unknown = chance.normal(0.5, 1, count), chance.normal(0, 3, count)
    found = one_input(known, unknown)
    sets = pl.DataFrame({"set": range(count), "x": known, "y": unknown})
    closed = stats.norm.pdf(0.5) + 0.5 * stats.norm.cdf(0.5) - 0.5
    part = partial_information(found, sets, "x", worth_usd=1)
    assert part.value_usd == pytest.approx(closed, abs=0.03)
    assert (part.bins, part.se, part.best) == (27, None, "s1")
    assert "to know x is worth at most" in str(part)
    whole = stats.norm(0.5, 10**0.5)
    closed_all = 10**0.5 * stats.norm.pdf(0.5 / 10**0.5) - 0.5 * whole.cdf(0)
    assert perfect_information(found, worth_usd=1).value_usd == pytest.approx(closed_all, abs=0.05)


@given(st.integers(0, 1000), st.integers(1, 30), st.floats(0, 100))
def test_knowing_one_input_is_worth_something_and_no_more_than_all(
    seed: int, bins: int, worth: float
) -> None:
    chance = np.random.default_rng(seed)
    found = outcomes(chance.normal(50, 20, (30, 3)), chance.normal(2, 1, (30, 3)))
    sets = pl.DataFrame({"set": range(30), "x": chance.integers(0, 5, 30)})
    part = partial_information(found, sets, "x", worth_usd=worth, bins=bins).value_usd
    assert 0 <= part <= perfect_information(found, worth_usd=worth).value_usd + 1e-9
    if bins == 1:
        assert part == 0
    if bins == 30:
        whole = perfect_information(found, worth_usd=worth).value_usd
        assert part == pytest.approx(whole)


def test_acceptability_counts_sets_and_the_frontier_goes_by_the_mean() -> None:
    # In two of three sets s1 gains a little, and in one it loses much: likely best, and not best.
    found = outcomes(np.zeros((3, 2)), np.array([[0.0, 1.0], [0.0, 1.0], [0.0, -5.0]]))
    curves = acceptability(found, [0, 100])
    assert [(row.share, row.is_best) for row in curves.rows] == [
        (0.5, True),
        (0.5, False),
        (pytest.approx(1 / 3), True),
        (pytest.approx(2 / 3), False),
    ]
    assert curves.rows[3].benefit_usd == -100
    assert str(curves) == (
        "From $0 to $100 a unit, s0 has the highest mean net benefit; "
        "it is best in 50 % to 33 % of sets."
    )
    assert str(acceptability(found, [5])).startswith("At $5 a unit, s0 has")
    assert repr(curves) == "AcceptabilityCurves(4 rows)"
    assert curves.table.height == 4
    assert "<table" in curves._repr_html_()
    sums = curves.table.group_by("worth_usd").agg(pl.col("share").sum())
    assert sums.get_column("share").to_list() == pytest.approx([1, 1])


def totals() -> pl.DataFrame:
    rows = [
        (one, name, n, measure, value + n)
        for one in (0, 1)
        for name in ("base", "other")
        for n in (0, 1)
        for measure, value in (("cost_usd", 10.0 * one), ("completed", 3.0))
    ]
    return pl.DataFrame(rows, ["set", "scenario", "replication", "measure", "value"], orient="row")


def test_outcomes_are_means_over_replications_of_each_set() -> None:
    found = Outcomes.of(totals(), cost="cost_usd", effect="completed", by="set")
    assert (found.strategies, found.sets) == (("base", "other"), (0, 1))
    assert found.costs_usd.tolist() == [[0.5, 0.5], [10.5, 10.5]]
    assert found.effects.tolist() == [[3.5, 3.5], [3.5, 3.5]]
    assert found.benefits_at(2).tolist() == [[6.5, 6.5], [-3.5, -3.5]]
    assert repr(found) == "Outcomes('base', 'other'; 2 sets)"
    with pytest.raises(ValueError, match="read-only"):
        found.costs_usd[0, 0] = 1
    one = totals().filter(pl.col("set") == 0)
    assert Outcomes.of(one, cost="cost_usd", effect="completed").sets == (0, 1)


def test_outcomes_that_are_not_whole_are_refused() -> None:
    gone = (pl.col("set") == 1) & (pl.col("scenario") == "other")
    part = totals().filter(~(gone & (pl.col("measure") == "completed")))
    with pytest.raises(InvalidError, match=r"completed\[1\]\.other: expected a figure"):
        Outcomes.of(part, cost="cost_usd", effect="completed", by="set")
    with pytest.raises(UnknownNameError, match="measure"):
        Outcomes.of(totals(), cost="cost", effect="completed", by="set")
    with pytest.raises(InvalidError, match="effects: expected 1 by 2 numbers"):
        Outcomes(("a", "b"), (0,), np.zeros((1, 2)), np.zeros((1, 3)))
    with pytest.raises(InvalidError, match="costs_usd"):
        outcomes(np.array([[np.nan]]), np.zeros((1, 1)))
    with pytest.raises(InvalidError, match="a set and a strategy"):
        outcomes(np.zeros((0, 2)), np.zeros((0, 2)))


def test_what_is_asked_of_outcomes_is_checked() -> None:
    found = outcomes(np.zeros((1, 2)), np.zeros((1, 2)))
    sets = pl.DataFrame({"set": [0], "x": [1.0]})
    assert perfect_information(found, worth_usd=1).se is None
    with pytest.raises(InvalidError, match="worth_usd"):
        perfect_information(found, worth_usd=-1)
    with pytest.raises(InvalidError, match="worths_usd: expected one or more"):
        acceptability(found, [])
    with pytest.raises(UnknownNameError, match="no input is named 'y'"):
        partial_information(found, sets, "y", worth_usd=1)
    with pytest.raises(InvalidError) as raised:
        partial_information(found, sets.clear(), "x", worth_usd=-1, bins=2)
    assert [fault.path for fault in raised.value.faults] == [("worth_usd",), ("bins",), ("sets",)]
