"""Public holidays, with the real ``holidays`` package."""

import os
import subprocess
import sys
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve

from iopkit import from_toml
from iopkit.errors import InvalidError, MissingExtraError
from iopkit.library import find_program
from iopkit.patients import Patient
from iopkit.plans import draft
from iopkit.schedules import Move, Reason, Schedule, schedule
from iopkit.sites import Closure, HolidayCalendar, Offer, Site, closed_days, closures
from iopkit.sites.closures import holidays_of
from iopkit.windows import Weekday, WeeklyWindows

YEAR = date(2026, 1, 1), date(2027, 1, 1)
MLK_DAY = date(2026, 1, 19)
PATIENT = Patient(key=UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))


def observing(calendar: HolidayCalendar | None) -> Site:
    return Site(
        "Elm Street",
        "America/Chicago",
        WeeklyWindows.of(*(f"{day.title} 09:00-21:00" for day in tuple(Weekday)[:5])),
        calendar,
        offers=(
            Offer("early-recovery-skills", start=time(17, 30)),
            Offer("relapse-prevention", start=time(18, 30)),
            Offer("family-education", start=time(18, 30)),
            Offer("social-support", start=time(18, 30)),
            Offer("individual-session", duration=timedelta(minutes=50)),
            Offer("urine-test", duration=timedelta(minutes=15)),
        ),
    )


def matrix(site: Site) -> Schedule:
    plan = draft(find_program("matrix-16-week"), PATIENT, site, start=date(2026, 1, 5), seed=1)
    return schedule(plan, site)


def test_holidays_of_illinois_in_2026_are_those_of_its_calendar() -> None:
    assert closed_days(observing(HolidayCalendar("US", "IL")), *YEAR) == {
        date(2026, 1, 1): "New Year's Day",
        date(2026, 1, 19): "Martin Luther King Jr. Day",
        date(2026, 2, 12): "Lincoln's Birthday",
        date(2026, 2, 16): "Washington's Birthday",
        date(2026, 3, 2): "Casimir Pulaski Day",
        date(2026, 5, 25): "Memorial Day",
        date(2026, 6, 19): "Juneteenth National Independence Day",
        date(2026, 7, 3): "Independence Day (observed)",
        date(2026, 7, 4): "Independence Day",
        date(2026, 9, 7): "Labor Day",
        date(2026, 10, 12): "Columbus Day",
        date(2026, 11, 3): "Election Day",
        date(2026, 11, 11): "Veterans Day",
        date(2026, 11, 26): "Thanksgiving Day",
        date(2026, 12, 25): "Christmas Day",
    }


def test_a_subdivision_adds_its_own_holidays() -> None:
    country = closed_days(observing(HolidayCalendar("US")), *YEAR)
    state = closed_days(observing(HolidayCalendar("US", "IL")), *YEAR)
    assert set(country) < set(state)
    assert date(2026, 3, 2) not in country


def test_a_site_is_open_on_the_holidays_it_names() -> None:
    calendar = HolidayCalendar("US", "IL", ("Casimir Pulaski Day", "Veterans Day"))
    everyday = closed_days(observing(HolidayCalendar("US", "IL")), *YEAR)
    found = closed_days(observing(calendar), *YEAR)
    assert set(everyday) - set(found) == {date(2026, 3, 2), date(2026, 11, 11)}


def test_a_site_may_name_a_holiday_that_does_not_come_every_year() -> None:
    calendar = HolidayCalendar("US", "IL", ("Election Day",))
    odd_year = closed_days(observing(calendar), date(2027, 1, 1), date(2028, 1, 1))
    assert "Election Day" not in odd_year.values()
    assert "Election Day" not in closed_days(observing(calendar), *YEAR).values()


def test_a_site_is_open_on_a_day_all_of_whose_holidays_it_names() -> None:
    day = date(2027, 2, 15)  # two holidays of New York fall on it
    both = ("Susan B. Anthony Day", "Washington's Birthday")
    whole_year = date(2027, 1, 1), date(2028, 1, 1)
    assert day in closed_days(observing(HolidayCalendar("US", "NY")), *whole_year)
    assert day in closed_days(observing(HolidayCalendar("US", "NY", both[:1])), *whole_year)
    assert day not in closed_days(observing(HolidayCalendar("US", "NY", both)), *whole_year)


