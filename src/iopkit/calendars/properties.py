"""Values of a calendar's properties, as icalendar and RFC 5545 (3.3) read them.

The only module that knows icalendar. Nothing here reads a time zone, as icalendar keeps those of
all files in one place. What raises has a value in its message, and is never shown.
"""

# icalendar leaves much without types.
# mypy: allow-untyped-calls
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from importlib import import_module
from types import MappingProxyType

from iopkit.calendars.contents import ContentLine
from iopkit.confidential import hidden
from iopkit.errors import MissingExtraError
from iopkit.fields import frozen

UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)
"""What is raised for values of other forms and sizes than are expected."""


@frozen(repr=False)
class Property:
    """A line of a calendar, taken apart: its name, its parameters and its value."""

    name: str
    value: str
    zone: str | None
    """``TZID``"""
    range: str
    kind: str
    """``FBTYPE``"""
    trusts_types = True  # There are thousands.

    __repr__ = hidden


def require_icalendar() -> None:
    """Raise ``MissingExtraError`` if icalendar is not installed."""
    try:
        import_module("icalendar")
    except ImportError as error:
        raise MissingExtraError("ical", "reading an iCalendar file") from error


# A zone's name with a colon and without quotes ends where a day begins, or another parameter.
_ZONE = re.compile(r"(;TZID=)([^\";]*?:[^\";]*?)(?=;|:[0-9]{8}(?![0-9]))", re.IGNORECASE)


def read_property(line: ContentLine) -> Property:
    """A line taken apart; raises ``ValueError`` if it cannot be."""
    from icalendar.parser import Contentline

    _, given, value = Contentline(_ZONE.sub(r'\1"\2"', line.text, count=1)).parts()
    parameters = {str(name).upper(): str(each).strip() for name, each in given.items()}
    return Property(
        line.name,
        value.strip(),
        parameters.get("TZID"),
        parameters.get("RANGE", "").upper(),
        parameters.get("FBTYPE", "BUSY").upper(),
    )


_MOMENT = re.compile(r"([0-9]{8})(?:T([0-9]{6})(Z?))?", re.IGNORECASE)


def read_moment(value: str) -> tuple[datetime, bool, bool]:
    """A day or a time as it is written, whether it is a day, and whether it is in UTC."""
    match = _MOMENT.fullmatch(value)
    if match is None:
        raise ValueError("no day and no time")
    day, clock, utc = match.groups()
    return datetime.strptime(day + (clock or "000000"), "%Y%m%d%H%M%S"), clock is None, bool(utc)  # noqa: DTZ007  # its zone is told beside it


def read_duration(value: str) -> timedelta:
    """A length of time; at most that of all years there are."""
    from icalendar.prop import vDuration

    length: timedelta = vDuration.from_ical(value)
    return min(length, date.max - date.min)


# What may stand in a rule and changes nothing (RFC 7529).
_USUAL = {("RSCALE", "GREGORIAN"), ("SKIP", "OMIT")}


def read_rule(value: str) -> dict[str, str]:
    """The parts of a recurrence rule by their names, without what changes nothing."""
    from icalendar.prop import vRecur

    kept: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in value.upper().split(";"))):
        name, equals, given = pair.partition("=")
        if not equals or "=" in given or name in kept:
            raise ValueError("no rule")
        if (name, given) not in _USUAL and not name.startswith("X-"):
            kept[name] = given
    # It refuses what is of no part's type.
    vRecur.from_ical(";".join(f"{name}={given}" for name, given in kept.items()))
    return kept


@cache
def windows_zones() -> Mapping[str, str]:
    """The IANA names of zones by those that Windows gives them, in small letters."""
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    return MappingProxyType({name.lower(): zone for name, zone in WINDOWS_TO_OLSON.items()})
