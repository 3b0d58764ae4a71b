"""Alternatives: where else a session could be, and where one can be made up for."""

from datetime import datetime, timedelta

from attrs import evolve

from iopkit.confidential import hidden
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.schedules.obstructions import (
    Board,
    Surroundings,
    at_site,
    days_around,
    prescribed,
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
    """Where else a session that has not begun could be, at most one place a day.

    A place is in opening hours, on an open day, at a real time, when the patient, the room
    and the clinician are free, with the site's break around it. On each day it is the one
    nearest to the session's own time of day, and on its own day not while it is now. Days
    up to four weeks away are looked at.

    Args:
        limit: how many places at most.

    Returns:
        Places that fit, those in the session's week first, then the nearest; then those
        at its own time on days no further away that do not fit, with the reasons.

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
    board = Board.of(schedule, session, around, days)
    places = (board.nearest(day, apart=True) for day in days)
    fit = [Opening(was, place) for place in places if place is not None]
    fit = sorted(fit, key=lambda o: (not o.same_week, o.away, o.session.start < was.start))[:limit]
    furthest = max((opening.away for opening in fit), default=None)
    unfit: list[Opening] = []
    for day in days:
        there = board.placed(datetime.combine(day, was.start.time()))
        found = board.obstacles(there)
        opening = Opening(was, there, found)
        near = furthest is None or opening.away <= furthest
        if found and near and Reason.PAST not in found and there.start != was.start:
            unfit.append(opening)
    return (*fit, *sorted(unfit, key=lambda o: (o.away, o.session.start < was.start))[:limit])
