import pickle
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.eligibility import FACTS, Fact, FactSheet, Number, Scalar, YesNo, read_facts
from iopkit.errors import InvalidError
from iopkit.patients import (
    Assessment,
    Diagnosis,
    MentalDisorder,
    Patient,
    Substance,
    SubstanceUseDisorder,
)
from iopkit.strategies import days, patients

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
ON = date(2026, 1, 5)
DAY = timedelta(days=1)

JUDGED: dict[str, str] = {
    "benefit_likely": "benefit_likely",
    "needs_24_hour_care": "needs_24_hour_care",
    "support_adequate": "support_adequate",
    "dangerous": "dangerous",
    "able_to_participate": "able_to_participate",
}


def read(name: str, on: date = ON, **known: Any) -> Scalar | None:
    """One fact about a patient of whom the rest is not known."""
    return read_facts([FACTS[name]], Patient(key=KEY, **known), on=on).values()[name]


def disorder(
    criteria_met: int | None,
    substance: Substance | None = Substance.ALCOHOL,
    diagnosed: date | None = None,
) -> SubstanceUseDisorder:
    return SubstanceUseDisorder(substance=substance, criteria_met=criteria_met, diagnosed=diagnosed)


# The catalogue


def test_every_fact_is_filed_under_its_name_and_explained() -> None:
    assert {
        "age",
        "has_diagnosis",
        "use_disorder_severity",
        "needed_hours_per_week",
        *JUDGED,
    } == set(FACTS)
    for name, fact in FACTS.items():
        assert fact.name == name
        assert fact.title == name.replace("_", " ")
        assert fact.meaning.endswith(".")


def test_the_catalogue_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        FACTS["age"] = FACTS["dangerous"]  # type: ignore[index]  # on purpose


@given(patients(), days(date(2024, 1, 1), date(2031, 1, 1)))
def test_every_fact_of_every_patient_is_unknown_or_of_its_kind(patient: Patient, on: date) -> None:
    values = read_facts(FACTS.values(), patient, on=on).values()

    assert list(values) == list(FACTS)
    for name, value in values.items():
        assert value is None or FACTS[name].kind.accepts(value)


def test_of_a_patient_of_whom_nothing_is_known_no_fact_is_known() -> None:
    values = read_facts(FACTS.values(), Patient(key=KEY), on=ON).values()

    assert set(values.values()) == {None}


# Reading facts


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

    assert [fault.path for fault in caught.value.faults] == [("color",), ("age",)]
    assert "forty-two" not in str(caught.value)


def test_a_sheet_of_values_cannot_be_changed() -> None:
    values = read_facts([FACTS["age"]], Patient(key=KEY), on=ON).values()

    with pytest.raises(TypeError):
        values["age"] = 18  # type: ignore[index]  # on purpose


def test_a_sheet_survives_pickling() -> None:
    sheet = read_facts(FACTS.values(), Patient(key=KEY, birth_date=date(2000, 1, 1)), on=ON)

    assert pickle.loads(pickle.dumps(sheet)) == sheet


# Age


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        pytest.param(date(2008, 1, 6), date(2026, 1, 5), 17, id="day before the birthday"),
        pytest.param(date(2008, 1, 5), date(2026, 1, 5), 18, id="birthday"),
        pytest.param(date(2008, 1, 4), date(2026, 1, 5), 18, id="day after the birthday"),
        pytest.param(date(2026, 1, 5), date(2026, 1, 5), 0, id="day of birth"),
        pytest.param(date(2025, 12, 31), date(2026, 1, 1), 0, id="a new year is no birthday"),
        pytest.param(date(2004, 2, 29), date(2025, 2, 27), 20, id="February 29, day before"),
        pytest.param(date(2004, 2, 29), date(2025, 2, 28), 21, id="February 29, common year"),
        pytest.param(date(2004, 2, 29), date(2024, 2, 28), 19, id="February 29, leap year, before"),
        pytest.param(date(2004, 2, 29), date(2024, 2, 29), 20, id="February 29, leap year"),
        pytest.param(date(2004, 2, 28), date(2024, 2, 28), 20, id="February 28, leap year"),
        pytest.param(date(2004, 3, 1), date(2025, 2, 28), 20, id="March 1, day before"),
        pytest.param(date(1896, 1, 5), date(2026, 1, 5), 130, id="oldest"),
    ],
)
def test_age_in_completed_years(birth: date, on: date, age: int) -> None:
    assert read("age", on, birth_date=birth) == age


