"""Spark gives each patient the sessions that one has alone; it needs Java, so it is apart."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import narwhals as nw
import pytest
from attrs import astuple, evolve, fields
from hypothesis import Phase as Step
from hypothesis import given, settings
from hypothesis import strategies as st

from iopkit import strategies
from iopkit.errors import InvalidError
from iopkit.frames import panel
from iopkit.modalities import Modality
from iopkit.patients import Patient
from iopkit.plans import draft
from iopkit.programs import PerWeek, Phase, Program, RandomDays, Service
from iopkit.schedules import SessionRow, schedule, session_rows
from iopkit.sites import HolidayCalendar, Site
from iopkit.windows import WeeklyWindows

sql = pytest.importorskip("pyspark.sql", reason="the group spark, which needs Java, is missing")

# PySpark says so on every start, whether or not pandas is used.
pytestmark = [
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas"),
    pytest.mark.measured,
]

KEY = "0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"
NAMES = tuple(field.name for field in fields(SessionRow))
SCHEMA = "patient string, start date, program string, track string, zone string, seed int"
SITE = Site(
    "Elm",
    "America/Chicago",
    WeeklyWindows.of("monday 09:00-21:00", "friday 09:00-21:00"),
    HolidayCalendar("US"),
)
DRAWN = Program(
    "drawn",
    "Drawn",
    (Phase("all", "All", 3),),
    (
        Service("group", "Group", Modality.GROUP_THERAPY, PerWeek(2), timedelta(hours=3)),
        Service("test", "Test", Modality.DRUG_TESTING, RandomDays(1), timedelta(minutes=15)),
    ),
)

rows = st.fixed_dictionaries(
    {
        "patient": strategies.keys().map(str) | st.just(KEY),
        "start": st.dates(date(2025, 12, 20), date(2026, 1, 10)),
        "program": st.sampled_from([DRAWN.name, "other"]),
        "track": st.none(),
        "zone": st.none() | st.sampled_from(["Asia/Kathmandu", "Africa/Casablanca"]),
        "seed": st.none() | st.integers(0, 3),
    }
)


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    builder = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.sql.shuffle.partitions", "1")
    session = builder.config("spark.default.parallelism", "1").getOrCreate()
    yield session
    session.stop()


def alone(row: Mapping[str, Any], program: Program) -> list[tuple[Any, ...]]:
    key, site = UUID(row["patient"]), evolve(SITE, zone=row["zone"] or SITE.zone)
    seed = 7 if row["seed"] is None else row["seed"]
    plan = draft(program, Patient(key), site, start=row["start"], seed=seed)
    return [astuple(one) for one in session_rows(schedule(plan, site))]


# Each example is a few jobs of a second, so they are few and large.
@settings(max_examples=3, phases=[Step.generate])
@given(
    other=strategies.programs().map(lambda program: evolve(program, name="other")),
    rows=st.lists(rows, min_size=10, max_size=20),
)
def test_each_patient_has_the_rows_of_a_schedule_of_its_own(
    spark: Any, other: Program, rows: list[dict[str, Any]]
) -> None:
    names = [column.split()[0] for column in SCHEMA.split(", ")]
    frame = spark.createDataFrame([tuple(map(row.get, names)) for row in rows], SCHEMA)
    found = panel(frame, [DRAWN, other], SITE, seed=7)

    assert type(found) is type(frame)
    assert tuple(found.columns) == NAMES
    programs = {DRAWN.name: DRAWN, "other": other}
    wanted = [own for row in rows for own in alone(row, programs[row["program"]])]
    collected = nw.from_native(found).collect("polars").rows()
    assert sorted(map(repr, map(_plain, collected))) == sorted(map(repr, map(_plain, wanted)))


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Words as text, and instants in one way."""
    return tuple(
        str(value)
        if isinstance(value, str)
        else value.timestamp()
        if name == "start_utc" and value
        else value
        for name, value in zip(NAMES, row, strict=True)
    )


def test_wall_clock_times_have_no_zone_and_instants_have_one(spark: Any) -> None:
    frame = spark.createDataFrame([(KEY, date(2026, 1, 5))], "patient string, start date")
    types = dict(panel(frame, DRAWN, SITE, seed=1).dtypes)

    assert (types["start"], types["moved_from"]) == ("timestamp_ntz", "timestamp_ntz")
    assert (types["start_utc"], types["plan_start"]) == ("timestamp", "date")
    assert (types["state"], types["minutes"]) == ("string", "smallint")


def test_faults_are_those_of_other_engines(spark: Any) -> None:
    frame = spark.createDataFrame(
        [("1", date(2026, 1, 5)), (KEY, date(1969, 12, 31)), (None, None)],
        "patient string, start date",
    )
    with pytest.raises(InvalidError) as caught:
        panel(frame, DRAWN, SITE, seed=1)
    assert [(fault.path, fault.found) for fault in caught.value.faults] == [
        (("patient",), "another value in 2 rows"),
        (("start",), "another value in 2 rows"),
    ]
