"""Documents of every format are read, and a format changes by a number of its own.

``tests/golden/formats`` has documents as each format wrote them, ``<kind>-<format>.json`` and some
with a word for what is special, and ``tests/golden/schemas`` the form of each. ``make golden``
writes what is missing of the current formats; what is there is never written again.
"""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from iopkit import (
    FACTS,
    Decision,
    Fact,
    Fault,
    InvalidError,
    Patient,
    Plan,
    Schedule,
    Site,
    Truth,
    draft,
    from_json,
    from_toml,
    schedule,
    to_json,
)
from iopkit.documents import json_schema, to_document, upgrade_document
from iopkit.documents.formats import UPGRADERS, current_format
from iopkit.documents.indentation import indented
from iopkit.documents.kinds import KINDS
from iopkit.eligibility import AnyFact, YesNo
from iopkit.library import POLICIES, find_ladder
from iopkit.placement import Ladder, Placement, place
from iopkit.reports import (
    decision_html,
    decision_markdown,
    decision_text,
    placement_text,
    plan_text,
)
from iopkit.requirements import RequirementSet
from iopkit.strategies import (
    codings,
    courses,
    days,
    patients,
    predicates,
    programs,
    rate_tables,
    requirement_sets,
    rosters,
    sites,
)

GOLDEN = Path(__file__).parent.parent / "golden"
WRITE = "IOPKIT_WRITE_GOLDEN" in os.environ
FILES = sorted((GOLDEN / "formats").glob("*.json"))
OWN: Mapping[str, AnyFact] = {
    "on_bail": Fact("on_bail", YesNo(), "Is on bail.", lambda _patient, _day: True)
}

Reader = Callable[[str, str | bytes], object]


