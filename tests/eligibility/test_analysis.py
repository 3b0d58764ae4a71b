"""What the solver says of policies is what trying every patient says of them."""

import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import chain, combinations, product
from math import inf, nextafter
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.eligibility import (
    FACTS,
    AllOf,
    AnyFact,
    AnyOf,
    Between,
    Choice,
    Compare,
    Contrast,
    Criterion,
    Fact,
    FactSheet,
    Number,
    OneOf,
    Policy,
    Predicate,
    Scalar,
    Value,
    YesNo,
    analyze,
    atoms_in,
    difference,
    evaluate,
    facts_in,
    gap,
    overlaps,
    spaces,
    turns_on,
)
from iopkit.eligibility.spaces import Space
from iopkit.errors import InvalidError, MissingExtraError, NotInForceError, TooComplexError
from iopkit.library import POLICIES
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.strategies import predicates
from iopkit.truth import Truth

Values = Mapping[str, Value]

DAY = date(2026, 1, 5)
RULE = Source("A rule of these tests", Grade.SECONDARY)


def not_known(_subject: object, _on: date) -> None:
    """A reader that knows nothing; these tests give facts' values themselves."""


def own(name: str, kind: YesNo | Number | Choice) -> AnyFact:
    return Fact(name, kind, "A fact of these tests.", not_known)


INSURED = own("insured", YesNo())
PHASE = own("phase", Number(1, 3, whole=True))
RISK = own("risk", Choice(("low", "mid", "high"), ordered=True))
COLOR = own("color", Choice(("red", "green", "blue")))
SHARE = own("share", Number(0, 1))
AMOUNT = own("amount", Number(-inf, inf))
SMALL = (INSURED, PHASE, RISK, SHARE)
AGE, HOURS = FACTS["age"], FACTS["needed_hours_per_week"]


def policy(*asked: Predicate, name: str = "own") -> Policy:
    """A policy whose criteria are named a, b, c and so on."""
    criteria = tuple(Criterion(chr(97 + n), "Is so.", p, RULE) for n, p in enumerate(asked))
    return Policy(name, "A policy", Versions((Dated(date(2024, 1, 1), criteria, RULE),)))


# The oracle: every patient, one after the other.


def values_of(fact: AnyFact, asked: tuple[Predicate, ...]) -> list[Scalar]:
    """All values of a small kind; of numbers, those named and their nearest neighbors."""
    match fact.kind:
        case YesNo():
            return [True, False]
        case Choice(options):
            return list(options)
        case Number(low, high, whole=True):
            return list(range(int(low), int(high) + 1))
        case Number() as kind:
            named: set[float] = {kind.low, kind.high, 0.0}
            for atom in chain.from_iterable(map(atoms_in, asked)):
                if atom.fact == fact:
                    match atom:
                        case Compare(value=value):
                            named.add(float(value))
                        case Between(low=least, high=most):
                            named |= {float(least), float(most)}
                        case OneOf(values=some):
                            named |= set(map(float, some))
                        case _:
                            pass
            near = {nextafter(n, to) for n in named for to in (-inf, inf)}
            return sorted(n for n in named | near if kind.accepts(n))


def everybody(*asked: Predicate, known: bool = False) -> Iterator[Values]:
    """Every patient; ``known``: of whom everything is known."""
    facts = dict.fromkeys(fact for predicate in asked for fact in facts_in(predicate))
    unknown = () if known else (None,)
    domains = [(*unknown, *values_of(fact, asked)) for fact in facts]
    for way in product(*domains):
        yield dict(zip((fact.name for fact in facts), way, strict=True))


def truth(asked: tuple[Predicate, ...], values: Values) -> Truth:
    return evaluate(AllOf(asked), values)


# Few facts and leaves a criterion, so that trying everybody takes no time.
about_few = predicates((INSURED, PHASE)) | predicates((PHASE, RISK)) | predicates((SHARE, INSURED))
small = st.lists(about_few, min_size=1, max_size=3).map(tuple)
smaller = st.lists(about_few, min_size=1, max_size=2).map(tuple)


# The encoding


