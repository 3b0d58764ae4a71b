"""When a site is closed: public holidays, closures, and what becomes of sessions then."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, time
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from attrs import field

from iopkit.errors import Fault, InvalidError, MissingExtraError, did_you_mean, refuse, unless
from iopkit.fields import frozen
from iopkit.modalities import Modality
from iopkit.windows import DAY, is_plain, minute_of_day


@frozen
class HolidayCalendar:
    """Public holidays of a country, as the ``holidays`` package knows them.

    ``open_on`` names holidays on which the site is open all the same: on the day itself, and on
    the one that is observed, given in lieu or estimated for it. "Veterans Day (observed)" names
    the observed day alone. Where the package is not installed, nothing but the form of the
    country's code is checked, and the days cannot be asked for.

    Raises:
        InvalidError: the country is not a two-letter ISO 3166-1 code, or the package does not know
            it, its subdivision or, in the years from 2001 to 2035, a holiday.

    Example:
        >>> HolidayCalendar("US", "IL", ("Veteran Day",))
        Traceback (most recent call last):
            ...
        iopkit.errors.InvalidError: holiday calendar: 1 problem
          open_on[0]: expected a holiday that is known there, found 'Veteran Day' (did you mean \
'Veterans Day'?)
    """

    country: str
    subdivision: str | None = None
    open_on: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        ok = bool(re.fullmatch(r"[A-Z]{2}", self.country))
        expected = "a two-letter ISO 3166-1 code such as 'US'"
        refuse("holiday calendar", unless(ok, "country", expected, repr(self.country)))
        refuse("holiday calendar", _unknown_to_package(self))


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
    # The day that is observed for a holiday may lie in the year before or after.
    near = range(year - 1, year + 2)
    try:
        named = _named_days(calendar.country, calendar.subdivision, near)
    except ImportError as error:
        raise MissingExtraError("holidays", "a site with a holiday calendar") from error
    except NotImplementedError:  # read where the package was not, or was another
        faults = _unknown_to_package(calendar)
        raise InvalidError("site", [fault.under("holidays") for fault in faults]) from None
    kept = {
        day: "; ".join(closed_for)
        for day, names in named.items()
        if day.year == year
        and (closed_for := [n for n in names if _called(n).isdisjoint(calendar.open_on)])
    }
    return MappingProxyType(kept)


def _unknown_to_package(calendar: HolidayCalendar) -> tuple[Fault, ...]:
    """What of a calendar the package does not know; nothing, where it is not installed."""
    try:
        return _unknown(calendar.country, calendar.subdivision, calendar.open_on)
    except ImportError:
        return ()


# Kept, as one calendar is read again and again, and its holidays take hundredths of a second.
@lru_cache(maxsize=256)
def _unknown(country: str, subdivision: str | None, names: tuple[str, ...]) -> tuple[Fault, ...]:
    from holidays import country_holidays

    try:
        known = country_holidays(country)
    except NotImplementedError:
        return unless(False, "country", "a country that the holidays package knows", repr(country))
    # Some holidays do not come every year. For some countries it knows no other years, and warns.
    years = range(2001, 2036) if names else ()
    try:
        days = _named_days(country, subdivision, years)
    except NotImplementedError:
        parts = (*known.subdivisions, *known.subdivisions_aliases)
        expected, fix = f"a part of {country} that it knows", did_you_mean(str(subdivision), parts)
        return (Fault(("subdivision",), expected, repr(subdivision), fix),)
    called = {each for of_day in days.values() for name in of_day for each in _called(name)}
    every = f"known: {', '.join(sorted(called))}"
    return tuple(
        Fault(("open_on", place), _HOLIDAY, repr(name), did_you_mean(name, called) or every)
        for place, name in enumerate(names)
        if name not in called
    )


_HOLIDAY = "a holiday that is known there"


def _named_days(
    country: str, subdivision: str | None, years: Iterable[int]
) -> dict[date, list[str]]:
    """The days of some years, each with the names of its holidays; raises as the package does."""
    from holidays import country_holidays

    # Without a language, names would be in that of the machine.
    found = country_holidays(country, subdiv=subdivision, years=years, language="en_US")
    return {day: names.split("; ") for day, names in found.items()}


_OF_A_HOLIDAY = re.compile(r" \((observed|substitute day|in lieu|estimated|observed, estimated)\)$")


def _called(name: str) -> set[str]:
    """What a day can be called: its own name, and that of the holiday that it is the day of."""
    return {name, _OF_A_HOLIDAY.sub("", name)}
