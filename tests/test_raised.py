"""What readers and writers raise keeps nothing of what they were given.

Collectors of errors take the locals of every frame, and go through causes and contexts.
"""

import json
import traceback
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import attrs
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import iopkit
from iopkit import IopkitError, Patient, Site, from_json, from_toml, to_json
from iopkit.calendars import appointments_from_ical
from iopkit.confidential import hidden
from iopkit.documents import predicate_from_json, to_document
from iopkit.documents.formats import upgrade_document
from iopkit.documents.kinds import KINDS
from iopkit.documents.upgrades import upgrade_file
from iopkit.errors import InvalidError, attempted
from iopkit.patients import Consent

ROOT = str(Path(iopkit.__file__).parent)
MARK = "zqsecretmark"
# What the full patient is told apart by, wherever else it stands in a document.
OWN = ("1984-05-17", "F11.20", "the employer")
# A program's own document is a template, whoever it is then tailored to.
MASKED = {kind for kind, of in KINDS.items() if getattr(of, "__repr__", None) is hidden}
MASKED -= {"program"}


def chain(error: BaseException) -> Iterator[BaseException]:
    """An error, and all that it was raised from or beside, shown or not."""
    waiting, met = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) not in met:
            met.add(id(one))
            yield one
            waiting += filter(None, (one.__cause__, one.__context__))


def in_frames(error: BaseException) -> str:
    """The locals of all frames of ours that an error went through."""
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "\n".join(
        f"{frame.name}: {frame.locals}"
        for frame in told.stack
        if frame.filename.startswith((ROOT, "<attrs"))
    )


def kept(call: Callable[[], object]) -> tuple[IopkitError | TypeError | None, str, str]:
    """An error, what is in its frames, and all else that hangs on it; empty if there is none."""
    try:
        call()
    except (IopkitError, TypeError) as error:
        every = list(chain(error))
        frames = "\n".join(map(in_frames, every))
        assert frames.count("from_json") + frames.count("attempt") > 0
        rest = "\n".join(f"{one!r} {one} {one.args} {vars(one)}" for one in every)
        return error, frames, rest
    return None, "", ""


def clean(call: Callable[[], object], *marks: str, masked: bool) -> bool:
    """Whether a call raises; and what it raises holds no mark."""
    error, frames, rest = kept(call)
    if error is not None:
        assert list(chain(error)) == [error]
        assert not [mark for mark in marks if mark in frames]
        assert not masked or not [mark for mark in marks if mark in rest]
    return error is not None


