"""Filling in: the open lengths and weekly times of a program, for a site and a patient."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from itertools import combinations

from attrs import evolve

from iopkit.confidential import hidden
from iopkit.fields import frozen
from iopkit.patients.patients import Patient
from iopkit.plans.commitments import bookable, commitment_notes
from iopkit.plans.notes import NoteSubject, PlanNote
from iopkit.plans.preferences import Preferences, weekly_gaps
from iopkit.plans.taken import TakenTime
from iopkit.programs.programs import (
    Program,
    Service,
    clashing_services,
    fixed_times,
    services_by_place,
)
from iopkit.programs.timings import (
    MOST_A_WEEK,
    EveryWeeks,
    InAll,
    Once,
    PerWeek,
    RandomDays,
    Slot,
    TimePerWeek,
    Timing,
    Weekly,
    most_in_a_week,
    slot_spans,
    slots_of,
)
from iopkit.sites.hours import service_hours
from iopkit.sites.sites import Site
from iopkit.windows import (
    DAY,
    WEEK,
    DayPart,
    Span,
    Weekday,
    WeeklyWindows,
    clock_time,
    first_opening,
    minute_of_day,
    whole_minutes,
)

Parts = tuple[DayPart, ...]
"""The parts of the day in which a session is to begin; any, if there are none."""


def fill_in(  # noqa: PLR0913  # what times are found by, by name
    program: Program,
    site: Site,
    patient: Patient,
    preferences: Preferences,
    *,
    start: date,
    soon: bool = False,
    taken: Collection[TakenTime] = (),
    former: Program | None = None,
) -> tuple[Program, tuple[PlanNote, ...]]:
    """The program with its open lengths and times filled in, and what stands against it.

    The most fixed services are placed first: stated times, then the site's, then days
    without a time, then doses. ``soon``: what there is a choice for is to begin soon after the
    first day. Of a choice, the times that ``former`` has are kept, then those that are ``taken``
    are avoided.
    """
    was: Mapping[tuple[str, str], Service] = services_by_place(former) if former else {}
    everywhere = frozenset(range(len(program.phases)))
    runs = [_Run(everywhere, service) for service in program.services]
    runs += [_Run(frozenset({n}), s) for n, p in enumerate(program.phases) for s in p.services]
    notes: list[PlanNote] = []
    for number in range(len(runs)):
        runs[number], said = _as_offered(number, runs, site)
        notes += said
    for number in sorted(range(len(runs)), key=lambda n: (_freedom(runs[n].service, site), n)):
        run = runs[number]
        staffed = service_hours(site, run.service.name, run.service.modality)
        kept = was.get((program.phases[min(run.phases)].name, run.service.name))
        others = [other for n, other in enumerate(runs) if n != number]
        around = _Constraints(
            site,
            patient,
            preferences,
            staffed,
            bookable(staffed, patient, run.service.delivery),
            tuple(other.service for other in others if other.phases & run.phases),
            tuple(other.service for other in others if other.service.name == run.service.name),
            Weekday.of(start) if soon and 0 in run.phases else None,
            () if kept is None else tuple(slots_of(kept.timing)),
            _taken_by_others(run, program, site, start, taken),
        )
        weeks = sum(program.phases[n].laid_weeks for n in run.phases)
        service, said = _placed(run.service, weeks, around)
        runs[number] = _Run(run.phases, service)
        notes += said
    services = iter([run.service for run in runs])
    shared = tuple(next(services) for _ in program.services)
    filled = tuple(
        evolve(phase, services=tuple(next(services) for _ in phase.services))
        for phase in program.phases
    )
    done = evolve(program, services=shared, phases=filled)
    notes += [
        PlanNote(NoteSubject.PREFERENCE_NOT_KEPT, part=phase.name)
        for phase in done.phases
        if preferences.missed(_days_of(fixed_times(done.services_in(phase))))
    ]
    notes += [note for service in done.every_service for note in commitment_notes(service, patient)]
    return done, tuple(dict.fromkeys(notes))


def _days_of(times: Iterable[tuple[int, int, str]]) -> set[Weekday]:
    return {Weekday(start // DAY % 7) for start, _, _ in times}


@frozen
class _Run:
    """A service, and the phases, by number, that it runs in."""

    phases: frozenset[int]
    service: Service


def _taken_by_others(
    run: _Run, program: Program, site: Site, start: date, taken: Iterable[TakenTime]
) -> Mapping[Weekday, list[Span]]:
    """When others have the room or clinician that a run has on each weekday, in its weeks.

    Whoever comes to a group meets others there, so that it avoids nobody.
    """
    if run.service.modality.is_group:
        return {}
    first, last = (
        start + timedelta(weeks=sum(phase.laid_weeks for phase in program.phases[:number]))
        for number in (min(run.phases), max(run.phases) + 1)
    )
    now = [each for each in taken if each.start < last and first < each.end]
    offers = ((day, site.offer(run.service.name, day)) for day in Weekday)
    return {
        day: [*_repeated({each.span for each in now if each.is_for(offer.room, offer.clinician)})]
        for day, offer in offers
        if offer is not None
    }


def _repeated(spans: Iterable[Span]) -> Iterator[Span]:
    """Minutes of the week, and the same in the weeks before and after it."""
    return ((start + w, end + w) for start, end in spans for w in (-WEEK, 0, WEEK))


def _as_offered(number: int, runs: list[_Run], site: Site) -> tuple[_Run, list[PlanNote]]:
    """A run as the site gives it where the program leaves that open.

    The site's length is not taken where sessions then would overlap.
    """
    run = runs[number]
    service = run.service
    offer = site.offer(service.name)
    if offer is None:
        return run, []
    service = evolve(service, delivery=service.delivery or offer.delivery)
    if service.duration is not None or offer.duration is None:
        return _Run(run.phases, service), []
    longer = evolve(service, duration=offer.duration)
    notes: list[PlanNote] = []
    if isinstance(service.timing, TimePerWeek):
        dose = service.timing.dose.least
        times, rest = divmod(dose or timedelta(0), offer.duration - service.breaks)
        if dose is None or times + bool(rest) > MOST_A_WEEK:  # nothing to divide, or by nothing
            return _Run(run.phases, service), []
        longer = evolve(longer, timing=PerWeek(times + bool(rest)))
        notes = [PlanNote(NoteSubject.DOSE_DIVIDED, service.name)] if rest else []
    beside = [o for n, o in enumerate(runs) if n != number and o.phases & run.phases]
    # One by one: services beside it may be of phases that do not meet.
    if clashing_services([longer]) or any(
        clashing_services(
            [other.service, longer], throughout=[] if other.phases == run.phases else [longer]
        )
        for other in beside
    ):
        return _Run(run.phases, service), [PlanNote(NoteSubject.OFFER_OVERLAPS, service.name)]
    return _Run(run.phases, longer), notes


@frozen(repr=False)
class _Constraints:
    """What a service has to fit: the site, the patient, and the other services so far."""

    site: Site
    patient: Patient
    preferences: Preferences
    staffed: WeeklyWindows
    """When the site can give the service."""
    windows: WeeklyWindows
    """When the patient is free then, too."""
    beside: tuple[Service, ...]
    """Those of the same phases."""
    elsewhere: tuple[Service, ...]
    """The same service in other phases."""
    soon: Weekday | None
    """The weekday that the plan begins on, if the service is to begin soon after it."""
    kept: tuple[Slot, ...]
    """The service's slots in the plan that there was."""
    others: Mapping[Weekday, Sequence[Span]]
    """When its room or clinician is with others on each weekday."""

    @property
    def alone(self) -> "_Constraints":
        """The same, whoever else has room and clinician."""
        return evolve(self, others={})

    def wait(self, days: Collection[Weekday]) -> int:
        """Days from the plan's first to the first of some weekdays; 0 if there is no hurry."""
        return 0 if self.soon is None else min((day - self.soon) % 7 for day in days)

    def busy(self, also: Iterable[Slot], length: int) -> list[Span]:
        """Minutes of the week that are taken, in the weeks before and after it, too."""
        fixed = ((low, high) for low, high, _ in fixed_times(self.beside))
        return [*_repeated((*slot_spans(also, length), *fixed))]

    def fits(self, slot: Slot, length: int, busy: Iterable[Span], parts: Parts) -> bool:
        """Whether a session can begin then; not, if it is no time of day."""
        return (
            slot.start is not None
            and _is_in(slot.start, parts)
            and self.windows.covers(slot.day, slot.start, timedelta(minutes=length))
            and not _clashes(slot.day, slot.start, length, busy)
        )

    def usual_start(
        self, day: Weekday, length: int, busy: Sequence[Span], parts: Parts
    ) -> time | None:
        """The service's start on that day before, or in another phase, if it fits here too."""
        elsewhere = (slot for service in self.elsewhere for slot in slots_of(service.timing))
        apart = (*busy, *self.others.get(day, ()))
        known = (*((slot, busy) for slot in self.kept), *((slot, apart) for slot in elsewhere))
        for slot, taken in known:
            if slot.day is day and self.fits(slot, length, taken, parts):
                return slot.start
        return None

    def first_start(
        self, day: Weekday, length: int, busy: Iterable[Span], parts: Parts
    ) -> time | None:
        """The first open time of a day, in the part of it that is wanted most."""
        windows = self.windows.on(day)
        apart = (*busy, *self.others.get(day, ()))
        taken = [(start - day * DAY, end - day * DAY) for start, end in apart]
        pause = whole_minutes(self.site.break_between)
        for part in self.preferences.parts:
            if parts and part not in parts:
                continue
            low, high = (60 * hour for hour in (part.hours.start, part.hours.stop))
            later = [(max(start, low), end) for start, end in windows]
            found = first_opening(later, taken, length, pause)
            if found is not None and found < high:
                return clock_time(found)
        return None

    __repr__ = hidden


