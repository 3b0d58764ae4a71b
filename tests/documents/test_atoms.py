"""How documents say which findings count, what is possible, and what never was."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.documents import from_json, from_toml, predicate_from_json, to_document, to_json
from iopkit.eligibility import (
    FACTS,
    NEVER,
    Criterion,
    Decision,
    FactSheet,
    Policy,
    Possible,
    Predicate,
    Value,
)
from iopkit.errors import InvalidError
from iopkit.sources import Dated, Grade, Source, Versions

SCORE, SINCE = FACTS["phq_9_total_score"], FACTS["days_since_24_hour_care"]
STAGE = FACTS["remission"]
SOURCE = Source("Example Code 1", Grade.LEGAL_TEXT)
ON = date(2026, 1, 12)


# Any: documents are of a union, which is no class.
ANY_PREDICATE: Any = Predicate


def read(text: str) -> Predicate:
    predicate: Predicate = from_toml(ANY_PREDICATE, f'document = "predicate"\nformat = 2\n{text}')
    return predicate


@pytest.mark.parametrize(
    "predicate",
    [
        SCORE.within(days=90) >= 20,
        SCORE.since(date(2025, 6, 1)).between(5, 9),
        SCORE.within(days=0).is_known,
        SCORE.within(days=7).is_in(1, 2),
        SINCE.equals(NEVER),
        SINCE.is_in(1, NEVER),
        SINCE.between(30, NEVER),
        (SCORE.within(days=90) >= 20) | (SCORE >= 25),
    ],
)
def test_what_is_asked_comes_back(predicate: Predicate) -> None:
    assert predicate_from_json(to_json(predicate)) == predicate


def test_which_findings_count_stands_beside_the_fact() -> None:
    assert to_document(SCORE.within(days=90) >= 20) == {
        "document": "predicate",
        "format": 2,
        "type": "compare",
        "fact": "phq_9_total_score",
        "operator": ">=",
        "value": 20,
        "within_days": 90,
    }
    assert to_document(SCORE.since(date(2025, 6, 1)) >= 20)["since"] == "2025-06-01"
    assert to_document(SINCE.equals(NEVER))["value"] == "never"


def test_a_file_asks_for_recent_findings_in_a_key() -> None:
    text = 'type = "compare"\nfact = "phq_9_total_score"\noperator = ">="\nvalue = 20\n'

    assert read(f"{text}within_days = 90") == (SCORE.within(days=90) >= 20)
    assert read(f"{text}since = 2025-06-01") == (SCORE.since(date(2025, 6, 1)) >= 20)


@pytest.mark.parametrize(
    ("fact", "more", "fault"),
    [
        ("age", "within_days = 90", "a fact that is found on some day"),
        ("phq_9_total_score", "within_days = -1", "within_days: expected 0 or more"),
        (
            "phq_9_total_score",
            "within_days = 9\nsince = 2025-06-01",
            "since: expected a day, or a number of days",
        ),
        ("phq_9_total_score", 'within_days = "90"', "within_days: expected a whole number"),
    ],
)
def test_what_cannot_be_asked_so_is_refused(fact: str, more: str, fault: str) -> None:
    with pytest.raises(InvalidError, match=fault):
        read(f'type = "compare"\nfact = "{fact}"\noperator = ">="\nvalue = 20\n{more}')


def test_never_is_no_number_of_another_fact() -> None:
    with pytest.raises(InvalidError, match="a whole number from 0 to 27"):
        read('type = "compare"\nfact = "phq_9_total_score"\noperator = ">="\nvalue = "never"')


def decided(**values: Value) -> Decision:
    asked = (SCORE >= 20, SINCE < 30, STAGE.equals("early"))
    criteria = tuple(Criterion(f"c{n}", "Holds.", one, SOURCE) for n, one in enumerate(asked))
    policy = Policy("own", "Own", Versions((Dated(date(2020, 1, 1), criteria, SOURCE),)))
    return policy.decide_sheet(FactSheet.of([SCORE, SINCE, STAGE], values, on=ON))


RANGES = st.tuples(st.integers(0, 27), st.integers(0, 27)).map(
    lambda two: Possible(min(two), max(two))
)


@given(
    RANGES | st.integers(0, 27) | st.none(),
    st.sampled_from([NEVER, 3, Possible(3, NEVER), Possible(0, 40), None]),
    st.sets(st.sampled_from(["early", "sustained", "no_disorder"])).map(
        lambda some: Possible(options=frozenset(some), found=date(2025, 1, 1))
    ),
)
def test_a_decision_over_what_is_possible_comes_back(
    score: Value, since: Value, stage: Value
) -> None:
    values = {SCORE.name: score, SINCE.name: since, STAGE.name: stage}
    decision = decided(**values)

    assert from_json(Decision, to_json(decision)) == decision


def test_what_is_possible_is_written_as_a_range_or_a_list() -> None:
    decision = decided(
        phq_9_total_score=Possible(24, 27, found=date(2015, 1, 1)),
        days_since_24_hour_care=Possible(30, NEVER),
        remission=Possible(options=frozenset(("sustained", "early"))),
    )
    told = [result["explanation"] for result in to_document(decision)["results"]]

    assert [each["value"] for each in told] == [
        *({"from": 24, "to": 27}, {"from": 30, "to": "never"}),
        ["early", "sustained"],
    ]
    assert [each.get("found") for each in told] == ["2015-01-01", None, None]


@pytest.mark.parametrize(
    "value",
    [
        {"from": 24},
        {"from": 24, "to": 27, "by": 1},
        {"from": 27, "to": 24},
        {"from": 24, "to": 28},
        {"from": "few", "to": 27},
        {"from": True, "to": 27},
        [],
        ["early", True],
        [["early"]],
    ],
)
def test_what_is_no_value_of_a_fact_is_refused_and_not_shown(value: Any) -> None:
    document = to_document(decided(phq_9_total_score=Possible(24, 27)))
    document["results"][0]["explanation"]["value"] = value

    with pytest.raises(InvalidError) as caught:
        from_json(Decision, json.dumps(document))
    assert any("value" in fault.path for fault in caught.value.faults)
    assert "few" not in str(caught.value)
