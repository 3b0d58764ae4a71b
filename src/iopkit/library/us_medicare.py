"""Medicare: intensive outpatient services, partial hospitalization, opioid treatment programs."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from iopkit.charges.code_rules import CodingScheme, DayTiers, LineMark, Tier, WeekCode
from iopkit.charges.rates import Rate, RateTable
from iopkit.citations import CFR_410_43, CFR_410_44, CFR_410_67, CFR_424_24
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.levels import LevelOfCare
from iopkit.library.national_codes import COUNSELING_AND_EDUCATION
from iopkit.library.rule_forms import in_force_since
from iopkit.library.shipped import Shipped
from iopkit.modalities import Delivery, Modality
from iopkit.payers import Payer
from iopkit.requirements.demands import (
    TREATMENT,
    Counting,
    Reviews,
    WeeklyHours,
    WeeklyServices,
    WrittenPlan,
)
from iopkit.requirements.milestones import MilestoneKind, Signer
from iopkit.requirements.requirements import Requirement, RequirementSet
from iopkit.scopes import LicenseKind, Scope
from iopkit.sources import Dated, Grade, Source, Versions

# The day from which on the text of these rules was seen; that of 410.44 is in force since.
_SINCE = date(2024, 1, 1)

# Where Medicare pays for intensive outpatient services, at
# https://www.medicare.gov/coverage/mental-health-care-intensive-outpatient-program-services [T2].
# Its rules name no level of care; those are by the names that both have.
_HOSPITALS = frozenset(
    {
        LicenseKind.HOSPITAL_OUTPATIENT_DEPARTMENT,
        LicenseKind.COMMUNITY_MENTAL_HEALTH_CENTER,
    }
)
_CLINICS = frozenset(
    {LicenseKind.RURAL_HEALTH_CLINIC, LicenseKind.FEDERALLY_QUALIFIED_HEALTH_CENTER}
)


def _medicare(licenses: frozenset[LicenseKind], level: str) -> Scope:
    return Scope(payer=Payer.MEDICARE, licenses=licenses, level=LevelOfCare(level))


_IOP_SCOPE = _medicare(_HOSPITALS | _CLINICS, "2.1")
_PHP_SCOPE = _medicare(_HOSPITALS, "2.5")
# An opioid treatment program stands at level 1, and gives these services beside its own.
_OTP_SCOPE = Scope(payer=Payer.MEDICARE, licenses=frozenset({LicenseKind.OPIOID_TREATMENT_PROGRAM}))


def conditions(section: Source) -> Mapping[str, Criterion]:
    """The conditions of 410.43(c) and 410.44(c) by name, without the hours, which differ."""
    listed = (
        Criterion(
            "benefit",
            "Is likely to benefit from a coordinated program and needs more than isolated "
            "sessions.",
            FACTS["benefit_likely"].equals(True),
            section.at("(c)(2)"),
        ),
        Criterion(
            "no_24_hour_care",
            "Does not need care around the clock.",
            FACTS["needs_24_hour_care"].equals(False),
            section.at("(c)(3)"),
        ),
        Criterion(
            "support",
            "Has an adequate support system outside the program.",
            FACTS["support_adequate"].equals(True),
            section.at("(c)(4)"),
        ),
        Criterion(
            "diagnosis",
            "Has a mental health or substance use disorder diagnosis.",
            FACTS["has_diagnosis"].equals(True),
            section.at("(c)(5)"),
        ),
        Criterion(
            "not_dangerous",
            "Is not judged to be dangerous to self or others.",
            FACTS["dangerous"].equals(False),
            section.at("(c)(6)"),
        ),
        Criterion(
            "participation",
            "Has the cognitive and emotional ability to take part and to tolerate the intensity.",
            FACTS["able_to_participate"].equals(True),
            section.at("(c)(7)"),
        ),
    )
    return {criterion.name: criterion for criterion in listed}


def _conditions(section: Source, *, name: str, hours: int) -> tuple[Criterion, ...]:
    needed = Criterion(
        name,
        f"The plan of care shows a need for at least {hours} hours a week of therapeutic services.",
        FACTS["needed_hours_per_week"] >= hours,
        section.at("(c)(1)"),
    )
    return (needed, *conditions(section).values())


US_MEDICARE_IOP_POLICY = Policy(
    "us-medicare-iop",
    "Medicare intensive outpatient services: patient eligibility",
    Versions((Dated(_SINCE, _conditions(CFR_410_44, name="nine_hours", hours=9), CFR_410_44),)),
    scope=_IOP_SCOPE,
)

US_MEDICARE_PHP_POLICY = Policy(
    "us-medicare-php",
    "Medicare partial hospitalization: patient eligibility",
    Versions(
        (
            Dated(
                _SINCE,
                (
                    Criterion(
                        "instead_of_inpatient",
                        "Would need inpatient psychiatric care without it, as is to be certified.",
                        FACTS["needs_inpatient_otherwise"].equals(True),
                        CFR_410_43.at("(a)(3), which asks for the certification of 424.24(e)"),
                    ),
                    *_conditions(CFR_410_43, name="twenty_hours", hours=20),
                ),
                CFR_410_43,
            ),
        )
    ),
    scope=_PHP_SCOPE,
)

US_MEDICARE_OTP_IOP_POLICY = Policy(
    "us-medicare-otp-iop",
    "Medicare intensive outpatient services of opioid treatment programs: patient eligibility",
    Versions(
        (
            Dated(
                _SINCE,
                (
                    Criterion(
                        "opioid_use_disorder",
                        "Has an opioid use disorder.",
                        FACTS["has_opioid_use_disorder"].equals(True),
                        CFR_410_67,
                    ),
                    Criterion(
                        "nine_hours",
                        "Needs at least 9 hours of services a week, as is to be certified.",
                        FACTS["needed_hours_per_week"] >= 9,
                        CFR_410_67.at("(b)(ix)"),
                    ),
                    Criterion(
                        "higher_intensity",
                        "Needs a higher intensity of care than the program's other services.",
                        FACTS["needs_more_than_otp_services"].equals(True),
                        CFR_410_67.at("(b)(ix)"),
                    ),
                ),
                CFR_410_67,
            ),
        )
    ),
    ("The weekly payment takes nine services in a week, which is not nine hours.",),
    scope=_OTP_SCOPE,
)

_IOP = CFR_424_24.at("(d)")
_PHP = CFR_424_24.at("(e)")
_OTP = CFR_410_67.at("(d)(4)(i)(F)")
# 42 CFR 410.2 has both benefits "other than in an individual's home", and so has 410.67(b)(ix)
# that of opioid treatment programs; none of the texts names telehealth, so that its hours
# count for nothing here.
_NOT_AT_HOME = Counting(telehealth=False)
_NOTHING_AT_HOME = (
    "Whether telehealth at home counts: the texts do not name it, and nothing by telehealth "
    "is counted."
)
_LEFT_OPEN = (
    _NOTHING_AT_HOME,
    "What a recertification says: response, symptoms, goals for coordinating discharge.",
)


def _hours(name: str, hours: int, source: Source) -> Requirement:
    return Requirement(
        name,
        f"At least {hours} hours of therapeutic services in every week.",
        # The most generous reading of 42 CFR 410.44(a)(4): all that treats or teaches, but
        # neither tests and assessments nor mutual-help meetings and peer contacts, which
        # are not among the eight kinds of service.
        WeeklyHours(timedelta(hours=hours), counting=_NOT_AT_HOME),
        source,
    )


def _written_plan(source: Source) -> Requirement:
    return Requirement(
        "written-plan",
        "A written plan with the diagnosis, the services and the goals, by a physician.",
        WrittenPlan(signed_by=frozenset({Signer.PHYSICIAN})),
        source,
    )


US_MEDICARE_IOP_REQUIREMENTS = RequirementSet(
    "us-medicare-iop",
    "Medicare intensive outpatient services: what a plan must hold",
    in_force_since(
        _SINCE,
        _IOP,
        _hours("nine-hours", 9, _IOP),
        Requirement(
            "recertification",
            "Certified, and recertified by a physician no less often than every 60 days.",
            Reviews(MilestoneKind.RECERTIFICATION, 60),
            _IOP,
        ),
        _written_plan(_IOP),
    ),
    left_open=_LEFT_OPEN,
    scope=_IOP_SCOPE,
)

US_MEDICARE_PHP_REQUIREMENTS = RequirementSet(
    "us-medicare-php",
    "Medicare partial hospitalization: what a plan must hold",
    in_force_since(
        _SINCE,
        _PHP,
        _hours("twenty-hours", 20, _PHP),
        Requirement(
            "recertification",
            "Certified, recertified as of the 18th day, and then every 30 days or more often.",
            # The 18th day is 17 days after the first.
            Reviews(MilestoneKind.RECERTIFICATION, 30, first_days=17),
            _PHP,
        ),
        _written_plan(_PHP),
    ),
    left_open=_LEFT_OPEN,
    scope=_PHP_SCOPE,
)

US_MEDICARE_OTP_IOP_REQUIREMENTS = RequirementSet(
    "us-medicare-otp-iop",
    "Medicare intensive outpatient services of opioid treatment programs: services a week",
    in_force_since(
        _SINCE,
        _OTP,
        Requirement(
            "nine-services",
            "At least nine services in every week, without medication and drug tests.",
            WeeklyServices(
                9, Counting(TREATMENT - {Modality.MEDICATION_MANAGEMENT}, telehealth=False)
            ),
            _OTP,
        ),
    ),
    left_open=(
        _NOTHING_AT_HOME,
        "The need for 9 hours a week, which is certified: eligibility asks about it.",
        "Recertification, which may fall on any day of an episode of seven days.",
    ),
    scope=_OTP_SCOPE,
)

# 42 CFR 410.44(a)(4) without what (b) leaves to physicians, and without tests, assessments,
# peer contacts and mutual help: CMS's list of the services that make up a day was not seen.
_MEDICARE_SERVICES = COUNSELING_AND_EDUCATION | {
    Modality.CASE_MANAGEMENT,
    Modality.OCCUPATIONAL_THERAPY,
}

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

US_MEDICARE_IOP_CODING = CodingScheme(
    "us-medicare-iop",
    "Medicare: days of intensive outpatient services of hospitals and community mental health "
    "centers",
    Versions(
        (
            Dated(
                _SINCE,
                (DayTiers((_THREE, _FOUR), _MEDICARE_SERVICES, _TIERS_2024),),
                _TIERS_2024,
            ),
        )
    ),
    telehealth=False,
    left_open=_TIERS_LEFT_OPEN,
    scope=_medicare(_HOSPITALS, "2.1"),
)

US_MEDICARE_CLINIC_IOP_CODING = CodingScheme(
    "us-medicare-clinic-iop",
    "Medicare: days of intensive outpatient services of rural health clinics and federally "
    "qualified health centers",
    Versions(
        (
            Dated(
                _SINCE,
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
        "For telehealth by audio alone these have modifier FQ or 93, which is of no day here.",
    ),
    scope=_medicare(_CLINICS, "2.1"),
)

US_MEDICARE_CLINIC_IOP_RATES = RateTable(
    "us-medicare-clinic-iop",
    "Medicare: days of intensive outpatient services of rural health clinics and federally "
    "qualified health centers",
    (
        Rate(
            "IOP-3-SERVICES",
            date(2024, 1, 1),
            Decimal("259.13"),
            date(2025, 1, 1),
            _CLINICS_2024,
        ),
    ),
    (
        "Federally qualified health centers are paid what they charge, where that is less.",
        "Rates since 2025, and those of days of 4 services, were not seen.",
    ),
    scope=_medicare(_CLINICS, "2.1"),
)

# Professional claims of opioid treatment programs have this place; facts of other claims were seen
# there too, and are nothing that a line says.
_OTP_BILLING = Source(
    "CMS, Opioid Treatment Program: Billing & Payment",
    Grade.OFFICIAL,
    "https://cms.gov/medicare/medicare-fee-for-service-payment/opioid-treatment-program/billing-payment",
)

US_MEDICARE_OTP_IOP_CODING = CodingScheme(
    "us-medicare-otp-iop",
    "Medicare: weeks of intensive outpatient services of opioid treatment programs",
    Versions(
        (
            Dated(
                _SINCE,
                (
                    WeekCode("G0137", 9, _MEDICARE_SERVICES, CFR_410_67.at("(d)(4)(i)(F)")),
                    LineMark(_OTP_BILLING, "58", delivery=Delivery.ON_SITE),
                ),
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
        "Place of service 58 is of professional claims; institutional ones have none.",
    ),
    scope=_OTP_SCOPE,
)

SHIPPED = Shipped(
    policies=(
        US_MEDICARE_IOP_POLICY,
        US_MEDICARE_PHP_POLICY,
        US_MEDICARE_OTP_IOP_POLICY,
    ),
    requirements=(
        US_MEDICARE_IOP_REQUIREMENTS,
        US_MEDICARE_PHP_REQUIREMENTS,
        US_MEDICARE_OTP_IOP_REQUIREMENTS,
    ),
    codings=(
        US_MEDICARE_IOP_CODING,
        US_MEDICARE_CLINIC_IOP_CODING,
        US_MEDICARE_OTP_IOP_CODING,
    ),
    rates=(US_MEDICARE_CLINIC_IOP_RATES,),
)
