"""Authorized units: which authorization covers which piece of what is billed, each unit once.

Pieces are taken in the order of their days, and each by the first authorization that has room for
it, in the order of ``uses_of``. What is not known, as a roll is open, holds as much of each
authorization as it can use at most, or nothing, and what comes out alike both times is settled.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from typing import TypeAlias
from uuid import UUID

from attrs import frozen as plain_frozen

from iopkit.charges.billing import Billed, NotBilled, NotBilledReason
from iopkit.confidential import hidden
from iopkit.courses.authorizations import Authorization, AuthorizationStatus, AuthorizedIn
from iopkit.truth import Truth

Key: TypeAlias = object
"""What an authorization counts once: a unit, a session or a day."""


@plain_frozen(repr=False)
class Piece:
    """One unit of a code, or what cannot be told apart: its days, and the sessions it is for.

    ``codes`` has several and ``units`` may be more than one for what may come of an open roll.
    """

    days: tuple[date, ...]
    codes: frozenset[str]
    units: tuple[Key, ...]
    sessions: tuple[UUID, ...]

    @property
    def on(self) -> date:
        """The day that it is billed for."""
        return self.days[0]

    def counted_in(self, unit: AuthorizedIn) -> tuple[Key, ...]:
        """What an authorization counts of it."""
        match unit:
            case AuthorizedIn.UNITS:
                return self.units
            case AuthorizedIn.SESSIONS:
                return self.sessions
            case AuthorizedIn.DAYS:
                return self.days

    __repr__ = hidden


def in_order_of_days(billed: Iterable[Billed]) -> list[Billed]:
    """What is billed, in the order of days, starts and codes."""
    return sorted(billed, key=_place)


def _place(billed: Billed) -> tuple[date, datetime, str]:
    first = billed.sessions[0]
    return first.on, first.session.start.astimezone(UTC), billed.code


def pieces_of(billed: Billed) -> Iterator[Piece]:
    """The pieces of some units, one after another: one for each unit of each part."""
    for part in billed.each_part:
        days = tuple(dict.fromkeys(each.on for each in part.sessions))
        uids = tuple(each.uid for each in part.sessions)
        for number in range(part.units):
            yield Piece(days, frozenset({part.code}), ((part.code, uids[0], number),), uids)


def codes_asked_for(authorizations: Iterable[Authorization]) -> frozenset[str]:
    """The codes that some authorizations name: whether others need one is not known."""
    return frozenset(code for each in authorizations for code in each.codes)


def is_for(authorization: Authorization, piece: Piece) -> bool:
    """Whether an authorization is for a piece, however much of it is left."""
    of_code = not piece.codes.isdisjoint(authorization.codes)
    return of_code and all(map(authorization.covers, piece.days))


class Use:
    """How much of an authorization is used, each key once."""

    def __init__(self, authorization: Authorization) -> None:
        self.of = authorization
        self.keys = dict[Key, date]()
        self._weeks = defaultdict[int, int](int)

    def room(self, on: date) -> int | None:
        """How many keys more it takes on a day; ``None``: as many as there are."""
        amount, per_week = self.of.amount, self.of.per_week
        rooms = [] if amount is None else [amount - len(self.keys)]
        rooms += [] if per_week is None else [per_week - self._weeks[self._week(on)]]
        return min(rooms, default=None)

    def take(self, piece: Piece) -> bool:
        """Use it for a piece, if there is room for all of it."""
        new, room = self._new(piece), self.room(piece.on)
        if room is not None and len(new) > room:
            return False
        self._use(new, piece.on)
        return True

    def hold(self, piece: Piece) -> None:
        """Use it for as much of a piece as there is room for."""
        self._use(self._new(piece)[: self.room(piece.on)], piece.on)

    def _new(self, piece: Piece) -> list[Key]:
        return [key for key in piece.counted_in(self.of.counted_in) if key not in self.keys]

    def _use(self, new: Collection[Key], on: date) -> None:
        self.keys |= dict.fromkeys(new, on)
        self._weeks[self._week(on)] += len(new)

    def _week(self, on: date) -> int:
        return (on - self.of.start).days // 7

    __repr__ = hidden


def uses_of(authorizations: Iterable[Authorization]) -> dict[int, Use]:
    """Those that are approved by their places, in the order in which they are used.

    What ends first comes first; of those that end on one day what began first, then as given.
    """
    approved = (
        (place, each)
        for place, each in enumerate(authorizations)
        if each.status is AuthorizationStatus.APPROVED
    )
    order = sorted(approved, key=lambda each: (each[1].end, each[1].start))
    return {place: Use(each) for place, each in order}


def taken_by(piece: Piece, uses: Mapping[int, Use]) -> int | None:
    """The place of the first in the order of use that has room for a piece, now used for it."""
    return next((n for n, use in uses.items() if is_for(use.of, piece) and use.take(piece)), None)


def covered(
    pieces: Sequence[Piece], authorizations: Iterable[Authorization], *, unknown: Iterable[Piece]
) -> tuple[Truth, ...]:
    """Whether each piece is covered, whatever becomes of those that are ``unknown``.

    With less used before it a piece finds no less room, so that what the same one covers after the
    most that can be used and after the least, or none, is settled; and so is whether a piece is
    covered that uses one at a time. One that needs more can be passed over for one that needs
    less: once it is not settled which one takes it, nothing of those that might is.

    Args:
        pieces: in the order of their days.
        authorizations: all that are known of.
        unknown: what may be billed at most, on the first of its days or later.
    """
    given = tuple(authorizations)
    least, most = uses_of(given), uses_of(given)
    holds = deque(sorted(unknown, key=lambda piece: piece.on))
    unsettled = set[int]()
    truths: list[Truth] = []
    for piece in pieces:
        while holds and holds[0].on <= piece.on:
            held = holds.popleft()
            for use in most.values():
                if use.of.covers(held.on) and not held.codes.isdisjoint(use.of.codes):
                    use.hold(held)
        low, high = (taken_by(piece, uses) for uses in (least, most))
        might = {place for place, use in least.items() if is_for(use.of, piece)}
        needs = max((len(piece.counted_in(given[n].counted_in)) for n in might), default=0)
        if (low != high and needs > 1) or might & unsettled:
            unsettled |= might
            truths.append(Truth.UNKNOWN)
        else:
            alike = (low is None) == (high is None)
            truths.append(Truth.of(high is not None) if alike else Truth.UNKNOWN)
    return tuple(truths)


@plain_frozen(repr=False)
class Kept:
    """What is left of some units once they are held against authorizations.

    ``billed`` is the rest that is covered, ``withheld`` what is not of the same sessions, by the
    reason, and ``refused`` are sessions of which nothing is covered.
    """

    billed: Billed | None
    withheld: tuple[tuple[NotBilledReason, int], ...] = ()
    refused: tuple[NotBilled, ...] = ()

    __repr__ = hidden


def held_against(
    billed: Sequence[Billed], authorizations: Sequence[Authorization], *, unknown: Iterable[Piece]
) -> Iterator[Kept]:
    """What is covered of some units, which are in the order of days.

    Args:
        billed: each of a code that an authorization names is held against them.
        authorizations: all that are known of.
        unknown: as ``covered`` has it.
    """
    asked_for = codes_asked_for(authorizations)
    held = [each for each in billed if each.code in asked_for]
    pieces = [piece for each in held for piece in pieces_of(each)]
    truths = iter(covered(pieces, authorizations, unknown=unknown))
    for each in billed:
        yield _kept(each, truths) if each.code in asked_for else Kept(each)


def _kept(billed: Billed, truths: Iterator[Truth]) -> Kept:
    """The rest of some units; ``truths`` tells of one unit after another."""
    parts: list[Billed] = []
    withheld = Counter[NotBilledReason]()
    refused: list[NotBilled] = []
    for part in billed.each_part:
        told = Counter(islice(truths, part.units))
        not_covered = {why: told[of] for of, why in _WHY.items() if told[of]}
        if told[Truth.YES]:
            parts.append(part.only(told[Truth.YES]))
            withheld.update(not_covered)
        else:
            refused += (
                NotBilled(session, part.code, why)
                for session in part.sessions
                for why in not_covered
            )
    rest = None if not parts else Billed.together(parts) if billed.parts else parts[0]
    return Kept(rest, tuple(withheld.items()), tuple(refused))


_WHY = {
    Truth.NO: NotBilledReason.NOT_AUTHORIZED,
    Truth.UNKNOWN: NotBilledReason.DEPENDS_ON_ROLL,
}
