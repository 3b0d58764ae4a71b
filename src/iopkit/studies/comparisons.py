"""Comparisons: what a scenario changes, with chance held still, and how sure that is.

Scenarios of one run share their chance, so that they are compared replication by replication: what
is the same bad luck in both is no difference.
"""

from collections.abc import Iterator, Mapping
from math import sqrt

import numpy as np
import polars as pl

from iopkit.errors import Fault, InvalidError, refuse, unless, unless_a
from iopkit.fields import frozen
from iopkit.prose import counted
from iopkit.scenarios.findings import RunFindingKind
from iopkit.scenarios.results import Results
from iopkit.scenarios.totals import TOTALS, Better
from iopkit.studies.estimates import (
    Estimate,
    estimate_cells,
    few_replications,
    figure,
    mean_estimate,
    resampled_estimate,
    sentences,
    share_words,
    shown_in_notebooks,
    unless_confidence,
)
from iopkit.studies.mathematics import Numbers, student_t
from iopkit.studies.samples import Samples, pairs_of


@frozen
class PairedDifference:
    """How a scenario differs from the base in one measure.

    All figures are of the replications in which both have one; ``without`` says how many others
    there are. ``base``, ``other`` and ``difference`` (other less base) are ``None`` where there is
    no such replication. ``share_higher`` and ``share_better`` are the shares of replications in
    which the scenario's figure is higher, or better, than the base's; the latter is ``None`` where
    nobody said what is better. ``variance_ratio`` is the variance of the difference over what it
    would be with a chance of its own for each scenario; ``None``: neither varies.
    """

    scenario: str
    measure: str
    base: Estimate | None
    other: Estimate | None
    difference: Estimate | None
    better: Better | None
    share_higher: float | None
    share_lower: float | None
    variance_ratio: float | None
    without: int

    @property
    def share_better(self) -> float | None:
        """The share of replications in which the scenario's figure is better than the base's."""
        if self.better is None:
            return None
        return self.share_higher if self.better is Better.HIGHER else self.share_lower

    def __str__(self) -> str:
        difference = self.difference
        if self.base is None or self.other is None or difference is None:
            return f"{self.measure}: {self.scenario}: no replication in which both have a figure."
        lead = (
            f"{self.measure}: {self.scenario} {_plain(self.other)}, base {_plain(self.base)}; "
            f"difference {difference}"
        )
        told = f"{lead}, {self._how_often(difference.count)}"
        have = "has" if self.without == 1 else "have"
        missing = f"; {self.without} more {have} no figure in one of them" if self.without else ""
        return f"{told}{missing}."

    def _how_often(self, count: int) -> str:
        if not any((self.share_higher, self.share_lower)):
            return f"the same in all {count} replications"
        share, how = self.share_higher, "higher"
        if self.better is not None:
            share, how = self.share_better, "better"
        return f"{how} in {share_words(share or 0.0)} of {count} replications"


def _plain(estimate: Estimate) -> str:
    return figure(estimate.value, estimate.se)


@frozen
class Comparison:
    """Scenarios beside a base, measure by measure; printed, it reads as sentences.

    ``findings`` are sentences on what to be careful with.
    """

    base: str
    confidence: float
    rows: tuple[PairedDifference, ...]
    findings: tuple[str, ...]

    @property
    def table(self) -> pl.DataFrame:
        """A row for each scenario and measure, with each figure's standard error and limits."""
        return pl.DataFrame(
            [
                {
                    "scenario": row.scenario,
                    "measure": row.measure,
                    **estimate_cells("base", row.base),
                    **estimate_cells("other", row.other),
                    **estimate_cells("difference", row.difference),
                    "share_higher": row.share_higher,
                    "share_lower": row.share_lower,
                    "share_better": row.share_better,
                    "variance_ratio": row.variance_ratio,
                    "pairs": row.difference.count if row.difference else 0,
                    "without": row.without,
                }
                for row in self.rows
            ],
            infer_schema_length=None,
        )

    def __str__(self) -> str:
        head = f"Compared with {self.base}; limits for {100 * self.confidence:g} %."
        return sentences([head, *map(str, self.rows), *self.findings])

    def __repr__(self) -> str:
        return f"Comparison(base={self.base!r}, {counted(len(self.rows), 'difference')})"

    def _repr_html_(self) -> str:
        return shown_in_notebooks(self.table)


