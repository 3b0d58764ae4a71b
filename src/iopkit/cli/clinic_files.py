"""The files of a clinic in one folder: those that its people write, and those that a run gives."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar
from unicodedata import normalize
from uuid import UUID

from iopkit.calendars.feeds import SiteFeed, site_feed
from iopkit.calendars.ical import to_ical, update_ical
from iopkit.charges.code_rules import CodingScheme
from iopkit.charges.rates import RateTable
from iopkit.cli.checking import checks_answer
from iopkit.cli.files import (
    Many,
    Named,
    Own,
    UsageError,
    as_json,
    is_file_name,
    is_lines,
    read_bytes,
    read_document,
    read_many,
)
from iopkit.cli.overseeing import capacity_answer, conflicts_answer, feed_key
from iopkit.clinics.clinics import Clinic, ClinicRun, FormerRun, NamedPatient
from iopkit.clinics.settings import ClinicSettings
from iopkit.confidential import hidden
from iopkit.documents.documents import to_document
from iopkit.documents.limits import MAX_LONG_BYTES
from iopkit.eligibility.policies import Policy
from iopkit.errors import IopkitError, did_you_mean
from iopkit.fields import frozen
from iopkit.groups.assignments import Assignments
from iopkit.groups.rosters import Roster
from iopkit.library.codings import find_coding, find_rates
from iopkit.library.goal_templates import find_goal_templates
from iopkit.library.ladders import find_ladder
from iopkit.library.policies import find_policy
from iopkit.library.programs import find_program
from iopkit.library.requirements import find_requirements
from iopkit.patients.patients import Patient
from iopkit.placement.placement import Ladder
from iopkit.plans.goal_templates import GoalTemplates
from iopkit.plans.plans import Plan
from iopkit.programs.programs import Program
from iopkit.reports.clinics import clinic_html
from iopkit.requirements.requirements import RequirementSet
from iopkit.schedules.sessions import Schedule
from iopkit.sites.sites import Site

T = TypeVar("T")

SETTLED = "settled"
"""The folder of plans that people have settled and signed."""

SETTINGS, SITE, KEY = "clinic.json", "site.json", "feeds.key"
"""Files of a run by which the next one knows it: what it was of, and its calendars' key."""

_CONFLICTS, _CAPACITY, _CHECKS = "conflicts.json", "capacity.json", "checks"
"""What a run gives beside documents: the answers of commands."""

_FOLDERS = (
    *("before", "changes", "charges", _CHECKS, "decisions", "placements", "plans", "schedules"),
    "calendars",
)
_GIVEN = re.compile(r"calendars/\w+/[^/]+\.ics|.+/[0-9a-f-]{36}\.(?:ics|json)|.+/\.iopkit-[^/]*")
"""Files in those folders that a run gives, or that one left half-written: others are not ours."""
_NO_TABLE = (
    "a plan is drafted from a record, and a table of facts has none; iopkit decide and place "
    "take it"
)
_STAMP = re.compile(rb"DTSTAMP:(\d{8}T\d{6})Z")


@frozen(repr=False)
class ClinicFolder:
    """A clinic as its folder has it, and what is wrong with some files of patients and plans."""

    clinic: Clinic
    problems: tuple[str, ...]

    __repr__ = hidden


def read_clinic(folder: Path, own: Own) -> ClinicFolder:
    """The clinic in a folder, without patients whose files are not valid.

    Raises:
        UsageError: something else is not valid, or no patient is; with all that is wrong.
    """
    settings = read_document(ClinicSettings, folder / "clinic.toml")
    reading = _Reading(folder, own)
    site = reading.one(Site, settings.site)
    program = reading.one(Program, settings.program, find_program)
    roster = reading.one(Roster, settings.groups)
    policies = reading.all(Policy, settings.policies, find_policy)
    ladder = reading.one(Ladder, settings.ladder, find_ladder)
    goals = reading.one(GoalTemplates, settings.goals, find_goal_templates)
    requirements = reading.all(RequirementSet, settings.requirements, find_requirements)
    coding = reading.one(CodingScheme, settings.coding, find_coding)
    rates = reading.one(RateTable, settings.rates, find_rates)
    patients = reading.patients(settings)
    settled = reading.settled()
    if site is None or program is None or reading.problems:
        raise UsageError("\n".join(reading.problems))
    clinic = Clinic(
        settings,
        site,
        program,
        tuple(NamedPatient(_name_of(place, patient), patient) for place, patient in patients.found),
        roster,
        policies,
        ladder,
        goals,
        requirements,
        coding,
        rates,
        settled.values,
        unread=len(patients.problems),
    )
    return ClinicFolder(clinic, (*patients.problems, *_without_patient(settled, patients)))


