"""A clinic run as values: what each patient gets, what is told, and what a later run keeps."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from typing import Any
from unicodedata import normalize
from uuid import UUID

import pytest
from attrs import evolve

from iopkit import (
    InvalidError,
    Modality,
    Patient,
    Program,
    Site,
    from_json,
    from_toml,
)
from iopkit.clinics import (
    Clinic,
    ClinicRun,
    ClinicSettings,
    FormerRun,
    NamedPatient,
    PatientSettings,
    PhaseWeeks,
    Step,
    run_clinic,
)
from iopkit.groups import Barrier, GroupDose, Roster
from iopkit.library import (
    find_coding,
    find_ladder,
    find_policy,
    find_requirements,
)
from iopkit.plans import Leave, PrimaryCounselor, Problem
from iopkit.programs import PerWeek, Phase, Service, Slot, Weekly, slots_of
from iopkit.schedules import Reason, Schedule
from iopkit.sites import Clinician, Closure, Offer
from iopkit.windows import WeeklyWindows

EXAMPLE = files("iopkit") / "examples" / "clinic"
START = date(2026, 2, 2)
BEFORE = datetime(2026, 1, 20, tzinfo=UTC)
LATER = datetime(2026, 2, 20, tzinfo=UTC)
NEW = UUID("2f9d1a34-7b60-4c1e-8a55-0d3c9b7e6f12")


def document(kind: type[Any], name: str) -> Any:
    read = from_json if name.endswith(".json") else from_toml
    return read(kind, (EXAMPLE / name).read_text(encoding="utf-8"))


def named(*names: str) -> tuple[NamedPatient, ...]:
    return tuple(NamedPatient(name, document(Patient, f"patients/{name}.json")) for name in names)


@pytest.fixture(scope="module")
def clinic() -> Clinic:
    """The example's, with those two of its patients who get a plan, and one who waits."""
    return Clinic(
        evolve(document(ClinicSettings, "clinic.toml"), patients=()),
        document(Site, "site.toml"),
        document(Program, "program.toml"),
        named("amber", "basil", "clover"),
        document(Roster, "groups.toml"),
        (find_policy("iop-suitability"),),
    )


@pytest.fixture(scope="module")
def first(clinic: Clinic) -> ClinicRun:
    return run_clinic(clinic, as_of=BEFORE)


def former(run: ClinicRun) -> FormerRun:
    return FormerRun(
        run.clinic.settings, run.clinic.site, run.schedules, run.before, run.assignments
    )


def again(run: ClinicRun, as_of: datetime = LATER, **changes: Any) -> ClinicRun:
    return run_clinic(evolve(run.clinic, **changes), as_of=as_of, former=former(run))


def differing(clinic: Clinic, name: str, **own: Any) -> ClinicSettings:
    return evolve(clinic.settings, patients=(PatientSettings(name, **own),))


def omitted(run: ClinicRun) -> Mapping[str, list[Step]]:
    return {one.name: [each.step for each in one.omissions] for one in run.patients}


def schedules(run: ClinicRun) -> Mapping[str, Schedule]:
    return {one.name: one.schedule for one in run.patients if one.schedule}


def changed(run: ClinicRun) -> set[UUID]:
    return {each.plan.patient for each in run.changes}


# What each patient gets.


def test_patients_are_in_the_order_of_keys_in_whichever_they_come(
    clinic: Clinic, first: ClinicRun
) -> None:
    turned = run_clinic(evolve(clinic, patients=clinic.patients[::-1]), as_of=BEFORE)
    assert turned.patients == first.patients
    assert [one.key for one in first.patients] == sorted(one.key for one in first.patients)


def test_those_who_watch_are_given_each_patient_as_often_as_they_are_gone_through(
    clinic: Clinic,
) -> None:
    seen: list[str] = []

    def watched(items: Any) -> Any:
        for item in items:
            seen.append(item.name)
            yield item

    run_clinic(evolve(clinic, patients=clinic.patients[:1]), as_of=BEFORE, watched=watched)
    assert seen == ["amber"] * 3


