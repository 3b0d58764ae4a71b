"""What it takes to expand a calendar's recurrences: refused before it is too much."""

from iopkit.calendars.contents import unreadable
from iopkit.errors import InvalidError

MOST_OCCURRENCES = 10_000
"""How many appointments may lie in the days that are asked for."""

_MOST_STEPS = 1_000_000
"""How many days, about, may have to be gone through to find them."""


class CalendarLoad:
    """What a file's events take, up to the one that is read."""

    def __init__(self) -> None:
        self._steps = self._occurrences = 0.0

    def add(self, line: int, *, steps: float = 0, occurrences: float = 0) -> None:
        """Count what an event or a zone will take; raises ``InvalidError`` if it is too much.

        What is refused does not count, so that others can still be read.
        """
        if self._occurrences + occurrences > MOST_OCCURRENCES:
            many = f"at most {MOST_OCCURRENCES:,} appointments up to here"
            raise InvalidError("calendar", [unreadable(line, many, "more")])
        if self._steps + steps > _MOST_STEPS:
            sooner = "events that are gone through sooner up to here"
            raise InvalidError("calendar", [unreadable(line, sooner, "more, or longer")])
        self._steps += steps
        self._occurrences += occurrences
