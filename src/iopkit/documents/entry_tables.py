"""Entries as rows of a table: for databases, and for data frames of every engine."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from uuid import UUID

from attrs import evolve

from iopkit.courses.courses import Course
from iopkit.courses.entries import Entry
from iopkit.documents.entry_lines import EntryLines, EntryReader, written_entries
from iopkit.documents.parsing import parsed
from iopkit.documents.values import Raw, is_object, kind_of
from iopkit.errors import Fault, InvalidError, attempted
from iopkit.patients.instruments import Instrument

COLUMNS = ("course", "key", "on", "recorded", "recorder", "kind", "replaces", "body")
"""The columns of a table of entries, in order."""


def entry_rows(
    values: Iterable[Course | Entry], *, course: UUID | None = None
) -> list[dict[str, str | None]]:
    """Courses' entries as rows of texts, for ``executemany`` or a data frame.

    Args:
        values: courses or entries, as for ``entries_to_jsonl``.
        course: the key of the course that entries are of.

    Returns:
        A row for each, with the columns ``course``, ``key``, ``on``, ``recorded``, ``recorder``,
        ``kind``, ``replaces`` and ``body``. ``recorded`` is in UTC and to the microsecond, so that
        its order as text is that of time. ``kind`` is a name of ``EVENT_KINDS`` and ``body`` the
        rest of the event as JSON; both are ``None`` where an entry withdraws another.

    Raises:
        InvalidError: as ``entries_to_jsonl`` raises.
    """
    attempt = attempted(_rows, values, course)
    del values
    return attempt.result()


def _rows(values: Iterable[Course | Entry], course: UUID | None) -> list[dict[str, str | None]]:
    return [_row(each) for each in written_entries(values, course)]


def _row(written: Mapping[str, Raw]) -> dict[str, str | None]:
    event = dict(written.get("event") or {})
    kind = event.pop("type", None)
    recorded = datetime.fromisoformat(written["recorded"]).isoformat(timespec="microseconds")
    body = json.dumps(event) if kind else None
    row = {**written, "recorded": recorded, "kind": kind, "body": body}
    return {name: row.get(name) for name in COLUMNS}


def entries_from_rows(
    rows: Iterable[Mapping[str, object]],
    *,
    course: UUID | None = None,
    instruments: Iterable[Instrument] = (),
) -> EntryLines:
    """The entries of rows, of one course or many; a faulty row hides no other.

    Args:
        rows: by the names of the columns, as a data frame's ``iter_rows(named=True)`` or a
            database gives them, in any order. Days, instants and keys may be texts, as
            ``entry_rows`` gives them, or values of Python's own classes for them.
        course: the course whose entries they have to be; of any, if not given.
        instruments: your own instruments, which screenings name beside the shipped.

    Returns:
        What could be read, and every fault of the other rows; a row's ``line`` is its number,
        from 1.

    Raises:
        InvalidError: ``rows`` has something that is no row.

    Example:
        >>> from datetime import UTC, date, datetime
        >>> from iopkit.courses import Entry
        >>> from iopkit.courses.events import Admitted
        >>> entry = Entry(
        ...     key=UUID("5f0c1f6e-6a53-4b0c-9b53-0a4f4c1f7c11"),
        ...     on=date(2026, 1, 5),
        ...     recorded=datetime(2026, 1, 5, 16, 30, tzinfo=UTC),
        ...     recorder="desk",
        ...     event=Admitted(),
        ... )
        >>> (row,) = entry_rows([entry], course=UUID(int=7))
        >>> row["kind"], row["body"]
        ('admitted', '{}')
        >>> entries_from_rows([row | {"on": None}]).faults[0].path
        ('on',)
    """
    attempt = attempted(_from_rows, rows, course, tuple(instruments))
    del rows
    return attempt.result()


def _from_rows(
    rows: Iterable[Mapping[str, object]],
    course: UUID | None,
    instruments: tuple[Instrument, ...],
) -> EntryLines:
    reader = EntryReader(course, instruments)
    for number, row in enumerate(rows, 1):
        reader.read(number, partial(_raw, row))
    told = reader.told
    return evolve(told, faults=tuple(map(_of_cell, told.faults)))


def _raw(row: Mapping[str, object]) -> Raw:
    """What a line of JSON has in the place of a row."""
    try:
        cells = dict(row)  # rows of sqlite3 are no mappings
    except (TypeError, ValueError):
        fault = Fault((), "a row with the names of its columns", kind_of(row))
        raise InvalidError("entry", [fault]) from None
    kind, body = cells.pop("kind", None), cells.pop("body", None)
    raw = {name: _plain(each) for name, each in cells.items() if each is not None}
    return raw if kind is None and body is None else {**raw, "event": _event(kind, body)}


def _plain(cell: object) -> Raw:
    """A cell as JSON or TOML would have it."""
    return str(cell) if isinstance(cell, UUID) else cell


def _event(kind: object, body: object) -> Raw:
    if not isinstance(body, str):
        found = "nothing" if body is None else "something else"
        raise InvalidError("entry", [Fault(("body",), "the event as JSON", found)])
    try:
        event = parsed("JSON", body, masked=True)
    except InvalidError as error:
        raise InvalidError("entry", [each.under("body") for each in error.faults]) from None
    if not is_object(event) or "type" in event:
        found = "one with its kind" if is_object(event) else kind_of(event)
        raise InvalidError("entry", [Fault(("body",), "an object without a kind", found)])
    return {**event, "type": kind}  # last, so that keys keep their places


def _of_cell(fault: Fault) -> Fault:
    """A fault of a line, with the column for its path."""
    match fault.path:
        case ("event", "type"):
            return evolve(fault, path=("kind",))
        case ("event", *steps):
            return evolve(fault, path=("body", *steps))
        case _:
            return fault
