"""Days known in part: which days they can be, and the one text for each."""

from calendar import isleap
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.errors import InvalidError
from iopkit.patients import PartialDate
from iopkit.patients.partial_dates import earliest_day, latest_day

DAY = timedelta(days=1)
YEARS = st.integers(1, 9998)
MONTHS = st.none() | st.integers(1, 12)


@given(st.dates(max_value=date(9998, 12, 31)))
def test_a_day_can_be_the_one_of_which_its_month_or_year_is_known(day: date) -> None:
    for known in (PartialDate(day.year), PartialDate(day.year, day.month)):
        assert known.first <= day <= known.last


@given(YEARS, MONTHS)
def test_no_other_day_can_be_it(year: int, month: int | None) -> None:
    known = PartialDate(year, month)

    assert known.first.day == 1
    assert (known.last + DAY).day == 1
    length = (known.last - known.first).days + 1
    assert length == 365 + isleap(year) if month is None else 28 <= length <= 31


@given(YEARS, MONTHS)
def test_it_has_one_text(year: int, month: int | None) -> None:
    known = PartialDate(year, month)

    assert PartialDate.fromisoformat(known.isoformat()) == known
    assert known.isoformat() == known.first.isoformat()[: 4 if month is None else 7]


def test_a_whole_day_is_its_own_first_and_last() -> None:
    day, known = date(1971, 2, 11), PartialDate(1971, 2)

    assert (earliest_day(day), latest_day(day)) == (day, day)
    assert (earliest_day(known), latest_day(known)) == (date(1971, 2, 1), date(1971, 2, 28))


def test_the_last_month_there_is_has_an_end() -> None:
    assert PartialDate(9999).last == date.max


@pytest.mark.parametrize(
    ("year", "month", "path"),
    [(0, None, "year"), (10_000, 3, "year"), (1971, 0, "month"), (1971, 13, "month")],
)
def test_a_year_or_month_that_does_not_exist_is_refused(
    year: int, month: int | None, path: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        PartialDate(year, month)

    assert [fault.path for fault in caught.value.faults] == [(path,)]


@pytest.mark.parametrize("text", ["", "71", "1971-2", "1971-02-11", "1971-13", "197١", "1971-02\n"])
def test_another_text_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(InvalidError) as caught:
        PartialDate.fromisoformat(text)

    assert not text or text not in str(caught.value)


def test_it_does_not_show_itself() -> None:
    assert repr(PartialDate(1971, 2)) == str(PartialDate(1971, 2)) == "PartialDate(...)"
