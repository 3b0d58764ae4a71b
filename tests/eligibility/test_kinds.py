import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.eligibility import Choice, Kind, Number, YesNo
from iopkit.eligibility.kinds import refuse_other_values
from iopkit.errors import InvalidError
from iopkit.strategies import values_of

AGE = Number(0, 130, unit="years", whole=True)
HOURS = Number(0.5, 168, unit="hours")
WORDS = Choice(("mild", "severe"))


@pytest.mark.parametrize(
    ("kind", "value", "accepted"),
    [
        pytest.param(YesNo(), True, True, id="true"),
        pytest.param(YesNo(), False, True, id="false"),
        pytest.param(YesNo(), 1, False, id="1 is not true"),
        pytest.param(YesNo(), "true", False, id="a word is not true"),
        pytest.param(YesNo(), None, False, id="unknown is no value"),
        pytest.param(AGE, -1, False, id="below the lowest"),
        pytest.param(AGE, 0, True, id="lowest"),
        pytest.param(AGE, 130, True, id="highest"),
        pytest.param(AGE, 131, False, id="above the highest"),
        pytest.param(AGE, 18.0, False, id="a float is no whole number"),
        pytest.param(AGE, True, False, id="true is no number"),
        pytest.param(AGE, "18", False, id="a text is no number"),
        pytest.param(AGE, None, False, id="unknown is no number"),
        pytest.param(HOURS, math.nextafter(0.5, 0), False, id="just below the lowest"),
        pytest.param(HOURS, 0.5, True, id="lowest, with a fraction"),
        pytest.param(HOURS, 9, True, id="an int is a number"),
        pytest.param(HOURS, 168.0, True, id="highest, with a fraction"),
        pytest.param(HOURS, math.nextafter(168, 200), False, id="just above the highest"),
        pytest.param(HOURS, math.nan, False, id="not a number"),
        pytest.param(HOURS, math.inf, False, id="infinity"),
        pytest.param(HOURS, 10**400, False, id="larger than any float"),
        pytest.param(WORDS, "mild", True, id="an option"),
        pytest.param(WORDS, "Mild", False, id="another case"),
        pytest.param(WORDS, "", False, id="no word"),
        pytest.param(WORDS, 0, False, id="a place in the order"),
    ],
)
def test_which_values_a_kind_has(kind: Kind, value: object, accepted: bool) -> None:
    assert kind.accepts(value) is accepted


def test_an_unbounded_number_is_still_finite() -> None:
    anything = Number(-math.inf, math.inf)

    assert anything.accepts(1e308)
    assert anything.accepts(-1e308)
    assert not anything.accepts(math.inf)
    assert not anything.accepts(-math.inf)
    assert not anything.accepts(math.nan)
    assert not anything.accepts(10**400)
    assert not Number(0, math.inf, whole=True).accepts(10**400)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (YesNo(), "true or false"),
        (AGE, "a whole number from 0 to 130"),
        (HOURS, "a number from 0.5 to 168"),
        (WORDS, "one of mild, severe"),
    ],
)
def test_a_kind_says_what_it_expects(kind: Kind, words: str) -> None:
    assert kind.expectation() == words


def test_a_value_of_another_kind_is_refused_without_being_shown() -> None:
    with pytest.raises(InvalidError) as caught:
        refuse_other_values(AGE, 97531, "age")

    said = "value: 1 problem\n  age: expected a whole number from 0 to 130, found another value"
    assert str(caught.value) == said


@pytest.mark.parametrize("low", [1, 1.5])
def test_a_number_is_refused_if_its_bounds_are_not_in_order(low: float) -> None:
    assert Number(low, low).accepts(low)
    with pytest.raises(InvalidError) as caught:
        Number(low, 0)

    assert str(caught.value) == f"number: 1 problem\n  high: expected at least {low}, found 0"


@pytest.mark.parametrize(
    ("low", "high", "whole", "path"),
    [
        pytest.param(math.inf, math.inf, False, "high", id="only infinity"),
        pytest.param(-math.inf, -math.inf, True, "high", id="only minus infinity"),
        pytest.param(math.nan, 1, False, "high", id="not a number"),
        pytest.param(0.2, 0.8, True, "whole", id="no whole number between"),
        pytest.param(0, 10.5, True, "whole", id="whole numbers up to a half"),
    ],
)
def test_a_number_kind_without_values_is_refused(
    low: float, high: float, whole: bool, path: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        Number(low, high, whole=whole)

    assert caught.value.faults[0].path == (path,)


@pytest.mark.parametrize("options", [(), ("mild", "mild")], ids=["none", "one twice"])
def test_a_choice_has_distinct_options(options: tuple[str, ...]) -> None:
    assert Choice(("mild",)).accepts("mild")
    with pytest.raises(InvalidError) as caught:
        Choice(options)

    said = f"choice: 1 problem\n  options: expected distinct options, found {len(options)}"
    assert str(caught.value) == said


@pytest.mark.parametrize(
    "kind",
    [
        *(YesNo(), AGE, HOURS, WORDS, Choice(("low", "high"), ordered=True)),
        Number(-math.inf, math.inf, whole=True),
    ],
)
@given(st.data())
def test_generated_values_are_of_their_kind(kind: Kind, data: st.DataObject) -> None:
    value = data.draw(values_of(kind))

    assert kind.accepts(value)
    refuse_other_values(kind, value)
