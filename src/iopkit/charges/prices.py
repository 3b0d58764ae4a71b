"""Prices: money of one year in that of another, by a table that the caller gives."""

from decimal import Decimal, localcontext

from iopkit.errors import Fault, refuse, unless
from iopkit.fields import frozen
from iopkit.sources import Source

_DIGITS = 50


@frozen
class PriceIndex:
    """Levels of prices by year, such as those of a consumer price index.

    Raises:
        InvalidError: a level is not above 0, or a year comes twice.
    """

    levels: tuple[tuple[int, Decimal], ...]
    source: Source

    def __attrs_post_init__(self) -> None:
        years = [year for year, _ in self.levels]
        refuse(
            "price index",
            unless(len(years) == len(set(years)), "levels", "each year once", "one twice"),
            unless(all(level > 0 for _, level in self.levels), "levels", "above 0", "another"),
        )


def other_year_faults(
    name: str, year: int | None, *, to: int, index: PriceIndex | None
) -> tuple[Fault, ...]:
    """A fault for money of a year that nothing turns into that of another.

    Args:
        year: whose money it is; ``None``: not known.
    """
    if year is None:
        return (Fault(("lines", name), "money of a year that is known", "of a year nobody says"),)
    told = {} if index is None else dict(index.levels)
    if year == to or (year in told and to in told):
        return ()
    fix = f"give a price index that has {year} and {to}"
    return (Fault(("lines", name), f"money of {to}", f"money of {year}", fix),)


def in_money_of(usd: Decimal, year: int, *, to: int, index: PriceIndex | None) -> Decimal:
    """Money of a year in that of another, to 50 digits; the very same in its own.

    Raises:
        InvalidError: the index does not have both years.
    """
    refuse("prices", other_year_faults("amount", year, to=to, index=index))
    if index is None or year == to:
        return usd
    levels = dict(index.levels)
    with localcontext() as context:
        context.prec = _DIGITS
        return usd * levels[to] / levels[year]
