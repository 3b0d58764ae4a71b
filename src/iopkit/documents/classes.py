"""Classes to plain values and back, strictly: what documents are made of.

It stays in one piece: how each kind of class is read stands beside how it is written.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import Enum, StrEnum
from functools import cache, partial
from itertools import islice
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
from cattrs import Converter
from cattrs.gen import make_dict_unstructure_fn, override

from iopkit.charges.charges import Charge, Charges
from iopkit.checks.checks import Finding
from iopkit.courses.attending import CameUnplanned, MadeUp
from iopkit.courses.entries import Entry
from iopkit.documents.atoms import asked_apart, with_asked
from iopkit.documents.values import (
    MAX_FAULTS,
    Facts,
    Instant,
    Raw,
    Reader,
    Writer,
    fact_leaf,
    fact_name,
    facts_for,
    instrument_leaf,
    is_fact,
    is_list,
    is_object,
    kind_of,
    leaf_of,
    leaf_reader,
    part_at,
    read_each,
)
from iopkit.eligibility.considerations import Considered
from iopkit.eligibility.explanations import Explanation
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Decision, Result
from iopkit.eligibility.predicates import AnyFact, Atom
from iopkit.errors import (
    Fault,
    InvalidError,
    Step,
    TooComplexError,
    did_you_mean,
    refuse,
    unless,
    unless_a,
)
from iopkit.fields import frozen
from iopkit.patients.instrument_library import INSTRUMENTS
from iopkit.patients.instruments import Instrument
from iopkit.patients.screenings import Screening
from iopkit.placement.paths import PathResult
from iopkit.placement.placement import Placement, RungResult
from iopkit.plans.plans import Plan
from iopkit.programs.progress import ANY_COURSE, CourseFacts
from iopkit.programs.ranges import Times
from iopkit.schedules.sessions import Schedule


class Subject(Enum):
    """What predicates in a document may ask about."""

    PATIENT = "patient"
    COURSE = "course"
    BOTH = "both"

    @property
    def facts(self) -> Facts:
        """The shipped facts by name."""
        return {Subject.PATIENT: FACTS, Subject.COURSE: ANY_COURSE, Subject.BOTH: _ANY}[self]

    def among(self, facts: Facts) -> Facts:
        """The facts of some by name that somebody gives in the place of shipped ones."""
        return CourseFacts(facts) if self is Subject.BOTH else facts


_ANY = CourseFacts(FACTS)


@cache
def converter(*, masked: bool = False, about: Subject = Subject.PATIENT) -> Converter:
    """A converter that knows the shipped facts, built once; see ``build_converter``."""
    return build_converter(about.facts, masked=masked)


def build_converter(
    facts: Facts, *, masked: bool, instruments: Mapping[str, Instrument] = INSTRUMENTS
) -> Converter:
    """A converter whose every error is an ``InvalidError``, with paths from the value read.

    ``masked``: faults name only the kind of what was found, for documents about a patient.
    """
    built = Converter()

    # Leaves are not cattrs' business: its own hooks for numbers, texts and enumerations coerce,
    # and come before ours. So ask ``writer_of``, not the converter, how one is written.
    def reader_of(kind: Any) -> Reader:
        if kind is Instrument:
            leaf = instrument_leaf(instruments)
        else:
            leaf = fact_leaf(facts_for(kind, facts)) if is_fact(kind) else leaf_of(kind)
        return leaf_reader(leaf, kind, masked=masked) if leaf else built.get_structure_hook(kind)

    def register(
        matches: Callable[[Any], bool], reader: _Factory, writer: Callable[[Any], Writer]
    ) -> None:
        def structure(kind: Any) -> Reader:
            return reader(kind, reader_of)

        built.register_structure_hook_factory(matches, structure)
        built.register_unstructure_hook_factory(matches, writer)

    beside = {Screening: partial(own_instrument, instruments)}
    register(
        attrs.has,
        lambda kind, of: _class_reader(kind, of, masked=masked, beside=beside.get(kind)),
        _class_writer,
    )
    register(is_union, lambda kind, of: _union_reader(kind, of, masked=masked), _union_writer)
    register(is_many, _many_reader, _many_writer)
    return built


def own_instrument(
    instruments: Mapping[str, Instrument], values: Mapping[str, Any]
) -> dict[str, Any]:
    """The instrument of a screening that has a name which is not shipped."""
    name = str(values.get("instrument"))
    return {"own": instruments[name]} if name in instruments and name not in INSTRUMENTS else {}


@cache
def writer_of(kind: Any) -> "Writer":
    """How values of a class are written, whoever reads them."""
    if is_fact(kind):
        return fact_name
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return str  # as its own word, in a third of the time
    leaf = instrument_leaf(INSTRUMENTS) if kind is Instrument else leaf_of(kind)
    return leaf.write if leaf else converter().get_unstructure_hook(kind)


_ReaderOf = Callable[[Any], Reader]
_Factory = Callable[[Any, _ReaderOf], Reader]


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


def is_union(kind: Any) -> bool:
    """Whether values of a type are of one of several."""
    return get_origin(kind) in (Union, UnionType)


def tagged(union: Any) -> dict[str, Any]:
    """Classes of a union by the tag that tells them apart."""
    return {tag_of(kind.__name__): kind for kind in get_args(union) if attrs.has(kind)}


def tag_of(name: str) -> str:
    """A class's name as documents have it in ``type``."""
    return re.sub(r"(?<!^)(?=[A-Z0-9])", "_", name).lower()


