"""The courses of a clinic in one folder: entries and courses that its people keep."""

from collections.abc import Iterable
from pathlib import Path

from attrs import evolve

from iopkit.cli.course_checking import checked_of
from iopkit.cli.course_files import course_by, read_courses
from iopkit.cli.files import Own, UsageError
from iopkit.confidential import hidden
from iopkit.courses.courses import Course
from iopkit.fields import frozen
from iopkit.schedules.sessions import Schedule

COURSES = "courses"
"""The folder of what happened."""


@frozen(repr=False)
class ClinicCourses:
    """A clinic's courses, and what is wrong with others and their files.

    ``apart`` tells each entry that does not fit, by file and line, with the reason.
    """

    courses: tuple[Course, ...] = ()
    apart: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    __repr__ = hidden


def read_clinic_courses(folder: Path, schedules: Iterable[Schedule], own: Own) -> ClinicCourses:
    """The courses in a clinic's folder; none, if it keeps none there.

    Entries with the key of a plan are of the course by its schedule, whose dates a run knows.
    """
    kept = folder / COURSES
    if not kept.is_dir() or all(each.name.startswith(".") for each in kept.iterdir()):
        return ClinicCourses()
    try:
        read = read_courses([kept], own)
    except UsageError as error:
        return ClinicCourses(problems=(str(error),))
    by_plan = {each.plan.key: each for each in schedules}
    courses: list[Course] = []
    apart: list[str] = []
    problems = [*read.problems]
    for record in read.records:
        known = record
        if record.document is None and record.key in by_plan:
            known = evolve(record, document=course_by(by_plan[record.key]))
        if known.course is None:
            problems.append(f"{record.named}: expected the key of a plan or course, found another")
        else:
            courses.append(known.course)
            apart += checked_of(known).lines
    return ClinicCourses(tuple(courses), tuple(apart), tuple(problems))
