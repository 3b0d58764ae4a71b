"""Our own documents: every value as JSON or TOML, read strictly.

The classes are the format. A document is an object with the class's fields, plus
``document`` (which kind) and ``format`` (which version of that kind; see ``formats``, which
bring an older one to the current one before it is read). Within it:

- a duration ``x`` is the whole number ``x_minutes``;
- a date is ``2026-01-31``, a time ``18:00``, a moment ``2026-01-31T18:00-06:00[America/Chicago]``
  (RFC 9557), or without offset and zone where it is wall-clock time only;
- an amount of money is a text of dollars and cents, ``139.31``;
- weekly windows are texts such as ``monday 17:30-21:00``;
- a value of several possible classes names its class in ``type``;
- what equals its default, such as what is not known, is left out.

Reading never coerces and reports every problem at once, each with its path and line.
Documents about a patient are read without repeating their content in messages.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from attrs import evolve

from iopkit.confidential import hidden
from iopkit.courses.courses import Course
from iopkit.documents.atoms import empty_groups
from iopkit.documents.classes import (
    Subject,
    build_converter,
    converter,
    read_without,
    with_keys,
    with_places,
    writer_of,
)
from iopkit.documents.course_forms import CourseForm
from iopkit.documents.formats import current_format, format_faults, in_current_format, is_newer
from iopkit.documents.indentation import indented
from iopkit.documents.instrument_forms import InstrumentForm
from iopkit.documents.kinds import KINDS
from iopkit.documents.limits import (
    UNSIZED,
    is_shallow,
    most_bytes,
    refuse_excess,
    refuse_long,
    refuse_unparsed,
)
from iopkit.documents.lines import Language, find_lines
from iopkit.documents.parsing import parsed, text_of
from iopkit.documents.quick import Named, quick_reader
from iopkit.documents.values import MAX_FAULTS, Facts, Raw, is_object, kind_of
from iopkit.eligibility.kinds import Kind, Scalar, as_recorded
from iopkit.eligibility.own_facts import facts_with
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.predicates import Predicate
from iopkit.errors import Attempt, Fault, InvalidError, Step, attempted, refuse, unless_a
from iopkit.patients.instrument_library import INSTRUMENTS, instruments_with
from iopkit.patients.instruments import Instrument
from iopkit.patients.patients import Patient
from iopkit.plans.plans import Plan
from iopkit.programs.programs import Program
from iopkit.schedules.sessions import Schedule, week_faults
from iopkit.truth import Truth

T = TypeVar("T")

# People write these, so a group without parts is what an editor left behind, and would admit or
# refuse everybody. One that is meant says so by a label.
_BY_HAND = {"due_rules", "goals", "habits", "ladder", "policy", "predicate", "program", "study"}


def form_of(kind: Any) -> Any:
    """The class that documents of a class are read and written by."""
    return _FORMS.get(kind, kind)


_FORMS: Mapping[Any, Any] = {Course: CourseForm, Instrument: InstrumentForm}


def to_document(value: object) -> dict[str, Any]:  # Any: plain JSON values of any type
    """A value as plain objects, lists, texts, numbers and booleans.

    Raises:
        TypeError: there are no documents of that class.
        InvalidError: the value is nested too deeply or too large, a text is not one, or a
            group of predicates has no part and no label, to be read again, or a value in it is
            of a subclass with fields of its own, which documents do not have.
    """
    attempt = attempted(_document, value)
    del value
    return attempt.result()


def _document(value: object) -> dict[str, Any]:
    name = KINDS.name_for(value)
    if name is None:
        raise TypeError(_no_documents(type(value)))
    # Predicates and continuing care nest as deep as one likes. cattrs must not run out of
    # stack on them: it would take a class that it meets then for a plain value, and
    # remember that.
    if not is_shallow(_nesting(value)):
        refuse_excess(name, value, sized=False)
    kind = KINDS[name]
    form = form_of(kind)
    body = writer_of(form)(value if form is kind else form.of(value))
    document = {"document": name, "format": current_format(name), **body}
    refuse_excess(name, document, sized=name not in UNSIZED)
    refuse(f"{name} document", tuple(empty_groups(document)) if name in _BY_HAND else ())
    return document


def _nesting(value: object) -> object:
    """The part of a value that may nest as deep as one likes."""
    match value:
        case Course():
            return tuple(each.schedule.plan.program for each in value.schedules)
        case Schedule():
            return value.plan.program
        case Plan():
            return value.program
        case _:
            return value


def to_json(value: object) -> str:
    """A value as a JSON document: the same value gives the same text.

    A list or tuple of values is a list of documents, and a verdict its text: they are shown,
    and not read back as one.

    Raises:
        TypeError: there are no documents of that class.
        InvalidError: as ``to_document`` raises.

    Example:
        >>> from iopkit.windows import WeeklyWindows
        >>> from iopkit.sites import HolidayCalendar, Site
        >>> hours = WeeklyWindows.of("monday 09:00-21:00")
        >>> print(to_json(Site("Elm Street", "America/Chicago", hours)))
        {
          "document": "site",
          "format": 2,
          "name": "Elm Street",
          "zone": "America/Chicago",
          "hours": [
            "monday 09:00-21:00"
          ]
        }
        <BLANKLINE>
    """
    attempt = attempted(_json, value)
    del value
    return attempt.result()


def _json(value: Any) -> str:
    if isinstance(value, Truth):
        return indented(value.value) + "\n"
    if value.__class__ in (list, tuple):
        return indented([_document(each) for each in value]) + "\n"
    document = _document(value)
    text = indented(document) + "\n"
    kind = document["document"]
    refuse_long(f"{kind} document", text, most=most_bytes(kind, "JSON"))
    return text


def from_json(
    kind: type[T],
    data: bytes | str,
    *,
    facts: Facts | None = None,
    instruments: Iterable[Instrument] = (),
) -> T:
    """Read a JSON document of a class, of the current format of its kind or an older one.

    Args:
        kind: one of the classes that documents are of, such as ``Patient``.
        facts: the facts by name that predicates may ask about, and whose kinds a patient's
            observations have; those that are shipped for the class, if not given: about a
            course for programs, about a patient or a course for plans, schedules and templates of
            goals, and about a patient for all others. See ``facts_with``.
        instruments: your own instruments, which screenings and facts name beside the shipped.

    Raises:
        TypeError: there are no documents of that class.
        InvalidError: with every problem, its path and its line.
    """
    attempt: Attempt[T] = attempted(_read, kind, "JSON", data, facts, instruments)
    del data
    return attempt.result()


def predicate_from_json(data: bytes | str, *, facts: Facts | None = None) -> Predicate:
    """Read a predicate from a JSON document; raises as ``from_json``."""
    attempt: Attempt[Predicate] = attempted(_read, Predicate, "JSON", data, facts, ())
    del data
    return attempt.result()


def from_toml(
    kind: type[T],
    data: bytes | str,
    *,
    facts: Facts | None = None,
    instruments: Iterable[Instrument] = (),
) -> T:
    """Read a TOML document of a class; arguments and errors as for ``from_json``."""
    attempt: Attempt[T] = attempted(_read, kind, "TOML", data, facts, instruments)
    del data
    return attempt.result()


def from_document(
    kind: type[T],
    document: Mapping[str, Any],  # Any: plain JSON values, of which nothing is known yet
    *,
    facts: Facts | None = None,
    instruments: Iterable[Instrument] = (),
) -> T:
    """Read a document of a class that is parsed already, such as the body of a web request.

    It is what a parser of JSON or TOML gives: a dict of texts, numbers, booleans, ``None``,
    lists and dicts. Arguments and errors as for ``from_json``, without lines.

    Example:
        >>> from uuid import uuid4
        >>> from iopkit.patients import Patient
        >>> patient = Patient(uuid4())
        >>> from_document(Patient, to_document(patient)) == patient
        True
    """
    attempt: Attempt[T] = attempted(_read_parsed, kind, document, facts, instruments)
    del document
    return attempt.result()


def _read_parsed(
    kind: Any, document: Mapping[str, Any], facts: Facts | None, instruments: Iterable[Instrument]
) -> Any:
    refuse_unparsed(name_of(kind), document)
    return _valued(kind, document, facts, tuple(instruments), lambda paths: [None] * len(paths))


def _read(
    kind: Any,
    language: Language,
    data: bytes | str,
    facts: Facts | None,
    instruments: Iterable[Instrument],
) -> Any:
    name = name_of(kind)
    refuse(f"{name} document", unless_a(data, "data", str, bytes))
    refuse_long(f"{name} document", data, most=most_bytes(name, language))
    text = text_of(language, data)
    raw = parsed(language, text, masked=_is_masked(kind))
    return _valued(kind, raw, facts, tuple(instruments), partial(find_lines, text, language))


def _is_masked(kind: Any) -> bool:
    """Whether documents are about a patient, so that no fault may show a part of one."""
    # A program's own document is a template, whoever it is then tailored to.
    return getattr(kind, "__repr__", None) is hidden and kind is not Program


_LinesOf = Callable[[Sequence[tuple[Step, ...]]], Sequence[int | None]]


def _valued(
    kind: Any,
    raw: Raw,
    facts: Facts | None,
    instruments: tuple[Instrument, ...],
    lines_of: _LinesOf,
) -> Any:
    """The value of a parsed document; ``lines_of``: the lines of paths in its text."""
    with suppress(Exception):  # Whatever it is, the careful reader tells.
        return read_quickly(kind, raw, facts, instruments)
    return read_carefully(kind, raw, facts, instruments, lines_of)


def read_quickly(
    kind: Any, raw: Raw, facts: Facts | None, instruments: tuple[Instrument, ...]
) -> Any:
    """The value of a parsed document, if all is as it should be; raises anything if not.

    What it takes, ``read_carefully`` takes as the same value.
    """
    name = name_of(kind)
    refuse_excess(name, raw, sized=name not in UNSIZED)
    refuse(name, tuple(_header_faults(name, raw)))
    current = in_current_format(name, raw)
    if name in _BY_HAND:
        refuse(name, tuple(empty_groups(current)))
    known = _known_facts(name, facts, instruments)
    named = Named(known, instruments_with(instruments) if instruments else INSTRUMENTS)
    return _settled(quick_reader(form_of(kind), _HEADERS)(current, named), known)


def read_carefully(
    kind: Any,
    raw: Raw,
    facts: Facts | None,
    instruments: tuple[Instrument, ...],
    lines_of: _LinesOf,
) -> Any:
    """The value of a parsed document; raises ``InvalidError`` with every problem."""
    name, masked = name_of(kind), _is_masked(kind)
    current = raw
    try:
        refuse_excess(name, raw, sized=name not in UNSIZED, masked=masked)
        faults = _header_faults(name, raw)
        if not any(fault.path == ("format",) for fault in faults):
            current = in_current_format(name, raw)
        return _built(name, current, faults, facts, instruments, masked=masked)
    except InvalidError as error:
        paths = [with_keys(f.path, current) if masked else f.path for f in error.faults]
        lines = lines_of(paths)
        located = [
            evolve(fault, line=line, path=with_places(fault.path, path, raw))
            for fault, path, line in zip(error.faults, paths, lines, strict=True)
        ]
        in_order = sorted(located, key=lambda fault: fault.line or 0)
        raise InvalidError(error.what, in_order) from None


def _header_faults(name: str, raw: Raw) -> list[Fault]:
    """What is wrong with a document's kind and format.

    Raises:
        InvalidError: it is no object, of another kind, or newer, so that the rest means nothing.
    """
    what = f"{name} document"
    if not is_object(raw):
        raise InvalidError(what, [Fault((), "an object", kind_of(raw))])
    said = kind_in(raw)
    if said not in (name, None):  # no key would be as expected
        raise InvalidError(what, [Fault(("document",), repr(name), repr(said))])
    found = "something else" if "document" in raw else "nothing"
    kind = () if raw.get("document") == name else (Fault(("document",), repr(name), found),)
    faults = [*kind, *format_faults(name, raw)]
    if is_newer(name, raw):
        raise InvalidError(what, faults)
    return faults


def _built(  # noqa: PLR0913  # what a reader was given, all of it
    name: str,
    raw: Raw,
    faults: list[Fault],
    facts: Facts | None,
    instruments: tuple[Instrument, ...],
    *,
    masked: bool,
) -> Any:
    """The value of a document in the current format, whose headers have some faults."""
    what, known = f"{name} document", _known_facts(name, facts, instruments)
    chosen = (
        converter(masked=masked, about=subject_of(name))
        if facts is None and not instruments
        else build_converter(known, masked=masked, instruments=instruments_with(instruments))
    )
    read = chosen.get_structure_hook(form_of(KINDS[name]))
    if name in _BY_HAND:
        faults = [*faults, *empty_groups(raw)]
    try:
        value = _settled(read_without(_HEADERS, raw, read, masked=masked), known)
    except InvalidError as error:
        raise InvalidError(what, [*faults, *error.faults]) from None
    refuse(what, tuple(faults))
    return value


_HEADERS = ("document", "format")


def _known_facts(name: str, facts: Facts | None, instruments: tuple[Instrument, ...]) -> Facts:
    """The facts that a document may name."""
    about = subject_of(name)
    if facts is None and instruments and about is not Subject.COURSE:
        facts = facts_with(instruments=instruments)
    return about.facts if facts is None else about.among(facts)


def _settled(value: Any, known: Facts) -> Any:
    """What was read, once it fits what only a document holds together."""
    if isinstance(value, Patient):
        refuse("patient document", tuple(_observation_faults(value, known)))
    if isinstance(value, Schedule):
        refuse("schedule document", tuple(islice(week_faults(value), MAX_FAULTS)))
    if isinstance(value, CourseForm):
        refuse("course document", tuple(islice(_course_week_faults(value), MAX_FAULTS)))
    return value.value if isinstance(value, CourseForm | InstrumentForm) else value


def _course_week_faults(form: CourseForm) -> Iterator[Fault]:
    for place, each in enumerate(form.schedules):
        for fault in week_faults(each.schedule):
            yield fault.under("schedules", place, "schedule")


def _observation_faults(patient: Patient, facts: Facts) -> Iterator[Fault]:
    """What is wrong with a patient's observations, as far as their facts are known."""
    for place, seen in enumerate(patient.observations or ()):
        path = ("observations", place)
        if seen.fact in FACTS:
            fix = "a shipped fact is read from the patient's other fields"
            yield Fault((*path, "fact"), "a name that no shipped fact has", "a shipped one", fix)
        elif seen.fact in facts and not _can_be(facts[seen.fact].kind, seen.value):
            yield Fault((*path, "value"), "a value that the fact can have", "another value")


