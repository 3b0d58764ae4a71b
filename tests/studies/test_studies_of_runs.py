"""Studies take what ``simulate`` gives, with its own kinds of columns."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from iopkit import Site, WeeklyWindows, find_program
from iopkit.scenarios.arrivals import Arrivals
from iopkit.scenarios.habits import Habits
from iopkit.scenarios.populations import Population
from iopkit.scenarios.results import Results
from iopkit.scenarios.scenarios import Scenario, vary
from iopkit.scenarios.simulation import simulate
from iopkit.sources import Grade, Source
from iopkit.studies import (
    Accounts,
    CostLine,
    FrontierPlace,
    Outcomes,
    Perspective,
    account,
    compare,
    convergence,
    frontier,
    strategies_of,
    summary,
    warm_up,
)

OURS = Source("Elm Street, own books", Grade.SECONDARY)


@pytest.fixture(scope="module")
def results() -> Results:
    base = Scenario(
        "as it is",
        population=Population.of(pl.DataFrame({"age": [24, 31, 45]}), key="age"),
        program=find_program("deaconess-cross-pointe"),
        site=Site("Elm", "America/Chicago", WeeklyWindows.always()),
        arrivals=Arrivals(per_week=3),
        habits=Habits("made-up", "Made up", attends=0.7, leaving=0.05),
        start=date(2026, 1, 12),
        weeks=8,
    )
    scenarios = vary(base, {"<b>calls</b>": {"habits.attends": 0.9}, "none": {}})
    return simulate(scenarios, replications=4, seed=7)


def test_what_changes_nothing_is_found_to_change_exactly_nothing(results: Results) -> None:
    compared = compare(results, "as it is")
    rows = {(row.scenario, row.measure): row for row in compared.rows}
    for (scenario, _), row in rows.items():
        if scenario == "none" and row.difference is not None:
            assert (row.difference.value, row.difference.se) == (0, 0)
    calls = rows["<b>calls</b>", "sessions_attended"]
    assert calls.share_better == 1
    assert calls.variance_ratio is not None
    assert any("Only 4 replications" in text for text in compared.findings)
    assert "<b>" not in compared._repr_html_()


def test_a_run_is_summed_up_and_accounted_for(results: Results) -> None:
    assert len(summary(results, "admitted").rows) == 3
    assert len(convergence(results, "admitted", base="as it is").means) == 2
    assert [each.weeks for each in warm_up(results, "census")] == [None] * 3
    line = CostLine(
        "hour", "hours_attended", Decimal(40), 2026, frozenset({Perspective.PROVIDER}), OURS
    )
    accounts = Accounts(Perspective.PROVIDER, 2026, 8, Decimal("0.03"), Decimal(0))
    costs = account(results, [line], accounts, effects=["completed", "admitted"])
    found = frontier(strategies_of(costs, cost="cost_usd", effect="admitted"))
    assert {row.strategy.name: row.place for row in found.rows} == {
        "as it is": FrontierPlace.ON,
        "none": FrontierPlace.SAME,
        "<b>calls</b>": FrontierPlace.DOMINATED,
    }
    outcomes = Outcomes.of(costs, cost="cost_usd", effect="completed")
    assert outcomes.sets == (0, 1, 2, 3)
    undiscounted = Accounts(Perspective.PROVIDER, 2026, 8, Decimal(0), Decimal(0))
    whole = account(results, [line], undiscounted).filter(pl.col("measure") == "cost_usd")
    hours = results.totals.filter(pl.col("measure") == "hours_attended")
    assert whole.get_column("value").to_list() == pytest.approx(
        [40 * hour for hour in hours.get_column("value")]
    )
