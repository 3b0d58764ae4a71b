"""Rescheduling: a changed plan, dated in mid-course.

What was due up to the moment of the change is as the old schedule has it, and what is due after
it is what the new plan prescribes. Nothing is matched by its number: numbers are names.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from attrs import evolve

from iopkit.errors import Fault, refuse, unless, unless_a
from iopkit.plans.plans import Plan
from iopkit.programs.plan_days import day_of_plan, week_of_plan
from iopkit.programs.programs import Phase, Service, services_by_place
from iopkit.programs.timetables import PrescribedSession
from iopkit.schedules.course_so_far import CourseSoFar
from iopkit.schedules.day_lengths import DayLengths
from iopkit.schedules.diaries import Diaries
from iopkit.schedules.differences import schedule_difference
from iopkit.schedules.group_sessions import PlanMeetings, attend
from iopkit.schedules.meetings import Meeting, as_meeting, at_own_meeting
from iopkit.schedules.obstructions import (
    Board,
    Surroundings,
    at_meeting,
    at_meetings,
    at_site,
    days_around,
    meets_as_group,
    share_time,
    week_days,
)
from iopkit.schedules.scheduling import dated, days_looked_at
from iopkit.schedules.sessions import (
    Reason,
    Schedule,
    Session,
    Unplaced,
    in_order,
    prescribed,
)
from iopkit.schedules.site_calendar import SiteCalendar, Taken
from iopkit.sites.hours import clinician_for, room_for
from iopkit.sites.sites import Site
from iopkit.windows import DayPart, Span, minute_of_day, whole_minutes


def reschedule(old: Schedule, plan: Plan, around: Surroundings) -> Schedule:
    """Date a changed plan, or the same plan at a changed site, from a moment on.

    What was due up to then is as the old schedule has it: sessions that have begun stay exactly
    as they were, whatever the plan says now, and keep their numbers; what had no date stays
    without. What is due after it is what the new plan prescribes then, dated as ``schedule``
    does, with numbers that go on from the last. In the week of the change that is what the new
    plan has left of it; of a service without fixed times, as many sessions as the week has more
    than were held in it.

    A session that was due and is still to come, as one that was moved or that a leave extends the
    plan by, stays where it is if that fits, or takes the nearest place in its week; so does a
    make-up, and one that somebody asked to move while the new plan has it too. One that was held
    before it was due is not held again. Nothing is moved to where the patient is busy, or to
    where there is no notice; nor is a session for the patient alone to where its room or clinician
    is with one of ``around.others``.

    A session of a group is where its meeting is, of those in ``around.meetings``, as ``schedule``
    has it; where none of its service is given, meetings are as the old schedule has them. One
    that stands at another meeting, as somebody asked or a leave or closure extended the plan,
    stays there while that is held.

    To stop a service in mid-course, take it out of the plan, or put it in ``on_hold``.

    Returns:
        The old schedule's revision and one more if anything changes; else the same
        sessions and revision.

    Raises:
        InvalidError: the plan's key or the site is another one; the plan begins after a session
            that was held, or has a service of another modality under the name of one that was.
    """
    refuse(
        "rescheduling",
        unless_a(old, "old", Schedule),
        unless_a(plan, "plan", Plan),
        unless_a(around, "around", Surroundings),
    )
    refuse(
        "rescheduling",
        unless(plan.key == old.plan.key, "plan", "the one that was scheduled, changed", "another"),
    )
    return rescheduled(old, plan, around, Diaries.of(around.others))


def rescheduled(
    old: Schedule, plan: Plan, around: Surroundings, diaries: Diaries | None
) -> Schedule:
    """What ``reschedule`` makes of a plan, beside what others have by their diaries."""
    site = around.site
    now = around.as_of.astimezone(site.tz).replace(tzinfo=None)
    calendar = SiteCalendar(plan, site, days=days_looked_at(plan, site), after=now, diaries=diaries)
    course = CourseSoFar(old, calendar, around)
    _refuse(plan, site.name, course.held)
    settled = Schedule(
        plan,
        site.zone,
        sessions=in_order(course.held),
        former=_former(old, plan, (*old.sessions, *old.unplaced)),
    )
    meetings = PlanMeetings(
        plan, around.by_group, kept=_meetings(old, site), owed=course.owed_together
    )
    stays = _stays(course, settled, calendar, around, meetings)
    # The plan's own times of what stays elsewhere are left free, as they were.
    own = [_due(session) for session in stays.values()]
    fixed = (*course.held, *stays.values())
    together, left, others = attend(
        (planned for planned in course.to_date if planned not in stays),
        calendar,
        meetings,
        beside=(*fixed, *own),
    )
    fresh, alone = dated(others, calendar, beside=(*fixed, *together), free=own)
    unplaced = (*left, *alone)
    settled = _with(settled, *stays.values(), *together, *fresh)
    was = {(session.service, session.start) for session in old.sessions}
    missed = [_unplaced(plan, session, Reason.PAST) for session in course.stopped]
    for session in fresh:
        if session.moved and _is_in_the_way(session, around, was):
            rest = [each for each in settled.sessions if each != session]
            lengths, length = DayLengths(calendar, rest), whole_minutes(session.duration)
            days = [
                day
                for day in week_days(settled, session.week)
                if lengths.have_room(day_of_plan(day, start=plan.start), length)
            ]
            place = _nearest(settled, _due(session), around, days) if days else None
            settled = evolve(settled, sessions=in_order(filter(None, (*rest, place))))
            if place is None:
                unplaced = (*unplaced, _unplaced(plan, session, session.moved.why))
    for session in course.make_ups:
        settled = _with(settled, *filter(None, [_repeated(settled, session, around)]))
    # In the order that they had, so that nothing changes where nothing does.
    places = {each: place for place, each in enumerate(old.unplaced)}
    listed = sorted(
        (*course.over, *missed, *unplaced), key=lambda each: places.get(each, len(places))
    )
    former = _former(old, plan, (*settled.sessions, *listed))
    new = evolve(settled, unplaced=tuple(listed), revision=old.revision, former=former)
    empty = schedule_difference(old, new).is_empty
    return new if empty else evolve(new, revision=old.revision + 1)


def _meetings(old: Schedule, site: Site) -> Iterator[Meeting]:
    """The meetings that sessions of groups were, where nothing but the group's own moved them.

    They are with whoever the site has for them now.
    """
    for each in old.sessions:
        if each.group is not None and at_own_meeting(each):
            session = at_site(each, site)
            day = session.start.date()
            yield evolve(
                as_meeting(session),
                room=room_for(site, session.room, day),
                clinician=clinician_for(site, session.clinician, session.service, day),
            )


def _stays(
    course: CourseSoFar,
    settled: Schedule,
    calendar: SiteCalendar,
    around: Surroundings,
    meetings: PlanMeetings,
) -> dict[PrescribedSession, Session]:
    """What stays where it is, beside what was held and what the plan has at its own times."""
    stays: dict[PrescribedSession, Session] = {}
    if not course.wishes:
        return stays
    others = (planned for planned in course.to_date if planned not in course.wishes)
    together, _, alone = attend(others, calendar, meetings, beside=course.held)
    own = (_span(planned) for planned in alone if calendar.obstacle_to(planned) is None)
    own_times = Taken([*map(calendar.span, together), *filter(None, own)])
    for planned, wish in course.wishes.items():
        follows = meetings.have(planned) and meetings.are_given(planned.service.name)
        due = meetings.due(planned.minute or 0)
        other = meetings.elsewhere(wish, due) if follows else None
        if follows and other is None:
            continue
        if planned.service.name not in calendar.plan.on_hold:
            there = _there(settled, wish, around, other)
            if there is not None and not own_times.overlaps(*calendar.span(there)):
                stays[planned] = there
                settled = _with(settled, there)
    return stays


def _due(session: Session) -> Session:
    """A session at the plan's own time."""
    return evolve(session, start=prescribed(session).replace(tzinfo=session.start.tzinfo))


