"""The schemas say of documents what the reader says of their form, no more and no less."""

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from datetime import date, time
from enum import Enum
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import iopkit
from iopkit import (
    FACTS,
    Fact,
    InvalidError,
    Patient,
    Program,
    Site,
    UnknownNameError,
    draft,
    from_toml,
    schedule,
    to_json,
)
from iopkit.documents import json_schema, predicate_from_json, to_document
from iopkit.documents.kinds import KINDS
from iopkit.documents.values import _ENUM, _LEAVES
from iopkit.eligibility import AnyFact, YesNo
from iopkit.library import (
    LADDERS,
    POLICIES,
    REQUIREMENTS,
    find_program,
    program_names,
    program_text,
)
from iopkit.patients import Assessment, Substance
from iopkit.placement import place
from iopkit.strategies import days, patients, predicates, programs, sites

EXAMPLES = Path(iopkit.__file__).parent / "examples"

Reader = Callable[[str, str | bytes], object]
Steps = tuple[str | int, ...]

VALIDATORS = {
    kind: Draft202012Validator(
        json_schema(kind), format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    for kind in KINDS
}
# The same said sooner, for the many mistakes that are tried.
JUDGES = {
    kind: jsonschema_rs.Draft202012Validator(json_schema(kind), validate_formats=True)
    for kind in KINDS
}


def complaints(document: Any) -> list[str]:
    """Where the schema of its kind finds fault with a document, and what."""
    errors = VALIDATORS[document["document"]].iter_errors(document)
    return [f"{error.json_path}: {error.message}" for error in errors]


# The schemas themselves.


@pytest.mark.no_cover  # reaches only what others do
@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_one(kind: str) -> None:
    schema = json_schema(kind)
    Draft202012Validator.check_schema(schema)
    assert schema["title"] == f"{kind} document of iopkit"
    assert json.loads(json.dumps(schema)) == schema


def test_a_class_has_the_schema_of_its_name() -> None:
    assert json_schema(Program) == json_schema("program")
    with pytest.raises(TypeError, match="there are no documents of date"):
        json_schema(date)
    with pytest.raises(UnknownNameError, match="did you mean 'program'"):
        json_schema("porgram")


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Every object within a schema, itself included."""
    if isinstance(schema, dict):
        yield schema
        for part in schema.values():
            yield from parts(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from parts(part)


@pytest.mark.parametrize("kind", KINDS)
def test_every_reference_leads_somewhere_and_every_definition_is_used(kind: str) -> None:
    schema = json_schema(kind)
    used = {part["$ref"] for part in parts(schema) if isinstance(part.get("$ref"), str)}
    assert used == {f"#/$defs/{name}" for name in schema["$defs"]}


@pytest.mark.parametrize("kind", KINDS)
def test_objects_are_closed_and_described_without_markup(kind: str) -> None:
    for part in parts(json_schema(kind)):
        if part.get("type") == "object" and "properties" in part:
            assert part["additionalProperties"] is False
            assert set(part["required"]) <= set(part["properties"])
        if isinstance(text := part.get("description"), str):
            assert text
            assert "``" not in text


@pytest.mark.parametrize("kind", [Substance, Assessment, Patient])
def test_a_schema_does_without_docstrings_where_python_drops_them(
    kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    def descriptions() -> set[tuple[str, str | None]]:
        schema = json_schema("patient")
        Draft202012Validator.check_schema(schema)
        parts = {"Patient": schema, **schema["$defs"]}
        return {(name, part.get("description")) for name, part in parts.items()}

    before = descriptions()
    monkeypatch.setattr(kind, "__doc__", None)  # as ``python -OO`` does
    assert {name for name, _ in before - descriptions()} == {kind.__name__}


def test_examples_and_defaults_are_valid_themselves() -> None:
    for kind in KINDS:
        schema = json_schema(kind)
        for part in parts(schema):
            inner = Draft202012Validator({**part, "$defs": schema["$defs"]})
            shown = [*part.get("examples", ()), *([part["default"]] if "default" in part else ())]
            if isinstance(part.get("type", ""), (str, list)):
                assert [value for value in shown if not inner.is_valid(value)] == []


def test_a_service_is_described_for_those_who_type_it() -> None:
    program = json_schema("program")
    service = program["$defs"]["Service"]
    assert service["description"].startswith("What patients get")
    assert service["required"] == ["name", "title", "modality", "timing"]
    assert service["properties"]["duration_minutes"] == {
        "description": "a whole number of minutes",
        "type": ["integer", "null"],
    }
    assert "group_therapy" in program["$defs"]["Modality"]["enum"]
    # Its source may say how often, from when to when, or nothing.
    ends = {"per_week", "per_week_min", "per_week_max"}
    random_days = program["$defs"]["random_days"]
    assert random_days["properties"].keys() == {"type", *ends}
    assert random_days["required"] == ["type"]
    assert program["$defs"]["LevelOfCare"]["properties"]["edition"]["default"] == "third"
    tags = [one["$ref"].rpartition("/")[2] for one in service["properties"]["timing"]["oneOf"]]
    assert {"weekly", "per_week", "in_all", "random_days"} <= set(tags)
    for tag in tags:
        assert program["$defs"][tag]["properties"]["type"] == {"const": tag}


# What is written is valid.


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_document_of_every_kind_is_valid(kind: str, documents: dict[str, Any]) -> None:
    assert complaints(documents[kind]) == []


def test_what_is_shipped_is_valid() -> None:
    shipped = (*POLICIES, *LADDERS, *REQUIREMENTS, *map(find_program, program_names()))
    for value in shipped:
        assert complaints(to_document(value)) == []
    assert complaints(json.loads((EXAMPLES / "patient.json").read_bytes())) == []


def as_editors_see(value: Any) -> Any:
    """A parsed TOML document as JSON: TOML's dates and times become texts."""
    if isinstance(value, dict):
        return {key: as_editors_see(part) for key, part in value.items()}
    if isinstance(value, list):
        return [as_editors_see(part) for part in value]
    return value.isoformat() if isinstance(value, (date, time)) else value


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(text, id=name)
        for name, text in (
            ("site", (EXAMPLES / "site.toml").read_text(encoding="utf-8")),
            *((name, program_text(name)) for name in program_names()),
        )
    ],
)
def test_what_is_shipped_as_toml_is_valid(text: str) -> None:
    assert complaints(as_editors_see(tomllib.loads(text))) == []