def test_age_is_not_known_without_a_birth_date() -> None:
    assert read("age") is None


def test_an_age_beyond_every_human_one_is_refused() -> None:
    with pytest.raises(InvalidError) as caught:
        read("age", date(2026, 1, 5), birth_date=date(1895, 1, 5))

    assert caught.value.faults[0].path == ("age",)


def test_a_day_before_the_birth_has_no_age() -> None:
    with pytest.raises(InvalidError) as caught:
        read("age", ON - DAY, birth_date=ON)

    assert caught.value.faults[0].path == ("on",)


@given(st.dates(date(1920, 1, 1), date(2009, 12, 31)), days())
def test_age_counts_the_anniversaries_that_have_passed(birth: date, on: date) -> None:
    def anniversary(year: int) -> date:
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return date(year, birth.month, 28 if birth.day == 29 and not leap else birth.day)

    def passed(year: int) -> bool:
        day = anniversary(year) if birth.month == 2 else birth.replace(year=year)
        return day <= on

    assert read("age", on, birth_date=birth) == sum(map(passed, range(birth.year + 1, on.year + 1)))


# Diagnoses


@pytest.mark.parametrize(
    ("diagnoses", "has"),
    [
        pytest.param(None, None, id="not known"),
        pytest.param((), False, id="none"),
        pytest.param((MentalDisorder(),), True, id="a mental disorder"),
        pytest.param((disorder(2),), True, id="a use disorder"),
        pytest.param(
            (SubstanceUseDisorder(),), True, id="a use disorder of which no more is known"
        ),
        pytest.param((MentalDisorder(diagnosed=ON - DAY),), True, id="diagnosed the day before"),
        pytest.param((MentalDisorder(diagnosed=ON),), True, id="diagnosed on the day"),
        pytest.param((MentalDisorder(diagnosed=ON + DAY),), False, id="diagnosed the day after"),
        pytest.param(
            (MentalDisorder(diagnosed=ON + DAY), disorder(2, diagnosed=ON)),
            True,
            id="one of two by the day",
        ),
    ],
)
def test_whether_a_diagnosis_is_on_record_by_the_day(
    diagnoses: tuple[Diagnosis, ...] | None, has: bool | None
) -> None:
    assert read("has_diagnosis", diagnoses=diagnoses) is has


@pytest.mark.parametrize(
    ("diagnoses", "severity"),
    [
        pytest.param(None, None, id="not known"),
        pytest.param((), "none", id="no diagnosis"),
        pytest.param((MentalDisorder(),), "none", id="no use disorder"),
        pytest.param((disorder(3),), "mild", id="3 criteria"),
        pytest.param((disorder(4),), "moderate", id="4 criteria"),
        pytest.param((disorder(5),), "moderate", id="5 criteria"),
        pytest.param((disorder(6),), "severe", id="6 criteria"),
        pytest.param((disorder(None),), None, id="criteria not known"),
        pytest.param((disorder(2), disorder(6), disorder(4)), "severe", id="the worst of several"),
        pytest.param((disorder(4), disorder(None)), None, id="another could be worse"),
        pytest.param((disorder(None), disorder(6)), "severe", id="no other could be worse"),
        pytest.param((disorder(6, Substance.TOBACCO),), "none", id="tobacco aside"),
        pytest.param(
            (disorder(6, Substance.TOBACCO), disorder(2)), "mild", id="tobacco aside, one more"
        ),
        pytest.param(
            (disorder(None, Substance.TOBACCO), disorder(2)), "mild", id="unknown tobacco aside"
        ),
        pytest.param((disorder(2), disorder(6, diagnosed=ON)), "severe", id="worse on the day"),
        pytest.param((disorder(2), disorder(6, diagnosed=ON + DAY)), "mild", id="worse later"),
        pytest.param(
            (disorder(2), disorder(None, diagnosed=ON + DAY)), "mild", id="unknown, but later"
        ),
        pytest.param((disorder(6, None),), None, id="a class not known could be tobacco"),
        pytest.param((disorder(6, None), disorder(4)), None, id="a worse one of a class not known"),
        pytest.param(
            (disorder(4, None), disorder(4)), "moderate", id="one no worse of a class not known"
        ),
    ],
)
def test_the_worst_severity_by_the_day(
    diagnoses: tuple[Diagnosis, ...] | None, severity: str | None
) -> None:
    assert read("use_disorder_severity", diagnoses=diagnoses) == severity


