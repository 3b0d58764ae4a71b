"""Strata: the same figure for groups of people, and gaps between them.

A cell of few people is hidden, and with it as many others as keep the totals from giving it back.
"""

from collections.abc import Iterable, Mapping
from itertools import groupby

import numpy as np
import polars as pl

from iopkit.errors import Fault, UnknownNameError, refuse, unless, unless_a
from iopkit.fields import frozen
from iopkit.prose import counted
from iopkit.scenarios.results import Results
from iopkit.studies.estimates import (
    Estimate,
    estimate_cells,
    few_replications,
    mean_estimate,
    resampled_estimate,
    sentences,
    shown_in_notebooks,
    unless_confidence,
)
from iopkit.studies.mathematics import Numbers
from iopkit.studies.samples import each_name, known_name, known_values, pairs_of, totals_of

Cell = tuple[str, ...]
"""A stratum: its name in each of the columns that strata are crossed by."""


@frozen
class StratumFigure:
    """A figure of a stratum; ``estimate`` is ``None`` if ``is_hidden``, or if there is none."""

    scenario: str
    stratum: Cell
    estimate: Estimate | None
    is_hidden: bool


@frozen
class StratumGap:
    """How a stratum differs from the reference: as a difference and as a ratio of means.

    ``ratio`` is ``None`` where the reference is not above 0 in each replication; both are where a
    cell is hidden, or no replication has a figure in both.
    """

    scenario: str
    stratum: Cell
    difference: Estimate | None
    ratio: Estimate | None


@frozen
class StrataFigures:
    """A measure by stratum, with the gaps from a reference; printed, it reads as sentences.

    Nobody learns of a cell of fewer than ``fewest`` people: it is hidden in every scenario, and so
    are others, until in no row or column of a crossing the hidden ones can be had from the rest.
    """

    measure: str
    by: Cell
    reference: Cell
    fewest: int
    confidence: float
    figures: tuple[StratumFigure, ...]
    gaps: tuple[StratumGap, ...]
    findings: tuple[str, ...]

    @property
    def table(self) -> pl.DataFrame:
        """A row for each scenario and stratum."""
        gaps = {(gap.scenario, gap.stratum): gap for gap in self.gaps}
        rows: list[dict[str, object]] = []
        for each in self.figures:
            gap = gaps.get((each.scenario, each.stratum))
            rows.append(
                {
                    "scenario": each.scenario,
                    **dict(zip(self.by, each.stratum, strict=True)),
                    "hidden": each.is_hidden,
                    **estimate_cells("value", each.estimate),
                    **estimate_cells("difference", gap.difference if gap else None),
                    **estimate_cells("ratio", gap.ratio if gap else None),
                }
            )
        return pl.DataFrame(rows, infer_schema_length=None)

    def __str__(self) -> str:
        head = f"{self.measure} by {', '.join(self.by)}; limits for {100 * self.confidence:g} %."
        told = [
            f"{each.scenario}, {', '.join(each.stratum)}: "
            f"{'hidden' if each.is_hidden else each.estimate or 'none'}."
            for each in self.figures
        ]
        beside = [
            f"{gap.scenario}, {', '.join(gap.stratum)} against {', '.join(self.reference)}: "
            f"difference {gap.difference or 'not shown'}, ratio {gap.ratio or 'not shown'}."
            for gap in self.gaps
        ]
        return sentences([head, *told, *beside, *self.findings])

    def __repr__(self) -> str:
        return f"StrataFigures({self.measure!r}, {counted(len(self.figures), 'figure')})"

    def _repr_html_(self) -> str:
        return shown_in_notebooks(self.table)


def by_stratum(  # noqa: PLR0913  # what is measured, of whom, and who may be told of
    results: Results | pl.DataFrame,
    measure: str,
    *,
    reference: Cell | str,
    people: str,
    fewest: int,
    by: Iterable[str] = ("stratum",),
    confidence: float = 0.95,
    seed: int = 0,
) -> StrataFigures:
    """A measure by stratum, and the gaps of all from one, replication by replication.

    Differences have limits by Student's t, ratios by the percentile bootstrap of replications.

    Args:
        results: those of ``simulate``, or their table ``totals``, with the columns of ``by``.
        reference: the stratum that gaps are from: a name in each column of ``by``.
        people: the measure that says how many people a cell has, such as ``referred``.
        fewest: cells with fewer people in any replication of any scenario are hidden.
        by: columns; with several, strata are crossed.
        seed: of the bootstrap.

    Raises:
        InvalidError: a column is missing, or a cell does not say how many people it has.
        UnknownNameError: no such measure or stratum.
    """
    columns = tuple(by)
    table = totals_of(results, *columns)
    for name in (measure, people):
        known_name(table, "measure", name)
    refuse(
        "strata",
        unless_confidence(confidence),
        unless_a(fewest, "fewest", int),
        unless(bool(columns), "by", "a column or more", "none"),
    )
    told = (reference,) if isinstance(reference, str) else reference
    cells = _cells(table, columns)
    if told not in cells:
        known = [", ".join(cell) for cell in cells]
        raise UnknownNameError("stratum", ", ".join(told), known)
    hidden = hidden_cells(_people(table, columns, people), fewest=fewest)
    figures: list[StratumFigure] = []
    gaps: list[StratumGap] = []
    of_measure = table.filter(pl.col("measure") == measure)
    for scenario in each_name(table, "scenario"):
        rows = of_measure.filter(pl.col("scenario") == scenario)
        values = {cell: _values(rows, columns, cell) for cell in cells}
        for cell in cells:
            shown = () if cell in hidden else values[cell].values()
            estimate = mean_estimate(known_values(shown), confidence)
            figures.append(StratumFigure(scenario, cell, estimate, cell in hidden))
            if cell != told:
                before: Mapping[int, float | None] = {} if {cell, told} & hidden else values[told]
                pairs = pairs_of(before, values[cell])
                gaps.append(_gap(scenario, cell, pairs, confidence, seed))
    counts = [each.estimate.count for each in figures if each.estimate]
    found = [few_replications(counts)]
    if hidden:
        found.append(f"{counted(len(hidden), 'cell')} of {len(cells)} hidden.")
    return StrataFigures(
        measure=measure,
        by=columns,
        reference=told,
        fewest=fewest,
        confidence=confidence,
        figures=tuple(figures),
        gaps=tuple(gaps),
        findings=tuple(text for text in found if text),
    )


