"""Sites: what is refused, what is offered, and which days are closed."""

import pickle
from collections.abc import Callable
from datetime import UTC, date, time, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import strategies
from iopkit.errors import InvalidError, Step
from iopkit.needs import Need
from iopkit.sites import Closure, HolidayCalendar, Offer, Referral, Site, closed_days, open_windows
from iopkit.windows import Weekday, WeeklyWindows

SITE = Site("Elm Street", "America/Chicago", WeeklyWindows.of("monday 09:00-17:00"))
MONDAY = date(2026, 1, 5)
ONE_DAY = timedelta(days=1)


def faults(make: Callable[[], object]) -> list[tuple[Step, ...]]:
    """The paths of every fault in the one error that is raised."""
    with pytest.raises(InvalidError) as caught:
        make()
    return [fault.path for fault in caught.value.faults]


# What is refused


@pytest.mark.parametrize(
    ("fields", "paths"),
    [
        ({"telephone": "5", "address": "x"}, []),
        ({"telephone": "call us"}, [("telephone",)]),
        ({"telephone": "", "address": " "}, [("telephone",), ("address",)]),
    ],
)
def test_a_telephone_has_a_number_and_an_address_is_not_blank(
    fields: dict[str, str], paths: list[tuple[Step, ...]]
) -> None:
    def make() -> Site:
        return evolve(SITE, **fields)  # type: ignore[arg-type]  # texts, as both fields are

    assert (faults(make) if paths else (make(), [])[1]) == paths


@pytest.mark.parametrize(
    ("fields", "paths"),
    [
        ({}, []),
        ({"name": " ", "needs": frozenset()}, [("name",), ("needs",)]),
        ({"telephone": "none", "address": ""}, [("telephone",), ("address",)]),
    ],
)
def test_a_referral_is_to_somebody_for_something(
    fields: dict[str, Any], paths: list[tuple[Step, ...]]
) -> None:
    def make() -> Referral:
        return evolve(Referral("Oak Clinic", frozenset({Need.HOUSING})), **fields)

    assert (faults(make) if paths else (make(), [])[1]) == paths


@pytest.mark.parametrize("country", ["US", "GB", "DE"])
def test_a_country_is_two_capital_letters(country: str) -> None:
    assert HolidayCalendar(country).country == country


@pytest.mark.parametrize("country", ["", "U", "USA", "us", "U1", "US\n", "\u00c4\u00d6"])
def test_another_country_code_is_refused(country: str) -> None:
    assert faults(lambda: HolidayCalendar(country)) == [("country",)]


def test_a_closure_ends_after_its_first_day() -> None:
    assert Closure(MONDAY, MONDAY + ONE_DAY, "inventory").why == "inventory"
    assert faults(lambda: Closure(MONDAY, MONDAY, "nothing")) == [("end",)]
    assert faults(lambda: Closure(MONDAY, MONDAY - ONE_DAY, "backwards")) == [("end",)]


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(time(9, 0, 30), id="seconds"),
        pytest.param(time(9, 0, 0, 5), id="microseconds"),
        pytest.param(time(9, tzinfo=UTC), id="zone"),
    ],
)
def test_an_offer_starts_at_a_bare_whole_minute(start: time) -> None:
    assert Offer("group", start=time(9)).start == time(9)
    assert faults(lambda: Offer("group", start=start)) == [("start",)]


@pytest.mark.parametrize(
    ("duration", "ok"),
    [
        pytest.param(None, True, id="not-said"),
        pytest.param(timedelta(minutes=1), True, id="1-minute"),
        pytest.param(timedelta(days=1), True, id="24-hours"),
        pytest.param(timedelta(0), False, id="none"),
        pytest.param(timedelta(minutes=-1), False, id="negative"),
        pytest.param(timedelta(minutes=1441), False, id="24-hours-and-1-minute"),
        pytest.param(timedelta(seconds=90), False, id="half-minutes"),
    ],
)
def test_an_offer_takes_whole_minutes_up_to_a_day(duration: timedelta | None, *, ok: bool) -> None:
    if ok:
        assert Offer("group", duration=duration).duration == duration
    else:
        assert faults(lambda: Offer("group", duration=duration)) == [("duration",)]


def test_every_fault_of_an_offer_is_in_one_error() -> None:
    found = faults(lambda: Offer("group", start=time(9, 0, 1), duration=timedelta(0)))
    assert found == [("start",), ("duration",)]


@pytest.mark.parametrize("zone", ["America/Chicago", "UTC", "Asia/Kathmandu"])
def test_an_iana_zone_is_accepted(zone: str) -> None:
    assert evolve(SITE, zone=zone).tz.key == zone


@pytest.mark.parametrize(
    "zone",
    ["", "Mars/Olympus", "America", "/etc/localtime", "../UTC", "a\0b", "CST+6CDT?", "x" * 5000],
    ids=["empty", "unknown", "folder", "path", "upwards", "null", "odd", "long"],
)
def test_another_zone_is_refused(zone: str) -> None:
    assert faults(lambda: evolve(SITE, zone=zone)) == [("zone",)]


def test_a_zone_that_is_nearly_one_is_named_with_the_one() -> None:
    with pytest.raises(InvalidError, match="did you mean 'America/Chicago'"):
        evolve(SITE, zone="America/Chicgo")
    with pytest.raises(InvalidError) as caught:
        evolve(SITE, zone="@@@")
    assert "did you mean" not in str(caught.value)


