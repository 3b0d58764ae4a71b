"""Entries as JSON Lines: the records of many courses in one text, an entry a line."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from attrs import evolve

from iopkit.confidential import hidden
from iopkit.courses.courses import Course
from iopkit.courses.entries import Entry
from iopkit.documents.classes import build_converter, read_without, writer_of
from iopkit.documents.limits import MAX_BYTES, MAX_VALUES, refuse_excess, refuse_long
from iopkit.documents.parsing import parsed, text_of
from iopkit.documents.quick import Named, quick_reader
from iopkit.documents.values import Raw, is_object, kind_of
from iopkit.eligibility.patient_facts import FACTS
from iopkit.errors import Fault, InvalidError, attempted, refuse, unless, unless_a
from iopkit.fields import frozen
from iopkit.patients.instrument_library import instruments_with
from iopkit.patients.instruments import Instrument


@frozen(repr=False)
class EntryLine:
    """An entry of a course, and the line or row that it was on, from 1."""

    trusts_types = True

    line: int
    course: UUID
    entry: Entry

    __repr__ = hidden


@frozen(repr=False)
class EntryLines:
    """What lines or rows have of entries, in their order, and what is wrong with the others.

    ``entries`` has an entry for each line that is right, ``courses`` the key of its course and
    ``numbers`` that of its line or row, from 1.
    """

    # Beside one another: a value more for each of a million lines would be looked for as garbage.
    numbers: tuple[int, ...]
    courses: tuple[UUID, ...]
    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...] = ()

    @property
    def lines(self) -> tuple[EntryLine, ...]:
        """The same line by line."""
        return tuple(map(EntryLine, self.numbers, self.courses, self.entries))

    @property
    def by_course(self) -> Mapping[UUID, tuple[Entry, ...]]:
        """The entries of each course by its key, as ``collect`` takes them."""
        found: defaultdict[UUID, list[Entry]] = defaultdict(list)
        for course, entry in zip(self.courses, self.entries, strict=True):
            found[course].append(entry)
        return {course: tuple(entries) for course, entries in found.items()}

    __repr__ = hidden


def entries_to_jsonl(values: Iterable[Course | Entry], *, course: UUID | None = None) -> str:
    """Courses' entries as JSON Lines, to be written or appended to a file.

    Args:
        values: courses, of which all entries are written, those included that are set apart; or
            entries.
        course: the key of the course that entries are of.

    Returns:
        An entry a line, each with its course's key; ASCII, so that nothing in it ends a line.

    Raises:
        InvalidError: there are entries and no key of their course, or one cannot be read again.

    Example:
        >>> from datetime import UTC, date, datetime
        >>> from iopkit.courses import Entry
        >>> from iopkit.courses.events import Died
        >>> entry = Entry(
        ...     key=UUID("5f0c1f6e-6a53-4b0c-9b53-0a4f4c1f7c11"),
        ...     on=date(2026, 1, 5),
        ...     recorded=datetime(2026, 1, 5, 16, 30, tzinfo=UTC),
        ...     recorder="desk",
        ...     event=Died(),
        ... )
        >>> lines = entries_to_jsonl([entry], course=UUID(int=7))
        >>> print(lines[159:-1])
        "recorder": "desk", "event": {"type": "died"}}
        >>> entries_from_jsonl(lines).lines[0].entry == entry
        True
    """
    attempt = attempted(_jsonl, values, course)
    del values
    return attempt.result()


def _jsonl(values: Iterable[Course | Entry], course: UUID | None) -> str:
    return "".join(f"{json.dumps(each)}\n" for each in written_entries(values, course))


def written_entries(
    values: Iterable[Course | Entry], course: UUID | None
) -> Iterator[dict[str, Raw]]:
    """Entries as plain values, each with its course's key first."""
    write = writer_of(Entry)
    for place, each in enumerate(values):
        refuse("entries", unless_a(each, place, Course, Entry))
        if isinstance(each, Course):
            yield from (_beside(each.key, write(entry)) for entry in each.every_entry)
        else:
            yield _beside(course, write(each))


def _beside(course: UUID | None, entry: dict[str, Raw]) -> dict[str, Raw]:
    refuse("entries", unless(course is not None, "course", "the key of their course", "nothing"))
    return {"course": str(course), **entry}


def entries_from_jsonl(
    data: str | bytes | Iterable[str | bytes],
    *,
    course: UUID | None = None,
    instruments: Iterable[Instrument] = (),
) -> EntryLines:
    """The entries of JSON Lines, of one course or many; a faulty line hides no other.

    Args:
        data: the text, or its lines one after another, such as an open file. Blank lines are left
            out.
        course: the course whose entries they have to be; of any, if not given.
        instruments: your own instruments, which screenings name beside the shipped.

    Returns:
        What could be read, and every fault of the other lines with its line.

    Raises:
        InvalidError: ``data`` is neither text nor lines.
    """
    attempt = attempted(_from_jsonl, data, course, tuple(instruments))
    del data
    return attempt.result()


