"""Paired comparisons equal SciPy's, cover what they should, and say what they leave out."""

import sys
from collections.abc import Callable
from importlib import import_module
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from iopkit.errors import InvalidError, MissingExtraError, UnknownNameError
from iopkit.scenarios.findings import RunFinding, RunFindingKind
from iopkit.scenarios.results import Results
from iopkit.scenarios.totals import Better
from iopkit.studies import compare, replications_needed, summary
from iopkit.studies.estimates import (
    Estimate,
    figure,
    mean_estimate,
    resampled_estimate,
    share_words,
)

pytestmark = pytest.mark.measured
Table = Callable[..., pl.DataFrame]


def test_a_paired_difference_equals_that_of_scipy(
    totals: Table, chance: np.random.Generator
) -> None:
    base = chance.normal(10, 3, 40)
    other = base + chance.normal(-1, 0.5, 40)
    table = totals({"base": base, "other": other})
    (row,) = compare(table, "base", confidence=0.9).rows
    found = stats.ttest_rel(other, base)
    low, high = found.confidence_interval(0.9)
    assert row.difference is not None
    assert row.difference.value == pytest.approx(np.mean(other - base))
    assert (row.difference.low, row.difference.high) == pytest.approx((low, high))
    assert row.difference.se == pytest.approx(stats.sem(other - base))
    assert row.difference.count == 40
    apart = np.var(base, ddof=1) + np.var(other, ddof=1)
    assert row.variance_ratio == pytest.approx(np.var(other - base, ddof=1) / apart)
    assert row.base is not None
    assert row.other is not None
    assert row.base.value == pytest.approx(base.mean())
    assert row.other.se == pytest.approx(stats.sem(other))


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=8))
def test_a_scenario_differs_from_itself_by_exactly_nothing(values: list[float]) -> None:
    rows = [(name, n, "x", v) for name in ("one", "same") for n, v in enumerate(values)]
    table = pl.DataFrame(rows, ["scenario", "replication", "measure", "value"], orient="row")
    (row,) = compare(table, "one", better={"x": Better.LOWER}).rows
    assert row.difference == Estimate(0.0, 0.0, 0.0, 0.0, len(values))
    assert (row.share_higher, row.share_lower, row.share_better) == (0.0, 0.0, 0.0)
    assert f"the same in all {len(values)} replications" in str(row)
    assert row.base == row.other
    assert row.variance_ratio in (0.0, None)


def test_limits_of_95_percent_cover_the_truth_as_often(totals: Table) -> None:
    chance = np.random.default_rng(18)
    covered = 0
    for _ in range(100):
        shared = chance.normal(0, 2, 12)
        table = totals(
            {
                "base": shared + chance.normal(5, 1, 12),
                "other": shared + chance.normal(4, 1, 12),
            }
        )
        difference = compare(table, "base").rows[0].difference
        assert difference is not None
        covered += (difference.low or 0) <= -1 <= (difference.high or 0)
    assert 88 <= covered <= 99


def test_limits_narrow_with_the_root_of_the_replications(chance: np.random.Generator) -> None:
    values = chance.normal(0, 1, 6400)
    widths = [
        (found.high or 0) - (found.low or 0)
        for count in (100, 400, 1600, 6400)
        if (found := mean_estimate(values[:count], 0.95))
    ]
    assert [one / other for one, other in pairwise(widths)] == pytest.approx([2, 2, 2], rel=0.12)


def test_replications_without_a_figure_are_told_and_not_counted(totals: Table) -> None:
    table = totals({"base": [1, 2, None, 4], "other": [2, None, 3, 6], "never": [None] * 4})
    compared = compare(table, "base")
    other, never = compared.rows
    assert other.difference == mean_estimate(np.array([1.0, 2.0]), 0.95)
    assert other.without == 2
    assert (never.base, never.other, never.difference) == (None, None, None)
    assert (never.share_higher, never.variance_ratio, never.without) == (None, None, 4)
    assert "2 more have no figure in one of them" in str(compared)
    assert "wait_days: 2 replications of other or the base had none" in str(compared)
    assert "never: no replication in which both have a figure." in str(compared)
    assert compared.table.get_column("pairs").to_list() == [2, 0]


def test_a_replication_that_a_measure_has_no_row_of_is_told(totals: Table) -> None:
    table = pl.concat(
        [
            totals({"base": [1, 2, 3], "other": [1, 2, 4]}),
            totals({"base": [1, 2], "other": [1, 3]}, "census"),
        ]
    )
    assert [row.without for row in compare(table, "base").rows] == [0, 1]
    assert [row.without for row in summary(table).rows] == [0, 0, 1, 1]


