"""Who leads what: credentials on the day of each session, counted week by week."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from attrs import evolve

from iopkit.checks import Bounds, Finding, check
from iopkit.errors import InvalidError
from iopkit.modalities import Modality
from iopkit.patients import Patient
from iopkit.plans import Plan, draft
from iopkit.programs import Phase, Program, Service, Slot, Weekly
from iopkit.reports import requirements_text
from iopkit.requirements import LedBy, Requirement, RequirementSet
from iopkit.schedules import Attendance, Schedule, schedule
from iopkit.sites import Absence, Clinician, Credential, Offer, Site
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.truth import Truth
from iopkit.windows import WeeklyWindows

START = date(2026, 3, 2)
WEEK = timedelta(weeks=1)
OWN = Source("Our clinic's rules of 2026", Grade.SECONDARY)
GROUPS = frozenset({Modality.GROUP_THERAPY})
PATIENT = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))
HOURS = WeeklyWindows.of("monday 09:00-21:00", "thursday 09:00-21:00")


def service(name: str, *slots: str, modality: Modality = Modality.GROUP_THERAPY) -> Service:
    timing = Weekly(tuple(map(Slot.parse, slots)))
    return Service(name, name.title(), modality, timing, timedelta(hours=1))


GROUP = service("group", "monday 18:00", "thursday 18:00")
FAMILY = service("family", "monday 10:00", modality=Modality.FAMILY_SESSION)
PROGRAM = Program("short", "Short", (Phase("only", "Only", 3, (GROUP, FAMILY)),))
LCDC = Credential("LCDC", date(2020, 1, 1), "TX")


def site_of(*staff: Clinician) -> Site:
    offers = (Offer("group", clinician=staff[0].name), Offer("family", clinician=staff[0].name))
    return Site("Elm Street", "America/Chicago", HOURS, clinicians=staff, offers=offers)


def rule(**more: object) -> RequirementSet:
    demand = LedBy(frozenset({"LCDC", "LPC"}), **({"modalities": GROUPS} | more))  # type: ignore[arg-type]  # each of its own kind
    leads = Requirement("leads", "Groups are led by licensed counselors.", demand, OWN)
    return RequirementSet("own", "Own", Versions((Dated(date(2020, 1, 1), (leads,), OWN),)))


def planned(site: Site) -> tuple[Plan, Schedule]:
    plan = draft(PROGRAM, PATIENT, site, start=START, seed=1)
    return plan, schedule(plan, site)


def told(found: tuple[Finding, ...]) -> list[tuple[int | None, Bounds, Truth]]:
    return [(each.week, each.seen, each.truth) for each in found]


@pytest.mark.parametrize(
    ("credentials", "seen", "truth"),
    [
        pytest.param((LCDC,), Bounds(0, 0), Truth.YES, id="one that counts"),
        pytest.param((evolve(LCDC, words="CADC"),), Bounds(2, 2), Truth.NO, id="another"),
        pytest.param((), Bounds(2, 2), Truth.NO, id="none"),
        pytest.param(None, Bounds(0, 2), Truth.UNKNOWN, id="not known"),
    ],
)
def test_each_week_counts_the_groups_that_others_lead(
    credentials: tuple[Credential, ...] | None, seen: Bounds, truth: Truth
) -> None:
    site = site_of(Clinician("Ash", credentials=credentials))
    _, made = planned(site)

    assert told(check(made, rule(), site=site)) == [(week, seen, truth) for week in (1, 2, 3)]


def test_an_expired_credential_is_a_finding_from_its_day_on() -> None:
    ends = evolve(LCDC, end=START + WEEK + timedelta(days=3))  # a Thursday
    site = site_of(Clinician("Ash", credentials=(ends,)))
    _, made = planned(site)

    assert told(check(made, rule(), site=site)) == [
        (1, Bounds(0, 0), Truth.YES),
        (2, Bounds(1, 1), Truth.NO),
        (3, Bounds(2, 2), Truth.NO),
    ]


def test_a_supervisor_will_do_where_the_rule_says_so() -> None:
    site = site_of(Clinician("Ash", credentials=(), supervisor="Oak"))
    _, made = planned(site)

    assert [each.truth for each in check(made, rule(), site=site)] == [Truth.NO] * 3
    supervised = check(made, rule(supervised=True), site=site)
    assert [each.truth for each in supervised] == [Truth.YES] * 3


def test_a_substitute_is_judged_on_the_days_of_standing_in() -> None:
    away = Absence(START + WEEK, START + 2 * WEEK, "vacation", "Birch")
    site = site_of(
        Clinician("Ash", credentials=(LCDC,), absences=(away,)), Clinician("Birch", credentials=())
    )
    _, made = planned(site)

    assert [each.truth for each in check(made, rule(), site=site)] == [
        *(Truth.YES, Truth.NO, Truth.YES),
    ]


def test_who_led_what_was_attended_counts() -> None:
    site = site_of(Clinician("Ash", credentials=()), Clinician("Birch", credentials=(LCDC,)))
    _, made = planned(site)
    by_birch = {made.uid(s): Attendance(led_by="Birch") for s in made.sessions}

    assert [each.truth for each in check(made, rule(), site=site, attended=by_birch)] == [
        *(Truth.YES,) * 3,
    ]


def test_of_what_nobody_knows_nobody_can_say() -> None:
    site = site_of(Clinician("Ash", credentials=(LCDC,)))
    plan, made = planned(site)

    assert [each.truth for each in check(plan, rule(), site=site)] == [Truth.UNKNOWN] * 3
    assert [each.truth for each in check(made, rule())] == [Truth.UNKNOWN] * 3
    none = rule(modalities=frozenset({Modality.MEDICATION_MANAGEMENT}))
    assert told(check(made, none, site=site)) == [(None, Bounds(0, None), Truth.UNKNOWN)]


def test_a_rule_says_whom_it_means() -> None:
    text = " ".join(requirements_text(rule(supervised=True)).split())
    assert "each led by somebody with LCDC or LPC, or with a supervisor" in text
    with pytest.raises(InvalidError, match="credentials: expected at least one"):
        LedBy(frozenset(), GROUPS)
    with pytest.raises(InvalidError, match="modalities: expected at least one"):
        LedBy(frozenset({"LCDC"}), frozenset())
