"""Scenarios: what if, over whole populations, on the programs and policies that clinics use.

Needs the extra ``scenarios``.
"""

from importlib.util import find_spec

import iopkit.errors

if find_spec("numpy") is None or find_spec("polars") is None:
    raise iopkit.errors.MissingExtraError("scenarios", "a scenario")

from iopkit.scenarios.arrivals import NOT_YET, Arrivals, Cohort, Referrals
from iopkit.scenarios.draws import Purpose, draw, key_of, stream, threshold
from iopkit.scenarios.populations import Nearest, Population, Strata

__all__ = [
    "NOT_YET",
    "Arrivals",
    "Cohort",
    "Nearest",
    "Population",
    "Purpose",
    "Referrals",
    "Strata",
    "draw",
    "key_of",
    "stream",
    "threshold",
]