def formulas(space: Space, predicate: Predicate) -> dict[Truth, Any]:
    """When a predicate has each truth."""
    yes, no = space.rails(predicate)
    neither = space.z3.Not(yes), space.z3.Not(no)
    return {
        Truth.YES: space.all([yes, neither[1]]),
        Truth.NO: space.all([no, neither[0]]),
        Truth.UNKNOWN: space.all(neither),
    }


@pytest.mark.parametrize("fact", [PHASE, RISK, COLOR, SHARE], ids=lambda fact: fact.name)
@given(st.data())
def test_the_solver_says_of_everybody_what_evaluate_says(
    fact: AnyFact, data: st.DataObject
) -> None:
    facts = (fact, INSURED)
    predicate = data.draw(predicates(facts))
    # Asking about each value by itself gives it an answer of its own.
    domains = [values_of(f, (predicate,)) for f in facts]
    each = [f.equals(value) for f, domain in zip(facts, domains, strict=True) for value in domain]
    space = Space.of([predicate, *each])
    says = formulas(space, predicate)
    patients = []
    for way in product(*((None, *domain) for domain in domains)):
        values = dict(zip((f.name for f in facts), way, strict=True))
        pins = [~f.is_known if v is None else f.equals(v) for f, v in zip(facts, way, strict=True)]
        patient = space.all(space.rails(pin)[0] for pin in pins)
        assert space.holds(patient)
        patients.append((patient, says[evaluate(predicate, values)]))

    wrong = space.any(space.all([p, space.z3.Not(said)]) for p, said in patients)
    assert space.found(wrong) == []


@given(small)
def test_a_patient_is_found_if_and_only_if_there_is_one(asked: tuple[Predicate, ...]) -> None:
    space = Space.of(asked)
    whole = AllOf(asked)
    for wanted, formula in formulas(space, whole).items():
        found = space.found(formula)
        exists = any(truth(asked, values) is wanted for values in everybody(*asked))
        assert bool(found) is exists
        assert {evaluate(whole, values) for values in found} <= {wanted}


@pytest.mark.parametrize(
    ("rungs", "found"),
    [
        pytest.param([HOURS < 9], 9, id="at a bound"),
        pytest.param([HOURS >= 9], 8, id="below a bound"),
        pytest.param([HOURS <= 9], 10, id="above a bound"),
        pytest.param([AGE < 18, AGE > 18], 18, id="the one left"),
        pytest.param([HOURS < 9, HOURS.equals(9), HOURS >= 10], 9.5, id="between neighbors"),
        pytest.param([SHARE <= 0], 1, id="above the least"),
        pytest.param([SHARE < 1], 1, id="the most"),
        pytest.param([SHARE.equals(0), SHARE.equals(1)], 0.5, id="between the ends"),
        pytest.param([AMOUNT.at_least(-2.5)], -3, id="without a least"),
        pytest.param([AMOUNT <= 2.5], 3, id="without a most"),
        pytest.param([RISK >= "mid"], "low", id="a lower word"),
        pytest.param([COLOR.is_in("red", "green")], "blue", id="the other word"),
        pytest.param([INSURED.equals(True)], False, id="the other truth"),
        pytest.param([~SHARE.is_known], 0, id="any number"),
        pytest.param([~AMOUNT.is_known], 0, id="any number without ends"),
    ],
)
def test_examples_are_plain_values_next_to_the_bounds(
    rungs: list[Predicate], found: Scalar
) -> None:
    sheet = gap(rungs, on=DAY)

    assert sheet is not None
    assert [value for _, value in sheet.items] == [found]


def test_between_two_neighboring_numbers_there_is_nothing() -> None:
    next_up = nextafter(0.5, 1)

    assert gap([SHARE <= 0.5, SHARE.at_least(next_up)], on=DAY) is None
    assert gap([SHARE <= 0.5, ~SHARE.is_in(next_up)], on=DAY) == FactSheet(
        DAY, (("share", next_up),)
    )


# What a policy can and cannot do


