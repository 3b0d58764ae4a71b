"""A document that is too deep, too large or all wrong is refused, with the place."""

import json
import traceback
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial
from itertools import cycle, islice
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import (
    FACTS,
    InvalidError,
    Patient,
    Policy,
    Schedule,
    Site,
    Truth,
    from_json,
    from_toml,
)
from iopkit.charges import Charge, Charges
from iopkit.documents import predicate_from_json, to_document, to_json
from iopkit.eligibility import (
    AllOf,
    AnyOf,
    Criterion,
    Explanation,
    Not,
    OneOf,
    Predicate,
    compiled,
    describe,
    evaluate,
    explain,
    facts_in,
)
from iopkit.eligibility.predicates import MAX_TREE_DEPTH
from iopkit.errors import Step
from iopkit.sources import Dated, Versions

Reader = Callable[[str, str | bytes], object]

HEAD = {"document": "predicate", "format": 2}
SITE = {
    "document": "site",
    "format": 2,
    "name": "Elm Street",
    "zone": "America/Chicago",
    "hours": ["monday 09:00-21:00"],
}
KEY = UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11")
PATIENT = {"document": "patient", "format": 2, "key": "5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11"}
AGE_KNOWN = {"type": "known", "fact": "age"}
AGE = FACTS["age"].is_known

TOO_DEEP = "expected at most 64 levels of nesting in all, found more"
TOO_LARGE = "expected at most 100,000 values, found more"


def _refusal(reading: Callable[..., object], *arguments: object) -> InvalidError:
    with pytest.raises(InvalidError) as refused:
        reading(*arguments)
    return refused.value


def _only_fault(reading: Callable[..., object], *arguments: object) -> str:
    (fault,) = _refusal(reading, *arguments).faults
    return str(fault)


# Depth.


def _nested(levels: int, opening: str, closing: str) -> str:
    return opening * (levels - 1) + "[]" + closing * (levels - 1)


@pytest.mark.parametrize(
    ("opening", "closing", "path"),
    [("[", "]", "[0]" * 12), ('{"a":', "}", ".".join("a" * 12))],
    ids=["lists", "objects"],
)
@pytest.mark.parametrize("levels", [65, 66, 1_000, 10_000, 100_000])
def test_json_nested_too_deep_is_one_fault_with_its_first_steps(
    levels: int, opening: str, closing: str, path: str
) -> None:
    text = _nested(levels, opening, closing)
    assert _only_fault(from_json, Site, text) == f"{path}: {TOO_DEEP}"


@pytest.mark.parametrize(
    ("opening", "closing", "path"),
    [("[", "]", "a" + "[0]" * 11), ("{a=", "}", ".".join("a" * 12))],
    ids=["lists", "tables"],
)
@pytest.mark.parametrize("levels", [65, 66, 1_000, 10_000])
def test_toml_nested_too_deep_is_one_fault_with_its_first_steps(
    levels: int, opening: str, closing: str, path: str
) -> None:
    text = f"a = {_nested(levels - 1, opening, closing)}"
    assert _only_fault(from_toml, Site, text) == f"{path}: {TOO_DEEP}"


def test_dotted_keys_of_toml_nest_as_well() -> None:
    text = ".".join("a" * 65) + " = 1"
    assert _only_fault(from_toml, Site, text) == f"{'.'.join('a' * 12)}: {TOO_DEEP}"


@pytest.mark.parametrize(
    "key",
    [
        ".".join("a" * 66),
        ".".join("a" * 4_000),
        "[" + " . ".join("a" * 66) + "]",
        "[[" + ".".join(["'a'", '"b"'] * 40) + "]]",
        "x = {" + ".".join("a" * 70) + " = 1}",
    ],
    ids=["a key", "a long key", "a header", "quoted keys", "within a table"],
)
def test_a_key_of_toml_with_too_many_dots_is_refused_by_its_line(key: str) -> None:
    given = f'document = "site"  # {"." * 100}\nname = "{"." * 100}"\n{key} = 1\n'
    assert _only_fault(from_toml, Site, given) == f"line 3: {TOO_DEEP}"


def test_dots_that_are_in_no_key_may_be_many() -> None:
    given = f"a = [{'1.5, ' * 100}]\nb = '''{'.' * 100}'''\nc = 2.5\n"
    assert "nesting" not in str(_refusal(from_toml, Site, given))


