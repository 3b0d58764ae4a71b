"""Illinois."""

from datetime import date

from iopkit.citations import ILLINOIS
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.levels import AgeGroup, LevelOfCare
from iopkit.library.hours import ADOLESCENT, needs_hours
from iopkit.library.rule_forms import hours_below, hours_by_age, in_force_since
from iopkit.library.shipped import Shipped
from iopkit.requirements.requirements import RequirementSet
from iopkit.scopes import Scope
from iopkit.sources import Dated, Versions

_SCOPE = Scope("IL", level=LevelOfCare("2.1"))

US_IL_IOP_POLICY = Policy(
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
    scope=_SCOPE,
)


US_IL_IOP_REQUIREMENTS = RequirementSet(
    "us-il-iop",
    "Illinois intensive outpatient treatment: usual weekly hours",
    in_force_since(
        date(2025, 4, 2),  # the part was adopted anew on this day
        ILLINOIS,
        *hours_by_age(ILLINOIS.at("(b)"), adults=9, youth=6, most=19, binding=False),
    ),
    left_open=(
        "Other hours for a recorded reason: the text says what is generally so.",
        "Exceptions to the age of 18, at which adult rules begin.",
    ),
    scope=_SCOPE,
)

US_IL_LEVEL_1_REQUIREMENTS = RequirementSet(
    "us-il-level-1",
    "Illinois outpatient treatment, level 1: weekly hours",
    in_force_since(
        date(2025, 4, 2),
        ILLINOIS,
        hours_below(9, ILLINOIS.at("(a)"), AgeGroup.ADULT),
        hours_below(6, ILLINOIS.at("(a)"), AgeGroup.ADOLESCENT),
    ),
    left_open=("Exceptions to the age of 18, at which adult rules begin.",),
    scope=Scope("IL", level=LevelOfCare("1")),
)

SHIPPED = Shipped(
    policies=(US_IL_IOP_POLICY,),
    requirements=(
        US_IL_IOP_REQUIREMENTS,
        US_IL_LEVEL_1_REQUIREMENTS,
    ),
)
