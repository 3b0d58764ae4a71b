"""The command that puts the roll of a meeting on record: an entry for each member's course."""

import argparse
import csv
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from attrs import evolve

from iopkit.cli.arguments import add_own, moment_of, own_of
from iopkit.cli.course_files import read_courses
from iopkit.cli.files import Answer, UsageError, json_text, read_bytes
from iopkit.courses.attending import MissedBecause
from iopkit.courses.courses import Course
from iopkit.courses.rolls import Absent, Present, RollMark, enter_roll
from iopkit.documents.entry_lines import written_entries
from iopkit.errors import Fault, InvalidError, did_you_mean, refuse
from iopkit.prose import counted
from iopkit.schedules.meetings import Meeting, as_meeting
from iopkit.schedules.sessions import Session


def roll_arguments(parser: argparse.ArgumentParser) -> None:
    """The courses of the members, the meeting, and who was there."""
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="the courses of the members, and others: as course check takes them",
    )
    parser.add_argument(
        "--roll",
        required=True,
        type=Path,
        metavar="ROLL.csv",
        help="who was there: a table with the columns patient (the key) and came (yes or no), and "
        f"any of {', '.join(name for name in _COLUMNS if name not in _NEEDED)}; a member who is "
        "not in it stays not recorded",
    )
    parser.add_argument("--service", required=True, help="the service, by its name in the plans")
    parser.add_argument(
        "--start",
        required=True,
        type=moment_of,
        metavar="MOMENT",
        help="when the meeting began; in the time of the sessions without an offset",
    )
    parser.add_argument("--group", help="which group met, where several met at once")
    parser.add_argument("--led-by", metavar="WHO", help="who led it; as planned if not given")
    parser.add_argument("--by", required=True, metavar="WHO", help="who enters it")
    add_own(parser)


def enter_rolls(options: argparse.Namespace) -> Answer:
    """Print an entry for each mark, as a line to be appended to the entries of the courses."""
    read = read_courses(options.files, own_of(options))
    courses = [record.course for record in read.records if record.course is not None]
    lines = _read_roll(options.roll)
    marks = {patient: mark for _, patient, mark in lines}
    recorded = datetime.now(UTC)
    try:
        entered = enter_roll(
            _meeting(courses, marks, options),
            marks,
            courses=courses,
            recorded=recorded,
            recorder=options.by,
            keys=(uuid4() for _ in marks),
        )
    except InvalidError as error:
        raise _by_line(error, options.roll, [line for line, _, _ in lines]) from None
    written = [each for one in entered for each in written_entries([one.entry], one.course.key)]
    text = "\n".join(map(json_text, written))
    return Answer(text, {"entries": written}, problems=read.problems)


def _meeting(
    courses: Iterable[Course], marked: Collection[UUID], options: argparse.Namespace
) -> Meeting:
    """The meeting of a service and start, as the sessions of its members have it."""
    start: datetime = options.start
    found = [
        (course.patient, booked.session)
        for course in courses
        for booked in course.timeline.by_start
        if booked.session.service == options.service
        and _begins(booked.session, start)
        and options.group in (None, booked.session.group)
    ]
    met = [session for _, session in found]
    instants = {session.start.astimezone(UTC) for session in met}
    if not met:
        raise UsageError(f"no course has a session of {options.service!r} that begins then")
    if len(instants) > 1:
        at = start.isoformat(timespec="minutes")
        raise UsageError(f"--start {at} is several times: give its offset")
    groups = {session.group for session in met} - {None}
    if len(groups) > 1:
        raise UsageError(f"{counted(len(groups), 'group')} met then: choose one by --group")
    planned = {session.clinician for patient, session in found if patient in marked}
    if len(planned) > 1 and not options.led_by:
        raise UsageError("those in the roll were to meet different people: say --led-by")
    return evolve(as_meeting(met[0]), clinician=options.led_by or next(iter(planned), None))


def _begins(session: Session, start: datetime) -> bool:
    return start == (session.start if start.tzinfo else session.start.replace(tzinfo=None))


class _Line(NamedTuple):
    """A line of a roll: its number, whose it is, and the mark."""

    number: int
    patient: UUID
    mark: RollMark


