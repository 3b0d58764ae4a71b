"""What is due at a site with 300 patients on a day, by a clinic's own rules."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from uuid import UUID

from measure import Case, Contender

from iopkit import Plan, Site, from_toml, schedule
from iopkit.courses import (
    Course,
    DueRow,
    DueRuleSet,
    Entry,
    ScheduleSince,
    collect,
    due_rows,
)
from iopkit.courses.events import (
    Admitted,
    CourseEvent,
    DrugTested,
    ReviewHeld,
    SessionAttended,
    SessionMissed,
    SubstanceFound,
)
from iopkit.courses.folding import Folded
from iopkit.eligibility import Predicate
from iopkit.modalities import Modality
from iopkit.patients import Substance
from iopkit.programs import Phase, Program, Service, Slot, Weekly
from iopkit.windows import Weekday, WeeklyWindows

PATIENTS, WEEKS = 300, 16
START = date(2026, 1, 5)
ON = START + timedelta(weeks=WEEKS - 2)
RECORDED = datetime(2027, 2, 1, tzinfo=UTC)
DAYS = (Weekday.MONDAY, Weekday.WEDNESDAY, Weekday.THURSDAY)
SITE = Site("site", "America/New_York", WeeklyWindows.always())
_GROUP = Service(
    "group",
    "Group",
    Modality.GROUP_THERAPY,
    Weekly(tuple(Slot(day, time(18)) for day in DAYS)),
    timedelta(hours=3),
)
_PROGRAM = Program("program", "Program", (Phase("phase", "Phase", WEEKS),), (_GROUP,))
# Those that need no more than one look at each course; a condition is asked of each of its days.
RULES = tuple(
    rule
    for rule in from_toml(
        DueRuleSet, (files("iopkit") / "templates" / "due_rules.toml").read_text(encoding="utf-8")
    ).in_force(START)
    if not isinstance(rule.when, Predicate)
)


def _events(in_force: ScheduleSince, number: int) -> Iterator[tuple[date, CourseEvent]]:
    yield START, Admitted()
    dated = in_force.schedule
    for place, session in enumerate(dated.sessions, start=number):
        uid, on = dated.uid(session), session.start.date()
        if on < ON and place % 50:  # a roll stays open now and then
            yield on, SessionAttended(uid) if place % 7 else SessionMissed(uid)
    clean = DrugTested((SubstanceFound(Substance.ALCOHOL, found=False),))
    for week in range(WEEKS - 2):
        yield START + timedelta(weeks=week), clean
        if week % 4 == 1:
            yield START + timedelta(weeks=week, days=1), ReviewHeld()


def _course(number: int) -> Course:
    patient = UUID(int=number + 1, version=4)
    in_force = ScheduleSince(
        START, schedule(Plan(patient, patient, SITE.name, _PROGRAM, START, 1), SITE)
    )
    entries = [
        Entry(UUID(int=1000 * number + place + 1, version=4), on, RECORDED, "desk", event)
        for place, (on, event) in enumerate(_events(in_force, number))
    ]
    return collect(entries, key=patient, patient=patient, schedules=(in_force,))


def due() -> Case:
    """The list of a day, of courses that were not asked before."""
    courses = tuple(map(_course, range(PATIENTS)))

    def listed() -> tuple[DueRow, ...]:
        for course in courses:
            object.__setattr__(course, "folded", Folded(course.timeline, course.history))
        return due_rows(courses, on=ON, rules=RULES, site=SITE)

    size = f"{PATIENTS} courses, {len(RULES)} rules"
    return Case("What is due at a site on a day", size, Contender("iopkit", listed, listed))
