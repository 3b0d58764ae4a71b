"""A document is laid out as ``json`` itself would do it."""

import json
from enum import IntEnum, StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.documents.indentation import indented

# Characters from all of Unicode, and more often those that JSON escapes.
_texts = st.text() | st.text('"\\/\b\f\n\r\t\x00\x1f\x7f\u2028é')
_values: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_texts, inner, max_size=4),
)


class Word(StrEnum):
    ONE = "one"


class Number(IntEnum):
    ONE = 1


@given(_values)
def test_every_value_is_laid_out_as_by_json(value: object) -> None:
    assert indented(value) == json.dumps(value, indent=2, ensure_ascii=False)


@pytest.mark.parametrize(
    "value",
    [{}, [], [[]], [{}], {"a": {}}, {"a": [{"b": []}]}, [Word.ONE, Number.ONE], {"a": "\ud800"}],
    ids=str,
)
def test_what_holds_nothing_and_what_is_odd_is_laid_out_as_by_json(value: object) -> None:
    assert indented(value) == json.dumps(value, indent=2, ensure_ascii=False)
