"""How long stays last: durations, and the product limit with its limits."""

import math
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from statistics import NormalDist
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.courses import Course, Entry, collect
from iopkit.courses.events import (
    Admitted,
    ContactMade,
    Died,
    Discharged,
    DischargeReason,
    Readmitted,
)
from iopkit.courses.measures import (
    MeasuredDays,
    StayDuration,
    durations,
    retention_curve,
)
from iopkit.errors import InvalidError

Told = Callable[..., Entry]
FIRST = date(2026, 1, 5)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def lasted(days: int, *, ended: bool, reason: str | None = None) -> StayDuration:
    return StayDuration("p", "c", FIRST, days, days, ended, reason)


# Remission of leukemia in weeks, 6-MP arm of 21; a plus is censored. Freireich and others, Blood
# 1963;21:699, as worked through in many textbooks.
FREIREICH = (
    *((6, True), (6, True), (6, True), (6, False), (7, True), (9, False), (10, True), (10, False)),
    *((11, False), (13, True), (16, True), (17, False), (19, False), (20, False), (22, True)),
    *((23, True), (25, False), (32, False), (32, False), (34, False), (35, False)),
)


def test_the_curve_is_that_of_a_published_trial() -> None:
    curve = retention_curve(lasted(days, ended=ended) for days, ended in FREIREICH)
    found = {point.days: round(point.retained, 3) for point in curve.points if point.left}
    assert found == {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert curve.people == 21
    assert curve.median == 23
    assert curve.retained_at(5) == 1
    assert curve.retained_at(35) == curve.points[-1].retained
    assert curve.retained_at(36) is None


def test_limits_are_those_of_lifelines() -> None:
    # KaplanMeierFitter of lifelines 0.30.3 for the same 21.
    curve = retention_curve(lasted(days, ended=ended) for days, ended in FREIREICH)
    at = {point.days: point for point in curve.points}
    assert {
        days: (pytest.approx(at[days].low, abs=1e-12), pytest.approx(at[days].high, abs=1e-12))
        for days in LIFELINES
    } == LIFELINES


LIFELINES = {
    6: (0.6197179552659838, 0.9515517476469969),
    7: (0.5631465646222333, 0.9228090192028802),
    10: (0.5031995107999564, 0.8893618351692651),
    13: (0.4316102224861839, 0.8490659633494505),
    16: (0.36751085598750194, 0.8049121894718411),
    22: (0.26777893676713493, 0.7467907176353943),
    23: (0.18805200595923233, 0.6801426284952412),
}

rows = st.lists(
    st.builds(lambda days, ended: lasted(days, ended=ended), st.integers(0, 40), st.booleans()),
    max_size=30,
)


@given(rows)
def test_the_curve_is_the_product_of_what_each_day_leaves(made: list[StayDuration]) -> None:
    curve = retention_curve(made)
    left, variance, deviations = Fraction(1), Fraction(0), NormalDist().inv_cdf(0.975)
    assert [point.days for point in curve.points] == sorted({each.days for each in made})
    for point in curve.points:
        there = sum(each.days >= point.days for each in made)
        gone = sum(each.days == point.days and each.ended for each in made)
        left *= 1 - Fraction(gone, there)
        assert (point.at_risk, point.left) == (there, gone)
        assert point.retained == pytest.approx(float(left), abs=1e-12)
        if not left:
            assert (point.low, point.high) == (None, None)
        elif left == 1:
            assert (point.low, point.high) == (1, 1)
        else:
            variance += Fraction(gone, there * (there - gone))
            log = math.log(left)
            theta = deviations * math.sqrt(variance) / -log
            assert point.low == pytest.approx(float(left) ** math.exp(theta), abs=1e-12)
            assert point.high == pytest.approx(float(left) ** math.exp(-theta), abs=1e-12)


def test_reasons_can_be_taken_for_censoring() -> None:
    made = [lasted(10, ended=True, reason="completed"), lasted(20, ended=True, reason="other")]
    assert [p.retained for p in retention_curve(made).points] == [0.5, 0]
    found = retention_curve(made, censored=(DischargeReason.COMPLETED,))
    assert [(p.retained, p.censored) for p in found.points] == [(1, 1), (0, 0)]


def test_nobody_has_a_curve_without_points() -> None:
    curve = retention_curve([])
    assert (curve.points, curve.median, curve.retained_at(0)) == ((), None, None)


@pytest.mark.parametrize("confidence", [0, 1])
def test_a_confidence_lies_between_0_and_1(confidence: float) -> None:
    with pytest.raises(InvalidError, match="confidence"):
        retention_curve([], confidence=confidence)


def course(*entries: Entry) -> Course:
    key = UUID(int=1, version=4)
    return collect(entries, key=key, patient=key)


def test_stays_last_to_the_last_contact_and_are_censored_there_if_they_go_on(told: Told) -> None:
    made = course(
        told(Admitted(), day(0)),
        told(ContactMade(), day(40)),
        told(Discharged(DischargeReason.DROPPED_OUT), day(60)),
        told(Readmitted(), day(100)),
        told(ContactMade(), day(105)),
    )
    found = durations([made], on=day(200))
    assert [(d.start, d.days, d.ended, d.reason) for d in found] == [
        (day(0), 40, True, "dropped_out"),
        (day(100), 5, False, None),
    ]
    only = MeasuredDays(day(50), day(101))
    assert [each.start for each in durations([made], on=day(200), period=only)] == [day(100)]
    assert [each.start for each in durations([made], on=day(99))] == [day(0)]


def test_a_reason_is_that_on_record_and_a_death_one_of_its_own(told: Told) -> None:
    left = course(told(Admitted(), day(0)), told(Discharged(), day(3)))
    dead = course(told(Admitted(), day(0)), told(Died(), day(3)))
    assert [durations([c], on=day(9))[0].reason for c in (left, dead)] == [None, "died"]