def test_times_of_tomls_own_are_valid() -> None:
    text = (EXAMPLES / "site.toml").read_text(encoding="utf-8").replace('"17:30"', "17:30:00")
    assert from_toml(Site, text) == from_toml(Site, text.replace("17:30:00", '"17:30"'))
    document = as_editors_see(tomllib.loads(text))
    assert document["offers"][0]["start"] == "17:30:00"
    assert complaints(document) == []


@given(programs() | sites() | patients() | predicates())
def test_what_is_written_is_valid(value: object) -> None:
    assert complaints(to_document(value)) == []


@given(programs(), patients(), sites(), days())
def test_what_is_planned_is_valid(
    program: Program, patient: Patient, site: Site, start: date
) -> None:
    dated = schedule(draft(program, patient, site, start=start, seed=1), site)
    assert complaints(to_document(dated.plan)) == []
    assert complaints(to_document(dated)) == []


# By their places, as Hypothesis would write all of them into a failure.
@given(
    st.integers(0, len(POLICIES) - 1).map(lambda place: POLICIES[place]),
    st.integers(0, len(LADDERS) - 1).map(lambda place: LADDERS[place]),
    patients(),
    days(),
)
def test_what_is_decided_is_valid(policy: Any, ladder: Any, patient: Patient, on: date) -> None:
    on = max(on, policy.versions.dated[0].since)
    # Some have ended by then.
    decision = policy.decide(patient, on=on, assume_in_force=True)
    assert complaints(to_document(decision)) == []
    assert complaints(to_document(place(ladder, patient, on=date(2030, 1, 1)))) == []


def test_facts_of_ones_own_are_known_when_they_are_given() -> None:
    own: AnyFact = Fact("left_handed", YesNo(), "Is left-handed.", lambda _subject, _on: None)
    facts = {**FACTS, own.name: own}
    document = to_document(own.is_known)
    assert complaints(document) != []
    assert Draft202012Validator(json_schema("predicate", facts=facts)).is_valid(document)
    assert predicate_from_json(json.dumps(document), facts=facts) == own.is_known


