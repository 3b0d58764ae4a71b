"""What versions of iopkit did to shipped rules, and which stored decisions they speak of."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby

from iopkit.documents.values import Raw
from iopkit.eligibility.policies import Decision
from iopkit.library.rule_changes import (
    RULE_CHANGES,
    ChangedRule,
    Happened,
    RuleChange,
    RuleKind,
    version_of,
)
from iopkit.reports.lines import fold


def rules_since(
    version: str, *, changes: Iterable[RuleChange] | None = None
) -> tuple[RuleChange, ...]:
    """What versions of iopkit after one did to shipped rules, in the order of versions.

    Args:
        version: of iopkit, such as ``0.1.0``; ``0.0.0`` is before all.
        changes: what to look through; what is shipped, if not given.

    Raises:
        InvalidError: ``version`` is not made of numbers with dots between.

    Example:
        >>> first = rules_since("0.0.0")[0]
        >>> first.version, first.happened.value, first.kind.value, first.rules[1].name
        ('0.1.0', 'added', 'policy', 'us-al-iop')
    """
    known = version_of(version)
    among = RULE_CHANGES if changes is None else changes
    later = (change for change in among if version_of(change.version) > known)
    return tuple(sorted(later, key=lambda change: version_of(change.version)))


def affected(
    decisions: Iterable[Decision], *, since: str, changes: Iterable[RuleChange] | None = None
) -> tuple[Decision, ...]:
    """Those stored decisions that rest on rules which versions of iopkit ended or corrected.

    A decision rests on a corrected rule if it was made by that policy, in the version of it that
    was corrected, and has one of the criteria that are named, if some are. It rests on one that
    ended if it is for a day from the end on: for earlier days the rule holds as it did.

    A decision does not know which iopkit has made it. So one that was made after the correction is
    among them, and nothing is decided again here. Of a placement, the decisions are those of
    its rungs: ``result.decision`` for each of ``placement.results``.

    Args:
        since: the version of iopkit after which to look, such as the one that was in use when
            the decisions were made.
        changes: what to look through; what is shipped, if not given.

    Returns:
        The decisions in their order; empty if none is affected.

    Raises:
        InvalidError: ``since`` is not made of numbers with dots between.

    Example:
        >>> from datetime import date
        >>> from iopkit.eligibility import FactSheet
        >>> from iopkit.library import find_policy
        >>> rule = ChangedRule("us-medicare-iop", date(2024, 1, 1))
        >>> made_up = RuleChange(
        ...     *("0.2.0", Happened.CORRECTED, RuleKind.POLICY, (rule,), "Ten hours.", "1.rules.md")
        ... )
        >>> sheet = FactSheet.of((), {}, on=date(2026, 1, 5))
        >>> decision = find_policy("us-medicare-iop").decide_sheet(sheet)
        >>> [found.policy for found in affected([decision], since="0.1.0", changes=[made_up])]
        ['us-medicare-iop']
        >>> affected([decision], since="0.2.0", changes=[made_up])
        ()
    """
    later = rules_since(since, changes=changes)
    return tuple(
        decision
        for decision in decisions
        if any(_rests_on(decision, change, rule) for change in later for rule in change.rules)
    )


def _rests_on(decision: Decision, change: RuleChange, rule: ChangedRule) -> bool:
    """Whether a decision was made by what a change has ended or corrected."""
    own = {rule.name} if change.kind is RuleKind.POLICY else set[str]()
    if decision.policy not in own.union(change.policies):
        return False
    if rule.since is not None and rule.since != decision.since:
        return False
    if rule.end is not None:
        return decision.on >= rule.end
    judged = {result.criterion.name for result in decision.results}
    named = not change.criteria or not judged.isdisjoint(change.criteria)
    return change.happened is Happened.CORRECTED and named


def rules_text(changes: Iterable[RuleChange]) -> str:
    """What versions did to shipped rules, as plain text; empty if there is nothing."""
    blocks: list[str] = []
    # What one sentence of the changelog says of several kinds stands under it once.
    for (version, happened, words), some in groupby(
        changes, key=lambda change: (change.version, change.happened, change.words)
    ):
        lines = [fold(f"{version}, {happened.value}: {words}", 2)]
        for change in some:
            lines.append(f"  {change.kind.label}:")
            lines += [f"    {_rule_text(rule)}" for rule in change.rules]
            if change.policies or change.criteria:
                lines.append(fold(f"    in {', '.join(change.policies + change.criteria)}", 6))
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _rule_text(rule: ChangedRule) -> str:
    since = f", from {rule.since}" if rule.since else ""
    end = f", up to {rule.end - timedelta(days=1)}" if rule.end else ""
    return f"{rule.name}{since}{end}"


def rules_document(changes: Iterable[RuleChange]) -> list[dict[str, Raw]]:
    """The same as plain values; they are shown and not read back."""
    return [
        {
            "version": change.version,
            "happened": change.happened.value,
            "kind": change.kind.value,
            "rules": [
                {
                    "name": rule.name,
                    "since": rule.since and rule.since.isoformat(),
                    "end": rule.end and rule.end.isoformat(),
                }
                for rule in change.rules
            ],
            "words": change.words,
            "policies": list(change.policies),
            "criteria": list(change.criteria),
        }
        for change in changes
    ]
