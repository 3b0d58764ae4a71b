"""Many patients at once, in data frames of any engine; needs the extra ``tables``."""

from iopkit.frames.columns import (
    Rails,
    Step,
    attrition,
    check_frame,
    decide_frame,
    fact_sheets,
    facts_frame,
    rails,
)
from iopkit.frames.panels import panel

__all__ = [
    "Rails",
    "Step",
    "attrition",
    "check_frame",
    "decide_frame",
    "fact_sheets",
    "facts_frame",
    "panel",
    "rails",
]
