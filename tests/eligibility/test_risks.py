"""A verdict never says more than its rules judged: recorded risks that no rule read are named."""

import json
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from iopkit.documents import from_json, to_document, to_json
from iopkit.eligibility import (
    FACTS,
    AtLeast,
    Bound,
    Criterion,
    Decision,
    Fact,
    FactSheet,
    Number,
    Policy,
    Predicate,
    RecordedRisk,
    Role,
    Scalar,
    Worse,
    evaluate,
    evidence,
    facts_in,
    read_facts,
    recorded_risks,
)
from iopkit.eligibility.consistency import read_consistent
from iopkit.eligibility.risks import _SCORES, risks_among
from iopkit.errors import InvalidError, TooComplexError
from iopkit.levels import Edition, LevelOfCare, levels_of, most_intensive
from iopkit.library import LADDERS, POLICIES, find_ladder, find_policy
from iopkit.needs import Need
from iopkit.patients import (
    INSTRUMENTS,
    Assessment,
    BandSet,
    DimensionRating,
    LivingEnvironment,
    MentalDisorder,
    MinimumLevel,
    Patient,
    Score,
    Screening,
    Substance,
    SubstanceUseDisorder,
)
from iopkit.placement import Ladder, Placement, Rung, dimension_ladder, place
from iopkit.reports import decision_html, decision_markdown, decision_text, placement_text
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.strategies import patients
from iopkit.truth import Truth

ON = date(2026, 1, 12)
KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
OWN = Source("Our own rule", Grade.SECONDARY)
JUDGED = Assessment(
    date(2026, 1, 2),
    needed_per_week=timedelta(hours=8),
    support_adequate=True,
    dangerous=False,
    needs_24_hour_care=False,
    needs_medical_monitoring=False,
    needs_medical_management=False,
)
"""Findings with which the shipped ladder ends on level 1."""
# What stands in an assessment for risk, by hand: the field and the value.
FINDINGS: dict[str, Any] = {
    "needs_inpatient_otherwise": True,
    "acute_withdrawal": True,
    "withdrawal_manageable": False,
    "medical_conditions_manageable": False,
    "health_stable": False,
    "co_occurring_stable": False,
    "suicidal_ideation": True,
}
# Facts of the judgments that the shipped rungs read or meet.
READ = ("dangerous", "needs_24_hour_care", "needs_medical_monitoring", "needs_medical_management")
# For each scale, by hand from the published bands: the lowest score that is told, and the lowest
# that holds a placement back. A set of two bands only says that one should look further.
SCALES: dict[str, tuple[str, int, int | None]] = {
    "audit": ("total", 16, 16),  # zones 3 and 4 of 4
    "audit_c": ("total", 3, None),  # positive for women
    "dast_10": ("total", 6, 6),  # substantial and severe of 5
    "ciwa_ar": ("total", 16, 16),  # severe of 3, in a review and Wikipedia; 3 and 4 of 4 elsewhere
    "cows": ("total", 25, 25),  # moderately severe and severe of 5
    "phq_9": ("total", 10, 15),  # the screen; moderately severe and severe of 5
    "gad_7": ("total", 10, 10),  # moderate and severe of 4
    "c_ssrs": ("risk", 2, 2),  # moderate and high of 4
}


def somebody(*more: Assessment, **parts: Any) -> Patient:
    return Patient(KEY, date(1984, 5, 17), assessments=(JUDGED, *more), **parts)


def found(**findings: Any) -> Assessment:
    return Assessment(date(2026, 1, 3), **findings)


def policy(*predicates: Predicate, name: str = "own") -> Policy:
    criteria = tuple(
        Criterion(f"c{n}", f"Number {n}.", predicate, OWN) for n, predicate in enumerate(predicates)
    )
    return Policy(name, "Our own", Versions((Dated(date(2020, 1, 1), criteria, OWN),)))


def placed(patient: Patient) -> Placement:
    return place(find_ladder("us-public-rules"), patient, on=ON)


def flat(text: str) -> str:
    return " ".join(text.split())


def words(risks: Iterable[RecordedRisk] | None) -> list[str]:
    assert risks is not None
    return [risk.words for risk in risks]