def _freedom(service: Service, site: Site) -> int:
    """How much choice there is in placing a service; the least is placed first."""
    match service.timing:
        case Weekly(slots):
            if all(slot.start for slot in slots):
                return 0
            offers = (site.offer(service.name, slot.day) for slot in slots)
            return 1 if all(offer and offer.start for offer in offers) else 2
        case PerWeek() | TimePerWeek():
            return 3
        case InAll() | EveryWeeks() | Once():
            return 4
        case RandomDays():
            return 5


def _placed(service: Service, weeks: int, around: _Constraints) -> tuple[Service, list[PlanNote]]:
    """The service with the slots found for it, and what stands against them."""
    if service.longest is None:
        return service, [PlanNote(NoteSubject.DURATION_UNKNOWN, service.name)]
    length = whole_minutes(service.longest)
    slots = list(slots_of(service.timing))
    notes: list[PlanNote] = []
    for place, slot in enumerate(slots):
        own = [*slots[:place], *slots[place + 1 :]]
        slots[place], said = _settled(service, slot, own, length, around)
        notes += said
    match service.timing:
        case Weekly():
            timing: Timing = Weekly(tuple(slots))
        case RandomDays() | TimePerWeek():
            timing = service.timing
        case PerWeek() | InAll() | EveryWeeks() | Once():
            wanted = most_in_a_week(service.timing, weeks)
            spread = _spread(wanted, slots, length, around, service.day_parts)
            timing = evolve(service.timing, slots=spread)
            notes += _short(service, wanted, timing.slots)
    return evolve(service, timing=timing), notes


