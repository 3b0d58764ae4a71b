"""The command line: the only reader of files, the clock and arguments.

Each command works out its whole answer first; files are written after that, all or
none, and then the answer is printed.
"""

import argparse
import json
import os
import secrets
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, TextIO, TypeVar
from uuid import UUID

from attrs import evolve, field, frozen

from iopkit.calendars.appointments import appointments_from_ical
from iopkit.calendars.ical import to_ical, update_ical
from iopkit.charges.charges import itemize
from iopkit.charges.code_rules import CodingScheme
from iopkit.charges.costs import compare_costs
from iopkit.charges.rates import RateTable
from iopkit.checks.checks import check, verdict
from iopkit.checks.fitting import fits
from iopkit.checks.proposals import propose
from iopkit.confidential import hidden
from iopkit.documents.documents import KINDS, from_json, from_toml, to_document
from iopkit.documents.results import (
    cost_document,
    fact_document,
    fit_document,
    proposals_document,
    tradeoff_document,
)
from iopkit.documents.schemas import json_schema
from iopkit.documents.upgrades import Upgrade, upgrade_file
from iopkit.eligibility.analysis import difference
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Decision, Policy
from iopkit.errors import InvalidError, IopkitError, UnknownNameError
from iopkit.library.codings import CODINGS, RATES, find_coding, find_rates
from iopkit.library.costs import COSTS
from iopkit.library.ladders import LADDERS, find_ladder
from iopkit.library.policies import POLICIES, find_policy
from iopkit.library.programs import find_program, program_names, program_text
from iopkit.library.requirements import REQUIREMENTS, find_requirements
from iopkit.library.rule_reports import rules_document, rules_since, rules_text
from iopkit.patients.patients import Patient, refuse_before_birth
from iopkit.placement.placement import Ladder, place
from iopkit.placement.tradeoffs import compare_levels
from iopkit.plans.drafting import draft
from iopkit.plans.plans import Plan
from iopkit.plans.preferences import Preferences
from iopkit.programs.programs import Program
from iopkit.reports.changes import difference_text
from iopkit.reports.charges import charges_text, coding_text, costs_text, rates_text
from iopkit.reports.decisions import decision_html, decision_markdown, decision_text
from iopkit.reports.findings import checks_text
from iopkit.reports.fits import fits_text, proposals_text
from iopkit.reports.handout import plan_html
from iopkit.reports.lines import fold
from iopkit.reports.placements import ladder_text, placement_text, tradeoffs_text
from iopkit.reports.plans import caution_lines, plan_text
from iopkit.reports.policies import comparison_text, fact_text, policy_text
from iopkit.reports.programs import template_text
from iopkit.reports.requirements import requirements_text
from iopkit.reports.schedules import calendar_text, moves_text
from iopkit.requirements.requirements import RequirementSet
from iopkit.schedules.conflicts import Appointment
from iopkit.schedules.differences import schedule_difference
from iopkit.schedules.obstructions import Surroundings
from iopkit.schedules.rescheduling import reschedule
from iopkit.schedules.scheduling import schedule
from iopkit.schedules.sessions import Schedule
from iopkit.sites import Site
from iopkit.truth import Truth, all_of
from iopkit.windows import DayPart

T = TypeVar("T")

DONE, NO, BAD_INPUT, UNDETERMINED = 0, 1, 2, 3
_SUITABILITY = "iop-suitability"
_CODES = {Truth.YES: DONE, Truth.NO: NO, Truth.UNKNOWN: UNDETERMINED}

_EPILOG = """\
exit codes:
  0  done, or the answer is yes
  1  the answer is no, a requirement is unmet, or two policies differ
  2  bad input; every problem is listed, and nothing is written
  3  undetermined: something is not known

iopkit advises; clinicians decide.
"""


class _UsageError(IopkitError):
    """A file that cannot be read or written, or a policy that cannot be used on the day."""


@frozen(repr=False)
class _Answer:
    """What a command has to say, as text and as JSON, and what it has to write."""

    text: str
    document: Any  # Any: plain JSON values
    code: int = DONE
    files: Mapping[Path, bytes] = field(factory=dict[Path, bytes])

    __repr__ = hidden


