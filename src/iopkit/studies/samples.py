"""Samples: the figures of replications, read from the long tables of results."""

from collections.abc import Iterable, Mapping

import numpy as np
import polars as pl

from iopkit.errors import Fault, UnknownNameError, refuse, unless
from iopkit.fields import frozen
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
    values = table.schema["value"]
    numbers = values.is_numeric() or values == pl.Null
    refuse(what, unless(numbers, "value", "a column of numbers", f"one of {values}"))
    # Names may be words of an enumeration, which compare with no other words.
    words = [name for name in keys if name not in ("replication", "week", "set")]
    read = table.select(*keys, pl.col("value").cast(pl.Float64)).with_columns(
        pl.col(words).cast(pl.String)
    )
    blank = [name for name in keys if read.get_column(name).null_count()]
    refuse(what, *(unless(False, name, "a name or number in each row", "none") for name in blank))
    once = not read.select(keys).is_duplicated().any()
    # A number that is none would become the mean of all others without a word.
    ok = bool(read.select(pl.col("value").is_finite().fill_null(value=True).all()).item())
    refuse(
        what,
        unless(once, "rows", f"one for each {', '.join(keys)}", "one twice"),
        unless(ok, "value", "numbers, and null where there is none", "NaN or without end"),
    )
    return read


@frozen(eq=False)
class Samples:
    """Totals to be looked up: the value of each replication, by scenario and measure.

    ``replications`` are all that a scenario has, whatever they have a value of.
    """

    replications: Mapping[str, frozenset[int]]
    measures: tuple[str, ...]
    values: Mapping[tuple[str, str], Mapping[int, float | None]]

    @classmethod
    def read(cls, results: Results | pl.DataFrame) -> "Samples":
        """Those of a table of totals; raises as ``totals_of``."""
        table = totals_of(results)
        runs = table.group_by("scenario", maintain_order=True).agg(pl.col("replication").unique())
        found = table.group_by("scenario", "measure", maintain_order=True).agg(
            "replication", "value"
        )
        return cls(
            {name: frozenset(each) for name, each in runs.iter_rows()},
            each_name(table, "measure"),
            {
                (scenario, measure): dict(zip(replications, values, strict=True))
                for scenario, measure, replications, values in found.iter_rows()
            },
        )

    @property
    def scenarios(self) -> tuple[str, ...]:
        """The scenarios' names, in the order of the table."""
        return tuple(self.replications)

    def scenario(self, name: str) -> str:
        """A name that a scenario has; raises ``UnknownNameError`` for any other."""
        return name_among(self.scenarios, "scenario", name)

    def asked(self, measures: Iterable[str]) -> tuple[str, ...]:
        """The measures that are asked for, each once, or all; raises ``UnknownNameError``."""
        named = dict.fromkeys(measures)
        return tuple(name_among(self.measures, "measure", name) for name in named) or self.measures

    def of(self, scenario: str, measure: str) -> Mapping[int, float | None]:
        """The value of each replication that has a row."""
        return self.values.get((scenario, measure), {})

    def known(self, scenario: str, measure: str) -> Numbers:
        """Those values that there are."""
        return known_values(self.of(scenario, measure).values())


def each_name(table: pl.DataFrame, column: str) -> tuple[str, ...]:
    """The names in a column, in the order in which they first come."""
    return tuple(table.get_column(column).unique(maintain_order=True))


def known_name(table: pl.DataFrame, column: str, name: str) -> str:
    """A name that is in a column; raises ``UnknownNameError`` for any other."""
    return name_among(each_name(table, column), column, name)


def name_among(names: Iterable[str], kind: str, name: str) -> str:
    """A name that is among some; raises ``UnknownNameError`` for any other."""
    known = tuple(names)
    if name not in known:
        raise UnknownNameError(kind, name, known)
    return name


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
