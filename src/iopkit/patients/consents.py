"""Consents: what may be told to whom, for what, and until when (42 CFR 2.31)."""

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import TypeVar

from iopkit.confidential import hidden
from iopkit.errors import refuse, unless, unless_day
from iopkit.fields import frozen
from iopkit.truth import Truth, all_of

T = TypeVar("T")


class Purpose(StrEnum):
    """What a disclosure is for."""

    TREATMENT = "treatment"
    PAYMENT = "payment"
    OPERATIONS = "operations"
    FAMILY_INVOLVEMENT = "family_involvement"
    EMPLOYMENT = "employment"
    LEGAL_PROCEEDINGS = "legal_proceedings"
    RESEARCH = "research"
    OTHER = "other"


TPO = frozenset({Purpose.TREATMENT, Purpose.PAYMENT, Purpose.OPERATIONS})
"""Treatment, payment and operations, which 42 CFR 2.31 treats apart."""


class Expiry(StrEnum):
    """How a consent ends."""

    DATE = "date"
    EVENT = "event"
    NONE = "none"


@frozen(repr=False)
class Consent:
    """A written consent to disclose, with the elements of 42 CFR 2.31(a).

    The patient's name, the first element, is the patient who holds the consent.
    ``end`` is the first day on which a dated consent is no longer valid;
    ``event_occurred`` the day of the event that ends one by event. Whoever must sign
    for a minor is for state law to say (2.14): ``signed`` means "by all who must".

    Source: 42 CFR 2.31, as amended by 89 FR 12618 (2024-02-16) [T1].

    Raises:
        InvalidError: legal proceedings are combined with another purpose (2.31(d)),
            "none" as expiry goes beyond treatment, payment and operations (2.31(a)(7)),
            or the end is not after the signature or belongs to another kind of expiry.
    """

    discloser: str | None = None
    information: str | None = None
    recipients: tuple[str, ...] | None = None
    purposes: frozenset[Purpose] | None = None
    told_of_right_to_revoke: bool | None = None
    expiry: Expiry | None = None
    end: date | None = None
    event_occurred: date | None = None
    signed: date | None = None
    told_of_redisclosure: bool | None = None
    """Only for treatment, payment and operations: 2.31(a)(10)."""
    revoked: date | None = None

    def __attrs_post_init__(self) -> None:
        purposes = self.purposes or frozenset()
        refuse(
            "consent",
            unless(
                Purpose.LEGAL_PROCEEDINGS not in purposes or len(purposes) == 1,
                "purposes",
                "legal proceedings in a consent of their own",
                "other purposes beside them",
            ),
            unless(
                self.expiry is not Expiry.NONE or purposes <= TPO,
                "expiry",
                "a date or an event, as the purposes go beyond treatment, payment and operations",
                "none",
            ),
            unless(
                self.end is None or self.signed is None or self.signed < self.end,
                "end",
                "a day after the signature",
                "an earlier day",
            ),
            unless(
                self.end is None or self.expiry in (None, Expiry.DATE),
                "end",
                "no end date, as the consent does not expire by date",
                "a date",
            ),
        )

    def valid(self, *, on: date, recipient: str, purpose: Purpose) -> Truth:
        """Whether the consent allows disclosing to a recipient for a purpose on a day.

        An element that is not known leaves the answer unknown; one known to be
        missing (an empty text) makes it no.
        """
        refuse("consent", unless_day(on, "on"))
        return all_of(
            (
                _given(self.discloser),
                _given(self.information),
                _known(self.recipients, lambda known: recipient in known),
                _known(self.purposes, lambda known: purpose in known),
                Truth.of(self.told_of_right_to_revoke),
                Truth.of(self.told_of_redisclosure) if purpose in TPO else Truth.YES,
                _known(self.signed, lambda day: day <= on),
                Truth.of(self.revoked is None or on < self.revoked),
                self._unexpired(on),
            )
        )

    def _unexpired(self, on: date) -> Truth:
        match self.expiry:
            case None:
                return Truth.UNKNOWN
            case Expiry.NONE:
                return Truth.YES
            case Expiry.DATE:
                return _known(self.end, lambda end: on < end)
            case Expiry.EVENT:
                # No recorded day means that the event is not known to have occurred.
                return _known(self.event_occurred, lambda day: on < day)

    __repr__ = hidden


def _given(text: str | None) -> Truth:
    return _known(text, lambda known: bool(known.strip()))


def _known(value: T | None, holds: Callable[[T], bool]) -> Truth:
    return Truth.UNKNOWN if value is None else Truth.of(holds(value))
