"""Each key of each template is broken in turn, and told with its line."""

import re
from collections.abc import Iterator
from enum import Enum
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args, get_origin

import attrs
import pytest

from iopkit.cli import main
from iopkit.documents.classes import is_union, members_of, tagged
from iopkit.documents.documents import form_of, from_toml
from iopkit.documents.kinds import KINDS
from iopkit.documents.values import is_fact, leaf_of
from iopkit.errors import Fault, InvalidError

FOLDER = files("iopkit") / "templates"
TEMPLATES = sorted({"goals"} | {Path(file.name).stem for file in FOLDER.iterdir()})

# What no reader takes for anything: documents have no moments in TOML.
OF_NO_KIND = "2026-01-31T18:00:00Z"
# No bound for them, nor for a seed: the lower end of an own fact, a value of one that is not given,
# and a value whose place in a scenario no document has.
UNBOUNDED = {
    ("[[facts]]", "low"),
    ("[[observations]]", "value"),
    ("[[variations]]", "value"),
}
# Bands are wrong together, so that the line of their set is told.
BANDS = "[[scales.band_sets]]"
ABOUT_PATIENTS = {"patient", "roster"}


@attrs.frozen
class Key:
    """A key of a text: where it stands, in which table, and where its value begins and ends."""

    table: str
    name: str
    end: int
    value: slice
    line: int


@pytest.fixture
def text(what: str, capsys: pytest.CaptureFixture[str]) -> str:
    """A template as ``iopkit new`` prints it."""
    assert main(["new", what]) == 0
    return capsys.readouterr().out


def masked(text: str) -> str:
    """The text with its strings and comments filled, so that signs and words in them are none."""
    return re.sub(r'"[^"\n]*"|#[^\n]*', lambda found: "~" * len(found[0]), text)


def keys(text: str) -> Iterator[Key]:
    """The keys that have values, each once in a table of a name."""
    bare, seen = masked(text), set[tuple[str, str]]()
    for found in re.finditer(r"(?<![\w.-])([\w-]+) = ", bare):
        header = max(bare.rfind("\n[", 0, found.start()), 0)
        place = (bare[header:].split()[0], found[1])
        if place not in seen:
            seen.add(place)
            value = slice(found.end(), end_of_value(bare, found.end()))
            yield Key(*place, found.end(1), value, line_at(text, found.start()))


def end_of_value(bare: str, start: int) -> int:
    """Where a value ends that begins somewhere: before a sign outside its own brackets."""
    depth = 0
    for place in range(start, len(bare)):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(bare[place], 0)
        if depth < 0 or (depth == 0 and bare[place] in ",\n"):
            return place - (bare[place - 1] == " ")
    raise AssertionError("a template ends with a line")


def line_at(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def faults_in(what: str, text: str) -> tuple[Fault, ...]:
    """What is wrong with a text; nothing, if it is taken."""
    try:
        from_toml(KINDS[what], text)
    except InvalidError as error:
        return error.faults
    return ()


def is_told(what: str, text: str, line: int, fix: str = "") -> bool:
    return any(f.line == line and fix in f.fix for f in faults_in(what, text))


def with_value(text: str, key: Key, value: str) -> str:
    return text[: key.value.start] + value + text[key.value.stop :]


every_template = pytest.mark.parametrize("what", TEMPLATES)


@every_template
def test_a_misspelled_key_is_told_with_its_line_and_the_right_one(what: str, text: str) -> None:
    untold = [
        (key.name, key.line)
        for key in keys(text)
        for broken in (text[: key.end] + key.name[-1] + text[key.end :],)
        if not is_told(what, broken, key.line, f"did you mean {key.name!r}?")
    ]
    assert untold == []


@every_template
def test_a_misspelled_table_is_told_with_its_line_and_the_right_one(what: str, text: str) -> None:
    found = re.findall(r"(?m)^\[+([\w.-]+)", masked(text))
    names = {name[:end] for name in found for end in cuts(name)}
    for name in names:
        heads = rf"(?m)^(\[+{re.escape(name)})(?=[.\]])"
        first = re.search(heads, text)
        assert first is not None
        broken = re.sub(heads, rf"\g<1>{name[-1]}", text)
        meant = f"did you mean {name.rpartition('.')[2]!r}?"
        assert is_told(what, broken, line_at(text, first.start()), meant), name


def cuts(name: str) -> Iterator[int]:
    """Where the names of the tables around a table end, and its own."""
    yield from (dot.start() for dot in re.finditer(r"\.", name))
    yield len(name)


@every_template
def test_a_value_of_no_kind_is_told_with_its_line(what: str, text: str) -> None:
    untold = [
        (key.name, key.line)
        for key in keys(text)
        if not is_told(what, with_value(text, key, OF_NO_KIND), key.line)
    ]
    assert untold == []


@every_template
def test_a_number_or_day_out_of_bounds_is_told_with_its_line(what: str, text: str) -> None:
    for key in keys(text):
        value = text[key.value]
        if re.fullmatch(r"[0-9.]+", value):
            outside = "-1000000"
        elif re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            outside = "1799-12-31"
        else:
            continue
        broken = with_value(text, key, outside)
        if key.name == "seed" or (key.table, key.name) in UNBOUNDED:
            assert faults_in(what, broken) == ()
        elif (key.table, key.name) in {(BANDS, "low"), (BANDS, "high")}:
            assert is_told(what, broken, line_at(text, text.rindex(BANDS, 0, key.end)))
        else:
            assert is_told(what, broken, key.line), (key.name, key.line)


@every_template
def test_a_misspelled_word_is_told_with_its_line_and_the_right_one(what: str, text: str) -> None:
    known = {*words(form_of(KINDS[what]), set())}
    for key in keys(text):
        word = text[key.value].strip('"')
        if text[key.value] != f'"{word}"' or word not in known:
            continue
        broken = with_value(text, key, f'"{word}{word[-1]}"')
        # Nothing that is near a patient's value may be shown.
        meant = "" if what in ABOUT_PATIENTS or len(word) < 3 else f"did you mean {word!r}?"
        assert is_told(what, broken, key.line, meant), (key.name, key.line)


def words(kind: Any, seen: set[Any]) -> Iterator[str]:
    """The words of the enumerations and unions that documents of a class are made of."""
    if kind in seen or is_fact(kind):
        return
    seen.add(kind)
    if is_union(kind) and len(tagged(kind)) > 1:
        yield from tagged(kind)
    leaf = leaf_of(kind)
    if leaf is not None and isinstance(kind, type) and issubclass(kind, Enum):
        yield from map(str, map(leaf.write, kind))
    elif leaf is None and attrs.has(get_origin(kind) or kind):
        for member in members_of(kind):
            yield from words(member.kind, seen)
    elif leaf is None:
        for part in get_args(kind):
            yield from words(part, seen)
