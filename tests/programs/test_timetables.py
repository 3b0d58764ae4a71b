"""Timetables: where each session lies in the program, and how much service a week holds."""

from collections import Counter
from datetime import time, timedelta
from itertools import pairwise

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import strategies
from iopkit.errors import InvalidError
from iopkit.modalities import Modality
from iopkit.programs import (
    Dose,
    EveryWeeks,
    InAll,
    Once,
    PerWeek,
    Phase,
    Program,
    RandomDays,
    Service,
    Slot,
    TimePerWeek,
    Times,
    Timing,
    Weekly,
    timetable,
    weekly_doses,
)
from iopkit.windows import Weekday


def at(*slots: str) -> tuple[Slot, ...]:
    return tuple(map(Slot.parse, slots))


def service(name: str, timing: Timing, minutes: int | None = 60) -> Service:
    length = None if minutes is None else timedelta(minutes=minutes)
    return Service(name, name, Modality.GROUP_THERAPY, timing, length)


def program(weeks: int, *services: Service) -> Program:
    return Program("any", "Any", (Phase("only", "Only", weeks, services),))


def prescribed(program: Program) -> Counter[str]:
    """Sessions of each service in all, counted from the template alone."""
    counts: Counter[str] = Counter()
    runs = [(program.weeks, service) for service in program.services]
    runs += [(phase.laid_weeks, service) for phase in program.phases for service in phase.services]
    for weeks, each in runs:
        match each.timing:
            case Weekly(slots):
                counts[each.name] += weeks * len(slots)
            case PerWeek(times):
                counts[each.name] += weeks * (times.least or 0)
            case RandomDays(per_week):
                counts[each.name] += weeks * (per_week.least or 0)
            case InAll(count):
                counts[each.name] += count.least or 0
            case TimePerWeek():
                counts[each.name] += weeks
            case EveryWeeks(Times(int(interval)), first):
                counts[each.name] += sum(
                    week % interval == first % interval for week in range(1, weeks + 1)
                )
            case Once(week):
                counts[each.name] += week <= weeks
    return counts


@pytest.mark.parametrize("first", Weekday)
@pytest.mark.parametrize("day", Weekday)
def test_a_week_of_the_program_begins_with_the_first_day_and_has_each_weekday_once(
    first: Weekday, day: Weekday
) -> None:
    weekdays = [Weekday((first + n) % 7) for n in range(7)]
    timing = Weekly((Slot(day, time(18, 5)),))
    laid = timetable(program(3, service("group", timing)), first)
    offset = weekdays.index(day)
    assert [each.day for each in laid] == [offset, 7 + offset, 14 + offset]
    assert [each.week for each in laid] == [1, 2, 3]
    assert [each.number for each in laid] == [1, 2, 3]
    assert {each.start for each in laid} == {time(18, 5)}
    assert laid[0].minute == offset * 1440 + 18 * 60 + 5


@pytest.mark.parametrize(
    ("count", "weeks", "in_weeks"),
    [
        pytest.param(1, 1, [1], id="one-of-one"),
        pytest.param(1, 16, [9], id="one-in-the-middle"),
        pytest.param(3, 16, [3, 9, 14], id="three-of-sixteen"),
        pytest.param(4, 4, [1, 2, 3, 4], id="every-week"),
        pytest.param(3, 4, [1, 3, 4], id="three-of-four"),
        pytest.param(2, 1, [1, 1], id="two-in-one"),
        pytest.param(5, 2, [1, 1, 2, 2, 2], id="five-in-two"),
        pytest.param(6, 3, [1, 1, 2, 2, 3, 3], id="two-a-week"),
    ],
)
def test_sessions_in_all_lie_in_the_middles_of_equal_stretches(
    count: int, weeks: int, in_weeks: list[int]
) -> None:
    laid = timetable(program(weeks, service("one", InAll(count))), Weekday.MONDAY)
    assert [each.week for each in laid] == in_weeks
    assert {each.day for each in laid} == {None}