def test_dots_are_counted_together_as_each_is_a_table_more() -> None:
    headers = "".join(f"[k{number}{'.a' * 60}]\n" for number in range(1_700))
    expected = "expected at most 100,000 dots outside texts, found 102,000"
    assert _only_fault(from_toml, Site, headers) == expected


# Bytes.


@pytest.mark.parametrize(
    ("reading", "kind", "most"),
    [
        (from_json, Site, 10_000_000),
        (from_json, Schedule, 25_000_000),
        (from_json, Charges, 25_000_000),
        (from_toml, Site, 2_000_000),
        (from_toml, Schedule, 2_000_000),
    ],
)
@pytest.mark.parametrize("made", [str.encode, str], ids=["bytes", "text"])
def test_a_document_of_too_many_bytes_is_refused_before_it_is_parsed(
    reading: Callable[..., object], kind: type, most: int, made: Callable[[str], object]
) -> None:
    fault = f"expected at most {most:,} bytes, found {most + 1:,}"
    assert _only_fault(reading, kind, made("[" * (most + 1))) == fault
    assert "bytes" not in _only_fault(reading, kind, made(" " * most))


def test_the_bytes_of_a_text_are_counted_and_not_its_letters() -> None:
    text = "\N{LATIN SMALL LETTER E WITH ACUTE}" * 1_000_001
    expected = "expected at most 2,000,000 bytes, found 2,000,002"
    assert _only_fault(from_toml, Site, text) == expected


def test_what_would_be_too_long_to_read_is_not_written() -> None:
    site = evolve(from_json(Site, json.dumps(SITE)), name="x" * 10_000_000)
    assert "at most 10,000,000 bytes" in _only_fault(to_json, site)


# Days.


@pytest.mark.parametrize(
    ("day", "ok"),
    [
        ("1799-12-31", False),
        ("1800-01-01", True),
        ("2999-12-31", True),
        ("3000-01-01", False),
        ("0001-01-01", False),
        ("9999-12-31", False),
    ],
)
def test_days_have_days_to_count_with_on_both_sides(day: str, *, ok: bool) -> None:
    bounds = "a year from 1800 to 2999"
    for born in (day, day[:7], day[:4]):
        text = json.dumps({**PATIENT, "birth_date": born})
        if ok:
            assert from_json(Patient, to_json(from_json(Patient, text))).birth_date is not None
        else:
            assert bounds in _only_fault(from_json, Patient, text)
    closed = {"start": day, "end": "2999-12-31" if ok else day, "title": "Any"}
    faults = _refusal(from_json, Site, json.dumps({**SITE, "closures": [closed], "x": 1})).faults
    assert any(bounds in fault.expected for fault in faults) is not ok
    if not ok:
        with pytest.raises(InvalidError, match=bounds):
            to_json(Patient(KEY, birth_date=date.fromisoformat(day)))


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_sixty_four_levels_are_not_too_deep(opening: str, closing: str) -> None:
    assert "nesting" not in str(_refusal(from_json, Site, _nested(64, opening, closing)))
    assert "nesting" not in str(_refusal(from_toml, Site, f"a = {_nested(63, '[', ']')}"))


# A level of nesting: what comes before the next one, the step to it, and what comes after.
Level = tuple[str, Step, str]

JSON_LEVELS: list[Level] = [
    ("[", 0, "]"),
    ('["]", {"[": "\\""}, ', 2, ', "}", [[]]]'),
    ('{"a": ', "a", "}"),
    ('{"]\\\\": [1, {}], "a[\\"": ', 'a["', ', "\\"}": "\\\\\\"["}'),
    ('{"}": "\'", "\'#": ', "'#", ', "z": "#"}'),
]
TOML_LEVELS: list[Level] = [
    ("[", 0, "]"),
    ('["]", """"]\\"""]""", ', 2, ", ']', '''\n']\\''', [[]]]"),
    ('["""]\\""""", ', 1, ", '''[''''']"),
    ("[ # ]] \" '\n", 0, ", # [\n]"),
    ("{a = ", "a", "}"),
    ('{\'"}\' = [1], "b[\\"" = ', 'b["', ', c = \'}\', d = """[\n"""}'),
]


def _through(levels: list[Level], count: int) -> tuple[str, tuple[Step, ...]]:
    """A text nested through the levels, again and again, and the first steps into it."""
    nest = list(islice(cycle(levels), count))
    text = "".join([before for before, _, _ in nest] + ["0"] + [e for _, _, e in reversed(nest)])
    return text, tuple(step for _, step, _ in nest[:12])


