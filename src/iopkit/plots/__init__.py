"""Pictures, as the bytes of an SVG or PNG file.

The same arguments give the same bytes, whatever a user's own settings of matplotlib are.
Colors can be told apart with color-blind vision, and what they tell is in patterns, marks
and labels, too. Each file says in words what it shows.
"""

from iopkit.plots.bands import plan_picture
from iopkit.plots.bars import program_picture
from iopkit.plots.calendars import week_picture
from iopkit.plots.calibrations import calibration_picture
from iopkit.plots.censuses import census_picture
from iopkit.plots.comparisons import comparison_picture, convergence_picture
from iopkit.plots.curves import retention_picture
from iopkit.plots.heat_maps import load_picture, meetings_picture
from iopkit.plots.lanes import courses_picture
from iopkit.plots.net_benefits import (
    acceptability_picture,
    cost_plane_picture,
    tornado_picture,
)
from iopkit.plots.stays import staying_picture
from iopkit.plots.trees import policy_picture

__all__ = [
    "acceptability_picture",
    "calibration_picture",
    "census_picture",
    "comparison_picture",
    "convergence_picture",
    "cost_plane_picture",
    "courses_picture",
    "load_picture",
    "meetings_picture",
    "plan_picture",
    "policy_picture",
    "program_picture",
    "retention_picture",
    "staying_picture",
    "tornado_picture",
    "week_picture",
]