def test_a_range_over_the_new_year_has_the_holidays_of_both() -> None:
    site = observing(HolidayCalendar("US"))
    assert closed_days(site, date(2026, 12, 25), date(2027, 1, 2)) == {
        date(2026, 12, 25): "Christmas Day",
        date(2027, 1, 1): "New Year's Day",
    }
    assert closed_days(site, date(2026, 12, 26), date(2027, 1, 1)) == {}


def test_a_holiday_in_a_closure_keeps_its_name() -> None:
    closure = Closure(date(2026, 12, 24), date(2026, 12, 27), "winter break")
    site = evolve(observing(HolidayCalendar("US")), closures=(closure,))
    assert closed_days(site, date(2026, 12, 1), date(2027, 1, 1)) == {
        date(2026, 12, 24): "winter break",
        date(2026, 12, 25): "Christmas Day",
        date(2026, 12, 26): "winter break",
    }


def test_sessions_of_a_holiday_are_moved_to_the_next_day_at_their_time() -> None:
    moved = [s for s in matrix(observing(HolidayCalendar("US", "IL"))).sessions if s.moved]
    of_that_day = {
        session.service: (session.start.replace(tzinfo=None), session.moved)
        for session in moved
        if session.moved and session.moved.prescribed.date() == MLK_DAY
    }

    def moved_from(clock: str) -> tuple[object, Move]:
        at = time.fromisoformat(clock)
        tuesday = MLK_DAY + timedelta(days=1)
        name = "Martin Luther King Jr. Day"
        return datetime.combine(tuesday, at), Move(
            datetime.combine(MLK_DAY, at), Reason.CLOSED, name
        )

    assert of_that_day["early-recovery-skills"] == moved_from("17:30")
    assert of_that_day["relapse-prevention"] == moved_from("18:30")
    assert {s.week for s in moved if s.service == "early-recovery-skills"} == {3}


def test_no_session_is_on_a_holiday_and_none_is_lost() -> None:
    site = observing(HolidayCalendar("US", "IL"))
    made = matrix(site)
    closed = closed_days(site, made.plan.start, made.plan.end)
    assert not [s for s in made.sessions if s.start.date() in closed]
    assert len(made.sessions) == 56 + 3 + 16
    assert made.unplaced == ()


@pytest.mark.parametrize(
    ("calendar", "fault"),
    [
        pytest.param(
            ("ZZ",),
            "country: expected a country that the holidays package knows, found 'ZZ'",
            id="country",
        ),
        pytest.param(
            ("US", "ILL"),
            "subdivision: expected a part of US that it knows, found 'ILL' (did you mean 'IL'?)",
            id="subdivision",
        ),
        pytest.param(
            ("CA", "Ontorio"),
            "subdivision: expected a part of CA that it knows, found 'Ontorio' "
            "(did you mean 'Ontario'?)",
            id="name of a subdivision",
        ),
        pytest.param(
            ("DE", None, ("Labour Day",)),
            "open_on[0]: expected a holiday that is known there, found 'Labour Day' "
            "(did you mean 'Labor Day'?)",
            id="holiday",
        ),
    ],
)
def test_what_the_package_does_not_know_is_refused(calendar: tuple[Any, ...], fault: str) -> None:
    with pytest.raises(InvalidError) as caught:
        HolidayCalendar(*calendar)
    assert [*map(str, caught.value.faults)] == [fault]


def test_a_name_that_is_near_none_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidError) as caught:
        HolidayCalendar("FR", open_on=("Groundhog Day",))
    (fault,) = caught.value.faults
    assert fault.fix.startswith("known: All Saints' Day, Armistice Day, Ascension Day")


def test_every_unknown_name_is_in_one_error() -> None:
    names = ("Groundhog Day", "Columbus Day", "Pi Day")
    with pytest.raises(InvalidError) as caught:
        HolidayCalendar("US", "IL", names)
    assert [(fault.path, fault.found) for fault in caught.value.faults] == [
        (("open_on", 0), "'Groundhog Day'"),
        (("open_on", 2), "'Pi Day'"),
    ]


