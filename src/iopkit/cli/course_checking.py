"""The command that tells which entries of courses do not fit."""

import argparse
from pathlib import Path
from typing import Any
from uuid import UUID

from attrs import asdict

from iopkit.cli.arguments import add_own, own_of
from iopkit.cli.course_files import CourseRecord, Place, read_courses
from iopkit.cli.files import DONE, NO, UNDETERMINED, Answer
from iopkit.confidential import hidden
from iopkit.courses.misfits import Misfit
from iopkit.errors import Fault
from iopkit.fields import frozen
from iopkit.prose import counted

_BY_SCHEDULE = frozenset({Misfit.UNKNOWN_PHASE, Misfit.UNKNOWN_SESSION})
"""What is not known of an entry where no document has the schedules of its course."""


def check_arguments(parser: argparse.ArgumentParser) -> None:
    """The files to check."""
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="a course, JSON Lines of entries or courses, or a folder of such files; a course "
        "and lines with its key are checked together, by the schedules of the course",
    )
    add_own(parser)


def check_courses(options: argparse.Namespace) -> Answer:
    """Tell which entries do not fit; those that only schedules could tell of are counted apart."""
    read = read_courses(options.files, own_of(options))
    checked = [checked_of(record) for record in read.records]
    total = sum(one.record.count for one in checked)
    open_ = sum(one.not_judged for one in checked)
    misfits = [misfit for one in checked for misfit in one.misfits]
    lines = [line for one in checked for line in one.lines]
    lines += [""] if lines else []
    fit = total - len(misfits) - open_
    lines.append(f"{fit} of {total} entries fit, in {counted(len(checked), 'course')}")
    if open_:
        lines.append(f"{open_} not judged: no file has their course, with its schedules")
    code = NO if misfits else UNDETERMINED if open_ else DONE
    document = {"courses": [one.document for one in checked]}
    return Answer("\n".join(lines), document, code, problems=read.problems)


@frozen(repr=False)
class _NotFitting:
    """An entry that does not fit, where it is, and why."""

    entry: UUID
    places: tuple[Place, ...]
    why: tuple[Misfit, ...]

    @property
    def faults(self) -> tuple[Fault, ...]:
        return tuple(Fault((), why.expected, why.words) for why in self.why)

    @property
    def document(self) -> dict[str, Any]:  # Any: plain JSON values
        return {
            "entry": str(self.entry),
            "places": [asdict(place) for place in self.places],
            "reasons": [str(why) for why in self.why],
        }

    __repr__ = hidden


@frozen(repr=False)
class Checked:
    """A course, which of its entries do not fit, and how many only its schedules could tell of."""

    record: CourseRecord
    misfits: tuple[_NotFitting, ...]
    not_judged: int

    @property
    def lines(self) -> tuple[str, ...]:
        """What does not fit, by place, each reason once at a place."""
        told = (
            f"{place}: {fault}"
            for misfit in self.misfits
            for place in misfit.places
            for fault in misfit.faults
        )
        return tuple(dict.fromkeys(told))

    @property
    def document(self) -> dict[str, Any]:  # Any: plain JSON values
        """The same as JSON."""
        return {
            "course": str(self.record.key),
            "entries": self.record.count,
            "not_judged": self.not_judged,
            "apart": [each.document for each in self.misfits],
        }

    __repr__ = hidden


def checked_of(record: CourseRecord) -> Checked:
    """What does not fit of a course; of two entries with one key each is told once, as both."""
    unknown = frozenset[Misfit]() if record.course else _BY_SCHEDULE
    told = [
        _NotFitting(each.entry.key, tuple(record.places[each.entry.key]), why)
        for each in record.apart
        if (why := tuple(reason for reason in each.reasons if reason not in unknown))
    ]
    not_judged = len(record.apart) - len(told)
    return Checked(record, tuple(told), not_judged)
