"""What shipped policies decide, on both sides of every bound and line, by hand from the sources.

Each policy has facts of somebody who is eligible; a case changes some and says what comes of it.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.eligibility import (
    FACTS,
    AnyFact,
    Between,
    Choice,
    Compare,
    FactSheet,
    Number,
    Policy,
    Scalar,
    atoms_in,
)
from iopkit.errors import NotInForceError
from iopkit.library import POLICIES, find_policy
from iopkit.sources import Grade
from iopkit.truth import Truth

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
ON = date(2026, 2, 2)
DAY = timedelta(days=1)

HOURS, ADULT, YOUTH = "needed_hours_per_week", "adult", "adolescent"
Known = dict[str, Scalar | None]


def verdict(name: str, known: Known, *, on: date | None = None) -> Truth:
    policy = find_policy(name)
    on = on or min(ON, policy.versions.spans[-1][1] or ON) - DAY
    asked = policy.facts(on=on)
    assert known.keys() == {fact.name for fact in asked}
    return policy.decide_sheet(FactSheet.of(asked, known, on=on)).verdict


# What somebody eligible is like. The first day is the first on which the policy can be asked.
ELIGIBLE: dict[str, tuple[date, Known]] = {
    "us-al-iop": (
        date(2026, 1, 7),
        {
            "health_stable": True,
            "living_environment": "supportive",
            "has_substance_use_disorder": True,
            "meets_asam_criteria": True,
        },
    ),
    "us-ca-orange-iop": (date(2018, 7, 1), {HOURS: 9, "age_group": ADULT}),
    "us-dc-iop": (
        date(2017, 9, 13),
        {
            HOURS: 9,
            "age": 40,
            "meets_asam_criteria": True,
            "recognizes_disorder": True,
            "committed_to_recovery": True,
            "entry": "step_down",
            "co_occurring_stable": True,
        },
    ),
    "us-il-iop": (date(2025, 4, 2), {HOURS: 9, "age_group": ADULT, "hours_exception": False}),
    "us-in-medicaid-iop": (
        date(2026, 1, 7),
        {
            "has_substance_use_disorder": True,
            "medical_conditions_manageable": True,
            "withdrawal_manageable": True,
        },
    ),
    "us-ks-iop": (date(2026, 1, 7), {HOURS: 9, "age": 40}),
    "us-md-iop": (date(2026, 1, 7), {"meets_asam_criteria": True, HOURS: 9, "age": 40}),
    "us-nc-medicaid-iop": (
        date(2023, 4, 30),
        {"has_substance_use_disorder": True, HOURS: 9, "age_group": ADULT},
    ),
    "us-nj-iop": (date(2024, 9, 16), {"age": 40, "other_conditions_met": True}),
    "us-tx-iop": (date(2004, 9, 1), {"other_conditions_met": True}),
    "us-va-licensed-iop": (date(2023, 2, 17), {HOURS: 9}),
    "us-va-medicaid-iop": (date(2026, 1, 7), {HOURS: 9, "age_group": ADULT}),
}

CASES: dict[str, list[tuple[Known, Truth]]] = {
    "us-al-iop": [
        ({"living_environment": "unsupportive"}, NO),
        ({"living_environment": "unsafe"}, NO),
    ],
    "us-dc-iop": [
        ({"entry": "step_up"}, YES),
        ({"entry": "primary"}, NO),
    ],
    "us-il-iop": [
        ({HOURS: 5, "hours_exception": True}, YES),
        ({HOURS: 25, "hours_exception": True}, YES),
        ({HOURS: None, "age_group": None, "hours_exception": True}, YES),
        ({HOURS: 5, "hours_exception": None}, UNKNOWN),
        ({HOURS: 12, "hours_exception": None}, YES),
    ],
    "us-nj-iop": [
        ({"age": 10}, NO),
        ({"age": 11}, YES),
        ({"age": 10, "other_conditions_met": None}, NO),
    ],
}


def by_age(line: int) -> tuple[Known, Known]:
    """Somebody just at the age of adults, and somebody just below it."""
    return {"age": line}, {"age": line - 1}


GROUPS: tuple[Known, Known] = ({"age_group": ADULT}, {"age_group": YOUTH})
# Policy: adult and adolescent; the fewest hours of each; the most hours.
BANDS: dict[str, tuple[tuple[Known, Known], int, int, float | None]] = {
    "us-ca-orange-iop": (GROUPS, 9, 6, 19),
    "us-dc-iop": (by_age(21), 9, 6, 19),
    "us-il-iop": (GROUPS, 9, 6, 19),
    "us-ks-iop": (by_age(18), 9, 6, None),
    "us-md-iop": (by_age(18), 9, 6, 20),
    "us-nc-medicaid-iop": (GROUPS, 9, 6, 19),
    "us-va-licensed-iop": (({}, {}), 9, 9, 19),
    "us-va-medicaid-iop": (GROUPS, 9, 6, 19),
}


def hour_cases(name: str) -> Iterator[tuple[Known, Truth]]:
    """Both sides of each bound, for an adult, an adolescent and somebody of unknown age."""
    (adult, youth), adults_low, youth_low, high = BANDS[name]
    unknown: Known = dict.fromkeys(adult)
    yield from (({**adult, HOURS: adults_low}, YES), ({**adult, HOURS: adults_low - 0.25}, NO))
    yield from (({**youth, HOURS: youth_low}, YES), ({**youth, HOURS: youth_low - 0.25}, NO))
    for somebody in (adult, youth, unknown):
        yield {**somebody, HOURS: 25.0 if high is None else high}, YES
        yield {**somebody, HOURS: None}, UNKNOWN
        if high is not None:
            yield {**somebody, HOURS: high + 0.25}, NO
    if unknown:
        # Hours that suit both ages are enough, and hours that suit neither too few.
        yield from (({**unknown, HOURS: adults_low}, YES), ({**unknown, HOURS: youth_low - 1}, NO))
        yield {**unknown, HOURS: youth_low}, UNKNOWN
        yield {**unknown, HOURS: adults_low - 0.25}, UNKNOWN


def test_every_policy_of_a_state_has_its_table() -> None:
    elsewhere = {"iop-suitability", "us-medicare-iop", "us-medicare-php", "us-medicare-otp-iop"}

    assert set(ELIGIBLE) == {policy.name for policy in POLICIES} - elsewhere


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        pytest.param(name, known, expected, id=f"{name}: {known} {expected.value}")
        for name in ELIGIBLE
        for known, expected in (*CASES.get(name, ()), *(hour_cases(name) if name in BANDS else ()))
    ],
)
def test_both_sides_of_every_bound(name: str, known: Known, expected: Truth) -> None:
    assert verdict(name, {**ELIGIBLE[name][1], **known}) is expected


@pytest.mark.parametrize("name", ELIGIBLE)
def test_all_conditions_met_is_a_yes_and_each_of_them_counts(name: str) -> None:
    eligible = ELIGIBLE[name][1]

    assert verdict(name, eligible) is YES
    assert verdict(name, dict.fromkeys(eligible)) is UNKNOWN
    for fact, value in eligible.items():
        if value is True:
            assert verdict(name, {**eligible, fact: False}) is NO, fact
            assert verdict(name, {**eligible, fact: None}) is UNKNOWN, fact


@pytest.mark.parametrize("name", ELIGIBLE)
def test_nobody_is_judged_before_the_first_day(name: str) -> None:
    first, _ = ELIGIBLE[name]
    policy = find_policy(name)

    assert policy.versions.on(first).since == first
    with pytest.raises(NotInForceError):
        policy.versions.on(first - DAY)


@pytest.mark.parametrize(
    ("hours", "expected"), [(0, YES), (5, YES), (19, YES), (19.25, NO), (None, UNKNOWN)]
)
def test_until_2025_north_carolina_has_a_maximum_alone(
    hours: float | None, expected: Truth
) -> None:
    last = date(2024, 12, 31)

    assert verdict("us-nc-medicaid-iop", {HOURS: hours}, on=last) is expected
    policy = find_policy("us-nc-medicaid-iop")
    assert policy.versions.on(last).source.grade is Grade.SECONDARY
    assert policy.versions.on(date(2026, 1, 1)).source.grade is Grade.OFFICIAL


def test_medication_is_no_ground_for_denial_in_texas() -> None:
    policy = find_policy("us-tx-iop")

    assert "opioid_medication" not in {fact.name for fact in policy.facts(on=ON)}
    (criterion,) = policy.versions.on(ON).value
    assert criterion.source.citation == "26 TAC 564.901(h)"
    assert "medication" in criterion.meaning


@pytest.mark.parametrize("name", ["us-nj-iop", "us-tx-iop"])
def test_where_only_a_part_was_seen_nobody_is_eligible_until_the_rest_is_judged(name: str) -> None:
    policy = find_policy(name)
    known: Known = {**ELIGIBLE[name][1], "other_conditions_met": None}

    assert policy.left_open
    assert verdict(name, known) is UNKNOWN


def test_the_grades_of_the_sources_are_those_that_were_seen() -> None:
    graded = {
        policy.name: {version.source.grade.value for version in policy.versions.dated}
        for policy in POLICIES
    }
    legal = {name for name, grades in graded.items() if grades == {"T1"}}

    assert graded["us-ks-iop"] == graded["us-ca-orange-iop"] == {"T2"}
    assert graded["us-nc-medicaid-iop"] == {"T2", "T3"}
    assert graded["iop-suitability"] == {"T3"}
    apart = {"us-ks-iop", "us-ca-orange-iop", "us-nc-medicaid-iop", "iop-suitability"}
    assert legal == set(graded) - apart


# Every shipped policy.


def values_near(policy: Policy, fact: AnyFact, on: date) -> list[Scalar]:
    """Values of a fact that lie on every side of all that a policy asks about it."""
    if isinstance(fact.kind, Choice):
        return list(fact.kind.options)
    if not isinstance(fact.kind, Number):
        return [True, False]
    criteria = policy.versions.on(on).value
    bounds: set[Any] = set()
    for atom in (atom for criterion in criteria for atom in atoms_in(criterion.predicate)):
        if atom.fact == fact and isinstance(atom, Compare):
            bounds.add(atom.value)
        elif atom.fact == fact and isinstance(atom, Between):
            bounds |= {atom.low, atom.high}
    return sorted(bound + step for bound in bounds for step in (-1, 0, 1))


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
@given(data=st.data())
def test_a_verdict_is_what_all_that_could_still_come_of_it_agree_on(
    policy: Policy, data: st.DataObject
) -> None:
    on = data.draw(st.sampled_from([version.since for version in policy.versions.dated]))
    near = {fact.name: values_near(policy, fact, on) for fact in policy.facts(on=on)}
    open_ones = data.draw(st.sets(st.sampled_from(sorted(near)), max_size=4))
    known: Known = {n: data.draw(st.sampled_from(v)) for n, v in near.items() if n not in open_ones}

    def judged(values: Known) -> Truth:
        return policy.decide_sheet(FactSheet.of(policy.facts(on=on), values, on=on)).verdict

    completions = product(*(near[name] for name in sorted(open_ones)))
    possible = {
        judged({**known, **dict(zip(sorted(open_ones), rest, strict=True))}) for rest in completions
    }
    assert UNKNOWN not in possible
    assert judged(known) is (possible.pop() if len(possible) == 1 else UNKNOWN)


def test_every_policy_asks_shipped_facts_only() -> None:
    for policy in POLICIES:
        for version in policy.versions.dated:
            for fact in policy.facts(on=version.since):
                assert FACTS[fact.name] is fact
