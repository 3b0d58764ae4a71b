"""The order of entries: by day, by kind of event, by the instant of the session, by key."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType
from uuid import UUID

from iopkit.courses.attending import (
    CameUnplanned,
    MadeUp,
    SessionAttended,
    SessionCancelled,
    SessionMissed,
)
from iopkit.courses.entries import Entry
from iopkit.courses.events import CourseEvent
from iopkit.courses.findings import (
    Authorized,
    Certified,
    ContactMade,
    ContactTried,
    DrugTested,
    DrugTestMissed,
    InstrumentAnswered,
    NoUseReported,
    PlanRevised,
    ReviewHeld,
    Signed,
    UseReported,
)
from iopkit.courses.stays import (
    Admitted,
    AftercareContact,
    Assessed,
    Died,
    Discharged,
    HoldBegun,
    HoldEnded,
    InControlledEnvironment,
    PhaseEntered,
    Readmitted,
    ReferralClosed,
    Referred,
    Screened,
    SteppedDown,
    SteppedUp,
    Waitlisted,
)
from iopkit.courses.timelines import BookedSession

_OF_SESSIONS = (SessionAttended, SessionMissed, SessionCancelled, MadeUp, CameUnplanned)

_IN_ORDER: tuple[tuple[type[CourseEvent], ...], ...] = (
    (Referred,),
    (Screened, Assessed),
    (Waitlisted,),
    (ReferralClosed,),
    (Admitted, Readmitted),
    # A hold that ends makes way for one that begins.
    (HoldEnded,),
    (HoldBegun, InControlledEnvironment),
    _OF_SESSIONS,
    (DrugTested, DrugTestMissed, InstrumentAnswered, UseReported, NoUseReported),
    (ContactMade, ContactTried, PlanRevised, ReviewHeld, Authorized, Certified, Signed),
    (PhaseEntered, SteppedUp, SteppedDown),
    (Discharged, Died),
    (AftercareContact,),
)
RANKS: Mapping[type[CourseEvent] | type[None], int] = MappingProxyType(
    {of: rank for rank, group in enumerate(_IN_ORDER) for of in group}
    | {type(None): len(_IN_ORDER)}
)
"""Where events of each class stand among those of a day; what withdraws another comes last."""

SESSION_RANK = RANKS[SessionAttended]
"""Where events of sessions stand among those of a day."""
_NO_TIME = datetime.min.replace(tzinfo=UTC)


def start_of(event: CourseEvent | None, sessions: Mapping[UUID, BookedSession]) -> datetime | None:
    """When the session of an event begins, in UTC; ``None``: of none, or of none that is known."""
    match event:
        case SessionAttended() | SessionMissed() | SessionCancelled():
            booked = sessions.get(event.session)
            return booked.start if booked else None
        case MadeUp() | CameUnplanned():
            return event.start.astimezone(UTC)
        case _:
            return None


def entries_in_order(
    entries: Iterable[Entry], sessions: Mapping[UUID, BookedSession]
) -> tuple[Entry, ...]:
    """Entries by day, kind of event, instant of the session, and key."""

    def place(entry: Entry) -> tuple[date, int, datetime, int]:
        rank = RANKS[type(entry.event)]
        start = start_of(entry.event, sessions) if rank == SESSION_RANK else None
        # Of a key the number: those compare without a call into Python.
        return entry.on, rank, start or _NO_TIME, entry.key.int

    return tuple(sorted(entries, key=place))
