"""Documents that are parsed already are read as their text would be."""

import json
import tomllib
from collections import OrderedDict
from copy import deepcopy
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import InvalidError, Patient, Site, from_document, from_json
from iopkit.documents.documents import to_document
from iopkit.documents.kinds import KINDS
from iopkit.errors import Fault

KEPT = sorted((Path(__file__).parent.parent / "golden" / "formats").glob("*.json"))
EXAMPLES = files("iopkit") / "examples"


def result(read: Any, kind: Any, given: Any) -> object:
    """What reading gives, or the faults without their lines."""
    try:
        return read(kind, given)
    except InvalidError as error:
        return error.what, {evolve(fault, line=None) for fault in error.faults}


def steps(part: Any) -> list[tuple[Any, Any]]:
    """Each place within a document: what holds it, and its key or number there."""
    inner = part.items() if isinstance(part, dict) else enumerate(part)
    here = [(part, key) for key, _ in inner]
    held = part.values() if isinstance(part, dict) else part
    return here + [step for one in held if isinstance(one, (dict, list)) for step in steps(one)]


@pytest.mark.parametrize("file", KEPT, ids=lambda file: file.stem)
@given(data=st.data())
def test_a_parsed_document_is_read_as_its_text_is(file: Path, data: st.DataObject) -> None:
    document = json.loads(file.read_bytes())
    kind = KINDS[document["document"]]
    if data.draw(st.booleans(), label="whole"):
        read = result(from_document, kind, document)
        assert read == result(from_json, kind, file.read_bytes())
        return
    holder, key = data.draw(st.sampled_from(steps(document)))
    if data.draw(st.booleans(), label="drop"):
        del holder[key]
    else:
        holder[key] = data.draw(st.sampled_from([None, True, -1, 2.5, "", "x", [], {}, {"a": 1}]))
    before = deepcopy(document)
    assert result(from_document, kind, document) == result(from_json, kind, json.dumps(document))
    assert document == before


def test_what_is_written_is_read_and_toml_may_be_parsed_too() -> None:
    document = tomllib.loads((EXAMPLES / "site.toml").read_text(encoding="utf-8"))
    site = from_document(Site, document)
    assert from_document(Site, to_document(site)) == site


def refused(kind: Any, document: Any, *faults: Fault) -> None:
    with pytest.raises(InvalidError) as refusal:
        from_document(kind, document)
    assert refusal.value.faults == faults


PATIENT = json.loads((EXAMPLES / "patient.json").read_bytes())
PARSED = "what a parser of JSON gives"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"travel_minutes": Decimal(20)}, Fault(("document",), PARSED, "a value of class Decimal")),
        ({"supports": ()}, Fault(("document",), PARSED, "a value of class tuple")),
        (
            {"assessments": [OrderedDict()]},
            Fault(("document",), PARSED, "a value of class OrderedDict"),
        ),
        ({"supports": [{1: 2}]}, Fault(("document",), "texts as keys of objects", "other keys")),
    ],
    ids=["number", "list", "object", "key"],
)
def test_what_no_parser_gives_is_refused(changes: dict[str, object], fault: Fault) -> None:
    refused(Patient, PATIENT | changes, fault)


def test_a_text_is_no_parsed_document() -> None:
    text: Any = (EXAMPLES / "patient.json").read_text(encoding="utf-8")
    refused(Patient, text, Fault(("document",), "a dict", "a text"))


def test_what_is_not_a_number_is_told_as_such() -> None:
    for bad, found in ((float("nan"), "not-a-number"), (float("inf"), "infinity")):
        with pytest.raises(InvalidError, match=found):
            from_document(Patient, PATIENT | {"travel_minutes": bad})


def test_an_object_that_holds_itself_is_refused() -> None:
    """No text has one, but a program can put one together."""
    twice: list[Any] = []
    for _ in range(80):
        twice = [twice, twice]
    with pytest.raises(InvalidError, match="at most 100,000 values"):
        from_document(Patient, PATIENT | {"supports": twice})
    held: dict[str, Any] = {}
    held["itself"] = held
    with pytest.raises(InvalidError, match="at most 64 levels of nesting"):
        from_document(Patient, held)
