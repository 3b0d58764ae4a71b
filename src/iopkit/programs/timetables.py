"""Timetables: what a program prescribes, week by week."""

from collections import Counter
from datetime import time
from math import inf

from iopkit.confidential import hidden, while_kept
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.programs.programs import Program, Service
from iopkit.programs.timings import Slot, occurrences
from iopkit.windows import DAY, Weekday, clock_time, minute_of_day


@frozen(repr=False)
class PrescribedSession:
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

    __repr__ = hidden


@while_kept
def timetable(program: Program, first: Weekday) -> tuple[PrescribedSession, ...]:
    """Every session that a program prescribes, if its first day is that weekday.

    Each week of the program is seven days from ``first``, so every weekday occurs once
    in it. Sorted by week, day and start; sessions without a day come last in their week.
    A phase of no stated length has one week.

    Raises:
        InvalidError: the program has tracks: see ``Program.on_track``.
    """
    one = "one track of the program: use on_track"
    refuse("timetable", unless(not program.tracks, "tracks", one, "several"))
    phases = [phase.name for phase in program.phases for _ in range(phase.laid_weeks)]
    runs = [(service, 0, program.weeks) for service in program.services]
    before = 0
    for phase in program.phases:
        runs += [(service, before, phase.laid_weeks) for service in phase.services]
        before += phase.laid_weeks
    laid = [
        (service, offset + week, *_offsets(slot, offset + week, first))
        for service, offset, weeks in runs
        for week, slot in occurrences(service.timing, weeks)
    ]
    seen: Counter[str] = Counter()
    prescribed: list[PrescribedSession] = []
    for service, week, day, minute in sorted(laid, key=_place):
        seen[service.name] += 1
        prescribed.append(
            PrescribedSession(service, phases[week], week + 1, seen[service.name], day, minute)
        )
    return tuple(prescribed)


def _offsets(slot: Slot | None, week: int, first: Weekday) -> tuple[int | None, int | None]:
    """Day and minute of the program for a slot in a week, from 0."""
    if slot is None:
        return None, None
    day = week * 7 + (slot.day - first) % 7
    return day, None if slot.start is None else day * DAY + minute_of_day(slot.start)


def _place(laid: tuple[Service, int, int | None, int | None]) -> tuple[int, float, float]:
    _, week, day, minute = laid
    return week, inf if day is None else day, inf if minute is None else minute
