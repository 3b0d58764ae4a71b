"""What columns of frames hold, whatever their engine calls it, as values of a kind of fact.

It stays in one piece: each engine's words stand beside those of the others that mean the same.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from math import ceil, floor, inf, nextafter
from typing import TYPE_CHECKING, Any, NamedTuple

from iopkit.eligibility.kinds import NEVER, Choice, Kind, Number, Scalar, YesNo
from iopkit.errors import Fault, InvalidError, MissingExtraError

if TYPE_CHECKING:
    from narwhals import Expr

# Any: Narwhals' frames are generic in the native one, which may be of any engine.
Frame = Any


class Contents(NamedTuple):
    """A column's values, and whether they are of the kind; ``None``: all that there are."""

    column: "Expr"
    values: "Expr"
    inside: "Expr | None" = None
    has_nan: bool = False

    def present(self) -> "Expr":
        """Whether there is a value, never null."""
        is_there = ~self.column.is_null()
        return is_there & ~self.values.is_nan() if self.has_nan else is_there

    def known(self) -> "Expr":
        """Whether there is one of the kind, never null."""
        return self.present() if self.inside is None else self.inside.fill_null(value=False)


HELD: Mapping[type[Kind], str] = {YesNo: "booleans", Number: "numbers", Choice: "text"}
"""What a column of a kind of fact holds, in words."""


def opened(frame: object, *, eager: bool = False) -> Frame:
    """A frame of any engine, to be worked with.

    Raises:
        MissingExtraError: the extra ``tables`` is not installed.
        TypeError: it is no frame, or a lazy one where it has to be eager.
        InvalidError: two of its columns have one name.
    """
    try:
        import narwhals as nw
    except ImportError as error:
        raise MissingExtraError("tables", "a data frame") from error
    # Any: at run time it takes frames of any engine, whose classes are generic in it.
    native: Any = frame
    kinds: Any = (nw.DataFrame, nw.LazyFrame)
    try:
        given: Frame = nw.from_native(native, pass_through=True)
    except nw.exceptions.DuplicateError as error:
        raise InvalidError("frame", [Fault(("columns",), "each name once", "one twice")]) from error
    if not isinstance(given, kinds):
        raise TypeError(f"expected a data frame, found the class {type(frame).__name__}")
    if eager and is_lazy(given):
        raise TypeError("expected an eager frame, found a lazy one: collect it first")
    return given


def is_lazy(frame: Frame) -> bool:
    """Whether a frame is computed only when it is asked for."""
    import narwhals as nw

    return isinstance(frame, nw.LazyFrame)


def has_kleene(frame: Frame) -> bool:
    """Whether the booleans of a frame's engine, with null as unknown, are exactly Kleene's."""
    return frame.implementation.value in ("polars", "pyarrow", "duckdb", "pyspark")


def moments(name: str, frame: Frame) -> "Expr | tuple[Fault, ...]":
    """A frame's column of days as moments, whatever its type of days; or why it is none."""
    import narwhals as nw

    values, dtype = nw.col(name), frame.collect_schema()[name]
    if dtype == nw.Datetime and dtype.time_zone is None:
        values = values.dt.truncate("1d")
    else:
        fits = dtype == nw.Date or _objects_in(frame, name, dtype) == "date"
        if not fits and not _is_null_alone(frame, name, dtype):
            return (Fault((name,), "a column of days", f"one of {_named(dtype)}"),)
    return values.cast(nw.Datetime("us"))


def moment(day: date) -> datetime:
    """The midnight that begins a day."""
    return datetime.combine(day, time())


def enough_of(count: int, flags: "Sequence[Expr]") -> "Expr":
    """Whether so many flags are true; of nullable ones for one or all, in Kleene's logic."""
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


# Any: Narwhals' types are of several classes.
def dtype_of(kind: Kind) -> Any:  # noqa: ANN401
    """Narwhals' type of a column of a kind of fact."""
    import narwhals as nw

    match kind:
        case YesNo():
            return nw.Boolean()
        case Number():
            # Only floats have what never was.
            return nw.Int64() if kind.whole and not kind.never else nw.Float64()
        case Choice():
            return nw.String()


def options_of(kind: Kind) -> tuple[Scalar, ...]:
    """The values of a kind that has few."""
    return kind.options if isinstance(kind, Choice) else (True, False)


def one_of(values: "Expr", options: Iterable[Scalar]) -> "Expr":
    """Whether values are among some, never null."""
    # Faster than ``is_in``, and the same on every engine.
    return enough_of(1, [(values == option).fill_null(value=False) for option in options])