def run() -> None:
    """The ``iopkit`` command."""
    try:
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output has closed it, as ``head`` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = DONE
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def main(arguments: Sequence[str]) -> int:
    """Run a command line, print its answer and return its exit code.

    Example:
        >>> main(["list", "ladders"])
        us-public-rules  Levels of care by public rules, third edition
        0
    """
    options = _parser().parse_args(arguments)
    try:
        answer: _Answer = options.command(options)
        _write(answer.files)
    except IopkitError as error:
        _print(f"iopkit: {error}", sys.stderr)
        return BAD_INPUT
    # JSON in ASCII is the same JSON on every terminal.
    _print(json.dumps(answer.document, indent=2) if options.json else answer.text, sys.stdout)
    return answer.code


def _print(text: str, stream: TextIO) -> None:
    """Print what the stream's encoding can show, and the rest escaped."""
    encoding = stream.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding), file=stream)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="iopkit",
        description="Model intensive outpatient addiction treatment.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str, does: Callable[[argparse.Namespace], _Answer], says: str
    ) -> argparse.ArgumentParser:
        sub = commands.add_parser(
            name,
            help=says,
            description=says,
            epilog=_EPILOG,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        sub.set_defaults(command=does)
        sub.add_argument("--json", action="store_true", help="print JSON in place of text")
        return sub

    _judging_commands(command)
    _planning_commands(command)
    _changing_commands(command)
    _fitting_commands(command)
    _shipped_commands(command)
    return parser


# Adds a command: its name, what it does, and what it says of itself.
_Command = Callable[[str, Callable[[argparse.Namespace], _Answer], str], argparse.ArgumentParser]


def _judging_commands(command: _Command) -> None:
    decide = command("decide", _decide, "Judge a patient by a policy.")
    decide.add_argument("patient", metavar="PATIENT.json", type=Path)
    decide.add_argument("--policy", required=True, help="a shipped policy, or a policy document")
    decide.add_argument("--form", choices=sorted(_FORMS), help="how the answer is written")

    placed = command(
        "place", _place, "Find the least intensive level of care that rules do not exclude."
    )
    placed.add_argument("patient", metavar="PATIENT.json", type=Path)
    placed.add_argument(
        "--ladder",
        default="us-public-rules",
        help="a shipped ladder, or a ladder document; us-public-rules if not given",
    )

    compare = command("compare", _compare, "Tell where two policies differ, with examples.")
    for policy in ("A", "B"):
        compare.add_argument(policy, help="a shipped policy, or a policy document")

    for judging in (decide, placed, compare):
        judging.add_argument(
            "--on",
            type=_day,
            default=None,
            metavar="DATE",
            help="the day to judge for; today if not given",
        )


def _planning_commands(command: _Command) -> None:
    plan = command("plan", _plan, "Draft a patient's plan from a program.")
    plan.add_argument("patient", metavar="PATIENT.json", type=Path)
    plan.add_argument("--program", required=True, help="a shipped program, or a program document")
    plan.add_argument("--site", required=True, type=Path, metavar="SITE.toml")
    plan.add_argument(
        "--start", required=True, type=_day, metavar="DATE", help="first day of the first week"
    )
    plan.add_argument(
        "--seed", type=int, default=None, help="draws the random days; drawn itself if not given"
    )
    plan.add_argument(
        "--track",
        metavar="NAME",
        help="the program's track; the one that collides least if not given",
    )
    plan.add_argument(
        "--weeks",
        action="append",
        default=[],
        type=_phase_weeks,
        metavar="PHASE=N",
        help="how many weeks a phase has, once for each; the least of its range if not given",
    )
    plan.add_argument(
        "--prefer",
        nargs="+",
        default=[],
        choices=[part.value for part in DayPart],
        help="parts of the day, the most wanted first, for services that have a choice",
    )
    for option, what in (
        ("--days", "so many days a week with a session, if that can be"),
        ("--longest-gap", "so many days at most from one such day to the next, if that can be"),
    ):
        plan.add_argument(option, type=int, metavar="N", help=what)
    judged_by = plan.add_mutually_exclusive_group()
    judged_by.add_argument(
        "--policy",
        action="append",
        default=[],
        help="a policy to judge the patient by on the first day, again for each more; the plan "
        f"keeps the decision; {_SUITABILITY} if not given",
    )
    judged_by.add_argument(
        "--no-policy", action="store_true", help="judge the patient by no policy; the plan says so"
    )
    plan.add_argument(
        "--despite-no",
        action="store_true",
        help='draft although a policy says "no"; the plan says so wherever it is shown',
    )
    plan.add_argument(
        "--requirements",
        action="append",
        default=[],
        help="a requirement set, of which the plan gets the days to be reviewed and certified",
    )
    plan.add_argument("-o", "--output", type=Path, metavar="PLAN.json", help="write the plan")

    dated = command("schedule", _schedule, "Date every session of a plan.")
    dated.add_argument("plan", metavar="PLAN.json", type=Path)
    dated.add_argument("--site", required=True, type=Path, metavar="SITE.toml")
    dated.add_argument("--ical", type=Path, metavar="OUT.ics", help="write a calendar file")
    dated.add_argument(
        "--titles",
        action="store_true",
        help="name the services in the calendar file; that discloses the kind of treatment",
    )
    dated.add_argument(
        "--page",
        type=Path,
        metavar="PAGE.html",
        help="write the plan as a page for the patient, with a picture of a week",
    )
    dated.add_argument(
        "--week",
        type=int,
        default=1,
        metavar="N",
        help="the week on the page; the first if not given",
    )
    dated.add_argument(
        "--picture",
        type=Path,
        metavar="PLAN.svg",
        help="draw the plan along a time line, as an SVG file, or as PNG if it ends in .png",
    )
    dated.add_argument(
        "-o", "--output", type=Path, metavar="SCHEDULE.json", help="write the schedule"
    )

    checked = command("check", _check, "Check a plan against requirements.")
    checked.add_argument("plan", metavar="PLAN.json", type=Path)
    checked.add_argument(
        "--site",
        type=Path,
        metavar="SITE.toml",
        help="check the sessions as they are booked there; if not given, as the plan prescribes",
    )
    checked.add_argument(
        "--requirements",
        required=True,
        action="append",
        help="a shipped requirement set, or a document of one; again for each more, side by side",
    )
    checked.add_argument(
        "--attended",
        type=Path,
        metavar="UIDS.json",
        help="count only the sessions whose UIDs, those of the calendar file, are in this list",
    )

    charged = command("charges", _charges, "Itemize what a plan's sessions are charged as.")
    charged.add_argument("plan", metavar="PLAN.json", type=Path)
    charged.add_argument("--site", required=True, type=Path, metavar="SITE.toml")
    charged.add_argument(
        "--coding", required=True, help="a shipped coding scheme, or a document of one"
    )
    charged.add_argument(
        "--rates", help="a shipped rate table, or a document of one; no amounts if not given"
    )


def _changing_commands(command: _Command) -> None:
    again = command("reschedule", _reschedule, "Date a changed plan, and tell what changes.")
    again.add_argument("schedule", metavar="SCHEDULE.json", type=Path)
    again.add_argument("plan", metavar="PLAN.json", type=Path)
    again.add_argument("--site", required=True, type=Path, metavar="SITE.toml")
    again.add_argument(
        "--as-of",
        type=_moment,
        metavar="MOMENT",
        help="sessions that began up to then stay as they were; now if not given, and in the "
        "site's time without an offset",
    )
    again.add_argument(
        "--busy",
        type=Path,
        metavar="FILE.ics",
        help="a calendar of the patient's, whose appointments nothing is moved into",
    )
    again.add_argument(
        "--ical",
        type=Path,
        metavar="OUT.ics",
        help="write a calendar file of what changes, if a date does",
    )
    again.add_argument(
        "--titles",
        action="store_true",
        help="name the services in the calendar file; that discloses the kind of treatment",
    )
    again.add_argument(
        "-o", "--output", type=Path, metavar="NEW.json", help="write the new schedule"
    )


def _shipped_commands(command: _Command) -> None:
    command("costs", _costs, "Compare what levels of care cost, where somebody counted.")

    listed = command("list", _list, "List what is shipped.")
    listed.add_argument("what", choices=sorted(_SHIPPED))

    shown = command(
        "show",
        _show,
        "Show a policy, ladder, program, requirement set, coding scheme, rate table or fact, "
        "with its sources.",
    )
    shown.add_argument("name")

    example = command("example", _example, "Print a valid example document.")
    example.add_argument("what", choices=("patient", "program", "site"))

    new = command("new", _new, "Start a document: a template with every key explained.")
    new.add_argument("what", choices=sorted(_TEMPLATES))
    new.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE.toml",
        help="write it, unless there is such a file; as JSON if the name ends in .json",
    )

    rules = command(
        "rules", _rules, "Tell which shipped rules versions of iopkit added, ended or corrected."
    )
    rules.add_argument(
        "--since",
        required=True,
        metavar="VERSION",
        help="the version after which to look, such as 0.1.0; 0.0.0 is before all",
    )

    upgrade = command(
        "upgrade", _upgrade, "Bring documents to the current format of their kind; all or none."
    )
    upgrade.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="a document of any kind; it is written again where its format is an older one",
    )
    upgrade.add_argument(
        "--dry-run", action="store_true", help="show what would change, and write nothing"
    )

    schema = command("schema", _schema, "Print the JSON Schema of a document, for editors.")
    schema.add_argument(
        "kind", choices=sorted(KINDS), metavar="KIND", help=f"one of {', '.join(sorted(KINDS))}"
    )


