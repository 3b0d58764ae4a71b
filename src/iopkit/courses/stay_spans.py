"""Stays: from an admission to the discharge or death, or to the day that is asked for."""

from collections.abc import Iterable, Iterator
from datetime import date
from uuid import UUID

from attrs import evolve

from iopkit.confidential import hidden
from iopkit.courses.contacts import is_contact
from iopkit.courses.entries import Entry
from iopkit.courses.stays import (
    Admitted,
    Died,
    Discharged,
    Readmitted,
    SteppedDown,
    SteppedUp,
)
from iopkit.fields import frozen
from iopkit.levels import LevelOfCare


@frozen(repr=False)
class StaySpan:
    """A stay, as it is on record by a day.

    ``begun_by`` and ``ended_by`` are the keys of the entries that begin and end it. ``end`` is the
    day of the discharge or death and ``left`` that event; ``None``: it goes on. ``level`` is the
    newest on record. ``contact`` is the day of the last contact, and ``open_roll`` that of the
    newest session after it without a roll, to which the patient may have come.
    """

    trusts_types = True

    begun_by: UUID
    start: date
    contact: date
    level: LevelOfCare | None = None
    open_roll: date | None = None
    ended_by: UUID | None = None
    end: date | None = None
    left: Discharged | Died | None = None

    @property
    def days(self) -> tuple[int, int]:
        """Days from the first to the last contact: the fewest and the most that are possible."""
        low = (self.contact - self.start).days
        return low, low if self.open_roll is None else (self.open_roll - self.start).days

    __repr__ = hidden


def stays_of(entries: Iterable[Entry]) -> Iterator[StaySpan]:
    """The stays that some entries make, which count and are in order; the last may go on."""
    stay: StaySpan | None = None
    for entry in entries:
        event = entry.event
        match event:
            case Admitted() | Readmitted():
                stay = StaySpan(entry.key, entry.on, entry.on, event.level)
            case _ if stay is None:
                pass
            case Discharged() | Died():
                told = event.last_contact if isinstance(event, Discharged) else None
                contact = max(filter(None, (stay.contact, told)))
                yield evolve(stay, contact=contact, ended_by=entry.key, end=entry.on, left=event)
                stay = None
            case SteppedUp() | SteppedDown():
                stay = evolve(stay, level=event.level)
            case _ if is_contact(event):
                stay = evolve(stay, contact=entry.on)
            case _:
                pass
    if stay is not None:
        yield stay
