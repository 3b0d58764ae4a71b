"""Maryland."""

from iopkit.eligibility.catalogue import FACTS
from iopkit.eligibility.citations import SEEN
from iopkit.eligibility.library.hours import needs_hours
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.sources import Dated, Grade, Source, Versions

_COMAR = Source(
    "COMAR 10.63.03.03",
    Grade.LEGAL_TEXT,
    "http://www.dsd.state.md.us/comar/SubtitleSearch.aspx?search=10.63.03.*",
    checked=SEEN,
)

US_MD_IOP = Policy(
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
                        _COMAR.at(".A(1)"),
                    ),
                    Criterion(
                        "weekly_hours",
                        "Needs 9 to 20 hours a week, if younger than 18 years 6 to 20.",
                        needs_hours(adults=9, youth=6, high=20, if_youth=FACTS["age"] < 18),
                        _COMAR.at(".A(2)"),
                    ),
                ),
                _COMAR,
            ),
        )
    ),
)
