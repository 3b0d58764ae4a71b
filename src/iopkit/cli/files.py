"""What commands have in common: answers, exit codes, files that are read."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar
from uuid import UUID

from attrs import evolve, field

from iopkit.confidential import hidden
from iopkit.documents.classes import Subject
from iopkit.documents.documents import from_json, from_toml, kind_in, name_of, subject_of
from iopkit.documents.indentation import indented
from iopkit.documents.kinds import KINDS
from iopkit.documents.limits import MAX_LONG_BYTES, most_bytes, refuse_long
from iopkit.documents.lines import Language
from iopkit.documents.parsing import parsed, text_of
from iopkit.eligibility.predicates import AnyFact
from iopkit.errors import InvalidError, IopkitError
from iopkit.fields import frozen
from iopkit.patients.instruments import Instrument
from iopkit.truth import Truth

T = TypeVar("T")

DONE, NO, BAD_INPUT, UNDETERMINED = 0, 1, 2, 3
EXIT_CODES = {Truth.YES: DONE, Truth.NO: NO, Truth.UNKNOWN: UNDETERMINED}

STANDARD_INPUT = Path("-")


class UsageError(IopkitError):
    """A file that cannot be read or written, or a policy that cannot be used on the day."""


@frozen(repr=False)
class Answer:
    """What a command has to say, as text and as JSON, and what it has to write.

    ``problems`` are files that it did without; the exit code is that of bad input then. A file
    whose content is ``None`` is to be taken away. ``folder`` is made if it is not there, and so are
    those in it that files need.
    ``key`` is that of the patient whom it is about, and ``row`` what a table of several has of it.
    ``text`` is ``None`` where all that there is to say is printed already.
    """

    text: str | None
    document: Any  # Any: plain JSON values
    code: int = DONE
    files: Mapping[Path, bytes | None] = field(factory=dict[Path, bytes | None])
    problems: tuple[str, ...] = ()
    folder: Path | None = None
    key: UUID | None = None
    row: Mapping[str, str] = field(factory=dict[str, str])

    __repr__ = hidden


@frozen(repr=False)
class FileLine:
    """A line of a JSON Lines file, which has a document of its own; its number is from 1."""

    path: Path
    number: int
    data: bytes

    def __str__(self) -> str:
        return f"{self.path}, line {self.number}"

    __repr__ = hidden


Named = Path | FileLine
"""Where a document is: in a file, or on a line of one."""


def stem_of(place: Named) -> str:
    """What a file is named after where a document is, without its ending."""
    if isinstance(place, FileLine):
        return f"{place.path.stem}-{place.number}"
    return place.stem


@frozen(repr=False)
class Many(Generic[T]):
    """Documents of one class and where they are, and what is wrong with others."""

    found: tuple[tuple[Named, T], ...]
    problems: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[T, ...]:
        """The documents alone."""
        return tuple(value for _, value in self.found)

    def once(self, key: Callable[[T], UUID], what: str) -> "Many[T]":
        """The first of each key, as one counted twice would be in its own way; others are told."""
        first: dict[UUID, Named] = {}
        for place, value in self.found:
            first.setdefault(key(value), place)
        told = (
            f"{place}: expected each {what} once, found that of {first[key(value)]} again"
            for place, value in self.found
            if first[key(value)] is not place
        )
        kept = (each for each in self.found if first[key(each[1])] is each[0])
        return Many(tuple(kept), (*self.problems, *told))

    __repr__ = hidden


@frozen
class Command:
    """A command: what adds its arguments, and what does its work."""

    arguments: Callable[[argparse.ArgumentParser], None]
    work: Callable[[argparse.Namespace], Answer]


@frozen
class Own:
    """What a user has beside what is shipped; ``facts`` are all by name, if there are own ones."""

    facts: Mapping[str, AnyFact] | None = None
    instruments: tuple[Instrument, ...] = ()


_NOTHING_OWN = Own()


def find_or_read(kind: type[T], name: str, find: Callable[[str], T], own: Own = _NOTHING_OWN) -> T:
    """A shipped value by its name, or one read from a file if the name ends as one."""
    return read_document(kind, Path(name), own) if is_file_name(name) else find(name)


def is_file_name(name: str) -> bool:
    """Whether a name is that of a document's file."""
    return Path(name) == STANDARD_INPUT or Path(name).suffix in (".json", ".toml")


