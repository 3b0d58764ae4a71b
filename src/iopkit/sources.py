"""Who says so, and since when."""

from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from attrs import evolve

from iopkit.errors import NotInForceError, refuse, refuse_moments, unless
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
    """A value, the first day on which it is in force, and who says so."""

    since: date
    value: T
    source: Source


@frozen
class Versions(Generic[T]):
    """A rule over time: each version replaces the one before on its first day.

    Raises:
        InvalidError: there is no version, or they are not in the order of their days.

    Example:
        >>> code = Source("Example Code 1", Grade.LEGAL_TEXT)
        >>> hours = Versions((Dated(date(2024, 1, 1), 9, code), Dated(date(2026, 1, 1), 10, code)))
        >>> hours.on(date(2025, 12, 31)).value
        9
    """

    dated: tuple[Dated[T], ...]

    def __attrs_post_init__(self) -> None:
        days = [version.since for version in self.dated]
        refuse(
            "versions of a rule",
            unless(bool(days), "dated", "at least one version", "none"),
            unless(
                days == sorted(set(days)), "dated", "one version a day, in order", "another order"
            ),
        )

    def on(self, day: date) -> Dated[T]:
        """The version in force on a day.

        Raises:
            NotInForceError: ``day`` is before the first version.
            InvalidError: ``day`` is a ``datetime``.
        """
        refuse_moments("versions of a rule", day=day)
        for version in reversed(self.dated):
            if version.since <= day:
                return version
        # The day is not shown: it may be one of a patient's plan.
        raise NotInForceError(
            f"no version is in force on that day: the first is from {self.dated[0].since}"
        )
