"""Sessions as rows: everything that a schedule says of each, flat."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import count
from typing import Annotated, Any

from iopkit.confidential import hidden
from iopkit.fields import frozen
from iopkit.modalities import Delivery, Modality
from iopkit.plans.plans import Plan
from iopkit.schedules.sessions import Reason, Schedule
from iopkit.windows import whole_minutes

Count = Annotated[int, "16 bits"]
Ordinal = Annotated[int, "32 bits"]
"""Whole numbers, by the room that they take as a column of a data frame."""
InUtc = Annotated[datetime, UTC]
"""An aware time, in UTC."""


class SessionState(StrEnum):
    """What became of a prescribed session."""

    BOOKED = "booked"
    """It is where the plan has it, or on a day that the seed drew."""
    MOVED = "moved"
    """It is dated, and the plan has it elsewhere."""
    UNPLACED = "unplaced"
    """It has no date."""


@frozen(repr=False)
class SessionRow:
    """One session of a schedule, whatever became of it, and of whose plan it is.

    ``place`` counts from 1: dated sessions by their start, then the unplaced ones. It is
    unique within a plan, as patient, program, first day and seed make one. ``start`` and
    ``moved_from`` are wall-clock times in ``zone``, ``start_utc`` the same instant in UTC.
    ``minutes`` are clock time, with the ``break_minutes`` in it. ``prescribed`` is the day
    that the plan has for a session that is not there.

    ``None`` means: no track or delivery is said, no room or clinician is assigned; for an
    unplaced session, there is no start and no break, a length only if it is known, and a
    prescribed day only if the plan has one; for a booked one, there is no reason.
    """

    patient: str
    program: str
    track: str | None
    plan_start: date
    place: Ordinal
    week: Count
    phase: str
    service: str
    number: Ordinal
    make_up: Count
    modality: Modality
    delivery: Delivery | None
    state: SessionState
    start: datetime | None
    zone: str
    start_utc: InUtc | None
    minutes: Count | None
    break_minutes: Count | None
    room: str | None
    clinician: str | None
    why: Reason | None
    prescribed: date | None
    moved_from: datetime | None
    detail: str | None

    __repr__ = hidden


def session_rows(schedule: Schedule) -> tuple[SessionRow, ...]:
    """A row for each session of a schedule: the dated ones by start, then the unplaced.

    ``attrs.asdict`` makes a mapping of a row, and any data frame takes a list of those.
    """
    return tuple(SessionRow(**values) for values in row_values(schedule))


# Any: values of each field's own type. Columns take these as they are, since to make a row of
# each first would be a third of the time of a panel.
def row_values(schedule: Schedule) -> Iterator[dict[str, Any]]:
    """The values of each row by the names of its fields, in their order."""
    plan, places = schedule.plan, count(1)
    patient, program = str(plan.patient), program_of(plan)
    for session in schedule.sessions:
        yield {
            "patient": patient,
            "program": program,
            "track": plan.track,
            "plan_start": plan.start,
            "place": next(places),
            "week": session.week,
            "phase": session.phase,
            "service": session.service,
            "number": session.number,
            "make_up": session.make_up,
            "modality": session.modality,
            "delivery": session.delivery,
            "state": SessionState.MOVED if session.moved else SessionState.BOOKED,
            "start": session.start.replace(tzinfo=None),
            "zone": schedule.zone,
            "start_utc": session.start.astimezone(UTC),
            "minutes": whole_minutes(session.duration),
            "break_minutes": whole_minutes(session.breaks),
            "room": session.room,
            "clinician": session.clinician,
            "why": session.moved.why if session.moved else None,
            "prescribed": session.moved.prescribed.date() if session.moved else None,
            "moved_from": session.moved.prescribed if session.moved else None,
            "detail": (session.moved.detail or None) if session.moved else None,
        }
    for missing in schedule.unplaced:
        yield {
            "patient": patient,
            "program": program,
            "track": plan.track,
            "plan_start": plan.start,
            "place": next(places),
            "week": missing.week,
            "phase": missing.phase,
            "service": missing.service,
            "number": missing.number,
            "make_up": 0,
            "modality": missing.modality,
            "delivery": schedule.service(missing).delivery,
            "state": SessionState.UNPLACED,
            "start": None,
            "zone": schedule.zone,
            "start_utc": None,
            "minutes": None if missing.duration is None else whole_minutes(missing.duration),
            "break_minutes": None,
            "room": None,
            "clinician": None,
            "why": missing.why,
            "prescribed": missing.prescribed,
            "moved_from": None,
            "detail": missing.detail or None,
        }


def program_of(plan: Plan) -> str:
    """The name of the program that a plan was drafted from."""
    return plan.provenance.program if plan.provenance else plan.program.name
