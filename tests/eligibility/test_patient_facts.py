"""The shipped facts: which there are, of which kinds, and that each can be read."""

import pickle
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from attrs import fields
from hypothesis import given

from iopkit.eligibility import (
    FACTS,
    NEVER,
    AnyFact,
    Choice,
    Number,
    Possible,
    Scalar,
    Worse,
    YesNo,
    read_facts,
)
from iopkit.eligibility.kinds import Kind
from iopkit.eligibility.patient_facts import GROUPS
from iopkit.eligibility.possible import is_of_kind
from iopkit.levels import AgeGroup, Edition, LevelOfCare
from iopkit.needs import Need
from iopkit.patients import (
    INSTRUMENTS,
    Approval,
    Assessment,
    Consent,
    Coverage,
    DimensionRating,
    EntryRoute,
    Expiry,
    LivingEnvironment,
    MentalDisorder,
    MinimumLevel,
    Obligation,
    ObligationKind,
    OpioidMedication,
    Outcome,
    Patient,
    Payer,
    Purpose,
    Score,
    Screening,
    Substance,
    SubstanceUseDisorder,
    Support,
    Treatment,
)
from iopkit.sources import Grade
from iopkit.strategies import days, patients
from iopkit.windows import WeeklyWindows

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
ON = date(2026, 1, 5)
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


# Each fact once more, written down by hand: the values that it can have, and what it says of a
# record or two that no other fact says.

ZERO_TO_FOUR = Number(0, 4, whole=True)
SPAN_OF_DATES = Number(0, 4_000_000, "days", whole=True)
MONTHS = Number(0, 200_000, "months", whole=True, never=True)
MANY = Number(0, 999_999, "units", whole=True)
HOURS = Number(0, 999_999, "hours")
SCORES = {
    ("audit", "total"): 40,
    ("audit_c", "total"): 12,
    ("dast_10", "total"): 10,
    ("ciwa_ar", "total"): 67,
    ("cows", "total"): 48,
    ("phq_9", "total"): 27,
    ("phq_9", "self_harm"): 3,
    ("gad_7", "total"): 21,
    ("c_ssrs", "risk"): 3,
    ("bam", "use"): 12,
    ("bam", "risk"): 24,
    ("bam", "protective"): 24,
}
LEVELS = ("1.0", "1.5", "1.7", "2.1", "2.5", "2.7", "3.1", "3.5", "3.7", "4.0")
THREE, SCREENED = ("mild", "moderate", "severe"), ("negative", "positive")
RISING = {
    "use_disorder_severity": ("none", *THREE),
    "living_environment": (
        *("unsafe", "unsupportive", "safe_at_night", "partly_supportive", "supportive"),
    ),
    **{f"fourth_edition_dimension_{n}_minimum_level": LEVELS for n in range(1, 6)},
    "audit_total_zones_band": ("zone_1", "zone_2", "zone_3", "zone_4"),
    **{f"audit_c_total_{sex}_band": SCREENED for sex in ("men", "women")},
    "dast_10_total_problems_band": ("none", "low", "moderate", "substantial", "severe"),
    **{f"ciwa_ar_total_{by}_band": THREE for by in ("asam_2020", "review", "wikipedia")},
    "ciwa_ar_total_time_of_care_band": ("minimal", *THREE),
    "cows_total_severity_band": ("none", "mild", "moderate", "moderately_severe", "severe"),
    "phq_9_total_severity_band": ("minimal", "mild", "moderate", "moderately_severe", "severe"),
    **{f"{name}_total_screen_band": SCREENED for name in ("phq_9", "gad_7")},
    "phq_9_self_harm_follow_up_band": ("not_indicated", "indicated"),
    "gad_7_total_severity_band": ("minimal", *THREE),
    "c_ssrs_risk_triage_band": ("none", "low", "moderate", "high"),
    **{f"bam_{scale}_cut_off_band": ("below", "significant") for scale in ("use", "risk")},
    "bam_protective_cut_off_band": ("significant", "above"),
}
KINDS: dict[str, Kind] = {
    "age": Number(0, 130, "years", whole=True),
    **dict.fromkeys(("free_hours_per_week", "needed_hours_per_week"), Number(0, 168, "hours")),
    "prior_treatment_episodes": Number(0, 999_999, whole=True),
    "days_since_24_hour_care": Number(0, 4_000_000, "days", whole=True, never=True),
    **{f"months_since_unsuccessful_treatment_{at}_2_1": MONTHS for at in ("below", "at", "above")},
    **{f"third_edition_dimension_{n}_risk": ZERO_TO_FOUR for n in range(1, 7)},
    **{f"level_2_{n}_approval_days_left": SPAN_OF_DATES for n in (1, 5)},
    **{f"level_2_{n}_approved_units": MANY for n in (1, 5)},
    **{f"level_2_{n}_approved_hours": HOURS for n in (1, 5)},
    **{f"{'_'.join(of)}_score": Number(0, most, whole=True) for of, most in SCORES.items()},
    **{name: Choice(options, ordered=True) for name, options in RISING.items()},
    "remission": Choice(("not_in_remission", "early", "sustained", "no_disorder")),
    "last_treatment_outcome": Choice(
        ("none", "completed", "left", "transferred", "discharged", "other")
    ),
    "opioid_medication": Choice(("none", "methadone", "buprenorphine", "naltrexone")),
    "entry": Choice(("primary", "step_down", "step_up")),
    "age_group": Choice(("adult", "adolescent")),
}