def _refuse(plan: Plan, site: str, held: Sequence[Session]) -> None:
    """Refuse a plan that what was held has no place in."""
    modalities = {service.name: service.modality for service in plan.program.every_service}
    early = dict.fromkeys(each.service for each in held if each.start.date() < plan.start)
    other = dict.fromkeys(
        each.service
        for each in held
        if modalities.get(each.service, each.modality) is not each.modality
    )
    pause = "keep the first day, and pause by a leave that shifts what follows"
    apart = "give the new service a name of its own"
    refuse(
        "rescheduling",
        unless(site == plan.site, "site", f"the plan's, {plan.site!r}", repr(site)),
        *(
            (Fault(("plan", "start"), f"no day after {name!r} was held", "a later one", pause),)
            for name in early
        ),
        *(
            (Fault(("plan", "program"), f"{name!r} with the modality held", "another", apart),)
            for name in other
        ),
    )


def _span(planned: PrescribedSession) -> Span | None:
    """The minutes that a session takes in the plan, where they are known."""
    if planned.minute is None or planned.service.duration is None:
        return None
    return planned.minute, planned.minute + whole_minutes(planned.service.duration)


def _former(old: Schedule, plan: Plan, parts: Iterable[Session | Unplaced]) -> tuple[Phase, ...]:
    """Phases with the services of what an old schedule has and a plan has no place for."""
    places = services_by_place(plan.program)
    found: defaultdict[str, dict[str, Service]] = defaultdict(dict)
    for each in parts:
        if (each.phase, each.service) not in places:
            found[each.phase][each.service] = old.service(each)
    phases = {phase.name: phase for phase in (*old.plan.program.phases, *old.former)}
    return tuple(
        evolve(phases[name], services=tuple(services.values())) for name, services in found.items()
    )


