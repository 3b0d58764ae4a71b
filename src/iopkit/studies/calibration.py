"""Calibration: inputs that nobody has measured, found from figures that somebody has published.

Inputs are values of a scenario, by their paths. They are fitted to some targets and checked
against others, and what the targets do not tell is said.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from functools import cache
from math import floor, hypot, inf, isfinite, log10
from typing import TypeAlias

import numpy as np
import polars as pl

from iopkit.errors import each_a, refuse, unless, unless_a
from iopkit.fields import frozen
from iopkit.prose import counted, listed
from iopkit.scenarios.findings import RunFindingKind
from iopkit.scenarios.results import Results
from iopkit.scenarios.scenarios import Scenario, vary
from iopkit.scenarios.simulation import simulate
from iopkit.studies.estimates import (
    Estimate,
    estimate_cells,
    few_replications,
    figure,
    sentences,
    shown_in_notebooks,
    unless_confidence,
)
from iopkit.studies.mathematics import Numbers, bounded_least_squares
from iopkit.studies.targets import Target, measured, reach_of, unless_each_once

_STEP = 0.02
"""How far from a point, in shares of an input's range, it is looked at for how figures change.

People come, stay and leave whole: with smaller steps nothing changes at all.
"""
_AT_BOUND = 0.005
_MOST_STEPS = 40
_LOWER = 0.1
"""A misfit that is lower by so much is no matter of where a search ends."""
_PART = 0.1
"""An input has a part in a direction if it makes up so much of the direction's length."""

Runs: TypeAlias = Callable[[tuple[float, ...]], tuple[Estimate, ...]]
"""The figure of each target's measure where inputs are at some shares of their ranges."""


@frozen
class FreeInput:
    """A value of a scenario that is to be found: where it stands, and from what to what.

    ``start`` is where the search begins, by default in the middle.

    Raises:
        InvalidError: the bounds are not in order, or the start is not between them.
    """

    path: str
    low: float
    high: float
    start: float | None = None

    def __attrs_post_init__(self) -> None:
        ordered = self.low < self.high and isfinite(self.high - self.low)
        between = self.start is None or self.low < self.start < self.high
        refuse(
            f"input {self.path}",
            unless(ordered, "high", "above low", self.high),
            unless(between or not ordered, "start", "between low and high", self.start),
        )

    def at(self, share: float) -> float:
        """The value at a share of the range, to a millionth of it or less."""
        width = self.high - self.low
        value = round(self.low + share * width, 6 - floor(log10(width)))
        return min(self.high, max(self.low, value))

    @property
    def begins(self) -> float:
        """The share of the range at which the search begins."""
        return 0.5 if self.start is None else (self.start - self.low) / (self.high - self.low)


@frozen
class FittedInput:
    """What was found for an input.

    ``se`` is its standard error as the targets' errors have it, ``None`` where they do not tell.
    ``rise_low`` and ``rise_high`` say by how much the misfit rises with the input held at the ends
    of its range and all others fitted again; ``is_low_open`` and ``is_high_open`` if that is no
    more than what the confidence allows, so that the targets do not rule the end out.
    """

    path: str
    value: float
    se: float | None
    low: float
    high: float
    rise_low: float
    rise_high: float
    is_low_open: bool
    is_high_open: bool

    @property
    def is_at_bound(self) -> bool:
        """Whether it is at an end of its range, so that it may lie beyond."""
        near = _AT_BOUND * (self.high - self.low)
        return min(self.value - self.low, self.high - self.value) < near

    @property
    def is_identified(self) -> bool:
        """Whether the targets tell it: within its range, and neither end of it would do."""
        return not (self.is_at_bound or self.is_low_open or self.is_high_open)

    def __str__(self) -> str:
        se = f" (SE {figure(self.se, self.se)})" if self.se else ""
        told = "" if self.is_identified else ", not identified"
        return f"{self.path}: {figure(self.value, self.se)}{se}{told}."

    @property
    def findings(self) -> tuple[str, ...]:
        """Why it is not identified, a sentence each."""
        low, high = (figure(end, None) for end in (self.low, self.high))
        found: list[str] = []
        if self.is_low_open and self.is_high_open:
            found.append(f"{self.path} is not identified: from {low} to {high} all fit alike.")
        elif self.is_low_open or self.is_high_open:
            end = f"{low if self.is_low_open else high}, an end of its range,"
            found.append(f"{self.path} is not identified: {end} is not ruled out.")
        if self.is_at_bound:
            found.append(f"{self.path} is at an end of its range, and may lie beyond.")
        if min(self.rise_low, self.rise_high) < -_LOWER:
            end = low if self.rise_low < self.rise_high else high
            found.append(f"{self.path} at {end} fits better: begin the search elsewhere.")
        return tuple(found)


