"""What speaks for and against beside the criteria: told in order, and deciding nothing."""

import json
import re
from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

import pytest
from attrs import evolve, fields
from hypothesis import given
from hypothesis import strategies as st

from iopkit.documents import from_json, to_document, to_json
from iopkit.eligibility import (
    FACTS,
    AnyFact,
    AtLeast,
    Consideration,
    Considered,
    Criterion,
    Decision,
    Fact,
    FactSheet,
    Policy,
    Predicate,
    Role,
    Scalar,
    Way,
    YesNo,
    evaluate,
    facts_in,
    read_facts,
)
from iopkit.eligibility.considerations import consider, weighed_facts
from iopkit.errors import InvalidError, TooComplexError
from iopkit.levels import LevelOfCare
from iopkit.needs import Need
from iopkit.patients import Assessment, Patient
from iopkit.placement import Ladder, Placement, Rung, place
from iopkit.reports import (
    decision_html,
    decision_markdown,
    decision_text,
    placement_text,
    policy_text,
)
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.strategies import fact_values, predicates
from iopkit.truth import Truth

ON = date(2026, 2, 9)
KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
OWN = Source("Birch Street Clinic, leaflet 3", Grade.SECONDARY)
PAPER = Source("A study of 80 people in 2019", Grade.OFFICIAL)
ADULT = FACTS["age"] >= 18
STABLE, HEALTHY = FACTS["co_occurring_stable"], FACTS["health_stable"]
IDEATION, HOUSING = FACTS["suicidal_ideation"], FACTS["needs_housing"]
ASKED = (FACTS["age"], STABLE, HEALTHY, IDEATION, FACTS["living_environment"])


def weighed(
    predicate: Predicate, name: str = "own", way: Way = Way.FOR, source: Source = PAPER
) -> Consideration:
    return Consideration(name, f"The words of {name}.", way, predicate, source)


def policy(*considerations: Consideration, asks: Predicate = ADULT) -> Policy:
    criteria: tuple[Criterion, ...] = (Criterion("only", "Only.", asks, OWN),)
    versions = Versions((Dated(date(2020, 1, 1), criteria, OWN),))
    return Policy("birch", "Birch Street Clinic", versions, considerations=considerations)


def decided(
    values: Mapping[str, Scalar | None], *considerations: Consideration, asks: Predicate = ADULT
) -> Decision:
    """A decision by values of the facts that are asked about, and by no others."""
    asked = (asks, *(one.predicate for one in considerations))
    facts = dict.fromkeys(fact for each in asked for fact in facts_in(each))
    known = {fact.name: values.get(fact.name) for fact in facts}
    sheet = FactSheet.of(facts, known, on=ON)
    return policy(*considerations, asks=asks).decide_sheet(sheet)


