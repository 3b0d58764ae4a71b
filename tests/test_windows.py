import pickle
from datetime import UTC, date, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.errors import InvalidError
from iopkit.strategies import clock_times, weekly_windows
from iopkit.windows import (
    DAY,
    WEEK,
    Span,
    Weekday,
    WeeklyWindows,
    Window,
    clock_time,
    first_opening,
    is_plain,
    is_session_length,
    minute_of_day,
    whole_minutes,
)

EVERY_MINUTE = frozenset(range(WEEK))

some_windows = st.lists(
    st.tuples(st.sampled_from(Weekday), clock_times(), clock_times())
    .filter(lambda w: w[1] != w[2] or w[2] == time(0))
    .map(lambda w: Window(*w)),
    max_size=5,
)


def walked(window: Window) -> set[int]:
    """Minutes of the week in a window, by walking from its start until its end strikes."""
    last = window.end.hour * 60 + window.end.minute
    at = window.day * DAY + window.start.hour * 60 + window.start.minute
    minutes = {at % WEEK}
    while (at + 1) % DAY != last:
        at += 1
        minutes.add(at % WEEK)
    return minutes


def minutes_in(spans: WeeklyWindows) -> set[int]:
    return {minute for start, end in spans.spans for minute in range(start, end)}


# Weekdays and clock times


@pytest.mark.parametrize(
    ("day", "weekday"),
    [
        (date(2026, 1, 5), Weekday.MONDAY),
        (date(2024, 2, 29), Weekday.THURSDAY),
        (date(2026, 1, 4), Weekday.SUNDAY),
    ],
)
def test_the_weekday_of_a_date(day: date, weekday: Weekday) -> None:
    assert Weekday.of(day) is weekday


@pytest.mark.parametrize("day", Weekday)
def test_a_weekday_is_read_in_any_case(day: Weekday) -> None:
    assert Weekday.parse(day.title) is day
    assert Weekday.parse(f" {day.name.lower()} ") is day
    assert day.title == day.name[0] + day.name[1:].lower()


@pytest.mark.parametrize("text", ["mondy", "MODNAY", " monday."])
def test_a_misspelled_weekday_is_asked_about(text: str) -> None:
    with pytest.raises(InvalidError, match="did you mean 'Monday'"):
        Weekday.parse(text)


@pytest.mark.parametrize("text", ["", "mon", "Montag", "1", "monday tuesday"])
def test_what_is_no_weekday_is_not_read(text: str) -> None:
    with pytest.raises(InvalidError) as caught:
        Weekday.parse(text)

    (fault,) = caught.value.faults
    assert fault.found == repr(text)
    assert all(day.title in fault.expected for day in Weekday)


@given(st.integers(0, DAY - 1))
def test_a_clock_time_is_its_minute_of_the_day(minute: int) -> None:
    clock = clock_time(minute)

    assert minute_of_day(clock) == minute
    assert is_plain(clock)


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        pytest.param(time(0), True, id="midnight"),
        pytest.param(time(23, 59), True, id="last minute"),
        pytest.param(time(9, 0, 1), False, id="with a second"),
        pytest.param(time(9, 0, 0, 1), False, id="with a microsecond"),
        pytest.param(time(9, tzinfo=UTC), False, id="with a zone"),
    ],
)
def test_a_plain_clock_time_has_whole_minutes_and_no_zone(clock: time, expected: bool) -> None:
    assert is_plain(clock) is expected


@pytest.mark.parametrize(
    ("duration", "minutes"),
    [
        (timedelta(0), 0),
        (timedelta(seconds=59), 0),
        (timedelta(minutes=1), 1),
        (timedelta(minutes=2, microseconds=-1), 1),
        (timedelta(days=1, hours=2), 1560),
    ],
)
def test_whole_minutes_are_rounded_down(duration: timedelta, minutes: int) -> None:
    assert whole_minutes(duration) == minutes