@frozen
class TargetFit:
    """A target beside what the scenario comes to.

    ``is_fitted`` says whether it was fitted, or is a check. ``errors`` is how far the scenario is
    from the target, in standard errors of the target and of the simulation together, and
    ``is_met`` if that is no more than what the confidence allows.
    """

    target: Target
    found: Estimate
    is_fitted: bool
    errors: float
    is_met: bool

    def __str__(self) -> str:
        how = "fitted" if self.is_fitted else "check, not fitted"
        met = "" if self.is_met else "; missed"
        value = figure(self.target.value, self.target.se)
        return (
            f"{self.target.measure} ({how}): {figure(self.found.value, self.found.se)} for "
            f"{value}, {self.errors:.1f} standard errors apart{met}."
        )


@frozen
class Calibration:
    """Inputs as targets have them; printed, it reads as sentences.

    ``misfit`` is the sum of squares over the fitted targets, each in its standard errors, and
    ``condition`` the ratio of the most to the least that a direction among the inputs changes
    them; infinite where one changes nothing. ``runs`` is how many scenarios were simulated.
    ``findings`` say what is not identified, what is missed, and what the run itself found.
    """

    confidence: float
    inputs: tuple[FittedInput, ...]
    targets: tuple[TargetFit, ...]
    misfit: float
    condition: float
    runs: int
    findings: tuple[str, ...]

    @property
    def values(self) -> dict[str, float]:
        """The values by their paths, as ``vary`` takes them."""
        return {each.path: each.value for each in self.inputs}

    @property
    def reach(self) -> float:
        """Within how many standard errors of its target a figure counts as met."""
        return reach_of(self.confidence)

    @property
    def is_identified(self) -> bool:
        """Whether the targets tell each input."""
        return all(each.is_identified for each in self.inputs)

    @property
    def table(self) -> pl.DataFrame:
        """A row for each target."""
        return pl.DataFrame(
            [
                {
                    "measure": row.target.measure,
                    "target": row.target.value,
                    "target_se": row.target.se,
                    **estimate_cells("found", row.found),
                    "fitted": row.is_fitted,
                    "errors": row.errors,
                    "met": row.is_met,
                    "source": str(row.target.source),
                }
                for row in self.targets
            ],
            infer_schema_length=None,
        )

    def __str__(self) -> str:
        return sentences([*map(str, self.inputs), *map(str, self.targets), *self.findings])

    def __repr__(self) -> str:
        return (
            f"Calibration({counted(len(self.inputs), 'input')}, "
            f"{counted(len(self.targets), 'target')})"
        )

    def _repr_html_(self) -> str:
        return shown_in_notebooks(self.table)


