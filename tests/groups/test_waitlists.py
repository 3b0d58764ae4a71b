"""Those who wait are told what is in the way, and what would place them."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given

from iopkit import InvalidError, Site, WeeklyWindows
from iopkit.groups import (
    Assignments,
    Barrier,
    Candidate,
    ConcessionKind,
    Group,
    GroupDose,
    Roster,
    Waiting,
    WaitingFor,
    Weights,
    assign,
    barriers,
    grant,
)
from iopkit.programs import Slot
from iopkit.sites import Room
from iopkit.strategies import rosters

pytestmark = pytest.mark.measured

ON = date(2026, 1, 5)
SITE = Site("Elm Street", "America/Chicago", WeeklyWindows.always())
DAY = timedelta(days=1)
EVENING = "tuesday 18:00-20:00"


def key(number: int) -> UUID:
    return UUID(int=number, version=4)


def group(name: str, when: str, seats: int = 1, **more: Any) -> Group:
    slots = tuple(map(Slot.parse, when.split(", ")))
    return Group(name, "group", slots, timedelta(minutes=90), seats, **more)


def candidate(number: int, *free: str, groups: int = 1, **more: Any) -> Candidate:
    windows = WeeklyWindows.of(*free) if free else WeeklyWindows.always()
    return Candidate(key(number), (GroupDose("group", groups),), windows, **more)


def found(*parts: Group | Candidate, site: Site = SITE) -> Assignments:
    some = tuple(part for part in parts if isinstance(part, Group))
    who = tuple(part for part in parts if isinstance(part, Candidate))
    return assign(Roster(some, who), site, on=ON)


def waiting(*parts: Group | Candidate, site: Site = SITE) -> Waiting:
    """The only one who waits."""
    (one,) = found(*parts, site=site).waiting
    return one


@given(rosters() | rosters(contested=True))
def test_what_would_place_a_candidate_does(roster: Roster) -> None:
    before = assign(roster, SITE, on=ON, weights=Weights(current_first=False))
    for one in before.waiting:
        if one.concessions is not None:
            assert one.concessions
            other = grant(roster, one)
            after = assign(other, SITE, on=ON, weights=Weights(current_first=False))
            assert after.placed > before.placed


@given(rosters() | rosters(contested=True))
def test_obstacles_are_what_is_in_the_way(roster: Roster) -> None:
    before = assign(roster, SITE, on=ON)
    groups = {one.name: one for one in roster.groups}
    candidates = {one.key: one for one in roster.candidates}
    for one in before.waiting:
        candidate = candidates[one.candidate]
        told = {obstacle.group: obstacle.barriers for obstacle in one.obstacles}
        for name, group in groups.items():
            expected = barriers(candidate, group, on=ON)
            if expected != (Barrier.OTHER_SERVICE,):
                full = () if before.seats_free(name) else (Barrier.FULL,)
                assert told.get(name, ()) == (*expected, *full)
        for obstacle in one.obstacles:
            if obstacle.missing is not None:
                assert obstacle.missing == groups[obstacle.group].times - (
                    candidate.free or WeeklyWindows()
                )


@given(rosters() | rosters(contested=True))
def test_the_waitlist_goes_by_what_is_waited_for_then_since_when_then_by_key(
    roster: Roster,
) -> None:
    order = list(WaitingFor)
    places = [
        (order.index(one.why), one.since, one.candidate)
        for one in assign(roster, SITE, on=ON).waiting
    ]
    assert places == sorted(places)


def test_who_waits_longest_is_first_and_unknown_counts_as_today() -> None:
    four = [
        candidate(1),
        candidate(2, waiting_since=ON - DAY),
        candidate(3, waiting_since=ON - 9 * DAY),
        candidate(4, waiting_since=ON + DAY),
        candidate(5, "monday 09:00-10:00", waiting_since=ON - 99 * DAY),
        evolve(candidate(6, waiting_since=ON - 99 * DAY), free=None),
    ]
    given_to = candidate(7, waiting_since=ON - 90 * DAY)
    result = found(group("a", "tuesday 18:00"), given_to, *four)

    assert result.members("a") == (key(7),)
    assert [one.candidate.int & 0xF for one in result.waiting] == [3, 2, 1, 4, 6, 5]
    assert [one.place for one in result.waiting] == [1, 2, 3, 4, 5, 6]
    assert [one.since for one in result.waiting][:4] == [ON - 9 * DAY, ON - DAY, ON, ON]


@pytest.mark.parametrize(
    ("group_facts", "candidate_facts", "why", "barrier", "concession"),
    [
        pytest.param(
            {"language": "es"},
            {"languages": frozenset({"en"})},
            WaitingFor.GROUP,
            Barrier.LANGUAGE,
            None,
            id="another language",
        ),
        pytest.param(
            {"language": "es"},
            {},
            WaitingFor.ANSWER,
            Barrier.LANGUAGE_UNKNOWN,
            (ConcessionKind.LANGUAGE, "es"),
            id="languages unknown",
        ),
        pytest.param(
            {"genders": frozenset({"women"})},
            {"gender": "men"},
            WaitingFor.GROUP,
            Barrier.GENDER,
            None,
            id="another gender",
        ),
        pytest.param(
            {"genders": frozenset({"women"})},
            {},
            WaitingFor.ANSWER,
            Barrier.GENDER_UNKNOWN,
            (ConcessionKind.GENDER, "women"),
            id="gender unknown",
        ),
        pytest.param(
            {"stages": frozenset({"later", "early"})},
            {"stage": "first"},
            WaitingFor.GROUP,
            Barrier.STAGE,
            None,
            id="another stage",
        ),
        pytest.param(
            {"stages": frozenset({"later", "early"})},
            {},
            WaitingFor.ANSWER,
            Barrier.STAGE_UNKNOWN,
            (ConcessionKind.STAGE, "early"),
            id="stage unknown",
        ),
        pytest.param(
            {"closed": True, "begins": ON - DAY},
            {},
            WaitingFor.GROUP,
            Barrier.BEGAN,
            None,
            id="closed and begun",
        ),
    ],
)
def test_each_barrier_is_told_and_lifted_if_it_can_be(
    group_facts: Mapping[str, Any],
    candidate_facts: Mapping[str, Any],
    why: WaitingFor,
    barrier: Barrier,
    concession: tuple[ConcessionKind, str] | None,
) -> None:
    one = waiting(group("a", "tuesday 18:00", **group_facts), candidate(1, **candidate_facts))

    assert one.why is why
    assert [obstacle.barriers for obstacle in one.obstacles] == [(barrier,)]
    told = None if one.concessions is None else [(each.kind, each.word) for each in one.concessions]
    assert told == (None if concession is None else [concession])


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        pytest.param(
            (group("a", "tuesday 18:00"), candidate(1, "tuesday 18:30-24:00")),
            "too few groups suit; placed if: free tuesday 18:00-18:30, for a",
            id="not free",
        ),
        pytest.param(
            (group("a", "tuesday 18:00"), evolve(candidate(1), free=None)),
            "something is not known; placed if: free tuesday 18:00-19:30, for a",
            id="not known when free",
        ),
        pytest.param(
            (
                group("a", "tuesday 18:00"),
                group("b", "tuesday 19:00"),
                candidate(1, groups=2),
            ),
            "the groups that suit cannot be combined; no change to seats, hours or answers would "
            "help",
            id="at once",
        ),
        pytest.param(
            (
                group("a", "tuesday 09:00"),
                group("b", "tuesday 19:00"),
                candidate(1, groups=2, days=2),
            ),
            "the groups that suit cannot be combined; no change to seats, hours or answers would "
            "help",
            id="on one day",
        ),
        pytest.param(
            (
                group("a", "tuesday 18:00"),
                candidate(1, waiting_since=ON - 8 * DAY),
                candidate(2),
            ),
            "too few seats in the groups that suit; placed if: one more seat in a",
            id="full",
        ),
        pytest.param(
            (
                group("a", "tuesday 18:00"),
                group("b", "monday 18:00"),
                candidate(1, waiting_since=ON - 8 * DAY),
                evolve(candidate(2, groups=2), free=WeeklyWindows.always()),
            ),
            "too few seats in the groups that suit; placed if: one more seat in a",
            id="one of two full",
        ),
        pytest.param(
            (
                group("a", "tuesday 18:00"),
                group("b", "tuesday 18:00", language="es"),
                candidate(1, waiting_since=ON - 8 * DAY),
                candidate(2),
            ),
            "too few seats in the groups that suit; placed if: one more seat in a",
            id="another has seats",
        ),
        pytest.param(
            (group("a", "tuesday 18:00", language="es"), candidate(1)),
            "something is not known; placed if: language es, for a",
            id="language",
        ),
        pytest.param(
            (candidate(1),),
            "too few groups suit; no change to seats, hours or answers would help",
            id="no group",
        ),
    ],
)
def test_what_is_waited_for_in_prose(parts: tuple[Group | Candidate, ...], words: str) -> None:
    assert waiting(*parts).words == words


def test_a_seat_is_added_only_where_there_is_room() -> None:
    rooms = (Room("large", 2), Room("small", 1))
    site = evolve(SITE, rooms=rooms)
    parts = (
        group("a", "tuesday 18:00", room="small"),
        group("b", "tuesday 18:00", room="large"),
        candidate(1, waiting_since=ON - 8 * DAY),
        candidate(2, waiting_since=ON - 8 * DAY),
        candidate(3),
    )
    one = waiting(*parts, site=site)
    assert one.concessions is not None
    assert [(each.kind, each.group) for each in one.concessions] == [(ConcessionKind.SEAT, "b")]

    # In a group that fills its room, somebody would have to leave.
    one = waiting(*(parts[n] for n in (0, 2, 4)), site=site)
    assert one.concessions is not None
    assert [each.words for each in one.concessions] == ["somebody leaves a"]


def test_fewest_openings_come_before_fewest_minutes() -> None:
    one = waiting(
        group("a", "monday 09:00, tuesday 09:00", seats=2),
        group("b", "friday 09:00", genders=frozenset({"women"})),
        candidate(1, "friday 09:01-24:00"),
    )
    assert one.concessions is not None
    assert [each.words for each in one.concessions] == [
        "free monday 09:00-10:30, tuesday 09:00-10:30, for a"
    ]


def test_an_unknown_gender_is_supposed_to_be_one_at_a_time() -> None:
    women, men = (
        group(name, when, genders=frozenset({name}))
        for name, when in (("women", "monday 09:00"), ("men", "friday 09:00"))
    )
    assert waiting(women, men, candidate(1, groups=2)).concessions is None
    one = waiting(women, men, candidate(1))
    assert one.concessions is not None
    assert [each.word for each in one.concessions] == ["men"]


def test_what_is_not_known_does_not_count_in_a_group_that_they_are_in() -> None:
    here = group("a", "monday 09:00", language="es", closed=True, begins=ON - 9 * DAY)
    there = group("b", "friday 09:00", language="en")
    one = Candidate(key(1), (GroupDose("group", 2),), now_in=frozenset({"a"}))

    told = waiting(here, there, one)
    assert [obstacle.words for obstacle in told.obstacles] == [
        "b: not known when free friday 09:00-10:30; not known whether its language is spoken"
    ]
    # Once it is known, they can still come to the one that they are in.
    roster = grant(Roster((here, there), (one,)), told)
    assert roster.candidates[0].free == WeeklyWindows.of("monday 09:00-10:30", "friday 09:00-10:30")
    assert roster.candidates[0].languages == {"en", "es"}
    assert assign(roster, SITE, on=ON).placed == 1


@pytest.mark.parametrize("gender_known", [True, False], ids=["known", "unknown"])
@pytest.mark.parametrize("stage_known", [True, False], ids=["known", "unknown"])
def test_what_is_granted_is_recorded(gender_known: bool, stage_known: bool) -> None:
    one = candidate(
        1,
        gender="women" if gender_known else None,
        stage="early" if stage_known else None,
        languages=frozenset({"en"}),
    )
    mixed = group("a", "monday 09:00", genders=frozenset({"women"}), stages=frozenset({"early"}))
    full = candidate(
        2, gender="women", stage="early", waiting_since=ON - 8 * DAY, now_in=frozenset({"a"})
    )
    told = waiting(mixed, one, full)
    roster = grant(Roster((mixed,), (one, full)), told)

    assert roster.candidates[0] == evolve(one, gender="women", stage="early")
    assert roster.candidates[1] == full
    assert roster.groups == (evolve(mixed, capacity=2),)
    assert assign(roster, SITE, on=ON).placed == 2


def test_a_seat_that_somebody_must_leave_is_not_granted() -> None:
    full, one = group("a", "monday 09:00", room="small"), candidate(1)
    other = candidate(2, waiting_since=ON - 8 * DAY)
    told = waiting(full, one, other, site=evolve(SITE, rooms=(Room("small", 1),)))
    for roster, where in (
        (Roster((full,), (one, other)), "concessions"),
        (Roster((evolve(full, name="b"),)), "candidate"),
    ):
        with pytest.raises(InvalidError) as refused:
            grant(roster, told)
        assert where in {fault.path[0] for fault in refused.value.faults}
