"""Findings that are recent enough: how old one may be, or from which day on."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Generic, TypeVar

from iopkit.eligibility.kinds import Scalar
from iopkit.eligibility.possible import Possible, Value
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.prose import counted

S = TypeVar("S")

_RECENT = re.compile(r"(.+?)(?:_within_(\d+)_days|_since_(\d+_\d\d_\d\d))")
"""A name with what ``Recency.suffix`` gives."""


@frozen
class Recency:
    """Found at most ``within_days`` before the day asked for, or on the day ``since`` or later.

    Raises:
        InvalidError: it is not one of the two, the days are negative, or the day is a moment.
    """

    within_days: int | None = None
    since: date | None = None

    def __attrs_post_init__(self) -> None:
        days = self.within_days
        one = (days is None) is not (self.since is None)
        refuse(
            "recency",
            unless(one, "since", "a day, or a number of days", "both or neither"),
            unless(days is None or days >= 0, "within_days", "0 or more", days),
        )

    @property
    def suffix(self) -> str:
        """What a fact of such findings has after its name."""
        if self.since is None:
            return f"_within_{self.within_days}_days"
        return f"_since_{self.since}".replace("-", "_")

    @property
    def words(self) -> str:
        """Which findings are meant, in prose."""
        if self.since is None:
            return f"found within {counted(self.within_days or 0, 'day')}"
        return f"found since {self.since}"

    def first(self, on: date) -> date:
        """The first day on which a finding counts, asked for on a day."""
        if self.since is not None:
            return self.since
        days = min(self.within_days or 0, (on - date.min).days)
        return on - timedelta(days=days)

    def counted(self, reading: Value, on: date) -> Possible | None:
        """A reading if it was found recently enough for a day, and by then.

        Of what has no day nobody knows.
        """
        if not isinstance(reading, Possible) or reading.found is None:
            return None
        if self.first(on) <= reading.found <= on:
            return reading
        why = "found later" if reading.found > on else "found earlier"
        return Possible(found=reading.found, why=why)


def asked_by(name: str) -> str:
    """The name of the fact of which one of that name asks for recent findings, or its own.

    Example:
        >>> asked_by("dangerous_within_30_days"), asked_by("dangerous_since_release")
        ('dangerous', 'dangerous_since_release')
    """
    found = _RECENT.fullmatch(name)
    return found[1] if found else name


def name_in_words(name: str) -> str:
    """The name of a fact as people read it.

    Example:
        >>> name_in_words("phq_9_total_score_since_2026_01_12")
        'phq 9 total score found since 2026-01-12'
    """
    found = _RECENT.fullmatch(name)
    if found is None:
        return name.replace("_", " ")
    asked, days, since = found.groups()
    when = f"within {counted(int(days), 'day')}" if days else f"since {since.replace('_', '-')}"
    return f"{asked.replace('_', ' ')} found {when}"


@frozen
class Recent(Generic[S]):
    """Reads a fact where it was found recently enough; else it is not known."""

    read: Callable[[S, date], Scalar | Possible | None]
    recency: Recency

    def __call__(self, subject: S, on: date) -> Possible | None:
        """What is possible as of a day."""
        return self.recency.counted(self.read(subject, on), on)
