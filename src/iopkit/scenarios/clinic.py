"""The clinic: who waits, who is offered a seat, and who begins, day by day.

On each day, in this order: the seats of those who leave are free again, requests become ready,
those who have waited as long as they would give up, and seats are offered: by class, then by how
long somebody has been ready, then by the order of referral.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from functools import lru_cache
from heapq import heapify, heappop, heapreplace
from itertools import chain, pairwise
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from iopkit.errors import refuse, unless
from iopkit.scenarios.capacity import UNLIMITED, SeatsByDay, next_days
from iopkit.scenarios.draws import WHOLE
from iopkit.scenarios.requests import (
    MOST_ROWS,
    NEVER,
    NO_DAY,
    Codes,
    Days,
    RequestOutcome,
    Requests,
    Seated,
)

_Rows: TypeAlias = NDArray[np.intp]

_ROW = MOST_ROWS - 1


def seated(requests: Requests, seats: SeatsByDay) -> Seated:
    """Who begins when, over the days of the seats.

    Raises:
        InvalidError: a request is of a kind of course that the seats do not know.

    Example:
        >>> days = bytes([1] * 9)
        >>> one = SeatsByDay(("evening",), (1,), (days,), days, (((0,),),))
        >>> seated(Requests([0, 1, 2], 4), one).start.tolist()
        [0, 4, 8]
    """
    most = len(seats.needs)
    ok = not requests.needs.size or int(requests.needs.max()) < most
    refuse("requests", unless(ok, "needs", f"numbers below {most}", "others"))
    if not requests.ready.size or not any(seats.needs):
        found = _without_seats(requests, seats)
    elif _is_one_line(requests, seats):
        found = _in_one_line(requests, seats)
    else:
        found = _Clinic(requests, seats).run()
    return _told(requests, found, seats.days)


class _Found(NamedTuple):
    """The days that are known of each request, and its pools."""

    ready: Days
    offered: Days
    start: Days
    pools: Codes


def _told(requests: Requests, found: _Found, days: int) -> Seated:
    """What came of each by the last day."""
    ready, offered, start, pools = found
    leaves = np.maximum(ready.astype(np.int64) + requests.patience, 0)
    reached = (ready != NO_DAY) & (ready < days)
    began = start != NO_DAY
    # Each of these stands above those before it.
    outcome = np.full(ready.size, RequestOutcome.NOT_REACHED, np.int16)
    outcome[reached] = RequestOutcome.WAITING
    outcome[reached & (leaves < days)] = RequestOutcome.GAVE_UP
    outcome[offered != NO_DAY] = RequestOutcome.DID_NOT_COME
    outcome[began] = RequestOutcome.ADMITTED
    day = np.where(began, start, offered)
    gave_up = outcome == RequestOutcome.GAVE_UP
    day[gave_up] = leaves[gave_up]
    return Seated(ready, offered, start, outcome, day, pools)


def _no_pools(requests: Requests, seats: SeatsByDay) -> Codes:
    return np.full((requests.ready.size, max(map(len, seats.needs), default=0)), -1, np.int16)


# Where nobody waits for a seat.


def _without_seats(requests: Requests, seats: SeatsByDay) -> _Found:
    """Each begins on the first open day, unless they gave up before; then those who follow."""
    days = seats.days
    opening = np.array([*next_days(seats.opens), days], np.int64)
    ready = np.where(requests.follows < 0, requests.ready, np.int32(NO_DAY))
    start, offered = requests.admitted.copy(), requests.admitted.copy()
    asked = np.flatnonzero(requests.follows < 0)
    while asked.size:
        new = asked[requests.admitted[asked] == NO_DAY]
        since = ready[new].astype(np.int64)
        first = opening[np.clip(since, 0, days)]
        stays = (first < days) & (first < since + requests.patience[new])
        new, since, first = new[stays], since[stays], first[stays].astype(np.int32)
        offered[new] = first
        waited = np.minimum(first - since, requests.comes.shape[1] - 1)
        came = requests.intake[new] < requests.comes[requests.band[new], waited]
        start[new[came]] = first[came]
        follows = _following(requests, asked[start[asked] != NO_DAY])
        before = requests.follows[follows]
        then = start[before].astype(np.int64) + requests.stay[before] + requests.gap[follows]
        asked = follows[then < days]
        ready[asked] = then[then < days]
    return _Found(ready, offered, start, _no_pools(requests, seats))


def _following(requests: Requests, rows: _Rows) -> _Rows:
    """The rows that follow some."""
    # The one more is for those that follow none.
    before = np.zeros(requests.ready.size + 1, np.bool_)
    before[rows] = True
    return np.flatnonzero(before[requests.follows])


# Where all wait in one line for one pool.


def _is_one_line(requests: Requests, seats: SeatsByDay) -> bool:
    """Whether all wait for one pool in one line, and each who is offered a seat begins."""
    needs = seats.needs[int(requests.needs[0])]
    return (
        len(needs) == 1
        and len(needs[0]) == 1
        and bool((requests.needs == requests.needs[0]).all())
        and bool((requests.follows < 0).all())
        and bool((requests.patience == NEVER).all())
        and bool((requests.priority == requests.priority[0]).all())
        and bool((requests.comes >= np.uint64(WHOLE)).all())
        and bool((requests.suits >> np.uint64(needs[0][0]) & np.uint64(1)).all())
    )


def _in_one_line(requests: Requests, seats: SeatsByDay) -> _Found:
    """The next in line has the seat that is free first: nobody begins before who came before."""
    days = seats.days
    ((pool,),) = seats.needs[int(requests.needs[0])]
    inside = requests.admitted != NO_DAY
    line = np.flatnonzero(~inside & (requests.ready < days))
    line = line[np.argsort(requests.ready[line], kind="stable")]
    ends = requests.admitted[inside].astype(np.int64) + requests.stay[inside]
    ends = ends[ends > 0]
    # Where more are in care than there are seats, the first to leave make room for nobody.
    vacant, day = seats.sizes[pool] - ends.size, 0
    leave: list[int] = np.bincount(np.minimum(ends, days), minlength=2 * days).tolist()
    # After the last day there is room for all, and who leaves then is not looked for.
    leave[days] = ends.size + line.size
    takes = (*seats.takes[pool], True)
    first: list[int] = []
    for ready, stay in zip(
        requests.ready[line].tolist(),
        np.minimum(requests.stay[line], days).tolist(),
        strict=True,
    ):
        while day < ready or vacant < 1 or not takes[day]:
            day += 1
            vacant += leave[day]
        if day == days:
            break
        first.append(day)
        vacant -= 1
        leave[day + stay] += 1
    start = requests.admitted.copy()
    start[line[: len(first)]] = first
    pools = _no_pools(requests, seats)
    pools[start != NO_DAY, 0] = pool
    return _Found(requests.ready.copy(), start.copy(), start, pools)


# Where there are several pools, classes or ends of waiting.


class _Clinic:
    """A clinic on one of its days: what is free, who is where, and who waits.

    Requests that are alike in class and pools wait in one line, so that only the first of
    each line is asked, and only of lines for which something has changed; sets of lines are
    the bits of a number. Who needs a seat in no pool takes one of a pool more, which is never
    full.
    """

    def __init__(self, requests: Requests, seats: SeatsByDay) -> None:
        self.requests, self.seats = requests, seats
        self.days, self.pools = seats.days, len(seats.sizes)
        self.free = [*seats.sizes, UNLIMITED]
        self.takes = (*seats.takes, seats.opens)
        self.line_of, self.choices = _lines(requests, seats)
        self.lines: list[deque[int]] = [deque() for _ in self.choices]
        self.sets: dict[int, list[deque[int]]] = {}
        # The lines whose requests may take a seat in each pool.
        self.users = [
            sum(1 << line for line, needs in enumerate(self.choices) if pool in {*chain(*needs)})
            for pool in range(len(self.free))
        ]
        # How many seats are free, so that full days are soon over.
        self.vacant = sum(seats.sizes) + UNLIMITED * bool(self.users[-1])
        known = requests.follows < 0
        ready = np.where(known, requests.ready, np.int32(NO_DAY))
        self.ready: list[int] = ready.tolist()
        self.leaves: list[int] = (ready.astype(np.int64) + requests.patience).tolist()
        self.stay: list[int] = requests.stay.tolist()
        self.start: list[int] = requests.admitted.tolist()
        self.offered: list[int] = requests.admitted.tolist()
        self.taken: list[Sequence[int]] = [()] * len(self.ready)
        # Most come, or do not, however long they have waited.
        surely = requests.intake < requests.comes.min(axis=1)[requests.band]
        self.comes: list[bool] = surely.tolist()
        self.following: dict[int, list[int]] = defaultdict(list)
        for row in np.flatnonzero(~known).tolist():
            self.following[int(requests.follows[row])].append(row)
        self.leaving: dict[int, list[int]] = defaultdict(list)
        self.later: dict[int, list[int]] = defaultdict(list)

    def run(self) -> _Found:
        """Go through all days."""
        leaving, line_of, lines, later = self.leaving, self.line_of, self.lines, self.later
        for row in np.flatnonzero(self.requests.admitted != NO_DAY).tolist():
            self._begin(row, self.start[row], self._held(row))
        turns, ends = _ready_by_day(self.requests, self.days)
        opening, low = _opening(self.takes), 0
        for day, high in enumerate(ends):
            # The lines for which something is free that was not, or that have a new first.
            changed = 0
            for pool in opening[day]:
                changed |= self.users[pool]
            if day in leaving:
                changed |= self._leave(leaving.pop(day))
            if low < high or day in later:
                new = turns[low:high]
                for turn in sorted(new + later.pop(day)) if day in later else new:
                    number = line_of[turn & _ROW]
                    line = lines[number]
                    if not line:
                        changed |= 1 << number
                    line.append(turn)
                low = high
            if changed and self.vacant:
                self._offer(day, changed)
        return self._found()

    def _leave(self, rows: Iterable[int]) -> int:
        """Have some leave; the lines for which their seats are."""
        free, users, taken, changed = self.free, self.users, self.taken, 0
        for row in rows:
            for pool in taken[row]:
                free[pool] += 1
                if free[pool] > 0:
                    self.vacant += 1
                changed |= users[pool]
        return changed

    def _offer(self, day: int, changed: int) -> None:
        """Offer what is free to those who are next, each in turn."""
        leaves, line_of, comes, lines = self.leaves, self.line_of, self.comes, self.lines
        if changed not in self.sets:
            self.sets[changed] = [
                line for number, line in enumerate(lines) if changed >> number & 1
            ]
        turns = [line[0] for line in self.sets[changed] if line]
        if len(turns) > 1:
            heapify(turns)
        while turns and self.vacant:
            row = turns[0] & _ROW
            number = line_of[row]
            if day < leaves[row]:
                taken = self._free_pools(number, day)
                if not taken:
                    heappop(turns)
                    continue
                self.offered[row] = day
                if comes[row] or self._comes(row, day):
                    self._begin(row, day, taken)
            line = lines[number]
            line.popleft()
            if line:
                heapreplace(turns, line[0])
            else:
                heappop(turns)

    def _comes(self, row: int, day: int) -> bool:
        """Whether somebody comes who might not, after so long a wait."""
        requests = self.requests
        comes = requests.comes[requests.band[row]]
        waited = min(day - self.ready[row], len(comes) - 1)
        return bool(requests.intake[row] < comes[waited])

    def _free_pools(self, number: int, day: int) -> Sequence[int]:
        """The first pool with a seat that is free for each need; none, where one has none."""
        free, takes = self.free, self.takes
        found: tuple[int, ...] = ()
        for need in self.choices[number]:
            for pool in need:
                if free[pool] > 0 and takes[pool][day]:
                    found += (pool,)
                    break
            else:
                return ()
        return found

    def _begin(self, row: int, day: int, taken: Sequence[int]) -> None:
        self.start[row] = day
        self.taken[row] = taken
        end = day + self.stay[row]
        if end > 0:
            free = self.free
            for pool in taken:
                if free[pool] > 0:
                    self.vacant -= 1
                free[pool] -= 1
            if end < self.days:
                self.leaving[end].append(row)
        if row in self.following:
            self._follow(row, end)

    def _follow(self, row: int, end: int) -> None:
        requests = self.requests
        for other in self.following[row]:
            if (then := end + int(requests.gap[other])) < self.days:
                self.ready[other] = then
                self.leaves[other] = then + int(requests.patience[other])
                turn = _turn(int(requests.priority[other]), then, other)
                self.later[max(then, 0)].append(turn)

    def _held(self, row: int) -> list[int]:
        """The pools of somebody who is in care as day 0 begins."""
        holds, found = int(self.requests.holds[row]), list[int]()
        needs = self.seats.needs[int(self.requests.needs[row])]
        for need, suited in zip(needs, self.choices[self.line_of[row]], strict=False):
            held = [pool for pool in need if holds >> pool & 1]
            room = [pool for pool in suited if self.free[pool] > 0]
            found += [*held, *room, *suited][:1]
        return found

    def _found(self) -> _Found:
        pools = _no_pools(self.requests, self.seats)
        for need, column in enumerate(pools.T):
            column[:] = [taken[need] if need < len(taken) else -1 for taken in self.taken]
        pools[pools == self.pools] = -1
        return _Found(
            np.array(self.ready, np.int32),
            np.array(self.offered, np.int32),
            np.array(self.start, np.int32),
            pools,
        )


def _lines(
    requests: Requests, seats: SeatsByDay
) -> tuple[list[int], list[tuple[tuple[int, ...], ...]]]:
    """The line of each request, alike in class and pools, and the pools of each line's needs."""
    masks, mask = np.unique(requests.suits, return_inverse=True)
    code = (mask * len(seats.needs) + requests.needs) * 128 + requests.priority
    codes, kind = np.unique(code, return_inverse=True)
    choices: list[tuple[tuple[int, ...], ...]] = []
    numbers: list[int] = (codes // 128).tolist()
    for each in numbers:
        suits, needs = int(masks[each // len(seats.needs)]), seats.needs[each % len(seats.needs)]
        suited = tuple(tuple(pool for pool in need if suits >> pool & 1) for need in needs)
        choices.append(suited or ((len(seats.sizes),),))
    return kind.tolist(), choices


def _turn(priority: int, ready: int, row: int) -> int:
    """A number by which requests are ordered: of those in a line, the lowest is next."""
    return (priority << 32 | ready + (1 << 31)) << 24 | row


def _ready_by_day(requests: Requests, days: int) -> tuple[list[int], list[int]]:
    """The turns of requests in the order in which they are ready, and where each day's end.

    Those that were ready before are ready on day 0.
    """
    first = (requests.follows < 0) & (requests.admitted == NO_DAY)
    rows = np.flatnonzero(first & (requests.ready < days))
    rows = rows[np.argsort(requests.ready[rows], kind="stable")]
    ready = requests.ready[rows].astype(np.int64)
    # As ``_turn`` of each.
    turns = (requests.priority[rows].astype(np.int64) << 32 | ready + (1 << 31)) << 24 | rows
    ends = np.searchsorted(np.maximum(ready, 0), np.arange(1, days + 1))
    return turns.tolist(), ends.tolist()


@lru_cache(maxsize=64)
def _opening(takes: tuple[bytes, ...]) -> tuple[tuple[int, ...], ...]:
    """The pools that take people on each day, and did not on the day before."""
    return tuple(
        tuple(
            pool for pool, (before, now) in enumerate(zip(*pair, strict=True)) if now and not before
        )
        for pair in pairwise(((0,) * len(takes), *zip(*takes, strict=True)))
    )


def seats_taken(requests: Requests, found: Seated, seats: SeatsByDay) -> NDArray[np.int32]:
    """How many seats of each pool are taken on each day: a row for each pool."""
    days = seats.days
    change = np.zeros((len(seats.sizes), days + 1), np.int32)
    for pools in found.pools.T:
        rows = np.flatnonzero(pools >= 0)
        first = found.start[rows].astype(np.int64)
        last = first + requests.stay[rows]
        # Stays that were over before day 0 begin and end on it.
        np.add.at(change, (pools[rows], np.clip(first, 0, days)), 1)
        np.add.at(change, (pools[rows], np.clip(last, 0, days)), -1)
    taken: NDArray[np.int32] = change.cumsum(axis=1, dtype=np.int32)[:, :days]
    return taken
