"""Facts of patients as rows of a frame and back, and what is wrong in such a frame.

Needs the extra ``tables``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from math import inf, nextafter
from typing import Any, Literal

from attrs import evolve, field

from iopkit.eligibility.kinds import NEVER, Choice, Kind, Number, Scalar, is_ordered
from iopkit.eligibility.possible import Possible, Value, as_possible
from iopkit.eligibility.predicates import AnyFact, Fact, place_of
from iopkit.eligibility.sheets import FactSheet, read_facts
from iopkit.errors import (
    Fault,
    InvalidError,
    MissingExtraError,
    each_a,
    refuse,
    refuse_flags,
    unless,
    unless_a,
    unless_day,
)
from iopkit.fields import frozen
from iopkit.frames.columns import (
    FOUND,
    Column,
    Columns,
    ends_of,
    is_in,
    range_of,
    read_columns,
)
from iopkit.frames.contents import dtype_of, moments, opened
from iopkit.frames.refusals import Refused, Told, wrong_rows
from iopkit.patients.patients import Patient

KEY = "key"

Partly = Literal["refuse", "null", "ranges"]


def check_frame(facts: Iterable[AnyFact], frame: object, *, refused: Told = None) -> None:
    """Raise if a frame has values that its facts' kinds do not have; a lazy one is computed.

    Nulls, and NaN among numbers, are not known and nothing wrong. Rows are told by their
    numbers from 0, whatever a frame's index is, and values never. A lazy frame has no numbers.

    Args:
        refused: takes each row with such values, in their order, in place of raising; the frame
            has to be eager.

    Raises:
        InvalidError: a fact's column is missing or of another type, or has such values, and
            nothing takes their rows.
        TypeError: the frame is lazy, and ``refused`` is to take its rows.
        MissingExtraError: the extra ``tables`` is not installed.

    Example:
        >>> import polars
        >>> from iopkit.eligibility import FACTS
        >>> check_frame([FACTS["age"]], polars.DataFrame({"age": [17, 170, None]}))
        Traceback (most recent call last):
            ...
        iopkit.errors.InvalidError: frame: 1 problem
          age: expected a whole number from 0 to 130 in each row, found another value in row 1
        >>> found = []
        >>> check_frame([FACTS["age"]], polars.DataFrame({"age": [9, 190]}), refused=found.append)
        >>> [each.row for each in found]
        [1]
    """
    given = opened(frame, eager=refused is not None)
    read = read_columns(dict.fromkeys(each_a("facts", facts, "facts", Fact)), given)
    wrong = wrong_rows([check for column in read.values() for check in column.checks()], given)
    if refused is None:
        refuse("frame", tuple(each.told() for each in wrong))
    else:
        for row in sorted({row for each in wrong for row in each.rows}):
            faults = [
                Fault((each.name,), each.expected, "another value")
                for each in wrong
                if row in each.rows
            ]
            refused(Refused(row, None, tuple(faults)))


# Any: a frame of the backend, which types cannot name without importing it.
def facts_frame(  # noqa: PLR0913  # what is asked of a frame, by name
    facts: Iterable[AnyFact],
    patients: Iterable[Patient],
    *,
    on: date,
    backend: Literal["polars", "pyarrow"] = "polars",
    partly: Partly = "refuse",
    found: bool = False,
    refused: Told = None,
) -> Any:  # noqa: ANN401
    """A frame of facts read from patients: the patient's ``key`` as text, then each fact.

    It is confidential: with the keys, each row is a patient's record. Facts are booleans,
    integers, floats or text, and null where they are not known; what never was is infinite.

    Args:
        patients: read one by one, and not kept.
        backend: ``polars`` or ``pyarrow``.
        partly: what to do with facts of which several values are possible, such as an age with a
            birth year alone: ``refuse`` these patients; ``null``, as if nothing were known; or
            ``ranges``, two columns in place of each fact of numbers or of an order,
            ``<fact>_least`` and ``<fact>_most``. What is no range is refused there too.
        found: give the day of the finding too, in ``<fact>_found``, for facts that have one.
        refused: takes each patient that is refused, in place of raising; the frame then has all
            others.

    Raises:
        InvalidError: two columns would have one name, ``key`` among them, or ``read_facts``
            refuses patients, or only a part of their facts is known: told by their numbers from
            0 and their keys.
        MissingExtraError: the extra ``tables`` is not installed.

    Example:
        >>> from uuid import UUID
        >>> from iopkit.eligibility import FACTS
        >>> somebody = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"), date(1984, 5, 17))
        >>> facts_frame([FACTS["age"]], [somebody], on=date(2026, 1, 5))["age"].to_list()
        [41]
    """
    asked = tuple(dict.fromkeys(each_a("facts", facts, "facts", Fact)))
    several = hasattr(patients, "__iter__")
    refuse(
        "facts",
        unless_day(on, "on"),
        _unless_partly(partly),
        unless(several, "patients", "a list of Patient", "no list"),
    )
    refuse_flags("facts", found=found)
    written = [_Written(fact, partly, found=found) for fact in asked]
    names = [KEY, *(name for one in written for name in one.names)]
    once = {name: names.count(name) == 1 for name in names}
    refuse("facts", *(unless(ok, name, "no fact of that name", "one") for name, ok in once.items()))
    rows = _rows_of(written, patients, on, refused)
    if isinstance(rows, tuple):
        raise InvalidError("patients", rows)
    try:
        import narwhals as nw

        schema: dict[str, Any] = {KEY: nw.String()}
        schema |= {n: nw.Date() for one in written for n in one.names}
        schema |= {n: dtype_of(one.fact.kind) for one in written for n in one.holding}
        data = dict(zip(names, rows, strict=True))
        return nw.from_dict(data, schema, backend=backend).to_native()
    except ImportError as error:
        raise MissingExtraError("tables", "a data frame") from error


def _unless_partly(partly: object) -> tuple[Fault, ...]:
    known = partly in ("refuse", "null", "ranges")
    return unless(known, "partly", "'refuse', 'null' or 'ranges'", "another value")


@frozen
class _Written:
    """How a fact is written: its columns, and what stands in them."""

    fact: AnyFact
    partly: Partly
    found: bool = field(kw_only=True)

    @property
    def is_range(self) -> bool:
        return self.partly == "ranges" and is_ordered(self.fact.kind)

    @property
    def holding(self) -> tuple[str, ...]:
        """The columns that hold its values."""
        return range_of(self.fact.name) if self.is_range else (self.fact.name,)

    @property
    def names(self) -> tuple[str, ...]:
        """All its columns."""
        # Whether findings are recent is worked out already, of a fact that asks for it.
        dated = self.found and self.fact.dated and self.fact.recency is None
        return (*self.holding, *([f"{self.fact.name}{FOUND}"] if dated else []))

    def cells(self, value: Value) -> tuple[object, ...]:
        """What stands in its columns; raises if that does not say all that is known."""
        possible = as_possible(value)
        ends = self._ends(possible) if self.is_range else (possible.value,)
        lost = ends is None or (ends == (None,) and not possible.is_anything)
        refuse(
            "patient",
            unless(
                not lost or self.partly == "null",
                self.fact.name,
                "a range" if self.is_range else "one value, unless partly says what to do",
                "several possible ones",
            ),
        )
        return (*(ends or ()), possible.found)[: len(self.names)]

    def _ends(self, possible: Possible) -> tuple[Scalar | None, Scalar | None] | None:
        """The least and the most; ``None``: others between them are not possible."""
        options = possible.options
        if not options:
            return possible.low, possible.high
        kind = self.fact.kind
        places = sorted(place_of(kind, option) for option in options)
        rising = sorted(options, key=lambda option: place_of(kind, option))
        holes = places[-1] - places[0] >= len(places)
        return None if holes else (rising[0], rising[-1])


_FAULTS_TOLD = 100


def _rows_of(
    written: Sequence[_Written], patients: Iterable[Patient], on: date, refused: Told
) -> list[list[object]] | tuple[Fault, ...]:
    """The columns of the patients, or what is to be raised, as no frame with values raises."""
    data: list[list[object]] = [[], *([] for one in written for _ in one.names)]
    faults: list[Fault] = []
    for row, patient in enumerate(patients):
        cells = _cells(written, patient, on)
        if isinstance(cells, list):
            for column, cell in zip(data, cells, strict=True):
                column.append(cell)
            continue
        one = Refused(row, getattr(patient, KEY, None), cells)
        if refused is not None:
            refused(one)
        elif len(faults) < _FAULTS_TOLD:
            faults += one.located
    return tuple(faults) or data


def _cells(
    written: Sequence[_Written], patient: Patient, on: date
) -> list[object] | tuple[Fault, ...]:
    """A patient's row, or why it is refused, told apart from all that was read."""
    try:
        refuse("patients", unless_a(patient, "patient", Patient))
        sheet = read_facts((one.fact for one in written), patient, on=on)
        cells: list[object] = [str(patient.key)]
        for one, (_, value) in zip(written, sheet.items, strict=True):
            cells += one.cells(value)
    except InvalidError as error:
        return error.faults
    return cells


