"""What is wrong with a document is all said at once, each with its path."""

import json
import re
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from attrs import evolve

from iopkit import Fault, InvalidError, Patient, Plan, Policy, Program, Site, from_json, from_toml
from iopkit.documents import predicate_from_json
from iopkit.eligibility import Fact, YesNo

Reader = Callable[[str, str | bytes], object]
Documents = Mapping[str, dict[str, Any]]

SITE = {
    "document": "site",
    "format": 2,
    "name": "Elm Street",
    "zone": "America/Chicago",
    "hours": ["monday 09:00-21:00"],
}
PATIENT = {"document": "patient", "format": 2, "key": "5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11"}
PROGRAM = {
    "document": "program",
    "format": 2,
    "name": "short",
    "title": "Short",
    "phases": [
        {
            "name": "only",
            "title": "Only",
            "weeks": 2,
            "services": [
                {
                    "name": "group",
                    "title": "Group",
                    "modality": "group_therapy",
                    "timing": {"type": "weekly", "slots": ["monday 18:00"]},
                    "duration_minutes": 60,
                }
            ],
        }
    ],
}
SERVICE = "phases[0].services[0]"

# What a document says to leave a field out.
_MISSING = "(missing)"


def _put(document: dict[str, Any], path: str, value: object, *, indent: int | None = 1) -> str:
    """The document as JSON, with another value at a path such as ``phases[0].weeks``."""
    steps = [
        int(s) if s.isdigit() else s for s in path.replace("[", ".").replace("]", "").split(".")
    ]
    inside: Any = document
    for step in steps[:-1]:
        inside = inside[step]
    if value is _MISSING:
        del inside[steps[-1]]
    else:
        inside[steps[-1]] = value
    return json.dumps(document, indent=indent)


def _refusal(reading: Callable[..., object], *arguments: object) -> InvalidError:
    with pytest.raises(InvalidError) as refused:
        reading(*arguments)
    return refused.value


def _messages(error: InvalidError) -> list[str]:
    """Each fault's path and what was expected."""
    return [str(fault).partition(", found ")[0] for fault in _unlocated(error)]


def _paths(error: InvalidError) -> list[str]:
    return [
        str(fault).partition(": expected ")[0] if fault.path else "" for fault in _unlocated(error)
    ]


def _unlocated(error: InvalidError) -> list[Fault]:
    """The faults without their lines."""
    return [evolve(fault, line=None) for fault in error.faults]


# No value is taken for another.