def test_a_clinic_without_groups_policies_and_codes_dates_plans_alone(clinic: Clinic) -> None:
    settings = evolve(clinic.settings, groups=None, doses=())
    run = run_clinic(evolve(clinic, settings=settings, roster=None, policies=()), as_of=BEFORE)
    assert omitted(run) == {"amber": [], "basil": [], "clover": []}
    assert not any(dated.plan.groups for dated in schedules(run).values())
    assert run.assignments is None
    assert all(one.why_no(step) is None for one in run.patients for step in Step)


def test_a_rule_that_is_not_in_force_is_told_and_no_plan_drafted(clinic: Clinic) -> None:
    settings = evolve(clinic.settings, start=date(2026, 1, 5))
    ladder = find_ladder("us-public-rules")
    old = evolve(clinic, settings=settings, ladder=ladder, patients=named("amber", "basil"))
    run = run_clinic(old, as_of=BEFORE)
    assert set(map(tuple, omitted(run).values())) == {(Step.DECISION, Step.PLAN)}
    assert run.patients[0].why_no(Step.PLAN) == "not every policy has judged"
    assert "iop-suitability" in (run.patients[0].why_no(Step.DECISION) or "")
    assert run.assignments is not None
    assert not run.assignments.roster.candidates
    assert all(one.placement for one in run.patients)
    assumed = evolve(old, settings=evolve(settings, assume_in_force=True, despite_no=True))
    assert set(schedules(run_clinic(assumed, as_of=BEFORE))) == {"amber", "basil"}


def test_codes_and_caseloads_that_are_not_in_force_keep_plan_and_dates(clinic: Clinic) -> None:
    settings = evolve(
        differing(clinic, "amber", start=date(2018, 2, 5)), start=date(2018, 4, 2), doses=()
    )
    wanted = evolve(
        clinic,
        settings=settings,
        policies=(),
        requirements=(find_requirements("us-wa-former-iop"),),
        coding=find_coding("us-medicare-iop"),
    )
    run = run_clinic(wanted, as_of=BEFORE)
    assert omitted(run)["amber"] == [Step.CHARGES]
    assert omitted(run)["basil"] == [Step.GROUPS, Step.PLAN], "the rule has ended by then"
    assert set(schedules(run)) == {"amber"}
    assert not run.caseloads


def test_a_plan_is_charged_and_checked_by_what_is_in_force(clinic: Clinic) -> None:
    sets = (find_requirements("samhsa-iop"),)
    wanted = evolve(clinic, requirements=sets, coding=find_coding("us-h0015"))
    run = run_clinic(wanted, as_of=BEFORE)
    judged = {one.name: [each.requirements.name for each in one.judgments] for one in run.patients}
    assert judged == {"amber": ["samhsa-iop"], "basil": ["samhsa-iop"], "clover": []}
    assert {one.name for one in run.patients if one.charges} == {"amber", "basil"}
    ended = evolve(wanted, requirements=(find_requirements("us-wa-former-iop"),))
    later = run_clinic(ended, as_of=LATER, former=former(run))
    assert omitted(later)["amber"] == [Step.PLAN, Step.REQUIREMENTS]
    assert schedules(later) == schedules(run)


def test_caseloads_are_counted_on_the_first_day(clinic: Clinic) -> None:
    settings = differing(clinic, "amber", counselors=(PrimaryCounselor(START, "Ash"),))
    sets = (find_requirements("us-nj-iop"),)
    run = run_clinic(evolve(clinic, settings=settings, requirements=sets), as_of=BEFORE)
    assert {(each.counselor, each.on, each.seen.least) for each in run.caseloads} == {
        ("Ash", START, 1)
    }


def test_what_cannot_be_done_for_one_keeps_nothing_from_the_others(clinic: Clinic) -> None:
    settings = differing(clinic, "amber", counselors=(PrimaryCounselor(START, "Nobody"),))
    run = run_clinic(evolve(clinic, settings=settings), as_of=BEFORE)
    assert omitted(run)["amber"] == [Step.PLAN]
    assert set(schedules(run)) == {"basil"}


def test_whoever_needs_no_group_for_all_that_is_known_is_planned_without(clinic: Clinic) -> None:
    run = run_clinic(evolve(clinic, settings=evolve(clinic.settings, doses=())), as_of=BEFORE)
    assert omitted(run) == {"amber": [], "basil": [Step.GROUPS], "clover": [Step.GROUPS]}
    assert not schedules(run)["basil"].plan.groups


