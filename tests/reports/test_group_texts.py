"""What people read about groups: who is in which, who waits, and who takes over."""

from datetime import date, timedelta
from uuid import UUID

from attrs import evolve

from iopkit import (
    Modality,
    Patient,
    Plan,
    Program,
    Site,
    WeeklyWindows,
    draft,
)
from iopkit.groups import Candidate, Group, GroupDose, Roster, assign
from iopkit.plans import PrimaryCounselor
from iopkit.programs import PerWeek, Phase, Service, Slot
from iopkit.reports import assignments_text, reassignment_text
from iopkit.schedules import Unable, reassign
from iopkit.sites import Clinician

ON = date(2026, 1, 5)
SITE = Site(
    "Elm",
    "America/Chicago",
    WeeklyWindows.always(),
    clinicians=(Clinician("Ash"), Clinician("Bo"), Clinician("Kim", languages=frozenset({"es"}))),
)


def key(number: int) -> UUID:
    return UUID(int=number, version=4)


def group(name: str, when: str, clinician: str, language: str | None = None) -> Group:
    length = timedelta(hours=3)
    slots = (Slot.parse(when),)
    return Group(name, "group", slots, length, 1, clinician=clinician, language=language)


MONDAYS = group("mondays", "monday 09:00", "Ash")
IN_FRENCH = group("in-french", "monday 13:00", "Ash", "fr")


def test_assignments_tell_members_seats_and_who_waits_for_what() -> None:
    dose = (GroupDose("group"),)
    free = WeeklyWindows.of("monday 09:00-12:00")
    candidates = (Candidate(key(1), dose, free), Candidate(key(2), dose, free, waiting_since=ON))
    found = assign(Roster((MONDAYS,), candidates), SITE, on=ON)
    assert assignments_text(found).splitlines() == [
        "1 of 2 candidates placed; no assignment does better.",
        "",
        "Groups:",
        "  mondays: monday 09:00-12:00, 1 seat, 0 free",
        f"    {key(1)}",
        "",
        "Waiting, in order:",
        f"  1. {key(2)}, since 2026-01-05: too few seats in the groups",
        "    that suit; placed if: one more seat in mondays",
        "    - mondays: full",
    ]
    assert "Waiting" not in assignments_text(assign(Roster((MONDAYS,)), SITE, on=ON))


def plan(number: int, counselor: str) -> Plan:
    service = Service("group", "Group", Modality.GROUP_THERAPY, PerWeek(1), timedelta(hours=3))
    program = Program("short", "Short", (Phase("only", "Only", 4, (service,)),))
    made = draft(program, Patient(key(number)), SITE, start=ON, seed=1)
    return evolve(made, counselors=(PrimaryCounselor(ON, counselor),))


def test_a_reassignment_tells_who_takes_over_and_what_is_left_over() -> None:
    plans = (plan(1, "Ash"), plan(2, "Ash"), plan(3, "Bo"))
    site = evolve(SITE, clinicians=(Clinician("Ash"), Clinician("Bo", languages=frozenset({"en"}))))
    back = date(2026, 1, 12)
    found = reassign(plans, (MONDAYS, IN_FRENCH), site, away="Ash", start=ON, end=back, most=2)
    assert reassignment_text(found).splitlines() == [
        "While Ash is away, from 2026-01-05 to 2026-01-12, the day of the return:",
        "",
        "Groups:",
        "  - mondays: Bo, not known whether they may lead it",
        "",
        "Patients:",
        f"  - {key(1)}, plan {plans[0].key}: Bo",
        "",
        "Left over:",
        "  - group in-french: Bo does not speak its language",
        f"  - patient {key(2)}: nobody has room",
    ]
    alone = evolve(site, clinicians=(Clinician("Ash"),))
    text = reassignment_text(reassign((), (MONDAYS,), alone, away="Ash", start=ON))
    assert text.splitlines()[0] == "While Ash is away, from 2026-01-05 on:"
    assert "  - group mondays: there is nobody else" in text
    nothing = reassign((), (), SITE, away="Ash", start=ON)
    assert "Nobody and nothing is to be taken over." in reassignment_text(nothing)
    assert "may be a smaller change" in reassignment_text(evolve(nothing, is_smallest=False))


def test_every_reason_has_words() -> None:
    assert len({each.words for each in Unable}) == len(Unable)
