"""Shares of values, from which people are drawn: of one fact, or of several together."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from math import isfinite
from typing import Any, TypeAlias, cast

import numpy as np
import polars as pl

from iopkit.eligibility.kinds import Scalar
from iopkit.eligibility.predicates import AnyFact
from iopkit.errors import Fault, InvalidError, refuse, unless
from iopkit.fields import frozen
from iopkit.prose import counted, listed
from iopkit.scenarios.draws import WHOLE, DrawPurpose, Words, address, draws_at
from iopkit.scenarios.people_tables import (
    POPULATION,
    facts_of,
    of_facts,
    read_table,
    rows_told,
    unless_known,
)

Part: TypeAlias = Fraction | Decimal | float
"""A part of one; a float counts as the decimal number that it is written as."""

Band: TypeAlias = tuple[int, int]
"""Whole numbers from one to another, each as likely."""


def fraction_of(share: object) -> Fraction | None:
    """A share as it is written; ``None`` for what is none."""
    if isinstance(share, bool) or not isinstance(share, int | float | Decimal | Fraction):
        return None
    if not isfinite(share):
        return None
    found: Fraction = Fraction(str(share)) if isinstance(share, float) else Fraction(share)
    return found if found.numerator >= 0 else None


_CLOSE = Fraction(1, 10**9)


def unless_all(shares: Sequence[Fraction], name: str) -> tuple[Fault, ...]:
    """A fault unless shares sum to 1, but for what rounding to 9 digits can do."""
    total = sum(shares, Fraction(0))
    found = f"{float(total):.10g} of {counted(len(shares), 'value')}"
    return unless(abs(total - 1) <= _CLOSE, name, "shares that sum to 1", found)


@frozen
class Shares:
    """Values of some facts together, in order, with cumulative thresholds."""

    names: tuple[str, ...]
    values: pl.DataFrame
    thresholds: tuple[int, ...]

    @classmethod
    def of(cls, values: pl.DataFrame, shares: Sequence[Fraction]) -> "Shares":
        """Shares that were held against each other."""
        names = tuple(sorted(values.columns))
        order: list[int] = (
            values.select(pl.arg_sort_by(names, nulls_last=True)).to_series().to_list()
        )
        total = sum(shares, Fraction(0))
        sums = accumulate(shares[place] for place in order)
        thresholds = tuple(int(so_far / total * WHOLE) for so_far in sums)
        return cls(names, values[order], thresholds)

    def drawn(self, chance: Words) -> pl.DataFrame:
        """What each person has, by the draw at the address of these names."""
        draws = draws_at(chance, address(DrawPurpose.FACT, of="+".join(self.names)))
        return self.values[np.searchsorted(np.array(self.thresholds, np.uint64), draws, "right")]


def shares_together(
    frame: object, share: str, known: Mapping[str, AnyFact], by: Sequence[str]
) -> Shares:
    """Shares of combinations, from a frame of them with a column of shares, or its columns.

    Raises:
        InvalidError: a share is none, or they do not sum to 1; or a column is unknown.
    """
    # Any: columns of values of any type.
    columns = cast("Mapping[str, Sequence[Any]]", frame)
    table = read_table(_framed(columns) if isinstance(frame, dict) else frame, eager=True)
    strange = unless_known(table, known, others={share, *by})
    refuse(POPULATION, strange, unless(share in table.columns, share, _SHARES, "none"))
    read = of_facts(table, facts_of(table.drop(share), known))
    shares = [fraction_of(each) for each in table[share].to_list()]
    good = pl.Series([each is not None for each in shares], dtype=pl.Boolean)
    refuse(POPULATION, rows_told(good, share, "a share from 0"))
    sure = [each for each in shares if each is not None]
    refuse(POPULATION, unless_all(sure, share))
    return Shares.of(read.drop(share), sure)


_SHARES = "a column of shares"


def _framed(columns: Mapping[str, Sequence[Any]]) -> pl.DataFrame:
    """Columns as a frame; Any: of values of any type."""
    try:
        return pl.DataFrame(columns)
    except (pl.exceptions.PolarsError, TypeError, ValueError):
        expected = "columns of one length, each of values of one type"
        fault = Fault(("joint",), expected, "others")
    # Not in the handler: what Polars says of it quotes values.
    raise InvalidError(POPULATION, [fault])


def shares_alone(
    name: str, shares: Mapping[Scalar | Band | None, Part], known: Mapping[str, AnyFact]
) -> Shares | tuple[Fault, ...]:
    """Shares of the values of one fact, or of a stratum that is none; or what is wrong."""
    parts = {value: fraction_of(each) for value, each in shares.items()}
    sure = {value: each for value, each in parts.items() if each is not None}
    faults = [
        Fault((name, str(value)), "a share from 0", "another")
        for value in parts
        if value not in sure
    ]
    faults += unless_all([*sure.values()], name) if not faults else ()
    held = {value: _within(value) for value in sure}
    values = [each for several in held.values() for each in several]
    faults += unless(all(held.values()), name, "bands of whole numbers, from low to high", "others")
    if name in known:
        kind = known[name].kind
        good = all(value is None or kind.accepts(value) for value in values)
        faults += unless(good, name, kind.expectation(), "another value")
    else:
        kinds = {type(value) for value in values if value is not None}
        faults += unless(len(kinds) <= 1, name, "values of one type", "several")
    if faults:
        return tuple(faults)
    spread = [share / len(held[value]) for value, share in sure.items() for _ in held[value]]
    column = pl.Series(name, values, strict=False).to_frame()
    facts = [known[name]] if name in known else []
    return Shares.of(of_facts(column, facts), spread)


def _within(value: Scalar | Band | None) -> Sequence[Scalar | None]:
    """The values that stand for one, or for a band of whole numbers; none of what is no band."""
    if not isinstance(value, tuple):
        return [value]
    low, high = value
    return range(low, high + 1)


def margin_words(tables: Sequence[Shares]) -> tuple[str, ...]:
    """What is to be said of facts that are drawn, each a sentence."""
    together = [listed(table.names) for table in tables if len(table.names) > 1]
    alone = [table.names[0] for table in tables if len(table.names) == 1]
    words = [f"Drawn together are {names}." for names in together]
    if together and alone:
        words.append(f"Drawn independently of these and of each other: {listed(alone)}.")
    elif alone:
        words.append(f"All are drawn independently of each other: {listed(alone)}.")
    elif len(together) > 1:
        words.append("These are drawn independently of each other.")
    return tuple(words)
