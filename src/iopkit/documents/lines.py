"""Where in the text of a document its values stand.

Parsers of JSON and TOML do not tell, so what is refused is looked through once more. Lines
count from 1. Of a text in one line none is told: there is nothing to look for.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, takewhile
from typing import Literal

from attrs import field

from iopkit.confidential import hidden
from iopkit.errors import Step
from iopkit.fields import frozen

Language = Literal["JSON", "TOML"]
Path = tuple[Step, ...]

OPAQUE = r"""
    \"{3}(?:\\.|[^\\])*?(?:\"{3,5}|\Z)
  | '{3}.*?(?:'{3,5}|\Z)
  | "(?:\\.|[^"\\])*+"?
  | '[^'\n]*+'?
  | \#[^\n]*
"""
"""A pattern of what can hold signs that mean nothing there.

Texts of TOML in three quotes, texts of both, TOML's literal texts, and comments. Each ends at
the end of the file at the latest, so that no part of the file is looked at twice.
"""

_BETWEEN = {"JSON": ":", "TOML": "="}
_DEEPER = {"[": 1, "{": 1, "]": -1, "}": -1}


def find_lines(text: str, language: Language, paths: Iterable[Path]) -> list[int | None]:
    r"""For each path, the line of the innermost part of it that stands in a document.

    So what an object lacks has the line of that object. A key's line is where the key is, and
    an item's where it begins; a table of TOML has the line that first names it.

    Args:
        text: a document that its parser takes. What no path leads into may be wrong, as long
            as brackets pair up: ``without_depths`` hides that from the parser.

    Returns:
        A line for each path; ``None`` where only the document itself is known.

    Example:
        >>> text = 'name = "short"\n[[phases]]\nname = "only"\nweeks = "6"'
        >>> find_lines(text, "TOML", [("phases", 0, "weeks"), ("phases", 0, "title"), ("title",)])
        [4, 2, None]
    """
    outward = [[path[:end] for end in range(len(path), 0, -1)] for path in paths]
    sought = {part for parts in outward for part in parts}
    lines: dict[Path, int] = {}
    pieces = takewhile(lambda _: len(lines) < len(sought), _pieces(text, language))
    search = _Search(pieces, language, sought, lines)
    if language == "JSON":
        search.value(())
    else:
        search.in_tables()
    return [next((lines[part] for part in parts if part in lines), None) for parts in outward]


def line_of_repeated_key(text: str) -> int | None:
    """The line of the first key of JSON that its object has already."""
    seen: list[set[str]] = []
    key, key_line = "", 0
    for piece, line in _pieces(text, "JSON"):
        if piece == "{":
            seen.append(set())
        elif piece == "}":
            seen.pop()
        elif piece == ":":
            name = json.loads(key)
            if name in seen[-1]:
                return key_line
            seen[-1].add(name)
        elif piece != "\n":
            key, key_line = piece, line
    return None


def line_of_word(text: str, word: str) -> int | None:
    """The line where JSON first has a word such as ``NaN``."""
    return next((line for piece, line in _pieces(text, "JSON") if piece == word), None)


def _pieces(text: str, language: Language) -> Iterator[tuple[str, int]]:
    """Signs, texts, words and ends of lines, each with its line."""
    if "\n" not in text.strip():
        return
    signs = rf"\[\]{{}},{_BETWEEN[language]}"
    line = 1
    # The last line may lack its end.
    for match in re.finditer(rf"(?xs) {OPAQUE} | [\n{signs}] | [^\s\"'\#{signs}]+", f"{text}\n"):
        piece = match[0]
        if not piece.startswith("#"):
            yield piece, line
        line += piece.count("\n")


@frozen(repr=False)
class _Search:
    """What is still to come of a text, and the lines found of the paths that are sought.

    What nobody seeks is passed over, so that it may be as deep as it likes.
    """

    __repr__ = hidden
    pieces: Iterator[tuple[str, int]]
    language: Language
    sought: set[Path]
    lines: dict[Path, int]
    _last_items: dict[Path, int] = field(factory=dict[Path, int], init=False)

    def found(self, path: Path | None, steps: Sequence[Step], line: int) -> Path | None:
        """The path so many steps further in, all noted; ``None`` if nobody seeks it."""
        if path is None:
            return None
        for end in range(1, len(steps) + 1):
            part = (*path, *steps[:end])
            if part not in self.sought:
                return None
            self.lines.setdefault(part, line)
        return (*path, *steps)

    def in_tables(self) -> None:
        """Go through a document of TOML."""
        table: Path | None = ()
        key: list[str] = []
        brackets = 0
        for piece, line in self.pieces:
            if piece == "\n":
                if brackets:
                    table = self.table(key, line, listed=brackets == 2)
                key, brackets = [], 0
            elif piece == "[":
                brackets += 1
            elif piece == "=":
                self.value(self.found(table, key, line))
            elif piece != "]":
                key += self.keys(piece)

    def table(self, key: list[str], line: int, *, listed: bool) -> Path | None:
        """The table of a header; if ``listed``, it is one more item of a list."""
        path: Path | None = ()
        for place, step in enumerate(key, 1):
            path = self.found(path, [step], line)
            if path is None:
                return None
            if listed and place == len(key):
                self._last_items[path] = self._last_items.get(path, -1) + 1
            if path in self._last_items:
                path = self.found(path, [self._last_items[path]], line)
        return path

    def keys(self, piece: str) -> list[str]:
        """The keys, all or some of a dotted one, that a piece has."""
        if self.language == "JSON":
            return [json.loads(piece)]
        if piece.startswith(('"', "'")):
            return [tomllib.loads(f"key = {piece}")["key"]]
        return [key for key in piece.split(".") if key]

    def value(self, path: Path | None) -> None:
        """Go through the value that comes next."""
        self.rest(path, next((piece for piece, _ in self.pieces if piece != "\n"), ""))

    def rest(self, path: Path | None, piece: str) -> None:
        """Go through what is left of a value after its first piece."""
        if piece not in {"[", "{"}:
            return
        if path is None:
            changes = (_DEEPER.get(piece, 0) for piece, _ in self.pieces)
            next((depth for depth in accumulate(changes, initial=1) if not depth), None)
        elif piece == "{":
            self.in_object(path)
        else:
            self.in_list(path)

    def in_object(self, path: Path) -> None:
        key: list[str] = []
        key_line = 0
        for piece, line in self.pieces:
            if piece == "}":
                return
            if piece == ",":
                key = []
            elif piece == _BETWEEN[self.language]:
                self.value(self.found(path, key, key_line))
            elif piece != "\n":
                key += self.keys(piece)
                key_line = line

    def in_list(self, path: Path) -> None:
        item = 0
        for piece, line in self.pieces:
            if piece == "]":
                return
            if piece == ",":
                item += 1
            elif piece != "\n":
                self.rest(self.found(path, [item], line), piece)
