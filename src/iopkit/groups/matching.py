"""Matchings: rosters made ready, with which groups suit whom, and which are as good as one."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import TypeVar

from iopkit.confidential import hidden
from iopkit.fields import frozen
from iopkit.groups.combinations import Option, cheapest, days_of, times_of
from iopkit.groups.groups import Group
from iopkit.groups.rosters import Barrier, Candidate, Roster, barriers
from iopkit.windows import WeeklyWindows

# Pools, pairs and applicants are keys of nearly all that the searches keep, and there is one
# of each: they are told apart by identity, as hashing all that they hold would cost too much.


@frozen(eq=False)
class Pool:
    """Groups of a service at the same times that suit the same candidates as well.

    They are one group to whoever looks for a place, with all their ``seats``. ``times`` and
    ``days`` are bits, as in ``Option``.
    """

    groups: tuple[Group, ...]
    service: str
    times: int
    days: int
    seats: int


@frozen(eq=False, repr=False)
class Pair:
    """A candidate and a group: what keeps them apart, or how much the candidate likes it.

    ``points`` are ``None`` where there are barriers. ``is_in``: the candidate is in it now.
    """

    trusts_types = True  # There are thousands.
    pool: Pool
    barriers: tuple[Barrier, ...]
    points: int | None
    is_in: bool

    __repr__ = hidden


@frozen(eq=False, repr=False)
class Applicant:
    """A candidate beside each group, in the order of names; ``since`` is when waiting began."""

    candidate: Candidate
    since: date
    pairs: tuple[Pair, ...]

    @cached_property
    def suits(self) -> Mapping[Pool, int]:
        """The pools that suit, in the order of names, and their points."""
        return {pair.pool: pair.points for pair in self.pairs if pair.points is not None}

    @cached_property
    def keeps(self) -> frozenset[Pool]:
        """The pools that suit and that the candidate is in now."""
        return frozenset(pair.pool for pair in self.pairs if pair.is_in and not pair.barriers)

    @cached_property
    def missing(self) -> Mapping[int, WeeklyWindows]:
        """When the candidate would have to be free for groups, by the times of their pools."""
        free = self.candidate.free or WeeklyWindows()
        alike = {pair.pool.times: pair.pool.groups[0] for pair in self.pairs}
        return {times: group.times - free for times, group in alike.items()}

    __repr__ = hidden


Combinations = Mapping[Applicant, tuple[Pool, ...]]
"""The pools of each candidate who has a place."""

Seated = Mapping[Applicant, tuple[Group, ...]]
"""The groups of each candidate who has a place, in the order of names."""

_Choice = TypeVar("_Choice")


class Matching:
    """A roster on a day, in an order that does not depend on how it was written.

    Groups are in the order of their names; applicants in that of how long they have waited,
    and then of their keys. ``placeable`` are those who would have a place if all seats were
    theirs.
    """

    def __init__(self, roster: Roster, *, on: date) -> None:
        self.on = on
        self.groups = tuple(sorted(roster.groups, key=lambda group: group.name))
        candidates = sorted(roster.candidates, key=lambda one: (_waits_since(one, on), one.key))
        barred = list(_barred(candidates, self.groups, on))
        points = [
            [
                None if bars else one.points(group)
                for group, bars in zip(self.groups, row, strict=True)
            ]
            for one, row in zip(candidates, barred, strict=True)
        ]
        self._pool_of = _pool_of(candidates, self.groups, points)
        self.pools = tuple(dict.fromkeys(self._pool_of.values()))
        self.applicants = tuple(
            Applicant(one, _waits_since(one, on), tuple(self._pairs(one, bars, liked)))
            for one, bars, liked in zip(candidates, barred, points, strict=True)
        )
        self.placeable = tuple(
            one for one in self.applicants if cheapest_pools(one.candidate, one.suits) is not None
        )

    def _pairs(
        self,
        candidate: Candidate,
        barred: Sequence[tuple[Barrier, ...]],
        points: Sequence[int | None],
    ) -> Iterator[Pair]:
        # Groups that are alike to a candidate share a pair: of 3,000 patients and 720 groups
        # there would be two million, in 250 MB.
        known: dict[tuple[object, ...], Pair] = {}
        for group, bars, liked in zip(self.groups, barred, points, strict=True):
            pool, is_in = self._pool_of[group.name], group.name in candidate.now_in
            alike = pool, bars, is_in
            if alike not in known:
                known[alike] = Pair(pool=pool, barriers=bars, points=liked, is_in=is_in)
            yield known[alike]

    def beside(self, one: Applicant) -> Iterator[tuple[Group, Pair]]:
        """Each group, and what it is to a candidate."""
        return zip(self.groups, one.pairs, strict=True)

    def cheapest_groups(
        self, candidate: Candidate, costs: Mapping[str, int]
    ) -> tuple[str, ...] | None:
        """The groups that meet a candidate's doses at the least cost; ``None`` if none do.

        Args:
            costs: of each group that could be one of them, by its name.
        """
        return _cheapest(candidate, costs, [self._pool_of[name] for name in costs])

    def seated(self, taken: Combinations) -> Seated:
        """Groups in place of pools: first for those who are in them now, then in their order."""
        left = {group.name: group.capacity for group in self.groups}
        found: dict[Applicant, dict[Pool, Group]] = {
            one: {} for one in self.applicants if one in taken
        }
        # Each pool's seats are given out once to those who stay and once to the others. There
        # are enough, as a pool with more in a group now than it seats has no other group.
        for staying in (True, False):
            for one, own in found.items():
                for pool in taken[one]:
                    choice = (
                        group
                        for group in pool.groups
                        if left[group.name] and (not staying or group.name in one.candidate.now_in)
                    )
                    if pool not in own and (group := next(choice, None)):
                        own[pool] = group
                        left[group.name] -= 1
        return {
            one: tuple(sorted(own.values(), key=lambda group: group.name))
            for one, own in found.items()
        }


def cheapest_pools(candidate: Candidate, costs: Mapping[Pool, int]) -> tuple[Pool, ...] | None:
    """The pools that meet a candidate's doses at the least cost; ``None`` if none do."""
    return _cheapest(candidate, costs, costs)


