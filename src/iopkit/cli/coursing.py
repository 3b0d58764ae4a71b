"""The commands about courses of treatment: ``iopkit course``, and what comes after it."""

import argparse
from collections.abc import Mapping

from iopkit.cli.course_checking import check_arguments, check_courses
from iopkit.cli.files import Answer, Command

# What a command says of itself, and what it does.
_OF_COURSES: Mapping[str, tuple[str, Command]] = {
    "check": (
        "Tell which entries of courses do not fit the others, and why.",
        Command(check_arguments, check_courses),
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
