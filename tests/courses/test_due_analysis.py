"""Due rules that can never open, be done or close."""

import pytest
from attrs import evolve

from iopkit.courses import (
    DueFlawKind,
    DueRule,
    Happening,
    Having,
    NoContact,
    RollOpen,
    Term,
    When,
    due_flaws,
)
from iopkit.errors import InvalidError
from iopkit.library.due_rule_sets import DUE_RULE_SETS
from iopkit.programs import COURSE_FACTS

SUMMARY = Happening("signed", (Having("paper", ("discharge_summary",)),))
NO_PAPER = Happening("signed", (Having("paper", ("summary", "letter")),))
NO_ANSWER = Happening("review_held", (Having("ready", ("yes",)),))
DISCHARGED, DIED = Happening("discharged"), Happening("died")
RULE = DueRule("own", "Own", DISCHARGED, Term(15), done_by=(SUMMARY,), said_by="Elm Street")
WEEKS = COURSE_FACTS["weeks_in_phase"]


def kinds(rule: DueRule) -> list[DueFlawKind]:
    return [flaw.kind for flaw in due_flaws([rule])]


@pytest.mark.parametrize(
    ("when", "opens"),
    [
        pytest.param(DISCHARGED, True, id="an-event"),
        pytest.param(SUMMARY, True, id="a-value"),
        pytest.param(NO_PAPER, False, id="no-such-value"),
        pytest.param(NO_ANSWER, False, id="neither-true-nor-false"),
        pytest.param(Happening("review_held", (Having("by", ("Ada",)),)), True, id="any-text"),
        pytest.param(WEEKS >= 4, True, id="a-condition"),
        pytest.param((WEEKS >= 4) & (WEEKS < 4), False, id="a-contradiction"),
        pytest.param((WEEKS >= 4) | (WEEKS < 5), True, id="always-if-known"),
        pytest.param(WEEKS.is_known | ~WEEKS.is_known, True, id="always"),
    ],
)
def test_what_can_open_is_told_from_what_never_does(when: When, *, opens: bool) -> None:
    rule = evolve(RULE, when=when)
    assert kinds(rule) == ([] if opens else [DueFlawKind.NEVER_OPENS])
    # An event more that can be opens it.
    assert kinds(evolve(rule, or_when=(NO_PAPER,))) == kinds(rule)
    assert kinds(evolve(rule, or_when=(NO_PAPER, DISCHARGED))) == []


@pytest.mark.parametrize(
    ("done_by", "until", "expected"),
    [
        pytest.param((SUMMARY,), (), [], id="done"),
        pytest.param((NO_PAPER, SUMMARY), (), [], id="done-by-one"),
        pytest.param((NO_PAPER,), (), [DueFlawKind.NEVER_CLOSES], id="never-done"),
        pytest.param((NO_PAPER,), (DIED,), [DueFlawKind.NEVER_DONE], id="ended-only"),
        pytest.param((NO_PAPER,), (NO_ANSWER,), [DueFlawKind.NEVER_CLOSES], id="never-ended"),
    ],
)
def test_what_can_close_is_told_from_what_never_does(
    done_by: tuple[Happening, ...], until: tuple[Happening, ...], expected: list[DueFlawKind]
) -> None:
    assert kinds(evolve(RULE, done_by=done_by, until=until)) == expected


@pytest.mark.parametrize(
    ("done_by", "or_when", "expected"),
    [
        pytest.param("signed", (), [], id="a-paper"),
        pytest.param("review_held", (), [DueFlawKind.NEVER_CLOSES], id="a-review"),
        pytest.param("review_held", (DISCHARGED,), [], id="after-another-event-too"),
    ],
)
def test_after_a_death_only_papers_and_payers_come(
    done_by: str, or_when: tuple[Happening, ...], expected: list[DueFlawKind]
) -> None:
    rule = evolve(RULE, when=DIED, or_when=or_when, done_by=(Happening(done_by),))
    assert kinds(rule) == expected


def test_a_silence_ends_with_the_stay() -> None:
    rule = evolve(RULE, when=NoContact(30), done_by=(NO_PAPER,))
    assert kinds(rule) == [DueFlawKind.NEVER_DONE]


def test_a_roll_is_closed_by_itself() -> None:
    assert kinds(evolve(RULE, when=RollOpen(), done_by=())) == []


def test_a_flaw_says_why() -> None:
    (flaw,) = due_flaws([evolve(RULE, done_by=(NO_PAPER,))])
    assert flaw.rule == "own"
    assert flaw.why == (
        "no signed has paper summary or letter: expected assessment, consent, discharge_summary, "
        "plan"
    )


def test_what_is_shipped_has_no_flaw() -> None:
    shipped = [r for each in DUE_RULE_SETS for dated in each.versions.dated for r in dated.value]
    assert len(shipped) >= 5
    assert due_flaws(shipped) == ()


def test_only_rules_are_asked() -> None:
    with pytest.raises(InvalidError):
        due_flaws(["rule"])  # type: ignore[list-item]
