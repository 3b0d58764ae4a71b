"""A plan that rests on a decision which is no yes says so wherever it is shown, and first."""

import json
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import (
    Decision,
    InvalidError,
    Patient,
    Plan,
    Schedule,
    Site,
    draft,
    find_policy,
    find_program,
    from_json,
    from_toml,
    schedule,
    to_ical,
    to_json,
)
from iopkit.documents import to_document
from iopkit.patients import Assessment
from iopkit.plans import JudgedBy, NoteKind, NoteSubject, PlanNote, Provenance
from iopkit.plots import plan_picture
from iopkit.reports import calendar_text, difference_text, plan_html, plan_text
from iopkit.schedules import Surroundings, reschedule, schedule_difference
from iopkit.truth import Truth

START = date(2026, 1, 12)
EXAMPLES = files("iopkit") / "examples"
PATIENT = from_json(Patient, (EXAMPLES / "patient.json").read_bytes())
SITE = from_toml(Site, (EXAMPLES / "site.toml").read_bytes())
PROGRAM = find_program("matrix-16-week")
NO_TEXT = "drafted despite a no: iop-suitability (judged for 2026-01-12)"
UNKNOWN_TEXT = "drafted while undetermined: iop-suitability (judged for 2026-01-12)"


def judged(**findings: Any) -> Decision:
    """The shipped patient's suitability, with a newer assessment."""
    newer = Assessment(date(2026, 1, 10), **findings)
    patient = evolve(PATIENT, assessments=(*(PATIENT.assessments or ()), newer))
    return find_policy("iop-suitability").decide(patient, on=START)


YES = judged()
NO = judged(dangerous=True)
OPEN = find_policy("iop-suitability").decide(evolve(PATIENT, diagnoses=None), on=START)


def drafted(*decisions: Decision, **options: Any) -> Plan:
    return draft(PROGRAM, PATIENT, SITE, start=START, seed=1, decisions=decisions, **options)


def page(plan: Plan, dated: Schedule | None = None) -> str:
    (body,) = ET.fromstring(plan_html(plan, dated)).iter("body")  # noqa: S314  # our own text
    return " ".join(" ".join(body.itertext()).split())


def test_the_decisions_are_what_they_are_meant_to_be() -> None:
    assert [d.verdict for d in (YES, NO, OPEN)] == [Truth.YES, Truth.NO, Truth.UNKNOWN]


def test_a_no_is_refused_with_the_policy_that_says_it() -> None:
    with pytest.raises(InvalidError) as caught:
        drafted(YES, NO)

    (fault,) = caught.value.faults
    assert fault.path == ("decisions", 1)
    assert "despite_no=True" in fault.expected
    assert "iop-suitability" in fault.found


def test_a_no_is_drafted_where_it_is_asked_for_and_says_so() -> None:
    assert drafted(NO, despite_no=True).caution == NO_TEXT
    assert drafted(OPEN).caution == UNKNOWN_TEXT
    assert drafted(OPEN, NO, YES, despite_no=True).caution == f"{NO_TEXT}; {UNKNOWN_TEXT}"
    assert drafted(YES).caution is None
    assert drafted(YES, despite_no=True) == drafted(YES)


def test_a_plan_keeps_what_its_decisions_did_not_judge() -> None:
    made = drafted(YES).provenance
    assert made is not None
    assert made.decisions == (JudgedBy("iop-suitability", START, Truth.YES, YES.unjudged),)
    outcome = "yes; recorded and not judged by it: third edition dimension 5 risk: 3 (2025-12-18)"
    assert made.decisions[0].outcome == outcome
    assert outcome in " ".join(plan_text(drafted(YES)).split())
    # The page is the patient's, and may lie about.
    assert "risk" not in page(drafted(YES))
    assert from_json(Plan, to_json(drafted(YES))) == drafted(YES)


def test_without_a_decision_a_plan_says_that_no_policy_has_judged() -> None:
    of_source = {
        *(NoteSubject.LEFT_OPEN, NoteSubject.SOURCE_DISAGREES, NoteSubject.MODALITY_CHOSEN),
        NoteSubject.HOURS_BELOW_NEED,
    }

    def told(plan: Plan) -> list[PlanNote]:
        return [note for note in plan.notes if note.matter not in of_source]

    assert told(drafted()) == [PlanNote(NoteSubject.JUDGED_BY_NO_POLICY)]
    assert NoteSubject.JUDGED_BY_NO_POLICY.kind is NoteKind.CHOICE
    assert told(drafted(YES)) == []
    assert "\n  - judged by no policy" in plan_text(drafted())

    why = "the rules came later"
    (note,) = told(drafted(why_not_judged=why))
    assert note.words == "judged by no policy: the rules came later"
    assert told(drafted(YES, why_not_judged=why)) == []


