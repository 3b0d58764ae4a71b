"""The shipped policies about a course of treatment, by name; ``advise`` asks them."""

from datetime import date

from iopkit.citations import CFR_410_44, CFR_424_24, DSM_5_REMISSION
from iopkit.eligibility.considerations import Consideration, Way
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.errors import find_named
from iopkit.library.us_medicare import US_MEDICARE_IOP_POLICY
from iopkit.patients.icd10 import EARLY, SUSTAINED
from iopkit.programs.progress import COURSE_FACTS
from iopkit.sources import Dated, Versions

_STAY = CFR_424_24.at("(d)(3)")

US_MEDICARE_IOP_CONTINUED_STAY = Policy(
    "us-medicare-iop-continued-stay",
    "Medicare intensive outpatient services: continued stay",
    Versions(
        (
            Dated(
                US_MEDICARE_IOP_POLICY.versions.dated[0].since,
                (
                    Criterion(
                        "nine_hours",
                        "Continues to require at least 9 hours of therapeutic services. The text "
                        "names no week here; 410.44(c)(1) does.",
                        FACTS["needed_hours_per_week"] >= 9,
                        _STAY,
                    ),
                    Criterion(
                        "at_risk",
                        "Psychiatric symptoms continue to place the patient at risk of relapse or "
                        "of hospitalization.",
                        COURSE_FACTS["at_risk"].equals(True),
                        _STAY,
                    ),
                ),
                _STAY,
            ),
        )
    ),
    (
        "The response to the interventions, which a recertification describes.",
        "Treatment goals for coordinating the discharge, which it names.",
        "Recertification at least every 60 days: due rules tell when.",
        "Whether the other conditions of 410.44(c) still hold: the policy us-medicare-iop asks.",
    ),
    considerations=(
        Consideration(
            "hours_last_week",
            "Fewer than 9 hours were delivered in the last whole week.",
            Way.AGAINST,
            COURSE_FACTS["hours_last_week"] < 9,
            CFR_410_44.at("(c)(1)"),
        ),
    ),
    scope=US_MEDICARE_IOP_POLICY.scope,
)

# The copy of the paper has no day; DSM-5 was published on this one.
_DSM_5_SINCE = date(2013, 5, 18)
_CONTROLLED = Consideration(
    "controlled_environment",
    'The specifier "in a controlled environment": access to substances is restricted there.',
    Way.HOW,
    COURSE_FACTS["in_controlled_environment"].equals(True),
    DSM_5_REMISSION,
)


def _remission(stage: str, title: str, meaning: str) -> Policy:
    criterion = Criterion("remission", meaning, FACTS["remission"].equals(stage), DSM_5_REMISSION)
    return Policy(
        f"dsm-5-{stage}-remission",
        f"DSM-5: {title} of every use disorder on record",
        Versions((Dated(_DSM_5_SINCE, (criterion,), DSM_5_REMISSION),)),
        (
            "Months count from the day that the diagnosis has, and not from days without use.",
            "The other specifier, on maintenance therapy, which opioid medication tells.",
        ),
        considerations=(_CONTROLLED,),
    )


DSM_5_EARLY_REMISSION = _remission(
    EARLY,
    "early remission",
    "For at least 3 and less than 12 months no criterion was met, craving aside.",
)
DSM_5_SUSTAINED_REMISSION = _remission(
    SUSTAINED,
    "sustained remission",
    "For 12 months or longer no criterion was met, craving aside.",
)

COURSE_POLICIES: tuple[Policy, ...] = (
    DSM_5_EARLY_REMISSION,
    DSM_5_SUSTAINED_REMISSION,
    US_MEDICARE_IOP_CONTINUED_STAY,
)
"""Every shipped policy about a course, in the order of names."""


def find_course_policy(name: str) -> Policy:
    """A shipped policy about a course by its name; raises ``UnknownNameError``."""
    return find_named("course policy", name, COURSE_POLICIES)
