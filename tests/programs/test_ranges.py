"""Ranges: how often and how long, as far as sources say it, in values, documents and doses."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import strategies
from iopkit.documents import from_json, from_toml, to_json
from iopkit.errors import InvalidError
from iopkit.modalities import Modality
from iopkit.programs import (
    Dose,
    EveryWeeks,
    InAll,
    PerWeek,
    Phase,
    Program,
    RandomDays,
    Service,
    StatedHours,
    StatedSessions,
    TimePerWeek,
    Times,
    Timing,
    discrepancies,
    timetable,
    weekly_doses,
)
from iopkit.programs.timings import at_rate, is_uncounted, occurrences, rate_of
from iopkit.reports import template_text
from iopkit.reports.words import often_words
from iopkit.windows import Weekday

pytestmark = pytest.mark.measured

HOUR = timedelta(hours=1)
ENDS = st.none() | st.integers(1, 9)


def given_as(timing: Timing, hours: float | None = 1, name: str = "group") -> Service:
    length = None if hours is None else hours * HOUR
    return Service(name, name, Modality.GROUP_THERAPY, timing, length)


def of(*services: Service, weeks: int = 1) -> Program:
    return Program("any", "Any", (Phase("only", "Only", weeks, services),))


@given(ENDS, ENDS, st.integers(1, 9))
def test_a_range_allows_what_lies_between_its_ends(
    least: int | None, most: int | None, number: int
) -> None:
    if least is not None and most is not None and most < least:
        with pytest.raises(InvalidError, match="no less than the least"):
            Times(least, most)
        return
    assert Times(least, most).allows(number) is (number in range(least or 1, (most or 9) + 1))
    assert not Times(least, most).allows(number * HOUR) or (least, most) == (None, None)
    assert Times(least, most).is_exact is (least is not None and least == most)


@pytest.mark.parametrize(
    ("times", "words"),
    [
        (Times(2, 2), "2"),
        (Times(1, 2), "1 to 2"),
        (Times(2, None), "at least 2"),
        (Times(None, 2), "up to 2"),
        (Times[int](None, None), "not stated"),
        (Times(HOUR, HOUR * 1.5), "1 to 1.5"),
    ],
    ids=str,
)
def test_a_range_reads_as_sources_say_it(times: Times[int] | Times[timedelta], words: str) -> None:
    assert times.words == words


@pytest.mark.parametrize(
    "make",
    [
        lambda: Times(1, HOUR),  # type: ignore[type-var]
        lambda: Times("1", "2"),  # type: ignore[type-var]
        lambda: Times(True, True),
        lambda: PerWeek("2"),  # type: ignore[arg-type]
        lambda: PerWeek(Times(HOUR, None)),  # type: ignore[arg-type]
        lambda: PerWeek(Times(1, 22)),
        lambda: PerWeek(Times(0, 2)),
        lambda: RandomDays(Times(1, 8)),
        lambda: InAll(Times(None, 1001)),
        lambda: TimePerWeek(2),  # type: ignore[arg-type]
        lambda: TimePerWeek(Times(HOUR, timedelta(days=8))),
        lambda: TimePerWeek(Times(timedelta(seconds=90), HOUR)),
        lambda: Phase("a", "A", Times(1, 521)),
    ],
)
def test_what_no_range_can_be_is_refused(make: Callable[[], object]) -> None:
    with pytest.raises(InvalidError):
        make()


@pytest.mark.parametrize(
    ("timing", "words", "plain"),
    [
        (PerWeek(Times(1, 2)), "1 to 2 a week", "1 to 2 times a week"),
        (PerWeek(Times(2, None)), "at least 2 a week", "at least 2 times a week"),
        (PerWeek(), "as often as is not stated", "as often as is not known yet"),
        (InAll(Times(None, 3)), "up to 3 in all", "up to 3 times in all"),
        (
            TimePerWeek(Times(HOUR, 2 * HOUR)),
            "1 to 2 hours a week in all",
            "1 to 2 hours a week in all",
        ),
        (
            RandomDays(Times(1, 3)),
            "1 to 3 a week, on a random day",
            "1 to 3 times a week, on random days",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_open_rate_has_words(timing: Timing, words: str, plain: str) -> None:
    assert timing.words == words
    assert often_words(timing) == plain


@given(strategies.programs(draftable=False))
def test_ranges_come_back_from_documents_as_they_were(drawn: Program) -> None:
    assert from_json(Program, to_json(drawn)) == drawn


@pytest.mark.parametrize(
    ("keys", "timing"),
    [
        ("times = 2", PerWeek(2)),
        ("times_min = 1, times_max = 2", PerWeek(Times(1, 2))),
        ("times_min = 2, times_max = 2", PerWeek(2)),
        ("times_min = 2", PerWeek(Times(2, None))),
        ("times_max = 2", PerWeek(Times(None, 2))),
        ("", PerWeek()),
    ],
)
def test_a_file_says_a_rate_by_its_own_key_or_by_its_ends(keys: str, timing: Timing) -> None:
    (read,) = from_toml(Program, _toml(keys)).every_service
    assert read.timing == timing


@pytest.mark.parametrize(
    ("keys", "where"),
    [
        (
            "times = 2, times_min = 1",
            "timing.times: expected either it, or times_min and times_max",
        ),
        ("times_min = 3, times_max = 2", "timing.times_max: expected no less than times_min"),
        ("times_min = 1, times_max = 22", "timing.times_max: expected from 1 to 21 a week"),
        ("times = 22", "timing.times: expected from 1 to 21 a week"),
        ('times_min = "one"', "timing.times_min: expected a whole number"),
    ],
)
def test_what_is_wrong_with_a_rate_is_told_by_its_key(keys: str, where: str) -> None:
    with pytest.raises(InvalidError) as caught:
        from_toml(Program, _toml(keys))
    (fault,) = caught.value.faults
    assert where in str(fault)


def _toml(keys: str) -> str:
    return f"""
        document = "program"
        format = 2
        name = "any"
        title = "Any"
        [[phases]]
        name = "only"
        title = "Only"
        weeks_min = 10
        [[phases.services]]
        name = "group"
        title = "Group"
        modality = "group_therapy"
        timing = {{ type = "per_week"{", " if keys else ""}{keys} }}
    """


@given(strategies.timings(), st.integers(1, 12), st.integers(1, 9))
def test_an_open_rate_is_laid_out_at_its_least(timing: Timing, weeks: int, more: int) -> None:
    opened: Timing
    match timing:
        case PerWeek(rate) | InAll(rate) | RandomDays(rate):
            least = rate.least or 1
            most = min(least + more, 7) if isinstance(timing, RandomDays) else least + more
            opened = type(timing)(Times(least, max(least, most)))
        case EveryWeeks(rate, first):  # the longest of its range is the least often
            least = max(rate.most or rate.least or 2, first)
            opened = EveryWeeks(Times(max(2, first, least - more), least), first)
            timing = EveryWeeks(Times(least, least), first)
        case _:
            assert rate_of(timing) is None
            assert at_rate(timing, 2) == timing
            return
    assert list(occurrences(opened, weeks)) == list(occurrences(timing, weeks))
    assert at_rate(opened, least) == timing


@pytest.mark.parametrize("timing", [PerWeek(), InAll(), RandomDays(), TimePerWeek()], ids=str)
def test_what_is_not_stated_is_never_one(timing: Timing) -> None:
    assert is_uncounted(timing)
    program = of(given_as(timing, None if isinstance(timing, TimePerWeek) else 1), weeks=3)
    assert weekly_doses(program) == (Dose(open_ended=True),) * 3
    assert weekly_doses(program)[0].most is None
    assert [(each.week, each.day) for each in timetable(program, Weekday.MONDAY)] == [
        (week, None) for week in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    ("service", "dose"),
    [
        (given_as(PerWeek(Times(1, 2))), Dose(HOUR, extra=HOUR)),
        (given_as(PerWeek(Times(2, None))), Dose(2 * HOUR, open_ended=True)),
        (given_as(PerWeek(Times(None, 2))), Dose(extra=2 * HOUR)),
        (given_as(PerWeek(Times(1, 2)), None), Dose(unmeasured=1, open_ended=True)),
        (
            evolve(given_as(PerWeek(Times(1, 2))), duration_max=1.5 * HOUR),
            Dose(HOUR, extra=2 * HOUR),
        ),
        (given_as(TimePerWeek(Times(HOUR, 3 * HOUR)), None), Dose(HOUR, extra=2 * HOUR)),
        (given_as(TimePerWeek(Times(HOUR, None)), None), Dose(HOUR, open_ended=True)),
    ],
)
def test_a_week_has_the_least_and_what_may_come_on_top(service: Service, dose: Dose) -> None:
    assert weekly_doses(of(service)) == (dose,)


@pytest.mark.parametrize(
    ("service", "stated", "words"),
    [
        (given_as(PerWeek(Times(1, 2))), StatedHours(HOUR, 2 * HOUR), None),
        (
            given_as(PerWeek(Times(1, 2))),
            StatedHours(HOUR),
            "1 hours a week, its items give 1 to 2",
        ),
        (given_as(PerWeek(Times(1, 2))), StatedSessions(2), "2 sessions, its items give 1 to 2"),
        (given_as(PerWeek(Times(3, None))), StatedSessions(7), None),
        (given_as(PerWeek(Times(3, None))), StatedSessions(2), "its items give 3 or more"),
        (given_as(PerWeek()), StatedSessions(2), None),
    ],
)
def test_a_figure_agrees_with_what_a_range_can_be(
    service: Service, stated: StatedHours | StatedSessions, words: str | None
) -> None:
    found = discrepancies(evolve(of(service), stated=(stated,)))
    assert [each.words.endswith(words or "") for each in found] == [True] * (words is not None)


def test_the_text_of_a_program_says_its_ranges() -> None:
    program = of(given_as(PerWeek(Times(2, None))), given_as(PerWeek(), name="contact"))
    text = template_text(
        evolve(program, phases=(evolve(program.phases[0], weeks=Times(10, None)),))
    )
    assert "Only, at least 10 weeks:" in text
    assert "group: at least 2 a week, 1 h" in text
    assert "contact: as often as is not stated, 1 h" in text
    assert "weeks 1-10: 2 h or more" in text
