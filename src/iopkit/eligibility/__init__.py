"""May they? Facts, predicates, policies and decisions."""

from iopkit.eligibility.explanations import Explanation, explain
from iopkit.eligibility.facts import FACTS, FactSheet, read_facts
from iopkit.eligibility.kinds import Choice, Kind, Number, Scalar, YesNo
from iopkit.eligibility.library import POLICIES, find_policy
from iopkit.eligibility.policies import Criterion, Decision, Policy, Result
from iopkit.eligibility.predicates import (
    AllOf,
    AnyFact,
    AnyOf,
    AtLeast,
    Compare,
    Evaluator,
    Fact,
    Known,
    Not,
    OneOf,
    Operator,
    Predicate,
    Values,
    compiled,
    describe,
    evaluate,
    facts_in,
)

__all__ = [
    "FACTS",
    "POLICIES",
    "AllOf",
    "AnyFact",
    "AnyOf",
    "AtLeast",
    "Choice",
    "Compare",
    "Criterion",
    "Decision",
    "Evaluator",
    "Explanation",
    "Fact",
    "FactSheet",
    "Kind",
    "Known",
    "Not",
    "Number",
    "OneOf",
    "Operator",
    "Policy",
    "Predicate",
    "Result",
    "Scalar",
    "Values",
    "YesNo",
    "compiled",
    "describe",
    "evaluate",
    "explain",
    "facts_in",
    "find_policy",
    "read_facts",
]
