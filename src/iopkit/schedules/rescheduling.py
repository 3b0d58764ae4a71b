"""Rescheduling: a changed plan, dated in mid-course."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import islice

from attrs import evolve

from iopkit.errors import refuse, unless, unless_a
from iopkit.plans.plans import Plan
from iopkit.programs.programs import services_by_place
from iopkit.programs.timings import RandomDays
from iopkit.schedules.differences import schedule_difference
from iopkit.schedules.obstructions import (
    Board,
    Surroundings,
    at_site,
    days_around,
    prescribed,
    share_time,
    week_days,
)
from iopkit.schedules.scheduling import schedule
from iopkit.schedules.sessions import (
    Move,
    Reason,
    Schedule,
    Session,
    Unplaced,
    identity,
    in_order,
    number_of,
)


def reschedule(old: Schedule, plan: Plan, around: Surroundings) -> Schedule:
    """Date a changed plan, or the same plan at a changed site, from a moment on.

    Sessions that have begun by then stay exactly as they were, whatever the plan says now,
    and keep their numbers. All others are dated anew, and none of them in the past: one
    that the plan has there, or beside a session that was held, or that would be moved to
    where the patient is busy, takes the nearest opening in its week, or is unplaced. A
    session that was moved on request, and a make-up, stays where it is if it still fits. A
    service on random days has one session a day, with those that were held.

    To stop a service in mid-course, put it in the plan's ``on_hold``.

    Returns:
        The old schedule's revision and one more if anything changes; else the same
        sessions and revision.

    Raises:
        InvalidError: the plan's key or the site is another one, or the plan has no place
            for a session that was held.
    """
    refuse(
        "rescheduling",
        unless_a(old, "old", Schedule),
        unless_a(plan, "plan", Plan),
        unless_a(around, "around", Surroundings),
    )
    # In the site's zone now, should it be another one: the same instants.
    tz = around.site.tz
    begun = (session for session in old.sessions if session.start <= around.as_of)
    held = tuple(evolve(session, start=session.start.astimezone(tz)) for session in begun)
    places = services_by_place(plan.program)
    refuse(
        "rescheduling",
        unless(plan.key == old.plan.key, "plan", "the one that was scheduled, changed", "another"),
        unless(
            all((session.phase, session.service) in places for session in held),
            "plan",
            "the services of all sessions that were held, each in its phase",
            "one less",
        ),
    )
    fresh = schedule(plan, around.site)
    # A make-up may be held before the session that it makes up for.
    numbers = {number_of(session) for session in held if not session.make_up}
    was = {identity(session): session for session in old.sessions if session not in held}
    fixed: list[Session] = []
    asked: list[Session] = []
    displaced: list[Session] = []
    for session in fresh.sessions:
        if number_of(session) not in numbers:
            if _is_asked(was.get(identity(session)), session):
                asked.append(session)
            elif _is_free(fresh, session, held, around):
                fixed.append(session)
            else:
                displaced.append(session)
    settled = evolve(fresh, sessions=in_order((*held, *fixed)), unplaced=())
    lost: list[Session] = []
    # Those that were asked elsewhere come first, as they may go back to where the plan has them.
    # Each is placed once and stays: no place is taken back, so there are as many searches as
    # sessions, and what is lost might have fitted in another order.
    for session in (*asked, *displaced):
        place = _place(settled, session, was.get(identity(session)), around)
        if place is None:
            lost.append(session)
        else:
            settled = evolve(settled, sessions=in_order((*settled.sessions, place)))
    for session in was.values():
        if session.make_up and (session.phase, session.service) in places:
            again = _repeated(settled, session, around)
            settled = evolve(settled, sessions=in_order((*settled.sessions, *again)))
    unplaced = [each for each in fresh.unplaced if number_of(each) not in numbers]
    unplaced += (_unplaced(session, around) for session in in_order(lost))
    new = evolve(settled, unplaced=tuple(unplaced), revision=old.revision)
    empty = schedule_difference(old, new).is_empty
    return new if empty else evolve(new, revision=old.revision + 1)


def _is_asked(was: Session | None, session: Session) -> bool:
    """Whether a session was moved on request from where the plan still has it."""
    return (
        was is not None
        and was.moved is not None
        and was.moved.why is Reason.ASKED
        and was.moved.prescribed == prescribed(session)
    )


def _is_free(
    made: Schedule, session: Session, beside: Sequence[Session], around: Surroundings
) -> bool:
    """Whether a session can be where it is dated: not in the past, and beside no other.

    One that the plan does not have there is not beside an appointment, either.
    """
    busy = any(share_time(session, each) for each in around.busy if each.blocks)
    beside_another = any(share_time(session, each) for each in beside)
    again = session.start.date() in _drawn(made, session, beside)
    in_the_way = beside_another or again or (busy and session.moved is not None)
    return session.start > around.as_of and not in_the_way


def _place(
    settled: Schedule, session: Session, was: Session | None, around: Surroundings
) -> Session | None:
    """Where a session can be that is asked elsewhere, or cannot be where the plan has it.

    Where it was, if that fits; else where the plan has it; else the nearest opening in its
    week. On a day that was drawn there is no second one of its service.
    """
    moved = evolve(session, moved=Move(prescribed(session), _why(session, around)))
    drawn = _drawn(settled, session, settled.sessions)
    if was is not None and was.duration == session.duration:
        wish = _as_it_was(settled, moved, was, around)
        if wish is not None and wish.start.date() not in drawn:
            asked = was.moved if was.moved and was.moved.prescribed == prescribed(session) else None
            return evolve(wish, moved=asked or wish.moved)
    if _is_free(settled, session, settled.sessions, around):
        return session
    days = week_days(settled, session.week)
    board = Board.of(settled, moved, around, days)
    return next(_nearest(board, session, set(days) - drawn), None)


def _drawn(made: Schedule, session: Session, others: Iterable[Session]) -> set[date]:
    """The days of other sessions of a service on random days."""
    if not isinstance(made.service(session).timing, RandomDays):
        return set()
    return {each.start.date() for each in others if each.service == session.service}


def _as_it_was(
    settled: Schedule, session: Session, was: Session, around: Surroundings
) -> Session | None:
    """A session where it was before, if that fits. Notice is for new places."""
    start = was.start.astimezone(around.site.tz)
    board = Board.of(settled, session, evolve(around, notice=timedelta(0)), [start.date()])
    there = board.placed(start.replace(tzinfo=None))
    return there if there.week >= 1 and not board.obstacles(there) else None


def _nearest(board: Board, session: Session, days: Iterable[date]) -> Iterator[Session]:
    """Places for a session, on the nearest days first and later ones before earlier.

    Searches day by day and ends with the days given; callers take the first place.
    """
    own = session.start.date()
    for day in sorted(days, key=lambda day: (abs(day - own), day < own)):
        place = board.nearest(day)
        if place is not None:
            yield place


def _why(session: Session, around: Surroundings) -> Reason:
    if session.moved:
        return session.moved.why
    return Reason.PAST if session.start <= around.as_of else Reason.OVERLAP


def _unplaced(session: Session, around: Surroundings) -> Unplaced:
    return Unplaced(
        service=session.service,
        number=session.number,
        phase=session.phase,
        week=session.week,
        modality=session.modality,
        why=_why(session, around),
        duration=session.duration,
        prescribed=prescribed(session).date(),
    )


def _repeated(settled: Schedule, session: Session, around: Surroundings) -> tuple[Session, ...]:
    """A make-up where it was if it still fits, else at the nearest opening, if there is one."""
    again = at_site(session, around.site)
    there = _as_it_was(settled, again, again, around)
    if there is not None:
        return (there,)
    days = days_around(settled, again.start.date())
    return tuple(islice(_nearest(Board.of(settled, again, around, days), again, days), 1))
