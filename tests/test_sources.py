import pickle
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.errors import InvalidError, NotInForceError
from iopkit.sources import Dated, Grade, Source, Versions

CODE = Source("Example Code 1", Grade.LEGAL_TEXT)
FIRST = date(2024, 1, 1)
SECOND = date(2026, 1, 1)


def versions(*days: date) -> Versions[int]:
    """Versions from those days on, whose values count from 0."""
    return Versions(tuple(Dated(day, number, CODE) for number, day in enumerate(days)))


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        pytest.param(CODE, "Example Code 1 [T1]", id="day not recorded"),
        pytest.param(
            Source("A bulletin", Grade.OFFICIAL, checked=date(2026, 1, 7)),
            "A bulletin [T2, as of 2026-01-07]",
            id="with its day",
        ),
        pytest.param(
            Source("A page", Grade.SECONDARY, "https://example.org"), "A page [T3]", id="a page"
        ),
    ],
)
def test_a_source_shows_its_grade_and_the_day_it_was_checked(source: Source, shown: str) -> None:
    assert str(source) == shown


@pytest.mark.parametrize(
    ("day", "value"),
    [
        pytest.param(FIRST, 0, id="first day of the first"),
        pytest.param(SECOND - timedelta(days=1), 0, id="last day of the first"),
        pytest.param(SECOND, 1, id="first day of the second"),
        pytest.param(date.max, 1, id="open end"),
    ],
)
def test_a_version_is_in_force_from_its_own_day_until_the_next(day: date, value: int) -> None:
    assert versions(FIRST, SECOND).on(day).value == value


def test_a_day_before_the_first_version_is_an_error_and_not_a_guess() -> None:
    with pytest.raises(NotInForceError, match="the first is from 2024-01-01"):
        versions(FIRST, SECOND).on(FIRST - timedelta(days=1))


def test_a_moment_is_no_day_on_which_a_version_is_in_force() -> None:
    with pytest.raises(InvalidError) as caught:
        versions(FIRST).on(datetime(2026, 1, 5, 9, 30))  # noqa: DTZ001  # as callers give it

    said = "day: expected a date without a time, found a moment"
    assert [str(fault) for fault in caught.value.faults] == [said]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param((), "at least one version", id="none"),
        pytest.param((SECOND, FIRST), "one version a day, in order", id="later first"),
        pytest.param((FIRST, FIRST), "one version a day, in order", id="one day twice"),
    ],
)
def test_versions_are_refused_unless_each_day_has_one_in_order(
    days: tuple[date, ...], expected: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        versions(*days)

    assert [(fault.path, fault.expected) for fault in caught.value.faults] == [
        (("dated",), expected)
    ]


@given(st.sets(st.dates(), min_size=1, max_size=6), st.dates())
def test_the_version_in_force_is_the_last_that_has_begun(days: set[date], asked: date) -> None:
    rule = versions(*sorted(days))
    begun = [day for day in days if day <= asked]

    if begun:
        assert rule.on(asked).since == max(begun)
    else:
        with pytest.raises(NotInForceError):
            rule.on(asked)


def test_versions_are_values() -> None:
    rule = versions(FIRST, SECOND)

    assert rule == versions(FIRST, SECOND)
    assert hash(rule) == hash(versions(FIRST, SECOND))
    assert rule != versions(FIRST)
    assert pickle.loads(pickle.dumps(rule)) == rule
