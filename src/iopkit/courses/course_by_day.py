"""A course up to a day, as measures look at it."""

from datetime import date

from attrs import evolve

from iopkit.confidential import hidden
from iopkit.courses.courses import Course
from iopkit.courses.outcomes import SessionRecord
from iopkit.courses.stay_spans import StaySpan, stays_of
from iopkit.courses.stays import Died


class CourseByDay:
    """A course up to a day: its entries that count, its stays and what became of its sessions."""

    def __init__(self, course: Course, on: date) -> None:
        self.course, self.on = course, on
        self.fold = course.folded.on(on)
        self.entries = course.history.counting_by(on)
        self.open_rolls = tuple(each.booked.day for each in self.fold.outcomes if each.roll_open)
        self.stays = tuple(map(self._with_open_roll, stays_of(self.entries)))

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
