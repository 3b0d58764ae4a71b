"""A decision says the same in plain text, Markdown and HTML, whatever its words hold."""

from datetime import date
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from attrs import evolve
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from iopkit import Patient, Policy, Source
from iopkit.documents import from_json, to_document, to_json
from iopkit.eligibility import (
    FACTS,
    AllOf,
    AnyOf,
    Criterion,
    Decision,
    FactSheet,
    Predicate,
    Scalar,
)
from iopkit.library import find_policy
from iopkit.patients import Payer
from iopkit.reports import decision_html, decision_markdown, decision_text
from iopkit.sources import Dated, Grade, Versions
from iopkit.truth import Truth

DAY = date(2026, 1, 5)
KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
ELIGIBLE: dict[str, Scalar | None] = {
    "needed_hours_per_week": 9.0,
    "benefit_likely": True,
    "needs_24_hour_care": False,
    "support_adequate": True,
    "has_diagnosis": True,
    "dangerous": False,
    "able_to_participate": True,
}
NOBODY: dict[str, Scalar | None] = {f"covered_by_{payer.value}": False for payer in Payer}


def medicare(**known: Scalar | None) -> Decision:
    values = {**ELIGIBLE, "covered_by_medicare": True, **known}
    sheet = FactSheet.of(FACTS.values(), values, on=DAY)
    return find_policy("us-medicare-iop").decide_sheet(sheet)


def flat(text: str) -> str:
    return " ".join(text.split())


def html_words(text: str) -> str:
    return flat(" ".join(ET.fromstring(text).itertext()))  # noqa: S314  # our own text


def markdown_words(text: str) -> str:
    """What a reader of rendered Markdown sees."""
    html = MarkdownIt("commonmark").enable("table").render(text)
    return html_words(f"<div>{html}</div>")


CONTRADICTED: dict[str, Scalar | None] = {
    "needs_24_hour_care": False,
    "needs_medical_monitoring": True,
}


@pytest.mark.parametrize(
    ("known", "says"),
    [
        pytest.param({"dangerous": None}, "something is not known yet.", id="unknown"),
        pytest.param(CONTRADICTED, "recorded facts contradict each other.", id="contradicted"),
        pytest.param(
            {"support_adequate": None, **CONTRADICTED},
            "something is not known yet, and recorded facts contradict each other.",
            id="both",
        ),
        pytest.param(
            {"dangerous": None, "acute_withdrawal": False, "third_edition_dimension_1_risk": 4},
            "something is not known yet.",
            id="a contradiction that no criterion asks about",
        ),
    ],
)
def test_what_keeps_a_verdict_open_is_told_as_what_it_is(
    known: dict[str, Scalar | None], says: str
) -> None:
    decision = medicare(**known)

    assert f"UNDETERMINED: {says} " in flat(decision_text(decision))
    assert f"UNDETERMINED: {says} " in markdown_words(decision_markdown(decision))
    assert f"UNDETERMINED: {says} " in html_words(decision_html(decision))


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        pytest.param({}, ["ELIGIBLE: every criterion of this policy is met."], id="yes"),
        pytest.param(
            {"dangerous": True, "needed_hours_per_week": 7.5},
            [
                "NOT ELIGIBLE: a criterion is unmet.",
                "needed hours per week: 7.5 hours (decisive)",
                "The answer would be yes if:",
                "needed hours per week is at least 9 hours; and dangerous is false",
            ],
            id="no",
        ),
        pytest.param(
            {"dangerous": None},
            [
                "UNDETERMINED: something is not known yet.",
                "dangerous is not known (open)",
                "Still to find out, what settles most first:",
            ],
            id="unknown",
        ),
    ],
)
def test_every_form_says_the_verdict_its_reasons_and_what_next(
    known: dict[str, Scalar | None], expected: list[str]
) -> None:
    decision = medicare(**known)
    plain = flat(decision_text(decision))
    marked = markdown_words(decision_markdown(decision))
    tagged = html_words(decision_html(decision))

    for part in (*expected, "clinicians decide."):
        assert part in plain
        assert part in marked
        assert part in tagged
    for result in decision.results:
        for part in (result.criterion.meaning, str(result.criterion.source)):
            assert part in plain
            assert part in marked
            assert part in tagged


@pytest.mark.parametrize(
    ("name", "day", "said"),
    [
        pytest.param(
            "us-medicare-iop",
            date(2022, 4, 6),
            "judged for 2022-04-06, by the version in force since 2024-01-01 ASSUMED IN FORCE: on "
            "that day no version is known to be, and this is the nearest.",
            id="before",
        ),
        pytest.param(
            "us-nc-medicaid-iop",
            date(2025, 2, 3),
            "judged for 2025-02-03, by the version seen in a copy of 2023-04-30, in force by then, "
            "and no more by 2025-01-01 ASSUMED IN FORCE: on that day",
            id="after an end",
        ),
        pytest.param(
            "us-nc-medicaid-iop",
            date(2024, 2, 5),
            "judged for 2024-02-05, by the version seen in a copy of 2023-04-30, in force by then "
            "Whether the patient is covered by Medicaid",
            id="in force",
        ),
    ],
)
def test_every_form_says_what_is_assumed_to_be_in_force(name: str, day: date, said: str) -> None:
    policy = find_policy(name)
    decision = policy.decide_sheet(FactSheet.of((), {}, on=day), assume_in_force=True)
    assert said in flat(decision_text(decision))
    assert said in html_words(decision_html(decision))
    assert said in markdown_words(decision_markdown(decision))
    document = to_document(decision)
    assert from_json(Decision, to_json(decision)) == decision
    assert document.get("assumed_in_force", False) is ("ASSUMED" in said)


