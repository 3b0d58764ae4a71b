"""Judging: whether each event of a course can be, beside those before it."""

from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Iterator
from copy import copy
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from iopkit.confidential import hidden
from iopkit.courses.attending import (
    CameUnplanned,
    MadeUp,
    SessionAttended,
    SessionCancelled,
    SessionMark,
    SessionMissed,
)
from iopkit.courses.entries import Entry
from iopkit.courses.events import CourseEvent
from iopkit.courses.findings import (
    Authorized,
    DrugTested,
    DrugTestMissed,
    PlanRevised,
    ReviewHeld,
    Signed,
)
from iopkit.courses.misfits import Misfit
from iopkit.courses.ordering import start_of
from iopkit.courses.statuses import IN_TREATMENT, Status, status_after
from iopkit.courses.stays import (
    Admitted,
    AftercareContact,
    Discharged,
    HoldBegun,
    HoldEnded,
    InControlledEnvironment,
    PhaseEntered,
    Readmitted,
    ReferralClosed,
    Referred,
    SteppedDown,
    SteppedUp,
    Waitlisted,
)
from iopkit.courses.timelines import Timeline
from iopkit.levels import LevelOfCare
from iopkit.schedules.attendance import Attendance
from iopkit.schedules.sessions import Session
from iopkit.windows import ONE_DAY

_WayIn: TypeAlias = Referred | Waitlisted | ReferralClosed | Admitted | Readmitted
AT_ANY_TIME = frozenset[type[CourseEvent] | type[None]]({Authorized, Signed})
"""What can be after a death too."""
_IN_A_STAY = frozenset[type[CourseEvent] | type[None]](
    {
        CameUnplanned,
        Discharged,
        DrugTested,
        DrugTestMissed,
        HoldBegun,
        HoldEnded,
        MadeUp,
        PhaseEntered,
        PlanRevised,
        ReviewHeld,
        SessionAttended,
        SessionCancelled,
        SessionMissed,
        SteppedDown,
        SteppedUp,
    }
)
_FORESEEN = frozenset[type[CourseEvent] | type[None]](
    {Authorized, HoldBegun, HoldEnded, InControlledEnvironment, SessionCancelled}
)
"""What can be recorded before its day."""
_FIRST_ZONE = timedelta(hours=14)
"""No clock on earth is further ahead of UTC."""


