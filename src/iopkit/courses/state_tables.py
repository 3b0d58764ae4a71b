"""A site's patients as rows: who stands where on a day."""

from collections.abc import Iterable
from datetime import date, datetime

from iopkit.confidential import hidden
from iopkit.courses.courses import Course
from iopkit.courses.states import State
from iopkit.courses.statuses import Status
from iopkit.courses.taking_stock import state_on
from iopkit.eligibility.possible import Possible, least_and_most
from iopkit.errors import each_a
from iopkit.fields import frozen
from iopkit.programs.progress import MOST_COUNTED
from iopkit.schedules.rows import Count, Ordinal


@frozen(repr=False)
class StateRow:
    """Where one patient stands in a course on a day.

    Sessions are counted as in the state's ``counts``; ``rolls_open`` are those not recorded.
    ``attendance_low`` and ``attendance_high`` are the ends of what it can be, from 0 to 1, and
    those of ``days_since_contact`` likewise. ``counselor`` is the one that the plan names for the
    day, ``payer`` that of the newest authorization that covers it.

    ``None`` means: no status yet; outside a stay, no level, plan, site, phase or counselor;
    nothing on record that tells it.
    """

    patient: str
    course: str
    day: date
    status: Status | None
    since: date | None
    level: str | None
    program: str | None
    site: str | None
    phase: str | None
    phase_week: Count | None
    program_week: Count | None
    minutes_this_week: Count
    due: Ordinal
    attended: Ordinal
    missed: Ordinal
    excused: Ordinal
    cancelled: Ordinal
    on_hold: Ordinal
    rolls_open: Ordinal
    attendance_low: float | None
    attendance_high: float | None
    days_since_contact_low: Ordinal | None
    days_since_contact_high: Ordinal | None
    sessions_left: Ordinal
    last_day: date | None
    counselor: str | None
    payer: str | None

    __repr__ = hidden


def state_rows(
    courses: Iterable[Course], *, on: date, known: datetime | None = None
) -> tuple[StateRow, ...]:
    """A row for each course: where its patient stands at the end of a day.

    ``attrs.asdict`` makes a mapping of a row, and any data frame takes a list of those.

    Args:
        courses: such as all of a site.
        on: as ``state_on`` has it.
        known: as ``state_on`` has it.

    Raises:
        InvalidError: something is no course, or as ``state_on``.
    """
    given = each_a("rows", courses, "courses", Course)
    return tuple(state_row(state_on(course, on=on, known=known)) for course in given)


def state_row(state: State) -> StateRow:
    """The row of a state."""
    counts, plan = state.counts, state.plan
    least, most = _ends(counts.attendance)
    soonest, longest = _ends(state.days_since_contact)
    return StateRow(
        patient=str(state.patient),
        course=str(state.course),
        day=state.on,
        status=state.status,
        since=state.spans[-1].start if state.status else None,
        level=state.level.number if state.level else None,
        program=plan.program.name if plan else None,
        site=plan.site if plan else None,
        phase=state.phase,
        phase_week=state.phase_week,
        program_week=state.program_week,
        minutes_this_week=state.minutes_this_week,
        due=counts.due,
        attended=counts.attended,
        missed=counts.missed,
        excused=counts.excused,
        cancelled=counts.cancelled,
        on_hold=counts.on_hold,
        rolls_open=counts.not_recorded,
        attendance_low=least,
        attendance_high=most,
        days_since_contact_low=None if soonest is None else int(soonest),
        days_since_contact_high=None if longest is None else int(longest),
        sessions_left=len(state.left),
        last_day=state.last_day,
        counselor=plan.counselor_on(state.on) if plan else None,
        payer=state.authorizations[-1].payer if state.authorizations else None,
    )


def _ends(value: float | Possible | None) -> tuple[float | None, float | None]:
    return (None, None) if value is None else least_and_most(value, most=MOST_COUNTED)
