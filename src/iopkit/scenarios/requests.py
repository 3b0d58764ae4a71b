"""Requests: those who ask for seats, and what came of each."""

from enum import IntEnum
from typing import TypeAlias

import numpy as np
from attrs import field
from numpy.typing import ArrayLike, NDArray

from iopkit.confidential import hidden
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.scenarios.draws import WHOLE, Words

Days: TypeAlias = NDArray[np.int32]
"""An array of days, or of numbers of days."""
Codes: TypeAlias = NDArray[np.int16]
"""An array of small numbers."""

NEVER = 2**31 - 1
"""The patience of somebody who does not give up."""

NO_DAY = -(2**31)
"""The day of what did not take place."""

MOST_ROWS = 1 << 24
_EVERY_POOL = (1 << 64) - 1


class RequestOutcome(IntEnum):
    """What came of a request by the last day."""

    NOT_REACHED = 0
    """It was not ready by then, or follows one that never began."""
    WAITING = 1
    GAVE_UP = 2
    DID_NOT_COME = 3
    """A seat was offered, and went on to the next."""
    ADMITTED = 4


def _days(values: ArrayLike) -> Days:
    return np.asarray(values, np.int32)


def _codes(values: ArrayLike) -> Codes:
    return np.asarray(values, np.int16)


def _words(values: ArrayLike) -> Words:
    return np.asarray(values, np.uint64)


@frozen(eq=False)
class Requests:
    """Those who ask for seats in one replication: a row each, in the order of referral.

    Each but ``comes`` is an array with a number for each row, or one number for all.
    ``ready`` is the day on which a seat can be taken, and may be before day 0. ``stay`` is the
    days in care. Those of class ``priority`` 0 go first. After ``patience`` days of waiting one
    gives up. ``needs`` is the number of the kind of course among those of ``SeatsByDay``, and
    ``suits`` has a bit for each pool that will do. Whoever is offered a seat comes if the draw
    ``intake`` is below the threshold that ``comes`` has for the days waited, in the row ``band``;
    its last column holds from there on.

    ``admitted`` is the day, up to 0, since which somebody is in care as day 0 begins, else
    ``NO_DAY``. Of the pools of each need they have the one with a bit in ``holds``; where none has,
    the first that suits them and has room, or else the first that suits them, which is then over
    full and takes nobody until it is not.

    ``follows`` is the row, an earlier one, whose stay comes before, else -1: it is then ready
    ``gap`` days after the end of that one, and what stands in ``ready`` does not count.

    Raises:
        InvalidError: there are more than 16,777,216 rows, arrays differ in length, or a
            number in one of them is out of bounds.

    Example:
        >>> Requests([0, 3], 84).patience.tolist() == [NEVER, NEVER]
        True
    """

    trusts_types = True

    ready: Days = field(converter=_days)
    stay: Days = field(converter=_days)
    priority: Codes = field(default=_codes(0), converter=_codes, kw_only=True)
    patience: Days = field(default=_days(NEVER), converter=_days, kw_only=True)
    needs: Codes = field(default=_codes(0), converter=_codes, kw_only=True)
    suits: Words = field(default=_words(_EVERY_POOL), converter=_words, kw_only=True)
    intake: Words = field(default=_words(0), converter=_words, kw_only=True)
    comes: Words = field(default=_words(((WHOLE,),)), converter=_words, kw_only=True)
    band: Codes = field(default=_codes(0), converter=_codes, kw_only=True)
    admitted: Days = field(default=_days(NO_DAY), converter=_days, kw_only=True)
    holds: Words = field(default=_words(0), converter=_words, kw_only=True)
    follows: Days = field(default=_days(-1), converter=_days, kw_only=True)
    gap: Days = field(default=_days(0), converter=_days, kw_only=True)

    def __attrs_post_init__(self) -> None:
        rows = self.ready.size
        bounds = {
            "ready": (NO_DAY + 1, NEVER - 1),
            "stay": (1, NEVER),
            "priority": (0, 127),
            "patience": (0, NEVER),
            "needs": (0, NEVER),
            "suits": (0, _EVERY_POOL),
            "intake": (0, WHOLE - 1),
            "band": (0, len(self.comes) - 1),
            "admitted": (NO_DAY, 0),
            "holds": (0, _EVERY_POOL),
            "follows": (-1, NEVER),
            "gap": (0, NEVER),
        }
        each = {name: getattr(self, name) for name in bounds}
        refuse(
            "requests",
            unless(rows <= MOST_ROWS, "ready", f"at most {MOST_ROWS:,} rows", f"{rows:,}"),
            unless(self.comes.ndim == 2 and self.comes.size > 0, "comes", "a table", "another"),
            *(
                unless(values.shape in ((), (rows,)), name, f"one number, or {rows:,}", "others")
                for name, values in each.items()
            ),
        )
        for name, values in each.items():
            object.__setattr__(self, name, np.broadcast_to(values, rows))
        earlier = bool((self.follows < np.arange(rows)).all())
        inside = bool(((self.admitted == NO_DAY) | (self.follows < 0)).all())
        refuse(
            "requests",
            *(
                unless(
                    not values.size
                    or bounds[name][0] <= values.min() <= values.max() <= bounds[name][1],
                    name,
                    f"from {bounds[name][0]:,} to {bounds[name][1]:,}",
                    "others",
                )
                for name, values in each.items()
            ),
            unless(earlier, "follows", "an earlier row", "another"),
            unless(inside, "follows", "nobody who is in care already", "somebody"),
        )

    __repr__ = hidden


@frozen(eq=False)
class Seated:
    """What came of each request, a row each.

    ``outcome`` is a ``RequestOutcome``, and ``day`` the day of it: of beginning, of giving up or
    of not coming; ``NO_DAY`` for those who wait and who were not reached. ``ready`` is the day
    since which it was ready, ``offered`` that on which a seat was offered, and ``start`` that of
    beginning. ``pools`` has the pool of each need, -1 where there is none.
    """

    trusts_types = True

    ready: Days
    offered: Days
    start: Days
    outcome: Codes
    day: Days
    pools: Codes

    def __attrs_post_init__(self) -> None:
        for values in (self.ready, self.offered, self.start, self.outcome, self.day, self.pools):
            values.flags.writeable = False

    __repr__ = hidden
