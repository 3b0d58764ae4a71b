"""Kansas."""

from iopkit.eligibility.catalogue import FACTS
from iopkit.eligibility.citations import SEEN
from iopkit.eligibility.library.hours import needs_hours
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.sources import Dated, Grade, Source, Versions

# The state's own training page quotes the standard; the standard itself was not seen.
_STANDARD = Source(
    "R03-704",
    Grade.OFFICIAL,
    "http://www.aging.ks.gov/WebCourses/StandardsTrainingTool/section_7/R03704.html",
    checked=SEEN,
)

US_KS_IOP = Policy(
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
                        _STANDARD.at(".C"),
                    ),
                ),
                _STANDARD,
            ),
        )
    ),
    ("Only scheduled counseling counts toward the hours.",),
)
