"""Predicates and policies over data frames, a row for each patient, on any engine.

Needs the extra ``tables``. A frame has one column for each fact, named like it: booleans,
numbers or text, with nulls for what is not known. What its kind of fact does not have (an
age of 400, an option that does not exist, NaN) is not known either, so that it never makes
a yes or a no; ``check_frame`` finds it.

It stays in one piece: each engine's words stand beside those of the others that mean the same.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from math import ceil, floor, inf, nextafter
from operator import eq, ge, gt, le, lt
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from iopkit.eligibility.answers import Answers
from iopkit.eligibility.diagrams import (
    LEAVES,
    NO,
    YES,
    Diagram,
    Node,
    diagram_of,
    reached,
    relevance,
)
from iopkit.eligibility.kinds import Choice, Kind, Number, Scalar, YesNo
from iopkit.eligibility.policies import Policy
from iopkit.eligibility.predicates import (
    AllOf,
    AnyFact,
    AnyOf,
    AtLeast,
    Atom,
    Between,
    Compare,
    Known,
    Not,
    OneOf,
    Operator,
    Predicate,
    Values,
    compiled,
    facts_in,
)
from iopkit.eligibility.sheets import FactSheet, read_facts
from iopkit.errors import (
    Fault,
    InvalidError,
    MissingExtraError,
    refuse,
    unless,
    unless_a,
    unless_day,
)
from iopkit.fields import frozen
from iopkit.frames.refusals import Refused, Told
from iopkit.patients.patients import Patient
from iopkit.prose import counted, listed
from iopkit.truth import Truth

if TYPE_CHECKING:
    import narwhals

T = TypeVar("T")

VERDICT = "verdict"
ASSUMED = "assumed_in_force"
KEY = "key"


@frozen
class Rails:
    """Two expressions that are never null: "is true" and "is false"; neither is unknown."""

    yes: "narwhals.Expr"
    no: "narwhals.Expr"


@frozen
class AttritionStep:
    """How many patients one more criterion leaves, of those that the ones before it left.

    ``excluded`` do not meet it. Of the others, ``met`` meet it and all before it, and for
    ``undetermined`` that is not known. ``assumed_in_force``: the policy is not known to be in
    force on the day, and the caller asked to count by it all the same.
    """

    criterion: str
    excluded: int
    met: int
    undetermined: int
    assumed_in_force: bool = False

    @property
    def remaining(self) -> int:
        """How many are not excluded so far."""
        return self.met + self.undetermined


def rails(predicate: Predicate, frame: object) -> Rails:
    """A predicate as Narwhals expressions over a frame's columns; nothing is computed.

    Of a policy, ask for ``policy.predicate(on=day)``; ``decide_frame`` has its verdicts.

    Raises:
        InvalidError: a fact's column is missing or of another type.
        MissingExtraError: the extra ``tables`` is not installed.

    Example:
        >>> import narwhals, polars
        >>> from iopkit.eligibility import FACTS
        >>> frame = polars.DataFrame({"age": [17, 18, None]})
        >>> adult = rails(FACTS["age"] >= 18, frame)
        >>> narwhals.from_native(frame).select(adult.yes.alias("yes"), adult.no.alias("no")).rows()
        [(False, True), (True, False), (False, False)]
    """
    return _rails(predicate, _columns(facts_in(predicate), _opened(frame)))


def decide_frame(  # noqa: PLR0913  # what is asked of a frame, by name
    policy: Policy,
    frame: T,
    *,
    on: date,
    criteria: bool = False,
    missing: bool = False,
    assume_in_force: bool = False,
) -> T:
    """A frame with a policy's verdict for each row: ``yes``, ``no`` or ``unknown``.

    These are text, or in Polars an ``Enum`` of the three, which compares with text. Each
    row's is that of ``Policy.decide`` for a patient with these facts. A lazy frame stays
    lazy, and nothing is collected.

    Args:
        on: the day whose version decides; the facts are as of that day.
        criteria: give a column ``criterion_<name>`` for each criterion too.
        missing: give a column ``missing_<fact>`` for each fact too: whether it is not known
            and could still change the verdict, as ``Decision.missing`` has it.
        assume_in_force: where no version is known to be in force, decide by the nearest, as
            ``Policy.decide``; and give a column ``assumed_in_force``, true in each row if so.

    Raises:
        NotInForceError: no version is known to be in force on ``on``, and none is assumed.
        InvalidError: a fact's column is missing or of another type, or the frame has a
            column of an output's name, or two outputs have one; case makes no difference.
        TooComplexError: with ``missing``, the policy's diagram is too large.
        MissingExtraError: the extra ``tables`` is not installed.

    Example:
        >>> import polars
        >>> from iopkit.library import find_policy
        >>> policy = find_policy("us-medicare-iop")
        >>> yes_no = {fact.name: [True, None] for fact in policy.facts(on=date(2026, 1, 5))}
        >>> frame = polars.DataFrame({**yes_no, "needed_hours_per_week": [8.5, 9.0]})
        >>> decide_frame(policy, frame, on=date(2026, 1, 5))["verdict"].to_list()
        ['no', 'unknown']
    """
    refuse("frame", unless_a(policy, "policy", Policy))
    version = policy.version(on=on, assume_in_force=assume_in_force)
    opened, asked = _opened(frame), version.value
    facts = policy.facts(on=on, assume_in_force=assume_in_force)
    outputs = [VERDICT]
    outputs += [f"criterion_{criterion.name}" for criterion in asked if criteria]
    outputs += [f"missing_{fact.name}" for fact in facts if missing]
    outputs += [ASSUMED] if assume_in_force else []
    columns = _columns(facts, opened, outputs)
    judged = [_rails(criterion.predicate, columns) for criterion in asked]
    results = [_words(_all_of(judged), opened)]
    results += [_words(rail, opened) for rail in judged if criteria]
    stages: Sequence[_Stage] = ()
    if missing:
        every = policy.predicate(on=on, assume_in_force=assume_in_force)
        stages, flags = _missing(every, columns, prefix=_free_prefix(opened))
        results += [flags[fact] for fact in facts]
    if assume_in_force:
        import narwhals as nw

        results.append(nw.lit(not version.is_in_force(on)))
    decided = _added(opened, *stages, dict(zip(outputs, results, strict=True)))
    kept: T = decided.drop(*(name for stage in stages for name in stage)).to_native()
    return kept


def attrition(
    policy: Policy, frame: object, *, on: date, assume_in_force: bool = False
) -> tuple[AttritionStep, ...]:
    """How many patients each criterion leaves, one step for each, in the policy's order.

    A lazy frame is computed, once, down to these counts. Small counts can tell on a
    patient: mind it before they are published.

    Args:
        assume_in_force: where no version is known to be in force, count by the nearest; each step
            says so.

    Raises:
        NotInForceError: no version is known to be in force on ``on``, and none is assumed.
        InvalidError: a fact's column is missing or of another type.
        MissingExtraError: the extra ``tables`` is not installed.

    Example:
        >>> import polars
        >>> from iopkit.library import find_policy
        >>> policy = find_policy("us-medicare-iop")
        >>> yes_no = {fact.name: [True, None] for fact in policy.facts(on=date(2026, 1, 5))}
        >>> frame = polars.DataFrame({**yes_no, "needed_hours_per_week": [8.5, 9.0]})
        >>> step = attrition(policy, frame, on=date(2026, 1, 5))[0]
        >>> step.criterion, step.excluded, step.met, step.undetermined
        ('nine_hours', 1, 1, 0)
    """
    refuse("frame", unless_a(policy, "policy", Policy))
    opened = _opened(frame)
    version = policy.version(on=on, assume_in_force=assume_in_force)
    criteria, assumed = version.value, not version.is_in_force(on)
    columns = _columns(policy.facts(on=on, assume_in_force=assume_in_force), opened)
    judged = [_rails(criterion.predicate, columns) for criterion in criteria]
    stage, judged = _staged(opened, judged)
    so_far = [_all_of(judged[: number + 1]) for number in range(len(criteria))]
    rows, *counts = _counts(stage, [flag for rail in so_far for flag in (rail.yes, rail.no)])
    met, out = counts[::2], [0, *counts[1::2]]
    return tuple(
        AttritionStep(
            criterion.name, out[n + 1] - out[n], met[n], rows - out[n + 1] - met[n], assumed
        )
        for n, criterion in enumerate(criteria)
    )


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
    asked = tuple(dict.fromkeys(facts))
    opened = _opened(frame, eager=refused is not None)
    wrong = [column.present & ~column.inside for column in _columns(asked, opened).values()]
    counts = _counts(opened, wrong)[1:]
    # Only of facts with such values are the rows looked for, as most frames have none.
    rows = {
        fact: _true_rows(opened, flag)
        for fact, flag, count in zip(asked, wrong, counts, strict=True)
        if count
    }
    if refused is None:
        found = dict(zip(asked, counts, strict=True))
        refuse("frame", *((_in_rows(fact, found[fact], rows[fact]),) for fact in rows))
    else:
        for row in sorted({row for those in rows.values() for row in those}):
            faults = [
                Fault((fact.name,), fact.kind.expectation(), "another value")
                for fact, those in rows.items()
                if row in those
            ]
            refused(Refused(row, None, tuple(faults)))


def _true_rows(frame: "_Frame", flag: "narwhals.Expr") -> Collection[int]:
    """The numbers of the rows in which a flag is true, in their order; none of a lazy frame."""
    if _is_lazy(frame):
        return ()
    return dict.fromkeys(frame.select(flag.alias("flag"))["flag"].arg_true().to_list())


_ROWS_TOLD = 10


def _in_rows(fact: AnyFact, count: int, rows: Iterable[int]) -> Fault:
    """A fault of a fact in so many rows, of which the first are told, if they have numbers."""
    first = list(map(str, islice(rows, _ROWS_TOLD)))
    named = [*first, "others"] if count > len(first) else first
    where = f"row{'s' * (count > 1)} {listed(named)}" if first else counted(count, "row")
    return Fault(
        (fact.name,), f"{fact.kind.expectation()} in each row", f"another value in {where}"
    )


# Any: a frame of the backend, which types cannot name without importing it.
def facts_frame(
    facts: Iterable[AnyFact],
    patients: Iterable[Patient],
    *,
    on: date,
    backend: Literal["polars", "pyarrow"] = "polars",
    refused: Told = None,
) -> Any:  # noqa: ANN401
    """A frame of facts read from patients: the patient's ``key`` as text, then each fact.

    It is confidential: with the keys, each row is a patient's record. Facts are booleans,
    integers, floats or text, and null where they are not known.

    Args:
        patients: read one by one, and not kept.
        backend: ``polars`` or ``pyarrow``.
        refused: takes each patient that ``read_facts`` refuses, in place of raising; the frame
            then has all others.

    Raises:
        InvalidError: a fact is named ``key``, or ``read_facts`` refuses patients: told by
            their numbers from 0 and their keys.
        MissingExtraError: the extra ``tables`` is not installed.
        ModuleNotFoundError: ``backend`` is ``pyarrow``, which no extra brings, and it is not
            installed.

    Example:
        >>> from uuid import UUID
        >>> from iopkit.eligibility import FACTS
        >>> somebody = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"), date(1984, 5, 17))
        >>> facts_frame([FACTS["age"]], [somebody], on=date(2026, 1, 5))["age"].to_list()
        [41]
    """
    asked = tuple(dict.fromkeys(facts))
    refuse("facts", unless_day(on, "on"))
    names = [fact.name for fact in asked]
    refuse("facts", unless(KEY not in names, KEY, "no fact of that name", "one"))
    data = _read(asked, patients, on, refused)
    if isinstance(data, tuple):
        raise InvalidError("patients", data)
    try:
        import narwhals as nw

        schema = {KEY: nw.String(), **{fact.name: _dtype(fact.kind) for fact in asked}}
        return nw.from_dict(data, schema, backend=backend).to_native()
    except ImportError as error:
        if error.name == "pyarrow":
            raise
        raise MissingExtraError("tables", "a data frame") from error


_FAULTS_TOLD = 100


def _read(
    facts: Sequence[AnyFact], patients: Iterable[Patient], on: date, refused: Told
) -> dict[str, list[object]] | tuple[Fault, ...]:
    """The columns of the patients, or what is to be raised, as no frame with values raises."""
    data: dict[str, list[object]] = {KEY: [], **{fact.name: [] for fact in facts}}
    faults: list[Fault] = []
    for row, patient in enumerate(patients):
        sheet = _sheet_of(facts, patient, on)
        if isinstance(sheet, FactSheet):
            data[KEY].append(str(patient.key))
            for name, value in sheet.items:
                data[name].append(value)
            continue
        one = Refused(row, getattr(patient, KEY, None), sheet)
        if refused is not None:
            refused(one)
        elif len(faults) < _FAULTS_TOLD:
            faults += one.located
    return tuple(faults) or data


def _sheet_of(
    facts: Iterable[AnyFact], patient: Patient, on: date
) -> FactSheet | tuple[Fault, ...]:
    """A patient's facts, or why they are refused, told apart from all that was read."""
    try:
        refuse("patients", unless_a(patient, "patient", Patient))
        return read_facts(facts, patient, on=on)
    except InvalidError as error:
        return error.faults