def by_hand(patient: Patient, on: date, judged: set[str]) -> set[str]:
    """Names of the risks of a patient that no rule has read, straight from the facts."""
    facts = {
        **dict.fromkeys(FINDINGS),
        **dict.fromkeys((*READ, "living_environment", "use_disorder_severity")),
        "has_other_mental_disorder": None,
        **{f"third_edition_dimension_{n}_risk": None for n in range(1, 7)},
        **{f"fourth_edition_dimension_{n}_minimum_level": None for n in range(1, 6)},
        **{
            f"needs_{need}": None
            for need in (
                *("withdrawal_management", "around_the_clock_support", "medical_care"),
                *("psychiatric_care", "housing"),
            )
        },
    }
    grave: dict[str, set[Any]] = {
        **{name: {value} for name, value in FINDINGS.items()},
        **{name: {True} for name in facts if name.startswith("needs_")},
        "dangerous": {True},
        "has_other_mental_disorder": {True},
        "living_environment": {"unsafe", "unsupportive", "safe_at_night", "partly_supportive"},
        "use_disorder_severity": {"severe"},
        **{f"third_edition_dimension_{n}_risk": {3, 4} for n in range(1, 7)},
        **{
            f"fourth_edition_dimension_{n}_minimum_level": {
                *("2.5", "2.7", "3.1", "3.5", "3.7", "4.0")
            }
            for n in range(1, 6)
        },
    }
    return {
        name
        for name in facts
        if name not in judged and FACTS[name].read(patient, on) in grave[name]
    }


# The facts of risk.


@pytest.mark.parametrize("name", list(FINDINGS))
def test_each_finding_of_risk_is_told_with_its_day(name: str) -> None:
    patient = somebody(found(**{name: FINDINGS[name]}))
    value = str(FINDINGS[name]).lower()

    assert words(recorded_risks(patient, on=ON)) == [
        f"{name.replace('_', ' ')}: {value} (2026-01-03)"
    ]
    assert recorded_risks(somebody(found(**{name: not FINDINGS[name]})), on=ON) == ()
    assert recorded_risks(patient, on=date(2026, 1, 2)) == ()


@pytest.mark.parametrize("dimension", range(1, 7))
@pytest.mark.parametrize("risk", range(5))
def test_a_rating_speaks_of_risk_from_three_on(dimension: int, risk: int) -> None:
    patient = somebody(found(ratings=(DimensionRating(dimension, risk),)))
    told = f"third edition dimension {dimension} risk: {risk} (2026-01-03)"

    assert words(recorded_risks(patient, on=ON)) == ([told] if risk >= 3 else [])


@pytest.mark.parametrize("dimension", range(1, 6))
@pytest.mark.parametrize("level", levels_of(Edition.FOURTH), ids=lambda level: level.number)
def test_a_minimum_level_speaks_of_risk_above_intensive_outpatient_treatment(
    dimension: int, level: LevelOfCare
) -> None:
    asked = (MinimumLevel(dimension, level),)
    patient = somebody(found(edition=Edition.FOURTH, minimum_levels=asked))
    told = f"fourth edition dimension {dimension} minimum level: {level.number} (2026-01-03)"

    above = level > LevelOfCare("2.1", Edition.FOURTH)
    assert words(recorded_risks(patient, on=ON)) == ([told] if above else [])
    assert (placed(patient).level is None) is above


@pytest.mark.parametrize("home", LivingEnvironment)
def test_a_home_speaks_of_risk_unless_it_is_supportive(home: LivingEnvironment) -> None:
    risks = recorded_risks(somebody(found(living_environment=home)), on=ON)

    assert bool(risks) is (home is not LivingEnvironment.SUPPORTIVE)


@pytest.mark.parametrize("need", Need)
def test_needs_speak_of_risk_that_can_take_more_than_an_outpatient_program(need: Need) -> None:
    risks = recorded_risks(somebody(found(needs=frozenset({need}))), on=ON)

    beside = {"opioid_medication", "prenatal_care", "trauma_therapy", "eating_disorder_therapy"}
    beside |= {"interpreter", "transport", "child_care"}
    assert bool(risks) is (need.value not in beside)


def screened(instrument: str, day: int = 4, **parts: Any) -> Screening:
    return Screening(instrument, date(2026, 1, day), **parts)


def of_scores(*screenings: Screening) -> list[str]:
    return words(recorded_risks(somebody(screenings=screenings), on=ON))


