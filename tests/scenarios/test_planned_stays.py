from collections.abc import Mapping
from datetime import date, time, timedelta

import pytest
from attrs import evolve

from iopkit.errors import InvalidError, UnknownNameError
from iopkit.groups.groups import Group
from iopkit.library import find_program, program_names
from iopkit.plans.drafting import draft
from iopkit.programs import Program, Slot
from iopkit.programs.programs import unrated
from iopkit.scenarios import weeks
from iopkit.scenarios.weeks import ProgramWeeks
from iopkit.schedules.scheduling import schedule
from iopkit.schedules.sessions import Schedule
from iopkit.sites import ClosedRule, Closure, HolidayCalendar, NewHours, Offer, Site
from iopkit.windows import WeeklyWindows

pytestmark = pytest.mark.measured

_WEEK = WeeklyWindows.of(*(f"{day} 08:00-21:00" for day in ("monday", "tuesday", "wednesday")))
_LONG = WeeklyWindows.of(
    *(f"{d} 08:00-21:00" for d in ("monday", "tuesday", "wednesday", "thursday", "friday"))
)


def _site(rule: ClosedRule = ClosedRule.MOVE_IN_WEEK, later: tuple[NewHours, ...] = ()) -> Site:
    return Site(
        "Elm",
        "America/Chicago",
        _LONG,
        closed_rule=rule,
        later_hours=later,
        holidays=HolidayCalendar("US", "IL"),
        closures=(Closure(date(2026, 2, 18), date(2026, 2, 20), "training"),),
        offers=(
            Offer("individual-session", start=time(16), duration=timedelta(minutes=50)),
            Offer("group", start=time(18)),
        ),
    )


def _as_for_a_patient(
    program: Program,
    site: Site,
    day: date,
    track: str | None = None,
    phase_weeks: Mapping[str, int] | None = None,
) -> Schedule:
    """The same by the doors that a clinic uses, for a patient of whom nothing speaks against."""
    anybody = weeks._ANYBODY
    plan = draft(program, anybody, site, start=day, seed=0, track=track, phase_weeks=phase_weeks)
    return schedule(evolve(plan, on_hold=unrated(plan.program), upcoming=()), site)


def _dated(booked: Schedule) -> list[tuple[str, int, object]]:
    return [(each.service, each.number, each.start) for each in booked.sessions]


@pytest.mark.parametrize("name", program_names())
@pytest.mark.parametrize("rule", [ClosedRule.MOVE_IN_WEEK, ClosedRule.SKIP])
def test_a_stay_has_the_hours_of_the_schedule_week_by_week(name: str, rule: ClosedRule) -> None:
    program, site = find_program(name), _site(rule)
    track = program.tracks[0].name if program.tracks else None
    lengths = dict.fromkeys(program.open_lengths, 4)
    of = ProgramWeeks(program, site, track, tuple(lengths.items()))
    for day in (date(2025, 12, 15), date(2026, 1, 13), date(2026, 2, 13), date(2026, 3, 5)):
        booked = _as_for_a_patient(program, site, day, track=track, phase_weeks=lengths)
        stay = of.starting(day)
        assert of.days(day) == booked.plan.weeks * 7
        assert _dated(stay.schedule) == _dated(booked)
        assert stay.undated == len(booked.unplaced)
        hours = [timedelta(0)] * (booked.weeks + 1)
        for each in booked.sessions:
            hours[(each.start.date() - day).days // 7] += each.service_time
        by_week = [
            timedelta(minutes=int(stay.minutes[stay.day // 7 == week].sum()))
            for week in range(len(hours))
        ]
        assert by_week == hours
        assert [stay.services[place].name for place in stay.service] == [
            each.service for each in booked.sessions
        ]
        assert stay.number.tolist() == [each.number for each in booked.sessions]


def test_hours_that_change_are_those_of_each_first_day() -> None:
    later = NewHours(date(2026, 3, 2), _WEEK)
    program, site = find_program("salt-academy"), _site(later=(later,))
    of = ProgramWeeks(program, site)
    for day in (date(2026, 2, 23), date(2026, 3, 2), date(2026, 3, 10)):
        assert _dated(of.starting(day).schedule) == _dated(_as_for_a_patient(program, site, day))


def test_whoever_is_in_a_group_has_its_times() -> None:
    slots = tuple(Slot.parse(f"{day} 09:30") for day in ("monday", "tuesday", "friday"))
    group = Group("early", "session", slots, timedelta(hours=3), 8)
    program, site = find_program("salt-academy"), _site()
    of = ProgramWeeks(program, site, groups=(group,))
    stay = of.starting(date(2026, 1, 12), ("early",))
    starts = [each.start for each in stay.schedule.sessions]
    assert {each.group for each in stay.schedule.sessions} == {"early"}
    assert [each.isoformat()[:16] for each in starts[:4]] == [
        "2026-01-12T09:30",
        "2026-01-13T09:30",
        "2026-01-16T09:30",
        # The Monday after is Martin Luther King's, and the group meets on another day.
        "2026-01-20T09:30",
    ]
    alone = of.starting(date(2026, 1, 12))
    assert {each.group for each in alone.schedule.sessions} == {None}


def test_what_is_left_open_is_asked_for() -> None:
    site = _site()
    with pytest.raises(InvalidError, match="day, evening"):
        ProgramWeeks(find_program("palmetto-arc"), site)
    with pytest.raises(UnknownNameError):
        ProgramWeeks(find_program("palmetto-arc"), site, "night").starting(date(2026, 1, 5))
    with pytest.raises(InvalidError, match="phase_weeks"):
        ProgramWeeks(find_program("telehealth-iop"), site).days(date(2026, 1, 5))
    group = Group("a", "grop", (Slot.parse("monday 09:30"),), timedelta(hours=3), 8)
    with pytest.raises(InvalidError, match="of services of the program"):
        ProgramWeeks(find_program("salt-academy"), site, groups=(group,))


def test_a_stay_shows_counts_alone_and_does_not_change() -> None:
    stay = ProgramWeeks(find_program("salt-academy"), _site()).starting(date(2026, 1, 5))
    assert repr(stay) == "PlannedStay(35 sessions, 1 without a date)"
    with pytest.raises(ValueError, match="read-only"):
        stay.day[0] = 1
