"""Doses: hours of service a week, with what is not known of them."""

from collections.abc import Collection, Iterable
from datetime import timedelta

from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.modalities import Modality
from iopkit.programs.programs import Program, Service
from iopkit.programs.timetables import timetable
from iopkit.programs.timings import TimePerWeek
from iopkit.windows import Weekday


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
