"""Events of a calendar as they are written: times on their own clocks, rules and exceptions."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from re import fullmatch

from attrs import evolve, field

from iopkit.calendars.contents import ContentLine, Part, unreadable
from iopkit.calendars.load import CalendarLoad
from iopkit.calendars.properties import (
    UNREADABLE,
    Property,
    read_duration,
    read_moment,
    read_property,
)
from iopkit.calendars.rules import Rule
from iopkit.calendars.zones import UTC_CLOCK, Clock, Zones, clock_of, later
from iopkit.confidential import hidden
from iopkit.errors import InvalidError
from iopkit.fields import frozen
from iopkit.windows import ONE_DAY

_NONE = timedelta(0)


@frozen(repr=False)
class Moment:
    """A day or a time, on the clock that it is told by; ``floats`` if it names none.

    A day is its midnight.
    """

    wall: datetime
    clock: Clock
    whole_day: bool = False
    floats: bool = False
    trusts_types = True  # There are thousands.

    @property
    def at(self) -> datetime:
        """The instant, in UTC."""
        return self.clock(self.wall)

    @property
    def is_midnight(self) -> bool:
        """Whether it is a day, or can stand for one."""
        return self.wall.time() == time(0)

    def later(self, by: timedelta) -> "Moment":
        """The moment that is so much later on the same clock."""
        return Moment(later(self.wall, by), self.clock, self.whole_day)

    def beside(self, start: "Moment") -> "Moment":
        """It on the clock of its event's start, if it names none."""
        return Moment(self.wall, start.clock) if self.floats and not start.whole_day else self

    __repr__ = hidden


@frozen(repr=False)
class Length:
    """How long an event is: on its clock, or ``elapsed``, if its end is on another."""

    lasts: timedelta
    elapsed: bool = False
    trusts_types = True  # There are thousands.

    def after(self, start: Moment) -> tuple[datetime, datetime] | None:
        """The span in UTC from a start; ``None`` if it takes no time."""
        low = start.at
        high = later(low, self.lasts) if self.elapsed else start.later(self.lasts).at
        if high <= low and not start.whole_day:
            # Its start was skipped by the clock and its end was not: it keeps its length.
            high = later(low, self.lasts)
        return (low, high) if low < high else None

    __repr__ = hidden


Bounded = tuple[Rule, Moment | None]
"""A rule, and its last day or time."""

Dated = tuple[Moment, Length | None]
"""A start, with a length if it has its own."""


@frozen(repr=False, kw_only=True)
class Event:
    """An event as it is written. Two that say the same are equal, wherever they stand.

    ``rules_out`` is what the older ``EXRULE`` takes out. ``replaces`` is the occurrence of a
    series that it stands for, ``onward`` with all after it. ``by_method`` says that its whole
    file cancels. Of what is cancelled, only what it replaces and when it starts is known, and
    the start not always. ``sequence`` is ``None`` if it cannot be read.
    """

    line: int = field(eq=False)
    uid: str
    sequence: int | None
    replaces: Moment | None
    onward: bool
    cancelled: bool
    by_method: bool
    blocks: bool
    start: Moment | None = None
    length: Length = Length(_NONE)
    rules: tuple[Bounded, ...] = ()
    rules_out: tuple[Bounded, ...] = ()
    more: tuple[Dated, ...] = ()
    without: tuple[Moment, ...] = ()

    @property
    def revision(self) -> int:
        """Its ``SEQUENCE``, as far as it is known."""
        return self.sequence or 0

    @property
    def lengths(self) -> Iterator[timedelta]:
        """How long it is, and its further dates with a length of their own."""
        yield self.length.lasts
        yield from (length.lasts for _, length in self.more if length is not None)

    trusts_types = True  # There are thousands.

    __repr__ = hidden


