"""Sections of a clinic's report about groups, rooms, clinicians, conflicts and charges."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import chain, groupby
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from iopkit.charges.charges import Charge, Total
from iopkit.checks.caseloads import CaseloadFinding
from iopkit.checks.checks import Unit
from iopkit.clinics.clinics import ClinicRun
from iopkit.groups.groups import Group
from iopkit.prose import counted
from iopkit.reports.capacity import (
    group_words,
    load_words,
    meetings_by_group,
    period_text,
    seats_words,
)
from iopkit.reports.charges import rate_sources, total_text
from iopkit.reports.clinic_links import PatientLinks
from iopkit.reports.findings import bounds_text, requirement_words
from iopkit.reports.html import Colored, Link, child, headed, linked, table
from iopkit.reports.lines import TRUTH_WORDS
from iopkit.reports.words import moment_text
from iopkit.schedules.capacity import Load
from iopkit.schedules.conflicts import Booking, Conflict
from iopkit.schedules.meetings import Meeting
from iopkit.windows import ONE_DAY

if TYPE_CHECKING:
    from uuid import UUID


def groups_section(section: Element, run: ClinicRun, links: PatientLinks) -> None:
    """Each group with its seats, those who are in it, and its meetings."""
    met: defaultdict[str | None, list[Meeting]] = defaultdict(list)
    for each in run.meetings:
        met[each.group].append(each)
    named: set[str | None] = set()
    if found := run.assignments:
        child(section, "p", found.words)
        for group in found.roster.groups:
            named.add(group.name)
            child(section, "h3", group.words)
            child(section, "p", ", ".join(_where(group)) or "No room or clinician is named.")
            members = found.members(group.name)
            taken = f"{counted(len(members), 'seat')} taken, {found.seats_free(group.name)} free"
            linked(child(section, "p", f"{taken}{': ' if members else '.'}"), links.to(members))
            _meetings(section, met[group.name])
    others = meetings_by_group(each for each in run.meetings if each.group not in named)
    for several in others:
        child(section, "h3", ", ".join(group_words(several[0])))
        _meetings(section, several)
    if not named and not others:
        child(section, "p", "There are none.")


def _where(group: Group) -> Iterator[str]:
    if group.room:
        yield f"in {group.room}"
    if group.clinician:
        yield f"led by {group.clinician}"


def _meetings(section: Element, meetings: Iterable[Meeting]) -> None:
    rows = ((moment_text(each.start), seats_words(each)) for each in meetings)
    table(section, ("Meeting", "Seats"), rows, none="It has no meeting.", dated=True)


def waitlist_section(section: Element, run: ClinicRun, links: PatientLinks) -> None:
    """Who waits for a group, in order, for what, and what is in the way."""
    waiting = run.assignments.waiting if run.assignments else ()
    table(
        section,
        ("Place", "Who", "Since", "Waits for", "In the way"),
        (
            (
                *(str(each.place), links.to([each.candidate]), str(each.since), each.words),
                ". ".join(obstacle.words for obstacle in each.obstacles),
            )
            for each in waiting
        ),
        none="Nobody waits for a group.",
    )


def conflicts_section(section: Element, run: ClinicRun, links: PatientLinks) -> None:
    """What cannot all take place."""
    table(
        section,
        ("When", "What", "Between"),
        (
            (
                f"{moment_text(each.start)} to {each.end:%H:%M}",
                each.kind.words + (f" ({each.of})" if each.of else ""),
                [*_between(each, links)],
            )
            for each in run.conflicts
        ),
        none="Nothing collides.",
        dated=True,
    )


def _between(conflict: Conflict, links: PatientLinks) -> Iterator[Link]:
    for each in conflict.between:
        if isinstance(each, Booking):
            yield links.about(each.patient, f"{each.session.service} {each.session.number}")
        else:
            yield Link(f"an appointment elsewhere, {each.start:%H:%M} to {each.end:%H:%M}")
    for one in conflict.undated:
        words = f"{one.session.service} {one.session.number} has no date: {one.session.why.words}"
        yield links.about(one.patient, words)


def census_section(section: Element, run: ClinicRun, _: PatientLinks) -> None:
    """How many patients are in treatment, by week."""
    table(
        section,
        ("Week", "Patients a day", "Least to most", "On hold a day", "Visits"),
        (
            (
                *(f"{each.start} to {each.end - ONE_DAY}", f"{each.mean:.1f}"),
                *(f"{each.least} to {each.most}", f"{each.on_hold / each.days:.1f}"),
                str(each.expected),
            )
            for each in run.census
        ),
        none="Nobody is in treatment.",
        dated=True,
    )


def rooms_section(section: Element, run: ClinicRun, _: PatientLinks) -> None:
    """How full each room is, by week, and which groups meet in it."""
    groups = run.assignments.roster.groups if run.assignments else ()
    loads = _by_name(run.rooms)
    names = dict.fromkeys((*(room.name for room in run.clinic.site.rooms), *loads))
    for name in names:
        child(section, "h3", name)
        headed(section, "Groups", [each.words for each in groups if each.room == name])
        _loads(section, loads[name])
    if not names:
        child(section, "p", "The site names no room, and no session is in one.")


def clinicians_section(section: Element, run: ClinicRun, links: PatientLinks) -> None:
    """How booked each clinician is, by week, with whom, and whether the caseload is kept to."""
    groups = run.assignments.roster.groups if run.assignments else ()
    counseled: dict[str, dict[UUID, None]] = {}
    for each in run.schedules:
        for counselor in each.plan.counselors:
            counseled.setdefault(counselor.clinician, {})[each.plan.patient] = None
    loads = _by_name(run.clinicians)
    names = dict.fromkeys(
        (
            *(clinician.name for clinician in run.clinic.site.clinicians),
            *loads,
            *counseled,
            *(finding.counselor for finding in run.caseloads),
        )
    )
    for name in names:
        child(section, "h3", name)
        headed(section, "Leads", [each.words for each in groups if each.clinician == name])
        if patients := counseled.get(name):
            linked(child(section, "p", "Primary counselor of "), links.to(patients))
        table(
            section,
            ("Caseload", "Day", "Patients", "At most", "Finding"),
            (
                (
                    *(requirement_words(each.requirement), str(each.on)),
                    *(bounds_text(each.seen, Unit.PATIENTS), str(each.most)),
                    Colored(TRUTH_WORDS[each.truth] + _assumed(each), each.truth),
                )
                for each in run.caseloads
                if each.counselor == name
            ),
        )
        _loads(section, loads[name])
    if not names:
        child(section, "p", "The site names no clinician, and no session has one.")


def _assumed(finding: CaseloadFinding) -> str:
    return ", assumed to be in force" if finding.assumed_in_force else ""


def _by_name(loads: Iterable[Load]) -> defaultdict[str, list[Load]]:
    """Loads by the names of their rooms or clinicians; none for others."""
    found: defaultdict[str, list[Load]] = defaultdict(list)
    for each in loads:
        found[each.name].append(each)
    return found


def _loads(section: Element, loads: Iterable[Load]) -> None:
    rows = ((period_text(each), load_words(each)) for each in loads)
    table(section, ("When", "Booked"), rows, none="Nothing is booked.", dated=True)


def charges_section(section: Element, run: ClinicRun, links: PatientLinks) -> None:
    """What all patients' sessions are charged as, by month and by week."""
    charged = [(one.key, one.charges) for one in run.patients if one.charges]
    if not charged:
        child(section, "p", "Nothing was itemized.")
        return
    lines = sorted(chain.from_iterable(each.lines for _, each in charged), key=_day)
    for head, period in (("Month", _month), ("Week from", _week)):
        sums = [
            (name, total_text(Total.of(several))) for name, several in groupby(lines, key=period)
        ]
        table(section, (head, "Units and amount"), [*sums, ("Total", total_text(Total.of(lines)))])
    headed(section, "Sources of the rates", rate_sources(lines))
    uncharged: dict[tuple[str, str], list[UUID]] = {}
    for key, each in charged:
        for left in each.uncharged:
            why = "; ".join(refusal.words for refusal in left.reasons)
            uncharged.setdefault((left.service, why), []).append(key)
        if each.unplaced:
            without = "", "no date"
            uncharged.setdefault(without, []).extend([key] * each.unplaced)
    table(
        section,
        ("Not charged", "Why", "Sessions", "Who"),
        (
            (service or "any service", why, str(len(keys)), links.to(dict.fromkeys(keys)))
            for (service, why), keys in uncharged.items()
        ),
    )


def _day(line: Charge) -> date:
    return line.on


def _month(line: Charge) -> str:
    return line.on.isoformat()[:7]


def _week(line: Charge) -> str:
    return str(line.on - timedelta(days=line.on.weekday()))
