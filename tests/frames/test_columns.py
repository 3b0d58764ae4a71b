"""Predicates over frames give, row by row, what they give for one patient, on every engine."""

import math
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import duckdb
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from iopkit.confidential import key_in_logs
from iopkit.eligibility import (
    FACTS,
    AllOf,
    AnyFact,
    AnyOf,
    Choice,
    Consideration,
    Criterion,
    Fact,
    FactSheet,
    Number,
    Policy,
    Predicate,
    Scalar,
    Way,
    YesNo,
    evaluate,
    facts_in,
    read_facts,
)
from iopkit.eligibility.possible import as_possible
from iopkit.errors import Fault, InvalidError, MissingExtraError, NotInForceError
from iopkit.frames import (
    AttritionStep,
    Refused,
    attrition,
    check_frame,
    decide_frame,
    fact_sheets,
    facts_frame,
    rails,
)
from iopkit.library import find_policy
from iopkit.patients import Patient
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.strategies import fact_values, patients, predicates
from iopkit.truth import Truth, all_of

pytestmark = pytest.mark.measured

DAY = date(2026, 1, 5)
Row = Mapping[str, Scalar | None]
Rows = Sequence[Row]


def not_known(_subject: object, _on: date) -> None:
    """A reader that knows nothing; these tests give facts' values themselves."""


AGE, SEVERITY = FACTS["age"], FACTS["use_disorder_severity"]
DANGEROUS, HOURS = FACTS["dangerous"], FACTS["needed_hours_per_week"]
# Few of every kind, so that questions about the same fact meet.
CATALOGUE: tuple[AnyFact, ...] = (
    *(AGE, HOURS, SEVERITY, DANGEROUS, FACTS["has_diagnosis"]),
    Fact("color", Choice(("red", "green")), "A choice without order.", not_known),
)


# Engines: a frame of facts, made from rows as somebody would make one.


def arrow(rows: Rows) -> pa.Table:
    types = {YesNo: pa.bool_(), Choice: pa.string()}
    numbers = {True: pa.int64(), False: pa.float64()}
    return pa.table(
        {
            fact.name: pa.array(
                [row[fact.name] for row in rows],
                numbers[fact.kind.whole]
                if isinstance(fact.kind, Number)
                else types[type(fact.kind)],
            )
            for fact in CATALOGUE
        }
    )


def polars(table: pa.Table) -> pl.DataFrame:
    return pl.DataFrame(pl.from_arrow(table))


OF_TABLE: dict[str, Callable[[pa.Table], Any]] = {
    "pandas-numpy": lambda table: table.to_pandas(),
    "pandas-nullable": lambda table: table.to_pandas().convert_dtypes(),
    "pandas-arrow": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "polars": polars,
    "polars-lazy": lambda table: polars(table).lazy(),
    "pyarrow": lambda table: table,
    "duckdb": duckdb.from_arrow,
}


def made(engine: str, rows: Rows) -> Any:
    if engine == "pandas-numpy":
        # As one would make it: pandas chooses the types.
        return pd.DataFrame({fact.name: [row[fact.name] for row in rows] for fact in CATALOGUE})
    return OF_TABLE[engine](arrow(rows))


LAZY = {"polars-lazy", "duckdb"}

