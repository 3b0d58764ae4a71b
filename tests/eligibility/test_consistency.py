"""The record held against itself."""

import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given

from iopkit.documents import from_json, to_document, to_json
from iopkit.eligibility import (
    CONTRADICTIONS,
    FACTS,
    AllOf,
    Compare,
    Contradicted,
    Contradiction,
    Criterion,
    Decision,
    Fact,
    FactSheet,
    Observed,
    OneOf,
    OwnFact,
    Policy,
    Possible,
    RecordedContradiction,
    Value,
    YesNo,
    atoms_in,
    contradictions,
    evaluate,
    facts_in,
    read_facts,
)
from iopkit.eligibility.consistency import (
    contradictions_in,
    read_consistent,
    without_contradicted,
)
from iopkit.eligibility.possible import CONTRADICTED
from iopkit.errors import InvalidError
from iopkit.library import POLICIES, find_policy
from iopkit.needs import Need
from iopkit.patients import (
    Assessment,
    DimensionRating,
    Observation,
    OpioidMedication,
    Patient,
    Screening,
    Substance,
    SubstanceUseDisorder,
)
from iopkit.reports import decision_html, decision_markdown, decision_text
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.strategies import days, patients
from iopkit.truth import Truth

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
ON = date(2026, 1, 12)
DAY = timedelta(days=1)
SOURCE = Source("Example Code 1", Grade.LEGAL_TEXT)
INTENT = (1, 1, 1, 1, 0, 0, None)
THOUGHTS = (1, 1, 0, 0, 0, 0, None)


def assessed(
    *needs: Need,
    risk: int | None = None,
    screened: tuple[int | None, ...] | None = None,
    screened_on: date = ON,
    diagnoses: tuple[SubstanceUseDisorder, ...] | None = None,
    **judged: Any,
) -> Patient:
    """A patient with one assessment and perhaps one screen."""
    ratings = () if risk is None else (DimensionRating(1, risk),)
    found = Assessment(ON - DAY, ratings=ratings, needs=frozenset(needs), **judged)
    screens = () if screened is None else (Screening("c_ssrs", screened_on, screened),)
    return Patient(KEY, assessments=(found,), screenings=screens, diagnoses=diagnoses)


OPIOIDS = (SubstanceUseDisorder(Substance.OPIOIDS),)


@pytest.mark.parametrize(
    ("patient", "names"),
    [
        pytest.param(
            assessed(Need.AROUND_THE_CLOCK_SUPPORT, needs_24_hour_care=False),
            ["around_the_clock"],
            id="support around the clock and no such care",
        ),
        pytest.param(
            assessed(Need.AROUND_THE_CLOCK_SUPPORT, needs_24_hour_care=True), [], id="with care"
        ),
        pytest.param(assessed(needs_24_hour_care=False), [], id="without support"),
        pytest.param(
            assessed(needs_24_hour_care=False, needs_medical_monitoring=True),
            ["medical_monitoring"],
            id="inpatient monitoring",
        ),
        pytest.param(
            assessed(
                needs_24_hour_care=False,
                needs_medical_monitoring=True,
                needs_medical_management=True,
            ),
            ["medical_monitoring", "medical_management"],
            id="inpatient management",
        ),
        pytest.param(assessed(screened=INTENT, dangerous=False), ["danger"], id="intent"),
        pytest.param(
            assessed(screened=INTENT, screened_on=ON - 30 * DAY, dangerous=False),
            ["danger"],
            id="intent 30 days ago",
        ),
        pytest.param(
            assessed(screened=INTENT, screened_on=ON - 31 * DAY, dangerous=False),
            [],
            id="intent 31 days ago",
        ),
        pytest.param(assessed(screened=THOUGHTS, dangerous=False), [], id="thoughts"),
        pytest.param(assessed(screened=INTENT, dangerous=True), [], id="intent and dangerous"),
        pytest.param(
            assessed(withdrawal_manageable=False), ["withdrawal_management"], id="withdrawal"
        ),
        pytest.param(
            assessed(Need.WITHDRAWAL_MANAGEMENT, withdrawal_manageable=False),
            [],
            id="withdrawal to be managed",
        ),
        pytest.param(
            assessed(acute_withdrawal=False, risk=4), ["acute_withdrawal"], id="severe risk"
        ),
        pytest.param(assessed(acute_withdrawal=False, risk=3), [], id="serious risk"),
        pytest.param(
            assessed(health_stable=True, co_occurring_stable=False), ["stability"], id="stable"
        ),
        pytest.param(assessed(health_stable=False, co_occurring_stable=True), [], id="not health"),
        pytest.param(
            assessed(opioid_medication=OpioidMedication.METHADONE, diagnoses=()),
            ["opioid_medication"],
            id="medication without a disorder",
        ),
        pytest.param(
            assessed(opioid_medication=OpioidMedication.METHADONE, diagnoses=OPIOIDS),
            [],
            id="medication for a disorder",
        ),
        pytest.param(
            assessed(opioid_medication=OpioidMedication.NONE, diagnoses=()), [], id="no medication"
        ),
    ],
)
def test_what_cannot_all_be_so_is_told(patient: Patient, names: list[str]) -> None:
    assert [each.name for each in contradictions(patient, on=ON)] == names


