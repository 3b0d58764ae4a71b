"""What can go beside a level: named where an opioid use disorder may be, judged if asked."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given

from iopkit.eligibility import FACTS, evaluate
from iopkit.eligibility.consistency import read_consistent
from iopkit.errors import InvalidError
from iopkit.library import find_ladder, find_policy
from iopkit.patients import Diagnosis, MentalDisorder, Patient, Substance, SubstanceUseDisorder
from iopkit.placement import CareBeside, OpioidTreatment, care_beside, place
from iopkit.strategies import patients
from iopkit.truth import Truth

ON = date(2026, 2, 9)
SOMEBODY = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))
OPIOIDS = SubstanceUseDisorder(Substance.OPIOIDS, 4)


@given(patients())
def test_each_treatment_is_named_unless_an_opioid_use_disorder_is_excluded(
    patient: Patient,
) -> None:
    fact = FACTS["has_opioid_use_disorder"]
    disorder = evaluate(fact.equals(True), read_consistent([fact], patient, on=ON).values())

    found = care_beside(patient, {}, on=ON)

    assert [care.treatment for care in found] == (
        [] if disorder is Truth.NO else [*OpioidTreatment]
    )
    assert {care.disorder for care in found} <= {disorder}
    assert not any(care.decisions for care in found)


@pytest.mark.parametrize(
    ("diagnoses", "disorder"),
    [
        pytest.param((OPIOIDS, MentalDisorder("F41.1")), Truth.YES, id="recorded"),
        pytest.param((SubstanceUseDisorder(None, 3),), Truth.UNKNOWN, id="of what is not known"),
        pytest.param(None, Truth.UNKNOWN, id="nothing known"),
    ],
)
def test_the_policies_given_for_a_treatment_judge_beside_the_level(
    diagnoses: tuple[Diagnosis, ...] | None, disorder: Truth
) -> None:
    patient = evolve(SOMEBODY, diagnoses=diagnoses)
    policies = (find_policy("us-medicare-otp-iop"), find_policy("iop-suitability"))

    placement = place(
        find_ladder("us-public-rules"),
        patient,
        on=ON,
        beside={OpioidTreatment.PROGRAM: policies},
    )

    assert placement.beside == (
        CareBeside(OpioidTreatment.OFFICE_BASED, disorder),
        CareBeside(
            OpioidTreatment.PROGRAM,
            disorder,
            tuple(policy.decide(patient, on=ON) for policy in policies),
        ),
    )
    assert "disorder" not in repr(placement.beside)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"methadone_clinic": []}, "policies: expected an OpioidTreatment, found another"),
        ([OpioidTreatment.OFFICE_BASED], "policies: expected a Mapping, found a list"),
        (
            {OpioidTreatment.OFFICE_BASED: find_policy("us-md-iop")},
            "office_based_opioid_treatment: expected a list of Policy, found a Policy",
        ),
        (
            {OpioidTreatment.OFFICE_BASED: ["us-md-iop"]},
            "office_based_opioid_treatment[0]: expected a Policy, found a text",
        ),
    ],
)
def test_policies_of_no_treatment_are_not_dropped(given: Any, said: str) -> None:
    ladder = find_ladder("us-public-rules")
    with pytest.raises(InvalidError) as caught:
        place(ladder, SOMEBODY, on=ON, beside=given)
    assert str(caught.value).startswith("care beside the level: 1 problem\n  ")
    assert said in str(caught.value)


def test_nothing_goes_beside_where_the_record_excludes_the_disorder() -> None:
    with pytest.raises(InvalidError) as caught:
        CareBeside(OpioidTreatment.PROGRAM, Truth.NO)
    said = "disorder: expected a disorder that may be, found none"
    assert str(caught.value) == f"care beside: 1 problem\n  {said}"


def test_policies_beside_are_assumed_to_be_in_force_if_asked() -> None:
    before = date(2000, 1, 3)
    ladder, policies = find_ladder("us-public-rules"), (find_policy("us-medicare-otp-iop"),)
    disorder = SubstanceUseDisorder(Substance.OPIOIDS, diagnosed=before)
    patient = Patient(UUID(int=5, version=4), diagnoses=(disorder,))
    placement = place(
        ladder,
        patient,
        on=before,
        assume_in_force=True,
        beside={OpioidTreatment.PROGRAM: policies},
    )
    (asked,) = (each for each in placement.beside if each.decisions)
    assert [decision.assumed_in_force for decision in asked.decisions] == [True]
