"""The shipped requirement sets, by name."""

from iopkit.errors import find_named
from iopkit.library.jurisdictions import SHELF
from iopkit.requirements.requirements import RequirementSet

REQUIREMENTS: tuple[RequirementSet, ...] = tuple(
    sorted((each for shipped in SHELF for each in shipped.requirements), key=lambda one: one.name)
)
"""Every shipped requirement set, in the order of names."""


def find_requirements(name: str) -> RequirementSet:
    """A shipped requirement set by its name; raises ``UnknownNameError``."""
    return find_named("requirement set", name, REQUIREMENTS)
