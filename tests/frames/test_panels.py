"""Frames of sessions have, row by row, what schedules have for one patient, on every engine."""

import math
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
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
from iopkit.errors import InvalidError, MissingExtraError
from iopkit.frames import panel
from iopkit.modalities import Modality
from iopkit.patients import PartialDate, Patient
from iopkit.plans import draft
from iopkit.programs import (
    EveryWeeks,
    PerWeek,
    Phase,
    Program,
    RandomDays,
    Service,
    Slot,
    Track,
    Weekly,
)
from iopkit.schedules import Reason, SessionRow, schedule, session_rows
from iopkit.sites import HolidayCalendar, Site
from iopkit.windows import WeeklyWindows

HOUR = timedelta(hours=1)
KEY = "0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"
OTHER_KEY = "5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11"
MONDAY, DAY = date(2026, 1, 5), timedelta(days=1)
SOME_KEYS = [UUID(int=number, version=4) for number in range(5)]
REQUIRED = "patient", "start"
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
    "evenings",
    "Evenings",
    (Phase("all", "All", 3, (at("group", "monday 18:00", "friday 18:00"),)),),
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
            "start": draw(
                st.dates(date(2025, 12, 20), date(2026, 1, 10))
                | st.dates(date(2011, 12, 24), date(2011, 12, 31))
            ),
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
    assume(like is None or all(like.may_be_born_by(row["start"]) for row in rows))
    frame = OF_TABLE[engine](arrow(rows, names))
    found = panel(frame, programs, site, seed=seed, like=like)

    kept = type(found) is type(frame)
    assert kept  # and not the frame in the message
    wanted = expected(rows, programs, site, like, seed)
    assert_same(seen(found), wanted, ordered=engine != "duckdb")


@every_engine
def test_each_prescribed_session_is_there_once(engine: str) -> None:
    rows = [{"patient": str(key), "start": MONDAY + n * DAY} for n, key in enumerate(SOME_KEYS)]
    found = seen(panel(OF_TABLE[engine](arrow(rows, REQUIRED)), TESTS, SITE, seed=1))

    # One group, two tests and a call in each of three weeks.
    assert len(found) == len(rows) * 3 * 4
    values = [dict(zip(NAMES, row, strict=True)) for row in found]
    assert len({(v["patient"], v["service"], v["number"]) for v in values}) == len(found)
    assert {(v["patient"], v["place"]) for v in values} == {
        (row["patient"], place) for row in rows for place in range(1, 13)
    }


def test_random_days_differ_between_patients_and_between_seeds() -> None:
    rows = [{"patient": str(key), "start": MONDAY, "seed": n} for key in SOME_KEYS for n in (1, 2)]
    site = evolve(SITE, hours=WeeklyWindows.always(), holidays=None)
    found = panel(polars(arrow(rows, [*REQUIRED, "seed"])), TESTS, site, seed=1)

    # Each plan has twelve sessions.
    plans = [found.slice(first, 12) for first in range(0, found.height, 12)]
    drawn = [tuple(plan.filter(pl.col("service") == "test")["start"]) for plan in plans]
    assert len(set(drawn)) == len(rows)


def test_a_program_whose_random_days_wait_for_an_answer_is_dated_once_for_all() -> None:
    # On hold, or of no known length: there is nothing to draw.
    held = evolve(
        TESTS,
        services=(
            TESTS.services[0],
            evolve(TESTS.services[1], modality=Modality.PSYCHIATRIC_CARE),
            TESTS.services[2],
        ),
    )
    rows = [{"patient": str(key), "start": MONDAY} for key in SOME_KEYS]
    reads: list[int] = []
    frame = counted(polars(arrow(rows, REQUIRED)), reads)
    found = panel(frame, held, SITE, seed=1).collect()

    assert len(reads) == 2
    assert_same(seen(found), expected(rows, [held], SITE, None, 1))


# Lazy frames


def counted(frame: pl.DataFrame, reads: list[int]) -> pl.LazyFrame:
    """A lazy frame that notes when it is computed."""

    def read(computed: pl.DataFrame) -> pl.DataFrame:
        reads.append(computed.height)
        return computed

    return frame.lazy().map_batches(read, schema=frame.schema)


