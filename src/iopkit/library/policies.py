"""Shipped policies, one module a jurisdiction, and shipped ladders."""

from iopkit.eligibility.policies import Policy
from iopkit.errors import find_named
from iopkit.library.suitability import IOP_SUITABILITY
from iopkit.library.us_alabama import US_AL_IOP
from iopkit.library.us_california import US_CA_ORANGE_IOP
from iopkit.library.us_district_of_columbia import US_DC_IOP
from iopkit.library.us_illinois import US_IL_IOP
from iopkit.library.us_indiana import US_IN_MEDICAID_IOP
from iopkit.library.us_kansas import US_KS_IOP
from iopkit.library.us_maryland import US_MD_IOP
from iopkit.library.us_medicare import US_MEDICARE_IOP, US_MEDICARE_OTP_IOP, US_MEDICARE_PHP
from iopkit.library.us_new_jersey import US_NJ_IOP
from iopkit.library.us_north_carolina import US_NC_MEDICAID_IOP
from iopkit.library.us_texas import US_TX_IOP
from iopkit.library.us_virginia import US_VA_LICENSED_IOP, US_VA_MEDICAID_IOP

POLICIES: tuple[Policy, ...] = (
    IOP_SUITABILITY,
    US_AL_IOP,
    US_CA_ORANGE_IOP,
    US_DC_IOP,
    US_IL_IOP,
    US_IN_MEDICAID_IOP,
    US_KS_IOP,
    US_MD_IOP,
    US_MEDICARE_IOP,
    US_MEDICARE_OTP_IOP,
    US_MEDICARE_PHP,
    US_NC_MEDICAID_IOP,
    US_NJ_IOP,
    US_TX_IOP,
    US_VA_LICENSED_IOP,
    US_VA_MEDICAID_IOP,
)
"""Every shipped policy, in the order of names."""


def find_policy(name: str) -> Policy:
    """A shipped policy by its name; raises ``UnknownNameError``."""
    return find_named("policy", name, POLICIES)
