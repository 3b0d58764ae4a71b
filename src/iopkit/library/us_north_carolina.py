"""North Carolina: Medicaid's benefit."""

from datetime import date
from decimal import Decimal

from iopkit.charges.rates import Rate, RateTable
from iopkit.citations import NORTH_CAROLINA, NORTH_CAROLINA_2023, SEEN
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.levels import AgeGroup, LevelOfCare
from iopkit.library.hours import ADOLESCENT, needs_hours
from iopkit.library.rule_forms import (
    LINE_NOT_SEEN,
    caseload,
    daily_hours,
    hours_by_age,
    in_force_since,
    longest_gap,
    seen_in_copy_of,
    weekly_days,
    weekly_hours,
)
from iopkit.library.shipped import Shipped
from iopkit.payers import Payer
from iopkit.requirements.requirements import RequirementSet
from iopkit.scopes import Scope
from iopkit.sources import Dated, Grade, Source, Versions

# "Units, hours, days and visit limits" were taken out from then, says
# https://medicaid.ncdhhs.gov/blog/2025/01/24/behavioral-health-clinical-coverage-policy-updates
# [T2]; that the 19 hours were among them is inferred.
_REVISED = date(2025, 1, 1)
_POLICY_8A = "policy 8A as revised in 2025 without limits of hours, whose text was not seen"
_SCOPE = Scope("NC", payer=Payer.MEDICAID, level=LevelOfCare("2.1"))

US_NC_MEDICAID_IOP_POLICY = Policy(
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
                end=_REVISED,
                since_from_copy=True,
                replaced_by=_POLICY_8A,
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
        "Until 2025: a program of at least 3 hours a day on at least 3 days a week.",
        "From 2026: the substance use disorder is the primary diagnosis.",
        "Enrollment in Medicaid, and the policy's own criteria for entrance, which were not seen.",
    ),
    scope=_SCOPE,
)

_NCAC_27G = "http://ncrules.state.nc.us/ncac/title%2010a%20-%20health%20and%20human%20services/chapter%2027%20-%20mental%20health,%20community%20facilities%20and%20services/subchapter%20g/10a%20ncac%2027g%20"
_NC_DAY_TREATMENT = Source(
    "10A NCAC 27G .3702",
    Grade.LEGAL_TEXT,
    f"{_NCAC_27G}.3702.html",
    checked=SEEN,
)
# Its text was seen without an address.
_NC_SACOT_STAFF = Source("10A NCAC 27G .4502", Grade.LEGAL_TEXT, checked=SEEN)
_NC_SACOT = Source(
    "10A NCAC 27G .4503",
    Grade.LEGAL_TEXT,
    f"{_NCAC_27G}.4503.html",
    checked=SEEN,
)
# The bulletin from which the level's name is taken.
_NC_PHP = LevelOfCare("2.5").source

US_NC_DAY_TREATMENT_REQUIREMENTS = RequirementSet(
    "us-nc-day-treatment",
    "North Carolina day treatment for substance use disorders: caseload",
    seen_in_copy_of(
        SEEN,
        _NC_DAY_TREATMENT,
        caseload(16, _NC_DAY_TREATMENT, whom="member of staff", group=AgeGroup.ADULT),
        caseload(8, _NC_DAY_TREATMENT, whom="member of staff", group=AgeGroup.ADOLESCENT),
    ),
    left_open=("For minors two of the staff at least.",),
    scope=Scope("NC"),
)