def fact_sheets(
    facts: Iterable[AnyFact], frame: object, *, on: date, refused: Told = None
) -> Iterator[FactSheet]:
    """The rows of an eager frame as fact sheets, one at a time, in order.

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
    asked = tuple(dict.fromkeys(facts))
    refuse("facts", unless_day(on, "on"))
    opened = _opened(frame, eager=True)
    columns = _columns(asked, opened)
    known = opened.select(columns[fact.name].present.alias(fact.name) for fact in asked)
    rows = zip(opened.select(known.columns).iter_rows(), known.iter_rows(), strict=True)
    return _given((_sheet_in(asked, row, on) for row in rows), refused)


def _sheet_in(
    facts: Sequence[AnyFact], row: tuple[Sequence[Any], Sequence[bool]], on: date
) -> FactSheet | tuple[Fault, ...]:
    """A row's facts, or why they are refused, told apart from all that was read."""
    try:
        return FactSheet.of(facts, _values(facts, *row), on=on)
    except InvalidError as error:
        return error.faults


def _given(sheets: Iterable[FactSheet | tuple[Fault, ...]], refused: Told) -> Iterator[FactSheet]:
    for row, sheet in enumerate(sheets):
        if isinstance(sheet, FactSheet):
            yield sheet
        elif refused is None:
            refuse("frame", Refused(row, None, sheet).located)
        else:
            refused(Refused(row, None, sheet))


