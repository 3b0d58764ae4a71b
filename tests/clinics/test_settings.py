"""Settings of a clinic: what they refuse."""

from datetime import date
from typing import Any

import pytest

from iopkit import InvalidError
from iopkit.clinics import ClinicSettings, PatientSettings, PhaseWeeks
from iopkit.groups import GroupDose

START = date(2026, 2, 2)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"patients": 2 * (PatientSettings("amber"),)}, "patients: expected each once"),
        ({"weeks": (PhaseWeeks("a", 1), PhaseWeeks("a", 2))}, "weeks: expected each once"),
        ({"groups": "groups.toml", "doses": 2 * (GroupDose("a"),)}, "doses: expected each once"),
        ({"doses": (GroupDose("a"),)}, "doses: expected none where there are no groups"),
    ],
)
def test_what_comes_twice_or_has_no_groups_is_refused(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidError, match=told):
        ClinicSettings(START, 7, **settings)


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ({"patient": " "}, "patient: expected the name of a patient's file"),
        ({"start": START, "discharged": date(2026, 2, 1)}, "discharged: expected a day from"),
    ],
)
def test_a_patient_has_a_name_and_is_discharged_after_the_first_day(
    own: dict[str, Any], told: str
) -> None:
    with pytest.raises(InvalidError, match=told):
        PatientSettings(**{"patient": "amber", **own})
    assert PatientSettings("amber", START, discharged=START).discharged == START
