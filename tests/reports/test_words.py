"""Days, times and how often, as a patient reads them."""

from datetime import date, datetime, time, timedelta

import pytest

from iopkit import Weekday
from iopkit.programs import (
    EveryWeeks,
    InAll,
    Once,
    PerWeek,
    RandomDays,
    Slot,
    TimePerWeek,
    Timing,
    Weekly,
)
from iopkit.prose import counted, listed
from iopkit.reports.words import (
    clock_words,
    day_words,
    days_words,
    length_words,
    often_words,
    short_day_words,
    span_words,
    weekdays_words,
)

MON, FRI = Slot(Weekday.MONDAY, time(18, 30)), Slot(Weekday.FRIDAY, time(18, 30))


@pytest.mark.parametrize(
    ("clock", "words"),
    [
        (time(0), "midnight"),
        (time(0, 1), "12:01 am"),
        (time(1), "1 am"),
        (time(11, 59), "11:59 am"),
        (time(12), "noon"),
        (time(12, 5), "12:05 pm"),
        (time(13), "1 pm"),
        (time(23, 30), "11:30 pm"),
    ],
)
def test_clock_times_are_said_as_americans_say_them(clock: time, words: str) -> None:
    assert clock_words(clock) == words


@pytest.mark.parametrize(
    ("start", "minutes", "words"),
    [
        (time(17, 30), 50, "5:30 to 6:20 pm"),
        (time(9), 60, "9 to 10 am"),
        (time(11), 60, "11 am to noon"),
        (time(12), 60, "noon to 1 pm"),
        (time(11, 30), 60, "11:30 am to 12:30 pm"),
        (time(23), 60, "11 pm to midnight"),
        (time(13), 24 * 60, "1 pm to 1 pm"),
    ],
)
def test_a_span_says_am_and_pm_once_if_they_are_the_same(
    start: time, minutes: int, words: str
) -> None:
    at = datetime.combine(date(2026, 1, 5), start)
    assert span_words(at, at + timedelta(minutes=minutes)) == words


def test_days_say_their_year_unless_it_goes_without_saying() -> None:
    day = date(2026, 1, 5)
    assert day_words(day) == "January 5, 2026"
    assert day_words(day, weekday=True) == "Monday, January 5, 2026"
    assert day_words(day, within=2026) == "January 5"
    assert day_words(day, within=2025) == "January 5, 2026"
    assert short_day_words(date(2026, 9, 30)) == "Sep 30"


@pytest.mark.parametrize(
    ("first", "last", "words", "within"),
    [
        (date(2026, 1, 5), date(2026, 1, 11), "January 5 to 11, 2026", "January 5 to 11"),
        (
            date(2026, 1, 26),
            date(2026, 2, 1),
            "January 26 to February 1, 2026",
            "January 26 to February 1",
        ),
        (
            date(2025, 12, 29),
            date(2026, 1, 4),
            "December 29, 2025 to January 4, 2026",
            "December 29, 2025 to January 4",
        ),
        (date(2026, 1, 5), date(2026, 1, 5), "January 5, 2026", "January 5"),
    ],
    ids=["a month", "two months", "two years", "a day"],
)
def test_a_stretch_of_days_says_nothing_twice(
    first: date, last: date, words: str, within: str
) -> None:
    assert days_words(first, last) == words
    assert days_words(first, last, within=2026) == within


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (1, "1 minute"),
        (60, "1 hour"),
        (61, "1 hour 1 minute"),
        (150, "2 hours 30 minutes"),
        (0, "no time"),
    ],
)
def test_lengths_are_in_hours_and_minutes(minutes: int, words: str) -> None:
    assert length_words(timedelta(minutes=minutes)) == words


def test_words_in_a_row_end_with_and() -> None:
    assert [listed("a"), listed("ab"), listed("abc")] == ["a", "a and b", "a, b and c"]
    assert [counted(1, "week"), counted(0, "week")] == ["1 week", "0 weeks"]


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ("FM", "Monday and Friday"),
        ("MTWRF", "Monday to Friday"),
        ("TWR", "Tuesday to Thursday"),
        ("TW", "Tuesday and Wednesday"),
        ("MTR", "Monday, Tuesday and Thursday"),
        ("S", "Saturday"),
    ],
)
def test_days_in_a_row_are_said_by_the_first_and_the_last(days: str, words: str) -> None:
    assert weekdays_words(Weekday("MTWRFSU".index(day)) for day in days) == words


@pytest.mark.parametrize(
    ("timing", "words"),
    [
        (Weekly((FRI, MON)), "every week: Monday and Friday at 6:30 pm"),
        (Weekly((Slot(Weekday.MONDAY), FRI)), "every week: Monday, Friday at 6:30 pm"),
        (PerWeek(1), "once a week"),
        (PerWeek(3, (MON,)), "3 times a week: Monday at 6:30 pm"),
        (TimePerWeek(timedelta(hours=9)), "9 hours a week in all"),
        (EveryWeeks(2, slots=(MON,)), "every 2 weeks: Monday at 6:30 pm"),
        (Once(2), "once, in week 6"),
        (InAll(2, (MON,)), "twice in all: Monday at 6:30 pm"),
        (RandomDays(1), "once a week, on a random day"),
        (RandomDays(2), "twice a week, on random days"),
    ],
)
def test_how_often_is_said_for_every_timing(timing: Timing, words: str) -> None:
    assert often_words(timing, first=5) == words
