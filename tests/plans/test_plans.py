"""Plans: their span, their phases, and the notes that come with them."""

import pickle
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve

from iopkit.eligibility import Possible
from iopkit.errors import InvalidError, Step
from iopkit.modalities import Modality
from iopkit.needs import Need
from iopkit.plans import (
    Goal,
    GroupMembership,
    Intervention,
    NoteKind,
    NoteSubject,
    Plan,
    PlanNote,
    Problem,
)
from iopkit.programs import PerWeek, Phase, Program, Service, Track
from iopkit.requirements import MilestoneKind, Signer
from iopkit.windows import Weekday

GROUP = Service("group", "Group", Modality.GROUP_THERAPY, PerWeek(3), timedelta(hours=3))
PROGRAM = Program(
    "any", "Any", (Phase("a", "A", 4, (GROUP,)), Phase("b", "B", 8), Phase("c", "C", 1))
)
KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
PLAN = Plan(KEY, UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11"), "Elm", PROGRAM, date(2026, 1, 5), 7)


def faults(make: Callable[[], object]) -> list[tuple[Step, ...]]:
    """The paths of every fault in the one error that is raised."""
    with pytest.raises(InvalidError) as caught:
        make()
    return [fault.path for fault in caught.value.faults]


def test_a_plan_lasts_as_long_as_its_program() -> None:
    assert PLAN.weeks == 13
    assert PLAN.end == date(2026, 4, 6)


def test_phases_follow_one_another() -> None:
    starts = [(start, phase.name) for start, _, phase in PLAN.phase_spans()]
    assert starts == [(date(2026, 1, 5), "a"), (date(2026, 2, 2), "b"), (date(2026, 3, 30), "c")]
    spans = [*PLAN.phase_spans()]
    assert [end for _, end, _ in spans] == [*(start for start, _, _ in spans[1:]), PLAN.end]


@pytest.mark.parametrize(
    ("start", "ok"),
    [
        pytest.param(date(1969, 12, 31), False, id="too-early"),
        pytest.param(date(1970, 1, 1), True, id="first"),
        pytest.param(date(2199, 12, 31), True, id="last"),
        pytest.param(date(2200, 1, 1), False, id="too-late"),
        pytest.param(date.min, False, id="first-of-dates"),
        pytest.param(date.max, False, id="last-of-dates"),
    ],
)
def test_a_plan_starts_in_years_whose_clocks_are_known(start: date, *, ok: bool) -> None:
    if ok:
        assert evolve(PLAN, start=start).end == start + timedelta(weeks=13)
    else:
        assert faults(lambda: evolve(PLAN, start=start)) == [("start",)]


def test_a_plan_that_would_outlast_the_calendar_is_refused() -> None:
    phases = tuple(Phase(f"p{n}", "P", 520, (GROUP,)) for n in range(800))
    with pytest.raises(InvalidError):
        evolve(PLAN, program=Program("long", "Long", phases))


def test_a_refused_start_is_not_shown() -> None:
    with pytest.raises(InvalidError) as caught:
        evolve(PLAN, start=date(1969, 12, 31))
    assert "1969" not in str(caught.value)


def test_a_plan_and_its_notes_show_nothing() -> None:
    assert repr(PLAN).startswith("Plan(#")
    assert str(KEY) not in repr(PLAN)
    assert repr(PlanNote(NoteSubject.NO_OPEN_TIME, "group", Weekday.MONDAY)) == "PlanNote(...)"


@pytest.mark.parametrize(
    ("note", "lead"),
    [
        pytest.param(PlanNote(NoteSubject.NO_OPEN_TIME), "no time is left", id="plan"),
        pytest.param(PlanNote(NoteSubject.NO_OPEN_TIME, "group"), "group: no time", id="service"),
        pytest.param(
            PlanNote(NoteSubject.NO_OPEN_TIME, "group", Weekday.MONDAY),
            "group, Monday: no time",
            id="day",
        ),
    ],
)
def test_a_note_says_what_it_is_about(note: PlanNote, lead: str) -> None:
    assert note.words.startswith(lead)


def test_every_matter_has_words_of_its_own() -> None:
    assert len({matter.words for matter in NoteSubject}) == len(NoteSubject)


def test_a_plan_is_a_value() -> None:
    copy = pickle.loads(pickle.dumps(PLAN))
    assert copy == PLAN
    assert hash(copy) == hash(PLAN)
    assert len({PLAN, copy, evolve(PLAN, seed=8)}) == 2


# What a plan refers to is there


PROBLEM = Problem("drinking", "Drinks")
OPEN_PHASE = Program("open", "Open", (Phase("a", "A", None, (GROUP,)),))
ON_TRACKS = Program(
    "tracks",
    "Tracks",
    (Phase("a", "A", 1, (evolve(GROUP, track="day"), evolve(GROUP, track="evening"))),),
    tracks=(Track("day", "Day"), Track("evening", "Evening")),
)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        pytest.param({"program": OPEN_PHASE}, "program", id="a-phase-of-no-length"),
        pytest.param({"program": ON_TRACKS}, "program", id="several-tracks"),
        pytest.param({"age": -1}, "age", id="unborn"),
        pytest.param({"age": 131}, "age", id="too-old"),
        pytest.param({"age": Possible(129, 131)}, "age", id="perhaps-too-old"),
        pytest.param({"age": Possible()}, "age", id="anything-is-none"),
        pytest.param({"age": Possible(7, 7)}, "age", id="one-is-not-several"),
        pytest.param({"on_hold": ("yoga",)}, "on_hold", id="a-service-that-is-not-there"),
        pytest.param({"problems": (PROBLEM, PROBLEM)}, "problems", id="one-name-twice"),
        pytest.param({"goals": (Goal("pain", "None."),)}, "goals", id="another-problem"),
        pytest.param(
            {
                "problems": (PROBLEM,),
                "goals": (
                    Goal("drinking", "Not.", interventions=(Intervention("Stretch.", "yoga"),)),
                ),
            },
            "goals",
            id="an-intervention-in-another-service",
        ),
    ],
)
def test_a_plan_that_refers_to_what_is_not_there_is_refused(
    changes: dict[str, Any], wrong: str
) -> None:
    assert faults(lambda: evolve(PLAN, **changes)) == [(wrong,)]


