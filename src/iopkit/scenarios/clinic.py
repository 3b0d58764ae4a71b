"""The clinic: who waits, who is offered a seat, and who begins, day by day.

On each day, in this order: seats of those who leave are free again, requests become ready, those
who have waited as long as they would give up, and seats are offered: by class, then by how long
somebody has been ready, then by the order of referral.
"""

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from enum import IntEnum
from heapq import heapify, heappop, heapreplace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from iopkit.confidential import hidden
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.scenarios.capacity import UNLIMITED, SeatsByDay, next_days
from iopkit.scenarios.draws import WHOLE, Words

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray

Days: TypeAlias = "NDArray[np.int32]"
"""An array of days, or of numbers of days."""
Codes: TypeAlias = "NDArray[np.int16]"
"""An array of small numbers."""

NEVER = 2**31 - 1
"""The patience of somebody who does not give up."""

NO_DAY = -(2**31)
"""The day of what did not take place."""

_MOST_ROWS = 1 << 24
_EVERY_POOL = (1 << 64) - 1


class Outcome(IntEnum):
    """What came of a request by the last day."""

    NOT_REACHED = 0
    """It was not ready by then, or follows one that never began."""
    WAITING = 1
    GAVE_UP = 2
    DID_NOT_COME = 3
    """A seat was offered, and went on to the next."""
    ADMITTED = 4


@frozen(eq=False)
class Requests:
    """Those who ask for seats in one replication: a row each, in the order of referral.

    ``ready`` is the day on which a seat can be taken, and may be before day 0. The class
    ``priority`` is 0 for those who go first. After ``patience`` days of waiting one gives up.
    ``stay`` is the days in care. ``needs`` is the number of the kind of course among those of
    ``SeatsByDay``, and ``suits`` has a bit for each pool that will do. Whoever is offered a seat
    comes if the draw ``intake`` is below the threshold that ``comes`` has for the days waited, in
    the row ``band``; its last column holds from there on. ``admitted`` is the day, up to 0, since
    which somebody is in care who is so as day 0 begins, else ``NO_DAY``; ``held`` are the pools
    that they have, one for each need, -1 where that is not known. ``follows`` is the row, an
    earlier one, whose stay comes before, else -1: ``ready`` is then ``gap`` days after its end,
    and what stands there does not count.

    Raises:
        InvalidError: there are more than 16,777,216 rows, arrays differ in length, or a
            number in one of them is out of bounds.
    """

    trusts_types = True

    ready: Days
    priority: Codes
    patience: Days
    stay: Days
    needs: Codes
    suits: Words
    intake: Words
    comes: Words
    band: Codes
    admitted: Days
    held: Codes
    follows: Days
    gap: Days

    def __attrs_post_init__(self) -> None:
        rows = self.ready.size
        each = (
            (self.priority, "priority", 0, 127),
            (self.patience, "patience", 0, NEVER),
            (self.stay, "stay", 1, NEVER),
            (self.needs, "needs", 0, NEVER),
            (self.band, "band", 0, len(self.comes) - 1),
            (self.admitted, "admitted", NO_DAY, 0),
            (self.gap, "gap", 0, NEVER),
        )
        refuse(
            "requests",
            unless(rows <= _MOST_ROWS, "ready", f"at most {_MOST_ROWS:,} rows", f"{rows:,}"),
            *(
                unless(values.shape == (rows,), name, "one number for each row", f"{values.size:,}")
                for values, name in (
                    *((values, name) for values, name, _, _ in each),
                    (self.suits, "suits"),
                    (self.intake, "intake"),
                    (self.follows, "follows"),
                )
            ),
        )
        refuse(
            "requests",
            unless(self.held.shape[:1] == (rows,), "held", "a row for each", "another"),
            unless(self.comes.ndim == 2 and self.comes.size > 0, "comes", "bands", "none"),
            *(
                unless(
                    not rows or (low <= values.min() and values.max() <= high),
                    name,
                    f"from {low} to {high}",
                    "others",
                )
                for values, name, low, high in each
            ),
            unless(
                bool((self.follows < np.arange(rows)).all()) and bool((self.follows >= -1).all()),
                "follows",
                "an earlier row, or -1",
                "another",
            ),
        )

    @classmethod
    def of(
        cls,
        ready: "ArrayLike",
        stay: "ArrayLike",
        *,
        priority: "ArrayLike" = 0,
        patience: "ArrayLike" = NEVER,
        needs: "ArrayLike" = 0,
        suits: "ArrayLike" = _EVERY_POOL,
        intake: "ArrayLike" = 0,
        comes: "ArrayLike" = ((WHOLE,),),
        band: "ArrayLike" = 0,
        admitted: "ArrayLike" = NO_DAY,
        held: "ArrayLike" = ((),),
        follows: "ArrayLike" = -1,
        gap: "ArrayLike" = 0,
    ) -> "Requests":
        """Requests of arrays, or of one number for all; without more, each waits and comes.

        Example:
            >>> Requests.of([0, 3], 84).patience.tolist() == [NEVER, NEVER]
            True
        """
        rows = np.size(ready)

        def each(values: "ArrayLike", kind: "DTypeLike") -> "NDArray[np.generic]":
            return np.ascontiguousarray(np.broadcast_to(np.asarray(values, kind), rows))

        pools = np.asarray(held, np.int16)
        return cls(
            ready=each(ready, np.int32),
            priority=each(priority, np.int16),
            patience=each(patience, np.int32),
            stay=each(stay, np.int32),
            needs=each(needs, np.int16),
            suits=each(suits, np.uint64),
            intake=each(intake, np.uint64),
            comes=np.asarray(comes, np.uint64),
            band=each(band, np.int16),
            admitted=each(admitted, np.int32),
            held=np.broadcast_to(pools, (rows, pools.shape[1])),
            follows=each(follows, np.int32),
            gap=each(gap, np.int32),
        )

    __repr__ = hidden