# Each example runs on all of them.
fewer = settings(max_examples=max(1, settings().max_examples // 2))
every_engine = pytest.mark.parametrize("engine", OF_TABLE)


def lists(frame: Any) -> dict[str, list[Any]]:
    """A frame's columns as lists, whatever its engine."""
    opened = nw.from_native(frame)
    eager = opened.collect() if isinstance(opened, nw.LazyFrame) else opened
    return {name: eager[name].to_list() for name in eager.columns}


SOURCE = Source("A made-up rule 1", Grade.SECONDARY)


def policy_of(*predicates: Predicate) -> Policy:
    criteria = tuple(Criterion(f"c{n}", "", p, SOURCE) for n, p in enumerate(predicates))
    return Policy("made-up", "Made up", Versions((Dated(date(2024, 1, 1), criteria, SOURCE),)))


policies = st.lists(predicates(CATALOGUE), min_size=1, max_size=4).map(lambda p: policy_of(*p))
some_rows = st.lists(fact_values(CATALOGUE), min_size=0, max_size=12)


# Verdicts


@every_engine
@fewer
@given(policy=policies, rows=some_rows)
def test_each_row_is_decided_like_a_patient_of_its_own(
    engine: str, policy: Policy, rows: Rows
) -> None:
    decided = lists(decide_frame(policy, made(engine, rows), on=DAY, criteria=True))

    criteria = policy.versions.on(DAY).value
    truths = [[evaluate(c.predicate, row) for c in criteria] for row in rows]
    assert decided["verdict"] == [all_of(of_row).value for of_row in truths]
    for number, criterion in enumerate(criteria):
        expected = [of_row[number].value for of_row in truths]
        assert decided[f"criterion_{criterion.name}"] == expected


@every_engine
@fewer
@given(policy=policies, rows=some_rows)
def test_missing_facts_are_those_of_each_rows_decision(
    engine: str, policy: Policy, rows: Rows
) -> None:
    frame = made(engine, rows)
    decided = decide_frame(policy, frame, on=DAY, missing=True)

    seen, facts = lists(decided), policy.facts(on=DAY)
    assert list(seen) == [*lists(frame), "verdict", *(f"missing_{fact.name}" for fact in facts)]
    for number, row in enumerate(rows):
        found = {fact.name for fact in facts if seen[f"missing_{fact.name}"][number]}
        decision = policy.decide_sheet(FactSheet.of(CATALOGUE, row, on=DAY))
        assert found == set(decision.missing)
        assert seen["verdict"][number] == decision.verdict.value


@every_engine
@fewer
@given(predicate=predicates(CATALOGUE), rows=some_rows)
def test_rails_say_yes_and_no_and_are_never_null(
    engine: str, predicate: Predicate, rows: Rows
) -> None:
    frame = made(engine, rows)
    judged = rails(predicate, frame)
    seen = lists(
        nw.from_native(frame)
        .with_columns(judged.yes.alias("on_yes"), judged.no.alias("on_no"))
        .to_native()
    )

    truths = [evaluate(predicate, row) for row in rows]
    assert seen["on_yes"] == [truth is Truth.YES for truth in truths]
    assert seen["on_no"] == [truth is Truth.NO for truth in truths]


def test_no_patients_give_no_verdicts() -> None:
    frame = pl.DataFrame({"age": []}, schema={"age": pl.Int64})
    decided = decide_frame(policy_of(AGE >= 18), frame, on=DAY)

    assert decided.to_dict(as_series=False) == {"age": [], "verdict": []}


@every_engine
def test_the_frame_stays_of_its_type_with_its_columns_in_place(engine: str) -> None:
    frame = made(engine, [dict.fromkeys(f.name for f in CATALOGUE)])
    decided = decide_frame(policy_of(AGE >= 18, HOURS >= 9), frame, on=DAY, criteria=True)

    assert type(decided) is type(frame)
    names = [fact.name for fact in CATALOGUE]
    assert list(lists(decided)) == [*names, "verdict", "criterion_c0", "criterion_c1"]


@every_engine
@pytest.mark.parametrize("decide", [AllOf(()), AnyOf(())], ids=["always", "never"])
def test_a_criterion_that_asks_nothing_is_the_same_in_every_row(
    engine: str, decide: Predicate
) -> None:
    rows = [dict.fromkeys(f.name for f in CATALOGUE)] * 2
    truth = evaluate(decide, {}).value
    policy = policy_of(decide)

    assert lists(decide_frame(policy, made(engine, rows), on=DAY))["verdict"] == [truth] * 2
    assert attrition(policy, made(engine, rows), on=DAY)[0].met == 2 * (truth == "yes")


@every_engine
def test_words_are_an_enum_in_polars_and_text_elsewhere(engine: str) -> None:
    frame = made(engine, [dict.fromkeys(f.name for f in CATALOGUE)])
    decided = decide_frame(policy_of(AGE >= 18), frame, on=DAY, criteria=True)
    schema = nw.from_native(decided).collect_schema()

    words = nw.Enum(["yes", "no", "unknown"]) if engine.startswith("polars") else nw.String()
    assert [schema["verdict"], schema["criterion_c0"]] == [words, words]


@every_engine
def test_each_row_says_whether_the_policy_is_assumed_to_be_in_force(engine: str) -> None:
    frame = made(engine, [dict.fromkeys(f.name for f in CATALOGUE)] * 2)
    policy = policy_of(AGE >= 18)
    for on, told in ((date(1999, 1, 1), True), (DAY, False)):
        decided = lists(decide_frame(policy, frame, on=on, assume_in_force=True))
        assert decided["assumed_in_force"] == [told] * 2


def test_a_lazy_frame_is_not_computed() -> None:
    def unreachable(_: pl.DataFrame) -> pl.DataFrame:
        raise RuntimeError("computed")

    frame = pl.DataFrame({"age": [18]}).lazy().map_batches(unreachable, schema={"age": pl.Int64})
    decided = decide_frame(policy_of(AGE >= 18), frame, on=DAY)

    with pytest.raises(RuntimeError, match="computed"):
        decided.collect()


def test_the_version_in_force_on_the_day_decides() -> None:
    (older,), (newer,) = (policy_of(rule).versions.dated for rule in (AGE >= 18, AGE >= 21))
    policy = Policy("aging", "Aging", Versions((older, evolve(newer, since=date(2026, 1, 1)))))
    frame = pl.DataFrame({"age": [20]})

    def verdict(on: date) -> list[str]:
        return decide_frame(policy, frame, on=on)["verdict"].to_list()

    assert verdict(date(2025, 12, 31)) == ["yes"]
    assert verdict(date(2026, 1, 1)) == ["no"]
    with pytest.raises(NotInForceError):
        verdict(date(2023, 12, 31))

    early = date(2023, 12, 31)
    assumed = decide_frame(policy, frame, on=early, missing=True, assume_in_force=True)
    assert assumed["verdict"].to_list() == verdict(date(2024, 1, 1))
    assert assumed["assumed_in_force"].to_list() == [True]
    known = decide_frame(policy, frame, on=date(2026, 1, 1), assume_in_force=True)
    assert known["assumed_in_force"].to_list() == [False]
    with pytest.raises(InvalidError):
        decide_frame(policy, known.drop("verdict"), on=early, assume_in_force=True)
    with pytest.raises(NotInForceError):
        attrition(policy, frame, on=early)
    for on, told in ((early, True), (date(2024, 1, 1), False)):
        steps = attrition(policy, frame, on=on, assume_in_force=True)
        assert [step.assumed_in_force for step in steps] == [told] * len(steps)
        assert [step.met for step in steps] == [1]


def test_the_shipped_policy_decides_generated_patients_alike() -> None:
    @given(some=st.lists(patients(), max_size=8))
    def alike(some: list[Patient]) -> None:
        policy = find_policy("us-medicare-iop")
        frame = facts_frame(policy.facts(on=DAY), some, on=DAY)
        decided = decide_frame(policy, frame, on=DAY)["verdict"].to_list()
        assert decided == [policy.decide(patient, on=DAY).verdict.value for patient in some]

    alike()


# Values

WEEKS: AnyFact = Fact("weeks", Number(0, 12, whole=True), "Weeks in treatment.", not_known)
COUNT: AnyFact = Fact("count", Number(0, math.inf, whole=True), "A count.", not_known)
RATIO: AnyFact = Fact("ratio", Number(-math.inf, math.inf), "Any number.", not_known)

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
NAN = float("nan")


@pytest.mark.no_cover  # reaches only what others do
@pytest.mark.parametrize(
    ("predicate", "value", "truth"),
    [
        pytest.param(WEEKS >= 3, 12.0, YES, id="highest"),
        pytest.param(WEEKS >= 3, 13.0, UNKNOWN, id="too-high"),
        pytest.param(WEEKS < 3, 0.0, YES, id="lowest"),
        pytest.param(WEEKS < 3, -1.0, UNKNOWN, id="too-low"),
        pytest.param(WEEKS <= 3, 2.5, UNKNOWN, id="not-whole"),
        pytest.param(WEEKS < 3, NAN, UNKNOWN, id="nan-below"),
        pytest.param(WEEKS >= 3, NAN, UNKNOWN, id="nan-above"),
        pytest.param(~WEEKS.is_in(3, 4), NAN, UNKNOWN, id="nan-one-of"),
        pytest.param(WEEKS.is_known, NAN, NO, id="nan-known"),
        pytest.param(WEEKS.is_known, 13.0, NO, id="too-high-known"),
        pytest.param(COUNT >= 3, 1e15, YES, id="no-upper-bound"),
        pytest.param(COUNT >= 3, math.inf, UNKNOWN, id="count-infinite"),
        pytest.param(RATIO >= 3, 1.7e308, YES, id="largest"),
        pytest.param(RATIO >= 3, math.inf, UNKNOWN, id="infinite"),
        pytest.param(RATIO >= 3, -math.inf, UNKNOWN, id="minus-infinite"),
        pytest.param(RATIO >= 3, NAN, UNKNOWN, id="ratio-nan"),
    ],
)
@every_engine
def test_a_number_that_the_kind_does_not_have_is_not_known(
    engine: str, predicate: Predicate, value: float, truth: Truth
) -> None:
    (fact,) = facts_in(predicate)
    frame = OF_TABLE[engine](pa.table({fact.name: [value]}))

    assert lists(decide_frame(policy_of(predicate), frame, on=DAY))["verdict"] == [truth.value]


@every_engine
def test_an_option_that_the_kind_does_not_have_is_not_known(engine: str) -> None:
    frame = OF_TABLE[engine](pa.table({SEVERITY.name: ["mild", "Mild", "", None]}))
    policy = policy_of(~SEVERITY.equals("severe"))

    expected = ["yes", "unknown", "unknown", "unknown"]
    assert lists(decide_frame(policy, frame, on=DAY))["verdict"] == expected


TYPES: dict[str, tuple[Predicate, pa.Array]] = {
    "decimal": (HOURS >= 9, pa.array([Decimal("9.5"), Decimal("8.5"), None])),
    "whole-decimal": (AGE >= 18, pa.array([Decimal("18.0"), Decimal("17.0"), Decimal("18.5")])),
    "tiny": (AGE >= 18, pa.array([18, 17, None], pa.int8())),
    "unsigned": (AGE >= 18, pa.array([18, 17, 255], pa.uint8())),
    "whole-as-float": (AGE >= 18, pa.array([18.0, 17.0, 17.5])),
    "hours-as-integer": (HOURS >= 9, pa.array([9, 8, None])),
    "dictionary": (SEVERITY >= "mild", pa.array(["mild", "none", None]).dictionary_encode()),
}


@every_engine
@pytest.mark.parametrize("kind", TYPES)
def test_engines_types_that_have_the_values_will_do(engine: str, kind: str) -> None:
    predicate, values = TYPES[kind]
    (fact,) = facts_in(predicate)
    if engine in ("pandas-numpy", "pandas-nullable") and "decimal" in kind:
        pytest.skip("there, decimals are objects")
    frame = OF_TABLE[engine](pa.table({fact.name: values}))

    expected = ["yes", "no", "unknown"]
    assert lists(decide_frame(policy_of(predicate), frame, on=DAY))["verdict"] == expected


@every_engine
def test_a_column_of_nulls_alone_is_of_every_kind(engine: str) -> None:
    asked = (AGE, HOURS, SEVERITY, DANGEROUS)
    frame = OF_TABLE[engine](pa.table({fact.name: pa.nulls(2) for fact in asked}))
    policy = policy_of(*(fact.is_known for fact in asked), AGE < 18, DANGEROUS.equals(False))

    decided = lists(decide_frame(policy, frame, on=DAY, criteria=True))
    assert [decided[f"criterion_c{n}"] for n in range(4)] == [["no", "no"]] * 4
    assert [decided[f"criterion_c{n}"] for n in (4, 5)] == [["unknown", "unknown"]] * 2
    check_frame(asked, frame)


@pytest.mark.parametrize("false", [False, np.False_], ids=["python", "numpy"])
def test_objects_that_are_booleans_or_null_are_booleans(false: object) -> None:
    frame = pd.DataFrame({"dangerous": pd.Series([True, None, NAN, false], dtype=object)})

    decided = decide_frame(policy_of(DANGEROUS.equals(True)), frame, on=DAY)
    assert decided["verdict"].to_list() == ["yes", "unknown", "unknown", "no"]


@pytest.mark.parametrize("value", ["yes", 1, 0, 1.0, 0.0, [True]], ids=repr)
def test_objects_of_which_one_is_no_boolean_are_refused(value: object) -> None:
    frame = pd.DataFrame({"dangerous": pd.Series([True, value, None, False], dtype=object)})

    with pytest.raises(InvalidError, match="a column of booleans, found one of Object"):
        decide_frame(policy_of(DANGEROUS.equals(True)), frame, on=DAY)


FLOATS: dict[str, Any] = {
    "pandas-16": pd.DataFrame({HOURS.name: np.array([8.1, math.inf], "float16")}),
    "pandas-32": pd.DataFrame({HOURS.name: np.array([8.1, math.inf], "float32")}),
    "polars-32": pl.DataFrame({HOURS.name: pl.Series([8.1, math.inf], dtype=pl.Float32)}),
    "pyarrow-16": pa.table({HOURS.name: pa.array([8.1, math.inf], pa.float16())}),
    "pyarrow-32": pa.table({HOURS.name: pa.array([8.1, math.inf], pa.float32())}),
    "duckdb-32": duckdb.sql(f"select unnest(['8.1', 'inf']::float[]) as {HOURS.name}"),
}


@pytest.mark.parametrize("name", FLOATS)
def test_a_narrow_float_is_compared_as_the_wide_one_that_it_is(name: str) -> None:
    (first, _) = lists(FLOATS[name])[HOURS.name]
    expected = evaluate(HOURS <= 8.1, {HOURS.name: float(first)})

    decided = lists(decide_frame(policy_of(HOURS <= 8.1), FLOATS[name], on=DAY))
    assert decided["verdict"] == [expected.value, "unknown"]


@pytest.mark.parametrize("name", FLOATS)
def test_infinity_in_a_narrow_float_is_not_known(name: str) -> None:
    ratio = nw.from_native(FLOATS[name]).rename({HOURS.name: RATIO.name}).to_native()

    decided = lists(decide_frame(policy_of(RATIO.is_known), ratio, on=DAY))
    assert decided["verdict"] == ["yes", "no"]


def test_a_view_of_text_is_text() -> None:
    frame = pa.table({SEVERITY.name: pa.array(["mild", None, "none"], pa.string_view())})

    decided = lists(decide_frame(policy_of(SEVERITY >= "mild"), frame, on=DAY))
    assert decided["verdict"] == ["yes", "unknown", "no"]


@pytest.mark.parametrize("fact", [AGE, SEVERITY, DANGEROUS], ids=lambda fact: fact.name)
@pytest.mark.parametrize("kind", ["uuid", "bit", "json", "blob", "struct(age int)"])
def test_a_type_that_no_kind_has_is_refused(fact: AnyFact, kind: str) -> None:
    frame = duckdb.sql(f"select null::{kind} as {fact.name}")

    with pytest.raises(InvalidError, match=f"{fact.name}: expected a column of"):
        check_frame([fact], frame)


def test_a_type_of_pandas_that_no_kind_has_is_refused() -> None:
    frame = pd.DataFrame({"age": pd.Series([pd.Period("2020")])})

    with pytest.raises(InvalidError, match="a column of numbers, found one of Unknown"):
        check_frame([AGE], frame)


# Faults


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        pytest.param({}, "age: expected a column of numbers, found none", id="missing"),
        pytest.param(
            {"age": ["18"]}, "age: expected a column of numbers, found one of String", id="text"
        ),
        pytest.param(
            {"age": [True]}, "age: expected a column of numbers, found one of Boolean", id="bool"
        ),
        pytest.param(
            {"age": [18], "verdict": [1]},
            "verdict: expected no column of that name, found one",
            id="verdict-taken",
        ),
        pytest.param(
            {"age": [18], "criterion_c0": [1]},
            "criterion_c0: expected no column of that name, found one",
            id="criterion-taken",
        ),
    ],
)
@pytest.mark.parametrize("lazy", [False, True], ids=["eager", "lazy"])
def test_what_a_frame_lacks_is_said(frame: dict[str, list[Any]], message: str, lazy: bool) -> None:
    given_frame = pl.DataFrame(frame).lazy() if lazy else pl.DataFrame(frame)

    with pytest.raises(InvalidError) as caught:
        decide_frame(policy_of(AGE >= 18), given_frame, on=DAY, criteria=True)
    assert str(caught.value) == f"frame: 1 problem\n  {message}"


