"""Every shipped rule that can say whose it is."""

from iopkit.applicability import Rule
from iopkit.library.codings import CODINGS, RATES
from iopkit.library.policies import POLICIES
from iopkit.library.requirements import REQUIREMENTS

RULES: tuple[Rule, ...] = (*POLICIES, *REQUIREMENTS, *CODINGS, *RATES)
"""Every shipped policy, requirement set, coding scheme and rate table, by kind and name."""
