"""People as facts by column: the same whatever their order, and each drawn at an own address."""

import pickle
from bisect import bisect_right
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pprint import pformat
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from iopkit import FACTS, Patient
from iopkit.eligibility import AllOf, AnyFact, Not, Predicate, YesNo
from iopkit.eligibility.predicates import Fact
from iopkit.errors import InvalidError, UnknownNameError
from iopkit.frames import decide_frame
from iopkit.library import find_policy
from iopkit.scenarios import Cohort, Population
from iopkit.scenarios.draws import DrawPurpose, address, draw_at, key_of, stream

pytestmark = pytest.mark.measured

ON = date(2026, 1, 12)
PEOPLE = pl.DataFrame(
    {
        "key": ["ann", "bea", "cid", "dee"],
        "age": [17, 41, None, 66],
        "pregnant": [False, True, None, False],
        "region": ["north", "south", "south", None],
    }
)
REGIONS = Population.of(PEOPLE, strata=["region"])


def faults(make: Callable[[], object]) -> list[str]:
    with pytest.raises(InvalidError) as raised:
        make()
    return [str(fault) for fault in raised.value.faults]


# From a frame.


def test_people_stand_in_the_order_of_their_keys() -> None:
    expected = sorted((key_of(name), age) for name, age in zip(*PEOPLE[:, :2], strict=True))
    assert [*zip(REGIONS.keys.tolist(), REGIONS.table["age"], strict=True)] == expected
    assert "key" not in REGIONS.table.columns


@given(st.permutations(range(PEOPLE.height)))
def test_reordered_people_are_the_same_population(order: list[int]) -> None:
    again = Population.of(PEOPLE[order], strata=["region"])
    assert again == REGIONS
    assert hash(again) == hash(REGIONS)
    assert again.chances.tolist() == REGIONS.chances.tolist()


def test_a_population_of_any_engine_is_the_same() -> None:
    frames = [PEOPLE.lazy(), PEOPLE.to_pandas(), PEOPLE.to_arrow()]
    assert {Population.of(each, others=["region"]) for each in frames} == {
        Population.of(PEOPLE, others=["region"])
    }


def test_a_whole_number_is_a_key_as_its_text_is() -> None:
    texts = Population.of(pl.DataFrame({"id": ["7", "11"], "age": [1, 2]}), key="id")
    assert texts == Population.of(pl.DataFrame({"id": [7, 11], "age": [1, 2]}), key="id")


def test_without_a_key_the_rows_are_the_people_and_it_says_so() -> None:
    nameless = Population.of(PEOPLE.drop("key"), key=None, strata=["region"])
    assert nameless.words == ("People are told apart by the numbers of their rows.",)
    assert sorted(nameless.keys.tolist()) == sorted(map(key_of, range(4)))
    with pytest.raises(TypeError, match="eager"):
        Population.of(PEOPLE.lazy(), key=None)


def test_its_arrays_cannot_be_written_to_and_its_table_is_a_copy() -> None:
    for each in (REGIONS.keys, REGIONS.chances):
        with pytest.raises(ValueError, match="read-only"):
            each[0] = 1
    REGIONS.table.insert_column(0, pl.lit(1).alias("more"))
    assert "more" not in REGIONS.table.columns


def test_it_is_the_same_after_pickling_and_shows_no_more_than_a_count() -> None:
    reached = REGIONS.with_minutes(PEOPLE.select("key", east=pl.lit(9)))
    again = pickle.loads(pickle.dumps(reached))
    assert again == reached != REGIONS
    assert not again.keys.flags.writeable
    assert repr(again) == str(again) == "Population(4)"
    assert again != "Population(4)"


def test_what_shows_fields_shows_none_of_a_population() -> None:
    console = Console(width=200)
    with console.capture() as shown:
        console.print(REGIONS, Cohort.of({"ann": -3}))
    assert shown.get() == "Population(4)\nCohort(1)\n"
    assert pformat([REGIONS]) == "[Population(4)]"


