"""Hypothesis strategies for iopkit's values, for tests of what is built on it.

Needs the extra ``strategies``. What they draw is valid, and covers what is unknown.
"""

from importlib.util import find_spec

import iopkit.errors

if find_spec("hypothesis") is None:
    raise iopkit.errors.MissingExtraError("strategies", "a strategy")

from iopkit.strategies.billing import codings, rate_tables
from iopkit.strategies.group_rosters import candidates, groups, rosters
from iopkit.strategies.histories import courses, entries
from iopkit.strategies.own_rules import instruments, own_facts
from iopkit.strategies.records import (
    assessments,
    consents,
    coverages,
    diagnoses,
    keys,
    obligations,
    patients,
    screenings,
    supports,
    treatments,
)
from iopkit.strategies.rules import demands, requirement_sets
from iopkit.strategies.templates import (
    appointments,
    curricula,
    programs,
    services,
    sites,
    slots,
    timings,
)
from iopkit.strategies.times import clock_times, days, weekly_windows
from iopkit.strategies.trees import fact_values, predicates, values_of
from iopkit.strategies.whose import licenses, scopes, whereabouts

__all__ = [
    "appointments",
    "assessments",
    "candidates",
    "clock_times",
    "codings",
    "consents",
    "courses",
    "coverages",
    "curricula",
    "days",
    "demands",
    "diagnoses",
    "entries",
    "fact_values",
    "groups",
    "instruments",
    "keys",
    "licenses",
    "obligations",
    "own_facts",
    "patients",
    "predicates",
    "programs",
    "rate_tables",
    "requirement_sets",
    "rosters",
    "scopes",
    "screenings",
    "services",
    "sites",
    "slots",
    "supports",
    "timings",
    "treatments",
    "values_of",
    "weekly_windows",
    "whereabouts",
]
