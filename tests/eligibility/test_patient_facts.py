"""The shipped facts: which there are, of which kinds, and that each can be read."""

import pickle
from datetime import date
from uuid import UUID

import pytest
from attrs import fields
from hypothesis import given

from iopkit.eligibility import FACTS, AnyFact, Choice, Number, Possible, Worse, read_facts
from iopkit.eligibility.patient_facts import GROUPS
from iopkit.eligibility.possible import is_of_kind
from iopkit.needs import Need
from iopkit.patients import INSTRUMENTS, Assessment, Patient
from iopkit.sources import Grade
from iopkit.strategies import days, patients

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
PURPOSES = (
    *("treatment", "payment", "operations", "family_involvement"),
    *("employment", "legal_proceedings", "research", "other"),
)
OF_THE_PATIENT = {
    *("age", "free_hours_per_week", "works_or_studies", "cares_for_others"),
    *("has_diagnosis", "has_substance_use_disorder", "has_opioid_use_disorder"),
    *("use_disorder_severity", "remission"),
    *("prior_treatment_episodes", "last_treatment_outcome"),
    *(f"months_since_unsuccessful_treatment_{at}_2_1" for at in ("below", "at", "above")),
    *("just_completed_24_hour_care", "days_since_24_hour_care"),
    *(f"covered_by_{p}" for p in ("medicare", "medicaid", "commercial", "military")),
    *("covered_by_self_pay", "covered_by_other"),
    *("has_alcohol_use_disorder", "has_other_mental_disorder"),
    *("support_joins_family_sessions", "support_joins_with_consent"),
    *(f"consent_to_{purpose}" for purpose in PURPOSES),
}
OF_APPROVALS = {
    *("level_2_1_approved", "level_2_1_approval_days_left"),
    *("level_2_1_approved_units", "level_2_1_approved_hours"),
    *("level_2_5_approved", "level_2_5_approval_days_left"),
    *("level_2_5_approved_units", "level_2_5_approved_hours"),
}
OF_INSTRUMENTS = {
    *("audit_total_score", "audit_total_zones_band"),
    *("audit_c_total_score", "audit_c_total_men_band", "audit_c_total_women_band"),
    *("dast_10_total_score", "dast_10_total_problems_band"),
    *("ciwa_ar_total_score", "ciwa_ar_total_asam_2020_band", "ciwa_ar_total_review_band"),
    *("ciwa_ar_total_time_of_care_band", "ciwa_ar_total_wikipedia_band"),
    *("cows_total_score", "cows_total_severity_band"),
    *("phq_9_total_score", "phq_9_total_severity_band", "phq_9_total_screen_band"),
    *("phq_9_self_harm_score", "phq_9_self_harm_follow_up_band"),
    *("gad_7_total_score", "gad_7_total_severity_band", "gad_7_total_screen_band"),
    *("c_ssrs_risk_score", "c_ssrs_risk_triage_band"),
    *("bam_use_score", "bam_use_cut_off_band", "bam_risk_score", "bam_risk_cut_off_band"),
    *("bam_protective_score", "bam_protective_cut_off_band"),
}


TRUE_IS_WORSE = {
    *("needs_24_hour_care", "needs_inpatient_otherwise", "needs_more_than_otp_services"),
    *("needs_medical_monitoring", "needs_medical_management"),
    *("acute_withdrawal", "suicidal_ideation", "dangerous"),
    *("needs_withdrawal_management", "needs_around_the_clock_support", "needs_medical_care"),
    *("needs_psychiatric_care", "needs_housing"),
}
FALSE_IS_WORSE = {
    *("withdrawal_manageable", "medical_conditions_manageable"),
    *("health_stable", "co_occurring_stable"),
    *("able_to_participate", "recognizes_disorder", "committed_to_recovery"),
    *("support_adequate", "has_transport"),
}
LOW_IS_WORSE = {"living_environment", "bam_protective_score", "bam_protective_cut_off_band"}
HIGH_IS_WORSE = {
    *("use_disorder_severity", *OF_INSTRUMENTS - LOW_IS_WORSE),
    *(f"third_edition_dimension_{number}_risk" for number in range(1, 7)),
    *(f"fourth_edition_dimension_{number}_minimum_level" for number in range(1, 6)),
}


def test_each_fact_says_which_of_its_values_are_worse() -> None:
    declared = {name: fact.worse for name, fact in FACTS.items() if fact.worse}
    assert declared == {
        **dict.fromkeys(TRUE_IS_WORSE | HIGH_IS_WORSE, Worse.HIGHER),
        **dict.fromkeys(FALSE_IS_WORSE | LOW_IS_WORSE, Worse.LOWER),
    }


def test_every_fact_is_filed_under_its_name_and_explained() -> None:
    recorded = {field.name for field in fields(Assessment)}
    recorded -= {"on", "edition", "ratings", "minimum_levels", "needed_per_week", "needs"}
    risks = {f"third_edition_dimension_{number}_risk" for number in range(1, 7)}
    assert {
        *OF_THE_PATIENT,
        *OF_INSTRUMENTS,
        *OF_APPROVALS,
        *("needed_hours_per_week", *recorded),
        *(f"needs_{need.value}" for need in Need),
        *risks,
        *(f"fourth_edition_dimension_{number}_minimum_level" for number in range(1, 6)),
    } == set(FACTS)
    for name, fact in FACTS.items():
        assert fact.name == name
        assert fact.title == name.replace("_", " ")
        assert fact.meaning.endswith(".")