@given(st.lists(st.sampled_from(JSON_LEVELS), min_size=1, max_size=13), st.sampled_from([64, 2000]))
def test_what_is_too_deep_is_found_past_all_that_json_has(levels: list[Level], count: int) -> None:
    text, steps = _through(levels, count)
    (fault,) = _refusal(from_json, Site, text).faults
    assert fault.path == steps


@given(st.lists(st.sampled_from(TOML_LEVELS), min_size=1, max_size=13), st.sampled_from([64, 2000]))
def test_what_is_too_deep_is_found_past_all_that_toml_has(levels: list[Level], count: int) -> None:
    text, steps = _through(levels, count)
    (fault,) = _refusal(from_toml, Site, f'b = "[" # [\na = {text}\nc = 1').faults
    assert fault.path == ("a", *steps[:11])


@pytest.mark.parametrize("levels", [70, 3_000])
def test_what_is_too_deep_has_the_line_of_the_first_steps(levels: int) -> None:
    deep = "[\n" * levels + "]" * levels
    message = f"a{'[0]' * 11}: {TOO_DEEP}"
    assert _only_fault(from_json, Site, f'{{\n"a": {deep}}}') == f"line 13: {message}"
    assert _only_fault(from_toml, Site, f"# [\na = {deep}\n") == f"line 13: {message}"


@pytest.mark.parametrize("wrong", ["[}{]", r'{"a": [}, "\q": 1]', "[1 2]", "{,:[}]", "{ [ } ]"])
def test_what_is_wrong_where_it_is_too_deep_is_not_looked_at(wrong: str) -> None:
    deep = "[\n" * 3_000 + wrong + "]" * 3_000
    message = f"line 13: a{'[0]' * 11}: {TOO_DEEP}"
    assert _only_fault(from_json, Site, f'{{\n"a": {deep}}}') == message
    assert _only_fault(from_toml, Site, f"# [\na = {deep}\n") == message


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "[" * 50_000 + "}" * 50_000,
        "[" * 50_000 + '"' + '\\"' * 50_000,
    ],
    ids=["never-closed", "closed-otherwise", "an-open-text"],
)
def test_what_is_too_deep_and_wrong_besides_has_no_path(text: str) -> None:
    assert _only_fault(from_json, Site, text) == TOO_DEEP
    assert _only_fault(from_toml, Site, f"a = {text}") == TOO_DEEP


@pytest.mark.parametrize("levels", [70, 3_000])
def test_what_is_too_deep_about_a_patient_is_told_by_places(levels: int) -> None:
    mark = "Zebediah"
    inner = f'{{"{mark}":' * levels + f'"{mark}"' + "}" * levels
    text = json.dumps({**PATIENT, mark: [0, "deep"]}).replace('"deep"', inner)
    error = _refusal(from_json, Patient, text)
    (fault,) = error.faults
    assert fault.path == ("<key 4>", 1, *["<key 1>"] * 10)
    assert mark not in "".join([*traceback.format_exception(error), repr(error)])


# Depth of predicates.


def _nots(count: int) -> Predicate:
    deep: Predicate = AGE
    for _ in range(count):
        deep = Not(deep)
    return deep


def _alternating(count: int) -> Predicate:
    deep: Predicate = AGE
    for number in range(count):
        deep = AnyOf((deep,)) if number % 2 else AllOf((deep,))
    return deep


def _nots_text(count: int) -> str:
    head = '{"document": "predicate", "format": 2, "type": "not", "part": '
    deeper = '{"type": "not", "part": ' * (count - 1)
    return f"{head}{deeper}{json.dumps(AGE_KNOWN)}{'}' * count}"


@pytest.mark.parametrize("count", [63, 64, 500, 10_000])
def test_a_predicate_that_is_too_deep_is_neither_read_nor_written(count: int) -> None:
    message = f"{'.'.join(['part'] * 12)}: {TOO_DEEP}"
    assert _only_fault(predicate_from_json, _nots_text(count)) == message
    if count <= MAX_TREE_DEPTH:  # a deeper one cannot be built
        assert _only_fault(to_json, _nots(count)) == message


def _with_frames(count: int, work: Callable[[], object]) -> object:
    """What ``work`` gives when its caller is so many calls deep."""
    return work() if count == 0 else _with_frames(count - 1, work)


