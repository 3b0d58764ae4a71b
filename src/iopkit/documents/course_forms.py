"""Courses as documents have them: the schedules and the record; what fits follows from them."""

from uuid import UUID

from iopkit.confidential import hidden
from iopkit.courses.courses import Course, collect
from iopkit.courses.entries import Entry
from iopkit.courses.timelines import ScheduleSince
from iopkit.fields import frozen


@frozen(repr=False)
class CourseForm:
    """The course of one patient's treatment: its schedules, and its record in any order.

    Raises:
        InvalidError: the schedules are out of order or another patient's, or have a session twice.
    """

    key: UUID
    patient: UUID
    schedules: tuple[ScheduleSince, ...] = ()
    entries: tuple[Entry, ...] = ()

    def __attrs_post_init__(self) -> None:
        Course(self.key, self.patient, self.schedules)  # refuses what is wrong with them

    @classmethod
    def of(cls, course: Course) -> "CourseForm":
        """A course as documents have it."""
        return cls(course.key, course.patient, course.schedules, course.every_entry)

    @property
    def value(self) -> Course:
        """The course: what does not fit is set apart."""
        return collect(self.entries, key=self.key, patient=self.patient, schedules=self.schedules)

    __repr__ = hidden
