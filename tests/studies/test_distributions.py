"""Distributions equal SciPy's, and sets of inputs fill the cube as their method promises."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from iopkit.errors import InvalidError
from iopkit.sources import Grade, Source
from iopkit.studies import (
    Beta,
    Distribution,
    Gamma,
    LogNormal,
    Triangular,
    TruncatedNormal,
    Uniform,
    input_sets,
    variations,
)

pytestmark = pytest.mark.measured
OURS = Source("Elm Street, own count", Grade.SECONDARY)
SHARES = np.array([0, 0.01, 0.2, 0.5, 0.9, 0.999])


@pytest.mark.parametrize(
    ("ours", "oracle"),
    [
        (Beta(3, 5, OURS), stats.beta(3, 5)),
        (LogNormal(4, 0.5, OURS), stats.lognorm(0.5, scale=4)),
        (Gamma(2.5, 100, OURS), stats.gamma(2.5, scale=100)),
        (TruncatedNormal(1, 2, 0, 3, OURS), stats.truncnorm(-0.5, 1, 1, 2)),
        (TruncatedNormal(0, 1, 9, 12, OURS), stats.truncnorm(9, 12)),
        (TruncatedNormal(0, 1, -12, -9, OURS), stats.truncnorm(-12, -9)),
        (Uniform(-1, 3, OURS), stats.uniform(-1, 4)),
        (Triangular(1, 2, 5, OURS), stats.triang(0.25, 1, 4)),
        (Triangular(1, 1, 5, OURS), stats.triang(0, 1, 4)),
        (Triangular(1, 5, 5, OURS), stats.triang(1, 1, 4)),
    ],
)
def test_quantiles_equal_those_of_scipy(
    ours: Distribution, oracle: stats.distributions.rv_frozen
) -> None:
    assert ours.quantiles(SHARES) == pytest.approx(oracle.ppf(SHARES), rel=1e-6)
    assert ours.source is OURS


@given(st.floats(0.02, 0.98), st.floats(0.01, 0.5))
def test_a_beta_has_the_mean_and_the_width_of_what_was_published(mean: float, width: float) -> None:
    low, high = mean - width * mean, mean + width * (1 - mean)
    try:
        found = Beta.of(mean=mean, low=low, high=high, source=OURS)
    except InvalidError:
        # So wide that no beta with one peak inside has it.
        few = 1 / min(mean, 1 - mean)
        assert np.diff(stats.beta(mean * few, (1 - mean) * few).ppf([0.025, 0.975])) <= high - low
        return
    oracle = stats.beta(found.alpha, found.beta)
    assert oracle.mean() == pytest.approx(mean)
    assert np.diff(oracle.ppf([0.025, 0.975])) == pytest.approx(high - low, rel=1e-6)


def test_a_lognormal_has_the_limits_and_a_gamma_the_moments_of_what_was_published() -> None:
    ratio = LogNormal.of(low=1.2, high=3.0, source=OURS)
    assert ratio.quantiles(np.array([0.025, 0.975])) == pytest.approx([1.2, 3.0])
    cost = Gamma.of(mean=2000, se=400, source=OURS)
    oracle = stats.gamma(cost.shape, scale=cost.scale)
    assert (oracle.mean(), oracle.std()) == pytest.approx((2000, 400))


@pytest.mark.parametrize(
    "build",
    [
        lambda: Beta(0, 1, OURS),
        lambda: Beta(1, float("nan"), OURS),
        lambda: Beta.of(mean=0.5, low=0.6, high=0.9, source=OURS),
        lambda: Beta.of(mean=0.5, low=0.0, high=1.0, source=OURS),
        lambda: Beta.of(mean=0.5, low=0.4, high=0.6, source=OURS, confidence=95),
        lambda: LogNormal(1, -1, OURS),
        lambda: LogNormal.of(low=-1, high=2, source=OURS),
        lambda: Gamma(1, float("inf"), OURS),
        lambda: Gamma.of(mean=0, se=1, source=OURS),
        lambda: TruncatedNormal(0, 1, 2, 1, OURS),
        lambda: Uniform(1, 1, OURS),
        lambda: Triangular(1, 6, 5, OURS),
        lambda: Uniform(0, float("inf"), OURS),
        lambda: Triangular(1, 2, float("inf"), OURS),
        lambda: TruncatedNormal(float("nan"), 1, 0, 2, OURS),
        lambda: TruncatedNormal(1, 1, 0, float("inf"), OURS),
    ],
)
def test_what_is_no_distribution_is_refused(build: Callable[[], object]) -> None:
    with pytest.raises(InvalidError):
        build()


INPUTS: dict[str, Distribution] = {
    "habits.attends": Beta(80, 20, OURS),
    "arrivals.per_week": Uniform(3, 7, OURS),
}


def test_a_hypercube_has_one_value_in_each_slice_of_each_input() -> None:
    sets = input_sets(INPUTS, 50, seed=7)
    assert sets.columns == ["set", *INPUTS]
    shares = stats.uniform(3, 4).cdf(sets.get_column("arrivals.per_week"))
    assert sorted(np.floor(shares * 50)) == [*range(50)]
    others = stats.beta(80, 20).cdf(sets.get_column("habits.attends"))
    assert sorted(np.floor(others * 50)) == [*range(50)]
    assert sets.equals(input_sets(INPUTS, 50, seed=7))
    assert not sets.equals(input_sets(INPUTS, 50, seed=8))


def test_a_sobol_sequence_fills_each_square_of_a_grid() -> None:
    sets = input_sets(INPUTS, 64, seed=7, method="sobol")
    squares = {
        (int(8 * one), int(8 * other))
        for one, other in zip(
            stats.beta(80, 20).cdf(sets.get_column("habits.attends")),
            stats.uniform(3, 4).cdf(sets.get_column("arrivals.per_week")),
            strict=True,
        )
    }
    assert len(squares) == 64


def test_sets_become_variations_by_path() -> None:
    sets = input_sets(INPUTS, 2, seed=1)
    found = variations(sets)
    assert list(found) == ["set 0", "set 1"]
    assert list(found["set 1"]) == [*INPUTS]
    assert found["set 1"]["habits.attends"] == sets.get_column("habits.attends")[1]


@pytest.mark.parametrize(
    ("count", "seed", "method", "place"),
    [
        (0, 1, "latin-hypercube", "count"),
        (6, 1, "sobol", "count"),
        (4, -1, "sobol", "seed"),
        (4, "1", "sobol", "seed"),
        (4, 1, "sobl", "method"),
        (True, 1, "sobol", "count"),
        (8.5, 1, "sobol", "count"),
    ],
)
def test_sets_that_cannot_be_drawn_are_refused(
    count: Any, seed: Any, method: str, place: str
) -> None:
    with pytest.raises(InvalidError, match=f"{place}: expected"):
        input_sets(INPUTS, count, seed=seed, method=method)  # type: ignore[arg-type]
    with pytest.raises(InvalidError, match=r"share: expected a distribution, such as"):
        input_sets({"share": 0.7}, 4, seed=1)  # type: ignore[dict-item]
    with pytest.raises(InvalidError, match="set: expected another name"):
        input_sets({**INPUTS, "set": Uniform(0, 1, OURS)}, 4, seed=1)
    with pytest.raises(InvalidError, match="inputs: expected at most 21,201"):
        input_sets(
            dict.fromkeys(map(str, range(21_202)), Uniform(0, 1, OURS)), 1, seed=1, method="sobol"
        )
    with pytest.raises(InvalidError, match="inputs: expected a Mapping"):
        input_sets([*INPUTS.values()], 4, seed=1)  # type: ignore[arg-type]
    with pytest.raises(InvalidError, match="inputs: expected one or more"):
        input_sets({}, 4, seed=1)
