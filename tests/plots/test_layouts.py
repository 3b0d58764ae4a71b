"""A week's blocks are where their minutes are, apart from each other, and hold their words."""

from collections.abc import Iterable
from itertools import combinations, groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit import InvalidError
from iopkit.plots.layouts import (
    COLUMN,
    LEFT,
    LINE,
    PAD,
    STRIPE,
    TOP,
    WIDTH,
    Block,
    Layout,
    Placed,
    break_lines,
    laid_out,
)
from iopkit.windows import DAY


def measure(text: str, size: float) -> float:
    """Letters of a made-up font: wide ones, narrow ones, and all 0.6 of their size on average."""
    return sum(0.9 if letter in "MW@" else 0.3 if letter in "il. " else 0.6 for letter in text) * (
        size / 72
    )


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    low = draw(st.integers(0, DAY - 1))
    return Block(
        day=draw(st.integers(0, 6)),
        low=low,
        high=draw(st.integers(low + 1, DAY)),
        title=draw(st.text(st.sampled_from("Wil o@$…\u4e2d"), max_size=80)),
        times="5:30-6:20 pm",
        look=draw(st.integers(0, 20)),
        mark=draw(st.sampled_from(["", "moved"])),
    )


weeks = st.lists(blocks(), max_size=12)


def letters(texts: Iterable[str]) -> str:
    return "".join("".join(texts).split())


def apart(one: Placed, other: Placed) -> bool:
    return (
        one.x + one.width <= other.x + 1e-9
        or other.x + other.width <= one.x + 1e-9
        or one.y + one.height <= other.y + 1e-9
        or other.y + other.height <= one.y + 1e-9
    )


@given(weeks)
def test_every_block_has_a_place_in_its_days_column(week: list[Block]) -> None:
    layout = laid_out(week, measure)
    assert sorted(each.block.title for each in layout.placed) == sorted(b.title for b in week)
    for each in layout.placed:
        left = LEFT + each.block.day * COLUMN
        assert left - 1e-9 <= each.x
        assert each.x + each.width <= left + COLUMN + 1e-9
        assert TOP - 1e-9 <= each.y < each.y + each.height <= layout.rows.bottom + 1e-9
    assert LEFT + 7 * COLUMN <= WIDTH


@given(weeks)
def test_no_block_covers_another(week: list[Block]) -> None:
    for one, other in combinations(laid_out(week, measure).placed, 2):
        assert apart(one, other)


@given(weeks)
def test_words_never_leave_their_block_and_are_whole_unless_it_says_so(week: list[Block]) -> None:
    for each in laid_out(week, measure).placed:
        inside = each.width - STRIPE - 2 * PAD
        assert all(measure(line, each.size) <= inside or len(line) == 1 for line in each.lines)
        assert len(each.lines) * each.size * LINE <= max(each.height - PAD, 0) + 1e-9
        block = each.block
        said = letters((block.title, block.times, block.mark))
        if each.whole:
            assert letters(each.lines) == said
        elif each.lines:
            assert "…" in letters(each.lines)


@given(weeks)
def test_heights_and_places_follow_the_minutes(week: list[Block]) -> None:
    layout = laid_out(week, measure)
    for each in layout.placed:
        length = each.block.high - each.block.low
        assert each.height == pytest.approx(length / 60 * layout.rows.hour)
    ends = sorted(
        end
        for each in layout.placed
        for end in ((each.block.low, each.y), (each.block.high, each.y + each.height))
    )
    minutes = [[y for _, y in same] for _, same in groupby(ends, key=lambda end: end[0])]
    assert all(max(same) == pytest.approx(min(same)) for same in minutes)
    firsts = [same[0] for same in minutes]
    assert firsts == sorted(firsts)


@given(weeks)
def test_the_picture_of_any_week_fits_a_page(week: list[Block]) -> None:
    assert laid_out(week, measure).rows.bottom - TOP <= 8 + 1e-9


def block(low: int, high: int, title: str = "Group", day: int = 0) -> Block:
    return Block(day, low * 60, high * 60, title, "from then on")


def runs(*week: Block) -> list[tuple[int, ...]]:
    layout: Layout = laid_out(week, measure)
    return [tuple(hour for hour, _ in run) for run in layout.rows.lines]


@pytest.mark.parametrize(
    ("week", "expected"),
    [
        pytest.param((), [tuple(range(9, 18))], id="nothing"),
        pytest.param((block(9, 10),), [(9, 10)], id="one"),
        pytest.param((block(9, 10), block(11, 12)), [(9, 10, 11, 12)], id="an hour between"),
        pytest.param((block(9, 10), block(12, 13)), [(9, 10), (12, 13)], id="two hours between"),
        pytest.param((block(9, 13), block(10, 11, day=3)), [(9, 10, 11, 12, 13)], id="within"),
        pytest.param((block(0, 24),), [tuple(range(25))], id="a whole day"),
    ],
)
def test_only_hours_that_are_used_have_rows(
    week: tuple[Block, ...], expected: list[tuple[int, ...]]
) -> None:
    assert runs(*week) == expected


def test_parts_of_an_hour_have_its_whole_row() -> None:
    assert runs(Block(0, 9 * 60 + 1, 10 * 60 + 1, "", "")) == [(9, 10, 11)]


def test_blocks_at_the_same_time_share_the_column_and_a_free_lane_is_used_again() -> None:
    week = (block(9, 12, "long"), block(9, 10, "early"), block(10, 11, "late"), block(13, 14, "x"))
    placed = {each.block.title: each for each in laid_out(week, measure).placed}
    assert placed["early"].x == placed["late"].x != placed["long"].x
    assert placed["long"].width == pytest.approx(COLUMN / 2)
    assert placed["x"].width == pytest.approx(COLUMN)


def test_hours_are_as_high_as_words_in_easy_letters_need() -> None:
    low = laid_out([block(9, 10)], measure)
    high = laid_out([block(9, 10, "A longer title of several words")], measure)
    assert low.rows.hour < high.rows.hour
    assert all(each.size >= 7 and each.whole for each in (*low.placed, *high.placed))


def test_times_are_kept_before_the_end_of_a_long_title() -> None:
    (placed,) = laid_out([block(9, 10, "long title " * 40)], measure).placed
    assert not placed.whole
    assert letters(placed.lines).endswith("…fromthenon")


@given(
    st.text(st.sampled_from("Wil o@$"), max_size=60), st.floats(0.01, 3), st.sampled_from([5, 8])
)
def test_wrapped_words_are_all_there_and_in_order(text: str, width: float, size: float) -> None:
    lines = break_lines(text, width, size, measure)
    assert letters(lines) == letters([text])
    assert all(measure(line, size) <= width or len(line) == 1 for line in lines)
    assert all(line == line.strip() for line in lines)


@pytest.mark.parametrize(
    ("day", "low", "high"), [(7, 0, 1), (-1, 0, 1), (0, 5, 5), (0, -1, 5), (0, 5, DAY + 1)]
)
def test_a_block_is_within_one_day_of_the_week(day: int, low: int, high: int) -> None:
    with pytest.raises(InvalidError):
        Block(day, low, high, "", "")