def parsed(file: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return document


def kept(name: str) -> dict[str, Any]:
    return parsed(GOLDEN / "formats" / f"{name}.json")


def name_of(file: Path) -> str:
    return file.stem


OLDER = [
    file for file in FILES if parsed(file)["format"] < current_format(parsed(file)["document"])
]
CURRENT = [file for file in FILES if file not in OLDER]


def read_kept(document: Mapping[str, Any], name: str) -> Any:
    kind: Any = KINDS[document["document"]]  # a union, for predicates
    facts = {**FACTS, **OWN} if name.endswith("-own") else None
    return from_json(kind, json.dumps(document), facts=facts)


# Every format is kept, and read.


def test_each_kind_has_its_upgraders() -> None:
    assert set(UPGRADERS) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_of_each_format_of_each_kind_is_kept(
    kind: str, texts: Mapping[str, str]
) -> None:
    formats = GOLDEN / "formats"
    file = formats / f"{kind}-{current_format(kind)}.json"
    if WRITE and not file.exists():
        file.write_text(texts[kind], encoding="utf-8")
    missing = [
        f"{kind}-{number}"
        for number in range(1, current_format(kind) + 1)
        if not (formats / f"{kind}-{number}.json").exists()
    ]
    assert missing == [], "`make golden` writes the document of a new format"


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_a_kept_document_is_named_as_what_it_is(file: Path) -> None:
    document = parsed(file)
    kind, number, *_ = file.stem.split("-")
    assert (document["document"], document["format"]) == (kind, int(number))


@pytest.mark.parametrize("file", CURRENT, ids=name_of)
def test_what_the_current_format_has_written_is_read_and_written_as_it_was(file: Path) -> None:
    value = read_kept(parsed(file), file.stem)
    assert to_json(value) == file.read_text(encoding="utf-8")
    assert upgrade_document(parsed(file)) == parsed(file)


@pytest.mark.parametrize("file", OLDER, ids=name_of)
def test_what_an_older_format_has_written_is_read_as_its_upgraded_form(file: Path) -> None:
    document = parsed(file)
    upgraded = upgrade_document(document)
    assert document == parsed(file), "the upgrade changed what it was given"
    assert upgraded["format"] == current_format(document["document"])
    assert upgrade_document(upgraded) == upgraded
    value = read_kept(document, file.stem)
    assert read_kept(upgraded, file.stem) == value
    assert f"{indented(upgraded)}\n" == to_json(value)


def verdicts(document: Any) -> Iterator[tuple[str, ...]]:
    """What was decided or found, anywhere in a document, in its order."""
    if isinstance(document, dict):
        told = {k: json.dumps(v) for k, v in document.items() if k in ("verdict", "truth", "level")}
        yield tuple(f"{key} {words}" for key, words in told.items())
        for part in document.values():
            yield from verdicts(part)
    elif isinstance(document, list):
        for part in document:
            yield from verdicts(part)


@pytest.mark.parametrize("file", OLDER, ids=name_of)
def test_an_upgrade_decides_nothing_again(file: Path) -> None:
    before, after = parsed(file), to_document(read_kept(parsed(file), file.stem))
    told = [words for words in verdicts(before) if words]
    assert told or before["document"] not in ("decision", "finding", "placement")
    assert [words for words in verdicts(after) if words] == told
    renamed = {key: RENAMED.get((before["document"], key), key) for key in before}
    names = [renamed[key] for key in before if key != "format" and renamed[key]]
    assert [key for key in after if key in names] == names


# Keys that a newer format calls otherwise, or has elsewhere.
RENAMED = {("placement", "unjudged"): "not_judged", ("requirements", "until"): None}
JUDGING = [
    file
    for file in OLDER
    if parsed(file)["document"] in ("decision", "placement", "plan", "schedule", "ladder")
]


@pytest.mark.parametrize("file", JUDGING, ids=name_of)
def test_what_an_older_decision_did_not_judge_is_not_known(file: Path) -> None:
    first = parsed(file)["format"] == 1
    match read_kept(parsed(file), file.stem):
        case Decision() as decision:
            assert decision.contradictions is None
            assert not first or decision.unjudged is None
        case Placement() as placement:
            tried = [d for rung in placement.results for d in (rung.decision, *rung.others)]
            assert {decision.contradictions for decision in tried} == {None}
            assert not first or {decision.unjudged for decision in tried} == {None}
            assert placement.not_judged == placement.results[-1].decision.unjudged
        case Plan(provenance=made) | Schedule(plan=Plan(provenance=made)):
            assert made is not None
            assert not first or {judged.unjudged for judged in made.decisions} <= {None}
        case Ladder(rungs=rungs):
            assert not first or {rung.meets for rung in rungs} == {()}
        case other:
            pytest.fail(f"nothing is said here of {type(other).__name__}")


@pytest.mark.parametrize(
    ("name", "verdict", "level"),
    [
        ("placement-1", Truth.YES, "2.1"),
        ("placement-1-yes", Truth.YES, "1"),
        ("placement-1-no", Truth.NO, None),
        ("placement-1-unknown", Truth.UNKNOWN, None),
    ],
)
def test_a_stored_placement_keeps_its_verdict(name: str, verdict: Truth, level: str | None) -> None:
    placement = from_json(Placement, json.dumps(kept(name)))
    assert placement.verdict is verdict
    assert (placement.level and placement.level.number) == level
    assert placement.not_excluded == placement.level


@pytest.mark.parametrize(
    ("case", "caution"),
    [
        ("yes", None),
        ("unjudged", None),
        ("no", "drafted despite a no: young (judged for 2026-03-02)"),
        ("unknown", "drafted while undetermined: homeless (judged for 2026-03-02)"),
        (
            "mixed",
            (
                "drafted despite a no: young (judged for 2026-03-02) and younger (judged for "
                "2026-03-02); drafted while undetermined: homeless (judged for 2026-03-02)"
            ),
        ),
    ],
)
def test_an_older_plan_says_first_what_it_rests_on(case: str, caution: str | None) -> None:
    plan = from_json(Plan, json.dumps(kept(f"plan-1-{case}")))
    assert plan.caution == caution
    assert to_document(plan).get("caution") == caution
    if case != "unjudged":
        dated = from_json(Schedule, json.dumps(kept(f"schedule-1-{case}")))
        assert (dated.caution, dated.plan.caution) == (caution, caution)


def test_what_an_older_set_of_requirements_ended_on_ends_its_last_version() -> None:
    document = kept("requirements-1-ended")
    ended = from_json(RequirementSet, json.dumps(document))
    going_on = from_json(RequirementSet, json.dumps(kept("requirements-1")))
    *others, last = going_on.versions.dated
    assert ended.versions.dated == (*others, evolve(last, end=date(2026, 3, 1)))
    assert evolve(ended, versions=going_on.versions) == going_on


@pytest.mark.parametrize(
    "versions",
    [
        pytest.param({"dated": []}, id="no version"),
        pytest.param({"dated": [{"since": "2024-01-01", "end": "2026-03-01"}]}, id="two ends"),
    ],
)
def test_an_end_that_no_older_document_had_is_left_to_the_reader(versions: object) -> None:
    document = {**kept("requirements-1-ended"), "versions": versions}
    assert upgrade_document(document) == {**document, "format": 2}
    with pytest.raises(InvalidError, match="until: expected a known field"):
        from_json(RequirementSet, json.dumps(document))


def test_a_decision_by_facts_of_the_readers_own_is_upgraded_by_anybody() -> None:
    document = kept("decision-1-own")
    upgraded = upgrade_document(document)
    assert from_json(Decision, json.dumps(upgraded), facts=OWN).unjudged is None
    with pytest.raises(InvalidError):
        from_json(Decision, json.dumps(upgraded))


def test_toml_of_an_older_format_is_read_too() -> None:
    plan = kept("plan-1-no")
    lines = (f"{key} = {_toml(value)}" for key, value in plan.items())
    assert from_toml(Plan, "\n".join(lines)) == from_json(Plan, json.dumps(plan))


def _toml(value: object) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{key} = {_toml(part)}" for key, part in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case _:
            return json.dumps(value)


# What is written now.

LADDER = find_ladder("us-public-rules")
PLANS = st.builds(
    lambda program, patient, site, start, seed: draft(
        program, patient, site, start=start, seed=seed
    ),
    *(programs(), patients(), sites(), days(), st.integers()),
)
WRITTEN: Mapping[str, st.SearchStrategy[object]] = {
    "coding": codings(),
    "course": courses(),
    "decision": st.builds(
        lambda policy, patient: policy.decide(patient, on=date(2026, 3, 2), assume_in_force=True),
        *(st.sampled_from(POLICIES), patients()),
    ),
    "patient": patients(),
    "placement": st.builds(lambda patient: place(LADDER, patient, on=date(2026, 3, 2)), patients()),
    "plan": PLANS,
    "predicate": predicates(),
    "program": programs(),
    "rates": rate_tables(),
    "requirements": requirement_sets(),
    "roster": rosters(),
    "site": sites(),
}


@pytest.mark.parametrize("kind", WRITTEN)
@given(data=st.data())
def test_what_is_written_is_of_the_current_format_and_stays_as_it_is(
    kind: str, data: st.DataObject
) -> None:
    document = to_document(data.draw(WRITTEN[kind]))
    assert document["format"] == current_format(kind)
    assert indented(upgrade_document(document)) == indented(document)


@pytest.mark.parametrize("kind", KINDS)
def test_the_full_document_of_each_kind_stays_as_it_is(kind: str, texts: Mapping[str, str]) -> None:
    assert f"{indented(upgrade_document(json.loads(texts[kind])))}\n" == texts[kind]


# Bad input.

HEADERS = {"document", "format"}
ODD: st.SearchStrategy[object] = st.sampled_from(
    [None, True, 0, -1, 1.5, "", "no", "words", [], {}, [[]], [None, {}]]
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, part in value.items():
            yield from places(part, (*path, key))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from places(part, (*path, number))


def read_or_refused(document: Mapping[str, Any], name: str) -> object:
    """The value of a document, or how many faults it has."""
    try:
        return read_kept(document, name)
    except InvalidError as error:
        return len(error.faults)


@given(data=st.data())
def test_an_older_document_with_a_mistake_is_read_or_refused(data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(OLDER))
    document = parsed(file)
    where = data.draw(st.sampled_from([p for p in places(document) if p[0] not in HEADERS]))
    holder: Any = document
    for step in where[:-1]:
        holder = holder[step]
    if data.draw(st.booleans()):
        del holder[where[-1]]
    else:
        holder[where[-1]] = data.draw(ODD)
    before = deepcopy(document)
    upgraded = upgrade_document(document)
    assert document == before
    assert upgrade_document(upgraded) == upgraded
    found, again = (read_or_refused(each, file.stem) for each in (document, upgraded))
    assert again == found


@pytest.mark.parametrize("kind", KINDS)
def test_a_newer_format_is_refused_in_words_and_alone(
    kind: str, documents: Mapping[str, dict[str, Any]], read: Reader
) -> None:
    newest = current_format(kind)
    document = {"document": kind, "format": newest + 1, "new": documents[kind]}
    words = f"written by a newer iopkit: format {newest + 1}, this one reads up to {newest}"
    with pytest.raises(InvalidError) as refused:
        read(kind, json.dumps(document, indent=2))
    assert str(refused.value) == (
        f"{kind} document: 1 problem\n  line 3: format: expected a format up to {newest}, "
        f"found a newer one ({words})"
    )
    with pytest.raises(InvalidError) as refused:
        upgrade_document(document)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "told"), [("voyage", ["document", "format"]), ("plan", ["document"])]
)
def test_a_newer_document_of_another_kind_is_told_of_both_if_it_is_none(
    kind: str, told: list[str]
) -> None:
    with pytest.raises(InvalidError) as refused:
        from_toml(Site, f'document = "{kind}"\nformat = 7')
    assert [(*fault.path, fault.line) for fault in refused.value.faults] == [
        (name, line) for line, name in enumerate(told, 1)
    ]


