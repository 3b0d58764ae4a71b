"""Corrections: of an entry and all that corrects it, the one that counts."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import groupby
from uuid import UUID

from iopkit.confidential import hidden
from iopkit.courses.entries import Entry
from iopkit.courses.misfits import Misfit


class Corrections:
    """Some entries in chains: each that replaces nothing, with all that corrects it in the end.

    What corrects an entry has to be recorded later than it. So all are looked at in the order in
    which they were recorded, each once, and no circle closes. ``apart`` has those that are in no
    chain, each with the reason.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.apart: dict[Entry, tuple[Misfit, ...]] = {}
        self._chains: defaultdict[UUID, list[Entry]] = defaultdict(list)
        known = self._by_key(entries)
        first: dict[UUID, UUID] = {}
        for _, at_once in groupby(sorted(known.values(), key=_recorded), key=_recorded):
            beside: defaultdict[UUID, list[Entry]] = defaultdict(list)
            for entry in at_once:
                if entry.replaces is None:
                    beside[entry.key].append(entry)
                elif entry.replaces in first:
                    beside[first[entry.replaces]].append(entry)
                else:
                    there = known.get(entry.replaces)
                    later = there is not None and _recorded(there) >= _recorded(entry)
                    why = Misfit.RECORDED_BEFORE if later else Misfit.NOTHING_TO_REPLACE
                    self.apart[entry] = (why,)
            for corrected, each in beside.items():
                if len(each) > 1:
                    self.apart |= dict.fromkeys(each, (Misfit.CORRECTED_AT_ONCE,))
                else:
                    self._chains[corrected] += each
                    first[each[0].key] = corrected

    def _by_key(self, entries: Iterable[Entry]) -> Mapping[UUID, Entry]:
        known: dict[UUID, Entry] = {}
        twice: set[UUID] = set()
        for entry in dict.fromkeys(entries):
            if known.setdefault(entry.key, entry) is not entry:
                twice.add(entry.key)
                self.apart[entry] = (Misfit.KEY_TWICE,)
        self.apart |= {known.pop(key): (Misfit.KEY_TWICE,) for key in twice}
        return known

    @property
    def chained(self) -> Iterator[Entry]:
        """All entries that are in a chain."""
        return (entry for chain in self._chains.values() for entry in chain)

    def counting(self, apart: Mapping[Entry, object]) -> Iterator[Entry]:
        """The last recorded of each chain that is not set apart, unless it withdraws the chain."""
        for chain in self._chains.values():
            last = next((each for each in reversed(chain) if each not in apart), None)
            if last is not None and last.event is not None:
                yield last

    __repr__ = hidden


def _recorded(entry: Entry) -> datetime:
    # In one zone: times that a clock shows twice are equal to none of another zone.
    return entry.recorded.astimezone(UTC)