WRONG: Mapping[str, tuple[Mapping[str, list[Any]], Mapping[str, Any], list[str]]] = {
    "one key twice": (
        {"key": ["a", "b", "a"], "age": [1, 2, 3]},
        {},
        ["key: expected a key of its own in each row, found another in rows 0 and 2"],
    ),
    "no key": (
        {"key": ["a", None], "age": [1, 2]},
        {},
        ["key: expected a key in each row, found another in row 1"],
    ),
    "keys with fractions": (
        {"key": [1.5, 2.5]},
        {},
        ["key: expected a column of texts or whole numbers, found another"],
    ),
    "no column of keys": (
        {"age": [1]},
        {},
        [
            (
                "key: expected a column of texts or whole numbers, found none (or say key=None: "
                "people are then told apart by the numbers of their rows)"
            )
        ],
    ),
    "nobody": ({"key": [], "age": []}, {}, ["rows: expected at least one, found none"]),
    "an unknown column, and a stratum that is none": (
        {"key": ["a"], "pregnent": [True]},
        {"strata": ["pregnant"]},
        [
            (
                "pregnent: expected the name of a fact, or a column that is said to be another, "
                "found another name (did you mean 'pregnant'?)"
            ),
            "pregnant: expected a column of that name, found none (did you mean 'pregnent'?)",
        ],
    ),
    "another type": (
        {"key": ["a"], "age": ["x"]},
        {},
        ["age: expected a column of numbers, found one of String"],
    ),
    "no such age": (
        {"key": ["a", "b"], "age": [1, 190]},
        {},
        ["age: expected a whole number from 0 to 130 in each row, found another value in row 1"],
    ),
    "weights that are none": (
        {"key": ["a", "b", "c", "d"], "w": [-1.0, float("nan"), None, 2.0]},
        {"weight": "w"},
        ["w: expected a number from 0 in each row, found another in rows 0, 1 and 2"],
    ),
    "weights in words": (
        {"key": ["a"], "w": ["one"]},
        {"weight": "w"},
        ["w: expected a column of numbers, found another"],
    ),
    "no weight": (
        {"key": ["a", "b"], "w": [0, 0]},
        {"weight": "w"},
        ["w: expected a weight above 0, found none"],
    ),
}


@pytest.mark.parametrize(("columns", "options", "expected"), WRONG.values(), ids=WRONG)
def test_what_a_frame_lacks_is_told_with_its_rows_and_no_value(
    columns: Mapping[str, list[Any]], options: Mapping[str, Any], expected: list[str]
) -> None:
    assert faults(lambda: Population.of(pl.DataFrame(columns), **options)) == expected


def test_columns_without_names_are_refused() -> None:
    expected = ["columns: expected names that are texts, found others"]
    assert faults(lambda: Population.of(pd.DataFrame({"key": ["a"], 0: [1]}))) == expected


def test_a_fact_of_ones_own_is_a_column_like_others() -> None:
    own: AnyFact = Fact("has_a_dog", YesNo(), "Has a dog.", lambda _, on: None)
    dogs = Population.of(pl.DataFrame({"key": ["a"], "has_a_dog": [True]}), facts=[own])
    assert dogs.truths([own.equals(True)], on=ON).tolist() == [[1]]


@given(st.lists(st.one_of(st.just(0), st.integers(1, 10**6), st.floats(0.5, 1e9)), min_size=1))
def test_a_weight_is_its_share_of_the_chances(weights: list[float]) -> None:
    if not any(weights):
        weights = [*weights, 1]
    frame = pl.DataFrame({"key": range(len(weights)), "w": [float(each) for each in weights]})
    population = Population.of(frame, weight="w")
    by_key = dict(zip(map(key_of, frame["key"]), frame["w"], strict=True))
    so_far, total = Fraction(0), Fraction(sum(map(Fraction, by_key.values())))
    for key, threshold in zip(population.keys.tolist(), population.chances.tolist(), strict=True):
        so_far += Fraction(by_key[key])
        assert abs(Fraction(threshold, 1 << 63) - so_far / total) < Fraction(1, 10**9)
    assert population.chances[-1] == 1 << 63


@given(st.integers(1, 300), st.lists(st.integers(0, (1 << 63) - 1), min_size=1))
def test_a_draw_picks_the_person_whose_chances_it_is_among(count: int, others: list[int]) -> None:
    population = Population.drawn(count, seed=0)
    limits = population.chances.tolist()
    edges = [edge for limit in limits for edge in (limit - 1, limit) if edge < 1 << 63]
    draws = [0, *edges, *others]
    expected = [bisect_right(limits, draw) for draw in draws]
    assert population.picked(np.array(draws, np.uint64)).tolist() == expected