def test_a_number_that_is_hardly_a_format_is_not_repeated() -> None:
    with pytest.raises(InvalidError) as refused:
        from_json(Patient, '{"document": "patient", "format": 19840517}')
    assert "format 1000 or above, this one reads up to 2" in str(refused.value)
    assert "19840517" not in str(refused.value)
    with pytest.raises(InvalidError, match="format 999, this one"):
        from_json(Patient, '{"document": "patient", "format": 999}')


@pytest.mark.parametrize("number", [True, False, 1.0, 2.0, "1", "2", 0, -1, None, [], {}])
@pytest.mark.parametrize(("kind", "expected"), [("decision", "from 1 to 3"), ("facts", "1")])
def test_a_format_is_a_whole_number_from_one(
    kind: str,
    expected: str,
    number: object,
    documents: Mapping[str, dict[str, Any]],
    read: Reader,
) -> None:
    document = {**documents[kind], "format": number}
    with pytest.raises(InvalidError) as refused:
        read(kind, json.dumps(document))
    with pytest.raises(InvalidError) as not_upgraded:
        upgrade_document(document)
    assert refused.value.faults == not_upgraded.value.faults
    (fault,) = refused.value.faults
    assert (fault.path, fault.found) == (("format",), "something else")
    assert fault.expected.endswith(expected)
    del document["format"]
    with pytest.raises(InvalidError, match="found nothing"):
        read(kind, json.dumps(document))


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ({}, "nothing"),
        ({"document": 5, "format": 1}, "something else"),
        ({"document": "plans", "format": 1}, r"something else \(did you mean 'plan'\?\)"),
    ],
    ids=["none", "a number", "another"],
)
def test_only_a_document_is_upgraded(document: dict[str, Any], found: str) -> None:
    with pytest.raises(InvalidError, match=f"expected one of assignments, .* found {found}$"):
        upgrade_document(document)


