import math
import operator
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import product
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.eligibility import (
    FACTS,
    NEVER,
    AllOf,
    AnyFact,
    AnyOf,
    AtLeast,
    Between,
    Choice,
    Compare,
    Criterion,
    Fact,
    Known,
    Not,
    Number,
    OneOf,
    Operator,
    Predicate,
    Scalar,
    Worse,
    YesNo,
    compiled,
    describe,
    evaluate,
    explain,
    facts_in,
)
from iopkit.eligibility.predicates import MAX_TREE_DEPTH, each_once, in_words, parts_of
from iopkit.errors import InvalidError, UndeterminedError
from iopkit.sources import Grade, Source
from iopkit.strategies import fact_values, predicates, values_of
from iopkit.truth import Truth

Values = Mapping[str, Scalar | None]


def not_known(_subject: object, _on: date) -> None:
    """A reader that knows nothing; these tests give facts' values themselves."""


AGE = FACTS["age"]
SEVERITY = FACTS["use_disorder_severity"]
DANGEROUS = FACTS["dangerous"]
COLOR: AnyFact = Fact("color", Choice(("red", "green")), "A choice without order.", not_known)
HOURS = FACTS["needed_hours_per_week"]

SMALL: dict[AnyFact, tuple[Scalar, ...]] = {
    Fact("insured", YesNo(), "Has coverage.", not_known): (True, False),
    Fact("employed", YesNo(), "Has work.", not_known): (True, False),
    Fact("phase", Number(1, 3, whole=True), "Phase of the program.", not_known): (1, 2, 3),
    Fact("risk", Choice(("low", "mid", "high"), ordered=True), "Risk.", not_known): (
        "low",
        "mid",
        "high",
    ),
}
SMALL_FACTS = tuple(SMALL)

small_values = st.fixed_dictionaries(
    {fact.name: st.none() | st.sampled_from(values) for fact, values in SMALL.items()}
)


def kinds_of_nodes(predicate: Predicate) -> Iterator[type]:
    yield type(predicate)
    for part in parts_of(predicate):
        yield from kinds_of_nodes(part)


def by_hand(predicate: Predicate, values: Values) -> float:
    """The oracle: 0 is no, 1 is yes and 0.5 is unknown, so "all" is the least of the parts."""
    match predicate:
        case Compare(fact, operator_, value):
            seen = values.get(fact.name)
            if isinstance(fact.kind, Choice) and seen is not None:
                seen, value = map(fact.kind.options.index, (str(seen), str(value)))
            tests: dict[str, Callable[[Any, Any], bool]] = {
                ">=": operator.ge,
                ">": operator.gt,
                "<=": operator.le,
                "<": operator.lt,
                "==": operator.eq,
            }
            return 0.5 if seen is None else float(tests[operator_.value](seen, value))
        case Between(fact, low, high):
            at_least, at_most = fact >= low, fact <= high
            return min(by_hand(at_least, values), by_hand(at_most, values))
        case OneOf(fact, options):
            seen = values.get(fact.name)
            return 0.5 if seen is None else float(any(seen == option for option in options))
        case Known(fact):
            return float(values.get(fact.name) is not None)
        case Not(part):
            return 1 - by_hand(part, values)
        case AllOf(parts):
            return min((by_hand(part, values) for part in parts), default=1)
        case AnyOf(parts):
            return max((by_hand(part, values) for part in parts), default=0)
        case AtLeast(count, parts):
            # So many hold if the one at that place from the top holds.
            return sorted((by_hand(part, values) for part in parts), reverse=True)[count - 1]


TRUTHS = {0: Truth.NO, 0.5: Truth.UNKNOWN, 1: Truth.YES}


def completions(values: Values, domains: Mapping[str, Iterable[Scalar]]) -> Iterator[Values]:
    """Every way in which what is not known could turn out."""
    ways = [domains[name] if value is None else [value] for name, value in values.items()]
    for way in product(*ways):
        yield dict(zip(values, way, strict=True))


DOMAINS = {fact.name: values for fact, values in SMALL.items()}


# Evaluation


