"""Commands that judge: decide, place, compare, analyze, applicable."""

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from attrs import evolve

from iopkit.applicability import applicable
from iopkit.cli.applying import add_applicable, apply_all, read_needed
from iopkit.cli.arguments import (
    add_assume_in_force,
    add_form,
    add_own,
    add_site,
    chosen_form,
    day_of,
    own_of,
)
from iopkit.cli.files import (
    DONE,
    EXIT_CODES,
    NO,
    UNDETERMINED,
    Answer,
    Command,
    Named,
    UsageError,
    find_or_read,
    read_document,
)
from iopkit.cli.several import Table, Work, add_several, over_several, told_as
from iopkit.documents.documents import to_document
from iopkit.documents.results import (
    analysis_document,
    applicability_document,
    comparison_document,
    excluded_document,
    tradeoff_document,
)
from iopkit.eligibility.analysis import analyze, difference
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Decision, Policy
from iopkit.eligibility.predicates import AnyFact
from iopkit.eligibility.sheets import FactSheet
from iopkit.levels import LevelOfCare
from iopkit.library.ladders import find_ladder
from iopkit.library.outcomes import LEVEL_FIGURES
from iopkit.library.policies import POLICIES, find_policy
from iopkit.library.rules import RULES
from iopkit.patients.patients import Patient
from iopkit.placement.beside import OpioidTreatment
from iopkit.placement.placement import Ladder, Placement, place, place_sheet
from iopkit.placement.tradeoffs import compare_levels
from iopkit.reports.applying import applicability_text
from iopkit.reports.decisions import (
    TOO_COMPLEX,
    decision_html,
    decision_markdown,
    decision_text,
    worked_out,
)
from iopkit.reports.placements import placement_text, tradeoffs_text
from iopkit.reports.policies import analysis_text, comparison_text
from iopkit.reports.tables import csv_table
from iopkit.sites.sites import Site
from iopkit.truth import Truth
from iopkit.windows import WeeklyWindows


def _decide_arguments(parser: argparse.ArgumentParser) -> None:
    add_several(parser, "patient", of="patient", table=True)
    says = "a shipped policy, or a policy document"
    add_applicable(parser, "--policy", of_what="policies", says=says)
    add_site(parser, required=False, says="where the patient is treated; with --applicable")
    add_form(parser, _FORMS)
    add_own(parser)
    _add_day(parser)
    add_assume_in_force(parser)


def _applicable_arguments(parser: argparse.ArgumentParser) -> None:
    add_site(parser)
    add_several(parser, "--patient", of="patient")
    _add_day(parser)
    parser.add_argument("--all", action="store_true", help="list those that do not apply, too")


def _place_arguments(parser: argparse.ArgumentParser) -> None:
    add_several(parser, "patient", of="patient", table=True)
    parser.add_argument(
        "--ladder",
        default="us-public-rules",
        help="a shipped ladder, or a ladder document; us-public-rules if not given",
    )
    parser.add_argument(
        "--beside",
        action="append",
        default=[],
        type=_treatment_and_policy,
        metavar="TREATMENT=POLICY",
        help="a policy on a treatment of opioid use disorder that can go beside the level",
    )
    parser.add_argument(
        "--times",
        action="append",
        default=[],
        type=_level_and_window,
        metavar="LEVEL=WINDOW",
        help="when a level's services are given, such as '2.5=monday 09:00-15:00'; may be repeated",
    )
    add_own(parser)
    _add_day(parser)
    add_assume_in_force(parser)


def _treatment_and_policy(text: str) -> tuple[OpioidTreatment, str]:
    """A treatment of opioid use disorder and a policy's name or file."""
    treatment, _, policy = text.partition("=")
    if treatment not in {*OpioidTreatment} or not policy:
        raise argparse.ArgumentTypeError(
            f"expected one of {', '.join(OpioidTreatment)}, = and a policy, found {text!r}"
        )
    return OpioidTreatment(treatment), policy