@pytest.mark.parametrize(
    ("program", "before"),
    [pytest.param(EVENINGS, 1, id="shared days"), pytest.param(TESTS, 2, id="random days")],
)
def test_a_lazy_frame_is_read_for_its_keys_and_not_joined(program: Program, before: int) -> None:
    rows = [{"patient": str(key), "start": MONDAY} for key in SOME_KEYS]
    reads: list[int] = []
    found = panel(counted(polars(arrow(rows, REQUIRED)), reads), program, SITE, seed=1)

    assert isinstance(found, pl.LazyFrame)
    assert len(reads) == before
    assert_same(seen(found), expected(rows, [program], SITE, None, 1))
    assert len(reads) == before + 1


def test_a_relation_is_of_the_connection_that_it_came_from() -> None:
    with duckdb.connect() as connection:
        connection.sql(f"CREATE TABLE patients AS SELECT UUID '{KEY}' patient, DATE '2026-01-05' s")
        given = connection.sql("SELECT patient, s AS start FROM patients")
        panel(given, TESTS, SITE, seed=1).create("sessions")

        assert connection.sql("SELECT count(*) FROM sessions").fetchall() == [(12,)]
        views = connection.sql("SELECT view_name FROM duckdb_views() WHERE NOT internal")
        assert views.fetchall() == []


def test_a_panel_streams_to_a_file(tmp_path: Path) -> None:
    rows = [{"patient": str(key), "start": MONDAY} for key in SOME_KEYS]
    panel(polars(arrow(rows, REQUIRED)).lazy(), EVENINGS, SITE, seed=1).sink_parquet(
        tmp_path / "sessions.parquet"
    )

    found = pl.read_parquet(tmp_path / "sessions.parquet")
    assert_same(seen(found), expected(rows, [EVENINGS], SITE, None, 1))


# Types


POLARS_TYPES = {
    "patient": pl.String(),
    "program": pl.Enum(["tracks", "evenings"]),
    "track": pl.Enum(["day", "evening"]),
    "plan_start": pl.Date(),
    "place": pl.Int32(),
    "week": pl.Int16(),
    "phase": pl.Enum(["first", "last", "all"]),
    "service": pl.Enum(["day-group", "evening-group", "family", "group"]),
    "number": pl.Int32(),
    "make_up": pl.Int16(),
    "modality": pl.Enum([str(modality) for modality in Modality]),
    "delivery": pl.Enum(["on_site", "telehealth"]),
    "state": pl.Enum(["booked", "moved", "unplaced"]),
    "start": pl.Datetime("us"),
    "zone": pl.Categorical(),
    "start_utc": pl.Datetime("us", "UTC"),
    "minutes": pl.Int16(),
    "break_minutes": pl.Int16(),
    "room": pl.Enum([]),
    "clinician": pl.Enum([]),
    "why": pl.Enum([str(reason) for reason in Reason]),
    "prescribed": pl.Date(),
    "moved_from": pl.Datetime("us"),
    "detail": pl.Categorical(),
}


@pytest.mark.parametrize("rows", [[], [{"patient": KEY, "start": MONDAY, "program": "tracks"}]])
def test_types_in_polars_are_those_of_the_programs_and_the_site(rows: Rows) -> None:
    frame = polars(arrow(rows, [*REQUIRED, "program"]))

    assert dict(panel(frame, [TRACKS, EVENINGS], SITE, seed=1).schema) == POLARS_TYPES
    lazy = panel(frame.lazy(), [TRACKS, EVENINGS], SITE, seed=1)
    assert dict(lazy.collect_schema()) == POLARS_TYPES


