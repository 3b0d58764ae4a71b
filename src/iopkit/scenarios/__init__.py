"""Scenarios: what if, over whole populations, on the programs and policies that clinics use.

Needs the extra ``scenarios``.
"""

from importlib.util import find_spec

import iopkit.errors

if find_spec("numpy") is None or find_spec("polars") is None:
    raise iopkit.errors.MissingExtraError("scenarios", "a scenario")

from iopkit.scenarios.arrivals import Arrivals, Cohort
from iopkit.scenarios.capacity import Capacity, Pool
from iopkit.scenarios.entries import courses_of
from iopkit.scenarios.episodes import Attendance, Episodes
from iopkit.scenarios.findings import RunFinding, RunFindingKind
from iopkit.scenarios.habits import Habits
from iopkit.scenarios.populations import Nearest, Population, Strata
from iopkit.scenarios.priorities import Priorities, Priority
from iopkit.scenarios.results import Results
from iopkit.scenarios.scenarios import Scenario, vary
from iopkit.scenarios.simulation import WorkerLostError, simulate
from iopkit.scenarios.totals import TOTALS, WEEKLY_TOTALS, Better, Total, WeeklyTotal

__all__ = [
    "TOTALS",
    "WEEKLY_TOTALS",
    "Arrivals",
    "Attendance",
    "Better",
    "Capacity",
    "Cohort",
    "Episodes",
    "Habits",
    "Nearest",
    "Pool",
    "Population",
    "Priorities",
    "Priority",
    "Results",
    "RunFinding",
    "RunFindingKind",
    "Scenario",
    "Strata",
    "Total",
    "WeeklyTotal",
    "WorkerLostError",
    "courses_of",
    "simulate",
    "vary",
]
