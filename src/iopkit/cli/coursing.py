"""The commands about courses of treatment: ``iopkit course``, and what comes after it."""

import argparse
from collections.abc import Mapping

from iopkit.cli.course_checking import check_arguments, check_courses
from iopkit.cli.course_judging import (
    advice_arguments,
    ledger_arguments,
    measure_arguments,
    measure_courses,
    tell_advice,
    tell_ledgers,
)
from iopkit.cli.course_rolls import enter_rolls, roll_arguments
from iopkit.cli.course_states import (
    due_arguments,
    state_arguments,
    tell_due,
    tell_states,
    tell_timelines,
)
from iopkit.cli.course_work import add_courses, over_courses
from iopkit.cli.files import Answer, Command

# What a command says of itself, and what it does.
_OF_COURSES: Mapping[str, tuple[str, Command]] = {
    "check": (
        "Tell which entries of courses do not fit the others, and why.",
        Command(check_arguments, check_courses),
    ),
    "state": (
        "Tell where patients stand on a day.",
        Command(state_arguments, over_courses(tell_states)),
    ),
    "due": (
        "Tell what is due on a day, and by which rule.",
        Command(due_arguments, over_courses(tell_due)),
    ),
    "roll": (
        "Print the roll of a meeting as an entry for the course of each member.",
        Command(roll_arguments, enter_rolls),
    ),
    "advice": (
        "Tell what policies say of patients in treatment: to stay, to go on, to leave.",
        Command(advice_arguments, over_courses(tell_advice)),
    ),
    "ledger": (
        "Tell what is used and left of authorizations, and when they run out.",
        Command(ledger_arguments, over_courses(tell_ledgers)),
    ),
    "measure": (
        "Figure measures of courses, such as retention.",
        Command(measure_arguments, measure_courses),
    ),
    "timeline": (
        "Tell all that is on record up to a day, in order.",
        Command(add_courses, over_courses(tell_timelines)),
    ),
}


def _arguments(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (says, command) in _OF_COURSES.items():
        sub = commands.add_parser(
            name,
            help=says,
            description=says,
            epilog=parser.epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        # Before the command or after it: what is not given here, leaves what was given there.
        sub.add_argument(
            "--json",
            action="store_true",
            default=argparse.SUPPRESS,
            help="print JSON in place of text",
        )
        command.arguments(sub)
        sub.set_defaults(of_courses=command.work, called=sub)


def _work(options: argparse.Namespace) -> Answer:
    answer: Answer = options.of_courses(options)
    return answer


COMMANDS: Mapping[str, Command] = {"course": Command(_arguments, _work)}