def _cheapest(
    candidate: Candidate, costs: Mapping[_Choice, int], pools: Iterable[Pool]
) -> tuple[_Choice, ...] | None:
    """The cheapest of some choices, each with its pool."""
    options = (
        Option(number, service=pool.service, times=pool.times, days=pool.days, cost=cost)
        for number, (pool, cost) in enumerate(zip(pools, costs.values(), strict=True))
    )
    found = cheapest(candidate, options)
    choices = tuple(costs)
    return None if found is None else tuple(choices[number] for number in found)


def _waits_since(candidate: Candidate, on: date) -> date:
    """Since when a candidate has waited, up to a day."""
    return min(candidate.waiting_since or on, on)


def _barred(
    candidates: Iterable[Candidate], groups: Sequence[Group], on: date
) -> Iterator[list[tuple[Barrier, ...]]]:
    """What keeps each candidate out of each group, looked up once for groups that are alike."""
    kinds = [
        (times, group.service, group.language, group.genders, group.stages, group.takes(on))
        for group, times in zip(groups, times_of(groups), strict=True)
    ]
    numbers = {kind: number for number, kind in enumerate(kinds)}
    alike = [(group, numbers[kind]) for group, kind in zip(groups, kinds, strict=True)]
    for candidate in candidates:
        known: dict[tuple[int, bool], tuple[Barrier, ...]] = {}
        row: list[tuple[Barrier, ...]] = []
        for group, number in alike:
            kind = number, group.name in candidate.now_in
            if kind not in known:
                known[kind] = barriers(candidate, group, on=on)
            row.append(known[kind])
        yield row


def _pool_of(
    candidates: Iterable[Candidate],
    groups: Sequence[Group],
    points: Sequence[Sequence[int | None]],
) -> Mapping[str, Pool]:
    """The pool of each group by its name, one pool after another."""
    crowd = Counter(name for candidate in candidates for name in candidate.now_in)
    alike: dict[tuple[str, int, int, str | None, tuple[int | None, ...]], list[Group]]
    alike = defaultdict(list)
    for number, (group, times) in enumerate(zip(groups, times_of(groups), strict=True)):
        # Those who are in a group now must have a seat in it, wherever its pool has one.
        own = group.name if crowd[group.name] > group.capacity else None
        liked = tuple(row[number] for row in points)
        alike[group.service, times, days_of(group), own, liked].append(group)
    found: dict[str, Pool] = {}
    for (service, times, days, *_), members in alike.items():
        pool = Pool(
            groups=tuple(members),
            service=service,
            times=times,
            days=days,
            seats=sum(group.capacity for group in members),
        )
        found |= {group.name: pool for group in members}
    return found
