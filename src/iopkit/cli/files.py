"""What commands have in common: answers, exit codes, files that are read and written."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from os.path import samestat
from pathlib import Path
from shutil import copy2
from stat import S_IMODE, S_ISREG
from tempfile import NamedTemporaryFile
from typing import Any, Generic, TypeVar

from attrs import field

from iopkit.confidential import hidden
from iopkit.documents.classes import Subject
from iopkit.documents.documents import (
    KINDS,
    from_json,
    from_toml,
    kind_in,
    name_of,
    subject_of,
)
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

    ``problems`` are files that it did without; the exit code is that of bad input then.
    """

    text: str
    document: Any  # Any: plain JSON values
    code: int = DONE
    files: Mapping[Path, bytes] = field(factory=dict[Path, bytes])
    problems: tuple[str, ...] = ()

    __repr__ = hidden


@frozen(repr=False)
class Many(Generic[T]):
    """Documents of one class and the files that they are of, and what is wrong with others."""

    found: tuple[tuple[Path, T], ...]
    problems: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[T, ...]:
        """The documents alone."""
        return tuple(value for _, value in self.found)

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


def read_bytes(path: Path) -> bytes:
    """A file's bytes, or those of standard input; what keeps them from being read is told.

    No more is read than any file may have that is read here: a device never ends.
    """
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


def _name(path: Path) -> str:
    return "standard input" if path == STANDARD_INPUT else str(path)


def read_document(kind: type[T], path: Path, own: Own = _NOTHING_OWN) -> T:
    """A document of a class from a JSON or TOML file, or from standard input."""
    data = read_bytes(path)
    read = from_toml if _language(path, data) == "TOML" else from_json
    try:
        return read(kind, data, facts=_facts(name_of(kind), own), instruments=own.instruments)
    except IopkitError as error:
        raise UsageError(f"{_name(path)}: {error}") from error


def read_many(kind: type[T], paths: Iterable[Path], own: Own = _NOTHING_OWN) -> Many[T]:
    """Documents of a class from files, and from all .json and .toml files of folders, by name.

    What cannot be read is told beside those that can, each file once.

    Raises:
        UsageError: none can be read; with all that is wrong.
    """
    found: dict[Path, tuple[Path, T]] = {}
    problems: list[str] = []
    for path in paths:
        try:
            if not (inside := _files_in(path)):
                problems.append(f"{path} has no .json or .toml file")
        except OSError as error:
            inside = []
            problems.append(f"cannot read {path}: {error.strerror}")
        for file in inside:
            try:
                if file.resolve() not in found:
                    found[file.resolve()] = file, read_document(kind, file, own)
            except UsageError as error:
                problems.append(str(error))
    problems = [*dict.fromkeys(problems)]
    if not found:
        raise UsageError("\n".join(problems))
    return Many(tuple(found.values()), tuple(problems))


def _files_in(path: Path) -> list[Path]:
    """The files of documents in a folder, by name; a file is its own."""
    if not path.is_dir():
        return [path]
    return sorted(each for each in path.iterdir() if is_file_name(each.name))


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


def find_document(path: Path) -> Found:
    """The document in a file, of whichever kind it says that it is."""
    data = read_bytes(path)
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


def _language(path: Path, data: bytes) -> Language:
    if path == STANDARD_INPUT:
        return "JSON" if data.lstrip().startswith(b"{") else "TOML"
    return "TOML" if path.suffix == ".toml" else "JSON"


def as_json(document: Mapping[str, Any]) -> bytes:  # Any: plain JSON values
    """A document as the bytes of a file."""
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def to_be_written(*wanted: tuple[Path | None, bytes]) -> dict[Path, bytes]:
    """What is to be written; two contents for one path are refused, as one would be lost."""
    files = {path: data for path, data in wanted if path is not None}
    paths = [Path(os.path.realpath(path)) for path, _ in wanted if path is not None]
    for twice in (path for path in paths if paths.count(path) > 1):
        raise UsageError(f"cannot write {twice.name}: two contents are to go there")
    return files


def write_all(wanted: Mapping[Path, bytes]) -> None:
    """Write all files or none: each beside its place first, then put in place.

    A link is followed. A file that is there keeps its mode; a new one is for its owner's eyes.
    """
    path = Path()
    with ExitStack() as removed, ExitStack() as taken_back:
        try:
            staged: list[tuple[Path, _Staged]] = []
            for path, data in wanted.items():
                staged.append((path, _stage(path, data, removed)))
            for path, file in staged:  # noqa: B007  # the error names it
                file.new.replace(file.target)
                taken_back.callback(file.take_back)
        except OSError as error:
            raise UsageError(f"cannot write {path}: {error.strerror}") from error
        taken_back.pop_all()


@frozen(repr=False)
class _Staged:
    """A file beside its place, and what is in that place as yet."""

    target: Path
    new: Path
    old: Path | None

    __repr__ = hidden

    def take_back(self) -> None:
        if self.old is None:
            self.target.unlink()
        else:
            self.old.replace(self.target)


def _stage(path: Path, data: bytes, removed: ExitStack) -> _Staged:
    """Write a file beside its place; ``removed`` takes away what is still beside it at the end."""
    target, mode = _place(path)
    with NamedTemporaryFile(dir=target.parent, prefix=".iopkit-", delete=False) as file:
        new = Path(file.name)
        removed.callback(new.unlink, missing_ok=True)
        file.write(data)
    if mode is None:
        return _Staged(target, new, None)
    new.chmod(mode)
    old = new.with_name(f"{new.name}-old")
    removed.callback(old.unlink, missing_ok=True)
    try:
        old.hardlink_to(target)
    except OSError:  # not every file system has such links
        copy2(target, old)
    return _Staged(target, new, old)


def _place(path: Path) -> tuple[Path, int | None]:
    """Where a file goes, links followed, and the mode of what is there."""
    if path == STANDARD_INPUT:
        raise UsageError("cannot write -: name a file; --json prints a document")
    target = Path(os.path.realpath(path))
    try:
        there = target.stat()
    except FileNotFoundError:
        return target, None
    if not S_ISREG(there.st_mode):
        raise UsageError(f"cannot write {path}: it is not a regular file")
    for descriptor in (1, 2):
        with suppress(OSError):  # closed
            if samestat(there, os.fstat(descriptor)):
                raise UsageError(f"cannot write {path}: what the command prints goes there")
    return target, S_IMODE(there.st_mode)
