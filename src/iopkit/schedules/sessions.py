"""Sessions: the dated occurrences of a plan's services, and the schedule that they make."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

from iopkit.clocks import zone_faults
from iopkit.confidential import hidden, opaque
from iopkit.errors import Fault, InvalidError, refuse, unless
from iopkit.fields import frozen
from iopkit.modalities import Delivery, Modality
from iopkit.plans.plans import Plan
from iopkit.programs.doses import Dose
from iopkit.programs.plan_days import LONGEST_PROGRAM, week_of_plan
from iopkit.programs.programs import Phase, Service, services_by_place
from iopkit.schedules.notebook import glance
from iopkit.windows import ONE_MINUTE, is_session_length, is_whole_minutes

_MOST_NUMBER = 100_000
"""The highest number of a session or make-up: more than one an hour for ten years."""
_MOST_REVISIONS = 2**31 - 1
"""What calendars can count up to."""


class Reason(StrEnum):
    """Why a session is not where the plan has it."""

    CLOSED = "closed"
    OUTSIDE_HOURS = "outside_hours"
    UNSTAFFED = "unstaffed"
    CLOCK_CHANGE = "clock_change"
    OVERLAP = "overlap"
    DURATION_UNKNOWN = "duration_unknown"
    TIME_UNKNOWN = "time_unknown"
    NO_OPEN_TIME = "no_open_time"
    LONG_DAY = "long_day"
    ON_HOLD = "on_hold"
    WITHHELD = "withheld"
    ON_LEAVE = "on_leave"
    ABSENT = "absent"
    PAST = "past"
    ASKED = "asked"
    NOT_FREE = "not_free"
    OUTSIDE_PART = "outside_part"
    ROOM_TAKEN = "room_taken"
    CLINICIAN_TAKEN = "clinician_taken"
    NO_MEETING = "no_meeting"
    NO_SEAT = "no_seat"
    GROUP_MOVED = "group_moved"

    @property
    def words(self) -> str:
        """The reason in prose."""
        return _WORDS[self]


_WORDS = {
    Reason.CLOSED: "the site is closed",
    Reason.OUTSIDE_HOURS: "outside opening hours",
    Reason.UNSTAFFED: "no room or nobody for it is there then",
    Reason.CLOCK_CHANGE: "the clock changes then",
    Reason.OVERLAP: "the session before it is not over then",
    Reason.DURATION_UNKNOWN: "its length is not known",
    Reason.TIME_UNKNOWN: "the plan has no time for it",
    Reason.NO_OPEN_TIME: "no time is open in the week",
    Reason.LONG_DAY: "each day with room for it would be longer than any of the program",
    Reason.WITHHELD: "what it rests on does not hold on that day",
    Reason.ON_LEAVE: "treatment is on hold then",
    Reason.ABSENT: "it makes up for one that was missed",
    Reason.PAST: "that time is over",
    Reason.ASKED: "somebody asked for another time",
    Reason.NOT_FREE: "the patient is not free then",
    Reason.OUTSIDE_PART: "it is meant for another part of the day",
    Reason.ROOM_TAKEN: "the room is taken then",
    Reason.CLINICIAN_TAKEN: "the clinician is taken then",
    Reason.NO_MEETING: "its group does not meet then",
    Reason.NO_SEAT: "all seats are taken then",
    Reason.GROUP_MOVED: "its group was moved",
    Reason.ON_HOLD: "it awaits an answer that the plan's notes ask for",
}


@frozen(repr=False)
class Move:
    """Where a session was prescribed, in wall-clock time, and why it is not there."""

    prescribed: datetime
    why: Reason
    detail: str = ""

    def __attrs_post_init__(self) -> None:
        if self.prescribed.tzinfo is not None:
            fault = Fault(("prescribed",), "a wall-clock time", "one with a zone")
            raise InvalidError("move", [fault])

    __repr__ = hidden


@frozen(repr=False)
class Session:
    """One dated session of a service; the ``number``-th of it.

    ``start`` is aware, in the site's zone, and ``week`` the program week that it is in.
    ``moved`` is ``None`` for a session that is booked as prescribed. ``room`` and
    ``clinician`` are names of the site's; ``None``: not assigned. ``make_up`` is 0 for a
    session that the plan prescribes; n for the n-th that makes up for it. ``group`` is the group
    that it is a meeting of; ``None``: of none that the plan names.

    Raises:
        InvalidError: ``start`` has no time zone, a count is out of bounds, the length is not in
            whole minutes from 1 minute to 24 hours, or the breaks leave no service.
    """

    service: str
    number: int
    phase: str
    week: int
    modality: Modality
    start: datetime
    duration: timedelta
    moved: Move | None = None
    breaks: timedelta = timedelta(0)
    delivery: Delivery | None = None
    room: str | None = None
    clinician: str | None = None
    make_up: int = 0
    group: str | None = None

    def __attrs_post_init__(self) -> None:
        # Not through refuse: there are many sessions, and nearly all are right.
        ok = (
            self.start.tzinfo is not None
            and 1 <= self.number <= _MOST_NUMBER
            and 0 <= self.make_up <= _MOST_NUMBER
            and is_session_length(self.duration)
            and (not self.breaks or self._breaks_fit())
        )
        if not ok:
            self._refuse()

    def _breaks_fit(self) -> bool:
        longest = max(self.duration, ONE_MINUTE)
        return timedelta(0) <= self.breaks < longest and is_whole_minutes(self.breaks)

    def _refuse(self) -> None:
        refuse(
            "session",
            unless(self.start.tzinfo is not None, "start", "an aware time", "one without a zone"),
            number_faults(self.number),
            unless(
                0 <= self.make_up <= _MOST_NUMBER,
                "make_up",
                f"from 0 to {_MOST_NUMBER:,}",
                "another number",
            ),
            _length_faults(self.duration),
            unless(
                self._breaks_fit(),
                "breaks",
                "whole minutes, less than the session",
                "another length",
            ),
        )

    @property
    def service_time(self) -> timedelta:
        """Time of service, without the breaks within."""
        return self.duration - self.breaks

    @property
    def end(self) -> datetime:
        """When it ends; no session runs through a clock change."""
        return self.start + self.duration

    __repr__ = hidden


@frozen(repr=False)
class Unplaced:
    """A prescribed session that could not be dated, and why.

    ``prescribed`` is the day that the plan has for it, or ``None`` where it has none.

    Raises:
        InvalidError: the number is out of bounds, or the length not in whole minutes from 1
            minute to 24 hours.
    """

    service: str
    number: int
    phase: str
    week: int
    modality: Modality
    why: Reason
    duration: timedelta | None = None
    prescribed: date | None = None
    detail: str = ""

    def __attrs_post_init__(self) -> None:
        lengths = () if self.duration is None else _length_faults(self.duration)
        refuse("unplaced session", number_faults(self.number), lengths)

    __repr__ = hidden


def number_faults(number: int) -> tuple[Fault, ...]:
    """What is wrong with the number of a session."""
    ok = 1 <= number <= _MOST_NUMBER
    return unless(ok, "number", f"from 1 to {_MOST_NUMBER:,}", "another number")


def _length_faults(duration: timedelta) -> tuple[Fault, ...]:
    ok = is_session_length(duration)
    return unless(ok, "duration", "whole minutes, from 1 to 1440", "another length")


def number_of(session: Session | Unplaced) -> tuple[str, int]:
    """Which of the plan's sessions it is, or makes up for."""
    return session.service, session.number


