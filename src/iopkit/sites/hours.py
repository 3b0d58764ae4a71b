"""When a site can give a service, and when it is closed, day by day."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import date, time
from functools import lru_cache
from types import MappingProxyType
from typing import TypeVar

from attrs import evolve

from iopkit.errors import refuse, unless, unless_day
from iopkit.modalities import Modality
from iopkit.sites.closures import Closure, holidays_of
from iopkit.sites.sites import Offer, Site
from iopkit.sites.staff import Clinician, Room, hours_on, latest_hours
from iopkit.truth import Truth
from iopkit.windows import DAY, ONE_DAY, Weekday, WeeklyWindows, minute_of_day

P = TypeVar("P", Room, Clinician)

ClosedSpan = tuple[int, int, str]
"""The first minute of the day that is closed, the minute after the last, and why."""


def site_on(site: Site, day: date) -> Site:
    """A site as it is on one day: with the hours that hold, and whoever stands in for others.

    A room or clinician that is away has no hours. In an offer of theirs, the substitute stands
    if there is one on the day, who may lead the service; one who is away as well hands on to
    their own substitute.

    Example:
        >>> from iopkit.sites import Absence
        >>> week = WeeklyWindows.of("monday 09:00-17:00")
        >>> away = Absence(date(2026, 2, 2), date(2026, 2, 7), "vacation", substitute="Birch")
        >>> staff = (Clinician("Ash", absences=(away,)), Clinician("Birch"))
        >>> offers = (Offer("group", clinician="Ash"),)
        >>> site = Site("Elm", "America/Chicago", week, clinicians=staff, offers=offers)
        >>> [site_on(site, day).offers[0].clinician for day in (away.start, away.end)]
        ['Birch', 'Ash']
    """
    days = changes_of(site)
    number = bisect_right(days, day)
    return _from_change(site, number) if number else site


@lru_cache(maxsize=256)
def changes_of(site: Site) -> tuple[date, ...]:
    """The days from which on something of a site is otherwise: hours, or who is there."""
    places: tuple[Room | Clinician, ...] = (*site.rooms, *site.clinicians)
    return tuple(
        sorted(
            {
                *(new.since for each in (site, *places) for new in each.later_hours),
                *(
                    day
                    for each in places
                    for away in each.absences
                    for day in (away.start, away.end)
                ),
            }
        )
    )


@lru_cache(maxsize=1024)
def _from_change(site: Site, number: int) -> Site:
    day = changes_of(site)[number - 1]
    hours = latest_hours(site.later_hours, day)
    return evolve(
        site,
        hours=site.hours if hours is None else hours,
        later_hours=(),
        rooms=tuple(_as_of(each, day) for each in site.rooms),
        clinicians=tuple(_as_of(each, day) for each in site.clinicians),
        offers=tuple(_offered(site, offer, day) for offer in site.offers),
    )


def _as_of(place: P, day: date) -> P:
    away = any(absence.is_on(day) for absence in place.absences)
    hours = WeeklyWindows() if away else hours_on(place, day)
    return evolve(place, hours=hours, absences=(), later_hours=())


def _offered(site: Site, offer: Offer, day: date) -> Offer:
    return evolve(
        offer,
        room=room_for(site, offer.room, day),
        clinician=clinician_for(site, offer.clinician, offer.service, day),
    )


def room_for(site: Site, room: str | None, day: date) -> str | None:
    """The room that is used in place of another on a day; the same where none stands in."""
    return _standing_in(room, {each.name: each for each in site.rooms}, day)


def clinician_for(site: Site, clinician: str | None, service: str, day: date) -> str | None:
    """Who gives a service in place of a clinician on a day; the same where nobody stands in."""
    able = {each.name: each for each in site.clinicians if each.may_lead(service) is not Truth.NO}
    return _standing_in(clinician, able, day)


def _standing_in(name: str | None, places: Mapping[str, P], day: date) -> str | None:
    # Each step leaves out one of them, so that it ends though substitutes name each other.
    asked, left = name, dict(places)
    while asked is not None and (place := left.pop(asked, None)) is not None:
        away = [absence for absence in place.absences if absence.is_on(day)]
        if not away:
            return asked
        asked = away[0].substitute
    return name


@lru_cache(maxsize=1024)
def service_hours(site: Site, service: str, modality: Modality) -> WeeklyWindows:
    """When a site can give a service: in the room and with the clinician of the day's offer.

    It is asked of a site as it is on some day, see ``site_on``.
    """
    if not (site.rooms or site.clinicians):
        return site.hours
    found = WeeklyWindows()
    for day in Weekday:
        offer = site.offer(service, day)
        room, clinician = (offer.room, offer.clinician) if offer else (None, None)
        staffed = staffed_hours(site, service, modality, room=room, clinician=clinician)
        found |= staffed & WeeklyWindows(((day * DAY, (day + 1) * DAY),))
    return found


def staffed_hours(
    site: Site, service: str, modality: Modality, *, room: str | None, clinician: str | None
) -> WeeklyWindows:
    """When a site is open, a room can be used and a clinician is there who may lead a service.

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
        if (each.name == clinician or (clinician is None and _may_give(each, modality)))
        and each.may_lead(service) is not Truth.NO
    ]
    if site.clinicians:
        staffed = (site.hours if each.hours is None else each.hours for each in able)
        hours &= WeeklyWindows(tuple(span for each in staffed for span in each.spans))
    return hours


