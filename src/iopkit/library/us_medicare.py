"""Medicare's benefits for intensive outpatient services and partial hospitalization."""

from collections.abc import Mapping
from datetime import date

from iopkit.citations import CFR_410_43, CFR_410_44, CFR_410_67
from iopkit.eligibility.catalogue import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.sources import Dated, Source, Versions

# The day from which on the text of these rules was seen; that of 410.44 is in force since.
_SINCE = date(2024, 1, 1)


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


US_MEDICARE_IOP = Policy(
    "us-medicare-iop",
    "Medicare intensive outpatient services: patient eligibility",
    Versions((Dated(_SINCE, _conditions(CFR_410_44, name="nine_hours", hours=9), CFR_410_44),)),
)

US_MEDICARE_PHP = Policy(
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
)

US_MEDICARE_OTP_IOP = Policy(
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
)
