import pickle
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
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


def ending(
    since: date, end: date | None, value: int = 0, replaced_by: str | None = None
) -> Dated[int]:
    return Dated(since, value, CODE, end=end, replaced_by=replaced_by)


DAY = timedelta(days=1)
GAP = Versions(
    (
        ending(FIRST, date(2024, 7, 1), 0, "an order"),
        Dated(SECOND, 1, CODE, end=date(2026, 3, 1), since_from_copy=True, end_from_copy=True),
    )
)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        pytest.param(FIRST - DAY, "the first is from 2024-01-01", id="before"),
        pytest.param(
            date(2024, 7, 1),
            "the last was in force up to 2024-06-30, replaced by an order; the next was seen in a "
            "copy of 2026-01-01",
            id="between",
        ),
        pytest.param(
            date(2026, 3, 1), "the last was in force up to 2026-02-28 at the latest", id="after"
        ),
    ],
)
def test_where_none_is_in_force_the_nearest_days_are_told(asked: date, told: str) -> None:
    with pytest.raises(NotInForceError) as caught:
        GAP.on(asked)

    assert str(caught.value) == f"no version is in force on that day: {told}"


def test_a_first_version_that_was_seen_in_a_copy_is_told_as_such() -> None:
    with pytest.raises(NotInForceError, match="the first was seen in a copy of 2026-01-01"):
        Versions((GAP.dated[1],)).on(FIRST)


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        pytest.param(date.min, 0, id="long before"),
        pytest.param(FIRST - DAY, 0, id="just before"),
        pytest.param(date(2024, 6, 30), 0, id="last day"),
        pytest.param(date(2025, 4, 1), 0, id="as near to both"),
        pytest.param(date(2025, 4, 2), 1, id="nearer to the second"),
        pytest.param(date.max, 1, id="long after"),
    ],
)
def test_the_nearest_version_is_assumed_to_be_in_force_if_asked(asked: date, value: int) -> None:
    assert GAP.on(asked, assume_in_force=True).value == value


def test_of_two_versions_as_near_the_earlier_is_assumed() -> None:
    rule = Versions((ending(FIRST, FIRST + DAY), ending(FIRST + 4 * DAY, None, 1)))

    assert [rule.on(FIRST + n * DAY, assume_in_force=True).value for n in range(5)] == [
        *(0, 0, 0, 1, 1)
    ]


BOUNDS = st.lists(st.dates(date(2020, 1, 1), date(2020, 3, 31)), unique=True, max_size=9)


@given(BOUNDS.filter(len), st.data())
def test_each_day_has_one_version_or_is_refused_and_the_nearest_is_assumed(
    bounds: list[date], data: st.DataObject
) -> None:
    days = sorted(bounds)
    dated: list[Dated[int]] = []
    covered: dict[date, int] = {}
    for first, after in zip(days, [*days[1:], None], strict=True):
        # Each begins on one of the days and ends by the next, or is replaced or goes on.
        ends = st.dates(first + DAY, after or first + 40 * DAY)
        end = data.draw(st.none() | ends)
        dated.append(ending(first, end, len(dated)))
        until = end or after or date(2020, 7, 1)
        covered |= {first + n * DAY: dated[-1].value for n in range((until - first).days)}
    rule = Versions(tuple(dated))
    asked = data.draw(st.dates(date(2019, 12, 1), date(2020, 6, 30)))

    if asked in covered:
        assert rule.on(asked).value == covered[asked]
        assert rule.on(asked).is_in_force(asked)
        assert rule.on(asked, assume_in_force=True) == rule.on(asked)
    else:
        with pytest.raises(NotInForceError):
            rule.on(asked)
        nearest = min(covered, key=lambda day: (abs(day - asked), day))
        found = rule.on(asked, assume_in_force=True)
        assert found.value == covered[nearest]
        assert not found.is_in_force(asked)
    within = [first <= asked and (end is None or asked < end) for first, end in rule.spans]
    assert sum(within) == (asked in covered)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        pytest.param({"end": FIRST}, "end", id="ends on its first day"),
        pytest.param({"end": FIRST - DAY}, "end", id="ends before"),
        pytest.param({"end_from_copy": True}, "end", id="a copy that shows no end"),
        pytest.param({"replaced_by": "another"}, "end", id="replaced and not ended"),
        pytest.param({"since": datetime(2024, 1, 1)}, "since", id="since a moment"),  # noqa: DTZ001  # as callers give it
        pytest.param({"end": datetime(2025, 1, 1)}, "end", id="ends at a moment"),  # noqa: DTZ001  # as callers give it
    ],
)
def test_a_version_whose_days_cannot_be_is_refused(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidError) as caught:
        evolve(ending(FIRST, None), **changes)

    assert [fault.path for fault in caught.value.faults] == [(path,)]


def test_a_version_must_end_before_the_next_is_over() -> None:
    with pytest.raises(InvalidError, match="ends by the day on which the next begins"):
        Versions((ending(FIRST, SECOND + DAY), ending(SECOND, None, 1)))

    assert Versions((ending(FIRST, SECOND), ending(SECOND, None, 1))).spans == ((FIRST, None),)


def test_in_force_from_and_seen_in_a_copy_of_are_two_facts() -> None:
    checked = evolve(CODE, checked=date(2026, 1, 7))
    stated = Dated(FIRST, 0, checked)
    seen = Dated(FIRST, 0, checked, since_from_copy=True)

    assert (stated.in_force_from, stated.seen_in_copy_of) == (FIRST, date(2026, 1, 7))
    assert (seen.in_force_from, seen.seen_in_copy_of) == (None, FIRST)
    assert Dated(FIRST, 0, CODE).seen_in_copy_of is None
    assert stated.end_words is None


def test_versions_are_values() -> None:
    rule = versions(FIRST, SECOND)

    assert rule == versions(FIRST, SECOND)
    assert hash(rule) == hash(versions(FIRST, SECOND))
    assert rule != versions(FIRST)
    assert pickle.loads(pickle.dumps(rule)) == rule