def _can_be(kind: Kind, value: Scalar) -> bool:
    return kind.accepts(as_recorded(kind, value))


def subject_of(name: str) -> Subject:
    """Whom or what predicates in documents of a name may ask about."""
    return _SUBJECTS.get(name, Subject.PATIENT)


# Goals are measured by facts of either subject, and policies may advise on a course.
_SUBJECTS = {
    "course": Subject.BOTH,
    "decision": Subject.BOTH,
    "due_rules": Subject.COURSE,
    "goals": Subject.BOTH,
    "plan": Subject.BOTH,
    "policy": Subject.BOTH,
    "program": Subject.COURSE,
    "schedule": Subject.BOTH,
}


def kind_in(raw: Raw) -> str | None:
    """What kind of document a parsed value says that it is; ``None`` if that is not known."""
    said = raw.get("document") if is_object(raw) else None
    return said if isinstance(said, str) and said in KINDS else None


def name_of(kind: Any) -> str:
    """What documents of a class call themselves; raises ``TypeError`` if there are none."""
    # Any: a union such as Predicate has no type that a signature could name.
    name = KINDS.name_of(kind)
    if name is None:
        raise TypeError(_no_documents(kind))
    return name


def _no_documents(kind: Any) -> str:
    name = getattr(kind, "__name__", f"the {type(kind).__name__} given")
    return f"there are no documents of {name}; there are of: {', '.join(KINDS)}"
