"""Economics: what a study counts as a cost, for whom, in which year's money, and discounted how."""

from collections.abc import Iterable
from decimal import Decimal, localcontext
from enum import StrEnum

import polars as pl

from iopkit.charges.prices import PriceIndex, in_money_of, other_year_faults
from iopkit.errors import UnknownNameError, each_a, refuse, unless
from iopkit.fields import frozen
from iopkit.scenarios.results import Results
from iopkit.sources import Source
from iopkit.studies.samples import each_name, known_name, totals_of, weekly_of

_DIGITS = 50
_DAYS_A_YEAR = Decimal("365.25")


class Perspective(StrEnum):
    """Whose costs are counted."""

    PAYER = "payer"
    PROVIDER = "provider"
    PATIENT = "patient"
    SOCIETY = "society"
    """Everybody's, and nothing that only passes from one to another."""


@frozen
class CostLine:
    """A cost: so many dollars for each unit of a measure, in the money of a year.

    Patients' time and travel are lines of their own, such as so much for each session attended.
    ``counts_for`` says in which perspectives it counts: a charge is the payer's cost and the
    provider's income, so it is none of society's.

    Raises:
        InvalidError: the amount is no number, or it counts for nobody.
    """

    name: str
    measure: str
    usd: Decimal
    year: int
    counts_for: frozenset[Perspective]
    source: Source

    def __attrs_post_init__(self) -> None:
        refuse(
            "cost",
            unless(self.usd.is_finite(), "usd", "a number", "none"),
            unless(bool(self.counts_for), "counts_for", "a perspective", "none"),
        )


@frozen
class Accounts:
    """How a study counts: for whom, in which year's money, how long, and discounted how.

    ``weeks`` is the horizon. ``cost_rate`` and ``effect_rate`` are discount rates a year: 0.03 for
    3 %. There are no defaults, as each is a choice to be told.

    Raises:
        InvalidError: the horizon is not above 0, or a rate is not from 0 and below 1.
    """

    perspective: Perspective
    price_year: int
    weeks: int
    cost_rate: Decimal
    effect_rate: Decimal
    index: PriceIndex | None = None

    def __attrs_post_init__(self) -> None:
        refuse(
            "accounts",
            unless(self.weeks > 0, "weeks", "1 or more", self.weeks),
            *(
                unless(0 <= rate < 1, name, "from 0 and below 1, such as 0.03 for 3 %", rate)
                for name, rate in (("cost_rate", self.cost_rate), ("effect_rate", self.effect_rate))
            ),
        )

    def prices_usd(self, lines: Iterable[CostLine]) -> dict[str, Decimal]:
        """What a unit of each line costs in the price year's money, of those that count.

        Raises:
            InvalidError: a line is in another year's money and the index does not have both years,
                or two lines have one name.

        Example:
            >>> from iopkit.sources import Grade
            >>> ours = Source("Elm Street, own books", Grade.SECONDARY)
            >>> line = CostLine("group hour", "hours_attended", Decimal(40), 2024,
            ...     frozenset(Perspective), ours)
            >>> index = PriceIndex(((2024, Decimal(100)), (2026, Decimal(105))), ours)
            >>> accounts = Accounts(Perspective.SOCIETY, 2026, 52, Decimal(0), Decimal(0), index)
            >>> accounts.prices_usd([line])
            {'group hour': Decimal('42')}
        """
        given = each_a("costs", lines, "lines", CostLine)
        names = [line.name for line in given]
        counting = [line for line in given if self.perspective in line.counts_for]
        year, index = self.price_year, self.index
        refuse(
            "costs",
            unless(len(names) == len(set(names)), "lines", "each name once", "one twice"),
            *(other_year_faults(each.name, each.year, to=year, index=index) for each in counting),
        )
        return {
            each.name: in_money_of(each.usd, each.year, to=year, index=index) for each in counting
        }


def discount_factor(week: int, rate: Decimal) -> Decimal:
    """What a dollar of a week is worth at the start, at a rate a year; exactly 1 at no rate.

    Years are of 365.25 days, and week 0 is not discounted.

    Raises:
        InvalidError: the week or the rate is below 0.

    Example:
        >>> discount_factor(104, Decimal(0))
        Decimal('1')
        >>> f"{discount_factor(1461, Decimal('0.03')):.6f}"  # of 28 years to the day
        '0.437077'
    """
    refuse(
        "discounting",
        unless(week >= 0, "week", "0 or more", week),
        unless(rate >= 0, "rate", "0 or more", rate),
    )
    if rate == 0:
        return Decimal(1)
    with localcontext() as context:
        context.prec = _DIGITS
        return (1 + rate) ** (-7 * week / _DAYS_A_YEAR)


