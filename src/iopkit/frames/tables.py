"""Facts of patients from a table in CSV, read through a frame; what is wrong is told by its line.

A column is named as a fact, or as ``facts_frame`` names those of a fact: ``<fact>_least`` and
``<fact>_most`` for what is possible, ``<fact>_found`` for the day of the finding. ``key`` is the
patient's. An empty cell is not known. Needs the extra ``tables``.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from iopkit.confidential import hidden
from iopkit.eligibility.kinds import Kind, Number, Scalar, YesNo, as_recorded, is_ordered
from iopkit.eligibility.predicates import AnyFact
from iopkit.eligibility.sheets import FactSheet
from iopkit.errors import Fault, InvalidError, MissingExtraError, did_you_mean, refuse, unless
from iopkit.fields import frozen
from iopkit.frames.columns import FOUND, range_of
from iopkit.frames.contents import dtype_of
from iopkit.frames.records import KEY, fact_sheets

_ROWS_AT_ONCE = 1000
"""So many rows are held at a time, however long the table is."""


@frozen(repr=False)
class TableRow:
    """A row of a table: the line that it ends on, the patient's key, and the facts or faults."""

    line: int
    key: UUID | None
    read: FactSheet | tuple[Fault, ...]

    __repr__ = hidden


def sheets_from_csv(
    lines: Iterable[str], facts: Mapping[str, AnyFact], *, needed: Iterable[AnyFact], on: date
) -> Iterator[TableRow]:
    r"""The rows of a table with a header, one at a time, in order; blank lines are none.

    Args:
        lines: with commas, and with their ends.
        facts: those that a column may be of, by name.
        needed: those that the table has to have.

    Raises:
        InvalidError: there is no row, or columns are missing, of no fact or there twice.
        MissingExtraError: the extra ``tables`` is not installed.

    Example:
        >>> from iopkit.eligibility import FACTS
        >>> rows = sheets_from_csv(
        ...     ["age\n", "41\n", "old\n"], FACTS, needed=[FACTS["age"]], on=date(2026, 1, 5)
        ... )
        >>> [(row.line, isinstance(row.read, FactSheet)) for row in rows]
        [(2, True), (3, False)]
    """
    rows = _rows(lines)
    columns = _columns(next(rows, _NO_HEADER), facts)
    asked = {fact.name: fact for fact in needed}
    asked |= {column.fact.name: column.fact for column in columns if column.fact}
    read = False
    while chunk := [*islice(rows, _ROWS_AT_ONCE)]:
        yield from _read(chunk, columns, asked.values(), on)
        read = True
    refuse("table of facts", unless(read, "rows", "at least one", "none"))


def value_names(fact: AnyFact) -> tuple[str, ...]:
    """The names that columns of a fact's values may have: one, or two in place of it."""
    return (fact.name, *(range_of(fact.name) if is_ordered(fact.kind) else ()))


_Cells = tuple[int, list[str] | tuple[Fault, ...]]
"""A line's number and its cells, or what keeps it from having any."""


_NO_HEADER: _Cells = (0, [])


def _rows(lines: Iterable[str]) -> Iterator[_Cells]:
    reader = csv.reader(lines, strict=True)
    try:
        for cells in reader:
            if any(stripped := [cell.strip() for cell in cells]):
                yield reader.line_num, stripped
    except UnicodeDecodeError:
        yield reader.line_num + 1, (Fault((), "text in UTF-8", "other bytes"),)
    except csv.Error:
        yield reader.line_num, (Fault((), "valid CSV", "something else"),)


class _Column(NamedTuple):
    """A column: how its cells are read, into which type; ``fact``: none of the key."""

    name: str
    fact: AnyFact | None
    expected: str
    read: Callable[[str], object]
    # Any: Narwhals' types are of several classes.
    dtype: Any


