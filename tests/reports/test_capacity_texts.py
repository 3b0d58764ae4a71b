"""Use of capacity as texts and columns: every number that was counted, under its name."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import attrs
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.documents import capacity_columns
from iopkit.reports import census_text, load_text, meetings_text
from iopkit.schedules import (
    CensusDay,
    CensusWeek,
    Load,
    Meeting,
    Move,
    Reason,
    weekly_census,
)
from iopkit.windows import Weekday

MONDAY = date(2026, 1, 5)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
AT = datetime(2026, 1, 5, 17, 30, tzinfo=ZoneInfo("America/Chicago"))
GROUP = Meeting("group", "A group", AT, HOUR, "Oak", "Kim", 8, 12)
LOAD = Load("Oak", MONDAY, MONDAY + WEEK, 6 * HOUR, 24 * HOUR)
WEEK_OF_CENSUS = CensusWeek(MONDAY, MONDAY + WEEK, 7, 21, 7, 9, 2, 4)


def test_a_census_in_words() -> None:
    days = [CensusDay(MONDAY + n * DAY, 10 + n, n, 2 * n) for n in (8, 5, 6, 7)]
    assert census_text(days).splitlines() == [
        "  Day           Patients On hold  Expected",
        "",
        "Week from Sat 2026-01-10: 15.5 patients a day, 15 to 16; 5.5 of them on hold; 22 visits",
        "  Sat 2026-01-10     15        5        10",
        "  Sun 2026-01-11     16        6        12",
        "",
        "Week from Mon 2026-01-12: 17.5 patients a day, 17 to 18; 7.5 of them on hold; 30 visits",
        "  Mon 2026-01-12     17        7        14",
        "  Tue 2026-01-13     18        8        16",
    ]
    assert census_text([]) == "No day to count."


@given(st.integers(1, 40), st.sampled_from(Weekday))
def test_a_census_has_a_line_for_each_day_and_week(count: int, first: Weekday) -> None:
    days = [CensusDay(MONDAY + n * DAY, n) for n in range(count)]
    lines = census_text(days, first=first).splitlines()
    assert sum(line.startswith("Week") for line in lines) == len(weekly_census(days, first=first))
    told = [line.split()[1:3] for line in lines[1:] if line.startswith("  ")]
    assert told == [[str(each.day), str(each.patients)] for each in days]


def test_loads_in_words() -> None:
    loads = [
        LOAD,
        evolve(LOAD, start=MONDAY + WEEK, end=MONDAY + WEEK + DAY, outside=HOUR / 2),
        evolve(LOAD, booked=0 * HOUR, available=0 * HOUR),
        evolve(LOAD, name="Elsewhere", available=None),
    ]
    assert load_text(loads).splitlines() == [
        "Oak",
        "  Mon 2026-01-05 to Sun 2026-01-11  6 h of 24 h, 25%",
        "  Mon 2026-01-12  6 h of 24 h, 23%; 30 min outside the hours",
        "  Mon 2026-01-05 to Sun 2026-01-11  0 h of 0 h",
        "Elsewhere",
        "  Mon 2026-01-05 to Sun 2026-01-11  6 h, hours not known",
    ]
    assert load_text([]) == "No room or clinician to look at."


def test_a_roster_in_words() -> None:
    made = [
        evolve(GROUP, start=AT + WEEK, patients=13),
        GROUP,
        evolve(GROUP, start=AT + DAY, room=None, clinician=None, seats=None),
        evolve(GROUP, start=AT + 2 * WEEK, patients=12),
    ]
    assert meetings_text(made).splitlines() == [
        "A group, Monday 17:30, Oak, Kim",
        "  2026-01-05  8 of 12 seats, 4 free",
        "  2026-01-12  13 of 12 seats, 1 too many",
        "  2026-01-19  12 of 12 seats, 0 free",
        "A group, Tuesday 17:30",
        "  2026-01-06  8 patients, seats not known",
    ]
    assert meetings_text([]) == "No group meets."


def test_a_roster_says_what_was_moved_called_off_or_not_counted() -> None:
    due = (AT - DAY).replace(tzinfo=None)
    holiday = Move(due, Reason.CLOSED, "holiday")
    by_hand = Move(due + WEEK, Reason.CLOSED, "snow")
    made = [
        evolve(GROUP, moved=holiday),
        evolve(GROUP, start=AT + WEEK, moved=by_hand, patients=None),
        evolve(GROUP, start=AT + 2 * WEEK, patients=None, seats=None),
        evolve(GROUP, start=AT + 3 * WEEK, moved=holiday, called_off=True),
    ]
    assert meetings_text(made).splitlines()[1:] == [
        "  2026-01-05  8 of 12 seats, 4 free; moved from Sun 2026-01-04: holiday",
        "  2026-01-12  12 seats, who comes was not counted; moved from Sun 2026-01-11: snow",
        "  2026-01-19  seats not known, who comes was not counted",
        "  2026-01-26  called off: holiday",
    ]


@pytest.mark.parametrize(
    ("kind", "row", "derived"),
    [
        (CensusDay, CensusDay(MONDAY, 3, 1, 2), set()),
        (CensusWeek, WEEK_OF_CENSUS, {"mean"}),
        (Load, LOAD, {"share"}),
        (Meeting, GROUP, {"due", "end", "free"}),
    ],
    ids=["days", "weeks", "loads", "meetings"],
)
def test_columns_have_every_field_and_make_a_frame_of_any_kind(
    kind: type[CensusDay] | type[CensusWeek] | type[Load] | type[Meeting],
    row: CensusDay | CensusWeek | Load | Meeting,
    derived: set[str],
) -> None:
    columns = capacity_columns(kind, [row, row])
    fields = {field.name for field in attrs.fields(kind)}
    assert columns.keys() == (fields - {"moved"}) | derived
    assert columns == {name: [getattr(row, name)] * 2 for name in columns}
    assert pl.DataFrame(columns).shape == (2, len(columns))
    assert pd.DataFrame(columns).shape == (2, len(columns))
    assert pa.table(columns).shape == (2, len(columns))
    assert capacity_columns(kind, []) == {name: [] for name in columns}
