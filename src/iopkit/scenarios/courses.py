"""Courses in bulk: how long each patient stays, who uses meanwhile, and what each attends.

Week of stay by week of stay, for all who are still in care at once. What happens does not depend on
the day on which a stay begins: chance is addressed by the week of the stay, and by the session.
"""

import numpy as np
from numpy.typing import NDArray

from iopkit.confidential import hidden
from iopkit.fields import frozen
from iopkit.scenarios.draws import DrawPurpose, Words, address, draws_at, draws_at_each


@frozen(eq=False)
class UseTables:
    """How likely patients use, as thresholds: by stratum, and then by week of stay.

    Who uses in the first week is by stratum alone.
    """

    trusts_types = True

    at_admission: Words
    returns: Words
    stops: Words


@frozen(eq=False)
class StayTables:
    """How likely patients leave, and how many finish, as thresholds.

    ``leaving`` is by the day of the week from which somebody is known to be in care (only the
    first, day 0, unless some are in care already), by stratum, by whether the patient uses, by week
    of stay, and then cumulative: day by day of the week, and on each day reason by reason.
    Without ``use`` nobody is taken to use. ``finishing`` is by stratum: whether who is in care to
    the end has completed.
    """

    trusts_types = True

    leaving: Words
    reasons: int
    finishing: Words
    use: UseTables | None = None

    @property
    def weeks(self) -> int:
        """How many weeks a stay has that is not ended early."""
        return int(self.leaving.shape[3])


@frozen(eq=False)
class Stays:
    """How stays end, an entry for each.

    ``days`` are those in care, the first and the last included. ``reason`` is a place among the
    reasons for leaving; after them, ``completed`` and then ``not_completed``, of those who were in
    care to the end. ``uses`` tells of each week of a stay whether the patient uses in it; ``None``:
    nobody asks.
    """

    trusts_types = True

    days: NDArray[np.int32]
    reason: NDArray[np.int32]
    uses: NDArray[np.bool_] | None = None

    __repr__ = hidden


def stays(
    streams: Words,
    strata: NDArray[np.intp],
    tables: StayTables,
    *,
    since: NDArray[np.intp] | None = None,
) -> Stays:
    """How long each of some patients stays, and why they leave.

    Args:
        streams: the chance of each in this stay.
        strata: the stratum of each.
        since: for how many days each has been in care, fewer than the whole stay has: they leave
            no earlier. By default nobody has.

    Example:
        >>> everybody = np.array([7, 8], dtype=np.uint64)
        >>> always = np.array([[[[[1 << 63] * 7]]]], dtype=np.uint64)
        >>> tables = StayTables(always, 1, finishing=always[0, 0, 0, 0, :1])
        >>> stays(everybody, np.array([0, 0]), tables).days
        array([1, 1], dtype=int32)
    """
    weeks, reasons, use = tables.weeks, tables.reasons, tables.use
    days = np.full(len(streams), weeks * 7, np.int32)
    finished = draws_at(streams, address(DrawPurpose.FINISHING)) < tables.finishing[strata]
    reason = np.where(finished, reasons, reasons + 1).astype(np.int32)
    uses = None if use is None else np.zeros((len(streams), weeks), np.bool_)
    rows, own, stratum = np.arange(len(streams)), streams, strata
    using = np.zeros(len(streams), np.intp)
    in_care = np.ones(len(streams), np.bool_)
    for week in range(weeks):
        # To leave out who is gone takes longer than to draw for them, while they are not many.
        if 2 * np.count_nonzero(in_care) < len(in_care):
            rows, using, in_care = rows[in_care], using[in_care], in_care[in_care]
            own, stratum = streams[rows], strata[rows]
        if use is not None and uses is not None:
            using = _using(own, stratum, using, use, week)
            uses[rows, week] = using.astype(np.bool_) & in_care
        drawn = draws_at(own, address(DrawPurpose.LEAVING, week=week))
        kinds = tables.leaving[:, :, :, week].reshape(-1, 7 * reasons)
        kind = stratum * tables.leaving.shape[2] + using
        leaves = in_care.copy()
        if since is not None:
            known = np.clip(since[rows] - week * 7, 0, 7)
            kind += known % 7 * (tables.leaving.shape[1] * tables.leaving.shape[2])
            # Who has been in care for the whole week did not leave in it.
            leaves &= known < 7
        at_most = kinds[:, -1]
        leaves &= drawn < (at_most[kind] if len(kinds) > 1 else at_most)
        gone = np.flatnonzero(leaves)
        # How many thresholds are no higher than the draw: where it falls among them.
        place = (drawn[gone, np.newaxis] >= kinds[kind[gone]]).sum(axis=1)
        days[rows[gone]] = week * 7 + place // reasons + 1
        reason[rows[gone]] = place % reasons
        in_care[gone] = False
    return Stays(days, reason, uses)


def _using(
    streams: Words,
    strata: NDArray[np.intp],
    using: NDArray[np.intp],
    use: UseTables,
    week: int,
) -> NDArray[np.intp]:
    """Who uses in a week of stay, after who did in the week before."""
    if not week:
        drawn = draws_at(streams, address(DrawPurpose.USE_AT_ADMISSION))
        at_first: NDArray[np.intp] = (drawn < use.at_admission[strata]).astype(np.intp)
        return at_first
    returns = draws_at(streams, address(DrawPurpose.RETURN_TO_USE, week=week))
    stops = draws_at(streams, address(DrawPurpose.ABSTAINING, week=week))
    returned = returns < use.returns[strata, week]
    goes_on = stops >= use.stops[strata, week]
    used = using == 1
    now: NDArray[np.bool_] = (used & goes_on) | (~used & returned)
    return now.astype(np.intp)


def attended(
    streams: Words, strata: NDArray[np.intp], addresses: Words, shares: Words
) -> NDArray[np.bool_]:
    """Whether each of some patients attends each of some sessions, while in care.

    Args:
        streams: the chance of each in this stay.
        strata: the stratum of each.
        addresses: of the sessions' draws, as ``session_address`` has them.
        shares: thresholds, by stratum and by session.

    Returns:
        A row for each patient, a column for each session.
    """
    return draws_at_each(streams[:, np.newaxis], addresses) < shares[strata]


def session_address(purpose: DrawPurpose, service: str, number: int) -> int:
    """Where the draw of a session stands: by what it is, so that others do not shift it."""
    return address(purpose, number=number, of=service)
