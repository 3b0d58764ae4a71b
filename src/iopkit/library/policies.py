"""The shipped policies, by name."""

from iopkit.eligibility.policies import Policy
from iopkit.errors import find_named
from iopkit.library.jurisdictions import SHELF

POLICIES: tuple[Policy, ...] = tuple(
    sorted((policy for each in SHELF for policy in each.policies), key=lambda one: one.name)
)
"""Every shipped policy, in the order of names."""


def find_policy(name: str) -> Policy:
    """A shipped policy by its name; raises ``UnknownNameError``."""
    return find_named("policy", name, POLICIES)
