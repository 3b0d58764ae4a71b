"""Commands that judge: decide, place, compare, analyze."""

import argparse
from collections.abc import Callable, Mapping
from datetime import date, datetime

from iopkit.cli.arguments import add_own, add_patient, day_of, own_of
from iopkit.cli.files import (
    DONE,
    EXIT_CODES,
    NO,
    Answer,
    Command,
    UsageError,
    find_or_read,
    read_document,
)
from iopkit.documents.documents import to_document
from iopkit.documents.results import analysis_document, comparison_document, tradeoff_document
from iopkit.eligibility.analysis import analyze, difference
from iopkit.eligibility.policies import Decision, Policy
from iopkit.library.ladders import find_ladder
from iopkit.library.policies import find_policy
from iopkit.patients.patients import Patient
from iopkit.placement.placement import Ladder, place
from iopkit.placement.tradeoffs import compare_levels
from iopkit.reports.decisions import decision_html, decision_markdown, decision_text
from iopkit.reports.placements import placement_text, tradeoffs_text
from iopkit.reports.policies import analysis_text, comparison_text


def _decide_arguments(parser: argparse.ArgumentParser) -> None:
    add_patient(parser)
    parser.add_argument("--policy", required=True, help="a shipped policy, or a policy document")
    parser.add_argument("--form", choices=sorted(_FORMS), help="how the answer is written")
    add_own(parser)
    _add_day(parser)


def _place_arguments(parser: argparse.ArgumentParser) -> None:
    add_patient(parser)
    parser.add_argument(
        "--ladder",
        default="us-public-rules",
        help="a shipped ladder, or a ladder document; us-public-rules if not given",
    )
    add_own(parser)
    _add_day(parser)


def _compare_arguments(parser: argparse.ArgumentParser) -> None:
    for policy in ("A", "B"):
        parser.add_argument(policy, help="a shipped policy, or a policy document")
    add_own(parser)
    _add_day(parser)
    for policy in ("A", "B"):
        parser.add_argument(
            f"--on-{policy.lower()}",
            type=day_of,
            metavar="DATE",
            help=f"the day to take {policy} for, such as one of an older version",
        )


def _analyze_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("policy", help="a shipped policy, or a policy document")
    add_own(parser)
    _add_day(parser)


def _add_day(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--on",
        type=day_of,
        default=None,
        metavar="DATE",
        help="the day to judge for; today if not given",
    )


_FORMS: Mapping[str, Callable[[Decision], str]] = {
    "html": decision_html,
    "markdown": decision_markdown,
    "text": decision_text,
}


def _decide(options: argparse.Namespace) -> Answer:
    if options.json and options.form:
        raise UsageError("--form is for reading, and --json has a form of its own: choose one")
    own = own_of(options)
    policy = find_or_read(Policy, options.policy, find_policy, own)
    patient = read_document(Patient, options.patient, own)
    decision = policy.decide(patient, on=_judged_on(options))
    text = _FORMS[options.form or "text"](decision)
    return Answer(text, to_document(decision), EXIT_CODES[decision.verdict])


def _compare(options: argparse.Namespace) -> Answer:
    own, names = own_of(options), (options.A, options.B)
    first, second = (find_or_read(Policy, name, find_policy, own) for name in names)
    days = [day or _judged_on(options) for day in (options.on_a, options.on_b)]
    found = difference(first, second, on=days[0], second_on=days[1])
    document = comparison_document(found)
    return Answer(comparison_text(found), document, DONE if found.same else NO)


def _analyze(options: argparse.Namespace) -> Answer:
    policy = find_or_read(Policy, options.policy, find_policy, own_of(options))
    found = analyze(policy, on=_judged_on(options))
    return Answer(analysis_text(found), analysis_document(found), DONE if found.sound else NO)


def _place(options: argparse.Namespace) -> Answer:
    own = own_of(options)
    ladder = find_or_read(Ladder, options.ladder, find_ladder, own)
    patient = read_document(Patient, options.patient, own)
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
    return Answer(text, document, EXIT_CODES[placement.verdict])


def _judged_on(options: argparse.Namespace) -> date:
    on: date | None = options.on
    return on or datetime.now().astimezone().date()


COMMANDS: Mapping[str, Command] = {
    "decide": Command(_decide_arguments, _decide),
    "place": Command(_place_arguments, _place),
    "compare": Command(_compare_arguments, _compare),
    "analyze": Command(_analyze_arguments, _analyze),
}