@given(predicates(), fact_values())
def test_every_reader_of_a_tree_agrees_with_the_oracle(
    predicate: Predicate, values: Values
) -> None:
    expected = TRUTHS[by_hand(predicate, values)]

    assert evaluate(predicate, values) is expected
    assert compiled(predicate)(values) is expected
    assert explain(predicate, values).truth is expected


@given(predicates(SMALL_FACTS), small_values)
def test_readers_agree_on_facts_of_ones_own_and_where_values_are_absent(
    predicate: Predicate, values: Values
) -> None:
    expected = TRUTHS[by_hand(predicate, values)]
    present = {name: value for name, value in values.items() if value is not None}

    assert evaluate(predicate, values) is explain(predicate, values).truth is expected
    assert evaluate(predicate, present) is explain(predicate, present).truth is expected


@given(
    predicates(SMALL_FACTS).filter(lambda predicate: Known not in kinds_of_nodes(predicate)),
    small_values,
)
def test_a_known_verdict_never_changes_when_the_unknown_is_found_out(
    predicate: Predicate, values: Values
) -> None:
    verdict = evaluate(predicate, values)
    found_out = {evaluate(predicate, complete) for complete in completions(values, DOMAINS)}

    assert Truth.UNKNOWN not in found_out
    if verdict is not Truth.UNKNOWN:
        assert found_out == {verdict}


@given(small_values, st.integers(1, 4), st.sampled_from([AllOf, AnyOf, None]))
def test_a_verdict_is_unknown_only_if_it_could_turn_out_either_way(
    values: Values, count: int, joined: type[AllOf] | type[AnyOf] | None
) -> None:
    insured, employed, phase, risk = SMALL_FACTS
    # Each fact is asked about once, so no part can contradict another.
    parts = (insured.equals(True), ~employed.equals(True), phase >= 2, risk < "high")
    predicate: Predicate = joined(parts) if joined else AtLeast(count, parts)

    found_out = {evaluate(predicate, complete) for complete in completions(values, DOMAINS)}
    expected = Truth.UNKNOWN if len(found_out) == 2 else found_out.pop()
    assert evaluate(predicate, values) is expected


@given(predicates(SMALL_FACTS), predicates(SMALL_FACTS), small_values)
def test_operators_join_truths(a: Predicate, b: Predicate, values: Values) -> None:
    truth_of_a, truth_of_b = evaluate(a, values), evaluate(b, values)

    assert evaluate(a & b, values) is (truth_of_a & truth_of_b)
    assert evaluate(a | b, values) is (truth_of_a | truth_of_b)
    assert evaluate(~a, values) is ~truth_of_a


@pytest.mark.parametrize(
    ("predicate", "below", "at", "above"),
    [
        pytest.param(AGE >= 18, Truth.NO, Truth.YES, Truth.YES, id="at least"),
        pytest.param(AGE > 18, Truth.NO, Truth.NO, Truth.YES, id="more than"),
        pytest.param(AGE <= 18, Truth.YES, Truth.YES, Truth.NO, id="at most"),
        pytest.param(AGE < 18, Truth.YES, Truth.NO, Truth.NO, id="less than"),
        pytest.param(AGE.equals(18), Truth.NO, Truth.YES, Truth.NO, id="equal"),
        pytest.param(AGE.at_least(18), Truth.NO, Truth.YES, Truth.YES, id="at least, in words"),
        pytest.param(AGE.between(17, 18), Truth.YES, Truth.YES, Truth.NO, id="up to"),
        pytest.param(AGE.between(18, 19), Truth.NO, Truth.YES, Truth.YES, id="from"),
        pytest.param(AGE.is_in(17, 19), Truth.YES, Truth.NO, Truth.YES, id="one of"),
        pytest.param(18 <= AGE, Truth.NO, Truth.YES, Truth.YES, id="bound on the left"),  # noqa: SIM300
    ],
)
def test_both_sides_of_a_bound(predicate: Predicate, below: Truth, at: Truth, above: Truth) -> None:
    assert [evaluate(predicate, {"age": age}) for age in (17, 18, 19)] == [below, at, above]
    assert evaluate(predicate, {"age": None}) is Truth.UNKNOWN


