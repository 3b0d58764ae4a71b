"""Stated figures: what a program's source prints of it, for its items to add up to."""

from datetime import timedelta

from attrs import field

from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.programs.plan_days import LONGEST_PROGRAM
from iopkit.programs.ranges import Times, as_count, range_faults
from iopkit.windows import is_whole_minutes


@frozen
class StatedHours:
    """Hours that a source prints itself: what the program's items should add up to.

    ``low`` to ``high`` (the same, if ``None``), in each week or, with ``in_all``, in the
    whole. ``phase``, ``track`` and ``services`` limit what they are of.
    """

    low: timedelta
    high: timedelta | None = None
    in_all: bool = False
    phase: str | None = None
    track: str | None = None
    services: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse(
            "stated hours",
            unless(
                self.low > timedelta(0) and is_whole_minutes(self.low),
                "low",
                "whole minutes, at least 1",
                self.low,
            ),
            unless(
                self.high is None or (self.high >= self.low and is_whole_minutes(self.high)),
                "high",
                "whole minutes, at least low",
                self.high,
            ),
        )


@frozen
class StatedSessions:
    """A number of sessions that a source prints itself; see ``StatedHours``."""

    count: int
    phase: str | None = None
    track: str | None = None
    services: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse("stated sessions", unless(self.count >= 1, "count", "at least 1", self.count))


@frozen
class StatedLength:
    """A length that a source prints itself, in weeks or in days, of the program or of a phase.

    Raises:
        InvalidError: it is in both, or in neither, or is not from 1 to 3,640 days.

    Example:
        >>> StatedLength(weeks=16).in_days, StatedLength(days=Times(120, 150)).in_days
        (Times(least=112, most=112), Times(least=120, most=150))
    """

    weeks: Times[int] = field(default=None, converter=as_count)
    days: Times[int] = field(default=None, converter=as_count)
    phase: str | None = None

    def __attrs_post_init__(self) -> None:
        given = [times for times in (self.weeks, self.days) if times != as_count(None)]
        longest = 7 * LONGEST_PROGRAM
        refuse(
            "stated length",
            unless(len(given) == 1, "weeks", "weeks or days, one of them", len(given)),
            range_faults("weeks", self.weeks, 1, LONGEST_PROGRAM, f"from 1 to {LONGEST_PROGRAM}"),
            range_faults("days", self.days, 1, longest, f"from 1 to {longest}"),
        )

    @property
    def in_days(self) -> Times[int]:
        """The length in days, as far as it is stated."""
        if self.weeks == as_count(None):
            return self.days
        least, most = self.weeks.least, self.weeks.most
        return Times(None if least is None else 7 * least, None if most is None else 7 * most)

    @property
    def track(self) -> None:
        """None: tracks are as long as each other."""

    @property
    def services(self) -> tuple[str, ...]:
        """None: services are as long as their phases."""
        return ()


Stated = StatedHours | StatedSessions | StatedLength
