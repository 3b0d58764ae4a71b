"""How deep and how large a document may be, and where one is more than that."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from functools import cache
from types import NoneType
from typing import Any, TypeGuard

from attrs import evolve, fields_dict, has

from iopkit.documents.classes import key_place
from iopkit.documents.lines import OPAQUE, Language
from iopkit.documents.values import Raw, is_list, is_object
from iopkit.eligibility.predicates import Fact
from iopkit.errors import Fault, InvalidError, Step, refuse, unless, unless_a

MAX_DEPTH = 64
"""How deep a document may be nested."""

MAX_VALUES = 100_000
"""How many values a document may hold, each object and list counted as one more.

A schedule and its charges may hold more, as they are as long as their plan, and so may a course,
as it has all that happened, and assignments, as they have what keeps whom waiting from each group.
"""

MAX_BYTES = 10_000_000
"""How many bytes a JSON document may have."""

MAX_LONG_BYTES = 25_000_000
"""How many bytes the JSON of a schedule, of its charges, of a course or of assignments may have."""

MAX_TOML_BYTES = 2_000_000
"""How many bytes a TOML document may have: people write them, and parsing takes longer."""

UNSIZED = frozenset({"assignments", "charges", "course", "schedule"})
"""The kinds of documents that are as long as their plan, their record or their roster."""

_STEPS_TOLD = 12


def refuse_long(what: str, data: bytes | str, *, most: int) -> None:
    """Refuse a document of more bytes than it may have, before it is looked into.

    Raises:
        InvalidError: it has more.
    """
    size = len(data)
    if isinstance(data, str) and size <= most:
        size = len(data.encode("utf-8", "surrogatepass"))
    refuse(what, unless_few(size, most, "bytes"))


def most_bytes(kind: str, language: Language) -> int:
    """How many bytes a document of a kind may have."""
    if language == "TOML":
        return MAX_TOML_BYTES
    return MAX_LONG_BYTES if kind in UNSIZED else MAX_BYTES


def unless_few(count: int, most: int, unit: str) -> tuple[Fault, ...]:
    """A fault of a document that has too many of something."""
    return () if count <= most else (Fault((), f"at most {most:,} {unit}", f"{count:,}"),)


def refuse_dots(text: str) -> None:
    """Refuse TOML whose keys have so many dots that to parse it would take too long.

    Each dot is a table more. The time that a key takes grows with the square of its dots, and
    the memory with all of them.

    Raises:
        InvalidError: a key or a header has more dots than documents may have levels, with its
            line, or all have more together than documents may have values.
    """
    if text.count(".") <= MAX_DEPTH:
        return
    every = dots = 0
    for match in re.finditer(rf"(?xs) {OPAQUE} | [][\n=,{{}}] | \.", text):
        if match[0] == ".":
            every, dots = every + 1, dots + 1
        elif match[0] in _AFTER_KEYS:
            dots = 0
        if dots > MAX_DEPTH:
            line = text.count("\n", 0, match.start()) + 1
            raise InvalidError("TOML document", [evolve(too_deep(), line=line)])
    refuse("TOML document", unless_few(every, MAX_VALUES, "dots outside texts"))


_AFTER_KEYS = frozenset("][\n=,{}")


def refuse_excess(kind: str, raw: Raw, *, sized: bool, masked: bool = False) -> None:
    """Refuse a parsed document, or a value to be written as one, that is too deep or too large.

    Args:
        kind: what document it is.
        sized: its values are counted.
        masked: keys are told by their places, for documents about a patient.

    Raises:
        InvalidError: with the first steps to what is too deep, or the path of the innermost
            part that is too large by itself.
    """
    fits = _fits(raw, sized=sized) if raw.__class__ in _HOLDERS else is_shallow(raw)
    if not fits:
        raise InvalidError(f"{kind} document", [_excess(raw, masked=masked)])


def refuse_unparsed(kind: str, raw: Raw) -> None:
    """Refuse what no parser of JSON or TOML gives as a document of a kind.

    Raises:
        InvalidError: it holds a class that they do not give, keys that are not texts, or more
            values than a document's bytes could.
    """
    what, count = f"{kind} document", 1
    most = MAX_LONG_BYTES // 2 if kind in UNSIZED else MAX_VALUES
    refuse(what, unless_a(raw, "document", dict))
    level: list[Any] = [raw]
    for _ in range(MAX_DEPTH + 1):
        inside: list[Any] = []
        for part in level:
            odd = part.__class__ not in _PARSED
            found = f"a value of class {part.__class__.__name__}"
            refuse(what, unless(not odd, "document", "what a parser of JSON gives", found))
            if is_object(part):
                texts = all(key.__class__ is str for key in part)
                refuse(what, unless(texts, "document", "texts as keys of objects", "other keys"))
            if part.__class__ in _HOLDERS:
                held = [*_HOLDERS[part.__class__](part)]
                inside += held
                count += len(held)
                refuse(what, unless_few(count, most, "values"))
        level = inside


_PARSED = frozenset({dict, list, str, int, float, bool, NoneType, date, datetime, time})


def _excess(raw: Raw, *, masked: bool) -> Fault:
    """The fault of what is too deep, or else too large."""
    # Level by level, by number: each value, which one holds it, and the step to it from there.
    values: list[Raw] = [raw]
    holders: list[int] = [0]
    last_steps: list[Step] = [""]
    done = 0
    for _ in range(MAX_DEPTH):
        level = range(done, len(values))
        done = len(values)
        for number in level:
            for step, part in _parts(values[number]):
                values.append(part)
                holders.append(number)
                last_steps.append(step)

    def path(number: int) -> tuple[Step, ...]:
        steps: list[Step] = []
        while number:
            step, number = last_steps[number], holders[number]
            holder = values[number]
            if masked and is_object(holder):
                step = key_place([*holder].index(str(step)) + 1)
            steps.append(step)
        return tuple(reversed(steps))

    if done < len(values):
        return too_deep(*path(done)[:_STEPS_TOLD])
    sizes = [1] * done
    for number in range(done - 1, 0, -1):
        sizes[holders[number]] += sizes[number]
    where = path(max(n for n, size in enumerate(sizes) if size > MAX_VALUES))
    return Fault(where, f"at most {MAX_VALUES:,} values", "more")


# What holds others, in documents and in values, and how to go through it.
_HOLDERS: dict[type, Callable[[Any], Iterable[Any]]] = {
    dict: dict[Any, Any].values,
    list: iter,
    tuple: iter,
}


def _fits(raw: Raw, *, sized: bool) -> bool:
    """Whether a parsed object or list is within the limits: quickly, and without saying where."""
    holders: list[Raw] = [raw]
    count = 1
    for _ in range(MAX_DEPTH):
        held = sum(map(len, holders))
        if not held:
            return not sized or count <= MAX_VALUES
        count += held
        holders = [
            part
            for holder in holders
            for part in _HOLDERS[holder.__class__](holder)
            if part.__class__ in _HOLDERS
        ]
    return False


def is_shallow(value: object) -> bool:
    """Whether one of our values, or a plain one, is within the limit of depth."""
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        level = [
            part
            for holder in level
            if (inside := _inside(holder.__class__))
            for part in inside(holder)
        ]
        if not level:
            return True
    return False


@cache
def _inside(kind: type) -> Callable[[Any], Iterable[Any]] | None:
    """How to go through what the values of a class hold; ``None``: they hold nothing."""
    names = _names(kind)

    def fields(value: Any) -> list[Any]:
        return [getattr(value, name) for name in names]

    return _HOLDERS.get(kind) or (fields if names else None)


def too_deep(*where: Step) -> Fault:
    """A fault of what is nested too deeply."""
    return Fault(where, f"at most {MAX_DEPTH} levels of nesting in all", "more")


def _parts(raw: Raw) -> Iterable[tuple[Step, Raw]]:
    """What a parsed value holds, or one of our classes that is to be written, and where."""
    if isinstance(raw, str):  # most are
        return ()
    if is_object(raw):
        return raw.items()
    if is_list(raw) or _is_tuple(raw):
        return enumerate(raw)
    return [(name, getattr(raw, name)) for name in _names(raw.__class__)]


@cache
def _names(kind: type) -> tuple[str, ...]:
    """The fields of one of our classes, but of facts, of which documents hold the name."""
    return tuple(fields_dict(kind)) if has(kind) and kind is not Fact else ()


def _is_tuple(raw: Raw) -> TypeGuard[tuple[Raw, ...]]:
    return isinstance(raw, tuple)


# Hardly ever needed, and so not compiled beforehand.
_BRACKETS = rf"(?xs) ({OPAQUE} | [][{{}}])"


def without_depths(text: str) -> str:
    """JSON or TOML with empty brackets in place of those that are nested too deeply.

    It is deep enough still to be refused, and no longer too deep to be parsed.
    """
    kept: list[str] = []
    depth = 0
    for piece in re.split(_BRACKETS, text):
        depth -= piece in {"]", "}"}
        if depth <= MAX_DEPTH:
            kept.append(piece)
        depth += piece in {"[", "{"}
    return "".join(kept)
