"""Programs: undated templates of what a clinic gives, week by week."""

import re
from collections.abc import Iterable, Iterator
from datetime import time, timedelta
from itertools import pairwise

from attrs import field, frozen

from iopkit.availability import (
    DAY,
    WEEK,
    Weekday,
    is_session_length,
    minute_of_day,
    plain,
    whole_minutes,
)
from iopkit.errors import Fault, InvalidError, refuse, unless
from iopkit.levels import LevelOfCare
from iopkit.modalities import Modality
from iopkit.sources import Source

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NAME_FORM = "lower-case words joined by '-', such as 'relapse-prevention'"


@frozen(order=True)
class Slot:
    """A weekday, and the wall-clock start if it is known; the site says it otherwise.

    Example:
        >>> str(Slot.parse("monday 18:00")), str(Slot.parse("friday"))
        ('monday 18:00', 'friday')
    """

    day: Weekday
    start: time | None = field(default=None, order=lambda start: start or time.max)

    def __attrs_post_init__(self) -> None:
        ok = self.start is None or plain(self.start)
        refuse("slot", unless(ok, "start", "a time in whole minutes, without a zone", self.start))

    @classmethod
    def parse(cls, text: str) -> "Slot":
        """Read ``monday`` or ``monday 18:00``; raises ``InvalidError``."""
        day, _, clock = text.strip().partition(" ")
        if not clock:
            return cls(Weekday.parse(day))
        try:
            start = time.fromisoformat(clock) if re.fullmatch(r"\d\d:\d\d", clock) else None
        except ValueError:
            start = None
        if start is None:
            raise InvalidError("slot", [Fault((), "a slot such as 'monday 18:00'", repr(text))])
        return cls(Weekday.parse(day), start)

    def __str__(self) -> str:
        clock = f" {self.start:%H:%M}" if self.start else ""
        return f"{self.day.name.lower()}{clock}"


@frozen
class Weekly:
    """In every week on the same days."""

    slots: tuple[Slot, ...]

    def __attrs_post_init__(self) -> None:
        refuse(
            "weekly timing",
            unless(bool(self.slots), "slots", "at least one day", "none"),
            *_distinct(self.slots),
        )

    @property
    def words(self) -> str:
        """The timing in prose."""
        return "weekly" if len(self.slots) == 1 else f"{len(self.slots)} times a week"