def test_a_plan_may_have_all_of_it() -> None:
    goal = Goal("drinking", "Not.", interventions=(Intervention("Talk.", "group"),))
    whole = evolve(PLAN, age=130, on_hold=("group",), problems=(PROBLEM,), goals=(goal,))
    assert whole.goals == (goal,)


@pytest.mark.parametrize("matter", NoteSubject)
def test_every_matter_asks_something_of_its_reader(matter: NoteSubject) -> None:
    assert matter.kind in NoteKind
    assert matter.words[0].islower()
    assert (matter.kind is NoteKind.QUESTION) is ("?" in matter.words)


@pytest.mark.parametrize(
    ("note", "words"),
    [
        (
            PlanNote(NoteSubject.TRACK_CHOSEN, part="day"),
            "day: of the program's tracks, this one collides",
        ),
        (
            PlanNote(NoteSubject.NEED_UNKNOWN, need=Need.CHILD_CARE),
            "child care: does the patient need it?",
        ),
    ],
    ids=["a-part", "a-need"],
)
def test_a_note_leads_with_what_it_is_about(note: PlanNote, words: str) -> None:
    assert note.words.startswith(words)


@pytest.mark.parametrize("words", [*MilestoneKind, *Signer])
def test_what_is_due_and_who_signs_have_words(words: MilestoneKind | Signer) -> None:
    assert "_" not in words.label


def test_a_plan_has_the_groups_of_each_service() -> None:
    plan = evolve(PLAN, groups=(GroupMembership("group", ("day", "evening")),))
    assert (plan.groups_of("group"), plan.groups_of("other")) == (("day", "evening"), ())


@pytest.mark.parametrize("names", [(), ("day", "day")])
def test_a_membership_names_each_group_once(names: tuple[str, ...]) -> None:
    assert faults(lambda: GroupMembership("group", names)) == [("groups",)]


@pytest.mark.parametrize("services", [("other",), ("group", "group")])
def test_a_plan_has_groups_of_its_services_alone(services: tuple[str, ...]) -> None:
    groups = tuple(GroupMembership(service, ("day",)) for service in services)
    assert faults(lambda: evolve(PLAN, groups=groups)) == [("groups",)]