def test_weights_are_part_of_a_population() -> None:
    weighed = PEOPLE.with_columns(w=pl.Series([1, 2, 3, 4]))
    twice, once = (Population.of(weighed, weight="w", others=["region"]) for _ in range(2))
    assert twice == once != Population.of(PEOPLE, others=["region"])


# From patients.


def test_patients_have_the_facts_of_the_day() -> None:
    keys = [UUID(int=n, version=4) for n in range(1, 4)]
    patients = [Patient(key, ON - timedelta(days=366 * 20 * (n + 1))) for n, key in enumerate(keys)]
    facts = [FACTS["age"], FACTS["pregnant"]]
    population = Population.of_patients(patients, on=ON, facts=facts, partly="null")
    assert sorted(population.table["age"]) == [20, 40, 60]
    assert sorted(population.keys.tolist()) == sorted(map(key_of, keys))
    every = Population.of_patients(patients, on=ON)
    assert every.truths([FACTS["age"] >= 40], on=ON).sum() == 2


# Truths and verdicts.


def test_truths_are_kleenes() -> None:
    adult, pregnant = FACTS["age"] >= 18, FACTS["pregnant"].equals(True)
    asked: list[Predicate] = [adult, pregnant, Not(adult), AllOf((adult, pregnant))]
    found = REGIONS.truths(asked, on=ON)
    expected = {17: [0, 0, 1, 0], 41: [1, 1, 0, 1], None: [-1, -1, -1, -1], 66: [1, 0, 0, 0]}
    assert found.tolist() == [expected[age] for age in REGIONS.table["age"]]
    assert found.dtype == np.int8
    assert REGIONS.truths([], on=ON).shape == (4, 0)


def test_what_contradicts_itself_is_not_known() -> None:
    people = {"key": ["a"], "needs_24_hour_care": [False], "needs_medical_monitoring": [True]}
    population = Population.of(pl.DataFrame(people))
    asked = [FACTS["needs_24_hour_care"].equals(True)]
    assert population.truths(asked, on=ON).tolist() == [[-1]]


def test_a_fact_without_a_column_is_told() -> None:
    expected = ["court_ordered: expected a column of booleans, found none"]
    asked = [FACTS["court_ordered"].equals(True)]
    assert faults(lambda: REGIONS.truths(asked, on=ON)) == expected


def test_verdicts_are_those_of_the_frame() -> None:
    policy = find_policy("us-medicare-iop")
    names = [fact.name for fact in policy.facts(on=ON) if isinstance(fact.kind, YesNo)]
    margins: dict[str, Any] = {name: {True: 0.9, False: 0.05, None: 0.05} for name in names}
    margins["needed_hours_per_week"] = {8.5: 0.1, 9: 0.9}
    population = Population.drawn(300, seed=3, margins=margins)
    found = population.verdicts(policy, on=ON)
    words = decide_frame(policy, population.table, on=ON)["verdict"]
    assert [{1: "yes", 0: "no", -1: "unknown"}[each] for each in found.tolist()] == [*words]
    assert {*found.tolist()} == {1, 0, -1}
    early = date(1999, 1, 1)
    assert population.verdicts(policy, on=early, assume_in_force=True).tolist() == found.tolist()


# Strata.


def test_strata_are_crossed_in_order_and_only_where_somebody_is() -> None:
    found = REGIONS.stratified(predicates={"adult": FACTS["age"] >= 18}, on=ON)
    assert found.names == ("region", "adult")
    assert found.labels == (
        ("north", "no"),
        ("south", "yes"),
        ("south", "unknown"),
        ("unknown", "yes"),
    )
    assert found.counts == (1, 1, 1, 1)
    by_age = dict(zip(REGIONS.table["age"], found.codes.tolist(), strict=True))
    assert by_age == {17: 0, 41: 1, None: 2, 66: 3}


def test_without_anything_to_tell_them_apart_people_are_one_stratum() -> None:
    assert REGIONS.stratified([]).labels == ((),)
    assert REGIONS.stratified([]).counts == (4,)


