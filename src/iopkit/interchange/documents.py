"""Our own documents: every value as JSON or TOML, read strictly.

The classes are the format. A document is an object with the class's fields, plus
``document`` (which kind) and ``format`` (which version). Within it:

- a duration ``x`` is the whole number ``x_minutes``;
- a date is ``2026-01-31``, a time ``18:00``, a moment ``2026-01-31T18:00-06:00[America/Chicago]``
  (RFC 9557), or without offset and zone where it is wall-clock time only;
- weekly windows are texts such as ``monday 17:30-21:00``;
- a value of several possible classes names its class in ``type``;
- what equals its default, such as what is not known, is left out.

Reading never coerces and reports every problem at once, each with its path. Documents
about a patient are read without repeating their content in messages.
"""

import json
import tomllib
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from attrs import evolve

from iopkit.confidential import hidden
from iopkit.eligibility import (
    FACTS,
    AnyFact,
    Decision,
    Kind,
    Ladder,
    Placement,
    Policy,
    Predicate,
    Tradeoff,
)
from iopkit.errors import Fault, InvalidError, Step
from iopkit.interchange.conversion import (
    Facts,
    Raw,
    build_converter,
    converter,
    is_object,
    key_place,
    kind_of,
)
from iopkit.interchange.layout import indented
from iopkit.interchange.limits import refuse_excess, too_deep, without_depths
from iopkit.patients import Patient
from iopkit.plans import Finding, Plan, Program, RequirementSet, Schedule, Site
from iopkit.sources import Source

FORMAT = 1
"""The one version of the format that is written and read."""

T = TypeVar("T")

KINDS: dict[str, Any] = {
    "decision": Decision,
    "finding": Finding,
    "ladder": Ladder,
    "patient": Patient,
    "placement": Placement,
    "plan": Plan,
    "policy": Policy,
    "predicate": Predicate,
    "program": Program,
    "requirements": RequirementSet,
    "schedule": Schedule,
    "site": Site,
}


def to_document(value: object) -> dict[str, Any]:  # Any: plain JSON values of any type
    """A value as plain objects, lists, texts, numbers and booleans.

    Raises:
        TypeError: there are no documents of that class.
        InvalidError: the value is nested too deeply or too large, or a text is not one, to
            be read again.
    """
    name = next((name for name, kind in KINDS.items() if isinstance(value, kind)), None)
    if name is None:
        raise TypeError(f"there are no documents of {type(value).__name__}")
    if name in {"decision", "policy", "predicate"}:
        # Predicates nest as deep as one likes. cattrs must not run out of stack on them: it
        # would take a class that it meets then for a plain value, and remember that.
        refuse_excess(name, value, sized=False)
    body = converter(False).unstructure(value, unstructure_as=KINDS[name])
    document = {"document": name, "format": FORMAT, **body}
    refuse_excess(name, document, sized=name != "schedule")
    return document


def fact_document(fact: AnyFact) -> dict[str, Any]:  # Any: plain JSON values of any type
    """A fact's declaration as plain values; its reader is code and has no document."""
    return {
        "name": fact.name,
        "meaning": fact.meaning,
        "kind": converter(False).unstructure(fact.kind, unstructure_as=Kind),
        "source": converter(False).unstructure(fact.source, unstructure_as=Source | None),
    }


def tradeoff_document(row: Tradeoff) -> dict[str, Any]:  # Any: plain JSON values of any type
    """A row of trade-offs as plain values; it is shown and not read back."""
    document: dict[str, Any] = converter(False).unstructure(row)
    return document


def to_json(value: object) -> str:
    """A value as a JSON document: the same value gives the same text.

    Example:
        >>> from iopkit import HolidayCalendar, Site, WeeklyWindows
        >>> hours = WeeklyWindows.of("monday 09:00-21:00")
        >>> print(to_json(Site("Elm Street", "America/Chicago", hours)))
        {
          "document": "site",
          "format": 1,
          "name": "Elm Street",
          "zone": "America/Chicago",
          "hours": [
            "monday 09:00-21:00"
          ]
        }
        <BLANKLINE>
    """
    return indented(to_document(value)) + "\n"


