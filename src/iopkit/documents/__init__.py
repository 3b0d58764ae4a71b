"""Our own documents: every value as JSON or TOML, read strictly."""

from iopkit.documents.attendance import attendance_from_csv
from iopkit.documents.documents import (
    from_document,
    from_json,
    from_toml,
    predicate_from_json,
    to_document,
    to_json,
)
from iopkit.documents.entry_lines import (
    EntryLine,
    EntryLines,
    entries_from_jsonl,
    entries_to_jsonl,
)
from iopkit.documents.entry_tables import entries_from_rows, entry_rows
from iopkit.documents.formats import upgrade_document
from iopkit.documents.results import (
    analysis_document,
    capacity_columns,
    capacity_document,
    checks_document,
    comparison_document,
    conflict_document,
    cost_document,
    excluded_document,
    fact_document,
    fit_document,
    plan_costs_document,
    proposals_document,
    reassignment_document,
    tradeoff_document,
)
from iopkit.documents.schemas import json_schema

__all__ = [
    "EntryLine",
    "EntryLines",
    "analysis_document",
    "attendance_from_csv",
    "capacity_columns",
    "capacity_document",
    "checks_document",
    "comparison_document",
    "conflict_document",
    "cost_document",
    "entries_from_jsonl",
    "entries_from_rows",
    "entries_to_jsonl",
    "entry_rows",
    "excluded_document",
    "fact_document",
    "fit_document",
    "from_document",
    "from_json",
    "from_toml",
    "json_schema",
    "plan_costs_document",
    "predicate_from_json",
    "proposals_document",
    "reassignment_document",
    "to_document",
    "to_json",
    "tradeoff_document",
    "upgrade_document",
]