def test_whoever_is_refused_or_discharged_takes_no_seat(clinic: Clinic) -> None:
    settings = differing(clinic, "amber", discharged=START)
    patients = (*clinic.patients, *named("dahlia"))
    run = run_clinic(evolve(clinic, settings=settings, patients=patients), as_of=BEFORE)
    assert run.assignments is not None
    keys = {one.key for one in run.assignments.roster.candidates}
    assert keys == {one.patient.key for one in clinic.patients if one.name != "amber"}
    told = {one.name: one.why_no(Step.PLAN) for one in run.patients}
    assert told["amber"] == "discharged before the first day"
    assert told["dahlia"] == "no, by iop-suitability"
    despite = evolve(clinic, settings=evolve(settings, despite_no=True), patients=patients)
    assert "dahlia" in schedules(run_clinic(despite, as_of=BEFORE))


def test_leaves_end_with_the_discharge(clinic: Clinic) -> None:
    day = timedelta(days=1)
    leaves = tuple(Leave(START + n * day, START + (n + 4) * day, "away") for n in (7, 21, 35))
    settings = differing(clinic, "amber", leaves=leaves, discharged=START + 23 * day)
    run = run_clinic(evolve(clinic, settings=settings), as_of=BEFORE)
    plan = schedules(run)["amber"].plan
    assert [(str(each.start), str(each.end)) for each in plan.leaves] == [
        ("2026-02-09", "2026-02-13"),
        ("2026-02-23", "2026-02-25"),
        ("2026-02-25", str(plan.end + 364 * day)),
    ]


def test_what_a_leave_puts_off_is_not_held_after_the_discharge(clinic: Clinic) -> None:
    leave = Leave(date(2026, 2, 9), date(2026, 2, 12), "hospital", extends=True)
    extended = evolve(clinic, settings=differing(clinic, "amber", leaves=(leave,)))
    plan = schedules(run_clinic(extended, as_of=BEFORE))["amber"].plan
    for left in (date(2026, 3, 9), plan.end):
        own = {"leaves": (leave,), "discharged": left}
        ended = evolve(clinic, settings=differing(clinic, "amber", **own))
        dated = schedules(run_clinic(ended, as_of=BEFORE))["amber"]
        assert max(each.start.date() for each in dated.sessions) < left


# A later run.


@pytest.mark.parametrize(
    "as_of", [BEFORE, LATER, datetime(2026, 3, 29, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)]
)
def test_where_nothing_has_changed_the_same_comes_of_it(first: ClinicRun, as_of: datetime) -> None:
    assert again(first, as_of) == first


def test_what_changed_last_is_told_until_something_changes(first: ClinicRun) -> None:
    gone = again(first, settings=differing(first.clinic, "basil", discharged=date(2026, 3, 2)))
    assert changed(gone) == {schedules(first)["basil"].plan.patient}
    assert again(gone, LATER + timedelta(days=3)).before == gone.before
    without = tuple(one for one in first.clinic.patients if one.name != "basil")
    assert changed(again(gone, patients=without)) == changed(gone), "their schedule is kept"


def test_a_new_patient_is_a_change_of_all_their_dates(clinic: Clinic, first: ClinicRun) -> None:
    basil = next(one for one in clinic.patients if one.name == "basil")
    new = NamedPatient("erica", evolve(basil.patient, key=NEW))
    later = again(first, patients=(*clinic.patients, new))
    assert changed(later) == {NEW}
    (change,) = later.changes
    assert change.added == schedules(later)["erica"].sessions
    assert {n: schedules(later)[n] for n in schedules(first)} == schedules(first)