def _without_patient(settled: Many[Plan], patients: Many[Patient]) -> Iterator[str]:
    """What is wrong with plans that are of nobody, as far as all patients are known."""
    known = {patient.key for patient in patients.values}
    if not patients.problems:
        for place, plan in settled.found:
            if plan.patient not in known:
                yield f"{place}: no file has this plan's patient; it is left aside"


class _Reading:
    """The files of a folder, read one after the other; ``problems`` are all that is wrong."""

    def __init__(self, folder: Path, own: Own) -> None:
        self._folder, self._own = folder, own
        self.problems: list[str] = []

    def one(
        self, kind: type[T], name: str | None, find: Callable[[str], T] | None = None
    ) -> T | None:
        """What the settings name, from a file of the folder or of what is shipped."""
        if name is None:
            return None
        try:
            if find is None or is_file_name(name):
                return read_document(kind, self._folder / name, self._own)
            return find(name)
        except IopkitError as error:
            self.problems.append(str(error))
            return None

    def all(self, kind: type[T], names: Iterable[str], find: Callable[[str], T]) -> tuple[T, ...]:
        """All that the settings name of a kind, each once."""
        found = (self.one(kind, name, find) for name in dict.fromkeys(names))
        return tuple(each for each in found if each is not None)

    def patients(self, settings: ClinicSettings) -> Many[Patient]:
        """The patients, without those whose keys two files have."""
        folder = self._folder / "patients"
        try:
            tables = [each for each in sorted(folder.iterdir()) if each.suffix == ".csv"]
            many = read_many(Patient, [folder], self._own)
            # macOS may write a name's accents as letters of their own.
            files = (each for each in folder.iterdir() if is_file_name(each.name))
            names = {normalize("NFC", each.stem) for each in files}
        except (UsageError, OSError) as error:
            self.problems.append(str(error))
            return Many(())
        names |= {normalize("NFC", _name_of(place, patient)) for place, patient in many.found}
        # Whose a line is that is not valid is not known.
        hidden_names = bool(many.problems) and any(map(is_lines, folder.iterdir()))
        for each in settings.patients:
            if normalize("NFC", each.patient) not in names and not hidden_names:
                # The names of files may be those of patients: none is told but the one asked for.
                meant = did_you_mean(each.patient, names)
                self.problems.append(
                    f"clinic.toml: {folder} has no file of a patient {each.patient!r}"
                    + (f"; {meant}" if meant else "")
                )
        places = _places((patient.key, place) for place, patient in many.found)
        refused = (
            *(f"{each}: {_NO_TABLE}" for each in tables),
            *many.problems,
            *(
                f"{_listed(each)}: one key in {len(each)} files; none is taken"
                for each in _several(places)
            ),
        )
        return Many(tuple(each for each in many.found if len(places[each[1].key]) == 1), refused)

    def settled(self) -> Many[Plan]:
        """The plans that people have settled, if there are any."""
        folder = self._folder / SETTLED
        if not folder.is_dir() or not any(folder.iterdir()):
            return Many(())
        try:
            many = read_many(Plan, [folder])
        except UsageError as error:
            self.problems.append(str(error))
            return Many(())
        places = _places((plan.patient, place) for place, plan in many.found)
        self.problems += many.problems
        self.problems += (
            f"{_listed(each)}: expected one plan of each patient" for each in _several(places)
        )
        return many

    __repr__ = hidden


def _name_of(place: Named, patient: Patient) -> str:
    """What the settings name a patient by: the file's name, or the key of one on a line."""
    return place.stem if isinstance(place, Path) else str(patient.key)


