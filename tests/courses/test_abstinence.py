"""Days without use: what reports and tests can tell, and what they cannot."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.courses.abstinence import days_reported, negative_tests
from iopkit.eligibility.possible import Possible
from iopkit.programs.progress import MOST_COUNTED, PossibleCount
from iopkit.truth import Truth

FIRST = date(2026, 1, 5)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


@pytest.mark.parametrize(
    ("reports", "used", "on", "days"),
    [
        pytest.param([], None, 9, None, id="nothing-reported"),
        pytest.param([], 9, 9, 0, id="use-today"),
        pytest.param([], 8, 9, Possible(0, 1), id="use-yesterday-and-today-not-told"),
        pytest.param([(4, 9)], 3, 9, 6, id="none-since-the-day-after"),
        pytest.param([(5, 9)], 3, 9, Possible(5, 6), id="a-day-between-not-told"),
        pytest.param([(4, 8)], 3, 9, Possible(0, 6), id="today-not-told"),
        pytest.param([(4, 9)], None, 9, Possible(6, MOST_COUNTED), id="never-any-use-told"),
        pytest.param([(1, 4), (5, 9)], 0, 9, 9, id="reports-that-meet"),
        pytest.param([(1, 3), (5, 9)], 0, 9, Possible(5, 9), id="reports-with-a-gap"),
        pytest.param([(1, 9)], 4, 9, 5, id="use-within-what-was-told-to-be-none"),
    ],
)
def test_reports_tell_of_their_days_alone(
    reports: list[tuple[int, int]], used: int | None, on: int, days: PossibleCount
) -> None:
    told = [(day(since), day(at)) for since, at in reports]
    last = None if used is None else day(used)
    assert days_reported(told, used=last, on=day(on)) == days


def test_the_last_of_all_days_can_be_asked() -> None:
    last = date.max
    assert days_reported([(last, last)], used=last - timedelta(1), on=last) == 1


NO, YES, OPEN, MISSED = Truth.NO, Truth.YES, Truth.UNKNOWN, None


@pytest.mark.parametrize(
    ("tests", "count", "days", "in_all"),
    [
        pytest.param([], None, None, None, id="none-taken"),
        pytest.param([(1, MISSED)], None, None, None, id="only-missed"),
        pytest.param([(1, NO)], 1, 0, 1, id="one"),
        pytest.param([(1, NO), (8, NO)], 2, 7, 2, id="a-week-apart"),
        pytest.param([(1, NO), (4, MISSED), (8, NO)], 2, 7, 2, id="a-missed-one-is-passed-over"),
        pytest.param([(1, NO), (4, YES), (8, NO), (10, NO)], 2, 2, 3, id="back-to-what-was-found"),
        pytest.param([(1, NO), (4, YES)], 0, 0, 1, id="found-last"),
        pytest.param([(4, NO), (4, YES)], 0, 0, 1, id="found-on-the-same-day"),
        pytest.param(
            [(1, NO), (4, OPEN), (8, NO), (10, NO)],
            Possible(2, 4),
            Possible(2, 9),
            Possible(3, 4),
            id="a-result-is-open",
        ),
        pytest.param([(4, OPEN)], Possible(0, 1), 0, Possible(0, 1), id="only-an-open-one"),
    ],
)
def test_negative_tests_go_back_to_one_that_found_something(
    tests: list[tuple[int, Truth | None]],
    count: PossibleCount,
    days: PossibleCount,
    in_all: PossibleCount,
) -> None:
    found = negative_tests([(day(n), each) for n, each in tests], missed_is_positive=False)
    assert (found.count, found.days, found.in_all) == (count, days, in_all)


def test_a_missed_test_ends_the_row_where_a_program_says_so() -> None:
    tests = [(day(1), NO), (day(4), MISSED), (day(8), NO)]
    strict = negative_tests(tests, missed_is_positive=True)
    assert (strict.count, strict.days, strict.in_all, strict.other_on) == (1, 0, 2, day(4))
    assert negative_tests(tests, missed_is_positive=False).other_on is None


def ends(count: PossibleCount) -> tuple[float, float]:
    if isinstance(count, Possible):
        assert count.low is not None
        assert count.high is not None
        return count.low, count.high
    return (0, MOST_COUNTED) if count is None else (count, count)


@given(st.lists(st.sampled_from([NO, YES, OPEN, MISSED]), max_size=8), st.data())
def test_a_result_that_comes_in_is_one_of_those_that_were_possible(
    results: list[Truth | None], data: st.DataObject
) -> None:
    later = [
        data.draw(st.sampled_from([NO, YES, OPEN])) if each is OPEN else each for each in results
    ]
    for strict in (False, True):
        before, after = (
            negative_tests(
                [*zip(map(day, range(8)), some, strict=False)], missed_is_positive=strict
            )
            for some in (results, later)
        )
        for name in ("count", "days", "in_all"):
            (low, high), (least, most) = (ends(getattr(e, name)) for e in (before, after))
            assert low <= least <= most <= high
