"""Ranges, days of findings, contradictions and days of rows: frames say what single patients do."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import combinations_with_replacement, pairwise, product
from math import inf, nan
from typing import Any

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from iopkit.eligibility import (
    FACTS,
    NEVER,
    AllOf,
    AnyFact,
    AnyOf,
    Choice,
    Compare,
    Consideration,
    Criterion,
    Fact,
    FactSheet,
    Number,
    Operator,
    Policy,
    Possible,
    Predicate,
    Value,
    Way,
    YesNo,
    describe,
    evaluate,
    facts_in,
)
from iopkit.eligibility.consistency import CONTRADICTIONS
from iopkit.errors import InvalidError
from iopkit.frames import attrition, check_frame, decide_frame, fact_sheets, rails
from iopkit.library import find_policy
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.strategies import fact_values, predicates
from iopkit.truth import Truth

pytestmark = pytest.mark.measured

DAY = date(2026, 1, 5)
SOURCE = Source("A made-up rule 1", Grade.SECONDARY)


def not_known(_subject: object, _on: date) -> None:
    """A reader that knows nothing; these tests give facts' values themselves."""


COUNT: AnyFact = Fact("count", Number(0, 6, whole=True), "A count.", not_known)
SINCE: AnyFact = Fact("since", Number(0, 6, whole=True, never=True), "Days since.", not_known)
SHARE: AnyFact = Fact("share", Number(0, 6), "A share.", not_known)
LAG: AnyFact = Fact("lag", Number(0, 6, never=True), "A lag.", not_known)
STAGE: AnyFact = Fact("stage", Choice(("low", "mid", "high", "top"), ordered=True), "", not_known)
ORDERED = (COUNT, SINCE, SHARE, LAG, STAGE)