@pytest.mark.parametrize(
    ("duration", "ok"),
    [
        pytest.param(timedelta(0), False, id="nothing"),
        pytest.param(timedelta(minutes=-1), False, id="less than nothing"),
        pytest.param(timedelta(seconds=59), False, id="less than a minute"),
        pytest.param(timedelta(minutes=1), True, id="a minute"),
        pytest.param(timedelta(minutes=1, microseconds=1), False, id="no whole minutes"),
        pytest.param(timedelta(days=1), True, id="a day"),
        pytest.param(timedelta(days=1, minutes=1), False, id="more than a day"),
    ],
)
def test_a_session_takes_whole_minutes_up_to_a_day(duration: timedelta, ok: bool) -> None:
    assert is_session_length(duration) is ok


# One window


@pytest.mark.parametrize(
    ("text", "window"),
    [
        pytest.param(
            "monday 17:30-21:00", Window(Weekday.MONDAY, time(17, 30), time(21)), id="evening"
        ),
        pytest.param(
            "sunday 22:00-06:00", Window(Weekday.SUNDAY, time(22), time(6)), id="through the night"
        ),
        pytest.param(
            "friday 17:30-24:00", Window(Weekday.FRIDAY, time(17, 30), time(0)), id="until midnight"
        ),
        pytest.param(
            "friday 00:00-24:00", Window(Weekday.FRIDAY, time(0), time(0)), id="the whole day"
        ),
        pytest.param(
            "friday 00:00-00:01", Window(Weekday.FRIDAY, time(0), time(0, 1)), id="first minute"
        ),
    ],
)
def test_a_window_is_read_and_written_the_same(text: str, window: Window) -> None:
    assert Window.parse(text) == window
    assert str(window) == text


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("Monday 17:30-21:00", Window(Weekday.MONDAY, time(17, 30), time(21))),
        (" monday 17:30-21:00\n", Window(Weekday.MONDAY, time(17, 30), time(21))),
        ("monday 17:30-00:00", Window(Weekday.MONDAY, time(17, 30), time(0))),
    ],
)
def test_a_window_is_read_in_any_case_and_with_either_midnight(text: str, window: Window) -> None:
    assert Window.parse(text) == window


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("monday", id="no times"),
        pytest.param("monday 17:30", id="no end"),
        pytest.param("17:30-21:00", id="no day"),
        pytest.param("monday 7:30-21:00", id="one-digit hour"),
        pytest.param("monday 17:30-25:00", id="hour 25"),
        pytest.param("monday 17:60-21:00", id="minute 60"),
        pytest.param("monday 17:30-24:01", id="after midnight's 24:00"),
        pytest.param("monday 24:30-21:00", id="start after 24:00"),
        pytest.param("monday 17:30 - 21:00", id="spaces around the dash"),
        pytest.param("monday 17.30-21.00", id="dots"),
        pytest.param("someday 17:30-21:00", id="no such day"),
        pytest.param("monday 17:30-17:30", id="no time at all"),
        pytest.param("monday 17:30:00-21:00:00", id="with seconds"),
        pytest.param("monday 00:00-00:00", id="no time or all day"),
        # 24:00 is the end of Monday, so as a start it would mean Tuesday.
        pytest.param("monday 24:00-06:00", id="start at 24:00"),
        pytest.param("monday 24:00-24:00", id="from midnight to the same midnight"),
        pytest.param("monday 1٣:00-21:00", id="digits of another script"),
    ],
)
def test_what_is_no_window_is_not_read(text: str) -> None:
    with pytest.raises(InvalidError):
        Window.parse(text)


