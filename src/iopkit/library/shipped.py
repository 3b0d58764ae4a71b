"""What is shipped of one jurisdiction or source."""

from iopkit.charges.code_rules import CodingScheme
from iopkit.charges.rates import RateTable
from iopkit.eligibility.policies import Policy
from iopkit.fields import frozen
from iopkit.requirements.requirements import RequirementSet


@frozen(kw_only=True)
class Shipped:
    """Policies, requirement sets, coding schemes and rates of one jurisdiction or source."""

    policies: tuple[Policy, ...] = ()
    requirements: tuple[RequirementSet, ...] = ()
    codings: tuple[CodingScheme, ...] = ()
    rates: tuple[RateTable, ...] = ()
