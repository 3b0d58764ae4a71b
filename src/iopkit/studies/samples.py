"""Samples: the figures of replications, read from the long tables of results."""

from collections.abc import Iterable, Mapping

import numpy as np
import polars as pl

from iopkit.errors import Fault, UnknownNameError, refuse, unless
from iopkit.scenarios.results import Results
from iopkit.studies.mathematics import Numbers


def totals_of(results: Results | pl.DataFrame, *by: str) -> pl.DataFrame:
    """The table of totals, once it is known to be one.

    Args:
        by: columns that it has besides.

    Raises:
        InvalidError: a column is missing, or a row comes twice.
    """
    table = results if isinstance(results, pl.DataFrame) else results.totals
    return _checked(table, "totals", ("scenario", "replication", *by, "measure"))


def weekly_of(results: Results | pl.DataFrame) -> pl.DataFrame:
    """The table of weeks, likewise."""
    table = results if isinstance(results, pl.DataFrame) else results.weekly
    return _checked(table, "weekly", ("scenario", "replication", "week", "measure"))


def _checked(table: pl.DataFrame, what: str, keys: tuple[str, ...]) -> pl.DataFrame:
    missing = [name for name in (*keys, "value") if name not in table.columns]
    refuse(what, *((Fault((name,), "a column", "none"),) for name in missing))
    # Names may be words of an enumeration, which compare with no other words.
    words = [name for name in keys if name not in ("replication", "week", "set")]
    read = table.select(*keys, pl.col("value").cast(pl.Float64)).with_columns(
        pl.col(words).cast(pl.String)
    )
    once = not read.select(keys).is_duplicated().any()
    # A number that is none would become the mean of all others without a word.
    ok = bool(read.select(pl.col("value").is_finite().fill_null(value=True).all()).item())
    refuse(
        what,
        unless(once, "rows", f"one for each {', '.join(keys)}", "one twice"),
        unless(ok, "value", "numbers, and null where there is none", "NaN or without end"),
    )
    return read


def each_name(table: pl.DataFrame, column: str) -> tuple[str, ...]:
    """The names in a column, in the order in which they first come."""
    return tuple(table.get_column(column).unique(maintain_order=True))


def known_name(table: pl.DataFrame, column: str, name: str) -> str:
    """A name that is in a column; raises ``UnknownNameError`` for any other."""
    if name not in (known := each_name(table, column)):
        raise UnknownNameError(column, name, known)
    return name


def measured(table: pl.DataFrame, measures: Iterable[str]) -> tuple[str, ...]:
    """The measures that are asked for, or all that a table has; each once."""
    asked = tuple(dict.fromkeys(measures)) or each_name(table, "measure")
    return tuple(known_name(table, "measure", each) for each in asked)


def by_replication(table: pl.DataFrame, **of: str) -> Mapping[int, float | None]:
    """The value of each replication, of those rows that have these names."""
    rows = table.filter(*(pl.col(name) == value for name, value in of.items()))
    return dict(rows.select("replication", "value").iter_rows())


def known_values(values: Iterable[float | None]) -> Numbers:
    """Those values that there are."""
    return np.array([each for each in values if each is not None], np.float64)


def pairs_of(one: Mapping[int, float | None], other: Mapping[int, float | None]) -> Numbers:
    """The values of each replication of which both have one, a row each."""
    rows = [
        (first, second)
        for replication in sorted({*one} & {*other})
        if (first := one[replication]) is not None and (second := other[replication]) is not None
    ]
    return np.array(rows, np.float64).reshape(-1, 2)