@frozen
class _Column:
    """A fact's values; whether there is one, and one of the fact's kind, never null."""

    values: "narwhals.Expr"
    present: "narwhals.Expr"
    inside: "narwhals.Expr"


# Any: Narwhals' frames are generic in the native one, which may be of any engine.
_Frame = Any
_Columns = Mapping[str, _Column]
_Stage = Mapping[str, "narwhals.Expr"]


def _opened(frame: object, *, eager: bool = False) -> _Frame:
    try:
        import narwhals as nw
    except ImportError as error:
        raise MissingExtraError("tables", "a data frame") from error
    # Any: at run time it takes frames of any engine, and refuses all else with a TypeError.
    native: Any = frame
    return nw.from_native(native, eager_only=True) if eager else nw.from_native(native)


def _columns(facts: Iterable[AnyFact], frame: _Frame, outputs: Iterable[str] = ()) -> _Columns:
    """Facts' columns by name; raises if one does not fit, or an output's name is taken."""
    asked, schema = tuple(dict.fromkeys(facts)), frame.collect_schema()
    found = {fact.name: _column(fact, frame) for fact in asked if fact.name in schema}
    # The class of a type alone: in full, it may list its values.
    types = {name: f"one of {type(schema[name]).__name__}" for name in found}
    given = tuple(outputs)
    # DuckDB and Spark tell no names apart by case.
    names = [str(name).casefold() for name in (*schema, *given)]
    free = [name not in names[: len(schema) + n] for n, name in enumerate(names[len(schema) :])]
    refuse(
        "frame",
        *(
            unless(
                found.get(fact.name) is not None,
                fact.name,
                f"a column of {_CONTENTS[type(fact.kind)]}",
                types.get(fact.name, "none"),
            )
            for fact in asked
        ),
        *(
            unless(is_free, name, "no column of that name", "one")
            for name, is_free in zip(given, free, strict=True)
        ),
    )
    return {name: column for name, column in found.items() if column}