def _fitting_commands(command: _Command) -> None:
    fit = command("fit", _fit, "Rank programs by how they fit a patient and meet requirements.")
    fit.add_argument("patient", metavar="PATIENT.json", type=Path)
    fit.add_argument(
        "--program",
        action="append",
        help="a shipped program, or a program document; may be given again; all that are "
        "shipped if not given",
    )
    fit.add_argument(
        "--start", required=True, type=_day, metavar="DATE", help="first day of the first week"
    )
    fit.add_argument(
        "--weeks",
        action="append",
        type=_phase_weeks,
        default=[],
        metavar="PHASE=N",
        help="how many weeks a phase has whose length is open; may be given again",
    )
    fit.add_argument(
        "--seed", type=int, default=None, help="draws the random days; drawn itself if not given"
    )

    proposed = command("propose", _propose, "Propose the smallest changes that meet requirements.")
    proposed.add_argument("plan", metavar="PLAN.json", type=Path)
    proposed.add_argument(
        "--changes",
        type=int,
        default=2,
        metavar="N",
        help="how many changes to services a proposal may have, from 1 to 4; 2 if not given",
    )
    proposed.add_argument(
        "-o", "--output", type=Path, metavar="PLAN2.json", help="write the plan first proposed"
    )

    for judging in (fit, proposed):
        judging.add_argument("--site", required=True, type=Path, metavar="SITE.toml")
        judging.add_argument(
            "--requirements",
            required=True,
            action="append",
            help="a shipped requirement set, or a document of one; may be given again",
        )


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  # a date has no zone
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"expected a date such as 2026-01-31, found {text!r}"
        ) from None


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"expected a moment such as 2026-01-31T18:00, found {text!r}"
        ) from None