def _cells(table: pl.DataFrame, columns: Cell) -> list[Cell]:
    return [*table.select(columns).unique(maintain_order=True).iter_rows()]


def _values(rows: pl.DataFrame, columns: Cell, cell: Cell) -> Mapping[int, float | None]:
    of = rows.filter(*(pl.col(name) == part for name, part in zip(columns, cell, strict=True)))
    return dict(of.select("replication", "value").iter_rows())


def _people(table: pl.DataFrame, columns: Cell, people: str) -> dict[Cell, float]:
    """The fewest people that a cell has in any replication of any scenario."""
    rows = table.filter(pl.col("measure") == people)
    told = rows.group_by(columns).agg(
        pl.col("value").min(), pl.col("value").null_count().alias("unknown")
    )
    found = {row[: len(columns)]: row[-2:] for row in told.iter_rows()}
    refuse(
        "strata",
        *(
            (Fault((people, *cell), "the number of people of a cell", "none"),)
            for cell in _cells(table, columns)
            if cell not in found or found[cell][1]
        ),
    )
    return {cell: float(value) for cell, (value, _) in found.items()}


def hidden_cells(people: Mapping[Cell, float], *, fewest: int) -> frozenset[Cell]:
    """The cells to hide: those of few people, and those that would give them back.

    Totals over any of the columns count as known. So in each line of cells that differ in one
    column alone, there are none hidden, or two or more, which together are of enough people;
    where there are too few even so, the whole line is hidden.

    Args:
        people: how many there are in each cell.
        fewest: cells of fewer are hidden.

    Source: Hundepool et al., Statistical Disclosure Control, 2012, chapter 4.

    Example:
        >>> sorted(hidden_cells({("a",): 3, ("b",): 40, ("c",): 20}, fewest=11))
        [('a',), ('c',)]
    """
    hidden = {cell for cell, count in people.items() if count < fewest}
    lines = [line for axis in range(len(next(iter(people), ()))) for line in _lines(people, axis)]
    # Each turn hides a cell more, so that it ends once all are hidden at the latest.
    while shown := _one_of_which(lines, hidden, people, fewest):
        hidden.add(min(shown, key=lambda cell: (people[cell], cell)))
    return frozenset(hidden)


def _one_of_which(
    lines: list[list[Cell]], hidden: set[Cell], people: Mapping[Cell, float], fewest: int
) -> list[Cell]:
    """Cells of which one more has to be hidden; none, if enough are."""
    for line in lines:
        shown = [cell for cell in line if cell not in hidden]
        if shown and _gives_back(line, hidden, people, fewest):
            return shown
    # Two in each line are not always enough: a cell that alone joins two blocks follows from both.
    for known in _solved(lines, sorted(hidden)):
        shown = [cell for line in lines if known in line for cell in line if cell not in hidden]
        if shown:
            return shown
    return []


def _gives_back(
    line: list[Cell], hidden: set[Cell], people: Mapping[Cell, float], fewest: int
) -> bool:
    inside = [cell for cell in line if cell in hidden]
    return bool(inside) and (len(inside) == 1 or sum(people[cell] for cell in inside) < fewest)


def _solved(lines: list[list[Cell]], hidden: list[Cell]) -> list[Cell]:
    """The hidden cells that follow from the totals of lines, as no other values have the same."""
    if not hidden:
        return []
    sums = np.array([[cell in line for cell in hidden] for line in lines], np.float64)
    _, sizes, directions = np.linalg.svd(sums)
    free = directions[int(np.sum(sizes > 1e-9)) :]
    reach = np.abs(free).sum(axis=0)
    return [cell for cell, moves in zip(hidden, reach, strict=True) if moves < 1e-9]


def _lines(people: Mapping[Cell, float], axis: int) -> list[list[Cell]]:
    """Cells that differ in one column alone."""

    def others(cell: Cell) -> Cell:
        return cell[:axis] + cell[axis + 1 :]

    return [list(line) for _, line in groupby(sorted(people, key=others), key=others)]


def _gap(scenario: str, cell: Cell, values: Numbers, confidence: float, seed: int) -> StratumGap:
    difference = mean_estimate(values[:, 1] - values[:, 0], confidence)
    ratio = None
    # A sample of replications whose reference is 0 has no ratio, so none may be drawn.
    if len(values) and bool(np.all(values[:, 0] > 0)):
        ratio = resampled_estimate(values, _ratio, confidence=confidence, seed=seed)
    return StratumGap(scenario, cell, difference, ratio)


def _ratio(samples: Numbers) -> Numbers:
    means = samples.mean(axis=1)
    return np.asarray(means[:, 1] / means[:, 0], np.float64)
