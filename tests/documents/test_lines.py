"""The line of each value is where a writer that keeps count has put it."""

import json
import re
import tomllib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from iopkit.documents.lines import Language, Path, find_lines, line_of_repeated_key, line_of_word
from iopkit.library import program_names, program_text

Draw = st.DrawFn
Written = tuple[Language, str, dict[Path, int]]

_LOADS: Mapping[Language, Callable[[str], Any]] = {"JSON": json.loads, "TOML": tomllib.loads}

# Values that are hard to write.

_SIGNS = "\"'\\#[]{},:=.\n\r\t \x7f\0a1é😀"
_texts = st.text(st.sampled_from(_SIGNS), max_size=6)
_keys = st.sampled_from(["a", "b", "c-1", "1", ""]) | _texts
_leaves = _texts | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
_DAY, _CLOCK = date(2026, 1, 31), time(7, 32)
_moments = st.sampled_from([_DAY, _CLOCK, datetime.combine(_DAY, _CLOCK)])


def _objects(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    def around(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        inside = st.dictionaries(_keys, inner, max_size=4)
        return inside | st.lists(inner, max_size=4) | st.lists(inside, max_size=3)

    return st.dictionaries(_keys, st.recursive(leaves, around, max_leaves=12), max_size=5)


# A writer of every layout. It leaves marks where keys and items begin, and counts when all is
# written.


class _Marks:
    def __init__(self) -> None:
        self.paths: list[Path] = []

    def at(self, path: Path) -> str:
        self.paths.append(path)
        return f"\ue000{len(self.paths) - 1}\ue001"

    def counted(self, text: str) -> tuple[str, dict[Path, int]]:
        """The text without marks, and the line of the first mark of each path."""
        lines: dict[Path, int] = {}
        line = 1
        pieces = re.split("\ue000([0-9]+)\ue001", text)
        for before, number in zip(pieces[::2], [*pieces[1::2], None], strict=True):
            line += before.count("\n")
            if number is not None:
                lines.setdefault(self.paths[int(number)], line)
        return "".join(pieces[::2]), lines


def _one_of(draw: Draw, *choices: str) -> str:
    return draw(st.sampled_from(choices))


def _json(draw: Draw, marks: _Marks, value: Any, path: Path) -> str:
    def gap() -> str:
        return _one_of(draw, "", " ", "\n", "\n\t", "\r\n\n  ")

    def text(leaf: object) -> str:
        return json.dumps(leaf, ensure_ascii=draw(st.booleans()))

    if isinstance(value, dict):
        parts = [
            marks.at((*path, key))
            + f"{text(key)}{gap()}:{gap()}"
            + _json(draw, marks, part, (*path, key))
            for key, part in value.items()
        ]
        return "{" + gap() + f"{gap()},{gap()}".join(parts) + gap() + "}"
    if isinstance(value, list):
        parts = [
            marks.at((*path, place)) + _json(draw, marks, part, (*path, place))
            for place, part in enumerate(value)
        ]
        return "[" + gap() + f"{gap()},{gap()}".join(parts) + gap() + "]"
    return text(value)


_NOISE = ("", "\n", "# [x] = \"' {\n", " \t\n")


def _basic(text: str, *, raw: str = "") -> str:
    signs = (sign if sign in raw else json.dumps(sign, ensure_ascii=False)[1:-1] for sign in text)
    return "".join(signs).replace("\x7f", r"\u007F")


def _toml_text(draw: Draw, text: str, *, key: bool = False) -> str:
    """A text in one of the ways that TOML has."""
    ways = ["basic"]
    if key and re.fullmatch(r"[\w-]+", text, re.ASCII):
        ways.append("bare")
    if not re.search(r"[\0\r\x7f\n']", text):
        ways.append("literal")
    if not key:
        ways.append("long")
    if not key and not re.search(r"[\0\r\x7f]|\'{3}", text):
        ways.append("long literal")
    match draw(st.sampled_from(ways)):
        case "bare":
            return text
        case "literal":
            return f"'{text}'"
        case "long":
            inner = _basic(text, raw='"\n\t').replace('"""', r'""\"')
            return '"""\n' + inner + _one_of(draw, "", "\\\n \n\t") + '"""'
        case "long literal":
            return f"'''\n{text}'''"
        case _:
            return f'"{_basic(text)}"'


def _toml(draw: Draw, marks: _Marks, value: Any, path: Path) -> str:
    """A value in brackets or none."""

    def gap() -> str:
        return _one_of(draw, "", " ", "\n", "\n\n\t", " # ] \" '\n")

    if isinstance(value, dict):
        return "{ " + " , ".join(_statements(draw, marks, value, path)) + " }"
    if isinstance(value, list):
        parts = [
            marks.at((*path, place)) + _toml(draw, marks, part, (*path, place))
            for place, part in enumerate(value)
        ]
        end = _one_of(draw, "", ",") if parts else ""
        return "[" + gap() + f"{gap()},{gap()}".join(parts) + gap() + end + gap() + "]"
    if isinstance(value, str):
        return _toml_text(draw, value)
    if isinstance(value, datetime):
        return value.isoformat(_one_of(draw, " ", "T"))
    return value.isoformat() if isinstance(value, date | time) else json.dumps(value)


def _statements(draw: Draw, marks: _Marks, table: dict[str, Any], path: Path) -> list[str]:
    """A table's keys with their values, those of tables within dotted or not, in any order."""

    def flat(
        inner: dict[str, Any], outer: tuple[str, ...]
    ) -> Iterator[tuple[tuple[str, ...], Any]]:
        for key, value in inner.items():
            if isinstance(value, dict) and value and draw(st.booleans()):
                yield from flat(value, (*outer, key))
            else:
                yield (*outer, key), value

    return [
        f"{_dotted(draw, marks, (*path, *keys), len(keys))} = "
        + _toml(draw, marks, value, (*path, *keys))
        for keys, value in draw(st.permutations(list(flat(table, ()))))
    ]


def _dotted(draw: Draw, marks: _Marks, path: Path, count: int) -> str:
    """A key that leads along the last steps of a path, items left out."""
    begun = "".join(marks.at(path[:end]) for end in range(len(path) - count + 1, len(path) + 1))
    words = [_toml_text(draw, step, key=True) for step in path[-count:] if isinstance(step, str)]
    return begun + _one_of(draw, ".", " . ").join(words)


def _sections(draw: Draw, marks: _Marks, table: dict[str, Any], path: Path) -> list[str]:
    """A table with its header, and tables within that have headers of their own."""
    apart = {
        key: value
        for key, value in table.items()
        if value and (isinstance(value, dict) or _is_listed(value)) and draw(st.booleans())
    }
    inner: list[str] = []
    for key, value in apart.items():
        if isinstance(value, dict):
            inner += _sections(draw, marks, value, (*path, key))
        else:
            for place, item in enumerate(value):
                inner += _sections(draw, marks, item, (*path, key, place))
    own = {key: value for key, value in table.items() if key not in apart}
    is_table = bool(path) and isinstance(path[-1], str)
    if is_table and inner and not own and draw(st.booleans()):
        return inner
    lines = [_one_of(draw, *_NOISE) + line for line in _statements(draw, marks, own, path)]
    if path:
        opening, closing = ("[", "]") if is_table else ("[[ ", "]]")
        lines.insert(0, opening + _dotted(draw, marks, path, len(path)) + closing)
    section = "\n".join(line + _one_of(draw, "", " # = [") for line in lines)
    return [*inner, section] if is_table and draw(st.booleans()) else [section, *inner]


def _is_listed(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


@st.composite
def _written(draw: Draw, languages: Sequence[Language] = ("JSON", "TOML")) -> Written:
    """A document's text and the line of each path in it."""
    marks = _Marks()
    language = draw(st.sampled_from(languages))
    if language == "JSON":
        value: Any = draw(_objects(_leaves | st.none()))
        marked = _one_of(draw, "", "\n") + _json(draw, marks, value, ())
    else:
        value = draw(_objects(_leaves | _moments))
        marked = "\n".join(_sections(draw, marks, value, ()))
    text, lines = marks.counted(marked + _one_of(draw, "", "\n"))
    if language == "TOML" and draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    assert _LOADS[language](text) == value, "the writer writes what it should"
    assert lines.keys() == set(_paths(value)), "the writer marks every path"
    return language, text, lines


def _paths(value: object, path: Path = ()) -> Iterator[Path]:
    """The path of every key and item of a parsed value."""
    parts: Iterable[tuple[Any, object]] = ()
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    for step, part in parts:
        yield (*path, step)
        yield from _paths(part, (*path, step))


def _told(written: Written) -> dict[Path, int | None]:
    """The lines of a text, of which none is told if there is only one."""
    _, text, lines = written
    return {path: line if "\n" in text.strip() else None for path, line in lines.items()}


# What holds of every document.


@given(_written())
def test_every_key_and_item_has_the_line_where_it_is_written(written: Written) -> None:
    language, text, lines = written
    assert find_lines(text, language, lines) == list(_told(written).values())


@given(_written(), st.data())
def test_each_path_has_its_line_whatever_else_is_asked(
    written: Written, data: st.DataObject
) -> None:
    language, text, lines = written
    told = _told(written)
    asked = data.draw(st.lists(st.sampled_from([(), *lines]), max_size=3))
    assert find_lines(text, language, asked) == [told.get(path) for path in asked]


@given(_written(), st.lists(st.sampled_from(["not there", 99]), min_size=1, max_size=3))
def test_what_is_not_there_has_the_line_of_what_should_hold_it(
    written: Written, steps: list[str | int]
) -> None:
    language, text, lines = written
    asked = [(*path, *steps) for path in ((), *lines)]
    assert find_lines(text, language, asked) == [None, *_told(written).values()]


@given(_objects(_leaves | st.none()), st.sampled_from([0, 1, 4, "\t"]))
def test_json_that_python_indents_has_a_line_for_each_key_and_item(
    value: dict[str, Any], indent: int | str
) -> None:
    lines = dict(_indented(value, (), 1))
    assert find_lines(json.dumps(value, indent=indent), "JSON", lines) == list(lines.values())
    assert find_lines(json.dumps(value), "JSON", lines) == [None] * len(lines)


def _indented(value: Any, path: Path, line: int) -> Generator[tuple[Path, int], None, int]:
    """The line of each part of a value that begins in a line; gives the line where it ends."""
    if not isinstance(value, dict | list) or not value:
        return line
    for step in value if isinstance(value, dict) else range(len(value)):
        line += 1
        yield (*path, step), line
        line = yield from _indented(value[step], (*path, step), line)
    return line + 1


_ODD = [
    "'#' = 1 # [",
    '"" = 1',
    '"a.b"."\\u005B" = 1',
    "\t1 . 2\t=\t{}",
    "3.14 = 3.14",
    "time = 07:32:00.5",
    "moment = 2026-01-31 07:32:00Z # ]",
    "moments = [2026-01-31 07:32:00, 2026-01-31,\n 2026-01-31 00:00:00\n]",
    'quotes = """""two"""""',
    'three = """\\"""" # """',
    'four = """one"""" # [',
    "single = ['''''two'''', # '''\n1]",
    "none = \"\"\nnor = ''\nempty = \"\"\"\"\"\"\neither = ''''''",
    'lines = """\n[no.table]\n\\\n  no = "key"\n\\\\"""',
    "raw = '''\n[no]\nx = 1\\'''",
    "end = 'a\\' # '",
    'inline = {a.b = 1, "a".c = [1,\n2], d = {e = """\n"""}, moment = 2026-01-31 07:32:00}',
    "list = [ # [\n[1, # ]\n2,],\n\n{a = [\n]}\n, # ,\n]",
    "deep = [[[[{a = {b = [\n[]]}}]]]]",
    "far.1.x = 1\nother = 1\nfar.2.x = 1\nfar.1.y = 1",
    'words = [true, -inf, nan, 0xdead, 1_0e+1_0, \'=\', "\\"["]',
    "[ table . 'x' ]\ny = 1",
    "[table.z.z]\n[table.z]\ny = 1\n[table]\ny = 1",
    "[[tables]]\nx = 1\n[[tables]]\n[tables.x]\n[[tables.y]]\n[[tables.y]] # [[tables]]\nz = 1",
    "[[later.x]]\n[later]\ny = 1\n[[later.x]]",
    "[[ 'q' . q ]]\n[ q . q . q ]\n[[q.q]]",
    "",
    "# x = [",
]


@given(st.lists(st.sampled_from(_ODD), unique=True), st.sampled_from(["\n", "\r\n"]))
@example(_ODD, "\n")
def test_a_line_of_toml_is_the_one_without_which_its_parts_are_not_there(
    statements: list[str], end: str
) -> None:
    in_order = sorted(statements, key=lambda statement: statement.startswith("["))
    text = "\n".join(["# several lines", *in_order])
    _assert_lines_bring_their_parts(text.replace("\n", end))


@pytest.mark.parametrize("name", program_names())
def test_the_lines_of_a_shipped_program_are_told(name: str) -> None:
    _assert_lines_bring_their_parts(program_text(name))


def _assert_lines_bring_their_parts(text: str) -> None:
    """As far as a text can be parsed, it holds what is said to stand in it so far."""
    paths = list(_paths(tomllib.loads(text)))
    lines = dict(zip(paths, find_lines(text, "TOML", paths), strict=True))
    parts = text.splitlines(keepends=True)
    for end in range(1, len(parts) + 1):
        try:
            begun = tomllib.loads("".join(parts[:end]))
        except tomllib.TOMLDecodeError:
            continue
        told = {path for path, line in lines.items() if line is not None and line <= end}
        assert told == set(_paths(begun))


@given(_written(["TOML"]), st.data())
def test_changed_toml_that_is_still_toml_has_lines_that_bring_its_parts(
    written: Written, data: st.DataObject
) -> None:
    _, text, _ = written
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 3)))
    new = data.draw(st.text(st.sampled_from(_SIGNS), max_size=3))
    changed = f"#\n{text[:start]}{new}{text[end:]}"
    with suppress(tomllib.TOMLDecodeError):
        tomllib.loads(changed)
        _assert_lines_bring_their_parts(changed)