def from_json(kind: type[T], data: bytes | str, *, facts: Facts = FACTS) -> T:
    """Read a JSON document of a class.

    Args:
        kind: one of the classes that documents are of, such as ``Patient``.
        facts: the facts by name that a policy may ask about.

    Raises:
        TypeError: there are no documents of that class.
        InvalidError: with every problem and its path.
    """
    return _read(kind, _parsed("JSON", _loads, data, masked=_masked(kind)), facts)  # type: ignore[no-any-return]  # built as ``kind``


def predicate_from_json(data: bytes | str, *, facts: Facts = FACTS) -> Predicate:
    """Read a predicate from a JSON document; raises as ``from_json``."""
    predicate: Predicate = _read(Predicate, _parsed("JSON", _loads, data, masked=False), facts)
    return predicate


def from_toml(kind: type[T], data: bytes | str, *, facts: Facts = FACTS) -> T:
    """Read a TOML document of a class; arguments and errors as for ``from_json``."""
    return _read(kind, _parsed("TOML", tomllib.loads, data, masked=_masked(kind)), facts)  # type: ignore[no-any-return]  # built as ``kind``


def _parsed(language: str, loads: Callable[[str], Raw], data: bytes | str, *, masked: bool) -> Raw:
    what = f"{language} document"

    def fault(found: str) -> InvalidError:
        return InvalidError(what, [Fault((), f"valid {language}", found)])

    try:
        text = data if isinstance(data, str) else data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise fault("bytes that are not UTF-8 text") from error
    if not text.strip():
        raise fault("nothing")
    try:
        return loads(text)
    except InvalidError:
        raise
    except json.JSONDecodeError as error:
        raise fault(f"a fault in line {error.lineno}, column {error.colno}: {error.msg}") from None
    except tomllib.TOMLDecodeError as error:
        # The message may hold a part of the text; where it ends with the place, it is enough.
        where = str(error).rpartition("(")[2].rstrip(")") if masked else str(error)
        raise fault(where) from None
    except RecursionError:
        try:
            return loads(without_depths(text))
        except ValueError:
            raise InvalidError(what, [too_deep()]) from None
    except ValueError as error:  # an integer too long to convert
        raise fault("a number that is too long") from error


def _loads(text: str) -> Raw:
    return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)


def _unique(pairs: list[tuple[str, Raw]]) -> dict[str, Raw]:
    if len(dict(pairs)) < len(pairs):
        raise InvalidError(
            "JSON document", [Fault((), "each key once in an object", "a key twice")]
        )
    return dict(pairs)


def _no_constant(name: str) -> Raw:
    raise InvalidError("JSON document", [Fault((), "a number", name)])


def _read(kind: Any, raw: Raw, facts: Facts) -> Any:
    # Any: a union such as Predicate has no type that a signature could name.
    name = next((name for name, known in KINDS.items() if known is kind), None)
    if name is None:
        raise TypeError(f"there are no documents of {kind.__name__}")
    what = f"{name} document"
    masked = _masked(kind)
    refuse_excess(name, raw, sized=name != "schedule", masked=masked)
    if not is_object(raw):
        raise InvalidError(what, [Fault((), "an object", kind_of(raw))])
    headers = {"document": name, "format": FORMAT}
    faults = [
        Fault((key,), repr(wanted), "something else" if key in raw else "nothing")
        for key, wanted in headers.items()
        if key not in raw or type(raw[key]) is not type(wanted) or raw[key] != wanted
    ]
    body = {key: value for key, value in raw.items() if key not in headers}
    chosen = converter(masked) if facts is FACTS else build_converter(masked, facts)
    try:
        value = chosen.structure(body, kind)
    except InvalidError as error:
        # Keys told by their places are counted with the headers that come before them.
        places = [key_place(place) for place, key in enumerate(raw, 1) if key in body]
        moved: dict[Step, str] = {key_place(n): place for n, place in enumerate(places, 1)}
        raise InvalidError(
            what, [*faults, *(_moved(fault, moved) for fault in error.faults)]
        ) from None
    if faults:
        raise InvalidError(what, faults)
    return value


def _masked(kind: Any) -> bool:
    """Whether documents of a class are about a patient."""
    return getattr(kind, "__repr__", None) is hidden


def _moved(fault: Fault, places: Mapping[Step, str]) -> Fault:
    """The same fault, with its first step renamed."""
    first = [places.get(step, step) for step in fault.path[:1]]
    return evolve(fault, path=(*first, *fault.path[1:]))