def test_who_has_no_file_any_more_keeps_dates_and_seat(clinic: Clinic, first: ClinicRun) -> None:
    assert clinic.roster is not None
    basil = next(one for one in clinic.patients if one.name == "basil")
    new = NamedPatient("erica", evolve(basil.patient, key=NEW))
    roster = evolve(
        clinic.roster, groups=tuple(evolve(each, capacity=1) for each in clinic.roster.groups)
    )
    later = again(first, roster=roster, patients=(new,))
    assert {each.plan.patient for each in later.kept} == {
        dated.plan.patient for dated in first.schedules
    }
    assert later.patients[0].waiting is not None
    assert later.patients[0].waiting.obstacles[0].barriers[-1] is Barrier.FULL
    assert set(later.schedules) == set(first.schedules)
    found = again(first, roster=evolve(roster, groups=roster.groups[:1]), patients=(new,))
    assert found.assignments is not None
    keys = {each.key for each in found.assignments.roster.candidates}
    assert keys == {NEW, *(one.key for one in roster.candidates)}, "no seat in what is no more"


def test_what_a_group_gave_that_is_no_more_is_on_hold(clinic: Clinic, first: ClinicRun) -> None:
    assert clinic.roster is not None
    roster = evolve(clinic.roster, groups=clinic.roster.groups[:1])
    later = again(first, roster=roster)
    dated = schedules(later)["basil"]
    assert dated.plan.on_hold == ("group-session",)
    was = schedules(first)["basil"].sessions
    held = [each for each in was if each.service == "group-session" and each.start <= LATER]
    assert [each for each in dated.sessions if each.service == "group-session"] == held
    assert {each.why for each in dated.unplaced} == {Reason.ON_HOLD}
    assert omitted(later)["basil"] == [Step.GROUPS]


def test_what_a_group_gave_stays_on_hold_until_a_group_gives_it(
    clinic: Clinic, first: ClinicRun
) -> None:
    assert clinic.roster is not None
    fewer = evolve(clinic.roster, groups=clinic.roster.groups[:1])
    later = again(first, roster=fewer)
    assert again(later).schedules == later.schedules
    assert schedules(again(later, roster=None))["basil"].plan.on_hold == ("group-session",)
    given = schedules(again(later, roster=clinic.roster))["basil"].plan
    assert (given.on_hold, [each.groups for each in given.groups]) == ((), [("morning",)])


@pytest.mark.parametrize("roster_too", [True, False])
def test_a_service_that_the_program_has_no_more_is_not_on_hold(
    clinic: Clinic, first: ClinicRun, *, roster_too: bool
) -> None:
    assert clinic.roster is not None
    program = clinic.program.with_services(
        lambda each: evolve(each, name="circle") if each.name == "group-session" else each,
        tracks=(),
    )
    circles = tuple(evolve(each, service="circle") for each in clinic.roster.groups)
    roster = evolve(clinic.roster, groups=circles, candidates=()) if roster_too else None
    doses = (GroupDose("circle", 1),) if roster_too else ()
    settings = evolve(clinic.settings, doses=doses)
    later = again(first, program=program, roster=roster, settings=settings)
    assert {one.schedule.plan.on_hold for one in later.patients if one.schedule} == {()}
    assert "circle" in {each.service for each in schedules(later)["basil"].sessions}


def test_an_answer_ends_what_was_on_hold_for_it(clinic: Clinic) -> None:
    families = clinic.program.with_services(
        lambda each: (
            evolve(each, modality=Modality.FAMILY_SESSION)
            if each.name == "individual-session"
            else each
        ),
        tracks=(),
    )
    amber = clinic.patients[0]
    unknown = evolve(amber, patient=evolve(amber.patient, supports=None))
    first = run_clinic(evolve(clinic, program=families, patients=(unknown,)), as_of=BEFORE)
    assert schedules(first)["amber"].plan.on_hold == ("individual-session",)
    assert again(first).schedules == first.schedules
    answered = schedules(again(first, patients=(amber,)))["amber"]
    assert answered.plan.on_hold == ()
    assert "individual-session" in {each.service for each in answered.sessions}


def test_who_begins_later_keeps_the_seat_until_then(clinic: Clinic, first: ClinicRun) -> None:
    assert clinic.roster is not None
    one_seat = tuple(evolve(each, capacity=1) for each in clinic.roster.groups)
    roster = evolve(clinic.roster, groups=one_seat)
    later = differing(clinic, "basil", start=date(2026, 2, 23))
    begun = run_clinic(evolve(clinic, settings=later, roster=roster), as_of=BEFORE)
    basil = next(one.patient for one in clinic.patients if one.name == "basil")
    newer = NamedPatient("earlier-key", evolve(basil, key=UUID(int=1, version=4)))
    more = again(begun, patients=(newer, *clinic.patients))
    assert schedules(more)["basil"] == schedules(begun)["basil"]
    assert "earlier-key" not in schedules(more)