# What a clinician has judged


def test_no_judgment_is_known_without_assessments() -> None:
    for name in (*JUDGED, "needed_hours_per_week"):
        assert read(name) is None
        assert read(name, assessments=()) is None
        assert read(name, assessments=(Assessment(on=ON),)) is None


@pytest.mark.parametrize(
    ("needed", "hours"),
    [
        (timedelta(0), 0.0),
        (timedelta(minutes=539), 539 / 60),
        (timedelta(minutes=540), 9.0),
        (timedelta(minutes=570), 9.5),
        (timedelta(weeks=1), 168.0),
    ],
)
def test_hours_needed_in_a_week(needed: timedelta, hours: float) -> None:
    found = read("needed_hours_per_week", assessments=(Assessment(on=ON, needed_per_week=needed),))

    assert found == hours


@pytest.mark.parametrize(("name", "field"), JUDGED.items())
@pytest.mark.parametrize("newest", [True, False])
def test_the_newest_assessment_up_to_the_day_counts(name: str, field: str, newest: bool) -> None:
    def found(*judged: tuple[date, bool | None]) -> Scalar | None:
        assessments = [Assessment(on=on, **{field: value}) for on, value in judged]  # type: ignore[arg-type]  # the field is a parameter
        forwards = read(name, assessments=tuple(assessments))
        assert read(name, assessments=tuple(reversed(assessments))) == forwards
        return forwards

    older = not newest
    assert found((ON - DAY, older), (ON, newest)) is newest, "on the day"
    assert found((ON - 2 * DAY, older), (ON - DAY, newest)) is newest, "before the day"
    assert found((ON, newest), (ON + DAY, older)) is newest, "a later one does not count"
    assert found((ON - DAY, newest), (ON, None)) is newest, "one that says nothing hides none"
    assert found((ON + DAY, newest)) is None, "only a later one"
    assert found((ON, None)) is None, "only one that says nothing"


@given(
    st.dictionaries(days(date(2025, 12, 20), date(2026, 1, 20)), st.none() | st.booleans()),
    st.randoms(use_true_random=False),
)
def test_judgments_are_looked_up_from_the_day_backwards(
    judged: dict[date, bool | None], random: Any
) -> None:
    assessments = [Assessment(on=on, dangerous=value) for on, value in judged.items()]
    random.shuffle(assessments)

    expected, day = None, ON
    while expected is None and day >= date(2025, 12, 20):
        expected, day = judged.get(day), day - DAY
    assert read("dangerous", assessments=tuple(assessments)) is expected


def test_each_judgment_is_looked_up_on_its_own() -> None:
    first = Assessment(on=ON - DAY, dangerous=False, needed_per_week=timedelta(hours=10))
    second = Assessment(on=ON, dangerous=True, support_adequate=True)
    patient = Patient(key=KEY, assessments=(first, second))

    values = read_facts(FACTS.values(), patient, on=ON).values()
    known = {name: value for name, value in values.items() if value is not None}
    assert known == {
        "needed_hours_per_week": 10.0,
        "support_adequate": True,
        "dangerous": True,
    }


def test_a_fact_of_ones_own_can_be_declared() -> None:
    adult: Fact[Patient, bool] = Fact(
        "born_before_2000",
        YesNo(),
        "Born in the last millennium.",
        lambda patient, _: None if patient.birth_date is None else patient.birth_date.year < 2000,
    )

    def read_one(patient: Patient) -> Scalar | None:
        return read_facts([adult], patient, on=ON).values()[adult.name]

    assert read_one(Patient(key=KEY, birth_date=date(1999, 12, 31))) is True
    assert read_one(Patient(key=KEY, birth_date=date(2000, 1, 1))) is False
    assert read_one(Patient(key=KEY)) is None
