"""Sites: where and when services take place."""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date, time, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from iopkit.clocks import zone_faults
from iopkit.errors import (
    Fault,
    InvalidError,
    MissingExtraError,
    refuse,
    unless,
    unless_day,
)
from iopkit.fields import frozen
from iopkit.languages import is_language
from iopkit.modalities import Delivery, Modality
from iopkit.needs import Need
from iopkit.payers import Payer
from iopkit.scopes import License
from iopkit.states import place_faults
from iopkit.windows import (
    DAY,
    ONE_DAY,
    Weekday,
    WeeklyWindows,
    is_plain,
    is_session_length,
    minute_of_day,
)

ClosedSpan = tuple[int, int, str]
"""The first minute of the day that is closed, the minute after the last, and why."""


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

    Raises:
        InvalidError: a bound is not after the other, or a time is not in whole minutes.
    """

    start: date
    end: date
    why: str
    from_time: time | None = None
    to_time: time | None = None

    def __attrs_post_init__(self) -> None:
        low, high = self.from_time, self.to_time
        refuse(
            "closure",
            unless(self.start < self.end, "end", "the day after the last closed day", self.end),
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
class Room:
    """A room of a site: how many it seats, and when it can be used.

    ``hours`` that are ``None`` are the site's.
    """

    name: str
    seats: int
    hours: WeeklyWindows | None = None

    def __attrs_post_init__(self) -> None:
        ok = self.seats >= 1
        refuse(f"room {self.name!r}", unless(ok, "seats", "at least 1", self.seats))


@frozen
class Clinician:
    """Somebody who gives services at a site.

    ``hours`` that are ``None`` are the site's. ``gives`` are the modalities and
    ``languages`` what is spoken, as in BCP 47; ``None``: not known, so that nothing is
    ruled out.
    """

    name: str
    hours: WeeklyWindows | None = None
    gives: frozenset[Modality] | None = None
    languages: frozenset[str] | None = None

    def __attrs_post_init__(self) -> None:
        ok = self.languages is None or all(map(is_language, self.languages))
        expected = "language tags such as 'en' or 'es-US'"
        refuse(f"clinician {self.name!r}", unless(ok, "languages", expected, "others"))


@frozen
class Offer:
    """How this site gives a service: what a program leaves open, by the service's name.

    ``day`` limits the start, room and clinician to one weekday, and stands there in place of
    all that the offer for any day says of them; length and delivery are said for all days.
    ``room`` and ``clinician`` are names of the site's.

    Raises:
        InvalidError: the start or the length is not in whole minutes, or a length stands
            beside a day.
    """

    service: str
    day: Weekday | None = None
    start: time | None = None
    duration: timedelta | None = None
    delivery: Delivery | None = None
    room: str | None = None
    clinician: str | None = None

    def __attrs_post_init__(self) -> None:
        ok = self.start is None or is_plain(self.start)
        length = self.duration
        refuse(
            f"offer of {self.service!r}",
            unless(ok, "start", "a time in whole minutes, without a zone", self.start),
            unless(
                length is None or is_session_length(length),
                "duration",
                "whole minutes, from 1 to 1440",
                length,
            ),
            unless(
                length is None or self.day is None,
                "duration",
                "no length beside a day, as a service is as long on every day",
                length,
            ),
        )


# By its hash, as what was worked out for a site is kept.
@frozen(cache_hash=True)
class Site:
    """A place with a time zone, opening hours, holidays and closures.

    ``zone`` is an IANA name; all wall-clock times of the site are in it.
    ``break_between`` is kept free between sessions that iopkit places. ``provides`` are
    needs that the site meets itself, and ``patients_per_counselor`` its census for each
    full-time counselor; ``None``: not known. So it is with ``state``, a two-letter code,
    ``county``, a name without the word "County", the ``licenses`` that the site has, and the
    ``payers`` that it bills. ``rooms`` and ``clinicians`` that are empty are not known, and
    limit nothing. ``closed_rule`` is what becomes of sessions on days on which the site is
    closed.

    Raises:
        InvalidError: the zone or state is unknown, the site is never open, an offer is made twice,
            a name is there twice or not at all, or the census is negative.
    """

    name: str
    zone: str
    hours: WeeklyWindows
    holidays: HolidayCalendar | None = None
    closures: tuple[Closure, ...] = ()
    offers: tuple[Offer, ...] = ()
    break_between: timedelta = timedelta(0)
    provides: frozenset[Need] | None = None
    patients_per_counselor: int | None = None
    rooms: tuple[Room, ...] = ()
    clinicians: tuple[Clinician, ...] = ()
    closed_rule: ClosedRule = ClosedRule.MOVE_IN_WEEK
    state: str | None = None
    county: str | None = None
    licenses: tuple[License, ...] | None = None
    payers: frozenset[Payer] | None = None

    def __attrs_post_init__(self) -> None:
        rooms = [room.name for room in self.rooms]
        clinicians = [clinician.name for clinician in self.clinicians]
        offered = [(offer.service, offer.day) for offer in self.offers]
        refuse(
            f"site {self.name!r}",
            zone_faults(self.zone),
            place_faults(self.state, self.county),
            unless(bool(self.hours.spans), "hours", "open on at least one day", "no opening hours"),
            unless(
                len(offered) == len(set(offered)),
                "offers",
                "each service and day once",
                "one twice",
            ),
            unless(
                not self.break_between or is_session_length(self.break_between),
                "break_between",
                "whole minutes, from 0 to 1440",
                self.break_between,
            ),
            unless(
                (self.patients_per_counselor or 0) >= 0,
                "patients_per_counselor",
                "at least 0",
                self.patients_per_counselor,
            ),
            *(
                unless(len(names) == len(set(names)), where, "each name once", "one twice")
                for where, names in (("rooms", rooms), ("clinicians", clinicians))
            ),
            *(
                tuple(fault.under("offers", number) for fault in found)
                for number, offer in enumerate(self.offers)
                for found in (
                    _name_faults("room", offer.room, rooms),
                    _name_faults("clinician", offer.clinician, clinicians),
                )
            ),
        )

    @property
    def tz(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.zone)

    def offer(self, service: str, day: Weekday | None = None) -> Offer | None:
        """The offer of a service on a day, or the one for any day."""
        by_day = {offer.day: offer for offer in self.offers if offer.service == service}
        return by_day.get(day) or by_day.get(None)


def _name_faults(what: str, name: str | None, names: Collection[str]) -> tuple[Fault, ...]:
    return unless(name is None or name in names, what, f"a {what} of the site", repr(name))


@lru_cache(maxsize=1024)
def service_hours(site: Site, service: str, modality: Modality) -> WeeklyWindows:
    """When a site can give a service: in the room and with the clinician of the day's offer."""
    if not (site.rooms or site.clinicians):
        return site.hours
    found = WeeklyWindows()
    for day in Weekday:
        offer = site.offer(service, day)
        room, clinician = (offer.room, offer.clinician) if offer else (None, None)
        staffed = staffed_hours(site, modality, room=room, clinician=clinician)
        found |= staffed & WeeklyWindows(((day * DAY, (day + 1) * DAY),))
    return found


