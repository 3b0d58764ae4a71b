"""Who is referred, and when: by a rate, on a day of each person's own, and who is there already.

Day 0 is the first of a scenario, and week 0 the seven days from it. The number of a week's
referrals is looked up in the distribution of Poisson, so that a higher rate adds referrals and
changes none.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import accumulate
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import polars as pl
from attrs import field
from numpy.typing import NDArray

from iopkit.confidential import hidden
from iopkit.errors import Fault, did_you_mean, refuse, unless, unless_a, unless_day
from iopkit.fields import frozen
from iopkit.scenarios.draws import (
    WHOLE,
    DrawPurpose,
    Words,
    address,
    draws_at,
    draws_at_each,
    key_of,
    mixed,
    mixed_words,
    stream,
    streams,
)
from iopkit.scenarios.margins import Part, fraction_of, unless_all
from iopkit.scenarios.populations import Population

Rate: TypeAlias = Decimal | float
"""How many a week, on average."""

NOT_YET = 2**31 - 1
"""The day of admission of those who are not in care yet."""

_ARRIVALS = key_of("arrivals")
_REFERRAL = key_of("referral")
_MOST_RATE = 1_000_000
_MOST_WEEKS = _MOST_COUNT = 1 << 24
_MOST_DAYS = 1_000_000


@frozen(repr=False, eq=False)
class Referrals:
    """One replication's referrals, sorted by day, then by number in the week, then by key.

    Of those who stand alike, people in care come before those who wait, these before people with
    a day of their own, and these before those who come by rate.

    Attributes:
        key: what each one's stream begins with.
        person: the row in the population.
        day: of the referral, from the scenario's first; negative before it.
        admitted: the day of admission of those in care already, else ``NOT_YET``.
    """

    key: NDArray[np.uint64]
    person: NDArray[np.int32]
    day: NDArray[np.int32]
    admitted: NDArray[np.int32]

    def __attrs_post_init__(self) -> None:
        for each in (self.key, self.person, self.day, self.admitted):
            each.flags.writeable = False

    def __len__(self) -> int:
        """How many there are."""
        return len(self.key)

    __repr__ = hidden


@frozen(repr=False)
class Cohort:
    """People, each with a day: those who are in care as a scenario begins, or wait.

    Make one by ``of`` people, or by ``drawn``.
    """

    days: tuple[tuple[int, date | int], ...] = ()
    """The key and the day of each; a whole number counts from the scenario's first day."""
    count: int = 0
    longest: int = 1

    def __attrs_post_init__(self) -> None:
        keys = [key for key, _ in self.days]
        refuse(
            "cohort",
            unless(len(keys) == len(set(keys)), "days", "each person once", "one twice"),
            unless(
                all(isinstance(day, date) or abs(day) <= _MOST_DAYS for _, day in self.days),
                "days",
                f"days up to {_MOST_DAYS:,} from the first",
                "one further away",
            ),
            unless(0 <= self.count < _MOST_COUNT, "count", "0 or more", "another number"),
            unless(1 <= self.longest <= _MOST_DAYS, "longest", "1 day or more", "another number"),
        )

    # Any: a key of a mapping is of no wider type than its own.
    @classmethod
    def of(cls, days: Mapping[Any, date | int]) -> "Cohort":
        """People by their identities, as the population was made with, each with a day.

        Example:
            >>> Cohort.of({"ann": -12, "bea": date(2026, 1, 2)})
            Cohort(2)
        """
        return cls(tuple((key_of(each), day) for each, day in days.items()))

    @classmethod
    def drawn(cls, count: int, *, longest: int) -> "Cohort":
        """People of the population, drawn by weight, each since a day before the first.

        The ``longest`` days before it are as likely as each other. A larger count adds people and
        changes none.
        """
        return cls(count=count, longest=longest)

    def __len__(self) -> int:
        """How many people there are."""
        return len(self.days) + self.count

    def longest_since(self, start: date) -> int:
        """How many days before the first somebody's day can be at most; 0 where there is none."""
        drawn = self.longest if self.count else 0
        own = (-day if isinstance(day, int) else (start - day).days for _, day in self.days)
        return max(drawn, *own, 0)

    __repr__ = hidden


def _as_cohort(given: Cohort | Mapping[Any, date | int]) -> Cohort:
    if isinstance(given, Mapping):
        return Cohort.of(given)
    refuse("arrivals", unless_a(given, "people", Cohort))
    return given


def _as_days(given: str | Cohort | Mapping[Any, date | int] | None) -> str | Cohort | None:
    return given if given is None or isinstance(given, str) else _as_cohort(given)


_NOBODY = Cohort()