@given(st.integers(1, 60), st.integers(1, 60))
def test_sessions_in_all_are_spread_evenly(count: int, weeks: int) -> None:
    laid = timetable(program(weeks, service("one", InAll(count))), Weekday.MONDAY)
    a_week = Counter(each.week for each in laid)
    assert len(laid) == count
    assert max(a_week.values()) <= -(-count // weeks)
    assert min(a_week[week] for week in range(1, weeks + 1)) >= count // weeks
    gaps = [b.week - a.week for a, b in pairwise(laid)]
    assert all(weeks // count <= gap <= -(-weeks // count) for gap in gaps)


def test_a_week_that_holds_several_takes_the_slots_in_their_order() -> None:
    timing = InAll(5, at("friday 09:00", "monday 10:00"))
    laid = timetable(program(2, service("one", timing)), Weekday.MONDAY)
    days = [(each.week, each.day, each.start) for each in laid]
    assert days == [
        (1, 0, time(10)),
        (1, 4, time(9)),
        (2, 7, time(10)),
        (2, 11, time(9)),
        (2, None, None),
    ]
    single = timetable(program(2, service("one", InAll(2, timing.slots))), Weekday.MONDAY)
    assert [each.day for each in single] == [4, 11]


def test_a_dose_beyond_its_slots_has_no_day_yet() -> None:
    timing = PerWeek(3, at("friday 09:00"))
    laid = timetable(program(1, service("one", timing)), Weekday.MONDAY)
    assert [(each.day, each.minute) for each in laid] == [
        (4, 4 * 1440 + 540),
        (None, None),
        (None, None),
    ]


def test_a_slot_without_a_time_has_a_day_and_no_minute() -> None:
    (each,) = timetable(program(1, service("one", Weekly(at("friday")))), Weekday.THURSDAY)
    assert (each.day, each.start, each.minute) == (1, None, None)


def test_random_days_have_no_day_yet() -> None:
    laid = timetable(program(2, service("test", RandomDays(2))), Weekday.MONDAY)
    assert [(each.week, each.day, each.number) for each in laid] == [
        (1, None, 1),
        (1, None, 2),
        (2, None, 3),
        (2, None, 4),
    ]


def test_a_service_that_goes_on_is_numbered_through_its_phases() -> None:
    group = service("group", Weekly(at("monday 10:00")))
    later = evolve(group, timing=Weekly(at("friday 09:00", "monday 10:00")), duration=None)
    phases = (Phase("a", "A", 2, (group,)), Phase("b", "B", 1), Phase("c", "C", 1, (later,)))
    laid = timetable(Program("any", "Any", phases), Weekday.WEDNESDAY)
    assert [(e.number, e.phase, e.week, e.day) for e in laid] == [
        (1, "a", 1, 5),
        (2, "a", 2, 12),
        (3, "c", 4, 23),
        (4, "c", 4, 26),
    ]
    assert [each.service for each in laid] == [group, group, later, later]


def test_a_service_of_the_program_runs_through_all_phases() -> None:
    shared = service("group", PerWeek(1))
    phases = (Phase("a", "A", 1), Phase("b", "B", 2))
    laid = timetable(Program("any", "Any", phases, (shared,)), Weekday.MONDAY)
    assert [(each.phase, each.week) for each in laid] == [("a", 1), ("b", 2), ("b", 3)]


@given(strategies.programs(), st.sampled_from(Weekday))
def test_every_session_is_laid_out_once_in_its_phase_and_week(
    drawn: Program, first: Weekday
) -> None:
    laid = timetable(drawn, first)
    phases = [phase for phase in drawn.phases for _ in range(phase.laid_weeks)]
    assert Counter(each.service.name for each in laid) == prescribed(drawn)
    for each in laid:
        phase = phases[each.week - 1]
        assert each.phase == phase.name
        assert each.service in drawn.services_in(phase)
        if each.day is not None:
            assert each.day // 7 == each.week - 1
    for name, total in prescribed(drawn).items():
        numbers = [each.number for each in laid if each.service.name == name]
        assert numbers == list(range(1, total + 1))


@given(strategies.programs(), st.sampled_from(Weekday))
def test_sessions_are_in_order_those_without_a_day_last_in_their_week(
    drawn: Program, first: Weekday
) -> None:
    laid = timetable(drawn, first)
    places = [(e.week, e.day is None, e.day or 0, e.minute is None, e.minute or 0) for e in laid]
    assert places == sorted(places)


# Doses


@pytest.mark.parametrize(
    ("minutes", "dose"),
    [
        pytest.param([], Dose(), id="nothing"),
        pytest.param([50, 90], Dose(timedelta(minutes=140)), id="known"),
        pytest.param([None, None], Dose(timedelta(0), 2), id="not-known"),
        pytest.param([50, None, 90], Dose(timedelta(minutes=140), 1), id="both"),
    ],
)
def test_a_dose_adds_what_is_known_and_counts_the_rest(
    minutes: list[int | None], dose: Dose
) -> None:
    lengths = [None if count is None else timedelta(minutes=count) for count in minutes]
    services = [Service("x", "X", Modality.GROUP_THERAPY, PerWeek(1), length) for length in lengths]
    assert Dose.of(services) == dose


def test_a_dose_is_nothing_negative() -> None:
    assert Dose(timedelta(0), 0) == Dose()
    with pytest.raises(InvalidError) as caught:
        Dose(timedelta(minutes=-1), -1)
    assert [fault.path for fault in caught.value.faults] == [("known",), ("unmeasured",)]


def test_weekly_doses_are_those_of_the_modalities_asked_for() -> None:
    group = service("group", Weekly(at("monday 10:00", "friday")), 90)
    test = evolve(service("test", RandomDays(1), None), modality=Modality.DRUG_TESTING)
    phases = (Phase("a", "A", 1, (group,)), Phase("b", "B", 1))
    both = Program("any", "Any", phases, (test,))
    assert weekly_doses(both) == (Dose(timedelta(hours=3), 1), Dose(timedelta(0), 1))
    groups = weekly_doses(both, modalities=[Modality.GROUP_THERAPY])
    assert groups == (Dose(timedelta(hours=3)), Dose())
    assert weekly_doses(both, modalities=()) == (Dose(), Dose())


@given(strategies.programs())
def test_weekly_doses_add_up_to_all_that_is_prescribed(drawn: Program) -> None:
    laid = timetable(drawn, Weekday.SUNDAY)
    doses = weekly_doses(drawn)
    assert len(doses) == drawn.weeks
    services = [each.service for each in laid]
    in_all = [
        s.timing.dose.least or timedelta(0) for s in services if isinstance(s.timing, TimePerWeek)
    ]
    known = [s.duration - s.breaks for s in services if s.duration is not None]
    assert sum((dose.known for dose in doses), timedelta(0)) == sum(in_all + known, timedelta(0))
    longer = [s.duration_max - s.duration for s in services if s.duration and s.duration_max]
    assert sum((dose.extra for dose in doses), timedelta(0)) == sum(longer, timedelta(0))
    unmeasured = [s for s in services if s.duration is None]
    assert sum(dose.unmeasured for dose in doses) == len(unmeasured) - len(in_all)
