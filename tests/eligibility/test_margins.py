"""Two facts compared: by values, ranges, contradictions and frames of every engine."""

from datetime import date, timedelta
from itertools import product
from operator import ge, gt, le, lt
from typing import Any
from uuid import UUID

import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from iopkit.documents import from_json, to_json
from iopkit.eligibility import (
    FACTS,
    AnyFact,
    Compare,
    Criterion,
    Decision,
    Fact,
    FactSheet,
    Number,
    Policy,
    Possible,
    Predicate,
    Value,
    describe,
    evaluate,
    read_facts,
    smallest_changes,
)
from iopkit.eligibility.consistency import read_consistent
from iopkit.errors import InvalidError
from iopkit.frames import decide_frame, fact_sheets, facts_frame
from iopkit.patients import Assessment, Patient
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.truth import Truth
from iopkit.windows import WeeklyWindows

ON = date(2026, 1, 12)
SOURCE = Source("A made-up rule 1", Grade.SECONDARY)
FREE, NEEDED = FACTS["free_hours_per_week"], FACTS["needed_hours_per_week"]
SPARE = FREE.less(NEEDED)
KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")


def read_place(place: int) -> Any:
    return lambda subject, _on: subject[place]


ONE: AnyFact = Fact("one", Number(0, 4, "hours", whole=True), "One.", read_place(0))
OTHER: AnyFact = Fact("other", Number(-2, 3, "hours", whole=True), "Another.", read_place(1))
LESS = ONE.less(OTHER)


def policy_of(*asked: Predicate) -> Policy:
    criteria = tuple(Criterion(f"c{n}", "", p, SOURCE) for n, p in enumerate(asked))
    return Policy("made-up", "Made up", Versions((Dated(date(2024, 1, 1), criteria, SOURCE),)))


def between(low: int, high: int) -> st.SearchStrategy[Value]:
    ends = st.lists(st.integers(low, high), min_size=2, max_size=2).map(sorted)
    return st.none() | st.integers(low, high) | ends.map(lambda two: Possible(two[0], two[1]))


def each_of(value: Value, low: int, high: int) -> range:
    if isinstance(value, Possible) and value.low is not None and value.high is not None:
        return range(int(value.low), int(value.high) + 1)
    return range(low, high + 1) if value is None else range(int(value), int(value) + 1)  # type: ignore[arg-type]  # a number


@given(one=between(0, 4), other=between(-2, 3), margin=st.integers(-3, 6))
@example(one=Possible(3, 4), other=3, margin=0)
def test_two_facts_are_compared_by_all_that_is_possible(
    one: Value, other: Value, margin: int
) -> None:
    operators = {ge: margin <= LESS, gt: margin < LESS, le: margin >= LESS, lt: margin > LESS}
    pairs = [*product(each_of(one, 0, 4), each_of(other, -2, 3))]
    for holds, asked in operators.items():
        answers = {holds(a - b, margin) for a, b in pairs}
        brute = Truth.of(answers.pop() if len(answers) == 1 else None)
        expected = Truth.UNKNOWN if one is None or other is None else brute
        assert evaluate(asked, {"one": one, "other": other}) is expected
        sheet = read_facts([LESS], (one, other), on=ON)
        # What may be all of its kind is said as nothing known.
        said = sheet.values()[LESS.name]
        assert said is None or evaluate(asked, sheet.values()) is expected


