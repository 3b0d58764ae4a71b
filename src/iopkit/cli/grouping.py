"""Commands about groups and who leads them: groups, reassign."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from iopkit.cli.arguments import add_output, add_site, day_of
from iopkit.cli.files import (
    DONE,
    EXIT_CODES,
    NO,
    UNDETERMINED,
    Answer,
    Command,
    Many,
    as_json,
    read_document,
    read_many,
    stem_of,
)
from iopkit.cli.joining import add_groups, given_groups
from iopkit.cli.writing import refuse_no_folder, to_be_written
from iopkit.clinics.joining import groups_by_plan, with_candidates
from iopkit.documents.documents import to_document
from iopkit.documents.results import reassignment_document
from iopkit.groups.assignments import assign
from iopkit.groups.rosters import GroupDose, Roster
from iopkit.groups.solver import Limits
from iopkit.patients.patients import Patient
from iopkit.plans.plans import Plan
from iopkit.reports.groups import assignments_text, reassignment_text
from iopkit.schedules.reassignments import reassign
from iopkit.sites.sites import Site
from iopkit.truth import Truth, all_of


def _groups_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("roster", metavar="ROSTER", type=Path)
    add_site(parser)
    parser.add_argument(
        "--on", type=day_of, metavar="DATE", help="the day of joining; today if not given"
    )
    parser.add_argument(
        "--patients",
        nargs="+",
        default=[],
        type=Path,
        metavar="PATH",
        help="patients, or folders of them: they tell when candidates are free, where the roster "
        "does not, and are candidates with the doses of --dose, where the roster has none of "
        "their key",
    )
    parser.add_argument(
        "--dose",
        action="append",
        default=[],
        type=_dose_of,
        metavar="SERVICE[=N]",
        help="a group of this service, or N of them, for each patient whom the roster does not "
        "have; again for each more",
    )
    parser.add_argument(
        "--plans",
        nargs="+",
        default=[],
        type=Path,
        metavar="PATH",
        help="plans, or folders of them: they tell which groups candidates are in now, where the "
        "roster does not",
    )
    parser.add_argument(
        "--work",
        dest="most_work",
        type=int,
        metavar="N",
        help=f"how much work the solver may do for each aim; {Limits().work:,} if not given",
    )
    parser.add_argument(
        "--seconds",
        type=_seconds_of,
        metavar="N",
        help="how long the solver may look at each aim; with it, results can differ between runs",
    )
    add_output(parser, to="ASSIGNMENTS.json", says="write who is in which group, and who waits")


def _dose_of(text: str) -> tuple[str, int]:
    service, _, number = text.partition("=")
    if not service or not (number or "1").isdecimal() or len(number) > 3:
        raise argparse.ArgumentTypeError(
            f"expected a service and in how many groups of it, such as group=2, found {text!r}"
        )
    return service, int(number or 1)


def _seconds_of(text: str) -> timedelta:
    try:
        return timedelta(seconds=float(text))
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f"expected seconds such as 5, found {text!r}") from None


def _groups(options: argparse.Namespace) -> Answer:
    roster, site = read_document(Roster, options.roster), read_document(Site, options.site)
    patients = read_many(Patient, options.patients) if options.patients else Many[Patient](())
    plans = read_many(Plan, options.plans) if options.plans else Many[Plan](())
    on: date = options.on or datetime.now().astimezone().date()
    doses = tuple(GroupDose(service, number) for service, number in options.dose)
    now_in = groups_by_plan(plans.values, roster, on=on)
    joining = with_candidates(roster, patients.values, doses, now_in)
    keys = {one.key for one in joining.candidates}
    problems = [
        f"{path}: the roster does not have the patient, and --dose no dose"
        for path, patient in patients.found
        if patient.key not in keys
    ]
    work = Limits().work if options.most_work is None else options.most_work
    limits = Limits(time=options.seconds, work=work)
    found = assign(joining, site, on=on, limits=limits)
    document = to_document(found)
    more = UNDETERMINED if found.gap else NO
    return Answer(
        assignments_text(found),
        document,
        more if found.waiting else DONE,
        to_be_written((options.output, as_json(document))),
        (*patients.problems, *plans.problems, *problems),
    )


def _reassign_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "plans", nargs="+", metavar="PLANS", type=Path, help="plans, or folders of them"
    )
    add_groups(parser)
    add_site(parser)
    parser.add_argument("--away", required=True, metavar="NAME", help="the clinician who is away")
    parser.add_argument(
        "--start", required=True, type=day_of, metavar="DATE", help="the first day away"
    )
    parser.add_argument(
        "--end", type=day_of, metavar="DATE", help="the day of the return; none if not given"
    )
    parser.add_argument(
        "--most",
        type=int,
        metavar="N",
        help="how many patients a counselor can have; as many as there are if not given",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FOLDER",
        help="write the plans that change into a folder, under their files' names",
    )


def _reassign(options: argparse.Namespace) -> Answer:
    site = read_document(Site, options.site)
    plans = read_many(Plan, options.plans).once(lambda each: each.key, "plan")
    found = reassign(
        plans.values,
        given_groups(options).groups,
        site,
        away=options.away,
        start=options.start,
        end=options.end,
        most=options.most,
    )
    left = found.groups_left or found.plans_left
    taken = all_of(each.may_lead for each in found.groups)
    return Answer(
        reassignment_text(found),
        reassignment_document(found),
        EXIT_CODES[Truth.NO if left else taken],
        to_be_written(*_written(options.output, plans, found.plans)),
        plans.problems,
    )


def _written(
    folder: Path | None, plans: Many[Plan], changed: Sequence[Plan]
) -> Iterator[tuple[Path, bytes]]:
    """Each plan that changes, under the name of its file."""
    if folder is None:
        return
    refuse_no_folder(folder)
    after = {plan.key: plan for plan in changed}
    for path, plan in plans.found:
        if plan.key in after:
            yield folder / f"{stem_of(path)}.json", as_json(to_document(after[plan.key]))


COMMANDS: Mapping[str, Command] = {
    "groups": Command(_groups_arguments, _groups),
    "reassign": Command(_reassign_arguments, _reassign),
}
