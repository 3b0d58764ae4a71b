"""The District of Columbia."""

from datetime import date

from iopkit.citations import DISTRICT_OF_COLUMBIA
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.levels import LevelOfCare
from iopkit.library.hours import needs_hours
from iopkit.library.rule_forms import hours_by_age
from iopkit.library.shipped import Shipped
from iopkit.requirements.demands import PlanLength
from iopkit.requirements.requirements import Requirement, RequirementSet
from iopkit.scopes import Scope
from iopkit.sources import Dated, Versions

_COPY = date(2017, 9, 13)
# Copies of sections 22-A6334 to -6336 that are current through this day have the chapter
# renumbered; which day it was, and the new text on level 2.1, were not seen.
_RENUMBERED = date(2024, 6, 21)
_NEWER = "22-A DCMR 6332 as it seems, whose text was not seen"
_SCOPE = Scope("DC", level=LevelOfCare("2.1"))

US_DC_IOP_POLICY = Policy(
    "us-dc-iop",
    "District of Columbia intensive outpatient program, level 2.1",
    Versions(
        (
            Dated(
                _COPY,
                (
                    Criterion(
                        "weekly_hours",
                        "Needs 9 to 19 hours a week, if younger than 21 years 6 to 19.",
                        needs_hours(adults=9, youth=6, high=19, if_youth=FACTS["age"] < 21),
                        DISTRICT_OF_COLUMBIA.at(".1"),
                    ),
                    Criterion(
                        "asam_criteria",
                        "Meets the ASAM Criteria for level 2.1, as a clinician judged.",
                        FACTS["meets_asam_criteria"].equals(True),
                        DISTRICT_OF_COLUMBIA.at(".1"),
                    ),
                    Criterion(
                        "commitment",
                        "Recognizes the use disorder and is committed to recovery.",
                        FACTS["recognizes_disorder"].equals(True)
                        & FACTS["committed_to_recovery"].equals(True),
                        DISTRICT_OF_COLUMBIA.at(".1(a)"),
                    ),
                    Criterion(
                        "transition",
                        "Comes from a different level of care.",
                        FACTS["entry"].is_in("step_down", "step_up"),
                        DISTRICT_OF_COLUMBIA.at(".1(b)"),
                    ),
                    Criterion(
                        "stable_conditions",
                        "Has stable medical or psychiatric co-occurring conditions.",
                        FACTS["co_occurring_stable"].equals(True),
                        DISTRICT_OF_COLUMBIA.at(".1(c)"),
                    ),
                ),
                DISTRICT_OF_COLUMBIA,
                end=_RENUMBERED,
                since_from_copy=True,
                end_from_copy=True,
                replaced_by=_NEWER,
            ),
        )
    ),
    ("The duration, which the text gives as 30 to 60 days.",),
    scope=_SCOPE,
)


US_DC_IOP_REQUIREMENTS = RequirementSet(
    "us-dc-iop",
    "District of Columbia intensive outpatient program, level 2.1: hours and duration",
    Versions(
        (
            Dated(
                _COPY,
                (
                    *hours_by_age(DISTRICT_OF_COLUMBIA.at(".1"), adults=9, youth=6, most=19),
                    Requirement(
                        "duration",
                        "The duration varies from 30 to 60 days.",
                        PlanLength(30, 60),
                        DISTRICT_OF_COLUMBIA.at(".2"),
                        binding=False,
                    ),
                ),
                DISTRICT_OF_COLUMBIA,
                end=_RENUMBERED,
                since_from_copy=True,
                end_from_copy=True,
                replaced_by=_NEWER,
            ),
        )
    ),
    adult_from=21,
    left_open=("An ongoing assessment within 7 days, if there was none at intake.",),
    scope=_SCOPE,
)

SHIPPED = Shipped(
    policies=(US_DC_IOP_POLICY,),
    requirements=(US_DC_IOP_REQUIREMENTS,),
)
