"""Measures as rows and as sums: a row for each case, a sum for each group."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from statistics import fmean, median

from iopkit.confidential import hidden
from iopkit.courses.course_by_day import CourseByDay
from iopkit.courses.courses import Course
from iopkit.courses.measured_cases import MeasuredCase, MeasureReason, MeasureResult
from iopkit.eligibility.possible import Possible, from_to
from iopkit.errors import each_a, refuse_moments
from iopkit.fields import frozen
from iopkit.truth import Truth


@frozen(repr=False)
class MeasureRow:
    """A case of a measure as a row of plain values.

    A number lies from ``low`` to ``high``, the same where it is known. ``answer`` has a yes, a no
    or a code; several that are possible are joined by ``or``. ``note`` is the measure's own. The
    other fields are those of ``MeasuredCase``.
    """

    patient: str
    course: str
    measure: str
    since: date | None
    group: str | None
    counted: Truth
    why: MeasureReason
    excluded_by: str | None
    low: float | None
    high: float | None
    answer: str | None
    at_least: float | None
    weight: float | None
    note: str

    __repr__ = hidden


def measure_rows(result: MeasureResult) -> tuple[MeasureRow, ...]:
    """A row for each case of a measure, in their order.

    ``attrs.asdict`` makes a mapping of a row, and any data frame takes a list of those.
    """
    return tuple(_row(result, case) for case in result.cases)


def _row(result: MeasureResult, case: MeasuredCase) -> MeasureRow:
    low, high = _ends(case)
    return MeasureRow(
        patient=str(case.patient),
        course=str(case.course),
        measure=result.measure.name,
        since=case.since,
        group=case.group,
        counted=case.counted,
        why=case.why,
        excluded_by=case.excluded_by,
        low=low,
        high=high,
        answer=_answer(case),
        at_least=case.at_least,
        weight=case.weight,
        note=result.measure.note,
    )


def _ends(case: MeasuredCase) -> tuple[float | None, float | None]:
    """The least and the most that a number can be; of a figure that is not a number, nothing."""
    match case.value:
        case Possible(low=low, high=high):
            return low, high
        case int() | float() as number:
            return number, number
        case _:
            return None, None


def _answer(case: MeasuredCase) -> str | None:
    match case.value:
        case Possible(options=options):
            return " or ".join(sorted(map(str, options), key=_by_length)) or None
        case str() as text:
            return str(text)
        case _:
            return None


def _by_length(code: str) -> tuple[int, str]:
    return len(code), code


@frozen(repr=False)
class OpenRollRow:
    """A session of a course without a roll, by its day: it may turn out to be attended or not."""

    course: str
    on: date

    __repr__ = hidden


def open_roll_rows(courses: Iterable[Course], *, on: date) -> tuple[OpenRollRow, ...]:
    """The sessions without a roll by a day, which tables of entries do not have.

    Args:
        courses: all that are looked at.
        on: the day by which all is on record.

    Raises:
        InvalidError: something is no course, or ``on`` is no day.
    """
    given = each_a("rolls", courses, "courses", Course)
    refuse_moments("rolls", on=on)
    return tuple(
        OpenRollRow(str(course.key), day)
        for course in given
        for day in CourseByDay(course, on).open_rolls
    )


@frozen(repr=False)
class PlannedPhaseRow:
    """A phase that a course's schedule has from a day on; it is in force since ``in_force``."""

    course: str
    on: date
    phase: str
    in_force: date

    __repr__ = hidden


def planned_phase_rows(courses: Iterable[Course]) -> tuple[PlannedPhaseRow, ...]:
    """The phases of the schedules in force, which tables of entries do not have.

    Args:
        courses: all that are looked at.

    Raises:
        InvalidError: something is no course.
    """
    given = each_a("phases", courses, "courses", Course)
    return tuple(row for course in given for row in _planned(course))


def _planned(course: Course) -> Iterator[PlannedPhaseRow]:
    schedules = course.timeline.schedules
    ends = (*(each.since for each in schedules[1:]), date.max)
    for each, end in zip(schedules, ends, strict=False):
        plan, since = each.schedule.plan, each.since
        begun = (first for first, _, _ in plan.phase_spans() if since < first < end)
        for day in (since, *begun):
            yield PlannedPhaseRow(str(course.key), day, plan.phase_on(day).name, since)


