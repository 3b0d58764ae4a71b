"""Clock changes: wall-clock time that does not exist or comes twice."""

from calendar import isleap
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from iopkit.availability import DAY, WeeklyWindows


@lru_cache(maxsize=1024)
def clock_changes(zone: str, year: int) -> tuple[tuple[date, int, int], ...]:
    """Wall-clock time of a year that does not exist or comes twice in a zone.

    Returns:
        Day, first minute and the minute after the last, in order.

    Example:
        >>> clock_changes("America/Chicago", 2026)
        ((datetime.date(2026, 3, 8), 120, 180), (datetime.date(2026, 11, 1), 60, 120))
    """
    tz = ZoneInfo(zone)
    first = date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range(366) if n < 365 or isleap(year)]
    near = {
        day + timedelta(days=n)
        for day in days
        for n in (-1, 0, 1)
        if _offset(day, 0, tz) != _offset(day, DAY, tz)
    }
    found: list[tuple[date, int, int]] = []
    for day in sorted(near.intersection(days)):
        odd = [m for m in range(DAY) if _offset(day, m, tz) != _offset(day, m, tz, fold=1)]
        spans = WeeklyWindows(tuple((m, m + 1) for m in odd)).spans
        found += [(day, low, high) for low, high in spans]
    return tuple(found)


def _offset(day: date, minute: int, tz: ZoneInfo, *, fold: int = 0) -> timedelta | None:
    at = datetime.combine(day, time(0), tz) + timedelta(minutes=minute)
    return at.replace(fold=fold).utcoffset()
