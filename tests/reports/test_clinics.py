"""A clinic's report tells all that a run gives, of each patient once, and no name unless asked."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from attrs import evolve

from iopkit import Decision, InvalidError, Site, Source, WeeklyWindows
from iopkit.checks import CaseloadFinding
from iopkit.checks.records import Bounds
from iopkit.cli.clinic_files import read_clinic
from iopkit.cli.files import Own
from iopkit.clinics import (
    Clinic,
    ClinicRun,
    ClinicSettings,
    FormerRun,
    NamedPatient,
    Omission,
    PatientRun,
    Step,
    run_clinic,
)
from iopkit.groups import Assignments
from iopkit.patients import Patient
from iopkit.plans import JudgedBy, Provenance
from iopkit.prose import printable
from iopkit.reports import clinic_html
from iopkit.requirements import Caseload, Requirement
from iopkit.schedules import Appointment, Booking, Conflict, ConflictKind, Reason, Unplaced
from iopkit.schedules.conflicts import Undated
from iopkit.sites import Closure
from iopkit.sources import Grade
from iopkit.truth import Truth

FOLDER = Path(str(files("iopkit") / "examples" / "clinic"))
BEFORE = datetime(2026, 1, 26, 15, tzinfo=UTC)
DURING = datetime(2026, 2, 20, 15, tzinfo=UTC)
HOSTILE = '<script>alert("1")</script> & \ud800\x1b[8m'


@lru_cache(maxsize=1)
def first() -> ClinicRun:
    """The shipped example, run for the first time."""
    return run_clinic(read_clinic(FOLDER, Own()).clinic, as_of=BEFORE)


@lru_cache(maxsize=1)
def again() -> ClinicRun:
    """The same later: a closure more, one patient's file gone, and one who is new."""
    was = first()
    closed = Closure(date(2026, 3, 2), date(2026, 3, 4), "burst pipe")
    site = evolve(was.clinic.site, closures=(*was.clinic.site.closures, closed))
    gone = next(each for each in was.patients if each.schedule)
    rest = [each for each in was.clinic.patients if each.patient.key != gone.key]
    named = next(each for each in was.clinic.patients if each.name == "basil")
    twin = NamedPatient(
        "juniper", evolve(named.patient, key=UUID("a6a3c9a0-3c5e-4b52-9f0b-1b2c3d4e5f60"))
    )
    clinic = evolve(was.clinic, site=site, patients=(*rest, twin), unread=2)
    former = FormerRun(was.clinic.settings, was.clinic.site, was.schedules, (), was.assignments)
    return run_clinic(clinic, as_of=DURING, former=former)


def assignments() -> Assignments:
    found = first().assignments
    assert found is not None
    return found


RUNS = pytest.mark.parametrize("run", [first, again], ids=["first", "again"])


def parsed(html: str) -> ET.Element:
    return ET.fromstring(html)  # noqa: S314  # our own text


def flat(text: str) -> str:
    return " ".join(re.sub("[\ud800-\udfff]+", " ", printable(text)).split())


def words(element: ET.Element) -> str:
    return flat("".join(element.itertext()))


def section(page: ET.Element, name: str) -> ET.Element:
    return next(each for each in page.iter() if each.get("id") == name)


def rows(element: ET.Element) -> Iterator[list[str]]:
    for row in element.iter("tr"):
        yield [words(cell) for cell in row]


@RUNS
def test_each_patient_has_one_part_of_the_page(run: Any) -> None:
    page = parsed(clinic_html(run()))
    parts = Counter(each.get("id") for each in page.iter("article"))
    keys = [one.key for one in run().patients] + [each.plan.patient for each in run().kept]
    assert parts == Counter(f"patient-{key}" for key in keys)
    listed = [cells[0] for cells in rows(section(page, "patients")) if len(cells) == 6]
    assert listed == ["Patient", *(str(one.key)[:8] for one in run().patients)]


