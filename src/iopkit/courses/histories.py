"""Histories: which of some entries fit together, and why the others do not."""

from collections.abc import Iterable

from iopkit.confidential import hidden
from iopkit.courses.corrections import Corrections
from iopkit.courses.entries import Entry
from iopkit.courses.judging import Judge
from iopkit.courses.misfits import SetApart
from iopkit.courses.ordering import entries_in_order
from iopkit.courses.timelines import Timeline
from iopkit.fields import frozen


@frozen(repr=False)
class History:
    """The entries of a course in order, those of them that count, and those that are set apart.

    ``counting`` has, of each entry and its corrections, the last, where that is no withdrawal.
    """

    entries: tuple[Entry, ...]
    counting: tuple[Entry, ...]
    apart: tuple[SetApart, ...]

    __repr__ = hidden


def history_of(entries: Iterable[Entry], timeline: Timeline) -> History:
    """Sort out which of some entries fit together: the same for any order of them.

    Those that count are taken one after another in their order, and each has to fit those before
    it. If a correction does not, what it was to correct counts again, and all are taken once more.
    """
    found, sessions = Corrections(entries), timeline.sessions
    dropped = dict(found.apart)
    while True:
        counting = entries_in_order(found.counting(dropped), sessions)
        misfits = Judge(timeline).misfits(counting)
        corrections = {entry: why for entry, why in misfits.items() if entry.replaces}
        if not corrections:
            break
        dropped |= corrections
    apart = dropped | misfits
    return History(
        entries_in_order((each for each in found.chained if each not in apart), sessions),
        tuple(each for each in counting if each not in misfits),
        tuple(SetApart(each, apart[each]) for each in entries_in_order(apart, sessions)),
    )