@pytest.mark.parametrize("instrument", list(SCALES))
def test_a_score_speaks_of_risk_in_the_upper_half_of_its_bands(instrument: str) -> None:
    scale, told, holds = SCALES[instrument]
    high = INSTRUMENTS[instrument].scale(scale).high
    title = f"{instrument}_{scale}_score".replace("_", " ")

    for score in range(high + 1):
        patient = somebody(screenings=(screened(instrument, scores=(Score(scale, score),)),))
        risks = recorded_risks(patient, on=ON)
        assert words(risks) == ([f"{title}: {score} (2026-01-04)"] if score >= told else [])
        held = holds is not None and score >= holds
        assert (placed(patient).level is None) is held, score


BANDS = [
    pytest.param(f"{one.name}_{scale.name}_", bands, id=f"{one.name}-{scale.name}-{bands.name}")
    for one in INSTRUMENTS.values()
    for scale in one.scales
    for bands in scale.band_sets
]


@pytest.mark.parametrize(("lead", "bands"), BANDS)
def test_a_band_alone_speaks_of_risk_in_the_upper_half_and_holds_back_if_there_are_several(
    lead: str, bands: BandSet
) -> None:
    names = [band.name for band in bands.bands]
    fact = FACTS[f"{lead}{bands.name}_band"]
    falling = FACTS[f"{lead}score"].worse is Worse.LOWER
    worst = names[:1] if falling else names[-(len(names) // 2) :]
    holds = (len(names) > 2 and not falling) or lead == "phq_9_self_harm_"

    for name in names:
        found = risks_among({fact.name: name})
        told = [(risk.fact, risk.value, risk.holds_back) for risk in found]
        assert told == ([(fact, name, holds)] if name in worst else [])


@pytest.mark.parametrize(
    ("scale", "scores"), [("use", (0, 1)), ("risk", (11, 12)), ("protective", (13, 12))]
)
def test_on_one_scale_the_low_scores_speak_of_risk(scale: str, scores: tuple[int, int]) -> None:
    safe, risky = (screened("bam", scores=(Score(scale, score),)) for score in scores)

    assert of_scores(safe) == []
    assert of_scores(risky) == [f"bam {scale} score: {scores[1]} (2026-01-04)"]
    assert placed(somebody(screenings=(risky,))).level == LevelOfCare("1")


def test_any_thought_of_self_harm_holds_a_placement_back() -> None:
    patient = somebody(screenings=(screened("phq_9", scores=(Score("self_harm", 1),)),))

    assert words(recorded_risks(patient, on=ON)) == ["phq 9 self harm score: 1 (2026-01-04)"]
    assert placed(patient).level is None


@pytest.mark.parametrize(
    ("instrument", "answers", "told"),
    [
        ("c_ssrs", (0, 0, None, None, None, 1, None), "c ssrs risk score: at least 2"),
        ("c_ssrs", (1, 1, 1, None, None, None, None), "c ssrs risk score: at least 2"),
        ("phq_9", (3, 3, 3, 3, 3, None, None, None, None), "phq 9 total score: at least 15"),
        ("audit", (4, 4, 4, 4, *[None] * 6), "audit total score: at least 16"),
        ("phq_9", (1, 1, 1, None, None, None, None, None, None), None),
    ],
)
def test_a_score_of_which_answers_are_open_counts_by_what_it_is_at_least(
    instrument: str, answers: tuple[int | None, ...], told: str | None
) -> None:
    found = of_scores(screened(instrument, answers=answers))

    assert found == ([f"{told} (2026-01-04)"] if told else [])


def test_a_low_score_of_which_answers_are_open_counts_by_what_it_is_at_most() -> None:
    numbers = [item.number for item in INSTRUMENTS["bam"].items]
    protective = {item.number for item in INSTRUMENTS["bam"].scale("protective").items}
    known = sorted(protective, key=int)[:3]  # all three answered with 0
    answers = tuple(0 if number in known else None for number in numbers)

    (risk,) = [
        risk
        for risk in recorded_risks(somebody(screenings=(screened("bam", answers=answers),)), on=ON)
        if risk.fact.name == "bam_protective_score"
    ]
    assert (risk.value, risk.bound) == (12, Bound.AT_MOST)


def test_a_newer_screening_that_says_nothing_of_a_scale_hides_no_older_one() -> None:
    grave = screened("phq_9", scores=(Score("total", 25),))

    told = ["phq 9 total score: 25 (2026-01-04)"]
    assert of_scores(grave, screened("phq_9", 5)) == told
    assert of_scores(grave, screened("phq_9", 5, scores=(Score("self_harm", 0),))) == told
    assert of_scores(grave, screened("phq_9", 5, scores=(Score("total", 3),))) == []


def test_of_several_findings_of_one_day_the_worst_is_told() -> None:
    ratings = [found(ratings=(DimensionRating(3, risk),)) for risk in (3, 4)]
    homes = [found(living_environment=home) for home in list(LivingEnvironment)[1::-1]]
    screens = tuple(screened("phq_9", scores=(Score("total", n),)) for n in (16, 21))

    assert words(recorded_risks(somebody(*ratings, *homes, screenings=screens), on=ON)) == [
        "third edition dimension 3 risk: 4 (2026-01-03)",
        "living environment: unsafe (2026-01-03)",
        "phq 9 total score: 21 (2026-01-04)",
    ]


def test_each_scale_of_each_instrument_can_speak_of_risk() -> None:
    assert set(_SCORES) == {(i.name, s.name) for i in INSTRUMENTS.values() for s in i.scales}


@pytest.mark.parametrize("name", ["score", "severity_band", "screen_band"])
def test_a_score_that_made_a_difference_is_judged_whether_as_score_or_band(name: str) -> None:
    fact = FACTS[f"phq_9_total_{name}"]
    worst = {"score": 20, "severity_band": "severe", "screen_band": "positive"}[name]
    rule = ~fact.at_least(worst)
    patient = somebody(screenings=(screened("phq_9", scores=(Score("total", 22),)),))

    assert policy(rule).decide(patient, on=ON).unjudged == ()
    other = ~(FACTS["phq_9_self_harm_score"] >= 1)
    assert len(policy(other).decide(patient, on=ON).unjudged or ()) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("phq_9_total_score", 25),
        ("phq_9_total_screen_band", "positive"),
        ("c_ssrs_risk_score", 3),
        ("bam_protective_score", 0),
        ("bam_protective_cut_off_band", "significant"),
        ("ciwa_ar_total_asam_2020_band", "severe"),
        ("audit_c_total_men_band", "positive"),
    ],
)
def test_a_sheet_tells_scores_and_bands_of_every_set(name: str, value: Any) -> None:
    sheet = FactSheet.of(FACTS.values(), {"age": 40, name: value}, on=ON)
    (risk,) = policy(FACTS["age"] >= 18).decide_sheet(sheet).unjudged or ()

    assert (risk.fact.name, risk.value, risk.on) == (name, value, None)


