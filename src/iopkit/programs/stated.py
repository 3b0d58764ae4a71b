"""Stated figures: what a program's source prints of it, for its items to add up to."""

from datetime import timedelta

from iopkit.errors import refuse, unless
from iopkit.fields import frozen
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


Stated = StatedHours | StatedSessions