def test_each_fact_has_the_values_bounds_and_unit_of_its_own() -> None:
    assert {name: fact.kind for name, fact in FACTS.items()} == {
        **dict.fromkeys(FACTS, YesNo()),
        **KINDS,
    }


Example = tuple[Patient, Scalar]


def record(**known: Any) -> Patient:
    return Patient(key=KEY, **known)


def assessed(**found: Any) -> Patient:
    return record(assessments=(Assessment(ON, **found),))


def disordered(*substances: Substance, **known: Any) -> Patient:
    return record(diagnoses=tuple(SubstanceUseDisorder(one, 5, **known) for one in substances))


def screened(instrument: str, scale: str, score: int) -> Patient:
    return record(screenings=(Screening(instrument, ON, scores=(Score(scale, score),)),))


def treated(*levels: str, outcome: Outcome = Outcome.COMPLETED) -> Patient:
    ended = ON - timedelta(days=70)
    start = ended - timedelta(days=20)
    episodes = (Treatment(LevelOfCare(level), start, ended, outcome) for level in levels)
    return record(treatments=tuple(episodes))


AUNT = Support(joins_family_sessions=True, recipient="the aunt")


def consenting(purpose: Purpose, recipient: str, *supports: Support) -> Patient:
    consent = Consent(
        discloser="the clinic",
        information="attendance",
        recipients=(recipient,),
        purposes=frozenset({purpose}),
        told_of_right_to_revoke=True,
        told_of_redisclosure=True,
        expiry=Expiry.DATE,
        end=ON + timedelta(days=30),
        signed=ON,
    )
    return record(supports=supports, consents=(consent,))


def approved(level: str) -> Patient:
    lasting = timedelta(days=9)
    approval = Approval(
        level=LevelOfCare(level), units=12, time=timedelta(hours=27.5), start=ON, end=ON + lasting
    )
    return record(approvals=(approval,))


