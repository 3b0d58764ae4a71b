"""Timings: what each of them says, in which weeks it falls, and what is refused."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit import strategies
from iopkit.errors import InvalidError
from iopkit.programs import (
    EveryWeeks,
    InAll,
    Once,
    PerWeek,
    RandomDays,
    Slot,
    TimePerWeek,
    Times,
    Timing,
    Weekly,
    slots_of,
)
from iopkit.programs.timings import most_in_a_week, occurrences

pytestmark = pytest.mark.measured

MONDAY = Slot.parse("monday 18:00")
HOUR = timedelta(hours=1)


def faults(make: Callable[[], object]) -> list[str]:
    """The first steps of every fault in the one error that is raised."""
    with pytest.raises(InvalidError) as caught:
        make()
    return [str(fault.path[0]) for fault in caught.value.faults]


def weeks_of(timing: Timing, weeks: int) -> list[int]:
    """The weeks, from 1, that a timing falls in."""
    return [week + 1 for week, _ in occurrences(timing, weeks)]


@pytest.mark.parametrize(
    ("timing", "weeks"),
    [
        pytest.param(EveryWeeks(2), [1, 3, 5, 7], id="every-second-week"),
        pytest.param(EveryWeeks(2, first=2), [2, 4, 6], id="from-the-second"),
        pytest.param(EveryWeeks(4, first=4), [4], id="the-last-of-four"),
        pytest.param(EveryWeeks(52), [1], id="once-a-year"),
        pytest.param(EveryWeeks(Times(2, 3), first=2), [2, 5], id="the-longest-of-a-range"),
        pytest.param(Once(), [1], id="in-the-first-week"),
        pytest.param(Once(7), [7], id="in-the-last-week"),
        pytest.param(Once(8), [], id="after-the-last-week"),
        pytest.param(TimePerWeek(16 * HOUR), [1, 2, 3, 4, 5, 6, 7], id="time-each-week"),
        pytest.param(InAll(2), [2, 6], id="spread"),
    ],
)
def test_a_timing_falls_in_its_weeks_of_seven(timing: Timing, weeks: list[int]) -> None:
    assert weeks_of(timing, 7) == weeks


@pytest.mark.parametrize("timing", [EveryWeeks(3, slots=(MONDAY,)), Once(2, slots=(MONDAY,))])
def test_a_slot_is_that_of_each_occurrence(timing: Timing) -> None:
    assert {slot for _, slot in occurrences(timing, 9)} == {MONDAY}
    assert slots_of(timing) == (MONDAY,)


def test_time_a_week_and_random_days_have_no_slots() -> None:
    assert slots_of(TimePerWeek(HOUR)) == slots_of(RandomDays(1)) == ()


@given(strategies.timings() | st.just(TimePerWeek(HOUR)), st.integers(1, 20))
def test_no_week_holds_more_than_the_fullest_can(timing: Timing, weeks: int) -> None:
    found = weeks_of(timing, weeks)
    fullest = max((found.count(week) for week in found), default=0)
    assert fullest <= most_in_a_week(timing, weeks)


@pytest.mark.parametrize(
    ("make", "wrong"),
    [
        pytest.param(lambda: TimePerWeek(timedelta(0)), ["dose"], id="no-time"),
        pytest.param(lambda: TimePerWeek(timedelta(days=7, minutes=1)), ["dose"], id="over-a-week"),
        pytest.param(lambda: TimePerWeek(timedelta(seconds=90)), ["dose"], id="half-minutes"),
        pytest.param(lambda: EveryWeeks(1), ["interval"], id="every-week"),
        pytest.param(lambda: EveryWeeks(53), ["interval"], id="over-a-year"),
        pytest.param(lambda: EveryWeeks(2, first=0), ["first"], id="before-the-first"),
        pytest.param(lambda: EveryWeeks(2, first=3), ["first"], id="after-the-interval"),
        pytest.param(lambda: EveryWeeks(Times(2, 4), 3), ["first"], id="after-the-shortest"),
        pytest.param(lambda: EveryWeeks(Times(1, 60)), ["interval_min", "interval_max"], id="ends"),
        pytest.param(
            lambda: EveryWeeks(2, slots=(MONDAY, Slot.parse("friday"))), ["slots"], id="two-slots"
        ),
        pytest.param(lambda: Once(0), ["week"], id="week-0"),
        pytest.param(lambda: Once(521), ["week"], id="week-521"),
        pytest.param(lambda: Once(1, slots=(MONDAY, Slot.parse("friday"))), ["slots"], id="twice"),
    ],
)
def test_what_no_timing_can_be_is_refused(make: Callable[[], object], wrong: list[str]) -> None:
    assert faults(make) == wrong


@pytest.mark.parametrize(
    ("timing", "words"),
    [
        (Weekly((MONDAY,)), "weekly"),
        (PerWeek(2), "2 a week"),
        (TimePerWeek(16 * HOUR), "16 hours a week in all"),
        (TimePerWeek(HOUR), "1 hour a week in all"),
        (TimePerWeek(timedelta(minutes=90)), "1.5 hours a week in all"),
        (EveryWeeks(2), "every 2 weeks"),
        (EveryWeeks(Times(2, 5)), "every 2 to 5 weeks"),
        (EveryWeeks(Times(3, None)), "every 3 weeks or less often"),
        (EveryWeeks(Times(None, 6)), "every 6 weeks or more often"),
        (EveryWeeks(), "as often as is not stated"),
        (Once(3), "once, in week 3"),
        (InAll(3), "3 in all"),
        (RandomDays(2), "2 a week, on a random day"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_timing_reads_as_people_say_it(timing: Timing, words: str) -> None:
    assert timing.words == words
