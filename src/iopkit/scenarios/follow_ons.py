"""Follow-ons: further programs of a clinic, and who goes on to which of them after a stay."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from fractions import Fraction
from itertools import accumulate
from typing import Any, NamedTuple, cast

import numpy as np
from attrs import field

from iopkit.courses.stays import DischargeReason
from iopkit.errors import Fault, did_you_mean, refuse, unless
from iopkit.fields import frozen
from iopkit.programs.programs import Program
from iopkit.scenarios.capacity import Capacity
from iopkit.scenarios.curves import MOST_DAYS
from iopkit.scenarios.decimals import exact
from iopkit.scenarios.draws import Words, threshold
from iopkit.scenarios.habits import Habits
from iopkit.scenarios.requests import Codes, Days
from iopkit.scenarios.shares import Share, as_share


def as_pairs(given: Any) -> Any:  # noqa: ANN401
    """A mapping as pairs; anything else as it is.

    Any: whatever ``draft`` takes for a phase or a service; the field is held against its type.
    """
    if not isinstance(given, Mapping):
        return given
    return tuple(cast("Mapping[object, object]", given).items())


@frozen(repr=False)
class FurtherProgram:
    """Another program of the same site, with seats and a list of its own.

    ``habits`` are what people do in it; ``None``: the same as in the first. ``track``,
    ``phase_weeks`` and ``times`` are what the program leaves open.
    """

    program: Program
    capacity: Capacity = field(factory=Capacity)
    habits: Habits | None = None
    track: str | None = None
    phase_weeks: tuple[tuple[str, int], ...] = field(default=(), converter=as_pairs)
    times: tuple[tuple[str, int | timedelta], ...] = field(default=(), converter=as_pairs)

    @property
    def name(self) -> str:
        """That of the program."""
        return self.program.name

    def __repr__(self) -> str:
        return f"FurtherProgram({self.name!r})"


@frozen
class FollowOn:
    """Of those discharged for a ``reason``, the share that goes on to a program.

    They are ready for a seat in it ``days`` after the day on which their seat is free again. A
    step up or down is one, and continuing care. ``to`` is the name of the program, and ``after``
    that of the one that they come from; ``None``: the scenario's first.

    Raises:
        InvalidError: the days are negative, or more than 131,072.
    """

    reason: DischargeReason
    to: str
    share: Share = field(default=Share(1), converter=as_share)
    days: int = 0
    after: str | None = None

    def __attrs_post_init__(self) -> None:
        ok = 0 <= self.days <= MOST_DAYS
        refuse("follow-on", unless(ok, "days", f"from 0 to {MOST_DAYS:,}", self.days))


def follow_on_faults(
    first: Program, further: Iterable[FurtherProgram], rules: Iterable[FollowOn]
) -> tuple[Fault, ...]:
    """What is wrong with further programs and those who go on to them."""
    names = [first.name, *(each.name for each in further)]
    shares: dict[tuple[str, DischargeReason], Any] = {}  # Any: sums of exact numbers
    faults = [*unless(len(set(names)) == len(names), "further", "each program once", "one twice")]
    for number, rule in enumerate(rules):
        for at, name in (("to", rule.to), ("after", rule.after or first.name)):
            fix = did_you_mean(name, names)
            expected = f"one of {', '.join(names)}"
            if name not in names:
                faults.append(Fault(("follow_on", number, at), expected, repr(name), fix))
        of = rule.after or first.name, rule.reason
        shares[of] = shares.get(of, 0) + exact(rule.share.value)
        faults += [
            fault.under("follow_on", number)
            for fault in unless(shares[of] <= 1, "share", "shares of one reason up to 1", "more")
        ]
    return tuple(faults)


class Following(NamedTuple):
    """Who goes on after a stay: cumulative thresholds, and for each to which program, and when."""

    shares: Words
    to: Codes
    days: Days


def following(
    rules: Iterable[FollowOn], names: list[str], program: str, reason: DischargeReason
) -> Following | None:
    """Who goes on after a discharge from a program for a reason; ``None``: nobody.

    Args:
        names: of all programs, the first one first.
    """
    own = [each for each in rules if (each.after or names[0]) == program and each.reason is reason]
    if not own:
        return None
    shares = accumulate(Fraction(exact(each.share.value)) for each in own)
    return Following(
        np.array([threshold(share) for share in shares], np.uint64),
        np.array([names.index(each.to) for each in own], np.int16),
        np.array([each.days for each in own], np.int32),
    )
