"""Files of older formats are written again in the current one, and nothing else of them changes."""

import codecs
import json
from pathlib import Path
from typing import Any

import pytest

from iopkit import InvalidError, Plan, from_json, from_toml
from iopkit.documents import upgrade_document
from iopkit.documents.formats import current_format
from iopkit.documents.upgrades import upgrade_file

FORMATS = Path(__file__).parent.parent / "golden" / "formats"
FILES = sorted(FORMATS.glob("*.json"))


def kept(name: str) -> bytes:
    return (FORMATS / f"{name}.json").read_bytes()


def toml(value: object) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{key} = {toml(part)}" for key, part in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
        case _:
            return json.dumps(value)


def toml_of(name: str) -> str:
    """A kept document as TOML, with comments, as people write it."""
    document: dict[str, Any] = json.loads(kept(name))
    lines = (f"{key} = {toml(value)}  # a word on {key}" for key, value in document.items())
    return "\n".join(["# A plan.", *lines, ""])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_is_upgraded_as_its_document_is(file: Path) -> None:
    data = file.read_bytes()
    document = json.loads(data)
    found = upgrade_file(file.name, data)
    number = current_format(document["document"])
    assert (found.kind, found.old, found.new) == (
        *(document["document"], document["format"], number),
    )
    assert json.loads(found.data) == upgrade_document(document)
    assert (found.data == data) is (found.difference == "") is (document["format"] == number)
    assert found.checked is not file.stem.endswith("-own")
    again = upgrade_file(file.name, found.data)
    assert (again.data, again.difference) == (found.data, "")


def test_the_difference_shows_what_is_said_anew() -> None:
    found = upgrade_file("plan.json", kept("plan-1-no"))
    changed = [
        line.replace(" ", "") for line in found.difference.split("\n") if line[:1] in ("-", "+")
    ]
    assert changed == [
        "---plan.json,format1",
        "+++plan.json,format3",
        '-"format":1,',
        '+"format":3,',
        '+"caution":"drafteddespiteano:young(judgedfor2026-03-02)",',
        '-"verdict":"no"',
        '+"verdict":"no",',
        '+"unjudged":null',
    ]


def test_the_difference_shows_no_other_layout() -> None:
    flat = json.dumps(json.loads(kept("plan-1-no"))).encode()
    indented = upgrade_file("plan.json", kept("plan-1-no"))
    assert upgrade_file("plan.json", flat) == indented


def test_an_upgrade_shows_nothing_of_a_patient_when_it_is_printed() -> None:
    assert "922385c9" not in repr(upgrade_file("plan.json", kept("plan-1-no")))


# TOML.


@pytest.mark.parametrize("lead", [b"", codecs.BOM_UTF8], ids=["plain", "with a mark"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_of_toml_only_the_line_of_the_format_changes(end: str, lead: bytes) -> None:
    text = toml_of("plan-1-unjudged").replace("\n", end)
    data = lead + text.encode()
    found = upgrade_file("plan.toml", data)
    assert found.data == data.replace(b"format = 1 ", b"format = 3 ")
    assert found.data != data
    assert from_toml(Plan, found.data) == from_json(Plan, kept("plan-1-unjudged"))
    changed = [line for line in found.difference.split("\n")[2:] if line[:1] in ("-", "+")]
    assert [line.removesuffix("\r") for line in changed] == [
        "-format = 1  # a word on format",
        "+format = 3  # a word on format",
    ]


def test_a_line_that_python_would_split_is_one_line() -> None:
    text = 'document = "plan"\ntrack = "a\u2028b\x85c"\nformat = 1\n'
    text += toml_of("plan-1-unjudged").partition("a word on format\n")[2]
    found = upgrade_file("plan.toml", text.encode())
    assert found.data.decode() == text.replace("format = 1\n", "format = 3\n")


def test_toml_that_has_to_change_elsewhere_is_left_to_people() -> None:
    with pytest.raises(InvalidError) as refused:
        upgrade_file("plan.toml", toml_of("plan-1-no").encode())
    assert str(refused.value) == (
        "plan document: 1 problem\n"
        "  line 3: format: expected a change of this line alone, found changes of "
        "provenance.decisions[0].unjudged, caution (TOML would lose its comments, and has no "
        "null: change it by hand, or write it as JSON, with to_json(from_toml(...)))"
    )


@pytest.mark.parametrize("written", ["0x1", "0b1", "+1"])
def test_a_number_may_be_written_in_any_way_of_tomls(written: str) -> None:
    text = toml_of("plan-1-unjudged").replace("format = 1 ", f"format={written} ")
    assert b"format=3 " in upgrade_file("plan.toml", text.encode()).data


def test_a_format_that_stands_elsewhere_is_left_to_people() -> None:
    text = toml_of("plan-1-unjudged").replace("format = 1 ", '"\\u0066ormat" = 1 ')
    with pytest.raises(InvalidError, match="a line with the number alone, found another"):
        upgrade_file("plan.toml", text.encode())


# Bad input.


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "valid JSON, found nothing"),
        (b"\xff", "bytes that are not UTF-8 text"),
        (b"{", "a fault in line 1, column 2"),
        (b"[]", "expected an object, found a list"),
        (b"{}", "document: expected one of assignments, .*, found nothing"),
        (b'{"document": ["plan"], "format": 1}', "found something else"),
        (b'{"document": "plam", "format": 1}', r"did you mean 'plan'\?"),
        (b'{"document": "plan", "format": 9}', "format 9, this one reads up to 3"),
        (b'{"document": "site", "format": 2}', "(?s)name: .*zone: .*hours: "),
    ],
    ids=["nothing", "bytes", "json", "list", "object", "no text", "kind", "newer", "fields"],
)
def test_what_is_no_document_is_refused_with_every_problem(data: bytes, words: str) -> None:
    with pytest.raises(InvalidError, match=words):
        upgrade_file("a.json", data)


def test_what_is_wrong_elsewhere_has_its_line() -> None:
    text = kept("plan-1-no").decode().replace('"verdict": "no"', '"verdict": "perhaps"')
    with pytest.raises(InvalidError) as refused:
        upgrade_file("a.json", text.encode())
    (fault,) = refused.value.faults
    assert fault.line is not None
    assert "perhaps" in text.splitlines()[fault.line - 1]
    assert "perhaps" not in str(refused.value)


def test_of_facts_that_are_not_shipped_the_headers_are_checked_still() -> None:
    document = json.loads(kept("decision-1-own"))
    for number in (0, 4, "1"):
        with pytest.raises(InvalidError, match="format: "):
            upgrade_file("a.json", json.dumps({**document, "format": number}).encode())


def test_a_text_that_could_not_be_written_is_refused() -> None:
    text = kept("decision-1-own").replace(b'"bail"', b'"\\ud800"')
    with pytest.raises(InvalidError, match="texts that UTF-8 can hold, found lone surrogates"):
        upgrade_file("a.json", text)
