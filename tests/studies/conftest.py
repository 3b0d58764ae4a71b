"""Tables of totals, made up by seed."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import polars as pl
import pytest

Table = Callable[..., pl.DataFrame]


@pytest.fixture
def totals() -> Table:
    """A table of totals: of one measure, the values of each scenario by replication."""

    def made(
        values: Mapping[str, Sequence[float | None]], measure: str = "wait_days"
    ) -> pl.DataFrame:
        rows = [
            (name, n, measure, value)
            for name, each in values.items()
            for n, value in enumerate(each)
        ]
        schema = {
            "scenario": pl.String,
            "replication": pl.Int64,
            "measure": pl.String,
            "value": pl.Float64,
        }
        return pl.DataFrame(rows, schema, orient="row")

    return made


@pytest.fixture
def chance() -> np.random.Generator:
    """The same chance in every run."""
    return np.random.default_rng(20261201)
