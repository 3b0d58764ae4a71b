"""What commands about courses have in common: which courses, as of which day, and one or many."""

import argparse
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from attrs import evolve

from iopkit.cli.arguments import add_form, add_own, day_of, moment_of, own_of, refuse_two_forms
from iopkit.cli.course_files import CourseRecord, read_courses
from iopkit.cli.files import Answer, UsageError
from iopkit.cli.several import Done, refuse_forms, tell_all, told_as
from iopkit.confidential import hidden
from iopkit.courses.courses import Course
from iopkit.errors import IopkitError
from iopkit.fields import frozen

Document = dict[str, Any]
"""A JSON object; Any: plain JSON values."""


@frozen(repr=False)
class OfEach:
    """What a command says of one course; ``problems`` are of what all share."""

    judge: Callable[[Course], Answer]
    problems: tuple[str, ...] = ()

    __repr__ = hidden


def add_courses(parser: argparse.ArgumentParser, *, table: bool = False) -> None:
    """The courses of a command about each, as of when they are asked, and how they are told."""
    add_files(parser)
    add_form(parser, ("csv", "text") if table else ("text",))
    parser.add_argument(
        "--json-lines", action="store_true", help="print JSON, a line for each course"
    )


def add_files(parser: argparse.ArgumentParser) -> None:
    """The files of courses, and as of when they are asked."""
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="a course, or the schedule that it has; JSON Lines of courses or entries; or a folder "
        "of such files. Lines with the key of a course, or of a schedule's plan, are its entries",
    )
    parser.add_argument(
        "--on", type=day_of, metavar="DATE", help="the end of which day; today if not given"
    )
    parser.add_argument(
        "--known",
        type=moment_of,
        metavar="MOMENT",
        help="what was recorded later does not count; in this machine's time without an offset",
    )
    add_own(parser)


def add_missed_test(parser: argparse.ArgumentParser) -> None:
    """How a drug test that was missed is taken."""
    parser.add_argument(
        "--missed-test-is-positive",
        action="store_true",
        help="a drug test that was missed ends a row of negative ones",
    )


def day_asked(options: argparse.Namespace) -> date:
    """The day that is asked for, or today."""
    return options.on or datetime.now().astimezone().date()


def moment_known(options: argparse.Namespace) -> datetime | None:
    """The instant by which something was on record that counts; ``None``: all counts."""
    known: datetime | None = options.known
    return known and known.astimezone(UTC)


def over_courses(
    prepare: Callable[[argparse.Namespace], OfEach],
) -> Callable[[argparse.Namespace], Answer]:
    """The work of a command over one course or several.

    One is told alone, however many files have its entries; those of a folder are always several.
    """

    def work(options: argparse.Namespace) -> Answer:
        refuse_forms(options)
        refuse_two_forms(options)
        read = read_courses(options.files, own_of(options))
        records, count = read.records, len(read.records)
        folder = any(path.is_dir() for path in options.files)
        options.several = options.json_lines or folder or count > 1
        of_each = prepare(options)
        problems = (*read.problems, *of_each.problems)
        if not options.several:
            return evolve(of_each.judge(whole_course(records[0])), problems=problems)
        outcomes = _outcomes(records, of_each.judge)
        return tell_all(outcomes, options, "course", total=count, problems=problems)

    return work


def _outcomes(
    records: tuple[CourseRecord, ...], judge: Callable[[Course], Answer]
) -> Iterator[Done | str]:
    for record in records:
        try:
            yield Done(record.named, evolve(judge(whole_course(record)), key=record.key))
        except IopkitError as error:
            told, name = str(error), str(record.named)
            yield told if name in told else f"{name}: {told}"


def whole_course(record: CourseRecord) -> Course:
    """The course of a record; raises ``UsageError`` if no file has it."""
    course = record.course
    if course is None:
        count = "an entry" if record.count == 1 else f"{record.count} entries"
        raise UsageError(
            f"{record.named}: no file has the course of {count}, with its patient and schedules"
        )
    return course


def told_of(
    options: argparse.Namespace,
    *,
    text: Callable[[], str],
    document: Callable[[], Document],
    row: Mapping[str, str],
    table: Callable[[], str] | None = None,
) -> Answer:
    """An answer in the form that is asked for alone: of many the others would cost time.

    ``table`` gives it as CSV, where the command has that.
    """
    told = told_as(options)
    if options.form == "csv" and table is not None:
        return Answer(table(), None, row=row)
    return Answer(text() if told == "text" else "", document() if told == "json" else None, row=row)
