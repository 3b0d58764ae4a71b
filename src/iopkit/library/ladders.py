"""Shipped ladders of levels of care, from public rules alone.

The ASAM Criteria's own decision rules are licensed and not here. What public rules say is
less: how many hours a level gives, whether it is around the clock, and how medical it is.
"""

from datetime import date

from iopkit.citations import CFR_410_43, CFR_410_44, ILLINOIS
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.eligibility.predicates import AllOf, AnyFact
from iopkit.errors import find_named
from iopkit.levels import LevelOfCare
from iopkit.library.us_medicare import conditions
from iopkit.placement.placement import Ladder, Rung
from iopkit.sources import Dated, Source, Versions

# Illinois adopted its rule on this day; the others were in force by then.
_SINCE = date(2025, 4, 2)
_RESIDENTIAL = LevelOfCare("3.5").source
_INPATIENT = LevelOfCare("4").source

_LEFT_OPEN = (
    "Levels 0.5, 3.1 and 3.3: no public rule was seen for whom they are enough.",
    (
        "Withdrawal, health, co-occurring conditions and readiness, except as a clinician finds "
        "hours, supervision or medical care needed: the ASAM Criteria's rules are licensed."
    ),
    "What somebody needs who is dangerous, beyond care around the clock.",
    "Whether the patient is able and willing to take part in the level that is enough.",
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
    """What keeps a level that leaves patients at home from being enough.

    Medicare says it of levels 2.1 and 2.5. It holds all the more for level 1, which gives
    less of the same.
    """
    asked = conditions(source)
    names = ("no_24_hour_care", "support", "not_dangerous")
    return (*(asked[name] for name in names), _NOT_MONITORED, _NOT_MANAGED)


def _rung(
    number: str, source: Source, *criteria: Criterion, meets: tuple[AnyFact, ...] = ()
) -> Rung:
    level = LevelOfCare(number)
    policy = Policy(
        f"us-public-rules-{number}",
        f"Whether level {number}, {level.name}, is enough",
        Versions((Dated(_SINCE, criteria, source),)),
        _LEFT_OPEN,
    )
    return Rung(level, policy, meets=meets)


# Level 3.5 is around the clock (N.D. Admin. Code 75-09.1-03-01), and level 3.7 too (COMAR
# 10.09.06.06.D), with medical and nursing services every day (12VAC30-130-5140.B).
_AROUND_THE_CLOCK = (FACTS["needs_24_hour_care"], FACTS["needs_around_the_clock_support"])
_MEDICAL = (FACTS["needs_medical_monitoring"], FACTS["needs_medical_care"])


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
)

LADDERS: tuple[Ladder, ...] = (US_PUBLIC_RULES,)
"""Every shipped ladder, in the order of names."""


def find_ladder(name: str) -> Ladder:
    """A shipped ladder by its name; raises ``UnknownNameError``."""
    return find_named("ladder", name, LADDERS)