def _may_give(clinician: Clinician, modality: Modality) -> bool:
    return clinician.gives is None or modality in clinician.gives


def open_windows(hours: WeeklyWindows, own: WeeklyWindows | None) -> WeeklyWindows:
    """Hours in which a patient is free, or a room usable; ``None``: not known, so all of them."""
    return hours if own is None else hours & own


def closed_days(
    site: Site, start: date, end: date, *, service: str | None = None
) -> Mapping[date, str]:
    """Days from ``start`` up to ``end`` on which the site is closed, and why.

    With a ``service``, those on which it is closed for that one. Days without opening hours are
    not among them.

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
            for day, name in holidays_of(site.holidays, year).items()
            if start <= day < end
        }
    for closure in site.closures:
        if closure.all_day and closure.closes(service):
            for day in _days(closure, start, end):
                closed.setdefault(day, closure.why)
    return MappingProxyType(closed)


def closed_spans(
    site: Site, start: date, end: date, *, service: str | None = None
) -> Mapping[date, tuple[ClosedSpan, ...]]:
    """Minutes of each day from ``start`` up to ``end`` in which the site is closed, and why.

    Hours outside the weekly opening hours are not among them. A day that is closed as a
    whole has one span of 1,440 minutes. Raises as ``closed_days``.
    """
    whole = closed_days(site, start, end, service=service)
    spans = {day: [(0, DAY, why)] for day, why in whole.items()}
    for closure in site.closures:
        if not closure.all_day and closure.closes(service):
            low = minute_of_day(closure.from_time or time(0))
            high = minute_of_day(closure.to_time or time(0)) or DAY
            for day in _days(closure, start, end):
                if day not in whole:
                    spans.setdefault(day, []).append((low, high, closure.why))
    return MappingProxyType({day: tuple(sorted(found)) for day, found in spans.items()})


def working_day(site: Site, day: date, count: int) -> date:
    """The day so many working days of a site after another, or before it if below 0.

    On a working day the site has opening hours and is not closed all day.

    Raises:
        InvalidError: the site has none in a year.
        MissingExtraError: the site has holidays, and the extra ``holidays`` is not installed.
    """
    step = ONE_DAY if count >= 0 else -ONE_DAY
    found, idle, left = day, 0, abs(count)
    while left:
        found += step
        open_then = _is_open(site, found)
        idle = 0 if open_then else idle + 1
        refuse("site", unless(idle < 366, "hours", "a working day in every year", "none"))
        left -= open_then
    return found


def _days(closure: Closure, start: date, end: date) -> Iterator[date]:
    """The days of a closure that are from ``start`` up to ``end``."""
    day = max(start, closure.start)
    while day < min(end, closure.end):
        yield day
        day += ONE_DAY


def _is_open(site: Site, day: date) -> bool:
    has_hours = site_on(site, day).hours.on(Weekday.of(day))
    return bool(has_hours) and day not in closed_days(site, day, day + ONE_DAY)
