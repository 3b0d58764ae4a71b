"""Distributions of inputs that are not known for sure, and sets of values drawn from them."""

from collections.abc import Mapping
from math import inf, isfinite, log
from typing import Literal, Protocol

import numpy as np
import polars as pl

from iopkit.errors import Fault, refuse, unless, unless_a, unless_whole
from iopkit.fields import frozen
from iopkit.sources import Source
from iopkit.studies.mathematics import (
    Numbers,
    beta_quantiles,
    gamma_quantiles,
    latin_hypercube,
    normal_quantiles,
    normal_shares,
    sobol_points,
)


class Distribution(Protocol):
    """What an input may be, as its quantiles say, and who says so."""

    @property
    def source(self) -> Source:
        """Who says so."""
        ...

    def quantiles(self, shares: Numbers) -> Numbers:
        """The values that are not exceeded with these probabilities."""
        ...


@frozen
class Beta:
    """A share, from 0 to 1: as after ``alpha`` yes and ``beta`` no were seen.

    Raises:
        InvalidError: one is not above 0.

    Example:
        >>> from iopkit.sources import Grade
        >>> trial = Source("Trial of reminders, 2024", Grade.OFFICIAL)
        >>> shown = Beta.of(mean=0.80, low=0.70, high=0.88, source=trial)
        >>> round(shown.alpha), round(shown.beta)
        (59, 15)
    """

    alpha: float
    beta: float
    source: Source

    def __attrs_post_init__(self) -> None:
        refuse("beta", *_unless_above_0(alpha=self.alpha, beta=self.beta))

    @classmethod
    def of(
        cls, *, mean: float, low: float, high: float, source: Source, confidence: float = 0.95
    ) -> "Beta":
        """The one with a mean whose middle share is as wide as a published interval.

        Raises:
            InvalidError: they are not in order within 0 and 1, or no such one has one peak.
        """
        refuse(
            "beta",
            unless(0 <= low < mean < high <= 1, "mean", "from 0 to 1, between low and high", mean),
            unless(0 < confidence < 1, "confidence", "above 0 and below 1", confidence),
        )
        ends = np.array([(1 - confidence) / 2, (1 + confidence) / 2])

        def width(count: float) -> float:
            first, last = beta_quantiles(ends, mean * count, (1 - mean) * count)
            return float(last - first)

        # The more were seen, the narrower it is, as long as it has one peak within 0 and 1.
        few, many = 1 / min(mean, 1 - mean), 1e9
        fits = width(many) < high - low < width(few)
        refuse("beta", unless(fits, "high", "an interval that one peak can have", "another"))
        for _ in range(100):
            middle = (few * many) ** 0.5
            few, many = (middle, many) if width(middle) > high - low else (few, middle)
        return cls(mean * few, (1 - mean) * few, source)

    def quantiles(self, shares: Numbers) -> Numbers:
        """The values that are not exceeded with these probabilities."""
        return beta_quantiles(shares, self.alpha, self.beta)


@frozen
class LogNormal:
    """A figure above 0 whose logarithm is normal, such as a ratio or a cost.

    ``middle`` is its median, and ``spread`` the standard deviation of the natural logarithm.

    Raises:
        InvalidError: one is not above 0.
    """

    middle: float
    spread: float
    source: Source

    def __attrs_post_init__(self) -> None:
        refuse("lognormal", *_unless_above_0(middle=self.middle, spread=self.spread))

    @classmethod
    def of(
        cls, *, low: float, high: float, source: Source, confidence: float = 0.95
    ) -> "LogNormal":
        """The one whose middle share lies within a published interval, as of a ratio.

        Raises:
            InvalidError: they are not in order above 0.
        """
        refuse(
            "lognormal",
            unless(0 < low < high, "low", "above 0 and below high", low),
            unless(0 < confidence < 1, "confidence", "above 0 and below 1", confidence),
        )
        reach = float(normal_quantiles(np.array([(1 + confidence) / 2]))[0])
        return cls((low * high) ** 0.5, log(high / low) / (2 * reach), source)

    def quantiles(self, shares: Numbers) -> Numbers:
        """The values that are not exceeded with these probabilities."""
        return np.asarray(self.middle * np.exp(self.spread * normal_quantiles(shares)))


@frozen
class Gamma:
    """A figure above 0 that is skewed, such as a cost or a length.

    Raises:
        InvalidError: one is not above 0.
    """

    shape: float
    scale: float
    source: Source

    def __attrs_post_init__(self) -> None:
        refuse("gamma", *_unless_above_0(shape=self.shape, scale=self.scale))

    @classmethod
    def of(cls, *, mean: float, se: float, source: Source) -> "Gamma":
        """The one with a mean and a standard error, by the method of moments.

        Raises:
            InvalidError: one is not above 0.
        """
        refuse("gamma", *_unless_above_0(mean=mean, se=se))
        return cls((mean / se) ** 2, se**2 / mean, source)

    def quantiles(self, shares: Numbers) -> Numbers:
        """The values that are not exceeded with these probabilities."""
        return self.scale * gamma_quantiles(shares, self.shape)


