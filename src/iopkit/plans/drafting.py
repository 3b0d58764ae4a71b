"""Drafting: fit a program to a patient and a site."""

from collections.abc import Iterable
from datetime import date, time, timedelta
from hashlib import blake2b
from itertools import combinations
from uuid import UUID

from attrs import evolve, frozen

from iopkit.availability import (
    DAY,
    WEEK,
    Span,
    Weekday,
    WeeklyWindows,
    clock_time,
    first_opening,
    minute_of_day,
    whole_minutes,
)
from iopkit.confidential import hidden
from iopkit.patients import Patient, refuse_before_birth
from iopkit.plans.plans import Matter, Note, Plan
from iopkit.plans.programs import (
    InAll,
    PerWeek,
    Program,
    RandomDays,
    Service,
    Slot,
    Timing,
    Weekly,
    fixed_times,
    overlaps,
    slots_of,
)
from iopkit.plans.sites import Site, open_windows


def draft(program: Program, patient: Patient, site: Site, *, start: date, seed: int) -> Plan:
    """A plan for a patient: the program with every time filled in that can be.

    Times that the program states are kept. Where it names only a day, the site's offer
    gives the time, or else the first open time of that day that suits site and patient.
    Doses are placed on days that are spread over the week. What cannot be filled in, or
    collides, is in the plan's notes. Pure: the same arguments give the same plan.

    Args:
        start: first day of the program's first week; any weekday.
        seed: draws the plan's key and its random days; the only door for chance.

    Raises:
        InvalidError: ``start`` is before the patient's birth or not in 1970 to 2199.
    """
    refuse_before_birth(patient, start, what="plan", path="start")
    free = patient.free
    filled, notes = _filled(program, site, free)
    if patient.obligations is None or any(o.windows is None for o in patient.obligations):
        notes = (Note(Matter.OBLIGATIONS_UNKNOWN), *notes)
    if free is None:
        notes = (Note(Matter.AVAILABILITY_UNKNOWN), *notes)
    key = _key(patient.key, program, start, seed)
    return Plan(key, patient.key, site.name, filled, start, seed, free, notes)


def _key(patient: UUID, program: Program, start: date, seed: int) -> UUID:
    """A key that differs between a patient's plans and tells nothing about the patient.

    The patient's key is random and secret, so the digest cannot be searched backwards.
    """
    named = f"{program.name}/{start.isoformat()}/{seed}".encode()
    return UUID(bytes=blake2b(named, key=patient.bytes, digest_size=16).digest(), version=4)


def _filled(
    program: Program, site: Site, free: WeeklyWindows | None
) -> tuple[Program, tuple[Note, ...]]:
    """The program with its open lengths and times filled in, and what stands against it.

    The most fixed services are placed first: stated times, then the site's, then days
    without a time, then doses.
    """
    everywhere = frozenset(range(len(program.phases)))
    runs = [_Run(everywhere, service) for service in program.services]
    runs += [_Run(frozenset({n}), s) for n, p in enumerate(program.phases) for s in p.services]
    notes: list[Note] = []
    for number in range(len(runs)):
        runs[number], said = _with_length(number, runs, site)
        notes += said
    for number in sorted(range(len(runs)), key=lambda n: (_freedom(runs[n].service, site), n)):
        run = runs[number]
        others = [other for n, other in enumerate(runs) if n != number]
        around = _Surroundings(
            site,
            free,
            tuple(other.service for other in others if other.phases & run.phases),
            tuple(other.service for other in others if other.service.name == run.service.name),
        )
        weeks = sum(program.phases[n].weeks for n in run.phases)
        service, said = _placed(run.service, weeks, around)
        runs[number] = _Run(run.phases, service)
        notes += said
    services = iter([run.service for run in runs])
    shared = tuple(next(services) for _ in program.services)
    filled = tuple(
        evolve(phase, services=tuple(next(services) for _ in phase.services))
        for phase in program.phases
    )
    return evolve(program, services=shared, phases=filled), tuple(dict.fromkeys(notes))


@frozen
class _Run:
    """A service, and the phases, by number, that it runs in."""

    phases: frozenset[int]
    service: Service


def _with_length(number: int, runs: list[_Run], site: Site) -> tuple[_Run, list[Note]]:
    """A run with the site's length where the program says none, unless sessions then overlap."""
    run = runs[number]
    offer = site.offer(run.service.name)
    if run.service.duration is not None or offer is None or offer.duration is None:
        return run, []
    longer = evolve(run.service, duration=offer.duration)
    beside = [o.service for n, o in enumerate(runs) if n != number and o.phases & run.phases]
    # One by one: services beside it may be of phases that do not meet.
    if overlaps([longer]) or any(overlaps([other, longer]) for other in beside):
        return run, [Note(Matter.OFFER_OVERLAPS, run.service.name)]
    return _Run(run.phases, longer), []