def test_a_sheet_with_score_and_bands_tells_the_scale_once() -> None:
    values: dict[str, Scalar | None] = {
        "age": 40,
        "phq_9_total_score": 25,
        "phq_9_total_severity_band": "severe",
    }
    sheet = FactSheet.of(FACTS.values(), values, on=ON)

    assert len(policy(FACTS["age"] >= 18).decide_sheet(sheet).unjudged or ()) == 1


# What has judged a fact.

FEW = FACTS["needed_hours_per_week"] < 9


@pytest.mark.parametrize(
    "rule",
    [
        FEW | FACTS["suicidal_ideation"].equals(False),
        FACTS["suicidal_ideation"].is_known,
        FACTS["suicidal_ideation"].equals(True) | FACTS["suicidal_ideation"].equals(False),
    ],
    ids=["settled by another", "only asked whether known", "whatever it is"],
)
def test_a_fact_that_made_no_difference_was_not_judged(rule: Predicate) -> None:
    decision = policy(rule).decide(somebody(found(suicidal_ideation=True)), on=ON)

    assert decision.verdict is Truth.YES
    assert words(decision.unjudged or ()) == ["suicidal ideation: true (2026-01-03)"]
    assert "ELIGIBLE" not in decision_text(decision)


def test_findings_that_disagree_were_judged_by_no_rule() -> None:
    both = somebody(found(dangerous=True), found(dangerous=False))
    decision = policy(FEW | FACTS["dangerous"].equals(False)).decide(both, on=ON)

    assert words(decision.unjudged or ()) == ["dangerous: true (2026-01-03)"]


