"""Illinois."""

from datetime import date

from iopkit.citations import ILLINOIS
from iopkit.eligibility.catalogue import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.library.hours import ADOLESCENT, needs_hours
from iopkit.sources import Dated, Versions

US_IL_IOP = Policy(
    "us-il-iop",
    "Illinois intensive outpatient treatment: weekly hours",
    Versions(
        (
            Dated(
                # The part was adopted anew on this day, says
                # https://www.dhs.state.il.us/page.aspx?item=172977 [T2].
                date(2025, 4, 2),
                (
                    Criterion(
                        "weekly_hours",
                        "Needs generally 9 to 19 hours a week, an adolescent 6 to 19; or there is "
                        "a recorded reason for other hours.",
                        needs_hours(adults=9, youth=6, high=19, if_youth=ADOLESCENT)
                        | FACTS["hours_exception"].equals(True),
                        ILLINOIS,
                    ),
                ),
                ILLINOIS,
            ),
        )
    ),
    (
        "Who is an adolescent: 77 Ill. Adm. Code 2060.120 says 12 to 17, with exceptions.",
        "Placement by the ASAM Criteria.",
    ),
)
