"""Plans: their span, their phases, and the notes that come with them."""

import pickle
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from attrs import evolve

from iopkit.availability import Weekday
from iopkit.errors import InvalidError, Step
from iopkit.modalities import Modality
from iopkit.plans import Matter, Note, PerWeek, Phase, Plan, Program, Service

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
    starts = [(start, phase.name) for start, phase in PLAN.phase_starts()]
    assert starts == [(date(2026, 1, 5), "a"), (date(2026, 2, 2), "b"), (date(2026, 3, 30), "c")]


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


def test_a_plan_and_its_notes_show_nothing_but_the_key() -> None:
    assert repr(PLAN) == f"Plan({KEY})"
    assert repr(Note(Matter.NO_OPEN_TIME, "group", Weekday.MONDAY)) == "Note(...)"


@pytest.mark.parametrize(
    ("note", "lead"),
    [
        pytest.param(Note(Matter.NO_OPEN_TIME), "no time is left", id="plan"),
        pytest.param(Note(Matter.NO_OPEN_TIME, "group"), "group: no time", id="service"),
        pytest.param(
            Note(Matter.NO_OPEN_TIME, "group", Weekday.MONDAY), "group, Monday: no time", id="day"
        ),
    ],
)
def test_a_note_says_what_it_is_about(note: Note, lead: str) -> None:
    assert note.words.startswith(lead)


def test_every_matter_has_words_of_its_own() -> None:
    assert len({matter.words for matter in Matter}) == len(Matter)


def test_a_plan_is_a_value() -> None:
    copy = pickle.loads(pickle.dumps(PLAN))
    assert copy == PLAN
    assert hash(copy) == hash(PLAN)
    assert len({PLAN, copy, evolve(PLAN, seed=8)}) == 2
