"""What the names in a study stand for: its scenarios, or all that is wrong with them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import Enum
from functools import partial, reduce
from typing import Any, TypeVar, cast, get_args, get_type_hints

import attrs
from attrs import evolve

from iopkit.eligibility.kinds import Scalar
from iopkit.eligibility.policies import Policy
from iopkit.eligibility.predicates import AnyFact
from iopkit.errors import Fault, InvalidError, IopkitError, Step, UnknownNameError, did_you_mean
from iopkit.groups.rosters import Roster
from iopkit.programs.programs import Program
from iopkit.scenarios.capacity import Capacity
from iopkit.scenarios.habits import Habits
from iopkit.scenarios.populations import Population
from iopkit.scenarios.priorities import Priorities
from iopkit.scenarios.scenarios import Scenario, changed_at, part_named, vary
from iopkit.scenarios.study_base import (
    StudyBase,
    StudyNames,
    StudyPeople,
    StudyValue,
    StudyVariation,
)
from iopkit.scenarios.totals import TOTALS
from iopkit.sites.sites import Site

T = TypeVar("T")


def named_scenarios(
    name: str,
    base: StudyBase,
    variations: Sequence[StudyVariation],
    find: StudyNames,
    facts: Iterable[AnyFact],
) -> tuple[Scenario, ...]:
    """The scenarios of a study of a name; see ``Study.scenarios``."""
    return _Finding(base, find, tuple(facts)).scenarios(name, variations)


def wrong_names(study: Mapping[str, Any], find: StudyNames) -> tuple[Fault, ...]:
    """What is wrong with the names in a parsed study that cannot be read as one.

    So that whoever mends it hears of all at once. Any: plain values of which nothing is known.
    """
    told: list[Fault] = []
    base, measures = study.get("base"), study.get("measures")
    if isinstance(measures, list):
        names = cast("list[object]", measures)
        told += unknown_measures(each for each in names if isinstance(each, str))
    named: Mapping[str, object] = (
        cast("Mapping[str, object]", base) if isinstance(base, Mapping) else {}
    )
    for name, kind in _NAMED.items():
        for path, each in _each_name(("base", name), named.get(name)):
            if isinstance(each, str):
                _found(told, path, partial(find.value, kind, each))
    return tuple(told)


def unknown_measures(measures: Iterable[str]) -> Iterator[Fault]:
    """A fault for each name that no measure has."""
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

    def __init__(self, base: StudyBase, find: StudyNames, facts: tuple[AnyFact, ...]) -> None:
        self._base, self._find, self._facts = base, find, facts
        self.told: list[Fault] = []

    def scenarios(self, name: str, variations: Sequence[StudyVariation]) -> tuple[Scenario, ...]:
        parts = self._parts(self._base)
        base = None if self.told else Scenario(**parts)
        values = {
            each.name: self._varied(place, each, parts, base)
            for place, each in enumerate(variations)
        }
        if base is None or self.told:
            raise InvalidError(f"study {name!r}", self.told)
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
        """What is named, or each name; of habits, those of the first filled from the next."""
        found: list[Any] = [  # Any: values of whichever kind is named
            _found(self.told, at, partial(self._find.value, _NAMED[key], str(name)))
            for at, name in _each_name(path, given)
        ]
        known: list[Any] = [each for each in found if each is not None]
        if not known or len(known) < len(found):
            return None
        return reduce(lambda one, other: one.filled_from(other), known)

    def _people(self, path: tuple[Step, ...], asked: StudyPeople) -> Population | None:
        days = self._base.arrivals.days
        others = () if days is None else (days,)
        return _found(self.told, path, lambda: self._find.people(asked, others))

    def _capacity(
        self, path: tuple[Step, ...], roster: Roster | None, site: Site | None
    ) -> Capacity | None:
        seats = self._base.seats
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
                return self._people(path, evolve(self._base.population, name=value))
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
        kinds: set[Any] = {type(part_named(owner, last))}
    else:
        hint = _hints(Scenario if owner is parts else type(owner)).get(last)
        kinds = {hint, *get_args(hint)}
    if isinstance(value, str) and date in kinds:
        return _day(value)
    words = [each for each in kinds if isinstance(each, type) and issubclass(each, Enum)]
    if words:
        return next((one for one in words[0] if one.value == value), value)
    if timedelta in kinds and int not in kinds and type(value) is int:
        return timedelta(minutes=value)
    return value


def _hints(kind: Any) -> Mapping[str, Any]:  # noqa: ANN401  # a class, and types of any form
    return get_type_hints(kind) if attrs.has(kind) else {}


def _day(text: str) -> date | str:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text  # to be refused where it is to stand