def test_what_is_too_deep_is_not_upgraded() -> None:
    deep: Any = {}
    for _ in range(100_000):
        deep = {"results": [deep]}
    with pytest.raises(InvalidError, match="at most 64 levels"):
        upgrade_document({"document": "placement", "format": 3, **deep})


@pytest.mark.parametrize("odd", [5, "words", [5, None], [[]]])
@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("placement", ("results",)),
        ("plan", ("provenance",)),
        ("plan", ("provenance", "decisions")),
        ("schedule", ("plan",)),
    ],
)
def test_what_an_upgrade_does_not_understand_stays_for_the_reader_to_refuse(
    kind: str, keys: tuple[str, ...], odd: object
) -> None:
    value = odd
    for key in reversed(keys):
        value = {key: value}
    assert isinstance(value, dict)
    document = {"document": kind, "format": 1, **value}
    upgraded = upgrade_document(document)
    assert {key: upgraded[key] for key in value} == value
    assert "caution" not in upgraded
    with pytest.raises(InvalidError) as refused:
        read_kept(document, "")
    assert any(fault.path[:1] == keys[:1] for fault in refused.value.faults)


def test_what_is_wrong_with_an_older_document_has_its_own_place_and_line() -> None:
    document = kept("plan-1-no")
    document["provenance"]["decisions"][0]["policy"] = 5
    document["unjudget"] = []
    text = json.dumps(document, indent=2)
    with pytest.raises(InvalidError) as refused:
        from_json(Plan, text)
    first, second = refused.value.faults
    assert first.path == ("provenance", "decisions", 0, "policy")
    assert second.path == (f"<key {len(document)}>",)
    lines = text.splitlines()
    assert [lines[fault.line - 1].strip() for fault in (first, second) if fault.line] == [
        '"policy": 5,',
        '"unjudget": []',
    ]


