import pickle
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given

from iopkit.eligibility import (
    FACTS,
    AnyFact,
    Between,
    Compare,
    Explanation,
    Known,
    OneOf,
    Predicate,
    Scalar,
    describe,
    evaluate,
    explain,
    facts_in,
)
from iopkit.eligibility.predicates import parts_of
from iopkit.errors import InvalidError
from iopkit.strategies import fact_values, predicates
from iopkit.truth import Truth

Values = Mapping[str, Scalar | None]

AGE, DANGEROUS, SEVERITY = FACTS["age"], FACTS["dangerous"], FACTS["use_disorder_severity"]


def nodes(explanation: Explanation) -> Iterator[Explanation]:
    yield explanation
    for part in explanation.parts:
        yield from nodes(part)


@given(predicates(), fact_values())
def test_every_node_appears_with_its_own_truth_and_the_value_that_it_saw(
    predicate: Predicate, values: Values
) -> None:
    explanation = explain(predicate, values)

    assert explanation.predicate == predicate
    for node in nodes(explanation):
        assert node.truth is evaluate(node.predicate, values)
        assert tuple(part.predicate for part in node.parts) == parts_of(node.predicate)
        if isinstance(node.predicate, (Compare, Between, OneOf, Known)):
            assert node.value == values[node.predicate.fact.name]
        else:
            assert node.value is None


@given(predicates(), fact_values())
def test_what_an_explanation_says(predicate: Predicate, values: Values) -> None:
    explanation = explain(predicate, values)

    facts = dict.fromkeys(facts_in(predicate))
    seen = "; ".join(fact.seen_as(values[fact.name]) for fact in facts)
    assert explanation.reason == f"{describe(predicate)} ({seen})"
    asked = {fact.name for fact in facts_in(predicate)}
    assert explanation.values == {name: values[name] for name in asked}


@pytest.mark.parametrize(
    ("fact", "value", "words"),
    [
        (AGE, 17, "age: 17 years"),
        (AGE, None, "age is not known"),
        (DANGEROUS, False, "dangerous: false"),
        (SEVERITY, "mild", "use disorder severity: mild"),
    ],
)
def test_a_fact_as_it_was_seen(fact: AnyFact, value: Scalar | None, words: str) -> None:
    assert fact.seen_as(value) == words


@given(predicates(), fact_values())
def test_explanations_are_values(predicate: Predicate, values: Values) -> None:
    explanation = explain(predicate, values)

    for copied in (explain(predicate, values), pickle.loads(pickle.dumps(explanation))):
        assert copied == explanation
        assert hash(copied) == hash(explanation)


def test_an_explanation_holds_only_values_that_its_fact_has() -> None:
    with pytest.raises(InvalidError) as caught:
        Explanation(AGE >= 18, Truth.YES, "forty-two")

    said = "value: 1 problem\n  value: expected a whole number from 0 to 130, found another value"
    assert str(caught.value) == said
    with pytest.raises(InvalidError) as caught:
        Explanation(~(AGE >= 18), Truth.YES)
    said = "parts: expected one for each part of the predicate, found others"
    assert str(caught.value) == f"explanation: 1 problem\n  {said}"


@pytest.mark.parametrize(
    ("predicate", "values", "reason"),
    [
        (AGE >= 18, {"age": 17}, "age is at least 18 years (age: 17 years)"),
        (AGE >= 18, {}, "age is at least 18 years (age is not known)"),
        (Known(AGE), {"age": 17}, "age is known (age: 17 years)"),
        (
            SEVERITY.is_in("mild"),
            {SEVERITY.name: "none"},
            "use disorder severity is one of mild (use disorder severity: none)",
        ),
        (
            (AGE >= 18) & (AGE < 65) & DANGEROUS.equals(False),
            {"age": 70, "dangerous": False},
            (
                "age is at least 18 years and age is less than 65 years and dangerous is false "
                "(age: 70 years; dangerous: false)"
            ),
        ),
    ],
)
def test_how_a_reason_reads(predicate: Predicate, values: Values, reason: str) -> None:
    assert explain(predicate, values).reason == reason


def test_what_was_seen_is_shown_in_full() -> None:
    hours = FACTS["needed_hours_per_week"]

    assert explain(hours >= 9, {hours.name: 539 / 60}).truth is Truth.NO
    almost = explain(hours >= 9, {hours.name: 8.9999999})
    assert almost.truth is Truth.NO
    assert almost.reason != explain(hours >= 9, {hours.name: 9.0}).reason
