"""California: Medi-Cal's organized delivery system, as one county has it."""

from iopkit.eligibility.citations import SEEN
from iopkit.eligibility.library.hours import ADOLESCENT, needs_hours
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.sources import Dated, Grade, Source, Versions

# The state's own text was not seen.
_ORANGE_COUNTY = Source(
    "Orange County on its Drug Medi-Cal Organized Delivery System",
    Grade.OFFICIAL,
    "https://www.ochealthinfo.com/providers-partners/authority-quality-improvement-services-division-aqis/quality-assurance-18",
    checked=SEEN,
)

US_CA_ORANGE_IOP = Policy(
    "us-ca-orange-iop",
    "Orange County, California, DMC-ODS intensive outpatient treatment: weekly hours",
    Versions(
        (
            Dated(
                SEEN,
                (
                    Criterion(
                        "weekly_hours",
                        "Needs 9 to 19 hours a week, an adolescent 6 to 19.",
                        needs_hours(adults=9, youth=6, high=19, if_youth=ADOLESCENT),
                        _ORANGE_COUNTY,
                    ),
                ),
                _ORANGE_COUNTY,
            ),
        )
    ),
    (
        "Medi-Cal and residence in the county.",
        "Medical necessity, and placement by the ASAM Criteria.",
    ),
)
