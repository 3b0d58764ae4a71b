"""All that is shipped: policies, ladders, programs, requirements, due rules, codes, costs, habits.

A name loads what it needs when it is first asked for: programs need documents, policies do not.
"""

from typing import TYPE_CHECKING

from iopkit.doors import lazy_dir, lazy_getattr

if TYPE_CHECKING:
    from iopkit.library.codings import CODINGS, RATES, find_coding, find_rates
    from iopkit.library.costs import COSTS
    from iopkit.library.course_policies import COURSE_POLICIES, find_course_policy
    from iopkit.library.due_rule_sets import DUE_RULE_SETS, find_due_rules
    from iopkit.library.goal_templates import (
        find_goal_templates,
        goal_template_names,
        goal_template_text,
    )
    from iopkit.library.habits import find_habits, habit_names, habit_text
    from iopkit.library.ladders import LADDERS, find_ladder
    from iopkit.library.measures import (
        INITIATION_NOTE,
        MEASURES,
        TreatmentCodes,
        find_measure,
        initiation_measures,
        scale_change_measure,
    )
    from iopkit.library.outcomes import LEVEL_FIGURES
    from iopkit.library.policies import POLICIES, find_policy
    from iopkit.library.populations import (
        POPULATIONS,
        PublishedPopulation,
        find_population,
    )
    from iopkit.library.priorities import INJECTS_DRUGS, find_priorities
    from iopkit.library.programs import find_program, program_names, program_text
    from iopkit.library.requirements import REQUIREMENTS, find_requirements
    from iopkit.library.rule_changes import ChangedRule, Happened, RuleChange, RuleKind
    from iopkit.library.rule_reports import affected, rules_since
    from iopkit.library.rules import RULES
    from iopkit.library.study_names import ShippedNames
    from iopkit.library.unread import RECORDED_NOT_USED

# The same names as above, by the module that defines each; a test holds the two together.
_HOMES = {
    "CODINGS": "iopkit.library.codings",
    "COSTS": "iopkit.library.costs",
    "COURSE_POLICIES": "iopkit.library.course_policies",
    "DUE_RULE_SETS": "iopkit.library.due_rule_sets",
    "INJECTS_DRUGS": "iopkit.library.priorities",
    "LADDERS": "iopkit.library.ladders",
    "LEVEL_FIGURES": "iopkit.library.outcomes",
    "INITIATION_NOTE": "iopkit.library.measures",
    "MEASURES": "iopkit.library.measures",
    "POLICIES": "iopkit.library.policies",
    "POPULATIONS": "iopkit.library.populations",
    "RATES": "iopkit.library.codings",
    "RECORDED_NOT_USED": "iopkit.library.unread",
    "REQUIREMENTS": "iopkit.library.requirements",
    "RULES": "iopkit.library.rules",
    "ChangedRule": "iopkit.library.rule_changes",
    "Happened": "iopkit.library.rule_changes",
    "PublishedPopulation": "iopkit.library.populations",
    "RuleChange": "iopkit.library.rule_changes",
    "RuleKind": "iopkit.library.rule_changes",
    "ShippedNames": "iopkit.library.study_names",
    "TreatmentCodes": "iopkit.library.measures",
    "affected": "iopkit.library.rule_reports",
    "find_coding": "iopkit.library.codings",
    "find_course_policy": "iopkit.library.course_policies",
    "find_due_rules": "iopkit.library.due_rule_sets",
    "find_goal_templates": "iopkit.library.goal_templates",
    "find_habits": "iopkit.library.habits",
    "find_ladder": "iopkit.library.ladders",
    "find_measure": "iopkit.library.measures",
    "find_policy": "iopkit.library.policies",
    "find_priorities": "iopkit.library.priorities",
    "find_population": "iopkit.library.populations",
    "find_program": "iopkit.library.programs",
    "find_rates": "iopkit.library.codings",
    "find_requirements": "iopkit.library.requirements",
    "goal_template_names": "iopkit.library.goal_templates",
    "goal_template_text": "iopkit.library.goal_templates",
    "habit_names": "iopkit.library.habits",
    "habit_text": "iopkit.library.habits",
    "initiation_measures": "iopkit.library.measures",
    "program_names": "iopkit.library.programs",
    "program_text": "iopkit.library.programs",
    "rules_since": "iopkit.library.rule_reports",
    "scale_change_measure": "iopkit.library.measures",
}

__all__ = [
    "CODINGS",
    "COSTS",
    "COURSE_POLICIES",
    "DUE_RULE_SETS",
    "INITIATION_NOTE",
    "INJECTS_DRUGS",
    "LADDERS",
    "LEVEL_FIGURES",
    "MEASURES",
    "POLICIES",
    "POPULATIONS",
    "RATES",
    "RECORDED_NOT_USED",
    "REQUIREMENTS",
    "RULES",
    "ChangedRule",
    "Happened",
    "PublishedPopulation",
    "RuleChange",
    "RuleKind",
    "ShippedNames",
    "TreatmentCodes",
    "affected",
    "find_coding",
    "find_course_policy",
    "find_due_rules",
    "find_goal_templates",
    "find_habits",
    "find_ladder",
    "find_measure",
    "find_policy",
    "find_population",
    "find_priorities",
    "find_program",
    "find_rates",
    "find_requirements",
    "goal_template_names",
    "goal_template_text",
    "habit_names",
    "habit_text",
    "initiation_measures",
    "program_names",
    "program_text",
    "rules_since",
    "scale_change_measure",
]

if not TYPE_CHECKING:  # a type checker would take any name for one of the door
    __getattr__, __dir__ = lazy_getattr(__name__, _HOMES), lazy_dir(__name__, _HOMES)
