import pickle
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.eligibility import (
    CONTRADICTIONS,
    FACTS,
    AllOf,
    Criterion,
    Decision,
    Policy,
    Predicate,
    RecordedRisk,
    evaluate,
    evidence,
    explain,
    facts_in,
    open_facts,
    read_facts,
    smallest_changes,
)
from iopkit.errors import Fault, InvalidError, NotInForceError, UnknownNameError
from iopkit.library import POLICIES, find_policy
from iopkit.patients import Assessment, Patient
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.strategies import days, patients, predicates
from iopkit.truth import Truth

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
FIRST, SECOND = date(2024, 1, 1), date(2026, 1, 1)
DAY = timedelta(days=1)
OLD = Source("Rule of 2024", Grade.LEGAL_TEXT)
NEW = Source("Rule of 2026", Grade.LEGAL_TEXT)

AGE, DANGEROUS, HOURS = FACTS["age"], FACTS["dangerous"], FACTS["needed_hours_per_week"]


def criterion(name: str, predicate: Predicate, source: Source = OLD) -> Criterion:
    return Criterion(name, f"{name}.", predicate, source)


TWIN = evolve(AGE, meaning="Another age.")
ADULT = criterion("adult", AGE >= 18)
SAFE = criterion("safe", DANGEROUS.equals(False) & (AGE < 120))
NEEDY = criterion("needy", HOURS >= 9, NEW)


def policy(*versions: Dated[tuple[Criterion, ...]]) -> Policy:
    return Policy("example", "An example", Versions(versions))


CHANGING = policy(Dated(FIRST, (ADULT, SAFE), OLD), Dated(SECOND, (SAFE, NEEDY), NEW))


def patient(
    born: date | None = None, *, dangerous: bool | None = None, hours: int | None = None
) -> Patient:
    needed = None if hours is None else timedelta(hours=hours)
    found = Assessment(on=FIRST - DAY, dangerous=dangerous, needed_per_week=needed)
    return Patient(key=KEY, birth_date=born, assessments=(found,))


@pytest.mark.parametrize(
    ("on", "names", "since", "source"),
    [
        pytest.param(FIRST, ["adult", "safe"], FIRST, OLD, id="first day of the first"),
        pytest.param(SECOND - DAY, ["adult", "safe"], FIRST, OLD, id="last day of the first"),
        pytest.param(SECOND, ["safe", "needy"], SECOND, NEW, id="first day of the second"),
    ],
)
def test_a_patient_is_judged_by_the_version_in_force_on_the_day(
    on: date, names: list[str], since: date, source: Source
) -> None:
    decision = CHANGING.decide(patient(), on=on)

    assert [result.criterion.name for result in decision.results] == names
    assert (decision.on, decision.since, decision.source) == (on, since, source)
    assert (decision.policy, decision.title) == (CHANGING.name, CHANGING.title)


def test_nobody_is_judged_before_the_first_version() -> None:
    with pytest.raises(NotInForceError):
        CHANGING.decide(patient(), on=FIRST - DAY)
    with pytest.raises(NotInForceError):
        CHANGING.facts(on=FIRST - DAY)


ENDED = policy(
    Dated(FIRST, (ADULT, SAFE), OLD, end=FIRST + 9 * DAY, since_from_copy=True),
    Dated(SECOND, (SAFE, NEEDY), NEW, end=SECOND + 9 * DAY),
)


@pytest.mark.parametrize(
    ("on", "version"),
    [
        pytest.param(FIRST - DAY, 0, id="before"),
        pytest.param(FIRST + 9 * DAY, 0, id="after the first"),
        pytest.param(SECOND - DAY, 1, id="before the second"),
        pytest.param(SECOND + 9 * DAY, 1, id="after the last"),
    ],
)
def test_where_no_version_is_in_force_the_nearest_is_assumed_if_asked(
    on: date, version: int
) -> None:
    nearest = ENDED.versions.dated[version]
    asked: list[Callable[..., object]] = [
        partial(ENDED.version, on=on),
        partial(ENDED.facts, on=on),
        partial(ENDED.predicate, on=on),
        partial(ENDED.decide, patient(), on=on),
        partial(ENDED.decide_sheet, read_facts((), patient(), on=on)),
    ]
    for each in asked:
        with pytest.raises(NotInForceError, match="policy 'example'"):
            each()

    assert ENDED.version(on=on, assume_in_force=True) == nearest
    assert ENDED.facts(on=on, assume_in_force=True) == ENDED.facts(on=nearest.since)
    decision = ENDED.decide(patient(), on=on, assume_in_force=True)
    assert decision.assumed_in_force
    assert (decision.since, decision.end) == (nearest.since, nearest.end)
    assert decision.since_from_copy is nearest.since_from_copy
    assert [result.criterion for result in decision.results] == list(nearest.value)
    sheet = read_facts(ENDED.facts(on=on, assume_in_force=True), patient(), on=on)
    assert ENDED.decide_sheet(sheet, assume_in_force=True) == decision


