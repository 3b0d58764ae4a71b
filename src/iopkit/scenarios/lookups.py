"""Look-ups: what attended sessions come to, worked out once for each set of them that occurs.

The rules of charges and of requirements are those of ``itemize`` and ``check``, and no others: they
are asked about one stay, and the answer stands for all that have attended the same.
"""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from iopkit.confidential import hidden
from iopkit.errors import refuse, unless

MOST_SESSIONS = 16
"""How many sessions rules can look at together: so many have 65,536 sets."""


class LookUp:
    """What the sessions of a stay come to, in spans of which each counts by itself.

    What is not known yet is worked out when it is first asked for, for all spans at once.

    Args:
        what: whose rules they are, for the error.
        spans: the places of each span's sessions.
        sessions: how many the stay has.
        work: what some of the sessions come to, a row for each span; of a span it depends on
            nothing but those of its own.

    Raises:
        InvalidError: a span has more than 16 sessions.
    """

    def __init__(
        self,
        what: str,
        spans: Sequence[Sequence[int]],
        sessions: int,
        work: Callable[[Sequence[int]], NDArray[np.int64]],
    ) -> None:
        longest = max(map(len, spans), default=0)
        refuse(
            what,
            unless(
                longest <= MOST_SESSIONS,
                "program",
                f"up to {MOST_SESSIONS} sessions that its rules look at together",
                f"{longest}",
            ),
        )
        self._columns = np.full((len(spans), longest), sessions, np.intp)
        for place, span in enumerate(spans):
            self._columns[place, : len(span)] = span
        self._work = work
        # The sets of all spans in one row; where the sets of each begin.
        self._begins = np.arange(len(spans), dtype=np.int32) << longest
        self._known = np.full(len(spans) << longest, -1, np.int32)
        nothing = work(()).T
        self._found: NDArray[np.int64] = nothing[..., :0]
        self._lock = Lock()
        self._keep(self._begins, nothing)

    def of(self, there: NDArray[np.bool_]) -> NDArray[np.int64]:
        """What each of some patients' sessions come to: figure by figure, by span and patient.

        Args:
            there: whether each attended each session, a row for each patient.
        """
        padded = np.zeros((there.shape[1] + 1, len(there)), np.int32)
        padded[:-1] = there.T
        sets = np.repeat(self._begins[:, np.newaxis], len(there), axis=1)
        for bit, columns in enumerate(self._columns.T):
            sets += padded[columns] << bit
        place = self._known[sets]
        if (place < 0).any():
            with self._lock:
                self._work_out(sets)
            place = self._known[sets]
        return np.take(self._found, place, axis=-1)

    def _work_out(self, sets: NDArray[np.int32]) -> None:
        """Work out what is not known: one set of each span at a time, all spans together."""
        missing = [own[self._known[own] < 0].tolist() for own in map(np.unique, sets)]
        for number in range(max(map(len, missing))):
            spans = [place for place, each in enumerate(missing) if number < len(each)]
            these = [missing[place][number] for place in spans]
            chosen = [
                int(session)
                for place, each in zip(spans, these, strict=True)
                for bit, session in enumerate(self._columns[place])
                if each >> bit & 1
            ]
            self._keep(np.array(these), self._work(chosen).T[..., spans])

    def _keep(self, sets: NDArray[np.signedinteger[Any]], found: NDArray[np.int64]) -> None:
        """Keep what is new, and say where it is only then: others may be reading."""
        first = self._found.shape[-1]
        self._found = np.concatenate([self._found, found], axis=-1)
        self._known[sets] = np.arange(first, self._found.shape[-1])

    __repr__ = hidden
