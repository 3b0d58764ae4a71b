"""Rates: what a payer pays for a unit, from when to when."""

from datetime import date
from decimal import Context, Decimal, Inexact, InvalidOperation
from itertools import pairwise

from attrs import field

from iopkit.charges.code_rules import code_faults
from iopkit.errors import Fault, refuse, refuse_flags, refuse_moments, unless
from iopkit.fields import frozen
from iopkit.scopes import Scope
from iopkit.sources import Source, days_away

MONEY = Context(prec=50, traps=[Inexact, InvalidOperation])
"""What sums and products of money are worked out in: exact, whatever the caller's context."""


@frozen
class Rate:
    """What one unit of a code pays from ``since`` up to the day before ``end``.

    ``end`` is ``None`` for a rate that goes on.

    Raises:
        InvalidError: the amount is not a ``Decimal`` of whole cents from 0.00 to
            9,999,999.99, or the rate ends before it begins.
    """

    code: str
    since: date
    amount_usd: Decimal
    end: date | None = None
    source: Source | None = None

    def __attrs_post_init__(self) -> None:
        refuse(
            "rate",
            code_faults(self.code),
            money_faults("amount_usd", self.amount_usd),
            unless(
                self.end is None or self.since < self.end,
                "end",
                "the day after the last on which it is paid",
                self.end,
            ),
        )

    def is_in_force(self, on: date) -> bool:
        """Whether it is paid for services on a day."""
        return self.since <= on and (self.end is None or on < self.end)


@frozen
class RateTable:
    """Dated rates by code.

    ``left_open`` says what its sources do not settle, and ``scope`` whose it is; ``None``: not
    known.

    Raises:
        InvalidError: two rates of one code are in force on one day.
    """

    name: str
    title: str
    rates: tuple[Rate, ...]
    left_open: tuple[str, ...] = ()
    scope: Scope | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        in_order = sorted(self.rates, key=lambda rate: (rate.code, rate.since))
        refuse(
            f"rate table {self.name!r}",
            *(
                unless(
                    first.code != second.code or not first.is_in_force(second.since),
                    "rates",
                    "one rate of a code on a day",
                    f"two of {first.code} on {second.since}",
                )
                for first, second in pairwise(in_order)
            ),
        )

    def rate(self, code: str, *, on: date, assume_in_force: bool = False) -> Rate | None:
        """What a code pays for services on a day; ``None``: the table does not say.

        ``assume_in_force``: where none is in force on that day, the one whose days are nearest, and
        of two as near the earlier.
        """
        refuse_moments("rate table", on=on)
        refuse_flags("rate table", assume_in_force=assume_in_force)
        rates = [rate for rate in self.rates if rate.code == code]
        in_force = next((rate for rate in rates if rate.is_in_force(on)), None)
        if in_force is not None or not assume_in_force:
            return in_force
        return min(
            rates,
            key=lambda rate: (days_away(rate.since, rate.end, on), rate.since),
            default=None,
        )


def money_faults(name: str, amount: object) -> tuple[Fault, ...]:
    """A fault for what is no amount of money; a float is none, whatever its value."""
    ok = isinstance(amount, Decimal) and not amount.is_signed() and _in_cents(amount)
    return unless(ok, name, "whole cents from 0.00 to 9,999,999.99", amount)


def _in_cents(amount: Decimal) -> bool:
    exponent = amount.as_tuple().exponent  # no number for what is not finite
    return isinstance(exponent, int) and exponent >= -2 and amount < 10**7
