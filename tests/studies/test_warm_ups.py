"""Warm-ups are found where they are, and a run that goes on changing says so."""

import numpy as np
import polars as pl
import pytest

from iopkit.errors import InvalidError, UnknownNameError
from iopkit.scenarios.results import Results
from iopkit.studies import convergence, warm_up
from iopkit.studies.warm_ups import weeks_left_out

pytestmark = pytest.mark.measured


def weekly(values: np.ndarray, *, first: int = 0) -> pl.DataFrame:
    """Weeks of one scenario, replications by weeks."""
    rows = [
        ("base", n, week + first, "census", None if np.isnan(value) else float(value))
        for n, run in enumerate(values)
        for week, value in enumerate(run)
    ]
    names = ["scenario", "replication", "week", "measure", "value"]
    return pl.DataFrame(rows, names, orient="row")


def runs(begin: float, weeks: int = 100, count: int = 20) -> np.ndarray:
    """Runs that begin off their level and get there within some 20 weeks."""
    chance = np.random.default_rng(5)
    at = np.arange(weeks)
    return 40 + begin * np.exp(-at / 5) + chance.normal(0, 1, (count, weeks))


def test_a_run_that_begins_empty_has_its_first_weeks_left_out() -> None:
    (found,) = warm_up(weekly(runs(-40)), "census")
    assert found.weeks is not None
    assert 10 <= found.weeks <= 50
    assert not found.is_drifting
    assert found.findings == ()
    assert str(found) == f"census of base: leave out the first {found.weeks} weeks."


def test_a_run_at_its_level_has_little_to_leave_out() -> None:
    (found,) = warm_up(weekly(np.tile([1.0, 2.0], (3, 40))), "census")
    assert found.weeks == 0
    assert found.drift is not None
    assert found.drift.value == pytest.approx(0, abs=1e-3)


def test_the_rule_takes_the_cut_with_the_least_standard_error() -> None:
    series = runs(-40)[0]
    batches = series.reshape(20, 5).mean(axis=1)
    errors = {
        cut * 5: ((batches[cut:] - batches[cut:].mean()) ** 2).sum() / (20 - cut) ** 2
        for cut in range(15)
    }
    assert weeks_left_out(series) == min(errors, key=lambda cut: errors[cut])


def test_a_run_that_still_changes_is_told() -> None:
    # Every other week is higher, so that no cut makes the mean surer, and all rise a little.
    rise = 0.002 * np.arange(100) + np.tile([1.0, 2.0], 50)
    chance = np.random.default_rng(5)
    (found,) = warm_up(weekly(rise + chance.normal(0, 0.01, (20, 100))), "census")
    assert found.weeks in (0, 5)
    assert found.is_drifting
    assert "census of base still changes by 0.0019" in str(found)


@pytest.mark.parametrize("weeks", [10, 49])
def test_a_short_run_has_no_answer(weeks: int) -> None:
    (found,) = warm_up(weekly(runs(-40, weeks=weeks)), "census")
    assert (found.weeks, found.drift, found.is_drifting) == (None, None, False)
    assert str(found) == "census of base: no warm-up was found; let it run for more weeks."


def test_a_run_that_only_grows_and_one_with_a_gap_have_no_answer() -> None:
    assert weeks_left_out(np.arange(200.0)) is None
    gap = runs(-40)
    gap[:, 7] = np.nan
    (found,) = warm_up(weekly(gap), "census")
    assert found.weeks is None
    missing = weekly(runs(-40)).filter(pl.col("week") != 30)
    assert warm_up(missing, "census")[0].weeks is None


def test_one_replication_has_a_warm_up_and_no_limits_to_its_drift() -> None:
    (found,) = warm_up(weekly(runs(-40, count=1)), "census")
    assert found.drift is not None
    assert found.drift.low is None
    assert not found.is_drifting


def test_a_replication_with_hardly_a_week_has_no_slope() -> None:
    values = runs(0)
    values[0, :-2] = np.nan
    (found,) = warm_up(weekly(values), "census")
    assert found.drift is not None
    assert found.drift.count == 19


def test_what_is_none_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="measure"):
        warm_up(weekly(runs(0)), "waiting")
    with pytest.raises(InvalidError, match="week: expected a column"):
        warm_up(weekly(runs(0)).drop("week"), "census")

    table = weekly(runs(0))
    run = Results((), 7, (0,), pl.DataFrame(), table)
    assert warm_up(run, "census") == warm_up(table, "census")


def totals(**values: list[float | None]) -> pl.DataFrame:
    rows = [(name, n, "x", v) for name, each in values.items() for n, v in enumerate(each)]
    return pl.DataFrame(rows, ["scenario", "replication", "measure", "value"], orient="row")


def test_running_means_end_with_the_mean_of_all() -> None:
    table = totals(base=[1, 2, 3, 5], other=[2, None, 5, 9])
    own = convergence(table, "x")
    assert [[each.value for each in mean.estimates] for mean in own.means] == [
        [1.5, 2.0, 2.75],
        [3.5, pytest.approx(16 / 3)],
    ]
    gaps = convergence(table, "x", base="base")
    (mean,) = gaps.means
    assert [each.value for each in mean.estimates] == [1.5, pytest.approx(7 / 3)]
    assert str(gaps).startswith("x, difference from base: other 2.3")
    assert own.table.get_column("replications").to_list() == [2, 3, 4, 2, 3]
    assert repr(gaps) == "Convergence('x', base='base')"
    assert "<table" in gaps._repr_html_()


def test_nothing_converges_of_one_replication_or_the_base_alone() -> None:
    with pytest.raises(InvalidError, match="two replications or more"):
        convergence(totals(base=[1, None]), "x")
    with pytest.raises(InvalidError, match="another than the base"):
        convergence(totals(base=[1, 2]), "x", base="base")
