"""Tables of thresholds: what a draw is compared with so that things happen as curves say."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal
from functools import lru_cache
from itertools import accumulate
from typing import TypeAlias

import numpy as np

from iopkit.errors import refuse, unless
from iopkit.scenarios.curves import MOST_DAYS, WEEK, Curve, cumulative_hazard, refuse_days
from iopkit.scenarios.decimals import (
    ENDLESS,
    NONE,
    ONE,
    SHOWN,
    WORK,
    exact,
    ratio_faults,
    rise,
    share_left,
    sum_of,
)
from iopkit.scenarios.draws import WHOLE, Words

Cause: TypeAlias = Curve | tuple[Curve, float | Decimal]
"""A curve of leaving for one reason, or one and the ratio that its hazard is multiplied by."""


def leaving_thresholds(exits: Sequence[Cause], weeks: int, *, from_day: int = 0) -> Words:
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
        unless(0 <= weeks <= MOST_DAYS // WEEK, "weeks", "from 0 to 18,724", weeks),
        unless(0 <= from_day < WEEK, "from_day", "from 0 to 6", from_day),
        *(ratio_faults(ratio, place) for place, (_, ratio) in enumerate(pairs)),
    )
    return _leaving_thresholds(pairs, weeks, from_day)


@lru_cache(maxsize=1024)
def _leaving_thresholds(
    exits: tuple[tuple[Curve, float | Decimal], ...], weeks: int, from_day: int
) -> Words:
    days = weeks * WEEK
    each = [_times(cumulative_hazard(curve, days), exact(ratio)) for curve, ratio in exits]
    table = np.zeros((weeks, WEEK * len(exits)), dtype=np.uint64)
    for week in range(weeks):
        row = _week_of(each, week * WEEK, from_day)
        table[week] = np.array(row, dtype=np.uint64)
    table.flags.writeable = False
    return table


def _week_of(each: Sequence[Sequence[Decimal]], first: int, from_day: int) -> list[int]:
    """One week's thresholds from the cumulative hazards of each reason."""
    row = [0] * (from_day * len(each))
    begun = [hazard[first + from_day] for hazard in each]
    gone = NONE
    for day in range(first + from_day, first + WEEK):
        before = gone
        gone = ONE
        parts = [NONE for _ in each]
        if ENDLESS not in begun:
            now = [
                WORK.subtract(hazard[day + 1], at) for hazard, at in zip(each, begun, strict=True)
            ]
            gone = SHOWN.subtract(ONE, share_left(sum_of(now)))
            parts = [rise(hazard[day], hazard[day + 1]) for hazard in each]
        row += [_threshold(share) for share in _split(before, gone, parts)]
    return row


def _split(before: Decimal, gone: Decimal, parts: Sequence[Decimal]) -> list[Decimal]:
    """Where each reason's part of what left on a day ends, in proportion to the hazards."""
    if ENDLESS in parts:
        parts = [ONE if part == ENDLESS else NONE for part in parts]
    whole = sum_of(parts)
    if whole == 0:
        return [gone for _ in parts]
    left = WORK.subtract(gone, before)
    ends = accumulate(parts, WORK.add)
    # The last of those that have a part ends where the day does, whatever was rounded.
    return [
        gone if end == whole else WORK.fma(left, WORK.divide(end, whole), before) for end in ends
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
    refuse_days(days)
    return _day_thresholds(curve, days, exact(ratio))


@lru_cache(maxsize=1024)
def _day_thresholds(curve: Curve, days: int, ratio: Decimal) -> Words:
    hazards = _times(cumulative_hazard(curve, days), ratio)[:days]
    gone = (SHOWN.subtract(ONE, share_left(hazard)) for hazard in hazards)
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
        >>> from iopkit.scenarios.curves import Constant
        >>> round(mean_days(Constant(0.052), within=10_000), 1)
        131.6
    """
    return float(sum_of(curve.remaining(within)[:within]))


def median_day(curves: Curve | Sequence[Curve], *, within: int) -> int | None:
    """The first day after which at most half remain; ``None``: there is none up to ``within``.

    Args:
        curves: one, or those of the reasons that compete.
        within: up to which day to look, at most 131,072.

    Raises:
        InvalidError: ``within`` is not from 0 to 131,072.

    Example:
        >>> from iopkit.scenarios.curves import AfterLast, Left, Tabulated
        >>> median_day(Tabulated((Left(41, 0.5),), AfterLast.GOES_ON), within=100)
        41
    """
    listed = curves if isinstance(curves, Sequence) else (curves,)
    each = [cumulative_hazard(curve, within) for curve in listed]
    days = range(within + 1)
    return next(
        (day for day in days if share_left(sum_of(h[day] for h in each)) <= Decimal("0.5")), None
    )


def _threshold(share: Decimal) -> int:
    whole = WORK.multiply(SHOWN.plus(share), Decimal(WHOLE))
    return int(whole.to_integral_value(ROUND_FLOOR))


def _times(hazards: Sequence[Decimal], ratio: Decimal) -> tuple[Decimal, ...]:
    """Each hazard times a ratio; a ratio of 0 is of what never happens."""
    if ratio == 0:
        return (NONE,) * len(hazards)
    return tuple(WORK.multiply(hazard, ratio) for hazard in hazards)
