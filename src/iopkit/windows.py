"""Windows of the week, as sets of minutes, and their arithmetic."""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from enum import IntEnum, StrEnum
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeVar

from attrs import field

from iopkit.confidential import hidden
from iopkit.errors import Fault, InvalidError, did_you_mean, refuse, unless
from iopkit.fields import frozen

Span = tuple[int, int]
T = TypeVar("T", int, datetime)

DAY = 24 * 60
WEEK = 7 * DAY
"""Both in minutes, as spans are."""
TEN_YEARS = 3660
"""Days: a rule that counts more of them is a mistake."""
ONE_WEEK, ONE_DAY, ONE_MINUTE = timedelta(weeks=1), timedelta(days=1), timedelta(minutes=1)


class Weekday(IntEnum):
    """Day of the week, Monday first, numbered as ``date.weekday()``."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6

    @classmethod
    def of(cls, day: date) -> "Weekday":
        """The weekday of a date."""
        return cls(day.weekday())

    @classmethod
    def parse(cls, text: str) -> "Weekday":
        """Read a weekday's English name, in any case; raises ``InvalidError``."""
        try:
            return cls[text.strip().upper()]
        except KeyError:
            names = [day.title for day in cls]
            fix = did_you_mean(text.strip().capitalize(), names)
            expected = "a weekday" if fix else f"a weekday ({', '.join(names)})"
            raise InvalidError("weekday", [Fault((), expected, repr(text), fix)]) from None

    @property
    def title(self) -> str:
        """The English name, such as ``Monday``."""
        return self.name.capitalize()


def minute_of_day(clock: time) -> int:
    """Minutes since midnight."""
    return clock.hour * 60 + clock.minute


def clock_time(minute: int) -> time:
    """The wall-clock time so many minutes after midnight, below 24 hours."""
    return time(*divmod(minute, 60))


def is_plain(clock: time) -> bool:
    """Whether a time is a bare wall-clock time in whole minutes."""
    return clock.tzinfo is None and not clock.second and not clock.microsecond


@lru_cache(maxsize=DAY)
def is_session_length(duration: timedelta) -> bool:
    """Whether a session can be so long: whole minutes, up to a day."""
    # Remembered, as every session asks, and few lengths are in use.
    return ONE_MINUTE <= duration <= ONE_DAY and is_whole_minutes(duration)


def is_whole_minutes(duration: timedelta) -> bool:
    """Whether a duration has no part of a minute."""
    # Of its parts: to divide it by a minute takes four times as long.
    return not (duration.seconds % 60 or duration.microseconds)


def whole_minutes(duration: timedelta) -> int:
    """A duration as minutes, rounded down."""
    return duration.days * DAY + duration.seconds // 60


_CLOCK = r"([01][0-9]|2[0-4]):([0-5][0-9])"
_WINDOW = re.compile(rf"([A-Za-z]+) {_CLOCK}-{_CLOCK}")


@frozen(repr=False)
class Window:
    """A window on one day of every week.

    An end before the start lies on the next day, so ``22:00-06:00`` is a night, and
    ``00:00-24:00`` is the whole day.

    Raises:
        InvalidError: start equals end elsewhere than at midnight, or a time has seconds
            or a time zone.

    Example:
        >>> str(Window(Weekday.MONDAY, time(17, 30), time(0)))
        'monday 17:30-24:00'
    """

    day: Weekday
    start: time
    end: time

    def __attrs_post_init__(self) -> None:
        refuse(
            "window",
            *(
                unless(is_plain(clock), name, "a time in whole minutes, without a zone", "another")
                for name, clock in (("start", self.start), ("end", self.end))
            ),
            unless(
                self.start != self.end or self.end == time(0),
                "end",
                "another time than the start",
                "the same time",
            ),
        )

    @classmethod
    def parse(cls, text: str) -> "Window":
        """Read ``monday 17:30-21:00``; raises ``InvalidError``, which does not show the text."""
        match = _WINDOW.fullmatch(text.strip())
        # "24:00" can only be an end, and only with another start is "00:00" an end too.
        if (
            match is None
            or match[1].upper() not in Weekday.__members__
            or match[2] == "24"
            or (match[4] == "24" and match[5] != "00")
            or (match[2], match[3]) == (match[4], match[5])
        ):
            raise InvalidError(
                "window", [Fault((), "a window such as 'monday 17:30-21:00'", "another text")]
            )
        start, end = (time(int(match[h]) % 24, int(match[h + 1])) for h in (2, 4))
        return cls(Weekday.parse(match[1]), start, end)

    def __str__(self) -> str:
        end = f"{self.end:%H:%M}" if self.end != time(0) else "24:00"
        return f"{self.day.name.lower()} {self.start:%H:%M}-{end}"

    __repr__ = hidden


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    # Any: in a notebook no type checker says what is given.
    listed: list[Any] = list(spans) if hasattr(spans, "__iter__") else [spans]
    refuse(
        "weekly windows",
        *(
            unless(_is_span(span), number, "a span inside the week, in whole minutes", "another")
            for number, span in enumerate(listed)
        ),
    )
    return tuple(merge_spans(listed))


