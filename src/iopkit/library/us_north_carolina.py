"""North Carolina: Medicaid's benefit."""

from datetime import date

from iopkit.citations import NORTH_CAROLINA, NORTH_CAROLINA_2023
from iopkit.eligibility.catalogue import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.library.hours import ADOLESCENT, needs_hours
from iopkit.sources import Dated, Versions

US_NC_MEDICAID_IOP = Policy(
    "us-nc-medicaid-iop",
    "North Carolina Medicaid intensive outpatient program (SAIOP)",
    Versions(
        (
            Dated(
                date(2023, 4, 30),  # the copy is of that month
                (
                    Criterion(
                        "weekly_hours",
                        "Needs at most 19 hours a week.",
                        FACTS["needed_hours_per_week"] <= 19,
                        NORTH_CAROLINA_2023,
                    ),
                ),
                NORTH_CAROLINA_2023,
            ),
            Dated(
                date(2026, 1, 1),  # in force since
                (
                    Criterion(
                        "use_disorder",
                        "Has a substance use disorder.",
                        FACTS["has_substance_use_disorder"].equals(True),
                        NORTH_CAROLINA,
                    ),
                    Criterion(
                        "weekly_hours",
                        "Needs 9 to 19 hours a week, an adolescent 6 to 19.",
                        needs_hours(adults=9, youth=6, high=19, if_youth=ADOLESCENT),
                        NORTH_CAROLINA,
                    ),
                ),
                NORTH_CAROLINA,
            ),
        )
    ),
    (
        "Until 2026: a program of at least 3 hours a day on at least 3 days a week.",
        "From 2026: the substance use disorder is the primary diagnosis.",
        "Enrollment in Medicaid, and the policy's own criteria for entrance, which were not seen.",
    ),
)
