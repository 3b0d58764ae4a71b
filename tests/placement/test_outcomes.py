"""Figures of outcomes and costs: each says of whom, and has a value or a bound."""

from decimal import Decimal
from typing import Any

import pytest

from iopkit.errors import InvalidError
from iopkit.levels import LevelOfCare
from iopkit.placement import LevelFigure, OutcomeMeasure
from iopkit.sources import Grade, Source

OWN = Source("Our own books", Grade.SECONDARY)


def figure(value: str | None, **more: str) -> LevelFigure:
    spread: dict[str, Any] = {name: Decimal(number) for name, number in more.items()}
    return LevelFigure(
        *(LevelOfCare("1"), OutcomeMeasure.COST, "ours", None if value is None else Decimal(value)),
        *("dollars", "our clients", "2024", OWN),
        **spread,
    )


@pytest.mark.parametrize(
    ("value", "spread"),
    [
        ("1", {}),
        ("1", {"low": "1", "high": "1"}),
        ("1.5", {"low": "1", "high": "2", "sd": "9"}),
        (None, {"low": "1"}),
        (None, {"low": "1", "high": "3"}),
    ],
)
def test_a_figure_has_a_value_within_its_spread_or_a_lower_bound(
    value: str | None, spread: dict[str, str]
) -> None:
    made = figure(value, **spread)
    assert made.value == (None if value is None else Decimal(value))


NOTHING = "expected a value or a lower bound, found neither"
OUTSIDE = "expected a value between low and high, found another"


@pytest.mark.parametrize(
    ("value", "spread", "said"),
    [
        (None, {}, NOTHING),
        (None, {"high": "3"}, NOTHING),
        ("0.9", {"low": "1", "high": "2"}, OUTSIDE),
        ("2.1", {"low": "1", "high": "2"}, OUTSIDE),
        ("1.5", {"low": "2", "high": "1"}, OUTSIDE),
    ],
)
def test_what_says_nothing_or_lies_outside_is_refused(
    value: str | None, spread: dict[str, str], said: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        figure(value, **spread)

    assert str(caught.value) == f"figure of 'ours': 1 problem\n  value: {said}"
