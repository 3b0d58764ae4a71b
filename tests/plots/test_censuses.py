"""A census as a picture has a step for each day and says what each thing is."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from iopkit.plots import census_picture
from iopkit.reports import census_text
from iopkit.schedules import CensusDay
from iopkit.windows import Weekday

Said = Callable[[bytes], list[str]]
MONDAY = date(2026, 1, 5)


def days(count: int, patients: int = 8, **others: int) -> list[CensusDay]:
    return [CensusDay(MONDAY + timedelta(days=n), patients + n % 3, **others) for n in range(count)]


def test_a_census_says_its_days_and_what_is_counted(said: Said) -> None:
    text = said(census_picture(days(10, on_hold=2, expected=5)))
    assert "Census, January 5 to 14, 2026" in text
    assert {"in treatment", "of these, on hold", "expected to come", "patients"} <= set(text)
    assert text.count("in treatment, mean of the week") == 1
    assert {"Jan 5", "2026", "Jan 6", "Jan 14"} <= set(text)


def test_nobody_on_hold_is_not_in_the_key(said: Said) -> None:
    assert "of these, on hold" not in said(census_picture(days(10)))


@pytest.mark.parametrize(("count", "most"), [(1, 1), (14, 14), (15, 13), (90, 13), (1000, 13)])
def test_the_days_named_are_as_many_as_can_be_read(count: int, most: int, said: Said) -> None:
    text = said(census_picture(days(count)))
    months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}
    named = [each for each in text if each[:3] in months and each[3:4] == " "]
    assert 1 <= len(named) <= most


def test_weeks_begin_with_the_day_that_is_asked_for(said: Said) -> None:
    made = days(40)
    assert "Jan 12" in said(census_picture(made))
    wednesdays = census_picture(made, first=Weekday.WEDNESDAY)
    assert "Jan 7" in said(wednesdays)
    assert census_text(made, first=Weekday.WEDNESDAY).encode() in wednesdays


@pytest.mark.parametrize("made", [[], days(3, 0)[:1]], ids=["no day", "nobody"])
def test_nothing_to_count_has_a_picture_all_the_same(made: list[CensusDay], said: Said) -> None:
    text = said(census_picture(made, title="Ours"))
    assert any(each.startswith("Ours") for each in text)
    assert ("No day to count." in text) is not made or bool(made)
