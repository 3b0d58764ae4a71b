"""Weeks: what a stay holds that begins on some day, as the plan of a patient has it.

A plan is drafted and dated as it is for a real patient, once for each first day, and stands for all
who begin then: with the program's phases, the site's hours, holidays and closures, and the groups'
own times.
"""

from bisect import bisect_right
from collections.abc import Hashable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.groups.groups import Group, join
from iopkit.patients.patients import Patient
from iopkit.plans.drafting import draft, plan_key
from iopkit.plans.plans import MOST_EXTRA_WEEKS, Plan
from iopkit.programs.plan_days import LONGEST_PROGRAM
from iopkit.programs.programs import Program, Service, unrated
from iopkit.schedules.meeting_dates import meetings_of
from iopkit.schedules.meetings import MeetingsByGroup, by_group
from iopkit.schedules.scheduling import scheduled
from iopkit.schedules.sessions import Schedule
from iopkit.sites.hours import changes_of
from iopkit.sites.sites import Site
from iopkit.windows import Weekday, whole_minutes

_ANYBODY = Patient(key=UUID("3e7d6a52-8c1b-4f0e-9d43-5b2a7c9e1f60"))
"""A patient of whom nothing is known: none of the program's services is left out."""
_SEED = 0
_LATEST = date(2199, 1, 1)


@frozen(eq=False, repr=False)
class PlannedStay:
    """The sessions of a stay that begins on a day, in the order of their starts.

    Arrays have one figure a session: ``service`` is a place in ``services``, ``number`` counts the
    sessions of one name from 1, ``day`` counts the days of the stay from 0, and ``minutes`` are
    those of service, without breaks. ``undated`` counts prescribed sessions that have no date.
    ``pattern`` is the same for stays of as many weeks with the same sessions on the same days.
    """

    trusts_types = True  # arrays have no type that could be held against the annotation

    schedule: Schedule
    services: tuple[Service, ...]
    service: NDArray[np.int32]
    number: NDArray[np.int32]
    day: NDArray[np.int32]
    minutes: NDArray[np.int32]
    pattern: Hashable

    @property
    def undated(self) -> int:
        """How many prescribed sessions have no date."""
        return len(self.schedule.unplaced)

    @property
    def service_of_each(self) -> list[Service]:
        """The service of each session."""
        places: list[int] = self.service.tolist()
        return [self.services[place] for place in places]

    def up_to(self, day: int) -> list[tuple[str, int, int]]:
        """The sessions before a day of the stay: the name, number and day of each."""
        numbers: list[int] = self.number.tolist()
        days: list[int] = self.day.tolist()
        names = [each.name for each in self.service_of_each]
        return [each for each in zip(names, numbers, days, strict=True) if each[2] < day]

    def __repr__(self) -> str:
        return f"PlannedStay({len(self.day)} sessions, {self.undated} without a date)"


