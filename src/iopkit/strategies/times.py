"""Days, times and texts, and what the other strategies share."""

from datetime import date, time, timedelta
from typing import TypeVar

from hypothesis import strategies as st

from iopkit.windows import DAY, WEEK, WeeklyWindows

T = TypeVar("T")

ZONES = (
    "America/Chicago",
    "America/Phoenix",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Europe/London",
    "Africa/Casablanca",
    "UTC",
)
"""Time zones of many kinds: with and without summer time, in odd offsets."""
yes_no = st.none() | st.booleans()
"""Yes, no, or not known."""
short_names = st.from_regex(r"[a-z]{1,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)
"""Names of parts of a document."""
short_texts = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20)
"""Texts in any script, without control characters."""


def days(
    first: date = date(2024, 1, 1), last: date = date(2030, 12, 31)
) -> st.SearchStrategy[date]:
    """Days, both ends included."""
    return st.dates(first, last)


def clock_times() -> st.SearchStrategy[time]:
    """Wall-clock times in whole minutes."""
    return _CLOCK_TIMES


def weekly_windows() -> st.SearchStrategy[WeeklyWindows]:
    """Sets of minutes of the week, with none, one or several spans."""
    return _WEEKLY_WINDOWS


def opening_hours() -> st.SearchStrategy[WeeklyWindows]:
    """Sets of minutes of the week with at least one span."""
    return _OPENING_HOURS


def minutes_long(count: int) -> timedelta:
    """A length of so many minutes."""
    return timedelta(minutes=count)


# Made once, as Hypothesis looks through each strategy before it first draws from it.
_CLOCK_TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
_SPANS = st.tuples(st.integers(0, WEEK - 1), st.integers(1, 2 * DAY)).map(
    lambda span: (span[0], min(sum(span), WEEK))
)
_WEEKLY_WINDOWS, _OPENING_HOURS = (
    st.lists(_SPANS, min_size=least, max_size=8).map(lambda spans: WeeklyWindows(tuple(spans)))
    for least in (0, 1)
)
