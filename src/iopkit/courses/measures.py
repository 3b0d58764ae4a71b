"""Measures of courses of treatment: what they are made of, what comes of them, and the curve.

Import measures from here: ``from iopkit.courses.measures import measure``.
"""

from iopkit.courses.measure_rules import (
    Coded,
    CountedEntry,
    DaysUntil,
    DeliveredShare,
    Figure,
    FollowUp,
    FollowUpStep,
    LeavingCode,
    LeftFor,
    Measure,
    MeasuredDays,
    MeasureExclusion,
    MeasureRule,
    NoShowShare,
    PhaseDays,
    RetainedFor,
    ScaleChange,
    StayLength,
    StayLengthBin,
)
from iopkit.courses.measure_tables import (
    MeasureRow,
    MeasureSum,
    OpenRollRow,
    measure_rows,
    measure_sums,
    not_counted,
    open_roll_rows,
)
from iopkit.courses.measured_cases import MeasuredCase, MeasuredValue, MeasureReason, MeasureResult
from iopkit.courses.measuring import measure
from iopkit.courses.retention import (
    CurvePoint,
    RetentionCurve,
    StayDuration,
    durations,
    retention_curve,
)

__all__ = [
    "Coded",
    "CountedEntry",
    "CurvePoint",
    "DaysUntil",
    "DeliveredShare",
    "Figure",
    "FollowUp",
    "FollowUpStep",
    "LeavingCode",
    "LeftFor",
    "Measure",
    "MeasureExclusion",
    "MeasureReason",
    "MeasureResult",
    "MeasureRow",
    "MeasureRule",
    "MeasureSum",
    "MeasuredCase",
    "MeasuredDays",
    "MeasuredValue",
    "NoShowShare",
    "OpenRollRow",
    "PhaseDays",
    "RetainedFor",
    "RetentionCurve",
    "ScaleChange",
    "StayDuration",
    "StayLength",
    "StayLengthBin",
    "durations",
    "measure",
    "measure_rows",
    "measure_sums",
    "not_counted",
    "open_roll_rows",
    "retention_curve",
]
