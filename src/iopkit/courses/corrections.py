"""Corrections: of an entry and all that corrects it, the one that counts."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from iopkit.confidential import hidden
from iopkit.courses.entries import Entry
from iopkit.courses.misfits import Misfit


class Corrections:
    """Some entries in chains: each that replaces nothing, with all that corrects it in the end.

    What corrects an entry has to be recorded later than it. So corrections are looked at in the
    order in which they were recorded, each once, and no circle closes. ``apart`` has those that
    are in no chain, each with the reason. Entries are told apart by their keys: to hash one goes
    through all its fields, and takes as long as to judge it.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.apart: dict[Entry, tuple[Misfit, ...]] = {}
        known = self._by_key(entries)
        self._chains = {key: [each] for key, each in known.items() if each.replaces is None}
        if len(self._chains) < len(known):
            self._chain(known)

    def _by_key(self, entries: Iterable[Entry]) -> Mapping[UUID, Entry]:
        known: dict[UUID, Entry] = {}
        twice: set[UUID] = set()
        for entry in entries:
            first = known.setdefault(entry.key, entry)
            if first is not entry and first != entry:
                twice.add(entry.key)
                self.apart[entry] = (Misfit.KEY_TWICE,)
        self.apart |= {known.pop(key): (Misfit.KEY_TWICE,) for key in twice}
        return known

    def _chain(self, known: Mapping[UUID, Entry]) -> None:
        """Put each correction behind all that it corrects in the end."""
        first = {key: key for key in self._chains}
        corrections = [(each, each.replaces) for each in known.values() if each.replaces]
        corrections.sort(key=_told)
        for _, at_once in groupby(corrections, key=_told):
            beside: defaultdict[UUID, list[Entry]] = defaultdict(list)
            for entry, key in at_once:
                replaced = known.get(key)
                if replaced is not None and replaced.recorded >= entry.recorded:
                    self.apart[entry] = (Misfit.RECORDED_BEFORE,)
                elif replaced is None or replaced.key not in first:
                    self.apart[entry] = (Misfit.NOTHING_TO_REPLACE,)
                else:
                    beside[first[replaced.key]].append(entry)
            for corrected, each in beside.items():
                if len(each) > 1:
                    self.apart |= dict.fromkeys(each, (Misfit.CORRECTED_AT_ONCE,))
                else:
                    self._chains[corrected] += each
                    first[each[0].key] = corrected

    @property
    def chained(self) -> Iterator[Entry]:
        """All entries that are in a chain."""
        return (entry for chain in self._chains.values() for entry in chain)

    def replaced_by(self, correction: Entry) -> Sequence[Entry]:
        """All that a correction that counts is to replace, newest first."""
        chain = next(each for each in self._chains.values() if correction in each)
        return chain[chain.index(correction) - 1 :: -1]

    def counting(self, chained: Sequence[Entry], dropped: Collection[UUID]) -> Sequence[Entry]:
        """Of all that are in a chain, in their order, those that count.

        It is the last recorded of each chain that is not dropped, unless it withdraws the chain.
        """
        if len(self._chains) == len(chained):
            return chained
        lasts: set[UUID] = set()
        for chain in self._chains.values():
            last = next((each for each in reversed(chain) if each.key not in dropped), None)
            if last is not None and last.event is not None:
                lasts.add(last.key)
        return [entry for entry in chained if entry.key in lasts]

    __repr__ = hidden


def _told(correction: tuple[Entry, UUID]) -> datetime:
    return correction[0].recorded
