"""Drafting: which times are filled in, and what is said about the rest."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from functools import partial
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from iopkit import strategies
from iopkit.documents import to_json
from iopkit.eligibility import AllOf, Criterion, Policy
from iopkit.errors import InvalidError
from iopkit.groups import Group
from iopkit.modalities import Modality
from iopkit.needs import Need
from iopkit.patients import Obligation, ObligationKind, Patient
from iopkit.plans import (
    GroupMembership,
    NoteSubject,
    Plan,
    PlanNote,
    PrimaryCounselor,
    draft,
)
from iopkit.programs import (
    InAll,
    PerWeek,
    Phase,
    Program,
    RandomDays,
    Service,
    Slot,
    Timing,
    Weekly,
    slots_of,
    timetable,
)
from iopkit.schedules import schedule
from iopkit.sites import Clinician, Offer, Site
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.windows import DAY, WEEK, Weekday, WeeklyWindows, minute_of_day, whole_minutes

START = date(2026, 1, 5)
KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
STRANGER = Patient(key=KEY)
FREE = Patient(key=KEY, obligations=(), availability=WeeklyWindows.always())
SITE = Site(
    "Elm Street",
    "America/Chicago",
    WeeklyWindows.of(*(f"{day.title} 09:00-17:00" for day in tuple(Weekday)[:6])),
    provides=frozenset(Need),
)
ALWAYS = evolve(SITE, hours=WeeklyWindows.always())
MON, TUE, WED, THU, FRI, SAT, SUN = Weekday


OWN = Source("Our own rule", Grade.SECONDARY)
ANYBODY = Policy(
    "anybody",
    "Anybody",
    Versions((Dated(START, (Criterion("anybody", "Anybody.", AllOf(()), OWN),), OWN),)),
).decide(STRANGER, on=START)
"""A decision that is a yes, without which a plan has a note that no policy has judged."""


def at(*slots: str) -> tuple[Slot, ...]:
    return tuple(map(Slot.parse, slots))


def service(name: str, timing: Timing, minutes: int | None = 60) -> Service:
    length = None if minutes is None else timedelta(minutes=minutes)
    return Service(name, name, Modality.GROUP_THERAPY, timing, length)


def drafted(*services: Service, site: Site = SITE, patient: Patient = FREE, weeks: int = 1) -> Plan:
    program = Program("any", "Any", (Phase("only", "Only", weeks, services),))
    return draft(program, patient, site, start=START, seed=1, decisions=(ANYBODY,))


def times(plan: Plan, name: str, phase: int = 0) -> list[str]:
    """The slots of a service, as text."""
    (found,) = (s for s in plan.program.services_in(plan.program.phases[phase]) if s.name == name)
    return [str(slot) for slot in slots_of(found.timing)]


# Times that are filled in


def test_a_time_that_the_program_states_is_kept() -> None:
    site = evolve(SITE, offers=(Offer("x", start=time(15)),))
    plan = drafted(service("x", Weekly(at("monday 10:00", "friday 11:00"))), site=site)
    assert times(plan, "x") == ["monday 10:00", "friday 11:00"]
    assert plan.notes == ()


def test_the_site_gives_the_time_where_the_program_names_only_a_day() -> None:
    offers = (Offer("x", start=time(15)), Offer("x", FRI, time(13)))
    plan = drafted(service("x", Weekly(at("monday", "friday"))), site=evolve(SITE, offers=offers))
    assert times(plan, "x") == ["monday 15:00", "friday 13:00"]


def test_otherwise_the_first_open_time_of_the_day_is_taken() -> None:
    plan = drafted(service("x", Weekly(at("monday"))), service("y", Weekly(at("monday", "friday"))))
    assert times(plan, "x") == ["monday 09:00"]
    assert times(plan, "y") == ["monday 10:00", "friday 09:00"]


def test_the_first_open_time_suits_the_patient() -> None:
    patient = evolve(
        FREE, availability=WeeklyWindows.of("monday 08:00-10:00", "monday 12:00-22:00")
    )
    assert times(drafted(service("x", Weekly(at("monday")), 60), patient=patient), "x") == [
        "monday 09:00"
    ]
    assert times(drafted(service("x", Weekly(at("monday")), 61), patient=patient), "x") == [
        "monday 12:00"
    ]


def test_obligations_are_kept_free() -> None:
    work = Obligation(ObligationKind.WORK, WeeklyWindows.of("monday 08:00-14:30"))
    plan = drafted(service("x", Weekly(at("monday"))), patient=evolve(FREE, obligations=(work,)))
    assert times(plan, "x") == ["monday 14:30"]


def test_a_break_is_kept_free_between_sessions() -> None:
    site = evolve(SITE, break_between=timedelta(minutes=10))
    plan = drafted(
        service("x", Weekly(at("monday"))),
        service("y", Weekly(at("monday 10:15"))),
        service("z", Weekly(at("monday"))),
        site=site,
    )
    # 09:00 would leave 15 minutes before "y", and there is no room for "z" before 11:25.
    assert times(plan, "x") == ["monday 09:00"]
    assert times(plan, "z") == ["monday 11:25"]


def test_a_break_is_kept_free_over_midnight() -> None:
    hours = WeeklyWindows.of("monday 23:00-24:00", "tuesday 00:00-03:00")
    site = evolve(SITE, hours=hours, break_between=timedelta(minutes=10))
    assert times(drafted(service("x", PerWeek(2)), site=site), "x") == [
        "monday 23:00",
        "tuesday 00:10",
    ]


def test_a_break_is_kept_free_over_the_end_of_the_week() -> None:
    hours = WeeklyWindows.of("sunday 23:00-24:00", "monday 00:00-03:00")
    site = evolve(SITE, hours=hours, break_between=timedelta(minutes=10))
    plan = drafted(
        service("x", Weekly(at("sunday"))), service("y", Weekly(at("monday"))), site=site
    )
    assert times(plan, "x") == ["sunday 23:00"]
    assert times(plan, "y") == ["monday 00:10"]


def test_a_session_past_midnight_is_kept_clear() -> None:
    night = service("x", Weekly(at("sunday 23:00", "monday 23:00")), 120)
    plan = drafted(night, service("y", Weekly(at("monday", "tuesday"))), site=ALWAYS)
    assert times(plan, "y") == ["monday 01:00", "tuesday 01:00"]


def test_a_service_keeps_its_usual_time_in_another_phase() -> None:
    first = Phase("a", "A", 1, (service("x", Weekly(at("monday 14:00"))),))
    second = Phase("b", "B", 1, (service("x", Weekly(at("monday"))),))
    plan = draft(Program("any", "Any", (first, second)), FREE, SITE, start=START, seed=1)
    assert times(plan, "x", 0) == times(plan, "x", 1) == ["monday 14:00"]


def test_a_usual_time_that_is_taken_in_the_other_phase_is_not_kept() -> None:
    first = Phase("a", "A", 1, (service("x", Weekly(at("monday 14:00"))),))
    own = service("y", Weekly(at("monday 13:30")))
    second = Phase("b", "B", 1, (service("x", Weekly(at("monday"))), own))
    plan = draft(Program("any", "Any", (first, second)), FREE, SITE, start=START, seed=1)
    assert times(plan, "x", 1) == ["monday 09:00"]


@pytest.mark.parametrize(
    ("site", "patient"),
    [
        pytest.param(
            evolve(SITE, hours=WeeklyWindows.of("monday 09:00-19:00")), FREE, id="closing-time"
        ),
        pytest.param(
            ALWAYS,
            evolve(FREE, availability=WeeklyWindows.of("monday 09:00-12:00", "monday 18:00-19:00")),
            id="availability",
        ),
    ],
)
def test_a_usual_time_is_kept_only_where_the_longer_session_suits_site_and_patient(
    site: Site, patient: Patient
) -> None:
    first = Phase("a", "A", 1, (service("x", Weekly(at("monday 18:00")), 60),))
    second = Phase("b", "B", 1, (service("x", Weekly(at("monday")), 120),))
    plan = draft(Program("any", "Any", (first, second)), patient, site, start=START, seed=1)
    assert times(plan, "x", 1) == ["monday 09:00"]


def test_a_length_that_the_program_leaves_open_is_the_sites() -> None:
    site = evolve(SITE, offers=(Offer("x", duration=timedelta(minutes=50)),))
    timing = Weekly(at("monday"))
    plan = drafted(service("x", timing, None), site=site)
    assert plan.program.phases[0].services[0].duration == timedelta(minutes=50)
    plan = drafted(service("x", timing, 90), site=site)
    assert plan.program.phases[0].services[0].duration == timedelta(minutes=90)


def test_a_length_of_the_sites_reaches_a_service_beside_phases_that_share_their_times() -> None:
    group = service("group", Weekly(at("monday 10:00")))
    phases = (Phase("a", "A", 1, (group,)), Phase("b", "B", 1, (group,)))
    test = service("test", RandomDays(1), None)
    site = evolve(SITE, offers=(Offer("test", duration=timedelta(minutes=15)),))
    program = Program("any", "Any", phases, (test,))
    plan = draft(program, FREE, site, start=START, seed=1, decisions=(ANYBODY,))
    assert plan.program.services[0].duration == timedelta(minutes=15)
    assert plan.notes == ()


def test_a_length_of_the_sites_is_not_taken_if_sessions_would_then_overlap() -> None:
    def with_length(minutes: int) -> Plan:
        offer = Offer("x", duration=timedelta(minutes=minutes))
        return drafted(
            service("x", Weekly(at("monday 10:00")), None),
            service("y", Weekly(at("monday 11:00"))),
            site=evolve(SITE, offers=(offer,)),
        )

    assert with_length(60).program.phases[0].services[0].duration == timedelta(minutes=60)
    assert with_length(60).notes == ()
    assert with_length(61).program.phases[0].services[0].duration is None
    assert {note.matter for note in with_length(61).notes} == {
        NoteSubject.OFFER_OVERLAPS,
        NoteSubject.DURATION_UNKNOWN,
    }


# Doses


@pytest.mark.parametrize(
    ("dose", "days"),
    [
        pytest.param(1, [MON], id="1"),
        pytest.param(2, [MON, THU], id="2"),
        pytest.param(3, [MON, WED, FRI], id="3"),
        pytest.param(6, [MON, TUE, WED, THU, FRI, SAT], id="6"),
    ],
)
def test_a_dose_is_spread_over_the_week(dose: int, days: list[Weekday]) -> None:
    plan = drafted(service("x", PerWeek(dose)))
    assert times(plan, "x") == [f"{day.name.lower()} 09:00" for day in days]


def test_a_dose_goes_to_days_that_are_attended_anyway() -> None:
    plan = drafted(service("x", Weekly(at("tuesday 10:00"))), service("y", PerWeek(1)))
    assert times(plan, "y") == ["tuesday 09:00"]
    plan = drafted(
        service("x", Weekly(at("tuesday 10:00", "friday 10:00"))), service("y", PerWeek(2))
    )
    assert times(plan, "y") == ["tuesday 09:00", "friday 09:00"]


def test_further_days_of_a_dose_keep_away_from_the_days_given() -> None:
    plan = drafted(service("x", PerWeek(2, at("monday 09:00"))))
    assert times(plan, "x") in (
        ["monday 09:00", "thursday 09:00"],
        ["monday 09:00", "friday 09:00"],
    )


def test_a_day_is_used_twice_only_if_there_are_too_few() -> None:
    site = evolve(SITE, hours=WeeklyWindows.of("monday 09:00-12:00", "friday 09:00-10:00"))
    plan = drafted(service("x", PerWeek(4)), site=site)
    assert sorted(times(plan, "x")) == [
        "friday 09:00",
        "monday 09:00",
        "monday 10:00",
        "monday 11:00",
    ]
    assert plan.notes == ()


def test_sessions_in_all_have_a_slot_for_as_many_as_a_week_can_hold() -> None:
    assert times(drafted(service("x", InAll(3)), weeks=16), "x") == ["monday 09:00"]
    assert len(times(drafted(service("x", InAll(16)), weeks=16), "x")) == 1
    assert len(times(drafted(service("x", InAll(17)), weeks=16), "x")) == 2
    given_slots = at("friday 10:00", "saturday 10:00")
    assert times(drafted(service("x", InAll(3, given_slots)), weeks=16), "x") == [
        "friday 10:00",
        "saturday 10:00",
    ]


def test_random_days_are_left_to_the_schedule() -> None:
    plan = drafted(service("x", RandomDays(2), 15))
    assert plan.program.phases[0].services[0].timing == RandomDays(2)


def test_what_is_more_fixed_is_placed_first() -> None:
    site = evolve(SITE, offers=(Offer("offered", start=time(10)),))
    plan = drafted(
        service("all", InAll(1)),
        service("dose", PerWeek(1)),
        service("day", Weekly(at("monday"))),
        service("offered", Weekly(at("monday"))),
        service("stated", Weekly(at("monday 09:00"))),
        site=evolve(site, hours=WeeklyWindows.of("monday 09:00-14:00")),
    )
    assert [times(plan, name) for name in ("stated", "offered", "day", "dose", "all")] == [
        ["monday 09:00"],
        ["monday 10:00"],
        ["monday 11:00"],
        ["monday 12:00"],
        ["monday 13:00"],
    ]


# Times stated by the program are kept, whatever else has to be placed


def test_a_time_stated_later_in_the_same_service_is_kept_clear() -> None:
    plan = drafted(service("x", Weekly(at("monday", "monday 09:30"))))
    assert times(plan, "x") == ["monday 10:30", "monday 09:30"]


def test_a_time_stated_in_a_service_with_open_days_is_kept_clear_of_an_offer() -> None:
    site = evolve(SITE, offers=(Offer("x", start=time(10)),))
    plan = drafted(
        service("x", Weekly(at("monday"))),
        service("y", Weekly(at("monday 10:30", "tuesday"))),
        site=site,
    )
    assert times(plan, "y") == ["monday 10:30", "tuesday 09:00"]
    assert times(plan, "x") == ["monday 09:00"]
    assert PlanNote(NoteSubject.OFFER_OVERLAPS, "x", MON) in plan.notes


@pytest.mark.parametrize("dose", [PerWeek, InAll])
def test_a_time_stated_for_a_dose_is_kept_clear(dose: type[PerWeek | InAll]) -> None:
    stated = service("x", dose(1, at("monday 09:30")))
    plan = drafted(stated, service("y", Weekly(at("monday"))))
    assert times(plan, "x") == ["monday 09:30"]
    assert times(plan, "y") == ["monday 10:30"]


def test_an_offer_that_runs_into_the_next_week_gives_way() -> None:
    site = evolve(ALWAYS, offers=(Offer("x", start=time(23)),))
    plan = drafted(
        service("x", Weekly(at("sunday")), 120),
        service("y", Weekly(at("monday 00:30"))),
        site=site,
    )
    assert PlanNote(NoteSubject.OFFER_OVERLAPS, "x", SUN) in plan.notes
    assert times(plan, "x") == ["sunday 00:00"]


# Notes


@pytest.mark.parametrize(
    ("make", "notes"),
    [
        pytest.param(
            lambda: drafted(service("x", RandomDays(1), 15), patient=STRANGER),
            [PlanNote(NoteSubject.OBLIGATIONS_UNKNOWN), PlanNote(NoteSubject.AVAILABILITY_UNKNOWN)],
            id="nothing-known-of-the-patient",
        ),
        pytest.param(
            lambda: drafted(
                service("x", RandomDays(1), 15),
                patient=evolve(FREE, obligations=(Obligation(ObligationKind.WORK),)),
            ),
            [PlanNote(NoteSubject.OBLIGATIONS_UNKNOWN)],
            id="times-of-work-unknown",
        ),
        pytest.param(
            lambda: drafted(
                service("x", RandomDays(1), 15),
                patient=evolve(
                    FREE, obligations=(Obligation(ObligationKind.WORK, WeeklyWindows()),)
                ),
            ),
            [],
            id="times-of-work-known",
        ),
        pytest.param(
            lambda: drafted(
                service("x", RandomDays(1), 15), patient=evolve(FREE, availability=None)
            ),
            [PlanNote(NoteSubject.AVAILABILITY_UNKNOWN)],
            id="availability-unknown",
        ),
        pytest.param(
            lambda: drafted(service("x", Weekly(at("monday 10:00", "friday")), None)),
            [PlanNote(NoteSubject.DURATION_UNKNOWN, "x")],
            id="duration-unknown",
        ),
        pytest.param(
            lambda: drafted(service("x", Weekly(at("sunday", "monday")))),
            [PlanNote(NoteSubject.NO_OPEN_TIME, "x", SUN)],
            id="no-open-time-on-a-day",
        ),
        pytest.param(
            lambda: drafted(service("x", PerWeek(7), 8 * 60)),
            [PlanNote(NoteSubject.NO_OPEN_TIME, "x")],
            id="no-open-time-for-a-dose",
        ),
        pytest.param(
            lambda: drafted(service("x", InAll(2), 9 * 60)),
            [PlanNote(NoteSubject.NO_OPEN_TIME, "x")],
            id="no-open-time-for-sessions-in-all",
        ),
        pytest.param(
            lambda: drafted(service("x", Weekly(at("monday 16:00", "friday 16:01")))),
            [PlanNote(NoteSubject.OUTSIDE_HOURS, "x", FRI)],
            id="outside-hours",
        ),
        pytest.param(
            lambda: drafted(
                service("x", Weekly(at("monday 16:00", "friday 15:59"))),
                patient=evolve(
                    FREE, availability=WeeklyWindows.of("monday 16:00-17:00", "friday 16:00-17:00")
                ),
            ),
            [PlanNote(NoteSubject.OUTSIDE_AVAILABILITY, "x", FRI)],
            id="outside-availability",
        ),
        pytest.param(
            lambda: drafted(
                service("x", Weekly(at("sunday 10:00"))),
                patient=evolve(FREE, availability=WeeklyWindows()),
            ),
            [
                PlanNote(NoteSubject.OUTSIDE_HOURS, "x", SUN),
                PlanNote(NoteSubject.OUTSIDE_AVAILABILITY, "x", SUN),
            ],
            id="outside-both",
        ),
        pytest.param(
            lambda: drafted(
                service("x", Weekly(at("monday"))),
                site=evolve(SITE, offers=(Offer("x", start=time(16, 1)),)),
            ),
            [PlanNote(NoteSubject.OUTSIDE_HOURS, "x", MON)],
            id="offer-outside-hours",
        ),
        pytest.param(
            lambda: drafted(
                service("x", Weekly(at("monday", "friday 10:00"))),
                site=evolve(
                    SITE,
                    clinicians=(Clinician("Ash", WeeklyWindows.of("monday 10:00-11:00")),),
                    offers=(Offer("x", start=time(10)),),
                ),
            ),
            [PlanNote(NoteSubject.UNSTAFFED, "x", FRI)],
            id="nobody-there",
        ),
        pytest.param(
            lambda: drafted(
                service("x", Weekly(at("monday"))),
                service("y", Weekly(at("monday 10:30"))),
                site=evolve(SITE, offers=(Offer("x", start=time(9, 31)),)),
            ),
            [PlanNote(NoteSubject.OFFER_OVERLAPS, "x", MON)],
            id="offer-overlaps",
        ),
        pytest.param(
            lambda: drafted(
                service("x", Weekly(at("monday"))),
                service("y", Weekly(at("monday 10:30"))),
                site=evolve(SITE, offers=(Offer("x", start=time(9, 30)),)),
            ),
            [],
            id="offer-just-before",
        ),
    ],
)
def test_what_stands_against_a_plan_is_noted(
    make: Callable[[], Plan], notes: list[PlanNote]
) -> None:
    assert list(make().notes) == notes


def test_an_offer_that_overlaps_is_replaced_by_another_time() -> None:
    plan = drafted(
        service("x", Weekly(at("monday"))),
        service("y", Weekly(at("monday 09:00"))),
        site=evolve(SITE, offers=(Offer("x", start=time(9, 30)),)),
    )
    assert times(plan, "x") == ["monday 10:00"]


def test_a_note_is_made_once_for_all_phases() -> None:
    unknown = service("x", Weekly(at("monday")), None)
    phases = (Phase("a", "A", 1, (unknown,)), Phase("b", "B", 1, (unknown,)))
    program = Program("any", "Any", phases)
    plan = draft(program, FREE, SITE, start=START, seed=1, decisions=(ANYBODY,))
    assert list(plan.notes) == [PlanNote(NoteSubject.DURATION_UNKNOWN, "x")]


# The plan


def test_a_plan_starts_no_earlier_than_the_patients_birth() -> None:
    program = Program("any", "Any", (Phase("only", "Only", 1, (service("x", RandomDays(1)),)),))
    born = evolve(FREE, birth_date=START)
    assert draft(program, born, SITE, start=START, seed=1).start == START
    with pytest.raises(InvalidError) as caught:
        draft(program, born, SITE, start=START - timedelta(days=1), seed=1)
    assert [fault.path for fault in caught.value.faults] == [("start",)]
    assert "2026" not in str(caught.value)


def test_a_plan_too_late_for_dates_is_refused() -> None:
    program = Program("any", "Any", (Phase("only", "Only", 1, (service("x", RandomDays(1)),)),))
    with pytest.raises(InvalidError) as caught:
        draft(program, FREE, SITE, start=date.max, seed=1)
    assert [fault.path for fault in caught.value.faults] == [("start",)]


def test_a_plans_key_differs_by_patient_program_start_and_seed() -> None:
    program = Program("any", "Any", (Phase("only", "Only", 1, (service("x", RandomDays(1)),)),))
    other = Patient(key=UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11"))
    plans = [
        draft(program, FREE, SITE, start=START, seed=1),
        draft(evolve(program, name="other"), FREE, SITE, start=START, seed=1),
        draft(program, other, SITE, start=START, seed=1),
        draft(program, FREE, SITE, start=START + timedelta(days=1), seed=1),
        draft(program, FREE, SITE, start=START, seed=2),
    ]
    keys = {plan.key for plan in plans}
    assert len(keys) == 5
    assert {key.version for key in keys} == {4}
    assert not keys & {KEY, other.key}
    assert {plan.patient for plan in plans} == {KEY, other.key}


# Any program, patient and site


@st.composite
def offering_sites(draw: st.DrawFn, program: Program) -> Site:
    """Sites that make offers for the program's services."""
    site = draw(strategies.sites())
    names = sorted({each.name for each in program.every_service})
    starts = st.none() | strategies.clock_times()
    lengths = st.none() | st.sampled_from([15, 60, 180]).map(lambda n: timedelta(minutes=n))
    offers = [
        draw(
            st.builds(Offer, st.just(name), st.sampled_from(Weekday), starts)
            | st.builds(Offer, st.just(name), start=starts, duration=lengths)
        )
        for name in draw(st.lists(st.sampled_from(names), unique=True))
    ]
    return evolve(site, offers=tuple(offers))


