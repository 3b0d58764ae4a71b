"""Our own documents: every value as JSON or TOML, read strictly.

The classes are the format. A document is an object with the class's fields, plus
``document`` (which kind) and ``format`` (which version). Within it:

- a duration ``x`` is the whole number ``x_minutes``;
- a date is ``2026-01-31``, a time ``18:00``, a moment ``2026-01-31T18:00-06:00[America/Chicago]``
  (RFC 9557), or without offset and zone where it is wall-clock time only;
- weekly windows are texts such as ``monday 17:30-21:00``;
- a value of several possible classes names its class in ``type``;
- what equals its default, such as what is not known, is left out.

Reading never coerces and reports every problem at once, each with its path. Documents
about a patient are read without repeating their content in messages.
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from enum import Enum, IntEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
from cattrs import Converter

from iopkit.availability import WeeklyWindows, Window, whole_minutes
from iopkit.confidential import hidden
from iopkit.eligibility import FACTS, AnyFact, Decision, Fact, Kind, Policy, Predicate, Result
from iopkit.errors import Fault, InvalidError, Step
from iopkit.patients import Patient
from iopkit.sources import Source
from iopkit.plans import Finding, Plan, Program, RequirementSet, Schedule, Site, Slot

FORMAT = 1
"""The one version of the format that is written and read."""

MAX_DEPTH = 64
"""How deep a document may be nested."""

T = TypeVar("T")
Facts = Mapping[str, AnyFact]
# Any: what a parser of JSON or TOML returns, of which nothing is known yet.
Raw = Any

_KINDS: dict[str, Any] = {
    "decision": Decision,
    "finding": Finding,
    "patient": Patient,
    "plan": Plan,
    "policy": Policy,
    "predicate": Predicate,
    "program": Program,
    "requirements": RequirementSet,
    "schedule": Schedule,
    "site": Site,
}


def to_document(value: object) -> dict[str, Any]:  # Any: plain JSON values of any type
    """A value as plain objects, lists, texts, numbers and booleans.

    Raises:
        TypeError: there are no documents of that class.
    """
    name = next((name for name, kind in _KINDS.items() if isinstance(value, kind)), None)
    if name is None:
        raise TypeError(f"there are no documents of {type(value).__name__}")
    body = _converter(False).unstructure(value, unstructure_as=_KINDS[name])
    return {"document": name, "format": FORMAT, **body}


def fact_document(fact: AnyFact) -> dict[str, Any]:  # Any: plain JSON values of any type
    """A fact's declaration as plain values; its reader is code and has no document."""
    return {
        "name": fact.name,
        "meaning": fact.meaning,
        "kind": _converter(False).unstructure(fact.kind, unstructure_as=Kind),
        "source": _converter(False).unstructure(fact.source, unstructure_as=Source | None),
    }


def to_json(value: object) -> str:
    """A value as a JSON document: the same value gives the same text.

    Example:
        >>> from iopkit import HolidayCalendar, Site, WeeklyWindows
        >>> print(to_json(Site("Elm Street", "America/Chicago", WeeklyWindows.of("monday 09:00-21:00"))))
        {
          "document": "site",
          "format": 1,
          "name": "Elm Street",
          "zone": "America/Chicago",
          "hours": [
            "monday 09:00-21:00"
          ]
        }
        <BLANKLINE>
    """
    return json.dumps(to_document(value), indent=2, ensure_ascii=False) + "\n"


def from_json(kind: type[T], data: bytes | str, *, facts: Facts = FACTS) -> T:
    """Read a JSON document of a class.

    Args:
        kind: one of the classes that documents are of, such as ``Patient``.
        facts: the facts by name that a policy may ask about.

    Raises:
        InvalidError: with every problem and its path.
    """
    return _read(kind, _parsed("JSON", _loads, data), facts)  # type: ignore[no-any-return]  # built as ``kind``


def predicate_from_json(data: bytes | str, *, facts: Facts = FACTS) -> Predicate:
    """Read a predicate from a JSON document; raises as ``from_json``."""
    predicate: Predicate = _read(Predicate, _parsed("JSON", _loads, data), facts)
    return predicate


def from_toml(kind: type[T], data: bytes | str, *, facts: Facts = FACTS) -> T:
    """Read a TOML document of a class; arguments and errors as for ``from_json``."""
    return _read(kind, _parsed("TOML", tomllib.loads, data), facts)  # type: ignore[no-any-return]  # built as ``kind``