@frozen
class PerWeek:
    """So many times a week; drafting finds the slots."""

    times: int
    slots: tuple[Slot, ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse(
            "dose",
            unless(1 <= self.times <= 21, "times", "from 1 to 21 a week", self.times),
            unless(len(self.slots) <= self.times, "slots", "no more than times", len(self.slots)),
            *_distinct(self.slots),
        )

    @property
    def words(self) -> str:
        """The timing in prose."""
        return f"{self.times} a week"


@frozen
class InAll:
    """So many times in all, spread evenly over the weeks; drafting finds the slots.

    A week that holds several takes the slots in their order.
    """

    count: int
    slots: tuple[Slot, ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse(
            "dose",
            unless(1 <= self.count <= 1000, "count", "from 1 to 1000", self.count),
            *_distinct(self.slots),
        )

    @property
    def words(self) -> str:
        """The timing in prose."""
        return f"{self.count} in all"


def _distinct(slots: tuple[Slot, ...]) -> list[tuple[Fault, ...]]:
    return [unless(len(slots) == len(set(slots)), "slots", "each slot once", "one twice")]


@frozen
class RandomDays:
    """On so many days of every week, drawn by the plan's seed."""

    per_week: int = 1

    def __attrs_post_init__(self) -> None:
        ok = 1 <= self.per_week <= 7
        refuse("random days", unless(ok, "per_week", "from 1 to 7 a week", self.per_week))

    @property
    def words(self) -> str:
        """The timing in prose."""
        return f"{self.per_week} a week, on a random day"


Timing = Weekly | PerWeek | InAll | RandomDays


@frozen
class Service:
    """What patients get: a modality, how long a session is, and when it takes place.

    ``duration`` is ``None`` where the program's source does not say it; a site may.

    Raises:
        InvalidError: the name is not in lower-case words, the duration is not in whole
            minutes from 1 minute to 24 hours, or the group bounds are not in order.
    """

    name: str
    title: str
    modality: Modality
    timing: Timing
    duration: timedelta | None = None
    group_min: int | None = None
    group_max: int | None = None

    def __attrs_post_init__(self) -> None:
        length, low, high = self.duration, self.group_min, self.group_max
        refuse(
            f"service {self.name!r}",
            unless(bool(_NAME.fullmatch(self.name)), "name", _NAME_FORM, repr(self.name)),
            unless(
                length is None or is_session_length(length),
                "duration",
                "whole minutes, from 1 to 1440",
                length,
            ),
            unless(low is None or low >= 1, "group_min", "at least 1", low),
            unless(high is None or high >= (low or 1), "group_max", "at least group_min", high),
        )


@frozen
class Phase:
    """A stretch of weeks with services of its own, beside those of the whole program.

    Raises:
        InvalidError: the phase has less than one week.
    """

    name: str
    title: str
    weeks: int
    services: tuple[Service, ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse(
            f"phase {self.name!r}",
            unless(bool(_NAME.fullmatch(self.name)), "name", _NAME_FORM, repr(self.name)),
            unless(1 <= self.weeks <= 520, "weeks", "at least 1 and at most 520", self.weeks),
        )


@frozen(cache_hash=True)
class Program:
    """A template: phases in order, and services that run through all of them.

    A service may go on from phase to phase under one name; its sessions are then
    numbered through. ``left_open`` lists what the source does not say.

    Raises:
        InvalidError: there is no phase or no service, or more than 520 weeks; two phases,
            or two services of one phase, share a name; a name changes its modality; or two
            services of one phase overlap.
    """

    name: str
    title: str
    phases: tuple[Phase, ...]
    services: tuple[Service, ...] = ()
    level: LevelOfCare | None = None
    sources: tuple[Source, ...] = ()
    left_open: tuple[str, ...] = field(default=())

    def __attrs_post_init__(self) -> None:
        names = [phase.name for phase in self.phases]
        every = self.every_service
        refuse(
            f"program {self.name!r}",
            unless(bool(_NAME.fullmatch(self.name)), "name", _NAME_FORM, repr(self.name)),
            unless(bool(names), "phases", "at least one phase", "none"),
            unless(self.weeks <= 520, "phases", "at most 520 weeks in all", self.weeks),
            unless(bool(every) or not names, "services", "at least one service", "none"),
            unless(len(names) == len(set(names)), "phases", "each name once", "one twice"),
            *(self._faults_in(number) for number in range(len(self.phases))),
            *(
                unless(
                    len({s.modality for s in every if s.name == name}) == 1,
                    "services",
                    f"one modality for {name!r}",
                    "several",
                )
                for name in dict.fromkeys(service.name for service in every)
            ),
        )

    @property
    def weeks(self) -> int:
        """Length in weeks."""
        return sum(phase.weeks for phase in self.phases)

    @property
    def every_service(self) -> tuple[Service, ...]:
        """The program's own services, then those of each phase; names may come again."""
        return self.services + tuple(s for phase in self.phases for s in phase.services)

    def services_in(self, phase: Phase) -> tuple[Service, ...]:
        """All that a week of the phase holds: the program's services, then its own."""
        return self.services + phase.services

    def _faults_in(self, number: int) -> tuple[Fault, ...]:
        services = self.services_in(self.phases[number])
        names = [service.name for service in services]
        twice = unless(len(names) == len(set(names)), "services", "each name once", "one twice")
        clashes = tuple(
            Fault(("services",), "services that do not overlap", f"{first} and {second}")
            for first, second in overlaps(services)
        )
        return tuple(fault.under("phases", number) for fault in twice + clashes)


def slots_of(timing: Timing) -> tuple[Slot, ...]:
    """The weekly slots that a timing has so far."""
    match timing:
        case Weekly(slots) | PerWeek(slots=slots) | InAll(slots=slots):
            return slots
        case RandomDays():
            return ()


def fixed_times(services: Iterable[Service]) -> Iterator[tuple[int, int, str]]:
    """Start and end in minutes of the week, and the name, of each fixed weekly time."""
    for service in services:
        for slot in slots_of(service.timing):
            if slot.start is not None and service.duration is not None:
                first = slot.day * DAY + minute_of_day(slot.start)
                yield first, first + whole_minutes(service.duration), service.name


def overlaps(services: Iterable[Service]) -> tuple[tuple[str, str], ...]:
    """Names of services whose fixed weekly times overlap, next to each other in time."""
    times = sorted(fixed_times(services))
    if times:  # the week repeats, so its last time may run into its first
        start, end, name = times[0]
        times.append((start + WEEK, end + WEEK, name))
    return tuple(
        (first, second) for (_, end, first), (start, _, second) in pairwise(times) if start < end
    )
