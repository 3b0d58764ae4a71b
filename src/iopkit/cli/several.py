"""Commands about one patient or plan, over several: those of files, folders, lines and tables.

One is told as ever. Of several each is worked out alone: the good ones are done, and the bad ones
told with all that is wrong with them.
"""

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from io import StringIO
from pathlib import Path
from stat import S_ISREG
from typing import Any, Literal
from uuid import UUID

from attrs import evolve

from iopkit.cli.files import (
    DONE,
    NO,
    STANDARD_INPUT,
    UNDETERMINED,
    Answer,
    FileLine,
    Named,
    Own,
    UsageError,
    all_named,
    is_lines,
    json_text,
    named_files,
    read_document,
    read_many,
)
from iopkit.cli.terminal import watched
from iopkit.cli.writing import refuse_no_folder
from iopkit.confidential import hidden
from iopkit.eligibility.predicates import AnyFact
from iopkit.eligibility.sheets import FactSheet
from iopkit.errors import InvalidError, IopkitError
from iopkit.fields import frozen
from iopkit.patients.patients import Patient
from iopkit.prose import counted
from iopkit.reports.lines import page
from iopkit.reports.tables import csv_table

_SUFFIXES = {"output": "json", "ical": "ics", "page": "html", "picture": "svg"}
"""What the files end as that an option names a folder for, where there are several."""


@frozen(repr=False)
class Table:
    """How rows of a table of facts are judged: the facts it may have, and those that it must."""

    facts: Mapping[str, AnyFact]
    needed: Callable[[], Iterable[AnyFact]]
    on: date
    judge: Callable[[FactSheet], Answer]

    __repr__ = hidden


@frozen(repr=False)
class Work:
    """What a command does with each of several, once what they share is read.

    ``head`` is what is told before a table of their answers, and ``table`` how the command takes
    rows of facts, if it does. ``problems`` are of what they share.
    """

    one: Callable[[Named], Answer]
    head: str = ""
    table: Table | None = None
    problems: tuple[str, ...] = ()

    __repr__ = hidden


def add_several(
    parser: argparse.ArgumentParser,
    name: str,
    *,
    of: str,
    table: bool = False,
    or_none: str | None = None,
) -> None:
    """The patients or plans that a command is about; ``or_none``: what it does without any."""
    rows = ", or a table of facts (.csv)" if table else ""
    argument = parser.add_argument(
        name,
        nargs="*" if or_none else "+",
        type=Path,
        metavar=of.upper(),
        help=f"a {of}; or several: files, folders of them, JSON Lines (.jsonl){rows}; what names "
        "a file to write names a folder then" + (f"; {or_none} if not given" if or_none else ""),
    )
    argument.required = not or_none
    parser.add_argument(
        "--json-lines",
        action="store_true",
        help="print JSON, a line for each as soon as it is done",
    )


def over_several(
    prepare: Callable[[argparse.Namespace], Work], of: str
) -> Callable[[argparse.Namespace], Answer]:
    """The work of a command over one patient or plan, or several, those of the argument ``of``."""

    def work(options: argparse.Namespace) -> Answer:
        paths: list[Path] = getattr(options, of)
        options.several = options.json_lines or len(paths) > 1 or _is_several(paths[0])
        refuse_forms(options)
        if not options.several:
            return prepare(options).one(paths[0])
        form: str | None = getattr(options, "form", None)
        if form not in (None, "csv", "text"):
            raise UsageError(f"--form {form} is of one {of}: choose text, csv or --json")
        for option in _SUFFIXES:
            if folder := getattr(options, option, None):
                refuse_no_folder(folder)
        prepared = prepare(options)
        outcomes = _unlike(_outcomes(prepared, paths), of)
        total = _total(paths) if sys.stderr and sys.stderr.isatty() else None
        return tell_all(
            outcomes, options, of, head=prepared.head, problems=prepared.problems, total=total
        )

    return work


def refuse_forms(options: argparse.Namespace) -> None:
    """Raise if two forms of an answer are asked for."""
    if options.json_lines and (options.json or getattr(options, "form", None)):
        raise UsageError("--json-lines has a form of its own: leave --json and --form out")


def _is_several(path: Path) -> bool:
    return path != STANDARD_INPUT and (is_lines(path) or _is_table(path) or path.is_dir())


def _is_table(path: Path) -> bool:
    return path.suffix == ".csv"


def file_for(options: argparse.Namespace, option: str, key: UUID) -> Path | None:
    """The file that an option names: of several patients, one in a folder, named by the key."""
    path: Path | None = getattr(options, option)
    return path and (path / f"{key}.{_SUFFIXES[option]}" if options.several else path)


