"""A clinic's years, many times over; run as a script, what is too large for a case.

For the answers the peers are fed with our referrals and stays; timed, they draw their own.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date, time, timedelta
from pathlib import Path
from random import Random
from time import perf_counter, process_time

import numpy as np
import polars as pl
import scenario_peers as peers
from attrs import evolve
from measure import Case, Contender, optional
from populations import in_kilobytes
from scenario_peers import Came, Referral

from iopkit import Site
from iopkit.courses.stays import DischargeReason
from iopkit.eligibility import FACTS
from iopkit.library import find_program
from iopkit.modalities import Modality
from iopkit.programs import Phase, Program, Service, Slot, Weekly
from iopkit.scenarios import (
    Arrivals,
    Capacity,
    Constant,
    DrawPurpose,
    Episodes,
    Habits,
    Population,
    Priorities,
    Priority,
    Results,
    Scenario,
    SeatPool,
    simulate,
    vary,
)
from iopkit.scenarios.draws import address, draws_at
from iopkit.scenarios.hazards import day_thresholds
from iopkit.scenarios.requests import NO_DAY, RequestOutcome
from iopkit.sources import Grade, Source
from iopkit.windows import Weekday, WeeklyWindows

REPLICATIONS, MANY = 10, 200
COHORT, COHORT_WEEKS, COHORT_LEAVES = 100_000, 52, 0.02
LARGE, LARGE_WEEKS = 1_300_000, 104
DAYS = (Weekday.MONDAY, Weekday.WEDNESDAY, Weekday.THURSDAY)
_AGES = pl.DataFrame({"age": list(range(20, 60))})
_OLDER = Priorities(
    "own", (Priority("older", FACTS["age"] >= 40, Source("A rule of ours", Grade.SECONDARY)),)
)
_GIVES_UP = Constant(peers.GIVES_UP)


def _program(weeks: int) -> Program:
    group = Service(
        "group",
        "Group",
        Modality.GROUP_THERAPY,
        Weekly(tuple(Slot(day, time(18)) for day in DAYS)),
        timedelta(hours=3),
    )
    return Program("program", "Program", (Phase("phase", "Phase", weeks),), (group,))


def _scenario(habits: Habits, capacity: Capacity, priorities: Priorities | None = None) -> Scenario:
    return Scenario(
        "clinic",
        population=Population.of(_AGES, key=None),
        program=_program(peers.WEEKS),
        site=Site("site", "America/Chicago", WeeklyWindows.always()),
        arrivals=Arrivals(per_week=peers.PER_WEEK),
        habits=habits,
        start=date(2026, 1, 5),
        weeks=peers.HORIZON,
        capacity=capacity,
        priorities=priorities,
    )


TOY = _scenario(
    Habits("toy", "Toy", leaving=peers.LEAVES),
    Capacity((SeatPool("seats", "group", peers.SEATS),)),
)
FULL = _scenario(
    Habits(
        "full",
        "Full",
        leaving=peers.LEAVES,
        attends=peers.ATTENDS,
        uses_at_admission=peers.USES_FIRST,
        returns_to_use=peers.RETURNS,
        stops_using=peers.STOPS,
        gives_up=_GIVES_UP,
    ),
    Capacity(
        tuple(
            SeatPool(f"group-{number}", "group", peers.SEATS // peers.GROUPS)
            for number in range(peers.GROUPS)
        )
    ),
    _OLDER,
)


def toy() -> Case:
    """One line for forty seats, nobody attends or gives up."""

    def in_a_heap() -> list[Came]:
        return [peers.in_a_heap((one.day, sum(one.steps)) for one in each) for each in _fed(TOY)]

    def in_a_heap_drawn() -> None:
        for seed in range(REPLICATIONS):
            peers.in_a_heap(peers.stays_drawn(Random(seed)))

    return Case(
        "scenario-toy",
        _size(TOY),
        Contender("iopkit", lambda: _run(TOY), lambda: _came(TOY)),
        (
            optional("simpy", lambda: _in_simpy(TOY, peers.in_simpy, peers.drawn)),
            Contender("a heap, by hand", in_a_heap_drawn, in_a_heap, "admissions and waits only"),
        ),
    )


def full() -> Case:
    """Two classes, four groups, giving up, attendance and use."""

    def referrals(random: Random) -> Iterator[Referral]:
        return peers.drawn_in_full(random, [0])

    return Case(
        "scenario-full",
        _size(FULL),
        Contender("iopkit", lambda: _run(FULL), lambda: _came(FULL)),
        (optional("simpy", lambda: _in_simpy(FULL, peers.in_simpy_in_full, referrals)),),
    )


def cohort() -> Case:
    """Many who begin on one day and may leave in each week, with no list."""
    everybody = pl.DataFrame({"age": [30] * COHORT, "day": [0] * COHORT})
    scenario = evolve(
        _scenario(Habits("cohort", "Cohort", leaving=COHORT_LEAVES), Capacity()),
        population=Population.of(everybody, key=None, others=["day"]),
        program=_program(COHORT_WEEKS),
        arrivals=Arrivals(days="day"),
        weeks=COHORT_WEEKS,
    )

    def in_care(results: Results) -> int:
        # Who is there to the end of the last week is discharged on its last day.
        left = results.totals.filter(measure="dropped_out")["value"]
        return COHORT - int(left.item())

    def vivarium() -> Contender:
        run = peers.in_vivarium(COHORT, COHORT_WEEKS, COHORT_LEAVES)

        def fed() -> int:
            came = simulate(scenario, replications=1, seed=1).episodes("clinic", 0)
            left = came.reason == came.reasons.index(DischargeReason.DROPPED_OUT)
            return run(np.where(left, (came.stay - 1) // 7, COHORT_WEEKS).astype(np.int64))

        return Contender("vivarium", lambda: run(None), fed, "one decision a week, one column")

    return Case(
        "scenario-cohort",
        f"{COHORT:,} people, {COHORT_WEEKS} weeks",
        Contender(
            "iopkit",
            lambda: simulate(scenario, replications=1, seed=1),
            lambda: in_care(simulate(scenario, replications=1, seed=1)),
        ),
        (optional("vivarium", vivarium),),
    )


def _size(scenario: Scenario) -> str:
    return f"{scenario.weeks} weeks, {REPLICATIONS} times"


def _run(scenario: Scenario) -> Results:
    return simulate(scenario, replications=REPLICATIONS, seed=1)


def _in_simpy(
    scenario: Scenario,
    run: Callable[[Iterator[Referral]], Came],
    referrals: Callable[[Random], Iterator[Referral]],
) -> Contender:
    run(iter(()))  # there, or an ImportError

    def drawn() -> None:
        for seed in range(REPLICATIONS):
            run(referrals(Random(seed)))

    return Contender("simpy", drawn, lambda: [run(iter(each)) for each in _fed(scenario)])


def _episodes(scenario: Scenario) -> Iterator[Episodes]:
    results = _run(scenario)
    for replication in results.replications:
        yield results.episodes(scenario.name, replication)


def _came(scenario: Scenario) -> list[Came]:
    """What our replications came to."""
    return [
        Came(
            int((each.start != NO_DAY).sum()),
            int((each.start - each.ready)[each.start != NO_DAY].sum()),
            int((each.outcome == RequestOutcome.GAVE_UP).sum()),
        )
        for each in _episodes(scenario)
    ]


def _fed(scenario: Scenario) -> Iterator[list[Referral]]:
    """Our referrals of each replication: in their order, and of a day by class."""
    days = peers.DAYS + 1
    table = day_thresholds(_GIVES_UP, days)
    ages = scenario.population.table["age"].to_numpy()
    for each in _episodes(scenario):
        patience = np.full(len(each), peers.NEVER)
        if scenario.habits.gives_up is not None:
            drawn = draws_at(each.stream, address(DrawPurpose.GIVING_UP))
            patience = np.searchsorted(table, drawn, side="right")
        priority = np.zeros(len(each), np.int64)
        if scenario.priorities is not None:
            priority = (ages[each.person] < 40).astype(np.int64)
        rows = zip(
            each.ready.tolist(),
            map(peers.fed_steps, each.stay.tolist()),
            patience.tolist(),
            priority.tolist(),
            strict=True,
        )
        yield sorted((Referral(*row) for row in rows), key=lambda one: (one.day, one.priority))


def patient_weeks(scenario: Scenario, replications: int) -> int:
    """How many weeks people were in care, in so many replications."""
    results = simulate(scenario, replications=replications, seed=1)
    census = results.weekly.filter(measure="census")["value"]
    return round(float(census.sum()))


def _rates() -> None:
    """How many patient-weeks a second, over many replications."""
    for name, scenario in (("toy", TOY), ("full", FULL)):
        weeks = patient_weeks(scenario, MANY)
        before = process_time()
        simulate(scenario, replications=MANY, seed=1)
        seconds = process_time() - before
        print(
            f"{name}: {MANY} times {scenario.weeks} weeks in {seconds:.2f} s: "
            f"{weeks / seconds / 1e6:.1f} million patient-weeks a second"
        )


def _paired() -> None:
    """How much less a difference varies with the same people than with others."""
    base, wider = vary(TOY, {"44 seats": {"capacity.pools.seats.seats": peers.SEATS + 4}})
    one = simulate((base, wider), replications=MANY, seed=1)
    other = simulate(wider, replications=MANY, seed=2)
    for measure in ("admitted", "wait_days", "waiting_at_end"):
        totals = one.totals.filter(measure=measure)
        before, after = (
            totals.filter(scenario=each.name)["value"].to_numpy() for each in (base, wider)
        )
        apart = other.totals.filter(measure=measure)["value"].to_numpy()
        ratio = np.var(apart - before, ddof=1) / np.var(after - before, ddof=1)
        print(f"{measure}, 44 seats less 40: variance 1/{ratio:.0f} of that of other people")


def _workers() -> None:
    """How much sooner two workers are done than one; on a busy machine their processor time tells.

    Not all of it is shared out: the tables are made by who has begun the run.
    """
    simulate(FULL, replications=REPLICATIONS, seed=1)  # what is looked up is there in all
    for workers in (1, 2):
        before, others, own = perf_counter(), _of_workers(), process_time()
        with ProcessPoolExecutor(workers) as executor:
            simulate(FULL, replications=MANY, seed=1, executor=executor)
        print(
            f"workers: {workers}: {perf_counter() - before:.2f} s; processor time "
            f"{_of_workers() - others:.2f} s of theirs, {process_time() - own:.2f} s of the first"
        )


def _of_workers() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _large() -> None:
    """Very many people at one site of a real program, once, in a process of its own."""
    program = find_program("deaconess-cross-pointe")
    people = pl.select(
        age=pl.int_range(LARGE) % 40 + 20,
        day=(pl.int_range(LARGE).hash(seed=1) % (LARGE_WEEKS * 7)).cast(pl.Int64),
    )
    scenario = evolve(
        TOY,
        population=Population.of(people, key=None, others=["day"]),
        program=program,
        arrivals=Arrivals(days="day"),
        weeks=LARGE_WEEKS,
        habits=Habits("large", "Large", leaving=peers.LEAVES),
        capacity=Capacity((SeatPool("seats", program.every_service[0].name, 60_000),)),
    )
    for words, one in (
        ("stays and the list", scenario),
        ("attendance too", evolve(scenario, habits=evolve(scenario.habits, attends=0.8))),
    ):
        small = evolve(one, population=Population.of(people.head(100), key=None, others=["day"]))
        simulate(small, replications=1, seed=1)
        before = in_kilobytes("VmRSS:")
        Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")  # forget the peak so far
        begun = process_time()
        simulate(one, replications=1, seed=1)
        seconds = process_time() - begun
        peak = (in_kilobytes("VmHWM:") - before) / 1e6
        print(f"{LARGE:,} people, {LARGE_WEEKS} weeks, {words}: {seconds:.2f} s, {peak:.2f} GB")


def main() -> None:
    """Measure what is too large for a case."""
    print(f"load: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    _rates()
    _paired()
    _workers()
    subprocess.run([sys.executable, __file__, "large"], check=True)


if __name__ == "__main__":
    _large() if len(sys.argv) > 1 else main()