def test_no_two_facts_share_a_name() -> None:
    assert [fact for group in GROUPS.values() for fact in group] == list(FACTS.values())


def test_the_catalogue_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        FACTS["age"] = FACTS["dangerous"]  # type: ignore[index]  # on purpose


def test_what_has_happened_or_is_decided_elsewhere_cannot_be_changed() -> None:
    assert {name for name, fact in FACTS.items() if not fact.changeable} == {
        *("age", "age_group", "pregnant", "court_ordered", "entry"),
        *("has_diagnosis", "has_substance_use_disorder", "has_opioid_use_disorder"),
        *("has_alcohol_use_disorder", "has_other_mental_disorder"),
        *("prior_treatment_episodes", "last_treatment_outcome"),
        *("just_completed_24_hour_care", "days_since_24_hour_care"),
        *(f"months_since_unsuccessful_treatment_{at}_2_1" for at in ("below", "at", "above")),
    }


@pytest.mark.parametrize("fact", FACTS.values(), ids=list(FACTS))
def test_a_fact_survives_pickling(fact: AnyFact) -> None:
    copied = pickle.loads(pickle.dumps(fact))

    assert copied == fact
    assert copied.read == fact.read


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("use_disorder_severity", ("none", "mild", "moderate", "severe")),
        (
            "living_environment",
            ("unsafe", "unsupportive", "safe_at_night", "partly_supportive", "supportive"),
        ),
        (
            "fourth_edition_dimension_5_minimum_level",
            ("1.0", "1.5", "1.7", "2.1", "2.5", "2.7", "3.1", "3.5", "3.7", "4.0"),
        ),
        (
            "phq_9_total_severity_band",
            ("minimal", "mild", "moderate", "moderately_severe", "severe"),
        ),
        ("c_ssrs_risk_triage_band", ("none", "low", "moderate", "high")),
    ],
)
def test_ordered_words_rise(name: str, options: tuple[str, ...]) -> None:
    assert FACTS[name].kind == Choice(options, ordered=True)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("age_group", {"adult", "adolescent"}),
        ("entry", {"primary", "step_down", "step_up"}),
        ("opioid_medication", {"none", "methadone", "buprenorphine", "naltrexone"}),
        ("remission", {"not_in_remission", "early", "sustained", "no_disorder"}),
        (
            "last_treatment_outcome",
            {"none", "completed", "left", "transferred", "discharged", "other"},
        ),
    ],
)
def test_words_without_an_order(name: str, options: set[str]) -> None:
    kind = FACTS[name].kind
    assert isinstance(kind, Choice)
    assert not kind.ordered
    assert set(kind.options) == options


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("audit_total_score", 0, 40),
        ("audit_c_total_score", 0, 12),
        ("dast_10_total_score", 0, 10),
        ("ciwa_ar_total_score", 0, 67),
        ("cows_total_score", 0, 48),
        ("phq_9_total_score", 0, 27),
        ("gad_7_total_score", 0, 21),
        ("bam_use_score", 0, 12),
        ("bam_risk_score", 0, 24),
        ("bam_protective_score", 0, 24),
        ("third_edition_dimension_6_risk", 0, 4),
    ],
)
def test_published_ranges_of_scores(name: str, low: int, high: int) -> None:
    assert FACTS[name].kind == Number(low, high, whole=True)


def test_a_band_has_the_source_of_its_set_and_a_score_that_of_its_instrument() -> None:
    ciwa = INSTRUMENTS["ciwa_ar"]

    assert FACTS["ciwa_ar_total_score"].source == ciwa.source
    for bands in ciwa.scale("total").band_sets:
        assert FACTS[f"ciwa_ar_total_{bands.name}_band"].source == bands.source


def test_a_risk_rating_and_remission_show_the_grade_of_their_sources() -> None:
    for name, grade in (
        ("third_edition_dimension_1_risk", Grade.OFFICIAL),
        ("remission", Grade.SECONDARY),
        ("acute_withdrawal", Grade.SECONDARY),
        ("withdrawal_manageable", Grade.LEGAL_TEXT),
    ):
        source = FACTS[name].source
        assert source is not None
        assert source.grade is grade


@given(patients(), days(date(2024, 1, 1), date(2031, 1, 1)))
def test_every_fact_of_every_patient_is_unknown_or_of_its_kind(patient: Patient, on: date) -> None:
    values = read_facts(FACTS.values(), patient, on=on).values()

    assert list(values) == list(FACTS)
    for name, value in values.items():
        assert is_of_kind(FACTS[name].kind, value)
        assert type(value) in (bool, int, float, str, Possible, type(None)), name


def test_of_a_patient_of_whom_nothing_is_known_no_fact_is_known() -> None:
    values = read_facts(FACTS.values(), Patient(key=KEY), on=date(2026, 1, 5)).values()

    assert set(values.values()) == {None}