@given(small)
def test_an_analysis_is_what_trying_everybody_says(asked: tuple[Predicate, ...]) -> None:
    found = analyze(policy(*asked), on=DAY)
    patients = list(everybody(*asked))
    names = [chr(97 + n) for n in range(len(asked))]
    truths = [[evaluate(predicate, values) for predicate in asked] for values in patients]

    def possible(chosen: tuple[str, ...]) -> bool:
        places = [names.index(name) for name in chosen]
        return any(all(row[n] is Truth.YES for n in places) for row in truths)

    assert found.impossible is not possible(tuple(names))
    if found.impossible:
        assert not possible(found.contradiction)
        for fewer in combinations(found.contradiction, len(found.contradiction) - 1):
            assert possible(fewer)
    assert list(found.redundant) == [
        name
        for n, name in enumerate(names)
        if all(
            truth(asked, values) is truth((*asked[:n], *asked[n + 1 :]), values)
            for values in patients
        )
    ]
    columns = dict(zip(names, zip(*truths, strict=True), strict=True))
    assert list(found.never_unmet) == [n for n in names if Truth.NO not in columns[n]]
    assert list(found.never_met) == [n for n in names if Truth.YES not in columns[n]]
    assert found.nothing_known is truth(asked, {})
    assert found.admits_unknown is (found.nothing_known is Truth.YES)


@pytest.mark.parametrize(
    ("asked", "contradiction"),
    [
        pytest.param((AGE >= 18,), "", id="none"),
        pytest.param((AGE >= 18, HOURS >= 9, AGE < 18), "ac", id="two"),
        pytest.param((AGE >= 18, AGE.is_in(17, 40), HOURS >= 9, AGE < 40), "abd", id="three"),
        pytest.param((HOURS >= 9, AnyOf(())), "b", id="one that nobody meets"),
        pytest.param((AGE >= 18, ~AGE.is_known), "ab", id="known and not known"),
        pytest.param((HOURS >= 9, ~AGE.is_known), "", id="something must not be known"),
        pytest.param((AGE < 18, AGE > 18, AGE < 17), "bc", id="one of two"),
    ],
)
def test_a_contradiction_names_only_what_it_takes(
    asked: tuple[Predicate, ...], contradiction: str
) -> None:
    found = analyze(policy(*asked), on=DAY)

    assert found.contradiction == tuple(contradiction)
    assert found.impossible is bool(contradiction)


@pytest.mark.parametrize(
    ("asked", "redundant"),
    [
        pytest.param((AGE >= 18, HOURS >= 9), "", id="none"),
        pytest.param((AGE >= 18, AGE >= 21), "a", id="the weaker"),
        pytest.param((AGE >= 18, AGE.at_least(18)), "ab", id="either of two"),
        pytest.param((AGE >= 0, HOURS >= 9), "", id="always so, but must be known"),
        pytest.param((AGE.is_known, AGE >= 18), "", id="settles what is not known"),
        pytest.param((AGE.is_known | INSURED.equals(True), AllOf(())), "b", id="asks nothing"),
    ],
)
def test_what_is_redundant_can_be_dropped_whatever_is_known(
    asked: tuple[Predicate, ...], redundant: str
) -> None:
    assert analyze(policy(*asked), on=DAY).redundant == tuple(redundant)


@pytest.mark.parametrize(
    ("asked", "never_unmet", "never_met"),
    [
        pytest.param((AGE >= 18,), "", "", id="neither"),
        pytest.param((AGE >= 0, AGE > 130, AGE >= 130), "a", "b", id="at the ends"),
        pytest.param((INSURED.equals(True) | ~INSURED.equals(True),), "a", "", id="either way"),
        pytest.param((AGE.is_known, ~AGE.is_known), "", "", id="known or not"),
    ],
)
def test_criteria_that_never_decide_are_named(
    asked: tuple[Predicate, ...], never_unmet: str, never_met: str
) -> None:
    found = analyze(policy(*asked), on=DAY)

    assert (found.never_unmet, found.never_met) == (tuple(never_unmet), tuple(never_met))


def test_a_policy_that_admits_whoever_is_not_known_is_told() -> None:
    assert analyze(policy(~AGE.is_known), on=DAY).admits_unknown
    assert not analyze(policy(AGE >= 18), on=DAY).admits_unknown