def staffed_hours(
    site: Site, modality: Modality, *, room: str | None, clinician: str | None
) -> WeeklyWindows:
    """When a site is open, a room can be used and a clinician is there.

    Where no clinician is named, anybody will do who may give the modality; where a site
    names none at all, nobody is missed.
    """
    hours = site.hours
    for each in site.rooms:
        if each.name == room:
            hours = open_windows(hours, each.hours)
    able = [
        each
        for each in site.clinicians
        if (clinician is None and (each.gives is None or modality in each.gives))
        or each.name == clinician
    ]
    if site.clinicians:
        staffed = (site.hours if each.hours is None else each.hours for each in able)
        hours &= WeeklyWindows(tuple(span for each in staffed for span in each.spans))
    return hours


def open_windows(hours: WeeklyWindows, own: WeeklyWindows | None) -> WeeklyWindows:
    """Hours in which a patient is free, or a room usable; ``None``: not known, so all of them."""
    return hours if own is None else hours & own


def closed_days(site: Site, start: date, end: date) -> Mapping[date, str]:
    """Days from ``start`` up to ``end`` on which the site is closed, and why.

    Days without opening hours are not among them.

    Raises:
        MissingExtraError: the site has a holiday calendar and ``holidays`` is missing.
        InvalidError: the package does not know the country, subdivision or a name in
            ``open_on``.
    """
    refuse("site", unless_day(start, "start"), unless_day(end, "end"))
    closed: dict[date, str] = {}
    if site.holidays is not None:
        closed = {
            day: name
            for year in range(start.year, end.year + 1)
            for day, name in _holidays(site.holidays, year).items()
            if start <= day < end
        }
    for closure in site.closures:
        if closure.all_day:
            for day in _days(closure, start, end):
                closed.setdefault(day, closure.why)
    return MappingProxyType(closed)


def closed_spans(site: Site, start: date, end: date) -> Mapping[date, tuple[ClosedSpan, ...]]:
    """Minutes of each day from ``start`` up to ``end`` in which the site is closed, and why.

    Hours outside the weekly opening hours are not among them. A day that is closed as a
    whole has one span of 1,440 minutes. Raises as ``closed_days``.
    """
    whole = closed_days(site, start, end)
    spans = {day: [(0, DAY, why)] for day, why in whole.items()}
    for closure in site.closures:
        if not closure.all_day:
            low = minute_of_day(closure.from_time or time(0))
            high = minute_of_day(closure.to_time or time(0)) or DAY
            for day in _days(closure, start, end):
                if day not in whole:
                    spans.setdefault(day, []).append((low, high, closure.why))
    return MappingProxyType({day: tuple(sorted(found)) for day, found in spans.items()})


def _days(closure: Closure, start: date, end: date) -> Iterator[date]:
    """The days of a closure that are from ``start`` up to ``end``."""
    day = max(start, closure.start)
    while day < min(end, closure.end):
        yield day
        day += ONE_DAY


@lru_cache(maxsize=256)
def _holidays(calendar: HolidayCalendar, year: int) -> Mapping[date, str]:
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