_CONTENTS: Mapping[type[Kind], str] = {YesNo: "booleans", Number: "numbers", Choice: "text"}


def _column(fact: AnyFact, frame: _Frame) -> _Column | None:
    """A fact's column, or ``None`` if its type does not fit."""
    import narwhals as nw

    kind = fact.kind
    values, dtype = nw.col(fact.name), frame.collect_schema()[fact.name]
    present, pandas = ~values.is_null(), frame.implementation.is_pandas_like()
    native = _native_type(frame, fact.name) if dtype in (nw.Unknown, nw.String) else ""
    match kind:
        case YesNo():
            fits = dtype == nw.Boolean or (pandas and _are_booleans(frame[fact.name]))
        case Number():
            fits = dtype.is_numeric()
        case Choice():
            fits = dtype in (nw.String, nw.Categorical, nw.Enum) and native != "JSON"
    if not fits and native not in _NULLS:
        if not (pandas and frame[fact.name].is_null().all()):
            return None
        # pandas has no type for nulls alone, and has them in no order.
        return _Column(nw.lit(kind.low) if isinstance(kind, Number) else values, present, present)
    # Narrow floats would narrow what they are compared with, PyArrow compares no views of text,
    # and Polars before 2 compares the others with few values.
    narrow = dtype.is_float() and dtype != nw.Float64
    others = (nw.Unknown, nw.Categorical, nw.Enum, nw.Decimal)
    if narrow or native == "string_view" or dtype in others:
        values = values.cast(nw.Float64() if isinstance(kind, Number) else _dtype(kind))
    if not isinstance(kind, Number):
        return _Column(values, present, _one_of(values, _options(kind)))
    if dtype.is_float():
        present &= ~values.is_nan()
    return _Column(values, present, _in_range(kind, values, whole=dtype.is_integer()))


