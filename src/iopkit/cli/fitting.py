"""Commands that look for what fits: fit, propose."""

import argparse
import secrets
from collections.abc import Mapping

from iopkit.checks.fitting import fits
from iopkit.checks.proposals import propose
from iopkit.cli.arguments import (
    add_assume_in_force,
    add_output,
    add_own,
    add_requirements,
    add_seed,
    add_site,
    add_start,
    add_times,
    add_weeks,
    named_requirements,
    own_of,
    times_once,
    weeks_once,
)
from iopkit.cli.checking import caution_of, cautioned
from iopkit.cli.files import (
    EXIT_CODES,
    NO,
    Answer,
    Command,
    Named,
    as_json,
    find_or_read,
    read_document,
)
from iopkit.cli.joining import add_groups, add_own_groups, given_groups
from iopkit.cli.several import Work, add_several, file_for, over_several
from iopkit.cli.writing import to_be_written
from iopkit.documents.documents import to_document
from iopkit.documents.results import fit_document, proposals_document
from iopkit.library.programs import find_program, program_names
from iopkit.patients.patients import Patient
from iopkit.plans.plans import Plan
from iopkit.programs.programs import Program
from iopkit.reports.fits import fits_text, proposals_text
from iopkit.sites.sites import Site
from iopkit.truth import all_of

_MAY_REPEAT = "a shipped requirement set, or a document of one; may be given again"


def _fit_arguments(parser: argparse.ArgumentParser) -> None:
    add_several(parser, "patient", of="patient")
    add_own(parser)
    parser.add_argument(
        "--program",
        action="append",
        help="a shipped program, or a program document; may be given again; all that are "
        "shipped if not given",
    )
    add_own_groups(parser)
    add_start(parser)
    add_weeks(parser, says="how many weeks a phase has whose length is open; may be given again")
    add_times(parser)
    add_seed(parser)
    add_site(parser)
    add_requirements(parser, says=_MAY_REPEAT)
    add_assume_in_force(parser)


def _propose_arguments(parser: argparse.ArgumentParser) -> None:
    add_several(parser, "plan", of="plan")
    parser.add_argument(
        "--changes",
        type=int,
        default=2,
        metavar="N",
        help="how many changes to services a proposal may have, from 1 to 4; 2 if not given",
    )
    add_output(parser, to="PLAN2.json", says="write the plan first proposed")
    add_groups(parser)
    add_site(parser)
    add_requirements(parser, says=_MAY_REPEAT)
    add_assume_in_force(parser)


def _fit(options: argparse.Namespace) -> Work:
    names = program_names() if options.program is None else options.program
    sets, own = named_requirements(options.requirements), own_of(options)
    programs = [find_or_read(Program, name, find_program) for name in names]
    site, given = read_document(Site, options.site), given_groups(options)
    weeks, times = weeks_once(options.weeks), times_once(options.times)

    def one(named: Named) -> Answer:
        patient = read_document(Patient, named, own)
        found = fits(
            programs,
            patient,
            site,
            sets,
            start=options.start,
            seed=secrets.randbits(53) if options.seed is None else options.seed,
            phase_weeks=weeks,
            times=times,
            assume_in_force=options.assume_in_force,
            groups=given.of_patient(patient.key),
        )
        best = found[0]
        document = {
            "requirements": [each.name for each in sets],
            "fits": [fit_document(each) for each in found],
        }
        code = NO if best.standing.other_age_group else EXIT_CODES[best.truth]
        return Answer(fits_text(found), document, code, key=patient.key)

    return Work(one)


def _propose(options: argparse.Namespace) -> Work:
    sets = named_requirements(options.requirements)
    site, given = read_document(Site, options.site), given_groups(options)

    def one(named: Named) -> Answer:
        plan = read_document(Plan, named)
        found = propose(
            plan,
            site,
            sets,
            most_changes=options.changes,
            assume_in_force=options.assume_in_force,
            meetings=given.meetings_for(site, plan),
        )
        document = {
            **caution_of(plan),
            "requirements": [each.name for each in sets],
            **proposals_document(found),
        }
        best = next(iter(found.found), None)
        met = all_of(judgment.truth for judgment in (best or found).judgments)
        file = file_for(options, "output", plan.patient)
        files = to_be_written((file, as_json(to_document(best.plan)))) if best else {}
        text = cautioned(plan, proposals_text(found))
        return Answer(text, document, EXIT_CODES[met], files, key=plan.patient)

    return Work(one)


COMMANDS: Mapping[str, Command] = {
    "fit": Command(_fit_arguments, over_several(_fit, "patient")),
    "propose": Command(_propose_arguments, over_several(_propose, "plan")),
}
