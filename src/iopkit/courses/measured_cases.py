"""What comes of a measure: cases that are counted or not, each with its figure and the reason."""

from collections import Counter
from datetime import date
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from iopkit.confidential import hidden
from iopkit.courses.measure_rules import Measure, MeasuredDays, MeasureRule
from iopkit.eligibility.possible import Possible
from iopkit.fields import frozen
from iopkit.sources import Dated
from iopkit.truth import Truth


class MeasureReason(StrEnum):
    """Why something is counted or not, or why its figure is not known."""

    COUNTED = "counted"
    NEVER_STARTED = "nothing in the measured days that it starts from"
    TOO_YOUNG = "too young"
    AGE_NOT_KNOWN = "age not known"
    EXCLUDED = "excluded"
    DAY_NOT_KNOWN = "the day that it counts from is not on record"
    NO_STAY = "not in a stay"
    NOTHING_DUE = "no session was due"
    NOT_RECORDED = "not recorded"
    ROLL_OPEN = "a session without a roll"
    STILL_OPEN = "not over by the last day on record"
    NO_MORE = "it does not come any more"


MeasuredValue: TypeAlias = Truth | float | str | Possible | None
"""A figure: yes or no, a number or a code; what is possible; ``None``: not known or none."""


@frozen(repr=False)
class MeasuredCase:
    """One event that a measure starts from, in one course, and what came of it.

    ``counted`` says whether it is in, out or undetermined and ``why`` the reason, for what is in
    that of its figure. ``excluded_by`` names the exclusion. ``since`` is the day that is counted
    from. A figure that is not over yet is ``at_least`` so much. ``group`` is what figures are
    summed up by, such as a phase; ``weight`` what a share is of: sessions or minutes. ``steps``
    are those of a follow-up; ``scores`` the first and the last.
    """

    trusts_types = True  # a measure has hundreds of thousands of them

    course: UUID
    patient: UUID
    since: date | None
    counted: Truth
    why: MeasureReason
    value: MeasuredValue = None
    at_least: float | None = None
    excluded_by: str | None = None
    group: str | None = None
    weight: float | None = None
    steps: tuple[Truth, ...] = ()
    scores: tuple[MeasuredValue, MeasuredValue] | None = None

    __repr__ = hidden


@frozen(repr=False)
class MeasureResult:
    """A measure of some courses in some days, by what was on record of the days by ``on``."""

    measure: Measure
    version: Dated[MeasureRule]
    period: MeasuredDays
    on: date
    cases: tuple[MeasuredCase, ...]

    @property
    def in_several(self) -> tuple[UUID, ...]:
        """The patients of whom several courses are counted, in the order of the cases."""
        counted = {c.course: c.patient for c in self.cases if c.counted is not Truth.NO}
        courses = Counter(counted.values())
        return tuple(patient for patient, count in courses.items() if count > 1)

    __repr__ = hidden
