"""Sensitivity: bars are the model at the ends of its inputs, indices those of closed forms."""

from collections.abc import Mapping

import numpy as np
import pytest

from iopkit.errors import InvalidError
from iopkit.sources import Grade, Source
from iopkit.studies import Distribution, Triangular, Uniform, input_shares, one_way

pytestmark = pytest.mark.measured
OURS = Source("Elm Street, own count", Grade.SECONDARY)
ONE = Uniform(0, 1, OURS)


def test_bars_are_the_model_with_one_input_at_its_ends() -> None:
    inputs: dict[str, Distribution] = {"x": ONE, "y": Triangular(0, 2, 4, OURS)}

    def model(of: Mapping[str, float]) -> dict[str, float]:
        return {"stay": 1.5, "change": of["x"] + of["y"] - 1}

    tornado = one_way(model, inputs, share=0.8)
    assert tornado.at_medians == (("stay", 1.5), ("change", 1.5))
    low, high = (float(end) for end in inputs["y"].quantiles(np.array([0.1, 0.9])))
    longest = next(bar for bar in tornado.bars if bar.strategy == "change")
    assert longest.input == "y"
    assert (longest.low, longest.high) == pytest.approx((low, high))
    assert (longest.at_low, longest.at_high) == pytest.approx((low - 0.5, high - 0.5))
    assert longest.swing == pytest.approx(high - low)
    assert longest.changes_choice
    swings = [bar.swing for bar in tornado.bars]
    assert swings == [0, 0, *sorted(swings[2:], reverse=True)]
    assert "and changes which strategy is best" in str(tornado)
    assert tornado.table.get_column("swing").to_list() == swings
    assert "<table" in tornado._repr_html_()


def test_indices_of_a_sum_are_the_shares_of_its_variances() -> None:
    # Of x + 2y the variances are 1 and 4 of 5; of xy there is something that both do together.
    found = {
        (each.strategy, each.input): (each.first, each.total)
        for each in input_shares(
            lambda of: {"sum": of["x"] + 2 * of["y"], "product": of["x"] * of["y"]},
            {"x": ONE, "y": ONE},
            count=1024,
            seed=7,
        )
    }
    assert found["sum", "x"] == pytest.approx((0.2, 0.2), abs=0.02)
    assert found["sum", "y"] == pytest.approx((0.8, 0.8), abs=0.02)
    # Var(xy) = 7/144, of which each has 3/144 alone and 4/144 with the other.
    assert found["product", "x"] == pytest.approx((3 / 7, 4 / 7), abs=0.03)


def test_a_single_strategy_has_indices_too() -> None:
    (one,) = input_shares(lambda of: {"a": of["x"]}, {"x": ONE}, count=64, seed=1)
    assert (one.first, one.total) == pytest.approx((1, 1), abs=0.05)


def test_models_and_inputs_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(InvalidError, match="inputs: expected one or more"):
        one_way(lambda _: {"a": 1}, {})
    with pytest.raises(InvalidError, match="share: expected above 0"):
        one_way(lambda _: {"a": 1}, {"x": ONE}, share=1)
    with pytest.raises(InvalidError, match="a number for each strategy"):
        one_way(lambda _: {}, {"x": ONE})
    with pytest.raises(InvalidError, match="the same strategies for all inputs"):
        one_way(lambda of: {"a" if of["x"] == 0.5 else "b": 1}, {"x": ONE})
    with pytest.raises(InvalidError, match="a power of 2"):
        input_shares(lambda _: {"a": 1}, {"x": ONE}, count=100, seed=1)
