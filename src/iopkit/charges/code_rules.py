"""Coding schemes: which services make which billable units, by dated rules."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum

from attrs import field

from iopkit.errors import Fault, refuse, unless
from iopkit.fields import frozen
from iopkit.modalities import Delivery, Modality
from iopkit.scopes import Scope
from iopkit.sources import Dated, Source, Versions
from iopkit.telehealth import HowGiven
from iopkit.windows import Weekday, is_session_length


class DaysCounted(StrEnum):
    """Whose days are counted in a week."""

    BOOKED = "booked"
    """Those of the schedule, attended or not: what the program offers."""
    CHARGED = "charged"
    """Those of the sessions that are to be charged: what the patient attended, if that is known."""


@frozen
class DayCode:
    """One unit on each day of at least ``least`` of service, in weeks of enough such days.

    The line holds all of the day's sessions that are counted.
    """

    code: str
    least: timedelta
    counted: frozenset[Modality]
    source: Source
    days_a_week: int = 1
    days: DaysCounted = DaysCounted.CHARGED

    def __attrs_post_init__(self) -> None:
        refuse(
            f"rule for {self.code!r}",
            code_faults(self.code),
            _length_faults("least", self.least),
            _counted_faults(self.counted),
            unless(1 <= self.days_a_week <= 7, "days_a_week", "from 1 to 7", self.days_a_week),
        )


@frozen
class TimeBand:
    """A code for sessions of at least ``least``, up to the next band of its rule."""

    code: str
    least: timedelta = timedelta(0)

    def __attrs_post_init__(self) -> None:
        refuse(
            f"time band {self.code!r}",
            code_faults(self.code),
            () if not self.least else _length_faults("least", self.least),
        )


@frozen
class SessionCodes:
    """One unit for a session, under the code of the band that its length is in.

    ``longest`` is the longest session that the last band takes. ``per_day``: only so many
    sessions a day, the longest first. ``months_apart``: after a session, none of the codes
    for so many months.
    """

    bands: tuple[TimeBand, ...]
    counted: frozenset[Modality]
    source: Source
    longest: timedelta | None = None
    per_day: int | None = None
    months_apart: int | None = None

    def __attrs_post_init__(self) -> None:
        least = [band.least for band in self.bands]
        longest = self.longest
        refuse(
            "rule for sessions",
            unless(bool(least), "bands", "at least one band", "none"),
            unless(
                least == sorted(set(least)),
                "bands",
                "each longer than the one before",
                "another order",
            ),
            _counted_faults(self.counted),
            () if longest is None else _length_faults("longest", longest),
            unless(
                longest is None or longest >= max(least, default=longest),
                "longest",
                "at least what the last band begins with",
                longest,
            ),
            _count_faults("per_day", self.per_day),
            _count_faults("months_apart", self.months_apart),
        )


class Rounded(StrEnum):
    """Of what time units are made."""

    SESSION = "session"
    """Of each session by itself: what is left over makes no unit with that of another."""
    DAY = "day"
    """Of all sessions of a day together."""


@frozen
class TimedCode:
    """A unit for each full ``unit`` of a session or, with ``rounded``, of a day.

    ``part``: one unit more for so much of another, as some payers count: with units of 15 minutes
    and a part of 8, 53 minutes are 4 units; ``None``: for full units only. ``per_day``: at most
    so many a day.

    Example:
        >>> from iopkit.sources import Grade
        >>> one = timedelta(minutes=1)
        >>> code = Source("Example Code 1", Grade.LEGAL_TEXT)
        >>> rule = TimedCode("H0004", 15 * one, frozenset(Modality), code, part=8 * one)
        >>> [rule.units(minutes * one) for minutes in (7, 8, 22, 23, 53)]
        [0, 1, 1, 2, 4]
    """

    code: str
    unit: timedelta
    counted: frozenset[Modality]
    source: Source
    per_day: int | None = None
    part: timedelta | None = None
    rounded: Rounded = Rounded.SESSION

    def __attrs_post_init__(self) -> None:
        part = self.part
        refuse(
            f"rule for {self.code!r}",
            code_faults(self.code),
            _length_faults("unit", self.unit),
            _counted_faults(self.counted),
            _count_faults("per_day", self.per_day),
            () if part is None else _length_faults("part", part),
            unless(part is None or part < self.unit, "part", "less than a unit", part),
        )

    def units(self, time: timedelta) -> int:
        """How many units some time makes, without a maximum."""
        return (time + self.unit - (self.part or self.unit)) // self.unit


@frozen
class Tier:
    """A code for days of at least so many services, up to the next tier of its rule."""

    code: str
    services: int

    def __attrs_post_init__(self) -> None:
        refuse(
            f"tier {self.code!r}",
            code_faults(self.code),
            _count_faults("services", self.services),
        )


@frozen
class DayTiers:
    """One unit a day, under the code of the tier that its number of sessions is in."""

    tiers: tuple[Tier, ...]
    counted: frozenset[Modality]
    source: Source

    def __attrs_post_init__(self) -> None:
        services = [tier.services for tier in self.tiers]
        refuse(
            "rule for days",
            unless(bool(services), "tiers", "at least one tier", "none"),
            unless(
                services == sorted(set(services)),
                "tiers",
                "each higher than the one before",
                "another order",
            ),
            _counted_faults(self.counted),
        )


@frozen
class WeekCode:
    """One unit in each week of at least so many sessions; the line holds them all."""

    code: str
    services: int
    counted: frozenset[Modality]
    source: Source

    def __attrs_post_init__(self) -> None:
        refuse(
            f"rule for {self.code!r}",
            code_faults(self.code),
            _count_faults("services", self.services),
            _counted_faults(self.counted),
        )


@frozen
class Exclusion:
    """On a day with ``code``, there is none of ``others``."""

    code: str
    others: frozenset[str]
    source: Source

    def __attrs_post_init__(self) -> None:
        ok = bool(self.others) and self.code not in self.others
        refuse("exclusion", unless(ok, "others", "at least one other code", "none or the same"))


@frozen
class LineMark:
    """What a line has on a claim whose sessions were given in one way.

    ``place`` is a place of service, ``modifiers`` come in their order. ``delivery``, ``video`` and
    ``at_home`` say for which sessions, as ``HowGiven`` has them; ``None``: for all.
    """

    source: Source
    place: str | None = None
    modifiers: tuple[str, ...] = ()
    delivery: Delivery | None = None
    video: bool | None = None
    at_home: bool | None = None

    def __attrs_post_init__(self) -> None:
        refuse(
            "mark of a line",
            unless(
                self.place is not None or bool(self.modifiers), "place", "it or modifiers", "none"
            ),
            *mark_faults(self.place, self.modifiers),
            unless(
                any(map(self.marks, HowGiven().could_be)),
                "delivery",
                "telehealth or nothing, with video or at_home",
                "in person",
            ),
        )

    def marks(self, given: HowGiven) -> bool:
        """Whether it is for sessions given in a way of which nothing is unknown."""
        asked = (self.delivery, self.video, self.at_home)
        told = (given.delivery, given.video, given.at_home)
        return all(a is None or a == t for a, t in zip(asked, told, strict=True))


CodeRule = DayCode | SessionCodes | TimedCode | DayTiers | WeekCode
CodingRule = CodeRule | Exclusion | LineMark


@frozen
class CodingScheme:
    """How one payer or code system turns sessions into billable units, in dated versions.

    Rules are tried in their order, and a session goes into the line of the first that takes
    it. Of marks, a line has the place and the modifiers of the first that state them for how
    its sessions were given.
    ``week_begins`` is the weekday on which the weeks begin that rules count in; ``None``: they
    are the plan's own, which begin on its first day. ``telehealth``: sessions by telehealth are
    charged too. ``left_open`` says what the sources do not settle, and what was chosen, and
    ``scope`` whose it is; ``None``: not known.

    Raises:
        InvalidError: a version has no code, or one twice; an exclusion is not between two
            codes of days, or the code that excludes comes after the other; or those before a
            mark leave no sessions to it.
    """

    name: str
    title: str
    versions: Versions[tuple[CodingRule, ...]]
    week_begins: Weekday | None = None
    telehealth: bool = True
    left_open: tuple[str, ...] = ()
    scope: Scope | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        refuse(
            f"coding scheme {self.name!r}",
            *(
                tuple(fault.under("versions", "dated", number) for fault in _faults(version.value))
                for number, version in enumerate(self.versions.dated)
            ),
        )

    def version(self, *, on: date, assume_in_force: bool = False) -> Dated[tuple[CodingRule, ...]]:
        """The version in force on a day; raises ``NotInForceError``, as ``Versions.on``."""
        of = f"coding scheme {self.name!r}"
        return self.versions.on(on, assume_in_force=assume_in_force, of=of)


def codes_of(rule: CodingRule) -> tuple[str, ...]:
    """The codes that a rule gives, in its order."""
    match rule:
        case SessionCodes(bands):
            return tuple(band.code for band in bands)
        case DayTiers(tiers):
            return tuple(tier.code for tier in tiers)
        case Exclusion() | LineMark():
            return ()
        case _:
            return (rule.code,)


def _faults(rules: tuple[CodingRule, ...]) -> Iterator[Fault]:
    """What is wrong with one version's rules together."""
    codes = [code for rule in rules for code in codes_of(rule)]
    of_days = {
        code: number
        for number, rule in enumerate(rules)
        if not isinstance(rule, WeekCode)
        for code in codes_of(rule)
    }
    yield from unless(bool(codes), "value", "a rule for at least one code", "none")
    yield from unless(len(codes) == len(set(codes)), "value", "each code once", "one twice")
    for rule in rules:
        if isinstance(rule, Exclusion):
            first = of_days.get(rule.code, len(rules))
            yield from unless(
                all(first < of_days.get(other, -1) for other in rule.others),
                "value",
                "exclusions from a day's code to others that come after it",
                "another",
            )
    marks = [rule for rule in rules if isinstance(rule, LineMark)]
    used = {id(mark) for way in HowGiven().could_be for mark in marks_for(marks, way) if mark}
    yield from unless(
        len(used) == len(marks),
        "value",
        "marks in an order in which each is the first for some sessions",
        "one that is for none",
    )