@frozen(cache_hash=True)
class ProgramWeeks:
    """A program as it is given at a site: on one track, and with what it leaves open.

    ``phase_weeks`` and ``times`` are as ``draft`` takes them, in pairs; the least where none is
    given. ``groups`` are those of its services that patients can be in.

    Raises:
        InvalidError: the program has tracks and none is named, a phase or service is named twice,
            or a group is of none of its services.
    """

    program: Program
    site: Site
    track: str | None = None
    phase_weeks: tuple[tuple[str, int], ...] = ()
    times: tuple[tuple[str, int | timedelta], ...] = ()
    groups: tuple[Group, ...] = ()

    def __attrs_post_init__(self) -> None:
        tracks = ", ".join(each.name for each in self.program.tracks)
        given = {service.name for service in self.program.every_service}
        refuse(
            "weeks of a program",
            unless(
                not tracks or self.track is not None,
                "track",
                f"one of the program's: {tracks}",
                "none",
            ),
            *(
                unless(len(dict(pairs)) == len(pairs), name, "each name once", "one twice")
                for name, pairs in (("phase_weeks", self.phase_weeks), ("times", self.times))
            ),
            *(
                unless(each.service in given, "groups", "of services of the program", each.service)
                for each in self.groups
            ),
        )

    def days(self, start: date) -> int:
        """How many days a stay has that is not ended early; the same whenever it begins."""
        return self.plan(start, ()).weeks * 7

    def starting(self, day: date, groups: tuple[str, ...] = ()) -> PlannedStay:
        """A stay that begins on a day, in the groups of some names.

        Raises:
            InvalidError: as for ``draft`` and ``schedule``.

        Example:
            >>> from iopkit.library import find_program
            >>> from iopkit.windows import WeeklyWindows
            >>> site = Site("Elm", "America/Chicago", WeeklyWindows.always())
            >>> weeks = ProgramWeeks(find_program("deaconess-cross-pointe"), site)
            >>> weeks.starting(date(2026, 1, 5)).minutes[:3].tolist()
            [210, 210, 210]
        """
        return _planned(self, day, groups)

    def of_lengths(self, phase_weeks: Sequence[int]) -> "ProgramWeeks":
        """The same with another length of each of its phases, in their order."""
        return _of_lengths(self, tuple(phase_weeks))

    def plan(self, day: date, groups: tuple[str, ...]) -> Plan:
        """The plan that begins on a day: drafted once for all days that it can be the same on."""
        era = bisect_right(changes_of(self.site), day)
        plan = _drafted(self, Weekday(day.weekday()), era, groups)
        return evolve(plan, start=day, key=plan_key(_ANYBODY.key, plan.program, day, _SEED))


class KnownStays(NamedTuple):
    """What was found for a day, pools and lengths of phases, and the first of each kind."""

    found: dict[tuple[int, tuple[int, ...], tuple[int, ...]], PlannedStay]
    alike: dict[Hashable, PlannedStay]


@lru_cache(maxsize=16)
def known_stays(
    weeks: ProgramWeeks, start: date, pools: tuple[str, ...], terms: Hashable
) -> KnownStays:
    """Those of all scenarios that are alike in this, to which each of their jobs adds.

    ``terms`` are what sessions are charged and judged by, if they are.
    """
    del weeks, start, pools, terms
    return KnownStays({}, {})


@lru_cache(maxsize=4096)
def _of_lengths(weeks: ProgramWeeks, phase_weeks: tuple[int, ...]) -> ProgramWeeks:
    names = (phase.name for phase in weeks.program.phases)
    return evolve(weeks, phase_weeks=tuple(zip(names, phase_weeks, strict=True)))


@lru_cache(maxsize=4096)
def _planned(weeks: ProgramWeeks, day: date, groups: tuple[str, ...]) -> PlannedStay:
    plan = weeks.plan(day, groups)
    booked = scheduled(plan, weeks.site, _meetings(weeks, day.year) if groups else {}, None)
    kinds = {place: at for at, place in enumerate(booked.services)}
    sessions = booked.sessions
    services = tuple(booked.services.values())
    figures = (
        [kinds[each.phase, each.service] for each in sessions],
        [each.number for each in sessions],
        [(each.start.date() - day).days for each in sessions],
        [whole_minutes(each.service_time) for each in sessions],
    )
    # All of it and not its hash: two stays that differ may share one.
    pattern = (services, plan.weeks, *map(tuple, figures))
    service, number, on_day, minutes = map(_kept, figures)
    return PlannedStay(booked, services, service, number, on_day, minutes, pattern)


@lru_cache(maxsize=256)
def _drafted(weeks: ProgramWeeks, weekday: Weekday, era: int, groups: tuple[str, ...]) -> Plan:
    """The plan of whoever begins on a weekday, while the site is as it is in one of its eras.

    Nothing is on hold for what is not known of a patient, as there is none.
    """
    changes = changes_of(weeks.site)
    first = changes[era - 1] if era else min((*changes, _LATEST)) - timedelta(weeks=1)
    start = first + timedelta(days=(weekday - first.weekday()) % 7)
    chosen = [each for each in weeks.groups if each.name in groups]
    on_track = weeks.program.on_track(weeks.track)
    program, site = join(on_track, weeks.site, chosen) if chosen else (on_track, weeks.site)
    plan = draft(
        program,
        _ANYBODY,
        site,
        start=start,
        seed=_SEED,
        phase_weeks=dict(weeks.phase_weeks),
        times=dict(weeks.times),
        groups=chosen,
    )
    held = unrated(plan.program)
    return evolve(plan, on_hold=held, upcoming=(), milestones=(), notes=())