def test_one_pair_has_a_difference_and_no_limits(totals: Table) -> None:
    table = totals({"base": [1, None], "other": [3, 4]})
    (row,) = compare(table, "base").rows
    assert row.difference == Estimate(2.0, None, None, None, 1)
    assert row.variance_ratio is None
    assert "difference 2 (one replication)" in str(row)


@pytest.mark.parametrize(("count", "told"), [(29, True), (30, False)])
def test_fewer_than_30_replications_are_a_finding(count: int, told: bool, totals: Table) -> None:
    table = totals({"base": range(count), "other": range(1, count + 1)})
    assert any("Only 29 replications" in text for text in compare(table, "base").findings) is told
    assert bool(summary(table).findings) is told


def test_chance_that_works_against_the_comparison_is_a_finding(totals: Table) -> None:
    table = totals({"base": range(40), "other": range(40, 0, -1)})
    assert "no surer than a chance of its own" in str(compare(table, "base"))
    told = compare(totals({"base": range(40), "other": [n + n % 2 for n in range(40)]}), "base")
    assert told.findings == ()


@pytest.mark.parametrize(("side", "share"), [(Better.HIGHER, 0.75), (Better.LOWER, 0.25)])
def test_the_share_of_replications_in_which_it_is_better(
    side: Better, share: float, totals: Table
) -> None:
    table = totals({"base": [1, 2, 3, 4], "other": [2, 3, 4, 3]}, "census")
    assert compare(table, "base").rows[0].share_better is None
    compared = compare(table, "base", better={"census": side})
    assert compared.rows[0].share_better == share
    assert f"better in {100 * share:.0f} % of 4 replications" in str(compared)


def test_what_cannot_be_compared_is_refused_in_words(totals: Table) -> None:
    table = totals({"base": [1], "other": [2]})
    with pytest.raises(InvalidError) as raised:
        compare(table, "base", confidence=95, better={"wait": "less"})  # type: ignore[dict-item]
    assert [".".join(map(str, fault.path)) for fault in raised.value.faults] == [
        "confidence",
        "base",
        "other",
        "better.wait",
        "better.wait",
    ]
    with pytest.raises(UnknownNameError, match="did you mean 'base'"):
        compare(table, "bases")
    with pytest.raises(UnknownNameError, match="no measure is named 'census'"):
        compare(table, "base", "census")
    with pytest.raises(InvalidError, match="another than the base"):
        compare(totals({"base": [1, 2]}), "base")
    two = totals({"base": [1, 2], "other": [1, 2]})
    with pytest.raises(InvalidError, match=r"better\.census: expected a measure of the results"):
        compare(two, "base", better={"census": Better.LOWER})


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (lambda table: table.drop("value"), "value: expected a column"),
        (lambda table: pl.concat([table, table]), "one twice"),
        (
            lambda table: table.with_columns(scenario=pl.lit(None, pl.String)),
            "scenario: expected a name or number in each row, found none",
        ),
        (lambda table: table.with_columns(value=pl.lit(float("nan"))), "NaN"),
        (lambda table: table.with_columns(value=pl.lit("many")), "value: expected a column of num"),
    ],
)
def test_a_table_that_is_none_of_totals_is_refused(
    broken: Callable[[pl.DataFrame], pl.DataFrame], told: str, totals: Table
) -> None:
    with pytest.raises(InvalidError, match=told):
        compare(broken(totals({"base": [1, 2], "other": [1, 2]})), "base")


def test_results_are_read_by_their_totals(totals: Table) -> None:
    table = totals({"base": [1, 2, 3], "other": [2, 2, 3]}, "waiting")
    findings = (
        RunFinding(RunFindingKind.FEW_REPLICATIONS, "few"),
        RunFinding(RunFindingKind.LOAD, "the list grows", ("other",)),
    )
    words = pl.col("scenario").cast(pl.Enum(["base", "other"]))
    run = Results((), 7, (0, 1, 2), table.with_columns(words), pl.DataFrame(), findings)
    compared = compare(run, "base")
    assert compared.rows == compare(table, "base").rows
    assert compared.findings[1:] == ("other: the list grows",)
    assert compared.rows[0].share_better == 0  # waiting: less is better
    assert repr(compared) == "Comparison(base='base', 1 difference)"
    assert "<table" in compared._repr_html_()