@frozen(eq=False)
class Seated:
    """What came of each request, a row each.

    ``outcome`` is an ``Outcome``, and ``day`` the day of it: of beginning, of giving up or of not
    coming; ``NO_DAY`` for those who wait and who were not reached. ``ready`` is the day since
    which it was ready, ``offered`` that on which a seat was offered, and ``start`` that of
    beginning. ``pools`` has the pool of each need, -1 where there is none.
    """

    trusts_types = True

    ready: Days
    offered: Days
    start: Days
    outcome: Codes
    day: Days
    pools: Codes

    __repr__ = hidden


def seated(requests: Requests, seats: SeatsByDay) -> Seated:
    """Who begins when, over the days of the seats.

    Raises:
        InvalidError: a request needs what the seats do not have.

    Example:
        >>> one = SeatsByDay(("evening",), (1,), (bytes([1] * 9),), bytes([1] * 9), (((0,),),))
        >>> seated(Requests.of([0, 1, 2], 4), one).start.tolist()
        [0, 4, 8]
    """
    most = len(seats.needs)
    ok = not requests.needs.size or int(requests.needs.max()) < most
    refuse("requests", unless(ok, "needs", f"numbers below {most}", "others"))
    if not any(seats.needs):
        found = _without_seats(requests, seats)
    elif _is_one_line(requests, seats):
        found = _in_one_line(requests, seats)
    else:
        found = _by_day(requests, seats)
    return _told(requests, seats, *found)


_Found: TypeAlias = "tuple[Days, Days, Days, Codes]"
"""Of each request: ready, offered and begun on which day, and with which pools."""


def _told(
    requests: Requests, seats: SeatsByDay, ready: Days, offered: Days, start: Days, pools: Codes
) -> Seated:
    """What came of each, from the days that are known."""
    days = seats.days
    leaves = np.maximum(ready.astype(np.int64) + requests.patience, 0)
    reached = (ready != NO_DAY) & (ready < days)
    began = start != NO_DAY
    # Each of these stands above those before it.
    outcome = np.full(ready.size, Outcome.NOT_REACHED, np.int16)
    outcome[reached] = Outcome.WAITING
    outcome[reached & (leaves < days)] = Outcome.GAVE_UP
    outcome[offered != NO_DAY] = Outcome.DID_NOT_COME
    outcome[began] = Outcome.ADMITTED
    day = np.where(began, start, offered)
    gave_up = outcome == Outcome.GAVE_UP
    day[gave_up] = leaves[gave_up]
    every = (ready, offered, start, outcome, day, pools)
    for values in every:
        values.flags.writeable = False
    return Seated(*every)


def _without_seats(requests: Requests, seats: SeatsByDay) -> _Found:
    """Where nobody needs a seat: each begins on the first open day, unless they gave up."""
    rows, days = requests.ready.size, seats.days
    opening = np.array([*next_days(seats.opens), days], np.int64)
    ready = np.where(requests.follows < 0, requests.ready, np.int32(NO_DAY))
    start, offered = requests.admitted.copy(), requests.admitted.copy()
    inside = requests.admitted != NO_DAY
    asked = np.flatnonzero(requests.follows < 0)
    while asked.size:
        new = asked[~inside[asked]]
        since = ready[new].astype(np.int64)
        first = opening[np.clip(since, 0, days)]
        stays = (first < days) & (first < since + requests.patience[new])
        new, first = new[stays], first[stays].astype(np.int32)
        offered[new] = first
        waited = np.minimum(first - since[stays], requests.comes.shape[1] - 1)
        came = requests.intake[new] < requests.comes[requests.band[new], waited]
        start[new[came]] = first[came]
        follows = _following(requests, asked[start[asked] != NO_DAY])
        before = requests.follows[follows]
        then = start[before].astype(np.int64) + requests.stay[before] + requests.gap[follows]
        asked = follows[then < days]
        ready[asked] = then[then < days]
    return ready, offered, start, np.full((rows, 0), -1, np.int16)