@frozen(repr=False)
class _Surroundings:
    """What a service has to fit: the site, the patient, and the other services so far."""

    site: Site
    free: WeeklyWindows | None
    beside: tuple[Service, ...]
    """Those of the same phases."""
    elsewhere: tuple[Service, ...]
    """The same service in other phases."""

    @property
    def windows(self) -> WeeklyWindows:
        """When the site is open and the patient is free."""
        return open_windows(self.site, self.free)

    def busy(self, also: Iterable[Slot], length: int) -> list[Span]:
        """Minutes of the week that are taken, in the weeks before and after it, too."""
        spans = [(start, end) for start, end, _ in fixed_times(self.beside)]
        for slot in also:
            if slot.start is not None:
                first = slot.day * DAY + minute_of_day(slot.start)
                spans.append((first, first + length))
        return [(start + w, end + w) for w in (-WEEK, 0, WEEK) for start, end in spans]

    def usual_start(self, day: Weekday, length: int, busy: Iterable[Span]) -> time | None:
        """The service's start on that day in another phase, if it fits here too."""
        known = (slot for service in self.elsewhere for slot in slots_of(service.timing))
        for slot in known:
            if (
                slot.day is day
                and slot.start is not None
                and self.windows.covers(day, slot.start, timedelta(minutes=length))
                and not _clashes(day, slot.start, length, busy)
            ):
                return slot.start
        return None

    def first_start(self, day: Weekday, length: int, busy: Iterable[Span]) -> time | None:
        """The first open time of a day that suits site and patient."""
        found = first_opening(
            self.windows.on(day),
            [(start - day * DAY, end - day * DAY) for start, end in busy],
            length,
            whole_minutes(self.site.break_between),
        )
        return None if found is None else clock_time(found)

    __repr__ = hidden


def _freedom(service: Service, site: Site) -> int:
    """How much choice there is in placing a service; the least is placed first."""
    match service.timing:
        case Weekly(slots):
            if all(slot.start for slot in slots):
                return 0
            offers = (site.offer(service.name, slot.day) for slot in slots)
            return 1 if all(offer and offer.start for offer in offers) else 2
        case PerWeek():
            return 3
        case InAll():
            return 4
        case RandomDays():
            return 5


def _placed(service: Service, weeks: int, around: _Surroundings) -> tuple[Service, list[Note]]:
    """The service with the slots found for it, and what stands against them."""
    if service.duration is None:
        return service, [Note(Matter.DURATION_UNKNOWN, service.name)]
    length = whole_minutes(service.duration)
    slots = list(slots_of(service.timing))
    notes: list[Note] = []
    for place, slot in enumerate(slots):
        own = [*slots[:place], *slots[place + 1 :]]
        slots[place], said = _settled(service, slot, own, length, around)
        notes += said
    match service.timing:
        case Weekly():
            timing: Timing = Weekly(tuple(slots))
        case PerWeek(times):
            timing = PerWeek(times, _spread(times, slots, length, around))
            notes += _short(service, times, timing.slots)
        case InAll(count):
            most = -(-count // weeks)
            timing = InAll(count, _spread(most, slots, length, around))
            notes += _short(service, most, timing.slots)
        case RandomDays():
            timing = service.timing
    return evolve(service, timing=timing), notes


def _short(service: Service, wanted: int, slots: tuple[Slot, ...]) -> list[Note]:
    return [Note(Matter.NO_OPEN_TIME, service.name)] if len(slots) < wanted else []


def _settled(
    service: Service, slot: Slot, own: Iterable[Slot], length: int, around: _Surroundings
) -> tuple[Slot, list[Note]]:
    """A weekly slot with its start, and what stands against it; ``own``: the other slots."""
    busy = around.busy(own, length)
    offer = around.site.offer(service.name, slot.day)
    offered = offer.start if offer else None
    notes: list[Matter] = []
    start = slot.start or offered
    if slot.start is None and start is not None and _clashes(slot.day, start, length, busy):
        notes.append(Matter.OFFER_OVERLAPS)
        start = None
    if start is not None:
        duration = timedelta(minutes=length)
        if not around.site.hours.covers(slot.day, start, duration):
            notes.append(Matter.OUTSIDE_HOURS)
        if around.free is not None and not around.free.covers(slot.day, start, duration):
            notes.append(Matter.OUTSIDE_AVAILABILITY)
    else:
        start = around.usual_start(slot.day, length, busy)
        start = start or around.first_start(slot.day, length, busy)
        if start is None:
            notes.append(Matter.NO_OPEN_TIME)
    return Slot(slot.day, start), [Note(matter, service.name, slot.day) for matter in notes]


def _clashes(day: Weekday, start: time, length: int, busy: Iterable[Span]) -> bool:
    first = day * DAY + minute_of_day(start)
    return any(low < first + length and first < high for low, high in busy)


def _spread(wanted: int, given: list[Slot], length: int, around: _Surroundings) -> tuple[Slot, ...]:
    """The slots given and as many more as wanted: far apart, then on days attended anyway.

    A day is used twice only if there are too few; shorter than ``wanted`` if nothing fits.
    """
    slots = list(given)
    attended = {Weekday(start // DAY % 7) for start, _ in around.busy((), length)}
    while len(slots) < wanted:
        busy = around.busy(slots, length)
        starts = {day: around.first_start(day, length, busy) for day in Weekday}
        open_days = [day for day, start in starts.items() if start is not None]
        if not open_days:
            break
        used = {slot.day for slot in slots}
        days = [day for day in open_days if day not in used] or open_days
        chosen = max(
            combinations(days, min(wanted - len(slots), len(days))),
            key=lambda days: (
                _smallest_gap(sorted({*used, *days})),
                len(attended.intersection(days)),
            ),
        )
        # One at a time: a session late in one day wants its pause early in the next.
        slots.append(Slot(chosen[0], starts[chosen[0]]))
    return tuple(slots)


def _smallest_gap(days: list[Weekday]) -> int:
    """Days between the two of ``days`` that are closest in a repeating week."""
    following = [*days[1:], days[0] + 7]
    return min(after - day for day, after in zip(days, following, strict=True))
