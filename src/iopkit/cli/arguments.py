"""Arguments that several commands have, each declared once, and the values they stand for."""

import argparse
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from iopkit.cli.files import Own, UsageError, find_or_read, read_document
from iopkit.eligibility.own_facts import OwnFacts, facts_with
from iopkit.errors import did_you_mean
from iopkit.library.requirements import find_requirements
from iopkit.modalities import Modality
from iopkit.patients.instruments import Instrument
from iopkit.requirements.requirements import RequirementSet

_T = TypeVar("_T")


def add_plan(parser: argparse.ArgumentParser) -> None:
    """The plan that a command is about."""
    parser.add_argument("plan", metavar="PLAN.json", type=Path)


def add_site(parser: argparse.ArgumentParser, *, required: bool = True, says: str = "") -> None:
    """The site: where it is."""
    parser.add_argument(
        "--site", required=required, type=Path, metavar="SITE.toml", help=says or None
    )


def add_requirements(parser: argparse.ArgumentParser, *, says: str, required: bool = True) -> None:
    """The requirement sets that a command holds something against."""
    parser.add_argument(
        "--requirements",
        required=required,
        action="append",
        default=None if required else [],
        help=says,
    )


def add_schedules(parser: argparse.ArgumentParser) -> None:
    """The schedules of many patients."""
    parser.add_argument(
        "schedules",
        nargs="+",
        metavar="SCHEDULES",
        type=Path,
        help="schedules, or folders of them",
    )


def add_start(parser: argparse.ArgumentParser) -> None:
    """The first day of a plan."""
    parser.add_argument(
        "--start", required=True, type=day_of, metavar="DATE", help="first day of the first week"
    )


def add_assume_in_force(parser: argparse.ArgumentParser) -> None:
    """Whether to answer by rules that are not known to be in force."""
    parser.add_argument(
        "--assume-in-force",
        action="store_true",
        help="where no version of a rule is known to be in force on a day, take the nearest; the "
        "answer says so",
    )


def add_form(parser: argparse.ArgumentParser, forms: Iterable[str]) -> None:
    """How to write the answer."""
    parser.add_argument("--form", choices=sorted(forms), help="how the answer is written")


def refuse_two_forms(options: argparse.Namespace) -> None:
    """Raise if JSON and a form for reading are asked for."""
    if options.json and options.form:
        raise UsageError("--form is for reading, and --json has a form of its own: choose one")


def chosen_form(options: argparse.Namespace) -> str:
    """How to write the answer: as text, if nothing else is asked for."""
    refuse_two_forms(options)
    form: str | None = options.form
    if options.applicable and form not in (None, "text"):
        raise UsageError(f"--applicable has no {form} form: choose text or --json")
    return form or "text"


def add_own(parser: argparse.ArgumentParser) -> None:
    """The user's own instruments and facts, which their patients and policies name."""
    for option, what in (("--instruments", "an instrument"), ("--facts", "facts")):
        parser.add_argument(
            option,
            action="append",
            default=[],
            type=Path,
            metavar="FILE",
            help=f"{what} of your own, which the patient or a policy names; again for each more",
        )


def own_of(options: argparse.Namespace) -> Own:
    """The user's own instruments and facts; the facts may be of the instruments."""
    instruments = tuple(read_document(Instrument, path) for path in options.instruments)
    named = Own(instruments=instruments)
    facts = [fact for path in options.facts for fact in read_document(OwnFacts, path, named).facts]
    if not (instruments or facts):
        return named
    return Own(facts_with(facts, instruments=instruments), instruments)


def add_seed(parser: argparse.ArgumentParser) -> None:
    """The seed: what draws the random days."""
    parser.add_argument(
        "--seed", type=int, default=None, help="draws the random days; drawn itself if not given"
    )


def add_weeks(parser: argparse.ArgumentParser, *, says: str) -> None:
    """The weeks of phases whose length is open."""
    parser.add_argument(
        "--weeks", action="append", default=[], type=weeks_of_phase, metavar="PHASE=N", help=says
    )


