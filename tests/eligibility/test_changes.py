"""Diagrams, and what is read off them, against brute force over every completion."""

import pickle
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.eligibility import (
    FACTS,
    MAX_WAYS,
    AllOf,
    AnyFact,
    AnyOf,
    AtLeast,
    Change,
    Choice,
    Fact,
    Known,
    Not,
    Number,
    Possible,
    Predicate,
    Role,
    Scalar,
    Value,
    YesNo,
    atoms_in,
    evaluate,
    evidence,
    open_facts,
    smallest_changes,
)
from iopkit.eligibility.diagrams import diagram_of, follow, relevance, restrict
from iopkit.errors import TooComplexError
from iopkit.library import find_policy
from iopkit.strategies import predicates
from iopkit.truth import Truth, all_of, any_of, at_least

pytestmark = pytest.mark.measured

Values = Mapping[str, Value]


def not_known(_subject: object, _on: date) -> None:
    """A reader that knows nothing; these tests give facts' values themselves."""


SMALL: dict[AnyFact, tuple[Scalar, ...]] = {
    Fact("insured", YesNo(), "Has coverage.", not_known): (True, False),
    Fact("employed", YesNo(), "Has work.", not_known): (True, False),
    Fact("phase", Number(1, 3, whole=True), "Phase.", not_known, changeable=False): (1, 2, 3),
    Fact("risk", Choice(("low", "mid", "high"), ordered=True), "Risk.", not_known): (
        "low",
        "mid",
        "high",
    ),
}
FACT_LIST = tuple(SMALL)
DOMAINS: dict[str, tuple[Scalar | None, ...]] = {
    fact.name: (None, *values) for fact, values in SMALL.items()
}
INSURED, EMPLOYED, PHASE, RISK = FACT_LIST
HOURS = FACTS["needed_hours_per_week"]

# Of each fact one value, several of them, or anything.
STATES: dict[str, tuple[Value, ...]] = {
    "insured": (None, True, False),
    "employed": (None, True, False),
    "phase": (None, 1, 2, 3, Possible(1, 2), Possible(2, 3)),
    "risk": (
        *(None, "low", "mid", "high"),
        *(Possible(options=frozenset(pair)) for pair in combinations(("low", "mid", "high"), 2)),
    ),
}
plain_values = st.fixed_dictionaries(
    {name: st.sampled_from(values) for name, values in DOMAINS.items()}
)
small_values = st.fixed_dictionaries(
    {name: st.sampled_from(values) for name, values in STATES.items()}
)


def possible(fact: AnyFact, value: Value) -> tuple[Scalar, ...]:
    """What a fact may turn out to be."""
    if isinstance(value, Possible):
        return tuple(one for one in SMALL[fact] if value.holds(one))
    return SMALL[fact] if value is None else (value,)


def is_open(value: Value) -> bool:
    return value is None or isinstance(value, Possible)


def settled(predicate: Predicate, values: Values) -> Truth:
    """The same as ``evaluate``: atoms by each possible value, and Kleene's logic above them."""
    match predicate:
        case AllOf(parts):
            return all_of([settled(part, values) for part in parts])
        case AnyOf(parts):
            return any_of([settled(part, values) for part in parts])
        case Not(part):
            return ~settled(part, values)
        case AtLeast(count, parts):
            return at_least(count, [settled(part, values) for part in parts])
        case Known(fact):
            return Truth.of(not is_open(values[fact.name]))
    value = values[predicate.fact.name]
    if value is None:
        return Truth.UNKNOWN
    each = {evaluate(predicate, {predicate.fact.name: v}) for v in possible(predicate.fact, value)}
    return each.pop() if len(each) == 1 else Truth.UNKNOWN


def ways(others: tuple[AnyFact, ...], values: Values) -> Iterator[Values]:
    """Every way in which some facts can turn out or stay as they are."""
    domains = [(values[fact.name], *possible(fact, values[fact.name])) for fact in others]
    for way in product(*domains):
        yield {fact.name: value for fact, value in zip(others, way, strict=True)}


