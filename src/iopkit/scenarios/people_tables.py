"""Tables of people as they are given: read, and held against the facts that there are."""

from collections.abc import Collection, Iterable, Mapping
from hashlib import blake2b

import numpy as np
import polars as pl
from numpy.typing import NDArray

from iopkit.eligibility.kinds import Choice, Kind, Number, YesNo
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.predicates import AnyFact, Fact
from iopkit.errors import Fault, did_you_mean, each_a, refuse, unless
from iopkit.frames.columns import FOUND
from iopkit.frames.contents import opened
from iopkit.frames.engines import Engine, collected, names_in
from iopkit.frames.records import check_frame
from iopkit.frames.refusals import WrongRows
from iopkit.frames.tables import value_names
from iopkit.scenarios.draws import Words

POPULATION = "population"
UNKNOWN = "unknown"
KEYS = "a column of texts or whole numbers"


def read_table(frame: object, *, eager: bool) -> pl.DataFrame:
    """A frame of any engine, in Polars."""
    opened(frame, eager=eager)
    engine, names = Engine.of(frame), names_in(frame)
    texts = {*map(type, names)} <= {str}
    refuse(POPULATION, unless(texts, "columns", "names that are texts", "others"))
    return collected(engine.rows(frame, names))


def names_in_order(given: Iterable[str], path: str) -> tuple[str, ...]:
    """Names of columns, each once; raises for what are none."""
    return tuple(dict.fromkeys(each_a(POPULATION, given, path, str)))


def known_facts(facts: Iterable[AnyFact]) -> dict[str, AnyFact]:
    """The facts that there are by name, with more of the caller's own."""
    return {**FACTS, **{fact.name: fact for fact in each_a(POPULATION, facts, "facts", Fact)}}


def facts_of(table: pl.DataFrame, known: Mapping[str, AnyFact]) -> list[AnyFact]:
    """The facts that a table has columns of."""
    homes = _homes(known)
    return [*dict.fromkeys(homes[name] for name in table.columns if name in homes)]


def of_facts(table: pl.DataFrame, facts: Iterable[AnyFact]) -> pl.DataFrame:
    """A table with the values of facts as their kinds have them, whatever engine they come from.

    Raises:
        InvalidError: a column is of another type, or has values that its fact cannot have.
    """
    asked = tuple(facts)
    check_frame(asked, table)
    named = {name: fact.kind for fact in asked for name in value_names(fact)}
    here = [name for name in table.columns if name in named]
    nan = [pl.col(name).fill_nan(None) for name in here if table[name].dtype.is_float()]
    return table.with_columns(nan).cast({name: _dtype_of(named[name]) for name in here})


def _dtype_of(kind: Kind) -> type[pl.DataType]:
    match kind:
        case YesNo():
            return pl.Boolean
        case Choice():
            return pl.String
        case Number():
            # Only floats have what never was.
            return pl.Int64 if kind.whole and not kind.never else pl.Float64


def unless_known(
    table: pl.DataFrame, known: Mapping[str, AnyFact], *, others: Collection[str]
) -> tuple[Fault, ...]:
    """A fault for each column that is neither of a fact nor among others."""
    homes = _homes(known)
    expected = "the name of a fact, or a column that is said to be another"
    return tuple(
        Fault((name,), expected, "another name", did_you_mean(name, homes))
        for name in table.columns
        if name not in homes and name not in others
    )


def _homes(known: Mapping[str, AnyFact]) -> dict[str, AnyFact]:
    """The fact that a column is of, by the column's name."""
    homes = {name: fact for fact in known.values() for name in value_names(fact)}
    return homes | {f"{fact.name}{FOUND}": fact for fact in known.values()}


def rows_told(good: pl.Series, name: str, expected: str) -> tuple[Fault, ...]:
    """A fault that tells the rows in which a column is not as expected, without what it is."""
    rows = (~good).arg_true().to_list()
    return (WrongRows(name, expected, len(rows), tuple(rows)).told("another"),) if rows else ()


def identities(table: pl.DataFrame, key: str | None) -> Words:
    """The keys of rows; raises if there is none, or one twice."""
    if key is None:
        return keys_of(map(str, range(table.height)))
    column = table[key]
    texts = isinstance(column.dtype, pl.String | pl.Categorical | pl.Enum)
    refuse(POPULATION, unless(texts or column.dtype.is_integer(), key, KEYS, "another"))
    refuse(POPULATION, rows_told(column.is_not_null(), key, "a key"))
    keys = keys_of(column.cast(pl.String).to_list())
    refuse(POPULATION, rows_told(pl.Series(keys).is_unique(), key, "a key of its own"))
    return keys


def weights_in(column: pl.Series) -> pl.Series:
    """Weights as floats; raises for what is none."""
    name = column.name
    refuse(POPULATION, unless(column.dtype.is_numeric(), name, "a column of numbers", "another"))
    weights = column.cast(pl.Float64)
    good = ((weights >= 0) & weights.is_finite()).fill_null(value=False)
    refuse(POPULATION, rows_told(good, name, "a number from 0"))
    refuse(POPULATION, unless(weights.sum() > 0, name, "a weight above 0", "none"))
    return weights


def keys_of(identities: Iterable[str]) -> Words:
    """``key_of`` each text."""
    digests = b"".join([blake2b(each.encode(), digest_size=8).digest() for each in identities])
    return np.frombuffer(digests, ">u8").astype(np.uint64)


def unless_labels(column: pl.Series) -> tuple[Fault, ...]:
    """A fault unless a column's values can be labels."""
    of = column.dtype
    few = pl.Boolean | pl.String | pl.Enum | pl.Categorical | pl.Null
    ok = isinstance(of, few) or of.is_integer()
    expected = "booleans, text or whole numbers; predicates make others into groups"
    return unless(ok, column.name, expected, "another column")


def labelled(column: pl.Series) -> tuple[list[str], NDArray[np.int64]]:
    """The labels of a column's values, in their order, and which of them each row has."""
    if column.dtype == pl.Boolean:
        labels = ["no", "yes"]
        texts = column.replace_strict({False: "no", True: "yes"}, return_dtype=pl.String)
    else:
        texts = column.cast(pl.String)
        labels = column.drop_nulls().unique().sort().cast(pl.String).to_list()
    labels = [*dict.fromkeys((*labels, UNKNOWN))]
    codes = texts.fill_null(UNKNOWN).cast(pl.Enum(labels)).to_physical()
    return labels, codes.to_numpy().astype(np.int64)
