"""Who takes over: all that anybody can, by the fewest, as counted by brute force."""

from datetime import date, timedelta
from itertools import chain, combinations
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.errors import InvalidError
from iopkit.groups import Group
from iopkit.library import find_program
from iopkit.modalities import Modality
from iopkit.patients import Patient
from iopkit.plans import Plan, PrimaryCounselor, draft
from iopkit.programs import Slot
from iopkit.schedules import GroupTakeover, Reassignment, Unable, reassign, reassignments
from iopkit.sites import Absence, Clinician, NewHours, Site
from iopkit.truth import Truth
from iopkit.windows import ONE_DAY, Weekday, WeeklyWindows

pytestmark = pytest.mark.measured

START = date(2026, 3, 2)
WEEK = timedelta(weeks=1)
HOURS = WeeklyWindows.of(*(f"{day.name.lower()} 08:00-21:00" for day in Weekday))
SITE = Site("Elm Street", "America/Chicago", HOURS)
PROGRAM = find_program("matrix-16-week")
PLAN = draft(
    PROGRAM,
    Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")),
    SITE,
    start=START,
    seed=1,
)
SERVICE = next(s for s in PLAN.program.every_service if s.modality.is_group)


def group(name: str, slot: str, clinician: str | None = "Ash", **more: str) -> Group:
    slots = (Slot.parse(slot),)
    return Group(name, SERVICE.name, slots, timedelta(hours=1), 8, clinician=clinician, **more)  # type: ignore[arg-type]  # a language alone


def site_of(*staff: Clinician) -> Site:
    return evolve(SITE, clinicians=(Clinician("Ash"), *staff))


def plans_of(*counselors: str) -> tuple[Plan, ...]:
    return tuple(
        evolve(
            PLAN,
            key=UUID(int=number, version=4),
            patient=UUID(int=number, version=4),
            counselors=(PrimaryCounselor(START, name),),
        )
        for number, name in enumerate(counselors)
    )


def counselors(found: Reassignment) -> list[list[tuple[date, str]]]:
    return [[(each.since, each.clinician) for each in plan.counselors] for plan in found.plans]


def test_a_group_goes_to_whoever_can_lead_it() -> None:
    staff = (
        Clinician("Birch", leads=frozenset()),
        Clinician("Cedar", leads=frozenset({SERVICE.name})),
        Clinician("Oak"),
    )
    found = reassign([PLAN], [group("a", "monday 09:00")], site_of(*staff), away="Ash", start=START)

    assert found.groups == (GroupTakeover("a", "Cedar", Truth.YES),)
    assert (found.groups_left, found.plans, found.is_smallest) == ((), (), True)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        pytest.param(
            Clinician("Birch", leads=frozenset({"else"})), Unable.MAY_NOT_LEAD, id="leads"
        ),
        pytest.param(
            Clinician("Birch", gives=frozenset({Modality.DRUG_TESTING})),
            Unable.DOES_NOT_GIVE,
            id="gives",
        ),
        pytest.param(
            Clinician("Birch", languages=frozenset({"en"})), Unable.LANGUAGE, id="language"
        ),
        pytest.param(
            Clinician("Birch", WeeklyWindows.of("monday 09:30-12:00")), Unable.HOURS, id="hours"
        ),
        pytest.param(
            Clinician(
                "Birch",
                later_hours=(NewHours(START + WEEK, WeeklyWindows.of("monday 12:00-13:00")),),
            ),
            Unable.HOURS,
            id="hours from a day on",
        ),
        pytest.param(
            Clinician("Birch", absences=(Absence(START + WEEK, START + 2 * WEEK, "leave"),)),
            Unable.AWAY,
            id="away",
        ),
        pytest.param(Clinician("Cedar"), Unable.OTHER_GROUP, id="another group"),
    ],
)
def test_why_nobody_can_take_over_a_group_is_told(other: Clinician, why: Unable) -> None:
    groups = [
        group("a", "monday 09:00", language="es"),
        group("b", "monday 09:30", "Cedar"),
    ]
    found = reassign([PLAN], groups, site_of(other), away="Ash", start=START, end=START + 2 * WEEK)

    assert found.groups == ()
    assert [(left.group, left.why) for left in found.groups_left] == [("a", ((other.name, why),))]


def test_patients_go_to_whoever_has_fewest_and_come_back() -> None:
    plans = plans_of("Ash", "Birch", "Ash", "Ash")
    site = site_of(Clinician("Birch"), Clinician("Cedar"))
    back = START + 3 * WEEK
    found = reassign(plans, [], site, away="Ash", start=START + WEEK, end=back, most=2)

    assert sorted(names[1][1] for names in counselors(found)) == ["Birch", "Cedar", "Cedar"]
    assert all(names[::2] == [(START, "Ash"), (back, "Ash")] for names in counselors(found))
    (left,) = reassign(plans, [], site, away="Ash", start=START, most=1).plans_left[:1]
    assert left in plans


