"""Shipped policies, one module a jurisdiction."""

from iopkit.eligibility.library.us_medicare import US_MEDICARE_IOP
from iopkit.eligibility.policies import Policy
from iopkit.errors import UnknownNameError

POLICIES: tuple[Policy, ...] = (US_MEDICARE_IOP,)
"""Every shipped policy, in the order of names."""


def find_policy(name: str) -> Policy:
    """A shipped policy by its name; raises ``UnknownNameError``."""
    for policy in POLICIES:
        if policy.name == name:
            return policy
    raise UnknownNameError("policy", name, [policy.name for policy in POLICIES])
