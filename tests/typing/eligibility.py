"""What the types of facts, predicates and policies say: checked by mypy, never run."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, assert_type
from uuid import UUID

from iopkit import FACTS, Decision, Fact, Patient, Policy, Truth, find_policy
from iopkit.eligibility import (
    AllOf,
    AnyFact,
    AnyOf,
    AtLeast,
    Change,
    Choice,
    Compare,
    Evidence,
    Explanation,
    FactSheet,
    Known,
    Not,
    Number,
    OneOf,
    Possible,
    Predicate,
    Value,
    YesNo,
    compiled,
    describe,
    evaluate,
    evidence,
    explain,
    open_facts,
    read_facts,
    smallest_changes,
)

patient = Patient(key=UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))
day = date(2026, 1, 5)


def count_children(patient: Patient, on: date) -> int | None:
    return None


children = Fact("children", Number(0, 20, whole=True), "Children at home.", count_children)
at_work: Fact[Patient, bool] = Fact("at_work", YesNo(), "Has work.", lambda _, __: None)
stage: Fact[Patient, str] = Fact("stage", Choice(("one", "two")), "Stage.", lambda _, __: None)

# A declaration knows its subject and the type of its values.

assert_type(children, Fact[Patient, int])
assert_type(children.read(patient, day), int | Possible | None)
assert_type(FACTS["age"], Fact[Any, Any])
assert_type(FACTS, Mapping[str, AnyFact])

Fact("children", Number(0, 20), "Children at home.", len)  # type: ignore[arg-type]
Fact("children", "number", "Children at home.", count_children)  # type: ignore[arg-type]
listed: Fact[Patient, list[int]]  # type: ignore[type-var]
children.kind = YesNo()  # type: ignore[misc]

# Its operators take values of that type and build predicates.

assert_type(children >= 2, Compare)
assert_type(children > 2, Compare)
assert_type(children <= 2, Compare)
assert_type(children < 2, Compare)
assert_type(2 <= children, Compare)  # noqa: SIM300  # a bound on the left is what is checked
assert_type(children.at_least(2), Compare)
assert_type(children.equals(2), Compare)
assert_type(children.is_in(1, 2), OneOf)
assert_type(children.is_known, Known)
assert_type(at_work.equals(True), Compare)

describe(children >= "2")  # type: ignore[operator]
describe(children < None)  # type: ignore[operator]
describe("2" >= children)  # type: ignore[operator]  # noqa: SIM300  # as above
children.equals("2")  # type: ignore[arg-type]
children.is_in(1, "2")  # type: ignore[arg-type]
at_work.equals("yes")  # type: ignore[arg-type]
stage.at_least(2)  # type: ignore[arg-type]
children.is_known()  # type: ignore[operator]

# Predicates are joined with &, | and ~, and each join has its own class.

two_or_more = children >= 2
assert_type(two_or_more & at_work.equals(True), AllOf)
assert_type(two_or_more | at_work.equals(True), AnyOf)
assert_type(~two_or_more, Not)
assert_type(two_or_more & two_or_more & two_or_more, AllOf)
assert_type(two_or_more | ~two_or_more & children.is_known, AnyOf)
joined: Predicate = AtLeast(1, (two_or_more, children.is_known))

two_or_more & True  # type: ignore[arg-type]
two_or_more | children  # type: ignore[arg-type]
~children  # type: ignore[operator]
AllOf([two_or_more])  # type: ignore[arg-type]
AtLeast((two_or_more,))  # type: ignore[call-arg, arg-type]
Compare(children, ">=", 2)  # type: ignore[arg-type]
AllOf((two_or_more,), "a label")  # type: ignore[call-arg]

# Readers of predicates and facts.

assert_type(evaluate(joined, {"children": 2}), Truth)
assert_type(explain(joined, {"children": None}), Explanation)
assert_type(open_facts(joined, {}), tuple[AnyFact, ...])
assert_type(smallest_changes(joined, {}), tuple[tuple[Change, ...], ...])
assert_type(evidence(joined, {}), tuple[Evidence, ...])
assert_type(compiled(joined), Callable[[Mapping[str, Value]], Truth])
assert_type(describe(joined), str)
assert_type(read_facts([children], patient, on=day), FactSheet)
assert_type(read_facts(FACTS.values(), patient, on=day).values(), Mapping[str, Value])

evaluate(children, {})  # type: ignore[arg-type]
evaluate(joined, {"children": [2]})  # type: ignore[dict-item]
evaluate(joined, patient)  # type: ignore[arg-type]
read_facts([children], patient, day)  # type: ignore[call-arg]
read_facts([children], "patient", on=day)  # type: ignore[misc]
FACTS["mine"] = children  # type: ignore[index]
Choice(["mild", "severe"])  # type: ignore[arg-type]

# Policies.

policy = find_policy("us-medicare-iop")
assert_type(policy, Policy)
assert_type(policy.decide(patient, on=day), Decision)
assert_type(policy.decide(patient, on=day).verdict, Truth)
assert_type(policy.decide(patient, on=day).missing, tuple[str, ...])
assert_type(policy.facts(on=day), tuple[AnyFact, ...])

policy.decide(patient)  # type: ignore[call-arg]
policy.decide(patient, day)  # type: ignore[call-arg]
policy.decide(patient, on="2026-01-05")  # type: ignore[arg-type]
policy.decide("patient", on=day)  # type: ignore[arg-type]
policy.decide(patient, on=day).verdict = Truth.YES  # type: ignore[misc]
