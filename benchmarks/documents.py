"""A schedule of 36 sessions as a JSON document, read and written."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from enum import IntEnum
from functools import cache, partial, reduce
from importlib import import_module
from operator import getitem, or_
from types import GenericAlias, NoneType
from typing import Any, Literal, get_args, get_origin

from attrs import NOTHING, frozen
from measure import Case, Contender, Work, optional

from iopkit import Program, Schedule, WeeklyWindows, from_json, schedule, to_json
from iopkit.documents.classes import members_of, tagged
from iopkit.documents.formats import current_format
from iopkit.documents.values import is_fact, leaf_of
from iopkit.eligibility import Predicate
from iopkit.programs import Slot
from schedules import PLAN, SITE, SIZE

DATED = schedule(PLAN, SITE)
TEXT = to_json(DATED)
NOTE = "no zones, lengths of time, slots or windows, but the texts and numbers they are written as"

# Any: classes, and values that a document may hold.
Fields = dict[str, tuple[Any, Any]]


@frozen
class Library:
    """One that reads a schedule's document and writes it again."""

    name: str
    text: str
    """The document, with moments as the library takes them."""
    read: Callable[[str], Any]
    write: Callable[[Any], str]


def _iopkit() -> Library:
    return Library("iopkit", TEXT, partial(from_json, Schedule), to_json)


def _pydantic() -> Library:
    pydantic = import_module("pydantic")
    config = pydantic.ConfigDict(strict=True, extra="forbid", frozen=True)

    def make(name: str, tag: str, fields: Fields) -> Any:
        typed: Fields = {"type": (Literal[tag], ...)} if tag else {}
        return pydantic.create_model(name, __config__=config, **typed, **fields)

    model = _model(make)

    def write(value: Any) -> str:
        return f"{value.model_dump_json(indent=2, exclude_defaults=True)}\n"

    return Library("pydantic", _without_zones(TEXT), model.model_validate_json, write)


def _msgspec() -> Library:
    msgspec = import_module("msgspec")
    options = {"frozen": True, "forbid_unknown_fields": True, "omit_defaults": True}

    def make(name: str, tag: str, fields: Fields) -> Any:
        given = [(key, *typed[: 1 if typed[1] is ... else 2]) for key, typed in fields.items()]
        return msgspec.defstruct(name, given, tag=tag or None, **options)

    decoder, encoder = msgspec.json.Decoder(_model(make)), msgspec.json.Encoder()

    def write(value: Any) -> str:
        return f"{msgspec.json.format(encoder.encode(value), indent=2).decode()}\n"

    return Library("msgspec", _without_zones(TEXT), decoder.decode, write)


def _without_zones(text: str) -> str:
    """The same document with moments as both peers take them: RFC 3339, with seconds."""
    return re.sub(r"T(\d\d:\d\d)(-\d\d:\d\d)\[[\w/]+\]", r"T\1:00\2", text)


def _model(make: Callable[[str, str, Fields], Any]) -> Any:
    """A peer's class for schedules, with the fields of ours, and one for each class within.

    ``make`` takes a class's name, its ``type`` in documents if it has one there, and the type
    and default of each field; a default of ``...`` is none.
    """

    @cache
    def translated(kind: Any, tag: str = "") -> Any:
        if leaf_of(kind) or kind is NoneType:
            return _plain(kind)
        if is_fact(kind):
            return str  # its name
        if get_origin(kind) is tuple:
            return GenericAlias(tuple, (translated(get_args(kind)[0]), ...))
        if get_origin(kind) is frozenset:
            return GenericAlias(frozenset, (translated(get_args(kind)[0]),))
        if {Program, *get_args(Predicate)} & {*get_args(kind)}:
            return Any  # these hold others of their kind, and this document has none of them
        if get_args(kind):
            tags = {of: tag for tag, of in tagged(kind).items()}
            # A class that is the only one has no ``type``.
            told = tags if len(tags) > 1 else {}
            return reduce(or_, (translated(of, told.get(of, "")) for of in get_args(kind)))
        return make(kind.__name__, tag, fields(kind))

    def fields(kind: Any) -> Fields:
        return {m.key: (translated(m.kind), _default(m.default)) for m in members_of(kind)}

    headers: Fields = {
        "document": (Literal["schedule"], ...),
        "format": (Literal[current_format("schedule")], ...),
    }
    return make("Schedule", "", {**headers, **fields(Schedule)})


def _plain(kind: Any) -> Any:
    """What a peer takes for one of our leaves: its own kind where it has one that fits."""
    if issubclass(kind, IntEnum):
        return Literal[tuple(member.name.lower() for member in kind)]
    return {timedelta: int, Slot: str, WeeklyWindows: tuple[str, ...]}.get(kind, kind)


def _default(value: object) -> object:
    if isinstance(value, IntEnum):
        return value.name.lower()
    return ... if value is NOTHING else value


def _wrong(text: str) -> Iterator[str]:
    """The document with one mistake each time, which all must refuse."""
    service, session = ("plan", "program", "phases", 0, "services", 0), ("sessions", 35)
    mistakes: tuple[tuple[tuple[str | int, ...], str, object], ...] = (
        ((), "document", "plan"),
        ((), "format", 2),
        ((), "zone", 5),
        ((), "zones", "America/Chicago"),
        (("plan",), "key", "5f0c1c52"),
        (("plan",), "start", "2026-02-30"),
        (("plan",), "notes", {}),
        (service, "duration_minutes", "180"),
        ((*service, "timing"), "type", "monthly"),
        (session, "number", "36"),
        (session, "number", 36.5),
        (session, "week", True),
        (session, "modality", "yoga"),
        (session, "phase", None),
        (session, "start", "Friday"),
        (session, "place", "here"),
    )
    for path, key, value in mistakes:
        document = json.loads(text)
        reduce(getitem, path, document)[key] = value
        yield json.dumps(document)


def _refused(library: Library, text: str) -> bool:
    try:
        library.read(text)
    except ValueError:
        return True
    return False


def _answers(library: Library) -> tuple[str, list[bool]]:
    """What becomes of the document, and whether those with mistakes are refused."""
    written = library.write(library.read(library.text))
    refused = [_refused(library, wrong) for wrong in _wrong(library.text)]
    return _without_zones(written), refused


def _case(name: str, work: Callable[[Library], Work]) -> Case:
    def contender(build: Callable[[], Library], note: str = "") -> Contender:
        library = build()
        return Contender(library.name, work(library), lambda: _answers(library), note)

    peers = (
        optional("pydantic", lambda: contender(_pydantic, NOTE)),
        optional("msgspec", lambda: contender(_msgspec, NOTE)),
    )
    return Case(name, f"{SIZE}, {len(TEXT):,} bytes", contender(_iopkit), peers)


def round_trip() -> Case:
    """The document read, and what was read written."""
    return _case("document", lambda lib: lambda: lib.write(lib.read(lib.text)))


def reading() -> Case:
    """The document read."""
    return _case("document-read", lambda lib: lambda: lib.read(lib.text))


def writing() -> Case:
    """The document written."""

    def work(library: Library) -> Work:
        value = library.read(library.text)
        return lambda: library.write(value)

    return _case("document-write", work)