def matters(predicate: Predicate, values: Values, fact: AnyFact) -> bool:
    """Whether learning a fact changes the answer, for some way of the other open facts."""
    others = tuple(f for f in FACT_LIST if is_open(values[f.name]) and f != fact)
    return any(
        evaluate(predicate, {**values, **way, fact.name: value})
        is not evaluate(predicate, {**values, **way})
        for way in ways(others, values)
        for value in possible(fact, values[fact.name])
    )


@given(predicates(FACT_LIST), small_values)
def test_what_is_possible_is_settled_atom_by_atom(predicate: Predicate, values: Values) -> None:
    assert evaluate(predicate, values) is settled(predicate, values)


@given(predicates(FACT_LIST), small_values)
def test_learning_never_turns_an_answer_round(predicate: Predicate, values: Values) -> None:
    now = evaluate(predicate, values)
    asks_known = any(isinstance(atom, Known) for atom in atoms_in(predicate))
    if now is Truth.UNKNOWN or asks_known:
        return
    for fact in FACT_LIST:
        for value in possible(fact, values[fact.name]):
            assert evaluate(predicate, {**values, fact.name: value}) is now


@given(predicates(FACT_LIST), small_values)
def test_a_diagram_says_what_its_predicate_says(predicate: Predicate, values: Values) -> None:
    diagram = diagram_of(predicate, values)

    assert follow(diagram, values) is evaluate(predicate, values)
    assert follow(restrict(diagram, values), {}) is evaluate(predicate, values)
    assert pickle.loads(pickle.dumps(diagram)) == diagram


@given(predicates(FACT_LIST))
def test_predicates_that_say_the_same_have_one_diagram(predicate: Predicate) -> None:
    twice = AllOf((predicate, ~~predicate))

    assert diagram_of(twice) == diagram_of(predicate)
    assert diagram_of(~~predicate) == diagram_of(predicate)


@given(predicates(FACT_LIST), small_values)
def test_what_is_open_is_exactly_what_could_still_change_the_answer(
    predicate: Predicate, values: Values
) -> None:
    asked = [fact for fact in FACT_LIST if is_open(values[fact.name])]

    found = open_facts(predicate, values)

    assert set(found) == {fact for fact in asked if matters(predicate, values, fact)}
    assert len(found) == len(set(found))
    if evaluate(predicate, values) is Truth.UNKNOWN:
        assert found


@given(predicates(FACT_LIST), small_values)
def test_facts_that_settle_more_at_once_are_asked_first(
    predicate: Predicate, values: Values
) -> None:
    def settled(fact: AnyFact) -> int:
        now = evaluate(predicate, values)
        return sum(
            evaluate(predicate, {**values, fact.name: value}) is not now for value in SMALL[fact]
        )

    # Of facts with two values all answers are told apart, so shares can be compared.
    found = [fact for fact in open_facts(predicate, values) if fact in (INSURED, EMPLOYED)]
    assert sorted(found, key=settled, reverse=True) == found


@given(predicates(FACT_LIST), plain_values)
def test_relevance_says_for_any_values_whether_a_fact_is_open(
    predicate: Predicate, values: Values
) -> None:
    diagram = diagram_of(predicate)
    for answers in diagram.questions:
        fact = answers.fact
        others = {**values, fact.name: None}
        relevant = follow(relevance(diagram, fact), others)

        assert relevant is Truth.of(fact in open_facts(predicate, others))


@given(predicates(FACT_LIST), small_values)
def test_the_role_of_each_value(predicate: Predicate, values: Values) -> None:
    now = evaluate(predicate, values)
    found = {e.fact: e for e in evidence(predicate, values)}

    for fact, seen in found.items():
        others = [evaluate(predicate, {**values, fact.name: value}) for value in SMALL[fact]]
        assert seen.value == values[fact.name]
        if is_open(seen.value) and matters(predicate, values, fact):
            expected = Role.OPEN
        elif seen.value is None:
            expected = Role.IDLE
        else:
            expected = Role.DECISIVE if any(other is not now for other in others) else Role.IDLE
        assert seen.role is expected


def test_what_was_seen_is_said_with_its_role() -> None:
    seen = evidence((PHASE >= 2) & EMPLOYED.equals(True) & INSURED.equals(True), {"phase": 1})
    assert [e.words for e in seen] == [
        "phase: 1 (decisive)",
        "employed is not known (idle)",
        "insured is not known (idle)",
    ]