@pytest.mark.parametrize(
    ("predicate", "holds_for"),
    [
        pytest.param(SEVERITY >= "moderate", ["moderate", "severe"], id="at least"),
        pytest.param(SEVERITY > "moderate", ["severe"], id="more than"),
        pytest.param(SEVERITY <= "mild", ["none", "mild"], id="at most"),
        pytest.param(SEVERITY < "mild", ["none"], id="less than"),
        pytest.param(SEVERITY.equals("mild"), ["mild"], id="equal"),
        pytest.param(SEVERITY.is_in("none", "severe"), ["none", "severe"], id="one of"),
        pytest.param(SEVERITY.between("mild", "moderate"), ["mild", "moderate"], id="between"),
        pytest.param(
            SEVERITY.between("none", "mild"), ["none", "mild"], id="between, not by letter"
        ),
        pytest.param(SEVERITY > "severe", [], id="more than the highest"),
        pytest.param(SEVERITY >= "none", ["none", "mild", "moderate", "severe"], id="lowest"),
    ],
)
def test_ordered_words_are_compared_by_their_order(
    predicate: Predicate, holds_for: list[str]
) -> None:
    words = ("none", "mild", "moderate", "severe")
    truths = {word: evaluate(predicate, {SEVERITY.name: word}) for word in words}

    assert truths == {word: Truth.of(word in holds_for) for word in words}


@pytest.mark.parametrize(("age", "truth"), [(17, Truth.YES), (0, Truth.YES), (None, Truth.NO)])
def test_whether_a_fact_is_known_is_always_known(age: int | None, truth: Truth) -> None:
    assert evaluate(AGE.is_known, {"age": age}) is truth
    assert evaluate(~AGE.is_known, {"age": age}) is ~truth


def test_a_value_of_zero_or_false_is_known() -> None:
    assert evaluate(DANGEROUS.equals(False), {"dangerous": False}) is Truth.YES
    assert evaluate(AGE <= 0, {"age": 0}) is Truth.YES


# Operators build trees


@given(predicates(), predicates(), predicates())
def test_joined_predicates_are_one_flat_node(a: Predicate, b: Predicate, c: Predicate) -> None:
    for joined, kind in ((a & b & c, AllOf), (a & (b & c), AllOf), (a | b | c, AnyOf)):
        expected: list[Predicate] = []
        for part in (a, b, c):
            expected += parts_of(part) if isinstance(part, kind) and not part.label else [part]
        assert isinstance(joined, kind)
        assert joined.parts == tuple(expected)


@pytest.mark.parametrize(
    "named",
    [
        AllOf((AGE >= 18, AGE < 65), label="of working age"),
        AllOf((AGE >= 18, AGE < 65), source=Source("A rule", Grade.LEGAL_TEXT)),
    ],
    ids=["label", "source"],
)
def test_a_node_with_a_label_or_source_of_its_own_is_kept_whole(named: AllOf) -> None:
    dangerous = DANGEROUS.equals(True)

    assert (named & dangerous).parts == (named, dangerous)
    assert (dangerous & named).parts == (dangerous, named)


def test_negation_wraps_its_part() -> None:
    adult = AGE >= 18

    assert ~adult == Not(adult)
    assert ~~adult == Not(Not(adult))


def test_nodes_of_another_kind_are_not_opened() -> None:
    either = (AGE >= 18) | DANGEROUS.equals(True)

    assert (either & SEVERITY.is_known).parts == (either, SEVERITY.is_known)


@pytest.mark.parametrize(
    "build",
    [
        pytest.param(lambda: bool(AGE >= 18), id="bool"),
        pytest.param(lambda: 18 <= AGE <= 65, id="chained comparison"),
        pytest.param(lambda: 18 < AGE < 65, id="chained strict comparison"),
        pytest.param(lambda: (AGE >= 18) and (AGE <= 65), id="and"),
        pytest.param(lambda: (AGE >= 18) or (AGE <= 65), id="or"),
        pytest.param(lambda: not (AGE >= 18), id="not"),
        pytest.param(lambda: bool(AGE.is_in(18)), id="one of"),
        pytest.param(lambda: bool(AGE.is_known), id="known"),
        pytest.param(lambda: bool((AGE >= 18) & (AGE < 65)), id="all of"),
        pytest.param(lambda: bool((AGE >= 18) | (AGE < 65)), id="any of"),
        pytest.param(lambda: bool(~(AGE >= 18)), id="negation"),
        pytest.param(lambda: bool(AtLeast(1, (AGE >= 18,))), id="at least"),
    ],
)
def test_a_predicate_has_no_truth_of_its_own(build: Callable[[], object]) -> None:
    with pytest.raises(UndeterminedError) as caught:
        build()

    assert str(caught.value) == (
        "a predicate has no truth of its own: join predicates with &, | and ~, not with 'and', "
        "'or', 'not' or chained comparisons"
    )


