import pickle
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid1, uuid3, uuid5

import pytest
from attrs import evolve, fields
from attrs.exceptions import FrozenInstanceError
from hypothesis import given
from hypothesis import strategies as st

from iopkit.errors import InvalidError
from iopkit.levels import Edition, LevelOfCare
from iopkit.patients import (
    Assessment,
    Consent,
    Coverage,
    DimensionRating,
    MentalDisorder,
    MinimumLevel,
    Obligation,
    ObligationKind,
    PartialDate,
    Patient,
    Payer,
    Screening,
    Severity,
    Substance,
    SubstanceUseDisorder,
    Support,
    Treatment,
)
from iopkit.patients.patients import refuse_before_birth
from iopkit.strategies import obligations, patients, weekly_windows
from iopkit.windows import WeeklyWindows

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
DAY = timedelta(days=1)
BIRTH = date(1984, 5, 17)

WITHOUT_WITHDRAWAL = [Substance.HALLUCINOGENS, Substance.PHENCYCLIDINE, Substance.INHALANTS]
BLOCKS = {
    Substance.ALCOHOL: "F10",
    Substance.OPIOIDS: "F11",
    Substance.CANNABIS: "F12",
    Substance.SEDATIVES: "F13",
    Substance.COCAINE: "F14",
    Substance.STIMULANTS: "F15",
    Substance.HALLUCINOGENS: "F16",
    Substance.PHENCYCLIDINE: "F16",
    Substance.TOBACCO: "F17",
    Substance.INHALANTS: "F18",
    Substance.OTHER: "F19",
}


def refused(build: Callable[..., object], *values: Any, **fields: Any) -> list[object]:
    """The fields that are refused, each by the first step of its path; none if all is well."""
    try:
        build(*values, **fields)
    except InvalidError as error:
        return [fault.path[0] for fault in error.faults]
    return []


# Use disorders


@pytest.mark.parametrize(
    ("criteria_met", "severity"),
    [
        (2, Severity.MILD),
        (3, Severity.MILD),
        (4, Severity.MODERATE),
        (5, Severity.MODERATE),
        (6, Severity.SEVERE),
        (11, Severity.SEVERE),
        (None, None),
    ],
)
def test_severity_by_criteria_met(criteria_met: int | None, severity: Severity | None) -> None:
    assert SubstanceUseDisorder(criteria_met=criteria_met).severity is severity


def test_severities_rise() -> None:
    assert sorted(Severity) == [Severity.MILD, Severity.MODERATE, Severity.SEVERE]


@pytest.mark.parametrize("substance", Substance)
def test_criteria_are_counted_from_two_to_what_the_class_has(substance: Substance) -> None:
    most = 10 if substance in WITHOUT_WITHDRAWAL else 11

    assert substance.criteria == most
    for count in (2, most):
        assert refused(SubstanceUseDisorder, substance=substance, criteria_met=count) == []
    for count in (-1, 0, 1, most + 1):
        assert refused(SubstanceUseDisorder, substance=substance, criteria_met=count) == [
            "criteria_met"
        ]


@pytest.mark.parametrize(("count", "ok"), [(1, False), (2, True), (11, True), (12, False)])
def test_criteria_of_a_class_that_is_not_known_may_be_eleven(count: int, ok: bool) -> None:
    assert refused(SubstanceUseDisorder, criteria_met=count) == ([] if ok else ["criteria_met"])


@pytest.mark.parametrize("substance", Substance)
def test_a_code_of_another_class_is_kept_as_recorded(substance: Substance) -> None:
    assert substance.icd10_block == BLOCKS[substance]
    for block in BLOCKS.values():
        assert refused(SubstanceUseDisorder, substance=substance, code=f"{block}.20") == []


@pytest.mark.parametrize("block", sorted(set(BLOCKS.values())))
def test_a_code_of_any_block_fits_a_class_that_is_not_known(block: str) -> None:
    assert SubstanceUseDisorder(code=f"{block}.21").code == f"{block}.21"


@pytest.mark.parametrize("code", ["F32.1", "F20.9", "F09", "F1A.20", "G47.0"])
def test_a_code_outside_the_substance_blocks_is_no_use_disorder(code: str) -> None:
    assert refused(SubstanceUseDisorder, code=code) == ["code"]


