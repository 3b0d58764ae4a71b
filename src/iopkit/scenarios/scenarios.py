"""Scenarios: a clinic, who comes to it and what they do; and what if something were else."""

from collections.abc import Hashable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any, TypeGuard, cast

from attrs import AttrsInstance, evolve, field, fields_dict, has

from iopkit.charges.code_rules import CodingScheme
from iopkit.charges.rates import RateTable
from iopkit.eligibility.policies import Policy
from iopkit.errors import (
    Fault,
    InvalidError,
    did_you_mean,
    refuse,
    unless,
    unless_a,
)
from iopkit.fields import frozen
from iopkit.programs.programs import Program
from iopkit.prose import printable
from iopkit.requirements.requirements import RequirementSet
from iopkit.scenarios.arrivals import Arrivals, Cohort
from iopkit.scenarios.capacity import Capacity
from iopkit.scenarios.costs import RunningCosts
from iopkit.scenarios.follow_ons import FollowOn, FurtherProgram, as_pairs, follow_on_faults
from iopkit.scenarios.habits import Habits
from iopkit.scenarios.populations import Population
from iopkit.scenarios.priorities import Priorities
from iopkit.sites.sites import Site

MOST_WEEKS = 1040
"""How many weeks a scenario can have: 20 years."""


@frozen(repr=False)
class Scenario:
    """A clinic over some weeks: its program and site, who is referred to it, and what they do.

    The ``policy`` decides once about each person, by the version in force on ``start``; without
    one, all are eligible. ``capacity`` is what seats there are; by default no end of them.
    ``priorities`` say who goes first; without them, who has been ready for longest.
    ``track``, ``phase_weeks`` and ``times`` are what the program leaves open, as ``draft`` takes
    them. ``further`` are other programs of the clinic, with lists of their own, and ``follow_on``
    who goes on to them after a stay; nobody is in them as it begins. What is attended is charged by
    ``coding`` at ``rates``, which is what a payer pays; ``costs`` are what it costs to run all
    programs; and stays are held against ``requirements``. ``varied`` are the values that ``vary``
    has changed, by where they stand.

    Raises:
        InvalidError: the name is blank, the weeks are not from 1 to 1,040, or something has
            another type.

    Example:
        >>> import polars as pl
        >>> from iopkit.library import find_program
        >>> from iopkit.windows import WeeklyWindows
        >>> base = Scenario(
        ...     "as it is",
        ...     population=Population.of(pl.DataFrame({"age": [31, 47]}), key=None),
        ...     program=find_program("deaconess-cross-pointe"),
        ...     site=Site("Elm", "America/Chicago", WeeklyWindows.always()),
        ...     arrivals=Arrivals(per_week=5),
        ...     habits=Habits("mine", "My clinic", leaving=0.05),
        ...     start=date(2026, 1, 12),
        ...     weeks=52,
        ... )
        >>> base
        Scenario('as it is')
    """

    name: str
    population: Population
    program: Program
    site: Site
    arrivals: Arrivals
    habits: Habits
    start: date
    weeks: int
    policy: Policy | None = None
    capacity: Capacity = field(factory=Capacity)
    priorities: Priorities | None = None
    track: str | None = None
    phase_weeks: tuple[tuple[str, int], ...] = field(default=(), converter=as_pairs)
    times: tuple[tuple[str, int | timedelta], ...] = field(default=(), converter=as_pairs)
    assume_in_force: bool = False
    further: tuple[FurtherProgram, ...] = ()
    follow_on: tuple[FollowOn, ...] = ()
    coding: CodingScheme | None = None
    rates: RateTable | None = None
    costs: RunningCosts | None = None
    requirements: RequirementSet | None = None
    varied: tuple[tuple[str, str], ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse(
            f"scenario {self.name!r}",
            unless(bool(self.name.strip()), "name", "a name", "none"),
            unless(printable(self.name) == self.name, "name", "a name on one line", "another"),
            unless(1 <= self.weeks <= MOST_WEEKS, "weeks", f"from 1 to {MOST_WEEKS:,}", self.weeks),
            follow_on_faults(self.program, self.further, self.follow_on),
        )

    def __repr__(self) -> str:
        """The name, and nothing of the people."""
        return f"Scenario({self.name!r})"


def vary(base: Scenario, variations: Mapping[str, Mapping[str, object]]) -> tuple[Scenario, ...]:
    """A scenario, and others that differ from it in some values.

    Args:
        base: the scenario as it is.
        variations: by the name of each other scenario, its values by where they stand, such as
            ``{"reminders": {"habits.attends": 0.85}}``. Parts of a list are named, or counted
            from 0: ``program.phases.early-recovery.weeks``.

    Returns:
        The base first, then each variation.

    Raises:
        InvalidError: a name comes twice, a place is not there, or a value is not possible there;
            all of these are told.

    Example:
        >>> import polars as pl
        >>> from iopkit.library import find_program
        >>> from iopkit.windows import WeeklyWindows
        >>> base = Scenario(
        ...     "as it is",
        ...     population=Population.of(pl.DataFrame({"age": [31, 47]}), key=None),
        ...     program=find_program("deaconess-cross-pointe"),
        ...     site=Site("Elm", "America/Chicago", WeeklyWindows.always()),
        ...     arrivals=Arrivals(per_week=5),
        ...     habits=Habits("mine", "My clinic", leaving=0.05),
        ...     start=date(2026, 1, 12),
        ...     weeks=52,
        ... )
        >>> vary(base, {"more referrals": {"arrivals.per_week": 6}})
        (Scenario('as it is'), Scenario('more referrals'))
    """
    refuse(
        "variations", unless_a(base, "base", Scenario), unless_a(variations, "variations", Mapping)
    )
    names = [base.name, *variations]
    refuse(
        "variations",
        unless(len(set(names)) == len(names), "names", "each once", "one twice"),
        *(unless_a(values, name, Mapping) for name, values in variations.items()),
    )
    errors: list[InvalidError] = []
    varied = (base, *(_varied(base, name, values, errors) for name, values in variations.items()))
    if len(errors) > 1:
        faults = [fault.under(error.what) for error in errors for fault in error.faults]
        raise InvalidError("variations", faults)
    for error in errors:
        raise error
    return varied


def _varied(
    base: Scenario, name: str, values: Mapping[str, object], errors: list[InvalidError]
) -> Scenario:
    """A variation, as far as it can be; what cannot be is added to the errors."""
    one, told = base, dict(base.varied)
    for path, value in values.items():
        try:
            one = changed_at(one, str(path).split("."), value, of=(name, str(path)))
            told[path] = _words(path, value)
        except InvalidError as error:
            errors.append(error)
    try:
        return evolve(one, name=name, varied=tuple(told.items()))
    except InvalidError as error:
        errors.append(error)
        return one


def changed_at(whole: Any, path: list[str], value: object, *, of: tuple[str, str]) -> Any:  # noqa: ANN401
    """A value with another one at a place within it.

    Any: a place may be anywhere in a scenario; each class holds its fields against their types.
    """
    step, *rest = path
    items, kind = _items_of(whole), cast("type[AttrsInstance]", type(whole))
    if items is not None:
        return _with_item(items, step, rest, value, of=of)
    if not has(kind):
        raise _no_place(of, step, ())
    own = ("name", "varied") if isinstance(whole, Scenario) else ()
    names = [name for name in fields_dict(kind) if name not in own and name[0] != "_"]
    if step not in names:
        raise _no_place(of, step, names)
    new = changed_at(getattr(whole, step), rest, value, of=of) if rest else value
    changes = {step: new}
    if step != "source" and "source" in names and fields_dict(kind)["source"].default is None:
        # Whoever said what it was does not say what it is now.
        changes["source"] = None
    try:
        return evolve(whole, **changes)
    except InvalidError as error:
        told = error.what if error.what.startswith("variation") else f"variation {of[0]!r}, {of[1]}"
        raise InvalidError(told, error.faults) from None


def _with_item(
    items: tuple[Any, ...], step: str, rest: list[str], value: object, *, of: tuple[str, str]
) -> tuple[Any, ...]:
    """The items with another one in place of that which has a name or a number.

    Any: as in ``changed_at``. An item that is a pair is a name and what it stands for.
    """
    names = [_name_of(item, place) for place, item in enumerate(items)]
    place = names.index(step) if step in names else int(step) if step.isdecimal() else -1
    if not 0 <= place < len(items):
        raise _no_place(of, step, names)
    pair = _items_of(items[place])
    inner = items[place] if pair is None else pair[1]
    new = changed_at(inner, rest, value, of=of) if rest else value
    return (*items[:place], new if pair is None else (pair[0], new), *items[place + 1 :])


def part_named(whole: Any, step: str) -> Any:  # noqa: ANN401  # as in ``changed_at``
    """What stands at a step of a path; ``None`` if nothing does."""
    if (items := _items_of(whole)) is None:
        return getattr(whole, step, None)
    for place, item in enumerate(items):
        if step in (_name_of(item, place), str(place)):
            pair = _items_of(item)
            return item if pair is None else pair[1]
    return None


def _items_of(whole: object) -> tuple[Any, ...] | None:  # Any: as in ``changed_at``
    """The items of what is a tuple; ``None``: it is something else."""
    return whole if _has_items(whole) else None


def _has_items(whole: object) -> TypeGuard[tuple[Any, ...]]:
    return isinstance(whole, tuple)


def _name_of(item: object, place: int) -> str:
    if (pair := _items_of(item)) is not None:
        return str(pair[0])
    return str(getattr(item, "name", getattr(item, "reason", place)))


def _no_place(of: tuple[str, str], step: str, known: Iterable[str]) -> InvalidError:
    names = list(known)
    fix = did_you_mean(step, names)
    expected = f"one of {', '.join(names)}" if names else "nothing below it"
    return InvalidError(f"variation {of[0]!r}", [Fault((of[1],), expected, repr(step), fix)])


def _words(path: str, value: object) -> str:
    """What a value is called in a table: its name or its words, or itself.

    Of people and their days, which are given by who they are, only how many there are.
    """
    if path.startswith("arrivals.") and isinstance(value, Mapping):
        return str(Cohort.of(cast("Mapping[Hashable, date | int]", value)))
    if isinstance(value, Capacity):
        return "; ".join(pool.words for pool in value.pools) or "no end of seats"
    for told in ("name", "words"):
        if isinstance(text := getattr(value, told, None), str):
            return text
    return str(value)