@pytest.mark.parametrize(
    ("build", "path"),
    [
        pytest.param(lambda: AGE >= 131, "value", id="above the range"),
        pytest.param(lambda: AGE >= -1, "value", id="below the range"),
        pytest.param(lambda: AGE >= 18.5, "value", id="no whole number"),
        pytest.param(lambda: AGE >= "18", "value", id="a text for a number"),
        pytest.param(lambda: AGE >= True, "value", id="true for a number"),
        pytest.param(lambda: AGE.equals(None), "value", id="unknown is no value"),
        pytest.param(lambda: AGE < AGE, "other", id="a fact beside itself"),  # noqa: PLR0124
        pytest.param(lambda: HOURS.at_least(math.nan), "value", id="not a number"),
        pytest.param(lambda: HOURS <= 10**400, "value", id="larger than any float"),
        pytest.param(lambda: DANGEROUS.equals(1), "value", id="1 for true"),
        pytest.param(lambda: DANGEROUS.equals("yes"), "value", id="a word for true"),
        pytest.param(lambda: SEVERITY >= "extreme", "value", id="no such word"),
        pytest.param(
            lambda: SEVERITY.is_in("mild", "extreme"), "values", id="no such word in many"
        ),
        pytest.param(AGE.is_in, "values", id="one of nothing"),
        pytest.param(lambda: DANGEROUS >= True, "operator", id="true has no order"),
        pytest.param(lambda: COLOR < "green", "operator", id="words without order"),
        pytest.param(lambda: AGE.between(-1, 5), "low", id="range from below"),
        pytest.param(lambda: AGE.between(5, 131), "high", id="range to above"),
        pytest.param(lambda: AGE.between(6, 5), "high", id="range upside down"),
        pytest.param(lambda: SEVERITY.between("severe", "mild"), "high", id="words upside down"),
        pytest.param(lambda: COLOR.between("green", "red"), "fact", id="range without order"),
        pytest.param(lambda: DANGEROUS.between(False, True), "fact", id="range of true"),
        pytest.param(lambda: AtLeast(0, (AGE >= 18,)), "count", id="at least none"),
        pytest.param(lambda: AtLeast(2, (AGE >= 18,)), "count", id="more than there are"),
        pytest.param(lambda: AtLeast(1, ()), "parts", id="one of no parts"),
    ],
)
def test_what_a_fact_cannot_be_asked_is_refused(build: Callable[[], object], path: str) -> None:
    with pytest.raises(InvalidError) as caught:
        build()

    assert [fault.path for fault in caught.value.faults] == [(path,)]


