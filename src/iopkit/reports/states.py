"""Where a patient stands in a course, for people to read, as plain text.

Calling this is the explicit act that shows a patient's values.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, timedelta
from itertools import groupby

from iopkit.courses.delivered_minutes import MinutesOfWeek
from iopkit.courses.goal_figures import DatedFigure, TargetFigures
from iopkit.courses.outcomes import OutcomeCounts, SessionOutcome
from iopkit.courses.states import State
from iopkit.courses.statuses import StatusSpan
from iopkit.courses.timelines import BookedSession
from iopkit.eligibility.possible import Possible
from iopkit.errors import refuse, unless_a
from iopkit.programs.progress import MOST_COUNTED, PossibleCount
from iopkit.prose import counted, duration_text
from iopkit.reports.lines import TRUTH_WORDS, fold, page, section
from iopkit.reports.words import day_text, minute_text


def state_text(state: State) -> str:
    """Where a patient stands: status, sessions, hours, contact, use, goals, and what is left.

    A figure that open rolls or results could change is told as what it can be.

    Example:
        >>> from uuid import UUID
        >>> from iopkit.courses import Course, state_on
        >>> course = Course(UUID(int=1, version=4), patient=UUID(int=2, version=4))
        >>> print(state_text(state_on(course, on=date(2026, 1, 5))))
        Course 00000000-0000-4000-8000-000000000001
        Patient 00000000-0000-4000-8000-000000000002
        Mon 2026-01-05: no status
    """
    refuse("state", unless_a(state, "state", State))
    known = state.known and state.known.astimezone(UTC)
    return page(
        [
            f"Course {state.course}",
            f"Patient {state.patient}",
            *([f"As on record at {minute_text(known)} UTC"] if known else []),
            fold(f"{day_text(state.on)}: {'; '.join(_standing(state))}", 2),
            *section("Status", map(_span, state.spans)),
            *section("Sessions due by then", _sessions(state.counts, state.beside)),
            *section("Rolls open", map(session_words, state.rolls_open)),
            *section("Hours by week", _weeks(state)),
            *section("Contact", _contact(state)),
            *section("Use", _use(state)),
            *section("Goals", _goals(state)),
            *section("Authorized for the day", _authorized(state)),
            *section("Left", _left(state)),
        ]
    )


def count_text(count: PossibleCount) -> str:
    """A count, or what it can be.

    Example:
        >>> count_text(3), count_text(Possible(2, 4)), count_text(None)
        ('3', '2 to 4', 'not known')
    """
    if count is None:
        return "not known"
    if not isinstance(count, Possible):
        return str(count)
    if count.low is None or count.high is None:
        return "not known"
    more = "or more" if count.high >= MOST_COUNTED else f"to {count.high:g}"
    return f"{count.low:g} {more}"


def attendance_text(counts: OutcomeCounts) -> str:
    """The share of sessions attended in percent, or what it can be; nothing if there were none.

    Example:
        >>> attendance_text(OutcomeCounts(attended=3, not_recorded=1))
        '75 to 100 %'
    """
    share = counts.attendance
    if share is None:
        return ""
    if not isinstance(share, Possible):
        return f"{100 * share:.0f} %"
    return f"{100 * (share.low or 0):.0f} to {100 * (share.high or 0):.0f} %"


def session_words(booked: BookedSession) -> str:
    """A session by its title, number and start."""
    session = booked.session
    return f"{booked.title} {session.number}, {minute_text(session.start)}"


def _standing(state: State) -> Iterator[str]:
    yield state.status.value.replace("_", " ") if state.status else "no status"
    if state.level:
        yield f"level {state.level.number} {state.level.name}"
    if state.plan and state.program_week:
        yield f"{state.plan.program.title}, week {state.program_week}"
        titles = {phase.name: phase.title for phase in state.plan.program.phases}
        week = f", week {state.phase_week}" if state.phase_week else ""
        yield f"{titles.get(state.phase or '', state.phase)}{week}"


def _span(span: StatusSpan) -> str:
    until = f" to {span.end - timedelta(1)}" if span.end and span.end > span.start else ""
    since = "from " if span.end is None else ""
    return f"{since}{span.start}{until}: {span.status.value.replace('_', ' ')}"


def _sessions(counts: OutcomeCounts, beside: int) -> Iterator[str]:
    if counts.due:
        of = [(getattr(counts, each.value), each.value) for each in SessionOutcome]
        told = ", ".join(f"{number} {name.replace('_', ' ')}" for number, name in of if number)
        yield f"{counts.due} due: {told}"
    if share := attendance_text(counts):
        yield f"attendance {share}"
    if beside:
        yield f"beside these {beside} made up or not planned"


def _weeks(state: State) -> Iterator[str]:
    for start, of_week in groupby(state.weeks, key=_start):
        parts = [(each.minutes, each.modality.value.replace("_", " ")) for each in of_week]
        parts.sort(reverse=True)
        whole = duration_text(timedelta(minutes=sum(minutes for minutes, _ in parts)))
        by = ", ".join(f"{duration_text(timedelta(minutes=n))} {name}" for n, name in parts)
        yield f"from {start}: {whole}" + (f" ({by})" if len(parts) > 1 else f" {parts[0][1]}")


def _start(week: MinutesOfWeek) -> date:
    return week.start


def _contact(state: State) -> Iterator[str]:
    if state.counts.due:
        yield f"attended in a row: {count_text(state.attended_in_a_row)}"
        yield f"missed in a row: {count_text(state.missed_in_a_row)}"
    if state.contact is not None:
        yield f"days since the last contact: {count_text(state.days_since_contact)}"


def _use(state: State) -> Iterator[str]:
    if state.days_without_use_reported is not None:
        yield f"days without use as reported: {count_text(state.days_without_use_reported)}"
    if state.days_without_use_tested is not None:
        missed = "ends the row" if state.missed_test_is_positive else "is passed over"
        yield f"days without use as tested: {count_text(state.days_without_use_tested)}"
        yield (
            f"negative tests in a row: {count_text(state.negative_tests_in_a_row)}, in all "
            f"{count_text(state.negative_tests)}; a missed test {missed}"
        )
    if state.other_test_on is not None:
        yield f"newest test that was not negative: {state.other_test_on}"
    for span in state.controlled:
        end = f" to {span.end - timedelta(1)}" if span.end else "; its end is not recorded"
        yield f"in a controlled environment from {span.start}{end}"


def _goals(state: State) -> Iterator[str]:
    for each in state.goals or ():
        yield f"{each.goal.statement}{_figures(each.figures)}"
        for step, of in zip(each.goal.objectives, each.objectives, strict=True):
            yield f"{step.statement}{_figures(of)}"


def _figures(of: TargetFigures) -> str:
    if of.target is None:
        return ""
    figures = [f"{name} {_figure(each)}" for name, each in _dated(of)]
    return f" ({'; '.join((f'{of.target.words}: {TRUTH_WORDS[of.reached]}', *figures))})"


def _dated(of: TargetFigures) -> Iterable[tuple[str, DatedFigure]]:
    return ((name, each) for name, each in (("then", of.then), ("now", of.now)) if each)


def _figure(figure: DatedFigure) -> str:
    return f"{count_text(figure.value)} on {figure.on}"


def _authorized(state: State) -> Iterator[str]:
    for each in state.authorizations:
        amount = "no limit known" if each.amount is None else f"{each.amount} {each.counted_in}"
        codes = ", ".join(each.codes)
        yield f"{each.payer}: {codes}, {amount}, to {each.end - timedelta(1)}"


def _left(state: State) -> Iterator[str]:
    if state.last_day is not None:
        yield f"{counted(len(state.left), 'session')}, the last on {state.last_day}"
    if state.undated:
        yield f"{counted(state.undated, 'session')} without a date"
