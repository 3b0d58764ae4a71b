"""Convergence: how figures settle while replications are added."""

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
from iopkit.studies.mathematics import Numbers
from iopkit.studies.samples import Samples, known_values, pairs_of


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
    samples = Samples.read(results)
    samples.asked([measure])
    refuse("convergence", unless_confidence(confidence))
    others = samples.scenarios
    if base is not None:
        others = tuple(name for name in others if name != samples.scenario(base))
    found = {name: _in_order(samples, name, base, measure) for name in others}
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


def _in_order(samples: Samples, scenario: str, base: str | None, measure: str) -> Numbers:
    """The values of a scenario, or its differences from a base, in the order of replications."""
    values = samples.of(scenario, measure)
    if base is not None:
        pairs = pairs_of(samples.of(base, measure), values)
        return pairs[:, 1] - pairs[:, 0]
    return known_values(value for _, value in sorted(values.items()))


def _running(values: Numbers, confidence: float) -> tuple[Estimate, ...]:
    running = (mean_estimate(values[:count], confidence) for count in range(2, len(values) + 1))
    return tuple(each for each in running if each is not None)