@pytest.mark.parametrize("engine", ["pandas-numpy", "pandas-arrow"])
def test_types_in_pandas_do_not_depend_on_what_is_null(engine: str) -> None:
    rows = [{"patient": KEY, "start": MONDAY}]
    plain = panel(OF_TABLE[engine](arrow(rows, REQUIRED)), EVENINGS, SITE, seed=1)
    nulls = panel(OF_TABLE[engine](arrow(rows, REQUIRED)), TESTS, SITE, seed=1)

    kinds = {name: str(dtype) for name, dtype in plain.dtypes.items()}
    assert kinds == {name: str(dtype) for name, dtype in nulls.dtypes.items()}
    assert (kinds["state"], kinds["minutes"], kinds["start"]) == (
        "category",
        "Int16",
        "datetime64[us]",
    )


# What is wrong


def faults(frame: Any, *programs: Program, **options: Any) -> list[tuple[Any, str]]:
    with pytest.raises(InvalidError) as caught:
        panel(frame, programs, SITE, **{"seed": 1, **options})
    return [(fault.path[0], fault.found) for fault in caught.value.faults]


@every_engine
def test_rows_that_are_wrong_are_told_all_at_once_and_counted(engine: str) -> None:
    good = {"patient": KEY, "start": MONDAY, "program": "tracks", "track": "day"}
    rows = [
        good,
        {**good, "patient": "Zelda Quimby"},
        {**good, "patient": KEY.replace("-4c35-", "-1c35-")},
        {**good, "patient": f"{KEY}\n"},
        {**good, "patient": None, "start": None},
        {**good, "start": date(1969, 12, 31)},
        {**good, "start": date(2200, 1, 1), "program": "trucks"},
        {**good, "program": None},
        {**good, "track": "night"},
        {**good, "program": "evenings"},
        {**good, "zone": "America/Elmville"},
        {**good, "zone": "../etc/passwd", "track": None},
    ]
    frame = OF_TABLE[engine](arrow(rows))

    assert faults(frame, TRACKS, EVENINGS) == [
        ("patient", "another value in 4 rows"),
        ("start", "another value in 3 rows"),
        ("program", "another value in 2 rows"),
        ("track", "another value in 2 rows"),
        ("zone", "another value in 2 rows"),
    ]


def test_what_is_wrong_is_told_without_its_values() -> None:
    rows = [{"patient": "Zelda Quimby", "start": date(1931, 7, 23)}]
    with pytest.raises(InvalidError) as caught:
        panel(polars(arrow(rows, REQUIRED)), EVENINGS, SITE, seed=1)

    assert str(caught.value) == (
        "frame: 2 problems\n"
        "  patient: expected a random UUID as text in each row, found another value in 1 row\n"
        "  start: expected a day from 1970 to 2199 in each row, found another value in 1 row"
    )


@pytest.mark.parametrize(
    ("start", "ok"),
    [
        pytest.param(date(1970, 1, 1), True, id="first"),
        pytest.param(date(2199, 12, 31), True, id="last"),
        pytest.param(datetime.combine(MONDAY, time(0)), True, id="midnight"),
        pytest.param(datetime.combine(MONDAY, time(1)), False, id="a moment"),
        pytest.param(datetime(2026, 1, 5, tzinfo=UTC), False, id="an instant"),
        pytest.param("2026-01-05", False, id="text"),
        pytest.param(20260105, False, id="a number"),
    ],
)
def test_a_start_is_a_day(start: object, ok: bool) -> None:
    frame = pl.DataFrame({"patient": [KEY], "start": [start]})

    if ok:
        assert panel(frame, EVENINGS, SITE, seed=1).height == 6
    else:
        assert faults(frame, EVENINGS) == [("start", "another value in 1 row")]


def test_nobody_starts_before_the_birth_of_whom_they_are_like() -> None:
    frame = polars(arrow([{"patient": KEY, "start": MONDAY}], REQUIRED))
    like = Patient(UUID(OTHER_KEY), MONDAY)

    assert panel(frame, EVENINGS, SITE, seed=1, like=like).height == 6
    like = Patient(UUID(OTHER_KEY), MONDAY + DAY)
    assert faults(frame, EVENINGS, like=like) == [("start", "another value in 1 row")]


