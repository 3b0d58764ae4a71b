"""Virginia: Medicaid's benefit, and the licensing of programs."""

from datetime import date

from iopkit.citations import SEEN, VIRGINIA, VIRGINIA_LICENSING
from iopkit.eligibility.catalogue import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.library.hours import ADOLESCENT, needs_hours
from iopkit.sources import Dated, Versions

US_VA_MEDICAID_IOP = Policy(
    "us-va-medicaid-iop",
    "Virginia Medicaid intensive outpatient services: weekly hours",
    Versions(
        (
            Dated(
                SEEN,
                (
                    Criterion(
                        "weekly_hours",
                        "Needs 9 to 19 hours a week on average, a child or adolescent 6 to 19.",
                        needs_hours(adults=9, youth=6, high=19, if_youth=ADOLESCENT),
                        VIRGINIA.at(".A"),
                    ),
                ),
                VIRGINIA,
            ),
        )
    ),
    (
        "The hours are averages, with at least 3 on a service day, or 2 below adult age.",
        "Enrollment in Medicaid and medical necessity.",
    ),
)

US_VA_LICENSED_IOP = Policy(
    "us-va-licensed-iop",
    "Virginia licensed intensive outpatient programs: weekly hours",
    Versions(
        (
            Dated(
                date(2023, 2, 17),  # in force since
                (
                    Criterion(
                        "weekly_hours",
                        "Needs 9 to 19 hours of programming a week.",
                        FACTS["needed_hours_per_week"].between(9, 19),
                        VIRGINIA_LICENSING.at(".1"),
                    ),
                ),
                VIRGINIA_LICENSING,
            ),
        )
    ),
    ("Whom a program admits: this section is about what programs offer.",),
)
