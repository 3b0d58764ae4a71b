"""Patient data stays out of reprs: showing it is an explicit act.

42 CFR Part 2 counts "this person is in treatment" as a disclosure already, so a
traceback or a log line that holds a repr must not identify or describe anyone.
"""

from hashlib import blake2b
from typing import Any
from uuid import UUID

import attrs


def hidden(self: object) -> str:
    """A repr that shows the class and, where there is a random key, what it is called in logs.

    Assigned as ``__repr__`` in each class that holds a patient's values. The key is a secret,
    from which others follow; what is shown is the same for the same key, and tells nothing of it.
    """
    key = getattr(self, "key", None)
    known = f"#{_digest(b'a name for logs', key, size=6).hex()}" if isinstance(key, UUID) else "..."
    return f"{type(self).__name__}({known})"


# Any, here and below: these are attrs' own words for any field and class.
def hide_fields(cls: type, fields: list[Any]) -> list[Any]:
    """Hide the fields of a class whose repr is ``hidden``: a ``field_transformer`` of attrs.

    rich does not ask for the repr: it shows the fields that a repr by attrs would.
    """
    is_hidden = cls.__dict__.get("__repr__") is hidden
    return [field.evolve(repr=False) for field in fields] if is_hidden else fields


def hide_comparison(cls: type) -> None:
    """Keep pytest from explaining by fields in what two values of a class differ.

    It does so where ``__eq__`` is by attrs, which it tells by the file that attrs names.
    """
    equal: Any = cls.__dict__.get("__eq__")
    if cls.__repr__ is hidden and equal:
        equal.__code__ = equal.__code__.replace(co_filename=__file__)


def opaque(name: str, *, key: UUID) -> UUID:
    """What a name is called in public: always the same, and nothing tells the name or the key.

    The key is random and secret, so that the digest cannot be searched backwards.
    """
    return UUID(bytes=_digest(name.encode(), key, size=16), version=4)


def _digest(name: bytes, key: UUID, *, size: int) -> bytes:
    return blake2b(name, key=key.bytes, digest_size=size).digest()


def reveal(value: object) -> str:
    """Every field of a confidential value, as text for eyes that may see it.

    Example:
        >>> from uuid import UUID
        >>> from iopkit.patients import Patient
        >>> patient = Patient(key=UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))
        >>> patient
        Patient(#XXX)
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
    if not attrs.has(cls) or cls.__repr__ is not hidden:
        return repr(value)
    fields = (f"{f.name}={reveal(getattr(value, f.name))}" for f in attrs.fields(cls))
    return f"{cls.__name__}({', '.join(fields)})"
