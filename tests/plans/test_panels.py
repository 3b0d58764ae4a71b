"""Frames of sessions have, row by row, what schedules have for one patient, on every engine."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from attrs import astuple, evolve, fields
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from iopkit import strategies
from iopkit.availability import WeeklyWindows
from iopkit.errors import InvalidError, MissingExtraError
from iopkit.modalities import Modality
from iopkit.patients import Patient
from iopkit.plans import (
    HolidayCalendar,
    PerWeek,
    Phase,
    Program,
    RandomDays,
    Service,
    SessionRow,
    Site,
    Slot,
    Track,
    Weekly,
    draft,
    schedule,
    session_rows,
)
from iopkit.plans.panels import panel

HOUR = timedelta(hours=1)
KEY = "0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"
OTHER_KEY = "5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11"
MONDAY = date(2026, 1, 5)
NAMES = tuple(field.name for field in fields(SessionRow))
SITE = Site(
    "Elm",
    "America/Chicago",
    WeeklyWindows.of(*(f"{day} 09:00-21:00" for day in ("Monday", "Wednesday", "Friday"))),
    HolidayCalendar("US"),
)
ZONES = (
    "America/Chicago",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Africa/Casablanca",
)


def at(name: str, *slots: str, track: str | None = None) -> Service:
    timing = Weekly(tuple(map(Slot.parse, slots)))
    return Service(name, name, Modality.GROUP_THERAPY, timing, HOUR, track=track)


EVENINGS = Program(
    "evenings", "Evenings", (Phase("all", "All", 3, (at("group", "monday 18:00", "friday 18:00"),)),)
)
TRACKS = Program(
    "tracks",
    "Tracks",
    (Phase("first", "First", 2), Phase("last", "Last", 1)),
    (
        at("day-group", "monday 10:00", "tuesday 10:00", track="day"),
        at("evening-group", "monday 20:30", "wednesday 18:00", track="evening"),
        Service("family", "Family", Modality.FAMILY_SESSION, PerWeek(1), HOUR),
    ),
    tracks=(Track("day", "Day"), Track("evening", "Evening")),
)
TESTS = Program(
    "tests",
    "Tests",
    (Phase("all", "All", 3),),
    (
        at("group", "wednesday 18:00"),
        Service("test", "Test", Modality.DRUG_TESTING, RandomDays(2), HOUR / 4),
        Service("call", "Call", Modality.CASE_MANAGEMENT, RandomDays(1)),
    ),
)

Row = Mapping[str, Any]
Rows = Sequence[Row]


# Engines: a frame of patients, made from rows as somebody would make one.

TYPES = {
    "patient": pa.string(),
    "start": pa.date32(),
    "program": pa.string(),
    "track": pa.string(),
    "zone": pa.string(),
    "seed": pa.int64(),
}


def arrow(rows: Rows, names: Iterable[str] = TYPES) -> pa.Table:
    return pa.table({name: pa.array([r.get(name) for r in rows], TYPES[name]) for name in names})


def polars(table: pa.Table) -> pl.DataFrame:
    return pl.DataFrame(pl.from_arrow(table))


def dated(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame of pandas with its own type of days."""
    return frame.assign(start=pd.to_datetime(frame["start"]))