_YES_NO: Mapping[str, bool] = {"yes": True, "no": False}
_COLUMNS: Mapping[str, tuple[str, Callable[[str], object]]] = {
    "patient": ("the key of a patient", UUID),
    "came": ("yes or no", _YES_NO.__getitem__),
    "minutes": ("whole minutes", lambda cell: timedelta(minutes=int(cell))),
    "late": ("yes or no", _YES_NO.__getitem__),
    "left_early": ("yes or no", _YES_NO.__getitem__),
    "excused": ("yes or no", _YES_NO.__getitem__),
    "why": (f"one of {', '.join(MissedBecause)}", MissedBecause),
    "told_beforehand": ("yes or no", _YES_NO.__getitem__),
}
"""What each column of a roll may have, and how it is read; an empty cell was not recorded."""
_NEEDED = ("patient", "came")
_OF_PRESENT = {"minutes": "time", "late": "late", "left_early": "left_early"}
_OF_ABSENT = {name: name for name in ("excused", "why", "told_beforehand")}


def _read_roll(path: Path) -> list[_Line]:
    """The lines of a roll.

    Raises:
        UsageError: with every line that is not valid, without a patient's values.
    """
    try:
        text = read_bytes(path).decode("utf-8-sig")
        rows = csv.DictReader(StringIO(text, newline=""), strict=True)
        refuse("roll", tuple(_header_faults(rows.fieldnames or ())))
        lines: list[_Line] = []
        faults: list[Fault] = []
        for row in rows:
            read = _read_row(rows.line_num, row)
            faults += read if isinstance(read, list) else ()
            lines += [] if isinstance(read, list) else [read]
        patients = [line.patient for line in lines]
        faults += (
            Fault(("patient",), "each patient once", "one again", line=line.number)
            for place, line in enumerate(lines)
            if line.patient in patients[:place]
        )
        refuse("roll", tuple(faults))
    except UnicodeDecodeError:
        raise UsageError(f"{path}: expected text in UTF-8, found other bytes") from None
    except csv.Error:
        raise UsageError(f"{path}: expected valid CSV, found something else") from None
    except InvalidError as error:
        raise UsageError(f"{path}: {error}") from None
    if not lines:
        raise UsageError(f"{path} has no line of a patient")
    return lines


def _header_faults(names: Iterable[str]) -> Iterator[Fault]:
    found = [*names]
    for place, name in enumerate(found, 1):
        if name not in _COLUMNS or found.count(name) > 1:
            expected = f"each of {', '.join(_COLUMNS)} once at most"
            yield Fault((f"column {place}",), expected, "another", did_you_mean(name, _COLUMNS))
    for name in _NEEDED:
        if name not in found:
            yield Fault((), f"a column {name}", "none")


def _read_row(number: int, row: Mapping[str | None, str | None]) -> _Line | list[Fault]:
    values: dict[str, Any] = {}  # Any: each column has values of its own type
    faults = [Fault((), "a cell for each column", "more", line=number)] if None in row else []
    for name, (expected, read) in _COLUMNS.items():
        cell = (row.get(name) or "").strip()
        if not cell:
            if name in _NEEDED:
                faults.append(Fault((name,), expected, "nothing", line=number))
            continue
        try:
            values[name] = read(cell)
        except (KeyError, ValueError, OverflowError):
            faults.append(Fault((name,), expected, "something else", line=number))
    came = values.get("came")
    of, others = (_OF_PRESENT, _OF_ABSENT) if came else (_OF_ABSENT, _OF_PRESENT)
    faults += (
        Fault((name,), f"nothing, as came is {'yes' if came else 'no'}", "something", line=number)
        for name in others
        if "came" in values and name in values
    )
    if faults:
        return faults
    fields = {field: values[name] for name, field in of.items() if name in values}
    make: Callable[..., RollMark] = Present if came else Absent
    return _Line(number, values["patient"], make(**fields))


def _by_line(error: InvalidError, path: Path, lines: list[int]) -> UsageError:
    """What is wrong with marks, by the lines of their roll."""
    faults = [
        evolve(fault, path=(), line=lines[fault.path[1]])
        if fault.path[0] == "marks" and isinstance(fault.path[1], int)
        else fault
        for fault in error.faults
    ]
    return UsageError(f"{path}: {InvalidError(error.what, faults)}")
