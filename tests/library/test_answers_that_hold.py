"""Answers that hold: who is worse off never gets a "yes" by it, and nor does learning undo one."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from itertools import chain, pairwise, product
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve, fields
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from iopkit.eligibility import (
    CONTRADICTIONS,
    FACTS,
    AnyFact,
    Between,
    Choice,
    Compare,
    Criterion,
    FactSheet,
    Known,
    Number,
    OneOf,
    Policy,
    Possible,
    Predicate,
    Scalar,
    Value,
    Worse,
    YesNo,
    atoms_in,
    evaluate,
    facts_in,
)
from iopkit.eligibility.kinds import Kind
from iopkit.eligibility.possible import as_possible
from iopkit.library import LADDERS, POLICIES, find_policy
from iopkit.needs import Need
from iopkit.patients import (
    Assessment,
    DimensionRating,
    LivingEnvironment,
    MinimumLevel,
    Patient,
    Score,
    Screening,
)
from iopkit.placement import Ladder, place
from iopkit.strategies import assessments, predicates, values_of
from iopkit.truth import Truth

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
ON = date(2026, 1, 12)
FLOORS = {
    ("us-medicare-php", "instead_of_inpatient", "needs_inpatient_otherwise"): (
        "42 CFR 410.43(a)(3), which asks for the certification of 424.24(e)"
    ),
    ("us-medicare-otp-iop", "higher_intensity", "needs_more_than_otp_services"): (
        "42 CFR 410.67(b)(ix)"
    ),
}
"""The criteria that ask for somebody who is no better than so, the fact, and who says so."""
POLICIES_AND_RUNGS = (
    *POLICIES,
    *(
        policy
        for ladder in LADDERS
        for rung in ladder.rungs
        for policy in (rung.policy, *rung.others)
    ),
)
VERSIONS = [
    (policy, version.since) for policy in POLICIES_AND_RUNGS for version in policy.versions.dated
]
DATED = [pytest.param(policy, on, id=f"{policy.name} {on}") for policy, on in VERSIONS]
HELD = tuple(dict.fromkeys(fact for one in CONTRADICTIONS for fact in facts_in(one.predicate)))


def near(fact: AnyFact, predicate: Predicate) -> tuple[Scalar, ...]:
    """Values of a fact on both sides of each bound, and at its ends, from the best to the worst."""
    kind: Kind = fact.kind
    match kind:
        case YesNo():
            some: set[Any] = {False, True}
        case Choice(options):
            some = set(options)
        case Number(low, high):
            bounds: set[Any] = set()
            for atom in atoms_in(predicate):
                if atom.fact == fact:
                    match atom:
                        case Compare(_, _, value):
                            bounds.add(value)
                        case Between(_, least, most):
                            bounds |= {least, most}
                        case OneOf(_, values):
                            bounds |= {*values}
                        case Known():
                            pass
            some = {low, high, *(bound + step for bound in bounds for step in (-1, 0, 1))}
            some = {int(n) if kind.whole else n for n in some if kind.accepts(n)}
    return tuple(sorted(some, key=lambda value: (fact.badness(value), str(value))))


def mixtures(predicate: Predicate) -> Iterator[dict[str, Value]]:
    """All that can be known of the facts that a predicate asks about, as far as it matters."""
    facts = tuple(dict.fromkeys(facts_in(predicate)))
    for values in product(*((*near(fact, predicate), None) for fact in facts)):
        yield {fact.name: value for fact, value in zip(facts, values, strict=True)}


def broken_by(criterion: Criterion) -> set[str]:
    """The facts of which a worse value makes a criterion met that was not met."""
    asked = criterion.predicate
    return {
        fact.name
        for fact in dict.fromkeys(facts_in(asked))
        if fact.worse
        for values in mixtures(asked)
        for better, worse in pairwise(near(fact, asked))
        if evaluate(asked, {**values, fact.name: better})
        is not Truth.YES
        is evaluate(asked, {**values, fact.name: worse})
    }


def test_no_worse_value_meets_a_criterion_unless_its_source_sets_a_floor() -> None:
    found = {
        (policy.name, criterion.name, fact): criterion.source.citation
        for policy in POLICIES_AND_RUNGS
        for version in policy.versions.dated
        for criterion in version.value
        for fact in broken_by(criterion)
    }
    assert found == FLOORS


@cache
def suited(policy: Policy, on: date) -> Mapping[str, Value]:
    """Values with which a policy says yes."""
    found: dict[str, Value] = {}
    for criterion in policy.version(on=on).value:
        asked = criterion.predicate
        each = (mixture for mixture in mixtures(asked) if evaluate(asked, mixture) is Truth.YES)
        found |= {name: value for name, value in next(each).items() if value is not None}
    return found


@st.composite
def values_around(draw: st.DrawFn, policy: Policy, on: date) -> dict[str, Value]:
    """Values of all facts that a policy asks about or that can contradict them; most suit it."""
    asked = policy.predicate(on=on)
    fine = suited(policy, on)
    found: dict[str, Value] = {}
    for fact in dict.fromkeys((*facts_in(asked), *HELD)):
        suits = draw(st.integers(0, 5))
        some = st.none() | st.sampled_from(near(fact, asked)) | values_of(fact.kind)
        found[fact.name] = fine.get(fact.name) if suits else draw(some)
    return found


def decided(policy: Policy, values: Mapping[str, Value], on: date) -> tuple[Truth, set[str]]:
    """The verdict, and the names of the contradictions."""
    facts = dict.fromkeys((*facts_in(policy.predicate(on=on)), *HELD))
    decision = policy.decide_sheet(FactSheet.of(facts, values, on=on))
    return decision.verdict, {one.name for one in decision.contradictions or ()}


def ranked(policy: Policy, on: date) -> list[AnyFact]:
    asked = dict.fromkeys((*facts_in(policy.predicate(on=on)), *HELD))
    exempt = {fact for name, _, fact in FLOORS if name == policy.name}
    return [fact for fact in asked if fact.worse and fact.name not in exempt]


@st.composite
def worsened(draw: st.DrawFn, fact: AnyFact) -> tuple[Value, Value]:
    """What is possible of a fact, and the same with each value as bad or worse."""
    pairs = [
        sorted(draw(st.tuples(*[values_of(fact.kind)] * 2)), key=fact.badness)
        for _ in range(draw(st.integers(1, 2)))
    ]
    before, after = zip(*pairs, strict=True)
    return Possible.any_of(before).plain, Possible.any_of(after).plain


@pytest.mark.parametrize(("policy", "on"), DATED)
@given(data=st.data())
def test_who_is_worse_off_gets_no_yes_by_it(policy: Policy, on: date, data: st.DataObject) -> None:
    values = data.draw(values_around(policy, on))
    for fact in ranked(policy, on):
        before, after = data.draw(worsened(fact))
        first, _ = decided(policy, {**values, fact.name: before}, on)
        second, _ = decided(policy, {**values, fact.name: after}, on)
        assert first is Truth.YES or second is not Truth.YES, fact.name


# Levels.


def ended(ladder: Ladder, sheet: FactSheet) -> tuple[int, Truth]:
    """The rung on which a ladder ends, and what it says."""
    verdicts = [rung.policy.decide_sheet(sheet).verdict for rung in ladder.rungs]
    place_of = next((n for n, truth in enumerate(verdicts) if truth is not Truth.NO), len(verdicts))
    return place_of, verdicts[min(place_of, len(verdicts) - 1)]


def asked_by(ladder: Ladder) -> tuple[AnyFact, ...]:
    asked = (fact for rung in ladder.rungs for fact in rung.policy.facts(on=ON))
    return tuple(dict.fromkeys((*asked, *HELD)))


@st.composite
def sheet_values(draw: st.DrawFn, ladder: Ladder) -> dict[str, Value]:
    """What is known for a ladder: much of it is what its rungs ask for."""
    policy = draw(st.sampled_from([rung.policy for rung in ladder.rungs]))
    found = draw(values_around(policy, ON))
    rest = [fact for fact in asked_by(ladder) if fact.name not in found]
    return found | {fact.name: draw(st.none() | values_of(fact.kind)) for fact in rest}


@pytest.mark.parametrize("ladder", LADDERS, ids=lambda ladder: ladder.name)
@given(data=st.data())
def test_by_its_rules_who_is_worse_off_ends_on_no_lower_level(
    ladder: Ladder, data: st.DataObject
) -> None:
    facts = asked_by(ladder)
    values = data.draw(sheet_values(ladder))
    for fact in facts:
        if fact.worse:
            before, after = data.draw(worsened(fact))
            level, first = ended(ladder, FactSheet.of(facts, {**values, fact.name: before}, on=ON))
            later, second = ended(ladder, FactSheet.of(facts, {**values, fact.name: after}, on=ON))
            assert level <= later, fact.name
            assert level < later or first is Truth.YES or second is not Truth.YES, fact.name


def worse_than(found: Assessment) -> Iterator[Assessment]:
    """The same assessment with one finding that is worse."""
    for field in fields(Assessment):
        fact = FACTS.get(field.name)
        if fact and fact.worse and isinstance(fact.kind, YesNo):
            worst = fact.worse is Worse.HIGHER
            if getattr(found, field.name) is (not worst):
                changed: dict[str, Any] = {field.name: worst}
                yield evolve(found, **changed)
    for home in LivingEnvironment:
        if found.living_environment is not None and home < found.living_environment:
            yield evolve(found, living_environment=home)
    for need in Need:
        if found.needs is not None and need not in found.needs and FACTS[f"needs_{need}"].worse:
            yield evolve(found, needs=found.needs | {need})
    yield from rated_worse_than(found)


def rated_worse_than(found: Assessment) -> Iterator[Assessment]:
    """The same assessment with one rating, or one minimum level, that is worse."""
    ratings, levels = found.ratings, found.minimum_levels
    for n, rating in enumerate(ratings):
        for risk in () if rating.risk is None else range(rating.risk + 1, 5):
            worse = DimensionRating(rating.dimension, risk)
            yield evolve(found, ratings=(*ratings[:n], worse, *ratings[n + 1 :]))
    for n, asked in enumerate(levels):
        for level in FOURTH:
            if asked.level < level:
                more = MinimumLevel(asked.dimension, level)
                yield evolve(found, minimum_levels=(*levels[:n], more, *levels[n + 1 :]))


FOURTH = [rung.level for rung in LADDERS[0].rungs]
EASY: dict[str, Any] = {
    "needed_per_week": timedelta(hours=11),
    "support_adequate": True,
    "dangerous": False,
    "needs_24_hour_care": False,
    "needs_medical_monitoring": False,
    "needs_medical_management": False,
    "suicidal_ideation": False,
}


@st.composite
def assessed(draw: st.DrawFn) -> Assessment:
    """Findings of the day, many of them with which an outpatient level is not excluded."""
    found = evolve(draw(assessments()), on=ON)
    easy = draw(st.sets(st.sampled_from(sorted(EASY))))
    return evolve(found, **{name: EASY[name] for name in easy})


def test_every_fact_of_an_assessment_that_has_a_direction_is_made_worse() -> None:
    # What ``worse_than`` leaves out would be left out of the property below in silence.
    best: dict[str, Any] = {
        name: fact.worse is Worse.LOWER
        for name, fact in FACTS.items()
        if fact.worse
        and isinstance(fact.kind, YesNo)
        and name in {f.name for f in fields(Assessment)}
    }
    found = Assessment(
        ON,
        needs=frozenset(),
        living_environment=LivingEnvironment.SUPPORTIVE,
        ratings=tuple(DimensionRating(n, 0) for n in range(1, 7)),
        **best,
    )
    grave = sum(FACTS[f"needs_{need}"].worse is not None for need in Need)
    assert len([*worse_than(found)]) == len(best) + grave + len(LivingEnvironment) - 1 + 6 * 4
    fourth = Assessment(ON, edition=FOURTH[0].edition, minimum_levels=(MinimumLevel(3, FOURTH[2]),))
    assert len([*worse_than(fourth)]) == len(FOURTH) - 3


@pytest.mark.parametrize("ladder", LADDERS, ids=lambda ladder: ladder.name)
@given(found=assessed(), scores=st.tuples(st.integers(0, 3), st.integers(0, 3)))
def test_who_is_worse_off_is_placed_on_no_lower_level(
    ladder: Ladder, found: Assessment, scores: tuple[int, int]
) -> None:
    def patient(recorded: Assessment, score: int) -> Patient:
        screened = Screening("c_ssrs", ON, scores=(Score("risk", score),))
        return Patient(KEY, date(1991, 3, 9), assessments=(recorded,), screenings=(screened,))

    low, high = sorted(scores)
    before = place(ladder, patient(found, low), on=ON)
    for after in chain(
        (place(ladder, patient(worse, low), on=ON) for worse in worse_than(found)),
        [place(ladder, patient(found, high), on=ON)],
    ):
        level, later = before.results[-1].level, after.results[-1].level
        assert level <= later
        assert level < later or before.verdict is Truth.YES or after.verdict is not Truth.YES


# Learning.


@st.composite
def learned(draw: st.DrawFn, kind: Kind) -> tuple[Value, Value]:
    """What is possible of a fact, and what is when more was learned of it."""
    value = draw(values_of(kind))
    narrow = [value, *draw(st.lists(values_of(kind), max_size=1))]
    wide = [*narrow, *draw(st.lists(values_of(kind), max_size=2))]
    after = Possible.any_of(narrow).plain
    return draw(st.none() | st.just(Possible.any_of(wide).plain)), after


ASKED = tuple(
    FACTS[name]
    for name in (
        "age",
        "dangerous",
        "needed_hours_per_week",
        "living_environment",
        "opioid_medication",
        "days_since_24_hour_care",
    )
)


@settings(max_examples=10 * settings().max_examples)
@given(predicates(ASKED), st.data())
def test_learning_turns_no_predicate_round(predicate: Predicate, data: st.DataObject) -> None:
    # Whether a fact is known is a question about the record, and learning answers it anew.
    assume(not any(isinstance(atom, Known) for atom in atoms_in(predicate)))
    pairs = {fact.name: data.draw(learned(fact.kind)) for fact in facts_in(predicate)}
    before = evaluate(predicate, {name: wide for name, (wide, _) in pairs.items()})
    after = evaluate(predicate, {name: narrow for name, (_, narrow) in pairs.items()})

    assert before in (Truth.UNKNOWN, after)


def test_no_shipped_policy_asks_whether_something_is_known() -> None:
    for policy in POLICIES_AND_RUNGS:
        for version in policy.versions.dated:
            atoms = (atom for criterion in version.value for atom in atoms_in(criterion.predicate))
            assert not any(isinstance(atom, Known) for atom in atoms)


@st.composite
def forgotten(draw: st.DrawFn, values: Mapping[str, Value]) -> dict[str, Value]:
    """The same values with less of some of them known."""
    found: dict[str, Value] = {}
    for name, value in values.items():
        kind = KINDS[name]
        more = [] if value is None else draw(st.lists(values_of(kind), max_size=1))
        wider = Possible.any_of([value, *more]).plain
        found[name] = draw(st.none() | st.just(wider) | st.just(value))
    return found


KINDS = {
    fact.name: fact.kind for fact in chain(HELD, *(policy.facts(on=on) for policy, on in VERSIONS))
}


@pytest.mark.parametrize(("policy", "on"), DATED)
@given(data=st.data())
def test_learning_turns_no_verdict_round_and_only_a_contradiction_undoes_one(
    policy: Policy, on: date, data: st.DataObject
) -> None:
    after = data.draw(values_around(policy, on))
    before = data.draw(forgotten(after))

    first, stood = decided(policy, before, on)
    second, stands = decided(policy, after, on)
    assert stood <= stands
    if stood == stands:
        assert first in (Truth.UNKNOWN, second)
    else:
        # Its facts count as not known, so that what rested on them is open again.
        assert first is Truth.UNKNOWN or second in (first, Truth.UNKNOWN)


@pytest.mark.parametrize("ladder", LADDERS, ids=lambda ladder: ladder.name)
@given(data=st.data())
def test_learning_moves_nobody_from_one_level_to_another(
    ladder: Ladder, data: st.DataObject
) -> None:
    facts = asked_by(ladder)
    after = data.draw(sheet_values(ladder))
    before = data.draw(forgotten(after))

    level, first = ended(ladder, FactSheet.of(facts, before, on=ON))
    later, second = ended(ladder, FactSheet.of(facts, after, on=ON))
    if first is Truth.YES and second is Truth.YES:
        assert level == later


@pytest.mark.parametrize("learns", ["needs_around_the_clock_support", "needs_medical_monitoring"])
def test_what_contradicts_a_yes_makes_it_undetermined_and_no_more(learns: str) -> None:
    policy = find_policy("us-medicare-iop")
    values = {**suited(policy, ON), "needs_24_hour_care": False}
    facts = [*policy.facts(on=ON), FACTS[learns]]

    def verdict(**more: Value) -> Truth:
        return policy.decide_sheet(FactSheet.of(facts, values | more, on=ON)).verdict

    assert verdict() is verdict(**{learns: False}) is Truth.YES
    assert verdict(**{learns: True}) is Truth.UNKNOWN
    # What does not rest on the contradicted facts stands.
    assert verdict(**{learns: True}, dangerous=True) is Truth.NO


def test_a_range_is_learned_in_steps() -> None:
    hours = FACTS["needed_hours_per_week"]
    policy = find_policy("us-medicare-php")
    asked = policy.facts(on=ON)
    steps = (None, Possible(12, 40), Possible(18, 30), Possible(21, 30), 24.5)
    told = [
        policy.decide_sheet(FactSheet.of(asked, {**suited(policy, ON), hours.name: step}, on=ON))
        for step in steps
    ]
    assert as_possible(steps[-1]).value == 24.5
    assert [decision.verdict for decision in told] == [
        *(Truth.UNKNOWN, Truth.UNKNOWN, Truth.UNKNOWN, Truth.YES, Truth.YES),
    ]
