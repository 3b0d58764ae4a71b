"""Charges: the billable units of a schedule's sessions, and what they come to."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from uuid import UUID

from iopkit.charges.billing import BillableSession, Billed, Found, NotBilledReason, billed_in_week
from iopkit.charges.code_rules import CodingRule, CodingScheme, LineMark, code_faults
from iopkit.charges.marks import Marks, marks_of
from iopkit.charges.rates import MONEY, RateTable, money_faults
from iopkit.confidential import hidden
from iopkit.errors import refuse, refuse_flags, unless, unless_a
from iopkit.fields import frozen
from iopkit.schedules.attendance import AS_BOOKED, Attended, attendance_of
from iopkit.schedules.sessions import MOST_WEEKS, Schedule, in_order, number_faults
from iopkit.sources import Dated, Source
from iopkit.telehealth import HowGiven
from iopkit.windows import ONE_WEEK, Weekday, is_whole_minutes


@frozen(repr=False)
class Charge:
    """A line: units of a code on a day, and the sessions that they are for.

    ``week`` is the program's week, from 1. ``counted`` is the service time that is charged:
    that of the sessions, or of a timed code its units' alone. ``rate_usd`` is ``None`` if
    there is no rate for the code and day; ``rate_assumed``: it is not known to be in force then.
    ``rate_source`` states the rate; ``None``: its table does not say what does.

    ``given`` has the ways in which the sessions were or are to be given, each once, and ``marks``
    what follows for the claim. ``led_by`` has who led them, each once, and ``None`` for a session
    where nobody is named. Older documents do not say: empty and ``None``.
    """

    on: date
    week: int
    code: str
    units: int
    counted: timedelta
    sessions: tuple[UUID, ...]
    rate_usd: Decimal | None = None
    rate_assumed: bool = False
    given: tuple[HowGiven, ...] = ()
    marks: Marks | None = None
    led_by: tuple[str | None, ...] = ()
    rate_source: Source | None = None

    def __attrs_post_init__(self) -> None:
        refuse(
            "charge",
            unless(self.week >= 1, "week", "at least 1", "less"),
            code_faults(self.code),
            unless(1 <= self.units <= 10**6, "units", "from 1 to 1,000,000", "another number"),
            unless(bool(self.sessions), "sessions", "at least one session", "none"),
            unless(
                timedelta(0) <= self.counted <= MOST_WEEKS * ONE_WEEK
                and is_whole_minutes(self.counted),
                "counted",
                "whole minutes, no more than a schedule has",
                "another length",
            ),
            () if self.rate_usd is None else money_faults("rate_usd", self.rate_usd),
        )

    @property
    def amount_usd(self) -> Decimal | None:
        """What the line comes to; ``None``: not known."""
        return None if self.rate_usd is None else MONEY.multiply(self.rate_usd, self.units)

    @property
    def not_known(self) -> tuple[str, ...]:
        """What a claim may have to say of the line and is not known, in prose."""
        if self.marks is None:
            return ("how its sessions were given and who led them",)
        unled = ("who leads a session",) if None in self.led_by else ()
        return (*(why.words for why in self.marks.open), *unled)

    __repr__ = hidden


@frozen(repr=False)
class Refusal:
    """Why a session is not charged; ``code``: which one did not take it."""

    why: NotBilledReason
    code: str | None = None

    @property
    def words(self) -> str:
        """The code, if it is one's, and why, in prose."""
        return f"{self.code}, {self.why.words}" if self.code else self.why.words

    __repr__ = hidden


@frozen(repr=False)
class Uncharged:
    """A session that no line is for, and why each code did not take it."""

    session: UUID
    on: date
    week: int
    service: str
    number: int
    reasons: tuple[Refusal, ...]

    def __attrs_post_init__(self) -> None:
        refuse(
            "uncharged session",
            unless(self.week >= 1, "week", "at least 1", "less"),
            number_faults(self.number),
        )

    __repr__ = hidden


@frozen(repr=False)
class Units:
    """How many units of a code there are."""

    code: str
    units: int

    __repr__ = hidden