# Kind, path, what is expected there, and what is not.
STRICT: list[tuple[str, str, str, dict[str, object]]] = [
    (
        "patient",
        "diagnoses[0].criteria_met",
        "a whole number",
        {
            "2.7": 2.7,
            "2.0": 2.0,
            "a number as text": "2",
            "true": True,
            "a list": [2],
            "an object": {"value": 2},
            "too many digits for a criterion": 10**400,
        },
    ),
    (
        "plan",
        "seed",
        "a whole number that must be",
        {"null": None, "1.0": 1.0, "true": True, "a word": "two"},
    ),
    (
        "patient",
        "assessments[0].benefit_likely",
        "true or false",
        {"1": 1, "0": 0, "yes": "yes", "a text": "true", "an empty list": []},
    ),
    (
        "site",
        "name",
        "a text",
        {"a number": 5, "null": None, "true": True, "a list": ["x"], "surrogate": "\ud800"},
    ),
    (
        "patient",
        "birth_date",
        "a date",
        {
            "a datetime": "1984-05-17T00:00",
            "a datetime with a blank": "1984-05-17 00:00:00",
            "one without zeros": "1984-5-17",
            "one without dashes": "19840517",
            "a week": "1984-W20-4",
            "a day that does not exist": "1985-02-29",
            "a blank at the end": "1984-05-17 ",
            "a month that does not exist": "1984-13",
            "a month without zeros": "1984-5",
            "a year of two digits": "84",
            "a year that does not exist": "0000",
            "a year of another script": "\uff11984",
            "yes": "yes",
            "nothing": "",
            "a number": 19840517,
            "true": True,
            "digits of another script": "\uff11984-05-17",
        },
    ),
    (
        "site",
        "offers[0].start",
        "a time",
        {
            "one digit": "9:00",
            "seconds": "09:00:00",
            "hours alone": "09",
            "no colon": "0900",
            "24:00": "24:00",
            "a zone": "09:00+00:00",
            "a T": "T09:00",
            "minutes": 540,
        },
    ),
    (
        "program",
        "phases[0].services[0].duration_minutes",
        "minutes",
        {
            "90.0": 90.0,
            "a text": "90",
            "an ISO duration": "PT90M",
            "true": True,
            "more than a duration can be": 10**20,
            "more digits than a number can be": 10**400,
        },
    ),
    (
        "patient",
        "key",
        "a UUID",
        {
            "capitals": "5F0C1C52-6A35-4D0E-9B1F-3D1F6E0A7C11",
            "no dashes": "5f0c1c526a354d0e9b1f3d1f6e0a7c11",
            "braces": "{5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11}",
            "a URN": "urn:uuid:5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11",
            "a number": 5,
            "null": None,
            "one that is not random": "5f0c1c52-6a35-1d0e-9b1f-3d1f6e0a7c11",
        },
    ),
    (
        "site",
        "hours",
        "windows",
        {"one text": "monday 09:00-10:00", "null": None, "an object": {"monday": "9-10"}},
    ),
    (
        "site",
        "hours[0]",
        "a window",
        {
            "one digit": "monday 9:00-10:00",
            "capitals": "MONDAY 09:00-10:00",
            "a short day": "mon 09:00-10:00",
            "no such day": "funday 09:00-10:00",
            "25:00": "monday 25:00-26:00",
            "a start at 24:00": "monday 24:00-02:00",
            "24:30": "monday 09:00-24:30",
            "blanks around": " monday 09:00-10:00 ",
            "blanks within": "monday  09:00-10:00",
            "a line's end": "monday 09:00-10:00\n",
            "no end": "monday 09:00",
            "a number": 5,
            "null": None,
            "a list": ["monday 09:00-10:00"],
        },
    ),
    (
        "program",
        "phases[0].services[0].timing.slots[0]",
        "a slot",
        {
            "one digit": "monday 9:00",
            "a capital": "Monday 09:00",
            "seconds": "monday 09:00:00",
            "25:00": "monday 25:00",
            "blanks within": "monday  09:00",
            "blanks around": " monday 09:00",
            "a number": 0,
            "null": None,
        },
    ),
    (
        "program",
        "phases[0].services[0].modality",
        "a word",
        {
            "capitals": "GROUP_THERAPY",
            "another word": "yoga",
            "its place": 0,
            "null": None,
            "nothing": "",
            "a list": ["group_therapy"],
        },
    ),
    (
        "patient",
        "assessments[0].edition",
        "an ordered word",
        {"its number": 3, "capitals": "THIRD", "null": None},
    ),
    (
        "site",
        "offers[0].day",
        "a weekday",
        {"its number": 0, "capitals": "Sunday", "true": True},
    ),
    (
        "schedule",
        "sessions[0].start",
        "a moment",
        {
            "a day": "2026-03-02",
            "no zone": "2026-03-02T18:00",
            "no offset": "2026-03-02T18:00[America/Chicago]",
            "seconds": "2026-03-02T18:00:00-06:00[America/Chicago]",
            "another offset": "2026-03-02T18:00-05:00[America/Chicago]",
            "an offset alone": "2026-03-02T18:00-06:00",
            "UTC's letter": "2026-03-02T18:00Z",
            "an unknown zone": "2026-03-02T18:00-06:00[America/Springfield]",
            "a region in place of a zone": "2026-03-02T18:00-06:00[America]",
            "a path": "2026-03-02T18:00-06:00[../America/Chicago]",
            "an absolute path": "2026-03-02T18:00-06:00[/etc/localtime]",
            "a zone too long for a file's name": f"2026-03-02T18:00-06:00[{'a' * 5000}]",
            "a zone of no letters": "2026-03-02T18:00-06:00[]",
            "a zone with a null character": "2026-03-02T18:00-06:00[\0]",
            "an open bracket": "2026-03-02T18:00-06:00[America/Chicago",
            "a time that does not exist": "2026-03-08T02:30-06:00[America/Chicago]",
            "a number": 1772496000,
            "null": None,
        },
    ),
    (
        "predicate",
        "parts[0].part.fact",
        "a fact",
        {"another name": "shoe_size", "a number": 5, "null": None, "a list": ["age"]},
    ),
    (
        "predicate",
        "parts[0].part.value",
        "a value of the fact's kind",
        {
            "a text": "18",
            "18.0": 18.0,
            "true": True,
            "null": None,
            "a list": [18],
            "one out of range": 131,
            "an object": {"years": 18},
            "more than a float can be": 10**400,
        },
    ),
    (
        "rates",
        "rates[0].amount_usd",
        "dollars and cents as a text such as '139.31'",
        {
            "a number": 139.31,
            "a whole number": 139,
            "a text without cents": "139",
            "one decimal": "139.3",
            "three decimals": "139.310",
            "a sign": "+139.31",
            "less than nothing": "-139.31",
            "a leading zero": "0139.31",
            "a comma": "1,139.31",
            "a currency": "$139.31",
            "an exponent": "1.39E2",
            "other digits": "\N{ARABIC-INDIC DIGIT ONE}39.31",
            "nan": "NaN",
            "infinity": "Infinity",
            "null": None,
            "a list": ["139.31"],
        },
    ),
    (
        "predicate",
        "source",
        "an object",
        {"a text": "42 CFR 1.1", "a list": [], "a number": 5, "true": True},
    ),
    (
        "patient",
        "diagnoses",
        "a list",
        {"an object": {}, "a text": "none", "false": False, "a number": 0},
    ),
    (
        "patient",
        "diagnoses[0]",
        "an object",
        {"null": None, "a text": "F11.20", "a list": [], "a number": 11},
    ),
    (
        "program",
        "sources[0].checked",
        "a date or nothing",
        {"a moment": "2024-01-01T00:00Z", "false": False},
    ),
]


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        pytest.param(kind, path, value, id=f"{what} for {expected}")
        for kind, path, expected, values in STRICT
        for what, value in values.items()
    ],
)
def test_nothing_is_taken_for_something_else(
    kind: str, path: str, value: object, documents: Documents, read: Reader
) -> None:
    text = _put(documents[kind], path, value)
    assert _paths(_refusal(read, kind, text)) == [path]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
@pytest.mark.parametrize("path", ["criteria_met", "code"])
def test_a_number_that_is_not_finite_is_no_value(value: str, path: str) -> None:
    text = json.dumps({**PATIENT, "diagnoses": [{"type": "substance_use_disorder", path: "?"}]})
    error = _refusal(from_json, Patient, text.replace('"?"', value))
    assert len(error.faults) == 1


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "+inf", "1e999"])
def test_toml_has_no_way_around_it(value: str) -> None:
    text = f'document = "predicate"\nformat = 2\ntype = "compare"\nvalue = {value}'
    text += '\nfact = "needed_hours_per_week"\noperator = ">="'
    policy = (
        'document = "policy"\nformat = 2\nname = "x"\ntitle = "x"\n'
        '[[versions.dated]]\nsince = 2024-01-01\nsource = {citation = "x", grade = "T1"}\n'
        '[[versions.dated.value]]\nname = "x"\nmeaning = "x"\n'
        'source = {citation = "x", grade = "T1"}\n'
        'predicate = {type = "compare", fact = "needed_hours_per_week", operator = ">=", '
        f"value = {value}}}\n"
    )
    error = _refusal(from_toml, Policy, policy)
    assert _paths(error) == ["versions.dated[0].value[0].predicate.value"]
    assert error.faults[0].found == ("not-a-number" if value == "nan" else "infinity")


