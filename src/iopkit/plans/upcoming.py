"""What changes within a plan: facts and rules that are others on a later day of it."""

from collections.abc import Collection, Iterable
from datetime import date
from enum import StrEnum
from typing import Self

from iopkit.confidential import hidden
from iopkit.eligibility.possible import Possible, Value
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.prose import listed


class ChangingKind(StrEnum):
    """What it is that changes."""

    FACT = "fact"
    """A fact about the patient, by its name in ``FACTS``."""
    CONSENT = "consent"
    """Whether a written consent is valid, by its purpose and recipient."""
    REQUIREMENTS = "requirements"
    """The version of a requirement set that is in force."""
    POLICY = "policy"
    """The version of a policy that the plan rests on."""
    LICENSE = "license"
    """Whether the site has a license."""


class ConsequenceKind(StrEnum):
    """What follows from a change within a plan."""

    words: str
    """In prose, with a place for what it is about."""
    told: str
    """As the patient is told it; empty: it is for staff."""

    def __new__(cls, value: str, words: str, told: str) -> Self:
        """A member with all that is said of it, so that a new one cannot lack a part."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.words, member.told = words, told
        return member

    SERVICE_STOPS = (
        "service_stops",
        "{about}: no session from that day on",
        "from then on you have no sessions of: {about}. Please talk with us before.",
    )
    SERVICE_STARTS = (
        "service_starts",
        "{about}: sessions from that day on, and none before",
        "from then on you have sessions of: {about}.",
    )
    CONSENT_STOPS = (
        "consent_stops",
        "nothing may be told under it from that day on, as far as is known: {about}",
        "from then on you give no written consent for: {about}. You can give a new one.",
    )
    CONSENT_STARTS = (
        "consent_starts",
        "it may be told from that day on: {about}",
        "from then on you give written consent for: {about}.",
    )
    COVERAGE_STOPS = (
        "coverage_stops",
        "{about}: no coverage from that day on, as far as is known",
        "from then on we know of no coverage by: {about}. Please talk with us before.",
    )
    COVERAGE_STARTS = (
        "coverage_starts",
        "{about}: covered from that day on",
        "from then on you are covered by: {about}.",
    )
    APPROVAL_STOPS = (
        "approval_stops",
        "{about}: not approved from that day on, as far as is known",
        "an approval of your payer ends. We ask for a new one.",
    )
    APPROVAL_STARTS = ("approval_starts", "{about}: approved from that day on", "")
    OTHER_AGE = (
        "other_age",
        "weeks that begin from that day on are judged by the rules for the age then: {about}",
        "",
    )
    OTHER_PROGRAM = (
        "other_program",
        "the program is not for the age group then, or that is not known: {about}",
        "",
    )
    RIGHT_PROGRAM = ("right_program", "the program is for the age group then: {about}", "")
    DECIDE_AGAIN = ("decide_again", "may be decided in another way then: {about}", "")
    OTHER_RULES = (
        "other_rules",
        "weeks that begin from that day on are judged by that version",
        "",
    )
    NO_RULES = (
        "no_rules",
        "no version is known to be in force from that day on",
        "",
    )
    LICENSE_STOPS = ("license_stops", "the site does not have it from that day on", "")
    LICENSE_STARTS = ("license_starts", "the site has it from that day on", "")


@frozen(repr=False)
class Consequence:
    """What follows from a change, for which services, recipients, payers or rules."""

    kind: ConsequenceKind
    about: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What follows in prose."""
        return self.kind.words.format(about=listed(self.about) if self.about else "")

    __repr__ = hidden


@frozen(repr=False)
class UpcomingChange:
    """A fact or rule that is another from a day of a plan on, and what follows from it.

    ``name`` is that of the fact, requirement set or policy, or says what the consent or license
    is. ``before`` and ``after`` are a fact's values (``Possible``: one of several, ``None``: not
    known), whether the consent is valid or the site has the license, or since when a version is
    in force, in words (``None``: none is known to be).
    """

    day: date
    kind: ChangingKind
    name: str
    before: Value = None
    after: Value = None
    follows: tuple[Consequence, ...] = ()

    def __attrs_post_init__(self) -> None:
        other = self.before != self.after
        refuse("change", unless(other, "after", "another value than before", "the same"))

    @property
    def words(self) -> str:
        """The change and what follows in prose, without the day."""
        name = self.name.replace("_", " ") if self.kind is ChangingKind.FACT else self.name
        change = f"{name}: {_value_words(self.before)}, then {_value_words(self.after)}"
        return "; ".join([change, *(each.words for each in self.follows)])

    @property
    def is_of_age(self) -> bool:
        """Whether it is a birthday, or a day from which more or less of it is known."""
        return self.kind is ChangingKind.FACT and self.name == "age"

    def tells(self, service: str) -> bool | None:
        """Whether a service is given from then on; ``None``: nothing is said of it."""
        for each in self.follows:
            if service in each.about and each.kind in _OF_SERVICES:
                return each.kind is ConsequenceKind.SERVICE_STARTS
        return None

    __repr__ = hidden


_OF_SERVICES = (ConsequenceKind.SERVICE_STARTS, ConsequenceKind.SERVICE_STOPS)


def _value_words(value: Value) -> str:
    match value:
        case None:
            return "not known"
        case bool():
            return "yes" if value else "no"
        case Possible(low=low, high=high) if low is not None:
            return f"{low:g} to {high:g}"
        case Possible(options=options):
            return " or ".join(sorted(map(str, options)))
        case _:
            return str(value)


def services_told(upcoming: Iterable[UpcomingChange]) -> frozenset[str]:
    """The services that some changes stop or start."""
    return frozenset(
        name
        for change in upcoming
        for each in change.follows
        if each.kind in _OF_SERVICES
        for name in each.about
    )


def withholds(
    upcoming: Iterable[UpcomingChange], service: str, days: Collection[date]
) -> UpcomingChange | None:
    """The change for which a service is not given on one of some days; ``None``: it is given.

    Before the first change that tells of a service, it is as that change finds it.
    """
    told = [each for each in upcoming if each.tells(service) is not None]
    if not told:
        return None
    for day in days:
        last = next((each for each in reversed(told) if each.day <= day), None)
        if last is None and told[0].tells(service):
            return told[0]
        if last is not None and not last.tells(service):
            return last
    return None
