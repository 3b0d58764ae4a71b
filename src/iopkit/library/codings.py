"""The shipped coding schemes and rate tables, by name."""

from iopkit.charges.code_rules import CodingScheme
from iopkit.charges.rates import RateTable
from iopkit.errors import find_named
from iopkit.library.jurisdictions import SHELF

CODINGS: tuple[CodingScheme, ...] = tuple(
    sorted((coding for each in SHELF for coding in each.codings), key=lambda one: one.name)
)
"""Every shipped coding scheme, in the order of names."""

RATES: tuple[RateTable, ...] = tuple(
    sorted((table for each in SHELF for table in each.rates), key=lambda one: one.name)
)
"""Every shipped rate table, in the order of names."""


def find_coding(name: str) -> CodingScheme:
    """A shipped coding scheme by its name; raises ``UnknownNameError``."""
    return find_named("coding scheme", name, CODINGS)


def find_rates(name: str) -> RateTable:
    """A shipped rate table by its name; raises ``UnknownNameError``."""
    return find_named("rate table", name, RATES)