def _union_reader(union: Any, reader_of: _ReaderOf, *, masked: bool) -> Reader:
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
            found = "another" if tag else "nothing"
            fix = did_you_mean(tag, classes) if isinstance(tag, str) and not masked else ""
            told = Fault(("type",), f"one of {', '.join(classes)}", found, fix)
            raise InvalidError("value", [told, *_misspelled(("type",), raw, masked=masked)])
        return read_without(("type",), raw, of(classes[tag]), masked=masked)

    return read


def read_without(
    apart: Collection[str], raw: dict[str, Raw], read: "Reader", *, masked: bool
) -> Any:
    """An object read as a class that has no fields for some of its keys."""
    try:
        return read({k: v for k, v in raw.items() if k not in apart}, None)
    except InvalidError as error:
        faults = error.faults
        if masked:
            # Keys told by their places are counted with those apart.
            rest = [key_place(place) for place, key in enumerate(raw, 1) if key not in apart]
            places: dict[Step, str] = {key_place(n): place for n, place in enumerate(rest, 1)}
            faults = tuple(_with_first(places, fault) for fault in faults)
        meant = {fault.path: fault for fault in _misspelled(apart, raw, masked=masked)}
        told = [meant.get(f.path, f) if f.expected == _KNOWN_FIELD else f for f in faults]
        raise InvalidError(error.what, told) from None


def _misspelled(keys: Collection[str], raw: dict[str, Raw], *, masked: bool) -> list[Fault]:
    """A fault for each of an object's first keys that is nearly one of some that it lacks."""
    lacking = set(keys) - raw.keys()
    return [
        _unknown_key(key, place, lacking, masked=masked)
        for place, key in enumerate(islice(raw, MAX_FAULTS), 1)
        if did_you_mean(key, lacking)
    ]


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
        if tags and kind not in tags:
            kind = next(base for base in kind.__mro__ if base in tags)  # of a subclass
        body = writer_of(kind)(value)
        return {"type": tags[kind], **body} if tags else body

    return write