def test_the_version_in_force_is_analyzed() -> None:
    first = Criterion("adult", "Is an adult.", AGE >= 18, RULE)
    then = Criterion("nobody", "Is nobody.", AnyOf(()), RULE)
    versions: tuple[Dated[tuple[Criterion, ...]], ...] = (
        Dated(date(2024, 1, 1), (first,), RULE),
        Dated(date(2025, 1, 1), (then,), RULE),
    )
    dated = Policy("dated", "A dated policy", Versions(versions))

    assert not analyze(dated, on=date(2024, 12, 31)).impossible
    found = analyze(dated, on=date(2025, 1, 1))
    assert (found.policy, found.since) == ("dated", date(2025, 1, 1))
    assert found.contradiction == ("nobody",)
    with pytest.raises(NotInForceError):
        analyze(dated, on=date(2023, 12, 31))


# Where two policies differ


def checked(contrast: Contrast, one: tuple[Predicate, ...], other: tuple[Predicate, ...]) -> None:
    """What a contrast says of its example is so."""
    values = contrast.facts.values()
    assert contrast.verdicts == (truth(one, values), truth(other, values))
    for verdict, criteria in zip(contrast.verdicts, contrast.deciding, strict=True):
        assert all(evaluate(c.predicate, values) is verdict for c in criteria)
        assert criteria or verdict is not Truth.NO
    assert contrast.facts.on == DAY


@given(smaller, smaller)
def test_policies_differ_if_trying_everybody_finds_somebody(
    one: tuple[Predicate, ...], other: tuple[Predicate, ...]
) -> None:
    policies = policy(*one), policy(*other, name="other")
    found = difference(*policies, on=DAY)

    def differs(*, known: bool) -> set[tuple[Truth, Truth]]:
        pairs = {
            (truth(one, values), truth(other, values))
            for values in everybody(*one, *other, known=known)
        }
        return {(first, second) for first, second in pairs if first is not second}

    assert (found.policies, found.on) == (policies, DAY)
    assert found.same is (differs(known=False) == set())
    verdicts = [contrast.verdicts for contrast in found.contrasts]
    if known := differs(known=True):
        assert set(verdicts) == known
    else:
        assert len(verdicts) <= 1
        assert set(verdicts) <= differs(known=False)
    for contrast in found.contrasts:
        checked(contrast, one, other)


@given(small)
def test_a_policy_does_not_differ_from_itself_or_its_criteria_in_another_order(
    asked: tuple[Predicate, ...],
) -> None:
    assert difference(policy(*asked), policy(*asked), on=DAY).same
    assert difference(policy(*asked), policy(AllOf(asked[::-1])), on=DAY).same


@given(smaller, smaller)
def test_examples_say_no_more_than_they_need_to(
    one: tuple[Predicate, ...], other: tuple[Predicate, ...]
) -> None:
    for contrast in difference(policy(*one), policy(*other), on=DAY).contrasts:
        values = contrast.facts.values()
        said = [evaluate(predicate, values) for predicate in (*one, *other)]
        for name in (name for name, value in values.items() if value is not None):
            fewer = {**values, name: None}
            assert [evaluate(predicate, fewer) for predicate in (*one, *other)] != said


@given(smaller, smaller)
def test_each_criterion_that_alone_refuses_somebody_has_an_example(
    one: tuple[Predicate, ...], other: tuple[Predicate, ...]
) -> None:
    alone = [
        chr(97 + n)
        for n, reason in enumerate(other)
        if any(
            truth((*one, *other[:n], *other[n + 1 :], ~reason), values) is Truth.YES
            for values in everybody(*one, *other, known=True)
        )
    ]
    found = difference(policy(*one), policy(*other), on=DAY).contrasts
    reasons = [
        [criterion.name for criterion in contrast.deciding[1]]
        for contrast in found
        if contrast.verdicts == (Truth.YES, Truth.NO) and alone
    ]
    assert reasons == [[name] for name in alone]


def test_an_example_fails_one_criterion_where_it_can() -> None:
    strict = policy(AGE >= 21, HOURS >= 20, INSURED.equals(True))
    found = difference(policy(AGE >= 18, HOURS >= 9), strict, on=DAY).contrasts

    assert [contrast.verdicts for contrast in found] == [(Truth.YES, Truth.NO)] * 3
    contrast = found[0]
    mild, severe = contrast.deciding
    assert [criterion.name for criterion in mild] == ["a"]
    assert [criterion.name for criterion in severe] == ["a"]
    # Hours that both take, and the one age between their bounds; insured or not, it is a no.
    assert list(contrast.facts.values().values()) == [18, 20, None]