def test_a_name_is_that_of_its_file_however_its_accents_are_written(clinic: Clinic) -> None:
    one = evolve(clinic.patients[0], name=normalize("NFD", "Zoë"))
    settings = differing(clinic, normalize("NFC", "Zoë"), start=date(2026, 2, 9))
    run = run_clinic(evolve(clinic, patients=(one,), settings=settings), as_of=BEFORE)
    assert [each.plan.start for each in run.schedules] == [date(2026, 2, 9)]


def test_a_seat_is_free_once_a_plan_is_at_its_end(first: ClinicRun) -> None:
    settings = evolve(first.clinic.settings, start=date(2026, 4, 6))
    later = again(first, settings=settings)
    assert later.assignments is not None
    assert [later.assignments.members(each.name) for each in later.assignments.roster.groups] == [
        (),
        (),
    ]
    assert schedules(later) == schedules(first)


def test_a_plan_that_is_refused_by_now_stays_as_it_was(first: ClinicRun) -> None:
    dahlia = named("dahlia")[0].patient
    patients = tuple(
        evolve(one, patient=evolve(one.patient, assessments=dahlia.assessments))
        if one.name == "amber"
        else one
        for one in first.clinic.patients
    )
    later = again(first, patients=patients)
    assert omitted(later)["amber"] == [Step.PLAN]
    assert schedules(later) == schedules(first)


def test_a_plan_that_cannot_be_dated_anew_stays_as_it_was(first: ClinicRun) -> None:
    settings = differing(first.clinic, "amber", start=date(2026, 2, 16))
    later = again(first, settings=settings)
    assert omitted(later)["amber"] == [Step.SCHEDULE]
    assert schedules(later) == schedules(first)
    early = again(first, BEFORE, settings=settings)
    assert schedules(early)["amber"].plan.start == date(2026, 2, 16)
    assert schedules(early)["amber"].plan.key == schedules(first)["amber"].plan.key


# What is refused.


def test_a_run_goes_on_at_the_same_site_only(first: ClinicRun) -> None:
    with pytest.raises(InvalidError, match="former: expected a run of the same site"):
        again(first, site=evolve(first.clinic.site, name="Oak Street Clinic"))
    settings, site = first.clinic.settings, first.clinic.site
    with pytest.raises(InvalidError, match="schedules: expected schedules of the site"):
        FormerRun(settings, evolve(site, zone="UTC"), first.schedules)
    with pytest.raises(InvalidError, match="schedules: expected one of each patient"):
        FormerRun(settings, site, (*first.schedules, *first.schedules))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"patients": 2 * named("amber")}, "patients: expected each name once"),
        ({"weeks": (PhaseWeeks("taper", 2),)}, "weeks: expected phases of"),
        ({"track": "evening"}, "track: expected tracks of"),
        ({"own": (PatientSettings("amber", track="evening"),)}, "track: expected tracks of"),
    ],
)
def test_a_clinic_fits_together(clinic: Clinic, changes: dict[str, Any], told: str) -> None:
    own = {"own": "patients"}
    settings = {own.get(k, k): v for k, v in changes.items() if k != "patients"}
    patients = changes.get("patients", clinic.patients)
    with pytest.raises(InvalidError, match=told):
        evolve(clinic, settings=evolve(clinic.settings, **settings), patients=patients)


def test_a_plan_that_was_settled_is_the_plan_and_there_is_one_of_each_patient(
    clinic: Clinic, first: ClinicRun
) -> None:
    plan = evolve(first.schedules[0].plan, problems=(Problem("ours", "Our words"),))
    anew = run_clinic(evolve(clinic, settled=(plan,)), as_of=BEFORE)
    assert anew.schedules[0].plan == plan
    assert anew.schedules[1:] == first.schedules[1:]
    with pytest.raises(InvalidError, match="settled: expected one plan of each patient"):
        evolve(clinic, settled=(plan, evolve(plan, key=NEW)))


