"""The ``iopkit`` command: which commands there are, and what each one's module does.

Each command works out its whole answer first; files are written after that, all or
none, and then the answer is printed.
"""

import argparse
import errno
import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from importlib import import_module
from typing import TYPE_CHECKING, TextIO

from iopkit.cli.terminal import columns_of, emphasized
from iopkit.errors import IopkitError, did_you_mean
from iopkit.prose import page_width, printable
from iopkit.version import __version__

if TYPE_CHECKING:
    from iopkit.cli.files import Answer, Command

# Command, its module, and what it says of itself. A module is imported when its command is
# called, by this table alone: help and version load no room.
_COMMANDS = (
    ("init", "running", "Begin a clinic in one folder, from an example with every key explained."),
    (
        "run",
        "running",
        "Judge, place, group, plan, date, check and charge all patients of a clinic's folder.",
    ),
    ("decide", "judging", "Judge a patient by a policy."),
    ("applicable", "judging", "List the shipped rules that apply at a site to a patient."),
    ("place", "judging", "Find the least intensive level of care that rules do not exclude."),
    ("compare", "judging", "Tell where two policies differ, with examples."),
    ("analyze", "judging", "Find what is wrong with a policy, whoever the patient is."),
    ("plan", "planning", "Draft a patient's plan from a program."),
    ("settle", "settling", "Accept, change or drop what a plan proposes as problems and goals."),
    ("continue", "planning", "Draft the continuing care that follows a plan."),
    ("schedule", "planning", "Date every session of a plan."),
    ("check", "checking", "Check a plan against requirements."),
    ("charges", "checking", "Itemize what a plan's sessions are charged as."),
    ("reschedule", "planning", "Date a changed plan, and tell what changes."),
    ("fit", "fitting", "Rank programs by how they fit a patient and meet requirements."),
    ("propose", "fitting", "Propose the smallest changes that meet requirements."),
    ("groups", "grouping", "Assign candidates to groups, as good as can be."),
    ("reassign", "grouping", "Propose who takes over while a clinician is away."),
    ("course", "coursing", "Read what happened in courses of treatment, and check it."),
    ("conflicts", "overseeing", "Tell what is booked twice, of many schedules at a site."),
    ("capacity", "overseeing", "Tell how much of a site's capacity many schedules use."),
    (
        "feed",
        "overseeing",
        "Write a calendar to subscribe to, of a patient, room, clinician or program.",
    ),
    (
        "costs",
        "checking",
        "Compare what levels of care cost, where somebody counted, or tell what a plan costs.",
    ),
    ("simulate", "simulating", "Run the scenarios of a study, or check a run that was written."),
    ("cite", "simulating", "Say what a run of a study rests on, in a sentence and as BibTeX."),
    ("list", "shipped", "List what is shipped."),
    (
        "show",
        "shipped",
        (
            "Show a policy, ladder, program, requirement set, coding scheme, rate table, templates "
            "of goals or fact, with its sources."
        ),
    ),
    ("example", "shipped", "Print a valid example document."),
    ("new", "shipped", "Start a document: a template with every key explained."),
    ("rules", "shipped", "Tell which shipped rules versions of iopkit added, ended or corrected."),
    ("upgrade", "shipped", "Bring documents to the current format of their kind; all or none."),
    ("validate", "validating", "Read documents of any kind, and list what is wrong with each."),
    ("schema", "shipped", "Print the JSON Schema of a document, for editors."),
)

_EPILOG = """\
exit codes:
  0  done, or the answer is yes
  1  the answer is no, a requirement is unmet, two policies differ, a policy
     has flaws, something is booked twice, somebody waits or is left over, or
     an entry does not fit
  2  bad input; every problem is listed, and nothing is written, but that
     commands over many files do without the bad ones
  3  undetermined: something is not known
  4  failed: no answer could be given, as where the disk is full

iopkit advises; clinicians decide.
"""


_NO_NAMES = frozenset({errno.ENAMETOOLONG, errno.EACCES})


def main(arguments: Sequence[str]) -> int:
    """Run a command line, print its answer and return its exit code.

    Example:
        >>> main(["list", "ladders"])
        fourth-edition-minimum-levels  Minimum levels as a clinician recorded them, fourth edition
        us-public-rules                Levels of care by public rules, third edition
        0
    """
    options = _options(arguments)
    from iopkit.cli.files import BAD_INPUT, json_text
    from iopkit.cli.writing import write_all

    try:
        with ExitStack() as options.held:
            with page_width(columns_of(sys.stdout)):
                answer: Answer = options.work(options)
            write_all(answer.files, within=answer.folder)
    except IopkitError as error:
        _tell([str(error)])
        return BAD_INPUT
    except OSError as error:  # of a name that no command has found to be none
        if error.errno not in _NO_NAMES:
            raise
        _tell([f"cannot use {error.filename}: {error.strerror}"])
        return BAD_INPUT
    if answer.text is not None:
        if options.json:
            text = json_text(answer.document, indent=2)
        else:
            text = emphasized(_shown(answer.text, sys.stdout), sys.stdout)
        with suppress(BrokenPipeError):  # the answer's code stands, whoever still reads
            print(text)
    _tell(answer.problems)
    return BAD_INPUT if answer.problems else answer.code


def _tell(problems: Iterable[str]) -> None:
    """Tell what is wrong, if there is where to: whoever called may have closed it."""
    if sys.stderr is not None:
        for problem in problems:
            print(_shown(f"iopkit: {problem}", sys.stderr), file=sys.stderr)


def _shown(text: str, stream: TextIO) -> str:
    """What a stream's encoding can show of a text, and the rest escaped; nothing commands it."""
    encoding = stream.encoding or "utf-8"
    text = "\n".join(map(printable, text.split("\n")))
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    """What a command line asks for; of a word that is not known, which may have been meant."""
    parser = _parser(arguments)
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        called: argparse.ArgumentParser = options.called
        known = re.findall("--[a-z-]+", called.format_help())
        meant = [did_you_mean(word.partition("=")[0], known) for word in unknown]
        called.error("; ".join(filter(None, [f"not known: {' '.join(unknown)}", *meant])))
    return options


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of the whole command line, with the arguments of the command that is called."""
    called = next((word for word in arguments if not word.startswith("-")), None)
    parser = argparse.ArgumentParser(
        prog="iopkit",
        description="Model intensive outpatient addiction treatment.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"iopkit {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, module, says in _COMMANDS:
        sub = commands.add_parser(
            name,
            help=says,
            description=says,
            epilog=_EPILOG,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        sub.add_argument("--json", action="store_true", help="print JSON in place of text")
        if name == called:
            command: Command = import_module(f"iopkit.cli.{module}").COMMANDS[name]
            command.arguments(sub)
            sub.set_defaults(work=command.work, called=sub)
    if called is not None and called not in commands.choices:
        meant = did_you_mean(called, commands.choices) or "iopkit --help lists them"
        parser.error(f"no command {called!r}; {meant}")
    return parser
