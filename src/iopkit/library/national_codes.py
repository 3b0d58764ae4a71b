"""Shipped coding schemes and rate tables.

Codes are numbers alone: the words of CPT are the AMA's. What rests on no more than memory,
such as the APC numbers and per diems of Medicare, is not here.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from iopkit.charges.code_rules import (
    CodingScheme,
    DayCode,
    Days,
    DayTiers,
    Exclusion,
    SessionCodes,
    Tier,
    TimeBand,
    TimedCode,
    WeekCode,
)
from iopkit.charges.rates import Rate, RateTable
from iopkit.citations import CFR_410_67, H0015, NORTH_CAROLINA_2023
from iopkit.errors import find_named
from iopkit.modalities import Modality
from iopkit.sources import Dated, Grade, Source, Versions

_MINUTE = timedelta(minutes=1)
_SINCE_2024 = date(2024, 1, 1)

# H0015: what its words name as included, counseling in all its forms.
_COUNSELING_GROUPS = frozenset(
    {
        Modality.GROUP_THERAPY,
        Modality.RELAPSE_PREVENTION,
        Modality.SKILLS_TRAINING,
        Modality.SOCIAL_SUPPORT_GROUP,
    }
)
_COUNSELING_AND_EDUCATION = _COUNSELING_GROUPS | {
    Modality.ACTIVITY_THERAPY,
    Modality.FAMILY_EDUCATION,
    Modality.FAMILY_SESSION,
    Modality.INDIVIDUAL_COUNSELING,
    Modality.MULTI_FAMILY_GROUP,
    Modality.PSYCHOEDUCATION,
}
# 42 CFR 410.44(a)(4) without what (b) leaves to physicians, and without tests, assessments,
# peer contacts and mutual help: CMS's list of the services that make up a day was not seen.
_MEDICARE_SERVICES = _COUNSELING_AND_EDUCATION | {
    Modality.CASE_MANAGEMENT,
    Modality.OCCUPATIONAL_THERAPY,
}


def _h0015(counted: frozenset[Modality]) -> DayCode:
    # It is the program that operates on three days; the patient has to attend three hours.
    return DayCode("H0015", timedelta(hours=3), counted, H0015, 3, Days.BOOKED)


US_H0015 = CodingScheme(
    "us-h0015",
    "H0015: one unit for each day of intensive outpatient services",
    Versions(
        (
            Dated(
                date(2023, 4, 30),  # the copy is of that month
                (_h0015(_COUNSELING_AND_EDUCATION | {Modality.ASSESSMENT}),),
                NORTH_CAROLINA_2023,
            ),
        )
    ),
    left_open=(
        "The code's words have no unit: some payers pay by the hour or by a quarter of it.",
        "They speak of a program of 3 hours on 3 days; to attend them is North Carolina's rule.",
        "The 3 days are those booked. A payer may ask that all 3 are attended.",
        "No source says which week is meant: here it is the plan's.",
        "Since 2026 North Carolina has another policy; how it is billed was not seen.",
    ),
)

_CPT_2013 = Source(
    "2013 CPT billing code changes for psychiatry, empr.com",
    Grade.SECONDARY,
    "https://www.empr.com/home/features/2013-cpt-billing-code-changes-for-psychiatry/",
)
_FAMILY_2017 = Source(
    "Psychiatric News, November 2016, on CPT changes for 2017",
    Grade.SECONDARY,
    "https://psychiatryonline.org/doi/10.1176/appi.pn.2016.11b25",
)
_GROUP_90853 = Source(
    "AAPC Psychiatry Coding Alert, on G codes for group psychotherapy",
    Grade.SECONDARY,
    "https://aapc.com/codes/coding-newsletters/my-psychiatry-coding-alert/reader-question-substitute-g-codes-for-cpt-codes-for-group-psychotherapy-in-partial-hospitalizations-124959-124959-124959-124959-124959-article",
)

US_CPT_PSYCHOTHERAPY = CodingScheme(
    "us-cpt-psychotherapy",
    "CPT: psychotherapy by the session",
    Versions(
        (
            Dated(
                date(2017, 1, 1),  # since when family psychotherapy has a least time
                (
                    SessionCodes(
                        (
                            TimeBand("90832", 16 * _MINUTE),
                            TimeBand("90834", 38 * _MINUTE),
                            TimeBand("90837", 53 * _MINUTE),
                        ),
                        frozenset({Modality.INDIVIDUAL_COUNSELING}),
                        _CPT_2013,
                        per_day=1,
                    ),
                    SessionCodes(
                        (TimeBand("90847", 26 * _MINUTE),),
                        frozenset({Modality.FAMILY_SESSION}),
                        _FAMILY_2017,
                    ),
                    SessionCodes(
                        (TimeBand("90853"),), frozenset({Modality.GROUP_THERAPY}), _GROUP_90853
                    ),
                ),
                _FAMILY_2017,
            ),
        )
    ),
    left_open=(
        "One individual code a day (T3, mindcarebilling.com): here it is the longest session's.",
        "A schedule holds the patient's own sessions, so a family session is with the patient.",
        "Without the patient it would be 90846.",
        "Of groups, group therapy alone is charged; whether others are psychotherapy is open.",
        "Medicare takes other codes for groups in partial hospitalization.",
        "Whether the one who gives a session may bill psychotherapy is not known.",
    ),
)

_MARYLAND_2018 = Source(
    "Maryland Medicaid, Community-Based Substance Use Disorder Fee Schedule of July 1, 2018",
    Grade.SECONDARY,
    "https://www.readkong.com/page/community-based-substance-use-disorder-fee-schedule-eff-2480439",
    checked=date(2018, 7, 1),
)

US_MD_MEDICAID = CodingScheme(
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
                    _h0015(_COUNSELING_AND_EDUCATION),
                    TimedCode(
                        "H0004",
                        15 * _MINUTE,
                        frozenset({Modality.INDIVIDUAL_COUNSELING}),
                        _MARYLAND_2018,
                        per_day=6,
                    ),
                    SessionCodes(
                        (TimeBand("H0005", 60 * _MINUTE),),
                        _COUNSELING_GROUPS,
                        _MARYLAND_2018,
                        longest=90 * _MINUTE,
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
        "A group of more than 90 minutes has no code: the schedule says 60 to 90.",
        "Of several groups on one day, the longest that fits is charged.",
    ),
)

_TIERS_2024 = Source(
    "Behavioral Health Business, July 10, 2024, on Medicare's payment for intensive outpatient "
    "services",
    Grade.SECONDARY,
    "https://bhbusiness.com/2024/07/10/cms-payment-rule-proposals-will-impact-intensive-outpatient-services-sud-care/",
    checked=date(2024, 7, 10),
)
_CLINICS_2024 = Source(
    "NAHRI on CMS's requirements for intensive outpatient services of RHCs and FQHCs",
    Grade.SECONDARY,
    "https://nahri.org/articles/cms-releases-iop-requirements-fqhcs-and-rhcs",
)
_CLINICS_2025 = Source(
    "NARHC on the Physician Fee Schedule for 2025",
    Grade.SECONDARY,
    "https://narhc.org/News/30859/Rural%2DHealth%2DClinics%2DSecure%2DMajor%2DRegulatory%2DWins%2Din%2DMedicare%2D%2DPhysician%2DFee%2DSchedule%2DFinal%2DRule",
)
_THREE, _FOUR = Tier("IOP-3-SERVICES", 3), Tier("IOP-4-SERVICES", 4)
_TIERS_LEFT_OPEN = (
    "IOP-3-SERVICES and IOP-4-SERVICES are names of our own for days of 3, and of 4 or more.",
    "The numbers of the payment classes, which Medicare has for them, were not seen.",
    "Whether a day of fewer than 3 services is paid was not seen: it is not charged.",
    "CMS's list of services was not seen: each session of a kind in 42 CFR 410.44(a)(4) is one.",
    "How long a service is was not seen: a session of 3 hours may be several.",
    "42 CFR 410.2 has them elsewhere than at home, so sessions by telehealth are not charged.",
    "Not counted: physicians' services, assessments, drug tests, peer support, mutual help.",
)

US_MEDICARE_IOP = CodingScheme(
    "us-medicare-iop",
    "Medicare: days of intensive outpatient services of hospitals and community mental health "
    "centers",
    Versions(
        (
            Dated(
                _SINCE_2024,
                (DayTiers((_THREE, _FOUR), _MEDICARE_SERVICES, _TIERS_2024),),
                _TIERS_2024,
            ),
        )
    ),
    telehealth=False,
    left_open=_TIERS_LEFT_OPEN,
)

US_MEDICARE_CLINIC_IOP = CodingScheme(
    "us-medicare-clinic-iop",
    "Medicare: days of intensive outpatient services of rural health clinics and federally "
    "qualified health centers",
    Versions(
        (
            Dated(
                _SINCE_2024,
                (DayTiers((_THREE,), _MEDICARE_SERVICES, _CLINICS_2024),),
                _CLINICS_2024,
            ),
            Dated(
                date(2025, 1, 1),
                (DayTiers((_THREE, _FOUR), _MEDICARE_SERVICES, _CLINICS_2025),),
                _CLINICS_2025,
            ),
        )
    ),
    telehealth=False,
    left_open=(
        *_TIERS_LEFT_OPEN,
        "One service of each day must be of CMS's first list, which was not seen.",
    ),
)

US_MEDICARE_OTP_IOP = CodingScheme(
    "us-medicare-otp-iop",
    "Medicare: weeks of intensive outpatient services of opioid treatment programs",
    Versions(
        (
            Dated(
                _SINCE_2024,
                (WeekCode("G0137", 9, _MEDICARE_SERVICES, CFR_410_67.at("(d)(4)(i)(F)")),),
                CFR_410_67,
            ),
        )
    ),
    telehealth=False,
    left_open=(
        "The week is 7 days in a row (410.67(b)); which ones is left to the program.",
        "Medication, overdose antagonists and toxicology tests do not count.",
        "410.67(b)(ix) has them elsewhere than at home: sessions by telehealth do not count.",
        "Which other services count was not seen: taken are those of days of Medicare's IOP.",
        "G0137 is paid beside the program's weekly code, which is not charged here.",
    ),
)

CODINGS: tuple[CodingScheme, ...] = (
    US_CPT_PSYCHOTHERAPY,
    US_H0015,
    US_MD_MEDICAID,
    US_MEDICARE_CLINIC_IOP,
    US_MEDICARE_IOP,
    US_MEDICARE_OTP_IOP,
)
"""Every shipped coding scheme, in the order of names."""


def find_coding(name: str) -> CodingScheme:
    """A shipped coding scheme by its name; raises ``UnknownNameError``."""
    return find_named("coding scheme", name, CODINGS)


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
)

RATES: tuple[RateTable, ...] = (US_MD_MEDICAID_RATES,)
"""Every shipped rate table, in the order of names."""


def find_rates(name: str) -> RateTable:
    """A shipped rate table by its name; raises ``UnknownNameError``."""
    return find_named("rate table", name, RATES)
