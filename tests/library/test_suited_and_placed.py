"""What was recorded reaches the answer: suitability and placement on whole records."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given

from iopkit.eligibility import contradictions
from iopkit.levels import LevelOfCare
from iopkit.library import find_ladder, find_policy
from iopkit.needs import Need
from iopkit.patients import (
    Assessment,
    DimensionRating,
    LivingEnvironment,
    MentalDisorder,
    Outcome,
    Patient,
    Score,
    Screening,
    Substance,
    SubstanceUseDisorder,
    Treatment,
)
from iopkit.placement import Placement, place
from iopkit.reports import decision_text, placement_text
from iopkit.strategies import patients
from iopkit.truth import Truth

ON = date(2026, 3, 16)
LADDER = find_ladder("us-public-rules")
SUITED: dict[str, Any] = {
    "needed_per_week": timedelta(hours=12),
    "benefit_likely": True,
    "acute_withdrawal": False,
    "withdrawal_manageable": True,
    "medical_conditions_manageable": True,
    "needs_24_hour_care": False,
    "needs_medical_monitoring": False,
    "needs_medical_management": False,
    "dangerous": False,
    "support_adequate": True,
    "able_to_participate": True,
}


def somebody(*, parts: dict[str, Any] | None = None, **findings: Any) -> Patient:
    found = Assessment(date(2026, 3, 12), **(SUITED | findings))
    drinking = SubstanceUseDisorder(Substance.ALCOHOL, 5)
    whole: dict[str, Any] = {"diagnoses": (drinking,), "assessments": (found,), **(parts or {})}
    return Patient(UUID("5e6b8f0a-2c1d-4e7f-9a3b-8d7c6b5a4f3e"), date(1979, 11, 2), **whole)


def placed(patient: Patient) -> Placement:
    return place(LADDER, patient, on=ON)


def flat(text: str) -> str:
    return " ".join(text.split())


def headline(placement: Placement) -> str:
    """What a placement says before it goes into any level."""
    return flat(placement_text(placement).split("\n\n")[1])


def holding(patient: Patient) -> set[str]:
    decision = find_policy("iop-suitability").decide(patient, on=ON)
    return {one.consideration.name for one in decision.considerations if one.truth is Truth.YES}


# A record against itself.


def test_no_level_is_the_answer_while_the_record_contradicts_itself() -> None:
    screened = (Screening("c_ssrs", date(2026, 3, 10), scores=(Score("risk", 3),)),)
    patient = somebody(
        parts={"screenings": screened},
        needed_per_week=timedelta(hours=4),
        withdrawal_manageable=False,
        needs_medical_monitoring=True,
        living_environment=LivingEnvironment.UNSUPPORTIVE,
        ratings=(DimensionRating(2, 3), DimensionRating(5, 4)),
        needs=frozenset({Need.MEDICAL_CARE}),
    )
    placement = placed(patient)

    assert placement.level is placement.not_excluded is None
    assert placement.stopped_at == LevelOfCare("1")
    assert {one.name for one in contradictions(patient, on=ON)} == {
        *("medical_monitoring", "danger", "withdrawal_management"),
    }
    said = headline(placement)
    assert "STOPPED at level 1" in said
    for told in ("dimension 5 risk: 4", "dimension 2 risk: 3", "environment: unsupportive"):
        assert told in said
    text = flat(placement_text(placement))
    assert "needs medically monitored inpatient care, and does not need care around" in text
    assert find_policy("iop-suitability").decide(patient, on=ON).verdict is Truth.UNKNOWN


@given(patients())
def test_a_headline_never_says_that_a_level_is_enough(patient: Patient) -> None:
    placement = placed(patient)
    said = headline(placement)

    assert "enough" not in said
    for risk in placement.not_judged or ():
        assert risk.words in said
    if placement.verdict is Truth.YES:
        assert "the least intensive level that none of these rules excludes" in said


# What speaks for and against.


def test_severity_and_other_disorders_are_weighed_beside_a_yes() -> None:
    patient = somebody(
        parts={
            "diagnoses": (
                SubstanceUseDisorder(Substance.OPIOIDS, 9),
                MentalDisorder("F43.10"),
            )
        },
        health_stable=False,
        co_occurring_stable=True,
    )
    decision = find_policy("iop-suitability").decide(patient, on=ON)

    assert decision.verdict is Truth.YES
    assert {"severe_disorder", "co_occurring", "co_occurring_unstable"} <= holding(patient)
    assert "moderate_severity" not in holding(patient)
    assert "against it: severe disorder, co occurring unstable" in flat(decision_text(decision))
    assert "against it: severe disorder, co occurring unstable" in headline(placed(patient))


@given(patients())
def test_what_a_suitability_yes_does_not_tell_beside_it_it_names_as_not_judged(
    patient: Patient,
) -> None:
    decision = find_policy("iop-suitability").decide(patient, on=ON)

    text = flat(decision_text(decision))
    weighed = [one for one in decision.considerations if one.truth is not Truth.NO]
    for one in weighed:
        assert one.consideration.meaning in text
    for risk in decision.unjudged or ():
        assert risk.words in text


# Just out of residential care.


@pytest.mark.parametrize(
    ("outcome", "ended", "steps_down"),
    [
        (Outcome.COMPLETED, date(2026, 3, 7), True),
        (Outcome.LEFT, date(2026, 3, 7), False),
        (None, None, None),
    ],
    ids=["completed", "left", "no stay recorded"],
)
def test_a_stay_that_ended_days_ago_changes_what_is_told(
    outcome: Outcome | None, ended: date | None, steps_down: bool | None
) -> None:
    stay = Treatment(LevelOfCare("3.7"), date(2026, 2, 3), ended, outcome)
    patient = somebody(parts={"treatments": (stay,) if outcome else ()})
    decision = find_policy("iop-suitability").decide(patient, on=ON)
    (step_down,) = (one for one in decision.considerations if one.consideration.name == "step_down")
    paths = {path.path.name: path.truth for path in placed(patient).paths}

    # From where the patient comes was not recorded, which leaves open what no stay tells.
    assert step_down.truth is (Truth.YES if steps_down else Truth.UNKNOWN)
    assert paths["step-down"] is (Truth.YES if steps_down else Truth.UNKNOWN)
    assert ("days since 24 hour care: 9 days" in flat(decision_text(decision))) == bool(outcome)


# One state's line.


@pytest.mark.parametrize("home", LivingEnvironment)
def test_where_somebody_lives_is_weighed_in_general_and_a_must_in_alabama(
    home: LivingEnvironment,
) -> None:
    patient = somebody(living_environment=home, health_stable=True, meets_asam_criteria=True)
    supportive = home is LivingEnvironment.SUPPORTIVE
    general = find_policy("iop-suitability").decide(patient, on=ON)
    alabama = find_policy("us-al-iop").decide(patient, on=ON)

    assert general.verdict is Truth.YES
    assert ("unsupportive_home" in holding(patient)) is not supportive
    assert ("against it: unsupportive home" in flat(decision_text(general))) is not supportive
    assert alabama.verdict is (Truth.YES if supportive else Truth.NO)


# Danger at the residential levels.


@pytest.mark.parametrize(
    ("monitoring", "management", "number", "level"),
    [(False, False, "3.5", None), (True, False, "3.7", None), (True, True, "4", "4")],
    ids=["residential", "monitored", "managed"],
)
def test_a_residential_level_is_no_answer_to_danger(
    monitoring: bool, management: bool, number: str, level: str | None
) -> None:
    placement = placed(
        somebody(
            dangerous=True,
            needs_24_hour_care=True,
            needs_medical_monitoring=monitoring,
            needs_medical_management=management,
        )
    )

    assert placement.not_excluded == LevelOfCare(number)
    assert placement.level == (LevelOfCare(level) if level else None)
    assert "dangerous: true (2026-03-12)" in headline(placement)
    assert headline(placement).startswith("LEVEL 4" if level else f"UNDETERMINED: level {number}")
