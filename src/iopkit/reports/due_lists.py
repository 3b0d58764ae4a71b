"""What is due in a course for people to read, as plain text and as a table.

Calling one of these is the explicit act that shows a patient's values.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby

from attrs import astuple, fields

from iopkit.courses.due import Due, DueState
from iopkit.courses.due_lists import DueRow
from iopkit.errors import each_a
from iopkit.reports.lines import page, section
from iopkit.reports.tables import csv_table


def due_text(dues: Iterable[Due]) -> str:
    """What is overdue, due, coming or not known, each with its day, and who says so.

    Raises:
        InvalidError: something is not due.
    """
    given = each_a("due", dues, "dues", Due)
    lines: list[str] = []
    for state, some in groupby(given, key=_state):
        lines += section(_HEADS[state], map(_words, some))
    return page(lines[1:] or ["Nothing is due."])


def due_csv(rows: Iterable[DueRow]) -> str:
    """What is due of one or many patients as CSV, a row each; the columns are those of ``DueRow``.

    Raises:
        InvalidError: something is no row.
    """
    names = [field.name for field in fields(DueRow)]
    given = each_a("due", rows, "rows", DueRow)
    return csv_table([names, *(astuple(row, recurse=False) for row in given)])


_HEADS = {
    DueState.OVERDUE: "Overdue",
    DueState.DUE: "Due",
    DueState.COMING: "Coming",
    DueState.NOT_KNOWN: "Not known to be asked for",
    DueState.DONE: "Done",
    DueState.ENDED: "Not asked for any more",
}


def _state(due: Due) -> DueState:
    return due.state


def _words(due: Due) -> str:
    return "; ".join(_parts(due))


def _parts(due: Due) -> Iterator[str]:
    window = f", from {due.opens} to {due.last}" if due.opens < due.due < due.last else ""
    yield f"{due.due}  {due.title}{window}"
    if due.times > 1:
        yield f"{len(due.done)} of {due.times} done"
    if due.missing:
        yield f"turns on {', '.join(due.missing)}"
    yield f"since {due.since}, by {due.source or due.said_by}"
