"""Who is referred and when: against one referral at a time, and what a higher rate leaves alone."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from math import exp, factorial
from typing import Any, NamedTuple

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.errors import InvalidError
from iopkit.scenarios import NOT_YET, Arrivals, Cohort, Population, Referrals
from iopkit.scenarios.arrivals import poisson_number, poisson_thresholds, referral_key
from iopkit.scenarios.draws import WHOLE, Purpose, draw, key_of, mixed, stream

pytestmark = pytest.mark.measured

START = date(2026, 1, 15)  # a Thursday
MONDAY = date(2026, 1, 12)
PEOPLE = Population.of(
    pl.DataFrame(
        {
            "key": [f"p{n}" for n in range(20)],
            "w": [n % 4 for n in range(20)],
            "on": [START + timedelta(days=3 * n) if n % 3 else None for n in range(20)],
            "day": [3 * n if n % 3 else None for n in range(20)],
        }
    ),
    weight="w",
    others=["on", "day"],
)
IDENTITIES = {key_of(f"p{n}"): f"p{n}" for n in range(20)}
WEEKDAYS_ALONE = (Decimal("0.4"), 0.15, 0.15, 0.15, 0.15, 0, 0)


def found(
    arrivals: Arrivals, *, weeks: int = 10, **options: Any
) -> list[tuple[int, int, int, int]]:
    return rows(referrals(arrivals, weeks=weeks, **options))


def referrals(
    arrivals: Arrivals, *, weeks: int, seed: int = 7, replication: int = 0, start: date = START
) -> Referrals:
    return arrivals.referrals(PEOPLE, seed=seed, replication=replication, weeks=weeks, start=start)


def rows(of: Referrals) -> list[tuple[int, int, int, int]]:
    columns = of.key, of.person, of.day, of.admitted
    return [*zip(*(column.tolist() for column in columns), strict=True)]


def faults(make: Callable[[], object]) -> list[str]:
    with pytest.raises(InvalidError) as raised:
        make()
    return [str(fault) for fault in raised.value.faults]


# The oracle: one week, one referral, one person at a time.


def picked(shares: list[Fraction], at: int) -> int:
    so_far = Fraction(0)
    for place, share in enumerate(shares):
        so_far += share
        if at < int(so_far * WHOLE):
            return place
    raise AssertionError


WEIGHTS = [Fraction(int(IDENTITIES[key][1:]) % 4, 30) for key in PEOPLE.keys.tolist()]

Case = tuple[tuple[int, int, int, int], int, int]
"""The day, number, place of its kind and key, as they are sorted; who it is, in care since when."""


class OneByOne(NamedTuple):
    arrivals: Arrivals
    seed: int
    replication: int
    weeks: int
    start: date

    def stream(self, key: int) -> int:
        return stream(self.seed, self.replication, key)

    def slot(self, key: int) -> int:
        shares = [Fraction(str(each)) for each in self.arrivals.weekdays]
        weekday = picked(shares, draw(self.stream(key), Purpose.REFERRAL_DAY))
        return next(n for n in range(7) if (self.start + timedelta(days=n)).weekday() == weekday)

    def person(self, key: int) -> int:
        return picked(WEIGHTS, draw(self.stream(key), Purpose.PERSON))

    def by_rate(self) -> Iterator[Case]:
        clinic = self.stream(key_of("arrivals"))
        for week in range(self.weeks):
            at = draw(clinic, Purpose.ARRIVALS, week=week)
            for number in range(poisson_number(self.arrivals.rate(week), at)):
                key = referral_key(week, number)
                yield (7 * week + self.slot(key), number, 3, key), self.person(key), NOT_YET

    def own_day(self, person: int, key: int) -> int | None:
        if weeks := self.arrivals.spread_weeks:
            at = draw(self.stream(key), Purpose.REFERRAL_DAY, number=1)
            return 7 * picked([Fraction(1, weeks)] * weeks, at) + self.slot(key)
        found: int | None = PEOPLE.table["day"][person] if self.arrivals.days else None
        return found

    def once(self) -> Iterator[Case]:
        for person, key in enumerate(PEOPLE.keys.tolist()):
            day = self.own_day(person, key)
            if day is not None and day < self.weeks * 7:
                yield (day, 0, 2, key), person, NOT_YET

    def there(self, name: str, cohort: Cohort) -> Iterator[Case]:
        for number in range(cohort.count):
            key = mixed(key_of(name) ^ number)
            even = [Fraction(1, cohort.longest)] * cohort.longest
            day = -1 - picked(even, draw(self.stream(key), Purpose.COHORT))
            in_care = name == "caseload"
            place = (day, number, int(not in_care), key)
            yield place, self.person(key), day if in_care else NOT_YET

    def rows(self) -> list[tuple[int, int, int, int]]:
        waiting = self.there("waiting", self.arrivals.waiting)
        in_care = self.there("caseload", self.arrivals.caseload)
        every = sorted((*self.by_rate(), *self.once(), *waiting, *in_care))
        return [(key, person, day, since) for (day, _, _, key), person, since in every]


RATES = st.one_of(st.just(0), st.integers(0, 9), st.floats(0, 9), st.decimals(0, 9, places=3))
COHORTS = st.builds(Cohort.drawn, st.integers(0, 6), longest=st.integers(1, 60))


@given(
    rate=st.one_of(RATES, st.lists(RATES, min_size=8, max_size=9)),
    once=st.sampled_from([{}, {"days": "day"}, {"spread_weeks": 1}, {"spread_weeks": 6}]),
    waiting=COHORTS,
    caseload=COHORTS,
    seed=st.integers(-5, 2**70),
    replication=st.integers(0, 9),
    start=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
)
def test_referrals_are_those_found_one_by_one(  # noqa: PLR0913  # each is drawn
    *,
    rate: Any,
    once: dict[str, Any],
    waiting: Cohort,
    caseload: Cohort,
    seed: int,
    replication: int,
    start: date,
) -> None:
    rates = tuple(rate) if isinstance(rate, list) else rate
    arrivals = Arrivals(
        per_week=rates, weekdays=WEEKDAYS_ALONE, waiting=waiting, caseload=caseload, **once
    )
    every = referrals(arrivals, seed=seed, replication=replication, weeks=8, start=start)
    assert rows(every) == OneByOne(arrivals, seed, replication, 8, start).rows()


# Rates.


@given(st.floats(0, 30), st.floats(0, 30))
def test_a_higher_rate_adds_referrals_and_changes_none(one: float, other: float) -> None:
    fewer, more = (found(Arrivals(per_week=rate)) for rate in sorted((one, other)))
    assert set(fewer) <= set(more)
    assert [each for each in more if each in set(fewer)] == fewer


@given(st.decimals(0, 60, places=4), st.decimals(0, 60, places=4))
def test_the_thresholds_fall_as_the_rate_rises(one: Decimal, other: Decimal) -> None:
    low, high = (poisson_thresholds(rate).tolist() for rate in sorted((one, other)))
    assert len(low) <= len(high)
    assert all(a >= b for a, b in zip(low, high, strict=False))
    assert low == sorted(low)


def test_the_thresholds_are_the_distribution_of_poisson() -> None:
    so_far = 0.0
    for number, each in enumerate(poisson_thresholds(Decimal("2.5")).tolist()[:12]):
        so_far += exp(-2.5) * 2.5**number / factorial(number)
        assert each / WHOLE == pytest.approx(so_far, abs=1e-14)


def test_the_thresholds_are_the_same_bits_whatever_the_callers_context() -> None:
    rate = Decimal("3.75")
    poisson_thresholds.cache_clear()
    with localcontext(prec=3):
        coarse = poisson_thresholds(rate).tolist()
    poisson_thresholds.cache_clear()
    assert poisson_thresholds(rate).tolist() == coarse
    # Worked out with 200 digits.
    assert coarse[0] == 216_912_919_498_171_691


def test_mean_and_variance_are_the_rate() -> None:
    counts = [0] * 4000
    for _, _, day, _ in found(Arrivals(per_week=5), weeks=4000):
        counts[day // 7] += 1
    mean = sum(counts) / 4000
    variance = sum((each - mean) ** 2 for each in counts) / 3999
    # Four standard errors.
    assert abs(mean - 5) < 4 * (5 / 4000) ** 0.5
    assert abs(variance - 5) < 4 * (55 / 4000) ** 0.5


def test_a_rate_may_change_by_the_week() -> None:
    by_week = Arrivals(per_week=(5, 0, 5, 5))
    assert found(by_week, weeks=4) == [
        each for each in found(Arrivals(per_week=5), weeks=4) if each[2] // 7 != 1
    ]
    assert [by_week.rate(week) for week in range(4)] == [5, 0, 5, 5]


def test_a_rate_of_nothing_refers_nobody() -> None:
    assert found(Arrivals()) == found(Arrivals(per_week=0)) == []
    assert poisson_thresholds(Decimal(0)).tolist() == [WHOLE]


def test_more_weeks_leave_the_earlier_ones_as_they_are() -> None:
    short, long = (found(Arrivals(per_week=5), weeks=weeks) for weeks in (9, 30))
    assert [each for each in long if each[2] < 63] == short


def test_who_is_drawn_is_as_often_as_the_weight() -> None:
    persons = [person for _, person, _, _ in found(Arrivals(per_week=200), weeks=100)]
    weights = [int(IDENTITIES[key][1:]) % 4 for key in PEOPLE.keys.tolist()]
    for person, weight in enumerate(weights):
        expected = len(persons) * weight / 30
        assert abs(persons.count(person) - expected) <= 5 * expected**0.5


def test_weekdays_are_those_of_the_calendar() -> None:
    only_monday = (1, 0, 0, 0, 0, 0, 0)
    for start in (MONDAY, START):
        every = found(Arrivals(per_week=4, weekdays=only_monday), start=start)
        assert {(start + timedelta(days=day)).weekday() for _, _, day, _ in every} == {0}
    seven = {day % 7 for _, _, day, _ in found(Arrivals(per_week=40))}
    assert seven == {*range(7)}


# Days of one's own, and those who are there already.


@pytest.mark.parametrize(
    "days",
    [
        "day",
        "on",
        {f"p{n}": 3 * n for n in range(20) if n % 3},
        {f"p{n}": START + timedelta(days=3 * n) for n in range(20) if n % 3},
    ],
    ids=["numbers", "dates", "mapped numbers", "mapped dates"],
)
def test_each_person_is_referred_on_the_day_of_their_own(days: Any) -> None:
    every = referrals(Arrivals(days=days), weeks=6)
    keys = PEOPLE.keys[every.person]
    assert every.key.tolist() == keys.tolist()
    own = [(int(IDENTITIES[key][1:]), day) for key, _, day, _ in rows(every)]
    assert own == [(n, 3 * n) for n in range(14) if n % 3]


def test_everybody_is_referred_once_when_spread() -> None:
    every = referrals(Arrivals(spread_weeks=5), weeks=5)
    assert sorted(every.person.tolist()) == [*range(20)]
    assert len({day // 7 for day in every.day.tolist()}) == 5


def test_those_there_already_stand_first_with_their_days() -> None:
    arrivals = Arrivals(
        per_week=3, waiting={"p1": 0, "p2": date(2026, 1, 13)}, caseload={"p3": -9, "p4": -1}
    )
    every = [each for each in found(arrivals) if each[0] in IDENTITIES]
    assert [(IDENTITIES[key], day, admitted) for key, _, day, admitted in every] == [
        ("p3", -9, -9),
        ("p2", -2, NOT_YET),
        ("p4", -1, -1),
        ("p1", 0, NOT_YET),
    ]
    assert [each for each in found(arrivals) if each[0] not in IDENTITIES] == found(
        Arrivals(per_week=3)
    )


def test_a_larger_cohort_adds_people_and_changes_none() -> None:
    fewer, more = (found(Arrivals(caseload=Cohort.drawn(count, longest=84))) for count in (20, 35))
    assert set(fewer) < set(more)
    assert all(-84 <= day == admitted < 0 for _, _, day, admitted in more)


def test_nothing_is_shown_but_counts() -> None:
    arrivals = Arrivals(per_week=2, caseload={"p3": -9}, waiting=Cohort.drawn(5, longest=9))
    assert repr(arrivals.caseload) == "Cohort(1)"
    assert len(arrivals.waiting) == 5
    assert "p3" not in repr(arrivals)
    assert str(key_of("p3")) not in repr(arrivals)
    every = referrals(arrivals, weeks=2)
    assert repr(every) == f"Referrals({len(every)})"
    with pytest.raises(ValueError, match="read-only"):
        every.day[0] = 3


# What is refused.

ODD_RATES: list[Any] = [-1, -0.1, float("nan"), float("inf"), Decimal("sNaN"), 1_000_001]


@pytest.mark.parametrize("rate", ODD_RATES, ids=str)
def test_a_rate_that_is_none_is_refused(rate: Any) -> None:
    expected = "expected a rate from 0 to 1,000,000, found another number"
    assert faults(lambda: Arrivals(per_week=rate)) == [f"per_week[0]: {expected}"]
    assert faults(lambda: Arrivals(per_week=(1, rate))) == [f"per_week[1]: {expected}"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"per_week": ()}, "per_week: expected a rate for each week, found none"),
        (
            {"per_week": "5"},
            "per_week: expected a Decimal or a number or a tuple, found a text",
        ),
        (
            {"days": "day", "spread_weeks": 3},
            "spread_weeks: expected days or a time to spread over, found both",
        ),
        (
            {"days": Cohort.drawn(3, longest=9)},
            "days: expected people, each with a day, found some that are to be drawn",
        ),
        ({"spread_weeks": 0}, "spread_weeks: expected 1 week or more, found less"),
        (
            {"weekdays": (0.5, 0.5)},
            "weekdays: expected seven shares, of Monday to Sunday, found others",
        ),
        (
            {"weekdays": (-1, 2, 0, 0, 0, 0, 0)},
            "weekdays: expected seven shares, of Monday to Sunday, found others",
        ),
        (
            {"weekdays": (0.5, 0.4, 0, 0, 0, 0, 0)},
            "weekdays: expected shares that sum to 1, found 0.9 of 7 values",
        ),
        ({"waiting": 5}, "people: expected a Cohort, found an int"),
        ({"days": 5}, "people: expected a Cohort, found an int"),
        (
            {"waiting": {"a": "soon"}},
            "days[0][1]: expected a date or a whole number, found a text",
        ),
    ],
    ids=lambda each: str(each) if isinstance(each, dict) else "",
)
def test_what_arrivals_cannot_be_is_told(options: dict[str, Any], expected: str) -> None:
    assert faults(lambda: Arrivals(**options)) == [expected]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: Cohort(((1, 0), (1, 1))), "days: expected each person once, found one twice"),
        (lambda: Cohort.drawn(-1, longest=9), "count: expected 0 or more, found another number"),
        (
            lambda: Cohort.of({"p1": 10**9}),
            "days: expected days up to 1,000,000 from the first, found one further away",
        ),
        (
            lambda: Cohort.drawn(1, longest=0),
            "longest: expected 1 day or more, found another number",
        ),
    ],
    ids=["twice", "fewer than nobody", "an age ago", "no days"],
)
def test_what_a_cohort_cannot_be_is_told(make: Callable[[], object], expected: str) -> None:
    assert faults(make) == [expected]


@pytest.mark.parametrize(
    ("arrivals", "options", "expected"),
    [
        (Arrivals(per_week=(1, 2)), {}, "per_week: expected a rate for each of 10 weeks, found 2"),
        (Arrivals(), {"weeks": 0}, "weeks: expected 1 week or more, found another number"),
        (Arrivals(), {"replication": -1}, "replication: expected 0 or more, found less"),
        (Arrivals(), {"start": "2026"}, "start: expected a date without a time, found a text"),
        (
            Arrivals(days="days"),
            {},
            "days: expected a column of the population, found none (did you mean 'day'?)",
        ),
        (
            Arrivals(days={"p1": -1, "p2": -9, "p3": 3}),
            {},
            "days: expected day 0 or later, found 2 before it",
        ),
        (
            Arrivals(waiting={"nobody": 0, "p1": 0}),
            {},
            "waiting: expected people of the population, found 1 others",
        ),
        (Arrivals(waiting={"p1": 1}), {}, "waiting: expected day 0 or before, found 1 later"),
        (Arrivals(caseload={"p1": 0}), {}, "caseload: expected day -1 or before, found 1 later"),
        (
            Arrivals(waiting={"p1": 0}, caseload={"p1": -1}),
            {},
            "people: expected each of them waiting, in care or referred, found somebody twice",
        ),
    ],
    ids=lambda each: each[:30] if isinstance(each, str) else "",
)
def test_referrals_that_cannot_be_are_refused(
    arrivals: Arrivals, options: dict[str, Any], expected: str
) -> None:
    assert faults(lambda: found(arrivals, **options)) == [expected]


def test_a_column_of_texts_is_no_column_of_days() -> None:
    people = Population.of(pl.DataFrame({"key": [1], "on": ["soon"]}), others=["on"])
    expected = "on: expected a column of dates or whole numbers, found another"
    options: dict[str, Any] = {"seed": 1, "replication": 0, "weeks": 1, "start": START}
    assert faults(lambda: Arrivals(days="on").referrals(people, **options)) == [expected]
