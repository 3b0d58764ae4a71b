"""Curves of staying, and the tables of thresholds that draws are compared with.

A curve says which share remains after each day: of patients in care, of those who wait, of those
who have not used yet or not come back. It is a frozen value with its source. Somebody's whole
number of days T has P(T > t) = S(t), the curve: a stay of T days is over at the end of day T - 1.

Everything is worked out once, with decimal fractions of a fixed precision whose ``exp`` and ``ln``
are rounded correctly, so that a table is the same bits on every machine. What is added, split and
multiplied is the cumulative hazard H = -ln S: a ratio multiplies it, and competing reasons add
theirs.
"""

from collections.abc import Iterable, Sequence
from decimal import (
    ROUND_FLOOR,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate, pairwise
from math import isfinite
from typing import TypeAlias

import numpy as np

from iopkit.errors import Fault, InvalidError, refuse, unless
from iopkit.fields import call_union, frozen
from iopkit.scenarios.draws import WHOLE, Words
from iopkit.sources import Source

# Ten digits more than a threshold has, and ten more to work in, so that a share that somebody
# wrote, such as 0.25, comes out as it was written.
_WORK = Context(
    prec=40,
    Emin=-999_999_999,
    Emax=999_999_999,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
_SHOWN = Context(prec=30, Emin=-999_999_999, Emax=999_999_999, traps=[InvalidOperation])
_NONE, _ONE, _NEVER_ENDING = Decimal(0), Decimal(1), Decimal("Infinity")
_WEEK = 7
_MOST_DAYS = 1 << 17
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
    return tuple(_share_left(hazard) for hazard in cumulative_hazard(curve, days))


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
        refuse("constant", share_faults(self.weekly, "weekly"), _known_faults(self.known_days))

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
        return len(self.weekly) * _WEEK

    remaining = _remaining


@frozen
class Left:
    """Which share was left after some days."""

    day: int
    share: float

    def __attrs_post_init__(self) -> None:
        ok = 1 <= self.day <= _MOST_DAYS
        refuse(
            "point of a curve",
            unless(ok, "day", f"from 1 to {_MOST_DAYS:,}", self.day),
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
            _shape_faults(self.shape),
            _known_faults(self.known_days),
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
            _shape_faults(self.shape),
            share_faults(self.never, "never"),
            _known_faults(self.known_days),
        )

    remaining = _remaining


@frozen
class Outcome:
    """One of several ways out: the share of all that takes it, and the median of their days."""

    share: float
    median_days: float

    def __attrs_post_init__(self) -> None:
        refuse(
            "outcome",
            share_faults(self.share, "share"),
            _scale_faults(self.median_days, "median_days"),
        )


@frozen
class OneOutcome:
    """Leaving for one of several reasons, by the share and the median of each.

    The days of those who leave for one reason are Weibull, all of one shape; 1 is exponential.
    Then the share of each reason and the median of its days come back as they were given, and
    the median of all is what follows. Nothing that was published says which shape is right.

    ``remaining`` is what would remain if this were the only reason, and the product over all
    reasons what does remain.

    Raises:
        InvalidError: the shares do not sum to 1, there is no such outcome, or the shape is not
            above 0 and up to 100.
    """

    outcomes: tuple[Outcome, ...]
    which: int
    shape: float = 1
    source: Source | None = None
    known_days: int | None = None

    def __attrs_post_init__(self) -> None:
        ok = 0 <= self.which < len(self.outcomes)
        refuse(
            "outcomes",
            sum_faults([outcome.share for outcome in self.outcomes], "outcomes"),
            unless(ok, "which", f"from 0 to {len(self.outcomes) - 1}", self.which),
            _shape_faults(self.shape),
            _known_faults(self.known_days),
        )

    remaining = _remaining


Curve: TypeAlias = Constant | ByWeek | Tabulated | Weibull | LogLogistic | OneOutcome
"""How a share that remains falls with the days."""
call_union(Curve, "a curve", fix="a weekly share becomes one as Constant(0.05)")

Exit: TypeAlias = Curve | tuple[Curve, float | Decimal]
"""A curve of leaving for one reason, or one and the ratio that its hazard is multiplied by."""


def fitted(
    outcomes: Iterable[Outcome], *, shape: float = 1, source: Source | None = None
) -> tuple[OneOutcome, ...]:
    """Curves of leaving for several reasons from the share and the median of each.

    Returns:
        A curve for each outcome, in order; see ``OneOutcome`` for what is assumed.

    Raises:
        InvalidError: the shares do not sum to 1.

    Example:
        >>> stay, go = fitted([Outcome(0.6, 50), Outcome(0.4, 26)])
        >>> round(float(stay.remaining(40)[40] * go.remaining(40)[40]), 3)
        0.482
    """
    listed = tuple(outcomes)
    return tuple(OneOutcome(listed, which, shape, source) for which in range(len(listed)))


def cumulative_hazard(curve: Curve, days: int) -> tuple[Decimal, ...]:
    """The cumulative hazard H = -ln S of day 0, which is 0, up to ``days``; infinite where S is 0.

    Raises:
        InvalidError: ``days`` is not from 0 to 131,072.
    """
    _refuse_days(days)
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
        case OneOutcome(outcomes, which, shape):
            return _of_outcomes(outcomes, shape, days)[which]


def leaving_thresholds(exits: Sequence[Exit], weeks: int, *, from_day: int = 0) -> Words:
    """What a draw of leaving in a week is compared with, by the day and the reason.

    Of whoever is in care on day ``from_day`` of a week, entry ``day * len(exits) + reason`` is the
    chance to have left by then: on an earlier day of the week, or on that day for that reason or
    one before it in the order of ``exits``. So ``searchsorted(row, draw, side="right")`` is the
    entry that a draw falls on, and ``row.size`` for who stays; a draw leaves no earlier where a
    hazard is lower. A day's leaving is split in proportion to the hazards of that day. Whoever
    would be in care where a curve says that nobody is leaves at once, for the first reason.

    Args:
        exits: the reasons that compete, each a curve or a curve and the ratio of its hazard.
        weeks: how many weeks of stay, from the first.
        from_day: on which day of the week they are in care, from 0 to 6; earlier days have 0.

    Returns:
        Thresholds of shape (weeks, 7 * len(exits)), each row rising; read-only.

    Raises:
        InvalidError: a bound is broken, or a ratio is negative or not finite.
    """
    pairs = tuple(one if isinstance(one, tuple) else (one, 1) for one in exits)
    refuse(
        "leaving",
        unless(0 <= weeks <= _MOST_DAYS // _WEEK, "weeks", "from 0 to 18,724", weeks),
        unless(0 <= from_day < _WEEK, "from_day", "from 0 to 6", from_day),
        *(ratio_faults(ratio, place) for place, (_, ratio) in enumerate(pairs)),
    )
    return _leaving_thresholds(pairs, weeks, from_day)


@lru_cache(maxsize=1024)
def _leaving_thresholds(
    exits: tuple[tuple[Curve, float | Decimal], ...], weeks: int, from_day: int
) -> Words:
    days = weeks * _WEEK
    each = [_times(cumulative_hazard(curve, days), exact(ratio)) for curve, ratio in exits]
    table = np.zeros((weeks, _WEEK * len(exits)), dtype=np.uint64)
    for week in range(weeks):
        row = _week_of(each, week * _WEEK, from_day)
        table[week] = np.array(row, dtype=np.uint64)
    table.flags.writeable = False
    return table


def _week_of(each: Sequence[Sequence[Decimal]], first: int, from_day: int) -> list[int]:
    """One week's thresholds from the cumulative hazards of each reason."""
    row = [0] * (from_day * len(each))
    begun = [hazard[first + from_day] for hazard in each]
    gone = _NONE
    for day in range(first + from_day, first + _WEEK):
        before = gone
        gone = _ONE
        parts = [_NONE for _ in each]
        if _NEVER_ENDING not in begun:
            now = [
                _WORK.subtract(hazard[day + 1], at) for hazard, at in zip(each, begun, strict=True)
            ]
            gone = _SHOWN.subtract(_ONE, _share_left(_sum(now)))
            parts = [_between(hazard[day], hazard[day + 1]) for hazard in each]
        row += [_threshold(share) for share in _split(before, gone, parts)]
    return row


def _between(before: Decimal, after: Decimal) -> Decimal:
    return _NONE if before == after else _WORK.subtract(after, before)


def _split(before: Decimal, gone: Decimal, parts: Sequence[Decimal]) -> list[Decimal]:
    """Where each reason's part of what left on a day ends, in proportion to the hazards."""
    if _NEVER_ENDING in parts:
        parts = [_ONE if part == _NEVER_ENDING else _NONE for part in parts]
    whole = _sum(parts)
    if whole == 0:
        return [gone for _ in parts]
    left = _WORK.subtract(gone, before)
    ends = accumulate(parts, _WORK.add)
    # The last of those that have a part ends where the day does, whatever was rounded.
    return [
        gone if end == whole else _WORK.fma(left, _WORK.divide(end, whole), before) for end in ends
    ]


def day_thresholds(curve: Curve, days: int, *, ratio: float | Decimal = 1) -> Words:
    """What one draw of a time up to something is compared with, such as of giving up a wait.

    Entry ``t`` is the chance of at most ``t`` days, so ``searchsorted(table, draw, side="right")``
    is a number of days from 1 on, and ``days`` where it is that many or more, or never happens.

    Args:
        days: how many entries, up to 131,072.
        ratio: what the hazard is multiplied by.

    Returns:
        Thresholds of shape (days,), rising from 0; read-only.

    Raises:
        InvalidError: a bound is broken.
    """
    refuse("time up to an event", ratio_faults(ratio, "ratio"))
    _refuse_days(days)
    return _day_thresholds(curve, days, exact(ratio))


@lru_cache(maxsize=1024)
def _day_thresholds(curve: Curve, days: int, ratio: Decimal) -> Words:
    hazards = _times(cumulative_hazard(curve, days), ratio)[:days]
    gone = (_SHOWN.subtract(_ONE, _share_left(hazard)) for hazard in hazards)
    table = np.array([_threshold(share) for share in gone], dtype=np.uint64)
    table.flags.writeable = False
    return table


def week_thresholds(curve: Curve, weeks: int, *, ratio: float | Decimal = 1) -> Words:
    """What a draw of a week is compared with: below it, what the curve is of happens in that week.

    Of those to whom it has not happened as the week begins, the chance that it does.

    Args:
        weeks: how many weeks, from the first.
        ratio: what the hazard is multiplied by.

    Returns:
        Thresholds of shape (weeks,); read-only.

    Raises:
        InvalidError: a bound is broken.
    """
    table = leaving_thresholds([(curve, ratio)], weeks)[:, -1].copy()
    table.flags.writeable = False
    return table


def mean_days(curve: Curve, *, within: int) -> float:
    """The mean number of days, as far as some day: who remains longer counts as ``within`` days.

    Days are whole: the day of leaving counts, half a day more on average than moments would.

    Raises:
        InvalidError: ``within`` is not from 0 to 131,072.

    Example:
        >>> round(mean_days(Constant(0.052), within=10_000), 1)
        131.6
    """
    return float(_sum(_remaining(curve, within)[:within]))


def median_day(curves: Curve | Sequence[Curve], *, within: int) -> int | None:
    """The first day after which at most half remain; ``None``: there is none up to ``within``.

    Args:
        curves: one, or those of the reasons that compete.
        within: up to which day to look, at most 131,072.

    Raises:
        InvalidError: ``within`` is not from 0 to 131,072.

    Example:
        >>> median_day(Tabulated((Left(41, 0.5),), AfterLast.GOES_ON), within=100)
        41
    """
    listed = curves if isinstance(curves, Sequence) else (curves,)
    each = [cumulative_hazard(curve, within) for curve in listed]
    days = range(within + 1)
    return next(
        (day for day in days if _share_left(_sum(h[day] for h in each)) <= Decimal("0.5")), None
    )


def exact(number: float | Decimal) -> Decimal:
    """A number as it is written: 0.1 is a tenth."""
    return number if isinstance(number, Decimal) else Decimal(repr(float(number)))


# What each curve is.


def _by_week(weekly: Sequence[float], after: AfterLast, days: int) -> tuple[Decimal, ...]:
    hazards = [_minus_ln(_WORK.subtract(_ONE, exact(share))) for share in weekly]
    later = hazards[-1] if after is AfterLast.GOES_ON else _NONE
    begun, found = _NONE, [_NONE]
    for week in range(-(-days // _WEEK)):
        hazard = hazards[week] if week < len(hazards) else later
        found += [_WORK.add(begun, _part(hazard, day, _WEEK)) for day in range(1, _WEEK + 1)]
        begun = found[-1]
    return tuple(found[: days + 1])


def _part(hazard: Decimal, days: int, of: int) -> Decimal:
    return _WORK.divide(_WORK.multiply(hazard, Decimal(days)), Decimal(of))


def _tabulated(points: Sequence[Left], after: AfterLast, days: int) -> tuple[Decimal, ...]:
    found, day = [_NONE], 0
    hazard, span = _NONE, 1
    for point in points:
        begun, span = found[-1], point.day - day
        reached = _minus_ln(exact(point.share))
        hazard = _between(begun, reached)
        if reached == _NEVER_ENDING:
            found += [begun] * (span - 1)
        else:
            found += [_WORK.add(begun, _part(hazard, n, span)) for n in range(1, span)]
        found.append(reached)
        day = point.day
    later, begun = (hazard if after is AfterLast.GOES_ON else _NONE), found[-1]
    found += [_WORK.add(begun, _part(later, n, span)) for n in range(1, days - day + 1)]
    return tuple(found[: days + 1])


def _power(day: int, scale: float, shape: float) -> Decimal:
    """(day / scale) ** shape."""
    if day == 0:
        return _NONE
    times = _WORK.divide(Decimal(day), exact(scale))
    if shape == 1:
        return times
    log = _WORK.ln(times)
    return _WORK.exp(_WORK.multiply(exact(shape), log))


def _log_logistic(day: int, median: float, shape: float, never: float) -> Decimal:
    leaves = _WORK.subtract(_ONE, exact(never))
    left = _WORK.divide(leaves, _WORK.add(_ONE, _power(day, median, shape)))
    return _minus_ln(_WORK.add(exact(never), left)) if day else _NONE


@lru_cache(maxsize=64)
def _of_outcomes(
    outcomes: tuple[Outcome, ...], shape: float, days: int
) -> tuple[tuple[Decimal, ...], ...]:
    """Each reason's part of the hazard of all, by how many of each reason leave on each day."""
    less = _WORK.ln(Decimal("0.5"))
    left = [
        [
            _WORK.multiply(
                exact(outcome.share),
                _WORK.exp(_WORK.multiply(less, _power(day, outcome.median_days, shape))),
            )
            for day in range(days + 1)
        ]
        for outcome in outcomes
    ]
    of_all = [_minus_ln(_sum(shares)) for shares in zip(*left, strict=True)]
    found = [[_NONE] for _ in outcomes]
    for day in range(days):
        gone = [_WORK.subtract(share[day], share[day + 1]) for share in left]
        whole, hazard = _sum(gone), _between(of_all[day], of_all[day + 1])
        for hazards, part in zip(found, gone, strict=True):
            more = _WORK.multiply(hazard, _WORK.divide(part, whole)) if part else _NONE
            hazards.append(_WORK.add(hazards[-1], more))
    return tuple(map(tuple, found))


# Numbers.


def _minus_ln(share: Decimal) -> Decimal:
    return _WORK.minus(_WORK.ln(share)) if share else _NEVER_ENDING


def _share_left(hazard: Decimal) -> Decimal:
    return _SHOWN.plus(_WORK.exp(_WORK.minus(hazard)))


def _times(hazards: Sequence[Decimal], ratio: Decimal) -> tuple[Decimal, ...]:
    """Each hazard times a ratio; a ratio of 0 is of what never happens."""
    if ratio == 0:
        return (_NONE,) * len(hazards)
    return tuple(_WORK.multiply(hazard, ratio) for hazard in hazards)


def _sum(numbers: Iterable[Decimal]) -> Decimal:
    total = _NONE
    for number in numbers:
        total = _WORK.add(total, number)
    return total


def _threshold(share: Decimal) -> int:
    whole = _WORK.multiply(_SHOWN.plus(share), Decimal(WHOLE))
    return int(whole.to_integral_value(ROUND_FLOOR))


# What is refused.


def share_faults(share: float, path: str | int) -> tuple[Fault, ...]:
    """A fault if a share is not from 0 to 1."""
    return unless(0 <= share <= 1, path, "from 0 to 1", share)


def sum_faults(shares: Sequence[float], path: str) -> tuple[Fault, ...]:
    """A fault if the shares of a whole do not sum to 1."""
    total = _sum(exact(share) for share in shares)
    ok = Decimal("0.999999999") <= total <= Decimal("1.000000001")
    return unless(ok, path, "shares that sum to 1", f"a sum of {total:f}")


def ratio_faults(ratio: float | Decimal, path: str | int) -> tuple[Fault, ...]:
    """A fault if a ratio of hazards is negative or not finite."""
    return unless(isfinite(ratio) and ratio >= 0, path, "0 or more", ratio)


def _scale_faults(days: float, path: str) -> tuple[Fault, ...]:
    return unless(isfinite(days) and days > 0, path, "more than 0 days", days)


def _shape_faults(shape: float) -> tuple[Fault, ...]:
    return unless(0 < shape <= _MOST_SHAPE, "shape", f"above 0 and up to {_MOST_SHAPE}", shape)


def _known_faults(days: int | None) -> tuple[Fault, ...]:
    return unless(days is None or days > 0, "known_days", "at least 1", days)


def _refuse_days(days: int) -> None:
    if not 0 <= days <= _MOST_DAYS:
        raise InvalidError("curve", [Fault(("days",), f"from 0 to {_MOST_DAYS:,}", str(days))])
