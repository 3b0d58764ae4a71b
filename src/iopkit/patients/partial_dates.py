"""Days that are known in part: a year, or a month of one."""

import re
from calendar import monthrange
from datetime import date
from typing import TypeAlias

from iopkit.confidential import hidden
from iopkit.errors import Fault, InvalidError, refuse, unless
from iopkit.fields import frozen

_FORM = re.compile(r"(\d{4})(?:-(\d\d))?", re.ASCII)


@frozen(repr=False)
class PartialDate:
    """A day of which only the year, or the year and month, is known.

    Raises:
        InvalidError: the year is not from 1 to 9999, or the month not from 1 to 12.

    Example:
        >>> born = PartialDate(1984, 5)
        >>> born.isoformat(), str(born.first), str(born.last)
        ('1984-05', '1984-05-01', '1984-05-31')
    """

    year: int
    month: int | None = None

    def __attrs_post_init__(self) -> None:
        is_month = self.month is None or 1 <= self.month <= 12
        refuse(
            "partial date",
            unless(date.min.year <= self.year <= date.max.year, "year", "1 to 9999", "another"),
            unless(is_month, "month", "from 1 to 12", "another"),
        )

    @classmethod
    def fromisoformat(cls, text: str) -> "PartialDate":
        """Read ``"1984"`` or ``"1984-05"``; raises ``InvalidError``."""
        if match := _FORM.fullmatch(text):
            year, month = match.groups()
            return cls(int(year), int(month) if month else None)
        # The text is not shown, as it may be a patient's.
        fault = Fault((), "a year or month such as '1984' or '1984-05'", "another text")
        raise InvalidError("partial date", [fault])

    def isoformat(self) -> str:
        """As text, from which it can be read."""
        return f"{self.year:04}" if self.month is None else f"{self.year:04}-{self.month:02}"

    @property
    def first(self) -> date:
        """The first day that it can be."""
        return date(self.year, self.month or 1, 1)

    @property
    def last(self) -> date:
        """The last day that it can be."""
        month = self.month or 12
        return date(self.year, month, monthrange(self.year, month)[1])

    __repr__ = hidden


AnyDate: TypeAlias = date | PartialDate
"""A day, or what is known of it."""


def earliest_day(day: AnyDate) -> date:
    """The first day that one can be which may be known in part."""
    return day.first if isinstance(day, PartialDate) else day


def latest_day(day: AnyDate) -> date:
    """The last day that one can be which may be known in part."""
    return day.last if isinstance(day, PartialDate) else day