@pytest.mark.parametrize("number", ["nan", "-nan", "inf", "-inf"])
@pytest.mark.parametrize("key", ["criteria_met", "code"])
def test_what_is_no_number_is_told_as_such(number: str, key: str) -> None:
    disorder = f'{{type = "substance_use_disorder", substance = "alcohol", {key} = {number}}}'
    text = "".join(f"{k} = {json.dumps(v)}\n" for k, v in PATIENT.items())
    (fault,) = _refusal(from_toml, Patient, f"{text}diagnoses = [{disorder}]\n").faults

    assert fault.found == ("not-a-number" if "nan" in number else "infinity")


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("birth_date = 1984-05-17T00:00:00", "birth_date"),
        ("birth_date = 1984-05-17T00:00:00Z", "birth_date"),
        ("birth_date = 00:00:00", "birth_date"),
        ("birth_date = 1984", "birth_date"),
        ("key = 1984-05-17", "key"),
        ("availability = [1984-05-17]", "availability[0]"),
        ("supports = [{lives_with_patient = 1}]", "supports[0].lives_with_patient"),
    ],
)
def test_tomls_own_types_are_not_mixed_up(line: str, path: str) -> None:
    key = "" if line.startswith("key") else f'key = "{PATIENT["key"]}"\n'
    text = f'document = "patient"\nformat = 2\n{key}{line}\n'
    assert _paths(_refusal(from_toml, Patient, text)) == [path]


def test_tomls_times_are_in_whole_minutes() -> None:
    text = "\n".join(f"{key} = {json.dumps(value)}" for key, value in SITE.items())
    text += "\noffers = [{service = 'group', start = 09:00:30}]"
    assert _paths(_refusal(from_toml, Site, text)) == ["offers[0].start"]


# What a document is about.


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"document": "patient"}, ["document: expected 'site'"]),
        ({"document": "Site"}, ["document: expected 'site'"]),
        ({"document": None}, ["document: expected 'site'"]),
        ({"document": ["site"]}, ["document: expected 'site'"]),
        ({"document": _MISSING}, ["document: expected 'site'"]),
        ({"format": 3}, ["format: expected a format up to 2"]),
        ({"format": 0}, ["format: expected a whole number from 1 to 2"]),
        ({"format": "1"}, ["format: expected a whole number from 1 to 2"]),
        ({"format": 1.0}, ["format: expected a whole number from 1 to 2"]),
        ({"format": True}, ["format: expected a whole number from 1 to 2"]),
        ({"format": None}, ["format: expected a whole number from 1 to 2"]),
        ({"format": _MISSING}, ["format: expected a whole number from 1 to 2"]),
        (
            {"document": _MISSING, "format": _MISSING},
            ["document: expected 'site'", "format: expected a whole number from 1 to 2"],
        ),
    ],
    ids=repr,
)
def test_a_document_must_be_of_the_kind_and_format_asked_for(
    change: dict[str, object], expected: list[str]
) -> None:
    document = {k: v for k, v in {**SITE, **change}.items() if v is not _MISSING}
    error = _refusal(from_json, Site, json.dumps(document))
    assert _messages(error) == expected
    assert error.what == "site document"


@pytest.mark.parametrize("text", ["[]", "5", '"site"', "null", "true", "1.5", "[{}]"])
def test_a_document_is_an_object(text: str) -> None:
    assert _messages(_refusal(from_json, Site, text)) == ["expected an object"]
    assert _messages(_refusal(predicate_from_json, text)) == ["expected an object"]


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("patient", "diagnoses[0]", {"substance": "alcohol"}),
        ("patient", "diagnoses[0]", {"type": "phobia"}),
        ("patient", "diagnoses[0]", {"type": "MentalDisorder"}),
        ("patient", "diagnoses[0]", {"type": 5}),
        ("patient", "diagnoses[0]", {"type": None}),
        ("patient", "diagnoses[0]", {"type": ["mental_disorder"]}),
        ("program", "phases[0].services[0].timing", {"slots": ["monday"]}),
        ("program", "phases[0].services[0].timing", {"type": "monthly"}),
        ("predicate", "parts[0]", {"type": "xor", "parts": []}),
        ("predicate", "type", "explanation"),
        ("predicate", "type", ""),
    ],
)
def test_a_value_of_several_possible_classes_names_its_own(
    kind: str, path: str, value: object, documents: Documents, read: Reader
) -> None:
    text = _put(documents[kind], path, value)
    expected = path if path.endswith("type") else f"{path}.type"
    assert _paths(_refusal(read, kind, text)) == [expected]


# Facts.


def test_an_unknown_fact_comes_with_the_one_that_was_meant(documents: Documents) -> None:
    text = _put(documents["predicate"], "parts[0].part.fact", "agee")
    assert str(_refusal(predicate_from_json, text)) == (
        "predicate document: 1 problem\n"
        "  line 10: parts[0].part.fact: expected the name of a fact, found 'agee' "
        "(did you mean 'age'?)"
    )


def test_an_unknown_fact_that_is_like_none_is_named(documents: Documents) -> None:
    text = _put(documents["predicate"], "parts[0].part.fact", "shoe_size")
    assert str(_refusal(predicate_from_json, text)).endswith(
        "  line 10: parts[0].part.fact: expected the name of a fact, found 'shoe_size'"
    )


def test_a_fact_is_meant_among_those_that_are_given(documents: Documents) -> None:
    fever = Fact[object, bool]("fever", YesNo(), "Has a fever.", lambda _subject, _on: None)
    text = _put({**documents["predicate"], "parts": [{"type": "known"}]}, "parts[0].fact", "fevr")
    with pytest.raises(InvalidError, match="did you mean 'fever'"):
        predicate_from_json(text, facts={"fever": fever})


# Keys.


def test_an_unknown_key_comes_with_the_one_that_was_meant() -> None:
    error = _refusal(from_json, Site, json.dumps({**SITE, "ofers": []}))
    assert [str(fault) for fault in error.faults] == [
        "ofers: expected a known field, found an unknown one (did you mean 'offers'?)"
    ]


def test_an_unknown_key_that_is_like_none_comes_with_those_that_are_free() -> None:
    error = _refusal(from_json, Site, json.dumps({**SITE, "color": "red"}))
    (fault,) = error.faults
    assert fault.path == ("color",)
    for free in ("break_between_minutes", "closures", "holidays", "offers"):
        assert free in fault.fix
    assert "zone" not in fault.fix, "a key in use is suggested"