def test_a_phase_of_open_length_needs_its_weeks_and_groups_a_track(clinic: Clinic) -> None:
    phase = {"name": "open", "title": "Open", "services": [
        {"name": "group-session", "title": "Group", "modality": "group_therapy", "track": track,
         "duration_minutes": 180, "timing": {"type": "per_week", "times": 3}}
        for track in ("day", "evening")]}  # fmt: skip
    tracks = [{"name": name, "title": name} for name in ("day", "evening")]
    raw = {"document": "program", "format": 2, "name": "two", "title": "Two", "phases": [phase]}
    program = from_json(Program, json.dumps({**raw, "tracks": tracks}))
    with pytest.raises(InvalidError) as refused:
        evolve(clinic, program=program)
    told = str(refused.value)
    assert "weeks: expected weeks for 'open', whose length is open" in told
    assert "track: expected a track of two, as groups are of one" in told
    settings = evolve(clinic.settings, track="day", weeks=(PhaseWeeks("open", 4),))
    run = run_clinic(evolve(clinic, program=program, settings=settings), as_of=BEFORE)
    assert {(d.plan.track, d.plan.weeks) for d in schedules(run).values()} == {("day", 4)}


def test_sessions_for_one_patient_that_have_to_move_keep_apart_and_stay_so() -> None:
    slots = (Slot.parse("monday 10:00"), Slot.parse("thursday 15:00"))
    talk = Service(
        "talk", "Talk", Modality.INDIVIDUAL_COUNSELING, Weekly(slots), timedelta(hours=1)
    )
    days = ("monday", "tuesday", "wednesday", "thursday")
    site = Site(
        "Elm",
        "UTC",
        WeeklyWindows.of(*(f"{day} 09:00-17:00" for day in days)),
        closures=(Closure(START, START + timedelta(days=1), "Flood"),),
        clinicians=(Clinician("Ash"),),
        offers=(Offer("talk", clinician="Ash"),),
    )
    patients = tuple(
        NamedPatient(str(number), Patient(UUID(int=number, version=4))) for number in range(1, 4)
    )
    program = Program("one", "One", (Phase("only", "Only", 2, (talk,)),))
    apart = run_clinic(Clinic(ClinicSettings(START, seed=7), site, program, patients), as_of=BEFORE)
    starts = [one.sessions[0].start.strftime("%a %H:%M") for one in apart.schedules]
    assert starts == ["Tue 10:00", "Tue 11:00", "Tue 09:00"]
    # The weekly times are theirs, and told.
    told = [each.start.strftime("%d %H:%M") for each in apart.conflicts]
    assert told == ["05 15:00", "09 10:00", "12 15:00"]
    assert schedules(again(apart, as_of=BEFORE)) == schedules(apart)
    # Who comes later goes around those who have dates, and who is gone still has theirs.
    before = again(apart, as_of=BEFORE, patients=patients[1:])
    assert before.conflicts == apart.conflicts  # in the same order, too
    more = NamedPatient("new", Patient(UUID(int=0, version=4)))
    both = again(before, as_of=BEFORE, patients=(more, *patients[2:]))
    assert [f"{one.sessions[0].start:%a %H:%M}" for one in both.schedules] == [
        "Wed 10:00",
        "Tue 10:00",
        "Tue 11:00",
        "Tue 09:00",
    ]


def weekly_times(run: ClinicRun) -> Mapping[str, str]:
    return {
        name: str(slot)
        for name, dated in schedules(run).items()
        for each in dated.plan.program.every_service
        if not each.modality.is_group
        for slot in slots_of(each.timing)
    }


