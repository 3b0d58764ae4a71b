"""Populations of published counts: they sum to who was counted, and people come out like them."""

from collections import Counter
from datetime import date
from typing import Any

import pytest
from attrs import evolve

from iopkit import FACTS
from iopkit.errors import InvalidError, UnknownNameError
from iopkit.library import POPULATIONS, PublishedPopulation, find_population

pytestmark = pytest.mark.measured

EVERY = pytest.mark.parametrize("published", POPULATIONS, ids=lambda each: each.name)
COUNTED = {"us-admissions-2023": 1_625_833, "us-iop-survey-2020": 1_060}
# As the sources print them, in percent with one digit.
PRINTED: dict[str, dict[tuple[str, Any], float]] = {
    "us-admissions-2023": {
        ("age", (30, 34)): 17.4,
        ("age", (65, 95)): 2.5,
        ("prior_treatment_episodes", 0): 28.3,
        ("prior_treatment_episodes", 5): 17.5,
        ("has_other_mental_disorder", True): 42.3,
        ("living_arrangement", "homeless"): 15.5,
        ("race", "White"): 59.9,
        ("primary_substance", "alcohol"): 29.2,
        ("referral_source", "criminal justice"): 19.4,
        ("referral_source", None): 20.5,
    },
    "us-iop-survey-2020": {("age", (18, 25)): 12.4, ("age", (65, 95)): 2.8, ("sex", "male"): 62.0},
}


@EVERY
def test_counts_sum_to_those_who_were_counted(published: PublishedPopulation) -> None:
    sums = {name: sum(count for _, count in counts) for name, counts in published.margins}
    if published.joint:
        sums["together"] = sum(count for _, count in published.joint)
    assert {*sums.values()} == {published.total} == {COUNTED[published.name]}


@EVERY
def test_shares_are_those_that_the_source_prints(published: PublishedPopulation) -> None:
    margins = {name: dict(counts) for name, counts in published.margins}
    printed = PRINTED[published.name]
    found = {
        (name, value): round(100 * margins[name][value] / published.total, 1)
        for name, value in printed
    }
    assert found == printed


@EVERY
def test_people_come_out_as_they_were_counted(published: PublishedPopulation) -> None:
    people = find_population(published.name, count=4_000, seed=5)
    table = people.table
    for name, counts in published.margins:
        have = Counter(table[name].to_list())
        for value, count in counts:
            held = range(value[0], value[1] + 1) if isinstance(value, tuple) else (value,)
            share = count / published.total
            # Five standard errors, and a person.
            limit = 5 * (share * (1 - share) / 4_000) ** 0.5 + 1 / 4_000
            assert abs(sum(have[each] for each in held) / 4_000 - share) <= limit, (name, value)


def test_facts_are_facts_and_strata_are_told_apart() -> None:
    people = find_population("us-admissions-2023", count=3_000, seed=5)
    names = {*people.table.columns}
    assert names - set(FACTS) == {*people.strata}
    sexes = people.stratified(["sex", "pregnant"]).labels
    assert ("male", "yes") not in sexes
    assert ("female", "yes") in sexes
    adults = people.truths([FACTS["age"] >= 18], on=date(2026, 1, 5))
    assert 0.95 < adults.mean() < 0.99


def test_a_population_says_what_is_not_known_of_it() -> None:
    words = find_population("us-admissions-2023", count=1, seed=5).words
    assert words[0] == "Drawn together are pregnant and sex."
    assert words[1].startswith("Drawn independently of these and of each other: age, ")
    assert words[2].startswith("Counted by SAMHSA, Treatment Episode Data Set, Admissions")
    assert words[3:] == POPULATIONS[0].read


def test_more_people_are_the_same_people_and_more() -> None:
    few, many = (find_population("us-iop-survey-2020", count=n, seed=1) for n in (30, 50))
    rows = dict(zip(many.keys.tolist(), many.table.iter_rows(), strict=True))
    assert [rows[key] for key in few.keys.tolist()] == [*few.table.iter_rows()]


def test_what_cannot_be_found_is_told() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'us-admissions-2023'"):
        find_population("us-admissions-2033", count=1, seed=1)
    with pytest.raises(InvalidError, match="at least 1 person"):
        find_population("us-iop-survey-2020", count=0, seed=1)


@EVERY
def test_every_count_says_who_counted(published: PublishedPopulation) -> None:
    assert published.source.url
    assert evolve(published) == published
