"""Acceptances: which of many possible inputs come close to what was published, wherever they are.

Approximate Bayesian computation by rejection: what inputs may be is drawn, each set is run, and
those that come close to the targets are kept.
"""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor

import numpy as np
import polars as pl

from iopkit.errors import each_a, refuse, unless, unless_a
from iopkit.fields import frozen
from iopkit.prose import counted
from iopkit.scenarios.scenarios import Scenario, vary
from iopkit.scenarios.simulation import simulate
from iopkit.studies.distributions import Distribution, input_sets, variations
from iopkit.studies.estimates import (
    FEW,
    figure,
    sentences,
    shown_in_notebooks,
    unless_confidence,
)
from iopkit.studies.mathematics import Numbers
from iopkit.studies.targets import Target, measured, unless_each_once

_WIDE = 0.8
"""An interval that is so much of the one before is told as hardly narrower."""


@frozen
class AcceptedInput:
    """What an input is in the sets that were kept; ``None``: none was.

    ``low`` and ``high`` are the limits of their middle share, and ``narrowed_to`` is how wide that
    is, as a share of the same before anything was run.
    """

    path: str
    mean: float | None
    low: float | None
    high: float | None
    narrowed_to: float | None

    def __str__(self) -> str:
        if self.mean is None or self.low is None or self.high is None:
            return f"{self.path}: none."
        spread = self.high - self.low
        mean, low, high = (figure(each, spread / 4) for each in (self.mean, self.low, self.high))
        return f"{self.path}: {mean} ({low} to {high})."


@frozen(eq=False)
class AcceptedSets:
    """Sets of inputs, and which of them come close to all targets.

    ``table`` has a row for each set: its number, its inputs, ``farthest``, how many standard
    errors it is from the target that it misses by most, and whether it is ``accepted``.
    """

    within: float
    confidence: float
    inputs: tuple[AcceptedInput, ...]
    table: pl.DataFrame
    findings: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many sets were kept."""
        return int(self.table.get_column("accepted").sum())

    @property
    def sets(self) -> pl.DataFrame:
        """Those that were kept, as ``variations`` takes them."""
        return self.table.filter("accepted").drop("farthest", "accepted")

    def __str__(self) -> str:
        head = (
            f"{self.count} of {counted(self.table.height, 'set')} are within "
            f"{figure(self.within, None)} standard errors of each target; the middle "
            f"{100 * self.confidence:g} % of them:"
        )
        return sentences([head, *map(str, self.inputs), *self.findings])

    def __repr__(self) -> str:
        return f"AcceptedSets({self.count} of {self.table.height})"

    def _repr_html_(self) -> str:
        return shown_in_notebooks(self.table)


def accepted_sets(  # noqa: PLR0913  # what is drawn, from what, and what is kept, by name
    base: Scenario,
    inputs: Mapping[str, Distribution],
    targets: Iterable[Target],
    *,
    count: int,
    replications: int,
    seed: int,
    within: float = 2.0,
    confidence: float = 0.95,
    executor: Executor | None = None,
) -> AcceptedSets:
    """Draw sets of inputs, run each, and keep those that come close to every target.

    The sets that are kept are a sample of what the inputs may be after the targets are known, the
    closer the smaller ``within``. All runs share their chance.

    Source: Pritchard et al., Mol Biol Evol 1999;16:1791; Beaumont et al., Genetics 2002;162:2025.

    Args:
        inputs: what each may be before, by the path of its value.
        count: how many sets, in a Latin hypercube.
        replications: of each set.
        within: how many standard errors of its target a figure may be off.
        executor: as of ``simulate``.

    Raises:
        InvalidError: there is no input or target, two targets are of one measure, a measure has no
            figure, or a value is not possible at its place.
    """
    listed = each_a("acceptance", targets, "targets", Target)
    refuse(
        "acceptance",
        unless_a(base, "base", Scenario),
        unless(bool(listed), "targets", "one or more", "none"),
        unless_each_once(listed),
        unless(within > 0, "within", "above 0", within),
        unless_confidence(confidence),
    )
    sets = input_sets(inputs, count, seed=seed)
    _, *scenarios = vary(base, variations(sets))
    results = simulate(scenarios, replications=replications, seed=seed, executor=executor)
    found = measured(results, listed, confidence)
    farthest = [
        max(abs(one.value - of.value) / of.se for one, of in zip(each, listed, strict=True))
        for each in found.values()
    ]
    table = sets.with_columns(pl.Series("farthest", farthest, pl.Float64)).with_columns(
        (pl.col("farthest") <= within).alias("accepted")
    )
    kept = table.filter("accepted")
    ends = np.array([(1 - confidence) / 2, (1 + confidence) / 2])
    known = [
        _accepted(path, kept.get_column(path).to_numpy(), of.quantiles(ends), ends)
        for path, of in inputs.items()
    ]
    return AcceptedSets(
        within=within,
        confidence=confidence,
        inputs=tuple(known),
        table=table,
        findings=tuple(_findings(known, kept.height)),
    )


def _accepted(path: str, values: Numbers, before: Numbers, ends: Numbers) -> AcceptedInput:
    if not len(values):
        return AcceptedInput(path, None, None, None, None)
    low, high = map(float, np.quantile(values, ends))
    width = float(before[1] - before[0])
    return AcceptedInput(path, float(values.mean()), low, high, (high - low) / width)


def _findings(inputs: Iterable[AcceptedInput], kept: int) -> Iterator[str]:
    if kept == 0:
        yield "No set comes close: the targets do not go with the scenario, or with the inputs."
    elif kept < FEW:
        yield f"Only {counted(kept, 'set')}: limits of fewer than {FEW} are not to be relied on."
    for each in inputs:
        if each.narrowed_to is not None and each.narrowed_to > _WIDE and kept > 1:
            yield f"{each.path} is hardly narrower than before: the targets do not tell it."
