"""Lines of plain text: folded to a page's width, as items and sections, and whole pages.

Titles, names and meanings come from whoever wrote them, so that what is put together here is
the one place where a line ends.
"""

from collections.abc import Iterable
from typing import TypeVar

from iopkit.prose import folded, printable
from iopkit.scopes import Scope
from iopkit.sources import Dated, Source
from iopkit.truth import Truth

T = TypeVar("T")

TRUTH_WORDS = {Truth.YES: "met", Truth.NO: "unmet", Truth.UNKNOWN: "undetermined"}
ASSUMED_IN_FORCE = "ASSUMED IN FORCE"
"""What is told first of an answer by rules that are not known to be in force on its day."""


class _Page(str):
    """Text whose ends of lines are ours."""

    __slots__ = ()


def page(lines: Iterable[str], *, apart: int = 1) -> str:
    """Lines and pages as one page, so many ends of lines apart.

    Whatever a line holds, it is one line, and has nothing that commands a terminal.
    """
    parts = (line if isinstance(line, _Page) else printable(line) for line in lines)
    return _Page(("\n" * apart).join(parts))


def fold(text: str, depth: int) -> str:
    """A text in lines of a page's width, each after the first so many spaces in."""
    return _Page(folded(printable(text), indent=depth))


def item(text: str) -> str:
    """A text as an item of a list."""
    return fold(f"  - {text}", 4)


def section(head: str, items: Iterable[str]) -> list[str]:
    """Lines of a list under its head; none, if it is empty."""
    lines = list(map(item, items))
    return ["", f"{head}:", *lines] if lines else []


def link(source: Source) -> list[str]:
    """The line that holds a source's address; none, if it has none."""
    return [f"  {source.url}"] if source.url else []


def in_force_lines(version: Dated[T]) -> list[str]:
    """From when to when a version is in force and what says so, with its address."""
    ended = [version.end_words] if version.end_words else []
    since = f"{version.since_words}: {version.source}"
    return [since, *link(version.source), *(fold(words, 2) for words in ended)]


def whose(scope: Scope | None) -> str:
    """The line that says whose a rule is."""
    return fold(f"for: {scope.words if scope else 'whom is not known'}", 5)


def below(text: str) -> str:
    """A text as the second line of an item."""
    return fold(f"    {text}", 4)
