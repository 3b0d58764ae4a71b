"""Curves give the shares that they say, and thresholds the chances that curves say."""

from collections.abc import Callable, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from math import exp, gamma, isclose, pi, prod, sin

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.errors import InvalidError
from iopkit.scenarios.curves import (
    AfterLast,
    ByWeek,
    Constant,
    Curve,
    Left,
    LogLogistic,
    OneWayOut,
    Tabulated,
    WayOut,
    Weibull,
    cumulative_hazard,
    curve_in_words,
    fitted,
)
from iopkit.scenarios.draws import WHOLE
from iopkit.scenarios.hazards import (
    day_thresholds,
    leaving_thresholds,
    mean_days,
    median_day,
    week_thresholds,
)

pytestmark = pytest.mark.measured

# SAMHSA, TEDS-D 2004: intensive outpatient discharges by reason, share and median days.
TEDS = [
    WayOut(0.377, 50),
    WayOut(0.179, 42),
    WayOut(0.232, 26),
    WayOut(0.14, 36),
    WayOut(0.072, 36),
]

shares = st.floats(0, 1, allow_subnormal=False).map(lambda share: round(share, 6))
above_0 = st.floats(0.01, 1000).map(lambda number: round(number, 3) or 0.01)
shapes = st.floats(0.1, 5).map(lambda number: round(number, 2))
after = st.sampled_from(AfterLast)


@st.composite
def tables(draw: st.DrawFn) -> Tabulated:
    rising = sorted(draw(st.sets(st.integers(1, 60), min_size=1, max_size=4)))
    falling = sorted(
        draw(st.lists(shares, min_size=len(rising), max_size=len(rising))), reverse=True
    )
    return Tabulated(tuple(map(Left, rising, falling)), draw(after))


@st.composite
def ways_out(draw: st.DrawFn) -> OneWayOut:
    parts = draw(st.lists(st.integers(0, 20), min_size=1, max_size=3))
    whole = sum(parts) or 1
    parts = parts if sum(parts) else [1, *parts[1:]]
    listed = tuple(WayOut(part / whole, draw(above_0)) for part in parts)
    return OneWayOut(listed, draw(st.integers(0, len(listed) - 1)), draw(shapes))


curves: st.SearchStrategy[Curve] = st.one_of(
    st.builds(Constant, shares),
    st.builds(ByWeek, st.lists(shares, min_size=1, max_size=4).map(tuple), after),
    tables(),
    st.builds(Weibull, above_0, shapes),
    st.builds(LogLogistic, above_0, shapes, shares),
    ways_out(),
)
ratios = st.one_of(st.just(0.0), st.floats(0, 5).map(lambda ratio: round(ratio, 3)))
several = st.lists(st.tuples(curves, ratios), min_size=1, max_size=3)


def share(curve: Curve, day: int) -> float:
    return float(curve.remaining(day)[day])


# What curves say.


@given(curves)
def test_all_are_there_at_first_and_fewer_later(curve: Curve) -> None:
    remaining = curve.remaining(80)
    assert (len(remaining), remaining[0]) == (81, 1)
    assert all(0 <= later <= before for before, later in pairwise(remaining))


@given(curves, st.integers(0, 80))
def test_a_longer_look_sees_the_same_days(curve: Curve, days: int) -> None:
    assert curve.remaining(80)[: days + 1] == curve.remaining(days)


@given(curves)
def test_no_decimal_context_of_the_caller_changes_a_curve(curve: Curve) -> None:
    known = cumulative_hazard(curve, 30)
    with localcontext() as context:
        context.prec = 3
        assert leaving_thresholds([(curve, 1.5)], 4).tobytes()
        cumulative_hazard.__globals__["_cumulative_hazard"].cache_clear()
        assert cumulative_hazard(curve, 30) == known


def test_one_weekly_share_gives_the_published_stays_by_telehealth() -> None:
    weekly = Constant(0.052)
    published = {30: 80, 60: 63.0, 90: 50, 120: 40}
    for day, percent in published.items():
        assert abs(100 * share(weekly, day) - percent) < 0.6
    # Days are whole, half a day more than moments have: 131.1, as published.
    assert round(mean_days(weekly, within=4_000) - 0.5, 1) == 131.1


def test_a_constant_hazard_is_geometric() -> None:
    daily = 0.948 ** (1 / 7)
    assert isclose(mean_days(Constant(0.052), within=4_000), 1 / (1 - daily))


@pytest.mark.parametrize("shape", [0.7, 1, 1.8])
def test_weibull_days_have_the_mean_of_the_closed_form(shape: float) -> None:
    curve = Weibull(40, shape)
    mean = 40 * gamma(1 + 1 / shape)
    assert abs(mean_days(curve, within=5000) - 0.5 - mean) < 0.15
    assert isclose(share(curve, 40), exp(-1))


