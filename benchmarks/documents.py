"""A schedule of 36 sessions as a JSON document, read and written."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from functools import cache, partial, reduce
from importlib import import_module
from operator import getitem, or_
from types import GenericAlias, NoneType
from typing import Annotated, Any, Literal, get_args, get_origin
from uuid import UUID

from attrs import NOTHING, frozen
from measure import Case, Contender, Work, optional

from iopkit import Program, Schedule, WeeklyWindows, from_json, schedule, to_json
from iopkit.documents.classes import Member, is_many, members_of, tagged
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
    """Models of our value types, which read and write leaves as we do where pydantic has no own."""
    pydantic = import_module("pydantic")
    config = pydantic.ConfigDict(strict=True, extra="forbid", frozen=True)
    after = pydantic.model_validator(mode="after")

    def make(name: str, tag: str, fields: Fields) -> Any:
        typed: Fields = {"type": (Literal[tag], ...)} if tag else {}
        checks = {"fits": after(_FITS[name])} if name in _FITS else {}
        options = {"__config__": config, "__validators__": checks}
        return pydantic.create_model(name, **options, **typed, **fields)

    def valued(kind: Any) -> Any:
        known: Any = leaf_of(kind)
        if kind in _NATIVE or (isinstance(kind, type) and issubclass(kind, StrEnum)):
            return kind
        read = pydantic.PlainValidator(lambda raw: known.read(raw, kind))
        write = pydantic.PlainSerializer(known.write)
        return Annotated[Any, read, write]

    model = _model(make, valued)

    def write(value: Any) -> str:
        return f"{value.model_dump_json(indent=2, exclude_defaults=True)}\n"

    library = Library("pydantic", TEXT, model.model_validate_json, write)
    if not all(_refused(library, text) for text in _changed(TEXT, _MISFITS)):
        raise SystemExit("document: pydantic does not check what we do")
    return library


_NATIVE = frozenset({str, int, bool, float, date, UUID, NoneType})


# Any: models, which have our fields under the keys of documents.
def _session_fits(session: Any) -> Any:
    ok = (
        session.start.tzinfo is not None
        and 1 <= session.number <= 100_000
        and 0 <= session.make_up <= 100_000
        and _MINUTE <= session.duration_minutes <= timedelta(days=1)
        and not session.duration_minutes % _MINUTE
        and timedelta(0) <= session.breaks_minutes < session.duration_minutes
    )
    if not ok:
        raise ValueError("a session that cannot be")
    return session


def _schedule_fits(schedule: Any) -> Any:
    phases, first = schedule.plan.program.phases, schedule.plan.start.toordinal()
    known = {(phase.name, each.name): each for phase in phases for each in phase.services}
    most = sum(phase.weeks for phase in phases) + 104
    seen = set()
    for each in schedule.sessions:
        same = each.service, each.number, each.make_up
        service, day = known.get((each.phase, each.service)), each.start.toordinal() - first
        ok = (
            same not in seen
            and service is not None
            and service.modality is each.modality
            and each.start.tzinfo.key == schedule.zone
            and 1 <= each.week <= most
            and (each.moved is not None or day // 7 + 1 == each.week)
        )
        if not ok:
            raise ValueError("a session that the plan does not have")
        seen.add(same)
    return schedule


_MINUTE = timedelta(minutes=1)
_FITS = {"Session": _session_fits, "Schedule": _schedule_fits}


def _msgspec() -> Library:
    msgspec = import_module("msgspec")
    options = {"frozen": True, "forbid_unknown_fields": True, "omit_defaults": True}

    def make(name: str, tag: str, fields: Fields) -> Any:
        given = [(key, *typed[: 1 if typed[1] is ... else 2]) for key, typed in fields.items()]
        return msgspec.defstruct(name, given, tag=tag or None, **options)

    decoder, encoder = msgspec.json.Decoder(_model(make, _plain)), msgspec.json.Encoder()

    def write(value: Any) -> str:
        return f"{msgspec.json.format(encoder.encode(value), indent=2).decode()}\n"

    return Library("msgspec", _without_zones(TEXT), decoder.decode, write)


def _without_zones(text: str) -> str:
    """The same document with moments as msgspec takes them: RFC 3339, with seconds."""
    return re.sub(r"T(\d\d:\d\d)(-\d\d:\d\d)\[[\w/]+\]", r"T\1:00\2", text)


def _model(make: Callable[[str, str, Fields], Any], plain: Callable[[Any], Any]) -> Any:
    """A peer's class for schedules, with the fields of ours, and one for each class within.

    ``make`` takes a class's name, its ``type`` in documents if it has one there, and the type
    and default of each field; a default of ``...`` is none. ``plain`` gives the type of a leaf.
    """

    @cache
    def translated(kind: Any, tag: str = "") -> Any:
        if leaf_of(kind) or kind is NoneType:
            return plain(kind)
        if is_fact(kind):
            return str  # its name
        if is_many(kind):
            item, more = translated(get_args(kind)[0]), get_args(kind)[1:]
            return GenericAlias(get_origin(kind), (item, *more))
        if {Program, *get_args(Predicate)} & {*get_args(kind)}:
            return Any  # these hold others of their kind, and this document has none of them
        if get_args(kind):
            tags = {of: tag for tag, of in tagged(kind).items()}
            # A class that is the only one has no ``type``.
            told = tags if len(tags) > 1 else {}
            return reduce(or_, (translated(of, told.get(of, "")) for of in get_args(kind)))
        return make(kind.__name__, tag, fields(kind))

    def fields(kind: Any) -> Fields:
        return {m.key: (translated(m.kind), default(m)) for m in members_of(kind)}

    def default(member: Member) -> object:
        if member.default is NOTHING:
            return ...
        return _default(member.default) if plain is _plain else member.default

    headers: Fields = {
        "document": (Literal["schedule"], ...),
        "format": (Literal[current_format("schedule")], ...),
    }
    return make("Schedule", "", {**headers, **fields(Schedule)})


def _plain(kind: Any) -> Any:
    """What msgspec takes for one of our leaves: its own kind where it has one that fits."""
    if not isinstance(kind, type):
        return Any
    if issubclass(kind, IntEnum):
        return Literal[tuple(member.name.lower() for member in kind)]
    return {timedelta: int, Slot: str, WeeklyWindows: tuple[str, ...]}.get(kind, kind)


def _default(value: object) -> object:
    return value.name.lower() if isinstance(value, IntEnum) else value


_SERVICE, _SESSION = ("plan", "program", "phases", 0, "services", 0), ("sessions", 35)
_Mistake = tuple[tuple[str | int, ...], str, object]
_MISTAKES: tuple[_Mistake, ...] = (
    ((), "document", "plan"),
    ((), "format", 99),
    ((), "zone", 5),
    ((), "zones", "America/Chicago"),
    (("plan",), "key", "5f0c1c52"),
    (("plan",), "start", "2026-02-30"),
    (("plan",), "notes", {}),
    (_SERVICE, "duration_minutes", "180"),
    ((*_SERVICE, "timing"), "type", "monthly"),
    (_SESSION, "number", "36"),
    (_SESSION, "number", 36.5),
    (_SESSION, "week", True),
    (_SESSION, "modality", "yoga"),
    (_SESSION, "phase", None),
    (_SESSION, "start", "Friday"),
    (_SESSION, "place", "here"),
)
"""What all must refuse, each alone."""
_MISFITS: tuple[_Mistake, ...] = (
    (_SESSION, "number", 0),
    (_SESSION, "number", 35),
    (_SESSION, "phase", "none"),
    (_SESSION, "modality", "education"),
    (_SESSION, "week", 11),
    (_SESSION, "week", 400),
    (_SESSION, "duration_minutes", 1441),
    (_SESSION, "start", "2026-03-27T18:00-04:00[America/New_York]"),
    ((), "zone", "America/New_York"),
)
"""What has the right form and cannot be, which msgspec does not ask for."""


def _changed(text: str, mistakes: Iterable[_Mistake]) -> Iterator[str]:
    """The document with one mistake each time."""
    for path, key, value in mistakes:
        document = json.loads(text)
        reduce(getitem, path, document)[key] = value
        yield json.dumps(document)


def _refused(library: Library, text: str) -> bool:
    try:
        library.read(text)
    except (LookupError, TypeError, ValueError):
        return True
    return False


def _answers(library: Library) -> tuple[str, list[bool]]:
    """What becomes of the document, and whether those with mistakes are refused."""
    written = library.write(library.read(library.text))
    refused = [_refused(library, wrong) for wrong in _changed(library.text, _MISTAKES)]
    return _without_zones(written), refused


def _case(name: str, work: Callable[[Library], Work]) -> Case:
    def contender(build: Callable[[], Library], note: str = "") -> Contender:
        library = build()
        return Contender(library.name, work(library), lambda: _answers(library), note)

    peers = (
        optional("pydantic", lambda: contender(_pydantic)),
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
