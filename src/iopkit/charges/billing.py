"""Billing: the sessions of a week, tried against the rules of a coding scheme."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby
from uuid import UUID

from attrs import evolve
from dateutil.relativedelta import relativedelta

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
)
from iopkit.confidential import hidden
from iopkit.fields import frozen
from iopkit.modalities import Delivery, Modality
from iopkit.schedules.attendance import AS_BOOKED, Attendance
from iopkit.schedules.sessions import Session
from iopkit.telehealth import HowGiven
from iopkit.windows import ONE_DAY, Weekday


class NotBilledReason(StrEnum):
    """Why a session is not charged under a code."""

    NO_CODE = "no_code"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    DAY_TOO_SHORT = "day_too_short"
    TOO_FEW_DAYS = "too_few_days"
    TOO_FEW_SERVICES = "too_few_services"
    OVER_MAXIMUM = "over_maximum"
    TOO_SOON = "too_soon"
    EXCLUDED = "excluded"
    TELEHEALTH = "telehealth"
    NOT_AUTHORIZED = "not_authorized"
    NOT_RECORDED = "not_recorded"
    """Its roll is open: it may be charged yet."""
    DEPENDS_ON_ROLL = "depends_on_roll"
    """It was attended, and a roll that is open decides whether it is charged."""

    @property
    def words(self) -> str:
        """The reason in prose."""
        return _WORDS[self]


_WORDS = {
    NotBilledReason.NO_CODE: "no code for this kind of service",
    NotBilledReason.TOO_SHORT: "shorter than the code asks",
    NotBilledReason.TOO_LONG: "longer than the code takes",
    NotBilledReason.DAY_TOO_SHORT: "too little service on the day",
    NotBilledReason.TOO_FEW_DAYS: "too few such days in the week",
    NotBilledReason.TOO_FEW_SERVICES: "too few services",
    NotBilledReason.OVER_MAXIMUM: "over the maximum of the day",
    NotBilledReason.TOO_SOON: "too soon after the one before",
    NotBilledReason.EXCLUDED: "not on one day with a code that is charged",
    NotBilledReason.TELEHEALTH: "by telehealth, which is not charged",
    NotBilledReason.NOT_AUTHORIZED: "not authorized",
    NotBilledReason.NOT_RECORDED: "not known yet, as its roll is open",
    NotBilledReason.DEPENDS_ON_ROLL: "not known yet, as it depends on a roll that is open",
}


@frozen(repr=False)
class BillableSession:
    """A session with its day, and the first day of the week that rules count it in.

    ``time`` is how much of it is service, or was attended; ``led_by`` is ``None`` where nobody is
    named.
    """

    uid: UUID
    session: Session
    on: date
    week: date
    time: timedelta
    given: HowGiven
    led_by: str | None = None

    @classmethod
    def of(
        cls, uid: UUID, session: Session, *, first: Weekday, held: Attendance = AS_BOOKED
    ) -> "BillableSession":
        """A session on the day on which it starts; weeks begin on ``first``.

        ``held``: what was attended of it; all, if not given.
        """
        on = session.start.date()
        return cls(
            uid,
            session,
            on=on,
            week=on - timedelta(days=(on.weekday() - first) % 7),
            time=held.time_of(session),
            given=held.given_of(session),
            led_by=held.led_by_of(session),
        )

    @property
    def modality(self) -> Modality:
        """What kind of service it is."""
        return self.session.modality

    @property
    def is_remote(self) -> bool:
        """Whether it is by telehealth."""
        return self.given.delivery is Delivery.TELEHEALTH

    __repr__ = hidden


@frozen(repr=False)
class Billed:
    """Units of a code for some sessions; ``counted``: the time of theirs that makes them.

    ``parts`` are the units of each session, where each makes its own; ``unit`` is the length of
    one that is of some length.
    """

    code: str
    units: int
    sessions: tuple[BillableSession, ...]
    counted: timedelta
    parts: tuple["Billed", ...] = ()
    unit: timedelta | None = None

    @property
    def each_part(self) -> tuple["Billed", ...]:
        """Its parts; itself, if it has none."""
        return self.parts or (self,)

    def only(self, units: int) -> "Billed":
        """So many of its units alone."""
        counted = self.counted if self.unit is None else min(units * self.unit, self.counted)
        return evolve(self, units=units, counted=counted)

    @classmethod
    def together(cls, parts: Sequence["Billed"]) -> "Billed":
        """Several of one code as one line."""
        return cls(
            parts[0].code,
            sum(each.units for each in parts),
            sessions=tuple(session for each in parts for session in each.sessions),
            counted=sum((each.counted for each in parts), timedelta(0)),
            parts=tuple(parts),
        )

    __repr__ = hidden


@frozen(repr=False)
class NotBilled:
    """A code that does not take a session, and why."""

    session: BillableSession
    code: str
    why: NotBilledReason

    __repr__ = hidden


Found = Billed | NotBilled


def billed_in_week(
    rules: Iterable[CodingRule],
    sessions: Sequence[BillableSession],
    *,
    booked: Sequence[BillableSession],
    charged: Sequence[BillableSession],
    last_charged: Mapping[str, date],
) -> tuple[tuple[Found, ...], Mapping[str, date]]:
    """What rules make of sessions in one week: each session is billed once at most.

    Args:
        rules: those in force on the sessions' days.
        sessions: in the order of their starts.
        booked: all that is booked in the week.
        charged: all that is to be charged in the week.
        last_charged: the day on which each code was last charged before.

    Returns:
        What is billed and what is not, in the order of rules, and the days on which each
        code was last charged now.
    """
    listed = tuple(rules)
    exclusions = [rule for rule in listed if isinstance(rule, Exclusion)]
    barred: defaultdict[date, set[str]] = defaultdict(set)
    taken: set[UUID] = set()
    last = dict(last_charged)
    all_found: list[Found] = []
    for rule in listed:
        if isinstance(rule, Exclusion | LineMark):
            continue
        of_rule = [s for s in sessions if s.modality in rule.counted and s.uid not in taken]
        of_week = (
            booked if isinstance(rule, DayCode) and rule.days is DaysCounted.BOOKED else charged
        )
        # Each is noted as it is found: it may make the next one too soon.
        for found in _tried(rule, of_rule, of_week, barred, last):
            all_found.append(found)
            if isinstance(found, Billed):
                on = found.sessions[0].on
                taken |= {session.uid for session in found.sessions}
                last[found.code] = on
                barred[on] |= {o for e in exclusions if e.code == found.code for o in e.others}
    return tuple(all_found), last


def _tried(
    rule: CodeRule,
    sessions: Sequence[BillableSession],
    of_week: Sequence[BillableSession],
    barred: Mapping[date, Collection[str]],
    last: Mapping[str, date],
) -> Iterator[Found]:
    if isinstance(rule, WeekCode):
        yield from _week_code(rule, sessions)
        return
    full = _full_days(rule, of_week) if isinstance(rule, DayCode) else 0
    for day, those in _days(sessions):
        out = barred.get(day, ())
        match rule:
            case DayCode():
                yield from _day_code(rule, those, out, full)
            case SessionCodes():
                yield from _session_codes(rule, those, out, last)
            case TimedCode():
                yield from _timed_code(rule, those, out)
            case DayTiers():
                yield from _day_tiers(rule, those, out)


def _week_code(rule: WeekCode, sessions: Sequence[BillableSession]) -> Iterator[Found]:
    enough = len(sessions) >= rule.services
    return _together(rule.code, sessions, None if enough else NotBilledReason.TOO_FEW_SERVICES)


def _day_code(
    rule: DayCode, sessions: Sequence[BillableSession], out: Collection[str], full: int
) -> Iterator[Found]:
    """``full``: how many days of the week are long enough."""
    why = None
    if rule.code in out:
        why = NotBilledReason.EXCLUDED
    elif _time(sessions) < rule.least:
        why = NotBilledReason.DAY_TOO_SHORT
    elif full < rule.days_a_week:
        why = NotBilledReason.TOO_FEW_DAYS
    return _together(rule.code, sessions, why)


def _full_days(rule: DayCode, sessions: Iterable[BillableSession]) -> int:
    counted = (session for session in sessions if session.modality in rule.counted)
    return sum(_time(those) >= rule.least for _, those in _days(counted))


def _day_tiers(
    rule: DayTiers, sessions: Sequence[BillableSession], out: Collection[str]
) -> Iterator[Found]:
    reached = [tier.code for tier in rule.tiers if tier.services <= len(sessions)]
    code = reached[-1] if reached else rule.tiers[0].code
    why = None if reached else NotBilledReason.TOO_FEW_SERVICES
    return _together(code, sessions, NotBilledReason.EXCLUDED if code in out else why)


def _timed_code(
    rule: TimedCode, sessions: Sequence[BillableSession], out: Collection[str]
) -> Iterator[Found]:
    if rule.code in out:
        yield from _together(rule.code, sessions, NotBilledReason.EXCLUDED)
        return
    most = rule.units(ONE_DAY) if rule.per_day is None else rule.per_day
    if rule.rounded is Rounded.DAY:
        time = _time(sessions)
        units = min(rule.units(time), most)
        if units:
            yield _units(rule, units, time, sessions)
        else:
            yield from _together(rule.code, sessions, NotBilledReason.DAY_TOO_SHORT)
        return
    # A line is of sessions that were given in one way and led by one person.
    alike: defaultdict[tuple[HowGiven, str | None], list[Billed]] = defaultdict(list)
    for session in sessions:
        whole = rule.units(session.time)
        if free := min(whole, most):
            most -= free
            alike[session.given, session.led_by].append(
                _units(rule, free, session.time, (session,))
            )
        else:
            why = NotBilledReason.OVER_MAXIMUM if whole else NotBilledReason.TOO_SHORT
            yield NotBilled(session, rule.code, why)
    yield from map(Billed.together, alike.values())


def _units(
    rule: TimedCode, units: int, time: timedelta, sessions: Sequence[BillableSession]
) -> Billed:
    """Units of some time; a unit for a part counts no more than there was."""
    counted = min(units * rule.unit, time)
    return Billed(rule.code, units, tuple(sessions), counted, unit=rule.unit)


def _session_codes(
    rule: SessionCodes,
    sessions: Sequence[BillableSession],
    out: Collection[str],
    last: Mapping[str, date],
) -> Iterator[Found]:
    left = len(sessions) if rule.per_day is None else rule.per_day
    for session in sorted(sessions, key=lambda session: -session.time):
        fitting = [band.code for band in rule.bands if band.least <= session.time]
        code = fitting[-1] if fitting else rule.bands[0].code
        why = None
        if not fitting:
            why = NotBilledReason.TOO_SHORT
        # Who leaves a session that is too long for a code does not make it one for it.
        elif rule.longest is not None and session.session.service_time > rule.longest:
            why = NotBilledReason.TOO_LONG
        elif code in out:
            why = NotBilledReason.EXCLUDED
        elif not left:
            why = NotBilledReason.OVER_MAXIMUM
        elif _too_soon(rule, session.on, last):
            why = NotBilledReason.TOO_SOON
        else:
            left -= 1
        yield from _together(code, [session], why)


def _too_soon(rule: SessionCodes, on: date, last: Mapping[str, date]) -> bool:
    days = [last[band.code] for band in rule.bands if band.code in last]
    if rule.months_apart is None or not days:
        return False
    return on < max(days) + relativedelta(months=rule.months_apart)


def _together(
    code: str, sessions: Sequence[BillableSession], why: NotBilledReason | None
) -> Iterator[Found]:
    """One unit for some sessions, or why there is none."""
    if why is None:
        yield Billed(code, 1, sessions=tuple(sessions), counted=_time(sessions))
    else:
        yield from (NotBilled(session, code, why) for session in sessions)


def _days(sessions: Iterable[BillableSession]) -> Iterator[tuple[date, list[BillableSession]]]:
    for day, those in groupby(sessions, key=lambda session: session.on):
        yield day, list(those)


def _time(sessions: Iterable[BillableSession]) -> timedelta:
    return sum((session.time for session in sessions), timedelta(0))