def fact_sheets(
    facts: Iterable[AnyFact], frame: object, *, on: date, refused: Told = None
) -> Iterator[FactSheet]:
    """The rows of an eager frame as fact sheets, one at a time, in order.

    Where the frame has ``<fact>_least`` and ``<fact>_most``, or ``<fact>_found``, the sheets have
    what is possible and when it was found.

    Args:
        refused: takes each row with a value that its fact's kind does not have, in place of
            raising; all others are given.

    Raises:
        InvalidError: a fact's column is missing or of another type, or a row has a value
            that its fact's kind does not have: told by its number from 0.
        TypeError: the frame is lazy.
        MissingExtraError: the extra ``tables`` is not installed.

    Example:
        >>> import polars
        >>> from iopkit.eligibility import FACTS
        >>> frame = polars.DataFrame({"age": [17, None]})
        >>> sheets = fact_sheets([FACTS["age"]], frame, on=date(2026, 1, 5))
        >>> [sheet.values()["age"] for sheet in sheets]
        [17, None]
    """
    asked = tuple(dict.fromkeys(each_a("facts", facts, "facts", Fact)))
    refuse("facts", unless_day(on, "on"))
    given = opened(frame, eager=True)
    import narwhals as nw

    names = frozenset(given.collect_schema())
    of_terms = [fact.terms if fact.terms and not is_in(fact, names) else (fact,) for fact in asked]
    recorded = tuple(dict.fromkeys(chain.from_iterable(of_terms)))
    read = read_columns(recorded, given, on=on)
    found = {column.found: moments(column.found, given) for column in read.values() if column.found}
    refuse("frame", *(day for day in found.values() if isinstance(day, tuple)))
    flags = {day: ~nw.col(day).is_null() for day in found}
    for column in read.values():
        flags |= dict(zip(column.names, column.present(), strict=True))
    known = given.select(flag.alias(name) for name, flag in flags.items())
    rows = zip(given.select(*flags).iter_rows(), known.iter_rows(), strict=True)
    sheets = (_sheet_in(recorded, read, _cells_in(flags, *row), on) for row in rows)
    return (sheet.with_margins(asked) for sheet in _given(sheets, refused))


