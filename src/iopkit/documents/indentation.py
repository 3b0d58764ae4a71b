"""How the text of a document is laid out."""

import json
from collections.abc import Callable
from json.encoder import encode_basestring
from typing import Any

from iopkit.documents.values import Raw, is_list, is_object

# How most plain values are written; the rest is left to ``json``.
_PLAIN: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    int: str,
    bool: {True: "true", False: "false"}.__getitem__,
}
_REST = json.JSONEncoder(ensure_ascii=False)


def indented(raw: Raw, line: str = "\n") -> str:
    """What ``json.dumps`` gives with ``indent=2`` and ``ensure_ascii=False``, in half its time.

    Args:
        raw: a value that a parser of JSON could have returned.
        line: a line's end and the indentation of ``raw`` itself.
    """
    inner = f"{line}  "
    if is_object(raw):
        first, last = "{}"
        parts = [
            f"{encode_basestring(key)}: "
            f"{write(part) if (write := _PLAIN.get(part.__class__)) else indented(part, inner)}"
            for key, part in raw.items()
        ]
    elif is_list(raw):
        first, last = "[]"
        parts = [
            write(part) if (write := _PLAIN.get(part.__class__)) else indented(part, inner)
            for part in raw
        ]
    else:
        return _REST.encode(raw)
    return f"{first}{inner}{f',{inner}'.join(parts)}{line}{last}" if parts else first + last
