"""Conflicts: who and what is booked twice, and when there is time left."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from itertools import chain
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from iopkit.clocks import window_spans, zone_faults
from iopkit.confidential import hidden
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.schedules.sessions import Schedule, Session
from iopkit.sites.sites import Site
from iopkit.windows import WeeklyWindows, cut_spans, merge_spans

T = TypeVar("T")
Instants = tuple[datetime, datetime]
"""A span of time: its first instant and the one after its last, both aware."""


@frozen(repr=False)
class Appointment:
    """Something that a patient has elsewhere, such as work, court or a dentist.

    ``blocks`` is whether it takes the time: a birthday does not. ``label`` is the caller's,
    and never shown by iopkit.

    Raises:
        InvalidError: a bound has no time zone, or the end is not after the start.
    """

    start: datetime
    end: datetime
    label: str = ""
    blocks: bool = True

    def __attrs_post_init__(self) -> None:
        aware = self.start.tzinfo is not None and self.end.tzinfo is not None
        refuse(
            "appointment",
            unless(aware, "start", "aware times", "one without a zone"),
            unless(
                not aware or self.start.astimezone(UTC) < self.end.astimezone(UTC),
                "end",
                "an instant after the start",
                "an earlier one",
            ),
        )

    __repr__ = hidden


@frozen(repr=False)
class Booking:
    """A session, its UID, and whose it is."""

    patient: UUID
    uid: UUID
    session: Session

    @property
    def start(self) -> datetime:
        """When it starts."""
        return self.session.start

    @property
    def end(self) -> datetime:
        """When it ends."""
        return self.session.end

    __repr__ = hidden


class ConflictKind(StrEnum):
    """What is booked twice."""

    PATIENT = "patient"
    ROOM = "room"
    CLINICIAN = "clinician"
    SEATS = "seats"

    @property
    def words(self) -> str:
        """The kind in prose."""
        return _WORDS[self]


_WORDS = {
    ConflictKind.PATIENT: "the patient is to be at two places",
    ConflictKind.ROOM: "the room has two meetings",
    ConflictKind.CLINICIAN: "the clinician has two meetings",
    ConflictKind.SEATS: "the room has too few seats",
}


@frozen(repr=False)
class Conflict:
    """What cannot all take place, from ``start`` to ``end``, while two or more go on at once.

    ``between`` has each that goes on at some time of it, in the order of starts. ``of`` is the
    name of the room or clinician, ``None`` for a patient.
    """

    kind: ConflictKind
    start: datetime
    end: datetime
    between: tuple[Booking | Appointment, ...]
    of: str | None = None

    __repr__ = hidden


def patient_conflicts(
    schedules: Iterable[Schedule], *, appointments: Iterable[Appointment] = ()
) -> tuple[Conflict, ...]:
    """Where one patient's sessions, of one plan or several, and appointments overlap.

    Appointments among themselves are the patient's own business.

    Returns:
        Each two that overlap, in the order in which they begin to.

    Raises:
        InvalidError: the schedules are of several patients.
    """
    listed = list(schedules)
    patients = {schedule.plan.patient for schedule in listed}
    refuse("conflicts", unless(len(patients) <= 1, "schedules", "one patient's", "several's"))
    spans: list[Booking | Appointment] = [*bookings(listed)]
    spans += (each for each in appointments if each.blocks)
    return tuple(
        _conflict(ConflictKind.PATIENT, (first, second))
        for first, second in overlapping(spans, instants)
        if isinstance(first, Booking) or isinstance(second, Booking)
    )


def site_conflicts(schedules: Iterable[Schedule], site: Site) -> tuple[Conflict, ...]:
    """Where a room or clinician of a site has two meetings at once, or too few seats.

    Sessions of one group are one meeting: the same service, times, room and clinician, of
    a modality in which several patients take part.

    Returns:
        One conflict for each stretch of time in which a room or a clinician never has fewer
        than two meetings, and for each meeting that is too full, in the order in which they
        begin: no more than there are meetings, which come at most twice in them for a room or
        clinician.

    Raises:
        InvalidError: a schedule is of another site.
    """
    listed = list(schedules)
    ok = all(schedule.plan.site == site.name for schedule in listed)
    refuse("conflicts", unless(ok, "schedules", f"of the site, {site.name!r}", "of another"))
    seats = {room.name: room.seats for room in site.rooms}
    rooms: dict[str, list[_Together]] = defaultdict(list)
    clinicians: dict[str, list[_Together]] = defaultdict(list)
    found: list[Conflict] = []
    for meeting in held_together(bookings(listed)):
        session = meeting[0].session
        if session.room is not None:
            rooms[session.room].append(meeting)
            there = len({booking.patient for booking in meeting})
            if there > seats.get(session.room, there):
                found.append(_conflict(ConflictKind.SEATS, meeting, of=session.room))
        if session.clinician is not None:
            clinicians[session.clinician].append(meeting)
    for kind, taken in ((ConflictKind.ROOM, rooms), (ConflictKind.CLINICIAN, clinicians)):
        found += [
            _conflict(kind, tuple(chain(*several)), span, of=name)
            for name, held in taken.items()
            for span, several in _stretches(held)
        ]
    return tuple(sorted(found, key=lambda conflict: conflict.start))


def bookings(schedules: Iterable[Schedule]) -> Iterator[Booking]:
    """All sessions of schedules, each with whose it is."""
    for schedule in schedules:
        for session in schedule.sessions:
            yield Booking(schedule.plan.patient, schedule.uid(session), session)


_Together = tuple[Booking, ...]


def held_together(booked: Iterable[Booking]) -> tuple[_Together, ...]:
    """Sessions that are one meeting, together; in the order in which they come."""
    met: dict[object, list[Booking]] = defaultdict(list)
    for number, booking in enumerate(booked):
        session = booking.session
        same = (session.service, *instants(session), session.room, session.clinician)
        met[same if session.modality.is_group else number].append(booking)
    return tuple(map(tuple, met.values()))


def instants(span: Session | Appointment | Booking) -> Instants:
    """Start and end in UTC, where they compare as they follow each other."""
    return span.start.astimezone(UTC), span.end.astimezone(UTC)


def _conflict(
    kind: ConflictKind,
    between: tuple[Booking | Appointment, ...],
    span: Instants | None = None,
    *,
    of: str | None = None,
) -> Conflict:
    """A conflict in a span, or where all overlap if none is given."""
    spans = [instants(each) for each in between]
    start, end = span or (max(start for start, _ in spans), min(end for _, end in spans))
    tz = between[0].start.tzinfo
    return Conflict(kind, start.astimezone(tz), end=end.astimezone(tz), between=between, of=of)


def _stretches(meetings: Iterable[_Together]) -> Iterator[tuple[Instants, tuple[_Together, ...]]]:
    """When two meetings or more go on at once, each that does until fewer than two are left.

    There is at least one meeting. Goes once through starts and ends in their order, of one
    instant the ends first. Where a stretch ends, one meeting at most goes on into another: so
    all stretches together have each meeting once and one more for each stretch.
    """
    held = sorted(meetings, key=lambda meeting: instants(meeting[0]))
    edges: list[tuple[datetime, bool, int]] = []
    for place, meeting in enumerate(held):
        start, end = instants(meeting[0])
        edges += [(start, True, place), (end, False, place)]
    since, _, _ = min(edges)
    going_on: dict[int, _Together] = {}
    there: dict[int, _Together] = {}
    for at, begins, place in sorted(edges):
        if begins:
            going_on[place] = there[place] = held[place]
            if len(going_on) == 2:
                since, there = at, dict(going_on)
            continue
        if len(going_on) == 2:
            yield (since, at), tuple(there.values())
        del going_on[place]


def overlapping(items: Iterable[T], span: Callable[[T], Instants]) -> Iterator[tuple[T, T]]:
    """Each two items that share time, the one that starts first before the other.

    Goes once through the items in the order of their starts, beside those that are still
    going on: as many steps as there are items and pairs.
    """
    going_on: list[tuple[datetime, T]] = []
    for item in sorted(items, key=span):
        start, end = span(item)
        going_on = [(over, before) for over, before in going_on if start < over]
        for _, before in going_on:
            yield before, item
        going_on.append((end, item))


def free_time(
    start: datetime,
    end: datetime,
    *,
    zone: str,
    windows: WeeklyWindows | None = None,
    busy: Iterable[Session | Appointment | Booking] = (),
) -> tuple[Instants, ...]:
    """When a patient, a room or a clinician has time between two instants.

    An instant is free if the clock of the zone is within the windows then and nothing takes
    it, so that a window over a clock change is shorter or longer on that day.

    Args:
        zone: the one in which the windows are, such as the site's.
        windows: when there could be time; always, if not given.
        busy: what takes time; appointments that do not block are left aside.

    Returns:
        Spans in order that do not touch, in the zone's time.

    Raises:
        InvalidError: a bound has no time zone, or the zone is unknown.

    Example:
        >>> from datetime import datetime
        >>> from zoneinfo import ZoneInfo
        >>> day = [datetime(2026, 3, n, tzinfo=ZoneInfo("America/Chicago")) for n in (8, 9)]
        >>> open_hours = WeeklyWindows.of("sunday 00:00-09:00")
        >>> for start, end in free_time(*day, zone="America/Chicago", windows=open_hours):
        ...     print(start, end)
        2026-03-08 00:00:00-06:00 2026-03-08 09:00:00-05:00
    """
    aware = start.tzinfo is not None and end.tzinfo is not None
    refuse(
        "free time",
        unless(aware, "start", "aware times", "one without a zone"),
        zone_faults(zone),
    )
    tz = ZoneInfo(zone)
    opened = merge_spans(window_spans(windows or WeeklyWindows.always(), start, end, zone=zone))
    taken = (
        instants(each) for each in busy if not (isinstance(each, Appointment) and not each.blocks)
    )
    return tuple(
        (low.astimezone(tz), high.astimezone(tz)) for low, high in cut_spans(opened, taken)
    )