def read_bytes(path: Named) -> bytes:
    """A file's bytes, or those of standard input; what keeps them from being read is told.

    No more is read than any file may have that is read here: a device never ends.
    """
    if isinstance(path, FileLine):
        return path.data
    name = _name(path)
    try:
        if path == STANDARD_INPUT:
            data = sys.stdin.buffer.read(MAX_LONG_BYTES + 1) if sys.stdin else b""
        else:
            with path.open("rb") as file:
                data = file.read(MAX_LONG_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror}") from error
    if len(data) > MAX_LONG_BYTES:
        raise UsageError(f"cannot read {name}: it has more than {MAX_LONG_BYTES:,} bytes")
    if path == STANDARD_INPUT and not data:
        raise UsageError(f"cannot read {name}: it is empty, or was read before")
    return data


def _name(path: Named) -> str:
    return "standard input" if path == STANDARD_INPUT else str(path)


def read_document(kind: type[T], path: Named, own: Own = _NOTHING_OWN) -> T:
    """A document of a class from a JSON or TOML file, a line of JSON, or standard input."""
    data = read_bytes(path)
    read = from_toml if _language(path, data) == "TOML" else from_json
    try:
        return read(kind, data, facts=_facts(name_of(kind), own), instruments=own.instruments)
    except IopkitError as error:
        raise UsageError(f"{_name(path)}: {_on_line(error, path)}") from error


def _on_line(error: IopkitError, path: Named) -> IopkitError:
    """What is wrong with a document: with one on a line, no line of its own is told."""
    if isinstance(error, InvalidError) and isinstance(path, FileLine):
        return InvalidError(error.what, [evolve(fault, line=None) for fault in error.faults])
    return error


def read_many(kind: type[T], paths: Iterable[Path], own: Own = _NOTHING_OWN) -> Many[T]:
    """Documents of a class from files, folders and JSON Lines, as ``all_named`` finds them.

    What cannot be read is told beside those that can.

    Raises:
        UsageError: none can be read; with all that is wrong.
    """
    found: list[tuple[Named, T]] = []
    problems: list[str] = []
    for each in all_named(paths):
        try:
            if isinstance(each, UsageError):
                raise each
            found.append((each, read_document(kind, each, own)))
        except UsageError as error:
            problems.append(str(error))
    problems = [*dict.fromkeys(problems)]
    if not found:
        raise UsageError("\n".join(problems))
    return Many(tuple(found), tuple(problems))


def all_named(paths: Iterable[Path], *, deep: bool = False) -> Iterator[Named | UsageError]:
    """Where documents are: in files, in those of folders by name, and on lines of JSON Lines.

    A file is read once, however often it is named, and lines one by one. What keeps documents
    from being found is given in their place.
    """
    for file in named_files(paths, deep=deep):
        if isinstance(file, Path) and is_lines(file):
            yield from _lines_of(file)
        else:
            yield file


def named_files(paths: Iterable[Path], *, deep: bool = False) -> Iterator[Path | UsageError]:
    """The files that are named, and those of folders by name, each once.

    ``deep``: those of the folders in them, too.
    """
    seen: set[Path] = set()
    for path in paths:
        for file in _files_in(path, deep=deep):
            if isinstance(file, UsageError):
                yield file
            elif file == STANDARD_INPUT or file.resolve() not in seen:
                seen.add(file.resolve())
                yield file


def is_lines(path: Path) -> bool:
    """Whether a file's name is that of JSON Lines, a document on each line."""
    return path.suffix == ".jsonl"