def test_all_faults_are_listed_at_once_without_values() -> None:
    frame = pl.DataFrame(
        {
            "dangerous": pl.Series(["zqzq"], dtype=pl.Enum(["zqzq"])),
            "use_disorder_severity": [1],
            "verdict": ["yes"],
        }
    )
    policy = policy_of(AGE >= 18, DANGEROUS.equals(True), SEVERITY >= "mild")

    with pytest.raises(InvalidError) as caught:
        decide_frame(policy, frame, on=DAY)
    assert str(caught.value).splitlines() == [
        "frame: 4 problems",
        "  age: expected a column of numbers, found none",
        "  dangerous: expected a column of booleans, found one of Enum",
        "  use_disorder_severity: expected a column of text, found one of Int64",
        "  verdict: expected no column of that name, found one",
    ]


def test_a_taken_name_is_no_fault_where_it_is_not_given() -> None:
    frame = pl.DataFrame({"age": [18], "criterion_c0": [1], "yes_0": [2]})
    policy = policy_of(AGE >= 18)

    assert decide_frame(policy, frame, on=DAY).columns == [*frame.columns, "verdict"]
    assert attrition(policy, frame, on=DAY) == (AttritionStep("c0", 0, 1, 0),)


@every_engine
def test_a_name_in_another_case_is_taken_too(engine: str) -> None:
    frame = OF_TABLE[engine](pa.table({"age": [40], "VERDICT": ["no"], "Missing_Age": ["no"]}))

    with pytest.raises(InvalidError) as caught:
        decide_frame(policy_of(AGE >= 18), frame, on=DAY, criteria=True, missing=True)
    assert [fault.path for fault in caught.value.faults] == [("verdict",), ("missing_age",)]


