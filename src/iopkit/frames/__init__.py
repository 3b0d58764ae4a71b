"""Many patients at once, in data frames of any engine; needs the extra ``tables``."""

from iopkit.frames.expressions import Rails, rails
from iopkit.frames.measures import measured_columns
from iopkit.frames.panels import panel
from iopkit.frames.records import check_frame, fact_sheets, facts_frame
from iopkit.frames.refusals import Refused
from iopkit.frames.verdicts import AttritionStep, attrition, decide_frame

__all__ = [
    "AttritionStep",
    "Rails",
    "Refused",
    "attrition",
    "check_frame",
    "decide_frame",
    "fact_sheets",
    "facts_frame",
    "measured_columns",
    "panel",
    "rails",
]
