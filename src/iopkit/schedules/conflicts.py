"""Conflicts: who and what is booked twice, and when there is time left."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import chain
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from attrs import evolve

from iopkit.clocks import window_spans, zone_faults
from iopkit.confidential import hidden
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.schedules.meetings import at_own_meeting, shared
from iopkit.schedules.sessions import Reason, Schedule, Session, Unplaced, prescribed
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


@frozen(repr=False)
class Undated:
    """A session that has no date in its patient's schedule, and whose it is."""

    patient: UUID
    session: Unplaced

    __repr__ = hidden


class ConflictKind(StrEnum):
    """What is booked twice."""

    PATIENT = "patient"
    ROOM = "room"
    CLINICIAN = "clinician"
    SEATS = "seats"
    GROUP = "group"

    @property
    def words(self) -> str:
        """The kind in prose."""
        return _WORDS[self]


_WORDS = {
    ConflictKind.PATIENT: "the patient is to be at two places",
    ConflictKind.ROOM: "the room has two meetings",
    ConflictKind.CLINICIAN: "the clinician has two meetings",
    ConflictKind.SEATS: "the room has too few seats",
    ConflictKind.GROUP: "members of the group have different meetings",
}


@frozen(repr=False)
class Conflict:
    """What cannot all take place, from ``start`` to ``end``, while two or more go on at once.

    ``between`` has each that goes on at some time of it, in the order of starts. ``of`` is the
    name of the room, clinician or group, ``None`` for a patient. That of a group is from the first
    start to the last end of what members have for one meeting, and has each of these; ``undated``
    are those for whom it has no date, though they are not on leave and it is not over or withheld.
    """

    kind: ConflictKind
    start: datetime
    end: datetime
    between: tuple[Booking | Appointment, ...]
    of: str | None = None
    undated: tuple[Undated, ...] = ()

    __repr__ = hidden


def patient_conflicts(
    schedules: Iterable[Schedule], *, appointments: Iterable[Appointment] = ()
) -> tuple[Conflict, ...]:
    """Where one patient's sessions, of one plan or several, and appointments overlap.

    Appointments among themselves are the patient's own business.

    Returns:
        One conflict for each stretch of time in which a session and something else never stop
        going on at once, in the order in which they begin: no more than there are sessions and
        appointments. An appointment is in each stretch that it takes time of.

    Raises:
        InvalidError: the schedules are of several patients.
    """
    listed = list(schedules)
    patients = {schedule.plan.patient for schedule in listed}
    refuse("conflicts", unless(len(patients) <= 1, "schedules", "one patient's", "several's"))
    spans: list[Booking | Appointment] = [*bookings(listed)]
    spans += (each for each in appointments if each.blocks)
    return tuple(
        _conflict(ConflictKind.PATIENT, several, span)
        for span, several in _stretches(spans, instants, lambda each: isinstance(each, Booking))
    )