def test_a_key_of_a_newer_format_has_the_place_that_the_reader_sees() -> None:
    document = {**kept("decision-1-yes"), "colour": 1}
    with pytest.raises(InvalidError) as refused:
        from_json(Decision, json.dumps(document))
    assert [fault.path for fault in refused.value.faults] == [(f"<key {len(document)}>",)]


def test_what_an_upgrade_adds_is_checked_against_the_rest() -> None:
    document = {**kept("placement-1-no"), "not_excluded": {"number": "1"}}
    with pytest.raises(InvalidError, match="not_excluded: expected what follows from the rest"):
        from_json(Placement, json.dumps(document))


def test_what_the_next_format_cannot_say_is_refused_with_its_place_and_line(
    monkeypatch: pytest.MonkeyPatch, documents: Mapping[str, dict[str, Any]]
) -> None:
    def of_one_day(raw: dict[str, Any]) -> dict[str, Any]:
        if len(raw["hours"]) > 1:
            fault = Fault(("hours", 1), "hours of one day", "more")
            raise InvalidError("site document", [fault])
        return {**raw, "name": raw["name"].upper()}

    monkeypatch.setitem(UPGRADERS, "site", (of_one_day,))
    site = {**documents["site"], "format": 1, "hours": ["monday 09:00-21:00"]}
    assert from_json(Site, json.dumps(site)).name == "ELM STREET"
    site["hours"] = ["monday 09:00-21:00", "friday 09:00-21:00"]
    text = json.dumps(site, indent=2)
    with pytest.raises(InvalidError) as refused:
        from_json(Site, text)
    (fault,) = refused.value.faults
    assert (fault.path, fault.expected) == (("hours", 1), "hours of one day")
    assert fault.line is not None
    assert "friday" in text.splitlines()[fault.line - 1]


# Texts.


def test_a_yes_whose_unjudged_risks_are_not_known_is_not_called_eligible() -> None:
    decision = from_json(Decision, json.dumps(kept("decision-1-yes")))
    words = "what was recorded and not judged by it is not known"
    for text in (decision_text(decision), decision_markdown(decision), decision_html(decision)):
        assert f"Every criterion of this policy is met; {words}." in " ".join(text.split())
        assert "ELIGIBLE" not in text


