"""The command that reads any documents and says of each whether it is valid."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from iopkit.cli.arguments import add_own, own_of
from iopkit.cli.clinic_files import is_answer
from iopkit.cli.course_files import IS_DOCUMENT
from iopkit.cli.files import (
    BAD_INPUT,
    DONE,
    Answer,
    Command,
    FileLine,
    Named,
    Own,
    UsageError,
    all_named,
    find_document,
)
from iopkit.documents.entry_lines import EntryReader
from iopkit.errors import Fault, InvalidError


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="a document of any kind, JSON Lines of documents or of entries of courses, or a "
        "folder: all such files in it and below it",
    )
    add_own(parser)


def _validate(options: argparse.Namespace) -> Answer:
    own = own_of(options)
    entries = EntryReader(None, own.instruments)
    rows = [_row(named, own, entries) for named in all_named(options.files, deep=True)]
    documents = [row for row in rows if row["document"] or row["problems"]]
    valid = sum(not row["problems"] for row in documents)
    text = "\n".join(_text(row) for row in rows)
    if len(rows) > 1:
        text += f"\n\n{valid} of {len(documents)} are valid"
    return Answer(text, {"files": rows}, DONE if valid == len(documents) else BAD_INPUT)


def _row(
    path: Named | UsageError, own: Own, entries: EntryReader
) -> dict[str, Any]:  # Any: plain JSON values
    """What is told of a file, or of a line of one."""
    if isinstance(path, UsageError):
        raise path
    row: dict[str, Any] = {"file": str(path), "document": None, "problems": []}
    if isinstance(path, Path) and is_answer(path):
        return row
    if isinstance(path, FileLine) and _is_entry(path.data):
        before = len(entries.faults)
        entries.read_line(path.number, path.data)
        problems = list(map(_problem, entries.faults[before:]))
        return {**row, "document": "entry", "problems": problems}
    try:
        found = find_document(path)
    except UsageError as error:
        return {**row, "problems": [{"message": str(error).removeprefix(f"{path}: ")}]}
    row["document"] = found.kind
    try:
        found.read(own)
    except InvalidError as error:
        row["problems"] = list(map(_problem, error.faults))
    return row


def _is_entry(line: bytes) -> bool:
    """Whether a line is, or is meant to be, an entry of a course's record."""
    return b'"course"' in line and not IS_DOCUMENT.search(line)


def _problem(fault: Fault) -> dict[str, Any]:
    return {"line": fault.line, "path": list(fault.path), "message": str(fault)}


def _text(row: Mapping[str, Any]) -> str:
    kind = row["document"] or "no document"
    if not row["problems"]:
        said = "valid" if row["document"] else "but an answer that iopkit run has written"
        return f"{row['file']}: {kind}, {said}"
    problems = "".join(f"\n  {problem['message']}" for problem in row["problems"])
    return f"{row['file']}: {kind}, not valid{problems}"


COMMANDS: Mapping[str, Command] = {"validate": Command(_arguments, _validate)}
