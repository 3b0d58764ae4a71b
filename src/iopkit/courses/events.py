"""Events: all that can happen to a patient in a course of treatment.

Import events from here: ``from iopkit.courses.events import Admitted``.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias, get_args

from iopkit.courses.attending import (
    CameUnplanned,
    CancelledBy,
    MadeUp,
    MissedBecause,
    SessionAttended,
    SessionCancelled,
    SessionMark,
    SessionMissed,
)
from iopkit.courses.findings import (
    Authorized,
    Certified,
    ContactMade,
    ContactTried,
    ContactWith,
    DrugTested,
    DrugTestMissed,
    InstrumentAnswered,
    NotTestedBecause,
    NoUseReported,
    Paper,
    PlanRevised,
    ReviewHeld,
    Signed,
    SubstanceFound,
    UseReported,
)
from iopkit.courses.stays import (
    Admitted,
    AftercareContact,
    Assessed,
    Died,
    Discharged,
    DischargeReason,
    HoldBegun,
    HoldEnded,
    HoldReason,
    InControlledEnvironment,
    PhaseChange,
    PhaseEntered,
    Readmitted,
    ReferralClosed,
    ReferralEnd,
    Referred,
    Screened,
    SteppedDown,
    SteppedUp,
    Waitlisted,
)
from iopkit.fields import call_union

__all__ = [
    "EVENT_KINDS",
    "Admitted",
    "AftercareContact",
    "Assessed",
    "Authorized",
    "CameUnplanned",
    "CancelledBy",
    "Certified",
    "ContactMade",
    "ContactTried",
    "ContactWith",
    "CourseEvent",
    "Died",
    "DischargeReason",
    "Discharged",
    "DrugTestMissed",
    "DrugTested",
    "HoldBegun",
    "HoldEnded",
    "HoldReason",
    "InControlledEnvironment",
    "InstrumentAnswered",
    "MadeUp",
    "MissedBecause",
    "NoUseReported",
    "NotTestedBecause",
    "Paper",
    "PhaseChange",
    "PhaseEntered",
    "PlanRevised",
    "Readmitted",
    "ReferralClosed",
    "ReferralEnd",
    "Referred",
    "ReviewHeld",
    "Screened",
    "SessionAttended",
    "SessionCancelled",
    "SessionMark",
    "SessionMissed",
    "Signed",
    "SteppedDown",
    "SteppedUp",
    "SubstanceFound",
    "UseReported",
    "Waitlisted",
]

CourseEvent: TypeAlias = (
    Referred
    | Screened
    | Assessed
    | Waitlisted
    | ReferralClosed
    | Admitted
    | Readmitted
    | SteppedUp
    | SteppedDown
    | PhaseEntered
    | HoldBegun
    | HoldEnded
    | InControlledEnvironment
    | Discharged
    | Died
    | AftercareContact
    | SessionMark
    | MadeUp
    | CameUnplanned
    | UseReported
    | NoUseReported
    | DrugTested
    | DrugTestMissed
    | InstrumentAnswered
    | ContactMade
    | ContactTried
    | Authorized
    | PlanRevised
    | ReviewHeld
    | Certified
    | Signed
)
"""Anything that can happen in a course; the union is closed."""
call_union(CourseEvent, "an event of a course")


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


EVENT_KINDS: Mapping[str, type[CourseEvent]] = MappingProxyType(
    {_snake(of.__name__): of for of in get_args(CourseEvent)}
)
"""Every class of event by the name that documents, tables and the command line have for it."""

KIND_OF: Mapping[type[CourseEvent], str] = MappingProxyType(
    {of: name for name, of in EVENT_KINDS.items()}
)
"""The same names by the class."""

ROLL_KINDS: tuple[str, ...] = tuple(KIND_OF[of] for of in get_args(SessionMark))
"""Those of what a roll says of a session."""
