"""Records: what there is to judge of a plan, a schedule, or what was attended or delivered."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from attrs import evolve

from iopkit.confidential import hidden
from iopkit.courses.deliveries import Delivered
from iopkit.errors import Fault, InvalidError, refuse, unless
from iopkit.fields import frozen
from iopkit.modalities import Delivery, Modality
from iopkit.plans.own_days import given
from iopkit.plans.plans import Plan
from iopkit.programs.doses import Dose
from iopkit.programs.plan_days import day_of_plan, days_of_week, week_of_plan
from iopkit.programs.programs import Service
from iopkit.programs.timings import is_uncounted
from iopkit.requirements.demands import Counting
from iopkit.requirements.milestones import MilestoneKind
from iopkit.schedules.attendance import AS_BOOKED, Attendance, Attended, attendance_of
from iopkit.schedules.sessions import Reason, Schedule, Session
from iopkit.sites.sites import Site
from iopkit.truth import Truth
from iopkit.windows import ONE_DAY, ONE_WEEK, whole_minutes

_MOST = 1_000_000_000


@frozen
class Bounds:
    """From ``least`` to ``most``, both included; ``None``: no bound, or none known.

    Raises:
        InvalidError: one is below 0 or above a billion, which no plan comes near.
    """

    least: int | None = None
    most: int | None = None

    def __attrs_post_init__(self) -> None:
        refuse(
            "figure",
            *(
                unless(end is None or 0 <= end <= _MOST, name, "from 0 to a billion", "another")
                for name, end in (("least", self.least), ("most", self.most))
            ),
        )

    def holds(self, seen: "Bounds") -> Truth:
        """Whether what was seen, somewhere between its own bounds, lies within these."""
        low, high = seen.least or 0, seen.most
        least = self.least or 0
        if low >= least and (self.most is None or (high is not None and high <= self.most)):
            return Truth.YES
        below = high is not None and high < least
        above = self.most is not None and low > self.most
        return Truth.NO if below or above else Truth.UNKNOWN


@frozen(repr=False)
class CountedSession:
    """A session as checks see it.

    ``days``, from the plan's first day, 0, are those on which it may be: one, if that is
    known, or all of its week. ``least`` and ``most`` are its minutes of service. It may not
    take place if it is not ``sure``, and stands for one or more if it is ``several``: time
    of a week that is not divided into sessions yet. ``led_by`` is a name of the site's
    clinicians; ``None``: not known.
    """

    modality: Modality
    days: range
    least: int
    most: int
    breaks: int
    telehealth: bool
    sure: bool = True
    several: bool = False
    led_by: str | None = None

    @property
    def day(self) -> int | None:
        """The day on which it surely takes place, if there is one."""
        return self.days.start if self.sure and len(self.days) == 1 else None

    __repr__ = hidden


@frozen(repr=False)
class ServiceRecord:
    """What there is to judge."""

    plan: Plan
    weeks: int
    """The plan's, and those by which a schedule extends it."""
    sessions: tuple[CountedSession, ...]
    site: Site | None
    over: frozenset[int] | None = None
    """The weeks, from 0, that were spent in treatment to their end; ``None``: all are judged."""
    held: tuple[tuple[MilestoneKind, int], ...] | None = None
    """Days of the plan on which it was reviewed or certified; ``None``: those planned count."""

    @classmethod
    def of(
        cls, planned: Plan | Schedule | Delivered, site: Site | None, attended: Attended | None
    ) -> "ServiceRecord":
        """What a plan prescribes, a schedule has booked, or was attended of it."""
        if not isinstance(planned, Schedule):
            found = "a plan" if isinstance(planned, Plan) else "what was delivered"
            refuse("check", unless(attended is None, "attended", "a schedule with it", found))
        if isinstance(planned, Plan):
            return cls(planned, planned.weeks, tuple(_prescribed(planned)), site)
        if isinstance(planned, Delivered):
            return _record_of(planned, site)
        sessions = _booked(planned) if attended is None else _attended(planned, attended)
        return cls(planned.plan, planned.weeks, tuple(sessions), site)

    def is_over(self, days: range) -> bool:
        """Whether all weeks that some days are in are judged."""
        weeks = {day // 7 for day in days}
        return self.over is None or weeks <= self.over

    def reviewed(self, kind: MilestoneKind) -> set[int]:
        """The days of the plan on which it was or is to be reviewed or certified."""
        start = self.plan.start
        if self.held is None:
            listed = (each.by for each in self.plan.milestones if each.kind is kind)
            return {day_of_plan(day, start=start) for day in listed}
        return {day for of, day in self.held if of is kind}

    def counted(self, counting: Counting) -> list[CountedSession]:
        """The sessions that count, each as long as it counts for."""
        return [
            evolve(each, least=each.least + each.breaks, most=each.most + each.breaks)
            if counting.clock
            else each
            for each in self.sessions
            if counting.counts(each.modality, telehealth=each.telehealth)
        ]

    def by_week(self, counting: Counting) -> defaultdict[int, list[CountedSession]]:
        """The sessions that count, by their week from 0."""
        weeks: defaultdict[int, list[CountedSession]] = defaultdict(list)
        for session in self.counted(counting):
            weeks[session.days.start // 7].append(session)
        return weeks

    __repr__ = hidden


def _prescribed(plan: Plan) -> Iterator[CountedSession]:
    for each in given(plan):
        sure = each.service.name not in plan.on_hold
        yield _undated(each.service, each.day, each.week, sure=sure)


def _undated(service: Service, day: int | None, week: int, *, sure: bool) -> CountedSession:
    """A session as its service has it, on a day or, with none, anywhere in its week."""
    dose = Dose.of([service])
    # No session is longer than a day.
    most = ONE_DAY - service.breaks if dose.most is None else dose.most
    return CountedSession(
        modality=service.modality,
        days=days_of_week(week) if day is None else range(day, day + 1),
        least=whole_minutes(dose.known),
        most=whole_minutes(most),
        breaks=whole_minutes(service.breaks),
        telehealth=service.delivery is Delivery.TELEHEALTH,
        sure=sure,
        several=is_uncounted(service.timing),
    )


def _booked(schedule: Schedule) -> Iterator[CountedSession]:
    """What is booked, and what waits for an answer; nothing else takes place."""
    extras = {
        place: whole_minutes(Dose.of([service]).extra)
        for place, service in schedule.services.items()
    }
    for session in schedule.sessions:
        yield _dated(schedule.plan, session, extra=extras[session.phase, session.service])
    for missing in schedule.unplaced:
        prescribed, service = missing.prescribed, schedule.service(missing)
        day = None if prescribed is None else day_of_plan(prescribed, start=schedule.plan.start)
        if missing.why is Reason.ON_HOLD:
            yield _undated(service, day, missing.week, sure=False)
        elif missing.why is Reason.DURATION_UNKNOWN:
            undated = _undated(service, day, missing.week, sure=True)
            yield evolve(undated, least=0)  # time of a week that is not divided is not booked


def _attended(schedule: Schedule, attended: Attended) -> Iterator[CountedSession]:
    held = attendance_of(schedule, attended)
    # What was attended is over, and was as long as the session or the record of it says.
    known = ((schedule.uid(session), session) for session in schedule.sessions)
    return (_dated(schedule.plan, session, held[uid]) for uid, session in known if uid in held)


def _record_of(delivered: Delivered, site: Site | None) -> ServiceRecord:
    """What was delivered from the first day of the plan in force on, and what may have been."""
    plan = delivered.plan
    if plan is None:
        raise InvalidError("check", (Fault(("planned",), "a course with a schedule", "none"),))
    weeks = max(
        [plan.weeks, *(week_of_plan(each.day, start=plan.start) for each in delivered.sessions)]
    )
    over = frozenset(
        week
        for week in range(weeks)
        if any(
            first <= plan.start + week * ONE_WEEK
            and plan.start + (week + 1) * ONE_WEEK <= last + ONE_DAY
            for first, last in delivered.stays
        )
    )
    sessions = (
        _dated(plan, each.session, each.held or AS_BOOKED, known=each.held is not None)
        for each in delivered.sessions
        if each.day >= plan.start
    )
    held = (
        *((MilestoneKind.REVIEW, day) for day in delivered.reviews),
        *((MilestoneKind.RECERTIFICATION, day) for day, _ in delivered.certified),
    )
    return ServiceRecord(
        plan,
        weeks,
        tuple(sessions),
        site,
        over,
        tuple((kind, day_of_plan(day, start=plan.start)) for kind, day in held if day > plan.start),
    )


def _dated(
    plan: Plan,
    session: Session,
    held: Attendance = AS_BOOKED,
    *,
    extra: int = 0,
    known: bool = True,
) -> CountedSession:
    """``known``: that it takes place, or was attended."""
    day = day_of_plan(session.start.date(), start=plan.start)
    time = held.time_of(session)
    minutes = whole_minutes(time)
    # Of breaks, who left early may have had none.
    breaks = session.breaks if time == session.service_time else timedelta(0)
    return CountedSession(
        modality=session.modality,
        days=range(day, day + 1),
        least=minutes if known else 0,
        most=minutes + extra,
        breaks=whole_minutes(breaks),
        sure=known,
        telehealth=held.given_of(session).delivery is Delivery.TELEHEALTH,
        led_by=held.led_by_of(session),
    )