def _following(requests: Requests, rows: "NDArray[np.int64]") -> "NDArray[np.int64]":
    """The rows that follow some."""
    before = np.zeros(requests.ready.size + 1, np.bool_)
    before[rows] = True
    # The one more is for those that follow none.
    return np.flatnonzero(before[requests.follows])


def _is_one_line(requests: Requests, seats: SeatsByDay) -> bool:
    """Whether all wait for one pool in one line, and each who is offered a seat begins."""
    asked = {seats.needs[number] for number in np.unique(requests.needs)}
    return (
        len(asked) == 1
        and len(needs := asked.pop()) == 1
        and len(needs[0]) == 1
        and bool((requests.follows < 0).all())
        and bool((requests.patience == NEVER).all())
        and bool((requests.priority == requests.priority[0]).all())
        and bool((requests.comes >= np.uint64(WHOLE)).all())
        and bool((requests.suits >> np.uint64(needs[0][0]) & np.uint64(1)).all())
    )


def _in_one_line(requests: Requests, seats: SeatsByDay) -> _Found:
    """The next in line has the seat that is free first: Kiefer and Wolfowitz' recursion."""
    days = seats.days
    ((pool,),) = seats.needs[requests.needs[0]]
    inside = requests.admitted != NO_DAY
    line = np.flatnonzero(~inside & (requests.ready < days))
    line = line[np.argsort(requests.ready[line], kind="stable")]
    ends = requests.admitted[inside].astype(np.int64) + requests.stay[inside]
    size = min(seats.sizes[pool], ends.size + line.size)
    # Where more are in care than there are seats, the first to leave make room for nobody.
    free = sorted([*ends[ends > 0].tolist(), *[0] * size], reverse=True)[:size]
    heapify(free)
    opening: Sequence[int] = next_days(seats.takes[pool])
    first: list[int] = []
    for ready, stay in zip(
        requests.ready[line].tolist(), requests.stay[line].tolist(), strict=True
    ):
        day = free[0] if free else days
        day = max(day, ready)
        if day >= days or (day := opening[day]) == days:
            break
        first.append(day)
        heapreplace(free, day + stay)
    start = requests.admitted.copy()
    start[line[: len(first)]] = first
    pools = np.full((start.size, max(map(len, seats.needs))), -1, np.int16)
    pools[start != NO_DAY, 0] = pool
    return requests.ready.copy(), start, start.copy(), pools


