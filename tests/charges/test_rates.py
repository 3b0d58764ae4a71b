"""Rates: dated amounts in whole cents, one of a code on a day."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Context, Decimal, localcontext

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import strategies
from iopkit.charges import Rate, RateTable
from iopkit.errors import InvalidError, UnknownNameError
from iopkit.library import RATES, find_rates

FIRST = date(2024, 1, 1)
DAY = timedelta(days=1)
RATE = Rate("H0015", FIRST, Decimal("139.31"), FIRST + 10 * DAY)


def table(*rates: Rate) -> RateTable:
    return RateTable("any", "Any", rates)


@pytest.mark.parametrize("amount", ["0", "0.00", "0.01", "139.3", "139.31", "1E+2", "9999999.99"])
def test_an_amount_is_a_decimal_of_whole_cents(amount: str) -> None:
    assert evolve(RATE, amount_usd=Decimal(amount)).amount_usd == Decimal(amount)


@pytest.mark.parametrize(
    "amount",
    [
        Decimal("-0.01"),
        Decimal("-0.00"),
        Decimal("0.001"),
        Decimal("139.310"),
        Decimal(10_000_000),
        Decimal("1E+999999"),
        Decimal("1E-999999"),
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("Infinity"),
        139.31,
        139,
        "139.31",
        None,
    ],
    ids=repr,
)
def test_what_is_no_amount_of_money_is_refused(amount: object) -> None:
    with pytest.raises(InvalidError) as caught:
        evolve(RATE, amount_usd=amount)  # type: ignore[arg-type]  # some are not decimals, on purpose
    assert [fault.path for fault in caught.value.faults] == [("amount_usd",)]


def test_an_amount_is_judged_alike_in_every_context() -> None:
    with localcontext(Context(prec=1)):
        assert evolve(RATE, amount_usd=Decimal("9999999.99"))


@pytest.mark.parametrize(
    ("build", "path"),
    [
        (lambda: evolve(RATE, code="h0015"), "code"),
        (lambda: evolve(RATE, end=FIRST), "end"),
        (lambda: evolve(RATE, since=datetime(2024, 1, 1)), "since"),  # noqa: DTZ001  # refused for its time
        (lambda: table(RATE, RATE), "rates"),
        (lambda: table(RATE, evolve(RATE, since=FIRST - DAY, end=None)), "rates"),
        (lambda: table(evolve(RATE, since=FIRST + 9 * DAY), RATE), "rates"),
    ],
    ids=["code", "no day", "a moment", "twice", "within another", "a day of two"],
)
def test_a_rate_that_cannot_be_is_refused(build: Callable[[], object], path: str) -> None:
    with pytest.raises(InvalidError) as caught:
        build()
    assert [fault.path for fault in caught.value.faults] == [(path,)]


def test_rates_of_one_code_that_overlap_are_named_with_the_day() -> None:
    with pytest.raises(InvalidError, match="found two of H0015 on 2024-01-05"):
        table(RATE, evolve(RATE, since=date(2024, 1, 5), end=None))


@pytest.mark.parametrize(
    ("days", "amount"),
    [(-1, None), (0, "139.31"), (9, "139.31"), (10, "169.51"), (1000, "169.51")],
)
def test_a_rate_is_paid_from_its_first_day_up_to_its_end(days: int, amount: str | None) -> None:
    later = Rate("H0015", FIRST + 10 * DAY, Decimal("169.51"))
    found = table(later, Rate("H0004", FIRST, Decimal(1)), RATE).rate(
        "H0015", on=FIRST + days * DAY
    )
    assert (found and str(found.amount_usd)) == amount


def test_rates_are_asked_for_a_day_and_not_a_moment() -> None:
    with pytest.raises(InvalidError, match="a date without a time"):
        table(RATE).rate("H0015", on=datetime(2024, 1, 1))  # noqa: DTZ001  # refused for its time


@given(strategies.rate_tables(), strategies.days(), st.sampled_from(["H0004", "H0015", "X1"]))
def test_a_table_has_one_rate_of_a_code_on_a_day_at_most(
    drawn: RateTable, on: date, code: str
) -> None:
    paid = [
        rate
        for rate in drawn.rates
        if rate.code == code and rate.since <= on and not (rate.end and rate.end <= on)
    ]
    assert len(paid) <= 1
    assert drawn.rate(code, on=on) == (paid[0] if paid else None)


# What is shipped


@pytest.mark.parametrize(
    ("on", "amount"),
    [
        (date(2019, 6, 30), None),
        (date(2019, 7, 1), "139.31"),
        (date(2020, 6, 30), "139.31"),
        (date(2020, 7, 1), None),
        (date(2022, 6, 30), None),
        (date(2022, 7, 1), "169.51"),
        (date(2023, 6, 30), "169.51"),
        (date(2023, 7, 1), None),
        (date(2026, 1, 5), None),
    ],
    ids=str,
)
def test_marylands_per_diem_is_known_where_it_was_seen(on: date, amount: str | None) -> None:
    found = find_rates("us-md-medicaid").rate("H0015", on=on)
    assert (found and str(found.amount_usd)) == amount


@pytest.mark.parametrize(
    ("code", "amounts"),
    [("H0001", ("158.26", "192.57")), ("H0004", ("22.29", "27.12")), ("H0005", ("43.47", "52.90"))],
)
def test_marylands_other_rates_stand_in_the_same_paragraph(
    code: str, amounts: tuple[str, str]
) -> None:
    rates = [rate for rate in find_rates("us-md-medicaid").rates if rate.code == code]
    assert tuple(str(rate.amount_usd) for rate in rates) == amounts


def test_every_shipped_rate_has_a_source_that_can_be_read() -> None:
    for shipped in RATES:
        for rate in shipped.rates:
            assert rate.source is not None
            assert rate.source.url is not None


def test_an_unknown_table_comes_with_those_that_are_known() -> None:
    with pytest.raises(UnknownNameError, match="no rate table is named 'x'; known: us-md-medicaid"):
        find_rates("x")


RATES_APART = table(
    evolve(RATE, since=FIRST, end=FIRST + 10 * DAY, amount_usd=Decimal(1)),
    evolve(RATE, since=FIRST + 21 * DAY, end=FIRST + 30 * DAY, amount_usd=Decimal(2)),
)


@pytest.mark.parametrize(
    ("day", "known", "nearest"),
    [
        *((-1, None, 1), (0, 1, 1), (9, 1, 1), (10, None, 1), (15, None, 1), (16, None, 2)),
        *((21, 2, 2), (29, 2, 2), (30, None, 2), (900, None, 2)),
    ],
)
def test_a_rate_is_used_on_other_days_only_if_asked_for_and_then_the_nearest(
    day: int, known: int | None, nearest: int
) -> None:
    on = FIRST + day * DAY
    found = RATES_APART.rate("H0015", on=on)
    assert (found and found.amount_usd) == known
    assumed = RATES_APART.rate("H0015", on=on, assume_in_force=True)
    assert assumed is not None
    assert assumed.amount_usd == nearest
    assert RATES_APART.rate("H0004", on=on, assume_in_force=True) is None
