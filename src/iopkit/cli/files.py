"""What commands have in common: answers, exit codes, files that are read and written."""

import argparse
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, TypeVar

from attrs import field

from iopkit.confidential import hidden
from iopkit.documents.documents import from_json, from_toml
from iopkit.documents.limits import MAX_LONG_BYTES
from iopkit.eligibility.predicates import AnyFact
from iopkit.errors import IopkitError
from iopkit.fields import frozen
from iopkit.patients.instruments import Instrument
from iopkit.truth import Truth

T = TypeVar("T")

DONE, NO, BAD_INPUT, UNDETERMINED = 0, 1, 2, 3
EXIT_CODES = {Truth.YES: DONE, Truth.NO: NO, Truth.UNKNOWN: UNDETERMINED}


class UsageError(IopkitError):
    """A file that cannot be read or written, or a policy that cannot be used on the day."""


@frozen(repr=False)
class Answer:
    """What a command has to say, as text and as JSON, and what it has to write."""

    text: str
    document: Any  # Any: plain JSON values
    code: int = DONE
    files: Mapping[Path, bytes] = field(factory=dict[Path, bytes])

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
    return Path(name).suffix in (".json", ".toml")


def read_bytes(path: Path) -> bytes:
    """A file's bytes; what keeps it from being read is told by its path.

    No more is read than any file may have that is read here: a device never ends.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_LONG_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    if len(data) > MAX_LONG_BYTES:
        raise UsageError(f"cannot read {path}: it has more than {MAX_LONG_BYTES:,} bytes")
    return data


def read_document(kind: type[T], path: Path, own: Own = _NOTHING_OWN) -> T:
    """A document of a class from a JSON or TOML file."""
    data = read_bytes(path)
    read = from_toml if path.suffix == ".toml" else from_json
    try:
        return read(kind, data, facts=own.facts, instruments=own.instruments)
    except IopkitError as error:
        raise UsageError(f"{path}: {error}") from error


def as_json(document: Mapping[str, Any]) -> bytes:  # Any: plain JSON values
    """A document as the bytes of a file."""
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def to_be_written(*wanted: tuple[Path | None, bytes]) -> dict[Path, bytes]:
    """What is to be written; two contents for one path are refused, as one would be lost."""
    files = {path: data for path, data in wanted if path is not None}
    paths = [path.resolve() for path, _ in wanted if path is not None]
    for twice in (path for path in paths if paths.count(path) > 1):
        raise UsageError(f"cannot write {twice.name}: two contents are to go there")
    return files


def write_all(wanted: Mapping[Path, bytes]) -> None:
    """Write all files or none: each beside its place first, then put in place."""
    for path in wanted:
        if path.exists() and not path.is_file():
            raise UsageError(f"cannot write {path}: it is not a regular file")
    staged: list[tuple[Path, Path]] = []
    path = Path()
    try:
        for path, data in wanted.items():
            with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
                staged.append((Path(file.name), path))
                file.write(data)
        for temporary, path in staged:
            temporary.replace(path)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error
    finally:
        for temporary, _ in staged:
            temporary.unlink(missing_ok=True)