def fits(change: Change, values: Values) -> bool:
    return evaluate(change.to, values) is Truth.YES


@given(predicates(FACT_LIST), small_values)
def test_the_smallest_changes_are_all_those_of_least_size(
    predicate: Predicate, values: Values
) -> None:
    can = [fact for fact in FACT_LIST if fact.changeable or is_open(values[fact.name])]
    expected: set[frozenset[tuple[str, Scalar]]] = set()
    for size in range(len(can) + 1):
        for facts in combinations(can, size):
            domains = [
                SMALL[fact] if fact.changeable else possible(fact, values[fact.name])
                for fact in facts
            ]
            for new in product(*domains):
                names = [fact.name for fact in facts]
                changed = dict(zip(names, new, strict=True))
                if any(values[name] == value for name, value in changed.items()):
                    continue
                if evaluate(predicate, {**values, **changed}) is Truth.YES:
                    expected.add(frozenset(changed.items()))
        if expected:
            break

    found = smallest_changes(predicate, values)

    if evaluate(predicate, values) is Truth.YES:
        assert found == ()
        return
    told: set[frozenset[tuple[str, Scalar]]] = set()
    for way in found:
        for change in way:
            now = values[change.fact.name]
            wanted = [v for v in SMALL[change.fact] if fits(change, {change.fact.name: v})]
            may_be = is_open(now) and any(v in wanted for v in possible(change.fact, now))
            assert change.known is not may_be
        told_of = [
            [
                (c.fact.name, v)
                for v in (
                    SMALL[c.fact] if c.fact.changeable else possible(c.fact, values[c.fact.name])
                )
                if fits(c, {c.fact.name: v})
            ]
            for c in way
        ]
        told |= {frozenset(choice) for choice in product(*told_of)}
    assert told == expected
    assert len(found) <= MAX_WAYS


def test_ways_that_differ_in_one_fact_are_told_as_one() -> None:
    by_phase = (PHASE.equals(1) & RISK.equals("low")) | (~PHASE.equals(1) & RISK.equals("mid"))
    assert [
        [change.words for change in way]
        for way in smallest_changes(by_phase, {"phase": None, "risk": "low"})
    ] == [["it turns out that phase is 1"]]
    assert [
        [change.words for change in way]
        for way in smallest_changes(by_phase, {"phase": None, "risk": "high"})
    ] == [
        ["it turns out that phase is 1", "risk is low"],
        ["it turns out that phase is at least 2", "risk is mid"],
    ]
    (way,) = smallest_changes(RISK.equals("low") | RISK.equals("mid"), {"risk": "high"})
    assert [change.words for change in way] == ["risk is at most mid"]


def test_ways_that_differ_in_one_answer_are_told_as_one() -> None:
    employed = RISK.equals("low") & EMPLOYED.equals(True)
    either = employed | ((RISK.equals("low") | RISK.equals("mid")) & INSURED.equals(True))

    ways = smallest_changes(either, {"insured": False, "employed": False, "risk": "high"})
    assert {frozenset(change.words for change in way) for way in ways} == {
        frozenset({"insured is true", "risk is at most mid"}),
        frozenset({"employed is true", "risk is low"}),
    }


def test_what_cannot_change_is_never_proposed() -> None:
    assert smallest_changes(PHASE >= 2, {"phase": 1}) == ()
    ((change,),) = smallest_changes(PHASE >= 2, {"phase": None})
    assert (change.words, change.known) == ("it turns out that phase is at least 2", False)


@pytest.mark.parametrize(
    ("known", "words"),
    [
        pytest.param(Possible(14, 16), [], id="below all along"),
        pytest.param(Possible(14, 19), ["it turns out that age is at least 18 years"], id="open"),
        pytest.param(None, ["it turns out that age is at least 18 years"], id="not known"),
    ],
)
def test_what_cannot_change_turns_out_as_it_can_be_and_no_other_way(
    known: Value, words: list[str]
) -> None:
    found = smallest_changes(FACTS["age"] >= 18, {"age": known})

    assert [change.words for way in found for change in way] == words


