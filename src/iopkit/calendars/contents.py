"""What an iCalendar file is made of: its lines, and the parts that they are in (RFC 5545, 3.1).

Only what tells of times has to be well formed. Of all else, as much is passed over as is wrong:
text in another encoding, a title that was broken without a blank, a part without an end.
"""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Iterator

from attrs import field

from iopkit.confidential import hidden
from iopkit.errors import Fault
from iopkit.fields import frozen

TIMED = frozenset({"VCALENDAR", "VEVENT", "VFREEBUSY", "VAVAILABILITY"})
"""The parts that tell of somebody's time."""

_LINE = re.compile(r"\s*[A-Za-z0-9_-]+\s*[;:]")


@frozen(repr=False)
class ContentLine:
    """A line of a file, with those that it was folded into, and its number from 1."""

    number: int
    text: str
    trusts_types = True  # There are thousands.

    @property
    def name(self) -> str:
        """The name of its property, in capitals; empty if it is none."""
        match = _LINE.match(self.text)
        return match[0][:-1].strip().upper() if match else ""

    @property
    def value(self) -> str:
        """What is after the first colon."""
        return self.text.partition(":")[2].strip()

    __repr__ = hidden


@frozen(repr=False)
class Part:
    """A part of a file, such as an event: its own lines, and the parts within it."""

    name: str
    line: int
    lines: list[ContentLine] = field(factory=list[ContentLine])
    parts: list["Part"] = field(factory=list["Part"])
    trusts_types = True  # It is filled while a file is read.

    def named(self, name: str) -> str:
        """The value of its first line of a name, in capitals; empty if there is none."""
        return next((line.value.upper() for line in self.lines if line.name == name), "")

    def within(self, *names: str) -> Iterator["Part"]:
        """The parts of some names that are directly within it."""
        return (part for part in self.parts if part.name in names)

    __repr__ = hidden


def unreadable(line: int | None, expected: str, found: str = "another") -> Fault:
    """What cannot be read of a file, by its line."""
    return Fault((), expected, found, line=line)


def read_parts(data: bytes) -> tuple[tuple[Part, ...], tuple[Fault, ...]]:
    """A file's calendars, and what is wrong with how it is built.

    A part that does not end is told, and left out, if it is one that tells of times. Text that
    is outside of all parts is no calendar's; it is told where there is no calendar.
    """
    reading = _Reading()
    number = 1
    for line in _lines(data):
        number = line.number
        match line.name:
            case "BEGIN":
                reading.begin(line.value.upper(), number)
            case "END":
                reading.end(line.value.upper(), number)
            case _:
                reading.take(line)
    return reading.result(number)


class _Reading:
    """The parts that are open, the calendars so far, and what was wrong."""

    def __init__(self) -> None:
        self._open: list[Part] = []
        self._calendars: list[Part] = []
        self._faults: list[Fault] = []
        self._outside: Fault | None = None
        # Ends that belong to calendars that were closed before them.
        self._owed = Counter[str]()

    def begin(self, name: str, number: int) -> None:
        part = Part(name, number)
        if name == "VCALENDAR":
            if self._open:
                # The one before was cut off, and this is another file's.
                self._wrong(number)
                self._leave_out()
                self._owed[name] += 1
                self._open.clear()
            self._calendars.append(part)
        elif name in TIMED and [each.name for each in self._open] != ["VCALENDAR"]:
            self._wrong(number)
            self._leave_out()
        elif self._open:
            self._open[-1].parts.append(part)
        self._open.append(part)

    def end(self, name: str, number: int) -> None:
        names = [part.name for part in self._open]
        if name not in names:
            if self._owed[name]:
                self._owed[name] -= 1
            elif name in TIMED:
                self._wrong(number)
            return
        if any(part.name in TIMED for part in self._open[names.index(name) + 1 :]):
            self._wrong(number)
            self._leave_out()
        while self._open.pop().name != name:
            pass

    def take(self, line: ContentLine) -> None:
        if self._open:
            self._open[-1].lines.append(line)
        elif self._outside is None and line.text.strip():
            self._outside = unreadable(line.number, "a line of a calendar")

    def result(self, number: int) -> tuple[tuple[Part, ...], tuple[Fault, ...]]:
        if self._open or not self._calendars:
            self._leave_out()
            cut = unreadable(number, "a whole calendar", "a part" if self._calendars else "none")
            first = self._outside if not self._calendars else None
            self._faults += [] if self._faults else [first or cut]
        return tuple(self._calendars), tuple(self._faults)

    def _wrong(self, number: int) -> None:
        self._faults.append(unreadable(number, "a line of a calendar"))

    def _leave_out(self) -> None:
        """Forget the outermost open part within a calendar: where it ends is not known."""
        if len(self._open) > 1 and self._open[0].name == "VCALENDAR":
            inner = self._open[1]
            self._open[0].parts[:] = [p for p in self._open[0].parts if p is not inner]


def _lines(data: bytes) -> Iterator[ContentLine]:
    """A file's lines, those that were folded as one.

    They are put together before they are read, as some programs fold within a character
    (RFC 5545, 3.1). Bytes that are no UTF-8 are kept apart from each other, and from all else.
    """
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    # Ctrl-Z ended files once.
    data = data.removeprefix(BOM_UTF8).rstrip(b"\x1a\0\r\n")
    first, parts = 1, list[bytes]()
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    for number, line in enumerate([*lines, b""], 1):
        if line[:1] in (b" ", b"\t"):
            parts.append(line[1:])
            continue
        if whole := b"".join(parts):
            yield ContentLine(first, whole.decode(errors="surrogateescape"))
        first, parts = number, [line]
