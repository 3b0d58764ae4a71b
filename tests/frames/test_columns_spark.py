"""Spark decides each row as the other engines do; it needs Java, so it is tested apart."""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from iopkit.eligibility import (
    FACTS,
    NEVER,
    AllOf,
    AnyFact,
    AnyOf,
    Choice,
    Criterion,
    Fact,
    FactSheet,
    Number,
    Policy,
    Possible,
    Predicate,
    Scalar,
    Value,
    YesNo,
    evaluate,
)
from iopkit.errors import InvalidError
from iopkit.frames import attrition, check_frame, decide_frame
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.strategies import fact_values, predicates
from iopkit.truth import Truth, all_of

sql = pytest.importorskip("pyspark.sql", reason="the group spark, which needs Java, is missing")

# PySpark says so on every start, whether or not pandas is used.
pytestmark = [
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas"),
    pytest.mark.measured,
]

DAY = date(2026, 1, 5)
NAMES = ("age", "needed_hours_per_week", "use_disorder_severity", "dangerous", "has_diagnosis")
ASKED = AGE, HOURS, SEVERITY, *_ = tuple(FACTS[name] for name in NAMES)
TYPES = {YesNo: "boolean", Choice: "string", Number: "double"}
SCHEMA = ", ".join(
    f"{f.name} {'bigint' if isinstance(f.kind, Number) and f.kind.whole else TYPES[type(f.kind)]}"
    for f in ASKED
)


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    builder = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.sql.shuffle.partitions", "1")
    session = builder.config("spark.default.parallelism", "1").getOrCreate()
    yield session
    session.stop()


def not_known(_subject: object, _on: date) -> None:
    """A reader that knows nothing; these tests give facts' values themselves."""


def policy_of(*predicates: Predicate) -> Policy:
    source = Source("A made-up rule 1", Grade.SECONDARY)
    criteria = tuple(Criterion(f"c{n}", "", p, source) for n, p in enumerate(predicates))
    return Policy("made-up", "Made up", Versions((Dated(date(2024, 1, 1), criteria, source),)))


def verdicts(decided: Any) -> list[str]:
    return [row["verdict"] for row in decided.collect()]


# Each example is a job or two of a second, so they are few and large.
@settings(max_examples=3, phases=[Phase.generate])
@given(
    asked=st.lists(predicates(ASKED), min_size=6, max_size=6),
    rows=st.lists(fact_values(ASKED), min_size=20, max_size=20),
)
def test_each_row_is_decided_like_a_patient_of_its_own(
    spark: Any, asked: list[Predicate], rows: Sequence[Mapping[str, Scalar | None]]
) -> None:
    # What asks nothing is a constant, which engines treat apart.
    policy = policy_of(*asked, AllOf(()), ~AnyOf(()))
    frame = spark.createDataFrame([tuple(map(row.get, NAMES)) for row in rows], SCHEMA)
    decided = decide_frame(policy, frame, on=DAY, criteria=True, missing=True)

    assert type(decided) is type(frame)
    seen = decided.collect()
    criteria = policy.versions.on(DAY).value
    for row, out in zip(rows, seen, strict=True):
        truths = [evaluate(criterion.predicate, row) for criterion in criteria]
        assert [out[f"criterion_{c.name}"] for c in criteria] == [t.value for t in truths]
        assert out["verdict"] == all_of(truths).value
        missing = {fact.name for fact in policy.facts(on=DAY) if out[f"missing_{fact.name}"]}
        assert missing == set(policy.decide_sheet(FactSheet.of(ASKED, row, on=DAY)).missing)
    last = attrition(policy, frame, on=DAY)[-1]
    assert last.met == sum(out["verdict"] == Truth.YES.value for out in seen)
    assert last.undetermined == sum(out["verdict"] == Truth.UNKNOWN.value for out in seen)


# What is least and most possible, with the day when it was found.


def own(name: str, kind: Number | Choice, *, dated: bool = False) -> AnyFact:
    return Fact(name, kind, "A fact of these tests.", not_known, dated=dated)


VISITS = own("visits", Number(0, 5, "visits", whole=True), dated=True)
MISSED = own("missed", Number(-2, 3, "visits", whole=True))
SINCE = own("since", Number(0, 5, whole=True, never=True), dated=True)
STAGE = own("stage", Choice(("low", "mid", "high", "top"), ordered=True))
RANGED: Mapping[AnyFact, tuple[str, Sequence[Any]]] = {
    VISITS: ("bigint", range(6)),
    MISSED: ("bigint", range(-2, 4)),
    SINCE: ("double", [0, 1, 2, 5, NEVER]),
    STAGE: ("string", ["low", "mid", "high", "top"]),
}
RANGED_ASKED = (*RANGED, VISITS.less(MISSED), VISITS.within(days=9), SINCE.since(DAY))