@frozen
class Arrivals:
    """Who is referred, and when.

    Attributes:
        per_week: how many a week, on average; or by week from the first. Who they are is drawn
            from the population by weight, and somebody may be referred again.
        days: the day on which each person of the population is referred once: a column of the
            population, of dates or of whole numbers that count from the first day, null for those
            who are not; or a mapping of identities to such days.
        spread_weeks: everybody is referred once, in one of the first weeks, each as likely.
        weekdays: the shares of Monday to Sunday in the referrals whose day is drawn.
        waiting: people who wait as it begins, each since a day up to the first; or a mapping.
        caseload: people who are in care as it begins, each since a day before the first.

    Raises:
        InvalidError: a rate is negative, infinite or above a million; ``days`` and
            ``spread_weeks`` are both given; or the shares are not seven, or do not sum to 1.

    Example:
        >>> Arrivals(per_week=5, waiting={"ann": -12}).waiting
        Cohort(1)
    """

    per_week: Rate | tuple[Rate, ...] = 0
    days: str | Cohort | None = field(default=None, converter=_as_days)
    spread_weeks: int | None = None
    weekdays: tuple[Part, ...] = (Fraction(1, 7),) * 7
    waiting: Cohort = field(default=_NOBODY, converter=_as_cohort)
    caseload: Cohort = field(default=_NOBODY, converter=_as_cohort)

    def __attrs_post_init__(self) -> None:
        weekdays = [fraction_of(share) for share in self.weekdays]
        sure = [share for share in weekdays if share is not None]
        seven = len(sure) == len(weekdays) == 7
        once = self.days is None or self.spread_weeks is None
        drawn = isinstance(self.days, Cohort) and self.days.count > 0
        refuse(
            "arrivals",
            *(
                tuple(fault.under("per_week") for fault in _unless_rate(rate, week))
                for week, rate in enumerate(self._rates)
            ),
            unless(bool(self._rates), "per_week", "a rate for each week", "none"),
            unless(not drawn, "days", "people, each with a day", "some that are to be drawn"),
            unless(once, "spread_weeks", "days or a time to spread over", "both"),
            unless(
                self.spread_weeks is None or 1 <= self.spread_weeks < _MOST_WEEKS,
                "spread_weeks",
                "1 week or more",
                "less",
            ),
            unless(seven, "weekdays", "seven shares, of Monday to Sunday", "others"),
            unless_all(sure, "weekdays") if seven else (),
        )

    @property
    def _rates(self) -> tuple[Rate, ...]:
        return self.per_week if isinstance(self.per_week, tuple) else (self.per_week,)

    def rate(self, week: int) -> Decimal:
        """How many are referred in a week, from 0, on average, by rate."""
        rates = self._rates
        return Decimal(rates[week] if isinstance(self.per_week, tuple) else rates[0])

    def rate_faults(self, weeks: int) -> tuple[Fault, ...]:
        """A fault unless there is a rate for each of some weeks."""
        enough = not isinstance(self.per_week, tuple) or len(self.per_week) >= weeks
        return unless(
            enough, "per_week", f"a rate for each of {weeks} weeks", f"{len(self._rates)}"
        )

    def referrals(
        self, population: Population, *, seed: int, replication: int, weeks: int, start: date
    ) -> Referrals:
        """One replication's referrals within some weeks, with those who are there already.

        Args:
            population: whom the people are of.
            seed: any whole number.
            replication: from 0.
            weeks: how many; whose own day comes later is not referred.
            start: the first day, which is day 0.

        Raises:
            InvalidError: there is not a rate for each week; people are none of the population's,
                or one is there twice; or days of the waiting are after the first, of those in care
                not before it, of others before it, or no days.
        """
        self._refuse(weeks, replication, start)
        chance = _Chance(population, seed, replication, start)
        by_rate, once = self._by_rate(chance, weeks), self._once(chance, weeks)
        waiting = chance.cohort(self.waiting, "waiting", 0)
        in_care = chance.cohort(self.caseload, "caseload", -1)
        own = (
            once.key,
            waiting.key[: len(self.waiting.days)],
            in_care.key[: len(self.caseload.days)],
        )
        # Sorting finds two alike ten times as fast as ``np.unique`` does.
        keys = np.sort(np.concatenate(own))
        apart = not (keys[1:] == keys[:-1]).any()
        expected = "each of them waiting, in care or referred"
        refuse("arrivals", unless(apart, "people", expected, "somebody twice"))
        # Of two that stand alike, the first of these, and within one the lower key.
        found = _Part.joined(in_care, waiting, once, by_rate)
        admitted = np.full(len(found.key), NOT_YET, np.int32)
        admitted[: len(in_care.key)] = in_care.day
        order = np.argsort(found.day << 24 | found.number, kind="stable")
        return Referrals(
            found.key[order],
            found.person[order],
            found.day[order].astype(np.int32),
            admitted[order],
        )

    @cached_property
    def _weekday_thresholds(self) -> Words:
        return _cumulative([fraction_of(share) or Fraction(0) for share in self.weekdays])

    def _refuse(self, weeks: int, replication: int, start: date) -> None:
        refuse(
            "arrivals",
            unless(1 <= weeks < _MOST_WEEKS, "weeks", "1 week or more", "another number"),
            unless(replication >= 0, "replication", "0 or more", "less"),
            unless_day(start, "start"),
            self.rate_faults(weeks),
        )

    def _by_rate(self, chance: "_Chance", weeks: int) -> "_Part":
        """Those who are referred by rate."""
        clinic = stream(chance.seed, chance.replication, _ARRIVALS)
        draws = draws_at_each(np.full(weeks, clinic, np.uint64), _week_addresses(weeks))
        if isinstance(self.per_week, tuple):
            rates = [Decimal(rate) for rate in self.per_week[:weeks]]
            counts = np.empty(weeks, np.int64)
            for rate in set(rates):
                those = np.array([each == rate for each in rates])
                counts[those] = poisson_numbers(rate, draws[those])
        else:
            counts = poisson_numbers(Decimal(self.per_week), draws)
        week = np.repeat(np.arange(weeks), counts)
        number = np.arange(len(week)) - np.repeat(np.cumsum(counts) - counts, counts)
        keys = referral_keys(week, number)
        each = streams(chance.seed, chance.replication, keys)
        day = week * 7 + self._slots(each, chance.start)
        return _Part(keys, chance.people(each), day, number)

    def _once(self, chance: "_Chance", weeks: int) -> "_Part":
        """Those who are referred on a day of their own."""
        population = chance.population
        if self.spread_weeks is not None:
            each = streams(chance.seed, chance.replication, population.keys)
            week = _picked(
                _even(self.spread_weeks),
                draws_at(each, address(DrawPurpose.REFERRAL_DAY, number=1)),
            )
            everybody = np.arange(len(population), dtype=np.int32)
            day = week * 7 + self._slots(each, chance.start)
            found = _Part.of(population.keys, everybody, day)
        elif isinstance(self.days, str):
            person, day = _own_days(population, self.days, chance.start)
            found = _Part.of(population.keys[person], person, day)
        else:
            found = chance.own(self.days or _NOBODY, "days")
        early = int((found.day < 0).sum())
        refuse("arrivals", unless(not early, "days", "day 0 or later", f"{early} before it"))
        return found.where(found.day < weeks * 7)

    def _slots(self, each: Words, start: date) -> NDArray[np.int64]:
        """Days from the first of a week, which is the weekday that a scenario starts on."""
        drawn = draws_at(each, address(DrawPurpose.REFERRAL_DAY))
        weekday = _picked(self._weekday_thresholds, drawn)
        return (weekday - start.weekday()) % 7