def _parsed(language: str, loads: Callable[[str], Raw], data: bytes | str) -> Raw:
    what = f"{language} document"

    def fault(found: str) -> InvalidError:
        return InvalidError(what, [Fault((), f"valid {language}", found)])

    try:
        text = data if isinstance(data, str) else data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise fault("bytes that are not UTF-8 text") from error
    if not text.strip():
        raise fault("nothing")
    try:
        raw = loads(text)
    except json.JSONDecodeError as error:
        raise fault(f"a fault in line {error.lineno}, column {error.colno}: {error.msg}") from None
    except tomllib.TOMLDecodeError as error:
        raise fault(str(error)) from None
    except RecursionError:
        raise fault(f"more than {MAX_DEPTH} levels of nesting") from None
    except ValueError as error:  # an integer too long to convert
        raise fault("a number that is too long") from error
    if _too_deep(raw):
        raise fault(f"more than {MAX_DEPTH} levels of nesting")
    return raw


def _loads(text: str) -> Raw:
    return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)


def _unique(pairs: list[tuple[str, Raw]]) -> dict[str, Raw]:
    if len(dict(pairs)) < len(pairs):
        raise InvalidError("JSON document", [Fault((), "each key once in an object", "a key twice")])
    return dict(pairs)


def _no_constant(name: str) -> Raw:
    raise InvalidError("JSON document", [Fault((), "a number", name)])


def _too_deep(raw: Raw) -> bool:
    level = [raw]
    for _ in range(MAX_DEPTH):
        level = [item for value in level for item in _items(value)]
    return bool(level)


def _items(raw: Raw) -> Iterator[Raw]:
    if isinstance(raw, dict):
        yield from raw.values()
    elif isinstance(raw, list):
        yield from raw


def _read(kind: Any, raw: Raw, facts: Facts) -> Any:
    # Any: a union such as Predicate has no type that a signature could name.
    name = next(name for name, known in _KINDS.items() if known is kind)
    what = f"{name} document"
    if not isinstance(raw, dict):
        raise InvalidError(what, [Fault((), "an object", _kind_of(raw))])
    headers = {"document": name, "format": FORMAT}
    faults = [
        Fault((key,), repr(wanted), "something else" if key in raw else "nothing")
        for key, wanted in headers.items()
        if key not in raw or type(raw[key]) is not type(wanted) or raw[key] != wanted
    ]
    body = {key: value for key, value in raw.items() if key not in headers}
    masked = getattr(kind, "__repr__", None) is hidden
    converter = _converter(masked) if facts is FACTS else _build(masked, facts)
    try:
        value = converter.structure(body, kind)
    except InvalidError as error:
        raise InvalidError(what, [*faults, *error.faults]) from None
    if faults:
        raise InvalidError(what, faults)
    return value


@cache
def _converter(masked: bool) -> Converter:
    return _build(masked, FACTS)


def _build(masked: bool, facts: Facts) -> Converter:
    """A converter whose every error is an ``InvalidError``, with paths from the value read.

    ``masked``: faults name only the kind of what was found, for documents about a patient.
    """
    converter = Converter()

    def register(matches: Callable[[Any], bool], reader: _Factory, writer: _Factory) -> None:
        converter.register_structure_hook_factory(matches, lambda kind: reader(kind, converter))
        converter.register_unstructure_hook_factory(matches, lambda kind: writer(kind, converter))

    def leaf_reader(kind: Any, _: Converter) -> _Reader:
        leaf = _leaf(kind)
        return lambda raw, _kind: _read_leaf(leaf, kind, raw, masked)

    def fact_reader(_kind: Any, _: Converter) -> _Reader:
        return lambda raw, _kind: _read_leaf(_fact_leaf(facts), Fact, raw, masked)

    register(attrs.has, lambda kind, c: _class_reader(kind, c, masked), _class_writer)
    register(_is_union, _union_reader, _union_writer)
    register(_is_many, _many_reader, _many_writer)
    register(lambda kind: _leaf(kind) is not None, leaf_reader, lambda kind, _: _leaf(kind).write)
    register(lambda kind: (get_origin(kind) or kind) is Fact, fact_reader, lambda *_: _fact_name)
    return converter


# Any: readers take what a parser returned and give a value of the class they are for.
_Reader = Callable[[Any, Any], Any]
_Factory = Callable[[Any, Converter], Any]


