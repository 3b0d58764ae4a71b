"""Every shipped program but Matrix as its source publishes it: all figures come out exactly."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, time, timedelta
from fractions import Fraction
from functools import cache
from importlib.resources import files

import pytest
from attrs import evolve, frozen

from iopkit.documents import from_json
from iopkit.levels import AgeGroup
from iopkit.library import find_program, program_names
from iopkit.modalities import Delivery
from iopkit.patients import Patient
from iopkit.plans import draft
from iopkit.programs import (
    Dose,
    Program,
    TimePerWeek,
    Times,
    discrepancies,
    timetable,
    weekly_doses,
)
from iopkit.schedules import Schedule, booked_doses, schedule
from iopkit.sites import Closure, Offer, Site
from iopkit.sources import Grade
from iopkit.windows import Weekday, WeeklyWindows

MINUTE = timedelta(minutes=1)


@frozen
class Row:
    """A service as published; ``when``: days and a start, or how often a week."""

    program: str
    phase: str
    service: str
    minutes: int | None
    when: str | int
    first_week: int
    last_week: int
    sessions: int
    most: int | None = None

    @property
    def slots(self) -> list[tuple[Weekday, time | None]]:
        """The published days and starts; none, if only a number is."""
        words = str(self.when).split()
        start = next((time.fromisoformat(word) for word in words if ":" in word), None)
        return [(day, start) for day in Weekday if day.title[:3] in words]

    @property
    def weeks(self) -> range:
        """The program weeks that it is in."""
        return range(self.first_week, self.last_week + 1)


WORKDAYS = "Mon Tue Wed Thu Fri"
# A program of no stated length is laid out as one week.
PUBLISHED = (
    Row("deaconess-cross-pointe", "treatment", "evening", 210, "Mon Tue Thu 17:30", 1, 6, 18),
    Row("deaconess-cross-pointe", "treatment", "mutual-help", None, 3, 1, 6, 18),
    Row("deaconess-aftercare, morning", "aftercare", "aftercare", 60, "Wed 10:00", 1, 1, 1),
    Row("deaconess-aftercare, evening", "aftercare", "aftercare", 60, "Thu 18:00", 1, 1, 1),
    Row("matrix-continuing-care", "continuing-care", "social-support", 90, "Wed", 1, 32, 32),
    Row("palmetto-arc, day", "treatment", "day-program", 270, "Mon Wed Thu 10:00", 1, 1, 3),
    Row("palmetto-arc, day", "treatment", "multi-family-group", 180, "Tue 17:30", 1, 1, 1),
    Row("palmetto-arc, evening", "treatment", "evening-program", 180, "Mon Wed Thu 17:30", 1, 1, 3),
    Row("palmetto-arc, evening", "treatment", "multi-family-group", 180, "Tue 17:30", 1, 1, 1),
    Row("va-houston", "treatment", "group", 180, 3, 1, 4, 12),
    Row("va-houston", "treatment", "individual-session", None, 1, 1, 4, 4),
    Row("phoenix-adolescent", "phase-2", "group", 120, 2, 7, 12, 12),
    Row("phoenix-adolescent", "phase-2", "individual-session", 60, "every 2 weeks", 7, 12, 3),
    Row("salt-academy", "treatment", "session", 180, 3, 1, 12, 36),
    Row("ebt-seattle-dbt", "round", "skills", 120, "Mon Wed Thu 10:00", 1, 8, 24),
    Row("ebt-seattle-dbt", "round", "mindfulness", 60, "Wed 13:00", 1, 8, 8),
    Row("ebt-seattle-dbt", "round", "individual-session", 60, "Mon Thu", 1, 8, 16),
    Row("ucsf-lpphc-iop", "treatment", "first-group", 50, f"{WORKDAYS} 10:00", 1, 1, 5),
    Row("ucsf-lpphc-iop", "treatment", "second-group", 50, f"{WORKDAYS} 11:00", 1, 1, 5),
    Row("ucsf-lpphc-iop", "treatment", "third-group", 50, f"{WORKDAYS} 12:00", 1, 1, 5),
    Row("ucsf-lpphc-php", "treatment", "first-group", 50, f"{WORKDAYS} 10:00", 1, 1, 5),
    Row("ucsf-lpphc-php", "treatment", "second-group", 50, f"{WORKDAYS} 11:00", 1, 1, 5),
    Row("ucsf-lpphc-php", "treatment", "third-group", 50, f"{WORKDAYS} 12:00", 1, 1, 5),
    Row("ucsf-lpphc-php", "treatment", "afternoon-group", 50, f"{WORKDAYS} 14:00", 1, 1, 5),
    Row("telehealth-iop", "treatment", "group", 180, 3, 1, 1, 3),
    Row("telehealth-iop", "treatment", "individual-session", 50, 1, 1, 1, 1),
    Row("schneider-1996", "treatment", "day-program", 300, WORKDAYS, 1, 2, 10),
)
# Hours a week that are published without sessions, from the least to the most.
UNDIVIDED = {
    ("phoenix-adolescent", "phase-1", "group"): (16, 16),
    ("phoenix-adolescent", "phase-1", "family-session"): (1, 2),
    ("phoenix-adolescent", "phase-1", "individual-session"): (1, 2),
    ("phoenix-adolescent", "phase-2", "family-session"): (1, 2),
    ("alterman-1994", "treatment", "day-hospital"): (27, 27),
    ("alterman-1996-12-hours", "treatment", "treatment"): (12, 12),
    ("alterman-1996-6-hours", "treatment", "treatment"): (6, 6),
}
# Services of which it is published neither how often nor for how long they are.
UNRATED = {("va-houston", "treatment", "case-management")}
# Hours a week by phase, the least and the most, and sessions a week of unknown length.
HOURS = {
    ("deaconess-cross-pointe", "treatment"): ("10.5", "10.5", 3),
    ("deaconess-aftercare, morning", "aftercare"): ("1", "1", 0),
    ("deaconess-aftercare, evening", "aftercare"): ("1", "1", 0),
    ("matrix-continuing-care", "continuing-care"): ("1.5", "1.5", 0),
    ("palmetto-arc, day", "treatment"): ("16.5", "16.5", 0),  # 13.5, and 3 in the evening
    ("palmetto-arc, evening", "treatment"): ("12", "12", 0),
    ("va-houston", "treatment"): ("9", "9", 1),
    ("phoenix-adolescent", "phase-1"): ("18", "20", 0),
    ("phoenix-adolescent", "phase-2"): ("5.5", "6.5", 0),
    ("salt-academy", "treatment"): ("9", "9", 0),
    ("ebt-seattle-dbt", "round"): ("9", "9", 0),
    ("ucsf-lpphc-iop", "treatment"): ("12.5", "12.5", 0),
    ("ucsf-lpphc-php", "treatment"): ("50/3", "50/3", 0),
    ("telehealth-iop", "treatment"): ("59/6", "59/6", 0),
    ("schneider-1996", "treatment"): ("25", "25", 0),
    ("alterman-1994", "treatment"): ("27", "27", 0),
    ("alterman-1996-12-hours", "treatment"): ("12", "12", 0),
    ("alterman-1996-6-hours", "treatment"): ("6", "6", 0),
}
LENGTHS = {
    "deaconess-cross-pointe": "6 weeks",
    "deaconess-aftercare": "length not stated",
    "matrix-continuing-care": "32 to 36 weeks",
    "palmetto-arc": "length not stated",
    "va-houston": "4 weeks",
    "phoenix-adolescent": "6 to 8 weeks",  # each of two phases
    "salt-academy": "12 weeks",
    "ebt-seattle-dbt": "8 weeks",
    "ucsf-lpphc-iop": "length not stated",
    "ucsf-lpphc-php": "length not stated",
    "telehealth-iop": "up to 21 weeks",  # 150 days are 21 weeks and 3 days
    "schneider-1996": "2 weeks",
    "alterman-1994": "4 weeks",
    "alterman-1996-12-hours": "4 weeks",
    "alterman-1996-6-hours": "4 weeks",
}
MATRIX_GROUPS = (
    "early-recovery-skills",
    "relapse-prevention",
    "family-education",
    "social-support",
)
DISCREPANCIES = {
    "matrix-16-week": [
        f"{', '.join(MATRIX_GROUPS)}: the source states 61 sessions, its items give 56",
    ],
    "palmetto-arc": ["day, day-program: the source states 15 hours a week, its items give 13.5"],
}
OPEN_WEEKS = 3
"""How long phases of no stated length are planned here."""


def shipped() -> Iterator[Program]:
    """Every shipped program, and what follows it."""
    for program in map(find_program, program_names()):
        yield program
        if program.continuing_care:
            yield program.continuing_care


MATRIX = find_program("matrix-16-week")  # its figures have a file of their own
EVERY = {program.name: program for program in shipped()}
VARIANTS = {
    f"{program.name}, {track.name}" if track else program.name: variant
    for program in EVERY.values()
    for track, variant in program.variants
}
SITE = Site(
    "Open House",
    "America/Chicago",
    WeeklyWindows.of(*(f"{day.title} 00:00-24:00" for day in Weekday)),
    offers=tuple(
        Offer(name, duration=length * MINUTE)
        for name, length in {
            "individual-session": 60,
            "family-session": 60,
            "urine-test": 15,
            "mutual-help": 60,
            "case-management": 30,
            "group": 120,
            "day-hospital": 180,
            "treatment": 180,
        }.items()
    ),
)
# One with family and consent; when free is not known.
PATIENT = evolve(
    from_json(Patient, (files("iopkit") / "examples" / "patient.json").read_text(encoding="utf-8")),
    obligations=None,
    availability=None,
)
each_first_day = pytest.mark.parametrize("first", Weekday, ids=lambda day: day.title)
each_row = pytest.mark.parametrize(
    "row", PUBLISHED, ids=lambda row: f"{row.program}: {row.phase}, {row.service}"
)
each_variant = pytest.mark.parametrize("label", VARIANTS)


@cache
def dated(label: str, first: Weekday) -> Schedule:
    """A program from a day of the week of 2026-09-07, so over a clock change if it is long."""
    program = VARIANTS[label]
    weeks = dict.fromkeys(program.open_lengths, OPEN_WEEKS)
    start = date(2026, 9, 7) + timedelta(days=first)
    plan = draft(program, PATIENT, SITE, start=start, seed=1, phase_weeks=weeks)
    return schedule(plan, SITE)


def test_the_tables_have_every_service_of_every_program() -> None:
    listed = {(row.program, row.phase, row.service) for row in PUBLISHED}
    listed |= UNDIVIDED.keys() | UNRATED
    places = {
        (label, phase.name, service.name)
        for label, program in VARIANTS.items()
        if label != MATRIX.name
        for phase in program.phases
        for service in program.services_in(phase)
    }
    assert listed == places
    assert HOURS.keys() == {(label, phase) for label, phase, _ in places}


@each_row
@each_first_day
def test_a_service_has_its_published_sessions_in_the_timetable(row: Row, first: Weekday) -> None:
    entries = [
        entry
        for entry in timetable(VARIANTS[row.program], first)
        if (entry.phase, entry.service.name) == (row.phase, row.service)
    ]
    assert len(entries) == row.sessions
    assert all(entry.week in row.weeks for entry in entries)
    least, most = (None if m is None else m * MINUTE for m in (row.minutes, row.most))
    assert {entry.service.duration for entry in entries} == {least}
    assert {entry.service.longest for entry in entries} == {most or least}
    if row.slots:
        times = Counter(
            (e.week, Weekday((first + (e.day or 0)) % 7), e.start, e.day is None) for e in entries
        )
        assert times == Counter((week, *slot, False) for week in row.weeks for slot in row.slots)
    else:
        assert {entry.day for entry in entries} == {None}
    if isinstance(row.when, int):
        assert Counter(e.week for e in entries) == dict.fromkeys(row.weeks, row.when)


@pytest.mark.no_cover  # reaches only what others do
@each_row
@each_first_day
def test_a_service_has_its_published_sessions_in_a_schedule(row: Row, first: Weekday) -> None:
    made = dated(row.program, first)
    times = OPEN_WEEKS if VARIANTS[row.program].open_lengths else 1
    sessions = [s for s in made.sessions if (s.phase, s.service) == (row.phase, row.service)]
    assert len(sessions) == row.sessions * times
    if row.minutes is not None:
        assert {session.duration for session in sessions} == {row.minutes * MINUTE}
    if row.slots:
        days = Counter(Weekday.of(session.start.date()) for session in sessions)
        assert days == Counter({day: len(row.weeks) * times for day, _ in row.slots})
        starts = {start for _, start in row.slots} - {None}
        assert not starts or {session.start.time() for session in sessions} == starts


def test_a_service_every_two_weeks_is_in_every_second_week() -> None:
    entries = timetable(VARIANTS["phoenix-adolescent"], Weekday.MONDAY)
    alone = [
        entry.week
        for entry in entries
        if (entry.phase, entry.service.name) == ("phase-2", "individual-session")
    ]
    assert alone == [7, 9, 11]


@pytest.mark.parametrize(("place", "hours"), UNDIVIDED.items(), ids=str)
def test_hours_without_sessions_are_kept_as_hours_until_a_site_divides_them(
    place: tuple[str, str, str], hours: tuple[int, int]
) -> None:
    low, high = (each * timedelta(hours=1) for each in hours)
    label, phase, name = place
    entries = [
        entry
        for entry in timetable(VARIANTS[label], Weekday.MONDAY)
        if (entry.phase, entry.service.name) == (phase, name)
    ]
    assert {e.service.timing for e in entries} == {TimePerWeek(Times(low, high))}
    made = dated(label, Weekday.MONDAY)
    weekly: Counter[int] = Counter()
    for session in made.sessions:
        if (session.phase, session.service) == (phase, name):
            weekly[session.week] += session.duration // timedelta(hours=1)
    assert set(weekly.values()) == {hours[0]}
    assert len(weekly) == len(entries)


@pytest.mark.parametrize(("place", "hours"), HOURS.items(), ids=str)
def test_each_phase_has_its_published_hours_a_week(
    place: tuple[str, str], hours: tuple[str, str, int]
) -> None:
    label, name = place
    least, most, unmeasured = hours
    doses = doses_in(VARIANTS[label], name)
    known = sum((dose.known for dose in doses), timedelta(0))
    extra = sum((dose.extra for dose in doses), timedelta(0))
    assert Fraction(known // MINUTE, 60 * len(doses)) == Fraction(least)
    assert Fraction((known + extra) // MINUTE, 60 * len(doses)) == Fraction(most)
    assert {dose.unmeasured for dose in doses} == {unmeasured}


def doses_in(program: Program, phase: str) -> list[Dose]:
    names = [p.name for p in program.phases for _ in range(p.laid_weeks)]
    doses = zip(names, weekly_doses(program), strict=True)
    return [dose for name, dose in doses if name == phase]


@pytest.mark.no_cover  # reaches only what others do
@each_variant
@each_first_day
def test_a_schedule_has_the_hours_of_the_plan(label: str, first: Weekday) -> None:
    made = dated(label, first)
    assert booked_doses(made) == weekly_doses(made.plan.program)


def test_totals_in_all_are_as_published() -> None:
    salt = timetable(EVERY["salt-academy"], Weekday.MONDAY)
    assert len(salt) == 36
    assert sum((e.service.duration or timedelta(0) for e in salt), timedelta(0)) == timedelta(
        hours=108
    )
    (telehealth,) = weekly_doses(EVERY["telehealth-iop"])
    assert f"{telehealth.known / timedelta(hours=1):.2f}" == "9.83"


def test_the_day_track_has_13_and_a_half_hours_of_its_own_program() -> None:
    day = VARIANTS["palmetto-arc, day"]
    (dose,) = weekly_doses(day, services=("day-program",))
    assert dose.known == timedelta(hours=13, minutes=30)


def test_the_evening_track_is_from_monday_to_thursday_at_the_same_hours() -> None:
    entries = timetable(VARIANTS["palmetto-arc, evening"], Weekday.MONDAY)
    assert [(entry.day, entry.start) for entry in entries] == [(n, time(17, 30)) for n in range(4)]
    assert {entry.service.duration for entry in entries} == {timedelta(hours=3)}


@pytest.mark.parametrize("name", LENGTHS)
def test_a_program_is_as_long_as_published(name: str) -> None:
    assert {phase.words for phase in EVERY[name].phases} == {LENGTHS[name]}


def test_the_lengths_are_of_all_programs() -> None:
    assert LENGTHS.keys() == EVERY.keys() - {MATRIX.name}


@pytest.mark.parametrize("name", EVERY)
def test_a_program_disagrees_with_its_source_exactly_where_the_source_does(name: str) -> None:
    found = [each.words for each in discrepancies(EVERY[name])]
    assert found == DISCREPANCIES.get(name, [])


def test_figures_that_sources_print_themselves_are_carried() -> None:
    stated = {name: len(program.stated) for name, program in EVERY.items() if program.stated}
    assert stated == {
        "deaconess-cross-pointe": 2,
        "deaconess-aftercare": 1,
        "matrix-16-week": 1,
        "palmetto-arc": 1,
        "va-houston": 1,
        "phoenix-adolescent": 2,
        "salt-academy": 2,
    }


def test_programs_for_adolescents_say_so() -> None:
    young = {name for name, p in EVERY.items() if p.age_group is AgeGroup.ADOLESCENT}
    assert young == {"phoenix-adolescent", "salt-academy"}
    assert {p.age_group for name, p in EVERY.items() if name not in young} == {None}


def test_only_telehealth_is_by_telehealth() -> None:
    far = {name for name, p in EVERY.items() for s in p.every_service if s.delivery is not None}
    assert far == {"telehealth-iop"}
    services = EVERY["telehealth-iop"].every_service
    assert {service.delivery for service in services} == {Delivery.TELEHEALTH}


def test_palmetto_reviews_its_plans_weekly() -> None:
    assert {name: p.review_every_days for name, p in EVERY.items() if p.review_every_days} == {
        "palmetto-arc": 7
    }
    made = dated("palmetto-arc, day", Weekday.MONDAY)
    days = [milestone.by - made.plan.start for milestone in made.plan.milestones]
    assert days == [timedelta(weeks=week) for week in range(1, OPEN_WEEKS)]


@pytest.mark.parametrize("name", program_names())
def test_a_program_says_who_publishes_it_and_what_its_source_leaves_open(name: str) -> None:
    program = find_program(name)
    assert program.left_open
    papers = ("alterman", "schneider", "telehealth")
    grade = Grade.OFFICIAL if name.startswith(papers) else Grade.SECONDARY
    assert grade in {source.grade for source in program.sources}


# Schedules.


@each_variant
@each_first_day
def test_every_session_is_booked_where_a_site_is_always_open(label: str, first: Weekday) -> None:
    made = dated(label, first)
    unrated = {service for program, _, service in UNRATED if program == label}
    assert {missing.service for missing in made.unplaced} == unrated
    assert [session for session in made.sessions if session.moved] == []
    assert counted(made) == prescribed(made)


@pytest.mark.no_cover  # reaches only what others do
@each_variant
@each_first_day
def test_no_session_is_lost_where_neither_site_nor_patient_says_anything(
    label: str, first: Weekday
) -> None:
    program = VARIANTS[label]
    site = Site("Elm Street", "America/Chicago", WeeklyWindows.of("monday 09:00-12:00"))
    plan = draft(
        program,
        Patient(key=PATIENT.key),
        site,
        start=date(2026, 9, 7) + timedelta(days=first),
        seed=1,
        phase_weeks=dict.fromkeys(program.open_lengths, OPEN_WEEKS),
    )
    made = schedule(plan, site)
    assert counted(made) == prescribed(made)


def counted(made: Schedule) -> Counter[tuple[str, int]]:
    booked = Counter((session.service, session.number) for session in made.sessions)
    return booked + Counter((missing.service, missing.number) for missing in made.unplaced)


def prescribed(made: Schedule) -> Counter[tuple[str, int]]:
    entries = timetable(made.plan.program, Weekday.of(made.plan.start))
    return Counter((entry.service.name, entry.number) for entry in entries)


def test_deaconess_moves_sessions_of_holidays_and_drops_none() -> None:
    holiday = date(2026, 9, 10)  # a Thursday
    closed = evolve(SITE, closures=(Closure(holiday, holiday + timedelta(days=1), "Holiday"),))
    program = EVERY["deaconess-cross-pointe"]
    plan = draft(program, PATIENT, closed, start=date(2026, 9, 7), seed=1)
    made = schedule(plan, closed)
    evenings = [session for session in made.sessions if session.service == "evening"]
    assert len(evenings) == 18
    (moved,) = [session for session in evenings if session.moved]
    assert moved.start.isoformat() == "2026-09-11T17:30:00-05:00"
    assert counted(made) == prescribed(made)


def test_a_phase_may_be_as_long_as_its_range_allows() -> None:
    weeks = {"phase-1": 8, "phase-2": 7}
    phoenix = EVERY["phoenix-adolescent"]
    plan = draft(phoenix, PATIENT, SITE, start=date(2026, 9, 7), seed=1, phase_weeks=weeks)
    assert plan.weeks == 15
    hours = [dose.known / timedelta(hours=1) for dose in weekly_doses(plan.program)]
    assert hours == [18] * 8 + [6, 5, 6, 5, 6, 5, 6]