def test_a_rule_that_is_too_complex_to_look_into_has_judged_nothing() -> None:
    many = AtLeast(600, (FACTS["benefit_likely"].equals(True),) * 1200)
    rule = FACTS["suicidal_ideation"].equals(False) | many
    with pytest.raises(TooComplexError):
        evidence(rule, {})
    decision = policy(rule).decide(
        somebody(found(suicidal_ideation=True, benefit_likely=True)), on=ON
    )

    assert words(decision.unjudged or ()) == ["suicidal ideation: true (2026-01-03)"]


def test_severity_and_other_disorders_are_told_and_hold_no_placement_back() -> None:
    disorders = (SubstanceUseDisorder(Substance.ALCOHOL, 11), MentalDisorder("F33.2"))
    placement = placed(somebody(diagnoses=disorders))

    assert words(placement.not_judged) == [
        "use disorder severity: severe",
        "has other mental disorder: true",
    ]
    assert placement.level == LevelOfCare("1")
    moderate = somebody(diagnoses=(SubstanceUseDisorder(Substance.ALCOHOL, 5),))
    assert placed(moderate).not_judged == ()


def test_of_two_findings_of_one_day_that_disagree_the_grave_one_is_told() -> None:
    patient = somebody(found(suicidal_ideation=False), found(suicidal_ideation=True))

    assert words(recorded_risks(patient, on=ON)) == ["suicidal ideation: true (2026-01-03)"]


def test_a_newer_finding_takes_the_place_of_a_grave_one() -> None:
    newer = Assessment(date(2026, 1, 5), suicidal_ideation=False)

    assert recorded_risks(somebody(found(suicidal_ideation=True), newer), on=ON) == ()


@pytest.mark.parametrize(
    ("fact", "value"),
    [(FACTS["dangerous"], False), (FACTS["dangerous"], "yes"), (FACTS["age"], 40)],
    ids=["harmless", "of another kind", "no fact of risk"],
)
def test_a_recorded_risk_speaks_of_risk(fact: Fact[Patient, Any], value: Any) -> None:
    with pytest.raises(InvalidError) as caught:
        RecordedRisk(fact, value)
    assert str(caught.value).splitlines() == [
        "recorded risk: 1 problem",
        "  value: expected one that speaks of risk, found another",
    ]


# Decisions.


def test_severe_and_unstable_is_told_beside_a_yes_of_suitability() -> None:
    patient = somebody(
        found(
            benefit_likely=True,
            acute_withdrawal=False,
            medical_conditions_manageable=True,
            living_environment=LivingEnvironment.SUPPORTIVE,
            able_to_participate=True,
            co_occurring_stable=False,
            health_stable=False,
        ),
        diagnoses=(SubstanceUseDisorder(Substance.OPIOIDS, 10), MentalDisorder("F33.2")),
    )
    decision = find_policy("iop-suitability").decide(patient, on=ON)

    assert decision.verdict is Truth.YES
    assert decision.unjudged == ()
    told = (
        "very criterion of this policy is met; against it: severe disorder, co occurring unstable."
    )
    markdown = decision_markdown(decision).replace("\\", "")
    for text in (decision_text(decision), decision_html(decision), markdown):
        assert told in flat(text)
        assert "eligible" not in text.casefold()
        assert "against: Health or conditions beside the use disorder are not stable." in flat(text)
        assert "health stable: false (idle, found 2026-01-03)" in flat(text)


def test_what_a_no_did_not_judge_is_listed_below_it() -> None:
    decision = policy(FACTS["age"] < 18).decide(somebody(found(health_stable=False)), on=ON)

    for text in (decision_text(decision), decision_html(decision), decision_markdown(decision)):
        assert "Recorded and not judged:" in text
        assert "health stable: false" in text


def test_a_decision_names_each_unjudged_fact_once_and_none_of_later() -> None:
    decision = policy(FACTS["age"] >= 18).decide(somebody(), on=ON)
    risk = RecordedRisk(FACTS["dangerous"], value=True, on=ON)
    assert evolve(decision, unjudged=(risk,)).unjudged == (risk,)

    with pytest.raises(InvalidError, match="each fact once"):
        evolve(decision, unjudged=(risk, risk))
    with pytest.raises(InvalidError, match="found by the day"):
        evolve(decision, unjudged=(evolve(risk, on=date(2026, 1, 13)),))


