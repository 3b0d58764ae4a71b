"""Sensitivity: which inputs that are not known for sure move the result, and how far."""

from collections.abc import Callable, Mapping

import numpy as np
import polars as pl

from iopkit.errors import InvalidError, refuse, unless
from iopkit.fields import frozen
from iopkit.studies.distributions import Distribution
from iopkit.studies.estimates import figure, sentences, shown_in_notebooks
from iopkit.studies.mathematics import Numbers, variance_shares

Model = Callable[[Mapping[str, float]], Mapping[str, float]]
"""What becomes of inputs: a figure for each strategy, such as its net benefit."""


@frozen
class TornadoBar:
    """How far a strategy's figure moves while one input goes through its range.

    ``low`` and ``high`` are the input's values, and ``at_low`` and ``at_high`` the figures at
    them, with all other inputs at their medians. ``changes_choice`` if another strategy has the
    highest figure at one of them than at the medians.
    """

    strategy: str
    input: str
    low: float
    high: float
    at_low: float
    at_high: float
    changes_choice: bool

    @property
    def swing(self) -> float:
        """How far apart the two figures are."""
        return abs(self.at_high - self.at_low)


@frozen
class Tornado:
    """Bars of each strategy, the longest first, beside its figure at the medians."""

    at_medians: tuple[tuple[str, float], ...]
    bars: tuple[TornadoBar, ...]

    @property
    def table(self) -> pl.DataFrame:
        """A row for each bar."""
        return pl.DataFrame(
            [
                {
                    "strategy": bar.strategy,
                    "input": bar.input,
                    "low": bar.low,
                    "high": bar.high,
                    "at_low": bar.at_low,
                    "at_high": bar.at_high,
                    "swing": bar.swing,
                    "changes_choice": bar.changes_choice,
                }
                for bar in self.bars
            ],
            infer_schema_length=None,
        )

    def __str__(self) -> str:
        return sentences(
            [
                f"{bar.strategy}: {bar.input} from {figure(bar.low, None)} to "
                f"{figure(bar.high, None)} takes it from {figure(bar.at_low, None)} to "
                f"{figure(bar.at_high, None)}"
                f"{', and changes which strategy is best' if bar.changes_choice else ''}."
                for bar in self.bars
            ]
        )

    def _repr_html_(self) -> str:
        return shown_in_notebooks(self.table)


def one_way(model: Model, inputs: Mapping[str, Distribution], *, share: float = 0.95) -> Tornado:
    """Move one input at a time through its range, with the others at their medians.

    Args:
        model: gives a figure for each strategy, the higher the better, such as its net benefit.
        inputs: what each may be, by name.
        share: the middle share of each input's distribution that is its range.

    Raises:
        InvalidError: no input, the share is out of range, or the model's strategies change.

    Example:
        >>> from iopkit.sources import Grade, Source
        >>> from iopkit.studies.distributions import Uniform
        >>> ours = Source("own", Grade.SECONDARY)
        >>> fee, share = Uniform(10, 20, ours), Uniform(0, 1, ours)
        >>> tornado = one_way(lambda x: {"a": x["fee"] * x["share"]}, {"fee": fee, "share": share})
        >>> [bar.input for bar in tornado.bars]
        ['share', 'fee']
    """
    refuse(
        "sensitivity",
        unless(bool(inputs), "inputs", "one or more", "none"),
        unless(0 < share < 1, "share", "above 0 and below 1", share),
    )
    ends = np.array([(1 - share) / 2, 0.5, (1 + share) / 2])
    ranges = {name: [*map(float, of.quantiles(ends))] for name, of in inputs.items()}
    medians = {name: middle for name, (_, middle, _) in ranges.items()}
    base = _figures(model, medians)
    bars: list[TornadoBar] = []
    for name, (low, _, high) in ranges.items():
        at_low, at_high = (
            _figures(model, {**medians, name: value}, like=base) for value in (low, high)
        )
        changes = {_best(at_low), _best(at_high)} != {_best(base)}
        bars += [
            TornadoBar(strategy, name, low, high, at_low[strategy], at_high[strategy], changes)
            for strategy in base
        ]
    places = {strategy: place for place, strategy in enumerate(base)}
    bars.sort(key=lambda bar: (places[bar.strategy], -bar.swing))
    return Tornado(tuple(base.items()), tuple(bars))


def _best(figures: Mapping[str, float]) -> str:
    return max(figures, key=lambda name: figures[name])


def _figures(
    model: Model, values: Mapping[str, float], *, like: Mapping[str, float] | None = None
) -> dict[str, float]:
    found = {name: float(value) for name, value in model(values).items()}
    ok = bool(found) and all(map(np.isfinite, found.values()))
    same = like is None or like.keys() == found.keys()
    if not (ok and same):
        raise InvalidError(
            "model",
            (
                *unless(ok, "model", "a number for each strategy", "others"),
                *unless(same, "model", "the same strategies for all inputs", "others"),
            ),
        )
    return found


@frozen
class InputShare:
    """How much of the variance of a strategy's figure is an input's.

    ``first`` is the share that it has alone, and ``total`` that with all that it does together
    with others; both are estimates, and can be a little below 0 or above 1.
    """

    strategy: str
    input: str
    first: float
    total: float


def input_shares(
    model: Model, inputs: Mapping[str, Distribution], *, count: int, seed: int
) -> tuple[InputShare, ...]:
    """Sobol' indices: which input the variance of each strategy's figure comes from.

    Args:
        model: gives a figure for each strategy; it is asked ``count * (len(inputs) + 2)`` times.
        inputs: what each may be, by name.
        count: a power of 2; the more, the surer.

    Raises:
        InvalidError: no input, or the count is no power of 2.

    Source: Sobol', Math Comput Simul 2001;55:271; Saltelli et al., Comput Phys Commun 2010;181:259.
    """
    power = count > 1 and count & (count - 1) == 0
    refuse(
        "sensitivity",
        unless(bool(inputs), "inputs", "one or more", "none"),
        unless(power, "count", "a power of 2", count),
    )
    names = tuple(inputs)
    ends = np.array([0.5])
    base = _figures(model, {name: float(of.quantiles(ends)[0]) for name, of in inputs.items()})

    def figures(values: Numbers) -> Numbers:
        rows = [
            _figures(model, dict(zip(names, map(float, column), strict=True)), like=base)
            for column in values.T
        ]
        return np.array([[row[strategy] for row in rows] for strategy in base], np.float64)

    quantiles = [of.quantiles for of in inputs.values()]
    first, total = variance_shares(figures, quantiles, count, seed=seed)
    return tuple(
        InputShare(strategy, name, float(first[row, column]), float(total[row, column]))
        for row, strategy in enumerate(base)
        for column, name in enumerate(names)
    )
