"""Ledgers: what of each authorization is delivered, booked and left, and when it runs out."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import IntEnum
from uuid import UUID

from attrs import evolve
from attrs import frozen as plain_frozen

from iopkit.charges.authorized import (
    Key,
    Piece,
    Use,
    codes_asked_for,
    covered,
    in_order_of_days,
    is_for,
    pieces_of,
    taken_by,
    uses_of,
)
from iopkit.charges.billable import (
    BillableSessions,
    found_in_weeks,
    in_order_of_starts,
    judged_by,
)
from iopkit.charges.billing import Billed
from iopkit.charges.code_rules import CodingScheme
from iopkit.charges.open_rolls import days_left_open, most_of_days
from iopkit.confidential import hidden
from iopkit.courses.authorizations import Authorization, AuthorizationStatus
from iopkit.courses.courses import Course
from iopkit.courses.deliveries import Delivered, delivered_by
from iopkit.courses.statuses import IN_TREATMENT
from iopkit.errors import refuse, refuse_flags, unless_a
from iopkit.fields import frozen
from iopkit.truth import Truth
from iopkit.windows import ONE_DAY


@frozen(repr=False)
class Used:
    """How much is delivered, hangs on open rolls, or is booked.

    What rolls leave open is counted as if all had come to what is booked.
    """

    delivered: int = 0
    rolls_open: int = 0
    booked: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return self.delivered + self.rolls_open + self.booked

    __repr__ = hidden


@frozen(repr=False)
class LedgerLine:
    """One authorization: what is used of it, what is left, and how long it lasts.

    All counts are of what it counts: units, sessions or days. ``approved`` is ``None`` for one
    without a limit, as is ``left`` then, and 0 for one that is not approved. It is always what is
    ``within`` it, delivered, open and booked, and what is ``left``. ``beyond`` is what its codes
    would still use and no authorization covers: on its days, or after them and before another's.

    ``last_covered`` is the day of the last session within it, ``last_session`` its UID.
    ``out_booked`` is the day on which what is booked uses the last of it, ``out_attended`` the day
    on which it is used up at the pace of what was delivered a day since it began;
    ``out_attended_soonest``: were all open rolls attended, too. ``None``: not before it ends, the
    patient has left, or nothing tells.
    """

    authorization: Authorization
    approved: int | None
    within: Used
    left: int | None
    beyond: Used
    last_covered: date | None = None
    last_session: UUID | None = None
    out_booked: date | None = None
    out_attended: date | None = None
    out_attended_soonest: date | None = None

    __repr__ = hidden


@frozen(repr=False)
class CodeUse:
    """Units of a code that no authorization names."""

    code: str
    units: Used

    __repr__ = hidden


@frozen(repr=False)
class Ledger:
    """The authorizations of a course on a day, in the order in which they were told.

    ``other_codes`` are units of codes that no authorization names: whether they need one is not
    known. ``rolls_open`` counts the sessions of which nobody knows who came.
    """

    course: UUID
    coding: str
    on: date
    lines: tuple[LedgerLine, ...]
    other_codes: tuple[CodeUse, ...]
    rolls_open: int
    known: datetime | None = None

    __repr__ = hidden


def ledger(
    course: Course,
    coding: CodingScheme,
    *,
    on: date,
    known: datetime | None = None,
    assume_in_force: bool = False,
) -> Ledger:
    """What payers have authorized of a course, and what of it is used by and after a day.

    Each unit uses one authorization, in the order of days: of those that cover its day and code and
    have room for it, the one that ends first, then the one that began first. Only approved ones
    cover, and of one payer and number the last answer counts. A session that was missed, called
    off or fell into a hold uses nothing. One that counts sessions takes all of a unit's sessions
    or none.

    Where a rule counts in weeks, units of a week with sessions to come are booked until it is over.

    Args:
        course: the patient's; its ``Authorized`` events up to ``on`` count.
        coding: what sessions are billed by.
        on: the last day that is over; sessions after it are booked.
        known: an aware instant; what was recorded later does not count.
        assume_in_force: as ``itemize`` has it.

    Raises:
        NotInForceError: no version of the rules is known to be in force on the day of a session,
            and none is assumed.
        InvalidError: something is no course, scheme or day, or ``known`` has no zone.

    Example:
        >>> from uuid import UUID
        >>> from iopkit.courses import Course
        >>> from iopkit.library import find_coding
        >>> key = UUID("6f3f3a52-5a34-4c8c-9d27-6f6b1b0d9a10")
        >>> ledger(Course(key, patient=key), find_coding("us-h0015"), on=date(2026, 1, 5)).lines
        ()
    """
    refuse("ledger", unless_a(coding, "coding", CodingScheme))
    refuse_flags("ledger", assume_in_force=assume_in_force)
    delivered = delivered_by(course, on=on, known=known)
    postings = tuple(_postings(delivered, coding, assume_in_force=assume_in_force))
    asked_for = codes_asked_for(delivered.authorizations)
    others: dict[str, Counter[_Stand]] = {}
    for each in postings:
        if each.code not in asked_for:
            others.setdefault(each.code, Counter())[each.stand] += 1
    named = [each for each in postings if each.code in asked_for]
    return Ledger(
        delivered.course.key,
        coding.name,
        on,
        lines=tuple(_lines(delivered, named)),
        other_codes=tuple(CodeUse(code, _used(others[code])) for code in sorted(others)),
        rolls_open=len(delivered.rolls_open),
        known=known,
    )


class _Stand(IntEnum):
    """Where a unit stands; of what several use once, the lowest counts."""

    DELIVERED = 0
    OPEN = 1
    BOOKED = 2


@plain_frozen(repr=False)
class _Posting:
    """A unit, and where it stands."""

    code: str
    piece: Piece
    stand: _Stand

    __repr__ = hidden


def _postings(
    delivered: Delivered, coding: CodingScheme, *, assume_in_force: bool
) -> Iterator[_Posting]:
    """Every unit of a course in the order of days, were all open rolls and bookings attended."""
    sessions = BillableSessions.of_delivered(delivered, coding)
    to_come = BillableSessions.to_come(delivered, coding)
    past = in_order_of_starts((*judged_by(coding, sessions.charged), *sessions.waiting))
    coming = judged_by(coding, to_come)
    every = [*past, *coming]
    versions = {
        each.on: coding.version(on=each.on, assume_in_force=assume_in_force) for each in every
    }
    later = days_left_open(versions, coming, among=every)
    open_days = days_left_open(versions, sessions.waiting, among=every) - later
    unknown = most_of_days(versions, open_days | later, every)
    found = found_in_weeks(versions, judged_by(coding, sessions.booked), judged_by(coding, every))
    billed = in_order_of_days(each for each in found if isinstance(each, Billed))
    postings = [
        _Posting(each.code, piece, _stand(each, open_days, later))
        for each in billed
        for piece in pieces_of(each)
    ]
    asked_for = codes_asked_for(delivered.authorizations)
    held = [e for e in postings if e.stand is _Stand.DELIVERED and e.code in asked_for]
    truths = covered([e.piece for e in held], delivered.authorizations, unknown=unknown)
    # Whether it is covered depends on an open roll.
    unsettled = {e for e, truth in zip(held, truths, strict=True) if truth is Truth.UNKNOWN}
    for each in postings:
        yield evolve(each, stand=_Stand.OPEN) if each in unsettled else each


def _stand(billed: Billed, open_days: Collection[date], later: Collection[date]) -> _Stand:
    days = [each.on for each in billed.sessions]
    if any(day in later for day in days):
        return _Stand.BOOKED
    return _Stand.OPEN if any(day in open_days for day in days) else _Stand.DELIVERED


def _lines(delivered: Delivered, postings: Sequence[_Posting]) -> Iterator[LedgerLine]:
    authorizations = delivered.authorizations
    # After a stay nothing more is used.
    paced_on = delivered.on if delivered.state.status in IN_TREATMENT else None
    uses = uses_of(authorizations)
    taken = [taken_by(each.piece, uses) for each in postings]
    left_over = [each for each, of in zip(postings, taken, strict=True) if of is None]
    nearest = [_nearest(each.piece, authorizations) for each in left_over]
    for place, each in enumerate(authorizations):
        within = [posting for posting, of in zip(postings, taken, strict=True) if of == place]
        beyond = [posting for posting, of in zip(left_over, nearest, strict=True) if of == place]
        yield _line(uses.get(place) or Use(each), within, beyond, paced_on)


def _nearest(piece: Piece, authorizations: Sequence[Authorization]) -> int:
    """The place of the one that a unit is beyond: on its days, else the newest begun, or the first.

    One that is approved comes before others.
    """

    def near(place: int) -> tuple[bool, bool, bool, int, int]:
        each = authorizations[place]
        approved = each.status is AuthorizationStatus.APPROVED
        begun, start = each.start <= piece.on, each.start.toordinal()
        return is_for(each, piece), begun, approved, start if begun else -start, place

    places = range(len(authorizations))
    return max((p for p in places if piece.codes & {*authorizations[p].codes}), key=near)


def _line(
    use: Use, within: Sequence[_Posting], beyond: Sequence[_Posting], paced_on: date | None
) -> LedgerLine:
    authorization = use.of
    approved = authorization.amount
    if authorization.status is not AuthorizationStatus.APPROVED:
        approved = 0
    stands = _stands(within, authorization)
    over = {key: of for key, of in _stands(beyond, authorization).items() if key not in use.keys}
    last = max(within, key=lambda each: each.piece.days[-1], default=None)
    used = _used(Counter(stands.values()))
    is_out = approved is not None and used.total == approved > 0
    return LedgerLine(
        authorization,
        approved,
        used,
        left=None if approved is None else approved - used.total,
        beyond=_used(Counter(over.values())),
        last_covered=last.piece.days[-1] if last else None,
        last_session=last.piece.sessions[-1] if last else None,
        out_booked=max(use.keys.values()) if is_out else None,
        out_attended=_out(use, stands, (_Stand.DELIVERED,), paced_on),
        out_attended_soonest=_out(use, stands, (_Stand.DELIVERED, _Stand.OPEN), paced_on),
    )


def _stands(postings: Iterable[_Posting], authorization: Authorization) -> dict[Key, _Stand]:
    """Where each key of an authorization stands that some units use."""
    stands: dict[Key, _Stand] = {}
    for each in postings:
        for key in each.piece.counted_in(authorization.counted_in):
            stands[key] = min(stands.get(key, each.stand), each.stand)
    return stands


def _used(stands: Mapping[_Stand, int]) -> Used:
    return Used(*(stands.get(stand, 0) for stand in _Stand))


def _out(
    use: Use, stands: Mapping[Key, _Stand], counted: Collection[_Stand], on: date | None
) -> date | None:
    """The day on which it is used up, if as much goes on being used a day as since it began."""
    of, days = use.of, [use.keys[key] for key, stand in stands.items() if stand in counted]
    if of.amount is None or not days:
        return None
    if len(days) >= of.amount:
        return max(days)
    if on is None:
        return None
    since = (min(on, of.end - ONE_DAY) - of.start).days + 1
    more = -((len(days) - of.amount) * since // len(days))
    return on + more * ONE_DAY if more < (of.end - on).days else None
