"""Assignments: who goes to which group, within seats, as good as can be. Needs ``groups``."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from itertools import accumulate
from uuid import UUID

from attrs import frozen

from iopkit.confidential import hidden
from iopkit.errors import find_named, refuse, refuse_moments, unless
from iopkit.groups.combinations import cheapest
from iopkit.groups.groups import Group, refuse_groups, spare_seats
from iopkit.groups.matching import Bundles, Matching
from iopkit.groups.rosters import Roster
from iopkit.groups.solver import Gains, Limits, Solver, total
from iopkit.groups.waitlists import Waiting, waitlist
from iopkit.sites import Site


@frozen
class Weights:
    """What counts how much among assignments that place as many.

    The sum is maximized of ``preferences`` for each point of a candidate's preferences,
    ``waiting`` for each whole week that a placed candidate has waited, and ``stability`` for
    each group that a candidate is in now and stays in. ``current_first``: those who are in
    groups now keep a place before others get one.
    """

    preferences: int = 1
    waiting: int = 1
    stability: int = 5
    current_first: bool = True

    def __attrs_post_init__(self) -> None:
        refuse(
            "weights",
            *(
                unless(0 <= value <= 100, name, "from 0 to 100", value)
                for name, value in (
                    ("preferences", self.preferences),
                    ("waiting", self.waiting),
                    ("stability", self.stability),
                )
            ),
        )


class Aim(StrEnum):
    """What an assignment maximizes; each aim comes before those after it."""

    CURRENT = "current"
    """Candidates in groups now who have a place."""
    PLACED = "placed"
    """Candidates who have a place."""
    WORTH = "worth"
    """Preferences, waiting and stability by their weights."""
    KEPT = "kept"
    """Places in groups that candidates are in now."""


@frozen(repr=False)
class Attainment:
    """What was reached of an aim, given those before it, and the most that could be."""

    aim: Aim
    reached: int
    bound: int

    @property
    def proven(self) -> bool:
        """Whether no assignment does better."""
        return self.reached == self.bound

    __repr__ = hidden


@frozen(repr=False)
class Assignment:
    """The groups of one candidate, in the order of names."""

    candidate: UUID
    groups: tuple[str, ...]

    __repr__ = hidden


@frozen(repr=False)
class Assignments:
    """Who is in which group, who waits, and how good that is.

    ``assigned`` is in the order of keys and ``waiting`` that of the waitlist; together they
    have each candidate once. ``attained`` has the aims in their order, without those of
    patients in groups now where nobody is in one.
    """

    roster: Roster
    assigned: tuple[Assignment, ...]
    waiting: tuple[Waiting, ...]
    attained: tuple[Attainment, ...]

    @property
    def placed(self) -> int:
        """How many candidates have a place."""
        return len(self.assigned)

    @property
    def bound(self) -> int:
        """How many could have one at the most."""
        return next(each.bound for each in self.attained if each.aim is Aim.PLACED)

    @property
    def gap(self) -> int:
        """How many more could have one, for all that is proven."""
        return self.bound - self.placed

    @property
    def proven(self) -> bool:
        """Whether no assignment does better, by any aim."""
        return all(each.proven for each in self.attained)

    def groups_of(self, key: UUID) -> tuple[Group, ...]:
        """The groups that a candidate is assigned to; empty for one who waits."""
        names = next((one.groups for one in self.assigned if one.candidate == key), ())
        return tuple(find_named("group", name, self.roster.groups) for name in names)

    def members(self, group: str) -> tuple[UUID, ...]:
        """Who is assigned to a group, in the order of keys."""
        find_named("group", group, self.roster.groups)
        return tuple(one.candidate for one in self.assigned if group in one.groups)

    def seats_free(self, group: str) -> int:
        """How many seats of a group are left."""
        return find_named("group", group, self.roster.groups).capacity - len(self.members(group))

    __repr__ = hidden


def assign(
    roster: Roster,
    site: Site,
    *,
    on: date,
    weights: Weights = Weights(),
    limits: Limits = Limits(),  # noqa: B008  # frozen
) -> Assignments:
    """Who goes to which group from a day on.

    Each candidate gets all groups that are needed, or waits. The aims are those of ``Aim``,
    in their order. Seats are counted first, then places given one by one, and then a solver
    looks for better, until it proves that there is none. The order of groups and candidates
    does not matter, and the same roster gives the same assignments, with one version of the
    solver: another may choose otherwise among those that are equally good.

    Args:
        on: the day of joining: closed groups that have begun take nobody, and waiting counts
            up to it.
        limits: what the solver may spend on each aim. At a limit it gives the best that it
            has, and a bound.

    Raises:
        InvalidError: with all that the site does not allow of the groups.
        MissingExtraError: the extra ``groups`` is not installed.
    """
    refuse_moments("assign", on=on)
    refuse_groups(roster.groups, site, roster.services)
    case = Matching(roster, on=on)
    solver = Solver(case, limits)
    taken = _one_by_one(case, weights)
    attained: list[Attainment] = []
    floors: list[tuple[Gains, int]] = []
    for aim, gains in _aims(case, weights):
        bound = _most(case, gains)
        if aim is Aim.PLACED:
            bound = min(bound, _seat_count(case))
        if total(gains, taken) < bound:
            taken, bound = solver.improved(taken, gains, floors, bound)
        reached = total(gains, taken)
        attained.append(Attainment(aim, reached, bound))
        floors.append((gains, reached))
    chosen = case.seated(taken)
    assigned = sorted((case.candidates[c].key, groups) for c, groups in chosen.items())
    return Assignments(
        roster,
        tuple(
            Assignment(key, tuple(case.groups[g].name for g in groups)) for key, groups in assigned
        ),
        waitlist(case, chosen, spare_seats(roster.groups, site, roster.services)),
        tuple(attained),
    )


def _aims(case: Matching, weights: Weights) -> Iterator[tuple[Aim, Gains]]:
    """The aims in their order, and what counts for each."""
    keeps = [dict.fromkeys(kept, 1) for kept in case.keeps]
    current = any(case.now_in)
    if current and weights.current_first:
        yield Aim.CURRENT, [(int(bool(now)), {}) for now in case.now_in]
    yield Aim.PLACED, [(1, {}) for _ in case.candidates]
    yield Aim.WORTH, list(_worth(case, weights))
    if current:
        yield Aim.KEPT, [(0, kept) for kept in keeps]


def _worth(case: Matching, weights: Weights) -> Iterator[tuple[int, Mapping[int, int]]]:
    for c, (suits, keeps) in enumerate(zip(case.suits, case.keeps, strict=True)):
        weeks = (case.on - case.since(c)).days // 7
        yield (
            weights.waiting * weeks,
            {
                p: weights.preferences * points + weights.stability * (p in keeps)
                for p, points in suits.items()
            },
        )


def _most(case: Matching, gains: Gains) -> int:
    """What an aim could reach if there were seats for all, and nothing overlapped."""
    best = 0
    for c in case.placeable:
        own, of = gains[c]
        for dose in case.candidates[c].doses:
            pools = [of.get(p, 0) for p in case.suits[c] if case.pools[p].service == dose.service]
            own += sum(sorted(pools, reverse=True)[: dose.groups])
        best += max(0, own)
    return best


def _seat_count(case: Matching) -> int:
    """How many candidates the seats of the scarcest service are enough for."""
    suited = Counter(p for c in case.placeable for p in case.suits[c])
    seats: Counter[str] = Counter()
    for p, pool in enumerate(case.pools):
        seats[pool.service] += min(pool.seats, suited[p])
    doses: dict[str, list[int]] = {service: [] for service in seats}
    for c in case.placeable:
        for dose in case.candidates[c].doses:
            doses[dose.service].append(dose.groups)
    without = {service: len(case.placeable) - len(some) for service, some in doses.items()}
    return min(
        (
            without[service] + sum(total <= seats[service] for total in accumulate(sorted(some)))
            for service, some in doses.items()
        ),
        default=0,
    )


def _one_by_one(case: Matching, weights: Weights) -> Bundles:
    """Places given to one candidate after another, to those with the least choice first."""
    left = [pool.seats for pool in case.pools]
    worth = list(_worth(case, weights))
    taken: dict[int, tuple[int, ...]] = {}
    for c in sorted(case.placeable, key=lambda c: (not case.keeps[c], len(case.suits[c]), c)):
        costs = {
            p: -1000 * worth[c][1][p] - 999 * left[p] // case.pools[p].seats
            for p in case.suits[c]
            if left[p]
        }
        bundle = cheapest(case.candidates[c], case.options(costs))
        if bundle is not None:
            taken[c] = bundle
            for p in bundle:
                left[p] -= 1
    return taken