def _is_span(span: object) -> bool:
    match span:
        case (int(start), int(end)):
            return 0 <= start < end <= WEEK
        case _:
            return False


def within_week(start: int, end: int) -> tuple[Span, ...]:
    """A span that may run past the end of the week, as spans inside it."""
    return ((start, end),) if end <= WEEK else ((start, WEEK), (0, end - WEEK))


@frozen(repr=False)
class WeeklyWindows:
    """A set of minutes of the week, with union, intersection and difference.

    Held as sorted, disjoint spans of minutes since Monday 00:00, so equal sets are
    equal values however they were written.

    Raises:
        InvalidError: a span is empty or lies outside the week.

    Example:
        >>> open_hours = WeeklyWindows.of("monday 09:00-17:00", "friday 09:00-12:00")
        >>> work = WeeklyWindows.of("monday 08:00-15:30")
        >>> print(open_hours - work)
        monday 15:30-17:00, friday 09:00-12:00
    """

    spans: tuple[Span, ...] = field(default=(), converter=_merged)

    @classmethod
    def of(cls, *windows: Window | str) -> "WeeklyWindows":
        """Windows, given as values or as text such as ``monday 17:30-21:00``."""
        spans: list[Span] = []
        for window in windows:
            w = Window.parse(window) if isinstance(window, str) else window
            start = w.day * DAY + minute_of_day(w.start)
            end = w.day * DAY + minute_of_day(w.end) + (DAY if w.end <= w.start else 0)
            spans += within_week(start, end)
        return cls(tuple(spans))

    @classmethod
    def always(cls) -> "WeeklyWindows":
        """Every minute of the week."""
        return cls(((0, WEEK),))

    @property
    def windows(self) -> tuple[Window, ...]:
        """The same set as windows of one day each, in order."""
        return tuple(
            Window(day, clock_time(start), clock_time(end % DAY))
            for day in Weekday
            for start, end in self.on(day)
        )

    def on(self, day: Weekday) -> tuple[Span, ...]:
        """Spans of minutes since midnight on one day."""
        first, last = day * DAY, (day + 1) * DAY
        return tuple(
            (max(start, first) - first, min(end, last) - first)
            for start, end in self.spans
            if start < last and end > first
        )

    def covers(self, day: Weekday, start: time, duration: timedelta) -> bool:
        """Whether the whole of ``duration`` from that weekday and time lies inside."""
        return self.hold(day * DAY + minute_of_day(start), whole_minutes(duration))

    def hold(self, minute: int, length: int) -> bool:
        """Whether so many minutes from a minute of the week on lie inside."""
        return self._hold(within_week(minute, minute + length))

    def includes(self, other: "WeeklyWindows") -> bool:
        """Whether every minute of another set is in this one."""
        return self._hold(other.spans)

    def _hold(self, wanted: Iterable[Span]) -> bool:
        for low, high in wanted:
            # The last that begins by then: the spans are in order and do not touch.
            place = bisect_right(self.spans, (low, WEEK)) - 1
            if place < 0 or self.spans[place][1] < high:
                return False
        return True

    @property
    def total(self) -> timedelta:
        """Time a week inside the windows."""
        return sum((end - start for start, end in self.spans), 0) * ONE_MINUTE

    def widened(self, by: timedelta) -> "WeeklyWindows":
        """The windows, each with so many whole minutes more before and after it.

        Example:
            >>> print(WeeklyWindows.of("monday 09:00-17:00").widened(timedelta(minutes=30)))
            monday 08:30-17:30
        """
        more = whole_minutes(by)
        spans: list[Span] = []
        for low, high in self.spans:
            first, length = (low - more) % WEEK, min(high - low + 2 * more, WEEK)
            spans += within_week(first, first + length)
        return WeeklyWindows(tuple(spans))

    def __or__(self, other: "WeeklyWindows") -> "WeeklyWindows":
        return WeeklyWindows(self.spans + other.spans)

    def __and__(self, other: "WeeklyWindows") -> "WeeklyWindows":
        return self - ~other

    def __sub__(self, other: "WeeklyWindows") -> "WeeklyWindows":
        return WeeklyWindows(tuple(cut_spans(self.spans, other.spans)))

    def __invert__(self) -> "WeeklyWindows":
        edges = [0, *(edge for span in self.spans for edge in span), WEEK]
        gaps = zip(edges[::2], edges[1::2], strict=True)
        return WeeklyWindows(tuple((start, end) for start, end in gaps if start < end))

    def __str__(self) -> str:
        return ", ".join(map(str, self.windows)) or "never"

    __repr__ = hidden


