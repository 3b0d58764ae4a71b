"""Sessions as rows: everything that a schedule says of each, flat."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

# Any: a row's values, in the order of its fields, which have the types.
from typing import Any

from attrs import frozen

from iopkit.confidential import hidden
from iopkit.modalities import Delivery, Modality
from iopkit.plans.plans import Plan
from iopkit.schedules.sessions import Reason, Schedule
from iopkit.windows import whole_minutes


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
    place: int
    week: int
    phase: str
    service: str
    number: int
    make_up: int
    modality: Modality
    delivery: Delivery | None
    state: SessionState
    start: datetime | None
    zone: str
    start_utc: datetime | None
    minutes: int | None
    break_minutes: int | None
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
    return tuple(SessionRow(*values) for values in row_values(schedule))


def row_values(schedule: Schedule) -> Iterator[tuple[Any, ...]]:
    """The values of ``session_rows``, in the order of the fields."""
    plan, dated = schedule.plan, len(schedule.sessions)
    own = str(plan.patient), program_of(plan), plan.track, plan.start
    for place, session in enumerate(schedule.sessions, 1):
        move = session.moved
        yield (
            *own,
            place,
            session.week,
            session.phase,
            session.service,
            session.number,
            session.make_up,
            session.modality,
            session.delivery,
            SessionState.MOVED if move else SessionState.BOOKED,
            session.start.replace(tzinfo=None),
            schedule.zone,
            session.start.astimezone(UTC),
            whole_minutes(session.duration),
            whole_minutes(session.breaks),
            session.room,
            session.clinician,
            *(
                (move.why, move.prescribed.date(), move.prescribed, move.detail or None)
                if move
                else (None, None, None, None)
            ),
        )
    for place, missing in enumerate(schedule.unplaced, dated + 1):
        yield (
            *own,
            place,
            missing.week,
            missing.phase,
            missing.service,
            missing.number,
            0,
            missing.modality,
            schedule.service(missing).delivery,
            SessionState.UNPLACED,
            None,
            schedule.zone,
            None,
            _minutes(missing.duration),
            None,
            None,
            None,
            missing.why,
            missing.prescribed,
            None,
            missing.detail or None,
        )


def program_of(plan: Plan) -> str:
    """The name of the program that a plan was drafted from."""
    return plan.provenance.program if plan.provenance else plan.program.name


def _minutes(duration: timedelta | None) -> int | None:
    return None if duration is None else whole_minutes(duration)
