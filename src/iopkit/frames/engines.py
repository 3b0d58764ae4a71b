"""Frames of several engines: opened alike, joined to small tables, given back as they came.

Narwhals knows all of them, and Polars does the work for those that are eager; PyArrow is the
way from one to another. The extra ``tables`` brings the three.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

from iopkit.errors import Fault, MissingExtraError, refuse, unless
from iopkit.fields import frozen
from iopkit.frames.contents import is_lazy, opened

if TYPE_CHECKING:
    import polars as pl

# Any: Narwhals' frames are generic in the native one, which may be of any engine.
Frame = Any


@frozen
class Engine:
    """What frames are of, and whether they are eager."""

    name: str
    eager: bool

    @classmethod
    def of(cls, frame: object) -> "Engine":
        """The engine of a frame.

        Raises:
            InvalidError: it is another than those named here.
            MissingExtraError: the extra ``tables`` is not installed.
            TypeError: it is not a frame.
        """
        if any(find_spec(package) is None for package in ("narwhals", "polars", "pyarrow")):
            raise MissingExtraError("tables", "a data frame")
        given = opened(frame)
        name = given.implementation.value
        known = isinstance(name, str) and name in _ENGINES
        refuse("frame", unless(known, "engine", f"one of {', '.join(_ENGINES)}", name))
        return cls(name, not is_lazy(given))

    def rows(self, frame: object, names: Sequence[str]) -> Frame:
        """Some columns of a frame, lazy; those of an eager frame in Polars.

        Raises:
            InvalidError: a column has values of several types.
        """
        import narwhals as nw
        import polars as pl

        native: Any = frame
        given: Frame = nw.from_native(native)
        rows = given.select(names)
        return nw.from_native(pl.LazyFrame(_columns(rows))) if self.eager else rows

    def join(
        self,
        rows: Frame,
        table: "pl.DataFrame",
        *,
        on: list[str],
        how: Literal["inner", "left"] = "inner",
    ) -> Frame:
        """Rows with those of a small table, in the order of both where the engine has one."""
        import narwhals as nw

        if beside := _BESIDE.get(self.name):
            return rows.join(nw.from_native(beside(rows.to_native(), table)), on=on, how=how)
        # Narwhals has no word for the order.
        lazy: pl.LazyFrame = rows.to_native()
        joined = lazy.join(table.lazy(), on=on, how=how, maintain_order="left_right")
        return nw.from_native(joined)

    # Any: a frame of the engine.
    def like_given(self, rows: Frame, *, whole: Iterable[str]) -> Any:  # noqa: ANN401
        """Rows as a frame like the one given; ``whole``: numbers that stay so beside nulls."""
        if not self.eager:
            return rows.to_native()
        found: pl.DataFrame = rows.to_native().collect()
        match self.name:
            case "pandas":
                # Any: a frame of pandas, whose types are not all known.
                frame: Any = found.to_pandas()
                return frame.astype(dict.fromkeys(whole, "Int16"))
            case "pyarrow":
                return _arrow(found)
            case _:
                return found


_ENGINES = "polars", "pandas", "pyarrow", "duckdb", "pyspark"


# Any: a relation, and a table of PyArrow, which has no types.
def _beside_relation(native: Any, table: "pl.DataFrame") -> Any:  # noqa: ANN401
    """A small table in the connection of a relation, which has no other way to it."""
    iopkit_table = _arrow(_plain(table))  # the query finds it by its name
    beside = native.query("iopkit_patients", "SELECT * FROM iopkit_table")
    native.query("iopkit_patients", "DROP VIEW iopkit_patients")
    del iopkit_table
    return beside


def _plain(table: "pl.DataFrame") -> "pl.DataFrame":
    import polars as pl

    return table.cast({pl.Enum: pl.String, pl.Categorical: pl.String})


_SPARK = {
    "Int8": "tinyint",
    "Int16": "smallint",
    "Int32": "int",
    "Int64": "bigint",
    "Float64": "double",
    "Date": "date",
    "Datetime(time_unit='us', time_zone=None)": "timestamp_ntz",
    "Datetime(time_unit='us', time_zone='UTC')": "timestamp",
}
_BESIDE: Mapping[str, Callable[[Any, "pl.DataFrame"], Any]] = {
    "duckdb": _beside_relation,
    # It reads no dictionaries, and takes wall-clock times for instants if it is not told.
    "pyspark": lambda native, table: native.sparkSession.createDataFrame(
        _arrow(_plain(table)),
        ", ".join(f"{name} {_SPARK.get(str(t), 'string')}" for name, t in table.schema.items()),
    ),
}


# Any: a table of PyArrow, which has no types.
def _arrow(table: "pl.DataFrame") -> Any:  # noqa: ANN401
    import polars as pl

    # Other engines do not read Polars' views of text everywhere.
    frame: Any = table
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


def _columns(given: Frame) -> "dict[str, pl.Series]":
    """The columns of an eager frame, in Polars."""
    import polars as pl

    columns: dict[str, pl.Series] = {}
    mixed: list[Fault] = []
    for name in given.columns:
        try:
            column: pl.Series = given[name].to_polars()
            # What has no value has no type, whatever its engine makes of it.
            none = column.null_count() == column.len()
            columns[name] = column.cast(pl.Null) if none else column
        except (TypeError, ValueError):  # without its cause, which may tell a value
            mixed.append(Fault((name,), "values of one type", "several"))
    refuse("frame", tuple(mixed))
    return columns


def names_in(frame: object) -> tuple[str, ...]:
    """The names of a frame's columns."""
    import narwhals as nw

    native: Any = frame
    given: Frame = nw.from_native(native)
    return tuple(given.collect_schema())


def collected(rows: Frame) -> "pl.DataFrame":
    """Rows, computed, in Polars."""
    table: pl.DataFrame = rows.collect("polars").to_native()
    return table