def test_a_sheet_tells_the_risks_that_it_holds() -> None:
    asked = [FACTS["age"], FACTS["health_stable"]]
    sheet = read_facts(asked, somebody(found(health_stable=False)), on=ON)

    assert words(policy(FACTS["age"] >= 18).decide_sheet(sheet).unjudged) == [
        "health stable: false"
    ]


def test_a_fact_of_ones_own_with_a_shipped_name_is_no_shipped_one() -> None:
    own = Fact[Patient, float]("health_stable", Number(0, 9), "Ours.", lambda _p, _d: 0.0)
    sheet = FactSheet.of([own, FACTS["age"]], {"health_stable": 0.0}, on=ON)

    assert policy(FACTS["age"] >= 18).decide_sheet(sheet).unjudged == ()
    patient = somebody(found(health_stable=False))
    assert len(policy(own < 1).decide(patient, on=ON).unjudged or ()) == 1
    decision = policy(own < 1).decide(patient, on=ON)
    facts = {"health_stable": own}
    assert from_json(Decision, to_json(decision), facts=facts) == decision


def decisive(decision: Decision) -> set[str]:
    """Names of the facts of which another value would have changed a criterion."""
    return {
        seen.fact.name
        for result in decision.results
        for seen in result.evidence
        if seen.role is Role.DECISIVE
    }


def texts_of(decision: Decision) -> tuple[str, ...]:
    return (
        decision_text(decision),
        decision_html(decision),
        decision_markdown(decision).replace("\\", ""),
        to_json(decision).replace("_", " "),
    )


@settings(max_examples=4 * settings().max_examples)
@given(one=st.sampled_from(POLICIES), patient=patients())
def test_no_text_of_a_policy_speaks_without_naming_what_it_did_not_judge(
    one: Policy, patient: Patient
) -> None:
    on = date(2026, 6, 1)
    # Some have ended by then.
    decision = one.decide(patient, on=on, assume_in_force=True)
    judged = decisive(decision)

    # The criteria alone decide, and what contradicts itself is not known.
    asked = one.predicate(on=on, assume_in_force=True)
    values = read_consistent({*facts_in(asked)}, patient, on=on).values()
    assert decision.verdict is evaluate(asked, values)
    for name in by_hand(patient, on, judged):
        for text in texts_of(decision):
            assert name.replace("_", " ") in flat(text), name
    if decision.unjudged and decision.verdict is Truth.YES:
        assert "eligible" not in decision_text(decision).casefold().split("not judged here")[0]


@pytest.mark.parametrize("ladder", LADDERS, ids=lambda ladder: ladder.name)
@given(patient=patients())
def test_no_placement_is_an_answer_without_naming_what_it_did_not_judge(
    ladder: Ladder, patient: Patient
) -> None:
    on = date(2026, 6, 1)
    placement = place(ladder, patient, on=on)

    last = placement.results[-1]
    rung = next(rung for rung in ladder.rungs if rung.level == last.level)
    unread = by_hand(patient, on, decisive(last.decision) | {fact.name for fact in rung.meets})
    for name in unread:
        for text in (placement_text(placement), to_json(placement).replace("_", " ")):
            assert name.replace("_", " ") in flat(text), name
    if unread - {"use_disorder_severity", "has_other_mental_disorder"}:
        assert placement.verdict is not Truth.YES or last.level.number == "4"


# Placement.


def test_recorded_danger_is_never_answered_with_a_level() -> None:
    ratings = tuple(DimensionRating(n, 4) for n in (1, 3, 6))
    patient = somebody(
        found(
            ratings=ratings,
            acute_withdrawal=True,
            withdrawal_manageable=False,
            suicidal_ideation=True,
            living_environment=LivingEnvironment.UNSAFE,
            needs=frozenset({Need.WITHDRAWAL_MANAGEMENT, Need.AROUND_THE_CLOCK_SUPPORT}),
        )
    )
    placement = placed(patient)

    assert placement.level is placement.not_excluded is None
    assert placement.verdict is Truth.UNKNOWN
    assert placement.stopped_at == LevelOfCare("1")
    text = flat(placement_text(placement))
    assert (
        "STOPPED at level 1, Outpatient Services: recorded facts contradict each other; not "
        "judged: acute withdrawal: true (2026-01-03);"
    ) in text
    assert "needs support around the clock, and does not need care around the clock" in text
    assert "dimension 1 risk: 4 (2026-01-03)" in text
    for each in ("dimension 3 risk: 4", "dimension 6 risk: 4", "suicidal ideation: true"):
        assert each in text
    for each in ("withdrawal manageable: false", "environment: unsafe", "support: true"):
        assert each in text


