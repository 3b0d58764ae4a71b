"""Whom intensive outpatient treatment suits, by the public sources on it."""

from datetime import date

import pytest

from iopkit.eligibility import FactSheet, Scalar
from iopkit.library import find_policy
from iopkit.sources import Grade
from iopkit.truth import Truth

POLICY = find_policy("iop-suitability")
ON = date(2026, 2, 2)
SUITED: dict[str, Scalar | None] = {
    "has_substance_use_disorder": True,
    "benefit_likely": True,
    "acute_withdrawal": False,
    "medical_conditions_manageable": True,
    "needs_24_hour_care": False,
    "dangerous": False,
    "support_adequate": True,
    "able_to_participate": True,
}


def verdict(**changed: Scalar | None) -> Truth:
    sheet = FactSheet.of(POLICY.facts(on=ON), {**SUITED, **changed}, on=ON)
    return POLICY.decide_sheet(sheet).verdict


def test_it_suits_who_meets_every_criterion() -> None:
    assert set(SUITED) == {fact.name for fact in POLICY.facts(on=ON)}
    assert verdict() is Truth.YES


@pytest.mark.parametrize("name", SUITED)
def test_it_does_not_suit_who_fails_one_and_nothing_is_guessed(name: str) -> None:
    assert verdict(**{name: not SUITED[name]}) is Truth.NO
    assert verdict(**{name: None}) is Truth.UNKNOWN


def test_each_criterion_has_the_source_that_says_it() -> None:
    (version,) = POLICY.versions.dated
    said = {criterion.name: criterion.source for criterion in version.value}

    assert said["no_24_hour_care"].citation.endswith(": 42 CFR 410.44(c)(3)")
    assert said["medical_conditions"].citation.endswith(": 405 IAC 5-21.5-11(c)(1)")
    assert said["no_acute_withdrawal"].grade is Grade.SECONDARY
    assert all(source.url for source in said.values())
