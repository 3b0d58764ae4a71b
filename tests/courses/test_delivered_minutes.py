"""Delivered minutes: on the days that the clock shows, whatever it does."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from iopkit.courses.delivered_minutes import minutes_by_day, week_of_day

pytestmark = pytest.mark.measured

# Clocks that change at 2:00, at 0:00 and at 1:00, by half an hour, and one that left out a day.
ZONES = (
    "America/New_York",
    "Africa/Cairo",
    "America/Havana",
    "Australia/Lord_Howe",
    "Pacific/Apia",
)
CHANGES = (
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 4, 23, 22, tzinfo=UTC),
    datetime(2026, 10, 29, 21, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2011, 12, 30, 10, tzinfo=UTC),
)


def minute_by_minute(start: datetime, minutes: int) -> Counter[date]:
    first = start.astimezone(UTC)
    return Counter(
        (first + timedelta(minutes=n)).astimezone(start.tzinfo).date() for n in range(minutes)
    )


@given(
    st.sampled_from(CHANGES), st.integers(-2000, 2000), st.integers(1, 1440), st.sampled_from(ZONES)
)
@example(CHANGES[-1], -30, 90, "Pacific/Apia")
def test_each_minute_is_on_the_day_that_the_clock_shows(
    change: datetime, before: int, minutes: int, zone: str
) -> None:
    start = (change + timedelta(minutes=before)).astimezone(ZoneInfo(zone))
    found = list(minutes_by_day(start, minutes))
    assert dict(found) == minute_by_minute(start, minutes)
    assert len(found) == len(dict(found))


@pytest.mark.parametrize(
    ("day", "first", "begins"),
    [
        pytest.param(date(2026, 3, 4), None, date(2026, 3, 2), id="monday-without-a-plan"),
        pytest.param(
            date(2026, 3, 4), date(2026, 1, 1), date(2026, 2, 26), id="the-plans-thursday"
        ),
        pytest.param(date(2026, 3, 5), date(2026, 1, 1), date(2026, 3, 5), id="a-first-day"),
        pytest.param(
            date(2025, 12, 31), date(2026, 1, 1), date(2025, 12, 25), id="before-the-plan"
        ),
    ],
)
def test_a_week_begins_with_the_day_of_the_plan(
    day: date, first: date | None, begins: date
) -> None:
    assert week_of_day(day, first=first) == begins