@pytest.mark.parametrize("code", ["F10", "F10.2", "F10.20", "F10.231", "F10.2310"])
def test_a_code_has_up_to_four_places_after_the_point(code: str) -> None:
    assert SubstanceUseDisorder(substance=Substance.ALCOHOL, code=code).code == code


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("", id="nothing"),
        pytest.param("F1", id="too short"),
        pytest.param("F10.", id="nothing after the point"),
        pytest.param("F10.23101", id="five places"),
        pytest.param("F1020", id="no point"),
        pytest.param("f10.20", id="lower case"),
        pytest.param(" F10.20", id="space before"),
        pytest.param("F10.20\n", id="line end"),
        pytest.param("F10.20, F11.20", id="two codes"),
        pytest.param("alcohol", id="a word"),
    ],
)
def test_what_is_no_code_is_refused(code: str) -> None:
    alcohol = Substance.ALCOHOL

    assert refused(SubstanceUseDisorder, substance=alcohol, code=code) == ["code"]
    assert refused(MentalDisorder, code=code) == ["code"]


def test_every_fault_of_a_use_disorder_is_reported_at_once() -> None:
    assert refused(
        SubstanceUseDisorder, substance=Substance.INHALANTS, criteria_met=11, code="F32.1"
    ) == ["criteria_met", "code"]


@pytest.mark.parametrize("code", [None, "F32.1", "F41.1", "F43.10", "F90"])
def test_codes_of_mental_disorders(code: str | None) -> None:
    assert MentalDisorder(code=code).code == code


@pytest.mark.parametrize("code", ["U07.1", "32.1", "F3", "F٣2"])
def test_what_is_no_code_of_a_mental_disorder_is_refused(code: str) -> None:
    assert refused(MentalDisorder, code=code) == ["code"]


# Assessments


@pytest.mark.parametrize(
    ("dimension", "risk", "fields"),
    [
        pytest.param(0, 0, ["dimension"], id="no dimension 0"),
        pytest.param(1, 0, [], id="lowest"),
        pytest.param(6, 4, [], id="highest"),
        pytest.param(7, 4, ["dimension"], id="no dimension 7"),
        pytest.param(1, -1, ["risk"], id="no risk below 0"),
        pytest.param(1, 5, ["risk"], id="no risk above 4"),
        pytest.param(3, None, [], id="risk not known"),
        pytest.param(7, 5, ["dimension", "risk"], id="both"),
    ],
)
def test_dimensions_and_their_ratings(dimension: int, risk: int | None, fields: list[str]) -> None:
    assert refused(DimensionRating, dimension, risk) == fields


def test_a_dimension_is_rated_once_in_an_assessment() -> None:
    once = (DimensionRating(1, 2), DimensionRating(2, 2))
    twice = (*once, DimensionRating(1, 3))

    assert Assessment(on=BIRTH, ratings=once).ratings == once
    assert refused(Assessment, on=BIRTH, ratings=twice) == ["ratings"]


def test_the_fourth_edition_has_no_ratings_of_a_dimension() -> None:
    rated = (DimensionRating(1, 2),)

    assert Assessment(on=BIRTH, edition=Edition.FOURTH).ratings == ()
    assert refused(Assessment, on=BIRTH, edition=Edition.FOURTH, ratings=rated) == ["ratings"]


def test_the_fourth_edition_has_a_minimum_level_of_each_dimension_but_the_sixth() -> None:
    level = LevelOfCare("3.1", Edition.FOURTH)
    asked = tuple(MinimumLevel(dimension, level) for dimension in range(1, 6))

    assert Assessment(on=BIRTH, edition=Edition.FOURTH, minimum_levels=asked).ratings == ()
    assert refused(MinimumLevel, dimension=6, level=level) == ["dimension"]
    assert refused(MinimumLevel, dimension=0, level=LevelOfCare("3.1")) == ["dimension", "level"]
    assert refused(Assessment, on=BIRTH, minimum_levels=asked) == ["minimum_levels"]
    assert refused(
        Assessment, on=BIRTH, edition=Edition.FOURTH, minimum_levels=(*asked, asked[2])
    ) == ["minimum_levels"]
    assert "3.1" not in repr(asked[0])


@pytest.mark.parametrize(
    ("needed", "ok"),
    [
        pytest.param(timedelta(microseconds=-1), False, id="less than nothing"),
        pytest.param(timedelta(0), True, id="nothing"),
        pytest.param(timedelta(weeks=1), True, id="a whole week"),
        pytest.param(timedelta(weeks=1, microseconds=1), False, id="more than a week"),
        pytest.param(None, True, id="not known"),
    ],
)
def test_bounds_of_the_services_needed_in_a_week(needed: timedelta | None, ok: bool) -> None:
    assert refused(Assessment, on=BIRTH, needed_per_week=needed) == (
        [] if ok else ["needed_per_week"]
    )


# Coverage