OF_TABLE: dict[str, Callable[[pa.Table], Any]] = {
    "pandas-numpy": lambda table: table.to_pandas(),
    "pandas-dates": lambda table: dated(table.to_pandas()),
    "pandas-nullable": lambda table: dated(table.to_pandas().convert_dtypes()),
    "pandas-arrow": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "polars": polars,
    "polars-lazy": lambda table: polars(table).lazy(),
    "pyarrow": lambda table: table,
    "duckdb": duckdb.from_arrow,
}
every_engine = pytest.mark.parametrize("engine", OF_TABLE)
# Each example runs on all of them.
fewer = settings(max_examples=max(1, settings().max_examples // 2))


def seen(frame: Any) -> list[tuple[Any, ...]]:
    """A panel's rows as values, whatever its engine."""
    opened = nw.from_native(frame)
    eager = opened.collect("polars") if isinstance(opened, nw.LazyFrame) else opened
    polars: pl.DataFrame = eager.to_polars()
    assert tuple(polars.columns) == NAMES
    return polars.cast({"plan_start": pl.Date, "prescribed": pl.Date}).rows()


def expected(
    rows: Rows, programs: Iterable[Program], site: Site, like: Patient | None, seed: int
) -> list[tuple[Any, ...]]:
    """Each patient's own schedule, one after the other."""
    named = {program.name: program for program in programs}
    found: list[tuple[Any, ...]] = []
    for row in rows:
        key = UUID(row["patient"])
        program = named[row.get("program") or next(iter(named))]
        where = evolve(site, zone=row.get("zone") or site.zone)
        own = row.get("seed")
        plan = draft(
            program,
            evolve(like or Patient(key), key=key),
            where,
            start=row["start"],
            seed=seed if own is None else own,
            track=row.get("track"),
        )
        found += map(astuple, session_rows(schedule(plan, where)))
    return found


def assert_same(
    found: list[tuple[Any, ...]], wanted: list[tuple[Any, ...]], *, ordered: bool = True
) -> None:
    """Equal rows, in the same order if it is said; only the first that differs is shown."""
    if not ordered:
        found, wanted = sorted(found, key=repr), sorted(wanted, key=repr)
    assert len(found) == len(wanted)
    for row, own in zip(found, wanted, strict=True):
        assert dict(zip(NAMES, row, strict=True)) == dict(zip(NAMES, own, strict=True))


@st.composite
def asked(draw: st.DrawFn) -> tuple[list[Program], list[str], list[dict[str, Any]]]:
    """Programs, the columns that there are, and rows."""
    known = [EVENINGS, TRACKS, TESTS, draw(strategies.programs())]
    programs = draw(st.lists(st.sampled_from(known), min_size=1, unique_by=lambda p: p.name))
    names = ["patient", "start", *draw(st.lists(st.sampled_from(["track", "zone", "seed"])))]
    names += ["program"] if len(programs) > 1 or draw(st.booleans()) else []
    some = st.sampled_from(programs)

    @st.composite
    def rows(draw: st.DrawFn) -> dict[str, Any]:
        program = draw(some)
        row = {
            "patient": draw(strategies.keys().map(str) | st.just(KEY)),
            "start": draw(st.dates(date(2025, 12, 20), date(2026, 1, 10)) | st.dates(date(2011, 12, 24), date(2011, 12, 31))),
            "program": program.name if len(programs) > 1 or draw(st.booleans()) else None,
            "track": draw(st.sampled_from([None, *(track.name for track in program.tracks)])),
            "zone": draw(st.none() | st.sampled_from(ZONES)),
            "seed": draw(st.none() | st.integers(0, 3)),
        }
        return {name: row[name] for name in names}

    return programs, list(dict.fromkeys(names)), draw(st.lists(rows(), max_size=6))


sites = st.builds(
    lambda site, open_on: evolve(site, holidays=open_on),
    strategies.sites(),
    st.none() | st.just(HolidayCalendar("US")),
)


@every_engine
@fewer
@given(asked=asked(), site=sites, like=st.none() | strategies.patients(), seed=st.integers(0, 5))
def test_each_patient_has_the_rows_of_a_schedule_of_its_own(
    engine: str,
    asked: tuple[list[Program], list[str], list[dict[str, Any]]],
    site: Site,
    like: Patient | None,
    seed: int,
) -> None:
    programs, names, rows = asked
    born = like and like.birth_date
    assume(born is None or all(row["start"] >= born for row in rows))
    frame = OF_TABLE[engine](arrow(rows, names))
    found = panel(frame, programs, site, seed=seed, like=like)

    kept = type(found) is type(frame)
    assert kept  # and not the frame in the message
    wanted = expected(rows, programs, site, like, seed)
    assert_same(seen(found), wanted, ordered=engine != "duckdb")