@frozen
class MeasureSum:
    """What the figures of some cases come to; each case is in one of the first five counts.

    Figures are ``known``, known in ``part`` as a range or several codes, ``open`` as something is
    not over yet, or ``no_more``, as it will not come. Of the others they are ``not_known``.

    ``yes`` and ``no`` count those known, and ``share`` is that of the yes, from 0 to 1: a range if
    some are not known, from all of these no to all yes. ``low``, ``median``, ``mean`` and ``high``
    are of the numbers that are known; ``pooled`` is the share of all sessions or minutes together,
    a range where they are. ``codes`` counts the codes that are known, in their order.
    """

    group: str | None
    counted: int
    known: int
    part: int
    open: int
    no_more: int
    not_known: int
    yes: int = 0
    no: int = 0
    share: float | Possible | None = None
    low: float | None = None
    median: float | None = None
    mean: float | None = None
    high: float | None = None
    pooled: float | Possible | None = None
    codes: tuple[tuple[str, int], ...] = ()


def measure_sums(result: MeasureResult) -> tuple[MeasureSum, ...]:
    """What the figures of a measure come to: one sum for each group, in the order of its name.

    Of a measure without groups it is one. Nobody is in a sum who is not counted, or of whom that
    is undetermined.
    """
    counted = [case for case in result.cases if case.counted is Truth.YES]
    groups = sorted({case.group for case in counted}, key=str) or [None]
    return tuple(_sum(name, [c for c in counted if c.group == name]) for name in groups)


def not_counted(result: MeasureResult) -> tuple[tuple[str, int], ...]:
    """Why cases are not counted, and how many for each reason, in the order of the reasons.

    Those of whom it is undetermined are told apart.
    """
    found = Counter(
        f"{'undetermined: ' * (case.counted is Truth.UNKNOWN)}{case.why.value}"
        f"{f' ({case.excluded_by})' if case.excluded_by else ''}"
        for case in result.cases
        if case.counted is not Truth.YES
    )
    return tuple(sorted(found.items()))


def _sum(group: str | None, cases: Sequence[MeasuredCase]) -> MeasureSum:
    settled = Counter(map(_settled, cases))
    values = [case.value for case in cases]
    numbers = [v for v in values if isinstance(v, int | float)]
    texts = Counter(str(v) for v in values if isinstance(v, str) and not isinstance(v, Truth))
    yes, no = (sum(v is truth for v in values) for truth in (Truth.YES, Truth.NO))
    is_truth = any(isinstance(v, Truth) for v in values)
    return MeasureSum(
        group=group,
        counted=len(cases),
        known=settled["known"],
        part=settled["part"],
        open=settled["open"],
        no_more=settled["no_more"],
        not_known=settled["not_known"],
        yes=yes,
        no=no,
        share=from_to(yes / len(cases), (len(cases) - no) / len(cases)) if is_truth else None,
        low=min(numbers, default=None),
        median=median(numbers) if numbers else None,
        mean=fmean(numbers) if numbers else None,
        high=max(numbers, default=None),
        pooled=_pooled(cases),
        codes=tuple(sorted(texts.items(), key=lambda each: _by_length(each[0]))),
    )


def _settled(case: MeasuredCase) -> str:
    match case.value:
        case Possible():
            return "part"
        case None | Truth.UNKNOWN:
            reasons = {MeasureReason.STILL_OPEN: "open", MeasureReason.NO_MORE: "no_more"}
            return reasons.get(case.why, "not_known")
        case _:
            return "known"


def _pooled(cases: Iterable[MeasuredCase]) -> float | Possible | None:
    """The shares of all cases together, each by its weight."""
    known = [(case.weight, *_ends(case)) for case in cases if case.weight]
    of = sum(weight for weight, _, _ in known)
    if not of:
        return None
    low = sum(weight * (least or 0) for weight, least, _ in known) / of
    high = sum(weight * (most or 0) for weight, _, most in known) / of
    return from_to(low, high)
