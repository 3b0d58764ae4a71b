"""Histories: which of some entries fit together, and why the others do not."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import takewhile
from uuid import UUID

from attrs import field

from iopkit.confidential import hidden
from iopkit.courses.corrections import Corrections
from iopkit.courses.entries import Entry
from iopkit.courses.judging import Judge
from iopkit.courses.misfits import Misfit, SetApart
from iopkit.courses.ordering import entries_in_order
from iopkit.courses.timelines import Timeline
from iopkit.fields import frozen


class Resumption:
    """What it takes to go on with a history from its last day on, and not from its first.

    ``judge`` has seen the days before ``day``, of which ``before`` entries count. It is only
    copied, never gone on with.
    """

    def __init__(self, judge: Judge, day: date, *, before: int, keys: set[UUID]) -> None:
        self.judge, self.day, self.before, self.keys = judge, day, before, keys

    __repr__ = hidden


@frozen(repr=False)
class History:
    """The entries of a course in order, those of them that count, and those that are set apart.

    ``counting`` has, of each entry and its corrections, the last, where that is no withdrawal.
    """

    entries: tuple[Entry, ...]
    counting: tuple[Entry, ...]
    apart: tuple[SetApart, ...]
    resumption: Resumption | None = field(default=None, init=False, eq=False)

    def counting_by(self, day: date) -> tuple[Entry, ...]:
        """Those that count up to a day, that one too."""
        return self.counting[: bisect_right(self.counting, day, key=_day)]

    def grown(self, entries: Sequence[Entry], timeline: Timeline) -> "History | None":
        """The history with more entries of its last day or later, if that is all that they are.

        It is what ``history_of`` gives for all of them, at a cost that does not depend on the
        days before. ``None``: they correct others or are there already, do not fit or are of
        earlier days, or something was set apart that might fit now.
        """
        last, keys = self.resumption, {entry.key for entry in entries}
        if last is None or self.apart or len(keys) < len(entries) or not keys.isdisjoint(last.keys):
            return None
        if any(entry.replaces or entry.on < last.day for entry in entries):
            return None
        counting = entries_in_order((*self.counting[last.before :], *entries), timeline.sessions)
        judge = last.judge.copy()
        misfits, resumption = _judged(counting, judge, before=last.before, keys=last.keys | keys)
        if misfits:
            return None
        kept = bisect_left(self.entries, last.day, key=_day)
        later = entries_in_order((*self.entries[kept:], *entries), timeline.sessions)
        grown = History(
            (*self.entries[:kept], *later), (*self.counting[: last.before], *counting), ()
        )
        return _to_go_on(grown, resumption)

    __repr__ = hidden


def history_of(entries: Iterable[Entry], timeline: Timeline) -> History:
    """Sort out which of some entries fit together: the same for any order of them.

    Those that count are taken one after another in their order, and each has to fit those before
    it. If a correction does not, what it was to correct counts again, and all are taken once more.
    """
    found, sessions = Corrections(entries), timeline.sessions
    chained = entries_in_order(found.chained, sessions)
    apart, dropped = dict(found.apart), set[UUID]()
    keys = {entry.key for entry in chained}
    while True:
        counting = found.counting(chained, dropped)
        misfits, resumption = _judged(counting, Judge(timeline), before=0, keys=keys)
        corrections = {entry: why for entry, why in misfits.items() if entry.replaces}
        if not corrections:
            break
        if len(corrections) == 1:
            # Of one that was corrected a thousand times there are no thousand judgments of all.
            (newest,) = corrections
            beside = {entry.key for entry in counting if entry is not newest}
            corrections |= _wrong_before(newest, found, chained, beside, Judge(timeline))
        apart |= corrections
        dropped.update(entry.key for entry in corrections)
    apart |= misfits
    if not apart:
        return _to_go_on(History(chained, tuple(counting), ()), resumption)
    wrong = {entry.key for entry in misfits}
    return History(
        tuple(each for each in chained if each.key not in dropped | wrong),
        tuple(each for each in counting if each.key not in wrong),
        tuple(SetApart(each, apart[each]) for each in entries_in_order(apart, sessions)),
    )


def _wrong_before(
    newest: Entry, found: Corrections, chained: Iterable[Entry], beside: set[UUID], judge: Judge
) -> dict[Entry, tuple[Misfit, ...]]:
    """The corrections before one that does not fit, back to what fits beside those that count."""
    older = found.replaced_by(newest)
    tried = {entry.key for entry in older}
    asked = beside | tried
    # What withdraws others fits wherever it is.
    misfits = judge.judge((e for e in chained if e.event and e.key in asked), tried=tried)
    return {e: misfits[e] for e in takewhile(misfits.__contains__, older) if e.replaces}


def _to_go_on(history: History, resumption: Resumption | None) -> History:
    """A new history, with where to go on: that is no part of its value, and is not given for it."""
    object.__setattr__(history, "resumption", resumption)
    return history


def _judged(
    counting: Sequence[Entry], judge: Judge, *, before: int, keys: set[UUID]
) -> tuple[dict[Entry, tuple[Misfit, ...]], Resumption | None]:
    """What does not fit of entries that follow what a judge has seen, and where to go on later."""
    if not counting:
        return {}, None
    day = counting[-1].on
    place = bisect_left(counting, day, key=_day)
    misfits = judge.judge(counting[:place])
    resumption = Resumption(judge.copy(), day, before=before + place, keys=keys)
    misfits |= judge.judge(counting[place:])
    return misfits | judge.wrong_make_ups(), resumption


def _day(entry: Entry) -> date:
    return entry.on