@pytest.mark.parametrize(
    ("start", "end", "ok"),
    [
        pytest.param(BIRTH, BIRTH + DAY, True, id="one day"),
        pytest.param(BIRTH, BIRTH, False, id="no day"),
        pytest.param(BIRTH, BIRTH - DAY, False, id="ends before it starts"),
        pytest.param(BIRTH, None, True, id="open end"),
        pytest.param(None, BIRTH, True, id="start not known"),
        pytest.param(None, None, True, id="nothing known"),
    ],
)
def test_coverage_ends_after_its_start(start: date | None, end: date | None, ok: bool) -> None:
    assert refused(Coverage, Payer.MEDICARE, start, end) == ([] if ok else ["end"])


@pytest.mark.parametrize(
    ("start", "end", "ok"),
    [
        pytest.param(BIRTH, BIRTH + DAY, True, id="one day"),
        pytest.param(BIRTH, BIRTH, False, id="no day"),
        pytest.param(BIRTH, None, True, id="open end"),
        pytest.param(None, BIRTH, True, id="start not known"),
    ],
)
def test_treatment_ends_after_its_start(start: date | None, end: date | None, ok: bool) -> None:
    assert refused(Treatment, None, start, end) == ([] if ok else ["end"])


# Patients


def test_of_a_patient_everything_but_the_key_may_be_unknown() -> None:
    patient = Patient(key=KEY)

    assert patient.key == KEY
    assert patient.free is None
    assert {getattr(patient, name) for name in ("birth_date", "diagnoses", "assessments")} == {None}


def test_having_none_differs_from_not_knowing() -> None:
    assert Patient(key=KEY, diagnoses=()) != Patient(key=KEY)


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(uuid1(node=1, clock_seq=1), id="version 1, of time and place"),
        pytest.param(uuid3(KEY, "a record number"), id="version 3, a hash"),
        pytest.param(uuid5(KEY, "a record number"), id="version 5, a hash"),
        pytest.param(UUID(int=0), id="nil"),
        pytest.param(UUID(int=12345), id="a number made a UUID"),
    ],
)
def test_a_key_that_is_not_random_is_refused(key: UUID) -> None:
    assert refused(Patient, key=key) == ["key"]


@pytest.mark.parametrize(
    ("name", "dated"),
    [
        pytest.param("diagnoses", lambda day: MentalDisorder(diagnosed=day), id="mental disorder"),
        pytest.param(
            "diagnoses", lambda day: SubstanceUseDisorder(diagnosed=day), id="use disorder"
        ),
        pytest.param(
            "diagnoses",
            lambda day: SubstanceUseDisorder(symptom_free_since=day),
            id="end of the symptoms",
        ),
        pytest.param("assessments", lambda day: Assessment(on=day), id="assessment"),
        pytest.param("screenings", lambda day: Screening("phq_9", day), id="screening"),
        pytest.param("treatments", lambda day: Treatment(start=day), id="start of treatment"),
        pytest.param("treatments", lambda day: Treatment(end=day), id="end of treatment"),
        pytest.param("consents", lambda day: Consent(signed=day), id="consent"),
    ],
)
def test_nothing_is_dated_before_the_birth(name: str, dated: Callable[[date], object]) -> None:
    def at(birth: date | PartialDate | None, *days: date) -> list[object]:
        return refused(Patient, key=KEY, birth_date=birth, **{name: tuple(map(dated, days))})

    assert at(BIRTH, BIRTH) == []
    assert at(None, BIRTH - DAY) == []
    assert at(BIRTH, BIRTH, BIRTH - DAY) == [name]
    month = PartialDate(BIRTH.year, BIRTH.month)
    assert at(month, month.first) == []
    assert at(month, month.last, month.first - DAY) == [name]


@pytest.mark.parametrize(
    ("cls", "known"),
    [
        (Patient, {"key": KEY}),
        (Assessment, {}),
        (Screening, {"instrument": "cows"}),
        (Treatment, {}),
        (Coverage, {"payer": Payer.MEDICARE}),
        (Consent, {}),
        (SubstanceUseDisorder, {}),
        (MentalDisorder, {}),
    ],
)
def test_a_moment_is_no_day(cls: Any, known: dict[str, Any]) -> None:
    moment = datetime(2026, 1, 5, 9, 30)  # noqa: DTZ001  # as callers give it
    of_days = (date, date | None, date | PartialDate | None)
    dated = {field.name: moment for field in fields(cls) if field.type in of_days}

    with pytest.raises(InvalidError) as caught:
        cls(**known, **dated)

    said = "expected a date without a time, found a moment"
    assert [str(fault) for fault in caught.value.faults] == [f"{name}: {said}" for name in dated]


