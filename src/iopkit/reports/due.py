"""What is due for people to read, as plain text, and the rules that ask for it.

Calling one of these on a course is the explicit act that shows a patient's values.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from uuid import UUID

from iopkit.courses.courses import Course
from iopkit.courses.due import Due, DueState
from iopkit.courses.due_rules import DueRule, DueRuleSet
from iopkit.courses.due_tables import DueRow
from iopkit.courses.events import KIND_OF
from iopkit.courses.timelines import BookedSession
from iopkit.errors import each_a, refuse, refuse_moments, unless_a
from iopkit.prose import counted
from iopkit.reports.lines import in_force_lines, item, page, section, whose

_HEADS: Mapping[DueState, str] = MappingProxyType(
    {
        DueState.OVERDUE: "Overdue",
        DueState.DUE: "Due",
        DueState.COMING: "Coming",
        DueState.NOT_KNOWN: "Not known, as something is not on record",
        DueState.DONE: "Done",
        DueState.ENDED: "Not done, and not asked for any more",
    }
)


def due_text(course: Course, due: Iterable[Due], *, on: date) -> str:
    """What is overdue, due, coming or not known in a course, each with its rule and source.

    Args:
        course: the one that it is due in.
        due: as ``due_on`` gives it for the day ``on``.

    Raises:
        InvalidError: something is no course, no day or nothing due.
    """
    refuse("due", unless_a(course, "course", Course))
    refuse_moments("due", on=on)
    listed = each_a("due", due, "due", Due)
    lines = [f"Due in course {course.key} on {on}", f"Patient {course.patient}"]
    for state, head in _HEADS.items():
        found = (_due_line(each, course, on) for each in listed if each.state is state)
        lines += section(head, found)
    return page(lines if listed else [*lines, "", "Nothing is due."])


def _due_line(due: Due, course: Course, on: date) -> str:
    sessions = course.timeline.sessions
    missing = ", ".join(_missing(due, sessions))
    so_far = f" {len(due.done)} of {due.times} done." if due.times > 1 else ""
    return (
        f"{due.title}: {_by(due, (on - due.last).days)}.{so_far}"
        f"{f' Not on record: {missing}.' if missing else ''}"
        f" Counts from {due.since}{_opened_by(due, course)}."
        f" Rule {due.rule}, {due.source or due.said_by}."
    )


def _by(due: Due | DueRow, late: int) -> str:
    """By when it is due, in prose."""
    if due.state is DueState.OVERDUE:
        return f"was due by {due.due}, {counted(late, 'day')} late"
    begins = f"from {due.opens}, " if due.state is DueState.COMING else ""
    last = f", and until {due.last} at the latest" if due.last > due.due else ""
    return f"{begins}by {due.due}{last}"


def _missing(due: Due, sessions: Mapping[UUID, BookedSession]) -> Iterator[str]:
    """What would settle whether it is asked for: rolls of sessions, or facts."""
    rolls = {str(uid): session for uid, session in sessions.items()} if due.missing else {}
    for name in due.missing:
        session = rolls.get(name)
        if session is None:
            yield name.replace("_", " ")
        else:
            yield f"the roll of {session.title} on {session.day}"


def _opened_by(due: Due, course: Course) -> str:
    """The event or session that it counts from, in brackets; a day alone has neither."""
    if due.opened_by is None:
        return ""
    session = course.timeline.sessions.get(due.opened_by)
    if session is not None:
        return f" ({session.title} on {session.day})"
    kinds = {each.key: type(each.event) for each in course.history.counting}
    return f" ({KIND_OF[kinds[due.opened_by]].replace('_', ' ')})"  # type: ignore[index]


def due_list_text(rows: Iterable[DueRow], *, on: date) -> str:
    """What is due in the courses of a site, patient by patient, what is overdue first.

    Args:
        rows: as ``due_rows`` gives them for the day ``on``.

    Raises:
        InvalidError: something is no row or no day.
    """
    refuse_moments("due", on=on)
    listed = each_a("due", rows, "rows", DueRow)
    patients = {each.patient for each in listed}
    told = f"{len(listed)} in courses of {counted(len(patients), 'patient')}"
    lines = [f"Due on {on}: {told if listed else 'nothing'}"]
    for state, head in _HEADS.items():
        lines += section(head, (_row_line(each) for each in listed if each.state is state))
    return page(lines)


def _row_line(row: DueRow) -> str:
    so_far = f" {row.done} of {row.times} done." if row.times > 1 else ""
    return (
        f"{row.patient}: {row.title}, {_by(row, row.days_late)}.{so_far}"
        f" Counts from {row.since}. Rule {row.rule}, {row.source}."
    )


def due_rules_text(rules: DueRuleSet) -> str:
    """A set of due rules: in each version what is to be done, by when, and who says so."""
    lines = [f"due rules {rules.name}: {rules.title}", whose(rules.scope)]
    for version in rules.versions.dated:
        lines += ["", *in_force_lines(version)]
        lines += [item(_rule_text(rule)) for rule in version.value]
    return page([*lines, *section("Not asked for here", rules.left_open)])


def _rule_text(rule: DueRule) -> str:
    done_by = " or ".join(each.words for each in rule.done_by) or "what is recorded of the session"
    often = f", {rule.times} times" if rule.times > 1 else ""
    spared = " or ".join(each.words for each in rule.unless_before)
    until = " or ".join(each.words for each in rule.until)
    return (
        f"{rule.name}: {rule.title}, {rule.words}. Done by {done_by}{often}."
        f"{f' Not where {spared} came before.' if spared else ''}"
        f"{f' Until {until}.' if until else ''}"
        f" ({rule.source or rule.said_by})"
    )