def first_opening(
    windows: Iterable[Span], busy: Iterable[Span], length: int, pause: int = 0
) -> int | None:
    """The first start, in minutes, of an opening of ``length`` inside the windows.

    Args:
        windows: spans of one day, in order.
        busy: spans of the same day that are taken, in any order.
        pause: minutes to keep free on both sides of what is taken.

    Returns:
        Minutes since midnight; ``None`` if nothing fits.

    Example:
        >>> first_opening([(540, 720)], [(560, 600)], 60)
        600
    """
    taken = sorted(busy)
    for low, high in windows:
        at = low
        for start, end in taken:
            if at + length + pause <= start:
                break
            at = max(at, end + pause)
        if at + length <= high:
            return at
    return None


def merge_spans(spans: Iterable[tuple[T, T]]) -> list[tuple[T, T]]:
    """The same minutes, days or instants as spans in order that do not touch.

    Example:
        >>> merge_spans([(780, 900), (540, 600), (600, 720)])
        [(540, 720), (780, 900)]
    """
    found: list[tuple[T, T]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def cut_spans(spans: Iterable[tuple[T, T]], cuts: Iterable[tuple[T, T]]) -> list[tuple[T, T]]:
    """What is left of some spans, in their order.

    Example:
        >>> cut_spans([(540, 720), (780, 900)], [(600, 630), (700, 800)])
        [(540, 600), (630, 700), (800, 900)]
    """
    shut = merge_spans(cuts)
    left: list[tuple[T, T]] = []
    for start, end in spans:
        at = start
        for low, high in shut[bisect_right(shut, start, key=itemgetter(1)) :]:
            if low >= end:
                break
            if at < low:
                left.append((at, low))
            at = high
        if at < end:
            left.append((at, end))
    return left


class DayPart(StrEnum):
    """A part of the day, by when a session starts."""

    MORNING = "morning"
    """Before noon."""
    AFTERNOON = "afternoon"
    """From noon to 17:00."""
    EVENING = "evening"
    """From 17:00 on."""

    @classmethod
    def of(cls, minute: int) -> "DayPart":
        """The part of the day that a minute after midnight is in."""
        return (
            cls.MORNING if minute < 12 * 60 else cls.AFTERNOON if minute < 17 * 60 else cls.EVENING
        )

    @property
    def hours(self) -> range:
        """The hours of the day that it has."""
        return {"morning": range(12), "afternoon": range(12, 17), "evening": range(17, 24)}[self]


def starts_in(
    starts: Iterable[Span], parts: Collection[DayPart], *, midnight: int = 0
) -> list[Span]:
    """Of first and last starts on a day what lies in some parts of it; all, if there are none.

    Args:
        midnight: the minute that the day begins with.

    Example:
        >>> starts_in([(540, 1080)], [DayPart.EVENING, DayPart.MORNING])
        [(540, 719), (1020, 1080)]
    """
    spans = [(60 * p.hours.start, 60 * p.hours.stop - 1) for p in DayPart if p in parts]
    return [
        (max(low, midnight + first), min(high, midnight + last))
        for low, high in starts
        for first, last in (spans if parts else [(0, DAY)])
        if low <= midnight + last and midnight + first <= high
    ]
