"""Net benefits: what is best while inputs are not known for sure, and what knowing them is worth.

The net benefit of a strategy is the worth of what it achieves less what it costs, in dollars.
"""

from collections.abc import Iterable
from itertools import groupby
from math import sqrt

import numpy as np
import polars as pl

from iopkit.errors import Fault, UnknownNameError, refuse, unless
from iopkit.fields import frozen
from iopkit.prose import counted
from iopkit.scenarios.results import Results
from iopkit.studies.estimates import figure, sentences, share_words, shown_in_notebooks
from iopkit.studies.mathematics import Numbers
from iopkit.studies.samples import each_name, known_name, totals_of


@frozen(eq=False)
class Outcomes:
    """What each strategy costs and achieves under each set of inputs: sets by strategies.

    Raises:
        InvalidError: the arrays have other sizes, or hold what is no number.
    """

    strategies: tuple[str, ...]
    sets: tuple[int, ...]
    costs_usd: Numbers
    effects: Numbers

    def __attrs_post_init__(self) -> None:
        shape = len(self.sets), len(self.strategies)
        for name in ("costs_usd", "effects"):
            values = getattr(self, name)
            ok = values.shape == shape and bool(np.isfinite(values).all())
            refuse("outcomes", unless(ok, name, f"{shape[0]} by {shape[1]} numbers", "others"))
            own = np.array(values)
            own.flags.writeable = False
            object.__setattr__(self, name, own)
        refuse("outcomes", unless(0 not in shape, "sets", "a set and a strategy", "none"))

    @classmethod
    def of(
        cls, results: Results | pl.DataFrame, *, cost: str, effect: str, by: str = "replication"
    ) -> "Outcomes":
        """The outcomes of results, by replication or by the sets of inputs that they come from.

        Replications tell of chance alone. For sets of inputs, give the totals of all, one below
        the other, with a column ``set`` besides, and ``by="set"``: the means over replications
        count. Scenarios of one name are one strategy.

        Args:
            results: those of ``simulate``, or their table ``totals``.
            cost: the measure that is a cost.
            effect: the measure of what is achieved, of which more is better.
            by: the column that has the sets.

        Raises:
            InvalidError: a set has no figure for a strategy.
            UnknownNameError: no such measure.
        """
        table = totals_of(results, *([] if by == "replication" else [by]))
        for name in (cost, effect):
            known_name(table, "measure", name)
        means = table.group_by(by, "scenario", "measure").agg(pl.col("value").mean())
        found = {row[:3]: row[3] for row in means.iter_rows()}
        strategies = each_name(table, "scenario")
        sets = tuple(sorted(table.get_column(by).unique()))
        grids = {
            measure: [[found.get((one, name, measure)) for name in strategies] for one in sets]
            for measure in (cost, effect)
        }
        refuse(
            "outcomes",
            *(
                (Fault((measure, one, name), "a figure", "none"),)
                for measure, grid in grids.items()
                for one, row in zip(sets, grid, strict=True)
                for name, value in zip(strategies, row, strict=True)
                if value is None
            ),
        )
        costs, effects = (np.array(grids[measure], np.float64) for measure in (cost, effect))
        return cls(strategies, sets, costs, effects)

    def benefits_at(self, worth: float) -> Numbers:
        """The net benefits where one unit of effect is worth so many dollars."""
        return worth * self.effects - self.costs_usd

    def __repr__(self) -> str:
        sets = counted(len(self.sets), "set")
        return f"Outcomes({', '.join(map(repr, self.strategies))}; {sets})"


@frozen
class Acceptability:
    """How a strategy stands where one unit of effect is worth ``worth_usd``.

    ``share`` is the share of sets in which it has the highest net benefit, ties shared, and
    ``benefit_usd`` its mean net benefit. ``is_best`` if that is the highest, which is what to
    choose by: the share is then that of the acceptability frontier.
    """

    worth_usd: float
    strategy: str
    share: float
    benefit_usd: float
    is_best: bool


@frozen
class AcceptabilityCurves:
    """How likely each strategy is the best one, by what one unit of effect is worth.

    Source: Fenwick, Claxton and Sculpher, Health Econ 2001;10:779.
    """

    rows: tuple[Acceptability, ...]

    @property
    def table(self) -> pl.DataFrame:
        """A row for each worth and strategy."""
        return pl.DataFrame(
            [
                {
                    "worth_usd": row.worth_usd,
                    "strategy": row.strategy,
                    "share": row.share,
                    "benefit_usd": row.benefit_usd,
                    "is_best": row.is_best,
                }
                for row in self.rows
            ]
        )

    def __str__(self) -> str:
        best = [row for row in self.rows if row.is_best]
        return sentences(
            [_span_words([*rows]) for _, rows in groupby(best, key=lambda row: row.strategy)]
        )

    def __repr__(self) -> str:
        return f"AcceptabilityCurves({counted(len(self.rows), 'row')})"

    def _repr_html_(self) -> str:
        return shown_in_notebooks(self.table)


