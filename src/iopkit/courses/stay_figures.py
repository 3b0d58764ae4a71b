"""Figures of a stay: its length, how it ended, what was delivered, and what it changed."""

from collections.abc import Iterator

from attrs import evolve

from iopkit.courses.course_by_day import CourseByDay
from iopkit.courses.findings import InstrumentAnswered
from iopkit.courses.measure_rules import (
    DeliveredShare,
    LeavingCode,
    LeftFor,
    NoShowShare,
    PhaseDays,
    RetainedFor,
    ScaleChange,
    StayFigure,
    StayLength,
    StayLengthBin,
)
from iopkit.courses.measured_cases import MeasuredCase, MeasuredValue, MeasureReason
from iopkit.courses.outcomes import count_outcomes
from iopkit.courses.phases_by_day import phase_spans
from iopkit.courses.stay_spans import StaySpan
from iopkit.courses.stays import Discharged
from iopkit.eligibility.possible import Possible, from_to
from iopkit.levels import LevelOfCare
from iopkit.patients.screenings import Screening
from iopkit.truth import Truth
from iopkit.windows import whole_minutes


def figured(
    figure: StayFigure, case: MeasuredCase, course: CourseByDay, stay: StaySpan
) -> Iterator[MeasuredCase]:
    """The case of a stay with its figure; of phases one for each."""
    match figure:
        case StayLength():
            yield _length(figure, case, stay)
        case LeavingCode() | LeftFor():
            yield _left(figure, case, stay)
        case RetainedFor():
            yield _retained(figure, case, stay)
        case NoShowShare():
            yield _no_shows(case, course, stay)
        case DeliveredShare():
            yield _delivered(case, course, stay)
        case PhaseDays():
            yield from _phases(case, course, stay)
        case ScaleChange():
            yield _change(figure, case, course, stay)


def _length(figure: StayLength, case: MeasuredCase, stay: StaySpan) -> MeasuredCase:
    low, high = stay.days
    at_home = is_ambulatory(stay.level) if figure.both_days else Truth.NO
    least = max(1, low + (at_home is Truth.YES))
    most = max(1, high + (at_home is not Truth.NO))
    if stay.end is None:
        return evolve(case, at_least=least, why=MeasureReason.STILL_OPEN)
    value: MeasuredValue = from_to(least, most)
    if figure.bins:
        codes = bin_codes(least, most, figure.bins)
        value = codes[0] if len(codes) == 1 else Possible(options=frozenset(codes))
    if not isinstance(value, Possible):
        return evolve(case, value=value)
    why = MeasureReason.ROLL_OPEN if high > low else MeasureReason.NOT_RECORDED
    return evolve(case, value=value, why=why)


def is_ambulatory(level: LevelOfCare | None) -> Truth:
    """Whether patients come to a level of care from home: to those below 3."""
    return Truth.UNKNOWN if level is None else Truth.of(float(level.number) < 3)


def bin_codes(least: int, most: int, bins: tuple[StayLengthBin, ...]) -> tuple[str, ...]:
    """The codes of the bins that have one of some numbers of days, in their order."""
    first, last = (
        next(n for n, each in enumerate(bins) if each.last is None or days <= each.last)
        for days in (least, most)
    )
    return tuple(each.code for each in bins[first : last + 1])


def _left(figure: LeavingCode | LeftFor, case: MeasuredCase, stay: StaySpan) -> MeasuredCase:
    if stay.left is None:
        return evolve(case, why=MeasureReason.STILL_OPEN)
    reason = stay.left.reason if isinstance(stay.left, Discharged) else None
    died = not isinstance(stay.left, Discharged)
    if reason is None and not died:
        return evolve(case, why=MeasureReason.NOT_RECORDED)
    if isinstance(figure, LeftFor):
        return evolve(case, value=Truth.of(reason in figure.reasons))
    return evolve(case, value=figure.died if reason is None else dict(figure.codes)[reason])


def _retained(figure: RetainedFor, case: MeasuredCase, stay: StaySpan) -> MeasuredCase:
    low, high = stay.days
    if low >= figure.days:
        return evolve(case, value=Truth.YES)
    if stay.end is None:
        return evolve(case, value=Truth.UNKNOWN, why=MeasureReason.STILL_OPEN)
    if high >= figure.days:
        return evolve(case, value=Truth.UNKNOWN, why=MeasureReason.ROLL_OPEN)
    return evolve(case, value=Truth.NO)


def _no_shows(case: MeasuredCase, course: CourseByDay, stay: StaySpan) -> MeasuredCase:
    counts = count_outcomes(course.outcomes_in(stay))
    open_to = counts.open_to
    if not open_to:
        return evolve(case, why=MeasureReason.NOTHING_DUE)
    least, most = counts.unexcused, counts.missed + counts.not_recorded
    why = (
        MeasureReason.ROLL_OPEN
        if counts.not_recorded
        else MeasureReason.NOT_RECORDED
        if most > least
        else MeasureReason.COUNTED
    )
    return evolve(case, value=from_to(least / open_to, most / open_to), weight=open_to, why=why)


def _delivered(case: MeasuredCase, course: CourseByDay, stay: StaySpan) -> MeasuredCase:
    outcomes, last = course.outcomes_in(stay), stay.end or course.on
    prescribed = sum(whole_minutes(each.booked.session.service_time) for each in outcomes)
    if not prescribed:
        return evolve(case, why=MeasureReason.NOTHING_DUE)
    delivered = sum(m.minutes for m in course.fold.minutes if stay.start <= m.day <= last)
    not_known = sum(
        whole_minutes(each.booked.session.service_time) for each in outcomes if each.roll_open
    )
    value = from_to(delivered / prescribed, (delivered + not_known) / prescribed)
    why = MeasureReason.ROLL_OPEN if not_known else MeasureReason.COUNTED
    return evolve(case, value=value, weight=prescribed, why=why)


def _phases(case: MeasuredCase, course: CourseByDay, stay: StaySpan) -> Iterator[MeasuredCase]:
    some = False
    for name, since, left in phase_spans(course, stay):
        some = True
        days = ((left or course.on) - since).days
        case_of = evolve(case, group=name, since=since)
        if left is None:
            yield evolve(case_of, at_least=days, why=MeasureReason.STILL_OPEN)
        else:
            yield evolve(case_of, value=days)
    if not some:
        yield evolve(case, why=MeasureReason.NOT_RECORDED)


def _change(
    figure: ScaleChange, case: MeasuredCase, course: CourseByDay, stay: StaySpan
) -> MeasuredCase:
    last_day = stay.end or course.on
    answered = [
        each.event.screening
        for each in course.entries
        if isinstance(each.event, InstrumentAnswered)
        and each.event.screening.instrument == figure.instrument
        and stay.start <= each.on <= last_day
    ]
    first, last = (answered[0], answered[-1]) if answered else (None, None)
    if first is None or last is None or last.on == first.on:
        baseline = None if first is None else (_score(first, figure.scale), None)
        why = MeasureReason.NOT_RECORDED if stay.end else MeasureReason.STILL_OPEN
        return evolve(case, why=why, scores=baseline)
    (low, high), (least, most) = (each.bounds(figure.scale) for each in (first, last))
    value = from_to(least - high, most - low)
    why = MeasureReason.NOT_RECORDED if isinstance(value, Possible) else MeasureReason.COUNTED
    scores = (_score(first, figure.scale), _score(last, figure.scale))
    return evolve(case, value=value, why=why, scores=scores)


def _score(screening: Screening, scale: str) -> MeasuredValue:
    return from_to(*screening.bounds(scale))
