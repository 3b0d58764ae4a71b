"""Levels of care: ladders, placement, and what each level asks and gives."""

from iopkit.placement.placement import (
    Cause,
    Disagreement,
    Ladder,
    Placement,
    Rung,
    RungResult,
    dimension_ladder,
    find_disagreement,
    place,
)
from iopkit.placement.tradeoffs import Tradeoff, compare_levels

__all__ = [
    "Cause",
    "Disagreement",
    "Ladder",
    "Placement",
    "Rung",
    "RungResult",
    "Tradeoff",
    "compare_levels",
    "dimension_ladder",
    "find_disagreement",
    "place",
]