@pytest.mark.parametrize("risk", [2, 3])
def test_both_sides_of_a_rating_that_holds_a_level_back(risk: int) -> None:
    placement = placed(somebody(found(ratings=(DimensionRating(5, risk),))))

    assert placement.not_excluded == LevelOfCare("1")
    assert placement.level == (LevelOfCare("1") if risk == 2 else None)


@pytest.mark.parametrize(
    ("findings", "number"),
    [({}, "3.5"), ({"needs_24_hour_care": True, "needs_medical_monitoring": True}, "3.7")],
)
def test_danger_stands_unjudged_beside_the_residential_levels(
    findings: dict[str, Any], number: str
) -> None:
    placement = placed(somebody(found(dangerous=True, **findings)))

    assert placement.stopped_at == placement.not_excluded == LevelOfCare(number)
    assert words(placement.not_judged) == ["dangerous: true (2026-01-03)"]


def test_level_4_stays_the_answer_and_names_what_was_not_judged() -> None:
    patient = somebody(
        found(needs_24_hour_care=True, needs_medical_management=True, suicidal_ideation=True)
    )
    placement = placed(patient)

    assert placement.level == LevelOfCare("4")
    assert "LEVEL 4, MEDICALLY MANAGED INTENSIVE INPATIENT is the" in placement_text(placement)
    assert "suicidal ideation: true (2026-01-03)" in flat(placement_text(placement))


def test_a_level_meets_a_need_that_it_is_there_for() -> None:
    day = found(needs_24_hour_care=True, needs=frozenset({Need.AROUND_THE_CLOCK_SUPPORT}))
    assert placed(somebody(day)).level == LevelOfCare("3.5")

    medical = found(
        needs_24_hour_care=True,
        needs_medical_monitoring=True,
        needs=frozenset({Need.MEDICAL_CARE}),
    )
    assert placed(somebody(medical)).level == LevelOfCare("3.7")


def test_the_last_level_of_a_ladder_is_not_the_last_there_is() -> None:
    rung = Rung(LevelOfCare("2.5"), policy(FACTS["age"] >= 18))
    patient = somebody(found(suicidal_ideation=True))

    assert place(Ladder("own", "Own", (rung,)), patient, on=ON).level is None


def test_a_limit_on_every_dimension_has_judged_every_rating() -> None:
    limits = {LevelOfCare("2.1"): (1, 1, 1, 1, 4, 1), LevelOfCare("3.5"): (2, 2, 2, 2, 4, 2)}
    ladder = dimension_ladder("own", "Own", limits, since=date(2020, 1, 1), source=OWN)
    ratings = tuple(DimensionRating(n, 4 if n == 5 else 1) for n in range(1, 7))

    placement = place(ladder, somebody(found(ratings=ratings)), on=ON)
    assert placement.level == LevelOfCare("2.1")
    unrated = place(ladder, somebody(found(ratings=ratings[:4] + ratings[5:])), on=ON)
    assert unrated.level == LevelOfCare("2.1")


@pytest.mark.parametrize(("edition", "number"), [(Edition.THIRD, "4"), (Edition.FOURTH, "4.0")])
def test_each_edition_has_a_most_intensive_level(edition: Edition, number: str) -> None:
    assert most_intensive(edition) == LevelOfCare(number, edition)


def test_the_json_of_a_placement_has_what_was_not_judged() -> None:
    document = to_document(placed(somebody(found(suicidal_ideation=True))))

    assert json.dumps(document["not_judged"]) == (
        '[{"fact": "suicidal_ideation", "value": true, "on": "2026-01-03"}]'
    )
    assert document["level"] is None
    assert document["not_excluded"] == {"number": "1"}
