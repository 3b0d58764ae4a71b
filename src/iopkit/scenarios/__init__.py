"""Scenarios: what if, over whole populations, on the programs and policies that clinics use.

Needs the extra ``scenarios``.
"""

from importlib.util import find_spec

import iopkit.errors

if find_spec("numpy") is None or find_spec("polars") is None:
    raise iopkit.errors.MissingExtraError("scenarios", "a scenario")

from iopkit.scenarios.arrivals import NOT_YET, Arrivals, Cohort, Referrals
from iopkit.scenarios.attending import Assessing, Attending, AttendingRule, Came, Coming
from iopkit.scenarios.curves import (
    AfterLast,
    ByWeek,
    Constant,
    Curve,
    Left,
    LogLogistic,
    OneWayOut,
    Tabulated,
    WayOut,
    Weibull,
    fitted,
)
from iopkit.scenarios.draws import Purpose, draw, key_of, stream, threshold
from iopkit.scenarios.habits import Habits
from iopkit.scenarios.hazards import mean_days, median_day
from iopkit.scenarios.leaving import ComingBack, Effect, Ending, Endings, Exit, Exits, HazardOf
from iopkit.scenarios.populations import Nearest, Population, Strata
from iopkit.scenarios.shares import HabitFigure, Share

__all__ = [
    "NOT_YET",
    "AfterLast",
    "Arrivals",
    "Assessing",
    "Attending",
    "AttendingRule",
    "ByWeek",
    "Came",
    "Cohort",
    "Coming",
    "ComingBack",
    "Constant",
    "Curve",
    "Effect",
    "Ending",
    "Endings",
    "Exit",
    "Exits",
    "HabitFigure",
    "Habits",
    "HazardOf",
    "Left",
    "LogLogistic",
    "Nearest",
    "OneWayOut",
    "Population",
    "Purpose",
    "Referrals",
    "Share",
    "Strata",
    "Tabulated",
    "WayOut",
    "Weibull",
    "draw",
    "fitted",
    "key_of",
    "mean_days",
    "median_day",
    "stream",
    "threshold",
]
