"""Progress: facts about a course, and conditions to go on that are predicates over them."""

from collections.abc import Mapping
from datetime import date

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit import FACTS
from iopkit.eligibility import evaluate, explain, read_facts
from iopkit.errors import InvalidError
from iopkit.programs import COURSE_FACTS, Progress
from iopkit.strategies import fact_values
from iopkit.truth import Truth

pytestmark = pytest.mark.measured

ON = date(2026, 3, 2)
FACTS_OF_A_COURSE = tuple(
    fact for name, fact in COURSE_FACTS.items() if not name.startswith("change_of_")
)


def values_of(progress: Progress) -> Mapping[str, object]:
    return read_facts(FACTS_OF_A_COURSE, progress, on=ON).values()


@given(fact_values(FACTS_OF_A_COURSE))
def test_every_fact_is_read_from_its_field(values: dict[str, object]) -> None:
    assert values_of(Progress(**values)) == values  # type: ignore[arg-type]  # each of its own type


def test_a_course_has_a_fact_for_each_field_and_no_patient_has_one() -> None:
    assert {field.name for field in attrs.fields(Progress)} == {
        *(fact.name for fact in FACTS_OF_A_COURSE),
        *("by_service", "missed_sessions", "perhaps_missed", "phase", "score_changes"),
    }
    assert not COURSE_FACTS.keys() & FACTS.keys()


@pytest.mark.parametrize(
    ("field", "value", "ok"),
    [
        pytest.param("attendance", 0.0, True, id="attended-none"),
        pytest.param("attendance", 1.0, True, id="attended-all"),
        pytest.param("attendance", 1.01, False, id="attended-more-than-all"),
        pytest.param("weeks_in_phase", -1, False, id="negative"),
        pytest.param("goals_met", True, False, id="a-truth-value-for-a-count"),
        pytest.param("clinician_agrees", 1, False, id="a-count-for-a-truth-value"),
    ],
)
def test_progress_is_what_its_facts_can_be(field: str, value: object, *, ok: bool) -> None:
    if ok:
        assert getattr(Progress(**{field: value}), field) == value  # type: ignore[arg-type]
    else:
        with pytest.raises(InvalidError) as caught:
            Progress(**{field: value})  # type: ignore[arg-type]
        assert [fault.path for fault in caught.value.faults] == [(field,)]


@given(st.integers(0, 10), st.none() | st.floats(0, 1))
def test_a_condition_is_three_valued(weeks: int, attendance: float | None) -> None:
    condition = (COURSE_FACTS["weeks_in_phase"] >= 4) & (COURSE_FACTS["attendance"] >= 0.8)
    progress = Progress(weeks_in_phase=weeks, attendance=attendance)
    truth = evaluate(condition, read_facts(FACTS_OF_A_COURSE, progress, on=ON).values())
    if weeks < 4:
        assert truth is Truth.NO
    else:
        assert truth is Truth.of(None if attendance is None else attendance >= 0.8)


def test_a_condition_says_what_is_missing() -> None:
    condition = COURSE_FACTS["clinician_agrees"].equals(True)
    explanation = explain(condition, read_facts(FACTS_OF_A_COURSE, Progress(), on=ON).values())
    assert explanation.reason == "clinician agrees is true (clinician agrees is not known)"