def test_log_logistic_days_have_the_mean_of_the_closed_form() -> None:
    shape = 3
    mean = 60 * (pi / shape) / sin(pi / shape)
    assert abs(mean_days(LogLogistic(60, shape), within=2_000) - 0.5 - mean) < 0.05


def test_a_share_never_leaves_and_half_of_the_others_have_by_their_median() -> None:
    curve = LogLogistic(45, 1.2, never=0.38)
    assert share(curve, 45) == 0.38 + 0.31
    assert 0.38 < share(curve, 1_000) < 0.4
    assert median_day(curve, within=400) == next(
        day for day, left in enumerate(curve.remaining(400)) if left <= Decimal("0.5")
    )
    assert median_day(LogLogistic(45, 1.2, never=0.6), within=400) is None


def test_a_table_gives_its_points_and_a_constant_hazard_between() -> None:
    points = (Left(10, 0.81), Left(20, 0.64), Left(30, 0))
    curve = Tabulated(points, AfterLast.GOES_ON)
    left = curve.remaining(40)
    assert [left[day] for day in (10, 20, 30, 40)] == [Decimal("0.81"), Decimal("0.64"), 0, 0]
    assert left[5] == Decimal("0.9")
    assert left[29] == Decimal("0.64"), "all leave on the day on which nobody is left"


def test_after_the_last_row_the_hazard_goes_on_or_nobody_leaves() -> None:
    points = (Left(10, 0.5),)
    assert share(Tabulated(points, AfterLast.GOES_ON), 30) == 0.125
    assert share(Tabulated(points, AfterLast.NOBODY), 30) == 0.5
    assert share(ByWeek((0.5, 0.2), AfterLast.GOES_ON), 21) == 0.32
    assert share(ByWeek((0.5, 0.2), AfterLast.NOBODY), 21) == 0.4


def test_a_curve_knows_how_far_its_source_counted() -> None:
    assert Tabulated((Left(30, 0.8), Left(91, 0.5)), AfterLast.NOBODY).known_days == 91
    assert ByWeek((0.1, 0.2, 0.3), AfterLast.GOES_ON).known_days == 21
    assert Constant(0.05).known_days is None


# Several reasons.


def test_shares_and_medians_of_teds_come_back_and_the_median_of_all_follows() -> None:
    curves = fitted(TEDS)
    days = 800
    left = [curve.remaining(days) for curve in curves]
    hazards = [cumulative_hazard(curve, days) for curve in curves]
    gone = [[Fraction(0)] for _ in TEDS]
    for day in range(days):
        before, after = (Fraction(prod([each[d] for each in left])) for d in (day, day + 1))
        steps = [hazard[day + 1] - hazard[day] for hazard in hazards]
        for each, step in zip(gone, steps, strict=True):
            each.append(each[-1] + (before - after) * Fraction(step / sum(steps)))
    for each, way in zip(gone, TEDS, strict=True):
        assert abs(each[-1] - Fraction(str(way.share))) < Fraction(1, 20_000)
        assert abs(each[int(way.median_days)] * 2 - Fraction(str(way.share))) < Fraction(1, 10**9)
    # Published: 41. The difference is told where it is shipped.
    assert median_day(curves, within=days) == 39


@pytest.mark.parametrize("shape", [0.6, 1, 2.5])
def test_the_product_over_reasons_is_what_remains(shape: float) -> None:
    curves = fitted(TEDS, shape=shape)
    for day in (1, 26, 100):
        product = prod([share(curve, day) for curve in curves])
        mixture = sum(way.share * 0.5 ** ((day / way.median_days) ** shape) for way in TEDS)
        assert isclose(product, mixture)


def test_a_way_that_nobody_takes_has_no_hazard() -> None:
    never, _ = fitted([WayOut(0, 10), WayOut(1, 20)])
    assert set(never.remaining(50)) == {1}


# Tables of thresholds.


def chances(curves: Sequence[tuple[Curve, float]], week: int) -> list[float]:
    """By plain numbers, the chance to leave by the end of each day of a week."""

    def left(day: int) -> float:
        found = 1.0
        for curve, ratio in curves:
            found *= share(curve, day) ** ratio if ratio else 1
        return found

    begun = left(7 * week)
    return [1 - left(7 * week + day + 1) / begun if begun else 1 for day in range(7)]


