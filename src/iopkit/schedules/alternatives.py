"""Alternatives: where else a session could be, and where one can be made up for."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from attrs import evolve

from iopkit.confidential import hidden
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.schedules.obstructions import (
    Board,
    Surroundings,
    at_meetings,
    at_site,
    days_around,
    meets_as_group,
    share_time,
)
from iopkit.schedules.sessions import (
    Move,
    Reason,
    Schedule,
    Session,
    identity,
    in_order,
    number_of,
    prescribed,
)


@frozen(repr=False)
class Opening:
    """Another place for a session: how it was, how it would be, and what is in the way.

    ``obstacles`` that are empty: it fits.
    """

    was: Session
    session: Session
    obstacles: tuple[Reason, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether nothing is in the way."""
        return not self.obstacles

    @property
    def away(self) -> timedelta:
        """How far it is from where the session was, earlier or later."""
        return abs(self.session.start - self.was.start)

    @property
    def same_week(self) -> bool:
        """Whether the week keeps its hours."""
        return self.session.week == self.was.week

    @property
    def same_time(self) -> bool:
        """Whether the time of day stays."""
        return self.session.start.time() == self.was.start.time()

    __repr__ = hidden


def openings(
    schedule: Schedule,
    session: Session,
    around: Surroundings,
    *,
    limit: int = 5,
) -> tuple[Opening, ...]:
    """Where else a session that has not begun could be: one place a day, or each meeting.

    A place is in opening hours, on an open day, at a real time, when the patient, the room
    and the clinician are free, with the site's break around it. On each day it is the one
    nearest to the session's own time of day, and on its own day not while it is now. It begins
    at its own time or in the parts of the day that its service is for, where these are known. Days
    up to four weeks away are looked at.

    A session of a group can only be at another meeting of its service, of those in ``around``
    or else of those that other patients have, where a seat is left; a day may have several. One of
    a group modality in a plan without groups is offered where others meet first, and then by
    itself.

    Args:
        limit: how many places at most.

    Returns:
        Places that fit, those in the session's week first, then the nearest; then those
        at its own time on days no further away, or meetings, that do not fit, with the reasons.

    Raises:
        InvalidError: the session is not in the schedule or has begun, the site is another
            one, or the limit is below 1.
    """
    _refuse(schedule, session, around, limit)
    begun = session.start <= around.as_of
    refuse("openings", unless(not begun, "session", "one to come", "one that began"))
    own = at_site(session, around.site)
    moved = evolve(own, moved=Move(prescribed(session), Reason.ASKED))
    return _found(schedule, session, moved, around, limit)


def make_up_openings(
    schedule: Schedule, session: Session, around: Surroundings, *, limit: int = 5
) -> tuple[Opening, ...]:
    """Where a session that makes up for a missed one could be.

    The missed one stays in the schedule; its make-up has the same service and number, and
    a UID of its own. Arguments, results and errors as for ``openings``.
    """
    _refuse(schedule, session, around, limit)
    same = (s for s in schedule.sessions if number_of(s) == number_of(session))
    again = evolve(
        at_site(session, around.site),
        moved=Move(prescribed(session), Reason.ABSENT),
        make_up=max(each.make_up for each in same) + 1,
    )
    return _found(schedule, session, again, around, limit)


def take(schedule: Schedule, opening: Opening) -> Schedule:
    """The schedule with a session moved to an opening, or with its make-up there.

    Raises:
        InvalidError: the opening does not fit, is another schedule's, or was taken since.
    """
    new = opening.session
    moves = new.make_up == opening.was.make_up
    kept = tuple(s for s in schedule.sessions if not (moves and s == opening.was))
    known = opening.was in schedule.sessions and identity(new) not in map(identity, kept)
    refuse(
        "opening",
        unless(opening.fits, "obstacles", "none", "some"),
        unless(known, "was", "a session of the schedule", "another"),
        unless(
            not any(share_time(new, session) for session in kept),
            "session",
            "a time that is free",
            "one that is taken",
        ),
    )
    return evolve(schedule, sessions=in_order((*kept, new)), revision=schedule.revision + 1)


def _refuse(schedule: Schedule, session: Session, around: Surroundings, limit: int) -> None:
    name = around.site.name
    refuse(
        "openings",
        unless(session in schedule.sessions, "session", "one of the schedule", "another"),
        unless(
            name == schedule.plan.site, "site", f"the plan's, {schedule.plan.site!r}", repr(name)
        ),
        unless(limit >= 1, "limit", "at least 1", limit),
    )


def _found(
    schedule: Schedule, was: Session, session: Session, around: Surroundings, limit: int
) -> tuple[Opening, ...]:
    own = max(was.start, around.as_of.astimezone(was.start.tzinfo)).date()
    days = days_around(schedule, own)
    # One place on each of at most 57 days, four weeks to both sides; all of them are looked
    # at, as a place in the session's week comes before any that is nearer.
    meetings = [
        Opening(was, place, found)
        for place, found in at_meetings(schedule, session, around, days)
        if place.start != was.start
    ]
    fit = _in_order(opening for opening in meetings if opening.fits)[:limit]
    if meets_as_group(session, around):
        return (*fit, *_near(meetings, fit, limit))
    board = Board.of(schedule, session, around, days)
    places = (board.nearest(day, apart=True) for day in days)
    met = {opening.session.start for opening in fit}
    alone = [Opening(was, place) for place in places if place and place.start not in met]
    # Where others meet comes before where a group would be one.
    fit = [*fit, *_in_order(alone)][:limit]
    at_own_time: list[Opening] = []
    for day in days:
        there = board.placed(datetime.combine(day, was.start.time()))
        if there.start != was.start:
            at_own_time.append(Opening(was, there, board.obstacles(there)))
    return (*fit, *_near(at_own_time, fit, limit))


def _in_order(openings: Iterable[Opening]) -> list[Opening]:
    """Those in the session's week first, then the nearest."""
    return sorted(openings, key=lambda o: (not o.same_week, o.away, o.session.start < o.was.start))


def _near(openings: Iterable[Opening], fit: Sequence[Opening], limit: int) -> list[Opening]:
    """Those that do not fit, are to come, and are no further away than one that does."""
    furthest = max((opening.away for opening in fit), default=None)
    told = [
        each
        for each in openings
        if not each.fits
        and Reason.PAST not in each.obstacles
        and (furthest is None or each.away <= furthest)
    ]
    return sorted(told, key=lambda o: (o.away, o.session.start < o.was.start))[:limit]