def places(part: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    inside: Any = part
    for step in (
        part if isinstance(part, dict) else range(len(inside)) if isinstance(part, list) else ()
    ):
        yield from places(inside[step], (*path, step))


PLANTED: tuple[Any, ...] = (MARK, [MARK], {MARK: MARK}, f"2026-01-05T{MARK}", f"\ud800{MARK}")


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_no_field_of_a_document_is_kept_by_what_is_raised(
    kind: str,
    data: st.DataObject,
    texts: Mapping[str, str],
    read: Callable[[str, str | bytes], object],
) -> None:
    document = json.loads(texts[kind])
    path = data.draw(st.sampled_from(list(places(document))))
    inside: Any = document
    for step in path[:-1]:
        inside = inside[step]
    if isinstance(inside, dict) and data.draw(st.booleans()):
        inside[MARK] = MARK
    else:
        inside[path[-1]] = data.draw(st.sampled_from(PLANTED))
    text = json.dumps(document, indent=data.draw(st.none() | st.just(1)))

    clean(lambda: read(kind, text), MARK, *OWN, masked=kind in MASKED)
    clean(lambda: upgrade_file("a.json", text.encode()), MARK, *OWN, masked=kind in MASKED)
    clean(lambda: upgrade_document(document), MARK, *OWN, masked=True)


BROKEN = [
    pytest.param(lambda text: text.encode() + b"\xff", id="bytes that are no text"),
    pytest.param(lambda text: text[: len(text) // 2], id="cut off"),
    pytest.param(
        lambda text: text.replace('"key": ', f'"key": "{MARK}", "key": ', 1), id="a key twice"
    ),
    pytest.param(lambda text: text.replace('"format": 2', '"format": NaN'), id="no number"),
    pytest.param(
        lambda text: text.replace('"format": 2', f'"format": {"9" * 5000}'), id="too long"
    ),
    pytest.param(lambda text: f"[{text}]", id="a list"),
    pytest.param(lambda text: f"{'[' * 100_000}{text}", id="too deep for a parser"),
    pytest.param(lambda _: "", id="nothing"),
    pytest.param(lambda text: [text], id="no text"),
    pytest.param(json.loads, id="parsed"),
]


@pytest.mark.parametrize("breaking", BROKEN)
def test_no_text_of_a_document_is_kept_by_what_is_raised(
    breaking: Callable[[str], Any], texts: Mapping[str, str]
) -> None:
    data = breaking(texts["patient"])

    assert clean(lambda: from_json(Patient, data), MARK, *OWN, masked=True)
    assert clean(lambda: from_toml(Patient, data), MARK, *OWN, masked=True)
    assert clean(lambda: predicate_from_json(data), MARK, *OWN, masked=True)
    other: Any = dict[str, int]
    assert clean(lambda: from_json(other, data), MARK, *OWN, masked=True)


@pytest.mark.parametrize("field", [field.name for field in attrs.fields(Patient)])
@pytest.mark.parametrize("value", [f'"{MARK}"', f'["{MARK}"]', f"{{ {MARK} = 1 }}", MARK])
def test_no_field_in_toml_is_kept_by_what_is_raised(field: str, value: str) -> None:
    key = "" if field == "key" else 'key = "5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11"\n'
    text = f'document = "patient"\nformat = 2\n{key}{field} = {value}\n'

    assert clean(lambda: from_toml(Patient, text), MARK, masked=True)
    assert clean(lambda: upgrade_file("a.toml", text.encode()), MARK, masked=True)


LINES = [
    f"DTSTART:{MARK}",
    f"DTEND;TZID={MARK}:20260105T110000",
    f"DURATION:{MARK}",
    f"RRULE:FREQ={MARK}",
    f"RRULE:FREQ=DAILY;UNTIL={MARK}",
    f"RDATE:{MARK}",
    f"EXDATE;VALUE=DATE:{MARK}",
    f"RECURRENCE-ID:{MARK}",
    f"BEGIN:VALARM\r\nTRIGGER:{MARK}\r\nEND:VALARM",
    f"BEGIN:VEVENT\r\nSUMMARY:{MARK}\r\nEND:VEVENT",
    f"BEGIN:{MARK}",
    f"{MARK}",
    f"SUMMARY:{MARK}\udcff",
    f"GEO:{MARK}",
    f"ATTACH;VALUE=BINARY;ENCODING=BASE64:{MARK}",
    f"TRANSP;{MARK}",
]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("zone", ["America/Chicago", "Nowhere"])
def test_no_line_of_a_calendar_is_kept_by_what_is_raised(line: str, zone: str) -> None:
    start = [] if line.startswith("DTSTART") else ["DTSTART:20260105T100000"]
    whole = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", f"SUMMARY:{MARK}", *start, line]
    text = "\r\n".join([*whole, "END:VEVENT", "END:VCALENDAR", ""])
    data = text.encode(errors="surrogateescape")

    def call() -> object:
        return appointments_from_ical(data, start=date(2026, 1, 1), end=date(2026, 2, 1), zone=zone)

    costs_nothing = ("GEO", "ATTACH", "SUMMARY", "BEGIN", "RECUR")
    assert clean(call, MARK, masked=True) or line.startswith(costs_nothing)


@attrs.frozen(repr=False)
class Registered(Patient):
    county: str | None = None


KEY = UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11")


@pytest.mark.parametrize("write", [to_json, to_document, lambda value: to_json([value])])
@pytest.mark.parametrize(
    "value",
    [
        pytest.param(Registered(KEY, county=MARK), id="a field of a subclass"),
        pytest.param(Patient(KEY, consents=(Consent(f"{MARK}\ud800"),)), id="a lone surrogate"),
        pytest.param({"name": MARK}, id="no value"),
    ],
)
def test_no_field_of_a_value_is_kept_by_what_is_raised_on_writing(
    write: Callable[[object], object], value: object
) -> None:
    assert clean(lambda: write(value), MARK, masked=True)


def test_what_is_raised_in_anothers_handler_still_tells_of_that() -> None:
    ours = None
    try:
        json.loads("no document")
    except ValueError as of_the_caller:
        with pytest.raises(InvalidError) as caught:
            from_json(Patient, "")
        ours, theirs = caught.value, of_the_caller

    assert ours is not None
    assert ours.__context__ is theirs
    assert not ours.__suppress_context__


def test_an_attempt_gives_the_result_and_shows_none() -> None:
    attempt = attempted(evolve, Patient(KEY), birth_date=date(1984, 5, 17))

    assert attempt.result() == Patient(KEY, date(1984, 5, 17))
    assert "1984" not in repr(attempt)


def test_a_site_that_cannot_be_read_is_told_with_its_values() -> None:
    with pytest.raises(InvalidError, match="Chicagoo"):
        from_toml(Site, 'document = "site"\nformat = 2\nname = "a"\nzone = "Chicagoo"\nhours = []')
