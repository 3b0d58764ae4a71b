"""Drafting: fit a program to a patient and a site."""

from collections.abc import Iterable, Mapping
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
from iopkit.eligibility import FACTS, Decision
from iopkit.errors import refuse, unless
from iopkit.levels import AgeGroup
from iopkit.modalities import Modality
from iopkit.patients import Patient, refuse_before_birth
from iopkit.plans.plans import (
    JudgedBy,
    Matter,
    MatterKind,
    Milestone,
    MilestoneKind,
    Note,
    Plan,
    Provenance,
    start_faults,
)
from iopkit.plans.programs import Program, Service, fixed_times, overlaps
from iopkit.plans.requirements import RequirementSet, milestones
from iopkit.plans.sites import Site, open_windows
from iopkit.plans.tailoring import call_for, disclosures_of, family_of, need_notes, problems_of
from iopkit.plans.timings import (
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
    slots_of,
)
from iopkit.truth import Truth


def draft(  # noqa: PLR0913  # what a plan is made from, by name
    program: Program,
    patient: Patient,
    site: Site,
    *,
    start: date,
    seed: int,
    track: str | None = None,
    phase_weeks: Mapping[str, int] | None = None,
    requirements: Iterable[RequirementSet] = (),
    decisions: Iterable[Decision] = (),
) -> Plan:
    """A plan for a patient: the program with every time filled in that can be.

    Times that the program states are kept. Where it names only a day, the site's offer
    gives the time, or else the first open time of that day that suits site and patient.
    Doses are placed on days that are spread over the week. Of the program's tracks, the one
    that collides least with what site and patient have free is taken, the first of several.
    Family sessions need a support person who joins and a valid consent, medication and
    psychiatric services a diagnosis that calls for them; where that is not known, they are
    on hold, and so is all of a program of which nothing is for the patient. What was chosen
    and why, what is not known, what collides and what the patient needs elsewhere is in the
    plan's notes. Pure: the same arguments give the same plan.

    Args:
        start: first day of the program's first week; any weekday.
        seed: draws the plan's key and its random days; the only door for chance.
        track: the track to take, whatever collides.
        phase_weeks: how many weeks each named phase has. A phase whose program states no
            length needs it; one with a range has its least otherwise.
        requirements: whose reviews and certifications the plan has as milestones.
        decisions: what the plan rests on, to be told in its provenance.

    Raises:
        InvalidError: ``start`` is before the patient's birth or not in 1970 to 2199, or weeks
            are missing or outside a phase's range.
        UnknownNameError: the program has no such track.
        NotInForceError: ``start`` is before the first version of a requirement set.
    """
    refuse_before_birth(patient, start, what="plan", path="start")
    refuse("plan", start_faults(start))
    free = patient.free
    sets, chosen_by = tuple(requirements), tuple(decisions)
    track, chosen, said = _on_track(program, site, free, track)
    notes = [*_age_notes(program, patient, start), *said]
    chosen, said = _with_weeks(chosen, phase_weeks or {})
    notes += said
    chosen, on_hold, said = _tailored(chosen, patient, start)
    notes += said
    filled, collisions = _filled(chosen, site, free)
    if patient.obligations is None or any(o.windows is None for o in patient.obligations):
        notes.append(Note(Matter.OBLIGATIONS_UNKNOWN))
    if free is None:
        notes.append(Note(Matter.AVAILABILITY_UNKNOWN))
    notes += [*collisions, *need_notes(filled, patient, site, on=start)]
    order = [*MatterKind]
    review = filled.review_every_days
    own = (
        Milestone(MilestoneKind.REVIEW, start + timedelta(days=day), program.name)
        for day in (range(review, filled.weeks * 7, review) if review else ())
    )
    due = milestones(sets, start=start, end=start + timedelta(weeks=filled.weeks))
    return Plan(
        key=_key(patient.key, program, start, seed),
        patient=patient.key,
        site=site.name,
        program=filled,
        start=start,
        seed=seed,
        free=free,
        notes=tuple(sorted(dict.fromkeys(notes), key=lambda note: order.index(note.matter.kind))),
        track=track,
        age=FACTS["age"].read(patient, start),
        on_hold=on_hold,
        problems=problems_of(patient, on=start),
        milestones=tuple(sorted((*own, *due), key=lambda m: (m.by, m.kind, m.under))),
        supports=family_of(patient),
        disclosures=disclosures_of(patient, on=start),
        provenance=Provenance(
            program.name,
            program.version,
            tuple(JudgedBy(d.policy, d.on, d.verdict) for d in chosen_by),
            tuple(each.name for each in sets),
        ),
    )


def _on_track(
    program: Program, site: Site, free: WeeklyWindows | None, track: str | None
) -> tuple[str | None, Program, list[Note]]:
    """The track to take, the program on it, and why."""
    if track is not None or not program.tracks:
        return track, program.on_track(track), []
    windows = open_windows(site, free)
    best = min(
        program.tracks, key=lambda one: _minutes_outside(windows, program.on_track(one.name))
    )
    return best.name, program.on_track(best.name), [Note(Matter.TRACK_CHOSEN, part=best.name)]


