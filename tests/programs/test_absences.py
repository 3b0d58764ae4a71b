"""Limits on absences, held against what came of a course."""

from datetime import date, timedelta
from itertools import combinations, product
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import Patient, Site, WeeklyWindows, draft
from iopkit.errors import InvalidError
from iopkit.modalities import Modality
from iopkit.patients import Relationship, Support
from iopkit.programs import (
    AbsenceLimit,
    MissedSession,
    PerWeek,
    Phase,
    Program,
    Progress,
    Service,
    ServiceProgress,
    Track,
)
from iopkit.reports import plan_html, plan_text, template_text
from iopkit.truth import Truth

pytestmark = pytest.mark.measured

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
NAMES = ("group", "skills")
GROUP = Service("group", "Group", Modality.GROUP_THERAPY, PerWeek(2), timedelta(hours=2))
SKILLS = Service("skills", "Skills class", Modality.SKILLS_TRAINING, PerWeek(1))
FAMILY = Service("family", "Family", Modality.FAMILY_SESSION, PerWeek(1))
PROGRAM = Program(
    "any",
    "Any",
    (Phase("first", "First part", 4), Phase("last", "Last", 2)),
    (GROUP, SKILLS, FAMILY),
)

limits = st.builds(
    AbsenceLimit,
    st.integers(1, 3),
    st.lists(st.sampled_from(NAMES), max_size=2, unique=True).map(tuple),
    st.none() | st.integers(1, 2),
    st.none() | st.just("first"),
    st.booleans(),
)
absences = st.lists(
    st.builds(MissedSession, st.sampled_from(NAMES), st.integers(0, 20), st.none() | st.booleans()),
    max_size=5,
).map(tuple)


def reached(limit: AbsenceLimit, missed: tuple[MissedSession, ...], begun: int) -> bool:
    """Whether some absences reach a limit, by trying every few of them."""
    return any(
        all(not limit.services or each.service in limit.services for each in some)
        and all(limit.excused or not each.excused for each in some)
        and all(limit.phase is None or each.day >= begun for each in some)
        and (limit.weeks is None or max(d := [e.day for e in some]) - min(d) < 7 * limit.weeks)
        for some in combinations(missed, limit.absences)
    )


def settled(missed: tuple[MissedSession, ...]) -> list[tuple[MissedSession, ...]]:
    """Each way in which what is not known of some absences may be."""
    ways = [[True, False] if each.excused is None else [each.excused] for each in missed]
    return [
        tuple(evolve(each, excused=excused) for each, excused in zip(missed, way, strict=True))
        for way in product(*ways)
    ]


@given(limits, absences, st.integers(0, 20))
def test_a_limit_is_reached_if_however_the_excuses_turn_out(
    limit: AbsenceLimit, missed: tuple[MissedSession, ...], begun: int
) -> None:
    progress = Progress(
        missed_sessions=missed, phase="first", days_in_program=21, days_in_phase=21 - begun
    )
    outcomes = {reached(limit, way, begun) for way in settled(missed)}
    expected = Truth.UNKNOWN if len(outcomes) == 2 else Truth.of(outcomes.pop())
    assert progress.reaches(limit) is expected


@given(limits, absences, st.booleans(), st.booleans())
def test_counts_say_less_than_days_and_nothing_else(
    limit: AbsenceLimit,
    missed: tuple[MissedSession, ...],
    in_all: bool,
    each: bool,
) -> None:
    known = settled(missed)[0]
    days = Progress(missed_sessions=known, phase="first", days_in_program=21, days_in_phase=21)
    of = {name: [a for a in known if a.service == name] for name in NAMES}
    counts = Progress(
        unexcused_absences=sum(not a.excused for a in known) if in_all else None,
        by_service=tuple(
            ServiceProgress(n, missed=len(some), unexcused=sum(not a.excused for a in some))
            for n, some in of.items()
            if each
        ),
    )
    assert counts.reaches(limit) in {days.reaches(limit), Truth.UNKNOWN}


@pytest.mark.parametrize(
    ("progress", "limit", "truth"),
    [
        (Progress(unexcused_absences=3), AbsenceLimit(3), Truth.YES),
        (Progress(unexcused_absences=2), AbsenceLimit(3), Truth.NO),
        (Progress(unexcused_absences=2), AbsenceLimit(3, excused=True), Truth.UNKNOWN),
        (Progress(unexcused_absences=3), AbsenceLimit(3, excused=True), Truth.YES),
        (Progress(unexcused_absences=3), AbsenceLimit(3, weeks=2), Truth.UNKNOWN),
        (Progress(unexcused_absences=2), AbsenceLimit(3, weeks=2), Truth.NO),
        (Progress(unexcused_absences=3), AbsenceLimit(3, ("group",)), Truth.UNKNOWN),
        (Progress(), AbsenceLimit(1), Truth.UNKNOWN),
        (Progress(missed_sessions=()), AbsenceLimit(1), Truth.NO),
        (Progress(phase="last"), AbsenceLimit(1, phase="first"), Truth.NO),
        (
            Progress(missed_sessions=(MissedSession("group", 3, excused=False),)),
            AbsenceLimit(1, phase="first"),
            Truth.UNKNOWN,
        ),
        (
            Progress(missed_sessions=(MissedSession("group", 3, excused=False),), phase="first"),
            AbsenceLimit(1, phase="first"),
            Truth.UNKNOWN,
        ),
        # Two sessions of one day are two absences.
        (
            Progress(missed_sessions=(MissedSession("group", 3),) * 2),
            AbsenceLimit(2, excused=True),
            Truth.YES,
        ),
        (
            Progress(by_service=(ServiceProgress("group", missed=2, unexcused=2),)),
            AbsenceLimit(2, ("group", "skills")),
            Truth.YES,
        ),
        (
            Progress(by_service=(ServiceProgress("group", missed=2, unexcused=1),)),
            AbsenceLimit(2, ("group", "skills")),
            Truth.UNKNOWN,
        ),
        (
            Progress(by_service=(ServiceProgress("group", missed=2, unexcused=1),)),
            AbsenceLimit(2, ("group",)),
            Truth.NO,
        ),
    ],
)
def test_a_limit_is_judged_by_what_is_known(
    progress: Progress, limit: AbsenceLimit, truth: Truth
) -> None:
    assert progress.reaches(limit) is truth


