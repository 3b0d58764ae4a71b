"""Maryland."""

from iopkit.citations import MARYLAND, SEEN
from iopkit.eligibility.catalogue import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.library.hours import needs_hours
from iopkit.sources import Dated, Versions

US_MD_IOP = Policy(
    "us-md-iop",
    "Maryland intensive outpatient treatment, level 2.1",
    Versions(
        (
            Dated(
                SEEN,
                (
                    Criterion(
                        "asam_criteria",
                        "Meets the ASAM Criteria for level 2.1, as a clinician judged.",
                        FACTS["meets_asam_criteria"].equals(True),
                        MARYLAND.at(".A(1)"),
                    ),
                    Criterion(
                        "weekly_hours",
                        "Needs 9 to 20 hours a week, if younger than 18 years 6 to 20.",
                        needs_hours(adults=9, youth=6, high=20, if_youth=FACTS["age"] < 18),
                        MARYLAND.at(".A(2)"),
                    ),
                ),
                MARYLAND,
            ),
        )
    ),
)