# What is wrong in form is not.


def words(enumeration: type[Enum]) -> Iterator[str]:
    """What is expected of the words of all enumerations below one."""
    for kind in enumeration.__subclasses__():
        if kind.__module__.startswith("iopkit."):
            yield _ENUM.expected(kind)
        yield from words(kind)


OF_FORM = {
    *(leaf.expected(None) for leaf in _LEAVES.values()),
    *words(Enum),
    *map(repr, KINDS),
    *("1", "a known field", "a known word", "a list", "a text, number, true or false"),
    *("a window such as 'monday 17:30-24:00'", "an object", "the name of a fact", "this field"),
}
"""What the reader expects where a document's form is wrong, and not what it says."""

VALUES_OF_FACTS = {"value", "values", "low", "high"}
"""Keys whose values are of a fact's kind, which a schema does not know."""

DELETED = object()
ODD: tuple[Any, ...] = (
    *(DELETED, None, True, -1, 2.5, "", "x", "monday 9:00", "2026-02-30", [], {}, [None]),
    *({"type": "not"}, {"x": 1}),
)
FAR: tuple[Any, ...] = (
    *(10**400, 10**12, -(10**12), "\ud800", "0001-01-01", "9999-12-31"),
    *("9999-12-31T23:59-06:00[America/Chicago]", "2026-01-05T18:00-06:00[America]"),
)
"""Past what dates, durations and floats can be, or in no zone, of which a schema knows nothing."""

# Where documents of other kinds lie that are not under the name of their kind.
INNER = {"ladder": {"others"}, "placement": {"others", "decisions"}}


def places(part: object, path: Steps = ()) -> Iterator[Steps]:
    """Every place in a document, from the outside in."""
    if path:
        yield path
    if isinstance(part, dict):
        for key, value in part.items():
            yield from places(value, (*path, key))
    elif isinstance(part, list):
        for number, value in enumerate(part):
            yield from places(value, (*path, number))


def at(document: Any, path: Steps) -> Any:
    for step in path:
        document = document[step]
    return document


def changed(document: Any, path: Steps, value: object) -> Any:
    """The document with another value at a place, or none."""
    document = json.loads(json.dumps(document))  # sooner than a deep copy
    inside = at(document, path[:-1])
    if value is DELETED:
        del inside[path[-1]]
    else:
        inside[path[-1]] = deepcopy(value)
    return document


def mistakes(document: Any, path: Steps) -> list[tuple[Steps, object]]:
    """What can be put wrongly at a place or inside it."""
    old = at(document, path)
    others: list[tuple[Steps, object]] = [(path, [old])]
    if isinstance(old, str):
        others += [(path, f"{old}x"), (path, old[:1].upper() + old[1:])]
    if isinstance(old, dict):
        others += [((*path, key), "x") for key in ("x", "type", "label")]
    return [*((path, value) for value in (*ODD, *FAR)), *others]


def faults_of(read: Reader, kind: str, document: Any) -> tuple[iopkit.Fault, ...]:
    """What is told of a document; what is read without a fault can be written and read again."""
    value: object = None
    faults: tuple[iopkit.Fault, ...] = ()
    try:
        value = read(kind, json.dumps(document))
    except InvalidError as error:
        faults = error.faults
        str(error)
    assert (value is None) == bool(faults)
    if value is not None:
        assert read(kind, to_json(value)) == value
        repr(value)
    return faults


def judged_alike(read: Reader, kind: str, document: Any, path: Steps, value: object) -> None:
    """What the schema refuses, the reader refuses; what is wrong in form, the schema refuses."""
    document = changed(document, path, value)
    faults = faults_of(read, kind, document)
    if value in FAR:
        return
    of_form = [
        fault
        for fault in faults
        if fault.expected in OF_FORM and not VALUES_OF_FACTS & {*fault.path[-2:]}
    ]
    refused = not JUDGES[kind].is_valid(document)
    assert faults or not refused, complaints(document)
    assert refused or not of_form, of_form