def test_a_summary_has_means_and_quantiles(totals: Table, chance: np.random.Generator) -> None:
    values = chance.exponential(5, 60)
    found = summary(totals({"base": values}), quantiles=(0.5,), confidence=0.9, seed=3)
    mean, median = (row.estimate for row in found.rows)
    low, high = stats.t.interval(0.9, 59, values.mean(), stats.sem(values))
    assert mean is not None
    assert median is not None
    assert (mean.low, mean.high) == pytest.approx((low, high))
    oracle = stats.bootstrap(
        (values,),
        np.median,
        confidence_level=0.9,
        method="percentile",
        n_resamples=2000,
        rng=np.random.default_rng(1),
    )
    spread = oracle.standard_error
    assert median.value == pytest.approx(np.median(values))
    assert median.se == pytest.approx(spread, rel=0.15)
    limits = oracle.confidence_interval
    assert (median.low, median.high) == pytest.approx((limits.low, limits.high), abs=0.5 * spread)
    assert found.table.get_column("replications").to_list() == [60, 60]
    assert "wait_days, quantile 0.5: base" in str(found)
    assert repr(found) == "Summary(2 figures)"
    assert "<table" in found._repr_html_()


def test_a_summary_of_nothing_says_none(totals: Table) -> None:
    found = summary(totals({"base": [None, None]}), quantiles=(0.5,))
    assert [row.estimate for row in found.rows] == [None, None]
    assert "base none; 2 replications without." in str(found)
    assert found.table.get_column("value").to_list() == [None, None]
    with pytest.raises(InvalidError, match="quantiles"):
        summary(totals({"base": [1, 2]}), quantiles=(1.5,))


def test_resamples_are_the_same_each_time_and_others_by_seed() -> None:
    values = np.arange(12.0)

    def means(samples: np.ndarray) -> np.ndarray:
        found: np.ndarray = samples.mean(axis=1)
        return found

    one, same, other = (
        resampled_estimate(values, means, confidence=0.95, seed=seed) for seed in (1, 1, 2)
    )
    assert one == same != other
    alone = resampled_estimate(values[:1], means, confidence=0.95, seed=1)
    assert alone == Estimate(0.0, None, None, None, 1)


@pytest.mark.parametrize("paired", [False, True])
def test_as_many_replications_are_needed_as_make_it_narrow(
    paired: bool, totals: Table, chance: np.random.Generator
) -> None:
    base = chance.normal(10, 3, 20)
    table = totals({"base": base, "other": base + chance.normal(1, 1, 20)})
    found = replications_needed(table, "wait_days", half_width=0.4, base="base" if paired else None)
    assert [row.scenario for row in found] == ["other"] if paired else ["base", "other"]
    for row in found:
        of = table.filter(pl.col("scenario") == row.scenario).get_column("value").to_numpy()
        spread = np.std(of - base if paired else of, ddof=1)

        def reach(count: int, spread: float = spread) -> float:
            return float(stats.t.ppf(0.975, count - 1) * spread / count**0.5)

        assert reach(row.needed) <= 0.4 < reach(row.needed - 1)
        assert row.half_width == pytest.approx(reach(20))
        assert row.more == max(0, row.needed - 20)


def test_two_replications_are_enough_where_nothing_varies(totals: Table) -> None:
    (row,) = replications_needed(totals({"base": [3, 3, 3]}), "wait_days", half_width=0.1)
    assert (row.needed, row.more) == (2, 0)


def test_replications_cannot_be_counted_from_one_figure(totals: Table) -> None:
    for values, count in (([1, None], "found 1"), ([None, None], "found 0")):
        with pytest.raises(InvalidError, match=count):
            replications_needed(totals({"base": values}), "wait_days", half_width=1)
    with pytest.raises(InvalidError, match="half_width"):
        replications_needed(totals({"base": [1, 2]}), "wait_days", half_width=0)


@pytest.mark.parametrize(
    ("value", "se", "text"),
    [
        (1234.567, 25, "1,235"),
        (0.012342, 0.00067, "0.01234"),
        (-0.0001, 0.3, "0.00"),
        (2_500_000.4, None, "2,500,000"),
    ],
)
def test_figures_are_said_up_to_what_is_sure(value: float, se: float | None, text: str) -> None:
    assert figure(value, se) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0 %"), (0.004, "less than 1 %"), (0.5, "50 %"), (0.996, "more than 99 %"), (1, "100 %")],
)
def test_only_all_and_none_are_said_to_be_so(share: float, text: str) -> None:
    assert share_words(share) == text


@pytest.mark.parametrize("missing", ["scipy", "polars"])
def test_without_its_extra_the_room_says_what_to_install(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.delitem(sys.modules, "iopkit.studies")
    with pytest.raises(MissingExtraError, match=r"iopkit\[studies\]"):
        import_module("iopkit.studies")


def test_of_a_measure_that_nobody_knows_it_is_said_how_often_it_is_higher(totals: Table) -> None:
    compared = compare(totals({"base": [1, 2], "other": [2, 4]}, "own figure"), "base")
    assert "higher in 100 % of 2 replications" in str(compared)