class Reader:
    """Reads the parts of one calendar; what cannot be read raises ``InvalidError`` with its line.

    Args:
        calendar: a part of a file.
        zone: the IANA name of the zone of whole days, and of times that have none.
        named: IANA names by other names of zones.
        horizon: up to when zones that the calendar defines are gone through.
        load: what that takes.
    """

    def __init__(
        self,
        calendar: Part,
        zone: str,
        named: Mapping[str, str],
        *,
        horizon: datetime,
        load: CalendarLoad,
    ) -> None:
        self._zones = Zones(calendar, named, horizon=horizon, load=load)
        self._days = clock_of(zone)
        self._gregorian = calendar.named("CALSCALE") in ("", "GREGORIAN")
        self._method = calendar.named("METHOD")
        own = next((line for line in calendar.lines if line.name == "X-WR-TIMEZONE"), None)
        known = self._zones.clock(own.value, own.number) if own else None
        self._floating = known or self._days

    def event(self, part: Part) -> Event:
        """An event."""
        if not self._gregorian:
            raise _refusal(part, "an event that can be read")
        try:
            given = _Given(part, _OF_EVENTS)
            event = self._undated(given, part.line)
            if event.cancelled:
                start = given.one("DTSTART")
                return evolve(event, start=self._if_readable(start, part.line))
            return self._dated(event, given)
        except InvalidError:
            raise
        except UNREADABLE as error:
            raise _refusal(part, "an event with times that can be read") from error

    def busy(self, part: Part) -> tuple[tuple[datetime, datetime], ...]:
        """The spans in UTC that are not free; a kind of time that is not known is busy."""
        if part.name != "VFREEBUSY":
            raise _refusal(part, "events or busy times", "hours of availability")
        try:
            given = _Given(part, {"FREEBUSY"}).each("FREEBUSY")
            periods = [(each, self._period(each, value, part.line)) for each, value in given]
        except InvalidError:
            raise
        except UNREADABLE as error:
            raise _refusal(part, "busy times that can be read") from error
        if self._method == "REQUEST" and not periods:
            raise _refusal(part, "busy times", "a question about them")
        spans = (length.after(start) for each, (start, length) in periods if each.kind != "FREE")
        return tuple(span for span in spans if span is not None)

    def _undated(self, given: "_Given", line: int) -> Event:
        cancels = self._method == "CANCEL"
        sequence = fullmatch(r"([0-9]{1,9})(?:\.0+)?", given.text("SEQUENCE") or "0")
        replaced = given.one("RECURRENCE-ID")
        if replaced is not None and replaced.range not in ("", "THISANDFUTURE"):
            raise ValueError("no range")
        return Event(
            line=line,
            uid=given.text("UID"),
            sequence=int(sequence[1]) if sequence else None,
            replaces=self._moment(replaced, replaced.value, line) if replaced else None,
            onward=replaced is not None and bool(replaced.range),
            cancelled=cancels or given.text("STATUS").upper() in ("CANCELLED", "CANCELED"),
            by_method=cancels,
            blocks=given.text("TRANSP").upper() != "TRANSPARENT",
        )

    def _dated(self, event: Event, given: "_Given") -> Event:
        first, line = given.one("DTSTART"), event.line
        if first is None:
            raise ValueError("no start")
        start = self._moment(first, first.value, line)
        rules, rules_out = (
            tuple(self._rule(value, start, line) for _, value in given.each(name))
            for name in ("RRULE", "EXRULE")
        )
        more = tuple(self._more(each, value, line) for each, value in given.each("RDATE"))
        if event.replaces is not None and (rules or more):
            raise ValueError("a series in place of an occurrence")
        return evolve(
            event,
            start=start,
            length=self._length(given, start, line),
            rules=rules,
            rules_out=rules_out,
            more=more,
            without=tuple(self._moment(each, v, line) for each, v in given.each("EXDATE")),
        )

    def _length(self, given: "_Given", start: Moment, line: int) -> Length:
        lengths: set[Length] = set()
        if (end := given.one("DTEND")) is not None:
            lengths.add(_between(start, self._moment(end, end.value, line).beside(start)))
        if (lasting := given.one("DURATION")) is not None:
            lengths.add(Length(read_duration(lasting.value)))
        (length,) = lengths or {Length(ONE_DAY if start.whole_day else _NONE)}
        if length.lasts < _NONE:
            after = unreadable(line, "an end after the start", "one before it")
            raise InvalidError("calendar", [after])
        return Length(ONE_DAY) if start.whole_day and not length.lasts else length

    def _rule(self, value: str, start: Moment, line: int) -> Bounded:
        rule = Rule.read(value, whole_days=start.whole_day)
        rule.check(line, start.wall.date())
        # The first day there is says for some programs that there is no end.
        if rule.until is None or rule.until.startswith("0001"):
            return rule, None
        wall, whole_day, utc = read_moment(rule.until)
        return rule, Moment(wall, UTC_CLOCK if utc else start.clock, whole_day)

    def _more(self, given: Property, value: str, line: int) -> Dated:
        if "/" in value:
            return self._period(given, value, line)
        return self._moment(given, value, line), None

    def _period(self, given: Property, value: str, line: int) -> tuple[Moment, Length]:
        first, _, last = (part.strip() for part in value.partition("/"))
        start = self._moment(given, first, line)
        if last[:1].upper() in ("P", "+", "-"):
            length = Length(read_duration(last))
        else:
            length = _between(start, self._moment(given, last, line))
        if length.lasts < _NONE:
            raise ValueError("no period")
        return start, length

    def _moment(self, given: Property, value: str, line: int) -> Moment:
        wall, whole_day, utc = read_moment(value)
        if whole_day:
            return Moment(wall, self._days, whole_day=True)
        if utc:
            return Moment(wall, UTC_CLOCK)
        if given.zone is None:
            return Moment(wall, self._floating, floats=True)
        clock = self._zones.clock(given.zone, line)
        if clock is None:
            known = unreadable(line, "a time zone that is known, or defined in the file")
            raise InvalidError("calendar", [known])
        return Moment(wall, clock)

    def _if_readable(self, given: Property | None, line: int) -> Moment | None:
        try:
            return None if given is None else self._moment(given, given.value, line)
        except UNREADABLE:
            return None


