"""Feeds: calendars to subscribe to, of a patient, a room, a clinician or a program.

What a subscriber no longer finds in a feed is gone, so that a feed cancels nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from iopkit.calendars.ical import (
    NEUTRAL_SUMMARY,
    CalendarDetails,
    CalendarItem,
    Method,
    duration,
    session_events,
    write_calendar,
)
from iopkit.confidential import hidden, opaque
from iopkit.errors import Fault, refuse, refuse_flags, unless
from iopkit.fields import frozen
from iopkit.schedules.meetings import shared
from iopkit.schedules.sessions import Schedule, Session
from iopkit.windows import ONE_MINUTE

_NO_DETAILS = CalendarDetails()


def patient_feed(
    schedules: Iterable[Schedule],
    *,
    stamp: datetime,
    titles: bool = False,
    details: CalendarDetails = _NO_DETAILS,
    refresh: timedelta | None = None,
) -> bytes:
    """All sessions of one patient, of one plan or several, as a calendar to subscribe to.

    Events and their UIDs are those of ``to_ical``.

    Args:
        refresh: how often subscribers are asked to look again.

    Raises:
        InvalidError: the schedules are of several patients, ``stamp`` has no time zone, or
            ``refresh`` is no time.
    """
    refuse_flags("feed", titles=titles)
    listed = list(schedules)
    patients = {schedule.plan.patient for schedule in listed}
    refuse(
        "feed",
        unless(len(patients) <= 1, "schedules", "one patient's", "several's"),
        _refresh_faults(refresh),
    )
    events = (
        event
        for schedule in listed
        for event in session_events(schedule, schedule.sessions, titles=titles)
    )
    return _feed(events, listed, stamp=stamp, details=details, refresh=refresh)


@frozen(repr=False)
class SiteFeed:
    """A calendar of a site's to subscribe to: what is in it, and what it shows.

    ``key`` is random and kept with the feed: the root of its events' UIDs, which say nothing
    about whose sessions they are. ``room``, ``clinician`` and ``program`` are names; only
    what is there, with whom and of which program is in the feed, and ``None`` asks for
    nothing. ``counts`` adds how many patients take part.

    Raises:
        InvalidError: ``refresh`` is no time.
    """

    key: UUID
    room: str | None = None
    clinician: str | None = None
    program: str | None = None
    titles: bool = False
    counts: bool = False
    details: CalendarDetails = _NO_DETAILS
    refresh: timedelta | None = None

    def __attrs_post_init__(self) -> None:
        refuse("feed", _refresh_faults(self.refresh))

    __repr__ = hidden


def site_feed(schedules: Iterable[Schedule], feed: SiteFeed, *, stamp: datetime) -> bytes:
    """Sessions of many patients of a site as a calendar to subscribe to.

    Group sessions of the same service, times, room and clinician are one event, however
    many patients take part. Nothing in the file tells patients apart, or that two sessions are
    one patient's.

    Raises:
        InvalidError: the schedules are of several sites, or ``stamp`` has no time zone.
    """
    listed = list(schedules)
    sites = {schedule.plan.site for schedule in listed}
    refuse("feed", unless(len(sites) <= 1, "schedules", "of one site", "of several"))
    return _feed(
        _meetings(listed, feed), listed, stamp=stamp, details=feed.details, refresh=feed.refresh
    )


def _refresh_faults(refresh: timedelta | None) -> tuple[Fault, ...]:
    ok = refresh is None or refresh >= ONE_MINUTE
    return unless(ok, "refresh", "at least a minute", "less")


def _feed(
    events: Iterable[CalendarItem],
    schedules: Iterable[Schedule],
    *,
    stamp: datetime,
    details: CalendarDetails,
    refresh: timedelta | None,
) -> bytes:
    every = "" if refresh is None else duration(refresh)
    # The second is what programs read that are older than RFC 7986.
    head = (f"REFRESH-INTERVAL;VALUE=DURATION:{every}", f"X-PUBLISHED-TTL:{every}")
    return write_calendar(
        sorted(events, key=lambda event: (event.start.astimezone(UTC), str(event.uid))),
        zone=next((schedule.zone for schedule in schedules), "UTC"),
        stamp=stamp,
        details=details,
        method=Method.PUBLISH,
        head=head if every else (),
    )


def _meetings(schedules: Iterable[Schedule], feed: SiteFeed) -> Iterator[CalendarItem]:
    """What takes place, each once, whoever takes part."""
    met: dict[str, list[tuple[Schedule, Session]]] = defaultdict(list)
    for schedule in schedules:
        for session in schedule.sessions if _is_asked(schedule, feed) else ():
            if feed.room in (None, session.room) and feed.clinician in (None, session.clinician):
                met[_name(schedule, session)].append((schedule, session))
    for name, together in met.items():
        session = together[0][1]
        # All that is told is the same in whatever order the schedules come.
        titles = sorted({schedule.service(each).title for schedule, each in together})
        deliveries = {each.delivery for _, each in together}
        summary = " / ".join(titles) if feed.titles else NEUTRAL_SUMMARY
        if feed.counts:
            summary += f" ({len({each.plan.patient for each, _ in together})})"
        yield CalendarItem(
            opaque(name, key=feed.key),
            session.start,
            session.end,
            summary,
            delivery=session.delivery if len(deliveries) == 1 else None,
        )


def _is_asked(schedule: Schedule, feed: SiteFeed) -> bool:
    return feed.program in (None, schedule.plan.program.name)


def _name(schedule: Schedule, session: Session) -> str:
    """What is the same for all who take part in a meeting, and for no other."""
    same = shared(session)
    if same is None:
        return str(schedule.uid(session))
    service, start, end, *place = same
    return repr((service, start.isoformat(), end.isoformat(), *place))