def add_times(parser: argparse.ArgumentParser) -> None:
    """How often services are given whose rate is open."""
    parser.add_argument(
        "--times",
        action="append",
        default=[],
        type=times_of_service,
        metavar="SERVICE=N",
        help="how often a service is given where the program leaves that open, such as "
        "drug-test=2, for how long a week, such as group=90min, or every how many weeks; once for "
        "each; the least of its range if not given",
    )


def add_modalities(parser: argparse.ArgumentParser) -> None:
    """Which modality services have that may be of several."""
    parser.add_argument(
        "--modality",
        action="append",
        default=[],
        type=modality_of_service,
        metavar="SERVICE=MODALITY",
        help="which of its modalities a service has where the program leaves that open, such as "
        "individual-session=family_session, once for each; the first that is known to be possible "
        "if not given",
    )


def add_titles(parser: argparse.ArgumentParser) -> None:
    """Whether a calendar file names services."""
    parser.add_argument(
        "--titles",
        action="store_true",
        help="name the services in the calendar file; that discloses the kind of treatment",
    )


def add_output(parser: argparse.ArgumentParser, *, to: str, says: str) -> None:
    """The file that a command writes."""
    parser.add_argument("-o", "--output", type=Path, metavar=to, help=says)


def day_of(text: str) -> date:
    """A day as an argument has it."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  # a date has no zone
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"expected a date such as 2026-01-31, found {text!r}"
        ) from None


def moment_of(text: str) -> datetime:
    """A moment as an argument has it."""
    try:
        moment = datetime.fromisoformat(text)
        moment.astimezone(UTC)  # the first and last days of all are not in every zone
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            f"expected a moment such as 2026-01-31T18:00, found {text!r}"
        ) from None
    return moment


def weeks_of_phase(text: str) -> tuple[str, int]:
    """A phase and its weeks as an argument has them."""
    phase, _, weeks = text.partition("=")
    if not (phase and weeks.isascii() and weeks.isdigit() and len(weeks) <= 3):
        raise argparse.ArgumentTypeError(
            f"expected a phase and its weeks such as treatment=8, found {text!r}"
        )
    return phase, int(weeks)


def weeks_once(given: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Weeks by phase, each phase once."""
    return _once(given, "--weeks is given twice for one phase")


def times_of_service(text: str) -> tuple[str, int | timedelta]:
    """A service and how often, or how long a week, it is given, as an argument has them."""
    match = re.fullmatch(r"([^=]+)=([0-9]{1,5})(min)?", text)
    if not match:
        raise argparse.ArgumentTypeError(
            f"expected a service and how often, such as drug-test=2, or for how long a week, such "
            f"as group=90min, found {text!r}"
        )
    number = int(match[2])
    return match[1], timedelta(minutes=number) if match[3] else number


def times_once(given: Sequence[tuple[str, int | timedelta]]) -> dict[str, int | timedelta]:
    """Rates by service, each service once."""
    return _once(given, "--times is given twice for one service")


def modality_of_service(text: str) -> tuple[str, Modality]:
    """A service and its modality as an argument has them."""
    service, _, modality = text.partition("=")
    known = [each.value for each in Modality]
    if not service or modality not in known:
        fix = did_you_mean(modality, known)
        raise argparse.ArgumentTypeError(
            "expected a service and its modality such as "
            f"individual-session=family_session, found {text!r}{f'; {fix}' if fix else ''}"
        )
    return service, Modality(modality)


def modalities_once(given: Sequence[tuple[str, Modality]]) -> dict[str, Modality]:
    """Modalities by service, each service once."""
    return _once(given, "--modality is given twice for one service")


def _once(given: Sequence[tuple[str, _T]], twice: str) -> dict[str, _T]:
    by_name = dict(given)
    if len(by_name) < len(given):
        raise UsageError(f"{twice}: choose one")
    return by_name


def named_requirements(names: Sequence[str]) -> list[RequirementSet]:
    """Requirement sets by name or file, each once."""
    return [find_or_read(RequirementSet, name, find_requirements) for name in dict.fromkeys(names)]