def test_criteria_that_differ_in_case_alone_cannot_both_have_a_column() -> None:
    criteria = tuple(Criterion(name, "", AGE >= 18, SOURCE) for name in ("A", "a"))
    policy = Policy("cases", "Cases", Versions((Dated(date(2024, 1, 1), criteria, SOURCE),)))
    frame = duckdb.sql("select 40 as age")

    assert lists(decide_frame(policy, frame, on=DAY))["verdict"] == ["yes"]
    with pytest.raises(InvalidError, match="1 problem\n  criterion_a: expected no column"):
        decide_frame(policy, frame, on=DAY, criteria=True)


@every_engine
def test_names_like_those_of_the_work_in_between_change_nothing(engine: str) -> None:
    columns = {"age": [40], "YES_0": [False], "NO_0": [True], "_yes_0": [False], "___2": [False]}
    frame, policy = OF_TABLE[engine](pa.table(columns)), policy_of(AGE >= 18)

    assert attrition(policy, frame, on=DAY) == (AttritionStep("c0", 0, 1, 0),)
    decided = lists(decide_frame(policy, frame, on=DAY, missing=True))
    assert decided == {**columns, "verdict": ["yes"], "missing_age": [False]}


def test_the_work_in_between_has_names_that_no_column_can_have() -> None:
    care, support = FACTS["needs_24_hour_care"], FACTS["needs_around_the_clock_support"]
    frame = pl.LazyFrame({fact.name: [None] for fact in (AGE, DANGEROUS, care, support)})
    weighed = Consideration("care", "Needs it.", Way.AGAINST, care.equals(True), SOURCE)
    policy = evolve(policy_of(AGE >= 18, DANGEROUS.equals(False)), considerations=(weighed,))
    decided = decide_frame(
        *(policy, frame),
        on=DAY,
        criteria=True,
        missing=True,
        considerations=True,
        contradictions=True,
    )

    given = frame.collect_schema().names()
    made = set(re.findall(r'alias\("(.*?)"\)', decided.explain(optimized=False)))
    work = made - set(decided.collect_schema().names())
    kinds = {re.sub("[0-9_]+", "", name) for name in work}
    assert {"part", "whole", "aroundtheclockstands", ""} <= kinds
    assert all(name.startswith("_" * (1 + max(map(len, given)))) for name in work)