def told_as(options: argparse.Namespace) -> Literal["text", "json", "row"]:
    """How an answer is told that has a row; what is not told costs time, of many."""
    if options.json or options.json_lines:
        return "json"
    return "row" if options.several and getattr(options, "form", None) != "csv" else "text"


def refuse_of_one(options: argparse.Namespace, *names: str) -> None:
    """Raise if an option is given that is about one plan or patient, and there are several."""
    for name in names:
        if options.several and getattr(options, name):
            raise UsageError(f"--{name} is about one patient: give it with that one alone")


def patients_of(
    options: argparse.Namespace, own: Own
) -> tuple[Callable[[UUID], Patient], tuple[str, ...]]:
    """What finds the patient of ``--patient`` whose plan one is, and what is wrong with others.

    Of one plan it is that patient, whoever it is; of several the one of the plan's key.
    """
    if not options.several:
        patient = read_document(Patient, options.patient, own)
        return lambda _: patient, ()
    many = read_many(Patient, [options.patient], own)
    many = many.once(lambda each: each.key, "patient's record")
    by_key = {each.key: each for each in many.values}

    def find(key: UUID) -> Patient:
        if key not in by_key:
            raise UsageError(f"{options.patient} has no patient of the plan's key")
        return by_key[key]

    return find, many.problems


@frozen(repr=False)
class Done:
    """An answer, and where its patient, plan or course is."""

    place: Named
    answer: Answer

    @property
    def key(self) -> str:
        """The key of whom it is about, if it has one."""
        return "" if self.answer.key is None else str(self.answer.key)

    @property
    def told(self) -> "Done":
        """The same with what is told as text alone, so that not all of many is held."""
        return evolve(self, answer=evolve(self.answer, document=None, files={}))

    @property
    def document(self) -> dict[str, Any]:  # Any: plain JSON values
        """The answer as JSON, with where whom it is about is."""
        place = self.place
        line = place.number if isinstance(place, FileLine) else None
        at = {"file": str(place.path if isinstance(place, FileLine) else place), "line": line}
        answer = self.answer
        return {**at, "key": self.key or None, "code": answer.code, "answer": answer.document}

    __repr__ = hidden


Outcome = Done | str
"""What came of one: an answer, or what is wrong."""


def _outcomes(work: Work, paths: Iterable[Path]) -> Iterator[Outcome]:
    for each in all_named(paths):
        if isinstance(each, UsageError):
            yield str(each)
        elif isinstance(each, Path) and _is_table(each):
            yield from _of_table(work, each)
        else:
            try:
                outcome: Outcome = Done(each, work.one(each))
            except IopkitError as error:
                outcome = _problem(each, error)
            yield outcome


def _of_table(work: Work, path: Path) -> Iterator[Outcome]:
    """What came of each row of a table of facts."""
    if work.table is None:
        yield f"{path}: a table of facts is for decide by a policy, and for place"
        return
    from iopkit.frames.tables import sheets_from_csv

    table = work.table
    try:
        with path.open("rb") as file:
            # Line by line, so that those before one that is no text are judged.
            lines = (line.decode("utf-8" if n else "utf-8-sig") for n, line in enumerate(file))
            for row in sheets_from_csv(lines, table.facts, needed=table.needed(), on=table.on):
                place = FileLine(path, row.line, b"")
                if isinstance(row.read, FactSheet):
                    yield Done(place, evolve(table.judge(row.read), key=row.key))
                else:
                    yield _problem(place, InvalidError("facts", row.read))
    except OSError as error:
        yield f"cannot read {path}: {error.strerror}"
    except IopkitError as error:
        yield _problem(path, error)


def _problem(place: Named, error: IopkitError) -> str:
    """What is wrong with one, told with where it is."""
    told, name = str(error), str(place)
    return told if name in told.partition("\n")[0] else f"{name}: {told}"


def _unlike(outcomes: Iterable[Outcome], of: str) -> Iterator[Outcome]:
    """Outcomes, of each patient once and of each file that is written; others are told."""
    keys: dict[UUID, str] = {}
    files: dict[Path, str] = {}
    for each in outcomes:
        if isinstance(each, str):
            yield each
            continue
        key, written, name = each.answer.key, each.answer.files, str(each.place)
        first = next((files[path] for path in written if path in files), name)
        if key is not None and of == "patient":
            first = keys.setdefault(key, name)
        if first is name:
            files |= dict.fromkeys(written, name)
            yield each
        else:
            yield f"{name}: expected another patient than that of {first}, found the same"


