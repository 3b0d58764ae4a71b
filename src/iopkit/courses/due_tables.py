"""What is due at a site as rows: one for each thing that a rule asks for, patient by patient."""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from iopkit.confidential import hidden
from iopkit.courses.courses import Course
from iopkit.courses.due import Due, DueState, due_on
from iopkit.courses.due_rules import DueRule
from iopkit.errors import each_a
from iopkit.fields import frozen
from iopkit.schedules.rows import Ordinal
from iopkit.sites.sites import Site


@frozen(repr=False)
class DueRow:
    """Something that is due in one patient's course; the fields are those of ``Due``.

    ``days_late`` are those after ``last``, 0 before; ``source`` is who says so.
    """

    patient: str
    course: str
    rule: str
    title: str
    state: DueState
    since: date
    opens: date
    due: date
    last: date
    days_late: Ordinal
    done: Ordinal
    times: Ordinal
    source: str

    trusts_types = True  # a site has thousands

    __repr__ = hidden


def due_rows(
    courses: Iterable[Course],
    *,
    on: date,
    rules: Iterable[DueRule] | Callable[[Course], Iterable[DueRule]],
    site: Site | None = None,
    known: datetime | None = None,
) -> tuple[DueRow, ...]:
    """A row for all that is due in several courses, what is overdue first.

    ``attrs.asdict`` makes a mapping of a row, and any data frame takes a list of those.

    Args:
        courses: such as all of a site.
        on: as ``due_on`` has it, as are ``site`` and ``known``.
        rules: those of all; or what gives them for each course, such as those of its plan.

    Raises:
        InvalidError: something is no course, or as ``due_on``.
    """
    given = each_a("due", courses, "courses", Course)
    of = rules if callable(rules) else _always(tuple(rules))
    found = [
        (due, course)
        for course in given
        for due in due_on(course, on=on, rules=of(course), site=site, known=known)
    ]
    states = [*DueState]
    found.sort(key=lambda one: (states.index(one[0].state), one[0].due, one[1].key))
    return tuple(due_row(due, course, on=on) for due, course in found)


def _always(rules: tuple[DueRule, ...]) -> Callable[[Course], tuple[DueRule, ...]]:
    return lambda _: rules


def due_row(due: Due, course: Course, *, on: date) -> DueRow:
    """The row of what is due in a course on a day."""
    return DueRow(
        patient=str(course.patient),
        course=str(course.key),
        rule=due.rule,
        title=due.title,
        state=due.state,
        since=due.since,
        opens=due.opens,
        due=due.due,
        last=due.last,
        days_late=max((on - due.last).days, 0),
        done=len(due.done),
        times=due.times,
        source=str(due.source) if due.source else due.said_by or "",
    )
