"""Tables of facts in CSV: as the frames that they are written from, and bad rows by their lines."""

import io
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.eligibility import FACTS, AnyFact, FactSheet, Possible
from iopkit.errors import InvalidError, MissingExtraError
from iopkit.frames import fact_sheets, facts_frame
from iopkit.frames.tables import TableRow, sheets_from_csv
from iopkit.patients import Patient
from iopkit.strategies import patients

ON = date(2026, 1, 5)
AGE, RISK = FACTS["age"], FACTS["third_edition_dimension_5_risk"]
SOBER = next(
    fact for fact in FACTS.values() if getattr(fact.kind, "never", False) and not fact.terms
)


def read(text: str, *needed: AnyFact) -> list[TableRow]:
    lines = io.StringIO(text, newline="")
    return [*sheets_from_csv(lines, FACTS, needed=needed, on=ON)]


def values(row: TableRow) -> dict[str, Any]:
    assert isinstance(row.read, FactSheet)
    return dict(row.read.values())


def faults(row: TableRow) -> list[str]:
    assert not isinstance(row.read, FactSheet)
    return [*map(str, row.read)]


def refusal(text: str, *needed: AnyFact) -> list[str]:
    with pytest.raises(InvalidError) as refused:
        read(text, *needed)
    return [*map(str, refused.value.faults)]


@given(st.lists(patients(), min_size=1, max_size=3))
def test_a_table_says_what_the_frame_says_that_it_was_written_from(
    several: list[Patient],
) -> None:
    frame = facts_frame(
        FACTS.values(), several, on=ON, partly="ranges", found=True, refused=lambda _: None
    )
    if frame.height:
        rows = read(frame.write_csv(), *FACTS.values())
        assert [row.read for row in rows] == [*fact_sheets(FACTS.values(), frame, on=ON)]
        assert [str(row.key) for row in rows] == frame["key"].to_list()


def test_more_rows_than_are_held_at_once_come_in_order() -> None:
    ages = [number % 100 for number in range(2001)]
    ages[1500] = 400
    rows = read("age\n" + "".join(f"{age}\n" for age in ages), AGE)
    assert [row.line for row in rows] == [*range(2, 2003)]
    assert faults(rows[1500]) == ["age: expected a whole number from 0 to 130, found another text"]
    assert [values(row)["age"] for row in rows[1501:]] == ages[1501:]


@pytest.mark.parametrize(
    ("cell", "value"), [("TRUE", True), ("yes", True), ("False", False), ("no", False), ("", None)]
)
def test_yes_and_no_are_told_in_either_words(cell: str, value: bool | None) -> None:
    (row,) = read(f"consent_to_treatment,age\n{cell},41.0\n")
    assert values(row) == {"consent_to_treatment": value, "age": 41}


def test_what_never_was_is_a_word() -> None:
    first, second = read(f"{SOBER.name},age\nnever,1\ninf,1\n")
    assert values(first)[SOBER.name] == values(second)[SOBER.name] == float("inf")


@pytest.mark.parametrize(
    "cell", ["old", "-1", "131", "41.5", "nan", "inf", "never", "true", "1e400"]
)
def test_what_is_not_of_the_kind_is_a_fault(cell: str) -> None:
    (row,) = read(f"age\n{cell}\n")
    assert faults(row) == ["age: expected a whole number from 0 to 130, found another text"]


def test_ranges_and_days_of_findings() -> None:
    name = RISK.name
    good, over, late = read(
        f"{name}_least,{name}_most,{name}_found\n1,2,2026-01-02\n3,2,2026-01-02\n1,2,Friday\n"
    )
    assert isinstance(good.read, FactSheet)
    assert dict(good.read.items) == {name: Possible(1, 2, found=date(2026, 1, 2))}
    assert faults(over) == [f"{name}_most: expected at least what {name}_least is, found less"]
    assert faults(late) == [f"{name}_found: expected a day such as 2026-01-31, found another text"]


def test_a_cell_of_several_lines_moves_the_lines() -> None:
    first, second = read('age,key\r\n"4\n1",\r\n41,\r\n')
    assert (first.line, second.line) == (3, 4)
    assert len(faults(first)) == 1
    assert values(second) == {"age": 41}


@pytest.mark.parametrize(
    "key",
    ["Ada", "12", "00000000-0000-0000-0000-000000000001"],
    ids=["name", "number", "not random"],
)
def test_a_key_is_as_a_patients(key: str) -> None:
    (row,) = read(f"key,age\n{key},41\n")
    assert faults(row) == ["key: expected a random UUID, from uuid.uuid4(), found another text"]
    known = UUID(int=1, version=4)
    (row,) = read(f"key,age\n{known},41\n")
    assert row.key == known
    assert str(known) not in repr(row)


def test_rows_before_one_that_is_no_csv_are_read() -> None:
    first, last = read('age\n41\n"42"x\n')
    assert values(first) == {"age": 41}
    assert (last.line, faults(last)) == (3, ["expected valid CSV, found something else"])


def test_rows_before_one_that_is_no_text_are_read() -> None:
    def lines(*given: bytes) -> Iterator[str]:
        return (line.decode() for line in given)

    first, last = sheets_from_csv(lines(b"age\n", b"41\n", b"\xff\n"), FACTS, needed=(), on=ON)
    assert values(first) == {"age": 41}
    assert (last.line, faults(last)) == (3, ["expected text in UTF-8, found other bytes"])
    with pytest.raises(InvalidError, match="UTF-8"):
        [*sheets_from_csv(lines(b"\xff\n"), FACTS, needed=(), on=ON)]


def test_a_header_is_refused_without_its_texts() -> None:
    assert refusal("Ada,agee,age,age,\n1,2,3,4,5\n") == [
        "column 1: expected key, or the name of a fact, found another text",
        "column 2: expected key, or the name of a fact, found another text (did you mean 'age'?)",
        "column 5: expected key, or the name of a fact, found nothing",
        "age: expected one column of that name, found several",
    ]


@pytest.mark.parametrize("text", ["", "age\n", "age\n\n , \n"])
def test_a_table_without_rows_is_refused(text: str) -> None:
    assert refusal(text) == ["rows: expected at least one, found none"]


def test_a_fact_that_is_needed_has_to_have_its_column() -> None:
    assert refusal(f"key\n\n{UUID(int=1, version=4)}\n", AGE) == [
        "age: expected a column of numbers, found none"
    ]


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "narwhals", None)
    with pytest.raises(MissingExtraError, match="tables"):
        read("age\n41\n")
