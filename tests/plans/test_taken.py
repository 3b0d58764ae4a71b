"""Taken times: who has a choice goes around what rooms and clinicians have with others."""

from datetime import date, time, timedelta
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.errors import InvalidError
from iopkit.modalities import Modality
from iopkit.patients import Patient
from iopkit.plans import GroupMembership, Leave, Plan, TakenTime, draft, taken_times
from iopkit.programs import PerWeek, Phase, Program, Service, Slot, Timing, Weekly, slots_of
from iopkit.sites import Clinician, Offer, Room, Site
from iopkit.windows import DAY, Weekday, WeeklyWindows, minute_of_day

START = date(2026, 1, 5)
WEEKS, HOUR = timedelta(weeks=1), timedelta(hours=1)
PATIENT = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))
SITE = Site(
    "Elm",
    "UTC",
    WeeklyWindows.of("monday 09:00-12:00", "wednesday 09:00-12:00"),
    rooms=(Room("Office", 2), Room("Hall", 12)),
    clinicians=(Clinician("Ash"), Clinician("Birch")),
    offers=(
        Offer("talk", room="Office", clinician="Ash"),
        Offer("talk", day=Weekday.WEDNESDAY, room="Office", clinician="Birch"),
    ),
)


def service(timing: Timing, modality: Modality = Modality.INDIVIDUAL_COUNSELING) -> Service:
    return Service("talk", "Talk", modality, timing, HOUR)


def program(timing: Timing, modality: Modality = Modality.INDIVIDUAL_COUNSELING) -> Program:
    return Program("one", "One", (Phase("only", "Only", 4, (service(timing, modality),)),))


def taken(
    *spans: str,
    room: str | None = None,
    clinician: str | None = None,
    weeks: tuple[int, int] = (0, 4),
) -> list[TakenTime]:
    first, last = (START + number * WEEKS for number in weeks)
    found = WeeklyWindows.of(*spans).spans
    return [TakenTime(first, last, span, room, clinician) for span in found]


def times(plan: Plan) -> list[str]:
    return [str(slot) for each in plan.program.every_service for slot in slots_of(each.timing)]


def drafted(timing: Timing, others: list[TakenTime], former: Plan | None = None) -> list[str]:
    return times(
        draft(program(timing), PATIENT, SITE, start=START, seed=1, taken=others, former=former)
    )


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([], "monday 09:00"),
        (taken("monday 09:30-10:00", clinician="Ash"), "monday 10:00"),
        (taken("monday 09:30-10:00", room="Office"), "monday 10:00"),
        (taken("monday 09:30-10:00", clinician="Birch"), "monday 09:00"),
        (taken("monday 09:30-10:00", room="Hall"), "monday 09:00"),
        (taken("monday 09:30-10:00"), "monday 09:00"),
        (taken("monday 09:30-10:00", clinician="Ash", weeks=(4, 8)), "monday 09:00"),
        (taken("monday 09:30-10:00", clinician="Ash", weeks=(3, 8)), "monday 10:00"),
        (taken("monday 09:30-10:00", clinician="Ash", weeks=(-4, 0)), "monday 09:00"),
        (taken("monday 09:00-12:00", clinician="Ash"), "wednesday 09:00"),
        (taken("monday 09:00-12:00", "wednesday 09:00-12:00", room="Office"), "monday 09:00"),
    ],
)
def test_who_has_a_choice_avoids_what_is_taken(others: list[TakenTime], expected: str) -> None:
    assert drafted(PerWeek(1), others) == [expected]


def test_a_break_is_kept_to_others_too() -> None:
    site = evolve(SITE, break_between=timedelta(minutes=10))
    others = taken("monday 10:00-11:00", clinician="Ash")
    plan = draft(program(PerWeek(2)), PATIENT, site, start=START, seed=1, taken=others)
    assert times(plan) == ["wednesday 09:00", "wednesday 10:10"]


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        (taken("monday 09:00-11:00", clinician="Ash"), "monday 11:00"),
        (taken("monday 09:00-12:00", clinician="Ash"), "monday 09:00"),
    ],
)
def test_a_day_that_the_program_states_is_kept(others: list[TakenTime], expected: str) -> None:
    assert drafted(Weekly((Slot(Weekday.MONDAY),)), others) == [expected]


def test_a_time_that_the_program_or_the_site_states_is_kept() -> None:
    others = taken("monday 09:00-12:00", clinician="Ash")
    assert drafted(Weekly((Slot(Weekday.MONDAY, time(10)),)), others) == ["monday 10:00"]
    offers = (Offer("talk", room="Office", clinician="Ash", start=time(11)),)
    stated = evolve(SITE, offers=offers)
    weekly = program(Weekly((Slot(Weekday.MONDAY),)))
    plan = draft(weekly, PATIENT, stated, start=START, seed=1, taken=others)
    assert times(plan) == ["monday 11:00"]


def test_a_group_meets_others_and_avoids_nobody() -> None:
    group = program(PerWeek(1), Modality.GROUP_THERAPY)
    others = taken("monday 09:00-12:00", clinician="Ash")
    assert times(draft(group, PATIENT, SITE, start=START, seed=1, taken=others)) == ["monday 09:00"]


