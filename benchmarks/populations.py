"""A million patients against eight criteria, as columns; run as a script, its memory."""

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from measure import Case, Contender, Missing
from verdicts import CRITERIA, DAY, POLICY

from iopkit import Policy
from iopkit.eligibility import Criterion, Number
from iopkit.frames import decide_frame
from iopkit.sources import Dated, Versions

ROWS = 1_000_000
SIZE = f"{ROWS:,} patients, {len(CRITERIA)} criteria"

_SOURCE = POLICY.versions.on(DAY).source
_NAMED = tuple(Criterion(f"c{n}", "", p, _SOURCE) for n, p in enumerate(CRITERIA))
EIGHT = Policy("eight", "Eight criteria", Versions((Dated(date(2024, 1, 1), _NAMED, _SOURCE),)))
FACTS = EIGHT.facts(on=DAY)

WORDS = pl.Enum(["yes", "no", "unknown"])

# As somebody would write it who knows that SQL and Polars have Kleene's logic.
BY_HAND = """
    SELECT *, CASE needed_hours_per_week >= 9 AND benefit_likely AND NOT needs_24_hour_care
        AND support_adequate AND has_diagnosis AND NOT dangerous AND able_to_participate
        AND age >= 18
        WHEN true THEN 'yes' WHEN false THEN 'no' ELSE 'unknown' END AS verdict
    FROM patients
"""


def facts(*, unknown: int) -> pl.DataFrame:
    """A Polars frame of made-up facts, the same in every run, so many percent of each null."""

    def column(number: int, kind: object) -> pl.Expr:
        drawn = pl.int_range(ROWS).hash(seed=number) % 1000
        match kind:
            case Number(whole=True):
                values = (drawn % 80 + 10).cast(pl.Int64)
            case Number():
                values = (drawn % 41).cast(pl.Float64) / 2
            case _:
                wanted = FACTS[number].name not in ("needs_24_hour_care", "dangerous")
                values = (drawn < 900) == wanted
        is_null = pl.int_range(ROWS).hash(seed=100 + number) % 100 < unknown
        return pl.when(~is_null).then(values).alias(FACTS[number].name)

    return pl.select(column(number, fact.kind) for number, fact in enumerate(FACTS)).rechunk()


def _contender(
    name: str, run: Callable[[], Any], words: Callable[[Any], Any], note: str = ""
) -> Contender:
    return Contender(name, run, lambda: list(words(run())), note)


def _ours(frame: Any, done: Callable[[Any], Any], words: Callable[[Any], Any]) -> Contender:
    return _contender("iopkit", lambda: done(decide_frame(EIGHT, frame, on=DAY)), words)


def _polars(frame: pl.LazyFrame) -> tuple[Contender, ...]:
    c = pl.col
    truth = (
        (c("needed_hours_per_week") >= 9)
        & c("benefit_likely")
        & ~c("needs_24_hour_care")
        & c("support_adequate")
        & c("has_diagnosis")
        & ~c("dangerous")
        & c("able_to_participate")
        & (c("age") >= 18)
    )
    yes, no, unknown = (pl.lit(word, WORDS) for word in WORDS.categories)
    words = pl.when(truth).then(yes).when(~truth).then(no).otherwise(unknown)
    in_words = words.alias("verdict")
    name = {True: "yes", False: "no", None: "unknown"}
    return (
        _contender(
            "polars",
            lambda: frame.with_columns(in_words).collect(),
            lambda result: result["verdict"],
            "by hand, an Enum of words as iopkit's",
        ),
        _contender(
            "polars, bare",
            lambda: frame.with_columns(truth.alias("verdict")).collect(),
            lambda result: map(name.get, result["verdict"]),
            "by hand, true, false or null in place of words",
        ),
    )


def _openfisca(frame: pl.DataFrame) -> tuple[Contender, ...]:
    from openfisca_core.entities import build_entity
    from openfisca_core.periods import DateUnit
    from openfisca_core.simulation_builder import SimulationBuilder
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    person = build_entity(key="person", plural="persons", label="A person", is_person=True)
    system = TaxBenefitSystem([person])
    shared = {"entity": person, "definition_period": DateUnit.DAY, "label": "A fact"}
    arrays = {name: frame[name].to_numpy() for name in frame.columns}
    types = {"f": float, "i": int, "b": bool}
    for name, array in arrays.items():
        own = {**shared, "value_type": types[array.dtype.kind]}
        system.add_variable(type(name, (Variable,), own))

    def formula(one: Any, period: Any) -> Any:
        return (
            (one("needed_hours_per_week", period) >= 9)
            * one("benefit_likely", period)
            * ~one("needs_24_hour_care", period)
            * one("support_adequate", period)
            * one("has_diagnosis", period)
            * ~one("dangerous", period)
            * one("able_to_participate", period)
            * (one("age", period) >= 18)
        )

    system.add_variable(
        type("verdict", (Variable,), {**shared, "value_type": bool, "formula": formula})
    )

    def simulation() -> Any:
        built = SimulationBuilder().build_default_simulation(system, count=ROWS)
        for name, array in arrays.items():
            built.set_input(name, str(DAY), array)
        return built

    ready = simulation()

    def again() -> Any:
        ready.delete_arrays("verdict")  # what it has calculated, it keeps
        return ready.calculate("verdict", str(DAY))

    def words(result: Any) -> Any:
        return ("yes" if eligible else "no" for eligible in result.tolist())

    return (
        _contender(
            "openfisca-core",
            lambda: simulation().calculate("verdict", str(DAY)),
            words,
            "a simulation of the same arrays, then true or false; it knows no unknown",
        ),
        _contender(
            "openfisca-core, built", again, words, "the same without building the simulation"
        ),
    )