def _places(found: Iterable[tuple[UUID, Named]]) -> Mapping[UUID, Sequence[Named]]:
    """Where the documents of each patient are, by keys."""
    places: defaultdict[UUID, list[Named]] = defaultdict(list)
    for key, place in found:
        places[key].append(place)
    return places


def _several(places: Mapping[UUID, Sequence[Named]]) -> list[Sequence[Named]]:
    return [each for each in places.values() if len(each) > 1]


def _listed(places: Iterable[Named]) -> str:
    return ", ".join(map(str, places))


def read_former(out: Path) -> FormerRun | None:
    """What the run before has left in a folder; ``None``: there is no such folder, or it is empty.

    Raises:
        UsageError: the folder is of something else, or a file that the next run needs is broken.
    """
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return None
    if not (out / SETTINGS).is_file():
        raise UsageError(f"{out} is not of a run: move it away, as what a run gives goes there")
    try:
        # Where hundreds wait for hundreds of groups it is too long to be read, and is made again.
        assignments = out / "assignments.json"
        is_known = assignments.exists() and assignments.stat().st_size <= MAX_LONG_BYTES
        schedules = _schedules(out / "schedules")
        dated = {str(each.plan.patient) for each in schedules}
        for plan in _documents_in(out / "plans"):
            if plan.stem not in dated:
                raise UsageError(f"{out / 'schedules'} has no schedule of {plan}")
        return FormerRun(
            read_document(ClinicSettings, out / SETTINGS),
            read_document(Site, out / SITE),
            schedules,
            _schedules(out / "before"),
            read_document(Assignments, assignments) if is_known else None,
        )
    except IopkitError as error:
        fix = f"put the file back, or move {out} away to begin anew, without what was held"
        raise UsageError(f"{error}\n{fix}") from error


def _documents_in(folder: Path) -> list[Path]:
    """The documents that a run has left in a folder."""
    return sorted(each for each in folder.glob("*.json") if _GIVEN.fullmatch(f"_/{each.name}"))


def _schedules(folder: Path) -> tuple[Schedule, ...]:
    files = _documents_in(folder)
    if not files:
        return ()
    many = read_many(Schedule, files)
    if many.problems:
        raise UsageError("\n".join(many.problems))
    return many.values


def files_of(
    run: ClinicRun, out: Path, *, stamp: datetime, names: bool
) -> Mapping[Path, bytes | None]:
    """What a run writes: what differs from what is there, and what is to be taken away.

    A calendar in which nothing changes keeps its stamp; others are stamped. ``names``: the report
    shows patients by the names of their files.
    """
    wanted = {**dict(_documents(run)), "report.html": clinic_html(run, names=names).encode()}
    key = feed_key(out / KEY)
    wanted[KEY] = f"{key}\n".encode()
    wanted |= {name: _stamped(make, out / name, stamp) for name, make in _calendars(run, key)}
    there = {each for folder in _FOLDERS for each in (out / folder).rglob("*") if each.is_file()}
    given = {each for each in there if _GIVEN.fullmatch(each.relative_to(out).as_posix())}
    gone = given - {out / name for name in wanted}
    changed = {
        out / name: data
        for name, data in wanted.items()
        if not (out / name).exists() or read_bytes(out / name) != data
    }
    return {**changed, **dict.fromkeys(sorted(gone))}


def is_answer(path: Path) -> bool:
    """Whether a file is one that a run has written, and no document."""
    is_check = path.parent.name == _CHECKS
    out = path.parent.parent if is_check else path.parent
    return (is_check or path.name in (_CONFLICTS, _CAPACITY)) and (out / KEY).is_file()


def refuse_changed_plans(written: Iterable[Path], former: FormerRun | None, out: Path) -> None:
    """Raise if a plan that would be written over is not as the last run left it.

    Somebody may have settled it there. One that cannot be read is made again as all else is.
    """
    was = {f"{each.plan.patient}.json": each.plan for each in former.schedules} if former else {}
    changed: list[str] = []
    for path in written:
        if path.parent == out / "plans" and path.name in was and path.exists():
            with suppress(UsageError):
                if read_document(Plan, path) != was[path.name]:
                    changed.append(
                        f"{path} is not as the last run left it: move it into "
                        f"{out.parent / SETTLED} to keep what is settled in it, or take it away"
                    )
    if changed:
        raise UsageError("\n".join(changed))


