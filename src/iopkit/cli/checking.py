"""Commands that check: check, charges, costs."""

import argparse
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from iopkit.applicability import Applicability, applicable_to_plan
from iopkit.charges.charges import Charges, itemize
from iopkit.charges.code_rules import CodingScheme
from iopkit.charges.costs import compare_costs
from iopkit.charges.rates import RateTable
from iopkit.checks.checks import Finding, check, verdict
from iopkit.cli.applying import add_applicable, apply_all, read_needed, refuse_lacking
from iopkit.cli.arguments import (
    add_assume_in_force,
    add_form,
    add_site,
    chosen_form,
    named_requirements,
    refuse_two_forms,
)
from iopkit.cli.files import (
    DONE,
    EXIT_CODES,
    UNDETERMINED,
    Answer,
    Command,
    Named,
    Own,
    UsageError,
    find_or_read,
    read_bytes,
    read_document,
)
from iopkit.cli.joining import add_groups, given_groups
from iopkit.cli.several import (
    Work,
    add_several,
    over_several,
    patients_of,
    refuse_of_one,
)
from iopkit.documents.attendance import attendance_from_csv
from iopkit.documents.documents import to_document
from iopkit.documents.results import (
    checks_document,
    cost_document,
    plan_costs_document,
)
from iopkit.errors import IopkitError
from iopkit.levels import LevelOfCare
from iopkit.library.codings import CODINGS, RATES, find_coding, find_rates
from iopkit.library.costs import COSTS
from iopkit.library.outcomes import LEVEL_FIGURES
from iopkit.library.requirements import REQUIREMENTS
from iopkit.plan_costs import costs_of_plan, rates_for
from iopkit.plans.notes import NoteSubject
from iopkit.plans.plans import Plan
from iopkit.reports.charges import charges_csv, charges_html, charges_text, costs_text
from iopkit.reports.findings import checks_text
from iopkit.reports.lines import page, section
from iopkit.reports.plan_costs import plan_costs_html, plan_costs_text
from iopkit.reports.plans import caution_lines
from iopkit.requirements.requirements import RequirementSet
from iopkit.schedules.attendance import Attended
from iopkit.schedules.scheduling import schedule
from iopkit.schedules.sessions import Schedule
from iopkit.sites.sites import Site
from iopkit.truth import Truth, all_of

_WEEK = timedelta(weeks=1)


def _check_arguments(parser: argparse.ArgumentParser) -> None:
    add_several(parser, "plan", of="plan")
    add_site(
        parser,
        required=False,
        says="check the sessions as they are booked there; if not given, as the plan prescribes",
    )
    add_applicable(
        parser,
        "--requirements",
        of_what="requirement sets",
        says="a shipped requirement set, or a document of one; again for each more, side by side",
        many=True,
    )
    add_assume_in_force(parser)
    _add_applicable_patient(parser)
    _add_attended(parser, says="count only what was attended")
    add_groups(parser)


def _charges_arguments(parser: argparse.ArgumentParser) -> None:
    add_several(parser, "plan", of="plan")
    add_site(parser)
    says = "a shipped coding scheme, or a document of one"
    add_applicable(parser, "--coding", of_what="coding schemes", says=says)
    _add_applicable_patient(parser)
    parser.add_argument(
        "--rates", help="a shipped rate table, or a document of one; no amounts if not given"
    )
    add_assume_in_force(parser)
    add_form(parser, _CHARGES_FORMS)
    _add_attended(parser, says="charge only what was attended")
    add_groups(parser)


def _add_attended(parser: argparse.ArgumentParser, *, says: str) -> None:
    parser.add_argument(
        "--attended",
        type=Path,
        metavar="ATTENDED",
        help=f"{says}: a table in a .csv file with each session's UID, that of the calendar file, "
        "and its minutes, or a JSON list of the UIDs of sessions that were attended in full",
    )


def _add_applicable_patient(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--patient",
        type=Path,
        metavar="PATIENT.json",
        help="whose plan it is, with --applicable; of several plans a folder or JSON Lines of all "
        "patients",
    )


def _costs_arguments(parser: argparse.ArgumentParser) -> None:
    add_several(parser, "plan", of="plan", or_none="what levels of care cost anywhere")
    parser.add_argument(
        "--patient",
        type=Path,
        metavar="PATIENT.json",
        help="whose plan it is; of several plans a folder or JSON Lines of all patients",
    )
    add_site(parser, required=False, says="where it is held")
    parser.add_argument(
        "--rates",
        action="append",
        default=[],
        type=Path,
        metavar="RATES.toml",
        help="your own rates beside those that are shipped; again for each more",
    )
    parser.add_argument(
        "--level",
        metavar="LEVEL",
        help="the plan's level of care, such as 2.1, where its program does not say",
    )
    add_assume_in_force(parser)
    parser.add_argument("--form", choices=["html", "text"], help="text if not given")


