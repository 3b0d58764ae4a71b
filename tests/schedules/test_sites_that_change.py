"""Schedules at sites that change from day to day: who is away, new hours, closures of services."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from iopkit import strategies
from iopkit.modalities import Modality
from iopkit.patients import Patient
from iopkit.plans import Plan, draft
from iopkit.programs import Phase, Program, Service, Slot, Weekly
from iopkit.schedules import Reason, Surroundings, loads, openings, reschedule, schedule
from iopkit.sites import (
    Absence,
    Clinician,
    ClosedFor,
    ClosedRule,
    Closure,
    NewHours,
    Offer,
    Room,
    Site,
    service_hours,
    site_on,
)
from iopkit.windows import Weekday, WeeklyWindows

START = date(2026, 3, 2)
DAY, WEEK, HOUR = timedelta(days=1), timedelta(weeks=1), timedelta(hours=1)
PATIENT = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))
HOURS = WeeklyWindows.of(*(f"{day} 09:00-21:00" for day in ("monday", "wednesday", "thursday")))


def service(name: str, slot: str, modality: Modality = Modality.GROUP_THERAPY) -> Service:
    return Service(name, name.title(), modality, Weekly((Slot.parse(slot),)), HOUR)


PROGRAM = Program(
    "evening",
    "Evening",
    (
        Phase(
            "only",
            "Only",
            4,
            (
                service("group", "monday 18:00"),
                service("one-to-one", "wednesday 10:00", Modality.INDIVIDUAL_COUNSELING),
            ),
        ),
    ),
)
OFFERS = (Offer("group", room="green", clinician="Ash"), Offer("one-to-one", clinician="Ash"))


def site_of(ash: Clinician, *others: Clinician) -> Site:
    rooms, staff = (Room("green", 8),), (ash, *others)
    return Site(
        "Elm Street", "America/Chicago", HOURS, rooms=rooms, offers=OFFERS, clinicians=staff
    )


def drafted(site: Site) -> Plan:
    return draft(PROGRAM, PATIENT, site, start=START, seed=1)


STEADY = site_of(Clinician("Ash"), Clinician("Birch"))
PLAN = drafted(STEADY)


def away(first: int, days: int, by: str | None = None) -> Clinician:
    start = START + first * DAY
    return Clinician("Ash", absences=(Absence(start, start + days * DAY, "vacation", by),))


def led(site: Site) -> list[tuple[str, str, str | None]]:
    return [
        (f"{s.start:%m-%d %H:%M}", s.service, s.clinician) for s in schedule(PLAN, site).sessions
    ]


def test_a_substitute_leads_on_the_days_of_an_absence_and_nobody_moves() -> None:
    helped = site_of(away(7, 7, "Birch"), Clinician("Birch"))

    assert led(helped) == [
        (start, name, "Birch" if "03-09" <= start[:5] < "03-16" else "Ash")
        for start, name, _ in led(STEADY)
    ]


def test_without_a_substitute_sessions_move_to_a_day_on_which_somebody_is_there() -> None:
    made = schedule(PLAN, site_of(away(7, 1), Clinician("Birch")))
    moved = [session for session in made.sessions if session.moved]

    assert [(s.service, f"{s.start:%m-%d %H:%M}", s.clinician) for s in moved] == [
        ("group", "03-12 18:00", "Ash")
    ]
    assert moved[0].moved is not None
    assert moved[0].moved.why is Reason.UNSTAFFED


def test_an_absence_of_a_whole_week_leaves_what_cannot_be_and_says_why() -> None:
    made = schedule(PLAN, site_of(away(7, 7), Clinician("Birch")))

    assert [(each.service, each.week, each.why) for each in made.unplaced] == [
        ("group", 2, Reason.UNSTAFFED),
        ("one-to-one", 2, Reason.UNSTAFFED),
    ]


def test_new_hours_hold_from_their_day_on() -> None:
    mornings = WeeklyWindows.of("monday 09:00-12:00", "wednesday 09:00-12:00")
    made = schedule(PLAN, evolve(STEADY, later_hours=(NewHours(START + 2 * WEEK, mornings),)))
    groups = [s for s in made.sessions if s.service == "group"]

    assert [f"{s.start:%m-%d %H:%M}" for s in groups] == [
        *("03-02 18:00", "03-09 18:00", "03-16 11:00", "03-23 11:00"),
    ]
    assert [s.moved.why for s in groups if s.moved] == [Reason.OUTSIDE_HOURS] * 2


def test_a_closure_of_one_service_leaves_the_others_where_they_are() -> None:
    training = Closure(
        START + WEEK, START + WEEK + 3 * DAY, "training", services=frozenset({"group"})
    )
    made = schedule(PLAN, evolve(STEADY, closures=(training,)))
    moved = [session for session in made.sessions if session.moved]

    assert [(s.service, f"{s.start:%m-%d %H:%M}") for s in moved] == [("group", "03-12 18:00")]
    assert moved[0].moved is not None
    assert (moved[0].moved.why, moved[0].moved.detail) == (Reason.CLOSED, "training")


@pytest.mark.parametrize(
    ("rule", "service_rule"),
    [
        pytest.param(ClosedFor(ClosedRule.SKIP, service="group"), True, id="service"),
        pytest.param(
            ClosedFor(ClosedRule.SKIP, modality=Modality.GROUP_THERAPY), True, id="modality"
        ),
        pytest.param(ClosedFor(ClosedRule.SKIP, service="one-to-one"), False, id="another"),
    ],
)
def test_what_becomes_of_a_closed_day_is_said_by_service_or_modality(
    rule: ClosedFor, service_rule: bool
) -> None:
    shut = Closure(START + WEEK, START + WEEK + DAY, "flood")
    made = schedule(PLAN, evolve(STEADY, closures=(shut,), closed_rules=(rule,)))

    assert bool(made.unplaced) is service_rule


def test_rescheduling_hands_on_what_is_to_come_and_keeps_what_was_held() -> None:
    made = schedule(PLAN, STEADY)
    as_of = made.sessions[2].end
    new = reschedule(
        made, PLAN, Surroundings(site_of(away(0, 14, "Birch"), Clinician("Birch")), as_of)
    )

    assert [s.clinician for s in new.sessions] == ["Ash"] * 3 + ["Birch"] + ["Ash"] * 4
    assert [s.start for s in new.sessions] == [s.start for s in made.sessions]


def test_openings_are_with_whoever_is_there_on_their_day() -> None:
    made = schedule(PLAN, STEADY)
    helped = site_of(away(8, 2, "Birch"), Clinician("Birch"))
    alone = site_of(away(8, 2), Clinician("Birch"))
    group = made.sessions[2]

    def days(site: Site) -> dict[str, str | None]:
        around = Surroundings(site, made.sessions[1].end)
        found = openings(made, group, around, limit=4)
        return {
            f"{each.session.start:%m-%d}": each.session.clinician for each in found if each.fits
        }

    assert days(helped)["03-11"] == "Birch"
    assert "03-11" not in days(alone)
    assert days(alone)["03-12"] == "Ash"


def test_a_session_that_a_substitute_has_goes_back_with_its_day() -> None:
    helped = site_of(away(7, 1, "Birch"), Clinician("Birch"))
    made = schedule(PLAN, helped)
    group = made.sessions[2]
    found = openings(made, group, Surroundings(helped, made.sessions[1].end), limit=4)

    assert group.clinician == "Birch"
    there = [opening.session for opening in found if opening.fits]
    places = {(s.start.date() == group.start.date(), s.clinician) for s in there}
    assert places == {(True, "Birch"), (False, "Ash")}


def test_who_is_away_has_no_hours_that_could_be_booked() -> None:
    site = site_of(away(7, 7, "Birch"), Clinician("Birch"))
    made = schedule(PLAN, site)
    booked = {
        (load.name, load.start): (load.booked, load.available)
        for load in loads([made], site, of="clinicians")
    }

    assert booked["Ash", START + WEEK] == (timedelta(0), timedelta(0))
    assert booked["Birch", START + WEEK] == (HOUR, 12 * HOUR)
    assert booked["Ash", START] == (HOUR, 12 * HOUR)


@given(strategies.programs(), strategies.sites(), st.dates(START, START + 8 * WEEK))
def test_every_session_is_in_hours_and_with_somebody_of_its_own_day(
    program: Program, site: Site, start: date
) -> None:
    assume(not program.tracks)
    plan = draft(program, PATIENT, site, start=start, seed=1)
    made = schedule(plan, site)
    for session in made.sessions:
        wall = session.start.replace(tzinfo=None)
        then = site_on(site, wall.date())
        hours = service_hours(then, session.service, session.modality)
        assert hours.covers(Weekday.of(wall.date()), wall.time(), session.duration)
        offer = then.offer(session.service, Weekday.of(wall.date()))
        expected = (offer.room, offer.clinician) if offer else (None, None)
        assert (session.room, session.clinician) == expected


@given(strategies.programs(), strategies.sites())
def test_a_site_whose_changes_are_all_over_is_as_it_is_then(program: Program, site: Site) -> None:
    assume(not program.tracks)
    later = date(2190, 1, 6)
    then = site_on(site, later)
    plan = draft(program, PATIENT, then, start=later, seed=1)

    assert schedule(plan, site) == schedule(plan, then)


def test_who_is_gone_is_replaced_by_whoever_the_site_has_on_the_day_that_a_session_is_on() -> None:
    flood = Closure(START, START + DAY, "Flood")
    was = schedule(PLAN, evolve(STEADY, closures=(flood,)))
    monday, other = (
        Offer("group", Weekday.MONDAY, clinician="Birch"),
        Offer("group", clinician="Elm"),
    )
    site = evolve(
        STEADY,
        closures=(flood,),
        clinicians=(Clinician("Birch"), Clinician("Elm")),
        offers=(monday, other),
    )
    now = datetime.combine(START + DAY, time(0), site.tz)
    made = reschedule(was, PLAN, Surroundings(site, now))
    assert [(f"{s.start:%a}", s.clinician) for s in made.sessions if s.service == "group"] == [
        ("Thu", "Elm"),
        *[("Mon", "Birch")] * 3,
    ]
