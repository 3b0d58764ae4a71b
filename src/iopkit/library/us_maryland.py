"""Maryland."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from iopkit.charges.code_rules import CodingScheme, Exclusion, SessionCodes, TimeBand, TimedCode
from iopkit.charges.rates import Rate, RateTable
from iopkit.citations import SEEN
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.levels import AgeGroup, LevelOfCare
from iopkit.library.hours import needs_hours
from iopkit.library.national_codes import (
    COUNSELING_AND_EDUCATION,
    COUNSELING_GROUPS,
    h0015_by_day,
)
from iopkit.library.rule_forms import (
    LINE_NOT_SEEN,
    caseload,
    hours_by_age,
    review,
    seen_in_copy_of,
)
from iopkit.library.shipped import Shipped
from iopkit.modalities import Modality
from iopkit.payers import Payer
from iopkit.requirements.requirements import RequirementSet
from iopkit.scopes import Scope
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.windows import ONE_MINUTE

_MARYLAND = Source(
    "COMAR 10.63.03.03",
    Grade.LEGAL_TEXT,
    "http://www.dsd.state.md.us/comar/SubtitleSearch.aspx?search=10.63.03.*",
    checked=SEEN,
)

_SCOPE = Scope("MD", level=LevelOfCare("2.1"))

US_MD_IOP_POLICY = Policy(
    "us-md-iop",
    "Maryland intensive outpatient treatment, level 2.1",
    Versions(
        (
            Dated(
                SEEN,
                (
                    Criterion(
                        "asam_criteria",
                        "Meets the ASAM Criteria for level 2.1, as a clinician judged.",
                        FACTS["meets_asam_criteria"].equals(True),
                        _MARYLAND.at(".A(1)"),
                    ),
                    Criterion(
                        "weekly_hours",
                        "Needs 9 to 20 hours a week, if younger than 18 years 6 to 20.",
                        needs_hours(adults=9, youth=6, high=20, if_youth=FACTS["age"] < 18),
                        _MARYLAND.at(".A(2)"),
                    ),
                ),
                _MARYLAND,
                since_from_copy=True,
            ),
        )
    ),
    scope=_SCOPE,
)


_MARYLAND_LEVEL_1 = Source(
    "COMAR 10.47.02.04",
    Grade.LEGAL_TEXT,
    "https://casetext.com/regulation/maryland-administrative-code/title-10-maryland-department-of-health/part-5/subtitle-47-alcohol-and-drug-abuse-administration/chapter-104702-specific-program-requirements/section-10470204-outpatient-services-level-i",
    checked=date(2024, 11, 1),
)

US_MD_IOP_REQUIREMENTS = RequirementSet(
    "us-md-iop",
    "Maryland intensive outpatient treatment, level 2.1: weekly hours",
    seen_in_copy_of(
        SEEN, _MARYLAND, *hours_by_age(_MARYLAND.at(".A(2)"), adults=9, youth=6, most=20)
    ),
    scope=_SCOPE,
)

US_MD_LEVEL_1_REQUIREMENTS = RequirementSet(
    "us-md-level-1",
    "Maryland outpatient services, level I, of the older chapter: caseload and reviews",
    seen_in_copy_of(
        date(2024, 11, 1),  # the copy is current through that day
        _MARYLAND_LEVEL_1,
        caseload(30, _MARYLAND_LEVEL_1, whom="full-time counselor", group=AgeGroup.ADULT),
        caseload(25, _MARYLAND_LEVEL_1, whom="full-time counselor", group=AgeGroup.ADOLESCENT),
        review(90, _MARYLAND_LEVEL_1),
    ),
    left_open=(
        LINE_NOT_SEEN,
        "An assessment within 2 weeks, and the plan within 7 working days of it.",
    ),
    scope=Scope("MD", level=LevelOfCare("1")),
)


_MARYLAND_2018 = Source(
    "Maryland Medicaid, Community-Based Substance Use Disorder Fee Schedule of July 1, 2018",
    Grade.SECONDARY,
    "https://www.readkong.com/page/community-based-substance-use-disorder-fee-schedule-eff-2480439",
    checked=date(2018, 7, 1),
)

US_MD_MEDICAID_CODING = CodingScheme(
    "us-md-medicaid",
    "Maryland Medicaid: community-based substance use disorder services",
    Versions(
        (
            Dated(
                date(2018, 7, 1),
                (
                    SessionCodes(
                        (TimeBand("H0001"),),
                        frozenset({Modality.ASSESSMENT}),
                        _MARYLAND_2018,
                        months_apart=12,
                    ),
                    h0015_by_day(COUNSELING_AND_EDUCATION),
                    TimedCode(
                        "H0004",
                        15 * ONE_MINUTE,
                        frozenset({Modality.INDIVIDUAL_COUNSELING}),
                        _MARYLAND_2018,
                        per_day=6,
                    ),
                    SessionCodes(
                        (TimeBand("H0005", 60 * ONE_MINUTE),),
                        COUNSELING_GROUPS,
                        _MARYLAND_2018,
                        longest=90 * ONE_MINUTE,
                        per_day=1,
                    ),
                    Exclusion("H0015", frozenset({"H0004", "H0005"}), _MARYLAND_2018),
                ),
                _MARYLAND_2018,
            ),
        )
    ),
    left_open=(
        "Maryland's own hours for a day at level 2.1 were not seen: those of H0015 are taken.",
        "After a break of 30 days a second assessment within 12 months is paid; here it is not.",
        "Only full quarters of an hour count, session by session; rounding was not seen.",
        "Places of service and modifiers of telehealth were not seen.",
        "A group of more than 90 minutes has no code, whoever leaves it early: it says 60 to 90.",
        "Of several groups on one day, the longest that fits is charged.",
    ),
    scope=Scope("MD", payer=Payer.MEDICAID),
)


_COMAR = "COMAR 10.09.80.08.D(1)"
# The regulation as it stood on two days: with the rates of 2019, and with those of 2022.
_COMAR_2019 = Source(
    _COMAR,
    Grade.LEGAL_TEXT,
    "http://mdrules.elaws.us/comar/10.09.80.08",
    checked=date(2021, 4, 6),
)
_COMAR_2022 = Source(
    _COMAR,
    Grade.LEGAL_TEXT,
    "https://print.casetext.com/regulation/maryland-administrative-code/title-10-maryland-department-of-health/part-2/subtitle-09-medical-care-programs/chapter-100980-community-based-substance-use-disorder-services/section-10098008-payment-procedures",
    checked=date(2024, 11, 1),
)


def _rates(since: date, end: date, source: Source, amounts: Mapping[str, str]) -> list[Rate]:
    return [Rate(code, since, Decimal(usd), end, source) for code, usd in amounts.items()]


US_MD_MEDICAID_RATES = RateTable(
    "us-md-medicaid",
    "Maryland Medicaid: community-based substance use disorder services",
    (
        *_rates(
            date(2019, 7, 1),
            date(2020, 7, 1),
            _COMAR_2019,
            {"H0001": "158.26", "H0004": "22.29", "H0005": "43.47", "H0015": "139.31"},
        ),
        *_rates(
            date(2022, 7, 1),
            date(2023, 7, 1),
            _COMAR_2022,
            {"H0001": "192.57", "H0004": "27.12", "H0005": "52.90", "H0015": "169.51"},
        ),
    ),
    (
        "The regulation names services; their codes are those of the fee schedule of 2018.",
        "The state lists newer fee schedules from July 1, 2020 on, so the rates of 2019 end there.",
        "The regulation still had them on April 6, 2021.",
        "Rates from July 1, 2020 to June 30, 2022, and after June 30, 2023, were not seen.",
    ),
    scope=Scope("MD", payer=Payer.MEDICAID),
)

SHIPPED = Shipped(
    policies=(US_MD_IOP_POLICY,),
    requirements=(
        US_MD_IOP_REQUIREMENTS,
        US_MD_LEVEL_1_REQUIREMENTS,
    ),
    codings=(US_MD_MEDICAID_CODING,),
    rates=(US_MD_MEDICAID_RATES,),
)
