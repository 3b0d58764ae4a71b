"""Attending and coming: which share of sessions, and of those who are offered a seat."""

from fractions import Fraction
from itertools import pairwise

from attrs import field

from iopkit.eligibility.predicates import Predicate, describe
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.modalities import Delivery, Modality
from iopkit.prose import counted
from iopkit.scenarios.curves import MOST_DAYS
from iopkit.scenarios.decimals import exact, percent, share_faults
from iopkit.scenarios.draws import threshold
from iopkit.scenarios.shares import HabitFigure, Share, Truths, as_share, holds
from iopkit.sources import Source


@frozen
class AttendingRule:
    """The share of some sessions that is attended; each condition that is ``None`` holds for all.

    ``from_week`` and ``to_week`` are the first and the last week of stay, counted from 1, and
    ``among`` says for whom. A session whose delivery is not known is of none.

    Raises:
        InvalidError: there is no condition, or the weeks are not in order from 1.
    """

    share: Share = field(converter=as_share)
    service: str | None = None
    modality: Modality | None = None
    delivery: Delivery | None = None
    from_week: int = 1
    to_week: int | None = None
    among: Predicate | None = None

    def __attrs_post_init__(self) -> None:
        some = (self.service, self.modality, self.delivery, self.to_week, self.among)
        conditional = self.from_week > 1 or any(one is not None for one in some)
        ordered = self.to_week is None or self.from_week <= self.to_week
        refuse(
            "rule of attending",
            unless(conditional, "among", "a condition", "none, so that it holds for all"),
            unless(self.from_week >= 1, "from_week", "at least 1", self.from_week),
            unless(ordered, "to_week", "no week before the first", self.to_week),
        )

    @property
    def words(self) -> str:
        """What it says, in prose."""
        weeks = f"from week {self.from_week} of the stay" if self.from_week > 1 else ""
        if self.to_week is not None:
            weeks = f"in weeks {self.from_week} to {self.to_week} of the stay"
        told = (
            f"of {self.service}" if self.service else "",
            f"of {self.modality.label.lower()}" if self.modality else "",
            f"by {self.delivery.value.replace('_', ' ')}" if self.delivery else "",
            weeks,
            f"where {describe(self.among)}" if self.among is not None else "",
        )
        return " ".join((self.share.words, *filter(None, told)))


@frozen
class Attending:
    """Which share of their sessions people attend: by the first rule that holds, else ``usual``."""

    usual: Share = field(converter=as_share)
    rules: tuple[AttendingRule, ...] = ()

    def share(
        self,
        *,
        week: int = 0,
        service: str | None = None,
        modality: Modality | None = None,
        delivery: Delivery | None = None,
        truths: Truths | None = None,
    ) -> Share:
        """The share of one kind of session that some people attend.

        Args:
            week: of the stay, from 0.
            service: its name.
            truths: how ``Habits.predicates`` turn out for them; without, all are unknown.
        """
        for rule in self.rules:
            to_week = week + 1 if rule.to_week is None else rule.to_week
            if (
                rule.service in (None, service)
                and rule.modality in (None, modality)
                and rule.delivery in (None, delivery)
                and rule.from_week <= week + 1 <= to_week
                and holds(rule.among, truths)
            ):
                return rule.share
        return self.usual

    def threshold(
        self,
        *,
        week: int = 0,
        service: str | None = None,
        modality: Modality | None = None,
        delivery: Delivery | None = None,
        truths: Truths | None = None,
    ) -> int:
        """What a draw is below where one such session is attended; arguments as of ``share``."""
        share = self.share(
            week=week, service=service, modality=modality, delivery=delivery, truths=truths
        )
        return share.threshold

    def figures(self, path: str) -> tuple[HabitFigure, ...]:
        """The usual share and that of each rule."""
        return (
            *self.usual.figures(f"{path}.usual"),
            *(
                HabitFigure(f"{path}.rules.{place}", rule.words, rule.share.source)
                for place, rule in enumerate(self.rules)
            ),
        )


def as_attending(value: Attending | Share | float | None) -> Attending | None:
    """Attending, a share of all sessions, or nothing; raises ``InvalidError`` for another."""
    return value if value is None or isinstance(value, Attending) else Attending(as_share(value))


@frozen
class Came:
    """Which share came when they were offered a seat after so many days of waiting."""

    days: int
    share: float

    def __attrs_post_init__(self) -> None:
        refuse(
            "row of coming",
            unless(self.days >= 0, "days", "0 or more", self.days),
            share_faults(self.share, "share"),
        )


@frozen
class Coming:
    """Which share comes to intake, by the days waited.

    Between two rows the share goes straight from one to the other, before the first it is that of
    the first, and after the last that of the last.

    Raises:
        InvalidError: there is no row, or the days do not rise.

    Example:
        >>> coming = Coming((Came(1, 0.72), Came(3, 0.41), Came(7, 0.38)))
        >>> [float(coming.share(days)) for days in (0, 1, 2, 30)]
        [0.72, 0.72, 0.565, 0.38]
    """

    rows: tuple[Came, ...]
    source: Source | None = None

    def __attrs_post_init__(self) -> None:
        rising = all(one.days < other.days for one, other in pairwise(self.rows))
        refuse(
            "coming",
            unless(bool(self.rows), "rows", "at least one", "none"),
            unless(rising, "rows", "days that rise", "others"),
        )

    @property
    def known_days(self) -> int | None:
        """Up to which day the source counted; ``None``: one share for all days."""
        return self.rows[-1].days if len(self.rows) > 1 else None

    def share(self, days: int) -> Fraction:
        """The share that comes after some days, 0 or more."""
        rows = [(row.days, Fraction(exact(row.share))) for row in self.rows]
        (_, found), *_ = rows
        for (before, low), (after, high) in pairwise(rows):
            if days > before:
                part = Fraction(min(days, after) - before, after - before)
                found = low + (high - low) * part
        return found

    def figures(self, path: str) -> tuple[HabitFigure, ...]:
        """All rows as one figure."""
        one, *more = [f"{percent(row.share)} after {counted(row.days, 'day')}" for row in self.rows]
        rows = [one, *more] if more else [percent(self.rows[0].share)]
        return (HabitFigure(path, ", ".join(rows), self.source),)

    def threshold(self, days: int) -> int:
        """What a draw is below where somebody comes after some days, 0 or more."""
        return threshold(self.share(days))


def as_coming(value: Coming | Share | float | None) -> Coming | None:
    """Coming, one share for all days, or nothing; raises ``InvalidError`` for another."""
    if value is None or isinstance(value, Coming):
        return value
    share = as_share(value)
    return Coming((Came(0, share.value),), share.source)


@frozen
class Assessing:
    """What comes of people of whom too little is known: in how many days, and who is eligible.

    Raises:
        InvalidError: the days are negative, or more than 131,072.
    """

    days: int
    eligible: Share = field(converter=as_share)

    def __attrs_post_init__(self) -> None:
        ok = 0 <= self.days <= MOST_DAYS
        refuse("assessment", unless(ok, "days", f"from 0 to {MOST_DAYS:,}", self.days))

    def figures(self, path: str) -> tuple[HabitFigure, ...]:
        """The share, with the days."""
        words = f"{self.eligible.words} after {counted(self.days, 'day')}"
        return (HabitFigure(f"{path}.eligible", words, self.eligible.source),)
