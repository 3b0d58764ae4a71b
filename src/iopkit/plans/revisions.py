"""Revisions: single changes to a plan, as values, and the plan with one of them made.

A revision does one thing to one service, through all phases that have it or some of them.
``phases`` names those; empty: all.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial

from attrs import evolve

from iopkit.confidential import hidden
from iopkit.fields import frozen
from iopkit.plans.plans import Plan
from iopkit.programs.programs import Program, Service
from iopkit.programs.timings import (
    EveryWeeks,
    PerWeek,
    RandomDays,
    Slot,
    TimePerWeek,
    Timing,
    Weekly,
    slots_of,
)
from iopkit.prose import counted
from iopkit.requirements.milestones import Milestone
from iopkit.windows import whole_minutes


@frozen(repr=False)
class LengthenSessions:
    """Each session is longer; ``starts`` are weekly slots that begin at another time then."""

    service: str
    phases: tuple[str, ...]
    by: timedelta
    starts: tuple[tuple[Slot, Slot], ...] = ()

    @property
    def words(self) -> str:
        """The revision in prose."""
        moved = "".join(f"; {old} begins at {new.start:%H:%M}" for old, new in self.starts)
        return _said(self, f"each session {_minutes(self.by)} longer{moved}")

    __repr__ = hidden


@frozen(repr=False)
class ShortenSessions:
    """Each session ends earlier."""

    service: str
    phases: tuple[str, ...]
    by: timedelta

    @property
    def words(self) -> str:
        """The revision in prose."""
        return _said(self, f"each session {_minutes(self.by)} shorter")

    __repr__ = hidden


@frozen(repr=False)
class AddSessions:
    """More sessions in every week."""

    service: str
    phases: tuple[str, ...]
    slots: tuple[Slot, ...]

    @property
    def words(self) -> str:
        """The revision in prose."""
        return _said(self, f"also on {_listed(self.slots)}")

    __repr__ = hidden


@frozen(repr=False)
class DropSessions:
    """Fewer sessions in every week."""

    service: str
    phases: tuple[str, ...]
    slots: tuple[Slot, ...]

    @property
    def words(self) -> str:
        """The revision in prose."""
        return _said(self, f"no longer on {_listed(self.slots)}")

    __repr__ = hidden


@frozen(repr=False)
class MoveSession:
    """One session of every week is at another time."""

    service: str
    phases: tuple[str, ...]
    slot: Slot
    to: Slot

    @property
    def words(self) -> str:
        """The revision in prose."""
        return _said(self, f"on {self.to} in place of {self.slot}")

    __repr__ = hidden


@frozen(repr=False)
class HoldOftener:
    """A service that is rarer is held in every week, or every so many, from the first on."""

    service: str
    phases: tuple[str, ...]
    every_weeks: int
    slot: Slot

    @property
    def words(self) -> str:
        """The revision in prose."""
        every = "every week" if self.every_weeks == 1 else f"every {self.every_weeks} weeks"
        return _said(self, f"{every}, on {self.slot}")

    __repr__ = hidden


@frozen(repr=False)
class AddMilestones:
    """The plan has more days by which it is reviewed or certified."""

    milestones: tuple[Milestone, ...]

    @property
    def words(self) -> str:
        """The revision in prose."""
        return ", ".join(f"{each.kind.label} by {each.by}" for each in self.milestones)

    __repr__ = hidden


@frozen(repr=False)
class CapGroups:
    """Groups of a service have no more patients than ``most``."""

    service: str
    most: int

    @property
    def words(self) -> str:
        """The revision in prose."""
        return f"{self.service}: at most {self.most} patients"

    __repr__ = hidden


SessionRevision = (
    LengthenSessions | ShortenSessions | AddSessions | DropSessions | MoveSession | HoldOftener
)
Revision = SessionRevision | AddMilestones | CapGroups


def _said(revision: SessionRevision, what: str) -> str:
    where = f" in {', '.join(revision.phases)}" if revision.phases else ""
    return f"{revision.service}{where}: {what}"


def _minutes(by: timedelta) -> str:
    return counted(whole_minutes(by), "minute")


def _listed(slots: Iterable[Slot]) -> str:
    return ", ".join(map(str, slots))


def revise(plan: Plan, revision: Revision) -> Plan:
    """The plan with a revision made, under the same key, and all else as it was.

    Nobody has signed the new plan, so it bears no signatures of the old one. Whether the times
    suit site and patient is not looked at.

    Raises:
        InvalidError: sessions would overlap, or be too short or too long.
    """
    notes, milestones, program = plan.notes, plan.milestones, plan.program
    match revision:
        case AddMilestones(more):
            milestones = tuple(sorted((*milestones, *more), key=lambda m: (m.by, m.kind)))
        case CapGroups():
            cap = partial(_capped, revision)
            program = program.with_services(cap, tracks=(), stated=program.stated)
        case _:
            program = _in_phases(program, revision, partial(_revised, revision))
    if isinstance(revision, MoveSession):
        # What stood against the old time does not stand against the new one.
        old = revision.service, revision.slot.day
        notes = tuple(note for note in notes if (note.service, note.day) != old)
    return unsigned(evolve(plan, program=program, notes=notes, milestones=milestones))


def unsigned(plan: Plan) -> Plan:
    """The plan without signatures; where none are known, that stays so."""
    return evolve(plan, signatures=None if plan.signatures is None else ())


def _capped(cap: CapGroups, service: Service) -> Service:
    if service.name != cap.service:
        return service
    least = None if service.group_min is None else min(service.group_min, cap.most)
    return evolve(service, group_min=least, group_max=cap.most)


def _in_phases(
    program: Program, revision: SessionRevision, change: Callable[[Service], Service]
) -> Program:
    """The program with a service changed in some phases, or in all that have it.

    A service of the whole program becomes one of each phase if only some are changed.
    """

    def changed(services: Iterable[Service]) -> tuple[Service, ...]:
        return tuple(change(s) if s.name == revision.service else s for s in services)

    shared = tuple(s for s in program.services if s.name == revision.service)
    if not revision.phases:
        phases = tuple(evolve(p, services=changed(p.services)) for p in program.phases)
        return evolve(program, services=changed(program.services), phases=phases)
    own = tuple(service for service in program.services if service not in shared)
    phases = tuple(
        evolve(
            phase,
            services=changed((*shared, *phase.services))
            if phase.name in revision.phases
            else (*shared, *phase.services),
        )
        for phase in program.phases
    )
    return evolve(program, services=own, phases=phases)


def _revised(revision: SessionRevision, service: Service) -> Service:
    slots = slots_of(service.timing)
    match revision:
        case LengthenSessions(by=by, starts=starts):
            new = dict(starts)
            kept = _at(service.timing, tuple(new.get(slot, slot) for slot in slots))
            return _longer(evolve(service, timing=kept), by)
        case ShortenSessions(by=by):
            return _longer(service, -by)
        case MoveSession(slot=old, to=to):
            slots = tuple(to if slot == old else slot for slot in slots)
        case AddSessions(slots=more):
            slots = (*slots, *more)
        case DropSessions(slots=fewer):
            slots = tuple(slot for slot in slots if slot not in fewer)
        case HoldOftener(every_weeks=weeks, slot=slot):
            timing = Weekly((slot,)) if weeks == 1 else EveryWeeks(weeks, slots=(slot,))
            return evolve(service, timing=timing)
    return evolve(service, timing=_at(service.timing, slots))


def _longer(service: Service, by: timedelta) -> Service:
    """A service with other lengths of its sessions; breaks stay as they are."""
    longer = {
        name: length + by
        for name in ("duration", "duration_max")
        if (length := getattr(service, name)) is not None
    }
    return evolve(service, **longer)


def _at(timing: Timing, slots: tuple[Slot, ...]) -> Timing:
    match timing:
        case RandomDays() | TimePerWeek():
            return timing
        case PerWeek(times, before) if times.least and len(before) < times.least:
            return PerWeek(times.least + len(slots) - len(before), slots)
        case PerWeek():
            return Weekly(slots)  # says the same, and of as many as one likes
        case _:
            return evolve(timing, slots=slots)
