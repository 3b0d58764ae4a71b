"""Doses: hours of service a week, with what is not known of them."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import timedelta

from attrs import evolve

from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.modalities import Modality
from iopkit.programs.programs import Program, Service
from iopkit.programs.timetables import timetable
from iopkit.programs.timings import TimePerWeek, at_rate, is_uncounted, rate_ends, rate_of
from iopkit.windows import Weekday


@frozen
class Dose:
    """Time of service: what is known, and how many sessions of unknown length come on top.

    ``extra`` is how much more it can be where lengths or frequencies have a range. ``open_ended``:
    it can be more still, by what no source says.
    """

    known: timedelta = timedelta(0)
    unmeasured: int = 0
    extra: timedelta = timedelta(0)
    open_ended: bool = False

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
            if isinstance(service.timing, TimePerWeek):
                dose = service.timing.dose
                low = dose.least or timedelta(0)
                high = low if dose.most is None else dose.most
                total += cls(low, extra=high - low, open_ended=dose.most is None)
            elif is_uncounted(service.timing):
                total += cls(open_ended=True)
            elif least is not None:
                total += cls(least, extra=(service.longest or least) - service.breaks - least)
            else:
                total += cls(unmeasured=1)
        return total

    def __add__(self, other: "Dose") -> "Dose":
        return Dose(
            self.known + other.known,
            self.unmeasured + other.unmeasured,
            self.extra + other.extra,
            self.open_ended or other.open_ended,
        )

    @property
    def perhaps(self) -> "Dose":
        """The same of what may not come at all, such as a service on hold."""
        return evolve(self, known=timedelta(0), extra=self.known + self.extra)

    @property
    def most(self) -> timedelta | None:
        """The most that it can be; ``None`` where a length or the most of a rate is not known."""
        return None if self.unmeasured or self.open_ended else self.known + self.extra


def weekly_doses(
    program: Program,
    *,
    modalities: Collection[Modality] = tuple(Modality),
    services: Collection[str] = (),
) -> tuple[Dose, ...]:
    """Service time that a program prescribes in each week, as far as it says lengths.

    Args:
        modalities: only those count. A service that may be of others, too, makes the dose a range.
        services: only those of these names count; all, if none is named.

    Returns:
        One dose a week, ``program.weeks`` of them.

    Raises:
        InvalidError: the program has tracks: see ``Program.on_track``.
    """

    def by_week(rates: Program, counts: Callable[[Iterable[bool]], bool]) -> list[list[Service]]:
        weeks: list[list[Service]] = [[] for _ in range(program.weeks)]
        for each in timetable(rates, Weekday.MONDAY):
            service = each.service
            of_those = counts(each in modalities for each in service.modalities)
            if of_those and (not services or service.name in services):
                weeks[each.week - 1].append(service)
        return weeks

    return tuple(map(dose_between, by_week(program, all), by_week(at_most(program), any)))


def at_most(program: Program) -> Program:
    """A program without tracks with every rate at the most that is stated."""
    if not any(_has_more(service) for service in program.every_service):
        return program
    return program.with_services(_at_most, tracks=())


def dose_between(least: Sequence[Service], most: Sequence[Service]) -> Dose:
    """The sum over sessions at the least of their rates, with what comes on top at the most."""
    low, high = Dose.of(least), Dose.of(most)
    return evolve(
        low,
        extra=max(low.extra, high.known + high.extra - low.known),
        open_ended=high.open_ended
        or high.unmeasured > low.unmeasured
        or any(map(has_no_most, (*least, *most))),
    )


def has_no_most(service: Service) -> bool:
    """Whether the service may be as often as one likes."""
    return rate_of(service.timing) is not None and rate_ends(service.timing)[1] is None


def _has_more(service: Service) -> bool:
    least, most = rate_ends(service.timing)
    return most is not None and most != least


def _at_most(service: Service) -> Service:
    _, most = rate_ends(service.timing)
    return service if most is None else evolve(service, timing=at_rate(service.timing, most))
