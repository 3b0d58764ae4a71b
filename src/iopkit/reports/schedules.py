"""Calendars and moves for people to read, as plain text.

Calling one of these is the explicit act that shows a patient's values.
"""

from collections.abc import Mapping
from datetime import timedelta

from iopkit.errors import refuse, unless_a
from iopkit.prose import counted
from iopkit.reports.lines import page
from iopkit.reports.plans import caution_lines
from iopkit.reports.words import day_text, dose_text, moment_text
from iopkit.schedules.sessions import Reason, Schedule, Session, booked_doses


def calendar_text(schedule: Schedule, *, weeks: int | None = None) -> str:
    """The dated sessions, week by week; ``weeks``: only so many first ones."""
    refuse("calendar", unless_a(schedule, "schedule", Schedule))
    shown = schedule.weeks if weeks is None else weeks
    titles = schedule.titles
    doses = booked_doses(schedule)
    blocks = [*caution_lines(schedule.plan)[:1], *_delay_lines(schedule)]
    for week in range(1, min(shown, schedule.weeks) + 1):
        sessions = [session for session in schedule.sessions if session.week == week]
        start = schedule.plan.start + timedelta(weeks=week - 1)
        lines = [f"Week {week}, from {start}: {dose_text(doses[week - 1])}"]
        lines += [_session_line(schedule, session, titles) for session in sessions]
        blocks.append(page(lines))
    blocks.append(f"All times are in {schedule.zone}.")
    return page(blocks, apart=2)


def _delay_lines(schedule: Schedule) -> list[str]:
    """How long after care around the clock the first session is."""
    first = min((session.start.date() for session in schedule.sessions), default=None)
    days = None if first is None else schedule.plan.days_after_care(first)
    if days is None:
        return []
    return [f"First session {first}, {counted(days, 'day')} after care around the clock."]


def _session_line(schedule: Schedule, session: Session, titles: Mapping[str, str]) -> str:
    there = schedule.local_start(session)
    marks = [
        *(["moved"] if session.moved else []),
        *(["makes up for it"] if session.make_up else []),
        *(
            [f"{moment_text(there)} for the patient"]
            if there.utcoffset() != session.start.utcoffset()
            else []
        ),
    ]
    where = "".join(f", {each}" for each in (session.room, session.clinician) if each)
    mark = f"  ({'; '.join(marks)})" if marks else ""
    topic = schedule.topic(session)
    about = f": {topic}" if topic else ""
    return (
        f"  {day_text(session.start)}  {session.start:%H:%M}-{session.end:%H:%M}  "
        f"{titles[session.service]} {session.number}{about}{where}{mark}"
    )


def moves_text(schedule: Schedule) -> str:
    """What is not where the plan has it: sessions moved and sessions unplaced, and why."""
    titles = schedule.titles
    moved = [
        f"  {titles[s.service]} {s.number}: {moment_text(s.moved.prescribed)}"
        f" -> {moment_text(s.start)}; {why_words(s.moved.why, s.moved.detail)}"
        for s in schedule.sessions
        if s.moved
    ]
    unplaced = [
        f"  {titles[u.service]} {u.number}, week {u.week}: unplaced; {why_words(u.why, u.detail)}"
        for u in schedule.unplaced
    ]
    return page([*moved, *unplaced]) or "  Every session is booked as planned."


def why_words(reason: Reason, detail: str) -> str:
    """Why a session is not when it was due, with the detail if there is one."""
    return f"{reason.words} ({detail})" if detail else reason.words
