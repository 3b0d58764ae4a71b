"""Lengths that sources print, and conditions on time, held against the phases."""

from collections.abc import Callable

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.documents import from_json, to_json
from iopkit.eligibility import Predicate, describe
from iopkit.errors import InvalidError
from iopkit.modalities import Modality
from iopkit.programs import (
    COURSE_FACTS,
    PerWeek,
    Phase,
    Program,
    Service,
    StatedLength,
    Times,
    Track,
    discrepancies,
    out_of_reach,
)
from iopkit.reports import template_text

pytestmark = pytest.mark.measured

GROUP = Service("group", "Group", Modality.GROUP_THERAPY, PerWeek(3))
IN_PHASE, IN_PROGRAM = COURSE_FACTS["weeks_in_phase"], COURSE_FACTS["weeks_in_program"]
DAYS = COURSE_FACTS["days_in_program"]


def program(
    *weeks: int | Times[int] | None,
    advance: Predicate | None = None,
    discharge: Predicate | None = None,
    stated: tuple[StatedLength, ...] = (),
) -> Program:
    """Phases of some lengths; the last has the condition to go on."""
    phases = [Phase(f"phase-{n}", f"Phase {n}", each, (GROUP,)) for n, each in enumerate(weeks, 1)]
    phases[-1] = evolve(phases[-1], advance=advance)
    return Program("any", "Any", tuple(phases), discharge=discharge, stated=stated)


@pytest.mark.parametrize(
    ("weeks", "condition", "ok"),
    [
        ((10, 10, 10, 10), DAYS >= 300, False),
        ((10, 10, 10, 10), DAYS >= 280, True),
        ((10, 10, 10, Times(10, 13)), DAYS >= 300, True),
        ((10, 10, 10, Times(10, 12)), DAYS >= 300, False),
        ((10, 10, 10, Times(10, None)), DAYS >= 300, True),
        ((10, None), DAYS >= 3000, True),
        ((5,), (IN_PROGRAM >= 6) | COURSE_FACTS["clinician_agrees"].equals(True), True),
        ((5,), (IN_PROGRAM >= 6) & COURSE_FACTS["clinician_agrees"].equals(True), False),
        ((5,), COURSE_FACTS["attendance"] >= 0.9, True),
    ],
)
def test_a_discharge_that_no_length_allows_is_told(
    weeks: tuple[int | Times[int] | None, ...], condition: Predicate, *, ok: bool
) -> None:
    found = out_of_reach(program(*weeks, discharge=condition))
    assert (found == ()) is ok
    assert all(each.phase is None and each.condition == condition for each in found)


@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 40))
def test_a_phase_is_left_at_its_end_at_the_latest(before: int, weeks: int, asked: int) -> None:
    of_phase = out_of_reach(program(before, weeks, advance=asked <= IN_PHASE))
    assert [each.phase for each in of_phase] == ["phase-2"] * (asked > weeks)
    early = out_of_reach(program(before, weeks, advance=asked >= IN_PROGRAM))
    assert bool(early) is (asked < before)


def test_what_is_out_of_reach_is_told_in_words_and_in_the_text() -> None:
    short = program(4, advance=IN_PHASE >= 8, discharge=DAYS >= 29)
    on, out = (each.words for each in out_of_reach(short))
    takes = "to go on takes that weeks in phase is at least 8 weeks"
    assert on == f"phase-1: {takes}, which 4 weeks cannot bring"
    takes = "to be discharged takes that days in program is at least 29 days"
    assert out == f"{takes}, which 4 weeks cannot bring"
    assert "Conditions that its lengths cannot meet:" in template_text(short)
    assert "cannot meet" not in template_text(program(8, advance=IN_PHASE >= 8))


def test_a_label_does_not_hide_its_threshold() -> None:
    labeled = evolve(IN_PROGRAM >= 40, label="at least 300 days")
    agrees = COURSE_FACTS["clinician_agrees"].equals(True)
    shown = "at least 300 days [weeks in program is at least 40 weeks]"
    assert describe(labeled) == "at least 300 days"
    assert describe(labeled, in_full=True) == shown
    assert describe(labeled & agrees, in_full=True) == f"{shown} and clinician agrees is true"
    assert describe(~labeled, in_full=True) == f"not ({shown})"
    assert f"goes on when: {shown}" in template_text(program(50, advance=labeled))
    assert f"Discharged when: {shown}" in template_text(program(50, discharge=labeled))


@pytest.mark.parametrize(
    ("weeks", "stated", "words"),
    [
        ((8, 8), StatedLength(weeks=16), None),
        ((8, 8), StatedLength(days=112), None),
        ((8, 8), StatedLength(weeks=17), "the source states 17 weeks, its items give 16"),
        ((8, 8), StatedLength(days=113), "the source states 113 days, its items give 112"),
        ((8, 8), StatedLength(weeks=16, phase="phase-1"), "phase-1: the source states 16 weeks"),
        ((Times(6, 8),), StatedLength(weeks=Times(6, 8)), None),
        ((Times(6, 8),), StatedLength(weeks=6), "states 6 weeks, its items give 6 to 8"),
        ((Times(6, None),), StatedLength(weeks=9), None),
        ((Times(6, None),), StatedLength(weeks=5), "its items give 6 or more"),
        ((Times(6, None),), StatedLength(weeks=Times(6, None)), None),
        ((6,), StatedLength(weeks=Times(6, None)), "states at least 6 weeks, its items give 6"),
        ((None,), StatedLength(weeks=5), None),
    ],
)
def test_a_length_agrees_with_what_the_phases_can_be(
    weeks: tuple[int | Times[int] | None, ...], stated: StatedLength, words: str | None
) -> None:
    made = program(*weeks, stated=(stated,))
    assert [words is not None and words in each.words for each in discrepancies(made)] == (
        [True] * (words is not None)
    )
    assert from_json(Program, to_json(made)) == made


def test_a_stated_length_is_of_every_track() -> None:
    tracks = (Track("day", "Day"), Track("evening", "Evening"))
    services = tuple(evolve(GROUP, track=track.name) for track in tracks)
    made = program(8, stated=(StatedLength(weeks=9),))
    tracked = evolve(made, tracks=tracks, phases=(evolve(made.phases[0], services=services),))
    assert len(discrepancies(tracked)) == 1
    assert tracked.on_track("day").stated == (StatedLength(weeks=9),)


@pytest.mark.parametrize(
    "make",
    [
        StatedLength,
        lambda: StatedLength(weeks=1, days=7),
        lambda: StatedLength(weeks=0),
        lambda: StatedLength(days=3641),
        lambda: program(8, stated=(StatedLength(weeks=8, phase="other"),)),
    ],
)
def test_what_no_stated_length_can_be_is_refused(make: Callable[[], object]) -> None:
    with pytest.raises(InvalidError):
        make()