def test_every_fault_of_a_patient_is_reported_at_once() -> None:
    assert refused(
        Patient,
        key=UUID(int=0),
        birth_date=BIRTH,
        diagnoses=(MentalDisorder(diagnosed=BIRTH - DAY),),
        assessments=(Assessment(on=BIRTH - DAY),),
        screenings=(Screening("phq_9", BIRTH - DAY),),
        treatments=(Treatment(start=BIRTH - DAY),),
        consents=(Consent(signed=BIRTH - DAY),),
    ) == ["key", "diagnoses", "assessments", "screenings", "treatments", "consents"]


@pytest.mark.parametrize(
    ("birth", "paths"),
    [
        pytest.param(BIRTH, [], id="on the day of birth"),
        pytest.param(BIRTH - DAY, [], id="after the birth"),
        pytest.param(BIRTH + DAY, ["start"], id="before the birth"),
        pytest.param(PartialDate(BIRTH.year), [], id="in the year of birth"),
        pytest.param(PartialDate(BIRTH.year, BIRTH.month + 1), ["start"], id="before the month"),
        pytest.param(None, [], id="birth not known"),
    ],
)
def test_a_day_before_the_birth_is_refused(
    birth: date | PartialDate | None, paths: list[str]
) -> None:
    patient = Patient(key=KEY, birth_date=birth)

    assert refused(refuse_before_birth, patient, BIRTH, what="plan", path="start") == paths


@pytest.mark.parametrize(
    ("availability", "taken", "free"),
    [
        pytest.param(["monday 09:00-17:00"], None, ["monday 09:00-17:00"], id="none known"),
        pytest.param(["monday 09:00-17:00"], [], ["monday 09:00-17:00"], id="none"),
        pytest.param(
            ["monday 09:00-17:00"],
            [["monday 08:00-12:00"], None, ["monday 16:00-18:00"]],
            ["monday 12:00-16:00"],
            id="several, one at unknown times",
        ),
        pytest.param(["monday 09:00-17:00"], [["monday 00:00-24:00"]], [], id="all taken"),
    ],
)
def test_obligations_are_taken_off_availability(
    availability: list[str], taken: list[list[str] | None] | None, free: list[str]
) -> None:
    patient = Patient(
        key=KEY,
        availability=WeeklyWindows.of(*availability),
        obligations=None
        if taken is None
        else tuple(
            Obligation(ObligationKind.WORK, None if some is None else WeeklyWindows.of(*some))
            for some in taken
        ),
    )

    assert patient.free == WeeklyWindows.of(*free)


def test_free_time_is_not_known_if_availability_is_not() -> None:
    work = Obligation(ObligationKind.WORK, WeeklyWindows.of("monday 09:00-17:00"))

    assert Patient(key=KEY, obligations=(work,)).free is None


@given(weekly_windows(), st.lists(obligations(), max_size=3))
def test_free_time_is_available_and_not_taken(
    availability: WeeklyWindows, obligated: list[Obligation]
) -> None:
    def minutes(windows: WeeklyWindows) -> set[int]:
        return {minute for start, end in windows.spans for minute in range(start, end)}

    taken = [minutes(obligation.windows) for obligation in obligated if obligation.windows]
    free = Patient(key=KEY, availability=availability, obligations=tuple(obligated)).free

    assert free is not None
    assert minutes(free) == minutes(availability).difference(*taken)


@given(patients())
def test_patients_are_values(patient: Patient) -> None:
    copied = pickle.loads(pickle.dumps(patient))

    assert copied == patient
    assert copied is not patient
    assert hash(copied) == hash(patient)
    assert evolve(patient) == patient
    assert evolve(patient, supports=((Support(),) * 9)) != patient


def test_a_patient_cannot_be_changed() -> None:
    patient = Patient(key=KEY)

    with pytest.raises(FrozenInstanceError):
        patient.birth_date = BIRTH  # type: ignore[misc]  # on purpose
    with pytest.raises((AttributeError, TypeError)):
        patient.name = "anyone"  # type: ignore[attr-defined]  # on purpose


@pytest.mark.parametrize("code", ["S52.5", "F10.20", "G47.00"])
def test_a_mental_disorder_has_a_code_of_its_own_chapter(code: str) -> None:
    with pytest.raises(InvalidError) as caught:
        MentalDisorder(code=code)
    assert [fault.path for fault in caught.value.faults] == [("code",)]


def test_a_need_is_in_whole_minutes_as_documents_have_it() -> None:
    with pytest.raises(InvalidError) as caught:
        Assessment(date(2026, 1, 5), needed_per_week=timedelta(hours=9, seconds=1))
    assert [fault.path for fault in caught.value.faults] == [("needed_per_week",)]
