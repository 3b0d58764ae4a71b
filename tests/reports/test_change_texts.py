"""Openings and conflicts in words say when, what it costs, and what is in the way."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from attrs import evolve

from iopkit import Modality, Program, Schedule, Site, WeeklyWindows, schedule
from iopkit.plans import Plan
from iopkit.programs import Phase, Service, Slot, Weekly
from iopkit.reports import conflicts_text, openings_text
from iopkit.schedules import (
    Appointment,
    Surroundings,
    openings,
    patient_conflicts,
    site_conflicts,
)
from iopkit.sites import Closure, Room

KEY = UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11")
MONDAY = date(2026, 1, 5)
HOURS = WeeklyWindows.of("monday 09:00-17:00", "tuesday 09:00-17:00", "wednesday 09:00-12:00")
SITE = Site(
    "Elm Street",
    "America/Chicago",
    HOURS,
    closures=(Closure(MONDAY + timedelta(days=2), MONDAY + timedelta(days=3), "Training"),),
    rooms=(Room("green", 8),),
)
BEFORE = datetime.combine(MONDAY, time(0), SITE.tz)


def dated() -> Schedule:
    timing = Weekly((Slot.parse("monday 10:00"),))
    group = Service("skills", "Skills", Modality.GROUP_THERAPY, timing, timedelta(hours=1))
    program = Program("program", "Program", (Phase("all", "All", 1, (group,)),))
    return schedule(Plan(KEY, KEY, SITE.name, program, MONDAY, 1), SITE)


def test_openings_say_what_they_cost_and_what_is_in_the_way() -> None:
    made = dated()
    found = openings(made, made.sessions[0], Surroundings(SITE, BEFORE), limit=4)
    assert " ".join(openings_text(found).split()) == (
        "Open: "
        "- Mon 2026-01-05 11:00-12:00: the same week, another time of day, 1 h later "
        "- Tue 2026-01-06 10:00-11:00: the same week, the same time of day, 1 day later "
        "- Mon 2026-01-12 10:00-11:00: another week, the same time of day, 7 days later "
        "- Tue 2026-01-13 10:00-11:00: another week, the same time of day, 8 days later "
        "Not open: "
        "- Wed 2026-01-07 10:00-11:00: the site is closed "
        "- Thu 2026-01-08 10:00-11:00: outside opening hours "
        "- Fri 2026-01-09 10:00-11:00: outside opening hours "
        "- Sat 2026-01-10 10:00-11:00: outside opening hours"
    )


def test_an_earlier_opening_is_told_as_one() -> None:
    made = dated()
    shut = evolve(SITE, hours=WeeklyWindows.of("monday 08:30-10:30"))
    text = openings_text(openings(made, made.sessions[0], Surroundings(shut, BEFORE), limit=1))
    assert "09:00-10:00: the same week, another time of day, 1 h earlier" in " ".join(text.split())


def test_no_openings_are_told_as_none() -> None:
    assert openings_text(()) == "  No place was found."


def test_conflicts_say_when_what_and_whose_uid() -> None:
    made = dated()
    (session,) = made.sessions
    outside = Appointment(session.start + timedelta(minutes=30), session.end, "Court")
    text = conflicts_text(patient_conflicts([made], appointments=[outside]))
    assert text.splitlines() == [
        "Mon 2026-01-05 10:30 to 11:00: the patient is to be at two places",
        f"  skills 1, {made.uid(session)}",
        "  an appointment elsewhere, 10:30 to 11:00",
    ]
    green = evolve(made, sessions=(evolve(session, room="green"),))
    later = (evolve(session, room="green", start=outside.start),)
    other = evolve(made, plan=evolve(made.plan, key=UUID(int=1, version=4)), sessions=later)
    lines = conflicts_text(site_conflicts([green, other], SITE)).splitlines()
    assert lines[0] == "Mon 2026-01-05 10:30 to 11:00: the room has two meetings (green)"
    assert len(lines) == 3


def test_no_conflicts_are_told_as_none() -> None:
    assert conflicts_text(()) == "  Nothing collides."