@frozen(repr=False)
class Total:
    """What lines come to together: units by code, and money as far as there are rates.

    ``unrated`` names the codes of lines without a rate, which are not in ``known_usd``.
    """

    units: tuple[Units, ...] = ()
    known_usd: Decimal = Decimal("0.00")
    unrated: tuple[str, ...] = ()

    @classmethod
    def of(cls, lines: Iterable[Charge]) -> "Total":
        """The total of some lines."""
        units: Counter[str] = Counter()
        known = Decimal("0.00")
        unrated: set[str] = set()
        for line in lines:
            units[line.code] += line.units
            if line.amount_usd is None:
                unrated.add(line.code)
            else:
                known = MONEY.add(known, line.amount_usd)
        counted = tuple(Units(code, count) for code, count in sorted(units.items()))
        return cls(counted, known, tuple(sorted(unrated)))

    @property
    def amount_usd(self) -> Decimal | None:
        """The whole sum; ``None``: not known, because a line has no rate."""
        return None if self.unrated else self.known_usd

    __repr__ = hidden


@frozen(repr=False)
class Charges:
    """What a plan's sessions come to under a coding scheme.

    Each session is in one line or among ``uncharged``, both in the order of days.
    ``attended``: only sessions that the patient attended are charged; otherwise all that are
    booked. ``unplaced`` is how many sessions of the plan have no day and so no charge.
    ``rates`` names the table that the rates are from; ``None``: none was given.
    ``assumed_in_force``: on the days of some sessions the coding scheme is not known to be in
    force, and the caller asked to charge by it all the same.

    Raises:
        InvalidError: a session is charged twice, or a line is of a week that the plan does
            not have.
    """

    plan: UUID
    coding: str
    weeks: int
    lines: tuple[Charge, ...] = ()
    uncharged: tuple[Uncharged, ...] = ()
    attended: bool = False
    unplaced: int = 0
    rates: str | None = None
    assumed_in_force: bool = False

    def __attrs_post_init__(self) -> None:
        seen = [uid for line in self.lines for uid in line.sessions]
        seen += [left.session for left in self.uncharged]
        weeks = [line.week for line in self.lines] + [left.week for left in self.uncharged]
        refuse(
            "charges",
            unless(len(seen) == len(set(seen)), "lines", "each session once", "one twice"),
            unless(
                max(weeks, default=0) <= self.weeks <= MOST_WEEKS,
                "weeks",
                f"as many as the schedule has, at most {MOST_WEEKS}",
                "another number",
            ),
            unless(self.unplaced >= 0, "unplaced", "at least 0", "less"),
        )

    @property
    def weekly(self) -> tuple[Total, ...]:
        """The total of each program week, ``weeks`` of them."""
        lines: defaultdict[int, list[Charge]] = defaultdict(list)
        for line in self.lines:
            lines[line.week].append(line)
        return tuple(Total.of(lines[week + 1]) for week in range(self.weeks))

    @property
    def total(self) -> Total:
        """The total of the plan."""
        return Total.of(self.lines)

    __repr__ = hidden


