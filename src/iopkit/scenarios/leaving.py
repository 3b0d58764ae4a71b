"""Leaving and coming back: for which reasons, when, and how much sooner for whom."""

from enum import StrEnum

from attrs import evolve

from iopkit.courses.stays import DischargeReason
from iopkit.eligibility.predicates import Predicate, describe
from iopkit.errors import Fault, each_a, refuse, unless
from iopkit.fields import frozen
from iopkit.scenarios.curves import (
    Constant,
    Curve,
    WayOut,
    curve_in_words,
    fitted,
    known_faults,
    shape_faults,
    way_faults,
)
from iopkit.scenarios.decimals import ratio_faults, sum_faults
from iopkit.scenarios.shares import HabitFigure, refuse_no_number
from iopkit.sources import Source


def as_curve(value: Curve | float | None) -> Curve | None:
    """A curve, a plain number as a weekly share of the user's own, or nothing.

    Raises:
        InvalidError: it is none of them.
    """
    if value is None or isinstance(value, Curve):
        return value
    refuse_no_number(value, "a curve, or the share that does so each week")
    return Constant(value)


@frozen
class Exit:
    """How people leave for one reason."""

    reason: DischargeReason
    curve: Curve


@frozen
class Exits:
    """The reasons for which people leave, each with its curve as if it were the only one.

    Raises:
        InvalidError: there is none, or one twice.
    """

    exits: tuple[Exit, ...]

    def __attrs_post_init__(self) -> None:
        refuse("exits", _reason_faults([one.reason for one in self.exits], "exits"))

    def figures(self, path: str) -> tuple[HabitFigure, ...]:
        """The curve of each reason."""
        return tuple(figure_of(f"{path}.{one.reason.value}", one.curve) for one in self.exits)


@frozen
class Ending:
    """One way in which stays end: its share of all stays, and the median of their days."""

    reason: DischargeReason
    share: float
    median_days: float


@frozen
class Endings:
    """The ways in which stays end, where a source gives the share and the median of each.

    ``shape`` is that of the days within each reason, which no source here says; see
    ``hazards.OneWayOut``. ``known_days``: up to which day the source counted.

    Raises:
        InvalidError: there is none, one twice, or the shares do not sum to 1.
    """

    endings: tuple[Ending, ...]
    shape: float = 1
    source: Source | None = None
    known_days: int | None = None

    def __attrs_post_init__(self) -> None:
        refuse(
            "endings",
            _reason_faults([one.reason for one in self.endings], "endings"),
            *(
                tuple(
                    fault.under("endings", place)
                    for fault in way_faults(one.share, one.median_days)
                )
                for place, one in enumerate(self.endings)
            ),
            self._sum_faults() if self.endings else (),
            shape_faults(self.shape),
            known_faults(self.known_days),
        )

    def _sum_faults(self) -> tuple[Fault, ...]:
        rows = ", ".join(f"{one.reason.value} {one.share:g}" for one in self.endings)
        faults = sum_faults([one.share for one in self.endings], "endings")
        return tuple(evolve(fault, found=f"{fault.found}: {rows}") for fault in faults)

    @property
    def exits(self) -> tuple[Exit, ...]:
        """The reasons, each with its curve as if it were the only one."""
        ways = [WayOut(one.share, one.median_days) for one in self.endings]
        curves = fitted(ways, shape=self.shape, source=self.source, known_days=self.known_days)
        return tuple(
            Exit(one.reason, curve) for one, curve in zip(self.endings, curves, strict=True)
        )

    def figures(self, path: str) -> tuple[HabitFigure, ...]:
        """The share and the median of each."""
        return tuple(figure_of(f"{path}.{one.reason.value}", one.curve) for one in self.exits)


def figure_of(path: str, curve: Curve) -> HabitFigure:
    """A curve as the figure at a path."""
    return HabitFigure(path, curve_in_words(curve), curve.source)


def plain_word(word: StrEnum) -> str:
    """A word as people read it."""
    return word.value.replace("_", " ")


def _reason_faults(reasons: list[DischargeReason], path: str) -> tuple[Fault, ...]:
    twice = [reason.value for reason in dict.fromkeys(reasons) if reasons.count(reason) > 1]
    return unless(bool(reasons), path, "at least one reason", "none") + unless(
        not twice, path, "each reason once", f"{' and '.join(twice)} more than once"
    )


def as_leaving(value: Exits | Endings | Curve | float | None) -> Exits | Endings | None:
    """Ways of leaving, one curve of dropping out, or nothing; raises ``InvalidError``."""
    if isinstance(value, (Exits, Endings)):
        return value
    curve = as_curve(value)
    return None if curve is None else Exits((Exit(DischargeReason.DROPPED_OUT, curve),))


class HazardOf(StrEnum):
    """What happens to people by a curve."""

    LEAVING = "leaving"
    RETURNING_TO_USE = "returning_to_use"
    STOPPING_USE = "stopping_use"
    GIVING_UP = "giving_up"
    COMING_BACK = "coming_back"


@frozen
class Effect:
    """By how much a hazard is higher, or lower, for some people, or in weeks with use.

    Ratios of several effects that hold multiply each other: that is assumed, not found.

    Raises:
        InvalidError: the ratio is negative, it holds for all, it gives a reason for what is no
            leaving, or weeks with use for what is not in the stay.
    """

    on: HazardOf
    ratio: float
    among: Predicate | None = None
    while_using: bool = False
    reason: DischargeReason | None = None
    source: Source | None = None

    def __attrs_post_init__(self) -> None:
        narrow = self.among is not None or self.while_using
        leaving = self.on is HazardOf.LEAVING
        refuse(
            "effect",
            ratio_faults(self.ratio, "ratio"),
            unless(narrow, "among", "for whom it is, or while_using", "neither"),
            unless(leaving or self.reason is None, "reason", "none, but of leaving", "one"),
            unless(leaving or not self.while_using, "while_using", "false, but of leaving", "true"),
        )

    @property
    def words(self) -> str:
        """What it says, in prose."""
        told = (
            f"hazard times {self.ratio:g}",
            f"for {plain_word(self.reason)}" if self.reason else "",
            f"where {describe(self.among)}" if self.among is not None else "",
            "in weeks with use" if self.while_using else "",
        )
        return " ".join(filter(None, told))

    def figures(self, path: str) -> tuple[HabitFigure, ...]:
        """The ratio, with what it is of."""
        return (HabitFigure(path, f"{plain_word(self.on)}, {self.words}", self.source),)


@frozen
class ComingBack:
    """When people ask again, from the day of discharge for one reason; ``None``: for any other."""

    curve: Curve
    reason: DischargeReason | None = None

    def figures(self, path: str) -> tuple[HabitFigure, ...]:
        """The curve, by the reason."""
        return (figure_of(f"{path}.{self.reason.value if self.reason else 'any'}", self.curve),)


def as_coming_back(
    value: "tuple[ComingBack, ...] | list[ComingBack] | Curve | float",
) -> tuple[ComingBack, ...]:
    """Curves of coming back, or one whatever the reason; raises ``InvalidError`` for another."""
    if isinstance(value, (tuple, list)):
        return each_a("coming back", value, "coming_back", ComingBack)
    curve = as_curve(value)
    return () if curve is None else (ComingBack(curve),)