def _files_in(path: Path, *, deep: bool) -> Iterator[Path | UsageError]:
    """The files of documents in a folder, by name; a file is its own.

    Hidden ones are none: editors and file systems leave them beside what somebody wrote.
    """
    try:
        if path == STANDARD_INPUT or not path.is_dir():
            inside = [path]
        else:
            found = path.rglob("*") if deep else path.iterdir()
            seen = (each for each in found if not each.name.startswith("."))
            inside = sorted(each for each in seen if is_file_name(each.name) or is_lines(each))
    except OSError as error:
        yield UsageError(f"cannot read {path}: {error.strerror}")
        return
    yield from inside
    if not inside:
        yield UsageError(f"{path} has no .json, .toml or .jsonl file")


def _lines_of(path: Path) -> Iterator[FileLine | UsageError]:
    """The lines of a file that are not blank; only one at a time is held."""
    empty = True
    try:
        with path.open("rb") as file:
            # No more is read than any document may have: a device has no end of line.
            read = iter(partial(file.readline, MAX_LONG_BYTES + 1), b"")
            for number, data in enumerate(read, 1):
                line = FileLine(path, number, data.rstrip(b"\r\n"))
                if len(data) > MAX_LONG_BYTES:
                    yield UsageError(f"cannot read {line}: it has over {MAX_LONG_BYTES:,} bytes")
                    return
                if line.data.strip():
                    empty = False
                    yield line
    except OSError as error:
        yield UsageError(f"cannot read {path}: {error.strerror}")
        return
    if empty:
        yield UsageError(f"{path} has no document")


@frozen(repr=False)
class Found:
    """A document in a file, of whichever kind it says that it is; not read yet."""

    kind: str
    data: bytes
    language: Language

    __repr__ = hidden

    def read(self, own: Own = _NOTHING_OWN) -> Any:  # noqa: ANN401  # of whichever kind
        """The value.

        Raises:
            InvalidError: with every problem.
        """
        read = from_toml if self.language == "TOML" else from_json
        facts = _facts(self.kind, own)
        return read(KINDS[self.kind], self.data, facts=facts, instruments=own.instruments)


def find_document(path: Named) -> Found:
    """The document in a file or on a line of one, of whichever kind it says that it is."""
    return find_in(read_bytes(path), path)


def find_in(data: bytes, path: Named) -> Found:
    """The document in the bytes of a file, of whichever kind it says that it is."""
    language = _language(path, data)
    try:
        refuse_long("document", data, most=most_bytes("schedule", language))
        raw = parsed(language, text_of(language, data), masked=True)  # it may be about a patient
    except InvalidError as error:
        raise UsageError(f"{_name(path)}: {error}") from error
    kind = kind_in(raw)
    if kind is None:
        raise UsageError(
            f"{_name(path)}: expected a document that says which it is, such as "
            f'"document": "patient"; one of {", ".join(KINDS)}'
        )
    return Found(kind, data, language)


def _facts(kind: str, own: Own) -> Mapping[str, AnyFact] | None:
    """Facts of one's own for documents of a kind: they are about patients, not about a course."""
    return None if subject_of(kind) is Subject.COURSE else own.facts


def _language(path: Named, data: bytes) -> Language:
    if isinstance(path, FileLine):
        return "JSON"
    if path == STANDARD_INPUT:
        return "JSON" if data.lstrip().startswith(b"{") else "TOML"
    return "TOML" if path.suffix == ".toml" else "JSON"


def as_json(document: Mapping[str, Any]) -> bytes:  # Any: plain JSON values
    """A document as the bytes of a file."""
    return f"{indented(document)}\n".encode()


def json_text(document: Any, *, indent: int | None = None) -> str:  # noqa: ANN401  # plain JSON
    """A document as it is printed: ASCII, which is the same JSON on every terminal."""
    # Of control characters JSON leaves one as it is.
    return json.dumps(document, indent=indent).replace("\x7f", "\\u007f")
