"""Time zones: when a zone's offset from UTC changes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


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
        high = min(low + _DAY, last)
        before, after = offset_at(low, tz), offset_at(high, tz)
        if before != after:
            yield _first_with(after, low, high, tz), before, after
        low = high


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