def test_names_that_are_no_text_are_kept() -> None:
    frame = pd.DataFrame({0: [1], "age": [40]})
    decided = decide_frame(policy_of(AGE >= 18), frame, on=DAY, missing=True)

    assert list(decided.columns) == [0, "age", "verdict", "missing_age"]
    assert attrition(policy_of(AGE >= 18), frame, on=DAY) == (AttritionStep("c0", 0, 1, 0),)


def test_a_policy_without_facts_decides_a_frame_without_columns() -> None:
    decided = decide_frame(policy_of(AllOf(())), pd.DataFrame(), on=DAY, missing=True)

    assert list(decided.columns) == ["verdict"]


@every_engine
def test_values_outside_their_kind_are_told_by_row_and_not_shown(engine: str) -> None:
    frame = OF_TABLE[engine](
        pa.table(
            {
                "age": [17.0, 170.5, None, NAN],
                "use_disorder_severity": ["zqzq", "mild", None, "Mild"],
                "dangerous": [True, None, False, True],
                "needed_hours_per_week": [0.0, 168.0, None, NAN],
            }
        )
    )

    with pytest.raises(InvalidError) as caught:
        check_frame([AGE, SEVERITY, AGE, DANGEROUS, HOURS], frame)
    # Rows of lazy frames have no order, and so no numbers.
    one, two = ("1 row", "2 rows") if engine in LAZY else ("row 1", "rows 0 and 3")
    assert str(caught.value).splitlines() == [
        "frame: 2 problems",
        f"  age: expected a whole number from 0 to 130 in each row, found another value in {one}",
        (
            f"  use_disorder_severity: expected {SEVERITY.kind.expectation()} in each row, found "
            f"another value in {two}"
        ),
    ]


