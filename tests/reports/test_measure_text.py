"""Measures as text: every figure with what is not known beside it, its source and its note."""

from datetime import date
from uuid import UUID

import pytest
from attrs import evolve

from iopkit.courses.measured_cases import MeasuredCase, MeasuredValue, MeasureReason, MeasureResult
from iopkit.courses.measures import MeasuredDays
from iopkit.eligibility.possible import Possible
from iopkit.library import INITIATION_NOTE, TreatmentCodes, find_measure, initiation_measures
from iopkit.reports import measure_text
from iopkit.truth import Truth

WHY = MeasureReason
YEAR = MeasuredDays.of_year(2026)
KEY = UUID(int=1, version=4)


def told(name: str, *values: MeasuredValue | MeasuredCase) -> list[str]:
    measure = find_measure(name)
    cases = tuple(each if isinstance(each, MeasuredCase) else of(each) for each in values)
    version = measure.versions.dated[-1]
    text = measure_text(MeasureResult(measure, version, YEAR, YEAR.last, cases))
    return text.splitlines()


def of(
    value: MeasuredValue,
    why: MeasureReason = WHY.COUNTED,
    *,
    group: str | None = None,
    weight: float | None = None,
) -> MeasuredCase:
    day = date(2026, 3, 1)
    return MeasuredCase(KEY, KEY, day, Truth.YES, why, value, group=group, weight=weight)


def test_shares_say_what_they_are_of() -> None:
    lines = told("retention-30-days", Truth.YES, Truth.NO, of(Truth.UNKNOWN, WHY.STILL_OPEN))
    assert lines[2:5] == [
        "  counted: 3",
        "    yes 1, no 1, share 33.3 to 66.7 %",
        "    not over yet: 1",
    ]
    assert "    yes 1, no 1, share 50.0 %" in told("retention-30-days", Truth.YES, Truth.NO)


def test_numbers_and_codes_are_told_of_what_is_known() -> None:
    lines = told("teds-d-length-of-stay", 3, 5, 10, Possible(3, 4), of(None, WHY.NOT_RECORDED))
    assert lines[2:6] == [
        "  counted: 5",
        "    of 3: median 5, mean 6, from 3 to 10",
        "    known in part: 1",
        "    not known: 1",
    ]
    assert "    1: 2 (66.7 %)" in told("teds-d-reason", "1", "2", "1")


def test_groups_and_all_together_have_a_line() -> None:
    phases = told("days-in-each-phase", of(5, group="a"), of(None, WHY.NO_MORE, group="b"))
    assert [line for line in phases if "counted" in line] == ["  a, counted: 1", "  b, counted: 1"]
    assert "    will not come: 1" in phases
    lines = told("no-show-share", of(0.5, weight=2), of(0.0, weight=6))
    assert "    all together 12.5 %" in lines


def test_who_is_not_counted_is_told_with_the_reason() -> None:
    out = MeasuredCase(KEY, KEY, None, Truth.UNKNOWN, WHY.DAY_NOT_KNOWN)
    lines = told("days-to-first-session", out)
    assert "  not counted: 1, undetermined: the day that it counts from is not on record" in lines


def test_a_patient_of_several_courses_is_told_of() -> None:
    case = of(Truth.YES)
    again, same = evolve(case, course=UUID(int=2, version=4)), evolve(case, since=date(2026, 5, 1))
    out = evolve(again, counted=Truth.NO)
    other = evolve(case, course=UUID(int=3, version=4), patient=UUID(int=3, version=4))
    line = "  of 1 patient more than one course is counted, each for itself"
    assert line in told("retention-30-days", case, other, again)
    assert line not in told("retention-30-days", case, other, same, out)


@pytest.mark.parametrize("number", [0, 1])
def test_initiation_and_engagement_are_never_shown_without_their_note(number: int) -> None:
    codes = TreatmentCodes(*(("x",) for _ in range(9)))
    measure = initiation_measures(codes)[number]
    version = measure.versions.dated[0]
    text = measure_text(MeasureResult(measure, version, YEAR, YEAR.last, ()))
    assert f"  note: {INITIATION_NOTE}\n" in text
    assert "not a HEDIS rate" in text
