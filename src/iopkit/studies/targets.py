"""Targets: figures that somebody has published, and what scenarios come to beside them."""

from collections.abc import Iterable
from math import inf, isfinite, sqrt

import numpy as np

from iopkit.errors import Fault, refuse, unless
from iopkit.fields import frozen
from iopkit.scenarios.results import Results
from iopkit.scenarios.totals import TOTALS
from iopkit.sources import Source
from iopkit.studies.estimates import Estimate, figure, mean_estimate, unless_confidence
from iopkit.studies.mathematics import normal_quantiles
from iopkit.studies.samples import Samples, name_among


@frozen
class Target:
    """What a measure of scenarios came to where somebody counted, and how sure that is.

    ``measure`` is one of ``TOTALS``, and ``se`` the standard error of what was published.

    Raises:
        InvalidError: a number is none, or the standard error is not above 0.
        UnknownNameError: no such measure.

    Example:
        >>> from iopkit.sources import Grade
        >>> paper = Source("A paper of 2024", Grade.OFFICIAL)
        >>> print(Target.share("retained_30_days", 0.8, people=400, source=paper))
        retained_30_days: 0.800 (SE 0.020), A paper of 2024 [T2]
    """

    measure: str
    value: float
    se: float
    source: Source

    def __attrs_post_init__(self) -> None:
        name_among(TOTALS, "measure", self.measure)
        refuse(
            f"target {self.measure}",
            unless(isfinite(self.value), "value", "a number", self.value),
            unless(0 < self.se < inf, "se", "above 0", self.se),
        )

    @classmethod
    def of(  # noqa: PLR0913  # what papers give, by name
        cls,
        measure: str,
        value: float,
        *,
        low: float,
        high: float,
        source: Source,
        confidence: float = 0.95,
    ) -> "Target":
        """One that was published with its limits; its standard error is that of their width.

        Raises:
            InvalidError: the value is not between the limits.
        """
        refuse(
            f"target {measure}",
            unless(low < value < high, "value", "between low and high", value),
            unless_confidence(confidence),
        )
        return cls(measure, value, (high - low) / (2 * reach_of(confidence)), source)

    @classmethod
    def share(cls, measure: str, value: float, *, people: int, source: Source) -> "Target":
        """A share of so many people; its standard error is that of the binomial distribution.

        Raises:
            InvalidError: the share is not above 0 and below 1, or there is nobody.
        """
        refuse(
            f"target {measure}",
            unless(0 < value < 1, "value", "above 0 and below 1", value),
            unless(people > 0, "people", "1 or more", people),
        )
        return cls(measure, value, sqrt(value * (1 - value) / people), source)

    def __str__(self) -> str:
        told = f"{figure(self.value, self.se)} (SE {figure(self.se, self.se)})"
        return f"{self.measure}: {told}, {self.source}"


def reach_of(confidence: float) -> float:
    """Within how many standard errors a normal figure lies with a confidence.

    Example:
        >>> round(reach_of(0.95), 3)
        1.96
    """
    return float(normal_quantiles(np.array([(1 + confidence) / 2]))[0])


def measured(
    results: Results, targets: Iterable[Target], confidence: float
) -> dict[str, tuple[Estimate, ...]]:
    """What each scenario comes to in the measure of each target, by the scenario's name.

    Raises:
        InvalidError: a scenario has no figure of a measure.
    """
    samples, listed = Samples.read(results), tuple(targets)
    found: dict[str, tuple[Estimate, ...]] = {}
    lacking: set[str] = set()
    for scenario in samples.scenarios:
        known = [mean_estimate(samples.known(scenario, t.measure), confidence) for t in listed]
        lacking |= {t.measure for t, each in zip(listed, known, strict=True) if each is None}
        found[scenario] = tuple(each for each in known if each is not None)
    refuse(
        "targets",
        tuple(
            Fault((name,), "a figure in some replication", "none", "let it run for longer")
            for name in sorted(lacking)
        ),
    )
    return found


def unless_each_once(targets: Iterable[Target]) -> tuple[Fault, ...]:
    """A fault if two targets are of one measure."""
    measures = [each.measure for each in targets]
    return unless(len(set(measures)) == len(measures), "targets", "each measure once", "one twice")