# Examples.

JSON = """{
  "name": "short",
  "phases": [
    {"name": "first",
     "weeks":
       2},
    {
      "name": "second",
      "we\\u0065ks": 3
    }
  ],
  "left_open": [], "sources": [
    [],
    {}
  ]
}
"""
TOML = '''# A short program.
name = "short"
left_open = [
  "one", "two",  # not "three"

  """
  phases = 4
  """, "three",
]
level.edition = 3
level.name = "2.1"

[[phases]]
name = "first"
weeks = 2

[[phases.services]]
timing = {type = "weekly", slots = [
  "monday 18:00",
]}

[[phases]]

[[phases.services]]
["phases".services.timing]
type = "per_week"
'''


@pytest.mark.parametrize(
    ("language", "text", "path", "line"),
    [
        ("JSON", JSON, ("name",), 2),
        ("JSON", JSON, ("phases",), 3),
        ("JSON", JSON, ("phases", 0), 4),
        ("JSON", JSON, ("phases", 0, "weeks"), 5),
        ("JSON", JSON, ("phases", 0, "title"), 4),
        ("JSON", JSON, ("phases", 1), 7),
        ("JSON", JSON, ("phases", 1, "weeks"), 9),
        ("JSON", JSON, ("phases", 1, "title"), 7),
        ("JSON", JSON, ("phases", 2), 3),
        ("JSON", JSON, ("left_open", 0), 12),
        ("JSON", JSON, ("sources", 1, "citation"), 14),
        ("JSON", JSON, ("title",), None),
        ("JSON", JSON, (), None),
        ("TOML", TOML, ("name",), 2),
        ("TOML", TOML, ("left_open", 0), 4),
        ("TOML", TOML, ("left_open", 1), 4),
        ("TOML", TOML, ("left_open", 2), 6),
        ("TOML", TOML, ("left_open", 3), 8),
        ("TOML", TOML, ("left_open", 4), 3),
        ("TOML", TOML, ("level",), 10),
        ("TOML", TOML, ("level", "name"), 11),
        ("TOML", TOML, ("phases",), 13),
        ("TOML", TOML, ("phases", 0, "weeks"), 15),
        ("TOML", TOML, ("phases", 0, "services"), 17),
        ("TOML", TOML, ("phases", 0, "services", 0, "timing", "slots", 0), 19),
        ("TOML", TOML, ("phases", 0, "services", 0, "timing", "count"), 18),
        ("TOML", TOML, ("phases", 1, "weeks"), 22),
        ("TOML", TOML, ("phases", 1, "services", 0, "name"), 24),
        ("TOML", TOML, ("phases", 1, "services", 0, "timing", "type"), 26),
        ("TOML", TOML, ("phases", 1, "services", 0, "timing", "count"), 25),
        ("TOML", TOML, ("phases", 2), 13),
        ("TOML", TOML, ("title",), None),
    ],
)
def test_a_path_has_the_line_that_a_reader_would_look_at(
    language: Language, text: str, path: Path, line: int | None
) -> None:
    assert find_lines(text, language, [path]) == [line]


