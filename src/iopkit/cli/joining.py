"""What commands take of groups: a roster or assignments, a patient's groups, moved meetings."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from attrs import evolve

from iopkit.cli.files import UsageError, find_document
from iopkit.errors import IopkitError, find_named
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


def add_groups(parser: argparse.ArgumentParser) -> None:
    """The site's groups, and meetings of theirs that are moved by hand."""
    parser.add_argument(
        "--groups",
        type=Path,
        metavar="ROSTER",
        help="the site's groups, by whose meetings plans are dated: a roster, or assignments",
    )
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


def groups_of(options: argparse.Namespace) -> tuple[Group, ...]:
    """The groups of ``--groups``, with the meetings that ``--move`` moves; none if not given."""
    found = _given(options)
    return () if found is None else _groups_in(found, options)


def own_groups(options: argparse.Namespace, patient: UUID) -> tuple[Group, ...]:
    """The groups that a patient is in, as ``--join`` or the file of ``--groups`` says."""
    if (found := _given(options)) is None:
        return ()
    groups = _groups_in(found, options)
    names: Iterable[str] = dict.fromkeys(options.join)
    if not options.join:
        if isinstance(found, Assignments):
            names = [group.name for group in found.groups_of(patient)]
        else:
            known = (one.now_in for one in found.candidates if one.key == patient)
            names = sorted(next(known, ()))
        if not names:
            raise UsageError(f"{options.groups} has the patient in no group: name each with --join")
    return tuple(find_named("group", name, groups) for name in names)


def _given(options: argparse.Namespace) -> Roster | Assignments | None:
    if options.groups is not None:
        return _read(options.groups)
    for option in ("move", "join"):
        if getattr(options, option, None):
            raise UsageError(f"--{option} is of a group: --groups has them")
    return None


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
    for name, move in options.move:
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


def meetings_for(
    options: argparse.Namespace, site: Site, plan: Plan, *others: Plan
) -> tuple[Meeting, ...]:
    """The meetings of the groups that plans name, if ``--groups`` has them."""
    groups = groups_of(options)
    if options.groups is not None and not plan.groups:
        raise UsageError("the plan names no group: draft it with --groups")
    return plan_meetings([plan, *others], groups, site) if groups else ()


def booked_by(options: argparse.Namespace, plan: Plan, site: Site) -> Schedule:
    """A plan's schedule, by the meetings of its groups if they are given."""
    return schedule(plan, site, meetings=meetings_for(options, site, plan))