def test_a_key_in_use_is_not_what_was_meant() -> None:
    error = _refusal(from_json, Site, json.dumps({**SITE, "zones": "UTC"}))
    assert "did you mean" not in str(error)


def test_no_key_is_free_where_all_are_used(documents: Documents) -> None:
    document = documents["patient"]
    document["supports"][0]["xyzzy"] = 1
    error = _refusal(from_json, Patient, json.dumps(document))
    assert "known here and not used: none" in str(error)


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("patient", "key"),
        ("site", "zone"),
        ("site", "hours"),
        ("site", "closures[0].why"),
        ("site", "holidays.country"),
        ("program", "phases"),
        ("program", "phases[0].title"),
        ("program", f"{SERVICE}.timing"),
        ("program", f"{SERVICE}.timing.slots"),
        ("plan", "program"),
        ("plan", "program.title"),
        ("plan", "seed"),
        ("schedule", "zone"),
        ("schedule", "sessions[0].start"),
        ("policy", "versions"),
        ("policy", "versions.dated[0].since"),
        ("policy", "versions.dated[0].value[0].predicate"),
        ("requirements", "versions.dated[0].value[0].demand.type"),
        ("coding", "versions.dated[0].value[0].least_minutes"),
        ("coding", "versions.dated[0].value[2].bands[0].code"),
        ("rates", "rates[0].amount_usd"),
        ("charges", "lines[0].amount_usd"),
        ("charges", "total"),
        ("finding", "requirement"),
        ("finding", "shortfall"),
        ("decision", "verdict"),
        ("decision", "results[0].truth"),
        ("predicate", "parts"),
        ("predicate", "parts[0].part"),
    ],
)
def test_a_missing_field_is_named(kind: str, path: str, documents: Documents, read: Reader) -> None:
    text = _put(documents[kind], path, _MISSING)
    assert _paths(_refusal(read, kind, text)) == [path]


@pytest.mark.parametrize(
    "text",
    [
        '{"document": "site", "document": "site"}',
        '{"a": {"b": 1, "c": 2, "b": 3}}',
        '[{"a": null, "a": null}]',
    ],
)
def test_a_key_twice_is_said_to_be_one(text: str) -> None:
    (fault,) = _refusal(from_json, Site, text).faults
    assert fault.expected == "each key once in an object"
    assert fault.found == "a key twice"
    assert fault.line is None


def test_a_number_that_json_has_not_is_named() -> None:
    (fault,) = _refusal(from_json, Site, '{"a": NaN}').faults
    assert fault.expected == "a number"
    assert fault.found == "NaN"
    assert fault.line is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{\n"a": {\n"b": 1,\n"b": 2}}', "line 4: expected each key once in an object"),
        ('{\n"a": "NaN",\n"b": [1,\n NaN]}', "line 4: expected a number, found NaN"),
    ],
    ids=["a key twice", "no number"],
)
def test_what_json_has_and_documents_have_not_has_its_line(text: str, said: str) -> None:
    for kind in (Site, Patient):
        (fault,) = _refusal(from_json, kind, text).faults
        assert str(fault).startswith(said)


# What follows from the rest.


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("decision", "verdict", "no"),
        ("decision", "verdict", "unknown"),
        ("decision", "missing", ["age"]),
        ("decision", "results[0].truth", "no"),
        ("decision", "results[0].reason", "because"),
        ("placement", "verdict", "no"),
        ("placement", "level", {"number": "2.1"}),
        ("placement", "not_excluded", None),
        ("placement", "stopped_at", None),
        ("placement", "not_judged", []),
        ("placement", "missing", ["age"]),
        ("placement", "results[1].disagreement", None),
        ("finding", "shortfall", 1),
        ("finding", "shortfall", 0),
        ("finding", "shortfall", None),
        ("finding", "truth", "yes"),
        ("finding", "truth", "unknown"),
        ("charges", "lines[0].amount_usd", "0.01"),
        ("charges", "lines[0].amount_usd", None),
        ("charges", "total", {"known_usd": "0.01"}),
        ("charges", "weekly", []),
    ],
)
def test_what_contradicts_the_rest_is_refused(
    kind: str, path: str, value: object, documents: Documents, read: Reader
) -> None:
    text = _put(documents[kind], path, value)
    assert _paths(_refusal(read, kind, text)) == [path]


def test_what_follows_from_the_rest_is_not_coerced_either(
    documents: Documents, read: Reader
) -> None:
    document = documents["finding"]
    text = _put(document, "shortfall", float(document["shortfall"]))
    assert _paths(_refusal(read, "finding", text)) == ["shortfall"]


def test_a_dose_beyond_all_time_is_a_fault_and_not_a_crash(
    documents: Documents, read: Reader
) -> None:
    document = documents["finding"]
    document["requirement"]["demand"]["least_minutes"] = 1_000_000_000_000
    document["seen"]["least"] = -1_000_000_000_000
    assert _refusal(read, "finding", json.dumps(document)).faults


@pytest.mark.parametrize("value", ["thirty", True, 18.5, 131, 10**400], ids=str)
def test_an_explanation_saw_a_value_that_its_fact_has(
    value: object, documents: Documents, read: Reader
) -> None:
    text = _put(documents["decision"], "results[0].explanation.value", value)
    assert _refusal(read, "decision", text).faults


# What must hold between fields.

Refused = Callable[[str, str, object], InvalidError]


@pytest.fixture
def refused(documents: Documents, read: Reader) -> Refused:
    """Why a document is refused that has another value at a path."""
    return lambda kind, path, value: _refusal(read, kind, _put(documents[kind], path, value))


