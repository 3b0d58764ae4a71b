"""Whatever a file holds, it is read to a sound value or refused with its faults."""

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit import (
    Fault,
    InvalidError,
    Patient,
    Plan,
    Program,
    Schedule,
    Site,
    from_json,
    from_toml,
)
from iopkit.documents import predicate_from_json, to_json
from iopkit.documents.kinds import KINDS

Reader = Callable[[str, str | bytes], object]
Steps = tuple[str | int, ...]

# Things that stand where others are expected; the large ones are past what dates,
# durations and floats can be.
_ODD: st.SearchStrategy[object] = st.one_of(
    st.sampled_from(
        [
            None,
            True,
            False,
            0,
            1,
            -1,
            2.7,
            18.0,
            -0.0,
            10**10,
            -(10**12),
            10**30,
            10**400,
            1e308,
            float("nan"),
            float("inf"),
            "",
            " ",
            "yes",
            "\ud800",
            "\0",
            "monday",
            "monday 09:00",
            "monday 24:00-02:00",
            "2026-01-05",
            "0001-01-01",
            "9999-12-31",
            "18:00",
            "2026-01-05T18:00",
            "2026-03-08T03:30-05:00[America/Chicago]",
            "9999-12-31T23:59-06:00[America/Chicago]",
            "2026-01-05T18:00-06:00[America]",
            "America",
            "age",
            "dangerous",
            "weekly",
            "not",
            "known",
            [],
            [None],
            [[]],
            {},
            {"type": "not"},
            {"type": "weekly", "slots": ["monday"]},
            {"type": "known", "fact": "age"},
        ]
    ),
    st.text(max_size=6),
    st.integers(),
    st.floats(),
).map(deepcopy)


def sound_or_refused(read: Reader, kind: str, text: str) -> None:
    """Read a document: what it gives round-trips, or its faults are told, and nothing else."""
    faults: tuple[Fault, ...] = ()
    value = None
    try:
        value = read(kind, text)
    except InvalidError as error:
        faults = error.faults
        str(error)
    assert (value is None) == bool(faults)
    if value is not None:
        assert read(kind, to_json(value)) == value
        repr(value)


def _places(part: object, path: Steps = ()) -> Iterator[Steps]:
    """Every place in a document, from the outside in."""
    if path:
        yield path
    if isinstance(part, dict):
        for key, value in part.items():
            yield from _places(value, (*path, key))
    elif isinstance(part, list):
        for number, value in enumerate(part):
            yield from _places(value, (*path, number))


def _at(document: Any, path: Steps) -> Any:
    for step in path:
        document = document[step]
    return document


@st.composite
def mutations(draw: st.DrawFn, original: str) -> str:
    """A valid document after one to three changes at random places."""
    document = json.loads(original)
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(document))
        path = draw(st.sampled_from(places))
        inside: Any = _at(document, path[:-1])
        last: Any = path[-1]
        match draw(st.sampled_from(["delete", "replace", "retype", "add", "swap", "repeat"])):
            case "delete":
                del inside[last]
            case "replace":
                inside[last] = draw(_ODD)
            case "retype":
                inside[last] = draw(st.sampled_from([[inside[last]], {"a": inside[last]}, "x", 1]))
            case "add" if isinstance(inside, dict):
                inside[draw(st.sampled_from(["type", "label", "format", "x"]))] = draw(_ODD)
            case "swap":
                inside[last] = json.loads(
                    json.dumps(_at(document, draw(st.sampled_from(places[: len(places) // 2 + 1]))))
                )
            case "repeat" if isinstance(inside, list):
                inside.append(json.loads(json.dumps(inside[last])))
            case _:
                inside[last] = draw(_ODD)
        if not document:
            break
    return json.dumps(document)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_a_changed_document_gives_a_sound_value_or_its_faults(
    kind: str, data: st.DataObject, texts: Mapping[str, str], read: Reader
) -> None:
    sound_or_refused(read, kind, data.draw(mutations(texts[kind])))


def _outcome(read: Reader, kind: str, text: str) -> object:
    """What a document is read to, or why it is not."""
    try:
        return read(kind, text)
    except InvalidError as error:
        return error.what, error.faults


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_what_was_read_before_does_not_change_what_is_read(
    kind: str, data: st.DataObject, texts: Mapping[str, str], read: Reader
) -> None:
    text = data.draw(mutations(texts[kind]))
    first = _outcome(read, kind, text)
    _outcome(read, kind, data.draw(mutations(texts[kind])))
    assert _outcome(read, kind, text) == first


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_a_document_with_other_characters_gives_a_sound_value_or_its_faults(
    kind: str, data: st.DataObject, texts: Mapping[str, str], read: Reader
) -> None:
    text = texts[kind]
    start = data.draw(st.integers(0, len(text)))
    end = min(len(text), start + data.draw(st.integers(0, 5)))
    changed = text[:start] + data.draw(st.text(max_size=3)) + text[end:]
    sound_or_refused(read, kind, changed)


@given(st.text() | st.text('{}[]":,.0129eE+-\\/utrnfalse ') | st.binary())
def test_text_and_bytes_of_any_kind_are_refused_as_json(data: str | bytes) -> None:
    for kind in (Patient, Plan, Program, Schedule, Site):
        with pytest.raises(InvalidError):
            from_json(kind, data)
    with pytest.raises(InvalidError):
        predicate_from_json(data)


@given(st.text() | st.text("{}[]\"'=,.0129eExob+-:_TZ\\u# \nainf") | st.binary())
def test_text_and_bytes_of_any_kind_are_refused_as_toml(data: str | bytes) -> None:
    for kind in (Patient, Plan, Program, Schedule, Site):
        with pytest.raises(InvalidError):
            from_toml(kind, data)


_json_values: st.SearchStrategy[object] = st.recursive(
    _ODD,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)


_keys = ["type", "fact", "key", "name", "zone", "hours", "phases", "versions", "parts", "x"]


@given(
    kind=st.sampled_from(sorted(KINDS)), body=st.dictionaries(st.sampled_from(_keys), _json_values)
)
def test_an_object_of_anything_gives_a_sound_value_or_its_faults(
    kind: str, body: dict[str, object], read: Reader
) -> None:
    sound_or_refused(read, kind, json.dumps({"document": kind, "format": 1, **body}))
