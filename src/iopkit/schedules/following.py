"""Following: schedules of many members, after meetings of their group were moved."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from attrs import evolve

from iopkit.errors import each_a, refuse, unless_a
from iopkit.programs.plan_days import week_of_plan
from iopkit.schedules.meetings import Meeting, at_own_meeting
from iopkit.schedules.obstructions import Surroundings, share_time
from iopkit.schedules.rescheduling import reschedule
from iopkit.schedules.sessions import Move, Reason, Schedule, Session, in_order, prescribed
from iopkit.windows import ONE_DAY

_At = tuple[str, str | None, datetime]


def follow_meetings(schedules: Iterable[Schedule], around: Surroundings) -> tuple[Schedule, ...]:
    """Schedules in which group sessions are at their meetings as these are now.

    Everything else stays where it is. Only a schedule in which more has to change, as something
    is in the way of a meeting or one is called off, is dated by ``reschedule``.

    Args:
        around: the site, the moment, and all of the groups' meetings, as ``meetings_of`` has them.

    Returns:
        The schedules in their order, with one revision more where something changed.

    Raises:
        InvalidError: as ``reschedule`` has it.
    """
    refuse("meetings", unless_a(around, "around", Surroundings))
    listed = each_a("meetings", schedules, "schedules", Schedule)
    known = {(each.service, each.group, each.due): each for each in around.meetings}
    held = {
        (each.service, each.group, each.start): each
        for each in around.meetings
        if not each.called_off
    }
    given = {(each.service, each.group) for each in around.meetings}
    return tuple(_followed(each, known, held, given, around) for each in listed)


def _followed(
    old: Schedule,
    known: Mapping[_At, Meeting],
    held: Mapping[_At, Meeting],
    given: set[tuple[str, str | None]],
    around: Surroundings,
) -> Schedule:
    kept: list[Session] = []
    moved: list[Session] = []
    more = _may_have_a_place(old, known)
    for session in old.sessions:
        new = session
        if session.group is not None and session.start > around.as_of:
            own = at_own_meeting(session)
            due = known.get((session.service, session.group, prescribed(session)))
            meeting = due if own else held.get((session.service, session.group, session.start))
            more = more or (not own and _is_free_again(old, session, due))
            if meeting is None or meeting.called_off:
                # Of groups whose meetings are not given, all is as it was.
                more = more or (session.service, session.group) in given
            else:
                new = _at(meeting, session, meeting.moved if own else session.moved, old)
        (kept if new is session or new == session else moved).append(new)
    if not more and not moved:
        return old
    if more or any(_is_in_the_way(old, each, kept, around) for each in moved):
        return reschedule(old, old.plan, around)
    return evolve(old, sessions=in_order((*kept, *moved)), revision=old.revision + 1)


def _is_free_again(old: Schedule, session: Session, due: Meeting | None) -> bool:
    """Whether the plan was extended for a session, and its own meeting is not in the leave now."""
    if session.moved is None or session.moved.why is not Reason.ON_LEAVE:
        return False
    if due is None or due.called_off:
        return False
    return old.plan.leave_on(due.start.date()) is None


def _at(meeting: Meeting, session: Session, move: Move | None, old: Schedule) -> Session:
    if (meeting.start, meeting.duration, meeting.room, meeting.clinician) == (
        session.start,
        session.duration,
        session.room,
        session.clinician,
    ):
        return session
    return evolve(
        session,
        week=week_of_plan(meeting.start.date(), start=old.plan.start),
        start=meeting.start,
        duration=meeting.duration,
        moved=move,
        room=meeting.room,
        clinician=meeting.clinician,
    )


def _may_have_a_place(old: Schedule, known: Mapping[_At, Meeting]) -> bool:
    """Whether a group session without a date may have one now."""
    groups = {each.service: each.groups for each in old.plan.groups}
    missed = {
        (each.service, each.prescribed)
        for each in old.unplaced
        if each.service in groups and each.why is not Reason.ON_HOLD
    }
    return bool(missed) and any(
        not meeting.called_off
        and meeting.group in groups.get(meeting.service, ())
        and (meeting.service, meeting.due.date()) in missed
        and old.plan.leave_on(meeting.start.date()) is None
        for meeting in known.values()
    )


def _is_in_the_way(
    old: Schedule, session: Session, kept: Iterable[Session], around: Surroundings
) -> bool:
    """Whether a member cannot be at a meeting, or something else has to give way to it."""
    first, last = session.start.date(), session.end.date()
    return (
        session.week < 1
        or session.start <= around.as_of
        or any(map(old.plan.leave_on, (first, last)))
        or any(
            share_time(session, each) for each in kept if abs(each.start.date() - first) <= ONE_DAY
        )
    )
