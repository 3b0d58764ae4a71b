"""Policies, facts and comparisons for people to read, as plain text."""

from iopkit.eligibility.analysis import Contrast, Difference
from iopkit.eligibility.kinds import Number
from iopkit.eligibility.policies import Policy
from iopkit.eligibility.predicates import AnyFact, describe, facts_in
from iopkit.reports.lines import below, fold, in_force_lines, item, link, page, whose
from iopkit.truth import Truth


def policy_text(policy: Policy) -> str:
    """A policy's versions with each criterion and source."""
    lines = [f"policy {policy.name}: {policy.title}", whose(policy.scope)]
    for version in policy.versions.dated:
        lines += ["", *in_force_lines(version)]
        for criterion in version.value:
            lines += [
                item(criterion.meaning),
                below(f"{describe(criterion.predicate)}  ({criterion.source})"),
            ]
    if policy.left_open:
        lines += ["", "Not judged here:", *map(item, policy.left_open)]
    return page(lines)


def fact_text(fact: AnyFact) -> str:
    """A fact's meaning, values and source."""
    unit = f" {fact.kind.unit}" if isinstance(fact.kind, Number) else ""
    source = [f"  source: {fact.source}", *link(fact.source)] if fact.source else []
    lines = [f"fact {fact.name}", item(fact.meaning), f"  values: {fact.kind.expectation()}{unit}"]
    return page(lines + source)


def comparison_text(difference: Difference) -> str:
    """Where two policies differ, with made-up patients and the criteria behind it."""
    named = zip("AB", difference.policies, strict=True)
    lines = [
        *(f"{side}: {policy.name}, {policy.title}" for side, policy in named),
        f"compared for {difference.on}",
        "",
        "SAME: every patient gets the same verdict, whatever is known."
        if difference.same
        else "DIFFERENT: some patients, such as these made-up ones, get another verdict.",
    ]
    for contrast in difference.contrasts:
        lines += ["", *_contrast_lines(contrast, difference)]
    return page(lines)


_SAYS = {Truth.YES: "yes", Truth.NO: "no", Truth.UNKNOWN: "undetermined"}


def _contrast_lines(contrast: Contrast, difference: Difference) -> list[str]:
    """A patient, what matters first, and what each policy says and why."""
    behind = [criterion for side in contrast.deciding for criterion in side]
    asked = [fact for criterion in behind for fact in facts_in(criterion.predicate)]
    every = [fact for policy in difference.policies for fact in policy.facts(on=difference.on)]
    values = contrast.facts.values()
    facts = dict.fromkeys([*asked, *every])
    known = [fact.seen_as(values[fact.name]) for fact in facts if values[fact.name] is not None]
    rest = ["nothing else is known"] if len(known) < len(facts) else []
    lines = [fold(f"Patient: {'; '.join([*known, *rest])}.", 4)]
    for side, verdict, criteria in zip("AB", contrast.verdicts, contrast.deciding, strict=True):
        why = ":" if criteria else ", and does not ask about that."
        lines.append(f"{side} says {_SAYS[verdict]}{why}")
        for criterion in criteria:
            words = f"{describe(criterion.predicate)}  ({criterion.source})"
            lines += [item(criterion.meaning), below(words)]
    return lines