# Leaves: values that one text, number or list of texts stands for.


@attrs.frozen
class _Leaf:
    expected: Callable[[Any], str]
    read: Callable[[Raw, Any], Any]
    write: Callable[[Any], Raw]


def _read_leaf(leaf: _Leaf, kind: Any, raw: Raw, masked: bool) -> Any:
    try:
        return leaf.read(raw, kind)
    except InvalidError as error:
        if not masked:
            raise
        faults = [attrs.evolve(fault, found=_kind_of(raw), fix="") for fault in error.faults]
        raise InvalidError(error.what, faults) from None
    except (TypeError, ValueError, LookupError, OverflowError):
        shown = repr(raw) if isinstance(raw, str) and not masked else _kind_of(raw)
        raise InvalidError("value", [Fault((), leaf.expected(kind), shown)]) from None


def _exactly(kind: type) -> Callable[[Raw, Any], Any]:
    def read(raw: Raw, _: Any) -> Any:
        if type(raw) is not kind:
            raise TypeError
        if isinstance(raw, str):
            raw.encode()  # refuses lone surrogates, which could not be written again
        return raw

    return read


def _canonical(read: Callable[[str], T], write: Callable[[T], str]) -> Callable[[Raw, Any], T]:
    """A reader of texts that accepts only what would be written for the value."""

    def strict(raw: Raw, _: Any) -> T:
        if not isinstance(raw, str) or write(value := read(raw)) != raw:
            raise TypeError
        return value

    return strict


def _or_toml(kind: type, read: Callable[[Raw, Any], Any]) -> Callable[[Raw, Any], Any]:
    """TOML has dates and times of its own; they are taken as they are."""
    return lambda raw, t: raw if type(raw) is kind else read(raw, t)


def _clock_text(clock: time) -> str:
    return clock.isoformat(timespec="minutes")


def _moment_text(moment: datetime) -> str:
    """RFC 9557 for a moment, plain ISO 8601 for wall-clock time."""
    zone = f"[{moment.tzinfo.key}]" if isinstance(moment.tzinfo, ZoneInfo) else ""
    return moment.isoformat(timespec="minutes") + zone


def _moment(text: str) -> datetime:
    stamp, _, zone = text.removesuffix("]").partition("[")
    moment = datetime.fromisoformat(stamp)
    if not zone:
        return moment
    wall = moment.replace(tzinfo=ZoneInfo(zone))
    # Of a time that comes twice, the offset says which one is meant.
    return wall if wall.utcoffset() == moment.utcoffset() else wall.replace(fold=1)


def _minutes(raw: Raw, _: Any) -> timedelta:
    if type(raw) is not int:
        raise TypeError
    return timedelta(minutes=raw)


def _number(raw: Raw, _: Any) -> float:
    if type(raw) not in (int, float) or raw - raw != 0:  # infinity and nan
        raise TypeError
    return float(raw)


def _word(member: Enum) -> str:
    """Ordered enumerations are written by name, others by value."""
    return member.name.lower() if isinstance(member, IntEnum) else str(member.value)


def _member(raw: Raw, kind: Any) -> Enum:
    members: dict[str, Enum] = {_word(member): member for member in kind}
    return members[raw]


def _windows(raw: Raw, _: Any) -> WeeklyWindows:
    if not isinstance(raw, list):
        raise TypeError
    texts: list[Raw] = raw
    windows = _each(texts, lambda text: Window.parse(_exactly(str)(text, str)))
    return WeeklyWindows.of(*windows)


_LEAVES: dict[Any, _Leaf] = {
    bool: _Leaf(lambda _: "true or false", _exactly(bool), bool),
    int: _Leaf(lambda _: "a whole number", _exactly(int), int),
    float: _Leaf(lambda _: "a number", _number, float),
    str: _Leaf(lambda _: "a text", _exactly(str), str),
    date: _Leaf(
        lambda _: "a date such as '2026-01-31'",
        _or_toml(date, _canonical(date.fromisoformat, date.isoformat)),
        date.isoformat,
    ),
    time: _Leaf(
        lambda _: "a time such as '18:00'",
        _or_toml(time, _canonical(time.fromisoformat, _clock_text)),
        _clock_text,
    ),
    datetime: _Leaf(
        lambda _: "a moment such as '2026-01-31T18:00-06:00[America/Chicago]'",
        _canonical(_moment, _moment_text),
        _moment_text,
    ),
    timedelta: _Leaf(lambda _: "a whole number of minutes", _minutes, whole_minutes),
    UUID: _Leaf(lambda _: "a UUID in lower case", _canonical(UUID, str), str),
    Slot: _Leaf(
        lambda _: "a slot such as 'monday 18:00'", _canonical(Slot.parse, str), str
    ),
    WeeklyWindows: _Leaf(
        lambda _: "a list of windows such as 'monday 17:30-21:00'",
        _windows,
        lambda value: [str(window) for window in value.windows],
    ),
}
_ENUM = _Leaf(lambda kind: f"one of {', '.join(map(_word, kind))}", _member, _word)


