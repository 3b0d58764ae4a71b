"""Courses from files: their documents, and the entries that JSON Lines have of them.

A course's document says whose it is and which schedules were in force; its entries are those of
the document and those of all lines with its key. A schedule stands for the course that has the key
of its plan, and no other schedule.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from uuid import UUID

from iopkit.cli.files import (
    STANDARD_INPUT,
    FileLine,
    Found,
    Named,
    Own,
    UsageError,
    all_named,
    find_in,
    read_bytes,
)
from iopkit.confidential import hidden
from iopkit.courses.courses import Course, collect, merge
from iopkit.courses.entries import Entry
from iopkit.courses.histories import history_of
from iopkit.courses.misfits import SetApart
from iopkit.courses.timelines import ScheduleSince, Timeline
from iopkit.documents.entry_lines import EntryLines, EntryReader
from iopkit.documents.lines import find_lines
from iopkit.documents.parsing import parsed, text_of
from iopkit.errors import InvalidError
from iopkit.fields import frozen
from iopkit.schedules.sessions import Schedule


@frozen(repr=False)
class Place:
    """Where an entry is: in which file, on which line, and in which place of a document."""

    file: str
    line: int | None = None
    entry: int | None = None

    def __str__(self) -> str:
        line = "" if self.line is None else f", line {self.line}"
        return self.file + line + ("" if self.entry is None else f", entries[{self.entry}]")

    __repr__ = hidden


@frozen(repr=False)
class CourseRecord:
    """What files have of a course.

    ``named`` is where it is: its document, or the first line of it. ``document`` is the course's
    own, with its entries; ``None``: it is in no file. ``entries`` are those of lines. ``places``
    has where each entry is, by its key.
    """

    key: UUID
    named: Named
    document: Course | None
    entries: tuple[Entry, ...]
    places: Mapping[UUID, list[Place]]

    @cached_property
    def course(self) -> Course | None:
        """The course with all its entries; ``None``: whose it is and its schedules are unknown."""
        known = self.document
        if known is None or not self.entries:
            return known
        return collect(
            [*known.every_entry, *self.entries],
            key=known.key,
            patient=known.patient,
            schedules=known.schedules,
        )

    @cached_property
    def apart(self) -> tuple[SetApart, ...]:
        """The entries that do not fit, as far as that can be told without schedules."""
        return self.course.apart if self.course else history_of(self.entries, Timeline()).apart

    @property
    def count(self) -> int:
        """How many entries there are, those included that do not fit."""
        if self.course is None:
            return len({*self.entries})
        return len(self.course.every_entry)

    __repr__ = hidden


@frozen(repr=False)
class CourseRecords:
    """The courses that files have, by their keys, and what is wrong with the files."""

    records: tuple[CourseRecord, ...]
    problems: tuple[str, ...] = ()

    __repr__ = hidden


def read_courses(paths: Iterable[Path], own: Own) -> CourseRecords:
    """The courses of files, folders, JSON Lines and standard input.

    What cannot be read is told beside what can; so is each faulty line.

    Raises:
        UsageError: nothing can be read; with all that is wrong.
    """
    readers: dict[str, EntryReader] = {}
    documents: list[_Document] = []
    problems: list[str] = []
    for named, data in _all_named(paths):
        if isinstance(named, UsageError):
            problems.append(str(named))
        elif isinstance(named, FileLine) and not IS_DOCUMENT.search(named.data):
            file = str(named.path)
            if file not in readers:
                readers[file] = EntryReader(None, own.instruments)
            readers[file].read_line(named.number, named.data)
        else:
            try:
                documents.append(_document(named, data, own))
            except UsageError as error:
                problems.append(str(error))
    told = {file: reader.told for file, reader in readers.items()}
    problems += (f"{file}, {fault}" for file, each in told.items() for fault in each.faults)
    records = _records(documents, told, problems)
    problems = list(dict.fromkeys(problems))
    if not records:
        raise UsageError("\n".join(problems))
    return CourseRecords(records, tuple(problems))


# Of an entry, only a name could hold it, and there it would be escaped.
IS_DOCUMENT = re.compile(rb'"document"\s*:')
"""What a line has that is a document, and none that is an entry."""


def _all_named(paths: Iterable[Path]) -> Iterator[tuple[Named | UsageError, bytes | None]]:
    """Where documents and entries are, and what standard input holds, if it is a document."""
    for named in all_named(paths):
        if isinstance(named, UsageError) or named != STANDARD_INPUT:
            yield named, None
            continue
        try:
            data = read_bytes(named)
        except UsageError as error:
            yield error, None
            continue
        if _has_lines(data):
            lines = enumerate(data.split(b"\n"), 1)
            name = Path("standard input")
            yield from ((FileLine(name, n, line), None) for n, line in lines if line.strip())
        else:
            yield named, data


def _has_lines(data: bytes) -> bool:
    """Whether it is JSON Lines: the first line is an object by itself."""
    try:
        return isinstance(json.loads(data.lstrip().partition(b"\n")[0]), dict)
    except ValueError:
        return False


@frozen(repr=False)
class _Document:
    """The document of a course, and where each of its entries is."""

    named: Named
    name: str
    course: Course
    places: tuple[tuple[UUID, Place], ...]

    __repr__ = hidden


def _document(named: Named, data: bytes | None, own: Own) -> _Document:
    found = find_in(read_bytes(named) if data is None else data, named)
    name = "standard input" if named == STANDARD_INPUT else str(named)
    if found.kind not in ("course", "schedule"):
        raise UsageError(
            f"{name}: expected a document of a course or schedule, found one of a {found.kind}"
        )
    try:
        read: Course | Schedule = found.read(own)
    except InvalidError as error:
        raise UsageError(f"{name}: {error}") from error
    if isinstance(read, Schedule):
        return _Document(named, name, course_by(read), ())
    return _Document(named, name, read, tuple(_places_in(found, named, name)))


def course_by(schedule: Schedule) -> Course:
    """The course that a schedule stands for, without entries."""
    plan = schedule.plan
    return Course(plan.key, plan.patient, (ScheduleSince(plan.start, schedule),))


def _places_in(found: Found, named: Named, name: str) -> Iterator[tuple[UUID, Place]]:
    """Where the entries of a document are, which is valid."""
    text = text_of(found.language, found.data)
    entries = parsed(found.language, text, masked=True).get("entries", [])
    keys = [UUID(each["key"]) for each in entries]
    if isinstance(named, FileLine):
        yield from ((key, Place(name, None, n)) for n, key in enumerate(keys))
        return
    lines = find_lines(text, found.language, [("entries", n) for n in range(len(keys))])
    for n, (key, line) in enumerate(zip(keys, lines, strict=True)):
        yield key, Place(name, line, n)


def _records(
    documents: Iterable[_Document], lines: Mapping[str, EntryLines], problems: list[str]
) -> tuple[CourseRecord, ...]:
    """The courses of all files; documents of one that do not go together are ``problems``."""
    courses: dict[UUID, Course] = {}
    entries: dict[UUID, list[Entry]] = {}
    places: dict[UUID, defaultdict[UUID, list[Place]]] = {}
    named: dict[UUID, Named] = {}
    for each in documents:
        key = each.course.key
        try:
            courses[key] = merge(courses[key], each.course) if key in courses else each.course
        except InvalidError as error:
            problems.append(f"{each.name}: {error}")
            continue
        named.setdefault(key, each.named)
        there = places.setdefault(key, defaultdict(list))
        for entry, place in each.places:
            there[entry].append(place)
    for file, told in lines.items():
        for line in told.lines:
            named.setdefault(line.course, FileLine(Path(file), line.line, b""))
            entries.setdefault(line.course, []).append(line.entry)
            there = places.setdefault(line.course, defaultdict(list))
            there[line.entry.key].append(Place(file, line.line))
    return tuple(
        CourseRecord(key, named[key], courses.get(key), tuple(entries.get(key, ())), there)
        for key, there in places.items()
    )