def prescribed(session: Session) -> datetime:
    """Where the plan has a session, in wall-clock time."""
    return session.moved.prescribed if session.moved else session.start.replace(tzinfo=None)


def identity(session: Session) -> tuple[str, int, int]:
    """What makes a session the same one in another schedule of its plan."""
    return session.service, session.number, session.make_up


def in_order(sessions: Iterable[Session]) -> tuple[Session, ...]:
    """Sessions by their starts; by what they are, if they start at once."""
    return tuple(sorted(sessions, key=lambda each: (each.start.astimezone(UTC), identity(each))))


_MOST_MORE_WEEKS = 104
"""How many weeks after a plan's last can have sessions: more are a mistake."""
MOST_WEEKS = LONGEST_PROGRAM + _MOST_MORE_WEEKS
"""How many weeks a schedule can have."""
_MOST_FAULTS = 100


@frozen(repr=False)
class Schedule:
    """Every session that a plan prescribes, each exactly once: dated or unplaced.

    Sessions that make up for others come beside them. ``sessions`` are in the order of
    their starts. ``revision`` counts the changes since the first schedule of the plan.
    ``former`` are phases with services of which sessions were held, or left without a date, and
    which the plan as it was changed has no more.

    Raises:
        InvalidError: the zone is unknown; a session is of a service that neither the plan nor
            ``former`` has, or of another modality, there twice, in another zone, in a week that
            is not the plan's or one of the two years after it, or years away from it; or the
            revision is not from 0 to 2,147,483,647. Of each list the first 100 faults are told.
    """

    plan: Plan
    zone: str
    sessions: tuple[Session, ...] = ()
    unplaced: tuple[Unplaced, ...] = ()
    revision: int = 0
    former: tuple[Phase, ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse(
            "schedule",
            unless(not zone_faults(self.zone), "zone", "an IANA time zone", "another text"),
            tuple(islice(_session_faults(self), _MOST_FAULTS)),
            tuple(islice(_unplaced_faults(self), _MOST_FAULTS)) if self.unplaced else (),
            unless(
                0 <= self.revision <= _MOST_REVISIONS,
                "revision",
                f"from 0 to {_MOST_REVISIONS:,}",
                "another number",
            ),
        )

    @property
    def caution(self) -> str | None:
        """What is to be told first, wherever the schedule is shown; see ``Plan.caution``."""
        return self.plan.caution

    @property
    def weeks(self) -> int:
        """Length in program weeks: the plan's, and those that sessions add, dated or not."""
        last = max((session.week for session in self.sessions), default=0)
        return max([self.plan.weeks, last, *(missing.week for missing in self.unplaced)])

    @property
    def end(self) -> date:
        """The day after the last."""
        return self.plan.start + timedelta(weeks=self.weeks)

    def uid(self, session: Session) -> UUID:
        """A stable, opaque identifier: the same for the same session of a changed plan."""
        made_up = f"/{session.make_up}" if session.make_up else ""
        return opaque(f"{session.service}/{session.number}{made_up}", key=self.plan.key)

    def local_start(self, session: Session) -> datetime:
        """When a session starts where the patient is then: in the zone of a stay, or the site's."""
        stay = self.plan.stay_on(session.start.date())
        return session.start.astimezone(ZoneInfo(stay.zone)) if stay else session.start

    def service(self, session: "Session | Unplaced") -> Service:
        """The service that a session is of, as its phase has it."""
        place = session.phase, session.service
        return services_by_place(self.plan.program).get(place) or self.services[place]

    def topic(self, session: "Session | Unplaced") -> str | None:
        """What a session is about, by its service's curriculum; ``None``: there is none.

        Or it is not known: an open group goes on while patients come and go, and nobody says at
        which topic this one joins.
        """
        service = self.service(session)
        taught = service.curriculum
        if taught is None or (session.modality.is_group and not taught.closed):
            return None
        numbers = (each.number for each in self.plan.prescribed() if each.service == service)
        return taught.topic(max(session.number - min(numbers, default=1), 0) + 1)

    @property
    def _former(self) -> dict[tuple[str, str], Service]:
        return {(p.name, s.name): s for p in self.former for s in p.services}

    @property
    def services(self) -> Mapping[tuple[str, str], Service]:
        """Each service by its phase and name: the plan's, and former ones."""
        now = services_by_place(self.plan.program)
        return {**self._former, **now} if self.former else now

    @property
    def titles(self) -> Mapping[str, str]:
        """Titles of services by their names: the plan's, in its order, then former ones."""
        now = {service.name: service.title for service in self.plan.program.every_service}
        former = {service.name: service.title for service in self._former.values()}
        return now | {name: title for name, title in former.items() if name not in now}

    def _repr_html_(self) -> str:
        """What a notebook shows: nothing that a calendar or a person could be told by."""
        moved = sum(session.moved is not None for session in self.sessions)
        caption = (
            f"Schedule of {self.plan.weeks} weeks: {len(self.sessions)} sessions booked, "
            f"{moved} of them moved, {len(self.unplaced)} unplaced. Prescribed, in minutes:"
        )
        return glance(caption, self.plan.prescribed(), weeks=self.plan.weeks)

    __repr__ = hidden


def _session_faults(schedule: Schedule) -> Iterator[Fault]:
    """What cannot be true of the sessions, beside each other and in their plan."""
    known, first, named = schedule.services, schedule.plan.start.toordinal(), schedule.zone
    most = schedule.plan.weeks + _MOST_MORE_WEEKS
    seen: set[tuple[str, int, int]] = set()
    for place, each in enumerate(schedule.sessions):
        start, same = each.start, identity(each)
        zone, service = start.tzinfo, known.get((each.phase, each.service))
        if same in seen:
            yield Fault(("sessions", place), *_ONCE)
        seen.add(same)
        # Nearly all are right, and to ask the generator for nothing takes as long as the rest.
        if not (service and service.modality is each.modality and 1 <= each.week <= most):
            yield from _faults_in_plan("sessions", place, each, service, most)
        if not (isinstance(zone, ZoneInfo) and zone.key == named):
            yield Fault(("sessions", place, "start"), "a time in the schedule's zone", "another")
        if abs(start.toordinal() - first) >= MOST_WEEKS * 7:
            yield Fault(("sessions", place, "start"), "a day near the plan's", "another day")


def week_faults(schedule: Schedule) -> Iterator[Fault]:
    """What is wrong with the days of a first schedule, as documents hold it.

    A later one keeps what was held as it was, whenever the plan begins now.
    """
    for place, each in enumerate(schedule.sessions):
        week = week_of_plan(each.start.date(), start=schedule.plan.start)
        if week != each.week and each.moved is None and schedule.revision == 0:
            expected = "a day of its week, or told as moved"
            yield Fault(("sessions", place, "start"), expected, "a day of another week")


def _unplaced_faults(schedule: Schedule) -> Iterator[Fault]:
    """What cannot be true of the sessions without a date, beside the others and in their plan."""
    known, start = schedule.services, schedule.plan.start
    most = schedule.plan.weeks + _MOST_MORE_WEEKS
    seen = {number_of(session) for session in schedule.sessions if not session.make_up}
    for place, each in enumerate(schedule.unplaced):
        if number_of(each) in seen:
            yield Fault(("unplaced", place), *_ONCE)
        seen.add(number_of(each))
        service = known.get((each.phase, each.service))
        yield from _faults_in_plan("unplaced", place, each, service, most)
        if each.prescribed and not 0 <= (each.prescribed - start).days < most * 7:
            yield Fault(("unplaced", place, "prescribed"), "a day of the plan", "another day")


_ONCE = "each session of the plan, and what makes up for it, once", "one twice"


def _faults_in_plan(
    name: str,
    place: int,
    each: Session | Unplaced,
    service: Service | None,
    most: int,
) -> Iterator[Fault]:
    if service is None:
        expected = "a service of the plan, in a phase that has it"
        yield Fault((name, place), expected, "another")
    elif service.modality is not each.modality:
        yield Fault((name, place, "modality"), "that of the service", "another")
    if not 1 <= each.week <= most:
        yield Fault((name, place, "week"), f"from 1 to {most}", "another number")


def booked_doses(
    schedule: Schedule, *, modalities: Collection[Modality] = tuple(Modality)
) -> tuple[Dose, ...]:
    """Service time that is booked in each week, moved sessions included.

    Sessions that are unplaced because their length is not known count as unmeasured, and
    those on hold as extra time; other unplaced ones do not count.

    Returns:
        One dose a week, ``schedule.weeks`` of them.
    """
    weeks: list[list[Dose]] = [[] for _ in range(schedule.weeks)]
    spread = {place: Dose.of([service]).extra for place, service in schedule.services.items()}
    for session in schedule.sessions:
        if session.modality in modalities:
            extra = spread[session.phase, session.service]
            weeks[session.week - 1].append(Dose(session.service_time, extra=extra))
    for missing in schedule.unplaced:
        if missing.modality in modalities:
            if missing.why is Reason.ON_HOLD:
                weeks[missing.week - 1].append(Dose.of([schedule.service(missing)]).perhaps)
            elif missing.why is Reason.DURATION_UNKNOWN:
                weeks[missing.week - 1].append(Dose(unmeasured=1))
    return tuple(sum(doses, Dose()) for doses in weeks)
