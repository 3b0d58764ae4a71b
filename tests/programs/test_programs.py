"""Programs: what is refused, on both sides of each bound, and how times are compared."""

import pickle
from collections.abc import Callable
from datetime import UTC, time, timedelta
from functools import partial
from itertools import pairwise

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import strategies
from iopkit.errors import InvalidError, Step
from iopkit.modalities import Modality
from iopkit.programs import (
    EveryWeeks,
    InAll,
    Once,
    PerWeek,
    Phase,
    Program,
    RandomDays,
    Service,
    Slot,
    Timing,
    Weekly,
    slots_of,
    timetable,
)
from iopkit.programs.programs import clashing_services, fixed_times
from iopkit.programs.ranges import Times
from iopkit.programs.timings import never_meet
from iopkit.windows import WEEK, Weekday, whole_minutes

pytestmark = pytest.mark.measured


def faults(make: Callable[[], object]) -> list[tuple[Step, ...]]:
    """The paths of every fault in the one error that is raised."""
    with pytest.raises(InvalidError) as caught:
        make()
    return [fault.path for fault in caught.value.faults]


def at(*slots: str) -> tuple[Slot, ...]:
    return tuple(map(Slot.parse, slots))


def weekly(name: str, minutes: int | None, *slots: str) -> Service:
    length = None if minutes is None else timedelta(minutes=minutes)
    return Service(name, name, Modality.GROUP_THERAPY, Weekly(at(*slots)), length)


def program(*services: Service, shared: tuple[Service, ...] = ()) -> Program:
    return Program("any", "Any", (Phase("only", "Only", 2, services),), shared)


# Slots


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        pytest.param("monday", Slot(Weekday.MONDAY), id="day-only"),
        pytest.param("monday 18:00", Slot(Weekday.MONDAY, time(18)), id="day-and-time"),
        pytest.param("Friday 09:05", Slot(Weekday.FRIDAY, time(9, 5)), id="capital"),
        pytest.param("  sunday 00:00  ", Slot(Weekday.SUNDAY, time(0)), id="first-minute"),
        pytest.param("SATURDAY 23:59", Slot(Weekday.SATURDAY, time(23, 59)), id="last-minute"),
    ],
)
def test_a_slot_is_read_from_a_day_and_a_time(text: str, slot: Slot) -> None:
    assert Slot.parse(text) == slot
    assert Slot.parse(str(slot)) == slot


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("mon", id="short-day"),
        pytest.param("18:00", id="no-day"),
        pytest.param("monday\t09:00", id="tab"),
        pytest.param("someday 18:00", id="no-such-day"),
        pytest.param("monday 24:00", id="hour-24"),
        pytest.param("monday 23:60", id="minute-60"),
        pytest.param("monday 9:00", id="one-digit-hour"),
        pytest.param("monday  09:00", id="two-spaces"),
        pytest.param("monday 09:00:00", id="seconds"),
        pytest.param("monday 09:00Z", id="zone"),
        pytest.param("monday 0900", id="no-colon"),
        pytest.param("monday \u0660\u0669:\u0660\u0660", id="other-digits"),
    ],
)
def test_what_is_not_a_slot_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(InvalidError) as caught:
        Slot.parse(text)
    (fault,) = caught.value.faults
    assert fault.expected == "a slot such as 'monday 18:00' or 'monday evening'"
    assert fault.found == "another text"


@given(strategies.slots())
def test_a_slot_reads_back_from_its_text(slot: Slot) -> None:
    assert Slot.parse(str(slot)) == slot


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(time(18, 0, 1), id="seconds"),
        pytest.param(time(18, 0, 0, 1), id="microseconds"),
        pytest.param(time(18, tzinfo=UTC), id="zone"),
    ],
)
def test_a_slot_starts_at_a_bare_whole_minute(start: time) -> None:
    assert faults(lambda: Slot(Weekday.MONDAY, start)) == [("start",)]


def test_slots_are_in_order_of_day_and_time_those_without_a_time_too() -> None:
    slots = at("tuesday", "monday 18:00", "monday 09:00", "monday")
    assert [slot.day for slot in sorted(slots)] == [0, 0, 0, 1]
    timed = [slot for slot in sorted(slots) if slot.start]
    assert timed == list(at("monday 09:00", "monday 18:00"))


# Timings


