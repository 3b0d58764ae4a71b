"""What was settled and signed of a plan is in the one that is drafted again."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import InvalidError, Patient, draft, find_program
from iopkit.library import find_goal_templates
from iopkit.modalities import Modality
from iopkit.patients import Substance, SubstanceUseDisorder
from iopkit.plans import Plan, Problem, ProposedProblem, Signature, carry_settled, settle
from iopkit.programs import PerWeek, Phase, Program, Service
from iopkit.requirements import Signer
from iopkit.sites import Site
from iopkit.windows import WeeklyWindows

START = date(2026, 1, 5)
SITE = Site("Elm Street", "America/Chicago", WeeklyWindows.always())
PROGRAM = find_program("matrix-16-week")
TEMPLATES = find_goal_templates("starting-points")
ALCOHOL = SubstanceUseDisorder(Substance.ALCOHOL, 5, "F10.20")
OPIOIDS = SubstanceUseDisorder(Substance.OPIOIDS, 5, "F11.20")
SIGNED = (Signature(Signer.PATIENT, START),)
PATIENT = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"), diagnoses=(ALCOHOL, OPIOIDS))


def drafted(*diagnoses: SubstanceUseDisorder, proposing: bool = True) -> Plan:
    """The plan of somebody with some diagnoses."""
    return draft(
        PROGRAM,
        evolve(PATIENT, diagnoses=diagnoses),
        SITE,
        start=START,
        seed=5,
        goal_templates=TEMPLATES if proposing else None,
    )


PLAN = drafted(ALCOHOL, OPIOIDS)


def settled(plan: Plan = PLAN, accept: str = "use-disorder-1") -> Plan:
    return settle(plan, on=START, by="Ada", accept=[accept])


def proposals(plan: Plan) -> dict[str, ProposedProblem]:
    return {each.problem.name: each for each in plan.proposals or ()}


@given(st.data())
def test_the_same_plan_gets_back_all_that_was_settled(data: st.DataObject) -> None:
    names = [each.problem.name for each in PLAN.proposals or ()]
    names += [goal.name for each in PLAN.proposals or () for goal in each.goals]
    plan = PLAN
    for name in data.draw(st.lists(st.sampled_from(names), unique=True)):
        how = data.draw(st.sampled_from(["accept", "drop"]))
        try:
            plan = settle(plan, on=START, by="Ada", **{how: [name]})  # type: ignore[arg-type]  # either
        except InvalidError:  # it went with another
            continue
    plan = evolve(plan, signatures=data.draw(st.sampled_from([None, (), SIGNED])))
    assert carry_settled(PLAN, plan) == plan


def test_nothing_that_was_settled_leaves_the_plan_as_it_is() -> None:
    assert carry_settled(PLAN, PLAN) == PLAN
    silent = drafted(ALCOHOL, OPIOIDS, proposing=False)
    assert carry_settled(silent, PLAN) == silent
    assert carry_settled(PLAN, silent) == PLAN


def test_what_was_settled_stays_where_the_record_raises_it_no_more() -> None:
    was = settled()
    for now in (drafted(OPIOIDS), drafted(ALCOHOL, OPIOIDS, proposing=False)):
        found = carry_settled(now, was)
        assert found.problems == was.problems
        assert found.goals == was.goals
        assert proposals(was)["use-disorder-1"] in (found.proposals or ())


def test_what_is_raised_newly_is_open_and_has_a_name_of_its_own() -> None:
    was = settled()
    found = carry_settled(drafted(OPIOIDS, ALCOHOL), was)
    each = proposals(found)
    assert {name: one.problem.code for name, one in each.items()} == {
        "use-disorder-1": "F10.20",
        "use-disorder-3": "F11.20",
    }
    new = each["use-disorder-3"]
    assert new.is_open
    assert {goal.goal.problem for goal in new.goals} == {"use-disorder-3"}
    both = settled(found, "use-disorder-3")
    assert [problem.code for problem in both.problems or ()] == ["F10.20", "F11.20"]
    assert carry_settled(drafted(OPIOIDS, ALCOHOL), both).proposals == both.proposals
    assert carry_settled(PLAN, both).problems == both.problems
    assert not any(one.is_open for one in carry_settled(PLAN, both).proposals or ())


def test_a_problem_that_somebody_wrote_keeps_its_name() -> None:
    by_hand = evolve(PLAN, problems=(Problem("use-disorder-2", "Their own words"),))
    found = carry_settled(PLAN, by_hand)
    assert found.problems == by_hand.problems
    assert [*proposals(found)] == ["use-disorder-1", "use-disorder-3"]


def test_a_diagnosis_that_is_told_otherwise_is_the_same_by_its_code() -> None:
    milder = evolve(ALCOHOL, criteria_met=3)
    found = carry_settled(drafted(milder, OPIOIDS), settled())
    assert [*proposals(found)] == ["use-disorder-1", "use-disorder-2"]
    bare = evolve(ALCOHOL, code=None)
    was = settled(drafted(bare, OPIOIDS))
    other = carry_settled(drafted(evolve(bare, substance=Substance.COCAINE), OPIOIDS), was)
    assert [*proposals(other)] == ["use-disorder-3", "use-disorder-2", "use-disorder-1"]


def test_a_goal_that_was_dropped_stays_so_and_its_problem_open() -> None:
    goal = proposals(PLAN)["use-disorder-1"].goals[0]
    was = settle(PLAN, on=START, by="Ada", drop=[goal.name])
    found = proposals(carry_settled(PLAN, was))["use-disorder-1"]
    assert found.settled is None
    assert [one.name for one in found.goals if one.settled] == [goal.name]
    assert "use-disorder-1" not in proposals(carry_settled(drafted(), was))


@pytest.mark.parametrize(
    ("now", "stand"),
    [
        (PLAN, True),
        (drafted(ALCOHOL, OPIOIDS, proposing=False), True),
        (evolve(PLAN, notes=()), True),
        (evolve(PLAN, free=WeeklyWindows.of("monday 09:00-12:00")), False),
        (evolve(PLAN, start=START + timedelta(days=1)), False),
    ],
    ids=["the same", "with no proposals", "with other notes", "free otherwise", "a day later"],
)
def test_signatures_stand_while_the_plan_is_the_one_that_was_signed(now: Plan, stand: bool) -> None:
    found = carry_settled(now, evolve(settled(), signatures=SIGNED))
    assert found.signatures == (SIGNED if stand else ())


def test_what_is_settled_after_it_was_signed_is_to_be_signed_again() -> None:
    signed = evolve(PLAN, signatures=SIGNED)
    assert settled(signed).signatures == ()
    assert settle(signed, on=START, by="Ada", drop=["use-disorder-1"]).signatures == SIGNED
    assert settled(PLAN).signatures is None


def test_another_plan_and_what_needs_a_service_of_another_are_refused() -> None:
    with pytest.raises(
        InvalidError, match="expected the plan that is drafted again, found another"
    ):
        carry_settled(PLAN, evolve(settled(), key=UUID(int=1)))
    with pytest.raises(InvalidError, match="a Plan"):
        carry_settled(PLAN, None)  # type: ignore[arg-type]  # what is refused
    goals = settled().goals or ()
    assert any(step.service for goal in goals for step in goal.interventions)
    talk = Service("talk", "Talk", Modality.CASE_MANAGEMENT, PerWeek(1), timedelta(hours=1))
    small = Program("small", "Small", (Phase("all", "All", 16, (talk,)),))
    other = draft(small, PATIENT, SITE, start=START, seed=5)
    with pytest.raises(InvalidError, match="services of the plan"):
        carry_settled(evolve(other, key=PLAN.key), settled())
