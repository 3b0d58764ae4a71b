"""Any document as an outline of what it says, for those kinds that have no text of their own.

Calling this on a patient's document is the explicit act that shows it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeGuard, cast

from iopkit.reports.lines import fold, page

_HEADER = {"document", "format"}


def record_text(document: Mapping[str, Any]) -> str:  # Any: plain JSON values
    """What a document says, line by line; what it does not say is not known, and not shown.

    Args:
        document: as ``to_document`` gives it.

    Example:
        >>> from datetime import date
        >>> from uuid import UUID
        >>> from iopkit import Patient, to_document
        >>> key = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
        >>> print(record_text(to_document(Patient(key, date(1984, 5, 17)))))
        patient
        key: 0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90
        birth date: 1984-05-17
    """
    said = {name: value for name, value in document.items() if name not in _HEADER}
    return page([str(document["document"]), *_lines(said, 0)])


def _lines(said: Mapping[str, Any], depth: int) -> Iterator[str]:
    """A line for each value; below a head those that have parts, each as an item."""
    lead = " " * depth
    for name, value in said.items():
        if _is_plain(value):
            yield fold(f"{lead}{_named(name, value)}", depth + 2)
            continue
        yield f"{lead}{_words(name)}:"
        if isinstance(value, dict):
            yield from _lines(cast("dict[str, Any]", value), depth + 2)
            continue
        for each in value:
            plain = {key: part for key, part in each.items() if _is_plain(part)}
            told = "; ".join(_named(key, part) for key, part in plain.items())
            yield fold(f"{lead}  - {told}", depth + 4)
            yield from _lines({k: v for k, v in each.items() if k not in plain}, depth + 4)


def _is_plain(value: object) -> bool:
    """Whether it can stand in one line: a value, or several of them."""
    if isinstance(value, Mapping):
        return False
    return not _is_list(value) or not any(isinstance(each, Mapping) for each in value)


def _is_list(value: object) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, list | tuple)


def _named(name: str, value: Any) -> str:  # noqa: ANN401  # plain JSON
    """A value under its name; so many minutes where the name says that it is in these."""
    unit = " minutes" if name.endswith("_minutes") else ""
    told = ", ".join(map(_value, value)) or "none" if _is_list(value) else _value(value)
    return f"{_words(name.removesuffix('_minutes'))}: {told}{unit}"


def _value(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _words(name: str) -> str:
    return name.replace("_", " ")