@pytest.mark.parametrize(
    ("deepest", "start"),
    [(_nots(62), "not (not (not"), (_alternating(31), "((((")],
    ids=["nots", "lists"],
)
def test_the_deepest_predicate_does_all_that_others_do_and_leaves_callers_room(
    deepest: Predicate, start: str
) -> None:
    in_depth: Callable[[Callable[[], object]], object] = partial(_with_frames, 300)
    text = to_json(deepest)
    assert in_depth(lambda: to_json(deepest)) == text
    assert in_depth(lambda: predicate_from_json(text)) == deepest
    # Nothing is remembered of a predicate that was just read.
    assert in_depth(lambda: hash(predicate_from_json(text))) == hash(deepest)
    assert in_depth(lambda: compiled(predicate_from_json(text))({"age": 30})) is Truth.YES
    assert in_depth(lambda: evaluate(deepest, {})) is Truth.NO
    assert str(in_depth(lambda: describe(deepest))).startswith(start)
    assert in_depth(lambda: tuple(facts_in(deepest))) == (FACTS["age"],)
    explained = in_depth(lambda: explain(deepest, {"age": 30}))
    assert isinstance(explained, Explanation)
    assert explained.truth is Truth.YES
    assert str(in_depth(lambda: explained.reason)).endswith("(age: 30 years)")


def test_a_decision_too_deep_to_be_read_again_is_not_written(
    values: Mapping[str, object],
) -> None:
    policy = _policy(values, _nots(40))
    assert from_json(Policy, to_json(policy)) == policy
    patient = values["patient"]
    assert isinstance(patient, Patient)
    decision = policy.decide(patient, on=policy.versions.dated[0].since)
    fault = _only_fault(to_json, decision)
    assert fault.startswith("results[0].explanation.parts[0].parts[0]")
    assert fault.endswith(TOO_DEEP)


# Size.


def _policy(values: Mapping[str, object], *predicates: Predicate) -> Policy:
    """A policy with a criterion for each predicate."""
    policy = values["policy"]
    assert isinstance(policy, Policy)
    (version,) = policy.versions.dated
    criteria = tuple(
        Criterion(f"criterion-{number}", "Meaning.", predicate, version.source)
        for number, predicate in enumerate(predicates)
    )
    return evolve(policy, versions=Versions((Dated(version.since, criteria, version.source),)))


def _ages(count: int) -> dict[str, Any]:
    """A document of the predicate that the age is one of several; six values besides."""
    return {**HEAD, "type": "one_of", "fact": "age", "values": [n % 100 for n in range(count)]}


@pytest.mark.no_cover  # goes to the limit
def test_a_document_holds_a_hundred_thousand_values_and_no_more() -> None:
    most = predicate_from_json(json.dumps(_ages(99_994)))
    assert isinstance(most, OneOf)
    assert predicate_from_json(to_json(most)) == most
    assert _only_fault(predicate_from_json, json.dumps(_ages(99_995))) == TOO_LARGE
    more = OneOf(FACTS["age"], (*most.values, 1))
    assert _only_fault(to_document, more) == TOO_LARGE


def test_toml_is_counted_as_well() -> None:
    text = f'document = "site"\nformat = 2\nname = "a"\nzone = "UTC"\nhours = {["x"] * 100_000}'
    assert _only_fault(from_toml, Site, text) == f"line 5: hours: {TOO_LARGE}"


def test_a_list_of_a_hundred_thousand_values_is_named() -> None:
    assert _only_fault(predicate_from_json, json.dumps(_ages(100_000))) == f"values: {TOO_LARGE}"


@pytest.mark.parametrize("part", [AGE_KNOWN, {"type": "known", "fact": 5}, {}], ids=str)
def test_a_predicate_of_a_hundred_thousand_nodes_is_refused_unread(part: object) -> None:
    text = json.dumps({**HEAD, "type": "all_of", "parts": [part] * 100_000})
    assert _only_fault(predicate_from_json, text) == f"parts: {TOO_LARGE}"


def test_the_criterion_that_is_too_large_is_named(values: Mapping[str, object]) -> None:
    large = AllOf((AGE, Not(AnyOf((AGE,) * 40_000))))
    policy = _policy(values, AGE, large, AGE)
    path = "versions.dated[0].value[1].predicate.parts[1].part.parts"
    assert _only_fault(to_json, policy) == f"{path}: {TOO_LARGE}"
    body = to_document(_policy(values, AGE, AGE, AGE))
    body["versions"]["dated"][0]["value"][1]["predicate"] = {
        "type": "all_of",
        "parts": [AGE_KNOWN, {"type": "not", "part": {"type": "any_of", "parts": [{}] * 100_000}}],
    }
    assert _only_fault(from_json, Policy, json.dumps(body)) == f"{path}: {TOO_LARGE}"