def _short(service: Service, wanted: int, slots: tuple[Slot, ...]) -> list[PlanNote]:
    return [PlanNote(_no_time(service.day_parts), service.name)] if len(slots) < wanted else []


def _no_time(parts: Parts) -> NoteSubject:
    return NoteSubject.PART_FULL if parts else NoteSubject.NO_OPEN_TIME


def _is_in(start: time, parts: Parts) -> bool:
    return not parts or DayPart.of(minute_of_day(start)) in parts


def _settled(
    service: Service, slot: Slot, own: Iterable[Slot], length: int, around: _Constraints
) -> tuple[Slot, list[PlanNote]]:
    """A weekly slot with its start, and what stands against it; ``own``: the other slots."""
    busy = around.busy(own, length)
    offer = around.site.offer(service.name, slot.day)
    offered = offer.start if offer else None
    parts = (slot.part,) if slot.part else service.day_parts
    notes: list[NoteSubject] = []
    start = slot.start or offered
    if start is not None and not _is_in(start, parts):
        notes.append(NoteSubject.OUTSIDE_PART if slot.start else NoteSubject.OFFER_OUTSIDE_PART)
        start = slot.start
    if slot.start is None and start is not None and _clashes(slot.day, start, length, busy):
        notes.append(NoteSubject.OFFER_OVERLAPS)
        start = None
    if start is not None:
        duration = timedelta(minutes=length)
        if not around.site.hours.covers(slot.day, start, duration):
            notes.append(NoteSubject.OUTSIDE_HOURS)
        elif not around.staffed.covers(slot.day, start, duration):
            notes.append(NoteSubject.UNSTAFFED)
    else:
        found = (
            start_on(slot.day, length, busy, parts)
            for each in (around, around.alone)
            for start_on in (each.usual_start, each.first_start)
        )
        start = next((start for start in found if start is not None), None)
        if start is None:
            notes.append(_no_time(parts))
    settled = slot if start is None else Slot(slot.day, start)
    return settled, [PlanNote(matter, service.name, slot.day) for matter in notes]


def _clashes(day: Weekday, start: time, length: int, busy: Iterable[Span]) -> bool:
    first = day * DAY + minute_of_day(start)
    return any(low < first + length and first < high for low, high in busy)


def _spread(
    wanted: int, given: list[Slot], length: int, around: _Constraints, parts: Parts
) -> tuple[Slot, ...]:
    """The slots given and as many more as wanted: as preferred, far apart, on days attended.

    Those that there were come first. A day is used twice only if there are too few; shorter than
    ``wanted`` if nothing fits. Others are met only if all that is free is theirs.
    """
    prefer = around.preferences
    slots = list(given)
    for slot in around.kept:
        if len(slots) < wanted and around.fits(slot, length, around.busy(slots, length), parts):
            slots.append(slot)
    attended = _days_of(fixed_times(around.beside))
    while len(slots) < wanted:
        busy = around.busy(slots, length)
        for each in (around, around.alone):
            starts = {day: each.first_start(day, length, busy, parts) for day in Weekday}
            open_days = [day for day, start in starts.items() if start is not None]
            if open_days:
                break
        else:
            break
        used = {slot.day for slot in slots}
        days = [day for day in open_days if day not in used] or open_days
        ranks = {day: prefer.rank(start) for day, start in starts.items() if start is not None}
        merits = {
            some: (
                -prefer.missed({*attended, *used, *some}),
                -around.wait({*attended, *used, *some}),
                -sum(ranks[day] for day in some),
                min(weekly_gaps({*used, *some})),
                len(attended.intersection(some)),
            )
            for some in combinations(days, min(wanted - len(slots), len(days)))
        }
        chosen = max(merits, key=lambda some: merits[some])
        # One at a time: a session late in one day wants its pause early in the next.
        slots.append(Slot(chosen[0], starts[chosen[0]]))
    return tuple(slots)
