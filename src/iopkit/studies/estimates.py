"""Estimates: means over replications, how sure they are, and how they are said."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from math import sqrt
from statistics import fmean

import numpy as np
import polars as pl
from numpy.typing import NDArray

from iopkit.errors import Fault, unless
from iopkit.fields import frozen
from iopkit.prose import printable
from iopkit.scenarios.draws import DrawPurpose, address, draws_at_each, streams, threshold
from iopkit.studies.mathematics import Numbers, student_t

FEW = 30
"""Fewer replications than these are told as few."""

_RESAMPLES = 2000


@frozen
class Estimate:
    """A figure over replications: how large, its Monte Carlo standard error, and its interval.

    ``low`` and ``high`` are the limits for the confidence that was asked for, and ``count`` how
    many replications have a figure. ``se``, ``low`` and ``high`` are ``None`` where there is one
    replication alone.
    """

    value: float
    se: float | None
    low: float | None
    high: float | None
    count: int

    def __str__(self) -> str:
        if self.se is None or self.low is None or self.high is None:
            return f"{figure(self.value, None)} (one replication)"
        low, high = (figure(limit, self.se) for limit in (self.low, self.high))
        return f"{figure(self.value, self.se)} ({low} to {high})"


def mean_estimate(values: Numbers, confidence: float) -> Estimate | None:
    """A mean with its limits by Student's t; ``None``: there are no values.

    Example:
        >>> print(mean_estimate(np.array([4.0, 5.0, 6.0]), 0.95))
        5.00 (2.52 to 7.48)
    """
    count = len(values)
    if count == 0:
        return None
    mean = fmean(values)
    if count == 1:
        return Estimate(mean, None, None, None, 1)
    # All alike leave no doubt; rounding of their mean must not make one.
    spread = 0.0 if np.ptp(values) == 0 else float(np.std(values, ddof=1))
    mean = float(values[0]) if spread == 0 else mean
    se = spread / sqrt(count)
    reach = student_t(confidence, freedom=count - 1) * se
    return Estimate(mean, se, mean - reach, mean + reach, count)


def resampled_estimate(
    values: Numbers,
    figures: Callable[[Numbers], Numbers],
    *,
    confidence: float,
    seed: int,
) -> Estimate:
    """A figure of replications with its limits by the percentile bootstrap of 2,000 resamples.

    Args:
        values: a row for each replication, so that what belongs together stays together.
        figures: the figure of samples, an array of samples by replications by columns.
        seed: of which replications are taken, with replacement; each sample is the same always.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
    """
    count = len(values)
    value = float(figures(values[None])[0])
    if count == 1:
        return Estimate(value, None, None, None, 1)
    samples = figures(values[_resamples(count, seed)])
    outside = (1 - confidence) / 2
    low, high = np.quantile(samples, [outside, 1 - outside])
    return Estimate(value, float(np.std(samples, ddof=1)), float(low), float(high), count)


def _resamples(count: int, seed: int) -> NDArray[np.intp]:
    """Which replications each resample has: draws looked up among the thresholds of places."""
    of = streams(seed, 0, np.arange(_RESAMPLES, dtype=np.uint64))
    places = [address(DrawPurpose.RESAMPLE, number=place) for place in range(count)]
    draws = draws_at_each(of[:, None], np.array(places, np.uint64)[None, :])
    bounds = [threshold(Fraction(place, count)) for place in range(1, count)]
    return np.searchsorted(np.array(bounds, np.uint64), draws, side="right")


def unless_confidence(confidence: float) -> tuple[Fault, ...]:
    """A fault if a confidence is none."""
    return unless(0 < confidence < 1, "confidence", "above 0 and below 1", confidence)


def figure(value: float, se: float | None) -> str:
    """A number in words, up to the second digit of its standard error.

    Example:
        >>> figure(1234.5678, 21.0), figure(0.5235, 0.0042), figure(3.0, 0.0)
        ('1,235', '0.5235', '3')
    """
    if not se:
        return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
    decimals = min(12, max(0, 1 - int(np.floor(np.log10(se)))))
    text = f"{value:,.{decimals}f}"
    return text.removeprefix("-") if not text.strip("-0.,") else text


def few_replications(counts: Iterable[int]) -> str:
    """A sentence where replications are fewer than 30, or nothing."""
    fewest = min(counts, default=FEW)
    if fewest >= FEW:
        return ""
    return f"Only {fewest} replications: limits of fewer than {FEW} are not to be relied on."


def share_words(share: float) -> str:
    """A share as a whole percentage, of which 0 and 100 are exact.

    Example:
        >>> share_words(0.999), share_words(1), share_words(0.5)
        ('more than 99 %', '100 %', '50 %')
    """
    if 0 < share < 0.01:
        return "less than 1 %"
    if 0.99 < share < 1:
        return "more than 99 %"
    return f"{100 * share:.0f} %"


def estimate_cells(name: str, estimate: Estimate | None) -> dict[str, float | None]:
    """An estimate as cells of a row, named after what it is of."""
    if estimate is None:
        return {name: None, f"{name}_se": None, f"{name}_low": None, f"{name}_high": None}
    return {
        name: estimate.value,
        f"{name}_se": estimate.se,
        f"{name}_low": estimate.low,
        f"{name}_high": estimate.high,
    }


def sentences(texts: Sequence[str]) -> str:
    """Sentences, a line each, whatever names are in them; without the empty ones."""
    return "\n".join(printable(text) for text in texts if text)


def shown_in_notebooks(table: pl.DataFrame) -> str:
    """A table as Polars shows it in notebooks."""
    return table._repr_html_()  # pyright: ignore[reportPrivateUsage]  # notebooks ask for it
