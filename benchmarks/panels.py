"""One program over 100,000 patients, as columns; run as a script, memory for ten million rows."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from uuid import UUID

import polars as pl
from attrs import evolve
from measure import Case, Contender, Missing
from populations import in_kilobytes

from iopkit import Modality, Patient, Site, draft, schedule
from iopkit.frames import panel
from iopkit.programs import Phase, RandomDays, Service
from iopkit.schedules import SessionRow, session_rows
from schedules import GROUP, PROGRAM, SESSIONS, SITE, START, WEEKS, WITH_HOLIDAYS

PATIENTS, MANY, FEW, DAYS = 100_000, 280_000, 1_000, 365
SIZE = f"{PATIENTS:,} patients, {PATIENTS * SESSIONS:,} sessions"

TEST = Service("test", "Drug test", Modality.DRUG_TESTING, RandomDays(1), timedelta(minutes=15))
DRAWN = evolve(PROGRAM, name="drawn", phases=(Phase("all", "All", WEEKS, (GROUP, TEST)),))

BY_HAND = (
    *("patient", "program", "plan_start", "place", "week", "phase", "service", "number"),
    *("modality", "state", "start", "zone", "start_utc", "minutes"),
)


def patients(count: int) -> pl.DataFrame:
    """Made-up patients who begin on the days of a year, the same in every run."""
    number = pl.int_range(count, dtype=pl.UInt64)
    digits = pl.concat_str(pl.lit("00000000-0000-4000-8000-"), number.cast(pl.String).str.zfill(12))
    day = (number.hash(seed=1) % DAYS).cast(pl.Int64)
    return pl.select(
        digits.alias("patient"), (pl.lit(START) + pl.duration(days=day)).alias("start")
    )


# As somebody would write it who knows the program: where its sessions are, counted from each
# weekday that a patient may begin on, and what is the same in all of them.
SLOTS = pl.DataFrame(
    [
        (first, number, number, days // 7 + 1, days)
        for first in range(7)
        for number, days in enumerate(
            sorted(week * 7 + (day - first) % 7 for week in range(WEEKS) for day in (0, 2, 4)), 1
        )
    ],
    {"first": pl.Int8, "place": pl.Int32, "number": pl.Int32, "week": pl.Int16, "days": pl.Int16},
    orient="row",
)
WORDS = {
    "program": PROGRAM.name,
    "phase": "all",
    "service": GROUP.name,
    "modality": GROUP.modality.value,
    "state": "booked",
    "zone": SITE.zone,
}


def by_hand(frame: pl.LazyFrame) -> pl.LazyFrame:
    local = pl.col("plan_start").cast(pl.Datetime("us")) + pl.duration(days="days", hours=18)
    zoned = pl.col("start").dt.replace_time_zone(SITE.zone)
    return (
        frame.rename({"start": "plan_start"})
        .with_columns(first=pl.col("plan_start").dt.weekday() - 1)
        .join(SLOTS.lazy(), on="first")
        .with_columns(local.alias("start"), pl.lit(180, pl.Int16).alias("minutes"))
        .with_columns(zoned.dt.convert_time_zone("UTC").alias("start_utc"))
        .with_columns(pl.lit(word, pl.Enum([word])).alias(name) for name, word in WORDS.items())
        .select(BY_HAND)
    )


def _digest(sessions: pl.DataFrame) -> int:
    """A number that is the same for the same rows, in any order."""
    plain = sessions.select(BY_HAND).cast({pl.Enum: pl.String, pl.Categorical: pl.String})
    return int(plain.hash_rows(seed=1).sum())


def _contender(name: str, make: Callable[[], pl.DataFrame], note: str = "") -> Contender:
    return Contender(name, make, lambda: _digest(make()), note)


def _ours(site: Site) -> Contender:
    frame = patients(PATIENTS).lazy()
    return _contender("iopkit", lambda: panel(frame, PROGRAM, site, seed=1).collect())


def plain() -> Case:
    """At a site without holidays, in lazy Polars, next to what one would write by hand."""
    frame = patients(PATIENTS).lazy()
    days = frame.unique("start").collect()
    at_hand = panel(days, PROGRAM, SITE, seed=1).drop("patient").lazy()
    renamed = frame.rename({"start": "plan_start"})
    return Case(
        "panel",
        SIZE,
        _ours(SITE),
        (
            _contender(
                "polars",
                lambda: by_hand(frame).collect(),
                "by hand: 14 of our 24 columns, no checks, closed days or moves",
            ),
            _contender(
                "polars, join",
                lambda: renamed.join(at_hand, on="plan_start").collect(),
                "the join alone, with the sessions of all days dated before",
            ),
        ),
    )


def with_holidays() -> Case:
    """At a site with public holidays."""
    return Case("panel-holidays", SIZE, _ours(WITH_HOLIDAYS))


def drawn() -> Case:
    """With a drug test a week on a random day, which each patient's own seed draws."""
    frame = patients(FEW)
    rows = frame.rows()

    def one_by_one() -> list[SessionRow]:
        found: list[SessionRow] = []
        for key, start in rows:
            plan = draft(DRAWN, Patient(UUID(key)), SITE, start=start, seed=1)
            found += session_rows(schedule(plan, SITE))
        return found

    def ours() -> pl.DataFrame:
        return panel(frame, DRAWN, SITE, seed=1)

    note = "draft, schedule and session_rows for each patient"
    return Case(
        "panel-drawn",
        f"{FEW:,} patients, {FEW * (SESSIONS + WEEKS):,} sessions",
        Contender("iopkit", ours, lambda: list(ours()["start"])),
        (Contender("one by one", one_by_one, lambda: [r.start for r in one_by_one()], note),),
    )