@pytest.mark.parametrize("engine", ["pandas-numpy", "polars-lazy"])
@given(rows=some_rows)
def test_frames_of_valid_values_pass(engine: str, rows: Rows) -> None:
    check_frame(CATALOGUE, made(engine, rows))


def test_what_is_no_frame_is_refused() -> None:
    policy = policy_of(AGE >= 18)
    with pytest.raises(TypeError, match="expected a data frame, found the class dict"):
        decide_frame(policy, {"age": [18]}, on=DAY)
    with pytest.raises(TypeError, match="expected a data frame, found the class Series"):
        decide_frame(policy, pl.Series("age", [18]), on=DAY)


def test_a_frame_with_two_columns_of_one_name_is_refused() -> None:
    twice = pd.DataFrame([[17, 18]], columns=["age", "age"])
    with pytest.raises(InvalidError, match="columns: expected each name once, found one twice"):
        decide_frame(policy_of(AGE >= 18), twice, on=DAY)


def test_facts_and_patients_of_frames_are_several_of_them() -> None:
    name: Any = "age"
    somebody: Any = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))
    frame = pl.DataFrame({"age": [18]})
    calls: dict[str, Callable[[], object]] = {
        "facts[0]: expected a Fact, found a text": lambda: facts_frame([name], [], on=DAY),
        "facts: expected a list of Fact": lambda: fact_sheets(name, frame, on=DAY),
        "facts: expected a list of Fact, found": lambda: check_frame(name, frame),
        "patients: expected a list of Patient": lambda: facts_frame([AGE], somebody, on=DAY),
    }
    for said, call in calls.items():
        with pytest.raises(InvalidError) as caught:
            call()
        assert said in str(caught.value)


