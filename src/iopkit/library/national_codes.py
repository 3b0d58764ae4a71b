"""Codes that payers share: HCPCS H0015 and CPT.

Codes are numbers alone: the words of CPT are the AMA's. What rests on no more than memory,
such as the APC numbers and per diems of Medicare, is not here.
"""

from datetime import date, timedelta

from iopkit.charges.code_rules import (
    CodingScheme,
    DayCode,
    DaysCounted,
    LineMark,
    SessionCodes,
    TimeBand,
)
from iopkit.citations import H0015, NORTH_CAROLINA_2023
from iopkit.levels import LevelOfCare
from iopkit.library.shipped import Shipped
from iopkit.modalities import Modality
from iopkit.scopes import Scope
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.windows import ONE_MINUTE

# H0015: what its words name as included, counseling in all its forms.
COUNSELING_GROUPS = frozenset(
    {
        Modality.GROUP_THERAPY,
        Modality.RELAPSE_PREVENTION,
        Modality.SKILLS_TRAINING,
        Modality.SOCIAL_SUPPORT_GROUP,
    }
)
COUNSELING_AND_EDUCATION = COUNSELING_GROUPS | {
    Modality.ACTIVITY_THERAPY,
    Modality.FAMILY_EDUCATION,
    Modality.FAMILY_SESSION,
    Modality.INDIVIDUAL_COUNSELING,
    Modality.MULTI_FAMILY_GROUP,
    Modality.PSYCHOEDUCATION,
}


def h0015_by_day(counted: frozenset[Modality]) -> DayCode:
    """One unit of H0015 for a day of 3 hours attended, of services that count."""
    # It is the program that operates on three days; the patient has to attend three hours.
    return DayCode("H0015", timedelta(hours=3), counted, H0015, 3, DaysCounted.BOOKED)


US_H0015_CODING = CodingScheme(
    "us-h0015",
    "H0015: one unit for each day of intensive outpatient services",
    Versions(
        (
            Dated(
                date(2023, 4, 30),  # the copy is of that month
                (h0015_by_day(COUNSELING_AND_EDUCATION | {Modality.ASSESSMENT}),),
                NORTH_CAROLINA_2023,
                since_from_copy=True,
            ),
        )
    ),
    left_open=(
        "The code's words have no unit: some payers pay by the hour or by a quarter of it.",
        "They speak of a program of 3 hours on 3 days; to attend them is North Carolina's rule.",
        "The 3 days are those booked. A payer may ask that all 3 are attended.",
        "No source says which week is meant: here it is the plan's.",
        "Places of service and modifiers of telehealth are each payer's, and are not here.",
        "Since 2026 North Carolina has another policy; how it is billed was not seen.",
    ),
    scope=Scope(level=LevelOfCare("2.1")),
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

_PLACES_2022 = Source(
    "CMS transmittal 11045, change request 12427, in a copy",
    Grade.SECONDARY,
    "https://pdf4pro.com/amp/view/cms-manual-system-61d0a0.html",
)
_AUDIO_2022 = Source(
    "AMA, CPT Appendix T and modifier 93",
    Grade.OFFICIAL,
    "https://ama-assn.org/practice-management/cpt/cpt-appendix-t-and-modifier-93-audio-only-medical-services",
)
_VIDEO = Source(
    "CodingIntel on modifiers 93 and 95",
    Grade.SECONDARY,
    "https://codingintel.com/telemedicine-modifier-95",
)
_TELEHEALTH_2022 = (
    LineMark(_PLACES_2022, "10", at_home=True),
    LineMark(_PLACES_2022, "02", at_home=False),
    LineMark(_VIDEO, modifiers=("95",), video=True),
    LineMark(_AUDIO_2022, modifiers=("93",), video=False),
)

_PSYCHOTHERAPY = (
    SessionCodes(
        (
            TimeBand("90832", 16 * ONE_MINUTE),
            TimeBand("90834", 38 * ONE_MINUTE),
            TimeBand("90837", 53 * ONE_MINUTE),
        ),
        frozenset({Modality.INDIVIDUAL_COUNSELING}),
        _CPT_2013,
        per_day=1,
    ),
    SessionCodes(
        (TimeBand("90847", 26 * ONE_MINUTE),),
        frozenset({Modality.FAMILY_SESSION}),
        _FAMILY_2017,
    ),
    SessionCodes((TimeBand("90853"),), frozenset({Modality.GROUP_THERAPY}), _GROUP_90853),
)

US_CPT_PSYCHOTHERAPY_CODING = CodingScheme(
    "us-cpt-psychotherapy",
    "CPT: psychotherapy by the session",
    Versions(
        (
            Dated(
                date(2017, 1, 1),  # since when family psychotherapy has a least time
                _PSYCHOTHERAPY,
                _FAMILY_2017,
            ),
            Dated(
                date(2022, 1, 1),  # since when there are place of service 10 and modifier 93
                (*_PSYCHOTHERAPY, *_TELEHEALTH_2022),
                _PLACES_2022,
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
        "The place of service of sessions in person is that of the clinic.",
        "Until 2021 marks of telehealth are left out: what was asked then was not seen.",
        "Payers ask for other marks: since 2024 Medicare asks for no 95 (codingintel.com).",
        "That CPT's appendices of 93 and 95 have each of these codes was not seen.",
    ),
    scope=Scope(),
)

SHIPPED = Shipped(
    codings=(
        US_CPT_PSYCHOTHERAPY_CODING,
        US_H0015_CODING,
    ),
)
