"""Assignments are sound, as good as can be, and the same however the roster is written."""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import combinations, product
from pathlib import Path
from subprocess import run
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from iopkit import InvalidError, MissingExtraError, Site, UnknownNameError, Weekday, WeeklyWindows
from iopkit.groups import (
    Aim,
    Assignment,
    Assignments,
    Attainment,
    Candidate,
    Group,
    GroupDose,
    GroupPreference,
    Limits,
    Roster,
    Weights,
    assign,
)
from iopkit.programs import Slot
from iopkit.strategies import rosters

pytestmark = pytest.mark.measured

ON = date(2026, 1, 5)
SITE = Site("Elm Street", "America/Chicago", WeeklyWindows.always())
weights = st.builds(Weights, st.integers(0, 3), st.integers(0, 2), st.integers(0, 9), st.booleans())


any_rosters = rosters(contested=True) | rosters()


def key(number: int) -> UUID:
    return UUID(int=number, version=4)


def group(name: str, when: str, seats: int = 1, hours: int = 2, **more: Any) -> Group:
    slots = tuple(map(Slot.parse, when.split(", ")))
    return Group(name, "group", slots, timedelta(hours=hours), seats, **more)


def candidate(number: int, *free: str, groups: int = 1, **more: Any) -> Candidate:
    windows = WeeklyWindows.of(*free) if free else WeeklyWindows.always()
    return Candidate(key(number), (GroupDose("group", groups),), windows, **more)


# The oracle: minutes as sets, and every way to combine what is allowed.


def meets(one: Group) -> list[int]:
    """The minutes of the week in which a group meets, one by one."""
    length = one.duration // timedelta(minutes=1)
    starts = [s.day * 1440 + s.start.hour * 60 + s.start.minute for s in one.slots if s.start]
    return [(start + n) % 10080 for start in starts for n in range(length)]


def within(one: Group, windows: WeeklyWindows) -> bool:
    return all(any(s <= minute < e for s, e in windows.spans) for minute in meets(one))


def may_join(one: Candidate, other: Group) -> bool:
    here = other.name in one.now_in
    free = here if one.free is None else within(other, one.free)
    languages = other.language is None or (
        here if one.languages is None else other.language in one.languages
    )
    gender = other.genders is None or (here if one.gender is None else one.gender in other.genders)
    stage = other.stages is None or (here if one.stage is None else one.stage in other.stages)
    late = other.closed and other.begins is not None and other.begins < ON and not here
    return free and languages and gender and stage and not late


def ways_to_join(one: Candidate, roster: Roster) -> Iterator[tuple[Group, ...]]:
    """Every choice of groups that meets a candidate's doses."""
    choices = [
        list(combinations([g for g in roster.groups if g.service == d.service], d.groups))
        for d in one.doses
    ]
    for chosen in product(*choices):
        some = tuple(g for own in chosen for g in own)
        taken = Counter(minute for g in some for minute in meets(g))
        on = {slot.day for g in some for slot in g.slots}
        apart = max(taken.values()) == 1 and len(on) >= one.days
        if apart and all(may_join(one, g) for g in some):
            yield some