def flat(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


def texts(decision: Decision) -> tuple[str, ...]:
    markdown = decision_markdown(decision).replace("\\", "")
    return tuple(map(flat, (decision_text(decision), decision_html(decision), markdown)))


@st.composite
def listed(draw: st.DrawFn) -> tuple[Consideration, ...]:
    """Some considerations, of every way."""
    some = draw(st.lists(st.tuples(st.sampled_from(Way), predicates(ASKED)), max_size=4))
    return tuple(weighed(asked, f"number_{n}", way) for n, (way, asked) in enumerate(some))


def test_a_sheet_tells_what_is_recent_to_considerations_too() -> None:
    recent = FACTS["dangerous"].within(days=30).equals(True)
    found = Assessment(ON - timedelta(days=3), dangerous=True)
    who = Patient(KEY, date(1990, 3, 1), assessments=(found,))
    sheet = read_facts((FACTS["age"], FACTS["dangerous"]), who, on=ON)

    for decision in (
        policy(weighed(recent)).decide(who, on=ON),
        policy(weighed(recent)).decide_sheet(sheet),
    ):
        (one,) = decision.considerations
        assert one.truth is Truth.YES, decision.considerations


# What one is.


def test_a_consideration_asks_a_predicate() -> None:
    with pytest.raises(InvalidError, match="predicate: expected a predicate"):
        weighed(STABLE)  # type: ignore[arg-type]  # the mistake in question


def test_a_consideration_is_weighed_by_people_and_has_no_weight() -> None:
    named = {field.name for field in fields(Consideration)}
    assert named == {"name", "meaning", "way", "predicate", "source"}
    assert {field.name for field in fields(Considered)} == {"consideration", "explanation"}
    assert [*Way] == ["for", "against", "how"]


@given(listed(), fact_values(ASKED))
def test_each_is_as_its_predicate_says_and_in_its_place(
    considerations: tuple[Consideration, ...], values: dict[str, Scalar | None]
) -> None:
    found = consider(considerations, FactSheet.of(ASKED, values, on=ON))

    assert tuple(one.consideration for one in found) == considerations
    for one in found:
        asked = one.consideration.predicate
        assert one.truth is evaluate(asked, values)
        assert {seen.fact for seen in one.evidence} == {*facts_in(asked)}


@given(listed(), fact_values(ASKED))
def test_what_may_hold_is_told_with_its_facts(
    considerations: tuple[Consideration, ...], values: dict[str, Scalar | None]
) -> None:
    found = consider(considerations, FactSheet.of(ASKED, values, on=ON))

    told = [one.predicate for one in considerations if evaluate(one.predicate, values) != Truth.NO]
    assert weighed_facts(found) == {fact for asked in told for fact in facts_in(asked)}


def test_it_says_what_was_seen_and_hides_it_from_programmers() -> None:
    (one,) = consider(
        [weighed(STABLE.equals(False))], FactSheet.of([STABLE], {STABLE.name: False}, on=ON)
    )

    assert one.reason == "co occurring stable is false (co occurring stable: false)"
    assert [(seen.fact, seen.value, seen.role) for seen in one.evidence] == [
        (STABLE, False, Role.DECISIVE)
    ]
    assert "alse" not in repr(one)


# In policies.


def test_a_policy_has_each_name_of_a_consideration_once() -> None:
    twice = weighed(ADULT, "same"), weighed(STABLE.equals(True), "same", Way.AGAINST)
    with pytest.raises(
        InvalidError, match=r"considerations: expected each name once, found one twice$"
    ):
        policy(*twice)
    # A criterion and a consideration may have one name.
    assert policy(weighed(ADULT, "only")).considerations


def test_a_policy_asks_about_one_fact_of_a_name_in_its_considerations_too() -> None:
    other: AnyFact = Fact("age", YesNo(), "Another.", lambda _p, _d: None)
    with pytest.raises(InvalidError, match="one fact of each name"):
        policy(weighed(other.equals(True)))


@given(listed(), predicates(ASKED), fact_values(ASKED))
def test_considerations_decide_nothing(
    considerations: tuple[Consideration, ...],
    asks: Predicate,
    values: dict[str, Scalar | None],
) -> None:
    sheet = FactSheet.of(ASKED, values, on=ON)
    alone = policy(asks=asks).decide_sheet(sheet)
    beside = policy(*considerations, asks=asks).decide_sheet(sheet)

    assert tuple(one.consideration for one in beside.considerations) == considerations
    assert (beside.verdict, beside.missing) == (alone.verdict, alone.missing)
    assert (beside.results, beside.contradictions) == (alone.results, alone.contradictions)
    # They may take what they tell off the list of what is not judged, and put nothing on it.
    assert set(beside.unjudged or ()) <= set(alone.unjudged or ())


def test_a_patients_considerations_are_read_on_the_day_with_the_days_of_findings() -> None:
    old, new = Assessment(date(2026, 1, 3), needs=frozenset({Need.HOUSING})), Assessment(ON)
    later = Assessment(date(2026, 2, 10), needs=frozenset())
    patient = Patient(KEY, date(1990, 7, 1), assessments=(old, new, later))
    rule = policy(weighed(HOUSING.equals(True), way=Way.AGAINST))

    (one,) = rule.decide(patient, on=ON).considerations
    assert one.truth is Truth.YES
    assert one.evidence[0].words == "needs housing: true (decisive, found 2026-01-03)"
    (one,) = rule.decide(patient, on=date(2026, 2, 10)).considerations
    assert one.truth is Truth.NO
    (one,) = rule.decide(patient, on=date(2026, 1, 2)).considerations
    assert one.truth is Truth.UNKNOWN


def test_what_is_contradicted_is_not_known_to_considerations_either() -> None:
    asked = weighed(HEALTHY.equals(True)), weighed(STABLE.equals(False), "other", Way.AGAINST)
    decision = decided({"age": 40, HEALTHY.name: True, STABLE.name: False}, *asked)

    assert [one.name for one in decision.contradictions or ()] == ["stability"]
    assert [one.truth for one in decision.considerations] == [Truth.UNKNOWN, Truth.UNKNOWN]
    assert "contradicted" in texts(decision)[0]


# What counts as read.


@pytest.mark.parametrize(
    ("rule", "known", "truth", "unread"),
    [
        pytest.param(IDEATION.equals(True), {}, Truth.YES, False, id="it holds"),
        pytest.param(
            IDEATION.equals(True) & STABLE.equals(False), {}, Truth.UNKNOWN, False, id="it may hold"
        ),
        pytest.param(
            IDEATION.equals(True) & STABLE.equals(False),
            {"co_occurring_stable": True},
            Truth.NO,
            True,
            id="it does not hold",
        ),
        pytest.param(IDEATION.equals(False), {}, Truth.NO, True, id="it asks for the contrary"),
        pytest.param(STABLE.is_known, {}, Truth.NO, True, id="it asks about another"),
    ],
)
def test_a_risk_is_read_by_a_consideration_that_holds_or_may(
    rule: Predicate, known: dict[str, Scalar], truth: Truth, unread: bool
) -> None:
    facts = (FACTS["age"], IDEATION, STABLE)
    values = {"age": 40, IDEATION.name: True, **known}
    decision = policy(weighed(rule, way=Way.AGAINST)).decide_sheet(
        FactSheet.of(facts, values, on=ON)
    )

    assert [one.truth for one in decision.considerations] == [truth]
    assert [risk.fact for risk in decision.unjudged or ()] == ([IDEATION] if unread else [])


# What people read.

THREE = (
    weighed(STABLE.equals(False), "not_stable", Way.AGAINST),
    weighed(FACTS["living_environment"].at_least("supportive"), "good_home", Way.FOR, OWN),
    weighed(FACTS["court_ordered"].equals(True), "court", Way.HOW),
)
SEEN: dict[str, Scalar | None] = {
    "age": 31,
    "co_occurring_stable": False,
    "living_environment": "supportive",
    "court_ordered": None,
}
TOLD = (
    "against: The words of not_stable. co occurring stable: false (decisive)",
    "for: The words of good_home. living environment: supportive (decisive)",
    "not known (how): The words of court. court ordered is not known (open)",
)
BY = ("(A study of 80 people in 2019 [T2])", "(Birch Street Clinic, leaflet 3 [T3])")


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)], ids=str)
def test_texts_tell_them_in_the_policys_own_order(order: tuple[int, ...]) -> None:
    decision = decided(SEEN, *(THREE[n] for n in order))

    for text in texts(decision):
        assert "it decides nothing" in text
        places = [text.index(f"{TOLD[n]} {BY[n == 1]}") for n in order]
        assert places == sorted(places)