def test_a_criterion_that_the_other_policy_does_not_have_is_named_alone() -> None:
    more = policy(AGE >= 18, INSURED.equals(True))
    (contrast,) = difference(more, policy(AGE >= 18), on=DAY).contrasts

    assert contrast.verdicts == (Truth.NO, Truth.YES)
    assert [[c.name for c in criteria] for criteria in contrast.deciding] == [["b"], []]


def test_policies_that_differ_only_where_something_is_not_known_are_told_apart() -> None:
    asks, does_not = policy(AGE >= 0, HOURS >= 9), policy(HOURS >= 9)
    (contrast,) = difference(asks, does_not, on=DAY).contrasts

    assert contrast.verdicts == (Truth.UNKNOWN, Truth.YES)
    assert [[c.name for c in criteria] for criteria in contrast.deciding] == [["a"], []]
    assert contrast.facts.values()["age"] is None


def test_two_versions_of_a_policy_differ_as_two_policies_would() -> None:
    older, newer = policy(AGE >= 18, HOURS >= 9), policy(AGE >= 21, HOURS >= 9)
    ((first,), (second,)) = older.versions.dated, newer.versions.dated
    both = evolve(older, versions=Versions((first, evolve(second, since=DAY))))
    before = DAY - timedelta(days=1)

    found = difference(both, both, on=before, second_on=DAY)
    assert (found.policies, found.days) == ((both, both), (before, DAY))
    assert found.contrasts == difference(older, newer, on=before).contrasts != ()
    same = difference(both, both, on=before)
    assert (same.days, same.same) == ((before, before), True)


