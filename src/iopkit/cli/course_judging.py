"""Commands that judge courses: advice, ledgers of authorizations, measures."""

import argparse
from datetime import date
from pathlib import Path

from attrs import evolve

from iopkit.charges.code_rules import CodingScheme
from iopkit.charges.ledger_tables import LedgerRow, ledger_rows
from iopkit.charges.ledgers import LedgerLine, ledger
from iopkit.cli.arguments import add_assume_in_force, add_form, day_of, own_of, refuse_two_forms
from iopkit.cli.course_files import read_courses
from iopkit.cli.course_work import (
    OfEach,
    add_courses,
    add_files,
    add_missed_test,
    day_asked,
    moment_known,
    told_of,
    whole_course,
)
from iopkit.cli.files import DONE, EXIT_CODES, NO, UNDETERMINED, Answer, UsageError, find_or_read
from iopkit.cli.several import patients_of
from iopkit.courses.advising import advise, plan_policies
from iopkit.courses.courses import Course, as_known
from iopkit.courses.measure_rules import MeasuredDays
from iopkit.courses.measure_tables import measure_rows
from iopkit.courses.measuring import measure
from iopkit.courses.taking_stock import state_on
from iopkit.documents.classes import writer_of
from iopkit.documents.documents import to_document
from iopkit.documents.results import measure_document
from iopkit.eligibility.policies import Policy
from iopkit.library.codings import find_coding
from iopkit.library.course_policies import find_course_policy
from iopkit.library.measures import find_measure
from iopkit.reports.decisions import decision_text
from iopkit.reports.ledgers import ledger_text
from iopkit.reports.lines import page
from iopkit.reports.measures import measure_text
from iopkit.reports.site_tables import ledger_csv, measure_csv
from iopkit.truth import all_of
from iopkit.windows import ONE_DAY


def advice_arguments(parser: argparse.ArgumentParser) -> None:
    """Which courses, whose they are, and by which policies they are judged."""
    add_courses(parser)
    parser.add_argument(
        "--patient",
        required=True,
        type=Path,
        metavar="PATIENT",
        help="whose course it is; of several courses the patients, in a folder or JSON Lines",
    )
    parser.add_argument(
        "--policy",
        action="append",
        default=[],
        help="a shipped policy about a course, or a policy document; may be given again; what the "
        "program itself says, to go on from a phase and to leave, is always told",
    )
    add_missed_test(parser)
    add_assume_in_force(parser)


def tell_advice(options: argparse.Namespace) -> OfEach:
    """Tell what policies say of each course; it advises, and nothing is entered."""
    own, on, known = own_of(options), day_asked(options), moment_known(options)
    find, problems = patients_of(options, own)
    named = [find_or_read(Policy, each, find_course_policy, own) for each in options.policy]
    missed: bool = options.missed_test_is_positive

    def judge(course: Course) -> Answer:
        state = state_on(course, on=on, known=known, missed_test_is_positive=missed)
        decisions = advise(
            course,
            find(course.patient),
            (*plan_policies(state), *named),
            on=on,
            known=known,
            missed_test_is_positive=missed,
            assume_in_force=options.assume_in_force,
        )
        answer = told_of(
            options,
            text=lambda: page(map(decision_text, decisions), apart=3) or "No policy was asked.",
            document=lambda: {"decisions": [to_document(each) for each in decisions]},
            row={each.policy: each.verdict.value for each in decisions},
        )
        code = EXIT_CODES[all_of(each.verdict for each in decisions)]
        return evolve(answer, code=code if decisions else UNDETERMINED)

    return OfEach(judge, problems)


def ledger_arguments(parser: argparse.ArgumentParser) -> None:
    """Which courses, and what their sessions are billed by."""
    add_courses(parser, table=True)
    parser.add_argument(
        "--coding", required=True, help="a shipped coding scheme, or a document of one"
    )
    add_assume_in_force(parser)


def tell_ledgers(options: argparse.Namespace) -> OfEach:
    """Tell what of each authorization is used and left; what none covers is a no."""
    on, known = day_asked(options), moment_known(options)
    coding = find_or_read(CodingScheme, options.coding, find_coding)

    def judge(course: Course) -> Answer:
        found = ledger(course, coding, on=on, known=known, assume_in_force=options.assume_in_force)
        rows = ledger_rows(found)
        beyond = any(line.beyond.total for line in found.lines)
        answer = told_of(
            options,
            text=lambda: ledger_text(found),
            document=lambda: {"ledger": [writer_of(LedgerRow)(row) for row in rows]},
            row=_ledger_row(found.lines),
            table=lambda: ledger_csv(rows),
        )
        return evolve(answer, code=NO if beyond else DONE)

    return OfEach(judge)


def _ledger_row(lines: tuple[LedgerLine, ...]) -> dict[str, str]:
    """When the first authorization runs out, what is left of it, and what is beyond any."""
    out = [(line.out_booked, line.left) for line in lines if line.out_booked]
    first, left = min(out, default=(None, None))
    beyond = sum(line.beyond.total for line in lines)
    return {
        "authorizations": str(len(lines) or "none"),
        "runs out": str(first or ""),
        "left": "" if left is None else str(left),
        "beyond": str(beyond or ""),
    }


def measure_arguments(parser: argparse.ArgumentParser) -> None:
    """Which courses, what is measured of them, and in which days."""
    add_files(parser)
    parser.add_argument(
        "--measure",
        required=True,
        action="append",
        help="a shipped measure; may be given again",
    )
    parser.add_argument(
        "--period",
        required=True,
        nargs=2,
        type=day_of,
        metavar=("FIRST", "LAST"),
        help="the days in which what a measure starts from has to be",
    )
    add_form(parser, ("csv", "text"))
    add_assume_in_force(parser)


def measure_courses(options: argparse.Namespace) -> Answer:
    """Figure measures of all courses together."""
    refuse_two_forms(options)
    read = read_courses(options.files, own_of(options))
    known = moment_known(options)
    courses: list[Course] = []
    problems = [*read.problems]
    for record in read.records:
        try:
            course = whole_course(record)
        except UsageError as error:
            problems.append(str(error))
        else:
            courses.append(as_known(course, known=known) if known else course)
    first, last = options.period
    if last == date.max:
        raise UsageError(f"--period has to end before {date.max}")
    days = MeasuredDays(first, last + ONE_DAY)
    found = [
        measure(
            courses,
            find_measure(name),
            period=days,
            on=options.on,
            assume_in_force=options.assume_in_force,
        )
        for name in dict.fromkeys(options.measure)
    ]
    if options.form == "csv":
        text = measure_csv(row for each in found for row in measure_rows(each))
    else:
        text = "\n".join(map(measure_text, found)).rstrip("\n")
    document = {"measures": [measure_document(each) for each in found]}
    return Answer(text, document, problems=tuple(problems))