def test_texts_leave_out_what_does_not_hold() -> None:
    values = {**SEEN, "co_occurring_stable": True, "court_ordered": False}
    for text in texts(decided(values, *THREE)):
        assert TOLD[1] in text
        assert "not_stable" not in text
        assert "The words of court" not in text
    for text in texts(decided({"age": 31, "co_occurring_stable": True}, THREE[0])):
        assert "it decides nothing" not in text


def test_what_speaks_against_stands_with_a_yes_and_nothing_else_does() -> None:
    yes = "Every criterion of this policy is met; against it: not stable."
    for text in texts(decided(SEEN, *THREE)):
        assert yes in text
        assert "ELIGIBLE" not in text
    for text in texts(decided({**SEEN, "co_occurring_stable": None}, *THREE)):
        assert "ELIGIBLE: every criterion of this policy is met." in text
    for text in texts(decided({**SEEN, "age": 9}, *THREE)):
        assert "NOT ELIGIBLE: a criterion is unmet." in text
        assert TOLD[0] in text


def test_one_that_is_too_complex_to_look_into_is_told_without() -> None:
    many = AtLeast(600, (STABLE.equals(False),) * 1200)
    decision = decided({"age": 31, "co_occurring_stable": False}, weighed(many, "many"))

    with pytest.raises(TooComplexError):
        _ = decision.considerations[0].evidence
    for text in texts(decision):
        assert "for: The words of many. co occurring stable: false; which of these" in text
    assert to_document(decision)["considerations"][0]["evidence"] is None


