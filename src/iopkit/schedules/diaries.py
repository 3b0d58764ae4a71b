"""Diaries: when rooms and clinicians are with patients, so that others are placed around it."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from iopkit.confidential import hidden
from iopkit.schedules.sessions import Schedule, Session
from iopkit.windows import DAY, Span, minute_of_day, whole_minutes


class Diaries:
    """What each room and clinician of a site has, by the site's clock.

    Those who date many patients add to it as they go along: it is the one thing here that changes.
    """

    def __init__(self, sessions: Iterable[Session] = ()) -> None:
        self._held: defaultdict[_Page, Counter[Span]] = defaultdict(Counter)
        self.add(sessions)

    @classmethod
    def of(cls, schedules: Iterable[Schedule]) -> "Diaries":
        """What they have with the patients of some schedules."""
        return cls(session for each in schedules for session in each.sessions)

    def add(self, sessions: Iterable[Session]) -> None:
        """Write sessions down."""
        self._count(sessions, 1)

    def remove(self, sessions: Iterable[Session]) -> None:
        """Strike sessions out that are there."""
        self._count(sessions, -1)

    def taken(self, room: str | None, clinician: str | None, day: int) -> list[Span]:
        """When one of them is taken on a day, by its ordinal, or on the day before or after it.

        In minutes from the midnight that begins the day.
        """
        return [
            (low + other * DAY, high + other * DAY)
            for name in ((_ROOM, room), (_CLINICIAN, clinician))
            for other in (-1, 0, 1)
            for (low, high), count in self._held.get((*name, day + other), _NOTHING).items()
            if count > 0
        ]

    def _count(self, sessions: Iterable[Session], by: int) -> None:
        for each in sessions:
            low = minute_of_day(each.start.time())
            span, day = (low, low + whole_minutes(each.duration)), each.start.toordinal()
            for kind, name in ((_ROOM, each.room), (_CLINICIAN, each.clinician)):
                if name is not None:
                    self._held[kind, name, day][span] += by

    __repr__ = hidden


_ROOM, _CLINICIAN = "room", "clinician"
_Page = tuple[str, str | None, int]
_NOTHING: Counter[Span] = Counter()
