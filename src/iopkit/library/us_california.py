"""California: Medi-Cal's organized delivery system, as one county has it."""

from iopkit.citations import ORANGE_COUNTY, SEEN
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.library.hours import ADOLESCENT, needs_hours
from iopkit.sources import Dated, Versions

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
                        ORANGE_COUNTY,
                    ),
                ),
                ORANGE_COUNTY,
            ),
        )
    ),
    (
        "Medi-Cal and residence in the county.",
        "Medical necessity, and placement by the ASAM Criteria.",
    ),
)