@pytest.mark.parametrize(
    ("kind", "path", "value", "expected"),
    [
        ("program", "phases[0].weeks", 0, ["phases[0].weeks: expected at least 1"]),
        ("program", "phases[0].weeks", -1, ["phases[0].weeks: expected at least 1"]),
        ("program", "phases", [], ["phases: expected at least one phase"]),
        ("program", "name", "Two Phases", ["name: expected lower-case words"]),
        ("program", f"{SERVICE}.duration_minutes", 0, [f"{SERVICE}.duration_minutes: expected"]),
        (
            "program",
            f"{SERVICE}.group_max",
            3,
            [f"{SERVICE}.group_max: expected at least group_min"],
        ),
        ("program", "level.number", "9.9", ["level.number: expected a level"]),
        ("program", f"{SERVICE}.timing.slots", [], [f"{SERVICE}.timing.slots: expected at least"]),
        ("site", "hours", [], ["hours: expected open on at least one day"]),
        ("site", "zone", "America/Springfield", ["zone: expected an IANA time zone"]),
        ("site", "zone", "America", ["zone: expected an IANA time zone"]),
        ("site", "zone", "../../etc/passwd", ["zone: expected an IANA time zone"]),
        ("site", "zone", "", ["zone: expected an IANA time zone"]),
        ("site", "zone", "a" * 5000, ["zone: expected an IANA time zone"]),
        ("site", "zone", "\0", ["zone: expected an IANA time zone"]),
        ("site", "holidays.country", "us", ["holidays.country: expected a two-letter"]),
        ("site", "closures[0].end", "2026-03-09", ["closures[0].end: expected the day after"]),
        ("site", "break_between_minutes", -1, ["break_between_minutes: expected whole minutes"]),
        ("site", "offers[1].duration_minutes", 0, ["offers[1].duration_minutes: expected whole"]),
        (
            "patient",
            "diagnoses[0].criteria_met",
            12,
            ["diagnoses[0].criteria_met: expected a count"],
        ),
        (
            "patient",
            "diagnoses[0].criteria_met",
            1,
            ["diagnoses[0].criteria_met: expected a count"],
        ),
        ("patient", "diagnoses[0].code", "F32.1", ["diagnoses[0].code: expected an ICD-10-CM"]),
        ("patient", "diagnoses[1].code", "F3", ["diagnoses[1].code: expected an ICD-10-CM"]),
        ("patient", "assessments[0].ratings[0].risk", 5, ["assessments[0].ratings[0].risk: "]),
        (
            "patient",
            "assessments[0].needed_per_week_minutes",
            10_081,
            ["assessments[0].needed_per_week_minutes: expected between"],
        ),
        ("patient", "coverages[0].end", "2024-01-01", ["coverages[0].end: expected a day after"]),
        ("patient", "birth_date", "2025-05-17", ["diagnoses: expected only days from the birth"]),
        ("plan", "start", "1969-12-31", ["start: expected a day from 1970"]),
        ("plan", "program.phases[0].weeks", 0, ["program.phases[0].weeks: expected at least 1"]),
        (
            "policy",
            "versions.dated[0].value",
            [],
            ["versions.dated[0].value: expected at least one criterion"],
        ),
        ("policy", "versions.dated", [], ["versions.dated: expected at least one version"]),
        (
            "requirements",
            "versions.dated[0].value[0].demand.least_minutes",
            -1,
            ["versions.dated[0].value[0].demand.least_minutes: expected"],
        ),
        (
            "requirements",
            "versions.dated[0].value[0].demand.counting.modalities",
            [],
            ["versions.dated[0].value[0].demand.counting.modalities: expected at least one"],
        ),
        (
            "coding",
            "versions.dated[0].value[0].code",
            "a1",
            ["versions.dated[0].value[0].code: expected capitals and digits"],
        ),
        (
            "coding",
            "versions.dated[0].value[0].least_minutes",
            0,
            ["versions.dated[0].value[0].least_minutes: expected whole minutes"],
        ),
        (
            "coding",
            "versions.dated[0].value[5].others",
            ["X9"],
            ["versions.dated[0].value: expected exclusions from a day's code"],
        ),
        ("rates", "rates[0].end", "2024-01-01", ["rates[0].end: expected the day after"]),
        ("rates", "rates[0].amount_usd", "10000000.00", ["rates[0].amount_usd: expected whole"]),
        ("rates", "rates[1].code", "T1", ["rates: expected one rate of a code on a day"]),
        ("charges", "lines[0].units", 0, ["lines[0].units: expected from 1"]),
        ("charges", "weeks", 0, ["weeks: expected as many as the schedule has"]),
        ("predicate", "parts[2].count", 3, ["parts[2].count: expected a count from 1 to 2"]),
        (
            "predicate",
            "parts[1].parts[0].values",
            ["moderate", "awful"],
            ["parts[1].parts[0].values: expected one of none, mild, moderate, severe"],
        ),
    ],
)
def test_a_broken_contract_has_the_path_of_the_field(
    kind: str, path: str, value: object, expected: list[str], refused: Refused
) -> None:
    messages = _messages(refused(kind, path, value))
    assert len(messages) >= len(expected)
    for message, start in zip(messages, expected, strict=False):
        assert message.startswith(start)


def test_a_policys_version_with_one_criterion_twice_is_named(documents: Documents) -> None:
    document = documents["policy"]
    document["versions"]["dated"][0]["value"] *= 2
    error = _refusal(from_json, Policy, json.dumps(document))
    assert _paths(error) == ["versions.dated[0].value"]


def test_an_unknown_time_zone_comes_with_the_one_that_was_meant() -> None:
    error = _refusal(from_json, Site, json.dumps({**SITE, "zone": "America/Chicgo"}))
    assert "did you mean 'America/Chicago'?" in str(error)


# All at once.


def test_a_patient_file_with_five_mistakes_gives_five_messages_with_paths() -> None:
    document = {
        **PATIENT,
        "birth_date": "17 May 1984",
        "diagnoses": [
            {"type": "substance_use_disorder", "substance": "alcohol", "criteria_met": 12}
        ],
        "assessments": [{"on": "2026-01-05", "needed_per_week_minutes": "540"}],
        "supports": [{"relationship": "best friend"}],
        "availabilty": ["monday 09:00-21:00"],
    }
    error = _refusal(from_json, Patient, json.dumps(document))
    assert str(error).startswith("patient document: 5 problems\n")
    assert sorted(_paths(error)) == [
        "<key 8>",
        "assessments[0].needed_per_week_minutes",
        "birth_date",
        "diagnoses[0].criteria_met",
        "supports[0].relationship",
    ]


