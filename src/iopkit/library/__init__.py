"""All that is shipped: policies, ladders, programs, requirement sets, codings, rates and costs.

A name loads what it needs when it is first asked for: programs need documents, policies do not.
"""

from typing import TYPE_CHECKING

from iopkit.doors import lazy_dir, lazy_getattr

if TYPE_CHECKING:
    from iopkit.library.codings import CODINGS as CODINGS
    from iopkit.library.codings import RATES as RATES
    from iopkit.library.codings import find_coding as find_coding
    from iopkit.library.codings import find_rates as find_rates
    from iopkit.library.costs import COSTS as COSTS
    from iopkit.library.ladders import LADDERS as LADDERS
    from iopkit.library.ladders import find_ladder as find_ladder
    from iopkit.library.policies import POLICIES as POLICIES
    from iopkit.library.policies import find_policy as find_policy
    from iopkit.library.programs import find_program as find_program
    from iopkit.library.programs import program_names as program_names
    from iopkit.library.programs import program_text as program_text
    from iopkit.library.requirements import REQUIREMENTS as REQUIREMENTS
    from iopkit.library.requirements import find_requirements as find_requirements

# The same names as above, by the module that defines each; a test holds the two together.
_HOMES = {
    "CODINGS": "iopkit.library.codings",
    "COSTS": "iopkit.library.costs",
    "LADDERS": "iopkit.library.ladders",
    "POLICIES": "iopkit.library.policies",
    "RATES": "iopkit.library.codings",
    "REQUIREMENTS": "iopkit.library.requirements",
    "find_coding": "iopkit.library.codings",
    "find_ladder": "iopkit.library.ladders",
    "find_policy": "iopkit.library.policies",
    "find_program": "iopkit.library.programs",
    "find_rates": "iopkit.library.codings",
    "find_requirements": "iopkit.library.requirements",
    "program_names": "iopkit.library.programs",
    "program_text": "iopkit.library.programs",
}

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

if not TYPE_CHECKING:  # a type checker would take any name for one of the door
    __getattr__, __dir__ = lazy_getattr(__name__, _HOMES), lazy_dir(__name__, _HOMES)
