"""New Jersey."""

from datetime import date

from iopkit.citations import NEW_JERSEY
from iopkit.eligibility.catalogue import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.sources import Dated, Versions

US_NJ_IOP = Policy(
    "us-nj-iop",
    "New Jersey outpatient substance use disorder treatment: age, and conditions to be judged",
    Versions(
        (
            Dated(
                date(2024, 9, 16),  # the copy has the code as of that day
                (
                    Criterion(
                        "age",
                        "Is at least 11 years old, from when on the code knows adolescents.",
                        FACTS["age"] >= 11,
                        NEW_JERSEY.at("-1.3"),
                    ),
                    Criterion(
                        "other_conditions",
                        "Meets the other conditions for intensive outpatient treatment.",
                        FACTS["other_conditions_met"].equals(True),
                        NEW_JERSEY,
                    ),
                ),
                NEW_JERSEY,
            ),
        )
    ),
    ("What the other conditions are: weekly hours and a test of patients were not seen.",),
)
