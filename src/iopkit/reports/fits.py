"""Fits and proposals for people to read, as plain text.

Calling one of these is the explicit act that shows a patient's values.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from iopkit.checks.fitting import Fit
from iopkit.checks.proposals import Proposal, Proposals, Remaining
from iopkit.plans.notes import NoteKind, NoteSubject
from iopkit.prose import counted, duration_text
from iopkit.reports.decisions import ADVICE
from iopkit.reports.lines import ASSUMED_IN_FORCE, item, page


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
            if note.matter.kind is NoteKind.COLLISION or note.matter is NoteSubject.SOURCE_DISAGREES
        ]
        blocks.append(page(lines))
    return page([*blocks, ADVICE], apart=2)


def proposals_text(proposals: Proposals) -> str:
    """The changes proposed, what each costs, and what is left."""
    blocks = [proposals.words]
    if any(judgment.assumed_in_force for judgment in proposals.judgments):
        blocks.append(f"{ASSUMED_IN_FORCE}: in some weeks a requirement set is not known to be.")
    left = _left_words(proposals.left)
    for rank, proposal in enumerate(proposals.found, 1):
        lines = [f"{rank}. {_size(proposal)}"]
        lines += [item(revision.words) for revision in proposal.revisions]
        more = (words for words in _left_words(proposal.left) if words not in left)
        lines += [item(f"not met then: {words}") for words in more]
        blocks.append(page(lines))
    if left:
        blocks.append(page(["Unmet or open, whatever is proposed:", *map(item, left)]))
    return page([*blocks, ADVICE], apart=2)


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
