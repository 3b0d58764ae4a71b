"""Medicare's test of a patient, 42 CFR 410.44(c): seven conditions, all of them."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.eligibility import Decision, FactSheet, Scalar
from iopkit.errors import NotInForceError
from iopkit.library import find_policy
from iopkit.patients import Assessment, MentalDisorder, Patient, Substance, SubstanceUseDisorder
from iopkit.sources import Grade
from iopkit.truth import Truth

POLICY = find_policy("us-medicare-iop")
DAY = timedelta(days=1)
ON = date(2026, 1, 5)

ELIGIBLE: dict[str, Any] = {
    "needed_per_week": timedelta(hours=9),
    "benefit_likely": True,
    "needs_24_hour_care": False,
    "support_adequate": True,
    "dangerous": False,
    "able_to_participate": True,
}
PATIENT = Patient(
    key=UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"),
    diagnoses=(SubstanceUseDisorder(substance=Substance.ALCOHOL, criteria_met=5),),
    assessments=(Assessment(on=date(2023, 12, 1), **ELIGIBLE),),
)

CONDITIONS = [
    pytest.param("nine_hours", "needed_hours_per_week", "needed_per_week", id="(1) nine hours"),
    pytest.param("benefit", "benefit_likely", "benefit_likely", id="(2) benefit"),
    pytest.param(
        "no_24_hour_care", "needs_24_hour_care", "needs_24_hour_care", id="(3) no 24-hour care"
    ),
    pytest.param("support", "support_adequate", "support_adequate", id="(4) support"),
    pytest.param("diagnosis", "has_diagnosis", None, id="(5) diagnosis"),
    pytest.param("not_dangerous", "dangerous", "dangerous", id="(6) not dangerous"),
    pytest.param(
        "participation", "able_to_participate", "able_to_participate", id="(7) participation"
    ),
]


def opposite(field: str) -> bool | timedelta:
    """A finding that breaks the condition which ELIGIBLE meets."""
    return timedelta(minutes=539) if field == "needed_per_week" else not ELIGIBLE[field]


def lacking(field: str | None) -> Patient:
    """The patient with one condition unmet; ``None``: the diagnosis."""
    if field is None:
        return evolve(PATIENT, diagnoses=())
    return assessed(**{field: opposite(field)})


def not_knowing(field: str | None) -> Patient:
    """The patient of whom one thing is not known; ``None``: the diagnosis."""
    return evolve(PATIENT, diagnoses=None) if field is None else assessed(**{field: None})


def assessed(**findings: Any) -> Patient:
    found = Assessment(on=date(2023, 12, 1), **{**ELIGIBLE, **findings})
    return evolve(PATIENT, assessments=(found,))


def truths(decision: Decision) -> dict[str, Truth]:
    return {result.criterion.name: result.truth for result in decision.results}


def test_who_meets_all_seven_conditions_is_eligible() -> None:
    decision = POLICY.decide(PATIENT, on=ON)

    assert len(decision.results) == 7
    assert set(truths(decision).values()) == {Truth.YES}
    assert decision.verdict is Truth.YES
    assert decision.missing == ()


@pytest.mark.parametrize(("criterion", "fact", "field"), CONDITIONS)
def test_each_unmet_condition_alone_makes_it_a_no(
    criterion: str, fact: str, field: str | None
) -> None:
    decision = POLICY.decide(lacking(field), on=ON)

    assert decision.verdict is Truth.NO
    assert decision.missing == ()
    assert [name for name, truth in truths(decision).items() if truth is Truth.NO] == [criterion]
    assert set(truths(decision).values()) == {Truth.YES, Truth.NO}


@pytest.mark.parametrize(("criterion", "fact", "field"), CONDITIONS)
def test_each_unknown_condition_alone_leaves_it_open_and_is_all_that_is_missing(
    criterion: str, fact: str, field: str | None
) -> None:
    decision = POLICY.decide(not_knowing(field), on=ON)

    assert decision.verdict is Truth.UNKNOWN
    assert decision.missing == (fact,)
    assert truths(decision)[criterion] is Truth.UNKNOWN
    assert set(truths(decision).values()) == {Truth.YES, Truth.UNKNOWN}


@pytest.mark.parametrize(("criterion", "fact", "field"), CONDITIONS)
def test_one_unmet_condition_settles_it_though_nothing_else_is_known(
    criterion: str, fact: str, field: str | None
) -> None:
    unknown = Patient(key=PATIENT.key)
    if field is None:
        known = evolve(unknown, diagnoses=())
    else:
        known = evolve(unknown, assessments=(Assessment(on=ON, **{field: opposite(field)}),))  # type: ignore[arg-type]  # the field is a parameter

    decision = POLICY.decide(known, on=ON)
    assert decision.verdict is Truth.NO
    assert decision.missing == ()


def test_of_a_patient_of_whom_nothing_is_known_everything_is_missing() -> None:
    decision = POLICY.decide(Patient(key=PATIENT.key), on=ON)

    assert decision.verdict is Truth.UNKNOWN
    assert decision.missing == tuple(case.values[1] for case in CONDITIONS)


@given(st.lists(st.sampled_from(["met", "unmet", "unknown"]), min_size=7, max_size=7))
def test_the_verdict_for_every_mixture_of_conditions(states: list[str]) -> None:
    fields = [case.values[2] for case in CONDITIONS]
    patient = PATIENT
    for field, state in zip(fields, states, strict=True):
        changed = {"unmet": lacking, "unknown": not_knowing}.get(state)
        if changed is None:
            continue
        if field is None:
            patient = evolve(patient, diagnoses=changed(None).diagnoses)
        else:
            (found,), (worse,) = patient.assessments or (), changed(str(field)).assessments or ()
            found = evolve(found, **{str(field): getattr(worse, str(field))})
            patient = evolve(patient, assessments=(found,))

    decision = POLICY.decide(patient, on=ON)
    unknown = tuple(
        case.values[1] for case, state in zip(CONDITIONS, states, strict=True) if state == "unknown"
    )
    if "unmet" in states:
        assert (decision.verdict, decision.missing) == (Truth.NO, ())
    elif unknown:
        assert (decision.verdict, decision.missing) == (Truth.UNKNOWN, unknown)
    else:
        assert (decision.verdict, decision.missing) == (Truth.YES, ())


@pytest.mark.parametrize(
    ("minutes", "verdict"),
    [
        pytest.param(0, Truth.NO, id="nothing"),
        pytest.param(539, Truth.NO, id="a minute below nine hours"),
        pytest.param(540, Truth.YES, id="nine hours"),
        pytest.param(541, Truth.YES, id="a minute above nine hours"),
        pytest.param(20 * 60, Truth.YES, id="no upper bound"),
        pytest.param(168 * 60, Truth.YES, id="around the clock"),
    ],
)
def test_nine_hours_a_week_are_needed_and_there_is_no_maximum(minutes: int, verdict: Truth) -> None:
    patient = assessed(needed_per_week=timedelta(minutes=minutes))

    assert POLICY.decide(patient, on=ON).verdict is verdict


@pytest.mark.parametrize(
    "diagnosis",
    [MentalDisorder(code="F32.1"), SubstanceUseDisorder(substance=Substance.OPIOIDS)],
    ids=["mental", "substance use"],
)
def test_a_mental_health_or_a_substance_use_diagnosis_will_do(
    diagnosis: MentalDisorder | SubstanceUseDisorder,
) -> None:
    assert POLICY.decide(evolve(PATIENT, diagnoses=(diagnosis,)), on=ON).verdict is Truth.YES


@pytest.mark.parametrize(
    ("on", "verdict"), [(ON - DAY, Truth.NO), (ON, Truth.YES), (ON + DAY, Truth.YES)]
)
def test_a_diagnosis_counts_from_its_day(on: date, verdict: Truth) -> None:
    diagnosed = evolve(PATIENT, diagnoses=(MentalDisorder(diagnosed=ON),))

    assert POLICY.decide(diagnosed, on=on).verdict is verdict


def test_the_newest_assessment_on_or_before_the_day_wins() -> None:
    worse = Assessment(on=ON, **{**ELIGIBLE, "dangerous": True})
    patient = evolve(PATIENT, assessments=(*(PATIENT.assessments or ()), worse))

    assert POLICY.decide(patient, on=ON - DAY).verdict is Truth.YES
    assert POLICY.decide(patient, on=ON).verdict is Truth.NO


def test_a_later_assessment_does_not_count() -> None:
    better = Assessment(on=ON + DAY, **ELIGIBLE)

    assert POLICY.decide(evolve(PATIENT, assessments=(better,)), on=ON).missing == tuple(
        case.values[1] for case in CONDITIONS if case.values[2] is not None
    )


def test_an_assessment_that_says_nothing_hides_no_older_one() -> None:
    silent = Assessment(on=ON)
    patient = evolve(PATIENT, assessments=(*(PATIENT.assessments or ()), silent))

    assert POLICY.decide(patient, on=ON).verdict is Truth.YES


def test_the_benefit_exists_since_2024() -> None:
    assert POLICY.decide(PATIENT, on=date(2024, 1, 1)).verdict is Truth.YES
    with pytest.raises(NotInForceError):
        POLICY.decide(PATIENT, on=date(2023, 12, 31))


def test_each_condition_cites_its_paragraph_of_the_regulation() -> None:
    (version,) = POLICY.versions.dated

    assert version.since == date(2024, 1, 1)
    assert version.source.citation == "42 CFR 410.44"
    assert [criterion.source.citation for criterion in version.value] == [
        f"42 CFR 410.44(c)({number})" for number in range(1, 8)
    ]
    for criterion in version.value:
        assert criterion.source.grade is Grade.LEGAL_TEXT
        assert criterion.source.checked == date(2024, 1, 1)
        assert criterion.meaning.endswith(".")


def test_the_policy_asks_about_seven_facts() -> None:
    assert [fact.name for fact in POLICY.facts(on=ON)] == [case.values[1] for case in CONDITIONS]


def test_two_assessments_of_one_day_that_disagree_leave_it_not_known() -> None:
    both = tuple(Assessment(on=ON, **{**ELIGIBLE, "dangerous": d}) for d in (False, True))
    for assessments in (both, both[::-1]):
        decision = POLICY.decide(evolve(PATIENT, assessments=assessments), on=ON)
        assert decision.verdict is Truth.UNKNOWN
        assert decision.missing == ("dangerous",)


# Partial hospitalization, 42 CFR 410.43(c), and opioid treatment programs, 42 CFR 410.67

HOSPITAL: dict[str, Scalar | None] = {
    "needs_inpatient_otherwise": True,
    "needed_hours_per_week": 20,
    "benefit_likely": True,
    "needs_24_hour_care": False,
    "support_adequate": True,
    "has_diagnosis": True,
    "dangerous": False,
    "able_to_participate": True,
}
OPIOID: dict[str, Scalar | None] = {
    "has_opioid_use_disorder": True,
    "needed_hours_per_week": 9,
    "needs_more_than_otp_services": True,
}
OTHERS = {"us-medicare-php": HOSPITAL, "us-medicare-otp-iop": OPIOID}


def judged(name: str, values: dict[str, Scalar | None], on: date = ON) -> Truth:
    policy = find_policy(name)
    asked = policy.facts(on=on)
    assert values.keys() == {fact.name for fact in asked}
    return policy.decide_sheet(FactSheet.of(asked, values, on=on)).verdict


@pytest.mark.parametrize(("name", "met"), OTHERS.items())
def test_every_condition_of_the_other_benefits_counts(
    name: str, met: dict[str, Scalar | None]
) -> None:
    assert judged(name, met) is Truth.YES
    for fact, value in met.items():
        if isinstance(value, bool):
            assert judged(name, {**met, fact: not value}) is Truth.NO, fact
        assert judged(name, {**met, fact: None}) is Truth.UNKNOWN, fact


@pytest.mark.parametrize(
    ("name", "hours", "verdict"),
    [
        ("us-medicare-php", 19.75, Truth.NO),
        ("us-medicare-php", 20, Truth.YES),
        ("us-medicare-php", 168, Truth.YES),
        ("us-medicare-otp-iop", 8.75, Truth.NO),
        ("us-medicare-otp-iop", 9, Truth.YES),
        ("us-medicare-otp-iop", 168, Truth.YES),
    ],
)
def test_the_other_benefits_have_a_minimum_and_no_maximum(
    name: str, hours: float, verdict: Truth
) -> None:
    assert judged(name, {**OTHERS[name], "needed_hours_per_week": hours}) is verdict


@pytest.mark.parametrize(("name", "met"), OTHERS.items())
def test_the_other_benefits_are_read_from_2024_on(name: str, met: dict[str, Scalar | None]) -> None:
    assert judged(name, met, date(2024, 1, 1)) is Truth.YES
    with pytest.raises(NotInForceError):
        find_policy(name).facts(on=date(2023, 12, 31))
