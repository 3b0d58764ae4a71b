"""One patient against eight criteria: a verdict, an explanation, a decision."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial
from importlib import import_module
from itertools import product
from uuid import UUID

from measure import Case, Contender, optional

from iopkit import FACTS, Patient, Truth, find_policy
from iopkit.eligibility import (
    AllOf,
    Compare,
    Predicate,
    Scalar,
    compiled,
    explain,
    facts_in,
    read_facts,
)
from iopkit.patients import Assessment, Substance, SubstanceUseDisorder

Facts = Mapping[str, Scalar | None]

DAY = date(2026, 1, 5)
POLICY = find_policy("us-medicare-iop")
CRITERIA: tuple[Predicate, ...] = (
    *(criterion.predicate for criterion in POLICY.versions.on(DAY).value),
    FACTS["age"] >= 18,
)
PREDICATE = AllOf(CRITERIA)

# Meets every criterion, so that nobody can stop early.
PATIENT = Patient(
    UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11"),
    date(1986, 2, 3),
    diagnoses=(SubstanceUseDisorder(Substance.ALCOHOL, 6, "F10.20", date(2025, 12, 29)),),
    assessments=(
        Assessment(
            date(2026, 1, 2),
            needed_per_week=timedelta(hours=12),
            benefit_likely=True,
            needs_24_hour_care=False,
            support_adequate=True,
            dangerous=False,
            able_to_participate=True,
        ),
    ),
)
VALUES: Facts = dict(read_facts(facts_in(PREDICATE), PATIENT, on=DAY).values())


def _compare(criterion: Predicate) -> Compare:
    if isinstance(criterion, Compare):
        return criterion
    raise TypeError(f"expected a comparison, got {type(criterion).__name__}")


def _both_sides(compare: Compare) -> tuple[Scalar, Scalar]:
    """A value that just meets a comparison, and one that just does not."""
    value = compare.value
    if isinstance(value, bool):
        return value, not value
    if isinstance(value, (int, float)):
        return value, value - 1
    raise TypeError(f"expected a number or a truth value, got {type(value).__name__}")


def _patients() -> tuple[Facts, ...]:
    """Facts that meet and do not meet each criterion, in all combinations."""
    compares = [_compare(criterion) for criterion in CRITERIA]
    names = [compare.fact.name for compare in compares]
    sides = product(*map(_both_sides, compares))
    return tuple(dict(zip(names, values, strict=True)) for values in sides)


def _expression() -> str:
    """The predicate as zen-engine and rule-engine both read it.

    Truth values are asked bare, which is the faster form for them.
    """
    parts: list[str] = []
    for compare in map(_compare, CRITERIA):
        name = compare.fact.name
        if isinstance(compare.value, bool):
            parts.append(name if compare.value else f"not {name}")
        else:
            parts.append(f"{name} {compare.operator} {compare.value}")
    return " and ".join(parts)


def _contender(
    name: str, judge: Callable[[Facts], object], yes: object, note: str = ""
) -> Contender:
    return Contender(
        name,
        partial(judge, VALUES),
        lambda: [judge(values) == yes for values in (VALUES, *_patients())],
        note,
    )


def _zen_engine() -> Contender:
    note = "yes or no, no reasons; a fact that is not known is an error"
    judge = import_module("zen").compile_expression(_expression()).evaluate
    return _contender("zen-engine", judge, yes=True, note=note)


def _rule_engine() -> Contender:
    note = "yes or no, no reasons; an absent fact is an error, an empty one counts as no"
    judge = import_module("rule_engine").Rule(_expression()).matches
    return _contender("rule-engine", judge, yes=True, note=note)


def verdict() -> Case:
    """The verdict alone, from a mapping of facts."""
    ours = _contender("iopkit", compiled(PREDICATE), Truth.YES)
    peers = optional("zen-engine", _zen_engine), optional("rule-engine", _rule_engine)
    return Case("verdict", f"1 patient, {len(CRITERIA)} criteria", ours, peers)


def explanation() -> Case:
    """The verdict with every criterion and the value that it saw, from a mapping of facts."""

    def judge(values: Facts) -> Truth:
        return explain(PREDICATE, values).truth

    ours = _contender("iopkit", judge, Truth.YES)
    peers = (optional("rule-engine", _rule_engine),)
    return Case("explain", f"1 patient, {len(CRITERIA)} criteria, explained", ours, peers)


def decision() -> Case:
    """The policy's own decision, facts read from the patient; nobody else does this."""
    criteria = len(POLICY.versions.on(DAY).value)

    def verdict_of_policy() -> Truth:
        return POLICY.decide(PATIENT, on=DAY).verdict

    ours = Contender("iopkit", verdict_of_policy, verdict_of_policy)
    if ours.answers() is not Truth.YES:
        raise SystemExit("decide: the patient must meet every criterion")
    return Case("decide", f"1 patient, {criteria} criteria, from the record", ours)
