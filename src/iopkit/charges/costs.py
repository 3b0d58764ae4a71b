"""Costs: what care cost where somebody counted, in the dollars of that year."""

from collections.abc import Collection, Iterable
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from iopkit.charges.rates import money_faults
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.levels import LevelOfCare
from iopkit.sources import Source


class Period(StrEnum):
    """What a cost is for."""

    SESSION = "session"
    WEEK = "week"
    EPISODE = "episode"

    @property
    def words(self) -> str:
        """The period in prose."""
        return f"{'an' if self is Period.EPISODE else 'a'} {self.value}"


@frozen
class CostFigure:
    """The mean cost of care for one client, as a source has it.

    ``level`` is the level of care that it stands for, by our own reading. ``sd_usd`` is the
    standard deviation, ``programs`` the number of programs that were counted, and ``year``
    the one whose dollars they are. The mean stay is in weeks or in days, as the source has
    it. ``None``: the source does not say.
    """

    care: str
    per: Period
    mean_usd: Decimal
    source: Source
    level: LevelOfCare | None = None
    sd_usd: Decimal | None = None
    programs: int | None = None
    year: int | None = None
    stay_weeks: float | None = None
    stay_weeks_sd: float | None = None
    stay_days: float | None = None

    def __attrs_post_init__(self) -> None:
        refuse(
            f"cost of {self.care!r}",
            money_faults("mean_usd", self.mean_usd),
            () if self.sd_usd is None else money_faults("sd_usd", self.sd_usd),
        )


@frozen
class CostComparison:
    """Costs that can be compared: of one source, one period and dollars of one year.

    Raises:
        InvalidError: there is no figure, or they differ in source, period or year.
    """

    figures: tuple[CostFigure, ...]

    def __attrs_post_init__(self) -> None:
        kinds = {_kind(figure) for figure in self.figures}
        expected = "figures of one source, period and year"
        refuse("cost comparison", unless(len(kinds) == 1, "figures", expected, f"{len(kinds)}"))

    @property
    def source(self) -> Source:
        """Who counted."""
        return self.figures[0].source

    @property
    def per(self) -> Period:
        """What the costs are for."""
        return self.figures[0].per

    @property
    def year(self) -> int | None:
        """The year whose dollars they are; ``None``: the source does not say."""
        return self.figures[0].year

    def ratios(self, *, to: LevelOfCare) -> tuple[Fraction | None, ...]:
        """Each mean as a multiple of the one at a level, exactly, in the order of figures.

        ``None`` for all of them if there is no figure for that level, or it is zero.
        """
        base = next((f.mean_usd for f in self.figures if f.level == to), None)
        return tuple(
            Fraction(figure.mean_usd) / Fraction(base) if base else None for figure in self.figures
        )


def compare_costs(
    figures: Iterable[CostFigure], *, levels: Collection[LevelOfCare] | None = None
) -> tuple[CostComparison, ...]:
    """Costs side by side, as far as they can be: dollars of two years are never in one row.

    Nothing is adjusted for inflation.

    Args:
        figures: what to compare, such as the shipped ``COSTS``.
        levels: only figures that stand for these levels of care; ``None``: all figures.

    Returns:
        One comparison for each source, period and year, in the order of their first figures.

    Example:
        >>> from iopkit.levels import LevelOfCare
        >>> from iopkit.library import COSTS
        >>> for found in compare_costs(COSTS, levels=[LevelOfCare("1"), LevelOfCare("2.1")]):
        ...     print(found.per.value, found.year, [str(f.mean_usd) for f in found.figures])
        week 2001 ['121', '462']
        episode 2001 ['1944', '4445']
        episode None ['2060', '3988']
    """
    groups: dict[tuple[Source, Period, int | None], list[CostFigure]] = {}
    for figure in figures:
        if levels is None or figure.level in levels:
            groups.setdefault(_kind(figure), []).append(figure)
    return tuple(CostComparison(tuple(group)) for group in groups.values())


def _kind(figure: CostFigure) -> tuple[Source, Period, int | None]:
    return figure.source, figure.per, figure.year
