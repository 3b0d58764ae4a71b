"""What people read: text, Markdown, HTML, tables as CSV.

Calling one of these on a patient's decision, plan or schedule is the explicit act that shows it.
"""

from iopkit.reports.applying import applicability_text
from iopkit.reports.capacity import census_text, load_text, meetings_text
from iopkit.reports.changes import conflicts_text, difference_text, openings_text
from iopkit.reports.charges import (
    charges_csv,
    charges_html,
    charges_text,
    coding_text,
    costs_text,
    rates_text,
)
from iopkit.reports.clinics import clinic_html
from iopkit.reports.courses import course_text
from iopkit.reports.decisions import decision_html, decision_markdown, decision_text
from iopkit.reports.due import due_list_text, due_rules_text, due_text
from iopkit.reports.findings import checks_text, findings_text
from iopkit.reports.fits import fits_text, proposals_text
from iopkit.reports.goals import goal_templates_text
from iopkit.reports.groups import assignments_text, reassignment_text
from iopkit.reports.handout import plan_html
from iopkit.reports.lanes import lanes_text
from iopkit.reports.ledgers import delivered_text, ledger_text
from iopkit.reports.measures import measure_text
from iopkit.reports.mornings import morning_text
from iopkit.reports.placements import ladder_text, placement_text, tradeoffs_text
from iopkit.reports.plan_costs import plan_costs_html, plan_costs_text
from iopkit.reports.plans import plan_text
from iopkit.reports.policies import analysis_text, comparison_text, fact_text, policy_text
from iopkit.reports.programs import template_text
from iopkit.reports.records import record_text
from iopkit.reports.requirements import requirements_text
from iopkit.reports.schedules import calendar_text, moves_text
from iopkit.reports.site_tables import due_csv, ledger_csv, measure_csv, state_csv
from iopkit.reports.states import state_text
from iopkit.reports.timelines import timeline_text
from iopkit.reports.weeks import week_text

__all__ = [
    "analysis_text",
    "applicability_text",
    "assignments_text",
    "calendar_text",
    "census_text",
    "charges_csv",
    "charges_html",
    "charges_text",
    "checks_text",
    "clinic_html",
    "coding_text",
    "comparison_text",
    "conflicts_text",
    "costs_text",
    "course_text",
    "decision_html",
    "decision_markdown",
    "decision_text",
    "delivered_text",
    "difference_text",
    "due_csv",
    "due_list_text",
    "due_rules_text",
    "due_text",
    "fact_text",
    "findings_text",
    "fits_text",
    "goal_templates_text",
    "ladder_text",
    "lanes_text",
    "ledger_csv",
    "ledger_text",
    "load_text",
    "measure_csv",
    "measure_text",
    "meetings_text",
    "morning_text",
    "moves_text",
    "openings_text",
    "placement_text",
    "plan_costs_html",
    "plan_costs_text",
    "plan_html",
    "plan_text",
    "policy_text",
    "proposals_text",
    "rates_text",
    "reassignment_text",
    "record_text",
    "requirements_text",
    "state_csv",
    "state_text",
    "template_text",
    "timeline_text",
    "tradeoffs_text",
    "week_text",
]