@frozen
class TruncatedNormal:
    """A normal figure of which nothing is below ``low`` or above ``high``.

    ``mean`` and ``spread`` are those before it was cut.

    Raises:
        InvalidError: the spread is not above 0, or the limits are not in order or not
            finite.
    """

    mean: float
    spread: float
    low: float
    high: float
    source: Source

    def __attrs_post_init__(self) -> None:
        refuse(
            "truncated normal",
            *_unless_above_0(spread=self.spread),
            *_unless_finite(mean=self.mean, low=self.low, high=self.high),
            unless(self.low < self.high, "high", "above low", self.high),
        )

    def quantiles(self, shares: Numbers) -> Numbers:
        """The values that are not exceeded with these probabilities."""
        ends = (np.array([self.low, self.high]) - self.mean) / self.spread
        # Where the tail is cut away far out, shares are told apart better from the other side.
        side = -1.0 if ends[0] > 0 else 1.0
        below, above = (float(each) for each in normal_shares(side * ends))
        values = self.mean + side * self.spread * normal_quantiles(below + shares * (above - below))
        return np.asarray(np.clip(values, self.low, self.high))


@frozen
class Uniform:
    """A figure of which only the limits are known.

    Raises:
        InvalidError: they are not in order, or not finite.
    """

    low: float
    high: float
    source: Source

    def __attrs_post_init__(self) -> None:
        refuse(
            "uniform",
            *_unless_finite(low=self.low, high=self.high),
            unless(self.low < self.high, "high", "above low", self.high),
        )

    def quantiles(self, shares: Numbers) -> Numbers:
        """The values that are not exceeded with these probabilities."""
        return self.low + shares * (self.high - self.low)


@frozen
class Triangular:
    """A figure of which the limits are known, and the value that is most likely.

    Raises:
        InvalidError: they are not in order, or not finite.
    """

    low: float
    peak: float
    high: float
    source: Source

    def __attrs_post_init__(self) -> None:
        ok = self.low <= self.peak <= self.high and self.low < self.high
        refuse(
            "triangular",
            *_unless_finite(low=self.low, high=self.high),
            unless(ok, "peak", "between low and high", self.peak),
        )

    def quantiles(self, shares: Numbers) -> Numbers:
        """The values that are not exceeded with these probabilities."""
        width, rise = self.high - self.low, self.peak - self.low
        rising = self.low + np.sqrt(shares * width * rise)
        falling = self.high - np.sqrt((1 - shares) * width * (width - rise))
        return np.asarray(np.where(shares * width < rise, rising, falling))


def _unless_finite(**values: float) -> tuple[tuple[Fault, ...], ...]:
    return tuple(
        unless(isfinite(value), name, "a finite number", value) for name, value in values.items()
    )


def _unless_above_0(**values: float) -> tuple[tuple[Fault, ...], ...]:
    return tuple(unless(0 < value < inf, name, "above 0", value) for name, value in values.items())


_MOST_SOBOL = 21_201
"""So many inputs SciPy has directions for."""
_METHODS = ("latin-hypercube", "sobol")
_NONE = ("a distribution, such as Uniform(0.7, 0.9, source)", "none")


def input_sets(
    inputs: Mapping[str, Distribution],
    count: int,
    *,
    seed: int,
    method: Literal["latin-hypercube", "sobol"] = "latin-hypercube",
) -> pl.DataFrame:
    """Sets of values that inputs may have together, each independent of the others.

    Args:
        inputs: by the path of the value in a scenario, such as ``habits.attends``.
        count: how many sets; a power of 2 for ``sobol``.
        seed: the same sets come of the same seed and version of SciPy.
        method: how the unit cube is filled: each slice once, or evenly.

    Returns:
        A row for each set, with its number from 0 as ``set`` and a column for each input.

    Raises:
        InvalidError: no input, or a count that the method does not take.

    Example:
        >>> from iopkit.sources import Grade
        >>> ours = Source("Elm Street, own count of 2025", Grade.SECONDARY)
        >>> sets = input_sets({"habits.attends": Uniform(0.7, 0.9, ours)}, 4, seed=7)
        >>> [n for n, (_, value) in enumerate(sets.sort("habits.attends").iter_rows())
        ...     if 0.7 + n / 20 <= value < 0.75 + n / 20]
        [0, 1, 2, 3]
    """
    refuse(
        "inputs",
        unless_a(inputs, "inputs", Mapping),
        unless_whole(count, "count"),
        unless(method in _METHODS, "method", " or ".join(_METHODS), "another"),
    )
    even, power = method == "sobol", count & (count - 1) == 0
    most = f"at most {_MOST_SOBOL:,} for a Sobol' sequence"
    refuse(
        "inputs",
        unless(bool(inputs), "inputs", "one or more", "none"),
        unless(not even or len(inputs) <= _MOST_SOBOL, "inputs", most, f"{len(inputs):,}"),
        unless("set" not in inputs, "set", "another name, as a set's number has this", "an input"),
        unless(count > 0, "count", "1 or more", count),
        unless(not even or power, "count", "a power of 2 for a Sobol' sequence", count),
        unless_whole(seed, "seed") or unless(seed >= 0, "seed", "0 or more", seed),
        *(unless(hasattr(of, "quantiles"), name, *_NONE) for name, of in inputs.items()),
    )
    fill = sobol_points if method == "sobol" else latin_hypercube
    points = fill(count, len(inputs), seed=seed)
    columns = {name: of.quantiles(points[:, n]) for n, (name, of) in enumerate(inputs.items())}
    return pl.DataFrame({"set": np.arange(count), **columns})


def variations(sets: pl.DataFrame) -> dict[str, dict[str, float]]:
    """Sets of inputs as ``vary`` takes them: the values of each, under ``set 0``, ``set 1``, ..."""
    return {f"set {row.pop('set')}": dict(row) for row in sets.iter_rows(named=True)}
