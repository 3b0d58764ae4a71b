"""Commands about a clinic in one folder: init, run."""

import argparse
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from uuid import UUID

from iopkit.cli.arguments import add_own, day_of, moment_of, own_of
from iopkit.cli.clinic_courses import ClinicCourses, read_clinic_courses
from iopkit.cli.clinic_files import files_of, read_clinic, read_former, refuse_changed_plans
from iopkit.cli.files import DONE, NO, Answer, Command, UsageError
from iopkit.cli.terminal import watched
from iopkit.cli.writing import only_user
from iopkit.clinics.clinics import ClinicRun, FormerRun, NamedPatient
from iopkit.clinics.mornings import Morning, morning_of
from iopkit.clinics.running import run_clinic
from iopkit.courses.courses import Course
from iopkit.documents.results import clinic_document, morning_document
from iopkit.errors import InvalidError
from iopkit.reports.clinic_texts import clinic_text
from iopkit.reports.lines import page, section
from iopkit.reports.mornings import morning_text
from iopkit.sites.sites import Site

_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_FIRST = date(2026, 2, 2)
"""The first day in the example, from which all its dates are told."""


def _init_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", metavar="FOLDER", type=Path, help="a new folder, or one that is empty"
    )
    parser.add_argument(
        "--start",
        type=day_of,
        metavar="DATE",
        help="a Monday, the clinic's first day; the next one if not given",
    )


def _run_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="the folder of a clinic")
    parser.add_argument(
        "--as-of",
        type=moment_of,
        metavar="MOMENT",
        help="sessions that began up to then stay as they were; now if not given, and in the "
        "site's time without an offset",
    )
    parser.add_argument(
        "--names",
        action="store_true",
        help="show patients by the names of their files, not by their keys, in what is printed and "
        "in the report",
    )
    add_own(parser)


def _init(options: argparse.Namespace) -> Answer:
    folder: Path = options.folder
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"cannot write {folder}: something is there, and it is kept as it is")
    today = datetime.now().astimezone().date()
    start: date = options.start or today + timedelta(days=7 - today.weekday())
    if start.weekday() != 0:
        raise UsageError(f"--start: expected a Monday, found {start:%A}, {start}")
    later = start - _FIRST
    example = files("iopkit") / "examples" / "clinic"
    try:
        written = {folder / name: _dated(text, later) for name, text in _texts(example)}
    except OverflowError:
        raise UsageError(f"--start: the example's dates do not go with {start}") from None
    names = [str(path.relative_to(folder)) for path in written]
    told = [f"wrote {len(names)} files to {folder}:", *(f"  {name}" for name in names)]
    told += ["", f"Change what differs, and then: iopkit run {folder}"]
    return Answer(
        "\n".join(told), {"folder": str(folder), "written": names}, files=written, folder=folder
    )


def _texts(folder: Traversable, within: str = "") -> Iterator[tuple[str, str]]:
    """The files of a folder and those in it, by names."""
    for each in sorted(folder.iterdir(), key=lambda one: one.name):
        if each.is_dir():
            yield from _texts(each, f"{within}{each.name}/")
        else:
            yield f"{within}{each.name}", each.read_text(encoding="utf-8")


def _dated(text: str, later: timedelta) -> bytes:
    """A file of the example with all its dates so much later."""
    return _DAY.sub(lambda day: str(date.fromisoformat(day[0]) + later), text).encode()


def _run(options: argparse.Namespace) -> Answer:
    folder = Path(options.folder)
    options.held.enter_context(only_user(folder))
    read, out = read_clinic(folder, own_of(options)), folder / "out"
    former, clinic = read_former(out), read.clinic
    if former is not None:
        _refuse_elsewhere(out, former.site, clinic.site)
    as_of: datetime = options.as_of or datetime.now(UTC)
    if as_of.tzinfo is None:
        as_of = as_of.replace(tzinfo=clinic.site.tz)
    try:
        found = run_clinic(clinic, as_of=as_of, former=former, watched=_watched)
    except InvalidError as error:
        raise UsageError(f"{folder}: {error}") from error
    written = files_of(found, out, stamp=as_of, names=options.names)
    refuse_changed_plans(written, former, out)
    begun = _begun(found, former, as_of)
    text = clinic_text(found, names=options.names, begun=begun)
    held = read_clinic_courses(folder, found.schedules, own_of(options))
    morning = _morning(found, held.courses, as_of)
    files_told = f"{out} is as it was"
    if written:
        files_told = f"{len(written)} files changed in {out}; to look at: {out / 'report.html'}"
    is_whole = all(one.schedule for one in found.patients) and not found.conflicts
    return Answer(
        "\n\n".join((text, *_morning_texts(found, morning, held, names=options.names), files_told)),
        {
            **clinic_document(found),
            "begun": {str(key): number for key, number in begun.items()},
            "morning": morning and morning_document(morning),
        },
        DONE if is_whole and not held.apart else NO,
        written,
        (*read.problems, *held.problems),
        folder=out,
    )


def _morning(run: ClinicRun, courses: tuple[Course, ...], as_of: datetime) -> Morning | None:
    """The morning of the clinic's day; ``None``: it keeps no courses."""
    clinic = run.clinic
    if not courses:
        return None
    return morning_of(
        courses,
        on=as_of.astimezone(clinic.site.tz).date(),
        site=clinic.site,
        requirements=clinic.requirements,
        coding=clinic.coding,
        assume_in_force=clinic.settings.assume_in_force,
        known=as_of,
    )


def _morning_texts(
    run: ClinicRun, morning: Morning | None, held: ClinicCourses, *, names: bool
) -> Iterator[str]:
    """The morning, and which entries do not fit."""
    called = {each.key: each.name for each in run.patients} if names else None
    if morning is not None:
        yield morning_text(morning, names=called)
    if held.apart:
        yield page(section("Entries that do not fit", held.apart)[1:])


def _refuse_elsewhere(out: Path, was: Site, now: Site) -> None:
    """Raise if a run before was of another site."""
    if (was.name, was.zone) != (now.name, now.zone):
        raise UsageError(
            f"{out} is of {was.name!r} in {was.zone}: name the site and its zone so, or move "
            f"{out} away to begin anew, without what was held"
        )


def _begun(run: ClinicRun, former: FormerRun | None, as_of: datetime) -> Mapping[UUID, int]:
    """Of plans that are new, how many sessions began before the run, where any did."""
    known = {each.plan.key for each in former.schedules} if former else set[UUID]()
    new = (each for each in run.schedules if each.plan.key not in known)
    begun = {each.plan.patient: sum(s.start <= as_of for s in each.sessions) for each in new}
    return {key: number for key, number in begun.items() if number}


def _watched(patients: Sequence[NamedPatient]) -> Iterable[NamedPatient]:
    """Patients one by one, with a bar where that takes its time."""
    return watched(patients, len(patients), sys.stderr)


COMMANDS: Mapping[str, Command] = {
    "init": Command(_init_arguments, _init),
    "run": Command(_run_arguments, _run),
}