def _by_day(requests: Requests, seats: SeatsByDay) -> _Found:
    """Day by day: who leaves, who is ready, and, of those for whom a seat is free, who is next."""
    days = seats.days
    # Who needs a seat in none takes one of a pool that is never full, after all others.
    free, takes = [*seats.sizes, UNLIMITED], [*seats.takes, seats.opens]
    kinds, choices = _kinds(requests, seats)
    users: list[list[int]] = [[] for _ in takes]
    for kind, needs in enumerate(choices):
        for pool in {pool for need in needs for pool in need}:
            users[pool].append(kind)
    fixed = requests.follows < 0
    ready = np.where(fixed, requests.ready, np.int32(NO_DAY)).tolist()
    start, offered = requests.admitted.tolist(), requests.admitted.tolist()
    stay, patience = requests.stay.tolist(), requests.patience.tolist()
    intake, band, comes = requests.intake.tolist(), requests.band.tolist(), requests.comes.tolist()
    most = requests.comes.shape[1] - 1
    after: dict[int, list[int]] = defaultdict(list)
    for row in np.flatnonzero(~fixed).tolist():
        after[int(requests.follows[row])].append(row)
    leaving: list[list[int]] = [[] for _ in range(days)]
    later: dict[int, list[int]] = defaultdict(list)
    pools: dict[int, Sequence[int]] = {}
    waiting: list[deque[int]] = [deque() for _ in choices]

    def begin(row: int, day: int, taken: Sequence[int]) -> None:
        start[row] = day
        pools[row] = taken
        end = day + stay[row]
        if end > 0:
            for pool in taken:
                free[pool] -= 1
            if end < days:
                leaving[end].append(row)
        for other in after.get(row, ()):
            if (then := end + int(requests.gap[other])) < days:
                ready[other] = then
                later[max(then, 0)].append(_turn(int(requests.priority[other]), then, other))

    def chosen(kind: int, day: int) -> list[int] | None:
        taken = []
        for need in choices[kind]:
            for pool in need:
                if free[pool] > 0 and takes[pool][day]:
                    taken.append(pool)
                    break
            else:
                return None
        return taken

    for row in np.flatnonzero(requests.admitted != NO_DAY).tolist():
        held = [pool for pool in requests.held[row].tolist() if pool >= 0]
        begin(row, start[row], held or _with_room(choices[kinds[row]], free))
    for day, (new, stirred) in enumerate(
        zip(_new(requests, days), _stirred(takes, users), strict=True)
    ):
        for row in leaving[day]:
            for pool in pools[row]:
                free[pool] += 1
                stirred.update(users[pool])
        for turn in sorted([*new, *later.pop(day)]) if day in later else new:
            kind = kinds[turn & _ROW]
            waiting[kind].append(turn)
            stirred.add(kind)
        heads = [waiting[kind][0] for kind in stirred if waiting[kind]]
        heapify(heads)
        while heads:
            row = heads[0] & _ROW
            kind = kinds[row]
            if day < ready[row] + patience[row]:
                taken = chosen(kind, day)
                if taken is None:
                    heappop(heads)
                    continue
                offered[row] = day
                if intake[row] < comes[band[row]][min(day - ready[row], most)]:
                    begin(row, day, taken)
            queue = waiting[kind]
            queue.popleft()
            if queue:
                heapreplace(heads, queue[0])
            else:
                heappop(heads)
    taken_by = np.full((requests.ready.size, max(map(len, seats.needs))), -1, np.int16)
    for row, taken in pools.items():
        taken_by[row, : len(taken)] = taken
    taken_by[taken_by == len(seats.sizes)] = -1
    return (
        np.array(ready, np.int32),
        np.array(offered, np.int32),
        np.array(start, np.int32),
        taken_by,
    )


_ROW = _MOST_ROWS - 1


def _turn(priority: int, ready: int, row: int) -> int:
    """A number by which requests are ordered: of those in a line, the lowest is next."""
    return (priority << 32 | ready + (1 << 31)) << 24 | row


def _new(requests: Requests, days: int) -> Iterator[list[int]]:
    """The turns of requests that become ready on each day, in order."""
    rows = np.flatnonzero(
        (requests.follows < 0) & (requests.admitted == NO_DAY) & (requests.ready < days)
    )
    ready = requests.ready[rows].astype(np.int64)
    turns = (requests.priority[rows].astype(np.int64) << 32 | ready + (1 << 31)) << 24 | rows
    on = np.maximum(ready, 0)
    order = np.lexsort((turns, on))
    bounds = np.searchsorted(on[order], np.arange(days + 1)).tolist()
    turns = turns[order].tolist()
    for low, high in zip(bounds, bounds[1:]):
        yield turns[low:high]


def _stirred(takes: Sequence[bytes], users: Sequence[Sequence[int]]) -> Iterator[set[int]]:
    """The kinds of request for which a pool takes people on each day, and did not the day before."""
    before = [0] * len(takes)
    for today in zip(*takes, strict=True):
        yield (
            {
                kind
                for pool, (now, then) in enumerate(zip(today, before))
                if now and not then
                for kind in users[pool]
            }
            if today != before
            else set()
        )
        before = today


def _kinds(
    requests: Requests, seats: SeatsByDay
) -> tuple[list[int], list[tuple[tuple[int, ...], ...]]]:
    """The kind of each request, alike in class and pools, and the pools of each kind's needs."""
    masks, mask = np.unique(requests.suits, return_inverse=True)
    code = (mask * len(seats.needs) + requests.needs) * 128 + requests.priority
    codes, kind = np.unique(code, return_inverse=True)
    choices = []
    for each in (codes // 128).tolist():
        suits, needs = int(masks[each // len(seats.needs)]), seats.needs[each % len(seats.needs)]
        suited = tuple(tuple(pool for pool in need if suits >> pool & 1) for need in needs)
        choices.append(suited or ((len(seats.sizes),),))
    return kind.tolist(), choices


def _with_room(needs: Sequence[Sequence[int]], free: Sequence[int]) -> list[int]:
    """For each need the first pool with room, else the first: who is in care stays there."""
    return [next((pool for pool in need if free[pool] > 0), need[0]) for need in needs if need]
