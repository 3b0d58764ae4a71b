"""Medicare's requirements of plans."""

from datetime import date, timedelta

from iopkit.citations import CFR_410_67, CFR_424_24
from iopkit.library.rule_forms import in_force_since
from iopkit.modalities import Modality
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
from iopkit.sources import Source

# The day from which on the text of these rules was seen.
_SINCE = date(2024, 1, 1)
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


US_MEDICARE_IOP = RequirementSet(
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
)

US_MEDICARE_PHP = RequirementSet(
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
)

US_MEDICARE_OTP_IOP = RequirementSet(
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
)

FEDERAL: tuple[RequirementSet, ...] = (US_MEDICARE_IOP, US_MEDICARE_OTP_IOP, US_MEDICARE_PHP)
