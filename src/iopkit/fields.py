"""How our value classes are declared: frozen, each field of its type, a patient's kept hidden.

``frozen`` is that of attrs and more. Where a value is built, each field is held against its
declared type: a list becomes the tuple and a set the frozenset that the field is declared to
be, and what has another type is refused with its place, never with what it is. Renderers that
show the fields of a class in place of its ``repr`` show none of a confidential one.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import cache, partial
from operator import is_
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import attrs

from iopkit.confidential import hide_differences, hide_fields
from iopkit.errors import Fault, InvalidError

__all__ = ["call_union", "frozen"]

if TYPE_CHECKING:
    # What type checkers know of it; its options are the same.
    from attrs import frozen

if not TYPE_CHECKING:

    def frozen(cls=None, **options):
        """Declare a frozen attrs class whose values are held against their types when built.

        A field with a converter of its own holds what that gives: the converter refuses. A
        class that is made by the thousand says ``trusts_types = True``, and is not checked.

        Raises:
            InvalidError: a value is built from something of another type.

        Example:
            >>> @frozen
            ... class Visits:
            ...     days: tuple[date, ...]
            >>> Visits([date(2026, 1, 31)])
            Visits(days=(datetime.date(2026, 1, 31),))
            >>> Visits(["2026-01-31"])
            Traceback (most recent call last):
            iopkit.errors.InvalidError: visits: 1 problem
              days[0]: expected a date, found a text
        """
        if cls is None:
            return partial(frozen, **options)
        if cls.__dict__.get("trusts_types", False):
            built = attrs.frozen(cls, field_transformer=hide_fields, **options)
            hide_differences(built)
            return built
        own = getattr(cls, "__attrs_post_init__", None)

        def __attrs_post_init__(self):  # noqa: N807  # attrs calls it so
            # Not before the first value: annotations may name classes that come later.
            built.__attrs_post_init__ = _check_of(built, own)
            self.__attrs_post_init__()

        cls.__attrs_post_init__ = __attrs_post_init__
        built = attrs.frozen(cls, field_transformer=hide_fields, **options)
        hide_differences(built)
        return built


def call_union(union: UnionType, words: str, *, fix: str = "") -> None:
    """Name a union of our classes in words, for errors about what is none of them.

    ``fix`` says what may have been meant.
    """
    _UNIONS[frozenset(get_args(union))] = words, fix


# Any, here and below: a field may hold anything, and so may what is given for one; a type is
# whatever an annotation can say.
def _check_of(kind: Any, own: Callable[[Any], None] | None) -> Callable[[Any], None]:
    """What becomes of a new value of a class: its fields' types, then what its class checks."""
    hints = get_type_hints(kind)
    declared = {
        field.name: hints[field.name]
        for field in attrs.fields(kind)
        if field.init and field.converter is None
    }
    if not declared:
        return own or _leave
    many = {name: set[type]() for name, of in declared.items() if _is_list(of)}
    deep = {name: of for name, of in declared.items() if not (_is_flat(of) or name in many)}
    # Fields and items of classes that were right once are right again, and such classes are
    # few. They are asked for in one expression, as attrs writes what it does: a schedule has
    # dozens of sessions of a dozen fields, and a loop would take three times as long.
    known: set[tuple[type, ...]] = set()
    shape = ", ".join(f"type(value.{name})" for name in declared)
    inside = "".join(
        f" and (not value.{name} or many[{name!r}].issuperset(map(type, value.{name})))"
        for name in many
    )

    def settle(value: Any) -> None:
        _settle(value, declared)
        known.add(tuple(map(type, (getattr(value, name) for name in declared))))
        for name, classes in many.items():
            classes.update(map(type, getattr(value, name) or ()))
        if own is not None:
            own(value)

    def go_on(value: Any) -> None:
        _settle(value, deep)
        if own is not None:
            own(value)

    names = {"known": known, "many": many, "go_on": go_on if deep else own, "settle": settle}
    then = "go_on(value)" if names["go_on"] else "None"
    # Of nothing but the names of our own fields.
    check: Callable[[Any], None] = eval(  # noqa: S307
        f"lambda value: {then} if ({shape},) in known{inside} else settle(value)", names
    )
    return check


def _leave(_: Any) -> None:
    """Nothing is left to check."""


def _settle(value: Any, declared: dict[str, Any]) -> None:
    """Make the fields of a new value what they are declared to be, or refuse it."""
    # What was found stays in a frame of its own: that of an error is shown by some loggers.
    if faults := _faults_settling(value, declared):
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(value).__name__).lower()
        raise InvalidError(words, faults)


def _faults_settling(value: Any, declared: dict[str, Any]) -> list[Fault]:
    faults: list[Fault] = []
    for name, kind in declared.items():
        given = getattr(value, name)
        held, found = _held(given, kind)
        faults += [fault.under(name) for fault in found]
        if held is not given:
            object.__setattr__(value, name, held)
    return faults


def _is_flat(kind: Any) -> bool:
    """Whether the class of a value says all that its type does."""
    if _is_union(kind):
        return all(map(_is_flat, get_args(kind)))
    return get_origin(kind) not in (tuple, frozenset, Literal) and not _parts(kind)


def _is_list(kind: Any) -> bool:
    """Whether a type is a tuple or set of any length, or ``None``, and its items are flat."""
    (kind, *others) = [of for of in _options(kind) if of is not NoneType]
    item, *rest = get_args(kind) or (None,)
    many = get_origin(kind) is frozenset or (get_origin(kind) is tuple and rest == [...])
    return many and not others and _is_flat(item)