def compare(
    results: Results | pl.DataFrame,
    base: str,
    *measures: str,
    confidence: float = 0.95,
    better: Mapping[str, Better] | None = None,
) -> Comparison:
    """Compare every other scenario with a base, replication by replication.

    Limits are those of a paired Student's t: Law, Simulation Modeling and Analysis, 5th ed. 2015,
    section 10.2.1.

    Args:
        results: those of ``simulate``, or their table ``totals``.
        base: the scenario that the others are compared with.
        measures: those to compare; by default all.
        better: which figure is the better one, by measure, where ``TOTALS`` does not say so or
            you see it otherwise.

    Raises:
        InvalidError: there are fewer than two replications, or no other scenario.
        UnknownNameError: no such scenario or measure.

    Example:
        >>> rows = [("as it is", n, "wait_days", 4.0 + n) for n in range(3)]
        >>> rows += [("two more seats", n, "wait_days", 3.0 + n + n % 2) for n in range(3)]
        >>> columns = ["scenario", "replication", "measure", "value"]
        >>> totals = pl.DataFrame(rows, columns, orient="row")
        >>> compared = compare(totals, "as it is")
        >>> print(compared.rows[0].difference, compared.rows[0].share_better)
        -0.67 (-2.10 to 0.77) 0.6666666666666666
    """
    samples = Samples.read(results)
    samples.scenario(base)
    asked = samples.asked(measures)
    own = dict(better or {})
    sides = {name: total.better for name, total in TOTALS.items()} | own
    others = [name for name in samples.scenarios if name != base]
    refuse(
        "comparison",
        unless_confidence(confidence),
        unless(bool(others), "scenarios", "another than the base", "none"),
        *(
            unless(len(runs) > 1, name, "two replications or more", len(runs))
            for name, runs in samples.replications.items()
        ),
        *(_unless_known(side, name, samples.measures) for name, side in own.items()),
    )
    rows = tuple(
        _difference(samples, (base, other), measure, confidence, sides.get(measure))
        for measure in asked
        for other in others
    )
    told = (
        []
        if isinstance(results, pl.DataFrame)
        # Of replications, those that are compared count.
        else [f for f in results.findings if f.kind is not RunFindingKind.FEW_REPLICATIONS]
    )
    return Comparison(base, confidence, rows, (*_findings(rows), *map(str, told)))


def _unless_known(side: Better, measure: str, known: tuple[str, ...]) -> tuple[Fault, ...]:
    faults = (
        *unless(measure in known, measure, "a measure of the results", "another"),
        *unless_a(side, measure, Better),
    )
    return tuple(fault.under("better") for fault in faults)


def _difference(
    samples: Samples,
    names: tuple[str, str],
    measure: str,
    confidence: float,
    side: Better | None,
) -> PairedDifference:
    base, other = names
    pairs = pairs_of(samples.of(base, measure), samples.of(other, measure))
    before, after = pairs[:, 0], pairs[:, 1]
    # Of all replications, so that those are told, too, that have no row for this measure.
    runs = samples.replications[base] | samples.replications[other]
    changes: Numbers = after - before
    return PairedDifference(
        scenario=other,
        measure=measure,
        base=mean_estimate(before, confidence),
        other=mean_estimate(after, confidence),
        difference=mean_estimate(changes, confidence),
        better=side,
        share_higher=float(np.mean(changes > 0)) if len(pairs) else None,
        share_lower=float(np.mean(changes < 0)) if len(pairs) else None,
        variance_ratio=_variance_ratio(before, after),
        without=len(runs) - len(pairs),
    )


def _variance_ratio(before: Numbers, after: Numbers) -> float | None:
    if len(before) < 2:
        return None
    apart = float(np.var(before, ddof=1) + np.var(after, ddof=1))
    return float(np.var(after - before, ddof=1)) / apart if apart else None


def _findings(rows: tuple[PairedDifference, ...]) -> Iterator[str]:
    if few := few_replications(row.difference.count for row in rows if row.difference):
        yield few
    for row in rows:
        if row.without:
            had = counted(row.without, "replication")
            do = "does" if row.without == 1 else "do"
            yield (
                f"{row.measure}: {had} of {row.scenario} or the base had none, and {do} not count."
            )
        if row.variance_ratio is not None and row.variance_ratio > 1:
            yield (
                f"{row.measure}: to hold chance still makes the difference of {row.scenario} "
                "no surer than a chance of its own for each would."
            )


@frozen
class Summarized:
    """A figure of a scenario: the mean over replications, or a quantile of them.

    ``quantile`` is ``None`` for the mean. ``without`` replications have no figure.
    """

    scenario: str
    measure: str
    quantile: float | None
    estimate: Estimate | None
    without: int

    def __str__(self) -> str:
        of = "" if self.quantile is None else f", quantile {self.quantile:g}"
        missing = f"; {counted(self.without, 'replication')} without" if self.without else ""
        return f"{self.measure}{of}: {self.scenario} {self.estimate or 'none'}{missing}."