def test_a_weekly_timing_names_at_least_one_day_and_each_slot_once() -> None:
    assert faults(lambda: Weekly(())) == [("slots",)]
    assert faults(lambda: Weekly(at("monday", "monday"))) == [("slots",)]
    assert Weekly(at("monday 09:00", "monday 10:00", "monday")).slots


@pytest.mark.parametrize(
    ("make", "low", "high", "field"),
    [
        pytest.param(PerWeek, 1, 21, "times", id="per-week"),
        pytest.param(InAll, 1, 1000, "count", id="in-all"),
        pytest.param(RandomDays, 1, 7, "per_week", id="random-days"),
    ],
)
def test_a_dose_lies_between_its_bounds(
    make: Callable[[int], Timing], low: int, high: int, field: str
) -> None:
    assert make(low)
    assert make(high)
    assert faults(lambda: make(low - 1)) == [(field,)]
    assert faults(lambda: make(high + 1)) == [(field,)]


def test_a_dose_has_no_more_slots_than_times() -> None:
    assert PerWeek(2, at("monday", "friday")).slots
    assert faults(lambda: PerWeek(1, at("monday", "friday"))) == [("slots",)]


def test_every_fault_of_a_timing_is_in_one_error() -> None:
    twice = at("monday", "monday")
    assert faults(lambda: PerWeek(0, twice)) == [("times",), ("slots",), ("slots",)]
    assert faults(lambda: InAll(0, twice)) == [("count",), ("slots",)]


@pytest.mark.parametrize(
    ("timing", "words", "slots"),
    [
        pytest.param(Weekly(at("monday")), "weekly", 1, id="weekly"),
        pytest.param(Weekly(at("monday", "friday")), "2 times a week", 2, id="twice-weekly"),
        pytest.param(PerWeek(3, at("monday")), "3 a week", 1, id="per-week"),
        pytest.param(InAll(3, at("monday")), "3 in all", 1, id="in-all"),
        pytest.param(RandomDays(1), "1 a week, on a random day", 0, id="random-days"),
    ],
)
def test_a_timing_has_words_and_the_slots_it_has_so_far(
    timing: Timing, words: str, slots: int
) -> None:
    assert timing.words == words
    assert len(slots_of(timing)) == slots


# Services and phases

GROUP = Service("group", "Group", Modality.GROUP_THERAPY, RandomDays(1))


@pytest.mark.parametrize("name", ["a", "group", "group-2", "0", "a-b-c"])
def test_a_name_in_lower_case_words_is_accepted(name: str) -> None:
    assert evolve(GROUP, name=name).name == name
    assert Phase(name, "Phase", 1).name == name
    assert evolve(program(GROUP), name=name).name == name


@pytest.mark.parametrize("name", ["", "Group", "a b", "a_b", "-a", "a-", "a--b", "\u00e9", "a\n"])
def test_another_name_is_refused(name: str) -> None:
    assert faults(lambda: evolve(GROUP, name=name)) == [("name",)]
    assert faults(lambda: Phase(name, "Phase", 1)) == [("name",)]
    assert faults(lambda: evolve(program(GROUP), name=name)) == [("name",)]


@pytest.mark.parametrize(
    ("duration", "ok"),
    [
        pytest.param(None, True, id="not-known"),
        pytest.param(timedelta(minutes=1), True, id="1-minute"),
        pytest.param(timedelta(days=1), True, id="24-hours"),
        pytest.param(timedelta(0), False, id="none"),
        pytest.param(timedelta(minutes=-1), False, id="negative"),
        pytest.param(timedelta(minutes=1441), False, id="24-hours-and-1-minute"),
        pytest.param(timedelta(seconds=90), False, id="half-minutes"),
        pytest.param(timedelta(minutes=1, microseconds=1), False, id="microseconds"),
    ],
)
def test_a_session_takes_whole_minutes_up_to_a_day(duration: timedelta | None, *, ok: bool) -> None:
    if ok:
        assert evolve(GROUP, duration=duration).duration == duration
    else:
        assert faults(lambda: evolve(GROUP, duration=duration)) == [("duration",)]


