"""Fits and proposals: as plain text for people, and as plain values.

Calling one of these is the explicit act that shows a patient's values.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from iopkit.checks.fitting import Fit, Judgment
from iopkit.checks.proposals import Proposal, Proposals, Remaining
from iopkit.documents.documents import to_document
from iopkit.plans.notes import NoteKind
from iopkit.prose import counted
from iopkit.reports.decisions import ADVICE
from iopkit.reports.plans import duration_text, item


def fits_text(fits: Iterable[Fit]) -> str:
    """Programs in the order of their rank, each with the reasons for it and what collides."""
    blocks: list[str] = []
    for rank, fit in enumerate(fits, 1):
        track = f", {fit.track.title.lower()}" if fit.track else ""
        notes = fit.plan.notes if fit.plan else ()
        lines = [f"{rank}. {fit.program.name}: {fit.program.title}{track}"]
        lines += map(item, fit.reasons)
        lines += [
            item(f"to settle: {note.words}")
            for note in notes
            if note.matter.kind is NoteKind.COLLISION
        ]
        blocks.append("\n".join(lines))
    return "\n\n".join([*blocks, ADVICE])


def fit_document(fit: Fit) -> dict[str, Any]:  # Any: plain JSON values of any type
    """A fit as plain values; it is shown and not read back."""
    return {
        "program": fit.program.name,
        "track": fit.track.name if fit.track else None,
        "meets": fit.truth.value,
        "reasons": list(fit.reasons),
        "plan": to_document(fit.plan) if fit.plan else None,
        "findings": _findings(fit.judgments),
        "moved": fit.standing.moved,
        "unplaced": fit.standing.unplaced,
    }


def proposals_text(proposals: Proposals) -> str:
    """The changes proposed, what each costs, and what is left."""
    blocks = [proposals.words]
    left = _left_words(proposals.left)
    for rank, proposal in enumerate(proposals.found, 1):
        lines = [f"{rank}. {_size(proposal)}"]
        lines += [item(revision.words) for revision in proposal.revisions]
        more = (words for words in _left_words(proposal.left) if words not in left)
        lines += [item(f"not met then: {words}") for words in more]
        blocks.append("\n".join(lines))
    if left:
        blocks.append("\n".join(["Unmet or open, whatever is proposed:", *map(item, left)]))
    return "\n\n".join([*blocks, ADVICE])


def _size(proposal: Proposal) -> str:
    size = proposal.size
    if not size.sessions:
        return "No session changes"
    verb = "changes" if size.sessions == 1 else "change"
    said = f"{counted(size.sessions, 'session')} {verb}"
    if size.minutes:
        said += f", by {duration_text(timedelta(minutes=round(proposal.minutes_a_week)))} a week"
    if size.days_moved:
        said += f", on another day ({size.days_moved} away)"
    return said


def _left_words(left: Iterable[Remaining]) -> list[str]:
    """What is left, findings of one requirement and reason together."""
    found = Counter((each.requirements, each.finding.requirement.name, each.why) for each in left)
    return [
        f"{requirements}, {name}{f', {number} times' if number > 1 else ''}: {why.words}"
        for (requirements, name, why), number in found.items()
    ]


def proposals_document(
    proposals: Proposals,
) -> dict[str, Any]:  # Any: plain JSON values of any type
    """Proposals as plain values; they are shown and not read back, the plans in them are."""
    return {
        "wanted": proposals.wanted,
        "complete": proposals.complete,
        "findings": _findings(proposals.judgments),
        "left": _left(proposals.left),
        "proposals": [
            {
                "changes": [revision.words for revision in proposal.revisions],
                "minutes": proposal.size.minutes,
                "days_moved": proposal.size.days_moved,
                "sessions": proposal.size.sessions,
                "plan": to_document(proposal.plan),
                "findings": _findings(proposal.judgments),
                "left": _left(proposal.left),
            }
            for proposal in proposals.found
        ],
    }


def _findings(judgments: Iterable[Judgment]) -> dict[str, list[dict[str, Any]]]:
    return {
        judgment.requirements.name: [to_document(finding) for finding in judgment.findings]
        for judgment in judgments
    }


def _left(left: Iterable[Remaining]) -> list[dict[str, Any]]:
    return [
        {
            "requirements": each.requirements,
            "finding": to_document(each.finding),
            "why": each.why.value,
        }
        for each in left
    ]
