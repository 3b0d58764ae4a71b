"""Files of documents in the current format: what is to be written, and what differs."""

import re
import tomllib
from codecs import BOM_UTF8
from collections.abc import Iterator
from difflib import unified_diff
from typing import Any

from iopkit.confidential import hidden
from iopkit.documents.documents import from_json, from_toml
from iopkit.documents.formats import upgrade_document
from iopkit.documents.indentation import indented
from iopkit.documents.kinds import KINDS
from iopkit.documents.limits import most_bytes, refuse_long
from iopkit.documents.lines import Language, find_lines
from iopkit.documents.parsing import parsed, text_of
from iopkit.documents.values import FACT_NAME, Raw, is_list, is_object, kind_of
from iopkit.errors import Fault, InvalidError, Step, attempted
from iopkit.fields import frozen

_BY_HAND = (
    "TOML would lose its comments, and has no null: change it by hand, or write it as JSON, with "
    "to_json(from_toml(...))"
)


@frozen(repr=False)
class Upgrade:
    """What becomes of a document's file: from which format to which, and what is to be written.

    ``difference`` is a unified diff, empty if the document is in the current format. Of JSON it
    is that of the documents as they are laid out here, so that it shows no other line ends or
    indentations. ``checked``: all of the document was read; it is not where a document asks about
    facts that are not shipped.
    """

    kind: str
    old: int
    new: int
    difference: str
    data: bytes
    checked: bool

    __repr__ = hidden


def upgrade_file(name: str, data: bytes) -> Upgrade:
    """What becomes of a file when its document is brought to the current format.

    Args:
        name: the file's name, to tell TOML from JSON and for the difference.

    Raises:
        InvalidError: it is no document that can be read here, or TOML in which more would
            change than the line of the format.

    Example:
        >>> plan = b'{"document": "site", "format": 2, "name": "Elm", "zone": "UTC",'
        >>> found = upgrade_file("a.json", plan + b'"hours": ["monday 09:00-17:00"]}')
        >>> found.kind, found.old, found.new, found.difference
        ('site', 2, 2, '')
    """
    attempt = attempted(_upgraded, name, data)
    del data
    return attempt.result()


def _upgraded(name: str, data: bytes) -> Upgrade:
    language: Language = "TOML" if name.endswith(".toml") else "JSON"
    refuse_long("document", data, most=most_bytes("schedule", language))  # what may be longest
    text = text_of(language, data)
    before = parsed(language, text, masked=True)  # it may be about a patient
    if not is_object(before):
        raise InvalidError("document", [Fault((), "an object", kind_of(before))])
    # Reading tells more of what is wrong than the upgrade does, and where.
    checked = _is_checked(before.get("document"), language, data)
    after = upgrade_document(before)
    kind, old, new = after["document"], before["format"], after["format"]
    if old == new:
        return Upgrade(kind, old, new, "", data, checked)
    if language == "TOML":
        shown, written = text, _with_format(text, before, after)
    else:
        shown, written = indented(before), f"{indented(after)}\n"
    # Only "\n" ends a line: a text within may hold what Python takes for other ends of lines.
    lines = unified_diff(
        shown.removesuffix("\n").split("\n"),
        written.removesuffix("\n").split("\n"),
        f"{name}, format {old}",
        f"{name}, format {new}",
        lineterm="",
    )
    mark = BOM_UTF8 if language == "TOML" and data.startswith(BOM_UTF8) else b""
    return Upgrade(kind, old, new, "\n".join(lines), mark + _bytes(kind, written), checked)


def _is_checked(kind: Raw, language: Language, data: bytes) -> bool:
    """Whether a document was read; not if it asks about facts that only its writer knows."""
    if not isinstance(kind, str) or kind not in KINDS:
        return False
    read = from_json if language == "JSON" else from_toml
    of: Any = KINDS[kind]  # a union, for predicates
    try:
        read(of, data)
    except InvalidError as error:
        if not any(_of_the_writers(kind, fault) for fault in error.faults):
            raise
        return False
    return True


def _of_the_writers(kind: str, fault: Fault) -> bool:
    """Whether a fault is that a fact or an instrument is not known here."""
    named = kind in {"facts", "patient"} and fault.path[-1:] == ("instrument",)
    return named or fault.expected == FACT_NAME


def _bytes(kind: str, text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:  # of what was not checked
        fault = Fault((), "texts that UTF-8 can hold", "lone surrogates")
        raise InvalidError(f"{kind} document", [fault]) from None


def _with_format(text: str, before: dict[str, Raw], after: dict[str, Raw]) -> str:
    """TOML with another number in the line of its format, where nothing else has to change."""
    (line,) = find_lines(text, "TOML", [("format",)])
    places = [place for place in _changed(before, after) if place != ("format",)]
    if places:
        # A place is one of ours, as an upgrader has been there; it is no patient's.
        told = ", ".join(str(Fault(place, "", "")).partition(":")[0] for place in places)
        fault = Fault(
            ("format",), "a change of this line alone", f"changes of {told}", _BY_HAND, line
        )
        raise InvalidError(f"{after['document']} document", [fault])
    lines = text.split("\n")
    at = (line or 1) - 1  # text of one line has no lines to be told
    lines[at] = re.sub(r"(format[\"']?\s*=\s*)[^\s#]+", rf"\g<1>{after['format']}", lines[at])
    written = "\n".join(lines)
    if tomllib.loads(written) != after:
        fault = Fault(("format",), "a line with the number alone", "another", _BY_HAND, line)
        raise InvalidError(f"{after['document']} document", [fault])
    return written


def _changed(before: Raw, after: Raw, *path: Step) -> Iterator[tuple[Step, ...]]:
    """Where two parsed values differ, as far in as they have the same keys and lengths."""
    if is_object(before) and is_object(after):
        for key in dict.fromkeys([*before, *after]):
            if key in before and key in after:
                yield from _changed(before[key], after[key], *path, key)
            else:
                yield (*path, key)
    elif is_list(before) and is_list(after) and len(before) == len(after):
        for place, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _changed(old, new, *path, place)
    elif before != after:
        yield path
