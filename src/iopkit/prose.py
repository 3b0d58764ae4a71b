"""Numbers and lists in words, and texts that can be shown anywhere."""

import re
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from itertools import groupby
from textwrap import fill

PAGE_COLUMNS = 88
"""How wide texts are that people read, where nobody says otherwise."""

_columns = ContextVar("columns", default=PAGE_COLUMNS)


@contextmanager
def page_width(columns: int) -> Generator[None]:
    """Texts that are made within are folded to so many columns: a terminal may have fewer."""
    before = _columns.set(columns)
    try:
        yield
    finally:
        _columns.reset(before)


def folded(text: str, *, indent: int) -> str:
    """A text in lines of a page's width, each after the first so many spaces in.

    Example:
        >>> with page_width(20):
        ...     print(folded("- Is not judged to be dangerous.", indent=2))
        - Is not judged to
          be dangerous.
    """
    return fill(text, _columns.get(), subsequent_indent=" " * indent)


def counted(number: float, unit: str) -> str:
    """A number with its unit, in the plural if it is not one.

    Example:
        >>> counted(1, "week"), counted(2.5, "hour")
        ('1 week', '2.5 hours')
    """
    figure = number if isinstance(number, int) else f"{number:g}"
    return f"{figure} {unit}{'' if number == 1 else 's'}"


def listed(words: Iterable[str]) -> str:
    """Words in a row.

    Example:
        >>> listed(["Monday", "Wednesday", "Friday"]), listed(["Monday"])
        ('Monday, Wednesday and Friday', 'Monday')
    """
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The first and the last of each run of numbers that follow each other, in order.

    Example:
        >>> [*runs([7, 1, 2, 3, 2])]
        [(1, 3), (7, 7)]
    """
    in_order = enumerate(sorted(set(numbers)))
    for _, run in groupby(in_order, key=lambda each: each[1] - each[0]):
        (_, first), *rest = run
        yield first, rest[-1][1] if rest else first


def runs_text(numbers: Iterable[int]) -> str:
    """Numbers in a row, those that follow each other by the first and the last.

    Example:
        >>> runs_text([1, 2, 3, 7])
        '1 to 3 and 7'
    """
    return listed(f"{low} to {high}" if low < high else f"{low}" for low, high in runs(numbers))


def weeks_text(numbers: Iterable[int]) -> str:
    """Which weeks they are.

    Example:
        >>> weeks_text([1, 2, 3, 7]), weeks_text([5])
        ('weeks 1 to 3 and 7', 'week 5')
    """
    weeks = {*numbers}
    return f"week{'s' * (len(weeks) > 1)} {runs_text(weeks)}"


def duration_text(duration: timedelta) -> str:
    """A duration of whole minutes as hours and minutes.

    Example:
        >>> duration_text(timedelta(minutes=370))
        '6 h 10 min'
    """
    hours, minutes = divmod(duration // timedelta(minutes=1), 60)
    parts = [f"{hours} h"] if hours else []
    parts += [f"{minutes} min"] if minutes else []
    return " ".join(parts) or "0 h"


# Control characters, the other ends of lines, and what turns the direction of writing around.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]+"
)


def printable(text: str) -> str:
    r"""A text on one line, which can neither command a terminal nor pass for another line.

    Example:
        >>> printable("IOP\n\nELIGIBLE\x1b[8m")
        'IOP ELIGIBLE [8m'
    """
    return _UNPRINTABLE.sub(" ", text)
