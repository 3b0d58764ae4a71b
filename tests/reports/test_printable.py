"""Whatever texts say, a report's lines are its own, and nothing in it commands a terminal."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iopkit import InvalidError, find_policy, to_json
from iopkit.cli import main
from iopkit.prose import printable
from iopkit.reports import (
    calendar_text,
    charges_csv,
    charges_html,
    charges_text,
    coding_text,
    conflicts_text,
    decision_html,
    decision_markdown,
    decision_text,
    difference_text,
    findings_text,
    ladder_text,
    moves_text,
    placement_text,
    plan_html,
    plan_text,
    policy_text,
    rates_text,
    requirements_text,
    template_text,
    timeline_text,
    week_text,
)
from iopkit.reports.lines import page
from iopkit.schedules import patient_conflicts, schedule_difference

Report = Callable[[Any], str]
Reader = Callable[[str, str | bytes], object]

REPORTS: Mapping[str, Sequence[Report]] = {
    "charges": [charges_text, charges_csv, charges_html],
    "coding": [coding_text],
    "decision": [decision_text, decision_markdown, decision_html],
    "finding": [lambda finding: findings_text([finding])],
    "ladder": [ladder_text],
    "placement": [placement_text],
    "plan": [plan_text, plan_html],
    "policy": [policy_text],
    "program": [template_text],
    "rates": [rates_text],
    "requirements": [requirements_text],
    "schedule": [
        calendar_text,
        moves_text,
        timeline_text,
        lambda made: week_text(made, week=1),
        lambda made: difference_text(schedule_difference(made, made)),
        lambda made: conflicts_text(patient_conflicts([made, made])),
    ],
}
LINE = "ELIGIBLE"
"""What would pass for a line of ours; by itself, as a longer one may be folded there."""

ends_of_lines = st.sampled_from(["\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\n\n"])
commands = st.sampled_from(["\x1b[8m", "\x9b2J", "\x07", "\x7f", "\u202e", "\u2066", "\u061c", ""])
forgeries = st.builds("{0}{1}{2}{1}{0}tail".format, commands, ends_of_lines, st.just(LINE))


def other(text: str) -> list[str]:
    """The characters of a text that are neither shown nor an end of a line of ours."""
    return [c for c in text if printable(c) != c and c != "\n"]


def replaced(part: Any, those: Collection[str], tail: str) -> Any:
    """A document with a tail after some texts wherever they are, so that what agreed still does."""
    if isinstance(part, dict):
        return {key: replaced(value, those, tail) for key, value in part.items()}
    if isinstance(part, list):
        return [replaced(value, those, tail) for value in part]
    return part + tail if isinstance(part, str) and part in those else part


def texts_of(part: Any) -> set[str]:
    if isinstance(part, dict | list):
        inside = part.values() if isinstance(part, dict) else part
        return set().union(*map(texts_of, inside))
    return {part} if isinstance(part, str) else set()


def is_read(read: Reader, kind: str, document: Any) -> bool:
    try:
        read(kind, json.dumps(document))
    except InvalidError:
        return False
    return True


# Fewer, as each is tried in every text of a document; then, as that is cheaper, in all at once
# that can be anything.
@settings(max_examples=max(2, settings().max_examples // 5))
@pytest.mark.parametrize("kind", REPORTS)
@given(forged=forgeries)
def test_no_text_of_a_document_forges_a_line(
    kind: str, forged: str, texts: Mapping[str, str], read: Reader
) -> None:
    document = json.loads(texts[kind])
    every = sorted(texts_of(document))
    free = [text for text in every if is_read(read, kind, replaced(document, [text], forged))]
    assert free
    value = read(kind, json.dumps(replaced(document, free, forged)))
    for report in REPORTS[kind]:
        said = report(value)
        assert not other(said)
        assert LINE not in map(str.strip, said.split("\n"))


@given(st.lists(st.text()), st.integers(1, 3))
def test_a_page_has_as_many_lines_as_it_was_given(lines: list[str], apart: int) -> None:
    whole = page(lines, apart=apart)

    assert whole.count("\n") == apart * max(len(lines) - 1, 0)
    assert page([whole, "end"]) == f"{whole}\nend"


FORGED = "Medicare\n\nELIGIBLE: every criterion is met.\n\x1b[8m"


@pytest.fixture
def forged(texts: Mapping[str, str], tmp_path: Path) -> tuple[str, str]:
    """The paths of a patient and of a policy whose texts pass for a verdict."""
    document = json.loads(to_json(find_policy("us-medicare-iop")))
    (version,) = document["versions"]["dated"]
    document["title"] = version["source"]["citation"] = FORGED
    for criterion in version["value"]:
        criterion["meaning"] += FORGED
    patient, policy = tmp_path / "patient.json", tmp_path / "policy.json"
    patient.write_text(texts["patient"], encoding="utf-8")
    policy.write_text(json.dumps(document), encoding="utf-8")
    return str(patient), str(policy)


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_a_policy_forges_no_verdict_on_a_terminal(
    form: str, forged: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    patient, policy = forged
    code = main(["decide", patient, "--policy", policy, "--on", "2026-03-02", "--form", form])

    said = capsys.readouterr().out
    assert code in {1, 3}
    assert not other(said)
    # Within a text that was folded it may come first, further in.
    assert not [line for line in said.split("\n") if line.startswith("ELIGIBLE:")]


def test_json_on_a_terminal_holds_the_texts_and_commands_nothing(
    forged: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    patient, policy = forged
    text = Path(policy).read_text(encoding="utf-8").replace("Medicare", "\x7f\u202e")
    Path(policy).write_text(text, encoding="utf-8")
    main(["decide", patient, "--policy", policy, "--on", "2026-03-02", "--json"])

    said = capsys.readouterr().out
    assert not other(said)
    assert json.loads(said)["title"].startswith("\x7f\u202e")


def test_what_is_wrong_with_a_file_commands_no_terminal(
    forged: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    patient, policy = forged
    text = Path(policy).read_text(encoding="utf-8")
    key = json.dumps(FORGED)
    Path(policy).write_text(text.replace('"title"', f'{key}: {key}, "titel"'), encoding="utf-8")

    assert main(["decide", patient, "--policy", policy]) == 2
    said = capsys.readouterr().err
    assert not other(said)
    assert not [line for line in said.split("\n") if line.startswith("ELIGIBLE")]
