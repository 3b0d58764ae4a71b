"""Frontiers: which strategies are worth their cost at some worth of what they achieve."""

from collections.abc import Iterable
from decimal import Decimal, localcontext
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

import polars as pl

from iopkit.errors import InvalidError, each_a, refuse, unless
from iopkit.fields import frozen
from iopkit.scenarios.results import Results
from iopkit.studies.estimates import mean_estimate, sentences, shown_in_notebooks
from iopkit.studies.samples import Samples


@frozen
class Strategy:
    """What a strategy costs, and what it achieves: more is better.

    Raises:
        InvalidError: a figure is no number.
    """

    name: str
    cost_usd: Decimal
    effect: Decimal

    def __attrs_post_init__(self) -> None:
        refuse(
            "strategy",
            unless(self.cost_usd.is_finite(), "cost_usd", "a number", "none"),
            unless(self.effect.is_finite(), "effect", "a number", "none"),
        )


class FrontierPlace(StrEnum):
    """Where a strategy stands among others."""

    ON = "on the frontier"
    DOMINATED = "dominated"
    """Another costs no more and achieves no less, and is better in one of them."""
    EXTENDEDLY_DOMINATED = "extendedly dominated"
    """A mix of two others costs less for as much."""
    SAME = "same as another"
    """One before it costs and achieves just as much."""


@frozen
class FrontierRow:
    """A strategy and, on the frontier, what it adds to the one before it.

    ``by`` names who dominates it, or is the same: one strategy, or two that are mixed.
    ``ratio_usd`` is what one more unit of effect costs, to the cent; ``None``: it is the first of
    the frontier, or not on it.
    """

    strategy: Strategy
    place: FrontierPlace
    by: tuple[str, ...]
    added_usd: Decimal | None
    added_effect: Decimal | None
    ratio_usd: Decimal | None

    def __str__(self) -> str:
        cost, effect = self.strategy.cost_usd, self.strategy.effect
        lead = f"{self.strategy.name}: ${cost:,.2f}, effect {effect:.6g}"
        if self.by:
            return f"{lead}; {self.place.value}: {' and '.join(self.by)}."
        if self.ratio_usd is None:
            return f"{lead}; the least that is on the frontier."
        return (
            f"{lead}; ${self.added_usd:,.2f} more for {self.added_effect:.6g} more effect, "
            f"${self.ratio_usd:,.2f} each."
        )


@frozen
class Frontier:
    """Strategies by cost, with their incremental cost-effectiveness ratios."""

    rows: tuple[FrontierRow, ...]

    @property
    def table(self) -> pl.DataFrame:
        """A row for each strategy, by cost; money as floats."""

        def number(value: Decimal | None) -> float | None:
            return None if value is None else float(value)

        return pl.DataFrame(
            [
                {
                    "strategy": row.strategy.name,
                    "cost_usd": number(row.strategy.cost_usd),
                    "effect": number(row.strategy.effect),
                    "place": row.place.value,
                    "by": ", ".join(row.by) or None,
                    "added_usd": number(row.added_usd),
                    "added_effect": number(row.added_effect),
                    "ratio_usd": number(row.ratio_usd),
                }
                for row in self.rows
            ],
            infer_schema_length=None,
        )

    def __str__(self) -> str:
        return sentences([*map(str, self.rows)])

    def __repr__(self) -> str:
        on = sum(row.place is FrontierPlace.ON for row in self.rows)
        return f"Frontier({len(self.rows)} strategies, {on} on it)"

    def _repr_html_(self) -> str:
        return shown_in_notebooks(self.table)