@pytest.mark.parametrize(
    ("build", "what", "said"),
    [
        pytest.param(
            lambda _: Contrast(FactSheet(DAY, ()), (Truth.NO, Truth.NO), ((), ())),
            *("contrast", "verdicts: expected two that differ, found one"),
            id="a contrast of one verdict",
        ),
        pytest.param(
            lambda _: difference(policy(AGE >= 18), policy(own("age", YesNo()).is_known), on=DAY),
            *("facts", "name: expected one fact of each name, found two"),
            id="one name for two facts",
        ),
        pytest.param(
            lambda other: difference(policy(AGE >= 18), other, on=DAY),
            *("difference", "second: expected a Policy, found a text"),
            id="no policy to compare with",
        ),
        pytest.param(
            lambda other: analyze(other, on=DAY),
            *("analysis", "policy: expected a Policy, found a text"),
            id="no policy to analyze",
        ),
        pytest.param(
            lambda other: turns_on(other, AGE, on=DAY),
            *("analysis", "policy: expected a Policy, found a text"),
            id="no policy to turn on a fact",
        ),
    ],
)
def test_what_cannot_be_compared_or_analyzed_is_refused(
    build: Callable[[Any], object], what: str, said: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        build("us-medicare-iop")

    assert str(caught.value).startswith(f"{what}: 1 problem\n  {said}")


# What a policy turns on


@given(small, st.sampled_from(SMALL))
def test_a_policy_turns_on_a_fact_if_two_patients_who_differ_in_it_alone_do(
    asked: tuple[Predicate, ...], fact: AnyFact
) -> None:
    # Everybody else's facts first, then each value of this one.
    turns = any(
        len({truth(asked, {**values, fact.name: v}) for v in (None, *values_of(fact, asked))}) > 1
        for values in everybody(*asked)
    )
    assert turns_on(policy(*asked), fact, on=DAY) is turns


@pytest.mark.parametrize(
    ("predicate", "turns"),
    [
        pytest.param(AGE >= 18, False, id="asks about another"),
        pytest.param(INSURED.equals(True), True, id="asks about it"),
        pytest.param(INSURED.equals(True) & ~INSURED.equals(True) & AnyOf(()), False, id="in vain"),
        pytest.param(INSURED.equals(True) | ~INSURED.equals(True), True, id="must be known"),
        pytest.param(INSURED.is_known, True, id="whether it is known"),
    ],
)
def test_what_a_policy_turns_on(predicate: Predicate, *, turns: bool) -> None:
    assert turns_on(policy(predicate), INSURED, on=DAY) is turns


# Ladders


@given(small)
def test_a_gap_is_somebody_whom_no_rung_takes(rungs: tuple[Predicate, ...]) -> None:
    found = gap(rungs, on=DAY)

    nobody = {
        all(evaluate(rung, values) is Truth.NO for rung in rungs)
        for values in everybody(*rungs, known=True)
    }
    assert (found is not None) is (True in nobody)
    if found is not None:
        assert {evaluate(rung, found.values()) for rung in rungs} == {Truth.NO}


@given(small)
def test_rungs_overlap_if_somebody_is_taken_by_both(rungs: tuple[Predicate, ...]) -> None:
    found = overlaps(rungs, on=DAY)

    patients = list(everybody(*rungs))
    assert [overlap.rungs for overlap in found] == [
        (one, other)
        for one, other in combinations(range(len(rungs)), 2)
        if any(truth((rungs[one], rungs[other]), values) is Truth.YES for values in patients)
    ]
    for overlap in found:
        one, other = (rungs[place] for place in overlap.rungs)
        assert truth((one, other), overlap.example.values()) is Truth.YES


def test_rungs_may_be_policies() -> None:
    rungs: list[Policy | Predicate] = [
        policy(HOURS < 9),
        policy(HOURS >= 9, AGE >= 18),
        HOURS >= 20,
    ]

    found = gap(rungs, on=DAY)
    assert found is not None
    assert dict(found.values()) == {"needed_hours_per_week": 9, "age": 17}
    assert [overlap.rungs for overlap in overlaps(rungs, on=DAY)] == [(1, 2)]


def test_a_ladder_without_rungs_takes_nobody() -> None:
    assert gap([], on=DAY) == FactSheet(DAY, ())
    assert overlaps([], on=DAY) == ()


# The solver


@given(smaller, smaller)
def test_the_same_question_has_the_same_answer_in_every_thread(
    one: tuple[Predicate, ...], other: tuple[Predicate, ...]
) -> None:
    def ask(_: int) -> object:
        found = difference(policy(*one), policy(*other), on=DAY)
        return found, analyze(policy(*one), on=DAY)

    with ThreadPoolExecutor(4) as threads:
        first, *more = threads.map(ask, range(4))
    assert more == [first] * 3


def test_a_question_that_takes_too_long_is_not_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    """More pigeons than holes: hard for every solver of this kind."""
    pigeons, holes = range(9), range(8)
    sits = [[own(f"in_{p}_{h}", YesNo()).equals(True) for h in holes] for p in pigeons]
    somewhere = (AnyOf(tuple(row)) for row in sits)
    alone = (~(sits[p][h] & sits[q][h]) for h in holes for p, q in combinations(pigeons, 2))
    crowded = AllOf((*somewhere, *alone))
    monkeypatch.setattr(spaces, "EFFORT", 10_000)

    with pytest.raises(TooComplexError, match="effort of 10000"):
        analyze(policy(crowded), on=DAY)


def test_without_the_solver_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'iopkit\[analysis\]'"):
        analyze(policy(AGE >= 18), on=DAY)


# What is shipped

VERSIONS = [
    pytest.param(shipped, version.since, id=f"{shipped.name} {version.since}")
    for shipped in POLICIES
    for version in shipped.versions.dated
]


@pytest.mark.parametrize(("shipped", "since"), VERSIONS)
def test_a_shipped_policy_can_be_met_and_each_criterion_counts(
    shipped: Policy, since: date
) -> None:
    found = analyze(shipped, on=since)

    assert found.contradiction == ()
    assert (found.redundant, found.never_unmet, found.never_met) == ((), (), ())
    assert not found.admits_unknown


@pytest.mark.parametrize(("shipped", "since"), VERSIONS)
def test_a_shipped_policy_turns_on_all_that_it_asks_about(shipped: Policy, since: date) -> None:
    asked = shipped.facts(on=since)

    assert [fact.name for fact in asked if not turns_on(shipped, fact, on=since)] == []


@pytest.mark.parametrize(("shipped", "since"), VERSIONS)
def test_nobody_is_turned_away_for_an_opioid_medication(shipped: Policy, since: date) -> None:
    assert not turns_on(shipped, FACTS["opioid_medication"], on=since)