def _between(start: Moment, end: Moment) -> Length:
    if start.clock == end.clock:
        return Length(end.wall - start.wall)
    return Length(end.at - start.at, elapsed=True)


_ONCE = frozenset(
    {
        "DTEND",
        "DTSTART",
        "DURATION",
        "RECURRENCE-ID",
        "SEQUENCE",
        "STATUS",
        "TRANSP",
        "UID",
    }
)
_OF_EVENTS = _ONCE | {"EXDATE", "EXRULE", "RDATE", "RRULE"}


class _Given:
    """The properties of a part that tell of its times."""

    def __init__(self, part: Part, names: frozenset[str] | set[str]) -> None:
        self._found: dict[str, list[Property]] = {}
        last = ""
        for line in part.lines:
            last = self._take(line, last, names)

    def _take(self, line: ContentLine, last: str, names: frozenset[str] | set[str]) -> str:
        name = line.name
        if name in names:
            self._found.setdefault(name, []).append(read_property(line))
        elif not name and last in names and line.text.strip():
            # The rest of a line that was broken without a blank.
            raise ValueError("half a line")
        return name or last

    def one(self, name: str) -> Property | None:
        """What may be there once, or more often in the same words."""
        different = set(self._found.get(name, ()))
        if len(different) > 1:
            raise ValueError("several")
        return next(iter(different), None)

    def text(self, name: str) -> str:
        """The value of what may be there once; empty if it is not."""
        found = self.one(name)
        return found.value if found else ""

    def each(self, name: str) -> Iterator[tuple[Property, str]]:
        """The values of what may be there several times, with several values; none if empty."""
        for found in self._found.get(name, ()):
            if found.value:
                # A rule has commas within.
                values = [found.value] if name.endswith("RULE") else found.value.split(",")
                yield from ((found, value.strip()) for value in values)


def _refusal(part: Part, expected: str, found: str = "another") -> InvalidError:
    return InvalidError("calendar", [unreadable(part.line, expected, found)])
