"""Patients assigned to weekly groups, by HiGHS in iopkit and by CP-SAT.

As a script, it tells what is reached by each, the gap, and the time that passes, once:
``python benchmarks/groups.py 30 300 3000``.
"""

import sys
from datetime import date, time, timedelta
from functools import cache, partial
from hashlib import sha256
from importlib import import_module
from time import perf_counter
from uuid import UUID

from attrs import evolve
from measure import Case, Contender, Missing, Work, optional

from iopkit import Site, Weekday, WeeklyWindows
from iopkit.groups import Candidate, Group, GroupDose, GroupPreference, Roster, Weights, assign
from iopkit.programs import Slot

ON = date(2026, 1, 5)
DAYS = tuple(Weekday)[:6]
HOURS = (9, 13, 17, 19)
PARTS = ("08:00-12:00", "12:00-16:00", "16:00-19:00", "19:00-22:00")
EVENINGS = WeeklyWindows.of(*(f"{day.title} 16:00-22:00" for day in DAYS))
SITE = Site("Elm Street", "America/Chicago", WeeklyWindows.always())
LIMIT_SECONDS = 120.0

# Placed, and what that is worth by weights: reached, and the most that it could be.
Outcome = tuple[tuple[int, int], tuple[int, int]]


def dice(*what: object) -> int:
    """A number from 0 to 99, the same on every machine."""
    return int.from_bytes(sha256(repr(what).encode()).digest()[:8]) % 100


@cache
def roster(patients: int) -> Roster:
    """Patients who need three groups on three days, and a seat in eight too few.

    There are 24 weekly times, with a group in each for every hundred patients.
    """
    rooms = max(1, patients // 100)
    seats = round(3 * patients * 0.9 / (len(DAYS) * len(HOURS) * rooms))
    groups = tuple(
        Group(
            f"{day.name.lower()}-{hour}-{room}",
            "group",
            (Slot(day, time(hour)),),
            timedelta(hours=2),
            seats,
        )
        for day in DAYS
        for hour in HOURS
        for room in range(rooms)
    )
    return Roster(groups, tuple(candidate(number) for number in range(patients)))


def candidate(number: int) -> Candidate:
    """Free in nearly half of the 24 times, with a liking for evenings and for two days."""
    free = [f"{day.title} {part}" for day in DAYS for part in PARTS if dice(number, day, part) < 45]
    first = DAYS[dice(number, "day") % len(DAYS)]
    on = WeeklyWindows.of(*(f"{day.title} 00:00-24:00" for day in (first, DAYS[first - 1])))
    return Candidate(
        UUID(int=number, version=4),
        (GroupDose("group", 3),),
        WeeklyWindows.of(*free),
        days=3,
        preferences=(
            GroupPreference(dice(number, "evening") % 6, within=EVENINGS),
            GroupPreference(dice(number, "days") % 6, within=on),
        ),
        waiting_since=ON - timedelta(days=dice(number, "since")),
    )


def by_iopkit(patients: int) -> Outcome:
    """What ``assign`` reaches of its two aims here."""
    placed, worth = assign(roster(patients), SITE, on=ON).attained
    return (placed.reached, placed.bound), (worth.reached, worth.bound)


def by_cp_sat(patients: int, *, tuned: bool) -> Outcome:
    """The same two aims by CP-SAT.

    As it comes, one after the other with all workers. Tuned, as one sum in whole numbers, with
    one worker and the settings that were fastest of some tried here; and groups at the same
    time are one, as they are in iopkit.
    """
    from ortools.sat.python import cp_model

    some = roster(patients)
    rooms = len(some.groups) // (len(DAYS) * len(HOURS)) if tuned else 1
    groups = [evolve(group, capacity=group.capacity * rooms) for group in some.groups[::rooms]]
    model = cp_model.CpModel()
    weights, gains = Weights(), []
    joined: dict[str, list[cp_model.IntVar]] = {group.name: [] for group in groups}
    placed = [model.new_bool_var("") for _ in some.candidates]
    for one, has_place in zip(some.candidates, placed, strict=True):
        free = one.free or WeeklyWindows()
        may = {group: model.new_bool_var("") for group in groups if free.includes(group.times)}
        model.add(sum(may.values()) == 3 * has_place)
        for day in DAYS:
            model.add_at_most_one(x for group, x in may.items() if group.slots[0].day == day)
        for group, x in may.items():
            joined[group.name].append(x)
            gains.append(weights.preferences * one.points(group) * x)
        weeks = (ON - (one.waiting_since or ON)).days // 7
        gains.append(weights.waiting * weeks * has_place)
    for group in groups:
        model.add(sum(joined[group.name]) <= group.capacity)
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = 0
    solver.parameters.max_time_in_seconds = LIMIT_SECONDS
    count, worth = sum(placed), sum(gains)
    if tuned:
        solver.parameters.num_workers = 1
        solver.parameters.linearization_level = 2
        solver.parameters.symmetry_level = 0
        # More than all patients' worth: three groups of ten points each, and fifteen weeks.
        place = 50 * patients
        model.maximize(place * count + worth)
        solver.solve(model)
        most, rest = divmod(round(solver.best_objective_bound), place)
        return (solver.value(count), most), (solver.value(worth), rest)
    model.maximize(count)
    solver.solve(model)
    first = round(solver.objective_value), round(solver.best_objective_bound)
    model.add(count >= first[0])
    model.maximize(worth)
    solver.solve(model)
    return first, (round(solver.objective_value), round(solver.best_objective_bound))


def _case(patients: int) -> Case:
    ours = _contender("iopkit", "highspy", partial(by_iopkit, patients))
    tuned = _contender("ortools", "ortools", partial(by_cp_sat, patients, tuned=True))
    plain = partial(by_cp_sat, patients, tuned=False)
    peers = (tuned, _contender("ortools as it comes", "ortools", plain))
    groups = len(roster(patients).groups)
    return Case(
        f"groups-{patients}", f"{patients} patients, {groups} groups", ours, peers, wall=True
    )


def _contender(name: str, needs: str, run: Work) -> Contender | Missing:
    def build() -> Contender:
        import_module(needs)
        return Contender(name, run, run)

    return optional(name, build)


def thirty() -> Case:
    """A small clinic."""
    return _case(30)


def three_hundred() -> Case:
    """A large one."""
    return _case(300)


def main() -> None:
    """Each solver once on each number of patients given."""
    ways = {
        "iopkit": by_iopkit,
        "CP-SAT tuned": partial(by_cp_sat, tuned=True),
        "CP-SAT as it comes": partial(by_cp_sat, tuned=False),
    }
    print(f"{'patients':>8}  {'solver':18}  {'placed':>13}  {'worth':>15}  {'gap':>5}  seconds")
    for patients in map(int, sys.argv[1:] or ["30", "300", "3000"]):
        roster(patients)
        for name, way in ways.items():
            begin = perf_counter()
            placed, worth = way(patients)
            seconds = perf_counter() - begin
            told = (f"{placed[0]} of {placed[1]}", f"{worth[0]} of {worth[1]}")
            gap = (worth[1] - worth[0]) / max(1, worth[1])
            print(
                f"{patients:8}  {name:18}  {told[0]:>13}  {told[1]:>15}  {gap:5.1%}  {seconds:7.2f}"
            )


if __name__ == "__main__":
    main()
