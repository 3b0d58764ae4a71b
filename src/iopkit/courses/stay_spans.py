"""Stays: from an admission to the discharge or death, or to the day that is asked for."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from attrs import evolve

from iopkit.confidential import hidden
from iopkit.courses.contacts import is_contact
from iopkit.courses.courses import Course
from iopkit.courses.entries import Entry
from iopkit.courses.outcomes import SessionRecord
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

    ``first`` and ``last`` are the keys of the entries that begin and end it. ``end`` is the day of
    the discharge or death and ``left`` that event; ``None``: it goes on. ``level`` is the newest on
    record. ``contact`` is the day of the last contact, and ``open_roll`` that of the newest session
    after it without a roll, to which the patient may have come.
    """

    trusts_types = True

    first: UUID
    start: date
    contact: date
    level: LevelOfCare | None = None
    open_roll: date | None = None
    last: UUID | None = None
    end: date | None = None
    left: Discharged | Died | None = None

    @property
    def days(self) -> tuple[int, int]:
        """Days from the first to the last contact: the fewest and the most that are possible."""
        low = (self.contact - self.start).days
        return low, low if self.open_roll is None else (self.open_roll - self.start).days

    __repr__ = hidden


class CourseByDay:
    """A course up to a day: its entries that count, its stays and what became of its sessions."""

    def __init__(self, course: Course, on: date) -> None:
        self.course, self.on = course, on
        self.fold = course.folded.on(on)
        self.entries = course.history.counting_by(on)
        self.open_rolls = tuple(each.booked.day for each in self.fold.outcomes if each.roll_open)
        self.stays = tuple(map(self._with_open_roll, _stays(self.entries)))

    @property
    def died(self) -> bool:
        """Whether the patient is dead, so that nothing comes any more."""
        return any(isinstance(each.event, Died) for each in self.entries)

    @property
    def over(self) -> date:
        """The last day of which all is known: of the dead there is no later one to wait for."""
        return date.max if self.died else self.on

    def outcomes_in(self, stay: StaySpan) -> tuple[SessionRecord, ...]:
        """What became of the sessions of a stay."""
        last = stay.end or self.on
        return tuple(each for each in self.fold.outcomes if stay.start <= each.booked.day <= last)

    def _with_open_roll(self, stay: StaySpan) -> StaySpan:
        last = stay.end or self.on
        after = [day for day in self.open_rolls if stay.contact < day <= last]
        return evolve(stay, open_roll=max(after)) if after else stay

    __repr__ = hidden


def _stays(entries: tuple[Entry, ...]) -> Iterator[StaySpan]:
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
                yield evolve(stay, contact=contact, last=entry.key, end=entry.on, left=event)
                stay = None
            case SteppedUp() | SteppedDown():
                stay = evolve(stay, level=event.level)
            case _ if is_contact(event):
                stay = evolve(stay, contact=entry.on)
            case _:
                pass
    if stay is not None:
        yield stay
