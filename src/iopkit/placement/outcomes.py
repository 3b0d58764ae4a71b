"""Figures of outcomes and costs by level of care: of other people, never a patient's odds."""

from decimal import Decimal
from enum import StrEnum

from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.levels import LevelOfCare
from iopkit.scopes import Scope
from iopkit.sources import Source


class OutcomeMeasure(StrEnum):
    """What was counted of the people at a level of care."""

    COMPLETED = "completed"
    DROPPED_OUT = "dropped out"
    STILL_IN_CARE = "still in care"
    STAY = "median stay"
    ABSTINENT = "abstinent"
    COST = "cost"
    PAYMENT = "payment"
    """What a payer pays, which is not what the care costs."""


@frozen
class LevelFigure:
    """One figure that a source has of the people at a level of care.

    ``level`` is the level that the source's ``care`` stands for, by our own reading. Without a
    ``value`` it is above ``low``. ``low`` and ``high``, or the standard deviation ``sd``, are
    the spread; ``people`` is how many were counted. ``year`` is that of the people or of the
    dollars, else of the source. ``scope`` is whose payment it is. ``None``: the source does not
    say.

    Raises:
        InvalidError: there is neither a value nor a lower bound, or the value is not between.
    """

    level: LevelOfCare
    measure: OutcomeMeasure
    care: str
    value: Decimal | None
    unit: str
    population: str
    year: str
    source: Source
    low: Decimal | None = None
    high: Decimal | None = None
    sd: Decimal | None = None
    people: int | None = None
    scope: Scope | None = None

    def __attrs_post_init__(self) -> None:
        known = [each for each in (self.low, self.value, self.high) if each is not None]
        told = self.value is not None or self.low is not None
        refuse(
            f"figure of {self.care!r}",
            unless(told, "value", "a value or a lower bound", "neither"),
            unless(known == sorted(known), "value", "a value between low and high", "another"),
        )