US_NC_MEDICAID_IOP_REQUIREMENTS = RequirementSet(
    "us-nc-medicaid-iop",
    "North Carolina Medicaid intensive outpatient program (SAIOP): hours and days",
    Versions(
        (
            Dated(
                date(2023, 4, 30),  # the copy is of that month
                (
                    daily_hours(3, NORTH_CAROLINA_2023),
                    weekly_days(3, NORTH_CAROLINA_2023),
                    longest_gap(NORTH_CAROLINA_2023),
                    weekly_hours(
                        "At most 19 hours in every week.",
                        NORTH_CAROLINA_2023,
                        most=19,
                    ),
                ),
                NORTH_CAROLINA_2023,
                end=_REVISED,
                since_from_copy=True,
                replaced_by=_POLICY_8A,
            ),
            Dated(
                date(2026, 1, 1),  # in force since
                hours_by_age(NORTH_CAROLINA, adults=9, youth=6, most=19),
                NORTH_CAROLINA,
            ),
        )
    ),
    left_open=(
        "Until 2025: group counseling on each day that is offered, and 3 hours attended to bill.",
        "From 2026: what the policy itself says beyond the bulletin, which alone was seen.",
        LINE_NOT_SEEN,
    ),
    scope=_SCOPE,
)

US_NC_MEDICAID_PHP_REQUIREMENTS = RequirementSet(
    "us-nc-medicaid-php",
    "North Carolina Medicaid, level 2.5: weekly hours",
    in_force_since(
        date(2026, 1, 1),  # with the policy on level 2.1, in the same bulletin
        _NC_PHP,
        weekly_hours(
            "At least 20 hours of clinically intensive programming in every week.",
            _NC_PHP,
            least=20,
        ),
    ),
    left_open=("What the policy itself says beyond the bulletin, which alone was seen.",),
    scope=Scope("NC", payer=Payer.MEDICAID, level=LevelOfCare("2.5")),
)

US_NC_SACOT_REQUIREMENTS = RequirementSet(
    "us-nc-sacot",
    "North Carolina comprehensive outpatient treatment (SACOT), level 2.5: hours and days",
    seen_in_copy_of(
        SEEN,
        _NC_SACOT,
        weekly_hours(
            "At least 20 hours in every week.",
            _NC_SACOT,
            least=20,
        ),
        daily_hours(4, _NC_SACOT),
        weekly_days(5, _NC_SACOT),
        longest_gap(_NC_SACOT),
        caseload(10, _NC_SACOT_STAFF, whom="qualified professional"),
    ),
    left_open=("A group on each day that is offered.",),
    scope=Scope("NC", level=LevelOfCare("2.5")),
)

NORTH_CAROLINA_RATES = Source(
    "NC Medicaid bulletin of 2024-08-27 on the rates of SAIOP and SACOT",
    Grade.OFFICIAL,
    "https://medicaid.ncdhhs.gov/blog/2024/08/27/nc-medicaid-increasing-reimbursement-rates-substance-abuse-intensive-outpatient-program-and",
    checked=date(2024, 8, 27),
)
# The bulletin has the rates before as current ones that were last raised in 2012, so they were in
# force on any day after that year. Its "+29.2%" is no rate: the dollars are 27.2 % apart.
_AFTER_2012, _RAISED = date(2013, 1, 1), date(2024, 8, 1)

US_NC_MEDICAID_RATES = RateTable(
    "us-nc-medicaid",
    "North Carolina Medicaid: intensive and comprehensive outpatient programs",
    tuple(
        Rate(code, since, Decimal(amount), end, NORTH_CAROLINA_RATES)
        for code, before, now in (("H0015", "133.72", "170.03"), ("H2035", "46.07", "58.61"))
        for since, end, amount in ((_AFTER_2012, _RAISED, before), (_RAISED, None, now))
    ),
    (
        "Rates were last raised in 2012, on a day that was not seen: here they begin in 2013.",
        "The bulletin says +29.2%, but its dollars are 27.2 % apart: they are the rates.",
        "It does not say what a unit is, of H0015 or of H2035.",
        "No later rates were seen; since 2026 there is another policy.",
    ),
    scope=Scope("NC", payer=Payer.MEDICAID),
)

SHIPPED = Shipped(
    policies=(US_NC_MEDICAID_IOP_POLICY,),
    requirements=(
        US_NC_DAY_TREATMENT_REQUIREMENTS,
        US_NC_MEDICAID_IOP_REQUIREMENTS,
        US_NC_MEDICAID_PHP_REQUIREMENTS,
        US_NC_SACOT_REQUIREMENTS,
    ),
    rates=(US_NC_MEDICAID_RATES,),
)
