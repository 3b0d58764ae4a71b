"""Combinations: groups that one patient can be in together, and the cheapest of them."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from iopkit.fields import frozen
from iopkit.groups.groups import Group
from iopkit.groups.rosters import Candidate

_EFFORT = 20_000
"""After how many steps a combination that was found is taken, though one may be cheaper."""


@frozen
class Option:
    """A group that could be in a combination, by number, and what it would cost.

    ``times`` has a bit for each stretch of the week, and ``days`` for each weekday on which
    the group begins.
    """

    number: int
    service: str
    times: int
    days: int
    cost: int = 0


def times_of(groups: Sequence[Group]) -> list[int]:
    """The times of each group as bits, of which two groups share one if they overlap."""
    edges = sorted({edge for group in groups for span in group.times.spans for edge in span})
    place = {edge: number for number, edge in enumerate(edges)}
    return [
        sum((1 << place[end]) - (1 << place[start]) for start, end in group.times.spans)
        for group in groups
    ]


def days_of(group: Group) -> int:
    """The weekdays on which a group begins, as bits."""
    return sum(1 << day for day in {slot.day for slot in group.slots})


def all_bits(some: Iterable[int]) -> int:
    """The bits of any of some numbers."""
    bits = 0
    for one in some:
        bits |= one
    return bits


def cheapest(candidate: Candidate, options: Iterable[Option]) -> tuple[int, ...] | None:
    """The groups that meet a candidate's doses at the least cost, by number.

    They do not overlap, and are on as many days as the candidate is to come. Of options at
    the same times only the cheapest is looked at, so the first of those that cost the same.
    The search takes what it has after ``_EFFORT`` steps.

    Returns:
        ``None`` if there is no such combination.
    """
    kept: dict[tuple[str, int, int], Option] = {}
    for option in sorted(options, key=lambda one: (one.cost, one.number)):
        kept.setdefault((option.service, option.times, option.days), option)
    steps = [
        _Step([one for one in kept.values() if one.service == dose.service], dose.groups)
        for dose in candidate.doses
    ]
    if any(len(step.options) < step.needed for step in steps):
        return None
    return _search(steps, candidate.days)


class _Step:
    """The options of one dose, cheapest first, and how many of them are needed."""

    def __init__(self, options: Sequence[Option], needed: int) -> None:
        self.options, self.needed = options, needed
        self.sums = (0, *accumulate(one.cost for one in options))
        self.days = all_bits(one.days for one in options)
        self.most_days = max((one.days.bit_count() for one in options), default=0)

    def least(self, first: int, needed: int) -> int:
        """The least that so many options from one on can cost."""
        return self.sums[first + needed] - self.sums[first]


class _Partial(NamedTuple):
    """The part of a combination that a search has so far."""

    times: int = 0
    days: int = 0
    cost: int = 0
    taken: tuple[int, ...] = ()

    def plus(self, one: Option) -> "_Partial":
        return _Partial(
            times=self.times | one.times,
            days=self.days | one.days,
            cost=self.cost + one.cost,
            taken=(*self.taken, one.number),
        )


def _search(steps: Sequence[_Step], days: int) -> tuple[int, ...] | None:
    """The cheapest way to take what each step needs, on so many days or more."""
    # Branch and bound over the options of each dose in turn, cheapest first. It ends, as each
    # step takes a later option or goes on to the next dose; a branch is left when the least
    # cost, or the most days, that could follow are not enough. Of the 5,647 searches for the
    # benchmark's 3,000 patients half take up to 5 options, and none more than 53; at worst the
    # options multiply with each group, and ``_EFFORT`` ends only what has found something.
    after = [steps[n + 1 :] for n in range(len(steps))]
    later_cost = [sum(step.least(0, step.needed) for step in later) for later in after]
    later_days = [all_bits(step.days for step in later) for later in after]
    later_most = [sum(step.needed * step.most_days for step in later) for later in after]
    best: _Partial | None = None
    effort = 0

    def go(dose: int, first: int, needed: int, so_far: _Partial) -> None:
        nonlocal best, effort
        effort += 1
        step = steps[dose]
        if not needed and dose + 1 < len(steps):
            go(dose + 1, 0, steps[dose + 1].needed, so_far)
            return
        on_most = so_far.days.bit_count() + needed * step.most_days + later_most[dose]
        if min(on_most, (so_far.days | step.days | later_days[dose]).bit_count()) < days:
            return
        if not needed:
            best = so_far
            return
        for place in range(first, len(step.options) - needed + 1):
            least = so_far.cost + step.least(place, needed) + later_cost[dose]
            if best and (least >= best.cost or effort > _EFFORT):
                return
            one = step.options[place]
            if not one.times & so_far.times:
                go(dose, place + 1, needed - 1, so_far.plus(one))

    go(0, 0, steps[0].needed, _Partial())
    return best and tuple(sorted(best.taken))