def site_conflicts(schedules: Iterable[Schedule], site: Site) -> tuple[Conflict, ...]:
    """Where a room or clinician has two meetings at once or too few seats, or a group comes apart.

    Sessions of one group are one meeting: the same service, times, room and clinician, of
    a modality in which several patients take part. A group that plans name comes apart where
    members have the meeting that was due at one time at different times or places, or one has it
    and another has no date for it: date their plans with the same ``meetings_of``.

    Returns:
        One conflict for each stretch of time in which a room or a clinician never has fewer
        than two meetings, and for each meeting that is too full, in the order in which they
        begin: no more than there are meetings, which come at most twice in them for a room or
        clinician; and one for each meeting of a group that is different for some.

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
            for span, several in _stretches(held, _instants_together, _is_any)
        ]
    found += _apart(listed)
    return tuple(sorted(found, key=lambda conflict: conflict.start))


def all_conflicts(schedules: Iterable[Schedule], site: Site) -> tuple[Conflict, ...]:
    """What is booked twice at a site, and for each of its patients, in the order of starts.

    Raises:
        InvalidError: a schedule is of another site.
    """
    by_patient: dict[UUID, list[Schedule]] = defaultdict(list)
    for each in (listed := list(schedules)):
        by_patient[each.plan.patient].append(each)
    own = chain.from_iterable(map(patient_conflicts, by_patient.values()))
    found = (*site_conflicts(listed, site), *own)
    return tuple(sorted(found, key=lambda conflict: conflict.start))


_Due = tuple[str, str, datetime]
_NOT_EXPECTED = {Reason.ON_HOLD, Reason.ON_LEAVE, Reason.WITHHELD, Reason.PAST}


def _apart(schedules: Sequence[Schedule]) -> Iterator[Conflict]:
    """Where members of a group have different meetings, or none, for the one that was due."""
    met: dict[_Due, list[Booking]] = defaultdict(list)
    for booking in bookings(schedules):
        session = booking.session
        if session.group is not None and at_own_meeting(session):
            met[session.service, session.group, prescribed(session)].append(booking)
    without: dict[_Due, list[Undated]] = defaultdict(list)
    for due, missing in _missing(schedules, met):
        without[due].append(missing)
    for due, held in met.items():
        if len({shared(booking.session) for booking in held}) > 1 or due in without:
            spans = [instants(booking) for booking in held]
            span = min(start for start, _ in spans), max(end for _, end in spans)
            between = tuple(sorted(held, key=instants))
            conflict = _conflict(ConflictKind.GROUP, between, span, of=due[1])
            yield evolve(conflict, undated=tuple(without[due]))


def _missing(
    schedules: Iterable[Schedule], met: Mapping[_Due, Sequence[Booking]]
) -> Iterator[tuple[_Due, Undated]]:
    """The members who have no date for a meeting that others have, and when it was due."""
    by_day: dict[tuple[str, str, date], list[_Due]] = defaultdict(list)
    for service, group, due in sorted(met):
        by_day[service, group, due.date()].append((service, group, due))
    for schedule in schedules:
        told: set[_Due] = set()
        for each in schedule.unplaced:
            if each.prescribed is None or each.why in _NOT_EXPECTED:
                continue
            of_day = [
                due
                for group in schedule.plan.groups_of(each.service)
                for due in by_day.get((each.service, group, each.prescribed), ())
                if due not in told
                and all(one.patient != schedule.plan.patient for one in met[due])
                # One that was moved to before a plan is none of its.
                and any(one.start.date() >= schedule.plan.start for one in met[due])
            ]
            if of_day:
                told.add(of_day[0])
                yield of_day[0], Undated(schedule.plan.patient, each)


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
        met[shared(booking.session) or number].append(booking)
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


def _instants_together(meeting: _Together) -> Instants:
    return instants(meeting[0])


def _is_any(_: object) -> bool:
    return True


def _stretches(
    items: Iterable[T], span: Callable[[T], Instants], counts: Callable[[T], bool]
) -> Iterator[tuple[Instants, tuple[T, ...]]]:
    """When two or more go on at once, one that counts among them, each that does until it ends.

    Goes once through starts and ends in their order, of one instant the ends first. If all
    count, one at most goes on where a stretch ends: so all stretches together have each item
    once and one more for each stretch.
    """
    held = sorted(items, key=span)
    edges: list[tuple[datetime, bool, int]] = []
    for place, item in enumerate(held):
        start, end = span(item)
        edges += [(start, True, place), (end, False, place)]
    since: datetime | None = None
    counted = 0
    going_on: dict[int, T] = {}
    there: dict[int, T] = {}
    for at, begins, place in sorted(edges):
        if begins:
            going_on[place] = there[place] = held[place]
        else:
            del going_on[place]
        counted += counts(held[place]) * (1 if begins else -1)
        if len(going_on) < 2 or not counted:
            if since is not None:
                yield (since, at), tuple(there.values())
            since = None
        elif since is None:
            since, there = at, dict(going_on)


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
