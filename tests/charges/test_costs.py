"""Costs: the published figures, and no comparison across sources, years and periods."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.charges import CostComparison, CostFigure, Period, compare_costs
from iopkit.errors import InvalidError
from iopkit.levels import LevelOfCare
from iopkit.library import COSTS
from iopkit.patients import Patient
from iopkit.placement import compare_levels
from iopkit.sources import Grade, Source

OUTPATIENT, INTENSIVE = LevelOfCare("1"), LevelOfCare("2.1")
ONE, OTHER = Source("Example 1", Grade.OFFICIAL), Source("Example 2", Grade.OFFICIAL)
FIGURE = CostFigure("Any", Period.WEEK, Decimal(120), ONE, OUTPATIENT)


@pytest.mark.parametrize(
    ("care", "week", "episode", "weeks", "programs"),
    [
        ("Standard outpatient", (121, 85), (1944, 1960), (17, 9), 14),
        ("Intensive outpatient", (462, 243), (4445, 6302), (7, 8), 6),
        ("Methadone clinic", (91, 33), (7358, 3849), (99, 53), 11),
        ("Adolescent outpatient", (194, 91), (2678, 2787), (13, 6), 13),
        ("Drug court", (82, 43), (3463, 2187), (46, 20), 9),
    ],
)
def test_the_datstats_figures_are_those_of_the_source(
    care: str,
    week: tuple[int, int],
    episode: tuple[int, int],
    weeks: tuple[int, int],
    programs: int,
) -> None:
    weekly, whole = (f for f in COSTS if f.care == care and f.year == 2001)
    assert (weekly.per, weekly.mean_usd, weekly.sd_usd) == (Period.WEEK, *week)
    assert (whole.per, whole.mean_usd, whole.sd_usd) == (Period.EPISODE, *episode)
    assert (whole.stay_weeks, whole.stay_weeks_sd) == weeks
    assert weekly.programs == whole.programs == programs


@pytest.mark.parametrize(
    ("care", "level", "dollars", "days"),
    [
        ("Outpatient", "1", 2060, 58),
        ("Intensive outpatient", "2.1", 3988, 78),
        ("Residential", "3.5", 10_143, 52.9),
        ("Inpatient", "4", 13_906, 30.9),
        ("Domiciliary", None, 16_693, 82.6),
    ],
)
def test_the_veterans_figures_are_those_of_the_source(
    care: str, level: str | None, dollars: int, days: float
) -> None:
    (figure,) = (f for f in COSTS if f.care == care and f.year is None)
    assert (figure.per, figure.mean_usd, figure.sd_usd) == (Period.EPISODE, dollars, None)
    assert (figure.level, figure.stay_days) == (level and LevelOfCare(level), days)


def test_trade_offs_rest_on_the_same_figures() -> None:
    (veterans,) = (c for c in compare_costs(COSTS) if c.year is None)
    ratios = dict(
        zip((f.level for f in veterans.figures), veterans.ratios(to=OUTPATIENT), strict=True)
    )
    adult = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"), date(1984, 5, 17))
    costs = {row.level: row.relative_cost for row in compare_levels(adult, on=date(2026, 1, 5))}
    for level in map(LevelOfCare, ("1", "2.1", "3.5", "4")):
        cost, ratio = costs[level], ratios[level]
        assert cost is not None
        assert ratio is not None
        assert cost.value == pytest.approx(float(ratio))
        assert cost.source == veterans.source


def test_an_episode_is_not_the_mean_week_times_the_mean_stay() -> None:
    week, episode, _ = (c.figures[0] for c in compare_costs(COSTS, levels=[INTENSIVE]))
    assert int(week.mean_usd) * int(episode.stay_weeks or 0) == 3234 != episode.mean_usd


@given(
    st.lists(st.sampled_from(COSTS)), st.none() | st.sets(st.sampled_from([OUTPATIENT, INTENSIVE]))
)
def test_a_comparison_has_one_source_one_period_and_one_year(
    figures: list[CostFigure], levels: set[LevelOfCare] | None
) -> None:
    found = compare_costs(figures, levels=levels)
    kept = [f for f in figures if levels is None or f.level in levels]
    assert sorted(map(repr, kept)) == sorted(repr(f) for c in found for f in c.figures)
    kinds = [(c.source, c.per, c.year) for c in found]
    assert len(kinds) == len(set(kinds))
    for comparison, kind in zip(found, kinds, strict=True):
        assert {(f.source, f.per, f.year) for f in comparison.figures} == {kind}


def test_all_figures_are_compared_if_none_are_named() -> None:
    assert [(c.per, c.year, len(c.figures)) for c in compare_costs(COSTS)] == [
        (Period.WEEK, 2001, 5),
        (Period.EPISODE, 2001, 5),
        (Period.EPISODE, None, 5),
    ]
    assert compare_costs(()) == ()


@pytest.mark.parametrize(
    "other",
    [evolve(FIGURE, year=2001), evolve(FIGURE, source=OTHER), evolve(FIGURE, per=Period.EPISODE)],
    ids=["year", "source", "period"],
)
def test_what_cannot_be_compared_is_not(other: CostFigure) -> None:
    with pytest.raises(InvalidError, match="figures of one source, period and year"):
        CostComparison((FIGURE, other))


def test_a_comparison_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidError):
        CostComparison(())


def test_ratios_are_exact() -> None:
    dear = evolve(FIGURE, mean_usd=Decimal("462.00"), level=INTENSIVE)
    comparison = CostComparison((FIGURE, dear))
    assert comparison.ratios(to=OUTPATIENT) == (1, Fraction(77, 20))
    assert comparison.ratios(to=INTENSIVE) == (Fraction(20, 77), 1)
    assert comparison.ratios(to=LevelOfCare("4")) == (None, None)
    free = CostComparison((evolve(FIGURE, mean_usd=Decimal(0)), dear))
    assert free.ratios(to=OUTPATIENT) == (None, None)


@pytest.mark.parametrize(
    ("build", "path"),
    [
        (lambda: evolve(FIGURE, mean_usd=Decimal(-1)), "mean_usd"),
        (lambda: evolve(FIGURE, sd_usd=Decimal("0.001")), "sd_usd"),
    ],
)
def test_a_cost_is_money(build: Callable[[], object], path: str) -> None:
    with pytest.raises(InvalidError) as caught:
        build()
    assert [fault.path for fault in caught.value.faults] == [(path,)]


def test_a_spread_is_money_too() -> None:
    assert evolve(FIGURE, sd_usd=Decimal("85.00")).sd_usd == 85