@given(several, st.integers(0, 3))
def test_thresholds_are_the_chances_of_the_curves(
    exits: list[tuple[Curve, float]], week: int
) -> None:
    row = leaving_thresholds(exits, 4)[week]
    by_day = row.reshape(7, len(exits))[:, -1] / WHOLE
    begun = prod([share(c, 7 * week) ** r if r else 1 for c, r in exits])
    if begun > 1e-9:
        assert np.allclose(by_day, chances(exits, week), atol=1e-6)


@given(several, st.integers(0, 6))
def test_thresholds_rise_by_day_and_reason_up_to_certainty(
    exits: list[tuple[Curve, float]], from_day: int
) -> None:
    table = leaving_thresholds(exits, 5, from_day=from_day)
    assert (table.shape, table.dtype) == ((5, 7 * len(exits)), np.uint64)
    assert not table.flags.writeable
    rows = [[int(each) for each in row] for row in table]
    assert all(0 <= one <= other <= WHOLE for row in rows for one, other in pairwise(row))
    assert all(not any(row[: from_day * len(exits)]) for row in rows)


@given(curves, ratios, ratios)
def test_a_lower_hazard_never_lets_anybody_leave_earlier(
    curve: Curve, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    assert (leaving_thresholds([(curve, low)], 6) <= leaving_thresholds([(curve, high)], 6)).all()


@given(several)
def test_the_weeks_of_a_stay_multiply_to_the_curve(exits: list[tuple[Curve, float]]) -> None:
    staying = 1.0
    for row in leaving_thresholds(exits, 4):
        staying *= 1 - int(row[-1]) / WHOLE
    curve = prod([share(c, 28) ** r if r else 1 for c, r in exits])
    assert isclose(staying, curve, rel_tol=1e-6, abs_tol=1e-9)


def test_half_of_a_week_is_conditional_on_being_there_on_its_day() -> None:
    daily = Constant(1 - 0.5**7)
    row = leaving_thresholds([daily], 1, from_day=5)[0]
    assert row.tolist() == [0, 0, 0, 0, 0, WHOLE // 2, WHOLE // 4 * 3]


def test_reasons_share_a_day_by_their_hazards() -> None:
    quarter, none = Constant(1 - 0.25**7), Constant(0)
    table = leaving_thresholds([none, quarter, (quarter, 2)], 1)[0][:3]
    gone = 1 - 0.25**3
    assert table[0] == 0
    assert isclose(int(table[1]) / WHOLE, gone / 3)
    assert isclose(int(table[2]) / WHOLE, gone)


def test_certain_and_impossible_things_are_exactly_so() -> None:
    assert leaving_thresholds([Constant(1)], 2).tolist() == [[WHOLE] * 7] * 2
    assert leaving_thresholds([Constant(0)], 2).tolist() == [[0] * 7] * 2
    # What is certain leaves nothing to what is only likely.
    assert leaving_thresholds([Constant(0.5), Constant(1)], 1)[0][:2].tolist() == [0, WHOLE]
    assert leaving_thresholds([(Constant(1), 0)], 1).tolist() == [[0] * 7]
    assert leaving_thresholds([], 3).shape == (3, 0)
    # Whoever is there after all have left leaves at once.
    gone = Tabulated((Left(7, 0),), AfterLast.NOBODY)
    assert leaving_thresholds([Constant(0.1), gone], 2)[1].tolist() == [WHOLE] * 14


def test_one_draw_gives_the_days_up_to_an_event() -> None:
    curve = Tabulated((Left(1, 0.75), Left(2, 0.5)), AfterLast.NOBODY)
    table = day_thresholds(curve, 5)
    assert table.tolist() == [0, *(WHOLE // 4 * n for n in (1, 2, 2, 2))]
    drawn = np.array([0, WHOLE // 4 - 1, WHOLE // 4, WHOLE // 2, WHOLE - 1], dtype=np.uint64)
    assert np.searchsorted(table, drawn, side="right").tolist() == [1, 1, 2, 5, 5]
    assert not table.flags.writeable


@given(curves, ratios)
def test_a_day_is_drawn_as_often_as_the_curve_says(curve: Curve, ratio: float) -> None:
    table = day_thresholds(curve, 40, ratio=ratio)
    left = [float(each) ** ratio if ratio else 1.0 for each in curve.remaining(39)]
    assert np.allclose(table / WHOLE, 1 - np.array(left), atol=1e-6)


def test_a_weekly_share_is_its_own_threshold_each_week() -> None:
    assert week_thresholds(Constant(0.25), 3).tolist() == [WHOLE // 4] * 3
    assert week_thresholds(ByWeek((0.5, 1), AfterLast.NOBODY), 3).tolist() == [
        WHOLE // 2,
        WHOLE,
        WHOLE,
    ]
    assert not week_thresholds(Constant(0.25), 3).flags.writeable


def test_the_bits_stay_as_they_are() -> None:
    table = leaving_thresholds(fitted(TEDS), 2)
    assert [int(each) for each in table[1][-3:]] == KNOWN


KNOWN = [1070080234426007736, 1091881666941164104, 1103093832234673093]


# What is refused.


@pytest.mark.parametrize(
    ("make", "told"),
    [
        pytest.param(lambda: Constant(1.2), "weekly: expected from 0 to 1, found 1.2", id="1.2"),
        pytest.param(lambda: Constant(-0.1), "weekly: expected from 0 to 1", id="negative"),
        pytest.param(lambda: Constant(float("nan")), "weekly: expected from 0 to 1", id="nan"),
        pytest.param(
            lambda: Constant(0.1, known_days=0), "known_days: expected at least 1", id="0"
        ),
        pytest.param(lambda: ByWeek((), AfterLast.NOBODY), "at least one week", id="no-week"),
        pytest.param(lambda: ByWeek((0.1, 2), AfterLast.NOBODY), "weekly[1]: expected", id="week"),
        pytest.param(lambda: Tabulated((), AfterLast.NOBODY), "at least one point", id="no-point"),
        pytest.param(lambda: Left(0, 0.5), "day: expected from 1 to 131,072, found 0", id="day-0"),
        pytest.param(lambda: Left(1, 1.5), "share: expected from 0 to 1", id="share"),
        pytest.param(
            lambda: Tabulated((Left(5, 0.5), Left(5, 0.4)), AfterLast.NOBODY),
            "points: expected days that rise, found 5 after 5",
            id="one-day-twice",
        ),
        pytest.param(
            lambda: Tabulated((Left(5, 0.5), Left(9, 0.6)), AfterLast.NOBODY),
            "points: expected a share that does not rise, found 0.6 after 0.5",
            id="more-later",
        ),
        pytest.param(lambda: Weibull(0, 1), "scale_days: expected more than 0 days", id="scale"),
        pytest.param(lambda: Weibull(9, 0), "shape: expected above 0 and up to 100", id="shape"),
        pytest.param(lambda: LogLogistic(float("inf"), 1), "median_days: expected", id="median"),
        pytest.param(lambda: LogLogistic(9, 1, never=2), "never: expected from 0 to 1", id="never"),
        pytest.param(lambda: WayOut(0.5, -1), "median_days: expected more than 0", id="way"),
        pytest.param(
            lambda: fitted([WayOut(0.5, 9), WayOut(0.4, 9)]),
            "ways: expected shares that sum to 1, found a sum of 0.9",
            id="sum",
        ),
        pytest.param(lambda: OneWayOut((WayOut(1, 9),), 1), "which: expected from 0 to 0", id="no"),
        pytest.param(lambda: Constant(0.1).remaining(-1), "days: expected from 0", id="days"),
        pytest.param(lambda: day_thresholds(Constant(0.1), 1 << 20), "days: expected", id="many"),
        pytest.param(
            lambda: day_thresholds(Constant(0.1), 9, ratio=-1), "ratio: expected 0 or more", id="r"
        ),
        pytest.param(
            lambda: leaving_thresholds([(Constant(0.1), float("inf"))], 2),
            "[0]: expected 0",
            id="i",
        ),
        pytest.param(lambda: leaving_thresholds([], -1), "weeks: expected from 0", id="weeks"),
        pytest.param(
            lambda: leaving_thresholds([], 1, from_day=7), "from_day: expected from 0 to 6", id="7"
        ),
    ],
)
def test_what_is_no_curve_is_refused_with_its_place(make: Callable[[], object], told: str) -> None:
    with pytest.raises(InvalidError) as refused:
        make()
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("curve", "words"),
    [
        (Constant(0.052), "5.2 % a week"),
        (
            ByWeek((0.1, 0.05), AfterLast.GOES_ON),
            "10 %, 5 % a week from the first on, and the last hazard goes on",
        ),
        (
            Tabulated((Left(1, 0.9), Left(30, 0.8)), AfterLast.NOBODY),
            "90 % remain after 1 day, 80 % after 30 days, and as many later",
        ),
        (Weibull(40, 0.8), "Weibull, of scale 40 days and shape 0.8"),
        (LogLogistic(40, 1.5), "log-logistic, of median 40 days and shape 1.5"),
        (
            LogLogistic(40, 1.5, never=0.3),
            "log-logistic, of median 40 days and shape 1.5, and 30 % never",
        ),
        (fitted(TEDS)[2], "23.2 % of all, of median 26 days"),
    ],
)
def test_a_curve_says_in_prose_what_it_is(curve: Curve, words: str) -> None:
    assert curve_in_words(curve) == words
