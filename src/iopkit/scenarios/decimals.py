"""Exact numbers: shares, hazards and ratios as decimal fractions, the same on every machine.

Nothing here depends on the caller's decimal context.
"""

from collections.abc import Iterable, Sequence
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from math import isfinite

from iopkit.errors import Fault, unless

# Ten digits more than a threshold has, and ten more to work in, so that a share that somebody
# wrote, such as 0.25, comes out as it was written.
WORK = Context(
    prec=40,
    Emin=-999_999_999,
    Emax=999_999_999,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
SHOWN = Context(prec=30, Emin=-999_999_999, Emax=999_999_999, traps=[InvalidOperation])
NONE, ONE, ENDLESS = Decimal(0), Decimal(1), Decimal("Infinity")


def exact(number: float | Decimal) -> Decimal:
    """A number as it is written: 0.1 is a tenth."""
    return number if isinstance(number, Decimal) else Decimal(repr(float(number)))


def product(ratios: Iterable[float]) -> Decimal:
    """Ratios of hazards multiplied, each as it is written; 1 if there is none."""
    found = ONE
    for ratio in ratios:
        found = WORK.multiply(found, exact(ratio))
    return found


def percent(share: float) -> str:
    """A share in percent, with the digits that it has.

    Example:
        >>> percent(0.052), percent(0.5)
        ('5.2 %', '50 %')
    """
    return f"{WORK.multiply(exact(share), Decimal(100)).normalize(WORK):f} %"


def minus_ln(share: Decimal) -> Decimal:
    """The cumulative hazard of a share, -ln S; infinite of 0."""
    return WORK.minus(WORK.ln(share)) if share else ENDLESS


def share_left(hazard: Decimal) -> Decimal:
    """S of a cumulative hazard, with ten digits more than a threshold has."""
    return SHOWN.plus(WORK.exp(WORK.minus(hazard)))


def sum_of(numbers: Iterable[Decimal]) -> Decimal:
    """Numbers added in their order."""
    total = NONE
    for number in numbers:
        total = WORK.add(total, number)
    return total


def rise(before: Decimal, after: Decimal) -> Decimal:
    """By how much a hazard rises; by nothing where both are infinite."""
    return NONE if before == after else WORK.subtract(after, before)


def share_faults(share: float, path: str | int) -> tuple[Fault, ...]:
    """A fault if a share is not from 0 to 1."""
    return unless(0 <= share <= 1, path, "from 0 to 1", share)


def sum_faults(shares: Sequence[float], path: str) -> tuple[Fault, ...]:
    """A fault if the shares of a whole do not sum to 1."""
    total = sum_of(exact(share) for share in shares)
    ok = Decimal("0.999999999") <= total <= Decimal("1.000000001")
    return unless(ok, path, "shares that sum to 1", f"a sum of {total:f}")


def ratio_faults(ratio: float | Decimal, path: str | int) -> tuple[Fault, ...]:
    """A fault if a ratio of hazards is negative or not finite."""
    return unless(isfinite(ratio) and ratio >= 0, path, "0 or more", ratio)
