"""What can go wrong, and how it is said.

An exception means that the caller or a file is wrong; a clinical "no" is a value.
Messages say what was expected and what kind of thing was found, and never hold a
patient's data.
"""

from collections.abc import Iterable
from datetime import date, datetime
from difflib import get_close_matches
from typing import Protocol, TypeVar

from attrs import evolve, frozen

from iopkit.prose import counted

Step = str | int


@frozen
class Fault:
    """One problem: where it is, what was expected, what was found, how to fix it.

    ``line`` is the one in a document's text, from 1, where that is known.

    Example:
        >>> print(Fault(path=("phases", 2, "weeks"), expected="at least 1", found="0", line=9))
        line 9: phases[2].weeks: expected at least 1, found 0
    """

    path: tuple[Step, ...]
    expected: str
    found: str
    fix: str = ""
    line: int | None = None

    def __str__(self) -> str:
        where = "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in self.path)
        fix = f" ({self.fix})" if self.fix else ""
        lead = f"line {self.line}: " if self.line else ""
        lead += f"{where.lstrip('.')}: " if where else ""
        return f"{lead}expected {self.expected}, found {self.found}{fix}"

    def under(self, *steps: Step) -> "Fault":
        """The same fault, seen from further out."""
        return evolve(self, path=(*steps, *self.path))


class IopkitError(Exception):
    """The root of every error that iopkit raises on purpose."""


class InvalidError(IopkitError, ValueError):
    """A value or a document breaks its contract; ``faults`` lists every problem."""

    def __init__(self, what: str, faults: Iterable[Fault]) -> None:
        self.what = what
        self.faults = tuple(faults)
        super().__init__(what, self.faults)

    def __str__(self) -> str:
        lead = f"{self.what}: {counted(len(self.faults), 'problem')}"
        return "\n  ".join([lead, *map(str, self.faults)])


class UnknownNameError(IopkitError, LookupError):
    """Nothing of that kind, such as a policy or a program, has that name."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind, self.name, self.known = kind, name, tuple(sorted(known))
        super().__init__(kind, name, self.known)

    def __str__(self) -> str:
        hint = did_you_mean(self.name, self.known)
        lead = f"no {self.kind} is named {self.name!r}; {hint}".rstrip()
        return f"{lead} known: {', '.join(self.known) or 'none'}"


class NotInForceError(IopkitError, LookupError):
    """A rule was asked for a day on which no version of it is known to be in force."""


class UndeterminedError(IopkitError, TypeError):
    """Something without a yes or no was used as if it had one."""


class TooComplexError(IopkitError, RuntimeError):
    """An exact answer would take more than the limit allows; none is guessed."""


class MissingExtraError(IopkitError, ImportError):
    """A feature needs an optional dependency that is not installed."""

    def __init__(self, extra: str, feature: str) -> None:
        self.extra, self.feature = extra, feature
        super().__init__(extra, feature)

    def __str__(self) -> str:
        return f"{self.feature} needs an extra: pip install 'iopkit[{self.extra}]'"


class _HasName(Protocol):
    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=_HasName)


def find_named(kind: str, name: str, among: Iterable[T]) -> T:
    """The one of some values that has a name; raises ``UnknownNameError``."""
    known = {one.name: one for one in among}
    if name not in known:
        raise UnknownNameError(kind, name, known)
    return known[name]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A question that names the known word closest to one that is not; empty if none is."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.75)
    return f"did you mean {near[0]!r}?" if near else ""


def unless(ok: bool, path: Step, expected: str, found: object) -> tuple[Fault, ...]:
    """A fault at ``path``, or none if ``ok``: invariants then read as a list.

    ``found`` is shown, so for a patient's data it names the kind, not the value.
    """
    return () if ok else (Fault((path,), expected, str(found)),)


def refuse(what: str, *groups: tuple[Fault, ...]) -> None:
    """Raise one ``InvalidError`` with the faults of all groups, if there are any."""
    if faults := [fault for group in groups for fault in group]:
        raise InvalidError(what, faults)


def refuse_moments(what: str, **days: date | None) -> None:
    """Raise ``InvalidError`` for each day that has a time: dates do not compare with those."""
    refuse(
        what,
        *(
            unless(not isinstance(day, datetime), name, "a date without a time", "a moment")
            for name, day in days.items()
        ),
    )