@given(st.dates(FIRST - 900 * DAY, SECOND + 900 * DAY), patients())
def test_to_assume_it_changes_nothing_where_a_version_is_in_force(
    on: date, somebody: Patient
) -> None:
    somebody = evolve(somebody, birth_date=None)
    assumed = ENDED.decide(somebody, on=on, assume_in_force=True)
    try:
        known = ENDED.decide(somebody, on=on)
    except NotInForceError:
        assert assumed.assumed_in_force
    else:
        assert assumed == known
        assert not known.assumed_in_force


@pytest.mark.parametrize(
    ("on", "assumed"), [(FIRST, True), (FIRST + 8 * DAY, True), (FIRST - DAY, False)]
)
def test_what_is_in_force_is_not_assumed_to_be_and_the_other_way_round(
    on: date, assumed: bool
) -> None:
    decision = ENDED.decide(patient(), on=FIRST)

    with pytest.raises(InvalidError) as caught:
        evolve(decision, on=on, assumed_in_force=assumed)
    expected = "true if the day is before since, or on or after end, and else false"
    assert caught.value.faults == (Fault(("assumed_in_force",), expected, str(assumed)),)
    assert evolve(decision, on=on, assumed_in_force=not assumed)


def test_a_policy_asks_about_each_fact_once_in_reading_order() -> None:
    assert CHANGING.facts(on=FIRST) == (AGE, DANGEROUS)
    assert CHANGING.facts(on=SECOND) == (DANGEROUS, AGE, HOURS)


@pytest.mark.parametrize(
    ("known", "truths", "verdict", "missing"),
    [
        pytest.param(patient(), "??", Truth.UNKNOWN, ("age", "dangerous"), id="nothing known"),
        pytest.param(patient(date(2000, 1, 1), dangerous=False), "YY", Truth.YES, (), id="all met"),
        pytest.param(
            patient(date(2000, 1, 1)), "Y?", Truth.UNKNOWN, ("dangerous",), id="one not known"
        ),
        pytest.param(patient(date(2010, 1, 1)), "N?", Truth.NO, (), id="unmet beats unknown"),
        pytest.param(patient(dangerous=True), "?N", Truth.NO, (), id="unmet beats unknown, last"),
        pytest.param(
            patient(dangerous=False), "??", Truth.UNKNOWN, ("age",), id="each missing fact once"
        ),
    ],
)
def test_verdict_and_what_is_missing(
    known: Patient, truths: str, verdict: Truth, missing: tuple[str, ...]
) -> None:
    decision = CHANGING.decide(known, on=FIRST)
    marks = {Truth.YES: "Y", Truth.NO: "N", Truth.UNKNOWN: "?"}

    assert "".join(marks[result.truth] for result in decision.results) == truths
    assert decision.verdict is verdict
    assert decision.missing == missing


def test_a_result_has_the_reason_of_its_explanation() -> None:
    (result, _) = CHANGING.decide(patient(date(2010, 1, 1)), on=FIRST).results

    assert result.reason == "age is at least 18 years (age: 14 years)"
    assert result.reason == result.explanation.reason


def test_what_is_no_decision_is_refused() -> None:
    risk = RecordedRisk(DANGEROUS, True, FIRST + DAY)
    with pytest.raises(InvalidError) as caught:
        Decision("example", "An example", FIRST, FIRST, OLD, (), (), (risk, risk), SECOND)
    assert str(caught.value).splitlines() == [
        "decision: 3 problems",
        "  results: expected at least one result, found none",
        "  unjudged: expected each fact once, found one twice",
        "  unjudged: expected what was found by the day, found later findings",
    ]


def test_nobody_is_judged_for_a_day_before_the_birth() -> None:
    unborn = Patient(key=KEY, birth_date=FIRST)

    for judge in (CHANGING, policy(Dated(date(2000, 1, 1), (NEEDY,), OLD)), *POLICIES):
        on = judge.versions.dated[0].since
        born_after = evolve(unborn, birth_date=on + DAY)
        with pytest.raises(InvalidError) as caught:
            judge.decide(born_after, on=on)
        said = "decision: 1 problem\n  on: expected a day from the birth on, found an earlier day"
        assert str(caught.value) == said