@pytest.mark.parametrize(
    ("build", "what", "fault"),
    [
        pytest.param(
            lambda: AGE >= 131,
            "value",
            "value: expected a whole number from 0 to 130, found another value",
            id="value",
        ),
        pytest.param(
            lambda: DANGEROUS >= True,
            "comparison of 'dangerous'",
            "operator: expected '==', as the fact's values have no order, found '>='",
            id="operator",
        ),
        pytest.param(
            lambda: COLOR.between("green", "red"),
            "range of 'color'",
            "fact: expected a fact whose values have an order, found another",
            id="range without order",
        ),
        pytest.param(
            lambda: AGE.between(6, 5),
            "range of 'age'",
            "high: expected at least what low is, found less",
            id="range upside down",
        ),
        pytest.param(
            AGE.is_in, "one_of", "values: expected at least one value, found none", id="one of"
        ),
        pytest.param(
            lambda: AtLeast(3, (AGE >= 18, AGE.is_known)),
            "at_least",
            "count: expected a count from 1 to 2, found 3",
            id="count",
        ),
        pytest.param(
            lambda: AtLeast(2, ()),
            "at_least",
            "parts: expected at least one part, found none",
            id="no part",
        ),
    ],
)
def test_a_refusal_says_what_can_be_asked(
    build: Callable[[], object], what: str, fault: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        build()

    assert str(caught.value) == f"{what}: 1 problem\n  {fault}"


def test_words_without_order_are_compared_for_equality() -> None:
    assert evaluate(COLOR.equals("green"), {"color": "green"}) is Truth.YES
    assert evaluate(COLOR.is_in("red"), {"color": "green"}) is Truth.NO


def test_equality_of_facts_is_that_of_their_declarations() -> None:
    assert FACTS["age"] == AGE
    assert AGE != SEVERITY
    assert AGE != 18
    assert hash(FACTS["age"]) == hash(AGE)


# Reading trees


@given(predicates())
def test_facts_are_listed_in_reading_order_and_no_other_matters(predicate: Predicate) -> None:
    def leaves(node: Predicate) -> list[str]:
        match node:
            case Compare(fact) | Between(fact) | OneOf(fact) | Known(fact):
                return [fact.name]
            case Not(part):
                return leaves(part)
            case AllOf(parts) | AnyOf(parts) | AtLeast(parts=parts):
                return [name for part in parts for name in leaves(part)]

    values: dict[str, Scalar | None] = {
        "age": 40,
        "use_disorder_severity": "severe",
        "needed_hours_per_week": 9.0,
        **{fact.name: True for fact in FACTS.values() if isinstance(fact.kind, YesNo)},
    }
    asked = [fact.name for fact in facts_in(predicate)]
    only_those = {name: value for name, value in values.items() if name in asked}

    assert asked == leaves(predicate)
    assert evaluate(predicate, only_those) is evaluate(predicate, values)


@given(predicates())
def test_predicates_are_values(predicate: Predicate) -> None:
    for copied in (evolve(predicate), pickle.loads(pickle.dumps(predicate))):
        assert copied == predicate
        assert hash(copied) == hash(predicate)
    assert evolve(predicate, label="another") != predicate
    assert ~predicate != predicate


@pytest.mark.parametrize("name", FACTS)
def test_facts_survive_pickling(name: str) -> None:
    assert pickle.loads(pickle.dumps(FACTS[name])) == FACTS[name]


# Prose


@given(predicates())
def test_prose_is_never_empty_and_names_every_fact(predicate: Predicate) -> None:
    prose = describe(predicate)

    assert prose.strip()
    assert all(fact.title in prose for fact in facts_in(predicate))


@given(predicates(), st.text(min_size=1))
def test_a_label_stands_for_the_whole_node(predicate: Predicate, label: str) -> None:
    labeled = evolve(predicate, label=label)

    assert describe(labeled) == label
    assert describe(~labeled) == f"not ({label})"
    assert describe(labeled & (AGE >= 18)) == f"{label} and age is at least 18 years"


@pytest.mark.parametrize(
    ("predicate", "prose"),
    [
        (AGE >= 18, "age is at least 18 years"),
        (AGE > 18, "age is more than 18 years"),
        (AGE <= 18, "age is at most 18 years"),
        (AGE < 18, "age is less than 18 years"),
        (AGE.equals(18), "age is 18 years"),
        (HOURS >= 9.5, "needed hours per week is at least 9.5 hours"),
        (DANGEROUS.equals(False), "dangerous is false"),
        (SEVERITY >= "mild", "use disorder severity is at least mild"),
        (SEVERITY.is_in("mild", "severe"), "use disorder severity is one of mild, severe"),
        (AGE.is_in(18, 21), "age is one of 18 years, 21 years"),
        (HOURS.between(9, 19.5), "needed hours per week is between 9 and 19.5 hours"),
        (SEVERITY.between("mild", "severe"), "use disorder severity is between mild and severe"),
        (AGE.is_known, "age is known"),
        (~AGE.is_known, "not (age is known)"),
        (AllOf(()), "always"),
        (AnyOf(()), "never"),
        ((AGE >= 18) & AGE.is_known, "age is at least 18 years and age is known"),
        (
            (AGE >= 18) & ((AGE < 65) | DANGEROUS.equals(True)),
            "age is at least 18 years and (age is less than 65 years or dangerous is true)",
        ),
        (
            AnyOf(((AGE >= 18) & AGE.is_known, ~AGE.is_known)),
            "(age is at least 18 years and age is known) or not (age is known)",
        ),
        (
            AtLeast(2, (AGE >= 18, AGE.is_known, DANGEROUS.equals(True))),
            "at least 2 of: age is at least 18 years; age is known; dangerous is true",
        ),
    ],
)
def test_how_a_predicate_reads(predicate: Predicate, prose: str) -> None:
    assert describe(predicate) == prose


@pytest.mark.parametrize(
    ("node", "prose"),
    [
        pytest.param(lambda p: p, "old [age is at least 65 years]", id="alone"),
        pytest.param(lambda p: p & DANGEROUS.is_known, "{} and dangerous is known", id="all"),
        pytest.param(lambda p: p | DANGEROUS.is_known, "{} or dangerous is known", id="any"),
        pytest.param(lambda p: ~p, "not ({})", id="not"),
        pytest.param(lambda p: AtLeast(1, (p,)), "at least 1 of: {}", id="at least"),
        pytest.param(lambda p: AllOf((p | p,)), "({0} or {0})", id="nested"),
    ],
)
def test_what_a_label_stands_for_is_said_however_deep(
    node: Callable[[Predicate], Predicate], prose: str
) -> None:
    old = Compare(AGE, Operator.AT_LEAST, 65, label="old")

    assert describe(node(old)) == prose.format("old").removesuffix(" [age is at least 65 years]")
    assert describe(node(old), in_full=True) == prose.format("old [age is at least 65 years]")


def test_a_bound_is_shown_in_full() -> None:
    income: AnyFact = Fact("income", Number(0, 1e9, unit="USD"), "Yearly income.", not_known)

    assert describe(income >= 1234567) == "income is at least 1234567 USD"
    assert describe(income >= 18754.25) == "income is at least 18754.25 USD"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param(9.0, "9", id="a whole float"),
        pytest.param(-9.0, "-9", id="below zero"),
        pytest.param(0.5, "0.5", id="a fraction"),
        pytest.param(1e15, "1000000000000000", id="sixteen digits"),
        pytest.param(1e16, "1e+16", id="more digits than a float has"),
        pytest.param(-1e16, "-1e+16", id="as many below zero"),
        pytest.param(10**16, "10000000000000000", id="a whole number has all its digits"),
        pytest.param(True, "true", id="true"),
        pytest.param("1.0", "1.0", id="a word"),
    ],
)
def test_a_value_in_words(value: Scalar, words: str) -> None:
    assert in_words(value) == words