def _level_and_window(text: str) -> tuple[str, str]:
    """A level's number and a window of the week."""
    level, _, window = text.partition("=")
    if not (level and window):
        raise argparse.ArgumentTypeError(
            f"expected a level and a window such as '2.5=monday 09:00-15:00', found {text!r}"
        )
    return level, window


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


def _decision_csv(decision: Decision) -> str:
    row = _decision_row(decision)
    return csv_table([[*row], [*row.values()]])


_FORMS: Mapping[str, Callable[[Decision], str]] = {
    "csv": _decision_csv,
    "html": decision_html,
    "markdown": decision_markdown,
    "text": decision_text,
}


def _decision_row(decision: Decision) -> dict[str, str]:
    """What a table of many tells of a decision; it never says more than the decision does."""
    return {
        "verdict": _VERDICTS[decision.verdict],
        **_beside_verdict(decision),
        "assumed_in_force": "yes" if decision.assumed_in_force else "",
    }


def _beside_verdict(decision: Decision) -> dict[str, str]:
    """What is to be found out, what no rule has read, what contradicts itself, and who pays."""
    names = worked_out(lambda: decision.missing)
    return {
        "missing": TOO_COMPLEX if names is None else ", ".join(names),
        "unjudged": ", ".join(risk.fact.name for risk in decision.unjudged or ()),
        "contradictions": ", ".join(each.name for each in decision.contradictions or ()),
        "covered": _VERDICTS[decision.coverage.covered] if decision.coverage else "",
    }


_VERDICTS = {Truth.YES: "yes", Truth.NO: "no", Truth.UNKNOWN: "undetermined"}


def _decide(options: argparse.Namespace) -> Work:
    form = chosen_form(options)
    if options.applicable:
        return _decide_by_all(options)
    own, on, assume = own_of(options), _judged_on(options), options.assume_in_force
    policy = find_or_read(Policy, options.policy, find_policy, own)
    told = told_as(options)

    def answer(decision: Decision, key: UUID | None = None) -> Answer:
        return Answer(
            _FORMS[form](decision) if told == "text" else "",
            to_document(decision) if told == "json" else None,
            EXIT_CODES[decision.verdict],
            key=key,
            row=_decision_row(decision),
        )

    def one(named: Named) -> Answer:
        patient = read_document(Patient, named, own)
        return answer(policy.decide(patient, on=on, assume_in_force=assume), patient.key)

    return Work(
        one,
        f"{policy.title} ({policy.name}) on {on}",
        Table(
            own.facts or FACTS,
            lambda: policy.facts(on=on, assume_in_force=assume),
            on,
            lambda sheet: answer(policy.decide_sheet(sheet, assume_in_force=assume)),
        ),
    )


def _decide_by_all(options: argparse.Namespace) -> Work:
    """Every shipped policy that applies, one after the other."""
    site, on = read_needed(Site, options, "site"), _judged_on(options)

    def one(named: Named) -> Answer:
        patient = read_document(Patient, named)
        applied = apply_all(
            applicable(POLICIES, site, patient, on=on), Policy, lambda p: p.decide(patient, on=on)
        )
        decisions = [decision for _, decision in applied.judged]
        document = {"decisions": [to_document(each) for each in decisions], **applied.rest}
        verdict = applied.truth(decision.verdict for decision in decisions)
        text = applied.text(map(decision_text, decisions))
        return Answer(text, document, EXIT_CODES[verdict], key=patient.key)

    return Work(one)


def _applicable(options: argparse.Namespace) -> Work:
    on, site = _judged_on(options), read_document(Site, options.site)

    def one(named: Named) -> Answer:
        patient = read_document(Patient, named)
        found = applicable(RULES, site, patient, on=on)
        listed = [each for each in found if options.all or each.applies is not Truth.NO]
        document = {
            "on": on.isoformat(),
            "rules": [applicability_document(each) for each in listed],
        }
        unsure = any(each.applies is Truth.UNKNOWN for each in listed)
        text = f"Rules at {site.name} on {on}\n\n{applicability_text(listed)}"
        return Answer(text, document, UNDETERMINED if unsure else DONE, key=patient.key)

    return Work(one)


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