@pytest.mark.parametrize(
    ("column", "labels"),
    [
        (pl.Series([True, False, None]), ("no", "yes", "unknown")),
        (pl.Series([11, 2, None]), ("2", "11", "unknown")),
        (pl.Series([None, None, None]), ("unknown",)),
        (pl.Series(["b", "a", "unknown"]), ("a", "b", "unknown")),
    ],
    ids=["booleans", "whole numbers", "nothing", "texts"],
)
def test_labels_stand_in_the_order_of_their_values(
    column: pl.Series, labels: tuple[str, ...]
) -> None:
    frame = pl.DataFrame({"key": [1, 2, 3], "group": column})
    found = Population.of(frame, strata=["group"]).stratified()
    assert tuple(label for (label,) in found.labels) == labels


def test_strata_that_cannot_be_are_refused() -> None:
    frame = pl.DataFrame({"key": [1], "group": [1.5]})
    population = Population.of(frame, strata=["group"])
    expected = "booleans, text or whole numbers; predicates make others into groups"
    assert faults(population.stratified) == [f"group: expected {expected}, found another column"]
    with pytest.raises(UnknownNameError, match="did you mean 'group'"):
        population.stratified(["grup"])
    asked = {"adult": FACTS["age"] >= 18}
    expected = "on: expected a day, as predicates are given, found none"
    assert faults(lambda: population.stratified([], predicates=asked)) == [expected]


# Sites.

MINUTES = st.one_of(st.none(), st.integers(0, 90), st.floats(0, 90))


def test_the_nearest_site_is_that_of_the_fewest_minutes() -> None:
    minutes = pl.DataFrame(
        {"key": ["dee", "cid", "bea", "ann"], "east": [5, 5, None, None], "west": [5, 4, 3, None]}
    )
    reached = REGIONS.with_minutes(minutes)
    assert reached.sites == ("east", "west")
    site, least = reached.nearest()
    found = zip(site.tolist(), least.tolist(), strict=True)
    by_age = dict(zip(REGIONS.table["age"], found, strict=True))
    assert by_age == {66: (0, 5), None: (1, 4), 41: (1, 3), 17: (-1, float("inf"))}
    assert reached.nearest(["west", "east"]).site.tolist() != site.tolist()
    assert reached.nearest([]).site.tolist() == [-1] * 4
    with pytest.raises(UnknownNameError, match="did you mean 'west'"):
        reached.nearest(["vest"])


@given(st.lists(st.tuples(MINUTES, MINUTES, MINUTES), min_size=1, max_size=9))
def test_one_more_site_lengthens_nobodys_way(rows: list[tuple[float | None, ...]]) -> None:
    table = pl.DataFrame(rows, schema=dict.fromkeys("abc", pl.Float64), orient="row")
    people = Population.of(pl.DataFrame({"age": [30] * len(rows)}), key=None)
    reached = people.with_minutes(table, key=None)
    fewer, more = reached.nearest(["a", "b"]), reached.nearest(["a", "b", "c"])
    assert (more.minutes <= fewer.minutes).all()
    assert ((more.site == fewer.site) | (more.site == 2)).all()


def test_telehealth_is_a_site_of_no_minutes_for_those_who_can() -> None:
    access = [True, False, None]
    people = Population.of(pl.DataFrame({"has_telehealth_access": access}), key=None)
    found = people.with_telehealth().nearest().minutes.tolist()
    by_access = dict(zip(people.table["has_telehealth_access"], found, strict=True))
    assert by_access == {True: 0, False: float("inf"), None: float("inf")}
    twice = people.with_telehealth("video")
    assert twice.words[-1] == (
        "Of 1 of 3 people it is not known whether they can come by video. "
        "For them video is no site."
    )
    sure = Population.of(pl.DataFrame({"has_telehealth_access": [True]}), key=None)
    assert sure.with_telehealth().words == sure.words
    assert faults(lambda: twice.with_telehealth("video")) == [
        "video: expected minutes once, found twice"
    ]
    assert faults(REGIONS.with_telehealth) == [
        "has_telehealth_access: expected a column of booleans, found none"
    ]


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ({"key": ["ann", "bea", "cid"]}, "rows: expected one for each of 4 people, found others"),
        (
            {"key": ["ann", "bea", "cid", "eve"]},
            "rows: expected one for each of 4 people, found others",
        ),
        ({"id": [1]}, "key: expected a column of texts or whole numbers, found none"),
        (
            {"key": ["ann", "bea", "cid", "dee"], "east": [1, -1, 2, 3]},
            "east: expected 0 minutes or more in each row, found another in row 2",
        ),
        (
            {"key": ["ann", "bea", "cid", "dee"], "east": ["1"] * 4},
            "east: expected a column of numbers, found others",
        ),
    ],
    ids=["too few", "others", "no key", "negative", "texts"],
)
def test_minutes_are_one_row_a_person(frame: dict[str, list[Any]], expected: str) -> None:
    found = faults(lambda: REGIONS.with_minutes(pl.DataFrame(frame)))
    assert found == [expected] or found[0].startswith("east: expected 0 minutes or more")


