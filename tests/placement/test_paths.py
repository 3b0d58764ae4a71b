"""Paths of care: those that hold or may hold, with what was seen and what is missing."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.eligibility import (
    FACTS,
    AllOf,
    AnyFact,
    Criterion,
    Policy,
    Predicate,
    evaluate,
    facts_in,
    read_facts,
)
from iopkit.eligibility.consistency import read_consistent
from iopkit.errors import InvalidError
from iopkit.levels import LevelOfCare
from iopkit.library import find_ladder
from iopkit.needs import Need
from iopkit.patients import Assessment, EntryRoute, Outcome, Patient, Treatment
from iopkit.placement import CarePath, Ladder, PathStep, paths_for, place
from iopkit.placement.paths import paths_in
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.strategies import patients, predicates
from iopkit.truth import Truth

ON = date(2026, 2, 9)
OWN = Source("Our own rule", Grade.SECONDARY)
SOMEBODY = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))
STEPS = (PathStep("this first"), PathStep("then that", (LevelOfCare("2.5"),)))
SHIPPED = find_ladder("us-public-rules").paths


def path(predicate: Predicate, name: str = "own") -> CarePath:
    return CarePath(name, "Ours.", predicate, STEPS, OWN)


def by_name(patient: Patient) -> dict[str, Truth]:
    return {result.path.name: result.truth for result in paths_for(patient, SHIPPED, on=ON)}


@given(st.lists(predicates(), max_size=4), patients())
def test_the_paths_that_are_not_excluded_are_told_in_their_order(
    trees: list[Predicate], patient: Patient
) -> None:
    paths = [path(tree, f"p{n}") for n, tree in enumerate(trees)]
    truths = [
        evaluate(tree, read_consistent(dict.fromkeys(facts_in(tree)), patient, on=ON).values())
        for tree in trees
    ]

    found = paths_for(patient, paths, on=ON)

    assert [(result.path, result.truth) for result in found] == [
        pair for pair in zip(paths, truths, strict=True) if pair[1] is not Truth.NO
    ]


@given(patients())
def test_the_paths_by_a_sheet_of_all_facts_are_those_by_the_record(patient: Patient) -> None:
    asked = {*FACTS.values(), *(fact for each in SHIPPED for fact in facts_in(each.predicate))}
    found = paths_in(read_facts(asked, patient, on=ON), SHIPPED)
    assert {result.path.name: result.truth for result in found} == by_name(patient)


@given(predicates(), patients())
def test_a_path_misses_what_a_policy_that_asks_the_same_does(
    tree: Predicate, patient: Patient
) -> None:
    criterion = Criterion("own", "Ours.", tree, OWN)
    decision = Policy("own", "Own", Versions((Dated(ON, (criterion,), OWN),))).decide(
        patient, on=ON
    )

    for result in paths_for(patient, [path(tree)], on=ON):
        assert result.missing == decision.missing
        assert result.missing or decision.contradictions or result.truth is Truth.YES


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(FACTS["needs_24_hour_care"], id="as it is"),
        pytest.param(FACTS["needs_24_hour_care"].within(days=30), id="found of late"),
        pytest.param(FACTS["needs_24_hour_care"].since(date(2026, 2, 1)), id="found since a day"),
    ],
)
def test_a_path_does_not_miss_what_is_recorded_and_contradicted(asked: AnyFact) -> None:
    patient = somebody(needs=frozenset({Need.AROUND_THE_CLOCK_SUPPORT}))
    tree = asked.equals(True) & FACTS["pregnant"].equals(False)
    (found,) = paths_for(patient, [path(tree)], on=ON)

    assert found.truth is Truth.UNKNOWN
    assert found.missing == ("pregnant",)


def test_a_path_that_may_hold_says_what_is_missing() -> None:
    young = FACTS["age"] < 21
    (found,) = paths_for(SOMEBODY, [path(young & FACTS["pregnant"].equals(False))], on=ON)

    assert found.truth is Truth.UNKNOWN
    assert set(found.missing) == {"age", "pregnant"}
    assert found.reason.endswith("(age is not known; pregnant is not known)")
    assert "pregnant" not in repr(found)


@pytest.mark.parametrize(
    ("build", "what", "said"),
    [
        pytest.param(
            lambda: evolve(path(AllOf(())), steps=STEPS[:1]),
            *("path 'own'", "steps: expected at least two steps, found 1"),
            id="one step",
        ),
        pytest.param(
            lambda: CarePath("own", "Ours.", True, STEPS, OWN),  # type: ignore[arg-type]  # on purpose
            "care path",
            "predicate: expected a predicate, found true or false (a fact becomes one by a "
            "comparison, such as fact.equals(True))",
            id="no predicate",
        ),
        pytest.param(
            lambda: Ladder("l", "L", find_ladder("us-public-rules").rungs, (path(AllOf(())),) * 2),
            *("ladder 'l'", "paths: expected each path's name once, found one twice"),
            id="one path twice",
        ),
    ],
)
def test_what_is_no_path_is_refused(build: Callable[[], object], what: str, said: str) -> None:
    with pytest.raises(InvalidError) as caught:
        build()

    assert str(caught.value) == f"{what}: 1 problem\n  {said}"


# The shipped paths.

NOTHING: dict[str, Any] = {
    "needs": frozenset(),
    "acute_withdrawal": False,
    "withdrawal_manageable": True,
    "needs_24_hour_care": False,
    "entry": EntryRoute.PRIMARY,
}
LEFT = Treatment(LevelOfCare("3.5"), date(2025, 12, 1), date(2026, 2, 5), Outcome.LEFT)
WITHDRAWAL, AWAY = "withdrawal-management-first", "care-around-the-clock-first"


def somebody(treatments: tuple[Treatment, ...] = (), **findings: Any) -> Patient:
    found = Assessment(ON, **{**NOTHING, **findings})
    return evolve(SOMEBODY, treatments=treatments, assessments=(found,))


@pytest.mark.parametrize(
    ("findings", "names"),
    [
        pytest.param({}, [], id="none"),
        pytest.param({"acute_withdrawal": True}, [WITHDRAWAL], id="in withdrawal"),
        pytest.param(
            {
                "withdrawal_manageable": False,
                "needs": frozenset({Need.WITHDRAWAL_MANAGEMENT}),
            },
            [WITHDRAWAL],
            id="not manageable",
        ),
        pytest.param(
            {"needs": frozenset({Need.WITHDRAWAL_MANAGEMENT, Need.TRANSPORT})},
            [WITHDRAWAL],
            id="needs withdrawal management",
        ),
        pytest.param({"needs_24_hour_care": True}, [AWAY], id="needs care around the clock"),
        pytest.param(
            {
                "needs": frozenset({Need.AROUND_THE_CLOCK_SUPPORT}),
                "needs_24_hour_care": True,
                "acute_withdrawal": True,
            },
            [WITHDRAWAL, AWAY],
            id="both",
        ),
        pytest.param({"entry": EntryRoute.STEP_DOWN}, ["step-down"], id="steps down"),
        pytest.param({"entry": EntryRoute.STEP_UP}, ["step-up"], id="steps up"),
        pytest.param({"treatments": (LEFT,)}, [], id="left residential care"),
        pytest.param(
            {"treatments": (evolve(LEFT, outcome=Outcome.COMPLETED),)},
            ["step-down"],
            id="completed residential care",
        ),
    ],
)
def test_the_shipped_paths_hold_for_those_whom_they_are_for(
    findings: dict[str, Any], names: list[str]
) -> None:
    assert by_name(somebody(**findings)) == dict.fromkeys(names, Truth.YES)


def test_of_somebody_unknown_each_shipped_path_may_hold() -> None:
    assert by_name(SOMEBODY) == {path.name: Truth.UNKNOWN for path in SHIPPED}


def test_every_shipped_path_leads_to_intensive_outpatient_treatment() -> None:
    for each in SHIPPED:
        assert each.steps[-1].levels == (LevelOfCare("2.1"),)


def test_a_placement_has_the_paths_of_its_ladder() -> None:
    patient = somebody(acute_withdrawal=True)
    placement = place(find_ladder("us-public-rules"), patient, on=ON)

    assert placement.paths == paths_for(patient, SHIPPED, on=ON)
