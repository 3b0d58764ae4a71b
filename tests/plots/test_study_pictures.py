"""Pictures of studies say what they show, in the picture and beside it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from iopkit.errors import UnknownNameError
from iopkit.plots import (
    acceptability_picture,
    comparison_picture,
    convergence_picture,
    cost_plane_picture,
    tornado_picture,
)
from iopkit.sources import Grade, Source
from iopkit.studies import Outcomes, Uniform, acceptability, compare, convergence, one_way

Said = Callable[[bytes], list[str]]
OURS = Source("Elm Street, own count", Grade.SECONDARY)


def totals(**values: list[float | None]) -> pl.DataFrame:
    rows: list[Any] = [
        (name, n, measure, value)
        for measure in ("completed", "cost_usd")
        for name, each in values.items()
        for n, value in enumerate(each)
    ]
    return pl.DataFrame(rows, ["scenario", "replication", "measure", "value"], orient="row")


TABLE = totals(base=[1, 2, 3, 5], seats=[2, 4, 5, 9], calls=[1, 3, 3, 4])


def test_differences_have_a_panel_for_each_measure_and_their_figures(said: Said) -> None:
    compared = compare(TABLE, "base")
    picture = comparison_picture(compared, title="Elm Street")
    text = said(picture)
    assert {"Elm Street", "completed", "cost_usd", "seats", "calls"} <= set(text)
    assert str(compared.rows[0].difference) in text
    assert "difference from base; bars: limits for 95 %; filled: limits on one side of 0" in text
    assert b"<desc>Compared with base; limits for 95 %." in picture
    assert comparison_picture(compared, title="Elm Street") == picture
    assert comparison_picture(compared, form="png").startswith(b"\x89PNG")


def test_what_has_no_figure_says_so_in_its_row(said: Said) -> None:
    compared = compare(totals(base=[1, 2], none=[None, None], one=[None, 3]), "base")
    assert said(comparison_picture(compared)).count("no figure") == 4


@pytest.mark.parametrize("base", [None, "base"])
def test_convergence_has_a_panel_for_each_scenario(base: str | None, said: Said) -> None:
    found = convergence(TABLE, "completed", base=base)
    text = said(convergence_picture(found))
    assert {"seats", "calls", "replications; shaded: limits for 95 %"} <= set(text)
    assert ("base" in text) is (base is None)
    of = "completed, difference from base" if base else "completed"
    assert f"{of}, as replications are added" in text


def test_two_replications_that_agree_converge_all_the_same(said: Said) -> None:
    found = convergence(totals(base=[2, 2]), "completed")
    assert "Elm Street" in said(convergence_picture(found, title="Elm Street"))


def test_a_cost_plane_has_a_key_and_says_its_means(said: Said) -> None:
    outcomes = Outcomes.of(TABLE, cost="cost_usd", effect="completed")
    picture = cost_plane_picture(outcomes, against="base", worth_usd=500, effect="completions")
    text = said(picture)
    assert {"seats", "calls", "$500 a unit", "more completions than base"} <= set(text)
    assert b"seats: +2.25 effect, $+2.25." in picture
    assert "$500 a unit" not in said(cost_plane_picture(outcomes, against="base"))
    with pytest.raises(UnknownNameError, match="no strategy is named 'bas'"):
        cost_plane_picture(outcomes, against="bas")


def test_acceptability_has_a_line_for_each_strategy_and_the_frontier(said: Said) -> None:
    outcomes = Outcomes(("a", "b"), (0, 1), np.zeros((2, 2)), np.array([[0.0, 1.0], [1.0, 0.0]]))
    curves = acceptability(outcomes, [0, 1000, 2000])
    picture = acceptability_picture(curves)
    assert {"a", "b", "to choose: the highest mean net benefit"} <= set(said(picture))
    assert b"From $0 to $2,000 a unit, a has the highest" in picture


def test_a_tornado_says_the_ends_of_each_input(said: Said) -> None:
    inputs = {"fee": Uniform(1000, 2000, OURS), "share": Uniform(0, 1, OURS)}
    tornado = one_way(
        lambda of: {"stay": 700, "change": of["fee"] * of["share"]}, inputs, share=0.9
    )
    picture = tornado_picture(tornado, figure_of="net benefit, 2026 $")
    text = said(picture)
    assert {"stay", "change", "net benefit, 2026 $", "1,050", "1,950", "0.05", "0.95"} <= set(text)
    assert text.count("input at its low value") == 1
    assert "share *" in text
    assert b"and changes which strategy is best" in picture