class _Part(NamedTuple):
    """Some referrals, and the number of each in its week or cohort."""

    key: Words
    person: NDArray[np.int32]
    day: NDArray[np.int64]
    number: NDArray[np.int64]

    @classmethod
    def of(cls, key: Words, person: NDArray[np.int32], day: NDArray[np.int64]) -> "_Part":
        """Referrals of people each on a day of their own."""
        return cls(key, person, day, np.zeros(len(key), np.int64))

    @classmethod
    def joined(cls, *parts: "_Part") -> "_Part":
        """Those of several."""
        return cls(
            np.concatenate([part.key for part in parts]),
            np.concatenate([part.person for part in parts]),
            np.concatenate([part.day for part in parts]),
            np.concatenate([part.number for part in parts]),
        )

    def where(self, flags: NDArray[np.bool_]) -> "_Part":
        """Those for which a flag is true."""
        return _Part(self.key[flags], self.person[flags], self.day[flags], self.number[flags])


_NOT_ONE = _Part.of(np.zeros(0, np.uint64), np.zeros(0, np.int32), np.zeros(0, np.int64))


class _Chance(NamedTuple):
    """A population within one replication."""

    population: Population
    seed: int
    replication: int
    start: date

    def people(self, each: Words) -> NDArray[np.int32]:
        """Whom each stream picks."""
        return self.population.picked(draws_at(each, address(DrawPurpose.PERSON)))

    def own(self, cohort: Cohort, name: str) -> _Part:
        """People by their own keys."""
        if not cohort.days:
            return _NOT_ONE
        in_order = sorted(cohort.days, key=itemgetter(0))
        keys = np.array([key for key, _ in in_order], np.uint64)
        every = self.population.keys
        person = np.searchsorted(every, keys)
        there = every[np.minimum(person, len(every) - 1)] == keys
        lost = int((~there).sum())
        refuse("arrivals", unless(not lost, name, "people of the population", f"{lost} others"))
        days = [day if isinstance(day, int) else (day - self.start).days for _, day in in_order]
        return _Part.of(keys, person.astype(np.int32), np.array(days, np.int64))

    def cohort(self, cohort: Cohort, name: str, latest: int) -> _Part:
        """Those who are there already, on a day up to the latest."""
        own = self.own(cohort, name)
        late = int((own.day > latest).sum())
        refuse("arrivals", unless(not late, name, f"day {latest} or before", f"{late} later"))
        if not cohort.count:
            return own
        number = np.arange(cohort.count)
        keys = mixed_words(np.uint64(key_of(name)) ^ number.astype(np.uint64))
        each = streams(self.seed, self.replication, keys)
        back = _picked(_even(cohort.longest), draws_at(each, address(DrawPurpose.COHORT)))
        drawn = _Part(keys, self.people(each), -1 - back, number)
        return _Part.joined(own, drawn)


