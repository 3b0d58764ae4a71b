"""Commitments: a session that collides is told by its cause, and the way takes its time."""

from datetime import date, time, timedelta
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.errors import InvalidError
from iopkit.modalities import Delivery, Modality
from iopkit.patients import Obligation, ObligationKind, Patient
from iopkit.plans import NoteKind, NoteSubject, Plan, draft
from iopkit.programs import PerWeek, Phase, Program, Service, Slot, Timing, Track, Weekly, slots_of
from iopkit.reports import plan_html
from iopkit.sites import Site
from iopkit.windows import Weekday, WeeklyWindows

SOMEBODY = Patient(
    UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"), availability=WeeklyWindows.always()
)
SITE = Site("Oak Street", "America/Denver", WeeklyWindows.of("tuesday 08:00-20:00"))
SCHOOL = Obligation(ObligationKind.SCHOOL, WeeklyWindows.of("tuesday 08:00-15:00"))
AT_COURT = Obligation(ObligationKind.LEGAL, WeeklyWindows.of("tuesday 14:00-16:00"))
UNTIMED = Obligation(ObligationKind.OTHER)


def planned(patient: Patient, timing: Timing, delivery: Delivery | None = None) -> Plan:
    service = Service("group", "Group", Modality.GROUP_THERAPY, timing, timedelta(minutes=90))
    program = Program(
        "any", "Any", (Phase("all", "All", 2, (evolve(service, delivery=delivery),)),)
    )
    return draft(program, patient, SITE, start=date(2026, 3, 3), seed=1)


def at(clock: str) -> Weekly:
    return Weekly((Slot.parse(f"tuesday {clock}"),))


def told(plan: Plan) -> list[tuple[str, str | None]]:
    return [(n.matter.value, n.why) for n in plan.notes if n.service == "group"]


@pytest.mark.parametrize(
    ("obligations", "travel", "clock", "expected"),
    [
        pytest.param((SCHOOL,), 0, "15:00", [], id="as-it-ends-next-door"),
        pytest.param((SCHOOL,), None, "15:00", [("travel_unknown", "school")], id="as-it-ends"),
        pytest.param((SCHOOL,), None, "15:01", [], id="a-minute-later"),
        pytest.param((SCHOOL,), None, "14:59", [("taken_by_commitment", "school")], id="before"),
        pytest.param((SCHOOL,), 45, "15:45", [], id="time-for-the-way"),
        pytest.param(
            (SCHOOL,), 45, "15:44", [("too_near_commitment", "school, 45 min away")], id="no-time"
        ),
        pytest.param((AT_COURT,), 30, "12:00", [], id="and-back"),
        pytest.param(
            (AT_COURT,), 30, "12:01", [("too_near_commitment", "legal, 30 min away")], id="late"
        ),
        pytest.param(
            (SCHOOL, AT_COURT),
            0,
            "14:30",
            [("taken_by_commitment", "school"), ("taken_by_commitment", "legal")],
            id="two-at-once",
        ),
        pytest.param((UNTIMED,), 60, "15:00", [], id="times-not-known"),
        pytest.param(None, 60, "15:00", [], id="commitments-not-known"),
    ],
)
def test_a_stated_time_is_told_with_the_cause(
    obligations: tuple[Obligation, ...] | None,
    travel: int | None,
    clock: str,
    expected: list[tuple[str, str]],
) -> None:
    way = None if travel is None else timedelta(minutes=travel)
    patient = evolve(SOMEBODY, obligations=obligations, travel=way)
    assert told(planned(patient, at(clock))) == expected
    # What nobody knows of the patient's other hours hides no collision.
    assert told(planned(evolve(patient, availability=None), at(clock))) == expected


def test_outside_the_availability_is_a_cause_of_its_own() -> None:
    mornings = WeeklyWindows.of("tuesday 08:00-12:00")
    patient = evolve(SOMEBODY, obligations=(SCHOOL,), availability=mornings)
    assert [matter for matter, _ in told(planned(patient, at("13:00")))] == [
        "taken_by_commitment",
        "outside_availability",
    ]


