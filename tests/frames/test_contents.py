"""What engines' columns hold is read or refused in words, the same on every engine."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from iopkit.eligibility import FACTS, AnyFact, Predicate, facts_in
from iopkit.errors import InvalidError
from iopkit.frames import check_frame, fact_sheets, rails

DAY = date(2026, 1, 5)
AGE, HOURS = FACTS["age"], FACTS["needed_hours_per_week"]
SEVERITY, DANGEROUS = FACTS["use_disorder_severity"], FACTS["dangerous"]
EAGER: Mapping[str, Callable[[pa.Table], Any]] = {
    "pandas-numpy": lambda table: table.to_pandas(),
    "pandas-nullable": lambda table: table.to_pandas().convert_dtypes(),
    "pandas-arrow": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "polars": lambda table: pl.DataFrame(pl.from_arrow(table)),
    "pyarrow": lambda table: table,
}
OF_TABLE = {**EAGER, "duckdb": duckdb.from_arrow}
VALUES: Mapping[str, tuple[Predicate, pa.Array]] = {
    "categories of numbers": (AGE >= 18, pa.array([18, 17, None]).dictionary_encode()),
    "categories of fractions": (HOURS >= 9, pa.array([9.5, 8.5, None]).dictionary_encode()),
    "categories of booleans": (
        DANGEROUS.equals(True),
        pa.array([True, False, None]).dictionary_encode(),
    ),
    "categories of text": (
        SEVERITY >= "mild",
        pa.array(["mild", "none", None]).dictionary_encode(),
    ),
    "a view of text": (SEVERITY >= "mild", pa.array(["mild", "none", None], pa.string_view())),
    "large text": (SEVERITY >= "mild", pa.array(["mild", "none", None], pa.large_string())),
    "decimals": (HOURS >= 9, pa.array([Decimal("9.5"), Decimal("8.5"), None])),
}


def seen(predicate: Predicate, frame: Any) -> list[tuple[bool, bool]]:
    judged = rails(predicate, frame)
    table = nw.from_native(frame).select(judged.yes.alias("yes"), judged.no.alias("no"))
    return (table.collect() if isinstance(table, nw.LazyFrame) else table).rows()


@pytest.mark.parametrize("engine", OF_TABLE)
@pytest.mark.parametrize("of", VALUES)
def test_values_are_read_whatever_holds_them(engine: str, of: str) -> None:
    predicate, values = VALUES[of]
    (fact,) = facts_in(predicate)
    frame = OF_TABLE[engine](pa.table({fact.name: values}))
    if (engine, of) == ("pandas-arrow", "a view of text"):
        with pytest.raises(InvalidError, match=r"found one of string_view\[pyarrow\]"):
            check_frame([fact], frame)
        return

    assert seen(predicate, frame) == [(True, False), (False, True), (False, False)]
    check_frame([fact], frame)
    if engine in EAGER:
        found = [sheet.values()[fact.name] for sheet in fact_sheets([fact], frame, on=DAY)]
        assert found == [None if value is None else plain(value) for value in values.to_pylist()]


def plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


CODES = pa.array([0, 2, 3]).dictionary_encode()
WRONG: Mapping[str, tuple[AnyFact, pa.Array]] = {
    "numbers for text": (SEVERITY, CODES),
    "numbers for booleans": (DANGEROUS, CODES),
    "booleans for numbers": (AGE, pa.array([True, False]).dictionary_encode()),
    "text for numbers": (AGE, pa.array(["18"]).dictionary_encode()),
    "text for booleans": (DANGEROUS, pa.array(["yes"]).dictionary_encode()),
    "days for text": (SEVERITY, pa.array([DAY]).dictionary_encode()),
}


@pytest.mark.parametrize("engine", OF_TABLE)
@pytest.mark.parametrize("of", WRONG)
def test_categories_of_other_values_are_refused(engine: str, of: str) -> None:
    fact, values = WRONG[of]
    frame = OF_TABLE[engine](pa.table({fact.name: values}))

    with pytest.raises(InvalidError, match=f"{fact.name}: expected a column of .*, found one of"):
        check_frame([fact], frame)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([18, 17, None], [(True, False), (False, True), (False, False)]),
        ([18.0, 17, pd.NA], [(True, False), (False, True), (False, False)]),
        ([Decimal(18), None], [(True, False), (False, False)]),
        ([None, None], [(False, False), (False, False)]),
    ],
)
def test_objects_that_are_numbers_are_numbers(
    values: list[Any], said: list[tuple[bool, bool]]
) -> None:
    frame = pd.DataFrame({"age": pd.Series(values, dtype=object)})

    assert seen(AGE >= 18, frame) == said


@pytest.mark.parametrize("values", [[18, "17"], [18, True], ["18"], [DAY]])
def test_objects_that_are_not_all_numbers_are_refused(values: list[Any]) -> None:
    frame = pd.DataFrame({"age": pd.Series(values, dtype=object)})

    with pytest.raises(InvalidError, match="age: expected a column of numbers, found one of"):
        check_frame([AGE], frame)


@pytest.mark.parametrize("dtype", [pl.Enum(["none", "mild"]), pl.Categorical, pl.String], ids=str)
def test_types_of_text_of_polars_are_text(dtype: Any) -> None:
    frame = pl.DataFrame({SEVERITY.name: pl.Series(["mild", "none", None], dtype=dtype)})

    assert seen(SEVERITY >= "mild", frame) == [(True, False), (False, True), (False, False)]
    check_frame([SEVERITY], frame)


def test_polars_objects_are_refused() -> None:
    frame = pl.DataFrame({"age": pl.Series([18], dtype=pl.Object)})

    with pytest.raises(
        InvalidError, match="age: expected a column of numbers, found one of Object"
    ):
        check_frame([AGE], frame)
