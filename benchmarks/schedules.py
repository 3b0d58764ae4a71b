"""One 12-week schedule: 36 sessions of three hours, Monday, Wednesday and Friday."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import import_module
from itertools import count
from uuid import UUID

from attrs import evolve
from dateutil.rrule import FR, MO, WE, WEEKLY, rrule
from measure import Case, Contender, Missing, optional

from iopkit import (
    Modality,
    Patient,
    Program,
    Schedule,
    Site,
    Weekday,
    WeeklyWindows,
    draft,
    schedule,
)
from iopkit.groups import Group, join
from iopkit.programs import Phase, Service, Slot, Weekly
from iopkit.schedules import Meeting, Surroundings, follow_meetings, meetings_of
from iopkit.sites import HolidayCalendar, Room

WEEKS, SESSIONS = 12, 36
START, EVENING, LENGTH = date(2026, 1, 5), time(18), timedelta(hours=3)
DAYS = Weekday.MONDAY, Weekday.WEDNESDAY, Weekday.FRIDAY

GROUP = Service(
    "group",
    "Group therapy",
    Modality.GROUP_THERAPY,
    Weekly(tuple(Slot(day, EVENING) for day in DAYS)),
    LENGTH,
)
PROGRAM = Program("twelve-weeks", "Twelve weeks", (Phase("all", "All", WEEKS, (GROUP,)),))
SITE = Site(
    "clinic",
    "America/Chicago",
    WeeklyWindows.of(*(f"{day.name.lower()} 09:00-22:00" for day in list(Weekday)[:5])),
)
WITH_HOLIDAYS = evolve(SITE, holidays=HolidayCalendar("US"))
PATIENT = Patient(UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11"))
PLAN = draft(PROGRAM, PATIENT, SITE, start=START, seed=1)
SIZE = f"{WEEKS} weeks, {SESSIONS} sessions"

FIRST = datetime.combine(START, EVENING, SITE.tz)
CALENDAR = f"""\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//iopkit//benchmarks//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART;TZID={SITE.zone}:{FIRST:%Y%m%dT%H%M%S}
DTEND;TZID={SITE.zone}:{FIRST + LENGTH:%Y%m%dT%H%M%S}
RRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT={SESSIONS}
END:VEVENT
END:VCALENDAR
"""


GROUP_OF_MANY = Group(
    "evening", "group", tuple(Slot(day, EVENING) for day in DAYS), LENGTH, 300, room="hall"
)
GROUP_SITE = evolve(WITH_HOLIDAYS, rooms=(Room("hall", 300),))


def _instants(starts: Iterable[datetime]) -> list[datetime]:
    return sorted(start.astimezone(UTC) for start in starts)


def _prescribed(dated: Schedule) -> list[datetime]:
    """When each session was to be, before moves."""
    starts = (
        session.moved.prescribed.replace(tzinfo=SITE.tz) if session.moved else session.start
        for session in dated.sessions
    )
    return _instants(starts)


def _ours(site: Site) -> Contender:
    return Contender(
        "iopkit", lambda: schedule(PLAN, site), lambda: _prescribed(schedule(PLAN, site))
    )


def _rrule() -> Contender:
    def run() -> list[datetime]:
        return list(rrule(WEEKLY, dtstart=FIRST, count=SESSIONS, byweekday=(MO, WE, FR)))

    note = "starts only; no lengths, holidays, opening hours or moves"
    return Contender("python-dateutil", run, lambda: _instants(run()), note)


def _recurring_ical_events() -> Contender:
    of = import_module("recurring_ical_events").of
    calendar = import_module("icalendar").Calendar.from_ical(CALENDAR)
    end = START + timedelta(weeks=WEEKS)
    note = "from a calendar already parsed; no holidays, opening hours or moves"
    return Contender(
        "recurring-ical-events",
        lambda: of(calendar).between(START, end),
        lambda: _instants(event.start for event in of(calendar).between(START, end)),
        note,
    )


def _peers() -> tuple[Contender | Missing, ...]:
    return _rrule(), optional("recurring-ical-events", _recurring_ical_events)


def plain() -> Case:
    """At a site without holidays."""
    return Case("schedule", SIZE, _ours(SITE), _peers())


def first_of_program() -> Case:
    """The same, for a program that was not scheduled before: its timetable is laid out anew."""

    versions = map(str, count())

    def run() -> Schedule:
        return schedule(evolve(PLAN, program=evolve(PLAN.program, version=next(versions))), SITE)

    ours = Contender("iopkit", run, lambda: _prescribed(run()))
    return Case("schedule-first", f"{SIZE}, new program", ours, (_rrule(),))


@cache
def members(count: int) -> tuple[Schedule, ...]:
    """Schedules of a group's members, who began on the days of two weeks, with US holidays."""
    joined, there = join(PROGRAM, GROUP_SITE, [GROUP_OF_MANY])
    return tuple(
        schedule(
            draft(
                joined,
                Patient(UUID(int=number, version=4)),
                there,
                start=START + timedelta(days=number % 14),
                seed=1,
                groups=[GROUP_OF_MANY],
            ),
            there,
            meetings=_met(),
        )
        for number in range(count)
    )


def _met(*moves: str) -> tuple[Meeting, ...]:
    end = START + timedelta(weeks=WEEKS + 3)
    return meetings_of(GROUP_OF_MANY, GROUP_SITE, start=START, end=end, moves=moves)


def group_moved() -> Case:
    """A meeting on a holiday moved by hand, from dating the group to all members' schedules."""
    count = 300
    as_of = datetime.combine(date(2026, 1, 18), time(8), SITE.tz)

    def run() -> tuple[Schedule, ...]:
        met = _met("2026-01-19 to 2026-01-22 19:00")
        return follow_meetings(members(count), Surroundings(GROUP_SITE, as_of, meetings=met))

    def build() -> Contender:
        moved = sum(new != old for new, old in zip(run(), members(count), strict=True))
        if moved != count:
            raise SystemExit(f"group-moved: {count} schedules must change, not {moved}")
        return Contender("iopkit", run, run)

    return Case("group-moved", f"{count} members", optional("iopkit", build))


def with_holidays() -> Case:
    """At a site with public holidays, two of which fall on sessions and move them."""
    moves = 2

    def build() -> Contender:
        dated = schedule(PLAN, WITH_HOLIDAYS)
        if sum(session.moved is not None for session in dated.sessions) != moves:
            raise SystemExit(f"schedule-holidays: {moves} sessions must move")
        return _ours(WITH_HOLIDAYS)

    ours = optional("iopkit", build)
    return Case("schedule-holidays", f"{SIZE}, {moves} moved", ours, _peers())
