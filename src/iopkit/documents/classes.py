"""Classes to plain values and back, strictly: what documents are made of."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from functools import cache, lru_cache
from itertools import islice
from types import NoneType, UnionType
from typing import Any, TypeGuard, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
from cattrs import Converter
from cattrs.gen import make_dict_unstructure_fn, override

from iopkit.charges.charges import Charge, Charges
from iopkit.checks.checks import Finding
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Decision, Result
from iopkit.eligibility.predicates import AnyFact, Fact
from iopkit.errors import Fault, InvalidError, Step, did_you_mean, refuse, unless
from iopkit.patients.patients import Patient
from iopkit.placement.placement import Placement, RungResult
from iopkit.plans.plans import Plan
from iopkit.programs.progress import COURSE_FACTS
from iopkit.programs.timings import Slot
from iopkit.schedules.sessions import Schedule
from iopkit.windows import Weekday, WeeklyWindows, Window, whole_minutes

MAX_FAULTS = 100
"""After how many faults the rest of a list or of an object's unknown keys is left unread."""

FACT_NAME = "the name of a fact"
"""What a fault expects where a fact is not among those that are known."""

_MINUTE = timedelta(minutes=1)
T = TypeVar("T")
Facts = Mapping[str, AnyFact]
# Any: what a parser of JSON or TOML returns, of which nothing is known yet.
Raw = Any


@cache
def converter(masked: bool, of_course: bool) -> Converter:
    """A converter that knows the shipped facts, built once; see ``build_converter``.

    ``of_course``: the facts about a course of treatment, in place of those about a patient.
    """
    return build_converter(masked, COURSE_FACTS if of_course else FACTS)


def build_converter(masked: bool, facts: Facts) -> Converter:
    """A converter whose every error is an ``InvalidError``, with paths from the value read.

    ``masked``: faults name only the kind of what was found, for documents about a patient.
    """
    built = Converter()

    # Leaves are not cattrs' business: its own hooks for numbers, texts and enumerations coerce,
    # and come before ours. So ask ``writer_of``, not the converter, how one is written.
    def reader_of(kind: Any) -> Reader:
        leaf = fact_leaf(facts_for(kind, facts)) if is_fact(kind) else leaf_of(kind)
        return leaf_reader(leaf, kind, masked) if leaf else built.get_structure_hook(kind)

    def register(
        matches: Callable[[Any], bool], reader: _Factory, writer: Callable[[Any], Writer]
    ) -> None:
        def structure(kind: Any) -> Reader:
            return reader(kind, reader_of)

        built.register_structure_hook_factory(matches, structure)
        built.register_unstructure_hook_factory(matches, writer)

    register(attrs.has, lambda kind, of: _class_reader(kind, of, masked), _class_writer)
    register(is_union, lambda kind, of: _union_reader(kind, of, masked), _union_writer)
    register(is_many, _many_reader, _many_writer)
    return built


@cache
def writer_of(kind: Any) -> "Writer":
    """How values of a class are written, whoever reads them."""
    if is_fact(kind):
        return fact_name
    leaf = leaf_of(kind)
    return leaf.write if leaf else converter(False, False).get_unstructure_hook(kind)


# Any: readers take what a parser returned and give a value of the class they are for. What
# cattrs passes second, the class, they know.
Reader = Callable[[Any, Any], Any]
Writer = Callable[[Any], Raw]
_ReaderOf = Callable[[Any], Reader]
_Factory = Callable[[Any, _ReaderOf], Reader]


def is_object(raw: Raw) -> TypeGuard[dict[str, Raw]]:
    """Whether a parsed value is an object."""
    return isinstance(raw, dict)


def is_list(raw: Raw) -> TypeGuard[list[Raw]]:
    """Whether a parsed value is a list."""
    return isinstance(raw, list)


# Leaves: values that one text, number or list of texts stands for.


@attrs.frozen
class _Leaf:
    expected: Callable[[Any], str]
    read: Callable[[Raw, Any], Any]
    write: Callable[[Any], Raw]
    schema: Callable[[Any], dict[str, Raw]]
    """What JSON Schema says of what is read."""


