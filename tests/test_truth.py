import json
import operator
import pickle
from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.errors import UndeterminedError
from iopkit.truth import Truth, all_of, any_of, at_least

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN

Connective = Callable[[Truth, Truth], Truth]

one = pytest.mark.parametrize("a", Truth)
two = pytest.mark.parametrize(("a", "b"), list(product(Truth, repeat=2)))
three = pytest.mark.parametrize(("a", "b", "c"), list(product(Truth, repeat=3)))
both_ways = pytest.mark.parametrize(
    ("join", "other"),
    [
        pytest.param(operator.and_, operator.or_, id="and"),
        pytest.param(operator.or_, operator.and_, id="or"),
    ],
)
truths = st.lists(st.sampled_from(Truth), max_size=7)


def settled(join: Callable[[Iterable[bool]], bool], of: Iterable[Truth]) -> Truth:
    """What a two-valued connective says if every way to complete the unknowns agrees."""
    ways = product(*([True, False] if truth is UNKNOWN else [truth is YES] for truth in of))
    answers = {join(way) for way in ways}
    return UNKNOWN if len(answers) == 2 else Truth.of(answers.pop())


@given(truths)
def test_all_of_is_known_as_soon_as_the_known_parts_settle_it(of: list[Truth]) -> None:
    assert all_of(of) is settled(all, of)


@given(truths)
def test_any_of_is_known_as_soon_as_the_known_parts_settle_it(of: list[Truth]) -> None:
    assert any_of(of) is settled(any, of)


@given(st.integers(0, 8), truths)
def test_at_least_is_known_as_soon_as_the_known_parts_settle_it(
    count: int, of: list[Truth]
) -> None:
    assert at_least(count, of) is settled(lambda way: sum(way) >= count, of)


@two
def test_and_says_what_every_completion_says(a: Truth, b: Truth) -> None:
    assert (a & b) is settled(all, (a, b))


@two
def test_or_says_what_every_completion_says(a: Truth, b: Truth) -> None:
    assert (a | b) is settled(any, (a, b))


@one
def test_not_says_what_every_completion_says(a: Truth) -> None:
    assert ~a is settled(lambda way: not any(way), (a,))


@pytest.mark.parametrize("join", [all_of, any_of, lambda of: at_least(2, of)])
def test_parts_may_come_from_a_generator(join: Callable[[Iterable[Truth]], Truth]) -> None:
    assert join(truth for truth in (YES, YES, YES)) is YES


@both_ways
@two
def test_commutative(join: Connective, other: Connective, a: Truth, b: Truth) -> None:
    assert join(a, b) is join(b, a)


@both_ways
@three
def test_associative(join: Connective, other: Connective, a: Truth, b: Truth, c: Truth) -> None:
    assert join(join(a, b), c) is join(a, join(b, c))


@both_ways
@three
def test_distributive(join: Connective, other: Connective, a: Truth, b: Truth, c: Truth) -> None:
    assert join(a, other(b, c)) is other(join(a, b), join(a, c))


@both_ways
@two
def test_de_morgan(join: Connective, other: Connective, a: Truth, b: Truth) -> None:
    assert ~join(a, b) is other(~a, ~b)


@both_ways
@two
def test_absorption(join: Connective, other: Connective, a: Truth, b: Truth) -> None:
    assert join(a, other(a, b)) is a


@both_ways
@one
def test_idempotent(join: Connective, other: Connective, a: Truth) -> None:
    assert join(a, a) is a


@one
def test_double_negation(a: Truth) -> None:
    assert ~~a is a


@one
def test_yes_and_no_are_the_neutral_and_the_deciding_elements(a: Truth) -> None:
    assert (a & YES) is a
    assert (a | NO) is a
    assert (a & NO) is NO
    assert (a | YES) is YES


def test_nothing_is_excluded_in_the_middle() -> None:
    assert (UNKNOWN | ~UNKNOWN) is UNKNOWN
    assert (UNKNOWN & ~UNKNOWN) is UNKNOWN


@given(st.data(), st.integers(0, 8), truths)
def test_learning_more_never_changes_what_was_known(
    data: st.DataObject, count: int, of: list[Truth]
) -> None:
    learned = [data.draw(st.sampled_from(Truth)) if truth is UNKNOWN else truth for truth in of]
    joins: list[Callable[[list[Truth]], Truth]] = [
        all_of,
        any_of,
        lambda some: at_least(count, some),
        lambda some: ~all_of(some),
    ]

    for join in joins:
        assert join(of) in {UNKNOWN, join(learned)}


@given(truths)
def test_all_and_any_are_at_least_every_and_at_least_one(of: list[Truth]) -> None:
    assert at_least(len(of), of) is all_of(of)
    assert at_least(1, of) is any_of(of)


@given(st.integers(1, 7), truths)
def test_too_few_hold_if_enough_do_not(count: int, of: list[Truth]) -> None:
    assert ~at_least(count, of) is at_least(len(of) - count + 1, [~truth for truth in of])


@pytest.mark.parametrize(
    ("join", "empty"),
    [
        pytest.param(all_of, YES, id="all"),
        pytest.param(any_of, NO, id="any"),
        pytest.param(lambda of: at_least(1, of), NO, id="at least one"),
    ],
)
def test_of_no_parts(join: Callable[[list[Truth]], Truth], empty: Truth) -> None:
    assert join([]) is empty


@pytest.mark.parametrize(("value", "truth"), [(True, YES), (False, NO), (None, UNKNOWN)])
def test_truth_of_a_plain_value(value: bool | None, truth: Truth) -> None:
    assert Truth.of(value) is truth


def test_yes_and_no_can_be_used_as_booleans() -> None:
    assert bool(YES) is True
    assert bool(NO) is False


@pytest.mark.parametrize(
    "use",
    [
        pytest.param(bool, id="bool"),
        pytest.param(lambda truth: not truth, id="not"),
        pytest.param(lambda truth: truth and YES, id="and"),
        pytest.param(lambda truth: truth or YES, id="or"),
        pytest.param(lambda truth: 1 if truth else 0, id="if"),
        pytest.param(lambda truth: all([truth]), id="all"),
        pytest.param(lambda truth: list(filter(None, [truth])), id="filter"),
    ],
)
def test_unknown_is_refused_as_a_boolean(use: Callable[[Truth], object]) -> None:
    with pytest.raises(UndeterminedError, match=r"'is Truth\.YES'"):
        use(UNKNOWN)


@one
def test_a_truth_stays_the_same_object_when_pickled(a: Truth) -> None:
    assert pickle.loads(pickle.dumps(a)) is a


@one
def test_a_truth_is_its_text_wherever_texts_are_compared(a: Truth) -> None:
    texts = [truth.value for truth in Truth]

    assert [a == text for text in texts] == [a is truth for truth in Truth]
    assert [text == a for text in texts] == [a is truth for truth in Truth]
    assert hash(a) == hash(a.value)
    assert f"{a}" == str(a) == a.value
    assert pickle.loads(pickle.dumps(a)) is a
    assert json.loads(json.dumps({"verdict": a, a: [a]})) == {
        "verdict": a.value,
        a.value: [a.value],
    }


@pytest.mark.parametrize("join", [operator.and_, operator.or_])
@pytest.mark.parametrize("text", ["no", "unknown", "maybe", ""])
@one
def test_a_text_is_not_joined(join: Connective, text: str, a: Truth) -> None:
    other: Any = text
    with pytest.raises(TypeError):
        join(a, other)
    with pytest.raises(TypeError):
        join(other, a)
