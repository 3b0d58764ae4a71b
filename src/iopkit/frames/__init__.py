"""Many patients at once, in data frames of any engine; needs the extra ``tables``."""

from iopkit.frames.columns import (
    AttritionStep,
    Rails,
    attrition,
    check_frame,
    decide_frame,
    fact_sheets,
    facts_frame,
    rails,
)
from iopkit.frames.panels import panel
from iopkit.frames.refusals import Refused

__all__ = [
    "AttritionStep",
    "Rails",
    "Refused",
    "attrition",
    "check_frame",
    "decide_frame",
    "fact_sheets",
    "facts_frame",
    "panel",
    "rails",
]
