"""When a site is closed: public holidays, closures, and what becomes of sessions then."""

import re
from collections.abc import Mapping
from datetime import date, time
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from attrs import field

from iopkit.errors import Fault, InvalidError, MissingExtraError, refuse, unless
from iopkit.fields import frozen
from iopkit.modalities import Modality
from iopkit.windows import DAY, is_plain, minute_of_day


@frozen
class HolidayCalendar:
    """Public holidays of a country, as the ``holidays`` package knows them.

    ``open_on`` names holidays on which the site is open all the same: on the day itself, and on
    the one that is observed, given in lieu or estimated for it. "Veterans Day (observed)" names
    the observed day alone.

    Raises:
        InvalidError: the country is not a two-letter ISO 3166-1 code.
    """

    country: str
    subdivision: str | None = None
    open_on: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        ok = bool(re.fullmatch(r"[A-Z]{2}", self.country))
        expected = "a two-letter ISO 3166-1 code such as 'US'"
        refuse("holiday calendar", unless(ok, "country", expected, repr(self.country)))


@frozen
class Closure:
    """Days on which a site is closed: from ``start`` up to the day before ``end``.

    With ``from_time`` or ``to_time`` it is closed for a part of each of them only, in the
    site's wall-clock time; one that is ``None`` is the day's midnight, as is an end of 00:00.
    ``services`` are those that it closes, by name; ``None``: all.

    Raises:
        InvalidError: a bound is not after the other, a time is not in whole minutes, or it closes
            no service.
    """

    start: date
    end: date
    why: str
    from_time: time | None = None
    to_time: time | None = None
    services: frozenset[str] | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        low, high = self.from_time, self.to_time
        refuse(
            "closure",
            unless(self.start < self.end, "end", "the day after the last closed day", self.end),
            unless(
                self.services != frozenset(), "services", "at least one, or none for all", "none"
            ),
            *(
                unless(
                    at is None or is_plain(at), name, "a time in whole minutes, without a zone", at
                )
                for name, at in (("from_time", low), ("to_time", high))
            ),
            unless(
                low is None or high is None or minute_of_day(low) < (minute_of_day(high) or DAY),
                "to_time",
                "a time after from_time",
                high,
            ),
        )

    @property
    def all_day(self) -> bool:
        """Whether it closes whole days."""
        return self.from_time is None and self.to_time is None

    def closes(self, service: str | None) -> bool:
        """Whether it closes a service, or, for ``None``, all of them."""
        return self.services is None or service in self.services


class ClosedRule(StrEnum):
    """What becomes of a session that falls on a time at which the site is closed."""

    MOVE_IN_WEEK = "move_in_week"
    """It is moved to the nearest place in its program week, in its part of the day if it can be."""
    NEXT_OPEN_DAY = "next_open_day"
    """It is moved to the first later day with room, up to the end of the next week; a day with
    room in its part of the day goes before others."""
    SKIP = "skip"
    """It does not take place, and is listed with the reason."""
    EXTEND = "extend"
    """It takes place on its own weekday and time in a week after the plan's last."""


@frozen
class ClosedFor:
    """What becomes of sessions of one service, or of one modality, on days that are closed.

    Raises:
        InvalidError: it is said of both or neither.
    """

    rule: ClosedRule
    service: str | None = None
    modality: Modality | None = None

    def __attrs_post_init__(self) -> None:
        one = (self.service is None) is not (self.modality is None)
        refuse("closed rule", unless(one, "service", "a service or a modality", "both or neither"))


@lru_cache(maxsize=256)
def holidays_of(calendar: HolidayCalendar, year: int) -> Mapping[date, str]:
    """The days of a year on which a site with a calendar of holidays is closed, and why."""
    try:
        from holidays import country_holidays
    except ImportError as error:
        raise MissingExtraError("holidays", "a site with a holiday calendar") from error
    # Some holidays do not come every year: a name is wrong only if it never comes.
    near = range(year - 4, year + 5)
    try:
        # Without a language, names would be in that of the machine.
        found = country_holidays(
            calendar.country, subdiv=calendar.subdivision, years=near, language="en_US"
        )
    except NotImplementedError as error:
        expected = "a country and subdivision that the holidays package knows"
        place = f"{calendar.country}, {calendar.subdivision or 'no subdivision'}"
        raise InvalidError("site", [Fault(("holidays",), expected, place)]) from error
    named = {day: names.split("; ") for day, names in found.items()}
    known = {each for names in named.values() for name in names for each in _called(name)}
    refuse(
        "site",
        *(
            unless(name in known, "holidays", "names it knows in open_on", repr(name))
            for name in calendar.open_on
        ),
    )
    kept = {
        day: "; ".join(closed_for)
        for day, names in named.items()
        if day.year == year
        and (closed_for := [n for n in names if _called(n).isdisjoint(calendar.open_on)])
    }
    return MappingProxyType(kept)


_OF_A_HOLIDAY = re.compile(r" \((observed|substitute day|in lieu|estimated|observed, estimated)\)$")


def _called(name: str) -> set[str]:
    """What a day can be called: its own name, and that of the holiday that it is the day of."""
    return {name, _OF_A_HOLIDAY.sub("", name)}
