"""Plans changed in mid-course: week by week, what was held and the new plan's dose from then on."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from iopkit.calendars import update_ical
from iopkit.checks import check
from iopkit.documents import from_json, to_json
from iopkit.library import find_requirements
from iopkit.modalities import Modality
from iopkit.plans import AddSessions, DropSessions, Leave, Plan, revise
from iopkit.programs import (
    Curriculum,
    Phase,
    Program,
    RandomDays,
    Service,
    Slot,
    Weekly,
)
from iopkit.reports import calendar_text, difference_text, moves_text, plan_text, timeline_text
from iopkit.schedules import (
    Reason,
    Schedule,
    Session,
    Surroundings,
    openings,
    reschedule,
    schedule,
    schedule_difference,
    take,
)
from iopkit.sites import Closure, Site
from iopkit.windows import WeeklyWindows

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
MONDAY = date(2026, 3, 30)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SITE = Site("Elm", "America/Chicago", WeeklyWindows.always())


def service(name: str, *slots: str, hours: int = 1) -> Service:
    timing = Weekly(tuple(map(Slot.parse, slots)))
    return Service(name, name.title(), Modality.GROUP_THERAPY, timing, hours * HOUR)


def plan_of(*phases: Phase, leaves: tuple[Leave, ...] = ()) -> Plan:
    program = Program("any", "Any", phases)
    return Plan(KEY, KEY, "Elm", program, MONDAY, 1, leaves=leaves)


def phase(weeks: int, *services: Service, name: str = "one") -> Phase:
    return Phase(name, name.title(), weeks, services)


def week(number: int) -> datetime:
    """The midnight that begins a week."""
    return datetime.combine(MONDAY + (number - 1) * 7 * DAY, time(0), SITE.tz)


def by_week(made: Schedule, weeks: int) -> list[int]:
    counts = Counter(session.week for session in made.sessions)
    counts.update(missing.week for missing in made.unplaced)
    return [counts[number] for number in range(1, weeks + 1)]


DAYS = service("group", "tuesday 10:00", "thursday 10:00", "saturday 10:00")
EVENINGS = service("group", "monday 18:00", "wednesday 18:00")


@pytest.mark.parametrize(
    ("old", "new", "at", "expected"),
    [
        pytest.param([phase(7, DAYS)], [phase(7, EVENINGS)], 4, "3332222", id="fewer, evenings"),
        pytest.param([phase(7, EVENINGS)], [phase(7, DAYS)], 3, "2233333", id="more, by day"),
        pytest.param(
            [phase(6, DAYS)], [phase(6, service("group", "sunday 10:00"))], 3, "331111", id="to one"
        ),
        pytest.param([phase(6, DAYS)], [phase(6, EVENINGS)], 6, "333332", id="in the last week"),
        pytest.param([phase(6, EVENINGS)], [phase(9, EVENINGS)], 5, "222222222", id="longer"),
        pytest.param([phase(9, EVENINGS)], [phase(6, EVENINGS)], 5, "222222", id="shorter"),
        pytest.param(
            [phase(4, DAYS), phase(4, EVENINGS, name="two")],
            [phase(3, DAYS), phase(4, EVENINGS, name="two")],
            5,
            "3333222",
            id="a phase cut after it was held",
        ),
        pytest.param(
            [phase(2, DAYS), phase(2, EVENINGS, name="two")],
            [phase(4, DAYS), phase(2, EVENINGS, name="two")],
            3,
            "333322",
            id="a phase lengthened",
        ),
        pytest.param(
            [phase(5, service("day-group", "friday 09:00", "sunday 09:00"))],
            [phase(5, service("evening-group", "friday 18:00"))],
            3,
            "22111",
            id="another service",
        ),
        pytest.param(
            [phase(5, EVENINGS)],
            [phase(5, EVENINGS, name="other")],
            3,
            "22222",
            id="a phase renamed",
        ),
    ],
)
def test_each_change_gives_the_new_dose_from_its_week_on(
    old: list[Phase], new: list[Phase], at: int, expected: str
) -> None:
    was, plan = schedule(plan_of(*old), SITE), plan_of(*new)
    made = reschedule(was, plan, Surroundings(SITE, week(at)))
    assert made.unplaced == ()
    assert by_week(made, len(expected)) == [*map(int, expected)]
    assert made.weeks == len(expected)
    for name in {session.service for session in made.sessions}:
        numbers = [session.number for session in made.sessions if session.service == name]
        assert numbers == [*range(1, len(numbers) + 1)]
    assert from_json(Schedule, to_json(made)) == made
    assert reschedule(made, plan, Surroundings(SITE, week(at) + 9 * DAY)) == made


def test_revisions_of_a_plan_in_mid_course_change_what_follows_alone() -> None:
    plan = plan_of(phase(8, DAYS))
    was = schedule(plan, SITE)
    fewer = revise(plan, DropSessions("group", (), (Slot.parse("thursday 10:00"),)))
    more = revise(fewer, AddSessions("group", (), (Slot.parse("sunday 12:00"),)))
    dropped = reschedule(was, fewer, Surroundings(SITE, week(4)))
    assert by_week(dropped, 8) == [3, 3, 3, 2, 2, 2, 2, 2]
    added = reschedule(dropped, more, Surroundings(SITE, week(7)))
    assert by_week(added, 8) == [3, 3, 3, 2, 2, 2, 3, 3]
    assert added.revision == 2
    file = update_ical(schedule_difference(was, dropped), stamp=week(4))
    assert file.count(b"STATUS:CANCELLED") == 5
    assert file.count(b"SEQUENCE:1") == file.count(b"BEGIN:VEVENT")
    found = check(added, find_requirements("us-medicare-iop"))
    hours = [f.seen.least for f in found if f.requirement.name == "nine-hours"]
    assert hours == [60 * count for count in (3, 3, 3, 2, 2, 2, 3, 3)]


def test_what_a_plan_has_no_more_keeps_its_title_in_every_text() -> None:
    old = schedule(plan_of(phase(3, service("day-group", "friday 09:00"))), SITE)
    shut = evolve(SITE, closures=(Closure(MONDAY, MONDAY + 7 * DAY, "Flood"),))
    new = reschedule(
        schedule(old.plan, shut),
        plan_of(phase(3, service("night-group", "friday 20:00"))),
        Surroundings(SITE, week(3)),
    )
    assert [phase.services[0].name for phase in new.former] == ["day-group"]
    told = calendar_text(new) + timeline_text(new) + moves_text(new)
    assert told.count("Day-Group") == 3
    difference = schedule_difference(old, new)
    assert "Day-Group 3: was" in difference_text(difference)
    assert difference.new == new
    again = reschedule(new, old.plan, Surroundings(SITE, week(3) + 6 * DAY))
    assert [phase.services[0].name for phase in again.former] == ["night-group"]


def test_what_is_moved_past_the_change_is_given_after_it_unless_its_service_has_ended() -> None:
    closed = evolve(SITE, closures=(Closure(MONDAY + 8 * DAY, MONDAY + 9 * DAY, "Flood"),))
    old = schedule(plan_of(phase(3, service("group", "tuesday 10:00"))), closed)
    assert [f"{s.start:%a %d}" for s in old.sessions] == ["Tue 31", "Wed 08", "Tue 14"]
    around = Surroundings(closed, week(2) + 34 * HOUR)  # Tuesday at 10:00
    evening = plan_of(phase(3, service("group", "thursday 18:00")))
    made = reschedule(old, evening, around)
    assert [f"{s.start:%a %d}" for s in made.sessions] == ["Tue 31", "Wed 08", "Thu 09", "Thu 16"]
    held = reschedule(old, evolve(evening, on_hold=("group",)), around)
    assert [u.why for u in held.unplaced] == [Reason.ON_HOLD] * 3
    other = plan_of(phase(3, service("talk", "wednesday 10:00")))
    ended = reschedule(old, other, around)
    assert [(u.service, u.why) for u in ended.unplaced] == [("group", Reason.PAST)]
    full = service("full", "saturday 10:00", hours=2)
    busy = plan_of(phase(3, service("group", "wednesday 10:00"), full))
    beside = reschedule(old, busy, around)
    assert [f"{s.start:%a %d %H}" for s in beside.sessions[1:3]] == ["Wed 08 10", "Wed 08 11"]


def test_a_session_held_before_it_was_due_is_not_held_again() -> None:
    old = schedule(plan_of(phase(2, service("group", "thursday 10:00"))), SITE)
    around = Surroundings(SITE, week(1))
    early = next(
        o for o in openings(old, old.sessions[0], around) if o.session.start < week(1) + 3 * DAY
    )
    asked = take(old, early)
    later = Surroundings(SITE, week(1) + 60 * HOUR)
    assert reschedule(asked, old.plan, later) == asked
    friday = reschedule(asked, plan_of(phase(2, service("group", "friday 10:00"))), later)
    assert [f"{s.number} {s.start:%a %d}" for s in friday.sessions] == ["1 Wed 01", "2 Fri 10"]


# Leaves that shift what follows


def test_a_leave_shifts_all_that_follows_in_its_order() -> None:
    topics = Curriculum(tuple("ABCDEFGH"))
    group = evolve(service("group", "monday 10:00", "thursday 10:00"), curriculum=topics)
    test = Service("test", "Test", Modality.DRUG_TESTING, RandomDays(1), HOUR / 4)
    plan = plan_of(phase(2, group, test), phase(2, group, test, name="two"))
    first = MONDAY + 9 * DAY  # a Wednesday
    away = Leave(first, first + 8 * DAY, "abroad", shifts=True)
    old = schedule(plan, SITE)
    for made in (
        schedule(evolve(plan, leaves=(away,)), SITE),
        reschedule(old, evolve(plan, leaves=(away,)), Surroundings(SITE, week(2) + 40 * HOUR)),
    ):
        groups = [session for session in made.sessions if session.service == "group"]
        assert [session.number for session in groups] == [*range(1, 9)]
        assert [session.week for session in groups] == [1, 1, 2, 4, 5, 5, 6, 6]
        assert not any(session.moved for session in groups)
        assert [s.week for s in made.sessions if s.service == "test"] == [1, 2, 5, 6]
        assert not any(away.start <= s.start.date() < away.end for s in made.sessions)
        assert (made.unplaced, made.weeks, made.plan.weeks) == ((), 6, 6)
    spans = [(a - MONDAY, b - MONDAY) for a, b, _ in evolve(plan, leaves=(away,)).phase_spans()]
    assert spans == [(0 * DAY, 28 * DAY), (28 * DAY, 42 * DAY)]
    assert "all that follows is later by whole weeks" in plan_text(evolve(plan, leaves=(away,)))


@pytest.mark.parametrize(
    ("first", "days", "weeks"),
    [
        (-9, 9, [1, 2]),
        (-3, 4, [2, 3]),
        (0, 7, [2, 3]),
        (0, 8, [3, 4]),
        (7, 1, [1, 3]),
        (14, 9, [1, 2]),
    ],
)
def test_a_leave_shifts_by_the_whole_weeks_that_it_needs(
    first: int, days: int, weeks: list[int]
) -> None:
    away = Leave(MONDAY + first * DAY, MONDAY + (first + days) * DAY, shifts=True)
    plan = plan_of(phase(2, service("group", "monday 10:00")), leaves=(away,))
    assert [session.week for session in schedule(plan, SITE).sessions] == weeks


def test_a_night_that_runs_into_a_leave_is_shifted_too() -> None:
    away = Leave(MONDAY + DAY, MONDAY + 3 * DAY, shifts=True)
    plan = plan_of(phase(2, service("night", "monday 23:00", hours=3)), leaves=(away,))
    assert [session.week for session in schedule(plan, SITE).sessions] == [2, 3]


def test_random_days_without_room_in_the_week_that_a_leave_shifts_from_come_after() -> None:
    test = Service("test", "Test", Modality.DRUG_TESTING, RandomDays(1), HOUR / 4)
    away = Leave(MONDAY + DAY, MONDAY + 7 * DAY, shifts=True)
    site = evolve(SITE, hours=WeeklyWindows.of("friday 09:00-17:00"))
    made = schedule(plan_of(phase(2, test), leaves=(away,)), site)
    assert ([session.week for session in made.sessions], made.unplaced) == ([3, 4], ())


def test_random_days_that_extend_the_plan_are_not_lost() -> None:
    test = Service("test", "Test", Modality.DRUG_TESTING, RandomDays(1), HOUR / 4)
    away = Leave(MONDAY + 7 * DAY, MONDAY + 14 * DAY, extends=True)
    plan = plan_of(phase(4, test), leaves=(away,))
    old = schedule(plan, SITE)
    assert reschedule(old, plan, Surroundings(SITE, week(4))) == old
    shut = evolve(SITE, closures=(Closure(MONDAY + 28 * DAY, MONDAY + 35 * DAY, "Flood"),))
    made = reschedule(old, plan, Surroundings(shut, week(4)))
    assert [session.week for session in made.sessions] == [1, 3, 4, 6]


# Against a count that knows nothing of schedules

SLOTS = [f"{day} {hour:02}:00" for day in ("monday", "tuesday", "friday") for hour in (9, 14, 18)]


@st.composite
def programs(draw: st.DrawFn) -> tuple[Phase, ...]:
    names = draw(st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=2, unique=True))
    return tuple(
        phase(draw(st.integers(1, 3)), *_apart(draw, names), name=f"p{number}")
        for number in range(draw(st.integers(1, 3)))
    )


def _apart(draw: st.DrawFn, names: list[str]) -> list[Service]:
    """Services at times that are not the same."""
    left, found = [*SLOTS], list[Service]()
    for name in names:
        slots = draw(st.lists(st.sampled_from(left), min_size=1, max_size=3, unique=True))
        left = [slot for slot in left if slot not in slots]
        found.append(service(name, *slots))
    return found


def dose(phases: tuple[Phase, ...], since: datetime | None = None) -> Counter[tuple[str, int]]:
    """Sessions of each service and week, or those after a moment: slot by slot, day by day."""
    found, day = Counter[tuple[str, int]](), MONDAY
    for each in phases:
        for _ in range(each.laid_weeks * 7):
            for one in each.services:
                assert isinstance(one.timing, Weekly)
                for slot in one.timing.slots:
                    assert slot.start is not None
                    at = datetime.combine(day, slot.start, SITE.tz)
                    if slot.day == day.weekday() and (since is None or at > since):
                        found[one.name, (day - MONDAY).days // 7 + 1] += 1
            day += DAY
    return found


def due_at(session: Session) -> datetime:
    moved = session.moved
    return moved.prescribed.replace(tzinfo=SITE.tz) if moved else session.start


def counted(made: Schedule) -> Counter[tuple[str, int]]:
    """Sessions of each service in the weeks in which they were due."""
    found = Counter((u.service, u.week) for u in made.unplaced)
    for session in made.sessions:
        found[session.service, (due_at(session).date() - MONDAY).days // 7 + 1] += 1
    return found


def counted_early(made: Schedule, now: datetime) -> Counter[tuple[str, int]]:
    """Sessions that are over by a moment, but were due after it."""
    early = tuple(s for s in made.sessions if s.start <= now < due_at(s))
    return counted(evolve(made, sessions=early, unplaced=()))


class Courses(RuleBasedStateMachine):
    """Plans, services on hold and closures change at random while time goes on."""

    @initialize(phases=programs())
    def begin(self, phases: tuple[Phase, ...]) -> None:
        self.site, self.now = SITE, week(1) - DAY
        self.made = schedule(plan_of(*phases), SITE)
        self.expected = dose(phases)

    @rule(hours=st.integers(1, 9 * 24), phases=programs())
    def change_the_plan(self, hours: int, phases: tuple[Phase, ...]) -> None:
        self.go_on(hours, plan_of(*phases), phases)

    @rule(hours=st.integers(1, 9 * 24), on_hold=st.booleans())
    def hold_or_resume(self, hours: int, on_hold: bool) -> None:
        phases = self.made.plan.program.phases
        held = (phases[0].services[0].name,) if on_hold else ()
        self.go_on(hours, evolve(self.made.plan, on_hold=held), phases)

    @rule(hours=st.integers(1, 9 * 24), first=st.integers(0, 40), days=st.integers(1, 9))
    def close_the_site(self, hours: int, first: int, days: int) -> None:
        start = MONDAY + first * DAY
        self.site = evolve(self.site, closures=(Closure(start, start + days * DAY, "Flood"),))
        self.go_on(hours, self.made.plan, self.made.plan.program.phases)

    def go_on(self, hours: int, plan: Plan, phases: tuple[Phase, ...]) -> None:
        """Change the plan some hours later."""
        self.now += hours * HOUR
        was_to_come = dose(self.made.plan.program.phases, self.now)
        # Held before it was due, and so instead of one that the new plan has in its week.
        early = counted_early(self.made, self.now)
        self.expected.subtract(was_to_come)
        self.expected = +self.expected + (dose(phases, self.now) | early)
        self.made = reschedule(self.made, plan, Surroundings(self.site, self.now))

    @invariant()
    def each_week_has_what_was_due_and_the_new_dose(self) -> None:
        assert +counted(self.made) == +self.expected

    @invariant()
    def nothing_is_moved_without_a_reason(self) -> None:
        assert self.site.closures or not any(session.moved for session in self.made.sessions)

    @invariant()
    def nothing_overlaps(self) -> None:
        assert all(a.end <= b.start for a, b in pairwise(self.made.sessions))


TestCourses = Courses.TestCase
TestCourses.settings = settings(stateful_step_count=6, deadline=None)