def leaf_reader(leaf: _Leaf, kind: Any, masked: bool) -> Reader:
    parse = leaf.read

    def read(raw: Raw, _: Any) -> Any:
        try:
            return parse(raw, kind)
        except InvalidError as error:
            if not masked:
                raise
            faults = [
                attrs.evolve(fault, found=kind_of(part_at(raw, fault.path)), fix="")
                for fault in error.faults
            ]
            raise InvalidError(error.what, faults) from None
        # What ``parse`` raises for values of other types, forms and sizes; zoneinfo's OSError
        # is for names of folders and names that are too long.
        except (TypeError, ValueError, LookupError, OverflowError, OSError):
            shown = repr(raw) if isinstance(raw, str) and not masked else kind_of(raw)
            raise InvalidError("value", [Fault((), leaf.expected(kind), shown)]) from None

    return read


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


def _remembered(read: Callable[[Raw, Any], T]) -> Callable[[Raw, Any], T]:
    """The same reader, for texts that many documents share: times of day and of sessions.

    Not for keys and birth dates, which are one patient's and would stay in memory.
    """

    @lru_cache(maxsize=4096)
    def known(raw: Raw) -> T:
        return read(raw, None)

    return lambda raw, _: known(raw)


def _or_toml(kind: type, read: Callable[[Raw, Any], Any]) -> Callable[[Raw, Any], Any]:
    """TOML has dates and times of its own; they are taken as they are."""
    return lambda raw, t: raw if type(raw) is kind else read(raw, t)


def _clock_text(clock: time) -> str:
    return clock.isoformat(timespec="minutes")


def _moment_text(moment: datetime) -> str:
    """RFC 9557 for a moment, plain ISO 8601 for wall-clock time."""
    zone = f"[{moment.tzinfo.key}]" if isinstance(moment.tzinfo, ZoneInfo) else ""
    return moment.isoformat("T", "minutes") + zone


def _moment(text: str) -> datetime:
    stamp, _, zone = text.removesuffix("]").partition("[")
    moment = datetime.fromisoformat(stamp)
    if (moment.tzinfo is None) is not (zone == ""):
        raise ValueError
    if not zone:
        return moment
    # The offset says which one is meant of a time that comes twice; one that does not
    # exist comes back as another.
    return moment.astimezone(ZoneInfo(zone))


def _minutes(raw: Raw, _: Any) -> timedelta:
    if type(raw) is not int:
        raise TypeError
    return raw * _MINUTE


def _number(raw: Raw, _: Any) -> float:
    if type(raw) not in (int, float) or raw - raw != 0:  # infinity and nan
        raise TypeError
    return float(raw)


def _money(text: str) -> Decimal:
    if not re.fullmatch(_MONEY, text):
        raise ValueError
    return Decimal(text)


def _word(member: Enum) -> str:
    """Ordered enumerations are written by name, others by value."""
    return member.name.lower() if isinstance(member, IntEnum) else str(member.value)


def _written_text(text: str) -> str:
    """A text as it is written; refused if it could not be read again."""
    try:
        text.encode()
    except UnicodeEncodeError:
        faults = [Fault((), "a text that UTF-8 can hold", "lone surrogates")]
        raise InvalidError("text", faults) from None
    return text


def _member(raw: Raw, kind: Any) -> Enum:
    return _named(raw, _members(kind), "a known word")


@cache
def _members(kind: Any) -> Mapping[str, Enum]:
    return {_word(member): member for member in kind}


def _named(raw: Raw, known: Mapping[str, T], expected: str) -> T:
    """What has a name; a name that is nearly known comes with the one that was meant."""
    try:
        return known[raw]
    except KeyError:
        if isinstance(raw, str) and (fix := did_you_mean(raw, known)):
            raise InvalidError("value", [Fault((), expected, repr(raw), fix)]) from None
        raise


def _windows(raw: Raw, _: Any) -> WeeklyWindows:
    if not is_list(raw):
        raise TypeError
    return WeeklyWindows.of(*read_each(raw, leaf_reader(_WINDOW, Window, masked=False)))


def _plain(
    what: str, schema: str, read: Callable[[Raw, Any], Any], write: Callable[[Any], Raw]
) -> _Leaf:
    """A leaf that one of JSON's own types stands for."""
    return _Leaf(lambda _: what, read, write, lambda _: {"type": schema})


