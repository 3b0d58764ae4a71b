"""California: Medi-Cal's organized delivery system, as one county has it."""

from datetime import date, timedelta

from iopkit.citations import SEEN
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.levels import AgeGroup, LevelOfCare
from iopkit.library.hours import ADOLESCENT, needs_hours
from iopkit.library.rule_forms import LINE_NOT_SEEN, hours_below, hours_by_age, in_force_since
from iopkit.library.shipped import Shipped
from iopkit.payers import Payer
from iopkit.requirements.demands import WeeklyHours
from iopkit.requirements.requirements import Requirement, RequirementSet
from iopkit.scopes import Scope
from iopkit.sources import Dated, Grade, Source, Versions

# The state's own text was not seen.
_ORANGE_COUNTY = Source(
    "Orange County on its Drug Medi-Cal Organized Delivery System",
    Grade.OFFICIAL,
    "https://www.ochealthinfo.com/providers-partners/authority-quality-improvement-services-division-aqis/quality-assurance-18",
    checked=SEEN,
)
# "Starting on July 1, 2018", says the page of the services; the hours stand beside it.
_SINCE = date(2018, 7, 1)


def _scope(level: str) -> Scope:
    return Scope("CA", county="Orange", payer=Payer.MEDICAID, level=LevelOfCare(level))


US_CA_ORANGE_IOP_POLICY = Policy(
    "us-ca-orange-iop",
    "Orange County, California, DMC-ODS intensive outpatient treatment: weekly hours",
    Versions(
        (
            Dated(
                _SINCE,
                (
                    Criterion(
                        "weekly_hours",
                        "Needs 9 to 19 hours a week, an adolescent 6 to 19.",
                        needs_hours(adults=9, youth=6, high=19, if_youth=ADOLESCENT),
                        _ORANGE_COUNTY,
                    ),
                ),
                _ORANGE_COUNTY,
            ),
        )
    ),
    (
        "Medi-Cal and residence in the county.",
        "Medical necessity, and placement by the ASAM Criteria.",
    ),
    scope=_scope("2.1"),
)


US_CA_ORANGE_IOP_REQUIREMENTS = RequirementSet(
    "us-ca-orange-iop",
    "Orange County, California, DMC-ODS intensive outpatient treatment: weekly hours",
    in_force_since(
        _SINCE, _ORANGE_COUNTY, *hours_by_age(_ORANGE_COUNTY, adults=9, youth=6, most=19)
    ),
    left_open=(LINE_NOT_SEEN,),
    scope=_scope("2.1"),
)

US_CA_ORANGE_OP_REQUIREMENTS = RequirementSet(
    "us-ca-orange-op",
    "Orange County, California, DMC-ODS outpatient treatment: weekly hours",
    in_force_since(
        _SINCE,
        _ORANGE_COUNTY,
        Requirement(
            "weekly-hours-adults",
            "Up to 9 hours in every week.",
            WeeklyHours(most=timedelta(hours=9)),
            _ORANGE_COUNTY,
            AgeGroup.ADULT,
        ),
        hours_below(6, _ORANGE_COUNTY, AgeGroup.ADOLESCENT),
    ),
    left_open=(LINE_NOT_SEEN,),
    scope=_scope("1"),
)

SHIPPED = Shipped(
    policies=(US_CA_ORANGE_IOP_POLICY,),
    requirements=(
        US_CA_ORANGE_IOP_REQUIREMENTS,
        US_CA_ORANGE_OP_REQUIREMENTS,
    ),
)
