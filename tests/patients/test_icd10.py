"""What codes of use disorders say, alone and beside the rest of the record."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.eligibility import FACTS, Possible, Value, read_facts
from iopkit.patients import Patient, Severity, Substance, SubstanceUseDisorder
from iopkit.patients.icd10 import severities_of, stages_of, substances_of
from iopkit.strategies import diagnoses

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
ON = date(2026, 1, 12)
MODERATE_OR_SEVERE = Possible(options=frozenset(("moderate", "severe")))
ANY = Possible(options=frozenset(("mild", "moderate", "severe")))
IN_REMISSION = Possible(options=frozenset(("early", "sustained")))
NOT = "not_in_remission"
ANY_STAGE = Possible(options=frozenset((NOT, "early", "sustained")))


def read(name: str, *disorders: SubstanceUseDisorder) -> Value:
    return read_facts([FACTS[name]], Patient(KEY, diagnoses=disorders), on=ON).values()[name]


@pytest.mark.parametrize(
    ("code", "has", "severity", "remission"),
    [
        ("F10.10", (True, False, True), "mild", NOT),
        ("F10.11", (True, False, True), "mild", IN_REMISSION),
        ("F10.21", (True, False, True), MODERATE_OR_SEVERE, IN_REMISSION),
        ("F10.231", (True, False, True), MODERATE_OR_SEVERE, NOT),
        ("F11.20", (True, True, False), MODERATE_OR_SEVERE, NOT),
        ("F11.2", (True, True, False), MODERATE_OR_SEVERE, ANY_STAGE),
        ("F11", (True, True, False), ANY, ANY_STAGE),
        ("F13.20", (True, False, False), MODERATE_OR_SEVERE, NOT),
        ("F14.91", (True, False, False), ANY, IN_REMISSION),
        ("F15.90", (True, False, False), ANY, ANY_STAGE),
        ("F16.10", (True, False, False), "mild", NOT),
        ("F17.210", (False, False, False), "none", "no_disorder"),
        ("F17.211", (False, False, False), "none", "no_disorder"),
        ("F18.10", (True, False, False), "mild", NOT),
        ("F19.20", (True, None, None), MODERATE_OR_SEVERE, NOT),
        ("F19.11", (True, None, None), "mild", IN_REMISSION),
        ("F19", (True, None, None), ANY, ANY_STAGE),
    ],
)
def test_a_diagnosis_that_holds_its_code_alone_says_what_the_code_says(
    code: str, has: tuple[bool | None, ...], severity: Value, remission: Value
) -> None:
    disorder = SubstanceUseDisorder(code=code)

    names = ("substance", "opioid", "alcohol")
    assert tuple(read(f"has_{name}_use_disorder", disorder) for name in names) == has
    assert read("use_disorder_severity", disorder) == severity
    assert read("remission", disorder) == remission


@pytest.mark.parametrize(
    ("code", "stages"),
    [
        ("F17.211", {"early", "sustained"}),
        ("F17.210", {NOT}),
        ("F17.21", {NOT, "early", "sustained"}),
    ],
)
def test_of_nicotine_the_last_character_tells_remission(code: str, stages: set[str]) -> None:
    assert stages_of(SubstanceUseDisorder(code=code), ON).possible == stages


def test_code_and_record_say_more_together() -> None:
    disorder = SubstanceUseDisorder(criteria_met=7, code="F11.20")
    in_remission = SubstanceUseDisorder(code="F11.21", symptom_free_since=date(2025, 9, 1))

    assert read("use_disorder_severity", disorder) == "severe"
    assert read("remission", in_remission) == "early"
    other = SubstanceUseDisorder(Substance.OTHER, code="F19.20")
    assert read("has_opioid_use_disorder", other) is False


@pytest.mark.parametrize(
    ("name", "disorder", "left"),
    [
        pytest.param(
            "has_opioid_use_disorder",
            SubstanceUseDisorder(Substance.ALCOHOL, code="F11.20"),
            None,
            id="another class",
        ),
        pytest.param(
            "has_substance_use_disorder",
            SubstanceUseDisorder(Substance.CANNABIS, code="F17.210"),
            None,
            id="tobacco or not",
        ),
        pytest.param(
            "use_disorder_severity",
            SubstanceUseDisorder(Substance.COCAINE, 8, "F14.10"),
            Possible(options=frozenset(("mild", "severe"))),
            id="another severity",
        ),
        pytest.param(
            "remission",
            SubstanceUseDisorder(code="F12.20", symptom_free_since=date(2024, 1, 1)),
            Possible(options=frozenset((NOT, "sustained"))),
            id="another remission",
        ),
    ],
)
def test_a_code_that_goes_against_the_record_leaves_both_possible(
    name: str, disorder: SubstanceUseDisorder, left: Value
) -> None:
    sheet = read_facts([FACTS[name]], Patient(KEY, diagnoses=(disorder,)), on=ON)

    assert sheet.values()[name] == left
    assert sheet.told()[name].why == "a diagnosis code goes against the record"


def test_what_is_sure_all_the_same_is_known() -> None:
    disorder = SubstanceUseDisorder(Substance.ALCOHOL, code="F11.20")
    other = SubstanceUseDisorder(Substance.OPIOIDS)

    assert read("has_substance_use_disorder", disorder) is True
    assert read("has_opioid_use_disorder", disorder, other) is True


@given(st.builds(SubstanceUseDisorder, st.sampled_from(Substance)), st.dates())
def test_a_record_without_a_code_is_never_contradicted(
    disorder: SubstanceUseDisorder, on: date
) -> None:
    for said in (substances_of(disorder), severities_of(disorder), stages_of(disorder, on)):
        assert not said.contradicted
    assert substances_of(disorder).possible == {disorder.substance}


@given(diagnoses().filter(lambda one: isinstance(one, SubstanceUseDisorder)), st.dates())
def test_a_code_only_narrows_what_the_record_leaves_possible(one: Any, on: date) -> None:
    bare = SubstanceUseDisorder(
        one.substance, one.criteria_met, None, one.diagnosed, one.symptom_free_since
    )
    for with_code, without in (
        (substances_of(one), substances_of(bare)),
        (severities_of(one), severities_of(bare)),
        (stages_of(one, on), stages_of(bare, on)),
    ):
        assert with_code.possible
        assert with_code.contradicted or with_code.possible <= without.possible
    assert severities_of(SubstanceUseDisorder(code="F10.10")).possible == {Severity.MILD}


@pytest.mark.parametrize("substance", [None, *Substance])
@pytest.mark.parametrize("code", ["F19.10", "F19.21", "F19.90", "F19.239"])
def test_a_code_of_several_substances_settles_none_of_them(
    code: str, substance: Substance | None
) -> None:
    disorder = SubstanceUseDisorder(substance, code=code)
    said = substances_of(disorder)
    everything = frozenset(Substance) - {Substance.TOBACCO}
    if substance is None:
        assert (said.possible, said.contradicted) == (everything, False)
    elif substance is Substance.TOBACCO:
        assert said.contradicted
    else:
        assert (said.possible, said.contradicted) == ({substance}, False)
    # Beside a code of one substance, that one is sure and the others stay open.
    beside = SubstanceUseDisorder(code="F11.20")
    assert read("has_opioid_use_disorder", disorder, beside) is True
    alcohol = read("has_alcohol_use_disorder", disorder, beside)
    if substance in (None, Substance.TOBACCO):
        assert not isinstance(alcohol, bool)
    else:
        assert alcohol is (substance is Substance.ALCOHOL)