@frozen
class Summary:
    """Figures of scenarios; printed, it reads as sentences."""

    confidence: float
    rows: tuple[Summarized, ...]
    findings: tuple[str, ...]

    @property
    def table(self) -> pl.DataFrame:
        """A row for each scenario and measure, and for each quantile that was asked for."""
        return pl.DataFrame(
            [
                {
                    "scenario": row.scenario,
                    "measure": row.measure,
                    "quantile": row.quantile,
                    **estimate_cells("value", row.estimate),
                    "replications": row.estimate.count if row.estimate else 0,
                    "without": row.without,
                }
                for row in self.rows
            ],
            infer_schema_length=None,
        )

    def __str__(self) -> str:
        head = f"Limits for {100 * self.confidence:g} %."
        return sentences([head, *map(str, self.rows), *self.findings])

    def __repr__(self) -> str:
        return f"Summary({counted(len(self.rows), 'figure')})"

    def _repr_html_(self) -> str:
        return shown_in_notebooks(self.table)


def summary(
    results: Results | pl.DataFrame,
    *measures: str,
    confidence: float = 0.95,
    quantiles: tuple[float, ...] = (),
    seed: int = 0,
) -> Summary:
    """The means of each scenario over replications, with limits by Student's t.

    Args:
        results: those of ``simulate``, or their table ``totals``.
        measures: by default all.
        quantiles: shares from 0 to 1: also the values below which so many replications lie, with
            limits by the percentile bootstrap.
        seed: of the bootstrap.

    Raises:
        InvalidError: the confidence or a quantile is out of range.
        UnknownNameError: no such measure.
    """
    samples = Samples.read(results)
    refuse(
        "summary",
        unless_confidence(confidence),
        *(unless(0 <= each <= 1, "quantiles", "from 0 to 1", each) for each in quantiles),
    )
    rows: list[Summarized] = []
    for measure in samples.asked(measures):
        for scenario, runs in samples.replications.items():
            values = samples.known(scenario, measure)
            without = len(runs) - len(values)
            mean = mean_estimate(values, confidence)
            rows.append(Summarized(scenario, measure, None, mean, without))
            for share in quantiles:
                found = _quantile(values, share, confidence, seed)
                rows.append(Summarized(scenario, measure, share, found, without))
    few = few_replications(row.estimate.count for row in rows if row.estimate)
    return Summary(confidence, tuple(rows), (few,) if few else ())


def _quantile(values: Numbers, share: float, confidence: float, seed: int) -> Estimate | None:
    if len(values) == 0:
        return None

    def figures(samples: Numbers) -> Numbers:
        return np.asarray(np.quantile(samples, share, axis=1), np.float64)

    return resampled_estimate(values, figures, confidence=confidence, seed=seed)


@frozen
class ReplicationsNeeded:
    """How many replications narrow a figure's limits to a half-width.

    ``half_width`` is the one of the ``have`` replications that there are.
    """

    scenario: str
    measure: str
    have: int
    half_width: float
    needed: int

    @property
    def more(self) -> int:
        """How many are missing."""
        return max(0, self.needed - self.have)


def replications_needed(
    results: Results | pl.DataFrame,
    measure: str,
    *,
    half_width: float,
    base: str | None = None,
    confidence: float = 0.95,
) -> tuple[ReplicationsNeeded, ...]:
    """How many replications each scenario needs, as far as those that there are can tell.

    The least number for which Student's t with the spread seen gives limits as narrow: Law,
    Simulation Modeling and Analysis, 5th ed. 2015, section 9.4.1.

    Args:
        half_width: from the figure to either limit, in the measure's unit.
        base: of each other scenario's paired difference from this one; ``None``: of each
            scenario's own mean.

    Raises:
        InvalidError: fewer than two replications have a figure, or the half-width is not above 0.
        UnknownNameError: no such scenario or measure.
    """
    refuse(
        "replications",
        unless_confidence(confidence),
        unless(half_width > 0, "half_width", "above 0", half_width),
    )
    if base is None:
        means = summary(results, measure, confidence=confidence)
        found = [(row.scenario, row.estimate) for row in means.rows]
    else:
        compared = compare(results, base, measure, confidence=confidence)
        found = [(row.scenario, row.difference) for row in compared.rows]
    return tuple(
        _needed(scenario, measure, estimate, half_width, confidence) for scenario, estimate in found
    )


def _needed(
    scenario: str, measure: str, estimate: Estimate | None, half_width: float, confidence: float
) -> ReplicationsNeeded:
    if estimate is None or estimate.se is None:
        count = 0 if estimate is None else 1
        raise InvalidError(
            "replications", unless(False, scenario, "two replications or more with a figure", count)
        )
    spread = estimate.se * sqrt(estimate.count)

    def reach(count: int) -> float:
        return student_t(confidence, freedom=count - 1) * spread / sqrt(count)

    # The reach falls with each replication, so doubling and then halving find the least count.
    high = 2
    while reach(high) > half_width:
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reach(middle) <= half_width else (middle, high)
    return ReplicationsNeeded(scenario, measure, estimate.count, reach(estimate.count), high)
