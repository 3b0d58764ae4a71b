"""Virginia: Medicaid's benefit, and the licensing of programs."""

from datetime import date

from iopkit.citations import SEEN, VIRGINIA
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.levels import AgeGroup, LevelOfCare
from iopkit.library.hours import ADOLESCENT, needs_hours
from iopkit.library.rule_forms import (
    LINE_NOT_SEEN,
    daily_hours,
    hours_by_age,
    in_force_since,
    seen_in_copy_of,
    weekly_hours,
)
from iopkit.library.shipped import Shipped
from iopkit.payers import Payer
from iopkit.requirements.requirements import RequirementSet
from iopkit.scopes import LicenseKind, Scope
from iopkit.sources import Dated, Grade, Source, Versions

_VIRGINIA_LICENSING = Source(
    "12VAC35-105-1740",
    Grade.LEGAL_TEXT,
    "https://law.lis.virginia.gov/admincodefull/title12/agency35/chapter105/partVII/article7",
    checked=SEEN,
)

_LICENSED = Scope(
    "VA", licenses=frozenset({LicenseKind.SUBSTANCE_USE_TREATMENT}), level=LevelOfCare("2.1")
)
_SCOPE = Scope("VA", payer=Payer.MEDICAID, level=LevelOfCare("2.1"))

US_VA_MEDICAID_IOP_POLICY = Policy(
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
                since_from_copy=True,
            ),
        )
    ),
    (
        "The hours are averages, with at least 3 on a service day, or 2 below adult age.",
        "Enrollment in Medicaid and medical necessity.",
    ),
    scope=_SCOPE,
)

US_VA_LICENSED_IOP_POLICY = Policy(
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
                        _VIRGINIA_LICENSING.at(".1"),
                    ),
                ),
                _VIRGINIA_LICENSING,
            ),
        )
    ),
    ("Whom a program admits: this section is about what programs offer.",),
    scope=_LICENSED,
)


US_VA_LICENSED_IOP_REQUIREMENTS = RequirementSet(
    "us-va-licensed-iop",
    "Virginia licensed intensive outpatient programs: hours",
    in_force_since(
        date(2023, 2, 17),  # in force since
        _VIRGINIA_LICENSING,
        daily_hours(3, _VIRGINIA_LICENSING.at(".1")),
        weekly_hours(
            "No fewer than 9 hours and no more than 19 of programming in every week.",
            _VIRGINIA_LICENSING.at(".1"),
            least=9,
            most=19,
        ),
    ),
    left_open=(
        "Consultation within 24 hours by telephone and 72 hours in person.",
        "A telephone for emergencies around the clock.",
    ),
    scope=_LICENSED,
)

US_VA_MEDICAID_IOP_REQUIREMENTS = RequirementSet(
    "us-va-medicaid-iop",
    "Virginia Medicaid intensive outpatient services: hours",
    seen_in_copy_of(
        SEEN,
        VIRGINIA,
        daily_hours(3, VIRGINIA.at(".A"), group=AgeGroup.ADULT),
        daily_hours(2, VIRGINIA.at(".A"), group=AgeGroup.ADOLESCENT),
        *hours_by_age(VIRGINIA.at(".A"), adults=9, youth=6, most=19, averaged=True),
    ),
    left_open=(
        LINE_NOT_SEEN,
        "Over which weeks the average is: here over those of the plan.",
        "Consultation within 24 hours by telephone, and preferably 72 hours in person.",
    ),
    scope=_SCOPE,
)

SHIPPED = Shipped(
    policies=(
        US_VA_MEDICAID_IOP_POLICY,
        US_VA_LICENSED_IOP_POLICY,
    ),
    requirements=(
        US_VA_LICENSED_IOP_REQUIREMENTS,
        US_VA_MEDICAID_IOP_REQUIREMENTS,
    ),
)