def _place(options: argparse.Namespace) -> Work:
    own, on, assume = own_of(options), _judged_on(options), options.assume_in_force
    ladder = find_or_read(Ladder, options.ladder, find_ladder, own)
    times = _times(options.times, ladder)
    judges: dict[OpioidTreatment, tuple[Policy, ...]] = {}
    for treatment, name in options.beside:
        judges[treatment] = (*judges.get(treatment, ()), find_or_read(Policy, name, find_policy))

    told = told_as(options)

    def one(named: Named) -> Answer:
        patient = read_document(Patient, named, own)
        placement = place(ladder, patient, on=on, beside=judges, assume_in_force=assume)
        found = evolve(_placed(placement, told), key=patient.key)
        if told == "row":
            return found
        rows = compare_levels(
            patient,
            on=on,
            levels=[rung.level for rung in ladder.rungs],
            times=times,
            figures=LEVEL_FIGURES,
        )
        if told == "json":
            tradeoffs = [tradeoff_document(row) for row in rows]
            return evolve(found, document={**found.document, "tradeoffs": tradeoffs})
        head = "What each level asks and gives:"
        return evolve(found, text=f"{found.text}\n\n{head}\n\n{tradeoffs_text(rows)}")

    def of_sheet(sheet: FactSheet) -> Answer:
        if judges or times:
            raise UsageError("--beside and --times turn on a patient's record: a row has none")
        return _placed(place_sheet(ladder, sheet, assume_in_force=assume), told)

    def needed() -> Iterator[AnyFact]:
        for rung in ladder.rungs:
            yield from rung.policy.facts(on=on, assume_in_force=assume)

    head = f"{ladder.title} ({ladder.name}) on {on}"
    return Work(one, head, Table(own.facts or FACTS, needed, on, of_sheet))


def _placed(placement: Placement, told: str) -> Answer:
    """A placement, without what each level asks and gives."""
    level = placement.level or placement.stopped_at
    row = {
        "verdict": _VERDICTS[placement.verdict],
        "level": level.number if level else "",
        **_beside_verdict(placement.results[-1].decision),
        "assumed_in_force": "yes" if placement.assumed_in_force else "",
    }
    text = placement_text(placement) if told == "text" else ""
    document = _placement_document(placement) if told == "json" else None
    return Answer(text, document, EXIT_CODES[placement.verdict], row=row)


def _placement_document(placement: Placement) -> dict[str, Any]:  # Any: plain JSON values
    return {
        "placement": to_document(placement),
        "excluded": [excluded_document(excluded) for excluded in placement.excluded],
    }


def _times(given: Iterable[tuple[str, str]], ladder: Ladder) -> dict[LevelOfCare, WeeklyWindows]:
    """The windows of each level that they are given for, in the ladder's edition."""
    listed: dict[LevelOfCare, list[str]] = {}
    for number, window in given:
        level = LevelOfCare.parse(number, edition=ladder.rungs[0].level.edition)
        listed.setdefault(level, []).append(window)
    return {level: WeeklyWindows.of(*windows) for level, windows in listed.items()}


def _judged_on(options: argparse.Namespace) -> date:
    on: date | None = options.on
    return on or datetime.now().astimezone().date()


COMMANDS: Mapping[str, Command] = {
    "decide": Command(_decide_arguments, over_several(_decide, "patient")),
    "applicable": Command(_applicable_arguments, over_several(_applicable, "patient")),
    "place": Command(_place_arguments, over_several(_place, "patient")),
    "compare": Command(_compare_arguments, _compare),
    "analyze": Command(_analyze_arguments, _analyze),
}