@pytest.mark.parametrize(("decision", "caution"), [(NO, NO_TEXT), (OPEN, UNKNOWN_TEXT)])
def test_every_way_of_showing_says_it_first(decision: Decision, caution: str) -> None:
    plan = drafted(decision, despite_no=True)
    dated = schedule(plan, SITE)
    lead, _, rest = caution.partition(":")
    headline = f"{lead.upper()}:{rest}\n\n"

    assert plan_text(plan).startswith(headline)
    assert calendar_text(dated).startswith(headline)
    assert difference_text(schedule_difference(dated, dated)).startswith(headline)
    for value in (plan, dated):
        assert list(to_document(value))[:3] == ["document", "format", "caution"]
        assert to_document(value)["caution"] == caution
    assert page(plan).startswith("Your treatment plan Please read this first.")
    verdict = decision.verdict.value
    assert f"(For staff: iop-suitability, January 12, 2026: {verdict}.)" in page(plan, dated)


def test_several_decisions_are_told_once_each_and_the_no_first() -> None:
    other = evolve(NO, policy="other")
    plan = drafted(NO, OPEN, other, NO, despite_no=True)

    assert plan.caution == (
        "drafted despite a no: iop-suitability (judged for 2026-01-12) and other (judged for "
        "2026-01-12); drafted while undetermined: iop-suitability (judged for 2026-01-12)"
    )


def test_nothing_is_said_of_a_yes() -> None:
    plan = drafted(YES)
    dated = schedule(plan, SITE)

    assert plan_text(plan).startswith("Matrix")
    assert calendar_text(dated).startswith("Week 1")
    assert "caution" not in to_document(plan)
    assert "caution" not in to_document(dated)
    assert "read this first" not in page(plan)


@pytest.mark.parametrize("kind", [Plan, Schedule])
def test_a_document_without_its_caution_is_not_read(kind: type[Plan | Schedule]) -> None:
    plan = drafted(NO, despite_no=True)
    document = to_document(plan if kind is Plan else schedule(plan, SITE))
    assert from_json(kind, json.dumps(document)).caution == NO_TEXT

    for other in (None, "drafted after a yes"):
        changed = {**document, "caution": other}
        if other is None:
            del changed["caution"]
        with pytest.raises(InvalidError, match="what follows from the rest"):
            from_json(kind, json.dumps(changed))


def test_a_schedule_made_again_still_says_it() -> None:
    old = schedule(drafted(NO, despite_no=True), SITE)
    as_of = datetime(2026, 1, 20, tzinfo=UTC)

    assert reschedule(old, old.plan, Surroundings(SITE, as_of)).caution == NO_TEXT


def test_calendars_and_pictures_never_say_it() -> None:
    plain, despite = (schedule(plan, SITE) for plan in (drafted(YES), drafted(NO, despite_no=True)))
    stamp = datetime(2026, 1, 2, tzinfo=UTC)
    for titles in (False, True):
        same = to_ical(plain, stamp=stamp, titles=titles)
        assert to_ical(despite, stamp=stamp, titles=titles) == same
    assert plan_picture(despite) == plan_picture(plain)


decisions = st.lists(
    st.builds(
        JudgedBy,
        st.sampled_from(["one", "two"]),
        st.just(START - timedelta(days=1)),
        st.sampled_from(Truth),
    ),
    max_size=3,
).map(tuple)


@given(decisions)
def test_each_decision_that_is_no_yes_is_told_in_text_page_and_json(
    judgments: tuple[JudgedBy, ...],
) -> None:
    plan = evolve(drafted(), provenance=Provenance("any", decisions=judgments))
    doubted = [each for each in judgments if each.verdict is not Truth.YES]

    said = plan.caution or ""
    assert bool(said) is bool(doubted)
    for each in doubted:
        assert f"{each.policy} (judged for 2026-01-11)" in said
        assert f"{each.policy}, January 11, 2026: {each.verdict.value}" in page(plan)
    assert from_json(Plan, to_json(plan)) == plan
