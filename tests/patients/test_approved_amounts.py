"""What approvals can have is bounded where they are built, by the bounds of the facts read."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from iopkit.documents import from_json, to_json
from iopkit.eligibility import FACTS, read_facts
from iopkit.errors import InvalidError
from iopkit.levels import LevelOfCare
from iopkit.patients import Patient
from iopkit.patients.patients import MOST_APPROVED, Approval

KEY = UUID("a0f2c7f0-53a1-4c62-8a1b-8f2b6f7f6c11")
HOUR, ON = timedelta(hours=1), date(2026, 2, 3)
NAMES = ("level_2_1_approved_units", "level_2_1_approved_hours")


def approval(units: int | None, time: timedelta | None = None) -> Approval:
    level = LevelOfCare("2.1")
    return Approval(None, level, units, time, date(2026, 1, 1), date(2026, 6, 1))


@pytest.mark.parametrize(
    ("units", "time", "path"),
    [
        (MOST_APPROVED + 1, None, "units"),
        (-1, None, "units"),
        (None, (MOST_APPROVED * HOUR) + timedelta(minutes=1), "time"),
        (None, -HOUR, "time"),
    ],
)
def test_what_no_fact_can_be_is_refused_where_it_is_built(
    units: int | None, time: timedelta | None, path: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        approval(units, time)
    assert [fault.path for fault in caught.value.faults] == [(path,)]


def test_the_most_can_be_read() -> None:
    patient = Patient(KEY, approvals=(approval(MOST_APPROVED, MOST_APPROVED * HOUR),))
    assert from_json(Patient, to_json(patient)) == patient
    values = read_facts([FACTS[name] for name in NAMES], patient, on=ON).values()
    assert [values[name] for name in NAMES] == [MOST_APPROVED, MOST_APPROVED]


@pytest.mark.parametrize(
    "approvals",
    [
        (approval(600_000), approval(400_000)),
        (approval(1, 999_999 * HOUR), approval(1, timedelta(minutes=30))),
    ],
    ids=["units", "hours"],
)
def test_what_they_have_together_is_bounded_too(approvals: tuple[Approval, ...]) -> None:
    with pytest.raises(InvalidError, match="999,999 units and hours together"):
        Patient(KEY, approvals=approvals)
    assert Patient(KEY, approvals=approvals[:1]).approvals == approvals[:1]
