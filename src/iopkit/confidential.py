"""Patient data stays out of reprs: showing it is an explicit act.

42 CFR Part 2 counts "this person is in treatment" as a disclosure already, so a
traceback or a log line that holds a repr must not identify or describe anyone.
"""

from hashlib import blake2b
from typing import Any
from uuid import UUID

import attrs


def hidden(self: object) -> str:
    """A repr that shows the class and, where there is one, the random key.

    Assigned as ``__repr__`` in each class that holds a patient's values.
    """
    key = getattr(self, "key", "...")
    return f"{type(self).__name__}({key})"


def opaque(name: str, *, key: UUID) -> UUID:
    """What a name is called in public: always the same, and nothing tells the name or the key.

    The key is random and secret, so that the digest cannot be searched backwards.
    """
    digest = blake2b(name.encode(), key=key.bytes, digest_size=16).digest()
    return UUID(bytes=digest, version=4)


def reveal(value: object) -> str:
    """Every field of a confidential value, as text for eyes that may see it.

    Example:
        >>> from uuid import UUID
        >>> from iopkit.patients import Patient
        >>> patient = Patient(key=UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))
        >>> patient
        Patient(0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90)
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
