"""Costs to run: what care costs who gives it, by week in care and by session, in one year's money.

What a payer pays is another matter: that is by coding and rates.
"""

from fractions import Fraction

from iopkit.charges.costs import CostFigure, Period
from iopkit.charges.prices import PriceIndex, in_money_of, other_year_faults
from iopkit.errors import refuse, unless
from iopkit.fields import frozen


@frozen
class RunningCosts:
    """What it costs to run a program: the sum of some figures, in the money of ``price_year``.

    A figure a week is for seven days in care, and one a session for each that is attended. One an
    episode is refused: it is that of stays as long as its source's, and says nothing of others.

    Raises:
        InvalidError: there is no figure or one twice, one is an episode's, or one is in the money
            of a year that the index does not turn into that of ``price_year``.

    Example:
        >>> from iopkit.levels import LevelOfCare
        >>> from iopkit.library import COSTS
        >>> found = [
        ...     each for each in COSTS
        ...     if each.per is Period.WEEK and each.level == LevelOfCare("2.1")
        ... ]
        >>> RunningCosts(tuple(found), price_year=2001).usd(Period.WEEK)
        Fraction(462, 1)
    """

    figures: tuple[CostFigure, ...]
    price_year: int
    index: PriceIndex | None = None

    def __attrs_post_init__(self) -> None:
        names = [each.care for each in self.figures]
        refuse(
            "costs to run",
            unless(bool(names), "figures", "at least one", "none"),
            unless(len(set(self.figures)) == len(names), "figures", "each once", "one twice"),
            unless(
                all(each.per is not Period.EPISODE for each in self.figures),
                "figures",
                "costs a week or a session",
                "one an episode, which says nothing of stays of another length",
            ),
            *(
                other_year_faults(each.care, each.year, to=self.price_year, index=self.index)
                for each in self.figures
            ),
        )

    @property
    def words(self) -> str:
        """The figures, as they are in their sources."""
        told = (f"{each.care} {each.mean_usd:,} {each.per.words}" for each in self.figures)
        return f"{', '.join(told)}, in money of {self.price_year}"

    def usd(self, per: Period) -> Fraction:
        """What the figures of one kind come to together, exactly; 0 without any."""
        return sum(
            (
                Fraction(
                    in_money_of(each.mean_usd, each.year, to=self.price_year, index=self.index)
                )
                for each in self.figures
                if each.per is per and each.year is not None
            ),
            Fraction(0),
        )
