"""Rolls: who was at a meeting, as one entry for each patient's course."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TypeAlias
from uuid import UUID

from attrs import evolve

from iopkit.confidential import hidden
from iopkit.courses.attending import MissedBecause, SessionAttended, SessionMark, SessionMissed
from iopkit.courses.courses import Course, record
from iopkit.courses.entries import Entry
from iopkit.courses.timelines import BookedSession
from iopkit.errors import Fault, InvalidError, each_a, refuse, unless, unless_a
from iopkit.fields import call_union, frozen
from iopkit.schedules.attendance import Attendance
from iopkit.schedules.meetings import Meeting
from iopkit.schedules.sessions import Session
from iopkit.telehealth import HowGiven


@frozen(repr=False)
class Present:
    """A member came to a meeting; the fields are those of ``SessionAttended``.

    ``time`` is the service attended, ``None``: all of it.
    """

    time: timedelta | None = None
    given: HowGiven | None = None
    late: bool | None = None
    left_early: bool | None = None

    __repr__ = hidden


@frozen(repr=False)
class Absent:
    """A member did not come to a meeting; the fields are those of ``SessionMissed``."""

    excused: bool | None = None
    why: MissedBecause | None = None
    told_beforehand: bool | None = None

    __repr__ = hidden


RollMark: TypeAlias = Present | Absent
"""What a roll says of one member."""
call_union(RollMark, "Present() or Absent()")


@frozen(repr=False)
class Entered:
    """What a roll has added to a course: the entry, and the course with it on record."""

    course: Course
    entry: Entry

    __repr__ = hidden


def enter_roll(  # noqa: PLR0913  # a roll, and what every entry has
    meeting: Meeting,
    marks: Mapping[UUID, RollMark],
    *,
    courses: Iterable[Course],
    recorded: datetime,
    recorder: str,
    keys: Iterable[UUID],
) -> tuple[Entered, ...]:
    """Put the roll of a meeting on record: one entry for each member who has a mark.

    A member without a mark stays not recorded. The meeting's clinician is kept as who led it:
    name another there if it was led by another.

    Args:
        meeting: with its service, start and group: a member has a session of that service and
            start, and of no other group.
        marks: by the keys of the patients.
        courses: those of the members, and any others.
        recorded: aware; the same for all entries.
        recorder: the same for all entries.
        keys: a fresh one for each entry, in the order of the marks; more may be there.

    Returns:
        One for each mark, in their order.

    Raises:
        InvalidError: with each mark of somebody who is no member by the courses given, or whose
            course the entry does not fit, by its place; the meeting was called off, a member
            has two courses with the session, or there are too few keys.
    """
    refuse("roll", unless_a(meeting, "meeting", Meeting), unless_a(marks, "marks", Mapping))
    given = each_a("roll", courses, "courses", Course)
    _each_mark(marks)
    members, fresh = _members(meeting, given), list(islice(keys, len(marks)))
    refuse(
        "roll",
        unless(recorded.tzinfo is not None, "recorded", "an aware time", "no zone"),
        unless(not meeting.called_off, "meeting", "one that took place", "one called off"),
        unless(len(fresh) == len(marks), "keys", "a key for each mark", "too few"),
        _member_faults(marks, members),
    )
    entered: list[Entered] = []
    faults: list[Fault] = []
    for place, (key, (patient, mark)) in enumerate(zip(fresh, marks.items(), strict=True)):
        ((course, booked),) = members[patient]
        try:
            entry = Entry(key, booked.day, recorded, recorder, _event(mark, booked, meeting))
            entered.append(Entered(record(course, entry), entry))
        except InvalidError as error:
            faults += [evolve(fault, path=("marks", place)) for fault in error.faults]
    refuse("roll", tuple(faults))
    return tuple(entered)


def _each_mark(marks: Mapping[UUID, RollMark]) -> None:
    found = [
        tuple(fault.under("marks") for fault in unless_a(mark, place, Present, Absent))
        for place, mark in enumerate(marks.values())
    ]
    refuse("roll", *found)


def _members(
    meeting: Meeting, courses: Iterable[Course]
) -> Mapping[UUID, Sequence[tuple[Course, BookedSession]]]:
    """By patient, the courses that have a session at a meeting, with it."""
    start = meeting.start.astimezone(UTC)
    found: defaultdict[UUID, list[tuple[Course, BookedSession]]] = defaultdict(list)
    for course in courses:
        for booked in course.timeline.by_start:
            if booked.start == start and _is_of(booked.session, meeting):
                found[course.patient].append((course, booked))
    return found


def _is_of(session: Session, meeting: Meeting) -> bool:
    same_group = None in (session.group, meeting.group) or session.group == meeting.group
    return session.service == meeting.service and same_group


def _member_faults(
    marks: Mapping[UUID, RollMark], members: Mapping[UUID, Sequence[object]]
) -> tuple[Fault, ...]:
    expected = "a patient with one course that has the meeting"
    counts = [len(members.get(patient, ())) for patient in marks]
    return tuple(
        Fault(("marks", place), expected, "several" if some else "none that has it")
        for place, some in enumerate(counts)
        if some != 1
    )


def _event(mark: RollMark, booked: BookedSession, meeting: Meeting) -> SessionMark:
    match mark:
        case Present():
            attendance = Attendance(mark.time, mark.given, meeting.clinician)
            return SessionAttended(booked.uid, attendance, mark.late, mark.left_early)
        case Absent():
            return SessionMissed(booked.uid, mark.excused, mark.why, mark.told_beforehand)