def test_the_time_of_another_phase_is_taken_over_only_if_it_is_free() -> None:
    weekly = service(Weekly((Slot(Weekday.MONDAY),)))
    both = Program("two", "Two", tuple(Phase(name, name, 4, (weekly,)) for name in ("a", "b")))
    for weeks, expected in (((0, 4), ["10:00", "10:00"]), ((4, 8), ["09:00", "10:00"])):
        others = taken("monday 09:00-10:00", clinician="Ash", weeks=weeks)
        plan = draft(both, PATIENT, SITE, start=START, seed=1, taken=others)
        assert times(plan) == [f"monday {clock}" for clock in expected]


def test_what_a_former_plan_has_is_kept_while_it_fits() -> None:
    timing = Weekly((Slot(Weekday.WEDNESDAY, time(10)), Slot(Weekday.MONDAY, time(11))))
    former = draft(program(timing), PATIENT, SITE, start=START, seed=1)
    others = taken("monday 09:00-12:00", "wednesday 09:00-12:00", room="Office")
    # Whoever else has it, as many as there are, and no others.
    kept = ["wednesday 10:00", "monday 11:00"]
    assert drafted(PerWeek(2), others, former) == kept
    assert drafted(PerWeek(1), [], former) == kept[:1]
    assert drafted(PerWeek(3), [], former) == [*kept, "monday 09:00"]
    assert drafted(Weekly((Slot(Weekday.MONDAY),)), others, former) == kept[1:]
    # Not, where it is not for the patient any more.
    free = evolve(PATIENT, availability=WeeklyWindows.of("monday 09:00-12:00"))
    again = draft(program(PerWeek(2)), free, SITE, start=START, seed=1, former=former)
    assert times(again) == ["monday 11:00", "monday 09:00"]
    other = evolve(program(PerWeek(1)), phases=(Phase("new", "New", 4, (service(PerWeek(1)),)),))
    named = draft(other, PATIENT, SITE, start=START, seed=1, former=former)
    assert times(named) == ["monday 09:00"]


def test_a_plan_takes_room_and_clinician_in_its_phases_until_the_patient_is_gone() -> None:
    timing = Weekly((Slot(Weekday.WEDNESDAY, time(10)), Slot(Weekday.FRIDAY, time(10))))
    late = Phase("late", "Late", 2, (service(timing),))
    early = Phase("early", "Early", 2, (evolve(service(timing), name="other"),))
    plan = draft(Program("two", "Two", (early, late)), PATIENT, SITE, start=START, seed=1)
    first, last = START + 2 * WEEKS, START + 4 * WEEKS
    spans = [(day * DAY + 600, day * DAY + 660) for day in (2, 4)]
    assert taken_times(plan, SITE) == (
        TakenTime(first, last, spans[0], "Office", "Birch"),
        TakenTime(first, last, spans[1], "Office", "Ash"),
    )
    gone = Leave(first + WEEKS, last + WEEKS, "discharged")
    assert {each.end for each in taken_times(evolve(plan, leaves=(gone,)), SITE)} == {gone.start}
    before = evolve(gone, start=START + WEEKS)
    assert taken_times(evolve(plan, leaves=(before,)), SITE) == ()
    away = Leave(first, first + WEEKS, "away")
    assert taken_times(evolve(plan, leaves=(away,)), SITE) == taken_times(plan, SITE)
    member = evolve(plan, groups=(GroupMembership("talk", ("evening",)),))
    assert taken_times(member, SITE) == ()


def test_what_is_no_taken_time_or_plan_is_refused() -> None:
    for wrong in ({"taken": ["monday"]}, {"former": "plan"}):
        with pytest.raises(InvalidError, match=next(iter(wrong))):
            draft(program(PerWeek(1)), PATIENT, SITE, start=START, seed=1, **wrong)


QUARTERS = st.integers(0, 11).map(lambda number: 540 + 15 * number)


@given(
    st.lists(st.tuples(st.sampled_from([0, 2]), QUARTERS, st.integers(1, 120)), max_size=5),
    st.sampled_from(["Ash", "Birch"]),
    st.sampled_from(["Office", "Hall", None]),
)
def test_nobody_is_met_as_long_as_a_minute_is_free(
    some: list[tuple[int, int, int]], clinician: str, room: str | None
) -> None:
    spans = [(day * DAY + low, day * DAY + low + length) for day, low, length in some]
    others = [TakenTime(START, START + WEEKS, span, room, clinician) for span in spans]
    plan = draft(program(PerWeek(1)), PATIENT, SITE, start=START, seed=1, taken=others)
    (slot,) = slots_of(plan.program.phases[0].services[0].timing)
    assert slot.start is not None
    chosen = slot.day * DAY + minute_of_day(slot.start)

    def meets(start: int) -> bool:
        own = "Ash" if start < DAY else "Birch"
        concerned = room == "Office" or clinician == own
        return concerned and any(low < start + 60 and start < high for low, high in spans)

    starts = [day * DAY + minute for day in (0, 2) for minute in range(540, 661)]
    assert chosen in starts
    assert meets(chosen) == all(map(meets, starts))