def _is_union(kind: Any) -> bool:
    return get_origin(kind) in (Union, UnionType)


def _options(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if _is_union(kind) else (kind,)


@cache
def _parts(kind: Any) -> dict[str, Any]:
    """The types of fields of a generic class of ours that its arguments say."""
    origin: Any = get_origin(kind)
    if not hasattr(origin, "__attrs_attrs__"):
        return {}
    given = dict(zip(origin.__parameters__, get_args(kind), strict=True))
    found: dict[str, Any] = {}
    for name, hint in get_type_hints(origin).items():
        if isinstance(hint, TypeVar):
            found[name] = given[hint]
        # What a callable takes and gives cannot be asked.
        elif (asked := getattr(hint, "__parameters__", ())) and get_origin(hint) is tuple:
            found[name] = hint[tuple(given[one] for one in asked)]
    return {name: of for name, of in found.items() if of is not Any}


_Held = tuple[Any, tuple[Fault, ...]]
"""A value as a field holds it, and what is wrong with it."""


def _held(value: Any, kind: Any) -> _Held:
    origin, args = get_origin(kind), get_args(kind)
    if kind is Any:
        return value, ()
    if isinstance(kind, TypeVar):
        # It may be of any type, but lists and sets change.
        kinds: dict[Any, Any] = {list: tuple, set: frozenset}
        return (kinds[type(value)](value) if type(value) in kinds else value), ()
    if _is_union(kind):
        return _held_by_one(value, kind)
    if origin is tuple:
        return _held_in_order(value, args)
    if origin is frozenset:
        return _held_in_set(value, kind)
    ok = value in args if origin is Literal else _is_instance(value, origin or kind)
    if not ok:
        return value, _another(kind, value)
    tried = [(name, _held(getattr(value, name), of)) for name, of in _parts(kind).items()]
    return value, tuple(fault.under(name) for name, (_, found) in tried for fault in found)


def _held_by_one(value: Any, kind: Any) -> _Held:
    if value is None and NoneType in get_args(kind):
        return value, ()
    options = [of for of in get_args(kind) if of is not NoneType]
    if len(options) == 1:
        return _held(value, options[0])
    if any(isinstance(of, type) and _is_instance(value, of) for of in options):
        return value, ()
    tried = [_held(value, of) for of in options]
    right = [held for held in tried if not held[1]]
    # What is wrong inside says more than that it is none of several.
    inside = [held for held in tried if any(fault.path for fault in held[1])]
    return next(iter([*right, *inside]), (value, _another(kind, value)))


def _held_in_order(value: Any, items: tuple[Any, ...]) -> _Held:
    any_length = items[1:] == (...,)
    is_listed = _is_instance(value, (tuple, list))
    if not is_listed or not (any_length or len(value) == len(items)):
        expected = "a tuple or list" if any_length else f"a tuple of {len(items)}"
        return value, (Fault((), expected, _kind_of(value)),)
    kinds = items[:1] * len(value) if any_length else items
    tried = list(map(_held, value, kinds))
    held = tuple(one for one, _ in tried)
    faults = tuple(fault.under(n) for n, (_, found) in enumerate(tried) for fault in found)
    return (value if value.__class__ is tuple and all(map(is_, held, value)) else held), faults


def _held_in_set(value: Any, kind: Any) -> _Held:
    (item,) = get_args(kind)
    is_set = _is_instance(value, (set, frozenset))
    # A set has no order to say a place by.
    if not is_set or any(_held(one, item)[1] for one in value):
        found = "other things in it" if is_set else _kind_of(value)
        return value, (Fault((), _expected(kind), found),)
    return frozenset(value), ()


def _is_instance(value: Any, kind: Any) -> bool:
    if kind is float:
        kind = (float, int)
    # Python counts truth values among the whole numbers, and moments among the dates.
    odd = {date: datetime, int: bool, (float, int): bool}.get(kind, ())
    return isinstance(value, kind) and not isinstance(value, odd)


# Words.

_WORDS: dict[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    bytes: "bytes",
    datetime: "a moment",
    date: "a date",
    time: "a time",
    timedelta: "a length of time",
    UUID: "a UUID",
    NoneType: "nothing",
    tuple: "a tuple",
    list: "a list",
    set: "a set",
    frozenset: "a set",
    dict: "a mapping",
}


_UNIONS: dict[frozenset[Any], tuple[str, str]] = {}


def _another(kind: Any, value: Any) -> tuple[Fault]:
    moment = isinstance(value, datetime) and date in _options(kind)
    words, fix = "a date without a time" if moment else _expected(kind), ""
    words, fix = _UNIONS.get(frozenset(_options(kind)) - {NoneType}, (words, fix))
    return (Fault((), words, _kind_of(value), fix),)


def _expected(kind: Any) -> str:
    options = [of for of in _options(kind) if of is not NoneType]
    if len(options) > 1:
        return " or ".join(map(_expected, options))
    origin, args = get_origin(options[0]), get_args(options[0])
    if origin is frozenset:
        return f"a set, each {_expected(args[0])}"
    return ", ".join(map(repr, args)) if origin is Literal else _called(origin or options[0])


def _kind_of(value: Any) -> str:
    return next((_WORDS[of] for of in type(value).__mro__ if of in _WORDS), _called(type(value)))


def _called(kind: Any) -> str:
    if kind in _WORDS:
        return _WORDS[kind]
    name = f"{'an' if kind.__name__[0] in 'AEIOU' else 'a'} {kind.__name__}"
    first = next(iter(kind)).name if issubclass(kind, Enum) else ""
    return f"{name} such as {kind.__name__}.{first}" if first else name
