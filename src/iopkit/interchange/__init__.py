"""In and out: documents, calendars, text and shipped programs."""

from iopkit.interchange.advice import fit_document, fits_text, proposals_document, proposals_text
from iopkit.interchange.bills import charges_text, coding_text, costs_text, rates_text
from iopkit.interchange.decisions import decision_html, decision_markdown, decision_text
from iopkit.interchange.documents import (
    cost_document,
    fact_document,
    from_json,
    from_toml,
    predicate_from_json,
    to_document,
    to_json,
    tradeoff_document,
)
from iopkit.interchange.findings import checks_text, findings_text, requirements_text
from iopkit.interchange.formats import upgrade_document
from iopkit.interchange.handout import plan_html
from iopkit.interchange.occupancy import capacity_columns, census_text, load_text, meetings_text
from iopkit.interchange.placements import ladder_text, placement_text, tradeoffs_text
from iopkit.interchange.schemas import json_schema
from iopkit.interchange.texts import (
    calendar_text,
    comparison_text,
    fact_text,
    moves_text,
    plan_text,
    policy_text,
    template_text,
)
from iopkit.interchange.timelines import timeline_text
from iopkit.interchange.updates import conflicts_text, difference_text, openings_text
from iopkit.interchange.weeks import week_text

__all__ = [
    "calendar_text",
    "capacity_columns",
    "census_text",
    "charges_text",
    "checks_text",
    "coding_text",
    "comparison_text",
    "conflicts_text",
    "cost_document",
    "costs_text",
    "decision_html",
    "decision_markdown",
    "decision_text",
    "difference_text",
    "fact_document",
    "fact_text",
    "findings_text",
    "fit_document",
    "fits_text",
    "from_json",
    "from_toml",
    "json_schema",
    "ladder_text",
    "load_text",
    "meetings_text",
    "moves_text",
    "openings_text",
    "placement_text",
    "plan_html",
    "plan_text",
    "policy_text",
    "predicate_from_json",
    "proposals_document",
    "proposals_text",
    "rates_text",
    "requirements_text",
    "template_text",
    "timeline_text",
    "to_document",
    "to_json",
    "tradeoff_document",
    "tradeoffs_text",
    "upgrade_document",
    "week_text",
]
