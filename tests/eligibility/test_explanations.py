import pickle
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.eligibility import (
    FACTS,
    AllOf,
    AnyFact,
    AnyOf,
    AtLeast,
    Between,
    Compare,
    Explanation,
    Fact,
    Known,
    Not,
    OneOf,
    Predicate,
    Scalar,
    YesNo,
    describe,
    evaluate,
    explain,
    facts_in,
)
from iopkit.eligibility.predicates import parts_of
from iopkit.strategies import fact_values, predicates
from iopkit.truth import Truth

Values = Mapping[str, Scalar | None]

AGE, DANGEROUS, SEVERITY = FACTS["age"], FACTS["dangerous"], FACTS["use_disorder_severity"]


def not_known(_subject: object, _on: date) -> None:
    """A reader that knows nothing; these tests give facts' values themselves."""


SWITCHES: tuple[AnyFact, ...] = tuple(
    Fact(name, YesNo(), "A switch.", not_known) for name in ("a", "b", "c", "d", "e")
)


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
    undetermined = explanation.undetermined

    assert explanation.reason == f"{describe(predicate)} ({'; '.join(explanation.seen)})"
    for fact in facts_in(predicate):
        (seen,) = [text for text in explanation.seen if text.startswith(fact.title)]
        assert (seen == f"{fact.title} is not known") is (values[fact.name] is None)
    assert bool(undetermined) is (explanation.truth is Truth.UNKNOWN)
    assert len(set(undetermined)) == len(undetermined)
    assert all(values[name] is None for name in undetermined)


@given(predicates(), fact_values())
def test_explanations_are_values(predicate: Predicate, values: Values) -> None:
    explanation = explain(predicate, values)

    for copied in (explain(predicate, values), pickle.loads(pickle.dumps(explanation))):
        assert copied == explanation
        assert hash(copied) == hash(explanation)


@st.composite
def switched(draw: st.DrawFn) -> Predicate:
    """Predicates that ask about each of the switches once."""
    parts: list[Predicate] = [switch.equals(draw(st.booleans())) for switch in SWITCHES]
    while len(parts) > 1:
        size = draw(st.integers(2, len(parts)))
        taken, rest = tuple(parts[:size]), parts[size:]
        nodes: list[Predicate] = [
            AllOf(taken),
            AnyOf(taken),
            AtLeast(draw(st.integers(1, size)), taken),
        ]
        joined: Predicate = draw(st.sampled_from(nodes))
        parts = [*rest, Not(joined) if draw(st.booleans()) else joined]
    return parts[0]


@given(
    switched(),
    st.fixed_dictionaries({s.name: st.sampled_from([True, False, None]) for s in SWITCHES}),
)
def test_undetermined_facts_are_those_that_could_still_change_the_outcome(
    predicate: Predicate, values: dict[str, bool | None]
) -> None:
    unknown = [name for name, value in values.items() if value is None]

    def decisive(name: str) -> bool:
        others = [other for other in unknown if other != name]
        ways = (
            dict(zip(others, way, strict=True))
            for way in product([True, False], repeat=len(others))
        )
        return any(
            evaluate(predicate, {**values, **way, name: True})
            is not evaluate(predicate, {**values, **way, name: False})
            for way in ways
        )

    assert set(explain(predicate, values).undetermined) == set(filter(decisive, unknown))


@pytest.mark.parametrize(
    ("predicate", "values", "undetermined"),
    [
        pytest.param(AGE >= 18, {"age": None}, ("age",), id="one fact"),
        pytest.param(AGE >= 18, {"age": 17}, (), id="a known one"),
        pytest.param(AGE.is_known, {}, (), id="whether it is known"),
        pytest.param((AGE >= 18) & AGE.is_in(20), {}, ("age",), id="one fact twice"),
        pytest.param(
            (AGE >= 18) & DANGEROUS.equals(False), {"age": 17}, (), id="settled by another"
        ),
        pytest.param(
            (AGE >= 18) & DANGEROUS.equals(False), {"age": 18}, ("dangerous",), id="still open"
        ),
        pytest.param(
            ((AGE >= 18) | DANGEROUS.equals(True)) & SEVERITY.is_in("mild"),
            {"age": 20},
            ("use_disorder_severity",),
            id="a settled part is left out",
        ),
        pytest.param(~(AGE >= 18), {}, ("age",), id="negated"),
        pytest.param(
            AtLeast(1, (AGE >= 18, DANGEROUS.equals(True))), {}, ("age", "dangerous"), id="at least"
        ),
    ],
)
def test_what_is_undetermined(
    predicate: Predicate, values: Values, undetermined: tuple[str, ...]
) -> None:
    assert explain(predicate, values).undetermined == undetermined


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
    assert almost.seen != explain(hours >= 9, {hours.name: 9.0}).seen