def calibrate(  # noqa: PLR0913  # what is found, from what, and how, by name
    base: Scenario,
    inputs: Iterable[FreeInput],
    targets: Iterable[Target],
    *,
    check: Iterable[Target] = (),
    replications: int,
    seed: int,
    confidence: float = 0.95,
    executor: Executor | None = None,
) -> Calibration:
    """Find inputs of a scenario by least squares, and check them against other targets.

    All runs share their chance, and each target counts by its standard error. The search begins at
    one place and finds the least misfit near it; ``accepted_sets`` looks everywhere. An input
    counts as identified if the misfit, with the input held at either end of its range and all
    others fitted again, rises by more than the quantile of chi-squared with one degree of freedom.

    Source: Vanni et al., PharmacoEconomics 2011;29:35 (calibration in seven steps); Venzon and
    Moolgavkar, Appl Stat 1988;37:87 (the profile).

    Args:
        targets: those to fit.
        check: those to hold what was found against.
        replications: of each run.
        executor: as of ``simulate``.

    Raises:
        InvalidError: there is no input or target, one comes twice, a measure has no figure, or a
            value is not possible at its place.
    """
    free = each_a("calibration", inputs, "inputs", FreeInput)
    fitted = each_a("calibration", targets, "targets", Target)
    checked = each_a("calibration", check, "check", Target)
    paths = [each.path for each in free]
    refuse(
        "calibration",
        unless_a(base, "base", Scenario),
        unless(bool(free), "inputs", "one or more", "none"),
        unless(len(set(paths)) == len(paths), "inputs", "each path once", "one twice"),
        unless(bool(fitted), "targets", "one or more", "none"),
        unless_each_once((*fitted, *checked)),
        unless_a(replications, "replications", int),
        unless_confidence(confidence),
    )

    def scenario(point: Sequence[float]) -> Scenario:
        values = {each.path: each.at(share) for each, share in zip(free, point, strict=True)}
        return vary(base, {f"{base.name}, calibrated": values})[1]

    def results_at(point: tuple[float, ...]) -> Results:
        return simulate(scenario(point), replications=replications, seed=seed, executor=executor)

    @cache
    def runs(point: tuple[float, ...]) -> tuple[Estimate, ...]:
        (found,) = measured(results_at(point), (*fitted, *checked), confidence).values()
        return found

    start = [each.begins for each in free]
    for place in range(len(free)):  # what is not possible is refused before anything is run
        for end in (0.0, 1.0):
            scenario([*start[:place], end, *start[place + 1 :]])
    surface = _Surface(runs, fitted)
    best, has_ended = surface.lowest(start)
    misfit, most = surface.misfit(best), reach_of(confidence) ** 2
    rises = [
        tuple(
            surface.misfit(surface.lowest(best, held=(place, end))[0]) - misfit
            for end in (0.0, 1.0)
        )
        for place in range(len(free))
    ]
    sizes, directions = surface.directions(best)
    fits = [
        _fit(target, found, most, is_fitted=place < len(fitted))
        for place, (target, found) in enumerate(zip((*fitted, *checked), runs(best), strict=True))
    ]
    known = [
        _input(each, share, error, rise, most)
        for each, share, error, rise in zip(
            free, best, _errors(sizes, directions), rises, strict=True
        )
    ]
    return Calibration(
        confidence=confidence,
        inputs=tuple(known),
        targets=tuple(fits),
        misfit=misfit,
        condition=float(sizes[0] / sizes[-1]) if sizes[-1] else inf,
        runs=runs.cache_info().misses,
        findings=(
            *_findings(known, fits, has_ended=has_ended),
            *_told_together(paths, sizes, directions, most),
            # Few replications are told by targets.
            *(
                str(each)
                for each in results_at(best).findings
                if each.kind is not RunFindingKind.FEW_REPLICATIONS
            ),
        ),
    )


