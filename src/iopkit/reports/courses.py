"""Courses for people to read, as plain text.

Calling one of these is the explicit act that shows a patient's values.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from types import NoneType
from typing import Any
from uuid import UUID

import attrs

from iopkit.courses.courses import Course
from iopkit.courses.entries import Entry
from iopkit.courses.events import KIND_OF
from iopkit.courses.timelines import BookedSession
from iopkit.errors import refuse, unless_a
from iopkit.levels import LevelOfCare
from iopkit.patients.instruments import Instrument
from iopkit.prose import counted, duration_text
from iopkit.reports.lines import page, section
from iopkit.reports.states import session_words
from iopkit.reports.words import minute_text


def course_text(course: Course, *, on: date | None = None) -> str:
    """Whose course it is, its schedules, and its record in order; what does not fit, and why.

    What was replaced or withdrawn stays, and says when that was put on record.

    Args:
        on: what is of later days is left out; ``None``: all is told.
    """
    refuse("course", unless_a(course, "course", Course))
    sessions = course.timeline.sessions
    became = _became(course)
    in_force = (
        f"from {each.since}: {each.schedule.plan.program.title}, "
        f"{counted(len(each.schedule.sessions), 'session')}"
        for each in course.schedules
    )
    record = (
        _entry_text(each, sessions) + became[each.key]
        for each in course.entries
        if on is None or each.on <= on
    )
    apart = (
        f"{_entry_text(each.entry, sessions)}: {'; '.join(why.words for why in each.reasons)}"
        for each in course.apart
        if on is None or each.entry.on <= on
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


def _became(course: Course) -> Mapping[UUID, str]:
    """What became of each entry that does not count, and what each correction replaces."""
    by_key = {each.entry.key: each.entry for each in course.apart}
    by_key |= {each.key: each for each in course.entries}
    roots: dict[UUID, UUID] = {}
    last: dict[UUID, Entry] = {}
    for each in sorted(by_key.values(), key=lambda entry: entry.recorded):
        roots[each.key] = roots.get(each.replaces, each.replaces) if each.replaces else each.key
    for each in sorted(course.entries, key=lambda entry: entry.recorded):
        last[roots[each.key]] = each
    words: dict[UUID, str] = {}
    for each in course.entries:
        now = last[roots[each.key]]
        told = ""
        if each.replaces:
            told = f"; replaces what was recorded {_instant(by_key[each.replaces])}"
        if now is not each:
            told += f"; {'replaced' if now.event else 'withdrawn'} {_instant(now)}"
        words[each.key] = told
    return words


def _instant(entry: Entry) -> str:
    return f"{minute_text(entry.recorded)} UTC"


def _entry_text(entry: Entry, sessions: Mapping[UUID, BookedSession]) -> str:
    by = f"recorded {_instant(entry)} by {entry.recorder}"
    if entry.event is None:
        return f"{entry.on}  withdrawal; {by}"
    kind = KIND_OF[type(entry.event)].replace("_", " ")
    details = ", ".join(_details(entry.event, sessions))
    return f"{entry.on}  {kind}{f' ({details})' if details else ''}; {by}"


# Any, here and below: fields hold values of every class.
def _details(value: Any, sessions: Mapping[UUID, BookedSession]) -> Iterator[str]:  # noqa: ANN401
    """What an event or a part of one says, field by field; what equals its default goes unsaid."""
    for field in attrs.fields(value.__class__):
        part = getattr(value, field.name)
        if part != field.default:
            yield f"{field.name.replace('_', ' ')}: {_words(part, sessions)}"


def _words(part: Any, sessions: Mapping[UUID, BookedSession]) -> str:  # noqa: ANN401
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
    datetime: lambda moment: f"{minute_text(moment)} {moment:%Z}",
    timedelta: duration_text,
    LevelOfCare: lambda level: f"{level.number} {level.name}",
    Instrument: lambda instrument: instrument.title,
}


def _session_words(uid: UUID, sessions: Mapping[UUID, BookedSession]) -> str:
    """A session by its title, number and start; by its key, if no schedule has it."""
    if uid not in sessions:
        return str(uid)
    return session_words(sessions[uid])