def _documents(run: ClinicRun) -> Iterator[tuple[str, bytes]]:
    """Everything but calendars, by names; patients' files are named by their keys."""
    yield SETTINGS, as_json(to_document(run.clinic.settings))
    yield SITE, as_json(to_document(run.clinic.site))
    if run.assignments is not None:
        yield "assignments.json", as_json(to_document(run.assignments))
    yield _CONFLICTS, as_json(conflicts_answer(run.conflicts))
    capacity = capacity_answer(
        census=run.census, rooms=run.rooms, clinicians=run.clinicians, meetings=run.meetings
    )
    yield _CAPACITY, as_json(capacity)
    policies = dict(_file_names({policy.name for policy in run.clinic.policies}))
    for each in run.patients:
        for decision in each.decisions:
            yield (
                f"decisions/{policies[decision.policy]}/{each.key}.json",
                as_json(to_document(decision)),
            )
        if each.placement is not None:
            yield f"placements/{each.key}.json", as_json(to_document(each.placement))
        if each.schedule is not None and each.judgments:
            checked = [(one.requirements, one.findings) for one in each.judgments]
            found = checks_answer(each.schedule.plan, checked, each.schedule)
            yield f"{_CHECKS}/{each.key}.json", as_json(found)
        if each.charges is not None:
            yield f"charges/{each.key}.json", as_json(to_document(each.charges))
    for dated in run.schedules:
        # In this order: a plan without dates would be of a run whose schedules are lost.
        yield f"schedules/{dated.plan.patient}.json", as_json(to_document(dated))
        yield f"plans/{dated.plan.patient}.json", as_json(to_document(dated.plan))
    for dated in run.before:
        yield f"before/{dated.plan.patient}.json", as_json(to_document(dated))


def _calendars(run: ClinicRun, key: UUID) -> Iterator[tuple[str, Callable[..., bytes]]]:
    """All calendars with an event, by names, each made when it is given its stamp."""
    titles = run.clinic.settings.titles
    for dated in run.schedules:
        if dated.sessions:
            make = partial(to_ical, dated, titles=titles)
            yield f"calendars/patients/{dated.plan.patient}.ics", make
    for change in run.changes:
        if change.added or change.changed or change.removed:
            make = partial(update_ical, change, titles=titles)
            yield f"changes/{change.plan.patient}.ics", make
    feeds: Mapping[str, Callable[[str], SiteFeed]] = {
        "room": lambda name: SiteFeed(key, room=name, titles=titles),
        "clinician": lambda name: SiteFeed(key, clinician=name, titles=titles),
        "program": lambda name: SiteFeed(key, program=name, titles=titles),
    }
    for of, feed in feeds.items():
        having: defaultdict[str, dict[UUID, Schedule]] = defaultdict(dict)
        for dated in run.schedules:
            for name in _named(dated, of):
                having[name][dated.plan.key] = dated
        for name, file in _file_names(having):
            make = partial(site_feed, having[name].values(), feed(name))
            yield f"calendars/{of}s/{file}.ics", make


def _named(dated: Schedule, of: str) -> set[str]:
    """The rooms, clinicians or program of a schedule's sessions."""
    if of == "program":
        return {dated.plan.program.name} if dated.sessions else set()
    return {getattr(each, of) for each in dated.sessions} - {None}


def _file_names(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Names as those of files, each another: those that look the same get a number more."""
    taken: set[str] = set()
    for name in sorted(names):
        plain = re.sub(r"[^\w-]+", "-", name.lower()).strip("-")[:100] or "unnamed"
        file, number = plain, 2
        while file in taken:
            file, number = f"{plain}-{number}", number + 1
        taken.add(file)
        yield name, file


def _stamped(make: Callable[..., bytes], path: Path, stamp: datetime) -> bytes:
    """A calendar with the stamp of the one that is there, if nothing else differs; or a new one."""
    if path.exists():
        old = read_bytes(path)
        with suppress(ValueError):  # somebody changed it to a day that there is not
            found = _STAMP.search(old)
            if found and make(stamp=datetime.fromisoformat(found[1].decode() + "Z")) == old:
                return old
    return make(stamp=stamp)