def account(
    results: Results | pl.DataFrame,
    lines: Iterable[CostLine],
    accounts: Accounts,
    *,
    effects: Iterable[str] = (),
) -> pl.DataFrame:
    """Costs and effects over the horizon, discounted, as totals that can be compared.

    Args:
        results: those of ``simulate``, or their table ``weekly``.
        lines: what things cost; those that do not count in the perspective are left out.
        effects: measures whose figures of weeks add up, such as ``admitted``. One that is not told
            by week, such as ``completed``, is taken from ``totals`` if no effect is discounted and
            the horizon is the whole run.

    Returns:
        The columns of ``totals``: the measure ``cost_usd``, for each line ``cost_usd:``, a space
        and its name, and the effects under their own names. A week without a figure leaves the
        total without one.

    Raises:
        InvalidError: no line counts, a run is shorter than the horizon, or money is of other years.
        UnknownNameError: no such measure by week.
    """
    given = each_a("costs", lines, "lines", CostLine)
    prices = accounts.prices_usd(given)
    table = weekly_of(results).filter(pl.col("week") < accounts.weeks)
    of = {line.name: known_name(table, "measure", line.measure) for line in given}
    by_week, whole_run = _effects(results, accounts, effects)
    last = table.group_by("scenario").agg(pl.col("week").n_unique())
    refuse(
        "costs",
        unless(bool(prices), "lines", "one that counts in the perspective", "none"),
        *(
            unless(weeks == accounts.weeks, name, f"{accounts.weeks} weeks", weeks)
            for name, weeks in last.iter_rows()
        ),
    )
    runs = table.select(_KEYS).unique(maintain_order=True)

    def added_up(measure: str, name: str, rate: Decimal, price: Decimal) -> pl.DataFrame:
        weeks = _weeks_priced(table.filter(pl.col("measure") == measure), rate, price)
        whole = weeks.group_by(_KEYS).agg(_sum_of(accounts.weeks))
        every = runs.join(whole, on=_KEYS, how="left", maintain_order="left")
        return every.with_columns(pl.lit(name).alias("measure"))

    costs = pl.concat(
        added_up(of[name], f"cost_usd: {name}", accounts.cost_rate, price)
        for name, price in prices.items()
    )
    whole = costs.group_by(_KEYS, maintain_order=True).agg(_sum_of(len(prices)))
    gained = [added_up(name, name, accounts.effect_rate, Decimal(1)) for name in by_week]
    named = whole.with_columns(pl.lit("cost_usd").alias("measure"))
    return pl.concat(
        each.select(*_KEYS, "measure", "value") for each in (named, costs, *gained, whole_run)
    )


def _effects(
    results: Results | pl.DataFrame, accounts: Accounts, effects: Iterable[str]
) -> tuple[list[str], pl.DataFrame]:
    """The effects that are told by week, and the rows of those that only totals tell."""
    asked, weekly = each_a("effects", effects, "effects", str), weekly_of(results)
    told = each_name(weekly, "measure")
    others = [name for name in asked if name not in told]
    if not others:
        return [*asked], pl.DataFrame(
            schema={
                **{key: weekly.schema[key] for key in _KEYS},
                "measure": pl.String,
                "value": pl.Float64,
            }
        )
    if isinstance(results, pl.DataFrame):
        raise UnknownNameError("measure by week", others[0], told)
    totals = totals_of(results)
    for name in others:
        known_name(totals, "measure", name)
    whole = weekly.get_column("week").n_unique() == accounts.weeks
    refuse(
        "effects",
        *(
            unless(
                whole and accounts.effect_rate == 0,
                name,
                "a measure that is told by week",
                "another",
            )
            for name in others
        ),
    )
    return [name for name in asked if name in told], totals.filter(pl.col("measure").is_in(others))


_KEYS = ("scenario", "replication")


def _weeks_priced(rows: pl.DataFrame, rate: Decimal, price: Decimal) -> pl.DataFrame:
    """Each week's figure, discounted and at a price."""
    weeks = rows.get_column("week").unique()
    factors = [float(price * discount_factor(week, rate)) for week in weeks]
    of = pl.DataFrame({"week": weeks, "factor": factors}, schema_overrides={"factor": pl.Float64})
    return rows.join(of, on="week").with_columns(pl.col("value") * pl.col("factor"))


def _sum_of(count: int) -> pl.Expr:
    """The sum of so many figures; none if one is missing, which Polars would take for 0."""
    value = pl.col("value")
    return pl.when(value.count() == count).then(value.sum())