def _check(options: argparse.Namespace) -> Work:
    refuse_of_one(options, "attended")
    sets = named_requirements(options.requirements or ())
    site = None if options.site is None else read_document(Site, options.site)
    if options.attended is not None and site is None:
        raise UsageError("--attended is of sessions as they were booked: it needs --site")
    if (options.groups is not None or options.move) and site is None:
        raise UsageError("--groups is for dating sessions: it needs --site")
    if options.applicable:
        return _check_by_all(options)
    given = given_groups(options)

    def one(named: Named) -> Answer:
        plan = read_document(Plan, named)
        booked = None if site is None else given.booked(plan, site)
        judged = partial(
            check,
            booked or plan,
            site=site,
            attended=None if booked is None else _attended(options, booked),
            assume_in_force=options.assume_in_force,
        )
        checked = [(each, judged(each)) for each in sets]
        planned = booked or plan
        met = all_of(verdict(findings) for _, findings in checked)
        document = checks_answer(plan, checked, planned)
        text = cautioned(plan, _with_source(plan, checks_text(checked, planned=planned)))
        return Answer(text, document, EXIT_CODES[met], key=plan.patient)

    return Work(one)


def checks_answer(
    plan: Plan,
    checked: Iterable[tuple[RequirementSet, Iterable[Finding]]],
    planned: Plan | Schedule,
) -> dict[str, Any]:  # Any: plain JSON values
    """What requirement sets find of a plan, after what is to be told first of it, as JSON."""
    return {**caution_of(plan), **checks_document(checked, planned=planned)}


def _check_by_all(options: argparse.Namespace) -> Work:
    """Every shipped requirement set that applies, each on the weeks on which it does."""
    site, given = read_needed(Site, options, "site"), given_groups(options)
    refuse_lacking(options, "patient")
    find_patient, problems = patients_of(options, Own())

    def one(named: Named) -> Answer:
        plan = read_document(Plan, named)
        planned = given.booked(plan, site)
        found = applicable_to_plan(REQUIREMENTS, planned, site, find_patient(plan.patient))
        attended = _attended(options, planned)

        def judged(one: RequirementSet) -> tuple[Finding, ...]:
            spans = [each for each in found if each.rule == one and each.applies is Truth.YES]
            return tuple(
                finding
                for finding in check(planned, one, site=site, attended=attended)
                if finding.week is None or any(_in_week(finding, span) for span in spans)
            )

        applied = apply_all(found, RequirementSet, judged)
        met = applied.truth(verdict(findings) for _, findings in applied.judged)
        checks = checks_document(applied.judged, planned=planned)
        document = {**caution_of(plan), **checks, **applied.rest, "met": met.value}
        blocks = [checks_text(applied.judged, planned=planned)] if applied.judged else []
        text = cautioned(plan, _with_source(plan, applied.text(blocks)))
        return Answer(text, document, EXIT_CODES[met], key=plan.patient)

    return Work(one, problems=problems)


def _in_week(finding: Finding, span: Applicability) -> bool:
    """Whether a rule applies on some day of a finding's week."""
    return finding.start < span.end and span.start < finding.start + _WEEK


def caution_of(plan: Plan) -> dict[str, str]:
    """What is to be told first of a plan, as JSON."""
    return {"caution": plan.caution} if plan.caution else {}


def cautioned(plan: Plan, text: str) -> str:
    """What is said of a plan, after what is to be told first of it."""
    return page([*caution_lines(plan), text])


def _attended(options: argparse.Namespace, booked: Schedule) -> Attended | None:
    """What was attended of a schedule, if a file says so."""
    path: Path | None = options.attended
    if path is None:
        return None
    if path.suffix != ".csv":
        return _uids(path)
    try:
        return attendance_from_csv(read_bytes(path), booked)
    except IopkitError as error:
        raise UsageError(f"{path}: {error}") from error


def _with_source(plan: Plan, text: str) -> str:
    """What is said of a plan, and where its program disagrees with its source or with itself."""
    told = (NoteSubject.SOURCE_DISAGREES, NoteSubject.OUT_OF_REACH)
    wrong = [note.words for note in plan.notes if note.matter in told]
    return page([text, *section("Of its program", wrong)])


def _uids(path: Path) -> list[UUID]:
    """The UIDs of a JSON list; what else a file holds is not shown, as it is about a patient."""
    try:
        uids = json.loads(read_bytes(path))
        return [UUID(uids[place]) for place in range(len(uids))]
    # What is raised for other types, keys and texts, and for lists in lists without end.
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
        raise UsageError(
            f"{path}: expected a JSON list of sessions' UIDs, or a .csv file"
        ) from error


