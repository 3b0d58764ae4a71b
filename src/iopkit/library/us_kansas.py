"""Kansas."""

from iopkit.citations import KANSAS, SEEN
from iopkit.eligibility.catalogue import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.library.hours import needs_hours
from iopkit.sources import Dated, Versions

US_KS_IOP = Policy(
    "us-ks-iop",
    "Kansas intensive outpatient treatment: weekly hours",
    Versions(
        (
            Dated(
                SEEN,
                (
                    Criterion(
                        "weekly_hours",
                        "Needs at least 9 hours a week, if younger than 18 years at least 6.",
                        needs_hours(adults=9, youth=6, high=None, if_youth=FACTS["age"] < 18),
                        KANSAS.at(".C"),
                    ),
                ),
                KANSAS,
            ),
        )
    ),
    ("Only scheduled counseling counts toward the hours.",),
)
