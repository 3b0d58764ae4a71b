"""Three-valued truth: yes, no, and not known.

The connectives are Kleene's strong ones: a result is known as soon as the known
parts settle it, and unknown otherwise.
"""

from collections.abc import Iterable
from enum import StrEnum

from iopkit.errors import UndeterminedError


class Truth(StrEnum):
    """Yes, no or unknown.

    It is equal to its text, as verdicts in frames and documents are.

    Example:
        >>> Truth.NO & Truth.UNKNOWN
        <Truth.NO: 'no'>
        >>> Truth.YES & Truth.UNKNOWN
        <Truth.UNKNOWN: 'unknown'>
        >>> Truth.NO == "no"
        True
    """

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, value: bool | None) -> "Truth":
        """``True``, ``False`` and ``None`` as yes, no and unknown."""
        if value is None:
            return cls.UNKNOWN
        return cls.YES if value else cls.NO

    def __bool__(self) -> bool:
        """Yes or no; raises ``UndeterminedError`` for unknown, which is neither."""
        if self is Truth.UNKNOWN:
            raise UndeterminedError(
                "unknown is neither true nor false: compare with 'is Truth.YES'"
            )
        return self is Truth.YES

    # A text is compared, and not joined: one that is none of the three would pass for a yes.

    def __and__(self, other: "Truth") -> "Truth":
        return all_of((self, other)) if other.__class__ is Truth else NotImplemented

    def __or__(self, other: "Truth") -> "Truth":
        return any_of((self, other)) if other.__class__ is Truth else NotImplemented

    def __invert__(self) -> "Truth":
        return _OPPOSITE[self]


_OPPOSITE = {Truth.YES: Truth.NO, Truth.NO: Truth.YES, Truth.UNKNOWN: Truth.UNKNOWN}


def all_of(truths: Iterable[Truth]) -> Truth:
    """No if any is no, else unknown if any is unknown, else yes (also when empty)."""
    result = Truth.YES
    for truth in truths:
        if truth is Truth.NO:
            return Truth.NO
        if truth is Truth.UNKNOWN:
            result = Truth.UNKNOWN
    return result


def any_of(truths: Iterable[Truth]) -> Truth:
    """Yes if any is yes, else unknown if any is unknown, else no (also when empty)."""
    return ~all_of(~truth for truth in truths)


def at_least(count: int, truths: Iterable[Truth]) -> Truth:
    """Whether at least ``count`` are yes, as far as the known ones settle it."""
    listed = list(truths)
    yes = listed.count(Truth.YES)
    if yes >= count:
        return Truth.YES
    return Truth.UNKNOWN if yes + listed.count(Truth.UNKNOWN) >= count else Truth.NO
