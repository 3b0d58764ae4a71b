"""What can go wrong, and how it is said.

An exception means that the caller or a file is wrong; a clinical "no" is a value.
Messages say what was expected and what kind of thing was found, and never hold a
patient's data.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from typing import Generic, ParamSpec, Protocol, TypeVar

from attrs import evolve, frozen

from iopkit.confidential import hidden
from iopkit.prose import counted, printable

Step = str | int
Given = ParamSpec("Given")
S = TypeVar("S")


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
        return printable(f"{lead}expected {self.expected}, found {self.found}{fix}")

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
        return printable(f"{lead} known: {', '.join(self.known) or 'none'}")


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
    if any(groups):
        raise InvalidError(what, [fault for group in groups for fault in group])


def refuse_moments(what: str, **days: date | None) -> None:
    """Raise ``InvalidError`` for each day that is not one, or has a time.

    Dates do not compare with moments, and days of NumPy and pandas are only nearly dates.
    """
    refuse(what, *(unless_day(day, name) for name, day in days.items() if day is not None))


def refuse_flags(what: str, **flags: object) -> None:
    """Raise ``InvalidError`` for each that is neither true nor false: ``"no"`` counts as true.

    Example:
        >>> refuse_flags("plan", despite_no="no")
        Traceback (most recent call last):
        ...
        iopkit.errors.InvalidError: plan: 1 problem
          despite_no: expected a bool, found a text
    """
    refuse(what, *(unless_a(value, name, bool) for name, value in flags.items()))


def unless_day(value: object, path: Step) -> tuple[Fault, ...]:
    """A fault if an argument is no day; one of NumPy or pandas is none."""
    ok = isinstance(value, date) and not isinstance(value, datetime)
    return () if ok else (Fault((path,), "a date without a time", _found(value)),)


def unless_whole(value: object, path: Step) -> tuple[Fault, ...]:
    """A fault if an argument is no whole number; true, false and those of NumPy are none."""
    return () if type(value) is int else (Fault((path,), "a whole number", _found(value)),)


def unless_a(value: object, path: Step, *kinds: type) -> tuple[Fault, ...]:
    """A fault if an argument is of another class than it has to be.

    Of what may have been meant, a call is named that gives it.

    Example:
        >>> print(*unless_a("a-text", "weeks", int))
        weeks: expected an int, found a text
    """
    return () if isinstance(value, kinds) else (_other(value, path, *kinds),)


def _other(value: object, path: Step, *kinds: type) -> Fault:
    names = [kind.__name__ for kind in kinds]
    expected, found = " or ".join(map(_with_article, names)), _found(value)
    fix = _MEANT.get(names[0], "") if isinstance(value, (str, bytes, Mapping)) else ""
    return Fault((path,), expected, found, f"did you mean {fix}?" if fix else "")


def each_a(what: str, values: Iterable[S], path: Step, kind: type[S]) -> tuple[S, ...]:
    """The values of an argument; raises ``InvalidError`` if it holds others, or is no list."""
    given: object = values
    if isinstance(given, str) or not hasattr(given, "__iter__"):
        refuse(what, (evolve(_other(given, path, kind), expected=f"a list of {kind.__name__}"),))
    listed = tuple(values)
    # To look for faults takes ten times as long as to see that there is none.
    if not all(isinstance(value, kind) for value in listed):
        faults = (unless_a(value, place, kind) for place, value in enumerate(listed))
        refuse(what, *(tuple(fault.under(path) for fault in found) for found in faults))
    return listed


# By the name of a class: a door knows neither what is shipped nor how documents are read.
_MEANT = {
    "CodingScheme": "find_coding('us-medicare-iop')",
    "Ladder": "find_ladder('us-public-rules')",
    "Patient": "from_json(Patient, ...)",
    "Plan": "from_json(Plan, ...)",
    "Policy": "find_policy('us-medicare-iop')",
    "Program": "find_program('matrix-16-week')",
    "RateTable": "find_rates('us-md-medicaid')",
    "RequirementSet": "find_requirements('us-medicare-iop')",
    "Schedule": "from_json(Schedule, ...)",
    "Site": "from_toml(Site, ...)",
}


def _found(value: object) -> str:
    """What a value is, without saying what it holds."""
    if isinstance(value, datetime):
        return "a moment"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    kind = type(value).__name__
    return {"NoneType": "nothing", "str": "a text"}.get(kind) or _with_article(kind)


def _with_article(name: str) -> str:
    return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"


@frozen(repr=False, eq=False)
class Attempt(Generic[S]):
    """What came of a call whose arguments nobody may see: its result, or why there is none.

    An error keeps the frames that it went through, with all that they hold, and the errors that
    it was raised beside. So a function that reads or writes a document makes an attempt, forgets
    its arguments, and raises from there.
    """

    _result: S | None
    _error: IopkitError | TypeError | None

    def result(self) -> S:
        """The result; raises the error, which has been nowhere else, if there is none."""
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]  # only an error comes without one

    __repr__ = hidden


def attempted(work: Callable[Given, S], *args: Given.args, **kwargs: Given.kwargs) -> Attempt[S]:
    """What comes of calling a function; an error is left with neither frames nor other errors."""
    try:
        return Attempt(work(*args, **kwargs), None)
    except (IopkitError, TypeError) as error:
        error.__cause__ = error.__context__ = None
        error.__suppress_context__ = False
        return Attempt(None, error.with_traceback(None))
