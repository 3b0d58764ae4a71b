"""A time line in words has every session, and what the picture has."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import InvalidError, Plan, Program, Schedule, Site, WeeklyWindows, schedule
from iopkit.modalities import Modality
from iopkit.plans import Leave
from iopkit.programs import PerWeek, Phase, RandomDays, Service, Slot, Timing, Weekly
from iopkit.reports import timeline_text
from iopkit.reports.timelines import (
    MarkKind,
    closed_stretches,
    leave_stretches,
    phases_of,
    timeline_lines,
    weekly_times,
)
from iopkit.requirements import Milestone, MilestoneKind
from iopkit.sites import Closure
from iopkit.strategies import programs, sites

KEY = UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11")
MONDAY = date(2026, 1, 5)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SITE = Site("Elm", "America/Chicago", WeeklyWindows.of("monday 08:00-20:00", "friday 08:00-20:00"))
MONDAYS = Weekly((Slot.parse("monday 09:00"),))
PHASES = (Phase("one", "One", 1), Phase("two", "Two", 3))


def service(name: str, timing: Timing = MONDAYS, length: timedelta | None = HOUR) -> Service:
    return Service(name, f"The {name}", Modality.GROUP_THERAPY, timing, length)


def scheduled(*services: Service, site: Site = SITE) -> Schedule:
    plan = Plan(KEY, KEY, "Elm", Program("program", "Program", PHASES, services), MONDAY, 1)
    return schedule(plan, site)


CLOSED = evolve(
    SITE,
    closures=(
        Closure(MONDAY, MONDAY + DAY, "works"),
        Closure(MONDAY + DAY, MONDAY + 3 * DAY, "works"),
        Closure(MONDAY + 3 * DAY, MONDAY + 4 * DAY, "training"),
        Closure(MONDAY + 90 * DAY, MONDAY + 91 * DAY, "too late"),
    ),
)


def test_a_time_line_in_words() -> None:
    made = scheduled(
        service("group"),
        service("other", PerWeek(1)),
        service("test", RandomDays(1), HOUR / 4),
        site=CLOSED,
    )
    review = Milestone(MilestoneKind.REVIEW, MONDAY + 30 * DAY)
    leaves = (
        Leave(MONDAY - 9 * DAY, MONDAY - 8 * DAY),
        Leave(MONDAY + 26 * DAY, MONDAY + 99 * DAY, "Zebediah"),
        Leave(MONDAY + 100 * DAY, MONDAY + 101 * DAY),
    )
    made = evolve(made, plan=evolve(made.plan, milestones=(review,), leaves=leaves))
    assert timeline_text(made, site=CLOSED).splitlines() == [
        "Program, January 5 to February 1, 2026.",
        "One: week 1, January 5 to 11, 2026.",
        "Two: weeks 2 to 4, January 12 to February 1, 2026.",
        "The group: 4 sessions, January 9 to 26, 2026; moved: January 9, 2026.",
        "The other: 0 sessions; without a time: 4, weeks 1 to 4.",
        "The test: 4 sessions on random days.",
        "Hours a week: 1 h 15 min in weeks 1 to 4.",
        "Closed: January 5 to 7, 2026 (works); January 8, 2026 (training).",
        "On hold: January 31 to February 1, 2026.",
        "Due: plan review by February 4, 2026.",
    ]


def test_make_ups_and_weeks_without_a_time_are_said() -> None:
    made = scheduled(service("group"), service("other", PerWeek(1)))
    (first, *rest) = made.sessions
    first_one, _, *later = made.unplaced
    late = evolve(first, start=first.start + 30 * DAY, week=5, make_up=1)
    made = evolve(made, sessions=(first, *rest, late), unplaced=(first_one, *later))
    text = timeline_text(made)
    assert "Extended: week 5, February 2 to 8, 2026." in text
    assert (
        "The group: 5 sessions, January 5 to February 4, 2026; make-up: February 4, 2026." in text
    )
    assert "The other: 0 sessions; without a time: 3, week 1, weeks 3 to 4." in text
    assert "Hours a week: 1 h in weeks 1 to 5." in text


def test_one_session_is_one() -> None:
    made = scheduled(service("group"))
    text = timeline_text(evolve(made, sessions=made.sessions[:1]))
    assert "The group: 1 session, January 5, 2026." in text


def test_days_that_were_drawn_are_told_only_when_asked_for() -> None:
    made = scheduled(service("test", RandomDays(1)))
    (line,) = timeline_lines(made, random_days=False)
    assert all(mark.untold for mark in line.marks)
    moved = evolve(made.sessions[0], make_up=1)
    hidden = timeline_text(evolve(made, sessions=(moved, *made.sessions[1:])))
    assert "4 sessions on random days; make-up: 1." in hidden
    assert "4 sessions, January" in timeline_text(made, random_days=True)


@given(
    st.lists(
        st.sampled_from([MONDAYS, PerWeek(2), RandomDays(1)]), min_size=1, max_size=3, unique=True
    ),
    st.sampled_from([SITE, CLOSED]),
    st.booleans(),
)
def test_every_session_has_a_mark(timings: set[Timing], site: Site, asked: bool) -> None:
    services = [service(f"s{n}", timing) for n, timing in enumerate(timings)]
    made = scheduled(*services, site=site)
    marks = [mark for line in timeline_lines(made, random_days=asked) for mark in line.marks]
    assert len(marks) == len(made.sessions) + len(made.unplaced)
    for kind, count in (
        (MarkKind.MOVED, sum(s.moved is not None for s in made.sessions)),
        (MarkKind.UNPLACED, len(made.unplaced)),
    ):
        assert sum(mark.kind is kind for mark in marks) == count
    days = [mark.day for mark in marks if mark.day and mark.kind is not MarkKind.UNPLACED]
    assert sorted(days) == sorted(
        s.start.date()
        for s in made.sessions
        if asked or not isinstance(made.service(s).timing, RandomDays)
    )
    assert sum(weekly_times(made), timedelta(0)) == sum(
        (s.service_time for s in made.sessions), timedelta(0)
    )
    phases = phases_of(made)
    assert [phases[0].start, *(each.end for each in phases)] == [
        *(each.start for each in phases),
        made.end,
    ]


@given(programs(), sites())
def test_every_service_and_phase_is_told(program: Program, site: Site) -> None:
    made = schedule(Plan(KEY, KEY, site.name, program, MONDAY, 1), site)
    lines = timeline_text(made, site=site).splitlines()
    heads = [f"{phase.title}: week" for phase in program.phases]
    heads += [f"{made.service(session).title}: " for session in made.sessions]
    heads += [f"{made.service(missing).title}: " for missing in made.unplaced]
    for head in set(heads):
        assert any(line.startswith(head) for line in lines)


def test_without_a_site_nothing_is_known_to_be_closed() -> None:
    made = scheduled(service("group"))
    assert closed_stretches(made, None) == ()
    assert leave_stretches(made) == ()
    with pytest.raises(InvalidError, match="time line"):
        timeline_text(made, site=evolve(SITE, name="Oak"))