# What engines call the type of nulls alone, which Narwhals does not tell from ones unknown to it.
_NULLS = {"Null", "null", "null[pyarrow]", "NULL", "NullType()"}

_NATIVE_TYPES: Mapping[str, Callable[[Any, str], object]] = {
    "duckdb": lambda frame, name: frame.types[frame.columns.index(name)],
    "pandas": lambda frame, name: frame.dtypes[name],
    "polars": lambda frame, name: frame.collect_schema()[name],
    "pyarrow": lambda frame, name: frame.schema.field(name).type,
    "pyspark": lambda frame, name: frame.schema[name].dataType,
}


def _native_type(frame: _Frame, name: str) -> str:
    """What its engine calls a column's type; empty on engines that are not tested."""
    read = _NATIVE_TYPES.get(frame.implementation.value)
    return str(read(frame.to_native(), name)).strip('"') if read else ""


# Any: a series of pandas, or of an engine like it.
def _are_booleans(series: Any) -> bool:  # noqa: ANN401
    """Whether a series has booleans as objects, as pandas has them with nulls.

    Among objects 1 is equal to true, but it is no boolean.
    """
    import narwhals as nw

    types = series.implementation.to_native_namespace().api.types
    return bool(series.dtype == nw.Object and types.infer_dtype(series.to_native()) == "boolean")


def _in_range(kind: Number, values: "narwhals.Expr", *, whole: bool) -> "narwhals.Expr":
    """Whether a value is one of the kind's; ``whole``: its column has whole numbers alone."""
    if whole:
        low, high = ceil(max(kind.low, -(2**63))), floor(min(kind.high, 2**63 - 1))
        return values.is_between(low, high).fill_null(value=False)
    # An infinite bound leaves out infinity, and NaN, which some engines put above it.
    limit = nextafter(inf, 0)
    inside = values.is_between(max(kind.low, -limit), min(kind.high, limit))
    return (inside & (values == values.floor()) if kind.whole else inside).fill_null(value=False)


def _dtype(kind: Kind) -> "narwhals.dtypes.DType":
    import narwhals as nw

    match kind:
        case YesNo():
            return nw.Boolean()
        case Number():
            return nw.Int64() if kind.whole else nw.Float64()
        case Choice():
            return nw.String()


def _options(kind: YesNo | Choice) -> tuple[Scalar, ...]:
    return kind.options if isinstance(kind, Choice) else (True, False)


