"""Shipped ladders of levels of care: from public rules alone, and from what clinicians record.

The ASAM Criteria's own decision rules are licensed and not here. What public rules say is
less: how many hours a level gives, whether it is around the clock, and how medical it is.
"""

from datetime import date

from iopkit.citations import CFR_410_43, CFR_410_44, ILLINOIS, SAMHSA_2021, SEEN
from iopkit.eligibility.considerations import Consideration
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.eligibility.predicates import AllOf, AnyFact
from iopkit.errors import find_named
from iopkit.levels import LevelOfCare
from iopkit.library.considerations import IOP_CONSIDERATIONS
from iopkit.library.us_medicare import conditions
from iopkit.placement.minimum_levels import minimum_level_ladder
from iopkit.placement.paths import CarePath, PathStep
from iopkit.placement.placement import Ladder, Rung
from iopkit.scopes import Scope
from iopkit.sources import Dated, Grade, Source, Versions

# Illinois adopted its rule on this day; the others were in force by then.
_SINCE = date(2025, 4, 2)
_RESIDENTIAL = LevelOfCare("3.5").source
_INPATIENT = LevelOfCare("4").source

_LEFT_OPEN = (
    "Levels 0.5, 3.1 and 3.3: no public rule was seen that says for whom they are.",
    (
        "Withdrawal, health, co-occurring conditions and readiness, except as a clinician finds "
        "hours, supervision or medical care needed: the ASAM Criteria's rules are licensed."
    ),
    "What somebody needs who is dangerous, beyond care around the clock.",
    "Whether the patient is able and willing to take part in the level.",
    "Exceptions that a rule allows, such as a 17-year-old in a program for adults.",
)


_HOURS, _AGE = FACTS["needed_hours_per_week"], FACTS["age"]

# Level 3.7 is the first that monitors, and level 4 the first whose physicians manage.
_NOT_MONITORED = Criterion(
    "no_medical_monitoring",
    "Does not need medical monitoring.",
    FACTS["needs_medical_monitoring"].equals(False),
    _RESIDENTIAL.at(".D"),
)
_NOT_MANAGED = Criterion(
    "no_medical_management",
    "Does not need medical management.",
    FACTS["needs_medical_management"].equals(False),
    _INPATIENT,
)


def _at_home(source: Source) -> tuple[Criterion, ...]:
    """What excludes a level that leaves patients at home.

    Medicare says it of levels 2.1 and 2.5. It holds all the more for level 1, which gives
    less of the same.
    """
    asked = conditions(source)
    names = ("no_24_hour_care", "support", "not_dangerous")
    return (*(asked[name] for name in names), _NOT_MONITORED, _NOT_MANAGED)


def _rung(
    number: str,
    source: Source,
    *criteria: Criterion,
    meets: tuple[AnyFact, ...] = (),
    considerations: tuple[Consideration, ...] = (),
) -> Rung:
    level = LevelOfCare(number)
    policy = Policy(
        f"us-public-rules-{number}",
        f"Whether public rules exclude level {number}, {level.name}",
        Versions((Dated(_SINCE, criteria, source),)),
        _LEFT_OPEN,
        considerations=considerations,
        scope=Scope(level=level),
    )
    return Rung(level, policy, meets=meets)


# Level 3.5 is around the clock (N.D. Admin. Code 75-09.1-03-01), and level 3.7 too (COMAR
# 10.09.06.06.D), with medical and nursing services every day (12VAC30-130-5140.B).
_AROUND_THE_CLOCK = (FACTS["needs_24_hour_care"], FACTS["needs_around_the_clock_support"])
_MEDICAL = (FACTS["needs_medical_monitoring"], FACTS["needs_medical_care"])


# SAMHSA's advisory names three ways into intensive outpatient treatment: as the first treatment,
# down from inpatient or residential care or withdrawal management, and up from outpatient care.
_INTENSIVE = PathStep("intensive outpatient treatment", (LevelOfCare("2.1"),))
_AWAY = PathStep(
    "residential or inpatient care", tuple(map(LevelOfCare, ("3.1", "3.3", "3.5", "3.7", "4")))
)
_ENTRY = FACTS["entry"]
_PATHS = (
    CarePath(
        "withdrawal-management-first",
        "for those whose withdrawal has to be managed",
        FACTS["needs_withdrawal_management"].equals(True)
        | FACTS["acute_withdrawal"].equals(True)
        | FACTS["withdrawal_manageable"].equals(False),
        (PathStep("withdrawal management"), _INTENSIVE),
        SAMHSA_2021,
    ),
    CarePath(
        "care-around-the-clock-first",
        "for those who need care around the clock",
        FACTS["needs_24_hour_care"].equals(True)
        | FACTS["needs_around_the_clock_support"].equals(True),
        (_AWAY, _INTENSIVE),
        SAMHSA_2021,
    ),
    CarePath(
        "step-down",
        "for those who completed care around the clock or step down from more intensive care",
        FACTS["just_completed_24_hour_care"].equals(True) | _ENTRY.equals("step_down"),
        (PathStep(f"{_AWAY.care}, or withdrawal management", _AWAY.levels), _INTENSIVE),
        SAMHSA_2021,
    ),
    CarePath(
        "step-up",
        "for those who step up from outpatient care",
        _ENTRY.equals("step_up"),
        (PathStep("outpatient treatment", (LevelOfCare("1"),)), _INTENSIVE),
        SAMHSA_2021,
    ),
)


US_PUBLIC_RULES = Ladder(
    "us-public-rules",
    "Levels of care by public rules, third edition",
    (
        _rung(
            "1",
            ILLINOIS,
            Criterion(
                "few_hours",
                "Needs fewer than 9 hours a week, or fewer than 6 if under 18.",
                (_HOURS < 6) | ((_AGE >= 18) & (_HOURS < 9)),
                ILLINOIS.at("(a)"),
            ),
            *_at_home(CFR_410_44),
        ),
        _rung(
            "2.1",
            ILLINOIS,
            Criterion(
                "some_hours", "Needs at most 19 hours a week.", _HOURS <= 19, ILLINOIS.at("(b)")
            ),
            *_at_home(CFR_410_44),
            considerations=IOP_CONSIDERATIONS,
        ),
        _rung("2.5", CFR_410_43, *_at_home(CFR_410_43)),
        _rung("3.5", _RESIDENTIAL, _NOT_MONITORED, _NOT_MANAGED, meets=_AROUND_THE_CLOCK),
        _rung("3.7", _RESIDENTIAL, _NOT_MANAGED, meets=(*_AROUND_THE_CLOCK, *_MEDICAL)),
        _rung(
            "4",
            _INPATIENT,
            Criterion(
                "anybody", "No level is more intensive.", AllOf((), label="always"), _INPATIENT
            ),
        ),
    ),
    _PATHS,
)

FOURTH_EDITION = minimum_level_ladder(
    "fourth-edition-minimum-levels",
    "Minimum levels as a clinician recorded them, fourth edition",
    since=SEEN,
    source=Source(
        "open-exam-prep.com, study guide on the dimensions of the ASAM Criteria",
        Grade.SECONDARY,
        "https://open-exam-prep.com/study-guides/icrc/screening-assessment/asam-six-dimensions",
        checked=SEEN,
    ),
)

LADDERS: tuple[Ladder, ...] = (FOURTH_EDITION, US_PUBLIC_RULES)
"""Every shipped ladder, in the order of names."""


def find_ladder(name: str) -> Ladder:
    """A shipped ladder by its name; raises ``UnknownNameError``."""
    return find_named("ladder", name, LADDERS)
