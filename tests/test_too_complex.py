"""A verdict survives an explanation that is too large, and says what was left out."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from uuid import UUID

import jsonschema
import pytest
from hypothesis import given

from iopkit import FACTS, Decision, InvalidError, Patient, Policy, Source, Truth, from_json, to_json
from iopkit.cli import main
from iopkit.documents import json_schema, to_document
from iopkit.eligibility import AtLeast, Criterion, FactSheet, Predicate, Scalar, evaluate
from iopkit.errors import TooComplexError
from iopkit.levels import LevelOfCare
from iopkit.patients import Assessment
from iopkit.placement import Ladder, Placement, Rung, place
from iopkit.reports import decision_html, decision_markdown, decision_text, placement_text
from iopkit.sources import Dated, Grade, Versions
from iopkit.strategies import fact_values, predicates

ON = date(2026, 1, 5)
OWN = Source("Our own rule", Grade.SECONDARY)
KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
HEAVY = AtLeast(600, (FACTS["benefit_likely"].equals(True),) * 1200)
"""What nobody can explain and anybody can judge: it is yes if a benefit is likely, else no."""

Report = Callable[[Decision], str]
VERDICTS = {True: (Truth.YES, 0), False: (Truth.NO, 1), None: (Truth.UNKNOWN, 3)}
SAID = {Truth.YES: "ELIGIBLE:", Truth.NO: "NOT ELIGIBLE:", Truth.UNKNOWN: "UNDETERMINED:"}

benefits = pytest.mark.parametrize("benefit", VERDICTS)
reports = pytest.mark.parametrize("report", [decision_text, decision_markdown, decision_html])


def policy(*asked: Predicate) -> Policy:
    criteria = tuple(Criterion(f"c{n}", f"Number {n}.", p, OWN) for n, p in enumerate(asked))
    return Policy("own", "Our own", Versions((Dated(date(2024, 1, 1), criteria, OWN),)))


def somebody(*, benefit: bool | None) -> Patient:
    return Patient(KEY, assessments=(Assessment(ON, benefit_likely=benefit, dangerous=False),))


def decided(*, benefit: bool | None) -> Decision:
    return policy(HEAVY).decide(somebody(benefit=benefit), on=ON)


@benefits
def test_who_asks_for_the_explanation_is_told_that_there_is_none(benefit: bool | None) -> None:
    decision = decided(benefit=benefit)

    assert decision.verdict is VERDICTS[benefit][0]
    with pytest.raises(TooComplexError):
        _ = decision.missing
    with pytest.raises(TooComplexError):
        _ = decision.results[0].evidence
    if benefit is False:
        with pytest.raises(TooComplexError):
            _ = decision.changes
    else:
        assert decision.changes == ()


@reports
@benefits
def test_a_report_has_the_verdict_and_says_what_is_left_out(
    benefit: bool | None, report: Report
) -> None:
    decision = decided(benefit=benefit)
    said = " ".join(report(decision).replace("\\", "").split())
    value = {True: "true", False: "false", None: "not known"}[benefit]

    assert SAID[decision.verdict] in said
    assert f"{value}; which of these decided is too complex to work out" in said
    # That it is twice more: in what is still to find out and, of a no, in what would change it.
    assert said.count("too complex to work out") == 2 + (benefit is False)


@pytest.mark.no_cover  # goes to the limit
@benefits
def test_a_document_has_the_verdict_and_null_for_what_is_left_out(benefit: bool | None) -> None:
    decision = decided(benefit=benefit)
    document = to_document(decision)

    assert document["verdict"] == decision.verdict
    assert document["missing"] is document["results"][0]["evidence"] is None
    assert document["changes"] == (None if benefit is False else [])
    assert from_json(Decision, to_json(decision)) == decision
    jsonschema.validate(document, json_schema(Decision))


def test_what_is_written_where_there_is_nothing_to_hold_it_against_is_not_believed() -> None:
    document = to_document(decided(benefit=None)) | {"missing": []}
    read = from_json(Decision, json.dumps(document))

    assert read == decided(benefit=None)
    with pytest.raises(TooComplexError):
        _ = read.missing


def test_what_was_too_complex_once_is_worked_out_where_it_can_be() -> None:
    decision = policy(FACTS["benefit_likely"].equals(True)).decide(somebody(benefit=None), on=ON)
    document = to_document(decision) | {"missing": None, "changes": None}
    document["results"][0]["evidence"] = None

    read = from_json(Decision, json.dumps(document))
    assert read == decision
    assert read.missing == ("benefit_likely",)


@pytest.mark.parametrize("key", ["missing", "changes", "verdict"])
def test_what_is_left_out_without_a_word_is_refused(key: str) -> None:
    decision = policy(FACTS["benefit_likely"].equals(True)).decide(somebody(benefit=None), on=ON)
    document = {name: value for name, value in to_document(decision).items() if name != key}

    with pytest.raises(InvalidError, match=key):
        from_json(Decision, json.dumps(document))
    with pytest.raises(InvalidError, match="verdict"):
        from_json(Decision, json.dumps({**document, key: [], "verdict": None}))


def ladder() -> Ladder:
    levels = ("1", "2.1")
    return Ladder("own", "Our own", tuple(Rung(LevelOfCare(n), policy(HEAVY)) for n in levels))


@benefits
def test_a_placement_has_its_level_and_says_what_is_left_out(benefit: bool | None) -> None:
    placement = place(ladder(), somebody(benefit=benefit), on=ON)
    said = placement_text(placement)

    assert placement.verdict is VERDICTS[benefit][0]
    assert "Still to find out, what settles most first:\n  - too complex to work out" in said
    assert to_document(placement)["missing"] is None
    assert from_json(Placement, to_json(placement)) == placement


@pytest.mark.parametrize("heavy_first", [True, False])
@given(asked=predicates(), values=fact_values(tuple(FACTS.values())))
def test_beside_any_criterion_a_heavy_one_takes_no_verdict_along(
    heavy_first: bool, asked: Predicate, values: Mapping[str, Scalar | None]
) -> None:
    both = policy(*((HEAVY, asked) if heavy_first else (asked, HEAVY)))
    decision = both.decide_sheet(FactSheet.of(FACTS.values(), values, on=ON))

    assert decision.verdict is evaluate(asked, values) & evaluate(HEAVY, values)
    assert to_document(decision)["verdict"] == decision.verdict
    assert "too complex to work out" in decision_text(decision)


@benefits
@pytest.mark.parametrize("form", ["text", "markdown", "html", "json"])
def test_the_command_line_answers(
    form: str, benefit: bool | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {
        "patient.json": somebody(benefit=benefit),
        "policy.json": policy(HEAVY),
        "ladder.json": ladder(),
    }
    for name, value in files.items():
        (tmp_path / name).write_text(to_json(value), encoding="utf-8")
    patient, own, rungs = (str(tmp_path / name) for name in files)
    how = ["--json"] if form == "json" else ["--form", form]
    verdict, code = VERDICTS[benefit]

    assert main(["decide", patient, "--policy", own, "--on", str(ON), *how]) == code
    said = capsys.readouterr().out
    assert (json.loads(said)["verdict"] == verdict) if form == "json" else (SAID[verdict] in said)
    assert main(["place", patient, "--ladder", rungs, "--on", str(ON)]) == code
    assert "too complex to work out" in capsys.readouterr().out
