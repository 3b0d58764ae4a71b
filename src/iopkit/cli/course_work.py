"""What commands about courses have in common: which courses, as of which day, and one or many."""

import argparse
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from attrs import evolve

from iopkit.cli.arguments import add_form, add_own, day_of, moment_of, own_of
from iopkit.cli.course_files import CourseRecord, read_courses
from iopkit.cli.files import Answer, UsageError
from iopkit.cli.several import Done, refuse_forms, tell_all
from iopkit.courses.courses import Course
from iopkit.errors import IopkitError

Judge = Callable[[Course], Answer]
"""What a command says of one course."""


def add_courses(parser: argparse.ArgumentParser, *, table: bool = False) -> None:
    """The files of courses, as of when they are asked, and how they are told."""
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="a course, JSON Lines of courses or entries, or a folder of such files; lines with "
        "the key of a course are its entries",
    )
    add_on(parser)
    parser.add_argument(
        "--known",
        type=moment_of,
        metavar="MOMENT",
        help="what was recorded later does not count; in this machine's time without an offset",
    )
    add_form(parser, ("csv", "text") if table else ("text",))
    parser.add_argument(
        "--json-lines", action="store_true", help="print JSON, a line for each course"
    )
    add_own(parser)


def add_on(parser: argparse.ArgumentParser) -> None:
    """The day that is asked for."""
    parser.add_argument(
        "--on", type=day_of, metavar="DATE", help="the end of which day; today if not given"
    )


def day_asked(options: argparse.Namespace) -> date:
    """The day that is asked for, or today."""
    return options.on or datetime.now().astimezone().date()


def moment_known(options: argparse.Namespace) -> datetime | None:
    """The instant by which something was on record that counts; ``None``: all counts."""
    known: datetime | None = options.known
    return known and known.astimezone(UTC)


def over_courses(
    prepare: Callable[[argparse.Namespace], Judge],
) -> Callable[[argparse.Namespace], Answer]:
    """The work of a command over one course or several.

    One is told alone, however many files have its entries; those of a folder are always several.
    """

    def work(options: argparse.Namespace) -> Answer:
        refuse_forms(options)
        if options.json and options.form:
            raise UsageError("--form is for reading, and --json has a form of its own: choose one")
        judge = prepare(options)
        read = read_courses(options.files, own_of(options))
        records, count = read.records, len(read.records)
        folder = any(path.is_dir() for path in options.files)
        options.several = options.json_lines or folder or count > 1
        if not options.several:
            return evolve(judge(_course_of(records[0])), problems=read.problems)
        return tell_all(
            _outcomes(records, judge),
            options,
            "course",
            total=count,
            problems=read.problems,
        )

    return work


def _outcomes(records: tuple[CourseRecord, ...], judge: Judge) -> Iterator[Done | str]:
    for record in records:
        try:
            yield Done(record.named, evolve(judge(_course_of(record)), key=record.key))
        except IopkitError as error:
            told, name = str(error), str(record.named)
            yield told if name in told else f"{name}: {told}"


def _course_of(record: CourseRecord) -> Course:
    course = record.course
    if course is None:
        count = "an entry" if record.count == 1 else f"{record.count} entries"
        raise UsageError(
            f"{record.named}: no file has the course of {count}, with its patient and schedules"
        )
    return course