def test_a_policy_shows_them_below_its_criteria_with_their_sources() -> None:
    text = flat(policy_text(policy(*THREE)))

    assert "To weigh beside them; it decides nothing:" in text
    assert (
        "- for: The words of good_home. living environment is at least supportive (Birch Street "
        "Clinic, leaflet 3 [T3])"
    ) in text
    assert text.index("not_stable") < text.index("good_home") < text.index("of court")
    assert "To weigh" not in policy_text(policy())


# Documents.


@given(listed(), fact_values(ASKED))
def test_documents_of_policies_and_decisions_have_them(
    considerations: tuple[Consideration, ...], values: dict[str, Scalar | None]
) -> None:
    rule = policy(*considerations)
    assert from_json(Policy, to_json(rule)) == rule
    decision = rule.decide_sheet(FactSheet.of(ASKED, values, on=ON))
    assert from_json(Decision, to_json(decision)) == decision
    told = to_document(decision).get("considerations", [])
    assert [one["truth"] for one in told] == [one.truth.value for one in decision.considerations]


def test_a_document_whose_truth_was_changed_is_refused_without_showing_a_value() -> None:
    document = to_document(decided(SEEN, *THREE))
    document["considerations"][0]["truth"] = "no"

    with pytest.raises(InvalidError) as caught:
        from_json(Decision, json.dumps(document))
    assert caught.value.faults[0].path[:2] == ("considerations", 0)


# Placements.


def placed(*considerations: Consideration, stable: bool | None) -> Placement:
    found = Assessment(ON, co_occurring_stable=stable)
    patient = Patient(KEY, date(1990, 7, 1), assessments=(found,))
    rung = Rung(LevelOfCare("2.1"), policy(*considerations))
    return place(Ladder("birch", "Birch Street", (rung,)), patient, on=ON)


def test_the_headline_of_a_placement_says_what_speaks_against_the_level() -> None:
    placement = placed(*THREE[:1], weighed(ADULT, "grown_up", Way.AGAINST), stable=False)

    assert placement.level == LevelOfCare("2.1")
    text = flat(placement_text(placement))
    assert (
        "LEVEL 2.1, INTENSIVE OUTPATIENT is the least intensive level that none of these rules "
        "excludes; against it: not stable, grown up."
    ) in text
    assert "against: The words of not_stable. co occurring stable: false" in text
    assert from_json(Placement, to_json(placement)) == placement


@pytest.mark.parametrize("stable", [True, None])
def test_a_headline_says_nothing_against_where_it_does_not_hold_or_only_may(
    stable: bool | None,
) -> None:
    placement = placed(*THREE[:1], stable=stable)

    assert "against it" not in placement_text(placement)


def test_a_risk_that_no_consideration_tells_holds_the_level_back() -> None:
    assert placed(stable=False).verdict is Truth.UNKNOWN
    aside = evolve(THREE[0], predicate=STABLE.equals(False) & ~ADULT)
    assert placed(aside, stable=False).verdict is Truth.UNKNOWN
    assert placed(*THREE[:1], stable=False).verdict is Truth.YES
