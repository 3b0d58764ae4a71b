"""Scheduling: dating a plan's sessions at a site."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, time, timedelta
from hashlib import blake2b

from iopkit.errors import Fault, InvalidError, refuse, unless_a
from iopkit.plans.own_days import withholding
from iopkit.plans.plans import MOST_EXTRA_WEEKS, Plan
from iopkit.programs.timetables import PrescribedSession
from iopkit.programs.timings import RandomDays, most_in_a_week
from iopkit.schedules.day_lengths import DayLengths
from iopkit.schedules.diaries import Diaries
from iopkit.schedules.group_sessions import PlanMeetings, attend, without_date
from iopkit.schedules.meetings import Meeting, MeetingsByGroup, by_group
from iopkit.schedules.sessions import Move, Reason, Schedule, Session, Unplaced, in_order
from iopkit.schedules.site_calendar import SiteCalendar, Taken
from iopkit.sites.closures import ClosedRule
from iopkit.sites.sites import Site
from iopkit.windows import DAY, ONE_MINUTE, WEEK, DayPart, Span, whole_minutes


def schedule(
    plan: Plan,
    site: Site,
    *,
    meetings: Iterable[Meeting] = (),
    others: Iterable[Schedule] = (),
) -> Schedule:
    """Date every session of a plan at a site.

    Wall-clock times hold across clock changes, and while the patient stays in another time
    zone. A session outside opening hours or those of its room and clinician, or at a
    wall-clock time that does not exist or comes twice on a clock change day, is moved within
    its program week: to the nearest day with room (its own first, then later before earlier),
    at its own time if that is free there, within what is known of the patient's availability, and
    where that makes no day longer than the longest of the program.
    One that falls on a closure goes where the site's ``closed_rule`` has it; one that falls
    on a leave is skipped or extends the plan, as the leave says. One on a day from which the
    plan's ``upcoming`` withholds its service is unplaced, and none is moved to such a day.
    Sessions on random days are drawn, by the plan's seed, from the days of their week with room.
    Pure: the same plan and site give the same schedule.

    A session of a group that the plan names is never moved on its own: it is where its meeting
    is, whoever of the group is free then, and other sessions are placed around it. It has no date
    where ``meetings`` of its service are given and none was due then, or where it is called off.
    Where none is given, it has its own time or no date.

    Args:
        meetings: those of ``meetings_of``, of the plan's groups and any others. Let them go on
            for some weeks after the plan's last, if closures or leaves extend it.
        others: schedules of other patients of the site. A session for this patient alone that
            needs a place, as it has to move or is on a random day, takes none at which its room or
            clinician is with one of them. Where there is no other, one that has to move has no
            date, and one on a random day has it all the same. Times that the plan has stay: see
            ``site_conflicts``.

    Raises:
        MissingExtraError: the site has a holiday calendar and ``holidays`` is missing.
        InvalidError: the site is not the one that the plan was drafted for, or its
            holiday calendar is not one that ``holidays`` knows.
    """
    refuse("schedule", unless_a(plan, "plan", Plan), unless_a(site, "site", Site))
    if site.name != plan.site:
        fault = Fault(("site",), f"the plan's, {plan.site!r}", repr(site.name))
        raise InvalidError("schedule", [fault])
    return scheduled(plan, site, by_group(meetings), Diaries.of(others))


def scheduled(
    plan: Plan, site: Site, meetings: MeetingsByGroup, diaries: Diaries | None
) -> Schedule:
    """What ``schedule`` makes of a plan, beside what others have by their diaries."""
    calendar = SiteCalendar(plan, site, days=days_looked_at(plan, site), diaries=diaries)
    prescribed = plan.prescribed()
    if not plan.groups:
        booked, unplaced = dated(prescribed, calendar)
        return Schedule(plan, site.zone, sessions=booked, unplaced=unplaced)
    together, missed, others = attend(prescribed, calendar, PlanMeetings(plan, meetings))
    booked, unplaced = dated(others, calendar, beside=together)
    sessions = in_order((*together, *booked))
    return Schedule(plan, site.zone, sessions=sessions, unplaced=(*missed, *unplaced))


def days_looked_at(plan: Plan, site: Site) -> int:
    """Days of the program in which sessions may be."""
    rules = {site.closed_rule, *(each.rule for each in site.closed_rules)}
    if ClosedRule.EXTEND in rules or any(leave.extends or leave.shifts for leave in plan.leaves):
        return (plan.weeks + MOST_EXTRA_WEEKS) * 7
    return (plan.weeks + (ClosedRule.NEXT_OPEN_DAY in rules)) * 7


def dated(
    prescribed: Iterable[PrescribedSession],
    calendar: SiteCalendar,
    *,
    beside: Collection[Session] = (),
    free: Iterable[Session] = (),
) -> tuple[tuple[Session, ...], tuple[Unplaced, ...]]:
    """Dates for prescribed sessions, beside some that stay where they are; and what has none.

    Nothing is at the times in ``free``, though nothing takes place then.
    """
    fixed = [(session.service, *calendar.span(session)) for session in (*beside, *free)]
    held = Taken((start, end) for _, start, end in fixed)
    booked: list[_Booked] = []
    over = 0  # when the last one booked is; the last night of a phase may run into the next
    waiting: list[_Waiting] = []
    for planned in prescribed:
        duration, minute = planned.service.duration, planned.minute
        why = calendar.obstacle_to(planned)
        if why is None and minute is not None and duration is not None:
            end = minute + whole_minutes(duration)
            if minute < over or (fixed and held.overlaps(minute, end)):
                why = Reason.OVERLAP
            else:
                booked.append((planned, minute, duration, None))
                over = end
        if why is not None:
            waiting.append((planned, why))
    unplaced: list[Unplaced] = []
    if waiting:
        spans = [(minute, minute + whole_minutes(length)) for _, minute, length, _ in booked]
        taken = Taken([*spans, *((start, end) for _, start, end in fixed)])
        drawn = {(service, start // DAY) for service, start, _ in fixed}
        lengths = DayLengths(calendar, beside)
        for low, high in spans:
            lengths.add(low, high - low)
        found, unplaced = _placed(waiting, taken, drawn, calendar, lengths)
        booked = sorted([*booked, *found], key=lambda session: session[1])
    return tuple(_sessions(booked, calendar)), tuple(unplaced)


# Minutes, here and below, count from the midnight that begins the plan's first day.
_Booked = tuple[PrescribedSession, int, timedelta, Move | None]
_Waiting = tuple[PrescribedSession, Reason]


def _sessions(booked: list[_Booked], calendar: SiteCalendar) -> Iterator[Session]:
    plan, site = calendar.plan, calendar.site
    midnight = datetime.combine(plan.start, time(0), site.tz)
    for planned, minute, duration, move in booked:
        service = planned.service
        room, clinician = calendar.assigned(service.name, minute)
        yield Session(
            service.name,
            planned.number,
            planned.phase,
            minute // WEEK + 1,
            service.modality,
            midnight + minute * ONE_MINUTE,
            duration,
            move,
            service.breaks,
            service.delivery,
            room,
            clinician,
        )


def _placed(
    waiting: list[_Waiting],
    taken: Taken,
    drawn: set[tuple[str, int]],
    calendar: SiteCalendar,
    lengths: DayLengths,
) -> tuple[list[_Booked], list[Unplaced]]:
    """Places for sessions that have none: those that must move first, then random days.

    Each is placed once, in the order in which they come, and none gives its place up again:
    so there are as many searches as sessions, or twice as many, and the result depends on the
    order alone. Until its turn comes each counts for the length of its own day, so that none is
    pushed out of it. ``drawn`` are services and the days that they are on.
    """
    found: list[_Booked] = []
    unplaced: list[Unplaced] = []
    for planned, why in waiting:
        lengths.add(*_own_length(planned, why))
    for planned, why in sorted(waiting, key=lambda waits: _is_random(waits[0])):
        service, minute, reason = planned.service, planned.minute, why
        place, move = None, None
        if why in (Reason.ON_HOLD, Reason.WITHHELD) or service.duration is None:
            pass
        elif _is_random(planned):
            place, reason, missed = _drawn_place(planned, drawn, taken, calendar)
            move = None if missed is None else calendar.move(missed, service, reason)
        elif minute is not None:
            due, length = _own_length(planned, why)
            lengths.add(due, -length)
            place = _moved_place(planned, minute, why, taken, calendar, lengths)
            move = calendar.move(minute, service, why)
            if place is not None:
                lengths.add(place, length)
            elif _moved_place(planned, minute, why, taken, calendar) is not None:
                reason = Reason.LONG_DAY
            elif _moved_place(planned, minute, why, taken, calendar.beside_nobody()) is not None:
                reason = _taken_with(service.name, minute, calendar)
        if place is None or service.duration is None:
            detail = _unplaced_detail(planned, calendar, reason)
            unplaced.append(without_date(planned, calendar, reason, detail))
        else:
            found.append((planned, place, service.duration, move))
            taken.add(place, place + whole_minutes(service.duration))
            drawn.add((service.name, place // DAY))
    return found, unplaced


def _taken_with(service: str, minute: int, calendar: SiteCalendar) -> Reason:
    """Which of the two is with other patients, of a service that has one or both."""
    clinician = calendar.assigned(service, minute)[1]
    return Reason.ROOM_TAKEN if clinician is None else Reason.CLINICIAN_TAKEN


def _own_length(planned: PrescribedSession, why: Reason) -> Span:
    """When a session is due, and how long it is; nothing, if it is to have no place."""
    minute, duration = planned.minute, planned.service.duration
    if minute is None or duration is None or why in (Reason.ON_HOLD, Reason.WITHHELD):
        return 0, 0
    return minute, whole_minutes(duration)


def _is_random(planned: PrescribedSession) -> bool:
    return planned.minute is None and isinstance(planned.service.timing, RandomDays)


def _unplaced_detail(planned: PrescribedSession, calendar: SiteCalendar, why: Reason) -> str:
    """What is in the way of a session that has no place, in words."""
    if why is Reason.WITHHELD:
        change = withholding(calendar.plan, planned)
        return f"{change.day}: {change.words}" if change else ""
    if why is Reason.ON_HOLD or planned.minute is None or planned.service.duration is None:
        return ""
    return calendar.detail(planned.minute, planned.service)


def _moved_place(  # noqa: PLR0913, PLR0917  # a session, and all that it has to fit
    planned: PrescribedSession,
    minute: int,
    why: Reason,
    taken: Taken,
    calendar: SiteCalendar,
    lengths: DayLengths | None = None,
) -> int | None:
    """Where a session goes that cannot be at its minute, as the rule for the reason says.

    With ``lengths`` it makes no day too long. Looks at the days of its week, nearest first, at
    those up to the end of the next, or at its own time in each extra week, and takes the first
    that has room: in its part of the day, so that an evening stays an evening, or else at any
    time.
    """
    day, clock = divmod(minute, DAY)
    week = planned.week - 1
    match calendar.rule(day, planned.service, why):
        case ClosedRule.SKIP:
            return None
        case ClosedRule.EXTEND:
            again = (minute + (other - week) * WEEK for other in _extra_weeks(calendar))
            return next((at for at in again if calendar.stands(at, planned.service, taken)), None)
        case ClosedRule.MOVE_IN_WEEK:
            days = sorted(_days(week), key=lambda other: (abs(other - day), -other))
        case ClosedRule.NEXT_OPEN_DAY:
            days = [*range(day + 1, _days(week + 1).stop)]
    if lengths is not None:
        length = _own_length(planned, why)[1]
        days = [other for other in days if lengths.have_room(other, length)]
    places = (
        calendar.nearest(other, clock, planned.service, taken, part)
        for part in (DayPart.of(clock), None)
        for other in days
    )
    return next((place for place in places if place is not None), None)


def _drawn_place(
    planned: PrescribedSession, drawn: set[tuple[str, int]], taken: Taken, calendar: SiteCalendar
) -> tuple[int | None, Reason, int | None]:
    """A place on a day that the seed draws among those of a week with room.

    The week is the session's own. If only leaves are in the way there, it is skipped, or the first
    after the plan's last with room that has not as many of the service as its own would
    have. So the seven days of one week are looked at, or those of each extra week up to the
    first that has room. In such a week it is instead of the place that would have been drawn,
    which comes last. Where others have all of a week, it is as if they had nothing.
    """
    service = planned.service

    def openings(week: int, *, leaves: bool = True, calendar: SiteCalendar = calendar) -> list[int]:
        return [
            starts[0][0]
            for day in _days(week)
            if (service.name, day) not in drawn
            and (starts := calendar.starts(day, service, taken, leaves=leaves))
        ]

    week, why = planned.week - 1, Reason.NO_OPEN_TIME
    found = openings(week)
    if not found and calendar.diaries is not None:
        found = openings(week, calendar=calendar.beside_nobody())
    away = (
        [] if found else [at for at in openings(week, leaves=False) if calendar.leave_on(at // DAY)]
    )
    missed: list[int] = []
    if away:
        why = Reason.ON_LEAVE
        put_off = [p for p in away if calendar.rule(p // DAY, service, why) is ClosedRule.EXTEND]
        if put_off:
            most = most_in_a_week(service.timing, 1)
            later = (
                openings(other)
                for other in _extra_weeks(calendar)
                if sum((service.name, day) in drawn for day in _days(other)) < most
            )
            found = next(filter(None, later), found)
            missed = put_off if found else []
    key = calendar.plan.key.bytes
    drawing = f"{calendar.plan.seed}/{service.name}/{planned.number}"

    def lot(place: int) -> bytes:
        # One for each day, so that a day more or less to choose from changes no other draw.
        return blake2b(f"{drawing}/{place // DAY}".encode(), key=key, digest_size=8).digest()

    return min(found, key=lot, default=None), why, min(missed, key=lot, default=None)


def _days(week: int) -> range:
    """The days of a program week, which counts from 0."""
    return range(week * 7, (week + 1) * 7)


def _extra_weeks(calendar: SiteCalendar) -> range:
    """Weeks in which sessions can extend a plan, from 0."""
    return range(calendar.plan.weeks, calendar.plan.weeks + MOST_EXTRA_WEEKS)
