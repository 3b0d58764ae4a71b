"""Charges: the billable units of a schedule's sessions, and what they come to."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from iopkit.charges.authorized import Kept, held_against, in_order_of_days
from iopkit.charges.billable import (
    BillableSessions,
    found_in_weeks,
    in_order_of_starts,
    judged_by,
)
from iopkit.charges.billing import BillableSession, Billed, NotBilledReason
from iopkit.charges.code_rules import CodingRule, CodingScheme, LineMark, code_faults
from iopkit.charges.marks import Marks, marks_of
from iopkit.charges.open_rolls import days_left_open, most_of_days
from iopkit.charges.rates import MONEY, RateTable, money_faults
from iopkit.confidential import hidden
from iopkit.courses.authorizations import Authorization
from iopkit.courses.deliveries import Delivered
from iopkit.errors import each_a, refuse, refuse_flags, unless, unless_a
from iopkit.fields import frozen
from iopkit.schedules.attendance import Attended
from iopkit.schedules.sessions import MOST_WEEKS, Schedule, number_faults
from iopkit.sources import Dated, Source
from iopkit.telehealth import HowGiven
from iopkit.windows import ONE_WEEK, is_whole_minutes

_MOST_UNITS = 10**6


@frozen(repr=False)
class Withheld:
    """Units of a line's sessions that are not in the line, and why.

    Raises:
        InvalidError: there is no such number of units.
    """

    units: int
    why: NotBilledReason

    def __attrs_post_init__(self) -> None:
        ok = 1 <= self.units <= _MOST_UNITS
        refuse("withheld units", unless(ok, "units", "from 1 to 1,000,000", "another number"))

    __repr__ = hidden


@frozen(repr=False)
class Charge:
    """A line: units of a code on a day, and the sessions that they are for.

    ``week`` is the program's week, from 1. ``counted`` is the service time that is charged:
    that of the sessions, or of a timed code its units' alone. ``rate_usd`` is ``None`` if
    there is no rate for the code and day; ``rate_assumed``: it is not known to be in force then.
    ``rate_source`` states the rate; ``None``: its table does not say what does.

    ``withheld`` are units more that its sessions make and that are not charged, and why.

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
    withheld: tuple["Withheld", ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse(
            "charge",
            unless(self.week >= 1, "week", "at least 1", "less"),
            code_faults(self.code),
            unless(
                1 <= self.units <= _MOST_UNITS, "units", "from 1 to 1,000,000", "another number"
            ),
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
    booked. Sessions of open rolls, and those that depend on them, are among ``uncharged`` with that
    reason: ``not_known`` has them. ``unplaced`` is how many sessions of the plan have no day and
    so no charge.
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
    def not_known(self) -> tuple[Uncharged, ...]:
        """Those ``uncharged`` that may be charged yet, as a roll is open."""
        return tuple(
            each
            for each in self.uncharged
            if not _WAITING.isdisjoint(reason.why for reason in each.reasons)
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


_WAITING = frozenset({NotBilledReason.NOT_RECORDED, NotBilledReason.DEPENDS_ON_ROLL})


def itemize(  # noqa: PLR0913  # what is charged, and by what, by name
    schedule: Schedule | Delivered,
    coding: CodingScheme,
    *,
    rates: RateTable | None = None,
    attended: Attended | None = None,
    authorizations: Iterable[Authorization] | None = None,
    assume_in_force: bool = False,
) -> Charges:
    """What a schedule's sessions come to, or what was attended or delivered, by the rules of days.

    A session that runs past midnight belongs to the day on which it starts. Where a new
    version of the rules comes within a week, sessions before and after it are charged apart;
    what a rule asks of the days of a week is still counted in all of it.

    Of what was delivered in a course, make-ups and sessions that were not planned are charged too.
    A session whose roll is open is neither charged nor not: it is ``uncharged`` with that reason,
    and so is all that depends on it. Weeks are those of ``Delivered.week_of``.

    Args:
        schedule: whose sessions to charge, or what was delivered.
        coding: the rules.
        rates: what units pay; ``None``: amounts are not known.
        attended: the sessions that the patient attended, by their ``Schedule.uid``, in full or,
            as a mapping, with how much of each or its ``Attendance``; ``None``: charge all that
            are booked, as planned.
        authorizations: of codes that one of them names, whatever its status, only units that an
            approved one covers are charged, in the order of days: each unit uses one of the
            authorization that ends first, of those that have one left. ``None``: none is asked
            for. Whether other codes need one is not known, and they are charged as ever.
        assume_in_force: charge a session on whose day no version of the rules, or no rate, is
            known to be in force by the nearest; the charges say so.

    Raises:
        NotInForceError: no version of the rules is known to be in force on the day of a session,
            and none is assumed.
        InvalidError: with each of ``attended`` that is no session of the schedule, or no whole
            minutes of what is booked of it; or it goes with what was delivered.
    """
    refuse(
        "charges",
        unless_a(schedule, "schedule", Schedule, Delivered),
        unless_a(coding, "coding", CodingScheme),
        *([] if rates is None else [unless_a(rates, "rates", RateTable)]),
    )
    refuse_flags("charges", assume_in_force=assume_in_force)
    given = authorizations
    if given is not None:
        given = each_a("charges", given, "authorizations", Authorization)
    if isinstance(schedule, Delivered):
        refuse(
            "charges",
            unless(attended is None, "attended", "a schedule with it", "what was delivered"),
        )
        sessions = BillableSessions.of_delivered(schedule, coding)
    else:
        sessions = BillableSessions.of_schedule(schedule, attended, coding)
    judged = judged_by(coding, sessions.charged)
    either = in_order_of_starts((*judged, *sessions.waiting))
    versions = {
        each.on: coding.version(on=each.on, assume_in_force=assume_in_force) for each in either
    }
    open_days = days_left_open(versions, sessions.waiting, among=either)
    billed: list[Billed] = []
    refusals: defaultdict[UUID, list[Refusal]] = defaultdict(list)
    for each in sessions.waiting:
        refusals[each.uid] = [Refusal(NotBilledReason.NOT_RECORDED)]
    for found in found_in_weeks(versions, judged_by(coding, sessions.booked), judged):
        of = found.sessions if isinstance(found, Billed) else (found.session,)
        if not open_days.isdisjoint(each.on for each in of):
            for each in of:
                refusals[each.uid] = [Refusal(NotBilledReason.DEPENDS_ON_ROLL)]
        elif isinstance(found, Billed):
            billed.append(found)
        else:
            refusals[found.session.uid].append(Refusal(found.why, found.code))
    ordered = in_order_of_days(billed)
    kept = [Kept(each) for each in ordered]
    if given is not None:
        unknown = most_of_days(versions, open_days, either)
        kept = list(held_against(ordered, given, unknown=unknown))
    for left in (left for each in kept for left in each.refused):
        refusals[left.session.uid].append(Refusal(left.why, left.code))
    taken = {each.uid for line in kept if line.billed for each in line.billed.sessions}
    return Charges(
        plan=sessions.of,
        coding=coding.name,
        weeks=sessions.weeks,
        lines=tuple(
            _charge(line.billed, line.withheld, versions, rates, assume_in_force=assume_in_force)
            for line in kept
            if line.billed
        ),
        uncharged=tuple(
            _uncharged(each, refusals[each.uid], telehealth=coding.telehealth)
            for each in in_order_of_starts((*sessions.charged, *sessions.waiting))
            if each.uid not in taken
        ),
        attended=attended is not None or isinstance(schedule, Delivered),
        unplaced=sessions.unplaced,
        rates=None if rates is None else rates.name,
        assumed_in_force=any(not version.is_in_force(on) for on, version in versions.items()),
    )


def _charge(
    billed: Billed,
    withheld: Iterable[tuple[NotBilledReason, int]],
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
        withheld=tuple(Withheld(units, why) for why, units in withheld),
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