def _leaf(kind: Any) -> Any:
    # Any: a leaf or None; callers register only kinds that have one.
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _ENUM
    return _LEAVES.get(kind) if isinstance(kind, type) else None


def _fact_leaf(facts: Facts) -> _Leaf:
    return _Leaf(lambda _: "the name of a fact", lambda raw, _: facts[raw], _fact_name)


def _fact_name(fact: AnyFact) -> str:
    return fact.name


# Lists, unions and classes.


def _is_many(kind: Any) -> bool:
    return get_origin(kind) in (tuple, frozenset)


def _many_reader(kind: Any, converter: Converter) -> _Reader:
    item = get_args(kind)[0]
    collect = get_origin(kind)

    def read(raw: Raw, _: Any) -> Any:
        if not isinstance(raw, list):
            raise InvalidError("value", [Fault((), "a list", _kind_of(raw))])
        items: list[Raw] = raw
        return collect(_each(items, lambda value: converter.structure(value, item)))

    return read


def _many_writer(kind: Any, converter: Converter) -> Callable[[Any], Raw]:
    item = get_args(kind)[0]
    in_order = sorted if get_origin(kind) is frozenset else list
    return lambda values: in_order(converter.unstructure(v, unstructure_as=item) for v in values)


def _each(raw: list[Raw], read: Callable[[Raw], T]) -> list[T]:
    """Every item read; the faults of all items together, by place."""
    values: list[T] = []
    faults: list[Fault] = []
    for number, item in enumerate(raw):
        try:
            values.append(read(item))
        except InvalidError as error:
            faults += [fault.under(number) for fault in error.faults]
    if faults:
        raise InvalidError("list", faults)
    return values


def _is_union(kind: Any) -> bool:
    return get_origin(kind) in (Union, UnionType)


def _tagged(union: Any) -> dict[str, Any]:
    """Classes of a union by the tag that tells them apart."""
    return {_snake(kind.__name__): kind for kind in get_args(union) if attrs.has(kind)}


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z0-9])", "_", name).lower()


def _union_reader(union: Any, converter: Converter) -> _Reader:
    optional = NoneType in get_args(union)
    others = [kind for kind in get_args(union) if kind is not NoneType]
    tagged = _tagged(union)

    def read(raw: Raw, _: Any) -> Any:
        if raw is None and optional:
            return None
        if len(others) == 1:
            return converter.structure(raw, others[0])
        if not tagged:
            kind = next((kind for kind in others if type(raw) is kind), None)
            if kind is None:
                raise InvalidError("value", [Fault((), "a text, number, true or false", _kind_of(raw))])
            return converter.structure(raw, kind)
        if not isinstance(raw, dict):
            raise InvalidError("value", [Fault((), "an object", _kind_of(raw))])
        tag = raw.get("type")
        if not isinstance(tag, str) or tag not in tagged:
            raise InvalidError("value", [Fault(("type",), f"one of {', '.join(tagged)}", "another" if tag else "nothing")])
        return converter.structure({k: v for k, v in raw.items() if k != "type"}, tagged[tag])

    return read


def _union_writer(union: Any, converter: Converter) -> Callable[[Any], Raw]:
    others = [kind for kind in get_args(union) if kind is not NoneType]
    tags = {kind: tag for tag, kind in _tagged(union).items()}

    def write(value: Any) -> Raw:
        if value is None:
            return None
        if len(others) == 1:
            return converter.unstructure(value, unstructure_as=others[0])
        body = converter.unstructure(value, unstructure_as=type(value))
        return {"type": tags[type(value)], **body} if tags else body

    return write


# Written for those who read a document, and checked against the rest when it is read.
_DERIVED: dict[Any, tuple[str, ...]] = {
    Decision: ("verdict", "missing"),
    Result: ("truth", "reason"),
    Finding: ("shortfall",),
}


