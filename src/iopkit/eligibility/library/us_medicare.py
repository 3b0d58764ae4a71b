"""Medicare's benefit for intensive outpatient services."""

from datetime import date

from iopkit.eligibility.catalogue import FACTS
from iopkit.eligibility.citations import CFR_410_44
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.eligibility.predicates import Predicate
from iopkit.sources import Dated, Versions


def _condition(number: int, name: str, meaning: str, predicate: Predicate) -> Criterion:
    return Criterion(name, meaning, predicate, CFR_410_44.at(f"(c)({number})"))


_SINCE_2024 = (
    _condition(
        1,
        "nine_hours",
        "The plan of care shows a need for at least 9 hours a week of therapeutic services.",
        FACTS["needed_hours_per_week"] >= 9,
    ),
    _condition(
        2,
        "benefit",
        "Is likely to benefit from a coordinated program and needs more than isolated sessions.",
        FACTS["benefit_likely"].equals(True),
    ),
    _condition(
        3,
        "no_24_hour_care",
        "Does not need care around the clock.",
        FACTS["needs_24_hour_care"].equals(False),
    ),
    _condition(
        4,
        "support",
        "Has an adequate support system outside the program.",
        FACTS["support_adequate"].equals(True),
    ),
    _condition(
        5,
        "diagnosis",
        "Has a mental health or substance use disorder diagnosis.",
        FACTS["has_diagnosis"].equals(True),
    ),
    _condition(
        6,
        "not_dangerous",
        "Is not judged to be dangerous to self or others.",
        FACTS["dangerous"].equals(False),
    ),
    _condition(
        7,
        "participation",
        "Has the cognitive and emotional ability to take part and to tolerate the intensity.",
        FACTS["able_to_participate"].equals(True),
    ),
)

US_MEDICARE_IOP = Policy(
    "us-medicare-iop",
    "Medicare intensive outpatient services: patient eligibility",
    Versions((Dated(date(2024, 1, 1), _SINCE_2024, CFR_410_44),)),
)