MORNINGS = WeeklyWindows.of("monday 08:00-12:00", "friday 09:00-12:30")
DEPRESSED = record(diagnoses=(MentalDisorder("F33.1"),))
# The scores on both sides of which bands of one scale differ.
BANDS: dict[tuple[str, str, str], tuple[tuple[int, str], ...]] = {
    ("audit", "total", "zones"): ((17, "zone_3"),),
    ("audit_c", "total", "men"): ((3, "negative"), (4, "positive")),
    ("audit_c", "total", "women"): ((2, "negative"), (3, "positive")),
    ("dast_10", "total", "problems"): ((7, "substantial"),),
    ("ciwa_ar", "total", "asam_2020"): (
        (9, "mild"),
        (10, "moderate"),
        (18, "moderate"),
        (19, "severe"),
    ),
    ("ciwa_ar", "total", "review"): (
        (7, "mild"),
        (8, "moderate"),
        (15, "moderate"),
        (16, "severe"),
    ),
    ("ciwa_ar", "total", "time_of_care"): (
        (8, "minimal"),
        (9, "mild"),
        (20, "moderate"),
        (21, "severe"),
    ),
    ("ciwa_ar", "total", "wikipedia"): (
        (10, "mild"),
        (11, "moderate"),
        (15, "moderate"),
        (16, "severe"),
    ),
    ("cows", "total", "severity"): ((25, "moderately_severe"),),
    ("phq_9", "total", "severity"): ((14, "moderate"), (15, "moderately_severe")),
    ("phq_9", "total", "screen"): ((9, "negative"), (10, "positive")),
    ("phq_9", "self_harm", "follow_up"): ((0, "not_indicated"), (1, "indicated")),
    ("gad_7", "total", "severity"): ((4, "minimal"), (9, "mild")),
    ("gad_7", "total", "screen"): ((9, "negative"), (10, "positive")),
    ("c_ssrs", "risk", "triage"): ((2, "moderate"),),
    ("bam", "use", "cut_off"): ((0, "below"), (1, "significant")),
    ("bam", "risk", "cut_off"): ((11, "below"), (12, "significant")),
    ("bam", "protective", "cut_off"): ((12, "significant"), (13, "above")),
}
JUDGED = set(FACTS) & {field.name for field in fields(Assessment) if field.type == bool | None}
EXAMPLES: dict[str, tuple[Example, ...]] = {
    "age": ((record(birth_date=date(1990, 3, 4)), 35),),
    "free_hours_per_week": ((record(availability=MORNINGS, obligations=()), 7.5),),
    "works_or_studies": tuple(
        (record(obligations=(Obligation(kind),)), True)
        for kind in (ObligationKind.WORK, ObligationKind.SCHOOL)
    ),
    "cares_for_others": ((record(obligations=(Obligation(ObligationKind.CAREGIVING),)), True),),
    "support_joins_family_sessions": ((record(supports=(AUNT,)), True),),
    "support_joins_with_consent": (
        (consenting(Purpose.FAMILY_INVOLVEMENT, "the aunt", AUNT), True),
        (consenting(Purpose.FAMILY_INVOLVEMENT, "the uncle", AUNT), False),
        (consenting(Purpose.PAYMENT, "the aunt", AUNT), False),
    ),
    **{
        f"covered_by_{payer.value}": ((record(coverages=(Coverage(payer, start=ON),)), True),)
        for payer in Payer
    },
    **{f"consent_to_{each.value}": ((consenting(each, "the aunt"), True),) for each in Purpose},
    "has_diagnosis": ((DEPRESSED, True), (disordered(Substance.OPIOIDS), True)),
    "has_other_mental_disorder": ((DEPRESSED, True), (disordered(Substance.OPIOIDS), False)),
    "has_substance_use_disorder": tuple(
        (disordered(one), one is not Substance.TOBACCO) for one in Substance
    ),
    **{
        f"has_{name}_use_disorder": tuple((disordered(one), one is its) for one in Substance)
        for name, its in (("opioid", Substance.OPIOIDS), ("alcohol", Substance.ALCOHOL))
    },
    "use_disorder_severity": ((disordered(Substance.CANNABIS, Substance.TOBACCO), "moderate"),),
    "remission": ((disordered(Substance.CANNABIS, symptom_free_since=date(2025, 9, 1)), "early"),),
    "prior_treatment_episodes": ((treated("1", "2.1", "2.5"), 3),),
    "last_treatment_outcome": ((treated("1", outcome=Outcome.TRANSFERRED), "transferred"),),
    "just_completed_24_hour_care": ((treated("3.1"), True), (treated("2.5"), False)),
    "days_since_24_hour_care": ((treated("3.1"), 70),),
    **{
        f"months_since_unsuccessful_treatment_{at}_2_1": (
            (treated(level, outcome=Outcome.LEFT), 2),
            (treated(level), NEVER),
        )
        for at, level in (("below", "1"), ("at", "2.1"), ("above", "2.5"))
    },
    **{
        name: ((assessed(**{name: True}), True), (assessed(**{name: False}), False))
        for name in JUDGED
    },
    "needed_hours_per_week": ((assessed(needed_per_week=timedelta(hours=9.5)), 9.5),),
    "opioid_medication": ((assessed(opioid_medication=OpioidMedication.METHADONE), "methadone"),),
    "living_environment": (
        (assessed(living_environment=LivingEnvironment.SAFE_AT_NIGHT), "safe_at_night"),
    ),
    "entry": ((assessed(entry=EntryRoute.STEP_DOWN), "step_down"),),
    "age_group": ((assessed(age_group=AgeGroup.ADOLESCENT), "adolescent"),),
    **{
        f"needs_{need.value}": (
            (assessed(needs=frozenset({need})), True),
            (assessed(needs=frozenset(Need) - {need}), False),
        )
        for need in Need
    },
    **{
        f"third_edition_dimension_{n}_risk": ((assessed(ratings=(DimensionRating(n, 3),)), 3),)
        for n in range(1, 7)
    },
    **{
        f"fourth_edition_dimension_{n}_minimum_level": (
            (
                assessed(
                    edition=Edition.FOURTH,
                    minimum_levels=(MinimumLevel(n, LevelOfCare("2.7", Edition.FOURTH)),),
                ),
                "2.7",
            ),
        )
        for n in range(1, 6)
    },
    **{
        f"level_{level.replace('.', '_')}_{name}": ((approved(level), said),)
        for level in ("2.1", "2.5")
        for name, said in (
            *(("approved", True), ("approval_days_left", 9)),
            *(("approved_units", 12), ("approved_hours", 27.5)),
        )
    },
    **{f"{'_'.join(of)}_score": ((screened(*of, 2), 2),) for of in SCORES},
    **{
        f"{'_'.join(of)}_band": tuple((screened(*of[:2], score), band) for score, band in each)
        for of, each in BANDS.items()
    },
}


def test_each_fact_is_read_by_its_own_reader_and_no_other_would_do() -> None:
    def said(fact: AnyFact, examples: Iterable[Example]) -> list[object]:
        read = [fact.read(patient, ON) for patient, _ in examples]
        return [value.plain if isinstance(value, Possible) else value for value in read]

    assert set(EXAMPLES) == set(FACTS)
    for name, examples in EXAMPLES.items():
        wanted = [value for _, value in examples]
        readers = [each for each, fact in FACTS.items() if said(fact, examples) == wanted]
        assert readers == [name]


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