def places_of_its_own(kind: str, document: Any) -> Iterator[Steps]:
    """One place of each key of each class: where it lies further out makes no difference."""
    seen: set[tuple[object, ...]] = set()
    for path in places(document):
        keys = [step for step in path if isinstance(step, str)][-2:]
        inside = at(document, path[:-1])
        shape = (*keys, isinstance(path[-1], int), isinstance(inside, dict) and inside.get("type"))
        # Documents of a kind that has its own turn.
        elsewhere = ({*KINDS} | INNER.get(kind, set())) & {*path[:-1]}
        if not elsewhere and shape not in seen:
            seen.add(shape)
            yield path


@pytest.mark.no_cover  # each fault that can be has a test of its own
@pytest.mark.parametrize("kind", KINDS)
def test_a_mistake_at_any_place_is_seen_by_reader_and_schema_alike(
    kind: str, documents: dict[str, Any], read: Reader
) -> None:
    document = documents[kind]
    tried = 0
    for path in places_of_its_own(kind, document):
        made = mistakes(document, path)
        # As many as the profile has examples: others at the next place, and with ``quick`` all.
        for turn in range(tried, tried + min(len(made), settings().max_examples)):
            where, value = made[turn % len(made)]
            try:
                judged_alike(read, kind, document, where, value)
            except Exception as error:
                error.add_note(f"{kind}: {value!r} at {where}")
                raise
            tried += 1


@given(data=st.data(), value=programs() | sites() | patients() | predicates())
def test_a_mistake_in_any_document_is_seen_by_reader_and_schema_alike(
    data: st.DataObject, value: object, read: Reader
) -> None:
    document = json.loads(to_json(value))
    path = data.draw(st.sampled_from(list(places(document))))
    mistake = data.draw(st.sampled_from(mistakes(document, path)))
    judged_alike(read, document["document"], document, *mistake)


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        *(("decision", "verdict"), ("decision", "missing"), ("decision", "changes")),
        *(("finding", "truth"), ("finding", "shortfall"), ("placement", "verdict")),
    ],
)
def test_what_follows_from_the_rest_is_not_left_out(
    kind: str, key: str, documents: Mapping[str, Any], read: Reader
) -> None:
    document = changed(documents[kind], (key,), DELETED)
    assert complaints(document) == [f"$: '{key}' is a required property"]
    with pytest.raises(InvalidError, match="what follows from the rest"):
        read(kind, json.dumps(document))


@pytest.mark.no_cover  # reaches only what others do
@pytest.mark.parametrize("key", ["$schema", "$comment", "_", "x"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_key_of_an_editors_own_is_read_or_valid(
    kind: str, key: str, documents: Mapping[str, Any], read: Reader
) -> None:
    document = {key: "program.schema.json", **documents[kind]}
    assert complaints(document) != []
    with pytest.raises(InvalidError):
        read(kind, json.dumps(document))


@pytest.mark.no_cover  # reaches only what others do
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("document", "programs"),
        ("document", None),
        ("format", 0),
        ("format", 4),
        ("format", True),
        ("format", "1"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_other_headers_are_neither_read_nor_valid(
    kind: str, key: str, value: object, documents: Mapping[str, Any], read: Reader
) -> None:
    document = {**documents[kind], key: value}
    assert not VALIDATORS[kind].is_valid(document)
    with pytest.raises(InvalidError):
        read(kind, json.dumps(document))


@pytest.mark.parametrize(
    ("window", "ok"),
    [
        ("monday 00:00-24:00", True),
        ("monday 17:30-24:00", True),
        ("sunday 22:00-06:00", True),
        ("monday 17:30-00:30", True),
        ("monday 17:30-00:00", False),
        ("monday 24:00-02:00", False),
        ("monday 17:30-24:30", False),
        ("monday 17:60-18:00", False),
        ("Monday 17:30-21:00", False),
        ("monday 17:30 - 21:00", False),
        ("mon 17:30-21:00", False),
        (" monday 17:30-21:00", False),
    ],
)
def test_windows_are_valid_as_they_are_read(window: str, ok: bool) -> None:
    text = (EXAMPLES / "site.toml").read_text(encoding="utf-8")
    text = text.replace("monday 09:00-21:00", window)
    assert (complaints(as_editors_see(tomllib.loads(text))) == []) is ok
    try:
        from_toml(Site, text)
    except InvalidError:
        assert not ok
    else:
        assert ok
