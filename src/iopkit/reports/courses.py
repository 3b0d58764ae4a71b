"""Courses for people to read, as plain text.

Calling one of these is the explicit act that shows a patient's values.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from types import NoneType
from typing import Any
from uuid import UUID

import attrs

from iopkit.courses.courses import Course
from iopkit.courses.entries import Entry
from iopkit.courses.events import KIND_OF
from iopkit.courses.timelines import DueSession
from iopkit.errors import refuse, unless_a
from iopkit.levels import LevelOfCare
from iopkit.patients.instruments import Instrument
from iopkit.prose import counted, duration_text
from iopkit.reports.lines import page, section


def course_text(course: Course) -> str:
    """Whose course it is, its schedules, and its record day by day; what does not fit, and why."""
    refuse("course", unless_a(course, "course", Course))
    counting = {*course.history.counting}
    sessions = course.timeline.sessions
    in_force = (
        f"from {each.since}: {each.schedule.plan.program.title}, "
        f"{counted(len(each.schedule.sessions), 'session')}"
        for each in course.schedules
    )
    record = (
        _entry_text(each, sessions) + ("" if each in counting else "; replaced, or a withdrawal")
        for each in course.entries
    )
    apart = (
        f"{_entry_text(each.entry, sessions)}: {'; '.join(why.words for why in each.reasons)}"
        for each in course.apart
    )
    return page(
        [
            f"Course {course.key}",
            f"Patient {course.patient}",
            *section("Schedules in force", in_force),
            *section("Record", record),
            *section("Set apart, as they do not fit", apart),
        ]
    )


def _entry_text(entry: Entry, sessions: Mapping[UUID, DueSession]) -> str:
    recorded = entry.recorded.astimezone(UTC)
    by = f"recorded {recorded:%Y-%m-%d %H:%M} UTC by {entry.recorder}"
    if entry.event is None:
        return f"{entry.on}  withdrawal; {by}"
    kind = KIND_OF[type(entry.event)].replace("_", " ")
    details = ", ".join(_details(entry.event, sessions))
    return f"{entry.on}  {kind}{f' ({details})' if details else ''}; {by}"


# Any, here and below: fields hold values of every class.
def _details(value: Any, sessions: Mapping[UUID, DueSession]) -> Iterator[str]:  # noqa: ANN401
    """What an event or a part of one says, field by field; what equals its default goes unsaid."""
    for field in attrs.fields(value.__class__):
        part = getattr(value, field.name)
        if part != field.default:
            yield f"{field.name.replace('_', ' ')}: {_words(part, sessions)}"


def _words(part: Any, sessions: Mapping[UUID, DueSession]) -> str:  # noqa: ANN401
    if isinstance(part, UUID):
        return _session_words(part, sessions)
    if part.__class__ in (tuple, frozenset):
        words = [_words(each, sessions) for each in part]
        return ", ".join(words if part.__class__ is tuple else sorted(words))
    for kind, told in _PLAIN.items():
        if isinstance(part, kind):
            return told(part)
    return "; ".join(_details(part, sessions)) if attrs.has(part.__class__) else str(part)


_PLAIN: Mapping[type, Callable[[Any], str]] = {
    NoneType: lambda _: "not known",
    bool: lambda flag: "yes" if flag else "no",
    Enum: lambda word: str(word.value).replace("_", " "),
    datetime: lambda moment: f"{moment:%Y-%m-%d %H:%M %Z}",
    timedelta: duration_text,
    LevelOfCare: lambda level: f"{level.number} {level.name}",
    Instrument: lambda instrument: instrument.title,
}


def _session_words(uid: UUID, sessions: Mapping[UUID, DueSession]) -> str:
    """A session by its title, number and start; by its key, if no schedule has it."""
    if uid not in sessions:
        return str(uid)
    due = sessions[uid]
    session = due.session
    title = due.schedule.titles[session.service]
    return f"{title} {session.number}, {session.start:%Y-%m-%d %H:%M}"