@pytest.mark.parametrize("quotes", ["'''", '"""'])
@pytest.mark.parametrize("more", [0, 1, 2])
def test_long_texts_of_toml_may_end_in_quotes_of_their_own(quotes: str, more: int) -> None:
    text = f"a = [{quotes}b{quotes}{quotes[:more]}, # {quotes[:1]}\n2]"
    assert find_lines(text, "TOML", [("a", 0), ("a", 1)]) == [1, 2]


@pytest.mark.parametrize("text", ["null", "\n5\n", '\n"a\\nb"', "[\n]", "{\n}", "\n[1,\n2]"])
def test_json_that_is_no_object_has_lines_as_well(text: str) -> None:
    assert find_lines(text, "JSON", [("a",), (1,)]) == [None, 3 if "2" in text else None]


@pytest.mark.no_cover  # goes to the limit
@pytest.mark.parametrize(("opening", "closing"), [("[\n", "]"), ('{"a":\n', "}")])
def test_what_nobody_asks_about_may_be_as_deep_as_it_likes(opening: str, closing: str) -> None:
    deep = opening * 100_000 + closing * 100_000
    assert find_lines(f'{{\n"a": {deep},\n"b": 1}}', "JSON", [("b",)]) == [100_003]
    assert find_lines(f"a = {deep}\nb = 1", "TOML", [("b",), ("a",)]) == [100_002, 1]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"a": 1,\n"a": 2}', 2),
        ('{\n"a": [{"a": 1, "b":\n {}}],\n"\\u0061":\n 2}', 4),
        ('[{"a": "b",\n"b": 1},\n{"a": 1,\n "b": {}, "b": "b"}]', 4),
        ('{"a": 1, "a": 2}', None),
        ('{"a": {"a": 1},\n"b": ["b", "b"]}', None),
    ],
    ids=["twice", "written otherwise", "in an item", "in one line", "none"],
)
def test_a_key_that_comes_twice_has_its_second_line(text: str, line: int | None) -> None:
    assert line_of_repeated_key(text) == line


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_a_word_has_its_first_line(word: str) -> None:
    text = f'{{"{word}": "{word}",\n"a": [1,\n{word}],\n"b": {word}}}'
    assert line_of_word(text, word) == 3
    assert line_of_word(text.replace("\n", ""), word) is None