def test_who_is_new_chooses_around_those_who_have_plans_and_these_keep_their_times() -> None:
    talk = Service(
        "talk", "Talk", Modality.INDIVIDUAL_COUNSELING, PerWeek(1), timedelta(minutes=50)
    )
    site = Site(
        "Elm",
        "UTC",
        WeeklyWindows.of("monday 09:00-12:00"),
        clinicians=(Clinician("Ash"),),
        offers=(Offer("talk", clinician="Ash"),),
        break_between=timedelta(minutes=10),
    )
    program = Program("one", "One", (Phase("only", "Only", 2, (talk,)),))
    some = [NamedPatient(f"p{n}", Patient(UUID(int=n, version=4))) for n in range(5)]
    settings = ClinicSettings(START, seed=7)
    first = run_clinic(Clinic(settings, site, program, tuple(some[1:3])), as_of=BEFORE)
    assert weekly_times(first) == {"p1": "monday 09:00", "p2": "monday 10:00"}
    # The one with the first key comes last, and is not the first again in the next run.
    more = again(first, BEFORE, patients=tuple(some[:3]))
    assert weekly_times(more) == {"p0": "monday 11:00", **weekly_times(first)}
    assert again(more, BEFORE) == more
    assert not more.conflicts
    # Who is gone has left nothing free but by a discharge, and what is full is told.
    full = again(more, BEFORE, patients=(*some[1:3], some[3]))
    assert weekly_times(full)["p3"] == "monday 09:00"
    assert [f"{each.start:%d %H:%M}" for each in full.conflicts] == ["02 09:00", "09 09:00"]
    discharged = differing(more.clinic, "p2", discharged=START + timedelta(days=1))
    later = evolve(
        discharged, patients=(*discharged.patients, PatientSettings("p4", start=date(2026, 2, 9)))
    )
    freed = again(more, BEFORE, settings=later, patients=(*some[:3], some[4]))
    assert weekly_times(freed)["p4"] == "monday 10:00"
    assert not freed.conflicts


def test_the_times_of_groups_are_taken_and_a_settled_plan_keeps_its_own(clinic: Clinic) -> None:
    offers = tuple(
        evolve(each, clinician="Birch") if each.service == "individual-session" else each
        for each in clinic.site.offers
    )
    birch = evolve(clinic, site=evolve(clinic.site, offers=offers), patients=named("amber"))
    group = birch.roster.groups[1] if birch.roster else None
    assert group is not None
    taught = evolve(group, name="late", slots=(Slot.parse("monday 13:00"),))
    roster = evolve(birch.roster, groups=(*birch.roster.groups, taught)) if birch.roster else None
    assert weekly_times(run_clinic(birch, as_of=BEFORE))["amber"] == "monday 13:00"
    both = evolve(birch, roster=roster)
    assert weekly_times(run_clinic(both, as_of=BEFORE))["amber"] == "monday 16:10"
    plan = run_clinic(birch, as_of=BEFORE).schedules[0].plan
    kept = run_clinic(evolve(both, settled=(plan,)), as_of=BEFORE)
    assert weekly_times(kept)["amber"] == "monday 13:00"


@pytest.mark.parametrize("how", ["has no file", "is refused", "had groups that are no more"])
def test_a_plan_that_stays_is_dated_where_its_site_and_groups_are_now(
    first: ClinicRun, how: str
) -> None:
    shut = Closure(date(2026, 3, 9), date(2026, 3, 12), "Flood")
    site = evolve(first.clinic.site, closures=(*first.clinic.site.closures, shut))
    there = again(first, site=site)
    changes: dict[str, Any] = {"patients": first.clinic.patients[:1]}
    roster = first.clinic.roster
    if how == "is refused":
        no_more = evolve(first.clinic.settings, patients=())
        changes = {"requirements": (find_requirements("us-wa-former-iop"),), "settings": no_more}
    elif how == "had groups that are no more" and roster is not None:
        changes |= {"roster": evolve(roster, groups=roster.groups[:1], candidates=())}
    run = again(first, site=site, **changes)
    was, basil = schedules(first)["basil"], next(p.key for p in there.patients if p.name == "basil")
    now = next(each for each in run.schedules if each.plan.patient == basil)
    assert was.plan == now.plan
    days = {session.start.date() for session in now.sessions}
    assert not days.intersection(shut.start + timedelta(days=day) for day in range(3))
    assert [s for s in now.sessions if s.start <= LATER] == [
        s for s in was.sessions if s.start <= LATER
    ]
    if how != "had groups that are no more":
        assert now.sessions == schedules(there)["basil"].sessions
        assert run.conflicts == there.conflicts
    assert again(run, site=site, **changes).schedules == run.schedules
