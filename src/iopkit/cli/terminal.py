"""What a terminal can do for its reader: how wide texts are, and what stands out in them."""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from shutil import get_terminal_size
from time import monotonic
from typing import TextIO, TypeVar

from iopkit.prose import PAGE_COLUMNS

T = TypeVar("T")

_PATIENCE, _BAR = 2.0, 30
"""Seconds before a bar is shown, and how many columns it has."""

# What begins a line and stands out: a whole line that ends in a colon, or words in capitals.
_HEADS = re.compile(r"^(?:\S.*:$|[A-Z]{3,}(?: [A-Z]{2,})*\b)", re.MULTILINE)


def columns_of(stream: TextIO | None) -> int:
    """How wide texts are: as the terminal, but never too wide to read; else as a page."""
    if stream is None or not stream.isatty():
        return PAGE_COLUMNS
    return max(40, min(get_terminal_size().columns, 100))


def emphasized(text: str, stream: TextIO) -> str:
    """A text with its first line and its heads in bold, on a terminal that shows that.

    ``NO_COLOR`` in the environment asks for none (no-color.org).
    """
    is_plain = os.environ.get("NO_COLOR") or os.environ.get("TERM", "dumb") == "dumb"
    if is_plain or not stream.isatty():
        return text
    first, end, rest = text.partition("\n")
    return _bold(first) + end + _HEADS.sub(lambda head: _bold(head[0]), rest)


def _bold(text: str) -> str:
    return f"\x1b[1m{text}\x1b[0m"


def with_bar(items: Sequence[T], *, since: float, stream: TextIO | None = None) -> Iterator[T]:
    """Items one by one; on a terminal, a bar shows how far it is, once that takes its time.

    Args:
        since: when the command began, by ``time.monotonic``.
        stream: where the bar goes; standard error, if not given.
    """
    shown = sys.stderr if stream is None else stream
    if shown is None or not shown.isatty():
        yield from items
        return
    width = 0
    for number, item in enumerate(items, 1):
        yield item
        if monotonic() - since >= _PATIENCE:
            done = "#" * (_BAR * number // len(items))
            line = f"[{done:<{_BAR}}] {number} of {len(items)}"
            width = max(width, len(line))
            shown.write(f"\r{line}")
            shown.flush()
    if width:
        shown.write(f"\r{'':<{width}}\r")
