"""How the text of a document is laid out."""

import json
from json.encoder import encode_basestring as _quoted

from iopkit.documents.values import Raw, is_list, is_object

_PLAIN = json.JSONEncoder(ensure_ascii=False)


def indented(raw: Raw, line: str = "\n") -> str:
    """What ``json.dumps`` gives with ``indent=2`` and ``ensure_ascii=False``, in half its time.

    Args:
        raw: a value that a parser of JSON could have returned.
        line: a line's end and the indentation of ``raw`` itself.
    """
    inner = f"{line}  "
    if is_object(raw):
        first, last = "{}"
        parts: list[str] = []
        # Most values are texts and numbers: those are written here, without a call for each.
        for key, part in raw.items():
            if part.__class__ is str:
                parts.append(f"{_quoted(key)}: {_quoted(part)}")
            elif part.__class__ is int:
                parts.append(f"{_quoted(key)}: {part}")
            else:
                parts.append(f"{_quoted(key)}: {indented(part, inner)}")
    elif is_list(raw):
        first, last = "[]"
        parts = [_quoted(part) if part.__class__ is str else indented(part, inner) for part in raw]
    else:
        return _PLAIN.encode(raw)
    return f"{first}{inner}{f',{inner}'.join(parts)}{line}{last}" if parts else first + last
