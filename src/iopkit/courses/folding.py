"""Folding: a course's entries that count, taken in day by day.

It stays below courses, which keep how far the fold is before their last day.
"""

from collections.abc import Sequence
from copy import copy
from datetime import date, datetime
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
from iopkit.courses.authorizations import Authorization
from iopkit.courses.contacts import is_contact
from iopkit.courses.delivered_minutes import MinutesOfDay, minutes_by_day, week_of_day
from iopkit.courses.entries import Entry
from iopkit.courses.events import CourseEvent
from iopkit.courses.findings import (
    Authorized,
    Certified,
    ContactMade,
    ContactTried,
    DrugTested,
    DrugTestMissed,
    InstrumentAnswered,
    NoUseReported,
    PlanRevised,
    ReviewHeld,
    Signed,
    UseReported,
)
from iopkit.courses.histories import History
from iopkit.courses.ordering import RANKS, SESSION_RANK
from iopkit.courses.outcomes import SessionRecord, outcome_of
from iopkit.courses.statuses import Status, StatusSpan, status_after
from iopkit.courses.stays import (
    Admitted,
    AftercareContact,
    Assessed,
    Died,
    Discharged,
    HoldBegun,
    HoldEnded,
    InControlledEnvironment,
    PhaseEntered,
    Readmitted,
    ReferralClosed,
    Referred,
    Screened,
    SteppedDown,
    SteppedUp,
    Waitlisted,
)
from iopkit.courses.timelines import Timeline
from iopkit.levels import LevelOfCare
from iopkit.modalities import Modality
from iopkit.patients.screenings import Screening
from iopkit.truth import Truth
from iopkit.windows import whole_minutes

_PassedOver: TypeAlias = (
    Screened
    | Assessed
    | ContactMade
    | ContactTried
    | AftercareContact
    | PlanRevised
    | Certified
    | Signed
)
"""Events of which a state tells no more than whether they are a contact."""


