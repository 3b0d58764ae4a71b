"""Timetables: a program laid out by program week and day, with no date yet."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import time, timedelta
from fractions import Fraction
from functools import lru_cache
from math import inf

from attrs import frozen

from iopkit.errors import refuse, unless
from iopkit.modalities import Modality
from iopkit.programs.programs import Program, Service
from iopkit.programs.stated import Stated, StatedHours, StatedSessions
from iopkit.programs.timings import Slot, TimePerWeek, occurrences
from iopkit.windows import DAY, Weekday, clock_time, minute_of_day


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
    """Time of service: what is known, and how many sessions of unknown length come on top.

    ``extra`` is how much more it can be where sessions have a range of lengths.
    """

    known: timedelta = timedelta(0)
    unmeasured: int = 0
    extra: timedelta = timedelta(0)

    def __attrs_post_init__(self) -> None:
        refuse(
            "dose",
            unless(self.known >= timedelta(0), "known", "no negative time", self.known),
            unless(self.unmeasured >= 0, "unmeasured", "no negative number", self.unmeasured),
            unless(self.extra >= timedelta(0), "extra", "no negative time", self.extra),
        )

    @classmethod
    def of(cls, services: Iterable[Service]) -> "Dose":
        """The sum over one session of each service given, or its week if none are counted."""
        total = cls()
        for service in services:
            least = service.service_time
            if least is not None:
                total += cls(least, extra=(service.longest or least) - service.breaks - least)
            elif isinstance(service.timing, TimePerWeek):
                total += cls(service.timing.dose)
            else:
                total += cls(unmeasured=1)
        return total

    def __add__(self, other: "Dose") -> "Dose":
        return Dose(
            self.known + other.known, self.unmeasured + other.unmeasured, self.extra + other.extra
        )

    @property
    def most(self) -> timedelta | None:
        """The most that it can be; ``None`` where a length is not known."""
        return None if self.unmeasured else self.known + self.extra


@lru_cache(maxsize=512)
def timetable(program: Program, first: Weekday) -> tuple[Entry, ...]:
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
    entries: list[Entry] = []
    for service, week, day, minute in sorted(laid, key=_place):
        seen[service.name] += 1
        entries.append(Entry(service, phases[week], week + 1, seen[service.name], day, minute))
    return tuple(entries)


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
    program: Program,
    *,
    modalities: Collection[Modality] = tuple(Modality),
    services: Collection[str] = (),
) -> tuple[Dose, ...]:
    """Service time that a program prescribes in each week, as far as it says lengths.

    Args:
        modalities: only those count.
        services: only those of these names count; all, if none is named.

    Returns:
        One dose a week, ``program.weeks`` of them.

    Raises:
        InvalidError: the program has tracks: see ``Program.on_track``.
    """
    weeks: list[list[Service]] = [[] for _ in range(program.weeks)]
    for entry in timetable(program, Weekday.MONDAY):
        service = entry.service
        if service.modality in modalities and (not services or service.name in services):
            weeks[entry.week - 1].append(service)
    return tuple(map(Dose.of, weeks))


@frozen
class Discrepancy:
    """A figure that a program's source prints, and what its own items add up to.

    ``derived_low`` and ``derived_high`` are in the unit of the figure: minutes, in all or a
    week on average, or sessions; ``None`` as the high one: some lengths are not known.
    """

    stated: Stated
    derived_low: Fraction
    derived_high: Fraction | None

    @property
    def words(self) -> str:
        """The discrepancy in prose."""
        stated, low, high = self.stated, self.derived_low, self.derived_high
        where = ", ".join(filter(None, [stated.phase, stated.track, *stated.services]))
        match stated:
            case StatedSessions(count):
                unit, printed, scale = " sessions", f"{count:g}", 1
            case StatedHours(first, last, in_all):
                unit = " hours in all" if in_all else " hours a week"
                ends = dict.fromkeys((first, last or first))
                printed = " to ".join(f"{end / timedelta(hours=1):g}" for end in ends)
                scale = 60
        found = " to ".join(f"{float(end / scale):g}" for end in dict.fromkeys((low, high or low)))
        more = " or more" if high is None else ""
        lead = f"{where}: " if where else ""
        return f"{lead}the source states {printed}{unit}, its items give {found}{more}"


def discrepancies(program: Program) -> tuple[Discrepancy, ...]:
    """Where a program's source contradicts itself: figures that its items do not give.

    A figure agrees if what the items can add up to lies in it, or what is not known could
    bring it there.

    Example:
        >>> from iopkit.interchange.library import find_program
        >>> print(discrepancies(find_program("palmetto-arc"))[0].words)
        day, day-program: the source states 15 hours a week, its items give 13.5
    """
    found: dict[Discrepancy, None] = {}
    for stated in program.stated:
        for track, variant in program.variants:
            if stated.track is None or (track is not None and track.name == stated.track):
                low, high = _derived(variant, stated)
                least, most = _printed(stated)
                # Lengths that are not known can only add to what is.
                if low > most if high is None else (low, high) != (least, most):
                    found[Discrepancy(stated, low, high)] = None
    return tuple(found)


def _printed(stated: Stated) -> tuple[Fraction, Fraction]:
    match stated:
        case StatedSessions(count):
            return Fraction(count), Fraction(count)
        case StatedHours(low, high):
            return _in_minutes(low), _in_minutes(high or low)


def _in_minutes(time: timedelta) -> Fraction:
    return Fraction(time // timedelta(minutes=1))


def _derived(program: Program, stated: Stated) -> tuple[Fraction, Fraction | None]:
    """What the items of one track give for a figure; the high end is ``None`` if not known."""
    entries = [
        entry.service
        for entry in timetable(program, Weekday.MONDAY)
        if stated.phase in (None, entry.phase)
        and (not stated.services or entry.service.name in stated.services)
    ]
    if isinstance(stated, StatedSessions):
        return Fraction(len(entries)), Fraction(len(entries))
    dose = Dose.of(entries)
    weeks = sum(p.laid_weeks for p in program.phases if stated.phase in (None, p.name))
    shares = 1 if stated.in_all else weeks
    high = None if dose.most is None else _in_minutes(dose.most) / shares
    return _in_minutes(dose.known) / shares, high