class Judge:
    """Takes the entries of a course that count, in order, and tells those that do not fit.

    An entry that does not fit changes nothing for those after it.
    """

    _status: Status | None = None
    _discharged = False
    _level: LevelOfCare | None = None
    _level_from: date | None = None
    _phase_from: date | None = None

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self.marks = dict[UUID, Entry]()
        self.make_ups = list[tuple[UUID | None, Entry]]()
        self.times = list[_TimeThere]()

    def judge(
        self, entries: Iterable[Entry], *, tried: Collection[UUID] = ()
    ) -> dict[Entry, tuple[Misfit, ...]]:
        """Those of some entries that do not fit what has come so far, and why.

        Those whose keys are ``tried`` change nothing for others, even if they fit. Whether make-ups
        and sessions not planned do, ``wrong_make_ups`` tells in the end.
        """
        misfits = dict[Entry, tuple[Misfit, ...]]()
        for entry in entries:
            if why := self._misfits_of(entry):
                misfits[entry] = why
            elif entry.key not in tried:
                self._follow(entry)
        return misfits

    def wrong_make_ups(self) -> dict[Entry, tuple[Misfit, ...]]:
        """What does not fit of sessions that no schedule has, and of make-ups, once all is known.

        A make-up may come before what it makes up for.
        """
        wrong = dict[Entry, tuple[Misfit, ...]]()
        made_up, times = set[UUID | None](), sorted(self.times)
        for session, entry in self.make_ups:
            if session is not None and not self._was_missed(session):
                wrong[entry] = (Misfit.NOT_MISSED,)
            elif session is not None and session in made_up:
                wrong[entry] = (Misfit.MADE_UP_TWICE,)
            elif not self._finds_time(entry.event, times):
                wrong[entry] = (Misfit.AT_ONCE,)
            else:
                made_up.add(session)
        return wrong

    def copy(self) -> "Judge":
        """Another one that goes on from here; this one stays where it is."""
        other = copy(self)
        other.marks, other.make_ups = self.marks.copy(), self.make_ups.copy()
        other.times = self.times.copy()
        return other

    def _misfits_of(self, entry: Entry) -> tuple[Misfit, ...]:
        """Why an entry does not fit."""
        out = self._out_of_stay(entry.event)
        return (*self._too_early(entry), *out, *self._contradicted(entry))

    def _too_early(self, entry: Entry) -> Iterator[Misfit]:
        if type(entry.event) in _FORESEEN or _told_beforehand(entry.event):
            return
        recorded, start = entry.recorded, start_of(entry.event, self._timeline.sessions)
        if recorded < start if start else (recorded + _FIRST_ZONE).date() < entry.on:
            yield Misfit.NOT_YET

    def _out_of_stay(self, event: CourseEvent | None) -> Iterator[Misfit]:
        """Whether an event is where the patient stands too early or too late."""
        in_stay = self._status in IN_TREATMENT
        if self._status is Status.DIED:
            if type(event) not in AT_ANY_TIME:
                yield Misfit.AFTER_DEATH
        elif isinstance(event, _WayIn):
            yield from self._wrong_way_in(event, in_stay=in_stay)
        elif isinstance(event, AftercareContact):
            if not self._discharged:
                yield Misfit.NOT_DISCHARGED
        elif type(event) in _IN_A_STAY and not in_stay:
            yield Misfit.AFTER_DISCHARGE if self._discharged else Misfit.NOT_ADMITTED

    def _wrong_way_in(self, event: _WayIn, *, in_stay: bool) -> Iterator[Misfit]:
        match event:
            case ReferralClosed():
                if self._status not in (Status.REFERRED, Status.WAITING):
                    yield Misfit.NOT_REFERRED
            case _ if in_stay:
                yield Misfit.ALREADY_ADMITTED
            case Admitted() if self._discharged:
                yield Misfit.AFTER_DISCHARGE
            case Readmitted() if not self._discharged:
                yield Misfit.NOT_DISCHARGED
            case _:
                pass

    def _contradicted(self, entry: Entry) -> Iterator[Misfit]:
        """Whether an event contradicts those before it, the schedules or itself."""
        match event := entry.event:
            case HoldBegun() if self._status is Status.ON_HOLD:
                yield Misfit.ON_HOLD_ALREADY
            case HoldEnded() if self._status is Status.ADMITTED:
                yield Misfit.NOT_ON_HOLD
            case SteppedUp() | SteppedDown():
                yield from self._wrong_level(entry.on, event)
            case PhaseEntered():
                yield from self._wrong_phase(entry.on, event)
            case SessionAttended() | SessionMissed() | SessionCancelled():
                yield from self._wrong_session(entry.on, event)
            case MadeUp() | CameUnplanned():
                yield from self._wrong_visit(entry.on, event)
            case _:
                pass

    def _wrong_visit(self, on: date, event: MadeUp | CameUnplanned) -> Iterator[Misfit]:
        if self._timeline.on_site_clock(event.start).date() != on:
            yield Misfit.OTHER_DAY
        if isinstance(event, MadeUp):
            booked = self._timeline.sessions.get(event.session)
            if booked is None:
                yield Misfit.UNKNOWN_SESSION
            elif _is_longer(event.attendance, booked.session):
                yield Misfit.TOO_LONG

    def _wrong_level(self, on: date, event: SteppedUp | SteppedDown) -> Iterator[Misfit]:
        if self._level_from == on:
            yield Misfit.TWO_LEVELS
        if self._level is None or self._level.edition is not event.level.edition:
            return  # nothing to hold it against: two editions have no common order
        up = event.level > self._level
        if not (up if isinstance(event, SteppedUp) else event.level < self._level):
            yield Misfit.WRONG_WAY

    def _wrong_phase(self, on: date, event: PhaseEntered) -> Iterator[Misfit]:
        plan = self._timeline.plan_on(on)
        if plan is None or all(phase.name != event.phase for phase in plan.program.phases):
            yield Misfit.UNKNOWN_PHASE
        if self._phase_from == on:
            yield Misfit.TWO_PHASES

    def _wrong_session(self, on: date, event: SessionMark) -> Iterator[Misfit]:
        booked = self._timeline.sessions.get(event.session)
        if booked is None:
            yield Misfit.UNKNOWN_SESSION
            return
        session = booked.session
        if session.start.date() != on:
            yield Misfit.OTHER_DAY
        if event.session in self.marks:
            yield Misfit.TOLD_TWICE
        if isinstance(event, SessionAttended) and _is_longer(event.attendance, session):
            yield Misfit.TOO_LONG

    def _follow(self, entry: Entry) -> None:
        """Go on from an event that fits."""
        event = entry.event
        self._status = status_after(event, self._status, discharged=self._discharged)
        match event:
            case Admitted() | Readmitted():
                self._level, self._discharged = event.level, False
                self._phase_from = self._level_from = None
            case SteppedUp() | SteppedDown():
                self._level, self._level_from = event.level, entry.on
            case PhaseEntered():
                self._phase_from = entry.on
            case Discharged():
                self._discharged = True
            case SessionAttended() | SessionMissed() | SessionCancelled():
                self.marks[event.session] = entry
                booked = self._timeline.sessions[event.session]
                if isinstance(event, SessionAttended):
                    self.times.append(_time_there(booked.start, booked.session, event.attendance))
                    if booked.makes_up_for is not None:
                        self.make_ups.append((booked.makes_up_for, entry))
            case MadeUp():
                self.make_ups.append((event.session, entry))
            case CameUnplanned():
                self.make_ups.append((None, entry))
            case _:
                pass

    def _was_missed(self, session: UUID) -> bool:
        mark = self.marks.get(session)
        return mark is not None and isinstance(mark.event, SessionMissed | SessionCancelled)

    def _finds_time(self, event: CourseEvent | None, times: "list[_TimeThere]") -> bool:
        """Put a session that no schedule has among others, if the patient can have been there."""
        if not isinstance(event, MadeUp | CameUnplanned):
            return True  # those that schedules have are there already
        time = self._time_of_visit(event)
        first = bisect_left(times, time[0] - ONE_DAY, key=_begin)
        near = times[first : bisect_left(times, time[1], key=_begin)]
        if any(_at_once(time, each) for each in near):
            return False
        insort(times, time)
        return True

    def _time_of_visit(self, event: MadeUp | CameUnplanned) -> "_TimeThere":
        start = event.start.astimezone(UTC)
        if isinstance(event, CameUnplanned):
            return start, start + event.time, event.time
        session = self._timeline.sessions[event.session].session
        return _time_there(start, session, event.attendance)

    __repr__ = hidden


_TimeThere: TypeAlias = tuple[datetime, datetime, timedelta]
"""When a session began and ended, in UTC, and how much of it the patient attended."""


def _time_there(start: datetime, session: Session, attendance: Attendance) -> _TimeThere:
    return start, start + session.duration, attendance.time_of(session)


def _begin(time: _TimeThere) -> datetime:
    return time[0]


def _at_once(one: _TimeThere, other: _TimeThere) -> bool:
    """Whether two sessions begin together, or overlap and had more attended than time passed."""
    (start, end, some), (other_start, other_end, more) = one, other
    overlap = max(start, other_start) < min(end, other_end)
    passed = max(end, other_end) - min(start, other_start)
    return start == other_start or (overlap and some + more > passed)


def _told_beforehand(event: CourseEvent | None) -> bool:
    return isinstance(event, SessionMissed) and event.told_beforehand is True


def _is_longer(attendance: Attendance, session: Session) -> bool:
    """Whether more of a session was attended than there was."""
    return attendance.time is not None and attendance.time > session.service_time