def test_whose_birth_is_known_in_part_may_be_born_by_the_last_possible_day() -> None:
    frame = polars(arrow([{"patient": KEY, "start": MONDAY}], REQUIRED))
    like = Patient(UUID(OTHER_KEY), PartialDate(MONDAY.year, MONDAY.month))

    assert panel(frame, EVENINGS, SITE, seed=1, like=like).height == 6
    like = Patient(UUID(OTHER_KEY), PartialDate(MONDAY.year + 1))
    assert faults(frame, EVENINGS, like=like) == [("start", "another value in 1 row")]


@pytest.mark.parametrize("form", [str.upper, str.lower])
def test_a_patient_is_as_given(form: Callable[[str], str]) -> None:
    frame = polars(arrow([{"patient": form(KEY), "start": MONDAY}], REQUIRED))
    found = panel(frame, TESTS, SITE, seed=1)

    assert set(found["patient"]) == {form(KEY)}
    own = expected([{"patient": KEY, "start": MONDAY}], [TESTS], SITE, None, 1)
    assert [row[1:] for row in found.rows()] == [row[1:] for row in own]


@pytest.mark.parametrize(
    ("seeds", "found"),
    [
        pytest.param([1.0, None], [], id="whole"),
        pytest.param([1.5, 2.0], [("seed", "another value in 1 row")], id="a part"),
        pytest.param([math.nan, math.inf], [("seed", "another value in 2 rows")], id="no number"),
        pytest.param(["1", "2"], [("seed", "one of String")], id="text"),
        pytest.param([True, False], [("seed", "one of Boolean")], id="booleans"),
    ],
)
def test_seeds_are_whole_numbers(seeds: list[Any], found: list[Any]) -> None:
    frame = pl.DataFrame({"patient": [KEY] * 2, "start": [MONDAY] * 2, "seed": seeds})

    if found:
        assert faults(frame, TESTS) == found
    else:
        rows = [{"patient": KEY, "start": MONDAY, "seed": seed and int(seed)} for seed in seeds]
        wanted = expected(rows, [TESTS], SITE, None, 1)
        assert_same(seen(panel(frame, TESTS, SITE, seed=1)), wanted)


def test_a_seed_may_be_of_any_size_but_beside_a_column_of_seeds() -> None:
    rows = [{"patient": KEY, "start": MONDAY}]
    found = panel(polars(arrow(rows, REQUIRED)), TESTS, SITE, seed=2**70)

    assert_same(seen(found), expected(rows, [TESTS], SITE, None, 2**70))
    frame = polars(arrow(rows, [*REQUIRED, "seed"]))
    assert faults(frame, TESTS, seed=2**63) == [("seed", "a larger one")]


@pytest.mark.parametrize(
    ("frame", "programs", "found"),
    [
        pytest.param(
            pl.DataFrame({"key": []}),
            [EVENINGS],
            [("patient", "none"), ("start", "none")],
            id="missing",
        ),
        pytest.param(
            duckdb.sql("SELECT 1 AS key"),
            [EVENINGS],
            [("patient", "none"), ("start", "none")],
            id="missing in DuckDB",
        ),
        pytest.param(
            pl.DataFrame({"patient": [], "start": []}),
            [EVENINGS, TESTS],
            [("program", "none")],
            id="no program",
        ),
        pytest.param(
            pl.DataFrame({"patient": [1], "start": [MONDAY], "track": [True]}),
            [EVENINGS],
            [("patient", "one of Int64"), ("track", "one of Boolean")],
            id="no text",
        ),
        pytest.param(
            pd.DataFrame({"patient": [1, "Zelda"], "start": [MONDAY, "Zelda"]}),
            [EVENINGS],
            [("patient", "several"), ("start", "several")],
            id="mixed",
        ),
        pytest.param(pl.DataFrame(), [], [("programs", "none")], id="no programs"),
        pytest.param(pl.DataFrame(), [TESTS] * 2, [("programs", "one twice")], id="program twice"),
    ],
)
def test_columns_and_programs_that_do_not_fit_are_told(
    frame: Any, programs: list[Program], found: list[Any]
) -> None:
    assert faults(frame, *programs) == found