def _total(paths: Iterable[Path]) -> int | None:
    """How many there are, about; ``None``: not known, as a stream can be read once only."""
    total = 0
    for path in named_files(paths):
        if isinstance(path, UsageError) or not (is_lines(path) or _is_table(path)):
            total += 1
            continue
        try:
            if not S_ISREG(path.stat().st_mode):
                return None
            with path.open("rb") as file:
                total += sum(1 for _ in file)
        except OSError:
            total += 1  # it is told when it is read
    return total


def tell_all(  # noqa: PLR0913  # what came, how it is told, and what goes with it
    outcomes: Iterable[Outcome],
    options: argparse.Namespace,
    of: str,
    *,
    total: int | None,
    head: str = "",
    problems: Iterable[str] = (),
) -> Answer:
    """The answer about all, with a bar on a terminal while they are worked out.

    Args:
        total: how many there are, about; ``None``: not known.
        head: what is told before a table of their answers.
        problems: what is wrong with what they share.
    """
    is_seen = not (options.json_lines and sys.stdout.isatty())
    with closing(watched(outcomes, total, sys.stderr if is_seen else None)) as told:
        return _all_told(told, options, of, head, problems)


def _all_told(
    outcomes: Iterable[Outcome],
    options: argparse.Namespace,
    of: str,
    head: str,
    shared: Iterable[str],
) -> Answer:
    """The answer about all: what is not printed line by line, and the worst code."""
    done: list[Done] = []
    bad: list[str] = []
    files: dict[Path, bytes | None] = {}
    codes: Counter[int] = Counter()
    is_read = True
    for each in outcomes:
        if isinstance(each, str):
            bad.append(each)
            continue
        codes[each.answer.code] += 1
        files |= each.answer.files
        if options.json_lines:
            is_read = is_read and _printed(each.document)
        else:
            done.append(each if options.json else each.told)
    problems = (*shared, *bad)
    worst = next((code for code in (NO, UNDETERMINED) if codes[code]), DONE)
    if options.json_lines:
        return Answer(None, None, worst, files, problems)
    document = {"answers": [each.document for each in done], "problems": [*problems]}
    if getattr(options, "form", None) == "csv":
        return Answer(_csv(done), document, worst, files, problems)
    text = _table(done) if done and done[0].answer.row else _blocks(done)
    count = f"{len(done)} of {counted(len(done) + len(bad), of)} done"
    count += _verdicts(done)
    parts = [head, text, count] if done else [count]
    return Answer("\n\n".join(filter(None, parts)), document, worst, files, problems)


def _printed(document: Mapping[str, Any]) -> bool:  # Any: plain JSON values
    """Whether there is still somebody who reads the lines that are printed."""
    try:
        print(json_text(document), flush=True)
    except BrokenPipeError:  # the others are worked out all the same: their code stands
        return False
    return True


def _csv(done: Iterable[Done]) -> str:
    """The tables of all as one, each row with whose it is and where that one is told."""
    rows: list[Sequence[object]] = []
    for each in done:
        head, *body = csv.reader(StringIO(each.answer.text))
        rows += [] if rows else [["key", "file", "line", *head]]
        document = each.document
        rows += ([*(document[name] for name in ("key", "file", "line")), *row] for row in body)
    return csv_table(rows)


def _table(done: Sequence[Done]) -> str:
    """A row for each, with the columns in which anything stands."""
    rows = [
        {
            "key": each.key,
            **{name: _short(cell) for name, cell in each.answer.row.items()},
            "file": str(each.place),
        }
        for each in done
    ]
    names = [name for name in rows[0] if any(row[name] for row in rows)]
    widths = {name: max(len(row[name]) for row in (*rows, {name: name})) for name in names}
    return page(
        "  ".join(row[name].ljust(widths[name]) for name in names).rstrip()
        for row in ({name: name for name in names}, *rows)
    )


def _short(cell: str) -> str:
    """The first of several names, and how many there are beside it."""
    first, *others = cell.split(", ")
    return f"{first} and {len(others)} more" if others else first


def _blocks(done: Iterable[Done]) -> str:
    return "\n\n\n".join(
        f"{each.key or 'no key'} ({each.place}):\n\n{each.answer.text}" for each in done
    )


def _verdicts(done: Iterable[Done]) -> str:
    found = Counter(each.answer.row["verdict"] for each in done if "verdict" in each.answer.row)
    return f": {', '.join(f'{found[v]} {v}' for v in sorted(found))}" if found else ""
