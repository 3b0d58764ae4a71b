"""Open rolls: what of the charges depends on sessions of which nobody knows who came."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby

from dateutil.relativedelta import relativedelta

from iopkit.charges.authorized import Piece
from iopkit.charges.billable import VersionsByDay
from iopkit.charges.billing import BillableSession
from iopkit.charges.code_rules import (
    CodeRule,
    CodingRule,
    DayCode,
    DaysCounted,
    DayTiers,
    Exclusion,
    LineMark,
    Rounded,
    SessionCodes,
    TimedCode,
    WeekCode,
    codes_of,
)
from iopkit.modalities import Modality


def days_left_open(
    versions: VersionsByDay,
    sessions: Iterable[BillableSession],
    *,
    among: Collection[BillableSession],
) -> frozenset[date]:
    """The days of which nobody can say what is charged, while some sessions are not known.

    What is charged of a day depends on each session of it that a rule counts, where a rule counts
    in weeks on all open days of the week, and where a code has to wait for months on open days of
    those. More days may be told than need be, and never fewer.

    Args:
        versions: for each day of a session.
        sessions: those that are not known.
        among: these and all others that are charged, or may be.
    """
    rules = dict.fromkeys(rule for of in versions.values() for rule in code_rules(of.value))
    wide = [rule for rule in rules if _reaches_further(rule)]
    found = {each.on for each in sessions if _counts(versions[each.on].value, each.modality)}
    while True:
        # Each turn finds a day more, or is the last.
        more = {day for rule in wide for day in _reached(rule, found, among)} - found
        if not more:
            return frozenset(found)
        found |= more


def code_rules(rules: Iterable[CodingRule]) -> Iterator[CodeRule]:
    """Those of some rules that give codes."""
    return (rule for rule in rules if not isinstance(rule, Exclusion | LineMark))


def _counts(rules: Iterable[CodingRule], modality: Modality) -> bool:
    return any(modality in rule.counted for rule in code_rules(rules))


def _reaches_further(rule: CodeRule) -> bool:
    """Whether what it makes of a day depends on other days."""
    match rule:
        case WeekCode():
            return True
        case DayCode():
            return rule.days is DaysCounted.CHARGED and rule.days_a_week > 1
        case SessionCodes():
            return rule.months_apart is not None
        case _:
            return False


def _reached(
    rule: CodeRule, found: Collection[date], among: Iterable[BillableSession]
) -> Iterator[date]:
    """Days of which what a rule makes is decided on some open days."""
    counted = [each for each in among if each.modality in rule.counted]
    still_open = [each for each in counted if each.on in found]
    if isinstance(rule, SessionCodes):
        months = relativedelta(months=rule.months_apart or 0)
        days = sorted({each.on for each in still_open})
        for each in counted:
            before = days[: bisect_left(days, each.on)]
            if before and each.on < before[-1] + months:
                yield each.on
    else:
        weeks = {each.week for each in still_open}
        yield from (each.on for each in counted if each.week in weeks)


def most_of_days(
    versions: VersionsByDay, days: Collection[date], sessions: Sequence[BillableSession]
) -> Iterator[Piece]:
    """What can come of each of some days at most, under each code by itself.

    What a week makes can be billed on any of its open days.

    Args:
        versions: for each day of a session.
        days: those that are open.
        sessions: all that may be charged, in the order of their starts, as long as they can be.
    """
    for day, row in groupby(sessions, key=lambda each: each.on):
        if day not in days:
            continue
        of_day = list(row)
        for rule in code_rules(versions[day].value):
            those, span = of_day, day
            if isinstance(rule, WeekCode):
                span = of_day[0].week
                those = [each for each in sessions if each.week == span]
            counted = [each for each in those if each.modality in rule.counted]
            codes = codes_of(rule)
            yield Piece(
                tuple(dict.fromkeys((day, *(each.on for each in counted)))),
                frozenset(codes),
                tuple((span, codes, number) for number in range(_most(rule, counted))),
                tuple(each.uid for each in counted),
            )


def _most(rule: CodeRule, sessions: Sequence[BillableSession]) -> int:
    """How many units some sessions of a day can make at most."""
    times = [each.time for each in sessions]
    match rule:
        case SessionCodes():
            return len(sessions)
        case TimedCode(rounded=Rounded.DAY):
            return rule.units(sum(times, timedelta(0)))
        case TimedCode():
            return sum(map(rule.units, times))
        case DayCode() | DayTiers() | WeekCode():
            return min(len(sessions), 1)