@attrs.frozen
class _Member:
    """One field of a class, as documents have it."""

    name: str
    key: str
    kind: Any
    default: Any


def _members(kind: Any) -> tuple[_Member, ...]:
    origin = get_origin(kind) or kind
    given = dict(zip(getattr(origin, "__parameters__", ()), get_args(kind), strict=True))
    hints = get_type_hints(origin)
    members: list[_Member] = []
    for field in attrs.fields(origin):
        hint = hints[field.name]
        if parameters := getattr(hint, "__parameters__", ()):
            hint = hint[tuple(given[parameter] for parameter in parameters)]
        hint = given.get(hint, hint)
        members.append(_Member(field.name, _key(field.name, hint), hint, field.default))
    return tuple(members)


def _key(name: str, kind: Any) -> str:
    return f"{name}_minutes" if timedelta in (kind, *get_args(kind)) else name


def _derived(kind: Any) -> tuple[_Member, ...]:
    return tuple(
        _Member(name, _key(name, hint), hint, attrs.NOTHING)
        for name in _DERIVED.get(kind, ())
        for hint in (get_type_hints(getattr(kind, name).fget)["return"],)
    )


def _class_writer(kind: Any, converter: Converter) -> Callable[[Any], Raw]:
    members = (*_members(kind), *_derived(kind))

    def write(value: Any) -> Raw:
        body: dict[str, Raw] = {}
        for member in members:
            part = getattr(value, member.name)
            if part != member.default:
                body[member.key] = converter.unstructure(part, unstructure_as=member.kind)
        return body

    return write


def _class_reader(kind: Any, converter: Converter, masked: bool) -> _Reader:
    members, derived = _members(kind), _derived(kind)
    known = {member.key for member in (*members, *derived)}

    def read(raw: Raw, _: Any) -> Any:
        if not isinstance(raw, dict):
            raise InvalidError("value", [Fault((), "an object", _kind_of(raw))])
        body: dict[str, Raw] = raw
        faults = [
            _unknown_key(key, place, known - body.keys(), masked)
            for place, key in enumerate(body, 1)
            if key not in known
        ]
        values: dict[str, Any] = {}
        for member in members:
            if member.key in body:
                try:
                    values[member.name] = converter.structure(body[member.key], member.kind)
                except InvalidError as error:
                    faults += [fault.under(member.key) for fault in error.faults]
            elif member.default is attrs.NOTHING:
                faults.append(Fault((member.key,), "this field", "nothing"))
        if faults:
            raise InvalidError("value", faults)
        try:
            value = kind(**values)
        except InvalidError as error:
            raise InvalidError("value", [_renamed(f, members, body, masked) for f in error.faults]) from None
        for member in derived:
            if body.get(member.key) != converter.unstructure(getattr(value, member.name), unstructure_as=member.kind):
                faults.append(Fault((member.key,), "what follows from the rest", "something else"))
        if faults:
            raise InvalidError("value", faults)
        return value

    return read


def _renamed(fault: Fault, members: tuple[_Member, ...], raw: Raw, masked: bool) -> Fault:
    """A constructor's fault, with the document's key for the field."""
    keys: dict[Step, str] = {member.name: member.key for member in members}
    path = (keys.get(fault.path[0], fault.path[0]), *fault.path[1:]) if fault.path else ()
    found = fault.found
    if masked:
        for step in path:
            raw = raw.get(step) if isinstance(raw, dict) else None
        found = f"another {_kind_of(raw).removeprefix('a ')}" if raw is not None else "something else"
    return attrs.evolve(fault, path=path, found=found)


def _unknown_key(key: str, place: int, free: set[str], masked: bool) -> Fault:
    """A fault for a key that no field has; it is named unless it could tell on a patient."""
    near = get_close_matches(key, sorted(free), n=1, cutoff=0.75)
    fix = f"did you mean {near[0]!r}?" if near else ""
    step = key if near or not masked else f"<key {place}>"
    return Fault((step,), "a known field", "an unknown one", fix or f"known here and not used: {', '.join(sorted(free)) or 'none'}")


def _kind_of(raw: Raw) -> str:
    """What a parsed value is, without saying what it holds."""
    names = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", list: "a list", dict: "an object"}
    return "null" if raw is None else names.get(type(raw), "a date or time")
