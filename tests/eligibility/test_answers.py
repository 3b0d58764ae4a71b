from collections.abc import Iterable
from datetime import date
from math import inf, nextafter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from iopkit.eligibility import (
    FACTS,
    AnyFact,
    Atom,
    Choice,
    Fact,
    Known,
    Number,
    Predicate,
    Scalar,
    YesNo,
    atoms_in,
    describe,
    evaluate,
)
from iopkit.eligibility.answers import answers_to
from iopkit.strategies import predicates, values_of
from iopkit.truth import Truth


def not_known(_subject: object, _on: date) -> None:
    """A reader that knows nothing; these tests give facts' values themselves."""


HOURS: AnyFact = Fact("hours", Number(0, 168, unit="hours"), "Hours.", not_known)
AGE: AnyFact = Fact("age", Number(0, 130, whole=True), "Age.", not_known)
RISK: AnyFact = Fact("risk", Choice(("low", "mid", "high"), ordered=True), "Risk.", not_known)
COLOR: AnyFact = Fact("color", Choice(("red", "green", "blue")), "Color.", not_known)
SAFE: AnyFact = Fact("safe", YesNo(), "Safe.", not_known)
INCOME: AnyFact = Fact("income", Number(-inf, inf), "Income.", not_known)
WEEKS: AnyFact = Fact("weeks", Number(1.0, 12.0, whole=True), "Weeks.", not_known)
COUNT: AnyFact = Fact("count", Number(-inf, inf, whole=True), "Count.", not_known)
FACT_LIST = (HOURS, AGE, RISK, COLOR, SAFE)


@st.composite
def asked(draw: st.DrawFn) -> tuple[AnyFact, tuple[Atom, ...]]:
    """A fact, and atoms about it with bounds that values then meet."""
    fact = draw(st.sampled_from(FACT_LIST))
    trees = draw(st.lists(predicates((fact,)), max_size=3))
    return fact, tuple(atom for tree in trees for atom in atoms_in(tree))


def near(atoms: Iterable[Atom]) -> list[Scalar]:
    """The numbers that atoms name, and those next to them."""
    values: list[Scalar] = []
    for atom in atoms:
        named = [getattr(atom, name, ()) for name in ("value", "low", "high", "values")]
        for value in (v for n in named for v in (n if isinstance(n, tuple) else (n,))):
            values.append(value)
            if isinstance(value, float):
                values += [nextafter(value, -inf), nextafter(value, inf)]
            elif isinstance(value, int) and not isinstance(value, bool):
                values += [value - 1, value + 1]
    return values


@given(asked(), st.data())
def test_answers_are_what_the_atoms_can_tell_apart(
    question: tuple[AnyFact, tuple[Atom, ...]], data: st.DataObject
) -> None:
    fact, atoms = question
    answers = answers_to(fact, atoms)
    assume(answers.count > 0)
    hits = [value for value in near(atoms) if fact.kind.accepts(value)]
    values = values_of(fact.kind) | st.sampled_from(hits or [answers.examples[0]])
    one, other = data.draw(values), data.draw(values)

    def said(value: Scalar) -> list[Truth]:
        return [evaluate(atom, {fact.name: value}) for atom in atoms]

    same_answer = answers.place(one) == answers.place(other)
    assert same_answer is (said(one) == said(other))
    assert answers.place(None) == answers.count
    for number, example in enumerate(answers.examples):
        assert fact.kind.accepts(example)
        assert answers.place(example) == number
        holding = tuple(evaluate(atom, {fact.name: example}) is Truth.YES for atom in answers.atoms)
        assert answers.truths[number] == holding


@given(asked(), st.data())
def test_a_set_of_answers_is_said_as_a_predicate(
    question: tuple[AnyFact, tuple[Atom, ...]], data: st.DataObject
) -> None:
    fact, atoms = question
    answers = answers_to(fact, atoms)
    chosen = data.draw(st.sets(st.integers(0, answers.count - 1), min_size=1))
    hits = [value for value in near(atoms) if fact.kind.accepts(value)]
    value = data.draw(values_of(fact.kind) | st.sampled_from(hits or [answers.examples[0]]))

    said = answers.predicate(chosen)

    assert evaluate(said, {fact.name: value}) is Truth.of(answers.place(value) in chosen)