def totals(
    roster: Roster, chosen: Sequence[tuple[Group, ...] | None], weights: Weights
) -> tuple[int, ...]:
    """What an assignment reaches of each aim, in their order."""
    current = placed = worth = kept = 0
    for one, some in zip(roster.candidates, chosen, strict=True):
        if some is not None:
            stays = sum(g.name in one.now_in for g in some)
            weeks = 0 if one.waiting_since is None else max(0, (ON - one.waiting_since).days // 7)
            points = sum(
                p.points
                for g in some
                for p in one.preferences
                if (p.groups is None or g.name in p.groups)
                and (p.within is None or within(g, p.within))
            )
            current += bool(one.now_in)
            placed += 1
            worth += (
                weights.preferences * points + weights.waiting * weeks + weights.stability * stays
            )
            kept += stays
    return (current if weights.current_first else 0, placed, worth, kept)


def exhaustive(roster: Roster, weights: Weights) -> tuple[int, ...]:
    """The best that can be reached, by looking at everything."""
    ways = [[None, *ways_to_join(one, roster)] for one in roster.candidates]
    best = totals(roster, [None] * len(ways), weights)

    def look(chosen: list[tuple[Group, ...] | None], left: dict[str, int]) -> None:
        nonlocal best
        if len(chosen) == len(ways):
            best = max(best, totals(roster, chosen, weights))
            return
        for way in ways[len(chosen)]:
            names = [g.name for g in way or ()]
            if all(left[name] for name in names):
                look([*chosen, way], {n: seats - names.count(n) for n, seats in left.items()})

    look([], {g.name: g.capacity for g in roster.groups})
    return best


def reached(found: Assignments, weights: Weights) -> tuple[int, ...]:
    chosen = [found.groups_of(one.key) or None for one in found.roster.candidates]
    return totals(found.roster, chosen, weights)


@given(any_rosters, weights)
def test_every_assignment_is_sound(roster: Roster, weights: Weights) -> None:
    found = assign(roster, SITE, on=ON, weights=weights)

    placed = [one.candidate for one in found.assigned]
    waiting = [one.candidate for one in found.waiting]
    assert Counter(placed + waiting) == Counter(one.key for one in roster.candidates)
    assert placed == sorted(placed)
    assert [one.place for one in found.waiting] == [*range(1, len(waiting) + 1)]
    for g in roster.groups:
        assert len(found.members(g.name)) <= g.capacity
        assert found.seats_free(g.name) == g.capacity - len(found.members(g.name))
    for one in roster.candidates:
        own = found.groups_of(one.key)
        assert bool(own) == (one.key in placed)
        if own:
            assert set(own) in [set(way) for way in ways_to_join(one, roster)]


@given(any_rosters, weights)
def test_assignments_are_as_good_as_the_best_of_all(roster: Roster, weights: Weights) -> None:
    found = assign(roster, SITE, on=ON, weights=weights)

    assert found.proven
    assert found.gap == 0
    assert found.bound == found.placed
    assert reached(found, weights) == exhaustive(roster, weights)
    told = {each.aim: each.reached for each in found.attained}
    got = dict(zip(Aim, reached(found, weights), strict=True))
    assert told == {aim: got[aim] for aim in told}


@given(any_rosters, st.randoms(use_true_random=False))
def test_the_order_of_a_roster_does_not_matter(roster: Roster, random: Any) -> None:
    groups, candidates = list(roster.groups), list(roster.candidates)
    random.shuffle(groups)
    random.shuffle(candidates)
    other = Roster(tuple(groups), tuple(candidates))

    found, again = assign(roster, SITE, on=ON), assign(other, SITE, on=ON)

    assert evolve(again, roster=roster) == found


# A large one, against CP-SAT.

_EVENINGS = WeeklyWindows.of(*(f"{day.title} 16:00-22:00" for day in Weekday))
_PARTS = ("08:00-12:00", "12:00-16:00", "16:00-19:00", "19:00-22:00")


def dice(*what: object) -> int:
    """A number from 0 to 99, the same on every machine."""
    return int.from_bytes(sha256(repr(what).encode()).digest()[:8]) % 100


def large(patients: int, seats: int) -> Roster:
    """Patients who need three groups on three days, and 24 weekly groups."""
    days = list(Weekday)[:6]
    some = tuple(
        group(f"{day.name.lower()}-{hour}", f"{day.name.lower()} {hour:02}:00", seats)
        for day in days
        for hour in (9, 13, 17, 19)
    )
    who: list[Candidate] = []
    for number in range(patients):
        free = [
            f"{day.title} {part}" for day in days for part in _PARTS if dice(number, day, part) < 45
        ]
        points = (
            GroupPreference(dice(number, "evening") % 6, within=_EVENINGS),
            GroupPreference(dice(number, "two") % 6, frozenset({some[number % 24].name})),
        )
        since = ON - timedelta(days=dice(number, "since"))
        windows = WeeklyWindows.of(*free)
        who.append(
            Candidate(
                key(number),
                (GroupDose("group", 3),),
                windows,
                days=3,
                preferences=points,
                waiting_since=since,
            )
        )
    return Roster(some, tuple(who))


def best_by_cp_sat(roster: Roster, weights: Weights) -> tuple[int, int]:
    """How many are placed, and what that is worth, by another solver and formulation."""
    model = cp_model.CpModel()
    placed, joined, worth = {}, {}, []
    for one in roster.candidates:
        placed[one.key] = model.new_bool_var("")
        may = [g for g in roster.groups if may_join(one, g)]
        for g in may:
            joined[one.key, g.name] = model.new_bool_var("")
            worth.append(weights.preferences * one.points(g) * joined[one.key, g.name])
        model.add(sum(joined[one.key, g.name] for g in may) == 3 * placed[one.key])
        for day in Weekday:
            model.add_at_most_one(joined[one.key, g.name] for g in may if g.slots[0].day == day)
        assert one.waiting_since
        weeks = (ON - one.waiting_since).days // 7
        worth.append(weights.waiting * weeks * placed[one.key])
    for g in roster.groups:
        model.add(sum(x for (_, name), x in joined.items() if name == g.name) <= g.capacity)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.linearization_level = 2
    best: list[int] = []
    for aim in (sum(placed.values()), sum(worth)):
        model.maximize(aim)
        assert solver.solve(model) == cp_model.OPTIMAL
        best.append(round(solver.objective_value))
        model.add(aim >= best[-1])
    return best[0], best[1]


@pytest.fixture(scope="module")
def best_of_300() -> Assignments:
    """The optimum of many, as it takes a while."""
    return assign(large(300, 33), SITE, on=ON)


def test_three_hundred_patients_get_the_optimum_of_cp_sat(best_of_300: Assignments) -> None:
    found, roster = best_of_300, best_of_300.roster

    assert found.proven
    assert found.placed < 300
    assert tuple(each.reached for each in found.attained) == best_by_cp_sat(roster, Weights())
    for one in roster.candidates:
        own = found.groups_of(one.key)
        assert len({g.slots[0].day for g in own}) == len(own) in (0, 3)
        assert all(may_join(one, g) for g in own)
    assert all(found.seats_free(g.name) >= 0 for g in roster.groups)


_PRINT = """
import json
from test_assignments import ON, SITE, large
from iopkit.groups import assign
found = assign(large(60, 6), SITE, on=ON)
print(json.dumps([[str(one.candidate), *one.groups] for one in found.assigned]))
"""


def test_another_process_gives_the_same() -> None:
    # A process of another hash seed than ours, in which sets have another order.
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    found = assign(large(60, 6), SITE, on=ON)

    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    told = run(
        [sys.executable, "-c", _PRINT],
        env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": path},
        capture_output=True,
        check=True,
    )

    assert json.loads(told.stdout) == [[str(one.candidate), *one.groups] for one in found.assigned]


_MORNINGS = tuple(f"{day} 00:00-12:00" for day in ("monday", "tuesday", "wednesday"))


def likers(some: Sequence[Group], *whose: tuple[int, int, Sequence[str], str]) -> Roster:
    """Candidates, each by groups and days needed, when free, and points for each group."""
    return Roster(
        tuple(some),
        tuple(
            candidate(
                number,
                *free,
                groups=groups,
                days=days,
                preferences=tuple(
                    GroupPreference(int(points), frozenset({g.name}))
                    for g, points in zip(some, liked, strict=True)
                ),
            )
            for number, (groups, days, free, liked) in enumerate(whose)
        ),
    )


@pytest.mark.parametrize(
    "roster",
    [
        pytest.param(
            likers(
                (
                    group("a", "wednesday 18:00", hours=1),
                    group("b", "wednesday 10:00", 2, hours=1),
                    group("c", "tuesday 09:00, wednesday 09:00", 2),
                ),
                (1, 1, (), "997"),
                (2, 2, (), "813"),
                (2, 2, (), "168"),
            ),
            id="halves, and none of them in what the next aim likes best",
        ),
        pytest.param(
            likers(
                (
                    group("a", "wednesday 09:00", hours=1),
                    group("b", "monday 10:00", 2, hours=1),
                    group("c", "monday 09:00, wednesday 10:00", hours=1),
                    group("d", "monday 09:00", 2, hours=1),
                    group("e", "monday 11:00", hours=1),
                ),
                (3, 1, _MORNINGS, "15306"),
                (2, 2, _MORNINGS, "57634"),
                (2, 2, (), "71455"),
                (2, 2, (), "72817"),
            ),
            id="halves by both aims, so that both are searched",
        ),
        pytest.param(
            likers(
                (
                    group("a", "monday 18:00", 2),
                    group("b", "wednesday 10:00"),
                    group("c", "tuesday 10:00, wednesday 10:00", hours=1),
                    group("d", "monday 09:00, wednesday 18:00", 2, hours=1),
                    group("e", "monday 09:00", hours=1),
                ),
                (3, 3, (), "44384"),
                (1, 1, _MORNINGS, "69398"),
                (2, 2, _MORNINGS, "50506"),
            ),
            # HiGHS 1.16 takes the start for what its presolve makes of it, which is better.
            id="a start that is given back as the optimum",
        ),
    ],
)
def test_what_is_best_in_halves_of_places_is_not_taken(roster: Roster) -> None:
    found = assign(roster, SITE, on=ON)
    assert found.proven
    assert reached(found, Weights()) == exhaustive(roster, Weights())


def test_a_limit_leaves_a_bound(best_of_300: Assignments) -> None:
    best, limits = best_of_300, Limits(nodes=1, time=timedelta(microseconds=1))

    found = assign(best.roster, SITE, on=ON, limits=limits)

    assert not found.proven
    assert found.placed <= best.placed <= found.bound
    assert found.gap == found.bound - found.placed
    assert len(found.assigned) + len(found.waiting) == 300
    assert all(each.reached <= each.bound for each in found.attained)


def test_the_solver_stops_by_its_work_and_says_so(best_of_300: Assignments) -> None:
    best, roster = best_of_300, best_of_300.roster
    stopped = assign(roster, SITE, on=ON, limits=Limits(work=1))
    assert stopped == assign(roster, SITE, on=ON, limits=Limits(work=1))
    left = [each for each in stopped.attained if not each.proven]
    assert left
    for each in left:
        assert each.gap == each.bound - each.reached > 0
        assert f"{each.aim.words} {each.reached}, at most {each.bound}" in stopped.words
    assert "the solver stopped at its limits" in stopped.words
    assert best.proven
    assert best.words == f"{best.placed} of 300 candidates placed; no assignment does better."


# What comes before what.


def changed(before: Assignments, roster: Roster) -> Roster:
    """A roster in which those who were placed are in their groups now."""
    return evolve(
        roster,
        candidates=tuple(
            evolve(one, now_in=frozenset(g.name for g in before.groups_of(one.key)))
            if one.key in {was.candidate for was in before.assigned}
            else one
            for one in roster.candidates
        ),
    )


def moved(before: Assignments, after: Assignments) -> int:
    """How many who had a place have another now, or none."""
    return sum(was not in after.assigned for was in before.assigned)


def test_after_one_change_all_others_stay_where_they_are() -> None:
    roster = large(60, 10)
    before = assign(roster, SITE, on=ON)
    assert not before.waiting

    # One patient cannot come any more to one of the three groups.
    first = roster.candidates[0]
    lost = before.groups_of(first.key)[0]
    busy = evolve(first, free=first.free - lost.times if first.free else None)
    now = changed(before, evolve(roster, candidates=(busy, *roster.candidates[1:])))
    after = assign(now, SITE, on=ON)

    assert len(after.assigned) == 60
    assert moved(before, after) == 1
    kept = {g.name for g in before.groups_of(first.key)} & {
        g.name for g in after.groups_of(first.key)
    }
    assert len(kept) == 2
    # Without a weight for it, stability still decides among equals, and no more than that.
    free_to_move = assign(now, SITE, on=ON, weights=Weights(stability=0))
    assert moved(before, free_to_move) >= 1


@given(rosters(contested=True))
def test_whoever_has_a_place_keeps_it_if_nothing_changed(roster: Roster) -> None:
    plain = evolve(
        roster,
        candidates=tuple(
            evolve(one, preferences=(), now_in=frozenset()) for one in roster.candidates
        ),
    )
    before = assign(plain, SITE, on=ON)
    again = assign(changed(before, plain), SITE, on=ON)
    assert again.assigned == before.assigned


def test_those_in_groups_now_keep_a_place_before_others_get_one() -> None:
    two = (group("a", "monday 18:00"), group("b", "tuesday 18:00"))
    now = candidate(1, groups=2, now_in=frozenset({"a", "b"}))
    others = (candidate(2), candidate(3))
    roster = Roster(two, (now, *others))

    kept = assign(roster, SITE, on=ON)
    more = assign(roster, SITE, on=ON, weights=Weights(current_first=False))

    assert [one.candidate for one in kept.assigned] == [now.key]
    assert [one.candidate for one in more.assigned] == [one.key for one in others]
    assert [each.aim for each in more.attained] == [Aim.PLACED, Aim.WORTH, Aim.KEPT]


@pytest.mark.parametrize(
    ("weights", "first"),
    [
        pytest.param(Weights(preferences=1, waiting=1), 1, id="waiting weighs more"),
        pytest.param(Weights(preferences=3, waiting=1), 2, id="the preference weighs more"),
    ],
)
def test_weights_decide_between_as_many(weights: Weights, first: int) -> None:
    long = candidate(1, waiting_since=ON - timedelta(days=34))  # four whole weeks
    keen = candidate(2, preferences=(GroupPreference(3, frozenset({"a"})),))
    roster = Roster((group("a", "monday 18:00"),), (long, keen))

    found = assign(roster, SITE, on=ON, weights=weights)

    assert found.members("a") == (key(first),)


def test_stability_weighs_against_a_preference() -> None:
    two = (group("a", "monday 18:00"), group("b", "tuesday 18:00"))
    one = candidate(1, now_in=frozenset({"a"}), preferences=(GroupPreference(5, frozenset({"b"})),))
    roster = Roster(two, (one,))

    for stability, where in ((4, "b"), (5, "a"), (6, "a")):
        found = assign(roster, SITE, on=ON, weights=Weights(stability=stability))
        assert [g.name for g in found.groups_of(one.key)] == [where]


def test_a_pool_of_groups_keeps_everybody_in_their_own() -> None:
    # As good as one for whoever is new; those in the second stay there.
    both = (group("a", "monday 18:00", 2), group("b", "monday 18:00", 2))
    now = candidate(1, now_in=frozenset({"b"}))
    new = tuple(candidate(number) for number in (2, 3, 4))
    found = assign(Roster(both, (now, *new)), SITE, on=ON)

    assert found.members("a") == (key(2), key(3))
    assert found.members("b") == (key(1), key(4))


def test_of_a_group_that_shrank_as_many_stay_as_have_seats() -> None:
    both = (group("a", "monday 18:00", 1), group("b", "monday 18:00", 1))
    now = tuple(candidate(number, now_in=frozenset({"a"})) for number in (1, 2))
    found = assign(Roster(both, now), SITE, on=ON)

    assert sorted(one.groups for one in found.assigned) == [("a",), ("b",)]
    assert found.attained[-1].reached == 1


def test_a_night_counts_as_the_day_on_which_it_begins() -> None:
    # The same minutes, in one session and in two.
    some = (
        group("a", "sunday 23:00", 3, hours=2),
        group("b", "sunday 23:00, monday 00:00", 3, hours=1),
    )
    roster = Roster(some, (candidate(1, days=2), candidate(2)))
    found = assign(roster, SITE, on=ON)
    assert found.placed == 2
    assert key(1) in found.members("b")


def test_nobody_and_nothing() -> None:
    found = assign(Roster((), (candidate(1),)), SITE, on=ON)
    assert (found.placed, found.bound, found.gap, found.proven) == (0, 0, 0, True)
    assert assign(Roster(()), SITE, on=ON).attained[0].proven


# Errors.


def test_groups_of_no_such_name_have_no_members() -> None:
    found = assign(Roster((group("a", "monday 18:00"),)), SITE, on=ON)
    for ask in (found.members, found.seats_free):
        with pytest.raises(UnknownNameError, match="no group is named 'b'"):
            ask("b")


def test_the_extra_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "highspy", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'iopkit\[groups\]'"):
        assign(Roster(()), SITE, on=ON)


@pytest.mark.parametrize(
    ("build", "fault"),
    [
        pytest.param(lambda: Weights(preferences=-1), "preferences: expected from 0", id="low"),
        pytest.param(lambda: Weights(waiting=101), "waiting: expected from 0", id="high"),
        pytest.param(lambda: Weights(stability=-1), "stability: expected from 0", id="unstable"),
        pytest.param(lambda: Limits(nodes=0), "nodes: expected at least 1", id="no nodes"),
        pytest.param(lambda: Limits(work=0), "work: expected at least 1", id="no work"),
        pytest.param(lambda: Limits(time=timedelta(0)), "time: expected some time", id="no time"),
        pytest.param(
            lambda: assign(Roster(()), SITE, on=datetime(2026, 1, 5, tzinfo=UTC)),
            "on: expected a date without a time",
            id="a moment",
        ),
    ],
)
def test_what_cannot_be_is_refused(build: Callable[[], object], fault: str) -> None:
    with pytest.raises(InvalidError, match=fault):
        build()


# What is read from a document is held to the same.

TWO = Roster(
    (
        group("a", "monday 09:00"),
        group("b", "monday 10:00, tuesday 10:00"),
        group("c", "tuesday 18:00"),
    ),
    (candidate(1), candidate(2, "friday 09:00-10:00"), candidate(3, groups=2)),
)


def changed_parts(found: Assignments) -> dict[str, tuple[dict[str, Any], str]]:
    own = {one.candidate: one for one in found.assigned}
    single, double = own[key(1)], own[key(3)]
    (waits,) = found.waiting
    placed = next(each for each in found.attained if each.aim is Aim.PLACED)

    def groups_of(one: Assignment, *names: str) -> dict[str, Any]:
        other = evolve(one, groups=names)
        return {"assigned": tuple(other if each == one else each for each in found.assigned)}

    return {
        "nobody twice": ({"waiting": ()}, "assigned: expected each candidate"),
        "in two lists": (
            {"assigned": (*found.assigned, Assignment(waits.candidate, ("a",)))},
            "once",
        ),
        "places": ({"waiting": (evolve(waits, place=2),)}, "waiting: expected places from 1"),
        "no aim": ({"attained": ()}, "attained: "),
        "another number": (
            {"attained": (Attainment(Aim.PLACED, placed.reached - 1, placed.bound),)},
            "attained: ",
        ),
        "aims twice": ({"attained": (placed, placed)}, "attained: "),
        "aims out of order": ({"attained": found.attained[::-1]}, "attained: "),
        "no such group": (groups_of(single, "d"), r"groups: expected groups of the roster"),
        "one group twice": (groups_of(double, "a", "a"), "each once"),
        "out of order": (groups_of(double, *double.groups[::-1]), "by name"),
        "too few": (groups_of(double, double.groups[0]), "as the doses need"),
        "at once": (groups_of(double, "a", "b"), "two at once"),
        "too many seats": (groups_of(single, double.groups[0]), r"capacity: expected a seat for"),
    }


FOUND = assign(TWO, SITE, on=ON)


@pytest.mark.parametrize("name", changed_parts(FOUND))
def test_assignments_that_cannot_be_are_refused(name: str) -> None:
    more, told = changed_parts(FOUND)[name]
    with pytest.raises(InvalidError, match=told):
        evolve(FOUND, **more)


def test_nothing_reached_is_above_its_bound() -> None:
    assert Attainment(Aim.WORTH, -3, -3).proven
    with pytest.raises(InvalidError, match="reached: expected no more than the bound"):
        Attainment(Aim.PLACED, 3, 2)