def test_a_patient_file_in_toml_gives_the_same_five() -> None:
    text = f"""
document = "patient"
format = 2
key = "{PATIENT["key"]}"
birth_date = "17 May 1984"
diagnoses = [{{type = "substance_use_disorder", substance = "alcohol", criteria_met = 12}}]
assessments = [{{on = 2026-01-05, needed_per_week_minutes = "540"}}]
supports = [{{relationship = "best friend"}}]
availabilty = ["monday 09:00-21:00"]
"""
    error = _refusal(from_toml, Patient, text)
    assert sorted(_paths(error)) == [
        "<key 8>",
        "assessments[0].needed_per_week_minutes",
        "birth_date",
        "diagnoses[0].criteria_met",
        "supports[0].relationship",
    ]


def test_faults_of_every_sort_are_reported_together() -> None:
    document = {
        "document": "journey",
        "format": 0,
        "zone": "Mars/Olympus",
        "hours": ["monday 9:00-10:00", "tuesday 09:00-10:00", 5, "funday 09:00-10:00"],
        "closures": [
            {"start": "2026-01-05", "end": "2026-01-05", "why": "x"},
            {"start": "2026-1-5", "why": 5},
        ],
        "holidays": {"country": "us", "states": "IL"},
        "offers": {"service": "group"},
        "colour": "red",
    }
    error = _refusal(from_json, Site, json.dumps(document))
    assert sorted(_paths(error)) == [
        "closures[0].end",
        "closures[1].end",
        "closures[1].start",
        "closures[1].why",
        "colour",
        "document",
        "format",
        "holidays.country",
        "holidays.states",
        "hours[0]",
        "hours[2]",
        "hours[3]",
        "name",
        "offers",
    ]


def test_an_unknown_key_does_not_hide_what_else_is_wrong() -> None:
    document = {**SITE, "zone": "Mars/Olympus", "colour": "red", "offers": 5}
    error = _refusal(from_json, Site, json.dumps(document))
    assert sorted(_paths(error)) == ["colour", "offers", "zone"]


def test_what_cannot_be_read_is_not_also_said_to_be_missing() -> None:
    program = json.loads(json.dumps(PROGRAM))
    program["services"] = program["phases"][0].pop("services")
    program["services"][0]["duration_minutes"] = "60"
    error = _refusal(from_json, Program, json.dumps(program))
    assert _paths(error) == ["services[0].duration_minutes"]


def test_a_program_with_many_mistakes_lists_each() -> None:
    program = json.loads(json.dumps(PROGRAM))
    phase = program["phases"][0]
    phase["weeks"] = 0
    phase["services"].append({**phase["services"][0], "name": "Other", "duration_minutes": 2.5})
    program["phases"].append({"name": "next", "weeks": "2"})
    error = _refusal(from_json, Program, json.dumps(program))
    assert sorted(_paths(error)) == [
        "phases[0].services[1].duration_minutes",
        "phases[0].services[1].name",
        "phases[0].weeks",
        "phases[1].title",
        "phases[1].weeks",
    ]


def test_services_that_overlap_are_named_with_their_phase() -> None:
    program = json.loads(json.dumps(PROGRAM))
    services = program["phases"][0]["services"]
    services.append({**services[0], "name": "other"})
    (fault,) = _refusal(from_json, Program, json.dumps(program)).faults
    assert fault.path == ("phases", 0, "services")
    assert "group and other" in fault.found


# Each problem with its line.


def test_problems_come_with_their_lines_and_in_the_order_of_these() -> None:
    text = """document = "program"
format = 2
name = "short"
hurry = true

[[phases]]
name = "first"
weeks = "6"

[[phases.services]]
name = "group"
title = "Group"
modality = "group_therapy"
timing = {type = "weekly", slots = [
  "monday 18:00",
  "friday",
  "thursday 25:00",
]}

[[phases]]
name = "Second"
title = "Second"
weeks = 2
"""
    assert str(_refusal(from_toml, Program, text)) == (
        "program document: 6 problems\n"
        "  title: expected this field, found nothing\n"
        "  line 4: hurry: expected a known field, found an unknown one "
        "(known here and not used: absence_limits, after_return_to_use, age_group, "
        "continuing_care, discharge, language, left_open, level, not_given, review_every_days, "
        "services, sources, stated, title, tracks, version)\n"
        "  line 6: phases[0].title: expected this field, found nothing\n"
        "  line 8: phases[0].weeks: expected a whole number, found '6'\n"
        "  line 17: phases[0].services[0].timing.slots[2]: expected a slot such as "
        "'monday 18:00' or 'monday evening', found 'thursday 25:00'\n"
        "  line 21: phases[1].name: expected lower-case words joined by '-', such as "
        "'relapse-prevention', found 'Second'"
    )


def test_a_problem_of_the_whole_document_has_no_line() -> None:
    assert str(_refusal(from_json, Site, '[\n  "site"\n]')) == (
        "site document: 1 problem\n  expected an object, found a list"
    )


def test_the_lines_of_a_windows_file_are_counted_as_well() -> None:
    text = b'\xef\xbb\xbf{\r\n"document": "site",\r\n"format": 3\r\n}'
    faults = _refusal(from_json, Site, text).faults
    assert [(fault.path, fault.line) for fault in faults if fault.line] == [(("format",), 3)]


@pytest.mark.parametrize("data", [json.dumps(SITE), json.dumps(SITE) + "\n"])
def test_the_only_line_is_not_told(data: str) -> None:
    (fault,) = _refusal(from_json, Site, data.replace("Chicago", "Chicgo")).faults
    assert fault.line is None


