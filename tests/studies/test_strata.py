"""Strata: gaps are those of their replications, and no hidden cell follows from what is shown."""

import itertools
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from iopkit.errors import InvalidError, UnknownNameError
from iopkit.studies import by_stratum
from iopkit.studies.strata import Cell, hidden_cells

pytestmark = pytest.mark.measured


def table(**of: tuple[float, list[float | None]]) -> pl.DataFrame:
    """People and waits of each stratum, by replication."""
    rows: list[tuple[str, int, str, str, float | None]] = []
    for stratum, (people, waits) in of.items():
        for n, wait in enumerate(waits):
            rows += [("base", n, stratum, "referred", people), ("base", n, stratum, "wait", wait)]
    names = ["scenario", "replication", "stratum", "measure", "value"]
    return pl.DataFrame(rows, names, orient="row")


def test_gaps_are_paired_differences_and_ratios_of_means() -> None:
    chance = np.random.default_rng(4)
    near = chance.normal(10, 1, 50)
    far = near * 1.5 + chance.normal(0, 0.5, 50)
    found = by_stratum(
        table(near=(90, [*near]), far=(80, [*far])),
        "wait",
        reference="near",
        people="referred",
        fewest=11,
    )
    (gap,) = found.gaps
    assert gap.difference is not None
    assert gap.ratio is not None
    low, high = stats.ttest_rel(far, near).confidence_interval(0.95)
    assert (gap.difference.low, gap.difference.high) == pytest.approx((low, high))
    oracle = stats.bootstrap(
        (near, far),
        lambda one, other, axis: other.mean(axis=axis) / one.mean(axis=axis),
        paired=True,
        vectorized=True,
        method="percentile",
        n_resamples=2000,
        rng=np.random.default_rng(1),
    )
    assert gap.ratio.value == pytest.approx(far.mean() / near.mean())
    limits, spread = oracle.confidence_interval, oracle.standard_error
    assert (gap.ratio.low, gap.ratio.high) == pytest.approx(
        (limits.low, limits.high), abs=0.3 * spread
    )
    assert found.findings == ()
    assert "base, far against near: difference" in str(found)
    assert found.table.get_column("difference").to_list()[0] is None
    assert repr(found) == "StrataFigures('wait', 2 figures)"
    assert "<table" in found._repr_html_()


def test_a_cell_of_few_is_hidden_and_one_more_so_that_totals_do_not_give_it_back() -> None:
    of: dict[str, tuple[float, list[float | None]]] = {
        name: (people, [1.0, 2.0]) for name, people in (("a", 10), ("b", 40), ("c", 20))
    }
    found = by_stratum(table(**of), "wait", reference="b", people="referred", fewest=11)
    assert [each.stratum[0] for each in found.figures if each.is_hidden] == ["a", "c"]
    assert [each.estimate is None for each in found.figures] == [True, False, True]
    assert all(gap.difference is gap.ratio is None for gap in found.gaps)
    assert "base, a: hidden." in str(found)
    assert "2 cells of 3 hidden." in found.findings


def test_a_stratum_is_judged_by_its_fewest_people_in_any_scenario() -> None:
    one = table(a=(50, [1, 2]), b=(50, [1, 2]), c=(60, [1, 2]))
    two = table(a=(9, [1, 2]), b=(50, [1, 2]), c=(60, [1, 2])).with_columns(scenario=pl.lit("two"))
    found = by_stratum(pl.concat([one, two]), "wait", reference="c", people="referred", fewest=10)
    hidden = {(each.scenario, *each.stratum) for each in found.figures if each.is_hidden}
    assert hidden == {("base", "a"), ("two", "a"), ("base", "b"), ("two", "b")}


def test_a_gap_without_figures_is_none_and_a_ratio_to_nothing_too() -> None:
    found = by_stratum(
        table(a=(50, [0, 2]), b=(50, [1, 2]), c=(60, [None, None])),
        "wait",
        reference="a",
        people="referred",
        fewest=5,
    )
    to_b, to_c = found.gaps
    assert to_b.difference is not None
    assert to_b.ratio is to_c.difference is to_c.ratio is None
    assert "base, c: none." in str(found)


def test_strata_that_cannot_be_shown_are_refused() -> None:
    rows = table(a=(50, [1, 2]), b=(50, [1, 2]))
    ask: dict[str, Any] = {"people": "referred", "fewest": 5}
    with pytest.raises(UnknownNameError, match="no stratum is named 'z'"):
        by_stratum(rows, "wait", reference="z", **ask)
    with pytest.raises(InvalidError, match="by: expected a column or more"):
        by_stratum(
            rows.drop("stratum").unique(["scenario", "replication", "measure"]),
            "wait",
            reference=(),
            by=(),
            **ask,
        )
    untold = rows.filter((pl.col("stratum") == "a") | (pl.col("measure") == "wait"))
    with pytest.raises(InvalidError, match=r"referred\.b: expected the number of people"):
        by_stratum(untold, "wait", reference="a", **ask)


CELLS = st.sampled_from([(2, 3), (3, 3), (3, 4), (2, 2)]).flatmap(
    lambda shape: st.lists(
        st.integers(0, 30), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]
    ).map(
        lambda counts: dict(
            zip(
                [
                    (f"r{row}", f"c{column}")
                    for row, column in itertools.product(range(shape[0]), range(shape[1]))
                ],
                map(float, counts),
                strict=True,
            )
        )
    )
)


@given(CELLS, st.integers(1, 15))
def test_totals_of_rows_and_columns_never_give_a_hidden_cell_back(
    people: dict[tuple[str, ...], float], fewest: int
) -> None:
    hidden = hidden_cells(people, fewest=fewest)
    assert {cell for cell, count in people.items() if count < fewest} <= hidden
    if len(hidden) == len(people):
        return
    # The oracle: another table has the same totals and the same shown cells, and another value.
    cells = sorted(hidden)
    lines = [
        [cell[axis] == name for cell in cells]
        for axis in (0, 1)
        for name in {cell[axis] for cell in people}
    ]
    sums = np.array(lines, np.float64)
    for place in range(len(cells)):
        unit = np.zeros(len(cells))
        unit[place] = 1
        solution = np.linalg.lstsq(sums.T, unit, rcond=None)[0]
        follows = np.allclose(sums.T @ solution, unit, atol=1e-8)
        line_hidden = [
            all(cell in hidden for cell in people if cell[axis] == cells[place][axis])
            for axis in (0, 1)
        ]
        assert not follows or all(line_hidden)


def test_a_cell_that_alone_joins_two_blocks_is_covered_by_another() -> None:
    # Two squares of small cells and the one between them: each line has two hidden ones.
    small = {(0, 0), (0, 1), (1, 0), (1, 1), (2, 2), (2, 3), (3, 2), (3, 3), (1, 2)}
    people: dict[Cell, float] = {
        (f"r{row}", f"c{column}"): 6.0 if (row, column) in small else 50.0 + row + column
        for row, column in itertools.product(range(4), range(4))
    }
    assert len(hidden_cells(people, fewest=10)) > len(small)


def test_nothing_is_hidden_of_many_and_of_nobody() -> None:
    assert hidden_cells({}, fewest=5) == frozenset()
    assert hidden_cells({("a",): 5.0, ("b",): 6.0}, fewest=5) == frozenset()
    assert hidden_cells({("a",): 1.0}, fewest=5) == {("a",)}