def _by_engine(name: str, frame: Any, done: Callable[[Any], Any]) -> Case:
    run = lambda: done(panel(frame, PROGRAM, SITE, seed=1))  # noqa: E731  # it is called twice
    return Case(name, SIZE, Contender("iopkit", run, run), wall=name == "panel-spark")


def in_pandas() -> Case:
    try:
        return _by_engine("panel-pandas", patients(PATIENTS).to_pandas(), lambda found: found)
    except ImportError as error:
        return Case("panel-pandas", SIZE, Missing("iopkit", str(error)))


def in_pyarrow() -> Case:
    try:
        return _by_engine("panel-pyarrow", patients(PATIENTS).to_arrow(), lambda found: found)
    except ImportError as error:
        return Case("panel-pyarrow", SIZE, Missing("iopkit", str(error)))


def in_duckdb() -> Case:
    """From a table in DuckDB to Arrow."""
    try:
        return _by_engine(
            "panel-duckdb", _in_duckdb(PATIENTS), lambda found: found.to_arrow_table()
        )
    except ImportError as error:
        return Case("panel-duckdb", SIZE, Missing("iopkit", str(error)))


def _in_duckdb(count: int) -> Any:
    import duckdb

    connection = duckdb.connect()
    connection.register("given", patients(count).to_arrow())
    connection.sql("CREATE TABLE patients AS SELECT * FROM given")
    return connection.table("patients")


def in_spark() -> Case:
    """In Spark, all of it on this machine, from rows that it keeps and without output."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        return Case("panel-spark", SIZE, Missing("iopkit", str(error)))
    builder = SparkSession.builder.master("local[*]").config("spark.ui.enabled", "false")
    spark = builder.config("spark.log.level", "ERROR").getOrCreate()
    frame = spark.createDataFrame(patients(PATIENTS).to_arrow()).cache()
    frame.count()
    return _by_engine(
        "panel-spark", frame, lambda found: found.write.format("noop").mode("overwrite").save()
    )


# How ten million sessions leave, by the name of the way.
WAYS: Mapping[str, Callable[[pl.DataFrame, str], object]] = {
    "Polars, a frame": lambda given, _: panel(given, PROGRAM, SITE, seed=1),
    "Polars, sink_parquet": lambda given, path: panel(
        given.lazy(), PROGRAM, SITE, seed=1
    ).sink_parquet(path),
    "Polars, a count a day, streaming": lambda given, _: (
        panel(given.lazy(), PROGRAM, SITE, seed=1)
        .group_by(pl.col("start").dt.date())
        .len()
        .collect(engine="streaming")
    ),
    "pandas, a frame": lambda given, _: panel(given.to_pandas(), PROGRAM, SITE, seed=1),
    "PyArrow, a table": lambda given, _: panel(given.to_arrow(), PROGRAM, SITE, seed=1),
    "DuckDB, write_parquet": lambda given, path: panel(
        _in_duckdb(given.height), PROGRAM, SITE, seed=1
    ).write_parquet(path),
}


def _peak(way: str, path: str) -> None:
    """Print how long one way takes, and by how much it raises the memory of this process."""
    WAYS[way](patients(10), path)
    given = patients(MANY)
    before = in_kilobytes("VmRSS:")
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")  # forget the peak so far
    began = perf_counter()
    WAYS[way](given, path)
    took, peak = perf_counter() - began, (in_kilobytes("VmHWM:") - before) / 1e3
    print(f"{MANY * SESSIONS:,} sessions, {way}: {took:.1f} s, {peak:,.0f} MB")


def main() -> None:
    """Measure memory, each way five times in a process of its own."""
    with TemporaryDirectory() as folder:
        for way in WAYS:
            for _ in range(5):
                path = f"{folder}/sessions.parquet"
                subprocess.run([sys.executable, __file__, way, path], check=True)


if __name__ == "__main__":
    _peak(*sys.argv[1:]) if len(sys.argv) > 1 else main()