def test_a_patients_unknown_key_has_the_line_where_it_is() -> None:
    document = {
        MARK: {"<key 3>": 1},
        **PATIENT,
        "diagnoses": [
            {MARK: 1, "type": "mental_disorder", f"{MARK} 2": 2, "code": "F32.1", "<key 1>": 3}
        ],
        "<key 5>": [],
        "assessments": [{"on": "2026-01-05", "ratings": [{MARK: 4, "dimension": 1, "risk": 0}]}],
    }
    text = json.dumps(document, indent=1)
    error = _refusal(from_json, Patient, text)
    assert [(fault.path, fault.line) for fault in error.faults] == [
        (("<key 1>",), 2),
        (("diagnoses", 0, "<key 1>"), 10),
        (("diagnoses", 0, "<key 3>"), 12),
        (("diagnoses", 0, "<key 5>"), 14),
        (("<key 6>",), 17),
        (("assessments", 0, "ratings", 0, "<key 1>"), 23),
    ]
    assert MARK not in _said(error)


def test_a_patients_unknown_keys_in_toml_have_their_lines() -> None:
    text = f"""
document = "patient"
{MARK}.x.y = 1
format = 1
key = "{PATIENT["key"]}"
{MARK}.z = 1

[[diagnoses]]
type = "mental_disorder"
[diagnoses.'{MARK}']

["{MARK} 2"]
"""
    error = _refusal(from_toml, Patient, text)
    assert [(fault.path, fault.line) for fault in error.faults] == [
        (("<key 2>",), 3),
        (("diagnoses", 0, "<key 2>"), 10),
        (("<key 6>",), 12),
    ]
    assert MARK not in _said(error)


def test_a_key_that_looks_like_a_place_is_told_as_it_is() -> None:
    document = {**SITE, "<key 1>": 1, "offers": [{"service": "group", "<key 1>": 1}]}
    error = _refusal(from_json, Site, json.dumps(document, indent=1))
    assert [(fault.path, fault.line) for fault in error.faults] == [
        (("<key 1>",), 9),
        (("offers", 0, "<key 1>"), 13),
    ]


# Files that are no documents at all.


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" \n\t ",
        b"\xef\xbb\xbf",
        b"\x00\x01\x02\x03",
        bytes(range(256)),
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"\xff\xfe{\x00}\x00",
        '{"document": "site"}'.encode("utf-16"),
        '{"document": "site"}'.encode("utf-32"),
        '{"document": "sité"}'.encode("latin-1"),
        b"{",
        b'{"document": "site"',
        b'{"document": "site",}',
        b"{'document': 'site'}",
        b'{"a": 1} {"b": 2}',
        b'{"a": 01}',
        b'{"a": "\t"}',
        b"// no\n{}",
        b"document = 'site'",
    ],
    ids=[
        "empty",
        "blanks",
        "a byte order mark alone",
        "control characters",
        "every byte",
        "a picture",
        "UTF-16 with a mark",
        "UTF-16",
        "UTF-32",
        "Latin-1",
        "an open brace",
        "cut short",
        "a trailing comma",
        "single quotes",
        "two documents",
        "a leading zero",
        "a raw tab in a text",
        "a comment",
        "TOML",
    ],
)
def test_what_is_not_json_is_one_fault(data: bytes) -> None:
    for kind in (Site, Patient, Program, Plan):
        error = _refusal(from_json, kind, data)
        assert error.what == "JSON document"
        assert _messages(error) == ["expected valid JSON"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"\x00",
        bytes(range(256)),
        b"a = ",
        b"a = 1\na = 2",
        b"[a]\n[a]",
        b"a = {b = 1, b = 2}",
        b'a = "\\ud800"',
        b"a = 2026-02-30",
        b"a = 1 b = 2",
        b'{"document": "site"}',
        "a = 1".encode("utf-16"),
    ],
    ids=[
        "empty",
        "a line's end",
        "a null character",
        "every byte",
        "no value",
        "a key twice",
        "a table twice",
        "a key twice in a line",
        "a lone surrogate",
        "a day that does not exist",
        "two in a line",
        "JSON",
        "UTF-16",
    ],
)
def test_what_is_not_toml_is_one_fault(data: bytes) -> None:
    for kind in (Site, Patient, Program, Plan):
        error = _refusal(from_toml, kind, data)
        assert error.what == "TOML document"
        assert _messages(error) == ["expected valid TOML"]


def test_a_fault_in_json_has_its_line_and_column() -> None:
    error = _refusal(from_json, Site, '{\n  "name": "x",\n  "zone": oops\n}')
    assert "line 3, column 11" in str(error)


def test_a_fault_in_toml_has_its_line() -> None:
    error = _refusal(from_toml, Site, 'name = "x"\nzone = oops\n')
    assert "line 2" in str(error)


def test_a_text_may_not_begin_with_a_byte_order_mark() -> None:
    """Text has no bytes whose order could be marked."""
    assert _refusal(from_json, Site, "\ufeff" + json.dumps(SITE)).what == "JSON document"


@pytest.mark.parametrize("digits", [4_301, 5_000, 100_000])
def test_an_integer_too_long_to_convert_is_one_fault(digits: int) -> None:
    number = "9" * digits
    error = _refusal(from_json, Site, f'{{"format": {number}}}')
    assert [fault.found for fault in error.faults] == ["a number that is too long"]
    error = _refusal(from_toml, Site, f"format = {number}")
    assert [fault.found for fault in error.faults] == ["a number that is too long"]


@pytest.mark.parametrize("digits", [309, 4_300])
@pytest.mark.parametrize("sign", ["", "-"])
def test_an_integer_too_long_for_its_field_is_one_fault(
    digits: int, sign: str, documents: Documents, read: Reader
) -> None:
    number = int(sign + "9" * digits)
    for kind, path in (
        ("patient", "assessments[0].needed_per_week_minutes"),
        ("patient", "assessments[0].ratings[0].dimension"),
        ("program", "phases[0].weeks"),
        ("program", f"{SERVICE}.group_max" if sign else f"{SERVICE}.duration_minutes"),
        ("site", "break_between_minutes"),
        ("predicate", "parts[0].part.value"),
        ("predicate", "parts[2].parts[1].value"),
    ):
        document = json.loads(json.dumps(documents[kind]))
        text = _put(document, path, number)
        assert _paths(_refusal(read, kind, text)) == [path]


# Nothing about a patient is repeated.

MARK = "Zebediah"


