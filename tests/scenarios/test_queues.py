"""The list and the seats against the theory of queues: exact chains, Erlang B, C and A."""

from math import factorial, sqrt

import numpy as np
from numpy.typing import NDArray

from iopkit.scenarios.capacity import SeatsByDay
from iopkit.scenarios.clinic import seated
from iopkit.scenarios.requests import NEVER, RequestOutcome, Requests, Seated

Floats = NDArray[np.float64]


def pool(size: int, days: int) -> SeatsByDay:
    every = bytes([1]) * days
    return SeatsByDay(("a",), (size,), (every,), every, (((0,),),))


def drawn(
    random: np.random.Generator, days: int, *, comes: float, leaves: float, gives_up: float
) -> Requests:
    """At most one request a day, with geometric stays and patience."""
    ready = np.flatnonzero(random.random(days) < comes)
    patience = random.geometric(gives_up, ready.size) if gives_up else NEVER
    return Requests(ready, random.geometric(leaves, ready.size), patience=patience)


def within(values: Floats, exact: float, errors: float = 4) -> bool:
    return bool(abs(values.mean() - exact) <= errors * values.std(ddof=1) / sqrt(values.size))


def chain(size: int, most: int, *, comes: float, leaves: float, gives_up: float) -> Floats:
    """From how many are in care or wait after a day to how many after the next, with what odds."""

    def binomial(count: int, odds: float) -> Floats:
        total = np.array([1.0])
        for _ in range(count):
            total = np.convolve(total, [1 - odds, odds])
        return total

    matrix = np.zeros((most + 1, most + 1))
    for there in range(most + 1):
        gone = np.convolve(
            binomial(min(there, size), leaves), binomial(max(there - size, 0), gives_up)
        )
        for fewer, odds in enumerate(gone):
            matrix[there, there - fewer] += odds * (1 - comes)
            matrix[there, min(there - fewer + 1, most)] += odds * comes
    return matrix


def there_on(requests: Requests, found: Seated, day: int) -> tuple[int, int]:
    """How many are in care, and wait, at the end of a day."""
    admitted = found.outcome == RequestOutcome.ADMITTED
    since = np.where(admitted, found.start, NEVER).astype(np.int64)
    care = (since <= day) & (day < since + requests.stay)
    over = np.where(found.outcome == RequestOutcome.WAITING, NEVER, found.day)
    return int(care.sum()), int(((found.ready <= day) & (day < over)).sum())


def test_each_day_is_as_the_exact_chain_has_it() -> None:
    size, days, runs = 3, 90, 250
    odds = {"comes": 0.4, "leaves": 0.12, "gives_up": 0.05}
    seats, random = pool(size, days), np.random.default_rng(20260112)
    asked = (2, 9, 30, 89)
    seen = np.empty((runs, len(asked), 2))
    for run in range(runs):
        requests = drawn(random, days, **odds)
        found = seated(requests, seats)
        seen[run] = [there_on(requests, found, day) for day in asked]
    matrix, state = chain(size, 40, **odds), np.eye(41)[0]
    number = np.arange(41)
    for day in range(days):
        state = state @ matrix
        if day in asked:
            there = seen[:, asked.index(day)]
            assert within(there[:, 0], float(state @ np.minimum(number, size)))
            assert within(there[:, 1], float(state @ np.maximum(number - size, 0)))


# Small steps: what is a day here is a hundredth of a mean stay or less.


def test_who_does_not_wait_is_turned_away_as_by_erlang_b() -> None:
    size, load, leaves, days = 3, 2.0, 1 / 150, 15_000
    blocked = load**size / factorial(size) / sum(load**n / factorial(n) for n in range(size + 1))
    random, shares = np.random.default_rng(1), []
    for _ in range(60):
        requests = drawn(random, days, comes=load * leaves, leaves=leaves, gives_up=0)
        # One day of patience: a seat on the day itself, or none.
        requests = Requests(requests.ready, requests.stay, patience=1)
        outcome = seated(requests, pool(size, days)).outcome[requests.ready >= 1000]
        shares.append(np.mean(outcome == RequestOutcome.GAVE_UP))
    assert within(np.array(shares), blocked)


def test_who_waits_and_how_long_is_as_by_erlang_c() -> None:
    size, load, leaves, days = 3, 1.8, 1 / 150, 30_000
    full = load**size / factorial(size) * size / (size - load)
    delayed = full / (sum(load**n / factorial(n) for n in range(size)) + full)
    mean = delayed / (leaves * (size - load))
    random, shares, waits = np.random.default_rng(2), [], []
    for _ in range(60):
        requests = drawn(random, days, comes=load * leaves, leaves=leaves, gives_up=0)
        found = seated(requests, pool(size, days))
        begun = (found.outcome == RequestOutcome.ADMITTED) & (found.ready >= 2000)
        waited = (found.start - found.ready)[begun]
        shares.append(np.mean(waited > 0))
        waits.append(np.mean(waited))
    assert within(np.array(shares), delayed)
    assert within(np.array(waits), mean)


def test_who_gives_up_is_as_by_erlang_a() -> None:
    size, load, leaves, gives_up, days = 3, 3.6, 1 / 150, 1 / 200, 15_000
    comes, odds = load * leaves, [1.0]
    for there in range(1, 60):
        rate = min(there, size) * leaves + max(there - size, 0) * gives_up
        odds.append(odds[-1] * comes / rate)
    waiting = sum(max(n - size, 0) * each for n, each in enumerate(odds)) / sum(odds)
    random, shares = np.random.default_rng(3), []
    for _ in range(60):
        requests = drawn(random, days, comes=comes, leaves=leaves, gives_up=gives_up)
        found = seated(requests, pool(size, days))
        late = (found.ready >= 1500) & (found.ready < days - 2000)
        shares.append(np.mean(found.outcome[late] == RequestOutcome.GAVE_UP))
    assert within(np.array(shares), waiting * gives_up / comes)