@st.composite
def _mixed_programs(draw: st.DrawFn) -> Program:
    """Programs whose days are partly stated with a time, some of them at the same hours."""
    hours = st.builds(time, st.integers(8, 12), st.sampled_from([0, 30]))
    slots = st.builds(Slot, st.sampled_from([MON, TUE, SUN]), st.none() | hours)
    some = st.lists(slots, min_size=1, max_size=2, unique=True).map(tuple)
    phases: list[Phase] = []
    for number in range(draw(st.integers(1, 2))):
        services: list[Service] = []
        for name in "abc"[: draw(st.integers(1, 3))]:
            given_slots = draw(some)
            timings: list[Timing] = [
                Weekly(given_slots),
                PerWeek(3, given_slots),
                InAll(3, given_slots),
            ]
            timing = draw(st.sampled_from(timings))
            services.append(service(name, timing, draw(st.sampled_from([30, 60, 600]))))
        phases.append(Phase(f"p{number}", "P", draw(st.integers(1, 3)), tuple(services)))
    try:
        return Program("mixed", "Mixed", tuple(phases))
    except InvalidError:
        assume(False)
        raise


def some_patients() -> st.SearchStrategy[Patient]:
    """Patients with known and unknown times of their own."""
    return st.builds(
        Patient,
        key=strategies.keys(),
        obligations=st.none() | st.lists(strategies.obligations(), max_size=2).map(tuple),
        availability=st.none() | strategies.weekly_windows(),
    )


