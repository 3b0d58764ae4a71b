"""Courses side by side from their first day on, in words: the twin of their picture.

Calling this is the explicit act that shows how patients' courses went.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from uuid import UUID

from iopkit.confidential import hidden
from iopkit.courses.courses import Course
from iopkit.courses.outcomes import SessionOutcome
from iopkit.courses.states import State
from iopkit.courses.statuses import Status, StatusSpan
from iopkit.courses.taking_stock import state_on
from iopkit.errors import each_a
from iopkit.fields import frozen
from iopkit.prose import counted
from iopkit.reports.lines import page
from iopkit.windows import ONE_DAY


@frozen(repr=False)
class LaneSpan:
    """A status from one day of a lane up to the day before another; the first day is 0."""

    status: Status
    start: int
    end: int

    __repr__ = hidden


@frozen(repr=False)
class Lane:
    """A course from its first admission on, or else its first day: where the patient stood.

    Days are counted from that day, which is 0; those before it are below 0. ``sessions`` are the
    days of those that were due, by what became of them. ``out`` is the day of the discharge or
    death, ``None``: the course goes on.
    """

    label: str
    spans: tuple[LaneSpan, ...]
    sessions: Mapping[SessionOutcome, tuple[int, ...]]
    out: LaneSpan | None = None

    __repr__ = hidden


def lanes_of(
    courses: Iterable[Course], *, on: date, names: Mapping[UUID, str] | None = None
) -> tuple[Lane, ...]:
    """A lane for each course that has begun by a day, as of the end of it.

    Args:
        names: what to call lanes, by patients' keys; others have their numbers.

    Raises:
        InvalidError: something is no course, or ``on`` is no day.
    """
    given = each_a("lanes", courses, "courses", Course)
    states = (state_on(course, on=on) for course in given)
    told = names or {}
    return tuple(
        _lane(state, told.get(state.patient, str(number)))
        for number, state in enumerate(states, 1)
        if state.spans
    )


def lanes_text(
    courses: Iterable[Course], *, on: date, names: Mapping[UUID, str] | None = None
) -> str:
    """How long each patient was in which status, and what became of their sessions.

    Args:
        names: as ``courses_picture`` has it.

    Raises:
        InvalidError: something is no course, or ``on`` is no day.
    """
    return page(map(_lane_words, lanes_of(courses, on=on, names=names))) or "No course has begun."


_OUT = (Status.DISCHARGED, Status.DIED)


def _lane(state: State, label: str) -> Lane:
    admitted = (span.start for span in state.spans if span.status is Status.ADMITTED)
    first = next(admitted, state.spans[0].start)
    spans = tuple(_span(span, first, state.on) for span in state.spans)
    sessions: dict[SessionOutcome, tuple[int, ...]] = {}
    for outcome in SessionOutcome:
        days = (
            (each.booked.day - first).days for each in state.outcomes if each.outcome is outcome
        )
        sessions[outcome] = tuple(days)
    last = spans[-1]
    in_care = tuple(span for span in spans if span.status not in _OUT)
    return Lane(label, in_care, sessions, last if last.status in _OUT else None)


def _span(span: StatusSpan, first: date, on: date) -> LaneSpan:
    end = span.end or on + ONE_DAY
    return LaneSpan(span.status, (span.start - first).days, (end - first).days)


def _lane_words(lane: Lane) -> str:
    return f"{lane.label}: {', '.join((*map(_span_words, lane.spans), *_end_words(lane)))}."


def _span_words(span: LaneSpan) -> str:
    return f"{span.status.value.replace('_', ' ')} {counted(span.end - span.start, 'day')}"


def _end_words(lane: Lane) -> Iterator[str]:
    if lane.out is not None:
        yield f"{lane.out.status.value} on day {lane.out.start}"
    counts = Counter({outcome: len(days) for outcome, days in lane.sessions.items()})
    told = (f"{counts[each]} {each.value.replace('_', ' ')}" for each in counts if counts[each])
    if any(counts.values()):
        yield f"sessions: {', '.join(told)}"
