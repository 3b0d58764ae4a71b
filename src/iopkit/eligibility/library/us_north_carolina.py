"""North Carolina: Medicaid's benefit."""

from datetime import date

from iopkit.eligibility.catalogue import FACTS
from iopkit.eligibility.citations import NORTH_CAROLINA_SAIOP
from iopkit.eligibility.library.hours import ADOLESCENT, needs_hours
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.sources import Dated, Grade, Source, Versions

# The policy itself was not seen, only the bulletin that announces it.
_POLICY_8A_12 = Source(
    "NC Medicaid bulletin of 2026-01-07, policy 8A-12",
    Grade.OFFICIAL,
    "https://medicaid.ncdhhs.gov/blog/2026/01/07/behavioral-health-clinical-coverage-policy-updates",
    checked=date(2026, 1, 7),
)

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
                        NORTH_CAROLINA_SAIOP,
                    ),
                ),
                NORTH_CAROLINA_SAIOP,
            ),
            Dated(
                date(2026, 1, 1),  # in force since
                (
                    Criterion(
                        "use_disorder",
                        "Has a substance use disorder.",
                        FACTS["has_substance_use_disorder"].equals(True),
                        _POLICY_8A_12,
                    ),
                    Criterion(
                        "weekly_hours",
                        "Needs 9 to 19 hours a week, an adolescent 6 to 19.",
                        needs_hours(adults=9, youth=6, high=19, if_youth=ADOLESCENT),
                        _POLICY_8A_12,
                    ),
                ),
                _POLICY_8A_12,
            ),
        )
    ),
    (
        "Until 2026: a program of at least 3 hours a day on at least 3 days a week.",
        "From 2026: the substance use disorder is the primary diagnosis.",
        "Enrollment in Medicaid, and the policy's own criteria for entrance, which were not seen.",
    ),
)
