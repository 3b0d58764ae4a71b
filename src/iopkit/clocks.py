"""Clocks: when a zone's offset from UTC changes, and what wall-clock time that spoils."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from iopkit.errors import Fault, did_you_mean
from iopkit.windows import DAY, ONE_DAY, ONE_MINUTE, Weekday, WeeklyWindows


@lru_cache(maxsize=1024)
def clock_changes(zone: str, year: int) -> tuple[tuple[date, int, int], ...]:
    """Wall-clock time of a year that does not exist or comes twice in a zone.

    Returns:
        Day, first minute and the minute after the last, in order.

    Example:
        >>> clock_changes("America/Chicago", 2026)
        ((datetime.date(2026, 3, 8), 120, 180), (datetime.date(2026, 11, 1), 60, 120))
    """
    first, last = datetime(year, 1, 1, tzinfo=UTC) - ONE_DAY, datetime(year + 1, 1, 1, tzinfo=UTC)
    found: list[tuple[date, int, int]] = []
    for at, *offsets in offset_changes(zone, first, last + ONE_DAY):
        low, high = ((at + offset).replace(tzinfo=None) for offset in sorted(offsets))
        day = low.date()
        while (midnight := datetime.combine(day, time(0))) < high:
            # Whole minutes, as some offsets had seconds.
            start = max((low - midnight) // ONE_MINUTE, 0)
            end = min(-((midnight - high) // ONE_MINUTE), DAY)
            found.append((day, start, end))
            day += ONE_DAY
    return tuple(each for each in found if each[0].year == year)


def offset_changes(
    zone: str, start: datetime, end: datetime
) -> Iterator[tuple[datetime, timedelta, timedelta]]:
    """Instants after ``start`` and up to ``end`` at which a zone's offset changes.

    Yields:
        The first instant, in UTC, with the new offset, the offset before, and the new one.

    Example:
        >>> from datetime import UTC, datetime
        >>> year = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
        >>> for at, before, after in offset_changes("Australia/Lord_Howe", *year):
        ...     print(at, after - before)
        2026-04-04 15:00:00+00:00 -1 day, 23:30:00
        2026-10-03 15:30:00+00:00 0:30:00
    """
    tz = ZoneInfo(zone)
    low, last = start.astimezone(UTC), end.astimezone(UTC)
    while low < last:
        high = min(low + ONE_DAY, last)
        before, after = offset_at(low, tz), offset_at(high, tz)
        if before != after:
            yield _first_with(after, low, high, tz), before, after
        low = high


def window_spans(
    windows: WeeklyWindows, start: datetime, end: datetime, *, zone: str
) -> Iterator[tuple[datetime, datetime]]:
    """Weekly windows of a zone's clock between two instants.

    Yields:
        Spans in UTC and in order, each within a stretch of one offset from UTC.
    """
    low, end = start.astimezone(UTC), end.astimezone(UTC)
    offset = offset_at(low, ZoneInfo(zone))
    for high, _, after in (*offset_changes(zone, low, end), (end, offset, offset)):
        first, last = low + offset, high + offset
        day = first.date()
        while day <= last.date():
            midnight = datetime.combine(day, time(0), UTC)
            for opens, closes in windows.on(Weekday.of(day)):
                opened = max(first, midnight + opens * ONE_MINUTE)
                closed = min(last, midnight + closes * ONE_MINUTE)
                if opened < closed:
                    yield opened - offset, closed - offset
            day += ONE_DAY
        low, offset = high, after


def offset_at(at: datetime, tz: ZoneInfo) -> timedelta:
    """How far a zone is ahead of UTC at an instant."""
    return at.astimezone(tz).utcoffset() or timedelta(0)


def _first_with(offset: timedelta, low: datetime, high: datetime, tz: ZoneInfo) -> datetime:
    """The first second, after ``low`` and up to ``high``, at which the zone has an offset."""
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if offset_at(middle, tz) == offset:
            high = middle
        else:
            low = middle
    return high.replace(microsecond=0)


def zone_faults(zone: str) -> tuple[Fault, ...]:
    """What is wrong with the name of a time zone."""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):  # what zoneinfo raises for unknown and odd names
        fix = did_you_mean(zone, available_timezones())
        return (Fault(("zone",), "an IANA time zone such as 'America/Chicago'", repr(zone), fix),)
    return ()
