"""Readers that take what is right, quickly, and tell nothing of what is not.

There is one for each class, made from its fields when the first value of it is read. Whatever it
raises means no more than that the careful reader of ``classes`` has to look. What it takes, that
one takes as the same value: both read leaves by the same functions, build by the same classes and
ask for the same keys.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import Enum
from functools import cache, partial
from types import NoneType
from typing import Any, get_args, get_origin

import attrs

from iopkit.documents.atoms import with_asked
from iopkit.documents.classes import (
    ASKING,
    Member,
    contradiction,
    derived_of,
    gather,
    is_many,
    is_union,
    members_of,
    own_instrument,
    ranged_in,
    tagged,
)
from iopkit.documents.values import Facts, Raw, Reader, facts_for, is_fact, leaf_of, words_of
from iopkit.fields import frozen
from iopkit.patients.instruments import Instrument
from iopkit.patients.screenings import Screening


@frozen
class Named:
    """What a document may name."""

    facts: Facts
    instruments: Mapping[str, Instrument]


# Any: it takes what a parser returned, and gives a value of the class it is for.
Quick = Callable[[Any, Named], Any]


@cache
def quick_reader(kind: Any, apart: tuple[str, ...] = ()) -> Quick:
    """How values of a class are read if all is as it should be.

    It raises anything if not, and knows nothing of limits. ``apart`` are the keys that an object
    has beside those of its class; whoever asks for the reader has seen that they are there.
    """
    if kind is Instrument:
        return lambda raw, named: named.instruments[raw]
    if is_fact(kind):
        about_patients = facts_for(kind, {})
        return lambda raw, named: (about_patients or named.facts)[raw]
    if leaf := leaf_of(kind):
        return _leaf_reader(kind, leaf.read)
    if is_many(kind):
        return _many_reader(kind)
    return _union_reader(kind, apart) if is_union(kind) else _class_reader(kind, apart)


def _leaf_reader(kind: Any, read: Reader) -> Quick:
    if isinstance(kind, type) and issubclass(kind, Enum):
        words = words_of(kind)
        return lambda raw, _: words[raw]
    if kind is str:
        return lambda raw, _: raw if raw.__class__ is str and raw.isascii() else read(raw, str)
    return lambda raw, _: read(raw, kind)


# What lists, unions and fields with defaults hold is asked for when it is first met: predicates
# hold predicates, and of most classes no document has a value.


def _many_reader(kind: Any) -> Quick:
    collect = get_origin(kind)
    of = cache(partial(quick_reader, get_args(kind)[0]))

    def read(raw: Raw, named: Named) -> Any:
        if raw.__class__ is not list:
            raise ValueError
        each = of()
        return collect([each(part, named) for part in raw])

    return read


def _union_reader(union: Any, apart: tuple[str, ...]) -> Quick:
    read = _one_of([kind for kind in get_args(union) if kind is not NoneType], tagged(union), apart)
    if NoneType not in get_args(union):
        return read
    return lambda raw, named: None if raw is None else read(raw, named)


def _one_of(kinds: Sequence[Any], classes: Mapping[str, Any], apart: tuple[str, ...]) -> Quick:
    several = len(kinds) > 1
    plain = {kind: quick_reader(kind) for kind in kinds if several and not classes}
    only = cache(partial(quick_reader, kinds[0], apart))

    @cache
    def of(tag: str) -> Quick:
        return quick_reader(classes[tag], (*apart, "type"))

    def read_only(raw: Raw, named: Named) -> Any:
        return only()(raw, named)

    def read_tagged(raw: Raw, named: Named) -> Any:
        return of(raw["type"])(raw, named)

    def read_plain(raw: Raw, named: Named) -> Any:
        return plain[raw.__class__](raw, named)

    if several:
        return read_tagged if classes else read_plain
    return read_only


def _class_reader(kind: Any, apart: tuple[str, ...]) -> Quick:
    """One expression for the fields that every document has, as attrs writes what it does.

    A schedule has dozens of sessions of seven such fields each.
    """
    members, derived = members_of(kind), derived_of(kind)
    needed = [member for member in members if member.default is attrs.NOTHING]
    keys = frozenset({member.key for member in needed}.union(apart))
    ranged = ranged_in(kind)
    whole = kind is not Screening and kind not in ASKING and not ranged
    # Any: what the expression names.
    names: dict[str, Any] = {
        "build": get_origin(kind) or kind if whole else partial(_built, kind, ranged),
        "size": len(keys) or None,  # of no keys, ``more`` sees whether it is an object
        "none": {},
        "more": _more_reader(members, keys, {member.key for member in derived}),
    }
    fields = [_expression(member, names) for member in needed]
    more = "**(none if len(raw) == size else more(raw, named))"
    given = ", ".join([*([] if whole else ["named"]), *fields, more])
    # Of nothing but the names of our own fields.
    read: Quick = eval(f"lambda raw, named: build({given})", names)  # noqa: S307
    return _with_derived(read, derived) if derived else read


# Any: fields by their names.
def _built(
    kind: Any, ranged: Mapping[str, Sequence[Member]], named: Named, /, **values: Any
) -> Any:
    """A value of a class whose fields are not those that documents have."""
    for name, ends in ranged.items():
        if gather(name, ends, values):
            raise ValueError
    if kind is Screening:
        values |= own_instrument(named.instruments, values)
    return kind(**(with_asked(values) if kind in ASKING else values))


def _expression(member: Member, names: dict[str, Any]) -> str:
    """How a field is read that every document has, as an argument; ``names``: what that names."""
    name, kind, given = member.name, member.kind, f"raw[{member.key!r}]"
    leaf = leaf_of(kind)
    if leaf is None:
        names[f"read_{name}"] = quick_reader(kind)
        return f"{name}=read_{name}({given}, named)"
    if isinstance(kind, type) and issubclass(kind, Enum):
        names[f"words_{name}"] = words_of(kind)
        return f"{name}=words_{name}[{given}]"
    names |= {f"read_{name}": leaf.read, f"kind_{name}": kind}
    read = f"read_{name}({given}, kind_{name})"
    if kind in (bool, int, str):
        ascii_alone = " and it.isascii()" if kind is str else ""
        told = f"(it := {given}).__class__ is {kind.__name__}{ascii_alone}"
        read = f"it if {told} else {read}"
    return f"{name}={read}"


def _with_derived(read: Quick, derived: Iterable[Member]) -> Quick:
    """A reader of a class that holds what is derived against the rest."""

    def read_all(raw: Raw, named: Named) -> Any:
        value = read(raw, named)
        if any(contradiction(raw, value, member) for member in derived):
            raise ValueError
        return value

    return read_all


def _more_reader(
    members: Iterable[Member], keys: Collection[str], derived: Collection[str]
) -> Callable[[dict[str, Raw], Named], dict[str, Any]]:
    """How the fields are read that an object has beside those with some keys."""
    known = {*keys, *derived}
    kinds = {member.key: member for member in members}

    @cache
    def of(key: str) -> tuple[str, Quick]:
        return kinds[key].name, quick_reader(kinds[key].kind)

    def more(raw: dict[str, Raw], named: Named) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, part in raw.items():
            if key not in known:
                name, read = of(key)
                values[name] = read(part, named)
        return values

    return more
