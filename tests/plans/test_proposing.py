"""Problems and goals are proposed where the record raises them, and for what the plan gives."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import FACTS, InvalidError, draft, find_program, from_json, to_json
from iopkit.eligibility import AllOf, evaluate, read_facts
from iopkit.eligibility.consistency import contradictions, read_consistent
from iopkit.eligibility.predicates import facts_in
from iopkit.library import find_goal_templates
from iopkit.modalities import Modality
from iopkit.patients import (
    Assessment,
    LivingEnvironment,
    MentalDisorder,
    Patient,
    Substance,
    SubstanceUseDisorder,
)
from iopkit.plans import (
    Counted,
    CountTarget,
    DiagnosisKind,
    GoalTemplate,
    GoalTemplates,
    InterventionTemplate,
    NoteSubject,
    ObjectiveTemplate,
    Plan,
    ProblemTemplate,
    RaisedBy,
)
from iopkit.programs import PerWeek, Phase, Program, Service
from iopkit.programs.progress import COURSE_FACTS
from iopkit.sites import Site
from iopkit.strategies import days, patients, predicates, programs, sites
from iopkit.truth import Truth
from iopkit.windows import WeeklyWindows

START = date(2026, 1, 5)
STRANGER = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))
SITE = Site("Elm Street", "America/Chicago", WeeklyWindows.of("monday 09:00-21:00"))
HOUR = timedelta(hours=1)
GROUP = Service("talk", "Talk", Modality.GROUP_THERAPY, PerWeek(1), HOUR)
FAMILY = Service("family", "Family", Modality.FAMILY_SESSION, PerWeek(1), HOUR)
PROGRAM = Program(
    "short", "Short", (Phase("all", "All", 6, (GROUP, FAMILY)),), review_every_days=21
)
SHIPPED = find_goal_templates("starting-points")

STEP = ObjectiveTemplate("A week.", CountTarget(Counted.DAYS_WITHOUT_USE, least=7), week=2)
TALK = InterventionTemplate("We talk.", frozenset({Modality.GROUP_THERAPY}))
GOAL = GoalTemplate("less", "Use less.", (STEP,), (TALK,))
UNSAFE = FACTS["living_environment"].equals("unsafe")
HOME = ProblemTemplate("home", "Home", UNSAFE, (GOAL,))


def templates(*some: ProblemTemplate) -> GoalTemplates:
    return GoalTemplates("ours", "Ours", some)


def planned(patient: Patient, *some: ProblemTemplate, program: Program = PROGRAM) -> Plan:
    return draft(program, patient, SITE, start=START, seed=1, goal_templates=templates(*some))


def living(where: LivingEnvironment | None, on: date = date(2025, 12, 1)) -> Patient:
    return evolve(STRANGER, assessments=(Assessment(on, living_environment=where),))


def names(plan: Plan) -> list[str]:
    return [each.problem.name for each in plan.proposals or ()]


# What raises a problem.


@given(
    patients(),
    days(),
    st.lists(predicates(), min_size=1, max_size=4),
)
def test_what_is_raised_is_met_on_the_record_and_the_rest_is_not(
    patient: Patient, start: date, conditions: list[Any]
) -> None:
    asked = [each & (FACTS["age"] >= 18) for each in conditions]
    some = [ProblemTemplate(f"p-{n}", "P", when, (GOAL,)) for n, when in enumerate(asked)]
    start = max(start, date(1970, 1, 1))
    if patient.birth_date is not None and str(patient.birth_date) > start.isoformat():
        return
    plan = draft(PROGRAM, patient, SITE, start=start, seed=1, goal_templates=templates(*some))
    # Another reader of the same tree.
    truths = {
        one.name: evaluate(
            one.when,
            read_consistent(dict.fromkeys(facts_in(one.when)), patient, on=start).values(),
        )
        for one in some
    }
    assert names(plan) == [name for name, truth in truths.items() if truth is Truth.YES]
    unknown = [n for n in plan.notes if n.matter is NoteSubject.PROBLEMS_UNKNOWN]
    assert bool(unknown) == (Truth.UNKNOWN in truths.values())
    assert (plan.problems, plan.goals) == (None, None)


@given(programs(), patients(), sites(), days())
def test_no_shipped_proposal_names_what_the_plan_does_not_give(
    program: Program, patient: Patient, site: Site, start: date
) -> None:
    plan = draft(program, patient, site, start=start, seed=1, goal_templates=SHIPPED)
    given_ones = {s.name for s in plan.program.every_service} - {*plan.on_hold}
    assert from_json(Plan, to_json(plan)) == plan
    by_name = {template.name: template for template in SHIPPED.templates}
    for each in plan.proposals or ():
        assert each.because
        template = by_name.get(each.problem.name) or by_name[each.problem.name.rpartition("-")[0]]
        facts = dict.fromkeys(facts_in(template.when))
        seen = read_facts(facts, patient, on=start).values()
        assert evaluate(template.when, seen) is Truth.YES
        for one, goal in zip(each.goals, template.goals, strict=True):
            done = one.goal.interventions
            assert {step.service for step in done} <= given_ones
            assert len(done) + len(one.not_here) == len(goal.interventions)
            assert all(o.by is None or o.by < plan.end for o in one.goal.objectives)


@pytest.mark.parametrize(
    ("where", "raised", "told"),
    [
        (LivingEnvironment.UNSAFE, ["home"], False),
        (LivingEnvironment.SUPPORTIVE, [], False),
        (None, [], True),
    ],
    ids=["met", "unmet", "not known"],
)
def test_unknown_is_told_and_raises_nothing(
    where: LivingEnvironment | None, raised: list[str], told: bool
) -> None:
    plan = planned(living(where), HOME)
    assert names(plan) == raised
    found = [n.words for n in plan.notes if n.matter is NoteSubject.PROBLEMS_UNKNOWN]
    assert [words.rpartition(": ")[2] for words in found] == ["Home (living environment)"] * told


def test_the_facts_that_raise_a_problem_are_told_with_their_days() -> None:
    unsafe = living(LivingEnvironment.UNSAFE)
    either = ProblemTemplate("p", "P", UNSAFE | FACTS["has_transport"].equals(False))
    apart = ProblemTemplate("q", "Q", ~FACTS["living_environment"].equals("supportive") & UNSAFE)
    plan = planned(unsafe, either, apart)
    seen = RaisedBy("living_environment", "living environment: unsafe", date(2025, 12, 1))
    assert [each.because for each in plan.proposals or ()] == [(seen,), (seen,)]


def test_a_finding_after_the_first_day_raises_nothing_yet() -> None:
    assert names(planned(living(LivingEnvironment.UNSAFE, START), HOME)) == ["home"]
    later = living(LivingEnvironment.UNSAFE, START + timedelta(days=1))
    assert names(planned(later, HOME)) == []


def test_a_contradiction_raises_nothing() -> None:
    whole = ProblemTemplate("p", "P", FACTS["needs_24_hour_care"].equals(False))
    found = Assessment(START, needs_24_hour_care=False)
    assert names(planned(evolve(STRANGER, assessments=(found,)), whole)) == ["p"]
    torn = evolve(STRANGER, assessments=(evolve(found, needs_medical_management=True),))
    assert contradictions(torn, on=START)
    plan = planned(torn, whole)
    assert names(plan) == []
    assert NoteSubject.PROBLEMS_UNKNOWN in {note.matter for note in plan.notes}


def test_without_templates_nothing_is_proposed() -> None:
    plan = draft(PROGRAM, living(LivingEnvironment.UNSAFE), SITE, start=START, seed=1)
    assert (plan.proposals, plan.problems) == (None, None)
    assert planned(STRANGER, HOME).proposals == ()


# Diagnoses.


def test_each_diagnosis_by_the_day_is_a_problem() -> None:
    alcohol = SubstanceUseDisorder(Substance.ALCOHOL, 5, "F10.20", date(2025, 3, 1))
    bare = SubstanceUseDisorder(criteria_met=2)
    mood = MentalDisorder("F32.1", START)
    later = evolve(mood, diagnosed=START + timedelta(days=1))
    patient = evolve(STRANGER, diagnoses=(alcohol, SubstanceUseDisorder(), bare, mood, later))
    when = FACTS["has_diagnosis"].equals(True)
    use = ProblemTemplate("use", "Use", when, each=DiagnosisKind.USE_DISORDER)
    mental = ProblemTemplate("mind", "Mind", when, each=DiagnosisKind.MENTAL_DISORDER)
    plan = planned(patient, use, mental)
    told = [each.problem for each in plan.proposals or ()]
    assert [(p.name, p.statement, p.code) for p in told] == [
        ("use-1", "Alcohol use disorder, moderate", "F10.20"),
        ("use-2", "Use", None),
        ("use-3", "Substance use disorder, mild", None),
        ("mind-4", "Mind", "F32.1"),
    ]
    first = (plan.proposals or ())[0].because[-1]
    assert first == RaisedBy(
        "diagnoses", "diagnosis: Alcohol use disorder, moderate", date(2025, 3, 1)
    )
    assert planned(evolve(STRANGER, diagnoses=()), use).proposals == ()


# What is proposed for it.


def goal_of(plan: Plan) -> Any:
    return (plan.proposals or ())[0].goals[0]


def test_an_intervention_is_proposed_for_a_service_that_the_plan_gives() -> None:
    named = InterventionTemplate("By name.", services=("talk",))
    elsewhere = InterventionTemplate("A ride.", frozenset({Modality.CASE_MANAGEMENT}), ("rides",))
    with_family = InterventionTemplate("All of you.", frozenset({Modality.FAMILY_SESSION}))
    goal = evolve(GOAL, interventions=(TALK, named, elsewhere, with_family))
    plan = planned(living(LivingEnvironment.UNSAFE), evolve(HOME, goals=(goal,)))
    assert plan.on_hold == ("family",), "consents and supports are not known"
    found = goal_of(plan)
    assert found.name == "home/less"
    assert [(i.statement, i.service) for i in found.goal.interventions] == [
        ("We talk.", "talk"),
        ("By name.", "talk"),
    ]
    assert found.not_here == ("A ride. (rides or case management)", "All of you. (family session)")


@pytest.mark.parametrize(
    ("due", "by"),
    [
        ({"week": 1}, date(2026, 1, 11)),
        ({"week": 6}, date(2026, 2, 15)),
        ({"week": 7}, date(2026, 2, 15)),
        ({"review": 1}, date(2026, 1, 26)),
        ({"review": 2}, None),
    ],
    ids=["first week", "last week", "after the plan", "a review", "no such review"],
)
def test_a_step_is_due_in_a_week_or_at_a_review(due: dict[str, int], by: date | None) -> None:
    step = ObjectiveTemplate(STEP.statement, STEP.target, **due)
    goal = evolve(GOAL, objectives=(step,))
    found = goal_of(planned(living(LivingEnvironment.UNSAFE), evolve(HOME, goals=(goal,)))).goal
    assert (found.objectives[0].by, found.by) == (by, by)


def test_a_goal_is_due_with_the_last_of_its_steps() -> None:
    later = ObjectiveTemplate("Two.", STEP.target, week=4)
    goal = evolve(GOAL, objectives=(later, STEP))
    found = goal_of(planned(living(LivingEnvironment.UNSAFE), evolve(HOME, goals=(goal,)))).goal
    assert found.by == date(2026, 2, 1)


def test_other_templates_propose_other_problems() -> None:
    patient = living(LivingEnvironment.UNSAFE)
    program = find_program("matrix-16-week")
    shipped = draft(program, patient, SITE, start=START, seed=1, goal_templates=SHIPPED)
    own = draft(program, patient, SITE, start=START, seed=1, goal_templates=templates(HOME))
    assert "home" in names(shipped)
    assert names(own) == ["home"]
    assert (own.proposals or ())[0].problem.statement == "Home"


# What no template can be.


@pytest.mark.parametrize(
    ("make", "wrong"),
    [
        pytest.param(lambda: evolve(STEP, week=None), "week", id="never due"),
        pytest.param(lambda: evolve(STEP, review=1), "week", id="due twice"),
        pytest.param(lambda: evolve(STEP, week=0), "week", id="week 0"),
        pytest.param(lambda: evolve(STEP, week=521), "week", id="after any program"),
        pytest.param(lambda: evolve(STEP, statement=" "), "statement", id="no step"),
        pytest.param(lambda: evolve(TALK, statement=""), "statement", id="nothing done"),
        pytest.param(lambda: evolve(TALK, modalities=frozenset()), "modalities", id="nowhere"),
        pytest.param(lambda: evolve(GOAL, objectives=()), "objectives", id="no measure"),
        pytest.param(lambda: evolve(GOAL, name="Less"), "name", id="capital"),
        pytest.param(lambda: evolve(GOAL, name="a/b"), "name", id="slash"),
        pytest.param(lambda: evolve(HOME, goals=(GOAL, GOAL)), "goals", id="a goal twice"),
        pytest.param(lambda: evolve(HOME, problem=""), "problem", id="no words"),
        pytest.param(
            lambda: evolve(HOME, when=COURSE_FACTS["goals_met"] >= 1), "when", id="of a course"
        ),
        pytest.param(lambda: evolve(HOME, when=AllOf((), label="always")), "when", id="always"),
        pytest.param(templates, "templates", id="none"),
        pytest.param(
            lambda: templates(
                evolve(HOME, each=DiagnosisKind.MENTAL_DISORDER), evolve(HOME, name="home-2")
            ),
            "templates",
            id="the name of a diagnosis",
        ),
        pytest.param(lambda: templates(HOME, HOME), "templates", id="one name twice"),
    ],
)
def test_what_no_template_can_be_is_refused(make: Callable[[], object], wrong: str) -> None:
    with pytest.raises(InvalidError) as caught:
        make()
    assert [fault.path for fault in caught.value.faults] == [(wrong,)]


def test_a_number_ends_a_name_where_no_diagnosis_has_it() -> None:
    each = evolve(HOME, each=DiagnosisKind.MENTAL_DISORDER)
    assert (
        len(templates(each, evolve(HOME, name="home-b"), evolve(HOME, name="b-2")).templates) == 3
    )


def test_other_templates_than_ours_are_refused() -> None:
    wrong: Any = "starting-points"
    with pytest.raises(InvalidError, match="goal_templates"):
        draft(PROGRAM, STRANGER, SITE, start=START, seed=1, goal_templates=wrong)


# What is shipped.


def test_what_is_shipped_covers_what_a_plan_of_treatment_is_about() -> None:
    kinds = {"use-disorder", "return-to-use", "trauma", "coping", "support", "work-or-school"}
    assert kinds <= {each.name for each in SHIPPED.templates}
    assert all(each.goals for each in SHIPPED.templates)
    asked = {fact.name for each in SHIPPED.templates for fact in facts_in(each.when)}
    assert asked <= FACTS.keys()