def _one_of(values: "narwhals.Expr", options: Iterable[Scalar]) -> "narwhals.Expr":
    # Faster than ``is_in``, and the same on every engine.
    return _at_least(1, [(values == option).fill_null(value=False) for option in options])


_COMPARES = {
    Operator.AT_LEAST: ge,
    Operator.MORE_THAN: gt,
    Operator.AT_MOST: le,
    Operator.LESS_THAN: lt,
    Operator.EQUALS: eq,
}


def _asked(atom: Atom, column: _Column) -> Rails:
    """Both rails of an atom, each from the values that it stands for, so that null is in none."""
    kind: Kind = atom.fact.kind
    values, inside = column.values, column.inside
    if not isinstance(kind, Number) and not isinstance(atom, Known):
        name, test = atom.fact.name, compiled(atom)
        split = {t: [v for v in _options(kind) if test({name: v}) is t] for t in Truth}
        return Rails(_one_of(values, split[Truth.YES]), _one_of(values, split[Truth.NO]))
    match atom:
        case Known():
            return Rails(inside, ~inside)
        case Compare(_, operator, value):
            holds: narwhals.Expr = _COMPARES[operator](values, value)
        case Between(_, low, high):
            holds = values.is_between(low, high)
        case OneOf(_, options):
            holds = _one_of(values, options)
    holds = holds.fill_null(value=False)
    return Rails(inside & holds, inside & ~holds)


def _rails(predicate: Predicate, columns: _Columns) -> Rails:
    match predicate:
        case Not(part):
            opposed = _rails(part, columns)
            return Rails(opposed.no, opposed.yes)
        case AllOf(parts):
            return _all_of([_rails(part, columns) for part in parts])
        case AnyOf(parts):
            return _joined(1, [_rails(part, columns) for part in parts])
        case AtLeast(count, parts):
            return _joined(count, [_rails(part, columns) for part in parts])
        case _:
            return _asked(predicate, columns[predicate.fact.name])


def _all_of(parts: Sequence[Rails]) -> Rails:
    return _joined(len(parts), parts)


def _joined(count: int, parts: Sequence[Rails]) -> Rails:
    """At least ``count`` of the parts; no as soon as too many are no."""
    against = len(parts) - count + 1
    return Rails(
        _at_least(count, [part.yes for part in parts]),
        _at_least(against, [part.no for part in parts]),
    )


def _at_least(count: int, flags: "Sequence[narwhals.Expr]") -> "narwhals.Expr":
    import narwhals as nw

    if not flags:
        return nw.lit(count <= 0)
    if len(flags) == 1:
        return flags[0]
    if count == 1:
        return nw.any_horizontal(*flags, ignore_nulls=False)
    if count == len(flags):
        return nw.all_horizontal(*flags, ignore_nulls=False)
    return nw.sum_horizontal(*(flag.cast(nw.Int64) for flag in flags)) >= count


def _words(rail: Rails, frame: _Frame) -> "narwhals.Expr":
    """The value of the ``Truth`` that two rails stand for."""
    import narwhals as nw

    # Writing text would take Polars three times as long as all that comes before it.
    dtype = nw.Enum([truth.value for truth in Truth]) if frame.implementation.is_polars() else None
    yes, no, unknown = (nw.lit(t.value, dtype) for t in (Truth.YES, Truth.NO, Truth.UNKNOWN))
    return nw.when(rail.no).then(no).when(rail.yes).then(yes).otherwise(unknown)


def _is_lazy(frame: _Frame) -> bool:
    import narwhals as nw

    return isinstance(frame, nw.LazyFrame)


def _added(frame: _Frame, *stages: "_Stage") -> _Frame:
    """A frame with more columns, each stage with those of the stages before it at hand."""
    # Polars works out what expressions share, but only in its lazy frames.
    detour = frame.implementation.is_polars() and not _is_lazy(frame)
    result = frame.lazy() if detour else frame
    for stage in stages:
        result = result.with_columns(value.alias(name) for name, value in stage.items())
    return result.collect() if detour else result


