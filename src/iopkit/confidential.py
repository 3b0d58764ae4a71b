"""Patient data stays out of reprs: showing it is an explicit act.

42 CFR Part 2 counts "this person is in treatment" as a disclosure already, so a
traceback or a log line that holds a repr must not identify or describe anyone.
"""

from collections.abc import Callable, Hashable, Iterator, Sized
from functools import wraps
from hashlib import blake2b
from typing import Any, TypeVar, TypeVarTuple
from uuid import UUID
from weakref import WeakKeyDictionary

import attrs


def hidden(self: object) -> str:
    """A repr that shows the class and, where there is a random key, what it is called in logs.

    Assigned as ``__repr__`` in each class that holds a patient's values. The key is a secret,
    from which others follow; what is shown is the same for the same key, and tells nothing of it.
    Of what holds many, it shows how many.
    """
    return f"{type(self).__name__}({_shown(self) or '...'})"


def key_in_logs(key: UUID) -> str:
    """What a key is called where it may be seen."""
    return f"#{_digest(b'in logs', key, size=6).hex()}"


def _shown(value: object) -> str:
    key = getattr(value, "key", None)
    if isinstance(value, Sized):
        return f"{len(value):,}"
    return key_in_logs(key) if isinstance(key, UUID) else ""


# Any, here and below: these are attrs' own words for any field and class.
def hide_fields(cls: type, fields: list[Any]) -> list[Any]:
    """Hide the fields of a class whose repr is ``hidden``: a ``field_transformer`` of attrs.

    Some do not ask for the repr, and show the fields that a repr by attrs would.
    """
    is_hidden = cls.__dict__.get("__repr__") is hidden
    return [field.evolve(repr=False) for field in fields] if is_hidden else fields


def hide_differences(cls: Any) -> None:
    """Keep what explains values, and not only shows them, from the fields of a ``hidden`` class.

    pytest says in which fields two values differ where ``__eq__`` is by attrs, which it tells
    by the file that attrs names. rich has nothing to show where all fields are hidden, and
    Hypothesis shows all fields of examples.
    """
    if cls.__dict__.get("__repr__") is hidden:
        cls.__rich_repr__ = _for_rich
        cls._repr_pretty_ = _for_pretty
        equal = cls.__dict__.get("__eq__")
        if equal and equal.__code__.co_filename.startswith("<attrs"):
            equal.__code__ = equal.__code__.replace(co_filename=__file__)


def _for_rich(self: object) -> Iterator[str | int]:
    if shown := len(self) if isinstance(self, Sized) else _shown(self):
        yield shown


def _for_pretty(self: object, printer: Any, _: bool) -> None:
    """As IPython and Hypothesis ask for it; they bring a printer of their own."""
    printer.text(hidden(self))


def opaque(name: str, *, key: UUID) -> UUID:
    """What a name is called in public: always the same, and nothing tells the name or the key.

    The key is random and secret, so that the digest cannot be searched backwards.
    """
    return UUID(bytes=_digest(name.encode(), key, size=16), version=4)


def _digest(name: bytes, key: UUID, *, size: int) -> bytes:
    return blake2b(name, key=key.bytes, digest_size=size).digest()


K = TypeVar("K", bound=Hashable)
Ts = TypeVarTuple("Ts")
R = TypeVar("R")


def while_kept(work: Callable[[K, *Ts], R]) -> Callable[[K, *Ts], R]:
    """Remember what a function gives for a value, as long as somebody keeps that value.

    What is worked out of one patient's program is then not in memory for the life of the
    process.
    """
    known: WeakKeyDictionary[K, dict[tuple[*Ts], R]] = WeakKeyDictionary()

    @wraps(work)
    def remembered(value: K, *others: *Ts) -> R:
        found = known.setdefault(value, {})
        if others not in found:
            found[others] = work(value, *others)
        return found[others]

    return remembered


def reveal(value: object) -> str:
    """A value with every field of what is confidential in it, for eyes that may see it.

    Example:
        >>> from uuid import UUID
        >>> from iopkit.patients import Patient
        >>> patient = Patient(key=UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))
        >>> patient
        Patient(#9b7fa23a95d9)
        >>> "birth_date=None" in reveal(patient)
        True
    """
    # Any: a field may hold anything, and is only shown.
    cls: Any = type(value)
    shown: Any = value
    if issubclass(cls, (tuple, list)):
        return f"({', '.join(map(reveal, shown))})"
    if cls is frozenset and shown:
        return f"frozenset({{{', '.join(map(reveal, shown))}}})"
    if not attrs.has(cls):
        return repr(value)
    is_hidden = cls.__repr__ is hidden
    fields: list[str] = []
    for field in attrs.fields(cls):
        if is_hidden or field.repr:
            show = field.repr if callable(field.repr) else reveal
            fields.append(f"{field.name}={show(getattr(value, field.name))}")
    return f"{cls.__name__}({', '.join(fields)})"