@pytest.mark.parametrize(
    ("low", "high", "wrong"),
    [
        pytest.param(None, None, [], id="not-known"),
        pytest.param(1, None, [], id="low-1"),
        pytest.param(0, None, ["group_min"], id="low-0"),
        pytest.param(None, 1, [], id="high-1"),
        pytest.param(None, 0, ["group_max"], id="high-0"),
        pytest.param(8, 8, [], id="high-as-low"),
        pytest.param(8, 7, ["group_max"], id="high-below-low"),
        pytest.param(0, 0, ["group_min", "group_max"], id="both-0"),
    ],
)
def test_group_bounds_are_in_order(low: int | None, high: int | None, wrong: list[str]) -> None:
    if wrong:
        found = faults(lambda: evolve(GROUP, group_min=low, group_max=high))
        assert found == [(name,) for name in wrong]
    else:
        assert evolve(GROUP, group_min=low, group_max=high).group_max == high


def test_every_fault_of_a_service_is_in_one_error() -> None:
    found = faults(
        lambda: evolve(GROUP, name="A B", duration=timedelta(0), group_min=0, group_max=-1)
    )
    assert found == [("name",), ("duration",), ("group_min",), ("group_max",)]


def test_a_phase_has_1_to_520_weeks() -> None:
    assert Phase("a", "A", 1).weeks == Times(1, 1)
    assert Phase("a", "A", 520).weeks == Times(520, 520)
    assert faults(lambda: Phase("a", "A", 0)) == [("weeks",)]
    assert faults(lambda: Phase("a", "A", 521)) == [("weeks",)]
    assert faults(lambda: Phase("A", "A", 0)) == [("name",), ("weeks",)]


def test_a_message_says_which_phase_what_was_expected_and_what_was_found() -> None:
    with pytest.raises(InvalidError) as caught:
        Phase("taper", "Taper", 0)
    assert str(caught.value).splitlines() == [
        "phase 'taper': 1 problem",
        "  weeks: expected at least 1 and at most 520, found 0",
    ]


# Programs


def test_a_program_has_a_phase_and_a_service() -> None:
    assert faults(lambda: Program("any", "Any", ())) == [("phases",)]
    assert faults(lambda: Program("any", "Any", (), (GROUP,))) == [("phases",)]
    assert faults(lambda: Program("any", "Any", (Phase("a", "A", 1),))) == [("services",)]
    assert Program("any", "Any", (Phase("a", "A", 1),), (GROUP,)).weeks == 1
    assert Program("any", "Any", (Phase("a", "A", 1, (GROUP,)),)).weeks == 1


def test_a_program_has_at_most_520_weeks_in_all() -> None:
    long = Phase("a", "A", 519, (GROUP,))
    assert Program("any", "Any", (long, Phase("b", "B", 1))).weeks == 520
    assert faults(lambda: Program("any", "Any", (long, Phase("b", "B", 2)))) == [("phases",)]


def test_a_program_names_each_phase_once() -> None:
    phases = (Phase("a", "A", 1, (GROUP,)), Phase("a", "Again", 1))
    assert faults(lambda: Program("any", "Any", phases)) == [("phases",)]


def test_a_phase_names_each_service_once_those_of_the_program_included() -> None:
    again = evolve(GROUP, title="Again")
    assert faults(lambda: program(GROUP, again)) == [("phases", 0, "services")]
    assert faults(lambda: program(GROUP, shared=(again,))) == [("phases", 0, "services")]


def test_a_service_goes_on_in_another_phase_under_its_name_and_modality() -> None:
    first, second = Phase("a", "A", 1, (GROUP,)), Phase("b", "B", 1, (GROUP,))
    assert Program("any", "Any", (first, second)).every_service == (GROUP, GROUP)
    other = evolve(GROUP, modality=Modality.CASE_MANAGEMENT)
    changed = evolve(second, services=(other,))
    assert faults(lambda: Program("any", "Any", (first, changed))) == [("services",)]


def test_a_phase_holds_the_services_of_the_program_and_its_own() -> None:
    own, shared = weekly("own", 60, "monday"), weekly("shared", 60, "friday")
    both = program(own, shared=(shared,))
    assert both.services_in(both.phases[0]) == (shared, own)
    assert both.every_service == (shared, own)
    assert both.weeks == 2


def test_every_fault_of_a_program_is_in_one_error() -> None:
    clash = (weekly("x", 60, "monday 10:00"), weekly("y", 60, "monday 10:30"))
    other = evolve(clash[0], modality=Modality.CASE_MANAGEMENT, timing=RandomDays(1))
    phases = (Phase("a", "A", 1, clash), Phase("a", "A", 1, (other,)))
    assert faults(lambda: Program("Any", "Any", phases)) == [
        ("name",),
        ("phases",),
        ("phases", 0, "services"),
        ("services",),
    ]