@pytest.mark.parametrize("name", ["decision-1-no", "decision-1-unknown"])
def test_any_other_verdict_says_below_that_it_is_not_known(name: str) -> None:
    decision = from_json(Decision, json.dumps(kept(name)))
    assert "\nRecorded and not judged:\n  - not known\n" in decision_text(decision)
    assert "\nRecorded and not judged:\n\n- not known\n" in decision_markdown(decision)
    assert "<li>not known</li>" in decision_html(decision)


@pytest.mark.parametrize("name", ["placement-1-yes", "placement-1-no", "placement-1-unknown"])
def test_a_stored_placement_says_what_it_does_not_know(name: str) -> None:
    placement = from_json(Placement, json.dumps(kept(name)))
    head = " ".join(placement_text(placement).split("\n\n")[1].split())
    assert head.endswith("; what was recorded and not judged is not known.")
    assert "enough" not in head


def test_a_stored_plan_says_what_its_decisions_do_not_know() -> None:
    plan = from_json(Plan, json.dumps(kept("plan-1-yes")))
    words = "2026-03-02: yes; what was recorded and not judged by it is not known"
    assert words in " ".join(plan_text(plan).split())


def test_a_plan_from_a_stored_decision_does_not_know_either(values: Mapping[str, Any]) -> None:
    decision = from_json(Decision, json.dumps(kept("decision-1-yes")))
    program = from_json(Plan, json.dumps(kept("plan-1-yes"))).program
    plan = draft(
        *(program, values["patient"], values["site"]),
        start=date(2026, 3, 2),
        seed=1,
        decisions=[decision],
    )
    assert plan.provenance is not None
    assert plan.provenance.decisions[0].unjudged is None
    document = to_document(plan)
    assert document["provenance"]["decisions"][0]["unjudged"] is None
    assert from_json(Plan, json.dumps(document)) == plan
    assert to_document(schedule(plan, values["site"]))["plan"] == {
        key: value for key, value in document.items() if key not in HEADERS
    }


# Schemas.

WORDS = {"$schema", "title", "description", "examples"}
ANSWER = (
    "documents of kind {kind!r} have another form than format {number} had: raise the format. "
    "Write an upgrader for it in iopkit.interchange.formats, keep the files of format {number} as "
    "they are, and let `make golden` write those of the next; CONTRIBUTING.md says more. If no "
    "release has written format {number} yet, delete its file in tests/golden/schemas and let "
    "`make golden` write it again"
)


def form(schema: Any) -> Any:
    """What a schema asks, without words for people and without the names of facts.

    Facts may grow without a new format: a policy names those that it asks about, and a caller
    may bring more. Words of an enumeration may not, as an older version could not read them.
    """
    match schema:
        case dict():
            return {
                key: _parts(value) if key in ("properties", "$defs") else form(value)
                for key, value in schema.items()
                if key not in WORDS
            }
        case list():
            return [form(part) for part in schema]
        case _:
            return schema


def unnamed(schema: Any) -> Any:
    """The same with numbers for the names of parts, which are those of classes in Python."""
    refs = re.findall(r'"#/\$defs/(\w+)"', json.dumps(schema))
    numbers = {name: f"part-{number}" for number, name in enumerate(dict.fromkeys(refs))}

    def renamed(part: Any) -> Any:
        match part:
            case dict():
                return {
                    key: {numbers.get(name, name): renamed(inner) for name, inner in value.items()}
                    if key == "$defs"
                    else renamed(value)
                    for key, value in part.items()
                }
            case list():
                return [renamed(inner) for inner in part]
            case str() if part.startswith("#/$defs/"):
                return f"#/$defs/{numbers[part.removeprefix('#/$defs/')]}"
            case _:
                return part

    return renamed(schema)


def _parts(named: Mapping[str, Any]) -> dict[str, Any]:
    forms = {name: form(schema) for name, schema in named.items()}
    for name in {"Fact", "PatientFact"} & forms.keys():
        forms[name] = {}  # which facts there are: they may grow
    return forms


