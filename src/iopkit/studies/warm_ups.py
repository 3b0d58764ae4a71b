"""Warm-ups: from which week on a run no longer shows how it began."""

from itertools import pairwise

import numpy as np
import polars as pl

from iopkit.errors import refuse
from iopkit.fields import frozen
from iopkit.scenarios.results import Results
from iopkit.studies.estimates import Estimate, figure, mean_estimate, unless_confidence
from iopkit.studies.mathematics import Numbers
from iopkit.studies.samples import each_name, known_name, weekly_of

_BATCH = 5
_FEWEST = 10
"""How many batches a run needs: the last five are too few for a standard error of their own."""


@frozen
class WarmUp:
    """How many of a scenario's first weeks to leave out for a measure.

    ``weeks`` is ``None`` where the rule finds none: the run has fewer than 50 weeks or still
    changes in its second half, or a week has no figure.
    ``drift`` is how much the measure changes a week in the weeks after it, over replications;
    ``None``: there are fewer than three such weeks, or none at all.
    """

    scenario: str
    measure: str
    weeks: int | None
    drift: Estimate | None

    @property
    def is_drifting(self) -> bool:
        """Whether the measure still rises or falls after it, as far as its limits can tell."""
        if self.drift is None or self.drift.low is None or self.drift.high is None:
            return False
        return self.drift.low > 0 or self.drift.high < 0

    @property
    def findings(self) -> tuple[str, ...]:
        """Sentences on what to be careful with."""
        lead = f"{self.measure} of {self.scenario}"
        if self.weeks is None:
            return (f"{lead}: no warm-up was found; let it run for more weeks.",)
        if self.is_drifting and self.drift is not None:
            change = figure(self.drift.value, self.drift.se)
            return (f"{lead} still changes by {change} a week after week {self.weeks}.",)
        return ()

    def __str__(self) -> str:
        if self.weeks is None:
            return self.findings[0]
        told = f"{self.measure} of {self.scenario}: leave out the first {self.weeks} weeks."
        return "\n".join([told, *self.findings])


def warm_up(
    weekly: Results | pl.DataFrame, measure: str, *, confidence: float = 0.95
) -> tuple[WarmUp, ...]:
    """The warm-up of each scenario, by MSER-5 over the mean of its replications.

    Weeks are taken in batches of five, and as many batches left out as make the standard error of
    the mean of the rest the smallest. That has to be in the first half of the run: else more weeks
    are needed. Drift is judged by the slopes of the replications over the weeks that are left.

    Source: White, Simulation 1997;69:323 (MSER); Spratt 1998 and White, Cobb and Spratt, Winter
    Simulation Conference 2000 (MSER-5); Hoad, Robinson and Davies, J Oper Res Soc 2010;61:1389
    (the second half).

    Args:
        weekly: results, or their table ``weekly``.

    Raises:
        InvalidError: a column is missing, or the confidence is out of range.
        UnknownNameError: no such measure.
    """
    table = weekly_of(weekly)
    known_name(table, "measure", measure)
    refuse("warm-up", unless_confidence(confidence))
    rows = table.filter(pl.col("measure") == measure)
    return tuple(
        _warm_up(rows.filter(pl.col("scenario") == scenario), scenario, measure, confidence)
        for scenario in each_name(rows, "scenario")
    )


def _warm_up(rows: pl.DataFrame, scenario: str, measure: str, confidence: float) -> WarmUp:
    means = rows.group_by("week").agg(pl.col("value").mean()).sort("week")
    weeks = means.get_column("week").to_list()
    whole = means.get_column("value").null_count() == 0 and all(
        later - sooner == 1 for sooner, later in pairwise(weeks)
    )
    found = (
        weeks_left_out(means.get_column("value").to_numpy().astype(np.float64)) if whole else None
    )
    drift = None
    if found is not None:
        drift = _drift(rows.filter(pl.col("week") >= weeks[0] + found), confidence)
    return WarmUp(scenario, measure, found, drift)


def weeks_left_out(series: Numbers) -> int | None:
    """How many weeks at the start of a series MSER-5 leaves out; ``None``: no answer.

    Example:
        >>> weeks_left_out(np.array([9.0] * 10 + [1.0, 2.0] * 30))
        10
    """
    count = len(series) // _BATCH
    if count < _FEWEST:
        return None
    batches = series[: count * _BATCH].reshape(count, _BATCH).mean(axis=1)
    errors = [float(np.var(batches[cut:])) / (count - cut) for cut in range(count - 5)]
    least = int(np.argmin(errors))
    return least * _BATCH if least <= count // 2 else None


def _drift(rows: pl.DataFrame, confidence: float) -> Estimate | None:
    slopes: list[float] = []
    for (_,), one in rows.drop_nulls("value").group_by("replication", maintain_order=True):
        if one.height > 2:
            weeks, values = (
                one.get_column(name).to_numpy().astype(np.float64) for name in ("week", "value")
            )
            apart = weeks - weeks.mean()
            slopes.append(float(apart @ values / (apart @ apart)))
    return mean_estimate(np.array(slopes, np.float64), confidence)
