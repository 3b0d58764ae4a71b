"""New Jersey."""

from datetime import date

from iopkit.eligibility.catalogue import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.sources import Dated, Grade, Source, Versions

_CODE = Source(
    "N.J.A.C. 10:161B",
    Grade.LEGAL_TEXT,
    "https://regulations.justia.com/states/new-jersey/title-10/chapter-161b/subchapter-1/section-10-161b-1-3",
    checked=date(2024, 9, 16),
)

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
                        _CODE.at("-1.3"),
                    ),
                    Criterion(
                        "other_conditions",
                        "Meets the other conditions for intensive outpatient treatment.",
                        FACTS["other_conditions_met"].equals(True),
                        _CODE,
                    ),
                ),
                _CODE,
            ),
        )
    ),
    ("What the other conditions are: weekly hours and a test of patients were not seen.",),
)
