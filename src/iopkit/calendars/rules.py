"""Recurrence rules (RFC 5545, 3.3.10), on a clock on the wall.

How long a rule goes on is told in several forms, so that its ``UNTIL`` is kept apart.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from math import prod
from types import MappingProxyType

from attrs import field
from dateutil.rrule import rrulestr

from iopkit.calendars.contents import unreadable
from iopkit.calendars.properties import read_rule
from iopkit.confidential import hidden
from iopkit.errors import InvalidError
from iopkit.fields import frozen
from iopkit.windows import ONE_DAY

_OF_A_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")
_EVERY = {"DAILY": 1.0, "WEEKLY": 7.0, "MONTHLY": 10.0, "YEARLY": 20.0}
"""How many days of the calendar, about, are gone through as one of a rule by the day."""


@frozen(repr=False)
class Rule:
    """A rule, and the value of its ``UNTIL`` as it is written."""

    text: str
    until: str | None
    _parts: Mapping[str, str] = field(eq=False)
    trusts_types = True  # There are thousands.

    @classmethod
    def read(cls, value: str, *, whole_days: bool) -> "Rule":
        """A rule as it is written; one for whole days has no hours (RFC 5545, 3.3.10)."""
        parts = read_rule(value)
        until = parts.pop("UNTIL", None)
        if parts.get("COUNT", "").startswith("-"):
            # So some programs write that there is no end.
            del parts["COUNT"]
        for name in _OF_A_DAY if whole_days else ():
            parts.pop(name, None)
        text = ";".join(f"{name}={given}" for name, given in parts.items())
        return cls(text, until, MappingProxyType(parts))

    @property
    def frequency(self) -> str | None:
        """``FREQ``, such as ``WEEKLY``."""
        return self._parts.get("FREQ")

    @property
    def rate(self) -> float:
        """How many days of it, about, are gone through for each day of the calendar."""
        every = _EVERY[self._parts["FREQ"]]
        if self.frequency == "WEEKLY":
            every /= self._many("BYDAY")
        by_day = ("BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO")
        if any(self._many(name) > 5 for name in by_day):
            every = 1
        return self._times / int(self._parts.get("INTERVAL", 1)) / every

    @property
    def _times(self) -> int:
        return prod(map(self._many, _OF_A_DAY))

    def _many(self, name: str) -> int:
        return self._parts.get(name, "").count(",") + 1

    def check(self, line: int, first: date) -> None:
        """Raise ``InvalidError`` if it recurs without measure, or never."""
        by_day, found = "a recurrence by the day, week, month or year", "a more frequent one"
        if self.frequency not in _EVERY or self._times > 24:
            found = found if self.frequency else "another"
            raise InvalidError("calendar", [unreadable(line, by_day, found)])
        least = min(int(self._parts.get(name, 1)) for name in ("INTERVAL", "COUNT"))
        if least < 1 or not self._comes(first):
            comes, never = "a recurrence that comes to pass", "one that never does"
            raise InvalidError("calendar", [unreadable(line, comes, never)])

    def _comes(self, first: date) -> bool:
        """Whether it has any occurrence.

        dateutil looks for one up to the year 9999. The calendar repeats every 400 years, so it
        is asked from as late as that allows.
        """
        endless = ";".join(part for part in self.text.split(";") if not part.startswith("COUNT="))
        later = first.replace(year=first.year + (9629 - first.year) // 400 * 400)
        found = rrulestr(endless, dtstart=datetime.combine(later, time(0)))
        return next(iter(found), None) is not None

    def last(self, first: date, end: date) -> date:
        """The day after which it has nothing more, as far as its count tells, or an earlier end."""
        every = {"DAILY": 7 if "BYDAY" in self._parts else 1, "WEEKLY": 7}.get(self.frequency or "")
        if "COUNT" in self._parts and every and _PLAIN.issuperset(self._parts):
            days = int(self._parts["COUNT"]) * int(self._parts.get("INTERVAL", 1)) * every
            end = min(end, first + min(days, max((end - first).days, 0)) * ONE_DAY)
        return end

    def between(self, start: datetime, low: datetime, high: datetime) -> Iterator[datetime]:
        """Its times from one up to another, on the clock of its start."""
        return iter(rrulestr(self.text, dtstart=start).between(low, high, inc=True))

    __repr__ = hidden


_PLAIN = {"FREQ", "INTERVAL", "COUNT", "BYDAY", "WKST"}
