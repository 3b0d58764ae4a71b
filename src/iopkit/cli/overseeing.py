"""Commands over the schedules of all patients of a site: conflicts, capacity, feed."""

import argparse
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from iopkit.calendars.feeds import SiteFeed, patient_feed, site_feed
from iopkit.cli.arguments import add_schedules, add_site, add_titles, day_of
from iopkit.cli.files import (
    DONE,
    NO,
    Answer,
    Command,
    Many,
    UsageError,
    read_bytes,
    read_document,
    read_many,
)
from iopkit.cli.joining import add_roster, given_groups
from iopkit.cli.writing import to_be_written
from iopkit.documents.results import capacity_document, conflict_document
from iopkit.errors import UnknownNameError
from iopkit.prose import counted
from iopkit.reports.capacity import census_text, load_text, meetings_text, week_line
from iopkit.reports.changes import conflicts_text
from iopkit.reports.lines import page
from iopkit.schedules.capacity import (
    CensusDay,
    CensusWeek,
    Load,
    census,
    loads,
    meetings,
    weekly_census,
    weekly_loads,
)
from iopkit.schedules.conflicts import Conflict, all_conflicts
from iopkit.schedules.meetings import Meeting
from iopkit.schedules.sessions import Schedule
from iopkit.sites.sites import Site


def _conflicts_arguments(parser: argparse.ArgumentParser) -> None:
    add_schedules(parser)
    add_site(parser)


def _schedules(options: argparse.Namespace) -> Many[Schedule]:
    """The schedules that are named, each plan's once."""
    many = read_many(Schedule, options.schedules)
    return many.once(lambda each: each.plan.key, "plan's schedule")


def _conflicts(options: argparse.Namespace) -> Answer:
    site, schedules = read_document(Site, options.site), _schedules(options)
    found = all_conflicts(schedules.values, site)
    return Answer(
        conflicts_text(found),
        conflicts_answer(found),
        NO if found else DONE,
        problems=schedules.problems,
    )


def conflicts_answer(found: Iterable[Conflict]) -> dict[str, Any]:  # Any: plain JSON values
    """What is booked twice, as JSON."""
    return {"conflicts": [conflict_document(each) for each in found]}


def _capacity_arguments(parser: argparse.ArgumentParser) -> None:
    add_schedules(parser)
    add_site(parser)
    for option, what in (
        ("--start", "the first day; that of the first plan if not given"),
        ("--end", "the day after the last; that of the last schedule if not given"),
    ):
        parser.add_argument(option, type=day_of, metavar="DATE", help=what)
    add_roster(parser, "which have seats of their own")
    parser.add_argument(
        "--by", choices=("week", "day"), default="week", help="weeks or days; weeks if not given"
    )


def _capacity(options: argparse.Namespace) -> Answer:
    site, schedules = read_document(Site, options.site), _schedules(options)
    listed, start, end = schedules.values, options.start, options.end
    days = census(listed, start=start, end=end)
    weeks = weekly_census(days)
    rooms = loads(listed, site, start=start, end=end)
    clinicians = loads(listed, site, of="clinicians", start=start, end=end)
    groups = given_groups(options).groups
    met = meetings(listed, site, groups=groups, start=start, end=end)
    by_week = options.by == "week"
    if by_week:
        rooms, clinicians = weekly_loads(rooms), weekly_loads(clinicians)
    blocks = {
        "Patients": page(map(week_line, weeks)) if by_week and weeks else census_text(days),
        "Rooms": load_text(rooms),
        "Clinicians": load_text(clinicians),
        "Groups": meetings_text(met),
    }
    rows = weeks if by_week else days
    return Answer(
        "\n\n".join(f"{head}\n\n{text}" for head, text in blocks.items()),
        capacity_answer(census=rows, rooms=rooms, clinicians=clinicians, meetings=met),
        problems=schedules.problems,
    )


def capacity_answer(
    **rows: Iterable[CensusDay | CensusWeek | Load | Meeting],
) -> dict[str, Any]:  # Any: plain JSON values
    """How many come, how full it is and what groups meet, as JSON."""
    return {name: [capacity_document(each) for each in several] for name, several in rows.items()}


def _feed_arguments(parser: argparse.ArgumentParser) -> None:
    add_schedules(parser)
    of = parser.add_mutually_exclusive_group(required=True)
    of.add_argument("--patient", type=_key_of, metavar="KEY", help="the sessions of one patient")
    for option in ("room", "clinician", "program"):
        of.add_argument(f"--{option}", metavar="NAME", help=f"what takes place of one {option}")
    parser.add_argument(
        "--key",
        type=Path,
        metavar="FILE",
        help="the feed's own key, which all but a patient's need: keep it, so that events stay the "
        "same, and keep it secret; made if there is no such file",
    )
    add_titles(parser)
    parser.add_argument(
        "--counts", action="store_true", help="tell how many patients come, but in a patient's"
    )
    parser.add_argument(
        "-o", "--output", required=True, type=Path, metavar="OUT.ics", help="write the calendar"
    )


def _key_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise argparse.ArgumentTypeError("expected a patient's key, found another text") from None


def _feed(options: argparse.Namespace) -> Answer:
    schedules = _schedules(options)
    stamp = datetime.now(UTC)
    if options.patient is not None:
        if options.key or options.counts:
            raise UsageError("--key and --counts are for feeds of a room, clinician or program")
        own = [each for each in schedules.values if each.plan.patient == options.patient]
        if not own:
            raise UsageError("no schedule is of the patient of --patient")
        data, key = patient_feed(own, stamp=stamp, titles=options.titles), None
    else:
        if options.key is None:
            raise UsageError("--key is needed: a file with the feed's own key, made if it is none")
        _refuse_unknown(options, schedules.values)
        key = feed_key(options.key)
        feed = SiteFeed(
            key,
            room=options.room,
            clinician=options.clinician,
            program=options.program,
            titles=options.titles,
            counts=options.counts,
        )
        data = site_feed(schedules.values, feed, stamp=stamp)
    made = None if key is None or options.key.exists() else options.key
    events = data.count(b"BEGIN:VEVENT")
    return Answer(
        f"wrote {counted(events, 'event')} to {options.output}",
        {"events": events, "written": str(options.output)},
        files=to_be_written((options.output, data), (made, f"{key}\n".encode())),
        problems=schedules.problems,
    )


def _refuse_unknown(options: argparse.Namespace, schedules: Iterable[Schedule]) -> None:
    """Refuse a name that no session has: a calendar has at least one event (RFC 5545, 3.6)."""
    for what in ("room", "clinician", "program"):
        name = getattr(options, what)
        known = {
            each.plan.program.name if what == "program" else getattr(session, what)
            for each in schedules
            for session in each.sessions
        } - {None}
        if name is not None and name not in known:
            raise UnknownNameError(f"{what} of the schedules", name, sorted(known))


def feed_key(path: Path) -> UUID:
    """The key of calendars in a file, or a new one if there is none."""
    if not path.exists():
        return uuid4()
    try:
        return UUID(read_bytes(path).decode().strip())
    except ValueError:
        raise UsageError(
            f"{path}: expected a feed's key, a random UUID; put it back, or take the file away for "
            "a new one, with which calendars begin anew"
        ) from None


COMMANDS: Mapping[str, Command] = {
    "conflicts": Command(_conflicts_arguments, _conflicts),
    "capacity": Command(_capacity_arguments, _capacity),
    "feed": Command(_feed_arguments, _feed),
}
