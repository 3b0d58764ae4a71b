"""What studies are made of: people, arrivals, a base and variations, by names."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Protocol, TypeVar

from attrs import evolve

from iopkit.eligibility.kinds import Scalar
from iopkit.errors import InvalidError, refuse, unless
from iopkit.fields import frozen
from iopkit.plans.plans import PhaseWeeks
from iopkit.scenarios.arrivals import Arrivals, Cohort
from iopkit.scenarios.capacity import SeatPool
from iopkit.scenarios.populations import Population
from iopkit.scenarios.scenarios import MOST_WEEKS

T = TypeVar("T")

_EVEN = (Fraction(1, 7),) * 7


@frozen
class StudyPeople:
    """Who may be referred: people drawn from published counts, or those of a file.

    ``name`` is that of what is shipped, of which ``count`` people are drawn by ``seed``, or of a
    file with a column for each fact: Parquet, CSV or JSON. ``key`` is its column that tells who
    somebody is (none: they are told apart by their rows), ``weight`` that of how often each is
    drawn, and ``strata`` those to report by.

    Raises:
        InvalidError: there is no name, or nobody is asked for.
    """

    name: str
    count: int | None = None
    seed: int = 0
    key: str | None = None
    weight: str | None = None
    strata: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse(
            "people",
            unless(bool(self.name), "name", "a name or a file", "none"),
            unless(self.count is None or self.count >= 1, "count", "at least 1", self.count),
        )


@frozen
class StudyArrivals:
    """Who is referred, and when, as ``Arrivals`` has it.

    ``per_week`` is how many a week, or ``by_week`` from the first week on. ``days`` is a column of
    the file of people. ``weekdays`` are the shares of Monday to Sunday; without, they are even.
    ``waiting`` and ``caseload`` are how many are there as it begins, each since one of so many days
    before.

    Raises:
        InvalidError: as ``Arrivals``, or both rates are given.
    """

    per_week: float | None = None
    by_week: tuple[float, ...] = ()
    days: str | None = None
    spread_weeks: int | None = None
    weekdays: tuple[float, ...] = ()
    waiting: int = 0
    waiting_longest_days: int = 1
    caseload: int = 0
    caseload_longest_days: int = 1

    def __attrs_post_init__(self) -> None:
        one = self.per_week is None or not self.by_week
        refuse("arrivals", unless(one, "by_week", "one rate or one for each week", "both"))
        self.arrivals  # noqa: B018  # refuses what cannot be

    @property
    def arrivals(self) -> Arrivals:
        """The same as scenarios have it."""
        return Arrivals(
            self.by_week or self.per_week or 0,
            self.days,
            self.spread_weeks,
            self.weekdays or _EVEN,
            waiting=_cohort("waiting", self.waiting, self.waiting_longest_days),
            caseload=_cohort("caseload", self.caseload, self.caseload_longest_days),
        )


def _cohort(key: str, count: int, longest: int) -> Cohort:
    """People who are there as it begins; what they cannot be is told by the keys of a study."""
    try:
        return Cohort.drawn(count, longest=longest)
    except InvalidError as error:
        keys = {"count": key, "longest": f"{key}_longest_days"}
        faults = (evolve(fault, path=(keys[str(fault.path[0])],)) for fault in error.faults)
        raise InvalidError("arrivals", faults) from None


@frozen
class ServiceTimes:
    """How often a service is given where the program leaves that open, as ``draft`` takes it.

    ``times`` is how often a week, or every how many weeks; ``per_week`` for how long a week.

    Raises:
        InvalidError: neither is given, or both.
    """

    service: str
    times: int | None = None
    per_week: timedelta | None = None

    def __attrs_post_init__(self) -> None:
        one = (self.times is None) is not (self.per_week is None)
        refuse("times", unless(one, "times", "times, or minutes a week", "both or neither"))

    @property
    def given(self) -> tuple[str, int | timedelta]:
        """As a scenario takes it."""
        return self.service, self.times or self.per_week or 0


@frozen
class StudyBase:
    """The scenario that all others of a study are compared with, by names.

    ``program``, ``site``, ``policy``, ``habits`` (what the first do not say is as the next have
    it), ``groups`` (a roster's) and ``priorities`` are names of what is shipped or of files.
    ``seats`` stand beside the groups' or in their place. All else is as ``Scenario`` has it.

    Raises:
        InvalidError: the weeks are not from 1 to 1,040, there are no habits, or one comes twice.
    """

    start: date
    weeks: int
    program: str
    site: str
    habits: tuple[str, ...]
    population: StudyPeople
    arrivals: StudyArrivals
    name: str = "as it is"
    policy: str | None = None
    groups: str | None = None
    seats: tuple[SeatPool, ...] = ()
    priorities: str | None = None
    track: str | None = None
    phase_weeks: tuple[PhaseWeeks, ...] = ()
    times: tuple[ServiceTimes, ...] = ()
    assume_in_force: bool = False

    def __attrs_post_init__(self) -> None:
        refuse(
            "base",
            unless(bool(self.name.strip()), "name", "a name", "none"),
            unless(1 <= self.weeks <= MOST_WEEKS, "weeks", f"from 1 to {MOST_WEEKS:,}", self.weeks),
            unless(bool(self.habits), "habits", "at least one name", "none"),
            *(
                unless(len(names) == len(set(names)), where, "each once", "one twice")
                for where, names in (
                    ("habits", self.habits),
                    ("phase_weeks", [each.phase for each in self.phase_weeks]),
                    ("times", [each.service for each in self.times]),
                )
            ),
        )


@frozen
class StudyValue:
    """A value that differs, and where it stands in the scenario, as ``vary`` takes it.

    A text stands for what has that name or date, where it takes the place of such.
    """

    path: str
    value: Scalar


@frozen
class StudyVariation:
    """A scenario that differs from the base in some values.

    Raises:
        InvalidError: it has no name or no value, or one stands where another does.
    """

    name: str
    values: tuple[StudyValue, ...]

    def __attrs_post_init__(self) -> None:
        paths = [each.path for each in self.values]
        refuse(
            f"variation {self.name!r}",
            unless(bool(self.name.strip()), "name", "a name", "none"),
            unless(bool(paths), "values", "at least one", "none"),
            unless(len(paths) == len(set(paths)), "values", "each path once", "one twice"),
        )


class StudyNames(Protocol):
    """Where the names in a study lead; the library and the command line each have one."""

    def value(self, kind: type[T], name: str) -> T:
        """What has a name: a program, site, policy, habits, roster or priorities.

        Raises:
            UnknownNameError: nothing of the kind has it; or another ``IopkitError``.
        """
        ...

    def people(self, asked: StudyPeople, others: Sequence[str]) -> Population:
        """The people that are asked for, with other columns besides facts; raises likewise."""
        ...