def _said(error: BaseException) -> str:
    """Everything that a log of the error could show, causes included."""
    return "".join([*traceback.format_exception(error), repr(error), str(error), repr(error.args)])


def _said_of(read: Reader, kind: str, text: str) -> str:
    """All that is said when a document is refused; nothing if it is not."""
    try:
        read(kind, text)
    except InvalidError as error:
        return _said(error)
    return ""


@pytest.mark.no_cover  # each fault that can be has a test of its own
@pytest.mark.parametrize(
    "kind", ["patient", "plan", "schedule", "decision", "placement", "finding"]
)
def test_a_fault_about_a_patient_does_not_repeat_the_documents_texts(
    kind: str, documents: Documents, read: Reader
) -> None:
    def paths(part: Any, path: str) -> list[str]:
        if isinstance(part, dict):
            found = [p for key, value in part.items() for p in paths(value, f"{path}.{key}")]
        elif isinstance(part, list):
            found = [p for n, value in enumerate(part) for p in paths(value, f"{path}[{n}]")]
        else:
            found = []
        return [path.lstrip("."), *found] if path else found

    original = json.dumps(documents[kind])
    # One place of each key within each key: where it lies further out makes no difference, nor what
    # a schedule's plan has, which has its own turn.
    shapes = {
        tuple(re.sub(r"\[\d+\]", "[]", p).split(".")[-2:]): p
        for p in paths(documents[kind], "")
        if not p.startswith("plan.")
    }
    for path in shapes.values():
        marked: tuple[object, ...] = (MARK, MARK.lower(), [MARK], {MARK: 1}, {MARK.lower(): {}})
        for value in marked:
            # On one line, which is written ten times as fast.
            text = _put(json.loads(original), path, value, indent=None)
            said = _said_of(read, kind, text)
            assert MARK.lower() not in said.lower(), f"at {path}: {value!r}"


@pytest.mark.parametrize(
    "kind", ["patient", "plan", "schedule", "decision", "placement", "finding"]
)
def test_a_fault_about_a_patient_does_not_repeat_the_documents_numbers(
    kind: str, documents: Documents, read: Reader
) -> None:
    original = json.dumps(documents[kind])
    for old in ("90", "540", "6", "4", "3", "2", "1", "0"):
        text = original.replace(f": {old},", ": 73737373,").replace(f": {old}}}", ": 73737373}")
        assert "73737373" not in _said_of(read, kind, text)


def test_a_fault_about_a_patient_still_has_its_path() -> None:
    document = {**PATIENT, "diagnoses": [{"type": "mental_disorder", "code": MARK}]}
    error = _refusal(from_json, Patient, json.dumps(document))
    assert str(error) == (
        "patient document: 1 problem\n"
        "  diagnoses[0].code: expected an ICD-10-CM code from F01 to F99, without F10 to F19, "
        "found another text"
    )


def test_an_unknown_key_about_a_patient_is_told_by_its_place() -> None:
    document = {**PATIENT, MARK: "x"}
    error = _refusal(from_json, Patient, json.dumps(document))
    (fault,) = error.faults
    assert fault.path == ("<key 4>",)


def test_a_fault_about_something_else_shows_what_was_found() -> None:
    error = _refusal(from_json, Site, json.dumps({**SITE, "zone": "Mars/Olympus"}))
    assert "'Mars/Olympus'" in str(error)


@pytest.mark.parametrize(
    "data",
    [
        f'["{MARK}"]\n["{MARK}"]'.encode(),
        f'"{MARK}" = 1\n"{MARK}" = 2'.encode(),
        f'a = {{"{MARK}" = 1, "{MARK}" = 2}}'.encode(),
        f'["{MARK}"]\na = 1\n["{MARK}".a]'.encode(),
        f"name = {MARK}".encode(),
        f'name = "{MARK}'.encode(),
        f'name = "{MARK}"\xff'.encode("latin-1"),
        f'{{"{MARK}": 1, "{MARK}": 2}}'.encode(),
        f'{{"name": {MARK}}}'.encode(),
        f'{{"name": "{MARK}"'.encode(),
        f'{{"name": "{MARK}\xff"}}'.encode("latin-1"),
    ],
)
def test_a_patients_file_that_cannot_be_parsed_is_not_repeated(data: bytes) -> None:
    read = from_json if data.startswith(b"{") else from_toml
    assert MARK not in _said(_refusal(read, Patient, data))


def test_a_fault_about_what_a_patients_document_leaves_out_has_its_path(
    documents: Documents, read: Reader
) -> None:
    document = json.loads(json.dumps(documents["plan"]))
    for part in (document["program"], *document["program"]["phases"]):
        part.pop("services", None)
    error = _refusal(read, "plan", json.dumps(document))
    assert str(error).splitlines()[1] == (
        "  program.services: expected at least one service, found something else"
    )


@pytest.mark.parametrize("minutes", [0, 1441, 2000])
def test_a_length_that_cannot_be_is_told_in_minutes_as_it_was_written(
    minutes: int, documents: Documents, read: Reader
) -> None:
    path = "phases[0].services[0].duration_minutes"
    text = _put(documents["program"], path, minutes)
    found = {str(fault.found) for fault in _refusal(read, "program", text).faults}
    assert str(minutes) in found


def test_what_else_is_wrong_with_a_value_shows_beside_what_cannot_be_read(
    documents: Documents, read: Reader
) -> None:
    document = documents["program"]
    service = document["phases"][0]["services"][0]
    service |= {"modality": "grup", "duration_minutes": 0, "timing": {"type": "wekly"}}
    assert _paths(_refusal(read, "program", json.dumps(document))) == [
        "phases[0].services[0].modality",
        "phases[0].services[0].timing.type",
        "phases[0].services[0].duration_minutes",
    ]


def test_what_could_contradict_a_value_that_cannot_be_read_is_not_told(
    documents: Documents, read: Reader
) -> None:
    document = documents["site"]
    document["closures"][0] |= {"start": "soon", "end": "2026-03-09"}
    assert _paths(_refusal(read, "site", json.dumps(document))) == ["closures[0].start"]
