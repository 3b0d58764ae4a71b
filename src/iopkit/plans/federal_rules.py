"""Medicare's requirements of plans."""

from datetime import date, timedelta

from iopkit.eligibility.citations import CFR_424_24
from iopkit.plans.plans import MilestoneKind, Signer
from iopkit.plans.requirements import (
    TREATMENT,
    Counting,
    Requirement,
    RequirementSet,
    Reviews,
    WeeklyHours,
    WrittenPlan,
)
from iopkit.sources import Dated, Source, Versions

_IOP = CFR_424_24.at("(d)")
_PHP = CFR_424_24.at("(e)")
# 42 CFR 410.2 has both benefits "other than in an individual's home"; none of the texts names
# telehealth, so its hours count for nothing here.
_NOT_AT_HOME = Counting(TREATMENT, telehealth=False)


def _since_2024(source: Source, *requirements: Requirement) -> Versions[tuple[Requirement, ...]]:
    return Versions((Dated(date(2024, 1, 1), requirements, source),))


US_MEDICARE_IOP = RequirementSet(
    "us-medicare-iop",
    "Medicare intensive outpatient services: what a plan must hold",
    _since_2024(
        _IOP,
        Requirement(
            "nine-hours",
            "At least 9 hours of therapeutic services in every week.",
            # The most generous reading of 42 CFR 410.44(a)(4): all that treats or teaches, but
            # neither tests and assessments nor mutual-help meetings and peer contacts, which
            # are not among the eight kinds of service.
            WeeklyHours(timedelta(hours=9), counting=_NOT_AT_HOME),
            _IOP,
        ),
        Requirement(
            "recertification",
            "Certified, and recertified by a physician no less often than every 60 days.",
            Reviews(MilestoneKind.RECERTIFICATION, 60),
            _IOP,
        ),
        Requirement(
            "written-plan",
            "A written plan with the diagnosis, the services and the goals, by a physician.",
            WrittenPlan(signed_by=frozenset({Signer.PHYSICIAN})),
            _IOP,
        ),
    ),
)

FEDERAL = (US_MEDICARE_IOP,)
