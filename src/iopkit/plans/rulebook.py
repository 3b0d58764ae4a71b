"""The shipped requirement sets, by name."""

from iopkit.errors import UnknownNameError
from iopkit.plans.federal_rules import FEDERAL
from iopkit.plans.payer_rules import PAYERS
from iopkit.plans.requirements import RequirementSet
from iopkit.plans.state_rules import STATES

REQUIREMENTS: tuple[RequirementSet, ...] = tuple(
    sorted((*FEDERAL, *PAYERS, *STATES), key=lambda each: each.name)
)
"""Every shipped requirement set, in the order of names."""


def find_requirements(name: str) -> RequirementSet:
    """A shipped requirement set by its name; raises ``UnknownNameError``."""
    for requirements in REQUIREMENTS:
        if requirements.name == name:
            return requirements
    raise UnknownNameError("requirement set", name, [r.name for r in REQUIREMENTS])