@st.composite
def ranges(draw: st.DrawFn, fact: AnyFact) -> Value:
    _, each = RANGED[fact]
    places = st.lists(st.integers(0, len(each) - 1), min_size=2, max_size=2)
    low, high = sorted(draw(places))
    found = DAY - timedelta(days=draw(st.integers(-1, 10))) if fact.dated else None
    if isinstance(fact.kind, Choice):
        return Possible(options=frozenset(each[low : high + 1]), found=found)
    return draw(st.none() | st.just(Possible(each[low], each[high], found=found)))


def cells(fact: AnyFact, value: Value) -> list[Any]:
    """What the columns of a fact have of a value."""
    if not isinstance(value, Possible):
        return [None] * (3 if fact.dated else 2)
    kind, each = RANGED[fact]
    held = [float(one) if kind == "double" else one for one in each if value.holds(one)]
    return [held[0], held[-1], *([value.found] if fact.dated else [])]


@settings(max_examples=2, phases=[Phase.generate])
@given(
    asked=st.lists(predicates(RANGED_ASKED), min_size=4, max_size=4),
    rows=st.lists(
        st.fixed_dictionaries({fact.name: ranges(fact) for fact in RANGED}),
        min_size=20,
        max_size=20,
    ),
)
def test_a_row_of_ranges_is_decided_like_a_patient_of_whom_as_much_is_known(
    spark: Any, asked: list[Predicate], rows: list[Mapping[str, Value]]
) -> None:
    schema = [
        f"{fact.name}_{part} {kind if part != 'found' else 'date'}"
        for fact, (kind, _) in RANGED.items()
        for part in ("least", "most", *(["found"] if fact.dated else []))
    ]
    table = [tuple(cell for fact in RANGED for cell in cells(fact, row[fact.name])) for row in rows]
    frame = spark.createDataFrame(table, ", ".join(schema))
    seen = decide_frame(policy_of(*asked), frame, on=DAY, criteria=True).collect()
    for row, out in zip(rows, seen, strict=True):
        sheet = FactSheet.of(RANGED, row, on=DAY).with_recent(RANGED_ASKED)
        values = sheet.with_margins(RANGED_ASKED).values()
        expected = [evaluate(predicate, values).value for predicate in asked]
        assert [out[f"criterion_c{n}"] for n in range(len(asked))] == expected


@pytest.mark.parametrize(
    ("predicate", "kind", "values", "expected"),
    [
        pytest.param(
            HOURS < 9,
            "double",
            [8.5, 9.0, math.nan, math.inf, None],
            ["yes", "no", "unknown", "unknown", "unknown"],
            id="nan-and-infinity",
        ),
        pytest.param(
            AGE >= 18,
            "decimal(5, 1)",
            [Decimal("18.0"), Decimal("17.0"), Decimal("17.5"), None],
            ["yes", "no", "unknown", "unknown"],
            id="decimal",
        ),
        pytest.param(AGE >= 18, "tinyint", [18, 17, -1], ["yes", "no", "unknown"], id="tiny"),
        pytest.param(AGE >= 18, "void", [None], ["unknown"], id="nulls-alone"),
        pytest.param(
            ~SEVERITY.equals("mild"), "string", ["Mild", "mild"], ["unknown", "no"], id="option"
        ),
    ],
)
def test_what_the_kind_does_not_have_is_not_known(
    spark: Any, predicate: Predicate, kind: str, values: list[Any], expected: list[str]
) -> None:
    (name,) = {fact.name for fact in policy_of(predicate).facts(on=DAY)}
    frame = spark.createDataFrame([(value,) for value in values], f"{name} {kind}")

    assert verdicts(decide_frame(policy_of(predicate), frame, on=DAY)) == expected


def test_faults_are_those_of_other_engines(spark: Any) -> None:
    with pytest.raises(InvalidError, match="age: expected a column of numbers, found one of Str"):
        decide_frame(policy_of(AGE >= 18), spark.createDataFrame([("18",)], "age string"), on=DAY)
    with pytest.raises(InvalidError, match=r"age: .* found another value in 2 rows"):
        check_frame([AGE], spark.createDataFrame([(131,), (-1,), (None,)], "age int"))
