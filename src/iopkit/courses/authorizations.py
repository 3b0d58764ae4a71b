"""Authorizations: what a payer allows of a course, as it was asked for and decided."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from iopkit.confidential import hidden
from iopkit.errors import refuse, unless
from iopkit.fields import frozen

_MOST = 100_000
"""More units than anybody is given: a mistake."""


class AuthorizedIn(StrEnum):
    """What a payer counts: units of its codes, sessions, or days with a session."""

    UNITS = "units"
    SESSIONS = "sessions"
    DAYS = "days"


class AuthorizationStatus(StrEnum):
    """What a payer has said to what was asked of it."""

    ASKED = "asked"
    APPROVED = "approved"
    DENIED = "denied"
    ENDED = "ended"
    """It was approved, and the payer took it back."""


@frozen(repr=False)
class Authorization:
    """How much of some codes a payer allows from ``start`` up to the day before ``end``.

    ``amount`` counts what ``counted_in`` says, of all ``codes`` together; ``None``: no limit is
    known. ``per_week`` limits each of the weeks that begin with ``start``. ``number`` is the
    payer's, and tells an authorization from others. ``asked`` and ``decided`` are days.

    Raises:
        InvalidError: there is no payer or code, a code comes twice, a number is below 1, or
            the end is not after the start.

    Example:
        >>> authorization = Authorization(
        ...     "plan-a", ("H0015",), date(2026, 1, 5), date(2026, 3, 2), amount=24
        ... )
        >>> authorization.covers(date(2026, 3, 1)), authorization.covers(date(2026, 3, 2))
        (True, False)
    """

    payer: str
    codes: tuple[str, ...]
    start: date
    end: date
    amount: int | None = None
    counted_in: AuthorizedIn = AuthorizedIn.UNITS
    per_week: int | None = None
    status: AuthorizationStatus = AuthorizationStatus.APPROVED
    asked: date | None = None
    decided: date | None = None
    number: str | None = None

    def __attrs_post_init__(self) -> None:
        counts = {"amount": self.amount, "per_week": self.per_week}
        refuse(
            "authorization",
            unless(bool(self.payer.strip()), "payer", "the name of a payer", "none"),
            unless(
                bool(self.codes) and len(self.codes) == len(set(self.codes)),
                "codes",
                "at least one code, each once",
                "others",
            ),
            unless(self.start < self.end, "end", "a day after the start", "another day"),
            *(
                unless(n is None or 1 <= n <= _MOST, name, f"from 1 to {_MOST:,}", "another number")
                for name, n in counts.items()
            ),
        )

    def covers(self, day: date) -> bool:
        """Whether a day is one of its own, whatever the payer has said."""
        return self.start <= day < self.end

    @property
    def identity(self) -> tuple[str, str] | None:
        """What tells it from others; ``None``: without a number it is one of its own."""
        return None if self.number is None else (self.payer, self.number)

    __repr__ = hidden


def last_answers(authorizations: Iterable[Authorization]) -> tuple[Authorization, ...]:
    """Each authorization as it was told last: of one payer and number only the last counts.

    One without a number is always one of its own.

    Args:
        authorizations: in the order in which they were told.
    """
    told: dict[object, Authorization] = {}
    for place, each in enumerate(authorizations):
        which = each.identity or place
        told.pop(which, None)
        told[which] = each
    return tuple(told.values())
