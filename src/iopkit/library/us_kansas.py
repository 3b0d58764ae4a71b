"""Kansas."""

from iopkit.citations import SEEN
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.levels import LevelOfCare
from iopkit.library.hours import needs_hours
from iopkit.library.rule_forms import hours_by_age, seen_in_copy_of
from iopkit.library.shipped import Shipped
from iopkit.requirements.demands import COUNSELING, Counting
from iopkit.requirements.requirements import RequirementSet
from iopkit.scopes import Scope
from iopkit.sources import Dated, Grade, Source, Versions

# The state's own training page quotes the standard; the standard itself was not seen.
_KANSAS = Source(
    "R03-704",
    Grade.OFFICIAL,
    "http://www.aging.ks.gov/WebCourses/StandardsTrainingTool/section_7/R03704.html",
    checked=SEEN,
)

_SCOPE = Scope("KS", level=LevelOfCare("2.1"))

US_KS_IOP_POLICY = Policy(
    "us-ks-iop",
    "Kansas intensive outpatient treatment: weekly hours",
    Versions(
        (
            Dated(
                SEEN,
                (
                    Criterion(
                        "weekly_hours",
                        "Needs at least 9 hours a week, if younger than 18 years at least 6.",
                        needs_hours(adults=9, youth=6, high=None, if_youth=FACTS["age"] < 18),
                        _KANSAS.at(".C"),
                    ),
                ),
                _KANSAS,
                since_from_copy=True,
            ),
        )
    ),
    ("Only scheduled counseling counts toward the hours.",),
    scope=_SCOPE,
)


US_KS_IOP_REQUIREMENTS = RequirementSet(
    "us-ks-iop",
    "Kansas intensive outpatient treatment: weekly hours of counseling",
    seen_in_copy_of(
        SEEN,
        _KANSAS,
        *hours_by_age(_KANSAS.at(".C"), adults=9, youth=6, counting=Counting(COUNSELING)),
    ),
    left_open=("Which services are counseling: here individual, group and family sessions.",),
    scope=_SCOPE,
)

SHIPPED = Shipped(
    policies=(US_KS_IOP_POLICY,),
    requirements=(US_KS_IOP_REQUIREMENTS,),
)
