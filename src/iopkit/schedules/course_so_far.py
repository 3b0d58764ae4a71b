"""A course so far: what an old schedule held by a moment, and what is to be dated from then on."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import chain, count
from types import MappingProxyType

from attrs import evolve

from iopkit.confidential import hidden
from iopkit.plans.plans import Plan
from iopkit.programs.plan_days import week_of_plan
from iopkit.programs.timetables import PrescribedSession
from iopkit.programs.timings import RandomDays
from iopkit.schedules.obstructions import Surroundings
from iopkit.schedules.sessions import Reason, Schedule, Session, Unplaced, number_of, prescribed
from iopkit.schedules.site_calendar import SiteCalendar
from iopkit.windows import DAY, ONE_DAY, WEEK


class CourseSoFar:
    """An old schedule as of a moment, and what a new plan prescribes from then on.

    ``to_date`` are all that needs a date: what was due and is still to come, then what is
    prescribed after the moment. ``wishes`` are sessions that stand for one of them, and stay
    where they are if they can; ``owed_together`` are those that were due as one of a group.
    ``over`` was due and has no date, and ``stopped`` was due and is of a service that the plan
    has no more.
    """

    def __init__(self, old: Schedule, calendar: SiteCalendar, around: Surroundings) -> None:
        plan, after = calendar.plan, calendar.after
        given = {service.name for service in plan.program.every_service}
        due = _DueTimes(old, calendar)
        sessions = [_in_zone(session, plan, around) for session in old.sessions]
        self.held = [session for session in sessions if session.start <= around.as_of]
        coming = [session for session in sessions if session.start > around.as_of]
        self.make_ups = [each for each in coming if each.make_up and each.service in given]
        coming = [each for each in coming if not each.make_up]
        owed = [session for session in coming if 0 <= due.of(session) <= after]
        self.stopped = [session for session in owed if session.service not in given]
        missed = [each for each in old.unplaced if 0 <= due.of(each) <= after]
        self.over = [evolve(each, week=due.of(each) // WEEK + 1) for each in missed]
        prescribed_now = _Prescribed(plan, after)
        had: list[Session] = [session for session in self.held if not session.make_up]
        not_to_come: tuple[Session | Unplaced, ...] = (*had, *owed, *missed)
        for each in not_to_come:
            prescribed_now.drop(each, due.of(each))
        used = {*map(number_of, had), *map(number_of, owed), *map(number_of, self.over)}
        # What comes yet on the day of the moment follows what is over of it, by number too: a plan
        # that begins later frees lower ones, and the next change reads a day by its numbers.
        today: dict[str, int] = {}
        for each in not_to_come:
            if after // DAY * DAY <= due.of(each) <= after:
                today[each.service] = max(today.get(each.service, 0), each.number)
        to_come = dict(prescribed_now.named(used, today))
        self.wishes = {
            _owed(old, session, due.of(session)): session
            for session in owed
            if session.service in given
        }
        self.owed_together = [
            planned for planned, each in self.wishes.items() if each.group is not None
        ]
        self.to_date = [*self.wishes, *to_come.values()]
        for session in coming:
            if due.of(session) > after and _is_asked(session):
                planned = prescribed_now.match(session, due.of(session), to_come)
                if planned is not None and planned.service.duration == session.duration:
                    self.wishes[to_come[planned]] = _as_prescribed(session, to_come[planned])

    __repr__ = hidden


class _DueTimes:
    """When sessions of an old schedule were due, in minutes of the new plan."""

    def __init__(self, old: Schedule, calendar: SiteCalendar) -> None:
        self._start, self._calendar = old.plan.start, calendar
        # What a plan before the old one had on a day comes before what the old one has left of it.
        self._times: defaultdict[tuple[str, date], list[int]] = defaultdict(list)
        for planned in old.plan.prescribed():
            if planned.day is not None:
                minute = DAY - 1 if planned.minute is None else planned.minute % DAY
                self._times[planned.service.name, self._start + planned.day * ONE_DAY].append(
                    minute
                )
        self._numbers: defaultdict[tuple[str, date], list[int]] = defaultdict(list)
        for session in old.sessions:
            if not session.make_up:
                day = prescribed(session).date()
                self._numbers[session.service, day].append(session.number)
        for missed in old.unplaced:
            if missed.prescribed is not None:
                self._numbers[missed.service, missed.prescribed].append(missed.number)

    def of(self, each: Session | Unplaced) -> int:
        """When it was due: the last minute of its day or week, where it had no time."""
        if isinstance(each, Session):
            return self._calendar.minute(prescribed(each))
        if each.prescribed is None:
            return self._end_of_week(each.week)
        midnight = self._calendar.minute(datetime.combine(each.prescribed, time(0)))
        on = each.service, each.prescribed
        later = sum(number > each.number for number in self._numbers[on])
        times = sorted(self._times[on])[: -later or None]
        # Of a plan before the old one, so that it is over.
        return midnight + (times[-1] if times else 0)

    def _end_of_week(self, week: int) -> int:
        """The last minute of the new plan's week in which one of the old plan's begins."""
        first = self._start + timedelta(weeks=week - 1)
        return (self._calendar.minute(datetime.combine(first, time(0))) // WEEK + 1) * WEEK - 1

    __repr__ = hidden


_NONE: Mapping[PrescribedSession, PrescribedSession] = MappingProxyType({})


class _Prescribed:
    """What a plan prescribes after a minute, less what was had of it."""

    def __init__(self, plan: Plan, after: int) -> None:
        self._weeks: defaultdict[tuple[str, int], list[PrescribedSession]] = defaultdict(list)
        self._all, self._after = plan.prescribed(), after
        for planned in self._all:
            self._weeks[planned.service.name, planned.week].append(planned)

    def match(
        self,
        session: Session | Unplaced,
        due: int,
        named: Mapping[PrescribedSession, PrescribedSession] = _NONE,
    ) -> PrescribedSession | None:
        """What a session stands for: that of its time, or one of its week without.

        Of several without a time, the one that has its number as they are named now.
        """
        week = self._weeks[session.service, due // WEEK + 1]
        alike = [planned for at in (due, None) for planned in week if planned.minute == at]
        own = (each for each in alike[:1] if each.minute is not None)
        same = (each for each in alike if named.get(each, each).number == session.number)
        return next(chain(own, same, alike), None)

    def drop(self, session: Session | Unplaced, due: int) -> None:
        """Leave out what a session of a week is there for.

        That of its time; else one that is over, or without a time; or, if it was early, any.
        """
        week = self._weeks[session.service, due // WEEK + 1]
        past = (planned for planned in week if not _is_to_come(planned, self._after))
        alike = [*(planned for planned in week if planned.minute == due), *past]
        planned = next(iter(alike), None) or self.match(session, due)
        if planned is None and week and due > self._after:
            planned = week[0]
        if planned is not None:
            week.remove(planned)

    def named(
        self, used: Collection[tuple[str, int]], today: Mapping[str, int]
    ) -> Iterator[tuple[PrescribedSession, PrescribedSession]]:
        """What is to come, in order, and the same with the first numbers that are not used.

        Where a service has something to come on the day of the moment, they follow the highest
        number that is over by then of that day.
        """
        kept = {planned for week in self._weeks.values() for planned in week}
        left = [e for e in self._all if e in kept and _is_to_come(e, self._after)]
        now = {e.service.name for e in left if e.day == self._after // DAY}
        numbers = {
            name: _free_numbers(name, used, after=today.get(name, 0) if name in now else 0)
            for name in {e.service.name for e in left}
        }
        for planned in left:
            yield planned, evolve(planned, number=next(numbers[planned.service.name]))

    __repr__ = hidden


def _is_to_come(planned: PrescribedSession, after: int) -> bool:
    if planned.minute is not None:
        return planned.minute > after
    return planned.week > after // WEEK if planned.day is None else planned.day >= after // DAY


def _free_numbers(service: str, used: Collection[tuple[str, int]], *, after: int) -> Iterator[int]:
    return (number for number in count(after + 1) if (service, number) not in used)


def _in_zone(session: Session, plan: Plan, around: Surroundings) -> Session:
    """A session in the site's zone, should it be another one now, and in its week of the plan."""
    start = session.start.astimezone(around.site.tz)
    week = week_of_plan(start.date(), start=plan.start)
    return evolve(session, start=start, week=week)


def _owed(old: Schedule, session: Session, due: int) -> PrescribedSession:
    """What was due, and is to be given a date if it cannot stay where it is."""
    service = evolve(
        old.service(session),
        duration=session.duration,
        duration_max=None,
        breaks=session.breaks,
    )
    planned = PrescribedSession(service, session.phase, due // WEEK + 1, session.number)
    drawn = isinstance(service.timing, RandomDays) and not _is_asked(session)
    return planned if drawn else evolve(planned, day=due // DAY, minute=due)


def _is_asked(session: Session) -> bool:
    return session.moved is not None and session.moved.why is Reason.ASKED


def _as_prescribed(session: Session, planned: PrescribedSession) -> Session:
    """A session of an old plan as the new one has it, where it was."""
    return evolve(
        session,
        number=planned.number,
        phase=planned.phase,
        modality=planned.service.modality,
        breaks=planned.service.breaks,
        delivery=planned.service.delivery,
    )
