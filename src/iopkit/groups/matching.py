"""Cases: rosters made ready, with which groups suit whom, and which are as good as one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from iopkit.groups.combinations import Option, cheapest, days_of, times_of
from iopkit.groups.groups import Group
from iopkit.groups.rosters import Barrier, Candidate, Roster, barriers

Bundles = Mapping[int, tuple[int, ...]]
"""Numbers of groups, or of pools, of each candidate who has a place, by number."""


class Pool:
    """Groups of a service at the same times that suit the same candidates as well.

    They are one group to whoever looks for a place, with all their seats.
    """

    def __init__(self, members: Sequence[int], groups: Sequence[Group]) -> None:
        self.members = tuple(members)
        self.service = groups[members[0]].service
        self.seats = sum(groups[number].capacity for number in members)


class Matching:
    """A roster on a day, in an order that does not depend on how it was written.

    Groups are in the order of their names; candidates in that of how long they have waited,
    and then of their keys. Everything is by their numbers in it.
    """

    def __init__(self, roster: Roster, *, on: date) -> None:
        self.groups = sorted(roster.groups, key=lambda group: group.name)
        self.candidates = sorted(
            roster.candidates, key=lambda one: (_waits_since(one, on), one.key)
        )
        self.on = on
        self.times, self.days = times_of(self.groups), [days_of(group) for group in self.groups]
        number = {group.name: n for n, group in enumerate(self.groups)}
        self.now_in = [{number[name] for name in one.now_in} for one in self.candidates]
        self.barred = [self._barred(n) for n in range(len(self.candidates))]
        self.points = [
            {
                g: one.points(group) if one.preferences else 0
                for g, group in enumerate(self.groups)
                if not barred[g]
            }
            for one, barred in zip(self.candidates, self.barred, strict=True)
        ]
        self.pools = self._pooled()
        self.pool_of = {g: p for p, pool in enumerate(self.pools) for g in pool.members}
        # Which pools suit each candidate, and whether the candidate is in one of them now.
        self.suits = [
            {
                p: points[pool.members[0]]
                for p, pool in enumerate(self.pools)
                if pool.members[0] in points
            }
            for points in self.points
        ]
        self.keeps = [
            {self.pool_of[g] for g in now if g in points}
            for now, points in zip(self.now_in, self.points, strict=True)
        ]
        self.placeable = [
            n
            for n, one in enumerate(self.candidates)
            if cheapest(one, self.options(self.suits[n])) is not None
        ]

    def _barred(self, number: int) -> list[tuple[Barrier, ...]]:
        """What keeps a candidate out of each group, looked up once for groups that are alike."""
        one = self.candidates[number]
        known: dict[object, tuple[Barrier, ...]] = {}
        found: list[tuple[Barrier, ...]] = []
        for g, group in enumerate(self.groups):
            alike = (
                self.times[g],
                group.service,
                group.language,
                group.genders,
                group.stages,
                group.takes(self.on),
                group.name in one.now_in,
            )
            if alike not in known:
                known[alike] = barriers(one, group, on=self.on)
            found.append(known[alike])
        return found

    def _pooled(self) -> list[Pool]:
        crowd = [0] * len(self.groups)
        for now in self.now_in:
            for g in now:
                crowd[g] += 1
        alike: dict[object, list[int]] = defaultdict(list)
        for g, group in enumerate(self.groups):
            # Those who are in a group now must have a seat in it, wherever its pool has one.
            own = g if crowd[g] > group.capacity else None
            liked = tuple(points.get(g) for points in self.points)
            alike[self.times[g], self.days[g], group.service, own, liked].append(g)
        return [Pool(members, self.groups) for members in alike.values()]

    def options(self, costs: Mapping[int, int]) -> list[Option]:
        """Pools, and what each would cost, as options."""
        return [self._option(p, self.pools[p].members[0], cost) for p, cost in costs.items()]

    def group_options(self, costs: Mapping[int, int]) -> list[Option]:
        """Groups, and what each would cost, as options."""
        return [self._option(g, g, cost) for g, cost in costs.items()]

    def _option(self, number: int, group: int, cost: int) -> Option:
        service = self.groups[group].service
        return Option(number, service, self.times[group], self.days[group], cost)

    def since(self, number: int) -> date:
        """Since when a candidate has waited, up to the day."""
        return _waits_since(self.candidates[number], self.on)

    def seated(self, taken: Bundles) -> dict[int, tuple[int, ...]]:
        """Groups in place of pools: first for those who are in them now, then in their order."""
        left = [group.capacity for group in self.groups]
        found: dict[int, list[int]] = {number: [] for number in sorted(taken)}
        for stay in (True, False):
            for number, own in found.items():
                seated = {self.pool_of[g] for g in own}
                for p in taken[number]:
                    choice = [
                        g
                        for g in self.pools[p].members
                        if left[g] and (not stay or g in self.now_in[number])
                    ]
                    if p not in seated and choice:
                        own.append(choice[0])
                        left[choice[0]] -= 1
        return {number: tuple(sorted(own)) for number, own in found.items()}


def _waits_since(candidate: Candidate, on: date) -> date:
    """Since when a candidate has waited, up to a day."""
    return min(candidate.waiting_since or on, on)
