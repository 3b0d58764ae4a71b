"""Who says so, and since when."""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Generic, TypeVar

from attrs import evolve

from iopkit.errors import NotInForceError, refuse, refuse_flags, unless, unless_day
from iopkit.fields import frozen

T = TypeVar("T")


class Grade(StrEnum):
    """How close a source is to the rule itself."""

    LEGAL_TEXT = "T1"
    """The legal text itself, such as the CFR or a state code."""
    OFFICIAL = "T2"
    """An official agency page or a peer-reviewed paper."""
    SECONDARY = "T3"
    """A secondary page: a payer, a law firm, the trade press."""


@frozen
class Source:
    """Where a number or a rule comes from.

    ``checked`` is the day up to which the text was seen; later amendments were not.
    """

    citation: str
    grade: Grade
    url: str | None = None
    checked: date | None = None

    def at(self, place: str) -> "Source":
        """A place within the source, such as ``(c)(1)``.

        Example:
            >>> Source("42 CFR 410.44", Grade.LEGAL_TEXT).at("(c)(1)").citation
            '42 CFR 410.44(c)(1)'
        """
        return evolve(self, citation=f"{self.citation}{place}")

    def __str__(self) -> str:
        seen = f", as of {self.checked}" if self.checked else ""
        return f"{self.citation} [{self.grade.value}{seen}]"


@frozen
class Cited(Generic[T]):
    """A value and who says so."""

    value: T
    source: Source


@frozen
class Dated(Generic[T]):
    """A value, the days on which it is in force, and who says so.

    It is in force from ``since`` up to the day before ``end``; ``None``: it goes on, as far as is
    known. A day that no text states is that of a copy: with ``since_from_copy`` the text was seen
    in a copy of ``since`` and was in force by then, and with ``end_from_copy`` a copy of ``end``
    has it no more. ``replaced_by`` says what took its place, where that is known.

    Raises:
        InvalidError: a day is a ``datetime``, it ends before it begins, or what is said of an end
            goes with none.
    """

    since: date
    value: T
    source: Source
    end: date | None = None
    since_from_copy: bool = False
    end_from_copy: bool = False
    replaced_by: str | None = None

    def __attrs_post_init__(self) -> None:
        untold = not self.end_from_copy and self.replaced_by is None
        later = self.end is None or self.since < self.end
        refuse(
            "version of a rule",
            unless(later, "end", "a day after the first", self.end),
            unless(self.end is not None or untold, "end", "a day, of what ended", "none"),
        )

    @property
    def in_force_from(self) -> date | None:
        """The day from which a text says that it is in force; ``None``: no text was seen."""
        return None if self.since_from_copy else self.since

    @property
    def seen_in_copy_of(self) -> date | None:
        """The day of a copy that it was seen in; ``None``: the copy has no day."""
        return self.since if self.since_from_copy else self.source.checked

    def is_in_force(self, on: date) -> bool:
        """Whether it is known to be in force on a day."""
        return self.since <= on and (self.end is None or on < self.end)

    @property
    def since_words(self) -> str:
        """Since when it is in force, in words."""
        return since_words(self.since, from_copy=self.since_from_copy)

    @property
    def end_words(self) -> str | None:
        """Up to when it was in force and what took its place, in words; ``None``: it goes on."""
        if self.end is None:
            return None
        latest = " at the latest" if self.end_from_copy else ""
        then = f", replaced by {self.replaced_by}" if self.replaced_by else ""
        return f"in force up to {self.end - timedelta(days=1)}{latest}{then}"


def since_words(since: date, *, from_copy: bool) -> str:
    """Since when something is in force, or in the copy of which day it was seen.

    Example:
        >>> since_words(date(2025, 4, 2), from_copy=False)
        'in force since 2025-04-02'
        >>> since_words(date(2026, 1, 7), from_copy=True)
        'seen in a copy of 2026-01-07, in force by then'
    """
    return (
        f"seen in a copy of {since}, in force by then" if from_copy else f"in force since {since}"
    )


@frozen
class Versions(Generic[T]):
    """A rule over time: each version is in force until its end, or until the next begins.

    Raises:
        InvalidError: there is no version, they are not in the order of their days, or one ends
            after the next has begun.

    Example:
        >>> code = Source("Example Code 1", Grade.LEGAL_TEXT)
        >>> hours = Versions((Dated(date(2024, 1, 1), 9, code), Dated(date(2026, 1, 1), 10, code)))
        >>> hours.on(date(2025, 12, 31)).value
        9
    """

    dated: tuple[Dated[T], ...]

    def __attrs_post_init__(self) -> None:
        days = [version.since for version in self.dated]
        apart = all(
            one.end is None or one.end <= next_one.since for one, next_one in pairwise(self.dated)
        )
        refuse(
            "versions of a rule",
            unless(bool(days), "dated", "at least one version", "none"),
            unless(
                days == sorted(set(days)), "dated", "one version a day, in order", "another order"
            ),
            unless(apart, "dated", "ends by the day on which the next begins", "a later one"),
        )

    def on(self, day: date, *, assume_in_force: bool = False, of: str = "") -> Dated[T]:
        """The version in force on a day.

        Args:
            assume_in_force: where none is known to be, the one whose days are nearest, and of
                two as near the earlier: before the first day the first, after an end the last.
            of: what has the versions, as an error names it.

        Raises:
            NotInForceError: no version is known to be in force on ``day``, and none is assumed.
            InvalidError: ``day`` is no ``date``, or a ``datetime``.
        """
        refuse("versions of a rule", unless_day(day, "day"))
        refuse_flags("versions of a rule", assume_in_force=assume_in_force)
        before = [version for version in self.dated if version.since <= day]
        after = self.dated[len(before) :]
        if before and before[-1].is_in_force(day):
            return before[-1]
        if assume_in_force:
            near = (*before[-1:], *after[:1])
            return min(near, key=lambda version: days_away(version.since, version.end, day))
        told = _not_in_force(before, after)
        raise NotInForceError(f"{of}: {told}" if of else told)

    @property
    def spans(self) -> tuple[tuple[date, date | None], ...]:
        """The days on which a version is known to be in force: firsts, and the days after the last.

        Example:
            >>> code = Source("Example Code 1", Grade.LEGAL_TEXT)
            >>> ended = Dated(date(2024, 1, 1), 9, code, end=date(2025, 1, 1))
            >>> [f"{first} to {end}" for first, end in Versions((ended,)).spans]
            ['2024-01-01 to 2025-01-01']
        """
        spans: list[tuple[date, date | None]] = []
        for version in self.dated:
            first = version.since
            if spans and spans[-1][1] in (None, first):
                first, _ = spans.pop()
            spans.append((first, version.end))
        return tuple(spans)


def days_away(since: date, end: date | None, day: date) -> int:
    """How many days a day lies before the first, or after the last, on which something holds.

    Example:
        >>> days_away(date(2025, 1, 1), date(2026, 1, 1), date(2026, 1, 3))
        3
    """
    return (since - day).days if end is None or day < since else (day - end).days + 1


def _not_in_force(before: Sequence[Dated[T]], after: Sequence[Dated[T]]) -> str:
    """Why no version is in force, with the days nearest to one that is not shown.

    The day itself may be one of a patient's plan.
    """
    told = [f"the last was {version.end_words}" for version in before[-1:]]
    for version in after[:1]:
        order = "next" if before else "first"
        by = "was seen in a copy of" if version.since_from_copy else "is from"
        told.append(f"the {order} {by} {version.since}")
    return f"no version is in force on that day: {'; '.join(told)}"