@pytest.mark.parametrize(
    "call",
    [
        lambda frame: rails(AGE >= 18, frame),
        lambda frame: decide_frame(policy_of(AGE >= 18), frame, on=DAY),
        lambda frame: attrition(policy_of(AGE >= 18), frame, on=DAY),
        lambda frame: check_frame([AGE], frame),
        lambda frame: fact_sheets([AGE], frame, on=DAY),
        lambda _: facts_frame([AGE], [], on=DAY),
    ],
    ids=["rails", "decide", "attrition", "check", "sheets", "facts"],
)
def test_a_missing_extra_is_named(
    call: Callable[[pl.DataFrame], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "narwhals", None)
    with pytest.raises(MissingExtraError, match=r"iopkit\[tables\]"):
        call(pl.DataFrame({"age": [18]}))


# Attrition


@every_engine
@fewer
@given(policy=policies, rows=some_rows)
def test_attrition_counts_what_each_criterion_leaves(
    engine: str, policy: Policy, rows: Rows
) -> None:
    steps, left = [], list(rows)
    criteria = policy.versions.on(DAY).value
    for number, criterion in enumerate(criteria, 1):
        after = [row for row in left if evaluate(criterion.predicate, row) is not Truth.NO]
        met = sum(
            all(evaluate(c.predicate, row) is Truth.YES for c in criteria[:number]) for row in after
        )
        steps.append(AttritionStep(criterion.name, len(left) - len(after), met, len(after) - met))
        left = after

    assert attrition(policy, made(engine, rows), on=DAY) == tuple(steps)


def test_the_last_step_has_the_verdicts() -> None:
    frame = pl.DataFrame({"age": [17, 18, None, 30], "needed_hours_per_week": [9.0, 9.0, 9.0, 8.0]})
    first, last = attrition(policy_of(AGE >= 18, HOURS >= 9), frame, on=DAY)

    assert (first.excluded, first.met, first.undetermined, first.remaining) == (1, 2, 1, 3)
    assert (last.excluded, last.met, last.undetermined, last.remaining) == (1, 1, 1, 2)


# Frames of facts


@pytest.mark.parametrize("backend", ["polars", "pyarrow"])
@given(some=st.lists(patients(), max_size=8))
def test_facts_of_patients_go_to_a_frame_and_back(
    backend: Literal["polars", "pyarrow"], some: list[Patient]
) -> None:
    asked = (AGE, HOURS, SEVERITY, DANGEROUS)
    frame = facts_frame(asked, iter(some), on=DAY, backend=backend, partly="null")

    assert lists(frame)["key"] == [str(patient.key) for patient in some]
    sheets = tuple(fact_sheets(asked, frame, on=DAY))
    for sheet, patient in zip(sheets, some, strict=True):
        read = read_facts(asked, patient, on=DAY).values()
        assert dict(sheet.values()) == {n: as_possible(v).value for n, v in read.items()}
    values = [value for sheet in sheets for value in sheet.values().values()]
    assert {type(value) for value in values} <= {int, float, str, bool, type(None)}


@pytest.mark.parametrize("engine", ["pandas-numpy", "pandas-nullable", "pandas-arrow", "polars"])
@given(rows=some_rows)
def test_rows_become_fact_sheets(engine: str, rows: Rows) -> None:
    sheets = fact_sheets(CATALOGUE, made(engine, rows), on=DAY)

    assert [dict(sheet.values()) for sheet in sheets] == list(rows)


def test_columns_of_facts_have_their_types_even_of_nobody() -> None:
    frame = facts_frame((AGE, HOURS, SEVERITY, DANGEROUS), [], on=DAY)

    assert frame.schema == {
        "key": pl.String,
        "age": pl.Int64,
        "needed_hours_per_week": pl.Float64,
        "use_disorder_severity": pl.String,
        "dangerous": pl.Boolean,
    }


def test_a_fact_cannot_take_the_keys_name() -> None:
    with pytest.raises(InvalidError, match="key: expected no fact of that name"):
        facts_frame([Fact("key", YesNo(), "A key.", not_known)], [], on=DAY)


def test_a_fact_sheet_has_plain_values_whatever_the_engines_type() -> None:
    table = pa.table({"age": pa.array([Decimal("18.0")]), "needed_hours_per_week": [9]})

    (sheet,) = fact_sheets([AGE, HOURS], table, on=DAY)
    assert [(value, type(value)) for value in sheet.values().values()] == [(18, int), (9.0, float)]


@pytest.mark.parametrize("age", [131, 17.5, math.inf, -math.inf])
def test_a_fact_sheet_refuses_what_the_row_path_refuses(age: float) -> None:
    sheets = fact_sheets([AGE], pl.DataFrame({"age": [age]}), on=DAY)

    with pytest.raises(InvalidError, match="age: expected a whole number from 0 to 130"):
        next(sheets)


def test_a_lazy_frame_has_no_rows_to_read() -> None:
    with pytest.raises(TypeError):
        fact_sheets([AGE], pl.DataFrame({"age": [18]}).lazy(), on=DAY)


# Rows that are refused

_ages = st.none() | st.integers(-3, 134)
_hours = st.none() | st.floats(-2, 170)


def _wrong(age: int | None, hours: float | None) -> tuple[Fault, ...]:
    return tuple(
        Fault((fact.name,), fact.kind.expectation(), "another value")
        for fact, value in ((AGE, age), (HOURS, hours))
        if value is not None and not fact.kind.accepts(value)
    )


@pytest.mark.parametrize("engine", [engine for engine in OF_TABLE if engine not in LAZY])
@fewer
@given(rows=st.lists(st.tuples(_ages, _hours), max_size=30))
def test_refused_rows_are_given_beside_the_good_ones(
    engine: str, rows: list[tuple[int | None, float | None]]
) -> None:
    ages, hours = pa.array([age for age, _ in rows], pa.int64()), [h for _, h in rows]
    frame = OF_TABLE[engine](
        pa.table({"age": ages, "needed_hours_per_week": pa.array(hours, pa.float64())})
    )
    expected = [Refused(n, None, wrong) for n, row in enumerate(rows) if (wrong := _wrong(*row))]

    found: list[Refused] = []
    check_frame([AGE, HOURS], frame, refused=found.append)
    assert found == expected

    met: list[Refused] = []
    sheets = list(fact_sheets([AGE, HOURS], frame, on=DAY, refused=met.append))
    assert met == expected
    good = [row for row in rows if not _wrong(*row)]
    assert [tuple(sheet.values().values()) for sheet in sheets] == good


def test_a_row_that_is_refused_is_told_by_its_number() -> None:
    frame = pl.DataFrame({"age": [44, 45, 199]})
    sheets = fact_sheets([AGE], frame, on=DAY)

    assert [next(sheets).values()["age"], next(sheets).values()["age"]] == [44, 45]
    with pytest.raises(InvalidError, match=r"\[2\]\.age: expected a whole .*found another value$"):
        next(sheets)


def test_many_refused_rows_are_told_by_the_first() -> None:
    with pytest.raises(InvalidError, match=r"rows 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and others$"):
        check_frame([AGE], pl.DataFrame({"age": [-1] * 12}))


def test_rows_of_a_lazy_frame_cannot_be_taken() -> None:
    with pytest.raises(TypeError):
        check_frame([AGE], pl.DataFrame({"age": [170]}).lazy(), refused=print)


@given(some=st.lists(patients(), max_size=6), before=st.sets(st.integers(0, 5)))
def test_patients_who_are_refused_are_told_by_number_and_key(
    some: list[Patient], before: set[int]
) -> None:
    # Too old for any age, or not yet born on the day.
    births = {0: date(1850, 6, 1), 1: date(2026, 1, 6)}
    given = [
        evolve(Patient(patient.key), birth_date=births[n % 2]) if n in before else patient
        for n, patient in enumerate(some)
    ]
    wrong = [n for n in range(len(some)) if n in before]
    found: list[Refused] = []
    frame = facts_frame([AGE], given, on=DAY, refused=found.append, partly="null")

    assert [(one.row, one.key) for one in found] == [(n, some[n].key) for n in wrong]
    kept = [str(patient.key) for n, patient in enumerate(given) if n not in before]
    assert frame["key"].to_list() == kept
    if wrong:
        with pytest.raises(InvalidError) as caught:
            facts_frame([AGE], given, on=DAY, partly="null")
        assert [fault.path[0] for fault in caught.value.faults] == wrong
        assert all(
            key_in_logs(some[n].key) in fault.fix and str(some[n].key) not in str(fault)
            for n, fault in zip(wrong, caught.value.faults, strict=True)
        )
        assert caught.value.__context__ is None


def test_what_is_no_patient_is_told_by_its_number() -> None:
    somebody = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))
    mixed: list[Any] = [somebody, "0b7c9d52"]

    with pytest.raises(InvalidError, match=r"\[1\]\.patient: expected a Patient, found a text"):
        facts_frame([AGE], mixed, on=DAY)


def test_only_so_many_refused_patients_are_told() -> None:
    strangers: list[Any] = [None] * 300

    with pytest.raises(InvalidError) as caught:
        facts_frame([AGE], strangers, on=DAY)
    assert len(caught.value.faults) == 100
