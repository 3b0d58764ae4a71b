"""The time zones of one calendar: those it defines, and those whose names are known.

Programs give zones names of their own, and two files may mean two zones by one name. So what a
calendar defines holds for that calendar alone, and nothing is kept.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from zoneinfo import ZoneInfo, available_timezones

from iopkit.calendars.contents import ContentLine, Part
from iopkit.calendars.load import CalendarLoad
from iopkit.calendars.properties import UNREADABLE, read_moment, read_property, windows_zones
from iopkit.calendars.rules import Rule
from iopkit.confidential import hidden
from iopkit.errors import InvalidError
from iopkit.fields import frozen
from iopkit.windows import ONE_DAY

Clock = Callable[[datetime], datetime]
"""What gives the instant, in UTC, at which a clock on the wall shows a time.

One that the clock skips counts by the offset before the change, and one that comes twice is the
first (RFC 5545, 3.3.5).
"""

_NONE = timedelta(0)
# Within what every zone's clock, and a year more or less, can be told.
EARLIEST, LATEST = datetime(2, 1, 1), datetime(9998, 12, 31)  # noqa: DTZ001  # of every zone


def later(at: datetime, by: timedelta) -> datetime:
    """A time so much later; the first or the last that is told of, if it is beyond."""
    first, last = EARLIEST.replace(tzinfo=at.tzinfo), LATEST.replace(tzinfo=at.tzinfo)
    try:
        return min(max(at + by, first), last)
    except OverflowError:
        return first if by < _NONE else last


def clock_of(zone: str) -> Clock:
    """The clock of a zone by its IANA name; always the same one."""
    return _clocks(zone)


@cache
def _clocks(zone: str) -> Clock:
    return partial(_instant, ZoneInfo(zone))


def _instant(tz: ZoneInfo, wall: datetime) -> datetime:
    return later(wall, _NONE).replace(tzinfo=tz, fold=0).astimezone(UTC)


UTC_CLOCK = clock_of("UTC")
"""The clock of what is told in UTC."""


class Zones:
    """What the names of zones mean in one calendar.

    Args:
        calendar: the part of a file.
        named: IANA names by other names, as the caller gives them.
        horizon: up to when the zones that it defines are gone through.
        load: what that takes.
    """

    def __init__(
        self, calendar: Part, named: Mapping[str, str], *, horizon: datetime, load: CalendarLoad
    ) -> None:
        self._named, self._horizon, self._load = named, horizon, load
        self._known: dict[str, Clock | None] = {}
        self._defined: dict[str, list[Part]] = {}
        for part in calendar.within("VTIMEZONE"):
            self._defined.setdefault(_name(part), []).append(part)

    def clock(self, name: str, line: int) -> Clock | None:
        """The clock of a zone; ``None`` if the name is not known and not defined.

        What the caller says counts first, then a place, as the calendar's own words may be old,
        then what the calendar defines, then what can be meant by the name alone.
        """
        if name not in self._known:
            self._known[name] = self._found(name, line)
        return self._known[name]

    def _found(self, name: str, line: int) -> Clock | None:
        own = self._named.get(name)
        # A look at all names that the machine has takes 10 ms, so it is taken once.
        place = name if "/" in name and _by_small().get(name.lower()) == name else None
        if meant := own or place:
            return clock_of(meant)
        meant = _meant(name)
        return self._own(name, line) or (clock_of(meant) if meant else None)

    def _own(self, name: str, line: int) -> Clock | None:
        """The clock that the calendar defines, once, or twice in the same words."""
        parts = self._defined.get(name, [])
        if not parts:
            return None
        try:
            changes = {
                tuple(sorted(_changes(part, self._horizon, line, self._load))) for part in parts
            }
        except UNREADABLE as error:
            if isinstance(error, InvalidError):
                raise
            return None
        return _Defined(changes.pop()) if len(changes) == 1 and all(changes) else None


def _name(zone: Part) -> str:
    """What a calendar names a zone that it defines; empty if that cannot be read."""
    try:
        return next(read_property(line).value for line in zone.lines if line.name == "TZID")
    except (*UNREADABLE, StopIteration):
        return ""


def _meant(name: str) -> str | None:
    """The IANA name that a program's own name for a zone can only mean."""
    small = name.strip().lower()
    known = _by_small()
    if small in known:
        return known[small]
    if small in windows_zones():
        return windows_zones()[small]
    if small.rpartition("/")[::2] == ("tzone://microsoft", "utc"):
        return "UTC"
    if american := _AMERICAN.fullmatch(small):
        return windows_zones()[f"{american[1]} standard time"]
    # A vendor's name before a place (RFC 5545, 3.2.19).
    parts = small.strip("/").split("/") if small.startswith("/") else []
    ends = ("/".join(parts[n:]) for n in range(len(parts)))
    return next((known[end] for end in ends if end in known and "/" in end), None)