def any_programs() -> st.SearchStrategy[Program]:
    return strategies.programs() | _mixed_programs()


@st.composite
def requests(draw: st.DrawFn) -> tuple[Program, Patient, Site, date, int]:
    """All that a draft is made from."""
    program = draw(any_programs())
    patient = draw(some_patients())
    site = draw(offering_sites(program) | st.just(SITE) | st.just(ALWAYS))
    return program, patient, site, draw(strategies.days()), draw(st.integers())


def made(request: tuple[Program, Patient, Site, date, int]) -> Plan:
    program, patient, site, start, seed = request
    return draft(program, patient, site, start=start, seed=seed)


def pairs(template: Program, plan: Plan) -> Iterator[tuple[Service, Service]]:
    """Each service of a template, and what became of it."""
    return zip(template.every_service, plan.program.every_service, strict=True)


@given(requests())
def test_a_plan_prescribes_what_its_program_does(
    request_: tuple[Program, Patient, Site, date, int],
) -> None:
    plan = made(request_)
    template, _, site, start, _ = request_
    first = Weekday.of(start)

    def counts(program: Program) -> list[tuple[str, str, int]]:
        return sorted((e.service.name, e.phase, e.week) for e in timetable(program, first))

    assert counts(plan.program) == counts(template)
    for before, after in pairs(template, plan):
        offer = site.offer(before.name)
        length = before.duration or (offer.duration if offer else None)
        if (
            PlanNote(NoteSubject.OFFER_OVERLAPS, before.name) in plan.notes
            and after.duration is None
        ):
            length = before.duration
        assert after == evolve(before, timing=after.timing, duration=length)
        assert type(after.timing) is type(before.timing)
    assert evolve(plan.program, phases=template.phases, services=template.services) == template