def test_what_is_too_large_only_together_is_named_together(values: Mapping[str, object]) -> None:
    half = AllOf((AGE,) * 20_000)
    fault = _only_fault(to_json, _policy(values, half, half))
    assert fault == f"versions.dated[0].value: {TOO_LARGE}"


def test_a_patients_document_that_is_too_large_is_told_by_places() -> None:
    text = json.dumps({**PATIENT, "Zebediah": [0] * 100_000})
    assert _only_fault(from_json, Patient, text) == f"<key 4>: {TOO_LARGE}"


def test_a_schedule_is_as_long_as_its_plan(values: Mapping[str, object]) -> None:
    short = values["schedule"]
    assert isinstance(short, Schedule)
    again = range(16_000 // len(short.sessions))
    sessions = (evolve(each, make_up=number) for number in again for each in short.sessions)
    long = evolve(short, sessions=tuple(sessions))
    text = to_json(long)
    assert text.count('\n      "') > 100_000
    assert from_json(Schedule, text) == long


def test_charges_are_as_long_as_their_plan() -> None:
    charge = Charge(date(2026, 3, 2), 1, "A1", 1, timedelta(hours=1), (KEY,))
    uids = [UUID(int=n, version=4) for n in range(16_000)]
    long = Charges(KEY, "any", 1, tuple(evolve(charge, sessions=(uid,)) for uid in uids))
    text = to_json(long)
    assert text.count('\n      "') > 100_000
    assert from_json(Charges, text) == long


# Number of faults.


def test_a_list_that_is_all_wrong_is_read_up_to_a_hundred_faults() -> None:
    faults = _refusal(from_json, Site, json.dumps({**SITE, "hours": ["never"] * 250})).faults
    assert [fault.path for fault in faults] == [("hours", number) for number in range(101)]
    assert str(faults[-1]) == (
        "hours[100]: expected fewer than 100 faults before it in the list, "
        "found more, so that the rest was not read"
    )


def test_a_hundred_faults_are_all_told() -> None:
    faults = _refusal(from_json, Site, json.dumps({**SITE, "hours": ["never"] * 100})).faults
    assert [fault.found for fault in faults] == ["'never'"] * 100


def test_the_faults_within_items_count() -> None:
    parts = [{"type": "known", "fact": "agee", "x": 1}] * 20_000
    text = json.dumps({**HEAD, "type": "all_of", "parts": parts})
    error = _refusal(predicate_from_json, text)
    assert [fault.path[1] for fault in error.faults] == sorted([*range(50), *range(51)])


def test_a_patients_list_that_is_all_wrong_is_not_repeated() -> None:
    text = json.dumps({**PATIENT, "availability": ["Zebediah"] * 250})
    error = _refusal(from_json, Patient, text)
    assert len(error.faults) == 101
    assert "Zebediah" not in str(error)


def test_unknown_keys_are_named_up_to_a_hundred_and_then_counted() -> None:
    document = {**SITE, "zone": "Mars", **{f"key-{number}": 1 for number in range(1_250)}}
    faults = _refusal(from_json, Site, json.dumps(document)).faults
    unknown = [fault.path for fault in faults if fault.expected == "a known field"]
    assert unknown == [(f"key-{number}",) for number in range(100)]
    assert [str(fault) for fault in faults[100:-1]] == [
        "expected known fields, found 1,150 more unknown ones"
    ]
    assert faults[-1].path == ("zone",)


def test_a_patients_unknown_keys_are_told_by_place_up_to_a_hundred() -> None:
    document = {"Zebediah": 1, **PATIENT, **{f"Zebediah {n}": 1 for n in range(1_000)}}
    error = _refusal(from_json, Patient, json.dumps(document))
    places = [fault.path for fault in error.faults if fault.expected == "a known field"]
    assert places == [("<key 1>",), *((f"<key {n}>",) for n in range(5, 104))]
    assert "Zebediah" not in str(error)


@pytest.mark.parametrize("kind", ["program", "plan", "schedule"])
def test_continuing_care_that_nests_too_deeply_is_refused(
    kind: str, values: Mapping[str, Any]
) -> None:
    dated: Schedule = values["schedule"]
    program = dated.plan.program
    for _ in range(300):
        program = evolve(program, continuing_care=program)
    plan = evolve(dated.plan, program=program)
    deep = {"program": program, "plan": plan, "schedule": evolve(dated, plan=plan)}
    with pytest.raises(InvalidError, match="at most 64 levels of nesting"):
        to_document(deep[kind])