class Fold:
    """What some days of a course came to: each day's entries, and the sessions due on it.

    ``tests`` have, of each drug test by its day, whether anything was found; ``None`` for one
    that was missed. ``back`` is the day of the readmission that began the stay, if one did.
    ``reported_clean`` are reports of no use: since when, and told on which day.
    """

    status: Status | None = None
    since: date | None = None
    level: LevelOfCare | None = None
    phase: tuple[str, date] | None = None
    back: date | None = None
    contact: date | None = None
    used: date | None = None
    ready: "Answer | None" = None
    at_risk: "Answer | None" = None
    beside = 0
    _discharged = False

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._entry = self._session = 0
        self._marks = dict[UUID, SessionMark]()
        self._coming = dict[tuple[date, Modality], int]()
        self.spans = list[StatusSpan]()
        self.outcomes = list[SessionRecord]()
        self.minutes = list[MinutesOfDay]()
        self.weeks = dict[tuple[date, Modality], int]()
        self.tests = list[tuple[date, Truth | None]]()
        self.reported_clean = list[tuple[date, date]]()
        self.controlled = list[tuple[date, date | None]]()
        self.screenings = list[Screening]()
        self.authorizations = list[Authorization]()

    def copy(self) -> "Fold":
        """Another one that goes on from here; this one stays where it is."""
        other = copy(self)
        for name, value in vars(self).items():
            if isinstance(value, list | dict):
                setattr(other, name, value.copy())
        return other

    def advance(self, counting: Sequence[Entry], *, to: date, through: bool) -> None:
        """Take in the days up to one, and that day too if it goes ``through`` it."""
        booked = self._timeline.by_start
        while True:
            days: list[date] = []
            if self._entry < len(counting):
                days.append(counting[self._entry].on)
            if self._session < len(booked):
                days.append(booked[self._session].day)
            day = min(days, default=date.max)
            if not days or day > to or (day == to and not through):
                break
            self._take_day(day, counting)
        if through:
            self._deliver_to(to)

    def _take_day(self, day: date, counting: Sequence[Entry]) -> None:
        self._deliver_to(day, through=False)
        settled = False
        while self._entry < len(counting) and counting[self._entry].on == day:
            event = counting[self._entry].event
            # Sessions come after what a day begins with, and before what it ends with.
            if not settled and RANKS[type(event)] > SESSION_RANK:
                settled = True
                self._settle(day)
            self._take(day, event)
            self._entry += 1
        if not settled:
            self._settle(day)

    def _settle(self, day: date) -> None:
        """Tell what became of the sessions of a day, by what is on record of them."""
        sessions = self._timeline.by_start
        while self._session < len(sessions) and (booked := sessions[self._session]).day == day:
            mark = self._marks.pop(booked.uid, None)
            outcome = outcome_of(mark, status=self.status)
            if outcome is not None:
                self.outcomes.append(SessionRecord(booked, outcome, mark))
            if isinstance(mark, SessionAttended):
                minutes = whole_minutes(mark.attendance.time_of(booked.session))
                self._deliver(booked.session.start, booked.session.modality, minutes)
            self._session += 1

    def _take(  # noqa: C901, PLR0912  # a case for each kind of event
        self, day: date, event: CourseEvent | None
    ) -> None:
        if is_contact(event):
            self.contact = day
        match event:
            case SessionAttended() | SessionMissed() | SessionCancelled():
                self._marks[event.session] = event
            case MadeUp():
                session = self._timeline.sessions[event.session].session
                minutes = whole_minutes(event.attendance.time_of(session))
                self._deliver(self._start_of(event), session.modality, minutes)
                self.beside += 1
            case CameUnplanned():
                minutes = whole_minutes(event.time)
                self._deliver(self._start_of(event), event.modality, minutes)
                self.beside += 1
            case DrugTested():
                self.tests.append((day, event.found))
            case DrugTestMissed():
                self.tests.append((day, None))
            case UseReported():
                self.used = day
            case NoUseReported():
                self.reported_clean.append((event.since, day))
            case InstrumentAnswered():
                self.screenings.append(event.screening)
            case ReviewHeld():
                self.ready = _newest(self.ready, day, event.ready)
                self.at_risk = _newest(self.at_risk, day, event.at_risk)
            case Authorized():
                self.authorizations.append(event.authorization)
            case PhaseEntered():
                self.phase = event.phase, day
            case SteppedUp() | SteppedDown():
                self.level = event.level
            case InControlledEnvironment():
                self.controlled.append((day, event.end))
            case Admitted() | Readmitted():
                self.level, self.phase, self._discharged = event.level, None, False
                self.ready = self.at_risk = None
                self.back = day if isinstance(event, Readmitted) else None
                self._stand(day, event)
            case Discharged():
                self._discharged = True
                self.contact = max(filter(None, (self.contact, event.last_contact)), default=None)
                self._stand(day, event)
            case Referred() | Waitlisted() | ReferralClosed() | HoldBegun() | HoldEnded() | Died():
                self._stand(day, event)
            case _:
                # A type checker tells of a new kind of event that has no case and is none of these.
                _passed_over: _PassedOver | None = event

    def _stand(self, day: date, event: CourseEvent) -> None:
        status = status_after(event, self.status, discharged=self._discharged)
        if status is self.status:
            return
        if self.status is not None and self.since is not None:
            self.spans.append(StatusSpan(self.status, self.since, day))
        self.status, self.since = status, day

    def _start_of(self, event: MadeUp | CameUnplanned) -> datetime:
        return self._timeline.on_site_clock(event.start)

    def _deliver(self, start: datetime, modality: Modality, minutes: int) -> None:
        for day, some in minutes_by_day(start, minutes):
            self._coming[day, modality] = self._coming.get((day, modality), 0) + some

    def _deliver_to(self, to: date, *, through: bool = True) -> None:
        """Put down what was delivered by a day: nothing that comes changes it any more."""
        if not self._coming:
            return
        past = [key for key in self._coming if key[0] < to or (key[0] == to and through)]
        for day, modality in sorted(past):
            minutes = self._coming.pop((day, modality))
            self.minutes.append(MinutesOfDay(day, modality, minutes))
            plan = self._timeline.plan_on(day)
            week = week_of_day(day, first=plan.start if plan else None)
            self.weeks[week, modality] = self.weeks.get((week, modality), 0) + minutes

    __repr__ = hidden


class Folded:
    """How far the fold of a course is before its last day, once somebody has asked.

    It is no part of the course's value: it can be worked out again, and dies with the course.
    """

    def __init__(self, timeline: Timeline, history: History, start: Fold | None = None) -> None:
        self._timeline, self._history, self._start = timeline, history, start

    def grown(self, history: History) -> "Folded":
        """The same for a history that has grown at its end: the days before are as they were."""
        return Folded(self._timeline, history, self._start)

    def on(self, day: date) -> Fold:
        """The fold of all days up to one, that one too."""
        counting = self._history.counting
        last = counting[-1].on if counting else date.max
        if day < last:
            fold = Fold(self._timeline)
        else:
            # Up to the last day nothing changes with an entry more, but those of that day do.
            self._start = self._start.copy() if self._start else Fold(self._timeline)
            self._start.advance(counting, to=last, through=False)
            fold = self._start.copy()
        fold.advance(counting, to=day, through=True)
        return fold

    __repr__ = hidden


Answer: TypeAlias = tuple[date, bool | None]
"""What reviews of a day answered; ``None``: they differ."""


def _newest(before: Answer | None, day: date, answer: bool | None) -> Answer | None:
    if answer is None:
        return before
    differ = before is not None and before[0] == day and before[1] is not answer
    return day, None if differ else answer
