"""Diaries: when rooms and clinicians are with patients, so that others are placed around it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from iopkit.confidential import hidden
from iopkit.schedules.sessions import Schedule, Session
from iopkit.windows import DAY, Span, cut_spans, minute_of_day, whole_minutes


class Diaries:
    """What each room and clinician of a site has, by the site's clock.

    Those who date many patients add to it as they go along: it is the one thing here that changes.
    """

    def __init__(self, sessions: Iterable[Session] = ()) -> None:
        self._held: defaultdict[_Page, Counter[Span]] = defaultdict(Counter)
        self._instead: dict[_Page, Counter[Span]] = {}
        self.add(sessions)

    @classmethod
    def of(cls, schedules: Iterable[Schedule]) -> "Diaries | None":
        """What they have with the patients of some schedules; ``None``: nothing."""
        found = cls(session for each in schedules for session in each.sessions)
        return found if found._held else None

    def add(self, sessions: Iterable[Session]) -> None:
        """Write sessions down."""
        self._count(sessions, 1)

    def remove(self, sessions: Iterable[Session]) -> None:
        """Strike sessions out that are there."""
        self._count(sessions, -1)

    def apart_from(self, sessions: Iterable[Session]) -> "Diaries":
        """The same with the times of some sessions free: who has a place may keep it.

        No more than these times are, so that nothing else than these becomes possible. It is of
        use until the next sessions are written down or struck out: pages that are the same are
        not copied, as a site has many.
        """
        apart = Diaries()
        apart._held = self._held
        for each in sessions:
            (low, high), day = _span(each), each.start.toordinal()
            for kind, name in _places(each):
                for other in (-1, 0, 1):
                    page, own = (kind, name, day + other), (low - other * DAY, high - other * DAY)
                    left: Counter[Span] = Counter()
                    for span, count in apart._page(page).items():
                        left.update(dict.fromkeys(cut_spans([span], [own]), count))
                    apart._instead[page] = left
        return apart

    def taken(self, room: str | None, clinician: str | None, day: int) -> list[Span]:
        """When one of them is taken on a day, by its ordinal, or on the day before or after it.

        In minutes from the midnight that begins the day.
        """
        return [
            (low + other * DAY, high + other * DAY)
            for kind, name in (("room", room), ("clinician", clinician))
            for other in (-1, 0, 1)
            for (low, high), count in self._page((kind, name, day + other)).items()
            if count > 0
        ]

    def _page(self, page: "_Page") -> Counter[Span]:
        found = self._instead.get(page)
        return self._held.get(page, _NOTHING) if found is None else found

    def _count(self, sessions: Iterable[Session], by: int) -> None:
        for each in sessions:
            for kind, name in _places(each):
                self._held[kind, name, each.start.toordinal()][_span(each)] += by

    __repr__ = hidden


def _span(session: Session) -> Span:
    low = minute_of_day(session.start.time())
    return low, low + whole_minutes(session.duration)


def _places(session: Session) -> Iterator[tuple[str, str]]:
    """The room and the clinician that a session has."""
    for kind, name in (("room", session.room), ("clinician", session.clinician)):
        if name is not None:
            yield kind, name


_Page = tuple[str, str | None, int]
_NOTHING: Counter[Span] = Counter()
