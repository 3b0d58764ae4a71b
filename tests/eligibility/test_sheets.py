import pickle
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from iopkit.eligibility import FACTS, Fact, FactSheet, Number, Value, YesNo, read_facts
from iopkit.errors import InvalidError
from iopkit.patients import Patient

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
ON = date(2026, 1, 5)


def test_facts_are_read_in_the_order_asked() -> None:
    asked = [FACTS["dangerous"], FACTS["age"]]
    sheet = read_facts(iter(asked), Patient(key=KEY, birth_date=date(2000, 1, 1)), on=ON)

    assert sheet == FactSheet(ON, (("dangerous", None), ("age", 26)))
    assert sheet.values() == {"dangerous": None, "age": 26}


def test_facts_may_be_about_anything() -> None:
    minutes: Fact[list[int], int] = Fact(
        "minutes", Number(0, 100, whole=True), "Minutes in all.", lambda some, _: sum(some)
    )

    assert read_facts([minutes], [40, 60], on=ON).values() == {"minutes": 100}


@pytest.mark.parametrize("value", [101, -1, "forty", True, 1.5])
def test_a_reader_that_gives_a_value_outside_its_kind_is_refused(value: Any) -> None:
    wrong: Fact[None, Any] = Fact(
        "minutes", Number(0, 100, whole=True), "Minutes.", lambda _, __: value
    )

    with pytest.raises(InvalidError) as caught:
        read_facts([wrong], None, on=ON)

    assert [fault.path for fault in caught.value.faults] == [("minutes",)]


def test_a_sheet_takes_only_values_of_its_facts() -> None:
    asked = [FACTS["age"], FACTS["dangerous"]]
    sheet = FactSheet.of(iter(asked), {"dangerous": True}, on=ON)
    assert sheet == FactSheet(ON, (("age", None), ("dangerous", True)))

    with pytest.raises(InvalidError) as caught:
        FactSheet.of(asked, {"age": "forty-two", "dangerous": None, "color": "red"}, on=ON)

    assert str(caught.value) == (
        "facts: 2 problems\n"
        "  color: expected the name of a fact, found another\n"
        "  age: expected a whole number from 0 to 130, found another value"
    )


def test_a_sheet_of_values_cannot_be_changed() -> None:
    values = read_facts([FACTS["age"]], Patient(key=KEY), on=ON).values()

    with pytest.raises(TypeError):
        values["age"] = 18  # type: ignore[index]  # on purpose


def test_a_sheet_survives_pickling() -> None:
    sheet = read_facts(FACTS.values(), Patient(key=KEY, birth_date=date(2000, 1, 1)), on=ON)

    assert pickle.loads(pickle.dumps(sheet)) == sheet


def test_a_fact_of_ones_own_can_be_declared() -> None:
    adult: Fact[Patient, bool] = Fact(
        "born_before_2000",
        YesNo(),
        "Born in the last millennium.",
        lambda patient, _: None if patient.birth_date is None else patient.birth_date.year < 2000,
    )

    def read_one(patient: Patient) -> Value:
        return read_facts([adult], patient, on=ON).values()[adult.name]

    assert read_one(Patient(key=KEY, birth_date=date(1999, 12, 31))) is True
    assert read_one(Patient(key=KEY, birth_date=date(2000, 1, 1))) is False
    assert read_one(Patient(key=KEY)) is None
