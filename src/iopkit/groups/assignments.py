"""Assignments: who goes to which group, within seats, as good as can be. Needs ``groups``."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from itertools import accumulate, combinations
from uuid import UUID

from iopkit.confidential import hidden
from iopkit.errors import Fault, find_named, refuse, refuse_moments, unless
from iopkit.fields import frozen
from iopkit.groups.groups import Group, refuse_groups, spare_seats
from iopkit.groups.matching import Applicant, Combinations, Matching, Pool, cheapest_pools
from iopkit.groups.rosters import Roster
from iopkit.groups.solver import Floor, Gain, Gains, Limits, Solver, total
from iopkit.groups.waitlists import Waiting, waitlist
from iopkit.prose import counted
from iopkit.sites.sites import Site


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

    @property
    def words(self) -> str:
        """What is counted, in prose."""
        return _WORDS[self]


_WORDS = {
    Aim.CURRENT: "in groups now and placed",
    Aim.PLACED: "placed",
    Aim.WORTH: "points of preferences, waiting and stability",
    Aim.KEPT: "places kept",
}


@frozen(repr=False)
class Attainment:
    """What was reached of an aim, given those before it, and the most that could be."""

    aim: Aim
    reached: int
    bound: int

    def __attrs_post_init__(self) -> None:
        ok = self.reached <= self.bound
        refuse("attainment", unless(ok, "reached", "no more than the bound", "more"))

    @property
    def gap(self) -> int:
        """How much more could be reached, for all that is proven."""
        return self.bound - self.reached

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

    Raises:
        InvalidError: a candidate of the roster is not in it once, somebody is in other groups
            than the doses need or in two at once, a group has more than its seats, or another
            number of candidates is placed than was reached.
    """

    roster: Roster
    assigned: tuple[Assignment, ...]
    waiting: tuple[Waiting, ...]
    attained: tuple[Attainment, ...]

    def __attrs_post_init__(self) -> None:
        told = (*(one.candidate for one in self.assigned), *(one.candidate for one in self.waiting))
        aims = [each.aim for each in self.attained]
        counts = {each.aim: each.reached for each in self.attained}
        refuse(
            "assignments",
            unless(
                sorted(told) == sorted(one.key for one in self.roster.candidates),
                "assigned",
                "each candidate of the roster once, assigned or waiting",
                "others",
            ),
            unless(
                [one.place for one in self.waiting] == [*range(1, len(self.waiting) + 1)],
                "waiting",
                "places from 1 on, in order",
                "others",
            ),
            unless(
                aims == sorted(set(aims), key=[*Aim].index)
                and counts.get(Aim.PLACED) == len(self.assigned),
                "attained",
                "each aim once and in order, with those placed",
                "others",
            ),
            tuple(self._seat_faults()),
        )

    def _seat_faults(self) -> Iterator[Fault]:
        """What is wrong with the groups that candidates are assigned to."""
        known = {group.name: group for group in self.roster.groups}
        doses = {one.key: one.doses for one in self.roster.candidates}
        taken: Counter[str] = Counter()
        for place, one in enumerate(self.assigned):
            path = ("assigned", place, "groups")
            groups = [known[name] for name in one.groups if name in known]
            needed = Counter({dose.service: dose.groups for dose in doses.get(one.candidate, ())})
            taken.update(group.name for group in groups)
            if len(groups) < len(one.groups) or list(one.groups) != sorted(set(one.groups)):
                yield Fault(path, "groups of the roster, each once, by name", "others")
            elif Counter(group.service for group in groups) != needed:
                yield Fault(path, "as many groups of each service as the doses need", "others")
            elif any((one.times & other.times).spans for one, other in combinations(groups, 2)):
                yield Fault(path, "groups at different times", "two at once")
        for place, group in enumerate(self.roster.groups):
            if taken[group.name] > group.capacity:
                yield Fault(("roster", "groups", place, "capacity"), "a seat for each", "fewer")

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

    @property
    def words(self) -> str:
        """How many have a place, and where the solver stopped at its limits, in prose."""
        told = f"{self.placed} of {counted(self.placed + len(self.waiting), 'candidate')} placed"
        left = [
            f"{each.aim.words} {each.reached}, at most {each.bound}"
            for each in self.attained
            if not each.proven
        ]
        if not left:
            return f"{told}; no assignment does better."
        return f"{told}; the solver stopped at its limits: {'; '.join(left)}."

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
    weights: Weights = Weights(),  # noqa: B008  # frozen
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
        limits: what the solver may spend on each aim; by default what proves the best for some
            hundred candidates, and ends after seconds for a thousand. At a limit it gives the
            best that it has, and a bound (``Assignments.words`` tells).

    Raises:
        InvalidError: with all that the site does not allow of the groups.
        MissingExtraError: the extra ``groups`` is not installed.
    """
    refuse_moments("assign", on=on)
    refuse_groups(roster.groups, site, roster.services)
    matching = Matching(roster, on=on)
    solver = Solver(matching, limits)
    taken = _one_by_one(matching, weights)
    attained: list[Attainment] = []
    floors: list[Floor] = []
    # At most four aims, each searched once, or twice at worst, above what those before it have
    # reached; what reaches the most that could be is not searched.
    aims = [*_aims(matching, weights)]
    for place, (aim, gains) in enumerate(aims, 1):
        bound = _most(matching, gains)
        if aim is Aim.PLACED:
            bound = min(bound, _seat_count(matching))
        if total(gains, taken) < bound:
            then = aims[place][1] if place < len(aims) else None
            taken, bound = solver.improved(taken, gains, floors=floors, bound=bound, then=then)
        reached = total(gains, taken)
        attained.append(Attainment(aim, reached, bound))
        floors.append(Floor(gains, reached))
    seated = matching.seated(taken)
    assigned = [
        Assignment(one.candidate.key, tuple(group.name for group in groups))
        for one, groups in seated.items()
    ]
    return Assignments(
        roster=roster,
        assigned=tuple(sorted(assigned, key=lambda one: one.candidate)),
        waiting=waitlist(matching, seated, spare_seats(roster.groups, site, roster.services)),
        attained=tuple(attained),
    )


def _aims(matching: Matching, weights: Weights) -> Iterator[tuple[Aim, Gains]]:
    """The aims in their order, and what counts for each."""
    applicants = matching.applicants
    current = any(one.candidate.now_in for one in applicants)
    if current and weights.current_first:
        yield Aim.CURRENT, {one: Gain(int(bool(one.candidate.now_in))) for one in applicants}
    yield Aim.PLACED, dict.fromkeys(applicants, Gain(1))
    yield Aim.WORTH, {one: _worth(one, matching.on, weights) for one in applicants}
    if current:
        yield Aim.KEPT, {one: Gain(0, dict.fromkeys(one.keeps, 1)) for one in applicants}


def _worth(one: Applicant, on: date, weights: Weights) -> Gain:
    weeks = (on - one.since).days // 7
    seats = {
        pool: weights.preferences * points + weights.stability * (pool in one.keeps)
        for pool, points in one.suits.items()
    }
    return Gain(weights.waiting * weeks, seats)


def _most(matching: Matching, gains: Gains) -> int:
    """What an aim could reach if there were seats for all, and nothing overlapped."""
    best = 0
    for one in matching.placeable:
        own, seats = gains[one].place, gains[one].seats
        for dose in one.candidate.doses:
            pools = [seats.get(pool, 0) for pool in one.suits if pool.service == dose.service]
            own += sum(sorted(pools, reverse=True)[: dose.groups])
        best += max(0, own)
    return best


def _seat_count(matching: Matching) -> int:
    """How many candidates the seats of the scarcest service are enough for."""
    placeable = matching.placeable
    suited = Counter(pool for one in placeable for pool in one.suits)
    seats: Counter[str] = Counter()
    for pool in matching.pools:
        seats[pool.service] += min(pool.seats, suited[pool])
    doses: dict[str, list[int]] = {service: [] for service in seats}
    for one in placeable:
        for dose in one.candidate.doses:
            doses[dose.service].append(dose.groups)
    without = {service: len(placeable) - len(some) for service, some in doses.items()}
    return min(
        (
            without[service] + sum(total <= seats[service] for total in accumulate(sorted(some)))
            for service, some in doses.items()
        ),
        default=0,
    )


def _one_by_one(matching: Matching, weights: Weights) -> Combinations:
    """Places given to one candidate after another, to those with the least choice first."""
    left = {pool: pool.seats for pool in matching.pools}
    taken: dict[Applicant, tuple[Pool, ...]] = {}
    # One search a candidate, and nothing is taken back: it ends with the candidates. What it
    # misses is for the solver, which needs no search at all where this reaches the bounds.
    for one in sorted(matching.placeable, key=lambda one: (not one.keeps, len(one.suits))):
        worth = _worth(one, matching.on, weights).seats
        costs = {
            pool: -1000 * worth[pool] - 999 * left[pool] // pool.seats
            for pool in one.suits
            if left[pool]
        }
        pools = cheapest_pools(one.candidate, costs)
        if pools is not None:
            taken[one] = pools
            for pool in pools:
                left[pool] -= 1
    return taken