@pytest.mark.parametrize(
    ("start", "end", "paths"),
    [
        pytest.param(time(9), time(9), ["end"], id="start is end"),
        pytest.param(time(9, 0, 1), time(10), ["start"], id="start has seconds"),
        pytest.param(time(9), time(10, 0, 0, 1), ["end"], id="end has microseconds"),
        pytest.param(time(9, tzinfo=UTC), time(10), ["start"], id="start has a zone"),
        pytest.param(
            time(9, 0, 1), time(9, 0, 1), ["start", "end", "end"], id="everything at once"
        ),
    ],
)
def test_a_window_that_is_none_is_refused(start: time, end: time, paths: list[str]) -> None:
    with pytest.raises(InvalidError) as caught:
        Window(Weekday.MONDAY, start, end)

    assert [fault.path for fault in caught.value.faults] == [(path,) for path in paths]


@given(some_windows)
def test_every_window_round_trips_through_its_text(some: list[Window]) -> None:
    for window in some:
        assert Window.parse(str(window)) == window


# Sets of windows, against sets of minutes


@given(some_windows)
def test_a_set_holds_exactly_the_minutes_of_its_windows(some: list[Window]) -> None:
    held = WeeklyWindows.of(*some)

    assert minutes_in(held) == set().union(*map(walked, some))
    assert held == WeeklyWindows.of(*map(str, some))


@given(weekly_windows(), weekly_windows())
def test_arithmetic_is_that_of_sets_of_minutes(a: WeeklyWindows, b: WeeklyWindows) -> None:
    in_a, in_b = minutes_in(a), minutes_in(b)

    assert minutes_in(a | b) == in_a | in_b
    assert minutes_in(a & b) == in_a & in_b
    assert minutes_in(a - b) == in_a - in_b
    assert minutes_in(~a) == EVERY_MINUTE - in_a


@given(weekly_windows(), some_windows)
def test_equal_sets_are_equal_values_however_they_were_written(
    a: WeeklyWindows, some: list[Window]
) -> None:
    b = WeeklyWindows.of(*some)

    assert (a == b) is (minutes_in(a) == minutes_in(b))
    for same in (a, ~~a, a | a, a & a, a - ~a, (a & b) | (a - b)):
        assert same == a
        assert hash(same) == hash(a)


@given(weekly_windows(), weekly_windows())
def test_spans_are_sorted_disjoint_and_never_touch(a: WeeklyWindows, b: WeeklyWindows) -> None:
    for result in (a, a | b, a & b, a - b, ~a):
        edges = [edge for span in result.spans for edge in span]
        assert edges == sorted(set(edges))
        assert all(0 <= edge <= WEEK for edge in edges)


@given(weekly_windows())
def test_the_total_counts_minutes(held: WeeklyWindows) -> None:
    assert held.total == timedelta(minutes=len(minutes_in(held)))


