"""Nebraska: plan reviews."""

from iopkit.citations import SEEN
from iopkit.levels import LevelOfCare
from iopkit.library.rule_forms import review, seen_in_copy_of
from iopkit.library.shipped import Shipped
from iopkit.requirements.requirements import RequirementSet
from iopkit.scopes import Scope
from iopkit.sources import Grade, Source

# A state's request for offers, which quotes what providers are to do.
_NEBRASKA = Source(
    "Nebraska's solicitation of services, at BidNet Direct",
    Grade.SECONDARY,
    "https://www.bidnetdirect.com/public/supplier/solicitations/statewide/22545013804/abstract",
    checked=SEEN,
)

US_NE_IOP_REQUIREMENTS = RequirementSet(
    "us-ne-iop",
    "Nebraska intensive outpatient treatment, as a solicitation has it: plan reviews",
    seen_in_copy_of(SEEN, _NEBRASKA, review(30, _NEBRASKA)),
    left_open=("The plan made within two sessions.",),
    scope=Scope("NE", level=LevelOfCare("2.1")),
)

SHIPPED = Shipped(
    requirements=(US_NE_IOP_REQUIREMENTS,),
)