def unlike(kind: str, schema: Any) -> str:
    """What to do where a schema is not that of the current format; empty if it is."""
    number = current_format(kind)
    file = GOLDEN / "schemas" / f"{kind}-{number}.json"
    if file.exists() and unnamed(form(parsed(file))) == unnamed(form(schema)):
        return ""
    return ANSWER.format(kind=kind, number=number)


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_changes_only_with_its_format(kind: str) -> None:
    file = GOLDEN / "schemas" / f"{kind}-{current_format(kind)}.json"
    if WRITE and not file.exists():
        file.write_text(f"{indented(form(json_schema(kind)))}\n", encoding="utf-8")
    assert not unlike(kind, json_schema(kind))


def test_a_schema_names_the_current_format() -> None:
    for kind in KINDS:
        assert f'"const": {current_format(kind)}}}' in json.dumps(json_schema(kind))
    formats = {number: {k for k in KINDS if current_format(k) == number} for number in (1, 3)}
    assert formats == {
        1: {
            "assignments",
            "clinic",
            "course",
            "due_rules",
            "facts",
            "goals",
            "habits",
            "instrument",
            "study",
        },
        3: {"decision", "ladder", "placement", "plan", "schedule"},
    }


def _site() -> dict[str, Any]:
    return deepcopy(json_schema("site"))


def test_another_form_asks_for_another_format() -> None:
    longer, stricter, word = _site(), _site(), deepcopy(json_schema("plan"))
    longer["properties"]["color"] = {"type": "string"}
    stricter["required"].append("break_between_minutes")
    word["$defs"]["NoteSubject"]["enum"].append("new")
    assert "raise the format" in unlike("site", longer)
    assert "raise the format" in unlike("site", stricter)
    assert "raise the format" in unlike("plan", word)


def test_other_words_and_more_facts_ask_for_no_other_format() -> None:
    said, facts = _site(), deepcopy(json_schema("policy"))
    said["description"] = "Another word."
    said["properties"]["name"]["description"] = "Another word."
    facts["$defs"]["Fact"]["anyOf"][0]["enum"].append("on_bail")
    assert unlike("site", said) == ""
    assert unlike("policy", facts) == ""


def test_a_property_that_bears_the_name_of_a_word_counts() -> None:
    schema = deepcopy(json_schema("program"))
    del schema["properties"]["title"]
    assert unlike("program", schema)


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_a_kept_document_is_valid_by_the_kept_schema_of_its_format(file: Path) -> None:
    kind, number, *_ = file.stem.split("-")
    schema = parsed(GOLDEN / "schemas" / f"{kind}-{number}.json")
    Draft202012Validator(schema).validate(parsed(file))


def test_what_older_programs_meant_by_their_numbers_is_kept() -> None:
    test = {"name": "test", "timing": {"type": "random_days"}}
    phases = [
        {"name": "a", "title": "A", "weeks": 6, "weeks_max": 8, "services": [test]},
        {"name": "b", "title": "B", "weeks_max": 4},
        {"name": "c", "title": "C", "weeks": 3, "weeks_max": 3},
        {"name": "d", "title": "D", "weeks": 5},
        {"name": "e", "title": "E"},
    ]
    program = {"document": "program", "format": 1, "phases": phases, "continuing_care": {}}
    (first, *others) = upgrade_document(program)["phases"]
    assert [*first.items()][:4] == [
        ("name", "a"),
        ("title", "A"),
        ("weeks_min", 6),
        ("weeks_max", 8),
    ]
    assert first["services"][0]["timing"] == {"type": "random_days", "per_week": 1}
    weeks = [{k: v for k, v in phase.items() if k.startswith("weeks")} for phase in others]
    assert weeks == [{"weeks_max": 4}, {"weeks": 3}, {"weeks": 5}, {}]
    plan = upgrade_document({"document": "plan", "format": 2, "program": program})
    assert plan["program"]["phases"] == [first, *others]