_CHARGES_FORMS: Mapping[str, Callable[[Plan, Charges], str]] = {
    "csv": lambda _, charges: charges_csv(charges),
    "html": lambda plan, charges: charges_html(charges, caution=plan.caution),
    "text": lambda plan, charges: cautioned(plan, charges_text(charges)),
}


def _charges(options: argparse.Namespace) -> Work:
    form = chosen_form(options)
    refuse_of_one(options, "attended")
    if options.applicable:
        return _charges_by_all(options)
    coding = find_or_read(CodingScheme, options.coding, find_coding)
    rates = find_or_read(RateTable, options.rates, find_rates) if options.rates else None
    site, given = read_document(Site, options.site), given_groups(options)

    def one(named: Named) -> Answer:
        plan = read_document(Plan, named)
        booked = given.booked(plan, site)
        charges = itemize(
            booked,
            coding,
            rates=rates,
            attended=_attended(options, booked),
            assume_in_force=options.assume_in_force,
        )
        unknown = rates is not None and charges.total.amount_usd is None
        code = UNDETERMINED if unknown else DONE
        text = _CHARGES_FORMS[form](plan, charges)
        return Answer(text, to_document(charges), code, key=plan.patient)

    return Work(one)


def _charges_by_all(options: argparse.Namespace) -> Work:
    """Every shipped coding scheme that applies, with the rates of the same payer that do."""
    if options.rates is not None:
        raise UsageError("--applicable takes the shipped rates that apply: leave --rates out")
    site, given = read_document(Site, options.site), given_groups(options)
    refuse_lacking(options, "patient")
    find_patient, problems = patients_of(options, Own())

    def one(named: Named) -> Answer:
        plan = read_document(Plan, named)
        booked = given.booked(plan, site)
        patient = find_patient(plan.patient)
        found = applicable_to_plan((*CODINGS, *RATES), booked, site, patient)
        tables = [
            each.rule
            for each in found
            if isinstance(each.rule, RateTable) and each.applies is Truth.YES
        ]
        attended = _attended(options, booked)

        def charged(one: CodingScheme) -> Charges:
            return itemize(booked, one, rates=rates_for(one, tables), attended=attended)

        applied = apply_all(found, CodingScheme, charged)
        charges = [each for _, each in applied.judged]
        # Without rates there is no amount to be known, as where a scheme is named alone.
        known = (
            Truth.of(each.rates is None or each.total.amount_usd is not None or None)
            for each in charges
        )
        document = {
            **caution_of(plan),
            "charges": [to_document(each) for each in charges],
            **applied.rest,
        }
        text = cautioned(plan, applied.text(map(charges_text, charges)))
        return Answer(text, document, EXIT_CODES[applied.truth(known)], key=plan.patient)

    return Work(one, problems=problems)


def _costs(options: argparse.Namespace) -> Answer:
    if options.plan:
        return over_several(_costs_of_plans, "plan")(options)
    named = ("patient", "site", "rates", "level", "assume_in_force", "form", "json_lines")
    if any(getattr(options, name) for name in named):
        raise UsageError("options are for a plan: say which, as in iopkit costs plan.json")
    found = compare_costs(COSTS)
    return Answer(costs_text(found), [cost_document(comparison) for comparison in found])


def _costs_of_plans(options: argparse.Namespace) -> Work:
    refuse_two_forms(options)
    if options.patient is None or options.site is None:
        raise UsageError("a plan's costs need --patient and --site: who pays turns on them")
    site, level = read_document(Site, options.site), options.level
    rates = (*(read_document(RateTable, path) for path in options.rates), *RATES)
    level = LevelOfCare.parse(level) if level else None
    find_patient, problems = patients_of(options, Own())

    def one(named: Named) -> Answer:
        plan = read_document(Plan, named)
        costs = costs_of_plan(
            schedule(plan, site),
            site,
            find_patient(plan.patient),
            codings=CODINGS,
            rates=rates,
            figures=LEVEL_FIGURES,
            level=level,
            assume_in_force=options.assume_in_force,
        )
        if options.form == "html":
            text = plan_costs_html(costs)
        else:
            text = cautioned(plan, plan_costs_text(costs))
        document = {**caution_of(plan), **plan_costs_document(costs)}
        code = DONE if costs.is_known else UNDETERMINED
        return Answer(text, document, code, key=plan.patient)

    return Work(one, problems=problems)


COMMANDS: Mapping[str, Command] = {
    "check": Command(_check_arguments, over_several(_check, "plan")),
    "charges": Command(_charges_arguments, over_several(_charges, "plan")),
    "costs": Command(_costs_arguments, _costs),
}
