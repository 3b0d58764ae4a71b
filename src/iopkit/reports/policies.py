"""Policies, facts and comparisons for people to read, as plain text."""

from iopkit.eligibility.analysis import Analysis, Contrast, Difference
from iopkit.eligibility.branches import Flaw, FlawKind
from iopkit.eligibility.considerations import Consideration
from iopkit.eligibility.kinds import Number
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.eligibility.predicates import AnyFact, describe, facts_in, in_words
from iopkit.reports.lines import below, fold, in_force_lines, item, link, page, whose
from iopkit.truth import Truth


def policy_text(policy: Policy) -> str:
    """A policy's versions with each criterion and source."""
    lines = [f"policy {policy.name}: {policy.title}", whose(policy.scope)]
    for version in policy.versions.dated:
        lines += ["", *in_force_lines(version)]
        for criterion in version.value:
            lines += _lines(criterion)
    if policy.considerations:
        lines += ["", "To weigh beside them; it decides nothing:"]
    for told in policy.considerations:
        lines += _lines(told, f"{told.way.value}: ")
    if policy.left_open:
        lines += ["", "Not judged here:", *map(item, policy.left_open)]
    return page(lines)


def _lines(asked: Criterion | Consideration, lead: str = "") -> list[str]:
    """What a criterion or consideration says, and below it what it asks and who says so."""
    where = below(f"{describe(asked.predicate)}  ({asked.source})")
    return [item(f"{lead}{asked.meaning}"), where]


def fact_text(fact: AnyFact, *, not_used: str = "") -> str:
    """A fact's meaning and values, which are worse, and its source.

    Args:
        not_used: why nothing that is shipped reads it; empty if something does.
    """
    unit = f" {fact.kind.unit}" if isinstance(fact.kind, Number) and fact.kind.unit else ""
    source = [f"  source: {fact.source}", *link(fact.source)] if fact.source else []
    lines = [f"fact {fact.name}", item(fact.meaning), f"  values: {fact.kind.expectation()}{unit}"]
    lines += [f"  worse: {fact.worse_in_words}"] if fact.worse_in_words else []
    unread = [fold(f"  not used: {not_used}", 4)] if not_used else []
    return page([*lines, *source, *unread])


def comparison_text(difference: Difference) -> str:
    """Where two policies differ, with made-up patients and the criteria behind it."""
    first, second = difference.days
    apart = [f" ({day})" if first != second else "" for day in difference.days]
    named = zip("AB", difference.policies, apart, strict=True)
    lines = [
        *(f"{side}: {policy.name}, {policy.title}{day}" for side, policy, day in named),
        *(() if first != second else (f"compared for {first}",)),
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
    sides = zip(difference.policies, difference.days, strict=True)
    every = [fact for policy, day in sides for fact in policy.facts(on=day)]
    values = contrast.facts.values()
    facts = dict.fromkeys([*asked, *every])
    known = [fact.seen_as(values[fact.name]) for fact in facts if values[fact.name] is not None]
    rest = ["nothing else is known"] if len(known) < len(facts) else []
    lines = [fold(f"Patient: {'; '.join([*known, *rest])}.", 4)]
    for side, verdict, criteria in zip("AB", contrast.verdicts, contrast.deciding, strict=True):
        why = ":" if criteria else ", and does not ask about that."
        lines.append(f"{side} says {_SAYS[verdict]}{why}")
        for criterion in criteria:
            lines += _lines(criterion)
    return lines


def analysis_text(analysis: Analysis) -> str:
    """What is wrong with a policy, criterion by criterion and branch by branch."""
    lead = f"policy {analysis.policy}, in force since {analysis.since}"
    if analysis.sound:
        return f"{lead}\n\nNothing found: every criterion and every branch of it counts."
    told = {
        "Nobody can be eligible, as nobody meets these together:": analysis.contradiction,
        "Each could be dropped, alone, and no verdict would change:": analysis.redundant,
        "Unmet for nobody:": analysis.never_unmet,
        "Met by nobody:": analysis.never_met,
        "Within criteria:": [_flaw_words(flaw) for flaw in analysis.flaws],
    }
    blocks = ["\n".join([says, *map(item, found)]) for says, found in told.items() if found]
    if analysis.admits_unknown:
        blocks.append("A patient of whom nothing is known is eligible.")
    return "\n\n".join([lead, *blocks])


_FLAWS = {
    FlawKind.HOLE: "takes what is below and above, but not",
    FlawKind.NEVER_HOLDS: "never holds",
    FlawKind.ALWAYS_HOLDS: "always holds where it is known",
    FlawKind.REPEATED: "says again what a part before it says",
    FlawKind.MAKES_NO_DIFFERENCE: "makes no difference and could be dropped",
}


def _flaw_words(flaw: Flaw) -> str:
    where = f", at {flaw.where}" if flaw.where else ""
    value = "" if flaw.value is None else f" {in_words(flaw.value)}"
    return f'{flaw.criterion}{where}: "{flaw.words}" {_FLAWS[flaw.kind]}{value}.'