def test_no_change_helps_where_nothing_could_be_met() -> None:
    assert smallest_changes(INSURED.equals(True) & INSURED.equals(False), {"insured": True}) == ()


def test_at_most_so_many_ways_are_told() -> None:
    switches: list[AnyFact] = [Fact(f"s{n}", YesNo(), "A switch.", not_known) for n in range(10)]
    half = AtLeast(5, tuple(switch.equals(True) for switch in switches))

    assert len(smallest_changes(half, {switch.name: False for switch in switches})) == MAX_WAYS


@pytest.mark.parametrize("names", [(), ("insured",)])
def test_a_predicate_without_facts_has_nothing_open(names: tuple[str, ...]) -> None:
    values = dict.fromkeys(names, True)

    assert open_facts(AllOf(()), values) == ()
    assert smallest_changes(AllOf(()), values) == ()
    assert evidence(AllOf(()), values) == ()


def test_a_diagram_that_grows_too_large_is_refused() -> None:
    facts: list[AnyFact] = [Fact(f"n{i}", YesNo(), "A switch.", not_known) for i in range(160)]
    counted = AtLeast(80, tuple(fact.equals(True) for fact in facts))

    with pytest.raises(TooComplexError, match="more than 1000000 steps"):
        diagram_of(counted)


def test_more_bounds_than_can_be_counted_answer_by_answer_are_joined() -> None:
    fact: AnyFact = Fact("days", Number(0, 1000, whole=True), "Days.", not_known)
    any_of_them = AtLeast(1, tuple(fact <= bound for bound in range(350)) * 3)

    assert open_facts(any_of_them, {}) == (fact,)
    assert open_facts(any_of_them, {"days": 349}) == ()
    assert len(smallest_changes(any_of_them, {"days": 350})) == 1


def test_changes_are_confidential_values() -> None:
    policy = find_policy("us-medicare-iop")
    asked = AllOf(tuple(c.predicate for c in policy.versions.dated[0].value))
    (way,) = smallest_changes(asked, {"dangerous": True})

    assert pickle.loads(pickle.dumps(way)) == way
    assert "dangerous" not in repr(way)
    assert "dangerous" not in repr(evidence(asked, {"dangerous": True}))


def test_many_facts_that_must_all_hold_are_no_trouble() -> None:
    facts: list[AnyFact] = [Fact(f"n{i}", YesNo(), "A switch.", not_known) for i in range(450)]
    every = AllOf(tuple(fact.equals(True) for fact in facts))

    assert open_facts(every, {}) == tuple(facts)
    assert open_facts(~every, {"n0": False}) == ()


@pytest.mark.parametrize(
    ("count", "times"),
    [
        pytest.param(1, 1, id="any"),
        pytest.param(35, 1, id="half"),
        pytest.param(60, 1, id="all"),
        pytest.param(1, 40, id="any, each many times"),
    ],
)
def test_a_count_of_bounds_on_one_number_is_one_bound(count: int, times: int) -> None:
    bounds = [n / 2 for n in range(1, 61)]
    asked = AtLeast(count, tuple(bound <= HOURS for bound in bounds) * times)
    at = bounds[count - 1]

    assert open_facts(asked, {}) == (HOURS,)
    assert [each.role for each in evidence(asked, {HOURS.name: at})] == [Role.DECISIVE]
    ((change,),) = smallest_changes(asked, {HOURS.name: 0})
    assert change.to == HOURS.at_least(at)


def test_a_long_count_of_bounds_on_one_number_is_not_too_complex() -> None:
    asked = AtLeast(90, tuple(n / 4 <= HOURS for n in range(1, 181)))

    assert [each.role for each in evidence(asked, {HOURS.name: 22.5})] == [Role.DECISIVE]


@pytest.mark.parametrize(
    "predicate",
    [
        pytest.param(AnyOf(tuple(n / 10 <= HOURS for n in range(500))), id="many bounds"),
        pytest.param(AtLeast(600, (INSURED.equals(True),) * 1200), id="a large count"),
    ],
)
def test_what_would_take_too_long_is_refused(predicate: Predicate) -> None:
    with pytest.raises(TooComplexError):
        open_facts(predicate, {})
