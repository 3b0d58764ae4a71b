"""Templates of problems and goals for people to read, as plain text."""

from iopkit.eligibility.predicates import describe
from iopkit.plans.goal_templates import GoalTemplate, GoalTemplates, ObjectiveTemplate
from iopkit.reports.lines import below, fold, item, link, page


def goal_templates_text(templates: GoalTemplates) -> str:
    """The problems of templates, when each is raised, and the goals proposed for it."""
    lines = [f"goals {templates.name}: {templates.title}"]
    for each in templates.templates:
        lines += ["", f"{each.name}: {each.problem}"]
        if each.each is not None:
            lines.append(fold(f"  for each diagnosis: {each.each.value.replace('_', ' ')}", 4))
        lines.append(fold(f"  when {describe(each.when, in_full=True)}", 4))
        says = each.source or "a starting point, for clinician and patient to settle"
        lines.append(fold(f"  source: {says}", 4))
        lines += link(each.source) if each.source else []
        for goal in each.goals:
            lines += _goal_lines(goal)
    return page(lines)


def _goal_lines(goal: GoalTemplate) -> list[str]:
    steps = [
        below(f"step: {each.statement} ({each.target.words}), {_due(each)}")
        for each in goal.objectives
    ]
    done = [below(f"what we do: {each.words}") for each in goal.interventions]
    return [item(f"{goal.name}: {goal.statement}"), *steps, *done]


def _due(objective: ObjectiveTemplate) -> str:
    return f"week {objective.week}" if objective.week else f"review {objective.review}"