def test_every_operator_has_words() -> None:
    assert len({operator_.words for operator_ in Operator}) == len(Operator)


# What is no predicate


@pytest.mark.parametrize(
    ("build", "path"),
    [
        pytest.param(lambda: AllOf((AGE >= 18, DANGEROUS)), ("parts", 1), id="a fact"),  # type: ignore[arg-type]
        pytest.param(lambda: (AGE >= 18) & (DANGEROUS == False), ("parts", 1), id="=="),  # type: ignore[arg-type]  # noqa: E712
        pytest.param(lambda: (AGE >= 18) | None, ("parts", 1), id="nothing"),  # type: ignore[arg-type]
        pytest.param(lambda: Not(True), ("part",), id="not true"),  # type: ignore[arg-type]
        pytest.param(lambda: AtLeast(1, (AGE,)), ("parts", 0), id="at least"),  # type: ignore[arg-type]
        pytest.param(
            lambda: Criterion("c", "C.", DANGEROUS, Source("A rule", Grade.LEGAL_TEXT)),  # type: ignore[arg-type]
            ("predicate",),
            id="a criterion",
        ),
    ],
)
def test_what_is_no_predicate_is_never_taken_for_met(
    build: Callable[[], object], path: tuple[object, ...]
) -> None:
    with pytest.raises(InvalidError, match=r"fact\.equals") as caught:
        build()

    assert [fault.path for fault in caught.value.faults] == [path]


