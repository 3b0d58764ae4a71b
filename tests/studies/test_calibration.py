"""Inputs are found again from what they led to, and what targets do not tell is said."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from attrs import evolve

from iopkit import Site, WeeklyWindows, find_program
from iopkit.errors import InvalidError, UnknownNameError
from iopkit.scenarios.arrivals import Arrivals
from iopkit.scenarios.habits import Habits
from iopkit.scenarios.populations import Population
from iopkit.scenarios.results import Results
from iopkit.scenarios.scenarios import Scenario, vary
from iopkit.scenarios.simulation import simulate
from iopkit.sources import Grade, Source
from iopkit.studies import (
    FittedInput,
    FreeInput,
    Target,
    Uniform,
    accepted_sets,
    calibrate,
    variations,
)
from iopkit.studies.mathematics import bounded_least_squares

pytestmark = pytest.mark.measured

OURS = Source("Elm Street, own count", Grade.SECONDARY)
BASE = Scenario(
    "as it is",
    population=Population.of(pl.DataFrame({"age": [24, 31, 45]}), key="age"),
    program=find_program("deaconess-cross-pointe"),
    site=Site("Elm", "America/Chicago", WeeklyWindows.always()),
    arrivals=Arrivals(per_week=6),
    habits=Habits("made-up", "Made up", attends=0.7, leaving=0.05, comes=0.8),
    start=date(2026, 1, 12),
    weeks=20,
)
ATTENDS, LEAVING = FreeInput("habits.attends", 0.3, 0.95), FreeInput("habits.leaving", 0.01, 0.3)


@pytest.fixture(scope="module")
def truth() -> Results:
    """What the inputs that are to be found again led to."""
    _, one = vary(BASE, {"truth": {"habits.attends": 0.62, "habits.leaving": 0.11}})
    return simulate(one, replications=6, seed=18)


def target(results: Results, measure: str, se: float) -> Target:
    values = results.totals.filter(pl.col("measure") == measure).get_column("value")
    return Target(measure, float(np.mean(values.to_numpy())), se, OURS)


def test_inputs_are_found_again_from_what_they_led_to(truth: Results) -> None:
    aims = [target(truth, "attended_share", 0.02), target(truth, "stay_days", 1)]
    held_back = target(truth, "completed_share", 0.02)
    found = calibrate(BASE, [ATTENDS, LEAVING], aims, check=[held_back], replications=6, seed=18)
    assert found.values == pytest.approx(
        {"habits.attends": 0.62, "habits.leaving": 0.11}, abs=0.003
    )
    assert found.is_identified
    assert found.misfit < 0.02
    assert [row.is_fitted for row in found.targets] == [True, True, False]
    assert all(row.is_met for row in found.targets)
    assert found.table.get_column("errors").max() == max(row.errors for row in found.targets)
    assert found.condition < 3
    # A standard error of a share of sessions attended is that of the target, as they are one.
    attends, _ = found.inputs
    assert attends.se == pytest.approx(0.02, rel=0.1)
    assert repr(found) == "Calibration(2 inputs, 3 targets)"
    assert "completed_share (check, not fitted)" in str(found)
    assert any("Only 6 replications" in text for text in found.findings)
    assert "attended_share" in found._repr_html_()


def test_the_same_calibration_comes_of_the_same_seed(truth: Results) -> None:
    aims = [target(truth, "stay_days", 1)]
    one, same = (
        calibrate(BASE, [evolve(LEAVING, start=0.2)], aims, replications=3, seed=5)
        for _ in range(2)
    )
    assert one == same
    assert one.runs > 3


def test_inputs_that_make_up_for_each_other_are_told() -> None:
    """Twice as many referrals of whom half come: nothing else is seen of either."""
    inputs = [
        FreeInput("habits.comes.rows.0.share", 0.3, 0.95),
        FreeInput("arrivals.per_week", 2, 12),
    ]
    found = calibrate(BASE, inputs, [Target("admitted", 85, 4, OURS)], replications=3, seed=18)
    assert found.targets[0].errors < 0.2
    assert not found.is_identified
    assert found.condition == float("inf")
    assert (
        "habits.comes.rows.0.share and arrivals.per_week make up for each other: the targets tell "
        "them only together." in found.findings
    )


def test_an_input_at_an_end_of_its_range_is_told() -> None:
    found = calibrate(BASE, [LEAVING], [Target("stay_days", 60, 1, OURS)], replications=3, seed=1)
    (leaving,) = found.inputs
    assert leaving.is_at_bound
    assert leaving.is_low_open
    assert not leaving.is_high_open
    assert "habits.leaving is at an end of its range, and may lie beyond." in found.findings
    assert any("0.01, an end of its range, is not ruled out" in text for text in found.findings)
    assert any("stay_days was fitted and is missed by" in text for text in found.findings)


def test_an_input_that_no_target_asks_about_is_told() -> None:
    """What people do in sessions says nothing of how long they stay."""
    found = calibrate(BASE, [ATTENDS], [Target("stay_days", 33, 2, OURS)], replications=30, seed=1)
    (attends,) = found.inputs
    assert not any("replications" in text for text in found.findings)
    assert attends.se is None
    assert str(attends) == "habits.attends: 0.625, not identified."
    assert "habits.attends is not identified: from 0.3 to 0.95 all fit alike." in found.findings


@pytest.mark.parametrize(
    ("low", "high", "share", "value"),
    [
        (0.3, 0.95, 1 / 3, 0.5166667),
        (2, 12, 1 / 3, 5.33333),
        (0, 3e-9, 1 / 3, 1e-9),
        (1e6, 1e6 + 1, 1 / 3, 1000000.333333),
        (0.1, 0.9, 0, 0.1),
        (1e-9, 1, 0, 1e-9),
        (0.1, 0.9, 1, 0.9),
        (0, 1e9, 1 / 3, 333333000),
    ],
)
def test_values_have_as_many_digits_as_their_range_needs(
    low: float, high: float, share: float, value: float
) -> None:
    assert FreeInput("habits.attends", low, high).at(share) == value


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (9, -0.2, "habits.attends at 0.95 fits better: begin the search elsewhere."),
        (-5, -0.2, "habits.attends at 0.3 fits better: begin the search elsewhere."),
        (9, -0.1, None),
    ],
)
def test_a_search_that_missed_a_lower_valley_says_so(
    low: float, high: float, words: str | None
) -> None:
    found = FittedInput(
        "habits.attends", 0.6, 0.1, 0.3, 0.95, low, high, is_low_open=False, is_high_open=False
    )
    assert found.findings == ((words,) if words else ())


def test_a_check_that_is_missed_is_told() -> None:
    aim, other = Target("attended_share", 0.6, 0.02, OURS), Target("stay_days", 90, 1, OURS)
    found = calibrate(BASE, [ATTENDS], [aim], check=[other], replications=3, seed=1)
    assert any("stay_days was a check, and is missed by" in text for text in found.findings)
    assert "missed" in str(found.targets[1])


def test_a_search_that_is_cut_short_says_so() -> None:
    one, both = (
        bounded_least_squares(
            lambda x: np.array([np.exp(3 * x[0]) - 5]),
            lambda x: np.array([[3 * np.exp(3 * x[0])]]),
            np.array([0.02]),
            most_steps=steps,
        )
        for steps in (1, 40)
    )
    assert not one[1]
    assert both[1]
    assert both[0] == pytest.approx(np.log(5) / 3, abs=1e-4)


def test_a_search_without_an_end_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("iopkit.studies.calibration._MOST_STEPS", 1)
    found = calibrate(BASE, [LEAVING], [Target("stay_days", 35, 1, OURS)], replications=2, seed=1)
    assert "The search did not end within 1 steps." in found.findings


def test_sets_that_come_close_are_kept(truth: Results) -> None:
    aims = [target(truth, "attended_share", 0.05), target(truth, "stay_days", 3)]
    inputs = {
        "habits.attends": Uniform(0.3, 0.95, OURS),
        "habits.leaving": Uniform(0.01, 0.3, OURS),
    }
    found = accepted_sets(BASE, inputs, aims, count=64, replications=2, seed=18, within=2.5)
    assert 5 <= found.count <= 30
    assert found.sets.height == len(variations(found.sets)) == found.count
    assert found.sets.columns == ["set", *inputs]
    attends, leaving = found.inputs
    assert (attends.low or 1) < 0.62 < (attends.high or 0)
    assert (leaving.low or 1) < 0.11 < (leaving.high or 0)
    assert (attends.narrowed_to or 1) < 0.5
    kept = found.table.filter(pl.col("farthest") <= 2.5)
    assert kept.get_column("accepted").all()
    assert str(found).startswith(f"{found.count} of 64 sets are within 2.5 standard errors")
    assert repr(found) == f"AcceptedSets({found.count} of 64)"
    assert "farthest" in found._repr_html_()
    assert any(text.startswith("Only ") for text in found.findings)


def test_what_targets_do_not_tell_stays_as_wide_as_it_was() -> None:
    found = accepted_sets(
        BASE,
        {"habits.attends": Uniform(0.3, 0.95, OURS)},
        [Target("stay_days", 33, 4, OURS)],
        count=32,
        replications=1,
        seed=18,
    )
    assert found.count == 32
    assert found.findings == (
        "habits.attends is hardly narrower than before: the targets do not tell it.",
    )


def test_no_set_may_come_close() -> None:
    found = accepted_sets(
        BASE,
        {"habits.attends": Uniform(0.3, 0.95, OURS)},
        [Target("stay_days", 300, 1, OURS)],
        count=2,
        replications=1,
        seed=18,
    )
    assert found.count == 0
    assert str(found.inputs[0]) == "habits.attends: none."
    assert found.findings[0].startswith("No set comes close")


def test_a_target_takes_its_error_from_limits_or_people() -> None:
    of = Target.of("stay_days", 131, low=127.08, high=134.92, source=OURS)
    assert of.se == pytest.approx(2, abs=1e-3)
    share = Target.share("retained_30_days", 0.8, people=400, source=OURS)
    assert share.se == pytest.approx(0.02)
    assert str(share) == "retained_30_days: 0.800 (SE 0.020), Elm Street, own count [T3]"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"inputs": []}, "inputs: expected one or more, found none"),
        ({"inputs": [ATTENDS, ATTENDS]}, "inputs: expected each path once, found one twice"),
        ({"targets": []}, "targets: expected one or more, found none"),
        (
            {"check": [Target("stay_days", 30, 1, OURS)]},
            "targets: expected each measure once, found one twice",
        ),
        ({"confidence": 1}, "confidence: expected above 0 and below 1, found 1"),
        ({"replications": "3"}, "replications: expected an int, found a text"),
        ({"base": "as it is"}, "base: expected a Scenario, found a text"),
        (
            {"inputs": [FreeInput("habits.atends", 0.1, 0.9)]},
            "expected one of name, title, people",
        ),
        ({"inputs": [FreeInput("habits.attends", 0.1, 1.9)]}, "expected from 0 to 1, found 1.9"),
        (
            {"targets": [Target("use_share", 0.3, 0.1, OURS)]},
            "use_share: expected a figure in some replication, found none (let it run for longer)",
        ),
    ],
)
def test_what_cannot_be_calibrated_is_refused_in_words(
    given: dict[str, object], words: str
) -> None:
    all_of = {
        "base": BASE,
        "inputs": [ATTENDS],
        "targets": [Target("stay_days", 30, 1, OURS)],
        "replications": 1,
        "seed": 1,
    }
    with pytest.raises(InvalidError) as caught:
        calibrate(**{**all_of, **given})  # type: ignore[arg-type]  # wrong on purpose
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"targets": []}, "targets: expected one or more, found none"),
        ({"within": 0}, "within: expected above 0, found 0"),
        ({"inputs": {}}, "inputs: expected one or more, found none"),
    ],
)
def test_sets_that_cannot_be_drawn_are_refused_in_words(
    given: dict[str, object], words: str
) -> None:
    all_of = {
        "base": BASE,
        "inputs": {"habits.attends": Uniform(0.1, 0.9, OURS)},
        "targets": [Target("stay_days", 30, 1, OURS)],
        "count": 2,
        "replications": 1,
        "seed": 1,
    }
    with pytest.raises(InvalidError) as caught:
        accepted_sets(**{**all_of, **given})  # type: ignore[arg-type]  # wrong on purpose
    assert words in str(caught.value)


def test_targets_and_inputs_are_refused_in_words() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'stay_days'"):
        Target("stay_day", 30, 1, OURS)
    for wrong in (
        lambda: Target("stay_days", float("nan"), 1, OURS),
        lambda: Target("stay_days", 30, 0, OURS),
        lambda: Target.of("stay_days", 30, low=31, high=40, source=OURS),
        lambda: Target.share("retained_30_days", 1, people=10, source=OURS),
        lambda: Target.share("retained_30_days", 0.5, people=0, source=OURS),
        lambda: FreeInput("habits.attends", 0.9, 0.1),
        lambda: FreeInput("habits.attends", 0.1, 0.9, start=0.9),
    ):
        with pytest.raises(InvalidError):
            wrong()
