"""Assignments are sound, as good as can be, and the same however the roster is written."""

import builtins
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from functools import partial
from itertools import combinations, pairwise, product
from random import Random
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from iopkit import InvalidError, MissingExtraError, Site, UnknownNameError, Weekday, WeeklyWindows
from iopkit.plans import (
    Aim,
    Assignments,
    Candidate,
    Group,
    GroupDose,
    Limits,
    Preference,
    Roster,
    Slot,
    Weights,
    assign,
)
from iopkit.strategies import rosters

ON = date(2026, 1, 5)
SITE = Site("Elm Street", "America/Chicago", WeeklyWindows.always())
THREE = (GroupDose("group", 3),)
weights = st.builds(Weights, st.integers(0, 3), st.integers(0, 2), st.integers(0, 9), st.booleans())


def contested(seed: int) -> Roster:
    """A roster with fewer seats than candidates, of whom most can come to most groups."""
    draw = Random(seed)
    days = list(Weekday)[:3]
    some = tuple(
        Group(
            f"group-{number}",
            draw.choice(["group", "group", "group", "skills"]),
            tuple(
                Slot(day, time(draw.choice([9, 10, 11, 18])))
                for day in draw.sample(days, draw.choice([1, 1, 1, 2]))
            ),
            timedelta(minutes=draw.choice([60, 90])),
            draw.choice([1, 1, 2]),
            language=draw.choice([None, None, None, "en"]),
            stages=draw.choice([None, None, None, frozenset({"early"})]),
        )
        for number in range(draw.choice([3, 4, 5, 6]))
    )
    names = [one.name for one in some]
    doses = [GroupDose("group"), GroupDose("group", 2), GroupDose("skills")]
    mornings = WeeklyWindows.of(*(f"{day.title} 00:00-12:00" for day in Weekday))
    who = [
        Candidate(
            key(number),
            tuple(draw.choice([doses[:1], doses[1:2], [doses[0], doses[2]]])),
            draw.choice([WeeklyWindows.always(), WeeklyWindows.always(), mornings]),
            days=draw.choice([1, 1, 2]),
            languages=draw.choice([None, frozenset({"en"})]),
            stage="early",
            preferences=(
                Preference(draw.randint(-3, 5), frozenset(draw.sample(names, 2))),
                Preference(draw.randint(-3, 5), within=mornings),
            ),
            waiting_since=draw.choice([None, ON - timedelta(days=draw.randint(0, 60))]),
            now_in=frozenset(draw.sample(names, draw.choice([0, 0, 0, 1, 2]))),
        )
        for number in range(draw.randint(3, 6))
    ]
    return Roster(some, tuple(who))


any_rosters = st.integers(0, 10**9).map(contested) | rosters()


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


def bundles(one: Candidate, roster: Roster) -> Iterator[tuple[Group, ...]]:
    """Every choice of groups that meets a candidate's doses."""
    choices = [
        list(combinations([g for g in roster.groups if g.service == d.service], d.groups))
        for d in one.doses
    ]
    for chosen in product(*choices):
        some = tuple(g for own in chosen for g in own)
        taken = Counter(minute for g in some for minute in meets(g))
        on = {slot.day for g in some for slot in g.slots}
        if all(may_join(one, g) for g in some) and len(on) >= one.days:
            if max(taken.values()) == 1:
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
    ways = [[None, *bundles(one, roster)] for one in roster.candidates]
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
    for one in roster.groups:
        assert len(found.members(one.name)) <= one.capacity
        assert found.seats_free(one.name) == one.capacity - len(found.members(one.name))
    for one in roster.candidates:
        own = found.groups_of(one.key)
        assert bool(own) == (one.key in placed)
        if own:
            assert set(own) in [set(way) for way in bundles(one, roster)]


@given(any_rosters, weights)
def test_assignments_are_as_good_as_the_best_of_all(roster: Roster, weights: Weights) -> None:
    found = assign(roster, SITE, on=ON, weights=weights)

    assert found.proven
    assert found.gap == 0
    assert found.bound == found.placed
    assert reached(found, weights) == exhaustive(roster, weights)
    scores = {score.aim: score.reached for score in found.scores}
    got = dict(zip((Aim.CURRENT, Aim.PLACED, Aim.WORTH, Aim.KEPT), reached(found, weights)))
    assert scores == {aim: got[aim] for aim in scores}


@given(any_rosters, st.randoms(use_true_random=False))
def test_the_order_of_a_roster_does_not_matter(roster: Roster, random: Random) -> None:
    groups, candidates = list(roster.groups), list(roster.candidates)
    random.shuffle(groups)
    random.shuffle(candidates)
    other = Roster(tuple(groups), tuple(candidates))

    found, again = assign(roster, SITE, on=ON), assign(other, SITE, on=ON)

    assert evolve(again, roster=roster) == found