@pytest.mark.parametrize(("last", "truth"), [(16, Truth.YES), (17, Truth.NO)])
def test_weeks_are_any_days_in_a_row(last: int, truth: Truth) -> None:
    missed = tuple(MissedSession("group", day, excused=False) for day in (3, last))
    assert Progress(missed_sessions=missed).reaches(AbsenceLimit(2, weeks=2)) is truth


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (AbsenceLimit(1), "1 unexcused absence"),
        (AbsenceLimit(4, excused=True), "4 absences, excused or not"),
        (
            AbsenceLimit(2, NAMES, 1, "last"),
            "2 unexcused absences from group and skills within 1 week in last",
        ),
    ],
)
def test_a_limit_in_words(limit: AbsenceLimit, words: str) -> None:
    assert limit.words == words


@pytest.mark.parametrize(("number", "ok"), [(0, False), (1, True), (2, True), (3, False)])
def test_unexcused_absences_are_as_many_as_are_listed(number: int, *, ok: bool) -> None:
    missed = (
        MissedSession("group", 1, excused=False),
        MissedSession("group", 2),
        MissedSession("group", 3, excused=True),
    )
    if ok:
        assert (
            Progress(missed_sessions=missed, unexcused_absences=number).unexcused_absences == number
        )
    else:
        with pytest.raises(InvalidError, match="unexcused_absences"):
            Progress(missed_sessions=missed, unexcused_absences=number)


def test_limits_that_cannot_be() -> None:
    with pytest.raises(InvalidError) as caught:
        AbsenceLimit(0, ("group", "group"), 0)
    assert {fault.path for fault in caught.value.faults} == {
        ("absences",),
        ("services",),
        ("weeks",),
    }
    with pytest.raises(InvalidError):
        AbsenceLimit(1001, weeks=521)
    with pytest.raises(InvalidError, match="day"):
        MissedSession("group", -1)
    with pytest.raises(InvalidError) as caught:
        evolve(PROGRAM, absence_limits=(AbsenceLimit(1), AbsenceLimit(1, ("other",), None, "none")))
    assert {fault.path for fault in caught.value.faults} == {
        ("absence_limits", 1, "phase"),
        ("absence_limits", 1, "services"),
    }


def test_a_plan_has_the_limits_of_what_its_patient_gets() -> None:
    limits = (
        AbsenceLimit(3, ("group", "family"), 4, "first"),
        AbsenceLimit(1, ("family",)),
        AbsenceLimit(5, excused=True),
    )
    program = evolve(PROGRAM, absence_limits=limits)
    site = Site("Elm Street", "America/Chicago", WeeklyWindows.of("monday 09:00-18:00"))
    alone = Patient(key=KEY, supports=())
    plan = draft(program, alone, site, start=date(2026, 3, 2), seed=1)
    assert plan.program.absence_limits == (
        AbsenceLimit(3, ("group",), 4, "first"),
        AbsenceLimit(5, excused=True),
    )
    told = "The program ends after:\n  - 3 unexcused absences from group within 4 weeks in first"
    assert told in plan_text(plan)
    page = plan_html(plan)
    assert (
        "ends before that if you miss 3 sessions of Group within 4 weeks without an excuse in this "
        "part of your plan: First part." in page
    )
    assert "if you miss 5 sessions, with or without an excuse." in page
    assert "5 absences, excused or not" in template_text(program)
    unsure = Patient(key=KEY, supports=(Support(relationship=Relationship.PARENT),))
    assert draft(program, unsure, site, start=date(2026, 3, 2), seed=1).program.absence_limits


def test_a_track_has_the_limits_of_its_services() -> None:
    program = evolve(
        PROGRAM,
        tracks=(Track("day", "Day"), Track("evening", "Evening")),
        services=(evolve(GROUP, track="day"), evolve(SKILLS, track="evening")),
        absence_limits=(AbsenceLimit(2, ("group",)),),
    )
    assert program.on_track("day").absence_limits == (AbsenceLimit(2, ("group",)),)
    assert program.on_track("evening").absence_limits == ()


def test_an_absence_from_another_service_does_not_count() -> None:
    limit = AbsenceLimit(1, ("group",), excused=True)
    assert limit.counts(MissedSession("talk", 3)) is Truth.NO
    assert limit.counts(MissedSession("group", 3)) is Truth.YES