def _own_days(
    population: Population, column: str, start: date
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The rows of the people who have a day in a column, and the days."""
    table = population.table
    if column not in table.columns:
        near = did_you_mean(column, table.columns)
        refuse("arrivals", (Fault(("days",), "a column of the population", "none", near),))
    days = table[column]
    is_days = days.dtype == pl.Date
    ok = is_days or days.dtype.is_integer()
    refuse("arrivals", unless(ok, column, "a column of dates or whole numbers", "another"))
    from_start = (days - start).dt.total_days() if is_days else days
    person = days.is_not_null().arg_true()
    return (
        person.to_numpy().astype(np.int32),
        from_start.drop_nulls().to_numpy().astype(np.int64),
    )


def referral_key(week: int, number: int) -> int:
    """What the stream of a week's n-th referral begins with, both from 0."""
    return mixed(_REFERRAL ^ (week << 24 | number))


def referral_keys(week: NDArray[np.int64], number: NDArray[np.int64]) -> Words:
    """``referral_key`` of each."""
    return mixed_words(np.uint64(_REFERRAL) ^ (week << 24 | number).astype(np.uint64))


def poisson_number(rate: Decimal, at: int) -> int:
    """The number that a draw gives at a rate: how many thresholds are not above the draw."""
    return sum(int(each) <= at for each in poisson_thresholds(rate))


def poisson_numbers(rate: Decimal, draws: Words) -> NDArray[np.int64]:
    """``poisson_number`` of each."""
    return _picked(poisson_thresholds(rate), draws)


@lru_cache(maxsize=256)
def poisson_thresholds(rate: Decimal) -> Words:
    """The thresholds of the distribution of Poisson: place n is that of n or fewer.

    In decimal numbers of 60 digits, and so the same on every machine. The higher the rate, the
    lower is each. The last is that beyond which there is no draw.
    """
    context = Context(prec=60, rounding=ROUND_HALF_EVEN, Emin=-(10**8), Emax=10**8, traps=[])
    term = so_far = context.exp(context.minus(rate))
    thresholds = [int(context.multiply(so_far, Decimal(WHOLE)))]
    while thresholds[-1] < WHOLE - 1:
        term = context.divide(context.multiply(term, rate), Decimal(len(thresholds)))
        so_far = context.add(so_far, term)
        thresholds.append(int(context.multiply(so_far, Decimal(WHOLE))))
    return _kept(thresholds)


def _cumulative(shares: Sequence[Fraction]) -> Words:
    """The thresholds of shares, of which the last is ``WHOLE``."""
    total = sum(shares)
    return _kept([int(so_far / total * WHOLE) for so_far in accumulate(shares)])


@lru_cache(maxsize=256)
def _even(count: int) -> Words:
    """The thresholds of as many that are as likely."""
    return _kept([(place << 63) // count for place in range(1, count + 1)])


@lru_cache(maxsize=16)
def _week_addresses(weeks: int) -> Words:
    """Where the numbers of referrals of the weeks stand."""
    return _kept([address(DrawPurpose.ARRIVALS, week=week) for week in range(weeks)])


def _kept(words: Sequence[int]) -> Words:
    result = np.array(words, np.uint64)
    result.flags.writeable = False
    return result


def _picked(thresholds: Words, draws: Words) -> NDArray[np.int64]:
    """Which of several each draw picks."""
    return np.searchsorted(thresholds, draws, side="right")


def _unless_rate(rate: Rate, week: int) -> tuple[Fault, ...]:
    ok = Decimal(rate).is_finite() and 0 <= rate <= _MOST_RATE
    return unless(ok, week, f"a rate from 0 to {_MOST_RATE:,}", "another number")