def _phase_weeks(text: str) -> tuple[str, int]:
    phase, _, weeks = text.partition("=")
    if not (phase and weeks.isascii() and weeks.isdigit() and len(weeks) <= 3):
        raise argparse.ArgumentTypeError(
            f"expected a phase and its weeks such as treatment=8, found {text!r}"
        )
    return phase, int(weeks)


_FORMS: Mapping[str, Callable[[Decision], str]] = {
    "html": decision_html,
    "markdown": decision_markdown,
    "text": decision_text,
}


def _decide(options: argparse.Namespace) -> _Answer:
    if options.json and options.form:
        raise _UsageError("--form is for reading, and --json has a form of its own: choose one")
    policy = _named(Policy, options.policy, find_policy)
    patient = _document(Patient, options.patient)
    decision = policy.decide(patient, on=_judged_on(options))
    text = _FORMS[options.form or "text"](decision)
    return _Answer(text, to_document(decision), _CODES[decision.verdict])


def _compare(options: argparse.Namespace) -> _Answer:
    first, second = (_named(Policy, name, find_policy) for name in (options.A, options.B))
    on = _judged_on(options)
    found = difference(first, second, on=on)
    document = {
        "policies": [first.name, second.name],
        "on": found.on.isoformat(),
        "same": found.same,
        "contrasts": [
            {
                "facts": {name: value for name, value in c.facts.items if value is not None},
                "verdicts": [verdict.value for verdict in c.verdicts],
                "deciding": [[criterion.name for criterion in side] for side in c.deciding],
            }
            for c in found.contrasts
        ],
    }
    return _Answer(comparison_text(found), document, DONE if found.same else NO)


