"""Convergence: how figures settle while replications are added."""

import numpy as np
import polars as pl

from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.scenarios.results import Results
from iopkit.studies.estimates import (
    Estimate,
    mean_estimate,
    sentences,
    shown_in_notebooks,
    unless_confidence,
)
from iopkit.studies.samples import by_replication, each_name, known_name, totals_of


@frozen
class RunningMean:
    """A scenario's mean after each further replication, from the second on."""

    scenario: str
    estimates: tuple[Estimate, ...]


@frozen
class Convergence:
    """Running means of a measure, or of its paired difference from a base (``None``: none)."""

    measure: str
    base: str | None
    confidence: float
    means: tuple[RunningMean, ...]

    @property
    def table(self) -> pl.DataFrame:
        """A row for each scenario and number of replications."""
        return pl.DataFrame(
            [
                {
                    "scenario": each.scenario,
                    "replications": estimate.count,
                    "value": estimate.value,
                    "low": estimate.low,
                    "high": estimate.high,
                }
                for each in self.means
                for estimate in each.estimates
            ],
            infer_schema_length=None,
        )

    def __str__(self) -> str:
        of = f"{self.measure}, difference from {self.base}" if self.base else self.measure
        return sentences(
            [
                f"{of}: {each.scenario} {each.estimates[-1]} "
                f"after {each.estimates[-1].count} replications."
                for each in self.means
            ]
        )

    def __repr__(self) -> str:
        return f"Convergence({self.measure!r}, base={self.base!r})"

    def _repr_html_(self) -> str:
        return shown_in_notebooks(self.table)


def convergence(
    results: Results | pl.DataFrame,
    measure: str,
    *,
    base: str | None = None,
    confidence: float = 0.95,
) -> Convergence:
    """How the mean of each scenario settles, in the order of replications.

    Args:
        base: of each other scenario's difference from this one, replication by replication;
            ``None``: of each scenario's own figures.

    Raises:
        InvalidError: a scenario has fewer than two replications with a figure.
        UnknownNameError: no such scenario or measure.
    """
    table = totals_of(results)
    known_name(table, "measure", measure)
    refuse("convergence", unless_confidence(confidence))
    before: dict[int, float | None] = {}
    if base is not None:
        known_name(table, "scenario", base)
        before.update(by_replication(table, scenario=base, measure=measure))
    found: dict[str, list[float]] = {}
    for scenario in each_name(table, "scenario"):
        if scenario != base:
            values = by_replication(table, scenario=scenario, measure=measure)
            found[scenario] = [
                value - (start or 0.0)
                for replication, value in sorted(values.items())
                if value is not None
                and ((start := before.get(replication)) is not None or base is None)
            ]
    refuse(
        "convergence",
        unless(bool(found), "scenarios", "another than the base", "none"),
        *(
            unless(len(values) > 1, name, "two replications or more with a figure", len(values))
            for name, values in found.items()
        ),
    )
    return Convergence(
        measure,
        base,
        confidence,
        tuple(RunningMean(name, _running(values, confidence)) for name, values in found.items()),
    )


def _running(values: list[float], confidence: float) -> tuple[Estimate, ...]:
    numbers = np.array(values, np.float64)
    running = (mean_estimate(numbers[:count], confidence) for count in range(2, len(values) + 1))
    return tuple(each for each in running if each is not None)