NUMBER = (
    "expected another number in the same unit, that is neither recent nor a difference, found "
    "another fact"
)


@pytest.mark.parametrize(
    ("build", "what", "said"),
    [
        pytest.param(
            lambda: AGE.within(days=3),
            *(
                "recent findings of 'age'",
                "fact: expected a fact that is found on some day, found another",
            ),
            id="no day",
        ),
        pytest.param(
            lambda: AGE.less(DANGEROUS),
            *("difference from 'age'", f"other: {NUMBER}"),
            id="no number",
        ),
        pytest.param(
            lambda: AGE.less(HOURS),
            *("difference from 'age'", f"other: {NUMBER}"),
            id="another unit",
        ),
        pytest.param(
            lambda: each_once([AGE, evolve(AGE, meaning="Another age.")]),
            *("facts", "name: expected one fact of each name, found two"),
            id="one name",
        ),
        pytest.param(
            lambda: evaluate(AGE >= 18, "age"),  # type: ignore[arg-type]  # on purpose
            *("values", "values: expected a Mapping, found a text"),
            id="no values",
        ),
        pytest.param(
            lambda: evaluate("age", {}),  # type: ignore[arg-type]  # on purpose
            *("values", "predicate: expected a predicate, found a text"),
            id="no predicate",
        ),
    ],
)
def test_what_cannot_be_asked_is_told_in_words(
    build: Callable[[], object], what: str, said: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        build()

    assert str(caught.value) == f"{what}: 1 problem\n  {said}"


def test_facts_are_told_once() -> None:
    assert each_once([AGE, HOURS, AGE]) == (AGE, HOURS)


# Which values are worse.


@pytest.mark.parametrize("fact", FACTS.values(), ids=lambda fact: fact.name)
@given(data=st.data())
def test_values_are_as_bad_as_their_order_says(fact: AnyFact, data: st.DataObject) -> None:
    one, other = data.draw(values_of(fact.kind)), data.draw(values_of(fact.kind))
    rises = one != other and (
        fact.kind.options.index(str(one)) < fact.kind.options.index(str(other))
        if isinstance(fact.kind, Choice)
        else float(one) < float(other)
    )
    worsens = one != other and rises is (fact.worse is Worse.HIGHER)

    assert (fact.badness(one) < fact.badness(other)) == (fact.worse is not None and worsens)
    assert (fact.badness(one) == fact.badness(other)) == (fact.worse is None or one == other)


def test_what_never_was_is_no_worse_than_anything() -> None:
    days = FACTS["days_since_24_hour_care"]
    assert days.badness(NEVER) == days.badness(0)


def test_options_without_an_order_are_not_worse_than_each_other() -> None:
    told = "^fact 'entry': 1 problem\n  kind: expected values that have an order, found others$"
    with pytest.raises(InvalidError, match=told):
        evolve(FACTS["entry"], worse=Worse.HIGHER)


# Depth


def nested(depth: int) -> Predicate:
    tree: Predicate = AGE >= 18
    for level in range(depth):
        tree = Not(tree) if level % 2 else AllOf((tree, AGE >= 21))
    return tree


def test_a_tree_as_deep_as_can_be_is_read_like_any_other() -> None:
    tree = nested(MAX_TREE_DEPTH)

    assert tree == nested(MAX_TREE_DEPTH)
    assert hash(tree) == hash(nested(MAX_TREE_DEPTH))
    assert pickle.loads(pickle.dumps(tree)) == tree
    assert evaluate(tree, {}) is Truth.UNKNOWN
    assert describe(tree)
    assert repr(tree)


@pytest.mark.parametrize(
    "node", [Not, lambda part: AllOf((part,)), lambda part: AtLeast(1, (part,))]
)
def test_a_deeper_tree_is_refused_where_it_is_built(node: Callable[[Predicate], Predicate]) -> None:
    with pytest.raises(InvalidError, match="at most 100 levels of parts within parts"):
        node(nested(MAX_TREE_DEPTH))
