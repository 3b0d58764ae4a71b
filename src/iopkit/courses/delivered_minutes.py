"""Delivered minutes: how long the patient was in treatment, by day, week and modality."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from iopkit.confidential import hidden
from iopkit.fields import frozen
from iopkit.modalities import Modality
from iopkit.windows import DAY, ONE_DAY, ONE_MINUTE, minute_of_day

_LATEST_SAFE = DAY - 3 * 60
"""No clock is put forward by more than three hours within a day."""


@frozen(repr=False)
class MinutesOfDay:
    """Minutes of service that were delivered on a day, in one modality."""

    trusts_types = True  # a state has hundreds of them

    day: date
    modality: Modality
    minutes: int

    __repr__ = hidden


@frozen(repr=False)
class MinutesOfWeek:
    """Minutes of service that were delivered in the program week that begins with ``start``."""

    trusts_types = True

    start: date
    modality: Modality
    minutes: int

    __repr__ = hidden


def minutes_by_day(start: datetime, minutes: int) -> Iterator[tuple[date, int]]:
    """The minutes from a start on, by the days that the clock of its zone shows.

    Args:
        start: aware.
        minutes: as they pass, whatever the clock does within.

    Example:
        >>> from zoneinfo import ZoneInfo
        >>> start = datetime(2026, 3, 7, 23, 30, tzinfo=ZoneInfo("America/New_York"))
        >>> [minutes for _, minutes in minutes_by_day(start, 90)]
        [30, 60]
    """
    day = start.date()
    if minute_of_day(start.time()) + minutes <= _LATEST_SAFE:
        yield day, minutes  # as nearly all: no zone is asked, which takes most of the time
        return
    at = start.astimezone(UTC)
    while minutes:
        midnight = datetime.combine(day + ONE_DAY, time(0), start.tzinfo).astimezone(UTC)
        today = min(minutes, -((at - midnight) // ONE_MINUTE))
        if today:
            yield day, today
        at, minutes, day = at + timedelta(minutes=today), minutes - today, day + ONE_DAY


def week_of_day(day: date, *, first: date | None) -> date:
    """The first day of the week that a day is in.

    Args:
        first: any first day of a week, such as a plan's; ``None``: weeks begin with Monday.
    """
    since = day.weekday() if first is None else (day - first).days % 7
    return day - timedelta(days=since)
