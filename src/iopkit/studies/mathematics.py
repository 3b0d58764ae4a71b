"""What SciPy works out for studies, with types; it is imported when it is first needed."""

# SciPy comes without types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportMissingTypeStubs=false, reportUnknownArgumentType=false

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.float64]
"""An array of numbers."""


def student_t(confidence: float, *, freedom: int) -> float:
    """Within how many standard errors a mean lies with a confidence, by Student's t.

    Source: Student, Biometrika 1908;6:1.

    Example:
        >>> round(student_t(0.95, freedom=9), 3)
        2.262
    """
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + confidence) / 2))


def beta_quantiles(shares: Numbers, alpha: float, beta: float) -> Numbers:
    """The values below which a beta distribution has these shares."""
    from scipy.special import betaincinv

    return np.asarray(betaincinv(alpha, beta, shares), np.float64)


def gamma_quantiles(shares: Numbers, shape: float) -> Numbers:
    """Likewise of a gamma distribution of scale 1."""
    from scipy.special import gammaincinv

    return np.asarray(gammaincinv(shape, shares), np.float64)


def normal_quantiles(shares: Numbers) -> Numbers:
    """Likewise of the standard normal distribution."""
    from scipy.special import ndtri

    return np.asarray(ndtri(shares), np.float64)


def normal_shares(values: Numbers) -> Numbers:
    """The shares that the standard normal distribution has below values."""
    from scipy.special import ndtr

    return np.asarray(ndtr(values), np.float64)


def latin_hypercube(count: int, inputs: int, *, seed: int) -> Numbers:
    """Points in the unit cube, a row each: in every slice of each input there is one.

    Source: McKay, Beckman and Conover, Technometrics 1979;21:239.
    """
    from scipy.stats import qmc

    return np.asarray(qmc.LatinHypercube(inputs, rng=seed).random(count), np.float64)


def sobol_points(count: int, inputs: int, *, seed: int) -> Numbers:
    """Points in the unit cube, a row each, of a scrambled Sobol' sequence.

    Source: Sobol', USSR Comput Math Math Phys 1967;7:86; Owen, J Complexity 1998;14:466.
    """
    from scipy.stats import qmc

    return np.asarray(qmc.Sobol(inputs, rng=seed).random(count), np.float64)


def bounded_least_squares(
    residuals: Callable[[Numbers], Numbers],
    jacobian: Callable[[Numbers], Numbers],
    start: Numbers,
    *,
    most_steps: int,
) -> tuple[Numbers, bool]:
    """Where in the unit cube the sum of squares is least, and whether the search has ended there.

    Args:
        residuals: what is to be small, an array for each point.
        jacobian: how it changes, an array of residuals by axes.
        start: a point within the cube.

    Source: Branch, Coleman and Li, SIAM J Sci Comput 1999;21:1, as SciPy has it.
    """
    from scipy.optimize import least_squares

    found = least_squares(
        residuals,
        start,
        jac=jacobian,  # pyright: ignore[reportArgumentType]  # read off the default, a text
        bounds=(0.0, 1.0),
        # What is simulated moves in small steps: no search can tell more digits.
        ftol=1e-6,
        xtol=1e-5,
        gtol=1e-6,
        max_nfev=most_steps,
    )
    return np.asarray(found.x, np.float64), bool(found.status > 0)


def variance_shares(
    figures: Callable[[Numbers], Numbers],
    quantiles: Sequence[Callable[[Numbers], Numbers]],
    count: int,
    *,
    seed: int,
) -> tuple[Numbers, Numbers]:
    """First-order and total Sobol' indices: an array each, of figures by inputs.

    Args:
        figures: what becomes of inputs, an array of inputs by sets; it gives figures by sets.
        quantiles: of each input.
        count: a power of 2; figures are asked for as often, and as often again for each input
            and once more.

    Source: Saltelli et al., Comput Phys Commun 2010;181:259, as SciPy has it.
    """
    from scipy.stats import sobol_indices

    class Quantiles:
        """What SciPy asks of a distribution."""

        def __init__(self, ppf: Callable[[Numbers], Numbers]) -> None:
            self.ppf = ppf

    def with_the_first_again(values: Numbers) -> Numbers:
        # SciPy 1.17 stumbles over one figure of one input.
        found = figures(values)
        return np.concatenate([found, found[:1]])

    dists = [Quantiles(each) for each in quantiles]
    found = sobol_indices(func=with_the_first_again, n=count, dists=dists, rng=seed)
    shape = (-1, len(quantiles))
    first, total = (
        np.asarray(each, np.float64).reshape(shape)[:-1]
        for each in (found.first_order, found.total_order)
    )
    return first, total