def marks_for(marks: Sequence[LineMark], way: HowGiven) -> tuple[LineMark | None, LineMark | None]:
    """The first mark with a place, and the first with modifiers, that is for a way."""
    fitting = [mark for mark in marks if mark.marks(way)]
    return (
        next((mark for mark in fitting if mark.place is not None), None),
        next((mark for mark in fitting if mark.modifiers), None),
    )


_CODE = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")


def code_faults(code: str) -> tuple[Fault, ...]:
    """A fault for what is no billing code."""
    expected = "capitals and digits, such as 'H0015'"
    return unless(bool(_CODE.fullmatch(code)), "code", expected, repr(code))


def mark_faults(place: str | None, modifiers: tuple[str, ...]) -> Iterator[tuple[Fault, ...]]:
    """Faults for what is no place of service, and for what are no modifiers."""
    ok = place is None or bool(_PLACE.fullmatch(place))
    yield unless(ok, "place", "two digits, such as '10'", repr(place))
    ok = all(map(_MODIFIER.fullmatch, modifiers)) and len(modifiers) == len(set(modifiers)) <= 4
    expected = "up to 4 of two capitals or digits, such as '95', each once"
    yield unless(ok, "modifiers", expected, repr(modifiers))


_PLACE, _MODIFIER = re.compile(r"[0-9]{2}"), re.compile(r"[A-Z0-9]{2}")


def _counted_faults(counted: frozenset[Modality]) -> tuple[Fault, ...]:
    return unless(bool(counted), "counted", "at least one modality", "none")


def _length_faults(name: str, length: timedelta) -> tuple[Fault, ...]:
    return unless(is_session_length(length), name, "whole minutes, from 1 to 1440", length)


def _count_faults(name: str, count: int | None) -> tuple[Fault, ...]:
    return unless(count is None or 1 <= count <= 1000, name, "from 1 to 1000", count)