def _place(options: argparse.Namespace) -> _Answer:
    ladder = _named(Ladder, options.ladder, find_ladder)
    patient = _document(Patient, options.patient)
    on = _judged_on(options)
    placement = place(ladder, patient, on=on)
    rows = compare_levels(patient, on=on, levels=[rung.level for rung in ladder.rungs])
    document = {
        "placement": to_document(placement),
        "tradeoffs": [tradeoff_document(row) for row in rows],
    }
    text = (
        f"{placement_text(placement)}\n\nWhat each level asks and gives:\n\n{tradeoffs_text(rows)}"
    )
    return _Answer(text, document, _CODES[placement.verdict])


def _judged_on(options: argparse.Namespace) -> date:
    on: date | None = options.on
    return on or datetime.now().astimezone().date()


def _plan(options: argparse.Namespace) -> _Answer:
    program = _named(Program, options.program, find_program)
    site = _document(Site, options.site)
    patient = _document(Patient, options.patient)
    decisions, why_not = _judgments(options, patient)
    seed = secrets.randbits(53) if options.seed is None else options.seed
    plan = draft(
        program,
        patient,
        site,
        start=options.start,
        seed=seed,
        track=options.track,
        phase_weeks=_weeks_of(program, options.weeks),
        requirements=_requirement_sets(options.requirements),
        decisions=decisions,
        preferences=Preferences(
            options.days, options.longest_gap, tuple(map(DayPart, options.prefer))
        ),
        despite_no=True,
        why_not_judged=why_not,
    )
    # Only now, so that bad input is told whatever the policies say.
    refusals = [decision for decision in decisions if decision.verdict is Truth.NO]
    if refusals and not options.despite_no:
        return _refusal(refusals)
    document = to_document(plan)
    return _Answer(plan_text(plan), document, files=_files((options.output, _json(document))))


def _judgments(options: argparse.Namespace, patient: Patient) -> tuple[list[Decision], str | None]:
    """What policies say of the patient on the first day; why there is nothing, if so."""
    start: date = options.start
    if options.no_policy:
        if options.despite_no:
            raise _UsageError("--despite-no is for what a policy says, and --no-policy asks none")
        return [], None
    refuse_before_birth(patient, start, what="plan", path="start")
    if options.policy:
        policies = [_named(Policy, name, find_policy) for name in dict.fromkeys(options.policy)]
        return [policy.decide(patient, on=start) for policy in policies], None
    suitability = find_policy(_SUITABILITY)
    since = suitability.versions.dated[0].since
    if start < since:
        return [], f"{_SUITABILITY} is known from {since}"
    return [suitability.decide(patient, on=start)], None


def _refusal(decisions: Sequence[Decision]) -> _Answer:
    """No plan, and the decisions that are the reason."""
    texts = [decision_text(decision) for decision in decisions]
    lead = (
        "No plan was drafted, as a policy says no. --despite-no drafts one that says so wherever "
        "it is shown; --policy chooses by what to judge, and --no-policy judges by none."
    )
    document = {"drafted": False, "decisions": [to_document(each) for each in decisions]}
    return _Answer("\n\n".join([fold(lead, 0), *texts]), document, NO)