def _minutes_outside(windows: WeeklyWindows, program: Program) -> int:
    """Minutes of fixed weekly times, in all phases, that lie outside some windows."""
    outside = ~windows
    spans = [
        WeeklyWindows(((low, high),) if high <= WEEK else ((low, WEEK), (0, high - WEEK)))
        for phase in program.phases
        for low, high, _ in fixed_times(program.services_in(phase))
    ]
    return sum(whole_minutes((span & outside).total) for span in spans)


def _with_weeks(program: Program, weeks: Mapping[str, int]) -> tuple[Program, list[Note]]:
    """The program with a length for every phase."""
    names = {phase.name for phase in program.phases}
    refuse(
        "plan",
        *(
            unless(name in names, "phase_weeks", f"phases of {program.name}", repr(name))
            for name in weeks
        ),
        *(
            unless(
                weeks[phase.name] in phase.allowed_weeks,
                "phase_weeks",
                f"from {phase.allowed_weeks[0]} to {phase.allowed_weeks[-1]} for {phase.name!r}",
                weeks[phase.name],
            )
            if phase.name in weeks
            else unless(
                phase.weeks is not None,
                "phase_weeks",
                f"weeks for {phase.name!r}, whose length the program does not state",
                "none",
            )
            for phase in program.phases
        ),
    )
    phases = tuple(evolve(p, weeks=weeks.get(p.name, p.weeks)) for p in program.phases)
    notes = [
        Note(Matter.WEEKS_CHOSEN, part=phase.name)
        for phase in program.phases
        if phase.name not in weeks and phase.weeks_max not in (None, phase.weeks)
    ]
    # What the source prints of the program is not about the plan.
    return evolve(program, phases=phases, stated=()), notes


def _tailored(
    program: Program, patient: Patient, on: date
) -> tuple[Program, tuple[str, ...], list[Note]]:
    """The program with the services that are for the patient, those on hold, and why."""
    on_hold: dict[str, None] = {}
    left_out: set[str] = set()
    notes: list[Note] = []
    for service in program.every_service:
        family = service.modality is Modality.FAMILY_SESSION
        match call_for(service, patient, on=on):
            case Truth.NO:
                left_out.add(service.name)
                matter = Matter.FAMILY_NOT_POSSIBLE if family else Matter.NOT_CALLED_FOR
            case Truth.UNKNOWN:
                on_hold[service.name] = None
                matter = Matter.FAMILY_UNKNOWN if family else Matter.CALL_UNKNOWN
            case Truth.YES:
                continue
        notes.append(Note(matter, service.name))
    if left_out.issuperset(service.name for service in program.every_service):
        on_hold |= dict.fromkeys(left_out)  # a program has services: it is all there, undated
    elif left_out:
        program = program.with_services(lambda s: None if s.name in left_out else s, tracks=())
    return program, tuple(on_hold), notes


def _age_notes(program: Program, patient: Patient, on: date) -> list[Note]:
    """Whether the program is for the patient's age group, as the assessment has it."""
    recorded: str | None = FACTS["age_group"].read(patient, on)
    group = recorded or _sure_age_group(FACTS["age"].read(patient, on))
    if program.age_group is None or group == program.age_group.value:
        return []
    return [Note(Matter.AGE_UNKNOWN if group is None else Matter.OTHER_AGE_GROUP)]


def _sure_age_group(age: int | None) -> str | None:
    """The group that every rule seen puts an age in: the lines lie between 18 and 21.

    Source: COMAR 10.63.03.03 (under 18) and 22-A DCMR 6329 (under 21) [T1].
    """
    if age is None or 18 <= age < 21:
        return None
    return (AgeGroup.ADULT if age >= 21 else AgeGroup.ADOLESCENT).value


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
        runs[number], said = _as_offered(number, runs, site)
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
    return evolve(program, services=shared, phases=filled), tuple(dict.fromkeys(notes))


@frozen
class _Run:
    """A service, and the phases, by number, that it runs in."""

    phases: frozenset[int]
    service: Service


def _as_offered(number: int, runs: list[_Run], site: Site) -> tuple[_Run, list[Note]]:
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
    notes: list[Note] = []
    if isinstance(service.timing, TimePerWeek):
        times, rest = divmod(service.timing.dose, offer.duration - service.breaks)
        if times + bool(rest) > MOST_A_WEEK:  # no length to divide it by
            return _Run(run.phases, service), []
        longer = evolve(longer, timing=PerWeek(times + bool(rest)))
        notes = [Note(Matter.DOSE_DIVIDED, service.name)] if rest else []
    beside = [o.service for n, o in enumerate(runs) if n != number and o.phases & run.phases]
    # One by one: services beside it may be of phases that do not meet.
    if overlaps([longer]) or any(overlaps([other, longer]) for other in beside):
        return _Run(run.phases, service), [Note(Matter.OFFER_OVERLAPS, service.name)]
    return _Run(run.phases, longer), notes


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
        case PerWeek() | TimePerWeek():
            return 3
        case InAll() | EveryWeeks() | Once():
            return 4
        case RandomDays():
            return 5


def _placed(service: Service, weeks: int, around: _Surroundings) -> tuple[Service, list[Note]]:
    """The service with the slots found for it, and what stands against them."""
    if service.longest is None:
        return service, [Note(Matter.DURATION_UNKNOWN, service.name)]
    length = whole_minutes(service.longest)
    slots = list(slots_of(service.timing))
    notes: list[Note] = []
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
            timing = evolve(service.timing, slots=_spread(wanted, slots, length, around))
            notes += _short(service, wanted, timing.slots)
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
