"""A week of a schedule: its sessions, what has no time, and both in words."""

from datetime import date, timedelta
from itertools import groupby

from iopkit.errors import refuse, refuse_flags, unless
from iopkit.programs.timings import RandomDays
from iopkit.reports.lines import page
from iopkit.reports.words import day_words, days_words, span_words
from iopkit.schedules.sessions import Reason, Schedule, Session
from iopkit.windows import ONE_MINUTE, ONE_WEEK


def week_start(schedule: Schedule, week: int) -> date:
    """The first day of a week of a schedule.

    Raises:
        InvalidError: the schedule has no such week.
    """
    weeks = schedule.weeks
    refuse("week", unless(1 <= week <= weeks, "week", f"from 1 to {weeks}", week))
    return schedule.plan.start + timedelta(weeks=week - 1)


def week_title(schedule: Schedule, week: int) -> str:
    """Which week it is, and its days."""
    start = week_start(schedule, week)
    return f"Week {week}: {days_words(start, start + timedelta(days=6))}"


def week_sessions(schedule: Schedule, week: int, *, random_days: bool) -> tuple[Session, ...]:
    """The sessions that touch the days of a week, in order."""
    start = week_start(schedule, week)
    end = start + ONE_WEEK
    return tuple(
        session
        for session in schedule.sessions
        if session.start.date() < end
        and (session.end - ONE_MINUTE).date() >= start
        and (random_days or not is_random(schedule, session))
    )


def is_random(schedule: Schedule, session: Session) -> bool:
    """Whether a session's day was drawn."""
    return isinstance(schedule.service(session).timing, RandomDays)


def week_remarks(schedule: Schedule, week: int, *, random_days: bool) -> tuple[str, ...]:
    """What a week has beside the sessions that are shown on its days."""
    missing = [missing for missing in schedule.unplaced if missing.week == week]
    away = [schedule.service(u).title for u in missing if u.why is Reason.ON_LEAVE]
    unplaced = [schedule.service(u).title for u in missing if u.why is not Reason.ON_LEAVE]
    hidden = [
        schedule.service(session).title
        for session in schedule.sessions
        if session.week == week and not random_days and is_random(schedule, session)
    ]
    groups = (("On a random day", hidden), ("Left out", away), ("No time yet", unplaced))
    return tuple(f"{head}: {', '.join(dict.fromkeys(some))}." for head, some in groups if some)


def week_text(schedule: Schedule, *, week: int, random_days: bool = False) -> str:
    """A week's sessions in plain words, a line a day: the alternative text of its picture.

    Args:
        random_days: tell also the days that were drawn, such as those of drug tests.

    Raises:
        InvalidError: the schedule has no such week.
    """
    refuse_flags("week", random_days=random_days)
    sessions = week_sessions(schedule, week, random_days=random_days)
    lines = [f"{week_title(schedule, week)}."]
    for day, on_day in groupby(sessions, key=lambda session: session.start.date()):
        told = "; ".join(_session_words(schedule, session) for session in on_day)
        lines.append(f"{day_words(day, weekday=True)}: {told}.")
    if not sessions:
        lines.append("No session has a time.")
    return page([*lines, *week_remarks(schedule, week, random_days=random_days)])


def _session_words(schedule: Schedule, session: Session) -> str:
    """A session's title and times, and whether it was moved or makes up for another."""
    mark = f" ({words})" if (words := session_mark(session)) else ""
    title = schedule.service(session).title
    return f"{title}, {span_words(session.start, session.end)}{mark}"


def session_mark(session: Session) -> str:
    """A word for a session that is not where the plan has it; none for others."""
    return "make-up" if session.make_up else "moved" if session.moved else ""