def _with(settled: Schedule, *more: Session) -> Schedule:
    return evolve(settled, sessions=in_order((*settled.sessions, *more)))


def _is_in_the_way(
    session: Session, around: Surroundings, was: Collection[tuple[str, datetime]]
) -> bool:
    """Whether a session was moved to where the patient is busy, or anew and without notice."""
    anew = (session.service, session.start) not in was
    return (anew and session.start <= around.as_of + around.notice) or any(
        share_time(session, each) for each in around.busy if each.blocks
    )


def _there(
    settled: Schedule, session: Session, around: Surroundings, meeting: Meeting | None
) -> Session | None:
    """A session where it was, or as the meeting that is held then, if that fits.

    Notice is for new places.
    """
    site = around.site
    was = at_meeting(session, meeting, site) if meeting else at_site(session, site)
    board = Board.of(settled, was, evolve(around, notice=timedelta(0)), [was.start.date()])
    there = board.placed(was.start.replace(tzinfo=None))
    return there if there.week >= 1 and not board.obstacles(there) else None


def _nearest(
    settled: Schedule, session: Session, around: Surroundings, days: Sequence[date]
) -> Session | None:
    """A place for a session: in its part of the day if there is one, and on the nearest day.

    Searches day by day, and ends with the first place or the days given.
    """
    own, board = session.start.date(), Board.of(settled, session, around, days)
    for part in (DayPart.of(minute_of_day(session.start.time())), None):
        for day in sorted(days, key=lambda day: (abs(day - own), day < own)):
            place = board.nearest(day, part=part)
            if place is not None:
                return place
    return None


def _repeated(settled: Schedule, session: Session, around: Surroundings) -> Session | None:
    """A make-up where it was if it still fits, else at the nearest opening, if there is one."""
    given = [each for each in around.meetings if each.service == session.service]
    held = (
        each
        for each in given
        if each.start == session.start
        and not each.called_off
        and session.group in (None, each.group)
    )
    meeting = next(held, None) if session.modality.is_group else None
    there = _there(settled, session, around, meeting)
    if there is not None and (meeting or not (given and session.modality.is_group)):
        return there
    again = at_site(session, around.site)
    days = days_around(settled, again.start.date())
    if meets_as_group(session, around):
        fit = (place for place, found in at_meetings(settled, again, around, days) if not found)
        return min(fit, key=lambda place: abs(place.start - again.start), default=None)
    return _nearest(settled, again, around, days)


def _unplaced(plan: Plan, session: Session, why: Reason) -> Unplaced:
    day = prescribed(session).date()
    return Unplaced(
        service=session.service,
        number=session.number,
        phase=session.phase,
        week=week_of_plan(day, start=plan.start),
        modality=session.modality,
        why=why,
        duration=session.duration,
        prescribed=day,
    )
