"""Approvals and observations: what can be recorded."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from math import inf, nan
from typing import Any
from uuid import UUID

import pytest

from iopkit import InvalidError, Patient
from iopkit.patients import Approval, Observation

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
DAY = date(2026, 3, 2)


def faults(build: Callable[[], object]) -> list[tuple[str | int, ...]]:
    with pytest.raises(InvalidError) as caught:
        build()
    return [fault.path for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        pytest.param({"start": DAY, "end": DAY}, "end", id="no day"),
        pytest.param({"units": -1}, "units", id="fewer than no units"),
        pytest.param({"units": True}, "units", id="no number"),
        pytest.param({"units": 1.5}, "units", id="half a unit"),
        pytest.param({"time": -timedelta(hours=1)}, "time", id="less than no time"),
        pytest.param({"start": datetime(2026, 3, 2, 8)}, "start", id="a moment"),  # noqa: DTZ001
    ],
)
def test_an_approval_that_cannot_be_is_refused(fields: dict[str, Any], path: str) -> None:
    assert faults(lambda: Approval(**fields)) == [(path,)]


def test_an_approval_may_be_of_nothing_and_of_one_day() -> None:
    least = Approval(units=0, time=timedelta(0), start=DAY, end=DAY + timedelta(days=1))
    assert least.units == 0


@pytest.mark.parametrize("value", [nan, inf, -inf, None, DAY, (), [1], b"x"])
def test_an_observation_of_what_no_fact_can_be_is_refused(value: Any) -> None:
    assert faults(lambda: Observation("own", value, DAY)) == [("value",)]


@pytest.mark.parametrize("value", [True, False, 0, -3, 1.5, "", "far"])
def test_an_observation_holds_what_a_fact_can_be_and_does_not_show_it(value: Any) -> None:
    seen = Observation("own", value, DAY)
    assert seen.value is value
    assert repr(seen) == "Observation(...)"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"approvals": (Approval(start=DAY),)}, "approvals"),
        ({"approvals": (Approval(end=DAY),)}, "approvals"),
        ({"observations": (Observation("own", 1, DAY),)}, "observations"),
    ],
)
def test_nothing_is_dated_before_the_birth(fields: dict[str, Any], path: str) -> None:
    late = DAY + timedelta(days=1)
    assert faults(lambda: Patient(KEY, birth_date=late, **fields)) == [(path,)]
    assert Patient(KEY, birth_date=DAY, **fields).birth_date == DAY
