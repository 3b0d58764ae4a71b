"""Tables as CSV, for spreadsheets."""

import csv
from collections.abc import Iterable
from io import StringIO

from iopkit.prose import printable

# What a spreadsheet takes a cell for a formula by; other spaces do not keep it from that.
_FORMULA = ("=", "+", "-", "@")


def csv_table(rows: Iterable[Iterable[object]]) -> str:
    """Rows as CSV: nothing for ``None``, yes or no for a truth value, all else as its text.

    A text that a spreadsheet would take for a formula begins with an apostrophe. Lines end in a
    line feed, the last one not.

    Example:
        >>> print(csv_table([["name", "paid"], ["=1+1", True], ["Ada, Bo", None]]))
        name,paid
        '=1+1,yes
        "Ada, Bo",
    """
    written = StringIO()
    csv.writer(written, lineterminator="\n").writerows(map(_cell, row) for row in rows)
    return written.getvalue().removesuffix("\n")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = printable(str(value))
    formula = isinstance(value, str) and text.lstrip().startswith(_FORMULA)
    return f"'{text}" if formula else text
