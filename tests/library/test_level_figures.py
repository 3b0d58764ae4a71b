"""The shipped figures by level: as published, each with its people, year and source."""

from decimal import Decimal

import pytest

from iopkit.levels import Edition, LevelOfCare
from iopkit.library import COSTS, LEVEL_FIGURES
from iopkit.placement import LevelFigure, OutcomeMeasure
from iopkit.sources import Grade


def found(measure: OutcomeMeasure, care: str, citation: str) -> LevelFigure:
    (only,) = (
        figure
        for figure in LEVEL_FIGURES
        if (figure.measure, figure.care) == (measure, care)
        and figure.source.citation.startswith(citation)
    )
    return only


def test_every_figure_says_of_whom_of_when_and_who_says_so() -> None:
    assert len(set(LEVEL_FIGURES)) == len(LEVEL_FIGURES)
    for figure in LEVEL_FIGURES:
        assert figure.level.edition is Edition.THIRD
        assert figure.source.grade in (Grade.LEGAL_TEXT, Grade.OFFICIAL)
        assert all((figure.care, figure.population, figure.year, figure.unit))


# The shares as they were printed; ours are worked out from the counts.
@pytest.mark.parametrize(
    ("care", "level", "completed", "dropped_out"),
    [
        ("outpatient", "1", "36.4", "27.2"),
        ("intensive outpatient", "2.1", "37.7", "23.2"),
        ("short-term residential", "3.5", "61.5", "14.1"),
        ("long-term residential", "3.5", "42.9", "28.1"),
        ("hospital residential", "4", "69.3", "10.9"),
    ],
)
def test_shares_of_the_discharges_of_2004_are_as_printed(
    care: str, level: str, completed: str, dropped_out: str
) -> None:
    shares = [
        found(measure, care, "SAMHSA, TEDS-D")
        for measure in (OutcomeMeasure.COMPLETED, OutcomeMeasure.DROPPED_OUT)
    ]

    assert [figure.value for figure in shares] == [Decimal(completed), Decimal(dropped_out)]
    assert {figure.level for figure in shares} == {LevelOfCare(level)}


def test_staying_falls_with_the_days() -> None:
    shares = [f.value for f in LEVEL_FIGURES if f.measure is OutcomeMeasure.STILL_IN_CARE]

    assert shares == sorted(map(Decimal, (80, 63, 50, 40)), reverse=True)


def test_every_cost_of_a_level_is_among_the_figures() -> None:
    costs = [f for f in LEVEL_FIGURES if f.measure is OutcomeMeasure.COST]

    for cost in COSTS:
        same = [
            f
            for f in costs
            if (f.value, f.sd, f.source) == (cost.mean_usd, cost.sd_usd, cost.source)
        ]
        assert [f.level for f in same] == ([cost.level] if cost.level else [])


@pytest.mark.parametrize(
    ("care", "low", "high"), [("residential", "0.66", "1.36"), ("inpatient", "0.67", "1.38")]
)
def test_odds_have_their_bounds(care: str, low: str, high: str) -> None:
    figure = found(OutcomeMeasure.ABSTINENT, care, "Mojtabai")

    assert (figure.low, figure.high) == (Decimal(low), Decimal(high))
    assert "odds" in figure.unit