def test_a_site_is_open_for_at_least_a_minute() -> None:
    assert evolve(SITE, hours=WeeklyWindows(((0, 1),))).hours.total == timedelta(minutes=1)
    assert faults(lambda: evolve(SITE, hours=WeeklyWindows())) == [("hours",)]


def test_an_offer_says_a_length_for_all_days() -> None:
    hour = timedelta(hours=1)
    assert Offer("group", duration=hour).duration == hour
    assert faults(lambda: Offer("group", day=Weekday.MONDAY, duration=hour)) == [("duration",)]


def test_a_site_offers_a_service_once_a_day() -> None:
    everyday, mondays = Offer("group", start=time(9)), Offer("group", Weekday.MONDAY, time(10))
    assert evolve(SITE, offers=(everyday, mondays, Offer("class")))
    everyday_again, mondays_again = (evolve(o, start=time(11)) for o in (everyday, mondays))
    assert faults(lambda: evolve(SITE, offers=(everyday, everyday_again))) == [("offers",)]
    assert faults(lambda: evolve(SITE, offers=(mondays, mondays_again))) == [("offers",)]


def test_a_break_lasts_from_nothing_to_a_day() -> None:
    assert evolve(SITE, break_between=timedelta(0)).break_between == timedelta(0)
    assert evolve(SITE, break_between=timedelta(minutes=1)).break_between
    assert evolve(SITE, break_between=ONE_DAY).break_between == ONE_DAY
    too_long = ONE_DAY + timedelta(minutes=1)
    assert faults(lambda: evolve(SITE, break_between=too_long)) == [("break_between",)]
    negative = timedelta(minutes=-1)
    assert faults(lambda: evolve(SITE, break_between=negative)) == [("break_between",)]


def test_a_break_is_in_whole_minutes_as_it_is_kept_in_whole_minutes() -> None:
    half = timedelta(seconds=30)
    assert faults(lambda: evolve(SITE, break_between=half)) == [("break_between",)]


def test_every_fault_of_a_site_is_in_one_error() -> None:
    twice = (Offer("group"), Offer("group"))
    found = faults(lambda: Site("s", "Nowhere", WeeklyWindows(), None, (), twice, -ONE_DAY))
    assert found == [("zone",), ("hours",), ("offers",), ("break_between",)]


# What is offered


def test_an_offer_for_the_day_comes_before_one_for_any_day() -> None:
    everyday, mondays = Offer("group", start=time(9)), Offer("group", Weekday.MONDAY, time(10))
    site = evolve(SITE, offers=(mondays, everyday))
    assert site.offer("group", Weekday.MONDAY) == mondays
    assert site.offer("group", Weekday.TUESDAY) == everyday
    assert site.offer("group") == everyday
    assert site.offer("class") is None
    only_mondays = evolve(SITE, offers=(mondays,))
    assert only_mondays.offer("group", Weekday.TUESDAY) is None
    assert only_mondays.offer("group") is None


def test_a_patient_is_met_when_the_site_is_open_and_the_patient_free() -> None:
    free = WeeklyWindows.of("monday 16:00-20:00")
    assert open_windows(SITE.hours, free) == WeeklyWindows.of("monday 16:00-17:00")
    assert open_windows(SITE.hours, WeeklyWindows()) == WeeklyWindows()
    assert open_windows(SITE.hours, None) == SITE.hours


# Which days are closed


@pytest.mark.parametrize(
    ("first", "last", "closed"),
    [
        pytest.param(-3, -1, [], id="before"),
        pytest.param(-1, 0, [0], id="up-to-the-first-day"),
        pytest.param(2, 4, [2, 3, 4], id="inside"),
        pytest.param(6, 9, [6], id="from-the-last-day"),
        pytest.param(7, 9, [], id="after"),
        pytest.param(-9, 99, [0, 1, 2, 3, 4, 5, 6], id="all-of-it"),
    ],
)
def test_only_days_from_the_start_up_to_the_end_are_named(
    first: int, last: int, closed: list[int]
) -> None:
    closure = Closure(MONDAY + first * ONE_DAY, MONDAY + (last + 1) * ONE_DAY, "why")
    found = closed_days(evolve(SITE, closures=(closure,)), MONDAY, MONDAY + 7 * ONE_DAY)
    assert found == {MONDAY + n * ONE_DAY: "why" for n in closed}


def test_a_day_closed_twice_has_the_first_reason() -> None:
    closures = (
        Closure(MONDAY, MONDAY + 2 * ONE_DAY, "painting"),
        Closure(MONDAY + ONE_DAY, MONDAY + 3 * ONE_DAY, "training"),
    )
    found = closed_days(evolve(SITE, closures=closures), MONDAY, MONDAY + 7 * ONE_DAY)
    assert list(found.values()) == ["painting", "painting", "training"]


@given(strategies.sites(), strategies.days(), st.integers(0, 100))
def test_closed_days_are_those_of_the_closures(site: Site, start: date, length: int) -> None:
    days = [start + n * ONE_DAY for n in range(length)]
    whole = [c for c in site.closures if c.all_day and c.services is None]
    expected = {day for day in days if any(c.start <= day < c.end for c in whole)}
    assert set(closed_days(site, start, start + length * ONE_DAY)) == expected


@given(strategies.sites())
def test_a_site_is_a_value(site: Site) -> None:
    copy = pickle.loads(pickle.dumps(site))
    assert copy == site
    assert hash(copy) == hash(site)
    assert evolve(site, name="Another") != site