def test_a_comparison_reads_as_it_is_meant() -> None:
    assert describe(FREE >= NEEDED) == ("free hours per week is at least needed hours per week")
    assert describe(FREE.at_least(NEEDED)) == describe(FREE >= NEEDED)
    assert describe(FREE > NEEDED) == "free hours per week is more than needed hours per week"
    assert describe(FREE <= NEEDED) == "free hours per week is at most needed hours per week"
    assert describe(FREE < NEEDED) == "free hours per week is less than needed hours per week"
    assert describe(FREE.equals(NEEDED)) == (
        "free hours per week is the same as needed hours per week"
    )
    assert describe(SPARE >= 2) == (
        "free hours per week less needed hours per week is at least 2 hours"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(ONE, ONE, id="itself"),
        pytest.param(ONE, FACTS["age"], id="another unit"),
        pytest.param(ONE, FACTS["dangerous"], id="yes or no"),
        pytest.param(FACTS["living_environment"], ONE, id="an option"),
        pytest.param(LESS, FREE, id="a difference"),
        pytest.param(
            FACTS["phq_9_total_score"].within(days=9), FACTS["gad_7_total_score"], id="recent"
        ),
        pytest.param(
            FACTS["days_since_24_hour_care"],
            Fact("days", Number(0, 9, "days"), "", read_place(0)),
            id="never",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(one: AnyFact, other: AnyFact) -> None:
    with pytest.raises(InvalidError, match="expected another number in the same unit"):
        one.less(other)


def test_the_values_of_both_stand_above_a_difference_that_is_given() -> None:
    sheet = FactSheet.of([ONE, OTHER, LESS], {"one": 4, "other": 1, LESS.name: -1}, on=ON)
    alone = FactSheet.of([ONE, OTHER, LESS], {LESS.name: 2}, on=ON)

    assert sheet.with_margins([LESS]).values()[LESS.name] == 3
    assert alone.with_margins([LESS]).values()[LESS.name] == 2
    assert alone.with_margins([ONE]) == alone


def somebody(*, hours: float | None) -> Patient:
    needed = None if hours is None else timedelta(hours=hours)
    found = Assessment(date(2026, 1, 3), needed_per_week=needed)
    free = WeeklyWindows.of("monday 09:00-19:00")
    return Patient(KEY, availability=free, obligations=(), assessments=(found,))


def test_a_policy_asks_whether_free_hours_are_enough() -> None:
    policy = policy_of(FREE >= NEEDED)
    enough = policy.decide(somebody(hours=9), on=ON)
    short = policy.decide(somebody(hours=12), on=ON)
    open_ = policy.decide(somebody(hours=None), on=ON)

    assert (enough.verdict, short.verdict) == (Truth.YES, Truth.NO)
    assert enough.results[0].evidence[0].found == date(2026, 1, 3)
    assert short.results[0].reason == (
        "free hours per week is at least needed hours per week "
        "(free hours per week less needed hours per week: -2 hours (found 2026-01-03))"
    )
    assert [change.words for (change,) in short.changes] == [
        "free hours per week is at least needed hours per week"
    ]
    assert (open_.verdict, open_.missing) == (Truth.UNKNOWN, (SPARE.name,))


def test_a_sheet_of_both_says_the_same() -> None:
    policy = policy_of(FREE >= NEEDED)
    for hours in (9, 12, None):
        who = somebody(hours=hours)
        sheet = read_facts(FACTS.values(), who, on=ON)
        assert policy.decide_sheet(sheet) == policy.decide(who, on=ON)


def test_of_a_contradicted_fact_no_difference_is_known() -> None:
    risks = FACTS["third_edition_dimension_1_risk"], FACTS["third_edition_dimension_2_risk"]
    asked = risks[0].less(risks[1])
    values = {risks[0].name: 4, risks[1].name: 1, "acute_withdrawal": False}
    sheet = FactSheet.of([*FACTS.values()], values, on=ON)
    policy = policy_of(asked >= 0)
    decided = policy.decide_sheet(sheet)
    frame = pl.DataFrame({name: [value] for name, value in values.items()})

    assert [one.name for one in decided.contradictions or ()] == ["acute_withdrawal"]
    assert (decided.verdict, decided.missing) == (Truth.UNKNOWN, ())
    assert "contradicted" in decided.results[0].reason
    assert decide_frame(policy, frame, on=ON, missing=True).to_dicts()[0] == {
        **values,
        "verdict": "unknown",
        f"missing_{asked.name}": False,
    }


def test_a_record_that_is_read_consistent_has_differences() -> None:
    assert read_consistent([SPARE], somebody(hours=8), on=ON).values()[SPARE.name] == 2


@pytest.mark.no_cover  # reaches only what others do
@pytest.mark.parametrize(
    "of_table",
    [
        pytest.param(lambda table: table.to_pandas(), id="pandas-numpy"),
        pytest.param(lambda table: table.to_pandas(types_mapper=pd.ArrowDtype), id="pandas-arrow"),
        pytest.param(lambda table: pl.DataFrame(pl.from_arrow(table)), id="polars"),
        pytest.param(lambda table: table, id="pyarrow"),
    ],
)
def test_frames_compare_two_columns_or_ranges_of_them(of_table: Any) -> None:
    values: list[Value] = [None, 0, 2, 3, Possible(2, 4), Possible(0, 4)]
    pairs = [*product(values, [None, 0, 1, 3, Possible(1, 2)])]
    asked: tuple[Predicate, ...] = (ONE >= OTHER, LESS.equals(2), LESS.is_known)
    sheets = [
        FactSheet.of([ONE, OTHER], {"one": one, "other": other}, on=ON).with_margins([LESS])
        for one, other in pairs
    ]

    def ends(name: str, held: list[Value]) -> dict[str, pa.Array]:
        low = [value.low if isinstance(value, Possible) else value for value in held]
        high = [value.high if isinstance(value, Possible) else value for value in held]
        least, most = pa.array(low, pa.int64()), pa.array(high, pa.int64())
        return {f"{name}_least": least, f"{name}_most": most}

    columns = zip(("one", "other"), zip(*pairs, strict=True), strict=True)
    table = pa.table({k: v for name, held in columns for k, v in ends(name, [*held]).items()})
    frame = of_table(table)
    decided = nw.from_native(decide_frame(policy_of(*asked), frame, on=ON, criteria=True))
    for number, one in enumerate(asked):
        expected = [evaluate(one, sheet.values()).value for sheet in sheets]
        assert decided[f"criterion_c{number}"].to_list() == expected
    seen = [sheet.values()[LESS.name] for sheet in fact_sheets([LESS], frame, on=ON)]
    assert seen == [sheet.values()[LESS.name] for sheet in sheets]


def test_small_unsigned_columns_do_not_wrap() -> None:
    table = pl.DataFrame(
        {"one": [1, 4], "other": [3, 1]}, schema={"one": pl.UInt8, "other": pl.UInt8}
    )

    assert decide_frame(policy_of(ONE >= OTHER), table, on=ON)["verdict"].to_list() == ["no", "yes"]


def test_the_difference_may_have_a_column_of_its_own() -> None:
    policy = policy_of(FREE >= NEEDED)
    who = [somebody(hours=hours) for hours in (9, 12, None)]
    written = facts_frame(policy.facts(on=ON), who, on=ON)

    assert SPARE.name in written.columns
    assert decide_frame(policy, written, on=ON)["verdict"].to_list() == ["yes", "no", "unknown"]
    assert [s.values()[SPARE.name] for s in fact_sheets([SPARE], written, on=ON)] == [1, -2, None]


def test_a_frame_that_lacks_one_of_both_is_told_which() -> None:
    frame = pl.DataFrame({FREE.name: [10.0]})
    with pytest.raises(InvalidError, match=f"{NEEDED.name}: expected a column of numbers"):
        decide_frame(policy_of(FREE >= NEEDED), frame, on=ON)


def test_a_comparison_is_written_and_read() -> None:
    policy = policy_of((FREE >= NEEDED) & (SPARE <= 20), SPARE.between(0, 9), SPARE.is_in(1, 2))

    assert from_json(Policy, to_json(policy)) == policy
    assert '"less": "needed_hours_per_week"' in to_json(policy)
    decided = policy.decide(somebody(hours=9), on=ON)
    assert from_json(Decision, to_json(decided)) == decided


def test_smallest_changes_say_what_would_have_to_hold() -> None:
    values = {FREE.name: 5, NEEDED.name: 9}
    sheet = FactSheet.of([FREE, NEEDED, SPARE], values, on=ON).with_margins([SPARE])
    ((change,),) = smallest_changes(FREE >= NEEDED, sheet.values())

    assert change.to == Compare(SPARE, (FREE >= NEEDED).operator, 0)
