"""Retention: how long stays last, as a table of durations and as one curve."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from itertools import accumulate
from statistics import NormalDist

from iopkit.confidential import hidden
from iopkit.courses.course_by_day import CourseByDay
from iopkit.courses.courses import Course
from iopkit.courses.measure_rules import MeasuredDays
from iopkit.courses.stay_spans import StaySpan
from iopkit.courses.stays import Discharged, DischargeReason
from iopkit.errors import each_a, refuse, refuse_moments, unless, unless_a
from iopkit.fields import frozen
from iopkit.schedules.rows import Ordinal


@frozen(repr=False)
class StayDuration:
    """How long one stay has lasted: a row of the table that other libraries read.

    ``days`` go from the admission, ``start``, to the last contact; while rolls are open the patient
    may have come up to ``days_most``. ``ended`` is false for a stay that goes on, which is censored
    at the last contact. ``reason`` is why it ended, ``died`` for a death; ``None``: it goes on, or
    no reason is on record.
    """

    patient: str
    course: str
    start: date
    days: Ordinal
    days_most: Ordinal
    ended: bool
    reason: str | None

    __repr__ = hidden


def durations(
    courses: Iterable[Course], *, on: date, period: MeasuredDays | None = None
) -> tuple[StayDuration, ...]:
    """How long each stay has lasted by a day, in the order of the courses and of their days.

    ``attrs.asdict`` makes a mapping of a row, and any data frame takes a list of those. lifelines
    takes ``days`` and ``ended`` as durations and events; scikit-survival as time and event.

    Args:
        courses: all that are looked at.
        on: the day by which all is on record.
        period: the days in which a stay has to begin; by default any.

    Raises:
        InvalidError: something is no course, or ``on`` is no day.
    """
    given = each_a("durations", courses, "courses", Course)
    refuse_moments("durations", on=on)
    refuse("durations", () if period is None else unless_a(period, "period", MeasuredDays))
    return tuple(
        _duration(course, stay)
        for course in given
        for stay in CourseByDay(course, on).stays
        if period is None or stay.start in period
    )


def _duration(course: Course, stay: StaySpan) -> StayDuration:
    days, most = stay.days
    reason: str | None = None
    if isinstance(stay.left, Discharged):
        reason = stay.left.reason.value if stay.left.reason else None
    elif stay.left is not None:
        reason = "died"
    return StayDuration(
        patient=str(course.patient),
        course=str(course.key),
        start=stay.start,
        days=days,
        days_most=most,
        ended=stay.left is not None,
        reason=reason,
    )


@frozen
class CurvePoint:
    """What becomes of a curve on a day: ``at_risk`` were still there, ``left`` of them left.

    ``retained`` is the share that is still there after the day, from 0 to 1, and ``low`` and
    ``high`` its limits; ``None``: nobody is left, and there are none.
    """

    days: int
    at_risk: int
    left: int
    censored: int
    retained: float
    low: float | None
    high: float | None


@frozen
class RetentionCurve:
    """The share of patients still in treatment by days since admission: the product limit.

    It has a point for each day on which somebody left or was censored, in order. Who is censored on
    a day was there when others left on it. The limits are those of the log-log transform with
    Greenwood's variance, for ``confidence``.

    Source: Kaplan and Meier, J Am Stat Assoc 1958;53:457; Kalbfleisch and Prentice, The Statistical
    Analysis of Failure Time Data, 1980.
    """

    people: int
    confidence: float
    points: tuple[CurvePoint, ...]

    def retained_at(self, days: int) -> float | None:
        """The share still there after so many days; ``None``: nobody was seen for as long."""
        if not self.points or days > self.points[-1].days:
            return None
        return next((p.retained for p in reversed(self.points) if p.days <= days), 1.0)

    @property
    def median(self) -> int | None:
        """The first day after which half or fewer are still there; ``None``: more are."""
        return next((point.days for point in self.points if point.retained <= 0.5), None)


def retention_curve(
    durations: Iterable[StayDuration],
    *,
    confidence: float = 0.95,
    censored: Collection[DischargeReason] = (),
) -> RetentionCurve:
    """The curve of how long patients stay.

    Args:
        durations: those of ``durations``. Of a stay with open rolls the days on record count.
        confidence: of the limits, above 0 and below 1.
        censored: reasons for which a stay that ended counts as one that was only seen so long,
            such as ``COMPLETED``, so that the curve is one of those who left for others.

    Raises:
        InvalidError: something is no duration, or the confidence is out of range.

    Example:
        >>> rows = [
        ...     StayDuration("p", "c", date(2026, 1, 5), days, days, ended, None)
        ...     for days, ended in [(10, True), (20, False), (30, True), (30, True)]
        ... ]
        >>> [(point.days, point.retained) for point in retention_curve(rows).points]
        [(10, 0.75), (20, 0.75), (30, 0.0)]
    """
    given = each_a("retention", durations, "durations", StayDuration)
    ok = 0 < confidence < 1
    refuse("retention", unless(ok, "confidence", "above 0 and below 1", confidence))
    reasons = {each.value for each in censored}
    ended = Counter(each.days for each in given if each.ended and each.reason not in reasons)
    every = Counter(each.days for each in given)
    points = tuple(_points(every, ended, NormalDist().inv_cdf((1 + confidence) / 2)))
    return RetentionCurve(len(given), confidence, points)


def _points(every: Counter[int], ended: Counter[int], deviations: float) -> Iterator[CurvePoint]:
    days = sorted(every)
    gone = accumulate((every[day] for day in days), initial=0)
    retained, variance = 1.0, 0.0
    for day, before in zip(days, gone, strict=False):
        at_risk, left = every.total() - before, ended[day]
        retained *= (at_risk - left) / at_risk
        if left < at_risk:
            variance += left / (at_risk * (at_risk - left))
        low, high = _limits(retained, variance, deviations)
        yield CurvePoint(day, at_risk, left, every[day] - left, retained, low, high)


def _limits(
    retained: float, variance: float, deviations: float
) -> tuple[float, float] | tuple[None, None]:
    if retained == 0:
        return None, None
    if retained == 1:
        return 1.0, 1.0
    log = math.log(retained)
    spread = deviations * math.sqrt(variance) / log
    return math.exp(log * math.exp(-spread)), math.exp(log * math.exp(spread))
