"""Levels of care: ladders, placement, and what each level asks and gives."""

from iopkit.placement.beside import CareBeside, OpioidTreatment, care_beside
from iopkit.placement.minimum_levels import minimum_level_ladder
from iopkit.placement.outcomes import LevelFigure, OutcomeMeasure
from iopkit.placement.paths import CarePath, PathResult, PathStep, paths_for
from iopkit.placement.placement import (
    Cause,
    Disagreement,
    ExcludedLevel,
    Ladder,
    Placement,
    Rung,
    RungResult,
    find_disagreement,
    place,
    place_sheet,
)
from iopkit.placement.risk_limits import dimension_ladder
from iopkit.placement.tradeoffs import Tradeoff, compare_levels

__all__ = [
    "CareBeside",
    "CarePath",
    "Cause",
    "Disagreement",
    "ExcludedLevel",
    "Ladder",
    "LevelFigure",
    "OpioidTreatment",
    "OutcomeMeasure",
    "PathResult",
    "PathStep",
    "Placement",
    "Rung",
    "RungResult",
    "Tradeoff",
    "care_beside",
    "compare_levels",
    "dimension_ladder",
    "find_disagreement",
    "minimum_level_ladder",
    "paths_for",
    "place",
    "place_sheet",
]
