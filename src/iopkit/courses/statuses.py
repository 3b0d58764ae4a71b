"""Statuses: where patients stand in a course, and what each event makes of it."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from iopkit.confidential import hidden
from iopkit.courses.events import CourseEvent
from iopkit.courses.stays import (
    Admitted,
    Died,
    Discharged,
    HoldBegun,
    HoldEnded,
    Readmitted,
    ReferralClosed,
    Referred,
    Waitlisted,
)
from iopkit.fields import frozen


class Status(StrEnum):
    """Where a patient stands in a course."""

    REFERRED = "referred"
    WAITING = "waiting"
    ADMITTED = "admitted"
    ON_HOLD = "on_hold"
    DISCHARGED = "discharged"
    DIED = "died"


IN_TREATMENT = (Status.ADMITTED, Status.ON_HOLD)
"""Where a patient stands in a stay."""


@frozen(repr=False)
class StatusSpan:
    """Where the patient stood from ``start`` up to the day before ``end``; ``None``: still.

    What began and ended on one day has its day for both.
    """

    status: Status
    start: date
    end: date | None = None

    __repr__ = hidden


def status_after(
    event: CourseEvent | None, before: Status | None, *, discharged: bool
) -> Status | None:
    """Where a patient stands after an event; ``None``: nowhere.

    Args:
        event: one that fits.
        before: where the patient stood.
        discharged: whether it was after a discharge, without an admission since.
    """
    if isinstance(event, ReferralClosed):
        return Status.DISCHARGED if discharged else None
    return _THEN.get(type(event), before)


_THEN: Mapping[type[CourseEvent] | type[None], Status] = MappingProxyType(
    {
        Referred: Status.REFERRED,
        Waitlisted: Status.WAITING,
        Admitted: Status.ADMITTED,
        Readmitted: Status.ADMITTED,
        HoldBegun: Status.ON_HOLD,
        HoldEnded: Status.ADMITTED,
        Discharged: Status.DISCHARGED,
        Died: Status.DIED,
    }
)
"""Where a patient stands from an event on."""