def _columns(header: _Cells, facts: Mapping[str, AnyFact]) -> "list[_Column]":
    """The columns of a header; its texts are not told, as it may be a patient's row."""
    known = {column.name: column for column in _all_columns(facts)}
    _, names = header
    if isinstance(names, tuple):
        raise InvalidError("table of facts", names)
    refuse(
        "table of facts",
        tuple(
            Fault(
                (f"column {number}",),
                "key, or the name of a fact",
                "another text" if name else "nothing",
                did_you_mean(name, known),
            )
            for number, name in enumerate(names, 1)
            if name not in known
        ),
        *(
            unless(names.count(name) == 1, name, "one column of that name", "several")
            for name in known
            if name in names
        ),
    )
    return [known[name] for name in names]


def _all_columns(facts: Mapping[str, AnyFact]) -> Iterator[_Column]:
    """Every column that a table of facts can have."""
    try:
        import narwhals as nw
    except ImportError as error:
        raise MissingExtraError("tables", "a table of facts") from error
    yield _Column(KEY, None, "a random UUID, from uuid.uuid4()", _key, nw.String())
    for fact in facts.values():
        kind = fact.kind
        for name in value_names(fact):
            yield _Column(name, fact, kind.expectation(), _reader(kind), dtype_of(kind))
        found = f"{fact.name}{FOUND}"
        yield _Column(found, fact, "a day such as 2026-01-31", date.fromisoformat, nw.Date())


def _key(cell: str) -> str:
    """A key as text; ``ValueError`` for what is no key that a ``Patient`` has."""
    key = UUID(cell)
    if key.version != 4:
        raise ValueError
    return str(key)


_YES_NO = {"true": True, "yes": True, "false": False, "no": False}


def _reader(kind: Kind) -> Callable[[str], Scalar]:
    """What reads a cell of a kind; it raises ``ValueError`` for what is not of it."""

    def read(cell: str) -> Scalar:
        value = as_recorded(kind, _scalar(kind, cell))
        if not kind.accepts(value):
            raise ValueError
        return value

    return read


def _scalar(kind: Kind, cell: str) -> Scalar:
    match kind:
        case YesNo():
            return _YES_NO.get(cell.lower(), cell)
        case Number() if cell != "never":
            number = float(cell)
            return int(number) if kind.whole and number.is_integer() else number
        case _:
            return cell


def _read(
    rows: Sequence[_Cells], columns: Sequence[_Column], facts: Iterable[AnyFact], on: date
) -> Iterator[TableRow]:
    """Rows through a frame of those whose cells can be read."""
    import narwhals as nw

    held = [_values(cells, columns) for _, cells in rows]
    taken = [values for values in held if isinstance(values, list)]
    data = {c.name: [values[n] for values in taken] for n, c in enumerate(columns)}
    schema = {column.name: column.dtype for column in columns}
    wrong: dict[int, tuple[Fault, ...]] = {}
    frame = nw.from_dict(data, schema, backend="polars")
    sheets = iter(
        [
            *fact_sheets(
                facts, frame, on=on, refused=lambda each: wrong.update({each.row: each.faults})
            )
        ]
    )
    number = 0
    for (line, _), values in zip(rows, held, strict=True):
        if isinstance(values, tuple):
            yield TableRow(line, None, values)
            continue
        key = next((values[n] for n, column in enumerate(columns) if column.fact is None), None)
        read = wrong[number] if number in wrong else next(sheets)
        yield TableRow(line, key and UUID(key), read)
        number += 1


# Any: each column has values of its own type.
def _values(
    cells: list[str] | tuple[Fault, ...], columns: Sequence[_Column]
) -> list[Any] | tuple[Fault, ...]:
    """A row's values, ``None`` where a cell is empty; or all that is wrong with it."""
    if isinstance(cells, tuple):
        return cells
    if len(cells) != len(columns):
        return (Fault((), f"{len(columns)} cells, as the header has", f"{len(cells)}"),)
    values: list[object] = []
    faults: list[Fault] = []
    for cell, column in zip(cells, columns, strict=True):
        try:
            values.append(column.read(cell) if cell else None)
        except ValueError:
            faults.append(Fault((column.name,), column.expected, "another text"))
    return tuple(faults) or values