@frozen(eq=False)
class _Surface:
    """How far the fitted targets are missed, over the unit cube of inputs."""

    runs: Runs
    targets: tuple[Target, ...]

    def residuals(self, point: Numbers) -> Numbers:
        """How far each target is missed, in its standard errors."""
        # Runs have the figures of checks, too, after those of the fitted.
        pairs = zip(self.targets, self.runs(_key(point)), strict=False)
        return np.array([(found.value - one.value) / one.se for one, found in pairs], np.float64)

    def slopes(self, point: Numbers) -> Numbers:
        """How the residuals change over the whole range of each input, by targets and inputs."""
        columns: list[Numbers] = []
        for place, share in enumerate(point):
            before, after = point.copy(), point.copy()
            before[place], after[place] = max(0.0, share - _STEP), min(1.0, share + _STEP)
            change = self.residuals(after) - self.residuals(before)
            columns.append(change / (after[place] - before[place]))
        return np.stack(columns, axis=1)

    def misfit(self, point: Sequence[float]) -> float:
        """The sum of the squares."""
        return float(np.sum(self.residuals(np.array(point, np.float64)) ** 2))

    def lowest(
        self, start: Sequence[float], *, held: tuple[int, float] | None = None
    ) -> tuple[tuple[float, ...], bool]:
        """The point of the least misfit that a search comes to, and whether it ended there.

        Args:
            held: an axis and where on it to stay.
        """
        moving = [place for place in range(len(start)) if held is None or place != held[0]]
        fixed = np.array(start, np.float64)
        if held is not None:
            fixed[held[0]] = held[1]
        if not moving:
            return _key(fixed), True

        def whole(part: Numbers) -> Numbers:
            point = fixed.copy()
            point[moving] = part
            return point

        found, has_ended = bounded_least_squares(
            lambda part: self.residuals(whole(part)),
            lambda part: self.slopes(whole(part))[:, moving],
            # A search begins within the cube.
            np.clip(fixed[moving], 0.01, 0.99),
            most_steps=_MOST_STEPS,
        )
        return _key(whole(found)), has_ended

    def directions(self, point: Sequence[float]) -> tuple[Numbers, Numbers]:
        """How much each direction among the inputs changes the residuals, the most first."""
        _, sizes, directions = np.linalg.svd(self.slopes(np.array(point, np.float64)))
        # With fewer targets than inputs, the rest changes nothing.
        padded = np.append(sizes, np.zeros(len(point) - len(sizes)))
        return padded, np.asarray(directions, np.float64)


def _key(point: Numbers) -> tuple[float, ...]:
    return tuple(map(float, point))


def _errors(sizes: Numbers, directions: Numbers) -> list[float | None]:
    """The standard error of each input as a share of its range; ``None``: more than all of it."""
    # What hardly changes anything has no error that could be told.
    variances = np.sum(directions.T**2 / np.maximum(sizes, 1e-9) ** 2, axis=1)
    return [float(np.sqrt(each)) if each < 1 else None for each in variances]


def _input(
    free: FreeInput, share: float, error: float | None, rises: Sequence[float], most: float
) -> FittedInput:
    low, high = rises
    return FittedInput(
        path=free.path,
        value=free.at(share),
        se=None if error is None else error * (free.high - free.low),
        low=free.low,
        high=free.high,
        rise_low=low,
        rise_high=high,
        is_low_open=low <= most,
        is_high_open=high <= most,
    )


def _fit(target: Target, found: Estimate, most: float, *, is_fitted: bool) -> TargetFit:
    errors = abs(found.value - target.value) / hypot(target.se, found.se or 0.0)
    return TargetFit(target, found, is_fitted, errors, errors**2 <= most)


def _findings(
    inputs: Sequence[FittedInput], fits: Sequence[TargetFit], *, has_ended: bool
) -> Iterator[str]:
    if not has_ended:
        yield f"The search did not end within {_MOST_STEPS} steps."
    for each in inputs:
        yield from each.findings
    for fit in fits:
        if not fit.is_met:
            how = "was fitted and" if fit.is_fitted else "was a check, and"
            yield f"{fit.target.measure} {how} is missed by {fit.errors:.1f} standard errors."
        if fit.found.se is not None and fit.found.se > fit.target.se / 2:
            yield (
                f"{fit.target.measure}: chance in the runs is more than half of what the target "
                "leaves open; more replications help."
            )
    if few := few_replications(fit.found.count for fit in fits):
        yield few


def _told_together(
    paths: Sequence[str], sizes: Numbers, directions: Numbers, most: float
) -> Iterator[str]:
    """Inputs that the targets tell only together, as one makes up for another."""
    for size, direction in zip(sizes, directions, strict=True):
        parts = [path for path, part in zip(paths, direction, strict=True) if abs(part) >= _PART]
        # All the way through the cube in such a direction, the confidence allows.
        if size**2 <= most and len(parts) > 1:
            yield f"{listed(parts)} make up for each other: the targets tell them only together."