@RUNS
def test_each_link_leads_to_a_part_of_the_page(run: Any) -> None:
    page = parsed(clinic_html(run()))
    ids = [each.get("id") for each in page.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    links = [each.get("href", "") for each in page.iter("a")]
    assert links
    assert {link[1:] for link in links} <= {*ids}


@RUNS
def test_names_are_shown_only_if_asked_for(run: Any) -> None:
    names = [one.name for one in run().patients]
    told = words(parsed(clinic_html(run())))
    assert not [name for name in names if name in told]
    page = parsed(clinic_html(run(), names=True))
    heads = [words(each[0]) for each in page.iter("article")]
    assert heads[: len(names)] == [f"{one.name} ({one.key})" for one in run().patients]
    listed = [cells[0] for cells in rows(section(page, "patients")) if len(cells) == 6]
    assert listed == ["Patient", *names]


def test_keys_that_begin_alike_are_shown_in_full() -> None:
    run = first()
    alike = UUID(f"{str(run.patients[0].key)[:8]}-0000-4000-8000-000000000000")
    twin = evolve(run.patients[1], patient=evolve(run.patients[1].patient, key=alike))
    page = parsed(clinic_html(evolve(run, patients=(run.patients[0], twin))))
    listed = [cells[0] for cells in rows(section(page, "patients")) if len(cells) == 6]
    assert listed == ["Patient", str(run.patients[0].key), str(alike)]


@RUNS
def test_what_could_not_be_done_and_who_waits_is_told_with_all_reasons(run: Any) -> None:
    found = run()
    page = parsed(clinic_html(found))
    undone, waitlist = section(page, "undone"), section(page, "waitlist")
    assert [*rows(undone)][1:] == [
        [step, why, str(len(those)), ", ".join(those)]
        for (step, why), those in sorted(_omitted(found).items())
    ]
    assert [*rows(waitlist)][1:] == [
        [
            *(str(one.place), str(one.candidate)[:8], str(one.since), one.words),
            ". ".join(each.words for each in one.obstacles),
        ]
        for one in found.assignments.waiting
    ]
    for one in found.patients:
        told = words(section(page, f"patient-{one.key}"))
        assert all(f"{each.step.value}: {each.why}" in told for each in one.omissions)
        assert one.waiting is None or one.waiting.words in told


def _omitted(run: ClinicRun) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for one in run.patients:
        for each in one.omissions:
            found.setdefault((each.step.value, flat(each.why)), []).append(str(one.key)[:8])
    return found


@RUNS
def test_its_figures_are_those_of_the_run(run: Any) -> None:
    found = run()
    told = dict(rows(section(parsed(clinic_html(found)), "overview")))
    sessions = [each for dated in found.schedules for each in dated.sessions]
    moved = len([each for each in sessions if each.moved])
    without = sum(len(dated.unplaced) for dated in found.schedules)
    verdicts = Counter(each.verdict for one in found.patients for each in one.decisions)
    free = sum(
        group.capacity - len(found.assignments.members(group.name))
        for group in found.assignments.roster.groups
    )
    units = sum(line.units for one in found.patients if one.charges for line in one.charges.lines)
    amount = sum((one.charges.total.known_usd for one in found.patients if one.charges), Decimal(0))
    assert told.pop("What") == "How many"
    assert told.pop("Files of patients that are not valid", None) == (
        str(found.clinic.unread) if found.clinic.unread else None
    )
    assert told.pop("Left as they were, as no valid file has them", "0") == str(len(found.kept))
    for number, requirements in enumerate(found.clinic.requirements):
        truths = Counter(one.judgments[number].truth for one in found.patients if one.judgments)
        assert told.pop(f"Requirements: {requirements.title}") == (
            f"{truths[Truth.YES]} met, {truths[Truth.NO]} unmet, "
            f"{truths[Truth.UNKNOWN]} undetermined"
        )
    assert told == {
        "Patients": str(len(found.patients)),
        f"Eligible: {found.clinic.policies[0].title}": (
            f"{verdicts[Truth.YES]} yes, {verdicts[Truth.NO]} no, "
            f"{verdicts[Truth.UNKNOWN]} undetermined"
        ),
        "Groups": (
            f"{len(found.assignments.assigned)} placed, {len(found.assignments.waiting)} waiting, "
            f"{free} seats free"
        ),
        "Plans": str(len(found.schedules)),
        "Sessions": f"{len(sessions)} with a date, {moved} of them moved; {without} without",
        "Conflicts": str(len(found.conflicts)),
        "Charges": f"{units} H0015: ${amount:,.2f}",
        "Steps not done": str(sum(len(one.omissions) for one in found.patients)),
        "Patients whose dates changed": str(
            len([each for each in found.changes if each.added or each.changed or each.removed])
        ),
    }


@RUNS
def test_charges_by_month_and_by_week_come_to_the_total(run: Any) -> None:
    page = parsed(clinic_html(run()))
    months, weeks, _ = section(page, "charges").iter("table")
    lines = [line for one in run().patients if one.charges for line in one.charges.lines]
    by_month, by_week = Counter[str](), Counter[str]()
    for line in lines:
        monday = line.on - timedelta(days=line.on.weekday())
        for sums, period in ((by_month, f"{line.on:%Y-%m}"), (by_week, str(monday))):
            sums[period] += line.amount_usd
            sums["Total"] += line.amount_usd
    for table, sums in ((months, by_month), (weeks, by_week)):
        told = {name: total.partition(": $")[2] for name, total in [*rows(table)][1:]}
        assert told == {name: f"{amount:,.2f}" for name, amount in sums.items()}


@RUNS
def test_each_session_is_told_with_its_patient_once(run: Any) -> None:
    page = parsed(clinic_html(run()))
    for dated in run().schedules:
        article = section(page, f"patient-{dated.plan.patient}")
        told = Counter(cells[0] for cells in rows(article) if len(cells) == 4)
        for each in dated.sessions:
            assert told[f"{each.start:%a %Y-%m-%d %H:%M}-{each.end:%H:%M}"] >= 1
        texts = words(article)
        assert all(each.why.words in texts for each in dated.unplaced)


def test_it_tells_what_has_changed_and_of_new_plans_no_more_than_that() -> None:
    run = again()
    told = words(section(parsed(clinic_html(run)), "changes"))
    new = next(one for one in run.patients if one.name == "juniper")
    assert new.schedule is not None
    count = len(new.schedule.sessions)
    assert f"{str(new.key)[:8]} A new plan, with a date for {count} sessions." in told
    old = next(one for one in run.patients if one.name == "basil")
    moved = next(each for each in run.changes if each.plan.patient == old.key).changed
    assert moved
    assert f"{str(old.key)[:8]} Changed:" in told
    assert all(f"{was.start:%a %Y-%m-%d %H:%M}" in told for was, _ in moved)
    assert "burst pipe" in words(section(parsed(clinic_html(run)), f"patient-{old.key}"))
    assert "No date has changed." in words(section(parsed(clinic_html(first())), "changes"))


@RUNS
def test_each_group_room_and_clinician_is_told_with_its_weeks(run: Any) -> None:
    found = run()
    page = parsed(clinic_html(found))
    groups, rooms, clinicians = (section(page, name) for name in ("groups", "rooms", "clinicians"))
    for group in found.assignments.roster.groups:
        assert group.words in words(groups)
        members = found.assignments.members(group.name)
        free = group.capacity - len(members)
        assert f"taken, {free} free" in words(groups)
    for meeting in found.meetings:
        assert f"{meeting.start:%a %Y-%m-%d %H:%M}" in words(groups)
    for part, loads, known in (
        (rooms, found.rooms, found.clinic.site.rooms),
        (clinicians, found.clinicians, found.clinic.site.clinicians),
    ):
        heads = [words(each) for each in part.iter("h3")]
        assert heads == [*dict.fromkeys([*(k.name for k in known), *(w.name for w in loads)])]
        assert len([*rows(part)]) >= len(loads)
    assert "Primary counselor of" in words(clinicians)


def test_texts_of_others_are_shown_as_they_are() -> None:
    run = first()
    clinic = evolve(
        run.clinic,
        site=evolve(run.clinic.site, name=HOSTILE),
        policies=tuple(evolve(each, title=HOSTILE) for each in run.clinic.policies),
    )
    one = evolve(
        run.patients[0],
        name=HOSTILE,
        decisions=tuple(evolve(each, title=HOSTILE) for each in run.patients[0].decisions),
        omissions=(Omission(Step.PLAN, HOSTILE),),
    )
    page = parsed(clinic_html(evolve(run, clinic=clinic, patients=(one,)), names=True))
    assert not [*page.iter("script")]
    told = words(page)
    assert told.count(flat(HOSTILE)) >= 6
    assert HOSTILE not in told


def _early(decision: Decision) -> Decision:
    """A decision on the day before its version, which is assumed to be in force."""
    day = decision.since - timedelta(days=1)
    return evolve(decision, on=day, unjudged=(), assumed_in_force=True)


def test_what_is_to_be_told_with_a_result_is_told() -> None:
    one = next(each for each in first().patients if each.schedule)
    assert one.schedule is not None
    assert one.placement is not None
    judged = JudgedBy("ours", date(2026, 2, 2), Truth.UNKNOWN)
    plan = evolve(one.schedule.plan, provenance=Provenance("ours", decisions=(judged,)))
    session, *rest = one.schedule.sessions
    without = Unplaced(
        session.service, 900, session.phase, 1, session.modality, Reason.ABSENT, detail="away"
    )
    made_up = evolve(session, number=901, make_up=1)
    last = one.placement.results[-1]
    early = _early(last.decision)
    cautious = evolve(
        one,
        decisions=tuple(evolve(_early(each), contradictions=None) for each in one.decisions),
        placement=evolve(
            one.placement,
            on=early.on,
            results=(*one.placement.results[:-1], evolve(last, decision=early)),
        ),
        schedule=evolve(one.schedule, plan=plan, sessions=(*rest, made_up), unplaced=(without,)),
        judgments=tuple(
            evolve(each, findings=tuple(evolve(f, assumed_in_force=True) for f in each.findings))
            for each in one.judgments
        ),
    )
    page = parsed(clinic_html(evolve(first(), patients=(cautious,))))
    told = words(section(page, f"patient-{one.key}"))
    for part in (
        f"Patient {one.key} {plan.caution} Decision",
        "ASSUMED IN FORCE: on that day no version is known to be",
        "Contradicted in the record: not known",
        "ASSUMED IN FORCE: some of these rules are not known to be",
        f"900, week 1: {Reason.ABSENT.words} (away)",
        "901 ",
        "makes up for one missed",
        "ASSUMED IN FORCE: in some weeks no version of it is known to be",
    ):
        assert part in told


def test_where_a_ladder_places_a_patient_is_told_in_few_words() -> None:
    run = first()
    placed = next(each.placement for each in run.patients if each.schedule)
    assert placed is not None
    *lower, last = placed.results
    settled = evolve(last, decision=evolve(last.decision, unjudged=()))
    found = (
        placed,
        evolve(placed, results=(*lower, settled)),
        evolve(placed, results=tuple(lower)),
    )
    patients = tuple(
        evolve(one, placement=each) for one, each in zip(run.patients, found, strict=False)
    )
    page = parsed(clinic_html(evolve(run, patients=patients)))
    level = "level 2.1, Intensive Outpatient"
    assert {cells[0]: cells[2] for cells in [*rows(section(page, "levels"))][1:]} == {
        words: str(one.key)[:8]
        for words, one in zip(
            (f"undetermined at {level}", level, "no level of the ladder"), patients, strict=True
        )
    }


def test_all_that_collides_is_told_with_its_patients() -> None:
    run = first()
    (one, other) = (each for each in run.patients if each.schedule)
    assert one.schedule is not None
    session = one.schedule.sessions[0]
    start, end = session.start, session.end
    stranger = UUID("6f1f4a52-0c0e-4d52-8f7c-3a1b7f2a9d11")
    booked = Booking(one.key, UUID(int=1), session)
    unknown = Booking(stranger, UUID(int=2), session)
    without = Unplaced("later", 7, session.phase, 1, session.modality, Reason.ABSENT)
    conflicts = (
        Conflict(ConflictKind.PATIENT, start, end, (booked, Appointment(start, end, "zqlabel"))),
        Conflict(
            ConflictKind.GROUP, start, end, (unknown,), "mornings", (Undated(other.key, without),)
        ),
    )
    page = parsed(clinic_html(evolve(run, conflicts=conflicts)))
    heads, own, group = rows(section(page, "conflicts"))
    named = f"{session.service} {session.number}"
    when = f"{start:%a %Y-%m-%d %H:%M} to {end:%H:%M}"
    away = f"an appointment elsewhere, {start:%H:%M} to {end:%H:%M}"
    assert heads == ["When", "What", "Between"]
    assert own == [when, ConflictKind.PATIENT.words, f"{named}, {str(one.key)[:8]}, {away}"]
    assert group == [
        when,
        f"{ConflictKind.GROUP.words} (mornings)",
        f"{named}, {stranger}, later 7 has no date: {Reason.ABSENT.words}, {str(other.key)[:8]}",
    ]
    assert "zqlabel" not in words(page)


@pytest.mark.parametrize(
    ("assumed", "told"), [(False, "unmet"), (True, "unmet, assumed to be in force")]
)
def test_caseloads_are_told_with_their_counselor(assumed: bool, told: str) -> None:
    source = Source("Rule 5", Grade.LEGAL_TEXT)
    requirement = Requirement("caseload", "Few patients each.", Caseload(12), source)
    finding = CaseloadFinding(
        requirement, "Elder", date(2026, 2, 2), Bounds(13, 14), 12, assumed_in_force=assumed
    )
    page = parsed(clinic_html(evolve(first(), caseloads=(finding,))))
    clinicians = section(page, "clinicians")
    assert [words(each) for each in clinicians.iter("h3")][-1] == "Elder"
    assert [
        "Few patients each. (Rule 5 [T1])",
        "2026-02-02",
        "13 patients to 14 patients",
        "12",
        told,
    ] in [*rows(clinicians)]


def test_sessions_without_a_date_are_among_what_is_not_charged() -> None:
    run = first()
    (one, other) = (each for each in run.patients if each.charges)
    assert one.charges is not None
    patients = (evolve(one, charges=evolve(one.charges, unplaced=3)), other)
    told = [*rows(section(parsed(clinic_html(evolve(run, patients=patients))), "charges"))]
    assert ["any service", "no date", "3", str(one.key)[:8]] in told


def test_meetings_of_groups_that_no_roster_has_are_told_by_their_times() -> None:
    run = first()
    page = parsed(clinic_html(evolve(run, assignments=None)))
    groups = section(page, "groups")
    weekly = {
        (each.title, f"{each.start:%A %H:%M}", each.room, each.clinician) for each in run.meetings
    }
    assert {words(each) for each in groups.iter("h3")} == {
        ", ".join(filter(None, each)) for each in weekly
    }
    assert len([*rows(groups)]) == len(run.meetings) + len(weekly)
    bare = evolve(assignments().roster.groups[0], room=None, clinician=None)
    roster = evolve(assignments().roster, groups=(bare, *assignments().roster.groups[1:]))
    found = evolve(run, assignments=evolve(assignments(), roster=roster), meetings=())
    told = words(section(parsed(clinic_html(found)), "groups"))
    assert "No room or clinician is named." in told
    assert "It has no meeting." in told


def _bare(*patients: PatientRun, **fields: Any) -> ClinicRun:
    """A run of a clinic that asks for nothing."""
    site = Site("Elm Street", "America/Chicago", WeeklyWindows.of("monday 09:00-21:00"))
    settings = ClinicSettings(start=date(2026, 2, 2), seed=1)
    named = tuple(NamedPatient(each.name, each.patient) for each in patients)
    program = first().clinic.program
    return ClinicRun(Clinic(settings, site, program, named), patients, **fields)


def test_a_clinic_that_asks_for_nothing_is_told_so() -> None:
    page = parsed(clinic_html(_bare()))
    for name, told in (
        ("undone", "Every step could be done."),
        ("changes", "No date has changed."),
        ("eligibility", "Nobody was judged by a policy."),
        ("levels", "Nobody was placed on a ladder."),
        ("requirements", "No plan was held against a requirement set."),
        ("groups", "There are none."),
        ("waitlist", "Nobody waits for a group."),
        ("conflicts", "Nothing collides."),
        ("census", "Nobody is in treatment."),
        ("rooms", "The site names no room, and no session is in one."),
        ("clinicians", "The site names no clinician, and no session has one."),
        ("charges", "Nothing was itemized."),
        ("patients", "There are none."),
    ):
        heading, text = section(page, name)
        assert words(text) == told, words(heading)


def test_a_patient_for_whom_nothing_was_asked_is_told_too() -> None:
    patient = Patient(key=UUID("6f1f4a52-0c0e-4d52-8f7c-3a1b7f2a9d11"))
    page = parsed(clinic_html(_bare(PatientRun("fir", patient))))
    (_, told) = rows(section(page, "patients"))
    assert told == ["6f1f4a52", "none", "none", "none", "none", "nothing"]
    assert words(section(page, f"patient-{patient.key}")) == f"Patient {patient.key}"


def test_only_a_run_is_reported() -> None:
    with pytest.raises(InvalidError) as raised:
        clinic_html(first().clinic)  # type: ignore[arg-type]  # what is refused
    assert raised.value.faults[0].path == ("run",)
