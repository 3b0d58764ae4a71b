"""Proposing: which problems a patient's record raises, with goals that the plan can serve."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from attrs import evolve

from iopkit.eligibility.consistency import read_consistent
from iopkit.eligibility.explanations import Explanation, explain
from iopkit.eligibility.predicates import Not, facts_in
from iopkit.patients.diagnoses import MentalDisorder, SubstanceUseDisorder
from iopkit.patients.patients import Patient
from iopkit.plans.goal_templates import (
    DiagnosisKind,
    GoalTemplate,
    GoalTemplates,
    InterventionTemplate,
    ObjectiveTemplate,
    ProblemTemplate,
)
from iopkit.plans.goals import Goal, Intervention, Objective, Problem
from iopkit.plans.notes import NoteSubject, PlanNote
from iopkit.plans.plans import Plan
from iopkit.plans.proposals import ProposedGoal, ProposedProblem, RaisedBy
from iopkit.programs.programs import Service
from iopkit.prose import listed
from iopkit.requirements.milestones import MilestoneKind
from iopkit.truth import Truth
from iopkit.windows import ONE_DAY


def with_proposals(plan: Plan, templates: GoalTemplates, patient: Patient) -> Plan:
    """The plan with what templates propose for the patient on its first day.

    A problem is proposed where the record meets its condition; one of which that is not known is
    told in a note, with the facts that would tell. Facts that cannot all be so count as not known.
    An intervention is proposed for a service that the plan gives; others are named apart.
    """
    asked = dict.fromkeys(fact for each in templates.templates for fact in facts_in(each.when))
    sheet = read_consistent(asked, patient, on=plan.start)
    judged = [
        (each, explain(each.when, sheet.values(), sheet.told())) for each in templates.templates
    ]
    raised = tuple(
        ProposedProblem(
            problem,
            (*because, *own),
            tuple(_proposed_goal(goal, problem.name, plan) for goal in template.goals),
        )
        for template, node in judged
        if node.truth is Truth.YES
        for because in (tuple(dict.fromkeys(_raised_by(node))),)
        for problem, own in _problems(template, patient, plan.start)
    )
    open_ones = [(each, node) for each, node in judged if node.truth is Truth.UNKNOWN]
    notes = plan.notes if not open_ones else (*plan.notes, _unknown_note(open_ones))
    return evolve(plan, proposals=raised, notes=notes)


def _deciding(node: Explanation) -> Iterator[Explanation]:
    """The questions about facts that make a node what it is."""
    if not node.parts:
        yield node
    for part in node.parts:
        if part.truth is node.truth or isinstance(node.predicate, Not):
            yield from _deciding(part)


def _raised_by(node: Explanation) -> Iterator[RaisedBy]:
    for atom in _deciding(node):
        for fact in facts_in(atom.predicate):
            yield RaisedBy(fact.name, fact.seen_as(atom.values[fact.name]), atom.found)


def _unknown_note(undecided: Sequence[tuple[ProblemTemplate, Explanation]]) -> PlanNote:
    told: list[str] = []
    for template, node in undecided:
        facts = (fact for atom in _deciding(node) for fact in facts_in(atom.predicate))
        told.append(f"{template.problem} ({listed({fact.title: None for fact in facts})})")
    return PlanNote(NoteSubject.PROBLEMS_UNKNOWN, why="; ".join(told))


def _problems(
    template: ProblemTemplate, patient: Patient, on: date
) -> Iterator[tuple[Problem, tuple[RaisedBy, ...]]]:
    """A template's problem, or one for each diagnosis of its kind on record by a day, with it."""
    if template.each is None:
        yield Problem(template.name, template.problem), ()
        return
    kind = _KINDS[template.each]
    for number, diagnosis in enumerate(patient.diagnoses or (), 1):
        if isinstance(diagnosis, kind) and not (diagnosis.diagnosed and diagnosis.diagnosed > on):
            words = _words_of(diagnosis) or template.problem
            problem = Problem(f"{template.name}-{number}", words, diagnosis.code)
            yield problem, (RaisedBy("diagnoses", f"diagnosis: {words}", diagnosis.diagnosed),)


_KINDS: dict[DiagnosisKind, type[SubstanceUseDisorder | MentalDisorder]] = {
    DiagnosisKind.USE_DISORDER: SubstanceUseDisorder,
    DiagnosisKind.MENTAL_DISORDER: MentalDisorder,
}


def _words_of(diagnosis: SubstanceUseDisorder | MentalDisorder) -> str:
    """A use disorder by its class and severity, as far as they are known; else nothing."""
    match diagnosis:
        case SubstanceUseDisorder(substance=substance, severity=severity) if substance or severity:
            named = f"{substance.value} use disorder" if substance else "substance use disorder"
            words = f"{named}, {severity.name.lower()}" if severity else named
            return words.capitalize()
        case _:
            return ""


def _proposed_goal(template: GoalTemplate, problem: str, plan: Plan) -> ProposedGoal:
    served = [(each, _service_for(each, plan)) for each in template.interventions]
    objectives = tuple(
        Objective(each.statement, _due(each, plan), each.target) for each in template.objectives
    )
    days = [each.by for each in objectives]
    by = None if None in days else max(day for day in days if day is not None)
    given = tuple(Intervention(each.statement, to.name) for each, to in served if to is not None)
    goal = Goal(problem, template.statement, None, by, objectives, given)
    missing = tuple(each.words for each, to in served if to is None)
    return ProposedGoal(f"{problem}/{template.name}", goal, missing)


def _due(objective: ObjectiveTemplate, plan: Plan) -> date | None:
    if objective.week is not None:
        return min(plan.start + timedelta(weeks=objective.week), plan.end) - ONE_DAY
    days = sorted({each.by for each in plan.milestones if each.kind is MilestoneKind.REVIEW})
    place = (objective.review or 1) - 1
    return days[place] if place < len(days) else None


def _service_for(intervention: InterventionTemplate, plan: Plan) -> Service | None:
    """The first service that the plan gives and that an intervention can be done in."""
    for service in plan.program.every_service:
        fits = service.modality in intervention.modalities
        if (fits or service.name in intervention.services) and service.name not in plan.on_hold:
            return service
    return None
