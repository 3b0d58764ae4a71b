"""Heat maps: each field has its number, and nothing that belongs to nobody asked for."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.errors import TooComplexError
from iopkit.plots import load_picture, meetings_picture
from iopkit.plots.heat_maps import _COLUMNS, _panels, load_map, meetings_map
from iopkit.reports import load_text, meetings_text
from iopkit.schedules import Load, Meeting, Move, Reason

Said = Callable[[bytes], list[str]]

CHICAGO = ZoneInfo("America/Chicago")
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
MONDAY = date(2026, 1, 5)
AT = datetime(2026, 1, 5, 17, 30, tzinfo=CHICAGO)
GROUP = Meeting("group", "A group", AT, HOUR, "Oak", "Kim", 8, 12)
LOAD = Load("Oak", MONDAY, MONDAY + WEEK, 6 * HOUR, 24 * HOUR)

meetings = st.builds(
    Meeting,
    st.sampled_from(["group", "class"]),
    st.just("A title"),
    st.integers(0, 60).map(lambda n: AT + n * DAY),
    st.just(HOUR),
    st.none() | st.sampled_from(["Oak", "Ash"]),
    st.none() | st.just("Kim"),
    st.integers(1, 20),
    st.none() | st.integers(1, 12),
)
distinct_meetings = st.lists(
    meetings, max_size=20, unique_by=lambda m: (m.service, m.start, m.room, m.clinician)
)


@given(distinct_meetings)
def test_each_meeting_has_a_field_in_its_groups_row_and_its_week(made: list[Meeting]) -> None:
    found = meetings_map(made, title="Seats")
    fields = [(row, monday, cell) for row in found.rows for monday, cell in row.cells]
    assert len(fields) == len(made)
    assert all(monday.weekday() == 0 and monday in found.columns for _, monday, _ in fields)
    assert all(
        after - before == WEEK
        for before, after in zip(found.columns, found.columns[1:], strict=False)
    )
    assert sorted(cell.text for *_, cell in fields) == sorted(
        f"{m.patients}/{'?' if m.seats is None else m.seats}" for m in made
    )
    assert sum(cell.framed for *_, cell in fields) == sum(
        m.free is not None and m.free <= 0 for m in made
    )


@given(distinct_meetings)
def test_the_text_of_a_roster_has_the_numbers_of_its_picture(made: list[Meeting]) -> None:
    found = meetings_map(made, title="Seats")
    assert found.words == meetings_text(made)
    lines = [line for line in found.words.splitlines() if line.startswith("  ")]
    told = sorted(line.split()[1] for line in lines)
    assert told == sorted(
        cell.text.partition("/")[0] for row in found.rows for _, cell in row.cells
    )


def test_a_roster_says_groups_times_places_and_seats(said: Said) -> None:
    full = evolve(GROUP, start=AT + WEEK, patients=12)
    unknown = evolve(GROUP, start=AT + 2 * WEEK, seats=None)
    text = said(meetings_picture([GROUP, full, unknown]))
    assert text[0] == "Seats taken, January 5 to 19, 2026"
    assert {"A group", "Monday 17:30, Oak, Kim", "8/12", "12/12", "8/?", "Jan", "19"} <= set(text)
    assert "?: how many seats there are is not known." in text


def test_a_roster_says_which_meetings_are_called_off_or_not_counted(said: Said) -> None:
    off = Move(AT.replace(tzinfo=None), Reason.CLOSED)
    made = [
        evolve(GROUP, moved=off, called_off=True),
        evolve(GROUP, start=AT + WEEK, patients=None),
    ]
    text = said(meetings_picture(made))
    assert {"off", "?/12"} <= set(text)
    assert "?: who comes was not counted." in text
    assert "off: the meeting is called off." in text


def test_rows_without_a_field_in_a_panel_are_left_out_of_it(said: Said) -> None:
    early = [evolve(GROUP, start=AT + n * WEEK) for n in range(3)]
    late = [evolve(GROUP, start=AT + 30 * WEEK + HOUR, title="Another group")]
    text = said(meetings_picture([*early, *late]))
    assert text.count("A group") == 1
    assert text.count("Another group") == 1


@given(st.integers(0, 200))
def test_panels_have_all_columns_once_and_are_of_about_one_width(count: int) -> None:
    columns = [MONDAY + n * WEEK for n in range(count)]
    found = [days for days, _ in _panels((), columns)]
    assert [day for days in found for day in days] == columns
    assert all(len(days) <= _COLUMNS for days in found)
    assert max(map(len, found), default=0) - min(map(len, found), default=0) <= 1


@pytest.mark.parametrize(
    ("load", "text", "framed", "note"),
    [
        (LOAD, "25", False, None),
        (evolve(LOAD, booked=7 * HOUR, outside=HOUR), "25", True, None),
        (evolve(LOAD, available=0 * HOUR, booked=0 * HOUR), "\N{EN DASH}", False, "no hours"),
        (evolve(LOAD, available=None), "6.0?", False, "hours are not known"),
    ],
    ids=["booked", "outside the hours", "no hours", "hours not known"],
)
def test_a_load_says_the_percent_of_its_hours(
    load: Load, text: str, framed: bool, note: str | None
) -> None:
    found = load_map([load], title="Rooms")
    ((_, cell),) = found.rows[0].cells
    assert (cell.text, cell.framed) == (text, framed)
    assert any((note or "percent").casefold() in said.casefold() for said in found.notes)
    assert found.words == load_text([load])
    assert found.title == "Rooms, January 5 to 11, 2026"


def test_a_load_picture_has_a_row_for_each_name_and_a_column_for_each_period(said: Said) -> None:
    loads = [
        evolve(LOAD, name=name, start=MONDAY + n * WEEK, end=MONDAY + (n + 1) * WEEK)
        for name in ("Oak", "Ash")
        for n in range(5)
    ]
    text = said(load_picture(loads, title="Rooms"))
    assert {"Rooms, January 5 to February 8, 2026", "Oak", "Ash", "Jan", "Feb"} <= set(text)
    assert text.count("25") == 10


@pytest.mark.parametrize("draw", [meetings_picture, load_picture])
def test_nothing_to_show_is_said(draw: Callable[..., bytes], said: Said) -> None:
    assert said(draw([], title="Mine")) == ["Mine", "Nothing to show."]


def test_a_picture_of_too_many_fields_is_refused() -> None:
    loads = [evolve(LOAD, start=MONDAY + n * DAY, end=MONDAY + (n + 1) * DAY) for n in range(5001)]
    with pytest.raises(TooComplexError, match="1 by 5001"):
        load_picture(loads)


def test_long_names_and_dollar_signs_are_written_in_full(said: Said) -> None:
    title = "from $5 to $10 & <more> " * 6
    text = " ".join(said(meetings_picture([evolve(GROUP, title=title)], title=title)))
    assert text.count("from $5") == 12
