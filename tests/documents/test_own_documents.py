"""Documents of instruments and facts that are not shipped, and documents that name them."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import iopkit
from iopkit import InvalidError, Patient, Policy, Program, from_json, from_toml, to_json
from iopkit.documents import predicate_from_json, to_document
from iopkit.documents.upgrades import upgrade_file
from iopkit.eligibility import AllOf, AnyOf, OwnFacts, facts_with
from iopkit.library import LADDERS, POLICIES
from iopkit.patients import INSTRUMENTS, Instrument, Observation, Screening
from iopkit.placement import Ladder, place
from iopkit.placement.placement import Placement
from iopkit.strategies import instruments, own_facts, patients

TEMPLATES = Path(iopkit.__file__).parent / "templates"
KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
DAY = date(2026, 3, 2)
CRAFFT = from_toml(Instrument, (TEMPLATES / "instrument.toml").read_bytes())
FACTS_TEXT = (TEMPLATES / "facts.toml").read_text(encoding="utf-8")


def problems(read: Callable[[], object]) -> list[str]:
    with pytest.raises(InvalidError) as caught:
        read()
    return [str(fault) for fault in caught.value.faults]


# Instruments.


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_a_shipped_instrument_is_written_and_read(name: str) -> None:
    assert from_json(Instrument, to_json(INSTRUMENTS[name])) == INSTRUMENTS[name]


def test_a_scale_names_its_items() -> None:
    document = to_document(CRAFFT)
    assert document["scales"][0]["items"] == [
        "car",
        "relax",
        "alone",
        "forget",
        "friends",
        "trouble",
    ]
    assert "points" not in json.dumps(document["scales"])


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        pytest.param(
            '"trouble"]',
            '"truoble"]',
            "line 48: scales[0].items[5]: expected the number of one of the instrument's items, "
            "found 'truoble' (did you mean 'trouble'?)",
            id="an item that is not there",
        ),
        pytest.param(
            "low = 2",
            "low = 3",
            "line 52: scales[0].band_sets: expected bands that follow one another from 0 to 6, "
            "found others in 'cut_off'",
            id="a gap between bands",
        ),
        pytest.param(
            "points = [0, 1] },",
            "points = [0] },",
            "line 29: items[0].points: expected one for each answer, found 1",
            id="an answer without points",
        ),
        pytest.param(
            'number = "A3"',
            'number = "A2"',
            "line 28: items: expected each number once, found one twice",
            id="a number twice",
        ),
        pytest.param(
            'name = "crafft"',
            'name = "CRAFFT"',
            "line 12: name: expected a name of lower-case letters, digits and underscores, "
            "found 'CRAFFT'",
            id="a name in capitals",
        ),
        pytest.param(
            "highest = false",
            "highest = 0",
            "line 49: scales[0].highest: expected true or false, found a whole number",
            id="no truth",
        ),
    ],
)
def test_what_is_wrong_with_an_instrument_has_its_path_and_line(
    old: str, new: str, found: str
) -> None:
    text = (TEMPLATES / "instrument.toml").read_text(encoding="utf-8")
    assert old in text
    told = problems(lambda: from_toml(Instrument, text.replace(old, new, 1)))
    assert found.partition(": ")[2] in [one.partition(": ")[2] for one in told]
    assert all(one.startswith("line ") for one in told)


def test_the_worked_example_scores_as_its_sources_say() -> None:
    def risk(*answers: int | None) -> tuple[int | None, str | None]:
        screening = Screening("crafft", DAY, answers, own=CRAFFT)
        return screening.score("risk"), screening.band("risk", "cut_off")

    nobody_asked = (None,) * 5
    assert risk(0, 0, 0, 0, *nobody_asked) == (0, "below")
    assert risk(0, 0, 0, 1, *nobody_asked) == (1, "below")
    assert risk(0, 1, 0, 0, *nobody_asked) == (None, None)
    assert risk(0, 1, 0, 1, 0, 0, 0, 0, 0) == (1, "below")
    assert risk(1, 0, 0, 0, 0, 1, 0, 0, 1) == (2, "at_risk")
    assert risk(1, 1, 1, 1, 1, 1, 1, 1, 1) == (6, "at_risk")
    assert risk(1, 0, 0, 1, 1, None, 0, 0, 0) == (None, "at_risk")


# Patients screened with one.


@given(instruments(), st.data())
def test_a_patient_is_read_with_the_instruments_that_are_given(
    own: Instrument, data: st.DataObject
) -> None:
    patient = data.draw(patients())
    screening = Screening(own.name, DAY, own=own)
    patient = evolve(patient, birth_date=None, screenings=(*(patient.screenings or ()), screening))
    text = to_json(patient)
    assert own.title not in text
    assert from_json(Patient, text, instruments=[CRAFFT, own]) == patient
    (told,) = problems(lambda: from_json(Patient, text, instruments=[CRAFFT]))
    assert own.name not in told
    assert own.name not in str(problems(lambda: from_json(Patient, text)))


def test_what_answers_an_own_instrument_allows_is_checked() -> None:
    screening = {"instrument": "crafft", "on": "2026-03-02", "answers": [2, *[0] * 8]}
    document = {"document": "patient", "format": 2, "key": str(KEY), "screenings": [screening]}
    told = problems(lambda: from_json(Patient, json.dumps(document), instruments=[CRAFFT]))
    expected = "screenings[0].answers[0]: expected an answer that the item allows"
    assert told == [f"{expected}, found another whole number"]


@pytest.mark.parametrize(
    "own", [[CRAFFT, CRAFFT], [INSTRUMENTS["cows"]], [evolve(CRAFFT, name="gad_7")]]
)
def test_given_instruments_are_each_once_and_not_shipped(own: list[Instrument]) -> None:
    text = to_json(Patient(KEY))
    assert problems(lambda: from_json(Patient, text, instruments=own)) == [
        "name: expected one instrument of each name, and no shipped one, found two"
    ]


# Facts.


@given(st.data())
def test_facts_are_read_with_the_instruments_that_they_name(data: st.DataObject) -> None:
    own = data.draw(instruments())
    listed = data.draw(st.lists(own_facts(own), min_size=1, unique_by=lambda fact: fact.name))
    facts = OwnFacts(tuple(listed))
    assert from_json(OwnFacts, to_json(facts), instruments=[own]) == facts


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        pytest.param(
            'name = "nights_away"',
            'name = "age"',
            "facts[1].name: expected a name that no shipped fact has, found 'age'",
            id="a shipped name",
        ),
        pytest.param(
            'name = "nights_away"',
            'name = "on_probation"',
            "facts: expected each name once, found one twice",
            id="a name twice",
        ),
        pytest.param(
            'instrument = "phq_9", scale = "total" }',
            'instrument = "phq9", scale = "total" }',
            "facts[3].read.instrument: expected the name of an instrument, found 'phq9' "
            "(did you mean 'phq_9'?)",
            id="an instrument that is not there",
        ),
        pytest.param(
            'scale = "total", band_set',
            'scale = "sum", band_set',
            "facts[4].read.scale: expected one of total, self_harm, found 'sum'",
            id="a scale that is not there",
        ),
        pytest.param(
            'band_set = "severity"',
            'band_set = "bands"',
            "facts[4].read.band_set: expected one of severity, screen, found 'bands'",
            id="a band set that is not there",
        ),
        pytest.param(
            "low = 0, high = 7",
            "low = 8, high = 7",
            "facts[1].read.kind.high: expected at least 8.0, found 7.0",
            id="a range that is none",
        ),
        pytest.param(
            '{ type = "yes_no" }',
            '{ type = "truth" }',
            "facts[0].read.kind.type: expected one of yes_no, number, choice, found another",
            id="a kind that is none",
        ),
    ],
)
def test_what_is_wrong_with_facts_has_its_path_and_line(old: str, new: str, found: str) -> None:
    assert old in FACTS_TEXT
    (told,) = problems(lambda: from_toml(OwnFacts, FACTS_TEXT.replace(old, new, 1)))
    line, _, rest = told.partition(": ")
    assert rest == found
    number = int(line.removeprefix("line "))
    start = FACTS_TEXT.index(old)
    assert number <= FACTS_TEXT[: start + len(old)].count("\n") + 1


def test_a_policy_that_asks_an_own_fact_is_read_with_it() -> None:
    facts = facts_with(from_toml(OwnFacts, FACTS_TEXT).facts, instruments=[CRAFFT])
    asked = (facts["nights_away"] < 3) & facts["crafft_risk_cut_off_band"].equals("at_risk")
    assert predicate_from_json(to_json(asked), facts=facts) == asked
    told = problems(lambda: predicate_from_json(to_json(asked)))
    assert [one.partition(": ")[2].partition(",")[0] for one in told] == [
        "parts[0].fact: expected the name of a fact",
        "parts[1].fact: expected the name of a fact",
    ]


def test_given_instruments_bring_their_facts() -> None:
    policy = to_json(POLICIES[0])
    assert from_json(Policy, policy, instruments=[CRAFFT]) == POLICIES[0]
    asked = facts_with(instruments=[CRAFFT])["crafft_risk_score"] >= 2
    document = json.loads(policy)
    document["versions"]["dated"][0]["value"][0]["predicate"] = {
        key: value
        for key, value in json.loads(to_json(asked)).items()
        if key not in ("document", "format")
    }
    read = from_json(Policy, json.dumps(document), instruments=[CRAFFT])
    assert read.versions.dated[0].value[0].predicate == asked


def test_programs_are_read_beside_own_instruments() -> None:
    text = (TEMPLATES / "program.toml").read_bytes()
    assert from_toml(Program, text, instruments=[CRAFFT]) == from_toml(Program, text)


# Observations.


def observed(fact: str, value: Any) -> str:
    return to_json(Patient(KEY, observations=(Observation(fact, value, DAY),)))


def test_an_observation_is_of_its_facts_kind_where_the_fact_is_known() -> None:
    facts = facts_with(from_toml(OwnFacts, FACTS_TEXT).facts)
    fitting, wrong = (0, 7), (8, True, "3", 2.5)
    for value in fitting:
        text = observed("nights_away", value)
        assert to_json(from_json(Patient, text, facts=facts)) == text
    for other in wrong:
        text = observed("nights_away", other)
        (told,) = problems(lambda text=text: from_json(Patient, text, facts=facts))  # type: ignore[misc]
        assert told.endswith(
            "observations[0].value: expected a value that the fact can have, found another value"
        )
        # Whoever does not know the fact keeps what is recorded.
        assert to_json(from_json(Patient, text)) == text


@pytest.mark.parametrize("name", ["age", "bam_use_score"])
def test_an_observation_of_a_shipped_fact_is_refused(name: str) -> None:
    (told,) = problems(lambda: from_json(Patient, observed(name, 3)))
    assert "observations[0].fact: expected a name that no shipped fact has" in told
    assert name not in told


@pytest.mark.parametrize("value", [None, [], {}, "\ud800"])
def test_an_observation_of_no_value_is_refused(value: Any) -> None:
    text = observed("nights_away", 3).replace(" 3,", f" {json.dumps(value)},")
    assert all(one.startswith("line ") for one in problems(lambda: from_json(Patient, text)))


# Groups without parts.


def policy_with(predicate: dict[str, Any]) -> str:
    document = json.loads(to_json(POLICIES[0]))
    document["versions"]["dated"][0]["value"][1]["predicate"] = predicate
    return json.dumps(document)


WHERE = "versions.dated[0].value[1].predicate"


@pytest.mark.parametrize(("kind", "what"), [("all_of", "always holds"), ("any_of", "never holds")])
@pytest.mark.parametrize(
    ("around", "path"),
    [
        pytest.param(lambda group: group, "", id="the whole"),
        pytest.param(lambda group: {"type": "not", "part": group}, ".part", id="turned round"),
        pytest.param(
            lambda group: {
                "type": "at_least",
                "count": 1,
                "parts": [{"type": "known", "fact": "age"}, group],
            },
            ".parts[1]",
            id="counted",
        ),
    ],
)
def test_a_group_without_parts_is_refused_with_its_path(
    kind: str, what: str, around: Callable[[dict[str, Any]], dict[str, Any]], path: str
) -> None:
    text = policy_with(around({"type": kind, "parts": []}))
    told = f"{WHERE}{path}.parts: expected at least one part, found none, which {what}"
    fix = " (if that is meant, say so in a label)"
    assert problems(lambda: from_json(Policy, text)) == [told + fix]


@pytest.mark.parametrize("group", [AllOf(()), AnyOf(()), ~AllOf(())])
def test_a_group_without_parts_is_not_written_either(group: Any) -> None:
    assert [one.partition(":")[0] for one in problems(lambda: to_json(group))] in (
        ["parts"],
        ["part.parts"],
    )


@pytest.mark.parametrize("group", [AllOf((), label="always"), AnyOf((), label="closed for now")])
def test_a_group_without_parts_that_says_it_is_meant_stays(group: Any) -> None:
    assert predicate_from_json(to_json(group)) == group
    text = policy_with({"type": "all_of", "parts": [], "label": group.label})
    assert from_json(Policy, text).versions.dated[0].value[1].predicate == evolve(
        group if isinstance(group, AllOf) else AllOf(()), label=group.label
    )


def test_what_was_decided_by_a_group_without_parts_is_still_read() -> None:
    """Results are nobody's rules: what was written of them is read as it was."""
    placement = place(LADDERS[0], Patient(KEY), on=DAY)
    assert from_json(Placement, to_json(placement)) == placement
    decision = evolve(
        POLICIES[0],
        versions=evolve(
            POLICIES[0].versions,
            dated=tuple(
                evolve(one, value=(evolve(one.value[0], predicate=AllOf(())), *one.value[1:]))
                for one in POLICIES[0].versions.dated
            ),
        ),
    ).decide(Patient(KEY), on=DAY)
    assert from_json(iopkit.Decision, to_json(decision)) == decision


@pytest.mark.parametrize("ladder", LADDERS, ids=lambda ladder: ladder.name)
def test_shipped_ladders_are_written_and_read(ladder: Ladder) -> None:
    assert from_json(Ladder, to_json(ladder)) == ladder
    for rung in ladder.rungs:
        assert from_json(Policy, to_json(rung.policy)) == rung.policy


# Upgrades of what names them.


def test_a_document_that_names_what_is_not_known_here_is_not_checked_in_full() -> None:
    screened = to_json(Patient(KEY, screenings=(Screening("crafft", DAY, own=CRAFFT),)))
    assert not upgrade_file("p.json", screened.encode()).checked
    named = FACTS_TEXT.replace('instrument = "phq_9"', 'instrument = "elm_9"')
    assert not upgrade_file("f.toml", named.encode()).checked
    assert upgrade_file("f.toml", FACTS_TEXT.encode()).checked
    wrong = screened.replace('"key"', '"kye"')
    with pytest.raises(InvalidError):
        upgrade_file("p.json", wrong.replace("crafft", "cows").encode())