def itemize(
    schedule: Schedule,
    coding: CodingScheme,
    *,
    rates: RateTable | None = None,
    attended: Attended | None = None,
    assume_in_force: bool = False,
) -> Charges:
    """The billable units of a schedule's sessions, by the rules in force on their days.

    A session that runs past midnight belongs to the day on which it starts. Where a new
    version of the rules comes within a week, sessions before and after it are charged apart;
    what a rule asks of the days of a week is still counted in all of it.

    Args:
        schedule: whose sessions to charge.
        coding: the rules.
        rates: what units pay; ``None``: amounts are not known.
        attended: the sessions that the patient attended, by their ``Schedule.uid``, in full or,
            as a mapping, with how much of each or its ``Attendance``; ``None``: charge all that
            are booked, as planned.
        assume_in_force: charge a session on whose day no version of the rules, or no rate, is
            known to be in force by the nearest; the charges say so.

    Raises:
        NotInForceError: no version of the rules is known to be in force on the day of a session,
            and none is assumed.
        InvalidError: with each of ``attended`` that is no session of the schedule, or no whole
            minutes of what is booked of it.
    """
    refuse(
        "charges",
        unless_a(schedule, "schedule", Schedule),
        unless_a(coding, "coding", CodingScheme),
        *([] if rates is None else [unless_a(rates, "rates", RateTable)]),
    )
    refuse_flags("charges", assume_in_force=assume_in_force)
    sessions = {schedule.uid(session): session for session in in_order(schedule.sessions)}
    held = (
        dict.fromkeys(sessions, AS_BOOKED)
        if attended is None
        else attendance_of(schedule, attended)
    )
    first = Weekday.of(schedule.plan.start) if coding.week_begins is None else coding.week_begins
    booked = [BillableSession.of(uid, each, first=first) for uid, each in sessions.items()]
    charged = [
        BillableSession.of(uid, each, first=first, held=held[uid])
        for uid, each in sessions.items()
        if uid in held
    ]
    counted = [each for each in booked if coding.telehealth or not each.is_remote]
    judged = [each for each in charged if coding.telehealth or not each.is_remote]
    billed: list[Billed] = []
    refusals: defaultdict[UUID, list[Refusal]] = defaultdict(list)
    versions = {
        each.on: coding.version(on=each.on, assume_in_force=assume_in_force) for each in judged
    }
    for found in _found(versions, counted, judged):
        if isinstance(found, Billed):
            billed.append(found)
        else:
            refusals[found.session.uid].append(Refusal(found.why, found.code))
    taken = {each.uid for line in billed for each in line.sessions}
    return Charges(
        plan=schedule.plan.key,
        coding=coding.name,
        weeks=schedule.weeks,
        lines=tuple(
            _charge(line, versions, rates, assume_in_force=assume_in_force)
            for line in sorted(billed, key=_place)
        ),
        uncharged=tuple(
            _uncharged(each, refusals[each.uid], telehealth=coding.telehealth)
            for each in charged
            if each.uid not in taken
        ),
        attended=attended is not None,
        unplaced=len(schedule.unplaced),
        rates=None if rates is None else rates.name,
        assumed_in_force=any(not version.is_in_force(on) for on, version in versions.items()),
    )


def _found(
    versions: Mapping[date, Dated[tuple[CodingRule, ...]]],
    booked: Sequence[BillableSession],
    charged: Sequence[BillableSession],
) -> Iterator[Found]:
    """What the rules make of sessions, week by week, each part of a week by its version."""
    last: Mapping[str, date] = {}
    weeks = {week: list(those) for week, those in groupby(booked, key=lambda each: each.week)}
    for week, those in groupby(charged, key=lambda each: each.week):
        of_week = list(those)
        for version, part in groupby(of_week, key=lambda each: versions[each.on]):
            found, last = billed_in_week(
                version.value,
                list(part),
                booked=weeks.get(week, ()),  # none, if all booked are by telehealth
                charged=of_week,
                last_charged=last,
            )
            yield from found


def _place(billed: Billed) -> tuple[datetime, str]:
    return billed.sessions[0].session.start, billed.code


def _charge(
    billed: Billed,
    versions: Mapping[date, Dated[tuple[CodingRule, ...]]],
    rates: RateTable | None,
    *,
    assume_in_force: bool,
) -> Charge:
    first = billed.sessions[0]
    rate = (
        None
        if rates is None
        else rates.rate(billed.code, on=first.on, assume_in_force=assume_in_force)
    )
    given = tuple(dict.fromkeys(each.given for each in billed.sessions))
    marks = [rule for rule in versions[first.on].value if isinstance(rule, LineMark)]
    return Charge(
        on=first.on,
        week=first.session.week,
        code=billed.code,
        units=billed.units,
        counted=billed.counted,
        sessions=tuple(each.uid for each in billed.sessions),
        rate_usd=None if rate is None else rate.amount_usd,
        rate_assumed=rate is not None and not rate.is_in_force(first.on),
        given=given,
        marks=marks_of(marks, given),
        led_by=tuple(dict.fromkeys(each.led_by for each in billed.sessions)),
        rate_source=None if rate is None else rate.source,
    )


def _uncharged(
    billable: BillableSession, reasons: Iterable[Refusal], *, telehealth: bool
) -> Uncharged:
    session = billable.session
    otherwise = (
        NotBilledReason.TELEHEALTH
        if billable.is_remote and not telehealth
        else NotBilledReason.NO_CODE
    )
    return Uncharged(
        session=billable.uid,
        on=billable.on,
        week=session.week,
        service=session.service,
        number=session.number,
        reasons=tuple(reasons) or (Refusal(otherwise),),
    )
