"""Patients go to frames and back with all that is known of them."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

import narwhals as nw
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.eligibility import (
    FACTS,
    NEVER,
    AnyFact,
    Choice,
    Fact,
    FactSheet,
    Number,
    Possible,
    Value,
    read_facts,
)
from iopkit.errors import InvalidError
from iopkit.frames import Refused, fact_sheets, facts_frame
from iopkit.patients import Patient
from iopkit.strategies import patients

DAY = date(2026, 1, 5)
SOMEBODY = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))
ASKED = (FACTS["age"], FACTS["phq_9_total_score"], FACTS["use_disorder_severity"])


def giving(value: Value, kind: Any) -> AnyFact:
    """A fact of which every patient has the same reading."""
    return Fact("given", kind, "Made up.", lambda _subject, _on: value, dated=True)


def sheet_days(sheet: FactSheet) -> dict[str, date]:
    return {name: each.found for name, each in sheet.told().items() if each.found}


SCORE = Number(0, 27, whole=True)
STAGE = Choice(("low", "mid", "high"), ordered=True)
COLOR = Choice(("red", "green", "blue"))


@pytest.mark.parametrize("backend", ["polars", "pyarrow"])
@given(some=st.lists(patients(), max_size=6))
def test_what_is_known_in_part_and_when_it_was_found_goes_to_a_frame_and_back(
    backend: Literal["polars", "pyarrow"], some: list[Patient]
) -> None:
    found: list[Refused] = []
    frame = facts_frame(
        ASKED, some, on=DAY, backend=backend, partly="ranges", found=True, refused=found.append
    )
    sheets = [*fact_sheets(ASKED, frame, on=DAY)]
    kept = [p for n, p in enumerate(some) if n not in {each.row for each in found}]

    for sheet, patient in zip(sheets, kept, strict=True):
        read = read_facts(ASKED, patient, on=DAY)
        assert dict(sheet.values()) == dict(read.values())
        assert sheet_days(sheet) == sheet_days(read)


@pytest.mark.parametrize(
    ("value", "kind", "cells"),
    [
        pytest.param(Possible(9, 14), SCORE, (9, 14), id="a range"),
        pytest.param(12, SCORE, (12, 12), id="one number"),
        pytest.param(None, SCORE, (None, None), id="nothing"),
        pytest.param(
            Possible(3, NEVER), Number(0, 9, whole=True, never=True), (3.0, NEVER), id="or never"
        ),
        pytest.param(
            Possible(options=frozenset(("mid", "high"))), STAGE, ("mid", "high"), id="options"
        ),
        pytest.param("low", STAGE, ("low", "low"), id="one option"),
    ],
)
def test_a_range_is_written_as_its_ends(value: Value, kind: Any, cells: tuple[Any, Any]) -> None:
    frame = facts_frame([giving(value, kind)], [SOMEBODY], on=DAY, partly="ranges")

    assert frame.columns == ["key", "given_least", "given_most"]
    assert frame.row(0)[1:] == cells


HOLES = Possible(options=frozenset(("low", "high")))
TWO = Possible(options=frozenset(("red", "blue")))


@pytest.mark.parametrize(
    ("value", "kind", "partly", "expected"),
    [
        (Possible(9, 14), SCORE, "refuse", "one value, unless partly says what to do"),
        (HOLES, STAGE, "refuse", "one value, unless partly says what to do"),
        (HOLES, STAGE, "ranges", "a range"),
        (TWO, COLOR, "ranges", "one value, unless partly says what to do"),
    ],
)
def test_nothing_that_is_known_is_dropped_unless_asked(
    value: Value, kind: Any, partly: Any, expected: str
) -> None:
    fact = giving(value, kind)
    with pytest.raises(InvalidError) as caught:
        facts_frame([fact], [SOMEBODY], on=DAY, partly=partly)
    (fault,) = caught.value.faults
    assert fault.path == (0, "given")
    assert (fault.expected, fault.found) == (expected, "several possible ones")
    refused: list[Refused] = []
    frame = facts_frame([fact], [SOMEBODY], on=DAY, partly=partly, refused=refused.append)
    assert (frame.height, [each.row for each in refused]) == (0, [0])
    assert facts_frame([fact], [SOMEBODY], on=DAY, partly="null")["given"].to_list() == [None]


def test_the_day_of_a_finding_is_written_where_it_is_asked_for() -> None:
    fact = giving(Possible(12, 12, found=date(2025, 11, 3)), SCORE)
    recent = fact.within(days=30)

    frame = facts_frame([fact, recent], [SOMEBODY], on=DAY, found=True)
    assert frame.columns == ["key", "given", "given_found", recent.name]
    assert frame.row(0)[1:] == (12, date(2025, 11, 3), None)
    assert frame.schema["given_found"] == pl.Date
    assert "given_found" not in facts_frame([fact], [SOMEBODY], on=DAY).columns
    # A fact that is always so has no day.
    assert facts_frame([FACTS["age"]], [SOMEBODY], on=DAY, found=True).columns == ["key", "age"]
    nothing = facts_frame([giving(None, SCORE)], [SOMEBODY], on=DAY, found=True, partly="ranges")
    assert nothing.row(0)[1:] == (None, None, None)


def test_a_finding_without_a_day_is_not_known_to_be_recent() -> None:
    recent = FACTS["phq_9_total_score"].within(days=30)
    frame = pl.DataFrame(
        {"phq_9_total_score": [12], "phq_9_total_score_found": pl.Series([None], dtype=pl.Date)}
    )

    assert [*fact_sheets([recent], frame, on=DAY)] == [FactSheet(DAY, ((recent.name, None),))]


def test_columns_of_two_facts_cannot_have_one_name() -> None:
    one = giving(3, SCORE)
    other: AnyFact = Fact("given_found", SCORE, "Another.", lambda _subject, _on: 3)

    assert facts_frame([one, other], [SOMEBODY], on=DAY).row(0)[1:] == (3, 3)
    with pytest.raises(InvalidError, match="given_found: expected no fact of that name"):
        facts_frame([one, other], [SOMEBODY], on=DAY, found=True)


def test_a_way_that_there_is_not_is_refused() -> None:
    way: Any = "drop"
    with pytest.raises(InvalidError, match="partly: expected 'refuse', 'null' or 'ranges'"):
        facts_frame([FACTS["age"]], [], on=DAY, partly=way)


def test_columns_have_their_types_even_of_nobody() -> None:
    asked = (*ASKED, FACTS["days_since_24_hour_care"])
    frame = facts_frame(asked, [], on=DAY, partly="ranges", found=True)

    schema = nw.from_native(frame).collect_schema()
    assert schema["age_least"] == nw.Int64
    assert schema["phq_9_total_score_found"] == nw.Date
    assert schema["use_disorder_severity_most"] == nw.String
    assert schema["days_since_24_hour_care_most"] == nw.Float64