def test_a_fault_in_the_second_of_two_equal_phases_is_placed_there() -> None:
    phase = Phase("a", "A", 1, (GROUP, evolve(GROUP, title="Again")))
    found = faults(lambda: Program("any", "Any", (phase, phase)))
    assert ("phases", 1, "services") in found


# Services that overlap


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        pytest.param(
            weekly("x", 60, "monday 10:00"), weekly("y", 60, "monday 11:00"), False, id="in-turn"
        ),
        pytest.param(
            weekly("x", 61, "monday 10:00"), weekly("y", 60, "monday 11:00"), True, id="1-minute"
        ),
        pytest.param(
            weekly("x", 60, "monday 10:00"), weekly("y", 60, "monday 10:00"), True, id="same-time"
        ),
        pytest.param(
            weekly("x", 240, "monday 10:00"), weekly("y", 30, "monday 11:00"), True, id="inside"
        ),
        pytest.param(
            weekly("x", 60, "monday 10:00"), weekly("y", 60, "tuesday 10:00"), False, id="other-day"
        ),
        pytest.param(
            weekly("x", 60, "monday 23:30"), weekly("y", 60, "tuesday 00:30"), False, id="midnight"
        ),
        pytest.param(
            weekly("x", 61, "monday 23:30"),
            weekly("y", 60, "tuesday 00:30"),
            True,
            id="past-midnight",
        ),
        pytest.param(
            weekly("x", 60, "sunday 23:30"), weekly("y", 60, "monday 00:30"), False, id="week-end"
        ),
        pytest.param(
            weekly("x", 61, "sunday 23:30"),
            weekly("y", 60, "monday 00:30"),
            True,
            id="past-the-week-end",
        ),
        pytest.param(
            weekly("x", 1440, "sunday 12:00"),
            weekly("y", 60, "monday 11:59"),
            True,
            id="a-day-past-the-week-end",
        ),
        pytest.param(
            weekly("x", None, "monday 10:00"),
            weekly("y", 60, "monday 10:00"),
            False,
            id="length-not-known",
        ),
        pytest.param(
            weekly("x", 60, "monday"), weekly("y", 60, "monday 10:00"), False, id="time-not-known"
        ),
    ],
)
def test_services_of_a_phase_do_not_overlap(
    first: Service, second: Service, *, clash: bool
) -> None:
    for one, other in ((first, second), (second, first)):
        assert bool(clashing_services((one, other))) is clash
        if clash:
            assert faults(partial(program, one, other)) == [("phases", 0, "services")]
            assert faults(partial(program, one, shared=(other,))) == [("phases", 0, "services")]
        else:
            assert program(one, other).services == ()
            assert program(one, shared=(other,)).services == (other,)


def test_a_service_does_not_overlap_itself() -> None:
    assert faults(lambda: program(weekly("x", 90, "monday 10:00", "monday 11:00")))
    assert faults(lambda: program(weekly("x", 1440, "sunday 10:00", "monday 09:59")))
    assert program(weekly("x", 1440, "sunday 10:00", "monday 10:00"))


def test_the_slots_found_for_a_dose_may_not_overlap_either() -> None:
    dose = evolve(weekly("x", 60, "monday"), timing=PerWeek(3, at("monday 10:00")))
    some = evolve(weekly("y", 60, "monday"), timing=InAll(3, at("monday 10:30")))
    assert faults(lambda: program(dose, some)) == [("phases", 0, "services")]


@st.composite
def _rare(draw: st.DrawFn, name: str) -> Service:
    """A service at one time of some weeks, late on a Sunday or early on a Monday."""
    slot = draw(st.sampled_from(at("sunday 23:30", "monday 00:00", "monday 01:00")))
    timing = draw(
        st.one_of(
            st.just(Weekly((slot,))),
            st.builds(Once, st.integers(1, 6), st.just((slot,))),
            st.sampled_from([2, 3, 4, 6]).flatmap(
                lambda every: st.builds(
                    EveryWeeks, st.just(every), st.integers(1, every), st.just((slot,))
                )
            ),
        )
    )
    minutes = draw(st.sampled_from([30, 60, 120]))
    return Service(name, name, Modality.GROUP_THERAPY, timing, timedelta(minutes=minutes))


