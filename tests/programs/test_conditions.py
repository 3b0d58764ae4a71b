"""Conditions to go on and to be discharged, held against what has come of a course."""

import pickle
from collections.abc import Callable

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.documents import from_json, json_schema, to_json
from iopkit.eligibility import FACTS, evaluate
from iopkit.errors import InvalidError
from iopkit.modalities import Modality
from iopkit.programs import (
    COURSE_FACTS,
    PerWeek,
    Phase,
    Program,
    Progress,
    Service,
    ServiceProgress,
    course_facts,
)
from iopkit.programs.progress import ANY_COURSE, service_facts
from iopkit.truth import Truth

pytestmark = pytest.mark.measured


def service(name: str, modality: Modality = Modality.GROUP_THERAPY) -> Service:
    return Service(name, name.title(), modality, PerWeek(2))


SERVICES = (
    service("relapse-prevention"),
    service("support", Modality.SOCIAL_SUPPORT_GROUP),
)
SKILLS = service_facts(["relapse-prevention"])
TEN_OF_TWELVE = SKILLS["attended_relapse_prevention"] >= 10
PROGRAM = Program(
    "any",
    "Any",
    (Phase("only", "Only", 6, SERVICES, advance=TEN_OF_TWELVE),),
    discharge=(service_facts(["support"])["unexcused_support"] < 3)
    & COURSE_FACTS["clinician_agrees"].equals(True),
)


def seen(name: str, attended: int, due: int) -> ServiceProgress:
    return ServiceProgress(name, due=due, attended=attended, missed=due - attended)


@pytest.mark.parametrize(
    ("by_service", "truth"),
    [
        ((seen("relapse-prevention", 9, 12), seen("support", 6, 6)), Truth.NO),
        ((seen("relapse-prevention", 10, 12), seen("support", 0, 6)), Truth.YES),
        ((seen("support", 6, 6),), Truth.UNKNOWN),
        ((ServiceProgress("relapse-prevention", due=12),), Truth.UNKNOWN),
        ((), Truth.UNKNOWN),
    ],
    ids=["nine", "ten", "other-service", "not-counted", "nothing"],
)
def test_a_condition_on_one_service_is_met_by_that_service_alone(
    by_service: tuple[ServiceProgress, ...], truth: Truth
) -> None:
    progress = Progress(attendance=15 / 18, by_service=by_service)
    assert progress.meets(TEN_OF_TWELVE) is truth


def test_the_facts_of_a_program_are_the_shipped_ones_and_those_of_its_services() -> None:
    facts = course_facts(PROGRAM)
    assert facts.items() > COURSE_FACTS.items()
    assert sorted(facts.keys() - COURSE_FACTS.keys()) == sorted(
        f"{count}_{name}"
        for count in ("attended", "missed", "due", "unexcused")
        for name in ("relapse_prevention", "support")
    )
    assert [*ANY_COURSE] == [*COURSE_FACTS]
    assert len(ANY_COURSE) == len(COURSE_FACTS)
    assert facts.items() <= {name: ANY_COURSE[name] for name in facts}.items()
    assert pickle.loads(pickle.dumps(facts["due_support"])) == facts["due_support"]


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_each_count_is_read_from_its_own_place(attended: int, missed: int, least: int) -> None:
    due = attended + missed
    unexcused = missed // 2
    progress = Progress(by_service=(ServiceProgress("support", due, attended, missed, unexcused),))
    counts = {"attended": attended, "missed": missed, "due": due, "unexcused": unexcused}
    for count, number in counts.items():
        fact = course_facts(PROGRAM)[f"{count}_support"]
        assert progress.meets(fact >= least) is Truth.of(number >= least)


def test_conditions_on_services_come_back_from_documents() -> None:
    assert from_json(Program, to_json(PROGRAM)) == PROGRAM


@pytest.mark.parametrize("name", ["attended_other", "attended_Support", "seen_support", "due_"])
def test_a_condition_on_what_the_program_has_not_is_refused(name: str) -> None:
    text = to_json(PROGRAM).replace("unexcused_support", name)
    with pytest.raises(InvalidError):
        from_json(Program, text)


def test_a_condition_on_another_programs_service_is_refused_with_its_place() -> None:
    with pytest.raises(InvalidError) as caught:
        evolve(PROGRAM, discharge=service_facts(["other"])["due_other"] >= 1)
    assert [fault.path for fault in caught.value.faults] == [("discharge",)]
    other = evolve(PROGRAM.phases[0], advance=service_facts(["other"])["due_other"] >= 1)
    with pytest.raises(InvalidError) as caught:
        evolve(PROGRAM, phases=(other,))
    assert [fault.path for fault in caught.value.faults] == [("phases", 0, "advance")]


def test_a_condition_about_a_patient_is_none_about_a_course() -> None:
    with pytest.raises(InvalidError, match="a fact about a course"):
        Progress().meets(FACTS["age"] >= 18)


def test_progress_is_not_the_values_of_facts_and_is_refused_in_words() -> None:
    with pytest.raises(InvalidError, match="values: expected"):
        evaluate(TEN_OF_TWELVE, Progress())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "make",
    [
        lambda: ServiceProgress("support", due=-1),
        lambda: ServiceProgress("support", due=3, attended=2, missed=2),
        lambda: ServiceProgress("support", due=3, attended=4),
        lambda: ServiceProgress("support", missed=1, unexcused=2),
        lambda: Progress(by_service=(ServiceProgress("support"), ServiceProgress("support"))),
        lambda: Progress(unexcused_absences=-1),
    ],
)
def test_what_no_progress_can_be_is_refused(make: Callable[[], object]) -> None:
    with pytest.raises(InvalidError):
        make()


def test_the_schema_takes_the_facts_of_services_by_their_form() -> None:
    named, of_service = json_schema("program")["$defs"]["Fact"]["anyOf"]
    assert named["enum"] == [*COURSE_FACTS]
    assert of_service["pattern"].startswith("^(attended|missed|due|unexcused)_")