def _from_jsonl(
    data: str | bytes | Iterable[str | bytes],
    course: UUID | None,
    instruments: tuple[Instrument, ...],
) -> EntryLines:
    reader = EntryReader(course, instruments)
    for number, line in enumerate(_lines(data), 1):
        if line.__class__ not in (str, bytes):
            refuse("entries", unless_a(line, number, str, bytes))
        if line and not line.isspace():
            reader.read_line(number, line)
    return reader.told


def _lines(data: str | bytes | Iterable[str | bytes]) -> Iterable[str | bytes]:
    """The lines of a text; JSON Lines have no other end of a line than this one."""
    if isinstance(data, str):
        return data.split("\n")
    if isinstance(data, bytes):
        return data.split(b"\n")
    given: object = data
    refuse("entries", unless(hasattr(given, "__iter__"), "data", "a text, or its lines", "neither"))
    return data


class EntryReader:
    """Reads entries that have their course's key beside them, and keeps what was wrong.

    ``faults`` are those of what was read so far, each with its line.
    """

    def __init__(self, course: UUID | None, instruments: tuple[Instrument, ...]) -> None:
        self._asked = course
        known = instruments_with(instruments)
        self._named = Named(FACTS, known)
        self._quick = quick_reader(Entry, _BESIDE)
        converter = build_converter(FACTS, masked=True, instruments=known)
        self._entry_of = converter.get_structure_hook(Entry)
        self._course_of = converter.get_structure_hook(_OfCourse)
        self._courses: dict[str, UUID] = {}
        self._numbers: list[int] = []
        self._of: list[UUID] = []
        self._entries: list[Entry] = []
        self.faults: list[Fault] = []

    @property
    def told(self) -> EntryLines:
        """All that was read."""
        return EntryLines(
            tuple(self._numbers), tuple(self._of), tuple(self._entries), tuple(self.faults)
        )

    def read_line(self, number: int, line: str | bytes) -> None:
        """Read a line of JSON."""
        with suppress(Exception):  # Whatever it is, the careful reader tells.
            long = len(line) > MAX_VALUES  # a shorter one has not so many values
            if long:
                refuse_long("entry", line, most=MAX_BYTES)
            text = line if isinstance(line, str) else line.decode()
            return self._take(number, _only_value(text), long=long)
        return self._tell(number, lambda: _parsed(line))

    def read(self, number: int, given: Callable[[], Raw]) -> None:
        """Read an object that is parsed already; ``given`` raises ``InvalidError`` if none is."""
        with suppress(Exception):
            return self._take(number, given(), long=False)
        return self._tell(number, given)

    def _take(self, number: int, raw: Raw, *, long: bool) -> None:
        if long:
            refuse_excess("entry", raw, sized=True)
        name = raw["course"]
        if name not in self._courses:
            self._courses[name] = self._course(raw)
        self._add(number, self._courses[name], self._quick(raw, self._named))

    def _add(self, number: int, course: UUID, entry: Entry) -> None:
        self._numbers.append(number)
        self._of.append(course)
        self._entries.append(entry)

    def _tell(self, number: int, given: Callable[[], Raw]) -> None:
        try:
            raw = given()
            refuse_excess("entry", raw, sized=True, masked=True)
            self._add(number, *self._read(raw))
        except InvalidError as error:
            self.faults += [evolve(fault, line=number) for fault in error.faults]

    def _read(self, raw: Raw) -> tuple[UUID, Entry]:
        if not is_object(raw):
            raise InvalidError("entry", [Fault((), "an object", kind_of(raw))])
        course, entry, faults = None, None, list[Fault]()
        try:
            course = self._course(raw)
        except InvalidError as error:
            faults += error.faults
        try:
            entry = read_without(_BESIDE, raw, self._entry_of, masked=True)
        except InvalidError as error:
            faults += error.faults
        if course is None or entry is None:
            raise InvalidError("entry", faults)
        return course, entry

    def _course(self, raw: dict[str, Raw]) -> UUID:
        beside = {name: raw[name] for name in _BESIDE if name in raw}
        course: UUID = self._course_of(beside, None).course
        ok = self._asked in (None, course)
        refuse("entry", unless(ok, "course", "the course that was asked for", "another"))
        return course

    __repr__ = hidden


@frozen(repr=False)
class _OfCourse:
    """What a line has beside an entry."""

    course: UUID

    __repr__ = hidden


_BESIDE = ("course",)


def _parsed(line: str | bytes) -> Raw:
    """What is on a line; a fault of its JSON is told without a line of its own."""
    refuse_long("entry", line, most=MAX_BYTES)
    try:
        return parsed("JSON", text_of("JSON", line).removeprefix("\ufeff"), masked=True)
    except InvalidError as error:
        faults = [evolve(f, found=f.found.replace("in line 1, ", "in ")) for f in error.faults]
        raise InvalidError("entry", faults) from None


def _only_value(text: str) -> Raw:
    """What a line holds that begins with its value; in half of the time of ``decode``."""
    raw, end = _DECODER.raw_decode(text)
    if text[end:].strip():
        raise ValueError
    return raw


def _unique(pairs: list[tuple[str, Raw]]) -> dict[str, Raw]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _no_constant(_: str) -> Any:
    raise ValueError


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)