def test_what_no_criterion_judges_is_said() -> None:
    decision = evolve(medicare(), left_open=("Who refers the patient.",))

    for text in (decision_text(decision), decision_markdown(decision), decision_html(decision)):
        assert "Not judged here" in text
        assert "Who refers the patient." in text


@pytest.mark.parametrize(
    ("known", "told", "headline"),
    [
        pytest.param(
            {"covered_by_medicaid": True},
            "The patient is covered by Medicare on that day (also covered by: Medicaid; not known: "
            "commercial insurance, military insurance, the patient's own means, another payer).",
            "ELIGIBLE: every criterion of this policy is met.",
            id="covered",
        ),
        pytest.param(
            NOBODY | {"covered_by_military": True, "covered_by_self_pay": True},
            "The patient is not covered by Medicare on that day (covered by: military insurance, "
            "the patient's own means).",
            "Every criterion of this policy is met; the patient is not covered by Medicare on that "
            "day (covered by: military insurance, the patient's own means).",
            id="covered by others",
        ),
        pytest.param(
            NOBODY,
            "The patient is not covered by Medicare on that day (no other payer is recorded).",
            "Every criterion of this policy is met; the patient is not covered by Medicare on that "
            "day (no other payer is recorded).",
            id="covered by nobody",
        ),
        pytest.param(
            {"covered_by_medicare": None},
            "Whether the patient is covered by Medicare on that day is not known (other payers: "
            "not known).",
            "Every criterion of this policy is met; whether the patient is covered by Medicare on "
            "that day is not known (other payers: not known).",
            id="not known",
        ),
        pytest.param(
            NOBODY | {"dangerous": True},
            "The patient is not covered by Medicare on that day (no other payer is recorded).",
            "NOT ELIGIBLE: a criterion is unmet.",
            id="a no stays a no",
        ),
    ],
)
def test_every_form_of_a_payers_decision_says_whom_the_payer_covers(
    known: dict[str, Scalar | None], told: str, headline: str
) -> None:
    decision = medicare(**known)
    assert flat(told) in flat(decision_text(decision))
    assert flat(headline) in flat(decision_text(decision))
    for words in (
        markdown_words(decision_markdown(decision)),
        html_words(decision_html(decision)),
    ):
        assert f"by the version in force since 2024-01-01 {told} {headline}" in words


def test_what_no_criterion_judged_stands_after_who_pays() -> None:
    sheet = FactSheet.of(FACTS.values(), {**ELIGIBLE, **NOBODY, "suicidal_ideation": True}, on=DAY)
    decision = find_policy("us-medicare-iop").decide_sheet(sheet)
    text = flat(decision_text(decision))
    assert "is recorded); recorded and not judged by it: suicidal ideation: true" in text
    unkept = flat(decision_text(evolve(decision, unjudged=None)))
    assert "is recorded); what was recorded and not judged by it is not known." in unkept


def test_a_policy_that_is_no_payers_says_nothing_of_payers() -> None:
    decision = find_policy("us-md-iop").decide(Patient(key=KEY), on=date(2026, 1, 12))
    for write in (decision_text, decision_markdown, decision_html):
        assert "covered" not in write(decision)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param(AllOf((), label="whoever comes"), "whoever comes", id="a group without parts"),
        pytest.param(
            FACTS["audit_total_score"].within(days=1) >= 8,
            "- audit total score found within 1 day\n",
            id="findings of some days",
        ),
        pytest.param(
            FACTS["suicidal_ideation"].since(date(2025, 11, 3)).equals(False),
            "- suicidal ideation found since 2025-11-03\n",
            id="findings since a day",
        ),
    ],
)
def test_what_is_asked_stands_in_words(asked: Predicate, said: str) -> None:
    source = Source("Own rules", Grade.SECONDARY)
    criteria = (Criterion("one", "It holds.", asked, source),)
    policy = Policy("own", "Own", Versions((Dated(date(2025, 1, 1), criteria, source),)))
    somebody = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))
    assert said in decision_text(policy.decide(somebody, on=date(2026, 1, 12)))


def test_html_can_be_styled_by_verdict_and_state() -> None:
    section = ET.fromstring(decision_html(medicare(dangerous=True)))  # noqa: S314  # our own text

    assert section.get("class") == "iopkit-decision no"
    states = [row.get("class") for row in section.iterfind("table/tbody/tr")]
    assert states == ["met"] * 5 + ["unmet", "met"]


@example("- a item")
@example("1. first")
@example("+ plus")
@example("bell\x07 rung")
@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=30))
def test_no_word_of_a_policy_turns_into_markup(words: str) -> None:
    source = Source("A rule", Grade.SECONDARY)
    met = Criterion("only", words, AnyOf((), label=words), source)
    policy = Policy("odd", words, Versions((Dated(DAY, (met,), source),)), left_open=(words,))
    decision = policy.decide(Patient(key=KEY), on=DAY)
    assert decision.verdict is Truth.NO

    marked, tagged = decision_markdown(decision), decision_html(decision)
    shown = flat(words.replace("\x07", " "))
    assert shown in html_words(tagged)
    assert shown in flat(markdown_words(marked.replace("\x07", " ")))
    rendered = MarkdownIt("commonmark").enable("table").render(marked)
    assert rendered.count("<td") == 4
    assert rendered.count("<li>") == 1
