"""Scheduling: dating a plan's sessions at a site."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from hashlib import blake2b

from iopkit.errors import refuse, unless, unless_a
from iopkit.plans.plans import Plan
from iopkit.programs.timetables import PrescribedSession, timetable
from iopkit.programs.timings import RandomDays, most_in_a_week
from iopkit.schedules.sessions import Move, Reason, Schedule, Session, Unplaced
from iopkit.schedules.site_calendar import SiteCalendar, Taken
from iopkit.sites.closures import ClosedRule
from iopkit.sites.sites import Site
from iopkit.windows import DAY, WEEK, Weekday, whole_minutes

_MOST_EXTRA_WEEKS = 52
"""How far sessions that extend a plan are looked for."""


def schedule(plan: Plan, site: Site) -> Schedule:
    """Date every session of a plan at a site.

    Wall-clock times hold across clock changes, and while the patient stays in another time
    zone. A session outside opening hours or those of its room and clinician, or at a
    wall-clock time that does not exist or comes twice on a clock change day, is moved within
    its program week: to the nearest day with room (its own first, then later before earlier),
    at its own time if that is free there, within what is known of the patient's availability.
    One that falls on a closure goes where the site's ``closed_rule`` has it; one that falls
    on a leave is skipped or extends the plan, as the leave says. Sessions on random days are
    drawn, by the plan's seed, from the days of their week with room. Pure: the same plan and
    site give the same schedule.

    Raises:
        MissingExtraError: the site has a holiday calendar and ``holidays`` is missing.
        InvalidError: the site is not the one that the plan was drafted for, or its
            holiday calendar is not one that ``holidays`` knows.
    """
    refuse("schedule", unless_a(plan, "plan", Plan), unless_a(site, "site", Site))
    refuse(
        "schedule",
        unless(site.name == plan.site, "site", f"the plan's, {plan.site!r}", repr(site.name)),
    )
    calendar = SiteCalendar(plan, site, days=_days_looked_at(plan, site))
    booked: list[_Booked] = []
    over = 0  # when the last one booked is; the last night of a phase may run into the next
    waiting: list[_Waiting] = []
    for entry in timetable(plan.program, Weekday.of(plan.start)):
        duration, minute = entry.service.duration, entry.minute
        why = calendar.obstacle_to(entry)
        if why is None and minute is not None and minute < over:
            why = Reason.OVERLAP
        if why is None and minute is not None and duration is not None:
            booked.append((entry, minute, duration, None))
            over = minute + whole_minutes(duration)
        else:
            waiting.append((entry, why or Reason.TIME_UNKNOWN))
    unplaced: list[Unplaced] = []
    if waiting:
        found, unplaced = _placed(waiting, booked, calendar)
        booked = sorted([*booked, *found], key=lambda session: session[1])
    return Schedule(
        plan, site.zone, sessions=tuple(_sessions(booked, calendar)), unplaced=tuple(unplaced)
    )


def _days_looked_at(plan: Plan, site: Site) -> int:
    """Days of the program in which sessions may be."""
    if site.closed_rule is ClosedRule.EXTEND or any(leave.extends for leave in plan.leaves):
        return (plan.weeks + _MOST_EXTRA_WEEKS) * 7
    return (plan.weeks + (site.closed_rule is ClosedRule.NEXT_OPEN_DAY)) * 7


# Minutes, here and below, count from the midnight that begins the plan's first day.
_Booked = tuple[PrescribedSession, int, timedelta, Move | None]
_Waiting = tuple[PrescribedSession, Reason]


def _sessions(booked: list[_Booked], calendar: SiteCalendar) -> Iterator[Session]:
    plan, site = calendar.plan, calendar.site
    midnight = datetime.combine(plan.start, time(0), site.tz)
    assigned = site.rooms or site.clinicians
    for entry, minute, duration, move in booked:
        service = entry.service
        offer = site.offer(service.name, calendar.weekday(minute // DAY)) if assigned else None
        yield Session(
            service=service.name,
            number=entry.number,
            phase=entry.phase,
            week=minute // DAY // 7 + 1,
            modality=service.modality,
            start=midnight + timedelta(minutes=minute),
            duration=duration,
            moved=move,
            breaks=service.breaks,
            delivery=service.delivery,
            room=offer.room if offer else None,
            clinician=offer.clinician if offer else None,
        )


def _placed(
    waiting: list[_Waiting], booked: list[_Booked], calendar: SiteCalendar
) -> tuple[list[_Booked], list[Unplaced]]:
    """Places for sessions that have none: those that must move first, then random days.

    Each is placed once, in the order in which they come, and none gives its place up again:
    so there are as many searches as sessions, and the result depends on the order alone.
    """
    taken = Taken((minute, minute + whole_minutes(length)) for _, minute, length, _ in booked)
    found: list[_Booked] = []
    unplaced: list[Unplaced] = []
    drawn: set[tuple[str, int]] = set()
    for entry, why in sorted(waiting, key=lambda waits: _is_random(waits[0])):
        service, minute, reason = entry.service, entry.minute, why
        place, move = None, None
        if why is Reason.ON_HOLD or service.duration is None:
            pass
        elif _is_random(entry):
            place, reason = _drawn_place(entry, drawn, taken, calendar)
        elif minute is not None:
            place = _moved_place(entry, minute, why, taken, calendar)
            move = calendar.move(minute, whole_minutes(service.duration), why)
        if place is None or service.duration is None:
            unplaced.append(_unplaced(entry, calendar, reason))
        else:
            found.append((entry, place, service.duration, move))
            taken.add(place, place + whole_minutes(service.duration))
            drawn.add((service.name, place // DAY))
    return found, unplaced


def _is_random(entry: PrescribedSession) -> bool:
    return isinstance(entry.service.timing, RandomDays)


def _unplaced(entry: PrescribedSession, calendar: SiteCalendar, why: Reason) -> Unplaced:
    service, day, minute = entry.service, entry.day, entry.minute
    return Unplaced(
        service=service.name,
        number=entry.number,
        phase=entry.phase,
        week=entry.week,
        modality=service.modality,
        why=why,
        duration=service.duration,
        prescribed=None if day is None else calendar.plan.start + timedelta(days=day),
        detail=""
        if why is Reason.ON_HOLD or minute is None or service.duration is None
        else calendar.detail(minute, whole_minutes(service.duration)),
    )


def _moved_place(
    entry: PrescribedSession, minute: int, why: Reason, taken: Taken, calendar: SiteCalendar
) -> int | None:
    """Where a session goes that cannot be at its minute, as the rule for the reason says.

    Looks at the days of its week, nearest first, at those up to the end of the next, or at its
    own time in each extra week, and takes the first that has room.
    """
    day, clock = divmod(minute, DAY)
    week = entry.week - 1
    match calendar.rule(day, why):
        case ClosedRule.SKIP:
            return None
        case ClosedRule.EXTEND:
            again = (minute + (other - week) * WEEK for other in _extra_weeks(calendar))
            return next((at for at in again if calendar.stands(at, entry.service, taken)), None)
        case ClosedRule.MOVE_IN_WEEK:
            days = sorted(_days(week), key=lambda other: (abs(other - day), -other))
        case ClosedRule.NEXT_OPEN_DAY:
            days = [*range(day + 1, _days(week + 1).stop)]
    openings = (calendar.opening(other, clock, entry.service, taken) for other in days)
    return next((place for place in openings if place is not None), None)


def _drawn_place(
    entry: PrescribedSession, drawn: set[tuple[str, int]], taken: Taken, calendar: SiteCalendar
) -> tuple[int | None, Reason]:
    """A place on a day that the seed draws among those of a week with room.

    The week is the entry's. If only leaves are in the way there, it is skipped, or the first
    after the plan's last with room that has not as many of the service as the entry's would
    have. So the seven days of one week are looked at, or those of each extra week up to the
    first that has room.
    """
    service = entry.service

    def openings(week: int, *, leaves: bool = True) -> list[int]:
        return [
            place
            for day in _days(week)
            if (service.name, day) not in drawn
            and (place := next(calendar.openings(day, service, taken, leaves=leaves), None))
            is not None
        ]

    week, why = entry.week - 1, Reason.NO_OPEN_TIME
    found = openings(week)
    if not found and (away := openings(week, leaves=False)):
        why = Reason.ON_LEAVE
        if any(calendar.rule(place // DAY, why) is ClosedRule.EXTEND for place in away):
            most = most_in_a_week(service.timing, 1)
            later = (
                openings(other)
                for other in _extra_weeks(calendar)
                if sum((service.name, day) in drawn for day in _days(other)) < most
            )
            found = next(filter(None, later), found)
    if not found:
        return None, why
    named = f"{calendar.plan.seed}/{service.name}/{entry.number}".encode()
    digest = blake2b(named, key=calendar.plan.key.bytes, digest_size=8).digest()
    return found[int.from_bytes(digest, "big") % len(found)], why


def _days(week: int) -> range:
    """The days of a program week, which counts from 0."""
    return range(week * 7, (week + 1) * 7)


def _extra_weeks(calendar: SiteCalendar) -> range:
    """Weeks in which sessions can extend a plan, from 0."""
    return range(calendar.plan.weeks, calendar.plan.weeks + _MOST_EXTRA_WEEKS)