@pytest.mark.parametrize(
    ("build", "fault"),
    [
        pytest.param(
            lambda: policy(Dated(FIRST, (), OLD)),
            "versions.dated[0].value: expected at least one criterion, found none",
            id="empty",
        ),
        pytest.param(
            lambda: policy(Dated(FIRST, (ADULT, ADULT), OLD)),
            "versions.dated[0].value: expected each name once, found one twice",
            id="one name twice",
        ),
        pytest.param(
            lambda: policy(Dated(FIRST, (ADULT,), OLD), Dated(SECOND, (), NEW)),
            "versions.dated[1].value: expected at least one criterion, found none",
            id="empty from the second version on",
        ),
        pytest.param(
            lambda: policy(Dated(FIRST, (ADULT, criterion("twin", TWIN < 65)), OLD)),
            "versions.dated[0].value: expected one fact of each name, found two",
            id="two facts of one name",
        ),
    ],
)
def test_a_policy_that_cannot_decide_is_refused(build: Callable[[], Policy], fault: str) -> None:
    with pytest.raises(InvalidError) as caught:
        build()

    assert str(caught.value) == f"policy 'example': 1 problem\n  {fault}"


def test_a_policy_has_a_version() -> None:
    with pytest.raises(InvalidError) as caught:
        policy()

    assert [fault.path for fault in caught.value.faults] == [("dated",)]


@given(st.lists(predicates(), min_size=1, max_size=3), patients(), days())
def test_a_decision_is_the_worst_of_its_criteria_and_keeps_what_it_saw(
    trees: list[Predicate], known: Patient, on: date
) -> None:
    criteria = tuple(criterion(f"criterion-{n}", tree) for n, tree in enumerate(trees))
    decision = policy(Dated(FIRST, criteria, OLD)).decide(known, on=on)
    sheet = read_facts(FACTS.values(), known, on=on)
    values, told = sheet.values(), sheet.told()
    truths = [evaluate(tree, values) for tree in trees]

    assert [result.criterion for result in decision.results] == list(criteria)
    assert [result.explanation for result in decision.results] == [
        explain(tree, values, told) for tree in trees
    ]
    assert [result.truth for result in decision.results] == truths
    assert decision.verdict is min(truths, key=[Truth.NO, Truth.UNKNOWN, Truth.YES].index)
    whole = AllOf(tuple(trees))
    assert decision.missing == tuple(fact.name for fact in open_facts(whole, values))
    no = decision.verdict is Truth.NO
    assert decision.changes == (smallest_changes(whole, values) if no else ())
    assert [result.evidence for result in decision.results] == [
        evidence(tree, values, told) for tree in trees
    ]


def test_a_decision_says_what_would_make_it_a_yes() -> None:
    decision = CHANGING.decide(patient(date(2010, 1, 1), dangerous=True), on=FIRST)
    assert decision.changes == ()  # the age cannot change

    ((change,),) = CHANGING.decide(patient(date(2000, 1, 1), dangerous=True), on=FIRST).changes
    assert change.words == "dangerous is false"


def test_what_a_policy_leaves_open_goes_with_its_decisions() -> None:
    partial = evolve(CHANGING, left_open=("Who refers the patient.",))

    assert partial.decide(patient(), on=FIRST).left_open == ("Who refers the patient.",)


@given(patients(), days())
def test_facts_read_before_give_the_same_decision(known: Patient, on: date) -> None:
    held = (fact for one in CONTRADICTIONS for fact in facts_in(one.predicate))
    sheet = read_facts(dict.fromkeys((*CHANGING.facts(on=on), *held)), known, on=on)

    decision = CHANGING.decide(known, on=on)
    assert evolve(CHANGING.decide_sheet(sheet), unjudged=decision.unjudged) == decision


def test_decisions_are_values() -> None:
    decision = CHANGING.decide(patient(dangerous=True), on=FIRST)

    assert decision == CHANGING.decide(patient(dangerous=True), on=FIRST)
    assert hash(decision) == hash(CHANGING.decide(patient(dangerous=True), on=FIRST))
    assert decision != CHANGING.decide(patient(dangerous=False), on=FIRST)


def test_policies_and_decisions_survive_pickling() -> None:
    decision = CHANGING.decide(patient(dangerous=True), on=FIRST)

    assert pickle.loads(pickle.dumps(CHANGING)) == CHANGING
    assert pickle.loads(pickle.dumps(decision)) == decision


def test_a_policy_is_found_by_its_name() -> None:
    for shipped in POLICIES:
        assert find_policy(shipped.name) is shipped
    assert [shipped.name for shipped in POLICIES] == sorted({p.name for p in POLICIES})


def test_a_policy_that_nobody_ships_is_not_found() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'us-medicare-iop'") as caught:
        find_policy("us-medicar-iop")

    assert caught.value.kind == "policy"
    assert "us-medicare-iop" in caught.value.known
