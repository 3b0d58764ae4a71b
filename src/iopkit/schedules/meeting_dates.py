"""Dates of meetings: when a group meets, once for all its members."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID

from attrs import evolve

from iopkit.errors import Fault, each_a, refuse, unless, unless_a, unless_day
from iopkit.groups.groups import MOVE_FORM, Group, read_move
from iopkit.modalities import Modality
from iopkit.plans.plans import MOST_EXTRA_WEEKS, Leave, Plan, start_faults
from iopkit.programs.programs import Phase, Program, Service
from iopkit.programs.timetables import PrescribedSession
from iopkit.programs.timings import Weekly
from iopkit.schedules.meetings import Meeting
from iopkit.schedules.scheduling import dated, days_looked_at
from iopkit.schedules.sessions import Move, Reason, Session
from iopkit.schedules.site_calendar import SiteCalendar, Taken
from iopkit.sites.closures import ClosedRule
from iopkit.sites.sites import Offer, Site
from iopkit.windows import DAY, ONE_WEEK, DayPart, whole_minutes

_YEAR = 52 * ONE_WEEK
_MOST_YEARS = 5
_MOST_WEEKS_BEFORE = 52


def meetings_of(  # noqa: PLR0913  # a group at a site in some days, and what is different
    group: Group,
    site: Site,
    *,
    start: date,
    end: date,
    moves: Iterable[str] = (),
    modality: Modality = Modality.GROUP_THERAPY,
    day_parts: Iterable[DayPart] = (),
) -> tuple[Meeting, ...]:
    """When a group meets: each meeting that is due from ``start`` up to the day before ``end``.

    One that falls on a closure goes where the site's rule for closed days has it: to the nearest
    place in its week from Monday on, to the next open day, or nowhere; a rule that extends a plan
    calls the meeting off, and each member comes to one more after the plan's last week. One that
    its room, its clinician, the opening hours or a clock change does not allow is moved in its
    week. No member is asked: a group does not wait for one. The same for any range of days.

    Args:
        moves: meetings that are moved by hand besides those of the group's own ``moves``, as
            "2026-01-19 to 2026-01-23 17:30"; with the time at which it was due,
            "2026-01-19 17:30 to ...", where there are two on a day. Of the group's own, those of
            other years are left aside.
        modality: the modality of its service.
        day_parts: the parts of the day that its service is for, as ``Service.day_parts`` has them:
            a meeting that has to move begins in one of them. Any, if none is given.

    Returns:
        In the order in which they are due, those that are called off with the reason.

    Raises:
        InvalidError: a move is of no meeting of the group within a year of these days, or to a
            time at which it cannot be; the days are not in order or more than five years; or the
            site does not have its room or clinician.
        MissingExtraError: the site has a holiday calendar and ``holidays`` is missing.

    Example:
        >>> from datetime import date, timedelta
        >>> from iopkit.groups import Group
        >>> from iopkit.programs import Slot
        >>> from iopkit.sites import Closure
        >>> from iopkit.windows import WeeklyWindows
        >>> holiday = Closure(date(2026, 1, 19), date(2026, 1, 20), "Holiday")
        >>> site = Site("Elm", "America/Chicago", WeeklyWindows.always(), closures=(holiday,))
        >>> group = Group("a", "group", (Slot.parse("monday 17:30"),), timedelta(hours=3), 12)
        >>> (met,) = meetings_of(group, site, start=date(2026, 1, 19), end=date(2026, 1, 26),
        ...     moves=["2026-01-19 to 2026-01-23 17:30"])
        >>> f"{met.due:%a %d}, {met.start:%a %d %H:%M}, {met.moved.detail}"
        'Mon 19, Fri 23 17:30, Holiday'
    """
    refuse(
        "meetings",
        unless_a(group, "group", Group),
        unless_a(site, "site", Site),
        unless_day(start, "start"),
        unless_day(end, "end"),
    )
    refuse(
        "meetings",
        unless(start <= end, "end", f"{start} or a day after it", str(end)),
        start_faults(start),
        unless(end - start <= _MOST_YEARS * _YEAR, "end", f"{_MOST_YEARS} years at most", "more"),
    )
    within = start - _YEAR, end + _YEAR
    own = (text for text in group.moves if within[0] <= read_move(text)[0] < within[1])
    by_hand = _parsed(group, (*own, *moves), *within)
    days = [start, end, *(at.date() for pair in by_hand.items() for at in pair)]
    service = Service(
        group.service,
        group.name,
        modality,
        Weekly(group.slots),
        group.duration,
        day_parts=tuple(day_parts),
    )
    calendar = _calendar(group, site, service, min(days), max(days))
    prescribed = {
        datetime.combine(calendar.plan.start, time(0)) + timedelta(minutes=planned.minute): planned
        for planned in calendar.plan.prescribed()
        if planned.minute is not None
    }
    _refuse_moves(by_hand, prescribed, calendar)
    fixed = [_moved(prescribed[due], due, at, calendar) for due, at in by_hand.items()]
    rest = [planned for due, planned in prescribed.items() if due not in by_hand]
    booked, unplaced = dated(rest, calendar, beside=fixed)
    placed: dict[int, Session] = {each.number: each for each in (*booked, *fixed)}
    why_not = {each.number: (each.why, each.detail) for each in unplaced}
    seats = [room.seats for room in site.rooms if room.name == group.room]
    found: list[Meeting] = []
    for due, planned in prescribed.items():
        before = group.begins is not None and due.date() < group.begins
        if before or not start <= due.date() < end:
            continue
        session = placed.get(planned.number)
        move = session.moved if session else Move(due, *why_not[planned.number])
        off = session is None or (
            move is not None and due not in by_hand and _extends(planned, move, calendar)
        )
        found.append(
            Meeting(
                group.service,
                group.name,
                due.replace(tzinfo=site.tz) if off or session is None else session.start,
                group.duration,
                room=session.room if session else group.room,
                clinician=session.clinician if session else group.clinician,
                seats=min([group.capacity, *seats]),
                group=group.name,
                moved=move,
                called_off=off,
            )
        )
    return tuple(found)


def plan_meetings(
    plans: Iterable[Plan], groups: Iterable[Group], site: Site
) -> tuple[Meeting, ...]:
    """All meetings of the groups that plans name, to date the plans by.

    From the first plan's first day on, up to a year after the last plan's end, as closures and
    leaves can extend plans; each group's once, for all its members.

    Args:
        groups: all of the site's, with the meetings that were moved by hand; those that no plan
            names are left aside.

    Raises:
        InvalidError: a plan names a group that is not given, two groups have one name, or as
            ``meetings_of`` has it.
        MissingExtraError: as ``meetings_of`` has it.
    """
    listed = each_a("meetings", plans, "plans", Plan)
    given = each_a("meetings", groups, "groups", Group)
    named = dict.fromkeys(
        (each.service, name) for plan in listed for each in plan.groups for name in each.groups
    )
    by_name = {(group.service, group.name): group for group in given}
    refuse(
        "meetings",
        unless(len(by_name) == len(given), "groups", "each group once", "one twice"),
        *(
            unless((service, name) in by_name, "groups", f"{name}, a group of {service}", "none")
            for service, name in named
        ),
    )
    if not named:
        return ()
    modalities = {s.name: s.modality for plan in listed for s in plan.program.every_service}
    start, end = min(plan.start for plan in listed), max(plan.end for plan in listed)
    extended = min(end + MOST_EXTRA_WEEKS * ONE_WEEK, start + _MOST_YEARS * _YEAR)
    return tuple(
        meeting
        for each in named
        for meeting in meetings_of(
            by_name[each],
            site,
            start=start,
            end=max(end, extended),
            modality=modalities[each[0]],
        )
    )


def _parsed(
    group: Group, moves: Iterable[str], start: date, end: date
) -> Mapping[datetime, datetime]:
    """When meetings that are moved by hand were due, and when they are, in wall-clock time."""
    found: dict[datetime, datetime] = {}
    faults: list[Fault] = []
    for number, text in enumerate(moves):
        fault = Fault(("moves", number), MOVE_FORM, "another text")
        try:
            on, asked, at = read_move(text)
        except ValueError:
            faults.append(fault)
            continue
        starts = group.due_on(on, asked)
        if len(starts) != 1 or not start <= on < end:
            several = "the time at which it was due, as there are two on the day"
            expected = several if len(starts) > 1 else f"a meeting of {group.name}"
            faults.append(evolve(fault, expected=expected, found=str(on)))
        elif abs(at.date() - on) > _YEAR:
            faults.append(evolve(fault, expected="a day within a year", found=str(at.date())))
        elif (due := datetime.combine(on, starts[0])) in found:
            faults.append(evolve(fault, expected="each meeting once", found=f"{due} twice"))
        else:
            found[due] = at
    refuse("meetings", tuple(faults))
    return found


def _calendar(group: Group, site: Site, service: Service, first: date, last: date) -> SiteCalendar:
    """The calendar of a group's own plan, which has no patient, in weeks from Monday on.

    It begins a week before the first day, as a night may run into it; and where meetings go on to
    the next open day, at the last week before it in which no meeting had to. It ends two weeks
    after the last day, up to which one can move.
    """
    monday = first - timedelta(days=first.weekday()) - ONE_WEEK
    here = evolve(site, offers=(Offer(group.service, room=group.room, clinician=group.clinician),))
    weeks = (monday - number * ONE_WEEK for number in range(1, _MOST_WEEKS_BEFORE))
    clear = (week for week in weeks if not _goes_on(_laid(group, here, service, week, week)))
    first_week = next(clear, monday - _MOST_WEEKS_BEFORE * ONE_WEEK) + ONE_WEEK
    return _laid(group, here, service, first_week, last)


def _goes_on(calendar: SiteCalendar) -> bool:
    """Whether a meeting of the first week goes on to the next open day."""
    return any(
        planned.week == 1
        and calendar.obstacle_to(planned) is Reason.CLOSED
        and calendar.rule(0, planned.service, Reason.CLOSED) is ClosedRule.NEXT_OPEN_DAY
        for planned in calendar.plan.prescribed()
    )


def _laid(group: Group, site: Site, service: Service, first: date, last: date) -> SiteCalendar:
    weeks = (last - first).days // 7 + 3
    program = Program("group", group.name, (Phase("all", "All", weeks, (service,)),))
    late = group.begins is not None and first < group.begins
    plan = Plan(
        _NOBODY,
        _NOBODY,
        site.name,
        program,
        first,
        0,
        leaves=(Leave(first, group.begins),) if late and group.begins else (),
    )
    return SiteCalendar(plan, site, days=days_looked_at(plan, site))


_NOBODY = UUID(int=0, version=4)


def _refuse_moves(
    by_hand: Mapping[datetime, datetime],
    prescribed: Mapping[datetime, PrescribedSession],
    calendar: SiteCalendar,
) -> None:
    """Refuse moves to where the site, the room, the clinician or another meeting does not allow."""
    taken = Taken(
        (planned.minute, planned.minute + whole_minutes(planned.service.duration))
        for due, planned in prescribed.items()
        if due not in by_hand
        and planned.minute is not None
        and planned.service.duration is not None
        if calendar.obstacle_to(planned) is None
    )
    faults: list[Fault] = []
    for number, (due, at) in enumerate(by_hand.items()):
        service, minute = prescribed[due].service, calendar.minute(at)
        if not calendar.stands(minute, service, taken):
            expected = "a time at which the site is open, with room and clinician, and no other"
            faults.append(Fault(("moves", number), expected, str(at)))
        taken.add(minute, minute + whole_minutes(service.duration or timedelta(0)))
    refuse("meetings", tuple(faults))


def _moved(
    planned: PrescribedSession, due: datetime, at: datetime, calendar: SiteCalendar
) -> Session:
    """A meeting where it was moved by hand: for the reason why it could not be, or for none."""
    service, length = planned.service, planned.service.duration or timedelta(0)
    why = calendar.obstacle_to(planned)
    move = Move(due, Reason.GROUP_MOVED)
    if why is not None:
        move = calendar.move(planned.minute or 0, service, why)
    room, clinician = calendar.assigned(service.name, calendar.minute(at))
    start = at.replace(tzinfo=calendar.site.tz)
    made = Session(service.name, planned.number, "all", 1, service.modality, start, length, move)
    return evolve(made, room=room, clinician=clinician)


def _extends(planned: PrescribedSession, move: Move, calendar: SiteCalendar) -> bool:
    """Whether a plan is to be extended in place of a meeting."""
    day = calendar.minute(move.prescribed) // DAY
    rule = calendar.rule(day, planned.service, move.why)
    return move.why is Reason.CLOSED and rule is ClosedRule.EXTEND
