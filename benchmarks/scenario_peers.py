"""The clinics of ``scenarios`` by other means: events in SimPy, a heap by hand, and Vivarium."""

from collections.abc import Callable, Iterable, Iterator
from heapq import heapreplace
from random import Random
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

PER_WEEK, SEATS, GROUPS, WEEKS, HORIZON = 5, 40, 4, 12, 520
LEAVES, ATTENDS, GIVES_UP = 0.05, 0.8, 0.1
USES_FIRST, RETURNS, STOPS = 0.5, 0.05, 0.1
SESSIONS, FIRST_CLASS = 3, 0.5
DAYS = HORIZON * 7
NEVER = 1 << 31


class Referral(NamedTuple):
    """Somebody who asks on a day; ``steps`` are the days of the stay, week by week.

    After ``patience`` days they give up, and those of class ``priority`` 0 go first.
    """

    day: int
    steps: Iterable[int]
    patience: int = NEVER
    priority: int = 0


class Came(NamedTuple):
    """What a replication came to."""

    admitted: int
    days_waited: int
    gave_up: int = 0


def fed_steps(stay: int) -> list[int]:
    """The steps of a stay that is known."""
    whole, rest = divmod(stay, 7)
    return [7] * whole + [rest] * (rest > 0)


def _days(random: Random) -> Iterator[int]:
    """The days of referrals, in order."""
    at = random.expovariate(PER_WEEK / 7)
    while at < DAYS:
        yield int(at)
        at += random.expovariate(PER_WEEK / 7)


def drawn(random: Random) -> Iterator[Referral]:
    """Referrals who leave by chance and do no more."""
    for day in _days(random):
        yield Referral(day, _steps(random.random))


def _steps(chance: Callable[[], float]) -> Iterator[int]:
    for _ in range(WEEKS):
        if chance() < LEAVES:
            yield 1 + int(chance() * 7)
            return
        yield 7


def drawn_in_full(random: Random, attended: list[int]) -> Iterator[Referral]:
    """Referrals who also attend, use, give up, and go first or not; counts what is attended."""
    chance = random.random
    by_day: dict[int, list[Referral]] = {}
    for day in _days(random):
        patience = 1
        while chance() >= 1 - (1 - GIVES_UP) ** (1 / 7):
            patience += 1
        priority = int(chance() >= FIRST_CLASS)
        steps = _full_steps(chance, attended)
        by_day.setdefault(day, []).append(Referral(day, steps, patience, priority))
    for each in by_day.values():
        yield from sorted(each, key=lambda one: one.priority)


def _full_steps(chance: Callable[[], float], attended: list[int]) -> Iterator[int]:
    using = chance() < USES_FIRST
    for week in range(WEEKS):
        if week:
            using = chance() >= STOPS if using else chance() < RETURNS
        leaves = chance() < LEAVES
        days = 1 + int(chance() * 7) if leaves else 7
        for session in range(SESSIONS):
            if session * 2 < days and chance() < ATTENDS:
                attended[0] += 1
        yield days
        if leaves:
            return


def stays_drawn(random: Random) -> Iterator[tuple[int, int]]:
    """The day and the stay of each referral, with the same decision each week."""
    chance = random.random
    for day in _days(random):
        week = 0
        while week < WEEKS and chance() >= LEAVES:
            week += 1
        yield day, week * 7 if week == WEEKS else week * 7 + 1 + int(chance() * 7)


def in_a_heap(referrals: Iterable[tuple[int, int]]) -> Came:
    """A clinic with one line: who is next has the seat that is free first."""
    free = [0] * SEATS
    admitted = waited = 0
    for day, stay in referrals:
        start = max(day, free[0])
        if start >= DAYS:
            break
        heapreplace(free, start + stay)
        admitted += 1
        waited += start - day
    return Came(admitted, waited)


def in_simpy(referrals: Iterable[Referral]) -> Came:
    """The same as events: a process for each patient, who decides each week."""
    import simpy

    env = simpy.Environment()
    seats = simpy.Resource(env, SEATS)
    admitted = waited = 0

    def patient(steps: Iterable[int]) -> Iterator[Any]:
        nonlocal admitted, waited
        asked = env.now
        with seats.request() as seat:
            yield seat
            admitted += 1
            waited += env.now - asked
            for days in steps:
                yield env.timeout(days)

    def source() -> Iterator[Any]:
        for each in referrals:
            if each.day > env.now:
                yield env.timeout(each.day - env.now)
            env.process(patient(each.steps))

    env.process(source())
    env.run(until=DAYS)
    return Came(admitted, int(waited))


def in_simpy_in_full(referrals: Iterable[Referral]) -> Came:
    """The same with two classes, giving up and groups.

    A day is four ticks, so that all of it is in our order: people ask on the first, give up on the
    second, and leave on the third.
    """
    import simpy

    env = simpy.Environment()
    seats = simpy.PriorityResource(env, SEATS)
    free = [SEATS // GROUPS] * GROUPS
    admitted = waited = gave_up = 0

    def patient(each: Referral) -> Iterator[Any]:
        nonlocal admitted, waited, gave_up
        with seats.request(priority=each.priority) as seat:
            if not seat.triggered:
                yield seat | env.timeout(4 * each.patience + 1)
                if not seat.triggered:
                    gave_up += 1
                    return
            admitted += 1
            waited += env.now // 4 - each.day
            group = next(number for number, left in enumerate(free) if left)
            free[group] -= 1
            late = 2 - env.now % 4
            for days in each.steps:
                yield env.timeout(4 * days + late)
                late = 0
            free[group] += 1

    def source() -> Iterator[Any]:
        for each in referrals:
            if 4 * each.day > env.now:
                yield env.timeout(4 * each.day - env.now)
            env.process(patient(each))

    env.process(source())
    env.run(until=4 * DAYS)
    return Came(admitted, int(waited), gave_up)


def in_vivarium(
    people: int, weeks: int, leaves: float
) -> Callable[[NDArray[np.int64] | None], int]:
    """How many are in care after some weeks, of people who may leave in each.

    Those whose weeks of leaving are given leave in these; the others by Vivarium's chance, which is
    the same for a person whatever else changes.
    """
    import pandas as pd
    from vivarium import Component, InteractiveContext

    class Care(Component):  # type: ignore[misc]  # it has no types
        def __init__(self, given: NDArray[np.int64] | None) -> None:
            super().__init__()
            self.given = given
            self.week = 0

        @property
        def name(self) -> str:
            return "care"

        def setup(self, builder: Any) -> None:
            self.chance = builder.randomness.get_stream("leaving")
            builder.population.register_initializer(initializer=self.begin, columns="in_care")

        def begin(self, new: Any) -> None:
            self.population_view.initialize(pd.Series(True, index=new.index, name="in_care"))

        def on_time_step(self, event: Any) -> None:
            there = self.population_view.get(event.index, "in_care")
            index = there.index[there]
            if self.given is None:
                gone = index[self.chance.get_draw(index) < leaves]
            else:
                gone = index[self.given[index] == self.week]
            self.week += 1
            self.population_view.update("in_care", lambda _: pd.Series(False, index=gone))

    def run(given: NDArray[np.int64] | None) -> int:
        simulation = InteractiveContext(
            components=[Care(given)],
            configuration={
                "population": {"population_size": people},
                "time": {"step_size": 7},
            },
            logging_verbosity=0,
        )
        simulation.take_steps(weeks)
        return int(simulation.get_population("in_care").sum())

    return run
