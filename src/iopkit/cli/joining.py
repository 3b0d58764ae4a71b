"""What commands take of groups: a roster or assignments, a patient's groups, moved meetings."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from attrs import evolve

from iopkit.cli.files import UsageError, find_document
from iopkit.confidential import hidden
from iopkit.errors import IopkitError, find_named
from iopkit.fields import frozen
from iopkit.groups.assignments import Assignments
from iopkit.groups.groups import MOVE_FORM, Group, join, read_move
from iopkit.groups.rosters import Roster
from iopkit.plans.plans import Plan
from iopkit.programs.programs import Program
from iopkit.schedules.meeting_dates import plan_meetings
from iopkit.schedules.meetings import Meeting
from iopkit.schedules.scheduling import schedule
from iopkit.schedules.sessions import Schedule
from iopkit.sites.sites import Site


def add_roster(parser: argparse.ArgumentParser, what: str) -> None:
    """The site's groups, and what of theirs is asked for."""
    parser.add_argument(
        "--groups",
        type=Path,
        metavar="ROSTER",
        help=f"the site's groups, {what}: a roster, or assignments",
    )


def add_groups(parser: argparse.ArgumentParser) -> None:
    """The site's groups, and meetings of theirs that are moved by hand."""
    add_roster(parser, "by whose meetings plans are dated")
    parser.add_argument(
        "--move",
        action="append",
        default=[],
        type=_move_of,
        metavar="GROUP=MOVE",
        help="a meeting of a group that is moved by hand, such as 'evening=2026-01-19 to "
        "2026-01-23 17:30', again for each more; the roster can keep them as the group's moves",
    )


def add_own_groups(parser: argparse.ArgumentParser) -> None:
    """The site's groups, and which of them the patient is in."""
    add_groups(parser)
    parser.add_argument(
        "--join",
        action="append",
        default=[],
        metavar="GROUP",
        help="a group that the patient is in, again for each more; those of the assignments, or of "
        "now_in in the roster, if not given",
    )


def _move_of(text: str) -> tuple[str, str]:
    """A group and a move of one of its meetings, as an argument has them."""
    group, _, move = text.partition("=")
    try:
        read_move(move)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"expected a group and {MOVE_FORM}, with = between them, found {text!r}"
        ) from None
    return group, move


@frozen(repr=False)
class GivenGroups:
    """The groups of ``--groups``, with the meetings that ``--move`` moves; none if not given."""

    path: Path | None = None
    found: Roster | Assignments | None = None
    groups: tuple[Group, ...] = ()
    join: tuple[str, ...] = ()

    def of_patient(self, patient: UUID) -> tuple[Group, ...]:
        """The groups that a patient is in, as ``--join`` or the file of ``--groups`` says."""
        if self.found is None:
            return ()
        names: Iterable[str] = dict.fromkeys(self.join)
        if not names:
            if isinstance(self.found, Assignments):
                names = [group.name for group in self.found.groups_of(patient)]
            else:
                known = (one.now_in for one in self.found.candidates if one.key == patient)
                names = sorted(next(known, ()))
            if not names:
                raise UsageError(f"{self.path} has the patient in no group: name each with --join")
        return tuple(find_named("group", name, self.groups) for name in names)

    def meetings_for(self, site: Site, plan: Plan, *others: Plan) -> tuple[Meeting, ...]:
        """The meetings of the groups that plans name, if groups are given."""
        if self.found is not None and not plan.groups:
            raise UsageError("the plan names no group: draft it with --groups")
        return plan_meetings([plan, *others], self.groups, site) if self.groups else ()

    def booked(self, plan: Plan, site: Site) -> Schedule:
        """A plan's schedule, by the meetings of its groups if they are given."""
        return schedule(plan, site, meetings=self.meetings_for(site, plan))

    __repr__ = hidden


def given_groups(options: argparse.Namespace) -> GivenGroups:
    """The groups that a command line gives."""
    if options.groups is not None:
        found = _read(options.groups)
        join = tuple(getattr(options, "join", ()))
        return GivenGroups(options.groups, found, _groups_in(found, options), join)
    for option in ("move", "join"):
        if getattr(options, option, None):
            raise UsageError(f"--{option} is of a group: --groups has them")
    return GivenGroups()


def _read(path: Path) -> Roster | Assignments:
    found = find_document(path)
    if found.kind not in ("assignments", "roster"):
        raise UsageError(f"{path}: expected a roster or assignments, found a {found.kind}")
    try:
        value: Roster | Assignments = found.read()
    except IopkitError as error:
        raise UsageError(f"{path}: {error}") from error
    return value


def _groups_in(found: Roster | Assignments, options: argparse.Namespace) -> tuple[Group, ...]:
    groups = found.roster.groups if isinstance(found, Assignments) else found.groups
    for name, move in getattr(options, "move", ()):
        moved = find_named("group", name, groups)
        with_move = evolve(moved, moves=(*moved.moves, move))
        groups = tuple(with_move if each == moved else each for each in groups)
    return groups


def joined_to(
    program: Program, site: Site, groups: Iterable[Group], track: str | None
) -> tuple[Program, Site]:
    """A program and a site as a patient has them who is in some groups."""
    if program.tracks and track is None:
        raise UsageError(f"{program.name} has tracks, and groups are of one: name it with --track")
    return join(program.on_track(track), site, groups)
