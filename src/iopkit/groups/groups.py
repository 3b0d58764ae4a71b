"""Groups: what meets every week at the same times, with so many seats."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise

from attrs import evolve

from iopkit.errors import Fault, refuse, unless
from iopkit.fields import frozen
from iopkit.languages import is_language, speaks
from iopkit.modalities import Modality
from iopkit.programs.programs import Program, Service
from iopkit.programs.ranges import Times, as_count
from iopkit.programs.timings import PerWeek, Slot, Timing, Weekly, slot_spans, slots_of
from iopkit.sites.sites import Offer, Site
from iopkit.windows import (
    DayPart,
    WeeklyWindows,
    is_session_length,
    minute_of_day,
    whole_minutes,
    within_week,
)

_MOVE = re.compile(r"(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d))? to (\d{4}-\d\d-\d\d) (\d\d:\d\d)")
MOVE_FORM = "a move such as '2026-01-19 to 2026-01-23 17:30'"
"""How a meeting is moved by hand, in words."""


@frozen
class Group:
    """A group of a service: its weekly times, its seats, and for whom it is.

    Whoever is in it comes to all of its ``slots``. ``room`` and ``clinician`` are names of
    the site's. A ``closed`` group takes nobody after the day on which it ``begins``; an open
    one takes patients at any time. ``language`` is what it is held in, as in BCP 47;
    ``genders`` and ``stages`` are for whom it is, in the words that candidates have.
    ``None``: for all. ``moves`` are meetings that were moved by hand, each as
    "2026-01-19 to 2026-01-23 17:30".

    Raises:
        InvalidError: there is no slot, one has no start or overlaps another, the duration is
            not in whole minutes up to a day, there is no seat, nobody is meant, a closed
            group has no first day, or a move is another text or of a day without a meeting.

    Example:
        >>> from datetime import timedelta
        >>> from iopkit.programs import Slot
        >>> slots = (Slot.parse("monday 18:00"),)
        >>> Group("evening-a", "group", slots, timedelta(hours=3), 12).words
        'evening-a: monday 18:00-21:00, 12 seats'
    """

    name: str
    service: str
    slots: tuple[Slot, ...]
    duration: timedelta
    capacity: int
    room: str | None = None
    clinician: str | None = None
    closed: bool = False
    begins: date | None = None
    language: str | None = None
    genders: frozenset[str] | None = None
    stages: frozenset[str] | None = None
    moves: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        timed = bool(self.slots) and all(slot.start is not None for slot in self.slots)
        long = is_session_length(self.duration)
        refuse(
            f"group {self.name!r}",
            unless(bool(self.name), "name", "a name", "none"),
            unless(timed, "slots", "slots with a start, at least one", "others"),
            unless(long, "duration", "whole minutes, from 1 to 1440", self.duration),
            unless(
                not (timed and long) or self.times.total == len(self.slots) * self.duration,
                "slots",
                "slots that do not overlap",
                "an overlap",
            ),
            unless(self.capacity >= 1, "capacity", "at least 1 seat", self.capacity),
            unless(
                not self.closed or self.begins is not None,
                "begins",
                "the first day of a closed group",
                "none",
            ),
            unless(
                self.language is None or is_language(self.language),
                "language",
                "a language tag such as 'en' or 'es-US'",
                repr(self.language),
            ),
            *(
                unless(meant is None or bool(meant), where, "at least one, or none for all", "none")
                for where, meant in (("genders", self.genders), ("stages", self.stages))
            ),
            tuple(
                Fault(("moves", number), MOVE_FORM, "another text")
                for number, text in enumerate(self.moves)
                if not _is_move(text)
            ),
            tuple(
                Fault(("moves", number), "a day on which the group meets", "another")
                for number, text in enumerate(self.moves)
                if _is_move(text) and not self.due_on(*read_move(text)[:2])
            ),
        )

    @cached_property
    def times(self) -> WeeklyWindows:
        """The minutes of the week in which it meets."""
        spans = slot_spans(self.slots, whole_minutes(self.duration))
        return WeeklyWindows(tuple(part for span in spans for part in within_week(*span)))

    @property
    def words(self) -> str:
        """The group in prose."""
        return f"{self.name}: {self.times}, {self.capacity} seat{'s' * (self.capacity != 1)}"

    def due_on(self, day: date, clock: time | None = None) -> tuple[time, ...]:
        """When it meets on a day, closures aside: at one time of it, if that is given."""
        begun = self.begins is None or self.begins <= day
        return tuple(
            slot.start
            for slot in self.slots
            if begun and slot.start and slot.day == day.weekday() and clock in (None, slot.start)
        )

    def takes(self, on: date) -> bool:
        """Whether somebody new can join on a day: a closed group takes nobody once it began."""
        return not self.closed or self.begins is None or on <= self.begins


def read_move(text: str) -> tuple[date, time | None, datetime]:
    """The day on which a meeting was due, the time if that is told, and when it is, by the clock.

    Raises:
        ValueError: it is not of the form of a move, or has a day or time that there is not.
    """
    if (match := _MOVE.fullmatch(text.strip())) is None:
        raise ValueError(text)
    day, clock, *to = match.groups()
    asked = time.fromisoformat(clock) if clock else None
    return date.fromisoformat(day), asked, datetime.fromisoformat(" ".join(to))


def _is_move(text: str) -> bool:
    try:
        read_move(text)
    except ValueError:
        return False
    return True


def group_faults(
    groups: Sequence[Group], services: Iterable[Service]
) -> Iterator[tuple[Fault, ...]]:
    """What is wrong with groups beside each other, and as groups of some services.

    Args:
        services: those that groups can be of; any are fine if none is given.
    """
    known: dict[str, list[Service]] = defaultdict(list)
    for service in services:
        known[service.name].append(service)
    seen: set[str] = set()
    for number, group in enumerate(groups):
        yield _at(number, unless(group.name not in seen, "name", "each name once", "one twice"))
        seen.add(group.name)
        if known:
            yield _at(number, _service_faults(group, known))
    for what in ("room", "clinician"):
        booked: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        for number, group in enumerate(groups):
            if (held := getattr(group, what)) is not None:
                booked[held] += [(*span, number) for span in group.times.spans]
        for held, spans in booked.items():
            for (_, end, first), (start, _, second) in pairwise(sorted(spans)):
                found = f"{groups[first].name} and {groups[second].name} with {held!r}"
                yield _at(second, unless(end <= start, what, "one group at a time", found))


def refuse_groups(groups: Sequence[Group], site: Site, services: Iterable[Service]) -> None:
    """Raise ``InvalidError`` with all that a site does not allow of groups of some services."""
    modalities = {service.name: service.modality for service in services}
    refuse(
        "groups",
        *(
            _at(number, faults)
            for number, group in enumerate(groups)
            for faults in _site_faults(group, site, modalities.get(group.service))
        ),
    )


def spare_seats(
    groups: Iterable[Group], site: Site, services: Iterable[Service]
) -> Mapping[str, int]:
    """How many seats more each group could have in its room and by its services, by its name.

    Where neither says it, as many as the group has.
    """
    seats = {room.name: room.seats for room in site.rooms}
    sizes = [(service.name, service.group_max) for service in services]
    return {
        group.name: min(
            2 * group.capacity,
            seats.get(group.room or "", 2 * group.capacity),
            *(most for name, most in sizes if name == group.service and most is not None),
        )
        - group.capacity
        for group in groups
    }


def join(program: Program, site: Site, groups: Iterable[Group]) -> tuple[Program, Site]:
    """A program as a patient has it who is in some groups, and the site for it.

    Draft the patient's plan from both: what has a choice of times is then placed around the
    groups.

    Args:
        program: one track of it, if it has tracks.
        groups: those that the patient is in.

    Returns:
        The program with the groups' slots and lengths, but for phases that have a service
        another number of times a week; and the site with their rooms and clinicians as
        offers: for all days what a service's groups share, so that sessions
        that are moved keep it, and for a day what its groups share.

    Raises:
        InvalidError: the program has tracks; a group is of a service that is not weekly or
            not in the program; or groups of one service are not as long as each other, or do
            not meet as often as a phase has the service.
    """
    joined: dict[str, list[Group]] = defaultdict(list)
    for group in groups:
        joined[group.service].append(group)
    slots = {n: tuple(sorted(slot for g in own for slot in g.slots)) for n, own in joined.items()}
    services = program.every_service
    weekly = {s.name for s in services if isinstance(s.timing, Weekly | PerWeek)} - {
        s.name for s in services if not isinstance(s.timing, Weekly | PerWeek)
    }
    rates = {name: {_weekly_rate(s.timing) for s in services if s.name == name} for name in weekly}
    refuse(
        "groups",
        unless(not program.tracks, "program", "one track of it: use on_track", "several"),
        *(
            fault
            for name, own in joined.items()
            for fault in (
                unless(name in weekly, name, "a weekly service of the program", "another"),
                unless(
                    len({g.duration for g in own}) == 1, name, "groups of one length", "several"
                ),
                unless(
                    name not in rates or any(rate.allows(len(slots[name])) for rate in rates[name]),
                    name,
                    f"{_either(rates.get(name, ()))} times a week",
                    len(slots[name]),
                ),
            )
        ),
    )

    def changed(service: Service) -> Service:
        own = joined.get(service.name)
        if not own or not _weekly_rate(service.timing).allows(len(slots[service.name])):
            return service
        timing = Weekly(slots[service.name])
        return evolve(service, timing=timing, duration=own[0].duration, duration_max=None)

    told = [offer for name, own in joined.items() for offer in _offers(site, name, own)]
    kept = [offer for offer in site.offers if offer.service not in joined]
    # What the source prints of the program is not about its groups.
    return program.with_services(changed, tracks=()), evolve(site, offers=(*kept, *told))


def _weekly_rate(timing: Timing) -> Times[int]:
    """How often a week a service of weekly groups is."""
    return timing.times if isinstance(timing, PerWeek) else as_count(len(slots_of(timing)))


def _either(rates: Iterable[Times[int]]) -> str:
    return " or ".join(rate.words for rate in sorted(rates, key=lambda rate: rate.least or 0))


def _offers(site: Site, service: str, groups: Sequence[Group]) -> Iterator[Offer]:
    """What the groups of a service agree on, in all and on each day that differs."""
    before = site.offer(service) or Offer(service)
    every_day = _agreed(before, groups)
    if every_day != Offer(service):
        yield every_day
    for day in sorted({slot.day for group in groups for slot in group.slots}):
        there = [group for group in groups if any(slot.day is day for slot in group.slots)]
        on_day = _agreed(Offer(service, day, delivery=before.delivery), there)
        if (on_day.room, on_day.clinician) != (every_day.room, every_day.clinician):
            yield on_day


def _agreed(offer: Offer, groups: Sequence[Group]) -> Offer:
    rooms, clinicians = {g.room for g in groups}, {g.clinician for g in groups}
    return evolve(offer, room=_only(rooms), clinician=_only(clinicians))


def _only(names: set[str | None]) -> str | None:
    return next(iter(names)) if len(names) == 1 else None


def _at(number: int, faults: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(fault.under("groups", number) for fault in faults)


def _site_faults(
    group: Group, site: Site, modality: Modality | None
) -> Iterator[tuple[Fault, ...]]:
    room = next((room for room in site.rooms if room.name == group.room), None)
    clinician = next((one for one in site.clinicians if one.name == group.clinician), None)
    hours = {"the site's": site.hours}
    yield unless(group.room is None or bool(room), "room", "a room of the site", repr(group.room))
    if room:
        most = room.seats
        ok = group.capacity <= most
        yield unless(ok, "capacity", f"up to {most}, as its room seats", group.capacity)
        hours["its room's"] = room.hours or site.hours
    yield unless(
        group.clinician is None or bool(clinician),
        "clinician",
        "a clinician of the site",
        repr(group.clinician),
    )
    if clinician:
        hours["its clinician's"] = clinician.hours or site.hours
        gives, spoken = clinician.gives, clinician.languages
        ok = gives is None or modality is None or modality in gives
        yield unless(ok, "clinician", f"one who gives {modality}", repr(group.clinician))
        ok = group.language is None or spoken is None or speaks(spoken, group.language)
        yield unless(ok, "language", "a language of its clinician", repr(group.language))
    for whose, windows in hours.items():
        outside = group.times - windows
        yield unless(not outside.spans, "slots", f"times within {whose} hours", outside)


def _service_faults(group: Group, known: Mapping[str, Sequence[Service]]) -> Iterator[Fault]:
    expected = f"one of {', '.join(sorted(known))}"
    yield from unless(group.service in known, "service", expected, repr(group.service))
    for service in known.get(group.service, ()):
        most = service.group_max or group.capacity
        ok = group.capacity <= most
        yield from unless(ok, "capacity", f"up to {most}, as its service has", group.capacity)
        low, high = service.duration or group.duration, service.longest or group.duration
        ok = low <= group.duration <= high
        yield from unless(ok, "duration", "a length that its service has", group.duration)
        parts = {slot: DayPart.of(minute_of_day(slot.start)) for slot in group.slots if slot.start}
        for slot, part in parts.items():
            expected = f"the {' or '.join(service.day_parts)}, as its service has"
            ok = not service.day_parts or part in service.day_parts
            yield from unless(ok, "slots", expected, str(slot))