@lru_cache(maxsize=64)
def _meetings(weeks: ProgramWeeks, year: int) -> MeetingsByGroup:
    """When the groups meet, in a year and as long after it as a stay that begins in it can last."""
    modalities = {each.name: each.modality for each in weeks.program.every_service}
    longest = timedelta(weeks=weeks.days(date(year, 1, 1)) // 7 + MOST_EXTRA_WEEKS + 1)
    return by_group(
        meeting
        for group in weeks.groups
        for meeting in meetings_of(
            group,
            weeks.site,
            start=date(year, 1, 1),
            end=date(year + 1, 1, 1) + longest,
            modality=modalities[group.service],
        )
    )


def _kept(figures: list[int]) -> NDArray[np.int32]:
    """An array that nobody changes."""
    array = np.array(figures, dtype=np.int32)
    array.flags.writeable = False
    return array


@frozen(eq=False)
class StayTimetable:
    """Stays whose phases are as long as turns out: by one timetable, whenever they begin.

    ``weeks`` is the program at the site as if it had no closures, for patients in no group, and
    ``first`` the day on which they begin. ``asked`` names the phases that end by their condition.
    """

    weeks: ProgramWeeks
    first: date
    asked: tuple[str, ...]

    @property
    def program(self) -> Program:
        """The program as it is laid with the least weeks of each phase that is asked."""
        return self.weeks.starting(self.first).schedule.plan.program

    @property
    def most_weeks(self) -> list[int]:
        """The most weeks of each phase."""
        given = {phase.name: phase for phase in self.weeks.program.phases}
        return [
            given[phase.name].allowed_weeks[-1] if phase.name in self.asked else phase.laid_weeks
            for phase in self.program.phases
        ]

    @property
    def shifting(self) -> tuple[str, ...]:
        """The phases, of those that are asked, whose sessions depend on how long the phase is."""
        least, most = [phase.laid_weeks for phase in self.program.phases], self.most_weeks
        found: list[str] = []
        for place, name in enumerate(phase.name for phase in self.program.phases):
            lengths = range(least[place], most[place] + 1)
            begun = sum(least[:place])
            laid = [[*least[:place], weeks, *least[place + 1 :]] for weeks in lengths]
            *_, whole = kept = [
                self.lasting(each).up_to((begun + each[place]) * 7) for each in laid
            ]
            if any(whole[: len(some)] != some for some in kept):
                found.append(name)
        return tuple(found)

    def lasting(self, lengths: Sequence[int]) -> PlannedStay:
        """The stay whose phases have so many weeks, in their order."""
        return self.weeks.of_lengths(lengths).starting(self.first)


def timetable_of(weeks: ProgramWeeks, first: date) -> StayTimetable | None:
    """The timetable of a program that has conditions or limits on absences; ``None``: it has none.

    Phases with a condition end by it, but for those whose length is chosen.

    Raises:
        InvalidError: such a phase has no most weeks.
    """
    program, chosen = weeks.program, dict(weeks.phase_weeks)
    asked = [p for p in program.phases if p.advance is not None and p.name not in chosen]
    if not asked and not program.absence_limits and program.discharge is None:
        return None
    form = "its most weeks, or phase_weeks for it, as its condition may never hold"
    refuse(
        f"phases of {program.name!r}",
        *(
            unless(phase.allowed_weeks[-1] < LONGEST_PROGRAM, phase.name, form, phase.words)
            for phase in asked
        ),
    )
    site = evolve(weeks.site, holidays=None, closures=())
    least = tuple((phase.name, phase.laid_weeks) for phase in asked)
    alone = evolve(weeks, site=site, groups=(), phase_weeks=(*weeks.phase_weeks, *least))
    return StayTimetable(alone, first, tuple(phase.name for phase in asked))