def _text(
    what: str,
    example: str,
    pattern: str,
    read: Callable[[Raw, Any], Any],
    write: Callable[[Any], str],
    **more: Raw,
) -> _Leaf:
    """A leaf that a text of some form stands for."""
    return _Leaf(
        lambda _: f"{what} such as {example!r}",
        read,
        write,
        lambda _: {"type": "string", "pattern": f"^{pattern}$", "examples": [example], **more},
    )


_DAY = f"({'|'.join(map(_word, Weekday))})"
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
_DATE = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_MONEY = r"(0|[1-9][0-9]*)\.[0-9]{2}"
_OFFSET = r"[+-][0-9]{2}:[0-9]{2}(:[0-9]{2})?\[[^\[\]]+\]"
_WINDOW = _text(
    "a window",
    "monday 17:30-24:00",
    f"{_DAY} {_CLOCK}-((?!00:00){_CLOCK}|24:00)",
    _remembered(_canonical(Window.parse, str)),
    str,
)
_LEAVES: dict[Any, _Leaf] = {
    bool: _plain("true or false", "boolean", _exactly(bool), bool),
    int: _plain("a whole number", "integer", _exactly(int), int),
    float: _plain("a number", "number", _number, float),
    str: _plain("a text", "string", _exactly(str), _written_text),
    date: _text(
        "a date",
        "2026-01-31",
        _DATE,
        _or_toml(date, _canonical(date.fromisoformat, date.isoformat)),
        date.isoformat,
        format="date",
    ),
    time: _text(
        "a time",
        "18:00",
        f"{_CLOCK}(:00)?",  # TOML's own times have seconds
        _or_toml(time, _canonical(time.fromisoformat, _clock_text)),
        _clock_text,
    ),
    datetime: _text(
        "a moment",
        "2026-01-31T18:00-06:00[America/Chicago]",
        f"{_DATE}T{_CLOCK}({_OFFSET})?",
        _remembered(_canonical(_moment, _moment_text)),
        _moment_text,
    ),
    timedelta: _plain("a whole number of minutes", "integer", _minutes, whole_minutes),
    Decimal: _text(
        "dollars and cents",
        "139.31",
        _MONEY,
        _canonical(_money, "{:.2f}".format),
        "{:.2f}".format,
    ),
    UUID: _Leaf(
        lambda _: "a UUID in lower case",
        _canonical(UUID, str),
        str,
        lambda _: {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
    ),
    Slot: _text(
        "a slot",
        "monday 18:00",
        f"{_DAY}( {_CLOCK})?",
        _remembered(_canonical(Slot.parse, str)),
        str,
    ),
    WeeklyWindows: _Leaf(
        lambda _: "a list of windows such as 'monday 17:30-21:00'",
        _windows,
        lambda value: [str(window) for window in value.windows],
        lambda _: {"type": "array", "items": _WINDOW.schema(Window)},
    ),
}
_ENUM = _Leaf(
    lambda kind: f"one of {', '.join(map(_word, kind))}",
    _member,
    _word,
    lambda kind: {"type": "string", "enum": [*map(_word, kind)]},
)


def leaf_of(kind: Any) -> _Leaf | None:
    """How a class is read and written as one text, number or list; ``None``: it is not."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _ENUM
    return _LEAVES.get(kind) if isinstance(kind, type) else None


def is_fact(kind: Any) -> bool:
    """Whether a class is that of facts, of whichever subject and values."""
    return (get_origin(kind) or kind) is Fact


def facts_for(kind: Any, facts: Facts) -> Facts:
    """The facts that a field can name: those shipped about patients where its type says so."""
    return FACTS if get_args(kind)[0] is Patient else facts


def fact_leaf(facts: Facts) -> Any:
    """How a fact is read and written: by its name, if it is one of some."""
    return _Leaf(
        lambda _: FACT_NAME,
        lambda raw, _: _named(raw, facts, FACT_NAME),
        fact_name,
        lambda _: {"type": "string", "enum": [*facts]},
    )


def fact_name(fact: AnyFact) -> str:
    return fact.name


# Lists, unions and classes.


def is_many(kind: Any) -> bool:
    """Whether a list stands for values of a type."""
    return get_origin(kind) in (tuple, frozenset)


# Lists and unions ask for the readers of what they hold when they first need them, as
# predicates hold predicates.


def _many_reader(kind: Any, reader_of: _ReaderOf) -> Reader:
    item = get_args(kind)[0]
    collect = get_origin(kind)
    of = cache(reader_of)

    def read(raw: Raw, _: Any) -> Any:
        if not is_list(raw):
            raise InvalidError("value", [Fault((), "a list", kind_of(raw))])
        return collect(read_each(raw, of(item)))

    return read


def _many_writer(kind: Any) -> Writer:
    item = get_args(kind)[0]
    in_order = get_origin(kind) is tuple

    def write(values: Any) -> Raw:
        written: list[Raw] = list(map(writer_of(item), values))
        return written if in_order else sorted(written)

    return write


def read_each(raw: list[Raw], read: Reader) -> list[Any]:
    """Every item read; the faults of all items together, by place."""
    values: list[Any] = []
    faults: list[Fault] = []
    for number, item in enumerate(raw):
        if len(faults) >= MAX_FAULTS:
            expected = f"fewer than {MAX_FAULTS} faults before it in the list"
            faults.append(Fault((number,), expected, "more, so that the rest was not read"))
            break
        try:
            values.append(read(item, None))
        except InvalidError as error:
            faults += [fault.under(number) for fault in error.faults]
    if faults:
        raise InvalidError("list", faults)
    return values


def is_union(kind: Any) -> bool:
    """Whether values of a type are of one of several."""
    return get_origin(kind) in (Union, UnionType)


def tagged(union: Any) -> dict[str, Any]:
    """Classes of a union by the tag that tells them apart."""
    return {tag_of(kind.__name__): kind for kind in get_args(union) if attrs.has(kind)}


def tag_of(name: str) -> str:
    """A class's name as documents have it in ``type``."""
    return re.sub(r"(?<!^)(?=[A-Z0-9])", "_", name).lower()


def _union_reader(union: Any, reader_of: _ReaderOf, masked: bool) -> Reader:
    optional = NoneType in get_args(union)
    others = [kind for kind in get_args(union) if kind is not NoneType]
    classes = tagged(union)
    of = cache(reader_of)

    def read(raw: Raw, _: Any) -> Any:
        if raw is None and optional:
            return None
        if len(others) == 1:
            return of(others[0])(raw, None)
        if not classes:
            if raw.__class__ not in others:
                raise InvalidError(
                    "value", [Fault((), "a text, number, true or false", kind_of(raw))]
                )
            return of(raw.__class__)(raw, None)
        if not is_object(raw):
            raise InvalidError("value", [Fault((), "an object", kind_of(raw))])
        tag = raw.get("type")
        if not isinstance(tag, str) or tag not in classes:
            raise InvalidError(
                "value",
                [Fault(("type",), f"one of {', '.join(classes)}", "another" if tag else "nothing")],
            )
        return read_without(("type",), raw, of(classes[tag]), masked=masked)

    return read


def read_without(
    apart: Collection[str], raw: dict[str, Raw], read: "Reader", *, masked: bool
) -> Any:
    """An object read as a class that has no fields for some of its keys."""
    try:
        return read({k: v for k, v in raw.items() if k not in apart}, None)
    except InvalidError as error:
        if not masked:
            raise
        # Keys told by their places are counted with those apart.
        rest = [key_place(place) for place, key in enumerate(raw, 1) if key not in apart]
        places: dict[Step, str] = {key_place(n): place for n, place in enumerate(rest, 1)}
        raise InvalidError(
            error.what, [_with_first(places, fault) for fault in error.faults]
        ) from None


def _with_first(steps: Mapping[Step, str], fault: Fault) -> Fault:
    """The same fault, with the first step of its path renamed."""
    first = [steps.get(step, step) for step in fault.path[:1]]
    return attrs.evolve(fault, path=(*first, *fault.path[1:]))


def _union_writer(union: Any) -> Writer:
    others = [kind for kind in get_args(union) if kind is not NoneType]
    tags = {kind: tag for tag, kind in tagged(union).items()}

    def write(value: Any) -> Raw:
        if value is None:
            return None
        if len(others) == 1:
            return writer_of(others[0])(value)
        kind = value.__class__
        body = writer_of(kind)(value)
        return {"type": tags[kind], **body} if tags else body

    return write


# Written for those who read a document, and checked against the rest when it is read.
_DERIVED: dict[Any, tuple[str, ...]] = {
    Decision: ("verdict", "missing", "changes"),
    Placement: ("verdict", "level", "not_excluded", "stopped_at", "missing", "unjudged"),
    Result: ("truth", "reason", "evidence"),
    RungResult: ("disagreement",),
    Finding: ("unit", "truth", "shortfall", "excess"),
    Charge: ("amount_usd",),
    Charges: ("weekly", "total"),
    Plan: ("caution",),
    Schedule: ("caution",),
}
# Derived fields that stand before all others, and are left out where there is nothing to tell.
_FIRST = {"caution"}


@attrs.frozen
class _Member:
    """One field of a class, as documents have it."""

    name: str
    key: str
    kind: Any
    default: Any


def members_of(kind: Any) -> tuple[_Member, ...]:
    """The fields of a class, as documents have them."""
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


def derived_of(kind: Any) -> tuple[_Member, ...]:
    """What documents of a class hold beside its fields."""
    return tuple(
        _Member(name, _key(name, hint), hint, attrs.NOTHING)
        for name in _DERIVED.get(kind, ())
        for hint in (get_type_hints(getattr(kind, name).fget)["return"],)
    )


def _class_writer(kind: Any) -> Writer:
    derived = derived_of(kind)
    # Any: as keyword arguments, they are told from those of other types by their names only.
    fields: dict[str, Any] = {
        member.name: override(rename=member.key, unstruct_hook=writer_of(member.kind))
        for member in members_of(kind)
    }
    write_fields: Writer = make_dict_unstructure_fn(
        kind, converter(False, False), _cattrs_omit_if_default=True, **fields
    )

    def write(value: Any) -> Raw:
        said = {m.key: writer_of(m.kind)(getattr(value, m.name)) for m in derived}
        first = {key: said.pop(key) for key in _FIRST & said.keys()}
        told = {key: words for key, words in first.items() if words is not None}
        return {**told, **write_fields(value), **said}

    return write if derived else write_fields


def _class_reader(kind: Any, reader_of: _ReaderOf, masked: bool) -> Reader:
    members, derived = members_of(kind), derived_of(kind)
    needed = {member.name: member.kind for member in members if member.default is attrs.NOTHING}
    readers = [(m.name, m.key, m.name in needed, reader_of(m.kind)) for m in members]
    known = {member.key for member in (*members, *derived)}

    def read(raw: Raw, _: Any) -> Any:
        if not is_object(raw):
            raise InvalidError("value", [Fault((), "an object", kind_of(raw))])
        values, faults = _fields(raw, readers)
        if not known.issuperset(raw):
            faults += _unknown_keys(raw, known, masked)
        value: Any = None
        if faults:
            # With other values for what could not be read, the invariants of the rest show.
            unread = {name: _stand_ins(of) for name, of in needed.items() if name not in values}
            values |= {name: found[0] for name, found in unread.items() if found}
        if not faults or needed.keys() <= values.keys():
            try:
                value = kind(**values)
            except InvalidError as error:
                known_bad = {step for fault in faults for step in fault.path[:1]}
                broken = [_renamed(fault, members, raw, masked) for fault in error.faults]
                faults += [fault for fault in broken if not {*fault.path[:1]} & known_bad]
        if faults:
            raise InvalidError("value", faults)
        if derived:
            refuse("value", *(_contradiction(raw, value, member) for member in derived))
        return value

    return read


@cache
def _stand_ins(kind: Any) -> tuple[Any, ...]:
    """A value for a field that could not be read, if one is sure to contradict no other.

    A word or one of several classes is told apart by itself; a day, a number or a name would
    have to go together with others.
    """
    if isinstance(kind, type) and issubclass(kind, Enum):
        return tuple(kind)[:1]
    for each in tagged(kind).values() if is_union(kind) else ():
        if not any(field.default is attrs.NOTHING for field in attrs.fields(each)):
            try:
                return (each(),)
            except InvalidError:
                continue
    return ()


def _fields(
    raw: dict[str, Raw], readers: Iterable[tuple[str, str, bool, Reader]]
) -> tuple[dict[str, Any], list[Fault]]:
    """The values of a class's fields, and the faults of those that cannot be read."""
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, key, needed, read in readers:
        if key in raw:
            try:
                values[name] = read(raw[key], None)
            except InvalidError as error:
                faults += [fault.under(key) for fault in error.faults]
        elif needed:
            faults.append(Fault((key,), "this field", "nothing"))
    return values, faults


def _unknown_keys(raw: dict[str, Raw], known: set[str], masked: bool) -> list[Fault]:
    free = known - raw.keys()
    unknown = [(place, key) for place, key in enumerate(raw, 1) if key not in known]
    faults = [_unknown_key(key, place, free, masked) for place, key in unknown[:MAX_FAULTS]]
    if more := len(unknown[MAX_FAULTS:]):
        faults.append(Fault((), "known fields", f"{more:,} more unknown ones"))
    return faults


def _contradiction(raw: dict[str, Raw], value: Any, member: _Member) -> tuple[Fault, ...]:
    """A fault if a derived field is not what follows from the others."""
    follows = writer_of(member.kind)(getattr(value, member.name))
    same = repr(raw.get(member.key)) == repr(follows)  # 1 and true are equal, but not the same
    return unless(same, member.key, "what follows from the rest", "something else")


def _renamed(fault: Fault, members: tuple[_Member, ...], raw: Raw, masked: bool) -> Fault:
    """A constructor's fault, with the document's key for the field."""
    renamed = _with_first({member.name: member.key for member in members}, fault)
    there = part_at(raw, renamed.path)
    if not masked:
        # What is another value in documents, such as a number of minutes, is told as there.
        same = renamed.path == fault.path or there is None
        return renamed if same else attrs.evolve(renamed, found=repr(there))
    found = "something else" if there is None else f"another {kind_of(there).removeprefix('a ')}"
    return attrs.evolve(renamed, found=found, fix="")


def part_at(raw: Raw, path: Iterable[Step]) -> Raw:
    """What stands at a path; ``None`` if nothing does."""
    for step in path:
        try:
            raw = raw[step]
        except (KeyError, IndexError, TypeError):
            return None
    return raw


def _unknown_key(key: str, place: int, free: set[str], masked: bool) -> Fault:
    """A fault for a key that no field has; it is not named where it could be about a patient."""
    fix = did_you_mean(key, sorted(free))
    step = key_place(place) if masked else key
    unused = f"known here and not used: {', '.join(sorted(free)) or 'none'}"
    return Fault((step,), "a known field", "an unknown one", fix or unused)


def key_place(place: int) -> str:
    """A key that is not to be shown, by its place in its object, from 1."""
    return f"<key {place}>"


def with_keys(path: Iterable[Step], raw: Raw) -> tuple[Step, ...]:
    """A path within a parsed value, with keys for their places."""
    steps: list[Step] = []
    for step in path:
        place = re.fullmatch(r"<key (\d+)>", str(step))
        steps.append(next(islice(raw, int(place[1]) - 1, None)) if place else step)
        raw = part_at(raw, (steps[-1],))
    return tuple(steps)


def with_places(path: Iterable[Step], keys: Iterable[Step], raw: Raw) -> tuple[Step, ...]:
    """A path with places for keys, as a parsed value has them that was changed before reading.

    ``keys``: the same path with keys. What the value has not got keeps the place that it was
    given.
    """
    steps: list[Step] = []
    for step, key in zip(path, keys, strict=True):
        if step != key and is_object(raw) and key in raw:
            steps.append(key_place([*raw].index(str(key)) + 1))
        else:
            steps.append(step)
        raw = part_at(raw, (key,))
    return tuple(steps)


def kind_of(raw: Raw) -> str:
    """What a parsed value is, without saying what it holds."""
    names: dict[Any, str] = {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "an object",
    }
    return "null" if raw is None else names.get(type(raw), "a date or time")
