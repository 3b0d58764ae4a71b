"""What is shipped to be weighed for intensive outpatient treatment: each way of each, by hand."""

from collections.abc import Mapping
from datetime import date

import pytest

from iopkit.eligibility import (
    FACTS,
    NEVER,
    Consideration,
    FactSheet,
    Scalar,
    Way,
    evaluate,
)
from iopkit.library import find_ladder, find_policy
from iopkit.library.considerations import IOP_CONSIDERATIONS
from iopkit.reports import decision_text, policy_text
from iopkit.sources import Grade
from iopkit.truth import Truth

ON = date(2026, 1, 30)
Known = Mapping[str, Scalar]
T1, T2, T3 = Grade
NO_WORK: Known = {"works_or_studies": False, "cares_for_others": False}
# Its way, the grade of its source, of whom it holds, and of whom it does not.
TABLE: dict[str, tuple[Way, Grade, tuple[Known, ...], tuple[Known, ...]]] = {
    "moderate_severity": (
        Way.FOR,
        T3,
        ({"use_disorder_severity": "moderate"},),
        tuple({"use_disorder_severity": other} for other in ("none", "mild", "severe")),
    ),
    "severe_disorder": (
        Way.AGAINST,
        T3,
        ({"use_disorder_severity": "severe"},),
        tuple({"use_disorder_severity": other} for other in ("none", "mild", "moderate")),
    ),
    "severity_of_two_diagnoses": (
        Way.HOW,
        T2,
        tuple(
            {"has_other_mental_disorder": True, "use_disorder_severity": severity}
            for severity in ("moderate", "severe")
        ),
        ({"has_other_mental_disorder": False}, {"use_disorder_severity": "mild"}),
    ),
    "step_down": (
        Way.FOR,
        T2,
        (
            {"just_completed_24_hour_care": True, "days_since_24_hour_care": 12},
            {"entry": "step_down"},
        ),
        (
            {"just_completed_24_hour_care": False, "entry": "step_up"},
            {"days_since_24_hour_care": NEVER, "entry": "primary"},
        ),
    ),
    "step_up": (
        Way.FOR,
        T2,
        ({"entry": "step_up"},),
        ({"entry": "step_down"}, {"entry": "primary"}),
    ),
    "little_risk": (
        Way.FOR,
        T2,
        (
            {
                "withdrawal_manageable": True,
                "medical_conditions_manageable": True,
                "co_occurring_stable": True,
            },
        ),
        (
            {"withdrawal_manageable": False},
            {"medical_conditions_manageable": False},
            {"co_occurring_stable": False},
        ),
    ),
    "co_occurring_stable": (
        Way.FOR,
        T2,
        ({"has_other_mental_disorder": True, "co_occurring_stable": True},),
        ({"has_other_mental_disorder": False}, {"co_occurring_stable": False}),
    ),
    "co_occurring_unstable": (
        Way.AGAINST,
        T1,
        ({"co_occurring_stable": False}, {"health_stable": False}),
        ({"co_occurring_stable": True, "health_stable": True},),
    ),
    "co_occurring": (
        Way.HOW,
        T2,
        ({"has_other_mental_disorder": True},),
        ({"has_other_mental_disorder": False},),
    ),
    "medical_needs": (
        Way.AGAINST,
        T1,
        (
            {"needs_medical_monitoring": True},
            {"needs_medical_care": True},
            {"needs_psychiatric_care": True},
        ),
        (
            {
                "needs_medical_monitoring": False,
                "needs_medical_care": False,
                "needs_psychiatric_care": False,
            },
        ),
    ),
    "supportive_home": (
        Way.FOR,
        T2,
        ({"living_environment": "supportive"},),
        tuple(
            {"living_environment": home}
            for home in ("unsafe", "unsupportive", "safe_at_night", "partly_supportive")
        ),
    ),
    "unsupportive_home": (
        Way.AGAINST,
        T2,
        tuple(
            {"living_environment": home}
            for home in ("unsafe", "unsupportive", "safe_at_night", "partly_supportive")
        ),
        ({"living_environment": "supportive"},),
    ),
    "unstable_housing": (
        Way.AGAINST,
        T2,
        ({"needs_housing": True},),
        ({"needs_housing": False},),
    ),
    "recovery_housing": (Way.HOW, T2, ({"needs_housing": True},), ({"needs_housing": False},)),
    "earlier_treatment": (
        Way.HOW,
        T2,
        ({"prior_treatment_episodes": 1}, {"prior_treatment_episodes": 7}),
        ({"prior_treatment_episodes": 0},),
    ),
    "pregnancy": (Way.HOW, T1, ({"pregnant": True},), ({"pregnant": False},)),
    "opioids_without_medication": (
        Way.AGAINST,
        T2,
        ({"has_opioid_use_disorder": True, "opioid_medication": "none"},),
        ({"has_opioid_use_disorder": False}, {"opioid_medication": "methadone"}),
    ),
    "no_transport": (Way.AGAINST, T2, ({"has_transport": False},), ({"has_transport": True},)),
    "work_or_family": (
        Way.FOR,
        T3,
        ({"works_or_studies": True}, {"cares_for_others": True}),
        (NO_WORK,),
    ),
    "flexible_times": (
        Way.HOW,
        T2,
        ({"works_or_studies": True}, {"cares_for_others": True}),
        (NO_WORK,),
    ),
    "court_order": (Way.HOW, T2, ({"court_ordered": True},), ({"court_ordered": False},)),
    "adolescent": (Way.HOW, T2, ({"age": 17},), ({"age": 18},)),
    "telehealth": (
        Way.HOW,
        T2,
        ({"has_telehealth_access": True},),
        ({"has_telehealth_access": False},),
    ),
}
NAMED = {one.name: one for one in IOP_CONSIDERATIONS}