def _span_words(rows: list[Acceptability]) -> str:
    first, last = rows[0], rows[-1]
    worth, share = f"At ${first.worth_usd:,g}", share_words(first.share)
    if last is not first:
        worth = f"From ${first.worth_usd:,g} to ${last.worth_usd:,g}"
        if share != (end := share_words(last.share)):
            share = f"{share} to {end}"
    return (
        f"{worth} a unit, {first.strategy} has the highest mean net benefit; "
        f"it is best in {share} of sets."
    )


def acceptability(outcomes: Outcomes, worths_usd: Iterable[float]) -> AcceptabilityCurves:
    """How each strategy stands at each worth of one unit of effect.

    Raises:
        InvalidError: a worth is below 0, or there is none.
    """
    worths = tuple(worths_usd)
    refuse(
        "acceptability",
        unless(bool(worths), "worths_usd", "one or more", "none"),
        *(_unless_worth(each) for each in worths),
    )
    rows: list[Acceptability] = []
    for worth in worths:
        benefits = outcomes.benefits_at(worth)
        first = benefits == benefits.max(axis=1, keepdims=True)
        shares = (first / first.sum(axis=1, keepdims=True)).mean(axis=0)
        means = benefits.mean(axis=0)
        best = int(np.argmax(means))
        rows += [
            Acceptability(worth, name, float(shares[n]), float(means[n]), n == best)
            for n, name in enumerate(outcomes.strategies)
        ]
    return AcceptabilityCurves(tuple(rows))


def _unless_worth(worth: float) -> tuple[Fault, ...]:
    return unless(0 <= worth < float("inf"), "worth_usd", "0 or more", worth)


@frozen
class ValueOfInformation:
    """What it is worth, for one decision, to know inputs before it is made.

    ``of`` is the input; ``None``: all. ``best`` is what is chosen without. ``se`` is the Monte
    Carlo standard error; ``None``: by bins, for which none is given. ``bins`` is how many.
    """

    of: str | None
    worth_usd: float
    best: str
    value_usd: float
    se: float | None
    bins: int | None

    def __str__(self) -> str:
        of = self.of or "all inputs"
        return (
            f"At ${self.worth_usd:,g} a unit, to know {of} is worth at most "
            f"${figure(self.value_usd, self.se)} a decision; without, choose {self.best}."
        )


def perfect_information(outcomes: Outcomes, *, worth_usd: float) -> ValueOfInformation:
    """The expected value of perfect information: of knowing all inputs.

    It is the mean of the highest net benefit of each set, less the highest mean net benefit.

    Source: Claxton, J Health Econ 1999;18:341.

    Raises:
        InvalidError: the worth is below 0.
    """
    refuse("value of information", _unless_worth(worth_usd))
    benefits = outcomes.benefits_at(worth_usd)
    best = int(np.argmax(benefits.mean(axis=0)))
    losses = benefits.max(axis=1) - benefits[:, best]
    count = len(losses)
    se = float(np.std(losses, ddof=1)) / sqrt(count) if count > 1 else None
    name = outcomes.strategies[best]
    return ValueOfInformation(None, worth_usd, name, float(losses.mean()), se, None)


def partial_information(
    outcomes: Outcomes,
    sets: pl.DataFrame,
    name: str,
    *,
    worth_usd: float,
    bins: int | None = None,
) -> ValueOfInformation:
    """The expected value of partial perfect information: of knowing one input.

    Sets are ordered by the input and cut into bins as equal as can be; within one, the input is
    taken as known. Too few bins make the value too low, too many too high: try several. It is
    never below 0, and never above that of perfect information.

    Source: Strong and Oakley, Med Decis Making 2013;33:755.

    Args:
        sets: those of ``input_sets`` that the outcomes come from.
        name: the input.
        bins: how many; by default the cube root of the number of sets, rounded.

    Raises:
        InvalidError: a set is missing, there are more bins than sets, or the worth is below 0.
        UnknownNameError: no such input.
    """
    inputs = [column for column in sets.columns if column != "set"]
    if name not in inputs:
        raise UnknownNameError("input", name, inputs)
    values = dict(sets.select("set", pl.col(name).cast(pl.Float64)).iter_rows())
    missing = [one for one in outcomes.sets if one not in values]
    count = len(outcomes.sets)
    many = max(1, round(count ** (1 / 3))) if bins is None else bins
    refuse(
        "value of information",
        _unless_worth(worth_usd),
        unless(1 <= many <= count, "bins", f"from 1 to {count}", many),
        unless(not missing, "sets", "each set of the outcomes", "not all"),
    )
    order = np.argsort([values[one] for one in outcomes.sets], kind="stable")
    benefits = outcomes.benefits_at(worth_usd)
    best = int(np.argmax(benefits.mean(axis=0)))
    # What is given up in a bin, so that equal numbers cancel and nothing falls below 0.
    losses = [_given_up(part, best) for part in np.array_split(benefits[order], many)]
    return ValueOfInformation(
        name, worth_usd, outcomes.strategies[best], sum(losses) / count, None, many
    )


def _given_up(benefits: Numbers, best: int) -> float:
    return float((benefits - benefits[:, [best]]).sum(axis=0).max())