# Drawn.

HALF = {True: 0.5, False: 0.5}


def drawn(**margins: Any) -> Population:
    return Population.drawn(500, seed=7, margins=margins)


def test_another_fact_changes_no_fact_of_anybody() -> None:
    alone, beside = drawn(pregnant=HALF), drawn(age={(18, 65): 1}, pregnant=HALF)
    assert alone.table["pregnant"].equals(beside.table["pregnant"])


@given(st.integers(1, 60), st.integers(1, 60))
def test_one_more_person_changes_nobody(count: int, more: int) -> None:
    margins: dict[str, Any] = {"pregnant": HALF, "age": {(18, 65): 1}}
    few = Population.drawn(count, seed=5, margins=margins)
    many = Population.drawn(count + more, seed=5, margins=margins)
    rows = dict(zip(many.keys.tolist(), many.table.iter_rows(), strict=True))
    assert [rows[key] for key in few.keys.tolist()] == [*few.table.iter_rows()]


def test_a_fact_is_drawn_at_its_address() -> None:
    shares = {True: 0.25, None: 0.25, False: 0.5}
    population = Population.drawn(200, seed=11, margins={"pregnant": shares})
    quarter = 1 << 61
    expected = []
    for key in population.keys.tolist():
        draw = draw_at(stream(11, 0, key), address(DrawPurpose.FACT, of="pregnant"))
        # In the order of values, what is not known last.
        expected.append(False if draw < 2 * quarter else True if draw < 3 * quarter else None)
    assert population.table["pregnant"].to_list() == expected


def test_shares_in_another_order_are_the_same() -> None:
    turned = dict(reversed(HALF.items()))
    assert drawn(pregnant=HALF) == drawn(pregnant=turned)
    rows = pl.DataFrame(
        {"sex": ["f", "m", "m"], "pregnant": [True, None, False], "share": [0.2, 0.5, 0.3]}
    )
    one, two = (
        Population.drawn(300, seed=2, joint=each, strata=["sex"])
        for each in (rows, rows[[2, 0, 1]])
    )
    assert one.table.select("sex", "pregnant").equals(two.table.select("sex", "pregnant"))


def test_the_shares_come_out() -> None:
    population = Population.drawn(
        20_000,
        seed=1,
        margins={"age": {(20, 29): Decimal("0.3"), 40: Fraction(7, 10)}, "pregnant": HALF},
    )
    ages = population.table["age"]
    twenties = ages.filter(ages < 30)
    assert abs(len(twenties) / 20_000 - 0.3) < 0.015
    assert {*twenties} == {*range(20, 30)}
    assert all(abs(count - 600) < 120 for count in twenties.value_counts()["count"])
    both = (ages < 30) & population.table["pregnant"]
    assert abs(both.mean() - 0.15) < 0.015  # type: ignore[operator]


def test_facts_of_a_joint_table_come_together_and_it_says_so() -> None:
    rows = pl.DataFrame(
        {"sex": ["f", "f", "m"], "pregnant": [True, False, False], "share": [1, 4, 5]}
    )
    table = rows.with_columns(pl.col("share") / 10)
    population = Population.drawn(
        900, seed=1, joint=[table], margins={"age": {30: 1}}, strata=["sex"]
    )
    assert {*population.table.select("sex", "pregnant").iter_rows()} == {*rows[:, :2].iter_rows()}
    assert population.words == (
        "Drawn together are pregnant and sex.",
        "Drawn independently of these and of each other: age.",
    )
    alone = Population.drawn(9, seed=1, joint=table.to_pandas(), strata=["sex"])
    assert alone.words == ("Drawn together are pregnant and sex.",)
    more = pl.DataFrame({"has_transport": [True], "age": [30], "share": [1]})
    two = Population.drawn(9, seed=1, joint=(table, more), strata=["sex"])
    assert two.words[-1] == "These are drawn independently of each other."


