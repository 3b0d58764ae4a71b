"""A made-up site: courses of patients over a year, the same for a seed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID

from iopkit import Patient, Program, Site, draft, schedule
from iopkit.courses import BookedSession, Course, Entry, ScheduleSince, collect
from iopkit.courses.events import (
    Admitted,
    CourseEvent,
    Discharged,
    DischargeReason,
    Referred,
    ReviewHeld,
    SessionAttended,
    SessionMissed,
)

DAY = timedelta(days=1)


def made_up_courses(  # noqa: PLR0913  # a site, and what is drawn of it
    count: int, program: Program, site: Site, *, first: date, on: date, seed: int
) -> Iterator[Course]:
    """Courses that begin on Mondays from the first one on, as they are on record on a day."""
    chance = Random(seed)  # noqa: S311  # no secret
    weeks = (on - first).days // 7
    for number in range(1, count + 1):
        key, start = UUID(int=number, version=4), first + chance.randrange(weeks) * 7 * DAY
        plan = draft(program, Patient(key), site, start=start, seed=number)
        dated = schedule(plan, site)
        course = Course(plan.key, key, (ScheduleSince(start, dated),))
        told = sorted(events(course.timeline.by_start, start, chance), key=lambda one: one[0])
        entries = (
            Entry(
                UUID(int=chance.getrandbits(128), version=4),
                day,
                datetime.combine(day, time(23, 30), site.tz).astimezone(UTC),
                "front desk",
                event,
            )
            for day, event in told
            if day <= on
        )
        yield collect(entries, key=course.key, patient=key, schedules=course.schedules)


def events(
    sessions: tuple[BookedSession, ...], start: date, chance: Random
) -> Iterator[tuple[date, CourseEvent]]:
    """What happens to one patient: how likely they come, and how long they stay, is theirs."""
    comes, last = chance.uniform(0.6, 0.98), start + chance.randrange(5, 90) * DAY
    yield start - chance.randrange(1, 21) * DAY, Referred()
    yield start, Admitted()
    for due in sessions:
        if due.day < last + 21 * DAY and chance.random() > 0.02:  # else its roll stays open
            came = due.day <= last and chance.random() < comes
            excused = due.day <= last and chance.random() < 0.3
            mark = SessionAttended(due.uid) if came else SessionMissed(due.uid, excused)
            yield due.day, mark
    review = start + chance.randrange(20, 34) * DAY
    if review <= last:
        yield review, ReviewHeld("counselor")
    if last > sessions[-1].day:
        yield sessions[-1].day + DAY, Discharged(DischargeReason.COMPLETED)
    else:
        yield last + 21 * DAY, Discharged(DischargeReason.DROPPED_OUT)
