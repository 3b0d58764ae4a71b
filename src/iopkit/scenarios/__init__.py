"""Scenarios: what if, over whole populations, on the programs and policies that clinics use.

Needs the extra ``scenarios``.
"""

from importlib.util import find_spec

import iopkit.errors

if find_spec("numpy") is None or find_spec("polars") is None:
    raise iopkit.errors.MissingExtraError("scenarios", "a scenario")

from iopkit.scenarios.arrivals import NOT_YET, Arrivals, Cohort, Referrals
from iopkit.scenarios.attending import Assessing, Attending, AttendingRule, Came, Coming
from iopkit.scenarios.capacity import Capacity, SeatPool
from iopkit.scenarios.costs import RunningCosts
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
from iopkit.scenarios.draws import DrawPurpose, draw, key_of, stream, threshold
from iopkit.scenarios.entries import courses_of
from iopkit.scenarios.episodes import Episodes, EpisodeSessions
from iopkit.scenarios.findings import RunFinding, RunFindingKind
from iopkit.scenarios.follow_ons import FollowOn, FurtherProgram
from iopkit.scenarios.habits import Habits
from iopkit.scenarios.hazards import mean_days, median_day
from iopkit.scenarios.leaving import ComingBack, Effect, Ending, Endings, Exit, Exits, HazardOf
from iopkit.scenarios.populations import Nearest, Population, Strata
from iopkit.scenarios.preparing import Prepared, prepare
from iopkit.scenarios.priorities import Priorities, Priority
from iopkit.scenarios.results import Results
from iopkit.scenarios.running import run_replications
from iopkit.scenarios.scenarios import Scenario, vary
from iopkit.scenarios.shares import HabitFigure, Share
from iopkit.scenarios.simulation import Figures, WorkerLostError, simulate
from iopkit.scenarios.study import Study
from iopkit.scenarios.study_base import (
    ServiceTimes,
    StudyArrivals,
    StudyBase,
    StudyNames,
    StudyPeople,
    StudyValue,
    StudyVariation,
)
from iopkit.scenarios.totals import TOTALS, WEEKLY_TOTALS, Better, RunTotal, WeeklyTotal

__all__ = [
    "NOT_YET",
    "TOTALS",
    "WEEKLY_TOTALS",
    "AfterLast",
    "Arrivals",
    "Assessing",
    "Attending",
    "AttendingRule",
    "Better",
    "ByWeek",
    "Came",
    "Capacity",
    "Cohort",
    "Coming",
    "ComingBack",
    "Constant",
    "Curve",
    "DrawPurpose",
    "Effect",
    "Ending",
    "Endings",
    "EpisodeSessions",
    "Episodes",
    "Exit",
    "Exits",
    "Figures",
    "FollowOn",
    "FurtherProgram",
    "HabitFigure",
    "Habits",
    "HazardOf",
    "Left",
    "LogLogistic",
    "Nearest",
    "OneWayOut",
    "Population",
    "Prepared",
    "Priorities",
    "Priority",
    "Referrals",
    "Results",
    "RunFinding",
    "RunFindingKind",
    "RunTotal",
    "RunningCosts",
    "Scenario",
    "SeatPool",
    "ServiceTimes",
    "Share",
    "Strata",
    "Study",
    "StudyArrivals",
    "StudyBase",
    "StudyNames",
    "StudyPeople",
    "StudyValue",
    "StudyVariation",
    "Tabulated",
    "WayOut",
    "WeeklyTotal",
    "Weibull",
    "WorkerLostError",
    "courses_of",
    "draw",
    "fitted",
    "key_of",
    "mean_days",
    "median_day",
    "prepare",
    "run_replications",
    "simulate",
    "stream",
    "threshold",
    "vary",
]