def frontier(strategies: Iterable[Strategy]) -> Frontier:
    """The strategies by cost, those that are dominated, and the ratios of the rest.

    Ratios are exact until they are rounded to the cent, half of one up.

    Source: Drummond et al., Methods for the Economic Evaluation of Health Care Programmes, 4th ed.
    2015, chapter 4; Neumann et al., Cost-Effectiveness in Health and Medicine, 2nd ed. 2016.

    Raises:
        InvalidError: no strategy, or two of one name.

    Example:
        >>> usual = Strategy("as it is", Decimal(1000), Decimal("0.50"))
        >>> seats = Strategy("two more seats", Decimal(1500), Decimal("0.60"))
        >>> print(frontier([usual, seats]).rows[1].ratio_usd)
        5000.00
    """
    given = each_a("frontier", strategies, "strategies", Strategy)
    names = [each.name for each in given]
    refuse(
        "frontier",
        unless(bool(given), "strategies", "one or more", "none"),
        unless(len(names) == len(set(names)), "strategies", "each name once", "one twice"),
    )
    ordered = sorted(given, key=lambda each: (each.cost_usd, -each.effect))
    away = {each.name: found for each in ordered if (found := _dominated(each, ordered))}
    kept = [each for each in ordered if each.name not in away]
    hull: list[Strategy] = []
    for each in kept:
        while len(hull) > 1 and _ratio(hull[-2], hull[-1]) > _ratio(hull[-2], each):
            hull.pop()
        hull.append(each)
    for low, high in pairwise(hull):
        between = kept[kept.index(low) + 1 : kept.index(high)]
        for each in between:
            away[each.name] = FrontierPlace.EXTENDEDLY_DOMINATED, (low.name, high.name)
    before = {high.name: low for low, high in pairwise(hull)}
    return Frontier(tuple(_row(each, away, before.get(each.name)) for each in ordered))


_Away = tuple[FrontierPlace, tuple[str, ...]]


def _dominated(one: Strategy, among: list[Strategy]) -> _Away | None:
    for other in among:
        if other is one:
            continue
        same = (other.cost_usd, other.effect) == (one.cost_usd, one.effect)
        if same and among.index(other) < among.index(one):
            return FrontierPlace.SAME, (other.name,)
        if not same and other.cost_usd <= one.cost_usd and other.effect >= one.effect:
            return FrontierPlace.DOMINATED, (other.name,)
    return None


def _ratio(one: Strategy, other: Strategy) -> Fraction:
    return (Fraction(other.cost_usd) - Fraction(one.cost_usd)) / (
        Fraction(other.effect) - Fraction(one.effect)
    )


def _row(one: Strategy, away: dict[str, _Away], before: Strategy | None) -> FrontierRow:
    place, by = away.get(one.name, (FrontierPlace.ON, ()))
    if before is None:
        return FrontierRow(one, place, by, None, None, None)
    added_usd, added_effect = one.cost_usd - before.cost_usd, one.effect - before.effect
    return FrontierRow(one, place, by, added_usd, added_effect, to_cents(_ratio(before, one)))


def to_cents(amount: Fraction) -> Decimal:
    """An amount rounded to the cent, half of one away from 0.

    Example:
        >>> to_cents(Fraction(1, 8)), to_cents(Fraction(-1, 8)), to_cents(Fraction(2, 3))
        (Decimal('0.13'), Decimal('-0.13'), Decimal('0.67'))
    """
    cents = int(abs(amount) * 100 + Fraction(1, 2))
    with localcontext() as context:
        context.prec = max(28, len(str(cents)))
        return Decimal(-cents if amount < 0 else cents).scaleb(-2)


def strategies_of(
    results: Results | pl.DataFrame, *, cost: str, effect: str
) -> tuple[Strategy, ...]:
    """The scenarios of results as strategies: the means of two measures over replications.

    Means of costs are rounded to the cent.

    Args:
        cost: the measure that is a cost, such as ``cost_usd``.
        effect: the measure of what is achieved, of which more is better, such as ``completed``.

    Raises:
        InvalidError: a scenario has no figure of one of them.
        UnknownNameError: no such measure.
    """
    samples = Samples.read(results)
    samples.asked([cost, effect])
    return tuple(
        Strategy(name, to_cents(Fraction(_mean(samples, name, cost))), _mean(samples, name, effect))
        for name in samples.scenarios
    )


def _mean(samples: Samples, scenario: str, measure: str) -> Decimal:
    found = mean_estimate(samples.known(scenario, measure), 0.95)
    if found is None:
        raise InvalidError("strategies", unless(False, scenario, f"a figure of {measure}", "none"))
    # As it is printed, so that the digits of binary fractions are not taken for cents.
    return Decimal(repr(found.value))
