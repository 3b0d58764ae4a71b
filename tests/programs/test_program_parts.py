"""Parts of programs: tracks, ranges, breaks, curricula, conditions and stated figures."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import FACTS, strategies
from iopkit.errors import InvalidError, Step, UnknownNameError
from iopkit.modalities import Modality
from iopkit.programs import (
    COURSE_FACTS,
    Curriculum,
    Dose,
    Once,
    PerWeek,
    Phase,
    Program,
    Service,
    Slot,
    StatedHours,
    StatedSessions,
    TimePerWeek,
    Track,
    Weekly,
    discrepancies,
    timetable,
    weekly_doses,
)
from iopkit.programs.ranges import Times
from iopkit.windows import Weekday

pytestmark = pytest.mark.measured

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
GROUP = Service("group", "Group", Modality.GROUP_THERAPY, PerWeek(3), 3 * HOUR)
DAY, EVENING = evolve(GROUP, track="day"), evolve(GROUP, track="evening", duration=2 * HOUR)
TRACKS = (Track("day", "Day"), Track("evening", "Evening"))


def faults(make: Callable[[], object]) -> list[tuple[Step, ...]]:
    """The paths of every fault in the one error that is raised."""
    with pytest.raises(InvalidError) as caught:
        make()
    return [fault.path for fault in caught.value.faults]


def program(*services: Service, tracks: tuple[Track, ...] = TRACKS, weeks: int = 2) -> Program:
    return Program("any", "Any", (Phase("only", "Only", weeks, services),), tracks=tracks)


def at(service: Service, *slots: str) -> Service:
    return evolve(service, timing=Weekly(tuple(map(Slot.parse, slots))))


# Services


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        pytest.param({"breaks": 3 * HOUR - MINUTE}, None, id="a-minute-of-service"),
        pytest.param({"breaks": 3 * HOUR}, "breaks", id="nothing-but-breaks"),
        pytest.param({"breaks": -MINUTE}, "breaks", id="negative-breaks"),
        pytest.param({"breaks": MINUTE / 2}, "breaks", id="half-a-minute"),
        pytest.param({"duration_max": 3 * HOUR}, None, id="a-range-of-one"),
        pytest.param({"duration_max": 3 * HOUR - MINUTE}, "duration_max", id="below-the-least"),
        pytest.param({"duration_max": 25 * HOUR}, "duration_max", id="over-a-day"),
        pytest.param({"duration": None, "duration_max": HOUR}, "duration_max", id="no-least"),
    ],
)
def test_a_session_has_service_in_it_and_a_range_in_order(
    changes: dict[str, timedelta | None], wrong: str | None
) -> None:
    if wrong is None:
        assert evolve(GROUP, **changes).service_time  # type: ignore[arg-type]
    else:
        assert faults(lambda: evolve(GROUP, **changes)) == [(wrong,)]  # type: ignore[arg-type]


def test_breaks_are_clock_time_and_no_service_time() -> None:
    service = evolve(GROUP, breaks=30 * MINUTE, duration_max=4 * HOUR)
    assert service.service_time == 150 * MINUTE
    assert service.longest == 4 * HOUR
    assert evolve(GROUP, duration=None).service_time is None


@pytest.mark.parametrize(
    ("closed", "topics"),
    [
        pytest.param(True, ["b", "c", None, None], id="a-closed-group-ends"),
        pytest.param(False, ["b", "c", "a", "b"], id="an-open-one-begins-again"),
        pytest.param(None, ["b", "c", "a", "b"], id="so-does-one-not-known"),
    ],
)
def test_a_curriculum_goes_on_from_where_the_patient_joins(
    closed: bool | None, topics: list[str | None]
) -> None:
    curriculum = Curriculum(("a", "b", "c"), closed)
    assert [curriculum.topic(number, joined_at=2) for number in range(1, 5)] == topics
    assert curriculum.topic(1) == "a"


def test_a_curriculum_has_a_topic() -> None:
    assert faults(lambda: Curriculum(())) == [("topics",)]


# Phases


@pytest.mark.parametrize(
    ("weeks", "most", "words"),
    [
        (6, 8, "6 to 8 weeks"),
        (6, 6, "6 weeks"),
        (1, 1, "1 week"),
        (10, None, "at least 10 weeks"),
        (1, None, "at least 1 week"),
        (None, 22, "up to 22 weeks"),
        (None, None, "length not stated"),
    ],
)
def test_a_phase_says_how_long_it_is(weeks: int | None, most: int | None, words: str) -> None:
    assert Phase("a", "A", Times(weeks, most)).words == words


def test_a_range_of_weeks_is_in_order() -> None:
    assert faults(lambda: Phase("a", "A", Times(None, 0))) == [("weeks_max",)]
    assert faults(lambda: Phase("a", "A", Times(6, 521))) == [("weeks_max",)]


def test_a_phase_of_no_stated_length_is_laid_out_for_a_week() -> None:
    phases = (Phase("a", "A", None, (GROUP,)), Phase("b", "B", 2))
    both = Program("any", "Any", phases)
    assert both.weeks == 3
    assert both.open_lengths == ("a",)
    assert len(weekly_doses(both)) == 3


def test_conditions_are_about_the_course() -> None:
    met = COURSE_FACTS["goals_met"] >= 1
    assert Phase("a", "A", 1, advance=met).advance == met
    assert faults(lambda: Phase("a", "A", 1, advance=FACTS["age"] >= 18)) == [("advance",)]
    wrong = "weeks >= 4"
    assert faults(lambda: Phase("a", "A", 1, advance=wrong)) == [("advance",)]  # type: ignore[arg-type]
    done = evolve(program(GROUP, tracks=()), discharge=met)
    assert done.discharge == met
    assert faults(lambda: evolve(done, discharge=FACTS["age"] >= 18)) == [("discharge",)]


# Programs


@pytest.mark.parametrize(
    ("make", "path"),
    [
        pytest.param(lambda: program(DAY, EVENING, tracks=TRACKS[:1]), ("tracks",), id="one-track"),
        pytest.param(
            lambda: program(evolve(GROUP, track="night"), DAY, EVENING),
            ("phases", 0, "services", 0, "track"),
            id="another-track",
        ),
        pytest.param(lambda: program(DAY), ("tracks", 1), id="a-track-without-services"),
        pytest.param(
            lambda: program(DAY, EVENING, tracks=(*TRACKS, TRACKS[0])), ("tracks",), id="twice"
        ),
        pytest.param(
            lambda: program(DAY, GROUP, EVENING), ("phases", 0, "services"), id="one-name-for-all"
        ),
        pytest.param(
            lambda: program(evolve(GROUP, timing=Once(3)), tracks=()),
            ("phases", 0, "services", 0, "timing"),
            id="once-after-the-end",
        ),
        pytest.param(
            lambda: program(evolve(GROUP, timing=TimePerWeek(HOUR)), tracks=()),
            ("phases", 0, "services", 0, "timing"),
            id="time-a-week-of-known-sessions",
        ),
        pytest.param(
            lambda: evolve(program(GROUP, tracks=()), language="English"), ("language",), id="tag"
        ),
        pytest.param(
            lambda: evolve(program(GROUP, tracks=()), review_every_days=0),
            ("review_every_days",),
            id="review",
        ),
        pytest.param(
            lambda: evolve(program(GROUP, tracks=()), stated=(StatedSessions(1, phase="x"),)),
            ("stated", 0, "phase"),
            id="a-figure-of-another-phase",
        ),
        pytest.param(
            lambda: evolve(program(GROUP, tracks=()), stated=(StatedSessions(1, track="day"),)),
            ("stated", 0, "track"),
            id="a-figure-of-another-track",
        ),
        pytest.param(
            lambda: evolve(program(DAY, EVENING), stated=(StatedHours(HOUR, services=("x",)),)),
            ("stated", 0, "services"),
            id="a-figure-of-another-service",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(
    make: Callable[[], object], path: tuple[Step, ...]
) -> None:
    assert path in faults(make)


def test_services_of_different_tracks_may_overlap_and_share_a_name() -> None:
    both = program(at(DAY, "monday 10:00"), at(EVENING, "monday 10:30"))
    assert [service.track for service in both.every_service] == ["day", "evening"]
    clash = at(evolve(GROUP, name="other"), "monday 10:30")
    assert faults(lambda: program(at(DAY, "monday 10:00"), EVENING, clash)) == [
        ("phases", 0, "services")
    ]


def test_a_program_on_a_track_has_its_services_and_those_for_all() -> None:
    shared = evolve(GROUP, name="shared")
    stated = (StatedSessions(6, track="day"), StatedSessions(7, track="evening"), StatedSessions(9))
    both = evolve(program(DAY, EVENING), services=(shared,), stated=stated)
    day = both.on_track("day")
    assert [(s.name, s.track) for s in day.every_service] == [("shared", None), ("group", None)]
    assert [s.count for s in day.stated] == [6, 9]  # type: ignore[union-attr]
    assert day.on_track(None) is day
    assert [track and track.name for track, _ in both.variants] == ["day", "evening"]
    assert day.variants == ((None, day),)
    for wrong in (None, "night"):
        with pytest.raises(UnknownNameError):
            both.on_track(wrong)


def test_only_one_track_has_a_timetable() -> None:
    with pytest.raises(InvalidError, match="use on_track"):
        timetable(program(DAY, EVENING), Weekday.MONDAY)


@given(strategies.programs(draftable=False))
def test_tracks_share_out_the_services(drawn: Program) -> None:
    named = [(s.name, s.track) for s in drawn.every_service]
    for track, variant in drawn.variants:
        own = {name for name, of in named if of is None or (track and of == track.name)}
        assert {service.name for service in variant.every_service} == own
        assert variant.weeks == drawn.weeks


def test_continuing_care_is_a_program_of_its_own() -> None:
    after = Program("after", "After", (Phase("contact", "Contact", None, (GROUP,)),))
    whole = evolve(program(GROUP, tracks=()), continuing_care=after)
    assert whole.weeks == 2
    assert whole.continuing_care is after


# Stated figures


@pytest.mark.parametrize(
    ("stated", "agrees"),
    [
        pytest.param(StatedSessions(6), True, id="sessions"),
        pytest.param(StatedSessions(7), False, id="other-sessions"),
        pytest.param(StatedHours(9 * HOUR), True, id="hours-a-week"),
        pytest.param(StatedHours(9 * HOUR, 9 * HOUR), True, id="a-range-of-one"),
        pytest.param(StatedHours(8 * HOUR, 10 * HOUR), False, id="a-wider-range"),
        pytest.param(StatedHours(18 * HOUR, in_all=True), True, id="hours-in-all"),
        pytest.param(StatedHours(9 * HOUR, in_all=True), False, id="other-hours-in-all"),
        pytest.param(StatedHours(9 * HOUR, phase="only", services=("group",)), True, id="named"),
    ],
)
def test_a_figure_agrees_with_what_the_items_add_up_to(
    stated: StatedHours | StatedSessions, agrees: bool
) -> None:
    assert (discrepancies(evolve(program(GROUP, tracks=()), stated=(stated,))) == ()) is agrees


@pytest.mark.parametrize(("hours", "agrees"), [(9, True), (12, True), (8, False)])
def test_lengths_that_are_not_known_can_only_add(hours: int, *, agrees: bool) -> None:
    unknown = evolve(GROUP, name="alone", duration=None, timing=PerWeek(1))
    stated = (StatedHours(hours * HOUR),)
    found = discrepancies(evolve(program(GROUP, unknown, tracks=()), stated=stated))
    assert (found == ()) is agrees
    assert all(each.derived_high is None for each in found)


def test_a_discrepancy_reads_as_people_say_it() -> None:
    ranged = evolve(GROUP, duration_max=4 * HOUR)
    both = evolve(
        program(DAY, EVENING),
        stated=(
            StatedHours(15 * HOUR, track="day", services=("group",)),
            StatedSessions(61, track="evening"),
        ),
    )
    assert [each.words for each in discrepancies(both)] == [
        "day, group: the source states 15 hours a week, its items give 9",
        "evening: the source states 61 sessions, its items give 6",
    ]
    unknown = evolve(GROUP, name="alone", duration=None)
    stated = (StatedHours(HOUR, 2 * HOUR, in_all=True),)
    for services, end in (((ranged,), "give 18 to 24"), ((GROUP, unknown), "give 18 or more")):
        (found,) = discrepancies(evolve(program(*services, tracks=()), stated=stated))
        assert found.words == f"the source states 1 to 2 hours in all, its items {end}"


@pytest.mark.parametrize(
    "make",
    [
        lambda: StatedHours(timedelta(0)),
        lambda: StatedHours(MINUTE / 2),
        lambda: StatedHours(HOUR, MINUTE),
        lambda: StatedHours(HOUR, HOUR + MINUTE / 2),
        lambda: StatedSessions(0),
    ],
)
def test_a_figure_is_one_that_a_source_can_print(make: Callable[[], object]) -> None:
    assert len(faults(make)) == 1


# Doses


@given(st.lists(st.integers(1, 300), max_size=5), st.integers(0, 60))
def test_a_dose_has_a_most_unless_a_length_is_unknown(minutes: list[int], extra: int) -> None:
    services = [
        evolve(GROUP, duration=n * MINUTE, duration_max=(n + extra) * MINUTE) for n in minutes
    ]
    total = sum((Dose.of([service]) for service in services), Dose())
    assert total.known == sum(minutes) * MINUTE
    assert total.most == (sum(minutes) + extra * len(minutes)) * MINUTE
    assert (total + Dose(unmeasured=1)).most is None
