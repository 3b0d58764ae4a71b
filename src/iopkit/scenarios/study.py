"""Studies as people write them: a base and its variations, by the names of what is in them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import Enum
from fractions import Fraction
from functools import partial
from typing import Any, Protocol, TypeVar, cast, get_args, get_type_hints

import attrs
from attrs import evolve

from iopkit.eligibility.kinds import Scalar
from iopkit.eligibility.policies import Policy
from iopkit.eligibility.predicates import AnyFact
from iopkit.errors import (
    Fault,
    InvalidError,
    IopkitError,
    Step,
    UnknownNameError,
    did_you_mean,
    refuse,
    unless,
)
from iopkit.fields import frozen
from iopkit.groups.rosters import Roster
from iopkit.plans.plans import PhaseWeeks
from iopkit.programs.programs import Program, is_name
from iopkit.scenarios.arrivals import Arrivals, Cohort
from iopkit.scenarios.capacity import Capacity, SeatPool
from iopkit.scenarios.habits import Habits
from iopkit.scenarios.populations import Population
from iopkit.scenarios.priorities import Priorities
from iopkit.scenarios.scenarios import MOST_WEEKS, Scenario, changed_at, part_named, vary
from iopkit.scenarios.simulation import MOST_REPLICATIONS
from iopkit.scenarios.totals import TOTALS
from iopkit.sites.sites import Site

T = TypeVar("T")

_EVEN = (Fraction(1, 7),) * 7
_NOBODY = Cohort()


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
class StudyCohort:
    """How many people are there as it begins, each since one of so many days before."""

    count: int
    longest_days: int = 1

    def __attrs_post_init__(self) -> None:
        Cohort.drawn(self.count, longest=self.longest_days)

    @property
    def cohort(self) -> Cohort:
        """The people."""
        return Cohort.drawn(self.count, longest=self.longest_days)


@frozen
class StudyArrivals:
    """Who is referred, and when, as ``Arrivals`` has it.

    ``per_week`` is how many a week, or ``by_week`` from the first week on. ``days`` is a column of
    the file of people. ``weekdays`` are the shares of Monday to Sunday; without, they are even.

    Raises:
        InvalidError: as ``Arrivals``, or both rates are given.
    """

    per_week: float | None = None
    by_week: tuple[float, ...] = ()
    days: str | None = None
    spread_weeks: int | None = None
    weekdays: tuple[float, ...] = ()
    waiting: StudyCohort | None = None
    caseload: StudyCohort | None = None

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
            waiting=self.waiting.cohort if self.waiting else _NOBODY,
            caseload=self.caseload.cohort if self.caseload else _NOBODY,
        )


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


@frozen
class Study:
    """A question in figures: a base, what may be otherwise, and what is to be measured.

    It holds names, not values: ``scenarios`` finds what they stand for. ``measures`` are names of
    ``TOTALS``. ``replications`` and ``seed`` are those of a run that asks for no others.

    Raises:
        InvalidError: the name is not in lower-case words, two scenarios have one name, a measure
            is not known, or replications are not from 1 to a million.

    Example:
        >>> people = StudyPeople("us-iop-survey-2020", count=500)
        >>> base = StudyBase(
        ...     date(2026, 1, 12), 26, "deaconess-cross-pointe", "site.toml",
        ...     ("telehealth-iop-2024",), people, StudyArrivals(per_week=5))
        >>> more = StudyVariation("more referrals", [StudyValue("arrivals.per_week", 6)])
        >>> Study("referrals", "More referrals?", base, ["admitted"], [more]).replications
        100
    """

    name: str
    title: str
    base: StudyBase
    measures: tuple[str, ...]
    variations: tuple[StudyVariation, ...] = ()
    replications: int = 100
    seed: int = 0

    def __attrs_post_init__(self) -> None:
        names = [self.base.name, *(each.name for each in self.variations)]
        refuse(
            f"study {self.name!r}",
            unless(is_name(self.name), "name", "lower-case words joined by '-'", repr(self.name)),
            unless(bool(self.measures), "measures", "at least one", "none"),
            tuple(_unknown_measures(self.measures)),
            unless(len(set(names)) == len(names), "variations", "each name once", "one twice"),
            unless(
                1 <= self.replications <= MOST_REPLICATIONS,
                "replications",
                f"from 1 to {MOST_REPLICATIONS:,}",
                self.replications,
            ),
        )

    def scenarios(self, *, find: StudyNames, facts: Iterable[AnyFact] = ()) -> tuple[Scenario, ...]:
        """The base, and each variation.

        Args:
            find: where names lead.
            facts: those that tell for whom groups are, as ``Capacity.of`` takes them.

        Raises:
            InvalidError: a name leads nowhere, a place is not there, or a value is not possible;
                with all that is wrong, by paths within the study.
        """
        return _Finding(self, find, tuple(facts)).scenarios()


def wrong_names(study: Mapping[str, Any], find: StudyNames) -> tuple[Fault, ...]:
    """What is wrong with the names in a parsed study that cannot be read as one.

    So that whoever mends it hears of all at once. Any: plain values of which nothing is known.
    """
    told: list[Fault] = []
    base, measures = study.get("base"), study.get("measures")
    if isinstance(measures, list):
        names = cast("list[object]", measures)
        told += _unknown_measures(each for each in names if isinstance(each, str))
    named = cast("Mapping[str, object]", base) if isinstance(base, Mapping) else {}
    for name, kind in _NAMED.items():
        for path, each in _each_name(("base", name), named.get(name)):
            if isinstance(each, str):
                _found(told, path, partial(find.value, kind, each))
    return tuple(told)


def _unknown_measures(measures: Iterable[str]) -> Iterator[Fault]:
    for place, name in enumerate(measures):
        if name not in TOTALS:
            fix = did_you_mean(name, TOTALS)
            yield Fault(("measures", place), "the name of a measure", repr(name), fix)


_NAMED: Mapping[str, Any] = {
    "program": Program,
    "site": Site,
    "policy": Policy,
    "habits": Habits,
    "groups": Roster,
    "priorities": Priorities,
}
"""Which keys of a base are names, and of what."""


def _each_name(path: tuple[Step, ...], given: object) -> Iterator[tuple[tuple[Step, ...], object]]:
    """Names, and where each stands."""
    if isinstance(given, list | tuple):
        names = cast("Sequence[object]", given)
        yield from (((*path, place), each) for place, each in enumerate(names))
    elif given is not None:
        yield path, given


def _found(told: list[Fault], path: tuple[Step, ...], find: Callable[[], T]) -> T | None:
    """What is found; what keeps it from being found is told."""
    try:
        return find()
    except UnknownNameError as error:
        fix = did_you_mean(error.name, error.known)
        told.append(Fault(path, f"the name of a known {error.kind}", repr(error.name), fix))
    except InvalidError as error:
        told += (fault.under(*path) for fault in error.faults)
    except IopkitError as error:
        words = "; ".join(str(error).removeprefix("cannot read ").split("\n"))
        told.append(Fault(path, "what can be read", words))
    return None


class _Finding:
    """The scenarios of a study as they are found; ``told`` is all that is wrong."""

    def __init__(self, study: Study, find: StudyNames, facts: tuple[AnyFact, ...]) -> None:
        self._study, self._find, self._facts = study, find, facts
        self.told: list[Fault] = []

    def scenarios(self) -> tuple[Scenario, ...]:
        study, what = self._study, f"study {self._study.name!r}"
        parts = self._parts(study.base)
        base = None if self.told else Scenario(**parts)
        values = {
            each.name: self._varied(place, each, parts, base)
            for place, each in enumerate(study.variations)
        }
        if base is None or self.told:
            raise InvalidError(what, self.told)
        return vary(base, values)

    def _parts(self, base: StudyBase) -> dict[str, Any]:
        """What the base is made of, as far as it is found. Any: fields of several types."""
        known: dict[str, Any] = {
            "name": base.name,
            "arrivals": base.arrivals.arrivals,
            "start": base.start,
            "weeks": base.weeks,
            "track": base.track,
            "phase_weeks": tuple((each.phase, each.weeks) for each in base.phase_weeks),
            "times": tuple(each.given for each in base.times),
            "assume_in_force": base.assume_in_force,
        }
        found = {name: self._named(("base", name), name, getattr(base, name)) for name in _NAMED}
        roster = found.pop("groups")
        found["population"] = self._people(("base", "population"), base.population)
        found["capacity"] = self._capacity(("base", "groups"), roster, found["site"])
        return known | {name: value for name, value in found.items() if value is not None}

    def _named(self, path: tuple[Step, ...], key: str, given: object) -> Any:  # noqa: ANN401
        kind, values = _NAMED[key], list[Any]()
        for at, name in _each_name(path, given):
            value = _found(self.told, at, partial(self._find.value, kind, str(name)))
            if value is None:
                return None
            values.append(value)
        if not values:
            return None
        first, *others = values
        for other in others:
            first = first.filled_from(other)
        return first

    def _people(self, path: tuple[Step, ...], asked: StudyPeople) -> Population | None:
        days = self._study.base.arrivals.days
        others = () if days is None else (days,)
        return _found(self.told, path, lambda: self._find.people(asked, others))

    def _capacity(
        self, path: tuple[Step, ...], roster: Roster | None, site: Site | None
    ) -> Capacity | None:
        seats = self._study.base.seats
        if roster is None:
            return _found(self.told, ("base", "seats"), lambda: Capacity(seats))
        made = _found(
            self.told, path, lambda: Capacity.of(roster.groups, site=site, facts=self._facts)
        )
        if made is None:
            return None
        return _found(
            self.told, ("base", "seats"), lambda: evolve(made, pools=(*made.pools, *seats))
        )

    def _varied(
        self, place: int, variation: StudyVariation, parts: dict[str, Any], base: Scenario | None
    ) -> dict[str, object]:
        """The values of a variation by their paths, each tried in its place."""
        good: dict[str, object] = {}
        for number, each in enumerate(variation.values):
            at: tuple[Step, ...] = ("variations", place, "values", number)
            before = len(self.told)
            value = self._value((*at, "value"), each, parts)
            if len(self.told) > before:
                continue
            try:
                _try(variation.name, {**good, each.path: value}, parts, base)
            except InvalidError as error:
                self.told += (evolve(fault, path=at) for fault in error.faults)
            else:
                good[each.path] = value
        return good

    def _value(self, path: tuple[Step, ...], given: StudyValue, parts: dict[str, Any]) -> object:
        """What stands for a value of a document at its place."""
        text, value = given.path, given.value
        if isinstance(value, str):
            if text == "capacity":
                roster = self._named(path, "groups", value)
                return roster and self._capacity(path, roster, parts.get("site"))
            if text == "population":
                return self._people(path, evolve(self._study.base.population, name=value))
            if text in _NAMED:
                return self._named(path, text, value)
        return _as_taken(text.split("."), value, parts)


def _try(
    name: str, values: Mapping[str, object], parts: Mapping[str, Any], base: Scenario | None
) -> None:
    """Raise if a variation's last value cannot stand where it is to, as far as is known."""
    if base is not None:
        vary(base, {name: values})
        return
    path, value = [*values.items()][-1]
    first, *rest = path.split(".")
    known = [field.name for field in attrs.fields(Scenario)]
    if first not in known:
        expected, fix = f"one of {', '.join(known)}", did_you_mean(first, known)
        raise InvalidError("variation", [Fault((path,), expected, repr(first), fix)])
    if rest and first in parts:
        changed_at(parts[first], rest, value, of=(name, path))


def _as_taken(path: Sequence[str], value: Scalar, parts: Mapping[str, Any]) -> object:
    """What a text or number of a document stands for at a place, by what the place holds."""
    *before, last = path
    owner: Any = parts
    for step in before:
        owner = owner.get(step) if owner is parts else part_named(owner, step)
    if isinstance(owner, tuple):
        old = part_named(owner, last)
        kinds: set[Any] = {type(old)}
    else:
        kind: Any = Scenario if owner is parts else type(owner)
        hint = get_type_hints(kind).get(last) if attrs.has(kind) else None
        kinds = {hint, *get_args(hint)}
    if isinstance(value, str):
        if date in kinds:
            return _day(value)
        for each in kinds:
            if isinstance(each, type) and issubclass(each, Enum):
                return next((one for one in each if one.value == value), value)
    if timedelta in kinds and int not in kinds and type(value) is int:
        return timedelta(minutes=value)
    return value


def _day(text: str) -> date | str:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text  # to be refused where it is to stand
