"""Group sessions: those of a plan that are meetings of its patient's groups.

A meeting is dated once, for all members: nothing here moves a session of a group on its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from itertools import chain

from iopkit.confidential import hidden
from iopkit.plans.own_days import withheld_at
from iopkit.plans.plans import MOST_EXTRA_WEEKS, Plan
from iopkit.programs.plan_days import days_touched
from iopkit.programs.timetables import PrescribedSession
from iopkit.schedules.meetings import Meeting, MeetingsByGroup
from iopkit.schedules.sessions import Move, Reason, Session, Unplaced
from iopkit.schedules.site_calendar import SiteCalendar, Taken
from iopkit.sites.closures import ClosedRule
from iopkit.windows import DAY, ONE_MINUTE, WEEK, Span, Weekday, minute_of_day, whole_minutes


class PlanMeetings:
    """The meetings of the groups that a plan's patient is in, by when they were due.

    Args:
        given: those of the plan's groups, among others'; all of a site, so that each plan looks
            up its own.
        kept: as they were known before; for services of which none is given.
        owed: sessions that were of a group when they were due, whenever it meets now.
    """

    def __init__(
        self,
        plan: Plan,
        given: MeetingsByGroup,
        *,
        kept: Iterable[Meeting] = (),
        owed: Iterable[PrescribedSession] = (),
    ) -> None:
        self._owed = frozenset(owed)
        self._groups = {each.service: each.groups for each in plan.groups}
        self._midnight = datetime.combine(plan.start, time(0))
        self._due: dict[tuple[str, datetime], Meeting] = {}
        self._all: Mapping[tuple[str, str | None], Sequence[Meeting]] = given if plan.groups else {}
        self._slots: defaultdict[tuple[str, int], list[Meeting]] = defaultdict(list)
        self._given: set[str] = set()
        for name, groups in self._groups.items():
            for meeting in chain.from_iterable(given.get((name, group), ()) for group in groups):
                self._given.add(name)
                self._due[name, meeting.due] = meeting
                self._slots[name, _minute_of_week(meeting.due)].append(meeting)
        for meeting in kept:
            if meeting.service not in self._given:
                self._due.setdefault((meeting.service, meeting.due), meeting)

    def have(self, planned: PrescribedSession) -> bool:
        """Whether a session is one of a group: at a time at which a group of its service meets.

        Where no meeting of its service is given, all of them are taken to be.
        """
        name, minute = planned.service.name, planned.minute
        if name not in self._groups or minute is None:
            return False
        if name not in self._given or planned in self._owed:
            return True
        return (name, _minute_of_week(self.due(minute))) in self._slots

    def due(self, minute: int) -> datetime:
        """The wall-clock time of a minute of the plan."""
        return self._midnight + minute * ONE_MINUTE

    def of(self, service: str, due: datetime) -> Meeting | None:
        """The meeting that was due then; ``None``: none is known."""
        return self._due.get((service, due))

    def are_given(self, service: str) -> bool:
        """Whether meetings of a service are given, so that there is no other."""
        return service in self._given

    def only_group(self, service: str) -> str | None:
        """The group in which a service is given, if there is one alone."""
        return self._groups[service][0] if len(self._groups[service]) == 1 else None

    def elsewhere(self, session: Session, due: datetime) -> Meeting | None:
        """The meeting that a session is at, of its group or another, if it is not the one due."""
        name, start = session.service, session.start
        groups = (session.group,) if session.group else self._groups.get(name, ())
        held = chain.from_iterable(self._all.get((name, group), ()) for group in groups)
        there = (each for each in held if each.start == start and not each.called_off)
        return next((each for each in there if each.due != due), None)

    def later(self, service: str, minute: int, weeks: int) -> list[Meeting]:
        """Meetings at the same time of the week after so many weeks of the plan, in order."""
        first = self._midnight + timedelta(weeks=weeks)
        end = first + timedelta(weeks=MOST_EXTRA_WEEKS)
        same = self._slots.get((service, _minute_of_week(self.due(minute))), ())
        found = (each for each in same if each.moved is None and first <= each.due < end)
        return sorted(found, key=lambda each: each.due)

    __repr__ = hidden


def attend(
    prescribed: Iterable[PrescribedSession],
    calendar: SiteCalendar,
    meetings: PlanMeetings,
    *,
    beside: Iterable[Session] = (),
) -> tuple[list[Session], list[Unplaced], list[PrescribedSession]]:
    """Sessions at the meetings that they are, what cannot be there, and what is of no group.

    A session follows its meeting wherever that was moved. It is at its own time where no meeting
    of its service is given. It is unplaced if that meeting is called off, begins before the plan
    or now, falls on a leave or overlaps another of the patient's; or, if the site's rule or the
    leave extends the plan, at the first meeting of the same weekday and time after its last week.
    """
    member = _Member(calendar, meetings, beside)
    sessions: list[Session] = []
    unplaced: list[Unplaced] = []
    others: list[PrescribedSession] = []
    for planned in prescribed:
        minute, length = planned.minute, planned.service.duration
        waits = planned.service.name in calendar.plan.on_hold
        if waits or minute is None or length is None or not meetings.have(planned):
            others.append(planned)
            continue
        meeting, why = member.meeting(planned, minute, length)
        move, why = meeting.moved, why or member.obstacle(planned, meeting)
        if why is not None:
            off = move if meeting.called_off else None
            detail = off.detail if off else member.detail(planned, meeting)
            again = member.again(planned, minute, meeting, why)
            if again is None:
                unplaced.append(without_date(planned, calendar, why, detail))
                continue
            meeting, move = again, Move(meetings.due(minute), why, detail)
        sessions.append(member.session(planned, meeting, move))
    return sessions, unplaced, others


class _Member:
    """One patient at meetings of groups, and the minutes that these and other sessions take."""

    def __init__(
        self, calendar: SiteCalendar, meetings: PlanMeetings, beside: Iterable[Session]
    ) -> None:
        self._calendar, self._meetings = calendar, meetings
        self._taken = Taken(map(calendar.span, beside))

    def meeting(
        self, planned: PrescribedSession, minute: int, length: timedelta
    ) -> tuple[Meeting, Reason | None]:
        """The meeting that a session is, or else what it would be, and why it is not."""
        service, calendar, due = planned.service, self._calendar, self._meetings.due(minute)
        found = self._meetings.of(service.name, due)
        given = self._meetings.are_given(service.name)
        if found is not None:
            at = self._span(found)[0]
            # Those who dated a meeting that is given have asked the site; it may be another now.
            why = None if given else calendar.obstacle(at, service) or calendar.missing(at, service)
            return found, why
        room, clinician = calendar.assigned(service.name, minute)
        own = Meeting(
            service.name,
            service.title,
            due.replace(tzinfo=calendar.site.tz),
            length,
            room=room,
            clinician=clinician,
            group=self._meetings.only_group(service.name),
        )
        return own, Reason.NO_MEETING if given else calendar.obstacle_to(planned)

    def obstacle(self, planned: PrescribedSession, meeting: Meeting) -> Reason | None:
        """Why a member cannot be at a meeting; where a group meets is not asked again."""
        calendar, (start, end) = self._calendar, self._span(meeting)
        if meeting.called_off and meeting.moved:
            return meeting.moved.why
        if start < 0:
            return Reason.NO_MEETING
        if any(map(calendar.leave_on, days_touched(start, end))):
            return Reason.ON_LEAVE
        if withheld_at(calendar.plan, planned.service, start):
            return Reason.WITHHELD
        if start <= calendar.after:
            return Reason.PAST
        return Reason.OVERLAP if self._taken.overlaps(start, end) else None

    def detail(self, planned: PrescribedSession, meeting: Meeting) -> str:
        """The change, leave or closure at the time of a meeting, if there is one."""
        start = self._span(meeting)[0]
        change = withheld_at(self._calendar.plan, planned.service, start)
        told = f"{change.day}: {change.words}" if change else ""
        return told or self._calendar.detail(start, planned.service)

    def again(
        self, planned: PrescribedSession, minute: int, meeting: Meeting, why: Reason
    ) -> Meeting | None:
        """A meeting after the plan's last week in place of one, if the plan is to be extended."""
        calendar, service = self._calendar, planned.service
        day = (minute if why is Reason.CLOSED else self._span(meeting)[0]) // DAY
        if calendar.rule(day, service, why) is not ClosedRule.EXTEND:
            return None
        later = self._meetings.later(service.name, minute, calendar.plan.weeks)
        return next((each for each in later if self.obstacle(planned, each) is None), None)

    def session(self, planned: PrescribedSession, meeting: Meeting, move: Move | None) -> Session:
        """A session at a meeting, whose time is taken now."""
        service, span = planned.service, self._span(meeting)
        self._taken.add(*span)
        return Session(
            service.name,
            planned.number,
            planned.phase,
            span[0] // WEEK + 1,
            service.modality,
            meeting.start,
            meeting.duration,
            move,
            service.breaks,
            service.delivery,
            meeting.room,
            meeting.clinician,
            group=meeting.group,
        )

    def _span(self, meeting: Meeting) -> Span:
        start = self._calendar.minute(meeting.start.replace(tzinfo=None))
        return start, start + whole_minutes(meeting.duration)

    __repr__ = hidden


def without_date(
    planned: PrescribedSession, calendar: SiteCalendar, why: Reason, detail: str
) -> Unplaced:
    """A prescribed session that has no date, and why."""
    service, day = planned.service, planned.day
    return Unplaced(
        service=service.name,
        number=planned.number,
        phase=planned.phase,
        week=planned.week,
        modality=service.modality,
        why=why,
        duration=service.duration,
        prescribed=None if day is None else calendar.plan.start + timedelta(days=day),
        detail=detail,
    )


def _minute_of_week(wall: datetime) -> int:
    return Weekday.of(wall) * DAY + minute_of_day(wall.time())