def _staged(frame: _Frame, judged: Sequence[Rails]) -> tuple[_Frame, list[Rails]]:
    """Rails as columns, so that what is built on them computes each once on every engine."""
    import narwhals as nw

    yes, no = (f"{_free_prefix(frame)}{word}_" for word in ("yes", "no"))
    names = [Rails(nw.col(f"{yes}{n}"), nw.col(f"{no}{n}")) for n in range(len(judged))]
    flags = {f"{yes}{n}": rail.yes for n, rail in enumerate(judged)}
    flags |= {f"{no}{n}": rail.no for n, rail in enumerate(judged)}
    return _added(frame, flags), names


def _free_prefix(frame: _Frame) -> str:
    """What no column's name starts with, whatever its case: it is longer than each."""
    # pandas has names that are no text.
    return "_" * (1 + max((len(str(name)) for name in frame.columns), default=0))


def _missing(
    predicate: Predicate, columns: _Columns, *, prefix: str
) -> "tuple[Sequence[_Stage], Mapping[AnyFact, narwhals.Expr]]":
    """For each fact, whether it is not known and could still change a predicate's truth.

    The flags rest on columns that the stages make: one for each node of the facts'
    diagrams, those of one question together, as a node rests on later questions alone.
    """
    import narwhals as nw

    diagram = diagram_of(predicate)
    nodes: dict[Node, int] = {}
    roots = {fact: _shared(relevance(diagram, fact), nodes) for fact in diagram.facts}
    leaves = {NO: nw.lit(value=False), YES: nw.lit(True)}
    made = leaves | {number: nw.col(f"{prefix}{number}") for number in nodes.values()}
    stages = [
        {
            f"{prefix}{number}": _followed(answers, node, columns, made)
            for node, number in nodes.items()
            if node.question == question
        }
        for question, answers in reversed(tuple(enumerate(diagram.questions)))
    ]
    flags = {
        fact: ~columns[fact.name].inside & made[roots.get(fact, NO)] for fact in facts_in(predicate)
    }
    return stages, flags


def _shared(diagram: Diagram, nodes: dict[Node, int]) -> int:
    """The number of a diagram's root among nodes that several diagrams share."""
    numbers = {leaf: leaf for leaf in range(len(LEAVES))}
    for number in reached(diagram):
        node = diagram.node(number)
        copied = Node(node.question, tuple(numbers[branch] for branch in node.branches))
        numbers[number] = nodes.setdefault(copied, len(LEAVES) + len(nodes))
    return numbers[diagram.root]


def _followed(
    answers: Answers, node: Node, columns: _Columns, made: "Mapping[int, narwhals.Expr]"
) -> "narwhals.Expr":
    """Whether a node leads to yes, given whether those after it do."""
    inside = columns[answers.fact.name].inside
    ways: list[narwhals.Expr] = []
    for branch in dict.fromkeys(node.branches):
        places = [place for place, to in enumerate(node.branches) if to == branch]
        known = [place for place in places if place < answers.count]
        taken = [_rails(answers.predicate(known), columns).yes] if known else []
        taken += [~inside] if answers.count in places else []
        ways.append(_at_least(1, taken) & made[branch])
    return _at_least(1, ways)


def _counts(frame: _Frame, flags: "Iterable[narwhals.Expr]") -> tuple[int, ...]:
    """The number of rows, and of those in which each flag is true."""
    import narwhals as nw

    sums = [flag.cast(nw.Int64).sum().alias(str(n)) for n, flag in enumerate(flags)]
    result = frame.select(nw.len().alias("rows"), *sums)
    row = (result.collect() if _is_lazy(result) else result).row(0)
    # The sum of no rows is null on some engines.
    return tuple(int(count or 0) for count in row)


def _values(facts: Sequence[AnyFact], row: Sequence[Any], known: Sequence[bool]) -> Values:
    """A row as patients' facts are: a whole number is an integer, also in a float."""
    return {
        fact.name: _plain(fact.kind, value) if is_known else None
        for fact, value, is_known in zip(facts, row, known, strict=True)
    }


# Any: what the engine has; the fact sheet refuses what is not of the kind.
def _plain(kind: Kind, value: Any) -> Any:  # noqa: ANN401
    import narwhals as nw

    if not isinstance(kind, Number):
        return nw.to_py_scalar(value)
    return int(value) if kind.whole and float(value).is_integer() else float(value)
