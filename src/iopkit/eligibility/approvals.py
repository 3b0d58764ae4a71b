"""How facts of what a payer has approved are read from a patient as of a day.

What is not known of an approval leaves open what hangs on it, and no more.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from iopkit.eligibility.possible import Possible, Value
from iopkit.eligibility.readings import known_truth
from iopkit.fields import frozen
from iopkit.patients.patients import MOST_APPROVED, Approval, Patient
from iopkit.truth import Truth, any_of


@frozen
class Approved:
    """Reads whether a payer's approval of treatment at a level is in force on the day."""

    level: str

    def __call__(self, patient: Patient, on: date) -> bool | None:
        """Whether there is an approval on a day."""
        if patient.approvals is None:
            return None
        return known_truth(any_of(_approves(one, self.level, on) for one in patient.approvals))


def _approves(approval: Approval, level: str, on: date) -> Truth:
    start, end = approval.start, approval.end
    fits = Truth.of(None if approval.level is None else approval.level.number == level)
    # It has a day at least: one that ends with this day had started, and one that starts on it
    # has not ended.
    last = end is not None and (end - on).days <= 1
    first = start is not None and on <= start
    started = Truth.of(start <= on if start is not None else last or None)
    return fits & started & Truth.of(on < end if end is not None else first or None)


class ApprovedMeasure(StrEnum):
    """What can be counted of approvals."""

    DAYS_LEFT = "days_left"
    """To the last day of the one that ends last, that day and today included."""
    UNITS = "units"
    """Of all together."""
    HOURS = "hours"
    """Of all together."""

    @property
    def most(self) -> int:
        """The most that there can be."""
        # More days than there are between two dates.
        return 4_000_000 if self is ApprovedMeasure.DAYS_LEFT else MOST_APPROVED

    def of(self, approval: Approval, on: date) -> tuple[float, float]:
        """The least and the most that one approval has, which is in force."""
        told = self._told(approval, on)
        # It is not over today.
        least = 1 if self is ApprovedMeasure.DAYS_LEFT else 0
        return (least, self.most) if told is None else (told, told)

    def _told(self, approval: Approval, on: date) -> float | None:
        match self:
            case ApprovedMeasure.DAYS_LEFT:
                return None if approval.end is None else (approval.end - on).days
            case ApprovedMeasure.UNITS:
                return approval.units
            case ApprovedMeasure.HOURS:
                return None if approval.time is None else approval.time / timedelta(hours=1)


@frozen
class ApprovedAmount:
    """Reads how much of something the approvals in force on the day have; 0: there is none.

    What is not known of an approval leaves a range.
    """

    level: str
    measure: ApprovedMeasure

    def __call__(self, patient: Patient, on: date) -> Value:
        """How much there is on a day."""
        if patient.approvals is None:
            return None
        judged = [(_approves(one, self.level, on), one) for one in patient.approvals]
        found = [(t, self.measure.of(one, on)) for t, one in judged if t is not Truth.NO]
        least = self._joined(low for truth, (low, _) in found if truth is Truth.YES)
        most = self._joined(high for _, (_, high) in found)
        return Possible(least, max(least, min(most, self.measure.most))).plain

    def _joined(self, amounts: Iterable[float]) -> float:
        if self.measure is ApprovedMeasure.DAYS_LEFT:
            return max(amounts, default=0)
        return sum(amounts)
