"""Timetables: a program laid out by program week and day, with no date yet."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import time, timedelta
from functools import lru_cache
from math import inf

from attrs import frozen

from iopkit.availability import DAY, Weekday, clock_time, minute_of_day
from iopkit.errors import refuse, unless
from iopkit.modalities import Modality
from iopkit.plans.programs import (
    InAll,
    PerWeek,
    Program,
    RandomDays,
    Service,
    Slot,
    Timing,
    Weekly,
)


@frozen
class Entry:
    """One prescribed session.

    ``week`` counts from 1, ``number`` counts the service's sessions from 1. ``day``
    counts days of the program, and ``minute`` minutes from the midnight that begins it,
    both from 0; ``None`` where the session has no day or no start yet.
    """

    service: Service
    phase: str
    week: int
    number: int
    day: int | None = None
    minute: int | None = None

    @property
    def start(self) -> time | None:
        """The wall-clock start, if there is one."""
        return None if self.minute is None else clock_time(self.minute % DAY)


@frozen
class Dose:
    """Time of service: what is known, and how many sessions of unknown length come on top."""

    known: timedelta = timedelta(0)
    unmeasured: int = 0

    def __attrs_post_init__(self) -> None:
        refuse(
            "dose",
            unless(self.known >= timedelta(0), "known", "no negative time", self.known),
            unless(self.unmeasured >= 0, "unmeasured", "no negative number", self.unmeasured),
        )

    @classmethod
    def of(cls, durations: Iterable[timedelta | None]) -> "Dose":
        """The sum of durations, ``None`` being one of unknown length."""
        listed = list(durations)
        return cls(sum((d for d in listed if d is not None), timedelta(0)), listed.count(None))


@lru_cache(maxsize=512)
def timetable(program: Program, first: Weekday) -> tuple[Entry, ...]:
    """Every session that a program prescribes, if its first day is that weekday.

    Each week of the program is seven days from ``first``, so every weekday occurs once
    in it. Sorted by week, day and start; sessions without a day come last in their week.
    """
    phases = [phase.name for phase in program.phases for _ in range(phase.weeks)]
    runs = [(service, 0, program.weeks) for service in program.services]
    before = 0
    for phase in program.phases:
        runs += [(service, before, phase.weeks) for service in phase.services]
        before += phase.weeks
    laid = [
        (service, offset + week, *_offsets(slot, offset + week, first))
        for service, offset, weeks in runs
        for week, slot in _occurrences(service.timing, weeks)
    ]
    seen: Counter[str] = Counter()
    entries: list[Entry] = []
    for service, week, day, minute in sorted(laid, key=_place):
        seen[service.name] += 1
        entries.append(Entry(service, phases[week], week + 1, seen[service.name], day, minute))
    return tuple(entries)


def _occurrences(timing: Timing, weeks: int) -> Iterator[tuple[int, Slot | None]]:
    """Week, from 0, and slot of each occurrence within a run of weeks."""
    match timing:
        case Weekly(slots):
            yield from ((week, slot) for week in range(weeks) for slot in slots)
        case PerWeek(times, slots):
            placed = (*slots, *[None] * (times - len(slots)))
            yield from ((week, slot) for week in range(weeks) for slot in placed)
        case RandomDays(per_week):
            yield from ((week, None) for week in range(weeks) for _ in range(per_week))
        case InAll(count, slots):
            # The middles of ``count`` equal stretches.
            middles = [(2 * i + 1) * weeks // (2 * count) for i in range(count)]
            for i, week in enumerate(middles):
                nth = i - middles.index(week)
                yield week, slots[nth] if nth < len(slots) else None


def _offsets(slot: Slot | None, week: int, first: Weekday) -> tuple[int | None, int | None]:
    """Day and minute of the program for a slot in a week, from 0."""
    if slot is None:
        return None, None
    day = week * 7 + (slot.day - first) % 7
    return day, None if slot.start is None else day * DAY + minute_of_day(slot.start)


def _place(laid: tuple[Service, int, int | None, int | None]) -> tuple[int, float, float]:
    _, week, day, minute = laid
    return week, inf if day is None else day, inf if minute is None else minute


def weekly_doses(
    program: Program, *, modalities: Collection[Modality] = tuple(Modality)
) -> tuple[Dose, ...]:
    """Service time that a program prescribes in each week, as far as it says lengths.

    Returns:
        One dose a week, ``program.weeks`` of them.
    """
    durations: list[list[timedelta | None]] = [[] for _ in range(program.weeks)]
    for entry in timetable(program, Weekday.MONDAY):
        if entry.service.modality in modalities:
            durations[entry.week - 1].append(entry.service.duration)
    return tuple(map(Dose.of, durations))
