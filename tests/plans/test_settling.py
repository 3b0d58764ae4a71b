"""What is settled of what was proposed is a part of the plan, and nothing else of it is."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import FACTS, InvalidError, draft
from iopkit.modalities import Modality
from iopkit.patients import Assessment, Patient
from iopkit.plans import (
    Counted,
    CountTarget,
    Goal,
    GoalTemplate,
    GoalTemplates,
    Intervention,
    InterventionTemplate,
    ObjectiveTemplate,
    Plan,
    Problem,
    ProblemTemplate,
    ProposedGoal,
    ProposedProblem,
    SettledAs,
    Settlement,
    settle,
)
from iopkit.programs import PerWeek, Phase, Program, Service
from iopkit.sites import Site
from iopkit.windows import WeeklyWindows

START = date(2026, 1, 5)
HOUR = timedelta(hours=1)
SITE = Site("Elm Street", "America/Chicago", WeeklyWindows.of("monday 09:00-21:00"))
PROGRAM = Program(
    "short",
    "Short",
    (
        Phase(
            "all",
            "All",
            6,
            (
                Service("talk", "Talk", Modality.GROUP_THERAPY, PerWeek(1), HOUR),
                Service("family", "Family", Modality.FAMILY_SESSION, PerWeek(1), HOUR),
            ),
        ),
    ),
)
STEP = ObjectiveTemplate("A week.", CountTarget(Counted.DAYS_WITHOUT_USE, least=7), week=2)
TALK = InterventionTemplate("We talk.", frozenset({Modality.GROUP_THERAPY}))


def template(name: str, *goals: str) -> ProblemTemplate:
    some = tuple(GoalTemplate(goal, f"{goal}.", (STEP,), (TALK,)) for goal in goals)
    return ProblemTemplate(name, f"Problem {name}", FACTS["dangerous"].equals(False), some)


PLAN = draft(
    PROGRAM,
    Patient(
        UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"),
        assessments=(Assessment(START, dangerous=False),),
    ),
    SITE,
    start=START,
    seed=1,
    goal_templates=GoalTemplates(
        "ours", "Ours", (template("a", "one", "two"), template("b", "one"), template("c"))
    ),
)
EVERY = ("a", "a/one", "a/two", "b", "b/one", "c")


def outcomes(plan: Plan) -> dict[str, SettledAs | None]:
    told: dict[str, SettledAs | None] = {}
    for each in plan.proposals or ():
        told[each.problem.name] = each.settled.outcome if each.settled else None
        told |= {one.name: one.settled.outcome if one.settled else None for one in each.goals}
    return told


def settled(plan: Plan = PLAN, **how: Any) -> Plan:
    return settle(plan, on=START, by="Ada", **how)


def of_plan(plan: Plan) -> tuple[list[str], list[str]]:
    return (
        [problem.name for problem in plan.problems or ()],
        [f"{goal.problem}/{goal.statement.rstrip('.')}" for goal in plan.goals or ()],
    )


@pytest.mark.parametrize(
    ("how", "problems", "goals", "left"),
    [
        ({}, [], [], 6),
        ({"accept": ["a"]}, ["a"], ["a/one", "a/two"], 3),
        ({"accept": ["a/two"]}, ["a"], ["a/two"], 4),
        ({"accept": ["a"], "drop": ["a/one"]}, ["a"], ["a/two"], 3),
        ({"drop": ["a"]}, [], [], 3),
        ({"drop": ["a/one"]}, [], [], 5),
        ({"accept": ["c"]}, ["c"], [], 5),
        ({"change": {"c": Problem("c", "Other")}}, ["c"], [], 5),
        ({"change": {"b": Problem("b", "Other", "Z1")}}, ["b"], ["b/one"], 4),
        ({"change": {"b/one": Goal("b", "other.")}}, ["b"], ["b/other"], 4),
        ({"drop": EVERY}, [], [], 0),
        ({"accept": EVERY}, ["a", "b", "c"], ["a/one", "a/two", "b/one"], 0),
    ],
)
def test_what_is_taken_over_is_a_part_of_the_plan(
    how: dict[str, Any], problems: list[str], goals: list[str], left: int
) -> None:
    plan = settled(**how)
    assert of_plan(plan) == (problems, goals)
    assert [*outcomes(plan).values()].count(None) == left
    assert sum(each.is_open for each in plan.proposals or ()) <= left


def test_what_became_of_each_is_kept_with_its_day_and_who_settled_it() -> None:
    plan = settled(accept=["a/one"], drop=["b"], change={"c": Problem("c", "Other")})
    assert outcomes(plan) == {
        "a": "accepted",
        "a/one": "accepted",
        "a/two": None,
        "b": "dropped",
        "b/one": "dropped",
        "c": "changed",
    }
    first = (plan.proposals or ())[0]
    assert first.settled == Settlement(SettledAs.ACCEPTED, START, "Ada")
    assert (plan.proposals or ())[2].problem.statement == "Problem c", "what was proposed stays"
    assert [problem.statement for problem in plan.problems or ()] == ["Problem a", "Other"]


def test_a_problem_that_is_dropped_can_have_goals_that_were_dropped_before() -> None:
    first = settled(drop=["a/one"])
    plan = settled(first, drop=["a"])
    assert outcomes(plan) == {**outcomes(PLAN), **dict.fromkeys(["a", "a/one", "a/two"], "dropped")}


def test_a_goal_that_was_left_open_can_be_settled_later() -> None:
    plan = settle(settled(accept=["a/one"]), on=START + HOUR * 24, by="Birch", accept=["a/two"])
    assert of_plan(plan) == (["a"], ["a/one", "a/two"])
    assert (plan.proposals or ())[0].settled == Settlement(SettledAs.ACCEPTED, START, "Ada")


def test_what_was_set_by_hand_stays() -> None:
    plan = evolve(PLAN, problems=(Problem("own", "Own"),), goals=(Goal("own", "own."),))
    assert of_plan(settled(plan, accept=["b"])) == (["own", "b"], ["own/own", "b/one"])


@given(st.lists(st.tuples(st.sampled_from(EVERY), st.booleans()), unique_by=lambda pair: pair[0]))
def test_one_by_one_is_as_all_at_once_or_refused(asked: list[tuple[str, bool]]) -> None:
    how: dict[str, Any] = {
        "accept": [name for name, taken in asked if taken],
        "drop": [name for name, taken in asked if not taken],
    }
    try:
        plan = settled(**how)
    except InvalidError:
        dropped = {name for name, taken in asked if not taken}
        assert any(name.partition("/")[0] in dropped for name in how["accept"])
        return
    told = outcomes(plan)
    assert {told[name] for name in how["accept"]} <= {"accepted"}
    assert {told[name] for name in how["drop"]} <= {"dropped"}
    # A goal is not taken over without its problem, nor a proposal twice.
    problems, goals = of_plan(plan)
    assert {goal.partition("/")[0] for goal in goals} <= set(problems)
    assert sorted((*problems, *goals)) == sorted(n for n, of in told.items() if of == "accepted")


@pytest.mark.parametrize(
    ("how", "path"),
    [
        ({"accept": ["x"]}, ("accept", 0)),
        ({"accept": ["a"], "drop": ["b", "x"]}, ("drop", 1)),
        ({"change": {"x": Problem("x", "X")}}, ("change", 0)),
        ({"accept": ["a", "a"]}, ("accept",)),
        ({"accept": ["a"], "drop": ["a"]}, ("accept",)),
        ({"accept": ["a/one"], "drop": ["a"]}, ("drop",)),
        ({"change": {"a": Problem("b", "X")}}, ("change", 0)),
        ({"change": {"a": Goal("a", "X")}}, ("change", 0)),
        ({"change": {"a/one": Problem("a", "X")}}, ("change", 0)),
        ({"change": {"a/one": Goal("b", "X")}}, ("change", 0)),
        (
            {"change": {"a/one": Goal("a", "X", interventions=(Intervention("X", "family"),))}},
            ("change", 0),
        ),
        (
            {"change": {"a/one": Goal("a", "X", interventions=(Intervention("X", "x"),))}},
            ("change", 0),
        ),
    ],
)
def test_what_cannot_be_settled_so_is_refused(
    how: Mapping[str, Any], path: tuple[str | int, ...]
) -> None:
    with pytest.raises(InvalidError) as caught:
        settled(**how)
    assert [fault.path for fault in caught.value.faults] == [path]
    assert not {"Problem", "'a'", "'b'", "'x'"} & set(str(caught.value).split())


def test_every_problem_is_listed_at_once() -> None:
    with pytest.raises(InvalidError) as caught:
        settled(accept=["x"], drop=["y"], change={"a": Problem("b", "X")})
    assert [f.path for f in caught.value.faults] == [("accept", 0), ("drop", 0), ("change", 0)]


def test_what_is_settled_is_not_settled_again() -> None:
    plan = settled(accept=["a"], drop=["b"])
    for name in ("a", "a/one", "b", "b/one"):
        with pytest.raises(InvalidError, match=r"accept\[0\]: expected what is proposed and open"):
            settled(plan, accept=[name])


def test_a_goal_of_a_problem_that_was_dropped_is_not_kept() -> None:
    first, *rest = PLAN.proposals or ()
    dropped = evolve(first, settled=Settlement(SettledAs.DROPPED, START, "Ada"))
    plan = evolve(PLAN, proposals=(dropped, *rest))
    with pytest.raises(InvalidError, match="one of them kept"):
        settled(plan, accept=["a/one"])


def test_a_plan_without_proposals_has_nothing_to_settle() -> None:
    plan = evolve(PLAN, proposals=None)
    assert settled(plan) == plan
    with pytest.raises(InvalidError):
        settled(plan, accept=["a"])


def test_somebody_settles_it_on_some_day() -> None:
    with pytest.raises(InvalidError, match="by: expected who settles it"):
        settle(PLAN, on=START, by=" ", accept=["a"])
    moment: Any = datetime(2026, 1, 5)  # noqa: DTZ001  # on purpose
    with pytest.raises(InvalidError, match="on: "):
        settle(PLAN, on=moment, by="Ada")


GOAL = ProposedGoal("a/one", Goal("a", "One."))


@pytest.mark.parametrize(
    "make",
    [
        lambda: ProposedGoal("b/one", Goal("a", "One.")),
        lambda: ProposedGoal("one", Goal("a", "One.")),
        lambda: ProposedProblem(Problem("b", "B"), (), (GOAL,)),
        lambda: ProposedProblem(Problem("a", "A"), (), (GOAL, GOAL)),
        lambda: evolve(PLAN, proposals=(ProposedProblem(Problem("a", "A"), ()),) * 2),
        lambda: evolve(
            PLAN,
            proposals=(
                ProposedProblem(
                    Problem("a", "A"),
                    (),
                    (
                        ProposedGoal(
                            "a/one", Goal("a", "One.", interventions=(Intervention("X", "x"),))
                        ),
                    ),
                ),
            ),
        ),
    ],
    ids=["another problem", "no problem", "another's goal", "a goal twice", "twice", "no service"],
)
def test_what_no_proposal_can_be_is_refused(make: Any) -> None:
    with pytest.raises(InvalidError):
        make()
