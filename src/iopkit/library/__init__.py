"""All that is shipped: policies, ladders, programs, requirement sets, codings, rates and costs."""

from iopkit.library.codings import CODINGS, RATES, find_coding, find_rates
from iopkit.library.costs import COSTS
from iopkit.library.ladders import LADDERS, find_ladder
from iopkit.library.policies import POLICIES, find_policy
from iopkit.library.programs import find_program, program_names, program_text
from iopkit.library.requirements import REQUIREMENTS, find_requirements

__all__ = [
    "CODINGS",
    "COSTS",
    "LADDERS",
    "POLICIES",
    "RATES",
    "REQUIREMENTS",
    "find_coding",
    "find_ladder",
    "find_policy",
    "find_program",
    "find_rates",
    "find_requirements",
    "program_names",
    "program_text",
]
