"""A year of schedules of each shipped program: nothing is moved or missing without a cause."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from attrs import evolve
from holidays import country_holidays
from hypothesis import settings

from iopkit import Patient, Site, WeeklyWindows, draft, find_program, schedule
from iopkit.library import program_names
from iopkit.plans import NoteSubject
from iopkit.programs import Dose, RandomDays, weekly_doses
from iopkit.programs.programs import unrated
from iopkit.schedules import Reason, Schedule, Session, Unplaced, booked_doses
from iopkit.sites import Closure, HolidayCalendar
from iopkit.windows import Weekday

FIRST, DAYS = date(2026, 1, 1), 364
STEP = 5 if settings().max_examples <= 10 else 1
"""With few examples, every fifth day: on every weekday, and near each day that is closed."""
STAFF_DAY = Closure(date(2026, 2, 18), date(2026, 2, 19), "staff day")
SHORT_DAY = Closure(date(2026, 12, 23), date(2026, 12, 25), "short day", from_time=time(13))
SITE = Site(
    "Elm Street",
    "America/Chicago",
    WeeklyWindows.of(*(f"{day.title} 07:00-22:00" for day in list(Weekday)[:6])),
    HolidayCalendar("US"),
    (STAFF_DAY, SHORT_DAY),
)
PATIENT = Patient(UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11"))
HOLIDAYS = country_holidays("US", years=range(2025, 2031))
TRACKS = [
    (name, track and track.name)
    for name in program_names()
    for track, _ in find_program(name).variants
]


@pytest.mark.parametrize(("name", "track"), TRACKS)
def test_a_program_begun_on_any_day_of_a_year_is_dated_with_every_exception_explained(
    name: str, track: str | None
) -> None:
    program = find_program(name)
    drafted = draft(
        program,
        PATIENT,
        SITE,
        start=FIRST,
        seed=1,
        track=track,
        phase_weeks=dict.fromkeys(program.open_lengths, 4),
        times=dict.fromkeys(unrated(program), 1),
    )
    # On hold, nothing would be dated.
    plan = evolve(drafted, on_hold=())
    for number in range(0, DAYS, STEP):
        made = schedule(evolve(plan, start=FIRST + timedelta(days=number)), SITE)
        assert [*unexplained(made)] == []
        assert [*doses_off(made)] == []


def unexplained(made: Schedule) -> Iterator[Session | Unplaced]:
    """Sessions that are not as the plan has them, without the cause that they state."""
    for session in made.sessions:
        length, moved = session.duration, session.moved
        if moved is None:
            fixed = not isinstance(made.service(session).timing, RandomDays)
            explained = not (fixed and obstacles(session.start.replace(tzinfo=None), length))
        elif moved.why is Reason.OVERLAP:
            explained = bool(overlapping(made, moved.prescribed, length))
        else:
            explained = moved.why in obstacles(moved.prescribed, length)
        if not explained:
            yield session
    yield from (missing for missing in made.unplaced if not is_explained(made, missing))


def is_explained(made: Schedule, missing: Unplaced) -> bool:
    match missing.why:
        case Reason.DURATION_UNKNOWN:
            return made.service(missing).duration is None
        case Reason.TIME_UNKNOWN:
            notes = [note.matter for note in made.plan.notes if note.service == missing.service]
            return NoteSubject.NO_OPEN_TIME in notes
        case Reason.LONG_DAY:
            return has_room(made, missing) and not has_room(made, missing, long_days=False)
        case _:
            return not has_room(made, missing)


def obstacles(wall: datetime, length: timedelta) -> set[Reason]:
    """What keeps a session from a wall-clock time, other sessions aside."""
    found = set[Reason]()
    shut = STAFF_DAY.start <= wall.date() < STAFF_DAY.end or wall.date() in HOLIDAYS
    shut_early = SHORT_DAY.start <= wall.date() < SHORT_DAY.end and (wall + length).hour >= 13
    if shut or shut_early:
        found.add(Reason.CLOSED)
    opening, closing = (datetime.combine(wall, time(hour)) for hour in (7, 22))
    if wall.weekday() == Weekday.SUNDAY or not opening <= wall <= wall + length <= closing:
        found.add(Reason.OUTSIDE_HOURS)
    start, end = (at.replace(tzinfo=SITE.tz).astimezone(UTC) for at in (wall, wall + length))
    if end - start != length:
        found.add(Reason.CLOCK_CHANGE)
    return found


def overlapping(made: Schedule, wall: datetime, length: timedelta) -> list[Session]:
    return [
        session
        for session in made.sessions
        if session.start.replace(tzinfo=None) < wall + length
        and wall < session.end.replace(tzinfo=None)
    ]


def has_room(made: Schedule, missing: Unplaced, *, long_days: bool = True) -> bool:
    """Whether some time of a session's week is free, on a day that is not too long with it."""
    assert missing.duration is not None
    week = made.plan.start + timedelta(weeks=missing.week - 1)
    steps = (datetime.combine(week, time(0)) + n * timedelta(minutes=5) for n in range(7 * 288))
    return any(
        not obstacles(step, missing.duration)
        and not overlapping(made, step, missing.duration)
        and (long_days or not is_too_long(made, step.date(), missing.duration))
        for step in steps
    )


def is_too_long(made: Schedule, day: date, more: timedelta) -> bool:
    """Whether a day would be longer than any that the plan has, random days aside."""
    due: dict[int | None, timedelta] = {}
    for planned in made.plan.prescribed():
        length = planned.service.duration or timedelta(0)
        due[planned.day] = due.get(planned.day, timedelta(0)) + length
    longest = max(length for each, length in due.items() if each is not None)
    there = sum(
        (
            session.duration
            for session in made.sessions
            if session.start.date() == day
            and not isinstance(made.service(session).timing, RandomDays)
        ),
        timedelta(0),
    )
    return bool(there) and there + more > longest


def doses_off(made: Schedule) -> Iterator[int]:
    """Weeks in which the time booked is not the dose less what is listed as unplaced."""
    for week, (booked, prescribed) in enumerate(
        zip(booked_doses(made), weekly_doses(made.plan.program), strict=True), 1
    ):
        unplaced = (made.service(each) for each in made.unplaced if each.week == week)
        if booked.known + Dose.of(unplaced).known != prescribed.known:
            yield week