def _weeks_of(program: Program, given: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Weeks by phase, as options give them: each phase that needs it."""
    weeks = _once(given)
    names = [phase.name for phase in program.phases]
    for phase in weeks:
        if phase not in names:
            raise UnknownNameError(f"phase of {program.name}", phase, names)
    if missing := [phase for phase in program.open_lengths if phase not in weeks]:
        options = " ".join(f"--weeks {phase}=N" for phase in missing)
        raise _UsageError(f"{program.name} does not state how long it is: add {options}")
    return weeks


def _once(given: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Weeks by phase, each phase once."""
    weeks = dict(given)
    if len(weeks) < len(given):
        raise _UsageError("--weeks is given twice for one phase: choose one")
    return weeks


def _requirement_sets(names: Sequence[str]) -> list[RequirementSet]:
    return [_named(RequirementSet, name, find_requirements) for name in dict.fromkeys(names)]


def _schedule(options: argparse.Namespace) -> _Answer:
    plan = _document(Plan, options.plan)
    site = _document(Site, options.site)
    dated = schedule(plan, site)
    document = to_document(dated)
    calendar = (
        to_ical(dated, stamp=datetime.now(UTC), titles=options.titles) if options.ical else b""
    )
    page = _page(dated, options.week) if options.page else b""
    picture = _picture(dated, site, options.picture) if options.picture else b""
    text = f"{calendar_text(dated)}\n\nNot as planned:\n{moves_text(dated)}"
    written = _files(
        (options.ical, calendar),
        (options.page, page),
        (options.picture, picture),
        (options.output, _json(document)),
    )
    return _Answer(text, document, files=written)


def _reschedule(options: argparse.Namespace) -> _Answer:
    site, plan = _document(Site, options.site), _document(Plan, options.plan)
    old = _document(Schedule, options.schedule)
    as_of: datetime = options.as_of or datetime.now(UTC)
    if as_of.tzinfo is None:
        as_of = as_of.replace(tzinfo=site.tz)
    busy = _busy(options.busy, plan, site) if options.busy else ()
    new = reschedule(old, plan, Surroundings(site, as_of, busy=busy))
    found = schedule_difference(old, new)
    # A calendar file without an event is none (RFC 5545, 3.6).
    file = options.ical if found.added or found.changed or found.removed else None
    update = update_ical(found, stamp=datetime.now(UTC), titles=options.titles) if file else b""
    document = to_document(new)
    written = _files((file, update), (options.output, _json(document)))
    return _Answer(difference_text(found), document, files=written)


def _busy(path: Path, plan: Plan, site: Site) -> tuple[Appointment, ...]:
    """The appointments of a calendar, while the plan runs and in the weeks after it."""
    end = plan.end + timedelta(weeks=8)
    try:
        return appointments_from_ical(_read(path), start=plan.start, end=end, zone=site.zone)
    except InvalidError as error:
        raise _UsageError(f"{path}: {error}") from error


def _page(dated: Schedule, week: int) -> bytes:
    """A plan as a page with a picture of a week."""
    from iopkit.plots.calendars import week_picture

    picture = week_picture(dated, week=week)
    return plan_html(dated.plan, dated, week=week, picture=picture).encode()


def _picture(dated: Schedule, site: Site, path: Path) -> bytes:
    """A plan along a time line, in the form that a file's name asks for."""
    from iopkit.plots.bands import plan_picture

    return plan_picture(dated, site=site, form="png" if path.suffix.lower() == ".png" else "svg")


def _check(options: argparse.Namespace) -> _Answer:
    sets = _requirement_sets(options.requirements)
    plan = _document(Plan, options.plan)
    site = None if options.site is None else _document(Site, options.site)
    attended = None if options.attended is None else _uids(options.attended)
    if attended is not None and site is None:
        raise _UsageError("--attended is of sessions as they were booked: it needs --site")
    planned = plan if site is None else schedule(plan, site)
    checked = [(each, check(planned, each, site=site, attended=attended)) for each in sets]
    met = all_of(verdict(findings) for _, findings in checked)
    document = {
        **_caution(plan),
        "met": met.value,
        "sets": [
            {
                "requirements": requirements.name,
                "met": verdict(findings).value,
                "findings": [to_document(finding) for finding in findings],
            }
            for requirements, findings in checked
        ],
    }
    text = _cautioned(plan, checks_text(checked))
    return _Answer(text, document, _CODES[met])


def _caution(plan: Plan) -> dict[str, str]:
    """What is to be told first of a plan, as JSON."""
    return {"caution": plan.caution} if plan.caution else {}


def _cautioned(plan: Plan, text: str) -> str:
    """What is said of a plan, after what is to be told first of it."""
    return "\n".join([*caution_lines(plan), text])


def _uids(path: Path) -> list[UUID]:
    """The UIDs of a JSON list; what else a file holds is not shown, as it is about a patient."""
    try:
        uids = json.loads(_read(path))
        return [UUID(uids[place]) for place in range(len(uids))]
    # What is raised for other types, keys and texts, and for lists in lists without end.
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
        raise _UsageError(f"{path}: expected a JSON list of sessions' UIDs") from error


def _charges(options: argparse.Namespace) -> _Answer:
    coding = _named(CodingScheme, options.coding, find_coding)
    rates = _named(RateTable, options.rates, find_rates) if options.rates else None
    plan = _document(Plan, options.plan)
    charges = itemize(schedule(plan, _document(Site, options.site)), coding, rates=rates)
    unknown = rates is not None and charges.total.amount_usd is None
    code = UNDETERMINED if unknown else DONE
    return _Answer(_cautioned(plan, charges_text(charges)), to_document(charges), code)


def _costs(_: argparse.Namespace) -> _Answer:
    found = compare_costs(COSTS)
    return _Answer(costs_text(found), [cost_document(comparison) for comparison in found])


def _fit(options: argparse.Namespace) -> _Answer:
    names = program_names() if options.program is None else options.program
    sets = _requirement_sets(options.requirements)
    found = fits(
        [_named(Program, name, find_program) for name in names],
        _document(Patient, options.patient),
        _document(Site, options.site),
        sets,
        start=options.start,
        seed=secrets.randbits(53) if options.seed is None else options.seed,
        phase_weeks=_once(options.weeks),
    )
    best = found[0]
    document = {
        "requirements": [each.name for each in sets],
        "fits": [fit_document(each) for each in found],
    }
    code = NO if best.standing.other_age_group else _CODES[best.truth]
    return _Answer(fits_text(found), document, code)


def _propose(options: argparse.Namespace) -> _Answer:
    sets = _requirement_sets(options.requirements)
    plan, site = _document(Plan, options.plan), _document(Site, options.site)
    found = propose(plan, site, sets, most_changes=options.changes)
    document = {
        **_caution(plan),
        "requirements": [each.name for each in sets],
        **proposals_document(found),
    }
    best = next(iter(found.found), None)
    met = all_of(judgment.truth for judgment in (best or found).judgments)
    files = _files((options.output, _json(to_document(best.plan)))) if best else {}
    return _Answer(_cautioned(plan, proposals_text(found)), document, _CODES[met], files)


# Names and titles of what is shipped, by kind.
_SHIPPED: Mapping[str, Callable[[], Mapping[str, str]]] = {
    "codings": lambda: {coding.name: coding.title for coding in CODINGS},
    "facts": lambda: {fact.name: fact.meaning for fact in FACTS.values()},
    "ladders": lambda: {ladder.name: ladder.title for ladder in LADDERS},
    "policies": lambda: {policy.name: policy.title for policy in POLICIES},
    "programs": lambda: {name: find_program(name).title for name in program_names()},
    "rates": lambda: {table.name: table.title for table in RATES},
    "requirements": lambda: {r.name: r.title for r in REQUIREMENTS},
}


def _list(options: argparse.Namespace) -> _Answer:
    titles = _SHIPPED[options.what]()
    width = max(map(len, titles))
    text = "\n".join(f"{name:<{width}}  {title}" for name, title in titles.items())
    return _Answer(text, titles)


def _show(options: argparse.Namespace) -> _Answer:
    """Everything of that name: a payer's policy and its requirements may share one."""
    texts: list[str] = []
    documents: dict[str, Any] = {}  # Any: plain JSON values
    found: list[tuple[str, Callable[[str], Any], Callable[[Any], str], Callable[[Any], Any]]] = [
        ("policies", find_policy, policy_text, to_document),
        ("ladders", find_ladder, ladder_text, to_document),
        ("programs", find_program, template_text, to_document),
        ("requirements", find_requirements, requirements_text, to_document),
        ("codings", find_coding, coding_text, to_document),
        ("rates", find_rates, rates_text, to_document),
        ("facts", FACTS.__getitem__, fact_text, fact_document),
    ]
    for kind, find, text, document in found:
        if options.name in _SHIPPED[kind]():
            value = find(options.name)
            texts.append(text(value))
            documents[kind] = document(value)
    if not texts:
        known = [name for names in _SHIPPED.values() for name in names()]
        kinds = "policy, ladder, program, requirement set, coding scheme, rate table or fact"
        raise UnknownNameError(kinds, options.name, set(known))
    return _Answer("\n\n".join(texts), documents)


def _example(options: argparse.Namespace) -> _Answer:
    match options.what:
        case "patient":
            text = (files("iopkit") / "examples" / "patient.json").read_text(encoding="utf-8")
            return _Answer(text.rstrip(), json.loads(text))
        case "site":
            return _template("site")
        case _:
            text = program_text("matrix-16-week")
            return _Answer(text.rstrip(), to_document(find_program("matrix-16-week")))


_TEMPLATES: Mapping[str, type[Program] | type[Site]] = {"program": Program, "site": Site}


def _template(what: str) -> _Answer:
    text = (files("iopkit") / "examples" / f"{what}.toml").read_text(encoding="utf-8")
    return _Answer(text.rstrip(), to_document(from_toml(_TEMPLATES[what], text)))


def _new(options: argparse.Namespace) -> _Answer:
    template = _template(options.what)
    path: Path | None = options.output
    if path is None:
        return template
    if path.exists():
        raise _UsageError(f"cannot write {path}: there is such a file, and it is kept as it is")
    data = _json(template.document) if path.suffix == ".json" else f"{template.text}\n".encode()
    return evolve(template, text=f"wrote {path}", files={path: data})


def _schema(options: argparse.Namespace) -> _Answer:
    schema = json_schema(options.kind)
    return _Answer(json.dumps(schema, indent=2), schema)


def _rules(options: argparse.Namespace) -> _Answer:
    found = rules_since(options.since)
    document = {"since": options.since, "changes": rules_document(found)}
    nothing = f"no shipped rule was added, ended or corrected after {options.since}"
    return _Answer(rules_text(found) or nothing, document)


def _upgrade(options: argparse.Namespace) -> _Answer:
    """Each file's difference; what is already in the current format is not written again."""
    found: dict[Path, tuple[Path, Upgrade]] = {}
    problems: list[str] = []
    for path in options.files:
        try:
            upgrade = upgrade_file(path.name, _read(path))
        except InvalidError as error:
            problems.append(f"{path}: {error}")
        except _UsageError as error:
            problems.append(str(error))
        else:
            # A link stays a link, and a file that is named twice is written once.
            found.setdefault(path.resolve(), (path, upgrade))
    if problems:
        raise _UsageError("\n".join(problems))
    older = {path: upgrade.data for path, (_, upgrade) in found.items() if upgrade.difference}
    written = {} if options.dry_run else older
    blocks = [_upgrade_text(path, upgrade) for path, upgrade in found.values()]
    if older:
        count = f"{len(older)} of {len(found)} file{'s' if len(found) != 1 else ''}"
        blocks.append("nothing was written" if options.dry_run else f"wrote {count}")
    rows = [
        {
            "file": str(path),
            "document": upgrade.kind,
            "from": upgrade.old,
            "to": upgrade.new,
            "difference": upgrade.difference,
            "checked": upgrade.checked,
        }
        for path, upgrade in found.values()
    ]
    document = {"written": bool(written), "files": rows}
    return _Answer("\n".join(blocks), document, files=written)


def _upgrade_text(path: Path, upgrade: Upgrade) -> str:
    if not upgrade.difference:
        return f"{path}: already at format {upgrade.new}"
    head = f"{path}: {upgrade.kind}, format {upgrade.old} to {upgrade.new}"
    if not upgrade.checked:
        head += "; it asks about facts that are not shipped, so that the rest was not checked"
    return f"{head}\n{upgrade.difference}"


def _named(kind: type[T], name: str, find: Callable[[str], T]) -> T:
    """A shipped value by its name, or one read from a file if the name ends as one."""
    path = Path(name)
    return _document(kind, path) if path.suffix in (".json", ".toml") else find(name)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _UsageError(f"cannot read {path}: {error.strerror}") from error


def _document(kind: type[T], path: Path) -> T:
    data = _read(path)
    read = from_toml if path.suffix == ".toml" else from_json
    try:
        return read(kind, data)
    except IopkitError as error:
        raise _UsageError(f"{path}: {error}") from error


def _json(document: Mapping[str, Any]) -> bytes:  # Any: plain JSON values
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _files(*wanted: tuple[Path | None, bytes]) -> dict[Path, bytes]:
    """What is to be written; two contents for one path are refused, as one would be lost."""
    files = {path: data for path, data in wanted if path is not None}
    paths = [path.resolve() for path, _ in wanted if path is not None]
    for twice in (path for path in paths if paths.count(path) > 1):
        raise _UsageError(f"cannot write {twice.name}: two contents are to go there")
    return files


def _write(wanted: Mapping[Path, bytes]) -> None:
    """Write all files or none: each beside its place first, then put in place."""
    for path in wanted:
        if path.exists() and not path.is_file():
            raise _UsageError(f"cannot write {path}: it is not a regular file")
    staged: list[tuple[Path, Path]] = []
    path = Path()
    try:
        for path, data in wanted.items():
            with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
                staged.append((Path(file.name), path))
                file.write(data)
        for temporary, path in staged:
            temporary.replace(path)
    except OSError as error:
        raise _UsageError(f"cannot write {path}: {error.strerror}") from error
    finally:
        for temporary, _ in staged:
            temporary.unlink(missing_ok=True)
