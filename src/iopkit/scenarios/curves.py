"""Curves of staying: which share remains after each day.

Of patients in care, of those who wait, of those who have not used yet or not come back. A curve is
a frozen value with its source. Somebody's whole number of days T has P(T > t) = S(t), the curve:
a stay of T days is over at the end of its day T - 1.

Curves are worked out with decimal fractions of a fixed precision, whose ``exp`` and ``ln`` are
rounded correctly, so that they are the same on every machine. What is added, split and multiplied
is the cumulative hazard H = -ln S: competing reasons add theirs, and a ratio multiplies it.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from math import isfinite
from typing import TypeAlias

from iopkit.errors import Fault, InvalidError, refuse, unless
from iopkit.fields import call_union, frozen
from iopkit.prose import counted
from iopkit.scenarios.decimals import (
    ENDLESS,
    NONE,
    ONE,
    WORK,
    exact,
    minus_ln,
    percent,
    rise,
    share_faults,
    share_left,
    sum_faults,
    sum_of,
)
from iopkit.sources import Source

WEEK = 7
"""Days of a week."""

MOST_DAYS = 1 << 17
_MOST_SHAPE = 100


class AfterLast(StrEnum):
    """What a table of days means after its last row."""

    GOES_ON = "goes_on"
    """The last hazard goes on."""
    NOBODY = "nobody"
    """Nobody leaves any more."""


def _remaining(curve: "Curve", days: int) -> tuple[Decimal, ...]:
    """Which share remains on day 0, which is all, and after each day up to ``days``.

    Args:
        days: from 0 to 131,072.

    Returns:
        ``days + 1`` shares, none larger than the one before.

    Raises:
        InvalidError: ``days`` is out of bounds.
    """
    return tuple(share_left(hazard) for hazard in cumulative_hazard(curve, days))


@frozen
class Constant:
    """The same share of those who are left leaves each week.

    ``known_days`` is up to which day the source counted; ``None``: it does not say. It is the
    same with the other curves.

    Raises:
        InvalidError: the share is not from 0 to 1.

    Example:
        >>> half = Constant(0.5).remaining(14)
        >>> float(half[7]), float(half[14])
        (0.5, 0.25)
    """

    weekly: float
    source: Source | None = None
    known_days: int | None = None

    def __attrs_post_init__(self) -> None:
        refuse("constant", share_faults(self.weekly, "weekly"), known_faults(self.known_days))

    remaining = _remaining


@frozen
class ByWeek:
    """Of those who are left, the share that leaves in the first week, the second and so on.

    Raises:
        InvalidError: there is no week, or a share is not from 0 to 1.
    """

    weekly: tuple[float, ...]
    after: AfterLast
    source: Source | None = None

    def __attrs_post_init__(self) -> None:
        refuse(
            "by week",
            unless(bool(self.weekly), "weekly", "at least one week", "none"),
            *(
                tuple(fault.under("weekly") for fault in share_faults(share, week))
                for week, share in enumerate(self.weekly)
            ),
        )

    @property
    def known_days(self) -> int:
        """Up to which day the source counted."""
        return len(self.weekly) * WEEK

    remaining = _remaining


@frozen
class Left:
    """Which share was left after some days."""

    day: int
    share: float

    def __attrs_post_init__(self) -> None:
        ok = 1 <= self.day <= MOST_DAYS
        refuse(
            "point of a curve",
            unless(ok, "day", f"from 1 to {MOST_DAYS:,}", self.day),
            share_faults(self.share, "share"),
        )


@frozen
class Tabulated:
    """Published points of a curve, with a constant hazard from each to the next.

    Where nobody is left at a point, all who were left before leave on that day.

    Raises:
        InvalidError: there is no point, the days do not rise, or more are left later.

    Example:
        >>> curve = Tabulated((Left(30, 0.8), Left(60, 0.4)), AfterLast.NOBODY)
        >>> [float(curve.remaining(90)[day]) for day in (0, 30, 60, 90)]
        [1.0, 0.8, 0.4, 0.4]
    """

    points: tuple[Left, ...]
    after: AfterLast
    source: Source | None = None

    def __attrs_post_init__(self) -> None:
        refuse(
            "tabulated curve",
            unless(bool(self.points), "points", "at least one point", "none"),
            *(
                unless(
                    one.day < other.day, "points", "days that rise", f"{other.day} after {one.day}"
                )
                + unless(
                    one.share >= other.share,
                    "points",
                    "a share that does not rise",
                    f"{other.share} after {one.share}",
                )
                for one, other in pairwise(self.points)
            ),
        )

    @property
    def known_days(self) -> int:
        """Up to which day the source counted."""
        return self.points[-1].day

    remaining = _remaining


@frozen
class Weibull:
    """S(t) = exp(-(t / scale) ** shape): leaving falls with time for a shape below 1.

    Raises:
        InvalidError: the scale or the shape is not above 0, or the shape is above 100.
    """

    scale_days: float
    shape: float
    source: Source | None = None
    known_days: int | None = None

    def __attrs_post_init__(self) -> None:
        refuse(
            "Weibull curve",
            _scale_faults(self.scale_days, "scale_days"),
            shape_faults(self.shape),
            known_faults(self.known_days),
        )

    remaining = _remaining


@frozen
class LogLogistic:
    """S(t) = never + (1 - never) / (1 + (t / median) ** shape).

    ``never`` is the share that never leaves, and ``median_days`` is the median of the others.

    Raises:
        InvalidError: the median or the shape is not above 0, the shape is above 100, or the share
            is not from 0 to 1.
    """

    median_days: float
    shape: float
    never: float = 0
    source: Source | None = None
    known_days: int | None = None

    def __attrs_post_init__(self) -> None:
        refuse(
            "log-logistic curve",
            _scale_faults(self.median_days, "median_days"),
            shape_faults(self.shape),
            share_faults(self.never, "never"),
            known_faults(self.known_days),
        )

    remaining = _remaining


@frozen
class WayOut:
    """One of several ways out: the share of all that takes it, and the median of their days."""

    share: float
    median_days: float

    def __attrs_post_init__(self) -> None:
        refuse("way out", way_faults(self.share, self.median_days))


@frozen
class OneWayOut:
    """Leaving for one of several reasons, by the share and the median of each.

    The days of those who leave for one reason are Weibull, all of one shape; 1 is exponential.
    Then the share of each reason and the median of its days come back as they were given, and
    the median of all is what follows. Nothing that was published says which shape is right.

    ``remaining`` is what would remain if this were the only reason, and the product over all
    reasons what does remain.

    Raises:
        InvalidError: the shares do not sum to 1, there is no such way, or the shape is not
            above 0 and up to 100.
    """

    ways: tuple[WayOut, ...]
    which: int
    shape: float = 1
    source: Source | None = None
    known_days: int | None = None

    def __attrs_post_init__(self) -> None:
        ok = 0 <= self.which < len(self.ways)
        refuse(
            "ways",
            sum_faults([way.share for way in self.ways], "ways"),
            unless(ok, "which", f"from 0 to {len(self.ways) - 1}", self.which),
            shape_faults(self.shape),
            known_faults(self.known_days),
        )

    remaining = _remaining


Curve: TypeAlias = Constant | ByWeek | Tabulated | Weibull | LogLogistic | OneWayOut
"""How a share that remains falls with the days."""
call_union(Curve, "a curve", fix="a weekly share becomes one as Constant(0.05)")


def fitted(
    ways: Iterable[WayOut],
    *,
    shape: float = 1,
    source: Source | None = None,
    known_days: int | None = None,
) -> tuple[OneWayOut, ...]:
    """Curves of leaving for several reasons from the share and the median of each.

    Returns:
        A curve for each way, in order; see ``OneWayOut`` for what is assumed.

    Raises:
        InvalidError: the shares do not sum to 1.

    Example:
        >>> stay, go = fitted([WayOut(0.6, 50), WayOut(0.4, 26)])
        >>> round(float(stay.remaining(40)[40] * go.remaining(40)[40]), 3)
        0.482
    """
    listed = tuple(ways)
    return tuple(
        OneWayOut(listed, which, shape, source, known_days) for which in range(len(listed))
    )


def cumulative_hazard(curve: Curve, days: int) -> tuple[Decimal, ...]:
    """The cumulative hazard H = -ln S of day 0, which is 0, up to ``days``; infinite where S is 0.

    Raises:
        InvalidError: ``days`` is not from 0 to 131,072.
    """
    refuse_days(days)
    return _cumulative_hazard(curve, days)


@lru_cache(maxsize=256)
def _cumulative_hazard(curve: Curve, days: int) -> tuple[Decimal, ...]:
    match curve:
        case Constant(weekly):
            return _by_week((weekly,), AfterLast.GOES_ON, days)
        case ByWeek(weekly, after):
            return _by_week(weekly, after, days)
        case Tabulated(points, after):
            return _tabulated(points, after, days)
        case Weibull(scale, shape):
            return tuple(_power(day, scale, shape) for day in range(days + 1))
        case LogLogistic(median, shape, never):
            return tuple(_log_logistic(day, median, shape, never) for day in range(days + 1))
        case OneWayOut(ways, which, shape):
            return _of_ways(ways, shape, days)[which]


def curve_in_words(curve: Curve) -> str:
    """What a curve says, in prose.

    Example:
        >>> curve_in_words(Tabulated((Left(30, 0.8), Left(60, 0.4)), AfterLast.NOBODY))
        '80 % remain after 30 days, 40 % after 60 days, and as many later'
    """
    match curve:
        case Constant(weekly):
            return f"{percent(weekly)} a week"
        case ByWeek(weekly, after):
            return f"{', '.join(map(percent, weekly))} a week from the first on, {_THEN[after]}"
        case Tabulated(points, after):
            told = [f"{percent(one.share)} after {counted(one.day, 'day')}" for one in points]
            return f"{', '.join(told).replace(' % ', ' % remain ', 1)}, {_THEN[after]}"
        case Weibull(scale, shape):
            return f"Weibull, of scale {scale:g} days and shape {shape:g}"
        case LogLogistic(median, shape, never):
            stay = f", and {percent(never)} never" if never else ""
            return f"log-logistic, of median {median:g} days and shape {shape:g}{stay}"
        case OneWayOut(ways, which):
            one = ways[which]
            return f"{percent(one.share)} of all, of median {one.median_days:g} days"


_THEN = {
    AfterLast.GOES_ON: "and the last hazard goes on",
    AfterLast.NOBODY: "and as many later",
}


# What each curve is.


def _by_week(weekly: Sequence[float], after: AfterLast, days: int) -> tuple[Decimal, ...]:
    hazards = [minus_ln(WORK.subtract(ONE, exact(share))) for share in weekly]
    later = hazards[-1] if after is AfterLast.GOES_ON else NONE
    begun, found = NONE, [NONE]
    for week in range(-(-days // WEEK)):
        hazard = hazards[week] if week < len(hazards) else later
        found += [WORK.add(begun, _part(hazard, day, WEEK)) for day in range(1, WEEK + 1)]
        begun = found[-1]
    return tuple(found[: days + 1])


def _part(hazard: Decimal, days: int, of: int) -> Decimal:
    return WORK.divide(WORK.multiply(hazard, Decimal(days)), Decimal(of))


def _tabulated(points: Sequence[Left], after: AfterLast, days: int) -> tuple[Decimal, ...]:
    found, day = [NONE], 0
    hazard, span = NONE, 1
    for point in points:
        begun, span = found[-1], point.day - day
        reached = minus_ln(exact(point.share))
        hazard = rise(begun, reached)
        if reached == ENDLESS:
            found += [begun] * (span - 1)
        else:
            found += [WORK.add(begun, _part(hazard, n, span)) for n in range(1, span)]
        found.append(reached)
        day = point.day
    later, begun = (hazard if after is AfterLast.GOES_ON else NONE), found[-1]
    found += [WORK.add(begun, _part(later, n, span)) for n in range(1, days - day + 1)]
    return tuple(found[: days + 1])


def _power(day: int, scale: float, shape: float) -> Decimal:
    """(day / scale) ** shape."""
    if day == 0:
        return NONE
    times = WORK.divide(Decimal(day), exact(scale))
    if shape == 1:
        return times
    log = WORK.ln(times)
    return WORK.exp(WORK.multiply(exact(shape), log))


def _log_logistic(day: int, median: float, shape: float, never: float) -> Decimal:
    leaves = WORK.subtract(ONE, exact(never))
    left = WORK.divide(leaves, WORK.add(ONE, _power(day, median, shape)))
    return minus_ln(WORK.add(exact(never), left)) if day else NONE


@lru_cache(maxsize=64)
def _of_ways(ways: tuple[WayOut, ...], shape: float, days: int) -> tuple[tuple[Decimal, ...], ...]:
    """Each reason's part of the hazard of all, by how many of each reason leave on each day."""
    less = WORK.ln(Decimal("0.5"))
    left = [
        [
            WORK.multiply(
                exact(way.share),
                WORK.exp(WORK.multiply(less, _power(day, way.median_days, shape))),
            )
            for day in range(days + 1)
        ]
        for way in ways
    ]
    of_all = [minus_ln(sum_of(shares)) for shares in zip(*left, strict=True)]
    found = [[NONE] for _ in ways]
    for day in range(days):
        gone = [WORK.subtract(share[day], share[day + 1]) for share in left]
        whole, hazard = sum_of(gone), rise(of_all[day], of_all[day + 1])
        for hazards, part in zip(found, gone, strict=True):
            more = WORK.multiply(hazard, WORK.divide(part, whole)) if part else NONE
            hazards.append(WORK.add(hazards[-1], more))
    return tuple(map(tuple, found))


# What is refused.


def _scale_faults(days: float, path: str) -> tuple[Fault, ...]:
    return unless(isfinite(days) and days > 0, path, "more than 0 days", days)


def way_faults(share: float, median_days: float) -> tuple[Fault, ...]:
    """What is wrong with the share and the median of one way out."""
    return share_faults(share, "share") + _scale_faults(median_days, "median_days")


def shape_faults(shape: float) -> tuple[Fault, ...]:
    """A fault if a shape is not above 0 and up to 100."""
    return unless(0 < shape <= _MOST_SHAPE, "shape", f"above 0 and up to {_MOST_SHAPE}", shape)


def known_faults(days: int | None) -> tuple[Fault, ...]:
    """A fault if a source cannot have counted up to a day."""
    return unless(days is None or days > 0, "known_days", "at least 1", days)


def refuse_days(days: int) -> None:
    """Raise ``InvalidError`` for a number of days that is out of bounds."""
    if not 0 <= days <= MOST_DAYS:
        raise InvalidError("curve", [Fault(("days",), f"from 0 to {MOST_DAYS:,}", str(days))])
