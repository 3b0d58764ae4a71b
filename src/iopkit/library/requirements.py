"""The shipped requirement sets, by name."""

from iopkit.errors import find_named
from iopkit.library.federal_rules import FEDERAL
from iopkit.library.standards import PAYERS
from iopkit.library.state_rules import STATES
from iopkit.requirements.requirements import RequirementSet

REQUIREMENTS: tuple[RequirementSet, ...] = tuple(
    sorted((*FEDERAL, *PAYERS, *STATES), key=lambda each: each.name)
)
"""Every shipped requirement set, in the order of names."""


def find_requirements(name: str) -> RequirementSet:
    """A shipped requirement set by its name; raises ``UnknownNameError``."""
    return find_named("requirement set", name, REQUIREMENTS)
