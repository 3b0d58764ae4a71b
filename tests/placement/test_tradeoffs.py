"""What speaks for and against each level, for one patient, with sources or not known."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.errors import InvalidError
from iopkit.levels import AgeGroup, Edition, HourBand, LevelOfCare, hour_band
from iopkit.library import LEVEL_FIGURES
from iopkit.patients import Obligation, ObligationKind, PartialDate, Patient
from iopkit.placement import Tradeoff, compare_levels
from iopkit.reports import tradeoffs_text
from iopkit.sources import Cited, Grade, Source
from iopkit.strategies import patients, weekly_windows
from iopkit.truth import Truth
from iopkit.windows import WeeklyWindows

ON = date(2026, 1, 5)
OWN = Source("Our own books", Grade.SECONDARY)
ADULT = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"), date(2008, 1, 5))
ADOLESCENT = evolve(ADULT, birth_date=date(2008, 1, 6))
THIRD = [LevelOfCare(n) for n in ("0.5", "1", "2.1", "2.5", "3.1", "3.3", "3.5", "3.7", "4")]
WORK = Obligation(ObligationKind.WORK, WeeklyWindows.of("monday 08:00-12:00"))
SOME_TIME = Obligation(ObligationKind.LEGAL)


def row(patient: Patient, number: str) -> Tradeoff:
    (only,) = compare_levels(patient, on=ON, levels=[LevelOfCare(number)])
    return only


def free(hours: float) -> Patient:
    """An adult without commitments, who is free for so long."""
    end = timedelta(hours=hours) // timedelta(minutes=1)
    return evolve(ADULT, obligations=(), availability=WeeklyWindows(((0, end),)))


def test_a_row_for_each_level_in_the_order_asked() -> None:
    assert [r.level.number for r in compare_levels(ADULT, on=ON)] == [
        "1",
        "2.1",
        "2.5",
        "3.5",
        "3.7",
        "4",
    ]
    assert [r.level for r in compare_levels(ADULT, on=ON, levels=THIRD[::-1])] == THIRD[::-1]


@pytest.mark.parametrize(
    ("patient", "group"),
    [
        pytest.param(ADULT, AgeGroup.ADULT, id="18 on the day"),
        pytest.param(ADOLESCENT, AgeGroup.ADOLESCENT, id="18 on the next day"),
        pytest.param(evolve(ADULT, birth_date=date(2014, 1, 5)), AgeGroup.ADOLESCENT, id="12"),
        pytest.param(evolve(ADULT, birth_date=date(2014, 1, 6)), None, id="not yet 12"),
        pytest.param(evolve(ADULT, birth_date=None), None, id="of unknown age"),
        pytest.param(evolve(ADULT, birth_date=PartialDate(2007)), AgeGroup.ADULT, id="18 or 19"),
        pytest.param(evolve(ADULT, birth_date=PartialDate(2008)), None, id="17 or 18"),
        pytest.param(
            evolve(ADULT, birth_date=PartialDate(2008, 2)), AgeGroup.ADOLESCENT, id="17 for sure"
        ),
    ],
)
def test_the_hours_are_those_of_the_patients_age(patient: Patient, group: AgeGroup | None) -> None:
    rows = compare_levels(patient, on=ON, levels=THIRD)

    assert [r.hours for r in rows] == [
        hour_band(level, group) if group else None for level in THIRD
    ]
    assert bool(rows[2].relative_cost) is bool(rows[2].mean_days) is (group is AgeGroup.ADULT)


def cells(of: Tradeoff) -> Iterator[tuple[str, object, Source]]:
    for field in attrs.fields(Tradeoff):
        value = getattr(of, field.name)
        if isinstance(value, Cited):
            yield field.name, value.value, value.source
        elif isinstance(value, HourBand):
            yield field.name, value, value.source


@pytest.mark.parametrize("level", THIRD, ids=str)
def test_every_cell_of_a_level_rests_on_a_legal_text_or_an_official_page(
    level: LevelOfCare,
) -> None:
    for name, value, source in cells(row(ADULT, level.number)):
        assert value is not None, name
        assert source.grade in (Grade.LEGAL_TEXT, Grade.OFFICIAL), name
        assert source.url, name


@pytest.mark.parametrize(
    ("number", "clock", "home"),
    [
        ("0.5", None, None),
        ("1", False, True),
        ("2.1", False, True),
        ("2.5", False, True),
        ("3.1", None, False),
        ("3.3", None, False),
        ("3.5", True, False),
        ("3.7", True, False),
        ("4", True, False),
    ],
)
def test_where_one_lives_and_who_is_there(
    number: str, clock: bool | None, home: bool | None
) -> None:
    found = {name: value for name, value, _ in cells(row(ADULT, number))}

    assert (found.get("around_the_clock"), found.get("at_home")) == (clock, home)


def test_nothing_is_said_of_the_fourth_edition() -> None:
    (only,) = compare_levels(ADULT, on=ON, levels=[LevelOfCare("2.1", Edition.FOURTH)])
    assert list(cells(only)) == []


@pytest.mark.parametrize(
    ("number", "dollars", "days"),
    [("1", 2060, 58), ("2.1", 3988, 78), ("3.5", 10_143, 52.9), ("4", 13_906, 30.9)],
)
def test_costs_and_stays_are_those_of_the_source(number: str, dollars: int, days: float) -> None:
    only = row(ADULT, number)

    assert only.relative_cost is not None
    assert only.relative_cost.value == pytest.approx(dollars / 2060)
    assert only.mean_days is not None
    assert only.mean_days.value == days


def test_your_own_costs_replace_the_published_ones() -> None:
    own = {LevelOfCare("2.1"): Cited(2.5, OWN), LevelOfCare("4"): Cited(40.0, OWN)}
    for patient in (ADULT, ADOLESCENT):
        rows = {r.level: r for r in compare_levels(patient, on=ON, relative_costs=own)}
        assert {level: rows[level].relative_cost for level in own} == own
    assert row(ADULT, "1").relative_cost is not None


@pytest.mark.parametrize(
    ("number", "hours", "enough"),
    [
        pytest.param("2.1", 9 - 1 / 60, Truth.NO, id="a minute too little"),
        pytest.param("2.1", 9, Truth.YES, id="just enough"),
        pytest.param("2.5", 20 - 1 / 60, Truth.NO, id="2.5, a minute too little"),
        pytest.param("2.5", 20, Truth.YES, id="2.5, just enough"),
        pytest.param("1", 9 - 1 / 60, Truth.UNKNOWN, id="no least hours are named"),
        pytest.param("1", 9, Truth.YES, id="enough for whatever it may be"),
        pytest.param("0.5", 168, Truth.UNKNOWN, id="no hours are named"),
        pytest.param("3.5", 168, None, id="not at home"),
    ],
)
def test_both_sides_of_enough_time(number: str, hours: float, enough: Truth | None) -> None:
    only = row(free(hours), number)

    assert only.free_time == timedelta(minutes=round(hours * 60))
    assert only.time_enough is enough


@pytest.mark.parametrize(
    ("patient", "enough", "commitments", "kept"),
    [
        pytest.param(free(9), Truth.YES, 0, 0, id="none"),
        pytest.param(free(8), Truth.NO, 0, 0, id="none to give up"),
        pytest.param(
            evolve(free(13 + 8), obligations=(WORK,)), Truth.YES, 1, None, id="beside work"
        ),
        pytest.param(evolve(free(12), obligations=(WORK,)), Truth.NO, 1, None, id="work instead"),
        pytest.param(
            evolve(free(40), obligations=(WORK, SOME_TIME)),
            Truth.UNKNOWN,
            2,
            None,
            id="unknown times",
        ),
        pytest.param(
            evolve(free(4), obligations=(SOME_TIME,)), Truth.NO, 1, None, id="too little anyway"
        ),
        pytest.param(
            evolve(free(40), obligations=None), Truth.UNKNOWN, None, None, id="unknown commitments"
        ),
        pytest.param(
            evolve(ADULT, obligations=(WORK,)), Truth.UNKNOWN, 1, None, id="unknown availability"
        ),
    ],
)
def test_hours_alone_do_not_say_that_commitments_go_on(
    patient: Patient, enough: Truth, commitments: int | None, kept: int | None
) -> None:
    only = row(patient, "2.1")

    assert only.time_enough is enough
    assert (only.commitments, only.commitments_kept) == (commitments, kept)


BY_DAY = WeeklyWindows.of(*(f"{day} 09:00-15:00" for day in ("monday", "tuesday", "friday")))
BY_NIGHT = WeeklyWindows.of(*(f"{day} 18:00-22:00" for day in ("monday", "tuesday", "friday")))
OFFICE = Obligation(
    ObligationKind.WORK, WeeklyWindows.of("monday 09:00-17:00", "tuesday 09:00-17:00")
)
EARLY = Obligation(
    ObligationKind.WORK,
    WeeklyWindows.of("monday 05:00-08:00", "tuesday 05:00-08:00", "friday 05:00-08:00"),
)
ALWAYS = WeeklyWindows(((0, 7 * 24 * 60),))


@pytest.mark.parametrize(
    ("times", "obligations", "enough", "kept"),
    [
        pytest.param(BY_DAY, (OFFICE,), Truth.NO, 0, id="while the patient works"),
        pytest.param(BY_NIGHT, (OFFICE,), Truth.YES, 1, id="after work"),
        pytest.param(BY_DAY, (), Truth.YES, 0, id="no work"),
        pytest.param(BY_NIGHT, (OFFICE, SOME_TIME), Truth.UNKNOWN, None, id="unknown times"),
        pytest.param(None, (OFFICE,), Truth.YES, None, id="not known when"),
    ],
)
def test_where_a_levels_times_are_known_only_the_free_time_in_them_counts(
    times: WeeklyWindows | None,
    obligations: tuple[Obligation, ...],
    enough: Truth,
    kept: int | None,
) -> None:
    patient = evolve(ADULT, availability=ALWAYS, obligations=obligations)
    level = LevelOfCare("2.1")
    (only,) = compare_levels(
        patient, on=ON, levels=[level], times={level: times} if times else None
    )

    assert (only.times, only.time_enough, only.commitments_kept) == (times, enough, kept)


@pytest.mark.parametrize(
    ("obligations", "travel", "colliding"),
    [
        pytest.param((OFFICE,), None, ("work",), id="at-work"),
        pytest.param((OFFICE, SOME_TIME), None, ("work",), id="another-of-unknown-times"),
        pytest.param((WORK,), None, (), id="time-enough-beside-it"),
        pytest.param((EARLY,), None, (), id="before-it"),
        pytest.param((EARLY,), timedelta(hours=4), (), id="far-away"),
        pytest.param((EARLY,), timedelta(hours=4, minutes=1), ("work",), id="too-far-away"),
        pytest.param((), None, (), id="none"),
        pytest.param(None, None, None, id="not-known"),
    ],
)
def test_commitments_that_a_levels_times_leave_no_room_for_are_named(
    obligations: tuple[Obligation, ...] | None,
    travel: timedelta | None,
    colliding: tuple[str, ...] | None,
) -> None:
    patient = evolve(ADULT, obligations=obligations, travel=travel)
    level = LevelOfCare("2.1")
    (only,) = compare_levels(patient, on=ON, levels=[level], times={level: BY_DAY})
    assert only.colliding == colliding
    assert ("collide with these times: work" in tradeoffs_text([only])) is bool(colliding)
    short = WeeklyWindows.of("sunday 09:00-10:00")  # too few by themselves, and not at work
    (other,) = compare_levels(patient, on=ON, levels=[level], times={level: short})
    assert not other.colliding
    assert row(patient, "2.1").colliding is None  # without times nothing collides with them


@given(patients(), st.sampled_from(["1", "2.1", "2.5"]), weekly_windows())
def test_times_never_make_more_time_and_without_them_no_commitment_is_kept(
    patient: Patient, number: str, times: WeeklyWindows
) -> None:
    level = LevelOfCare(number)
    (alone,) = compare_levels(patient, on=ON, levels=[level])
    (within,) = compare_levels(patient, on=ON, levels=[level], times={level: times})

    if within.time_enough is Truth.YES:
        assert alone.time_enough is Truth.YES
        assert within.commitments_kept == within.commitments
    assert not alone.commitments_kept


def test_figures_stand_at_their_level_in_their_order_and_none_is_made_up() -> None:
    assert row(ADULT, "2.1").figures == ()
    rows = compare_levels(ADULT, on=ON, levels=THIRD, figures=LEVEL_FIGURES[::-1])
    for found in rows:
        assert found.figures == tuple(f for f in LEVEL_FIGURES[::-1] if f.level == found.level)
    assert sum(len(found.figures) for found in rows) == len(LEVEL_FIGURES)


@given(patients(), st.sampled_from(["3.5", "3.7", "4"]))
def test_no_commitment_goes_on_in_care_around_the_clock(patient: Patient, number: str) -> None:
    only = row(patient, number)

    assert only.time_enough is None
    assert only.commitments_kept == (None if patient.obligations is None else 0)


def test_whether_commitments_go_on_at_other_residential_levels_is_not_known() -> None:
    assert row(evolve(free(40), obligations=(WORK,)), "3.1").commitments_kept is None


def test_what_is_said_of_no_level_is_not_dropped() -> None:
    texts: Any = {"2.1": None}
    for said in ("times", "relative_costs"):
        with pytest.raises(InvalidError, match=f"{said}: expected a LevelOfCare, found a text"):
            compare_levels(ADULT, on=ON, **{said: texts})


def test_nothing_is_compared_before_the_birth() -> None:
    with pytest.raises(InvalidError):
        compare_levels(evolve(ADULT, birth_date=date(2026, 1, 6)), on=ON)
