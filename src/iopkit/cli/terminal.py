"""What a terminal can do for its reader: how wide texts are, and what stands out in them."""

import os
import re
from shutil import get_terminal_size
from typing import TextIO

from iopkit.prose import PAGE_COLUMNS

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