# Written for those who read a document, and checked against the rest when it is read.
_DERIVED: dict[Any, tuple[str, ...]] = {
    Decision: ("verdict", "missing", "changes"),
    Placement: ("verdict", "level", "not_excluded", "stopped_at", "missing", "not_judged"),
    PathResult: ("truth", "reason", "missing"),
    Considered: ("truth", "reason", "evidence"),
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
# Those that may be too complex to work out, and are null then: the verdict is given without.
EXPLAINS = {"missing", "changes", "evidence"}


# What documents leave out, as its name says it: a reader gets it from what is given beside them.
_BESIDE: dict[Any, str] = {Screening: "own"}


# Moments that documents have as instants, by their class and name.
_INSTANTS: frozenset[tuple[Any, str]] = frozenset(
    {(Entry, "recorded"), (MadeUp, "start"), (CameUnplanned, "start")}
)


@frozen
class Member:
    """One field of a class, as documents have it."""

    name: str
    key: str
    kind: Any
    default: Any


# Keys beside a fact's name: which of its findings count, and what is taken from it.
ASKED_OF = (
    Member("less", "less", AnyFact | None, None),
    Member("within_days", "within_days", int | None, None),
    Member("since", "since", date | None, None),
)


ASKING = frozenset({*get_args(Atom), Explanation})
"""Classes that keep what is asked of a fact in the fact."""


def members_of(kind: Any) -> tuple[Member, ...]:
    """The fields of a class, as documents have them."""
    origin = get_origin(kind) or kind
    given = dict(zip(getattr(origin, "__parameters__", ()), get_args(kind), strict=True))
    hints = get_type_hints(origin)
    members: list[Member] = []
    for field in attrs.fields(origin):
        if not field.init:
            continue  # worked out from the others
        if field.name == _BESIDE.get(origin):
            continue
        hint = hints[field.name]
        if parameters := getattr(hint, "__parameters__", ()):
            hint = hint[tuple(given[parameter] for parameter in parameters)]
        hint = given.get(hint, hint)
        if get_origin(hint) is Times:
            members += _ends_of(field.name, get_args(hint)[0])
            continue
        kind = Instant if (origin, field.name) in _INSTANTS else hint
        members.append(Member(field.name, _key(field.name, hint), kind, field.default))
    return (*members, *(ASKED_OF if origin in get_args(Atom) else ()))


# ``Times`` has no object of its own in documents: what is exact has the field's key, and each
# end of a range that key with one of these.
_ENDS = ("", "_min", "_max")


def _ends_of(name: str, kind: Any) -> list[Member]:
    return [
        Member(name + end, _key(name + end, kind), Union[kind, None], None)  # noqa: UP007
        for end in _ENDS
    ]


def ranged_in(kind: Any) -> dict[str, list[Member]]:
    """The fields of a class that are ``Times``, each with what documents have for it."""
    hints = get_type_hints(get_origin(kind) or kind)
    return {
        name: _ends_of(name, get_args(hint)[0])
        for name, hint in hints.items()
        if get_origin(hint) is Times
    }


def _key(name: str, kind: Any) -> str:
    return f"{name}_minutes" if timedelta in (kind, *get_args(kind)) else name


def derived_of(kind: Any) -> tuple[Member, ...]:
    """What documents of a class hold beside its fields."""
    return tuple(
        Member(name, _key(name, hint), hint, attrs.NOTHING)
        for name in _DERIVED.get(kind, ())
        for hint in (get_type_hints(getattr(kind, name).fget)["return"],)
    )


def _class_writer(kind: Any) -> Writer:
    derived, ranged = derived_of(kind), ranged_in(kind)
    ends = [end for of in ranged.values() for end in of]
    whole = get_origin(kind) or kind
    # Any: as keyword arguments, they are told from those of other types by their names only.
    fields: dict[str, Any] = {
        member.name: override(rename=member.key, unstruct_hook=writer_of(member.kind))
        for member in members_of(kind)
        if member not in ASKED_OF and member not in ends
    }
    fields |= {name: override(unstruct_hook=_ends_writer(ranged[name])) for name in ranged}
    if kind in _BESIDE:
        fields[_BESIDE[kind]] = override(omit=True)
    write_fields: Writer = make_dict_unstructure_fn(
        kind, converter(), _cattrs_omit_if_default=True, **fields
    )

    def write_flat(value: Any) -> Raw:
        return _flat(write_fields(value), ranged)

    def write_asked(value: Any) -> Raw:
        return asked_apart(value.fact, write_fields(value))

    def write_derived(value: Any) -> Raw:
        said = {m.key: _said(value, m) for m in derived}
        first = {key: said.pop(key) for key in _FIRST & said.keys()}
        told = {key: words for key, words in first.items() if words is not None}
        return {**told, **write_fields(value), **said}

    if kind in get_args(Atom):
        write_whole: Writer = write_asked
    elif ranged:
        write_whole = write_flat
    else:
        write_whole = write_derived if derived else write_fields

    def write(value: Any) -> Raw:
        if value.__class__ is not whole:
            _refuse_other(value, whole)
        return write_whole(value)

    return write


def _ends_writer(ends: Sequence[Member]) -> Writer:
    keys = [end.key for end in ends]
    write = writer_of(ends[0].kind)

    def written(times: Times[Any]) -> Raw:
        said = (times.least, None, None) if times.is_exact else (None, times.least, times.most)
        told = zip(keys, map(write, said), strict=True)
        return {key: end for key, end in told if end is not None}

    return written


def _flat(written: dict[str, Raw], ranged: Collection[str]) -> Raw:
    """An object with the keys of each range in the place of its field."""
    flat: dict[str, Raw] = {}
    for key, part in written.items():
        flat |= part if key in ranged else {key: part}
    return flat


def _refuse_other(value: Any, kind: Any) -> None:
    """Refuse what is of another class, or has more fields than documents would keep."""
    refuse("document", unless_a(value, kind.__name__, kind))
    more = attrs.fields_dict(value.__class__).keys() - attrs.fields_dict(kind).keys()
    refuse(
        f"document of {value.__class__.__name__}",
        *(
            (Fault((name,), f"a field of {kind.__name__}", "one of the subclass alone", _APART),)
            for name in sorted(more)
        ),
    )


_APART = "keep it apart, as it would not be written"


def _said(value: Any, member: Member) -> Raw:
    """A derived field as it is written."""
    try:
        follows = getattr(value, member.name)
    except TooComplexError:
        return None
    return writer_of(member.kind)(follows)


def _class_reader(
    kind: Any,
    reader_of: _ReaderOf,
    *,
    masked: bool,
    beside: Callable[[Mapping[str, Any]], dict[str, Any]] | None,
) -> Reader:
    members, derived = members_of(kind), derived_of(kind)
    needed = {member.name: member.kind for member in members if member.default is attrs.NOTHING}
    readers = [(m.name, m.key, m.name in needed, reader_of(m.kind)) for m in members]
    known = {member.key for member in (*members, *derived)}
    whole = with_asked if kind in ASKING else None
    ranged = ranged_in(kind)

    def read(raw: Raw, _: Any) -> Any:
        if not is_object(raw):
            raise InvalidError("value", [Fault((), "an object", kind_of(raw))])
        values, faults = _fields(raw, readers)
        faults += [fault for name in ranged for fault in gather(name, ranged[name], values)]
        if beside:
            values |= beside(values)
        if not known.issuperset(raw):
            faults += _unknown_keys(raw, known, masked=masked)
        faults = [_misplaced(fault, known) for fault in faults]
        value: Any = None
        if faults:
            # With other values for what could not be read, the invariants of the rest show.
            unread = {name: _stand_ins(of) for name, of in needed.items() if name not in values}
            values |= {name: found[0] for name, found in unread.items() if found}
        if not faults or needed.keys() <= values.keys():
            try:
                value = kind(**(whole(values) if whole else values))
            except InvalidError as error:
                known_bad = {step for fault in faults for step in fault.path[:1]}
                broken = [_renamed(fault, members, raw, masked=masked) for fault in error.faults]
                faults += [fault for fault in broken if not {*fault.path[:1]} & known_bad]
        if faults:
            raise InvalidError("value", faults)
        if derived:
            refuse("value", *(contradiction(raw, value, member) for member in derived))
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


def gather(name: str, ends: Sequence[Member], values: dict[str, Any]) -> list[Fault]:
    """Put a range together from what was read of it, or say what is wrong with it."""
    exact, least, most = (values.pop(end.name, None) for end in ends)
    exactly, at_least, at_most = (end.key for end in ends)
    if exact is not None:
        if least is not None or most is not None:
            expected = f"either it, or {at_least} and {at_most}"
            return [Fault((exactly,), expected, "both")]
        values[name] = exact
    elif least is not None and most is not None and most < least:
        return [Fault((at_most,), f"no less than {at_least}", "less")]
    else:
        values[name] = Times(least, most)
    return []


def _unknown_keys(raw: dict[str, Raw], known: set[str], *, masked: bool) -> list[Fault]:
    free = known - raw.keys()
    unknown = [(place, key) for place, key in enumerate(raw, 1) if key not in known]
    faults = [_unknown_key(key, place, free, masked=masked) for place, key in unknown[:MAX_FAULTS]]
    if more := len(unknown[MAX_FAULTS:]):
        faults.append(Fault((), "known fields", f"{more:,} more unknown ones"))
    return faults


def contradiction(raw: dict[str, Raw], value: Any, member: Member) -> tuple[Fault, ...]:
    """A fault if a derived field is not what follows from the others."""
    follows = _said(value, member)
    # What was too complex when it was written, or is today, cannot be held against the rest.
    if member.name in EXPLAINS and member.key in raw and None in (raw[member.key], follows):
        return ()
    same = repr(raw.get(member.key)) == repr(follows)  # 1 and true are equal, but not the same
    return unless(same, member.key, "what follows from the rest", "something else")


def _renamed(fault: Fault, members: tuple[Member, ...], raw: Raw, *, masked: bool) -> Fault:
    """A constructor's fault, with the document's key for the field."""
    renamed = _with_first({member.name: member.key for member in members}, fault)
    there = part_at(raw, renamed.path)
    if not masked:
        # What is another value in documents, such as a number of minutes, is told as there.
        same = renamed.path == fault.path or there is None
        return renamed if same else attrs.evolve(renamed, found=repr(there))
    kind = kind_of(there).removeprefix("a ").removeprefix("an ")
    found = "something else" if there is None else f"another {kind}"
    return attrs.evolve(renamed, found=found, fix="")


def _unknown_key(key: str, place: int, free: set[str], *, masked: bool) -> Fault:
    """A fault for a key that no field has; it is not named where it could be about a patient."""
    fix = did_you_mean(key, sorted(free))
    step = key_place(place) if masked else key
    unused = f"known here and not used: {', '.join(sorted(free)) or 'none'}"
    return Fault((step,), _KNOWN_FIELD, "an unknown one", fix or unused)


_KNOWN_FIELD = "a known field"
_OWN_FIRST = "known one level up: in TOML, a table's own keys come before the tables in it"


def _misplaced(fault: Fault, known: set[str]) -> Fault:
    """A fault within an object; of a key that the object itself has, with how it came there."""
    *around, key = fault.path or ("",)
    below = len(around) == 1 or (len(around) == 2 and isinstance(around[1], int))
    if below and key in known and fault.expected == _KNOWN_FIELD:
        return attrs.evolve(fault, fix=_OWN_FIRST)
    return fault


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
