"""Scenarios: what if, over whole populations, on the programs and policies that clinics use.

Needs the extra ``scenarios``.
"""

from importlib.util import find_spec

import iopkit.errors

if find_spec("numpy") is None or find_spec("polars") is None:
    raise iopkit.errors.MissingExtraError("scenarios", "a scenario")

from iopkit.scenarios.capacity import Capacity, Pool
from iopkit.scenarios.draws import Purpose, draw, key_of, stream, threshold
from iopkit.scenarios.priorities import Priorities, Priority

__all__ = [
    "Capacity",
    "Pool",
    "Priorities",
    "Priority",
    "Purpose",
    "draw",
    "key_of",
    "stream",
    "threshold",
]