def _tried(
    name: str, build: Callable[[], tuple[Contender, ...]]
) -> tuple[Contender | Missing, ...]:
    try:
        return build()
    except ImportError as error:
        return (Missing(name, str(error)),)


def _lazy(name: str, *, unknown: int, others: bool = False) -> Case:
    frame = facts(unknown=unknown)
    lazy = frame.lazy()
    ours = _ours(lazy, lambda result: result.collect(), lambda result: result["verdict"])
    known = _tried("openfisca-core", partial(_openfisca, frame)) if others else ()
    return Case(name, f"{SIZE}, {unknown} % unknown", ours, (*_polars(lazy), *known))


def with_unknown() -> Case:
    """Of each fact, one in twenty is not known; Polars, lazy."""
    return _lazy("population", unknown=5)


def all_known() -> Case:
    """Every fact is known, which is all that OpenFisca can ask."""
    return _lazy("population-known", unknown=0, others=True)


def in_duckdb() -> Case:
    """The same in DuckDB, next to SQL."""
    try:
        import duckdb

        connection = duckdb.connect()
        connection.register("given", facts(unknown=5).to_arrow())
        connection.sql("CREATE TABLE patients AS SELECT * FROM given")
    except ImportError as error:
        return Case("population-duckdb", SIZE, Missing("iopkit", str(error)))

    def done(relation: Any) -> Any:
        return relation.to_arrow_table()

    def words(result: Any) -> Any:
        return result["verdict"].to_pylist()

    return Case(
        "population-duckdb",
        f"{SIZE}, 5 % unknown",
        _ours(connection.table("patients"), done, words),
        (_contender("duckdb", lambda: done(connection.sql(BY_HAND)), words, "SQL by hand"),),
    )


def in_spark() -> Case:
    """The same in Spark, next to SQL; all of it on this machine."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        return Case("population-spark", SIZE, Missing("iopkit", str(error)))
    builder = SparkSession.builder.master("local[*]").config("spark.ui.enabled", "false")
    spark = builder.config("spark.log.level", "ERROR").getOrCreate()
    with TemporaryDirectory() as folder:
        path = f"{folder}/facts.parquet"
        facts(unknown=5).write_parquet(path)
        frame = spark.read.parquet(path).cache()
        frame.count()
    frame.createOrReplaceTempView("patients")

    def judged(result: Any) -> Any:
        result.write.format("noop").mode("overwrite").save()

    def counts(result: Any) -> Any:
        return sorted(map(tuple, result.groupBy("verdict").count().collect()))

    def contender(name: str, make: Callable[[], Any], note: str = "") -> Contender:
        return Contender(name, lambda: judged(make()), lambda: counts(make()), note)

    return Case(
        "population-spark",
        f"{SIZE}, 5 % unknown",
        contender("iopkit", lambda: decide_frame(EIGHT, frame, on=DAY)),
        (contender("pyspark", lambda: spark.sql(BY_HAND), "SQL by hand, cached rows, no output"),),
        wall=True,
    )


def in_kilobytes(label: str) -> int:
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(label):
            return int(line.split()[1])
    raise SystemExit(f"{label} is not told on this system")


def _peak(path: str) -> None:
    """Print by how much a decision raised the memory of this process, next to the frame's size."""
    decide_frame(EIGHT, pl.read_ipc(path).head(10), on=DAY)
    before = in_kilobytes("VmRSS:")
    frame = pl.read_ipc(path)
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")  # forget the peak so far
    decided = decide_frame(EIGHT, frame, on=DAY)
    peak = (in_kilobytes("VmHWM:") - before) * 1024
    size = int(frame.estimated_size())
    print(
        f"{len(decided):,} patients: facts {size / 1e6:.1f} MB, "
        f"at most {peak / 1e6:.1f} MB while deciding, facts included: {peak / size:.2f} times"
    )


def main() -> None:
    """Measure memory, in five fresh processes."""
    with TemporaryDirectory() as folder:
        path = f"{folder}/facts.arrow"
        facts(unknown=5).write_ipc(path)
        for _ in range(5):
            subprocess.run([sys.executable, __file__, path], check=True)


if __name__ == "__main__":
    _peak(sys.argv[1]) if len(sys.argv) > 1 else main()