def test_what_mixed_values_are_is_not_told() -> None:
    frame = pd.DataFrame({"patient": [KEY], "start": [1]}).astype(object)
    frame.loc[1] = [1, "Zelda Quimby"]
    with pytest.raises(InvalidError) as caught:
        panel(frame, EVENINGS, SITE, seed=1)

    assert "Zelda" not in "".join(traceback.format_exception(caught.value))


@every_engine
def test_columns_of_nulls_alone_are_as_none(engine: str) -> None:
    rows = [{"patient": KEY, "start": MONDAY}]
    table = arrow(rows, ["patient", "start"])
    for name in ("program", "track", "zone", "seed"):
        table = table.append_column(name, pa.nulls(1))
    found = panel(OF_TABLE[engine](table), TRACKS, SITE, seed=1)

    assert_same(seen(found), expected(rows, [TRACKS], SITE, None, 1), ordered=False)


def test_nobody_has_no_sessions_in_a_frame_without_types() -> None:
    nobody = pd.DataFrame({"patient": [], "start": []})
    assert len(panel(nobody, EVENINGS, SITE, seed=1)) == 0
    assert panel(pl.DataFrame(nobody), EVENINGS, SITE, seed=1).columns == list(NAMES)


def test_phases_have_the_weeks_that_are_asked_for() -> None:
    open_ended = evolve(EVENINGS, name="open", phases=(evolve(EVENINGS.phases[0], weeks=None),))
    frame = polars(arrow([{"patient": KEY, "start": MONDAY}], REQUIRED))
    found = panel(frame, open_ended, SITE, seed=1, phase_weeks={"open": {"all": 4}})

    assert found.height == 4 * 2
    with pytest.raises(InvalidError, match="phase_weeks: expected weeks for 'all'"):
        panel(frame, open_ended, SITE, seed=1)
    assert faults(frame, open_ended, phase_weeks={"opne": {"all": 4}}) == [
        ("phase_weeks", "another")
    ]


def test_other_columns_are_left_aside() -> None:
    frame = polars(arrow([{"patient": KEY, "start": MONDAY}], REQUIRED))
    more = frame.with_columns(state=pl.lit("TX"), id=pl.lit(1), rows=pl.lit(2), arm=pl.lit("b"))

    assert panel(more, EVENINGS, SITE, seed=1).equals(panel(frame, EVENINGS, SITE, seed=1))


def test_a_program_may_have_no_session() -> None:
    never = Program(
        "never",
        "Never",
        (Phase("all", "All", 1),),
        (Service("rare", "Rare", Modality.GROUP_THERAPY, EveryWeeks(4, 4), HOUR),),
    )
    rows = [{"patient": KEY, "start": MONDAY, "program": name} for name in ("never", "evenings")]
    found = panel(polars(arrow(rows, [*REQUIRED, "program"])), [never, EVENINGS], SITE, seed=1)

    assert set(found["program"]) == {"evenings"}


def test_what_is_no_frame_is_refused() -> None:
    with pytest.raises(TypeError, match="frame"):
        panel([KEY], EVENINGS, SITE, seed=1)


class FrameOfDask:
    """What Narwhals takes for a frame of an engine that panels are not made on."""

    _implementation = nw.Implementation.DASK

    def __narwhals_lazyframe__(self) -> "FrameOfDask":
        return self

    def _with_version(self, _: object) -> "FrameOfDask":
        return self


def test_a_frame_of_another_engine_is_refused_by_its_name() -> None:
    with pytest.raises(InvalidError) as caught:
        panel(FrameOfDask(), EVENINGS, SITE, seed=1)
    assert str(caught.value).splitlines() == [
        "frame: 1 problem",
        "  engine: expected one of polars, pandas, pyarrow, duckdb, pyspark, found dask",
    ]


@pytest.mark.parametrize("package", ["narwhals", "polars"])
def test_a_missing_extra_is_named(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    table = arrow([], REQUIRED)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=r"iopkit\[tables\]"):
        panel(table, EVENINGS, SITE, seed=1)