@given(requests())
def test_days_and_times_that_a_program_states_are_kept(
    request_: tuple[Program, Patient, Site, date, int],
) -> None:
    for before, after in pairs(request_[0], made(request_)):
        stated, filled = slots_of(before.timing), slots_of(after.timing)
        assert [slot.day for slot in filled[: len(stated)]] == [slot.day for slot in stated]
        for slot, kept in zip(stated, filled, strict=False):
            assert slot.start in (None, kept.start)


@given(requests())
def test_times_that_iopkit_finds_lie_in_the_hours_of_site_and_patient(
    request_: tuple[Program, Patient, Site, date, int],
) -> None:
    template, patient, site, _, _ = request_
    free = patient.free
    for before, after in pairs(template, made(request_)):
        stated, filled = slots_of(before.timing), slots_of(after.timing)
        for number, slot in enumerate(filled):
            offer = site.offer(before.name, slot.day)
            given_start = stated[number].start if number < len(stated) else None
            fixed = given_start or (offer.start if offer and number < len(stated) else None)
            if slot.start is None or slot.start == fixed or after.duration is None:
                continue
            assert site.hours.covers(slot.day, slot.start, after.duration)
            assert free is None or free.covers(slot.day, slot.start, after.duration)


@given(requests())
def test_what_has_no_time_has_a_note(request_: tuple[Program, Patient, Site, date, int]) -> None:
    plan = made(request_)
    matters = {(note.matter, note.service) for note in plan.notes}
    for phase in plan.program.phases:
        for each in plan.program.services_in(phase):
            weeks = plan.weeks if each in plan.program.services else phase.laid_weeks
            match each.timing:
                case PerWeek(times_a_week):
                    wanted = times_a_week.least or 0
                case InAll(count):
                    wanted = -(-(count.least or 0) // weeks)
                case timing:
                    wanted = len(slots_of(timing))
            timed = [slot for slot in slots_of(each.timing) if slot.start]
            if each.duration is None:
                assert (NoteSubject.DURATION_UNKNOWN, each.name) in matters
            elif len(timed) < wanted:
                asked = {(NoteSubject.NO_OPEN_TIME, each.name), (NoteSubject.PART_FULL, each.name)}
                assert asked & matters
    patient = request_[1]
    assert ((NoteSubject.AVAILABILITY_UNKNOWN, None) in matters) is (patient.free is None)


@given(requests())
def test_times_found_for_a_phase_do_not_overlap(
    request_: tuple[Program, Patient, Site, date, int],
) -> None:
    plan = made(request_)
    for phase in plan.program.phases:
        spans = sorted(
            (slot.day * DAY + minute_of_day(slot.start), whole_minutes(each.duration))
            for each in plan.program.services_in(phase)
            for slot in slots_of(each.timing)
            if slot.start is not None and each.duration is not None
        )
        if spans:
            spans.append((spans[0][0] + WEEK, spans[0][1]))
        assert all(start + length <= after for (start, length), (after, _) in pairwise(spans))


@given(requests())
def test_sessions_outside_availability_are_at_times_that_program_or_site_fixed(
    request_: tuple[Program, Patient, Site, date, int],
) -> None:
    template, patient, site, _, _ = request_
    plan = made(request_)
    free = patient.free
    if free is None:
        return
    phases = {phase.name: phase for phase in template.phases}
    for session in schedule(plan, site).sessions:
        day, start = Weekday.of(session.start.date()), session.start.time()
        if free.covers(day, start, session.duration):
            continue
        (origin,) = (
            s for s in template.services_in(phases[session.phase]) if s.name == session.service
        )
        assert session.moved is None
        offer = site.offer(session.service, day)
        assert Slot(day, start) in slots_of(origin.timing) or (
            offer is not None and offer.start == start
        )


@given(requests())
def test_the_same_arguments_give_the_same_plan(
    request_: tuple[Program, Patient, Site, date, int],
) -> None:
    first, second = made(request_), made(request_)
    assert first == second
    assert to_json(first) == to_json(second)


_SAME_BYTES = """
from datetime import date
from uuid import UUID
from iopkit import Patient, Site, draft, from_json, schedule, to_json
from iopkit.library import find_program
import sys

site = from_json(Site, sys.stdin.read())
patient = Patient(key=UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))
plan = draft(find_program("matrix-16-week"), patient, site, start=date(2026, 1, 5), seed=7)
print(to_json(plan))
print(to_json(schedule(plan, site)))
"""


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_the_same_plan_and_schedule_are_made_in_another_process(hash_seed: str) -> None:
    from iopkit.library import find_program  # noqa: PLC0415 - as the process does

    site = evolve(SITE, offers=(Offer("urine-test", duration=timedelta(minutes=15)),))
    plan = draft(find_program("matrix-16-week"), STRANGER, site, start=START, seed=7)
    found = subprocess.run(
        [sys.executable, "-c", _SAME_BYTES],
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        input=to_json(site),
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout == f"{to_json(plan)}\n{to_json(schedule(plan, site))}\n"


def test_a_plan_keeps_the_groups_that_its_patient_is_in() -> None:
    length = timedelta(hours=1)
    groups = [
        Group(name, of, at(slot), length, 9)
        for name, of, slot in (
            ("early", "group", "monday 10:00"),
            ("family", "family", "tuesday 10:00"),
            ("late", "group", "wednesday 10:00"),
        )
    ]
    family = evolve(service("family", PerWeek(1)), modality=Modality.FAMILY_SESSION)
    services = (service("group", PerWeek(2)), family)
    program = Program("any", "Any", (Phase("only", "Only", 1, services),))
    alone = evolve(FREE, supports=())
    plan = draft(program, alone, SITE, start=START, seed=1, groups=groups)
    # What the patient does not get has no group either.
    assert plan.groups == (GroupMembership("group", ("early", "late")),)
    other = evolve(groups[0], service="skills")
    with pytest.raises(InvalidError, match="groups: expected groups of services of any"):
        draft(program, alone, SITE, start=START, seed=1, groups=[other])


def test_a_plan_has_the_counselors_that_it_is_drafted_with() -> None:
    first, second = (
        PrimaryCounselor(START, "Ash"),
        PrimaryCounselor(START + timedelta(days=1), "Kim"),
    )
    program = Program("any", "Any", (Phase("only", "Only", 1, (service("group", PerWeek(1)),)),))
    staffed = evolve(SITE, clinicians=(Clinician("Ash"), Clinician("Kim")))
    named = partial(draft, program, FREE, start=START, seed=1)
    assert named(staffed, counselors=[first, second]).counselors == (first, second)
    assert named(staffed).counselors == ()
    # A site that does not say who is there may have anybody.
    assert named(evolve(SITE, clinicians=()), counselors=[first]).counselors == (first,)
    other = PrimaryCounselor(START + timedelta(days=1), "Bo")
    wrong: list[tuple[list[Any], str]] = [
        ([first, other], r"counselors\[1\]: expected a clinician of the site"),
        ([second, first], "counselors: expected in order"),
        (["Ash"], "expected a PrimaryCounselor"),
    ]
    for counselors, told in wrong:
        with pytest.raises(InvalidError, match=told):
            named(staffed, counselors=counselors)