@pytest.mark.parametrize(
    ("fact", "atoms", "prose"),
    [
        pytest.param(SAFE, [SAFE.equals(True)], ["safe is false", "safe is true"], id="yes or no"),
        pytest.param(
            HOURS,
            [HOURS >= 9, HOURS <= 19],
            [
                "hours is less than 9 hours",
                "hours is between 9 and 19 hours",
                "hours is more than 19 hours",
            ],
            id="a band",
        ),
        pytest.param(
            HOURS,
            [HOURS > 9, HOURS < 19],
            [
                "hours is at most 9 hours",
                "hours is more than 9 hours and hours is less than 19 hours",
                "hours is at least 19 hours",
            ],
            id="a band without its ends",
        ),
        pytest.param(
            HOURS,
            [HOURS.is_in(9.0, 10.0)],
            [
                (
                    "hours is less than 9 hours or (hours is more than 9 hours and hours is less "
                    "than 10 hours) or hours is more than 10 hours"
                ),
                "hours is one of 9 hours, 10 hours",
            ],
            id="numbers named",
        ),
        pytest.param(
            AGE,
            [AGE > 17, AGE.equals(70)],
            [
                "age is at most 17",
                "age is between 18 and 69 or age is at least 71",
                "age is 70",
            ],
            id="whole numbers",
        ),
        pytest.param(
            WEEKS,
            [WEEKS >= 4],
            ["weeks is at most 3", "weeks is at least 4"],
            id="whole numbers between floats",
        ),
        pytest.param(
            RISK,
            [RISK >= "mid"],
            ["risk is low", "risk is at least mid"],
            id="ordered words",
        ),
        pytest.param(
            COLOR,
            [COLOR.equals("green")],
            ["color is one of red, blue", "color is green"],
            id="words without order",
        ),
        pytest.param(AGE, [AGE.is_known], ["age is known"], id="only whether it is known"),
        pytest.param(AGE, [], ["age is known"], id="nothing asked"),
        pytest.param(HOURS, [HOURS >= 0], ["hours is known"], id="all values alike"),
        pytest.param(
            HOURS,
            [HOURS > 0, HOURS < 168],
            [
                "hours is 0 hours",
                "hours is more than 0 hours and hours is less than 168 hours",
                "hours is 168 hours",
            ],
            id="without the ends of the range",
        ),
        pytest.param(
            INCOME,
            [INCOME > 5, INCOME <= 1e300],
            [
                "income is at most 5",
                "income is more than 5 and income is at most 1e+300",
                "income is more than 1e+300",
            ],
            id="no ends",
        ),
        pytest.param(
            COUNT,
            [COUNT.between(3, 2**70)],
            [
                "count is at most 2 or count is at least 1180591620717411303425",
                "count is between 3 and 1180591620717411303424",
            ],
            id="large whole numbers",
        ),
        pytest.param(
            INCOME,
            [INCOME > -5],
            ["income is at most -5", "income is more than -5"],
            id="no ends, below zero",
        ),
        pytest.param(
            INCOME,
            [INCOME >= -1e308, INCOME > 1e308],
            [
                "income is less than -1e+308",
                "income is between -1e+308 and 1e+308",
                "income is more than 1e+308",
            ],
            id="almost the largest floats",
        ),
        pytest.param(
            COUNT,
            [COUNT >= -5],
            ["count is at most -6", "count is at least -5"],
            id="whole numbers below zero",
        ),
        pytest.param(INCOME, [], ["income is known"], id="no ends, nothing asked"),
        pytest.param(COUNT, [], ["count is known"], id="no ends, whole, nothing asked"),
    ],
)
def test_how_answers_read(fact: AnyFact, atoms: list[Atom], prose: list[str]) -> None:
    answers = answers_to(fact, atoms)

    said = [answers.predicate([number]) for number in range(answers.count)]
    assert [describe(predicate) for predicate in said] == prose
    for predicate, example in zip(said, answers.examples, strict=True):
        assert fact.kind.accepts(example)
        assert evaluate(predicate, {fact.name: example}) is Truth.YES


def test_no_answer_lies_between_neighboring_numbers() -> None:
    after = nextafter(9.0, inf)
    next_after = nextafter(after, inf)
    answers = answers_to(HOURS, [HOURS > 9.0, after <= HOURS, next_after <= HOURS])

    assert [describe(answers.predicate([number])) for number in range(answers.count)] == [
        "hours is at most 9 hours",
        f"hours is {after} hours",
        f"hours is at least {next_after} hours",
    ]


def test_atoms_about_other_facts_are_no_matter() -> None:
    others: list[Predicate] = [FACTS["age"] >= 18, Known(SAFE)]
    atoms = [atom for other in others for atom in atoms_in(other)]

    assert answers_to(SAFE, atoms).count == 1