def test_by_telehealth_there_is_no_way() -> None:
    patient = evolve(SOMEBODY, obligations=(SCHOOL,), travel=timedelta(minutes=45))
    assert told(planned(patient, at("15:00"), Delivery.TELEHEALTH)) == []
    assert told(planned(evolve(patient, travel=None), at("15:00"), Delivery.TELEHEALTH)) == []
    assert told(planned(patient, at("14:00"), Delivery.TELEHEALTH)) != []


@given(travel=st.integers(0, 180), known=st.booleans())
def test_what_has_a_choice_leaves_time_for_the_way(travel: int, *, known: bool) -> None:
    patient = evolve(
        SOMEBODY,
        obligations=(SCHOOL,),
        travel=timedelta(minutes=travel),
        availability=WeeklyWindows.always() if known else None,
    )
    plan = planned(patient, PerWeek(1))
    (group,) = plan.program.every_service
    (slot,) = slots_of(group.timing)
    assert slot.start is not None
    assert slot.start.hour * 60 + slot.start.minute == 15 * 60 + travel
    assert told(plan) == []


def test_a_dose_begins_as_a_commitment_ends_only_with_a_question() -> None:
    assert told(planned(evolve(SOMEBODY, obligations=(SCHOOL,)), PerWeek(1))) == [
        ("travel_unknown", "school")
    ]


def test_the_track_that_collides_least_with_commitments_is_taken() -> None:
    day, evening = (
        Service("group", "Group", Modality.GROUP_THERAPY, at(clock), timedelta(hours=2), track=name)
        for name, clock in (("day", "10:00"), ("evening", "17:00"))
    )
    program = Program(
        "any",
        "Any",
        (Phase("all", "All", 1, (day, evening)),),
        tracks=(Track("day", "Day"), Track("evening", "Evening")),
    )
    patient = evolve(SOMEBODY, obligations=(SCHOOL,), availability=None)
    assert draft(program, patient, SITE, start=date(2026, 3, 3), seed=1).track == "evening"


def test_the_page_says_what_the_patient_has_at_that_time() -> None:
    patient = evolve(SOMEBODY, obligations=(SCHOOL,), travel=timedelta(minutes=20))
    page = plan_html(planned(patient, at("14:00")))
    assert "Group, Tuesday: at this time you have something else: school." in page


def test_the_schedule_leaves_time_for_the_way_too() -> None:
    patient = evolve(SOMEBODY, obligations=(SCHOOL,), travel=timedelta(minutes=20))
    free = planned(patient, at("16:00")).free
    assert free is not None
    assert not free.covers(Weekday.TUESDAY, time(15, 19), timedelta(minutes=90))
    assert free.covers(Weekday.TUESDAY, time(15, 20), timedelta(minutes=90))


@pytest.mark.parametrize("minutes", [0, 1, 24 * 60])
def test_a_way_takes_up_to_a_day(minutes: int) -> None:
    assert evolve(SOMEBODY, travel=timedelta(minutes=minutes)).travel is not None


@pytest.mark.parametrize(
    "travel", [timedelta(minutes=-1), timedelta(seconds=90), timedelta(days=1, minutes=1)]
)
def test_any_other_way_is_refused(travel: timedelta) -> None:
    with pytest.raises(InvalidError) as caught:
        evolve(SOMEBODY, travel=travel)
    (fault,) = caught.value.faults
    assert fault.path == ("travel",)


def test_what_collides_is_a_collision_and_what_is_not_known_a_question() -> None:
    assert NoteSubject.TAKEN_BY_COMMITMENT.kind is NoteKind.COLLISION
    assert NoteSubject.TOO_NEAR_COMMITMENT.kind is NoteKind.COLLISION
    assert NoteSubject.TRAVEL_UNKNOWN.kind is NoteKind.QUESTION