def test_they_stand_in_this_order_and_none_is_left_out() -> None:
    assert [one.name for one in IOP_CONSIDERATIONS] == list(TABLE)


@pytest.mark.parametrize("one", IOP_CONSIDERATIONS, ids=lambda one: one.name)
def test_each_holds_of_whom_it_says_and_of_nobody_else(one: Consideration) -> None:
    way, grade, holding, others = TABLE[one.name]

    assert (one.way, one.source.grade) == (way, grade)
    assert [evaluate(one.predicate, values) for values in holding] == [Truth.YES] * len(holding)
    assert [evaluate(one.predicate, values) for values in others] == [Truth.NO] * len(others)
    assert evaluate(one.predicate, {}) is Truth.UNKNOWN
    # One fact alone settles nothing that takes several.
    for values in holding:
        for name in values:
            fewer = {key: value for key, value in values.items() if key != name}
            assert evaluate(one.predicate, fewer) is Truth.UNKNOWN


def test_the_suitability_policy_and_level_2_1_tell_them_all_and_no_other_level_does() -> None:
    assert find_policy("iop-suitability").considerations == IOP_CONSIDERATIONS
    told = {
        rung.level.number: rung.policy.considerations
        for rung in find_ladder("us-public-rules").rungs
    }
    assert {number for number, some in told.items() if some} == {"2.1"}
    assert told["2.1"] == IOP_CONSIDERATIONS


def test_a_decision_tells_each_that_holds_in_their_order_and_adds_nothing_up() -> None:
    policy = find_policy("iop-suitability")
    values: dict[str, Scalar | None] = {
        "age": 15,
        "has_transport": False,
        "court_ordered": True,
        "use_disorder_severity": "severe",
    }
    decision = policy.decide_sheet(FactSheet.of(FACTS.values(), values, on=ON))

    holding = [one.consideration.name for one in decision.considerations if one.truth is Truth.YES]
    assert holding == ["severe_disorder", "no_transport", "court_order", "adolescent"]
    text = " ".join(decision_text(decision).split())
    places = [text.index(NAMED[name].meaning) for name in holding]
    assert places == sorted(places)
    for word in ("score", "points", "in all", "on balance"):
        assert word not in text


def test_each_stands_in_the_text_of_the_policy_with_its_source_and_grade() -> None:
    text = " ".join(policy_text(find_policy("iop-suitability")).split())

    for one in IOP_CONSIDERATIONS:
        assert f"- {one.way.value}: {one.meaning} " in text
        assert f"({one.source})" in text