# Any: a type of Narwhals, here and below.
def contents_of(kind: Kind, name: str, frame: Frame, dtype: Any) -> Contents | Fault:  # noqa: ANN401
    """A fact's values in a column, or that its type does not fit."""
    import narwhals as nw

    column, of, named = nw.col(name), HELD[type(kind)], _named(dtype)
    native = _native_type(frame, name) if named in _SEVERAL else ""
    held = _held(frame, name, dtype, native)
    if held != of:
        if not _is_null_alone(frame, name, dtype):
            said = {"Categorical": f"{named} of {held}", "String": native}.get(named, named)
            return Fault((name,), f"a column of {of}", f"one of {said}")
        # pandas has no type for nulls alone, and has them in no order.
        pandas = frame.implementation.is_pandas_like()
        nothing = nw.lit(kind.low) if isinstance(kind, Number) else column
        values = nothing if pandas else column.cast(dtype_of(kind))
        return Contents(column, values, ~column.is_null())
    values = column
    if named == "Object" and held == "numbers":
        # pandas makes no number of its own null.
        values = values.fill_null(float("nan")).cast(nw.Float64())
    elif named in _NOT_COMPARED or native == "string_view":
        values = values.cast(nw.Float64() if held == "numbers" else dtype_of(kind))
    match kind:
        case YesNo():
            return Contents(column, values)
        case Choice(options):
            return Contents(column, values, one_of(values, options))
        case Number():
            has_nan = not (dtype.is_integer() or dtype.is_decimal())
            inside = _in_range(kind, values, whole=dtype.is_integer())
            return Contents(column, values, inside, has_nan)


# Narwhals' types by their class, as comparing them takes long.
_SEVERAL = {"Unknown", "String", "Object", "Categorical"}
"""Types that tell apart too little."""
# Narrow floats would narrow what they are compared with, PyArrow compares no views of text,
# and Polars before 2 compares the others with few values.
_NOT_COMPARED = {"Float16", "Float32", "Unknown", "Categorical", "Enum", "Decimal"}


def _in_range(kind: Number, values: "Expr", *, whole: bool) -> "Expr":
    """Whether a value is one of the kind's; ``whole``: its column has whole numbers alone."""
    if whole:
        low, high = ceil(max(kind.low, -(2**63))), floor(min(kind.high, 2**63 - 1))
        return values.is_between(low, high)
    # An infinite bound leaves out infinity, and NaN, which some engines put above it.
    limit = nextafter(inf, 0)
    inside = values.is_between(max(kind.low, -limit), min(kind.high, limit))
    inside = inside & (values == values.floor()) if kind.whole else inside
    return inside | (values == NEVER) if kind.never else inside


# What engines call the type of nulls alone, which Narwhals does not tell from ones unknown to it.
_NULLS = {"Null", "null", "null[pyarrow]", "NULL", "NullType()"}

_NATIVE_TYPES: Mapping[str, Callable[[Any, str], object]] = {
    "duckdb": lambda frame, name: frame.types[frame.columns.index(name)],
    "pandas": lambda frame, name: frame.dtypes[name],
    "polars": lambda frame, name: frame.collect_schema()[name],
    "pyarrow": lambda frame, name: frame.schema.field(name).type,
    "pyspark": lambda frame, name: frame.schema[name].dataType,
}


def _native_type(frame: Frame, name: str) -> str:
    """What its engine calls a column's type; empty on engines that are not tested."""
    read = _NATIVE_TYPES.get(frame.implementation.value)
    return str(read(frame.to_native(), name)).strip('"') if read else ""


def _is_null_alone(frame: Frame, name: str, dtype: Any) -> bool:  # noqa: ANN401
    """Whether a column has the type of nulls alone, or, as pandas has none, nulls alone."""
    import narwhals as nw

    if dtype == nw.Unknown and _native_type(frame, name) in _NULLS:
        return True
    return bool(frame.implementation.is_pandas_like() and frame[name].is_null().all())


# pandas compares no views of text, nor can it make them anything else.
_NO_TEXT = {"JSON", "string_view[pyarrow]"}
_INFERRED = {
    **dict.fromkeys(("integer", "floating", "decimal", "mixed-integer-float"), "numbers"),
    "boolean": "booleans",
    "string": "text",
}
"""What values are, as pandas calls those that have no type of their own."""
_ARROW = {
    **{f"<values={of}": "numbers" for of in ("int", "uint", "float", "double", "halffloat", "dec")},
    "<values=bool,": "booleans",
    **{f"<values={of},": "text" for of in ("string", "large_string")},
}
"""The same, as Arrow's dictionaries tell it."""


def _held(frame: Frame, name: str, dtype: Any, native: str) -> str:  # noqa: ANN401
    """What values a column holds: objects and categories may be of any."""
    named = _named(dtype)
    if named == "Boolean":
        return "booleans"
    if native == "category":
        return _INFERRED.get(frame.to_native()[name].cat.categories.inferred_type, "others")
    if native.startswith("dictionary"):
        return next((held for start, held in _ARROW.items() if start in native), "others")
    if named == "Object":
        return _INFERRED.get(_objects_in(frame, name, dtype), "others")
    if named in ("String", "Categorical", "Enum") and native not in _NO_TEXT:
        return "text"
    return "numbers" if dtype.is_numeric() else "others"


def _objects_in(frame: Frame, name: str, dtype: Any) -> str:  # noqa: ANN401
    """What pandas' objects are, as it calls them; among them 1 is equal to true, but no boolean."""
    import narwhals as nw

    if dtype != nw.Object or not frame.implementation.is_pandas_like():
        return ""
    types = frame.implementation.to_native_namespace().api.types
    return str(types.infer_dtype(frame[name].to_native()))


def _named(dtype: Any) -> str:  # noqa: ANN401
    # The class of a type alone: in full, it may list its values.
    return type(dtype).__name__
