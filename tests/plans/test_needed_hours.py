"""Hours a week that a patient needs, against those that a plan has."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.modalities import Modality
from iopkit.patients import Assessment, Patient
from iopkit.plans import NoteSubject, Plan, draft
from iopkit.programs import EveryWeeks, PerWeek, Phase, Program, Service
from iopkit.sites import Site
from iopkit.windows import WeeklyWindows

START = date(2026, 3, 2)
SOMEBODY = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))
SITE = Site("Oak Street", "America/Denver", WeeklyWindows.always())
HOURS = {NoteSubject.HOURS_BELOW_NEED, NoteSubject.HOURS_ABOVE_NEED, NoteSubject.HOURS_UNSURE}


def needing(*minutes: int) -> Patient:
    found = (Assessment(START, needed_per_week=timedelta(minutes=each)) for each in minutes)
    return evolve(SOMEBODY, assessments=tuple(found))


def group(times: int, length: int | None, most: int | None = None, name: str = "group") -> Service:
    return Service(
        name,
        name,
        Modality.GROUP_THERAPY,
        PerWeek(times),
        None if length is None else timedelta(minutes=length),
        duration_max=None if most is None else timedelta(minutes=most),
    )


def planned(patient: Patient, *phases: tuple[Service, ...]) -> Plan:
    laid = tuple(Phase(f"p{n}", f"P{n}", 2, services) for n, services in enumerate(phases))
    return draft(Program("any", "Any", laid), patient, SITE, start=START, seed=1)


def told(plan: Plan) -> list[str]:
    return [f"{n.matter.value}: {n.why}" for n in plan.notes if n.matter in HOURS]


@pytest.mark.parametrize(
    ("needed", "service", "expected"),
    [
        pytest.param(
            (359,),
            group(4, 90),
            ["hours_above_need: 5 h 59 min needed, 6 h planned in weeks 1 to 2"],
            id="more",
        ),
        pytest.param((360,), group(4, 90), [], id="equal"),
        pytest.param(
            (361,),
            group(4, 90),
            ["hours_below_need: 6 h 1 min needed, 6 h planned in weeks 1 to 2"],
            id="less",
        ),
        pytest.param(
            (400,),
            group(4, 90, 100),
            ["hours_unsure: 6 h 40 min needed, 6 h to 6 h 40 min planned in weeks 1 to 2"],
            id="in-the-range",
        ),
        pytest.param(
            (401,),
            group(4, 90, 100),
            ["hours_below_need: 6 h 41 min needed, 6 h to 6 h 40 min planned in weeks 1 to 2"],
            id="above-the-range",
        ),
        pytest.param(
            (60,),
            group(4, None),
            ["hours_unsure: 1 h needed, at least 0 h planned in weeks 1 to 2"],
            id="length-not-known",
        ),
        pytest.param(
            (300, 360),
            group(4, 90),
            ["hours_unsure: 5 h to 6 h needed, 6 h planned in weeks 1 to 2"],
            id="two-findings",
        ),
        pytest.param((), group(4, 90), [], id="nobody-recorded-it"),
    ],
)
def test_a_difference_is_told_with_both_figures(
    needed: tuple[int, ...], service: Service, expected: list[str]
) -> None:
    assert told(planned(needing(*needed), (service,))) == expected


def test_weeks_that_differ_are_named_those_in_a_row_together() -> None:
    fortnightly = evolve(group(1, 60, name="other"), timing=EveryWeeks(2))
    plan = planned(needing(240), (group(4, 60), fortnightly), (group(3, 60),), (group(5, 60),))
    assert told(plan) == [
        "hours_above_need: 4 h needed, 5 h planned in weeks 1 and 5 to 6",
        "hours_below_need: 4 h needed, 3 h planned in weeks 3 to 4",
    ]


def test_what_is_on_hold_may_come_or_not() -> None:
    family = evolve(group(1, 60, name="family"), modality=Modality.FAMILY_SESSION)
    plan = planned(needing(300), (group(4, 60), family))
    assert plan.on_hold == ("family",)
    assert told(plan) == ["hours_unsure: 5 h needed, 4 h to 5 h planned in weeks 1 to 2"]


@given(needed=st.integers(0, 900), times=st.integers(1, 7), length=st.integers(1, 120))
def test_a_plan_of_known_hours_is_below_above_or_as_needed(
    needed: int, times: int, length: int
) -> None:
    found = [note.split(":")[0] for note in told(planned(needing(needed), (group(times, length),)))]
    sign = (times * length > needed) - (times * length < needed)
    assert found == [["hours_above_need"], [], ["hours_below_need"]][1 - sign]