_Cells = Mapping[str, Any]
"""What a row has, by the name of the column; null where it has nothing."""


# Any: what the engine has.
def _cells_in(names: Iterable[str], row: Sequence[Any], known: Sequence[bool]) -> _Cells:
    return {
        name: value if is_known else None
        for name, value, is_known in zip(names, row, known, strict=True)
    }


def _sheet_in(
    facts: Sequence[AnyFact], read: Columns, cells: _Cells, on: date
) -> FactSheet | tuple[Fault, ...]:
    """A row's facts, or why they are refused."""
    values: dict[str, Value] = {}
    faults: list[Fault] = []
    for fact in facts:
        column = read[fact.name]
        held = tuple(_plain(fact.kind, cells[name]) for name in column.names)
        faults += (wrong := _faults_in(fact.kind, column.names, held))
        if not wrong:
            day = _day(cells[column.found]) if column.found else None
            values[fact.name] = _as_of(fact, column, _value(fact.kind, held), day, on)
    return tuple(faults) or FactSheet.of(facts, values, on=on)


def _faults_in(
    kind: Kind, names: Sequence[str], held: Sequence[Scalar | None]
) -> tuple[Fault, ...]:
    ok = [value is None or kind.accepts(value) for value in held]
    faults = [
        fault
        for name, is_ok in zip(names, ok, strict=True)
        for fault in unless(is_ok, name, kind.expectation(), "another value")
    ]
    ends = [place_of(kind, value) for value in held if value is not None and all(ok)]
    faults += unless(ends == sorted(ends), names[-1], f"at least what {names[0]} is", "less")
    return tuple(faults)


def _value(kind: Kind, held: Sequence[Scalar | None]) -> Value:
    """What one column says, or two with what is least and most."""
    first, last = held[0], held[-1]
    if len(held) == 1 or (first is None and last is None):
        return first
    low, high = ends_of(kind)
    low = low if first is None else place_of(kind, first)
    high = high if last is None else place_of(kind, last)
    if isinstance(kind, Choice):
        return Possible(options=frozenset(kind.options[int(low) : int(high) + 1]))
    # No number is infinite, but what never was.
    most = NEVER if isinstance(kind, Number) and kind.never else nextafter(inf, 0)
    return Possible(*(_plain(kind, max(-most, min(end, most))) for end in (low, high)))


def _as_of(fact: AnyFact, column: Column, value: Value, found: date | None, on: date) -> Value:
    """A reading with its day, or without a value where the finding is not recent enough."""
    dated = value if found is None else evolve(as_possible(value), found=found)
    if column.gate is None or fact.recency is None:
        return dated
    return fact.recency.counted(dated, on)


def _given(sheets: Iterable[FactSheet | tuple[Fault, ...]], refused: Told) -> Iterator[FactSheet]:
    for row, sheet in enumerate(sheets):
        if isinstance(sheet, FactSheet):
            yield sheet
        elif refused is None:
            refuse("frame", Refused(row, None, sheet).located)
        else:
            refused(Refused(row, None, sheet))


def _day(value: date | None) -> date | None:
    return value.date() if isinstance(value, datetime) else value


# Any: what the engine has; what is not of the kind is refused.
def _plain(kind: Kind, value: Any) -> Any:  # noqa: ANN401
    """A value as patients' facts have it: a whole number is an integer, also in a float."""
    import narwhals as nw

    if value is None or not isinstance(kind, Number):
        return nw.to_py_scalar(value)
    return int(value) if kind.whole and float(value).is_integer() else float(value)
