"""What a terminal can do for its reader: how wide texts are, what stands out, how far work is."""

import os
import re
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from shutil import get_terminal_size
from time import monotonic
from typing import TextIO, TypeVar

from iopkit.prose import PAGE_COLUMNS

T = TypeVar("T")

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


_PATIENCE = 2.0
"""After so many seconds somebody who waits wants to know how far the work is."""
_REFRESH = 0.1
_CELLS = 30


def watched(
    items: Iterable[T],
    total: int | None,
    stream: TextIO | None,
    *,
    clock: Callable[[], float] = monotonic,
) -> Generator[T, None, None]:
    """Items as they come, with a bar on a terminal where they take over two seconds.

    It is gone when they end, and when whoever takes them closes this.

    Args:
        total: how many there will be; ``None``: not known, and only how many came is told.
        clock: gives seconds.
    """
    if stream is None or not stream.isatty():
        yield from items
        return
    last, width = clock() + _PATIENCE - _REFRESH, 0
    try:
        for done, item in enumerate(items, 1):
            if (now := clock()) >= last + _REFRESH:
                bar = _bar(done, total)
                last, width = now, max(width, len(bar))
                _put(stream, f"\r{bar}")
            yield item
    finally:
        if width:
            _put(stream, f"\r{' ' * width}\r")


def _bar(done: int, total: int | None) -> str:
    if total is None or done > total:
        return f"{done:,} done"
    cells = _CELLS * done // total
    return f"[{'#' * cells}{' ' * (_CELLS - cells)}] {done:,} of {total:,}"


def _put(stream: TextIO, text: str) -> None:
    with suppress(OSError):  # nobody is there any more, and the work goes on
        stream.write(text)
        stream.flush()
