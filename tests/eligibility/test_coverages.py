"""Whether a policy's payer covers the patient, and who else does."""

import json
from datetime import date, timedelta
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given

from iopkit import Decision, Patient, from_json, to_json
from iopkit.documents import to_document
from iopkit.eligibility import FACTS, PayerCoverage, read_facts
from iopkit.errors import InvalidError
from iopkit.library import POLICIES, find_policy
from iopkit.patients import Coverage, Payer
from iopkit.strategies import days, patients
from iopkit.truth import Truth

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
ON = date(2026, 4, 1)
DAY = timedelta(days=1)
INDIANA = find_policy("us-in-medicaid-iop")
EARLIER, LATER = date(2020, 1, 1), date(2027, 1, 1)


@pytest.mark.parametrize(
    ("coverages", "covered", "others", "perhaps"),
    [
        pytest.param(None, "unknown", [], [p for p in Payer if p is not Payer.MEDICAID], id="none"),
        pytest.param((), "no", [], [], id="nobody"),
        pytest.param((Coverage(Payer.MILITARY, EARLIER),), "no", ["military"], [], id="another"),
        pytest.param((Coverage(Payer.MEDICAID, ON),), "yes", [], [], id="from the day on"),
        pytest.param((Coverage(Payer.MEDICAID, ON + DAY),), "no", [], [], id="from the next day"),
        pytest.param((Coverage(Payer.MEDICAID, EARLIER, ON),), "no", [], [], id="until the day"),
        pytest.param(
            (Coverage(Payer.MEDICAID, EARLIER, ON + DAY), Coverage(Payer.OTHER, end=LATER)),
            "yes",
            [],
            ["other"],
            id="on the last day, and perhaps by another",
        ),
        pytest.param((Coverage(Payer.MEDICAID),), "unknown", [], [], id="of no known start"),
    ],
)
def test_a_payers_decision_says_whom_it_covers_on_the_day(
    coverages: tuple[Coverage, ...] | None,
    covered: str,
    others: list[str],
    perhaps: list[str],
) -> None:
    decision = INDIANA.decide(Patient(KEY, coverages=coverages), on=ON)
    assert decision.coverage == PayerCoverage(
        Payer.MEDICAID, Truth(covered), tuple(map(Payer, others)), tuple(map(Payer, perhaps))
    )


@given(patients(), days())
def test_who_pays_changes_no_verdict_and_is_told_of_payers_policies_alone(
    patient: Patient, on: date
) -> None:
    for policy in POLICIES:
        if policy.versions.dated[0].since <= on:
            decision = policy.decide(patient, on=on, assume_in_force=True)
            unpaid = policy.decide(evolve(patient, coverages=None), on=on, assume_in_force=True)
            assert decision.results == unpaid.results
            assert (decision.verdict, decision.missing) == (unpaid.verdict, unpaid.missing)
            payer = policy.scope.payer if policy.scope else None
            assert (decision.coverage and decision.coverage.payer) == payer
            assert (unpaid.coverage and unpaid.coverage.covered) in (None, Truth.UNKNOWN)


@given(patients(), days(date(2026, 1, 7)))
def test_a_sheet_with_the_facts_of_payers_says_the_same(patient: Patient, on: date) -> None:
    sheet = read_facts(FACTS.values(), patient, on=on)
    assert INDIANA.decide_sheet(sheet).coverage == INDIANA.decide(patient, on=on).coverage


def test_a_sheet_without_them_does_not_know() -> None:
    sheet = read_facts(INDIANA.facts(on=ON), Patient(KEY, coverages=()), on=ON)
    coverage = INDIANA.decide_sheet(sheet).coverage
    assert coverage is not None
    assert (coverage.covered, coverage.others) == (Truth.UNKNOWN, ())


@given(patients(), days(date(2026, 1, 7)))
def test_it_is_kept_in_documents(patient: Patient, on: date) -> None:
    decision = INDIANA.decide(patient, on=on)
    assert from_json(Decision, to_json(decision)) == decision


def test_a_document_that_does_not_say_is_read_as_not_kept() -> None:
    document = to_document(INDIANA.decide(Patient(KEY), on=ON))
    del document["coverage"]
    assert from_json(Decision, json.dumps(document)).coverage is None


def test_no_payer_is_there_twice() -> None:
    for others, perhaps in (
        ((Payer.MEDICARE,), ()),
        ((Payer.OTHER, Payer.OTHER), ()),
        ((Payer.OTHER,), (Payer.OTHER,)),
    ):
        with pytest.raises(InvalidError, match="each payer once"):
            PayerCoverage(Payer.MEDICARE, Truth.NO, others, perhaps)