@given(weekly_windows(), st.sampled_from(Weekday))
def test_a_day_has_its_own_minutes(held: WeeklyWindows, day: Weekday) -> None:
    on_day = {minute for start, end in held.on(day) for minute in range(start, end)}

    assert all(0 <= start < end <= DAY for start, end in held.on(day))
    assert on_day == {minute - day * DAY for minute in minutes_in(held) if minute // DAY == day}


@pytest.mark.parametrize(
    ("windows", "days"),
    [
        pytest.param(
            ["monday 20:00-24:00"], {"Monday": ((1200, 1440),)}, id="until midnight, not after"
        ),
        pytest.param(["tuesday 00:00-04:00"], {"Tuesday": ((0, 240),)}, id="from midnight on"),
        pytest.param(
            ["monday 20:00-04:00"],
            {"Monday": ((1200, 1440),), "Tuesday": ((0, 240),)},
            id="through midnight",
        ),
        pytest.param(
            ["sunday 20:00-04:00"],
            {"Monday": ((0, 240),), "Sunday": ((1200, 1440),)},
            id="through the week's end",
        ),
    ],
)
def test_each_day_has_its_part_of_a_window(
    windows: list[str], days: dict[str, tuple[Span, ...]]
) -> None:
    held = WeeklyWindows.of(*windows)

    assert {day.title: spans for day in Weekday if (spans := held.on(day))} == days


@given(weekly_windows())
def test_windows_of_one_day_each_make_up_the_same_set(held: WeeklyWindows) -> None:
    assert WeeklyWindows.of(*held.windows) == held
    for window in held.windows:
        assert {minute // DAY for minute in walked(window)} == {window.day}


@given(weekly_windows().filter(lambda held: bool(held.spans)))
def test_a_set_round_trips_through_its_text(held: WeeklyWindows) -> None:
    assert WeeklyWindows.of(*str(held).split(", ")) == held


@given(
    weekly_windows(),
    st.sampled_from(Weekday),
    clock_times(),
    st.integers(1, 3 * DAY) | st.integers(1, 120),
)
def test_a_time_is_covered_if_each_of_its_minutes_is(
    held: WeeklyWindows, day: Weekday, start: time, length: int
) -> None:
    first = day * DAY + minute_of_day(start)
    wanted = {minute % WEEK for minute in range(first, first + length)}

    assert held.covers(day, start, timedelta(minutes=length)) is (wanted <= minutes_in(held))


@given(weekly_windows(), weekly_windows())
def test_a_set_includes_another_if_each_of_its_minutes_is_in_it(
    held: WeeklyWindows, other: WeeklyWindows
) -> None:
    assert held.includes(other) is (minutes_in(other) <= minutes_in(held))
    assert (held | other).includes(other)
    assert held.includes(held & other)


@pytest.mark.parametrize(
    ("windows", "day", "start", "minutes", "covered"),
    [
        pytest.param(["monday 09:00-12:00"], "monday", time(9), 180, True, id="exactly"),
        pytest.param(["monday 09:00-12:00"], "monday", time(9), 181, False, id="a minute longer"),
        pytest.param(
            ["monday 09:00-12:00"], "monday", time(8, 59), 60, False, id="a minute before"
        ),
        pytest.param(["monday 09:00-12:00"], "tuesday", time(9), 60, False, id="another day"),
        pytest.param(
            ["monday 09:00-10:00", "monday 10:00-11:00"],
            "monday",
            time(9, 30),
            60,
            True,
            id="two windows that touch",
        ),
        pytest.param(
            ["monday 20:00-24:00", "tuesday 00:00-04:00"],
            "monday",
            time(23),
            120,
            True,
            id="through midnight",
        ),
        pytest.param(
            ["sunday 22:00-06:00"], "sunday", time(23), 7 * 60, True, id="through the week's end"
        ),
        pytest.param(
            ["sunday 22:00-06:00"],
            "sunday",
            time(23),
            7 * 60 + 1,
            False,
            id="a minute too far beyond the week's end",
        ),
    ],
)
def test_what_a_set_covers(
    windows: list[str], day: str, start: time, minutes: int, covered: bool
) -> None:
    held = WeeklyWindows.of(*windows)

    assert held.covers(Weekday.parse(day), start, timedelta(minutes=minutes)) is covered


@pytest.mark.parametrize(
    ("windows", "shown"),
    [
        pytest.param([], "never", id="none"),
        pytest.param(
            ["sunday 22:00-06:00"],
            "monday 00:00-06:00, sunday 22:00-24:00",
            id="through the week's end",
        ),
        pytest.param(
            ["monday 22:00-06:00"],
            "monday 22:00-24:00, tuesday 00:00-06:00",
            id="through the night",
        ),
        pytest.param(
            ["friday 09:00-12:00", "monday 11:00-13:00", "monday 09:00-11:30"],
            "monday 09:00-13:00, friday 09:00-12:00",
            id="sorted and joined",
        ),
    ],
)
def test_how_a_set_is_shown(windows: list[str], shown: str) -> None:
    assert str(WeeklyWindows.of(*windows)) == shown


def test_always_and_never_are_each_others_opposite() -> None:
    never = WeeklyWindows()

    assert (
        ~never
        == WeeklyWindows.always()
        == WeeklyWindows.of(*(f"{d.title} 00:00-24:00" for d in Weekday))
    )
    assert ~WeeklyWindows.always() == never
    assert WeeklyWindows.always().total == timedelta(weeks=1)
    assert never.windows == ()


@pytest.mark.parametrize(
    "spans",
    [
        pytest.param(((-1, 10),), id="before the week"),
        pytest.param(((0, WEEK + 1),), id="after the week"),
        pytest.param(((10, 10),), id="empty"),
        pytest.param(((10, 5),), id="backwards"),
        pytest.param(((0, 10), (20, 20)), id="empty beside another"),
        pytest.param(((0, 10), (5, 5)), id="empty inside another"),
        pytest.param(((0, 10), (8, 3)), id="backwards inside another"),
        pytest.param(((0.5, 10),), id="parts of minutes"),
        pytest.param((("0", "10"),), id="texts"),
        pytest.param(((0, 10, 20),), id="three ends"),
        pytest.param("monday", id="a text"),
        pytest.param(7, id="a number"),
    ],
)
def test_spans_that_are_none_of_the_week_are_refused(spans: Any) -> None:
    with pytest.raises(InvalidError) as caught:
        WeeklyWindows(spans)

    assert {fault.expected for fault in caught.value.faults} == {
        "a span inside the week, in whole minutes"
    }


@given(weekly_windows())
def test_a_set_survives_pickling(held: WeeklyWindows) -> None:
    assert pickle.loads(pickle.dumps(held)) == held


# Openings


spans_of_a_day = st.lists(
    st.tuples(st.integers(0, 59), st.integers(1, 30)).map(lambda s: (s[0], min(s[0] + s[1], 60))),
    max_size=4,
)


@given(spans_of_a_day, spans_of_a_day, st.integers(1, 30), st.integers(0, 10))
def test_the_first_opening_is_the_first_minute_that_fits(
    open_then: list[Span], busy: list[Span], length: int, pause: int
) -> None:
    opening_hours = WeeklyWindows(tuple(open_then)).spans

    def fits(start: int) -> bool:
        end = start + length
        inside = any(low <= start and end <= high for low, high in opening_hours)
        return inside and all(end + pause <= low or high + pause <= start for low, high in busy)

    expected = next((minute for minute in range(60) if fits(minute)), None)
    assert first_opening(opening_hours, busy, length, pause) == expected


@pytest.mark.parametrize(
    ("windows", "busy", "length", "pause", "start"),
    [
        pytest.param([(540, 720)], [], 180, 0, 540, id="fills the window"),
        pytest.param([(540, 720)], [], 181, 0, None, id="a minute too long"),
        pytest.param([], [], 1, 0, None, id="never open"),
        pytest.param([(540, 720)], [(600, 720)], 60, 0, 540, id="just before what is taken"),
        pytest.param([(540, 720)], [(599, 660)], 60, 0, 660, id="just after what is taken"),
        pytest.param([(540, 720)], [(600, 660)], 50, 10, 540, id="a pause before fits"),
        pytest.param([(540, 720)], [(600, 660)], 50, 11, None, id="a pause before does not fit"),
        pytest.param([(540, 720)], [(500, 540)], 60, 10, 550, id="a pause after an earlier one"),
        pytest.param([(540, 600), (700, 800)], [], 90, 0, 700, id="the second window"),
        pytest.param([(0, 720)], [(300, 360), (0, 330)], 60, 0, 360, id="taken in any order"),
    ],
)
def test_the_first_opening(
    windows: list[Span], busy: list[Span], length: int, pause: int, start: int | None
) -> None:
    assert first_opening(windows, busy, length, pause) == start


@given(weekly_windows(), st.integers(0, 24 * 60))
def test_widened_windows_hold_every_minute_that_is_near_one(
    windows: WeeklyWindows, more: int
) -> None:
    wide = windows.widened(timedelta(minutes=more))
    week = 7 * 24 * 60
    near = {
        minute % week for low, high in windows.spans for minute in range(low - more, high + more)
    }
    assert {minute for low, high in wide.spans for minute in range(low, high)} == near