OF_TABLE: Mapping[str, Callable[[pa.Table], Any]] = {
    "pandas-numpy": lambda table: table.to_pandas(),
    "pandas-arrow": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "polars": lambda table: pl.DataFrame(pl.from_arrow(table)),
    "polars-lazy": lambda table: pl.DataFrame(pl.from_arrow(table)).lazy(),
    "pyarrow": lambda table: table,
    "duckdb": duckdb.from_arrow,
}
LAZY = ("polars-lazy", "duckdb")
every_engine = pytest.mark.parametrize("engine", OF_TABLE)
# Each example runs on all of them.
fewer = settings(max_examples=max(1, settings().max_examples // 2))


def lists(frame: Any) -> dict[str, list[Any]]:
    """A frame's columns as lists, with ``None`` for null, whatever its engine."""
    opened = nw.from_native(frame)
    eager = opened.collect() if isinstance(opened, nw.LazyFrame) else opened
    return {name: eager[name].to_arrow().to_pylist() for name in eager.columns}


def policy_of(*asked: Predicate, considerations: Sequence[Consideration] = ()) -> Policy:
    criteria = tuple(Criterion(f"c{n}", "", p, SOURCE) for n, p in enumerate(asked))
    versions = Versions((Dated(date(2024, 1, 1), criteria, SOURCE),))
    return Policy("made-up", "Made up", versions, considerations=tuple(considerations))


def judged(policy: Policy, frame: Any, **asked: Any) -> list[str]:
    return lists(decide_frame(policy, frame, on=DAY, **asked))["verdict"]


# Ranges


def places(fact: AnyFact) -> list[Any]:
    kind = fact.kind
    if isinstance(kind, Choice):
        return list(kind.options)
    few: list[float] = [0, 1, 2, 3, 4, 5, 6]
    assert isinstance(kind, Number)
    few += [] if kind.whole else [0.5, 2.5]
    return sorted(few) + ([NEVER] if kind.never else [])


@st.composite
def ranges(draw: st.DrawFn, fact: AnyFact) -> tuple[Any, Any]:
    """A least and a most in the right order, each of which may be null."""
    each = places(fact)
    low, high = sorted(draw(st.lists(st.integers(0, len(each) - 1), min_size=2, max_size=2)))
    return draw(st.sampled_from([each[low], None])), draw(st.sampled_from([each[high], None]))


def possible(fact: AnyFact, least: Any, most: Any) -> Value:
    """What a single patient would have."""
    each = places(fact)
    low, high = each[0] if least is None else least, each[-1] if most is None else most
    if isinstance(fact.kind, Choice):
        return Possible(options=frozenset(each[each.index(low) : each.index(high) + 1]))
    return Possible(low, high)


range_rows = st.lists(
    st.fixed_dictionaries({fact.name: ranges(fact) for fact in ORDERED}), max_size=8
)


def of_ranges(rows: Sequence[Mapping[str, tuple[Any, Any]]]) -> pa.Table:
    types = {
        fact.name: pa.string()
        if isinstance(fact.kind, Choice)
        else pa.int64()
        if fact is COUNT
        else pa.float64()
        for fact in ORDERED
    }
    return pa.table(
        {
            f"{name}_{end}": pa.array([row[name][n] for row in rows], kind)
            for name, kind in types.items()
            for n, end in enumerate(("least", "most"))
        }
    )


@every_engine
@fewer
@given(asked=st.lists(predicates(ORDERED), min_size=1, max_size=3), rows=range_rows)
def test_a_row_of_ranges_is_decided_like_a_patient_of_whom_as_much_is_known(
    engine: str, asked: list[Predicate], rows: list[dict[str, tuple[Any, Any]]]
) -> None:
    frame, policy = OF_TABLE[engine](of_ranges(rows)), policy_of(*asked)
    sheets = [
        FactSheet.of(ORDERED, {f.name: possible(f, *row[f.name]) for f in ORDERED}, on=DAY)
        for row in rows
    ]
    decided = lists(decide_frame(policy, frame, on=DAY, criteria=True))

    for number, predicate in enumerate(asked):
        expected = [evaluate(predicate, sheet.values()).value for sheet in sheets]
        assert decided[f"criterion_c{number}"] == expected
    assert decided["verdict"] == [policy.decide_sheet(sheet).verdict.value for sheet in sheets]
    if engine not in LAZY:
        read = fact_sheets(ORDERED, frame, on=DAY)
        assert [dict(sheet.values()) for sheet in read] == [dict(s.values()) for s in sheets]
    check_frame(ORDERED, frame)


@pytest.mark.no_cover  # reaches only what others do
@pytest.mark.parametrize(
    ("predicate", "least", "most", "truth"),
    [
        pytest.param(COUNT >= 3, 3, 5, Truth.YES, id="the least is enough"),
        pytest.param(COUNT > 3, 3, 5, Truth.UNKNOWN, id="the least is not more"),
        pytest.param(COUNT < 5, None, 4, Truth.YES, id="no least"),
        pytest.param(COUNT <= 3, 4, None, Truth.NO, id="no most"),
        pytest.param(COUNT >= 0, None, None, Truth.UNKNOWN, id="nothing known"),
        pytest.param(COUNT >= 0, 0, 6, Truth.UNKNOWN, id="all that there is"),
        pytest.param(COUNT >= 1, 5, 2, Truth.UNKNOWN, id="the wrong way round"),
        pytest.param(COUNT >= 1, 2, 9, Truth.YES, id="a most that there is not"),
        pytest.param(COUNT >= 1, -9, 4, Truth.UNKNOWN, id="a least that there is not"),
        pytest.param(COUNT.is_in(2, 3, 5), 2, 3, Truth.YES, id="all of the range"),
        pytest.param(COUNT.is_in(2, 5), 2, 5, Truth.UNKNOWN, id="others between"),
        pytest.param(COUNT.is_in(0, 6), 2, 5, Truth.NO, id="none of the range"),
        pytest.param(COUNT.is_known, 4, 4, Truth.YES, id="one value"),
        pytest.param(COUNT.is_known, 6, None, Truth.YES, id="the greatest or more"),
        pytest.param(COUNT.is_known, None, 0, Truth.YES, id="the least or less"),
        pytest.param(COUNT.is_known, 4, 5, Truth.NO, id="two values"),
        pytest.param(SINCE.is_in(6, NEVER), 6, None, Truth.YES, id="the last or never"),
        pytest.param(SINCE > 6, NEVER, None, Truth.YES, id="never"),
        pytest.param(SHARE.equals(2.5), 2.5, 2.5, Truth.YES, id="one number"),
        pytest.param(SHARE.between(1, 2), 2.5, None, Truth.NO, id="above both"),
    ],
)
@every_engine
def test_what_a_range_settles(
    engine: str, predicate: Predicate, least: float, most: float, truth: Truth
) -> None:
    (fact,) = facts_in(predicate)
    values = {
        f"{fact.name}_{end}": pa.array([value], pa.float64())
        for end, value in (("least", least), ("most", most))
    }
    frame = OF_TABLE[engine](pa.table(values))

    assert judged(policy_of(predicate), frame) == [truth.value]


def questions(fact: AnyFact) -> list[Predicate]:
    """Every comparison with each place of a kind, and some runs of places."""
    each = places(fact)
    runs = [*pairwise(each), (each[0], each[2]), (each[1], each[-1])]
    asked: list[Predicate] = [Compare(fact, sign, place) for sign in Operator for place in each]
    asked += [fact.between(low, high) for low, high in runs]
    asked += [fact.is_in(low, high) for low, high in runs]
    return [*asked, fact.is_known]


@pytest.mark.no_cover  # reaches only what others do
@pytest.mark.parametrize("fact", ORDERED, ids=lambda fact: fact.name)
def test_each_bound_is_on_the_side_where_the_evaluator_has_it(fact: AnyFact) -> None:
    asked, each = questions(fact), places(fact)
    singles = [*each, None]
    ends = [
        *combinations_with_replacement(each, 2),
        *product(singles, [None]),
        *product([None], each),
    ]
    least, most = zip(*ends, strict=True)
    policy = policy_of(*asked)

    for columns, values in (
        ({fact.name: singles}, singles),
        (
            {f"{fact.name}_least": least, f"{fact.name}_most": most},
            [possible(fact, *pair) for pair in ends],
        ),
    ):
        frame = pl.DataFrame(columns, strict=False)
        sheets = [FactSheet.of([fact], {fact.name: value}, on=DAY) for value in values]
        decided = decide_frame(policy, frame, on=DAY, criteria=True)
        for number, question in enumerate(asked):
            truths = [evaluate(question, sheet.values()).value for sheet in sheets]
            assert decided[f"criterion_c{number}"].to_list() == truths, describe(question)


@every_engine
def test_ranges_that_cannot_be_are_told(engine: str) -> None:
    table = pa.table(
        {
            "count_least": [4, -1, None, 2],
            "count_most": [3, 2, None, 7],
            "stage_least": ["high", "low", "zq", None],
            "stage_most": ["low", None, None, None],
        }
    )
    with pytest.raises(InvalidError) as caught:
        check_frame([COUNT, STAGE], OF_TABLE[engine](table))
    lazy = engine in LAZY
    assert [(fault.path, fault.found) for fault in caught.value.faults] == [
        ((name,), f"another value in {'1 row' if lazy else f'row {row}'}")
        for name, row in (
            ("count_least", 1),
            ("count_most", 3),
            ("count_most", 0),
            ("stage_least", 2),
            ("stage_most", 0),
        )
    ]
    assert "zq" not in str(caught.value)
    if not lazy:
        refused: list[Any] = []
        sheets = [*fact_sheets([COUNT], OF_TABLE[engine](table), on=DAY, refused=refused.append)]
        assert [each.row for each in refused] == [0, 1, 3]
        assert [sheet.values()["count"] for sheet in sheets] == [None]


ENDLESS: AnyFact = Fact("endless", Number(-inf, inf), "Any number.", not_known)


def test_a_range_without_an_end_goes_as_far_as_numbers_do() -> None:
    frame = pl.DataFrame({"endless_least": [2.5, None], "endless_most": [None, 1.0]})

    assert judged(policy_of(ENDLESS > 2), frame) == ["yes", "no"]
    first, second = fact_sheets([ENDLESS], frame, on=DAY)
    for sheet, truth in ((first, Truth.YES), (second, Truth.NO)):
        assert evaluate(ENDLESS > 2, sheet.values()) is truth


def test_what_the_columns_of_a_range_have_to_be_is_said() -> None:
    def told(columns: Mapping[str, Any], **asked: Any) -> list[tuple[str, str]]:
        with pytest.raises(InvalidError) as caught:
            decide_frame(policy_of(COUNT >= 3), pl.DataFrame(columns), on=DAY, **asked)
        return [(str(*fault.path), fault.found) for fault in caught.value.faults]

    both = {"count_least": [1], "count_most": [2]}
    assert told({"count_least": [1]}) == [("count_most", "none")]
    assert told({"count_most": [1]}) == [("count_least", "none")]
    assert told({}) == [("count", "none")]
    assert told({**both, "count": [2]}) == [("count", "both")]
    assert told({"count": [2], "count_most": [2]}) == [("count", "both")]
    assert told({**both, "count_most": ["2"]}) == [("count_most", "one of String")]
    assert told(both, missing=True) == [("count", "two with what is least and most")]


@pytest.mark.parametrize("ranged", [{"count"}, {"dose"}, {"count", "dose"}, set()], ids=sorted)
def test_what_is_missing_is_not_told_of_a_difference_of_ranges(ranged: set[str]) -> None:
    spare = COUNT.less(Fact("dose", Number(0, 6, whole=True), "A dose.", not_known))
    columns = {
        name: [3]
        for fact in ("count", "dose")
        for name in ([f"{fact}_least", f"{fact}_most"] if fact in ranged else [fact])
    }
    policy, frame = policy_of(spare >= 1), pl.DataFrame(columns)

    assert judged(policy, frame) == ["no"]
    if not ranged:
        assert lists(decide_frame(policy, frame, on=DAY, missing=True))["verdict"] == ["no"]
        return
    told = r"^frame: 1 problem\n  count_less_dose: .* found two with what is least and most$"
    with pytest.raises(InvalidError, match=told):
        decide_frame(policy, frame, on=DAY, missing=True)


def test_values_that_the_terms_of_a_difference_cannot_have_are_told() -> None:
    spare = COUNT.less(Fact("dose", Number(0, 6, whole=True), "A dose.", not_known))
    frame = pl.DataFrame({"count": [3, 7], "dose_least": [9, 2], "dose_most": [None, 1]})

    with pytest.raises(InvalidError) as caught:
        check_frame([spare], frame)
    assert [(fault.path, fault.found) for fault in caught.value.faults] == [
        (("count",), "another value in row 1"),
        (("dose_least",), "another value in row 0"),
        (("dose_most",), "another value in row 1"),
    ]


def test_a_column_of_another_fact_is_no_end_of_a_range() -> None:
    own: AnyFact = Fact("count_most", Number(0, 9, whole=True), "Another.", not_known)
    frame = pl.DataFrame({"count": [3], "count_most": [1]})

    assert judged(policy_of(COUNT >= 3, own <= 1), frame) == ["yes"]


@every_engine
def test_what_never_was_is_above_every_number(engine: str) -> None:
    fact = FACTS["days_since_24_hour_care"]
    frame = OF_TABLE[engine](pa.table({fact.name: [inf, 3.0, -inf, None, nan]}))

    assert judged(policy_of(fact > 30), frame) == ["yes", "no", *["unknown"] * 3]
    assert judged(policy_of(fact.equals(NEVER)), frame) == ["yes", "no", *["unknown"] * 3]


# Findings and their days

PHQ = FACTS["phq_9_total_score"]
days = st.dates(DAY - timedelta(days=400), DAY + timedelta(days=20))


@every_engine
@fewer
@given(
    rows=st.lists(st.tuples(st.none() | st.integers(0, 27), st.none() | days), max_size=8),
    within=st.integers(0, 400) | st.just(10**9),
    since=days,
)
@example(
    rows=[(20, DAY), (20, DAY - timedelta(90)), (20, DAY - timedelta(91))], within=90, since=DAY
)
def test_a_finding_counts_where_it_is_recent_enough(
    engine: str, rows: list[tuple[int | None, date | None]], within: int, since: date
) -> None:
    recent = (PHQ.within(days=within), PHQ.since(since))
    table = pa.table(
        {
            PHQ.name: pa.array([score for score, _ in rows], pa.int64()),
            f"{PHQ.name}_found": pa.array([day for _, day in rows], pa.date32()),
            "day": pa.array([DAY for _ in rows], pa.date32()),
        }
    )
    frame = OF_TABLE[engine](table)
    firsts = [fact.recency.first(DAY) for fact in recent if fact.recency]
    expected = [
        [
            evaluate(PHQ >= 10, {PHQ.name: score if day and first <= day <= DAY else None}).value
            for score, day in rows
        ]
        for first in firsts
    ]
    policy = policy_of(*(fact >= 10 for fact in recent))
    for on in (DAY, "day"):
        decided = lists(decide_frame(policy, frame, on=on, criteria=True))
        assert [decided["criterion_c0"], decided["criterion_c1"]] == expected
    if engine not in LAZY:
        sheets = fact_sheets(recent, frame, on=DAY)
        seen = [[evaluate(fact >= 10, s.values()).value for fact in recent] for s in sheets]
        assert seen == [list(of_row) for of_row in zip(*expected, strict=True)]


def test_a_finding_in_a_range_of_another_time_of_day_and_by_its_own_column() -> None:
    recent = PHQ.within(days=30)
    ranged = {f"{PHQ.name}_least": [20, 20], f"{PHQ.name}_most": [24, 24]}
    found = [datetime.combine(day, time(23, 59)) for day in (date(2025, 12, 6), date(2025, 12, 5))]
    frame = pl.DataFrame({**ranged, f"{PHQ.name}_found": found})
    assert judged(policy_of(recent >= 20), frame) == ["yes", "unknown"]
    sheets = [*fact_sheets([recent], frame, on=DAY)]
    assert [sheet.told()[recent.name].found for sheet in sheets] == [each.date() for each in found]
    assert [sheet.told()[recent.name].why for sheet in sheets] == ["", "found earlier"]
    (plain,) = fact_sheets([PHQ], frame.head(1), on=DAY)
    assert plain.told()[PHQ.name] == Possible(20, 24, found=found[0].date())
    (later,) = fact_sheets([recent], frame.head(1), on=date(2025, 12, 1))
    assert later.told()[recent.name].why == "found later"

    # As ``facts_frame`` writes it, by the name of the fact itself.
    own = frame.with_columns(pl.Series(recent.name, [3, None]))
    assert judged(policy_of(recent >= 20), own) == ["no", "unknown"]


@pytest.mark.parametrize("name", ["suicidal_ideation", "audit_total_score", "living_environment"])
def test_a_fact_is_read_beside_its_recent_findings(name: str) -> None:
    fact = FACTS[name]
    value = {"suicidal_ideation": True, "audit_total_score": 9}.get(name, "unsafe")
    days = [DAY - timedelta(days=40), DAY - timedelta(days=41)]
    frame = pl.DataFrame({name: [value, value], f"{name}_found": days})
    policy = policy_of(fact.equals(value), fact.within(days=40).equals(value))
    decided = decide_frame(policy, frame, on=DAY, criteria=True)
    assert [*decided["criterion_c0"]] == ["yes", "yes"]
    assert [*decided["criterion_c1"]] == ["yes", "unknown"]


def test_a_fact_is_read_where_a_contradiction_asks_for_its_recent_findings() -> None:
    band, dangerous = FACTS["c_ssrs_risk_triage_band"], FACTS["dangerous"]
    days = [DAY - timedelta(days=30), DAY - timedelta(days=31)]
    columns = {dangerous.name: [False, False], band.name: ["high", "high"]}
    frame = pl.DataFrame({**columns, f"{band.name}_found": days})
    assert judged(policy_of(band.equals("high") & ~dangerous.equals(True)), frame) == [
        "unknown",
        "yes",
    ]


def test_what_the_columns_of_recent_findings_have_to_be_is_said() -> None:
    recent = PHQ.within(days=30)

    def told(columns: Mapping[str, Any]) -> list[tuple[str, str]]:
        with pytest.raises(InvalidError) as caught:
            decide_frame(policy_of(recent >= 20), pl.DataFrame(columns), on=DAY)
        return [(str(*fault.path), fault.found) for fault in caught.value.faults]

    found, score = f"{PHQ.name}_found", {PHQ.name: [1]}
    assert told(score) == [(found, "none")]
    assert told({f"{PHQ.name}_least": [1], f"{PHQ.name}_most": [2]}) == [(found, "none")]
    assert told({}) == [(recent.name, "none")]
    assert told({**score, found: [3]}) == [(found, "one of Int64")]
    zone = pl.Series([datetime.combine(DAY, time())]).dt.replace_time_zone("UTC")
    assert told({**score, found: zone}) == [(found, "one of Datetime")]
    frame = pl.DataFrame({**score, found: [DAY]})
    with pytest.raises(InvalidError, match="on: expected a day, as recent findings are asked"):
        rails(recent >= 20, frame)
    with pytest.raises(InvalidError, match="phq_9_total_score_found: expected a column of days"):
        next(fact_sheets([PHQ], pl.DataFrame({**score, found: ["zq"]}), on=DAY))
    judged_on = rails(recent >= 1, frame, on=DAY)
    seen = nw.from_native(frame).select(judged_on.yes.alias("yes")).to_native()
    assert seen["yes"].to_list() == [True]
    since = rails(PHQ.since(DAY) >= 1, frame)
    assert nw.from_native(frame).select(since.yes.alias("yes")).rows() == [(True,)]


# Contradictions and considerations

HELD = tuple(
    {fact.name: fact for one in CONTRADICTIONS for fact in facts_in(one.predicate)}.values()
)


def test_a_contradiction_stands_only_where_all_its_facts_are_known() -> None:
    # So one whose facts have no columns takes no work.
    for one in CONTRADICTIONS:
        assert isinstance(one.predicate, AllOf)
        for part in one.predicate.parts:
            (fact,) = facts_in(part)
            assert evaluate(part, {fact.name: None}) is Truth.UNKNOWN


def column_of(fact: AnyFact, rows: Sequence[Mapping[str, Any]]) -> pa.Array:
    types = {YesNo: pa.bool_(), Choice: pa.string(), Number: pa.int64()}
    return pa.array([row[fact.name] for row in rows], types[type(fact.kind)])


@every_engine
@fewer
@given(
    asked=st.lists(predicates(HELD), min_size=1, max_size=3),
    weighed=predicates(HELD),
    rows=st.lists(fact_values(HELD), max_size=8),
    lacking=st.sets(st.sampled_from(HELD)),
    missing=st.booleans(),
)
def test_each_row_is_held_against_itself_as_a_sheet_is(  # noqa: PLR0913, PLR0917  # all that is drawn
    engine: str,
    asked: list[Predicate],
    weighed: Predicate,
    rows: list[dict[str, Any]],
    lacking: set[AnyFact],
    missing: bool,
) -> None:
    one = Consideration("weighed", "", Way.FOR, weighed, SOURCE)
    policy = policy_of(*asked, considerations=[one])
    needed = {*facts_in(weighed), *policy.facts(on=DAY)}
    there = [fact for fact in HELD if fact in needed or fact not in lacking]
    frame = OF_TABLE[engine](
        pa.table(
            {**{fact.name: column_of(fact, rows) for fact in there}, "row": [*range(len(rows))]}
        )
    )
    decided = lists(
        decide_frame(
            policy, frame, on=DAY, considerations=True, contradictions=True, missing=missing
        )
    )

    expected = [
        policy.decide_sheet(FactSheet.of(there, {f.name: row[f.name] for f in there}, on=DAY))
        for row in rows
    ]
    assert decided["verdict"] == [decision.verdict.value for decision in expected]
    weights = [decision.considerations[0].truth.value for decision in expected]
    assert decided["consideration_weighed"] == weights
    for contradiction in CONTRADICTIONS:
        name = contradiction.name
        stands = [name in {c.name for c in d.contradictions or ()} for d in expected]
        assert decided[f"contradiction_{name}"] == stands
    for fact in policy.facts(on=DAY) if missing else ():
        assert decided[f"missing_{fact.name}"] == [fact.name in d.missing for d in expected]
    steps = attrition(policy, frame, on=DAY)
    assert steps[-1].met == decided["verdict"].count("yes")


def test_only_contradictions_of_what_is_asked_about_are_looked_for() -> None:
    dangerous, stable = FACTS["dangerous"], FACTS["health_stable"]
    # A column that would be refused if it were read.
    frame = pl.DataFrame(
        {"health_stable": [True], "co_occurring_stable": [1], "dangerous": [False]}
    )

    assert judged(policy_of(dangerous.equals(False)), frame) == ["yes"]
    with pytest.raises(InvalidError, match="co_occurring_stable"):
        judged(policy_of(stable.equals(True)), frame)


def test_considerations_need_their_facts() -> None:
    one = Consideration("weighed", "", Way.AGAINST, COUNT >= 3, SOURCE)
    policy, frame = policy_of(SHARE >= 1, considerations=[one]), pl.DataFrame({"share": [2.0]})

    assert judged(policy, frame) == ["yes"]
    with pytest.raises(InvalidError, match="count: expected a column of numbers, found none"):
        judged(policy, frame, considerations=True)


# A day for each row

AGE = FACTS["age"]


def dated(*spans: tuple[date, date | None, Mapping[str, Predicate]]) -> Policy:
    versions = (
        Dated(since, tuple(Criterion(n, "", p, SOURCE) for n, p in asked.items()), SOURCE, end=end)
        for since, end, asked in spans
    )
    return Policy("aging", "Aging", Versions(tuple(versions)))


first_days = st.lists(
    st.tuples(st.dates(date(2023, 1, 1), date(2026, 1, 1)), st.none() | st.integers(1, 500)),
    min_size=1,
    max_size=3,
    unique_by=lambda one: one[0],
)


@every_engine
@fewer
@given(
    first_days,
    st.lists(
        st.tuples(st.dates(date(2022, 6, 1), date(2026, 6, 1)), st.none() | st.integers(16, 23)),
        max_size=10,
    ),
    st.booleans(),
)
def test_each_row_is_decided_on_its_own_day(
    engine: str,
    firsts: list[tuple[date, int | None]],
    rows: list[tuple[date, int | None]],
    missing: bool,
) -> None:
    starts = sorted(first for first, _ in firsts)
    lengths = dict(firsts)
    spans = []
    for n, start in enumerate(starts):
        length, after = lengths[start], starts[n + 1 : n + 2]
        end = start + timedelta(days=length) if length else None
        end = min([end, *after]) if end else None
        spans.append((start, end, {"grown": 18 + n <= AGE, f"c{n}": 20 + n >= AGE}))
    policy = dated(*spans)
    table = pa.table(
        {
            "day": pa.array([day for day, _ in rows], pa.date32()),
            "age": pa.array([age for _, age in rows], pa.int64()),
        }
    )
    frame = OF_TABLE[engine](table)
    expected = [
        policy.decide_sheet(FactSheet.of([AGE], {"age": age}, on=day), assume_in_force=True)
        for day, age in rows
    ]
    decided = lists(
        decide_frame(policy, frame, on="day", criteria=True, missing=missing, assume_in_force=True)
    )
    assert decided["verdict"] == [one.verdict.value for one in expected]
    assert decided["assumed_in_force"] == [one.assumed_in_force for one in expected]
    for name in ("grown", *(f"c{n}" for n in range(len(spans)))):
        truths = [{r.criterion.name: r.truth.value for r in one.results} for one in expected]
        assert decided[f"criterion_{name}"] == [of_row.get(name) for of_row in truths]
    if missing:
        assert decided["missing_age"] == ["age" in one.missing for one in expected]

    wrong = [n for n, one in enumerate(expected) if one.assumed_in_force]
    if wrong:
        with pytest.raises(InvalidError) as caught:
            decide_frame(policy, frame, on="day")
        (fault,) = caught.value.faults
        assert fault.path == ("day",)
        assert str(wrong[0]) in fault.found or engine in LAZY
    else:
        assert lists(decide_frame(policy, frame, on="day"))["verdict"] == decided["verdict"]


@every_engine
def test_a_row_without_a_day_is_refused_or_unknown(engine: str) -> None:
    policy = dated((date(2024, 1, 1), None, {"grown": AGE >= 18}))
    table = pa.table({"age": [40, 40], "day": pa.array([DAY, None], pa.date32())})
    frame = OF_TABLE[engine](table)

    with pytest.raises(InvalidError, match=r"in row 1$|in 1 row$"):
        decide_frame(policy, frame, on="day")
    decided = lists(decide_frame(policy, frame, on="day", assume_in_force=True, criteria=True))
    assert decided["verdict"] == ["yes", "unknown"]
    assert decided["criterion_grown"] == ["yes", None]
    assert decided["assumed_in_force"] == [False, True]


def test_days_of_every_type_are_read_and_others_refused() -> None:
    policy = dated((date(2026, 1, 5), None, {"grown": AGE >= 18}))
    objects = pd.DataFrame({"age": [40], "day": pd.Series([DAY], dtype=object)})
    midnights = pd.DataFrame({"age": [40], "day": pd.to_datetime(["2026-01-05"])})
    late = pl.DataFrame({"age": [40], "day": [datetime.combine(DAY, time(23, 59))]})
    for frame in (objects, midnights, late):
        assert list(decide_frame(policy, frame, on="day")["verdict"]) == ["yes"]
    for wrong in (pd.Series(["2026-01-05"]), pd.Series([DAY, 3], dtype=object)):
        frame = pd.DataFrame({"age": [40] * len(wrong), "day": wrong})
        with pytest.raises(InvalidError, match="day: expected a column of days, found one of"):
            decide_frame(policy, frame, on="day")


@pytest.mark.parametrize(
    ("on", "found"), [(pl.Series([DAY]), "a Series"), (pl.col("day"), "an Expr"), ("zq", "a text")]
)
def test_what_is_no_day_and_no_columns_name_is_refused_in_words(on: Any, found: str) -> None:
    frame = pl.DataFrame({"age": [40], "day": [DAY]})

    with pytest.raises(InvalidError) as caught:
        decide_frame(policy_of(AGE >= 18), frame, on=on)
    (fault,) = caught.value.faults
    assert (caught.value.what, fault.path) == ("frame", ("on",))
    assert (fault.expected, fault.found) == ("a date without a time", found)
    assert fault.fix == "or give the name of a column of days"


def test_attrition_has_one_day() -> None:
    with pytest.raises(InvalidError, match="on: expected a date without a time, found a text"):
        attrition(policy_of(AGE >= 18), pl.DataFrame({"age": [40]}), on="day")  # type: ignore[arg-type]  # on purpose


@every_engine
def test_a_group_that_asks_nothing_is_the_same_on_every_day(engine: str) -> None:
    policy = dated((date(2024, 1, 1), None, {"always": AllOf(()), "never": AnyOf(())}))
    frame = OF_TABLE[engine](pa.table({"day": [DAY, DAY]}))

    decided = lists(decide_frame(policy, frame, on="day", criteria=True))
    assert decided["criterion_always"] == ["yes", "yes"]
    assert decided["verdict"] == decided["criterion_never"] == ["no", "no"]


def test_shipped_considerations_have_columns() -> None:
    policy = find_policy("iop-suitability")
    day = policy.versions.dated[-1].since
    asked = {f for one in policy.considerations for f in facts_in(one.predicate)}
    everything = {*asked, *policy.facts(on=day)}
    frame = pl.DataFrame({fact.name: [None] for fact in everything})

    decided = lists(decide_frame(policy, frame, on=day, considerations=True))
    sheet = FactSheet.of(everything, {}, on=day)
    expected = policy.decide_sheet(sheet).considerations
    for one in expected:
        assert decided[f"consideration_{one.consideration.name}"] == [one.truth.value]
    assert expected


@pytest.mark.parametrize("gap", range(5))
def test_a_day_between_versions_is_decided_by_the_nearer_as_for_one_patient(gap: int) -> None:
    end = date(2024, 3, 1)
    since = end + timedelta(days=gap)
    few, many = Criterion("c", "", COUNT <= 3, SOURCE), Criterion("c", "", COUNT > 3, SOURCE)
    versions: tuple[Dated[tuple[Criterion, ...]], ...] = (
        Dated(date(2024, 1, 1), (few,), SOURCE, end),
        Dated(since, (many,), SOURCE),
    )
    policy = Policy("made-up", "Made up", Versions(versions))
    days = [end + timedelta(days=n) for n in range(-1, gap + 2)]
    frame = pl.DataFrame({"count": 5, "day": days})

    sheets = [FactSheet.of([COUNT], {"count": 5}, on=day) for day in days]
    expected = [policy.decide_sheet(sheet, assume_in_force=True) for sheet in sheets]
    decided = decide_frame(policy, frame, on="day", assume_in_force=True)
    assert decided["verdict"].to_list() == [decision.verdict.value for decision in expected]