def test_one_is_enough_where_one_has_room_for_all() -> None:
    found = reassign(
        plans_of("Ash", "Ash"),
        [group("a", "monday 09:00")],
        site_of(Clinician("Birch", leads=frozenset()), Clinician("Cedar")),
        away="Ash",
        start=START,
    )

    assert {each[1][1] for each in counselors(found) if len(each) > 1} <= {"Cedar"}
    assert {each[-1][1] for each in counselors(found)} == {"Cedar"}
    assert [each.clinician for each in found.groups] == ["Cedar"]


def test_a_patient_with_two_plans_keeps_one_counselor() -> None:
    one, other = plans_of("Ash", "Ash")
    site = site_of(Clinician("Birch"), Clinician("Cedar"))
    found = reassign(
        [one, evolve(other, patient=one.patient)], [], site, away="Ash", start=START, most=1
    )

    assert len({each[-1][1] for each in counselors(found)}) == 1
    assert found.plans_left == ()


@given(
    st.dictionaries(st.integers(-9, 60), st.sampled_from(["Ash", "Birch", "Cedar"]), max_size=4),
    st.integers(-9, 60),
    st.none() | st.integers(1, 30),
)
def test_on_each_day_who_is_away_is_replaced_and_nobody_else(
    named: dict[int, str], first: int, days: int | None
) -> None:
    since = sorted((START + day * ONE_DAY, name) for day, name in named.items())
    plan = evolve(PLAN, counselors=tuple(PrimaryCounselor(*each) for each in since))
    start = START + first * ONE_DAY
    end = None if days is None else start + days * ONE_DAY
    found = reassign([plan], [], site_of(Clinician("Dell")), away="Ash", start=start, end=end)
    (new,) = found.plans or (plan,)
    for number in range(plan.weeks * 7):
        day = plan.start + number * ONE_DAY
        away = start <= day and (end is None or day < end)
        own = plan.counselor_on(day)
        assert new.counselor_on(day) == ("Dell" if own == "Ash" and away else own)


def test_whose_plan_is_over_needs_nobody() -> None:
    (plan,) = plans_of("Ash")
    site = site_of(Clinician("Birch"))

    assert reassign([plan], [], site, away="Ash", start=plan.end).plans == ()
    before = START - 2 * WEEK
    assert reassign([plan], [], site, away="Ash", start=before, end=START).plans == ()
    assert counselors(reassign([plan], [], site, away="Ash", start=before)) == [[(START, "Birch")]]


def test_what_cannot_be_asked_is_refused() -> None:
    site = site_of(Clinician("Birch"))
    for asked, path in (
        ({"away": "Nobody", "start": START}, "away"),
        ({"away": "Ash", "start": START, "end": START}, "end"),
        ({"away": "Ash", "start": START, "most": -1}, "most"),
    ):
        with pytest.raises(InvalidError) as caught:
            reassign([], [], site, **asked)  # type: ignore[arg-type]  # each of its own kind
        assert [fault.path for fault in caught.value.faults] == [(path,)]


names = ["Birch", "Cedar", "Oak", "Pine"]


@given(
    able=st.lists(st.sets(st.sampled_from(names)), max_size=4),
    room=st.fixed_dictionaries({name: st.integers(0, 2) for name in names}),
    patients=st.integers(0, 5),
)
def test_no_smaller_team_would_do(
    able: list[set[str]], room: dict[str, int], patients: int
) -> None:
    some = [each for each in able if each]
    team, is_smallest = reassignments._smallest(names, some, room, patients)

    def does(chosen: tuple[str, ...]) -> bool:
        seats = min(patients, sum(room.values()))
        return sum(room[n] for n in chosen) >= seats and all(each & {*chosen} for each in some)

    every = chain.from_iterable(combinations(names, size) for size in range(5))
    assert is_smallest
    assert does(team)
    assert len(team) == min(len(each) for each in every if does(each))


def test_where_there_are_too_many_teams_nobody_can_be_spared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reassignments, "MAX_TEAMS", 2)
    some = [{"Birch", "Pine"}, {"Cedar", "Pine"}]
    team, is_smallest = reassignments._smallest(names, some, dict.fromkeys(names, 1), 2)

    assert not is_smallest
    for name in team:
        rest = {*team} - {name}
        assert len(rest) < 2 or any(rest.isdisjoint(each) for each in some)