def test_findings_to_come_contradict_nothing_yet() -> None:
    patient = assessed(screened=INTENT, screened_on=ON + DAY, dangerous=False)

    assert contradictions(patient, on=ON) == ()
    assert contradictions(patient, on=ON + DAY) != ()
    with pytest.raises(InvalidError):
        contradictions(patient, on=datetime(2026, 1, 12, tzinfo=UTC))


@given(patients(), days())
def test_a_record_and_its_facts_contradict_themselves_alike(patient: Patient, on: date) -> None:
    facts = dict.fromkeys(fact for one in CONTRADICTIONS for fact in facts_in(one.predicate))

    assert contradictions(patient, on=on) == contradictions_in(read_facts(facts, patient, on=on))


@pytest.mark.parametrize("one", CONTRADICTIONS, ids=[one.name for one in CONTRADICTIONS])
def test_every_contradiction_is_of_several_facts_and_says_why(one: Contradiction) -> None:
    assert evaluate(one.predicate, {}) is Truth.UNKNOWN
    assert one.why.endswith(".")
    assert len({fact.asked for fact in facts_in(one.predicate)}) > 1


@pytest.mark.parametrize("one", CONTRADICTIONS, ids=[one.name for one in CONTRADICTIONS])
def test_what_stands_is_told_as_declared_with_what_is_recorded_and_when(
    one: Contradiction,
) -> None:
    recorded: dict[Fact[Any, Any], Possible] = {}
    for number, atom in enumerate(atoms_in(one.predicate)):
        assert isinstance(atom, Compare | OneOf)
        value = atom.value if isinstance(atom, Compare) else atom.values[0]
        recorded[FACTS[atom.fact.asked]] = Possible.exactly(value, found=ON - number * DAY)
    sheet = FactSheet.of(recorded, {fact.name: said for fact, said in recorded.items()}, on=ON)

    assert contradictions_in(sheet) == (
        RecordedContradiction(
            *(one.name, one.meaning, one.why),
            tuple(Contradicted(fact, said.value, said.found) for fact, said in recorded.items()),
            one.source,
        ),
    )


@given(patients(), days())
def test_contradicted_facts_are_not_known_to_any_criterion(patient: Patient, on: date) -> None:
    every = AllOf(tuple(fact.is_known for fact in FACTS.values()))
    criterion = Criterion("known", "Everything is known.", every, SOURCE)
    policy = Policy("own", "Own", Versions((Dated(date.min, (criterion,), SOURCE),)))
    decision = policy.decide(patient, on=on)
    contradicted = {each.fact.name for one in decision.contradictions or () for each in one.facts}

    assert decision.contradictions == contradictions(patient, on=on)
    values = decision.results[0].explanation.values
    known = read_facts(FACTS.values(), patient, on=on).values()
    for name in FACTS:
        assert values[name] == (None if name in contradicted else known[name])
    assert contradicted.isdisjoint(decision.missing)


def test_recent_findings_are_contradicted_too() -> None:
    recent = FACTS["dangerous"].within(days=30).equals(False)
    since = FACTS["dangerous"].since(date(2026, 1, 1)).equals(False)
    criteria = tuple(
        Criterion(name, "Is not dangerous.", asked, SOURCE)
        for name, asked in (("recent", recent), ("since", since))
    )
    policy = Policy("own", "Own", Versions((Dated(date(2020, 1, 1), criteria, SOURCE),)))

    decision = policy.decide(assessed(screened=INTENT, dangerous=False), on=ON)

    assert [result.truth for result in decision.results] == [Truth.UNKNOWN] * 2
    assert decision.missing == ()


def test_an_own_fact_is_not_contradicted_because_its_name_begins_as_a_shipped_one() -> None:
    own = OwnFact("health_stable_since_release", "Since release.", Observed(YesNo())).fact
    recent = own.within(days=5)
    seen = (Observation(own.name, True, ON),)
    somebody = evolve(assessed(health_stable=True, co_occurring_stable=False), observations=seen)
    found = contradictions(somebody, on=ON)
    read = read_consistent([own, recent, FACTS["health_stable"]], somebody, on=ON).values()

    assert [one.name for one in found] == ["stability"]
    assert read == {own.name: True, recent.name: True, "health_stable": None}


def test_a_no_that_rests_on_other_facts_stays() -> None:
    patient = assessed(screened=INTENT, dangerous=False, needs_24_hour_care=True)

    decision = find_policy("us-medicare-iop").decide(patient, on=ON)

    assert decision.verdict is Truth.NO
    assert [each.name for each in decision.contradictions or ()] == ["danger"]