SITE = """document = "site"
format = 2
name = "Elm Street"
zone = "America/Chicago"
hours = ["monday 09:00-21:00"]

[holidays]
country = "US"
subdivision = "Ilinois"
open_on = [
  "Columbus Day",
  "Veteran's Day",
]
"""


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param(
            SITE,
            "line 9: holidays.subdivision: expected a part of US that it knows, found 'Ilinois' "
            "(did you mean 'Illinois'?)",
            id="subdivision",
        ),
        pytest.param(
            SITE.replace("Ilinois", "IL"),
            "line 12: holidays.open_on[1]: expected a holiday that is known there, "
            "found \"Veteran's Day\" (did you mean 'Veterans Day'?)",
            id="holiday",
        ),
    ],
)
def test_what_a_document_names_is_checked_on_reading_with_its_line(text: str, fault: str) -> None:
    with pytest.raises(InvalidError) as caught:
        from_toml(Site, text)
    assert [*map(str, caught.value.faults)] == [fault]


def test_nothing_is_checked_on_reading_without_the_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closures._unknown.cache_clear()
    monkeypatch.setitem(sys.modules, "holidays", None)
    site = from_toml(Site, SITE)
    assert site.holidays is not None
    assert site.holidays.open_on == ("Columbus Day", "Veteran's Day")
    with pytest.raises(MissingExtraError):
        closed_days(site, *YEAR)
    monkeypatch.undo()
    with pytest.raises(InvalidError) as caught:
        closed_days(site, *YEAR)
    assert [fault.path for fault in caught.value.faults] == [("holidays", "subdivision")]


_READING = """
import sys
from iopkit import Site, from_toml

text = sys.stdin.read()
from_toml(Site, text.partition("[holidays]")[0])
print("holidays" in sys.modules)
from_toml(Site, text.replace("Ilinois", "IL").replace("Veteran's", "Veterans"))
print("holidays" in sys.modules)
"""


def test_the_package_is_loaded_for_sites_that_have_holidays_alone() -> None:
    command = [sys.executable, "-c", _READING]
    said = subprocess.run(command, input=SITE, capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["False", "True"]


def test_without_the_package_the_error_names_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    holidays_of.cache_clear()
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(MissingExtraError) as caught:
        closed_days(observing(HolidayCalendar("US")), *YEAR)
    assert "pip install 'iopkit[holidays]'" in str(caught.value)
    assert "holiday calendar" in str(caught.value)
    assert isinstance(caught.value, ImportError)


def test_a_site_without_a_holiday_calendar_needs_no_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    assert closed_days(observing(None), *YEAR) == {}


_NAMES = """
from datetime import date
from iopkit.windows import WeeklyWindows
from iopkit.sites import HolidayCalendar, Site, closed_days

for country in ("DE", "FR", "NO"):
    site = Site("s", "UTC", WeeklyWindows.always(), HolidayCalendar(country))
    print(ascii(sorted(closed_days(site, date(2026, 1, 1), date(2027, 1, 1)).items())))
"""


def test_names_of_holidays_do_not_depend_on_the_language_of_the_machine() -> None:
    def names(language: str) -> str:
        here = {key: value for key, value in os.environ.items() if not key.startswith("LC_")}
        here |= {"LANGUAGE": language, "LANG": f"{language}.UTF-8"}
        command = [sys.executable, "-c", _NAMES]
        return subprocess.run(command, env=here, capture_output=True, text=True, check=True).stdout

    assert names("de") == names("en_US")


@pytest.mark.parametrize(
    ("country", "name", "day"),
    [
        pytest.param("US", "Juneteenth National Independence Day", date(2027, 6, 18), id="before"),
        pytest.param("US", "Veterans Day", date(2028, 11, 10), id="of a Saturday"),
        pytest.param("GB", "Boxing Day", date(2026, 12, 28), id="in England"),
        pytest.param("CA", "Christmas Day", date(2027, 12, 27), id="in Canada"),
    ],
)
def test_a_holiday_that_a_site_is_open_on_opens_the_day_observed_for_it(
    country: str, name: str, day: date
) -> None:
    days = date(day.year, 1, 1), date(day.year + 1, 1, 1)
    subdivision = {"GB": "ENG", "CA": "ON"}.get(country)
    usual = closed_days(observing(HolidayCalendar(country, subdivision)), *days)
    assert day in usual
    opened = closed_days(observing(HolidayCalendar(country, subdivision, (name,))), *days)
    assert {each for each in usual if each not in opened} >= {day}
    assert all(name in usual[each] for each in usual if each not in opened)
    of_it = next(each for each in usual[day].split("; ") if name in each)
    alone = closed_days(observing(HolidayCalendar(country, subdivision, (of_it,))), *days)
    assert {each for each in usual if each not in alone} == {day}