@given(st.tuples(_rare("x"), _rare("y"), _rare("z")))
def test_services_that_never_meet_may_have_one_time_and_others_not(
    services: tuple[Service, ...],
) -> None:
    def overlap(first: Weekday) -> bool:
        spans = [
            (entry.minute, entry.minute + whole_minutes(entry.service.duration))
            for each in services
            for entry in timetable(Program("any", "Any", (Phase("a", "A", 24, (each,)),)), first)
            if entry.minute is not None and entry.service.duration is not None
        ]
        return any(high > low for (_, high), (low, _) in pairwise(sorted(spans)))

    clash = bool(clashing_services(services))
    assert clash or not any(map(overlap, Weekday))
    own_days = {slot.day for each in services for slot in slots_of(each.timing)}
    if len(own_days) == 1:
        assert clash is overlap(Weekday.MONDAY)
    phase = Phase("a", "A", 24, services)
    if clash:
        found = faults(lambda: Program("any", "Any", (phase,)))
        assert set(found) == {("phases", 0, "services")}
    else:
        assert Program("any", "Any", (phase,)).phases == (phase,)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (EveryWeeks(2), EveryWeeks(2, first=2), True),
        (EveryWeeks(2), EveryWeeks(2), False),
        (EveryWeeks(2), EveryWeeks(3, first=2), False),
        (EveryWeeks(4, first=4), EveryWeeks(6), True),
        (EveryWeeks(Times(2, 3)), EveryWeeks(2, first=2), False),
        (EveryWeeks(Times(2, 3), first=2), Once(1), True),
        (EveryWeeks(Times(2, 3)), Once(2), False),
        (EveryWeeks(3, first=2), Once(5), False),
        (Once(4), EveryWeeks(3, first=2), True),
        (Once(4), Once(4), False),
        (Once(4), Once(5), True),
        (Once(4), InAll(1), False),
    ],
)
def test_weeks_that_are_known_never_to_be_the_same(
    one: Timing, other: Timing, *, apart: bool
) -> None:
    assert never_meet(one, other) is never_meet(other, one) is apart


def test_a_service_that_runs_throughout_counts_its_weeks_from_another_first() -> None:
    odd, even = (
        evolve(weekly(name, 60, "monday"), timing=EveryWeeks(2, first, at("monday 10:00")))
        for name, first in (("odd", 1), ("even", 2))
    )
    assert program(odd, even).phases[0].services == (odd, even)
    assert program(shared=(odd, even)).services == (odd, even)
    assert faults(partial(program, odd, shared=(even,))) == [("phases", 0, "services")]


def test_services_of_different_phases_may_have_the_same_time() -> None:
    phases = (
        Phase("a", "A", 1, (weekly("x", 60, "monday 10:00"),)),
        Phase("b", "B", 1, (weekly("y", 60, "monday 10:00"),)),
    )
    assert Program("any", "Any", phases).weeks == 2


def test_a_shared_service_that_overlaps_is_placed_in_the_phase_where_it_does() -> None:
    shared = weekly("shared", 60, "monday 10:00")
    phases = (Phase("a", "A", 1), Phase("b", "B", 1, (weekly("x", 60, "monday 10:59"),)))
    with pytest.raises(InvalidError) as caught:
        Program("any", "Any", phases, (shared,))
    (fault,) = caught.value.faults
    assert fault.path == ("phases", 1, "services")
    assert fault.found == "shared and x"


@st.composite
def _timed(draw: st.DrawFn) -> list[Service]:
    lengths = st.sampled_from([1, 45, 180, 1440])
    slots = st.builds(Slot, st.sampled_from(Weekday), strategies.clock_times())
    return [
        Service(
            f"s{n}",
            "Any",
            Modality.GROUP_THERAPY,
            Weekly(tuple(draw(st.lists(slots, min_size=1, max_size=3, unique=True)))),
            timedelta(minutes=draw(lengths)),
        )
        for n in range(draw(st.integers(0, 4)))
    ]


@given(_timed())
def test_times_overlap_exactly_when_a_minute_of_the_week_is_taken_twice(
    services: list[Service],
) -> None:
    taken = [0] * WEEK
    for start, end, _ in fixed_times(services):
        for minute in range(start, end):
            taken[minute % WEEK] += 1
    assert bool(clashing_services(services)) is (max(taken) > 1)


# Values


@given(strategies.programs())
def test_a_program_is_a_value(drawn: Program) -> None:
    copy = pickle.loads(pickle.dumps(drawn))
    assert copy == drawn
    assert hash(copy) == hash(drawn)
    assert len({drawn, copy, evolve(drawn, title="Another")}) == 2