# As Windows shows them.
_AMERICAN = re.compile(
    r"(?:\((?:utc|gmt)[^)]*\)\s*)?(eastern|central|mountain|pacific) time \(us & canada\)"
)


@cache
def _by_small() -> Mapping[str, str]:
    return {name.lower(): name for name in available_timezones()}


Change = tuple[datetime, timedelta, timedelta]
"""The wall-clock time, by the offset before it, of a change; and the offsets before and after."""


@frozen(repr=False, cache_hash=True)
class _Defined:
    """The clock of a zone that a calendar defines."""

    changes: tuple[Change, ...]
    trusts_types = True  # What it holds is made here.

    def __call__(self, wall: datetime) -> datetime:
        wall = later(wall, _NONE)
        # It shows the later offset once both would: what it skips, and the first of what it
        # shows twice, counts by the one before.
        shown = bisect_right(
            self.changes, wall, key=lambda each: each[0] + max(each[2] - each[1], _NONE)
        )
        offset = self.changes[shown - 1][2] if shown else self.changes[0][1]
        return (wall - offset).replace(tzinfo=UTC)

    __repr__ = hidden


def _changes(zone: Part, horizon: datetime, line: int, load: CalendarLoad) -> Iterator[Change]:
    """The changes of a zone that a calendar defines, up to a horizon."""
    for part in zone.within("STANDARD", "DAYLIGHT"):
        before, after = (_offset(_line(part, f"TZOFFSET{which}")) for which in ("FROM", "TO"))
        first, _, _ = read_moment(_line(part, "DTSTART"))
        onsets = {first}
        for each in part.lines:
            if each.name == "RRULE":
                load.add(line, steps=max((horizon - first).days, 0) / _STEPS)
                onsets |= set(_onsets(each, first, before, horizon))
            elif each.name == "RDATE":
                values = each.value.split(",")
                onsets |= {read_moment(value.partition("/")[0].strip())[0] for value in values}
        yield from ((at, before, after) for at in onsets)


# As many days of a rule by the year are gone through as one of a rule by the day.
_STEPS = 20


def _onsets(
    line: ContentLine, first: datetime, before: timedelta, horizon: datetime
) -> Iterator[datetime]:
    rule = Rule.read(line.value, whole_days=False)
    rule.check(line.number, first.date())
    if rule.frequency not in ("YEARLY", "MONTHLY"):
        raise ValueError("no rule of a zone")
    if rule.until:
        until, whole, utc = read_moment(rule.until)
        horizon = min(horizon, until + (before if utc else ONE_DAY if whole else _NONE))
    return rule.between(first, first, horizon)


def _line(part: Part, name: str) -> str:
    (value,) = {line.value for line in part.lines if line.name == name}
    return value


_OFFSET = re.compile(r"([+-]?)([0-9]{2}):?([0-9]{2})(?::?([0-9]{2}))?")


def _offset(text: str) -> timedelta:
    match = _OFFSET.fullmatch(text)
    if match is None:
        raise ValueError("no offset")
    hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if offset >= ONE_DAY:
        raise ValueError("no offset")
    return -offset if match[1] == "-" else offset