STANDS = find_policy("us-medicare-iop").decide(
    assessed(screened=INTENT, screened_on=date(2026, 1, 3), dangerous=False), on=ON
)


@pytest.mark.parametrize("show", [decision_text, decision_markdown, decision_html])
def test_a_contradiction_is_shown_with_values_days_and_reason(show: Any) -> None:
    shown = " ".join(show(STANDS).replace("\\", "").split())

    assert "Contradicted in the record, so that it counts as not known" in shown
    assert "dangerous: false (found 2026-01-11)" in shown
    assert "c ssrs risk triage band: high (found 2026-01-03)" in shown
    assert "dangerous is not known (open, found 2026-01-11, contradicted)" in shown


def test_a_contradiction_is_kept_in_the_document() -> None:
    document = to_document(STANDS)
    (told,) = document["contradictions"]

    assert told["name"] == "danger"
    assert told["facts"] == [
        {"fact": "dangerous", "value": False, "found": "2026-01-11"},
        {"fact": "c_ssrs_risk_triage_band", "value": "high", "found": "2026-01-03"},
    ]
    assert from_json(Decision, to_json(STANDS)) == STANDS
    assert pickle.loads(pickle.dumps(STANDS)) == STANDS


def test_of_older_decisions_it_is_not_known() -> None:
    older = {k: v for k, v in to_document(STANDS).items() if k != "contradictions"}
    read = from_json(Decision, to_json(evolve(STANDS, contradictions=None)))

    assert "contradictions" in to_document(read)
    assert read.contradictions is None
    assert "Contradicted in the record:\n  - not known" in decision_text(read)
    assert older["verdict"] == "unknown"


@given(patients(), days(date(2026, 1, 12), date(2026, 2, 1)))
def test_a_frame_row_and_a_patient_agree(patient: Patient, on: date) -> None:
    for policy in POLICIES[:3]:
        asked = [*FACTS.values(), *(f for one in CONTRADICTIONS for f in facts_in(one.predicate))]
        sheet = read_facts(dict.fromkeys(asked), patient, on=on)
        assert policy.decide_sheet(sheet).verdict is policy.decide(patient, on=on).verdict


def told(build: Callable[[], object]) -> list[str]:
    with pytest.raises(InvalidError) as caught:
        build()
    return str(caught.value).splitlines()


def test_what_is_no_contradiction_is_refused() -> None:
    asked: Any = True
    fix = "a fact becomes one by a comparison, such as fact.equals(True)"
    alone = FACTS["dangerous"].equals(True)

    assert told(lambda: Contradiction("one", "Is one.", alone, "It is so.")) == [
        "contradiction 'one': 1 problem",
        "  predicate: expected one about two facts or more, found fewer",
    ]
    both = alone & FACTS["has_transport"].equals(True)
    assert Contradiction("two", "Is two.", both, "It is so.").predicate == both
    assert told(lambda: Contradiction("one", "Is one.", asked, "It is so.")) == [
        "contradiction: 1 problem",
        f"  predicate: expected a predicate, found true or false ({fix})",
    ]
    (stands,) = STANDS.contradictions or ()
    for fewer in ((), stands.facts[:1]):
        assert told(lambda: RecordedContradiction("one", "Is one.", "It is so.", fewer)) == [  # noqa: B023  # called at once
            "contradiction: 1 problem",
            "  facts: expected two facts or more, found fewer",
        ]
    assert len(stands.facts) == 2
    nobody: Any = "somebody"
    assert told(lambda: contradictions(nobody, on=ON)) == [
        "contradictions: 1 problem",
        "  patient: expected a Patient, found a text (did you mean from_json(Patient, ...)?)",
    ]


def test_a_contradicted_fact_keeps_the_day_of_its_finding() -> None:
    needs, hours = FACTS["needs_24_hour_care"], FACTS["needs_around_the_clock_support"]
    day = date(2026, 1, 11)
    values: dict[str, Value] = {
        needs.name: Possible.exactly(False, found=day),
        hours.name: True,
    }
    sheet = FactSheet.of([needs, hours], values, on=ON)
    found = contradictions_in(sheet)

    assert [one.name for one in found] == ["around_the_clock"]
    assert {each.fact.name: each.found for each in found[0].facts} == {
        needs.name: day,
        hours.name: None,
    }
    assert without_contradicted(sheet, found).told() == {
        needs.name: Possible(found=day, why=CONTRADICTED),
        hours.name: Possible(why=CONTRADICTED),
    }


def test_nothing_is_contradicted_where_nothing_is_known() -> None:
    assert contradictions_in(FactSheet.of((), {}, on=ON)) == ()
    assert contradictions(Patient(KEY), on=ON) == ()