def test_people_may_have_no_facts() -> None:
    assert Population.drawn(3, seed=0).table.shape == (3, 0)
    assert Population.drawn(3, seed=0).words == ()


WRONG_MARGINS: Mapping[str, tuple[Mapping[str, Any], list[str]]] = {
    "nine tenths, and eleven": (
        {"margins": {"pregnant": {True: 0.1, False: 0.8}, "age": {(18, 65): 1.1}}},
        [
            "pregnant: expected shares that sum to 1, found 0.9 of 2 values",
            "age: expected shares that sum to 1, found 1.1 of 1 value",
        ],
    ),
    "nothing": (
        {"margins": {"age": {}}},
        ["age: expected shares that sum to 1, found 0 of 0 values"],
    ),
    "negative": (
        {"margins": {"pregnant": {True: -0.5, False: 1.5}}},
        ["pregnant.True: expected a share from 0, found another"],
    ),
    "no number": (
        {"margins": {"pregnant": {True: True, False: float("nan"), None: "x"}}},
        [
            "pregnant.True: expected a share from 0, found another",
            "pregnant.False: expected a share from 0, found another",
            "pregnant.None: expected a share from 0, found another",
        ],
    ),
    "no such value": (
        {"margins": {"age": {190: 1}}},
        ["age: expected a whole number from 0 to 130, found another value"],
    ),
    "a band that goes down": (
        {"margins": {"age": {(30, 18): 1}}},
        ["age: expected bands of whole numbers, from low to high, found others"],
    ),
    "a fact that is none": (
        {"margins": {"pregnent": HALF}},
        [
            (
                "pregnent: expected the name of a fact or of a stratum, found another name (did "
                "you mean 'pregnant'?)"
            )
        ],
    ),
    "values of two types": (
        {"margins": {"group": {"a": 0.5, 1: 0.5}}, "strata": ["group"]},
        ["group: expected values of one type, found several"],
    ),
    "a stratum without shares": (
        {"strata": ["group"]},
        ["group: expected shares of its values, found none"],
    ),
    "a fact twice": (
        {"joint": pl.DataFrame({"age": [30], "share": [1]}), "margins": {"age": {30: 1}}},
        ["age: expected shares once, found twice"],
    ),
    "a joint table that sums to less": (
        {"joint": pl.DataFrame({"age": [30, 31], "share": [0.25, 0.5]})},
        ["share: expected shares that sum to 1, found 0.75 of 2 values"],
    ),
    "a joint table with rows that are no shares": (
        {"joint": pl.DataFrame({"age": [30, 31, 32], "share": [None, 1.5, -0.5]})},
        ["share: expected a share from 0 in each row, found another in rows 0 and 2"],
    ),
    "a joint table without shares": (
        {"joint": pl.DataFrame({"age": [30], "part": [1]})},
        [
            (
                "part: expected the name of a fact, or a column that is said to be another, found "
                "another name"
            ),
            "share: expected a column of shares, found none",
        ],
    ),
    "nobody": ({"count": 0}, ["count: expected at least 1 person, found none"]),
    "no numbers": (
        {"count": "9", "seed": True, "margins": ["age"]},
        [
            "count: expected a whole number, found a text",
            "seed: expected a whole number, found a bool",
            "margins: expected a Mapping, found a list",
        ],
    ),
    "a list of values": (
        {"margins": {"age": [30, 31]}},
        ["age: expected a Mapping, found a list"],
    ),
    "columns of several lengths": (
        {"joint": {"age": [30, 31], "share": [1]}},
        ["joint: expected columns of one length, each of values of one type, found others"],
    ),
    "columns of several types": (
        {"joint": {"age": ["thirty", 31], "share": [0.5, 0.5]}},
        ["joint: expected columns of one length, each of values of one type, found others"],
    ),
}


@pytest.mark.parametrize(("options", "expected"), WRONG_MARGINS.values(), ids=WRONG_MARGINS)
def test_shares_that_are_none_are_told_by_their_row(
    options: dict[str, Any], expected: list[str]
) -> None:
    given_all = {"count": 9, "seed": 1, **options}
    assert faults(lambda: Population.drawn(given_all.pop("count"), **given_all)) == expected
